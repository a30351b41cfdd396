/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings_merges.c - rules that could be one, and keys that rules share
 *
 * Pure. Rules that differ only in their calls can be one where the first of them
 * stands, unless one between them might match what has to move past it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/cover.h"
#include "rules/findings_part.h"

#define KEYS_MAX 8 /* of one rule, that are looked at */

/* --- merges --- */

static int order_all(const void *a, const void *b)
{
	const struct findings_item *p = *(struct findings_item *const *)a,
				   *q = *(struct findings_item *const *)b;
	int d = findings_order_all(p, q);

	return d ? d : findings_order_place(p, q);
}

/* May @it go up to where @first stands? */
static bool may_move(struct findings *fs, const struct findings_item *first,
		     const struct findings_item *it)
{
	for (size_t i = first->at + 1; i < it->at; i++) {
		const struct findings_item *between = &fs->item[i];

		if (!findings_pair(fs, between, it))
			return false;
		if (!between->gone && !cover_apart(between->rule, it->rule) &&
		    (between->rule->state != RULE_KNOWN ||
		     findings_order_all(between, it) != 0))
			return false;
	}
	return true;
}

static void tell_merge(struct findings *fs, const struct findings_item *first,
		       const uint32_t *mask, size_t n_other)
{
	struct finding f = {
		.kind = FINDING_MERGEABLE,
		.rule = first->rule,
		.other = fs->other,
		.n_other = n_other,
		.reason =
			"differs from the others only in its calls: they can be one rule",
		.fix = FINDING_FIX_MERGE,
	};

	if (!n_other)
		return;
	f.corrected[0] = findings_copy(fs, first->rule);
	if (!f.corrected[0])
		return;
	memcpy(f.corrected[0]->mask, mask, sizeof(f.corrected[0]->mask));
	findings_tell(fs, &f);
}

/* Rules of one group, in the order of the set. */
static void merge_group(struct findings *fs, size_t from, size_t to)
{
	uint32_t mask[AUDIT_BITMASK_SIZE] = {0};
	size_t n = 0, first = from;

	for (size_t i = from; i < to; i++) {
		const struct rule *r = fs->sorted[i]->rule;

		if (i > first && cover_rule(fs->sorted[first]->rule, r))
			continue; /* it is shadowed */
		if (i > first && may_move(fs, fs->sorted[first], fs->sorted[i])) {
			fs->other[n++] = r;
			for (size_t k = 0; k < AUDIT_BITMASK_SIZE; k++)
				mask[k] |= r->mask[k];
			continue;
		}
		if (i > first)
			tell_merge(fs, fs->sorted[first], mask, n);
		first = i;
		n = 0;
		memcpy(mask, r->mask, sizeof(mask));
	}
	tell_merge(fs, fs->sorted[first], mask, n);
}

static bool has_calls(const struct rule *rule)
{
	return rule->list == AUDIT_FILTER_EXIT || rule->list == AUDIT_FILTER_URING_EXIT;
}

void findings_merges(struct findings *fs)
{
	size_t n = findings_sort(fs, order_all), from = 0;

	for (size_t i = 1; i <= n && !fs->rc; i++) {
		if (i < n && !findings_order_all(fs->sorted[from], fs->sorted[i]))
			continue;
		if (i - from > 1 && has_calls(fs->sorted[from]->rule))
			merge_group(fs, from, i);
		from = i;
	}
}

/* --- keys --- */

struct key {
	struct span text;
	const struct findings_item *item;
};

static int order_keys(const void *a, const void *b)
{
	const struct key *p = a, *q = b;
	size_t n = p->text.n < q->text.n ? p->text.n : q->text.n;
	int d = n ? memcmp(p->text.p, q->text.p, n) : 0;

	if (!d)
		d = (p->text.n > q->text.n) - (p->text.n < q->text.n);
	return d ? d : findings_order_place(p->item, q->item);
}

/* Each key of a rule once. */
static size_t list_keys(struct findings *fs, const struct findings_item *it,
			struct key *key)
{
	struct span keys = rule_keys(it->rule), text;
	size_t n = 0;

	while (rule_next_key(&keys, &text)) {
		bool is_new = true;

		for (size_t i = 0; i < n && is_new; i++)
			is_new = !span_equal(key[i].text, text);
		if (is_new && n == KEYS_MAX)
			fs->gave_up = true;
		if (is_new && n == KEYS_MAX)
			break;
		if (is_new)
			key[n++] = (struct key){text, it};
	}
	return n;
}

/* Rules with one key. Twins, and rules that can be merged, may share it. */
static void judge_key(struct findings *fs, const struct key *key, size_t n)
{
	struct finding f = {
		.kind = FINDING_SHARED_KEY,
		.rule = key[0].item->rule,
		.other = fs->other,
		.reason =
			"shares its key: which of the rules made an event cannot be told "
			"from the key",
	};
	bool alike = true;

	for (size_t i = 1; i < n; i++) {
		alike = alike && !findings_order_rest(key[0].item, key[i].item);
		fs->other[f.n_other++] = key[i].item->rule;
	}
	if (!alike)
		findings_tell(fs, &f);
}

void findings_keys(struct findings *fs)
{
	size_t n_items = findings_sort(fs, NULL), n = 0, from = 0;
	struct key *key = malloc((n_items + 1) * KEYS_MAX * sizeof(*key));

	if (!key) {
		fs->rc = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < n_items; i++)
		if (has_calls(fs->sorted[i]->rule) &&
		    fs->sorted[i]->rule->action == AUDIT_ALWAYS)
			n += list_keys(fs, fs->sorted[i], key + n);
	qsort(key, n, sizeof(*key), order_keys);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && span_equal(key[from].text, key[i].text))
			continue;
		judge_key(fs, key + from, i - from);
		from = i;
	}
	free(key);
}
