/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rulefiles.c - the kernel's rules get their places on disk, and what differs is
 * counted (plugin/rulefiles.c)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "kernel/rule_dir.h"
#include "oom.h"
#include "rule_help.h"
#include "rulefiles.h"

#define LINES_MAX 8

static struct event_base *base;
static struct rulefiles *files;
static struct ruleset *placed; /* what done() has brought; NULL: it was not called */
static bool placed_known;

/* An answer of the worker's. */
static char answer[WATCH_ANSWER_MAX];
static size_t answer_n;

static void on_done(void *arg, struct ruleset *rules, bool known)
{
	assert_null(placed);
	assert_ptr_equal(arg, &placed);
	placed = rules;
	placed_known = known;
}

static int set_up(void **state)
{
	const struct rulefiles_options o = {base, on_done, &placed};

	files = rulefiles_new(&o);
	assert_non_null(files);
	answer_n = 0;
	return 0;
}

static int tear_down(void **state)
{
	rulefiles_free(files);
	ruleset_free(placed);
	placed = NULL;
	return 0;
}

static void put(const void *bytes, size_t n)
{
	assert_true(n <= sizeof(answer) - answer_n);
	memcpy(answer + answer_n, bytes, n);
	answer_n += n;
}

static void put_number(uint32_t n)
{
	put(&n, sizeof(n));
}

static void put_file(const char *name, struct span text)
{
	put_number((uint32_t)strlen(name));
	put(name, strlen(name));
	put_number((uint32_t)text.n);
	put(text.p, text.n);
}

static void put_unread(const char *name, int error)
{
	put_file(name, span_of(""));
	memcpy(answer + answer_n - sizeof(error), &error, sizeof(error));
}

static void take(int error)
{
	struct span data = rule_help_exact((struct span){answer, answer_n});
	const struct watch_answer a = {WATCH_RULES_D, error, data};

	rulefiles_take(files, &a);
	free((void *)data.p);
	answer_n = 0;
}

