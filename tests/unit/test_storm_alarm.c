/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_storm_alarm.c - storms of authentication, from the stream to the alert
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "emit/storm_alarm.h"

#define START 1700000000

struct world {
	struct engine *engine;
	struct alerts *alerts;
	struct storm_alarm *alarm;
	unsigned int serial;
	json_t *sent;
};

static void on_alert(void *arg, json_t *object, enum alert_level level)
{
	struct world *w = arg;

	(void)level;
	json_array_append_new(w->sent, json_deep_copy(object));
}

static int setup(void **state)
{
	const struct engine_options o = {.n_windows = 3,
					 .window_sec = {60, 300, 3600},
					 .max_values = 64,
					 .max_flows = 64};
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->engine = engine_new(&o);
	w->sent = json_array();
	w->alerts = alerts_new(on_alert, w);
	assert_non_null(w->engine);
	assert_non_null(w->alerts);
	w->alarm = storm_alarm_new(w->engine, w->alerts, false);
	assert_non_null(w->alarm);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	storm_alarm_free(w->alarm);
	alerts_free(w->alerts);
	engine_free(w->engine);
	json_decref(w->sent);
	free(w);
	return 0;
}

static void feed(struct world *w, const char *text)
{
	engine_feed(w->engine, text, strlen(text), NULL);
}

static void message(struct world *w, int64_t second, const char *type, long auid,
		    const char *fields)
{
	char line[1024];

	w->serial++;
	snprintf(line, sizeof(line),
		 "type=%s msg=audit(%lld.100:%u): pid=%u uid=0 auid=%ld ses=7 "
		 "msg='op=PAM:x %s'\n",
		 type, (long long)(START + second), w->serial, w->serial,
		 auid < 0 ? 4294967295 : auid, fields);
	feed(w, line);
}

static void login_result(struct world *w, int64_t second, const char *exe, bool done)
{
	char text[1024];
	long long at = START + second;
	unsigned int s = ++w->serial;

	snprintf(text, sizeof(text),
		 "type=LOGIN msg=audit(%lld.100:%u): pid=5 uid=0 old-auid=4294967295 "
		 "auid=0 tty=(none) old-ses=4294967295 ses=7 res=%d\n"
		 "type=SYSCALL msg=audit(%lld.100:%u): arch=c000003e syscall=1 "
		 "success=%s exit=%d a0=3 a1=1 a2=1 a3=0 items=0 ppid=1 pid=5 auid=0 "
		 "uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) "
		 "ses=7 comm=\"cron\" exe=\"%s\" key=(null)\n"
		 "type=PROCTITLE msg=audit(%lld.100:%u): proctitle=\"cron\"\n"
		 "type=EOE msg=audit(%lld.100:%u): \n",
		 at, s, done, at, s, done ? "yes" : "no", done ? 1 : -1, exe, at, s, at,
		 s);
	feed(w, text);
}

static void login(struct world *w, int64_t second, const char *exe)
{
	login_result(w, second, exe, true);
}

#define CRON(acct) \
	"acct=\"" acct "\" exe=\"/usr/sbin/cron\" hostname=? addr=? terminal=cron " \
	"res=success"

static void job(struct world *w, int64_t second, bool shown)
{
	message(w, second, "USER_ACCT", -1, CRON("root"));
	message(w, second, "CRED_ACQ", -1, CRON("root"));
	if (shown)
		login(w, second, "/usr/sbin/cron");
	message(w, second, "USER_START", 0, CRON("root"));
	message(w, second, "CRED_DISP", 0, CRON("root"));
	message(w, second, "USER_END", 0, CRON("root"));
}

static const json_t *figure(const struct world *w, size_t i, const char *name)
{
	return json_object_get(json_object_get(json_array_get(w->sent, i), "figures"),
			       name);
}

static void assert_said(const struct world *w, size_t i, const char *cause,
			const char *level, const char *state)
{
	const json_t *o = json_array_get(w->sent, i);

	assert_non_null(o);
	assert_string_equal(json_string_value(json_object_get(o, "alert")), "auth_storm");
	assert_string_equal(json_string_value(json_object_get(o, "cause")), cause);
	assert_string_equal(json_string_value(json_object_get(o, "level")), level);
	assert_string_equal(json_string_value(json_object_get(o, "state")), state);
}

static void alarm_tells_of_cron_where_it_weighs(void **state)
{
	struct world *w = *state;
	int minute;

	for (minute = 0; minute < 10; minute++)
		for (int i = 0; i < 5; i++)
			job(w, minute * 60 + 1, true);
	assert_int_equal(json_array_size(w->sent), 0); /* 30 events a minute are none */
	for (; minute < 20; minute++)
		for (int i = 0; i < 15; i++)
			job(w, minute * 60 + 1, true);
	assert_int_equal(json_array_size(w->sent), 1);
	assert_said(w, 0, "cron_sessions", "info", "raised");
	assert_true(json_integer_value(figure(w, 0, "sessions")) >= 50);
	assert_int_equal(json_integer_value(figure(w, 0, "failed")), 0);
	assert_int_equal(json_integer_value(figure(w, 0, "accounts")), 1);
	assert_string_equal(json_string_value(figure(w, 0, "top_exe")), "/usr/sbin/cron");
	assert_true(json_is_null(figure(w, 0, "source")));
	/* then it runs few again: five minutes later that is all the window shows, and a
	 * minute after that it is quiet */
	for (; minute < 30; minute++)
		job(w, minute * 60 + 1, true);
	assert_int_equal(json_array_size(w->sent), 2);
	assert_said(w, 1, "cron_sessions", "info", "cleared");
}

