/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * auth_book.c - messages about logins, by who sends them and what they say
 *
 * A row is known by a keyed hash of all that tells it apart. It lives as long as an event
 * of it lies in the longest window; one that is dead is any newcomer's. A row that begins
 * anew is another one to whoever held a reference.
 */
#include "count/auth_book.h"

#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define EXE_MAX   AUTH_BOOK_TEXT /* bytes that are kept; the hash is of the whole */
#define OTHER_MAX 64
#define NONE      UINT_MAX

struct text {
	uint8_t n;
	bool absent;
};

struct ring {
	int64_t head; /* number of the newest bucket */
	uint32_t events[WINDOW_BUCKETS];
};

struct row {
	uint32_t generation, rank, type;
	bool claimed, joined;
	enum event_success outcome;
	int64_t uid, auid;
	struct span node; /* borrowed */
	struct text exe_len, account_len, source_len;
	char exe[EXE_MAX], account[OTHER_MAX], source[OTHER_MAX];
};

struct auth_book {
	struct window_set windows;
	struct siphash_key key;
	unsigned int used;
	/* what is looked at for each event lies apart from the bulk */
	uint64_t kind[AUTH_BOOK_ROWS]; /* hash of type, program, node and outcome */
	uint64_t id[AUTH_BOOK_ROWS];   /* hash of all */
	struct row *row;
	struct ring *rings;        /* of each row one a window */
	int64_t gone[WINDOWS_MAX]; /* newest bucket that a row was driven out with */
	uint64_t evicted, events;
};

struct auth_book *auth_book_new(const struct window_set *windows,
				const struct siphash_key *key)
{
	struct auth_book *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->windows = *windows;
	b->key = *key;
	for (unsigned int i = 0; i < windows->n; i++)
		b->gone[i] = INT64_MIN / 2;
	b->row = calloc(AUTH_BOOK_ROWS, sizeof(*b->row));
	b->rings = calloc((size_t)AUTH_BOOK_ROWS * windows->n, sizeof(*b->rings));
	if (b->row && b->rings)
		return b;
	auth_book_free(b);
	errno = ENOMEM;
	return NULL;
}

void auth_book_free(struct auth_book *b)
{
	if (!b)
		return;
	free(b->row);
	free(b->rings);
	free(b);
}

static struct ring *ring_of(const struct auth_book *b, unsigned int i,
			    unsigned int window)
{
	return &b->rings[i * b->windows.n + window];
}

/* --- which messages --- */

/* What PAM, login programs, su and sudo write. */
static bool is_about_logins(uint32_t type)
{
	return type == AUDIT_LOGIN || type == AUDIT_USER_CMD ||
	       (type >= AUDIT_USER_AUTH && type <= AUDIT_USER_LOGOUT &&
		type != AUDIT_USER_AVC);
}

/* The one such type of the event, 0: none. */
static uint32_t type_of(const struct event *e)
{
	for (unsigned int i = 0; i < e->n_types; i++)
		if (is_about_logins(e->types[i]))
			return e->types[i];
	return 0;
}

/* Whoever asks for another login uid and is refused needs no right for that, and takes as
 * many programs for it as he likes. */
static bool is_refused(const struct event *e)
{
	return type_of(e) == AUDIT_LOGIN && e->success == EVENT_SUCCESS_NO;
}

/* --- which row --- */

static uint64_t hash_text(const struct auth_book *b, struct span s)
{
	return s.p ? siphash(&b->key, s.p, s.n) : 0;
}

static uint64_t kind_of(const struct auth_book *b, const struct event *e)
{
	const uint64_t kind[] = {
		hash_text(b, e->node),
		hash_text(b, e->exe),
		(uint64_t)type_of(e) << 8 | (uint64_t)e->success << 1 | e->claimed,
	};

	return siphash(&b->key, kind, sizeof(kind));
}

