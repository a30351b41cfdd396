/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.h - when the state is read and saved (emit/state.h says how)
 */
#ifndef NOISE_HISTORY_H
#define NOISE_HISTORY_H

#include <event2/event.h>

#include "config.h"
#include "count/engine.h"
#include "emit/state.h"

struct history {
	struct state *state; /* NULL: none is kept */
	struct event *save_event, *step_event;
};

/**
 * history_open - before the engine is made: its key is state_key(h->state)
 * Return: 0, or -ENOMEM and it was said.
 */
int history_open(struct history *h, const struct config *config)
	__attribute__((warn_unused_result));

/**
 * history_start - put the past into @engine, @ledger and @lives, and save it each minute
 * from now on. Starts a thread. Return: 0, or negative errno and it was said.
 */
int history_start(struct history *h, struct event_base *base, struct engine *engine,
		  struct ledger *ledger, struct lives *lives)
	__attribute__((warn_unused_result));

/**
 * history_end - save for the last time; works on what the others have left
 * @until_ms: CLOCK_BOOTTIME, in ms, at which the old file stays if that takes longer
 */
void history_end(struct history *h, int64_t until_ms);

#endif
