/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules_advice.c - what is proposed about the rules that were read from files
 */
#include "cli/rules_advice.h"

#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "emit/advice.h"
#include "emit/rule_advice.h"

struct rules_advice {
	struct advice *advice;
	struct rule_advice *rules;
	json_t *all;
};

static void take(void *arg, json_t *object)
{
	struct rules_advice *a = arg;

	json_array_append(a->all, object);
}

static int look(struct rules_advice *a, const struct cli_rules *rules)
{
	const struct repair_look look = {.set = cli_rules_set(rules),
					 .files = cli_rules_files(rules),
					 .known = {.machine = audit_detect_machine(),
						   .labels = FINDING_LABELS_UNKNOWN},
					 .budget = REPAIR_BUDGET};

	a->all = json_array();
	a->advice = advice_new(take, a);
	a->rules = a->advice ? rule_advice_new(a->advice) : NULL;
	if (a->rules)
		rule_advice_set_controls(a->rules, cli_rules_controls(rules));
	return a->all && a->rules ? rule_advice_look(a->rules, &look, false, 0) : -1;
}

struct rules_advice *rules_advice_new(const struct cli_rules *rules)
{
	struct rules_advice *a = calloc(1, sizeof(*a));

	if (a && !look(a, rules))
		return a;
	fputs("aunoise: no memory for the advice\n", stderr);
	rules_advice_free(a);
	return NULL;
}

void rules_advice_free(struct rules_advice *a)
{
	if (!a)
		return;
	rule_advice_free(a->rules);
	advice_free(a->advice);
	json_decref(a->all);
	free(a);
}

json_t *rules_advice_at(const struct rules_advice *a, size_t i)
{
	return a ? json_array_get(a->all, i) : NULL;
}

void rules_advice_print(const struct rules_advice *a)
{
	const json_t *advice;
	size_t i;

	if (!rules_advice_at(a, 0))
		return;
	puts("\nadvice on the rules (files that they name were not looked at)");
	json_array_foreach(a->all, i, advice) print_advice_whole(stdout, advice);
}

size_t rules_advice_counters(const struct rules_advice *a,
			     struct report_counter counters[RULES_ADVICE_COUNTERS])
{
	struct rule_advice_health h;

	if (!a)
		return 0;
	h = rule_advice_health(a->rules);
	counters[0] = (struct report_counter){"rule_advice_over", h.over};
	counters[1] = (struct report_counter){"rule_advice_unsure", h.unsure};
	return RULES_ADVICE_COUNTERS;
}
