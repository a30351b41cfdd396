/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.c - bytes in, counts out: the same in the daemon and in replay
 *
 * input hands on lines, record reads their headers, the assembler makes events of them,
 * parse reads their fields, tally counts. Here each is asked in its turn.
 */
#include "count/engine.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "count/rule_book.h"
#include "stream/assemble.h"
#include "stream/cache.h"
#include "stream/input.h"
#include "stream/parse.h"

#define ENGINE_EVENTS     2048    /* open ones, and complete ones that are still known */
#define ENGINE_TEXT_BYTES 1048576 /* lines of open events: about a thousand events */
#define ENGINE_KINDS      4096    /* of events that need no parsing; a flow has several */
#define ENGINE_IDLE_EVENTS \
	256 /* completed in one go then: it must not hold up the rest */
#define OWN_PRINT      0x5bd1e9955bd1e995 /* any mark, for the cache */
#define VERSION_PRINT  0x9e3779b97f4a7c15 /* any odd number */
#define ENGINE_IDLE_MS 2000 /* without input, after which nothing more is waited for */

struct engine {
	struct input input;
	struct timeline timeline;
	struct nodes nodes;
	struct lag lag;
	struct burst burst;
	struct assembler_ops ops;
	struct assembler *assembler;
	struct parser *parser;
	struct cache *cache; /* NULL: every event is parsed */
	struct rule_book book;
	bool with_rules, live_rules;
	struct tally *tally;
	const struct clock_reading *clock; /* of the bytes at hand; NULL in replay */
	int64_t fade_ms;                   /* own time of the next fading */
	struct engine_health health;
	struct engine_own own;
	struct {
		void (*fn)(void *arg, const struct notice *notice);
		void *arg;
	} listener[ENGINE_LISTENERS];
	unsigned int n_listeners;
	struct event event;
};

static int64_t own_now(const struct engine *e)
{
	return e->timeline.now_ms;
}

/* --- what the assembler asks and tells --- */

/* A stamp stood too far ahead of all others; now it is believed. */
static void believe(struct engine *e, struct assembly *ev)
{
	struct tally_receipt *receipt = assembly_aux(ev);
	struct when from = receipt->when;

	if (!timeline_believe(&e->timeline, ev->stamp_ms, e->clock))
		return;
	receipt->when = timeline_place(&e->timeline, ev->stamp_ms);
	tally_move(e->tally, ev, &from, &receipt->when, own_now(e));
}

/* The next event of its node decides about the one that is held. */
static void decide_held(struct engine *e, struct node *node, int64_t stamp_ms)
{
	struct assembly *held = node->held;

	if (timeline_agrees(held->stamp_ms, stamp_ms))
		believe(e, held);
	assembler_release(e->assembler, held);
}

/* Another machine's clock says nothing of our lag; a stream of one node is that node's.
 */
static bool tells_lag(const struct engine *e, const struct node *node)
{
	return e->nodes.n == 1 || node_is_host(node_name(node), &e->own.host);
}

static void on_opened(void *arg, struct assembly *ev, const struct record *r)
{
	struct engine *e = arg;
	struct tally_receipt *receipt = assembly_aux(ev);

	if (ev->node->held)
		decide_held(e, ev->node, ev->stamp_ms);
	if (!timeline_see(&e->timeline, ev->stamp_ms, e->clock) && !ev->node->shared) {
		ev->held = true;
		ev->node->held = ev;
	}
	receipt->when = timeline_place(&e->timeline, ev->stamp_ms);
	if (e->clock && !record_is_daemon(r->type) && tells_lag(e, ev->node))
		lag_see(&e->lag, e->clock->wall_ms, ev->stamp_ms);
}

static void on_record(void *arg, struct assembly *ev, const struct record *r, bool first)
{
	struct engine *e = arg;
	const struct tally_receipt *receipt = assembly_aux(ev);

	if (e->clock && !record_is_daemon(r->type) && tells_lag(e, ev->node))
		burst_arrived(&e->burst, ev->stamp_ms, e->clock->wall_ms);
	tally_record(e->tally, &receipt->when, r, first, own_now(e));
	if (ev->complete)
		tally_more(e->tally, receipt, r->bytes);
}

