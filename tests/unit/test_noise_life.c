/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_noise_life.c - advice on noise from the proposal to the proof
 * (advise/life.c, life_round.c, noise_standing.c, emit/noise_life.c)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "noise_life_help.h"

/* --- what is followed --- */

static void life_is_verified(void **state)
{
	char want[40];

	(void)state;
	propose();
	snprintf(want, sizeof(want), "aunoise try %s", sent.id[0]);
	assert_string_equal(json_string_value(json_object_get(sent.last, "try")), want);
	run(NET, 2, MIN); /* the same, and is not said again */
	assert_sent(1, "proposed");
	load(LOADED, MIN + 1000);
	assert_sent(2, "applied");
	assert_string_equal(sent.id[1], sent.id[0]);
	/* the window still has what came before */
	service(900, true);
	run(LOADED, 2, 2 * MIN);
	assert_sent(2, "applied");
	service(0, true);
	run(LOADED, 2, 2 * MIN + 1000);
	assert_sent(3, "verified");
	assert_string_equal(sent.id[2], sent.id[0]);
	assert_true(figure("before") == 50);
	assert_true(figure("after") == 0);
	assert_true(figure("predicted_share") == 0.8571);
	assert_true(figure("measured_share") == 0.8571);
	assert_true(figure("others_before") == 8.3333);
	assert_true(figure("others_after") == 8.3333);
	service(0, true);
	run(LOADED, 2, 9 * MIN);
	assert_sent(3, "verified");
	assert_int_equal(floods, 0);
}

static void life_takes_a_rest_that_is_small(void **state)
{
	(void)state;
	propose();
	load(LOADED, 0);
	service(490, true);
	run(LOADED, 2, MIN);
	assert_sent(2 + 1, "verified");
	assert_true(figure("measured_share") < figure("predicted_share"));
}

/* Somebody else's program bears its name. */
static void life_is_refuted(void **state)
{
	(void)state;
	propose();
	load(LOADED, 0);
	service(800, true);
	run(LOADED, 2, MIN);
	assert_sent(3, "withdrawn");
	assert_string_equal(sent.id[2], sent.id[0]);
	assert_non_null(strstr(last_reason(), "not from that file"));
	assert_true(figure("after") == 40);
	assert_int_equal(floods, 1);
	assert_string_equal(flood_id, sent.id[0]);
	assert_int_equal(noise_life_health(life).refuted, 1);
	/* neither it nor another one for that name is proposed for a day */
	load(NET, MIN);
	service(1000, false);
	run(NET, 2, 2 * MIN);
	assert_int_equal(sent.n, 3);
	connects(0, "/usr/sbin/d", 34, 1000);
	run(NET, 2, 3 * MIN);
	assert_int_equal(sent.n, 3);
	service(1000, false);
	run(NET, 2, MIN + LIFE_REFUTED_MS);
	assert_int_equal(sent.n, 3);
	run(NET, 2, 2 * MIN + LIFE_REFUTED_MS);
	assert_sent(4, "proposed");
}

/* What has waited until it was verified. */
static void life_is_refuted_later(void **state)
{
	(void)state;
	propose();
	load(LOADED, 0);
	service(0, true);
	run(LOADED, 2, MIN);
	assert_sent(3, "verified");
	service(900, true);
	run(LOADED, 2, 99 * MIN);
	assert_sent(4, "withdrawn");
	assert_int_equal(floods, 1);
}

/* Another host's program of that name is none of ours. */
static void life_asks_for_this_host(void **state)
{
	(void)state;
	propose();
	load(LOADED, 0);
	service(900, true);
	flow[0].foreign = true;
	run(LOADED, 2, MIN);
	assert_sent(3, "verified");
}

static void life_begins_again_when_unloaded(void **state)
{
	(void)state;
	propose();
	load(LOADED, 0);
	service(0, true);
	run(LOADED, 2, MIN);
	assert_sent(3, "verified");
	load(NET, 2 * MIN);
	assert_sent(4, "proposed");
	assert_true(json_is_null(json_object_get(sent.last, "verified")));
	/* a window in which it was loaded tells neither that it is not needed nor what
	 * comes without it */
	service(1, false);
	for (int i = 0; i < 5; i++)
		run(NET, 2, 2 * MIN + 10000);
	service(60, false);
	run(NET, 2, 2 * MIN + 20000);
	assert_sent(4, "proposed");
	load(LOADED, 3 * MIN);
	assert_sent(5, "applied");
	service(0, true);
	run(LOADED, 2, 4 * MIN);
	assert_sent(6, "verified");
	assert_true(figure("before") == 50);
}

