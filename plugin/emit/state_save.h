/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_save.h - all that is counted, as text, a slice at a time
 *
 * JSON Lines, in a fixed form that state_read.h alone has to understand:
 *   {"schema":"audisp-noise-state/1","arch":...}  key, boot, windows, time
 *   {"list":...}      an entry each, the heaviest first
 *   {"loss":...}      an incident each, {"kernel":...} the counters (state_ledger.h)
 *   {"advice":...}    what stands of the advice on noise (state_noise.h)
 *   {"series":...}    the totals and what keys count twice
 *   {"table":...}     what each list says of names that are not in it
 *   {"time":...}      the time line
 *   {"end":...}       how many entries, and the sum over all lines before
 * A window is a row of numbers, four a bucket that is not empty: its number,
 * counted from the oldest one of the first line's time, events, records, bytes.
 * Entries are written before the totals in time, which is why no list passes
 * its total although counting goes on between two slices.
 */
#ifndef NOISE_STATE_SAVE_H
#define NOISE_STATE_SAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advise/life.h"
#include "base/clock.h"
#include "count/engine.h"
#include "count/ledger.h"

#define STATE_SCHEMA "audisp-noise-state/"
#define STATE_ARCH   (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "le" : "be")

/* No figure is larger: sums of some of these cannot overflow. */
#define STATE_COUNT_MAX (UINT64_MAX >> 8)

struct state_save;

struct state_identity {
	char boot_id[37];
	int64_t first_ms; /* wall time of the first start */
};

/** state_save_new - Return: owned; borrows the engine for ever. NULL: no memory. */
struct state_save *state_save_new(struct engine *engine,
				  const struct state_identity *identity)
	__attribute__((warn_unused_result));
void state_save_free(struct state_save *s);

/** state_save_ledger - its entries are saved too from now on; borrowed */
void state_save_ledger(struct state_save *s, const struct ledger *ledger);

/** state_save_lives - what stands of the advice is saved too from now on; borrowed */
void state_save_lives(struct state_save *s, const struct lives *lives);

/** state_save_begin - from the first line, whatever was written before */
void state_save_begin(struct state_save *s);

/** state_save_busy - is there more to come of what was begun? */
bool state_save_busy(const struct state_save *s);

/** state_save_stop - a piece was lost: nothing more comes of this one */
void state_save_stop(struct state_save *s);

/**
 * state_save_step - the next slice: a bounded piece of work
 * Return: a piece for statefile_sink(); borrows until the next step. Empty while
 * it only looked for what comes next.
 */
struct span state_save_step(struct state_save *s, const struct clock_reading *clock);

#define STATE_PIECE_MAX 65536 /* bytes of a piece at most */

#endif
