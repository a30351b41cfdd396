/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rounds.c - advice on noise as the daemon makes it, round after round
 *
 * The engine, the thread that looks at files and the files are real; the stream and the
 * rules are the test's.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "advise/guard.h"
#include "base/clock.h"
#include "emit/advice.h"
#include "emit/alerts.h"
#include "match_help.h"
#include "rounds.h"

#define PROGRAM "/usr/bin/sort" /* root's, on all systems, and no shell */
#define RULE    "-a always,exit -F arch=b64 -S openat -F key=k\n"

struct world {
	struct event_base *base;
	struct config config;
	struct engine *engine;
	struct advice *advice;
	struct alerts *alerts;
	struct rounds *rounds;
	unsigned int serial, advised, flooded;
	bool flooding;
	char rule[512], flood[1024];
};

static int64_t ahead_ms; /* of CLOCK_BOOTTIME, as if the machine had slept */

struct clock_reading __real_clock_read(void);
struct clock_reading __wrap_clock_read(void);

struct clock_reading __wrap_clock_read(void)
{
	struct clock_reading now = __real_clock_read();

	now.boot_ms += ahead_ms;
	return now;
}

static void on_advice(void *arg, json_t *object)
{
	struct world *w = arg;
	const char *text =
		json_string_value(json_array_get(json_object_get(object, "rules"), 0));

	w->advised++;
	snprintf(w->rule, sizeof(w->rule), "%s", text ? text : "");
	event_base_loopbreak(w->base);
}

static void on_alert(void *arg, json_t *object, enum alert_level level)
{
	struct world *w = arg;

	w->flooding =
		!strcmp(json_string_value(json_object_get(object, "state")), "raised");
	w->flooded += w->flooding;
	assert_int_equal(level, w->flooding ? ALERT_WARNING : ALERT_INFO);
	snprintf(w->flood, sizeof(w->flood), "%s",
		 json_string_value(json_object_get(object, "text")));
	event_base_loopbreak(w->base);
}

/* Events of one program and uid, in the seconds up to now. */
static void feed(struct world *w, const char *exe, int uid, unsigned int n)
{
	const struct clock_reading now = clock_read();
	char line[1024];

	for (; n; n--, w->serial++) {
		const struct clock_reading then = {.wall_ms = now.wall_ms - n,
						   .boot_ms = now.boot_ms - n};
		long long stamp_ms = then.wall_ms;
		int len = snprintf(
			line, sizeof(line),
			"type=SYSCALL msg=audit(%lld.%03lld:%u): arch=c000003e "
			"syscall=257 success=no exit=-13 a0=0 a1=1 a2=2 a3=0 items=0 "
			"ppid=1 pid=9 auid=4294967295 uid=%d gid=%d euid=%d suid=%d "
			"fsuid=%d egid=9 sgid=9 fsgid=9 tty=(none) ses=4294967295 "
			"comm=\"x\" exe=\"%s\" subj=unconfined key=\"k\"\n"
			"type=EOE msg=audit(%lld.%03lld:%u): \n",
			stamp_ms / 1000, stamp_ms % 1000, w->serial, uid, uid, uid, uid,
			uid, exe, stamp_ms / 1000, stamp_ms % 1000, w->serial);

		engine_feed(w->engine, line, (size_t)len, &then);
	}
}

static void load(struct world *w, const char *text)
{
	struct ruleset *rules = help_set(text);

	rounds_rules(w->rounds, rules);
	assert_int_equal(
		engine_offer_rules(w->engine, rules, clock_read().wall_ms - 60000), 0);
}

static int set_up(void **state)
{
	const struct engine_options engine = {.n_windows = 1,
					      .window_sec = {60},
					      .max_values = 64,
					      .max_flows = 64,
					      .live_rules = true};
	struct world *w = calloc(1, sizeof(*w));
	struct rounds_options o = {0};

	if (!w)
		return -1;
	w->config.advise_sec = 1;
	w->config.min_share = 2;
	w->config.max_risk = GUARD_MEDIUM;
	w->base = event_base_new();
	w->engine = engine_new(&engine);
	w->advice = advice_new(on_advice, w);
	w->alerts = alerts_new(on_alert, w);
	o = (struct rounds_options){.base = w->base,
				    .config = &w->config,
				    .engine = w->engine,
				    .advice = w->advice,
				    .alerts = w->alerts};
	w->rounds = rounds_new(&o);
	*state = w;
	return w->rounds ? 0 : -1;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	rounds_free(w->rounds);
	advice_free(w->advice);
	alerts_free(w->alerts);
	engine_free(w->engine);
	event_base_free(w->base);
	free(w);
	return 0;
}

