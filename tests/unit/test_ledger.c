/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_ledger.c - sums over resets, wraps and boots, incidents, and their causes
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "advise/loss.h"
#include "count/ledger.h"

struct world {
	struct ledger l;
	struct clock_reading now;
	struct kernel_status s;
};

static int set_up(void **state)
{
	struct world *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	assert_int_equal(ledger_init(&x->l), 0);
	x->now = (struct clock_reading){1700000000000, 5000000};
	x->s = (struct kernel_status){.enabled = 1,
				      .failure = 1,
				      .pid = 10,
				      .backlog_limit = 64,
				      .has_wait_time = true,
				      .has_waited = true};
	*state = x;
	return 0;
}

static int tear_down(void **state)
{
	struct world *x = *state;

	ledger_free(&x->l);
	free(x);
	return 0;
}

static void pass(struct world *x, int64_t ms)
{
	x->now.wall_ms += ms;
	x->now.boot_ms += ms;
}

/* A status half a second later. */
static unsigned int poll(struct world *x, uint32_t lost, uint32_t backlog)
{
	pass(x, 500);
	x->s.lost = lost;
	x->s.backlog = backlog;
	return ledger_status(&x->l, &x->s, &x->now);
}

static void judge_is(struct world *x, enum ledger_cause cause, enum ledger_place place)
{
	struct ledger_entry *e = ledger_newest(&x->l);

	loss_judge(e);
	assert_string_equal(loss_cause_name(e->cause), loss_cause_name(cause));
	assert_string_equal(loss_place_name(e->place), loss_place_name(place));
}

/* --- sums --- */

static void what_was_before_is_an_entry_and_no_growth(void **state)
{
	struct world *x = *state;

	assert_int_equal(poll(x, 100, 0), LEDGER_LOST | LEDGER_OPENED | LEDGER_BEFORE);
	assert_false(x->l.open);
	assert_int_equal(x->l.total.refused, 0);
	assert_int_equal(ledger_newest(&x->l)->sums.refused, 100);
	judge_is(x, LEDGER_UNKNOWN, LEDGER_PLACE_UNKNOWN);
	assert_int_equal(poll(x, 100, 0), 0);
	assert_int_equal(poll(x, 103, 0), LEDGER_LOST | LEDGER_OPENED);
	assert_int_equal(x->l.total.refused, 3);
	assert_int_equal(x->l.n, 2);
}

/* Old losses and a queue that is full right now are two things. */
static void what_was_before_is_not_what_is(void **state)
{
	struct world *x = *state;

	x->s.wait_time_ticks = 250;
	assert_int_equal(poll(x, 100, 65),
			 LEDGER_LOST | LEDGER_OPENED | LEDGER_BEFORE | LEDGER_HELD);
	assert_int_equal(x->l.n, 2);
	assert_true(x->l.before == ledger_entry(&x->l, 0));
	assert_int_equal(ledger_newest(&x->l)->sums.refused, 0);
	assert_false(ledger_newest(&x->l)->evidence.before);
}

/* Waits that ended while nobody watched hold nobody up now. */
static void an_absence_holds_nobody(void **state)
{
	struct world *x = *state;

	ledger_resume(&x->l, 0, 100, x->now.boot_ms - 9500, -1);
	x->s.waited_ticks = 300;
	assert_int_equal(poll(x, 0, 0), LEDGER_OPENED | LEDGER_BEFORE);
	assert_int_equal(x->l.before->sums.waited_ticks, 200);
	judge_is(x, LEDGER_UNKNOWN, LEDGER_PLACE_UNKNOWN);
}

static void a_boot_may_have_lost_it(void **state)
{
	struct world *x = *state;

	x->now.boot_ms = 60000;
	poll(x, 7, 0);
	judge_is(x, LEDGER_BOOT, LEDGER_KERNEL);
	assert_true(ledger_newest(&x->l)->first_ms == x->now.wall_ms - x->now.boot_ms);
}

static void lost_wraps(void **state)
{
	struct world *x = *state;

	poll(x, UINT32_MAX - 1, 0);
	poll(x, 2, 0);
	assert_int_equal(x->l.total.refused, 4);
	assert_false(x->l.reset_pending);
}

