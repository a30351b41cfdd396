/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attribution.h - which rule wrote an event, and its name
 *
 * Asks the matcher with all that its rules want to know of the records. What they leave
 * open is "one of", with the places of those that it can be; what no rule explains has
 * its reason. A key that one rule alone bears tells enough; where no rule that can have
 * written an event tests more than what events of one print agree in (stream/cache.h),
 * one answer is that of them all. Pure: no time, no file.
 */
#ifndef NOISE_ATTRIBUTION_H
#define NOISE_ATTRIBUTION_H

#include "base/siphash.h"
#include "count/name.h"
#include "rules/match.h"
#include "rules/ruleset.h"
#include "stream/assemble.h"

#define ATTRIBUTION_CANDIDATES 64 /* that are told; of more the number */
#define ATTRIBUTION_NAME_MAX   (8 + 2 * NAME_TEXT_ROOM + 8 * ATTRIBUTION_CANDIDATES)

enum attribution_kind {
	ATTRIBUTION_RULE,       /* this one */
	ATTRIBUTION_ONE_OF,     /* the records leave open which; of no candidates: any */
	ATTRIBUTION_HARD_WIRED, /* the kernel writes it without one */
	ATTRIBUTION_USER,       /* a program's own message */
	ATTRIBUTION_UNKNOWN,    /* no rule of the set explains it */
	ATTRIBUTION_REMOVED, /* no rule of the kernel's lists bears its key (any more) */
	ATTRIBUTION_FOREIGN, /* of another host, whose rules are not known */
	ATTRIBUTION_KINDS
};

struct attribution;

struct attribution_options {
	int machine; /* of libaudit, for the names of system calls in a rule's text */
	bool live;   /* the rules are the kernel's own, and the events its */
	bool takes;  /* the set is freed with it; else borrowed and not to be changed */
};

/**
 * attribution_new - for events that were written while @rules were loaded
 * Return: owned, or NULL with errno ENOMEM; then @rules is freed as well if taken.
 */
struct attribution *attribution_new(const struct ruleset *rules,
				    const struct attribution_options *options)
	__attribute__((warn_unused_result));
void attribution_free(struct attribution *a); /* NULL is legal */

/** attribution_rules - borrows as long as @a lives */
const struct ruleset *attribution_rules(const struct attribution *a);

/** attribution_writes - can an event be the rule's? */
bool attribution_writes(const struct rule *rule);

/** attribution_wants - an assembler_ops.extra: does a rule ask for what this record says?
 */
bool attribution_wants(const struct assembly *ev, const struct record *r);

/* Which one it was. */
struct verdict {
	enum attribution_kind kind;
	const struct rule *rule;             /* of ATTRIBUTION_RULE */
	const struct rule *const *candidate; /* of ATTRIBUTION_ONE_OF */
	uint32_t n_candidates;               /* there may be more than are told */
	int machine;                         /* as in struct attribution_options */
	bool fixed; /* so it is for each event of the same print under this list */
};

/**
 * attribution_judge - which rule wrote a complete event
 * @a: NULL: nothing is known of the rules by then
 * Return: borrows from @a until it is asked again.
 */
struct verdict attribution_judge(struct attribution *a, const struct assembler *as,
				 const struct assembly *ev);

/** verdict_id - equal for equal verdicts under one list, and hardly ever for others */
uint64_t verdict_id(const struct verdict *v, const struct siphash_key *key);

/**
 * verdict_name - the verdict as bytes, which hold without the rules
 * A rule is its list and its text, of which no list has two, and so are candidates:
 * where one stands changes with each that is put before it.
 * @key: for texts that are cut
 * @name: of ATTRIBUTION_NAME_MAX bytes
 * Return: bytes of it.
 */
size_t verdict_name(const struct verdict *v, const struct siphash_key *key, char *name);

/** verdict_name_id - of such a name, as candidates have it; never 0 */
static inline uint64_t verdict_name_id(struct span name, const struct siphash_key *key)
{
	uint64_t id = siphash(key, name.p, name.n);

	return id ? id : 1;
}

/* The name, read back. */
struct attribution_read {
	enum attribution_kind kind;
	uint32_t list;               /* of a rule: AUDIT_FILTER_EXIT ... */
	struct name_text text, keys; /* keys joined by RULE_KEY_SEP */
	uint32_t n, more;            /* ATTRIBUTION_ONE_OF: told, and not told */
	uint64_t candidate[ATTRIBUTION_CANDIDATES]; /* ids of their names */
};

/** attribution_read - of a name that verdict_name() made; borrows from it */
void attribution_read(struct span name, struct attribution_read *out);

/** attribution_check - may attribution_read() be asked about bytes from outside? */
bool attribution_check(struct span name);

#endif
