/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeline.c - which stamps move the windows
 *
 * Own time is stamp + shift. It starts with the first stamp, follows stamps
 * that are near, and never goes back; a believed step back adds a shift. A
 * stamp that one of the kept shifts brings near to now is an ordinary one.
 */
#include "count/timeline.h"

#include <string.h>

/* Each jump ahead and back adds to the shift: no sum below may overflow. */
#define SHIFT_MAX_MS (INT64_MAX / 4)

void timeline_init(struct timeline *t, const struct window_set *windows)
{
	memset(t, 0, sizeof(*t));
	t->windows = *windows;
	t->n_shifts = 1;
}

/* Cover begins here, at the first stamp or, in replay, at one that the first overtook. */
static void set_start(struct timeline *t, int64_t own_ms)
{
	unsigned int i;

	for (i = 0; i < t->windows.n; i++)
		t->cover_ms[i] = own_ms;
	t->start_ms = own_ms;
	t->started = true;
}

/* How much of the time from @from_ms on was the gap? */
static int64_t gap_since(const struct timeline *t, int64_t from_ms)
{
	if (from_ms < t->gap_from_ms)
		from_ms = t->gap_from_ms;
	return from_ms < t->gap_to_ms ? t->gap_to_ms - from_ms : 0;
}

/* One gap is known at a time: an older one shortens what was before it. */
static void add_gap(struct timeline *t, int64_t from_ms, int64_t to_ms)
{
	unsigned int i;

	for (i = 0; i < t->windows.n; i++)
		t->cover_ms[i] += gap_since(t, t->cover_ms[i]);
	t->start_ms += gap_since(t, t->start_ms);
	t->gap_from_ms = from_ms;
	t->gap_to_ms = to_ms;
}

static int64_t own_of(const struct timeline *t, int64_t stamp_ms)
{
	return stamp_ms + t->shift_ms[0];
}

static bool is_near(const struct timeline *t, int64_t own_ms)
{
	int64_t ahead = own_ms - t->now_ms;

	return ahead <= TIMELINE_NEAR_MS && ahead >= -TIMELINE_NEAR_MS;
}

/* Put @shift in front; the one that was used least lately leaves. */
static void use_shift(struct timeline *t, int64_t shift_ms)
{
	unsigned int i = 0;

	while (i < t->n_shifts && t->shift_ms[i] != shift_ms)
		i++;
	if (i == t->n_shifts && t->n_shifts < TIMELINE_SHIFTS)
		t->n_shifts++;
	if (i == TIMELINE_SHIFTS)
		i--;
	memmove(&t->shift_ms[1], &t->shift_ms[0], i * sizeof(t->shift_ms[0]));
	t->shift_ms[0] = shift_ms;
}

/* The shift by which this stamp is an ordinary one, if there is any, comes to the front.
 */
static void choose_shift(struct timeline *t, int64_t stamp_ms)
{
	unsigned int i;

	for (i = 0; i < t->n_shifts; i++)
		if (is_near(t, stamp_ms + t->shift_ms[i])) {
			if (i)
				use_shift(t, t->shift_ms[i]);
			return;
		}
}

static bool wall_agrees(int64_t stamp_ms, const struct clock_reading *clock)
{
	int64_t apart = stamp_ms - clock->wall_ms;

	return apart <= TIMELINE_NEAR_MS && apart >= -TIMELINE_NEAR_MS;
}

static void move_now(struct timeline *t, int64_t own_ms)
{
	unsigned int i;

	t->now_ms = own_ms;
	for (i = 0; i < t->windows.n; i++) {
		int64_t width = t->windows.bucket_ms[i];

		if ((uint64_t)(own_ms - t->now.bucket[i] * width) >= (uint64_t)width)
			t->now.bucket[i] = own_ms / width;
	}
}

/* Own time may run as fast as CLOCK_BOOTTIME, and be late and catch up. What a stamp is
 * further ahead than ever is a jump of the clock, or how late the first one was: no time
 * that anybody watched. */
static void set_now(struct timeline *t, int64_t own_ms, const struct clock_reading *clock)
{
	if (clock && own_ms - clock->boot_ms > t->pace_ms) {
		add_gap(t, t->pace_ms + clock->boot_ms, own_ms);
		t->pace_ms = own_ms - clock->boot_ms;
	}
	move_now(t, own_ms);
}

