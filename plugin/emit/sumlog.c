/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sumlog.c - the lines of the summary log, for `tail -f` and grep
 *
 * Reads a summary object as it went to the socket. Every name in it that came
 * with the stream is attacker-chosen and leaves through text_quote() alone.
 * What is null or absent in the object is left out of the line.
 */
#include "emit/sumlog.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "emit/schema.h"

struct out {
	char *p;
	size_t n, size;
	bool full;
};

__attribute__((format(printf, 2, 3))) static void add(struct out *o, const char *format,
						      ...)
{
	va_list args;
	int n;

	if (o->full)
		return;
	va_start(args, format);
	n = vsnprintf(o->p + o->n, o->size - o->n, format, args);
	va_end(args);
	o->full = n < 0 || (size_t)n >= o->size - o->n;
	if (!o->full)
		o->n += (size_t)n;
}

/* What a number is decides how many digits stand behind its point. */
enum form { FORM_SECONDS, FORM_RATE, FORM_SHARE, FORM_MS };

static const int digits[] = {
	[FORM_SECONDS] = 3,
	[FORM_RATE] = 2,
	[FORM_SHARE] = 4,
	[FORM_MS] = 0,
};

static void add_real(struct out *o, const char *name, const json_t *value, enum form form)
{
	if (json_is_number(value))
		add(o, " %s=%.*f", name, digits[form], json_number_value(value));
}

static void add_count(struct out *o, const char *name, const json_t *value)
{
	if (json_is_integer(value))
		add(o, " %s=%" JSON_INTEGER_FORMAT, name, json_integer_value(value));
}

/* A word that needs no quotes: names of record types, but for forged ones. */
static bool is_plain(struct span s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_[]";
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!memchr(plain, s.p[i], sizeof(plain) - 1))
			return false;
	return s.n > 0;
}

/* The first entry's @name of a list that is sorted, and its share. */
static void add_top(struct out *o, const json_t *window, const char *list,
		    const char *name)
{
	const json_t *entry = json_array_get(json_object_get(window, list), 0);
	char quoted[4 * SCHEMA_TEXT_MAX + 16], bytes[SCHEMA_TEXT_MAX], pair[32];
	struct span s = schema_get_text(entry, name, bytes);

	if (!json_object_get(entry, name))
		return;
	if (!s.p)
		add(o, " top_%s=none", name);
	else if (strcmp(list, "types") == 0 && is_plain(s))
		add(o, " top_%s=%.*s", name, (int)s.n, s.p);
	else
		add(o, " top_%s=%s", name, text_quote(s, quoted, sizeof(quoted)));
	if (json_is_true(json_object_get(entry, "claimed")))
		add(o, " top_%s_claimed=yes", name);
	snprintf(pair, sizeof(pair), "top_%s_share", name);
	add_real(o, pair, json_object_get(entry, "share"), FORM_SHARE);
}

/* The first window: the others stand on the socket. */
static void add_window(struct out *o, const json_t *window)
{
	const json_t *complete = json_object_get(window, "complete");

	add_count(o, "window", json_object_get(window, "seconds"));
	add_real(o, "span_s", json_object_get(window, "span_s"), FORM_SECONDS);
	if (json_is_boolean(complete))
		add(o, " complete=%s", json_is_true(complete) ? "yes" : "no");
	add_count(o, "events", json_object_get(window, "events"));
	add_count(o, "records", json_object_get(window, "records"));
	add_count(o, "bytes", json_object_get(window, "bytes"));
	add_real(o, "events_per_s", json_object_get(window, "events_per_s"), FORM_RATE);
	add_real(o, "records_per_s", json_object_get(window, "records_per_s"), FORM_RATE);
	add_real(o, "bytes_per_s", json_object_get(window, "bytes_per_s"), FORM_RATE);
	add_top(o, window, "types", "type");
	add_top(o, window, "keys", "key");
	add_top(o, window, "exes", "exe");
}

static void add_kernel(struct out *o, const json_t *kernel)
{
	if (!json_is_true(json_object_get(kernel, "known"))) {
		add(o, " kernel=unknown");
		return;
	}
	add(o, " kernel=known");
	add_count(o, "backlog", json_object_get(kernel, "backlog"));
	add_count(o, "backlog_peak", json_object_get(kernel, "backlog_peak"));
	add_count(o, "backlog_limit", json_object_get(kernel, "backlog_limit"));
	add_count(o, "lost", json_object_get(kernel, "lost"));
	add_count(o, "lost_delta", json_object_get(kernel, "lost_delta"));
}

