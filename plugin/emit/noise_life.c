/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_life.c - what stands of the advice on noise: rounds in, objects out
 *
 * A round goes through all places twice: what is applied is measured, then, with all of
 * that known, each place gets what the round means for it.
 */
#include "emit/noise_life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit/advice.h"
#include "emit/schema.h"

enum step { STEP_MEASURE, STEP_TAKE, STEP_CHANGE, STEP_REPLACED, STEP_DONE };

struct noise_life {
	struct noise_life_options options;
	struct noise_life_health health;
	struct lives lives;
	char topic[LIFE_MAX][16];
	struct noise_standing standing[LIFE_MAX];
	/* the round */
	enum step step;
	unsigned int next; /* place */
	struct noise_life_round given;
	struct life_round round;
	struct life_change change[LIFE_MAX];
};

struct noise_life *noise_life_new(const struct noise_life_options *options)
{
	struct noise_life *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->options = *options;
	l->step = STEP_DONE;
	for (size_t i = 0; i < LIFE_MAX; i++)
		snprintf(l->topic[i], sizeof(l->topic[i]), "noise %zu", i);
	return l;
}

void noise_life_free(struct noise_life *l)
{
	if (!l)
		return;
	lives_free(&l->lives);
	free(l);
}

const struct noise_standing *noise_life_standing(struct noise_life *l)
{
	lives_standing(&l->lives, l->standing);
	return l->standing;
}

struct noise_life_health noise_life_health(const struct noise_life *l)
{
	struct noise_life_health h = l->health;

	h.over = l->lives.over;
	return h;
}

struct lives *noise_life_lives(struct noise_life *l)
{
	return &l->lives;
}

/* --- objects --- */

static json_t *rate(double per_s)
{
	return json_real(schema_share(per_s, 1));
}

static json_t *proof_object(const struct life_proof *p)
{
	return json_pack("{s:o, s:o, s:f, s:f, s:I, s:o, s:o}", "before",
			 rate(p->before_per_s), "after", rate(p->after_per_s),
			 "predicted_share", schema_share(p->predicted_share, 1),
			 "measured_share", schema_share(p->measured_share, 1), "window_s",
			 (json_int_t)(p->length_ms / 1000), "others_before",
			 rate(p->others_before_per_s), "others_after",
			 rate(p->others_after_per_s));
}

/* Where there is no memory what was said before stays. Return: was there some? */
static bool tell_proof(struct noise_life *l, unsigned int i)
{
	json_t *object = proof_object(&l->lives.of[i].proof);

	if (!object) {
		l->health.failed++;
		return false;
	}
	advice_set_verified(l->options.advice, l->topic[i], object);
	return true;
}

static enum advice_state state_of(const struct life *life)
{
	switch (life->state) {
	case LIFE_APPLIED:
		return ADVICE_APPLIED;
	case LIFE_VERIFIED:
		return ADVICE_VERIFIED;
	case LIFE_NONE:
	case LIFE_PROPOSED:
	case LIFE_REFUTED:
	case LIFE_STATES:
		break;
	}
	return ADVICE_PROPOSED;
}

/* Of one that an earlier process has left, and that is applied: the figures are those of
 * then, and who made the noise is not known any more. Return: NULL: no memory. */
static json_t *remembered_object(const struct noise_life *l, const struct life *life,
				 unsigned int rank)
{
	const struct noise_scene *now = l->given.scene;
	struct whatif_table table = *now->table;
	struct noise_scene scene = *now;
	uint8_t *fate = calloc(table.n_flows + table.n_records + 1, 1);
	struct noise_advice a = {
		.kind = life->what.kind,
		.n = life->what.n,
		.about = {life->what.about[0], life->what.about[1]},
		.breadth = life->what.breadth,
		.adds = life->adds,
		.verdict = life->verdict,
		.fate = fate,
	};
	json_t *object;

	if (!fate)
		return NULL;
	for (size_t i = 0; i < a.n; i++) {
		a.rule[i] = life->what.rule[i];
		a.instead[i] = life->what.instead[i];
	}
	a.saves.lost[scene.window] = life->said.lost;
	table.total[scene.window] = life->said.total;
	scene.table = &table;
	scene.span_s = life->said.span_s;
	scene.window_s = (unsigned int)(life->said.length_ms / 1000);
	scene.complete = life->complete;
	object = noise_object(&a, rank, &scene);
	free(fate);
	return object;
}

/* --- what is to be done --- */

/* In the words of the round; nothing where nobody has heard of it. */
static void withdraw(struct noise_life *l, unsigned int i, const char *reason)
{
	if (reason[0])
		advice_withdraw(l->options.advice, l->topic[i], reason, l->given.wall_ms);
}

static void drop(struct noise_life *l, unsigned int i, const char *reason)
{
	withdraw(l, i, reason);
	life_drop(&l->lives.of[i]);
}

