/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event_world.h - small random rules, random events, and which rule wins
 *
 * An evaluator of its own, first match first, for what is claimed of rules to be held
 * against. It knows what proofs must not forget: groups, several files of one event,
 * rules on one file in any order, operations of io_uring, labels that no one knows.
 */
#ifndef TESTS_EVENT_WORLD_H
#define TESTS_EVENT_WORLD_H

#include <stdlib.h>

#include "rng.h"
#include "rules/ruleset.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))
#define CALLS       4
#define RULES       8
#define FILES       3

static const char *const names[] = {"/a", "/a/b", "/c", "/c/d"};
static const uint32_t values[] = {0, 1, 2, 3, 5, UINT32_MAX - 1, UINT32_MAX};

struct event {
	unsigned int call;
	bool uring;   /* then there is no arch, and the call is 0 */
	bool labels;  /* is there someone who knows them? */
	bool swapped; /* rules on one file are asked from the last to the first */
	uint32_t arch, uid, auid, a1, msgtype, pid, gid, group, exit, success;
	size_t exe, label;
	size_t file[FILES];
	uint32_t owner[FILES];
	uint32_t perm;
	size_t dir; /* the event is below it, whatever the names are */
};

static inline uint32_t pick(struct rng *r)
{
	return values[rng_below(r, N_OF(values))];
}

static inline void make_event(struct rng *r, struct event *e)
{
	*e = (struct event){
		.call = (unsigned int)rng_below(r, CALLS),
		.uring = rng_below(r, 8) == 0,
		.labels = rng_below(r, 2),
		.swapped = rng_below(r, 2),
		.arch = AUDIT_ARCH_X86_64,
		.uid = pick(r),
		.auid = pick(r),
		.a1 = pick(r),
		.msgtype = pick(r),
		.pid = pick(r),
		.gid = pick(r),
		.group = pick(r),
		.exit = pick(r),
		.success = 1 + (uint32_t)rng_below(r, 2),
		.exe = rng_below(r, N_OF(names)),
		.label = rng_below(r, N_OF(names)),
		.perm = (uint32_t)rng_below(r, 16),
		.dir = rng_below(r, N_OF(names)),
	};
	if (rng_below(r, 2))
		e->arch = AUDIT_ARCH_I386;
	if (e->uring) {
		e->call = e->arch = 0;
		e->perm = 0;
	}
	for (size_t i = 0; i < FILES; i++) {
		e->file[i] = rng_below(r, N_OF(names));
		e->owner[i] = pick(r);
	}
}

/* --- the evaluator --- */

static inline bool compare(uint32_t a, uint32_t op, uint32_t b)
{
	return op == AUDIT_EQUAL                   ? a == b
	       : op == AUDIT_NOT_EQUAL             ? a != b
	       : op == AUDIT_LESS_THAN             ? a < b
	       : op == AUDIT_LESS_THAN_OR_EQUAL    ? a <= b
	       : op == AUDIT_GREATER_THAN          ? a > b
	       : op == AUDIT_GREATER_THAN_OR_EQUAL ? a >= b
	       : op == AUDIT_BIT_MASK              ? (a & b) != 0
						   : (a & b) == b;
}

static inline bool same_name(const struct rule_field *f, size_t name)
{
	return span_is(f->text, names[name]) == (f->op == AUDIT_EQUAL);
}

/* @file: the only one that is looked at, or FILES: any. @before: the answer so far. */
static inline bool field_holds(const struct rule_field *f, const struct event *e,
			       size_t file, bool before)
{
	bool any = false;

	switch (f->type) {
	case AUDIT_ARCH:
		return compare(e->arch, f->op, f->value);
	case AUDIT_UID:
		return compare(e->uid, f->op, f->value);
	case AUDIT_PID:
		return compare(e->pid, f->op, f->value);
	case AUDIT_ARG1:
		return compare(e->a1, f->op, f->value);
	case AUDIT_EXIT:
		return compare(e->exit, f->op, f->value);
	case AUDIT_MSGTYPE:
		return compare(e->msgtype, f->op, f->value);
	case AUDIT_SUCCESS:
		return compare(e->success, f->op, f->value ? 1 : 2);
	case AUDIT_LOGINUID:
		if (f->value == UINT32_MAX)
			return compare(e->auid != UINT32_MAX, f->op, 0);
		return compare(e->auid, f->op, f->value);
	case AUDIT_LOGINUID_SET:
		return compare(e->auid != UINT32_MAX, f->op, f->value);
	case AUDIT_GID:
		if (f->op == AUDIT_EQUAL)
			return e->gid == f->value || e->group == f->value;
		if (f->op == AUDIT_NOT_EQUAL)
			return e->gid != f->value && e->group != f->value;
		return compare(e->gid, f->op, f->value);
	case AUDIT_OBJ_UID:
		for (size_t i = 0; i < FILES; i++)
			any |= (file == FILES || file == i) &&
			       compare(e->owner[i], f->op, f->value);
		return any;
	case AUDIT_PERM:
		return e->perm & f->value;
	case AUDIT_DIR:
		return same_name(f, e->dir);
	case AUDIT_EXE:
		return same_name(f, e->exe);
	case AUDIT_SUBJ_TYPE:
		return e->labels ? same_name(f, e->label) : before;
	case AUDIT_WATCH:
		return file != FILES && span_is(f->text, names[e->file[file]]);
	default:
		return f->type == AUDIT_FILTERKEY;
	}
}

static inline bool rule_holds(const struct rule *rule, const struct event *e, size_t file)
{
	bool simple = rule->list == AUDIT_FILTER_EXCLUDE, holds = !simple;

	if (!simple && !rule_has_call(rule, e->call))
		return false;
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		holds = field_holds(&rule->field[i], e, file, simple && i && holds);
		if (!holds)
			return false;
	}
	return holds;
}

