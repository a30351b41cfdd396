/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tally_help.h - events made by hand, and what a tally says of them
 *
 * Include it behind cmocka.h.
 */
#ifndef NOISE_TEST_TALLY_HELP_H
#define NOISE_TEST_TALLY_HELP_H

#include "count/tally_aux.h"

#define NOW 1700000000000

static const struct window_set windows = {2, {1000, 60000}};

static struct tally *new_tally(unsigned int max_values)
{
	struct tally_options o = {.windows = &windows,
				  .max_values = max_values,
				  .max_flows = max_values,
				  .key = {{3, 4}}};
	struct tally *t = tally_new(&o);

	assert_non_null(t);
	return t;
}

static struct when when_of(int64_t ms)
{
	return (struct when){{ms / 1000, ms / 60000}};
}

static struct event new_event(uint32_t records, uint64_t bytes)
{
	struct event e;

	memset(&e, 0, sizeof(e));
	e.uid = e.auid = EVENT_ID_ABSENT;
	e.records = records;
	e.bytes = bytes;
	return e;
}

/* Records of one type, as the stream brings them. */
static void read_records(struct tally *t, struct when when, unsigned int n,
			 uint64_t bytes)
{
	struct record r = {.type = RECORD_SYSCALL, .bytes = bytes};
	unsigned int i;

	for (i = 0; i < n; i++)
		tally_record(t, &when, &r, i == 0, NOW);
}

static const struct tally_rule no_rule = {.name = {NULL, 0}};

/* An event of 100 bytes a record, counted whole. */
static struct tally_receipt count_event(struct tally *t, struct event *e)
{
	struct tally_receipt receipt = {.when = when_of(NOW)};

	read_records(t, receipt.when, e->records, 100);
	e->bytes = 100 * e->records;
	tally_event(t, e, &no_rule, &receipt, NOW);
	return receipt;
}

static inline void assert_count(struct count c, uint64_t events, uint64_t records,
				uint64_t bytes)
{
	assert_int_equal(c.events, events);
	assert_int_equal(c.records, records);
	assert_int_equal(c.bytes, bytes);
}

/* The only entry of a list, or that with number @i. */
static inline struct topk_view entry(struct tally *t, enum tally_list list,
				     unsigned int i)
{
	assert_true(topk_used(tally_table(t, list)) > i);
	return topk_view(tally_table(t, list), i, -1, 0);
}

static inline struct count total(struct tally *t)
{
	return tally_total(t, -1, 0);
}

static inline struct count key_count(struct tally *t, const char *key)
{
	struct topk *table = tally_table(t, TALLY_KEYS);
	unsigned int i;

	for (i = 0; i < topk_used(table); i++) {
		struct topk_view v = topk_view(table, i, -1, 0);
		struct span text = tally_key(v.name).text;

		if (key ? span_is(text, key) : !text.p)
			return v.count;
	}
	return (struct count){0};
}

#endif
