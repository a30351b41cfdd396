/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gaps.c - serials that never came
 *
 * Passed-over serials stand in a short list of holes, oldest first. A serial
 * that still comes closes or splits its hole; a hole that is old enough is
 * counted. Differences are taken modulo 2^32, so the wrap needs no care.
 */
#include "stream/gaps.h"

#include <string.h>

static int32_t ahead_of(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static bool is_in_hole(const struct gaps_hole *h, uint32_t serial)
{
	return serial - h->first <= h->last - h->first;
}

static void drop_hole(struct gaps *g, unsigned int i)
{
	memmove(&g->hole[i], &g->hole[i + 1], (g->n_holes - i - 1) * sizeof(g->hole[0]));
	g->n_holes--;
}

/* The oldest hole will not be filled any more. */
static void decide_oldest(struct gaps *g)
{
	g->missing += (uint64_t)(g->hole[0].last - g->hole[0].first) + 1;
	drop_hole(g, 0);
}

static void insert_hole(struct gaps *g, unsigned int at, struct gaps_hole hole)
{
	if (g->n_holes == GAPS_HOLES) {
		decide_oldest(g);
		at = at ? at - 1 : 0;
	}
	memmove(&g->hole[at + 1], &g->hole[at], (g->n_holes - at) * sizeof(g->hole[0]));
	g->hole[at] = hole;
	g->n_holes++;
}

/* A late serial: take it out of the hole that it is in, if that is still open. */
static void fill(struct gaps *g, uint32_t serial)
{
	unsigned int i;

	for (i = 0; i < g->n_holes; i++) {
		struct gaps_hole *h = &g->hole[i];
		struct gaps_hole rest;

		if (!is_in_hole(h, serial))
			continue;
		if (h->first == h->last) {
			drop_hole(g, i);
		} else if (serial == h->first) {
			h->first++;
		} else if (serial == h->last) {
			h->last--;
		} else {
			rest = (struct gaps_hole){serial + 1, h->last, h->stamp_ms};
			h->last = serial - 1;
			insert_hole(g, i + 1, rest);
		}
		return;
	}
}

static void decide_aged(struct gaps *g, int64_t stamp_ms)
{
	while (g->n_holes && (stamp_ms - g->hole[0].stamp_ms > GAPS_AGE_MS ||
			      ahead_of(g->newest, g->hole[0].last) >= GAPS_AGE_SERIALS))
		decide_oldest(g);
}

static void begin(struct gaps *g, uint32_t serial, int64_t stamp_ms)
{
	g->started = true;
	g->newest = serial;
	g->newest_ms = stamp_ms;
	g->n_astray = 0;
}

/* Do GAPS_AGREE serials in a row say that the newest is somewhere else? */
static bool is_agreed(struct gaps *g, uint32_t serial)
{
	int32_t step = ahead_of(serial, g->astray);

	if (g->n_astray && (step < -GAPS_AGE_SERIALS || step > GAPS_AGE_SERIALS))
		g->n_astray = 0;
	g->astray = serial;
	return ++g->n_astray == GAPS_AGREE;
}

/* Passed over, still missing, and not written after the newest: it is only late. */
static bool is_awaited(const struct gaps *g, uint32_t serial, int64_t stamp_ms)
{
	unsigned int i;

	if (ahead_of(serial, g->newest) < -GAPS_AGE_SERIALS || stamp_ms > g->newest_ms)
		return false;
	for (i = 0; i < g->n_holes; i++)
		if (is_in_hole(&g->hole[i], serial))
			return true;
	return false;
}

static bool is_new_count(struct gaps *g, uint32_t serial, int64_t stamp_ms, bool restart)
{
	int32_t ahead = ahead_of(serial, g->newest);

	if (ahead >= -GAPS_NEAR_SERIALS || is_awaited(g, serial, stamp_ms)) {
		g->n_astray = 0;
		return restart && ahead < 0;
	}
	if (ahead < -GAPS_AGE_SERIALS && stamp_ms > g->newest_ms)
		return true;
	return restart || is_agreed(g, serial);
}

/* A new count inside of a hole: what made the hole was no honest serial. */
static void begin_anew(struct gaps *g, uint32_t serial, int64_t stamp_ms)
{
	unsigned int i;

	for (i = 0; i < g->n_holes; i++)
		if (is_in_hole(&g->hole[i], serial)) {
			drop_hole(g, i);
			break;
		}
	gaps_end(g);
	g->restarts++;
	begin(g, serial, stamp_ms);
}

void gaps_see(struct gaps *g, uint32_t serial, int64_t stamp_ms, bool restart)
{
	int32_t ahead = ahead_of(serial, g->newest);

	if (!g->started) {
		g->first = serial;
		begin(g, serial, stamp_ms);
		return;
	}
	if (is_new_count(g, serial, stamp_ms, restart)) {
		begin_anew(g, serial, stamp_ms);
		return;
	}
	if (ahead <= 0) {
		fill(g, serial);
		return;
	}
	if (ahead > 1)
		insert_hole(g, g->n_holes,
			    (struct gaps_hole){g->newest + 1, serial - 1, stamp_ms});
	begin(g, serial, stamp_ms);
	decide_aged(g, stamp_ms);
}

int32_t gaps_behind(const struct gaps *g, uint32_t serial)
{
	return g->started ? ahead_of(g->newest, serial) : 0;
}

void gaps_end(struct gaps *g)
{
	while (g->n_holes)
		decide_oldest(g);
}
