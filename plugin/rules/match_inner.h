/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_inner.h - what the files of the matcher share
 */
#ifndef NOISE_RULES_MATCH_INNER_H
#define NOISE_RULES_MATCH_INNER_H

#include "rules/match.h"
#include "rules/perm.h"

/* A rule with what its fields' texts need. */
struct slot {
	const struct rule *rule;
	struct span keys; /* of the rule, joined; absent: none, or it is not understood */
	bool by_name;     /* path= or inode=: the kernel asks it of each name alone */
	struct match_file file; /* of path= or dir= */
	struct match_file exe;
};

/* What the caller has said of the names of one event, asked for at most once. */
struct places {
	uint32_t asked; /* bit n: place[n] is filled */
	bool knows_perm;
	struct perm perm; /* as match_perm() tells */
	bool knows_call;
	bool makes;   /* the call makes files */
	bool follows; /* it may have gone through directories that no record shows */
	struct match_place place[FACTS_PATHS_MAX];
};

/* One event as one rule sees it. */
struct view {
	const struct match_options *options;
	const struct slot *slot;
	const struct facts *facts;
	struct places *places;
	bool has_all;          /* of the names that the kernel noted */
	bool may_lack_address; /* the exclude list may have dropped the SOCKADDR record */
	const struct facts_path *name; /* the one that is asked about; NULL: any */
	bool is_unseen; /* the name that is asked about is one without a record */
};

static inline enum match match_not(enum match a)
{
	return (enum match)(MATCH_YES - a);
}

static inline enum match match_bool(bool b)
{
	return b ? MATCH_YES : MATCH_NO;
}

static inline enum match match_least(enum match a, enum match b)
{
	return a < b ? a : b;
}

static inline enum match match_most(enum match a, enum match b)
{
	return a > b ? a : b;
}

/** match_knows - is it known for the whole time of the event? */
bool match_knows(const struct match_inode *known, const struct facts *facts);

/** match_perm - what kind of access the call is */
struct perm match_perm(const struct view *v);

/** match_field - one field of the view's rule, as audit_filter_rules() has it */
enum match match_field(const struct view *v, const struct rule_field *f);

/** match_field_asks - what its answer hangs on, as match_asks() has it */
uint32_t match_field_asks(const struct match_options *options,
			  const struct rule_field *f);

/** match_label - one part of a label: @type is AUDIT_SUBJ_* or AUDIT_OBJ_* */
enum match match_label(const struct view *v, const struct rule_field *f,
		       struct span label);

/** match_exe - audit_exe_compare(), by the text in the record */
enum match match_exe(const struct view *v, const struct rule_field *f);

/** match_watch - audit_watch_compare() for the view's name */
enum match match_watch(const struct view *v, struct span path);

/** match_dir - match_tree_refs() for all names of the event */
enum match match_dir(const struct view *v, struct span path);

#endif
