/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot.h - what was counted, as advice is computed from it
 *
 * A copy of the flows with their counts in all windows, so that the advice can take its
 * time, piece by piece, while the counting goes on. Pure: time is an argument.
 */
#ifndef NOISE_ADVISE_SNAPSHOT_H
#define NOISE_ADVISE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advise/whatif.h"
#include "count/tally.h"

/* What only the caller knows. A NULL function knows nothing. */
struct snapshot_options {
	/* more of the rules of an entry's events than attribution has told: may set won,
	 * position, has_all and all; what all borrows must outlive the snapshot */
	void (*rule)(void *arg, const struct topk_view *entry, struct whatif_flow *flow);
	/* is the node, absent where records have none, another one than this host? */
	bool (*is_foreign)(void *arg, struct span node);
	void *arg;
};

struct snapshot;

/**
 * snapshot_take - copy the flows and totals; one piece of work of a few milliseconds
 * @now: a bucket number for each window of the tally
 * What attribution has found stands in it; of rules that are not loaded any more, and of
 * other hosts, the flows are foreign.
 * Return: owned, it borrows nothing of @tally; NULL with errno ENOMEM.
 */
struct snapshot *snapshot_take(struct tally *tally, const int64_t *now,
			       const struct snapshot_options *options)
	__attribute__((warn_unused_result));
void snapshot_free(struct snapshot *s); /* NULL is legal */

/**
 * snapshot_settle - look for the rules that are not known, and for the records that the
 *                   exclude list can take; a piece of a millisecond or so
 * @w: of the rules that were loaded meanwhile
 * Return: 1: there is more; 0: done; -ENOMEM.
 */
int snapshot_settle(struct snapshot *s, struct whatif *w)
	__attribute__((warn_unused_result));

/** snapshot_table - the flows, and once all is settled the records too; borrows */
const struct whatif_table *snapshot_table(const struct snapshot *s);

#endif
