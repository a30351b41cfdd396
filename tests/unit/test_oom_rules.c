/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_oom_rules.c - memory that runs out while rules are read and compared
 *
 * What was read before stays sound and is freed; sanitizers see what is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oom.h"
#include "rule_help.h"
#include "rules/births.h"
#include "rules/match.h"
#include "rules/findings.h"
#include "rules/rule_files.h"

static void count(void *arg, enum rule_place place, const struct rule *disk,
		  const struct rule *kernel)
{
	(void)disk;
	(void)kernel;
	*(size_t *)arg += place == RULE_IN_BOTH;
}

/* Return: false: memory ran out on the way. */
static bool compare_with_blobs(const struct ruleset *set)
{
	struct ruleset *kernel = ruleset_new();
	char blob[2048];
	size_t n = 0;
	int rc = kernel ? 0 : -ENOMEM;

	for (size_t i = 0; !rc && i < ruleset_count(set); i++) {
		ssize_t bytes = rule_to_blob(ruleset_at(set, i), blob, sizeof(blob));

		assert_true(bytes > 0);
		rc = ruleset_add_blob(kernel, (struct span){blob, (size_t)bytes});
	}
	if (!rc)
		rc = ruleset_keep_name(kernel, "a") ? 0 : -ENOMEM;
	if (!rc)
		rc = ruleset_compare(set, kernel, count, &n);
	assert_true(rc == 0 || rc == -ENOMEM);
	assert_true(rc || n == ruleset_count(set));
	ruleset_free(kernel);
	return rc == 0;
}

static bool make_ready(const struct ruleset *set)
{
	const struct match_options options = {.recorded = true};
	struct matcher *m = match_new(set, &options);
	bool good = m;

	assert_true(m || errno == ENOMEM);
	match_free(m);
	return good;
}

static bool make_births(void *arg)
{
	struct births *b = births_new(100);
	bool good = b;

	(void)arg;
	assert_true(b || errno == ENOMEM);
	births_free(b);
	return good;
}

static void births_survive_without_memory(void **state)
{
	(void)state;
	sweep(make_births, NULL);
}

static bool read_and_compare(void *arg)
{
	struct rule_files *f = rule_files_new(&rule_help_world, true);
	struct ruleset *set = NULL;
	int rc = f ? 0 : -ENOMEM;
	bool good = false;

	(void)arg;
	if (!rc)
		rc = rule_files_add(f, "a",
				    span_of("-D -k x\n-b 5 -f 1\n-w /a -k b\nbad\n-A "
					    "never,user -F uid=0\n# c\n-w /c"));
	if (!rc)
		rc = rule_files_add(f, "b", span_of(" -p r\n-W /a -k b\n"));
	if (!rc)
		rc = rule_files_arrange(f);
	if (!rc)
		rc = rule_files_rules(f, &set);
	assert_true(rc == 0 || rc == -ENOMEM);
	for (size_t i = 0; f && i < rule_files_count(f); i++)
		assert_true(rule_files_at(f, i)->kind != RULE_LINE_BAD ||
			    rule_files_at(f, i)->text);
	if (!rc) {
		assert_int_equal(ruleset_count(set), 2);
		good = compare_with_blobs(set) && make_ready(set);
	}
	ruleset_free(set);
	rule_files_free(f);
	return good;
}

static void rules_survive_without_memory(void **state)
{
	sweep(read_and_compare, NULL);
}

static void keep_none(void *arg, struct finding *f)
{
	++*(size_t *)arg;
	assert_non_null(f->reason);
}

static bool find_in_set(void *arg)
{
	size_t n = 0;
	struct findings_options options = {
		.machine = MACH_86_64, .found = keep_none, .arg = &n};
	bool gave_up;
	int rc = findings_rules(arg, &options, &gave_up);

	assert_true(rc == 0 || rc == -ENOMEM);
	assert_true(rc || n > 5);
	return rc == 0;
}

static bool find_in_files(void *arg)
{
	size_t n = 0;
	struct findings_options options = {.found = keep_none, .arg = &n};
	bool gave_up;
	int rc = findings_files(arg, &options, &gave_up);

	assert_true(rc == 0 || rc == -ENOMEM);
	assert_true(rc || n == 2);
	return rc == 0;
}

static void findings_survive_without_memory(void **state)
{
	static const char lines[] = "-a always,exit -F arch=b64 -S open -k a\n"
				    "-a always,exit -F arch=b64 -S close -k a\n"
				    "-a never,exit -F arch=b64 -S open -F uid=0\n"
				    "-a always,exit -S open -F path=/a\n"
				    "-w /a -p r -k c\n-w /a -p r -k c\nbad\n";
	struct rule_files *f = rule_files_new(&rule_help_world, false);
	struct ruleset *set;

	assert_non_null(f);
	assert_int_equal(rule_files_add(f, "a", span_of(lines)), 0);
	assert_int_equal(rule_files_rules(f, &set), 0);
	sweep(find_in_set, set);
	sweep(find_in_files, f);
	ruleset_free(set);
	rule_files_free(f);
}

static void rule_that_cannot_be_checked_is_not_loadable(void **state)
{
	struct rule *rule = rule_help_rule("-w /a -p r");

	until_failure = 1;
	assert_string_equal(rule_unloadable(rule, MACH_86_64, span_of("-w /a -p r")),
			    "out of memory");
	until_failure = NEVER;
	assert_null(rule_unloadable(rule, MACH_86_64, span_of("-w /a -p r")));
	rule_free(rule);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_survive_without_memory),
		cmocka_unit_test(births_survive_without_memory),
		cmocka_unit_test(findings_survive_without_memory),
		cmocka_unit_test(rule_that_cannot_be_checked_is_not_loadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
