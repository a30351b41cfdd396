/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ruleset.c - rules in the order in which the kernel has them
 *
 * Pure. An array of pointers for each list and one for rules whose list is not known;
 * putting a rule first and deleting one move the others, which rule files do seldom.
 */
#include "rules/ruleset.h"

#include <errno.h>
#include <stdlib.h>

struct list {
	struct rule **rule;
	size_t n, room;
};

struct name {
	struct name *next;
	char text[];
};

struct ruleset {
	size_t shared;      /* owners beside the first */
	struct name *names; /* the last that was asked for first */
	struct list list[RULE_LISTS + 1];
	size_t n, bytes;
};

struct ruleset *ruleset_new(void)
{
	return calloc(1, sizeof(struct ruleset));
}

struct ruleset *ruleset_share(struct ruleset *set)
{
	set->shared++;
	return set;
}

void ruleset_free(struct ruleset *set)
{
	if (!set)
		return;
	if (set->shared) {
		set->shared--;
		return;
	}
	ruleset_clear(set, NULL);
	for (size_t i = 0; i <= RULE_LISTS; i++)
		free(set->list[i].rule);
	while (set->names) {
		struct name *next = set->names->next;

		free(set->names);
		set->names = next;
	}
	free(set);
}

const char *ruleset_keep_name(struct ruleset *set, const char *text)
{
	size_t n = strlen(text) + 1;
	struct name *name;

	for (struct name **at = &set->names; (name = *at); at = &name->next)
		if (!strcmp(name->text, text)) {
			*at = name->next;
			break;
		}
	if (!name) {
		name = malloc(sizeof(*name) + n);
		if (!name)
			return NULL;
		memcpy(name->text, text, n);
	}
	name->next = set->names;
	set->names = name;
	return name->text;
}

static size_t size_of(const struct rule *rule)
{
	size_t n = RULE_BLOB_HEAD;

	for (uint32_t i = 0; i < rule->n_fields; i++)
		n += rule->field[i].text.n;
	return n;
}

static struct list *list_of(struct ruleset *set, const struct rule *rule)
{
	return &set->list[rule->list < RULE_LISTS ? rule->list : RULE_LISTS];
}

static void number(struct list *l, size_t from)
{
	for (size_t i = from; i < l->n; i++)
		l->rule[i]->position = (uint32_t)i + 1;
}

static int make_room(struct list *l)
{
	size_t room = l->room ? 2 * l->room : 64;
	struct rule **bigger;

	if (l->n < l->room)
		return 0;
	bigger = realloc(l->rule, room * sizeof(struct rule *));
	if (!bigger)
		return -ENOMEM;
	l->rule = bigger;
	l->room = room;
	return 0;
}

int ruleset_add(struct ruleset *set, struct rule *rule, bool first)
{
	struct list *l = list_of(set, rule);
	size_t bytes = size_of(rule), at;
	int rc = -E2BIG;

	if (set->n < RULESET_RULES_MAX && bytes <= RULESET_BYTES_MAX - set->bytes)
		rc = make_room(l);
	if (rc) {
		rule_free(rule);
		return rc;
	}
	at = first ? 0 : l->n;
	memmove(l->rule + at + 1, l->rule + at, (l->n - at) * sizeof(struct rule *));
	l->rule[at] = rule;
	l->n++;
	set->n++;
	set->bytes += bytes;
	number(l, at);
	return 0;
}

int ruleset_add_blob(struct ruleset *set, struct span blob)
{
	struct rule *rule;
	int rc = rule_from_blob(blob, &rule), added;

	if (!rule)
		return rc;
	added = ruleset_add(set, rule, false);
	return added ? added : rc;
}

static void take_out(struct ruleset *set, struct list *l, size_t at)
{
	struct rule *rule = l->rule[at];

	set->n--;
	set->bytes -= size_of(rule);
	rule_free(rule);
	l->n--;
	memmove(l->rule + at, l->rule + at + 1, (l->n - at) * sizeof(struct rule *));
}

