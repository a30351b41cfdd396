/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry.h - what an entry of a list is called, in JSON
 */
#ifndef NOISE_ENTRY_H
#define NOISE_ENTRY_H

#include <jansson.h>

#include "count/tally.h"

/** entry_list_name - the list's name in a summary: "types", "keys", ... */
const char *entry_list_name(enum tally_list list);

/**
 * entry_name - a new object with the names of an entry
 * Return: owned reference, or NULL when memory ran out.
 */
json_t *entry_name(enum tally_list list, const struct topk_view *view);

#endif
