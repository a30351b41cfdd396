/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * draft.c - a rule while the options of its line are read
 *
 * Pure. The order of the options counts as it does for auditctl 3.0.9: the list
 * before fields, arch before system calls, a key behind what it is the key of.
 */
#include "rules/draft.h"

#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "rules/calls.h"
#include "rules/field.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

int draft_refuse(struct rule_draft *d, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(d->error, RULE_ERROR_MAX, format, ap);
	va_end(ap);
	return -EINVAL;
}

static const struct {
	const char *name;
	uint32_t number;
} lists[] =
	{
		{"task", AUDIT_FILTER_TASK},     {"exit", AUDIT_FILTER_EXIT},
		{"user", AUDIT_FILTER_USER},     {"exclude", AUDIT_FILTER_EXCLUDE},
		{"filesystem", AUDIT_FILTER_FS}, {"io_uring", AUDIT_FILTER_URING_EXIT},
},
  actions[] = {{"never", AUDIT_NEVER}, {"always", AUDIT_ALWAYS}};

static bool find_list(const char *word, uint32_t *list)
{
	for (size_t i = 0; i < N_OF(lists); i++)
		if (strcmp(word, lists[i].name) == 0) {
			*list = lists[i].number;
			return true;
		}
	return false;
}

static bool find_action(const char *word, uint32_t *action)
{
	for (size_t i = 0; i < N_OF(actions); i++)
		if (strcmp(word, actions[i].name) == 0) {
			*action = actions[i].number;
			return true;
		}
	return false;
}

static bool takes_calls(uint32_t list)
{
	return list == AUDIT_FILTER_EXIT || list == AUDIT_FILTER_URING_EXIT;
}

static bool is_one_rule(const struct rule_draft *d)
{
	return d->kind == RULE_LINE_EMPTY;
}

int draft_list(struct rule_draft *d, enum rule_line_kind kind, char *pair)
{
	struct rule *r = &d->rule;
	char *comma = strchr(pair, ',');
	bool found;

	if (!is_one_rule(d))
		return draft_refuse(
			d, "the line adds or deletes two rules; it may have one");
	if (!comma)
		return draft_refuse(d, "%s is no list and action; always,exit is",
				    DRAFT_QUOTE(pair));
	*comma = '\0';
	found = (find_list(pair, &r->list) && find_action(comma + 1, &r->action)) ||
		(find_action(pair, &r->action) && find_list(comma + 1, &r->list));
	*comma = ',';
	if (!found)
		return draft_refuse(d, "%s is no list and action; always,exit is",
				    DRAFT_QUOTE(pair));
	if (d->has_calls && r->list != AUDIT_FILTER_EXIT)
		return draft_refuse(d,
				    "-S: the list in %s takes no system calls before it",
				    DRAFT_QUOTE(pair));
	d->kind = kind;
	return 0;
}

static void ask_all_calls(struct rule *rule)
{
	memset(rule->mask, 0xff, sizeof(rule->mask));
	rule->mask[AUDIT_BITMASK_SIZE - 1] = UINT32_MAX >> AUDIT_SYSCALL_CLASSES;
}

static int add_field(struct rule_draft *d, const struct rule_field *f)
{
	if (d->rule.n_fields >= DRAFT_FIELDS_MAX)
		return draft_refuse(d, "the rule has more than %d fields",
				    DRAFT_FIELDS_MAX);
	d->field[d->rule.n_fields++] = *f;
	return 0;
}

static int check_watch(struct rule_draft *d, const char *path)
{
	if (*path != '/')
		return draft_refuse(d, "%s: the path of a watch begins with /",
				    DRAFT_QUOTE(path));
	if (strlen(path) >= PATH_MAX)
		return draft_refuse(d, "the path of the watch has %d bytes or more",
				    PATH_MAX);
	if (strlen(strrchr(path, '/') + 1) > NAME_MAX)
		return draft_refuse(
			d, "the last name in the watch's path has more than %d bytes",
			NAME_MAX);
	return 0;
}