/* The rules come while a round is thought about. */
static void life_heeds_rules_within_a_round(void **state)
{
	static const struct life_window window = {MIN, 60, true};
	const struct noise_life_round round = {&scene, &window, T0 + MIN, T0 + MIN,
					       false};

	(void)state;
	for (unsigned int steps = 0; steps < 3 * LIFE_MAX; steps++) {
		sent.n = 0;
		propose();
		service(1000, false);
		round_begin(NET, 2);
		noise_life_begin(life, &round);
		for (unsigned int i = 0; i < steps; i++)
			noise_life_step(life);
		load(LOADED, MIN);
		while (noise_life_step(life))
			;
		end(&world);
		assert_sent(2, "applied");
		assert_int_equal(noise_life_lives(life)->of[0].state, LIFE_APPLIED);
		close_book();
		open_book();
	}
}

/* --- what counts as loaded --- */

static void assert_loads(const char *rules, bool is)
{
	open_book();
	sent.n = 0;
	propose();
	load(rules, 1);
	assert_int_equal(sent.n, is ? 2 : 1);
	close_book();
}

static void life_is_applied_where_it_works(void **state)
{
	(void)state;
	close_book();
	assert_loads(LOADED, true);
	assert_loads("-a always,exit -F arch=b64 -S kill -F key=k\n" LOADED, true);
	assert_loads(NO32 NO64 NET32 NET64, true);
	assert_loads(NET, false);
	assert_loads(NO64 NET, false);
	assert_loads(NET NO64 NO32, false);
	assert_loads(NET64 NO64 NO32 NET32, false);
	assert_loads(NO64 NET64 NO32 NET32, true);
	assert_loads("", false);
	open_book();
}

static void life_narrows(void **state)
{
	(void)state;
	services(false);
	for (int i = 0; i < 3; i++)
		run(ACCESS, 3, i * MIN);
	assert_sent(1, "proposed");
	assert_string_equal(json_string_value(json_object_get(sent.last, "kind")),
			    "narrow");
	load(PEOPLE ACCESS, 3 * MIN);
	assert_int_equal(sent.n, 1);
	load(PEOPLE, 3 * MIN);
	assert_sent(2, "applied");
	services(true);
	run(PEOPLE, 3, 4 * MIN);
	assert_sent(3, "verified");
	assert_true(figure("before") == 100);
	assert_true(figure("after") == 0);
	load(ACCESS, 5 * MIN);
	assert_sent(4, "proposed");
}

#define CRON(types) "-a never,exclude " types " -F exe=/usr/sbin/cron -F uid=0\n"
#define CRON_ALL \
	CRON("-F msgtype=USER_ACCT") \
	CRON("-F msgtype>=CRED_ACQ -F msgtype<=USER_END") CRON("-F msgtype=LOGIN")

static void life_excludes(void **state)
{
	size_t n;

	(void)state;
	n = cron();
	run(NET, n, 0);
	assert_sent(1, "proposed");
	assert_string_equal(json_string_value(json_object_get(sent.last, "kind")),
			    "exclude");
	/* the kernel gives up on the list before it comes to ours */
	load(NET "-a never,exclude -F msgtype=LOGIN -F ppid=1\n" CRON_ALL, 0);
	assert_int_equal(sent.n, 1);
	load(NET CRON_ALL, 0);
	assert_sent(2, "applied");
	for (size_t i = 0; i < n; i++)
		weigh(i, 0, 1);
	run(NET CRON_ALL, n, MIN);
	assert_sent(3, "verified");
	n = cron();
	run(NET CRON_ALL, n, 9 * MIN);
	assert_sent(4, "withdrawn");
	assert_non_null(strstr(last_reason(), "not from that file"));
	assert_int_equal(floods, 1);
}

/* --- what is no longer found --- */

static void life_outlives_a_lull(void **state)
{
	(void)state;
	min_share = 0.5;
	propose();
	service(60, false); /* 0.26 of all, more than half of what a new one needs */
	for (int i = 1; i < 20; i++)
		run(NET, 2, i * MIN);
	assert_int_equal(sent.n, 1);
	service(20, false);
	for (int i = 20; i < 20 + LIFE_MISSES - 1; i++)
		run(NET, 2, i * MIN);
	service(1000, false);
	run(NET, 2, 29 * MIN);
	assert_int_equal(sent.n, 1);
	service(20, false);
	for (int i = 30; i < 30 + LIFE_MISSES; i++)
		run(NET, 2, i * MIN);
	assert_sent(2, "withdrawn");
	assert_non_null(strstr(last_reason(), "no longer found"));
	service(60, false);
	run(NET, 2, 99 * MIN); /* too little for a new one */
	assert_int_equal(sent.n, 2);
}

static bool is_used;

static bool see_use(void *arg, struct span exe, struct guard_traffic *out)
{
	bool known = help_see_traffic(arg, exe, out);

	if (is_used)
		out->login_seen = GUARD_YES;
	return known;
}

