/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advisor.h - looks at what is known, and proposes
 *
 * Once an incident rests, the depth that would have held it; and later whether the
 * proposal was taken. Looks a few times a second, works when there is news.
 */
#ifndef NOISE_ADVISOR_H
#define NOISE_ADVISOR_H

#include <event2/event.h>

#include "count/engine.h"
#include "count/ledger.h"

struct advice;
struct advisor;

struct advisor_options {
	struct event_base *base; /* borrows for ever, as all below */
	struct engine *engine;
	struct ledger *ledger;
	struct advice *advice;
};

/** advisor_new - Return: owned, or NULL when there is no memory. */
struct advisor *advisor_new(const struct advisor_options *options)
	__attribute__((warn_unused_result));
void advisor_free(struct advisor *a);

#endif
