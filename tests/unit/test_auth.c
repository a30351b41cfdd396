/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_auth.c - storms of authentication: whose they are
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "advise/auth.h"
#include "rng.h"

#define YES EVENT_SUCCESS_YES
#define NO  EVENT_SUCCESS_NO

static const struct auth_options options = {.bucket_s = 5, .min_events = 20};

/* @events spread over every @step-th bucket. */
static struct auth_row row_of(uint32_t type, const char *exe, enum event_success outcome,
			      uint64_t events, unsigned int step)
{
	struct auth_row r = {
		.type = type,
		.claimed = type != 1006,
		.exe = span_of(exe),
		.account = span_of("root"),
		.source = span_of("?"),
		.auid = EVENT_ID_UNSET,
		.outcome = outcome,
		.events = events,
	};
	unsigned int places = (WINDOW_BUCKETS + step - 1) / step;

	for (uint64_t i = 0; i < events; i++)
		r.rhythm[i % places * step]++;
	return r;
}

static struct auth_storm storm_of(const struct auth_row *row, size_t n)
{
	struct auth_storm out[4];
	size_t found = auth_judge(row, n, &options, out, 4);
	char text[AUTH_TEXT];

	if (!found)
		return (struct auth_storm){.class = AUTH_NONE};
	assert_int_equal(found, 1);
	assert_true(auth_text(&out[0], text)[0]);
	for (const char *p = text; *p; p++)
		assert_true(*p >= ' ' && *p <= '~');
	return out[0];
}

#define CRON "/usr/sbin/cron"

/* Five minutes of so many jobs a minute. */
static size_t cron_of(struct auth_row row[8], const char *exe, uint64_t jobs, bool login)
{
	static const uint32_t types[] = {1101, 1103, 1105, 1104, 1106};
	size_t n = 0;

	for (size_t i = 0; i < 5; i++)
		row[n++] = row_of(types[i], exe, YES, 5 * jobs, 12);
	if (login)
		row[n++] = row_of(1006, exe, EVENT_SUCCESS_ABSENT, 5 * jobs, 12);
	return n;
}

static void auth_knows_cron(void **state)
{
	struct auth_row row[8];
	size_t n = cron_of(row, CRON, 10, true);
	struct auth_storm s = storm_of(row, n);

	(void)state;
	assert_int_equal(s.class, AUTH_CRON_SESSIONS);
	assert_true(auth_may_silence(s.class));
	assert_true(s.is_backed);
	assert_int_equal(s.sessions, 50);
	assert_int_equal(s.events, 300);
	/* jobs that last over the window's edge */
	row[4].events -= 8;
	assert_int_equal(storm_of(row, n).class, AUTH_CRON_SESSIONS);
	/* one kind is excluded already */
	assert_int_equal(storm_of(row + 1, n - 1).class, AUTH_CRON_SESSIONS);
	/* without records of the kernel's it is only said to be so */
	n = cron_of(row, CRON, 10, false);
	s = storm_of(row, n);
	assert_int_equal(s.class, AUTH_CRON_SESSIONS);
	assert_false(s.is_backed);
	/* and a LOGIN that is no kernel's is none */
	n = cron_of(row, CRON, 10, true);
	row[5].claimed = true;
	assert_false(storm_of(row, n).is_backed);
}

static void auth_is_not_fooled_by_crons_name(void **state)
{
	struct auth_row row[8];
	size_t n;

	(void)state;
	/* one kind alone */
	row[0] = row_of(1101, CRON, YES, 3000, 1);
	assert_int_equal(storm_of(row, 1).class, AUTH_NONE);
	/* more of one kind than of the others */
	n = cron_of(row, CRON, 10, true);
	row[0].events += 500;
	assert_int_equal(storm_of(row, n).class, AUTH_NONE);
	/* all kinds alike, but by somebody who is not root */
	n = cron_of(row, CRON, 10, true);
	row[2].uid = 1000;
	assert_int_equal(storm_of(row, n).class, AUTH_NONE);
	/* all the time, not once a minute */
	n = cron_of(row, CRON, 100, false);
	for (size_t i = 0; i < n; i++)
		row[i] = row_of(row[i].type, CRON, YES, 500, 1);
	assert_int_equal(storm_of(row, n).class, AUTH_NONE);
	/* more than cron starts, and no login of the kernel's */
	n = cron_of(row, CRON, 1000, false);
	assert_int_equal(storm_of(row, n).class, AUTH_NONE);
	/* elsewhere */
	n = cron_of(row, "/tmp/cron", 10, true);
	assert_int_equal(storm_of(row, n).class, AUTH_NONE);
	/* jobs whose accounts are refused */
	n = cron_of(row, CRON, 10, true);
	row[n] = row_of(1101, CRON, NO, 5, 12);
	assert_int_equal(storm_of(row, n + 1).class, AUTH_NONE);
	/* nor one that the kernel refused */
	n = cron_of(row, CRON, 10, true);
	row[5].outcome = NO;
	assert_false(storm_of(row, n).is_backed);
	/* nor one of somebody who is not root */
	n = cron_of(row, CRON, 10, true);
	row[5].uid = 33;
	assert_false(storm_of(row, n).is_backed);
	/* its own host's kernel has to show it, not another's */
	n = cron_of(row, CRON, 10, true);
	row[5].node = span_of("elsewhere");
	assert_false(storm_of(row, n).is_backed);
	/* where others were driven out it cannot be told */
	n = cron_of(row, CRON, 10, true);
	{
		struct auth_options incomplete = options;
		struct auth_storm out[1];

		incomplete.incomplete = true;
		assert_int_equal(auth_judge(row, n, &incomplete, out, 1), 0);
	}
	/* with messages of another kind */
	n = cron_of(row, CRON, 10, true);
	row[n] = row_of(1102, CRON, YES, 5, 12);
	assert_int_equal(storm_of(row, n + 1).class, AUTH_NONE);
}

