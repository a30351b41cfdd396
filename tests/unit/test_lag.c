/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_lag.c - how far behind the kernel the stream is
 */
#include "stream_help.h"

#include "stream/lag.h"

#define T0 INT64_C(1795301594850)

static struct lag *new_lag(void)
{
	struct lag *lag = malloc(sizeof(*lag));

	assert_non_null(lag);
	memset(lag, 0x5a, sizeof(*lag));
	lag_init(lag);
	return lag;
}

static void lag_knows_nothing_of_nothing(void **state)
{
	struct lag *lag = new_lag();

	assert_false(lag_figures(lag, 0).known);
	assert_false(lag_figures(lag, T0).known);
	free(lag);
}

static void lag_takes_the_least_of_each_slice(void **state)
{
	struct lag *lag = new_lag();
	struct lag_figures f;

	lag_see(lag, T0, T0 - 900); /* a long system call */
	lag_see(lag, T0 + 10, T0 + 10 - 5);
	lag_see(lag, T0 + 49, T0 - 700);
	f = lag_figures(lag, T0 + 50);
	assert_true(f.known);
	assert_int_equal(f.p50_ms, 5);
	assert_int_equal(f.max_ms, 5);
	lag_see(lag, T0 + 100, T0 + 100 - 40); /* the next slice */
	f = lag_figures(lag, T0 + 100);
	assert_int_equal(f.p50_ms, 5);
	assert_int_equal(f.p99_ms, 40);
	assert_int_equal(f.max_ms, 40);
	free(lag);
}

static void lag_is_never_negative_and_never_overflows(void **state)
{
	struct lag *lag = new_lag();

	lag_see(lag, T0, T0 + 5000);
	assert_int_equal(lag_figures(lag, T0).max_ms, 0);
	lag_init(lag);
	lag_see(lag, T0, 0);
	assert_int_equal(lag_figures(lag, T0).max_ms, INT32_MAX);
	free(lag);
}

/* 600 slices with lags 1 to 600 in mixed order: the ranks are exact. */
static void lag_ranks_a_whole_minute(void **state)
{
	struct lag *lag = new_lag();
	struct lag_figures f;
	int64_t first = (T0 / 100 + 1) * 100;
	int i;

	for (i = 0; i < 600; i++)
		lag_see(lag, first + i * 100, first + i * 100 - (1 + i * 7 % 600));
	f = lag_figures(lag, first + 59999);
	assert_int_equal(f.p50_ms, 300);
	assert_int_equal(f.p99_ms, 594);
	assert_int_equal(f.max_ms, 600);
	/* half a minute later the older half is out: 300 slices are left */
	f = lag_figures(lag, first + 59999 + 30000);
	assert_true(f.known);
	f = lag_figures(lag, first + 59999 + 59900);
	assert_int_equal(f.p50_ms, 1 + 599 * 7 % 600);
	assert_int_equal(f.max_ms, f.p50_ms);
	assert_false(lag_figures(lag, first + 59999 + 60000).known);
	free(lag);
}

/* All of it against a plain list of arrivals. */
static void lag_agrees_with_a_plain_list(void **state)
{
	enum { ARRIVALS = 3000 };
	static int64_t at[ARRIVALS], ms[ARRIVALS];
	struct lag *lag = new_lag();
	uint64_t seed = 5;
	int64_t now = T0, slice, max;
	struct lag_figures f;
	int i, k;

	for (i = 0; i < ARRIVALS; i++) {
		now += random_below(&seed, random_below(&seed, 200) ? 90 : 20000);
		at[i] = now;
		ms[i] = 1 + random_below(&seed, 5000);
		lag_see(lag, now, now - ms[i]);
		f = lag_figures(lag, now);
		max = -1;
		for (slice = now / 100 - 599; slice <= now / 100; slice++) {
			int64_t least = -1;

			for (k = i; k >= 0 && at[k] / 100 >= slice; k--)
				if (at[k] / 100 == slice && (least < 0 || ms[k] < least))
					least = ms[k];
			if (least > max)
				max = least;
		}
		assert_true(f.known);
		assert_int_equal(f.max_ms, max);
		assert_true(f.p50_ms <= f.p99_ms && f.p99_ms <= f.max_ms);
	}
	free(lag);
}

static void lag_forgets_after_a_pause(void **state)
{
	struct lag *lag = new_lag();

	lag_see(lag, T0, T0 - 4000);
	lag_see(lag, T0 + 60001 + 100, T0 + 60001 + 100 - 3);
	assert_int_equal(lag_figures(lag, T0 + 60101).max_ms, 3);
	lag_see(lag, T0 + INT64_C(86400000), T0 + INT64_C(86400000) - 2);
	assert_int_equal(lag_figures(lag, T0 + INT64_C(86400000)).max_ms, 2);
	free(lag);
}

/* The clock is set: back by a little, back by a day, forward by a day. */
static void lag_survives_clock_steps(void **state)
{
	struct lag *lag = new_lag();
	struct lag_figures f;

	lag_see(lag, T0, T0 - 50);
	lag_see(lag, T0 - 3000, T0 - 3000 - 20);
	f = lag_figures(lag, T0);
	assert_true(f.known);
	assert_int_equal(f.max_ms, 20);
	assert_true(lag_figures(lag, T0 - 3000).known);
	lag_see(lag, T0 - 86400000, T0 - 86400000 - 7);
	f = lag_figures(lag, T0 - 86400000);
	assert_true(f.known);
	assert_int_equal(f.max_ms, 7);
	lag_see(lag, T0, T0 - 9);
	assert_int_equal(lag_figures(lag, T0).max_ms, 9);
	free(lag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lag_knows_nothing_of_nothing),
		cmocka_unit_test(lag_takes_the_least_of_each_slice),
		cmocka_unit_test(lag_is_never_negative_and_never_overflows),
		cmocka_unit_test(lag_ranks_a_whole_minute),
		cmocka_unit_test(lag_agrees_with_a_plain_list),
		cmocka_unit_test(lag_forgets_after_a_pause),
		cmocka_unit_test(lag_survives_clock_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