/* auditctl --reset-lost: the status shows it first, and then the stream says old= */
static void a_reset_is_seen_before_it_is_said(void **state)
{
	struct world *x = *state;

	poll(x, 0, 0);
	poll(x, 376, 0);
	poll(x, 5, 0); /* reset at 400, and five more */
	assert_int_equal(x->l.total.refused, 381);
	assert_int_equal(ledger_reset(&x->l, 400, &x->now), LEDGER_LOST);
	assert_int_equal(x->l.total.refused, 405);
	/* and it is not said twice */
	assert_int_equal(ledger_reset(&x->l, 3, &x->now), 0);
	assert_int_equal(x->l.total.refused, 405);
}

/* ... or the other way round, with more lost behind it than before it */
static void a_reset_is_said_before_it_is_seen(void **state)
{
	struct world *x = *state;

	poll(x, 0, 0);
	poll(x, 10, 0);
	assert_int_equal(ledger_reset(&x->l, 12, &x->now), LEDGER_LOST);
	assert_int_equal(x->l.total.refused, 12);
	poll(x, 50, 0);
	assert_int_equal(x->l.total.refused, 62);
	/* nothing was lost in between */
	assert_int_equal(ledger_reset(&x->l, 50, &x->now), 0);
	poll(x, 1, 0);
	assert_int_equal(x->l.total.refused, 63);
}

static void a_forged_reset_counts_nothing(void **state)
{
	struct world *x = *state;

	assert_int_equal(ledger_reset(&x->l, 1000, &x->now), 0);
	poll(x, 1000, 0);
	assert_int_equal(ledger_reset(&x->l, 999, &x->now), 0);
	assert_int_equal(x->l.total.refused, 0);
}

static void an_absence_is_counted(void **state)
{
	struct world *x = *state;
	struct process p = {.state = 'S'};

	ledger_resume(&x->l, 20, 0, x->now.boot_ms - 100000, -1);
	assert_int_equal(poll(x, 25, 0), LEDGER_LOST | LEDGER_OPENED | LEDGER_BEFORE);
	assert_int_equal(x->l.total.refused, 5);
	assert_false(x->l.open);
	assert_int_equal(ledger_newest(&x->l)->last_ms - ledger_newest(&x->l)->first_ms,
			 100500);
	judge_is(x, LEDGER_UNKNOWN, LEDGER_PLACE_UNKNOWN);
	/* the daemon was there all the time */
	assert_int_equal(ledger_process(&x->l, &p, x->now.boot_ms - 200000, &x->now), 0);
	x->l.has_process = false;
	/* it was not */
	assert_int_equal(ledger_process(&x->l, &p, x->now.boot_ms - 1000, &x->now),
			 LEDGER_LOST | LEDGER_BEFORE);
	judge_is(x, LEDGER_AUDITD_ABSENT, LEDGER_KERNEL);
	/* and that is said once */
	x->l.has_process = false;
	assert_int_equal(ledger_process(&x->l, &p, x->now.boot_ms - 1000, &x->now), 0);
}

/* The queue is still over its limit when we come back: that is another incident. */
static void an_absence_is_not_the_stall_behind_it(void **state)
{
	const struct process p = {.state = 'S'};
	struct world *x = *state;

	ledger_resume(&x->l, 10, 0, x->now.boot_ms - 100000, -1);
	x->s.wait_time_ticks = 250;
	assert_int_equal(poll(x, 5010, 65),
			 LEDGER_LOST | LEDGER_HELD | LEDGER_OPENED | LEDGER_BEFORE);
	assert_int_equal(x->l.n, 2);
	poll(x, 5011, 65); /* and it loses some itself */
	assert_int_equal(ledger_process(&x->l, &p, x->now.boot_ms - 50, &x->now),
			 LEDGER_LOST | LEDGER_BEFORE);
	assert_true(ledger_entry(&x->l, 0)->evidence.absent);
	assert_false(ledger_entry(&x->l, 1)->evidence.absent);
	assert_int_equal(ledger_entry(&x->l, 0)->sums.refused, 5000);
	judge_is(x, LEDGER_BURST, LEDGER_KERNEL);
}

