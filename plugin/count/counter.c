/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counter.c - what a complete event is counted under
 */
#include "count/counter.h"

#include <errno.h>

#define COUNTER_KINDS 4096 /* of events that need no parsing; a flow has several */
#define OWN_PRINT     0x5bd1e9955bd1e995 /* any mark, for the cache */
#define VERSION_PRINT 0x9e3779b97f4a7c15 /* any odd number */

/* Under what those of one kind are counted. */
struct known {
	struct tally_known tally;
	struct topk_ref auth;
	struct program_ref program;
};

static int64_t own_now(const struct counter *c)
{
	return c->timeline->now_ms;
}

static bool is_own(const struct counter *c, struct span node, int64_t pid)
{
	size_t i;

	if (pid <= 0)
		return false;
	for (i = 0; i < sizeof(c->own.pid) / sizeof(c->own.pid[0]); i++)
		if (c->own.pid[i] == pid)
			return node_is_host(node, &c->own.host);
	return false;
}

/* Return: has the event one? */
static bool take_print(struct counter *c, const struct assembly *ev, struct print *print)
{
	if (!c->cache || !cache_pays(c->cache) ||
	    !cache_print(c->cache, c->assembler, ev, print))
		return false;
	/* ours are counted otherwise than those of others that are alike */
	if (is_own(c, node_name(ev->node), print->pid))
		print->hash ^= OWN_PRINT;
	return true;
}

static void note_program(struct counter *c, const struct node *node,
			 const struct program_ref *ref, const struct event_program *ran)
{
	bool ours = ran->ran && nodes_is_here(c->nodes, node, &c->own.host);

	programs_note(&c->programs, ref, ours ? ran : NULL, own_now(c));
}

/* Is it like an event that was parsed before? Then it is counted like that one. */
static bool repeat(struct counter *c, struct assembly *ev, const struct print *print)
{
	const struct known *known = cache_get(c->cache, print->hash);
	const struct count one = {1, ev->records, ev->bytes};
	const struct tally_receipt *receipt = assembly_aux(ev);
	bool done = known && auth_book_has(c->auth, known->auth, &c->timeline->now) &&
		    tally_repeat(c->tally, &known->tally, &one, assembly_aux(ev));

	cache_helped(c->cache, done);
	if (done)
		auth_book_again(c->auth, known->auth, &receipt->when);
	if (done && known->program.name)
		note_program(c, ev->node, &known->program, &print->program);
	return done;
}

/* @known: filled but for what tally_remember() knows */
static void remember(struct counter *c, const struct tally_receipt *receipt,
		     struct known *known, uint64_t print)
{
	if (tally_remember(c->tally, receipt, &known->tally))
		memcpy(cache_put(c->cache, print), known, sizeof(*known));
}

static void count(struct counter *c, struct assembly *ev, const struct tally_rule *rule,
		  const struct print *print)
{
	struct tally_receipt *receipt = assembly_aux(ev);
	struct known known = {.auth = {0, 0}};

	c->parsed++;
	if (parser_read(c->parser, c->assembler, ev, &c->event) < 0)
		c->parse_failed++;
	c->event.own = is_own(c, c->event.node, c->event.pid);
	tally_event(c->tally, &c->event, rule, receipt, own_now(c));
	if (!c->event.own && !ev->node->shared)
		known.auth = auth_book_event(c->auth, &c->event, &receipt->when,
					     &c->timeline->now);
	known.program = programs_ref(&c->programs, &c->event);
	if (known.program.name)
		note_program(c, ev->node, &known.program, &c->event.program);
	if (print)
		remember(c, receipt, &known, print->hash);
}

/* First as all of its print are counted, then as those of this rule. */
static void count_by_rule(struct counter *c, struct assembly *ev, struct print *print)
{
	const struct rule_version *version = rule_book_find(&c->book, ev, &c->own.host);
	const struct siphash_key *key = tally_hash_key(c->tally);
	struct verdict v;

	if (print) {
		print->hash ^= version->number * VERSION_PRINT;
		if (repeat(c, ev, print))
			return;
	}
	v = rule_version_judge(version, c->assembler, ev);
	if (print && !v.fixed) {
		print->hash ^= verdict_id(&v, key);
		if (repeat(c, ev, print))
			return;
	}
	count(c, ev, rule_book_tell(&c->book, version, &v, key), print);
}

void counter_event(struct counter *c, struct assembly *ev)
{
	static const struct tally_rule no_rule = {.name = {NULL, 0}};
	struct print print;
	bool has_print = take_print(c, ev, &print);

	if (c->with_rules && !rule_book_is_empty(&c->book)) {
		count_by_rule(c, ev, has_print ? &print : NULL);
		return;
	}
	if (has_print && repeat(c, ev, &print))
		return;
	count(c, ev, &no_rule, has_print ? &print : NULL);
}

void counter_fade(struct counter *c)
{
	tally_fade(c->tally);
	auth_book_fade(c->auth);
}

int counter_init(struct counter *c, const struct counter_options *o)
{
	const struct tally_options *t = &o->tally;

	c->with_rules = t->with_rules;
	c->tally = tally_new(t);
	c->auth = auth_book_new(t->windows, &t->key);
	programs_init(&c->programs, &t->key);
	c->parser = parser_new();
	if (!o->every_event)
		c->cache = cache_new(COUNTER_KINDS, sizeof(struct known), &t->key);
	if (!c->tally || !c->auth || !c->parser || (!c->cache && !o->every_event))
		return -ENOMEM;
	return rule_book_init(&c->book, o->rules);
}

void counter_fini(struct counter *c)
{
	parser_free(c->parser);
	rule_book_free(&c->book);
	cache_free(c->cache);
	auth_book_free(c->auth);
	tally_free(c->tally);
}
