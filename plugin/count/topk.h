/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk.h - a bounded table of named series that keeps the heaviest
 *
 * Space-Saving (Metwally, Agrawal, El Abbadi, "Efficient computation of
 * frequent and top-k elements in data streams", ICDT 2005) with two changes
 * that keep every figure honest:
 *  - a newcomer starts at 0, not at its victim's count: what is listed is a
 *    lower bound; `error` is what it may have missed while it was not listed,
 *    so listed + error is an upper bound;
 *  - ranks fade (topk_fade), so that what was heavy yesterday makes room. The
 *    bound stays true because error is the largest count + error that any
 *    evicted entry ever had: a name outside the table has missed no more.
 * As long as no more names than places were seen, nothing is evicted and all
 * figures are exact. The victim's counts are simply no longer listed: total
 * minus list is `other`, in every bucket.
 *
 * Names are attacker-chosen bytes; the hash is keyed. All memory is taken at
 * topk_new(). Time comes in as struct when.
 */
#ifndef NOISE_TOPK_H
#define NOISE_TOPK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include "base/span.h"
#include "count/window.h"

struct topk;

struct topk_options {
	unsigned int capacity; /* entries, at least 1 */
	size_t name_max;       /* bytes; the caller cuts names to this */
	size_t aux_size;       /* bytes of the caller's own beside each entry */
	const struct window_set *windows; /* copied */
	const struct siphash_key *key;    /* copied */
};

/* An entry's place; it stays valid until that entry is evicted. */
struct topk_ref {
	uint32_t index;
	uint32_t generation; /* 0: refers to nothing */
};

/** topk_new - Return: owned table, or NULL with errno ENOMEM. */
struct topk *topk_new(const struct topk_options *options)
	__attribute__((warn_unused_result));
void topk_free(struct topk *t);

/**
 * topk_find - the entry of @name, made if need be
 * @name: at most name_max bytes, copied
 * @when_ms: now on the windows' own time line, remembered as the entry's start
 * When the table is full, the entry of the lowest rank leaves it.
 */
struct topk_ref topk_find(struct topk *t, struct span name, int64_t when_ms);

/**
 * topk_add - count on an entry
 * Return: false when the entry has been evicted since; nothing is counted then.
 */
bool topk_add(struct topk *t, struct topk_ref ref, const struct when *when,
	      const struct count *c);

/** topk_knows - has the name an entry? */
bool topk_knows(const struct topk *t, struct span name);

/**
 * topk_reuse - entry number @index, which has counted nothing, becomes that of @name
 * @name: one that has no entry; as for topk_find()
 */
void topk_reuse(struct topk *t, unsigned int index, struct span name, int64_t when_ms);

/** topk_has - is the entry still there? A reference to nothing is, always. */
bool topk_has(const struct topk *t, struct topk_ref ref);

/** topk_aux - the caller's bytes beside an entry (zeroed when it was made), or NULL */
void *topk_aux(struct topk *t, struct topk_ref ref);

/** topk_fade - halve all ranks; call it once in half of the longest window */
void topk_fade(struct topk *t);

unsigned int topk_used(const struct topk *t);
uint64_t topk_evicted(const struct topk *t);

struct topk_view {
	struct span name; /* borrows until the next topk_find */
	const void *aux;
	struct count count;
	uint64_t error; /* records that the entry may have missed since the first start */
	int64_t since_ms; /* when_ms of its insertion */
	struct topk_ref ref;
};

/**
 * topk_view - entry number @index (0 to topk_used() - 1)
 * @window: index in the window set, or -1 for the total for ever
 * @now: the bucket number that is now in that window (unused for -1)
 */
struct topk_view topk_view(struct topk *t, unsigned int index, int window, int64_t now);

/** topk_bucket - one bucket of one entry, for tests and the state file */
struct count topk_bucket(const struct topk *t, unsigned int index, int window,
			 int64_t bucket);

/** topk_capacity - entries that there is room for */
unsigned int topk_capacity(const struct topk *t);

/** topk_rank - what decides who is evicted: entry @index's faded count of records */
uint64_t topk_rank(const struct topk *t, unsigned int index);

/* What the table says of names that are not in it. */
struct topk_margin {
	uint64_t worst;   /* the largest count + error that left the table */
	uint64_t strayed; /* records for entries that had left the table */
	uint64_t evicted;
};

struct topk_margin topk_margin(const struct topk *t);
void topk_set_margin(struct topk *t, const struct topk_margin *margin);

/** topk_missed - an entry of this count + error will not be listed: raise the error of
 * what comes */
void topk_missed(struct topk *t, uint64_t records);

struct topk_saved {
	struct span name; /* at most name_max bytes, copied */
	const void *aux;  /* as many bytes as the caller's own, copied; or NULL */
	uint64_t rank, error;
	int64_t since_ms;
};

/**
 * topk_restore - an entry of an earlier process; its counts follow by topk_load()
 * Return: a reference to nothing when the name is there already, is too long, or
 * the table is full: nothing is evicted for it.
 */
struct topk_ref topk_restore(struct topk *t, const struct topk_saved *saved);

/** topk_load - add to one bucket of a restored entry; @window -1: to its total alone */
void topk_load(struct topk *t, struct topk_ref ref, int window, int64_t bucket,
	       const struct count *c);

#endif
