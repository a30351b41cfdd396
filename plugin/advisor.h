/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advisor.h - looks at what is known, and proposes
 *
 * Once an incident rests: the depth that would have held it, what else of the kernel
 * or of auditd was the matter; later whether a proposal was taken, and whether less
 * is enough. Without an incident: whether the queue was nearly full.
 */
#ifndef NOISE_ADVISOR_H
#define NOISE_ADVISOR_H

#include "advise/daemon.h"
#include "advise/queue.h"
#include "count/engine.h"
#include "count/ledger.h"

struct advice;
struct config;
struct monitor;

/* Zeroed but for the first five. */
struct advisor {
	struct engine *engine; /* borrows for ever, as all of these */
	const struct monitor *monitor;
	struct ledger *ledger;
	struct advice *advice;
	const struct config *config;
	uint64_t refused;       /* in the ledger's total, when it was last looked at */
	int64_t status_boot_ms; /* of the status that it was known by then; 0: none */
	bool pending;           /* the newest incident has news that was not judged */
	struct queue_advice advised;     /* depth 0: nothing */
	struct ledger_entry entry;       /* of it */
	int64_t applied_ms, looked_ms;   /* wall clock; 0: not */
	struct ledger_sums sums_applied; /* of all, by then */
	struct daemon_advice daemon;     /* proposed last */
	int64_t margin_boot_ms;          /* of the last look for a queue nearly full */
	uint64_t margin_records;         /* that had come by then */
	int64_t limit_ms;                /* wall clock since when the limit is as it is */
	uint32_t limit;
	unsigned int failure_seen,
		policy_seen; /* mode + 1 and policy when last compared */
};

/** advisor_news - @news: enum ledger_news, or'ed; to be called at each poll, also with 0
 */
void advisor_news(struct advisor *a, unsigned int news);

#endif
