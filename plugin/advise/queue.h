/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.h - how deep the kernel's queue must be, and on what that rests
 *
 * A depth helps against bursts only: where more comes than leaves for longer than
 * QUEUE_BUSY_MS, any queue fills, and late records are the price of each step.
 * Pure.
 */
#ifndef NOISE_ADVISE_QUEUE_H
#define NOISE_ADVISE_QUEUE_H

#include "count/burst.h"
#include "count/ledger.h"

#define QUEUE_BUSY_MS      10000
#define QUEUE_RECORD_BYTES 2304 /* of kernel memory for each that waits, see README */

enum queue_verdict {
	QUEUE_NONE,     /* nothing to say */
	QUEUE_DEEPER,   /* take @depth */
	QUEUE_NO_DEPTH, /* none helps */
};

enum queue_basis { QUEUE_COMPLETE, QUEUE_RECONSTRUCTED, QUEUE_THROTTLED };

struct queue_advice {
	enum queue_verdict verdict;
	enum queue_basis basis;
	uint32_t depth;       /* to set, in records, with margin */
	uint64_t at_least;    /* records: less certainly loses or holds again */
	uint64_t estimate;    /* records: what the queue would have held; 0: not known */
	double drain_per_s;   /* records; 0: not known */
	double offered_per_s; /* records, while the queue would not have been empty */
	int64_t busy_ms;      /* for how long that was */
};

/**
 * queue_advise - of an incident that is over, or rests
 * @e: judged (loss_judge()). @status: the present one.
 */
struct queue_advice queue_advise(struct burst *b, const struct ledger_entry *e,
				 const struct kernel_status *status);

const char *queue_basis_name(enum queue_basis basis);

#endif
