/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_monitor.c - what cannot be provoked safely, by answers as the worker sends them
 *
 * From the raw bytes of a status or of the kernel's log through the monitor, the
 * ledger, the alarm and the advisor to the objects on the socket. The clock is the
 * test's own (-Wl,--wrap).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advisor.h"
#include "emit/advice.h"
#include "emit/alarm.h"
#include "emit/alerts.h"
#include "emit/rule_advice.h"
#include "monitor.h"
#include "rule_help.h"

#define DAY_MS 86400000

enum { ENABLED = 1, FAILURE, PID, RATE, LIMIT, LOST, BACKLOG, FEATURES, WAIT, WAITED };
#define OLD_BYTES 32 /* of the status, before Linux 3.14 */
#define NEW_BYTES 44 /* since 5.9 */

struct world {
	struct event_base *base;
	struct config config;
	struct engine *engine;
	struct monitor *monitor;
	struct alerts *alerts;
	struct advice *advice;
	struct alarm alarm;
	struct advisor advisor;
	uint32_t status[11];
	char said[4096]; /* "loss/raised/memory " for each alert, "queue/proposed/-b 8192
			    " */
};

static struct clock_reading now;

struct clock_reading __wrap_clock_read(void);
int64_t __wrap_clock_uptime_ms(void);
int __wrap_watch_request(struct watch *w, enum watch_request request);

struct clock_reading __wrap_clock_read(void)
{
	return now;
}

int64_t __wrap_clock_uptime_ms(void)
{
	return now.boot_ms;
}

/* Answered by the test. */
int __wrap_watch_request(struct watch *w, enum watch_request request)
{
	return 0;
}

static const char *word(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "-";
}

static void say(struct world *w, const char *a, const char *b, const char *c)
{
	size_t n = strlen(w->said);

	assert_true(n + 200 < sizeof(w->said));
	snprintf(w->said + n, sizeof(w->said) - n, "%s/%s/%s ", a, b, c);
}

static void on_alert(void *arg, json_t *o, enum alert_level level)
{
	say(arg, word(o, "alert"), word(o, "state"), word(o, "cause"));
}

static void on_advice(void *arg, json_t *o)
{
	const char *rule =
		json_string_value(json_array_get(json_object_get(o, "rules"), 0));

	say(arg, word(o, "kind"), word(o, "state"), rule ? rule : "-");
}

static void on_news(void *arg, unsigned int news)
{
	struct world *w = arg;

	alarm_news(&w->alarm, news);
	if (advisor_news(&w->advisor, news))
		alarm_news(&w->alarm, LEDGER_LOST);
}

static void add_monitor(struct world *w)
{
	const struct monitor_options o = {
		.base = w->base,
		.config = &w->config,
		.engine = w->engine,
		.watch = (struct watch *)w, /* never looked into */
		.news = on_news,
		.arg = w};

	w->monitor = monitor_new(&o);
	assert_non_null(w->monitor);
	w->alarm = (struct alarm){.engine = w->engine,
				  .ledger = monitor_ledger(w->monitor),
				  .alerts = w->alerts,
				  .ticks_per_s = 250,
				  .backlog_warn = 50,
				  .backlog_critical = 80};
	w->advisor = (struct advisor){.engine = w->engine,
				      .monitor = w->monitor,
				      .ledger = monitor_ledger(w->monitor),
				      .advice = w->advice,
				      .config = &w->config,
				      .most_depth = 1 << 20,
				      .most_q_depth = 99999,
				      .boot_limit = 64};
}

/* @uptime_ms: since the boot. */
static struct world *world(int64_t uptime_ms)
{
	const struct engine_options o = {
		.n_windows = 1, .window_sec = {60}, .max_values = 16, .max_flows = 16};
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	now = (struct clock_reading){1700000000000, uptime_ms};
	config_defaults(&w->config);
	w->base = event_base_new();
	w->engine = engine_new(&o);
	w->alerts = alerts_new(on_alert, w);
	w->advice = advice_new(on_advice, w);
	assert_true(w->base && w->engine && w->alerts && w->advice);
	add_monitor(w);
	w->status[ENABLED] = 1;
	w->status[FAILURE] = 1;
	w->status[PID] = 99;
	w->status[LIMIT] = 8192;
	w->status[WAIT] = 15000;
	return w;
}

