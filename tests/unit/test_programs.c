/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_programs.c - which files were run under a name, and who used it
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "count/programs.h"

#define T0     INT64_C(1795000000000)
#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define HOST   4711 /* inode of what is on this host */

static struct programs programs;

static int reset(void **state)
{
	const struct siphash_key key = {{1, 2}};

	(void)state;
	programs_init(&programs, &key);
	return 0;
}

static void note(struct event *e, const char *exe, int64_t ms)
{
	struct program_ref ref;

	e->exe = span_of(exe);
	ref = programs_ref(&programs, e);
	if (ref.name)
		programs_note(&programs, &ref, e->program.ran ? &e->program : NULL, ms);
}

static void use(const char *exe, int64_t auid, int64_t ms)
{
	struct event e = {.uid = 0, .auid = auid};

	note(&e, exe, ms);
}

static void run_file(const char *exe, uint64_t inode, bool named, int64_t ms)
{
	struct event e = {.uid = 33,
			  .auid = EVENT_ID_UNSET,
			  .program = {.ran = true,
				      .known = true,
				      .named = named,
				      .major = 0xfd,
				      .minor = 1,
				      .inode = inode}};

	note(&e, exe, ms);
}

static void start(const char *exe, int64_t uid, int64_t auid, int64_t ms)
{
	struct event e = {.uid = uid,
			  .auid = auid,
			  .program = {.ran = true, .known = true, .inode = HOST}};

	note(&e, exe, ms);
}

static struct program_seen seen(const char *exe, int64_t ms)
{
	struct program_seen s;

	programs_seen(&programs, span_of(exe), ms, &s);
	return s;
}

/* --- logins --- */

static void programs_know_a_login_for_an_hour(void **state)
{
	use("/usr/bin/x", 1000, T0);
	assert_true(seen("/usr/bin/x", T0).login);
	assert_true(seen("/usr/bin/x", T0 + 59 * MINUTE).login);
	assert_true(seen("/usr/bin/x", T0 + HOUR).login);
	assert_false(seen("/usr/bin/x", T0 + HOUR + SECOND).login);
	use("/usr/bin/x", 0, T0 + 2 * HOUR); /* root who has logged in */
	assert_true(seen("/usr/bin/x", T0 + 3 * HOUR).login);
	assert_false(seen("/usr/bin/y", T0).login);
}

static void programs_take_nobody_for_a_login(void **state)
{
	use("/usr/bin/x", EVENT_ID_UNSET, T0);
	use("/usr/bin/x", EVENT_ID_ABSENT, T0);
	assert_false(seen("/usr/bin/x", T0).login);
}

/* Whatever an attacker runs, in whatever order: the user of one hour is not forgotten. */
static void programs_forget_no_login(void **state)
{
	char exe[64];

	use("/usr/bin/x", 1000, T0);
	for (int i = 0; i < 100000; i++) {
		snprintf(exe, sizeof(exe), "/tmp/%d", i);
		use(exe, 1001, T0 + i);
	}
	assert_true(seen("/usr/bin/x", T0 + HOUR).login);
}

/* A hundred programs that people use make hardly another one theirs. */
static void programs_mistake_few_for_used(void **state)
{
	unsigned int mistaken = 0;
	char exe[64];

	for (int i = 0; i < 100; i++) {
		snprintf(exe, sizeof(exe), "/usr/bin/%d", i);
		use(exe, 1000, T0);
	}
	for (int i = 0; i < 10000; i++) {
		snprintf(exe, sizeof(exe), "/usr/sbin/%d", i);
		mistaken += seen(exe, T0).login;
	}
	assert_in_range(mistaken, 0, 60);
}

/* Stamps of 1970 and none at all are times as well. */
static void programs_take_any_time(void **state)
{
	use("/usr/bin/x", 1000, 0);
	assert_true(seen("/usr/bin/x", 0).login);
	assert_false(seen("/usr/bin/y", 0).login);
	assert_false(seen("/usr/bin/x", INT64_MAX).login);
	use("/usr/bin/x", 1000, INT64_MAX);
	assert_true(seen("/usr/bin/x", INT64_MAX).login);
}

/* --- files --- */

static void programs_know_the_file(void **state)
{
	struct program_seen s;

	assert_int_equal(seen("/usr/bin/x", T0).n, 0);
	run_file("/usr/bin/x", HOST, true, T0);
	run_file("/usr/bin/x", HOST, true, T0 + SECOND);
	s = seen("/usr/bin/x", T0 + SECOND);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.file[0].inode, HOST);
	assert_int_equal(s.file[0].major, 0xfd);
	assert_int_equal(s.file[0].minor, 1);
	assert_true(s.file[0].named);
	assert_false(s.forgotten);
	assert_false(s.login);
	assert_int_equal(seen("/usr/bin/x", T0 + HOUR + SECOND).n, 1);
	assert_int_equal(seen("/usr/bin/x", T0 + HOUR + 2 * SECOND).n, 0);
}

