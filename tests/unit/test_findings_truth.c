/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_findings_truth.c - what is said of rules, held against the events they match
 *
 * Small rules over few fields and values, and events that are asked of them by an
 * evaluator of its own, first match first. It knows what the proofs must not forget:
 * groups, several files of one event, rules on one file in any order, operations of
 * io_uring, labels that no one knows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rng.h"
#include "rule_help.h"
#include "rules/findings.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))
#define CALLS       4
#define RULES       8
#define SETS        40000
#define EVENTS      60
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

static uint32_t pick(struct rng *r)
{
	return values[rng_below(r, N_OF(values))];
}

static void make_event(struct rng *r, struct event *e)
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

static bool compare(uint32_t a, uint32_t op, uint32_t b)
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

static bool same_name(const struct rule_field *f, size_t name)
{
	return span_is(f->text, names[name]) == (f->op == AUDIT_EQUAL);
}

/* @file: the only one that is looked at, or FILES: any. @before: the answer so far. */
static bool field_holds(const struct rule_field *f, const struct event *e, size_t file,
			bool before)
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

static bool rule_holds(const struct rule *rule, const struct event *e, size_t file)
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
static const struct rule *winner(const struct ruleset *set, const struct event *e)
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

static void make_field(struct rng *r, uint32_t list, struct rule_field *f)
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

static struct rule *make_rule(struct rng *r, uint32_t list)
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
static struct ruleset *make_set(struct rng *r, uint32_t list)
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

/* --- claims --- */

struct claims {
	struct ruleset *set;
	const struct event *event;
	size_t n[FINDING_KINDS];
};

static void fail_claim(const struct claims *c, const struct finding *f, size_t event)
{
	for (size_t i = 0; i < ruleset_count(c->set); i++) {
		char text[RULE_TEXT_MAX];

		rule_print(ruleset_at(c->set, i), MACH_86_64, text, sizeof(text));
		print_error("%zu: %s\n", i + 1, text);
	}
	fail_msg("kind %d: rule %u, event %zu: call %u uring %d", (int)f->kind,
		 f->rule->position, event, c->event[event].call, c->event[event].uring);
}

static bool has_fields(const struct rule *a, const struct rule *of)
{
	for (uint32_t i = 0; i < of->n_fields; i++) {
		bool found = false;

		for (uint32_t k = 0; k < a->n_fields; k++)
			found |= a->field[k].type == of->field[i].type &&
				 a->field[k].op == of->field[i].op &&
				 a->field[k].value == of->field[i].value &&
				 span_equal(a->field[k].text, of->field[i].text);
		if (!found)
			return false;
	}
	return true;
}

/* Is the outcome the same, whichever rule of the group has made it? */
static bool is_same_outcome(const struct rule *a, const struct rule *b)
{
	if (!a || !b)
		return a == b;
	return a->action == b->action && has_fields(a, b) && has_fields(b, a);
}

/* The set with the merged rule in the place of the first, and without the others. */
static struct ruleset *merged(const struct claims *c, const struct finding *f)
{
	struct ruleset *set = ruleset_new();

	assert_non_null(set);
	for (size_t i = 0; i < ruleset_count(c->set); i++) {
		const struct rule *r = ruleset_at(c->set, i);
		bool gone = false;

		for (size_t k = 0; k < f->n_other; k++)
			gone |= f->other[k] == r;
		if (gone)
			continue;
		r = r == f->rule ? f->corrected[0] : r;
		assert_int_equal(ruleset_add(set, rule_copy(r), false), 0);
	}
	return set;
}

static void try_merge(struct claims *c, struct finding *f)
{
	struct ruleset *set = merged(c, f);

	for (size_t i = 0; i < EVENTS; i++)
		/* rules on one file have no order that could be kept */
		if (!c->event[i].swapped && !is_same_outcome(winner(c->set, &c->event[i]),
							     winner(set, &c->event[i])))
			fail_claim(c, f, i);
	ruleset_free(set);
}

static void try_claim(void *arg, struct finding *f)
{
	struct claims *c = arg;

	c->n[f->kind]++;
	if (f->kind == FINDING_MERGEABLE)
		try_merge(c, f);
	if (f->kind != FINDING_SHADOWED && f->kind != FINDING_IMPOSSIBLE &&
	    (f->kind != FINDING_LATE_NEVER || !strstr(f->reason, "all of")))
		return;
	for (size_t i = 0; i < EVENTS; i++)
		if (winner(c->set, &c->event[i]) == f->rule)
			fail_claim(c, f, i);
}

static void try_sets(uint32_t list, size_t n[FINDING_KINDS])
{
	struct rng rng = {.state = 0x5eed + list};

	for (size_t i = 0; i < SETS; i++) {
		struct event event[EVENTS];
		struct claims c = {.set = make_set(&rng, list), .event = event};
		struct findings_options options = {
			.machine = MACH_86_64, .found = try_claim, .arg = &c};
		bool gave_up;

		for (size_t k = 0; k < EVENTS; k++)
			make_event(&rng, &event[k]);
		assert_int_equal(findings_rules(c.set, &options, &gave_up), 0);
		assert_false(gave_up);
		for (size_t k = 0; k < FINDING_KINDS; k++)
			n[k] += c.n[k];
		ruleset_free(c.set);
	}
}

