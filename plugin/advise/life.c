/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * life.c - whether an advice is followed, and what has come of that
 */
#include "advise/life.h"

#include <errno.h>
#include <inttypes.h>
#include <libaudit.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "rules/cover.h"

#define ENOUGH 10 /* records before, that a window tells anything by */

/* --- its rules --- */

void life_drop(struct life *life)
{
	for (size_t i = 0; i < NOISE_RULES; i++) {
		rule_free(life->what.rule[i]);
		rule_free(life->what.instead[i]);
	}
	rule_free(life->what.about[0]);
	rule_free(life->what.about[1]);
	*life = (struct life){.state = LIFE_NONE};
}

void lives_free(struct lives *l)
{
	for (size_t i = 0; i < LIFE_MAX; i++)
		life_drop(&l->of[i]);
}

void lives_standing(const struct lives *l, struct noise_standing out[LIFE_MAX])
{
	for (size_t i = 0; i < LIFE_MAX; i++)
		out[i] = l->of[i].state == LIFE_PROPOSED
				 ? l->of[i].what
				 : (struct noise_standing){.n = 0};
}

/* --- are they loaded? --- */

static bool is_same_arch(const struct rule *a, const struct rule *b)
{
	const struct rule_field *f = rule_find(a, AUDIT_ARCH),
				*g = rule_find(b, AUDIT_ARCH);

	return !f || !g || f->value == g->value;
}

/* Before all that may record the same. */
static bool is_before_all(const struct ruleset *kernel, const struct rule *never)
{
	for (size_t i = 0; i < ruleset_count(kernel); i++) {
		const struct rule *rule = ruleset_at(kernel, i);

		if (rule->list == never->list && rule->position < never->position &&
		    rule->action != AUDIT_NEVER && !cover_unrelated(rule, never))
			return false;
	}
	return true;
}

/* Before the rule that it is made for, @about in the kernel; where that is not known,
 * before all. */
static bool is_first(const struct life *life, const struct ruleset *kernel,
		     const struct rule *const about[2], const struct rule *never)
{
	for (size_t i = 0; i < 2; i++)
		if (about[i] && is_same_arch(about[i], never) &&
		    about[i]->position < never->position)
			return false;
	return life->what.about[0] || is_before_all(kernel, never);
}

/* Behind a rule at which the kernel gives up on the list it is not asked. */
static bool is_asked(const struct ruleset *kernel, const struct rule *exclude)
{
	for (size_t i = 0; i < ruleset_count(kernel); i++) {
		const struct rule *rule = ruleset_at(kernel, i);

		if (rule->list == exclude->list && rule->position < exclude->position &&
		    cover_poison(rule) && !cover_unrelated(rule, exclude))
			return false;
	}
	return true;
}

/* So that they work. */
static bool is_loaded(const struct life *life, const struct ruleset *kernel)
{
	const struct noise_standing *what = &life->what;
	const struct rule *about[2] = {NULL, NULL};

	for (size_t i = 0; i < what->n; i++) {
		const struct rule *rule = ruleset_find(kernel, what->rule[i]);

		if (!rule || ruleset_find(kernel, what->instead[i]))
			return false;
		for (size_t k = 0; k < 2 && !i; k++)
			about[k] = ruleset_find(kernel, what->about[k]);
		if (rule->list == AUDIT_FILTER_EXCLUDE && !is_asked(kernel, rule))
			return false;
		if (rule->list == AUDIT_FILTER_EXIT && rule->action == AUDIT_NEVER &&
		    !is_first(life, kernel, about, rule))
			return false;
	}
	return true;
}

static void set_state(struct life *life, enum life_state state, int64_t wall_ms)
{
	life->state = state;
	life->since_ms = wall_ms;
}

uint32_t lives_rules(struct lives *l, const struct ruleset *kernel, int64_t wall_ms)
{
	uint32_t changed = 0;

	if (ruleset_count(kernel) > LIFE_RULES)
		return 0;
	for (unsigned int i = 0; i < LIFE_MAX; i++) {
		struct life *life = &l->of[i];
		bool was = life->state == LIFE_APPLIED || life->state == LIFE_VERIFIED;

		if ((!was && life->state != LIFE_PROPOSED) ||
		    was == is_loaded(life, kernel))
			continue;
		if (was) {
			set_state(life, LIFE_PROPOSED, wall_ms);
			life->unloaded_ms = wall_ms;
			life->proof = (struct life_proof){.length_ms = 0};
		} else {
			set_state(life, LIFE_APPLIED, wall_ms);
			life->applied_ms = wall_ms;
		}
		life->misses = 0;
		changed |= 1u << i;
	}
	return changed;
}

/* --- measuring --- */

static void add(struct count *sum, const struct count *c)
{
	sum->events += c->events;
	sum->records += c->records;
	sum->bytes += c->bytes;
}

static bool is_of_narrowed(const struct life *life, const struct life_round *round,
			   const struct whatif_flow *flow)
{
	const struct noise_standing *what = &life->what;

	for (size_t i = 0; i < what->n; i++)
		if (whatif_ask(round->whatif, what->instead[i], flow) == MATCH_YES &&
		    whatif_ask(round->whatif, what->rule[i], flow) == MATCH_NO)
			return true;
	return false;
}

