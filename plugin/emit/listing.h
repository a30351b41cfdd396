/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listing.h - one list of one window, shown entry by entry
 *
 * Whoever puts a summary together says how much of a list is shown, one entry
 * after the other and heaviest first, and is told what each takes.
 */
#ifndef NOISE_LISTING_H
#define NOISE_LISTING_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "count/tally.h"

/* What the order goes by; the rest of an entry is asked for when it is shown. */
struct listing_weight {
	uint64_t records, bytes;
	unsigned int index;
};

struct listing {
	/* the caller's */
	struct topk *table; /* borrows; NULL: there is none yet, the list is empty */
	enum tally_list list;
	int window;
	int64_t now;
	int64_t from_ms;             /* own time at which the window begins */
	int64_t now_ms;              /* own time */
	struct count total, overlap; /* of the window; keys alone use the second */

	/* ours, zeroed before listing_start() */
	json_t *array;  /* what is shown, owned */
	unsigned int n; /* entries that may be shown */
	unsigned int shown;
	/* a heap in front, from which the heaviest go to the end one by one */
	struct listing_weight *weights;
	unsigned int n_weights, unordered; /* all; those in the heap */
	struct count listed;               /* what is shown, added up */
	struct count all; /* all entries of the table, added up, where that was needed */
};

/**
 * listing_start - find the entries, of which at most @most are to be shown; shows none
 * Return: 0, or -ENOMEM. listing_free() is due in either case.
 */
int listing_start(struct listing *l, unsigned int most)
	__attribute__((warn_unused_result));
void listing_free(struct listing *l);

/**
 * listing_show - one more entry; there must be one (shown < n)
 * Return: bytes that it adds to the dumped object; 0 when memory ran out.
 */
size_t listing_show(struct listing *l);

/** listing_hide - take the last one back; there must be one */
void listing_hide(struct listing *l);

/** listing_rest - what the list does not show. Events may have several types and keys. */
struct count listing_rest(const struct listing *l);

/** listing_counts - put events, records and bytes into @o. Return: @o. */
json_t *listing_counts(json_t *o, const struct count *c);

#endif
