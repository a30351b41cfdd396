/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeline.h - which stamps move the windows
 *
 * Windows move by event time, in the daemon and in replay alike. A stamp more
 * than a minute ahead of now is not believed at once (one forged or broken
 * record would empty every window), one more than a minute back only when 64
 * following events agree. Live, the wall clock has the last word: no stamp is
 * believed that it contradicts. That matters, since a stamp is the system
 * call's entry: calls that were held up for an hour and end together look like
 * a clock that was set back.
 *
 * A believed step back shifts all later stamps, so that the windows' own time
 * never goes back and loses nothing. Several shifts are kept: hosts whose
 * clocks differ by minutes each have their own, and a step that was none is
 * left again with the next ordinary event.
 *
 * What was watched is told by CLOCK_BOOTTIME, live: a stamp can move own time on
 * faster than that (the clock was set, or the first call had waited), but what it
 * leaps over counts as a gap. In replay there is only the stamps' time.
 * Pure: the clocks are arguments.
 */
#ifndef NOISE_TIMELINE_H
#define NOISE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "count/window.h"

#define TIMELINE_NEAR_MS 60000
#define TIMELINE_AGREE   64
#define TIMELINE_SHIFTS  8
#define TIMELINE_LAST_MS 4102444800000LL /* 2100: a later stamp is never believed */

struct timeline {
	struct window_set windows;
	bool started;
	int64_t start_ms;              /* own time at which this process's cover begins */
	int64_t cover_ms[WINDOWS_MAX]; /* where each window's cover begins */
	int64_t covered_before_ms;     /* by earlier processes, all in all */
	int64_t gap_from_ms, gap_to_ms;    /* own time that nobody watched; equal: none */
	int64_t now_ms;                    /* own time; never goes back */
	struct when now;                   /* its buckets: a division each, kept */
	int64_t shift_ms[TIMELINE_SHIFTS]; /* own time = stamp + shift; the first is in
					      use */
	unsigned int n_shifts;
	int64_t pace_ms; /* live: the most that own time was ahead of CLOCK_BOOTTIME */
	int64_t back_ms; /* a step back that waits for agreement */
	unsigned int back_events;
	uint64_t late;       /* events older than the shortest window */
	uint64_t ahead;      /* stamps that were not believed at once */
	uint64_t steps_back; /* believed ones */
};

void timeline_init(struct timeline *t, const struct window_set *windows);

/**
 * timeline_see - the stamp of a new event
 * @clock: NULL in replay
 * Return: false when it stands too far ahead to be believed yet: it counts in
 *         the newest bucket until timeline_believe().
 */
bool timeline_see(struct timeline *t, int64_t stamp_ms,
		  const struct clock_reading *clock);

/** timeline_agrees - does an event at @next confirm the one that stood too far ahead? */
bool timeline_agrees(int64_t ahead_ms, int64_t next_ms);

/**
 * timeline_believe - now is at least this stamp
 * Return: false when the clock, or the calendar, says that it cannot be.
 */
bool timeline_believe(struct timeline *t, int64_t stamp_ms,
		      const struct clock_reading *clock);

/** timeline_idle - nothing arrives: CLOCK_BOOTTIME moves now on */
void timeline_idle(struct timeline *t, const struct clock_reading *clock);

/** timeline_place - bucket numbers of a stamp; too old: oldest, too new: newest buckets
 */
struct when timeline_place(const struct timeline *t, int64_t stamp_ms);

/** timeline_now - bucket numbers of now */
struct when timeline_now(const struct timeline *t);

/** timeline_stamp - now as a stamp again (milliseconds since 1970) */
int64_t timeline_stamp(const struct timeline *t);

/**
 * timeline_span_ms - how much of window @window was covered, up to now
 * @complete: was all of it?
 */
int64_t timeline_span_ms(const struct timeline *t, unsigned int window, bool *complete);

/**
 * timeline_watched - has this process watched all of the last @span_ms?
 * Up to a gap of a minute, the longest that stamps are apart without any doubt.
 */
bool timeline_watched(const struct timeline *t, int64_t span_ms);

/** timeline_covered_ms - how much was covered since the first start, absences left out */
int64_t timeline_covered_ms(const struct timeline *t);

/* A time line at rest, between two processes. */
struct timeline_saved {
	int64_t now_ms;
	int64_t wall_ms, boot_ms; /* the clocks when it was saved */
	int64_t cover_ms[WINDOWS_MAX];
	int64_t covered_ms;
	int64_t shift_ms[TIMELINE_SHIFTS];
	unsigned int n_shifts;
};

/** timeline_save - what timeline_resume() goes on from. Return: false before the first
 * stamp. */
bool timeline_save(const struct timeline *t, const struct clock_reading *clock,
		   struct timeline_saved *saved);

/** timeline_saved_ok - are these values that timeline_save() may have written? */
bool timeline_saved_ok(const struct timeline_saved *saved);

/**
 * timeline_resume - go on from an earlier process's time line, before any stamp
 * @saved: its cover_ms already in the order of the windows of @t; a window that
 *         was not kept then: INT64_MAX
 * @same_boot: the saved boot_ms is of the same boot
 * The time between is added to own time, and no window that it lies in was
 * watched as long as it is, or, where it is longer than a bucket, as a whole. A
 * wall clock that was set back in between becomes a shift.
 */
void timeline_resume(struct timeline *t, const struct timeline_saved *saved,
		     const struct clock_reading *clock, bool same_boot);

#endif
