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
#include <stdbool.h>
#include <stdlib.h>

#include "count/tally_aux.h"
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

static bool is_heavier(const struct listing_weight *x, const struct listing_weight *y)
{
	if (x->records != y->records)
		return x->records > y->records;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes;
	/* equal weights: as they came; a name may hold a keyed hash, so it gives no order
	 */
	return x->index < y->index;
}

/* Let @heap[@i] sink to where both below it are lighter (J. W. J. Williams' heapsort). */
static void sink(struct listing_weight *heap, unsigned int n, unsigned int i)
{
	struct listing_weight moved = heap[i];
	unsigned int below;

	while ((below = 2 * i + 1) < n) {
		if (below + 1 < n && is_heavier(&heap[below + 1], &heap[below]))
			below++;
		if (!is_heavier(&heap[below], &moved))
			break;
		heap[i] = heap[below];
		i = below;
	}
	heap[i] = moved;
}

/* Of rules it tells as much that they have written nothing. */
static bool is_with_empty(const struct listing *l)
{
	return l->list == TALLY_RULES && l->window < 0;
}

/* All entries that count in this window, added up and with the heaviest on top. */
static int weigh(struct listing *l)
{
	unsigned int used = topk_used(l->table), i;

	l->weights = malloc((used + 1) * sizeof(*l->weights));
	if (!l->weights)
		return -ENOMEM;
	for (i = 0; i < used; i++) {
		struct count c = topk_view(l->table, i, l->window, l->now).count;

		if (!c.records && !is_with_empty(l))
			continue;
		add(&l->all, &c);
		l->weights[l->n_weights++] =
			(struct listing_weight){c.records, c.bytes, i};
	}
	l->unordered = l->n_weights;
	for (i = l->unordered / 2; i > 0; i--)
		sink(l->weights, l->unordered, i - 1);
	return 0;
}

/* The heaviest of those without a place gets the next: they fill it from the end. */
static void order_one(struct listing *l)
{
	unsigned int last = --l->unordered;
	struct listing_weight top = l->weights[0];

	l->weights[0] = l->weights[last];
	if (last)
		sink(l->weights, last, 0);
	l->weights[last] = top;
}

/* Entry number @rank, 0 being the heaviest. */
static struct topk_view view_of(struct listing *l, unsigned int rank)
{
	unsigned int place = l->n_weights - 1 - rank;

	while (l->unordered > place)
		order_one(l);
	return topk_view(l->table, l->weights[place].index, l->window, l->now);
}

/* An event holds several types, so their sum takes a walk, whatever is shown. */
int listing_start(struct listing *l, unsigned int most)
{
	l->array = json_array();
	if (!l->array)
		return -ENOMEM;
	if (l->table && (most || l->list == TALLY_TYPES)) {
		int r = weigh(l);

		if (r < 0)
			return r;
	}
	l->n = most < l->n_weights ? most : l->n_weights;
	return 0;
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
	const struct tally_rule_aux *rule = v->aux;
	json_t *o = entry_name(l->list, v);
	double share = schema_share((double)v->count.records, (double)l->total.records);

	if (!o)
		return NULL;
	listing_counts(o, &v->count);
	json_object_set_new(o, "share", json_real(share));
	json_object_set_new(o, "error", json_integer((json_int_t)error_of(l, v)));
	if (is_with_empty(l) && rule->position && l->now_ms >= rule->loaded_ms)
		json_object_set_new(
			o, "loaded_s",
			json_real((double)(l->now_ms - rule->loaded_ms) / 1000));
	return o;
}

size_t listing_show(struct listing *l)
{
	struct topk_view v = view_of(l, l->shown);
	json_t *o = entry(l, &v);

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
	c = view_of(l, l->shown).count;
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