int draft_watch(struct rule_draft *d, enum rule_line_kind kind, char *path)
{
	const struct rule_world *w = d->world;
	struct rule_field f = {.op = AUDIT_EQUAL};
	size_t n = strlen(path), whole = n;
	bool is_dir;

	if (!is_one_rule(d))
		return draft_refuse(d, "a watch and another rule stand in one line");
	if (check_watch(d, path) < 0)
		return -EINVAL;
	while (n > 1 && path[n - 1] == '/')
		n--;
	is_dir = n < whole || whole == 1;
	path[n] = '\0';
	if (w->is_dir)
		is_dir = w->is_dir(w->arg, path);
	d->kind = kind;
	d->rule.list = AUDIT_FILTER_EXIT;
	d->rule.action = AUDIT_ALWAYS;
	ask_all_calls(&d->rule);
	d->has_calls = d->has_object = true;
	f.type = is_dir ? AUDIT_DIR : AUDIT_WATCH;
	f.text = (struct span){path, n};
	f.value = (uint32_t)n;
	if (add_field(d, &f) < 0)
		return -EINVAL;
	return draft_perm(d, "rwxa");
}

static int add_call(struct rule_draft *d, const char *word)
{
	int machine = calls_machine(d->arch, d->world->machine);
	int nr;

	if (strcmp(word, "all") == 0) {
		ask_all_calls(&d->rule);
		return 0;
	}
	nr = calls_number(word, machine, d->rule.list == AUDIT_FILTER_URING_EXIT);
	if (nr == -ERANGE)
		return draft_refuse(d, "-S: %s is the number of no system call",
				    DRAFT_QUOTE(word));
	if (nr < 0)
		return draft_refuse(d, "-S: %s is no system call of this machine",
				    DRAFT_QUOTE(word));
	d->rule.mask[nr / 32] |= 1u << nr % 32;
	return 0;
}

int draft_calls(struct rule_draft *d, char *words)
{
	char *saved, *word;

	if (d->kind != RULE_LINE_EMPTY && !takes_calls(d->rule.list))
		return draft_refuse(d, "-S: only exit and io_uring are lists of calls");
	for (word = strtok_r(words, ",", &saved); word;
	     word = strtok_r(NULL, ",", &saved))
		if (add_call(d, word) < 0)
			return -EINVAL;
	d->has_calls = true;
	return 0;
}

static int check_key(struct rule_draft *d)
{
	if (d->has_calls || d->has_object || d->has_exe || d->has_fstype)
		return 0;
	return draft_refuse(d,
			    "the key has no watch, system call, exe or fstype before it");
}

/* Return: 0, or -EINVAL where the field may not stand here. */
static int note_field(struct rule_draft *d, const struct rule_field *f)
{
	switch (f->type) {
	case AUDIT_ARCH:
		if (d->has_calls)
			return draft_refuse(d,
					    "arch: stands before the system calls that "
					    "are its own, not behind");
		d->arch = f->value;
		break;
	case AUDIT_WATCH:
	case AUDIT_DIR:
	case AUDIT_PERM:
		d->has_object = true;
		break;
	case AUDIT_EXE:
		d->has_exe = true;
		break;
	case AUDIT_FSTYPE:
		d->has_fstype = true;
		break;
	case AUDIT_FILTERKEY:
		return check_key(d);
	default:
		break;
	}
	return 0;
}

static int append_key(struct rule_draft *d, const char *key)
{
	size_t before = strlen(d->keys), n = strlen(key);

	if (before + n + (before != 0) > AUDIT_MAX_KEY_LEN)
		return draft_refuse(d, "the rule's keys have more than %d bytes",
				    AUDIT_MAX_KEY_LEN);
	if (before)
		d->keys[before++] = RULE_KEY_SEP;
	memcpy(d->keys + before, key, n + 1);
	return 0;
}