/* The numbers between what one process read last and the next one first. */
static void an_absence_shows_in_serials(void **state)
{
	struct world *x = *state;
	const struct process p = {.state = 'S'};
	struct ledger_stream s = {.has_serial = false};

	ledger_resume(&x->l, 20, 0, x->now.boot_ms - 100000, UINT32_MAX - 1);
	poll(x, 20, 0);
	ledger_arrived(&x->l, &s, &x->now);
	s = (struct ledger_stream){
		.events = 1, .records = 3, .has_serial = true, .first_serial = 9};
	assert_int_equal(ledger_arrived(&x->l, &s, &x->now),
			 LEDGER_GAP | LEDGER_OPENED | LEDGER_BEFORE);
	assert_int_equal(ledger_newest(&x->l)->sums.gap_events, 10);
	judge_is(x, LEDGER_PLUGIN_RESTART, LEDGER_PLUGIN);
	assert_int_equal(ledger_arrived(&x->l, &s, &x->now), 0);
	assert_int_equal(ledger_process(&x->l, &p, x->now.boot_ms - 50, &x->now),
			 LEDGER_GAP | LEDGER_BEFORE);
	judge_is(x, LEDGER_AUDITD_ABSENT, LEDGER_KAUDITD);
	assert_int_equal(x->l.n, 1);
}

static void nothing_is_missing_without_an_absence(void **state)
{
	struct world *x = *state;
	struct ledger_stream s = {.has_serial = false};

	ledger_resume(&x->l, 0, 0, x->now.boot_ms - 100000, 100);
	poll(x, 0, 0);
	ledger_arrived(&x->l, &s, &x->now);
	s = (struct ledger_stream){.has_serial = true, .first_serial = 101};
	assert_int_equal(ledger_arrived(&x->l, &s, &x->now), 0);
	ledger_resume(&x->l, 0, 0, x->now.boot_ms - 100000, 100);
	s.first_serial = 90; /* a straggler */
	assert_int_equal(ledger_arrived(&x->l, &s, &x->now), 0);
	assert_int_equal(x->l.n, 0);
}

static void summaries_get_differences(void **state)
{
	struct world *x = *state;

	poll(x, 0, 3);
	poll(x, 7, 60);
	poll(x, 8, 10);
	assert_int_equal(ledger_since_mark(&x->l).refused, 8);
	assert_int_equal(x->l.backlog_peak, 60);
	ledger_mark(&x->l);
	assert_int_equal(ledger_since_mark(&x->l).refused, 0);
	assert_int_equal(x->l.backlog_peak, 10);
	poll(x, 9, 5);
	assert_int_equal(ledger_since_mark(&x->l).refused, 1);
}

/* --- incidents --- */

static void an_incident_ends_after_a_quiet_minute(void **state)
{
	struct world *x = *state;

	poll(x, 0, 0);
	poll(x, 1, 0);
	pass(x, 59000);
	assert_int_equal(ledger_tick(&x->l, &x->now), 0);
	assert_int_equal(poll(x, 2, 0), LEDGER_LOST);
	pass(x, 59999);
	assert_int_equal(ledger_tick(&x->l, &x->now), 0);
	pass(x, 1);
	assert_int_equal(ledger_tick(&x->l, &x->now), LEDGER_CLOSED);
	assert_int_equal(ledger_tick(&x->l, &x->now), 0);
	assert_int_equal(x->l.n, 1);
	assert_int_equal(ledger_newest(&x->l)->sums.refused, 2);
	assert_true(ledger_newest(&x->l)->last_ms - ledger_newest(&x->l)->first_ms ==
		    59500);
	poll(x, 3, 0);
	assert_int_equal(x->l.n, 2);
}

static void the_oldest_of_a_thousand_goes(void **state)
{
	struct world *x = *state;
	uint32_t i;

	poll(x, 0, 0);
	for (i = 1; i <= LEDGER_ENTRIES + 5; i++) {
		poll(x, i, 0);
		pass(x, LEDGER_QUIET_MS);
		ledger_tick(&x->l, &x->now);
		ledger_newest(&x->l)->sums.gap_events = i;
	}
	assert_int_equal(x->l.n, LEDGER_ENTRIES);
	assert_int_equal(x->l.forgotten, 5);
	assert_int_equal(ledger_entry(&x->l, 0)->sums.gap_events, 6);
	assert_int_equal(ledger_entry(&x->l, LEDGER_ENTRIES - 1)->sums.gap_events,
			 LEDGER_ENTRIES + 5);
}

