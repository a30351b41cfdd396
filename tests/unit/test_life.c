/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_life.c - advice on noise: which windows prove it, and whose place is whose
 * (advise/life.c, life_round.c; what leads there is in test_noise_life.c)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "advise/life.h"
#include "advise_help.h"

#define T0    1700000000000
#define MIN   INT64_C(60000)
#define FLOWS 40
#define NET   "-a always,exit -F arch=b64 -S connect -F key=net\n"

static struct whatif_flow flow[FLOWS];
static struct whatif_table table;
static struct ruleset *set;
static struct whatif *whatif;
static struct life_window windows[2];
static struct noise_result result;
static struct life_round round_now;
static struct lives lives;
static struct life_change change[LIFE_MAX];

/* Advice number n silences flow number n, of uid 100 + n. */
static struct noise_advice advice[FLOWS];
static uint8_t fate[FLOWS][FLOWS];

static struct rule *never(size_t i)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "-a never,exit -F arch=b64 -S connect -F uid=%zu -F auid=-1", 100 + i);
	return rule_help_rule(text);
}

static int begin(void **state)
{
	(void)state;
	memset(&result, 0, sizeof(result));
	memset(fate, WHATIF_KEPT, sizeof(fate));
	set = help_set(NET);
	whatif = help_whatif(set);
	for (size_t i = 0; i < FLOWS; i++) {
		flow[i] = help_flow(42, "/usr/sbin/d", 100 + (int64_t)i, -1);
		flow[i].won = WHATIF_WON_RULE;
		flow[i].position = 1;
		flow[i].count[1] = flow[i].count[0];
		fate[i][i] = WHATIF_LOST;
		advice[i] = (struct noise_advice){.kind = NOISE_SILENCE,
						  .rule = {never(i)},
						  .n = 1,
						  .about = {ruleset_at(set, 0)},
						  .fate = fate[i]};
		advice[i].saves.lost[0] = advice[i].saves.lost[1] = flow[i].count[0];
	}
	table = help_table(flow, FLOWS);
	table.n_windows = 2;
	table.total[1] = table.total[0];
	windows[0] = (struct life_window){MIN, 60, true};
	windows[1] = (struct life_window){5 * MIN, 300, true};
	round_now = (struct life_round){.result = &result,
					.whatif = whatif,
					.table = &table,
					.windows = windows,
					.now_ms = T0,
					.wall_ms = T0};
	return 0;
}

static int end(void **state)
{
	(void)state;
	lives_free(&lives);
	for (size_t i = 0; i < FLOWS; i++)
		rule_free(advice[i].rule[0]);
	whatif_free(whatif);
	ruleset_free(set);
	return 0;
}

static void at(int64_t ms)
{
	round_now.now_ms = round_now.wall_ms = T0 + ms;
}

/* --- windows --- */

/* In each window @after records still come of flow 0. */
static enum life_news measure(int64_t ms, uint64_t after0, uint64_t after1)
{
	at(ms);
	flow[0].count[0].records = after0;
	flow[0].count[1].records = after1;
	return life_measure(&lives.of[0], &round_now);
}

static struct life *apply(void)
{
	assert_int_equal(life_put(&lives.of[0], &advice[0], &round_now), 0);
	lives.of[0].state = LIFE_APPLIED;
	lives.of[0].applied_ms = T0;
	return &lives.of[0];
}

static void life_waits_for_a_window(void **state)
{
	struct life *life = apply();

	(void)state;
	assert_int_equal(measure(MIN - 1, 500, 500), LIFE_NO_NEWS);
	windows[0].complete = false;
	assert_int_equal(measure(MIN, 0, 0), LIFE_NO_NEWS);
	windows[0].complete = true;
	assert_int_equal(measure(MIN, 0, 500), LIFE_PROVED);
	assert_int_equal(life->state, LIFE_VERIFIED);
	assert_int_equal(life->since_ms, T0 + MIN);
	assert_int_equal(life->proof.length_ms, MIN);
	assert_int_equal(measure(5 * MIN - 1, 0, 500), LIFE_PROVED);
	assert_int_equal(life->proof.length_ms, MIN);
	assert_int_equal(measure(5 * MIN, 0, 30), LIFE_PROVED);
	assert_int_equal(life->proof.length_ms, 5 * MIN);
	assert_true(life->proof.after_per_s == 0.1);
	assert_int_equal(life->since_ms, T0 + MIN);
	/* of one that is not applied nothing is measured */
	life->state = LIFE_PROPOSED;
	assert_int_equal(measure(9 * MIN, 500, 500), LIFE_NO_NEWS);
}

static void life_takes_no_small_window(void **state)
{
	struct life *life;

	(void)state;
	advice[0].saves.lost[0].records = 9;
	life = apply();
	assert_int_equal(measure(MIN, 9, 500), LIFE_NO_NEWS);
	assert_int_equal(measure(5 * MIN, 9, 0), LIFE_PROVED);
	assert_int_equal(life->proof.length_ms, 5 * MIN);
}

