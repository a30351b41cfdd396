/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advisor.h - looks at what is known, and proposes
 *
 * Once an incident rests, the depth that would have held it; and later whether the
 * proposal was taken, and whether less is enough.
 */
#ifndef NOISE_ADVISOR_H
#define NOISE_ADVISOR_H

#include "advise/queue.h"
#include "count/engine.h"
#include "count/ledger.h"

struct advice;

/* Zeroed but for the first three. */
struct advisor {
	struct engine *engine; /* borrows for ever, as all of these */
	struct ledger *ledger;
	struct advice *advice;
	uint64_t refused;       /* in the ledger's total, when it was last looked at */
	int64_t status_boot_ms; /* of the status that it was known by then; 0: none */
	bool pending;           /* the newest incident has news that was not judged */
	struct queue_advice advised;     /* depth 0: nothing */
	struct ledger_entry entry;       /* of it */
	int64_t applied_ms, looked_ms;   /* wall clock; 0: not */
	struct ledger_sums sums_applied; /* of all, by then */
};

/** advisor_news - @news: enum ledger_news, or'ed; to be called at each poll, also with 0
 */
void advisor_news(struct advisor *a, unsigned int news);

#endif
