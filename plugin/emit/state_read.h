/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_read.h - the text of state_save.h back into an engine
 *
 * The text may be damaged, of another version, or made up by somebody. It is
 * checked whole before anything of it is used; then each entry's bytes are
 * checked again, and a list takes no more than its total has left: what does
 * not add up stays in `other`.
 */
#ifndef NOISE_STATE_READ_H
#define NOISE_STATE_READ_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/siphash.h"
#include "base/span.h"
#include "count/engine.h"
#include "emit/state_save.h"

/* The first line. */
struct state_head {
	struct state_identity identity;
	struct siphash_key key;
	uint64_t records; /* all that were counted when it was begun */
	unsigned int n_windows;
	int64_t window_ms[WINDOWS_MAX], oldest[WINDOWS_MAX];
	struct span entries, tail; /* borrow from the text */
};

/**
 * state_read_check - is it whole and ours?
 * Return: 0 with @head filled; -EPROTONOSUPPORT: another version, or another
 * machine's; -ENOMSG: it never was such a file; -EBADMSG: it was, and is damaged.
 */
int state_read_check(struct span text, struct state_head *head)
	__attribute__((warn_unused_result));

struct state_covered {
	int64_t wall_ms;    /* when it was saved */
	int64_t covered_ms; /* since the first start, absences left out */
};

/** state_read_covered - of a checked state. Return: false: it does not say. */
bool state_read_covered(const struct state_head *head, struct state_covered *covered);

/* What it comes back into. */
struct state_now {
	struct engine *engine; /* has the key of the head and has seen nothing yet */
	const struct clock_reading *clock;
	const char *boot_id;   /* "" : not known */
	struct ledger *ledger; /* has seen nothing yet; NULL: it is not wanted */
	struct lives *lives;   /* likewise */
};

/**
 * state_read_restore - put all of it into the engine
 * @skipped: entries that found no place or did not add up
 * Return: 0; -EBADMSG with nothing changed; -ENOMEM.
 */
int state_read_restore(const struct state_head *head, const struct state_now *now,
		       uint64_t *skipped) __attribute__((warn_unused_result));

#endif
