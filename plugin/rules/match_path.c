/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_path.c - paths and programs: what the kernel knows better
 *
 * It compares inodes; records have an inode and a name that proves nothing. A yes or
 * no comes from inodes alone, or from names where the caller trusts them.
 */
#include <libaudit.h>

#include "rules/match_inner.h"
#include "stream/object.h"

#define NAME_MAX_BYTES 8192 /* of a directory and a name put together */

/* --- names --- */

static bool has_dots(struct span name)
{
	for (size_t i = 0; i + 1 < name.n; i++)
		if (name.p[i] == '.' && name.p[i + 1] == '.' &&
		    (i == 0 || name.p[i - 1] == '/') &&
		    (i + 2 == name.n || name.p[i + 2] == '/'))
			return true;
	return false;
}

static struct span without_slash(struct span name)
{
	while (name.n > 1 && name.p[name.n - 1] == '/')
		name.n--;
	return name;
}

static struct span last_component(struct span name)
{
	size_t from;

	name = without_slash(name);
	for (from = name.n; from && name.p[from - 1] != '/'; from--)
		;
	return (struct span){name.p + from, name.n - from};
}

/* The name as an absolute one in @room; absent where it cannot be told. */
static struct span absolute(const struct view *v, const struct facts_path *name,
			    char *room)
{
	const struct facts *facts = v->facts;
	struct object o = {.cwd = facts->cwd, .name = name->name, .has_name = true};
	struct event e = {.has_syscall = facts_knows(facts, FACTS_CALL) &&
					 facts_knows(facts, FACTS_ARCH)};
	struct span dir, last;
	size_t n;

	if (!name->name.p || !name->name.n || has_dots(name->name))
		return (struct span){NULL, 0};
	if (name->name.p[0] == '/')
		return without_slash(name->name);
	e.arch = (uint32_t)facts->number[FACTS_ARCH];
	e.nr = (uint32_t)facts->number[FACTS_CALL];
	for (unsigned int i = 0; i < 4; i++) {
		if (!facts_knows(facts, (enum facts_number)(FACTS_ARG0 + i)))
			return (struct span){NULL, 0};
		o.arg[i] = facts->number[FACTS_ARG0 + i];
	}
	dir = object_dir(&o, &e, room, NAME_MAX_BYTES);
	last = last_component(name->name);
	if (!dir.p || dir.n + 1 + last.n > NAME_MAX_BYTES)
		return (struct span){NULL, 0};
	memmove(room, dir.p, dir.n);
	n = dir.n;
	if (!n || room[n - 1] != '/')
		room[n++] = '/';
	if (span_is(last, "."))
		return without_slash((struct span){room, n});
	memcpy(room + n, last.p, last.n);
	return (struct span){room, n + last.n};
}

static bool is_below(struct span name, struct span dir)
{
	dir = without_slash(dir);
	if (dir.n == 1)
		return name.n && name.p[0] == '/';
	return name.n >= dir.n && !memcmp(name.p, dir.p, dir.n) &&
	       (name.n == dir.n || name.p[dir.n] == '/');
}

/* --- path= and dir= --- */

static bool is_known(const struct match_inode *known, const struct facts *facts)
{
	return known->known && facts->stamp_ms && facts->stamp_ms >= known->since_ms &&
	       facts->stamp_ms <= known->until_ms;
}

static bool is_inode(const struct match_inode *known, const struct facts_path *name)
{
	return known->inode == name->inode && known->major == name->dev_major &&
	       known->minor == name->dev_minor;
}

static bool is_made_or_removed(const struct facts_path *name)
{
	return name->type == FACTS_NAME_CREATE || name->type == FACTS_NAME_DELETE;
}

/*
 * Has the call made or removed the file itself? The watch follows its name in its
 * directory, so that name there is enough (audit_update_watch()). Of a call that failed
 * it is not: a file of the same name may have come from elsewhere.
 */
static bool is_change(const struct view *v, struct span path)
{
	const struct match_inode *parent = &v->slot->file.parent;
	const struct facts *facts = v->facts;

	if (!is_made_or_removed(v->name) || !v->name->name.p ||
	    !is_known(parent, facts) || !facts_knows(facts, FACTS_SUCCESS) ||
	    !facts->number[FACTS_SUCCESS] ||
	    !span_equal(last_component(v->name->name), last_component(path)))
		return false;
	for (size_t i = 0; i < facts->n_paths; i++)
		if (facts->path[i].type == FACTS_NAME_PARENT &&
		    is_inode(parent, &facts->path[i]))
			return true;
	return false;
}