/* The winner, as the rule before which no other one wins. */
static inline const struct rule *winner(const struct ruleset *set, const struct event *e)
{
	size_t n = ruleset_count(set), best = n;

	for (size_t i = 0; i < n && best == n; i++)
		if (!rule_find(ruleset_at(set, i), AUDIT_WATCH) &&
		    (!e->uring || ruleset_at(set, i)->list != AUDIT_FILTER_EXIT) &&
		    rule_holds(ruleset_at(set, i), e, FILES))
			best = i;
	for (size_t file = 0; file < FILES; file++)
		for (size_t k = 0; k < n; k++) {
			size_t i = e->swapped ? n - 1 - k : k;

			if (i < best && rule_find(ruleset_at(set, i), AUDIT_WATCH) &&
			    rule_holds(ruleset_at(set, i), e, file))
				return ruleset_at(set, i);
		}
	return best < n ? ruleset_at(set, best) : NULL;
}

/* --- random rules --- */

static inline void make_field(struct rng *r, uint32_t list, struct rule_field *f)
{
	static const uint32_t on_exit[] = {
		AUDIT_ARCH,         AUDIT_UID,       AUDIT_ARG1,     AUDIT_ARG1,
		AUDIT_EXIT,         AUDIT_SUCCESS,   AUDIT_LOGINUID, AUDIT_GID,
		AUDIT_LOGINUID_SET, AUDIT_OBJ_UID,   AUDIT_PERM,     AUDIT_DIR,
		AUDIT_EXE,          AUDIT_SUBJ_TYPE, AUDIT_WATCH};
	static const uint32_t on_exclude[] = {
		AUDIT_UID,      AUDIT_PID,          AUDIT_MSGTYPE, AUDIT_MSGTYPE,
		AUDIT_LOGINUID, AUDIT_LOGINUID_SET, AUDIT_EXE,     AUDIT_SUBJ_TYPE};
	static const uint32_t ops[] = {AUDIT_EQUAL,
				       AUDIT_NOT_EQUAL,
				       AUDIT_LESS_THAN,
				       AUDIT_GREATER_THAN,
				       AUDIT_LESS_THAN_OR_EQUAL,
				       AUDIT_GREATER_THAN_OR_EQUAL,
				       AUDIT_BIT_MASK,
				       AUDIT_BIT_TEST};
	bool equality;

	*f = (struct rule_field){0};
	f->type = list == AUDIT_FILTER_EXIT ? on_exit[rng_below(r, N_OF(on_exit))]
					    : on_exclude[rng_below(r, N_OF(on_exclude))];
	equality = rule_type_has_text(f->type) || f->type == AUDIT_ARCH;
	f->op = ops[rng_below(r, equality ? 2 : f->type == AUDIT_ARG1 ? 8 : 6)];
	f->value = pick(r);
	if (f->type == AUDIT_WATCH || f->type == AUDIT_PERM)
		f->op = AUDIT_EQUAL;
	if (f->type == AUDIT_PERM)
		f->value = 1 + (uint32_t)rng_below(r, 15);
	if (f->type == AUDIT_ARCH)
		f->value = rng_below(r, 2) ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_I386;
	if (rule_type_has_text(f->type))
		f->text = span_of(names[rng_below(r, N_OF(names))]);
}

static inline struct rule *make_rule(struct rng *r, uint32_t list)
{
	struct rule_field field[4];
	struct rule rule = {.list = list,
			    .action = rng_below(r, 3) ? AUDIT_ALWAYS : AUDIT_NEVER,
			    .field = field};
	size_t n = rng_below(r, 4);

	rule.mask[0] = 1 + (uint32_t)rng_below(r, (1 << CALLS) - 1);
	if (rng_below(r, 6) == 0)
		memset(rule.mask, 0xff, sizeof(rule.mask) - sizeof(rule.mask[0]));
	for (size_t i = 0; i < n; i++) {
		struct rule_field *f = &field[rule.n_fields];

		make_field(r, list, f);
		if (f->type == AUDIT_PERM || f->type == AUDIT_WATCH ||
		    f->type == AUDIT_EXE)
			if (rule_find(&rule, f->type))
				continue;
		rule.n_fields++;
	}
	return rule_copy(&rule);
}

/* Some are made of one before, with another field more, less or changed. */
static inline struct ruleset *make_set(struct rng *r, uint32_t list)
{
	struct ruleset *set = ruleset_new();

	assert_non_null(set);
	for (size_t i = 0; i < RULES; i++) {
		struct rule *rule = make_rule(r, list);

		if (i && rng_below(r, 2)) {
			struct rule near = *ruleset_at(set, rng_below(r, i)), *copy;
			struct rule_field field[AUDIT_MAX_FIELDS];

			memcpy(field, near.field, near.n_fields * sizeof(*field));
			near.field = field;
			if (rng_below(r, 2))
				near.mask[0] = rule->mask[0];
			else if (rng_below(r, 2))
				near.action = rule->action;
			else if (near.n_fields < 4 && rule->n_fields &&
				 !rule_find(&near, rule->field[0].type))
				field[near.n_fields++] = rule->field[0];
			else if (near.n_fields)
				field[0].value ^= !field[0].text.p &&
						  field[0].value < 3 &&
						  field[0].type != AUDIT_PERM;
			copy = rule_copy(&near);
			rule_free(rule);
			rule = copy;
		}
		assert_non_null(rule);
		assert_int_equal(ruleset_add(set, rule, false), 0);
	}
	return set;
}

#endif
