/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_rule_blob.c - any bytes as a rule of the kernel's
 *
 * What is understood is written back as the same rule; its text, where it can be loaded,
 * gives the same rule; what is not understood says why.
 */
#include <errno.h>
#include <libaudit.h>
#include <stdint.h>
#include <stdlib.h>

#include "rules/rule_text.h"
#include "rules/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool has_dir(void *arg, const char *path)
{
	(void)path;
	return rule_find(arg, AUDIT_DIR) != NULL;
}

/* Places behind the last field may hold anything, so the rules are compared. */
static void check_blob(const struct rule *rule, size_t n)
{
	char *blob = malloc(n);
	struct rule *again;

	if (!blob)
		return;
	if (rule_to_blob(rule, blob, n) != (ssize_t)n)
		abort();
	if (rule_from_blob((struct span){blob, n}, &again) == 0) {
		if (!rule_equal(rule, again))
			abort();
		rule_free(again);
	}
	free(blob);
}

static void check_text(struct rule *rule)
{
	const struct rule_world world = {
		.machine = MACH_86_64, .is_dir = has_dir, .arg = rule};
	size_t n = rule_print(rule, MACH_86_64, NULL, 0);
	char *text = malloc(n + 1);
	struct rule_line line;

	if (!text)
		return;
	if (rule_print(rule, MACH_86_64, text, n + 1) != n || text[n])
		abort();
	if (!rule_unloadable(rule, MACH_86_64, (struct span){text, n})) {
		if (rule_parse((struct span){text, n}, &world, &line) != 0 ||
		    !rule_equal(line.rule, rule))
			abort();
		rule_free(line.rule);
	}
	free(text);
}

static void check_set(const struct rule *rule, struct span blob)
{
	struct ruleset *set = ruleset_new();

	if (!set)
		return;
	if (ruleset_add_blob(set, blob) != -ENOMEM) {
		if (ruleset_count(set) != 1 || ruleset_at(set, 0)->position != 1)
			abort();
		if (ruleset_delete(set, rule) != (ruleset_count(set) == 0))
			abort();
	}
	ruleset_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span blob = {(const char *)data, n};
	struct rule *rule;
	int rc = rule_from_blob(blob, &rule);

	if (!rule)
		return 0;
	if ((rc != 0) != (rule->state == RULE_BROKEN) ||
	    (rule->state == RULE_KNOWN) != (rule->reason == NULL))
		abort();
	if (rule->state == RULE_KNOWN)
		check_blob(rule, n);
	check_text(rule);
	check_set(rule, blob);
	rule_free(rule);
	return 0;
}
