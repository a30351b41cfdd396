/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_book.h - which list of rules an event was made under
 *
 * The kernel's lists are read from the kernel, while the stream tells of what was
 * before: of events that still wait, and of each change of the lists, behind the change
 * (stream/notice.h). So a list that was read holds from the first record on that is
 * younger than the reading, and up to the next change that the stream tells of. Serials
 * are given when the kernel asks its rules, stamps when the call began: what is compared
 * is the serial. Between two lists it can be any rule; and so it can where the call began
 * before the list was read, for the kernel asks first, and its serial may come after a
 * long sleep where the queue is full (kernel/audit.c: audit_log_start()).
 * Pure: stamps and times are arguments.
 */
#ifndef NOISE_RULE_BOOK_H
#define NOISE_RULE_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "count/attribution.h"
#include "count/tally_aux.h"

/* One list and the serials for which it holds. */
struct rule_version {
	struct attribution *attribution; /* owned; NULL: there is none */
	uint64_t number;                 /* of no other version */
	bool always;                     /* for every event */
	bool foreign;                    /* of events of other hosts */
	bool has_end;
	uint32_t start, end; /* serials; @end is the first that is not of it */
	int64_t read_ms;     /* wall clock */
};

/* What stands in the list of rules for a verdict, made before. */
struct rule_told {
	uint64_t version, id; /* rule_version.number, verdict_id() */
	struct tally_rule entry;
	char name[ATTRIBUTION_NAME_MAX];
};

#define RULE_BOOK_TOLD 32 /* texts of rules are long to write */

struct rule_book {
	struct rule_version now, before;
	struct rule_version none, foreign; /* never with rules */
	int machine;                       /* of libaudit */
	struct attribution *next; /* owned: holds as soon as the stream has come so far */
	bool next_equal;          /* its rules are those of @now, and stand elsewhere */
	int64_t next_ms;          /* wall clock: when it was read */
	struct rule_listing {
		uint64_t number;            /* of the version */
		bool done;                  /* its rules stand in the list of rules */
		bool placed;                /* it is known which are loaded */
		size_t at;                  /* the next rule */
		struct tally_place *places; /* owned; NULL: no memory */
		size_t n_places;
	} listing;
	struct rule_told told[RULE_BOOK_TOLD]; /* each where its id has its place */
	uint64_t versions;                     /* numbers that were given */
	uint64_t lists;                        /* of the kernel's that have held so far */
	uint64_t changes;                      /* told by the stream */
	uint64_t unseen; /* lists that differ, of which the stream has told nothing */
};

/**
 * rule_book_init - @b is zeroed
 * @rules: borrowed for ever: they hold for every event of every host; NULL: rules come
 *         by rule_book_offer()
 * Return: 0 or -ENOMEM.
 */
int rule_book_init(struct rule_book *b, const struct ruleset *rules)
	__attribute__((warn_unused_result));
void rule_book_free(struct rule_book *b);

/**
 * rule_book_offer - the kernel's lists as they were at some moment up to @read_ms
 * @rules: taken, also on failure
 * @read_ms: wall clock. No change may have been told since they were asked for.
 * Lists that are those that hold already, with the same places on disk, change
 * nothing. Return: 0 or -ENOMEM.
 */
int rule_book_offer(struct rule_book *b, struct ruleset *rules, int64_t read_ms)
	__attribute__((warn_unused_result));

/** rule_book_record - a record of this host's kernel was read; before the event that it
 * may complete is judged */
void rule_book_record(struct rule_book *b, int64_t stamp_ms, uint32_t serial);

/** rule_book_changed - a record tells that the lists have changed */
void rule_book_changed(struct rule_book *b, uint32_t serial);

/**
 * rule_book_find - the list under which an event was made
 * @host: of this machine
 * Return: never NULL; borrows until the next of the functions above.
 */
const struct rule_version *rule_book_find(const struct rule_book *b,
					  const struct assembly *ev,
					  const struct node_host *host);

/**
 * rule_book_list - those of a new list that can write events stand in the list of rules
 * from now on, also with none
 * A piece of a few hundred rules at a time; does nothing where that is done.
 */
void rule_book_list(struct rule_book *b, struct tally *t, int64_t now_ms);

/**
 * rule_book_entry - what stands in the list of rules for a verdict
 * @name: of ATTRIBUTION_NAME_MAX bytes
 * Return: borrows from @v and @name.
 */
struct tally_rule rule_book_entry(const struct verdict *v, const struct siphash_key *key,
				  char *name);

/**
 * rule_book_tell - the same for a verdict under @version, out of those told before
 * Return: borrows until it is asked again.
 */
const struct tally_rule *rule_book_tell(struct rule_book *b,
					const struct rule_version *version,
					const struct verdict *v,
					const struct siphash_key *key);

/** rule_book_is_empty - has no list held yet? Then nothing is said of rules. */
bool rule_book_is_empty(const struct rule_book *b);

/** rule_book_rules - those that hold for what comes now; NULL: not known */
const struct ruleset *rule_book_rules(const struct rule_book *b);

/** rule_version_judge - see attribution_judge() */
struct verdict rule_version_judge(const struct rule_version *v,
				  const struct assembler *as, const struct assembly *ev);

#endif
