/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings_paths.c - rules held against the files that they name
 *
 * Pure: what is known of files is asked of the caller, once for each text of a rule.
 */
#include <errno.h>
#include <stdlib.h>

#include "rules/cover.h"
#include "rules/findings_part.h"

static bool ask(const struct findings *fs, struct span path, struct finding_path *facts)
{
	*facts = (struct finding_path){0};
	return path.n && fs->options->path &&
	       fs->options->path(fs->options->path_arg, path, facts);
}

/* Is it known that the directory which holds it is not there? */
static bool lacks_parent(const struct findings *fs, struct span path)
{
	struct finding_path facts;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	while (path.n > 1 && path.p[path.n - 1] != '/')
		path.n--;
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	return ask(fs, path, &facts) && !facts.exists;
}

/* The rule with the program's own path. */
static struct rule *with_exe(struct findings *fs, const struct rule *rule,
			     struct span exe)
{
	struct rule_field field[AUDIT_MAX_FIELDS];
	struct rule other = *rule;

	for (uint32_t i = 0; i < rule->n_fields; i++) {
		field[i] = rule->field[i];
		if (field[i].type == AUDIT_EXE)
			field[i].text = exe;
	}
	other.field = field;
	return findings_copy(fs, &other);
}

static void judge_exe(struct findings *fs, const struct rule *rule,
		      const struct rule_field *exe)
{
	struct finding f = {.rule = rule, .kind = FINDING_EXE_MISSING};
	struct finding_path facts;

	if (!ask(fs, exe->text, &facts) || (facts.exists && !facts.is_link))
		return;
	if (facts.exists) {
		f.kind = FINDING_EXE_LINK;
		f.reason = "has an exe= that is a symbolic link: no program runs under "
			   "that name";
		if (facts.real.n) {
			f.corrected[0] = with_exe(fs, rule, facts.real);
			if (!f.corrected[0])
				return;
			f.fix = FINDING_FIX_REPLACE;
		}
	} else if (lacks_parent(fs, exe->text)) {
		f.reason = "has an exe= in a directory that is not there: the kernel "
			   "refuses it, and auditctl stops at it";
		f.stops = true;
	} else {
		f.reason =
			"has an exe= that is not there: no program runs under that name";
	}
	findings_tell(fs, &f);
}

static void judge_object(struct findings *fs, const struct rule *rule,
			 const struct rule_field *object)
{
	struct finding f = {.rule = rule, .kind = FINDING_PATH_MISSING};
	struct finding_path facts;

	if (!ask(fs, object->text, &facts) || facts.exists)
		return;
	if (object->type == AUDIT_DIR) {
		f.kind = FINDING_DIR_MISSING;
		f.reason = "has a dir= that is not there: the kernel refuses it, and "
			   "auditctl stops at it";
		f.stops = true;
	} else if (lacks_parent(fs, object->text)) {
		f.reason = "has a path= in a directory that is not there: the kernel "
			   "refuses it, and auditctl stops at it";
		f.stops = true;
	} else {
		f.reason =
			"has a path= that is not there: it matches nothing before it is "
			"made";
	}
	findings_tell(fs, &f);
}

/* --- two rules on one file --- */

struct watched {
	const struct findings_item *item;
	struct span path;
	uint64_t device, inode; /* both 0: only the name is known */
};

static int order_watched(const void *a, const void *b)
{
	const struct watched *p = a, *q = b;

	if (p->device != q->device)
		return p->device < q->device ? -1 : 1;
	if (p->inode != q->inode)
		return p->inode < q->inode ? -1 : 1;
	if (!p->inode && p->path.n != q->path.n)
		return p->path.n < q->path.n ? -1 : 1;
	if (!p->inode && memcmp(p->path.p, q->path.p, p->path.n) != 0)
		return memcmp(p->path.p, q->path.p, p->path.n);
	return findings_order_place(p->item, q->item);
}

static bool is_one_file(const struct watched *a, const struct watched *b)
{
	return a->device == b->device && a->inode == b->inode &&
	       (a->inode || span_equal(a->path, b->path));
}

/* Then it does not matter which of them wins. */
static bool is_same_outcome(const struct rule *a, const struct rule *b)
{
	return a->action == b->action && span_equal(rule_keys(a), rule_keys(b));
}

static void tell_same(struct findings *fs, const struct rule *rule,
		      const struct rule *first)
{
	struct finding f = {
		.kind = FINDING_SAME_FILE,
		.rule = rule,
		.other = &first,
		.n_other = 1,
		.reason =
			"is about a file that one before it is about too: each time the "
			"file is replaced the kernel asks them in another order",
	};

	findings_tell(fs, &f);
}

static void judge_file(struct findings *fs, const struct watched *w, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++) {
			const struct rule *first = w[j].item->rule;

			if (!findings_pair(fs, w[j].item, w[i].item))
				return;
			if (is_same_outcome(first, w[i].item->rule) ||
			    cover_apart(first, w[i].item->rule))
				continue;
			tell_same(fs, w[i].item->rule, first);
			break;
		}
}

static struct watched watch(const struct findings *fs, const struct findings_item *it,
			    const struct rule_field *path)
{
	struct watched w = {.item = it, .path = path->text};
	struct finding_path facts;

	if (ask(fs, path->text, &facts) && facts.exists && facts.inode) {
		w.device = facts.device;
		w.inode = facts.inode;
	}
	return w;
}

static void find_same(struct findings *fs, size_t n_items)
{
	struct watched *w = malloc((n_items + 1) * sizeof(*w));
	size_t n = 0, from = 0;

	if (!w) {
		fs->rc = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < n_items; i++) {
		const struct findings_item *it = fs->sorted[i];
		const struct rule_field *path = rule_find(it->rule, AUDIT_WATCH);

		if (path && it->rule->list == AUDIT_FILTER_EXIT)
			w[n++] = watch(fs, it, path);
	}
	qsort(w, n, sizeof(*w), order_watched);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && is_one_file(&w[from], &w[i]))
			continue;
		judge_file(fs, w + from, i - from);
		from = i;
	}
	free(w);
}

void findings_paths(struct findings *fs)
{
	size_t n = findings_sort(fs, NULL);

	for (size_t i = 0; i < n && !fs->rc; i++) {
		const struct rule *r = fs->sorted[i]->rule;
		const struct rule_field *f;

		f = rule_find(r, AUDIT_EXE);
		if (f)
			judge_exe(fs, r, f);
		f = rule_find(r, AUDIT_WATCH);
		if (!f)
			f = rule_find(r, AUDIT_DIR);
		if (f)
			judge_object(fs, r, f);
	}
	find_same(fs, n);
}
