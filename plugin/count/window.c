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

static bool is_zero(const struct count *c)
{
	return !c->records && !c->events && !c->bytes;
}

static bool is_empty(const struct window *w)
{
	return is_zero(&w->sum);
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

static void add(struct count *sum, const struct count *c)
{
	sum->events += c->events;
	sum->records += c->records;
	sum->bytes += c->bytes;
}

static void settle(struct series *s, const struct window_set *set)
{
	unsigned int i;

	if (is_zero(&s->pending))
		return;
	for (i = 0; i < set->n; i++)
		window_add(&s->window[i], s->at.bucket[i], &s->pending);
	s->pending = (struct count){0};
}

static bool is_same(const struct when *a, const struct when *b, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (a->bucket[i] != b->bucket[i])
			return false;
	return true;
}

void series_add(struct series *s, const struct window_set *set, const struct when *when,
		const struct count *c)
{
	add(&s->total, c);
	if (!is_same(when, &s->at, set->n)) {
		settle(s, set);
		s->at = *when;
	}
	add(&s->pending, c);
}

struct count series_sum(struct series *s, const struct window_set *set, int window,
			int64_t now)
{
	if (window < 0)
		return s->total;
	settle(s, set);
	return window_sum(&s->window[window], now);
}

struct count series_bucket(struct series *s, const struct window_set *set, int window,
			   int64_t bucket)
{
	if (window < 0)
		return s->total;
	settle(s, set);
	return window_bucket(&s->window[window], bucket);
}

void series_load(struct series *s, int window, int64_t bucket, const struct count *c)
{
	if (window < 0)
		add(&s->total, c);
	else
		window_add(&s->window[window], bucket, c);
}

void series_clear(struct series *s, const struct window_set *set)
{
	unsigned int i;

	s->total = s->pending = (struct count){0};
	for (i = 0; i < set->n; i++)
		drop_older(&s->window[i], INT64_MAX);
}
