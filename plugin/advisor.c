/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advisor.c - looks at what is known, and proposes
 */
#include "advisor.h"

#include "advise/loss.h"
#include "base/clock.h"
#include "config.h"
#include "emit/advice.h"
#include "emit/daemon_object.h"
#include "emit/queue_object.h"
#include "monitor.h"

#define REFINE_MS 3000
#define REST_MS   3000 /* an incident's last record, and those that wait for their age */

#define MARGIN_MS 10000 /* between two looks for a queue that was nearly full */
#define WAITED_MS \
	30000         /* before an incident: what it did not get through came by then \
		       */
#define SPAN_MS 60000 /* of what came, that such a look is at */

/* Names of what is proposed, of which one each stands. */
static const char queue_topic[] = "queue", wait_topic[] = "wait", boot_topic[] = "boot",
		  daemon_topic[] = "auditd", failure_topic[] = "failure";

/* What was refused between two statuses, for the profile of arrivals. */
static void note_refused(struct advisor *a, const struct clock_reading *now)
{
	const struct ledger *l = a->ledger;
	uint64_t more = l->total.refused - a->refused;

	if (more && a->status_boot_ms) /* else it was lost before our first look */
		burst_refused(engine_burst(a->engine),
			      now->wall_ms - (now->boot_ms - a->status_boot_ms),
			      now->wall_ms,
			      more > UINT32_MAX ? UINT32_MAX : (uint32_t)more);
	a->refused = l->total.refused;
	a->status_boot_ms = l->status_boot_ms;
}

/* Return: an incident of this process that rests and has news; NULL: none. */
static struct ledger_entry *unjudged(struct advisor *a, const struct clock_reading *now)
{
	if (!a->pending || now->boot_ms - a->ledger->quiet_since_ms < REST_MS)
		return NULL;
	a->pending = false;
	return ledger_newest(a->ledger);
}

static void propose(struct advisor *a, const struct queue_advice *advice,
		    const struct clock_reading *now)
{
	if (advice->verdict == QUEUE_NONE)
		return;
	advice_put(a->advice, queue_topic,
		   queue_object(advice, &a->entry, clock_ticks_per_s()), now->wall_ms);
	a->advised = *advice;
}

/* Once the depth is there, what comes may show that less is enough. */
static void look_at_applied(struct advisor *a, const struct clock_reading *now)
{
	struct ledger_sums *then = &a->sums_applied;
	const struct ledger_sums *sums = &a->ledger->total;
	struct queue_advice less;

	if (!a->applied_ms) {
		a->applied_ms = now->wall_ms;
		*then = *sums;
	}
	if (now->wall_ms - a->applied_ms < REFINE_MS || sums->refused != then->refused ||
	    sums->waited_ticks != then->waited_ticks)
		return;
	less = queue_refine(engine_burst(a->engine), a->applied_ms, &a->advised,
			    &a->entry);
	a->looked_ms = now->wall_ms;
	propose(a, &less, now);
}

/* An incident that rests: what would have helped? */
static void look_at_incident(struct advisor *a, struct ledger_entry *e,
			     const struct clock_reading *now)
{
	const struct kernel_status *status = &a->ledger->status;
	const struct daemon_config *config = monitor_daemon(a->monitor);
	unsigned int ticks = clock_ticks_per_s();
	struct queue_advice advice;
	struct daemon_advice daemon;

	if (e->cause == LEDGER_UNKNOWN && queue_was_filled(engine_burst(a->engine), e)) {
		e->evidence.filled = true;
		loss_judge(e);
	}
	advice = queue_advise(engine_burst(a->engine), e, status);
	if (advice.verdict != QUEUE_NONE)
		a->entry = *e;
	propose(a, &advice, now);
	if (advice.verdict == QUEUE_NO_DEPTH && e->sums.refused && ticks &&
	    status->has_wait_time && !status->wait_time_ticks)
		advice_put(a->advice, wait_topic, queue_wait_object(&advice, e, ticks),
			   now->wall_ms);
	if (!config)
		return;
	daemon = daemon_advise(
		e, config, a->ledger->has_report ? &a->ledger->report : NULL,
		burst_waiting(engine_burst(a->engine), e->first_ms - WAITED_MS));
	if (daemon.setting == DAEMON_NOTHING)
		return;
	advice_put(a->advice, daemon_topic, daemon_object(&daemon, e), now->wall_ms);
	a->daemon = daemon;
}

