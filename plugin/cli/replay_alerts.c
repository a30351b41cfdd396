/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_alerts.c - the alerts that the daemon would have raised of a stored log
 */
#include "cli/replay_alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "emit/storm_alarm.h"

struct replay_alerts {
	const struct engine *engine;
	struct alerts *alerts;
	struct storm_alarm *storms;
	json_t *all; /* copies: what stands is changed when it is cleared */
	int64_t stamp_ms[REPLAY_ALERTS_MAX];
	uint64_t over;
};

static void keep(void *arg, json_t *object, enum alert_level level)
{
	struct replay_alerts *a = arg;
	size_t n = json_array_size(a->all);

	(void)level;
	if (n == REPLAY_ALERTS_MAX ||
	    json_array_append_new(a->all, json_deep_copy(object)) < 0)
		a->over++;
	else
		a->stamp_ms[n] = timeline_stamp(engine_timeline(a->engine));
}

struct replay_alerts *replay_alerts_new(struct engine *engine)
{
	struct replay_alerts *a = calloc(1, sizeof(*a));

	if (a) {
		a->engine = engine;
		a->all = json_array();
		a->alerts = alerts_new(keep, a);
		if (a->all && a->alerts)
			a->storms = storm_alarm_new(engine, a->alerts, false);
		if (a->storms)
			return a;
	}
	fputs("aunoise: no memory for alerts\n", stderr);
	replay_alerts_free(a);
	return NULL;
}

void replay_alerts_free(struct replay_alerts *a)
{
	if (!a)
		return;
	storm_alarm_free(a->storms);
	alerts_free(a->alerts);
	json_decref(a->all);
	free(a);
}

void replay_alerts_end(struct replay_alerts *a)
{
	storm_alarm_look(a->storms);
}

void replay_alerts_raise(struct replay_alerts *a, const struct alert *alert)
{
	const struct timeline *t = engine_timeline(a->engine);
	const struct clock_reading now = {.wall_ms = timeline_stamp(t),
					  .boot_ms = t->now_ms};

	alerts_raise(a->alerts, alert, &now);
}

json_t *replay_alerts_at(const struct replay_alerts *a, size_t i, int64_t *stamp_ms)
{
	if (i >= json_array_size(a->all))
		return NULL;
	*stamp_ms = a->stamp_ms[i];
	return json_array_get(a->all, i);
}

uint64_t replay_alerts_over(const struct replay_alerts *a)
{
	return a->over;
}

static bool is_raised(const json_t *alert)
{
	const char *state = json_string_value(json_object_get(alert, "state"));

	return state && !strcmp(state, "raised");
}

void replay_alerts_print(const struct replay_alerts *a)
{
	json_t *raised = json_array(), *alert;
	char time[CLOCK_TEXT_SIZE];
	size_t i;

	json_array_foreach(a->all, i, alert)
	{
		if (!is_raised(alert))
			continue;
		clock_text(a->stamp_ms[i], time);
		json_object_set_new(alert, "time", json_string(time));
		json_array_append(raised, alert);
	}
	if (json_array_size(raised))
		putchar('\n');
	print_alerts(stdout, raised);
	json_decref(raised);
}
