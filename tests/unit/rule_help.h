/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_help.h - rules of tests: a world of an x86_64 machine with few users
 */
#ifndef TESTS_RULE_HELP_H
#define TESTS_RULE_HELP_H

#include <libaudit.h>
#include <stdlib.h>

#include "rules/rule_text.h"

/* A copy of exactly its bytes, so that a sanitizer sees one too far. */
static inline struct span rule_help_exact(struct span s)
{
	char *copy = malloc(s.n ? s.n : 1);

	assert_non_null(copy);
	if (s.n)
		memcpy(copy, s.p, s.n);
	return (struct span){copy, s.n};
}

static inline bool rule_help_id(void *arg, const char *name, uint32_t *id)
{
	(void)arg;
	*id = strcmp(name, "root") == 0 ? 0 : 123;
	return *id == 0 || strcmp(name, "chrony") == 0;
}

static inline bool rule_help_is_dir(void *arg, const char *path)
{
	(void)arg;
	return strcmp(path, "/etc") == 0 || strcmp(path, "/") == 0;
}

static const struct rule_world rule_help_world = {
	.machine = MACH_86_64,
	.user = rule_help_id,
	.group = rule_help_id,
	.is_dir = rule_help_is_dir,
};

/* The rule of a line that has one. Owned. */
static inline struct rule *rule_help_rule(const char *text)
{
	struct span s = rule_help_exact(span_of(text));
	struct rule_line line;

	if (rule_parse(s, &rule_help_world, &line) != 0 || !line.rule)
		fail_msg("%s: %s", text, line.error);
	free((void *)s.p);
	return line.rule;
}

#endif
