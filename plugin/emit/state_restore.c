/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_restore.c - the lines of a checked state into an engine
 *
 * The totals stand behind the entries and are taken first: they are what the
 * entries have to add up to.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emit/entry.h"
#include "emit/state_aux.h"
#include "emit/state_ledger.h"
#include "emit/state_noise.h"
#include "emit/state_read.h"
#include "emit/state_scan.h"

/* --- a restoring --- */

/* What the totals have left for one list: [WINDOWS_MAX] is for ever. */
struct left {
	struct count of[WINDOWS_MAX + 1][WINDOW_BUCKETS];
};

/* What a line says of one thing: its total, and the buckets that are not empty. */
struct counts {
	struct count total;
	unsigned int n;
	struct counts_bucket {
		unsigned int window; /* the saved one's number */
		int64_t bucket;
		struct count count;
	} of[WINDOWS_MAX * WINDOW_BUCKETS];
};

struct restore {
	const struct state_head *head;
	struct engine *engine;
	struct tally *tally;
	int ours[WINDOWS_MAX];       /* our number of a saved window, or -1 */
	int64_t newest[WINDOWS_MAX]; /* its saved now */
	struct left *left;           /* one a list */
	struct counts counts;        /* of the line at hand */
	struct timeline_saved time;
	struct ledger *ledger;
	struct lives *lives;
	int64_t wall_ms;
	unsigned int n_lives; /* lines of advice */
	uint64_t refused;     /* of them, whose rules are none that advice may have */
	bool same_boot;
	bool started;
	bool dry;         /* only look whether the lines are good */
	uint64_t between; /* records counted while it was written: any entry may lack them
			   */
};

static int64_t width_of(const struct restore *r, unsigned int window)
{
	return r->head->window_ms[window] / WINDOW_BUCKETS;
}

/* One bucket; one that was too old when the totals were written is passed over. */
static void read_bucket(struct restore *r, struct scan *s, unsigned int window)
{
	struct counts *counts = &r->counts;
	struct counts_bucket b = {.window = window};

	b.bucket = (int64_t)scan_u64(s, INT32_MAX) + r->head->oldest[window];
	scan_expect(s, ",");
	b.count = scan_count(s);
	if (b.count.events > UINT32_MAX || b.count.records > UINT32_MAX)
		s->bad = true;
	if (s->bad || b.bucket > r->newest[window] ||
	    b.bucket <= r->newest[window] - WINDOW_BUCKETS)
		return;
	if (counts->n == WINDOWS_MAX * WINDOW_BUCKETS)
		s->bad = true; /* more than there are: some stand there twice */
	else
		counts->of[counts->n++] = b;
}

static void read_windows(struct restore *r, struct scan *s)
{
	unsigned int w;

	scan_expect(s, ",\"windows\":[");
	for (w = 0; w < r->head->n_windows && !s->bad; w++) {
		bool first = true;

		scan_expect(s, w ? ",[" : "[");
		while (!s->bad && !scan_skip(s, "]")) {
			if (!first)
				scan_expect(s, ",");
			first = false;
			read_bucket(r, s, w);
		}
	}
	scan_expect(s, "]");
}

/* Into r->counts. */
static bool read_series(struct restore *r, struct scan *s)
{
	r->counts.n = 0;
	scan_expect(s, "\"total\":[");
	r->counts.total = scan_count(s);
	scan_expect(s, "]");
	read_windows(r, s);
	return !s->bad;
}

typedef void load_fn(void *arg, int window, int64_t bucket, const struct count *c);

/* All of r->counts that our windows have a place for. */
static void load(const struct restore *r, load_fn *fn, void *arg)
{
	const struct counts *counts = &r->counts;
	unsigned int i;

	fn(arg, -1, 0, &counts->total);
	for (i = 0; i < counts->n; i++) {
		const struct counts_bucket *b = &counts->of[i];

		if (r->ours[b->window] >= 0)
			fn(arg, r->ours[b->window], b->bucket, &b->count);
	}
}