static bool is_own(const struct engine *e, struct span node, int64_t pid)
{
	size_t i;

	if (pid <= 0)
		return false;
	for (i = 0; i < sizeof(e->own.pid) / sizeof(e->own.pid[0]); i++)
		if (e->own.pid[i] == pid)
			return node_is_host(node, &e->own.host);
	return false;
}

void engine_set_own(struct engine *e, const struct engine_own *own)
{
	e->own = own ? *own : (struct engine_own){.pid = {0}};
}

/* Return: has the event one? */
static bool take_print(struct engine *e, const struct assembly *ev, struct print *print)
{
	if (!e->cache || !cache_pays(e->cache) ||
	    !cache_print(e->cache, e->assembler, ev, print))
		return false;
	/* ours are counted otherwise than those of others that are alike */
	if (is_own(e, node_name(ev->node), print->pid))
		print->hash ^= OWN_PRINT;
	return true;
}

/* Is it like an event that was parsed before? Then it is counted like that one. */
static bool repeat(struct engine *e, struct assembly *ev, uint64_t print)
{
	const struct tally_known *known = cache_get(e->cache, print);
	const struct count c = {1, ev->records, ev->bytes};
	bool done = known && tally_repeat(e->tally, known, &c, assembly_aux(ev));

	cache_helped(e->cache, done);
	return done;
}

static void remember(struct engine *e, const struct tally_receipt *receipt,
		     uint64_t print)
{
	struct tally_known known;

	if (tally_remember(e->tally, receipt, &known))
		memcpy(cache_put(e->cache, print), &known, sizeof(known));
}

static void count(struct engine *e, struct assembly *ev, const struct tally_rule *rule)
{
	e->health.parsed++;
	if (parser_read(e->parser, e->assembler, ev, &e->event) < 0)
		e->health.parse_failed++;
	e->event.own = is_own(e, e->event.node, e->event.pid);
	tally_event(e->tally, &e->event, rule, assembly_aux(ev), own_now(e));
}

/* First as all of its print are counted, then as those of this rule. */
static void count_by_rule(struct engine *e, struct assembly *ev, uint64_t *print)
{
	const struct rule_version *version = rule_book_find(&e->book, ev, &e->own.host);
	const struct siphash_key *key = tally_hash_key(e->tally);
	struct verdict v;

	if (print) {
		*print ^= version->number * VERSION_PRINT;
		if (repeat(e, ev, *print))
			return;
	}
	v = rule_version_judge(version, e->assembler, ev);
	if (print && !v.fixed) {
		*print ^= verdict_id(&v, key);
		if (repeat(e, ev, *print))
			return;
	}
	count(e, ev, rule_book_tell(&e->book, version, &v, key));
	if (print)
		remember(e, assembly_aux(ev), *print);
}

static void on_complete(void *arg, struct assembly *ev)
{
	static const struct tally_rule no_rule = {.name = {NULL, 0}};
	struct engine *e = arg;
	struct print print;
	bool has_print = take_print(e, ev, &print);

	if (e->with_rules && !rule_book_is_empty(&e->book)) {
		count_by_rule(e, ev, has_print ? &print.hash : NULL);
		return;
	}
	if (has_print && repeat(e, ev, print.hash))
		return;
	count(e, ev, &no_rule);
	if (has_print)
		remember(e, assembly_aux(ev), print.hash);
}

static const struct assembler_ops ops = {
	.wants = parser_wants,
	.opened = on_opened,
	.record = on_record,
	.complete = on_complete,
};

/* --- lines --- */

/* auditd 4.2 and 4.2.1 cut the last 16 bytes off every kernel record in RAW format */
static bool is_cut_eoe(struct span line)
{
	static const char eoe[] = "type=EOE msg=audit(";

	return line.n >= sizeof(eoe) - 1 && !memcmp(line.p, eoe, sizeof(eoe) - 1);
}

