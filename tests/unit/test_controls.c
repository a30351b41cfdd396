/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_controls.c - which published set has a rule word for word, and what it says of it
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "oom.h"
#include "rng.h"
#include "rule_help.h"
#include "rules/controls.h"

#define MOST 4

static struct controls *table;
static struct control found[MOST];

static int begin(void **state)
{
	(void)state;
	table = controls_new();
	return table ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	controls_free(table);
	return 0;
}

static void add(const char *set, const char *text)
{
	struct span exact = rule_help_exact(span_of(text));

	assert_int_equal(controls_add(table, set, exact, &rule_help_world), 0);
	free((void *)exact.p);
}

static size_t find(const char *line)
{
	struct rule *rule = rule_help_rule(line);
	size_t n = controls_find(table, rule, found, MOST);

	rule_free(rule);
	return n;
}

static void says(const char *line, const char *text)
{
	if (find(line) != 1)
		fail_msg("%s: is in no set, or in several", line);
	assert_string_equal(found[0].text, text);
}

#define TIME "-a always,exit -F arch=b64 -S adjtimex,settimeofday -F key=time"
#define OPEN \
	"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid>=1000 " \
	"-F auid!=unset -F key=access"

static void controls_are_word_for_word(void **state)
{
	static const char *const same[] = {
		OPEN,
		"-a exit,always -F arch=b64 -S openat -S open -F auid!=-1 -F auid>=1000 "
		"-F exit=-EACCES -k access",
		"-a always,exit -F arch=b64 -S 2,257 -F auid>=1000 "
		"-F auid!=4294967295 -F exit=-13 -F key=access",
	};
	static const char *const others[] = {
		"-a never,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid>=1000 "
		"-F auid!=unset -F key=access",
		"-a always,exit -F arch=b32 -S open,openat -F exit=-EACCES -F auid>=1000 "
		"-F auid!=unset -F key=access",
		"-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F auid>=1000 "
		"-F auid!=unset -F key=access",
		"-a always,exit -F arch=b64 -S open,openat,creat -F exit=-EACCES "
		"-F auid>=1000 -F auid!=unset -F key=access",
		"-a always,exit -F arch=b64 -S open,openat -F exit=-EPERM -F auid>=1000 "
		"-F auid!=unset -F key=access",
		"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid>=500 "
		"-F auid!=unset -F key=access",
		"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid>=1000 "
		"-F key=access",
		"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid>=1000 "
		"-F auid!=unset",
		"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid>=1000 "
		"-F auid!=unset -F key=access2",
		"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid>=1000 "
		"-F auid!=unset -F uid!=0 -F key=access",
	};

	(void)state;
	add("30-a.rules", "## what\n" OPEN "\n" TIME "\n");
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		says(same[i], "what");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(find(others[i]), 0);
	assert_int_equal(controls_count(table), 2);
}

static void controls_know_both_forms_of_a_watch(void **state)
{
	(void)state;
	add("a", "-w /etc/shadow -p wa -k identity\n"
		 "-a always,exit -F dir=/etc/sudoers.d/ -F perm=wa -F key=actions\n");
	assert_int_equal(
		find("-a always,exit -F path=/etc/shadow -F perm=wa -k identity"), 1);
	assert_int_equal(find("-w /etc/shadow -p wa -k identity"), 1);
	assert_int_equal(find("-w /etc/shadow -p rwa -k identity"), 0);
	assert_int_equal(find("-w /etc/shadow -p wa -k other"), 0);
}

static void controls_name_each_set_once(void **state)
{
	(void)state;
	add("30-a.rules", "# one\n" TIME "\n# again\n" TIME "\n");
	add("30-b.rules", "# two\n" TIME "\n");
	assert_int_equal(find(TIME), 2);
	assert_string_equal(found[0].set, "30-a.rules");
	assert_string_equal(found[0].text, "one");
	assert_string_equal(found[1].set, "30-b.rules");
	assert_string_equal(found[1].text, "two");
	add("c", TIME "\n");
	add("d", TIME "\n");
	add("e", TIME "\n");
	assert_int_equal(find(TIME), MOST);
}

#define RULE(n) "-a always,exit -F arch=b64 -S getpid -F a0=" #n

