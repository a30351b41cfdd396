/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assemble.c - records that share node, stamp and serial become one event
 *
 * A fixed array of events with a keyed hash index. Incomplete events stand in
 * one list by age and in one for each node; complete ones in a list of their
 * own, from whose old end places are taken back. Kept text lies in a ring: to
 * write over the lines of an incomplete event, that event is completed first.
 * All work for a record is bounded, whatever came before it.
 */
#include "stream/assemble.h"

#include <errno.h>
#include <stdlib.h>

struct event_list {
	struct assembly *oldest, *youngest;
};

#define PARSERS_OWN 2 /* lines of an event: CWD and PATH, behind PATHs of others */

struct assembler {
	struct assembler_options o;
	struct siphash_key key;
	struct assembler_counters counters;
	char *slots; /* max_events of slot_size bytes */
	size_t slot_size;
	unsigned int n_used;           /* slots that were ever taken */
	unsigned int n_open, max_open; /* the other slots are for known ones */
	uint32_t *buckets;
	uint32_t n_buckets; /* a power of two */
	struct event_list open;
	struct event_list ended;   /* complete, have seen EOE: little can come to them */
	struct event_list unended; /* complete, their end may still come */
	struct assembly *last;     /* of the line before: nearly always of this one too */
	struct assembly *closing;  /* has seen PROCTITLE, its EOE may follow */
	char *text;
	uint64_t text_head;
};

static struct assembly *slot(const struct assembler *a, uint32_t index)
{
	return (struct assembly *)(void *)(a->slots + index * a->slot_size);
}

static uint32_t slot_index(const struct assembler *a, const struct assembly *ev)
{
	return (uint32_t)(((const char *)ev - a->slots) / (ptrdiff_t)a->slot_size);
}

struct assembler *assembler_new(const struct assembler_options *options)
{
	struct assembler *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->o = *options;
	a->key = *options->key;
	a->o.key = &a->key;
	a->max_open = (options->max_events + 1) / 2;
	a->slot_size = (sizeof(struct assembly) + options->aux_size + 15) & ~(size_t)15;
	for (a->n_buckets = 64; a->n_buckets < 2 * options->max_events;)
		a->n_buckets *= 2;
	a->slots = calloc(options->max_events, a->slot_size);
	a->buckets = calloc(a->n_buckets, sizeof(*a->buckets));
	a->text = malloc(options->text_bytes);
	if (!a->slots || !a->buckets || !a->text) {
		assembler_free(a);
		errno = ENOMEM;
		return NULL;
	}
	return a;
}

void assembler_free(struct assembler *a)
{
	if (!a)
		return;
	free(a->slots);
	free(a->buckets);
	free(a->text);
	free(a);
}

/* --- lists and index --- */

static void append(struct event_list *list, struct assembly *ev)
{
	ev->older = list->youngest;
	ev->younger = NULL;
	if (list->youngest)
		list->youngest->younger = ev;
	else
		list->oldest = ev;
	list->youngest = ev;
}

static void prepend(struct event_list *list, struct assembly *ev)
{
	ev->older = NULL;
	ev->younger = list->oldest;
	if (list->oldest)
		list->oldest->older = ev;
	else
		list->youngest = ev;
	list->oldest = ev;
}

static void unlink_event(struct event_list *list, struct assembly *ev)
{
	if (ev->older)
		ev->older->younger = ev->younger;
	else
		list->oldest = ev->younger;
	if (ev->younger)
		ev->younger->older = ev->older;
	else
		list->youngest = ev->older;
}

static void append_to_node(struct assembly *ev)
{
	struct node *node = ev->node;

	ev->node_older = node->youngest;
	ev->node_younger = NULL;
	if (node->youngest)
		node->youngest->node_younger = ev;
	else
		node->oldest = ev;
	node->youngest = ev;
}

static void unlink_from_node(struct assembly *ev)
{
	struct node *node = ev->node;

	if (ev->node_older)
		ev->node_older->node_younger = ev->node_younger;
	else
		node->oldest = ev->node_younger;
	if (ev->node_younger)
		ev->node_younger->node_older = ev->node_older;
	else
		node->youngest = ev->node_older;
}

static bool is_event(const struct assembly *ev, const struct node *node,
		     const struct record *r)
{
	return ev->serial == r->serial && ev->stamp_ms == r->stamp_ms && ev->node == node;
}

static uint32_t bucket_of(const struct assembler *a, const struct node *node,
			  const struct record *r)
{
	uint64_t name[3] = {(uintptr_t)node, (uint64_t)r->stamp_ms, r->serial};

	return (uint32_t)siphash(&a->key, name, sizeof(name)) & (a->n_buckets - 1);
}

/* Is it known no longer? One without its end is, for as long as there is a place. */
static bool is_left_behind(const struct assembly *ev)
{
	return ev->complete && ev->closed &&
	       gaps_behind(&ev->node->gaps, ev->known_from) > ASSEMBLE_KNOWN_SERIALS;
}

