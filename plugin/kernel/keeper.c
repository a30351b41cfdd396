/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keeper.c - the process that keeps one worker alive
 *
 * Forks, waits and backs off, and reads nothing from anybody. Its first act is
 * to close standard input: a copy of auditd's socket that is kept open here
 * would hide the death of the stream process, and stop the whole audit chain.
 * Invariant: there is never a second worker before the first is wholly gone,
 * with its thread that the kernel may hold asleep; waitpid(2) says no sooner.
 * Ends when the stream process does.
 */
#include "kernel/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "kernel/wire.h"
#include "kernel/worker.h"

#define PAIR_FD    3 /* where our descriptors stand, all others being closed */
#define KMSG_FD    4
#define FIRST_FREE 5

#define BACKOFF_MIN_MS 250
#define BACKOFF_MAX_MS 30000
#define LIVED_MS       60000 /* a worker that lived this long was no failure */

struct keeper {
	struct watch_options options;
	int fd, signal_fd;
	int life; /* write end of a pipe that the worker reads: closed when we die */
	pid_t worker;
	int64_t started_ms, next_ms; /* of the last worker; when the next may be */
	unsigned int backoff_ms;
};

/* --- set-up --- */

/* Return: @fd at @place, or -1. */
static int put_at(int fd, int place)
{
	if (fd < 0 || fd == place)
		return fd;
	return dup2(fd, place);
}

/* All but the pair, /dev/kmsg and standard error. */
static int close_all_else(struct keeper *k)
{
	int fd = k->fd, kmsg = k->options.kmsg;

	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	log_close();
	/* so that nothing of ours comes to stand there; if not, no harm is done */
	if (open("/dev/null", O_RDWR) == STDIN_FILENO)
		dup2(STDIN_FILENO, STDOUT_FILENO);
	/* out of the way of each other's place first */
	fd = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	if (kmsg >= 0)
		kmsg = fcntl(kmsg, F_DUPFD_CLOEXEC, FIRST_FREE);
	k->fd = put_at(fd, PAIR_FD);
	k->options.kmsg = put_at(kmsg, KMSG_FD);
	if (k->options.kmsg < 0)
		close(KMSG_FD);
	file_close_range(FIRST_FREE, ~0U);
	log_open("audisp-noise", true);
	return k->fd < 0 ? -EBADF : 0;
}

/*
 * No signal but SIGKILL ends us: service managers send SIGTERM to the whole
 * group while the stream process still reads what is left. Those that tell of
 * our own faults stay, and SIGSYS, which the filter of calls needs.
 */
static int set_up_signals(struct keeper *k)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE,
				     SIGABRT, SIGSYS, SIGTRAP};
	sigset_t set;
	size_t i;

	signal(SIGCHLD, SIG_DFL);
	sigfillset(&set);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&set, faults[i]);
	if (sigprocmask(SIG_SETMASK, &set, NULL))
		return -errno;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	k->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return k->signal_fd < 0 ? -errno : 0;
}

static int set_up(struct keeper *k, pid_t parent, char *why, size_t why_size)
{
	int r;

	prctl(PR_SET_NAME, "noise-keeper", 0, 0, 0);
	r = set_up_signals(k);
	if (r < 0) {
		snprintf(why, why_size, "signals: %s", strerror(-r));
		return r;
	}
	if (chdir("/")) /* hold no mount; it does no harm if we do */
		log_msg(LOG_INFO, "the watcher: /: %s", strerror(errno));
	r = k->options.confine(k->options.arg, WATCH_KEEPER, why, why_size);
	if (r < 0)
		return r;
	/* after the change of user, which takes it back; it may be too late by then */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || getppid() != parent) {
		snprintf(why, why_size, "the stream process is gone");
		return -ESRCH;
	}
	return 0;
}

/* --- the worker --- */

/* Lost when the stream process does not read: it will see no answer then. */
static void announce(const struct keeper *k, pid_t worker)
{
	const struct wire_head head = {.kind = WIRE_WORKER, .id = (uint32_t)worker};

	(void)wire_send(k->fd, &head, NULL, 0, MSG_DONTWAIT);
}

/* In the child. */
static int become_worker(struct keeper *k, int life, pid_t keeper)
{
	const struct worker_options options = {
		.watch = &k->options, .fd = k->fd, .life = life, .keeper = keeper};

	close(k->life);
	close(k->signal_fd);
	return worker_run(&options);
}

static void plan_next(struct keeper *k, int64_t now)
{
	if (now - k->started_ms >= LIVED_MS)
		k->backoff_ms = BACKOFF_MIN_MS;
	k->next_ms = now + k->backoff_ms;
	k->backoff_ms *= 2;
	if (k->backoff_ms > BACKOFF_MAX_MS)
		k->backoff_ms = BACKOFF_MAX_MS;
}

/* A new pipe each: the old worker's end went with it. */
static void start_worker(struct keeper *k)
{
	pid_t self = getpid();
	int life[2], error;

	k->started_ms = clock_read().boot_ms;
	if (!pipe2(life, O_CLOEXEC)) {
		k->life = life[1];
		k->worker = fork();
		if (!k->worker)
			_exit(become_worker(k, life[0], self));
		error = errno;
		close(life[0]);
		if (k->worker > 0) {
			announce(k, k->worker);
			return;
		}
		close(life[1]);
		errno = error;
	}
	log_msg(LOG_WARNING, "the watcher: no worker: %s; trying again in %u ms",
		strerror(errno), k->backoff_ms);
	k->worker = 0;
	plan_next(k, k->started_ms);
}

static void reap_worker(struct keeper *k)
{
	int status = 0;
	int64_t now;

	if (!k->worker || waitpid(k->worker, &status, WNOHANG) != k->worker)
		return;
	k->worker = 0;
	close(k->life);
	now = clock_read().boot_ms;
	plan_next(k, now);
	log_msg(LOG_WARNING,
		"the watcher: its worker ended by %s %d; the next one starts in "
		"%d ms",
		WIFSIGNALED(status) ? "signal" : "itself with status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		(int)(k->next_ms - now));
	announce(k, 0);
}

/* How long until there is something to do, in ms; -1: until it comes by itself. */
static int time_left(const struct keeper *k)
{
	int64_t left = k->next_ms - clock_read().boot_ms;

	if (k->worker)
		return -1;
	return left > 0 ? (int)left : 0;
}

static void keep(struct keeper *k)
{
	struct pollfd p[2] = {{.fd = k->fd}, {.fd = k->signal_fd, .events = POLLIN}};
	struct signalfd_siginfo info;

	for (;;) {
		if (!time_left(k))
			start_worker(k);
		if (poll(p, 2, time_left(k)) < 0 && errno != EINTR)
			return;
		if (p[0].revents) /* nothing is asked for: the other end is closed */
			return;
		while (read(k->signal_fd, &info, sizeof(info)) > 0)
			reap_worker(k);
	}
}

int keeper_run(const struct watch_options *options, int fd, pid_t parent)
{
	struct keeper k = {.options = *options, .fd = fd, .backoff_ms = BACKOFF_MIN_MS};
	struct wire_head ready = {.kind = WIRE_READY};
	char why[512] = "no descriptor";
	int r = close_all_else(&k);

	if (!r)
		r = set_up(&k, parent, why, sizeof(why));
	ready.error = r;
	if (wire_send(k.fd, &ready, why, r < 0 ? strlen(why) : 0, 0) < 0 || r < 0)
		return 1;
	keep(&k);
	return 0;
}
