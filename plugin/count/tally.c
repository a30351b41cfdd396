/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tally.c - all that is counted
 *
 * Every count goes to the totals and to entries with the same bucket numbers,
 * those that the event got when it was opened. That is what makes total minus
 * list come out in every bucket; nothing may count an event anywhere else.
 */
#include "count/tally.h"

#include "count/attribution.h"

#include <errno.h>
#include <stdlib.h>

#include "count/tally_aux.h"

/*
 * References to the key entries of events that may still get a record: a ring,
 * since an event may bear 128 keys and most bear one. Enough for the 256 events
 * of a node that stay known, each with all its keys.
 */
#define KEY_REFS (EVENT_KEYS_MAX * ASSEMBLE_KNOWN_SERIALS)

struct tally {
	struct window_set windows;
	struct siphash_key key;
	struct topk *list[TALLY_LISTS];
	struct series *total, *overlap, *self;
	struct topk_ref *key_refs;
	uint64_t key_refs_head;
};

/* There are some 220 types; all have their place however few values are kept. */
static unsigned int capacity_of(const struct tally_options *o, enum tally_list list)
{
	if (list == TALLY_FLOWS)
		return o->max_flows;
	if (list == TALLY_TYPES && o->max_values < 512)
		return 512;
	return o->max_values;
}

static struct topk *new_list(const struct tally_options *o, enum tally_list list)
{
	static const struct {
		size_t name_max, aux_size;
	} size[TALLY_LISTS] = {
		[TALLY_TYPES] = {sizeof(uint32_t) + RECORD_TYPE_NAME_MAX, 0},
		[TALLY_KEYS] = {NAME_TEXT_ROOM, 0},
		[TALLY_RULES] = {ATTRIBUTION_NAME_MAX, sizeof(struct tally_rule_aux)},
		[TALLY_FLOWS] = {FLOW_NAME_MAX, sizeof(struct tally_flow_aux)},
		[TALLY_EXES] = {1 + NAME_TEXT_ROOM, sizeof(struct flow_ids)},
		[TALLY_SYSCALLS] = {2 * sizeof(uint32_t), 0},
		[TALLY_ACCOUNTS] = {2 * sizeof(int64_t) + NAME_TEXT_ROOM, 0},
	};
	struct topk_options t = {
		.capacity = capacity_of(o, list),
		.name_max = size[list].name_max,
		.aux_size = size[list].aux_size,
		.windows = o->windows,
		.key = &o->key,
	};

	return topk_new(&t);
}

struct tally *tally_new(const struct tally_options *options)
{
	struct tally *t = calloc(1, sizeof(*t));
	bool ok = t != NULL;
	int list;

	if (!t)
		return NULL;
	t->windows = *options->windows;
	t->key = options->key;
	for (list = 0; list < TALLY_LISTS; list++) {
		if (list == TALLY_RULES && !options->with_rules)
			continue;
		t->list[list] = new_list(options, (enum tally_list)list);
		ok = ok && t->list[list];
	}
	t->total = calloc(1, series_size(&t->windows));
	t->overlap = calloc(1, series_size(&t->windows));
	t->self = calloc(1, series_size(&t->windows));
	t->key_refs = calloc(KEY_REFS, sizeof(*t->key_refs));
	if (!ok || !t->total || !t->overlap || !t->self || !t->key_refs) {
		tally_free(t);
		errno = ENOMEM;
		return NULL;
	}
	return t;
}

void tally_free(struct tally *t)
{
	int list;

	if (!t)
		return;
	for (list = 0; list < TALLY_LISTS; list++)
		topk_free(t->list[list]);
	free(t->total);
	free(t->overlap);
	free(t->self);
	free(t->key_refs);
	free(t);
}

/* --- records --- */

static struct topk_ref type_ref(struct tally *t, uint32_t type, struct span name,
				int64_t now_ms)
{
	char bytes[sizeof(type) + RECORD_TYPE_NAME_MAX];
	size_t n = sizeof(type);

	memcpy(bytes, &type, sizeof(type));
	if (record_type_is_unknown(type) && name.n <= RECORD_TYPE_NAME_MAX) {
		memcpy(bytes + n, name.p, name.n);
		n += name.n;
	}
	return topk_find(t->list[TALLY_TYPES], (struct span){bytes, n}, now_ms);
}

void tally_record(struct tally *t, const struct when *when, const struct record *r,
		  bool first, int64_t now_ms)
{
	struct count c = {0, 1, r->bytes};

	series_add(t->total, &t->windows, when, &c);
	c.events = first;
	topk_add(t->list[TALLY_TYPES], type_ref(t, r->type, r->type_name, now_ms), when,
		 &c);
}

