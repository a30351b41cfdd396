/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_repair_truth.c - what is advised of rules, done, and held against events
 *
 * Each correction by itself, in its place and as its commands do it, and then all of
 * them together: what was recorded is recorded, but for what was said to be given up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "advise/repair.h"
#include "event_world.h"
#include "rule_help.h"

#define SETS   8000
#define EVENTS 60

struct tally {
	size_t fixes[FINDING_FIXES], now, together;
};

/* Rules with a few keys, so that it matters which one wins. */
static struct ruleset *make_keyed(struct rng *r, uint32_t list)
{
	static const char *const keys[] = {"one", "two", "three"};
	struct ruleset *bare = make_set(r, list), *set = ruleset_new();
	struct rule *usual = rule_help_rule("-a never,exclude -F msgtype=1101");

	assert_non_null(set);
	for (size_t i = 0; i < ruleset_count(bare); i++) {
		struct rule_field field[AUDIT_MAX_FIELDS];
		struct rule rule = *ruleset_at(bare, i);

		memcpy(field, rule.field, rule.n_fields * sizeof(*field));
		rule.field = field;
		if (list == AUDIT_FILTER_EXCLUDE)
			memcpy(rule.mask, usual->mask, sizeof(rule.mask));
		if (rng_below(r, 2) && list == AUDIT_FILTER_EXIT)
			field[rule.n_fields++] = (struct rule_field){
				AUDIT_FILTERKEY, AUDIT_EQUAL, 0,
				span_of(keys[rng_below(r, N_OF(keys))])};
		assert_int_equal(ruleset_add(set, rule_copy(&rule), false), 0);
	}
	rule_free(usual);
	ruleset_free(bare);
	return set;
}

static bool is_recorded(const struct rule *rule)
{
	return rule && rule->action == AUDIT_ALWAYS;
}

/* Not recorded is not recorded, by whichever rule or none. */
static bool is_same(const struct rule *a, const struct rule *b)
{
	if (!is_recorded(a) || !is_recorded(b))
		return is_recorded(a) == is_recorded(b);
	return span_equal(rule_keys(a), rule_keys(b));
}

static bool is_removed(const struct repair *r, const struct rule *rule)
{
	for (size_t i = 0; i < r->n_remove; i++)
		if (r->remove[i] == rule)
			return true;
	return false;
}

static void add_copy(struct ruleset *set, const struct rule *rule, bool first)
{
	assert_int_equal(ruleset_add(set, rule_copy(rule), first), 0);
}

static void add_new(struct ruleset *set, const struct repair *r, bool first)
{
	for (size_t i = 0; i < 2 && r->add[i]; i++)
		add_copy(set, r->add[i], first);
}

/* Each correction where it belongs. Those of @list that are @chosen, or only @r. */
static struct ruleset *corrected(const struct ruleset *from,
				 const struct repair_list *list, const struct repair *r)
{
	struct ruleset *set = ruleset_new();
	const struct repair *first = r ? r : list->of;
	size_t n = r ? 1 : list->n;

	assert_non_null(set);
	for (size_t i = 0; i < ruleset_count(from); i++) {
		const struct rule *rule = ruleset_at(from, i);
		bool gone = false;

		for (size_t k = 0; k < n; k++) {
			const struct repair *o = &first[k];
			const struct rule *at =
				o->fix == FINDING_FIX_MOVE ? o->other[0] : o->rule;

			if (!r && o->fix == FINDING_FIX_MOVE)
				continue; /* what it takes is another test's */
			gone |= is_removed(o, rule);
			if (at == rule && o->fix != FINDING_FIX_ADD)
				add_new(set, o, false);
		}
		if (!gone)
			add_copy(set, rule, false);
		for (size_t k = 0; k < n; k++)
			if (first[k].rule == rule && first[k].fix == FINDING_FIX_ADD &&
			    !first[k].at_end)
				add_new(set, &first[k], false);
	}
	for (size_t k = 0; k < n; k++)
		if (first[k].at_end)
			add_new(set, &first[k], false);
	return set;
}

/* As the commands do it. */
static struct ruleset *commanded(const struct ruleset *from, const struct repair *r)
{
	struct ruleset *set = ruleset_new();

	assert_non_null(set);
	for (size_t i = 0; i < ruleset_count(from); i++)
		if (!is_removed(r, ruleset_at(from, i)))
			add_copy(set, ruleset_at(from, i), false);
	add_new(set, r, r->now == REPAIR_PREPEND);
	return set;
}

static void fail_repair(const struct ruleset *set, const struct repair *r,
			const struct ruleset *after, const char *what)
{
	const struct ruleset *both[] = {set, after};

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < ruleset_count(both[k]); i++) {
			char text[RULE_TEXT_MAX];

			rule_print(ruleset_at(both[k], i), MACH_86_64, text,
				   sizeof(text));
			print_error("%s %zu: %s\n", k ? "after" : "before", i + 1, text);
		}
	fail_msg("%s: finding %d of rule %u, fix %d, now %d", what,
		 r ? (int)r->finding : -1, r && r->rule ? r->rule->position : 0,
		 r ? (int)r->fix : -1, r ? (int)r->now : -1);
}

static bool is_blinded(const struct repair *r, const struct rule *rule)
{
	for (size_t i = 0; i < r->n_blinds && i < REPAIR_OTHERS_MAX; i++)
		if (r->blinds[i] == rule)
			return true;
	return false;
}

/* Does the rule hold, whoever wins? What it was for may then be another's. */
static bool touches(const struct rule *rule, const struct event *e)
{
	bool any = false;

	if (!rule_find(rule, AUDIT_WATCH))
		return rule_holds(rule, e, FILES);
	for (size_t file = 0; file < FILES; file++)
		any |= rule_holds(rule, e, file);
	return any;
}

