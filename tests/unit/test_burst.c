/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_burst.c - how deep the queue must be, computed from a run that lost
 *
 * A queue with a limit, without waiting, record by record in steps of 1 ms: an event
 * whose first record is refused is gone and counts once, of any other only what is
 * refused. What comes out is what the plugin would have seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "advise/loss.h"
#include "advise/queue.h"

#define T0      1700000000000
#define POLL_MS 500
#define RECORDS 3 /* of each event */
#define MOST    (1 << 20)

/* Events that begin in millisecond @ms of a load. */
typedef unsigned int shape_fn(int64_t ms);

static unsigned int spike(int64_t ms)
{
	return ms < 300 ? 60 : 0;
}

static unsigned int spikes(int64_t ms)
{
	return ms < 8000 && ms % 1000 < 100 ? 50 : 0;
}

static unsigned int ramp(int64_t ms)
{
	return ms < 1000 ? (unsigned int)(ms / 20) : 0;
}

static unsigned int flood(int64_t ms)
{
	return ms < 30000 ? 40 : 0;
}

/* More in sum than leaves, but never for long. */
static unsigned int twenty_small(int64_t ms)
{
	return ms < 40000 && ms % 2000 < 40 ? 70 : 0;
}

struct run {
	struct burst b;
	struct ledger_entry e;
	uint64_t lost;
};

static bool offer(struct run *r, uint64_t *level, uint32_t limit)
{
	if (*level > limit) {
		r->lost++;
		return false;
	}
	++*level;
	return true;
}

/* The load @shape into a queue of @limit that @drain records leave in a ms. */
static struct run *play(shape_fn *shape, uint32_t limit, unsigned int drain)
{
	struct run *r = calloc(1, sizeof(*r));
	int64_t *queue = calloc(1 << 22, sizeof(*queue)), ms, first = 0, last = 0;
	uint64_t head = 0, tail = 0, level = 0, polled = 0;
	uint32_t polls = 0, over_polls = 0;
	unsigned int i, k;

	assert_non_null(r);
	assert_non_null(queue);
	burst_init(&r->b);
	for (ms = 0; ms < 70000; ms++) {
		unsigned int events = shape(ms);

		for (i = 0; i < events; i++) {
			bool whole = true;

			for (k = 0; k < RECORDS; k++) {
				if (offer(r, &level, limit))
					queue[tail++] = T0 + ms;
				else if (!k)
					break;
				else
					whole = false;
			}
			r->e.evidence.broken_events += !whole;
		}
		for (i = 0; i < drain && head < tail; i++, level--)
			burst_arrived(&r->b, queue[head++], T0 + ms);
		if (ms % POLL_MS)
			continue;
		burst_refused(&r->b, T0 + ms - POLL_MS, T0 + ms,
			      (uint32_t)(r->lost - polled));
		if (r->lost > polled) {
			first = first ? first : T0 + ms;
			last = T0 + ms;
		}
		polls += r->lost > polled || level > limit;
		over_polls += level > limit;
		polled = r->lost;
	}
	r->e.first_ms = first;
	r->e.last_ms = last;
	r->e.sums.refused = r->lost;
	r->e.evidence.backlog_limit = limit;
	r->e.evidence.reasons = r->lost ? 1u << KLOG_BACKLOG : 0;
	r->e.evidence.over_polls = over_polls;
	r->e.evidence.polls = polls;
	r->e.evidence.events = tail / RECORDS;
	r->e.evidence.records = tail;
	loss_judge(&r->e);
	free(queue);
	return r;
}

static struct queue_advice advise(shape_fn *shape, uint32_t limit, unsigned int drain)
{
	const struct queue_bounds bounds = {MOST, limit};
	struct run *r = play(shape, limit, drain);
	struct queue_advice a = queue_advise(&r->b, &r->e, &bounds);

	free(r);
	return a;
}

static uint64_t lost_at(shape_fn *shape, uint32_t limit, unsigned int drain)
{
	struct run *r = play(shape, limit, drain);
	uint64_t lost = r->lost;

	free(r);
	return lost;
}

