/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_timeline.c - which stamps move the windows
 *
 * feed() does with a stamp what the engine does for one node: a stamp that is
 * too far ahead is held until the next one decides about it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "count/timeline.h"

#define T0        1700000000000
#define MINUTE    60000
#define HOUR      (60 * MINUTE)
#define DAY       (24LL * HOUR)
#define YEAR_9999 253402300799000

static const struct window_set windows = {3, {1000, 5000, 60000}};

struct feeder {
	struct timeline t;
	int64_t held; /* 0: none */
	const struct clock_reading *clock;
};

static struct feeder feeder(void)
{
	struct feeder f = {.held = 0};

	timeline_init(&f.t, &windows);
	return f;
}

/* Return: was the stamp believed at once? */
static bool feed(struct feeder *f, int64_t stamp_ms)
{
	bool seen;

	if (f->held && timeline_agrees(f->held, stamp_ms))
		timeline_believe(&f->t, f->held, f->clock);
	f->held = 0;
	seen = timeline_see(&f->t, stamp_ms, f->clock);
	if (!seen)
		f->held = stamp_ms;
	return seen;
}

static void feed_end(struct feeder *f)
{
	if (f->held && timeline_agrees(f->held, INT64_MAX))
		timeline_believe(&f->t, f->held, f->clock);
}

/* How many buckets of window 0 a stamp lies behind now. */
static int64_t behind(const struct feeder *f, int64_t stamp_ms)
{
	return timeline_now(&f->t).bucket[0] - timeline_place(&f->t, stamp_ms).bucket[0];
}

static void timeline_of_nothing(void **state)
{
	struct feeder f = feeder();
	bool complete = true;

	assert_false(f.t.started);
	assert_int_equal(timeline_span_ms(&f.t, 0, &complete), 0);
	assert_false(complete);
	assert_int_equal(timeline_now(&f.t).bucket[2], 0);
}

static void timeline_follows_near_stamps(void **state)
{
	struct feeder f = feeder();
	int i;

	for (i = 0; i < 100; i++)
		assert_true(feed(&f, T0 + i * MINUTE));
	assert_int_equal(f.t.now_ms, T0 + 99 * MINUTE);
	assert_int_equal(timeline_stamp(&f.t), T0 + 99 * MINUTE);
	assert_int_equal(f.t.ahead, 0);
	assert_int_equal(f.t.late, 0);
}

static void timeline_never_goes_back(void **state)
{
	struct feeder f = feeder();

	feed(&f, T0 + 5000);
	feed(&f, T0);
	assert_int_equal(f.t.now_ms, T0 + 5000);
	assert_int_equal(f.t.start_ms, T0); /* overtaken by the first one */
	assert_int_equal(behind(&f, T0), 5);
	assert_int_equal(f.t.late, 0);
}

static void timeline_ahead_by_a_minute_is_near(void **state)
{
	struct feeder f = feeder();

	feed(&f, T0);
	assert_true(feed(&f, T0 + MINUTE));
	assert_false(feed(&f, T0 + MINUTE + MINUTE + 1));
	assert_int_equal(f.t.now_ms, T0 + MINUTE);
	assert_int_equal(f.t.ahead, 1);
}

static void timeline_ahead_is_believed_when_the_next_agrees(void **state)
{
	struct feeder f = feeder();

	feed(&f, T0);
	assert_false(feed(&f, T0 + HOUR));
	assert_int_equal(f.t.now_ms, T0);
	assert_int_equal(behind(&f, T0 + HOUR), 0); /* counts in the newest bucket */
	assert_true(feed(&f, T0 + HOUR - MINUTE));
	assert_int_equal(f.t.now_ms, T0 + HOUR);
}

static void timeline_ahead_is_not_believed_when_the_next_is_not_there(void **state)
{
	struct feeder f = feeder();

	feed(&f, T0);
	assert_false(feed(&f, T0 + HOUR));
	assert_true(feed(&f, T0 + 1));
	assert_int_equal(f.t.now_ms, T0 + 1);
	assert_false(feed(&f, T0 + HOUR));
	assert_false(
		feed(&f, T0 + HOUR - MINUTE - 1)); /* itself ahead, but behind that one */
	assert_int_equal(f.t.now_ms, T0 + 1);
}

