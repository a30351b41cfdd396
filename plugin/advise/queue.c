/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.c - how deep the kernel's queue must be, and on what that rests
 */
#include "advise/queue.h"

#include "advise/loss.h"

#define MARGIN      1.25 /* the drain differs from run to run ... */
#define ONE_RUN     1.5  /* ... and one that lost nothing may have been a good one */
#define SMALLEST    3    /* records of a system call: SYSCALL, PROCTITLE, EOE */
#define LEAST_STEP  1.5  /* of the depth that lost */
#define ROUND       64
#define DEPTH_MAX   1048576   /* some 2.4 GB of kernel memory */
#define MEMORY      16        /* part of the machine's that a full queue may take */
#define BEFORE_MS   5000      /* of an incident: its first records came by then */
#define NEARLY      0.9       /* of the limit, by a drain that is not known well */
#define MUCH_LESS   0.8       /* of the depth, or it is not worth another change */
#define OF_ITS_KIND 0.5       /* of the thickest moment of what lost */
#define LOWEST      0.4       /* of the first estimate */
#define SEEN        0.5       /* of the limit, by a status */
#define DRAIN_MS    5000      /* after it, in which the queue ran empty */
#define TIGHT       (5.0 / 6) /* of the limit: less room than the margin asks for */
#define BOOT_DEPTH  8192      /* the least that is worth a word there; as usual in sets */

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* Records that one refusal stands for: a whole event, if its first was refused, else
 * one; of an event that came in part the queue took half, as a rule. */
static double records_each(const struct ledger_entry *e)
{
	double refused = (double)e->sums.refused;
	double of_event = (double)loss_records_an_event(e);
	double in_part;

	if (e->evidence.broken_events) /* they make the mean too small */
		of_event = larger(of_event, SMALLEST);
	in_part = (double)e->evidence.broken_events * of_event / 2;

	if (in_part > refused)
		in_part = refused;
	return (in_part + (refused - in_part) * of_event) / refused;
}

static uint32_t depth_of(double records, double margin, uint32_t limit, uint32_t most)
{
	double depth = larger(records * margin, limit * LEAST_STEP);

	if (depth + ROUND > most)
		return 0;
	return ((uint32_t)depth + ROUND - 1) / ROUND * ROUND;
}

/* The verdict on @depth; none where more came than left for long, or it is too large. */
static void set_depth(struct queue_advice *a, const struct ledger_entry *e,
		      uint32_t depth)
{
	a->depth = loss_was_overloaded(e) ? 0 : depth;
	a->verdict = a->depth ? QUEUE_DEEPER : QUEUE_NO_DEPTH;
}

/* Programs were held, so what they would have written is not known. */
static struct queue_advice of_held(const struct ledger_entry *e, uint32_t limit,
				   uint32_t most)
{
	struct queue_advice a = {.basis = QUEUE_THROTTLED};

	a.at_least = larger(e->evidence.backlog_peak, limit) + 1;
	set_depth(&a, e, depth_of(limit, 2, limit, most));
	return a;
}

static struct queue_advice of_refused(struct burst *b, const struct ledger_entry *e,
				      uint32_t limit, uint32_t most)
{
	struct queue_advice a = {.basis = QUEUE_RECONSTRUCTED};
	int64_t from = e->first_ms - BEFORE_MS;
	struct burst_need least, need;
	double drain;

	a.drain_per_s = burst_drain(b, from, e->last_ms + DRAIN_MS);
	drain = a.drain_per_s > 0 ? a.drain_per_s : 1; /* as if nothing left meanwhile */
	least = burst_need(b, from, drain, 1);
	need = burst_need(b, from, drain, records_each(e));
	a.at_least = (uint64_t)larger((double)least.peak, limit + 1.0);
	a.estimate = (uint64_t)larger((double)need.peak, (double)a.at_least);
	a.offered_per_s = need.per_s;
	a.busy_ms = need.busy_ms;
	a.thickest = need.thickest;
	set_depth(&a, e, depth_of((double)a.estimate, MARGIN, limit, most));
	return a;
}

/* An overload can leave auditd too little of the processors; that is no other cause. */
static bool is_of_the_queue(const struct ledger_entry *e)
{
	return e->cause == LEDGER_BURST || e->cause == LEDGER_OVERLOAD ||
	       (e->cause == LEDGER_AUDITD_SLOW && loss_was_overloaded(e));
}

