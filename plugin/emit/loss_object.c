/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loss_object.c - the kernel's queue and what was lost, as objects of the socket
 *
 * What is not known is null, never 0.
 */
#include "emit/loss_object.h"

#include <libaudit.h>
#include <math.h>
#include <stdio.h>

#include "advise/loss.h"
#include "base/clock.h"
#include "emit/schema.h"

static void set_seconds(json_t *o, const char *name, uint64_t ticks, unsigned int per_s)
{
	json_object_set_new(o, name,
			    per_s ? json_real(round((double)ticks * 1000 / per_s) / 1000)
				  : json_null());
}

/* --- kernel --- */

json_t *loss_object_kernel(const struct loss_source *source)
{
	static const char *const figures[] = {
		"status_age_ms", "poll_ms",       "enabled",   "failure",      "pid",
		"rate_limit",    "backlog_limit", "backlog",   "backlog_peak", "lost",
		"lost_delta",    "wait_time_s",   "stalled_s",
	};
	json_t *o = json_object();
	const struct kernel_status *s;
	struct ledger_sums sums;
	size_t i;

	json_object_set_new(o, "known", json_boolean(source->known));
	json_object_set_new(o, "reason",
			    source->known ? json_null() : json_string(source->reason));
	for (i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		json_object_set_new(o, figures[i], json_null());
	if (!source->known)
		return o;
	s = &source->ledger->status;
	sums = ledger_since_mark(source->ledger);
	schema_set_number(o, "status_age_ms", (uint64_t)source->status_age_ms);
	schema_set_number(o, "poll_ms", source->poll_ms);
	schema_set_number(o, "enabled", s->enabled);
	schema_set_number(o, "failure", s->failure);
	schema_set_number(o, "pid", s->pid);
	schema_set_number(o, "rate_limit", s->rate_limit);
	schema_set_number(o, "backlog_limit", s->backlog_limit);
	schema_set_number(o, "backlog", s->backlog);
	schema_set_number(o, "backlog_peak", source->ledger->backlog_peak);
	schema_set_number(o, "lost", s->lost);
	schema_set_number(o, "lost_delta", sums.refused);
	if (s->has_wait_time)
		set_seconds(o, "wait_time_s", s->wait_time_ticks, source->ticks_per_s);
	if (s->has_waited)
		set_seconds(o, "stalled_s", sums.waited_ticks, source->ticks_per_s);
	return o;
}

/* --- loss --- */

static json_t *range_object(struct loss_range range)
{
	json_t *o = json_object();

	schema_set_number(o, "min", range.min);
	schema_set_number(o, "max", range.max);
	return o;
}

static void set_text(json_t *o, const char *name, const struct suspects_text *text)
{
	schema_set_text(o, name,
			text->absent ? (struct span){NULL, 0}
				     : (struct span){text->text, text->n},
			text->cut);
}

static void set_type(json_t *o, uint32_t type)
{
	const char *name = type ? audit_msg_type_to_name((int)type) : NULL;
	char unknown[32];

	snprintf(unknown, sizeof(unknown), "UNKNOWN[%u]", type);
	json_object_set_new(o, "type",
			    type ? json_string(name ? name : unknown) : json_null());
}

json_t *loss_object_suspects(const struct suspects *suspects)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < suspects->n; i++) {
		const struct suspect *s = &suspects->of[i];
		double share = suspects->records
				       ? (double)s->records / (double)suspects->records
				       : 0;
		json_t *o = json_object();

		json_object_set_new(o, "rule", json_null());
		set_text(o, "key", &s->key);
		set_text(o, "exe", &s->exe);
		set_type(o, s->type);
		json_object_set_new(o, "share",
				    json_real(round(fmin(share, 1) * 1e4) / 1e4));
		json_array_append_new(array, o);
	}
	return array;
}

static void set_time(json_t *o, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(ms, text);
	json_object_set_new(o, name, json_string(text));
}

