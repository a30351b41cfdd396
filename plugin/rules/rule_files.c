/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_files.c - rule files line by line, in the order in which they are loaded
 *
 * Pure: the files' bytes are handed in.
 */
#include "rules/rule_files.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "rules/words.h"

/* Lines that augenrules moves, by what they begin with. */
enum hoist { HOIST_CLEAR, HOIST_BACKLOG, HOIST_FAILURE, HOIST_NOT, HOIST_ENABLED };

struct entry {
	struct rule_entry told;
	enum hoist hoist;
};

struct name {
	struct name *next;
	char text[];
};

struct rule_files {
	const struct rule_world *world;
	bool augenrules;
	struct name *names;
	struct entry *entry;
	size_t n, room, bytes;
	/* the last file's last line where it has no newline */
	char *open;
	size_t open_n, open_entries;
	const char *open_file;
	unsigned int open_line;
	const char *file; /* that is being read, and the number of its last line */
	unsigned int number;
	struct rule_line line; /* the one that is being read: too large for a stack */
};

struct rule_files *rule_files_new(const struct rule_world *world, bool augenrules)
{
	struct rule_files *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->world = world;
	f->augenrules = augenrules;
	return f;
}

static void drop_entries(struct rule_files *f, size_t n)
{
	while (n--) {
		struct rule_entry *e = &f->entry[--f->n].told;

		rule_free(e->rule);
		free(e->text);
	}
}

void rule_files_free(struct rule_files *f)
{
	if (!f)
		return;
	drop_entries(f, f->n);
	while (f->names) {
		struct name *next = f->names->next;

		free(f->names);
		f->names = next;
	}
	free(f->entry);
	free(f->open);
	free(f);
}

/* --- lines --- */

static void step(struct span *s)
{
	s->p++;
	s->n--;
}

static struct span skip_space(struct span s)
{
	while (s.n && isspace((unsigned char)s.p[0]))
		step(&s);
	return s;
}

static struct span skip_to_comment(struct span s)
{
	struct span rest = skip_space(s);

	return rest.n && rest.p[0] == '#' ? rest : s;
}

static bool begins(struct span s, const char *with)
{
	return s.n >= 2 && memcmp(s.p, with, 2) == 0;
}

static enum hoist hoist_of(struct span text)
{
	text = skip_space(text);
	if (begins(text, "-e"))
		return HOIST_ENABLED;
	if (begins(text, "-f"))
		return HOIST_FAILURE;
	if (begins(text, "-b"))
		return HOIST_BACKLOG;
	if (begins(text, "-D") && !skip_space((struct span){text.p + 2, text.n - 2}).n)
		return HOIST_CLEAR;
	return HOIST_NOT;
}

/* A place for one more entry, zeroed; NULL with errno. */
static struct entry *new_entry(struct rule_files *f)
{
	size_t room = f->room ? 2 * f->room : 64;
	struct entry *bigger;

	if (f->n == RULE_FILES_LINES_MAX) {
		errno = E2BIG;
		return NULL;
	}
	if (f->n == f->room) {
		bigger = realloc(f->entry, room * sizeof(*bigger));
		if (!bigger)
			return NULL;
		f->entry = bigger;
		f->room = room;
	}
	f->entry[f->n] = (struct entry){.hoist = HOIST_NOT};
	return &f->entry[f->n++];
}

/* Puts an entry behind the others. Its rule is taken; @text is copied where not "". */
static int add_entry(struct rule_files *f, const struct rule_entry *e, enum hoist hoist,
		     const char *text)
{
	struct entry *new = new_entry(f);
	int rc = new ? 0 : -errno;

	if (!new) {
		rule_free(e->rule);
		return rc;
	}
	new->told = *e;
	new->hoist = hoist;
	if (!*text)
		return 0;
	new->told.text = strdup(text);
	if (new->told.text)
		return 0;
	drop_entries(f, 1);
	return -ENOMEM;
}

/* One entry for each setting. */
static int add_settings(struct rule_files *f, struct rule_entry *e, enum hoist hoist)
{
	const struct rule_line *line = &f->line;
	int rc = 0;

	for (size_t i = 0; !rc && i < line->n_settings; i++) {
		e->setting = line->setting[i];
		rc = add_entry(f, e, hoist, line->key);
	}
	return rc;
}

static int add_line(struct rule_files *f, const char *file, unsigned int number,
		    struct span text)
{
	enum hoist hoist = f->augenrules ? hoist_of(text) : HOIST_NOT;
	struct rule_line *line = &f->line;
	struct rule_entry e;
	int rc;

	if (f->augenrules) /* which knows comments behind tabs, and drops them */
		text = skip_to_comment(text);
	rc = rule_parse(text, f->world, line);
	if (rc == -ENOMEM || line->kind == RULE_LINE_EMPTY)
		return rc;
	e = (struct rule_entry){
		.kind = line->kind, .file = file, .line = number, .rule = line->rule};
	if (line->kind == RULE_LINE_SETTINGS)
		return add_settings(f, &e, hoist);
	if (e.rule) {
		e.rule->file = file;
		e.rule->line = number;
	}
	return add_entry(f, &e, hoist, line->error);
}

static const char *keep_name(struct rule_files *f, const char *text)
{
	size_t n = strlen(text) + 1;
	struct name *name = malloc(sizeof(*name) + n);

	if (!name)
		return NULL;
	memcpy(name->text, text, n);
	name->next = f->names;
	f->names = name;
	return name->text;
}

