/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_advice.c - what is proposed about a set of rules, look after look
 */
#include "emit/rule_advice.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit/advice.h"
#include "emit/repair_object.h"

#define REMOVED_MAX (1 + REPAIR_OTHERS_MAX)

/* One proposal that stands. Its rules are its own. */
struct slot {
	char topic[16];
	char id[ADVICE_ID_SIZE]; /* "": nothing stands here */
	bool found, applied;
	int64_t applied_ms;
	enum finding_kind finding;
	enum finding_fix fix;
	struct rule *rule, *other, *add[2], *removed[REMOVED_MAX]; /* NULL: none */
};

/* One that was found now, and stands nowhere yet. */
struct found {
	const struct repair *repair;
	json_t *object; /* owned; NULL: it has its slot */
	char id[ADVICE_ID_SIZE];
};

struct rule_advice {
	struct advice *advice;
	const struct controls *controls;
	struct rule_advice_health health;
	struct slot slot[REPAIR_MAX];
	struct found found[REPAIR_MAX];
	size_t n_found;
	struct repair_list list; /* of the look that is made */
};

struct rule_advice *rule_advice_new(struct advice *advice)
{
	struct rule_advice *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->advice = advice;
	for (size_t i = 0; i < REPAIR_MAX; i++)
		snprintf(a->slot[i].topic, sizeof(a->slot[i].topic), "rule %zu", i);
	return a;
}

static void free_rules(struct slot *s)
{
	rule_free(s->rule);
	rule_free(s->other);
	rule_free(s->add[0]);
	rule_free(s->add[1]);
	for (size_t i = 0; i < REMOVED_MAX; i++)
		rule_free(s->removed[i]);
	s->rule = s->other = s->add[0] = s->add[1] = NULL;
	memset(s->removed, 0, sizeof(s->removed));
}

void rule_advice_free(struct rule_advice *a)
{
	for (size_t i = 0; a && i < REPAIR_MAX; i++)
		free_rules(&a->slot[i]);
	free(a);
}

void rule_advice_set_controls(struct rule_advice *a, const struct controls *controls)
{
	a->controls = controls;
}

/* --- slots --- */

/* A copy without the name of its file, which may go. NULL of NULL. */
static struct rule *copy(const struct rule *rule, bool *failed)
{
	struct rule *own = rule ? rule_copy(rule) : NULL;

	if (own)
		own->file = NULL;
	*failed |= rule && !own;
	return own;
}

/* Return: false: no memory; what stands there is found no more, once it is looked for. */
static bool keep_rules(struct slot *s, const struct repair *r)
{
	bool failed = false;

	free_rules(s);
	s->finding = r->finding;
	s->fix = r->fix;
	s->rule = copy(r->rule, &failed);
	s->other = copy(r->other[0], &failed);
	for (size_t i = 0; i < 2; i++)
		s->add[i] = copy(r->add[i], &failed);
	for (size_t i = 0; i < r->n_remove; i++)
		s->removed[i] = copy(r->remove[i], &failed);
	if (failed) {
		free_rules(s);
		s->fix = FINDING_FIX_NONE;
	}
	return !failed;
}

static void set_free(struct rule_advice *a, struct slot *s, const char *why,
		     int64_t wall_ms)
{
	advice_withdraw(a->advice, s->topic, why, wall_ms);
	free_rules(s);
	s->id[0] = '\0';
	s->applied = false;
}

static struct slot *find_id(struct rule_advice *a, const char *id)
{
	for (size_t i = 0; i < REPAIR_MAX; i++)
		if (!strcmp(a->slot[i].id, id))
			return &a->slot[i];
	return NULL;
}

/* Of one that is found no more, about the same rule for the same reason. */
static struct slot *find_former(struct rule_advice *a, const struct repair *r)
{
	for (size_t i = 0; i < REPAIR_MAX && r->rule; i++) {
		struct slot *s = &a->slot[i];

		if (s->id[0] && !s->found && !s->applied && s->finding == r->finding &&
		    s->rule && rule_equal(s->rule, r->rule))
			return s;
	}
	return NULL;
}

/* One with nothing in it, else the one that was applied first. */
static struct slot *find_place(struct rule_advice *a, int64_t wall_ms)
{
	struct slot *oldest = NULL;

	for (size_t i = 0; i < REPAIR_MAX; i++) {
		struct slot *s = &a->slot[i];

		if (!s->id[0])
			return s;
		if (s->applied && (!oldest || s->applied_ms < oldest->applied_ms))
			oldest = s;
	}
	if (oldest)
		set_free(a, oldest, "it was applied, and others have its place", wall_ms);
	return oldest;
}

/* --- the rules as they are --- */

static bool is_as_asked(const struct slot *s, const struct ruleset *set)
{
	for (size_t i = 0; i < 2; i++)
		if (s->add[i] && !ruleset_find(set, s->add[i]))
			return false;
	for (size_t i = 0; i < REMOVED_MAX && s->removed[i]; i++)
		if (ruleset_find(set, s->removed[i]))
			return false;
	return true;
}

