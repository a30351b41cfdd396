/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_save.c - all that is counted, as text, a slice at a time
 *
 * The tables change between two slices, so each entry bears a mark once it is
 * written, and the passes go by rank from high to low: a rank that grows is
 * found by a later pass, none is written twice. When the file is full the rest
 * is only looked at, for what the tables have to say that is missing then.
 */
#include "emit/state_save.h"

#include <stdlib.h>
#include <string.h>

#include "emit/entry.h"
#include "emit/state_aux.h"
#include "emit/state_ledger.h"
#include "emit/state_noise.h"
#include "emit/state_piece.h"
#include "emit/statefile.h"

#define PIECE_FULL  32768 /* begun behind this: the next piece */
#define TAIL_MAX    65536 /* bytes that the lines behind the entries take at most */
#define LOOK_MAX    2000  /* entries looked at in a slice */
#define ENTRIES_END (STATEFILE_MAX - TAIL_MAX - STATE_LEDGER_MAX - STATE_NOISE_MAX)
#define CLASSES     64 /* ranks by powers of two */

enum phase {
	PHASE_NONE,
	PHASE_HEAD,
	PHASE_ENTRIES,
	PHASE_LOSSES,
	PHASE_ADVICE,
	PHASE_TAIL
};

struct state_save {
	struct engine *engine;
	const struct ledger *ledger; /* NULL: there is none */
	const struct lives *lives;   /* likewise */
	struct state_identity identity;
	enum phase phase;
	uint64_t loss; /* the next entry of the ledger, counted from the first ever */
	unsigned int life;
	struct when base; /* the oldest bucket of each window when it was begun */
	uint64_t entries;
	bool full;
	int pass, list; /* where the search for the next entry is */
	unsigned int index;
	uint64_t missed[TALLY_LISTS]; /* the largest count + error left out */
	uint8_t *done[TALLY_LISTS];   /* a bit for each entry */
	struct piece out;
};

/* --- what series and entries have in common --- */

typedef struct count bucket_fn(const struct state_save *s, unsigned int index, int window,
			       int64_t bucket);

static void put_window(struct state_save *s, bucket_fn *get, unsigned int index,
		       int window)
{
	int64_t newest = timeline_now(engine_timeline(s->engine)).bucket[window], b;
	const char *before = "";

	for (b = newest - WINDOW_BUCKETS + 1; b <= newest; b++) {
		struct count c = get(s, index, window, b);

		if (!c.records && !c.events && !c.bytes)
			continue;
		piece_text(&s->out, before);
		piece_i64(&s->out, b - s->base.bucket[window]);
		piece_text(&s->out, ",");
		piece_count(&s->out, &c);
		before = ",";
	}
}

static void put_windows(struct state_save *s, bucket_fn *get, unsigned int index)
{
	unsigned int n = tally_windows(engine_tally(s->engine))->n, w;

	piece_text(&s->out, ",\"windows\":[");
	for (w = 0; w < n; w++) {
		piece_text(&s->out, w ? ",[" : "[");
		put_window(s, get, index, (int)w);
		piece_text(&s->out, "]");
	}
	piece_text(&s->out, "]");
}

/* --- the first line --- */

static void put_head(struct state_save *s)
{
	const struct siphash_key *key = tally_hash_key(engine_tally(s->engine));
	const struct window_set *set = tally_windows(engine_tally(s->engine));
	unsigned int w;

	piece_text(&s->out, "{\"schema\":\"" STATE_SCHEMA "1\",\"arch\":\"");
	piece_text(&s->out, STATE_ARCH);
	piece_text(&s->out, "\",\"key\":\"");
	piece_hex(&s->out, key, sizeof(*key));
	piece_text(&s->out, "\",\"boot_id\":\"");
	piece_text(&s->out, s->identity.boot_id);
	piece_text(&s->out, "\",\"first_ms\":");
	piece_i64(&s->out, s->identity.first_ms);
	piece_member(&s->out, ",\"records\":",
		     tally_total(engine_tally(s->engine), -1, 0).records);
	piece_text(&s->out, ",\"window_ms\":[");
	for (w = 0; w < set->n; w++)
		piece_member(&s->out, w ? "," : "",
			     (uint64_t)set->bucket_ms[w] * WINDOW_BUCKETS);
	piece_text(&s->out, "],\"oldest\":[");
	for (w = 0; w < set->n; w++) {
		piece_text(&s->out, w ? "," : "");
		piece_i64(&s->out, s->base.bucket[w]);
	}
	piece_text(&s->out, "]");
	piece_end_line(&s->out);
}

/* --- entries --- */

static struct count entry_bucket(const struct state_save *s, unsigned int index,
				 int window, int64_t bucket)
{
	return topk_bucket(tally_table(engine_tally(s->engine), (enum tally_list)s->list),
			   index, window, bucket);
}