bool ruleset_delete(struct ruleset *set, const struct rule *rule)
{
	struct list *l = list_of(set, rule);

	for (size_t i = 0; i < l->n; i++)
		if (rule_equal(l->rule[i], rule)) {
			take_out(set, l, i);
			number(l, i);
			return true;
		}
	return false;
}

void ruleset_clear(struct ruleset *set, const char *key)
{
	for (size_t i = 0; i <= RULE_LISTS; i++) {
		struct list *l = &set->list[i];

		for (size_t j = l->n; j-- > 0;)
			if (!key || !*key || rule_has_key(l->rule[j], key))
				take_out(set, l, j);
		number(l, 0);
	}
}

static int by_rule(const void *a, const void *b)
{
	const struct rule *const *x = a, *const *y = b;
	int r = rule_compare(*x, *y);

	return r ? r : (*x)->position < (*y)->position ? -1 : 1;
}

/* @sorted: room for all of the list */
static void drop_twice(struct ruleset *set, struct list *l, struct rule **sorted)
{
	if (l->n < 2)
		return;
	memcpy(sorted, l->rule, l->n * sizeof(struct rule *));
	qsort(sorted, l->n, sizeof(struct rule *), by_rule);
	for (size_t i = l->n; i-- > 1;)
		if (rule_equal(sorted[i - 1], sorted[i]))
			sorted[i]->position = 0;
	for (size_t i = l->n; i-- > 0;)
		if (!l->rule[i]->position)
			take_out(set, l, i);
	number(l, 0);
}

int ruleset_drop_twice(struct ruleset *set)
{
	struct rule **sorted = calloc(set->n + 1, sizeof(struct rule *));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i <= RULE_LISTS; i++)
		drop_twice(set, &set->list[i], sorted);
	free(sorted);
	return 0;
}

size_t ruleset_count(const struct ruleset *set)
{
	return set->n;
}

struct rule *ruleset_at(const struct ruleset *set, size_t i)
{
	for (size_t k = 0; k <= RULE_LISTS; k++) {
		if (i < set->list[k].n)
			return set->list[k].rule[i];
		i -= set->list[k].n;
	}
	return NULL;
}

const struct rule *ruleset_find(const struct ruleset *set, const struct rule *rule)
{
	for (size_t i = 0; rule && i < ruleset_count(set); i++)
		if (rule_equal(ruleset_at(set, i), rule))
			return ruleset_at(set, i);
	return NULL;
}

const struct rule *ruleset_twin(const struct ruleset *set, const struct rule *rule)
{
	uint32_t k;

	for (size_t i = 0; i < ruleset_count(set); i++) {
		const struct rule *other = ruleset_at(set, i);

		if (other == rule || other->list != rule->list ||
		    other->state != RULE_KNOWN || other->action != rule->action ||
		    other->n_fields != rule->n_fields)
			continue;
		for (k = 0; k < rule->n_fields; k++) {
			const struct rule_field *f = &rule->field[k],
						*g = &other->field[k];

			if (f->type != g->type || f->op != g->op ||
			    !span_equal(f->text, g->text) ||
			    (f->value == g->value) == (f->type == AUDIT_ARCH))
				break;
		}
		if (k == rule->n_fields && rule_find(rule, AUDIT_ARCH))
			return other;
	}
	return NULL;
}

bool ruleset_equal(const struct ruleset *a, const struct ruleset *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (rule_compare(ruleset_at(a, i), ruleset_at(b, i)) != 0)
			return false;
	return true;
}

static bool stands_alike(const struct rule *a, const struct rule *b)
{
	if (!a->file || !b->file)
		return a->file == b->file;
	return a->line == b->line && strcmp(a->file, b->file) == 0;
}

bool ruleset_stands_alike(const struct ruleset *a, const struct ruleset *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!stands_alike(ruleset_at(a, i), ruleset_at(b, i)))
			return false;
	return true;
}
