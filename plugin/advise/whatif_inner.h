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
	size_t n_exit;
	bool task_rules; /* some process may be recorded whatever the exit list says */
	bool may_lack_paths; /* the exclude list may have dropped PATH records */
	struct facts facts;  /* of the flow that is asked about */
};

/** whatif_ask_given - as whatif_ask(), of events that @won has written; NULL: open */
enum match whatif_ask_given(struct whatif *w, const struct rule *rule,
			    const struct whatif_flow *flow, const struct rule *won);

/** whatif_is_by_name - does the kernel ask the rule of each name alone? */
static inline bool whatif_is_by_name(const struct rule *rule)
{
	const struct rule_field *inode;

	if (rule->state != RULE_KNOWN)
		return true; /* perhaps */
	inode = rule_find(rule, AUDIT_INODE);
	return rule_find(rule, AUDIT_WATCH) || (inode && inode->op == AUDIT_EQUAL);
}

#endif