static uint32_t smallest(shape_fn *shape, unsigned int drain)
{
	uint32_t low = 1, high = 1 << 17;

	while (low + 1 < high) {
		uint32_t middle = (low + high) / 2;

		if (lost_at(shape, middle, drain))
			low = middle;
		else
			high = middle;
	}
	return high;
}

static void holds(shape_fn *shape, uint32_t limit, unsigned int drain)
{
	struct queue_advice a = advise(shape, limit, drain);
	uint32_t least = smallest(shape, drain);

	assert_int_equal(a.verdict, QUEUE_DEEPER);
	assert_int_equal(a.basis, QUEUE_RECONSTRUCTED);
	assert_true(a.at_least > limit);
	if (lost_at(shape, a.depth, drain))
		a = advise(shape, a.depth, drain);
	assert_int_equal(lost_at(shape, a.depth, drain), 0);
	print_message("limit %u, drain %u: %u, the smallest is %u\n", limit, drain,
		      a.depth, least);
	assert_true(a.depth <= 2 * least);
}

static void depth_of_a_spike(void **state)
{
	holds(spike, 64, 20);
	holds(spike, 1000, 20);
	holds(spike, 8192, 50);
}

static void depth_of_spikes(void **state)
{
	holds(spikes, 64, 20);
	holds(spikes, 2048, 30);
}

static void depth_of_a_ramp(void **state)
{
	holds(ramp, 64, 30);
	holds(ramp, 4096, 30);
}

static void depth_of_many_small_ones(void **state)
{
	holds(twenty_small, 64, 20);
}

static void no_depth_helps_against_a_flood(void **state)
{
	struct queue_advice a = advise(flood, 64, 20);

	assert_int_equal(a.verdict, QUEUE_NO_DEPTH);
	assert_int_equal(a.depth, 0);
	assert_true(a.busy_ms > 20000);
	assert_in_range((uint64_t)a.drain_per_s, 19000, 21000);
	assert_true(a.offered_per_s > 100000 && a.offered_per_s < 140000);
}

/* The first depth may be too large; a run without loss in it tells the rest. */
static void less_is_enough(void **state)
{
	struct queue_advice first = {.verdict = QUEUE_DEEPER, .depth = 100000}, a;
	struct run *r = play(spikes, 100000, 20), *small;
	uint32_t least = smallest(spikes, 20);

	first.estimate = least;
	first.thickest = burst_need(&r->b, T0, 20000, 1).thickest;
	assert_in_range(first.thickest, 14000, 15100); /* 100 ms of each second */
	a = queue_refine(&r->b, T0, &first);
	assert_int_equal(a.verdict, QUEUE_DEEPER);
	assert_int_equal(a.basis, QUEUE_COMPLETE);
	assert_true(a.lowers);
	assert_int_equal(lost_at(spikes, a.depth, 20), 0);
	assert_true(a.depth <= 2 * least);
	/* one that needs next to nothing does not take it all away */
	first.estimate = 4 * least;
	a = queue_refine(&r->b, T0, &first);
	assert_in_range(a.depth, 1.6 * least - 64, 1.6 * least + 64);
	/* and not when what came was much thinner, or nearly as much is needed */
	first.thickest *= 2;
	small = play(twenty_small, 100000, 20);
	assert_int_equal(queue_refine(&small->b, T0, &first).verdict, QUEUE_NONE);
	free(small);
	first.depth = a.depth;
	assert_int_equal(queue_refine(&r->b, T0, &first).verdict, QUEUE_NONE);
	free(r);
}

/* A slot in which all came that had waited for us must not hide the others. */
static void drain_of_few_slots(void **state)
{
	struct burst *b = calloc(1, sizeof(*b));
	unsigned int i;

	burst_init(b);
	for (i = 0; i < 1000; i++)
		burst_arrived(b, T0, T0);
	for (i = 0; i < 300; i++)
		burst_arrived(b, T0, T0 + 20);
	assert_int_equal(burst_drain(b, 0, INT64_MAX), 0);
	for (i = 0; i < 200; i++)
		burst_arrived(b, T0, T0 + 40);
	burst_arrived(b, T0, T0 + 60);
	assert_int_equal(burst_drain(b, 0, INT64_MAX), 200 * 50);
	free(b);
}