/* Until something is said; the loop has nothing else to wait for. */
static void turn(struct world *w)
{
	event_base_dispatch(w->base);
}

static void noise_is_advised_on(void **state)
{
	struct world *w = *state;

	load(w, RULE);
	feed(w, PROGRAM, 33, 100);
	feed(w, "/tmp/x", 33, 10);
	turn(w);
	assert_int_equal(w->advised, 1);
	assert_int_equal(w->flooded, 0);
	assert_non_null(strstr(w->rule, "-F exe=" PROGRAM " -F uid=33 -F auid=-1"));
}

/* A shell is never named, so it is all of the account: each program of it is to be looked
 * at before all may go. */
static void many_programs_are_looked_at(void **state)
{
	static const char *const program[] = {
		"/usr/bin/base64", "/usr/bin/basename", "/usr/bin/cat",   "/usr/bin/comm",
		"/usr/bin/cut",    "/usr/bin/date",     "/usr/bin/expr",  "/usr/bin/fold",
		"/usr/bin/head",   "/usr/bin/id",       "/usr/bin/join",  "/usr/bin/nl",
		"/usr/bin/paste",  "/usr/bin/printf",   "/usr/bin/split", "/usr/bin/wc"};
	struct world *w = *state;

	w->config.min_share = 10;
	load(w, RULE);
	for (size_t i = 0; i < sizeof(program) / sizeof(program[0]); i++)
		feed(w, program[i], 33, 20);
	feed(w, "/usr/bin/bash", 33, 120);
	feed(w, "/tmp/x", 1000, 300);
	turn(w);
	assert_int_equal(w->advised, 1);
	assert_non_null(strstr(w->rule, "-S openat -F uid=33 -F auid=-1"));
}

static void a_flood_is_named(void **state)
{
	struct world *w = *state;

	load(w, RULE);
	feed(w, "/tmp/x", 1000, 9000);
	turn(w);
	assert_int_equal(w->advised, 0);
	assert_int_equal(w->flooded, 1);
	assert_non_null(strstr(w->flood, "\"/tmp/x\""));
	assert_non_null(strstr(w->flood, "nothing of it may be silenced: "));
}

/* Where there are no rounds any more nothing is said of it that nobody knows. */
static void a_flood_does_not_outlive_the_rounds(void **state)
{
	const struct timeval enough = {3, 0};
	struct world *w = *state;
	char *many = calloc(ROUNDS_RULES + 1, 128);

	assert_non_null(many);
	load(w, RULE);
	feed(w, "/tmp/x", 1000, 9000);
	turn(w);
	assert_true(w->flooding);
	for (size_t i = 0, n = 0; i <= ROUNDS_RULES; i++)
		n += (size_t)sprintf(many + n,
				     "-a always,exit -F arch=b64 -S openat "
				     "-F uid=%zu -F key=k\n",
				     i);
	load(w, many);
	free(many);
	ahead_ms = 62000;
	event_base_loopexit(w->base, &enough);
	turn(w);
	ahead_ms = 0;
	assert_false(w->flooding);
}

static void on_burst(evutil_socket_t fd, short what, void *arg)
{
	feed(arg, "/tmp/x", 1000, 4000);
}

/* What comes while a round looks at files is the next one's. */
static void figures_are_of_one_moment(void **state)
{
	const struct timeval in_look = {1, 25000}; /* advise_sec, and half of LOOK_MS */
	struct world *w = *state;
	struct event *burst = event_new(w->base, -1, 0, on_burst, w);

	load(w, RULE);
	feed(w, PROGRAM, 33, 300);
	feed(w, "/tmp/x", 1000, 100);
	event_add(burst, &in_look);
	turn(w);
	event_free(burst);
	assert_int_equal(w->flooded, 0);
	assert_int_equal(w->advised, 1);
}