static void timeline_agreement_is_not_more_than_a_minute_behind(void **state)
{
	assert_true(timeline_agrees(T0, T0 - MINUTE));
	assert_false(timeline_agrees(T0, T0 - MINUTE - 1));
	assert_true(timeline_agrees(T0, T0 + YEAR_9999));
	assert_true(timeline_agrees(YEAR_9999, INT64_MAX));
}

/* One event every ten minutes: each next one confirms the one before. */
static void timeline_follows_a_sparse_log(void **state)
{
	struct feeder f = feeder();
	int i;

	for (i = 0; i < 200; i++) {
		feed(&f, T0 + i * 10 * MINUTE);
		assert_int_equal(f.t.now_ms, T0 + (i > 1 ? i - 1 : 0) * 10 * MINUTE);
	}
	feed_end(&f);
	assert_int_equal(f.t.now_ms, T0 + 199 * 10 * MINUTE);
	assert_int_equal(f.t.late, 0);
	assert_int_equal(f.t.shift_ms[0], 0);
}

/* --- forged stamps --- */

static void timeline_forged_future_in_the_middle_changes_nothing(void **state)
{
	struct feeder f = feeder();
	int i;

	for (i = 0; i < 200; i++) {
		feed(&f, T0 + i * 100);
		if (i % 10 == 5)
			assert_false(feed(&f, YEAR_9999));
	}
	assert_int_equal(f.t.now_ms, T0 + 199 * 100);
	assert_int_equal(f.t.late, 0);
	assert_int_equal(f.t.ahead, 20);
	assert_int_equal(f.t.steps_back, 0);
}

/* Nothing but the calendar can be held against the first one. */
static void timeline_forged_future_as_first_begins_nothing(void **state)
{
	struct feeder f = feeder();
	bool complete;

	assert_false(feed(&f, YEAR_9999));
	assert_false(f.t.started);
	assert_true(feed(&f, T0));
	assert_int_equal(f.t.start_ms, T0);
	feed(&f, T0 + 3600);
	assert_int_equal(f.t.ahead, 1);
	assert_int_equal(f.t.steps_back, 0);
	assert_int_equal(timeline_stamp(&f.t), T0 + 3600);
	assert_int_equal(timeline_span_ms(&f.t, 0, &complete), 3600);
	assert_false(complete);
}

/* Within the calendar it is believed, and the 65 after it correct it. */
static void timeline_wrong_first_is_overcome(void **state)
{
	struct feeder f = feeder();
	bool complete;
	int i;

	feed(&f, T0 + 1000 * DAY);
	for (i = 0; i < 64; i++)
		feed(&f, T0 + i * 100);
	assert_int_equal(f.t.steps_back, 0);
	assert_int_equal(f.t.late, 64);
	assert_int_equal(timeline_stamp(&f.t), T0 + 1000 * DAY);
	feed(&f, T0 + 6400);
	assert_int_equal(f.t.steps_back, 1);
	assert_int_equal(f.t.late, 64);
	assert_int_equal(timeline_stamp(&f.t), T0 + 6400);
	assert_int_equal(behind(&f, T0 + 6400), 0);
	feed(&f, T0 + 10000);
	assert_int_equal(timeline_stamp(&f.t), T0 + 10000);
	assert_int_equal(timeline_span_ms(&f.t, 0, &complete), 3600);
	assert_false(complete);
}

static void timeline_future_as_last_is_believed_at_the_end(void **state)
{
	struct feeder f = feeder();

	feed(&f, T0);
	feed(&f, T0 + 400 * DAY);
	assert_int_equal(f.t.now_ms, T0);
	feed_end(&f);
	assert_int_equal(f.t.now_ms, T0 + 400 * DAY);
}

static void timeline_beyond_the_calendar_is_never_believed(void **state)
{
	struct feeder f = feeder();

	feed(&f, T0);
	feed(&f, YEAR_9999);
	feed(&f, YEAR_9999);
	feed_end(&f);
	assert_int_equal(f.t.now_ms, T0);
	assert_int_equal(behind(&f, YEAR_9999), 0);
}

static void timeline_forged_past_is_late_and_nothing_else(void **state)
{
	struct feeder f = feeder();
	int i;

	for (i = 0; i < 200; i++) {
		feed(&f, T0 + i * 100);
		if (i)
			assert_true(feed(&f, 0));
	}
	assert_int_equal(f.t.now_ms, T0 + 199 * 100);
	assert_int_equal(f.t.start_ms, T0);
	assert_int_equal(f.t.steps_back, 0);
	assert_int_equal(f.t.late, 199);
	assert_int_equal(behind(&f, 0), WINDOW_BUCKETS - 1);
}

