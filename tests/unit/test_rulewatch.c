/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rulewatch.c - when the rules are asked for, and which of the answers hold
 * (plugin/rulewatch.c with rulefiles.c and an engine)
 *
 * The watcher is this program: requests are written down, answers made up; so is the
 * clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "rule_help.h"
#include "rulewatch.h"
#include "rulewatch_help.h"

static struct event_base *base;
static struct engine *engine;
static struct rulewatch *rules;
static char asked[64]; /* D and K: the files on disk, the kernel's rules */
static int ask_error;
static bool crowded;
static uint32_t serial;
static int64_t stamp_ms;

pid_t monitor_auditd(const struct monitor *m)
{
	return getppid();
}

bool monitor_is_crowded(const struct monitor *m)
{
	return crowded;
}

int __wrap_watch_request(struct watch *w, enum watch_request request);

int __wrap_watch_request(struct watch *w, enum watch_request request)
{
	size_t n = strlen(asked);

	assert_true(n + 1 < sizeof(asked));
	asked[n] = request == WATCH_RULES_D ? 'D' : 'K';
	asked[n + 1] = '\0';
	return ask_error;
}

static int set_up(void **state)
{
	const struct engine_options o = {.n_windows = 1,
					 .window_sec = {60},
					 .max_values = 16,
					 .max_flows = 16,
					 .live_rules = true};
	struct rulewatch_options watch = {
		.base = base, .watch = (struct watch *)&base /* never looked into */};
	const struct engine_own own = {{77, 78}, {.name = "here"}};

	help_begin();
	asked[0] = '\0';
	ask_error = 0;
	crowded = false;
	stamp_ms = 4000000000000; /* later than any reading */
	engine = engine_new(&o);
	engine_set_own(engine, &own);
	watch.engine = engine;
	rules = rulewatch_new(&watch);
	assert_non_null(rules);
	help_is_due();
	return 0;
}

static int tear_down(void **state)
{
	rulewatch_free(rules);
	engine_free(engine);
	return 0;
}

/* So much later. */
static void pass(unsigned int ms)
{
	help_later(ms);
	while (due_ms >= 0 && due_ms <= now.boot_ms) {
		due_ms = -1;
		on_time(-1, EV_TIMEOUT, on_time_arg);
	}
	help_work(base);
}

/* Until a comparison is over. */
static void settle(void)
{
	pass(0);
}

static void asks(const char *what)
{
	if (strcmp(asked, what) != 0)
		fail_msg("asked for %s, not %s", asked, what);
	asked[0] = '\0';
}

static void answer(enum watch_request request, int error, struct span data)
{
	const struct watch_answer a = {request, error, data};

	assert_true(rulewatch_answer(rules, &a));
}

/* One file, named a.rules. */
static void disk(const char *text)
{
	static const char name[] = "a.rules";
	const uint32_t length[] = {sizeof(name) - 1, (uint32_t)strlen(text)};
	char bytes[1024];
	size_t n;

	memcpy(bytes, &length[0], 4);
	memcpy(bytes + 4, name, length[0]);
	n = 4 + length[0];
	memcpy(bytes + n, &length[1], 4);
	memcpy(bytes + n + 4, text, length[1]);
	n += 4 + length[1];
	answer(WATCH_RULES_D, 0, (struct span){bytes, n});
}

static void kernel(const char *line)
{
	struct rule *rule = rule_help_rule(line);
	char bytes[4096];
	ssize_t n = rule_to_blob(rule, bytes + 4, sizeof(bytes) - 4);
	uint32_t length = (uint32_t)n;

	assert_true(n > 0);
	memcpy(bytes, &length, sizeof(length));
	answer(WATCH_RULES, 0, (struct span){bytes, 4 + length});
	rule_free(rule);
}

static void record(const char *type, const char *what)
{
	char text[256];
	int n;

	stamp_ms++;
	n = snprintf(text, sizeof(text), "type=%s msg=audit(%lld.%03lld:%u): %s\n", type,
		     (long long)(stamp_ms / 1000), (long long)(stamp_ms % 1000), ++serial,
		     what);
	engine_feed(engine, text, (size_t)n, NULL);
}

