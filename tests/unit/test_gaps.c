/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_gaps.c - serials that never came, against a slow and simple account
 *
 * The oracle keeps a state for every single serial; gaps keeps a short list of
 * holes. Both must say the same after every step, for random orders too.
 */
#include "stream_help.h"

#include "stream/gaps.h"

static struct gaps *new_gaps(void)
{
	struct gaps *g = calloc(1, sizeof(*g));

	assert_non_null(g);
	return g;
}

/* Serials @first to @last in order, 1 ms each. */
static void see_run(struct gaps *g, uint32_t first, uint32_t last, int64_t *ms)
{
	uint32_t s = first;

	do {
		gaps_see(g, s, (*ms)++, false);
	} while (s++ != last);
}

static void gaps_counts_nothing_in_order(void **state)
{
	struct gaps *g = new_gaps();
	int64_t ms = 1000;

	assert_int_equal(gaps_behind(g, 5), 0);
	see_run(g, UINT32_MAX - 5000, 5000, &ms);
	gaps_end(g);
	assert_true(g->missing == 0);
	assert_true(g->restarts == 0);
	assert_int_equal(g->newest, 5000);
	free(g);
}

static void gaps_wraps_in_the_middle_of_a_hole(void **state)
{
	struct gaps *g = new_gaps();

	gaps_see(g, UINT32_MAX - 3, 0, false);
	gaps_see(g, 4, 0, false); /* passed over: MAX-2 .. MAX, 0 .. 3 */
	assert_true(g->missing == 0);
	gaps_see(g, UINT32_MAX, 0, false);
	gaps_see(g, 0, 0, false);
	assert_int_equal(gaps_behind(g, UINT32_MAX), 5);
	assert_int_equal(gaps_behind(g, 6), -2);
	gaps_end(g);
	assert_true(g->missing == 5);
	assert_true(g->restarts == 0);
	free(g);
}

static void gaps_before_the_first_serial_are_none(void **state)
{
	struct gaps *g = new_gaps();

	gaps_see(g, 100, 0, false);
	gaps_see(g, 98, 0, false);
	gaps_see(g, 101, 0, false);
	gaps_end(g);
	assert_true(g->missing == 0);
	free(g);
}

static void gaps_wait_two_seconds(void **state)
{
	struct gaps *g = new_gaps();

	gaps_see(g, 1, 0, false);
	gaps_see(g, 3, 10000,
		 false); /* however long ago 1 was: 2 is missed from now on */
	assert_true(g->missing == 0);
	gaps_see(g, 4, 12000, false);
	assert_true(g->missing == 0);
	gaps_see(g, 5, 12001, false);
	assert_true(g->missing == 1);
	gaps_see(g, 2, 12002, false); /* too late; is not taken back */
	gaps_end(g);
	assert_true(g->missing == 1);
	free(g);
}

static void gaps_wait_4096_serials(void **state)
{
	struct gaps *g = new_gaps();
	uint32_t s;

	gaps_see(g, 1, 0, false);
	for (s = 3; s < 2 + GAPS_AGE_SERIALS; s++)
		gaps_see(g, s, 0, false);
	assert_true(g->missing == 0);
	gaps_see(g, s, 0, false);
	assert_true(g->missing == 1);
	gaps_end(g);
	assert_true(g->missing == 1);
	free(g);
}

static void gaps_closed_by_late_serials_are_none(void **state)
{
	static const uint32_t order[] = {12, 19, 15, 13, 17, 11, 14, 18, 16};
	struct gaps *g = new_gaps();
	size_t i;

	gaps_see(g, 10, 0, false);
	gaps_see(g, 20, 0, false); /* one hole, split and closed piece by piece */
	for (i = 0; i < N_OF(order); i++)
		gaps_see(g, order[i], 1, false);
	assert_int_equal(g->n_holes, 0);
	gaps_end(g);
	assert_true(g->missing == 0);
	free(g);
}

static void gaps_see_a_serial_twice_once(void **state)
{
	struct gaps *g = new_gaps();
	unsigned int i;

	gaps_see(g, 10, 0, false);
	gaps_see(g, 15, 0, false);
	for (i = 0; i < 3; i++) {
		gaps_see(g, 12, 0, false);
		gaps_see(g, 15, 0, false);
		gaps_see(g, 10, 0, false);
	}
	gaps_end(g);
	assert_true(g->missing == 3);
	free(g);
}