static void what_waits_has_come_and_is_not_read(void **state)
{
	struct burst *b = calloc(1, sizeof(*b));
	unsigned int i;

	burst_init(b);
	for (i = 0; i < 100; i++) /* a hundred at once, read one each 20 ms */
		burst_arrived(b, T0, T0 + 20 * i);
	assert_int_equal(burst_waiting(b, T0 - 1000), 100);
	assert_int_equal(burst_waiting(b, T0 + 20), 0);
	free(b);
}

/* Neither a poll nor the kernel's log has seen that the queue was full. */
static void what_came_may_tell_that_it_was_full(void **state)
{
	struct run *r = play(ramp, 64, 30);

	r->e.evidence.reasons = 0;
	r->e.evidence.over_polls = 0;
	loss_judge(&r->e);
	assert_int_equal(r->e.cause, LEDGER_UNKNOWN);
	assert_true(queue_was_filled(&r->b, &r->e));
	r->e.evidence.filled = true;
	loss_judge(&r->e);
	assert_int_equal(r->e.cause, LEDGER_BURST);
	r->e.evidence.backlog_limit = 1 << 20;
	assert_false(queue_was_filled(&r->b, &r->e));
	free(r);
}

/* Before anything is lost: what was held, against the limit that held it. */
static void a_queue_that_was_nearly_full(void **state)
{
	struct run *r = play(spike, 1 << 20, 20);
	struct queue_bounds bounds = {MOST, 60000};
	struct queue_advice a = queue_margin(&r->b, T0, 50000, &bounds);
	uint64_t peak = a.estimate;

	assert_int_equal(r->lost, 0);
	assert_int_equal(a.verdict, QUEUE_NONE); /* some 48,000 of 60,000 */
	assert_in_range(peak, 46000, 54000);
	bounds.limit = (uint32_t)peak;
	a = queue_margin(&r->b, T0, 40000, &bounds);
	assert_int_equal(a.verdict, QUEUE_DEEPER);
	assert_int_equal(a.basis, QUEUE_COMPLETE);
	assert_in_range(a.depth, peak * 3 / 2, peak * 3 / 2 + 64);
	/* who makes records chooses when they seem to come: a status must have seen it */
	assert_int_equal(queue_margin(&r->b, T0, 10000, &bounds).verdict, QUEUE_NONE);
	/* and no more waits in a queue than it holds */
	bounds.limit = 20000;
	assert_int_equal(queue_margin(&r->b, T0, 20000, &bounds).estimate, 20000);
	bounds.most = 20000;
	assert_int_equal(queue_margin(&r->b, T0, 20000, &bounds).verdict, QUEUE_NONE);
	bounds = (struct queue_bounds){MOST, 0};
	assert_int_equal(queue_margin(&r->b, T0, 40000, &bounds).verdict, QUEUE_NONE);
	bounds.limit = 64;
	assert_int_equal(queue_margin(&r->b, T0 + 60000, 64, &bounds).verdict,
			 QUEUE_NONE);
	free(r);
}

static void what_was_lost_at_boot(void **state)
{
	struct ledger_entry e = {.cause = LEDGER_BOOT};
	struct queue_bounds bounds = {MOST, 64};
	struct queue_advice a;

	assert_int_equal(queue_at_boot(&e, &bounds).verdict, QUEUE_NONE);
	e.sums.refused = 1000;
	a = queue_at_boot(&e, &bounds);
	assert_int_equal(a.verdict, QUEUE_DEEPER);
	assert_int_equal(a.at_least, 1064);
	assert_int_equal(a.estimate, 6064);
	assert_int_equal(a.depth, 8192);
	e.sums.refused = 2000;
	assert_int_equal(queue_at_boot(&e, &bounds).depth, 15104);
	e.sums.refused = UINT32_MAX;
	assert_int_equal(queue_at_boot(&e, &bounds).verdict, QUEUE_NO_DEPTH);
	e.sums.refused = 100;
	bounds.limit = 8192; /* it is on the command line, and was too little */
	assert_int_equal(queue_at_boot(&e, &bounds).depth, 12288);
	e.cause = LEDGER_BURST;
	assert_int_equal(queue_at_boot(&e, &bounds).verdict, QUEUE_NONE);
}