static void world_free(struct world *w)
{
	monitor_free(w->monitor);
	advice_free(w->advice);
	alerts_free(w->alerts);
	engine_free(w->engine);
	event_base_free(w->base);
	free(w);
}

static void pass(int64_t ms)
{
	now.wall_ms += ms;
	now.boot_ms += ms;
}

/* Half a second later the worker answers with the first @bytes of the status. */
static void answer_status(struct world *w, size_t bytes)
{
	const struct watch_answer a = {WATCH_STATUS, 0, {(const char *)w->status, bytes}};

	pass(500);
	assert_true(monitor_answer(w->monitor, &a));
}

static void answer_log(struct world *w, const char *text)
{
	char line[256];
	struct watch_answer a = {WATCH_KERNEL_LOG, 0, {line, 0}};

	a.data.n = (size_t)snprintf(line, sizeof(line), "4,77,%lld,-;%s\n",
				    (long long)now.boot_ms * 1000, text);
	assert_true(monitor_answer(w->monitor, &a));
}

/* All that was said since the last time. */
static void was_said(struct world *w, const char *all)
{
	assert_string_equal(w->said, all);
	w->said[0] = '\0';
}

static void a_short_reply_is_an_old_kernels(void **state)
{
	struct world *w = world(DAY_MS);
	const struct kernel_status *s = &monitor_ledger(w->monitor)->status;

	answer_status(w, OLD_BYTES);
	assert_true(monitor_view(w->monitor).known);
	assert_int_equal(s->backlog_limit, 8192);
	assert_false(s->has_wait_time);
	assert_false(s->has_waited);
	w->status[LOST] = 3;
	answer_log(w, "audit: backlog limit exceeded");
	answer_status(w, OLD_BYTES);
	was_said(w, "loss/raised/burst ");
	/* shorter than any kernel's: known no more */
	answer_status(w, OLD_BYTES - 1);
	assert_false(monitor_view(w->monitor).known);
	was_said(w, "");
	world_free(w);
}

static void lost_for_want_of_memory(void **state)
{
	struct world *w = world(DAY_MS);

	answer_status(w, NEW_BYTES);
	answer_log(w, "audit: out of memory in audit_log_start");
	w->status[LOST] = 1;
	answer_status(w, NEW_BYTES);
	was_said(w, "loss/raised/memory ");
	pass(5000);
	answer_status(w, NEW_BYTES);
	was_said(w, ""); /* no queue helps */
	world_free(w);
}

static void lost_by_the_retry_and_hold_queues(void **state)
{
	struct world *w = world(DAY_MS);

	answer_status(w, NEW_BYTES);
	answer_log(w, "audit: kauditd retry queue overflow");
	w->status[LOST] = 1;
	answer_status(w, NEW_BYTES);
	was_said(w, "loss/raised/retry_queue ");
	pass(LEDGER_QUIET_MS);
	answer_status(w, NEW_BYTES);
	w->said[0] = '\0';
	w->status[PID] = 0;
	answer_log(w, "audit: kauditd hold queue overflow");
	w->status[LOST] = 2;
	answer_status(w, NEW_BYTES);
	was_said(w, "loss/raised/hold_queue auditd_absent/raised/- ");
	world_free(w);
}

static void lost_wraps_and_is_reset(void **state)
{
	struct world *w = world(DAY_MS);
	struct ledger *l = monitor_ledger(w->monitor);

	w->status[LOST] = UINT32_MAX - 4;
	answer_status(w, NEW_BYTES);
	assert_int_equal(l->total.refused, 0); /* of before us */
	w->status[LOST] = 5;
	answer_status(w, NEW_BYTES);
	assert_int_equal(l->total.refused, 10);
	world_free(w);
}

/* The first start of a boot finds a count: no rules file was loaded then. */
static void lost_at_boot(void **state)
{
	struct world *w = world(60000);

	w->status[LOST] = 1000;
	w->status[LIMIT] = 64;
	answer_status(w, NEW_BYTES);
	was_said(w, "loss/raised/boot queue/proposed/- ");
	world_free(w);
	w = world(DAY_MS); /* who knows when that was */
	w->status[LOST] = 1000;
	answer_status(w, NEW_BYTES);
	was_said(w, "");
	world_free(w);
}

