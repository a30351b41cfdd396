/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_save.c - all that is counted, as text, a slice at a time
 *
 * The tables change between two slices, so each entry bears a mark once it is
 * written, and the passes go by rank from high to low: a rank that grows is
 * found by a later pass, none is written twice. When the file is full the rest
 * is only looked at, for what the tables have to say that is missing then.
 * Numbers are printed by hand: printf takes five times as long.
 */
#include "emit/state_save.h"

#include <stdlib.h>
#include <string.h>

#include "emit/entry.h"
#include "emit/statefile.h"

#define PIECE_FULL  32768 /* begun behind this: the next piece */
#define TAIL_MAX    65536 /* bytes that the lines behind the entries take at most */
#define LOOK_MAX    2000  /* entries looked at in a slice */
#define ENTRIES_END (STATEFILE_MAX - TAIL_MAX)
#define CLASSES     64 /* ranks by powers of two */

enum phase { PHASE_NONE, PHASE_HEAD, PHASE_ENTRIES, PHASE_TAIL };

struct state_save {
	struct engine *engine;
	struct state_identity identity;
	enum phase phase;
	struct when base; /* the oldest bucket of each window when it was begun */
	uint64_t sum;     /* over the lines so far */
	uint64_t entries;
	size_t bytes; /* of the file so far */
	bool full;
	int pass, list; /* where the search for the next entry is */
	unsigned int index;
	uint64_t missed[TALLY_LISTS]; /* the largest count + error left out */
	uint8_t *done[TALLY_LISTS];   /* a bit for each entry */
	size_t n, line;               /* bytes of the piece; where the last line begins */
	char piece[STATE_PIECE_MAX];
};

/* --- printing; the piece has room for the longest line behind PIECE_FULL --- */

static void put_bytes(struct state_save *s, const char *p, size_t n)
{
	if (n > sizeof(s->piece) - s->n)
		return; /* cannot be: see PIECE_FULL. The sum would tell */
	memcpy(s->piece + s->n, p, n);
	s->n += n;
}

static void put_text(struct state_save *s, const char *text)
{
	put_bytes(s, text, strlen(text));
}

static void put_u64(struct state_save *s, uint64_t value)
{
	char digits[20];
	size_t i = sizeof(digits);

	do
		digits[--i] = (char)('0' + value % 10);
	while (value /= 10);
	put_bytes(s, digits + i, sizeof(digits) - i);
}

static void put_i64(struct state_save *s, int64_t value)
{
	if (value < 0)
		put_text(s, "-");
	put_u64(s, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void put_hex(struct state_save *s, const void *data, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *p = data;
	char two[2];
	size_t i;

	for (i = 0; i < n; i++) {
		two[0] = digit[p[i] >> 4];
		two[1] = digit[p[i] & 15];
		put_bytes(s, two, 2);
	}
}

static void put_member(struct state_save *s, const char *before, uint64_t value)
{
	put_text(s, before);
	put_u64(s, value);
}

/* A bound on what is missing: sums of such may pass what is read back. */
static void put_bound(struct state_save *s, const char *before, uint64_t value)
{
	put_member(s, before, value < STATE_COUNT_MAX ? value : STATE_COUNT_MAX);
}

static void put_count(struct state_save *s, const struct count *c)
{
	put_u64(s, c->events);
	put_member(s, ",", c->records);
	put_member(s, ",", c->bytes);
}

static void end_line(struct state_save *s)
{
	const struct siphash_key key = {{s->sum, 0}};

	put_text(s, "}\n");
	s->sum = siphash(&key, s->piece + s->line, s->n - s->line);
	s->bytes += s->n - s->line;
	s->line = s->n;
}

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
		put_text(s, before);
		put_i64(s, b - s->base.bucket[window]);
		put_text(s, ",");
		put_count(s, &c);
		before = ",";
	}
}

static void put_windows(struct state_save *s, bucket_fn *get, unsigned int index)
{
	unsigned int n = tally_windows(engine_tally(s->engine))->n, w;

	put_text(s, ",\"windows\":[");
	for (w = 0; w < n; w++) {
		put_text(s, w ? ",[" : "[");
		put_window(s, get, index, (int)w);
		put_text(s, "]");
	}
	put_text(s, "]");
}

/* --- the first line --- */

static void put_head(struct state_save *s)
{
	const struct siphash_key *key = tally_hash_key(engine_tally(s->engine));
	const struct window_set *set = tally_windows(engine_tally(s->engine));
	unsigned int w;

	put_text(s, "{\"schema\":\"" STATE_SCHEMA "1\",\"arch\":\"");
	put_text(s, STATE_ARCH);
	put_text(s, "\",\"key\":\"");
	put_hex(s, key, sizeof(*key));
	put_text(s, "\",\"boot_id\":\"");
	put_text(s, s->identity.boot_id);
	put_text(s, "\",\"first_ms\":");
	put_i64(s, s->identity.first_ms);
	put_member(s,
		   ",\"records\":", tally_total(engine_tally(s->engine), -1, 0).records);
	put_text(s, ",\"window_ms\":[");
	for (w = 0; w < set->n; w++)
		put_member(s, w ? "," : "", (uint64_t)set->bucket_ms[w] * WINDOW_BUCKETS);
	put_text(s, "],\"oldest\":[");
	for (w = 0; w < set->n; w++) {
		put_text(s, w ? "," : "");
		put_i64(s, s->base.bucket[w]);
	}
	put_text(s, "]");
	end_line(s);
}

/* --- entries --- */

