/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tally.h - all that is counted
 *
 * Totals, and a list each of types, keys, flows, executables, system calls
 * and accounts. Records and types count when they are read, the other lists
 * when the event is complete; what comes to an event after that is added to
 * the very entries it was counted under (its receipt). So total minus list is
 * what is not listed, in every bucket of every window.
 */
#ifndef NOISE_TALLY_H
#define NOISE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/siphash.h"
#include "count/attribution.h"
#include "count/flows.h"
#include "count/topk.h"
#include "count/window.h"
#include "stream/assemble.h"
#include "stream/event.h"
#include "stream/record.h"

enum tally_list {
	TALLY_TYPES,
	TALLY_KEYS,
	TALLY_RULES,
	TALLY_FLOWS,
	TALLY_EXES,
	TALLY_SYSCALLS,
	TALLY_ACCOUNTS,
	TALLY_LISTS
};

/* Under what an event was counted. Zeroed: under nothing yet. */
struct tally_receipt {
	struct when when;
	struct topk_ref flow, exe, syscall, account, rule;
	uint64_t keys_at; /* in the ring of key references */
	uint32_t n_keys;
	bool own; /* in the totals, types and keys alone, and in tally_self() */
};

struct tally;

struct tally_options {
	const struct window_set *windows; /* copied */
	unsigned int max_values, max_flows;
	bool with_rules; /* there is a list of rules */
	struct siphash_key key;
};

/** tally_new - Return: owned, or NULL with errno ENOMEM. */
struct tally *tally_new(const struct tally_options *options)
	__attribute__((warn_unused_result));
void tally_free(struct tally *t);

/** tally_record - a record was read; @first: the first of its type in its event */
void tally_record(struct tally *t, const struct when *when, const struct record *r,
		  bool first, int64_t now_ms);

/* The rule that wrote an event. */
struct tally_rule {
	struct span name;        /* verdict_name(); absent: not known, not listed */
	uint32_t position, line; /* 0: it stands nowhere */
	struct span file;        /* absent: in none */
	bool past; /* of a list that is not loaded any more: where it stood is forgotten
		    */
	uint32_t candidate[ATTRIBUTION_CANDIDATES]; /* places, of one that is left open */
};

/**
 * tally_event - an event is complete; fills the lists of @receipt, whose when is set
 */
void tally_event(struct tally *t, const struct event *e, const struct tally_rule *rule,
		 struct tally_receipt *receipt, int64_t now_ms);

/**
 * tally_loaded - a rule is loaded: it is listed from now on, with no event yet
 * Where the table is full it takes the place of one that is not loaded any more and has
 * written nothing; where there is none it is left out.
 */
void tally_loaded(struct tally *t, const struct tally_rule *rule, int64_t now_ms);

/*
 * Under what events of one kind are counted, to count the next one like it
 * without asking for its names again.
 */
#define TALLY_KNOWN_KEYS 2
struct tally_known {
	struct topk_ref flow, exe, syscall, account, rule, key[TALLY_KNOWN_KEYS];
	uint32_t n_keys;
	uint8_t folded; /* which accounts of its executable were, when it was noted */
	bool own;
};

/**
 * tally_remember - what @receipt says, for tally_repeat()
 * Return: false when it does not fit (more keys).
 */
bool tally_remember(const struct tally *t, const struct tally_receipt *receipt,
		    struct tally_known *known);

/**
 * tally_repeat - an event is complete that is like one counted before
 * Return: false when one of the entries is gone or its identity would be
 * another now; nothing is counted then, and tally_event() is to be asked.
 */
bool tally_repeat(struct tally *t, const struct tally_known *known, const struct count *c,
		  struct tally_receipt *receipt);

/** tally_more - a record came to an event that is counted already */
void tally_more(struct tally *t, const struct tally_receipt *receipt, uint64_t bytes);

/** tally_move - what was read of an incomplete event belongs to another time */
void tally_move(struct tally *t, const struct assembly *ev, const struct when *from,
		const struct when *to, int64_t now_ms);

/** tally_fade - halve the ranks of all lists; call it twice in the longest window */
void tally_fade(struct tally *t);

const struct window_set *tally_windows(const struct tally *t);

/** tally_total - @window: index, or -1 for everything; @now as of timeline_now */
struct count tally_total(struct tally *t, int window, int64_t now);

/** tally_self - what our own processes caused, see struct event's own */
struct count tally_self(struct tally *t, int window, int64_t now);

/** tally_overlap - what events with several keys count more than once in keys */
struct count tally_overlap(struct tally *t, int window, int64_t now);

/** tally_table - a list's table; NULL for TALLY_RULES without rules */
struct topk *tally_table(struct tally *t, enum tally_list list);

/* Names of entries, read back. All borrow from the entry's name. */
struct tally_type {
	struct span name; /* absent: ask libaudit by the number */
	uint32_t type;
};
struct tally_syscall {
	uint32_t arch, nr;
};
struct tally_account {
	int64_t auid, uid;
	struct name_text acct;
};
struct tally_type tally_type(struct span name);
struct name_text tally_key(struct span name);
struct name_text tally_exe(struct span name, bool *claimed);
struct tally_syscall tally_syscall(struct span name);
struct tally_account tally_account(struct span name);

/** tally_check_name - may the readers be asked about bytes that come from outside? */
bool tally_check_name(enum tally_list list, struct span name);

/* --- over a restart; entries are kept and come back by topk.h --- */

enum tally_series { TALLY_TOTAL, TALLY_OVERLAP };

/** tally_hash_key - what names of cut texts are hashed with; a secret */
const struct siphash_key *tally_hash_key(const struct tally *t);

/** tally_bucket - one bucket of a series; @window -1: its total for ever */
struct count tally_bucket(const struct tally *t, enum tally_series which, int window,
			  int64_t bucket);

/** tally_load - add to one bucket of a series; @window -1: to its total alone */
void tally_load(struct tally *t, enum tally_series which, int window, int64_t bucket,
		const struct count *c);

#endif
