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

#define STORMS_MAX 16 /* the first ones of one window, as auth_judge() has them */

struct storms {
	const struct engine *engine; /* borrowed for ever; its nodes are lent */
	double seconds;              /* of the window that was judged last */
	struct auth_storm storm[STORMS_MAX];
	size_t n;
	/* the judge's own */
	struct storms_text {
		char exe[AUTH_BOOK_TEXT], account[AUTH_BOOK_TEXT], source[AUTH_BOOK_TEXT];
	} text[STORMS_MAX];
	struct auth_row row[AUTH_BOOK_ROWS];
};

/** storms_judge - those of one window of @s->engine; they stay while it is fed on */
void storms_judge(struct storms *s, unsigned int window);

/**
 * storms_keep_cron - of those that were judged only cron's that the kernel shows
 * @is_foreign: is that node another one than this host? NULL: none is
 */
void storms_keep_cron(struct storms *s, bool (*is_foreign)(void *arg, struct span node),
		      void *arg);

/** storms_window - the shortest window that shows cron's minutes, else the longest */
unsigned int storms_window(const struct engine *engine);

#endif
