/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ruleset.h - rules in the order in which the kernel has them
 *
 * List by list, as AUDIT_LIST_RULES and `auditctl -l` give them; within a list each
 * rule has its position, from 1. A rule that is not understood keeps its place.
 */
#ifndef NOISE_RULES_RULESET_H
#define NOISE_RULES_RULESET_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/rule.h"

#define RULESET_RULES_MAX 16384      /* in all lists together */
#define RULESET_BYTES_MAX (16 << 20) /* of their blobs */

struct ruleset;

void ruleset_free(struct ruleset *set); /* with its rules; NULL is legal */

/** ruleset_new - Return: owned; NULL with errno ENOMEM. */
struct ruleset *ruleset_new(void) __attribute__((warn_unused_result));

/**
 * ruleset_share - one more owner of @set, who frees it too; within one thread
 * From now on nobody changes it. Return: @set.
 */
struct ruleset *ruleset_share(struct ruleset *set);

/**
 * ruleset_add_blob - append one answer of AUDIT_LIST_RULES, in the order they come
 * Return: 0; -EBADMSG: its lengths contradict each other, and it stands in the set as
 * a broken rule; -E2BIG: the set is full; -ENOMEM. With the last two it is not in it.
 */
int ruleset_add_blob(struct ruleset *set, struct span blob)
	__attribute__((warn_unused_result));

/**
 * ruleset_add - put a rule at the end of its list, or as the @first of it
 * @rule: taken, freed also on failure
 * Return: 0, -E2BIG or -ENOMEM.
 */
int ruleset_add(struct ruleset *set, struct rule *rule, bool first)
	__attribute__((warn_unused_result));

/** ruleset_delete - take out the rule that equals @rule; Return: was there one? */
bool ruleset_delete(struct ruleset *set, const struct rule *rule);

/**
 * ruleset_clear - take out all rules, as -D does; with @key not "" or NULL those with
 *                 that text in their keys, as -D -k does
 */
void ruleset_clear(struct ruleset *set, const char *key);

/** ruleset_drop_twice - take out each rule that equals an earlier one, as the kernel
 * refuses it (EEXIST). Return: 0 or -ENOMEM, then nothing was taken out. */
int ruleset_drop_twice(struct ruleset *set) __attribute__((warn_unused_result));

size_t ruleset_count(const struct ruleset *set);

/** ruleset_at - rule number @i of ruleset_count(); borrows until the set is changed */
struct rule *ruleset_at(const struct ruleset *set, size_t i);

/** ruleset_find - the first one that equals @rule; NULL: there is none, or of NULL */
const struct rule *ruleset_find(const struct ruleset *set, const struct rule *rule);

/** ruleset_twin - the same known rule for the other architecture; NULL: there is none */
const struct rule *ruleset_twin(const struct ruleset *set, const struct rule *rule);

/** ruleset_equal - the same rules in the same order? */
bool ruleset_equal(const struct ruleset *a, const struct ruleset *b);

/** ruleset_stands_alike - the same files and lines, for rules in the same order? */
bool ruleset_stands_alike(const struct ruleset *a, const struct ruleset *b);

/**
 * ruleset_keep_name - the name of a file for rules of the set, which live as long
 * The same text gives the same copy. For few names. Return: NULL: no memory.
 */
const char *ruleset_keep_name(struct ruleset *set, const char *text)
	__attribute__((warn_unused_result));

/* Where a rule is found when files are held against the kernel. */
enum rule_place {
	RULE_IN_BOTH,
	RULE_MOVED, /* in both, but before or behind others in another order */
	RULE_ONLY_DISK,
	RULE_ONLY_KERNEL,
	RULE_PLACES
};

/**
 * One rule of the comparison.
 * @disk, @kernel: NULL where it is not; borrow from the sets
 */
typedef void ruleset_compare_fn(void *arg, enum rule_place place, const struct rule *disk,
				const struct rule *kernel);

/**
 * ruleset_compare - hold one set against another: each rule of both once
 * @fn: called for the kernel's rules in their order, then for those only on disk
 * As few rules as possible are called moved: a rule that is missing makes none of those
 * behind it moved. A rule that stands twice on disk and once in the kernel is once
 * only on disk. n log n. Return: 0 or -ENOMEM, then nothing was called.
 */
int ruleset_compare(const struct ruleset *disk, const struct ruleset *kernel,
		    ruleset_compare_fn *fn, void *arg)
	__attribute__((warn_unused_result));

#endif