int draft_field(struct rule_draft *d, char *pair)
{
	struct rule_field f = {0};
	char *value;

	if (d->kind == RULE_LINE_EMPTY)
		return draft_refuse(d,
				    "-F: the list of the rule stands before its fields");
	if (strncmp(pair, "key=", 4) == 0)
		return append_key(d, pair + 4);
	f.op = field_split(pair, &value);
	if (!f.op)
		return draft_refuse(d, "-F: %s has no operator", DRAFT_QUOTE(pair));
	if (!*value)
		return draft_refuse(d, "-F: %s has no value", DRAFT_QUOTE(pair));
	if (field_read(d, pair, value, &f) < 0 || note_field(d, &f) < 0)
		return -EINVAL;
	return add_field(d, &f);
}

int draft_comparison(struct rule_draft *d, char *pair)
{
	struct rule_field f = {.type = AUDIT_FIELD_COMPARE};
	int left, right;
	char *value;

	if (d->kind == RULE_LINE_EMPTY || !takes_calls(d->rule.list))
		return draft_refuse(d, "-C: stands behind the list, which is exit");
	f.op = field_split(pair, &value);
	if (f.op != AUDIT_EQUAL && f.op != AUDIT_NOT_EQUAL)
		return draft_refuse(
			d, "-C: %s: takes no operator but = and !=", DRAFT_QUOTE(pair));
	left = audit_name_to_field(pair);
	right = audit_name_to_field(value);
	f.value = left < 0 || right < 0
			  ? 0
			  : field_comparison((uint32_t)left, (uint32_t)right);
	if (!f.value)
		return draft_refuse(d, "-C: %s and %s are no two fields to compare",
				    DRAFT_QUOTE(pair), DRAFT_QUOTE(value));
	return add_field(d, &f);
}

int draft_perm(struct rule_draft *d, const char *letters)
{
	struct rule_field f = {.type = AUDIT_PERM, .op = AUDIT_EQUAL};
	int perm = field_read_perm(letters);

	if (d->kind == RULE_LINE_EMPTY || !d->rule.n_fields)
		return draft_refuse(d, "-p: stands behind the path that it belongs to");
	if (perm < 0 || strlen(letters) > 4)
		return draft_refuse(
			d, "-p: %s is no permission; up to four letters of rwxa are",
			DRAFT_QUOTE(letters));
	f.value = (uint32_t)perm;
	d->has_object = true;
	for (uint32_t i = 0; i < d->rule.n_fields; i++)
		if (d->field[i].type == AUDIT_PERM) {
			d->field[i].value = f.value;
			return 0;
		}
	return add_field(d, &f);
}

int draft_key(struct rule_draft *d, const char *key)
{
	if (d->kind == RULE_LINE_EMPTY)
		return draft_refuse(d,
				    "-k: stands behind the rule that it is the key of");
	if (check_key(d) < 0)
		return -EINVAL;
	return append_key(d, key);
}

/* Every key of the line is one field, the last one, wherever they stood. */
static int add_keys(struct rule_draft *d)
{
	struct rule_field f = {.type = AUDIT_FILTERKEY, .op = AUDIT_EQUAL};

	if (!*d->keys)
		return 0;
	if (check_key(d) < 0)
		return -EINVAL;
	if (strstr(d->keys, "!=") || strstr(d->keys, ">=") || strstr(d->keys, "<=") ||
	    strstr(d->keys, "&="))
		return draft_refuse(
			d,
			"the key %s has an operator of two signs in it, which "
			"auditctl takes for the field's",
			DRAFT_QUOTE(d->keys));
	f.text = span_of(d->keys);
	f.value = (uint32_t)f.text.n;
	return add_field(d, &f);
}

int draft_finish(struct rule_draft *d)
{
	if (d->kind == RULE_LINE_EMPTY)
		return d->has_calls
			       ? draft_refuse(
					 d, "the rule names no list; -a always,exit does")
			       : 0;
	if (!d->has_calls && d->rule.list != AUDIT_FILTER_TASK)
		ask_all_calls(&d->rule);
	return add_keys(d);
}
