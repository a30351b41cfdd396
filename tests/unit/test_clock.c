/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_clock.c - the clocks and the calendar
 *
 * The calendar is held against fixed dates and against gmtime_r(3). The clocks
 * are replaced (-Wl,--wrap=clock_gettime), so that it shows which ones are read.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"

int __wrap_clock_gettime(clockid_t id, struct timespec *t);

int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	if (id == CLOCK_REALTIME)
		*t = (struct timespec){1795299473, 123999999};
	else if (id == CLOCK_BOOTTIME)
		*t = (struct timespec){42, 7000000};
	else
		fail_msg("clock %d is read", (int)id);
	return 0;
}

static void clock_reads_wall_and_boot_time(void **unused)
{
	struct clock_reading now = clock_read();

	assert_true(now.wall_ms == INT64_C(1795299473123));
	assert_true(now.boot_ms == 42007);
}

static void clock_writes_known_dates(void **unused)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{1, "1970-01-01T00:00:00.001Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
		{INT64_C(1795299473123), "2026-11-21T22:17:53.123Z"},
		{INT64_C(951782399999), "2000-02-28T23:59:59.999Z"},
		{INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
		{INT64_C(951868800000), "2000-03-01T00:00:00.000Z"},
		{INT64_C(-2203977600000), "1900-02-28T00:00:00.000Z"},
		{INT64_C(-2203891200000), "1900-03-01T00:00:00.000Z"},
		{INT64_C(4102444800000), "2100-01-01T00:00:00.000Z"},
		{INT64_C(-62167219200000), "0000-01-01T00:00:00.000Z"},
		{INT64_C(-62162121600000), "0000-02-29T00:00:00.000Z"},
		{INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
	};
	char text[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clock_text(cases[i].ms, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void clock_clamps_what_has_no_four_digit_year(void **unused)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00.000Z");
	clock_text(INT64_C(-62167219200001), text);
	assert_string_equal(text, "0000-01-01T00:00:00.000Z");
	clock_text(INT64_C(253402300800000), text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
	clock_text(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

/* Every day of ten thousand years, each at another time of the day. */
static void clock_agrees_with_gmtime(void **unused)
{
	char text[CLOCK_TEXT_SIZE], expected[80];

	for (int64_t day = -719528; day < 2932897; day++) {
		int64_t in_day = (day * 7919 % 86400 + 86400) % 86400;
		time_t t = (time_t)(day * 86400 + in_day);
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		snprintf(expected, sizeof(expected),
			 "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
			 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
			 (int)(in_day % 1000));
		clock_text((int64_t)t * 1000 + in_day % 1000, text);
		assert_string_equal(text, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_reads_wall_and_boot_time),
		cmocka_unit_test(clock_writes_known_dates),
		cmocka_unit_test(clock_clamps_what_has_no_four_digit_year),
		cmocka_unit_test(clock_agrees_with_gmtime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
