/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rulefiles.h - where on disk each of the kernel's rules stands
 *
 * Holds the rule files against the kernel's rules, on the stream thread and so a
 * little at each turn of the event loop. Names of accounts are not looked up, which
 * could wait for anything: a line with one but root is not understood. Whether a watch
 * is one of a directory the kernel's rules say, for which it has decided so.
 */
#ifndef NOISE_RULEFILES_H
#define NOISE_RULEFILES_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/watch.h"
#include "rules/ruleset.h"

struct rulefiles_options {
	struct event_base *base; /* borrows for ever */
	/*
	 * called when all is done, never from within a function of this module
	 * @rules: handed over; those that stand in a file have it and their line
	 * @known: false: what stands on disk is not known
	 */
	void (*done)(void *arg, struct ruleset *rules, bool known);
	void *arg;
};

struct rulefiles;

/** rulefiles_new - Return: owned, or NULL when there is no memory. */
struct rulefiles *rulefiles_new(const struct rulefiles_options *options)
	__attribute__((warn_unused_result));
void rulefiles_free(struct rulefiles *f); /* NULL is legal */

/**
 * rulefiles_take - keep the answer to WATCH_RULES_D for the next comparison
 * One that is under way is given up: its rules are freed, and nobody is called.
 */
void rulefiles_take(struct rulefiles *f, const struct watch_answer *answer);

/**
 * rulefiles_place - find the places of @rules in what was taken last
 * @rules: taken. Ends in a call of done(), but for rulefiles_take() and the end.
 */
void rulefiles_place(struct rulefiles *f, struct ruleset *rules);

/* How the two differed the last time. */
struct rulefiles_counters {
	bool known; /* false: they were not compared, and all but @unread is 0 */
	uint64_t only_disk, only_kernel, moved;
	uint64_t not_understood; /* lines */
	uint64_t unread;         /* files; 1 where it is all of them */
};

struct rulefiles_counters rulefiles_counters(const struct rulefiles *f);

#endif