struct queue_advice queue_advise(struct burst *b, const struct ledger_entry *e,
				 const struct queue_bounds *bounds)
{
	uint32_t limit = e->evidence.backlog_limit;
	struct queue_advice none = {.verdict = QUEUE_NONE};

	if (e->evidence.before || !limit || !is_of_the_queue(e) ||
	    bounds->limit > limit || !bounds->limit)
		return none;
	if (e->sums.waited_ticks)
		return of_held(e, limit, bounds->most);
	return e->sums.refused ? of_refused(b, e, limit, bounds->most) : none;
}

bool queue_was_filled(struct burst *b, const struct ledger_entry *e)
{
	int64_t from = e->first_ms - BEFORE_MS;
	double drain = burst_drain(b, from, e->last_ms + DRAIN_MS);
	uint32_t limit = e->evidence.backlog_limit;

	/* not known: as if all of a slot left at its end */
	return limit && e->sums.refused &&
	       burst_need(b, from, drain > 0 ? drain : 1e9, 0).peak >= NEARLY * limit;
}

/* What came since @from_ms and was held; verdict QUEUE_NONE where that is not known. */
static struct queue_advice of_complete(struct burst *b, int64_t from_ms)
{
	struct queue_advice a = {.verdict = QUEUE_NONE, .basis = QUEUE_COMPLETE};
	struct burst_need need;
	uint64_t waiting;

	a.drain_per_s = burst_drain(b, from_ms, INT64_MAX);
	if (a.drain_per_s <= 0)
		return a;
	need = burst_need(b, from_ms, a.drain_per_s, 1);
	waiting = burst_waiting(b, from_ms);
	if (waiting < need.peak) /* both are at least what the queue held */
		need.peak = waiting;
	a.at_least = a.estimate = need.peak;
	a.offered_per_s = need.per_s;
	a.busy_ms = need.busy_ms;
	a.thickest = need.thickest;
	return a;
}

struct queue_advice queue_refine(struct burst *b, int64_t from_ms,
				 const struct queue_advice *first)
{
	struct queue_advice a = of_complete(b, from_ms);
	double depth =
		larger((double)a.estimate * ONE_RUN, (double)first->estimate * LOWEST);

	a.depth = depth_of(depth, 1, 0, DEPTH_MAX);
	if (a.estimate && a.depth && a.depth <= MUCH_LESS * first->depth &&
	    (double)a.thickest >= OF_ITS_KIND * (double)first->thickest) {
		a.verdict = QUEUE_DEEPER;
		a.lowers = true;
	}
	return a;
}

struct queue_advice queue_margin(struct burst *b, int64_t from_ms, uint32_t polled,
				 const struct queue_bounds *bounds)
{
	struct queue_advice a = of_complete(b, from_ms);
	uint32_t limit = bounds->limit;

	if (a.estimate > limit) /* it held: the rest waited behind it, in auditd */
		a.at_least = a.estimate = limit;
	a.depth = depth_of((double)a.estimate, ONE_RUN, 0, bounds->most);
	if (limit && a.depth && polled >= SEEN * limit &&
	    (double)a.estimate > TIGHT * limit)
		a.verdict = QUEUE_DEEPER;
	return a;
}

uint32_t queue_most(uint64_t bytes)
{
	uint64_t records = bytes / MEMORY / QUEUE_RECORD_BYTES;

	return records < DEPTH_MAX ? (uint32_t)records : DEPTH_MAX;
}

struct queue_advice queue_at_boot(const struct ledger_entry *e,
				  const struct queue_bounds *bounds)
{
	struct queue_advice a = {.verdict = QUEUE_DEEPER, .basis = QUEUE_RECONSTRUCTED};
	uint32_t limit = bounds->limit;

	if (e->cause != LEDGER_BOOT || !e->sums.refused || !limit)
		return (struct queue_advice){.verdict = QUEUE_NONE};
	a.at_least = limit + e->sums.refused;
	a.estimate = limit + e->sums.refused * loss_records_an_event(e);
	a.depth = depth_of(larger((double)a.estimate * MARGIN, BOOT_DEPTH), 1, limit,
			   bounds->most);
	if (!a.depth)
		a.verdict = QUEUE_NO_DEPTH;
	return a;
}

const char *queue_basis_name(enum queue_basis basis)
{
	static const char *const names[] = {"complete", "reconstructed", "throttled"};

	return names[basis];
}