/* The right one runs all the time, another one under its name now and then. */
static void programs_know_another_file_for_an_hour(void **state)
{
	run_file("/usr/bin/x", HOST, true, T0);
	run_file("/usr/bin/x", 666, true, T0 + SECOND);
	for (int i = 2; i < 100; i++)
		run_file("/usr/bin/x", HOST, true, T0 + i * SECOND);
	assert_int_equal(seen("/usr/bin/x", T0 + 100 * SECOND).n, 2);
	run_file("/usr/bin/x", HOST, true, T0 + HOUR);
	assert_int_equal(seen("/usr/bin/x", T0 + HOUR + SECOND).n, 2);
	assert_int_equal(seen("/usr/bin/x", T0 + HOUR + 2 * SECOND).n, 1);
	assert_int_equal(seen("/usr/bin/x", T0 + HOUR + 2 * SECOND).file[0].inode, HOST);
}

/* Of more files than there are places it is told that some are not known. */
static void programs_tell_of_files_that_are_forgotten(void **state)
{
	run_file("/usr/bin/x", HOST, true, T0);
	run_file("/usr/bin/x", 1, true, T0 + SECOND);
	assert_false(seen("/usr/bin/x", T0 + SECOND).forgotten);
	run_file("/usr/bin/x", 2, true, T0 + 2 * SECOND);
	assert_true(seen("/usr/bin/x", T0 + 2 * SECOND).forgotten);
	assert_int_equal(seen("/usr/bin/x", T0 + 2 * SECOND).n, 2);
	assert_true(seen("/usr/bin/x", T0 + HOUR).forgotten);
	assert_false(seen("/usr/bin/x", T0 + HOUR + SECOND).forgotten);
}

static void programs_keep_a_script_apart(void **state)
{
	run_file("/usr/bin/x", HOST, true, T0);
	run_file("/usr/bin/x", 5, false, T0);
	assert_true(seen("/usr/bin/x", T0).file[0].named);
	assert_false(seen("/usr/bin/x", T0).file[1].named);
	run_file("/usr/bin/x", HOST, false, T0); /* by a link */
	assert_true(seen("/usr/bin/x", T0).file[0].named);
}

static void programs_tell_of_a_file_that_no_record_names(void **state)
{
	struct event e = {.uid = 33, .auid = EVENT_ID_UNSET, .program = {.ran = true}};

	run_file("/usr/bin/x", HOST, true, T0);
	note(&e, "/usr/bin/x", T0 + SECOND);
	assert_true(seen("/usr/bin/x", T0 + SECOND).forgotten);
}

/* Another host's runs say nothing of our files, but people are people. */
static void programs_take_no_file_of_another_host(void **state)
{
	struct event e = {.uid = 0,
			  .auid = 1000,
			  .exe = span_of("/usr/bin/x"),
			  .program = {.ran = true, .known = true, .inode = 1}};
	struct program_ref ref = programs_ref(&programs, &e);

	programs_note(&programs, &ref, NULL, T0);
	assert_int_equal(seen("/usr/bin/x", T0).n, 0);
	assert_true(seen("/usr/bin/x", T0).login);
}

/* Who pushes a program out gets no agreement for what comes back. */
static void programs_tell_of_what_was_pushed_out(void **state)
{
	char exe[64];

	run_file("/usr/bin/x", 666, true, T0);
	for (int i = 0; i < 5000; i++) {
		snprintf(exe, sizeof(exe), "/tmp/%d", i);
		run_file(exe, 1, true, T0 + SECOND + i);
	}
	assert_int_equal(seen("/usr/bin/x", T0 + MINUTE).n, 0);
	assert_true(seen("/usr/bin/x", T0 + MINUTE).forgotten);
	assert_true(seen("/usr/bin/x", T0 + MINUTE).storm);
	assert_false(seen("/usr/bin/x", T0 + HOUR + MINUTE).forgotten);
	assert_false(seen("/usr/bin/x", T0 + HOUR + MINUTE).storm);
	run_file("/usr/bin/x", HOST, true, T0 + MINUTE);
	assert_int_equal(seen("/usr/bin/x", T0 + MINUTE).n, 1);
	assert_true(seen("/usr/bin/x", T0 + MINUTE).forgotten);
	run_file("/usr/bin/x", HOST, true, T0 + HOUR);
	assert_true(seen("/usr/bin/x", T0 + HOUR).forgotten);
	assert_false(seen("/usr/bin/x", T0 + HOUR + 10 * SECOND).forgotten);
	assert_int_equal(seen("/usr/bin/x", T0 + HOUR + 10 * SECOND).n, 1);
}

