/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair.h - what to change in a set of rules, of what was found in it
 *
 * A finding becomes a proposal whose correction can be loaded as it stands, or one
 * that says what to do and has none. Nothing is ever to be taken out for nothing but a
 * rule that stands twice or that another one of its kind wholly covers; what is
 * replaced or moved is put back in another form or place. Where a correction might
 * leave out more than the rule does now, for whoever may have talked us into it, there
 * is none, and the reason is said. Pure.
 */
#ifndef NOISE_ADVISE_REPAIR_H
#define NOISE_ADVISE_REPAIR_H

#include "rules/findings.h"

/* So few that a new client gets all of them within its buffer. */
#define REPAIR_MAX 32
/* More of one kind only where there is room: a set without any rule for 32 bits must not
 * hide all else. */
#define REPAIR_OF_A_KIND   8
#define REPAIR_OTHERS_MAX  16              /* rules of one proposal that are named */
#define REPAIR_BUDGET      FINDINGS_BUDGET /* for a look at leisure */
#define REPAIR_BUDGET_LIVE 50000           /* for one that must not take 5 ms, */
#define REPAIR_RULES_LIVE  512             /* and the rules that it is for */

enum repair_now {                 /* the correction, while the rules are loaded */
		  REPAIR_NOT_NOW, /* only by loading all of them anew */
		  REPAIR_APPEND,  /* at the end of its list it does the same */
		  REPAIR_PREPEND, /* or at its head */
		  REPAIR_DELETE,  /* nothing is to be added */
};

enum repair_level { REPAIR_LOW, REPAIR_MEDIUM, REPAIR_HIGH };

/* Rules are borrowed from the set and the files, but for those to be added. */
struct repair {
	enum finding_kind finding;
	const char *reason;      /* constant text, behind "the rule" or "the line" */
	const struct rule *rule; /* NULL: a line with no rule */
	const struct rule *other[REPAIR_OTHERS_MAX];
	size_t n_other; /* may be more than are named */
	const struct rule_entry *entry;
	size_t unread; /* lines with rules behind one at which auditctl stops */
	bool stops;
	enum finding_fix fix;
	const char *no_fix;  /* constant text: why there is none; NULL: not looked for */
	struct rule *add[2]; /* owned; NULL where there are less */
	const struct rule *remove[1 + REPAIR_OTHERS_MAX];
	size_t n_remove;
	const struct rule *blinds[REPAIR_OTHERS_MAX]; /* which lose events by it */
	size_t n_blinds;                              /* may be more than are named */
	enum repair_now now;
	bool at_end; /* of FINDING_FIX_ADD: behind all others of the list, since it would
			take events from rules behind its own */
	bool undo_now; /* the rule may be put back at the end of its list */
	enum repair_level risk, confidence;
	unsigned int weight; /* the less the more serious */
};

struct repair_list {
	struct repair of[REPAIR_MAX]; /* the most serious first */
	size_t n;
	uint64_t over; /* proposals that found no place */
	bool unsure;   /* the comparisons were spent: some may be missing */
};

struct repair_look {
	const struct ruleset *set; /* as the kernel has it, or as the files make it */
	const struct rule_files *files; /* that make it; NULL: it is the kernel's */
	const struct ruleset *disk;    /* to hold the kernel's against; NULL: not known */
	struct findings_options known; /* machine, labels, path, path_arg */
	int64_t budget;                /* REPAIR_BUDGET or REPAIR_BUDGET_LIVE */
	size_t most_rules;             /* 0: as many as there are */
};

/**
 * repair_look - all that is to be changed
 * @list: for repair_list_free(), whatever is returned
 * Return: 0; -ENOMEM: some are missing; -E2BIG: there are too many rules.
 */
int repair_look(const struct repair_look *look, struct repair_list *list)
	__attribute__((warn_unused_result));

/** repair_list_free - what it has of its own */
void repair_list_free(struct repair_list *list);

#endif
