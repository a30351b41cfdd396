/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood.c - one source makes half of all, and no advice may name it
 */
#include "advise/flood.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/path.h"
#include "base/text.h"
#include "count/tally_aux.h"

#define COUNTERS 2 /* find whatever has more than a third */

/* What of a flow a kind of source is. Return: false: it has none. */
static bool source_of(const struct whatif_table *t, size_t i, enum flood_kind kind,
		      struct flood_source *out)
{
	const struct whatif_flow *flow = &t->flow[i];

	*out = (struct flood_source){.kind = kind};
	switch (kind) {
	case FLOOD_FLOW:
		out->flow = i;
		out->text = flow->exe.text;
		return true;
	case FLOOD_DIR:
		if (!path_is_plain(flow->exe.text))
			return false;
		out->text = path_dir(flow->exe.text);
		return true;
	case FLOOD_UID:
		out->id = flow->uid_class == ID_CLASS_ROOT ? 0 : flow->uid;
		return out->id != EVENT_ID_ABSENT;
	case FLOOD_AUID:
		out->id =
			flow->auid_class == ID_CLASS_UNSET ? EVENT_ID_UNSET : flow->auid;
		return out->id != EVENT_ID_ABSENT;
	case FLOOD_RULE:
		out->position = flow->position;
		return flow->won == WHATIF_WON_RULE;
	case FLOOD_KINDS:
		break;
	}
	return false;
}

static bool is_same(const struct flood_source *a, const struct flood_source *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case FLOOD_FLOW:
		return a->flow == b->flow;
	case FLOOD_DIR:
		return span_equal(a->text, b->text);
	case FLOOD_UID:
	case FLOOD_AUID:
		return a->id == b->id;
	case FLOOD_RULE:
		return a->position == b->position;
	case FLOOD_KINDS:
		break;
	}
	return false;
}

struct judge {
	const struct flood_case *c;
	uint64_t *covered; /* of each flow: records that advice would take away */
	struct flood out;
};

static void cover(struct judge *j)
{
	const struct flood_case *c = j->c;
	const struct whatif_table *t = c->table;

	for (size_t k = 0; c->fate && k < t->n_records; k++)
		if (c->fate[t->n_flows + k] == WHATIF_LOST &&
		    t->record[k].flow < t->n_flows)
			j->covered[t->record[k].flow] +=
				t->record[k].vanish[c->window].records;
	for (size_t i = 0; c->fate && i < t->n_flows; i++) {
		uint64_t all = t->flow[i].count[c->window].records;

		if (c->fate[i] == WHATIF_LOST || j->covered[i] > all)
			j->covered[i] = all;
	}
}

/* --- sources of more than a third --- */

struct counters {
	struct flood_source source[COUNTERS];
	uint64_t weight[COUNTERS];
};

static void take_off(struct counters *k, uint64_t weight)
{
	for (int i = 0; i < COUNTERS; i++)
		k->weight[i] -= weight;
}

static void vote(struct counters *k, const struct flood_source *s, uint64_t weight)
{
	for (int i = 0; i < COUNTERS; i++)
		if (k->weight[i] && is_same(&k->source[i], s)) {
			k->weight[i] += weight;
			return;
		}
	while (weight) {
		uint64_t least = weight;

		for (int i = 0; i < COUNTERS; i++) {
			if (!k->weight[i]) {
				k->source[i] = *s;
				k->weight[i] = weight;
				return;
			}
			least = k->weight[i] < least ? k->weight[i] : least;
		}
		take_off(k, least);
		weight -= least;
	}
}

/* All of the source that no advice takes away, by the flows or by another table,
 * whichever knows more. */
static uint64_t uncovered(const struct judge *j, const struct flood_source *s)
{
	const struct flood_case *c = j->c;
	uint64_t sum = 0, taken = 0, most = 0;

	for (size_t i = 0; i < c->table->n_flows; i++) {
		struct flood_source of;
		uint64_t away;

		if (!source_of(c->table, i, s->kind, &of) || !is_same(&of, s))
			continue;
		away = j->covered[i];
		taken += away;
		sum += c->table->flow[i].count[c->window].records - away;
	}
	for (size_t i = 0; i < c->n_margins; i++)
		if (is_same(&c->margin[i], s) && c->margin[i].records > most)
			most = c->margin[i].records;
	if (most > taken && most - taken > sum)
		sum = most - taken;
	return sum;
}