static struct assembly *find(const struct assembler *a, const struct node *node,
			     const struct record *r, uint32_t bucket)
{
	uint32_t i;

	for (i = a->buckets[bucket]; i; i = slot(a, i - 1)->chain) {
		struct assembly *ev = slot(a, i - 1);

		if (is_event(ev, node, r) && !is_left_behind(ev))
			return ev;
	}
	return NULL;
}

static void unindex(struct assembler *a, const struct assembly *ev)
{
	uint32_t *link = &a->buckets[ev->bucket], me = slot_index(a, ev) + 1;

	while (*link != me)
		link = &slot(a, *link - 1)->chain;
	*link = ev->chain;
}

/* --- completion --- */

static void complete(struct assembler *a, struct assembly *ev)
{
	unlink_event(&a->open, ev);
	a->n_open--;
	unlink_from_node(ev);
	if (ev->node->held == ev)
		ev->node->held = NULL;
	if (a->closing == ev)
		a->closing = NULL;
	ev->held = false;
	ev->complete = true;
	a->o.ops->complete(a->o.arg, ev);
	if (!ev->closed)
		append(&a->unended, ev);
	else if (is_left_behind(ev)) /* nothing finds it: the first to go */
		prepend(&a->ended, ev);
	else
		append(&a->ended, ev);
}

static void force_oldest(struct assembler *a)
{
	a->counters.forced++;
	complete(a, a->open.oldest);
}

void assembler_settle(struct assembler *a)
{
	if (a->closing)
		complete(a, a->closing);
}

void assembler_release(struct assembler *a, struct assembly *ev)
{
	if (ev->node->held == ev)
		ev->node->held = NULL;
	ev->held = false;
	if (ev->ended && !ev->complete)
		complete(a, ev);
}

void assembler_flush(struct assembler *a, unsigned int most)
{
	assembler_settle(a);
	while (a->open.oldest && most--) {
		if (!a->open.oldest->ended)
			a->counters.aged++;
		complete(a, a->open.oldest);
	}
}

/* Is it of serials that are over? Its node has begun to count anew. */
static bool is_of_the_past(const struct assembly *ev)
{
	return ev->epoch != (uint32_t)ev->node->gaps.restarts;
}

/* Time counts in both directions: its host's clock may have been set back since. */
static bool is_aged(const struct assembly *ev)
{
	const struct gaps *g = &ev->node->gaps;
	int64_t ms = g->newest_ms - ev->stamp_ms;

	if (is_of_the_past(ev))
		return true; /* it gets no more */
	return gaps_behind(g, ev->serial) >= ASSEMBLE_AGE_SERIALS &&
	       (ms >= ASSEMBLE_AGE_MS || ms <= -ASSEMBLE_AGE_MS);
}

/* Later ones of the node may be older by stamp; they wait for their turn. */
static void complete_aged(struct assembler *a, struct node *node)
{
	unsigned int most = ASSEMBLE_AGED_MAX;
	struct assembly *ev;

	while (most-- && (ev = node->oldest) && ev != node->held && is_aged(ev)) {
		a->counters.aged++;
		complete(a, ev);
	}
}

/* --- places in the table --- */

static struct assembly *take_back(struct assembler *a, struct event_list *list)
{
	struct assembly *ev = list->oldest;

	unindex(a, ev);
	unlink_event(list, ev);
	if (a->last == ev)
		a->last = NULL;
	return ev;
}

/* Serials that are over leave nothing behind any more; theirs are the first to go. */
static bool is_to_go(const struct assembly *ev)
{
	return is_left_behind(ev) || is_of_the_past(ev);
}

static struct assembly *free_slot(struct assembler *a)
{
	if (a->n_open >= a->max_open)
		force_oldest(a);
	if (a->ended.oldest && is_to_go(a->ended.oldest))
		return take_back(a, &a->ended);
	if (a->n_used < a->o.max_events)
		return slot(a, a->n_used++);
	return take_back(a, a->unended.oldest ? &a->unended : &a->ended);
}

static void note_serial(struct assembler *a, struct node *node, const struct record *r)
{
	bool old = gaps_behind(&node->gaps, r->serial) > ASSEMBLE_KNOWN_SERIALS;
	uint64_t restarts = node->gaps.restarts;

	if (node->shared || record_is_daemon(r->type))
		return;
	gaps_see(&node->gaps, r->serial, r->stamp_ms, r->type == RECORD_KERNEL);
	if (old && node->gaps.restarts == restarts)
		a->counters.resumed++;
}

static struct assembly *open_event(struct assembler *a, struct node *node,
				   const struct record *r, uint32_t bucket)
{
	struct assembly *ev;

	note_serial(a, node, r);
	complete_aged(a, node);
	ev = free_slot(a);
	memset(ev, 0, sizeof(*ev));
	memset(assembly_aux(ev), 0, a->o.aux_size);
	ev->node = node;
	ev->stamp_ms = r->stamp_ms;
	ev->serial = r->serial;
	ev->epoch = (uint32_t)node->gaps.restarts;
	ev->known_from =
		gaps_behind(&node->gaps, r->serial) > 0 ? node->gaps.newest : r->serial;
	ev->text_from = a->text_head;
	ev->bucket = bucket;
	ev->chain = a->buckets[bucket];
	a->buckets[bucket] = slot_index(a, ev) + 1;
	append(&a->open, ev);
	a->n_open++;
	append_to_node(ev);
	a->o.ops->opened(a->o.arg, ev, r);
	return ev;
}

