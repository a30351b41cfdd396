/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whatif.c - which events would be missing if the rules were others
 *
 * `never` as the first rule of the exit list takes all that it matches, rules with a
 * name included (kernel/auditsc.c: audit_filter_inodes() asks for a higher priority).
 * What a rule in another's place no longer takes falls through to the next one.
 */
#include "advise/whatif.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "advise/whatif_inner.h"
#include "rules/cover.h"

#define ASKED_AT_ONCE 4096 /* rules, in one piece of work: about a millisecond */

/* --- making ready --- */

static bool is_by_name(const struct rule *rule)
{
	return rule->state != RULE_KNOWN /* perhaps */ || rule_is_of_file(rule);
}

static int gather(struct whatif *w)
{
	const struct ruleset *rules = w->options.rules;
	size_t n = ruleset_count(rules);

	w->exit = calloc(n ? n : 1, sizeof(*w->exit));
	w->by_name = calloc(n ? n : 1, sizeof(*w->by_name));
	if (!w->exit || !w->by_name)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = ruleset_at(rules, i);

		if (rule->list == AUDIT_FILTER_EXIT) {
			w->by_name[w->n_exit] = is_by_name(rule);
			w->exit[w->n_exit++] = rule;
		} else if (rule->list == AUDIT_FILTER_TASK) {
			w->task_rules |= rule->action != AUDIT_NEVER;
		}
	}
	return 0;
}

struct whatif *whatif_new(const struct whatif_options *options)
{
	const struct match_options match = {.labels = options->labels,
					    .kernel = options->kernel};
	struct whatif *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->options = *options;
	w->matcher = match_new(options->rules, &match);
	if (!w->matcher || gather(w) < 0) {
		whatif_free(w);
		errno = ENOMEM;
		return NULL;
	}
	facts_clear(&w->facts);
	w->may_lack_paths =
		match_exclude(w->matcher, &w->facts, AUDIT_PATH).dropped != MATCH_NO;
	return w;
}

void whatif_free(struct whatif *w)
{
	if (!w)
		return;
	match_free(w->matcher);
	free(w->exit);
	free(w->by_name);
	free(w);
}

const struct rule *whatif_rule_at(const struct whatif *w, uint32_t position)
{
	return position && position <= w->n_exit ? w->exit[position - 1] : NULL;
}

bool whatif_may_lack_paths(const struct whatif *w)
{
	return w->may_lack_paths;
}

void whatif_flow_of(const struct flow *flow, struct whatif_flow *out)
{
	*out = (struct whatif_flow){
		.exe = flow->exe,
		.dir = flow->dir,
		.subj_type = flow->subj_type,
		.n_keys = flow->n_keys,
		.n_types = flow->n_types,
		.has_call = flow->has_syscall,
		.claimed = flow->claimed,
		.arch = flow->arch,
		.call = flow->nr,
		.uid = flow->uid,
		.auid = flow->auid,
		.uid_class = flow->uid_class,
		.auid_class = flow->auid_class,
		.success = flow->success,
		.error = flow->error,
		.won = WHATIF_WON_OPEN,
	};
	if (flow->n_keys)
		out->key = flow->keys[0];
	memcpy(out->types, flow->types, flow->n_types * sizeof(flow->types[0]));
}

/* --- the fate of one flow --- */

/* What it may come to; both: open. */
struct end {
	bool kept, lost;
};

static enum whatif_fate fate_of(struct end end)
{
	return !end.lost ? WHATIF_KEPT : end.kept ? WHATIF_OPEN : WHATIF_LOST;
}

/* Of what one that matches takes. */
static enum whatif_fate fate_of_match(enum match match)
{
	return match == MATCH_YES     ? WHATIF_LOST
	       : match == MATCH_MAYBE ? WHATIF_OPEN
				      : WHATIF_KEPT;
}

struct run {
	struct whatif *w;
	const struct whatif_edit *edit;
	size_t n;
};

static const struct whatif_edit *edit_of(const struct run *run, const struct rule *rule)
{
	for (size_t i = 0; i < run->n; i++)
		if (run->edit[i].instead && run->edit[i].instead->list == rule->list &&
		    run->edit[i].instead->position == rule->position)
			return &run->edit[i];
	return NULL;
}

/* What is known of a rule that stands as it did; otherwise by asking. */
static enum match ask_known(const struct run *run, const struct whatif_flow *flow,
			    const struct rule *rule, const struct rule *won)
{
	if (!flow->has_all)
		return whatif_ask_given(run->w, rule, flow, won);
	for (size_t i = 0; i < flow->n_all; i++)
		if (flow->all[i].position == rule->position)
			return flow->all[i].match;
	return MATCH_NO;
}

/* In the rule's place, whoever stands there now. */
static enum match ask_edited(const struct run *run, const struct whatif_flow *flow,
			     const struct rule *rule, const struct rule *won)
{
	const struct whatif_edit *edit = edit_of(run, rule);

	if (!edit)
		return ask_known(run, flow, rule, won);
	return whatif_ask_given(run->w, edit->add, flow, rule == won ? won : NULL);
}