/* Ahead and back, over and over: the sum of all steps must not overflow. */
static void timeline_forged_steps_without_end_do_no_harm(void **state)
{
	struct feeder f = feeder();
	int64_t before = 0;
	int i, round;

	for (round = 0; round < 45000; round++) {
		feed(&f, YEAR_9999);
		feed(&f, YEAR_9999);
		for (i = 0; i < 66; i++)
			feed(&f, i);
		assert_true(f.t.now_ms >= before);
		before = f.t.now_ms;
	}
	assert_true(timeline_place(&f.t, YEAR_9999).bucket[0] <=
		    timeline_now(&f.t).bucket[0]);
}

/* --- steps back --- */

static void timeline_steps_back_when_64_agree(void **state)
{
	struct feeder f = feeder();
	int64_t now = T0 + DAY;
	int i;

	feed(&f, now);
	for (i = 0; i <= 64; i++) {
		assert_int_equal(f.t.steps_back, 0);
		feed(&f, T0 + i * 10);
	}
	assert_int_equal(f.t.steps_back, 1);
	assert_int_equal(f.t.now_ms, now); /* own time stands still, never goes back */
	assert_int_equal(timeline_stamp(&f.t), T0 + 640);
	feed(&f, T0 + 5640);
	assert_int_equal(f.t.now_ms, now + 5000);
	assert_int_equal(behind(&f, T0 + 640), 5);
}

/* Bursts of 80 in turn, one host's clock two minutes behind: nothing is emptied. */
static void timeline_takes_two_hosts_minutes_apart(void **state)
{
	struct feeder f = feeder();
	int i, burst;

	for (burst = 0; burst < 40; burst++)
		for (i = 0; i < 80; i++)
			feed(&f, T0 + burst * 200 + i - (burst % 2 ? 2 * MINUTE : 0));
	assert_true(f.t.now_ms < T0 + MINUTE);
	assert_int_equal(f.t.steps_back, 1);
	assert_int_equal(f.t.late, 64);
	assert_int_equal(f.held, 0);
}

/* Calls that were held up for an hour end together; then all is as before. */
static void timeline_leaves_a_step_that_was_none(void **state)
{
	struct feeder f = feeder();
	int i;

	for (i = 0; i < 200; i++)
		feed(&f, T0 + i);
	for (i = 0; i < 66; i++)
		feed(&f, T0 - 60 * MINUTE + i);
	for (i = 0; i < 100; i++)
		assert_true(feed(&f, T0 + 300 + i));
	assert_true(f.t.now_ms < T0 + MINUTE);
	assert_int_equal(timeline_stamp(&f.t), f.t.now_ms);
}

static void timeline_live_believes_no_step_that_the_clock_denies(void **state)
{
	struct feeder f = feeder();
	struct clock_reading clock = {T0, 5000};
	int i;

	f.clock = &clock;
	feed(&f, T0);
	for (i = 0; i < 500; i++)
		feed(&f, T0 - 60 * MINUTE + i);
	assert_int_equal(f.t.steps_back, 0);
	feed(&f, T0 + 10 * MINUTE);
	feed(&f, T0 + 10 * MINUTE);
	assert_int_equal(f.t.now_ms, T0);
}

static void timeline_live_believes_a_step_of_the_clock(void **state)
{
	struct feeder f = feeder();
	struct clock_reading clock = {T0, 5000};
	int i;

	f.clock = &clock;
	feed(&f, T0);
	clock.wall_ms = T0 - 60 * MINUTE;
	for (i = 0; i <= 64; i++)
		feed(&f, clock.wall_ms + i);
	assert_int_equal(f.t.steps_back, 1);
	assert_int_equal(timeline_stamp(&f.t), clock.wall_ms + 64);
}

static void timeline_step_back_needs_them_in_a_row(void **state)
{
	struct feeder f = feeder();
	int i;

	feed(&f, T0 + DAY);
	for (i = 0; i < 1000; i++) {
		feed(&f, T0 + i);
		if (i % 64 == 63) /* a minute back: one that still believes in now */
			feed(&f, T0 + DAY - MINUTE);
	}
	assert_int_equal(f.t.steps_back, 0);
	assert_int_equal(f.t.start_ms, T0 + DAY - MINUTE);
}

