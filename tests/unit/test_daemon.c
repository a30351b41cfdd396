/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_daemon.c - what to change in auditd.conf, and in the failure mode
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "advise/daemon.h"
#include "emit/daemon_object.h"

#define MOST 99999

static const struct daemon_config shipped = {.flush = DAEMON_FLUSH_INCREMENTAL_ASYNC,
					     .freq = 50,
					     .q_depth = 2000,
					     .priority_boost = 4};

static const char *text(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static const char *first(const json_t *o, const char *name)
{
	return json_string_value(json_array_get(json_object_get(o, name), 0));
}

static struct ledger_entry dispatcher(uint64_t gap)
{
	struct ledger_entry e = {.cause = LEDGER_DISPATCHER, .last_ms = 8000};

	e.sums.gap_events = gap;
	e.evidence.events = 100;
	e.evidence.records = 300;
	return e;
}

static void the_queue_to_plugins_holds_what_did_not_fit(void **state)
{
	struct ledger_entry e = dispatcher(1000);
	struct daemon_advice a = daemon_advise(&e, &shipped, NULL, 0, MOST);
	struct daemon_config then = shipped;
	struct daemon_report report;
	json_t *o;

	assert_int_equal(a.setting, DAEMON_Q_DEPTH);
	assert_int_equal(a.at_least, 3000);
	assert_int_equal(a.estimate, 5000);
	assert_int_equal(a.to, 6300);
	assert_int_equal(daemon_advise(&e, &shipped, NULL, 4000, MOST).estimate, 7000);
	report.queue_size = 400;
	assert_int_equal(daemon_advise(&e, &shipped, &report, 0, MOST).estimate, 3400);
	then.q_depth = 5000; /* is in the file, and auditd has not read it */
	assert_int_equal(daemon_advise(&e, &then, &report, 0, MOST).setting,
			 DAEMON_NOTHING);
	report.queue_size = DAEMON_UNKNOWN;
	assert_int_equal(daemon_advise(&e, &shipped, &report, 0, MOST).estimate, 5000);
	then = shipped;
	assert_false(daemon_is_applied(&a, &then));
	then.q_depth = 6300;
	assert_true(daemon_is_applied(&a, &then));
	o = daemon_object(&a, &e);
	assert_string_equal(text(o, "kind"), "auditd");
	assert_string_equal(first(o, "rules"), "q_depth = 6300");
	assert_string_equal(first(o, "remove"), "q_depth = 2000");
	assert_string_equal(first(o, "commands"), "auditctl --signal HUP");
	assert_string_equal(text(o, "file"), AUDITD_CONF);
	json_decref(o);
}

/* A plugin that never reads fills any queue; and auditd takes no larger one. */
static void no_queue_to_plugins_is_deep_enough(void **state)
{
	struct ledger_entry e = dispatcher(30000);
	struct daemon_advice a = daemon_advise(&e, &shipped, NULL, 0, MOST);
	json_t *o;

	assert_int_equal(a.setting, DAEMON_Q_DEPTH);
	assert_int_equal(a.to, 0);
	assert_false(daemon_is_applied(&a, &shipped));
	o = daemon_object(&a, &e);
	assert_int_equal(json_array_size(json_object_get(o, "rules")), 0);
	assert_int_equal(json_array_size(json_object_get(o, "commands")), 0);
	assert_non_null(strstr(text(o, "title"), "does not read"));
	json_decref(o);
	e = dispatcher(1000); /* 5000, with a margin; and a small machine */
	assert_int_equal(daemon_advise(&e, &shipped, NULL, 0, 6000).to, 0);
	assert_int_equal(daemon_advise(&e, &shipped, NULL, 0, 0).to, 0);
	assert_int_equal(daemon_most(UINT64_MAX), MOST);
	assert_int_equal(daemon_most(16 * 9216 * 100), 100);
	e = dispatcher(10);
	e.last_ms = 60000;
	assert_int_equal(daemon_advise(&e, &shipped, NULL, 0, MOST).to, 0);
}

static struct ledger_entry slow(void)
{
	struct ledger_entry e = {.cause = LEDGER_AUDITD_SLOW};

	e.sums.refused = 5;
	e.evidence.watched_ms = 4000;
	e.evidence.run_ms = 500;
	e.evidence.starved_ms = 3000;
	return e;
}

static void a_starved_auditd_gets_priority(void **state)
{
	struct ledger_entry e = slow();
	struct daemon_config config = shipped;
	struct daemon_advice a = daemon_advise(&e, &config, NULL, 0, MOST);
	json_t *o;

	assert_int_equal(a.setting, DAEMON_PRIORITY_BOOST);
	assert_int_equal(a.to, 10);
	o = daemon_object(&a, &e);
	assert_string_equal(first(o, "rules"), "priority_boost = 10");
	assert_string_equal(first(o, "remove"), "priority_boost = 4");
	assert_non_null(strstr(text(o, "why"), "75%"));
	json_decref(o);
	config.priority_boost = 10;
	assert_true(daemon_is_applied(&a, &config));
	assert_int_equal(daemon_advise(&e, &config, NULL, 0, MOST).to, 19);
	config.priority_boost = 19;
	assert_int_equal(daemon_advise(&e, &config, NULL, 0, MOST).setting,
			 DAEMON_NOTHING);
	assert_null(
		daemon_object(&(struct daemon_advice){.setting = DAEMON_NOTHING}, &e));
}

static void a_held_auditd_flushes_less(void **state)
{
	struct ledger_entry e = slow();
	struct daemon_config config = shipped;
	struct daemon_advice a;
	json_t *o;

	e.evidence.starved_ms = 0;
	e.evidence.disk_polls = 5;
	assert_int_equal(daemon_advise(&e, &config, NULL, 0, MOST).setting,
			 DAEMON_NOTHING);
	config.flush = DAEMON_FLUSH_SYNC;
	a = daemon_advise(&e, &config, NULL, 0, MOST);
	assert_int_equal(a.setting, DAEMON_FLUSH);
	assert_false(daemon_is_applied(&a, &config));
	assert_true(daemon_is_applied(&a, &shipped));
	o = daemon_object(&a, &e);
	assert_string_equal(first(o, "rules"), "flush = incremental_async");
	assert_string_equal(first(o, "remove"), "flush = sync");
	assert_int_equal(json_array_size(json_object_get(o, "rules")), 1);
	assert_non_null(text(o, "gives_up"));
	json_decref(o);
	config.freq = 0; /* as goes with sync; auditd does not start with both */
	a = daemon_advise(&e, &config, NULL, 0, MOST);
	o = daemon_object(&a, &e);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(o, "rules"), 1)),
		"freq = 50");
	json_decref(o);
	config.flush = DAEMON_FLUSH_INCREMENTAL_ASYNC;
	assert_false(daemon_is_applied(&a, &config));
}

