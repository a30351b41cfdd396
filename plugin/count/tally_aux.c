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

void tally_aux_rule(struct tally_rule_aux *aux, const struct tally_rule *rule)
{
	size_t n;

	if (rule->past)
		return;
	n = text_utf8_prefix(rule->file, sizeof(aux->file));
	aux->position = rule->position;
	aux->line = rule->line;
	aux->has_file = rule->file.p != NULL;
	aux->file_cut = n < rule->file.n;
	aux->file_len = (uint8_t)n;
	if (n)
		memcpy(aux->file, rule->file.p, n);
}

static int by_id(const void *a, const void *b)
{
	const struct tally_place *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static uint32_t position_of(uint64_t id, const struct tally_place *places, size_t n)
{
	const struct tally_place wanted = {.id = id};
	const struct tally_place *place =
		n ? bsearch(&wanted, places, n, sizeof(*places), by_id) : NULL;

	return place ? place->position : 0;
}

void tally_aux_places(struct tally *t, struct tally_place *places, size_t n)
{
	struct topk *rules = tally_table(t, TALLY_RULES),
		    *flows = tally_table(t, TALLY_FLOWS);
	unsigned int i;

	if (n)
		qsort(places, n, sizeof(*places), by_id);
	for (i = 0; i < topk_used(rules); i++) {
		struct topk_view v = topk_view(rules, i, -1, 0);
		struct tally_rule_aux *aux = topk_aux(rules, v.ref);

		aux->position =
			position_of(flow_rule_id(v.name, tally_hash_key(t)), places, n);
	}
	for (i = 0; i < topk_used(flows); i++) {
		struct topk_view v = topk_view(flows, i, -1, 0);
		struct tally_flow_aux *aux = topk_aux(flows, v.ref);
		struct flow flow;

		flow_read(v.name, &flow);
		aux->position = flow.has_rule ? position_of(flow.rule_id, places, n) : 0;
	}
}
