/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pieces.h - how long pieces of work hold the thread that does them
 */
#ifndef NOISE_BENCH_PIECES_H
#define NOISE_BENCH_PIECES_H

#include <stddef.h>

struct pieces {
	const char *what;
	double ms[4096];
	unsigned int n;
	size_t bytes; /* of the largest, where it has a size */
};

/** pieces_now - processor time of this thread, in ms */
double pieces_now(void);

/** pieces_note - one piece of work that began at @begin; @bytes: 0: it has no size */
void pieces_note(struct pieces *p, double begin, size_t bytes);

/** pieces_head - the line above those of pieces_show() */
void pieces_head(void);
void pieces_show(struct pieces *p);

#endif