static void what_is_protected_is_not_advised(void **state)
{
	struct world *w = *state;

	snprintf(w->config.protect_exe, sizeof(w->config.protect_exe), "%s", PROGRAM);
	rounds_configure(w->rounds);
	load(w, RULE);
	feed(w, PROGRAM, 33, 9000);
	turn(w);
	assert_int_equal(w->advised, 0);
	assert_int_equal(w->flooded, 1);
}

/* --- another host's cron --- */

#define CRON "/usr/sbin/cron"

bool __real_lineage_look(char *real, struct span path, struct lineage *out);
bool __wrap_lineage_look(char *real, struct span path, struct lineage *out);

/* Cron is not everywhere: it is what sort(1) is. */
bool __wrap_lineage_look(char *real, struct span path, struct lineage *out)
{
	if (!span_is(path, CRON))
		return __real_lineage_look(real, path, out);
	if (!__real_lineage_look(real, span_of("/usr/sbin/nologin"), out))
		return false;
	memcpy(real, CRON, sizeof(CRON));
	out->real = span_of(real);
	return true;
}

static void say(struct world *w, const char *node, const char *type, const char *rest)
{
	const struct clock_reading now = clock_read();
	char line[1024];
	int n = snprintf(line, sizeof(line),
			 "node=%s type=%s msg=audit(%lld.%03lld:%u): %s\n", node, type,
			 (long long)now.wall_ms / 1000, (long long)now.wall_ms % 1000,
			 w->serial, rest);

	engine_feed(w->engine, line, (size_t)n, &now);
}

static void tell(struct world *w, const char *node, const char *type)
{
	say(w, node, type,
	    "pid=7 uid=0 auid=0 ses=7 msg='op=PAM:x acct=\"root\" exe=\"" CRON
	    "\" hostname=? addr=? terminal=cron res=success'");
	w->serial++;
}

/* With the kernel's own record of the login. */
static void run_job(struct world *w, const char *node)
{
	tell(w, node, "USER_ACCT");
	tell(w, node, "CRED_ACQ");
	say(w, node, "LOGIN",
	    "pid=5 uid=0 old-auid=4294967295 auid=0 tty=(none) old-ses=4294967295 ses=7 "
	    "res=1");
	say(w, node, "SYSCALL",
	    "arch=c000003e syscall=1 success=yes exit=1 a0=3 a1=1 a2=1 a3=0 items=0 "
	    "ppid=1 pid=5 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 "
	    "tty=(none) ses=7 comm=\"cron\" exe=\"" CRON "\" key=(null)");
	say(w, node, "EOE", "");
	w->serial++;
	tell(w, node, "USER_START");
	tell(w, node, "CRED_DISP");
	tell(w, node, "USER_END");
}

/* Jobs on @node; on this host there are messages as no cron sends them. */
static void see_jobs(struct world *w, const char *node)
{
	const struct engine_own own = {{0},
				       {.name = "here", .shared = true, .node = "here"}};
	const struct timeval enough = {2, 0};

	engine_set_own(w->engine, &own);
	load(w, RULE);
	for (int i = 0; i < 30; i++)
		run_job(w, node);
	if (strcmp(node, "here") != 0)
		for (int i = 0; i < 60; i++)
			tell(w, "here", "USER_ACCT");
	event_base_loopexit(w->base, &enough);
	turn(w);
}

static void cron_of_this_host_is_told(void **state)
{
	struct world *w = *state;

	see_jobs(w, "here");
	assert_int_equal(w->advised, 1);
	assert_non_null(strstr(w->rule, "-F exe=" CRON));
}

/* Who sends from elsewhere does not have this host's cron silenced. */
static void cron_of_others_says_nothing(void **state)
{
	struct world *w = *state;

	see_jobs(w, "there");
	assert_int_equal(w->advised, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(noise_is_advised_on),
		TEST(many_programs_are_looked_at),
		TEST(a_flood_is_named),
		TEST(a_flood_does_not_outlive_the_rounds),
		TEST(figures_are_of_one_moment),
		TEST(what_is_protected_is_not_advised),
		TEST(cron_of_this_host_is_told),
		TEST(cron_of_others_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
