/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot.c - what was counted, as advice is computed from it
 */
#include "advise/snapshot.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "count/attribution.h"
#include "count/tally_aux.h"

#define PIECE 16 /* flows that are settled at once: each may ask hundreds of rules */

struct snapshot {
	struct whatif_table table;
	struct whatif_flow *flow;
	struct whatif_record *record;
	size_t room;    /* for records */
	size_t settled; /* flows */
	char *names;    /* of all flows */
};

static bool allocate(struct snapshot *s, struct topk *flows, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += topk_view(flows, (unsigned int)i, -1, 0).name.n;
	s->flow = calloc(n ? n : 1, sizeof(*s->flow));
	s->names = malloc(bytes ? bytes : 1);
	return s->flow && s->names;
}

/* Did attribution find this, which has no more to say than its kind? */
static bool is_kind(const struct tally *tally, const struct flow *read,
		    enum attribution_kind kind)
{
	const char name = (char)kind;

	return read->rule_id ==
	       flow_rule_id((struct span){&name, 1}, tally_hash_key(tally));
}

/* What is not loaded any more makes no events, and whoever wrote them is not asked. */
static void attribute(const struct tally *tally, const struct topk_view *entry,
		      const struct flow *read, struct whatif_flow *flow)
{
	const struct tally_flow_aux *aux = entry->aux;

	if (read->has_rule && read->list == AUDIT_FILTER_EXIT && aux->position) {
		flow->won = WHATIF_WON_RULE;
		flow->position = aux->position;
	} else if (read->has_rule) {
		flow->settled = true;
		flow->foreign = !aux->position;
	} else if (is_kind(tally, read, ATTRIBUTION_HARD_WIRED) ||
		   is_kind(tally, read, ATTRIBUTION_USER)) {
		flow->won = WHATIF_WON_NONE;
	} else if (is_kind(tally, read, ATTRIBUTION_FOREIGN) ||
		   is_kind(tally, read, ATTRIBUTION_REMOVED)) {
		flow->foreign = true;
	}
}

static void read_all(struct snapshot *s, struct tally *tally, const int64_t *now,
		     const struct snapshot_options *o)
{
	struct topk *flows = tally_table(tally, TALLY_FLOWS);
	char *room = s->names;

	for (unsigned int i = 0; i < s->table.n_flows; i++) {
		struct topk_view entry = topk_view(flows, i, -1, 0);
		struct whatif_flow *flow = &s->flow[i];
		struct flow read; /* its texts borrow from the copy */

		memcpy(room, entry.name.p, entry.name.n);
		entry.name.p = room;
		room += entry.name.n;
		flow_read(entry.name, &read);
		whatif_flow_of(&read, flow);
		for (unsigned int k = 0; k < s->table.n_windows; k++)
			flow->count[k] = topk_view(flows, i, (int)k, now[k]).count;
		attribute(tally, &entry, &read, flow);
		if (o->is_foreign)
			flow->foreign |= o->is_foreign(o->arg, read.node.text);
		if (o->rule)
			o->rule(o->arg, &entry, flow);
	}
}

struct snapshot *snapshot_take(struct tally *tally, const int64_t *now,
			       const struct snapshot_options *options)
{
	struct topk *flows = tally_table(tally, TALLY_FLOWS);
	struct snapshot *s = calloc(1, sizeof(*s));
	size_t n = topk_used(flows);

	if (!s)
		return NULL;
	if (!allocate(s, flows, n)) {
		snapshot_free(s);
		errno = ENOMEM;
		return NULL;
	}
	s->table.flow = s->flow;
	s->table.n_flows = n;
	s->table.n_windows = tally_windows(tally)->n;
	for (unsigned int k = 0; k < s->table.n_windows; k++) {
		s->table.total[k] = tally_total(tally, (int)k, now[k]);
		s->table.apart[k] = tally_self(tally, (int)k, now[k]);
	}
	read_all(s, tally, now, options);
	return s;
}

void snapshot_free(struct snapshot *s)
{
	if (!s)
		return;
	free(s->flow);
	free(s->record);
	free(s->names);
	free(s);
}

static int add_record(struct snapshot *s, const struct whatif_record *record)
{
	size_t room = s->room ? 2 * s->room : 64;
	struct whatif_record *bigger;

	if (s->table.n_records == s->room) {
		bigger = realloc(s->record, room * sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		s->record = bigger;
		s->room = room;
		s->table.record = bigger;
	}
	s->record[s->table.n_records++] = *record;
	return 0;
}

/* Of the rules before the one that has written it. */
static bool is_excepted(struct whatif *w, const struct whatif_flow *flow)
{
	for (uint32_t i = 1; flow->won == WHATIF_WON_RULE && i < flow->position; i++) {
		const struct rule *rule = whatif_rule_at(w, i);

		if (rule && rule->action == AUDIT_NEVER &&
		    whatif_ask(w, rule, flow) == MATCH_YES)
			return true;
	}
	return false;
}

/* A part of an event is never excluded, but for LOGIN, which tells of a session. */
static int add_records(struct snapshot *s, size_t i)
{
	const struct whatif_flow *flow = &s->flow[i];
	struct whatif_record record;

	for (unsigned int k = 0; k < flow->n_types; k++)
		if (whatif_record_of(flow, i, flow->types[k], &record) &&
		    (record.whole || record.type == AUDIT_LOGIN) &&
		    add_record(s, &record) < 0)
			return -ENOMEM;
	return 0;
}

int snapshot_settle(struct snapshot *s, struct whatif *w)
{
	for (int i = 0; i < PIECE && s->settled < s->table.n_flows; i++) {
		whatif_settle(w, &s->flow[s->settled]);
		s->flow[s->settled].excepted = is_excepted(w, &s->flow[s->settled]);
		if (add_records(s, s->settled) < 0)
			return -ENOMEM;
		s->settled++;
	}
	return s->settled < s->table.n_flows;
}

const struct whatif_table *snapshot_table(const struct snapshot *s)
{
	return &s->table;
}
