/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * burst.h - how records came in the last two minutes, and the queue that they needed
 *
 * A queue in front of a drain is a leaky bucket: what comes fills it, the drain
 * empties it, and its fullest moment is the depth that loses nothing. So the records
 * are counted by their stamps in slots of 10 ms. What the kernel refused between two
 * polls did not arrive; it is put back where the others of that time came, since a
 * full queue takes in what the drain makes room for.
 * Pure: stamps and times are arguments, all in ms since 1970 by the wall clock.
 */
#ifndef NOISE_BURST_H
#define NOISE_BURST_H

#include <stdbool.h>
#include <stdint.h>

#define BURST_SLOT_MS  10
#define BURST_SLOTS    12000 /* two minutes */
#define BURST_READ_MS  20
#define BURST_THICK_MS 1000
#define BURST_READS    6000
#define BURST_LOSSES   1200 /* at ten polls a second, the same two minutes */

/* A ring of counts, each of so many ms. */
struct burst_ring {
	int64_t newest;    /* number of the newest slot since 1970 */
	int64_t newest_ms; /* when it began: what falls into it needs no division */
	uint32_t *now;     /* its count */
	int64_t slot_ms;
	uint32_t n;
	uint32_t *count; /* of slot s at s % n; borrowed */
};

struct burst_loss {
	int64_t from_ms, to_ms;
	uint32_t refused;
};

struct burst {
	struct burst_ring came;               /* by stamp */
	struct burst_ring read;               /* by the clock, when we read them */
	struct burst_loss loss[BURST_LOSSES]; /* the newest at n_losses - 1, modulo */
	uint64_t n_losses;
	uint32_t came_count[BURST_SLOTS], read_count[BURST_READS];
	float back[BURST_SLOTS]; /* put back, by the last burst_need() */
};

void burst_init(struct burst *b);

/** burst_arrived - a record of an event of @stamp_ms was read at @now_ms */
void burst_arrived(struct burst *b, int64_t stamp_ms, int64_t now_ms);

/** burst_refused - the kernel's `lost` grew by @refused between these times */
void burst_refused(struct burst *b, int64_t from_ms, int64_t to_ms, uint32_t refused);

/**
 * burst_drain - records a second that were read when most were, from @from_ms to @to_ms
 * The lowest tenth of all slots of 20 ms that had half of the busiest one's, at least
 * the three busiest: one that took what had waited for us is no drain. A queue
 * that was short for what came shows less than a deep one that runs empty afterwards:
 * auditd then has the processors for itself.
 * Return: 0 when records were read in fewer than three slots.
 */
double burst_drain(struct burst *b, int64_t from_ms, int64_t to_ms);

/**
 * burst_waiting - the most records that had come and were not read yet, since @from_ms
 * In the kernel's queue and in auditd's behind it. Only where nothing was refused.
 */
uint64_t burst_waiting(const struct burst *b, int64_t from_ms);

struct burst_need {
	uint64_t peak;     /* records: the queue's fullest moment */
	int64_t busy_ms;   /* longest time without a moment in which it was empty */
	double per_s;      /* records a second that came, over that time */
	uint64_t thickest; /* the most records that came within BURST_THICK_MS */
};

/**
 * burst_need - what a queue without a limit would have been like since @from_ms
 * @drain_per_s: records that leave it a second, above 0
 * @records: that each refusal of `lost` stands for; 0: only what came
 */
struct burst_need burst_need(struct burst *b, int64_t from_ms, double drain_per_s,
			     double records);

#endif
