/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_life.h - what stands of the advice on noise: rounds in, objects out
 *
 * Binds advise/life.h, which decides, to what is sent. All work is cut into pieces of a
 * few milliseconds.
 */
#ifndef NOISE_NOISE_LIFE_H
#define NOISE_NOISE_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "advise/life.h"
#include "emit/noise_object.h"

struct advice;
struct noise_life;

/* One that saves less than half of what was predicted: for the alert `flood`. */
struct noise_life_flood {
	const char *id;                   /* of the advice, which is withdrawn */
	const char *reason;               /* one sentence, foreign text in it is quoted */
	double before_per_s, after_per_s; /* records */
};

struct noise_life_options {
	struct advice *advice; /* borrowed for ever; gives out what stands */
	/* called from within noise_life_step(), and borrows; NULL: nobody wants it */
	void (*flood)(void *arg, const struct noise_life_flood *flood);
	void *arg;
};

/* One round. All is borrowed until noise_life_step() has returned 0. */
struct noise_life_round {
	const struct noise_scene *scene;   /* its noise is done, and was given what
					      noise_life_standing() has */
	const struct life_window *windows; /* scene->table->n_windows */
	int64_t now_ms;  /* where the windows end: event time (timeline), ms since 1970 */
	int64_t wall_ms; /* wall clock */
	bool unlooked;   /* not all files that were asked for were looked at */
};

/** noise_life_new - Return: owned, or NULL when there is no memory. */
struct noise_life *noise_life_new(const struct noise_life_options *options)
	__attribute__((warn_unused_result));
void noise_life_free(struct noise_life *l); /* NULL is legal */

/**
 * noise_life_standing - what the round has to judge again: noise_options.standing, with
 *                       NOISE_STANDING as its number
 * Borrowed until noise_life_begin().
 */
const struct noise_standing *noise_life_standing(struct noise_life *l);

/** noise_life_begin - a round is done; one that is not at its end is given up */
void noise_life_begin(struct noise_life *l, const struct noise_life_round *round);

/**
 * noise_life_step - a piece of what it means for what stands
 * Return: 1: there is more; 0: done. Where memory is short what stands is as before, or
 * new ones are missing: counted in `failed`.
 */
int noise_life_step(struct noise_life *l);

/**
 * noise_life_rules - the kernel has another list of rules
 * @kernel: all of its rules; not needed afterwards
 * Also once before the first round, for what an earlier process has left. A piece of
 * work as lives_rules() is.
 */
void noise_life_rules(struct noise_life *l, const struct ruleset *kernel,
		      int64_t wall_ms);

struct noise_life_health {
	uint64_t over;    /* advice of the last round that found no place */
	uint64_t failed;  /* changes that were given up for want of memory */
	uint64_t refuted; /* advice that saved less than half */
};

struct noise_life_health noise_life_health(const struct noise_life *l);

/** noise_life_lives - for the state file: saved from there, and restored into it before
 * the first round. Borrows. */
struct lives *noise_life_lives(struct noise_life *l);

#endif