/* The line has no newline, and the next file runs into it. */
static int keep_open(struct rule_files *f, const char *file, unsigned int number,
		     struct span line)
{
	char *copy = realloc(f->open, f->open_n + line.n);

	if (!copy)
		return -ENOMEM;
	memcpy(copy + f->open_n, line.p, line.n);
	if (!f->open_n) {
		f->open_file = file;
		f->open_line = number;
	}
	f->open = copy;
	f->open_n += line.n;
	return 0;
}

/* Read again, with this line behind it, what the file before has left open. */
static int add_joined(struct rule_files *f, struct span line, bool is_open)
{
	size_t before;
	int rc;

	if (line.n) {
		rc = keep_open(f, NULL, 0, line);
		if (rc)
			return rc;
	}
	drop_entries(f, f->open_entries);
	before = f->n;
	rc = add_line(f, f->open_file, f->open_line, (struct span){f->open, f->open_n});
	f->open_entries = f->n - before;
	if (!is_open)
		f->open_n = 0;
	return rc;
}

int rule_files_begin(struct rule_files *f, const char *name, size_t bytes)
{
	const char *file = keep_name(f, name);

	if (!file)
		return -ENOMEM;
	if (bytes > RULE_FILES_BYTES_MAX - f->bytes)
		return -E2BIG;
	f->bytes += bytes;
	f->file = file;
	f->number = 0;
	return 0;
}

int rule_files_lines(struct rule_files *f, struct span *text, size_t bytes)
{
	size_t left = text->n > bytes ? text->n - bytes : 0;
	struct span line;
	int rc = 0;

	while (!rc && text->n > left && text_line(text, &line)) {
		bool is_open = f->augenrules && text->p == line.p + line.n;
		size_t before = f->n;

		f->number++;
		if (f->open_n) {
			rc = add_joined(f, line, is_open);
			continue;
		}
		rc = add_line(f, f->file, f->number, line);
		if (!rc && is_open)
			rc = keep_open(f, f->file, f->number, line);
		f->open_entries = f->n - before;
	}
	return rc;
}

int rule_files_add(struct rule_files *f, const char *name, struct span text)
{
	int rc = rule_files_begin(f, name, text.n);

	return rc ? rc : rule_files_lines(f, &text, text.n);
}

/* --- the whole --- */

/* The last line that is moved so stays; all entries of earlier ones are left out. */
static void leave_out(struct rule_files *f, enum hoist hoist)
{
	const struct rule_entry *last = NULL;

	for (size_t i = f->n; i-- > 0;) {
		struct rule_entry *e = &f->entry[i].told;

		if (f->entry[i].hoist != hoist)
			continue;
		if (!last)
			last = e;
		e->left_out = e->file != last->file || e->line != last->line;
	}
}

int rule_files_arrange(struct rule_files *f)
{
	struct entry *sorted;
	size_t n = 0;

	if (!f->augenrules || !f->n)
		return 0;
	sorted = malloc(f->n * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (int h = HOIST_CLEAR; h <= HOIST_ENABLED; h++) {
		if (h != HOIST_NOT)
			leave_out(f, (enum hoist)h);
		for (size_t i = 0; i < f->n; i++)
			if (f->entry[i].hoist == (enum hoist)h)
				sorted[n++] = f->entry[i];
	}
	free(f->entry);
	f->entry = sorted;
	f->room = n;
	return 0;
}

size_t rule_files_count(const struct rule_files *f)
{
	return f->n;
}

const struct rule_entry *rule_files_at(const struct rule_files *f, size_t i)
{
	return i < f->n ? &f->entry[i].told : NULL;
}

const struct rule_entry *rule_files_stop(const struct rule_files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct rule_entry *e = &f->entry[i].told;

		if (e->left_out)
			continue;
		if (e->kind == RULE_LINE_BAD)
			return e;
		if (e->kind == RULE_LINE_SETTINGS &&
		    (e->setting.kind == RULE_IGNORE_ERRORS ||
		     e->setting.kind == RULE_CONTINUE))
			return NULL;
	}
	return NULL;
}

static int load(struct ruleset *set, const struct rule_entry *e)
{
	struct rule *rule;

	switch (e->kind) {
	case RULE_LINE_SETTINGS:
		if (e->setting.kind == RULE_DELETE_ALL)
			ruleset_clear(set, e->text);
		return 0;
	case RULE_LINE_DELETE:
		ruleset_delete(set, e->rule);
		return 0;
	case RULE_LINE_APPEND:
	case RULE_LINE_PREPEND:
		rule = rule_copy(e->rule);
		if (!rule)
			return -ENOMEM;
		return ruleset_add(set, rule, e->kind == RULE_LINE_PREPEND);
	default:
		return 0;
	}
}

int rule_files_load(const struct rule_files *f, size_t from, size_t to,
		    struct ruleset *set)
{
	int rc = 0;

	for (size_t i = from; !rc && i < to && i < f->n; i++)
		if (!f->entry[i].told.left_out)
			rc = load(set, &f->entry[i].told);
	return rc;
}

int rule_files_rules(const struct rule_files *f, struct ruleset **set)
{
	int rc;

	*set = ruleset_new();
	if (!*set)
		return -ENOMEM;
	rc = rule_files_load(f, 0, f->n, *set);
	if (rc) {
		ruleset_free(*set);
		*set = NULL;
	}
	return rc;
}
