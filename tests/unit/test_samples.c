/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_samples.c - which files of a directory are read as sample rule sets
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rule_help.h"
#include "samples.h"

#define RULE(n) "-a always,exit -F arch=b64 -S getpid -F a0=" #n

static char root[] = "/tmp/samples.XXXXXX"; /* we are in it */

static void put(const char *name, const char *text)
{
	FILE *out = fopen(name, "w");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(root) || chdir(root) || mkdir("empty", 0700) || mkdir("a", 0700) ||
	    mkdir("b", 0700) || mkdir("a/9-dir.rules", 0700))
		return -1;
	put("a/30-stig.rules", "# from 30\n" RULE(1) "\n" RULE(2) "\n");
	put("a/4-x.rules", "# from 4\n" RULE(1) "\n");
	put("a/README-rules", RULE(3) "\n");
	put("a/30-pci.rules.gz", RULE(4) "\n");
	put("outside", RULE(5) "\n");
	put("b/1.rules", RULE(6) "\n");
	return symlink("../outside", "a/7-link.rules") || mkfifo("a/8-fifo.rules", 0600);
}

static int end(void **state)
{
	static const char *const names[] = {
		"a/30-stig.rules",
		"a/4-x.rules",
		"a/README-rules",
		"a/30-pci.rules.gz",
		"a/7-link.rules",
		"a/8-fifo.rules",
		"a/9-dir.rules",
		"a/5-big.rules",
		"b/1.rules",
		"outside",
		"empty",
		"a",
		"b",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(names[i]);
	return rmdir(root);
}

static size_t find(struct controls *c, const char *line, struct control out[4])
{
	struct rule *rule = rule_help_rule(line);
	size_t n = controls_find(c, rule, out, 4);

	rule_free(rule);
	return n;
}

static void samples_are_regular_files_of_rules(void **state)
{
	struct control out[4];
	struct controls *c = samples_read("a", &rule_help_world);

	(void)state;
	assert_non_null(c);
	assert_int_equal(find(c, RULE(1), out), 2);
	/* in the order of augenrules */
	assert_string_equal(out[0].set, "4-x.rules");
	assert_string_equal(out[0].text, "from 4");
	assert_string_equal(out[1].set, "30-stig.rules");
	assert_int_equal(find(c, RULE(2), out), 1);
	for (int i = 3; i <= 5; i++)
		assert_int_equal(find(c,
				      i == 3   ? RULE(3)
				      : i == 4 ? RULE(4)
					       : RULE(5),
				      out),
				 0);
	controls_free(c);
}

static void samples_are_those_of_the_first_place(void **state)
{
	struct control out[4];
	struct controls *c = samples_read("/nonexistent:empty:b:a", &rule_help_world);

	(void)state;
	assert_non_null(c);
	assert_int_equal(find(c, RULE(6), out), 1);
	assert_int_equal(find(c, RULE(1), out), 0);
	controls_free(c);
	c = samples_read(":outside::empty:", &rule_help_world);
	assert_non_null(c);
	assert_int_equal(controls_count(c), 0);
	controls_free(c);
}

static void samples_too_large_are_left_out(void **state)
{
	struct control out[4];
	struct controls *c;

	(void)state;
	put("a/5-big.rules", RULE(7) "\n");
	assert_int_equal(truncate("a/5-big.rules", SAMPLES_BYTES_MAX + 1), 0);
	c = samples_read("a", &rule_help_world);
	assert_non_null(c);
	assert_int_equal(find(c, RULE(7), out), 0);
	assert_int_equal(find(c, RULE(2), out), 1);
	controls_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_regular_files_of_rules),
		cmocka_unit_test(samples_are_those_of_the_first_place),
		cmocka_unit_test(samples_too_large_are_left_out),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
