/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_rules.h - what is proposed, as a file of rules.d
 */
#ifndef NOISE_CLI_ADVICE_RULES_H
#define NOISE_CLI_ADVICE_RULES_H

#include <jansson.h>
#include <stdio.h>

/**
 * advice_rules_print - exceptions and excludes that stand, each with its reasons
 * No line of it is anything else than a comment or a rule of the closed set of forms,
 * and none is longer than auditctl(8) reads. Return: how many rules there are.
 */
size_t advice_rules_print(FILE *out, const json_t *all, int machine);

#endif