static struct count entry_bucket(const struct state_save *s, unsigned int index,
				 int window, int64_t bucket)
{
	return topk_bucket(tally_table(engine_tally(s->engine), (enum tally_list)s->list),
			   index, window, bucket);
}

static void put_ids(struct state_save *s, const char *before, const int32_t *ids,
		    unsigned int n)
{
	unsigned int i;

	put_text(s, before);
	for (i = 0; i < n && n <= FLOW_IDS_MAX; i++) {
		put_text(s, i ? "," : "");
		put_i64(s, ids[i]);
	}
	put_text(s, n > FLOW_IDS_MAX ? "-2]" : "]");
}

/* The bytes beside an entry. A list of ids that says -2 alone is folded. */
static void put_aux(struct state_save *s, const void *aux)
{
	const struct tally_flow_aux *flow = aux;
	const struct flow_ids *ids = aux;

	if (s->list == TALLY_EXES) {
		put_ids(s, ",\"uids\":[", ids->uid, ids->n_uid);
		put_ids(s, ",\"auids\":[", ids->auid, ids->n_auid);
	} else if (s->list == TALLY_FLOWS) {
		put_member(s, ",\"comm\":[", flow->started);
		put_member(s, ",", flow->comm_differs);
		put_text(s, ",\"");
		put_hex(s, flow->comm, flow->comm_len);
		put_text(s, "\"]");
	}
}

static void put_entry(struct state_save *s, const struct topk_view *v)
{
	struct topk *table =
		tally_table(engine_tally(s->engine), (enum tally_list)s->list);

	put_text(s, "{\"list\":\"");
	put_text(s, entry_list_name((enum tally_list)s->list));
	put_text(s, "\",\"name\":\"");
	put_hex(s, v->name.p, v->name.n);
	put_bound(s, "\",\"rank\":", topk_rank(table, s->index));
	put_bound(s, ",\"error\":", v->error);
	put_text(s, ",\"since_ms\":");
	put_i64(s, v->since_ms);
	put_text(s, ",\"total\":[");
	put_count(s, &v->count);
	put_text(s, "]");
	put_windows(s, entry_bucket, s->index);
	put_aux(s, v->aux);
	put_text(s, "}\n"); /* as end_line() ends it, but it may be taken back */
}

static void write_entry(struct state_save *s, struct topk *table)
{
	struct topk_view v = topk_view(table, s->index, -1, 0);

	s->done[s->list][s->index / 8] |= (uint8_t)(1U << s->index % 8);
	if (!s->full) {
		put_entry(s, &v);
		s->full = s->bytes + (s->n - s->line) > ENTRIES_END;
		if (!s->full) {
			s->n -= 2;
			end_line(s);
			s->entries++;
			return;
		}
		s->n = s->line;
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

	for (; looks && s->n < PIECE_FULL; looks--, s->index++) {
		struct topk *table;

		if (!advance(s))
			return false;
		table = tally_table(engine_tally(s->engine), (enum tally_list)s->list);
		if (is_due(s, table))
			write_entry(s, table);
	}
	return true;
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

	put_text(s, "{\"series\":\"");
	put_text(s, name);
	put_text(s, "\",\"total\":[");
	put_count(s, &c);
	put_text(s, "]");
	put_windows(s, sum_bucket, which);
	end_line(s);
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
	put_text(s, "{\"table\":\"");
	put_text(s, entry_list_name(list));
	put_bound(s, "\",\"worst\":", m.worst);
	put_bound(s, ",\"evicted\":", m.evicted);
	end_line(s);
}

static void put_row(struct state_save *s, const char *before, const int64_t *value,
		    unsigned int n)
{
	unsigned int i;

	put_text(s, before);
	for (i = 0; i < n; i++) {
		put_text(s, i ? "," : "");
		put_i64(s, value[i]);
	}
	put_text(s, "]");
}

static void put_time(struct state_save *s, const struct clock_reading *clock)
{
	struct timeline_saved t;
	bool started = timeline_save(engine_timeline(s->engine), clock, &t);

	put_member(s, "{\"time\":", started);
	put_text(s, ",\"now_ms\":");
	put_i64(s, t.now_ms);
	put_text(s, ",\"wall_ms\":");
	put_i64(s, t.wall_ms);
	put_text(s, ",\"boot_ms\":");
	put_i64(s, t.boot_ms);
	put_text(s, ",\"covered_ms\":");
	put_i64(s, t.covered_ms);
	put_row(s, ",\"cover_ms\":[", t.cover_ms,
		tally_windows(engine_tally(s->engine))->n);
	put_row(s, ",\"shift_ms\":[", t.shift_ms, t.n_shifts);
	end_line(s);
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
	sum = s->sum;
	put_member(s, "{\"end\":", s->entries);
	put_text(s, ",\"sum\":\"");
	put_hex(s, &sum, sizeof(sum));
	put_text(s, "\"}\n");
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
	s->sum = s->entries = 0;
	s->bytes = 0;
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
	s->piece[0] = 0;
	s->n = s->line = 1;
	if (s->phase == PHASE_HEAD) {
		s->piece[0] = STATEFILE_FIRST;
		put_head(s);
		s->phase = PHASE_ENTRIES;
	} else if (s->phase == PHASE_ENTRIES && !write_entries(s)) {
		s->phase = PHASE_TAIL;
	} else if (s->phase == PHASE_TAIL) {
		s->piece[0] = STATEFILE_LAST;
		put_tail(s, clock);
		s->phase = PHASE_NONE;
	}
	return (struct span){s->piece, s->n > 1 ? s->n : 0};
}