/* A rule before the winner has not matched; with names in both it may have. */
static bool has_lost_to(const struct run *run, const struct rule *rule,
			const struct rule *won)
{
	return won && rule->position < won->position &&
	       !(whatif_is_by_name(run->w, won) && whatif_is_by_name(run->w, rule));
}

/* One rule after another says yes or no; false: none behind it is asked any more. */
static bool go_on(struct end *end, enum match match, uint32_t action)
{
	if (match == MATCH_NO)
		return true;
	*(action == AUDIT_NEVER ? &end->lost : &end->kept) = true;
	return match == MATCH_MAYBE;
}

/* The first rule of those that are left takes the event. */
static struct end fall_through(const struct run *run, const struct whatif_flow *flow,
			       const struct rule *won)
{
	bool by_name = whatif_is_by_name(run->w, won);
	struct end end = {false, false};

	for (size_t i = 0; i < run->w->n_exit; i++) {
		const struct rule *rule = run->w->exit[i];
		enum match match = MATCH_NO;

		if (whatif_has_call(rule, flow) && !has_lost_to(run, rule, won))
			match = ask_edited(run, flow, rule, won);
		if (by_name || whatif_is_by_name(run->w, rule))
			match = match_least(match, MATCH_MAYBE); /* no sure order */
		if (!go_on(&end, match, rule->action))
			return end;
	}
	end.lost = true; /* no rule asks for it */
	return end;
}

/* Rules with a name have no sure order; whether one of them takes it is sure all the
 * same where all that can are of one mind. */
static bool is_kept_by_any(const struct run *run, const struct whatif_flow *flow,
			   const struct rule *won)
{
	bool kept = false;

	for (size_t i = 0; i < run->w->n_exit; i++) {
		const struct rule *rule = run->w->exit[i];
		enum match match = MATCH_NO;

		if (whatif_has_call(rule, flow) && !has_lost_to(run, rule, won))
			match = ask_edited(run, flow, rule, won);
		if (match != MATCH_NO && rule->action == AUDIT_NEVER)
			return false;
		kept |= match == MATCH_YES;
	}
	return kept;
}

static enum whatif_fate narrowed(const struct run *run, const struct whatif_flow *flow,
				 const struct rule *won)
{
	enum whatif_fate fate;

	if (!edit_of(run, won))
		return WHATIF_KEPT;
	fate = fate_of(fall_through(run, flow, won));
	if (fate == WHATIF_OPEN && is_kept_by_any(run, flow, won))
		return WHATIF_KEPT;
	return fate;
}

/* Where the winner is not known, each rule that is edited may be it. */
static enum whatif_fate narrowed_open(const struct run *run,
				      const struct whatif_flow *flow)
{
	for (size_t i = 0; i < run->n; i++) {
		const struct rule *rule = run->edit[i].instead;

		if (rule && whatif_ask_given(run->w, rule, flow, NULL) != MATCH_NO &&
		    !is_kept_by_any(run, flow, NULL))
			return WHATIF_OPEN;
	}
	return WHATIF_KEPT;
}

static enum match silenced(const struct run *run, const struct whatif_flow *flow,
			   const struct rule *won)
{
	enum match any = MATCH_NO;

	for (size_t i = 0; i < run->n && any != MATCH_YES; i++)
		if (!run->edit[i].instead)
			any = match_most(any, whatif_ask_given(run->w, run->edit[i].add,
							       flow, won));
	return any;
}

static enum match excluded(const struct run *run, const struct whatif_record *record)
{
	enum match any = MATCH_NO;

	for (size_t i = 0; i < run->n && any != MATCH_YES; i++)
		if (!run->edit[i].instead)
			any = match_most(any,
					 whatif_ask_record(run->edit[i].add, record));
	return any;
}

/*
 * With records that no rule has asked for. These come all the same where an exception
 * takes the others, and they go alone where they are excluded: what would go then is a
 * part of the event. Where both is so it goes as a whole.
 */
static enum whatif_fate fate_of_forced(const struct run *run,
				       const struct whatif_flow *flow,
				       enum whatif_fate fate, bool none)
{
	enum match all = MATCH_YES, any = MATCH_NO;

	for (unsigned int i = 0; i < flow->n_types; i++) {
		const struct whatif_record r = whatif_record_by(flow, flow->types[i]);
		enum match match;

		if (whatif_is_companion(r.type))
			continue;
		match = excluded(run, &r);
		all = match_least(all, match);
		if (!whatif_is_one_each(r.type))
			any = match_most(any, match);
	}
	if (fate == WHATIF_LOST && all != MATCH_YES)
		return WHATIF_OPEN;
	/* without a rule the record's own row tells of it */
	if (fate == WHATIF_KEPT && !none && any != MATCH_NO)
		return WHATIF_OPEN;
	return fate;
}

