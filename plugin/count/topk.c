/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk.c - a bounded table of named series that keeps the heaviest
 *
 * Entries never move; what is looked at for every record (hash, chain, rank)
 * lies apart from the bulk (series, names). The victim is found by a pass
 * over the ranks that mostly goes on where the last one stopped: counting, which
 * is what happens all the time, then costs nothing for the order.
 */
#include "count/topk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	uint64_t hash;
	uint32_t generation;
	uint32_t chain; /* next in its bucket, index + 1 */
	uint64_t error;
	int64_t since_ms;
	uint32_t name_len;
};

struct topk {
	struct window_set windows;
	struct siphash_key key;
	unsigned int capacity, used;
	size_t name_max, aux_bytes, aux_size,
		series_size; /* aux_size: aux_bytes, aligned */
	uint32_t n_buckets;  /* a power of two */
	uint32_t *buckets;
	struct entry *entries;
	uint64_t *ranks;
	uint64_t floor;  /* no rank is lower */
	uint32_t cursor; /* none before it stands on the floor */
	char *series, *names, *aux;
	uint64_t worst;   /* largest count + error that left the table */
	uint64_t strayed; /* records for entries that had left the table */
	uint64_t evicted;
};

static struct series *series_of(const struct topk *t, uint32_t i)
{
	return (struct series *)(void *)(t->series + i * t->series_size);
}

struct topk *topk_new(const struct topk_options *o)
{
	struct topk *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->windows = *o->windows;
	t->key = *o->key;
	t->capacity = o->capacity;
	t->name_max = o->name_max;
	t->aux_bytes = o->aux_size;
	t->aux_size = (o->aux_size + 7) & ~(size_t)7;
	t->series_size = series_size(&t->windows);
	for (t->n_buckets = 16; t->n_buckets < 2 * t->capacity;)
		t->n_buckets *= 2;
	t->buckets = calloc(t->n_buckets, sizeof(*t->buckets));
	t->entries = calloc(t->capacity, sizeof(*t->entries));
	t->ranks = calloc(t->capacity, sizeof(*t->ranks));
	t->series = calloc(t->capacity, t->series_size);
	t->names = calloc(t->capacity, t->name_max);
	t->aux = t->aux_size ? calloc(t->capacity, t->aux_size) : NULL;
	if (!t->buckets || !t->entries || !t->ranks || !t->series || !t->names ||
	    (t->aux_size && !t->aux)) {
		topk_free(t);
		errno = ENOMEM;
		return NULL;
	}
	return t;
}

void topk_free(struct topk *t)
{
	if (!t)
		return;
	free(t->buckets);
	free(t->entries);
	free(t->ranks);
	free(t->series);
	free(t->names);
	free(t->aux);
	free(t);
}

/*
 * Ranks only grow between two fadings, so the lowest one found is a floor for
 * all later searches: entries that still stand on it are taken in turn, and
 * all ranks are looked at only when none is left.
 */
static uint32_t lowest_rank(struct topk *t)
{
	uint32_t i, lowest = 0;

	for (; t->cursor < t->used; t->cursor++)
		if (t->ranks[t->cursor] <= t->floor)
			return t->cursor++;
	for (i = 1; i < t->used; i++)
		if (t->ranks[i] < t->ranks[lowest])
			lowest = i;
	t->floor = t->ranks[lowest];
	t->cursor = lowest + 1;
	return lowest;
}

static void unindex(struct topk *t, uint32_t i)
{
	uint32_t *link = &t->buckets[t->entries[i].hash & (t->n_buckets - 1)];

	while (*link != i + 1)
		link = &t->entries[*link - 1].chain;
	*link = t->entries[i].chain;
}

/* A place for a newcomer; its rank begins where the victim's ended. */
static uint32_t take_place(struct topk *t)
{
	uint64_t missed;
	uint32_t i;

	if (t->used < t->capacity)
		return t->used++;
	i = lowest_rank(t);
	missed = series_of(t, i)->total.records + t->entries[i].error;
	if (missed > t->worst)
		t->worst = missed;
	t->evicted++;
	unindex(t, i);
	series_clear(series_of(t, i), &t->windows);
	return i;
}

static uint32_t fill(struct topk *t, uint32_t i, struct span name, uint64_t hash,
		     int64_t when_ms)
{
	uint32_t *bucket = &t->buckets[hash & (t->n_buckets - 1)];
	struct entry *e = &t->entries[i];

	e->hash = hash;
	e->generation++;
	if (!e->generation)
		e->generation = 1;
	e->error = t->worst;
	e->since_ms = when_ms;
	e->name_len = (uint32_t)name.n;
	memcpy(t->names + i * t->name_max, name.p, name.n);
	if (t->aux_size)
		memset(t->aux + i * t->aux_size, 0, t->aux_size);
	e->chain = *bucket;
	*bucket = i + 1;
	return i;
}

static uint32_t insert(struct topk *t, struct span name, uint64_t hash, int64_t when_ms)
{
	return fill(t, take_place(t), name, hash, when_ms);
}

