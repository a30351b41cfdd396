/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_writer_full.c - the log on a disk that is full
 *
 * On a small tmpfs of its own in a mount namespace of its own; needs root,
 * and is skipped (77) where that cannot be had.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "emit/logfile.h"
#include "emit/writer.h"

#define SKIP       77
#define DISK_BYTES 65536
#define LINE_BYTES 1000

static char dir[] = "/tmp/test_writer_full.XXXXXX";

/* Until @n lines are written or dropped. */
static struct writer_counters wait_lines(struct writer *w, uint64_t n)
{
	struct writer_counters c;
	int i;

	for (i = 0; i < 20000; i++) {
		c = writer_counters(w);
		if (c.lines + c.dropped >= n)
			return c;
		usleep(1000);
	}
	fail_msg("the thread did not get to line %llu", (unsigned long long)n);
	return c;
}

static struct writer *start(const char *log)
{
	struct writer_options options = {.queue_bytes = 1 << 20};
	struct writer *w;

	assert_int_equal(logfile_sink(log, 1 << 20, 2, &options.sink), 0);
	w = writer_new(&options);

	assert_non_null(w);
	return w;
}

/* Lines of LINE_BYTES, as many as the whole disk has room for and more. */
static uint64_t put_too_much(struct writer *w)
{
	char line[LINE_BYTES];
	uint64_t i, n = DISK_BYTES / LINE_BYTES + 20;

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (i = 0; i < n; i++)
		assert_true(writer_line(w, line, sizeof(line)));
	return n;
}

static off_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static void writer_survives_a_full_disk(void **state)
{
	char log[64], ballast[64], text[256] = "";
	struct writer_counters c;
	struct writer *w;
	uint64_t n;
	off_t whole;
	int fd;

	snprintf(log, sizeof(log), "%s/summary.log", dir);
	snprintf(ballast, sizeof(ballast), "%s/ballast", dir);
	fd = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(posix_fallocate(fd, 0, 16384), 0);
	close(fd);

	w = start(log);
	n = put_too_much(w);
	c = wait_lines(w, n);
	assert_true(c.lines > 0 && c.dropped > 0);
	assert_int_equal(c.last_errno, ENOSPC);
	assert_int_equal(c.errors, c.dropped);
	whole = size_of(log);
	assert_int_equal(whole, c.lines * LINE_BYTES);

	assert_int_equal(unlink(ballast), 0);
	assert_true(writer_line(w, "again\n", 6));
	assert_int_equal(wait_lines(w, n + 1).last_errno, 0);
	writer_free(w, 10000);

	fd = open(log, O_RDONLY | O_CLOEXEC);
	assert_true(pread(fd, text, sizeof(text) - 1, whole) > 0);
	close(fd);
	snprintf(ballast, sizeof(ballast), " gap dropped=%llu reason=\"",
		 (unsigned long long)c.dropped);
	assert_non_null(strstr(text, ballast));
	assert_non_null(strstr(text, "No space left on device\"\nagain\n"));
}

/* Read-only while we run: as after an error of the disk. */
static void writer_survives_a_disk_that_became_read_only(void **state)
{
	char log[64];
	struct writer_counters c;
	struct writer *w;

	snprintf(log, sizeof(log), "%s/other.log", dir);
	assert_int_equal(mount("none", dir, "none", MS_REMOUNT | MS_RDONLY, NULL), 0);
	w = start(log);
	assert_true(writer_line(w, "lost\n", 5));
	c = wait_lines(w, 1);
	assert_int_equal(c.dropped, 1);
	assert_int_equal(c.last_errno, EROFS);
	assert_int_equal(mount("none", dir, "none", MS_REMOUNT, NULL), 0);
	assert_true(writer_line(w, "kept\n", 5));
	assert_int_equal(wait_lines(w, 2).lines, 1);
	writer_free(w, 10000);
}

static int skipped(const char *what)
{
	print_message("skipped: %s: %s\n", what, strerror(errno));
	rmdir(dir);
	return SKIP;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writer_survives_a_full_disk),
		cmocka_unit_test(writer_survives_a_disk_that_became_read_only),
	};
	char options[32];
	int failed;

	if (!mkdtemp(dir))
		return EXIT_FAILURE;
	if (unshare(CLONE_NEWNS) || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL))
		return skipped("a mount namespace of our own");
	snprintf(options, sizeof(options), "size=%d", DISK_BYTES);
	if (mount("tmpfs", dir, "tmpfs", MS_NOSUID | MS_NODEV, options))
		return skipped("a small tmpfs");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	umount2(dir, MNT_DETACH);
	rmdir(dir);
	return failed;
}