static bool is_flood(const struct flood_case *c, uint64_t records)
{
	uint64_t total = c->table->total[c->window].records;

	return records && c->seconds > 0 &&
	       (double)records >= FLOOD_SHARE * (double)total &&
	       (double)records >= FLOOD_PER_S * c->seconds;
}

static void try_source(struct judge *j, const struct flood_source *s)
{
	uint64_t records = uncovered(j, s);

	if (!is_flood(j->c, records) || records <= j->out.source.records)
		return;
	j->out.raised = true;
	j->out.source = *s;
	j->out.source.records = records;
}

static void judge_kind(struct judge *j, enum flood_kind kind)
{
	const struct flood_case *c = j->c;
	struct counters k = {.weight = {0}};

	for (size_t i = 0; i < c->table->n_flows; i++) {
		struct flood_source s;
		uint64_t weight =
			c->table->flow[i].count[c->window].records - j->covered[i];

		if (weight && source_of(c->table, i, kind, &s))
			vote(&k, &s, weight);
	}
	for (int i = 0; i < COUNTERS; i++)
		if (k.weight[i])
			try_source(j, &k.source[i]);
	for (size_t i = 0; i < c->n_margins; i++)
		if (c->margin[i].kind == kind)
			try_source(j, &c->margin[i]);
}

/* --- what other tables have counted --- */

static bool source_of_entry(const struct topk_view *entry, enum flood_kind kind,
			    struct flood_source *out)
{
	const struct tally_rule_aux *rule;
	struct tally_account account;
	struct span exe;
	bool claimed;

	*out = (struct flood_source){.kind = kind};
	switch (kind) {
	case FLOOD_DIR:
		exe = tally_exe(entry->name, &claimed).text;
		if (!path_is_plain(exe))
			return false;
		out->text = path_dir(exe);
		return true;
	case FLOOD_UID:
	case FLOOD_AUID:
		account = tally_account(entry->name);
		out->id = kind == FLOOD_UID ? account.uid : account.auid;
		return out->id != EVENT_ID_ABSENT;
	case FLOOD_RULE:
		rule = entry->aux;
		out->position = rule->position;
		return rule->position;
	case FLOOD_FLOW:
	case FLOOD_KINDS:
		break;
	}
	return false;
}

static uint64_t sum_of(struct topk *table, const struct flood_source *s, int window,
		       int64_t now)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < topk_used(table); i++) {
		struct topk_view entry = topk_view(table, i, window, now);
		struct flood_source of;

		if (source_of_entry(&entry, s->kind, &of) && is_same(&of, s))
			sum += entry.count.records;
	}
	return sum;
}

size_t flood_margins(struct tally *tally, unsigned int window, int64_t now,
		     struct flood_source out[FLOOD_MARGINS])
{
	static const enum tally_list lists[FLOOD_KINDS] = {
		[FLOOD_DIR] = TALLY_EXES,
		[FLOOD_UID] = TALLY_ACCOUNTS,
		[FLOOD_AUID] = TALLY_ACCOUNTS,
		[FLOOD_RULE] = TALLY_RULES,
	};
	size_t n = 0;

	for (int kind = FLOOD_DIR; kind < FLOOD_KINDS; kind++) {
		struct topk *table = tally_table(tally, lists[kind]);
		struct counters k = {.weight = {0}};

		for (unsigned int i = 0; table && i < topk_used(table); i++) {
			struct topk_view entry = topk_view(table, i, (int)window, now);
			struct flood_source s;

			if (entry.count.records &&
			    source_of_entry(&entry, (enum flood_kind)kind, &s))
				vote(&k, &s, entry.count.records);
		}
		for (int i = 0; i < COUNTERS; i++)
			if (k.weight[i]) {
				out[n] = k.source[i];
				out[n].records = sum_of(table, &out[n], (int)window, now);
				n++;
			}
	}
	return n;
}

/* --- what it looks like --- */

static bool is_writable(const struct flood_case *c, const struct whatif_flow *flow)
{
	return c->guard && !flow->foreign && !flow->exe.cut && flow->exe.text.p &&
	       guard_executable(c->guard, flow->exe.text) == GUARD_WRITABLE;
}

