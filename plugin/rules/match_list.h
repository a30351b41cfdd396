/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_list.h - the matcher itself, for the files that search its lists
 */
#ifndef NOISE_RULES_MATCH_LIST_H
#define NOISE_RULES_MATCH_LIST_H

#include "rules/match_inner.h"

struct list {
	struct slot *slot;
	size_t n;
};

/* A rule that matches the event that is looked at, or may. */
struct found {
	const struct slot *slot;
	enum match match;
	bool may_win;
};

struct matcher {
	struct match_options options;
	bool may_lack_address;
	struct slot *slots;               /* of all lists */
	struct list list[RULE_LISTS + 1]; /* in the kernel's order; last: of no list */
	uint64_t *row; /* each of @words, a bit for each rule of the exit list */
	size_t words;
	uint16_t row_of[AUDIT_BITMASK_SIZE * 32]; /* of each call */
	struct places *places;                    /* of the event that is looked at */
	/* for one event, a place for each rule */
	struct found *found;
	struct match_rule *all;
	const struct rule **candidate;
};

struct view match_view(const struct matcher *m, const struct facts *facts);

/** match_slot - the rule against the event, its mask left out */
enum match match_slot(struct view *v, const struct slot *slot);

/** match_name - a rule that is asked of each name, for this one; NULL: for one of which
 * there is no record */
enum match match_name(struct view *v, const struct slot *slot,
		      const struct facts_path *name);

/** match_task - may a rule of the task list have matched the process? */
enum match match_task(const struct rule *rule);

/** match_drops_type - may the exclude list drop records of this type at all? */
bool match_drops_type(const struct matcher *m, uint32_t type);

#endif