/* --- the lines behind the entries --- */

struct series_place {
	struct tally *tally;
	enum tally_series which;
};

static void load_series(void *arg, int window, int64_t bucket, const struct count *c)
{
	const struct series_place *place = arg;

	tally_load(place->tally, place->which, window, bucket, c);
}

static void add(struct count *sum, const struct count *c)
{
	sum->events += c->events;
	sum->records += c->records;
	sum->bytes += c->bytes;
}

static struct count *bucket_of(struct left *left, const struct counts_bucket *b)
{
	return &left->of[b->window][(uint64_t)b->bucket % WINDOW_BUCKETS];
}

static void add_left(struct left *sum, const struct counts *more)
{
	unsigned int i;

	add(&sum->of[WINDOWS_MAX][0], &more->total);
	for (i = 0; i < more->n; i++)
		add(bucket_of(sum, &more->of[i]), &more->of[i].count);
}

static void take_series(struct restore *r, struct scan *s, enum tally_series which)
{
	struct series_place place = {r->tally, which};
	uint64_t records;
	int i;

	if (!read_series(r, s))
		return;
	records = r->counts.total.records;
	for (i = 0; i < TALLY_LISTS; i++)
		if (which == TALLY_TOTAL || i == TALLY_KEYS)
			add_left(&r->left[i], &r->counts);
	if (which == TALLY_TOTAL)
		r->between = records - r->head->records;
	if (records < r->head->records && which == TALLY_TOTAL)
		s->bad = true;
	if (!r->dry)
		load(r, load_series, &place);
}

static bool get_list(struct scan *s, enum tally_list *list)
{
	int i;

	for (i = 0; i < TALLY_LISTS; i++)
		if (scan_skip(s, entry_list_name((enum tally_list)i))) {
			*list = (enum tally_list)i;
			return true;
		}
	s->bad = true;
	return false;
}

static void take_table(struct restore *r, struct scan *s)
{
	struct topk_margin m = {0};
	enum tally_list list;

	if (!get_list(s, &list))
		return;
	scan_expect(s, "\",\"worst\":");
	m.worst = scan_u64(s, STATE_COUNT_MAX) + r->between;
	scan_expect(s, ",\"evicted\":");
	m.evicted = scan_u64(s, STATE_COUNT_MAX);
	if (!r->dry && !s->bad)
		topk_set_margin(tally_table(r->tally, list), &m);
}

static void take_time(struct restore *r, struct scan *s)
{
	struct timeline_saved *t = &r->time;
	unsigned int w;

	r->started = scan_u64(s, 1);
	scan_expect(s, ",\"now_ms\":");
	t->now_ms = scan_i64(s);
	scan_expect(s, ",\"wall_ms\":");
	t->wall_ms = scan_i64(s);
	scan_expect(s, ",\"boot_ms\":");
	t->boot_ms = scan_i64(s);
	scan_expect(s, ",\"covered_ms\":");
	t->covered_ms = scan_i64(s);
	scan_expect(s, ",\"cover_ms\":");
	if (scan_row(s, t->cover_ms, WINDOWS_MAX) != r->head->n_windows)
		s->bad = true;
	scan_expect(s, ",\"shift_ms\":");
	t->n_shifts = scan_row(s, t->shift_ms, TIMELINE_SHIFTS);
	if (r->started && !timeline_saved_ok(t))
		s->bad = true;
	for (w = 0; w < r->head->n_windows; w++)
		r->newest[w] = t->now_ms / width_of(r, w);
}

