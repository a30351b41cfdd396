/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule.h - one rule of the kernel's audit lists
 *
 * Holds what struct audit_rule_data holds (include/uapi/linux/audit.h), in its
 * numbers: the form of AUDIT_LIST_RULES, AUDIT_ADD_RULE and AUDIT_DEL_RULE.
 * auid=unset is AUDIT_LOGINUID with AUDIT_UID_UNSET there, whatever the kernel
 * makes of it inside (kernel/auditfilter.c: AUDIT_LOGINUID_LEGACY).
 * A rule is one piece of memory; nobody changes it but to say where it stands.
 */
#ifndef NOISE_RULES_RULE_H
#define NOISE_RULES_RULE_H

#include <linux/audit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"

#define RULE_LISTS     AUDIT_NR_FILTERS /* also: a list that cannot be told */
#define RULE_KEY_SEP   '\x01'           /* between the keys of one rule */
#define RULE_BLOB_HEAD sizeof(struct audit_rule_data)

enum rule_state {
	RULE_KNOWN,   /* every part of it is understood */
	RULE_STRANGE, /* it has a part that is not: it can be shown, not evaluated */
	RULE_BROKEN,  /* its bytes contradict each other: it has a list at most */
	RULE_STATES
};

/* One test; all of a rule's must hold. */
struct rule_field {
	uint32_t type;    /* AUDIT_PID ... AUDIT_FILTERKEY */
	uint32_t op;      /* AUDIT_EQUAL and the like */
	uint32_t value;   /* of a text its length in bytes */
	struct span text; /* attacker-chosen at times; p NULL: the field has no text */
};

struct rule {
	uint32_t list;   /* AUDIT_FILTER_USER ..., RULE_LISTS: not known */
	uint32_t action; /* AUDIT_NEVER, AUDIT_ALWAYS, AUDIT_POSSIBLE */
	uint32_t n_fields;
	uint32_t mask[AUDIT_BITMASK_SIZE]; /* system calls, or io_uring operations */
	struct rule_field *field;
	enum rule_state state;
	const char *reason; /* constant text: what is not understood; NULL: RULE_KNOWN */
	/* where it stands; no part of what it is */
	uint32_t position; /* in its list, from 1; 0: in none */
	const char *file;  /* borrowed from who set it; NULL: not known */
	unsigned int line; /* in @file, from 1 */
};

/**
 * rule_copy - @from with its fields and texts in one piece of memory
 * @from: may lie anywhere, its fields and texts too; a text's length is taken from
 *        its span. Fields of types that have a text must have one.
 * Return: owned (rule_free); NULL with errno ENOMEM, or EINVAL for more than
 * AUDIT_MAX_FIELDS fields.
 */
struct rule *rule_copy(const struct rule *from) __attribute__((warn_unused_result));

/** rule_free - NULL is legal */
void rule_free(struct rule *rule);

/**
 * rule_from_blob - read one struct audit_rule_data with the text behind it
 * @blob: hostile bytes, not aligned; exactly one rule
 * @out: owned; also a rule that is not understood, with its reason
 * Return: 0; -EBADMSG: the lengths contradict each other, @out is RULE_BROKEN with
 * its list where that could be read; -ENOMEM, @out is NULL.
 */
int rule_from_blob(struct span blob, struct rule **out)
	__attribute__((warn_unused_result));

/**
 * rule_to_blob - write the rule as AUDIT_ADD_RULE takes it, without AUDIT_FILTER_PREPEND
 * @out: of @size bytes, need not be aligned
 * Return: bytes written; -ENOSPC: @out is too small; -EINVAL: the rule is not
 * RULE_KNOWN, so that something of it would be left out.
 */
ssize_t rule_to_blob(const struct rule *rule, void *out, size_t size)
	__attribute__((warn_unused_result));

/**
 * rule_compare - a total order, for sorting; 0: the kernel holds them for one rule
 * Compares what kernel/auditfilter.c: audit_compare_rule() does: list, action, each
 * field in its order, mask. Of rules that are not understood only what is known.
 */
int rule_compare(const struct rule *a, const struct rule *b);

/** rule_compare_fields - the same of one field; 0: the same test */
int rule_compare_fields(const struct rule_field *a, const struct rule_field *b);

static inline bool rule_equal(const struct rule *a, const struct rule *b)
{
	return rule_compare(a, b) == 0;
}

/** rule_find - the first field of this type, NULL: the rule has none */
const struct rule_field *rule_find(const struct rule *rule, uint32_t type);

/**
 * rule_is_of_file - is it asked of each name of a call, after the rules that are asked of
 * the call? So are path= and inode=, but inode!= is not (kernel/auditfilter.c:
 * audit_data_to_entry()).
 */
bool rule_is_of_file(const struct rule *rule);

/** rule_keys - the text of its key field, absent where it has none */
struct span rule_keys(const struct rule *rule);

/**
 * rule_next_key - take the next key off @keys; empty ones are passed over, as
 *                 auditctl(8) does
 * Return: false: there is no more.
 */
bool rule_next_key(struct span *keys, struct span *key);

/** rule_has_call - is system call (io_uring operation) @nr in the rule's mask? */
static inline bool rule_has_call(const struct rule *rule, unsigned int nr)
{
	return nr < AUDIT_BITMASK_SIZE * 32 && rule->mask[nr / 32] & 1u << nr % 32;
}

/**
 * rule_has_all_calls - is the mask what `-S all` makes?
 * The last word is left out: its upper half names classes of calls.
 */
bool rule_has_all_calls(const struct rule *rule);

/** rule_tests_auid_set - does @f ask only whether there is a login uid? */
static inline bool rule_tests_auid_set(const struct rule_field *f)
{
	return f->type == AUDIT_LOGINUID_SET ||
	       (f->type == AUDIT_LOGINUID && f->value == AUDIT_UID_UNSET);
}

/** rule_type_has_text - is the value of such a field a text? */
bool rule_type_has_text(uint32_t type);

/**
 * rule_compares - kernel/auditfilter.c: audit_comparator()
 * 32 bits without a sign, whatever the field is.
 */
bool rule_compares(uint32_t left, uint32_t op, uint32_t right);

/**
 * rule_is_asked_of_record - does kernel/auditfilter.c: audit_filter() know the field?
 * That is what asks the user and the exclude list; it gives up at any other.
 */
bool rule_is_asked_of_record(uint32_t type);

/** rule_has_key - does the text of its key field hold @key, as -D -k looks for it? */
bool rule_has_key(const struct rule *rule, const char *key);

#endif
