/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice.c - what is proposed, and what has become of it
 */
#include "emit/advice.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"

struct standing {
	const char *topic;
	json_t *object;
	int64_t since_ms; /* wall clock */
};

struct advice {
	void (*send)(void *arg, json_t *object);
	void *arg;
	struct standing of[ADVICE_MAX];
	unsigned int n;
};

struct advice *advice_new(void (*send)(void *arg, json_t *object), void *arg)
{
	struct advice *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->send = send;
	a->arg = arg;
	return a;
}

void advice_free(struct advice *a)
{
	if (!a)
		return;
	while (a->n)
		json_decref(a->of[--a->n].object);
	free(a);
}

static const char *const state_names[] = {
	[ADVICE_PROPOSED] = "proposed",
	[ADVICE_APPLIED] = "applied",
	[ADVICE_VERIFIED] = "verified",
};

static struct standing *find(struct advice *a, const char *topic)
{
	unsigned int i;

	for (i = 0; i < a->n; i++)
		if (!strcmp(a->of[i].topic, topic))
			return &a->of[i];
	return NULL;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

int advice_id(const json_t *object, char id[ADVICE_ID_SIZE])
{
	static const struct siphash_key none = {{0, 0}};
	json_t *what = json_pack("[O?, O?, O?, O?]", json_object_get(object, "kind"),
				 json_object_get(object, "rules"),
				 json_object_get(object, "remove"),
				 json_object_get(object, "place"));
	char *text = json_dumps(what, JSON_COMPACT);

	json_decref(what);
	if (!text)
		return -1;
	snprintf(id, ADVICE_ID_SIZE, "%016" PRIx64, siphash(&none, text, strlen(text)));
	free(text);
	return 0;
}

static int set_id(json_t *object)
{
	char id[ADVICE_ID_SIZE];

	return advice_id(object, id) ? -1
				     : json_object_set_new(object, "id", json_string(id));
}

static void set_state(struct advice *a, struct standing *s, const char *state,
		      int64_t wall_ms)
{
	if (!strcmp(text_of(s->object, "state"), state) ||
	    json_object_set_new(s->object, "state", json_string(state)))
		return;
	s->since_ms = wall_ms;
	a->send(a->arg, s->object);
}

static void withdraw(struct advice *a, struct standing *s, const char *reason,
		     int64_t wall_ms)
{
	if (!json_object_set_new(s->object, "reason", json_string(reason)))
		set_state(a, s, "withdrawn", wall_ms);
}

/* With the newer figures, in the state in which it is. Takes @object. */
static bool renew(struct standing *s, json_t *object)
{
	static const char *const kept[] = {"state", "verified"};
	size_t i;

	for (i = 0; i < 2; i++)
		if (json_object_set(object, kept[i],
				    json_object_get(s->object, kept[i]))) {
			json_decref(object);
			return false;
		}
	json_decref(s->object);
	s->object = object;
	return true;
}

/* Takes @object. Return: as advice_put(). */
static bool put(struct advice *a, const char *topic, json_t *object,
		enum advice_state state, int64_t wall_ms)
{
	struct standing *s = find(a, topic);
	char reason[64];

	if (!object || set_id(object) ||
	    json_object_set_new(object, "reason", json_null()) ||
	    (!s && a->n == ADVICE_MAX)) {
		json_decref(object);
		return false;
	}
	if (s && !strcmp(text_of(s->object, "id"), text_of(object, "id")))
		return renew(s, object);
	if (s) {
		snprintf(reason, sizeof(reason), "replaced by %s", text_of(object, "id"));
		withdraw(a, s, reason, wall_ms);
	} else {
		s = &a->of[a->n++];
	}
	json_decref(s->object);
	*s = (struct standing){.topic = topic, .object = object};
	set_state(a, s, state_names[state], wall_ms);
	return true;
}

bool advice_put(struct advice *a, const char *topic, json_t *object, int64_t wall_ms)
{
	return put(a, topic, object, ADVICE_PROPOSED, wall_ms);
}

bool advice_resume(struct advice *a, const char *topic, json_t *object,
		   enum advice_state state, int64_t since_ms)
{
	return put(a, topic, object, state, since_ms);
}

void advice_set_state(struct advice *a, const char *topic, enum advice_state state,
		      int64_t wall_ms)
{
	struct standing *s = find(a, topic);

	if (s)
		set_state(a, s, state_names[state], wall_ms);
}

void advice_set_verified(struct advice *a, const char *topic, json_t *verified)
{
	struct standing *s = find(a, topic);

	if (!verified)
		verified = json_null();
	if (s)
		json_object_set_new(s->object, "verified", verified);
	else
		json_decref(verified);
}

const char *advice_id_of(const struct advice *a, const char *topic)
{
	unsigned int i;

	for (i = 0; i < a->n; i++)
		if (!strcmp(a->of[i].topic, topic))
			return text_of(a->of[i].object, "id");
	return "";
}

void advice_withdraw(struct advice *a, const char *topic, const char *reason,
		     int64_t wall_ms)
{
	struct standing *s = find(a, topic);

	if (!s)
		return;
	withdraw(a, s, reason, wall_ms);
	json_decref(s->object);
	*s = a->of[--a->n];
	a->of[a->n].object = NULL; /* its place is taken again */
}

json_t *advice_standing(const struct advice *a, unsigned int i, int64_t *since_ms)
{
	if (i >= a->n)
		return NULL;
	*since_ms = a->of[i].since_ms;
	return a->of[i].object;
}
