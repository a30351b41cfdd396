/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whatif_ask.c - one rule and one flow
 *
 * Numbers that are known as a range, and names of which the directory is known, are
 * judged here; everything else is the matcher's, on facts that hold what is sure.
 */
#include <libaudit.h>
#include <stdlib.h>

#include "base/path.h"
#include "advise/whatif_inner.h"
#include "rules/calls.h"

#define ERRNO_MAX 4095u /* include/linux/err.h: MAX_ERRNO */

/* --- numbers --- */

struct range {
	uint32_t low, high;
	bool known;
};

static const struct range unknown = {0, UINT32_MAX, false};

static struct range one(uint32_t value)
{
	return (struct range){value, value, true};
}

static struct range of_id(int64_t id, enum id_class id_class)
{
	switch (id_class) {
	case ID_CLASS_ROOT:
		return one(0);
	case ID_CLASS_SYSTEM: /* count/flows.c: SYSTEM_ID_LAST */
		return (struct range){1, 999, true};
	case ID_CLASS_USER:
		return (struct range){1000, UINT32_MAX - 1, true};
	case ID_CLASS_UNSET:
		return one(UINT32_MAX);
	case ID_CLASS_NONE:
		break;
	}
	return id == EVENT_ID_ABSENT ? unknown : one((uint32_t)id);
}

static enum match range_compares(struct range r, uint32_t op, uint32_t value)
{
	if (!r.known)
		return MATCH_MAYBE;
	if (r.low == r.high)
		return match_bool(rule_compares(r.low, op, value));
	switch (op) {
	case AUDIT_EQUAL:
		return value < r.low || value > r.high ? MATCH_NO : MATCH_MAYBE;
	case AUDIT_NOT_EQUAL:
		return value < r.low || value > r.high ? MATCH_YES : MATCH_MAYBE;
	case AUDIT_LESS_THAN:
	case AUDIT_LESS_THAN_OR_EQUAL:
	case AUDIT_GREATER_THAN:
	case AUDIT_GREATER_THAN_OR_EQUAL:
		if (rule_compares(r.low, op, value) == rule_compares(r.high, op, value))
			return match_bool(rule_compares(r.low, op, value));
		return MATCH_MAYBE;
	default:
		return MATCH_MAYBE;
	}
}

/* Is there a login uid? */
static enum match auid_set(struct range auid, const struct rule_field *f)
{
	uint32_t value = f->type == AUDIT_LOGINUID_SET ? f->value : 0;

	if (!auid.known)
		return MATCH_MAYBE;
	return match_bool(rule_compares(auid.low != UINT32_MAX, f->op, value));
}

static const char *call_name(const struct whatif_flow *flow)
{
	int machine = calls_machine(flow->arch, -1);

	return machine < 0 ? NULL : calls_name(flow->call, machine, false);
}

static bool is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; name && i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

/* Only its lower 32 bits are compared; of these calls they can be any. */
static bool has_wide_result(const struct whatif_flow *flow)
{
	static const char *const names[] = {"brk",   "lseek",  "_llseek", "mmap",
					    "mmap2", "mremap", "shmat",   "ptrace",
					    "time",  "times",  "prctl"};
	const char *name = call_name(flow);

	return !name || is_among(name, names, N_OF(names));
}

static struct range exit_of(const struct whatif_flow *flow)
{
	if (flow->success == EVENT_SUCCESS_NO && flow->error > 0)
		return one(-(uint32_t)flow->error);
	if (flow->success == EVENT_SUCCESS_YES && !has_wide_result(flow))
		return (struct range){0, UINT32_MAX - ERRNO_MAX, true};
	return unknown;
}

/* --- names --- */

/* Has each of its names that is no PARENT the directory that the flow has? */
static bool takes_one_name(const struct whatif_flow *flow)
{
	static const char *const names[] = {
		"access",     "acct",        "chdir",      "chmod",        "chown",
		"chroot",     "creat",       "faccessat",  "faccessat2",   "fchmodat",
		"fchmodat2",  "fchownat",    "futimesat",  "getxattr",     "lchown",
		"lgetxattr",  "listxattr",   "llistxattr", "lremovexattr", "lsetxattr",
		"lstat",      "mkdir",       "mkdirat",    "mknod",        "mknodat",
		"newfstatat", "open",        "openat",     "openat2",      "readlink",
		"readlinkat", "removexattr", "rmdir",      "setxattr",     "stat",
		"statfs",     "statx",       "truncate",   "unlink",       "unlinkat",
		"utime",      "utimensat",   "utimes",
	};

	return is_among(call_name(flow), names, N_OF(names));
}

static bool has_type(const struct whatif_flow *flow, uint32_t type)
{
	for (unsigned int i = 0; i < flow->n_types; i++)
		if (flow->types[i] == type)
			return true;
	return false;
}

static bool is_real(const struct whatif *w, struct span dir)
{
	return w->options.is_real && w->options.is_real(w->options.arg, dir);
}

/* A name that the kernel has not found is in no tree, and its record does not say so:
 * of a call that failed a place is never a sure yes. */