/* One that another rule takes now is no part of the saving, and was none of what was
 * predicted. */
static bool still_comes(const struct life *life, const struct life_round *round,
			const struct whatif_flow *flow)
{
	struct whatif_edit edit[NOISE_RULES] = {{NULL, NULL}};

	if (life->what.kind == NOISE_NARROW)
		return flow->won != WHATIF_WON_RULE && is_of_narrowed(life, round, flow);
	for (size_t i = 0; i < life->what.n; i++)
		edit[i].add = life->what.rule[i];
	return whatif_takes(round->whatif, edit, life->what.n, flow) == WHATIF_LOST;
}

static bool record_still_comes(const struct life *life,
			       const struct whatif_record *record)
{
	for (size_t i = 0; i < life->what.n; i++)
		if (whatif_ask_record(life->what.rule[i], record) == MATCH_YES)
			return true;
	return false;
}

/* In each window. */
static void count_after(const struct life *life, const struct life_round *round,
			struct count after[WINDOWS_MAX])
{
	const struct whatif_table *t = round->table;

	memset(after, 0, WINDOWS_MAX * sizeof(*after));
	for (size_t i = 0; life->what.kind != NOISE_EXCLUDE && i < t->n_flows; i++)
		if (still_comes(life, round, &t->flow[i]))
			for (unsigned int k = 0; k < t->n_windows; k++)
				add(&after[k], &t->flow[i].count[k]);
	for (size_t i = 0; life->what.kind == NOISE_EXCLUDE && i < t->n_records; i++)
		if (record_still_comes(life, &t->record[i]))
			for (unsigned int k = 0; k < t->n_windows; k++)
				add(&after[k], &t->record[i].vanish[k]);
}

static double per_second(uint64_t n, double seconds)
{
	return seconds > 0 ? (double)n / seconds : 0;
}

/* What window @k said before, if it can be held against what it says now. */
static const struct life_figures *before_of(const struct life *life,
					    const struct life_round *round,
					    unsigned int k)
{
	const struct life_window *w = &round->windows[k];

	/* all of it has to lie behind the loading, and to have been seen */
	if (!w->complete || round->now_ms - w->length_ms < life->applied_ms)
		return NULL;
	for (unsigned int i = 0; i < WINDOWS_MAX; i++)
		if (life->before[i].length_ms == w->length_ms &&
		    life->before[i].lost.records >= ENOUGH && life->before[i].span_s > 0)
			return &life->before[i];
	return NULL;
}

static struct life_proof prove(const struct life_figures *before,
			       const struct life_round *round, unsigned int k,
			       const struct count *after)
{
	double now_s = round->windows[k].span_s;
	uint64_t total = round->table->total[k].records;
	double all = per_second(before->total.records, before->span_s);
	struct life_proof p = {
		.length_ms = before->length_ms,
		.before_per_s = per_second(before->lost.records, before->span_s),
		.after_per_s = per_second(after->records, now_s),
		.predicted_share = whatif_share(&before->lost, &before->total)};

	if (p.predicted_share > 1) /* figures of flows may be off a little */
		p.predicted_share = 1;
	if (all > p.before_per_s)
		p.others_before_per_s = all - p.before_per_s;
	p.others_after_per_s =
		per_second(total > after->records ? total - after->records : 0, now_s);
	if (all > 0 && p.before_per_s > p.after_per_s)
		p.measured_share = (p.before_per_s - p.after_per_s) / all;
	return p;
}

enum life_news life_measure(struct life *life, const struct life_round *round)
{
	struct count after[WINDOWS_MAX];
	struct life_proof proof = {.length_ms = 0};

	if (life->state != LIFE_APPLIED && life->state != LIFE_VERIFIED)
		return LIFE_NO_NEWS;
	if (life->applied_ms > round->wall_ms) /* the clock was set back */
		life->applied_ms = round->wall_ms;
	count_after(life, round, after);
	for (unsigned int k = 0; k < round->table->n_windows; k++) {
		const struct life_figures *before = before_of(life, round, k);

		if (!before)
			continue;
		proof = prove(before, round, k, &after[k]);
		if (2 * proof.after_per_s <= proof.before_per_s)
			continue; /* a longer window says it better */
		life->proof = proof;
		set_state(life, LIFE_REFUTED, round->wall_ms);
		return LIFE_DISPROVED;
	}
	if (!proof.length_ms)
		return LIFE_NO_NEWS;
	life->proof = proof;
	if (life->state == LIFE_APPLIED)
		set_state(life, LIFE_VERIFIED, round->wall_ms);
	return LIFE_PROVED;
}

const char *life_disproof(const struct life *life, char out[LIFE_TEXT])
{
	const struct rule_field *exe = rule_find(life->what.rule[0], AUDIT_EXE);
	const struct life_proof *p = &life->proof;
	char quoted[160], who[256] = "not from what its rules name";

	if (exe)
		snprintf(who, sizeof(who),
			 "not from that file: what makes it only bears the name %s",
			 text_quote(exe->text, quoted, sizeof(quoted)));
	snprintf(out, LIFE_TEXT,
		 "%s; its rules are loaded, and of %.1f records a second %.1f still come",
		 who, p->before_per_s, p->after_per_s);
	return out;
}