/* --- records --- */

/* Return: true when it is the first of its type in the event. */
static bool count_type(struct assembler *a, struct assembly *ev, const struct record *r)
{
	unsigned int i;

	for (i = 0; i < ev->n_types && ev->type[i].type != r->type; i++)
		;
	if (i == EVENT_TYPES_MAX) {
		a->counters.types_over++;
		return false;
	}
	if (i == ev->n_types) {
		ev->n_types++;
		ev->type[i] = (struct assembly_type){.type = r->type};
	}
	ev->type[i].records++;
	ev->type[i].bytes += r->bytes;
	return ev->type[i].records == 1;
}

/* Copy a line into the ring, in one piece. */
static void keep_line(struct assembler *a, struct assembly *ev, const struct record *r)
{
	size_t size = a->o.text_bytes, at = a->text_head % size;

	if (r->line.n > size - at)
		a->text_head += size - at;
	while (a->open.oldest != ev &&
	       a->open.oldest->text_from + size < a->text_head + r->line.n)
		force_oldest(a);
	memcpy(a->text + a->text_head % size, r->line.p, r->line.n);
	ev->line[ev->n_lines].at = a->text_head;
	ev->line[ev->n_lines].type = r->type;
	ev->line[ev->n_lines].len = (uint16_t)r->line.n; /* at most INPUT_LINE_MAX */
	ev->line[ev->n_lines].body = (uint16_t)(r->body.p - r->line.p) & 0x7fff;
	ev->n_lines++;
	a->text_head += r->line.n;
}

static void keep_wanted(struct assembler *a, struct assembly *ev, const struct record *r)
{
	const struct assembler_ops *ops = a->o.ops;
	bool extra = false;

	if (!ops->wants(ev, r)) {
		if (!ops->extra || !ops->extra(ev, r))
			return;
		extra = true;
	}
	/* the parser's are never crowded out */
	if (ev->n_lines >= ASSEMBLE_LINES_MAX - (extra ? PARSERS_OWN : 0)) {
		ev->lines_over = true;
		return;
	}
	keep_line(a, ev, r);
	ev->line[ev->n_lines - 1].extra = extra;
}

/* Nothing follows it: the kernel writes EOE last, and single records stand alone. */
static bool is_last(uint32_t type)
{
	return type == RECORD_EOE || record_is_single(type);
}

/* The end of an event that was completed without it. */
static void close_late(struct assembler *a, struct assembly *ev)
{
	unlink_event(&a->unended, ev);
	ev->closed = true;
	ev->known_from = ev->node->gaps.newest;
	append(&a->ended, ev);
}

static void see_end(struct assembler *a, struct assembly *ev, uint32_t type)
{
	bool eoe = is_last(type);

	if (!eoe && type != RECORD_PROCTITLE)
		return;
	ev->ended = true;
	ev->closed = ev->closed || eoe;
	if (ev->held)
		return;
	if (eoe)
		complete(a, ev);
	else
		a->closing = ev;
}

void assembler_add(struct assembler *a, struct node *node, const struct record *r)
{
	struct assembly *ev = a->last;
	uint32_t bucket;
	bool first;

	if (!ev || !is_event(ev, node, r)) {
		assembler_settle(a);
		bucket = bucket_of(a, node, r);
		ev = find(a, node, r, bucket);
		if (!ev)
			ev = open_event(a, node, r, bucket);
		a->last = ev;
	}
	ev->records++;
	ev->bytes += r->bytes;
	first = count_type(a, ev, r);
	if (!ev->complete)
		keep_wanted(a, ev, r);
	a->o.ops->record(a->o.arg, ev, r, first);
	if (!ev->complete)
		see_end(a, ev, r->type);
	else if (!ev->closed && is_last(r->type))
		close_late(a, ev);
}

void *assembly_aux(struct assembly *ev)
{
	return ev + 1;
}

struct span assembly_line(const struct assembler *a, const struct assembly *ev,
			  unsigned int i)
{
	uint64_t at = ev->line[i].at;

	/* only its own later lines can have written over it */
	if (a->text_head - at > a->o.text_bytes)
		return (struct span){NULL, 0};
	return (struct span){a->text + at % a->o.text_bytes, ev->line[i].len};
}

struct span assembly_body(const struct assembler *a, const struct assembly *ev,
			  unsigned int i)
{
	struct span line = assembly_line(a, ev, i);

	if (line.p) {
		line.p += ev->line[i].body;
		line.n -= ev->line[i].body;
	}
	return line;
}

struct assembler_counters assembler_counters(const struct assembler *a)
{
	return a->counters;
}
