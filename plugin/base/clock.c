/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.c - reading the clocks, and a stamp as RFC 3339 text
 *
 * The calendar is computed here rather than by gmtime_r(3), which may open
 * the time zone file and takes a lock of libc: neither is allowed where the
 * stream is read. Invariant: every stamp gives exactly CLOCK_TEXT_SIZE bytes.
 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#define DAY_MS      INT64_C(86400000)
#define TEXT_MIN_MS INT64_C(-62167219200000) /* 0000-01-01T00:00:00.000Z */
#define TEXT_MAX_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

struct date {
	unsigned int year, month, day;
};

static int64_t read_ms(clockid_t id)
{
	struct timespec t = {0};

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct clock_reading clock_read(void)
{
	return (struct clock_reading){
		.wall_ms = read_ms(CLOCK_REALTIME),
		.boot_ms = read_ms(CLOCK_BOOTTIME),
	};
}

int64_t clock_uptime_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

unsigned int clock_ticks_per_s(void)
{
	struct timespec tick;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) || tick.tv_sec ||
	    tick.tv_nsec <= 0)
		return 0;
	return (unsigned int)(1000000000 / tick.tv_nsec);
}

unsigned int clock_left_ms(int64_t until_boot_ms)
{
	int64_t now = clock_read().boot_ms;

	return now < until_boot_ms ? (unsigned int)(until_boot_ms - now) : 0;
}

/*
 * The Gregorian date of a day counted from 0000-03-01. A year that begins in
 * March has its leap day at the end, and its months repeat the lengths
 * 31 30 31 30 31 every 153 days, so that no table of months is needed.
 */
static struct date date_of(uint32_t day)
{
	uint32_t era = day / 146097, in_era = day % 146097; /* 400 years each */
	uint32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	uint32_t in_year = in_era - (365 * year + year / 4 - year / 100);
	uint32_t month = (5 * in_year + 2) / 153; /* 0: March */

	return (struct date){
		.year = era * 400 + year + (month >= 10 ? 1 : 0),
		.month = month >= 10 ? month - 9 : month + 3,
		.day = in_year - (153 * month + 2) / 5 + 1,
	};
}

void clock_text(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
	/* 1970-01-01 counted from 0000-03-01, and one era of 400 years more:
	 * January and February of the year 0 are no negative days then */
	const int64_t origin_days = 719468 + 146097;
	struct date date;
	uint32_t ms;

	if (wall_ms < TEXT_MIN_MS)
		wall_ms = TEXT_MIN_MS;
	if (wall_ms > TEXT_MAX_MS)
		wall_ms = TEXT_MAX_MS;
	wall_ms += origin_days * DAY_MS;
	date = date_of((uint32_t)(wall_ms / DAY_MS));
	ms = (uint32_t)(wall_ms % DAY_MS);
	snprintf(text, CLOCK_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
		 (date.year - 400) % 10000, date.month % 100, date.day % 100,
		 ms / 3600000 % 100, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}
