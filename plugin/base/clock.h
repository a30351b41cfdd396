/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.h - reading the clocks; the only place that does
 *
 * Everything that counts takes the time as an argument, so that stored logs
 * and live streams go through the same code and tests can freeze it.
 */
#ifndef NOISE_CLOCK_H
#define NOISE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock_reading {
	int64_t wall_ms; /* CLOCK_REALTIME, milliseconds since 1970 */
	int64_t boot_ms; /* CLOCK_BOOTTIME, milliseconds, runs through suspend */
};

struct clock_reading clock_read(void);

/** clock_uptime_ms - CLOCK_MONOTONIC, which stands still in suspend as the kernel's log
 */
int64_t clock_uptime_ms(void);

/** clock_left_ms - from now to @until_boot_ms of CLOCK_BOOTTIME; 0 when that is past */
unsigned int clock_left_ms(int64_t until_boot_ms);

/**
 * clock_ticks_per_s - the kernel's jiffies: HZ of its build, by the resolution of
 * CLOCK_MONOTONIC_COARSE. sysconf(_SC_CLK_TCK) is not it. Return: 0: not to be known.
 */
unsigned int clock_ticks_per_s(void);

#define CLOCK_TEXT_SIZE 25 /* "2026-11-21T22:17:53.123Z" and NUL */

/** clock_text - RFC 3339 in UTC with milliseconds, years 0000 to 9999 (clamped) */
void clock_text(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);

#endif
