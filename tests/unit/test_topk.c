/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_topk.c - the bounded table against an oracle that forgets nothing
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "topk_oracle.h"

/* --- what is listed --- */

static struct count read_series(struct series *s, int window, int64_t now)
{
	return series_sum(s, &windows, window, now);
}

static void assert_count(struct count got, struct count want)
{
	assert_int_equal(got.events, want.events);
	assert_int_equal(got.records, want.records);
	assert_int_equal(got.bytes, want.bytes);
}

static uint64_t sum_of_list(struct world *w, int window, int64_t now)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < topk_used(w->t); i++)
		sum += topk_view(w->t, i, window, now).count.records;
	return sum;
}

/* The bound as a summary shows it. */
static uint64_t shown_error(const struct topk_view *v, int64_t from_ms, uint64_t unlisted)
{
	if (v->since_ms < from_ms)
		return 0;
	return v->error < unlisted ? v->error : unlisted;
}

static void check_view(struct world *w, unsigned int i, int window, uint64_t unlisted)
{
	int64_t width = window < 0 ? 1 : windows.bucket_ms[window],
		now = w->now_ms / width;
	int64_t from_ms = window < 0 ? INT64_MIN : (now - WINDOW_BUCKETS + 1) * width;
	struct topk_view v = topk_view(w->t, i, window, now);
	unsigned int name = w->place[i].name;
	struct count truth = read_series(w->truth[name], window, now);
	char text[16];

	assert_true(span_equal(v.name, name_text(name, text)));
	assert_int_equal(*(const unsigned int *)v.aux, name);
	assert_int_equal(v.ref.index, i);
	assert_int_equal(v.ref.generation, w->place[i].generation);
	assert_count(v.count, read_series(w->since[i], window, now));
	assert_true(v.count.records <= truth.records);
	assert_true(v.count.events <= truth.events);
	assert_true(truth.records <=
		    v.count.records + shown_error(&v, from_ms, unlisted));
	if (!w->evicted) {
		assert_int_equal(v.error, 0);
		assert_count(v.count, truth);
	}
}

/* In every bucket: each entry holds what was counted on it, and all of them no
 * more than there was. */
static void check_buckets(struct world *w, int window)
{
	int64_t now = w->now_ms / windows.bucket_ms[window], b;
	unsigned int i;

	for (b = now - WINDOW_BUCKETS + 1; b <= now; b++) {
		struct count total = series_bucket(w->all, &windows, window, b),
			     sum = {0};

		for (i = 0; i < w->used; i++) {
			struct count c = topk_bucket(w->t, i, window, b);

			assert_count(c, series_bucket(w->since[i], &windows, window, b));
			sum.records += c.records;
			sum.bytes += c.bytes;
		}
		assert_true(sum.records <= total.records);
		assert_true(sum.bytes <= total.bytes);
	}
}

static void check(struct world *w)
{
	unsigned int i;
	int window;

	assert_int_equal(topk_used(w->t), w->used);
	assert_int_equal(topk_evicted(w->t), w->evicted);
	for (window = -1; window < (int)windows.n; window++) {
		int64_t now = window < 0 ? 0 : w->now_ms / windows.bucket_ms[window];
		uint64_t total = read_series(w->all, window, now).records;
		uint64_t listed = sum_of_list(w, window, now);

		assert_true(listed <= total);
		for (i = 0; i < w->used; i++)
			check_view(w, i, window, total - listed);
		if (window >= 0)
			check_buckets(w, window);
	}
}

/* Every listed name is still found where it stands. */
static void check_chains(struct world *w)
{
	unsigned int i;

	for (i = 0; i < w->used; i++)
		assert_int_equal(world_find(w, w->place[i].name).index, i);
	assert_int_equal(topk_evicted(w->t), w->evicted);
}

typedef unsigned int draw_fn(struct world *w, unsigned int step);

static unsigned int draw_skewed(struct world *w, unsigned int step)
{
	return (unsigned int)rng_skewed(&w->rng, NAMES_MAX);
}

static unsigned int draw_distinct(struct world *w, unsigned int step)
{
	return step % NAMES_MAX;
}

/* A few heavy ones, and a crowd that never comes twice in a window. */
static unsigned int draw_mixed(struct world *w, unsigned int step)
{
	return rng_below(&w->rng, 2) ? (unsigned int)rng_below(&w->rng, 5)
				     : 5 + step % (NAMES_MAX - 5);
}

/* As many names as places: nothing is ever evicted. */
static unsigned int draw_fitting(struct world *w, unsigned int step)
{
	return (unsigned int)rng_below(&w->rng, w->capacity);
}

static void run(unsigned int capacity, draw_fn *draw, uint64_t seed)
{
	struct world *w = world_new(capacity, seed);
	unsigned int step;

	for (step = 0; step < 12000; step++) {
		w->now_ms += (int64_t)rng_below(&w->rng, 60);
		if (rng_below(&w->rng, 3000) == 0)
			w->now_ms += 200000;
		add_event(w, draw(w, step));
		if (rng_below(&w->rng, 4) == 0)
			add_late_record(w);
		if (rng_below(&w->rng, 1000) == 0)
			fade(w);
		if (rng_below(&w->rng, 1500) == 0)
			check(w);
	}
	check(w);
	check_chains(w);
	if (draw == draw_fitting)
		assert_int_equal(w->evicted, 0);
	else
		assert_int_not_equal(w->evicted, 0);
	world_free(w);
}

