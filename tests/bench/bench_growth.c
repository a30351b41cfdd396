/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_growth.c - does a record cost more, the more there were?
 *
 * Engines of different age, and engines that see different numbers of values,
 * get the same portions in turn, round after round; the ratios are those of one
 * round. Ages: the first 10^4 records, and after 10^5, 10^6 and 10^7. Values
 * (programs, keys, accounts, directories): 1 to 10^6, each seen once before.
 */
#include <stdio.h>

#include "count/engine.h"
#include "synthetic.h"

#define ROUNDS 15
#define EVENTS 2500 /* of 3 and 6 records in turn: about 10^4 records a portion */
#define AGES   4
#define COUNTS 7

static const unsigned int decades[COUNTS] = {1, 10, 100, 1000, 10000, 100000, 1000000};

static struct engine *new_engine(bool every_event)
{
	const struct engine_options o = {BENCH_WINDOWS, .max_values = BENCH_MAX_VALUES,
					 .max_flows = BENCH_MAX_FLOWS,
					 .every_event = every_event};
	struct engine *e = engine_new(&o);

	if (!e)
		give_up("engine_new");
	return e;
}

/* The next @events of @s; Return: us a record */
static double feed(struct engine *e, struct stream *s, unsigned int events)
{
	unsigned int i, records = 0;
	int64_t begin;
	size_t at, n;

	s->n = 0;
	for (i = 0; i < events; i++) {
		stream_event(s, i % 2 ? MIX_3 : MIX_6);
		s->ms += i % 4 == 0;
	}
	begin = cpu_ns();
	for (at = 0; at < s->n; at += n) {
		n = s->n - at < BENCH_PORTION ? s->n - at : BENCH_PORTION;
		records += engine_feed(e, s->text + at, n, NULL);
	}
	return (double)(cpu_ns() - begin) / records / 1000;
}

static struct stream new_stream(unsigned int values)
{
	return (struct stream){.values = values, .ms = 1795300000000, .serial = 1};
}

static void grow(struct engine *e, struct stream *s, unsigned int records)
{
	while (s->records < records)
		feed(e, s, EVENTS);
}

/* One row: us a record, and its ratio to the first row's in the same round. */
static void show(const char *what, unsigned int number, double cost[ROUNDS],
		 const double first[ROUNDS])
{
	double ratio[ROUNDS];
	unsigned int i;

	for (i = 0; i < ROUNDS; i++)
		ratio[i] = cost[i] / first[i];
	printf("%-28s %9u %9.3f %8.2f", what, number, sort_values(cost, ROUNDS),
	       sort_values(ratio, ROUNDS));
	printf("  (%.2f to %.2f)\n", ratio[0], ratio[ROUNDS - 1]);
}

static void ages(void)
{
	static const unsigned int age[AGES] = {0, 100000, 1000000, 10000000};
	static double cost[AGES][ROUNDS], first[ROUNDS];
	struct engine *e[AGES];
	struct stream s[AGES];
	unsigned int i, k;

	for (k = 0; k < AGES; k++) {
		e[k] = new_engine(false);
		s[k] = new_stream(0);
		grow(e[k], &s[k], age[k]);
	}
	for (i = 0; i < ROUNDS; i++) {
		engine_free(e[0]); /* the first records again */
		e[0] = new_engine(false);
		for (k = 0; k < AGES; k++)
			cost[k][i] = feed(e[k], &s[k], EVENTS);
		first[i] = cost[0][i];
	}
	for (k = 0; k < AGES; k++) {
		show("records before", age[k], cost[k], first);
		engine_free(e[k]);
		stream_free(&s[k]);
	}
}

static void values(void)
{
	static double cost[COUNTS][ROUNDS], every[COUNTS][ROUNDS], first[ROUNDS],
		slow[ROUNDS];
	struct engine *e[COUNTS], *slow_e[COUNTS];
	struct stream s[COUNTS], slow_s[COUNTS];
	unsigned int i, k;

	for (k = 0; k < COUNTS; k++) {
		e[k] = new_engine(false);
		slow_e[k] = new_engine(true);
		s[k] = slow_s[k] = new_stream(decades[k]);
		grow(e[k], &s[k], 2 * decades[k] + 100000);
		grow(slow_e[k], &slow_s[k], 100000);
	}
	for (i = 0; i < ROUNDS; i++)
		for (k = 0; k < COUNTS; k++) {
			cost[k][i] = feed(e[k], &s[k], EVENTS);
			every[k][i] = feed(slow_e[k], &slow_s[k], EVENTS);
		}
	for (i = 0; i < ROUNDS; i++) {
		first[i] = cost[0][i];
		slow[i] = every[COUNTS - 1][i];
	}
	for (k = 0; k < COUNTS; k++) {
		double against[ROUNDS];

		for (i = 0; i < ROUNDS; i++)
			against[i] = cost[k][i];
		show("values", decades[k], cost[k], first);
		if (k == COUNTS - 1)
			show("  to each event by libauparse", decades[k], against, slow);
		engine_free(e[k]);
		engine_free(slow_e[k]);
		stream_free(&s[k]);
		stream_free(&slow_s[k]);
	}
}

int main(void)
{
	printf("%-28s %9s %9s %8s\n", "", "", "us/record", "ratio");
	ages();
	values();
	return 0;
}