/*
 * Did this entry count what an event at @from brought? Only what is sure: the
 * table never evicts while all types have a place, and an entry of an earlier
 * bucket was there.
 */
static bool had_place(struct tally *t, struct topk_ref ref, const struct when *from)
{
	struct topk *types = t->list[TALLY_TYPES];

	return !topk_evicted(types) ||
	       topk_view(types, ref.index, -1, 0).since_ms / t->windows.bucket_ms[0] <
		       from->bucket[0];
}

void tally_move(struct tally *t, const struct assembly *ev, const struct when *from,
		const struct when *to, int64_t now_ms)
{
	struct count c = {0, ev->records, ev->bytes}, back = {0, -c.records, -c.bytes};
	unsigned int i;

	series_add(t->total, &t->windows, from, &back);
	series_add(t->total, &t->windows, to, &c);
	for (i = 0; i < ev->n_types; i++) {
		const struct assembly_type *type = &ev->type[i];
		struct topk_ref ref;

		if (record_type_is_unknown(type->type))
			continue; /* its name is gone: it stays where it was read */
		ref = type_ref(t, type->type, (struct span){NULL, 0}, now_ms);
		if (!had_place(t, ref, from))
			continue; /* evicted since: there is nothing to take back */
		c = (struct count){1, type->records, type->bytes};
		back = (struct count){-c.events, -c.records, -c.bytes};
		topk_add(t->list[TALLY_TYPES], ref, from, &back);
		topk_add(t->list[TALLY_TYPES], ref, to, &c);
	}
}

/* --- events --- */

static struct topk_ref find(struct tally *t, enum tally_list list,
			    const struct name_writer *w, int64_t now_ms)
{
	return topk_find(t->list[list], (struct span){w->out, w->n}, now_ms);
}

static struct topk_ref key_ref(struct tally *t, struct span key, int64_t now_ms)
{
	char room[NAME_TEXT_ROOM];
	struct name_writer w = {.out = room, .size = sizeof(room)};

	name_put_text(&w, key, NAME_TEXT_MAX, &t->key);
	return find(t, TALLY_KEYS, &w, now_ms);
}

static bool is_earlier_key(const struct event *e, unsigned int i)
{
	unsigned int k;

	for (k = 0; k < i; k++)
		if (span_equal(e->keys[k], e->keys[i]))
			return true;
	return false;
}

static void add_key(struct tally *t, struct tally_receipt *receipt, struct topk_ref ref,
		    const struct count *c)
{
	topk_add(t->list[TALLY_KEYS], ref, &receipt->when, c);
	t->key_refs[t->key_refs_head++ % KEY_REFS] = ref;
	if (receipt->n_keys++)
		series_add(t->overlap, &t->windows, &receipt->when, c);
}

static void add_keys(struct tally *t, const struct event *e,
		     struct tally_receipt *receipt, const struct count *c, int64_t now_ms)
{
	unsigned int i;

	receipt->keys_at = t->key_refs_head;
	receipt->n_keys = 0;
	if (!e->n_keys)
		add_key(t, receipt, key_ref(t, (struct span){NULL, 0}, now_ms), c);
	for (i = 0; i < e->n_keys; i++)
		if (!is_earlier_key(e, i))
			add_key(t, receipt, key_ref(t, e->keys[i], now_ms), c);
}

static struct topk_ref exe_ref(struct tally *t, const struct event *e, int64_t now_ms)
{
	char room[1 + NAME_TEXT_ROOM];
	struct name_writer w = {.out = room, .size = sizeof(room)};
	uint8_t claimed = e->claimed;

	name_put(&w, &claimed, 1);
	name_put_text(&w, e->exe, NAME_TEXT_MAX, &t->key);
	return find(t, TALLY_EXES, &w, now_ms);
}

static struct topk_ref syscall_ref(struct tally *t, const struct event *e, int64_t now_ms)
{
	uint32_t name[2] = {e->arch, e->nr};

	return topk_find(t->list[TALLY_SYSCALLS],
			 (struct span){(char *)name, sizeof(name)}, now_ms);
}

static struct topk_ref account_ref(struct tally *t, const struct event *e, int64_t now_ms)
{
	char room[2 * sizeof(int64_t) + NAME_TEXT_ROOM];
	struct name_writer w = {.out = room, .size = sizeof(room)};

	name_put(&w, &e->auid, sizeof(e->auid));
	name_put(&w, &e->uid, sizeof(e->uid));
	name_put_text(&w, e->acct, NAME_TEXT_MAX, &t->key);
	return find(t, TALLY_ACCOUNTS, &w, now_ms);
}

