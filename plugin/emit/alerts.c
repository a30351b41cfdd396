/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alerts.c - what needs attention now, and what no longer does
 *
 * The objects of those that stand are kept, for clients that come later.
 */
#include "emit/alerts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_MS 1000 /* between two of the same alert, by whose records another */

struct standing {
	enum alert_kind kind;
	enum alert_level level;
	const char *cause;
	int64_t again_ms;  /* CLOCK_BOOTTIME, the last time */
	int64_t raised_ms; /* wall clock, when it was sent */
	json_t *object;    /* owned */
	json_t *told;      /* the figures that were sent last */
	int64_t sent_ms;   /* CLOCK_BOOTTIME when they were */
};

struct alerts {
	void (*send)(void *arg, json_t *object, enum alert_level level);
	void *arg;
	unsigned int n;
	struct standing of[ALERTS_MAX];
	uint64_t over;
};

static const char *const kinds[ALERT_KINDS] = {
	[ALERT_LOSS] = "loss",
	[ALERT_BACKLOG] = "backlog",
	[ALERT_STALL] = "stall",
	[ALERT_RATE_LIMIT] = "rate_limit",
	[ALERT_DISPATCHER_OVERFLOW] = "dispatcher_overflow",
	[ALERT_AUDITD_ABSENT] = "auditd_absent",
	[ALERT_PANIC_RISK] = "panic_risk",
	[ALERT_GAP] = "gap",
	[ALERT_FLOOD] = "flood",
	[ALERT_AUTH_STORM] = "auth_storm",
	[ALERT_IMMUTABLE] = "immutable",
};

static const char *const levels[] = {"info", "warning", "critical"};

struct alerts *alerts_new(void (*send)(void *arg, json_t *object, enum alert_level level),
			  void *arg)
{
	struct alerts *a = calloc(1, sizeof(*a));

	if (a) {
		a->send = send;
		a->arg = arg;
	}
	return a;
}

void alerts_free(struct alerts *a)
{
	if (!a)
		return;
	while (a->n) {
		json_decref(a->of[--a->n].object);
		json_decref(a->of[a->n].told);
	}
	free(a);
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static struct standing *find(struct alerts *a, enum alert_kind kind, const char *cause)
{
	unsigned int i;

	for (i = 0; i < a->n; i++)
		if (a->of[i].kind == kind && same(a->of[i].cause, cause))
			return &a->of[i];
	return NULL;
}

/* NULL when memory ran out. */
static json_t *object_of(const struct alert *alert)
{
	json_t *o = json_object();

	json_object_set_new(o, "alert", json_string(kinds[alert->kind]));
	json_object_set_new(o, "level", json_string(levels[alert->level]));
	json_object_set_new(o, "state", json_string("raised"));
	json_object_set_new(o, "cause",
			    alert->cause ? json_string(alert->cause) : json_null());
	json_object_set_new(o, "text", json_string(alert->text));
	if (json_object_set(o, "figures", alert->figures) < 0) {
		json_decref(o);
		o = NULL;
	}
	return o;
}

static bool differs(const json_t *a, const json_t *b, const char *name)
{
	const json_t *x = json_object_get(a, name), *y = json_object_get(b, name);

	return x != y && !json_equal(x, y);
}

/* Who is to blame is seldom known by the first record. */
static bool is_another(const struct standing *s, const struct alert *alert,
		       const struct clock_reading *clock)
{
	return clock->boot_ms - s->sent_ms >= AGAIN_MS &&
	       (differs(s->told, alert->figures, "top_key") ||
		differs(s->told, alert->figures, "top_exe"));
}

void alerts_raise(struct alerts *a, const struct alert *alert,
		  const struct clock_reading *clock)
{
	struct standing *s = find(a, alert->kind, alert->cause);
	json_t *object = object_of(alert);
	bool is_news = !s || alert->level > s->level || is_another(s, alert, clock);

	json_decref(alert->figures);
	if (!object || (!s && a->n == ALERTS_MAX)) {
		a->over++;
		json_decref(object);
		return;
	}
	if (!s) {
		s = &a->of[a->n++];
		*s = (struct standing){.kind = alert->kind, .cause = alert->cause};
	}
	json_decref(s->object);
	s->object = object;
	s->again_ms = clock->boot_ms;
	if (!is_news)
		return;
	s->level = alert->level;
	s->raised_ms = clock->wall_ms;
	s->sent_ms = clock->boot_ms;
	json_decref(s->told);
	s->told = json_incref(json_object_get(object, "figures"));
	a->send(a->arg, object, s->level);
}

static void end(struct alerts *a, struct standing *s)
{
	json_t *object = s->object;

	json_decref(s->told);
	*s = a->of[--a->n];
	json_object_set_new(object, "state", json_string("cleared"));
	a->send(a->arg, object, ALERT_INFO);
	json_decref(object);
}

void alerts_clear(struct alerts *a, enum alert_kind kind, const char *cause)
{
	struct standing *s = find(a, kind, cause);

	if (s)
		end(a, s);
}

void alerts_tick(struct alerts *a, const struct clock_reading *clock)
{
	unsigned int i;

	for (i = a->n; i > 0; i--)
		if (clock->boot_ms - a->of[i - 1].again_ms >= ALERTS_QUIET_MS)
			end(a, &a->of[i - 1]);
}

json_t *alerts_standing(const struct alerts *a, unsigned int i, int64_t *raised_ms)
{
	if (i >= a->n)
		return NULL;
	*raised_ms = a->of[i].raised_ms;
	return a->of[i].object;
}

uint64_t alerts_over(const struct alerts *a)
{
	return a->over;
}
