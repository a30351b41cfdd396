/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_writer.c - the log's queue, thread, file and rotation
 *
 * The clock is the test's own, and a gate before the writing of each line
 * stands for a filesystem that does not answer. Nothing here depends on how
 * fast the thread is: what it must have done is waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "emit/logfile.h"
#include "emit/writer.h"

struct clock_reading __wrap_clock_read(void);

static atomic_llong now_ms;

struct clock_reading __wrap_clock_read(void)
{
	return (struct clock_reading){.wall_ms = 1795299473123 + now_ms,
				      .boot_ms = now_ms};
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static bool gate_closed;
static atomic_int at_gate; /* lines that came to it */

static int (*log_put)(void *arg, const char *line, size_t n);

static int gated_put(void *arg, const char *line, size_t n)
{
	at_gate++;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return log_put(arg, line, n);
}

static void close_gate(void)
{
	at_gate = 0;
	gate_closed = true;
	pthread_mutex_lock(&gate);
}

static void open_gate(void)
{
	if (gate_closed)
		pthread_mutex_unlock(&gate);
	gate_closed = false;
}

struct place {
	char dir[64], log[96];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	strcpy(p->dir, "/tmp/test_writer.XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	snprintf(p->log, sizeof(p->log), "%s/summary.log", p->dir);
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
	int err;

	open_gate(); /* of a test that failed */
	err = nftw(p->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(p);
	return err;
}

static struct writer *start(const char *log, uint64_t rotate_bytes, unsigned int keep,
			    size_t queue_bytes)
{
	struct writer_options options = {.queue_bytes = queue_bytes};
	struct writer *w;

	assert_int_equal(logfile_sink(log, rotate_bytes, keep, &options.sink), 0);
	log_put = options.sink.put;
	options.sink.put = gated_put;
	w = writer_new(&options);

	assert_non_null(w);
	return w;
}

static bool put(struct writer *w, const char *line)
{
	return writer_line(w, line, strlen(line));
}

static void nap(void)
{
	usleep(1000);
}

/* Until @n lines are written or dropped; a thread that never gets there fails the test.
 */
static struct writer_counters wait_lines(struct writer *w, uint64_t n)
{
	struct writer_counters c;
	int i;

	for (i = 0; i < 20000; i++) {
		c = writer_counters(w);
		if (c.lines + c.dropped >= n)
			return c;
		nap();
	}
	fail_msg("the thread did not get to line %llu", (unsigned long long)n);
	return c;
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

static void writer_writes_lines_in_order(void **state)
{
	struct place *p = *state;
	struct writer *w = start(p->log, 65536, 4, 4096);
	mode_t saved = umask(0077);
	struct writer_counters c;
	struct stat st;

	assert_true(put(w, "one\n"));
	assert_true(put(w, "two\n"));
	assert_true(put(w, "three\n"));
	c = wait_lines(w, 3);
	umask(saved);
	assert_int_equal(c.lines, 3);
	assert_int_equal(c.dropped, 0);
	assert_int_equal(c.errors, 0);
	assert_int_equal(c.last_errno, 0);
	writer_free(w, 10000);
	expect_file(p->log, "one\ntwo\nthree\n");
	assert_int_equal(stat(p->log, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void writer_writes_what_waits_before_it_ends(void **state)
{
	struct place *p = *state;
	struct writer *w = start(p->log, 1 << 20, 4, 1 << 20);
	char line[16], last[16];
	struct stat st;
	FILE *f;
	int i;

	for (i = 0; i < 10000; i++) {
		snprintf(line, sizeof(line), "%06d\n", i);
		assert_true(put(w, line));
	}
	writer_free(w, 60000);
	assert_int_equal(stat(p->log, &st), 0);
	assert_int_equal(st.st_size, 70000);
	f = fopen(p->log, "re");
	assert_non_null(f);
	assert_int_equal(fseek(f, -7, SEEK_END), 0);
	assert_non_null(fgets(last, sizeof(last), f));
	assert_string_equal(last, "009999\n");
	fclose(f);
}

static void writer_follows_no_symbolic_link(void **state)
{
	struct place *p = *state;
	struct writer *w = start(p->log, 65536, 4, 4096);
	struct writer_counters c;
	char target[128], why[512] = "";

	snprintf(target, sizeof(target), "%s/target", p->dir);
	assert_int_equal(symlink(target, p->log), 0);
	assert_true(put(w, "one\n"));
	c = wait_lines(w, 1);
	assert_int_equal(c.dropped, 1);
	assert_int_equal(c.lines, 0);
	assert_int_equal(c.last_errno, ELOOP);
	assert_int_equal(access(target, F_OK), -1);
	assert_int_equal(logfile_check(p->log, why, sizeof(why)), -ELOOP);
	assert_non_null(strstr(why, "symbolic link"));
	assert_non_null(strstr(why, p->log));
	writer_free(w, 10000);
	assert_int_equal(access(target, F_OK), -1);
}

/* The way becomes free: the next line goes there, and the loss is said before it. */
static void writer_recovers_and_says_the_gap(void **state)
{
	struct place *p = *state;
	struct writer *w = start(p->log, 65536, 4, 4096);
	struct writer_counters c;

	now_ms = 0;
	assert_int_equal(mkdir(p->log, 0700), 0);
	assert_true(put(w, "lost\n"));
	assert_true(put(w, "lost\n"));
	c = wait_lines(w, 2);
	assert_int_equal(c.dropped, 2);
	assert_int_equal(c.last_errno, EISDIR);
	assert_int_equal(rmdir(p->log), 0);
	assert_true(put(w, "kept\n"));
	c = wait_lines(w, 3);
	assert_int_equal(c.lines, 1);
	assert_int_equal(c.last_errno, 0);
	assert_int_equal(c.errors, 2);
	writer_free(w, 10000);
	expect_file(p->log,
		    "2026-11-21T22:17:53.123Z gap dropped=2 reason=\"Is a directory\"\n"
		    "kept\n");
}

/* A FIFO that is never read would hold up whoever opens or writes it. */
static void writer_does_not_wait_for_a_fifo(void **state)
{
	struct place *p = *state;
	struct writer *w = start(p->log, 65536, 4, 4096);
	char why[512];
	int fd;

	assert_int_equal(mkfifo(p->log, 0600), 0);
	assert_true(put(w, "one\n"));
	assert_int_equal(wait_lines(w, 1).last_errno, EINVAL);
	fd = open(p->log, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(put(w, "two\n"));
	assert_int_equal(wait_lines(w, 2).dropped, 2);
	assert_int_equal(logfile_check(p->log, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "no regular file"));
	writer_free(w, 10000);
	close(fd);
}

static void logfile_check_makes_nothing_and_says_why_not(void **state)
{
	struct place *p = *state;
	char why[512] = "", path[128];

	assert_int_equal(logfile_check(p->log, why, sizeof(why)), 0);
	assert_string_equal(why, "");
	assert_int_equal(access(p->log, F_OK), -1);
	snprintf(path, sizeof(path), "%s/none/summary.log", p->dir);
	assert_int_equal(logfile_check(path, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, path));
	assert_non_null(strstr(why, "directory does not exist"));
	assert_int_equal(logfile_check(p->dir, why, sizeof(why)), -EISDIR);
	assert_non_null(strstr(why, "no regular file"));
}

static void writer_reopens_on_request(void **state)
{
	struct place *p = *state;
	struct writer *w = start(p->log, 65536, 4, 4096);
	char moved[128];
	int i;

	snprintf(moved, sizeof(moved), "%s/moved", p->dir);
	assert_true(put(w, "one\n"));
	wait_lines(w, 1);
	assert_int_equal(rename(p->log, moved), 0);
	writer_reopen(w);
	/* the file is there before any line comes: logrotate may compress the old one */
	for (i = 0; i < 20000 && access(p->log, F_OK); i++)
		nap();
	expect_file(p->log, "");
	assert_true(put(w, "two\n"));
	wait_lines(w, 2);
	writer_free(w, 10000);
	expect_file(moved, "one\n");
	expect_file(p->log, "two\n");
}

/* Until the thread stands at the closed gate with the @n-th line. */
static void wait_at_gate(int n)
{
	int i;

	for (i = 0; i < 20000 && at_gate < n; i++)
		nap();
	assert_int_equal(at_gate, n);
}

static void writer_drops_whole_lines_when_its_queue_is_full(void **state)
{
	struct place *p = *state;
	struct writer *w = start(p->log, 1 << 20, 4, 1000);
	char big[601], expected[2048] = "";
	int i, kept = 0;

	now_ms = 0;
	memset(big, 'x', sizeof(big));
	big[599] = '\n';
	big[600] = '\0';
	close_gate();
	assert_true(put(w, big));
	wait_at_gate(1);
	/* what is being written has its place in the queue too */
	assert_false(put(w, big));
	for (i = 0; i < 999; i++)
		kept += put(w, "line\n");
	assert_in_range(kept, 2, 400 / 5);
	assert_int_equal(writer_counters(w).dropped, 1000 - kept);
	assert_int_equal(writer_counters(w).lines, 0);
	open_gate();
	assert_int_equal(wait_lines(w, 1001).lines, 1 + kept);
	assert_true(put(w, "next\n"));
	writer_free(w, 10000);
	strcat(expected, big);
	strcat(expected,
	       "2026-11-21T22:17:53.123Z gap dropped=1 reason=\"queue full\"\n");
	for (i = 0; i < kept; i++)
		strcat(expected, "line\n");
	sprintf(expected + strlen(expected),
		"2026-11-21T22:17:53.123Z gap dropped=%d reason=\"queue full\"\nnext\n",
		999 - kept);
	expect_file(p->log, expected);
}

static void writer_says_the_last_gap_at_its_end(void **state)
{
	struct place *p = *state;
	struct writer *w = start(p->log, 1 << 20, 4, 64);
	char big[65];

	now_ms = 0;
	memset(big, 'x', sizeof(big));
	assert_true(put(w, "one\n"));
	wait_lines(w, 1);
	assert_false(writer_line(w, big, sizeof(big)));
	assert_false(writer_line(w, big, SIZE_MAX));
	assert_false(writer_line(w, big, 0));
	writer_free(w, 10000);
	expect_file(p->log,
		    "one\n"
		    "2026-11-21T22:17:53.123Z gap dropped=3 reason=\"queue full\"\n");
}

static struct writer *volatile left_behind; /* still known to the leak checker */

static void writer_that_hangs_is_left_behind(void **state)
{
	struct place *p = *state;
	struct writer_counters c;
	struct writer *w = left_behind = start(p->log, 1 << 20, 4, 4096);
	int i;

	close_gate();
	assert_true(put(w, "one\n"));
	wait_at_gate(1);
	writer_free(w, 1); /* comes back, though the thread does not */
	assert_int_equal(access(p->log, F_OK), -1);
	open_gate();
	for (i = 0; i < 20000; i++) {
		c = writer_counters(w); /* its memory is still good */
		if (c.lines == 1)
			break;
		nap();
	}
	assert_int_equal(c.lines, 1);
}

static void writer_leaves_signals_to_others(void **state)
{
	struct place *p = *state;
	sigset_t before, after;
	struct writer *w;
	int i;

	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &before), 0);
	w = start(p->log, 1 << 20, 4, 4096);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
	for (i = 1; i < SIGRTMAX; i++)
		assert_int_equal(sigismember(&before, i), sigismember(&after, i));
	writer_free(w, 10000);
	writer_free(NULL, 0);
	/* nothing was said: nothing was opened */
	assert_int_equal(access(p->log, F_OK), -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writer_writes_lines_in_order),
		TEST(writer_writes_what_waits_before_it_ends),
		TEST(writer_follows_no_symbolic_link),
		TEST(writer_recovers_and_says_the_gap),
		TEST(writer_does_not_wait_for_a_fifo),
		TEST(logfile_check_makes_nothing_and_says_why_not),
		TEST(writer_reopens_on_request),
		TEST(writer_drops_whole_lines_when_its_queue_is_full),
		TEST(writer_says_the_last_gap_at_its_end),
		TEST(writer_that_hangs_is_left_behind),
		TEST(writer_leaves_signals_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