/* Counters of another boot say nothing of this one: it begins at 0. */
static void a_boot_begins_anew(void **state)
{
	struct world *w = world(DAY_MS);
	struct ledger *l = monitor_ledger(w->monitor);

	ledger_resume(l, 500, 0, now.boot_ms - 3000, -1);
	w->status[LOST] = 507;
	answer_status(w, NEW_BYTES);
	assert_int_equal(l->total.refused, 7);
	was_said(w, "loss/raised/unknown ");
	world_free(w);
	w = world(60000); /* nothing resumed: the state was another boot's */
	answer_status(w, NEW_BYTES);
	assert_int_equal(monitor_ledger(w->monitor)->total.refused, 0);
	was_said(w, "");
	world_free(w);
}

static void a_full_queue_may_halt_the_machine(void **state)
{
	struct world *w = world(DAY_MS);

	w->status[FAILURE] = AUDIT_FAIL_PANIC;
	w->status[BACKLOG] = 5000;
	answer_status(w, NEW_BYTES);
	was_said(w, "backlog/raised/- ");
	w->status[BACKLOG] = 7000;
	answer_status(w, NEW_BYTES);
	was_said(w, "backlog/raised/- panic_risk/raised/- ");
	world_free(w);
}

static void locked_rules_are_said(void **state)
{
	struct world *w = world(DAY_MS);

	w->status[ENABLED] = 2;
	answer_status(w, NEW_BYTES);
	was_said(w, "immutable/raised/- ");
	answer_status(w, NEW_BYTES);
	was_said(w, "");
	world_free(w);
}

static void nobody_takes_the_records(void **state)
{
	struct world *w = world(DAY_MS);

	w->status[PID] = 0;
	answer_status(w, NEW_BYTES);
	was_said(w, "auditd_absent/raised/- ");
	world_free(w);
}

/* The failure mode against the setting: proposed, taken, and no longer asked for. */
static void a_policy_is_held_against_the_kernel(void **state)
{
	struct world *w = world(DAY_MS);

	w->config.policy_failure = AUDIT_FAIL_PRINTK;
	w->status[FAILURE] = AUDIT_FAIL_SILENT;
	answer_status(w, NEW_BYTES);
	was_said(w, "repair/proposed/-f 1 ");
	answer_status(w, NEW_BYTES);
	was_said(w, "");
	w->status[FAILURE] = AUDIT_FAIL_PRINTK;
	answer_status(w, NEW_BYTES);
	was_said(w, "repair/applied/-f 1 ");
	w->status[FAILURE] = AUDIT_FAIL_PANIC; /* and back: it is no more as proposed */
	answer_status(w, NEW_BYTES);
	was_said(w, "repair/proposed/-f 1 ");
	w->status[FAILURE] = AUDIT_FAIL_PRINTK;
	answer_status(w, NEW_BYTES);
	was_said(w, "repair/applied/-f 1 ");
	w->config.policy_failure = AUDIT_FAIL_PANIC;
	answer_status(w, NEW_BYTES);
	was_said(w, "repair/withdrawn/-f 1 repair/proposed/- ");
	w->config.policy_failure = 0;
	answer_status(w, NEW_BYTES);
	was_said(w, "repair/withdrawn/- ");
	world_free(w);
}

/* @n records of one moment, which we read in the 200 ms after it. */
static void burst_of(struct world *w, unsigned int n)
{
	struct burst *b = engine_burst(w->engine);
	int64_t stamp = now.wall_ms;
	unsigned int i;

	for (i = 0; i < n; i++)
		burst_arrived(b, stamp, stamp + (int64_t)i * 200 / n);
	pass(200);
}

/* Another policy: what was proposed for the one is not applied by the other. */
static void another_policy_is_not_the_old_one_applied(void **state)
{
	struct world *w = world(DAY_MS);

	w->config.policy_failure = AUDIT_FAIL_PRINTK;
	w->status[FAILURE] = AUDIT_FAIL_PANIC;
	answer_status(w, NEW_BYTES);
	was_said(w, "repair/proposed/-f 1 ");
	w->config.policy_failure = AUDIT_FAIL_PANIC;
	answer_status(w, NEW_BYTES);
	was_said(w, "repair/withdrawn/-f 1 ");
	world_free(w);
}

