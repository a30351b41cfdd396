/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings_shadows.c - rules that come too late
 *
 * Pure. First match wins. A rule is held only against those before it in its list
 * whose types of fields it has all, and whose exact fields are among its own: these lie
 * together when the rules are sorted by list, types and hash of those fields.
 */
#include <errno.h>
#include <stdlib.h>

#include "rules/cover.h"
#include "rules/findings_part.h"

/* --- duplicates --- */

static int order_equal(const void *a, const void *b)
{
	const struct findings_item *p = *(struct findings_item *const *)a,
				   *q = *(struct findings_item *const *)b;
	int d = rule_compare(p->rule, q->rule);

	return d ? d : findings_order_place(p, q);
}

static void tell_pair(struct findings *fs, struct finding f, const struct rule *rule,
		      const struct rule *other)
{
	f.rule = rule;
	f.other = &other;
	f.n_other = 1;
	findings_tell(fs, &f);
}

void findings_duplicates(struct findings *fs)
{
	size_t n = findings_sort(fs, order_equal), first = 0;

	for (size_t i = 1; i < n; i++) {
		if (!rule_equal(fs->sorted[first]->rule, fs->sorted[i]->rule)) {
			first = i;
			continue;
		}
		fs->sorted[i]->gone = true;
		tell_pair(fs,
			  (struct finding){
				  .kind = FINDING_DUPLICATE,
				  .reason = "stands there twice: the kernel refuses the "
					    "second",
				  .fix = FINDING_FIX_TAKE_OUT,
			  },
			  fs->sorted[i]->rule, fs->sorted[first]->rule);
	}
}

/* --- shadows --- */

/* Rules of one list with the same types of fields, by hash and place. */
struct group {
	uint32_t list;
	uint64_t types, exact;
	struct findings_item **item;
	size_t n;
};

struct search {
	struct findings *fs;
	struct group *group;
	size_t n_groups;
	const struct findings_item *narrow;
	const struct findings_item *always, *never; /* what covers it, by action */
};

static int order_group(const void *a, const void *b)
{
	const struct findings_item *p = *(struct findings_item *const *)a,
				   *q = *(struct findings_item *const *)b;

	if (p->rule->list != q->rule->list)
		return p->rule->list < q->rule->list ? -1 : 1;
	if (p->types != q->types)
		return p->types < q->types ? -1 : 1;
	if (p->exact != q->exact)
		return p->exact < q->exact ? -1 : 1;
	if (p->hash != q->hash)
		return p->hash < q->hash ? -1 : 1;
	return findings_order_place(p, q);
}

static size_t make_groups(struct findings *fs, size_t n, struct group *group)
{
	size_t groups = 0;

	for (size_t i = 0; i < n; i++) {
		struct findings_item *it = fs->sorted[i];
		struct group *g = groups ? &group[groups - 1] : NULL;

		if (!g || g->list != it->rule->list || g->types != it->types ||
		    g->exact != it->exact) {
			g = &group[groups++];
			*g = (struct group){it->rule->list, it->types, it->exact,
					    fs->sorted + i, 0};
		}
		g->n++;
	}
	return groups;
}

/*
 * The hash of a rule's exact fields of those types that the group has. Return: false:
 * it has several of one type, and any of them may be meant.
 */
static bool hash_of(const struct findings_item *it, const struct group *g, uint64_t *hash)
{
	uint64_t seen = 0;

	*hash = 0;
	for (uint32_t i = 0; i < it->n_fields; i++) {
		const struct rule_field *f = it->field[i];
		uint64_t bit = findings_bit(f->type);

		if (!(g->exact & bit) || !findings_is_exact(f))
			continue;
		if (seen & bit)
			return false;
		seen |= bit;
		*hash += findings_hash(f);
	}
	return true;
}

