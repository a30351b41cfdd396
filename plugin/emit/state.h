/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - counts and windows that outlive the process
 *
 * Read once at the start, saved each minute and at the end, in slices between
 * which the stream is read, by a writer's thread of its own. Whatever goes
 * wrong with the file only means that no newer state is kept.
 */
#ifndef NOISE_STATE_H
#define NOISE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advise/life.h"
#include "base/clock.h"
#include "base/siphash.h"
#include "count/engine.h"

#define STATE_SAVE_MS 60000 /* between two savings */
#define STATE_STEP_MS 5     /* between two slices of one */

struct state;

/**
 * state_open - read what an earlier process left, and check it
 * What cannot be used is set aside.
 * @why: "" or one line for the operator: what was set aside, and why; or that no
 *       state will be saved
 * Return: owned, or NULL when there is no memory, and the file is left alone.
 */
struct state *state_open(const char *path, char *why, size_t why_size)
	__attribute__((warn_unused_result));

/** state_key - the key that the engine has to be made with; NULL: any */
const struct siphash_key *state_key(const struct state *s);

struct state_start {
	struct engine *engine;
	struct ledger *ledger; /* likewise; NULL: none */
	struct lives *lives;   /* likewise */
	int (*begin)(void *arg);
	void *arg;
};

/**
 * state_start - put what was read into @engine and start the thread
 * @engine: has seen nothing yet; borrows for ever
 * @begin: what the thread does first of all, see writer.h
 * @why: as of state_open()
 * Return: 0, or negative errno: nothing will be saved.
 */
int state_start(struct state *s, const struct state_start *start, char *why,
		size_t why_size) __attribute__((warn_unused_result));

/** state_begin - it is time to save; one that is under way is let come to its end */
void state_begin(struct state *s);

/**
 * state_step - the next slice, if the thread has room for it
 * Return: is there more to come?
 */
bool state_step(struct state *s);

/**
 * state_free - save all and end the thread
 * @until_ms: CLOCK_BOOTTIME, in ms, at which the old file stays if that takes longer
 */
void state_free(struct state *s, int64_t until_ms);

struct state_counters {
	uint64_t saved;   /* files that took their place */
	uint64_t errors;  /* that could not be written */
	uint64_t aside;   /* files that could not be used */
	uint64_t skipped; /* entries of the file that were not taken */
};

struct state_counters state_counters(struct state *s);

#endif
