/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * life_round.c - what a round of advice means for what stands
 */
#include "advise/life.h"

#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <string.h>

#define LARGER 1.25 /* than what stands, to take its place */

/* --- what stands already --- */

static bool is_same(const struct noise_standing *what, const struct noise_advice *a)
{
	if (what->n != a->n || what->kind != a->kind)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!rule_equal(what->rule[i], a->rule[i]))
			return false;
	return true;
}

static struct rule *copy(const struct rule *rule, bool *failed)
{
	struct rule *own = rule ? rule_copy(rule) : NULL;

	if (own)
		own->file = NULL; /* its name may go */
	*failed |= rule && !own;
	return own;
}

/* In the place of what stands here. */
static int keep(struct life *life, const struct noise_advice *a)
{
	bool failed = false;

	life_drop(life);
	life->what.kind = a->kind;
	life->what.n = a->n;
	life->what.breadth = a->breadth;
	for (size_t i = 0; i < a->n; i++) {
		life->what.rule[i] = copy(a->rule[i], &failed);
		life->what.instead[i] = copy(a->instead[i], &failed);
	}
	for (size_t i = 0; i < 2; i++)
		life->what.about[i] = copy(a->about[i], &failed);
	if (!failed)
		return 0;
	life_drop(life);
	return -ENOMEM;
}

static struct life_figures figures_of(const struct noise_advice *a,
				      const struct life_round *round, unsigned int k)
{
	return (struct life_figures){round->windows[k].length_ms,
				     round->windows[k].span_s, a->saves.lost[k],
				     round->table->total[k]};
}

int life_put(struct life *life, const struct noise_advice *a,
	     const struct life_round *round)
{
	if (life->state != LIFE_PROPOSED || !is_same(&life->what, a)) {
		if (keep(life, a) < 0)
			return -ENOMEM;
		life->state = LIFE_PROPOSED;
		life->since_ms = round->wall_ms;
	}
	if (life->unloaded_ms > round->wall_ms) /* the clock was set back */
		life->unloaded_ms = round->wall_ms;
	life->shown = true;
	life->misses = 0;
	life->verdict = a->verdict;
	life->said = figures_of(a, round, round->window);
	life->adds = a->adds;
	life->complete = round->windows[round->window].complete;
	for (unsigned int k = 0; k < round->table->n_windows; k++)
		if (round->now_ms - round->windows[k].length_ms >= life->unloaded_ms)
			life->before[k] = figures_of(a, round, k);
	return 0;
}

/* --- what a round says of it --- */

struct taking {
	struct lives *l;
	const struct life_round *round;
	struct life_change *out;
	bool placed[LIFE_MAX]; /* what is to be done there is settled */
};

static void drop(struct taking *t, size_t i, const char *why)
{
	struct life_change *change = &t->out[i];

	change->what = LIFE_DROP;
	snprintf(change->reason, sizeof(change->reason), "%s", why);
	t->placed[i] = true;
}

static void put(struct taking *t, size_t i, const struct noise_advice *a,
		unsigned int rank)
{
	t->out[i].what = LIFE_PUT;
	t->out[i].advice = a;
	t->out[i].rank = rank;
	t->placed[i] = true;
}

/* Has the guard seen something that speaks against it, rather than nothing for it? */
static bool speaks_against(enum guard_reason reason)
{
	switch (reason) {
	case GUARD_INEXACT:
	case GUARD_NOT_CRON:
	case GUARD_NO_PROGRAM:
	case GUARD_NOT_SEEN:
	case GUARD_SHORT:
	case GUARD_ALLOWED: /* by the guard; its saving is not exact */
		return false;
	default:
		return true;
	}
}

static void miss(struct taking *t, size_t i, const char *why)
{
	if (++t->l->of[i].misses >= LIFE_MISSES)
		drop(t, i, why);
	else
		t->placed[i] = true;
}

/* Its rules were loaded in a part of the window. */
static bool is_young(const struct life_round *round, const struct life *life)
{
	return round->now_ms - round->windows[round->window].length_ms <
	       life->unloaded_ms;
}