/* --- causes --- */

static void burst_and_overload(void **state)
{
	struct world *x = *state;
	uint32_t i;

	poll(x, 0, 0);
	poll(x, 10, 65);
	judge_is(x, LEDGER_BURST, LEDGER_KERNEL);
	for (i = 1; i < 30; i++)
		poll(x, 10 + 100 * i, 65);
	judge_is(x, LEDGER_OVERLOAD, LEDGER_KERNEL);
}

/* Without waiting it is emptied at once: a poll seldom finds it over its limit. */
static void an_overload_is_seen_by_what_is_lost(void **state)
{
	struct world *x = *state;
	uint32_t i;

	poll(x, 0, 0);
	ledger_reason(&x->l, KLOG_BACKLOG, &x->now);
	for (i = 1; i < 20; i++)
		poll(x, 100 * i, 7);
	judge_is(x, LEDGER_BURST, LEDGER_KERNEL); /* not for ten seconds yet */
	for (; i < 30; i++)
		poll(x, 100 * i, 7);
	judge_is(x, LEDGER_OVERLOAD, LEDGER_KERNEL);
	for (i = 0; i < 60; i++)
		poll(x, 2900, 7);
	judge_is(x, LEDGER_OVERLOAD, LEDGER_KERNEL); /* that it was, for good */
	pass(x, LEDGER_QUIET_MS);
	ledger_tick(&x->l, &x->now);
	for (i = 0; i < 60; i++)
		poll(x, 3000 + i / 4, 7);
	judge_is(x, LEDGER_UNKNOWN, LEDGER_PLACE_UNKNOWN); /* one each two seconds */
}

static void rate_limit(void **state)
{
	struct world *x = *state;

	x->s.rate_limit = 40;
	poll(x, 0, 0);
	poll(x, 10, 3);
	judge_is(x, LEDGER_RATE_LIMIT, LEDGER_KERNEL);
	/* a full queue is not its doing, unless the kernel says so */
	poll(x, 20, 65);
	judge_is(x, LEDGER_BURST, LEDGER_KERNEL);
	ledger_reason(&x->l, KLOG_RATE, &x->now);
	judge_is(x, LEDGER_RATE_LIMIT, LEDGER_KERNEL);
}

static void a_stopped_auditd(void **state)
{
	struct world *x = *state;
	const struct process p = {.state = 'T', .has_run = true};

	poll(x, 0, 0);
	poll(x, 1, 65);
	assert_int_equal(ledger_process(&x->l, &p, 0, &x->now), 0);
	poll(x, 2, 65);
	judge_is(x, LEDGER_AUDITD_STOPPED, LEDGER_KERNEL);
}

/* Half a second of @run_ms on a processor and @starved_ms waiting for one. */
static void live(struct world *x, struct process *p, uint64_t run_ms, uint64_t starved_ms)
{
	pass(x, 500);
	p->run_ns += run_ms * 1000000;
	p->waited_ns += starved_ms * 1000000;
	ledger_process(&x->l, p, 0, &x->now);
}

static void a_slow_auditd(void **state)
{
	const struct netlink_drops full = {200000, 0};
	struct world *x = *state;
	struct process p = {.state = 'D', .has_run = true};
	unsigned int i;

	poll(x, 0, 0);
	poll(x, 1, 65);
	for (i = 0; i < 9; i++) /* there is nothing to do for it */
		live(x, &p, 0, 0);
	judge_is(x, LEDGER_BURST, LEDGER_KERNEL);
	ledger_drops(&x->l, &full);
	for (i = 0; i < 3; i++)
		live(x, &p, 200, 100);
	judge_is(x, LEDGER_BURST, LEDGER_KERNEL); /* it works */
	for (i = 0; i < 6; i++)
		live(x, &p, 10, 0);
	judge_is(x, LEDGER_AUDITD_SLOW, LEDGER_KERNEL); /* its disk does not */
	for (i = 0; i < 20; i++)
		live(x, &p, 200, 280);
	judge_is(x, LEDGER_AUDITD_SLOW, LEDGER_KERNEL); /* others have the processor */
	p.state = 'S';
	for (i = 0; i < 60; i++)
		live(x, &p, 10, 0);
	judge_is(x, LEDGER_DISPATCHER,
		 LEDGER_DISPATCHER_QUEUE); /* it waits for a plugin */
}