static size_t find_hash(const struct group *g, uint64_t hash)
{
	size_t low = 0, high = g->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->item[middle]->hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void try_one(struct search *s, const struct findings_item *wide)
{
	const struct findings_item **by =
		wide->rule->action == AUDIT_NEVER ? &s->never : &s->always;

	if (wide->at >= s->narrow->at || (*by && (*by)->at < wide->at) ||
	    !findings_spend(s->fs, 4))
		return;
	if ((s->narrow->rule->list == AUDIT_FILTER_EXIT &&
	     !cover_calls(wide->rule, s->narrow->rule)) ||
	    !findings_pair(s->fs, wide, s->narrow))
		return;
	if (cover_rule(wide->rule, s->narrow->rule))
		*by = wide;
}

static void search_group(struct search *s, const struct group *g)
{
	uint64_t hash;
	bool by_hash = hash_of(s->narrow, g, &hash);

	for (size_t i = by_hash ? find_hash(g, hash) : 0; i < g->n; i++) {
		if (by_hash && g->item[i]->hash != hash)
			break;
		if (by_hash && g->item[i]->at >= s->narrow->at)
			break; /* those behind come later still */
		try_one(s, g->item[i]);
	}
}

/* One file system that fits is enough, so that types say nothing there. */
static void search_all(struct search *s)
{
	uint32_t list = s->narrow->rule->list;

	for (size_t i = 0; i < s->n_groups && findings_spend(s->fs, 1); i++) {
		const struct group *g = &s->group[i];

		if (g->list != list)
			continue;
		if (list != AUDIT_FILTER_FS &&
		    (g->types & ~s->narrow->types || g->exact & ~s->narrow->exact))
			continue;
		if (!findings_spend(s->fs, s->narrow->n_fields))
			return;
		search_group(s, g);
	}
}

static void move(struct findings *fs, const struct findings_item *never,
		 const struct findings_item *always, bool whole)
{
	struct finding f = {
		.kind = FINDING_LATE_NEVER,
		.reason = whole ? "is a `never` behind an `always` that takes all of its "
				  "events: it has no effect"
				: "is a `never` behind an `always`: it has no effect on "
				  "what both match",
		.corrected = {findings_copy(fs, never->rule)},
		.fix = FINDING_FIX_MOVE,
	};

	if (f.corrected[0])
		tell_pair(fs, f, never->rule, always->rule);
}

/* The first `always` of its list that stands before it and may have events in common. */
static const struct findings_item *find_common(struct findings *fs,
					       const struct findings_item *never)
{
	size_t i = never->at - (never->rule->position - 1);

	for (; i < never->at && findings_spend(fs, 1); i++) {
		const struct findings_item *it = &fs->item[i];

		if (it->rule->state != RULE_KNOWN || it->gone ||
		    it->rule->action != AUDIT_ALWAYS || !findings_pair(fs, it, never))
			continue;
		if (!cover_unrelated(it->rule, never->rule) && !cover_poison(it->rule) &&
		    !cover_impossible(it->rule))
			return it;
	}
	return NULL;
}

static void judge_never(struct search *s)
{
	const struct findings_item *narrow = s->narrow, *first;

	if (cover_poison(narrow->rule) || cover_impossible(narrow->rule))
		return;
	first = find_common(s->fs, narrow);
	if (first || s->always)
		move(s->fs, narrow, first ? first : s->always, s->always != NULL);
}

static void judge(struct search *s)
{
	const struct findings_item *narrow = s->narrow, *by = s->always;
	bool is_never = narrow->rule->action == AUDIT_NEVER &&
			narrow->rule->list != AUDIT_FILTER_EXCLUDE &&
			narrow->rule->list != AUDIT_FILTER_FS;

	if (s->never && (is_never || !by || s->never->at < by->at))
		by = s->never;
	if (is_never && !s->never)
		judge_never(s);
	else if (by)
		tell_pair(s->fs,
			  (struct finding){
				  .kind = FINDING_SHADOWED,
				  .reason = "never wins: one before it takes all that it "
					    "matches",
				  .fix = FINDING_FIX_TAKE_OUT,
			  },
			  narrow->rule, by->rule);
}

void findings_shadows(struct findings *fs)
{
	size_t n = findings_sort(fs, order_group);
	struct search s = {.fs = fs, .group = calloc(n + 1, sizeof(struct group))};

	if (!s.group) {
		fs->rc = -ENOMEM;
		return;
	}
	s.n_groups = make_groups(fs, n, s.group);
	for (size_t i = 0; i < fs->n && !fs->rc; i++) {
		s.narrow = &fs->item[i];
		s.always = s.never = NULL;
		if (s.narrow->rule->state != RULE_KNOWN || s.narrow->gone)
			continue;
		search_all(&s);
		judge(&s);
	}
	free(s.group);
}