/* Nothing is said where it is not the queue, or was mended already. */
static void nothing_is_said_without_need(void **state)
{
	struct run *r = play(spike, 64, 20);
	struct queue_bounds bounds = {MOST, 64};

	bounds.limit = 8192;
	assert_int_equal(queue_advise(&r->b, &r->e, &bounds).verdict, QUEUE_NONE);
	bounds.limit = 64;
	r->e.cause = LEDGER_AUDITD_STOPPED;
	assert_int_equal(queue_advise(&r->b, &r->e, &bounds).verdict, QUEUE_NONE);
	r->e.cause = LEDGER_BURST;
	r->e.evidence.before = true;
	assert_int_equal(queue_advise(&r->b, &r->e, &bounds).verdict, QUEUE_NONE);
	r->e.evidence.before = false;
	bounds.limit = 0; /* no limit: a depth would be one again */
	assert_int_equal(queue_advise(&r->b, &r->e, &bounds).verdict, QUEUE_NONE);
	bounds = (struct queue_bounds){1000, 64};
	assert_int_equal(queue_advise(&r->b, &r->e, &bounds).verdict, QUEUE_NO_DEPTH);
	assert_int_equal(queue_most(16 * 2304 * 1000), 1000);
	assert_int_equal(queue_most(UINT64_MAX), MOST);
	free(r);
}

static void what_was_held_is_not_known(void **state)
{
	struct ledger_entry e = {.cause = LEDGER_BURST};
	struct queue_bounds bounds = {MOST, 64};
	struct burst *b = calloc(1, sizeof(*b));
	struct queue_advice a;

	burst_init(b);
	e.sums.waited_ticks = 100;
	e.evidence.backlog_limit = 64;
	e.evidence.backlog_peak = 67;
	a = queue_advise(b, &e, &bounds);
	assert_int_equal(a.verdict, QUEUE_DEEPER);
	assert_int_equal(a.basis, QUEUE_THROTTLED);
	assert_int_equal(a.at_least, 68);
	assert_int_equal(a.estimate, 0);
	assert_int_equal(a.depth, 128);
	free(b);
}

/* Stamps of other clocks and of long ago are no arrivals of now. */
static void rings_keep_two_minutes(void **state)
{
	struct burst *b = calloc(1, sizeof(*b));

	burst_init(b);
	burst_arrived(b, T0 + 1, T0);
	assert_int_equal(burst_need(b, 0, 1, 1).peak, 0);
	burst_arrived(b, 5, 10);
	burst_arrived(b, INT64_MIN, T0);
	assert_int_equal(burst_need(b, 0, 1, 1).peak, 0);
	burst_arrived(b, T0, T0);
	burst_arrived(b, T0 - 119000, T0);
	burst_arrived(b, T0 - 121000, T0);
	assert_int_equal(burst_need(b, 0, 1, 1).peak, 2);
	burst_arrived(b, T0 + 3600000, T0 + 3600000);
	assert_int_equal(burst_need(b, 0, 1, 1).peak, 2);
	assert_int_equal(burst_drain(b, 0, INT64_MAX), 0);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(depth_of_a_spike),
		cmocka_unit_test(depth_of_spikes),
		cmocka_unit_test(depth_of_a_ramp),
		cmocka_unit_test(depth_of_many_small_ones),
		cmocka_unit_test(no_depth_helps_against_a_flood),
		cmocka_unit_test(less_is_enough),
		cmocka_unit_test(drain_of_few_slots),
		cmocka_unit_test(what_waits_has_come_and_is_not_read),
		cmocka_unit_test(what_came_may_tell_that_it_was_full),
		cmocka_unit_test(nothing_is_said_without_need),
		cmocka_unit_test(a_queue_that_was_nearly_full),
		cmocka_unit_test(what_was_lost_at_boot),
		cmocka_unit_test(what_was_held_is_not_known),
		cmocka_unit_test(rings_keep_two_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
