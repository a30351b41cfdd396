/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_findings_truth.c - what is said of rules, held against the events they match
 *
 * Small rules over few fields and values, and events that are asked of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "event_world.h"
#include "rule_help.h"
#include "rules/findings.h"

#define SETS   40000
#define EVENTS 60

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
