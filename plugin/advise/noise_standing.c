/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_standing.c - advice of before, as candidates of this round
 *
 * They are not made of flows: what they were made of may be among the light ones now.
 */
#include <errno.h>

#include "advise/noise_inner.h"

/* Return: false: one is there that is not in the set. */
static bool find_all(const struct ruleset *set, struct rule *const *rule, size_t max,
		     const struct rule **out)
{
	for (size_t i = 0; i < max && rule[i]; i++) {
		out[i] = ruleset_find(set, rule[i]);
		if (!out[i])
			return false;
	}
	return true;
}

/* An exception for a rule and its twin may have lost one of them. */
static bool find_about(const struct ruleset *set, const struct noise_standing *of,
		       struct noise_advice *a)
{
	size_t found = 0, n = 0;

	for (size_t i = 0; i < 2 && of->about[i]; i++, n++) {
		const struct rule *rule = ruleset_find(set, of->about[i]);

		if (rule)
			a->about[found++] = rule;
	}
	return found || !n;
}

int noise_make_standing(struct noise *n, unsigned int i)
{
	const struct noise_standing *of = &n->options.standing[i];
	const struct rule *instead[NOISE_RULES] = {NULL};
	struct noise_advice a = {
		.kind = of->kind, .breadth = of->breadth, .standing = i + 1};

	if (!of->n)
		return 0;
	if (!find_all(n->options.rules, of->instead, of->n, instead) ||
	    !find_about(n->options.rules, of, &a)) {
		n->result.again[i].outcome = NOISE_GONE;
		return 0;
	}
	for (size_t k = 0; k < of->n; k++)
		if (noise_put(&a, of->rule[k], instead[k]) < 0)
			return -ENOMEM;
	n->candidate[n->n_candidates++] = a;
	return 0;
}
