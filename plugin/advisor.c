/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advisor.c - looks at what is known, and proposes
 */
#include "advisor.h"

#include <stdlib.h>

#include "advise/loss.h"
#include "advise/queue.h"
#include "base/clock.h"
#include "emit/advice.h"
#include "emit/queue_object.h"

#define LOOK_MS   200
#define REFINE_MS 3000
#define REST_MS   3000 /* an incident's last record, and those that wait for their age */

static const char queue_topic[] = "queue";

struct advisor {
	struct advisor_options o;
	struct event *timer;
	uint64_t refused;          /* in the ledger's total, when it was last looked at */
	int64_t status_boot_ms;    /* of the status that it was known by then */
	struct ledger_sums judged; /* of the entry that was judged last */
	int64_t judged_ms;         /* and when it began */
	struct queue_advice advised;     /* depth 0: nothing */
	struct ledger_entry entry;       /* of it */
	int64_t applied_ms, looked_ms;   /* wall clock; 0: not */
	struct ledger_sums sums_applied; /* of all, by then */
};

/* What was refused between two statuses, for the profile of arrivals. */
static void note_refused(struct advisor *a, const struct clock_reading *now)
{
	const struct ledger *l = a->o.ledger;
	uint64_t more = l->total.refused - a->refused;

	if (more && l->has_status)
		burst_refused(engine_burst(a->o.engine),
			      now->wall_ms - (now->boot_ms - a->status_boot_ms),
			      now->wall_ms,
			      more > UINT32_MAX ? UINT32_MAX : (uint32_t)more);
	a->refused = l->total.refused;
	a->status_boot_ms = l->status_boot_ms;
}

/* Return: an incident that rests and was not judged as it is now; NULL: none. */
static struct ledger_entry *unjudged(struct advisor *a, const struct clock_reading *now)
{
	struct ledger_entry *e = ledger_newest(a->o.ledger);

	if (!e || now->boot_ms - a->o.ledger->quiet_since_ms < REST_MS ||
	    (a->judged_ms == e->first_ms && a->judged.refused == e->sums.refused &&
	     a->judged.waited_ticks == e->sums.waited_ticks))
		return NULL;
	a->judged = e->sums;
	a->judged_ms = e->first_ms;
	return e;
}

static void propose(struct advisor *a, const struct queue_advice *advice,
		    const struct clock_reading *now)
{
	if (advice->verdict == QUEUE_NONE)
		return;
	advice_put(a->o.advice, queue_topic,
		   queue_object(advice, &a->entry, clock_ticks_per_s()), now->wall_ms);
	a->advised = *advice;
}

/* Once the depth is there, what comes may show that less is enough. */
static void look_at_applied(struct advisor *a, const struct clock_reading *now)
{
	struct ledger_sums *then = &a->sums_applied;
	const struct ledger_sums *sums = &a->o.ledger->total;
	struct queue_advice less;

	if (!a->applied_ms) {
		a->applied_ms = now->wall_ms;
		*then = *sums;
	}
	if (now->wall_ms - a->applied_ms < REFINE_MS || sums->refused != then->refused ||
	    sums->waited_ticks != then->waited_ticks)
		return;
	less = queue_refine(engine_burst(a->o.engine), a->applied_ms, &a->advised,
			    &a->entry);
	a->looked_ms = now->wall_ms;
	propose(a, &less, now);
}

static void look_at_queue(struct advisor *a, const struct clock_reading *now)
{
	const struct kernel_status *status = &a->o.ledger->status;
	struct ledger_entry *e = unjudged(a, now);
	struct queue_advice advice;
	bool applied;

	if (e) {
		if (e->cause == LEDGER_UNKNOWN &&
		    queue_was_filled(engine_burst(a->o.engine), e)) {
			e->evidence.filled = true;
			loss_judge(e);
		}
		advice = queue_advise(engine_burst(a->o.engine), e, status);
		if (advice.verdict != QUEUE_NONE)
			a->entry = *e;
		propose(a, &advice, now);
	}
	if (!a->advised.depth || !a->o.ledger->has_status)
		return;
	applied = status->backlog_limit >= a->advised.depth || !status->backlog_limit;
	advice_set_state(a->o.advice, queue_topic,
			 applied ? ADVICE_APPLIED : ADVICE_PROPOSED, now->wall_ms);
	if (!applied)
		a->applied_ms = 0;
	else if (now->wall_ms - a->looked_ms >= REFINE_MS)
		look_at_applied(a, now);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct advisor *a = arg;
	struct clock_reading now = clock_read();

	note_refused(a, &now);
	look_at_queue(a, &now);
}

struct advisor *advisor_new(const struct advisor_options *options)
{
	static const struct timeval every = {0, LOOK_MS * 1000};
	struct advisor *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->o = *options;
	a->refused = options->ledger->total.refused;
	a->timer = event_new(options->base, -1, EV_PERSIST, on_timer, a);
	if (!a->timer || event_add(a->timer, &every)) {
		advisor_free(a);
		return NULL;
	}
	return a;
}

void advisor_free(struct advisor *a)
{
	if (!a)
		return;
	if (a->timer)
		event_free(a->timer);
	free(a);
}
