/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules_advice.h - what is proposed about the rules that were read from files
 */
#ifndef NOISE_CLI_RULES_ADVICE_H
#define NOISE_CLI_RULES_ADVICE_H

#include <jansson.h>

#include "emit/report.h"

#define RULES_ADVICE_COUNTERS 2

struct cli_rules;
struct rules_advice;

/**
 * rules_advice_new - look through @rules, once
 * Files that rules name are not looked at: the rules may be another machine's.
 * Return: owned; NULL after saying that there is no memory.
 */
struct rules_advice *rules_advice_new(const struct cli_rules *rules);
void rules_advice_free(struct rules_advice *a); /* NULL is legal */

/** rules_advice_at - number @i, the most serious first; borrowed; NULL: no more, or @a is
 * NULL */
json_t *rules_advice_at(const struct rules_advice *a, size_t i);

/** rules_advice_print - all of it as text, on stdout */
void rules_advice_print(const struct rules_advice *a);

/** rules_advice_counters - for health; Return: how many */
size_t rules_advice_counters(const struct rules_advice *a,
			     struct report_counter counters[RULES_ADVICE_COUNTERS]);

#endif