/* Enough is claimed for the events to have had something to refute. */
static void findings_claim_nothing_that_events_refute(void **state)
{
	size_t n[FINDING_KINDS] = {0};

	(void)state;
	try_sets(AUDIT_FILTER_EXIT, n);
	assert_in_range(n[FINDING_SHADOWED], SETS / 10, 10 * SETS);
	assert_in_range(n[FINDING_LATE_NEVER], SETS / 10, 10 * SETS);
	assert_in_range(n[FINDING_IMPOSSIBLE], SETS / 10, 10 * SETS);
	assert_in_range(n[FINDING_MERGEABLE], SETS / 100, 10 * SETS);
	memset(n, 0, sizeof(n));
	try_sets(AUDIT_FILTER_EXCLUDE, n);
	assert_in_range(n[FINDING_SHADOWED], SETS / 10, 10 * SETS);
}

/* --- many rules --- */

static void ignore(void *arg, struct finding *f)
{
	(void)f;
	++*(size_t *)arg;
}

static double look_through(struct ruleset *set, bool *gave_up)
{
	struct timespec from, to;
	size_t n = 0;
	struct findings_options options = {
		.machine = MACH_86_64, .found = ignore, .arg = &n};

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	assert_int_equal(findings_rules(set, &options, gave_up), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return (double)(to.tv_sec - from.tv_sec) * 1e3 +
	       (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

static struct ruleset *many(size_t n, void (*write)(char *text, size_t size, size_t i))
{
	struct ruleset *set = ruleset_new();

	assert_non_null(set);
	for (size_t i = 0; i < n; i++) {
		char text[4096];
		int rc;

		write(text, sizeof(text), i);
		rc = ruleset_add(set, rule_help_rule(text), false);
		if (rc == -E2BIG)
			break;
		assert_int_equal(rc, 0);
	}
	return set;
}

static void write_typical(char *text, size_t size, size_t i)
{
	switch (i % 4) {
	case 0:
		snprintf(text, size, "-w /etc/file%zu -p wa -k files%zu", i, i % 50);
		break;
	case 1:
		snprintf(text, size,
			 "-a always,exit -F arch=b%d -S open,openat,%zu -F exit=-%zu -F "
			 "auid>=1000 -F auid!=unset -k access",
			 i % 8 == 1 ? 64 : 32, i % 300, i);
		break;
	case 2:
		snprintf(text, size,
			 "-a always,exit -F path=/usr/bin/tool%zu -F perm=x -F "
			 "auid>=1000 -F "
			 "auid!=unset -k privileged",
			 i);
		break;
	default:
		snprintf(text, size,
			 "-a never,exit -F arch=b64 -S execve -F exe=/usr/bin/agent%zu",
			 i);
	}
}

static void write_equal_types(char *text, size_t size, size_t i)
{
	snprintf(text, size, "-a %s,exit -F arch=b64 -S open -F a1=%zu -F uid=%zu",
		 i % 2 ? "never" : "always", i, i);
}

static void write_many_fields(char *text, size_t size, size_t i)
{
	int n = snprintf(text, size, "-a %s,exit -F arch=b64 -S open -F a1=%zu",
			 i % 2 ? "never" : "always", i);

	for (size_t k = 0; k < 60; k++)
		n += snprintf(text + n, size - (size_t)n, " -F a%zu&=%zu", k % 4, k + 1);
}

static void write_one_file(char *text, size_t size, size_t i)
{
	snprintf(text, size,
		 "-a always,exit -F arch=b64 -S %zu -F path=/a -F pid=%zu -k k", i % 300,
		 i);
}

/* Figures, and a limit that only another order of growth passes. */
static void findings_of_many_rules_take_no_time(void **state)
{
	static const struct {
		const char *name;
		size_t n;
		void (*write)(char *text, size_t size, size_t i);
	} rows[] = {
		{"typical", 1000, write_typical},
		{"typical", RULESET_RULES_MAX, write_typical},
		{"equal types", RULESET_RULES_MAX, write_equal_types},
		{"many fields", RULESET_RULES_MAX, write_many_fields},
		{"one file", RULESET_RULES_MAX, write_one_file},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct ruleset *set = many(rows[i].n, rows[i].write);
		bool gave_up;
		double ms = look_through(set, &gave_up);

		print_message("%s, %zu rules: %.1f ms%s\n", rows[i].name,
			      ruleset_count(set), ms, gave_up ? ", gave up" : "");
		if (rows[i].n == 1000)
			assert_false(gave_up);
		assert_true(ms < 30000);
		ruleset_free(set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_claim_nothing_that_events_refute),
		cmocka_unit_test(findings_of_many_rules_take_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
