/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_book.c - which list of rules an event was made under
 */
#include "count/rule_book.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>

#include "count/tally_aux.h"

static void drop(struct rule_version *v)
{
	attribution_free(v->attribution);
	memset(v, 0, sizeof(*v));
}

static void drop_next(struct rule_book *b)
{
	attribution_free(b->next);
	b->next = NULL;
}

int rule_book_init(struct rule_book *b, const struct ruleset *rules)
{
	const struct attribution_options options = {.machine = audit_detect_machine()};

	b->machine = options.machine;
	b->foreign = (struct rule_version){.number = ++b->versions, .foreign = true};
	if (!rules)
		return 0;
	b->now = (struct rule_version){.number = ++b->versions, .always = true};
	b->now.attribution = attribution_new(rules, &options);
	return b->now.attribution ? 0 : -ENOMEM;
}

void rule_book_free(struct rule_book *b)
{
	drop_next(b);
	drop(&b->now);
	drop(&b->before);
}

static void end(struct rule_version *v, uint32_t serial)
{
	if (!v->attribution || v->has_end)
		return;
	v->has_end = true;
	v->end = serial;
}

int rule_book_offer(struct rule_book *b, struct ruleset *rules, int64_t read_ms)
{
	const struct attribution_options options = {
		.machine = b->machine, .live = true, .takes = true};
	const struct ruleset *now = rule_book_rules(b);

	drop_next(b);
	if (now && ruleset_equal(now, rules)) {
		ruleset_free(rules);
		return 0;
	}
	b->next = attribution_new(rules, &options);
	b->next_ms = read_ms;
	return b->next ? 0 : -ENOMEM;
}

void rule_book_record(struct rule_book *b, int64_t stamp_ms, uint32_t serial)
{
	if (!b->next || stamp_ms <= b->next_ms)
		return;
	drop(&b->before);
	b->unseen += b->now.attribution && !b->now.has_end;
	end(&b->now, serial);
	b->before = b->now;
	b->now = (struct rule_version){
		.attribution = b->next, .number = ++b->versions, .start = serial};
	b->next = NULL;
	b->lists++;
}

void rule_book_changed(struct rule_book *b, uint32_t serial)
{
	b->changes++;
	end(&b->now, serial);
	drop_next(b);
}

/* Serials begin anew after 2^32. */
static bool is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static bool holds(const struct rule_version *v, uint32_t serial)
{
	return v->attribution && !is_before(serial, v->start) &&
	       (!v->has_end || is_before(serial, v->end));
}

const struct rule_version *rule_book_find(const struct rule_book *b,
					  const struct assembly *ev, const char *host)
{
	if (b->now.always)
		return &b->now;
	if (ev->node->shared || !node_is_host(node_name(ev->node), host))
		return &b->foreign;
	if (holds(&b->now, ev->serial))
		return &b->now;
	return holds(&b->before, ev->serial) ? &b->before : &b->none;
}

const struct ruleset *rule_book_rules(const struct rule_book *b)
{
	return b->now.attribution && !b->now.has_end
		       ? attribution_rules(b->now.attribution)
		       : NULL;
}

struct tally_rule rule_book_entry(const struct verdict *v, const struct siphash_key *key,
				  char *name)
{
	struct tally_rule rule = {.name = {name, verdict_name(v, key, name)}};

	if (v->kind == ATTRIBUTION_RULE) {
		rule.position = v->rule->position;
		rule.line = v->rule->line;
		rule.file = span_of(v->rule->file);
	}
	return rule;
}

void rule_book_list(struct rule_book *b, struct tally *t, int64_t now_ms)
{
	const struct ruleset *rules;
	char name[ATTRIBUTION_NAME_MAX];
	struct tally_place *places;
	size_t n = 0, i;

	if (b->listed == b->now.number)
		return;
	b->listed = b->now.number;
	rules = rule_book_rules(b);
	if (!rules)
		return;
	places = calloc(ruleset_count(rules) + 1, sizeof(*places));
	for (i = 0; i < ruleset_count(rules); i++) {
		const struct verdict v = {.rule = ruleset_at(rules, i),
					  .machine = b->machine};
		const struct tally_rule entry =
			rule_book_entry(&v, tally_hash_key(t), name);

		if (!attribution_writes(v.rule))
			continue;
		tally_loaded(t, &entry, now_ms);
		if (places)
			places[n++] = (struct tally_place){
				flow_rule_id(entry.name, tally_hash_key(t)),
				entry.position};
	}
	/* without memory none has a place that is known */
	tally_aux_places(t, places, n);
	free(places);
}

struct verdict rule_version_judge(const struct rule_version *v,
				  const struct assembler *as, const struct assembly *ev)
{
	if (v->foreign)
		return (struct verdict){.kind = ATTRIBUTION_FOREIGN, .fixed = true};
	return attribution_judge(v->attribution, as, ev);
}