/* More holes at one time than there is room for: the oldest are decided, none is
 * forgotten. */
static void gaps_beyond_the_table_are_decided_early(void **state)
{
	struct gaps *g = new_gaps();
	uint32_t s;

	for (s = 1; s <= 401; s += 2)
		gaps_see(g, s, 0, false);
	assert_int_equal(g->n_holes, GAPS_HOLES);
	assert_true(g->missing == 200 - GAPS_HOLES);
	gaps_see(g, 400, 0, false); /* still open */
	gaps_see(g, 2, 0, false);   /* decided long ago */
	gaps_end(g);
	assert_true(g->missing == 199);
	free(g);
}

/* The table is full and a late serial splits each of its holes in turn. */
static void gaps_split_in_a_full_table_keeps_the_sum(void **state)
{
	unsigned int at;

	for (at = 0; at < GAPS_HOLES; at++) {
		struct gaps *g = new_gaps();
		uint64_t total = 3 * GAPS_HOLES;
		uint32_t i;

		for (i = 0; i <= GAPS_HOLES; i++)
			gaps_see(g, 100 + 4 * i, 0, false); /* holes of three */
		gaps_see(g, 100 + 4 * at + 2, 0, false); /* the middle one of hole @at */
		assert_int_equal(g->n_holes, GAPS_HOLES);
		/* the oldest hole was decided for it, or what was left of it */
		assert_true(g->missing == (at ? 3 : 1));
		gaps_end(g);
		assert_true(g->missing == total - 1);
		free(g);
	}
}

static void gaps_kernel_record_begins_anew(void **state)
{
	struct gaps *g = new_gaps();
	int64_t ms = 0;

	see_run(g, 50000, 50010, &ms);
	gaps_see(g, 50020, ms, false); /* nine are missing */
	gaps_see(g, 1, 500, true);
	assert_true(g->restarts == 1);
	assert_true(g->missing == 9);
	gaps_see(g, 2, 501, false);
	gaps_see(g, 5, 502, false);
	gaps_end(g);
	assert_true(g->missing == 11);
	assert_true(g->restarts == 1);
	free(g);
}

static void gaps_far_below_with_a_younger_stamp_begin_anew(void **state)
{
	struct gaps *g = new_gaps();

	gaps_see(g, 10000, 1000, false);
	gaps_see(g, 10000 - GAPS_AGE_SERIALS, 1001, false); /* not far enough */
	assert_true(g->restarts == 0);
	gaps_see(g, 10000 - GAPS_AGE_SERIALS - 1, 999,
		 false); /* an old record, not a new count */
	assert_true(g->restarts == 0);
	gaps_see(g, 10000 - GAPS_AGE_SERIALS - 1, 1001, false);
	assert_true(g->restarts == 1);
	assert_int_equal(gaps_behind(g, 10000 - GAPS_AGE_SERIALS - 1), 0);
	gaps_end(g);
	assert_true(g->missing == 0);
	free(g);
}

/* One stamp from the year 9999 among honest ones: counting goes on as before. */
static void gaps_survive_one_forged_stamp(void **state)
{
	struct gaps *g = new_gaps();
	uint32_t s;

	gaps_see(g, 1, 1000, false);
	gaps_see(g, 3, 253402300799999, false);
	for (s = 5; s < 6000; s++)
		gaps_see(g, s, 1000 + s, false);
	assert_true(g->missing == 2); /* 2 and 4 */
	gaps_see(g, 6100, 8000, false);
	gaps_end(g);
	assert_true(g->missing == 2 + 100);
	free(g);
}

/*
 * One record far ahead in serial (a broken line, a forged one of another host):
 * what follows agrees with itself, is believed again and was never missing.
 */