static void add_flow(struct tally *t, const struct event *e,
		     const struct tally_rule *rule, struct tally_receipt *receipt,
		     const struct count *c, int64_t now_ms)
{
	struct flow_ids *ids = topk_aux(t->list[TALLY_EXES], receipt->exe);
	char name[FLOW_NAME_MAX];
	size_t n;

	if (ids)
		(void)flow_fold(ids, e);
	n = flow_name(e, ids, rule->name, &t->key, name);
	receipt->flow = topk_find(t->list[TALLY_FLOWS], (struct span){name, n}, now_ms);
	tally_aux_flow(topk_aux(t->list[TALLY_FLOWS], receipt->flow), e, rule);
	topk_add(t->list[TALLY_FLOWS], receipt->flow, &receipt->when, c);
}

static struct topk_ref rule_ref(struct tally *t, const struct tally_rule *rule,
				int64_t now_ms)
{
	struct topk_ref ref = topk_find(t->list[TALLY_RULES], rule->name, now_ms);

	tally_aux_rule(topk_aux(t->list[TALLY_RULES], ref), rule, now_ms);
	return ref;
}

/* Ours stand there too, as in keys. */
static void add_rule(struct tally *t, const struct tally_rule *rule,
		     struct tally_receipt *receipt, const struct count *c, int64_t now_ms)
{
	if (!t->list[TALLY_RULES] || !rule->name.p)
		return;
	receipt->rule = rule_ref(t, rule, now_ms);
	topk_add(t->list[TALLY_RULES], receipt->rule, &receipt->when, c);
}

void tally_event(struct tally *t, const struct event *e, const struct tally_rule *rule,
		 struct tally_receipt *receipt, int64_t now_ms)
{
	struct count c = {1, e->records, e->bytes}, one = {1, 0, 0};

	series_add(t->total, &t->windows, &receipt->when, &one);
	add_keys(t, e, receipt, &c, now_ms);
	add_rule(t, rule, receipt, &c, now_ms);
	receipt->own = e->own;
	if (e->own) {
		series_add(t->self, &t->windows, &receipt->when, &c);
		return;
	}
	if (e->exe.p) {
		receipt->exe = exe_ref(t, e, now_ms);
		topk_add(t->list[TALLY_EXES], receipt->exe, &receipt->when, &c);
	}
	if (e->has_syscall) {
		receipt->syscall = syscall_ref(t, e, now_ms);
		topk_add(t->list[TALLY_SYSCALLS], receipt->syscall, &receipt->when, &c);
	}
	if (e->uid != EVENT_ID_ABSENT || e->auid != EVENT_ID_ABSENT || e->acct.p) {
		receipt->account = account_ref(t, e, now_ms);
		topk_add(t->list[TALLY_ACCOUNTS], receipt->account, &receipt->when, &c);
	}
	add_flow(t, e, rule, receipt, &c, now_ms);
}

void tally_loaded(struct tally *t, const struct tally_rule *rule, int64_t now_ms)
{
	struct topk *rules = t->list[TALLY_RULES];

	if (topk_used(rules) < topk_capacity(rules) || topk_knows(rules, rule->name) ||
	    tally_aux_reuse(rules, rule->name, now_ms))
		(void)rule_ref(t, rule, now_ms);
}

/* Which accounts of this executable are folded by now; each fold gives other flows. */
static uint8_t folded(const struct tally *t, struct topk_ref exe)
{
	const struct flow_ids *ids =
		exe.generation ? topk_aux(t->list[TALLY_EXES], exe) : NULL;

	return ids ? (uint8_t)((ids->n_uid > FLOW_IDS_MAX) | (ids->n_auid > FLOW_IDS_MAX)
								     << 1)
		   : 0;
}

bool tally_remember(const struct tally *t, const struct tally_receipt *receipt,
		    struct tally_known *known)
{
	unsigned int i;

	if (receipt->n_keys > TALLY_KNOWN_KEYS)
		return false;
	*known = (struct tally_known){.flow = receipt->flow,
				      .exe = receipt->exe,
				      .syscall = receipt->syscall,
				      .account = receipt->account,
				      .rule = receipt->rule,
				      .n_keys = receipt->n_keys,
				      .folded = folded(t, receipt->exe),
				      .own = receipt->own};
	for (i = 0; i < receipt->n_keys; i++)
		known->key[i] = t->key_refs[(receipt->keys_at + i) % KEY_REFS];
	return true;
}