/*
 * When a watched file goes, the kernel asks the rules at once and the watch is then
 * without a file: the call has no outcome yet, and when it has one it is too late.
 */
static bool is_asked_early(const struct view *v)
{
	bool goes = false;

	for (size_t i = 0; i < v->facts->n_paths; i++)
		goes |= v->facts->path[i].type == FACTS_NAME_DELETE;
	return goes && (rule_find(v->slot->rule, AUDIT_EXIT) ||
			rule_find(v->slot->rule, AUDIT_SUCCESS));
}

static enum match watch_by_name(const struct view *v, struct span path)
{
	char room[NAME_MAX_BYTES];
	struct span name;

	if (!v->options->paths_by_name || v->name->type == FACTS_NAME_PARENT)
		return MATCH_MAYBE;
	name = absolute(v, v->name, room);
	return name.p ? match_bool(span_equal(name, without_slash(path))) : MATCH_MAYBE;
}

enum match match_watch(const struct view *v, struct span path)
{
	const struct match_inode *self = &v->slot->file.self;
	enum match m;

	if (v->name->inode == FACTS_NO_INODE)
		return MATCH_NO;
	if (is_change(v, path))
		m = MATCH_YES;
	else if (is_known(self, v->facts))
		m = match_bool(is_inode(self, v->name));
	else
		m = watch_by_name(v, path);
	return m == MATCH_YES && is_asked_early(v) ? MATCH_MAYBE : m;
}

/* Of the names that the kernel has found, is none on the directory's filesystem? */
static bool is_elsewhere(const struct view *v, const struct match_inode *dir)
{
	for (size_t i = 0; i < v->facts->n_paths; i++) {
		const struct facts_path *p = &v->facts->path[i];

		if (p->inode != FACTS_NO_INODE && p->dev_major == dir->major &&
		    p->dev_minor == dir->minor)
			return false;
	}
	return v->has_all;
}

static bool has_inode(const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_paths; i++)
		if (facts->path[i].inode != FACTS_NO_INODE)
			return true;
	return false;
}

static enum match dir_by_name(const struct view *v, struct span path)
{
	enum match m = v->has_all ? MATCH_NO : MATCH_MAYBE;
	char room[NAME_MAX_BYTES];

	if (!v->options->paths_by_name)
		return MATCH_MAYBE;
	for (size_t i = 0; i < v->facts->n_paths && m != MATCH_YES; i++) {
		const struct facts_path *p = &v->facts->path[i];
		struct span name;

		if (p->inode == FACTS_NO_INODE)
			continue;
		name = absolute(v, p, room);
		m = match_most(m,
			       name.p ? match_bool(is_below(name, path)) : MATCH_MAYBE);
	}
	return m;
}

/*
 * The kernel walks from each name that it has found up to the root of its filesystem,
 * and over the root of no mount: so another filesystem is in the tree only if it was
 * mounted there when the rule was loaded.
 */
enum match match_dir(const struct view *v, struct span path)
{
	const struct match_file *file = &v->slot->file;

	if (v->has_all && !has_inode(v->facts))
		return MATCH_NO;
	if (is_known(&file->self, v->facts)) {
		for (size_t i = 0; i < v->facts->n_paths; i++)
			if (is_inode(&file->self, &v->facts->path[i]))
				return MATCH_YES;
		if (file->alone && is_elsewhere(v, &file->self))
			return MATCH_NO;
	}
	return dir_by_name(v, path);
}

/* --- exe= --- */

/* Compared with what is known of the rule's path; without that, a link in its
 * directories is possible where the last components are the same. */
static enum match same_program(const struct match_file *file, struct span path,
			       struct span exe)
{
	if (file->is_link)
		return MATCH_NO;
	if (file->real.p)
		return match_bool(span_equal(file->real, exe));
	if (span_equal(path, exe))
		return MATCH_YES;
	return span_equal(last_component(path), last_component(exe)) ? MATCH_MAYBE
								     : MATCH_NO;
}

enum match match_exe(const struct view *v, const struct rule_field *f)
{
	const struct facts *facts = v->facts;
	enum match m = MATCH_MAYBE;

	if (facts->no_exe)
		m = MATCH_NO;
	else if (v->options->exe_by_name && facts->exe.p && !facts->claimed)
		m = same_program(&v->slot->exe, f->text, facts->exe);
	return f->op == AUDIT_NOT_EQUAL ? match_not(m) : m;
}
