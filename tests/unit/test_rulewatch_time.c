/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rulewatch_time.c - how long after what the kernel's rules are read
 *
 * The clock, the timer and the watcher are the test's own (-Wl,--wrap).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rule_help.h"
#include "rulewatch.h"
#include "rulewatch_help.h"

static unsigned int asked; /* for the kernel's rules */
static int refusal;
static bool crowded;
static pid_t auditd;

int __wrap_watch_request(struct watch *w, enum watch_request request);
bool __wrap_monitor_is_crowded(const struct monitor *m);
pid_t __wrap_monitor_auditd(const struct monitor *m);
int __wrap_watch_request(struct watch *w, enum watch_request request)
{
	asked += !refusal && request == WATCH_RULES_D; /* these come first */
	return refusal;
}

pid_t __wrap_monitor_auditd(const struct monitor *m)
{
	return auditd;
}

bool __wrap_monitor_is_crowded(const struct monitor *m)
{
	return crowded;
}

struct world {
	struct event_base *base;
	struct engine *engine;
	struct rulewatch *rulewatch;
	uint32_t serial;
};

static int set_up(void **state)
{
	const struct engine_options o = {.n_windows = 1,
					 .window_sec = {60},
					 .max_values = 16,
					 .max_flows = 16,
					 .live_rules = true};
	const struct engine_own own = {{1}, {.name = "here"}};
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	help_begin();
	asked = 0;
	refusal = 0;
	crowded = false;
	auditd = getppid();
	w->base = event_base_new();
	w->engine = engine_new(&o);
	assert_non_null(w->base);
	assert_non_null(w->engine);
	engine_set_own(w->engine, &own);
	const struct rulewatch_options options = {
		.base = w->base,
		.engine = w->engine,
		.watch = (struct watch *)w /* never looked into */};
	w->rulewatch = rulewatch_new(&options);
	assert_non_null(w->rulewatch);
	help_is_due();
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	rulewatch_free(w->rulewatch);
	engine_free(w->engine);
	event_base_free(w->base);
	free(w);
	return 0;
}

/* What the timer does, @ms later. */
static void tick(int64_t ms)
{
	help_later(ms);
	timer_ms = -1;
	on_time(-1, EV_TIMEOUT, on_time_arg);
}

static void record(struct world *w, const char *type, const char *body)
{
	char line[256];
	int n = snprintf(line, sizeof(line), "type=%s msg=audit(%lld.%03lld:%u): %s\n",
			 type, (long long)(now.wall_ms / 1000),
			 (long long)(now.wall_ms % 1000), ++w->serial, body);

	timer_ms = -1;
	engine_feed(w->engine, line, (size_t)n, NULL);
}

static void change(struct world *w)
{
	record(w, "CONFIG_CHANGE", "op=add_rule key=(null) list=4 res=1");
}

/* The answer: one rule, or @error. */
static void answer(struct world *w, int error)
{
	char list[2048];
	struct rule *rule = rule_help_rule("-a always,exit -S getppid -k k");
	ssize_t n = rule_to_blob(rule, list + sizeof(uint32_t), sizeof(list) - 4);
	uint32_t bytes = (uint32_t)n;
	struct watch_answer a = {.request = WATCH_RULES, .error = error};

	assert_true(n > 0);
	rule_free(rule);
	memcpy(list, &bytes, sizeof(bytes));
	a.data = (struct span){list, error ? 0 : sizeof(bytes) + bytes};
	timer_ms = -1;
	assert_true(rulewatch_answer(
		w->rulewatch,
		&(struct watch_answer){.request = WATCH_RULES_D, .error = -ENOENT}));
	assert_true(rulewatch_answer(w->rulewatch, &a));
	help_work(w->base);
}

/* Does a list hold for what comes now? */
static bool holds(struct world *w)
{
	help_later(5);
	record(w, "USER_LOGIN", "pid=1 uid=0 auid=1 ses=1 msg='res=success'");
	return engine_rules(w->engine) != NULL;
}

