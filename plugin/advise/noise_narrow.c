/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_narrow.c - how the rule that wrote a flow could ask for less
 *
 * Of what people do alone, or without the call that makes most of its records. What it
 * no longer asks for falls through to the rules behind it.
 */
#include <errno.h>
#include <libaudit.h>

#include "advise/noise_inner.h"
#include "rules/calls.h"

#define DOMINATES 0.5 /* of the rule's records that the call makes, at least */

/* --- people alone --- */

static bool tests_auid(const struct rule *rule)
{
	return rule_find(rule, AUDIT_LOGINUID) || rule_find(rule, AUDIT_LOGINUID_SET);
}

/* With auid!=unset, before its key. */
static int put_narrower(struct noise_advice *a, const struct rule *rule)
{
	struct rule_field field[AUDIT_MAX_FIELDS];
	const struct rule_field asked = {
		.type = AUDIT_LOGINUID, .op = AUDIT_NOT_EQUAL, .value = AUDIT_UID_UNSET};
	struct rule to = *rule;
	bool put_in = false;

	if (rule->n_fields + 1 >= AUDIT_MAX_FIELDS)
		return 0;
	to.n_fields = 0;
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		if (rule->field[i].type == AUDIT_FILTERKEY && !put_in) {
			field[to.n_fields++] = asked;
			put_in = true;
		}
		field[to.n_fields++] = rule->field[i];
	}
	if (!put_in)
		field[to.n_fields++] = asked;
	to.field = field;
	to.position = 0;
	to.file = NULL;
	to.line = 0;
	return noise_put(a, &to, rule);
}

static int make_of_people(struct noise *n, const struct rule *won)
{
	struct noise_advice a = {.kind = NOISE_NARROW,
				 .about = {won, ruleset_twin(n->options.rules, won)},
				 .breadth = NOISE_BREADTH_NARROWING};

	if (tests_auid(won))
		return 0;
	if (put_narrower(&a, won) < 0 || (a.about[1] && put_narrower(&a, a.about[1]) < 0))
		return -ENOMEM;
	noise_offer(n, &a);
	return 0;
}

/* --- without a call --- */

static bool is_of(const struct whatif_flow *f, const struct rule *rule)
{
	return rule && f->won == WHATIF_WON_RULE && f->position == rule->position;
}

/* Does the call make most of what the rule and its twin have written? */
static bool dominates(const struct noise *n, const struct noise_advice *a,
		      const char *call)
{
	const struct whatif_table *t = n->options.table;
	uint64_t all = 0, own = 0;

	for (size_t i = 0; i < t->n_flows; i++) {
		const struct whatif_flow *f = &t->flow[i];
		uint64_t records = f->count[n->options.window].records;
		int machine = calls_machine(f->arch, -1);
		const char *name;

		if (!is_of(f, a->about[0]) && !is_of(f, a->about[1]))
			continue;
		name = machine < 0 ? NULL : calls_name(f->call, machine, false);
		all += records;
		own += name && !strcmp(name, call) ? records : 0;
	}
	return all && (double)own >= DOMINATES * (double)all;
}

/* Of a rule that has no such call, or no other, nothing is made. */
static int put_without(struct noise_advice *a, const struct rule *rule, const char *call)
{
	const struct rule_field *arch = rule_find(rule, AUDIT_ARCH);
	int machine = arch ? calls_machine(arch->value, -1) : -1,
	    nr = machine < 0 ? -ENOENT : calls_number(call, machine, false);
	struct rule to = *rule;
	uint32_t left = 0;

	if (nr < 0 || !rule_has_call(rule, (unsigned int)nr))
		return 0;
	to.mask[nr / 32] &= ~(1u << nr % 32);
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE; i++)
		left |= to.mask[i];
	if (!left)
		return 0;
	to.position = 0;
	to.file = NULL;
	to.line = 0;
	return noise_put(a, &to, rule);
}

static int make_without_call(struct noise *n, const struct whatif_flow *f,
			     const struct rule *won)
{
	struct noise_advice a = {.kind = NOISE_NARROW,
				 .about = {won, ruleset_twin(n->options.rules, won)},
				 .breadth = NOISE_BREADTH_NARROWING + 1};
	int machine = calls_machine(f->arch, -1);
	const char *call = machine < 0 ? NULL : calls_name(f->call, machine, false);

	if (!call || !guard_is_everyday_call(call) || rule_has_all_calls(won) ||
	    !dominates(n, &a, call))
		return 0;
	if (put_without(&a, won, call) < 0)
		return -ENOMEM;
	if (!a.n) /* then its twin is not to be touched either */
		return 0;
	if (a.about[1] && put_without(&a, a.about[1], call) < 0)
		return -ENOMEM;
	noise_offer(n, &a);
	return 0;
}

int noise_make_narrowing(struct noise *n, const struct whatif_flow *f,
			 const struct rule *won)
{
	if (make_of_people(n, won) < 0)
		return -ENOMEM;
	return make_without_call(n, f, won);
}

bool noise_loses_call(const struct noise_advice *a)
{
	return a->kind == NOISE_NARROW &&
	       memcmp(a->rule[0]->mask, a->instead[0]->mask, sizeof(a->rule[0]->mask));
}