static void life_ends_when_people_use_it(void **state)
{
	(void)state;
	guard.traffic = see_use;
	is_used = false;
	propose();
	is_used = true;
	run(NET, 2, MIN);
	is_used = false;
	assert_true(sent.n >= 2);
	assert_string_equal(sent.state[1], "withdrawn");
	assert_non_null(strstr(sent.reason[1], "no longer shown to be safe: "));
}

static void life_ends_with_its_rule(void **state)
{
	(void)state;
	propose();
	for (int i = 1; i <= LIFE_MISSES; i++) {
		assert_int_equal(sent.n, 1);
		flow[0].won = WHATIF_WON_OPEN;
		flow[0].foreign = true;
		run("", 2, i * MIN);
	}
	assert_sent(2, "withdrawn");
	assert_non_null(strstr(last_reason(), "no longer loaded"));
	sent.n = 0;
	propose();
	load(LOADED, 0);
	assert_sent(2, "applied");
	service(0, true);
	load(NO64 NO32, 0);
	for (int i = 0; i < LIFE_MISSES; i++) {
		assert_int_equal(sent.n, 2);
		run(NO64 NO32, 2, 30000);
	}
	assert_sent(3, "withdrawn");
	assert_non_null(strstr(last_reason(), "no longer loaded"));
}

/* --- what takes its place --- */

static void life_stays_unless_another_saves_more(void **state)
{
	(void)state;
	/* a service's own program, and the same uid's others that cannot be named */
	connects(0, "/usr/sbin/d", 33, 1000);
	connects(1, "/usr/bin/dash", 33, 10);
	canary(2, 100);
	run(NET, 3, 0);
	assert_sent(1, "proposed");
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(sent.last, "rules"), 0)),
		"-a never,exit -F arch=b64 -S connect -F exe=/usr/sbin/d -F uid=33 -F "
		"auid=-1");
	connects(0, "/usr/sbin/d", 33, 1000);
	connects(1, "/usr/bin/dash", 33, 3000);
	run(NET, 3, MIN);
	assert_sent(3, "proposed");
	assert_string_equal(sent.state[1], "withdrawn");
	assert_string_equal(sent.id[1], sent.id[0]);
	assert_memory_equal(sent.reason[1], "replaced by ", 12);
	assert_string_equal(sent.reason[1] + 12, sent.id[2]);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(sent.last, "rules"), 0)),
		"-a never,exit -F arch=b64 -S connect -F uid=33 -F auid=-1");
	/* of two that save about as much the one that stands, whichever is narrower */
	connects(0, "/usr/sbin/d", 33, 1000);
	connects(1, "/usr/bin/dash", 33, 150);
	run(NET, 3, 2 * MIN);
	assert_int_equal(sent.n, 3);
	close_book(); /* who knows neither begins with the narrow one */
	open_book();
	connects(0, "/usr/sbin/d", 33, 1000);
	connects(1, "/usr/bin/dash", 33, 150);
	run(NET, 3, 2 * MIN);
	assert_string_equal(sent.id[3], sent.id[0]);
}

/* Ever new flows make no stream of advice. */
static void life_is_no_stream(void **state)
{
	int64_t since;
	unsigned int n = 0;

	(void)state;
	for (unsigned int k = 0; k < 40; k++) {
		unsigned int before = sent.n;

		for (size_t i = 0; i < 10; i++)
			connects(i, "/usr/sbin/d", 100 + (int64_t)(10 * k + i), 100);
		run(NET, 10, k * MIN);
		assert_true(sent.n - before <= 2 * (NOISE_SET + LIFE_MAX));
		n = 0;
		while (advice_standing(advice, n, &since))
			n++;
		assert_true(n <= LIFE_MAX);
	}
	assert_true(n > 0);
	/* three rounds each, and no more than there are places */
	assert_true(sent.n <= 2 * LIFE_MAX * (40 / LIFE_MISSES + 1));
}

static void life_takes_a_clock_set_back(void **state)
{
	(void)state;
	propose();
	load(LOADED, 100 * MIN);
	service(0, true);
	run(LOADED, 2, MIN);
	assert_sent(2, "applied");
	run(LOADED, 2, 2 * MIN);
	assert_sent(3, "verified");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		life_test(life_is_verified),
		life_test(life_takes_a_rest_that_is_small),
		life_test(life_is_refuted),
		life_test(life_is_refuted_later),
		life_test(life_asks_for_this_host),
		life_test(life_begins_again_when_unloaded),
		life_test(life_heeds_rules_within_a_round),
		life_test(life_is_applied_where_it_works),
		life_test(life_narrows),
		life_test(life_excludes),
		life_test(life_outlives_a_lull),
		life_test(life_ends_when_people_use_it),
		life_test(life_ends_with_its_rule),
		life_test(life_stays_unless_another_saves_more),
		life_test(life_is_no_stream),
		life_test(life_takes_a_clock_set_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
