/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings_files.c - rule files line by line, and held against the kernel
 *
 * Pure. Which rules are there when a line comes is followed by number: equal rules
 * have one, and a -D makes all earlier ones old.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/findings_part.h"

/* A line that has a rule. */
struct line {
	const struct rule *rule;
	size_t at; /* its entry */
};

struct load {
	struct findings fs;
	size_t n;
	struct line *line;        /* sorted by rule, for numbering */
	size_t *number;           /* by entry: of its rule */
	const struct rule **rule; /* by number: the line that has added it last */
	size_t *since, age,
		n_numbers; /* by number: the age in which it was added; 0: gone */
	bool cleared;      /* a -D has come: no others are there */
	bool ignores;      /* -i or -c has come */
};

static int order_lines(const void *a, const void *b)
{
	const struct line *p = a, *q = b;
	int d = rule_compare(p->rule, q->rule);

	return d ? d : (p->at > q->at) - (p->at < q->at);
}

static void give_numbers(struct load *l, const struct rule_files *files)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct rule_entry *e = rule_files_at(files, i);

		if (e->rule && !e->left_out)
			l->line[n++] = (struct line){e->rule, i};
	}
	qsort(l->line, n, sizeof(*l->line), order_lines);
	for (size_t i = 0; i < n; i++) {
		if (i && !rule_equal(l->line[i - 1].rule, l->line[i].rule))
			l->n_numbers++;
		l->number[l->line[i].at] = l->n_numbers;
	}
	l->n_numbers += n != 0;
}

static void tell_entry(struct load *l, const struct rule_entry *e, enum finding_kind kind,
		       const char *reason, const struct rule *other)
{
	struct finding f = {
		.kind = kind,
		.rule = e->rule,
		.other = &other,
		.n_other = other != NULL,
		.entry = e,
		.reason = reason,
		.stops = !l->ignores,
	};

	if (kind == FINDING_RULE_TWICE)
		f.fix = FINDING_FIX_TAKE_OUT;
	findings_tell(&l->fs, &f);
}

static void clear_all(struct load *l, const char *key)
{
	if (!key || !*key) {
		l->age++;
		l->cleared = true;
		return;
	}
	for (size_t i = 0; i < l->n_numbers; i++)
		if (findings_spend(&l->fs, 16) && l->since[i] == l->age &&
		    rule_has_key(l->rule[i], key))
			l->since[i] = 0;
}

static void add(struct load *l, const struct rule_entry *e, size_t number)
{
	if (l->since[number] == l->age) {
		tell_entry(l, e, FINDING_RULE_TWICE,
			   "is there already when its line comes: the kernel refuses it",
			   l->rule[number]);
		return;
	}
	l->since[number] = l->age;
	l->rule[number] = e->rule;
}

static void take_out(struct load *l, const struct rule_entry *e, size_t number)
{
	if (l->since[number] != l->age && l->cleared)
		tell_entry(l, e, FINDING_NOTHING_GONE,
			   "is not there when it is to be deleted", NULL);
	l->since[number] = 0;
}

static void read_entry(struct load *l, const struct rule_entry *e, size_t number)
{
	switch (e->kind) {
	case RULE_LINE_BAD:
		tell_entry(l, e, FINDING_BAD_LINE, "is not understood by auditctl", NULL);
		return;
	case RULE_LINE_SETTINGS:
		if (e->setting.kind == RULE_DELETE_ALL)
			clear_all(l, e->text);
		l->ignores |= e->setting.kind == RULE_IGNORE_ERRORS ||
			      e->setting.kind == RULE_CONTINUE;
		return;
	case RULE_LINE_APPEND:
	case RULE_LINE_PREPEND:
		add(l, e, number);
		return;
	case RULE_LINE_DELETE:
		take_out(l, e, number);
		return;
	default:
		return;
	}
}

int findings_files(const struct rule_files *files, const struct findings_options *options,
		   bool *gave_up)
{
	struct load l = {.fs = {.options = options, .budget = findings_budget(options)},
			 .n = rule_files_count(files),
			 .age = 1};

	l.line = calloc(l.n + 1, sizeof(*l.line));
	l.number = calloc(l.n + 1, sizeof(*l.number));
	l.since = calloc(l.n + 1, sizeof(*l.since));
	l.rule = calloc(l.n + 1, sizeof(*l.rule));
	if (!l.line || !l.number || !l.since || !l.rule)
		l.fs.rc = -ENOMEM;
	else
		give_numbers(&l, files);
	/* once a clearing is not followed to its end, nothing is sure any more */
	for (size_t i = 0; i < l.n && !l.fs.rc && !l.fs.gave_up; i++)
		if (!rule_files_at(files, i)->left_out)
			read_entry(&l, rule_files_at(files, i), l.number[i]);
	*gave_up = l.fs.gave_up;
	free(l.line);
	free(l.number);
	free(l.since);
	free(l.rule);
	return l.fs.rc;
}

/* --- disk and kernel --- */

static void tell_place(void *arg, enum rule_place place, const struct rule *disk,
		       const struct rule *kernel)
{
	static const struct {
		enum finding_kind kind;
		const char *reason;
	} told[RULE_PLACES] = {
		[RULE_MOVED] = {FINDING_MOVED,
				"stands before or behind others in another order than in "
				"the kernel"},
		[RULE_ONLY_DISK] = {FINDING_ONLY_DISK, "is not loaded"},
		[RULE_ONLY_KERNEL] = {FINDING_ONLY_KERNEL,
				      "is in no file: it is gone after the next start"},
	};
	struct findings *fs = arg;
	struct finding f = {.kind = told[place].kind,
			    .rule = disk ? disk : kernel,
			    .other = &kernel,
			    .n_other = disk && kernel,
			    .reason = told[place].reason};

	if (f.reason)
		findings_tell(fs, &f);
}

int findings_compare(const struct ruleset *disk, const struct ruleset *kernel,
		     const struct findings_options *options)
{
	struct findings fs = {.options = options};

	return ruleset_compare(disk, kernel, tell_place, &fs);
}
