/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ruleset_compare.c - the rules on disk held against the kernel's
 *
 * Pure. Equal rules are paired by sorting both sets, by a hash first, since rules of one
 * file have much in common; those pairs that can keep their
 * order are the longest increasing subsequence of kernel places in the order of the
 * disk (patience sorting), and the others have moved.
 */
#include <errno.h>
#include <stdlib.h>

#include "rules/ruleset.h"

#define NOWHERE SIZE_MAX

/* One rule of a set, and where its partner is in the other. */
struct place {
	const struct rule *rule;
	uint64_t hash;
	size_t at, partner;
	bool moved;
};

struct comparison {
	struct place *disk, *kernel; /* in the order of their sets */
	size_t n_disk, n_kernel;
	struct place **sorted; /* room for both */
	size_t *tail, *before; /* of the subsequence: indices of @disk */
};

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

/* Paths and keys of rules that are alike differ at their ends. */
static uint64_t end_of(struct span text)
{
	uint64_t word = 0;
	size_t n = text.n < sizeof(word) ? text.n : sizeof(word);

	if (n)
		memcpy(&word, text.p + text.n - n, n);
	return word;
}

/* Rules that are equal to rule_compare() have the same, and few others, but for one who
 * writes rules to that end, and has won a slower comparison. */
static uint64_t hash_of(const struct rule *rule)
{
	uint64_t h = mix(rule->list, (uint64_t)rule->action << 32 | rule->n_fields), word;

	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];

		h = mix(h, (uint64_t)f->type << 32 ^ f->op ^ f->value);
		h = f->text.n ? mix(h, end_of(f->text)) : h;
	}
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE; i += 2) {
		memcpy(&word, rule->mask + i, sizeof(word));
		h = mix(h, word);
	}
	return h;
}

static int compare_two(const struct place *p, const struct place *q)
{
	if (p->hash != q->hash)
		return p->hash < q->hash ? -1 : 1;
	return rule_compare(p->rule, q->rule);
}

static int compare_places(const void *a, const void *b)
{
	const struct place *p = *(struct place *const *)a, *q = *(struct place *const *)b;
	int d = compare_two(p, q);

	return d ? d : (p->at > q->at) - (p->at < q->at);
}

static void list_places(const struct ruleset *set, struct place *place,
			struct place **sorted)
{
	size_t n = ruleset_count(set);

	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = ruleset_at(set, i);

		place[i] = (struct place){rule, hash_of(rule), i, NOWHERE, false};
		sorted[i] = &place[i];
	}
	qsort(sorted, n, sizeof(*sorted), compare_places);
}

static void pair_equals(struct comparison *c)
{
	struct place **d = c->sorted, **k = c->sorted + c->n_disk;
	size_t i = 0, j = 0;

	while (i < c->n_disk && j < c->n_kernel) {
		int order = compare_two(d[i], k[j]);

		if (!order) {
			d[i]->partner = k[j]->at;
			k[j]->partner = d[i]->at;
		}
		i += order <= 0;
		j += order >= 0;
	}
}

/* The first of @tail that ends at or behind the kernel's place @at. */
static size_t find_tail(const struct comparison *c, size_t n, size_t at)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->disk[c->tail[middle]].partner < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void find_moved(struct comparison *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_disk; i++) {
		size_t at;

		if (c->disk[i].partner == NOWHERE)
			continue;
		c->disk[i].moved = true;
		at = find_tail(c, n, c->disk[i].partner);
		c->before[i] = at ? c->tail[at - 1] : NOWHERE;
		c->tail[at] = i;
		n += at == n;
	}
	for (size_t i = n ? c->tail[n - 1] : NOWHERE; i != NOWHERE; i = c->before[i])
		c->disk[i].moved = false;
}

static void tell(const struct comparison *c, ruleset_compare_fn *fn, void *arg)
{
	for (size_t i = 0; i < c->n_kernel; i++) {
		const struct place *k = &c->kernel[i];
		const struct place *d =
			k->partner == NOWHERE ? NULL : &c->disk[k->partner];

		if (!d)
			fn(arg, RULE_ONLY_KERNEL, NULL, k->rule);
		else
			fn(arg, d->moved ? RULE_MOVED : RULE_IN_BOTH, d->rule, k->rule);
	}
	for (size_t i = 0; i < c->n_disk; i++)
		if (c->disk[i].partner == NOWHERE)
			fn(arg, RULE_ONLY_DISK, c->disk[i].rule, NULL);
}

int ruleset_compare(const struct ruleset *disk, const struct ruleset *kernel,
		    ruleset_compare_fn *fn, void *arg)
{
	struct comparison c = {.n_disk = ruleset_count(disk),
			       .n_kernel = ruleset_count(kernel)};
	size_t both = c.n_disk + c.n_kernel + 1; /* never nothing */
	int rc = -ENOMEM;

	c.disk = calloc(both, sizeof(*c.disk));
	c.sorted = calloc(both, sizeof(*c.sorted));
	c.tail = calloc(2 * both, sizeof(*c.tail));
	if (c.disk && c.sorted && c.tail) {
		c.kernel = c.disk + c.n_disk;
		c.before = c.tail + both;
		list_places(disk, c.disk, c.sorted);
		list_places(kernel, c.kernel, c.sorted + c.n_disk);
		pair_equals(&c);
		find_moved(&c);
		tell(&c, fn, arg);
		rc = 0;
	}
	free(c.disk);
	free(c.sorted);
	free(c.tail);
	return rc;
}
