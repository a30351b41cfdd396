/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_exit.c - the exit and io_uring lists: who can have won
 *
 * kernel/auditsc.c: audit_filter_syscall() finds the first of the rules without path=
 * and inode=; audit_filter_inodes() then asks the others of one name after the other
 * and stops at the first name that has a rule before that winner. Where the records
 * leave that winner open, the second step is gone through with the last one that it can
 * be, and what it finds ends the search only where it stands before the first.
 *
 * When a watched file goes, the second step is also done at that moment
 * (audit_update_watch()), with other files behind the watches than in the end, and a
 * rule that was found first may lose to an earlier one in the next round. Then the names
 * have no order here.
 */
#include <libaudit.h>

#include "rules/match_list.h"

#define NOWHERE SIZE_MAX

struct search {
	struct matcher *m;
	struct view view;
	struct found *found; /* in the order of the list */
	size_t n;
	size_t first; /* the first step has no winner before this one */
	size_t limit; /* and none behind this one; the second step asks none behind it */
	bool sure;    /* some rule matches for certain */
};

/* --- which rules match --- */

/* Has it another key than the record, by which it cannot have been the winner? */
static bool has_other_key(const struct search *s, const struct slot *slot)
{
	const struct facts *facts = s->view.facts;

	return s->m->options.by_key && facts->has_keys && slot->keys.p &&
	       (!facts->keys.p || !span_equal(slot->keys, facts->keys));
}

static void ask(struct search *s, const struct slot *slot, enum match most)
{
	enum match match;

	if (has_other_key(s, slot))
		return;
	match = match_least(match_slot(&s->view, slot), most);
	if (match != MATCH_NO)
		s->found[s->n++] = (struct found){slot, match, false};
}

static void ask_row(struct search *s, const struct list *list, unsigned int nr)
{
	const uint64_t *row = s->m->row + s->m->row_of[nr] * s->m->words;

	for (size_t w = 0; w < s->m->words; w++)
		for (uint64_t bits = row[w]; bits; bits &= bits - 1) {
			const struct slot *slot =
				&list->slot[w * 64 + (size_t)__builtin_ctzll(bits)];

			if (s->m->row_of[nr] || slot->rule->state == RULE_BROKEN ||
			    rule_has_call(slot->rule, nr))
				ask(s, slot, MATCH_YES);
		}
}

/* --- who can have won --- */

static void first_step(struct search *s)
{
	s->first = s->limit = s->n;
	for (size_t i = 0; i < s->n; i++) {
		if (s->found[i].slot->by_name)
			continue;
		s->found[i].may_win = true;
		if (s->first == s->n)
			s->first = i;
		if (s->found[i].match == MATCH_YES) {
			s->limit = i;
			s->sure = true;
			return;
		}
	}
}

/* Has the rule the place in its file's list that it was loaded to? */
static bool is_settled(const struct search *s, const struct slot *slot)
{
	const struct match_file *file = &slot->file;

	if (!rule_find(slot->rule, AUDIT_WATCH))
		return true; /* inode= stays where it is */
	return file->kept && match_knows(&file->self, s->view.facts);
}

/*
 * Of this one name. The rules that have it have no order: a watch is put before the
 * others whenever its file has been replaced. Those of files that have not been are asked
 * in order. Return: the first that is sure, NOWHERE: none.
 */
static size_t ask_name(struct search *s, const struct facts_path *name)
{
	size_t sure = NOWHERE;
	bool is_closed = false; /* to those behind that have kept their places */

	for (size_t i = 0; i < s->limit; i++) {
		struct found *f = &s->found[i];
		enum match match = MATCH_NO;

		if (f->slot->by_name)
			match = match_name(&s->view, f->slot, name);
		if (match == MATCH_NO || (is_closed && is_settled(s, f->slot)))
			continue;
		f->may_win = true;
		if (match != MATCH_YES)
			continue;
		if (sure == NOWHERE)
			sure = i;
		is_closed |= is_settled(s, f->slot);
	}
	return sure;
}

static bool is_any_removed(const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_paths; i++)
		if (facts->path[i].type == FACTS_NAME_DELETE)
			return true;
	return false;
}

static void ask_names_in_order(struct search *s)
{
	const struct facts *facts = s->view.facts;

	for (size_t i = 0; i < facts->n_paths; i++) {
		size_t at = ask_name(s, &facts->path[i]);

		if (at == NOWHERE)
			continue;
		s->sure = true;
		s->limit = at;
		if (at < s->first)
			return;
	}
}

/*
 * Some file goes, or a name is not seen: any rule that has a name can win, and one of
 * them does if one is sure; a rule without, if it stands before the last of these.
 */