static void timeline_step_back_needs_them_to_agree(void **state)
{
	struct feeder f = feeder();
	int i;

	feed(&f, T0 + 1000 * DAY);
	for (i = 0; i < 900; i++)
		feed(&f, T0 + (900 - i) * DAY); /* each far behind the one before */
	assert_int_equal(f.t.steps_back, 0);
}

/* The clock was set back by a day on a quiet machine: an event in ten minutes. */
static void timeline_steps_back_in_a_sparse_log(void **state)
{
	struct feeder f = feeder();
	int i;

	feed(&f, T0 + 30 * DAY);
	for (i = 0; i <= 64; i++)
		feed(&f, T0 + i * 10 * MINUTE);
	assert_int_equal(f.t.steps_back, 1);
	assert_int_equal(timeline_stamp(&f.t), T0 + 640 * MINUTE);
}

static void timeline_step_back_takes_the_newest_of_them(void **state)
{
	struct feeder f = feeder();
	int i;

	feed(&f, T0 + DAY);
	for (i = 0; i <= 64; i++) /* two processors, one of them half a minute behind */
		feed(&f, T0 + i * 10 - (i % 2 ? 30000 : 0));
	assert_int_equal(timeline_stamp(&f.t), T0 + 640);
}

/* --- late events --- */

static void timeline_late_is_older_than_the_shortest_window(void **state)
{
	struct feeder f = feeder();

	feed(&f, T0);
	feed(&f, T0 - 59000);
	assert_int_equal(f.t.late, 0);
	assert_int_equal(behind(&f, T0 - 59000), 59);
	feed(&f, T0 - 60000);
	assert_int_equal(f.t.late, 1);
	assert_int_equal(behind(&f, T0 - 60000), 59);
	feed(&f, T0 - HOUR);
	assert_int_equal(f.t.late, 2);
	assert_int_equal(behind(&f, T0 - HOUR), 59);
}

static void timeline_places_in_each_window_by_itself(void **state)
{
	struct feeder f = feeder();
	struct when now, when;

	feed(&f, T0);
	now = timeline_now(&f.t);
	when = timeline_place(&f.t, T0 - 10 * MINUTE);
	assert_int_equal(now.bucket[0] - when.bucket[0], 59);
	assert_int_equal(now.bucket[1] - when.bucket[1], 59);
	assert_int_equal(now.bucket[2] - when.bucket[2], 10);
	when = timeline_place(&f.t, T0 + DAY);
	assert_int_equal(now.bucket[0] - when.bucket[0], 0);
	assert_int_equal(now.bucket[2] - when.bucket[2], 0);
}

static void timeline_begins_in_1970_as_well(void **state)
{
	struct feeder f = feeder();

	feed(&f, 0);
	assert_int_equal(timeline_place(&f.t, 0).bucket[0], 0);
	feed(&f, 5000);
	assert_int_equal(timeline_place(&f.t, 0).bucket[0], 0);
	assert_int_equal(timeline_now(&f.t).bucket[0], 5);
}

/* --- live --- */

static void timeline_live_ahead_is_believed_when_the_clock_agrees(void **state)
{
	struct feeder f = feeder();
	struct clock_reading clock = {T0, 1000};

	f.clock = &clock;
	feed(&f, T0);
	clock.wall_ms = T0 + HOUR;
	assert_true(feed(&f, T0 + HOUR - MINUTE));
	assert_int_equal(f.t.now_ms, T0 + HOUR - MINUTE);
	clock.wall_ms = T0 + 2 * HOUR;
	assert_true(feed(&f, T0 + 2 * HOUR + MINUTE));
	clock.wall_ms = T0 + 3 * HOUR;
	assert_false(feed(&f, T0 + 3 * HOUR + MINUTE + 1));
	assert_false(feed(&f, T0 + 3 * HOUR - MINUTE - 1));
	assert_int_equal(f.t.ahead, 2);
}