/* The same proposal keeps its state, and another one begins a life. */
static void put(struct noise_life *l, unsigned int i)
{
	const struct life_change *change = &l->change[i];
	struct life *life = &l->lives.of[i];
	struct advice *advice = l->options.advice;
	json_t *object = noise_object(change->advice, change->rank, l->given.scene);
	bool good;

	if (!object) {
		l->health.failed++;
		return;
	}
	if (change->reason[0])
		drop(l, i, change->reason);
	if (change->advice->standing && !life->shown)
		good = advice_resume(advice, l->topic[i], object, ADVICE_PROPOSED,
				     life->since_ms);
	else
		good = advice_put(advice, l->topic[i], object, l->given.wall_ms);
	if (good && !life_put(life, change->advice, &l->round))
		return;
	l->health.failed++;
	if (good)
		advice_withdraw(advice, l->topic[i], "no memory", l->given.wall_ms);
}

static void show(struct noise_life *l, unsigned int i)
{
	struct life *life = &l->lives.of[i];
	json_t *object = remembered_object(l, life, NOISE_SET + i + 1), *proof = NULL;

	if (life->state == LIFE_VERIFIED) {
		proof = proof_object(&life->proof);
		if (!proof || json_object_set_new(object, "verified", proof)) {
			json_decref(object);
			object = NULL;
		}
	}
	if (advice_resume(l->options.advice, l->topic[i], object, state_of(life),
			  life->since_ms))
		life->shown = true;
	else
		l->health.failed++;
}

static void change(struct noise_life *l, unsigned int i)
{
	const struct life_change *c = &l->change[i];

	if (c->from != l->lives.of[i].state) /* the rules have changed meanwhile */
		return;
	switch (c->what) {
	case LIFE_STAY:
		break;
	case LIFE_PUT:
		put(l, i);
		break;
	case LIFE_SHOW:
		show(l, i);
		break;
	case LIFE_DROP:
		if (c->by == LIFE_MAX)
			drop(l, i, c->reason);
		break; /* else once the other one stands */
	}
}

static void replace(struct noise_life *l, unsigned int i)
{
	const struct life_change *c = &l->change[i];
	const char *id;
	char reason[64];

	if (c->what != LIFE_DROP || c->by == LIFE_MAX || c->from != l->lives.of[i].state)
		return;
	id = advice_id_of(l->options.advice, l->topic[c->by]);
	snprintf(reason, sizeof(reason), "replaced by %s", id);
	if (id[0])
		drop(l, i, reason);
}

/* --- measuring --- */

static void refute(struct noise_life *l, unsigned int i)
{
	struct life *life = &l->lives.of[i];
	struct noise_life_flood flood = {.before_per_s = life->proof.before_per_s,
					 .after_per_s = life->proof.after_per_s};
	char id[ADVICE_ID_SIZE], reason[LIFE_TEXT];

	l->health.refuted++;
	snprintf(id, sizeof(id), "%s", advice_id_of(l->options.advice, l->topic[i]));
	flood.id = id;
	flood.reason = life_disproof(life, reason);
	advice_withdraw(l->options.advice, l->topic[i], reason, l->given.wall_ms);
	if (l->options.flood)
		l->options.flood(l->options.arg, &flood);
}

/* One that is not shown yet waits until it is. */
static void measure(struct noise_life *l, unsigned int i)
{
	struct life *life = &l->lives.of[i];

	if (!life->shown)
		return;
	switch (life_measure(life, &l->round)) {
	case LIFE_NO_NEWS:
		break;
	case LIFE_PROVED:
		if (tell_proof(l, i))
			advice_set_state(l->options.advice, l->topic[i], ADVICE_VERIFIED,
					 l->given.wall_ms);
		break;
	case LIFE_DISPROVED:
		tell_proof(l, i);
		refute(l, i);
		break;
	}
}

/* --- a round --- */

void noise_life_begin(struct noise_life *l, const struct noise_life_round *round)
{
	l->given = *round;
	l->round = (struct life_round){
		.result = noise_result(round->scene->noise),
		.whatif = round->scene->whatif,
		.table = round->scene->table,
		.window = round->scene->window,
		.windows = round->windows,
		.now_ms = round->now_ms,
		.wall_ms = round->wall_ms,
		.unlooked = round->unlooked,
	};
	l->step = STEP_MEASURE;
	l->next = 0;
}

int noise_life_step(struct noise_life *l)
{
	switch (l->step) {
	case STEP_MEASURE:
		measure(l, l->next++);
		break;
	case STEP_TAKE:
		lives_take(&l->lives, &l->round, l->change);
		l->next = LIFE_MAX;
		break;
	case STEP_CHANGE:
		change(l, l->next++);
		break;
	case STEP_REPLACED:
		replace(l, l->next++);
		break;
	case STEP_DONE:
		return 0;
	}
	if (l->next == LIFE_MAX) {
		l->step++;
		l->next = 0;
	}
	return l->step != STEP_DONE;
}

/* --- the rules as they are --- */

void noise_life_rules(struct noise_life *l, const struct ruleset *kernel, int64_t wall_ms)
{
	uint32_t changed = lives_rules(&l->lives, kernel, wall_ms);

	for (unsigned int i = 0; i < LIFE_MAX; i++) {
		const struct life *life = &l->lives.of[i];

		if (!(changed & 1u << i) || !life->shown)
			continue;
		if (life->state == LIFE_PROPOSED)
			advice_set_verified(l->options.advice, l->topic[i], NULL);
		advice_set_state(l->options.advice, l->topic[i], state_of(life), wall_ms);
	}
}
