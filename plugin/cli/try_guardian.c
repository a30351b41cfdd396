/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try_guardian.c - takes out what was added, whatever becomes of aunoise
 *
 * A process in a session of its own, so that neither a terminal nor its keys reach
 * it, not a child of whoever started it. It adds the rules itself, so it knows what is
 * to be taken out, and holds nothing but the pipe from aunoise, whose end is the sign,
 * the journal and a socket to the kernel's audit. It reads no other bytes.
 */
#include "cli/try.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "privs.h"

#define KEEP    'k'
#define HEAR_MS 15000 /* a rule is added or taken out in far less than a second */
#define LOOK_MS 1000  /* poll(2) does not count a suspended machine's time */

struct job {
	const struct trial *trial;
	int orders, reports, journal, signals, kernel;
	int64_t until_ms; /* CLOCK_BOOTTIME */
	size_t added;
};

static int64_t boot_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void report(const struct job *j, enum guardian_says says, int error, bool late)
{
	const struct guardian_report r = {says, error, late};

	/* nobody may listen any more */
	if (write(j->reports, &r, sizeof(r)) != (ssize_t)sizeof(r))
		return;
}

/* Return: 0, or the first error; what is gone already is as good. */
static int take_out(struct job *j)
{
	int first = 0, r;

	while (j->added) {
		r = try_kernel_delete(j->kernel, j->trial->add[--j->added]);
		if (r && r != -ENOENT && !first)
			first = r;
	}
	return first;
}

static void roll_back(struct job *j, enum guardian_says says, int error, bool late)
{
	int r = take_out(j);

	if (r) {
		report(j, GUARDIAN_STUCK, r, late);
		return; /* the journal stays, and says what is left */
	}
	try_journal_end();
	report(j, says, error, late);
}

static int add_all(struct job *j)
{
	/* the one that is to stand first is added last */
	for (size_t i = j->trial->n_add; i > 0; i--) {
		int r = try_kernel_add(j->kernel, j->trial->add[i - 1]);

		if (r)
			return r;
		j->added++;
	}
	return 0;
}

/* Return: is it to be kept? @late: nobody has asked for the end. */
static bool wait_for_end(const struct job *j, bool *late)
{
	struct pollfd p[] = {{.fd = j->orders, .events = POLLIN},
			     {.fd = j->signals, .events = POLLIN}};
	char order;

	*late = false;
	while (boot_ms() < j->until_ms) {
		int r = poll(p, 2, LOOK_MS);

		if (r < 0 && errno != EINTR)
			break;
		if (r > 0 && p[0].revents) {
			if (read(j->orders, &order, 1) == 1 && order == KEEP)
				return true;
			return false;
		}
		if (r > 0 && p[1].revents)
			break;
	}
	*late = true;
	return false;
}

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Nothing of what aunoise had open is held, its terminal above all. */
static int leave_all(const struct job *j)
{
	int keep[] = {j->orders, j->reports, j->journal},
	    null = open("/dev/null", O_RDWR);
	unsigned int from = 3;

	if (null < 0)
		return -errno;
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	qsort(keep, 3, sizeof(keep[0]), compare_ints);
	for (size_t i = 0; i < 3; i++) {
		if ((unsigned int)keep[i] > from)
			file_close_range(from, (unsigned int)keep[i] - 1);
		from = (unsigned int)keep[i] + 1;
	}
	file_close_range(from, ~0U);
	return chdir("/") ? -errno : 0;
}

/* Where memory is short, others go first; where that cannot be, it is one of all. */
static void outlast_memory(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	size_t done;

	if (fd < 0)
		return;
	if (file_write_all(fd, span_of("-1000"), &done) < 0)
		done = 0;
	close(fd);
}

static int set_up(struct job *j)
{
	char why[512];
	sigset_t set;
	int r = leave_all(j);

	if (r)
		return r;
	outlast_memory();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGQUIT);
	if (sigprocmask(SIG_SETMASK, &set, NULL))
		return -errno;
	j->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (j->signals < 0)
		return -errno;
	j->kernel = try_kernel_open();
	if (j->kernel < 0)
		return j->kernel;
	r = privs_drop(NULL, PRIVS_KEEP_RULES, why, sizeof(why));
	return r ? r : try_confine(TRY_NO_CHILDREN);
}

static void guard(struct job *j)
{
	bool late, keep;
	int r = set_up(j);

	if (!r)
		r = add_all(j);
	if (r) {
		roll_back(j, GUARDIAN_FAILED, r, false);
		return;
	}
	report(j, GUARDIAN_ADDED, 0, false);
	keep = wait_for_end(j, &late);
	if (keep) {
		try_journal_end();
		report(j, GUARDIAN_KEPT, 0, false);
		return;
	}
	roll_back(j, GUARDIAN_BACK, 0, late);
}

/* The one in between leads the session and ends, so that its child never gets a
 * terminal, and belongs to nobody. */
static void fork_guardian(struct job *j)
{
	if (setsid() < 0)
		_exit(1);
	switch (fork()) {
	case -1:
		_exit(1);
	case 0:
		guard(j);
		_exit(0);
	default:
		_exit(0);
	}
}

int guardian_start(struct guardian *g, const struct trial *t, int journal, int64_t for_ms)
{
	struct job j = {.trial = t,
			.journal = journal,
			.kernel = -1,
			.until_ms = boot_ms() + for_ms};
	int orders[2] = {-1, -1}, reports[2] = {-1, -1}, r = 0, status = 0;
	pid_t child = -1;

	if (pipe2(orders, O_CLOEXEC) || pipe2(reports, O_CLOEXEC))
		r = -errno;
	fflush(NULL);
	if (!r && (child = fork()) < 0)
		r = -errno;
	if (!child) {
		close(orders[1]);
		close(reports[0]);
		j.orders = orders[0];
		j.reports = reports[1];
		fork_guardian(&j);
	}
	if (orders[0] >= 0)
		close(orders[0]);
	if (reports[1] >= 0)
		close(reports[1]);
	close(journal); /* its lock is the guardian's alone now */
	if (child > 0 && (waitpid(child, &status, 0) != child || status))
		r = -EAGAIN;
	g->orders = orders[1];
	g->reports = reports[0];
	if (r) {
		try_journal_end();
		if (g->orders >= 0)
			close(g->orders);
		if (g->reports >= 0)
			close(g->reports);
	}
	return r;
}

struct guardian_report guardian_hear(struct guardian *g, int ms)
{
	struct guardian_report said, gone = {.says = GUARDIAN_GONE};
	struct pollfd p = {.fd = g->reports, .events = POLLIN};
	int64_t until = boot_ms() + ms;
	int r;

	do
		r = poll(&p, 1, (int)(until > boot_ms() ? until - boot_ms() : 0));
	while (r < 0 && errno == EINTR);
	if (r <= 0)
		return gone;
	return read(g->reports, &said, sizeof(said)) == (ssize_t)sizeof(said) ? said
									      : gone;
}

static struct guardian_report end(struct guardian *g)
{
	struct guardian_report said = guardian_hear(g, HEAR_MS);

	if (g->orders >= 0)
		close(g->orders);
	close(g->reports);
	return said;
}

struct guardian_report guardian_keep(struct guardian *g)
{
	static const char order = KEEP;

	if (write(g->orders, &order, 1) != 1) { /* it has ended, and has said why */
		close(g->orders);
		g->orders = -1;
	}
	return end(g);
}

struct guardian_report guardian_back(struct guardian *g)
{
	close(g->orders);
	g->orders = -1;
	return end(g);
}
