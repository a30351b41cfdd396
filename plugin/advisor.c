/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advisor.c - looks at what is known, and proposes
 */
#include "advisor.h"

#include "advise/loss.h"
#include "advise/queue.h"
#include "base/clock.h"
#include "emit/advice.h"
#include "emit/queue_object.h"

#define REFINE_MS 3000
#define REST_MS   3000 /* an incident's last record, and those that wait for their age */

static const char queue_topic[] = "queue";

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

static void look_at_queue(struct advisor *a, const struct clock_reading *now)
{
	const struct kernel_status *status = &a->ledger->status;
	struct ledger_entry *e = unjudged(a, now);
	struct queue_advice advice;
	bool applied;

	if (e) {
		if (e->cause == LEDGER_UNKNOWN &&
		    queue_was_filled(engine_burst(a->engine), e)) {
			e->evidence.filled = true;
			loss_judge(e);
		}
		advice = queue_advise(engine_burst(a->engine), e, status);
		if (advice.verdict != QUEUE_NONE)
			a->entry = *e;
		propose(a, &advice, now);
	}
	if (!a->advised.depth || !a->ledger->has_status)
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
	struct clock_reading now = clock_read();

	a->pending |= news & (LEDGER_LOST | LEDGER_HELD) && !(news & LEDGER_BEFORE);
	note_refused(a, &now);
	look_at_queue(a, &now);
}