static void memory_retry_hold_and_nothing(void **state)
{
	struct world *x = *state;

	poll(x, 0, 0);
	poll(x, 1, 0);
	judge_is(x, LEDGER_UNKNOWN, LEDGER_PLACE_UNKNOWN);
	ledger_reason(&x->l, KLOG_MEMORY, &x->now);
	judge_is(x, LEDGER_MEMORY, LEDGER_KERNEL);
	pass(x, LEDGER_QUIET_MS);
	ledger_tick(&x->l, &x->now);
	poll(x, 2, 0);
	ledger_reason(&x->l, KLOG_RETRY, &x->now);
	judge_is(x, LEDGER_RETRY_QUEUE, LEDGER_KAUDITD);
	pass(x, LEDGER_QUIET_MS);
	ledger_tick(&x->l, &x->now);
	x->s.pid = 0;
	poll(x, 3, 0);
	judge_is(x, LEDGER_AUDITD_ABSENT, LEDGER_KERNEL);
	ledger_reason(&x->l, KLOG_HOLD, &x->now);
	judge_is(x, LEDGER_HOLD_QUEUE, LEDGER_KAUDITD);
}

static void a_stall_loses_nothing(void **state)
{
	struct world *x = *state;

	x->s.wait_time_ticks = 250;
	poll(x, 0, 0);
	assert_int_equal(poll(x, 0, 65), LEDGER_HELD | LEDGER_OPENED);
	x->s.waited_ticks = 300;
	assert_int_equal(poll(x, 0, 0), LEDGER_HELD);
	judge_is(x, LEDGER_BURST, LEDGER_KERNEL);
	assert_int_equal(ledger_newest(&x->l)->sums.waited_ticks, 300);
	assert_int_equal(ledger_newest(&x->l)->sums.refused, 0);
	/* without a wait time a full queue holds nobody */
	x->s.wait_time_ticks = 0;
	pass(x, LEDGER_QUIET_MS);
	ledger_tick(&x->l, &x->now);
	assert_int_equal(poll(x, 0, 65), 0);
}

/* The kernel's log is read before the status shows what it speaks of. */
static void a_reason_may_come_first(void **state)
{
	struct world *x = *state;

	poll(x, 0, 0);
	ledger_reason(&x->l, KLOG_MEMORY, &x->now);
	pass(x, 2500);
	poll(x, 1, 0);
	judge_is(x, LEDGER_UNKNOWN, LEDGER_PLACE_UNKNOWN); /* too long ago */
	pass(x, LEDGER_QUIET_MS);
	ledger_tick(&x->l, &x->now);
	ledger_reason(&x->l, KLOG_BACKLOG, &x->now);
	poll(x, 2, 0);
	judge_is(x, LEDGER_BURST, LEDGER_KERNEL);
	pass(x, LEDGER_QUIET_MS);
	ledger_tick(&x->l, &x->now);
	poll(x, 3, 0);
	judge_is(x, LEDGER_UNKNOWN, LEDGER_PLACE_UNKNOWN); /* it was the last one's */
}

/* The kernel's log says how many, before or after a status does. */
static void the_log_may_count(void **state)
{
	struct world *x = *state;

	assert_int_equal(ledger_lost(&x->l, 5, &x->now), 0);
	poll(x, 0, 0);
	assert_int_equal(ledger_lost(&x->l, 3, &x->now), LEDGER_LOST | LEDGER_OPENED);
	poll(x, 7, 0);
	assert_int_equal(ledger_lost(&x->l, 4, &x->now), 0); /* an old line */
	assert_int_equal(ledger_lost(&x->l, 7, &x->now), 0);
	assert_int_equal(x->l.total.refused, 7);
	assert_false(x->l.reset_pending);
}

