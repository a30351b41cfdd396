/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_record.c - the lists that keep records, or names, from being written
 *
 * kernel/auditfilter.c: audit_filter(), for exclude and user. It knows few fields; one
 * that it does not know ends the search as soon as the fields before it have matched,
 * with the answer "write it", and no rule behind it is asked.
 */
#include <libaudit.h>

#include "rules/match_list.h"

/* @before: the answer of the field before it, where a label has none of its own */
static enum match record_field(const struct view *v, const struct rule_field *f,
			       uint32_t type, enum match before)
{
	switch (f->type) {
	case AUDIT_MSGTYPE:
		return match_bool(rule_compares(type, f->op, f->value));
	case AUDIT_GID: /* here the groups of the process are not looked through */
		if (!facts_knows(v->facts, FACTS_GID))
			return MATCH_MAYBE;
		return match_bool(rule_compares((uint32_t)v->facts->number[FACTS_GID],
						f->op, f->value));
	case AUDIT_SUBJ_USER ... AUDIT_SUBJ_CLR:
		return v->options->labels == MATCH_LABELS_NONE ? before
							       : match_field(v, f);
	default:
		return match_field(v, f);
	}
}

/* @stops: how certain it is that the search ends at this rule without an answer */
static enum match record_rule(const struct view *v, uint32_t type, enum match *stops)
{
	const struct rule *rule = v->slot->rule;
	enum match all = MATCH_YES, last = MATCH_NO;

	*stops = MATCH_NO;
	if (rule->state != RULE_KNOWN) {
		*stops = MATCH_MAYBE;
		return MATCH_MAYBE;
	}
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		if (!rule_is_asked_of_record(rule->field[i].type)) {
			*stops = all;
			return MATCH_NO;
		}
		last = record_field(v, &rule->field[i], type, last);
		all = match_least(all, last);
		if (all == MATCH_NO)
			return MATCH_NO;
	}
	return rule->n_fields ? all : MATCH_NO; /* one without fields never matches */
}

static struct match_drop search(const struct matcher *m, const struct list *list,
				const struct facts *facts, uint32_t type)
{
	struct match_drop out = {MATCH_NO, NULL, NULL};
	struct view v = match_view(m, facts);
	enum match open = MATCH_YES; /* is the rule asked at all? */

	for (size_t i = 0; i < list->n && open != MATCH_NO; i++) {
		const struct rule *rule = list->slot[i].rule;
		bool drops = rule->action == AUDIT_NEVER ||
			     list == &m->list[AUDIT_FILTER_EXCLUDE];
		enum match stops, match;

		v.slot = &list->slot[i];
		match = record_rule(&v, type, &stops);
		if (drops && match != MATCH_NO) {
			out.dropped = match_most(out.dropped, match_least(match, open));
			out.by = out.by ? out.by : rule;
		}
		if (stops != MATCH_NO && !out.stopped)
			out.stopped = rule;
		open = match_least(open, match_not(match_most(match, stops)));
	}
	return out;
}

struct match_drop match_exclude(const struct matcher *m, const struct facts *facts,
				uint32_t type)
{
	return search(m, &m->list[AUDIT_FILTER_EXCLUDE], facts, type);
}

struct match_drop match_user(const struct matcher *m, const struct facts *facts,
			     uint32_t type)
{
	return search(m, &m->list[AUDIT_FILTER_USER], facts, type);
}

bool match_drops_type(const struct matcher *m, uint32_t type)
{
	const struct list *list = &m->list[AUDIT_FILTER_EXCLUDE];

	for (size_t i = 0; i < list->n; i++) {
		const struct rule *rule = list->slot[i].rule;
		bool may = true;

		for (uint32_t k = 0; k < rule->n_fields && may; k++)
			may = rule->state != RULE_KNOWN ||
			      rule->field[k].type != AUDIT_MSGTYPE ||
			      rule_compares(type, rule->field[k].op,
					    rule->field[k].value);
		if (may)
			return true;
	}
	return false;
}

enum match match_filesystem(const struct matcher *m, const uint32_t *magic)
{
	const struct list *list = &m->list[AUDIT_FILTER_FS];
	enum match m_all = MATCH_NO;

	for (size_t i = 0; i < list->n; i++) {
		const struct rule *rule = list->slot[i].rule;

		if (rule->state != RULE_KNOWN)
			m_all = match_most(m_all, MATCH_MAYBE);
		for (uint32_t k = 0; k < rule->n_fields; k++) {
			const struct rule_field *f = &rule->field[k];

			if (f->type != AUDIT_FSTYPE || rule->action != AUDIT_NEVER)
				continue;
			m_all = match_most(
				m_all,
				magic ? match_bool(rule_compares(*magic, f->op, f->value))
				      : MATCH_MAYBE);
		}
	}
	return m_all;
}
