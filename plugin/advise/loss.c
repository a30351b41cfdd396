/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loss.c - why records were lost or processes held, and where
 */
#include "advise/loss.h"

#define LONG_MS 10000 /* an overload lasts at least this */
#define MOST    0.6   /* of its polls find the queue over its limit */
#define WATCHED_MS \
	1500         /* of auditd's time, before its share of a processor says much \
		      */
#define ORDINARY 6   /* SYSCALL, CWD, PATH, PATH, PROCTITLE, EOE */
#define IDLE     0.2 /* in a flood it runs 0.4 of the time and more; less is held up */
#define STARVED  0.4 /* of the time it waits for a processor */
#define NEAR     0.9 /* of the limit: polls are too few to see the queue when it is full */

static const struct {
	const char *name, *remedy;
} causes[LEDGER_CAUSES] = {
	[LEDGER_UNKNOWN] = {"unknown", "see the kernel's log and `auditctl -s`"},
	[LEDGER_BURST] = {"burst",
			  "make the queue deeper (`auditctl -b`, and -b in rules.d), or "
			  "audit less of what made the burst"},
	[LEDGER_OVERLOAD] =
		{"overload",
		 "no depth of the queue helps against a rate that auditd does "
		 "not reach: narrow the rule that makes the records"},
	[LEDGER_RATE_LIMIT] =
		{"rate_limit",
		 "the kernel discards what is above `auditctl -r`: set it to "
		 "0 (and take -r out of rules.d)"},
	[LEDGER_AUDITD_STOPPED] =
		{"auditd_stopped",
		 "auditd is stopped by a signal or a debugger: let it go on "
		 "(SIGCONT)"},
	[LEDGER_AUDITD_SLOW] =
		{"auditd_slow",
		 "auditd gets too little processor or waits for its disk: "
		 "see priority_boost, flush and freq of auditd.conf, and what "
		 "else runs"},
	[LEDGER_AUDITD_ABSENT] = {"auditd_absent",
				  "no audit daemon took the records: see why it ended"},
	[LEDGER_DISPATCHER] =
		{"dispatcher",
		 "auditd's queue to its plugins is full: see which plugin does "
		 "not read, and q_depth of auditd.conf"},
	[LEDGER_RETRY_QUEUE] = {"retry_queue",
				"auditd took records so slowly that the kernel gave them "
				"up: make auditd faster or the queue deeper"},
	[LEDGER_HOLD_QUEUE] = {"hold_queue",
			       "records waited for an audit daemon that did not come in "
			       "time: set audit_backlog_limit at boot"},
	[LEDGER_MEMORY] = {"memory",
			   "the kernel had no memory for records: see what takes it"},
	[LEDGER_BOOT] =
		{"boot",
		 "lost before auditd ran: set audit_backlog_limit= on the kernel's "
		 "command line"},
	[LEDGER_LOG_SUSPENDED] =
		{"log_suspended",
		 "auditd has stopped writing its log: make room on the disk, "
		 "then `auditctl --signal resume`"},
	[LEDGER_PLUGIN_RESTART] =
		{"plugin_restart",
		 "this plugin was restarted; the records are in auditd's "
		 "log"},
};

static const char *const places[LEDGER_PLACES] = {
	[LEDGER_PLACE_UNKNOWN] = "unknown",
	[LEDGER_KERNEL] = "kernel",
	[LEDGER_KAUDITD] = "kauditd",
	[LEDGER_AUDITD] = "auditd",
	[LEDGER_DISPATCHER_QUEUE] = "dispatcher",
	[LEDGER_PLUGIN] = "plugin",
};

const char *loss_cause_name(enum ledger_cause cause)
{
	return causes[cause].name;
}

const char *loss_place_name(enum ledger_place place)
{
	return places[place];
}

const char *loss_remedy(enum ledger_cause cause)
{
	return causes[cause].remedy;
}

/* --- the signatures --- */

