/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_heavy.c - the flows and records that candidates are made for
 *
 * In an order that does not depend on how they came into their table, so that the daemon
 * and replay propose the same.
 */
#include <errno.h>
#include <stdlib.h>

#include "advise/noise_inner.h"

#define OF_A_KIND 4 /* flows that differ in the directory alone, with candidates each */

static int compare_spans(struct span a, struct span b)
{
	int d = memcmp(a.n ? a.p : "", b.n ? b.p : "", a.n < b.n ? a.n : b.n);

	return d ? d : (a.n > b.n) - (a.n < b.n);
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Heavier first; then by what they are. */
static int compare_flows(const struct whatif_flow *a, const struct whatif_flow *b,
			 unsigned int window)
{
	int d = compare_numbers((int64_t)b->count[window].records,
				(int64_t)a->count[window].records);

	d = d ? d : compare_spans(a->exe.text, b->exe.text);
	d = d ? d : compare_spans(a->dir.text, b->dir.text);
	d = d ? d : compare_numbers(a->arch, b->arch);
	d = d ? d : compare_numbers(a->call, b->call);
	d = d ? d : compare_numbers(a->uid, b->uid);
	d = d ? d : compare_numbers(a->auid, b->auid);
	d = d ? d : compare_numbers(a->success, b->success);
	return d ? d : compare_numbers(a->error, b->error);
}

static int compare_records(const struct whatif_record *a, const struct whatif_record *b,
			   unsigned int window)
{
	int d = compare_numbers((int64_t)b->vanish[window].records,
				(int64_t)a->vanish[window].records);

	d = d ? d : compare_spans(a->exe.text, b->exe.text);
	d = d ? d : compare_numbers(a->type, b->type);
	return d ? d : compare_numbers(a->uid, b->uid);
}

/* Alike but for the directory: a rule that silences one can silence all of them. */
static int compare_kinds(const struct whatif_flow *a, const struct whatif_flow *b)
{
	int d = compare_spans(a->exe.text, b->exe.text);

	d = d ? d : compare_numbers(a->arch, b->arch);
	d = d ? d : compare_numbers(a->call, b->call);
	d = d ? d : compare_numbers(a->uid, b->uid);
	d = d ? d : compare_numbers(a->uid_class, b->uid_class);
	d = d ? d : compare_numbers(a->auid, b->auid);
	d = d ? d : compare_numbers(a->auid_class, b->auid_class);
	d = d ? d : compare_numbers(a->success, b->success);
	d = d ? d : compare_numbers(a->error, b->error);
	return d ? d : compare_numbers(a->position, b->position);
}

static int compare_places(const void *x, const void *y, void *arg)
{
	const struct noise *n = arg;
	const struct whatif_flow *a = &n->options.table->flow[*(const size_t *)x],
				 *b = &n->options.table->flow[*(const size_t *)y];
	int d = compare_kinds(a, b);

	return d ? d : compare_flows(a, b, n->options.window);
}

static void keep_flow(struct noise *n, size_t i, uint64_t weight)
{
	const struct whatif_flow *flow = n->options.table->flow;
	size_t at = n->n_heavy;

	while (at && (n->weight[at - 1] < weight ||
		      (n->weight[at - 1] == weight &&
		       compare_flows(&flow[n->heavy[at - 1]], &flow[i],
				     n->options.window) > 0)))
		at--;
	if (at == NOISE_HEAVY)
		return;
	n->n_heavy = n->n_heavy < NOISE_HEAVY ? n->n_heavy + 1 : n->n_heavy;
	memmove(n->heavy + at + 1, n->heavy + at,
		(n->n_heavy - at - 1) * sizeof(n->heavy[0]));
	memmove(n->weight + at + 1, n->weight + at,
		(n->n_heavy - at - 1) * sizeof(n->weight[0]));
	n->heavy[at] = i;
	n->weight[at] = weight;
}

/* Of flows of one kind the heaviest stands for all of them, the next few for
 * themselves. */
static void keep_kind(struct noise *n, const size_t *order, size_t count)
{
	const struct whatif_flow *flow = n->options.table->flow;
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += flow[order[i]].count[n->options.window].records;
	for (size_t i = 0; i < count && i < OF_A_KIND; i++)
		keep_flow(n, order[i],
			  i ? flow[order[i]].count[n->options.window].records : sum);
}

static void keep_record(struct noise *n, size_t i)
{
	const struct whatif_record *record = n->options.table->record;
	size_t at = n->n_record;

	while (at && compare_records(&record[n->record[at - 1]], &record[i],
				     n->options.window) > 0)
		at--;
	if (at == NOISE_HEAVY)
		return;
	n->n_record = n->n_record < NOISE_HEAVY ? n->n_record + 1 : n->n_record;
	memmove(n->record + at + 1, n->record + at,
		(n->n_record - at - 1) * sizeof(n->record[0]));
	n->record[at] = i;
}

int noise_find_heavy(struct noise *n)
{
	const struct whatif_table *t = n->options.table;
	unsigned int window = n->options.window;
	size_t *order = calloc(t->n_flows ? t->n_flows : 1, sizeof(*order)), count = 0;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_flows; i++)
		if (t->flow[i].has_call && !t->flow[i].foreign && !t->flow[i].excepted &&
		    t->flow[i].count[window].records)
			order[count++] = i;
	qsort_r(order, count, sizeof(*order), compare_places, n);
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i + 1; next < count; next++)
			if (compare_kinds(&t->flow[order[i]], &t->flow[order[next]]))
				break;
		keep_kind(n, order + i, next - i);
	}
	free(order);
	for (size_t i = 0; i < t->n_records; i++)
		if (t->record[i].vanish[window].records)
			keep_record(n, i);
	return 0;
}