static void alarm_takes_no_other_program_for_cron(void **state)
{
	struct world *w = *state;

	/* another program's LOGIN shows nothing, and what comes each second is no cron */
	for (int second = 0; second < 600; second++) {
		job(w, second, false);
		login(w, second, "/tmp/cron");
	}
	storm_alarm_look(w->alarm);
	assert_int_equal(json_array_size(w->sent), 0);
}

static void alarm_tells_of_guessing_while_it_lasts(void **state)
{
	struct world *w = *state;
	char fields[256];

	for (int i = 0; i < 200; i++) {
		snprintf(fields, sizeof(fields),
			 "acct=\"user%d\" exe=\"/usr/sbin/sshd\" hostname=192.0.2.%d "
			 "addr=192.0.2.%d terminal=ssh res=failed",
			 i, i % 3, i % 3);
		message(w, i, "USER_AUTH", -1, fields);
	}
	storm_alarm_look(w->alarm);
	assert_int_equal(json_array_size(w->sent), 1);
	assert_said(w, 0, "password_guessing", "warning", "raised");
	assert_int_equal(json_integer_value(figure(w, 0, "sources")), 3);
	assert_true(json_is_null(figure(w, 0, "sessions")));
	assert_true(json_is_null(figure(w, 0, "account")));
	/* nothing more: the hours go on */
	for (int i = 0; i < 20; i++)
		message(w, 200 + i * 30, "SERVICE_START", -1,
			"unit=x exe=\"/s\" res=success");
	assert_int_equal(json_array_size(w->sent), 2);
	assert_said(w, 1, "password_guessing", "warning", "cleared");
}

static void alarm_tells_of_loops_and_scripts_side_by_side(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 300; i++) {
		message(w, i, "USER_ACCT", 1000,
			"acct=\"app\" exe=\"/usr/bin/sudo\" hostname=? addr=? "
			"terminal=? res=success");
		message(w, i, "USER_CMD", 1000,
			"cwd=\"/\" cmd=74727565 exe=\"/usr/bin/sudo\" terminal=? "
			"res=success");
		if (i % 5 == 0)
			message(w, i, "USER_AUTH", -1,
				"acct=\"db\" exe=\"/usr/bin/app\" hostname=? addr=? "
				"terminal=? res=failed");
	}
	storm_alarm_look(w->alarm);
	assert_int_equal(json_array_size(w->sent), 2);
	assert_said(w, 0, "service_failure_loop", "warning", "raised");
	assert_string_equal(json_string_value(figure(w, 0, "account")), "db");
	assert_said(w, 1, "sudo_automation", "info", "raised");
}

/* Cron under an attack by local programs: it is not said to be cron any more. */
static void alarm_does_not_say_cron_when_rows_were_driven_out(void **state)
{
	struct world *w = *state;
	char fields[256];

	for (int minute = 0; minute < 10; minute++) {
		for (int i = 0; i < 20; i++)
			job(w, minute * 60 + 1, true);
		for (int i = 0; i < 300; i++) {
			snprintf(fields, sizeof(fields),
				 "acct=\"x\" exe=\"/tmp/%d\" hostname=? addr=? "
				 "terminal=? res=success",
				 minute * 300 + i);
			message(w, minute * 60 + 2, "USER_ACCT", -1, fields);
		}
	}
	storm_alarm_look(w->alarm);
	assert_true(engine_health(w->engine).auth_evicted > 0);
	assert_int_equal(json_array_size(w->sent), 0);
}

static void alarm_judges_a_full_book(void **state)
{
	struct world *w = *state;
	struct storms *s = calloc(1, sizeof(*s));
	char fields[256];

	assert_non_null(s);
	for (int i = 0; i < 5000; i++) {
		snprintf(fields, sizeof(fields),
			 "acct=\"x%d\" exe=\"/tmp/%d\" hostname=? addr=10.0.0.%d "
			 "terminal=? res=failed",
			 i, i % 250, i % 200);
		message(w, i / 50, "USER_ACCT", -1, fields);
	}
	s->engine = w->engine;
	storms_judge(s, 1);
	assert_int_equal(s->n, 0); /* each is too little */
	free(s);
}

/* As the daemon does between two looks, for its other alerts. */
static void tick(const struct world *w)
{
	const struct timeline *t = engine_timeline(w->engine);
	const struct clock_reading clock = {.wall_ms = timeline_stamp(t),
					    .boot_ms = t->now_ms};

	alerts_tick(w->alerts, &clock);
}

static void other(struct world *w, int64_t second)
{
	message(w, second, "SERVICE_START", -1, "unit=x exe=\"/s\" res=success");
}