static void come_back(int64_t forged_ms, unsigned int after)
{
	struct gaps *g = new_gaps();
	int64_t ms = 1000;

	see_run(g, 1, 1000, &ms);
	gaps_see(g, 1000 + 0x70000000u, forged_ms, false);
	assert_int_equal(gaps_behind(g, 1000), 0x70000000);
	see_run(g, 1001, 1000 + after, &ms);
	assert_int_equal(gaps_behind(g, 1000 + after), 0);
	assert_true(g->restarts == 1);
	assert_true(g->missing == 0);
	gaps_see(g, 1000 + after + 5, ms, false);
	gaps_end(g);
	assert_true(g->missing == 4);
	free(g);
}

static void gaps_come_back_from_a_serial_far_ahead(void **state)
{
	come_back(1999, 1);                     /* the next younger stamp tells */
	come_back(253402300799999, GAPS_AGREE); /* only their number does */
}

/* Whole blocks in another order, as auditd hands them on when a plugin comes late. */
static void gaps_take_blocks_in_another_order(void **state)
{
	static const unsigned int order[] = {3, 0, 5, 2, 1, 4};
	struct gaps *g = new_gaps();
	int64_t ms = 1000;
	unsigned int i;
	uint32_t s;

	see_run(g, 1, 1000, &ms);
	for (i = 0; i < 6; i++)
		for (s = 0; s < 231; s++)
			if (order[i] != 2 || s >= 169) /* 169 never come */
				gaps_see(g, 1001 + order[i] * 231 + s,
					 ms + order[i] * 231 + s, false);
	gaps_see(g, 1001 + 6 * 231, ms + 6 * 231, false);
	gaps_end(g);
	assert_true(g->restarts == 0);
	assert_true(g->missing == 169);
	free(g);
}

/* Records that come very late, one now and then, are no new count. */
static void gaps_stay_with_the_newest_for_stragglers(void **state)
{
	struct gaps *g = new_gaps();
	uint32_t i;

	gaps_see(g, 100000, 1000000, false);
	for (i = 1; i < 20000; i++) {
		gaps_see(g, 100000 + i, 1000000 + i, false);
		if (i % 2)
			gaps_see(g, 20 + i, 500, false);
	}
	assert_true(g->restarts == 0);
	assert_int_equal(g->newest, 100000 + 19999);
	gaps_end(g);
	assert_true(g->missing == 0);
	free(g);
}

/* --- the oracle --- */

enum { UNSEEN, SEEN, OPEN, DECIDED };

struct oracle {
	unsigned char *state; /* by serial */
	int64_t *passed_ms;
	uint32_t newest, lowest_open;
	uint64_t missing;
};

static void oracle_decide(struct oracle *o, int64_t ms)
{
	uint32_t s, end;

	for (s = o->lowest_open; s < o->newest; s = end) {
		end = s + 1;
		if (o->state[s] != OPEN) {
			if (s == o->lowest_open)
				o->lowest_open++;
			continue;
		}
		/* what was passed over together, and still stands together, goes together
		 */
		while (o->state[end] == OPEN && o->passed_ms[end] == o->passed_ms[s] &&
		       end < o->newest)
			end++;
		if (ms - o->passed_ms[s] <= GAPS_AGE_MS &&
		    o->newest - (end - 1) < GAPS_AGE_SERIALS)
			continue;
		o->missing += end - s;
		memset(o->state + s, DECIDED, end - s);
	}
}

static void oracle_see(struct oracle *o, uint32_t serial, int64_t ms)
{
	uint32_t s;

	if (serial <= o->newest) {
		if (o->state[serial] == OPEN)
			o->state[serial] = SEEN;
		return;
	}
	for (s = o->newest + 1; s < serial; s++) {
		o->state[s] = OPEN;
		o->passed_ms[s] = ms;
	}
	o->state[serial] = SEEN;
	o->newest = serial;
	oracle_decide(o, ms);
}

/*
 * Random orders: each serial is delayed by up to @reach places, some never
 * come, some in whole runs; @base moves it all over the 32-bit wrap.
 */