static bool said(const struct ledger_evidence *e, enum klog_reason reason)
{
	return e->reasons & 1u << reason;
}

/* A full queue need not be seen: who waited did so for it, and it stands behind the
 * socket. */
static bool was_full(const struct ledger_entry *e)
{
	const struct ledger_evidence *v = &e->evidence;

	return v->filled || v->over_polls || said(v, KLOG_BACKLOG) ||
	       e->sums.waited_ticks ||
	       (v->crowded && e->sums.refused && !said(v, KLOG_MEMORY)) ||
	       (v->backlog_limit && v->backlog_peak >= NEAR * v->backlog_limit);
}

static bool was_starved(const struct ledger_evidence *e)
{
	return e->watched_ms >= WATCHED_MS &&
	       (double)e->starved_ms > STARVED * (double)e->watched_ms;
}

/* While records waited, did auditd do something else than take them? */
static bool was_held(const struct ledger_evidence *e)
{
	return e->watched_ms >= WATCHED_MS &&
	       (double)e->run_ms < IDLE * (double)e->watched_ms;
}

/* It slept, though there was work, and not for its disk: for its queue to plugins. */
static bool was_waiting(const struct ledger_evidence *e)
{
	return was_held(e) && !was_starved(e) && e->idle_polls > e->disk_polls;
}

bool loss_was_starved(const struct ledger_entry *e)
{
	return was_starved(&e->evidence);
}

bool loss_was_overloaded(const struct ledger_entry *e)
{
	const struct ledger_evidence *v = &e->evidence;
	/* without waiting a full queue is emptied at once, and seldom seen at its limit
	 */
	uint32_t full = v->over_polls > v->lost_polls ? v->over_polls : v->lost_polls;

	return v->overloaded ||
	       (e->last_ms - e->first_ms >= LONG_MS && full >= MOST * v->polls);
}

/* Of an incident in which the queue was full. */
static enum ledger_cause judge_full(const struct ledger_entry *e)
{
	const struct ledger_evidence *v = &e->evidence;

	if (v->stopped)
		return LEDGER_AUDITD_STOPPED;
	if (v->absent)
		return LEDGER_AUDITD_ABSENT;
	if (v->dispatcher || was_waiting(v))
		return LEDGER_DISPATCHER;
	if (was_held(v) || was_starved(v))
		return LEDGER_AUDITD_SLOW;
	return loss_was_overloaded(e) ? LEDGER_OVERLOAD : LEDGER_BURST;
}

static enum ledger_cause judge_before(const struct ledger_entry *e)
{
	if (e->evidence.absent)
		return LEDGER_AUDITD_ABSENT;
	if (e->evidence.at_boot)
		return LEDGER_BOOT;
	return e->sums.gap_events && !e->sums.refused ? LEDGER_PLUGIN_RESTART
						      : LEDGER_UNKNOWN;
}

/* A rate limit alone explains nothing while something else stands in the way. */
static bool was_rated(const struct ledger_entry *e)
{
	const struct ledger_evidence *v = &e->evidence;

	if (said(v, KLOG_RATE))
		return !said(v, KLOG_BACKLOG);
	return v->rate_limit && e->sums.refused && !was_full(e) && !v->stopped &&
	       !v->absent && !v->dispatcher && !v->suspended;
}

static enum ledger_cause judge(const struct ledger_entry *e)
{
	const struct ledger_evidence *v = &e->evidence;

	if (v->before)
		return judge_before(e);
	/* what rate and memory refuse leaves the queue as it was */
	if (was_rated(e))
		return LEDGER_RATE_LIMIT;
	if (said(v, KLOG_MEMORY) && !was_full(e))
		return LEDGER_MEMORY;
	if (v->stopped)
		return LEDGER_AUDITD_STOPPED;
	if (v->absent)
		return said(v, KLOG_HOLD) ? LEDGER_HOLD_QUEUE : LEDGER_AUDITD_ABSENT;
	if (said(v, KLOG_RETRY) && !was_held(v))
		return LEDGER_RETRY_QUEUE;
	if (was_full(e))
		return judge_full(e);
	if (v->dispatcher)
		return LEDGER_DISPATCHER;
	if (e->sums.gap_events && e->sums.socket_drops)
		return LEDGER_AUDITD_SLOW;
	if (v->suspended)
		return LEDGER_LOG_SUSPENDED;
	return LEDGER_UNKNOWN;
}

