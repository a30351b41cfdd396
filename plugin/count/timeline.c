/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeline.c - which stamps move the windows
 *
 * Own time is stamp + shift. It starts with the first stamp, follows stamps
 * that are near, and never goes back; a believed step back changes the shift.
 */
#include "count/timeline.h"

#include <string.h>

/*
 * Each forged jump ahead and back can add 8,000 years to the shift. After some
 * thousands of them no step back is believed any more, before the sum overflows.
 */
#define SHIFT_MAX_MS (INT64_MAX / 4)

void timeline_init(struct timeline *t, const struct window_set *windows)
{
	memset(t, 0, sizeof(*t));
	t->windows = *windows;
}

static void set_now(struct timeline *t, int64_t own_ms, const struct clock_reading *clock)
{
	t->now_ms = own_ms;
	t->boot_now_ms = own_ms;
	if (clock)
		t->boot_ms = clock->boot_ms;
}

static void step_back(struct timeline *t, int64_t own_ms)
{
	if (t->shift_ms > SHIFT_MAX_MS)
		return;
	t->shift_ms += t->now_ms - own_ms;
	t->back_events = 0;
	t->steps_back++;
}

/* A stamp far behind: is it one of a row that agrees? */
static void see_back(struct timeline *t, int64_t own_ms)
{
	if (own_ms < t->back_ms - TIMELINE_NEAR_MS)
		t->back_events = 0;
	if (!t->back_events || own_ms > t->back_ms)
		t->back_ms = own_ms;
	if (++t->back_events > TIMELINE_AGREE)
		step_back(t, t->back_ms);
}

bool timeline_see(struct timeline *t, int64_t stamp_ms, const struct clock_reading *clock)
{
	int64_t own = stamp_ms + t->shift_ms, from_wall;

	if (!t->started) {
		t->started = true;
		t->start_ms = own;
		set_now(t, own, clock);
		return true;
	}
	if (own - t->now_ms > TIMELINE_NEAR_MS) {
		from_wall = clock ? stamp_ms - clock->wall_ms : INT64_MAX;
		if (from_wall > TIMELINE_NEAR_MS || from_wall < -TIMELINE_NEAR_MS) {
			t->ahead++;
			return false;
		}
	}
	if (t->now_ms - own > TIMELINE_NEAR_MS) {
		see_back(t, own);
	} else {
		t->back_events = 0;
		if (own >= t->now_ms)
			set_now(t, own, clock);
		else if (own < t->start_ms)
			t->start_ms = own; /* overtaken by the first one */
	}
	own = stamp_ms + t->shift_ms;
	if (t->now_ms / t->windows.bucket_ms[0] - own / t->windows.bucket_ms[0] >=
	    WINDOW_BUCKETS)
		t->late++;
	return true;
}

bool timeline_agrees(int64_t ahead_ms, int64_t next_ms)
{
	return next_ms >= ahead_ms - TIMELINE_NEAR_MS;
}

void timeline_believe(struct timeline *t, int64_t stamp_ms,
		      const struct clock_reading *clock)
{
	int64_t own = stamp_ms + t->shift_ms;

	t->back_events = 0;
	if (own > t->now_ms)
		set_now(t, own, clock);
}

void timeline_idle(struct timeline *t, const struct clock_reading *clock)
{
	int64_t own = t->boot_now_ms + clock->boot_ms - t->boot_ms;

	if (t->started && own > t->now_ms)
		t->now_ms = own;
}

struct when timeline_place(const struct timeline *t, int64_t stamp_ms)
{
	struct when now = timeline_now(t), when = {{0}};
	unsigned int i;

	for (i = 0; i < t->windows.n; i++) {
		int64_t b = (stamp_ms + t->shift_ms) / t->windows.bucket_ms[i];

		if (b > now.bucket[i])
			b = now.bucket[i];
		if (b <= now.bucket[i] - WINDOW_BUCKETS)
			b = now.bucket[i] - WINDOW_BUCKETS + 1;
		when.bucket[i] = b;
	}
	return when;
}

struct when timeline_now(const struct timeline *t)
{
	struct when when = {{0}};
	unsigned int i;

	for (i = 0; i < t->windows.n; i++)
		when.bucket[i] = t->now_ms / t->windows.bucket_ms[i];
	return when;
}

int64_t timeline_stamp(const struct timeline *t)
{
	return t->now_ms - t->shift_ms;
}

int64_t timeline_span_ms(const struct timeline *t, unsigned int window, bool *complete)
{
	int64_t width = t->windows.bucket_ms[window];
	int64_t oldest = (t->now_ms / width - WINDOW_BUCKETS + 1) * width;

	*complete = t->started && t->start_ms <= oldest;
	return t->now_ms - (*complete ? oldest : t->start_ms);
}