static bool is_still_known(const struct tally *t, const struct tally_known *known)
{
	unsigned int i;

	if (!topk_has(t->list[TALLY_FLOWS], known->flow) ||
	    !topk_has(t->list[TALLY_EXES], known->exe) ||
	    known->folded != folded(t, known->exe) ||
	    !topk_has(t->list[TALLY_SYSCALLS], known->syscall) ||
	    !topk_has(t->list[TALLY_ACCOUNTS], known->account) ||
	    (t->list[TALLY_RULES] && !topk_has(t->list[TALLY_RULES], known->rule)))
		return false;
	for (i = 0; i < known->n_keys; i++)
		if (!topk_has(t->list[TALLY_KEYS], known->key[i]))
			return false;
	return true;
}

bool tally_repeat(struct tally *t, const struct tally_known *known, const struct count *c,
		  struct tally_receipt *receipt)
{
	const struct count one = {1, 0, 0};
	unsigned int i;

	if (!is_still_known(t, known))
		return false;
	receipt->flow = known->flow;
	receipt->exe = known->exe;
	receipt->syscall = known->syscall;
	receipt->account = known->account;
	receipt->rule = known->rule;
	receipt->keys_at = t->key_refs_head;
	receipt->n_keys = 0;
	receipt->own = known->own;
	series_add(t->total, &t->windows, &receipt->when, &one);
	if (known->own)
		series_add(t->self, &t->windows, &receipt->when, c);
	for (i = 0; i < known->n_keys; i++)
		add_key(t, receipt, known->key[i], c);
	if (t->list[TALLY_RULES])
		topk_add(t->list[TALLY_RULES], known->rule, &receipt->when, c);
	topk_add(t->list[TALLY_EXES], known->exe, &receipt->when, c);
	topk_add(t->list[TALLY_SYSCALLS], known->syscall, &receipt->when, c);
	topk_add(t->list[TALLY_ACCOUNTS], known->account, &receipt->when, c);
	topk_add(t->list[TALLY_FLOWS], known->flow, &receipt->when, c);
	return true;
}

void tally_more(struct tally *t, const struct tally_receipt *receipt, uint64_t bytes)
{
	const struct count c = {0, 1, bytes};
	unsigned int i;

	if (receipt->own)
		series_add(t->self, &t->windows, &receipt->when, &c);
	topk_add(t->list[TALLY_FLOWS], receipt->flow, &receipt->when, &c);
	topk_add(t->list[TALLY_EXES], receipt->exe, &receipt->when, &c);
	topk_add(t->list[TALLY_SYSCALLS], receipt->syscall, &receipt->when, &c);
	topk_add(t->list[TALLY_ACCOUNTS], receipt->account, &receipt->when, &c);
	if (t->list[TALLY_RULES])
		topk_add(t->list[TALLY_RULES], receipt->rule, &receipt->when, &c);
	if (t->key_refs_head - receipt->keys_at > KEY_REFS)
		return; /* written over: these records stay in `other` */
	for (i = 0; i < receipt->n_keys; i++) {
		topk_add(t->list[TALLY_KEYS],
			 t->key_refs[(receipt->keys_at + i) % KEY_REFS], &receipt->when,
			 &c);
		if (i)
			series_add(t->overlap, &t->windows, &receipt->when, &c);
	}
}

void tally_fade(struct tally *t)
{
	int list;

	for (list = 0; list < TALLY_LISTS; list++)
		if (t->list[list])
			topk_fade(t->list[list]);
}

/* --- reading --- */

const struct window_set *tally_windows(const struct tally *t)
{
	return &t->windows;
}

struct count tally_total(struct tally *t, int window, int64_t now)
{
	return series_sum(t->total, &t->windows, window, now);
}

struct count tally_self(struct tally *t, int window, int64_t now)
{
	return series_sum(t->self, &t->windows, window, now);
}

struct count tally_overlap(struct tally *t, int window, int64_t now)
{
	return series_sum(t->overlap, &t->windows, window, now);
}

struct topk *tally_table(struct tally *t, enum tally_list list)
{
	return t->list[list];
}

/* --- over a restart --- */

const struct siphash_key *tally_hash_key(const struct tally *t)
{
	return &t->key;
}

struct count tally_bucket(const struct tally *t, enum tally_series which, int window,
			  int64_t bucket)
{
	return series_bucket(which == TALLY_OVERLAP ? t->overlap : t->total, &t->windows,
			     window, bucket);
}

void tally_load(struct tally *t, enum tally_series which, int window, int64_t bucket,
		const struct count *c)
{
	series_load(which == TALLY_OVERLAP ? t->overlap : t->total, window, bucket, c);
}
