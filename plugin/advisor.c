/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advisor.c - looks at what is known, and proposes
 */
#include "advisor.h"

#include <stdlib.h>

#include "advise/queue.h"
#include "base/clock.h"
#include "emit/advice.h"
#include "emit/queue_object.h"

#define LOOK_MS 200
#define REST_MS 3000 /* an incident's last record, and those that wait for their age */

static const char queue_topic[] = "queue";

struct advisor {
	struct advisor_options o;
	struct event *timer;
	uint64_t refused;          /* in the ledger's total, when it was last looked at */
	int64_t status_boot_ms;    /* of the status that it was known by then */
	struct ledger_sums judged; /* of the entry that was judged last */
	int64_t judged_ms;         /* and when it began */
	uint32_t depth;            /* that is proposed; 0: none */
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
static const struct ledger_entry *unjudged(struct advisor *a,
					   const struct clock_reading *now)
{
	const struct ledger_entry *e = ledger_newest(a->o.ledger);

	if (!e || now->boot_ms - a->o.ledger->quiet_since_ms < REST_MS ||
	    (a->judged_ms == e->first_ms && a->judged.refused == e->sums.refused &&
	     a->judged.waited_ticks == e->sums.waited_ticks))
		return NULL;
	a->judged = e->sums;
	a->judged_ms = e->first_ms;
	return e;
}

static void look_at_queue(struct advisor *a, const struct clock_reading *now)
{
	const struct kernel_status *status = &a->o.ledger->status;
	const struct ledger_entry *e = unjudged(a, now);
	struct queue_advice advice;

	if (e) {
		advice = queue_advise(engine_burst(a->o.engine), e, status);
		if (advice.verdict != QUEUE_NONE) {
			advice_put(a->o.advice, queue_topic,
				   queue_object(&advice, e, clock_ticks_per_s()),
				   now->wall_ms);
			a->depth = advice.depth;
		}
	}
	if (a->depth && a->o.ledger->has_status)
		advice_set_state(a->o.advice, queue_topic,
				 status->backlog_limit >= a->depth ||
						 !status->backlog_limit
					 ? ADVICE_APPLIED
					 : ADVICE_PROPOSED,
				 now->wall_ms);
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