static void ask_names(struct search *s)
{
	size_t last = s->limit;
	bool sure = false;

	for (size_t i = 0; i < s->limit; i++) {
		struct found *f = &s->found[i];

		if (!f->slot->by_name)
			continue;
		f->may_win = true;
		sure |= f->match == MATCH_YES;
		last = i;
	}
	if (sure) {
		s->sure = true;
		s->limit = last;
	}
}

static void second_step(struct search *s)
{
	if (s->view.has_all && !is_any_removed(s->view.facts))
		ask_names_in_order(s);
	else
		ask_names(s);
	/* a later winner of the first step would have been displaced */
	for (size_t i = s->limit + 1; i < s->n; i++)
		if (!s->found[i].slot->by_name)
			s->found[i].may_win = false;
}

/* Rules that, by what the caller says, cannot have made this event. */
static bool is_out(const struct search *s, const struct slot *slot)
{
	const struct match_options *options = &s->m->options;
	const struct facts *facts = s->view.facts;

	if (options->recorded && slot->rule->action == AUDIT_NEVER)
		return true;
	if (has_other_key(s, slot))
		return true;
	if (!options->by_key || slot->keys.p || slot->rule->state != RULE_KNOWN)
		return false;
	/* without a key it displaces one with a key in the second step alone */
	return facts->keys.p && !slot->by_name && !is_any_removed(facts);
}

static void tell(const struct search *s, struct match_result *out)
{
	struct matcher *m = s->m;

	for (size_t i = 0; i < s->n; i++) {
		const struct rule *rule = s->found[i].slot->rule;

		m->all[out->n_all++] = (struct match_rule){rule, s->found[i].match};
		if (s->found[i].may_win && !is_out(s, s->found[i].slot))
			m->candidate[out->n_candidates++] = rule;
	}
	out->none = !out->n_candidates ||
		    !(s->sure || (m->options.recorded && !s->view.facts->forced));
	if (out->n_candidates == 1 && !out->none)
		out->winner = m->candidate[0];
}

/* A process that such a rule has matched is recorded whatever else matches. */
static void add_tasks(const struct search *s, struct match_result *out)
{
	const struct list *list = &s->m->list[AUDIT_FILTER_TASK];

	for (size_t i = 0; i < list->n; i++) {
		const struct rule *rule = list->slot[i].rule;

		if (rule->action == AUDIT_NEVER || match_task(rule) == MATCH_NO)
			continue;
		s->m->all[out->n_all++] = (struct match_rule){rule, MATCH_MAYBE};
		if (!is_out(s, &list->slot[i]))
			s->m->candidate[out->n_candidates++] = rule;
	}
}

static void begin(struct search *s, struct matcher *m, const struct facts *facts,
		  struct match_result *out)
{
	*s = (struct search){.m = m, .view = match_view(m, facts), .found = m->found};
	*out = (struct match_result){
		.candidates = m->candidate, .all = m->all, .none = true};
}

void match_exit(struct matcher *m, const struct facts *facts, struct match_result *out)
{
	struct search s;

	begin(&s, m, facts, out);
	if (!facts->has_call || !facts_knows(facts, FACTS_CALL))
		return;
	add_tasks(&s, out);
	if (facts->number[FACTS_CALL] < AUDIT_BITMASK_SIZE * 32)
		ask_row(&s, &m->list[AUDIT_FILTER_EXIT],
			(unsigned int)facts->number[FACTS_CALL]);
	first_step(&s);
	second_step(&s);
	tell(&s, out);
}

/*
 * The second step asks the rules of files, whatever their list; of the exit list for
 * system call 0, since there is none (kernel/auditsc.c: audit_filter_inodes()). Which of
 * two lists was loaded first is not known here, so none is sure to win.
 */
static void add_names_of_calls(struct search *s)
{
	const struct list *list = &s->m->list[AUDIT_FILTER_EXIT];

	for (size_t i = 0; i < list->n; i++) {
		const struct slot *slot = &list->slot[i];
		size_t n = s->n;

		if (!slot->by_name || !rule_has_call(slot->rule, 0))
			continue;
		ask(s, slot, MATCH_MAYBE);
		if (s->n == n)
			continue;
		s->found[n].may_win = true;
		s->sure = false;
	}
}

void match_uring(struct matcher *m, const struct facts *facts, struct match_result *out)
{
	const struct list *list = &m->list[AUDIT_FILTER_URING_EXIT];
	struct search s;

	begin(&s, m, facts, out);
	if (!facts->has_call || !facts_knows(facts, FACTS_OPERATION))
		return;
	for (size_t i = 0; i < list->n; i++)
		if (list->slot[i].rule->state == RULE_BROKEN ||
		    rule_has_call(list->slot[i].rule,
				  (unsigned int)facts->number[FACTS_OPERATION]))
			ask(&s, &list->slot[i], MATCH_MAYBE);
	first_step(&s);
	second_step(&s);
	add_names_of_calls(&s);
	tell(&s, out);
}
