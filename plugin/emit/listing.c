/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listing.c - one list of one window: its order, its entries, and the rest
 *
 * Reads tables, never changes a count. The rest is total minus what is listed:
 * it holds the tail of the list, evicted entries, events without such a name
 * and records whose event is not complete yet.
 */
#include "emit/listing.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "emit/entry.h"
#include "emit/schema.h"

static void add(struct count *sum, const struct count *c)
{
	sum->events += c->events;
	sum->records += c->records;
	sum->bytes += c->bytes;
}

static void subtract(struct count *sum, const struct count *c)
{
	sum->events -= c->events;
	sum->records -= c->records;
	sum->bytes -= c->bytes;
}

/* --- the order of a list --- */

static int by_weight(const void *a, const void *b)
{
	const struct listing_weight *x = a, *y = b;

	if (x->records != y->records)
		return x->records < y->records ? 1 : -1;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	/* equal weights: as they came; a name may hold a keyed hash, so it gives no order
	 */
	return x->index < y->index ? -1 : 1;
}

/* The @n heaviest of @weights come to its front, in no order (C. A. R. Hoare's FIND). */
static void heaviest_first(struct listing_weight *weights, unsigned int used,
			   unsigned int n)
{
	unsigned int low = 0, high = used;

	while (low + 1 < high && low < n && n < high) {
		/* never the last one: then both parts are smaller than the whole */
		struct listing_weight pivot = weights[low + (high - low - 1) / 2];
		unsigned int i = low, k = high - 1;

		for (;; i++, k--) {
			struct listing_weight swap;

			while (by_weight(&weights[i], &pivot) < 0)
				i++;
			while (by_weight(&pivot, &weights[k]) < 0)
				k--;
			if (i >= k)
				break;
			swap = weights[i];
			weights[i] = weights[k];
			weights[k] = swap;
		}
		if (n <= k)
			high = k + 1;
		else
			low = k + 1;
	}
}

/* The entries that may be shown, heaviest first; all that count in this window are added
 * up. */
static int sort(struct listing *l)
{
	unsigned int used = topk_used(l->table), n = 0, i;

	l->weights = malloc((used + 1) * sizeof(*l->weights));
	if (!l->weights)
		return -ENOMEM;
	for (i = 0; i < used; i++) {
		struct count c = topk_view(l->table, i, l->window, l->now).count;

		if (!c.records)
			continue;
		add(&l->all, &c);
		l->weights[n++] = (struct listing_weight){c.records, c.bytes, i};
	}
	heaviest_first(l->weights, n, l->n);
	if (l->n > n)
		l->n = n;
	qsort(l->weights, l->n, sizeof(*l->weights), by_weight);
	return 0;
}

/* An event holds several types, so their sum takes a walk, whatever is shown. */
int listing_start(struct listing *l, unsigned int most)
{
	l->array = json_array();
	if (!l->array)
		return -ENOMEM;
	l->n = l->table ? most : 0;
	if (!l->n && (l->list != TALLY_TYPES || !l->table))
		return 0;
	return sort(l);
}

void listing_free(struct listing *l)
{
	json_decref(l->array);
	free(l->weights);
}

/* --- entries --- */

/* Nothing was missed in a window that began after the entry did. */
static uint64_t error_of(const struct listing *l, const struct topk_view *v)
{
	uint64_t unlisted = l->total.records - l->all.records;

	if (l->window >= 0 && v->since_ms < l->from_ms)
		return 0;
	/* keys count an event several times: their sum may pass the total */
	if (l->list != TALLY_KEYS && v->error > unlisted)
		return unlisted;
	return v->error;
}

static json_t *entry(const struct listing *l, const struct topk_view *v)
{
	json_t *o = entry_name(l->list, v);
	double share = l->total.records
			       ? (double)v->count.records / (double)l->total.records
			       : 0;

	if (!o)
		return NULL;
	listing_counts(o, &v->count);
	/* in steps of 0.0001 */
	json_object_set_new(o, "share", json_real(round(share * 1e4) / 1e4));
	json_object_set_new(o, "error", json_integer((json_int_t)error_of(l, v)));
	return o;
}

size_t listing_show(struct listing *l)
{
	struct topk_view v;
	json_t *o;

	v = topk_view(l->table, l->weights[l->shown].index, l->window, l->now);
	o = entry(l, &v);
	if (json_array_append_new(l->array, o) < 0)
		return 0;
	l->shown++;
	add(&l->listed, &v.count);
	return schema_size(o) + 1;
}

void listing_hide(struct listing *l)
{
	struct count c;

	l->shown--;
	c = topk_view(l->table, l->weights[l->shown].index, l->window, l->now).count;
	subtract(&l->listed, &c);
	json_array_remove(l->array, l->shown);
}

struct count listing_rest(const struct listing *l)
{
	struct count rest = l->total;

	if (l->list == TALLY_KEYS)
		add(&rest, &l->overlap);
	subtract(&rest, &l->listed);
	if (l->list == TALLY_TYPES)
		rest.events = l->all.events - l->listed.events;
	return rest;
}

json_t *listing_counts(json_t *o, const struct count *c)
{
	json_object_set_new(o, "events", json_integer((json_int_t)c->events));
	json_object_set_new(o, "records", json_integer((json_int_t)c->records));
	json_object_set_new(o, "bytes", json_integer((json_int_t)c->bytes));
	return o;
}