static void check_random(uint64_t seed, unsigned int reach, uint32_t base,
			 unsigned int step_ms)
{
	enum { SERIALS = 30000 };
	struct oracle o = {.newest = 1, .lowest_open = 2};
	struct gaps *g = new_gaps();
	uint32_t *order = malloc(SERIALS * sizeof(*order));
	unsigned int n = 0, i, k, skip = 0;
	int64_t ms = 0;

	o.state = calloc(SERIALS + 2, 1);
	o.passed_ms = calloc(SERIALS + 2, sizeof(*o.passed_ms));
	assert_non_null(order);
	assert_non_null(o.state);
	assert_non_null(o.passed_ms);
	for (i = 2; i < SERIALS; i++) {
		if (!skip && random_below(&seed, 400) == 0)
			skip = 1 + random_below(&seed, 6);
		if (!skip && random_below(&seed, 20000) == 0)
			skip = 3000;
		if (skip)
			skip--;
		else
			order[n++] = i;
	}
	for (i = 0; i + reach < n; i++) {
		uint32_t moved = order[i];

		k = i + random_below(&seed, reach + 1);
		order[i] = order[k];
		order[k] = moved;
	}
	gaps_see(g, base + 1, ms, false);
	o.state[1] = SEEN;
	for (i = 0; i < n; i++) {
		ms += random_below(&seed, step_ms + 1);
		gaps_see(g, base + order[i], ms, false);
		oracle_see(&o, order[i], ms);
		assert_int_equal(g->newest, base + o.newest);
		assert_true(g->missing == o.missing);
	}
	gaps_end(g);
	for (i = 2; i < o.newest; i++)
		o.missing += o.state[i] == OPEN;
	assert_true(g->missing == o.missing);
	assert_true(g->restarts == 0);
	free(order);
	free(o.state);
	free(o.passed_ms);
	free(g);
}

static void gaps_agree_with_a_simple_account(void **state)
{
	static const unsigned int reach[] = {0, 1, 5, 34}, step_ms[] = {0, 2, 30, 700};
	uint64_t seed = 1;
	size_t i, k;

	for (i = 0; i < N_OF(reach); i++)
		for (k = 0; k < N_OF(step_ms); k++, seed++)
			check_random(seed, reach[i], seed % 2 ? 7 : UINT32_MAX - 15000,
				     step_ms[k]);
}

/* Nothing is ever lost or counted twice: missing and filled make all passed-over serials.
 */
static void gaps_account_for_every_serial(void **state)
{
	uint64_t seed = 31, passed = 0, filled = 0;
	struct gaps *g = new_gaps();
	uint32_t newest = 1000, serial, open;
	unsigned int i, k;

	gaps_see(g, newest, 0, false);
	for (i = 0; i < 200000; i++) {
		if (random_below(&seed, 3)) {
			serial = newest - random_below(&seed, 300);
			open = 0;
			for (k = 0; k < g->n_holes; k++)
				open += serial - g->hole[k].first <=
					g->hole[k].last - g->hole[k].first;
			assert_true(open <= 1); /* holes do not overlap */
			filled += open;
		} else {
			k = random_below(&seed, 12);
			serial = newest + 1 + k;
			passed += k;
			newest = serial;
		}
		gaps_see(g, serial, i / 50, false);
	}
	gaps_end(g);
	assert_true(g->missing + filled == passed);
	free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gaps_counts_nothing_in_order),
		cmocka_unit_test(gaps_wraps_in_the_middle_of_a_hole),
		cmocka_unit_test(gaps_before_the_first_serial_are_none),
		cmocka_unit_test(gaps_wait_two_seconds),
		cmocka_unit_test(gaps_wait_4096_serials),
		cmocka_unit_test(gaps_closed_by_late_serials_are_none),
		cmocka_unit_test(gaps_see_a_serial_twice_once),
		cmocka_unit_test(gaps_beyond_the_table_are_decided_early),
		cmocka_unit_test(gaps_split_in_a_full_table_keeps_the_sum),
		cmocka_unit_test(gaps_kernel_record_begins_anew),
		cmocka_unit_test(gaps_far_below_with_a_younger_stamp_begin_anew),
		cmocka_unit_test(gaps_survive_one_forged_stamp),
		cmocka_unit_test(gaps_come_back_from_a_serial_far_ahead),
		cmocka_unit_test(gaps_take_blocks_in_another_order),
		cmocka_unit_test(gaps_stay_with_the_newest_for_stragglers),
		cmocka_unit_test(gaps_agree_with_a_simple_account),
		cmocka_unit_test(gaps_account_for_every_serial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