/* Of the flows that are listed: most of what no advice takes. */
static enum flood_nature nature_of(const struct judge *j)
{
	const struct flood_case *c = j->c;
	uint64_t all = 0, writable = 0, execs = 0;

	for (size_t i = 0; i < c->table->n_flows; i++) {
		const struct whatif_flow *flow = &c->table->flow[i];
		struct flood_source of;
		uint64_t records;

		if (!source_of(c->table, i, j->out.source.kind, &of) ||
		    !is_same(&of, &j->out.source))
			continue;
		records = flow->count[c->window].records - j->covered[i];
		all += records;
		writable += is_writable(c, flow) ? records : 0;
		execs += whatif_is_execution(flow) ? records : 0;
	}
	if (2 * writable > all)
		return FLOOD_OF_WRITABLE;
	return 2 * execs > all ? FLOOD_OF_EXECS : FLOOD_PLAIN;
}

struct flood flood_judge(const struct flood_case *c)
{
	struct judge j = {.c = c};

	j.covered = calloc(c->table->n_flows + 1, sizeof(*j.covered));
	if (!j.covered)
		return j.out;
	cover(&j);
	for (int kind = 0; kind < FLOOD_KINDS && !j.out.raised; kind++)
		judge_kind(&j, (enum flood_kind)kind);
	if (j.out.raised) {
		double records = (double)j.out.source.records;

		j.out.share = records / (double)c->table->total[c->window].records;
		j.out.per_s = records / c->seconds;
		j.out.nature = nature_of(&j);
	}
	free(j.covered);
	return j.out;
}

bool flood_has(const struct flood *flood, const struct whatif_table *table, size_t flow)
{
	struct flood_source of;

	return flow < table->n_flows && source_of(table, flow, flood->source.kind, &of) &&
	       is_same(&of, &flood->source);
}

const char *flood_nature_name(enum flood_nature nature)
{
	static const char *const names[FLOOD_NATURES] = {
		[FLOOD_PLAIN] = "plain",
		[FLOOD_OF_WRITABLE] = "writable",
		[FLOOD_OF_EXECS] = "execs",
	};

	return nature < FLOOD_NATURES ? names[nature] : "";
}

const char *flood_kind_name(enum flood_kind kind)
{
	static const char *const names[FLOOD_KINDS] = {
		[FLOOD_FLOW] = "flow", [FLOOD_DIR] = "dir",   [FLOOD_UID] = "uid",
		[FLOOD_AUID] = "auid", [FLOOD_RULE] = "rule",
	};

	return kind < FLOOD_KINDS ? names[kind] : "";
}

static void name(const struct flood_source *s, char *out, size_t size)
{
	char text[96];

	switch (s->kind) {
	case FLOOD_FLOW:
		text_quote(s->text, text, sizeof(text));
		snprintf(out, size, "%s", s->text.p ? text : "one kind of events");
		break;
	case FLOOD_DIR:
		text_quote(s->text, text, sizeof(text));
		snprintf(out, size, "programs in %s", text);
		break;
	case FLOOD_UID:
		snprintf(out, size, "uid %lld", (long long)s->id);
		break;
	case FLOOD_AUID:
		if (s->id == EVENT_ID_UNSET)
			snprintf(out, size, "processes without a login uid");
		else
			snprintf(out, size, "login uid %lld", (long long)s->id);
		break;
	case FLOOD_RULE:
		snprintf(out, size, "events of rule %u of the exit list", s->position);
		break;
	case FLOOD_KINDS:
		out[0] = '\0';
		break;
	}
}

const char *flood_text(const struct flood *flood, char out[FLOOD_TEXT])
{
	static const char *const looks[FLOOD_NATURES] = {
		[FLOOD_PLAIN] = "",
		[FLOOD_OF_WRITABLE] = " by programs that others than root can change,",
		[FLOOD_OF_EXECS] = " of programs started again and again,",
	};
	char who[128];

	out[0] = '\0';
	if (!flood->raised)
		return out;
	name(&flood->source, who, sizeof(who));
	snprintf(out, FLOOD_TEXT,
		 "%s: %.0f %% of all records,%s %.0f a second; nothing of it may be "
		 "silenced",
		 who, flood->share * 100, looks[flood->nature], flood->per_s);
	return out;
}