static void timeline_idle_moves_by_boot_time(void **state)
{
	struct feeder f = feeder();
	struct clock_reading clock = {T0, 1000};

	f.clock = &clock;
	timeline_idle(&f.t, &clock);
	assert_false(f.t.started);
	assert_int_equal(f.t.now_ms, 0);
	feed(&f, T0);
	clock.boot_ms += 5000;
	clock.wall_ms -= DAY; /* the wall clock may do what it likes */
	timeline_idle(&f.t, &clock);
	assert_int_equal(f.t.now_ms, T0 + 5000);
	clock.boot_ms += 1000;
	timeline_idle(&f.t, &clock);
	assert_int_equal(f.t.now_ms, T0 + 6000); /* not counted twice */
	clock.boot_ms -= 3000;
	timeline_idle(&f.t, &clock);
	assert_int_equal(f.t.now_ms, T0 + 6000);
}

/* An event that is older than the idle time has reached is near and goes back nowhere. */
static void timeline_idle_and_a_lagging_event(void **state)
{
	struct feeder f = feeder();
	struct clock_reading clock = {T0, 1000};

	f.clock = &clock;
	feed(&f, T0);
	clock.boot_ms += 5000;
	timeline_idle(&f.t, &clock);
	feed(&f, T0 + 2000);
	assert_int_equal(f.t.now_ms, T0 + 5000);
	clock.boot_ms += 1000;
	timeline_idle(&f.t, &clock);
	assert_int_equal(f.t.now_ms, T0 + 6000);
	feed(&f, T0 + 7000);
	assert_int_equal(f.t.now_ms, T0 + 7000);
	clock.boot_ms += 1000;
	timeline_idle(&f.t, &clock);
	assert_int_equal(f.t.now_ms, T0 + 8000);
}

/* --- what a window covers --- */

static void timeline_span_grows_until_complete(void **state)
{
	struct feeder f = feeder();
	bool complete;
	int s;

	for (s = 0; s <= 120; s++) {
		int64_t span;

		feed(&f, T0 + s * 1000 + 500);
		span = timeline_span_ms(&f.t, 0, &complete);
		assert_int_equal(complete, s >= 60);
		assert_int_equal(span, s >= 60 ? 59500 : s * 1000);
		timeline_span_ms(&f.t, 1, &complete);
		assert_false(complete);
	}
}

static void timeline_span_counts_a_jump_as_watched(void **state)
{
	struct feeder f = feeder();
	bool complete;

	feed(&f, T0);
	feed(&f, T0 + DAY);
	feed(&f, T0 + DAY + 1000);
	assert_int_equal(timeline_span_ms(&f.t, 2, &complete) / MINUTE, 59);
	assert_true(complete);
}

/* A process ends, and 3 s later the next one goes on: what nobody watched counts in
 * no window, neither while it is the last absence nor when another follows. */
static void timeline_span_leaves_absences_out(void **state)
{
	struct clock_reading clock = {T0, 1000};
	struct timeline_saved saved;
	struct feeder f = feeder(), g = feeder(), h = feeder();
	bool complete;
	int64_t ms;

	for (ms = 0; ms <= 20000; ms += 1000)
		feed(&f, T0 + ms);
	clock = (struct clock_reading){T0 + 20000, 21000};
	assert_true(timeline_save(&f.t, &clock, &saved));
	clock = (struct clock_reading){T0 + 23000, 24000};
	timeline_resume(&g.t, &saved, &clock, true);
	assert_int_equal(timeline_span_ms(&g.t, 0, &complete), 20000);
	assert_false(complete);
	for (ms = 23000; ms <= 30000; ms += 1000)
		feed(&g, T0 + ms);
	assert_int_equal(timeline_span_ms(&g.t, 0, &complete), 27000);
	assert_int_equal(timeline_span_ms(&g.t, 2, &complete), 27000);
	assert_int_equal(timeline_covered_ms(&g.t), 27000);

	clock = (struct clock_reading){T0 + 30000, 31000};
	assert_true(timeline_save(&g.t, &clock, &saved));
	clock = (struct clock_reading){T0 + 35000, 36000};
	timeline_resume(&h.t, &saved, &clock, true);
	feed(&h, T0 + 36000);
	assert_int_equal(timeline_span_ms(&h.t, 0, &complete), 28000);
	assert_int_equal(timeline_covered_ms(&h.t), 28000);
	/* the window has left both behind */
	for (ms = 37000; ms <= 120000; ms += 1000)
		feed(&h, T0 + ms);
	assert_int_equal(timeline_span_ms(&h.t, 0, &complete), 59000);
	assert_true(complete);
	assert_false(timeline_span_ms(&h.t, 2, &complete) > 112000 || complete);
}

