/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_keeper.c - how long the keeper waits before the next worker
 *
 * What it does with real workers is in test_watch.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "kernel/keeper.c"

pid_t __wrap_fork(void);
struct clock_reading __wrap_clock_read(void);

static int64_t now_ms;

pid_t __wrap_fork(void)
{
	errno = EAGAIN;
	return -1;
}

struct clock_reading __wrap_clock_read(void)
{
	return (struct clock_reading){.wall_ms = 0, .boot_ms = now_ms};
}

static void waits_grow_to_a_limit(void **state)
{
	static const int waits[] = {250,  500,   1000,  2000, 4000,
				    8000, 16000, 30000, 30000};
	struct keeper k = {.backoff_ms = BACKOFF_MIN_MS};
	size_t i;

	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		k.started_ms = now_ms;
		now_ms += 10; /* it lives for a moment */
		plan_next(&k, now_ms);
		assert_int_equal(k.next_ms - now_ms, waits[i]);
		assert_int_equal(time_left(&k), waits[i]);
		now_ms += waits[i] - 1;
		assert_int_equal(time_left(&k), 1);
		now_ms++;
		assert_int_equal(time_left(&k), 0);
	}
}

static void a_long_life_is_no_failure(void **state)
{
	struct keeper k = {.backoff_ms = BACKOFF_MAX_MS, .started_ms = now_ms};

	now_ms += LIVED_MS - 1;
	plan_next(&k, now_ms);
	assert_int_equal(k.next_ms - now_ms, BACKOFF_MAX_MS);
	k.started_ms = now_ms;
	now_ms += LIVED_MS;
	plan_next(&k, now_ms);
	assert_int_equal(k.next_ms - now_ms, BACKOFF_MIN_MS);
	k.worker = 4711;
	assert_int_equal(time_left(&k), -1);
}

/* Without a process it tries again later, and holds no descriptor meanwhile. */
static void no_process_is_tried_again(void **state)
{
	struct keeper k = {.fd = -1, .backoff_ms = BACKOFF_MIN_MS};
	int before = dup(STDERR_FILENO), after;

	close(before);
	start_worker(&k);
	assert_int_equal(k.worker, 0);
	assert_int_equal(time_left(&k), BACKOFF_MIN_MS);
	now_ms += BACKOFF_MIN_MS;
	start_worker(&k);
	assert_int_equal(time_left(&k), 2 * BACKOFF_MIN_MS);
	after = dup(STDERR_FILENO);
	assert_int_equal(after, before);
	close(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_grow_to_a_limit),
		cmocka_unit_test(a_long_life_is_no_failure),
		cmocka_unit_test(no_process_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