static enum whatif_fate fate_of_flow(const struct run *run,
				     const struct whatif_flow *flow)
{
	enum whatif_fate fate;
	const struct rule *won;
	enum match match;
	bool none;

	if (!flow->has_call || flow->foreign || flow->excepted)
		return WHATIF_KEPT;
	won = whatif_winner(run->w, flow, &none);
	match = silenced(run, flow, won);
	if (match == MATCH_YES)
		fate = WHATIF_LOST;
	else if (none)
		fate = WHATIF_KEPT;
	else
		fate = won ? narrowed(run, flow, won) : narrowed_open(run, flow);
	if (match == MATCH_MAYBE && fate == WHATIF_KEPT)
		fate = WHATIF_OPEN;
	if (fate == WHATIF_LOST && run->w->task_rules)
		fate = WHATIF_OPEN;
	return whatif_is_forced(flow) ? fate_of_forced(run, flow, fate, none) : fate;
}

enum whatif_fate whatif_takes(struct whatif *w, const struct whatif_edit *edit, size_t n,
			      const struct whatif_flow *flow)
{
	const struct run run = {w, edit, n};
	enum whatif_fate fate;
	const struct rule *won;
	bool none;

	if (!flow->has_call || flow->foreign)
		return WHATIF_KEPT;
	won = whatif_winner(w, flow, &none);
	fate = fate_of_match(silenced(&run, flow, won));
	return whatif_is_forced(flow) ? fate_of_forced(&run, flow, fate, none) : fate;
}

static enum whatif_fate fate_of_record(const struct run *run,
				       const struct whatif_record *record)
{
	return fate_of_match(excluded(run, record));
}

/* --- all together --- */

static void add(struct count *sum, const struct count *c)
{
	sum->events += c->events;
	sum->records += c->records;
	sum->bytes += c->bytes;
}

static void count_fate(const struct whatif_table *t, enum whatif_fate fate,
		       const struct count *c, struct whatif_saves *out)
{
	for (unsigned int i = 0; i < t->n_windows && fate != WHATIF_KEPT; i++) {
		add(fate == WHATIF_LOST ? &out->lost[i] : &out->open[i], &c[i]);
		out->exact &= fate == WHATIF_LOST || !c[i].records;
	}
}

void whatif_sum(const struct whatif_table *t, const uint8_t *fate,
		struct whatif_saves *out)
{
	*out = (struct whatif_saves){.exact = true};
	for (size_t i = 0; i < t->n_flows; i++)
		count_fate(t, (enum whatif_fate)fate[i], t->flow[i].count, out);
	for (size_t i = 0; i < t->n_records; i++) {
		const struct whatif_record *r = &t->record[i];

		if (r->flow < t->n_flows && fate[r->flow] != WHATIF_KEPT)
			continue; /* counted with it */
		count_fate(t, (enum whatif_fate)fate[t->n_flows + i], r->vanish, out);
	}
}

/* What takes a flow as a whole is told of the flow, once. */
static void run_records(const struct run *run, const struct whatif_table *t,
			uint8_t *fate)
{
	uint8_t *own = fate + t->n_flows;

	for (size_t i = 0; i < t->n_records; i++) {
		const struct whatif_record *r = &t->record[i];

		own[i] = (uint8_t)fate_of_record(run, r);
		if (r->whole && r->flow < t->n_flows && own[i] > fate[r->flow])
			fate[r->flow] = own[i];
	}
	for (size_t i = 0; i < t->n_records; i++)
		if (t->record[i].flow < t->n_flows &&
		    fate[t->record[i].flow] == WHATIF_LOST)
			own[i] = WHATIF_KEPT;
}

size_t whatif_run_flows(struct whatif *w, const struct whatif_table *t,
			const struct whatif_edit *edit, size_t n, uint8_t *fate,
			size_t from)
{
	const struct run run = {w, edit, n};
	uint64_t until = w->asked + ASKED_AT_ONCE;

	while (from < t->n_flows && w->asked < until) {
		fate[from] = (uint8_t)fate_of_flow(&run, &t->flow[from]);
		from++;
	}
	return from;
}

void whatif_run_end(struct whatif *w, const struct whatif_table *t,
		    const struct whatif_edit *edit, size_t n, uint8_t *fate,
		    struct whatif_saves *out)
{
	const struct run run = {w, edit, n};

	run_records(&run, t, fate);
	whatif_sum(t, fate, out);
	for (size_t i = 0; i < n; i++)
		if (edit[i].instead && (edit[i].instead->action != edit[i].add->action ||
					!cover_rule(edit[i].instead, edit[i].add)))
			out->exact = false;
}

void whatif_run(struct whatif *w, const struct whatif_table *t,
		const struct whatif_edit *edit, size_t n, uint8_t *fate,
		struct whatif_saves *out)
{
	size_t at = 0;

	while (at < t->n_flows)
		at = whatif_run_flows(w, t, edit, n, fate, at);
	whatif_run_end(w, t, edit, n, fate, out);
}

double whatif_share(const struct count *part, const struct count *all)
{
	return all->records ? (double)part->records / (double)all->records : 0;
}