static void turn(void)
{
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

/* Return: turns of the event loop. */
static unsigned int place(struct ruleset *kernel)
{
	unsigned int turns = 0;

	ruleset_free(placed);
	placed = NULL;
	rulefiles_place(files, kernel);
	for (; !placed && turns < 100000; turns++)
		turn();
	assert_ptr_equal(placed, kernel);
	return turns;
}

static struct ruleset *rules_of(const char *const *line)
{
	struct ruleset *set = ruleset_new();
	unsigned int i;

	for (i = 0; i < LINES_MAX && line[i]; i++)
		assert_int_equal(ruleset_add(set, rule_help_rule(line[i]), false), 0);
	return set;
}

/* "a.rules:1 - b.rules:7 " of each rule in its order, and the counters. */
static const char *told(void)
{
	struct rulefiles_counters c = rulefiles_counters(files);
	static char out[1024];
	size_t n = 0, i;

	for (i = 0; i < ruleset_count(placed); i++) {
		const struct rule *rule = ruleset_at(placed, i);

		n += (size_t)(rule->file ? snprintf(out + n, sizeof(out) - n, "%s:%u ",
						    rule->file, rule->line)
					 : snprintf(out + n, sizeof(out) - n, "- "));
	}
	assert_int_equal(c.known, placed_known);
	n += (size_t)snprintf(out + n, sizeof(out) - n, "%s",
			      c.known ? "known" : "unknown");
	if (c.only_disk)
		n += (size_t)snprintf(out + n, sizeof(out) - n, " disk %d",
				      (int)c.only_disk);
	if (c.only_kernel)
		n += (size_t)snprintf(out + n, sizeof(out) - n, " kernel %d",
				      (int)c.only_kernel);
	if (c.moved)
		n += (size_t)snprintf(out + n, sizeof(out) - n, " moved %d",
				      (int)c.moved);
	if (c.not_understood)
		n += (size_t)snprintf(out + n, sizeof(out) - n, " bad %d",
				      (int)c.not_understood);
	if (c.unread)
		snprintf(out + n, sizeof(out) - n, " unread %d", (int)c.unread);
	return out;
}

#define OPEN "-a always,exit -F arch=b64 -S open "

static const struct {
	const char *files[8]; /* name, text, name, text ... */
	const char *kernel[LINES_MAX];
	const char *told;
} table[] = {
	{{NULL}, {NULL}, "known"},
	{{NULL}, {"-w /a"}, "- known kernel 1"},
	/* in the order of augenrules, with its joined lines; a directory as the kernel
	 * has it: with -w, with dir=, or not at all */
	{{"10-b.rules", "\n-w /etc -p wa -k e\n-w /c", "9-a.rules",
	  "# a\n-D\n-b 8\n-w /x/y/ -p r", "9-a.rules.rules", " -k x\n"},
	 {"-w /x/y -p r -k x", "-w /etc -p wa -k e", "-a always,exit -F dir=/c -S all"},
	 "9-a.rules:4 10-b.rules:2 - known disk 1 kernel 1"},
	{{"a.rules", "-a always,exit -F dir=/d -F perm=wa -S all\n-w /d -p wa\n"},
	 {"-a always,exit -S all -F dir=/d -F perm=wa"},
	 "a.rules:1 known disk 1"},
	/* another order; the same twice on disk; deleted on disk */
	{{"a.rules", "-w /a\n-w /b\n-w /c\n-w /d\n"},
	 {"-w /a", "-w /d", "-w /b", "-w /c"},
	 "a.rules:1 a.rules:4 a.rules:2 a.rules:3 known moved 1"},
	{{"a.rules", "-w /a\n-w /b\n-w /a\n-W /b\n-A exit,never -F uid=5\n"},
	 {"-a never,exit -F uid=5", "-w /a", "-w /b"},
	 "a.rules:5 a.rules:1 - known disk 1 kernel 1"},
	/* accounts: root and numbers are known; with others it is neither here nor there
	 */
	{{"a.rules", OPEN "-F uid=root\n" OPEN "-F gid=root\n" OPEN "-F uid=chrony\n" OPEN
			  "-F auid=1000\n"},
	 {OPEN "-F uid=0", OPEN "-F gid=0", OPEN "-F uid=123", OPEN "-F auid=1000"},
	 "a.rules:1 a.rules:2 - a.rules:4 known bad 1"},
	{{"a.rules",
	  OPEN "-F gid=chrony -F auid!=unset -F euid=mail\n" OPEN "-F fsgid=mail -k k\n"},
	 {OPEN "-F gid=7 -F auid!=unset -F euid=8", OPEN "-F gid=7 -F auid!=unset"},
	 "- - known kernel 1 bad 2"},
	{{"a.rules", OPEN "-F uid=one\n" OPEN "-F uid=two\n"},
	 {OPEN "-F uid=1", OPEN "-F uid=2", OPEN "-F uid=3", OPEN "-F uid!=1"},
	 "- - - - known kernel 2 bad 2"},
	/* not an account, and the number is as good as any */
	{{"a.rules", OPEN "-F exit=-3\n" OPEN "-F a0=4294967293\n"},
	 {OPEN "-F exit=-3", OPEN "-F a0=0xfffffffd"},
	 "a.rules:1 a.rules:2 known"},
	/* what nobody understands */
	{{"a.rules", "-w /a -p q\n-w /b\nx\n-e 1\n-e 7\n-e 2\n"},
	 {"-w /a", "-w /b"},
	 "- a.rules:2 known kernel 1 bad 2"},
	/* a name that augenrules takes apart; a file that nobody puts together */
	{{"a b.rules", "-w /a\n", "c.rules", "-w /b\n"},
	 {"-w /a", "-w /b"},
	 "- c.rules:1 known kernel 1"},
	{{"/etc/audit/audit.rules", "-w /a\n-D\n-w /b\n"},
	 {"-w /b"},
	 "/etc/audit/audit.rules:3 known"},
	{{"audit.rules", "-w /a\n-D\n-w /b\n"},
	 {"-w /b", "-w /a"},
	 "audit.rules:3 audit.rules:1 known moved 1"},
};

static void rules_get_their_places(void **state)
{
	size_t i, k;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (k = 0; k < 8 && table[i].files[k]; k += 2)
			put_file(table[i].files[k], span_of(table[i].files[k + 1]));
		take(0);
		place(rules_of(table[i].kernel));
		if (strcmp(told(), table[i].told) != 0)
			fail_msg("case %zu: expected %s, got %s", i, table[i].told,
				 told());
	}
}