/* The first event is of a call that was entered an hour ago, or half a minute. */
static void timeline_live_covers_what_was_watched(void **state)
{
	static const int64_t ago[] = {HOUR, MINUTE / 2, 1};
	size_t i;
	unsigned int w;

	for (i = 0; i < sizeof(ago) / sizeof(ago[0]); i++) {
		struct clock_reading clock = {T0, 5000};
		struct feeder f = feeder();
		bool complete;

		f.clock = &clock;
		feed(&f, T0 - ago[i]);
		feed(&f, T0);
		clock = (struct clock_reading){T0 + 2000, 7000};
		feed(&f, T0 + 2000);
		feed(&f, T0 - MINUTE + 2000); /* its call waited: that tells nothing */
		assert_int_equal(timeline_covered_ms(&f.t), 2000);
		for (w = 0; w < 3; w++) {
			assert_int_equal(timeline_span_ms(&f.t, w, &complete), 2000);
			assert_false(complete);
		}
	}
}

static void timeline_live_begins_at_the_clock_at_the_latest(void **state)
{
	struct clock_reading clock = {T0, 5000};
	struct feeder f = feeder();

	f.clock = &clock;
	assert_false(feed(&f, YEAR_9999));
	assert_true(f.t.started);
	assert_int_equal(timeline_stamp(&f.t), T0);
	assert_true(feed(&f, T0 + 10));
	assert_int_equal(timeline_stamp(&f.t), T0 + 10);
	assert_int_equal(f.t.steps_back, 0);
}

/* Started in 1970, then the network's time comes. */
static void timeline_live_jump_was_not_watched(void **state)
{
	struct clock_reading clock = {1000, 5000};
	struct timeline_saved saved;
	struct feeder f = feeder();
	bool complete;

	f.clock = &clock;
	feed(&f, 1000);
	clock = (struct clock_reading){T0, 15000};
	feed(&f, T0);
	clock = (struct clock_reading){T0 + 10000, 25000};
	feed(&f, T0 + 10000);
	assert_int_equal(timeline_covered_ms(&f.t), 20000);
	assert_int_equal(timeline_span_ms(&f.t, 2, &complete), 10000);
	assert_false(complete);
	assert_true(timeline_save(&f.t, &clock, &saved));
	assert_int_equal(saved.covered_ms, 20000);
	/* a second jump, by an hour */
	clock = (struct clock_reading){T0 + HOUR, 35000};
	feed(&f, T0 + HOUR);
	assert_int_equal(timeline_covered_ms(&f.t), 30000);
}

/* The queue was full, and what stood in it arrives: all of it was watched. */
static void timeline_live_may_be_late_and_catch_up(void **state)
{
	struct clock_reading clock = {T0, 5000};
	struct feeder f = feeder();
	bool complete;
	int s;

	f.clock = &clock;
	for (s = 0; s <= 200; s++) {
		clock = (struct clock_reading){T0 + s * 1000, 5000 + s * 1000};
		feed(&f, clock.wall_ms - (s > 100 && s < 150 ? s * 300 : 0));
	}
	assert_int_equal(timeline_covered_ms(&f.t), 200000);
	assert_int_equal(timeline_span_ms(&f.t, 0, &complete), 59000);
	assert_true(complete);
}

static void timeline_live_near_ones_do_not_creep(void **state)
{
	struct clock_reading clock = {T0, 5000};
	struct feeder f = feeder();
	int i;

	f.clock = &clock;
	feed(&f, T0);
	for (i = 1; i <= 1000; i++)
		feed(&f, T0 + i * (MINUTE / 2));
	assert_int_equal(timeline_stamp(&f.t), T0 + MINUTE);
	assert_int_equal(f.t.ahead, 998);
	assert_int_equal(timeline_covered_ms(&f.t), 0);
}

static void timeline_saved_cover_is_checked(void **state)
{
	struct clock_reading clock = {T0, 1000};
	struct timeline_saved saved;
	struct feeder f = feeder();

	feed(&f, T0);
	assert_true(timeline_save(&f.t, &clock, &saved));
	assert_true(timeline_saved_ok(&saved));
	saved.cover_ms[1] = INT64_MIN;
	assert_false(timeline_saved_ok(&saved));
	saved.cover_ms[1] = T0;
	saved.covered_ms = saved.now_ms + 1;
	assert_false(timeline_saved_ok(&saved));
}