static void put_entry(struct state_save *s, const struct topk_view *v)
{
	struct topk *table =
		tally_table(engine_tally(s->engine), (enum tally_list)s->list);

	piece_text(&s->out, "{\"list\":\"");
	piece_text(&s->out, entry_list_name((enum tally_list)s->list));
	piece_text(&s->out, "\",\"name\":\"");
	piece_hex(&s->out, v->name.p, v->name.n);
	piece_bound(&s->out, "\",\"rank\":", topk_rank(table, s->index));
	piece_bound(&s->out, ",\"error\":", v->error);
	piece_text(&s->out, ",\"since_ms\":");
	piece_i64(&s->out, v->since_ms);
	piece_text(&s->out, ",\"total\":[");
	piece_count(&s->out, &v->count);
	piece_text(&s->out, "]");
	put_windows(s, entry_bucket, s->index);
	state_aux_put(&s->out, (enum tally_list)s->list, v->aux);
	piece_text(&s->out, "}\n"); /* as end_line() ends it, but it may be taken back */
}

static void write_entry(struct state_save *s, struct topk *table)
{
	struct topk_view v = topk_view(table, s->index, -1, 0);

	s->done[s->list][s->index / 8] |= (uint8_t)(1U << s->index % 8);
	if (!s->full) {
		put_entry(s, &v);
		s->full = s->out.bytes + (s->out.n - s->out.line) > ENTRIES_END;
		if (!s->full) {
			s->out.n -= 2;
			piece_end_line(&s->out);
			s->entries++;
			return;
		}
		s->out.n = s->out.line;
	}
	if (v.count.records + v.error > s->missed[s->list])
		s->missed[s->list] = v.count.records + v.error;
}

/* On to the next entry of this pass. Return: false when all passes are through. */
static bool advance(struct state_save *s)
{
	const struct topk *table;

	for (;;) {
		table = tally_table(engine_tally(s->engine), (enum tally_list)s->list);
		if (table && s->index < topk_used(table))
			return true;
		s->index = 0;
		if (++s->list < TALLY_LISTS)
			continue;
		s->list = 0;
		if (--s->pass < 0)
			return false;
	}
}

/* Rank 0 is for the last pass. */
static bool is_due(const struct state_save *s, const struct topk *table)
{
	if (s->done[s->list][s->index / 8] & 1U << s->index % 8)
		return false;
	return !s->pass || topk_rank(table, s->index) >> s->pass;
}

/* Return: false when there are no more. */
static bool write_entries(struct state_save *s)
{
	unsigned int looks = LOOK_MAX;

	for (; looks && s->out.n < PIECE_FULL; looks--, s->index++) {
		struct topk *table;

		if (!advance(s))
			return false;
		table = tally_table(engine_tally(s->engine), (enum tally_list)s->list);
		if (is_due(s, table))
			write_entry(s, table);
	}
	return true;
}

/* --- the ledger --- */

/* Return: false when there are no more. */
static bool write_losses(struct state_save *s)
{
	/* the ring may have moved on since the last piece */
	if (s->ledger && s->loss < s->ledger->forgotten)
		s->loss = s->ledger->forgotten;
	while (s->ledger && s->out.n < PIECE_FULL) {
		if (s->loss - s->ledger->forgotten >= s->ledger->n) {
			state_ledger_kernel(&s->out, s->ledger);
			return false;
		}
		state_ledger_entry(
			&s->out,
			ledger_entry(s->ledger,
				     (unsigned int)(s->loss++ - s->ledger->forgotten)));
	}
	return s->ledger;
}

/* --- advice --- */

/* Return: false when there are no more. */
static bool write_advice(struct state_save *s)
{
	while (s->lives && s->life < LIFE_MAX && s->out.n < PIECE_FULL)
		state_noise_put(&s->out, &s->lives->of[s->life++]);
	return s->lives && s->life < LIFE_MAX;
}

/* --- the rest --- */

static struct count sum_bucket(const struct state_save *s, unsigned int index, int window,
			       int64_t bucket)
{
	return tally_bucket(engine_tally(s->engine), (enum tally_series)index, window,
			    bucket);
}

static void put_series(struct state_save *s, const char *name, enum tally_series which)
{
	struct count c = tally_bucket(engine_tally(s->engine), which, -1, 0);

	piece_text(&s->out, "{\"series\":\"");
	piece_text(&s->out, name);
	piece_text(&s->out, "\",\"total\":[");
	piece_count(&s->out, &c);
	piece_text(&s->out, "]");
	put_windows(s, sum_bucket, which);
	piece_end_line(&s->out);
}

static void put_table(struct state_save *s, enum tally_list list)
{
	struct topk *table = tally_table(engine_tally(s->engine), list);
	struct topk_margin m;

	if (!table)
		return;
	m = topk_margin(table);
	m.worst += m.strayed; /* the errors of entries say it already */
	if (s->missed[list] > m.worst)
		m.worst = s->missed[list];
	piece_text(&s->out, "{\"table\":\"");
	piece_text(&s->out, entry_list_name(list));
	piece_bound(&s->out, "\",\"worst\":", m.worst);
	piece_bound(&s->out, ",\"evicted\":", m.evicted);
	piece_end_line(&s->out);
}