static uint64_t id_of(const struct auth_book *b, const struct event *e, uint64_t kind)
{
	const uint64_t id[] = {kind, hash_text(b, e->acct), hash_text(b, e->source),
			       (uint64_t)e->uid, (uint64_t)e->auid};

	return siphash(&b->key, id, sizeof(id));
}

/* Of the row that all others of the kind share. */
static uint64_t joined_id_of(const struct auth_book *b, uint64_t kind)
{
	return siphash(&b->key, &kind, sizeof(kind));
}

static bool is_alive(const struct auth_book *b, unsigned int i, const struct when *now)
{
	unsigned int longest = b->windows.n - 1;

	return now->bucket[longest] - ring_of(b, i, longest)->head < WINDOW_BUCKETS;
}

/* Return: the row, or NONE. */
static unsigned int find(const struct auth_book *b, uint64_t id)
{
	for (unsigned int i = 0; i < b->used; i++)
		if (b->id[i] == id)
			return i;
	return NONE;
}

static unsigned int count_kind(const struct auth_book *b, uint64_t kind,
			       const struct when *now)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < b->used; i++)
		n += b->kind[i] == kind && is_alive(b, i, now);
	return n;
}

/* What succeeds, or is only said to, drives out nothing that fails as long as there is
 * something else: behind it nobody guesses unseen. */
static bool is_less(const struct row *a, const struct row *b)
{
	bool fails = a->outcome == EVENT_SUCCESS_NO;

	if (fails != (b->outcome == EVENT_SUCCESS_NO))
		return !fails;
	return a->rank < b->rank;
}

/* A dead row, else the least one, which is lost. */
static unsigned int take_place(struct auth_book *b, const struct when *now)
{
	unsigned int lowest = 0;

	if (b->used < AUTH_BOOK_ROWS)
		return b->used++;
	for (unsigned int i = 0; i < b->used; i++) {
		if (!is_alive(b, i, now))
			return i;
		if (is_less(&b->row[i], &b->row[lowest]))
			lowest = i;
	}
	for (unsigned int w = 0; w < b->windows.n; w++)
		if (ring_of(b, lowest, w)->head > b->gone[w])
			b->gone[w] = ring_of(b, lowest, w)->head;
	b->evicted++;
	return lowest;
}

static struct text put_text(char *room, size_t max, struct span s)
{
	size_t n = s.n < max ? s.n : max;

	if (n)
		memcpy(room, s.p, n);
	return (struct text){(uint8_t)n, !s.p};
}

static void begin(struct auth_book *b, unsigned int i, const struct event *e,
		  const struct when *when)
{
	struct row *r = &b->row[i];
	uint32_t generation = r->generation + 1;

	*r = (struct row){.generation = generation ? generation : 1,
			  .type = type_of(e),
			  .claimed = e->claimed,
			  .outcome = e->success,
			  .uid = e->uid,
			  .auid = e->auid,
			  .node = e->node};
	r->exe_len = put_text(r->exe, sizeof(r->exe), e->exe);
	r->account_len = put_text(r->account, sizeof(r->account), e->acct);
	r->source_len = put_text(r->source, sizeof(r->source), e->source);
	for (unsigned int w = 0; w < b->windows.n; w++)
		*ring_of(b, i, w) = (struct ring){.head = when->bucket[w]};
}

/* Of those that differ none is known. */
static void join(struct row *r, const struct event *e)
{
	r->joined = r->account_len.absent = r->source_len.absent = true;
	if (r->uid != e->uid)
		r->uid = EVENT_ID_ABSENT;
	if (r->auid != e->auid)
		r->auid = EVENT_ID_ABSENT;
}