static void auth_knows_automation(void **state)
{
	struct auth_row row[4] = {row_of(1101, "/usr/bin/sudo", YES, 300, 1),
				  row_of(1123, "/usr/bin/sudo", YES, 300, 1),
				  row_of(1105, "/usr/bin/sudo", YES, 300, 1)};
	struct auth_storm s = storm_of(row, 3);

	(void)state;
	assert_int_equal(s.class, AUTH_SUDO_AUTOMATION);
	assert_false(auth_may_silence(s.class));
	assert_true(span_is(s.account, "root"));
	assert_int_equal(storm_of(row, 0).class, AUTH_NONE);
	row[0] = row_of(1101, "/usr/sbin/sshd", YES, 300, 1);
	assert_int_equal(storm_of(row, 1).class, AUTH_NONE); /* many people log in */
}

static void auth_knows_guessing(void **state)
{
	struct auth_row row[80];
	struct auth_storm s;
	char name[80][8];

	(void)state;
	for (int i = 0; i < 80; i++) {
		row[i] = row_of(1100, "/usr/sbin/sshd", NO, 2, 1);
		name[i][0] = (char)('a' + i % 26);
		name[i][1] = (char)('a' + i / 26);
		name[i][2] = '\0';
		row[i].account = span_of(name[i]);
		row[i].source = span_of("192.0.2.7");
	}
	s = storm_of(row, 80);
	assert_int_equal(s.class, AUTH_PASSWORD_GUESSING);
	assert_int_equal(s.n_accounts, 64); /* at least */
	assert_true(s.more);
	assert_int_equal(s.n_sources, 1);
	assert_true(span_is(s.source, "192.0.2.7"));
	/* of more than the book tells apart */
	row[79].joined = true;
	row[79].account = row[79].source = (struct span){NULL, 0};
	s = storm_of(row + 70, 10);
	assert_int_equal(s.class, AUTH_PASSWORD_GUESSING);
	assert_int_equal(s.n_accounts, 9);
	assert_true(s.more);
	assert_false(s.source.p);
	/* one account from outside, and behind many that succeed */
	row[0] = row_of(1112, "/usr/sbin/sshd", NO, 60, 1);
	row[0].source = span_of("2001:db8::1");
	assert_int_equal(storm_of(row, 1).class, AUTH_PASSWORD_GUESSING);
	row[1] = row_of(1101, "/usr/sbin/sshd", YES, 5000, 1);
	assert_int_equal(storm_of(row, 2).class, AUTH_PASSWORD_GUESSING);
	/* somebody who has logged in tries su */
	row[0] = row_of(1100, "/usr/bin/su", NO, 60, 1);
	row[0].auid = 1000;
	assert_int_equal(storm_of(row, 1).class, AUTH_PASSWORD_GUESSING);
	/* his own password he knows, and says it twice as often */
	row[1] = row_of(1100, "/usr/bin/su", YES, 60, 1);
	row[2] = row_of(1101, "/usr/bin/su", YES, 60, 1);
	row[1].account = row[2].account = span_of("mallory");
	row[1].auid = row[2].auid = 1000;
	assert_int_equal(storm_of(row, 3).class, AUTH_PASSWORD_GUESSING);
	/* one account, from here, and nobody waits so */
	row[0] = row_of(1100, "/usr/bin/su", NO, 60, 1);
	memset(row[0].rhythm, 0, sizeof(row[0].rhythm));
	for (size_t i = 0; i < 6; i++)
		row[0].rhythm[i * i] = 10;
	assert_int_equal(storm_of(row, 1).class, AUTH_PASSWORD_GUESSING);
	/* one account, from here, without a rhythm */
	row[0] = row_of(1100, "/usr/bin/su", NO, 60, 1);
	memset(row[0].rhythm, 0, sizeof(row[0].rhythm));
	row[0].rhythm[3] = 40;
	row[0].rhythm[17] = 20;
	assert_int_equal(storm_of(row, 1).class, AUTH_PASSWORD_GUESSING);
}

