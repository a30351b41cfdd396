/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lag.c - how far behind the kernel the stream is
 *
 * A ring of one minute of slices; a slice that saw nothing holds -1. Time is
 * an argument and may jump: what is out of the minute is forgotten.
 */
#include "stream/lag.h"

#include <stdlib.h>

void lag_init(struct lag *lag)
{
	unsigned int i;

	lag->started = false;
	lag->slice = 0;
	for (i = 0; i < LAG_SLICES; i++)
		lag->least_ms[i] = -1;
}

static int32_t *slot(struct lag *lag, int64_t slice)
{
	return &lag->least_ms[(uint64_t)slice % LAG_SLICES];
}

static void move_to(struct lag *lag, int64_t slice)
{
	if (!lag->started || slice >= lag->slice + LAG_SLICES || slice < lag->slice) {
		lag_init(lag);
		lag->started = true;
		lag->slice = slice;
	}
	while (lag->slice < slice)
		*slot(lag, ++lag->slice) = -1;
}

void lag_see(struct lag *lag, int64_t arrival_ms, int64_t stamp_ms)
{
	int64_t slice = arrival_ms / LAG_SLICE_MS, ms = arrival_ms - stamp_ms;
	int32_t *least;

	if (ms < 0)
		ms = 0;
	if (ms > INT32_MAX)
		ms = INT32_MAX;
	/* the wall clock is set back by a little at times: stay in the slice */
	if (!lag->started || slice > lag->slice || slice < lag->slice - LAG_SLICES)
		move_to(lag, slice);
	least = slot(lag, lag->slice);
	if (*least < 0 || ms < *least)
		*least = (int32_t)ms;
}

static int by_value(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

struct lag_figures lag_figures(const struct lag *lag, int64_t now_ms)
{
	int64_t now = now_ms / LAG_SLICE_MS, oldest = now - LAG_SLICES + 1, s;
	struct lag_figures f = {.known = false};
	int32_t ms[LAG_SLICES];
	size_t n = 0;

	if (!lag->started)
		return f;
	if (oldest < lag->slice - LAG_SLICES + 1)
		oldest = lag->slice - LAG_SLICES + 1;
	for (s = oldest; s <= lag->slice; s++) {
		int32_t least = lag->least_ms[(uint64_t)s % LAG_SLICES];

		if (least >= 0)
			ms[n++] = least;
	}
	if (!n)
		return f;
	qsort(ms, n, sizeof(ms[0]), by_value);
	f.known = true;
	f.p50_ms = ms[(n - 1) / 2];
	f.p99_ms = ms[(n * 99 + 99) / 100 -
		      1]; /* nearest rank: two slices, the larger one */
	f.max_ms = ms[n - 1];
	return f;
}
