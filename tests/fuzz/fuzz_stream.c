/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_stream.c - any bytes as the stream, in any portions
 *
 * The bytes go through input, record, assembler and parser twice: in one piece
 * and cut as the first two bytes say. Both ways must give the same events with
 * the same fields. Every byte is in one line, every record in one event, every
 * event is completed once; where the table was large enough, events are what
 * plain grouping by (node, stamp, serial) makes of the lines.
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream/input.h"
#include "stream/parse.h"

#define EVENTS_MAX  4096 /* inputs with more are left */
#define TABLE_LARGE 512
#define TABLE_SMALL 32

struct seen {
	uint64_t node;
	int64_t stamp_ms;
	uint32_t serial, records;
	uint64_t bytes;
	uint64_t fields;    /* hash of all that the parser said */
	uint64_t completed; /* no padding: two are compared byte by byte */
};

struct run {
	struct input input;
	struct nodes nodes;
	struct assembler *a;
	struct event event;
	uint64_t line_bytes, record_bytes, records, daemons;
	uint32_t least, greatest; /* serials */
	unsigned int n;
	struct seen seen[EVENTS_MAX];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct parser *parser; /* one for all: nothing may stay in it */

/* The one way out when a promise is broken; the fuzzer reports it. */
static void must(bool kept, const char *what)
{
	if (kept)
		return;
	fprintf(stderr, "fuzz_stream: broken: %s\n", what);
	abort();
}

/* --- what the assembler tells --- */

static struct seen *seen_of(struct run *run, struct assembly *ev)
{
	unsigned int *number = assembly_aux(ev);

	must(*number >= 1 && *number <= run->n, "an event keeps the caller's bytes");
	return &run->seen[*number - 1];
}

static void opened(void *arg, struct assembly *ev, const struct record *r)
{
	struct run *run = arg;
	unsigned int *number = assembly_aux(ev);

	must(!*number, "the caller's bytes are zeroed");
	must(run->n < EVENTS_MAX, "no more events than lines");
	*number = ++run->n;
	run->seen[run->n - 1] =
		(struct seen){.node = (uint64_t)(ev->node - run->nodes.node),
			      .stamp_ms = r->stamp_ms,
			      .serial = r->serial};
	run->daemons += record_is_daemon(r->type);
}

static void record(void *arg, struct assembly *ev, const struct record *r, bool first)
{
	struct seen *s = seen_of(arg, ev);

	must(s->stamp_ms == r->stamp_ms && s->serial == r->serial,
	     "a record is in its own event");
	must(s->completed == ev->complete, "an event knows that it is complete");
	s->records++;
	s->bytes += r->bytes;
	must(ev->records == s->records && ev->bytes == s->bytes,
	     "an event's figures add up");
}

static uint64_t hash(uint64_t h, const void *p, size_t n)
{
	const unsigned char *byte = p;

	while (n--)
		h = (h ^ *byte++) * 0x100000001b3;
	return h;
}

static uint64_t hash_span(uint64_t h, struct span s)
{
	bool absent = !s.p;

	h = hash(h, &absent, sizeof(absent));
	h = hash(h, &s.n, sizeof(s.n));
	return hash(h, s.p, s.n);
}

static uint64_t hash_fields(const struct event *e, int r)
{
	uint64_t h = hash(0xcbf29ce484222325, &r, sizeof(r));
	unsigned int i;

	h = hash(h, e->types, e->n_types * sizeof(e->types[0]));
	for (i = 0; i < e->n_keys; i++)
		h = hash_span(h, e->keys[i]);
	h = hash(h, &e->arch, sizeof(e->arch));
	h = hash(h, &e->nr, sizeof(e->nr));
	h = hash(h, &e->success, sizeof(e->success));
	h = hash(h, &e->error, sizeof(e->error));
	h = hash(h, &e->uid, sizeof(e->uid));
	h = hash(h, &e->auid, sizeof(e->auid));
	h = hash(h, &e->pid, sizeof(e->pid));
	h = hash_span(hash_span(h, e->node), e->dir);
	h = hash_span(hash_span(h, e->exe), e->comm);
	return hash_span(hash_span(h, e->subj_type), e->acct);
}

static void check_fields(const struct event *e, const struct assembly *ev, int r)
{
	unsigned int i;

	must(r == 0 || r == -EBADMSG, "the parser has two answers");
	must(e->records == ev->records && e->bytes == ev->bytes, "the header is filled");
	must(e->n_types <= EVENT_TYPES_MAX && e->n_keys <= EVENT_KEYS_MAX, "lists fit");
	for (i = 1; i < e->n_types; i++)
		must(e->types[i - 1] < e->types[i], "types ascend");
	must(!e->n_keys || r == 0, "no fields without a record");
	must(!e->dir.p || (e->dir.n && e->dir.p[0] == '/'), "a directory is absolute");
	must(e->uid == EVENT_ID_ABSENT ||
		     (e->uid >= EVENT_ID_UNSET && e->uid < UINT32_MAX),
	     "uid");
	must(e->auid == EVENT_ID_ABSENT ||
		     (e->auid >= EVENT_ID_UNSET && e->auid < UINT32_MAX),
	     "auid");
	must(e->error >= 0 && e->error < 4096, "error");
}

static void complete(void *arg, struct assembly *ev)
{
	struct run *run = arg;
	struct seen *s = seen_of(run, ev);
	struct record r;
	unsigned int i;
	int answer;

	s->completed++;
	for (i = 0; i < ev->n_lines; i++) {
		struct span line = assembly_line(run->a, ev, i);

		must(!line.p || (record_scan(&r, line, line.n) &&
				 r.serial == ev->serial && r.stamp_ms == ev->stamp_ms),
		     "kept text is the event's own");
	}
	answer = parser_read(parser, run->a, ev, &run->event);
	check_fields(&run->event, ev, answer);
	s->fields = hash_fields(&run->event, answer);
}

static void on_line(void *arg, struct span line, uint64_t bytes, bool cut)
{
	struct run *run = arg;
	struct record r;

	run->line_bytes += bytes;
	must(cut ? line.n == INPUT_LINE_MAX && bytes > line.n : bytes <= line.n + 1,
	     "a line's bytes");
	if (!record_scan(&r, line, bytes))
		return;
	run->records++;
	run->record_bytes += bytes;
	if (r.serial < run->least)
		run->least = r.serial;
	if (r.serial > run->greatest)
		run->greatest = r.serial;
	assembler_add(run->a, nodes_find(&run->nodes, r.node), &r);
}

/* --- one way through --- */

static const struct assembler_ops ops = {
	.wants = parser_wants, .opened = opened, .record = record, .complete = complete};

/* The next portion: small, middle or large, as the seed says. */
static size_t portion(uint32_t *seed)
{
	static const size_t most[] = {3, 100, 4096, 20000};

	*seed = *seed * 1664525 + 1013904223;
	return 1 + (*seed >> 8) % most[*seed >> 30];
}

static void feed(struct run *run, const uint8_t *data, size_t size, uint32_t seed)
{
	size_t n;

	while (size) {
		n = seed ? portion(&seed) : size;
		if (n > size)
			n = size;
		input_feed(&run->input, (const char *)data, n);
		data += n;
		size -= n;
	}
	input_end(&run->input);
	assembler_flush(run->a, UINT_MAX);
}

static struct run *new_run(unsigned int table)
{
	static const struct siphash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
	struct run *run = calloc(1, sizeof(*run));
	struct assembler_options o = {.max_events = table,
				      .text_bytes = 65536,
				      .aux_size = sizeof(unsigned int),
				      .ops = &ops,
				      .arg = run,
				      .key = &key};