/* Only what is not 0: in good times a line is short. */
static void add_health(struct out *o, json_t *health)
{
	const char *name;
	json_t *value;

	json_object_foreach(health, name, value)
	{
		if (json_is_integer(value) && json_integer_value(value) &&
		    is_plain(span_of(name)))
			add(o, " health.%s=%" JSON_INTEGER_FORMAT, name,
			    json_integer_value(value));
	}
}

size_t sumlog_summary(const json_t *summary, char *out, size_t size)
{
	struct out o = {out, 0, size, size == 0};
	const char *time = json_string_value(json_object_get(summary, "time"));
	const json_t *lag = json_object_get(summary, "lag");
	const json_t *loss = json_object_get(summary, "loss");

	add(&o, "%s summary", time ? time : "-");
	add_window(&o, json_array_get(json_object_get(summary, "windows"), 0));
	add_kernel(&o, json_object_get(summary, "kernel"));
	add_real(&o, "lag_p99_ms", json_object_get(lag, "p99_ms"), FORM_MS);
	add_count(&o, "gap_events", json_object_get(loss, "gap_events"));
	add_health(&o, json_object_get(summary, "health"));
	add(&o, "\n");
	return o.full ? 0 : o.n;
}

/* Texts of figures may be foreign, and are always quoted: no key may pass for a word. */
static void add_text(struct out *o, const char *name, const json_t *value)
{
	char quoted[4096];

	if (json_is_string(value))
		add(o, " %s=%s", name,
		    text_quote(span_of(json_string_value(value)), quoted,
			       sizeof(quoted)));
}

/* One of our own words. */
static void add_word(struct out *o, const char *name, const json_t *value)
{
	if (json_is_string(value) && is_plain(span_of(json_string_value(value))))
		add(o, " %s=%s", name, json_string_value(value));
}

static void add_figures(struct out *o, json_t *figures)
{
	const char *name;
	json_t *value;

	json_object_foreach(figures, name, value)
	{
		if (!is_plain(span_of(name)))
			continue;
		add_text(o, name, value);
		if (json_is_integer(value))
			add(o, " %s=%" JSON_INTEGER_FORMAT, name,
			    json_integer_value(value));
		else if (json_is_real(value))
			add(o, " %s=%.3f", name, json_real_value(value));
	}
}

size_t sumlog_alert(const json_t *alert, char *out, size_t size)
{
	struct out o = {out, 0, size, size == 0};
	const char *time = json_string_value(json_object_get(alert, "time"));

	add(&o, "%s alert", time ? time : "-");
	add_word(&o, "alert", json_object_get(alert, "alert"));
	add_word(&o, "state", json_object_get(alert, "state"));
	add_word(&o, "level", json_object_get(alert, "level"));
	add_word(&o, "cause", json_object_get(alert, "cause"));
	add_figures(&o, json_object_get(alert, "figures"));
	add_text(&o, "text", json_object_get(alert, "text"));
	add(&o, "\n");
	return o.full ? 0 : o.n;
}

size_t sumlog_advice(const json_t *advice, char *out, size_t size)
{
	struct out o = {out, 0, size, size == 0};
	const char *time = json_string_value(json_object_get(advice, "time"));
	json_t *commands = json_object_get(advice, "commands");

	add(&o, "%s advice", time ? time : "-");
	add_word(&o, "id", json_object_get(advice, "id"));
	add_word(&o, "state", json_object_get(advice, "state"));
	add_word(&o, "kind", json_object_get(advice, "kind"));
	add_figures(&o, json_object_get(advice, "evidence"));
	add_figures(&o, json_object_get(advice, "verified"));
	add_text(&o, "title", json_object_get(advice, "title"));
	add_text(&o, "why", json_object_get(advice, "why"));
	add_text(&o, "command", json_array_get(commands, 0));
	add_text(&o, "reason", json_object_get(advice, "reason"));
	add(&o, "\n");
	return o.full ? 0 : o.n;
}
