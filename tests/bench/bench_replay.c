/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_replay.c - our engine against a bare libauparse loop, same bytes
 *
 * Rounds of all are interleaved, so that a change of the machine's speed meets
 * each of them; of each round the ratio is taken, and of those the median.
 */
#include <stdio.h>

#include "synthetic.h"

#define ROUNDS 9
#define EVENTS 20000

enum way { BARE, EVERY, KINDS, WAYS };

static feed_fn *const feed[WAYS] = {feed_auparse, feed_every, feed_kinds};

static void compare(const char *name, const struct stream *s)
{
	double cost[WAYS][ROUNDS], ratio[WAYS][ROUNDS];
	unsigned int i, way;

	for (way = 0; way < WAYS; way++)
		feed[way](s, 0); /* warm */
	for (i = 0; i < ROUNDS; i++) {
		for (way = 0; way < WAYS; way++) {
			cost[way][i] = feed[way](s, 0).ns / s->records / 1000;
			ratio[way][i] = cost[way][i] / cost[BARE][i];
		}
	}
	printf("%-10s %7u %8.3f", name, s->records, sort_values(cost[BARE], ROUNDS));
	for (way = EVERY; way < WAYS; way++) {
		printf(" %8.3f", sort_values(cost[way], ROUNDS));
		printf(" %6.2f", sort_values(ratio[way], ROUNDS));
		printf(" (%.2f to %.2f)", ratio[way][0], ratio[way][ROUNDS - 1]);
	}
	printf("\n");
}

int main(void)
{
	struct stream all = {.ms = 1795300000000, .serial = 1};
	unsigned int mix, i;

	printf("us a record, and its ratio to the bare loop\n");
	printf("%-10s %7s %8s %8s %6s %15s %8s %6s\n", "stream", "records", "bare",
	       "every", "ratio", "", "kinds", "ratio");
	for (mix = 0; mix < MIXES; mix++) {
		struct stream s = {.ms = 1795300000000, .serial = 1};

		for (i = 0; i < EVENTS; i++, s.ms += i % 2)
			stream_event(&s, (enum mix)mix);
		compare(mix_name[mix], &s);
		stream_free(&s);
	}
	for (i = 0; i < EVENTS; i++, all.ms += i % 2)
		stream_event(&all, i % 10 < 5 ? MIX_3 : i % 10 < 8 ? MIX_6 : MIX_EXECVE);
	compare("mixed", &all);
	stream_free(&all);
	return 0;
}
