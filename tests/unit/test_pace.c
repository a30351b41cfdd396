/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_pace.c - when a client gets its next summary
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "emit/pace.h"

static const struct request every_5s = {.interval_ms = 5000, .top = 10};
static const struct request as_pushed = {.interval_ms = 0, .top = 10};

static void pace_of_who_never_asked_is_never_due(void **state)
{
	struct pace p;

	pace_init(&p);
	pace_pushed(&p, 1000);
	assert_false(p.own);
	assert_false(pace_is_due(&p, INT64_MAX));
}

static void pace_first_is_due_at_once(void **state)
{
	struct pace p;

	pace_init(&p);
	pace_ask(&p, &every_5s, 0);
	assert_true(p.own);
	assert_true(pace_is_due(&p, 0));
}

static void pace_keeps_the_interval_without_drift(void **state)
{
	struct pace p;

	pace_init(&p);
	pace_ask(&p, &every_5s, 100);
	pace_served(&p, 240); /* the tick came late */
	assert_false(pace_is_due(&p, 5099));
	assert_true(pace_is_due(&p, 5100));
	pace_served(&p, 5300);
	assert_false(pace_is_due(&p, 10099));
	assert_true(pace_is_due(&p, 10100));
}

static void pace_asking_again_and_again_gains_nothing(void **state)
{
	struct pace p;
	int64_t now;
	int served = 0;

	pace_init(&p);
	for (now = 0; now < 10000; now += 10) {
		pace_ask(&p, &every_5s, now);
		if (pace_is_due(&p, now)) {
			pace_served(&p, now);
			served++;
		}
	}
	assert_int_equal(served, 10);
}

static void pace_of_a_second_never_gets_two_in_one(void **state)
{
	const struct request every_second = {.interval_ms = 1000};
	struct pace p;

	pace_init(&p);
	pace_ask(&p, &every_second, 0);
	pace_served(&p, 900);
	assert_false(pace_is_due(&p, 1899));
	assert_true(pace_is_due(&p, 1900));
}

static void pace_lost_asleep_is_not_made_up(void **state)
{
	struct pace p;

	pace_init(&p);
	pace_ask(&p, &every_5s, 0);
	pace_served(&p, 0);
	assert_true(pace_is_due(&p, 3600000));
	pace_served(&p, 3600000);
	assert_false(pace_is_due(&p, 3604999));
	assert_true(pace_is_due(&p, 3605000));
}

static void pace_without_interval_follows_the_default_one(void **state)
{
	struct pace p;

	pace_init(&p);
	pace_ask(&p, &as_pushed, 0);
	assert_true(pace_is_due(&p, 0));
	pace_served(&p, 0);
	assert_false(pace_is_due(&p, INT64_MAX - 1));
	pace_pushed(&p, 60000);
	assert_true(pace_is_due(&p, 60000));
	pace_served(&p, 60000);
	pace_pushed(&p, 60100);
	assert_false(pace_is_due(&p, 60999));
	assert_true(pace_is_due(&p, 61000));
}

static void pace_with_interval_ignores_the_default_one(void **state)
{
	struct pace p;

	pace_init(&p);
	pace_ask(&p, &every_5s, 0);
	pace_served(&p, 0);
	pace_pushed(&p, 2000);
	assert_false(pace_is_due(&p, 4999));
}

static void pace_depths_are_told_apart(void **state)
{
	struct pace a, b;

	pace_init(&a);
	pace_init(&b);
	a.want = b.want = every_5s;
	b.want.interval_ms = 1000;
	assert_true(pace_same_depth(&a, &b));
	b.want.top++;
	assert_false(pace_same_depth(&a, &b));
	b.want = a.want;
	b.want.all_windows = true;
	assert_false(pace_same_depth(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pace_of_who_never_asked_is_never_due),
		cmocka_unit_test(pace_first_is_due_at_once),
		cmocka_unit_test(pace_keeps_the_interval_without_drift),
		cmocka_unit_test(pace_asking_again_and_again_gains_nothing),
		cmocka_unit_test(pace_of_a_second_never_gets_two_in_one),
		cmocka_unit_test(pace_lost_asleep_is_not_made_up),
		cmocka_unit_test(pace_without_interval_follows_the_default_one),
		cmocka_unit_test(pace_with_interval_ignores_the_default_one),
		cmocka_unit_test(pace_depths_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
