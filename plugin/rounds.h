/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rounds.h - advice on noise, each advise_interval
 *
 * A round (advise/round.h) is done in pieces between which the stream is read. What it
 * asks about files is not known at first: it is judged again once the thread that looks
 * (looks.h) has answered. What has come of it goes to what stands (emit/noise_life.h),
 * and a flood that no advice may name becomes an alert.
 */
#ifndef NOISE_ROUNDS_H
#define NOISE_ROUNDS_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "count/engine.h"
#include "emit/report.h"

struct advice;
struct alerts;
struct controls;
struct lives;
struct rounds;

struct rounds_options {
	struct event_base *base;     /* borrows for ever, as all below */
	const struct config *config; /* advise_sec, min_share, max_risk, protect_* */
	struct engine *engine;       /* made with live_rules */
	struct advice *advice;
	struct alerts *alerts;
	const struct controls *controls; /* as of struct noise_scene */
};

/**
 * rounds_new - starts a thread
 * Return: owned, or NULL when there is no memory or no thread.
 */
struct rounds *rounds_new(const struct rounds_options *options)
	__attribute__((warn_unused_result));
void rounds_free(struct rounds *r); /* NULL is legal */

#define ROUNDS_RULES 1024

/**
 * rounds_rules - the kernel has these rules now
 * @rules: is shared (ruleset_share())
 * With more than ROUNDS_RULES there are no rounds: a piece of work would take too long.
 */
void rounds_rules(struct rounds *r, struct ruleset *rules);

/** rounds_configure - the settings have changed: they hold from the next round on */
void rounds_configure(struct rounds *r);

/** rounds_lives - what stands, for the state file. Borrows. */
struct lives *rounds_lives(struct rounds *r);

#define ROUNDS_COUNTERS 8

/** rounds_counters - for health. Return: how many, at most ROUNDS_COUNTERS. */
size_t rounds_counters(const struct rounds *r, struct report_counter *counters);

#endif