static enum ledger_place place_of(const struct ledger_entry *e, enum ledger_cause cause)
{
	static const enum ledger_place usual[LEDGER_CAUSES] = {
		[LEDGER_BURST] = LEDGER_KERNEL,
		[LEDGER_OVERLOAD] = LEDGER_KERNEL,
		[LEDGER_RATE_LIMIT] = LEDGER_KERNEL,
		[LEDGER_AUDITD_STOPPED] = LEDGER_KERNEL,
		[LEDGER_AUDITD_SLOW] = LEDGER_KERNEL,
		[LEDGER_AUDITD_ABSENT] = LEDGER_KERNEL,
		[LEDGER_DISPATCHER] = LEDGER_DISPATCHER_QUEUE,
		[LEDGER_RETRY_QUEUE] = LEDGER_KAUDITD,
		[LEDGER_HOLD_QUEUE] = LEDGER_KAUDITD,
		[LEDGER_MEMORY] = LEDGER_KERNEL,
		[LEDGER_BOOT] = LEDGER_KERNEL,
		[LEDGER_LOG_SUSPENDED] = LEDGER_AUDITD,
		[LEDGER_PLUGIN_RESTART] = LEDGER_PLUGIN,
	};

	/* nothing was refused, yet something with a serial is missing */
	if (!e->sums.refused && e->sums.gap_events && usual[cause] == LEDGER_KERNEL &&
	    cause != LEDGER_RATE_LIMIT)
		return LEDGER_KAUDITD;
	return usual[cause];
}

void loss_judge(struct ledger_entry *e)
{
	/* quiet polls before the incident is over take that back no more */
	e->evidence.overloaded = !e->evidence.before && loss_was_overloaded(e);
	e->cause = judge(e);
	e->place = place_of(e, e->cause);
}

/* --- amounts --- */

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Records of an event, as those that arrived meanwhile had; those of an ordinary system
 * call with two paths when none did. */
uint64_t loss_records_an_event(const struct ledger_entry *e)
{
	const struct ledger_evidence *v = &e->evidence;

	return v->events ? (v->records + v->events - 1) / v->events : ORDINARY;
}

/* What these refuse has its serial already: it is in the gap, or in part. */
static bool has_serials(enum ledger_cause cause)
{
	return cause == LEDGER_RATE_LIMIT || cause == LEDGER_RETRY_QUEUE ||
	       cause == LEDGER_HOLD_QUEUE;
}

struct loss_range loss_events(const struct ledger_entry *e)
{
	uint64_t refused = e->sums.refused, gap = e->sums.gap_events;
	/* each event that arrived in part may have cost several of its records */
	uint64_t in_part = e->evidence.broken_events * loss_records_an_event(e);
	struct loss_range r;

	if (has_serials(e->cause) && !e->evidence.over_polls)
		return (struct loss_range){gap, most(gap, refused)};
	r.min = gap + (refused > in_part ? refused - in_part : 0);
	r.max = gap + refused;
	return r;
}

struct loss_range loss_records(const struct ledger_entry *e)
{
	struct loss_range events = loss_events(e), r;
	uint64_t of_each = loss_records_an_event(e);

	if (e->cause == LEDGER_RATE_LIMIT && !e->evidence.over_polls)
		return (struct loss_range){e->sums.refused, e->sums.refused};
	if (has_serials(e->cause))
		r.min = most(e->sums.refused, e->sums.gap_events);
	else
		r.min = e->sums.refused + e->sums.gap_events;
	r.max = most(events.max * 2 * of_each, r.min);
	return r;
}