/* What is an hour old is nothing that anybody misses. */
static void programs_forget_the_old_silently(void **state)
{
	char exe[64];

	for (int i = 0; i < 5000; i++) {
		snprintf(exe, sizeof(exe), "/tmp/%d", i);
		run_file(exe, 1, true, T0);
	}
	run_file("/usr/bin/x", HOST, true, T0 + 3 * HOUR);
	assert_int_equal(seen("/usr/bin/x", T0 + 3 * HOUR).n, 1);
	assert_false(seen("/usr/bin/x", T0 + 3 * HOUR).forgotten);
}

/* --- storms --- */

/* Each of @n programs in turn, @times. */
static void storm(unsigned int n, unsigned int times, int64_t uid, int64_t auid)
{
	char exe[64];

	for (unsigned int i = 0; i < n * times; i++) {
		snprintf(exe, sizeof(exe), "/usr/bin/%u", i % n);
		start(exe, uid, auid, T0 + i * MINUTE / 10);
	}
}

static void programs_know_a_storm(void **state)
{
	storm(8, 2, 33, EVENT_ID_UNSET);
	assert_true(seen("/usr/bin/0", T0 + 2 * MINUTE).storm);
	assert_true(seen("/usr/bin/7", T0 + 2 * MINUTE).storm);
	assert_false(seen("/usr/bin/8", T0 + 2 * MINUTE).storm);
	assert_false(seen("/usr/bin/0", T0 + 2 * HOUR).storm);
}

static void programs_take_seven_for_no_storm(void **state)
{
	storm(7, 100, 33, EVENT_ID_UNSET);
	assert_false(seen("/usr/bin/0", T0 + HOUR).storm);
}

static void programs_take_people_for_no_storm(void **state)
{
	storm(20, 10, 33, 1000);
	assert_false(seen("/usr/bin/0", T0 + 20 * MINUTE).storm);
}

/* One that is started ten times as often as all others is none of many. */
static void programs_know_the_one_that_floods(void **state)
{
	char exe[64];

	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(exe, sizeof(exe), "/usr/bin/%u", i % 10);
		start(exe, 33, EVENT_ID_UNSET, T0 + i);
		for (unsigned int k = 0; k < 10; k++)
			start("/usr/bin/flood", 33, EVENT_ID_UNSET, T0 + i);
	}
	assert_false(seen("/usr/bin/flood", T0 + SECOND).storm);
	assert_false(seen("/usr/bin/0", T0 + SECOND).storm);
}

/* Eight of different accounts are no storm. */
static void programs_count_each_account(void **state)
{
	char exe[64];

	for (unsigned int i = 0; i < 800; i++) {
		snprintf(exe, sizeof(exe), "/usr/bin/%u", i % 16);
		start(exe, i % 4, EVENT_ID_UNSET, T0);
	}
	assert_false(seen("/usr/bin/0", T0).storm);
}

/* Who has more accounts than there are places hides no storm. */
static void programs_tell_of_accounts_that_are_forgotten(void **state)
{
	for (unsigned int i = 0; i < PROGRAMS_USERS; i++)
		start("/usr/bin/x", i, EVENT_ID_UNSET, T0 + i * SECOND);
	assert_false(seen("/usr/bin/x", T0 + MINUTE).storm);
	start("/usr/bin/x", 1000, EVENT_ID_UNSET, T0 + MINUTE);
	assert_true(seen("/usr/bin/x", T0 + MINUTE).storm);
	assert_false(seen("/usr/bin/x", T0 + MINUTE + HOUR + SECOND).storm);
	start("/usr/bin/x", 1001, EVENT_ID_UNSET, T0 + 3 * HOUR);
	assert_false(seen("/usr/bin/x", T0 + 3 * HOUR).storm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define test(f) cmocka_unit_test_setup(f, reset)
		test(programs_know_a_login_for_an_hour),
		test(programs_take_nobody_for_a_login),
		test(programs_forget_no_login),
		test(programs_mistake_few_for_used),
		test(programs_take_any_time),
		test(programs_know_the_file),
		test(programs_know_another_file_for_an_hour),
		test(programs_tell_of_files_that_are_forgotten),
		test(programs_keep_a_script_apart),
		test(programs_tell_of_a_file_that_no_record_names),
		test(programs_take_no_file_of_another_host),
		test(programs_tell_of_what_was_pushed_out),
		test(programs_forget_the_old_silently),
		test(programs_know_a_storm),
		test(programs_take_seven_for_no_storm),
		test(programs_take_people_for_no_storm),
		test(programs_know_the_one_that_floods),
		test(programs_count_each_account),
		test(programs_tell_of_accounts_that_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