/* Of one that is proposed, and not among the best. */
static void take_proposed(struct taking *t, size_t i)
{
	const struct noise_result *r = t->round->result;
	const struct noise_advice *a = r->again[i].advice;
	char why[LIFE_TEXT];

	switch (r->again[i].outcome) {
	case NOISE_UNJUDGED:
		t->placed[i] = true;
		break;
	case NOISE_GONE:
		miss(t, i, "the rule that it is made for is no longer loaded");
		break;
	case NOISE_SMALL:
		if (is_young(t->round, &t->l->of[i]))
			t->placed[i] = true;
		else
			miss(t, i, "no longer found: it would save too little now");
		break;
	case NOISE_RISKY:
		drop(t, i, "its risk is above what max_risk allows now");
		break;
	case NOISE_REFUSED:
		snprintf(why, sizeof(why), "no longer shown to be safe: %s",
			 a->verdict.reason == GUARD_ALLOWED ? "what goes cannot be told"
							    : a->verdict.text);
		if (speaks_against(a->verdict.reason))
			drop(t, i, why);
		else if (t->round->unlooked) /* a disk that hangs is no reason */
			t->placed[i] = true;
		else
			miss(t, i, why);
		break;
	case NOISE_ALLOWED: /* it stands, unless another one takes its place */
		break;
	}
}

static bool is_in_list(const struct life_round *round, const struct rule *rule)
{
	const struct rule *loaded;

	for (uint32_t at = 1; (loaded = whatif_rule_at(round->whatif, at)); at++)
		if (rule_equal(loaded, rule))
			return true;
	return false;
}

/* A list that is being loaded may lack it for a moment, with its exception there. */
static void take_applied(struct taking *t, size_t i)
{
	struct life *life = &t->l->of[i];
	const struct noise_standing *what = &life->what;

	t->placed[i] = true;
	if (!life->shown)
		t->out[i].what = LIFE_SHOW;
	if (what->kind == NOISE_SILENCE && what->about[0] &&
	    !is_in_list(t->round, what->about[0]) &&
	    !(what->about[1] && is_in_list(t->round, what->about[1])))
		miss(t, i, "the rule that it is made for is no longer loaded");
	else
		life->misses = 0;
}

static void take_refuted(struct taking *t, size_t i)
{
	struct life *life = &t->l->of[i];

	if (life->since_ms > t->round->wall_ms)
		life->since_ms = t->round->wall_ms;
	t->placed[i] = true;
	if (t->round->wall_ms - life->since_ms >= LIFE_REFUTED_MS)
		t->out[i].what = LIFE_DROP; /* it was withdrawn then */
}

/* It may have been loaded while the round went on. */
static bool is_proposed(const struct lives *l, unsigned int standing)
{
	return standing && l->of[standing - 1].state == LIFE_PROPOSED;
}

static void take_old(struct taking *t)
{
	const struct noise_result *r = t->round->result;

	for (size_t k = 0; k < r->n_set; k++)
		if (is_proposed(t->l, r->set[k]->standing))
			put(t, r->set[k]->standing - 1, r->set[k], (unsigned int)k + 1);
	for (size_t i = 0; i < LIFE_MAX; i++) {
		if (t->placed[i])
			continue;
		switch (t->l->of[i].state) {
		case LIFE_PROPOSED:
			take_proposed(t, i);
			break;
		case LIFE_APPLIED:
		case LIFE_VERIFIED:
			take_applied(t, i);
			break;
		case LIFE_REFUTED:
			take_refuted(t, i);
			break;
		case LIFE_NONE:
		case LIFE_STATES:
			break;
		}
	}
}

/* --- what is new --- */

static struct span exe_of(const struct rule *rule)
{
	const struct rule_field *exe = rule_find(rule, AUDIT_EXE);

	return exe ? exe->text : (struct span){NULL, 0};
}

/* Does it name what was found to be only a name, or is it what was refuted? */
static bool is_refuted(const struct lives *l, const struct noise_advice *a)
{
	struct span exe = exe_of(a->rule[0]);

	for (size_t i = 0; i < LIFE_MAX; i++) {
		const struct life *life = &l->of[i];

		if (life->state == LIFE_REFUTED &&
		    (is_same(&life->what, a) ||
		     (exe.n && span_equal(exe_of(life->what.rule[0]), exe))))
			return true;
	}
	return false;
}

static bool is_known(const struct lives *l, const struct noise_advice *a)
{
	for (size_t i = 0; i < LIFE_MAX; i++)
		if (l->of[i].state != LIFE_NONE && is_same(&l->of[i].what, a))
			return true;
	return false;
}

static uint64_t records_of(const struct taking *t, size_t i, bool is_record)
{
	const struct whatif_table *table = t->round->table;

	return is_record ? table->record[i].vanish[t->round->window].records
			 : table->flow[i].count[t->round->window].records;
}

