/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_window.c - sliding windows against a plain list of what was added
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "count/window.h"
#include "rng.h"

#define ADDS_MAX 4000

struct added {
	int64_t bucket;
	struct count c;
};

/* All that was ever added, and the newest bucket that was ever named. */
struct oracle {
	struct added list[ADDS_MAX];
	size_t n;
	int64_t head;
};

static void oracle_add(struct oracle *o, int64_t bucket, struct count c)
{
	o->list[o->n++] = (struct added){bucket, c};
	if (bucket > o->head)
		o->head = bucket;
}

static struct count oracle_sum(const struct oracle *o, int64_t first, int64_t last)
{
	struct count sum = {0};
	size_t i;

	for (i = 0; i < o->n; i++) {
		if (o->list[i].bucket < first || o->list[i].bucket > last)
			continue;
		sum.events += o->list[i].c.events;
		sum.records += o->list[i].c.records;
		sum.bytes += o->list[i].c.bytes;
	}
	return sum;
}

static void assert_count(struct count got, struct count want)
{
	assert_int_equal(got.events, want.events);
	assert_int_equal(got.records, want.records);
	assert_int_equal(got.bytes, want.bytes);
}

static void check(struct window *w, const struct oracle *o)
{
	int64_t oldest = o->head - WINDOW_BUCKETS + 1, b;

	assert_count(window_sum(w, o->head), oracle_sum(o, oldest, o->head));
	for (b = oldest < 0 ? 0 : oldest; b <= o->head; b++)
		assert_count(window_bucket(w, b), oracle_sum(o, b, b));
	assert_count(window_bucket(w, o->head + 1), (struct count){0});
	assert_count(window_bucket(w, oldest - 1), (struct count){0});
}

/* How far the next bucket lies from the newest: mostly near, all edges of the ring. */
static int64_t next_step(struct rng *r)
{
	static const int64_t edges[] = {1,   58,  59,  60,     61,
					119, 120, 121, 100000, 1LL << 40};

	switch (rng_below(r, 16)) {
	case 0:
		return edges[rng_below(r, sizeof(edges) / sizeof(edges[0]))];
	case 1:
	case 2:
	case 3:
		return -(int64_t)rng_below(r, 70);
	default:
		return (int64_t)rng_below(r, 4);
	}
}

static struct count some(struct rng *r)
{
	return (struct count){rng_below(r, 2), rng_below(r, 9), rng_below(r, 1 << 30)};
}

/* Take back the youngest addition that still stands in the ring. */
static void take_back(struct window *w, struct oracle *o)
{
	struct added *a = &o->list[o->n - 1];
	struct count back = {-a->c.events, -a->c.records, -a->c.bytes};

	window_add(w, a->bucket, &back);
	o->n--;
}

static void run(uint64_t seed, int64_t start)
{
	struct oracle *o = calloc(1, sizeof(*o));
	struct rng r = {seed};
	struct window w;
	int i;

	memset(&w, 0, sizeof(w));
	o->head = start;
	for (i = 0; i < ADDS_MAX; i++) {
		int64_t bucket = o->head + next_step(&r);
		struct count c = some(&r);

		if (bucket < 0)
			bucket = 0;
		window_add(&w, bucket, &c);
		oracle_add(o, bucket, c);
		if (rng_below(&r, 8) == 0)
			take_back(&w, o);
		if (rng_below(&r, 8) == 0)
			o->head += (int64_t)rng_below(&r, 90);
		if (rng_below(&r, 4) == 0)
			check(&w, o);
	}
	check(&w, o);
	free(o);
}

static void window_agrees_with_a_plain_list(void **state)
{
	uint64_t seed;

	for (seed = 1; seed <= 8; seed++)
		run(seed * 7919, seed % 2 ? 0 : 1700000000);
}

static void window_forgets_all_at_once(void **state)
{
	const struct count one = {1, 2, 300};
	struct window w;
	int64_t b;

	memset(&w, 0, sizeof(w));
	for (b = 100; b < 160; b++)
		window_add(&w, b, &one);
	assert_int_equal(window_sum(&w, 159).records, 120);
	assert_int_equal(window_sum(&w, 160).records, 118);
	assert_int_equal(window_sum(&w, 218).records, 2);
	assert_int_equal(window_sum(&w, 219).records, 0);
	assert_int_equal(window_sum(&w, INT64_MAX).bytes, 0);
}

