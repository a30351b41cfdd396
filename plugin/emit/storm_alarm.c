/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storm_alarm.c - from storms of authentication to alerts
 */
#include "emit/storm_alarm.h"

#include <stdlib.h>

#include "emit/schema.h"

struct storm_alarm {
	struct engine *engine;
	struct alerts *alerts;
	bool live;
	uint64_t events;   /* in the book when it was looked at last */
	int64_t events_ms; /* own time when they were seen to be more */
	struct storms storms;
};

static enum alert_level level_of(enum auth_class class)
{
	return class == AUTH_PASSWORD_GUESSING || class == AUTH_SERVICE_FAILURE_LOOP
		       ? ALERT_WARNING
		       : ALERT_INFO;
}

static void set_count(json_t *figures, const char *name, bool known, uint64_t value)
{
	if (known)
		schema_set_number(figures, name, value);
	else
		json_object_set_new(figures, name, json_null());
}

static json_t *figures_of(const struct auth_storm *s, double seconds)
{
	json_t *f = json_object();

	schema_set_number(f, "events", s->events);
	schema_set_number(f, "failed", s->failed);
	schema_set_number(f, "accounts", s->n_accounts);
	schema_set_number(f, "sources", s->n_sources);
	json_object_set_new(f, "more", json_boolean(s->more));
	set_count(f, "sessions", s->class == AUTH_CRON_SESSIONS, s->sessions);
	json_object_set_new(f, "per_s",
			    json_real(schema_share((double)s->events, seconds)));
	schema_set_text(f, "top_exe", s->exe, false);
	schema_set_text(f, "account", s->account, false);
	schema_set_text(f, "source", s->source, false);
	return f;
}

static struct clock_reading now(const struct storm_alarm *a)
{
	const struct timeline *t = engine_timeline(a->storms.engine);

	if (a->live)
		return clock_read();
	return (struct clock_reading){.wall_ms = timeline_stamp(t), .boot_ms = t->now_ms};
}

static void tell(const struct storm_alarm *a, const struct auth_storm *s,
		 const struct clock_reading *clock)
{
	char text[AUTH_TEXT];
	const struct alert alert = {.kind = ALERT_AUTH_STORM,
				    .level = level_of(s->class),
				    .cause = auth_class_name(s->class),
				    .text = auth_text(s, text),
				    .figures = figures_of(s, a->storms.seconds)};

	alerts_raise(a->alerts, &alert, clock);
}

static bool weighs(const struct storm_alarm *a, const struct auth_storm *s)
{
	return level_of(s->class) > ALERT_INFO ||
	       (double)s->events >= STORM_ALARM_PER_S * a->storms.seconds;
}

static void judge(struct storm_alarm *a, const struct clock_reading *clock)
{
	bool told[AUTH_CLASSES] = {false};

	storms_judge(&a->storms, storms_window(a->storms.engine));
	for (size_t i = 0; i < a->storms.n; i++) {
		const struct auth_storm *s = &a->storms.storm[i];

		if (!told[s->class] && weighs(a, s))
			tell(a, s, clock);
		told[s->class] = true;
	}
}

void storm_alarm_look(struct storm_alarm *a)
{
	uint64_t events = auth_book_events(engine_auth(a->storms.engine));
	int64_t now_ms = engine_timeline(a->storms.engine)->now_ms;
	struct clock_reading clock = now(a);

	if (events != a->events)
		a->events_ms = now_ms;
	a->events = events;
	if (now_ms - a->events_ms < STORM_ALARM_AFTER_MS) /* else it may be over */
		judge(a, &clock);
	alerts_tick(a->alerts, &clock);
}

static void look(void *arg)
{
	storm_alarm_look(arg);
}

struct storm_alarm *storm_alarm_new(struct engine *engine, struct alerts *alerts,
				    bool live)
{
	struct storm_alarm *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->engine = engine;
	a->alerts = alerts;
	a->live = live;
	a->storms.engine = engine;
	engine_on_time(engine, STORM_ALARM_MS, look, a);
	return a;
}

void storm_alarm_free(struct storm_alarm *a)
{
	if (a)
		engine_on_time(a->engine, 0, NULL, NULL);
	free(a);
}