static void life_takes_no_other_length(void **state)
{
	(void)state;
	apply();
	windows[0].length_ms = 2 * MIN; /* the setting was changed, and all restarted */
	windows[1].length_ms = MIN;
	assert_int_equal(measure(MIN - 1, 500, 500), LIFE_NO_NEWS);
	/* by its length, in whatever place */
	assert_int_equal(measure(MIN, 500, 0), LIFE_PROVED);
}

/* What has come back shows in the shortest window first. */
static void life_half_is_the_bound(void **state)
{
	struct life *life = apply();
	char text[LIFE_TEXT];

	(void)state;
	assert_int_equal(measure(5 * MIN, 250, 0), LIFE_PROVED);
	assert_int_equal(measure(9 * MIN, 251, 0), LIFE_DISPROVED);
	assert_int_equal(life->state, LIFE_REFUTED);
	assert_int_equal(life->proof.length_ms, MIN);
	assert_non_null(strstr(life_disproof(life, text), "of 8.3 records a second 4.2"));
	assert_int_equal(measure(10 * MIN, 500, 500), LIFE_NO_NEWS);
}

static void life_takes_more_than_before(void **state)
{
	struct life *life = apply();

	(void)state;
	assert_int_equal(measure(MIN, 1000000, 0), LIFE_DISPROVED);
	assert_true(life->proof.measured_share == 0);
	assert_true(life->proof.others_after_per_s == 0); /* a figure that cannot be */
}

/* --- places --- */

static void offer(size_t first, size_t n)
{
	memset(&result, 0, sizeof(result));
	for (size_t i = 0; i < n; i++)
		result.set[result.n_set++] = &advice[first + i];
}

/* What stands is found again, but not among the best. */
static void again(size_t slot, size_t i, enum noise_outcome outcome)
{
	result.again[slot].outcome = outcome;
	result.again[slot].advice = &advice[i];
}

static unsigned int count_of(enum life_do what)
{
	unsigned int n = 0;

	for (size_t i = 0; i < LIFE_MAX; i++)
		n += change[i].what == what;
	return n;
}

static void make_changes(void)
{
	for (size_t i = 0; i < LIFE_MAX; i++) {
		if (change[i].what == LIFE_DROP || change[i].reason[0])
			life_drop(&lives.of[i]);
		if (change[i].what == LIFE_PUT)
			assert_int_equal(
				life_put(&lives.of[i], change[i].advice, &round_now), 0);
	}
}

static void fill(void)
{
	for (size_t i = 0; i < LIFE_MAX; i += NOISE_SET) {
		offer(i, NOISE_SET);
		for (size_t k = 0; k < i; k++)
			again(k, k, NOISE_ALLOWED);
		lives_take(&lives, &round_now, change);
		make_changes();
	}
	for (size_t i = 0; i < LIFE_MAX; i++)
		assert_int_equal(lives.of[i].state, LIFE_PROPOSED);
	for (size_t k = 0; k < LIFE_MAX; k++)
		again(k, k, NOISE_ALLOWED);
}

static void lives_have_few_places(void **state)
{
	(void)state;
	fill();
	offer(20, 3);
	for (size_t k = 0; k < LIFE_MAX; k++)
		again(k, k, NOISE_ALLOWED);
	lives_take(&lives, &round_now, change);
	assert_int_equal(lives.over, 3);
	assert_int_equal(count_of(LIFE_DROP), 0);
	/* the least one goes where another one saves clearly more */
	advice[5].saves.lost[0].records = 401;
	advice[21].saves.lost[0].records = 502;
	lives_take(&lives, &round_now, change);
	assert_int_equal(lives.over, 2);
	assert_int_equal(change[5].what, LIFE_PUT);
	assert_ptr_equal(change[5].advice, &advice[21]);
	assert_int_equal(change[5].rank, 2);
	assert_true(change[5].reason[0]);
	/* one that is applied never does, one that is verified the oldest first */
	for (size_t i = 0; i < LIFE_MAX; i++)
		lives.of[i].state = LIFE_APPLIED;
	lives_take(&lives, &round_now, change);
	assert_int_equal(lives.over, 3);
	assert_int_equal(count_of(LIFE_STAY), LIFE_MAX);
	lives.of[3].state = lives.of[4].state = LIFE_VERIFIED;
	lives.of[4].since_ms = T0 - 1;
	lives.of[7].state = LIFE_REFUTED;
	lives_take(&lives, &round_now, change);
	assert_int_equal(lives.over, 0);
	assert_ptr_equal(change[4].advice, &advice[20]);
	assert_ptr_equal(change[3].advice, &advice[21]);
	assert_ptr_equal(change[7].advice, &advice[22]);
	assert_string_equal(change[7].reason, ""); /* it was withdrawn then */
}

