/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * round.h - one round of advice on noise: from what was counted to what is proposed
 *
 * The same in the daemon and in replay. What was counted is copied at the start, so the
 * round may take its time, piece by piece, while the counting goes on. Pure: facts
 * about files are handed in; those about the traffic are the engine's.
 */
#ifndef NOISE_ADVISE_ROUND_H
#define NOISE_ADVISE_ROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "advise/life.h"
#include "advise/flood.h"
#include "advise/noise.h"
#include "count/engine.h"

struct round_options {
	struct engine
		*engine; /* borrowed, as all else here, as long as the round lives */
	const struct ruleset *rules; /* that the engine judges by */
	int machine;                 /* audit_detect_machine() */
	enum match_labels labels;
	uint32_t kernel; /* KERNEL_VERSION(), 0: not known */
	/* facts about files and what is protected; its traffic is not asked */
	struct guard_options guard;
	/* is the node, absent where records have none, another one than this host? NULL:
	 * none is */
	bool (*is_foreign)(void *arg, struct span node);
	void *arg;        /* of is_foreign */
	double min_share; /* of the window's records, 0 to 1 */
	enum guard_level max_risk;
	const struct noise_standing *standing; /* of NOISE_STANDING; NULL: none */
};

/* What the advice is computed over. */
struct round_window {
	unsigned int index, seconds;
	double span_s; /* that it covers */
	bool complete; /* all of it was seen */
};

struct round;

/**
 * round_new - copy what was counted; one piece of work of a few milliseconds
 * Return: owned; NULL with errno ENOMEM.
 */
struct round *round_new(const struct round_options *options)
	__attribute__((warn_unused_result));
void round_free(struct round *r); /* NULL is legal */

/**
 * round_step - do a piece of the work, of a millisecond or so
 * Return: 1: there is more; 0: done; -ENOMEM.
 */
int round_step(struct round *r) __attribute__((warn_unused_result));

/** round_again - judge the same counts once more: more is known of files. It is to be
 * stepped again; what round_noise() gave is gone. */
void round_again(struct round *r);

/** round_noise - what has come of it, once it is done; borrows */
const struct noise *round_noise(const struct round *r);

/** round_table, round_whatif - what it was computed from; borrow */
const struct whatif_table *round_table(const struct round *r);
struct whatif *round_whatif(const struct round *r);

struct round_window round_window(const struct round *r);

/** round_windows, round_now_ms - all windows, and where they ended as a stamp, when it
 * was begun: what struct life_round asks for */
const struct life_window *round_windows(const struct round *r);
int64_t round_now_ms(const struct round *r);

/**
 * round_flood - is there a flood, of the moment when the round was begun?
 * Once it is done; the flood borrows from the round.
 */
struct flood round_flood(const struct round *r);

#endif
