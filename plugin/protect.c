/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * protect.c - what the operator never wants to be silenced, as the guard takes it
 */
#include "protect.h"

#include <string.h>

#include "base/text.h"
#include "config_item.h"

static struct guard_list split(struct protect *p, enum protect_list list,
			       const char text[PATH_MAX])
{
	const char **item = p->item[list];
	char *state, *word;
	size_t n = 0;

	memcpy(p->text[list], text, PATH_MAX);
	for (word = strtok_r(p->text[list], " ", &state); word && n < CONFIG_ITEMS_MAX;
	     word = strtok_r(NULL, " ", &state))
		item[n++] = word;
	return (struct guard_list){item, n};
}

static struct guard_types number(struct protect *p, const char *text)
{
	struct span rest = span_of(text), name;
	size_t n = 0;

	for (name = text_word(&rest); name.n && n < CONFIG_ITEMS_MAX;
	     name = text_word(&rest))
		n += config_item_type(name, &p->type[n]); /* as all are here */
	return (struct guard_types){p->type, n};
}

void protect_fill(struct protect *p, const struct config *c, struct guard_options *out)
{
	out->protect_key = split(p, PROTECT_KEY, c->protect_key);
	out->protect_type = number(p, c->protect_type);
	out->protect_exe = split(p, PROTECT_EXE, c->protect_exe);
	out->protect_path = split(p, PROTECT_PATH, c->protect_path);
}
