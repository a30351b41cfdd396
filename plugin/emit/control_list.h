/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control_list.h - published rule sets that have the rules of an advice word for word
 */
#ifndef NOISE_CONTROL_LIST_H
#define NOISE_CONTROL_LIST_H

#include <jansson.h>

#include "rules/controls.h"

#define CONTROL_LIST_MAX 8 /* lines; more are left out */

/**
 * control_list_add - a line for each set that has @rule, and was not said yet
 * @list: owned by the caller; NULL, as of an array without memory, is passed on
 * @controls: NULL: none are known; @rule: NULL: none
 * Names and comments are foreign text, and quoted. Return: @list; NULL when there is no
 * memory, @list is freed.
 */
json_t *control_list_add(json_t *list, const struct controls *controls,
			 const struct rule *rule) __attribute__((warn_unused_result));

#endif