json_t *loss_object_incident(const struct ledger_entry *e, unsigned int ticks_per_s)
{
	json_t *o = json_object();

	set_time(o, "first", e->first_ms);
	set_time(o, "last", e->last_ms);
	json_object_set_new(o, "cause", json_string(loss_cause_name(e->cause)));
	json_object_set_new(o, "place", json_string(loss_place_name(e->place)));
	schema_set_number(o, "refused", e->sums.refused);
	json_object_set_new(o, "missing_events", range_object(loss_events(e)));
	json_object_set_new(o, "missing_records", range_object(loss_records(e)));
	schema_set_number(o, "gap_events", e->sums.gap_events);
	set_seconds(o, "stalled_s", e->sums.waited_ticks, ticks_per_s);
	schema_set_number(o, "backlog_peak", e->evidence.backlog_peak);
	schema_set_number(o, "backlog_limit", e->evidence.backlog_limit);
	json_object_set_new(o, "suspects", loss_object_suspects(&e->suspects));
	return o;
}

static uint64_t weight_of(const struct ledger_entry *e)
{
	return e->sums.refused + e->sums.gap_events + e->sums.unlogged_events;
}

/* Causes of what happened since @from_ms, the same ones added up, most first. */
static json_t *causes_array(const struct ledger *l, int64_t from_ms)
{
	uint64_t weight[LEDGER_CAUSES] = {0}, sum = 0, most;
	enum ledger_place place[LEDGER_CAUSES] = {0};
	json_t *array = json_array(), *o;
	unsigned int i, best;

	for (i = l->n; i > 0; i--) {
		const struct ledger_entry *e = ledger_entry(l, i - 1);

		if (e->last_ms < from_ms)
			break;
		if (e->evidence.before && !l->resumed_ms)
			continue; /* of no time of ours, and not in the sums */
		weight[e->cause] += weight_of(e);
		place[e->cause] = e->place;
		sum += weight_of(e);
	}
	for (;;) {
		for (i = 0, best = 0, most = 0; i < LEDGER_CAUSES; i++)
			if (weight[i] > most) {
				most = weight[i];
				best = i;
			}
		if (!most)
			return array;
		o = json_object();
		json_object_set_new(o, "cause", json_string(loss_cause_name(best)));
		json_object_set_new(o, "place",
				    json_string(loss_place_name(place[best])));
		json_object_set_new(
			o, "share",
			json_real(round((double)most / (double)sum * 1e4) / 1e4));
		json_array_append_new(array, o);
		weight[best] = 0;
	}
}

json_t *loss_object_loss(const struct loss_source *source, uint64_t gap_events)
{
	struct ledger_entry since = {0};
	const struct ledger_entry *newest = NULL;
	json_t *o = json_object();

	json_object_set_new(o, "refused", json_null());
	json_object_set_new(o, "missing_events", json_null());
	json_object_set_new(o, "missing_records", json_null());
	schema_set_number(o, "gap_events", gap_events);
	json_object_set_new(o, "unlogged_events", json_null());
	json_object_set_new(o, "causes", json_array());
	json_object_set_new(o, "suspects", json_array());
	if (!source || !source->known)
		return o;
	if (source->ledger->n)
		newest = ledger_entry(source->ledger, source->ledger->n - 1);
	if (newest && newest->last_ms >= source->marked_ms) {
		since = *newest;
		json_object_set_new(o, "causes",
				    causes_array(source->ledger, source->marked_ms));
		json_object_set_new(o, "suspects",
				    loss_object_suspects(&newest->suspects));
	}
	since.sums = ledger_since_mark(source->ledger);
	since.sums.gap_events = gap_events;
	schema_set_number(o, "refused", since.sums.refused);
	if (source->ledger->has_report && source->ledger->report.suspended >= 0)
		schema_set_number(o, "unlogged_events", since.sums.unlogged_events);
	json_object_set_new(o, "missing_events", range_object(loss_events(&since)));
	json_object_set_new(o, "missing_records", range_object(loss_records(&since)));
	return o;
}
