/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control_list.c - published rule sets that have the rules of an advice word for word
 */
#include "emit/control_list.h"

#include <stdio.h>

#include "base/text.h"
#include "emit/rule_phrase.h"

#define NAME_SIZE 128 /* bytes of a file's name as it is shown */
#define TEXT_SIZE (4 * CONTROLS_TEXT_MAX)

static json_t *line(const struct control *control)
{
	char name[NAME_SIZE], text[TEXT_SIZE];
	struct span set = span_of(control->set);
	const char *shown = control->set;

	if (set.n >= sizeof(name) || !rule_phrase_is_plain(set))
		shown = text_quote(set, name, sizeof(name));
	if (!*control->text)
		return json_string(shown);
	return json_sprintf("%s: %s", shown,
			    text_quote(span_of(control->text), text, sizeof(text)));
}

static bool is_said(const json_t *list, const json_t *one)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), one))
			return true;
	return false;
}

json_t *control_list_add(json_t *list, const struct controls *controls,
			 const struct rule *rule)
{
	struct control found[CONTROL_LIST_MAX];
	size_t n =
		list && rule ? controls_find(controls, rule, found, CONTROL_LIST_MAX) : 0;

	for (size_t i = 0; i < n && json_array_size(list) < CONTROL_LIST_MAX; i++) {
		json_t *one = line(&found[i]);

		if (one && is_said(list, one)) {
			json_decref(one);
		} else if (json_array_append_new(list, one)) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}
