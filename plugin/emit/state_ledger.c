/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_ledger.c - the ledger's lines in a state file
 */
#include "emit/state_ledger.h"

#include <string.h>

#include "emit/state_save.h"

#define NUMBERS    24
#define ENTRY_SIZE 640 /* of a line, its names left out; numbers may have 19 digits */

/* --- an entry as a row of numbers --- */

static int64_t bounded(uint64_t value)
{
	return (int64_t)(value < STATE_COUNT_MAX ? value : STATE_COUNT_MAX);
}

enum flag {
	STOPPED = 1,
	ABSENT = 2,
	BEFORE = 4,
	AT_BOOT = 8,
	DISPATCHER = 16,
	SUSPENDED = 32
};

static void to_row(const struct ledger_entry *e, int64_t row[NUMBERS])
{
	const struct ledger_evidence *v = &e->evidence;
	const int64_t all[NUMBERS] = {
		e->first_ms,
		e->last_ms,
		bounded(e->sums.refused),
		bounded(e->sums.waited_ticks),
		bounded(e->sums.gap_events),
		bounded(e->sums.unlogged_events),
		bounded(e->sums.socket_drops),
		v->reasons,
		v->backlog_peak,
		v->backlog_limit,
		v->rate_limit,
		v->wait_ticks,
		v->over_polls,
		v->polls,
		v->stopped * STOPPED + v->absent * ABSENT + v->before * BEFORE +
			v->at_boot * AT_BOOT + v->dispatcher * DISPATCHER +
			v->suspended * SUSPENDED,
		v->run_ms,
		v->starved_ms,
		v->watched_ms,
		bounded(v->events),
		bounded(v->records),
		bounded(v->broken_events),
		e->cause,
		e->place,
		bounded(e->suspects.records),
	};

	memcpy(row, all, sizeof(all));
}

/* Return: false for values that to_row() never gives. */
static bool from_row(const int64_t row[NUMBERS], struct ledger_entry *e)
{
	struct ledger_evidence *v = &e->evidence;
	unsigned int i;

	for (i = 2; i < NUMBERS; i++)
		if (row[i] < 0 || row[i] > (int64_t)STATE_COUNT_MAX ||
		    (i >= 7 && i < 15 && row[i] > UINT32_MAX))
			return false;
	if (row[21] >= LEDGER_CAUSES || row[22] >= LEDGER_PLACES)
		return false;
	e->first_ms = row[0];
	e->last_ms = row[1];
	e->sums =
		(struct ledger_sums){(uint64_t)row[2], (uint64_t)row[3], (uint64_t)row[4],
				     (uint64_t)row[5], (uint64_t)row[6]};
	v->reasons = (uint32_t)row[7];
	v->backlog_peak = (uint32_t)row[8];
	v->backlog_limit = (uint32_t)row[9];
	v->rate_limit = (uint32_t)row[10];
	v->wait_ticks = (uint32_t)row[11];
	v->over_polls = (uint32_t)row[12];
	v->polls = (uint32_t)row[13];
	v->stopped = row[14] & STOPPED;
	v->absent = row[14] & ABSENT;
	v->before = row[14] & BEFORE;
	v->at_boot = row[14] & AT_BOOT;
	v->dispatcher = row[14] & DISPATCHER;
	v->suspended = row[14] & SUSPENDED;
	v->run_ms = row[15];
	v->starved_ms = row[16];
	v->watched_ms = row[17];
	v->events = (uint64_t)row[18];
	v->records = (uint64_t)row[19];
	v->broken_events = (uint64_t)row[20];
	e->cause = (enum ledger_cause)row[21];
	e->place = (enum ledger_place)row[22];
	e->suspects.records = (uint64_t)row[23];
	return true;
}

/* --- writing --- */

unsigned int state_ledger_first(const struct ledger *l)
{
	size_t room = STATE_LEDGER_MAX;
	unsigned int i, k;

	for (i = l->n; i > 0; i--) {
		const struct suspects *s = &ledger_entry(l, i - 1)->suspects;
		size_t size = ENTRY_SIZE;

		for (k = 0; k < s->n; k++)
			size += 2 * ((size_t)s->of[k].key.n + s->of[k].exe.n) + 64;
		if (size > room)
			break;
		room -= size;
	}
	return i;
}

