/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_book.c - which list of rules an event was made under
 */
#include "count/rule_book.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>

#define OLD_SERIALS  (1 << 29)
#define KEPT_SERIALS (1 << 20) /* an event may be that late */
#define LIST_STEP    256       /* rules, some 0.4 ms */

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
	b->none = (struct rule_version){.number = ++b->versions};
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
	free(b->listing.places);
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
	b->next_equal = now && ruleset_equal(now, rules);
	if (b->next_equal && ruleset_stands_alike(now, rules)) {
		ruleset_free(rules);
		return 0;
	}
	b->next = attribution_new(rules, &options);
	b->next_ms = read_ms;
	return b->next ? 0 : -ENOMEM;
}

/* Serials begin anew after 2^32, so no list may stand still for half of that. */
static void keep_up(struct rule_version *v, uint32_t serial)
{
	if (v->attribution && v->has_end && (int32_t)(serial - v->end) > OLD_SERIALS)
		drop(v);
	if (v->attribution && (int32_t)(serial - v->start) > OLD_SERIALS)
		v->start = serial - KEPT_SERIALS;
}

void rule_book_record(struct rule_book *b, int64_t stamp_ms, uint32_t serial)
{
	keep_up(&b->now, serial);
	keep_up(&b->before, serial);
	if (!b->next || stamp_ms <= b->next_ms)
		return;
	drop(&b->before);
	b->unseen += b->now.attribution && !b->now.has_end && !b->next_equal;
	end(&b->now, serial);
	b->before = b->now;
	b->now = (struct rule_version){.attribution = b->next,
				       .number = ++b->versions,
				       .start = serial,
				       .read_ms = b->next_ms};
	b->next = NULL;
	b->lists++;
}

void rule_book_changed(struct rule_book *b, uint32_t serial)
{
	b->changes++;
	end(&b->now, serial);
	drop_next(b);
}

static bool is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static bool holds(const struct rule_version *v, const struct assembly *ev)
{
	return v->attribution && ev->stamp_ms > v->read_ms &&
	       !is_before(ev->serial, v->start) &&
	       (!v->has_end || is_before(ev->serial, v->end));
}

const struct rule_version *rule_book_find(const struct rule_book *b,
					  const struct assembly *ev,
					  const struct node_host *host)
{
	if (b->now.always)
		return &b->now;
	if (ev->node->shared || !node_is_surely_host(node_name(ev->node), host))
		return &b->foreign;
	if (holds(&b->now, ev))
		return &b->now;
	return holds(&b->before, ev) ? &b->before : &b->none;
}

bool rule_book_is_empty(const struct rule_book *b)
{
	return !b->lists && !b->now.always;
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
	uint32_t i;

	if (v->kind == ATTRIBUTION_RULE) {
		rule.position = v->rule->position;
		rule.line = v->rule->line;
		rule.file = span_of(v->rule->file);
	}
	for (i = 0; i < v->n_candidates && i < ATTRIBUTION_CANDIDATES; i++)
		rule.candidate[i] = v->candidate[i]->position;
	return rule;
}

const struct tally_rule *rule_book_tell(struct rule_book *b,
					const struct rule_version *version,
					const struct verdict *v,
					const struct siphash_key *key)
{
	uint64_t id = verdict_id(v, key);
	struct rule_told *t = &b->told[id % RULE_BOOK_TOLD];

	if (t->version != version->number || t->id != id) {
		t->version = version->number;
		t->id = id;
		t->entry = rule_book_entry(v, key, t->name);
	}
	t->entry.past = version != &b->now;
	return &t->entry;
}

/* --- which are loaded --- */

/* Return: the rule to go on with; NULL: this part is done. */
static const struct rule *next_to_list(struct rule_listing *l,
				       const struct ruleset *rules, size_t end)
{
	while (l->at < end) {
		const struct rule *rule = ruleset_at(rules, l->at++);

		if (attribution_writes(rule))
			return rule;
	}
	return NULL;
}

static void begin_listing(struct rule_listing *l, uint64_t number, size_t n)
{
	free(l->places);
	*l = (struct rule_listing){.number = number};
	l->places = calloc(n + 1, sizeof(*l->places));
}

static void list_some(struct rule_book *b, struct tally *t, const struct ruleset *rules,
		      size_t end, int64_t now_ms)
{
	const struct siphash_key *key = tally_hash_key(t);
	struct rule_listing *l = &b->listing;
	struct verdict v = {.machine = b->machine};
	char name[ATTRIBUTION_NAME_MAX];

	while ((v.rule = next_to_list(l, rules, end))) {
		const struct tally_rule entry = rule_book_entry(&v, key, name);

		if (l->placed)
			tally_loaded(t, &entry, now_ms);
		else if (l->places)
			l->places[l->n_places++] = (struct tally_place){
				flow_rule_id(entry.name, key), entry.position};
	}
}

/* First which are loaded, then those that stand in no list yet take what place there
 * is. Return: is this part done? */
static bool list_part(struct rule_book *b, struct tally *t, const struct ruleset *rules,
		      size_t *left, int64_t now_ms)
{
	struct rule_listing *l = &b->listing;
	size_t n = ruleset_count(rules), end = n - l->at > *left ? l->at + *left : n;

	*left -= end - l->at;
	list_some(b, t, rules, end, now_ms);
	if (end < n)
		return false;
	l->at = 0;
	l->done = l->placed;
	if (!l->placed) /* without memory none has a place that is known */
		tally_aux_places(t, l->places, l->n_places, now_ms);
	l->placed = true;
	return true;
}

void rule_book_list(struct rule_book *b, struct tally *t, int64_t now_ms)
{
	const struct ruleset *rules = rule_book_rules(b);
	struct rule_listing *l = &b->listing;
	size_t left = LIST_STEP;

	if ((l->done && l->number == b->now.number) || !rules)
		return;
	if (l->number != b->now.number)
		begin_listing(l, b->now.number, ruleset_count(rules));
	while (!l->done && list_part(b, t, rules, &left, now_ms))
		;
	if (l->done) {
		free(l->places);
		l->places = NULL;
	}
}

struct verdict rule_version_judge(const struct rule_version *v,
				  const struct assembler *as, const struct assembly *ev)
{
	if (v->foreign)
		return (struct verdict){.kind = ATTRIBUTION_FOREIGN, .fixed = true};
	return attribution_judge(v->attribution, as, ev);
}
