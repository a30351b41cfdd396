/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_advice.c - any line of a hostile server as an advice to be tried
 *
 * The first byte says whether the object gets the id that its rules have: nobody needs
 * luck to make one. Whatever comes out to be loaded is of the closed set of forms, by a
 * judgement that shares nothing with the one under test; and whatever is printed as a
 * file of rules holds no line but comments and such rules.
 */
#include <errno.h>
#include <libaudit.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/text.h"
#include "cli/advice_object.h"
#include "emit/advice.h"
#include "cli/advice_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const loaded_rules[] = {
	"-a always,exit -F arch=b64 -S open,openat,unlink -F exit=-EACCES -F key=access",
	"-a always,exit -F arch=b32 -S open,openat -F exit=-EACCES -F key=access",
	"-a always,exit -F arch=b64 -S execve -F key=exec",
	"-w /etc/passwd -p wa -k identity",
};

/* --- a host --- */

static bool see_file(void *arg, struct span path, struct lineage *out)
{
	bool is_dir = span_is(path, "/srv/d/log") || span_is(path, "/srv/d");

	(void)arg;
	memset(out, 0, sizeof(*out));
	if (!is_dir && !span_is(path, "/usr/sbin/d") && !span_is(path, "/usr/sbin/cron"))
		return false;
	out->self = (struct lineage_node){0, (is_dir ? S_IFDIR : S_IFREG) | 0755};
	out->n_parents = path_depth(path);
	for (unsigned int i = 0; i < out->n_parents; i++)
		out->parent[i] = (struct lineage_node){0, S_IFDIR | 0755};
	out->real = path;
	return true;
}

static struct ruleset *load(void)
{
	const struct rule_world world = {.machine = MACH_86_64};
	struct ruleset *set = ruleset_new();

	for (size_t i = 0; set && i < 4; i++) {
		struct rule_line line;

		if (rule_parse(span_of(loaded_rules[i]), &world, &line) ||
		    ruleset_add(set, line.rule, false))
			abort();
	}
	return set;
}

/* --- what may be --- */

static bool is_closed(struct span text)
{
	static const char more[] = "/._+-";

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && (!c || !strchr(more, c)))
			return false;
	}
	return text.n && text.p[0] == '/';
}

static void check_rule(const struct rule *rule)
{
	bool exe = false, unset = false, account = false, type = false;

	if (rule->action != AUDIT_NEVER ||
	    (rule->list != AUDIT_FILTER_EXIT && rule->list != AUDIT_FILTER_EXCLUDE))
		abort();
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];

		if (f->type == AUDIT_FILTERKEY || f->type == AUDIT_WATCH ||
		    f->type == AUDIT_INODE)
			abort();
		if (f->text.p && !is_closed(f->text))
			abort();
		exe |= f->type == AUDIT_EXE && f->op == AUDIT_EQUAL;
		type |= f->type == AUDIT_MSGTYPE;
		account |= f->type == AUDIT_UID || f->type == AUDIT_DIR;
		unset |= f->type == AUDIT_LOGINUID && f->op == AUDIT_EQUAL &&
			 f->value == AUDIT_UID_UNSET;
	}
	if (rule->list == AUDIT_FILTER_EXIT ? !unset || type : !exe || !type)
		abort();
	if (rule->list == AUDIT_FILTER_EXIT && !exe && !account)
		abort();
}

/* A narrowed rule's exception needs no account: it holds where the rule held. */
static void check_narrowing(const struct rule *rule)
{
	const struct rule_field *last = &rule->field[rule->n_fields - 1];

	if (rule->list != AUDIT_FILTER_EXIT || rule->action != AUDIT_NEVER ||
	    last->type != AUDIT_LOGINUID || last->op != AUDIT_EQUAL ||
	    last->value != AUDIT_UID_UNSET || rule_find(rule, AUDIT_FILTERKEY))
		abort();
}

static void check_trial(struct trial *t, const struct ruleset *loaded)
{
	const struct guard_options guard = {.file = see_file};
	int r;

	if (t->kind != TRIAL_NARROW)
		for (size_t i = 0; i < t->n; i++)
			check_rule(t->rule[i]);
	r = trial_judge(t, loaded, MACH_86_64, &guard);
	if (r && !*t->why)
		abort();
	for (const char *p = r ? t->why : ""; *p; p++)
		if (*p < ' ' || *p > '~')
			abort();
	for (size_t i = 0; i < t->n_add && !r; i++) {
		const struct rule_field *exe = rule_find(t->add[i], AUDIT_EXE);

		if (t->kind == TRIAL_NARROW)
			check_narrowing(t->add[i]);
		else
			check_rule(t->add[i]);
		if (exe && !span_is(exe->text, "/usr/sbin/d") &&
		    !span_is(exe->text, "/usr/sbin/cron"))
			abort();
	}
}

/* --- as a file --- */

static void check_file(struct span text)
{
	struct span line;

	if (text.n && text.p[text.n - 1] != '\n')
		abort();
	while (text_line(&text, &line)) {
		char why[TRIAL_TEXT];
		struct rule *rule;

		for (size_t i = 0; i < line.n; i++)
			if (line.p[i] < ' ' || line.p[i] > '~')
				abort();
		if (line.n > 6143)
			abort();
		if (!line.n || line.p[0] == '#')
			continue;
		if (trial_read(line, MACH_86_64, &rule, why) == -ENOMEM)
			continue;
		if (!rule)
			abort();
		check_rule(rule);
		rule_free(rule);
	}
}

static void print(json_t *advice)
{
	json_t *all = json_pack("[O, O]", advice, advice);
	size_t size = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (!all || !out)
		abort();
	advice_rules_print(out, all, MACH_86_64);
	fclose(out);
	check_file((struct span){text, size});
	free(text);
	json_decref(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct ruleset *loaded;
	char id[ADVICE_ID_SIZE];
	struct trial t;
	json_t *advice;
	int r;

	if (!loaded)
		loaded = load();
	advice = n ? json_loadb((const char *)data + 1, n - 1, 0, NULL) : NULL;
	if (!json_is_object(advice)) {
		json_decref(advice);
		return 0;
	}
	if (data[0] & 1 && !advice_id(advice, id))
		json_object_set_new(advice, "id", json_string(id));
	r = advice_object_trial(advice, MACH_86_64, &t);
	if (!r &&
	    (advice_id(advice, id) || strcmp(id, advice_object_text(advice, "id")) != 0))
		abort();
	if (!r)
		check_trial(&t, loaded);
	else if (!*t.why)
		abort();
	trial_fini(&t);
	print(advice);
	json_decref(advice);
	return 0;
}