static void put_name(struct piece *p, const struct suspects_text *t)
{
	piece_text(p, t->absent ? ",\"n" : t->cut ? ",\"c" : ",\"t");
	piece_hex(p, t->text, t->n);
	piece_text(p, "\"");
}

void state_ledger_entry(struct piece *p, const struct ledger_entry *entry)
{
	int64_t row[NUMBERS];
	unsigned int i;

	to_row(entry, row);
	piece_text(p, "{\"loss\":");
	for (i = 0; i < NUMBERS; i++) {
		piece_text(p, i ? "," : "[");
		piece_i64(p, row[i]);
	}
	piece_text(p, "],\"by\":[");
	for (i = 0; i < entry->suspects.n; i++) {
		const struct suspect *s = &entry->suspects.of[i];

		piece_member(p, i ? ",[" : "[", s->type);
		piece_bound(p, ",", s->records);
		put_name(p, &s->key);
		put_name(p, &s->exe);
		piece_text(p, "]");
	}
	piece_text(p, "]");
	piece_end_line(p);
}

void state_ledger_kernel(struct piece *p, const struct ledger *l)
{
	/* one that never got an answer hands on what the one before it knew */
	int64_t boot_ms = l->has_status ? l->status_boot_ms : l->resumed_ms;
	int64_t serial = l->has_saved_serial ? (int64_t)l->saved_serial : -1;

	if (l->stream.has_serial)
		serial = l->stream.newest_serial;
	if (!boot_ms)
		return;
	piece_member(p, "{\"kernel\":[", l->status.lost);
	piece_member(p, ",", l->status.waited_ticks);
	piece_text(p, ",");
	piece_i64(p, boot_ms);
	piece_text(p, ",");
	piece_i64(p, serial);
	piece_member(p, ",", l->forgotten + state_ledger_first(l));
	piece_text(p, "]");
	piece_end_line(p);
}

/* --- reading --- */

static void read_name(struct scan *s, struct suspects_text *t)
{
	scan_expect(s, ",\"");
	t->absent = scan_skip(s, "n");
	t->cut = !t->absent && scan_skip(s, "c");
	if (!t->absent && !t->cut)
		scan_expect(s, "t");
	t->n = (uint16_t)scan_hex(s, t->text, sizeof(t->text));
	if (t->absent && t->n)
		s->bad = true;
	scan_expect(s, "\"");
}

static void read_suspects(struct scan *s, struct suspects *suspects)
{
	unsigned int n = 0;

	scan_expect(s, "[");
	while (!s->bad && !scan_skip(s, "]")) {
		struct suspect *of = &suspects->of[n];

		if (n == SUSPECTS_MAX) {
			s->bad = true;
			return;
		}
		scan_expect(s, n++ ? ",[" : "[");
		of->type = (uint32_t)scan_u64(s, UINT32_MAX);
		scan_expect(s, ",");
		of->records = scan_u64(s, STATE_COUNT_MAX);
		read_name(s, &of->key);
		read_name(s, &of->exe);
		scan_expect(s, "]");
	}
	suspects->n = n;
}

bool state_ledger_read(struct scan *s, struct ledger_entry *entry)
{
	int64_t row[NUMBERS];

	memset(entry, 0, sizeof(*entry));
	if (!scan_skip(s, "{\"loss\":"))
		return false;
	if (scan_row(s, row, NUMBERS) != NUMBERS || !from_row(row, entry))
		s->bad = true;
	scan_expect(s, ",\"by\":");
	read_suspects(s, &entry->suspects);
	return true;
}

bool state_ledger_read_kernel(struct scan *s, struct state_ledger_counters *c)
{
	int64_t row[5] = {0}; /* the last one was not known before */
	unsigned int n;

	if (!scan_skip(s, "{\"kernel\":"))
		return false;
	n = scan_row(s, row, 5);
	if (n < 4 || row[4] < 0 || row[3] < -1 || row[3] > UINT32_MAX || row[0] < 0 ||
	    row[0] > UINT32_MAX || row[1] < 0 || row[1] > UINT32_MAX || row[2] < 0) {
		s->bad = true;
		return true;
	}
	*c = (struct state_ledger_counters){(uint32_t)row[0], (uint32_t)row[1], row[2],
					    row[3], (uint64_t)row[4]};
	return true;
}
