/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tally_aux.h - what stands beside the counts of an entry and is no part of its name
 */
#ifndef NOISE_TALLY_AUX_H
#define NOISE_TALLY_AUX_H

#include "count/tally.h"

/* Of a flow: fields outside its identity, kept while all its events agree. */
struct tally_flow_aux {
	bool started, comm_differs;
	uint8_t comm_len;
	char comm[64];
	uint32_t position; /* of its rule; 0: none, or it is not loaded now */
};

/* Of a rule: where it stands. */
struct tally_rule_aux {
	uint32_t position; /* 0: it is not loaded now */
	uint32_t line;     /* of the file that it was last seen in */
	bool has_file, file_cut;
	uint8_t file_len;
	char file[125];
	int64_t loaded_ms; /* own time since when, without a break; of a loaded one */
	/* of one that is left open: the places of those that it can be, 0 as above */
	uint32_t candidate[ATTRIBUTION_CANDIDATES];
};

/** tally_aux_flow - one more event of the flow */
void tally_aux_flow(struct tally_flow_aux *aux, const struct event *e,
		    const struct tally_rule *rule);

/** tally_aux_rule - the rule stands there now, at @now_ms */
void tally_aux_rule(struct tally_rule_aux *aux, const struct tally_rule *rule,
		    int64_t now_ms);

/**
 * tally_aux_reuse - give @name the entry of a rule that is not loaded any more and has
 * written nothing. Return: false: there is none.
 */
bool tally_aux_reuse(struct topk *rules, struct span name, int64_t now_ms);

/* Where a rule stands. */
struct tally_place {
	uint64_t id; /* flow_rule_id() */
	uint32_t position;
};

/**
 * tally_aux_places - these are all the rules that are loaded now; entries of others, and
 * their flows, stand nowhere from now on
 * @places: in any order, and in another afterwards; NULL with @n 0
 */
void tally_aux_places(struct tally *t, struct tally_place *places, size_t n,
		      int64_t now_ms);

#endif