static enum match place(const struct whatif *w, const struct whatif_flow *flow,
			const struct rule_field *f)
{
	struct span dir = flow->dir.text, path = f->text;
	enum match below = flow->success == EVENT_SUCCESS_YES ? MATCH_YES : MATCH_MAYBE;

	if (!has_type(flow, AUDIT_PATH) && !w->may_lack_paths)
		return MATCH_NO;
	if (flow->dir.cut || !path_is_plain(dir) || !path_is_plain(path) ||
	    !is_real(w, dir))
		return MATCH_MAYBE;
	/* then what is above it is real too */
	if (f->type == AUDIT_DIR && path_is_below(dir, path))
		return below;
	/* the object itself may be the one that the rule names */
	if (span_equal(dir, path_dir(path)) || span_equal(dir, path))
		return MATCH_MAYBE;
	if (!takes_one_name(flow))
		return MATCH_MAYBE;
	return is_real(w, f->type == AUDIT_DIR ? path : path_dir(path)) ? MATCH_NO
									: MATCH_MAYBE;
}

/* --- the rest --- */

static enum match subject_type(const struct whatif *w, const struct whatif_flow *flow,
			       const struct rule_field *f)
{
	bool same;

	if (w->options.labels == MATCH_LABELS_NONE)
		return MATCH_NO;
	if (w->options.labels != MATCH_LABELS_SELINUX || !flow->subj_type.text.p ||
	    flow->subj_type.cut)
		return MATCH_MAYBE;
	same = span_equal(flow->subj_type.text, f->text);
	if (f->op == AUDIT_EQUAL)
		return match_bool(same);
	return f->op == AUDIT_NOT_EQUAL && same ? MATCH_NO : MATCH_MAYBE;
}

static enum match program(struct name_text exe, const struct rule_field *f)
{
	enum match m;

	if (!exe.text.p)
		return MATCH_MAYBE;
	if (exe.cut)
		m = f->text.n > exe.text.n && !memcmp(f->text.p, exe.text.p, exe.text.n)
			    ? MATCH_MAYBE
			    : MATCH_NO;
	else
		m = match_bool(span_equal(exe.text, f->text));
	return f->op == AUDIT_NOT_EQUAL ? match_not(m) : m;
}

/* Return: false: this one is the matcher's. */
static bool own_field(const struct whatif *w, const struct whatif_flow *flow,
		      const struct rule_field *f, enum match *m)
{
	struct range auid = of_id(flow->auid, flow->auid_class);

	switch (f->type) {
	case AUDIT_UID:
		*m = range_compares(of_id(flow->uid, flow->uid_class), f->op, f->value);
		return true;
	case AUDIT_LOGINUID:
	case AUDIT_LOGINUID_SET:
		*m = rule_tests_auid_set(f) ? auid_set(auid, f)
					    : range_compares(auid, f->op, f->value);
		return true;
	case AUDIT_EXIT:
		if (flow->success == EVENT_SUCCESS_ABSENT)
			return false;
		*m = range_compares(exit_of(flow), f->op, f->value);
		return true;
	case AUDIT_WATCH:
	case AUDIT_DIR:
		*m = place(w, flow, f);
		return true;
	case AUDIT_EXE:
		*m = flow->claimed ? MATCH_MAYBE : program(flow->exe, f);
		return true;
	case AUDIT_SUBJ_TYPE:
		*m = subject_type(w, flow, f);
		return true;
	default:
		return false;
	}
}

static void learn(struct whatif *w, const struct whatif_flow *flow)
{
	struct facts *facts = &w->facts;

	facts_clear(facts);
	facts->has_call = flow->has_call;
	for (unsigned int i = 0; i < flow->n_types && i < FACTS_TYPES_MAX; i++)
		facts->types[facts->n_types++] = flow->types[i];
	facts_set(facts, FACTS_ARCH, flow->arch);
	facts_set(facts, FACTS_CALL, flow->call);
	if (flow->uid_class == ID_CLASS_NONE && flow->uid != EVENT_ID_ABSENT)
		facts_set(facts, FACTS_UID, (uint32_t)flow->uid);
	if (flow->auid_class == ID_CLASS_NONE && flow->auid != EVENT_ID_ABSENT)
		facts_set(facts, FACTS_AUID, (uint32_t)flow->auid);
	if (flow->success != EVENT_SUCCESS_ABSENT)
		facts_set(facts, FACTS_SUCCESS, flow->success == EVENT_SUCCESS_YES);
	if (!has_type(flow, AUDIT_PATH) && !w->may_lack_paths)
		facts_set(facts, FACTS_ITEMS, 0);
}

static bool has_field(const struct rule *rule, const struct rule_field *f)
{
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *g = &rule->field[i];

		if (g->type == f->type && g->op == f->op && g->value == f->value &&
		    span_equal(g->text, f->text))
			return true;
	}
	return false;
}