static void what_cannot_be_read_is_counted(void **state)
{
	static const char *const kernel[LINES_MAX] = {"-w /a", "-w /b"};

	put_unread("1.rules", -ELOOP);
	put_file("2.rules", span_of("-w /b\n"));
	put_unread("\x1b[3.rules", -EFBIG);
	take(0);
	place(rules_of(kernel));
	assert_string_equal(told(), "- 2.rules:1 known kernel 1 unread 2");
	take(-EFBIG);
	place(rules_of(kernel));
	assert_string_equal(told(), "- - unknown unread 1");
	put_file("2.rules", span_of("-w /b\n"));
	answer_n--;
	take(0);
	place(rules_of(kernel));
	assert_string_equal(told(), "- - unknown unread 1");
	put_file("2.rules", span_of("-w /b\n"));
	take(0);
	place(rules_of(kernel));
	assert_string_equal(told(), "- 2.rules:1 known kernel 1");
	/* what was read is used once */
	place(rules_of(kernel));
	assert_string_equal(told(), "- - unknown unread 1");
}

/* A new answer takes the place of one that is being worked on. */
static void a_reading_is_given_up(void **state)
{
	static const char *const kernel[LINES_MAX] = {"-w /a"};
	unsigned int turns, i, k;

	put_file("a.rules", span_of("-w /a\n"));
	take(0);
	turns = place(rules_of(kernel));
	assert_true(turns > 3);
	for (i = 0; i < turns; i++) {
		ruleset_free(placed);
		placed = NULL;
		put_file("b.rules", span_of("-w /a\n"));
		take(0);
		rulefiles_place(files, rules_of(kernel));
		for (k = 0; k < i; k++)
			turn();
		assert_null(placed);
	}
	put_file("a.rules", span_of("\n-w /a\n"));
	take(0);
	place(rules_of(kernel));
	assert_string_equal(told(), "a.rules:2 known");
}

static size_t write_rules(char *text, size_t size, unsigned int n)
{
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, size - used, "-w /%u -k k\n", i);
	return used;
}

/* Much is worked on in many turns; too much is said to be. */
static void many_rules(void **state)
{
	static const char *const kernel[LINES_MAX] = {"-w /4095 -k k"};
	static char text[RULE_DIR_TEXT_MAX];
	size_t n;

	n = write_rules(text, sizeof(text), 4096);
	put_file("a.rules", (struct span){text, n});
	take(0);
	place(rules_of(kernel));
	assert_string_equal(told(), "a.rules:4096 known disk 4095");
	n = write_rules(text, sizeof(text), 4097);
	put_file("a.rules", (struct span){text, n});
	take(0);
	place(rules_of(kernel));
	assert_string_equal(told(), "- unknown unread 1");
	/* half a megabyte in one line, and in lines as long as auditctl reads */
	memset(text, 'x', sizeof(text));
	put_file("a.rules", (struct span){text, sizeof(text)});
	put_file("b.rules", span_of("\n-w /4095 -k k"));
	for (n = 6143; n < sizeof(text); n += 6144)
		text[n] = '\n';
	put_file("c.rules", (struct span){text, sizeof(text)});
	take(0);
	assert_true(place(rules_of(kernel)) > 3);
	assert_string_equal(told(), "- known kernel 1 bad 87");
}

/* Memory that runs out anywhere: the rules come back, with what is true of them. */
static bool try_to_place(void *arg)
{
	const struct watch_answer a = {WATCH_RULES_D, 0, {answer, answer_n}};
	static const char *const kernel[LINES_MAX] = {"-w /a", "-w /etc", "-w /b"};
	long keep = until_failure;
	struct ruleset *set;

	until_failure = -1;
	set = rules_of(kernel);
	until_failure = keep;
	rulefiles_take(files, &a);
	place(set);
	if (placed_known)
		assert_string_equal(told(), "a.rules:1 b.rules:1 - known kernel 1 bad 1");
	return placed_known;
}

static void memory_runs_out(void **state)
{
	put_file("b.rules", span_of("-w /etc\n"));
	put_file("a.rules", span_of("-w /a\n-w /x -F bad\n"));
	sweep(try_to_place, NULL);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rules_get_their_places), CASE(what_cannot_be_read_is_counted),
		CASE(a_reading_is_given_up),  CASE(many_rules),
		CASE(memory_runs_out),
	};
	int failed;

	base = event_base_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	event_base_free(base);
	return failed;
}