static void window_takes_nothing_into_a_bucket_that_left(void **state)
{
	const struct count one = {1, 1, 1};
	struct window w;

	memset(&w, 0, sizeof(w));
	window_add(&w, 1000, &one);
	window_add(&w, 940, &one); /* shares a place in the ring with 1000 */
	window_add(&w, 1, &one);
	assert_int_equal(window_sum(&w, 1000).records, 1);
	window_add(&w, 941, &one);
	assert_int_equal(window_sum(&w, 1000).records, 2);
	assert_int_equal(window_bucket(&w, 1000).records, 1);
}

static void window_counts_more_bytes_than_32_bits(void **state)
{
	const struct count big = {1, 1, 3000000000U};
	struct window w;

	memset(&w, 0, sizeof(w));
	window_add(&w, 5, &big);
	window_add(&w, 5, &big);
	assert_int_equal(window_sum(&w, 5).bytes, 6000000000ULL);
	assert_int_equal(window_bucket(&w, 5).bytes, 6000000000ULL);
	assert_int_equal(window_sum(&w, 65).bytes, 0);
}

static void series_counts_in_each_window_and_for_ever(void **state)
{
	const struct window_set set = {3, {1000, 5000, 60000}};
	const struct count c = {1, 3, 400};
	struct series *s = calloc(1, series_size(&set));
	int64_t ms;

	for (ms = 0; ms < 400000; ms += 1000) {
		struct when when = {{ms / 1000, ms / 5000, ms / 60000}};

		series_add(s, &set, &when, &c);
	}
	assert_count(s->total, (struct count){400, 1200, 160000});
	assert_int_equal(series_sum(s, &set, 0, 399).events, 60);
	assert_int_equal(series_sum(s, &set, 1, 79).events, 300);
	assert_int_equal(series_sum(s, &set, 2, 6).events, 400);
	series_clear(s, &set);
	assert_count(s->total, (struct count){0});
	assert_int_equal(series_sum(s, &set, 2, 6).events, 0);
	free(s);
}

/* Whatever the order of times, a series is what its windows would be by themselves. */
static void series_agrees_with_its_windows(void **state)
{
	const struct window_set set = {2, {1000, 60000}};
	struct series *s = calloc(1, series_size(&set));
	struct window w[2];
	struct rng r = {99};
	struct count total = {0};
	int64_t ms = 90000;
	int i, k;

	memset(w, 0, sizeof(w));
	for (i = 0; i < 20000; i++) {
		struct count c = some(&r);
		struct when when;
		int64_t at;

		if (rng_below(&r, 4) == 0)
			ms += (int64_t)rng_below(&r, 3000);
		at = ms - (rng_below(&r, 8) ? 0 : (int64_t)rng_below(&r, 90000));
		for (k = 0; k < 2; k++) {
			when.bucket[k] = at / set.bucket_ms[k];
			window_add(&w[k], when.bucket[k], &c);
		}
		series_add(s, &set, &when, &c);
		total.records += c.records;
		if (rng_below(&r, 8))
			continue;
		for (k = 0; k < 2; k++) {
			int64_t now = ms / set.bucket_ms[k], b = at / set.bucket_ms[k];

			assert_count(series_bucket(s, &set, k, b),
				     window_bucket(&w[k], b));
			assert_count(series_sum(s, &set, k, now), window_sum(&w[k], now));
		}
		assert_int_equal(series_sum(s, &set, -1, 0).records, total.records);
	}
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window_agrees_with_a_plain_list),
		cmocka_unit_test(window_forgets_all_at_once),
		cmocka_unit_test(window_takes_nothing_into_a_bucket_that_left),
		cmocka_unit_test(window_counts_more_bytes_than_32_bits),
		cmocka_unit_test(series_counts_in_each_window_and_for_ever),
		cmocka_unit_test(series_agrees_with_its_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