/*
 * Ranks fade with the longest window, so that old floods make room for new ones.
 * Asked for every line, not for every read: who is evicted must not hang on how
 * the stream was cut.
 */
static void fade(struct engine *e)
{
	const struct window_set *set = &e->timeline.windows;
	int64_t half = set->bucket_ms[set->n - 1] * (WINDOW_BUCKETS / 2);

	if (!e->timeline.started || own_now(e) < e->fade_ms)
		return;
	if (e->fade_ms)
		tally_fade(e->tally);
	e->fade_ms = own_now(e) + half;
}

bool engine_serials(const struct engine *e, uint32_t *first, uint32_t *newest)
{
	unsigned int i;

	for (i = 0; i < e->nodes.n; i++) {
		const struct node *n = &e->nodes.node[i];

		if (!n->gaps.started || n->shared ||
		    !node_is_host(node_name(n), &e->own.host))
			continue;
		*first = n->gaps.first;
		*newest = n->gaps.newest;
		return true;
	}
	return false;
}

void engine_on_notice(struct engine *e,
		      void (*fn)(void *arg, const struct notice *notice), void *arg)
{
	if (e->n_listeners == ENGINE_LISTENERS)
		return;
	e->listener[e->n_listeners].fn = fn;
	e->listener[e->n_listeners++].arg = arg;
}

static void look_for_notice(struct engine *e, const struct record *r)
{
	struct notice notice;
	unsigned int i;

	if (!notice_read(r, &notice))
		return;
	if (notice.kind == NOTICE_RULES && !node_is_surely_host(r->node, &e->own.host))
		return;
	if (notice.kind == NOTICE_RULES)
		rule_book_changed(&e->book, r->serial);
	for (i = 0; i < e->n_listeners; i++)
		e->listener[i].fn(e->listener[i].arg, &notice);
}

/* What this host's kernel writes says of its rules as well. */
static void look_at_local(struct engine *e, const struct record *r)
{
	if (record_is_daemon(r->type) || !node_is_host(r->node, &e->own.host))
		return;
	look_for_notice(e, r);
	if (e->live_rules && node_is_surely_host(r->node, &e->own.host))
		rule_book_record(&e->book, r->stamp_ms, r->serial);
}

static void on_line(void *arg, struct span line, uint64_t bytes, bool cut)
{
	struct engine *e = arg;
	struct record r;

	e->health.lines++;
	e->health.lines_cut += cut;
	if (!record_scan(&r, line, bytes)) {
		e->health.lines_bad++;
		e->health.eoe_cut += is_cut_eoe(line);
		return;
	}
	if (e->n_listeners || e->live_rules)
		look_at_local(e, &r);
	assembler_add(e->assembler, nodes_find(&e->nodes, r.node), &r);
	rule_book_list(&e->book, e->tally, own_now(e));
	fade(e);
}

/* --- making, feeding, ending --- */

static int make_parts(struct engine *e, const struct engine_options *o)
{
	struct window_set set = {.n = o->n_windows};
	struct tally_options tally = {.windows = &set,
				      .max_values = o->max_values,
				      .max_flows = o->max_flows,
				      .with_rules = o->rules || o->live_rules};
	struct assembler_options assembler = {.max_events = ENGINE_EVENTS,
					      .text_bytes = ENGINE_TEXT_BYTES,
					      .aux_size = sizeof(struct tally_receipt),
					      .ops = &e->ops,
					      .arg = e,
					      .key = &tally.key};
	unsigned int i;
	int r = o->key ? 0 : siphash_key_random(&tally.key);

	if (o->key)
		tally.key = *o->key;
	if (r < 0)
		return r;
	for (i = 0; i < set.n; i++)
		set.bucket_ms[i] = (int64_t)o->window_sec[i] * 1000 / WINDOW_BUCKETS;
	e->ops = ops;
	if (o->rules || o->live_rules)
		e->ops.extra = attribution_wants;
	input_init(&e->input, on_line, e);
	timeline_init(&e->timeline, &set);
	lag_init(&e->lag);
	burst_init(&e->burst);
	e->tally = tally_new(&tally);
	e->assembler = assembler_new(&assembler);
	e->parser = parser_new();
	if (!o->every_event)
		e->cache =
			cache_new(ENGINE_KINDS, sizeof(struct tally_known), &tally.key);
	if (!e->tally || !e->assembler || !e->parser || (!e->cache && !o->every_event))
		return -ENOMEM;
	e->with_rules = tally.with_rules;
	e->live_rules = o->live_rules;
	return rule_book_init(&e->book, o->rules);
}