/* --- the stream --- */

/* The kernel takes the figure, then a record is lost and logged, then it answers. */
static void a_late_status_is_no_reset(void **state)
{
	struct world *x = *state;

	poll(x, 1000000, 0);
	pass(x, 100);
	assert_int_equal(ledger_lost(&x->l, 1000001, &x->now),
			 LEDGER_LOST | LEDGER_OPENED);
	assert_int_equal(poll(x, 1000000, 0) & LEDGER_LOST, 0);
	assert_int_equal(x->l.total.refused, 1);
	assert_int_equal(poll(x, 1000003, 0) & LEDGER_LOST, LEDGER_LOST);
	assert_int_equal(x->l.total.refused, 3);
	assert_int_equal(poll(x, 2, 0) & LEDGER_LOST, LEDGER_LOST); /* that is one */
	assert_int_equal(x->l.total.refused, 5);
}

/* ... and one that came while nobody watched is no late status. */
static void a_reset_in_an_absence_is_seen(void **state)
{
	struct world *x = *state;

	ledger_resume(&x->l, 400, 0, x->now.boot_ms - 1000, -1);
	assert_int_equal(poll(x, 3, 0) & LEDGER_LOST, LEDGER_LOST);
	assert_int_equal(x->l.total.refused, 3);
	assert_int_equal(poll(x, 10, 0) & LEDGER_LOST, LEDGER_LOST);
	assert_int_equal(x->l.total.refused, 10);
}

static void a_status_of_before_the_reset_is_old(void **state)
{
	struct world *x = *state;

	poll(x, 0, 0);
	poll(x, 700, 0);
	assert_int_equal(ledger_reset(&x->l, 700, &x->now), 0);
	assert_int_equal(poll(x, 700, 0) & LEDGER_LOST, 0);
	assert_int_equal(x->l.total.refused, 700);
	poll(x, 4, 0);
	assert_int_equal(x->l.total.refused, 704);
}

/* The stream never said of the first one. */
static void a_reset_waits_a_minute_for_its_word(void **state)
{
	struct world *x = *state;

	poll(x, 0, 0);
	poll(x, 400, 0);
	poll(x, 0, 0);
	pass(x, 120000);
	poll(x, 100, 0);
	assert_int_equal(x->l.total.refused, 500);
	ledger_reset(&x->l, 100, &x->now);
	assert_int_equal(x->l.total.refused, 500);
}

static void drops_of_another_socket_are_no_growth(void **state)
{
	struct netlink_drops drops = {0, 88};
	struct world *x = *state;

	ledger_drops(&x->l, &drops);
	ledger_drops(&x->l, NULL);
	drops.drops = 99;
	ledger_drops(&x->l, &drops);
	assert_int_equal(x->l.total.socket_drops, 0);
	drops.drops = 100;
	ledger_drops(&x->l, &drops);
	assert_int_equal(x->l.total.socket_drops, 1);
}

/* Signatures that another one could hide, or that say less than they seem to. */
static void a_rate_limit_is_not_to_blame_for_all(void **state)
{
	struct ledger_entry e = {.evidence = {.rate_limit = 100, .suspended = true}};

	e.sums.unlogged_events = 5;
	loss_judge(&e);
	assert_int_equal(e.cause, LEDGER_LOG_SUSPENDED);
	e = (struct ledger_entry){.evidence = {.rate_limit = 100, .stopped = true}};
	e.sums.refused = 5;
	loss_judge(&e);
	assert_int_equal(e.cause, LEDGER_AUDITD_STOPPED);
	e.evidence.stopped = false;
	loss_judge(&e);
	assert_int_equal(e.cause, LEDGER_RATE_LIMIT);
	e.evidence.reasons = 1u << KLOG_RATE | 1u << KLOG_BACKLOG;
	e.evidence.over_polls = 1;
	e.evidence.polls = 1;
	loss_judge(&e);
	assert_int_equal(e.cause, LEDGER_BURST);
}