static void other_causes_are_not_auditds(void **state)
{
	struct ledger_entry e = dispatcher(0);

	assert_int_equal(daemon_advise(&e, &shipped, NULL, 0, MOST).setting,
			 DAEMON_NOTHING);
	e = dispatcher(5);
	e.evidence.before = true;
	assert_int_equal(daemon_advise(&e, &shipped, NULL, 0, MOST).setting,
			 DAEMON_NOTHING);
	e = dispatcher(5);
	e.cause = LEDGER_BURST;
	assert_int_equal(daemon_advise(&e, &shipped, NULL, 0, MOST).setting,
			 DAEMON_NOTHING);
}

/* What halts the machine is never there to be pasted. */
static void a_failure_mode_that_differs_is_said(void **state)
{
	unsigned int failure, policy;

	for (failure = 0; failure <= 2; failure++)
		for (policy = 0; policy <= 2; policy++) {
			json_t *o = failure_object(failure, policy);
			char *whole;

			if (!policy || policy == failure) {
				assert_null(o);
				continue;
			}
			assert_non_null(o);
			whole = json_dumps(o, 0);
			assert_null(strstr(whole, "-f 2"));
			free(whole);
			if (policy == 1)
				assert_string_equal(first(o, "commands"),
						    "auditctl -f 1");
			else
				assert_null(first(o, "commands"));
			json_decref(o);
		}
	assert_null(failure_object(3, 1));
	assert_null(failure_object(1, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_queue_to_plugins_holds_what_did_not_fit),
		cmocka_unit_test(no_queue_to_plugins_is_deep_enough),
		cmocka_unit_test(a_starved_auditd_gets_priority),
		cmocka_unit_test(a_held_auditd_flushes_less),
		cmocka_unit_test(other_causes_are_not_auditds),
		cmocka_unit_test(a_failure_mode_that_differs_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
