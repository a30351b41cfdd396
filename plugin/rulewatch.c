/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rulewatch.c - the kernel's rules, read anew whenever they may have changed
 */
#include "rulewatch.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "kernel/rulelist.h"

#define QUIET_MS 200    /* without a change, after which the lists are read ... */
#define RESTLESS 10     /* ... or as many of these after the first change */
#define AGAIN_MS 500    /* when they cannot be read now; twice as long each time */
#define EVERY_MS 600000 /* all the same */
#define LATE_MS  10000  /* behind the first try, and they are read in a crowd too */

struct rulewatch {
	struct rulewatch_options o;
	struct event *timer;
	struct rulefiles *files;
	int64_t read_ms;       /* wall clock: when the lists came that are being placed */
	bool stale;            /* the lists have changed since they were asked for */
	bool failed;           /* the last time; it was said */
	int64_t late_ms;       /* CLOCK_BOOTTIME; 0: there was no try yet */
	unsigned int again_ms; /* until the next try behind one that has failed */
	int64_t changed_ms;    /* CLOCK_BOOTTIME of the first change since the last try */
	int64_t every_ms;      /* CLOCK_BOOTTIME of the next reading at the latest */
};

static void wait(struct rulewatch *w, unsigned int ms)
{
	const struct timeval time = {ms / 1000, ms % 1000 * 1000};

	event_add(w->timer, &time);
}

/* A stream that comes from elsewhere is not this kernel's. */
static bool is_of_auditd(const struct rulewatch *w)
{
	return monitor_auditd(w->o.monitor) == getppid();
}

/* In a long flood the rules are what is asked for; one sleeper in that time does not
 * change how it goes. */
static bool is_to_wait(struct rulewatch *w)
{
	int64_t now = clock_read().boot_ms;

	if (!w->late_ms)
		w->late_ms = now + LATE_MS;
	return monitor_is_crowded(w->o.monitor) && now < w->late_ms;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct rulewatch *w = arg;
	int r;

	if (!w->o.watch)
		return;
	if (!is_of_auditd(w) || is_to_wait(w)) {
		wait(w, AGAIN_MS);
		return;
	}
	r = watch_request(w->o.watch, WATCH_RULES_D);
	w->late_ms = w->changed_ms = 0;
	w->every_ms = clock_read().boot_ms + EVERY_MS;
	if (!r)
		w->stale = false;
	wait(w, r ? AGAIN_MS : EVERY_MS);
}

/* The engine is at work now. */
static void on_notice(void *arg, const struct notice *notice)
{
	struct rulewatch *w = arg;

	int64_t now = clock_read().boot_ms;

	if (notice->kind != NOTICE_RULES)
		return;
	w->stale = true;
	if (!w->changed_ms)
		w->changed_ms = now;
	if (now - w->changed_ms < RESTLESS * QUIET_MS && now < w->every_ms)
		wait(w, QUIET_MS);
}

/* --- what comes back --- */

/* Return: 0, -EBADMSG or -ENOMEM; -E2BIG: more rules than can be held. */
static int read_rules(struct span list, struct ruleset *rules)
{
	struct span blob;
	int r = 0;

	while (r >= 0 && rulelist_next(&list, &blob)) {
		r = ruleset_add_blob(rules, blob);
		if (r == -EBADMSG) /* it is in the set, as one that is not understood */
			r = 0;
	}
	return r < 0 ? r : list.n ? -EBADMSG : 0;
}

static int take(struct rulewatch *w, struct span list)
{
	struct ruleset *rules = ruleset_new();
	int r = rules ? read_rules(list, rules) : -ENOMEM;

	if (r < 0) {
		ruleset_free(rules);
		return r;
	}
	w->read_ms = clock_read().wall_ms;
	rulefiles_place(w->files, rules);
	return 0;
}

static void note_result(struct rulewatch *w, int r)
{
	if (!r) {
		w->failed = false;
		w->again_ms = AGAIN_MS;
		return;
	}
	wait(w, w->again_ms);
	if (r != -EBUSY && w->again_ms < EVERY_MS / 2)
		w->again_ms *= 2;
	if (!w->failed && r != -EBUSY)
		log_msg(LOG_WARNING, "the kernel's rules cannot be read: %s",
			watch_reason(r));
	w->failed = w->failed || r != -EBUSY;
}

/* What was known of places is not given up for a reading that failed. */
static bool is_worse(const struct rulewatch *w, const struct ruleset *rules, bool known)
{
	const struct ruleset *now = engine_rules(w->o.engine);

	return !known && now && ruleset_equal(now, rules);
}

static void on_placed(void *arg, struct ruleset *rules, bool known)
{
	struct rulewatch *w = arg;

	if (w->stale || is_worse(w, rules, known)) { /* stale: the timer is set */
		ruleset_free(rules);
		return;
	}
	if (w->o.read)
		w->o.read(w->o.arg, rules);
	note_result(w, engine_offer_rules(w->o.engine, rules, w->read_ms));
}

/* Of the files first: the kernel's rules are to be no older than they. */
static void on_files(struct rulewatch *w, const struct watch_answer *answer)
{
	int r;

	rulefiles_take(w->files, answer);
	r = w->o.watch ? watch_request(w->o.watch, WATCH_RULES) : 0;
	if (r)
		note_result(w, r);
}

bool rulewatch_answer(struct rulewatch *w, const struct watch_answer *answer)
{
	if (answer->request != WATCH_RULES && answer->request != WATCH_RULES_D)
		return false;
	if (w->stale) /* the timer is set */
		return true;
	if (answer->request == WATCH_RULES_D)
		on_files(w, answer);
	else
		note_result(w, answer->error ? answer->error : take(w, answer->data));
	return true;
}

struct rulefiles_counters rulewatch_files(const struct rulewatch *w)
{
	return rulefiles_counters(w->files);
}

void rulewatch_hang_up(struct rulewatch *w)
{
	w->o.watch = NULL;
	event_del(w->timer);
}

struct rulewatch *rulewatch_new(const struct rulewatch_options *options)
{
	struct rulewatch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->o = *options;
	w->again_ms = AGAIN_MS;
	w->every_ms = INT64_MAX;
	w->timer = event_new(options->base, -1, 0, on_timer, w);
	w->files =
		rulefiles_new(&(struct rulefiles_options){options->base, on_placed, w});
	if (!w->timer || !w->files) {
		rulewatch_free(w);
		return NULL;
	}
	engine_on_notice(options->engine, on_notice, w);
	event_active(w->timer, EV_TIMEOUT, 0);
	return w;
}

void rulewatch_free(struct rulewatch *w)
{
	if (!w)
		return;
	if (w->timer)
		event_free(w->timer);
	rulefiles_free(w->files);
	free(w);
}
