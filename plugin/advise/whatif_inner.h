/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whatif_inner.h - what the files of the what-if share
 */
#ifndef NOISE_ADVISE_WHATIF_INNER_H
#define NOISE_ADVISE_WHATIF_INNER_H

#include "advise/whatif.h"
#include "rules/match_inner.h"

struct whatif {
	struct whatif_options options;
	struct matcher *matcher;
	const struct rule **exit; /* the exit list, in its order */
	bool *by_name;            /* the kernel asks the rule of each name alone */
	size_t n_exit;
	uint64_t asked;  /* rules, for ever */
	bool task_rules; /* some process may be recorded whatever the exit list says */
	bool may_lack_paths; /* the exclude list may have dropped PATH records */
	struct facts facts;  /* of the flow that is asked about */
};

/** whatif_ask_given - as whatif_ask(), of events that @won has written; NULL: open */
enum match whatif_ask_given(struct whatif *w, const struct rule *rule,
			    const struct whatif_flow *flow, const struct rule *won);

/** whatif_is_companion - does it come because a rule has asked for the event? */
bool whatif_is_companion(uint32_t type);

/** whatif_is_one_each - is there one of it in each event that has any? */
bool whatif_is_one_each(uint32_t type);

/** whatif_record_by - one record by the flow's doer, without counts */
struct whatif_record whatif_record_by(const struct whatif_flow *flow, uint32_t type);

/** whatif_is_by_name - of a rule of the set */
static inline bool whatif_is_by_name(const struct whatif *w, const struct rule *rule)
{
	return w->by_name[rule->position - 1];
}

/** whatif_has_call - has the rule the flow's call, or is it not known? */
static inline bool whatif_has_call(const struct rule *rule,
				   const struct whatif_flow *flow)
{
	return rule->state == RULE_BROKEN ||
	       (flow->call < AUDIT_BITMASK_SIZE * 32 && rule_has_call(rule, flow->call));
}

#endif