static void put_row(struct state_save *s, const char *before, const int64_t *value,
		    unsigned int n)
{
	unsigned int i;

	piece_text(&s->out, before);
	for (i = 0; i < n; i++) {
		piece_text(&s->out, i ? "," : "");
		piece_i64(&s->out, value[i]);
	}
	piece_text(&s->out, "]");
}

static void put_time(struct state_save *s, const struct clock_reading *clock)
{
	struct timeline_saved t;
	bool started = timeline_save(engine_timeline(s->engine), clock, &t);

	piece_member(&s->out, "{\"time\":", started);
	piece_text(&s->out, ",\"now_ms\":");
	piece_i64(&s->out, t.now_ms);
	piece_text(&s->out, ",\"wall_ms\":");
	piece_i64(&s->out, t.wall_ms);
	piece_text(&s->out, ",\"boot_ms\":");
	piece_i64(&s->out, t.boot_ms);
	piece_text(&s->out, ",\"covered_ms\":");
	piece_i64(&s->out, t.covered_ms);
	put_row(s, ",\"cover_ms\":[", t.cover_ms,
		tally_windows(engine_tally(s->engine))->n);
	put_row(s, ",\"shift_ms\":[", t.shift_ms, t.n_shifts);
	piece_end_line(&s->out);
}

static void put_tail(struct state_save *s, const struct clock_reading *clock)
{
	uint64_t sum;
	int i;

	put_series(s, "total", TALLY_TOTAL);
	put_series(s, "overlap", TALLY_OVERLAP);
	for (i = 0; i < TALLY_LISTS; i++)
		put_table(s, (enum tally_list)i);
	put_time(s, clock);
	sum = s->out.sum;
	piece_member(&s->out, "{\"end\":", s->entries);
	piece_text(&s->out, ",\"sum\":\"");
	piece_hex(&s->out, &sum, sizeof(sum));
	piece_text(&s->out, "\"}\n");
}

/* --- the job --- */

struct state_save *state_save_new(struct engine *engine,
				  const struct state_identity *identity)
{
	struct state_save *s = calloc(1, sizeof(*s));
	int i;

	if (!s)
		return NULL;
	s->engine = engine;
	s->identity = *identity;
	for (i = 0; i < TALLY_LISTS; i++) {
		struct topk *table =
			tally_table(engine_tally(engine), (enum tally_list)i);

		if (!table)
			continue;
		s->done[i] = calloc(1, topk_capacity(table) / 8 + 1);
		if (!s->done[i]) {
			state_save_free(s);
			return NULL;
		}
	}
	return s;
}

void state_save_ledger(struct state_save *s, const struct ledger *ledger)
{
	s->ledger = ledger;
}

void state_save_lives(struct state_save *s, const struct lives *lives)
{
	s->lives = lives;
}

void state_save_free(struct state_save *s)
{
	int i;

	if (!s)
		return;
	for (i = 0; i < TALLY_LISTS; i++)
		free(s->done[i]);
	free(s);
}

void state_save_begin(struct state_save *s)
{
	struct tally *tally = engine_tally(s->engine);
	unsigned int w;
	int i;

	s->base = timeline_now(engine_timeline(s->engine));
	for (w = 0; w < tally_windows(tally)->n; w++)
		s->base.bucket[w] -= WINDOW_BUCKETS - 1;
	s->phase = PHASE_HEAD;
	s->loss = s->ledger ? s->ledger->forgotten + state_ledger_first(s->ledger) : 0;
	s->life = 0;
	s->out.sum = s->entries = 0;
	s->out.bytes = 0;
	s->full = false;
	s->pass = CLASSES - 1;
	s->list = 0;
	s->index = 0;
	memset(s->missed, 0, sizeof(s->missed));
	for (i = 0; i < TALLY_LISTS; i++)
		if (s->done[i])
			memset(s->done[i], 0,
			       topk_capacity(tally_table(tally, (enum tally_list)i)) / 8 +
				       1);
}

bool state_save_busy(const struct state_save *s)
{
	return s->phase != PHASE_NONE;
}

void state_save_stop(struct state_save *s)
{
	s->phase = PHASE_NONE;
}

struct span state_save_step(struct state_save *s, const struct clock_reading *clock)
{
	s->out.text[0] = 0;
	s->out.n = s->out.line = 1;
	if (s->phase == PHASE_HEAD) {
		s->out.text[0] = STATEFILE_FIRST;
		put_head(s);
		s->phase = PHASE_ENTRIES;
	} else if (s->phase == PHASE_ENTRIES && !write_entries(s)) {
		s->phase = PHASE_LOSSES;
	} else if (s->phase == PHASE_LOSSES && !write_losses(s)) {
		s->phase = PHASE_ADVICE;
	} else if (s->phase == PHASE_ADVICE && !write_advice(s)) {
		s->phase = PHASE_TAIL;
	} else if (s->phase == PHASE_TAIL) {
		s->out.text[0] = STATEFILE_LAST;
		put_tail(s, clock);
		s->phase = PHASE_NONE;
	}
	return (struct span){s->out.text, s->out.n > 1 ? s->out.n : 0};
}
