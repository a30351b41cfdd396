/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.c - the one thing that a client of the socket may say
 *
 * Reads at most REQUEST_LINE_MAX bytes of hostile text through libjansson,
 * which bounds its own depth. Keeps nothing; half a request is none.
 */
#include "emit/request.h"

#include <jansson.h>

static bool take_interval(const json_t *value, int64_t *ms)
{
	double seconds;

	if (!value)
		return true;
	if (!json_is_number(value))
		return false;
	seconds = json_number_value(value);
	if (!(seconds >= 1 && seconds <= REQUEST_INTERVAL_MAX))
		return false;
	*ms = (int64_t)(seconds * 1000);
	return true;
}

static bool take_windows(const json_t *value, bool *all)
{
	struct span text = {json_string_value(value), json_string_length(value)};

	if (!value)
		return true;
	*all = span_is(text, "all");
	return *all || span_is(text, "first");
}

static bool take_top(const json_t *value, unsigned int *top)
{
	json_int_t n = json_integer_value(value);

	if (!value)
		return true;
	if (!json_is_integer(value) || n < 1 || n > REQUEST_TOP_MAX)
		return false;
	*top = (unsigned int)n;
	return true;
}

bool request_parse(struct span line, unsigned int top, struct request *r)
{
	struct request parsed = {0, false, top};
	json_t *object;
	bool good;

	if (line.n > REQUEST_LINE_MAX)
		return false;
	object = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	good = json_is_object(object) &&
	       take_interval(json_object_get(object, "interval"), &parsed.interval_ms) &&
	       take_windows(json_object_get(object, "windows"), &parsed.all_windows) &&
	       take_top(json_object_get(object, "top"), &parsed.top);
	json_decref(object);
	if (good)
		*r = parsed;
	return good;
}
