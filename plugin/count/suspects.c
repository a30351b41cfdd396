/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suspects.c - what made the records of some seconds
 *
 * All flows of that time are put in the order of their names, so that those of one
 * suspect stand together, and are added up before the heaviest are chosen: who
 * spreads his records over many flows is still one.
 */
#include "count/suspects.h"

#include <stdlib.h>
#include <string.h>

/* A flow, and then what all flows of its suspect made. */
struct part {
	struct name_text key, exe; /* borrow from the table */
	uint64_t records;
	uint32_t type; /* 0: several */
};

static uint64_t records_of(struct topk *flows, unsigned int i, int64_t from, int64_t to)
{
	uint64_t sum = 0;
	int64_t bucket;

	for (bucket = from; bucket <= to; bucket++)
		sum += topk_bucket(flows, i, 0, bucket).records;
	return sum;
}

/* What a user message says of itself is a claim, and names nobody here. */
static struct part part_of(struct span name, uint64_t records)
{
	struct part p = {.records = records};
	struct flow flow;

	flow_read(name, &flow);
	if (flow.n_keys)
		p.key = flow.keys[0];
	if (!flow.claimed)
		p.exe = flow.exe;
	p.type = flow.n_types == 1 ? flow.types[0] : 0;
	return p;
}

/* Absent first, then by length and bytes; of cut names the rest is not known. */
static int order_of(struct name_text a, struct name_text b)
{
	if (!a.text.p != !b.text.p)
		return a.text.p ? 1 : -1;
	if (a.text.n != b.text.n)
		return a.text.n < b.text.n ? -1 : 1;
	if (a.cut != b.cut)
		return a.cut ? 1 : -1;
	return a.text.n ? memcmp(a.text.p, b.text.p, a.text.n) : 0;
}

static int by_name(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int order = order_of(x->key, y->key);

	return order ? order : order_of(x->exe, y->exe);
}

static bool is_one(const struct part *a, const struct part *b)
{
	return !a->key.cut && !a->exe.cut && !by_name(a, b);
}

static int by_weight(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return (x->records < y->records) - (x->records > y->records);
}

/* Return: how many suspects there are, at the front of @part, heaviest first. */
static unsigned int add_up(struct part *part, unsigned int n)
{
	unsigned int i, kept = 0;

	qsort(part, n, sizeof(*part), by_name);
	for (i = 0; i < n; i++) {
		if (!kept || !is_one(&part[kept - 1], &part[i])) {
			part[kept++] = part[i];
			continue;
		}
		part[kept - 1].records += part[i].records;
		if (part[kept - 1].type != part[i].type)
			part[kept - 1].type = 0;
	}
	qsort(part, kept, sizeof(*part), by_weight);
	return kept;
}

static void copy(struct suspects_text *to, struct name_text from)
{
	to->absent = !from.text.p;
	to->cut = from.cut || from.text.n > sizeof(to->text);
	to->n = (uint16_t)(from.text.n > sizeof(to->text) ? sizeof(to->text)
							  : from.text.n);
	if (to->n)
		memcpy(to->text, from.text.p, to->n);
}

void suspects_find(struct tally *t, int64_t from, int64_t to, struct suspects *suspects)
{
	struct topk *flows = tally_table(t, TALLY_FLOWS);
	unsigned int used = topk_used(flows), i, n = 0;
	struct part *part = malloc((used + 1) * sizeof(*part));
	int64_t bucket;

	memset(suspects, 0, sizeof(*suspects));
	if (!part)
		return;
	if (from <= to - WINDOW_BUCKETS)
		from = to - WINDOW_BUCKETS + 1;
	for (bucket = from; bucket <= to; bucket++)
		suspects->records += tally_bucket(t, TALLY_TOTAL, 0, bucket).records;
	for (i = 0; i < used; i++) {
		uint64_t records = records_of(flows, i, from, to);

		if (records)
			part[n++] = part_of(topk_view(flows, i, -1, 0).name, records);
	}
	n = add_up(part, n);
	for (i = 0; i < n && i < SUSPECTS_MAX; i++) {
		copy(&suspects->of[i].key, part[i].key);
		copy(&suspects->of[i].exe, part[i].exe);
		suspects->of[i].type = part[i].type;
		suspects->of[i].records = part[i].records;
	}
	suspects->n = i;
	free(part);
}
