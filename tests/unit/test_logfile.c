/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_logfile.c - lines in a file, its rotation, and half lines taken back
 *
 * The clock is the test's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "emit/logfile.h"

struct clock_reading __wrap_clock_read(void);

static int64_t now_ms;

struct clock_reading __wrap_clock_read(void)
{
	return (struct clock_reading){.wall_ms = 1795299473123 + now_ms,
				      .boot_ms = now_ms};
}

struct place {
	char dir[64], log[96], moved[96];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	strcpy(p->dir, "/tmp/test_logfile.XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	snprintf(p->log, sizeof(p->log), "%s/summary.log", p->dir);
	snprintf(p->moved, sizeof(p->moved), "%s/moved", p->dir);
	now_ms = 0;
	*state = p;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *ftw)
{
	return remove(path);
}

static int remove_place(void **state)
{
	struct place *p = *state;
	int err = nftw(p->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(p);
	return err;
}

static struct logfile begin(const struct place *p, uint64_t rotate_bytes,
			    unsigned int keep)
{
	struct logfile f;

	assert_int_equal(logfile_init(&f, p->log, rotate_bytes, keep), 0);
	return f;
}

static int put(struct logfile *f, const char *line)
{
	return logfile_line(f, line, strlen(line));
}

static void expect_file(const char *path, const char *expected)
{
	char text[4096] = "";
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f)
		fail_msg("%s: %s", path, strerror(errno));
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	assert_string_equal(text, expected);
}

/* The old file of that @number; NULL: there is none. */
static void expect_old(const struct place *p, unsigned int number, const char *expected)
{
	char path[128];

	snprintf(path, sizeof(path), "%s.%u", p->log, number);
	if (expected)
		expect_file(path, expected);
	else
		assert_int_equal(access(path, F_OK), -1);
}

static void logfile_opens_nothing_before_its_first_line(void **state)
{
	struct place *p = *state;
	struct logfile f = begin(p, 65536, 2);

	logfile_end(&f);
	assert_int_equal(access(p->log, F_OK), -1);
	logfile_fini(&f);
	logfile_fini(&f);
}

static void logfile_appends_to_what_is_there(void **state)
{
	struct place *p = *state;
	int fd = open(p->log, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct logfile f = begin(p, 65536, 2);
	struct stat st;

	assert_int_equal(write(fd, "old\n", 4), 4);
	close(fd);
	assert_int_equal(put(&f, "new\n"), 0);
	expect_file(p->log, "old\nnew\n");
	/* the mode of a file that we did not make stays */
	assert_int_equal(stat(p->log, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	logfile_fini(&f);
}

static void logfile_rotates_and_overwrites_the_oldest(void **state)
{
	struct place *p = *state;
	struct logfile f = begin(p, 10, 2);

	assert_int_equal(put(&f, "aaaa\n"), 0);
	assert_int_equal(put(&f, "bbbb\n"), 0); /* 10 bytes: just fits */
	expect_old(p, 1, NULL);
	assert_int_equal(put(&f, "cccc\n"), 0);
	expect_old(p, 1, "aaaa\nbbbb\n");
	assert_int_equal(put(&f, "a line that is longer than a file may be\n"), 0);
	assert_int_equal(put(&f, "dddd\n"), 0);
	assert_int_equal(f.errors, 0);
	expect_file(p->log, "dddd\n");
	expect_old(p, 1, "a line that is longer than a file may be\n");
	expect_old(p, 2, "cccc\n");
	expect_old(p, 3, NULL);
	logfile_fini(&f);
}

static void logfile_without_old_files_begins_anew(void **state)
{
	struct place *p = *state;
	struct logfile f = begin(p, 10, 0);

	assert_int_equal(put(&f, "aaaa\n"), 0);
	assert_int_equal(put(&f, "bbbb\n"), 0);
	assert_int_equal(put(&f, "cccc\n"), 0);
	assert_int_equal(f.errors, 0);
	expect_file(p->log, "cccc\n");
	expect_old(p, 1, NULL);
	logfile_fini(&f);
}

/* PATH.2 is no file and cannot be replaced by one. */
static void logfile_that_cannot_rotate_loses_nothing(void **state)
{
	struct place *p = *state;
	struct logfile f = begin(p, 10, 2);
	char old[128];

	snprintf(old, sizeof(old), "%s.2", p->log);
	assert_int_equal(mkdir(old, 0700), 0);
	assert_int_equal(put(&f, "aaaaaaa\n"), 0);
	assert_int_equal(put(&f, "bbbbbbb\n"), 0); /* 1 is free: this rotation works */
	assert_int_equal(f.errors, 0);
	assert_int_equal(put(&f, "ccccccc\n"), 0);
	assert_int_equal(f.errors, 1);
	assert_int_equal(f.last_errno, 0); /* the write itself went well */
	expect_file(p->log, "bbbbbbb\nccccccc\n");
	expect_old(p, 1, "aaaaaaa\n");
	assert_int_equal(rmdir(old), 0);
	assert_int_equal(put(&f, "ddddddd\n"), 0);
	expect_file(p->log, "ddddddd\n");
	expect_old(p, 1, "bbbbbbb\nccccccc\n");
	expect_old(p, 2, "aaaaaaa\n");
	logfile_fini(&f);
}

static void logfile_sees_that_it_was_moved(void **state)
{
	struct place *p = *state;
	struct logfile f = begin(p, 65536, 2);

	assert_int_equal(put(&f, "one\n"), 0);
	assert_int_equal(rename(p->log, p->moved), 0);
	now_ms = 999;
	assert_int_equal(put(&f, "two\n"), 0);
	now_ms = 1000;
	assert_int_equal(put(&f, "three\n"), 0);
	expect_file(p->moved, "one\ntwo\n");
	expect_file(p->log, "three\n");
	/* another file in its place, too */
	assert_int_equal(unlink(p->log), 0);
	close(open(p->log, O_WRONLY | O_CREAT | O_CLOEXEC, 0640));
	now_ms = 2000;
	assert_int_equal(put(&f, "four\n"), 0);
	expect_file(p->log, "four\n");
	logfile_fini(&f);
}

/* Emptied in place (copytruncate of logrotate): it goes on at the new end. */
static void logfile_emptied_in_place_goes_on(void **state)
{
	struct place *p = *state;
	struct logfile f = begin(p, 10, 1);

	assert_int_equal(put(&f, "aaaaaaa\n"), 0);
	assert_int_equal(truncate(p->log, 0), 0);
	assert_int_equal(put(&f, "bbbbbbb\n"), 0);
	expect_file(p->log, "bbbbbbb\n");
	expect_old(p, 1, NULL);
	logfile_fini(&f);
}

/* Files of this process may grow to @bytes; Return: the limit before. */
static struct rlimit limit_files(rlim_t bytes)
{
	struct rlimit saved, limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &saved), 0);
	limit = saved;
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	return saved;
}

/*
 * A limit of the file's size makes a write short in the middle of a line, as a
 * disk does that becomes full.
 */
static void logfile_leaves_no_half_line(void **state)
{
	struct place *p = *state;
	struct logfile f = begin(p, 65536, 2);
	struct rlimit saved;
	int i;

	assert_int_equal(put(&f, "one\n"), 0);
	saved = limit_files(100);
	for (i = 0; i < 3; i++)
		assert_int_equal(
			put(&f, "a line that has no room behind the line of the gap, "
				"nor without it: it is longer than all the rest\n"),
			-EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &saved), 0);
	expect_file(p->log, "one\n");
	assert_int_equal(f.errors, 3);
	assert_int_equal(f.last_errno, EFBIG);
	assert_int_equal(put(&f, "two\n"), 0);
	assert_int_equal(f.last_errno, 0);
	expect_file(p->log,
		    "one\n"
		    "2026-11-21T22:17:53.123Z gap dropped=3 reason=\"File too large\"\n"
		    "two\n");
	logfile_fini(&f);
}

int __real_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size);