static void step_back(struct timeline *t, int64_t own_ms)
{
	int64_t shift = t->shift_ms[0] + t->now_ms - own_ms;

	t->back_events = 0;
	if (shift > SHIFT_MAX_MS)
		return;
	use_shift(t, shift);
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

static void see_near(struct timeline *t, int64_t own_ms,
		     const struct clock_reading *clock)
{
	t->back_events = 0;
	if (own_ms >= t->now_ms)
		set_now(t, own_ms, clock);
	else if (!clock && own_ms < t->start_ms)
		set_start(t, own_ms); /* overtaken by the first one */
}

/* Nothing contradicts a first stamp but the calendar and, live, the clock; live the clock
 * then says where own time begins. Return: has it begun? */
static bool begin(struct timeline *t, int64_t stamp_ms, const struct clock_reading *clock)
{
	if (stamp_ms > TIMELINE_LAST_MS && !clock)
		return false;
	if (clock && stamp_ms > clock->wall_ms + TIMELINE_NEAR_MS)
		stamp_ms = clock->wall_ms;
	set_start(t, stamp_ms);
	if (clock)
		t->pace_ms = stamp_ms - clock->boot_ms;
	move_now(t, stamp_ms);
	return true;
}

/* A near one may be ahead, but not of the clock: many of them would make a far one. */
static bool is_ahead_of_clock(const struct timeline *t, int64_t stamp_ms, int64_t own_ms,
			      const struct clock_reading *clock)
{
	return clock && own_ms > t->now_ms &&
	       stamp_ms > clock->wall_ms + TIMELINE_NEAR_MS;
}

static bool is_late(const struct timeline *t, int64_t own_ms)
{
	int64_t width = t->windows.bucket_ms[0];

	/* nearly always it is near, and no division is needed to see it */
	return t->now_ms - own_ms > (WINDOW_BUCKETS - 2) * width &&
	       t->now.bucket[0] - own_ms / width >= WINDOW_BUCKETS;
}

bool timeline_see(struct timeline *t, int64_t stamp_ms, const struct clock_reading *clock)
{
	int64_t own;

	if (!t->started && !begin(t, stamp_ms, clock)) {
		t->ahead++;
		return false;
	}
	choose_shift(t, stamp_ms);
	own = own_of(t, stamp_ms);
	if (is_near(t, own) && !is_ahead_of_clock(t, stamp_ms, own, clock)) {
		see_near(t, own, clock);
	} else if (own > t->now_ms) {
		if (!clock || !wall_agrees(stamp_ms, clock)) {
			t->ahead++;
			return false;
		}
		set_now(t, own, clock);
	} else if (!clock || wall_agrees(stamp_ms, clock)) {
		see_back(t, own);
	}
	t->late += is_late(t, own_of(t, stamp_ms));
	return true;
}

bool timeline_agrees(int64_t ahead_ms, int64_t next_ms)
{
	return next_ms >= ahead_ms - TIMELINE_NEAR_MS;
}

bool timeline_believe(struct timeline *t, int64_t stamp_ms,
		      const struct clock_reading *clock)
{
	int64_t own = own_of(t, stamp_ms);

	if (stamp_ms > TIMELINE_LAST_MS ||
	    (clock && stamp_ms > clock->wall_ms + TIMELINE_NEAR_MS))
		return false;
	t->back_events = 0;
	if (own > t->now_ms)
		set_now(t, own, clock);
	return true;
}

void timeline_idle(struct timeline *t, const struct clock_reading *clock)
{
	int64_t own = t->pace_ms + clock->boot_ms;

	if (t->started && own > t->now_ms)
		move_now(t, own);
}

struct when timeline_place(const struct timeline *t, int64_t stamp_ms)
{
	int64_t own = own_of(t, stamp_ms);
	struct when when = t->now;
	unsigned int i;

	for (i = 0; i < t->windows.n; i++) {
		int64_t width = t->windows.bucket_ms[i];

		if (own >= t->now.bucket[i] * width)
			continue;
		when.bucket[i] = own / width;
		if (when.bucket[i] <= t->now.bucket[i] - WINDOW_BUCKETS)
			when.bucket[i] = t->now.bucket[i] - WINDOW_BUCKETS + 1;
	}
	return when;
}

struct when timeline_now(const struct timeline *t)
{
	return t->now;
}

int64_t timeline_stamp(const struct timeline *t)
{
	return t->now_ms - t->shift_ms[0];
}

int64_t timeline_span_ms(const struct timeline *t, unsigned int window, bool *complete)
{
	int64_t width = t->windows.bucket_ms[window];
	int64_t oldest = (t->now_ms / width - WINDOW_BUCKETS + 1) * width;
	bool whole = t->started && t->cover_ms[window] <= oldest;
	int64_t from = whole ? oldest : t->cover_ms[window];

	*complete = whole && gap_since(t, from) <= width;
	return t->now_ms - from - gap_since(t, from);
}

bool timeline_watched(const struct timeline *t, int64_t span_ms)
{
	int64_t from = t->now_ms - span_ms;

	return t->started && t->start_ms <= from &&
	       gap_since(t, from) <= TIMELINE_NEAR_MS;
}

int64_t timeline_covered_ms(const struct timeline *t)
{
	return t->covered_before_ms + t->now_ms - t->start_ms - gap_since(t, t->start_ms);
}

/* --- over a restart --- */

bool timeline_save(const struct timeline *t, const struct clock_reading *clock,
		   struct timeline_saved *saved)
{
	unsigned int i;

	memset(saved, 0, sizeof(*saved));
	if (!t->started)
		return false;
	saved->now_ms = t->now_ms;
	saved->wall_ms = clock->wall_ms;
	saved->boot_ms = clock->boot_ms;
	saved->covered_ms = timeline_covered_ms(t);
	/* as add_gap() */
	for (i = 0; i < t->windows.n; i++)
		saved->cover_ms[i] = t->cover_ms[i] + gap_since(t, t->cover_ms[i]);
	memcpy(saved->shift_ms, t->shift_ms, sizeof(saved->shift_ms));
	saved->n_shifts = t->n_shifts;
	return true;
}

static bool is_sane(int64_t ms)
{
	return ms >= 0 && ms <= SHIFT_MAX_MS;
}

bool timeline_saved_ok(const struct timeline_saved *s)
{
	unsigned int i;

	if (!is_sane(s->now_ms) || !is_sane(s->wall_ms) || !is_sane(s->boot_ms) ||
	    s->covered_ms < 0 || s->covered_ms > s->now_ms || !s->n_shifts ||
	    s->n_shifts > TIMELINE_SHIFTS)
		return false;
	for (i = 0; i < WINDOWS_MAX; i++)
		if (!is_sane(s->cover_ms[i]))
			return false;
	for (i = 0; i < s->n_shifts; i++)
		if (!is_sane(s->shift_ms[i]))
			return false;
	return true;
}

static int64_t not_negative(int64_t ms)
{
	return ms > 0 ? ms : 0;
}

void timeline_resume(struct timeline *t, const struct timeline_saved *saved,
		     const struct clock_reading *clock, bool same_boot)
{
	int64_t by_wall = clock->wall_ms - saved->wall_ms;
	int64_t away = not_negative(by_wall);
	unsigned int i;

	if (same_boot && clock->boot_ms - saved->boot_ms > away)
		away = clock->boot_ms - saved->boot_ms;
	memcpy(t->shift_ms, saved->shift_ms, sizeof(t->shift_ms));
	t->n_shifts = saved->n_shifts;
	if (away - by_wall > TIMELINE_NEAR_MS && t->shift_ms[0] < SHIFT_MAX_MS - away)
		use_shift(t, t->shift_ms[0] + away - by_wall);
	t->started = true;
	move_now(t, saved->now_ms + away);
	t->pace_ms = t->now_ms - clock->boot_ms;
	t->start_ms = t->now_ms;
	t->covered_before_ms = saved->covered_ms;
	t->gap_from_ms = saved->now_ms;
	t->gap_to_ms = t->start_ms;
	for (i = 0; i < t->windows.n; i++)
		t->cover_ms[i] = saved->cover_ms[i] <= saved->now_ms ? saved->cover_ms[i]
								     : t->start_ms;
}