/*
 * Do rules about two files of the event want different things? Then the first file's
 * wins, whichever stands first, unless another rule before both keeps it from being
 * asked.
 */
static bool is_torn(const struct ruleset *set, const struct event *e)
{
	const struct rule *first = NULL;

	for (size_t i = 0; i < ruleset_count(set); i++) {
		const struct rule *rule = ruleset_at(set, i);

		if (!rule_find(rule, AUDIT_WATCH) || !touches(rule, e))
			continue;
		if (first && !is_same(first, rule))
			return true;
		first = rule;
	}
	return false;
}

/* May the winner be another one than before? */
static bool is_promised(const struct repair *r, const struct event *e,
			const struct rule *before, const struct rule *after)
{
	bool is = is_recorded(after);

	if (is_same(before, after))
		return true;
	switch (r->fix) {
	case FINDING_FIX_MOVE:
		return !is && is_blinded(r, before);
	case FINDING_FIX_ADD:
		return is && !before; /* nobody's events alone, and no exception's */
	case FINDING_FIX_REPLACE:
		/* what has these numbers elsewhere, or of a rule that did nothing */
		if (r->finding == FINDING_NO_ARCH && e->arch != AUDIT_ARCH_X86_64)
			return touches(r->rule, e) || is;
		return r->finding == FINDING_POISONED;
	default:
		return false;
	}
}

static void try_one(const struct ruleset *set, const struct repair *r,
		    const struct event *event, struct tally *t)
{
	struct ruleset *placed = corrected(set, NULL, r),
		       *now = r->now == REPAIR_NOT_NOW ? NULL : commanded(set, r);

	t->fixes[r->fix]++;
	t->now += now != NULL;
	for (size_t i = 0; i < EVENTS; i++) {
		const struct rule *before = winner(set, &event[i]), *after;

		if (event[i].swapped) /* rules on one file have no order then */
			continue;
		after = winner(placed, &event[i]);
		if (r->fix != FINDING_FIX_TAKE_OUT && r->fix != FINDING_FIX_MERGE &&
		    is_torn(set, &event[i]))
			continue;
		if (!is_promised(r, &event[i], before, after)) {
			printf("event %zu call %u uring %d arch %x perm %u before %u "
			       "after %u\n",
			       i, event[i].call, event[i].uring, event[i].arch,
			       event[i].perm, before ? before->position : 0,
			       after ? after->position : 0);
			fail_repair(set, r, placed, "in its place");
		}
		if (now && !is_same(after, winner(now, &event[i])))
			fail_repair(set, r, now, "by its commands");
	}
	ruleset_free(placed);
	ruleset_free(now);
}

/* Is it among what a replaced rule is said to give up? */
static bool is_given_up(const struct repair_list *list, const struct event *e)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->of[i].finding == FINDING_NO_ARCH && list->of[i].add[0] &&
		    touches(list->of[i].rule, e) && e->arch != AUDIT_ARCH_X86_64)
			return true;
	return false;
}

/* All at once, but moves: what a rule that is taken out matches is recorded still. */
static void try_all(const struct ruleset *set, const struct repair_list *list,
		    const struct event *event, struct tally *t)
{
	struct ruleset *after = corrected(set, list, NULL);

	for (size_t i = 0; i < EVENTS; i++) {
		const struct rule *before = winner(set, &event[i]), *is;

		if (event[i].swapped || !is_recorded(before) || is_torn(set, &event[i]))
			continue;
		is = winner(after, &event[i]);
		t->together++;
		if (!is_recorded(is) && !is_given_up(list, &event[i]))
			fail_repair(set, NULL, after, "all together");
	}
	ruleset_free(after);
}

static void try_sets(uint32_t list, struct tally *t)
{
	struct rng rng = {.state = 0xca5e + list};

	for (size_t i = 0; i < SETS; i++) {
		struct event event[EVENTS];
		struct ruleset *set = make_keyed(&rng, list);
		struct repair_look look = {.set = set,
					   .known = {.machine = MACH_86_64},
					   .budget = REPAIR_BUDGET};
		struct repair_list found;

		for (size_t k = 0; k < EVENTS; k++)
			make_event(&rng, &event[k]);
		assert_int_equal(repair_look(&look, &found), 0);
		for (size_t k = 0; k < found.n; k++)
			if (found.of[k].fix != FINDING_FIX_NONE)
				try_one(set, &found.of[k], event, t);
		if (list == AUDIT_FILTER_EXIT)
			try_all(set, &found, event, t);
		repair_list_free(&found);
		ruleset_free(set);
	}
}

static void repair_keeps_its_promises(void **state)
{
	struct tally t = {.now = 0};

	try_sets(AUDIT_FILTER_EXIT, &t);
	print_message("out %zu, replaced %zu, added %zu, moved %zu, merged %zu, by "
		      "commands %zu, all together %zu events\n",
		      t.fixes[FINDING_FIX_TAKE_OUT], t.fixes[FINDING_FIX_REPLACE],
		      t.fixes[FINDING_FIX_ADD], t.fixes[FINDING_FIX_MOVE],
		      t.fixes[FINDING_FIX_MERGE], t.now, t.together);
	for (size_t i = FINDING_FIX_TAKE_OUT; i < FINDING_FIXES; i++)
		assert_in_range(t.fixes[i], SETS / 200, 10 * SETS);
	assert_in_range(t.now, SETS / 10, 40 * SETS);
	t = (struct tally){.now = 0};
	try_sets(AUDIT_FILTER_EXCLUDE, &t);
	assert_in_range(t.fixes[FINDING_FIX_TAKE_OUT], SETS / 10, 10 * SETS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repair_keeps_its_promises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
