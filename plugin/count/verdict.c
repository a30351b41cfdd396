/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict.c - which rule it was, as the bytes of a name
 *
 * verdict_name() and attribution_read() are mirror images, field by field.
 */
#include "count/attribution.h"
#include "rules/rule_text.h"

static void put_rule(const struct verdict *v, const struct siphash_key *key,
		     struct name_writer *w)
{
	const struct rule *rule = v->rule;
	char text[RULE_TEXT_MAX];
	size_t n = rule_print(rule, v->machine, text, sizeof(text));

	if (n >= sizeof(text))
		n = sizeof(text) - 1;
	name_put(w, &rule->list, sizeof(rule->list));
	name_put_text(w, (struct span){text, n}, NAME_TEXT_MAX, key);
	name_put_text(w, rule_keys(rule), NAME_TEXT_MAX, key);
}

static void put_candidates(const struct verdict *v, struct name_writer *w)
{
	uint32_t i;

	name_put(w, &v->n_candidates, sizeof(v->n_candidates));
	for (i = 0; i < v->n_candidates; i++)
		name_put(w, &v->candidate[i]->position, sizeof(uint32_t));
}

size_t verdict_name(const struct verdict *v, const struct siphash_key *key, char *name)
{
	struct name_writer w = {.out = name, .size = ATTRIBUTION_NAME_MAX};
	uint8_t kind = (uint8_t)v->kind;

	name_put(&w, &kind, 1);
	if (v->kind == ATTRIBUTION_RULE)
		put_rule(v, key, &w);
	else if (v->kind == ATTRIBUTION_ONE_OF)
		put_candidates(v, &w);
	return w.n;
}

uint64_t verdict_id(const struct verdict *v, const struct siphash_key *key)
{
	uint32_t words[3 + ATTRIBUTION_CANDIDATES] = {(uint32_t)v->kind};
	uint32_t i;

	if (v->kind == ATTRIBUTION_RULE) {
		words[1] = v->rule->list;
		words[2] = v->rule->position;
	}
	for (i = 0; i < v->n_candidates; i++)
		words[3 + i] = v->candidate[i]->position;
	return siphash(key, words, (3 + v->n_candidates) * sizeof(words[0]));
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
		if (out->n > ATTRIBUTION_CANDIDATES)
			out->n = ATTRIBUTION_CANDIDATES;
		name_get(&r, out->candidates, out->n * sizeof(out->candidates[0]));
	}
}

bool attribution_check(struct span name)
{
	struct name_reader r = {name.p, name.n};
	uint32_t list, n, candidates[ATTRIBUTION_CANDIDATES];
	uint8_t kind;

	if (!name_get(&r, &kind, 1) || kind >= ATTRIBUTION_KINDS)
		return false;
	if (kind == ATTRIBUTION_RULE)
		return name_get(&r, &list, sizeof(list)) && list < RULE_LISTS &&
		       name_check_text(&r) && name_check_text(&r) && !r.n;
	if (kind == ATTRIBUTION_ONE_OF)
		return name_get(&r, &n, sizeof(n)) && n <= ATTRIBUTION_CANDIDATES &&
		       name_get(&r, candidates, n * sizeof(candidates[0])) && !r.n;
	return !r.n;
}