/* Nothing was lost, but how near was it? */
static void look_at_margin(struct advisor *a, const struct clock_reading *now)
{
	const struct ledger *l = a->ledger;
	struct ledger_entry none = {.first_ms = 0};
	struct queue_advice advice;
	int64_t from = now->wall_ms - SPAN_MS;
	uint64_t records = l->stream.records - a->margin_records;

	if (l->status.backlog_limit != a->limit) {
		a->limit = l->status.backlog_limit;
		a->limit_ms = now->wall_ms;
	}
	if (now->boot_ms - a->margin_boot_ms < MARGIN_MS)
		return;
	a->margin_boot_ms = now->boot_ms;
	a->margin_records = l->stream.records;
	if (from < a->limit_ms)
		from = a->limit_ms;
	if (l->open || records < a->limit / 2 || a->advised.depth > a->limit ||
	    (l->n && ledger_newest(a->ledger)->last_ms >= from))
		return;
	advice = queue_margin(engine_burst(a->engine), from, a->limit);
	if (advice.verdict == QUEUE_NONE)
		return;
	none.evidence.backlog_limit = a->limit;
	a->entry = none;
	propose(a, &advice, now);
}

/* Does the kernel do with a loss what the site wants? */
static void look_at_failure(struct advisor *a, const struct clock_reading *now)
{
	unsigned int failure = a->ledger->status.failure;
	unsigned int policy = a->config->policy_failure; /* a reload may change it */
	json_t *object;

	if (a->failure_seen == failure + 1 && a->policy_seen == policy)
		return;
	a->failure_seen = failure + 1;
	a->policy_seen = policy;
	object = failure_object(failure, policy);
	if (object)
		advice_put(a->advice, failure_topic, object, now->wall_ms);
	else if (policy)
		advice_set_state(a->advice, failure_topic, ADVICE_APPLIED, now->wall_ms);
	else
		advice_withdraw(a->advice, failure_topic,
				"policy_failure asks for nothing now", now->wall_ms);
}

static void look_at_others(struct advisor *a, const struct clock_reading *now)
{
	const struct daemon_config *config = monitor_daemon(a->monitor);
	const struct kernel_status *status = &a->ledger->status;

	advice_set_state(a->advice, wait_topic,
			 status->wait_time_ticks ? ADVICE_APPLIED : ADVICE_PROPOSED,
			 now->wall_ms);
	if (config && a->daemon.setting != DAEMON_NOTHING)
		advice_set_state(a->advice, daemon_topic,
				 daemon_is_applied(&a->daemon, config) ? ADVICE_APPLIED
								       : ADVICE_PROPOSED,
				 now->wall_ms);
	look_at_failure(a, now);
}

static void look_at_depth(struct advisor *a, const struct clock_reading *now)
{
	const struct kernel_status *status = &a->ledger->status;
	bool applied;

	if (!a->advised.depth)
		return;
	applied = status->backlog_limit >= a->advised.depth || !status->backlog_limit;
	advice_set_state(a->advice, queue_topic,
			 applied ? ADVICE_APPLIED : ADVICE_PROPOSED, now->wall_ms);
	if (!applied)
		a->applied_ms = 0;
	else if (now->wall_ms - a->looked_ms >= REFINE_MS)
		look_at_applied(a, now);
}

void advisor_news(struct advisor *a, unsigned int news)
{
	const unsigned int judged =
		LEDGER_LOST | LEDGER_HELD | LEDGER_GAP | LEDGER_DISPATCH;
	struct clock_reading now = clock_read();
	struct ledger_entry *e;
	struct queue_advice at_boot;

	note_refused(a, &now);
	if (news & LEDGER_BEFORE) {
		at_boot = queue_at_boot(a->ledger->before);
		if (at_boot.verdict == QUEUE_DEEPER)
			advice_put(a->advice, boot_topic,
				   queue_boot_object(&at_boot, a->ledger->before),
				   now.wall_ms);
	} else if (news & judged) {
		a->pending = true;
	}
	e = unjudged(a, &now);
	if (e)
		look_at_incident(a, e, &now);
	if (!a->ledger->has_status)
		return;
	look_at_depth(a, &now);
	look_at_margin(a, &now);
	look_at_others(a, &now);
}
