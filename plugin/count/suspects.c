/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suspects.c - what made the records of some seconds
 *
 * One walk over the flows, which are few thousand at most; what has the same key
 * and the same executable is one suspect. A bounded list of candidates is kept
 * while walking: the heaviest flows are in it, whatever their order.
 */
#include "count/suspects.h"

#include <stdlib.h>
#include <string.h>

#define CANDIDATES 32

struct candidate {
	struct span name; /* of its heaviest flow; borrows from the table */
	struct name_text key, exe;
	uint64_t records, heaviest;
	uint32_t type;
};

struct search {
	unsigned int n;
	struct candidate of[CANDIDATES];
};

static uint64_t records_of(struct topk *flows, unsigned int i, int64_t from, int64_t to)
{
	uint64_t sum = 0;
	int64_t bucket;

	for (bucket = from; bucket <= to; bucket++)
		sum += topk_bucket(flows, i, 0, bucket).records;
	return sum;
}

static bool same(struct name_text a, struct name_text b)
{
	return (a.text.p != NULL) == (b.text.p != NULL) && span_equal(a.text, b.text);
}

/* A place for what is not there yet: a free one, or that of the lightest below @records.
 */
static struct candidate *make_room(struct search *s, uint64_t records)
{
	struct candidate *lightest = NULL;
	unsigned int i;

	if (s->n < CANDIDATES)
		return memset(&s->of[s->n++], 0, sizeof(s->of[0]));
	for (i = 0; i < s->n; i++)
		if (!lightest || s->of[i].records < lightest->records)
			lightest = &s->of[i];
	return lightest->records < records ? memset(lightest, 0, sizeof(*lightest))
					   : NULL;
}

static void consider(struct search *s, struct span name, uint64_t records)
{
	struct flow flow;
	struct name_text key = {{NULL, 0}, false};
	struct candidate *c = NULL;
	unsigned int i;

	flow_read(name, &flow);
	if (flow.n_keys)
		key = flow.keys[0];
	for (i = 0; i < s->n && !c; i++)
		if (same(s->of[i].key, key) && same(s->of[i].exe, flow.exe))
			c = &s->of[i];
	if (!c) {
		c = make_room(s, records);
		if (!c)
			return;
		c->key = key;
		c->exe = flow.exe;
		c->type = flow.n_types == 1 ? flow.types[0] : 0;
	} else if (flow.n_types != 1 || c->type != flow.types[0]) {
		c->type = 0;
	}
	c->records += records;
}

static int heavier(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return (x->records < y->records) - (x->records > y->records);
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
	struct search s = {.n = 0};
	unsigned int i;
	int64_t bucket;

	memset(suspects, 0, sizeof(*suspects));
	if (from <= to - WINDOW_BUCKETS)
		from = to - WINDOW_BUCKETS + 1;
	for (bucket = from; bucket <= to; bucket++)
		suspects->records += tally_bucket(t, TALLY_TOTAL, 0, bucket).records;
	for (i = 0; i < topk_used(flows); i++) {
		uint64_t records = records_of(flows, i, from, to);

		if (records)
			consider(&s, topk_view(flows, i, -1, 0).name, records);
	}
	qsort(s.of, s.n, sizeof(s.of[0]), heavier);
	for (i = 0; i < s.n && i < SUSPECTS_MAX; i++) {
		copy(&suspects->of[i].key, s.of[i].key);
		copy(&suspects->of[i].exe, s.of[i].exe);
		suspects->of[i].type = s.of[i].type;
		suspects->of[i].records = s.of[i].records;
	}
	suspects->n = i;
}