static void timeline_watched_counts_this_process_alone(void **state)
{
	struct feeder f = feeder();
	struct clock_reading clock = {T0, 1000};
	struct timeline_saved saved;
	struct timeline next;

	assert_false(timeline_watched(&f.t, 0));
	f.clock = &clock;
	feed(&f, T0);
	clock = (struct clock_reading){T0 + HOUR - 1, 1000 + HOUR - 1};
	feed(&f, T0 + HOUR - 1);
	assert_false(timeline_watched(&f.t, HOUR));
	clock = (struct clock_reading){T0 + HOUR, 1000 + HOUR};
	feed(&f, T0 + HOUR);
	assert_true(timeline_watched(&f.t, HOUR));
	/* the clock was set: nobody watched what it leapt over */
	clock.wall_ms += 2 * MINUTE;
	feed(&f, clock.wall_ms);
	assert_false(timeline_watched(&f.t, HOUR));
	/* after a restart it is counted anew */
	assert_true(timeline_save(&f.t, &clock, &saved));
	timeline_init(&next, &windows);
	timeline_resume(&next, &saved, &clock, true);
	assert_false(timeline_watched(&next, MINUTE));
	clock.boot_ms += MINUTE;
	timeline_idle(&next, &clock);
	assert_true(timeline_watched(&next, MINUTE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timeline_of_nothing),
		cmocka_unit_test(timeline_follows_near_stamps),
		cmocka_unit_test(timeline_never_goes_back),
		cmocka_unit_test(timeline_ahead_by_a_minute_is_near),
		cmocka_unit_test(timeline_ahead_is_believed_when_the_next_agrees),
		cmocka_unit_test(
			timeline_ahead_is_not_believed_when_the_next_is_not_there),
		cmocka_unit_test(timeline_agreement_is_not_more_than_a_minute_behind),
		cmocka_unit_test(timeline_follows_a_sparse_log),
		cmocka_unit_test(timeline_forged_future_in_the_middle_changes_nothing),
		cmocka_unit_test(timeline_forged_future_as_first_begins_nothing),
		cmocka_unit_test(timeline_wrong_first_is_overcome),
		cmocka_unit_test(timeline_live_covers_what_was_watched),
		cmocka_unit_test(timeline_live_begins_at_the_clock_at_the_latest),
		cmocka_unit_test(timeline_live_jump_was_not_watched),
		cmocka_unit_test(timeline_live_may_be_late_and_catch_up),
		cmocka_unit_test(timeline_live_near_ones_do_not_creep),
		cmocka_unit_test(timeline_saved_cover_is_checked),
		cmocka_unit_test(timeline_future_as_last_is_believed_at_the_end),
		cmocka_unit_test(timeline_beyond_the_calendar_is_never_believed),
		cmocka_unit_test(timeline_takes_two_hosts_minutes_apart),
		cmocka_unit_test(timeline_leaves_a_step_that_was_none),
		cmocka_unit_test(timeline_live_believes_no_step_that_the_clock_denies),
		cmocka_unit_test(timeline_live_believes_a_step_of_the_clock),
		cmocka_unit_test(timeline_forged_past_is_late_and_nothing_else),
		cmocka_unit_test(timeline_forged_steps_without_end_do_no_harm),
		cmocka_unit_test(timeline_steps_back_when_64_agree),
		cmocka_unit_test(timeline_step_back_needs_them_in_a_row),
		cmocka_unit_test(timeline_step_back_needs_them_to_agree),
		cmocka_unit_test(timeline_steps_back_in_a_sparse_log),
		cmocka_unit_test(timeline_step_back_takes_the_newest_of_them),
		cmocka_unit_test(timeline_late_is_older_than_the_shortest_window),
		cmocka_unit_test(timeline_places_in_each_window_by_itself),
		cmocka_unit_test(timeline_begins_in_1970_as_well),
		cmocka_unit_test(timeline_live_ahead_is_believed_when_the_clock_agrees),
		cmocka_unit_test(timeline_idle_moves_by_boot_time),
		cmocka_unit_test(timeline_idle_and_a_lagging_event),
		cmocka_unit_test(timeline_span_grows_until_complete),
		cmocka_unit_test(timeline_span_counts_a_jump_as_watched),
		cmocka_unit_test(timeline_span_leaves_absences_out),
		cmocka_unit_test(timeline_watched_counts_this_process_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
