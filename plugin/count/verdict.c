/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict.c - which rule it was, as the bytes of a name
 *
 * verdict_name() and attribution_read() are mirror images, field by field.
 */
#include "count/attribution.h"
#include "rules/rule_text.h"

static void put_rule(const struct rule *rule, int machine, const struct siphash_key *key,
		     struct name_writer *w)
{
	const uint8_t kind = ATTRIBUTION_RULE;
	char text[RULE_TEXT_MAX];
	size_t n = rule_print(rule, machine, text, sizeof(text));

	if (n >= sizeof(text))
		n = sizeof(text) - 1;
	name_put(w, &kind, 1);
	name_put(w, &rule->list, sizeof(rule->list));
	name_put_text(w, (struct span){text, n}, NAME_TEXT_MAX, key);
	name_put_text(w, rule_keys(rule), NAME_TEXT_MAX, key);
}

static uint64_t id_of(const struct rule *rule, int machine, const struct siphash_key *key)
{
	char name[ATTRIBUTION_NAME_MAX];
	struct name_writer w = {.out = name, .size = sizeof(name)};

	put_rule(rule, machine, key, &w);
	return verdict_name_id((struct span){name, w.n}, key);
}

static uint32_t told(const struct verdict *v)
{
	return v->n_candidates < ATTRIBUTION_CANDIDATES ? v->n_candidates
							: ATTRIBUTION_CANDIDATES;
}

static void put_candidates(const struct verdict *v, const struct siphash_key *key,
			   struct name_writer *w)
{
	const uint8_t kind = ATTRIBUTION_ONE_OF;
	uint32_t n = told(v), more = v->n_candidates - n, i;

	name_put(w, &kind, 1);
	name_put(w, &n, sizeof(n));
	name_put(w, &more, sizeof(more));
	for (i = 0; i < n; i++) {
		uint64_t id = id_of(v->candidate[i], v->machine, key);

		name_put(w, &id, sizeof(id));
	}
}

size_t verdict_name(const struct verdict *v, const struct siphash_key *key, char *name)
{
	struct name_writer w = {.out = name, .size = ATTRIBUTION_NAME_MAX};
	uint8_t kind = (uint8_t)v->kind;

	if (v->kind == ATTRIBUTION_RULE)
		put_rule(v->rule, v->machine, key, &w);
	else if (v->kind == ATTRIBUTION_ONE_OF)
		put_candidates(v, key, &w);
	else
		name_put(&w, &kind, 1);
	return w.n;
}

uint64_t verdict_id(const struct verdict *v, const struct siphash_key *key)
{
	uint32_t words[3 + 2 * ATTRIBUTION_CANDIDATES] = {(uint32_t)v->kind};
	uint32_t n = 3, i;

	if (v->kind == ATTRIBUTION_RULE) {
		words[1] = v->rule->list;
		words[2] = v->rule->position;
	} else if (v->kind == ATTRIBUTION_ONE_OF) {
		words[1] = v->n_candidates;
		for (i = 0; i < told(v); i++) {
			words[n++] = v->candidate[i]->list;
			words[n++] = v->candidate[i]->position;
		}
	}
	return siphash(key, words, n * sizeof(words[0]));
}

void attribution_read(struct span name, struct attribution_read *out)
{
	struct name_reader r = {name.p, name.n};
	uint8_t kind = ATTRIBUTION_UNKNOWN;

	*out = (struct attribution_read){.n = 0};
	name_get(&r, &kind, 1);
	out->kind = (enum attribution_kind)kind;
	if (out->kind == ATTRIBUTION_RULE) {
		name_get(&r, &out->list, sizeof(out->list));
		out->text = name_get_text(&r);
		out->keys = name_get_text(&r);
	} else if (out->kind == ATTRIBUTION_ONE_OF) {
		name_get(&r, &out->n, sizeof(out->n));
		name_get(&r, &out->more, sizeof(out->more));
		if (out->n > ATTRIBUTION_CANDIDATES)
			out->n = ATTRIBUTION_CANDIDATES;
		name_get(&r, out->candidate, out->n * sizeof(out->candidate[0]));
	}
}

bool attribution_check(struct span name)
{
	struct name_reader r = {name.p, name.n};
	uint64_t candidate[ATTRIBUTION_CANDIDATES];
	uint32_t list, n, more;
	uint8_t kind;

	if (!name_get(&r, &kind, 1) || kind >= ATTRIBUTION_KINDS)
		return false;
	if (kind == ATTRIBUTION_RULE)
		return name_get(&r, &list, sizeof(list)) && list < RULE_LISTS &&
		       name_check_text(&r) && name_check_text(&r) && !r.n;
	if (kind == ATTRIBUTION_ONE_OF)
		return name_get(&r, &n, sizeof(n)) && name_get(&r, &more, sizeof(more)) &&
		       n <= ATTRIBUTION_CANDIDATES &&
		       name_get(&r, candidate, n * sizeof(candidate[0])) && !r.n;
	return !r.n;
}