/* Return: the entry's index + 1, or 0. */
static uint32_t look_up(const struct topk *t, struct span name, uint64_t hash)
{
	uint32_t i;

	for (i = t->buckets[hash & (t->n_buckets - 1)]; i; i = t->entries[i - 1].chain) {
		const struct entry *e = &t->entries[i - 1];

		if (e->hash == hash && e->name_len == name.n &&
		    !memcmp(t->names + (i - 1) * t->name_max, name.p, name.n))
			break;
	}
	return i;
}

struct topk_ref topk_find(struct topk *t, struct span name, int64_t when_ms)
{
	uint64_t hash = siphash(&t->key, name.p, name.n);
	uint32_t i = look_up(t, name, hash);

	i = i ? i - 1 : insert(t, name, hash, when_ms);
	return (struct topk_ref){i, t->entries[i].generation};
}

bool topk_knows(const struct topk *t, struct span name)
{
	return look_up(t, name, siphash(&t->key, name.p, name.n));
}

void topk_reuse(struct topk *t, unsigned int index, struct span name, int64_t when_ms)
{
	unindex(t, index);
	(void)fill(t, index, name, siphash(&t->key, name.p, name.n), when_ms);
}

static bool is_current(const struct topk *t, struct topk_ref ref)
{
	return ref.generation && ref.index < t->used &&
	       t->entries[ref.index].generation == ref.generation;
}

bool topk_has(const struct topk *t, struct topk_ref ref)
{
	return !ref.generation || is_current(t, ref);
}

bool topk_add(struct topk *t, struct topk_ref ref, const struct when *when,
	      const struct count *c)
{
	uint64_t *rank;

	if (!is_current(t, ref)) {
		/* its name may be listed anew, without these */
		if (ref.generation && (int64_t)c->records > 0)
			t->strayed += c->records;
		return false;
	}
	rank = &t->ranks[ref.index];
	/* a difference that takes back may meet a rank that has faded meanwhile */
	if ((int64_t)c->records < 0 && *rank < -c->records)
		*rank = 0;
	else
		*rank += c->records;
	series_add(series_of(t, ref.index), &t->windows, when, c);
	return true;
}

void *topk_aux(struct topk *t, struct topk_ref ref)
{
	if (!t->aux_size || !is_current(t, ref))
		return NULL;
	return t->aux + ref.index * t->aux_size;
}

void topk_fade(struct topk *t)
{
	uint32_t i;

	for (i = 0; i < t->used; i++)
		t->ranks[i] /= 2;
	t->floor = 0;
	t->cursor = t->used;
}

unsigned int topk_used(const struct topk *t)
{
	return t->used;
}

uint64_t topk_evicted(const struct topk *t)
{
	return t->evicted;
}

struct topk_view topk_view(struct topk *t, unsigned int index, int window, int64_t now)
{
	const struct entry *e = &t->entries[index];
	struct series *s = series_of(t, index);

	return (struct topk_view){
		.name = {t->names + index * t->name_max, e->name_len},
		.aux = t->aux_size ? t->aux + index * t->aux_size : NULL,
		.count = series_sum(s, &t->windows, window, now),
		.error = e->error ? e->error + t->strayed : 0,
		.since_ms = e->since_ms,
		.ref = {index, e->generation},
	};
}

struct count topk_bucket(const struct topk *t, unsigned int index, int window,
			 int64_t bucket)
{
	return series_bucket(series_of(t, index), &t->windows, window, bucket);
}

/* --- over a restart --- */

unsigned int topk_capacity(const struct topk *t)
{
	return t->capacity;
}

uint64_t topk_rank(const struct topk *t, unsigned int index)
{
	return t->ranks[index];
}

struct topk_margin topk_margin(const struct topk *t)
{
	return (struct topk_margin){t->worst, t->strayed, t->evicted};
}

void topk_set_margin(struct topk *t, const struct topk_margin *margin)
{
	t->worst = margin->worst;
	t->strayed = margin->strayed;
	t->evicted = margin->evicted;
}

void topk_missed(struct topk *t, uint64_t records)
{
	if (records > t->worst)
		t->worst = records;
}

struct topk_ref topk_restore(struct topk *t, const struct topk_saved *saved)
{
	uint64_t hash = siphash(&t->key, saved->name.p, saved->name.n);
	uint32_t i;

	if (saved->name.n > t->name_max || t->used == t->capacity ||
	    look_up(t, saved->name, hash))
		return (struct topk_ref){0};
	i = insert(t, saved->name, hash, saved->since_ms);
	t->ranks[i] = saved->rank;
	t->entries[i].error = saved->error;
	if (t->aux_size && saved->aux)
		memcpy(t->aux + i * t->aux_size, saved->aux, t->aux_bytes);
	return (struct topk_ref){i, t->entries[i].generation};
}

void topk_load(struct topk *t, struct topk_ref ref, int window, int64_t bucket,
	       const struct count *c)
{
	if (is_current(t, ref))
		series_load(series_of(t, ref.index), window, bucket, c);
}