static void a_crowded_socket_is_no_full_queue(void **state)
{
	struct ledger_entry e = {.evidence = {.crowded = true}};

	e.sums.gap_events = 10;
	loss_judge(&e);
	assert_int_equal(e.cause, LEDGER_UNKNOWN);
	e.sums.refused = 10;
	e.evidence.reasons = 1u << KLOG_MEMORY;
	loss_judge(&e);
	assert_int_equal(e.cause, LEDGER_MEMORY);
}

/* What kauditd's queues refuse has its serial: it is not lost twice. */
static void a_refusal_with_a_serial_counts_once(void **state)
{
	struct ledger_entry e = {.evidence = {.reasons = 1u << KLOG_RETRY}};

	e.sums.refused = 100;
	e.sums.gap_events = 100;
	loss_judge(&e);
	assert_int_equal(e.cause, LEDGER_RETRY_QUEUE);
	assert_int_equal(loss_events(&e).min, 100);
	assert_int_equal(loss_records(&e).min, 100);
}

/* Nothing arrived while auditd stood: its events may have had several records. */
static void records_of_what_nobody_saw(void **state)
{
	struct ledger_entry e = {.evidence = {.stopped = true}};

	e.sums.refused = 100;
	loss_judge(&e);
	assert_int_equal(loss_records(&e).min, 100);
	assert_true(loss_records(&e).max >= 600);
}

static void gaps_and_amounts(void **state)
{
	struct world *x = *state;
	struct ledger_stream s = {.events = 100, .records = 300, .gap_events = 5};
	struct loss_range r;

	poll(x, 0, 0);
	assert_int_equal(ledger_arrived(&x->l, &s, &x->now), 0);
	s.gap_events += 26;
	assert_int_equal(ledger_arrived(&x->l, &s, &x->now), LEDGER_GAP | LEDGER_OPENED);
	s.events += 10;
	s.records += 30;
	assert_int_equal(ledger_arrived(&x->l, &s, &x->now), 0);
	r = loss_events(ledger_newest(&x->l));
	assert_int_equal(r.min, 26);
	assert_int_equal(r.max, 26);
	r = loss_records(ledger_newest(&x->l));
	assert_int_equal(r.min, 26);
	assert_int_equal(r.max, 26 * 6);
	/* refused: each an event, unless it was a later record of one that came in part
	 */
	poll(x, 40, 65);
	s.broken_events += 2;
	ledger_arrived(&x->l, &s, &x->now);
	r = loss_events(ledger_newest(&x->l));
	assert_int_equal(r.min, 26 + 40 - 2 * 3);
	assert_int_equal(r.max, 26 + 40);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(what_was_before_is_an_entry_and_no_growth),
		CASE(what_was_before_is_not_what_is),
		CASE(an_absence_holds_nobody),
		CASE(a_boot_may_have_lost_it),
		CASE(lost_wraps),
		CASE(a_reset_is_seen_before_it_is_said),
		CASE(a_reset_is_said_before_it_is_seen),
		CASE(a_forged_reset_counts_nothing),
		CASE(an_absence_is_counted),
		CASE(an_absence_is_not_the_stall_behind_it),
		CASE(an_absence_shows_in_serials),
		CASE(nothing_is_missing_without_an_absence),
		CASE(summaries_get_differences),
		CASE(an_incident_ends_after_a_quiet_minute),
		CASE(the_oldest_of_a_thousand_goes),
		CASE(burst_and_overload),
		CASE(an_overload_is_seen_by_what_is_lost),
		CASE(rate_limit),
		CASE(a_stopped_auditd),
		CASE(a_slow_auditd),
		CASE(memory_retry_hold_and_nothing),
		CASE(a_stall_loses_nothing),
		CASE(a_reason_may_come_first),
		CASE(the_log_may_count),
		CASE(a_late_status_is_no_reset),
		CASE(a_reset_in_an_absence_is_seen),
		CASE(a_status_of_before_the_reset_is_old),
		CASE(a_reset_waits_a_minute_for_its_word),
		CASE(drops_of_another_socket_are_no_growth),
		CASE(a_rate_limit_is_not_to_blame_for_all),
		CASE(a_crowded_socket_is_no_full_queue),
		CASE(a_refusal_with_a_serial_counts_once),
		CASE(records_of_what_nobody_saw),
		CASE(gaps_and_amounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
