/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair.c - what to change in a set of rules, of what was found in it
 *
 * Here findings are collected and ranked; whether their corrections hold is seen to
 * afterwards, for the few that are kept (repair_settle.c).
 */
#include "advise/repair.h"

#include <errno.h>

#include "advise/repair_part.h"

/* How serious each kind is, and how sure. What stops auditctl comes before all. */
static const struct {
	unsigned int weight;
	enum repair_level risk, confidence;
} kinds[FINDING_KINDS] = {
	[FINDING_BAD_LINE] = {1, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_RULE_TWICE] = {1, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_NOTHING_GONE] = {1, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_POISONED] = {2, REPAIR_MEDIUM, REPAIR_HIGH},
	[FINDING_WIDE_LABEL] = {2, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_NO_TWIN] = {3, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_NO_ARCH] = {3, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_IMPOSSIBLE] = {4, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_DEAD_LABEL] = {4, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_EXE_LINK] = {4, REPAIR_LOW, REPAIR_MEDIUM},
	[FINDING_LATE_NEVER] = {5, REPAIR_MEDIUM, REPAIR_MEDIUM},
	[FINDING_PATH_EXE] = {5, REPAIR_LOW, REPAIR_MEDIUM},
	[FINDING_SAME_FILE] = {5, REPAIR_LOW, REPAIR_MEDIUM},
	[FINDING_SHADOWED] = {6, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_DUPLICATE] = {6, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_ONLY_DISK] = {7, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_ONLY_KERNEL] = {7, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_MOVED] = {7, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_DIR_MISSING] = {7, REPAIR_LOW, REPAIR_MEDIUM},
	[FINDING_PATH_MISSING] = {8, REPAIR_LOW, REPAIR_MEDIUM},
	[FINDING_EXE_MISSING] = {8, REPAIR_LOW, REPAIR_MEDIUM},
	[FINDING_ALL_CALLS] = {9, REPAIR_LOW, REPAIR_MEDIUM},
	[FINDING_MERGEABLE] = {10, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_NO_KEY] = {11, REPAIR_LOW, REPAIR_HIGH},
	[FINDING_SHARED_KEY] = {12, REPAIR_LOW, REPAIR_HIGH},
};

struct collecting {
	const struct repair_look *look;
	struct repair_list *list;
};

static void free_one(struct repair *r)
{
	rule_free(r->add[0]);
	rule_free(r->add[1]);
	r->add[0] = r->add[1] = NULL;
}

void repair_list_free(struct repair_list *list)
{
	while (list->n)
		free_one(&list->of[--list->n]);
}

static size_t count_kind(const struct repair_list *list, enum finding_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->of[i].finding == kind;
	return n;
}

/* Which has to go when there are too many; REPAIR_MAX: none, the new one itself. */
static size_t find_least(const struct repair_list *list, enum finding_kind kind,
			 unsigned int weight)
{
	bool is_more = count_kind(list, kind) >= REPAIR_OF_A_KIND;

	for (size_t i = REPAIR_MAX; i-- > 0;)
		if (count_kind(list, list->of[i].finding) > REPAIR_OF_A_KIND)
			return !is_more || list->of[i].weight > weight ? i : REPAIR_MAX;
	return !is_more && list->of[REPAIR_MAX - 1].weight > weight ? REPAIR_MAX - 1
								    : REPAIR_MAX;
}

/* Its place in the list, behind those that are as serious. NULL: there is none. */
static struct repair *make_place(struct repair_list *list, enum finding_kind kind,
				 unsigned int weight)
{
	size_t at;

	if (list->n == REPAIR_MAX) {
		size_t out = find_least(list, kind, weight);

		list->over++;
		if (out == REPAIR_MAX)
			return NULL;
		free_one(&list->of[out]);
		list->n--;
		memmove(&list->of[out], &list->of[out + 1],
			(list->n - out) * sizeof(*list->of));
	}
	at = list->n;
	while (at && list->of[at - 1].weight > weight)
		at--;
	memmove(&list->of[at + 1], &list->of[at], (list->n - at) * sizeof(*list->of));
	list->n++;
	return &list->of[at];
}