static void auth_knows_a_loop(void **state)
{
	struct auth_row row[2] = {row_of(1101, "/usr/bin/app", NO, 60, 3)};
	struct auth_storm s = storm_of(row, 1);

	(void)state;
	assert_int_equal(s.class, AUTH_SERVICE_FAILURE_LOOP);
	assert_true(s.is_regular);
	assert_false(auth_may_silence(s.class));
	row[0].source = span_of("127.0.0.1");
	assert_int_equal(storm_of(row, 1).class, AUTH_SERVICE_FAILURE_LOOP);
	row[0] = row_of(1101, "/usr/bin/app", NO, 19, 3); /* no storm */
	assert_int_equal(storm_of(row, 1).class, AUTH_NONE);
	/* some of very many fail */
	row[0] = row_of(1101, "/usr/bin/app", NO, 60, 3);
	row[1] = row_of(1101, "/usr/bin/app", YES, 300, 3);
	assert_int_equal(storm_of(row, 2).class, AUTH_NONE);
	row[0] = row_of(1101, "/usr/bin/app", NO, 9, 3);
	row[1] = row_of(1101, "/usr/bin/app", YES, 90, 3);
	assert_int_equal(storm_of(row, 2).class, AUTH_NONE);
}

static void auth_keeps_the_heaviest(void **state)
{
	struct auth_row row[3] = {row_of(1101, "/usr/bin/su", YES, 30, 1),
				  row_of(1101, "/usr/bin/sudo", YES, 50, 1),
				  row_of(1101, "/usr/bin/doas", YES, 40, 1)};
	struct auth_storm out[2];

	(void)state;
	assert_int_equal(auth_judge(row, 3, &options, out, 2), 2);
	assert_true(span_is(out[0].exe, "/usr/bin/sudo"));
	assert_true(span_is(out[1].exe, "/usr/bin/doas"));
	assert_int_equal(auth_judge(row, 3, &options, out, 0), 0);
	row[0].exe = (struct span){NULL, 0};
	assert_int_equal(auth_judge(row, 1, &options, out, 2), 0);
}

/* Whatever comes, only cron's own place and uid 0 are ever silenced. */
static void auth_survives_anything(void **state)
{
	static const char *const exes[] = {CRON,   "/usr/bin/su", "/tmp/cron",      "",
					   "a\nb", "\xff\xfe",    "/usr/sbin/cron "};
	static const uint32_t types[] = {1006, 1100, 1101, 1103, 1104,      1105,
					 1106, 1112, 1123, 0,    UINT32_MAX};
	struct rng r = {0xa11};

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct auth_row row[12];
		struct auth_storm out[4];
		size_t n = rng_below(&r, 12), found;

		for (size_t i = 0; i < n; i++) {
			row[i] = row_of(types[rng_below(&r, 11)], exes[rng_below(&r, 7)],
					(enum event_success)rng_below(&r, 3),
					rng_below(&r, 200),
					1 + (unsigned int)rng_below(&r, 59));
			row[i].uid = (int64_t)rng_below(&r, 8) / 7;
			row[i].account = span_of(exes[rng_below(&r, 7)]);
		}
		found = auth_judge(row, n, &options, out, 4);
		for (size_t i = 0; i < found; i++) {
			char text[AUTH_TEXT];

			auth_text(&out[i], text);
			for (const char *p = text; *p; p++)
				assert_true(*p >= ' ' && *p <= '~');
			assert_true(auth_class_name(out[i].class)[0]);
			if (auth_may_silence(out[i].class)) {
				assert_true(span_is(out[i].exe, CRON));
				assert_int_equal(out[i].failed, 0);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(auth_knows_cron),
		cmocka_unit_test(auth_is_not_fooled_by_crons_name),
		cmocka_unit_test(auth_knows_automation),
		cmocka_unit_test(auth_knows_guessing),
		cmocka_unit_test(auth_knows_a_loop),
		cmocka_unit_test(auth_keeps_the_heaviest),
		cmocka_unit_test(auth_survives_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