/* Is most of what the old one takes taken by the new one? */
static bool is_displaced(const struct taking *t, const struct noise_advice *old,
			 const struct noise_advice *new)
{
	const struct whatif_table *table = t->round->table;
	uint64_t both = 0, all = 0;

	for (size_t i = 0; i < table->n_flows + table->n_records; i++) {
		bool is_record = i >= table->n_flows;
		uint64_t n;

		if (old->fate[i] != WHATIF_LOST)
			continue;
		n = records_of(t, is_record ? i - table->n_flows : i, is_record);
		all += n;
		both += new->fate[i] == WHATIF_LOST ? n : 0;
	}
	return 2 * both >= all;
}

static const struct noise_advice *now_of(const struct taking *t, size_t i)
{
	const struct noise_result *r = t->round->result;

	return r->again[i].outcome == NOISE_ALLOWED ? r->again[i].advice : NULL;
}

/* The first of those that it displaces gives it its place. Return: LIFE_MAX: none. */
static unsigned int displace(struct taking *t, const struct noise_advice *a)
{
	unsigned int place = LIFE_MAX;

	for (unsigned int i = 0; i < LIFE_MAX; i++) {
		const struct noise_advice *old = now_of(t, i);

		if (t->placed[i] || t->l->of[i].state != LIFE_PROPOSED || !old ||
		    !is_displaced(t, old, a))
			continue;
		if (place == LIFE_MAX) {
			place = i;
			continue;
		}
		drop(t, i, "");
		t->out[i].by = place;
	}
	return place;
}

/* The one that saves least, if the new one saves clearly more. */
static unsigned int find_lesser(const struct taking *t, const struct noise_advice *a)
{
	unsigned int window = t->round->window, place = LIFE_MAX;
	uint64_t least = a->saves.lost[window].records;

	for (unsigned int i = 0; i < LIFE_MAX; i++) {
		const struct noise_advice *old = now_of(t, i);
		uint64_t records = old ? old->saves.lost[window].records : 0;

		if (t->placed[i] || t->l->of[i].state != LIFE_PROPOSED ||
		    records >= least ||
		    LARGER * (double)records > (double)a->saves.lost[window].records)
			continue;
		least = records;
		place = i;
	}
	return place;
}

static unsigned int find_oldest(const struct taking *t, enum life_state state)
{
	unsigned int place = LIFE_MAX;

	for (unsigned int i = 0; i < LIFE_MAX; i++)
		if (t->l->of[i].state == state && t->out[i].what == LIFE_STAY &&
		    (place == LIFE_MAX ||
		     t->l->of[i].since_ms < t->l->of[place].since_ms))
			place = i;
	return place;
}

/* Return: LIFE_MAX: there is no place for it. */
static unsigned int find_place(struct taking *t, const struct noise_advice *a)
{
	unsigned int place;

	for (place = 0; place < LIFE_MAX; place++)
		if (!t->placed[place] && t->l->of[place].state == LIFE_NONE)
			return place;
	place = find_lesser(t, a);
	if (place < LIFE_MAX) {
		drop(t, place, "others that save more have its place");
		return place;
	}
	place = find_oldest(t, LIFE_VERIFIED);
	if (place < LIFE_MAX) {
		drop(t, place, "it was verified, and others have its place");
		return place;
	}
	return find_oldest(t, LIFE_REFUTED);
}

static void take_new(struct taking *t)
{
	const struct noise_result *r = t->round->result;

	t->l->over = 0;
	for (size_t k = 0; k < r->n_set; k++) {
		const struct noise_advice *a = r->set[k];
		unsigned int place;

		if (a->standing || is_known(t->l, a) || is_refuted(t->l, a))
			continue;
		place = displace(t, a);
		if (place == LIFE_MAX)
			place = find_place(t, a);
		if (place == LIFE_MAX)
			t->l->over++;
		else
			put(t, place, a, (unsigned int)k + 1);
	}
}

/* Those that stand beside the best, as they are now. */
static void take_rest(struct taking *t)
{
	const struct noise_result *r = t->round->result;
	unsigned int rank = (unsigned int)r->n_set;

	for (size_t i = 0; i < LIFE_MAX; i++)
		if (!t->placed[i] && t->l->of[i].state == LIFE_PROPOSED && now_of(t, i))
			put(t, i, now_of(t, i), ++rank);
}

void lives_take(struct lives *l, const struct life_round *round,
		struct life_change out[LIFE_MAX])
{
	struct taking t = {.l = l, .round = round, .out = out};

	for (size_t i = 0; i < LIFE_MAX; i++)
		out[i] = (struct life_change){.from = l->of[i].state, .by = LIFE_MAX};
	take_old(&t);
	take_new(&t);
	take_rest(&t);
}
