/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_unended.c - what events that never end cost all the others
 *
 * Ordinary events with 0, 1,000 and 20,000 lone records strewn among them, as
 * a type that ends at once and as one that never does: the same text, the same
 * number of events, and nothing else differs. The ratio of the two is what not
 * ending costs. Through our engine, and through a bare libauparse loop, which
 * gets a bounded time for each stream: its cost a record is then that of the
 * part that it managed, and still growing.
 */
#include <stdio.h>

#include "synthetic.h"

#define ROUNDS   9
#define EVENTS   20000
#define LIMIT_NS 500000000 /* for the bare loop, each round */
#define AMOUNTS  3

static const unsigned int amount[AMOUNTS] = {0, 1000, 20000};

struct row {
	struct stream stream[2]; /* [1]: its lone records end */
	double cost[2][ROUNDS];  /* us a record */
	unsigned int fed;        /* of stream[0] */
};

/* 4,000 ordinary events a second: what stays open for 2 s matters */
static void make(struct stream *s, unsigned int lone, bool ends)
{
	unsigned int i, done = 0;

	*s = (struct stream){.ms = 1795300000000, .serial = 1};
	for (i = 0; i < EVENTS; i++) {
		stream_event(s, i % 2 ? MIX_3 : MIX_6);
		for (; done < (uint64_t)lone * (i + 1) / EVENTS; done++)
			stream_lone(s, ends);
		s->ms += i % 4 == 0;
	}
}

static void round_of(struct row row[AMOUNTS], unsigned int i, feed_fn *feed,
		     int64_t limit_ns)
{
	unsigned int k, ends;

	for (k = 0; k < AMOUNTS; k++) {
		for (ends = 0; ends < 2; ends++) {
			struct feeding f = feed(&row[k].stream[ends], limit_ns);

			row[k].cost[ends][i] = f.ns / f.records / 1000;
			if (!ends)
				row[k].fed = f.records;
		}
	}
}

static void show(const char *name, struct row row[AMOUNTS])
{
	double ratio[ROUNDS];
	unsigned int k, i;

	for (k = 0; k < AMOUNTS; k++) {
		const struct stream *s = &row[k].stream[0];

		for (i = 0; i < ROUNDS; i++) /* of one round, so before they are sorted */
			ratio[i] = row[k].cost[0][i] / row[k].cost[1][i];
		printf("%-5s %8u %9u of %6u %10.3f", name, amount[k], row[k].fed,
		       s->records, sort_values(row[k].cost[0], ROUNDS));
		printf(" %10.3f", sort_values(row[k].cost[1], ROUNDS));
		printf(" %8.2f", sort_values(ratio, ROUNDS));
		printf("  (%.2f to %.2f)%s\n", ratio[0], ratio[ROUNDS - 1],
		       row[k].fed < s->records ? " at least" : "");
	}
}

int main(void)
{
	static struct row every[AMOUNTS], kinds[AMOUNTS], bare[AMOUNTS];
	unsigned int i, k, ends;

	for (k = 0; k < AMOUNTS; k++)
		for (ends = 0; ends < 2; ends++) {
			make(&every[k].stream[ends], amount[k], ends);
			kinds[k].stream[ends] = every[k].stream[ends];
			bare[k].stream[ends] = every[k].stream[ends];
		}
	for (i = 0; i < ROUNDS; i++) {
		round_of(every, i, feed_every, 0);
		round_of(kinds, i, feed_kinds, 0);
		round_of(bare, i, feed_auparse, LIMIT_NS);
	}
	printf("%-5s %8s %19s %10s %10s %8s\n", "", "unended", "records fed", "us/record",
	       "if ended", "ratio");
	show("every", every);
	show("kinds", kinds);
	show("bare", bare);
	for (k = 0; k < AMOUNTS; k++)
		for (ends = 0; ends < 2; ends++)
			stream_free(&every[k].stream[ends]);
	return 0;
}
