/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * window.c - sliding windows of 60 buckets
 *
 * Buckets leave the ring when a later one is counted or asked for; their
 * counts leave the sum with them, so sum always equals the ring.
 */
#include "count/window.h"

#include <stdbool.h>

static struct window_bucket *bucket_at(struct window *w, int64_t bucket)
{
	return &w->ring[(uint64_t)bucket % WINDOW_BUCKETS];
}

static bool is_empty(const struct window *w)
{
	return !w->sum.records && !w->sum.events && !w->sum.bytes;
}

/* Buckets older than @first leave; those that hold nothing are not touched. */
static void drop_older(struct window *w, int64_t first)
{
	if (is_empty(w))
		return;
	for (; w->first < first && w->first <= w->head; w->first++) {
		struct window_bucket *b = bucket_at(w, w->first);

		w->sum.events -= b->events;
		w->sum.records -= b->records;
		w->sum.bytes -= b->bytes;
		*b = (struct window_bucket){0};
	}
}

static void move_head(struct window *w, int64_t head)
{
	if (head <= w->head)
		return;
	drop_older(w, head - WINDOW_BUCKETS + 1);
	w->head = head;
}

void window_add(struct window *w, int64_t bucket, const struct count *c)
{
	struct window_bucket *b;

	move_head(w, bucket);
	if (w->head - bucket >= WINDOW_BUCKETS)
		return;
	if (is_empty(w) || bucket < w->first)
		w->first = bucket;
	b = bucket_at(w, bucket);
	b->events += (uint32_t)c->events;
	b->records += (uint32_t)c->records;
	b->bytes += c->bytes;
	w->sum.events += c->events;
	w->sum.records += c->records;
	w->sum.bytes += c->bytes;
}

struct count window_sum(struct window *w, int64_t now)
{
	move_head(w, now);
	return w->sum;
}

struct count window_bucket(const struct window *w, int64_t bucket)
{
	const struct window_bucket *b = &w->ring[(uint64_t)bucket % WINDOW_BUCKETS];

	if (bucket > w->head || w->head - bucket >= WINDOW_BUCKETS)
		return (struct count){0};
	return (struct count){b->events, b->records, b->bytes};
}

size_t series_size(const struct window_set *set)
{
	return sizeof(struct series) + set->n * sizeof(struct window);
}

void series_add(struct series *s, const struct window_set *set, const struct when *when,
		const struct count *c)
{
	unsigned int i;

	s->total.events += c->events;
	s->total.records += c->records;
	s->total.bytes += c->bytes;
	for (i = 0; i < set->n; i++)
		window_add(&s->window[i], when->bucket[i], c);
}

void series_load(struct series *s, int window, int64_t bucket, const struct count *c)
{
	if (window >= 0) {
		window_add(&s->window[window], bucket, c);
		return;
	}
	s->total.events += c->events;
	s->total.records += c->records;
	s->total.bytes += c->bytes;
}

void series_clear(struct series *s, const struct window_set *set)
{
	unsigned int i;

	s->total = (struct count){0};
	for (i = 0; i < set->n; i++)
		drop_older(&s->window[i], INT64_MAX);
}
