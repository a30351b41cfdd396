/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lag.h - how far behind the kernel the stream is
 *
 * A stamp is the system call's entry and its records come at the exit, so one
 * event says little. For each 100 ms of arrivals the smallest distance between
 * now and stamp is kept, and the figures are taken over those of the last
 * minute. Pure: both times are arguments.
 */
#ifndef NOISE_LAG_H
#define NOISE_LAG_H

#include <stdbool.h>
#include <stdint.h>

#define LAG_SLICE_MS 100
#define LAG_SLICES   600

struct lag {
	int64_t slice; /* number of the newest slice: arrival / LAG_SLICE_MS */
	bool started;
	int32_t least_ms[LAG_SLICES]; /* by slice number modulo LAG_SLICES; -1 none */
};

struct lag_figures {
	bool known; /* false: nothing arrived in the last minute */
	int32_t p50_ms, p99_ms, max_ms;
};

void lag_init(struct lag *lag);
void lag_see(struct lag *lag, int64_t arrival_ms, int64_t stamp_ms);
struct lag_figures lag_figures(const struct lag *lag, int64_t now_ms);

#endif