struct engine *engine_new(const struct engine_options *options)
{
	struct engine *e = calloc(1, sizeof(*e));
	int r;

	if (!e)
		return NULL;
	r = make_parts(e, options);
	if (r < 0) {
		engine_free(e);
		errno = -r;
		return NULL;
	}
	return e;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	parser_free(e->parser);
	rule_book_free(&e->book);
	cache_free(e->cache);
	assembler_free(e->assembler);
	tally_free(e->tally);
	free(e);
}

unsigned int engine_feed(struct engine *e, const char *data, size_t n,
			 const struct clock_reading *clock)
{
	e->clock = clock;
	return input_feed(&e->input, data, n);
}

void engine_resume(struct engine *e, const struct timeline_saved *saved,
		   const struct clock_reading *clock, bool same_boot)
{
	timeline_resume(&e->timeline, saved, clock, same_boot);
}

void engine_settle(struct engine *e)
{
	assembler_settle(e->assembler);
}

void engine_idle(struct engine *e, int64_t idle_ms, const struct clock_reading *clock)
{
	e->clock = clock;
	assembler_settle(e->assembler);
	if (idle_ms >= ENGINE_IDLE_MS)
		assembler_flush(e->assembler, ENGINE_IDLE_EVENTS);
	timeline_idle(&e->timeline, clock);
	fade(e);
}

void engine_end(struct engine *e, const struct clock_reading *clock)
{
	unsigned int i;

	e->clock = clock;
	input_end(&e->input);
	for (i = 0; i < NODES_MAX; i++)
		if (e->nodes.node[i].held)
			decide_held(e, &e->nodes.node[i], INT64_MAX);
	assembler_flush(e->assembler, UINT_MAX);
	for (i = 0; i < NODES_MAX; i++)
		gaps_end(&e->nodes.node[i].gaps);
}

/* --- reading --- */

int engine_offer_rules(struct engine *e, struct ruleset *rules, int64_t read_ms)
{
	return rule_book_offer(&e->book, rules, read_ms);
}

const struct ruleset *engine_rules(const struct engine *e)
{
	return rule_book_rules(&e->book);
}

struct burst *engine_burst(struct engine *e)
{
	return &e->burst;
}

struct tally *engine_tally(struct engine *e)
{
	return e->tally;
}

const struct timeline *engine_timeline(const struct engine *e)
{
	return &e->timeline;
}

const struct lag *engine_lag(const struct engine *e)
{
	return &e->lag;
}

const struct nodes *engine_nodes(const struct engine *e)
{
	return &e->nodes;
}

struct engine_health engine_health(const struct engine *e)
{
	struct engine_health h = e->health;
	unsigned int i;

	h.nodes_over = e->nodes.over;
	h.late = e->timeline.late;
	h.ahead = e->timeline.ahead;
	h.steps_back = e->timeline.steps_back;
	h.events = assembler_counters(e->assembler);
	h.rule_lists = e->book.lists;
	h.rule_changes = e->book.changes;
	h.rule_unseen = e->book.unseen;
	for (i = 0; i < NODES_MAX; i++) {
		h.gap_events += e->nodes.node[i].gaps.missing;
		h.serial_restarts += e->nodes.node[i].gaps.restarts;
	}
	return h;
}