/* What holds for the next event: its first rule's place. */
static void holds(const char *place)
{
	const struct ruleset *set;
	char got[64] = "none";
	const struct rule *rule;

	record("USER", "pid=1 uid=0 auid=1 ses=1 msg='x'");
	set = engine_rules(engine);
	rule = set ? ruleset_at(set, 0) : NULL;
	if (rule)
		snprintf(got, sizeof(got), "%s:%u", rule->file ? rule->file : "-",
			 rule->line);
	assert_string_equal(got, place);
}

#define A "-a always,exit -S getppid -k a"
#define B "-a always,exit -S getppid -k b"

static void disk_first_and_then_the_kernel(void **state)
{
	pass(5);
	asks("D");
	disk("\n" A "\n");
	asks("K");
	kernel(A);
	assert_false(rulewatch_files(rules).known);
	settle();
	holds("a.rules:2");
	assert_true(rulewatch_files(rules).known);
	asks("");
	assert_int_equal(engine_health(engine).rule_lists, 1);
}

/* The kernel's rules are asked for whatever the disk says. */
static void a_disk_that_fails(void **state)
{
	pass(5);
	asks("D");
	answer(WATCH_RULES_D, -EIO, (struct span){"", 0});
	asks("K");
	kernel(A);
	settle();
	holds("-:0");
	/* later it is known, then not again: what was known stays */
	disk(A);
	kernel(A);
	settle();
	holds("a.rules:1");
	answer(WATCH_RULES_D, -ECONNRESET, (struct span){"", 0});
	kernel(A);
	settle();
	holds("a.rules:1");
	assert_false(rulewatch_files(rules).known);
	assert_int_equal(engine_health(engine).rule_lists, 2);
	assert_int_equal(engine_health(engine).rule_unseen, 0);
	/* but not for other rules */
	answer(WATCH_RULES_D, -EIO, (struct span){"", 0});
	kernel(B);
	settle();
	holds("-:0");
}

static void change(void)
{
	record("CONFIG_CHANGE", "auid=1 ses=1 op=add_rule key=\"k\" list=4 res=1");
}

/* Whatever part of the work it comes into, the list that was read before it is none. */
static void a_change_on_the_way(void **state)
{
	unsigned int when;

	pass(5);
	for (when = 0; when < 3; when++) {
		asked[0] = '\0';
		if (when == 0)
			change();
		disk(A);
		if (when == 1)
			change();
		kernel(A);
		if (when == 2)
			change();
		settle();
		holds("none");
		pass(250);
		assert_int_equal(asked[strlen(asked) - 1], 'D');
	}
	asked[0] = '\0';
	disk(B);
	asks("K");
	kernel(B);
	settle();
	holds("a.rules:1");
}

static void what_cannot_be_asked_is_asked_again(void **state)
{
	ask_error = -EBUSY;
	pass(5);
	asks("D");
	pass(600);
	asks("D");
	ask_error = 0;
	pass(600);
	asks("D");
	ask_error = -EBUSY;
	disk(A);
	asks("K");
	ask_error = 0;
	pass(600);
	asks("D");
	disk(A);
	answer(WATCH_RULES, -ENOBUFS, (struct span){"", 0});
	asks("K");
	pass(600);
	asks("D");
}

static void in_a_crowd_it_waits(void **state)
{
	crowded = true;
	pass(100);
	asks("");
	crowded = false;
	pass(600);
	asks("D");
}

/* What is being worked on is done, and nothing more is asked. */
static void without_the_watcher(void **state)
{
	pass(5);
	asks("D");
	disk(A);
	kernel(A);
	asks("K");
	rulewatch_hang_up(rules);
	settle();
	holds("a.rules:1");
	change();
	pass(300);
	asks("");
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(disk_first_and_then_the_kernel),
		CASE(a_disk_that_fails),
		CASE(a_change_on_the_way),
		CASE(what_cannot_be_asked_is_asked_again),
		CASE(in_a_crowd_it_waits),
		CASE(without_the_watcher),
	};
	int failed;

	base = event_base_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	event_base_free(base);
	return failed;
}
