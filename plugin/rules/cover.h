/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cover.h - does one rule match all that another matches, or nothing of it?
 *
 * Proved field by field from what kernel/auditsc.c: audit_filter_rules() and
 * kernel/auditfilter.c: audit_filter() do with each type of field: a yes holds for
 * every event, a no says only that there is no proof. Both rules are taken to be
 * loaded, and a text to mean the same file in both.
 */
#ifndef NOISE_RULES_COVER_H
#define NOISE_RULES_COVER_H

#include <stdbool.h>

#include "rules/rule.h"

/**
 * cover_rule - can @narrow not win over @wide, which stands before it?
 * Never so between two rules with path=: the kernel asks them file by file, and changes
 * their order when the file is replaced (kernel/audit_watch.c: audit_update_watch()).
 * Return: true: each field of @wide follows from one of @narrow, its system calls are
 * among @wide's, and the kernel asks @wide wherever it asks @narrow.
 */
bool cover_rule(const struct rule *wide, const struct rule *narrow);

/** cover_calls - has @wide all system calls of @narrow? Classes of calls count as such.
 */
bool cover_calls(const struct rule *wide, const struct rule *narrow);

/** cover_apart - proved: no event matches both */
bool cover_apart(const struct rule *a, const struct rule *b);

/**
 * cover_unrelated - as cover_apart(), or another program, file, directory or label
 * is named by each. No proof: two names may be one file.
 */
bool cover_unrelated(const struct rule *a, const struct rule *b);

/**
 * cover_impossible - a field that cannot hold, alone or with another one of the rule
 * Return: NULL: none is known to be so.
 */
const struct rule_field *cover_impossible(const struct rule *rule);

/**
 * cover_poison - the field at which the kernel gives up on the list, user or exclude
 * There it knows only pid, uid, gid, auid, msgtype, subj_* and exe; any other one ends
 * the search when those before it hold (kernel/auditfilter.c: audit_filter(), default).
 * Return: NULL: none; also on other lists, and of rules that are not RULE_KNOWN.
 */
const struct rule_field *cover_poison(const struct rule *rule);

static inline bool cover_is_subject(uint32_t type)
{
	return type >= AUDIT_SUBJ_USER && type <= AUDIT_SUBJ_CLR;
}

static inline bool cover_is_label(uint32_t type)
{
	return cover_is_subject(type) ||
	       (type >= AUDIT_OBJ_USER && type <= AUDIT_OBJ_LEV_HIGH);
}

#endif
