/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk_oracle.h - a table that is filled, and what must stand in it
 *
 * Keeps a series for every name there ever was, and for each place of the
 * table who stands there, its rank and what was counted since it came. Each
 * step is checked when it is made. Include it behind cmocka.h.
 */
#ifndef NOISE_TEST_TOPK_ORACLE_H
#define NOISE_TEST_TOPK_ORACLE_H

#include "count/topk.h"
#include "rng.h"

#define NAMES_MAX  6000
#define PLACES_MAX 512
#define OLD_REFS   64

static const struct window_set windows = {2, {1000, 5000}};
static const struct siphash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};

struct place {
	unsigned int name;
	uint32_t generation;
	uint64_t rank;
};

/* An event that may still get a record. */
struct old {
	struct topk_ref ref;
	unsigned int name;
	struct when when;
};

struct world {
	struct topk *t;
	struct rng rng;
	unsigned int capacity, used;
	uint64_t evicted;
	int64_t now_ms;
	struct place place[PLACES_MAX];
	struct series *since[PLACES_MAX]; /* what was counted on who stands there */
	struct series *truth[NAMES_MAX];
	struct series *all;
	struct old old[OLD_REFS];
	uint64_t n_old;
};

static struct series *new_series(void)
{
	return calloc(1, series_size(&windows));
}

static struct topk *new_table(unsigned int capacity)
{
	struct topk_options o = {.capacity = capacity,
				 .name_max = 16,
				 .aux_size = sizeof(unsigned int),
				 .windows = &windows,
				 .key = &key};

	return topk_new(&o);
}

static struct world *world_new(unsigned int capacity, uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));
	unsigned int i;

	w->t = new_table(capacity);
	assert_non_null(w->t);
	w->rng.state = seed;
	w->capacity = capacity;
	w->now_ms = 1700000000000;
	w->all = new_series();
	for (i = 0; i < capacity; i++)
		w->since[i] = new_series();
	return w;
}

static void world_free(struct world *w)
{
	unsigned int i;

	for (i = 0; i < w->capacity; i++)
		free(w->since[i]);
	for (i = 0; i < NAMES_MAX; i++)
		free(w->truth[i]);
	free(w->all);
	topk_free(w->t);
	free(w);
}

static struct span name_text(unsigned int name, char text[16])
{
	memset(text, 'n', 16);
	memcpy(text, &name, sizeof(name));
	return (struct span){text, sizeof(name) + name % 13};
}

static uint64_t lowest_rank(const struct world *w)
{
	uint64_t lowest = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < w->used; i++)
		if (w->place[i].rank < lowest)
			lowest = w->place[i].rank;
	return lowest;
}

static bool is_listed(const struct world *w, unsigned int name)
{
	unsigned int i;

	for (i = 0; i < w->used; i++)
		if (w->place[i].name == name)
			return true;
	return false;
}

/* A name that is not listed must get a free place, or that of a lowest rank. */
static void check_newcomer(struct world *w, unsigned int name, struct topk_ref ref)
{
	struct place *p = &w->place[ref.index];

	if (w->used < w->capacity) {
		assert_int_equal(ref.index, w->used);
		w->used++;
	} else {
		assert_int_equal(p->rank, lowest_rank(w));
		assert_int_not_equal(ref.generation, p->generation);
		series_clear(w->since[ref.index], &windows);
		w->evicted++;
	}
	p->name = name;
	p->generation = ref.generation;
	*(unsigned int *)topk_aux(w->t, ref) += name;
}

static struct topk_ref world_find(struct world *w, unsigned int name)
{
	bool listed = is_listed(w, name);
	char text[16];
	struct topk_ref ref = topk_find(w->t, name_text(name, text), w->now_ms);

	assert_true(ref.index < w->capacity);
	assert_int_not_equal(ref.generation, 0);
	if (!listed)
		check_newcomer(w, name, ref);
	assert_int_equal(w->place[ref.index].name, name);
	assert_int_equal(w->place[ref.index].generation, ref.generation);
	assert_int_equal(*(unsigned int *)topk_aux(w->t, ref), name);
	return ref;
}

static void world_add(struct world *w, unsigned int name, struct topk_ref ref,
		      const struct when *when, struct count c)
{
	struct place *p = &w->place[ref.index];
	bool current = p->generation == ref.generation;

	if (!w->truth[name])
		w->truth[name] = new_series();
	series_add(w->truth[name], &windows, when, &c);
	series_add(w->all, &windows, when, &c);
	assert_int_equal(topk_add(w->t, ref, when, &c), current);
	assert_int_equal(topk_aux(w->t, ref) != NULL, current);
	if (!current)
		return;
	series_add(w->since[ref.index], &windows, when, &c);
	p->rank += c.records;
}

/* As the time line places a stamp: within the windows, some of them late. */
static struct when some_when(struct world *w)
{
	int64_t ms = w->now_ms -
		     (rng_below(&w->rng, 4) ? 0 : (int64_t)rng_below(&w->rng, 90000));
	struct when when = {{0}};
	unsigned int i;

	for (i = 0; i < windows.n; i++) {
		int64_t now = w->now_ms / windows.bucket_ms[i],
			b = ms / windows.bucket_ms[i];

		when.bucket[i] = b <= now - WINDOW_BUCKETS ? now - WINDOW_BUCKETS + 1 : b;
	}
	return when;
}

static void add_event(struct world *w, unsigned int name)
{
	struct old o = {.name = name, .when = some_when(w)};
	struct count c = {1, 1 + rng_below(&w->rng, 6), 100 + rng_below(&w->rng, 999)};

	o.ref = world_find(w, name);
	world_add(w, name, o.ref, &o.when, c);
	w->old[w->n_old++ % OLD_REFS] = o;
}

/* A record to an event that was counted some time ago: its entry may have left. */
static void add_late_record(struct world *w)
{
	const struct old *o;

	if (!w->n_old)
		return;
	o = &w->old[rng_below(&w->rng, w->n_old < OLD_REFS ? w->n_old : OLD_REFS)];
	world_add(w, o->name, o->ref, &o->when, (struct count){0, 1, 77});
}

static void fade(struct world *w)
{
	unsigned int i;

	topk_fade(w->t);
	for (i = 0; i < w->used; i++)
		w->place[i].rank /= 2;
}

#endif