static void run_sizes(draw_fn *draw)
{
	static const unsigned int capacity[] = {1, 2, 16, 512};
	size_t i;

	for (i = 0; i < sizeof(capacity) / sizeof(capacity[0]); i++)
		run(capacity[i], draw, 99991 * (i + 1));
}

static void topk_bounds_hold_for_skewed_names(void **state)
{
	run_sizes(draw_skewed);
}

static void topk_bounds_hold_for_distinct_names(void **state)
{
	run_sizes(draw_distinct);
}

static void topk_bounds_hold_for_a_crowd_around_heavy_names(void **state)
{
	run_sizes(draw_mixed);
}

static void topk_is_exact_without_eviction(void **state)
{
	run_sizes(draw_fitting);
}

static void topk_keeps_the_heavy_names(void **state)
{
	struct world *w = world_new(16, 4711);
	unsigned int step, i;

	for (step = 0; step < 12000; step++) {
		w->now_ms += 20;
		add_event(w, draw_mixed(w, step));
	}
	for (i = 0; i < 5; i++) {
		struct topk_view v;

		assert_true(is_listed(w, i));
		v = topk_view(w->t, world_find(w, i).index, -1, 0);
		/* what it may have missed before it was heavy */
		assert_true(v.count.records * 10 > w->truth[i]->total.records * 9);
	}
	world_free(w);
}

static void topk_faded_giant_makes_room(void **state)
{
	struct world *w = world_new(2, 1);
	struct when when = {{1, 1}};
	int i;

	world_add(w, 1, world_find(w, 1), &when, (struct count){1, 1000000, 1});
	world_add(w, 2, world_find(w, 2), &when, (struct count){1, 50, 1});
	for (i = 0; i < 20; i++)
		fade(w);
	world_add(w, 2, world_find(w, 2), &when, (struct count){1, 50, 1});
	world_add(w, 3, world_find(w, 3), &when, (struct count){1, 1, 1});
	assert_false(is_listed(w, 1));
	assert_true(is_listed(w, 2));
	/* the giant may come back: then it must be said what it may have missed */
	assert_true(topk_view(w->t, world_find(w, 1).index, -1, 0).error >= 1000000);
	world_free(w);
}

/* A name is evicted and listed anew; a record comes for its old entry: the new
 * one has missed that too. */
static void topk_error_covers_a_record_for_an_entry_that_left(void **state)
{
	struct world *w = world_new(1, 1);
	struct when when = {{1700000000, 340000000}};
	struct topk_ref first = world_find(w, 1);
	struct topk_view v;

	world_add(w, 1, first, &when, (struct count){1, 2, 2});
	world_add(w, 2, world_find(w, 2), &when, (struct count){1, 1, 1});
	world_find(w, 1);
	world_add(w, 1, first, &when, (struct count){0, 5, 5});
	v = topk_view(w->t, 0, -1, 0);
	assert_int_equal(v.count.records, 0);
	assert_true(v.error >= 7);
	world_free(w);
}

static void topk_of_nothing_counts_nowhere(void **state)
{
	struct topk *t = new_table(4);
	const struct topk_ref nothing = {0, 0}, beyond = {4, 1}, far = {UINT32_MAX, 1};
	const struct when when = {{1, 1}};
	const struct count one = {1, 1, 1};

	assert_false(topk_add(t, nothing, &when, &one));
	topk_find(t, (struct span){"x", 1}, 0);
	assert_false(topk_add(t, nothing, &when, &one));
	assert_false(topk_add(t, beyond, &when, &one));
	assert_false(topk_add(t, far, &when, &one));
	assert_null(topk_aux(t, far));
	assert_int_equal(topk_view(t, 0, -1, 0).count.records, 0);
	topk_free(t);
	topk_free(NULL);
}

/* NUL bytes, the empty name, and names that begin alike are names of their own. */
static void topk_names_are_bytes(void **state)
{
	static const struct span names[] = {
		{"", 0},    {"\0", 1},   {"\0\0", 2},     {"a", 1},
		{"a\0", 2}, {"a\0b", 3}, {"\xff\n\"", 3}, {"0123456789abcdef", 16}};
	struct topk *t = new_table(8);
	unsigned int i;

	for (i = 0; i < 8; i++)
		assert_int_equal(topk_find(t, names[i], 0).index, i);
	for (i = 0; i < 8; i++)
		assert_true(span_equal(
			topk_view(t, topk_find(t, names[i], 9).index, -1, 0).name,
			names[i]));
	assert_int_equal(topk_used(t), 8);
	topk_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topk_bounds_hold_for_skewed_names),
		cmocka_unit_test(topk_bounds_hold_for_distinct_names),
		cmocka_unit_test(topk_bounds_hold_for_a_crowd_around_heavy_names),
		cmocka_unit_test(topk_is_exact_without_eviction),
		cmocka_unit_test(topk_keeps_the_heavy_names),
		cmocka_unit_test(topk_faded_giant_makes_room),
		cmocka_unit_test(topk_error_covers_a_record_for_an_entry_that_left),
		cmocka_unit_test(topk_of_nothing_counts_nowhere),
		cmocka_unit_test(topk_names_are_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