	run->least = UINT32_MAX;
	run->a = assembler_new(&o);
	input_init(&run->input, on_line, run);
	return run;
}

static void free_run(struct run *run)
{
	assembler_free(run->a);
	free(run);
}

/* --- the promises --- */

static void check_sums(struct run *run, size_t size)
{
	uint64_t records = 0, bytes = 0;
	unsigned int i;

	for (i = 0; i < run->n; i++) {
		must(run->seen[i].completed == 1, "every event is completed once");
		records += run->seen[i].records;
		bytes += run->seen[i].bytes;
	}
	must(records == run->records && bytes == run->record_bytes,
	     "every record is in an event");
	must(run->line_bytes == size, "every byte is in a line");
	for (i = 0; i < NODES_MAX; i++) {
		must(!run->nodes.node[i].oldest && !run->nodes.node[i].held,
		     "nothing stays open");
		gaps_end(&run->nodes.node[i].gaps);
		must(!run->nodes.node[i].gaps.n_holes, "no hole stays open");
	}
}

static int by_identity(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->stamp_ms != y->stamp_ms)
		return x->stamp_ms < y->stamp_ms ? -1 : 1;
	return (x->serial > y->serial) - (x->serial < y->serial);
}

static uint64_t count_restarts(const struct run *run)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < NODES_MAX; i++)
		n += run->nodes.node[i].gaps.restarts;
	return n;
}

/* No event twice, but one that was left behind; after a restart anything may be. */
static void check_identities(struct run *run)
{
	struct assembler_counters c = assembler_counters(run->a);
	uint64_t twice = 0;
	unsigned int i;

	if (!run->n || run->n > TABLE_LARGE || c.forced || count_restarts(run) ||
	    run->greatest - run->least > 1u << 30)
		return;
	qsort(run->seen, run->n, sizeof(run->seen[0]), by_identity);
	for (i = 1; i < run->n; i++)
		twice += by_identity(&run->seen[i - 1], &run->seen[i]) == 0;
	must(twice <= c.resumed + run->daemons, "an event is opened once");
}

static unsigned int count_lines(const uint8_t *data, size_t size)
{
	unsigned int lines = 1;

	while (size--)
		lines += *data++ == '\n';
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *whole, *cut;
	unsigned int table;
	uint32_t seed;

	if (!parser)
		parser = parser_new();
	if (!parser || size < 2 || count_lines(data + 2, size - 2) > EVENTS_MAX)
		return 0;
	seed = 1u + data[0] + 256u * data[1];
	table = data[0] & 0x80 ? TABLE_SMALL : TABLE_LARGE;
	data += 2;
	size -= 2;
	whole = new_run(table);
	cut = new_run(table);
	feed(whole, data, size, 0);
	feed(cut, data, size, seed);
	check_sums(whole, size);
	check_sums(cut, size);
	must(whole->n == cut->n &&
		     !memcmp(whole->seen, cut->seen, whole->n * sizeof(struct seen)),
	     "the same events however cut");
	if (table == TABLE_LARGE)
		check_identities(whole);
	free_run(whole);
	free_run(cut);
	return 0;
}