/* Return: is it a line of the ledger? */
static bool take_loss(struct restore *r, struct scan *s)
{
	struct state_ledger_counters c;
	struct ledger_entry entry;
	bool wanted = r->ledger && !r->dry;

	if (state_ledger_read(s, &entry)) {
		if (wanted && !s->bad)
			ledger_load(r->ledger, &entry);
		return true;
	}
	if (!state_ledger_read_kernel(s, &c))
		return false;
	if (wanted && !s->bad)
		r->ledger->forgotten = c.forgotten;
	if (wanted && !s->bad && r->same_boot)
		ledger_resume(r->ledger, c.lost, c.waited_ticks, c.boot_ms, c.serial);
	return true;
}

/* Return: is it a line of advice? */
static bool take_advice(struct restore *r, struct scan *s)
{
	struct life *life = r->lives && !r->dry && r->n_lives < LIFE_MAX
				    ? &r->lives->of[r->n_lives]
				    : NULL;

	if (!state_noise_read(s, r->wall_ms, life))
		return false;
	if (r->n_lives++ == LIFE_MAX)
		s->bad = true;
	r->refused += life && life->state == LIFE_NONE;
	return true;
}

/* Return: false when one of the lines is not as it should be. */
static bool take_tail(struct restore *r)
{
	struct span rest = r->head->tail;
	unsigned int series = 0;
	struct scan s;

	r->n_lives = 0;
	while (scan_line(&rest, &s) && rest.n) {
		if (!series && (take_loss(r, &s) || take_advice(r, &s)))
			; /* these stand before the totals */
		else if (scan_skip(&s, "{\"series\":\"total\",") && series++ == 0)
			take_series(r, &s, TALLY_TOTAL);
		else if (scan_skip(&s, "{\"series\":\"overlap\",") && series++ == 1)
			take_series(r, &s, TALLY_OVERLAP);
		else if (scan_skip(&s, "{\"table\":\"") && series == 2)
			take_table(r, &s);
		else if (scan_skip(&s, "{\"time\":") && series == 2)
			take_time(r, &s);
		else
			return false;
		scan_expect(&s, "}");
		if (!scan_at_end(&s))
			return false;
	}
	return series == 2;
}

/* --- entries --- */

struct entry_saved {
	enum tally_list list;
	struct topk_saved topk;
	union state_aux aux;
	char name[FLOW_NAME_MAX];
};

static bool read_entry(struct restore *r, struct scan *s, struct entry_saved *e)
{
	scan_expect(s, "{\"list\":\"");
	if (!get_list(s, &e->list))
		return false;
	scan_expect(s, "\",\"name\":\"");
	e->topk.name.p = e->name;
	e->topk.name.n = scan_hex(s, e->name, sizeof(e->name));
	scan_expect(s, "\",\"rank\":");
	e->topk.rank = scan_u64(s, STATE_COUNT_MAX);
	scan_expect(s, ",\"error\":");
	e->topk.error = scan_u64(s, STATE_COUNT_MAX) + r->between;
	scan_expect(s, ",\"since_ms\":");
	e->topk.since_ms = scan_i64(s);
	scan_expect(s, ",");
	read_series(r, s);
	e->topk.aux = state_aux_read(s, e->list, &e->aux) ? &e->aux : NULL;
	scan_expect(s, "}");
	return scan_at_end(s) && tally_check_name(e->list, e->topk.name);
}

/* An event may hold several types: their events add up to nothing. */
static bool fits(const struct count *c, const struct count *left, enum tally_list list)
{
	return c->records <= left->records && c->bytes <= left->bytes &&
	       c->events <= c->records &&
	       (list == TALLY_TYPES || c->events <= left->events);
}

static void take_from(struct count *left, const struct count *c, enum tally_list list)
{
	left->records -= c->records;
	left->bytes -= c->bytes;
	if (list != TALLY_TYPES)
		left->events -= c->events;
}

/* A bucket that asks for more than there is stays empty. */
static void settle(struct left *left, struct counts *counts, enum tally_list list)
{
	unsigned int i;

	take_from(&left->of[WINDOWS_MAX][0], &counts->total, list);
	for (i = 0; i < counts->n; i++) {
		struct counts_bucket *b = &counts->of[i];

		if (fits(&b->count, bucket_of(left, b), list))
			take_from(bucket_of(left, b), &b->count, list);
		else
			b->count = (struct count){0};
	}
}