/* Cron wakes once a minute: what it does stands, it does not come and go. */
static void alarm_stands_from_minute_to_minute(void **state)
{
	struct world *w = *state;

	for (int second = 0; second < 1800; second++) {
		for (int i = 0; i < 15 && second % 60 == 1; i++)
			job(w, second, true);
		if (second % 4 == 0)
			other(w, second);
		tick(w);
	}
	assert_int_equal(json_array_size(w->sent), 1);
	assert_said(w, 0, "cron_sessions", "info", "raised");
	for (int second = 1800; second < 2000; second++) {
		other(w, second);
		tick(w);
	}
	assert_int_equal(json_array_size(w->sent), 2);
	assert_said(w, 1, "cron_sessions", "info", "cleared");
}

/* Names that are guessed once each, for longer than the book remembers the first, behind
 * others that come in. */
static void alarm_sees_guessing_that_goes_on(void **state)
{
	struct world *w = *state;
	char fields[256];

	for (int i = 0; i < 3600; i++) {
		snprintf(fields, sizeof(fields),
			 "acct=\"user%d\" exe=\"/usr/sbin/sshd\" hostname=? "
			 "addr=? terminal=ssh res=failed",
			 i);
		message(w, 2 * i, "USER_AUTH", -1, fields);
		for (int k = 0; k < 2; k++)
			message(w, 2 * i, "USER_AUTH", -1,
				"acct=\"web\" exe=\"/usr/sbin/sshd\" hostname=? "
				"addr=? terminal=ssh res=success");
	}
	storm_alarm_look(w->alarm);
	assert_int_equal(json_array_size(w->sent), 1);
	assert_said(w, 0, "password_guessing", "warning", "raised");
}

/* Whoever is refused another login uid, and anybody can be, takes no place of those who
 * guess. */
static void alarm_is_not_hidden_by_refused_logins(void **state)
{
	struct world *w = *state;
	char exe[64];

	for (int i = 0; i < 6000; i++) {
		snprintf(exe, sizeof(exe), "/tmp/%d", i % 300);
		login_result(w, i / 100, exe, false);
		if (i % 60 == 0)
			message(w, i / 100, "USER_AUTH", -1,
				"acct=\"root\" exe=\"/usr/sbin/sshd\" "
				"hostname=192.0.2.1 addr=192.0.2.1 terminal=ssh "
				"res=failed");
	}
	storm_alarm_look(w->alarm);
	assert_int_equal(engine_health(w->engine).auth_evicted, 0);
	assert_int_equal(json_array_size(w->sent), 1);
	assert_said(w, 0, "password_guessing", "warning", "raised");
}

/* Nor do logins of services, which need none for the first one of a process: all have
 * many before one comes that fails. */
static void alarm_is_not_hidden_by_logins(void **state)
{
	struct world *w = *state;
	char exe[64];

	for (int i = 0; i < 12000; i++) {
		snprintf(exe, sizeof(exe), "/tmp/%d", i < 6000 ? i % 256 : i);
		login(w, i / 200, exe);
		if (i >= 6000 && i % 60 == 0)
			message(w, i / 200, "USER_AUTH", -1,
				"acct=\"root\" exe=\"/usr/sbin/sshd\" "
				"hostname=192.0.2.1 addr=192.0.2.1 terminal=ssh "
				"res=failed");
	}
	storm_alarm_look(w->alarm);
	assert_int_equal(json_array_size(w->sent), 1);
	assert_said(w, 0, "password_guessing", "warning", "raised");
}

/* Many names of sudo, each heavier. */
static void alarm_is_not_hidden_by_heavier_ones(void **state)
{
	struct world *w = *state;
	char fields[256];

	for (int i = 0; i < 300; i++) {
		for (int k = 0; k < STORMS_MAX; k++) {
			snprintf(fields, sizeof(fields),
				 "acct=\"app\" exe=\"/tmp/%d/sudo\" hostname=? "
				 "addr=? terminal=? res=success",
				 k);
			message(w, i, "USER_ACCT", 1000, fields);
		}
		if (i % 2)
			message(w, i, "USER_AUTH", -1,
				"acct=\"root\" exe=\"/usr/sbin/sshd\" "
				"hostname=192.0.2.1 addr=192.0.2.1 terminal=ssh "
				"res=failed");
	}
	storm_alarm_look(w->alarm);
	assert_int_equal(json_array_size(w->sent), 2);
	assert_said(w, 0, "password_guessing", "warning", "raised");
	assert_said(w, 1, "sudo_automation", "info", "raised");
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(alarm_tells_of_cron_where_it_weighs),
		test(alarm_takes_no_other_program_for_cron),
		test(alarm_tells_of_guessing_while_it_lasts),
		test(alarm_tells_of_loops_and_scripts_side_by_side),
		test(alarm_does_not_say_cron_when_rows_were_driven_out),
		test(alarm_stands_from_minute_to_minute),
		test(alarm_sees_guessing_that_goes_on),
		test(alarm_is_not_hidden_by_refused_logins),
		test(alarm_is_not_hidden_by_logins),
		test(alarm_is_not_hidden_by_heavier_ones),
		test(alarm_judges_a_full_book),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
