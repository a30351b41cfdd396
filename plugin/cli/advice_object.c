/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_object.c - an advice from the socket, read as a stranger's
 */
#include "cli/advice_object.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit/advice.h"

const char *advice_object_text(const json_t *advice, const char *name)
{
	return json_string_value(json_object_get(advice, name));
}

bool advice_object_is_id(const char *id)
{
	size_t n = strspn(id, "0123456789abcdef");

	return !id[n] && n >= 8 && n < ADVICE_ID_SIZE;
}

static int say(struct trial *t, int error, const char *why)
{
	snprintf(t->why, sizeof(t->why), "%s", why);
	return error;
}

/* A list of at most TRIAL_RULES lines. */
static int read_lines(const json_t *lines, int machine, struct trial *t,
		      int (*add)(struct trial *t, struct span text, int machine))
{
	size_t i, n = json_array_size(lines);
	int r = 0;

	if (!json_is_array(lines))
		return say(t, -EINVAL, "its rules are no list");
	if (n > TRIAL_RULES)
		return say(t, -E2BIG, "it has more rules than an advice can have");
	for (i = 0; i < n && !r; i++) {
		const json_t *one = json_array_get(lines, i);

		if (!json_is_string(one))
			return say(t, -EINVAL, "one of its rules is no text");
		r = add(t, (struct span){json_string_value(one), json_string_length(one)},
			machine);
	}
	return r;
}

int advice_object_trial(const json_t *advice, int machine, struct trial *t)
{
	const char *kind = advice_object_text(advice, "kind");
	const char *given = advice_object_text(advice, "id");
	char id[ADVICE_ID_SIZE];
	int r;

	trial_init(t, kind ? trial_kind_named(span_of(kind)) : TRIAL_KINDS);
	if (t->kind == TRIAL_KINDS)
		return say(t, -EINVAL,
			   "it is of no kind that can be tried: only rules that are "
			   "added can be, of the kinds silence, exclude and narrow");
	if (json_object_get(advice, "place") && !advice_object_text(advice, "place") &&
	    !json_is_null(json_object_get(advice, "place")))
		return say(t, -EINVAL, "its place is no text");
	r = read_lines(json_object_get(advice, "rules"), machine, t, trial_add);
	if (!r)
		r = read_lines(json_object_get(advice, "remove"), machine, t,
			       trial_add_old);
	if (r)
		return r;
	if (advice_id(advice, id))
		return say(t, -ENOMEM, "there is no memory");
	if (!given || strcmp(given, id) != 0)
		return say(t, -EBADMSG,
			   "its id is not that of its rules: they are not what was "
			   "proposed under this id");
	return 0;
}