/* Nothing is lost, and the next one may lose. */
static void a_queue_that_was_nearly_full_is_said(void **state)
{
	struct world *w = world(DAY_MS);

	answer_status(w, NEW_BYTES);
	pass(10000);
	burst_of(w, 6000);
	w->status[BACKLOG] = 4500;
	answer_status(w, NEW_BYTES);
	w->status[BACKLOG] = 0;
	was_said(w, "backlog/raised/- ");
	pass(10000);
	answer_status(w, NEW_BYTES);
	was_said(w, "");
	burst_of(w, 8000); /* seen by no status: they may have waited elsewhere */
	pass(10000);
	answer_status(w, NEW_BYTES);
	was_said(w, "");
	burst_of(w, 8000);
	w->status[BACKLOG] = 5000;
	answer_status(w, NEW_BYTES);
	w->status[BACKLOG] = 0;
	pass(10000);
	answer_status(w, NEW_BYTES);
	assert_non_null(strstr(w->said, "queue/proposed/-b 12"));
	w->said[0] = '\0';
	w->status[LIMIT] = 16384;
	answer_status(w, NEW_BYTES);
	assert_non_null(strstr(w->said, "queue/applied/-b 1"));
	world_free(w);
}

/* A burst of @n records in a queue of 64 that refuses @lost of them, and its rest. */
static void lose(struct world *w, unsigned int n, uint32_t lost)
{
	burst_of(w, n);
	answer_log(w, "audit: backlog limit exceeded");
	w->status[LOST] += lost;
	answer_status(w, NEW_BYTES);
	pass(3000);
	answer_status(w, NEW_BYTES);
}

static void without_waiting(struct world *w)
{
	w->status[LIMIT] = 64;
	w->status[WAIT] = 0;
	answer_status(w, NEW_BYTES);
}

/* A short burst that was refused: judged when it rests, and its depth is seen. */
static void a_burst_gets_its_depth(void **state)
{
	struct world *w = world(DAY_MS);

	without_waiting(w);
	lose(w, 1000, 100);
	assert_non_null(strstr(w->said, "loss/raised/burst queue/proposed/-b "));
	assert_null(strstr(w->said, "backlog_wait_time"));
	w->said[0] = '\0';
	w->status[LIMIT] = 65536;
	answer_status(w, NEW_BYTES);
	assert_non_null(strstr(w->said, "queue/applied/-b "));
	world_free(w);
}

/* Who makes small losses does not take the large one's advice off the list. */
static void a_smaller_loss_replaces_nothing(void **state)
{
	struct world *w = world(DAY_MS);
	unsigned int i;

	without_waiting(w);
	lose(w, 3000, 3000);
	assert_non_null(strstr(w->said, "queue/proposed/-b "));
	for (i = 0; i < 20; i++) {
		w->said[0] = '\0';
		pass(LEDGER_QUIET_MS);
		answer_status(w, NEW_BYTES);
		lose(w, 300, 30 + i);
		assert_null(strstr(w->said, "queue/"));
	}
	w->said[0] = '\0';
	pass(LEDGER_QUIET_MS);
	answer_status(w, NEW_BYTES);
	lose(w, 9000, 9000); /* a larger one does */
	assert_non_null(strstr(w->said, "queue/withdrawn/-b "));
	world_free(w);
}

/* Who loses one each two seconds does not keep the advice away. */
static void a_loss_without_end_is_judged_each_minute(void **state)
{
	struct world *w = world(DAY_MS);
	unsigned int i;

	without_waiting(w);
	burst_of(w, 1000);
	answer_log(w, "audit: backlog limit exceeded");
	for (i = 0; i < 175 && !strstr(w->said, "queue/proposed/-b "); i++) {
		w->status[LOST] += i % 5 ? 0 : 10; /* each two and a half seconds */
		answer_status(w, NEW_BYTES);
	}
	assert_in_range(i, 100, 174);
	world_free(w);
}

