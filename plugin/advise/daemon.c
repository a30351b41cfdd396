/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon.c - what to change in auditd.conf after an incident
 */
#include "advise/daemon.h"

#include "advise/loss.h"

#define MARGIN      1.25 /* the next burst may be larger */
#define ROUND       100
#define Q_DEPTH_MAX 99999 /* auditd refuses more */
#define MEMORY      16    /* part of the machine's that a full one may take */
#define LONG_MS     60000 /* a plugin that is behind for longer does not catch up */
#define BOOST_STEP  10    /* of two: nice -10, then the most there is */
#define BOOST_MAX   19

/* What waited there and in front of it, since auditd drops but one each 8 ms; what it
 * dropped; and what the kernel refused therefore. */
static struct daemon_advice of_queue(const struct ledger_entry *e, uint32_t depth,
				     uint64_t waiting, uint32_t most)
{
	struct daemon_advice a = {.setting = DAEMON_Q_DEPTH, .from = depth};
	uint64_t lost = e->sums.gap_events + e->sums.refused;
	double to;

	a.at_least = depth + lost;
	a.estimate = waiting > depth ? waiting : depth;
	a.estimate += lost * loss_records_an_event(e);
	to = (double)a.estimate * MARGIN;
	if (e->last_ms - e->first_ms < LONG_MS &&
	    to + ROUND <= (most < Q_DEPTH_MAX ? most : Q_DEPTH_MAX))
		a.to = ((uint32_t)to + ROUND - 1) / ROUND * ROUND;
	return a;
}

static struct daemon_advice of_processor(uint32_t boost)
{
	struct daemon_advice a = {.setting = DAEMON_PRIORITY_BOOST, .from = boost};

	if (boost >= BOOST_MAX)
		return (struct daemon_advice){.setting = DAEMON_NOTHING};
	a.to = boost < BOOST_STEP ? BOOST_STEP : BOOST_MAX;
	return a;
}

static struct daemon_advice of_disk(enum daemon_flush flush, uint32_t freq)
{
	struct daemon_advice a = {
		.setting = DAEMON_FLUSH, .of = flush, .sets_freq = !freq};

	if (flush == DAEMON_FLUSH_NONE || flush == DAEMON_FLUSH_INCREMENTAL_ASYNC)
		a.setting = DAEMON_NOTHING; /* it waits as little as it can */
	return a;
}

struct daemon_advice daemon_advise(const struct ledger_entry *e,
				   const struct daemon_config *config,
				   const struct daemon_report *report, uint64_t waiting,
				   uint32_t most)
{
	struct daemon_advice none = {.setting = DAEMON_NOTHING};
	uint32_t depth = config->q_depth;

	/* auditd may not have read the file yet */
	if (report && report->queue_size <= UINT32_MAX)
		depth = (uint32_t)report->queue_size;
	if (e->evidence.before)
		return none;
	if (e->cause == LEDGER_DISPATCHER && (e->sums.gap_events || e->sums.refused)) {
		struct daemon_advice a = of_queue(e, depth, waiting, most);

		/* what the file says already is enough, once auditd reads it */
		return a.to && a.to <= config->q_depth ? none : a;
	}
	if (e->cause != LEDGER_AUDITD_SLOW)
		return none;
	if (loss_was_starved(e))
		return of_processor(config->priority_boost);
	return e->evidence.disk_polls > e->evidence.idle_polls
		       ? of_disk(config->flush, config->freq)
		       : none;
}

uint32_t daemon_most(uint64_t bytes)
{
	uint64_t records = bytes / MEMORY / DAEMON_EVENT_BYTES;

	return records < Q_DEPTH_MAX ? (uint32_t)records : Q_DEPTH_MAX;
}

bool daemon_is_applied(const struct daemon_advice *a, const struct daemon_config *config)
{
	switch (a->setting) {
	case DAEMON_Q_DEPTH:
		return a->to && config->q_depth >= a->to;
	case DAEMON_PRIORITY_BOOST:
		return config->priority_boost >= a->to;
	case DAEMON_FLUSH:
		return config->flush == DAEMON_FLUSH_INCREMENTAL_ASYNC && config->freq;
	default:
		return false;
	}
}
