/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_rule_text.c - any bytes as rule files
 *
 * The first byte says whether augenrules puts them together; 0x1E parts the files.
 * Each line stays in its bounds; a rule whose text can be loaded comes back from it
 * as the same rule; a set held against itself differs in nothing.
 */
#include <libaudit.h>
#include <stdint.h>
#include <stdlib.h>

#include "rules/rule_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool find_id(void *arg, const char *name, uint32_t *id)
{
	(void)arg;
	*id = (uint32_t)strlen(name);
	return *name != 'x';
}

static const struct rule_world world = {
	.machine = MACH_86_64, .user = find_id, .group = find_id};

static void check_rule(const struct rule *rule)
{
	static char text[RULE_TEXT_MAX];
	static char blob[RULE_TEXT_MAX];
	size_t n = rule_print(rule, world.machine, text, sizeof(text));
	ssize_t bytes = rule_to_blob(rule, blob, sizeof(blob));
	struct rule *again;

	if (n >= sizeof(text) || bytes < 0 || rule->state != RULE_KNOWN)
		abort();
	if (rule_from_blob((struct span){blob, (size_t)bytes}, &again) == 0) {
		if (!rule_equal(rule, again))
			abort();
		rule_free(again);
	}
	(void)rule_unloadable(rule, world.machine, (struct span){text, n});
}

static void check_entry(const struct rule_entry *e)
{
	bool has_rule = e->kind == RULE_LINE_APPEND || e->kind == RULE_LINE_PREPEND ||
			e->kind == RULE_LINE_DELETE;

	if (has_rule != (e->rule != NULL) || !e->line ||
	    (e->kind == RULE_LINE_BAD && (!e->text || !*e->text)))
		abort();
	for (const char *p = e->kind == RULE_LINE_BAD ? e->text : ""; *p; p++)
		if (*p < ' ' || *p > '~') /* every foreign byte is quoted */
			abort();
	if (e->rule)
		check_rule(e->rule);
}

static void tell(void *arg, enum rule_place place, const struct rule *disk,
		 const struct rule *kernel)
{
	size_t *n = arg;

	if (place != RULE_IN_BOTH || !rule_equal(disk, kernel))
		abort();
	++*n;
}

static void check_files(const struct rule_files *files)
{
	struct ruleset *set;
	size_t n = 0;

	for (size_t i = 0; i < rule_files_count(files); i++)
		check_entry(rule_files_at(files, i));
	(void)rule_files_stop(files);
	if (rule_files_rules(files, &set) < 0)
		return;
	if (ruleset_compare(set, set, tell, &n) == 0 && n != ruleset_count(set))
		abort();
	for (size_t i = 0; i < ruleset_count(set); i++)
		if (!ruleset_at(set, i)->position)
			abort();
	ruleset_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct rule_files *files;
	struct span rest = {(const char *)data + 1, n - 1};
	int rc = 0;

	if (!n)
		return 0;
	files = rule_files_new(&world, data[0] & 1);
	if (!files)
		return 0;
	while (rest.n && !rc) {
		const char *end = memchr(rest.p, 0x1e, rest.n);
		size_t taken = end ? (size_t)(end - rest.p) : rest.n;

		rc = rule_files_add(files, "file", (struct span){rest.p, taken});
		rest.p += taken + (end != NULL);
		rest.n -= taken + (end != NULL);
	}
	if (rule_files_arrange(files) == 0)
		check_files(files);
	rule_files_free(files);
	return 0;
}