/* What the kernel does not take until the next boot has no command. */
static void locked_settings_have_no_command(void **state)
{
	struct world *w = world(DAY_MS);
	const json_t *o;
	int64_t since;

	w->status[ENABLED] = 2;
	without_waiting(w);
	lose(w, 1000, 100);
	o = advice_standing(w->advice, 0, &since);
	assert_non_null(o);
	assert_int_equal(json_array_size(json_object_get(o, "rules")), 1);
	assert_int_equal(json_array_size(json_object_get(o, "commands")), 0);
	assert_non_null(strstr(word(o, "why"), "next boot"));
	world_free(w);
}

static uint32_t boot_limit(const char *cmdline)
{
	return advisor_boot_limit((struct span){cmdline, strlen(cmdline)});
}

static void the_command_line_has_a_limit(void **state)
{
	assert_int_equal(boot_limit(""), 64);
	assert_int_equal(boot_limit("quiet audit=1\n"), 64);
	assert_int_equal(boot_limit("audit_backlog_limit=8192 audit=1\n"), 8192);
	assert_int_equal(boot_limit("a audit_backlog_limit=1 audit_backlog_limit=2"), 2);
	assert_int_equal(boot_limit("xaudit_backlog_limit=8192"), 64);
	assert_int_equal(boot_limit("audit_backlog_limit="), 64);
	assert_int_equal(boot_limit("audit_backlog_limit=0x4000"), 16384);
	assert_int_equal(boot_limit("audit_backlog_limit=-1"), 64);
	assert_int_equal(boot_limit("audit_backlog_limit=12x"), 64);
	assert_int_equal(boot_limit("audit_backlog_limit=9999999999"), 64);
}

static void look_at_rules(struct world *w, const char *const *lines)
{
	struct ruleset *set = ruleset_new();

	for (; *lines; lines++)
		assert_int_equal(ruleset_add(set, rule_help_rule(*lines), false), 0);
	w->said[0] = '\0';
	advisor_rules(&w->advisor, set);
	ruleset_free(set);
}

/* The kernel's list comes, and comes again. */
static void rules_are_looked_through(void **state)
{
	static const char *const wrong[] = {"-a always,exit -F arch=b64 -S open -k a",
					    NULL},
				 *const right[] = {
					 "-a always,exit -F arch=b64 -S open -k a",
					 "-a always,exit -F arch=b32 -S open -k a", NULL};
	struct world *w = world(DAY_MS);
	json_t *standing;
	int64_t since;

	look_at_rules(w, wrong); /* nobody wants to know */
	assert_string_equal(w->said, "");
	w->advisor.rules = rule_advice_new(w->advice);
	assert_non_null(w->advisor.rules);
	w->status[ENABLED] = 2;
	answer_status(w, NEW_BYTES);
	look_at_rules(w, wrong);
	assert_string_equal(
		w->said, "repair/proposed/-a always,exit -F arch=b32 -S open -F key=a ");
	standing = advice_standing(w->advice, 0, &since);
	assert_int_equal(json_array_size(json_object_get(standing, "commands")), 0);
	look_at_rules(w, wrong);
	assert_string_equal(w->said, "");
	look_at_rules(w, right);
	assert_string_equal(
		w->said, "repair/applied/-a always,exit -F arch=b32 -S open -F key=a ");
	rule_advice_free(w->advisor.rules);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_reply_is_an_old_kernels),
		cmocka_unit_test(lost_for_want_of_memory),
		cmocka_unit_test(lost_by_the_retry_and_hold_queues),
		cmocka_unit_test(lost_wraps_and_is_reset),
		cmocka_unit_test(lost_at_boot),
		cmocka_unit_test(a_boot_begins_anew),
		cmocka_unit_test(a_full_queue_may_halt_the_machine),
		cmocka_unit_test(locked_rules_are_said),
		cmocka_unit_test(nobody_takes_the_records),
		cmocka_unit_test(a_policy_is_held_against_the_kernel),
		cmocka_unit_test(a_queue_that_was_nearly_full_is_said),
		cmocka_unit_test(another_policy_is_not_the_old_one_applied),
		cmocka_unit_test(a_burst_gets_its_depth),
		cmocka_unit_test(a_smaller_loss_replaces_nothing),
		cmocka_unit_test(a_loss_without_end_is_judged_each_minute),
		cmocka_unit_test(locked_settings_have_no_command),
		cmocka_unit_test(the_command_line_has_a_limit),
		cmocka_unit_test(rules_are_looked_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
