/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attribution.c - which rule wrote an event, as the bytes of a name
 */
#include "count/attribution.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "rules/rule_text.h"

struct attribution {
	struct matcher *matcher;
	int machine;
	struct facts facts;
	char text[RULE_TEXT_MAX];
};

struct attribution *attribution_new(const struct ruleset *rules)
{
	/* what was recorded was no winning `never`; and the key that it bears is the
	 * winner's, or the winner has none */
	const struct match_options options = {.recorded = true, .by_key = true};
	struct attribution *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->machine = audit_detect_machine();
	a->matcher = match_new(rules, &options);
	if (a->matcher)
		return a;
	free(a);
	errno = ENOMEM;
	return NULL;
}

void attribution_free(struct attribution *a)
{
	if (!a)
		return;
	match_free(a->matcher);
	free(a);
}

bool attribution_wants(const struct assembly *ev, const struct record *r)
{
	switch (r->type) {
	case AUDIT_SYSCALL:
	case AUDIT_URINGOP:
	case AUDIT_PATH:
	case AUDIT_CWD:
	case AUDIT_SOCKADDR:
	case AUDIT_IPC:
	case AUDIT_OPENAT2:
		return true;
	default:
		return false;
	}
}

/* --- what it is --- */

static void learn(struct attribution *a, const struct assembler *as,
		  const struct assembly *ev)
{
	unsigned int i;

	facts_clear(&a->facts);
	for (i = 0; i < ev->n_lines; i++) {
		struct span body = assembly_body(as, ev, i);

		if (body.p)
			facts_add_record(&a->facts, ev->line[i].type, body);
		else
			a->facts.paths_lost = true;
	}
	a->facts.paths_lost |= ev->lines_over;
	/* types of which no line was kept tell as well whether a rule was needed */
	for (i = 0; i < ev->n_types; i++)
		if (!facts_has_type(&a->facts, ev->type[i].type))
			facts_add_record(&a->facts, ev->type[i].type,
					 (struct span){"", 0});
}

static bool is_user(const struct assembly *ev)
{
	uint32_t type = ev->type[0].type;

	return ev->n_types == 1 && record_is_single(type) && type != RECORD_KERNEL;
}

static enum attribution_kind judge(const struct facts *facts,
				   const struct match_result *result)
{
	if (result->winner)
		return ATTRIBUTION_RULE;
	if (!result->n_candidates)
		return facts->forced ? ATTRIBUTION_HARD_WIRED : ATTRIBUTION_UNKNOWN;
	return result->n_candidates <= ATTRIBUTION_CANDIDATES ? ATTRIBUTION_ONE_OF
							      : ATTRIBUTION_UNKNOWN;
}

/* --- its name --- */

static void put_rule(struct attribution *a, const struct rule *rule,
		     const struct siphash_key *key, struct name_writer *w)
{
	const uint32_t place[] = {rule->list, rule->position, rule->line};
	size_t n = rule_print(rule, a->machine, a->text, sizeof(a->text));

	if (n >= sizeof(a->text))
		n = sizeof(a->text) - 1;
	name_put(w, place, sizeof(place));
	name_put_text(w, (struct span){a->text, n}, NAME_TEXT_MAX, key);
	name_put_text(w, rule_keys(rule), NAME_TEXT_MAX, key);
	name_put_text(w, span_of(rule->file), NAME_TEXT_MAX, key);
}

static void put_candidates(const struct match_result *result, struct name_writer *w)
{
	uint32_t n = (uint32_t)result->n_candidates, i;

	name_put(w, &n, sizeof(n));
	for (i = 0; i < n; i++)
		name_put(w, &result->candidates[i]->position, sizeof(uint32_t));
}

size_t attribution_name(struct attribution *a, const struct assembler *as,
			const struct assembly *ev, const struct siphash_key *key,
			char *name)
{
	struct name_writer w = {.out = name, .size = ATTRIBUTION_NAME_MAX};
	struct match_result result = {.winner = NULL};
	enum attribution_kind kind;
	uint8_t byte;

	if (is_user(ev)) {
		kind = ATTRIBUTION_USER;
	} else {
		learn(a, as, ev);
		if (a->facts.has_call) {
			if (facts_has_type(&a->facts, AUDIT_URINGOP))
				match_uring(a->matcher, &a->facts, &result);
			else
				match_exit(a->matcher, &a->facts, &result);
		}
		/* without a call nothing has won; a part of an event is not hard-wired */
		kind = judge(&a->facts, &result);
	}
	byte = (uint8_t)kind;
	name_put(&w, &byte, 1);
	if (kind == ATTRIBUTION_RULE)
		put_rule(a, result.winner, key, &w);
	else if (kind == ATTRIBUTION_ONE_OF)
		put_candidates(&result, &w);
	return w.n;
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
		name_get(&r, &out->position, sizeof(out->position));
		name_get(&r, &out->line, sizeof(out->line));
		out->text = name_get_text(&r);
		out->keys = name_get_text(&r);
		out->file = name_get_text(&r);
	} else if (out->kind == ATTRIBUTION_ONE_OF) {
		name_get(&r, &out->n, sizeof(out->n));
		if (out->n > ATTRIBUTION_CANDIDATES)
			out->n = ATTRIBUTION_CANDIDATES;
		name_get(&r, out->candidates, out->n * sizeof(out->candidates[0]));
	}
}
