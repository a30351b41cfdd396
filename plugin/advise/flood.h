/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood.h - one source makes half of all, and no advice may name it
 *
 * Such a flood is an incident with a name, not noise. Who varies one thing with each
 * event has others in common, so sources are looked for among flows and along what
 * flows have in common: the directory of the program, uid, auid, the rule.
 *
 * A source of half of all is found in two passes with two counters and no memory: J.
 * Misra, D. Gries, "Finding repeated elements" (Science of Computer Programming, 1982).
 * Pure.
 */
#ifndef NOISE_ADVISE_FLOOD_H
#define NOISE_ADVISE_FLOOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advise/guard.h"
#include "advise/whatif.h"
#include "count/tally.h"

#define FLOOD_SHARE 0.5
#define FLOOD_PER_S 50  /* records a second */
#define FLOOD_TEXT  256 /* bytes of a sentence, its NUL included */

/* What names it best stands first. */
enum flood_kind {
	FLOOD_FLOW,
	FLOOD_DIR, /* of the program's path */
	FLOOD_UID,
	FLOOD_AUID,
	FLOOD_RULE, /* by its position in the exit list */
	FLOOD_KINDS
};

/* What it looks like. */
enum flood_nature {
	FLOOD_PLAIN,
	FLOOD_OF_WRITABLE, /* most of it by programs that others than root can change */
	FLOOD_OF_EXECS,    /* most of it tells of programs that are started */
	FLOOD_NATURES
};

struct flood_source {
	enum flood_kind kind;
	size_t flow;      /* FLOOD_FLOW: its index */
	struct span text; /* FLOOD_DIR, and the program of FLOOD_FLOW; attacker-chosen and
			     borrowed */
	int64_t id;       /* FLOOD_UID, FLOOD_AUID: EVENT_ID_* */
	uint32_t position; /* FLOOD_RULE */
	uint64_t records;
};

struct flood {
	bool raised;
	struct flood_source source; /* records: those that no advice may name */
	double share, per_s;
	enum flood_nature nature;
};

struct flood_case {
	const struct whatif_table *table;
	const uint8_t *fate; /* of all advice that is allowed, together; NULL: there is
				none */
	/* what other tables have counted of a source, with flows that are not listed */
	const struct flood_source *margin;
	size_t n_margins;
	const struct guard_options *guard; /* facts about files; NULL: there are none */
	unsigned int window;               /* index of the first one */
	double seconds;                    /* that it covers */
};

/* Two of each kind but flows. */
#define FLOOD_MARGINS 8

/**
 * flood_margins - what the tables of programs, accounts and rules have counted of those
 *                 that may be a source of half of all
 * @window: index of the first one, @now: its bucket
 * @out: borrows from the tables until something is counted. Return: how many.
 */
size_t flood_margins(struct tally *tally, unsigned int window, int64_t now,
		     struct flood_source out[FLOOD_MARGINS]);

/** flood_judge - is there a flood, and whose? None where there is no memory. */
struct flood flood_judge(const struct flood_case *c);

/** flood_has - is the flow of @table, the case's, of the source of a raised flood? */
bool flood_has(const struct flood *flood, const struct whatif_table *table, size_t flow);

/** flood_text - one sentence about it, foreign text in it quoted. Return: @out. */
const char *flood_text(const struct flood *flood, char out[FLOOD_TEXT]);

/** flood_nature_name - constant: plain, writable, execs */
const char *flood_nature_name(enum flood_nature nature);

/** flood_kind_name - constant: flow, dir, uid, auid, rule */
const char *flood_kind_name(enum flood_kind kind);

#endif
