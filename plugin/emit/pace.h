/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pace.h - when a client gets its next summary
 *
 * Pure: the time, CLOCK_BOOTTIME in milliseconds, is an argument.
 */
#ifndef NOISE_PACE_H
#define NOISE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "emit/request.h"

#define PACE_LEAST_MS 1000 /* between two summaries that a client asked for */

struct pace {
	bool own; /* it asked; else it gets the default ones as they are pushed */
	struct request want;
	int64_t due_ms, last_ms;
};

/** pace_init - of a client that has not asked yet */
void pace_init(struct pace *p);

/** pace_ask - it asked for @r: due at once, or PACE_LEAST_MS after its last */
void pace_ask(struct pace *p, const struct request *r, int64_t now_ms);

/** pace_pushed - a default summary went out: due, if it named no interval */
void pace_pushed(struct pace *p, int64_t now_ms);

bool pace_is_due(const struct pace *p, int64_t now_ms);

/** pace_served - it got one, or none could be made; time lost asleep is not made up */
void pace_served(struct pace *p, int64_t now_ms);

/** pace_same_depth - can one summary serve both? */
bool pace_same_depth(const struct pace *a, const struct pace *b);

#endif
