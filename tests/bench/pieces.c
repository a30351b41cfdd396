/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pieces.c - how long pieces of work hold the thread that does them
 */
#include "pieces.h"

#include <stdio.h>
#include <time.h>

#include "synthetic.h"

double pieces_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void pieces_note(struct pieces *p, double begin, size_t bytes)
{
	if (p->n < sizeof(p->ms) / sizeof(p->ms[0]))
		p->ms[p->n++] = pieces_now() - begin;
	if (bytes > p->bytes)
		p->bytes = bytes;
}

void pieces_show(struct pieces *p)
{
	double median = sort_values(p->ms, p->n);

	printf("%-34s %6u %9.3f %9.3f %9.3f %9zu\n", p->what, p->n, median,
	       p->ms[p->n - 1 - p->n / 100], p->ms[p->n - 1], p->bytes);
}

void pieces_head(void)
{
	printf("%-34s %6s %9s %9s %9s %9s\n", "", "pieces", "median", "99 of 100",
	       "longest", "bytes");
}