enum match whatif_ask_given(struct whatif *w, const struct rule *rule,
			    const struct whatif_flow *flow, const struct rule *won)
{
	struct rule_field field[AUDIT_MAX_FIELDS];
	struct rule rest = *rule;
	enum match all = MATCH_YES, m;

	if (rule->list != AUDIT_FILTER_EXIT || !flow->has_call || flow->foreign)
		return MATCH_NO;
	if (has_type(flow, AUDIT_URINGOP)) /* its operations are another list's */
		return has_type(flow, AUDIT_SYSCALL) ? MATCH_MAYBE : MATCH_NO;
	if (!whatif_has_call(rule, flow))
		return MATCH_NO;
	w->asked++;
	if (rule->state != RULE_KNOWN)
		return MATCH_MAYBE;
	rest.field = field;
	rest.n_fields = 0;
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];

		if (won && won->state == RULE_KNOWN && has_field(won, f))
			continue;
		if (!own_field(w, flow, f, &m)) {
			field[rest.n_fields++] = *f;
			continue;
		}
		all = match_least(all, m);
		if (all == MATCH_NO)
			return MATCH_NO;
	}
	if (rest.n_fields) {
		learn(w, flow);
		all = match_least(all, match_one(w->matcher, &rest, &w->facts));
	}
	return all;
}

enum match whatif_ask(struct whatif *w, const struct rule *rule,
		      const struct whatif_flow *flow)
{
	const struct rule *won =
		flow->won == WHATIF_WON_RULE ? whatif_rule_at(w, flow->position) : NULL;

	return whatif_ask_given(w, rule, flow, won);
}

/* kernel/auditfilter.c: audit_filter(); a field that it does not know ends the search
 * without a match. A program's name in a message is what its sender says: the figures
 * rest on it, whether it may be trusted is the guard's question. */
enum match whatif_ask_record(const struct rule *rule, const struct whatif_record *r)
{
	struct range auid = of_id(r->auid, r->auid_class);
	enum match all = rule->n_fields ? MATCH_YES : MATCH_NO;

	if (rule->list != AUDIT_FILTER_EXCLUDE)
		return MATCH_NO;
	if (rule->state != RULE_KNOWN)
		return MATCH_MAYBE;
	for (uint32_t i = 0; i < rule->n_fields && all != MATCH_NO; i++) {
		const struct rule_field *f = &rule->field[i];
		enum match m = MATCH_MAYBE;

		if (!rule_is_asked_of_record(f->type))
			m = MATCH_NO;
		else if (f->type == AUDIT_MSGTYPE)
			m = match_bool(rule_compares(r->type, f->op, f->value));
		else if (f->type == AUDIT_UID)
			m = range_compares(of_id(r->uid, r->uid_class), f->op, f->value);
		else if (rule_tests_auid_set(f))
			m = auid_set(auid, f);
		else if (f->type == AUDIT_LOGINUID)
			m = range_compares(auid, f->op, f->value);
		else if (f->type == AUDIT_EXE)
			m = program(r->exe, f);
		all = match_least(all, m);
	}
	return all;
}

/* --- which rule it was --- */

/* Can the rule have written events that bear the flow's keys? */
static bool fits_keys(const struct rule *rule, const struct whatif_flow *flow)
{
	struct span keys = rule_keys(rule), key;

	if (!keys.p || flow->n_keys > 1)
		return true; /* without a key it bears that of a rule it has displaced */
	return flow->n_keys && rule_next_key(&keys, &key) &&
	       (flow->key.cut || span_equal(key, flow->key.text));
}

const struct rule *whatif_winner(struct whatif *w, const struct whatif_flow *flow,
				 bool *none)
{
	const struct rule *only = NULL;
	size_t found = 0;

	*none = flow->won == WHATIF_WON_NONE || !flow->has_call || flow->foreign;
	if (*none)
		return NULL;
	if (flow->won == WHATIF_WON_RULE)
		return whatif_rule_at(w, flow->position);
	if (flow->settled || w->task_rules || whatif_is_forced(flow))
		return NULL;
	for (size_t i = 0; i < w->n_exit && found < 2; i++) {
		const struct rule *rule = w->exit[i];
		enum match m = MATCH_NO;

		if (whatif_has_call(rule, flow) && rule->action != AUDIT_NEVER &&
		    fits_keys(rule, flow))
			m = whatif_ask_given(w, rule, flow, NULL);
		if (m == MATCH_NO)
			continue;
		if (!found++)
			only = rule;
		/* rules with a name are asked last, and can win from behind no other */
		if (m == MATCH_YES && found == 1 && !whatif_is_by_name(w, rule))
			return only;
	}
	return found == 1 ? only : NULL;
}

void whatif_settle(struct whatif *w, struct whatif_flow *flow)
{
	const struct rule *won;
	bool none;

	if (flow->won != WHATIF_WON_OPEN)
		return;
	won = whatif_winner(w, flow, &none);
	flow->settled = true;
	if (won) {
		flow->won = WHATIF_WON_RULE;
		flow->position = won->position;
	} else if (none) {
		flow->won = WHATIF_WON_NONE;
	}
}
