/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tally_aux.c - what stands beside the counts of an entry and is no part of its name
 */
#include "count/tally_aux.h"

#include <stdlib.h>

#include "base/text.h"

/* comm is shown only while all events of the flow agree in it */
static void note_comm(struct tally_flow_aux *aux, struct span comm)
{
	size_t n = comm.n < sizeof(aux->comm) ? comm.n : sizeof(aux->comm);

	if (!aux->started) {
		aux->started = true;
		aux->comm_differs = !comm.p || comm.n > sizeof(aux->comm);
		aux->comm_len = (uint8_t)n;
		if (n)
			memcpy(aux->comm, comm.p, n);
	} else if (!comm.p || comm.n != aux->comm_len ||
		   (n && memcmp(aux->comm, comm.p, n) != 0)) {
		aux->comm_differs = true;
	}
}

void tally_aux_flow(struct tally_flow_aux *aux, const struct event *e,
		    const struct tally_rule *rule)
{
	note_comm(aux, e->comm);
	if (!rule->past)
		aux->position = rule->position;
}

void tally_aux_rule(struct tally_rule_aux *aux, const struct tally_rule *rule,
		    int64_t now_ms)
{
	size_t n;

	if (rule->past)
		return;
	if (!aux->position)
		aux->loaded_ms = now_ms;
	n = text_utf8_prefix(rule->file, sizeof(aux->file));
	aux->position = rule->position;
	aux->line = rule->line;
	aux->has_file = rule->file.p != NULL;
	aux->file_cut = n < rule->file.n;
	aux->file_len = (uint8_t)n;
	if (n)
		memcpy(aux->file, rule->file.p, n);
	memcpy(aux->candidate, rule->candidate, sizeof(aux->candidate));
}

bool tally_aux_reuse(struct topk *rules, struct span name, int64_t now_ms)
{
	unsigned int i;

	for (i = 0; i < topk_used(rules); i++) {
		struct topk_view v = topk_view(rules, i, -1, 0);
		const struct tally_rule_aux *aux = v.aux;
		struct attribution_read a;

		attribution_read(v.name, &a);
		if (a.kind != ATTRIBUTION_RULE || aux->position || v.count.records)
			continue;
		topk_reuse(rules, i, name, now_ms);
		return true;
	}
	return false;
}

/* --- where they stand --- */

static int by_id(const void *a, const void *b)
{
	const struct tally_place *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

struct places {
	const struct tally_place *place;
	size_t n;
};

static uint32_t position_of(const struct places *p, uint64_t id)
{
	const struct tally_place wanted = {.id = id};
	const struct tally_place *place =
		p->n ? bsearch(&wanted, p->place, p->n, sizeof(*place), by_id) : NULL;

	return place ? place->position : 0;
}

static void place_rule(struct tally_rule_aux *aux, struct span name,
		       const struct siphash_key *key, const struct places *p,
		       int64_t now_ms)
{
	uint32_t position = position_of(p, flow_rule_id(name, key)), i;
	struct attribution_read a;

	if (position && !aux->position)
		aux->loaded_ms = now_ms;
	aux->position = position;
	attribution_read(name, &a);
	for (i = 0; i < a.n; i++)
		aux->candidate[i] = position_of(p, a.candidate[i]);
}

void tally_aux_places(struct tally *t, struct tally_place *places, size_t n,
		      int64_t now_ms)
{
	struct topk *rules = tally_table(t, TALLY_RULES),
		    *flows = tally_table(t, TALLY_FLOWS);
	const struct places p = {places, n};
	unsigned int i;

	if (n)
		qsort(places, n, sizeof(*places), by_id);
	for (i = 0; i < topk_used(rules); i++) {
		struct topk_view v = topk_view(rules, i, -1, 0);

		place_rule(topk_aux(rules, v.ref), v.name, tally_hash_key(t), &p, now_ms);
	}
	for (i = 0; i < topk_used(flows); i++) {
		struct topk_view v = topk_view(flows, i, -1, 0);
		struct tally_flow_aux *aux = topk_aux(flows, v.ref);
		struct flow flow;

		flow_read(v.name, &flow);
		aux->position = flow.has_rule ? position_of(&p, flow.rule_id) : 0;
	}
}