static void at_the_start_and_each_ten_minutes(void **state)
{
	struct world *w = *state;

	tick(0);
	assert_int_equal(asked, 1);
	assert_int_equal(timer_ms, 600000);
	answer(w, 0);
	assert_int_equal(timer_ms, -1);
	assert_true(holds(w));
	tick(600000);
	assert_int_equal(asked, 2);
	answer(w, 0);
	assert_true(holds(w));
	assert_int_equal(engine_health(w->engine).rule_lists, 1);
}

static void once_it_is_quiet(void **state)
{
	struct world *w = *state;

	tick(0);
	answer(w, 0);
	assert_true(holds(w));
	change(w);
	assert_int_equal(timer_ms, 200);
	assert_false(holds(w));
	tick(200);
	assert_int_equal(asked, 2);
	answer(w, 0);
	assert_true(holds(w));
	assert_int_equal(engine_health(w->engine).rule_lists, 2);
}

/* Whoever changes rules without a rest holds nothing up for long. */
static void when_it_is_never_quiet(void **state)
{
	struct world *w = *state;
	unsigned int n = 0;

	tick(0);
	answer(w, 0);
	for (change(w); timer_ms == 200; change(w)) {
		help_later(100);
		assert_true(++n < 50);
	}
	assert_in_range(n, 19, 21);
	tick(200);
	assert_int_equal(asked, 2);
}

static void an_answer_of_the_past(void **state)
{
	struct world *w = *state;

	tick(0);
	change(w);
	assert_int_equal(timer_ms, 200);
	answer(w, 0);
	assert_int_equal(timer_ms, -1); /* the one of the change stands */
	assert_false(holds(w));
	tick(200);
	answer(w, 0);
	assert_true(holds(w));
}

static void a_stream_from_elsewhere(void **state)
{
	auditd = 0;
	tick(0);
	assert_int_equal(asked, 0);
	assert_int_equal(timer_ms, 500);
	auditd = getpid();
	tick(500);
	assert_int_equal(asked, 0);
	auditd = getppid();
	tick(500);
	assert_int_equal(asked, 1);
}

static void a_crowd_is_waited_for(void **state)
{
	unsigned int n;

	crowded = true;
	tick(0);
	for (n = 0; !asked; n++) {
		assert_int_equal(timer_ms, 500);
		assert_true(n < 30);
		tick(500);
	}
	assert_int_equal(n, 20);
	assert_int_equal(timer_ms, 600000);
}

static void what_fails_is_tried_less_and_less(void **state)
{
	static const int64_t wanted[] = {500,   1000,  2000,   4000,   8000,   16000,
					 32000, 64000, 128000, 256000, 512000, 512000};
	struct world *w = *state;
	size_t i;

	tick(0);
	answer(w, -EBUSY);
	assert_int_equal(timer_ms, 500);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		tick(500);
		answer(w, -EPERM);
		assert_int_equal(timer_ms, wanted[i]);
	}
	tick(512000);
	answer(w, 0);
	assert_true(holds(w));
	tick(600000);
	answer(w, -EPERM);
	assert_int_equal(timer_ms, 500);
}

static void what_cannot_be_asked(void **state)
{
	struct world *w = *state;

	refusal = -EBUSY;
	tick(0);
	assert_int_equal(timer_ms, 500);
	refusal = 0;
	tick(500);
	assert_int_equal(asked, 1);
	rulewatch_hang_up(w->rulewatch);
	tick(600000);
	assert_int_equal(asked, 1);
}

static void damaged_bytes(void **state)
{
	static const char bytes[] = {1, 2, 3, 4, 5};
	struct watch_answer a = {.request = WATCH_RULES, .data = {bytes, sizeof(bytes)}};
	struct world *w = *state;

	tick(0);
	timer_ms = -1;
	assert_true(rulewatch_answer(w->rulewatch, &a));
	assert_int_equal(timer_ms, 500);
	assert_false(holds(w));
	a.request = WATCH_STATUS;
	assert_false(rulewatch_answer(w->rulewatch, &a));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(at_the_start_and_each_ten_minutes),
		CASE(once_it_is_quiet),
		CASE(when_it_is_never_quiet),
		CASE(an_answer_of_the_past),
		CASE(a_stream_from_elsewhere),
		CASE(a_crowd_is_waited_for),
		CASE(what_fails_is_tried_less_and_less),
		CASE(what_cannot_be_asked),
		CASE(damaged_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
