/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * window.h - sliding windows of 60 buckets
 *
 * A bucket has a number: its time divided by the bucket's width. A window
 * keeps the 60 newest numbers up to its *now* in a ring and their sum beside
 * it, so that both adding and reading cost the same whatever the span.
 * Pure: which bucket is now comes in as an argument and never goes back.
 */
#ifndef NOISE_WINDOW_H
#define NOISE_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#define WINDOW_BUCKETS 60
#define WINDOWS_MAX    4

/* The windows that are kept, shortest first. */
struct window_set {
	unsigned int n;
	int64_t bucket_ms[WINDOWS_MAX]; /* width of a bucket: the window's length / 60 */
};

/* One bucket number for each window of a set: a place in time. */
struct when {
	int64_t bucket[WINDOWS_MAX];
};

struct count {
	uint64_t events, records, bytes;
};

struct window_bucket { /* 16 bytes: thousands of rings are kept */
	uint32_t events, records;
	uint64_t bytes;
};

struct window {
	int64_t head;  /* number of the newest bucket in the ring */
	int64_t first; /* none older than this holds anything; meaningless while sum is 0
			*/
	struct count sum;
	struct window_bucket ring[WINDOW_BUCKETS];
};

/**
 * window_add - add @c to bucket number @bucket
 * A bucket that has left the ring takes nothing. @c may be a difference
 * (unsigned wrap-around) that takes back what was added to the same bucket.
 */
void window_add(struct window *w, int64_t bucket, const struct count *c);

/** window_sum - the 60 buckets up to @now; older ones leave the ring */
struct count window_sum(struct window *w, int64_t now);

/** window_bucket - what bucket number @bucket holds; zeros outside the ring */
struct count window_bucket(const struct window *w, int64_t bucket);

/**
 * A series: the windows of one counted thing, and its total for ever.
 * Embedded; the owner gives it series_size() bytes, zeroed. What comes to the
 * buckets that were counted in last is gathered in @pending and goes into the
 * windows with the first that does not: a flood stays within one second.
 */
struct series {
	struct count total;
	struct count pending;
	struct when at; /* of what is pending */
	struct window window[];
};

size_t series_size(const struct window_set *set);
void series_add(struct series *s, const struct window_set *set, const struct when *when,
		const struct count *c);

/** series_sum - as window_sum(); with @window -1 the total for ever */
struct count series_sum(struct series *s, const struct window_set *set, int window,
			int64_t now);

/** series_bucket - as window_bucket(); with @window -1 the total for ever */
struct count series_bucket(struct series *s, const struct window_set *set, int window,
			   int64_t bucket);

/** series_load - add to one bucket alone, or with @window -1 to the total alone */
void series_load(struct series *s, int window, int64_t bucket, const struct count *c);
void series_clear(struct series *s, const struct window_set *set);

#endif
