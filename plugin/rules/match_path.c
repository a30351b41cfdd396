/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_path.c - paths and programs: what the kernel knows better
 *
 * It compares inodes; records have an inode and a name that proves nothing. A yes or no
 * comes from inodes alone, or from names where the caller trusts them. A name serves to
 * ask the caller which file is there; what he says counts only for an event whose record
 * has that very inode, so that whoever lies with names (a root, mounts, links of his
 * own) is told nothing but what is true of the file that he has reached.
 */
#include <fcntl.h>
#include <libaudit.h>
#include <sys/stat.h>

#include "rules/births.h"
#include "rules/calls.h"
#include "rules/match_inner.h"
#include "stream/object.h"

#define NAME_MAX_BYTES 8192 /* of a directory and a name put together */
#define COARSE_MS      20   /* what stamps and file times may be late */

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

	if (!name->name.p || !name->name.n)
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

/* --- what is known of the file itself --- */

static int64_t end_of(const struct facts *facts)
{
	return facts->read_ms > facts->stamp_ms ? facts->read_ms : facts->stamp_ms;
}

bool match_knows(const struct match_inode *known, const struct facts *facts)
{
	return known->known && facts->stamp_ms && facts->stamp_ms >= known->since_ms &&
	       end_of(facts) <= known->until_ms;
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

static bool is_dir(const struct facts_path *name)
{
	return (name->mode & S_IFMT) == S_IFDIR;
}

/* What the caller knows of this record's own file; NULL: nothing, or of another one. */
static const struct match_place *known_place(const struct view *v,
					     const struct facts_path *name)
{
	size_t i = (size_t)(name - v->facts->path);
	struct match_place *place = &v->places->place[i];
	char room[NAME_MAX_BYTES];

	if (!v->options->place || name->inode == FACTS_NO_INODE)
		return NULL;
	if (!(v->places->asked >> i & 1)) {
		struct span path = absolute(v, name, room);

		v->places->asked |= 1u << i;
		if (!path.p || !v->options->place(v->options->arg, path, place))
			place->self.known = false;
	}
	return place->self.known && is_inode(&place->self, name) ? place : NULL;
}

/*
 * Where the file of this record is in the tree of its filesystem, whatever its name says.
 * A directory has one place; another file has one only where the caller knows that it
 * has no further name. Return: absent: not known.
 */
static struct span place_of(const struct view *v, const struct facts_path *name)
{
	const struct match_place *place = known_place(v, name);

	if (!place || !match_knows(&place->self, v->facts) ||
	    !(is_dir(name) || place->sole))
		return (struct span){NULL, 0};
	return place->tree;
}

/* Also of a file that has been changed since, if it is the same as then. 0: not known. */
static int64_t born_of(const struct view *v, const struct facts_path *name)
{
	const struct match_place *place = known_place(v, name);

	if (!place || end_of(v->facts) > place->self.until_ms ||
	    place->born_ms + COARSE_MS > v->facts->stamp_ms)
		return 0;
	return place->born_ms;
}

/* --- what is known of the call --- */

static bool is_followed(const struct facts *facts, enum facts_number flags)
{
	return !facts_knows(facts, flags) ||
	       ((facts->number[flags] & O_CREAT) &&
		!(facts->number[flags] & (O_EXCL | O_NOFOLLOW)));
}

/*
 * An open that may make its file asks the kernel's trees about the directory of each
 * symbolic link that its last component turns out to be, and then writes the next one
 * over it: the record has the last one only, under the first name (fs/namei.c:
 * open_last_lookups(), __audit_inode()).
 */
static bool may_follow(const struct facts *facts)
{
	const char *name = NULL;
	int machine = -1;

	if (facts_knows(facts, FACTS_ARCH) && facts_knows(facts, FACTS_CALL))
		machine = calls_machine((uint32_t)facts->number[FACTS_ARCH], -1);
	if (machine >= 0)
		name = calls_name((unsigned int)facts->number[FACTS_CALL], machine,
				  false);
	if (!name || !strcmp(name, "creat"))
		return true;
	if (!strcmp(name, "open"))
		return is_followed(facts, FACTS_ARG1);
	if (!strcmp(name, "openat"))
		return is_followed(facts, FACTS_ARG2);
	return !strcmp(name, "openat2") && is_followed(facts, FACTS_OPEN_FLAGS);
}

static const struct places *call_of(const struct view *v)
{
	if (!v->places->knows_call) {
		v->places->makes = births_makes(v->facts);
		v->places->follows = may_follow(v->facts);
		v->places->knows_call = true;
	}
	return v->places;
}

/* --- path= and dir= --- */

/*
 * Is what the call makes or removes in the directory of the rule's file? Which of two
 * directories a name is in is not told: names are by the directories that the caller
 * chose.
 */
static enum match in_its_directory(const struct view *v)
{
	const struct match_inode *parent = &v->slot->file.parent;
	size_t n = 0, n_its = 0;

	for (size_t i = 0; i < v->facts->n_paths; i++) {
		const struct facts_path *p = &v->facts->path[i];

		n += p->type == FACTS_NAME_PARENT;
		n_its += p->type == FACTS_NAME_PARENT && is_inode(parent, p);
	}
	if (n_its < n || !n)
		return n_its ? MATCH_MAYBE : MATCH_NO;
	return v->has_all ? MATCH_YES : MATCH_MAYBE;
}

static bool has_its_name(const struct view *v, struct span path)
{
	return span_equal(last_component(v->name->name), last_component(path));
}

/*
 * Has the call made or removed the file itself? The watch follows its name in its
 * directory, so that name there is enough (audit_update_watch()). Of a call that failed
 * it is not: a file of the same name may have come from elsewhere.
 */
static bool is_change(const struct view *v, struct span path)
{
	const struct facts *facts = v->facts;

	return is_made_or_removed(v->name) && v->name->name.p &&
	       match_knows(&v->slot->file.parent, facts) &&
	       facts_knows(facts, FACTS_SUCCESS) && facts->number[FACTS_SUCCESS] &&
	       has_its_name(v, path) && in_its_directory(v) == MATCH_YES;
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

/*
 * Of a watched file of which is not known which one it was: the watch has the inode of
 * its name in its directory, or none. So it is not that of the directory itself, not
 * that of a file of which another place is known, and not that of one which this call
 * has made elsewhere or under another name.
 */
static bool is_another(const struct view *v, struct span path)
{
	const struct match_file *file = &v->slot->file;
	struct span place;

	if (!match_knows(&file->parent, v->facts))
		return false;
	if (v->name->dev_major != file->parent.major ||
	    v->name->dev_minor != file->parent.minor || is_inode(&file->parent, v->name))
		return true;
	if (v->name->type == FACTS_NAME_CREATE && v->name->name.p && v->has_all &&
	    call_of(v)->makes &&
	    (!has_its_name(v, path) || in_its_directory(v) == MATCH_NO))
		return true;
	place = file->tree.p ? place_of(v, v->name) : (struct span){NULL, 0};
	return place.p && !span_equal(place, file->tree);
}

static enum match watch_by_name(const struct view *v, struct span path)
{
	char room[NAME_MAX_BYTES];
	struct span name;

	if (!v->options->paths_by_name || v->name->type == FACTS_NAME_PARENT)
		return MATCH_MAYBE;
	name = has_dots(v->name->name) ? (struct span){NULL, 0}
				       : absolute(v, v->name, room);
	return name.p ? match_bool(span_equal(name, without_slash(path))) : MATCH_MAYBE;
}

/* The rule's file: does the kernel still watch it? A new one it does. */
static enum match has_watch(const struct view *v)
{
	const struct match_file *file = &v->slot->file;

	return file->armed || (file->kept && match_knows(&file->self, v->facts))
		       ? MATCH_YES
		       : MATCH_MAYBE;
}

enum match match_watch(const struct view *v, struct span path)
{
	const struct match_inode *self = &v->slot->file.self;
	enum match m;

	if (v->name->inode == FACTS_NO_INODE)
		return MATCH_NO;
	if (is_change(v, path))
		m = v->name->type == FACTS_NAME_CREATE ? MATCH_YES : has_watch(v);
	else if (match_knows(self, v->facts))
		m = is_inode(self, v->name) ? has_watch(v) : MATCH_NO;
	else if (is_another(v, path))
		m = MATCH_NO;
	else
		m = watch_by_name(v, path);
	return m == MATCH_YES && is_asked_early(v) ? MATCH_MAYBE : m;
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
		name = has_dots(p->name) ? (struct span){NULL, 0} : absolute(v, p, room);
		m = match_most(m,
			       name.p ? match_bool(is_below(name, path)) : MATCH_MAYBE);
	}
	return m;
}

static bool is_still(const struct view *v)
{
	const struct match_span *still = &v->slot->file.still;

	return still->known && v->facts->stamp_ms &&
	       v->facts->stamp_ms >= still->since_ms &&
	       end_of(v->facts) <= still->until_ms;
}

/* Was it made after the last change of the tree, and not in it therefore? */
static bool is_born_elsewhere(const struct view *v, const struct facts_path *name)
{
	const struct match_span *still = &v->slot->file.still;
	const struct births *births = v->options->births;
	int64_t stamp_ms = v->facts->stamp_ms, born;

	if (!is_still(v))
		return false;
	born = births ? births_of(births, name) : 0;
	if (born && born >= still->since_ms && born <= stamp_ms)
		return true;
	born = born_of(v, name);
	return born && born >= still->since_ms;
}

/*
 * Has this name led the kernel into the tree? Of what a call makes or removes it asks
 * that file alone, and of a directory without a name that it adds to these not even
 * that; of other names it asks all directories above (__audit_inode(),
 * __audit_inode_child()). The directory itself is known.
 */
static enum match is_inside(const struct view *v, const struct facts_path *name)
{
	const struct match_file *file = &v->slot->file;
	enum match outside = MATCH_MAYBE;
	struct span place;

	if (name->inode == FACTS_NO_INODE)
		return MATCH_NO;
	if (file->alone && (!call_of(v)->follows || (file->sealed && is_still(v))))
		outside = MATCH_NO;
	if (is_inode(&file->self, name))
		return name->type == FACTS_NAME_PARENT && !name->name.p ? MATCH_MAYBE
									: MATCH_YES;
	if (name->dev_major != file->self.major || name->dev_minor != file->self.minor ||
	    is_made_or_removed(name))
		return outside;
	if (name->type == FACTS_NAME_PARENT && !name->name.p)
		return MATCH_MAYBE;
	if (file->whole)
		return MATCH_YES;
	place = file->tree.p ? place_of(v, name) : (struct span){NULL, 0};
	if (place.p)
		return is_below(place, file->tree) ? MATCH_YES : outside;
	return is_born_elsewhere(v, name) ? outside : MATCH_MAYBE;
}

/*
 * The kernel walks from each name that it has found up to the root of its filesystem,
 * and over the root of no mount: so another filesystem is in the tree only if it was
 * mounted there when the rule was loaded.
 */
enum match match_dir(const struct view *v, struct span path)
{
	enum match m = v->has_all ? MATCH_NO : MATCH_MAYBE;
	const struct facts *facts = v->facts;

	if (v->has_all && !has_inode(facts))
		return MATCH_NO;
	if (!match_knows(&v->slot->file.self, facts))
		return dir_by_name(v, path);
	for (size_t i = 0; i < facts->n_paths && m != MATCH_YES; i++)
		m = match_most(m, is_inside(v, &facts->path[i]));
	return m == MATCH_MAYBE ? dir_by_name(v, path) : m;
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

/*
 * A program that has just been executed: its inode is among those of the names, the
 * first is the one that was asked for, then come those of interpreters and the loader.
 * A rule that watches a file too may have lost its program to that file's inode when
 * that was replaced (audit_dupe_exe()).
 */
static enum match executed(const struct view *v)
{
	const struct match_file *exe = &v->slot->exe;
	const struct facts *facts = v->facts;
	enum match m = MATCH_NO;

	if (!v->options->plain_programs || match_perm(v).sure != AUDIT_PERM_EXEC ||
	    !facts_knows(facts, FACTS_SUCCESS) || !facts->number[FACTS_SUCCESS] ||
	    !v->has_all || !facts->n_paths || !match_knows(&exe->self, facts) ||
	    rule_find(v->slot->rule, AUDIT_WATCH))
		return MATCH_MAYBE;
	for (size_t i = 0; i < facts->n_paths; i++)
		if (facts->path[i].inode == FACTS_NO_INODE ||
		    is_inode(&exe->self, &facts->path[i]))
			m = MATCH_MAYBE;
	return is_inode(&exe->self, &facts->path[0]) && exe->is_binary ? MATCH_YES : m;
}

enum match match_exe(const struct view *v, const struct rule_field *f)
{
	const struct facts *facts = v->facts;
	enum match m = MATCH_MAYBE;

	if (facts->no_exe)
		m = MATCH_NO;
	else if (!facts->claimed)
		m = executed(v);
	if (m == MATCH_MAYBE && v->options->exe_by_name && facts->exe.p &&
	    !facts->claimed)
		m = same_program(&v->slot->exe, f->text, facts->exe);
	return f->op == AUDIT_NOT_EQUAL ? match_not(m) : m;
}
