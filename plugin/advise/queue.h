/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.h - how deep the kernel's queue must be, and on what that rests
 *
 * A depth helps against bursts only: where more comes than leaves for ten seconds and
 * longer, any queue fills, and late records are the price of each step. What a run
 * that lost tells of the drain is too little rather than too much, so the first depth
 * may be larger than is needed; once it holds a burst, that burst tells the rest.
 * Pure.
 */
#ifndef NOISE_ADVISE_QUEUE_H
#define NOISE_ADVISE_QUEUE_H

#include <stdbool.h>

#include "count/burst.h"
#include "count/ledger.h"

#define QUEUE_RECORD_BYTES \
	2304 /* of kernel memory for each that waits (its skb's truesize) */

enum queue_verdict {
	QUEUE_NONE,     /* nothing to say */
	QUEUE_DEEPER,   /* take @depth */
	QUEUE_NO_DEPTH, /* none helps */
};

enum queue_basis { QUEUE_COMPLETE, QUEUE_RECONSTRUCTED, QUEUE_THROTTLED };

struct queue_advice {
	enum queue_verdict verdict;
	enum queue_basis basis;
	uint32_t depth;       /* to set, in records, with margin; 0: none helps */
	uint64_t at_least;    /* records: less certainly loses or holds again */
	uint64_t estimate;    /* records: what the queue would have held; 0: not known */
	double drain_per_s;   /* records; 0: not known */
	double offered_per_s; /* records, while the queue would not have been empty */
	int64_t busy_ms;      /* for how long that was */
	uint64_t thickest;    /* records that came within BURST_THICK_MS, at the most */
	bool lowers;          /* @depth is less than the limit that held */
};

/* How deep a queue may be on this machine. */
struct queue_bounds {
	uint32_t most;  /* records, by its memory */
	uint32_t limit; /* backlog_limit, as it is now; 0: there is none */
};

/**
 * queue_advise - of an incident that is over, or rests
 * @e: judged (loss_judge())
 */
struct queue_advice queue_advise(struct burst *b, const struct ledger_entry *e,
				 const struct queue_bounds *bounds);

/**
 * queue_was_filled - was what came alone enough to fill the queue of @e?
 * For incidents in which neither a poll nor the kernel's log, which leaves lines out,
 * has seen it.
 */
bool queue_was_filled(struct burst *b, const struct ledger_entry *e);

/**
 * queue_refine - since @from_ms the proposed depth held all: would less have done?
 * @first: what was advised, reconstructed, of an incident
 * A burst of its kind is one as thick; and no single burst lowers the depth below
 * two fifths of what was estimated, since who makes records may choose how they come.
 * Return: verdict QUEUE_NONE unless one came and much less is enough.
 */
struct queue_advice queue_refine(struct burst *b, int64_t from_ms,
				 const struct queue_advice *first);

/**
 * queue_margin - what came since @from_ms was held: how near was the limit?
 * @polled: the most that a status said of the queue meanwhile
 * Return: a depth with the usual margin, basis complete, where more than five sixths
 * of the limit were needed and a status saw half of it in use; else QUEUE_NONE.
 */
struct queue_advice queue_margin(struct burst *b, int64_t from_ms, uint32_t polled,
				 const struct queue_bounds *bounds);

/**
 * queue_at_boot - of records that were lost before the plugin's first start of a boot
 * @bounds: its limit is that of the kernel's command line, or 64 (kernel/audit.c)
 * Return: the depth to ask for there; verdict QUEUE_NONE when @e is no such loss.
 */
struct queue_advice queue_at_boot(const struct ledger_entry *e,
				  const struct queue_bounds *bounds);

/** queue_most - records whose memory is at most a sixteenth of @bytes */
uint32_t queue_most(uint64_t bytes);

const char *queue_basis_name(enum queue_basis basis);

#endif
