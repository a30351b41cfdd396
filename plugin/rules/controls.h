/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * controls.h - which published rule sets have a rule word for word
 *
 * Whoever changes such a rule may have to answer for it to an auditor. Files of rules
 * come as bytes; each rule is kept with the name of its file and with what the comment
 * above it says. Rules are compared as they were read, not as they are written: list,
 * action, system calls, fields with their operators and values, and key must be the
 * same; in which order the fields stand, and whether a watch is written with -w or -F,
 * does not matter. Pure.
 */
#ifndef NOISE_RULES_CONTROLS_H
#define NOISE_RULES_CONTROLS_H

#include <stddef.h>

#include "rules/rule_text.h"

#define CONTROLS_RULES_MAX 2048 /* of all files */
#define CONTROLS_TEXT_MAX  160  /* bytes of a comment's text, its NUL included */

/* Both are foreign text that the table lends out. */
struct control {
	const char *set;  /* name of the file */
	const char *text; /* of the comment, on one line; "": there is none */
};

struct controls;

/** controls_new - an empty table; Return: owned; NULL with errno ENOMEM. */
struct controls *controls_new(void) __attribute__((warn_unused_result));
void controls_free(struct controls *c); /* NULL is legal */

/**
 * controls_add - read one more file
 * @set: its name, copied; @text: hostile, not needed afterwards
 * @world: as for the rules that are asked about later
 * Lines that are no rules are passed over. Return: 0; -E2BIG: the table is full;
 * -ENOMEM: the file is in part read.
 */
int controls_add(struct controls *c, const char *set, struct span text,
		 const struct rule_world *world) __attribute__((warn_unused_result));

/** controls_count - rules in the table */
size_t controls_count(const struct controls *c);

/**
 * controls_find - the sets that have @rule, in the order in which they were added
 * @c: NULL is legal, and has none
 * Return: how many are in @out, at most @max.
 */
size_t controls_find(const struct controls *c, const struct rule *rule,
		     struct control *out, size_t max);

#endif
