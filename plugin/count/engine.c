/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.c - bytes in, counts out: the same in the daemon and in replay
 *
 * input hands on lines, record reads their headers, the assembler makes events of them,
 * the counter counts. Here each is asked in its turn.
 */
#include "count/engine.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "count/counter.h"
#include "stream/assemble.h"
#include "stream/input.h"

#define ENGINE_EVENTS     2048    /* open ones, and complete ones that are still known */
#define ENGINE_TEXT_BYTES 1048576 /* lines of open events: about a thousand events */
#define ENGINE_IDLE_EVENTS \
	256                 /* completed in one go then: it must not hold up the rest */
#define ENGINE_IDLE_MS 2000 /* without input, after which nothing more is waited for */

struct engine {
	struct input input;
	struct timeline timeline;
	struct nodes nodes;
	struct lag lag;
	struct burst burst;
	struct assembler_ops ops;
	struct assembler *assembler;
	struct counter counter;
	bool live_rules;
	const struct clock_reading *clock; /* of the bytes at hand; NULL in replay */
	int64_t fade_ms;                   /* own time of the next fading */
	struct {
		void (*fn)(void *arg); /* NULL: none */
		void *arg;
		int64_t every_ms, next_ms; /* own time */
	} watcher;
	int64_t due_ms; /* own time, of the first of these */
	struct engine_health health;
	struct {
		void (*fn)(void *arg, const struct notice *notice);
		void *arg;
	} listener[ENGINE_LISTENERS];
	unsigned int n_listeners;
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
	tally_move(e->counter.tally, ev, &from, &receipt->when, own_now(e));
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
	return nodes_is_here(&e->nodes, node, &e->counter.own.host);
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
	tally_record(e->counter.tally, &receipt->when, r, first, own_now(e));
	if (ev->complete)
		tally_more(e->counter.tally, receipt, r->bytes);
}

void engine_set_own(struct engine *e, const struct engine_own *own)
{
	e->counter.own = own ? *own : (struct engine_own){.pid = {0}};
}

