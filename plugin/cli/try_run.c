/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try_run.c - the trial itself: before, loaded, after
 *
 * From the moment that the guardian has the rules this process has no rights left but
 * root's name, and whatever ends it ends the trial. Its own end waits for the
 * guardian's word, so that the prompt comes back when all is as before.
 */
#include "cli/try_run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "privs.h"

#define BEFORE_S 5    /* of looking before anything is loaded */
#define GRACE_MS 5000 /* after which the guardian no longer waits for us */
#define TELL_S   10   /* between two lines where there is no terminal */
#define ENTRIES  100

struct run {
	const struct try_job *job;
	struct measure measure;
	struct guardian guardian;
	struct cli_daemon *daemon;
	int signals, timer;
	int signal;   /* that has come, 0: none */
	bool is_out;  /* of time */
	bool is_live; /* standard output is a terminal */
	double told_s;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- what wakes us --- */

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int open_timer(unsigned int seconds)
{
	const struct itimerspec when = {.it_value = {.tv_sec = seconds}};
	int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0 && timerfd_settime(fd, 0, &when, NULL)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void look_for_end(struct run *run)
{
	struct signalfd_siginfo info;
	uint64_t times;

	if (read(run->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		run->signal = (int)info.ssi_signo;
	if (run->timer >= 0 && read(run->timer, &times, sizeof(times)) > 0)
		run->is_out = true;
}

/* --- before --- */

static int cannot(const char *what, int error)
{
	fprintf(stderr, "aunoise: %s: %s\n", what, strerror(error < 0 ? -error : error));
	return CLI_CANNOT;
}

static int connect_daemon(struct run *run)
{
	json_t *hello;

	run->daemon = cli_connect(run->job->socket);
	if (!run->daemon)
		return CLI_CANNOT;
	cli_wake(run->daemon, &run->signals, 1);
	hello = cli_await(run->daemon, "hello");
	json_decref(hello);
	look_for_end(run);
	if (!hello || cli_request(run->daemon, false, ENTRIES))
		return CLI_CANNOT;
	return CLI_FINE;
}

static int look_before(struct run *run)
{
	double until = now_s() + BEFORE_S;
	bool any = false;

	printf("looking for %d s at what comes now\n", BEFORE_S);
	fflush(stdout);
	while (now_s() < until) {
		json_t *summary = cli_await(run->daemon, "summary");

		look_for_end(run);
		if (!summary)
			return CLI_CANNOT;
		any |= measure_before(&run->measure, summary);
		json_decref(summary);
	}
	if (!any) {
		fputs("aunoise: the daemon sends no summary that can be read\n", stderr);
		return CLI_CANNOT;
	}
	printf("before: %.1f records/s of what it silences, %.1f of all others\n",
	       run->measure.figures.silenced_before, run->measure.figures.others_before);
	if (!measure_can_judge(&run->measure))
		puts("        which is too little to see a saving");
	return CLI_FINE;
}

/* --- loaded --- */

/* Return: exit status; CLI_FINE: it is loaded. */
static int load(struct run *run)
{
	const struct try_job *j = run->job;
	int journal = try_journal_begin(j->trial, j->id, j->machine), r;
	struct guardian_report said;
	char why[512];

	if (journal < 0)
		return cannot("the journal in /run/audisp-noise-try", journal);
	r = guardian_start(&run->guardian, j->trial, journal,
			   (int64_t)j->for_s * 1000 + GRACE_MS);
	if (r)
		return cannot("the guardian", r);
	said = guardian_hear(&run->guardian, 15000);
	if (said.says != GUARDIAN_ADDED) {
		guardian_back(&run->guardian);
		fputs("aunoise: nothing is loaded\n", stderr);
		return cannot("the kernel's list", said.error);
	}
	r = privs_drop(NULL, PRIVS_KEEP_NONE, why, sizeof(why));
	if (!r)
		r = try_confine(TRY_NO_CHILDREN);
	if (!r)
		return CLI_FINE;
	guardian_back(&run->guardian);
	return cannot("rights cannot be given up; the rules are out again", r);
}

static void tell(struct run *run, double s)
{
	const struct try_figures *f = &run->measure.figures;

	if (!run->is_live && s - run->told_s < TELL_S && run->told_s > 0)
		return;
	run->told_s = s;
	printf("%s%4.0f s: %.1f records/s of what it silences, %.1f of all others%s",
	       run->is_live ? "\r" : "", s, f->silenced_now, f->others_now,
	       run->is_live ? "   " : "\n");
	fflush(stdout);
}

/* Until the time is over. Return: exit status. */
static int watch(struct run *run)
{
	const int wakers[] = {run->guardian.reports, run->timer};
	double from = now_s();

	cli_wake(run->daemon, wakers, 2);
	for (;;) {
		json_t *summary = cli_await(run->daemon, "summary");
		bool good;

		look_for_end(run);
		if (!summary || run->signal || run->is_out || ferror(stdout)) {
			json_decref(summary);
			break;
		}
		good = measure_after(&run->measure, summary, now_s() - from);
		json_decref(summary);
		tell(run, now_s() - from);
		if (good)
			continue;
		printf("%sended early: %s\n", run->is_live ? "\n" : "", run->measure.why);
		return CLI_CANNOT;
	}
	if (run->is_live)
		putchar('\n');
	if (run->signal)
		return 128 + run->signal;
	if (run->is_out && !ferror(stdout))
		return CLI_FINE;
	puts("ended early: nothing more is known of what comes");
	return CLI_CANNOT;
}

/* --- after --- */

static int finish_back(struct run *run, int status)
{
	struct guardian_report said = guardian_back(&run->guardian);

	switch (said.says) {
	case GUARDIAN_BACK:
		puts(said.late ? "the guardian has taken the rules out by itself"
			       : "the rules are out again");
		return said.late && status == CLI_FINE ? CLI_CANNOT : status;
	case GUARDIAN_STUCK:
		cannot("a rule could not be taken out again; see auditctl -l",
		       said.error);
		return CLI_CANNOT;
	default:
		fputs("aunoise: the guardian says nothing; see auditctl -l\n", stderr);
		return CLI_CANNOT;
	}
}

/* The file first: what is loaded and in no file would be gone after the next boot. */
static int finish_kept_in(struct run *run, const struct ruleset *disk)
{
	const struct try_job *j = run->job;
	int written = try_keep(j->trial, j->id, j->machine, disk);
	const char *place = written ? try_keep_place() : try_keep_dir();
	struct guardian_report said;

	if (written < 0)
		return finish_back(run, CLI_CANNOT);
	said = guardian_keep(&run->guardian);
	if (said.says != GUARDIAN_KEPT) {
		fprintf(stderr,
			"aunoise: the rules are in %s, but not loaded any more: run "
			"augenrules --load\n",
			place);
		return CLI_CANNOT;
	}
	printf("kept: the rules stay loaded, and are in %s\n", place);
	if (written)
		try_keep_warn(j->trial, disk);
	return CLI_FINE;
}

static int finish_kept(struct run *run)
{
	struct cli_rules *disk = cli_rules_load(try_keep_dir());
	int status = finish_kept_in(run, cli_rules_set(disk));

	cli_rules_free(disk);
	return status;
}

static void tell_end(const struct run *run)
{
	const struct try_figures *f = &run->measure.figures;
	double all = f->silenced_before + f->others_before;

	printf("before: %.1f records/s of it, %.1f of all others\n"
	       "after:  %.1f records/s of it, %.1f of all others\n",
	       f->silenced_before, f->others_before, f->silenced_now, f->others_now);
	if (measure_can_judge(&run->measure) && all > 0)
		printf("saved:  %.1f records/s, %.2f of all%s",
		       f->silenced_before - f->silenced_now,
		       (f->silenced_before - f->silenced_now) / all,
		       run->job->predicted > 0 ? "" : "\n");
	if (measure_can_judge(&run->measure) && all > 0 && run->job->predicted > 0)
		printf(" (foretold: %.1f)\n", run->job->predicted);
}

static int run_loaded(struct run *run)
{
	int status;

	run->timer = open_timer(run->job->for_s);
	if (run->timer < 0)
		return finish_back(run, cannot("a timer", errno));
	printf("loaded for %u s; Ctrl-C takes it out at once\n", run->job->for_s);
	fflush(stdout);
	status = watch(run);
	tell_end(run);
	if (status == CLI_FINE && run->job->keep)
		status = finish_kept(run);
	else
		status = finish_back(run, status);
	close(run->timer);
	return status;
}

int try_run(const struct try_job *job)
{
	struct run run = {.job = job,
			  .measure = {.trial = job->trial,
				      .machine = job->machine,
				      .predicted = job->predicted},
			  .timer = -1,
			  .is_live = isatty(STDOUT_FILENO)};
	int status;

	run.signals = open_signals();
	if (run.signals < 0)
		return cannot("signals", errno);
	status = connect_daemon(&run);
	if (status == CLI_FINE)
		status = look_before(&run);
	if (status == CLI_FINE && !run.signal)
		status = load(&run);
	if (run.signal)
		status = 128 + run.signal;
	else if (status == CLI_FINE)
		status = run_loaded(&run);
	cli_disconnect(run.daemon);
	measure_fini(&run.measure);
	close(run.signals);
	return status;
}