/* One place is taken over, the others are said to be replaced by what stands there. */
static void lives_are_displaced_together(void **state)
{
	(void)state;
	fill();
	offer(30, 1);
	fate[30][2] = fate[30][9] = WHATIF_LOST;
	for (size_t k = 0; k < LIFE_MAX; k++)
		again(k, k, NOISE_ALLOWED);
	lives_take(&lives, &round_now, change);
	assert_ptr_equal(change[2].advice, &advice[30]);
	assert_string_equal(change[2].reason, "");
	assert_int_equal(change[9].what, LIFE_DROP);
	assert_int_equal(change[9].by, 2);
	assert_int_equal(count_of(LIFE_PUT), LIFE_MAX - 1);
	assert_int_equal(lives.over, 0);
}

static void lives_miss_some_rounds(void **state)
{
	static const struct {
		enum noise_outcome outcome;
		enum guard_reason reason;
		unsigned int rounds;
		const char *why;
	} cases[] = {
		{NOISE_SMALL, GUARD_ALLOWED, LIFE_MISSES, "no longer found"},
		{NOISE_GONE, GUARD_ALLOWED, LIFE_MISSES, "no longer loaded"},
		{NOISE_REFUSED, GUARD_NOT_SEEN, LIFE_MISSES, "no longer shown"},
		{NOISE_REFUSED, GUARD_ALLOWED, LIFE_MISSES, "cannot be told"},
		{NOISE_REFUSED, GUARD_USED, 1, "no longer shown"},
		{NOISE_REFUSED, GUARD_WRITABLE, 1, "no longer shown"},
		{NOISE_RISKY, GUARD_ALLOWED, 1, "max_risk"},
		{NOISE_UNJUDGED, GUARD_ALLOWED, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int n = 0;

		assert_int_equal(life_put(&lives.of[1], &advice[1], &round_now), 0);
		offer(0, 0);
		again(1, 1, cases[i].outcome);
		advice[1].verdict.reason = cases[i].reason;
		do {
			lives_take(&lives, &round_now, change);
			n++;
		} while (change[1].what == LIFE_STAY && n < 10);
		assert_int_equal(n, cases[i].rounds ? cases[i].rounds : 10);
		if (cases[i].why)
			assert_non_null(strstr(change[1].reason, cases[i].why));
		life_drop(&lives.of[1]);
	}
}

/* Who can make the looking hang does not have it withdrawn. */
static void lives_wait_for_what_is_not_looked_at(void **state)
{
	(void)state;
	assert_int_equal(life_put(&lives.of[1], &advice[1], &round_now), 0);
	offer(0, 0);
	again(1, 1, NOISE_REFUSED);
	advice[1].verdict.reason = GUARD_NOT_SEEN;
	round_now.unlooked = true;
	for (int i = 0; i < 10; i++) {
		lives_take(&lives, &round_now, change);
		assert_int_equal(change[1].what, LIFE_STAY);
	}
	advice[1].verdict.reason = GUARD_WRITABLE;
	lives_take(&lives, &round_now, change);
	assert_int_equal(change[1].what, LIFE_DROP);
}

/* The rules were loaded while the round went on. */
static void lives_heed_what_happened_meanwhile(void **state)
{
	struct ruleset *loaded = help_set("");

	(void)state;
	assert_int_equal(ruleset_add(loaded, never(0), false), 0);
	assert_int_equal(ruleset_add(loaded,
				     rule_help_rule("-a always,exit -F arch=b64 "
						    "-S connect -F key=net"),
				     false),
			 0);
	assert_int_equal(life_put(&lives.of[3], &advice[0], &round_now), 0);
	offer(0, 1);
	again(3, 0, NOISE_ALLOWED);
	advice[0].standing = 4;
	assert_int_equal(lives_rules(&lives, loaded, T0), 1u << 3);
	assert_int_equal(lives_rules(&lives, loaded, T0), 0);
	lives_take(&lives, &round_now, change);
	assert_int_equal(count_of(LIFE_STAY), LIFE_MAX);
	advice[0].standing = 0; /* nor as a new one */
	lives_take(&lives, &round_now, change);
	assert_int_equal(count_of(LIFE_STAY), LIFE_MAX);
	ruleset_free(loaded);
}

#define life_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		life_test(life_waits_for_a_window),
		life_test(life_takes_no_small_window),
		life_test(life_takes_no_other_length),
		life_test(life_half_is_the_bound),
		life_test(life_takes_more_than_before),
		life_test(lives_have_few_places),
		life_test(lives_are_displaced_together),
		life_test(lives_miss_some_rounds),
		life_test(lives_wait_for_what_is_not_looked_at),
		life_test(lives_heed_what_happened_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