static void on_complete(void *arg, struct assembly *ev)
{
	struct engine *e = arg;

	counter_event(&e->counter, ev);
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

/* Ranks fade with the longest window, so that old floods make room for new ones. */
static void fade(struct engine *e)
{
	const struct window_set *set = &e->timeline.windows;
	int64_t half = set->bucket_ms[set->n - 1] * (WINDOW_BUCKETS / 2);

	if (own_now(e) < e->fade_ms)
		return;
	if (e->fade_ms)
		counter_fade(&e->counter);
	e->fade_ms = own_now(e) + half;
}

static void tell_time(struct engine *e)
{
	if (own_now(e) < e->watcher.next_ms)
		return;
	if (e->watcher.next_ms)
		e->watcher.fn(e->watcher.arg);
	e->watcher.next_ms = own_now(e) + e->watcher.every_ms;
}

/*
 * Asked for every line, not for every read: who is evicted must not hang on how
 * the stream was cut.
 */
static void look_at_time(struct engine *e)
{
	if (!e->timeline.started || own_now(e) < e->due_ms)
		return;
	fade(e);
	e->due_ms = e->fade_ms;
	if (!e->watcher.fn)
		return;
	tell_time(e);
	if (e->watcher.next_ms < e->due_ms)
		e->due_ms = e->watcher.next_ms;
}

bool engine_is_foreign(const struct engine *e, struct span node)
{
	return !node_is_surely_host(node, &e->counter.own.host);
}

void engine_on_time(struct engine *e, int64_t every_ms, void (*fn)(void *arg), void *arg)
{
	e->watcher.fn = fn;
	e->watcher.arg = arg;
	e->watcher.every_ms = every_ms;
	e->due_ms = 0;
}

bool engine_serials(const struct engine *e, uint32_t *first, uint32_t *newest)
{
	unsigned int i;

	for (i = 0; i < e->nodes.n; i++) {
		const struct node *n = &e->nodes.node[i];

		if (!n->gaps.started || n->shared ||
		    !node_is_host(node_name(n), &e->counter.own.host))
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
	if (notice.kind == NOTICE_RULES &&
	    !node_is_surely_host(r->node, &e->counter.own.host))
		return;
	if (notice.kind == NOTICE_RULES)
		rule_book_changed(&e->counter.book, r->serial);
	for (i = 0; i < e->n_listeners; i++)
		e->listener[i].fn(e->listener[i].arg, &notice);
}

/* What this host's kernel writes says of its rules as well. */
static void look_at_local(struct engine *e, const struct record *r)
{
	if (record_is_daemon(r->type) || !node_is_host(r->node, &e->counter.own.host))
		return;
	look_for_notice(e, r);
	if (e->live_rules && node_is_surely_host(r->node, &e->counter.own.host))
		rule_book_record(&e->counter.book, r->stamp_ms, r->serial);
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
	rule_book_list(&e->counter.book, e->counter.tally, own_now(e));
	look_at_time(e);
}

/* --- making, feeding, ending --- */

static int make_parts(struct engine *e, const struct engine_options *o)
{
	struct window_set set = {.n = o->n_windows};
	struct counter_options counter = {
		.tally = {.windows = &set,
			  .max_values = o->max_values,
			  .max_flows = o->max_flows,
			  .with_rules = o->rules || o->live_rules},
		.every_event = o->every_event,
		.rules = o->rules,
	};
	struct assembler_options assembler = {.max_events = ENGINE_EVENTS,
					      .text_bytes = ENGINE_TEXT_BYTES,
					      .aux_size = sizeof(struct tally_receipt),
					      .ops = &e->ops,
					      .arg = e,
					      .key = &counter.tally.key};
	unsigned int i;
	int r = o->key ? 0 : siphash_key_random(&counter.tally.key);

	if (o->key)
		counter.tally.key = *o->key;
	if (r < 0)
		return r;
	for (i = 0; i < set.n; i++)
		set.bucket_ms[i] = (int64_t)o->window_sec[i] * 1000 / WINDOW_BUCKETS;
	e->ops = ops;
	if (o->rules || o->live_rules)
		e->ops.extra = attribution_wants;
	e->live_rules = o->live_rules;
	input_init(&e->input, on_line, e);
	timeline_init(&e->timeline, &set);
	lag_init(&e->lag);
	burst_init(&e->burst);
	e->assembler = assembler_new(&assembler);
	if (!e->assembler)
		return -ENOMEM;
	e->counter.assembler = e->assembler;
	e->counter.timeline = &e->timeline;
	e->counter.nodes = &e->nodes;
	return counter_init(&e->counter, &counter);
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
	counter_fini(&e->counter);
	assembler_free(e->assembler);
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
	look_at_time(e);
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
	return rule_book_offer(&e->counter.book, rules, read_ms);
}

const struct ruleset *engine_rules(const struct engine *e)
{
	return rule_book_rules(&e->counter.book);
}

struct burst *engine_burst(struct engine *e)
{
	return &e->burst;
}

struct tally *engine_tally(struct engine *e)
{
	return e->counter.tally;
}

const struct auth_book *engine_auth(const struct engine *e)
{
	return e->counter.auth;
}

const struct programs *engine_programs(const struct engine *e)
{
	return &e->counter.programs;
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

	h.parsed = e->counter.parsed;
	h.parse_failed = e->counter.parse_failed;
	h.auth_evicted = auth_book_evicted(e->counter.auth);
	h.nodes_over = e->nodes.over;
	h.late = e->timeline.late;
	h.ahead = e->timeline.ahead;
	h.steps_back = e->timeline.steps_back;
	h.events = assembler_counters(e->assembler);
	h.rule_lists = e->counter.book.lists;
	h.rule_changes = e->counter.book.changes;
	h.rule_unseen = e->counter.book.unseen;
	for (i = 0; i < NODES_MAX; i++) {
		h.gap_events += e->nodes.node[i].gaps.missing;
		h.serial_restarts += e->nodes.node[i].gaps.restarts;
	}
	return h;
}