/* What was asked for, and is found no more: has it been done? */
static bool is_done(const struct slot *s, const struct ruleset *set)
{
	const struct rule *rule = ruleset_find(set, s->rule),
			  *other = ruleset_find(set, s->other);

	switch (s->fix) {
	case FINDING_FIX_TAKE_OUT: /* with what makes it needless still there */
		if (s->finding == FINDING_SHADOWED)
			return !rule && other;
		return rule != NULL;
	case FINDING_FIX_MOVE:
		return rule && other && rule->position < other->position;
	case FINDING_FIX_ADD:
		return rule && is_as_asked(s, set);
	case FINDING_FIX_REPLACE:
	case FINDING_FIX_MERGE:
		return is_as_asked(s, set);
	default:
		return false;
	}
}

static void settle_slots(struct rule_advice *a, const struct repair_look *look,
			 int64_t wall_ms)
{
	for (size_t i = 0; i < REPAIR_MAX; i++) {
		struct slot *s = &a->slot[i];

		if (!s->id[0] || s->found)
			continue;
		if (!is_done(s, look->set)) {
			set_free(a, s,
				 a->list.over ? "no longer found, or others are more "
						"serious"
					      : "no longer found",
				 wall_ms);
			continue;
		}
		if (!s->applied)
			s->applied_ms = wall_ms;
		s->applied = true;
		advice_set_state(a->advice, s->topic, ADVICE_APPLIED, wall_ms);
	}
}

/* --- a look --- */

static bool put(struct rule_advice *a, struct slot *s, struct found *f, int64_t wall_ms)
{
	json_t *object = f->object;

	f->object = NULL;
	if (!advice_put(a->advice, s->topic, object, wall_ms))
		return false;
	advice_set_state(a->advice, s->topic, ADVICE_PROPOSED, wall_ms);
	memcpy(s->id, f->id, sizeof(s->id));
	s->found = true;
	s->applied = false;
	return keep_rules(s, f->repair);
}

/* Of what was found the objects, and those that stand already are put again. */
static int name_all(struct rule_advice *a, const struct repair_scene *scene,
		    int64_t wall_ms)
{
	a->n_found = 0;
	for (size_t i = 0; i < REPAIR_MAX; i++)
		a->slot[i].found = false;
	for (size_t i = 0; i < a->list.n; i++) {
		struct found f = {.repair = &a->list.of[i]};
		struct slot *s;

		f.object = repair_object(f.repair, (unsigned int)i + 1, scene);
		if (!f.object || advice_id(f.object, f.id)) {
			json_decref(f.object);
			return -ENOMEM;
		}
		s = find_id(a, f.id);
		for (size_t k = 0; k < a->n_found && f.object; k++)
			if (!strcmp(a->found[k].id, f.id)) { /* said already */
				json_decref(f.object);
				f.object = NULL;
			}
		if (!f.object || (s && s->found)) {
			json_decref(f.object);
			continue;
		}
		if (!s)
			a->found[a->n_found++] = f;
		else if (!put(a, s, &f, wall_ms))
			return -ENOMEM;
	}
	return 0;
}

static int place_all(struct rule_advice *a, const struct repair_look *look,
		     int64_t wall_ms)
{
	int rc = 0;

	for (size_t i = 0; i < a->n_found; i++) {
		struct slot *s = find_former(a, a->found[i].repair);

		if (s && !is_done(s, look->set) && !put(a, s, &a->found[i], wall_ms))
			rc = -ENOMEM;
	}
	settle_slots(a, look, wall_ms);
	for (size_t i = 0; i < a->n_found; i++) {
		struct slot *s = a->found[i].object ? find_place(a, wall_ms) : NULL;

		if (s && !put(a, s, &a->found[i], wall_ms))
			rc = -ENOMEM;
	}
	return rc;
}

int rule_advice_look(struct rule_advice *a, const struct repair_look *look, bool locked,
		     int64_t wall_ms)
{
	const struct repair_scene scene = {look->known.machine, locked,
					   look->known.path != NULL, a->controls};
	int rc = repair_look(look, &a->list);

	if (rc == -E2BIG) {
		a->health.unsure++;
		return 0;
	}
	if (!rc) {
		a->health.over = a->list.over;
		a->health.unsure += a->list.unsure;
		rc = name_all(a, &scene, wall_ms);
	}
	if (!rc)
		rc = place_all(a, look, wall_ms);
	for (size_t i = 0; i < a->n_found; i++) {
		json_decref(a->found[i].object);
		a->found[i].object = NULL;
	}
	a->n_found = 0;
	repair_list_free(&a->list);
	return rc;
}

struct rule_advice_health rule_advice_health(const struct rule_advice *a)
{
	return a->health;
}