static bool no_ftruncate;

int __wrap_ftruncate(int fd, off_t size)
{
	errno = EPERM;
	return no_ftruncate ? -1 : __real_ftruncate(fd, size);
}

/* A file with the append-only attribute: the half line stays, and is ended. */
static void logfile_ends_a_half_line_that_stays(void **state)
{
	struct place *p = *state;
	struct logfile f = begin(p, 65536, 2);
	struct rlimit saved;

	assert_int_equal(put(&f, "one\n"), 0);
	saved = limit_files(8);
	no_ftruncate = true;
	assert_int_equal(put(&f, "half a line\n"), -EFBIG);
	no_ftruncate = false;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &saved), 0);
	assert_int_equal(put(&f, "two\n"), 0);
	expect_file(p->log,
		    "one\nhalf\n"
		    "2026-11-21T22:17:53.123Z gap dropped=1 reason=\"File too large\"\n"
		    "two\n");
	logfile_fini(&f);
}

static void logfile_says_lost_lines_of_others(void **state)
{
	struct place *p = *state;
	struct logfile f = begin(p, 65536, 2);

	logfile_lost(&f, 0);
	assert_int_equal(put(&f, "one\n"), 0);
	logfile_lost(&f, 5);
	assert_int_equal(put(&f, "two\n"), 0);
	assert_int_equal(put(&f, "three\n"), 0);
	logfile_lost(&f, 1);
	logfile_lost(&f, 1);
	logfile_end(&f);
	logfile_end(&f);
	expect_file(p->log,
		    "one\n"
		    "2026-11-21T22:17:53.123Z gap dropped=5 reason=\"queue full\"\n"
		    "two\nthree\n"
		    "2026-11-21T22:17:53.123Z gap dropped=2 reason=\"queue full\"\n");
	logfile_fini(&f);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(logfile_opens_nothing_before_its_first_line),
		TEST(logfile_appends_to_what_is_there),
		TEST(logfile_rotates_and_overwrites_the_oldest),
		TEST(logfile_without_old_files_begins_anew),
		TEST(logfile_that_cannot_rotate_loses_nothing),
		TEST(logfile_sees_that_it_was_moved),
		TEST(logfile_emptied_in_place_goes_on),
		TEST(logfile_leaves_no_half_line),
		TEST(logfile_ends_a_half_line_that_stays),
		TEST(logfile_says_lost_lines_of_others),
	};

	signal(SIGXFSZ, SIG_IGN); /* a write over the limit is to fail */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