struct entry_place {
	struct topk *table;
	struct topk_ref ref;
};

static void load_entry(void *arg, int window, int64_t bucket, const struct count *c)
{
	const struct entry_place *place = arg;

	topk_load(place->table, place->ref, window, bucket, c);
}

/* Return: false when the entry is not taken. */
static bool take_entry(struct restore *r, struct scan *s)
{
	struct counts *counts = &r->counts;
	struct entry_place place;
	struct entry_saved e;

	if (!read_entry(r, s, &e))
		return false;
	place.table = tally_table(r->tally, e.list);
	if (!fits(&counts->total, &r->left[e.list].of[WINDOWS_MAX][0], e.list)) {
		topk_missed(place.table, counts->total.records + e.topk.error);
		return false;
	}
	place.ref = topk_restore(place.table, &e.topk);
	if (!place.ref.generation) {
		topk_missed(place.table, counts->total.records + e.topk.error);
		return false;
	}
	settle(&r->left[e.list], counts, e.list);
	load(r, load_entry, &place);
	return true;
}

/* --- the way through --- */

/* A saved window is ours when it is as long as one of ours. */
static void match_windows(struct restore *r)
{
	const struct window_set *set = tally_windows(r->tally);
	unsigned int w, i;

	for (w = 0; w < r->head->n_windows; w++) {
		r->ours[w] = -1;
		for (i = 0; i < set->n; i++)
			if (set->bucket_ms[i] == width_of(r, w))
				r->ours[w] = (int)i;
	}
}

static void resume(struct restore *r, const struct clock_reading *clock)
{
	int64_t cover[WINDOWS_MAX];
	unsigned int w;

	if (!r->started)
		return;
	for (w = 0; w < WINDOWS_MAX; w++)
		cover[w] = INT64_MAX;
	for (w = 0; w < r->head->n_windows; w++)
		if (r->ours[w] >= 0)
			cover[r->ours[w]] = r->time.cover_ms[w];
	memcpy(r->time.cover_ms, cover, sizeof(cover));
	engine_resume(r->engine, &r->time, clock, r->same_boot);
}

/* The time line stands last and says which buckets count: it is read first. */
static bool find_time(struct restore *r)
{
	struct span rest = r->head->tail;
	bool found = false;
	struct scan s;

	while (scan_line(&rest, &s) && rest.n)
		if (scan_skip(&s, "{\"time\":")) {
			if (found)
				return false;
			take_time(r, &s);
			found = !s.bad;
		}
	return found;
}

int state_read_restore(const struct state_head *head, const struct state_now *now,
		       uint64_t *skipped)
{
	struct restore r = {.head = head,
			    .engine = now->engine,
			    .ledger = now->ledger,
			    .lives = now->lives,
			    .wall_ms = now->clock->wall_ms,
			    .same_boot = now->boot_id[0] &&
					 !strcmp(now->boot_id, head->identity.boot_id),
			    .dry = true};
	struct span rest = head->entries;
	struct scan line;

	*skipped = 0;
	r.tally = engine_tally(now->engine);
	match_windows(&r);
	r.left = calloc(TALLY_LISTS, sizeof(*r.left));
	if (!r.left)
		return -ENOMEM;
	if (!find_time(&r) || !take_tail(&r)) {
		free(r.left);
		return -EBADMSG;
	}
	r.dry = false;
	memset(r.left, 0, TALLY_LISTS * sizeof(*r.left));
	(void)take_tail(&r); /* as it was found good */
	resume(&r, now->clock);
	while (scan_line(&rest, &line))
		*skipped += !take_entry(&r, &line);
	*skipped += r.refused;
	free(r.left);
	return 0;
}