static bool is_comparison(enum finding_kind kind)
{
	return kind == FINDING_ONLY_DISK || kind == FINDING_ONLY_KERNEL ||
	       kind == FINDING_MOVED;
}

/* Of those that differ between disk and kernel one proposal tells, with the first. */
static bool is_told(struct repair_list *list, enum finding_kind kind)
{
	for (size_t i = 0; is_comparison(kind) && i < list->n; i++)
		if (list->of[i].finding == kind) {
			list->of[i].n_other++;
			return true;
		}
	return false;
}

static size_t count_behind(const struct rule_files *files, const struct rule_entry *entry)
{
	size_t rules = 0;

	for (size_t i = rule_files_count(files); i-- > 0;) {
		const struct rule_entry *e = rule_files_at(files, i);

		if (e == entry)
			break;
		rules += !e->left_out &&
			 (e->kind == RULE_LINE_APPEND || e->kind == RULE_LINE_PREPEND);
	}
	return rules;
}

/* Its arch is said; to other programs than it was thought out for it is not widened. */
static void narrow_exception(struct repair *r)
{
	if (r->finding != FINDING_NO_ARCH || r->rule->action != AUDIT_NEVER)
		return;
	rule_free(r->add[1]);
	r->add[1] = NULL;
}

static void fill_removal(struct repair *r)
{
	if (r->fix == FINDING_FIX_NONE || r->fix == FINDING_FIX_ADD)
		return;
	r->remove[r->n_remove++] = r->rule;
	if (r->fix != FINDING_FIX_MERGE)
		return;
	for (size_t i = 0; i < r->n_other && i < REPAIR_OTHERS_MAX; i++)
		r->remove[r->n_remove++] = r->other[i];
}

static bool is_no_matter(const struct repair_look *look, const struct finding *f)
{
	if (f->kind == FINDING_DUPLICATE)
		return look->files != NULL; /* the line that has it says more */
	/* what passes an exception by is recorded */
	return f->kind == FINDING_NO_TWIN && f->rule->action == AUDIT_NEVER;
}

static void collect(void *arg, struct finding *f)
{
	struct collecting *c = arg;
	unsigned int weight = f->stops ? 0 : kinds[f->kind].weight;
	struct repair *r;

	if (is_no_matter(c->look, f) || is_told(c->list, f->kind))
		return;
	r = make_place(c->list, f->kind, weight);
	if (!r)
		return;
	*r = (struct repair){.finding = f->kind,
			     .reason = f->reason,
			     .rule = f->rule,
			     .entry = f->entry,
			     .stops = f->stops,
			     .fix = f->fix,
			     .n_other = is_comparison(f->kind) ? 0 : f->n_other,
			     .weight = weight,
			     .risk = kinds[f->kind].risk,
			     .confidence = kinds[f->kind].confidence,
			     .add = {f->corrected[0], f->corrected[1]}};
	f->corrected[0] = f->corrected[1] = NULL;
	for (size_t i = 0; i < r->n_other && i < REPAIR_OTHERS_MAX; i++)
		r->other[i] = f->other[i];
	narrow_exception(r);
	if (r->fix == FINDING_FIX_MERGE && r->n_other > REPAIR_OTHERS_MAX)
		repair_drop(r, "they are too many to be named here");
	if (r->entry && r->stops)
		r->unread = count_behind(c->look->files, r->entry);
	fill_removal(r);
}

int repair_look(const struct repair_look *look, struct repair_list *list)
{
	struct collecting c = {look, list};
	struct findings_options options = look->known;
	bool gave_up = false, files_gave_up = false;
	int rc = 0;

	*list = (struct repair_list){.n = 0};
	if (look->most_rules && ruleset_count(look->set) > look->most_rules)
		return -E2BIG;
	options.found = collect;
	options.arg = &c;
	options.budget = look->budget;
	if (look->files)
		rc = findings_files(look->files, &options, &files_gave_up);
	if (!rc)
		rc = findings_rules(look->set, &options, &gave_up);
	if (!rc && look->disk)
		rc = findings_compare(look->disk, look->set, &options);
	list->unsure = gave_up || files_gave_up;
	return rc ? rc : repair_settle(look, list);
}
