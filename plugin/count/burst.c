/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * burst.c - how records came in the last two minutes, and the queue that they needed
 */
#include "count/burst.h"

#include <stdlib.h>
#include <string.h>

#define SET_BACK_MS 5000

void burst_init(struct burst *b)
{
	memset(b, 0, sizeof(*b));
	b->came = (struct burst_ring){
		.slot_ms = BURST_SLOT_MS, .n = BURST_SLOTS, .count = b->came_count};
	b->read = (struct burst_ring){
		.slot_ms = BURST_READ_MS, .n = BURST_READS, .count = b->read_count};
}

static bool is_kept(const struct burst_ring *r, int64_t slot)
{
	return slot <= r->newest && slot > r->newest - r->n && slot > 0;
}

static uint32_t *at(const struct burst_ring *r, int64_t slot)
{
	return &r->count[slot % r->n];
}

static void move_to(struct burst_ring *r, int64_t slot)
{
	int64_t s = slot - r->newest < r->n ? r->newest + 1 : slot - r->n + 1;

	for (; s <= slot; s++)
		*at(r, s) = 0;
	r->newest = slot;
	r->newest_ms = slot * r->slot_ms;
	r->now = at(r, slot);
}

static void add(struct burst_ring *r, int64_t ms)
{
	int64_t slot;

	if (r->now && ms - r->newest_ms >= 0 && ms - r->newest_ms < r->slot_ms) {
		++*r->now;
		return;
	}
	slot = ms / r->slot_ms;
	if (slot > r->newest)
		move_to(r, slot);
	if (is_kept(r, slot))
		++*at(r, slot);
}

void burst_arrived(struct burst *b, int64_t stamp_ms, int64_t now_ms)
{
	if (now_ms < BURST_SLOTS * BURST_SLOT_MS || stamp_ms > now_ms || stamp_ms < 0)
		return; /* no stamp of this kernel under this clock */
	add(&b->came, stamp_ms);
	if (now_ms < b->read.newest_ms - SET_BACK_MS) /* the clock was: begin anew */
		burst_init(b);
	add(&b->read, now_ms);
}

void burst_refused(struct burst *b, int64_t from_ms, int64_t to_ms, uint32_t refused)
{
	if (refused && from_ms <= to_ms)
		b->loss[b->n_losses++ % BURST_LOSSES] =
			(struct burst_loss){from_ms, to_ms, refused};
}

/* --- the drain --- */

static int by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

double burst_drain(struct burst *b, int64_t from_ms, int64_t to_ms)
{
	static const unsigned int least = 3;
	uint32_t busy[BURST_READS];
	int64_t s = from_ms / BURST_READ_MS, to = to_ms / BURST_READ_MS;
	unsigned int n = 0, first = 0;

	if (s <= b->read.newest - BURST_READS)
		s = b->read.newest - BURST_READS + 1;
	for (; s <= to && s <= b->read.newest; s++)
		if (is_kept(&b->read, s) && *at(&b->read, s))
			busy[n++] = *at(&b->read, s);
	if (n < least)
		return 0;
	qsort(busy, n, sizeof(busy[0]), by_size);
	while (first < n - least && busy[first] <= busy[n - 1] / 2)
		first++;
	return busy[first + (n - first) / 10] * 1000.0 / BURST_READ_MS;
}

/* --- the queue --- */

uint64_t burst_waiting(const struct burst *b, int64_t from_ms)
{
	const int64_t slots = BURST_READ_MS / BURST_SLOT_MS;
	int64_t s = from_ms / BURST_READ_MS, i, level = 0, most = 0;

	if (s <= b->read.newest - BURST_READS)
		s = b->read.newest - BURST_READS + 1;
	for (; s <= b->read.newest; s++) {
		for (i = s * slots; i < (s + 1) * slots; i++)
			level += is_kept(&b->came, i) ? *at(&b->came, i) : 0;
		most = level > most ? level : most;
		level -= is_kept(&b->read, s) ? *at(&b->read, s) : 0;
		if (level < 0)
			level = 0; /* they had come before */
	}
	return (uint64_t)most;
}

/* What was refused in one interval comes where the others of it came. */
static void put_back(struct burst *b, const struct burst_loss *l, double records)
{
	int64_t from = l->from_ms / BURST_SLOT_MS, to = l->to_ms / BURST_SLOT_MS, s;
	double sum = 0, n = 0;

	if (to > b->came.newest)
		to = b->came.newest;
	if (from <= b->came.newest - BURST_SLOTS) /* a suspend may lie in between */
		from = b->came.newest - BURST_SLOTS + 1;
	for (s = from; s <= to; s++)
		if (is_kept(&b->came, s)) {
			sum += *at(&b->came, s);
			n++;
		}
	for (s = from; s <= to; s++)
		if (is_kept(&b->came, s))
			b->back[s % BURST_SLOTS] +=
				(float)(l->refused * records *
					(sum > 0 ? *at(&b->came, s) / sum : 1 / n));
}

static void put_all_back(struct burst *b, int64_t from_ms, double records)
{
	uint64_t i = b->n_losses > BURST_LOSSES ? b->n_losses - BURST_LOSSES : 0;

	memset(b->back, 0, sizeof(b->back));
	for (; i < b->n_losses; i++)
		if (b->loss[i % BURST_LOSSES].to_ms >= from_ms)
			put_back(b, &b->loss[i % BURST_LOSSES], records);
}

/* A time that was busy ends: @slots long, in which @came records came. */
static void end_busy(struct burst_need *need, int64_t slots, double came)
{
	if (slots * BURST_SLOT_MS <= need->busy_ms)
		return;
	need->busy_ms = slots * BURST_SLOT_MS;
	need->per_s = came * 1000 / (double)need->busy_ms;
}

/* What came in slot @s, with what the last put_all_back() has put there. */
static double arrived(struct burst *b, int64_t s)
{
	return is_kept(&b->came, s) ? *at(&b->came, s) + (double)b->back[s % BURST_SLOTS]
				    : 0;
}

struct burst_need burst_need(struct burst *b, int64_t from_ms, double drain_per_s,
			     double records)
{
	const double drain = drain_per_s * BURST_SLOT_MS / 1000;
	int64_t s = from_ms / BURST_SLOT_MS, since, first;
	struct burst_need need = {0, 0, 0, 0};
	double level = 0, came = 0, peak = 0, thick = 0, thickest = 0;

	put_all_back(b, from_ms, records);
	if (s <= b->came.newest - BURST_SLOTS)
		s = b->came.newest - BURST_SLOTS + 1;
	for (since = first = s; s <= b->came.newest; s++) {
		double n = arrived(b, s);

		thick += n;
		if (s - first >= BURST_THICK_MS / BURST_SLOT_MS)
			thick -= arrived(b, s - BURST_THICK_MS / BURST_SLOT_MS);
		thickest = thick > thickest ? thick : thickest;
		came += n;
		level += n;
		peak = level > peak ? level : peak; /* they come at once, at the worst */
		level -= drain;
		if (level > 0)
			continue;
		end_busy(&need, s + 1 - since, came);
		level = came = 0;
		since = s + 1;
	}
	end_busy(&need, s - since, came);
	need.peak = (uint64_t)peak + (peak > 0);
	need.thickest = (uint64_t)thickest;
	return need;
}
