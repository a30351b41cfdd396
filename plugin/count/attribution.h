/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attribution.h - which rule wrote an event, as the bytes of a name
 *
 * Asks the matcher with all that the records tell. What they leave open is "one of",
 * with the places of those that it can be; what no rule explains has its reason.
 * Pure: no time, no file.
 */
#ifndef NOISE_ATTRIBUTION_H
#define NOISE_ATTRIBUTION_H

#include "base/siphash.h"
#include "count/name.h"
#include "rules/match.h"
#include "rules/ruleset.h"
#include "stream/assemble.h"

#define ATTRIBUTION_CANDIDATES 64 /* more are no answer: reason unknown */
#define ATTRIBUTION_NAME_MAX   (16 + 3 * NAME_TEXT_ROOM)

enum attribution_kind {
	ATTRIBUTION_RULE,       /* this one */
	ATTRIBUTION_ONE_OF,     /* the records leave open which */
	ATTRIBUTION_HARD_WIRED, /* the kernel writes it without one */
	ATTRIBUTION_USER,       /* a program's own message */
	ATTRIBUTION_UNKNOWN,    /* no rule of the set explains it */
	ATTRIBUTION_KINDS
};

struct attribution;

/**
 * attribution_new - for events that were written while @rules were loaded
 * @rules: borrowed, and not to be changed, as long as it lives
 * Return: owned, or NULL with errno ENOMEM.
 */
struct attribution *attribution_new(const struct ruleset *rules)
	__attribute__((warn_unused_result));
void attribution_free(struct attribution *a);

/** attribution_wants - an assembler_ops.extra: does a rule ask for what this record says?
 */
bool attribution_wants(const struct assembly *ev, const struct record *r);

/**
 * attribution_name - the name of the rule that wrote a complete event
 * @key: for texts that are cut
 * @name: of ATTRIBUTION_NAME_MAX bytes
 * Return: bytes of it.
 */
size_t attribution_name(struct attribution *a, const struct assembler *as,
			const struct assembly *ev, const struct siphash_key *key,
			char *name);

/* The name, read back. */
struct attribution_read {
	enum attribution_kind kind;
	uint32_t list;                     /* of a rule: AUDIT_FILTER_EXIT ... */
	uint32_t position, line;           /* line 0: in no file */
	struct name_text text, keys, file; /* keys joined by RULE_KEY_SEP */
	uint32_t n;                        /* ATTRIBUTION_ONE_OF */
	uint32_t candidates[ATTRIBUTION_CANDIDATES];
};

/** attribution_read - of a name that attribution_name() made; borrows from it */
void attribution_read(struct span name, struct attribution_read *out);

#endif