/* As published sets have them. */
static void controls_say_what_the_comment_says(void **state)
{
	(void)state;
	add("stig",
	    "## The purpose of these rules\n"
	    "\n"
	    "## NOTE:\n"
	    "## 1) comment out the b64 lines\n"
	    "##\n"
	    "## (GEN002880: CAT II) The software can\n"
	    "## record the following:\n"
	    "##- Date and time\n"
	    "##\n"
	    "## Things that could\n"
	    "##   affect time\n" RULE(
		    1) "\n"
		       "# Introduced in 2.6.39\n"
		       "#-a always,exit -F arch=b32 -S clock_adjtime\n" RULE(
			       2) "\n\n"
				  "## Things that affect identity\n"
				  "# -w /var/log/lastlog -p wa\n" RULE(
					  3) "\n\n"
					     "## (GEN002720-GEN002840: CAT II) All "
					     "alone\n" RULE(
						     4) "\n\n"
							"##- All administration actions\n"
							"##\n"
							"## Look for "
							"pam_tty_audit\n" RULE(5) "\n");
	says(RULE(1), "(GEN002880: CAT II) Things that could affect time");
	says(RULE(2), "(GEN002880: CAT II) Things that could affect time");
	says(RULE(3), "(GEN002880: CAT II) Things that could affect time");
	says(RULE(4), "(GEN002720-GEN002840: CAT II) All alone");
	says(RULE(5), "(GEN002720-GEN002840: CAT II) All administration actions");
	add("pci", RULE(6) "\n## 10.2.2 Log administrative action.\n\n"
			   "## Watch for changes\n" RULE(
				   7) "\n"
				      "## 10.2.3 Access.\n" RULE(8) "\n"
								    "##\n" RULE(9) "\n");
	says(RULE(6), "");
	says(RULE(7), "10.2.2 Watch for changes");
	says(RULE(8), "10.2.3 Access.");
	says(RULE(9), "10.2.3 Access.");
	add("ospp", "## Needs the following:\n##\n## 10-base.rules, 30-b.rules\n\n"
		    "## Unsuccessful creation (open with O_CREAT)\n" RULE(10) "\n");
	add("injection",
	    "## Code injection.\n\n#-a always,exit -S ptrace\n" RULE(11) "\n");
	says(RULE(11), "Code injection.");
	says(RULE(10), "Unsuccessful creation (open with O_CREAT)");
}

static void controls_bound_what_is_said(void **state)
{
	char text[2048] = "# (1: much) ";

	(void)state;
	for (size_t i = strlen(text); i < 1000; i++)
		text[i] = i % 7 ? 'x' : ' ';
	strcat(text, "\n# more of it\n" RULE(1) "\n");
	add("a", text);
	assert_int_equal(find(RULE(1)), 1);
	assert_true(strlen(found[0].text) < CONTROLS_TEXT_MAX);
	assert_non_null(strstr(found[0].text, "xx..."));
	add("b", "#\n##\n# \n#-\n" RULE(2) "\n");
	says(RULE(2), "");
	/* a number that is too long for one */
	memset(text, '1', 200);
	strcpy(text, "# (");
	text[3] = '1';
	strcpy(text + 200, ") x\n" RULE(3) "\n");
	add("c", text);
	assert_int_equal(find(RULE(3)), 1);
}

static void controls_pass_over_what_is_no_rule(void **state)
{
	(void)state;
	add("a",
	    "-D\n-b 8192\n--backlog_wait_time 60000\n-f 1\n-e 2\n-d always,exit -S all\n"
	    "-a always,exit -F arch=b64 -S nosuchcall\nrubbish\n\n\t\n" RULE(1));
	assert_int_equal(controls_count(table), 1);
	assert_int_equal(find(RULE(1)), 1);
	assert_int_equal(controls_find(NULL, NULL, found, MOST), 0);
}

static void controls_are_bounded(void **state)
{
	char line[128];
	int rc = 0;

	(void)state;
	for (unsigned int i = 0; !rc && i <= CONTROLS_RULES_MAX; i++) {
		int n = snprintf(line, sizeof(line),
				 "-a always,exit -S getpid -F a0=%u\n", i);

		rc = controls_add(table, "a", (struct span){line, (size_t)n},
				  &rule_help_world);
	}
	assert_int_equal(rc, -E2BIG);
	assert_int_equal(controls_count(table), CONTROLS_RULES_MAX);
}

static void controls_take_any_bytes(void **state)
{
	static const char some[] =
		"#-# (1).a\n\t\0\x80\xff-a always,exit -S 3 -F a0=1w /k";
	struct rng r = {7};
	char text[256];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = rng_below(&r, sizeof(text));
		struct span exact;

		for (size_t i = 0; i < n; i++)
			text[i] = some[rng_below(&r, sizeof(some))];
		exact = rule_help_exact((struct span){text, n});
		assert_int_equal(controls_add(table, "a", exact, &rule_help_world), 0);
		free((void *)exact.p);
	}
}

static bool attempt(void *arg)
{
	struct controls *c = controls_new();
	int rc = c ? controls_add(c, "set", span_of(arg), &rule_help_world) : -ENOMEM;
	bool good = !rc && controls_count(c) == 2;

	assert_true(good || rc == -ENOMEM);
	controls_free(c);
	return good;
}

static void controls_report_no_memory(void **state)
{
	(void)state;
	sweep(attempt, (char[]){"# one\n" TIME "\n# two\n" OPEN "\n"});
}

#define test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(controls_are_word_for_word),
		test(controls_know_both_forms_of_a_watch),
		test(controls_name_each_set_once),
		test(controls_say_what_the_comment_says),
		test(controls_bound_what_is_said),
		test(controls_pass_over_what_is_no_rule),
		test(controls_are_bounded),
		test(controls_take_any_bytes),
		test(controls_report_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
