/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storms.h - the storms of authentication in what an engine has counted
 *
 * Pure: the engine's time is the time. One judgement of a full book takes about a
 * millisecond.
 */
#ifndef NOISE_ADVISE_STORMS_H
#define NOISE_ADVISE_STORMS_H

#include "advise/auth.h"
#include "count/engine.h"

#define STORMS_MAX 16 /* the heaviest of one window */

struct storms {
	const struct engine *engine; /* borrowed for ever */
	unsigned int window;         /* that was judged last */
	double seconds;              /* of it */
	struct auth_storm storm[STORMS_MAX];
	size_t n;
	struct auth_row row[AUTH_BOOK_ROWS]; /* what the storms borrow from */
};

/** storms_judge - those of one window of @s->engine, until it is fed again */
void storms_judge(struct storms *s, unsigned int window);

/** storms_window - the shortest window that shows cron's minutes, else the longest */
unsigned int storms_window(const struct engine *engine);

#endif