static unsigned int row_of(struct auth_book *b, const struct event *e,
			   const struct when *when, const struct when *now)
{
	uint64_t kind = kind_of(b, e), id = id_of(b, e, kind),
		 shared_id = joined_id_of(b, kind);
	unsigned int own = find(b, id), shared = find(b, shared_id), i;
	bool joins;

	if (own != NONE && is_alive(b, own, now))
		return own;
	if (shared != NONE && is_alive(b, shared, now)) {
		join(&b->row[shared], e);
		return shared;
	}
	joins = count_kind(b, kind, now) >= AUTH_BOOK_APART;
	i = joins ? shared : own;
	if (i == NONE)
		i = take_place(b, now);
	begin(b, i, e, when);
	if (joins)
		join(&b->row[i], e);
	b->kind[i] = kind;
	b->id[i] = joins ? shared_id : id;
	return i;
}

/* --- counting --- */

static void ring_add(struct ring *r, int64_t bucket)
{
	if (bucket - r->head >= WINDOW_BUCKETS) {
		memset(r->events, 0, sizeof(r->events));
		r->head = bucket;
	}
	while (r->head < bucket)
		r->events[(uint64_t)++r->head % WINDOW_BUCKETS] = 0;
	if (r->head - bucket < WINDOW_BUCKETS)
		r->events[(uint64_t)bucket % WINDOW_BUCKETS]++;
}

static void add(struct auth_book *b, unsigned int i, const struct when *when)
{
	b->events++;
	if (b->row[i].rank < UINT32_MAX)
		b->row[i].rank++;
	for (unsigned int w = 0; w < b->windows.n; w++)
		ring_add(ring_of(b, i, w), when->bucket[w]);
}

struct topk_ref auth_book_event(struct auth_book *b, const struct event *e,
				const struct when *when, const struct when *now)
{
	unsigned int i;

	if (!e->exe.p || !type_of(e) || is_refused(e))
		return (struct topk_ref){0, 0};
	i = row_of(b, e, when, now);
	add(b, i, when);
	return (struct topk_ref){i, b->row[i].generation};
}

bool auth_book_has(const struct auth_book *b, struct topk_ref ref, const struct when *now)
{
	return !ref.generation || (b->row[ref.index].generation == ref.generation &&
				   is_alive(b, ref.index, now));
}

void auth_book_again(struct auth_book *b, struct topk_ref ref, const struct when *when)
{
	if (ref.generation)
		add(b, ref.index, when);
}

void auth_book_fade(struct auth_book *b)
{
	for (unsigned int i = 0; i < b->used; i++)
		b->row[i].rank /= 2;
}

/* --- reading --- */

static struct span text_of(const char *room, struct text len)
{
	return len.absent ? (struct span){NULL, 0} : (struct span){room, len.n};
}

static void read_ring(const struct ring *r, int64_t now, struct auth_row *out)
{
	for (int i = 0; i < WINDOW_BUCKETS; i++) {
		int64_t bucket = now - WINDOW_BUCKETS + 1 + i;

		if (bucket <= r->head && r->head - bucket < WINDOW_BUCKETS)
			out->rhythm[i] = r->events[(uint64_t)bucket % WINDOW_BUCKETS];
		out->events += out->rhythm[i];
	}
}

size_t auth_book_rows(const struct auth_book *b, unsigned int window, int64_t now,
		      struct auth_row *out, bool *complete)
{
	size_t n = 0;

	*complete = now - b->gone[window] >= WINDOW_BUCKETS;
	for (unsigned int i = 0; i < b->used; i++) {
		const struct row *r = &b->row[i];

		out[n] = (struct auth_row){
			.type = r->type,
			.claimed = r->claimed,
			.joined = r->joined,
			.node = r->node,
			.exe = text_of(r->exe, r->exe_len),
			.account = text_of(r->account, r->account_len),
			.source = text_of(r->source, r->source_len),
			.uid = r->uid,
			.auid = r->auid,
			.outcome = r->outcome,
		};
		read_ring(ring_of(b, i, window), now, &out[n]);
		n += out[n].events != 0;
	}
	return n;
}

uint64_t auth_book_evicted(const struct auth_book *b)
{
	return b->evicted;
}

uint64_t auth_book_events(const struct auth_book *b)
{
	return b->events;
}
