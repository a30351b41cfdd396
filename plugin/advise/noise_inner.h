/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_inner.h - what the files of the noise advice share
 */
#ifndef NOISE_ADVISE_NOISE_INNER_H
#define NOISE_ADVISE_NOISE_INNER_H

#include "advise/noise.h"
#include "rules/rule_text.h"

enum noise_phase {
	NOISE_FLOWS,
	NOISE_RECORDS,
	NOISE_STORMS,
	NOISE_JUDGE,
	NOISE_PICK,
	NOISE_RUN,
	NOISE_DONE
};

struct noise_gain {
	double score;
	struct count more;
};

struct noise {
	struct noise_options options;
	enum noise_phase phase;
	size_t next;                          /* within the phase */
	size_t flow;                          /* that a run has come to */
	size_t heavy[NOISE_HEAVY], n_heavy;   /* flows, the heaviest first */
	size_t record[NOISE_HEAVY], n_record; /* records, the same */
	struct noise_advice *candidate;       /* of NOISE_CANDIDATES */
	size_t n_candidates;
	struct noise_advice **allowed; /* of as many */
	struct noise_gain *gain;       /* of each that is allowed */
	uint8_t *fate;                 /* of one run */
	uint8_t *together;             /* of those that are picked */
	size_t n_fates;
	struct noise_result result;
	char text[RULE_TEXT_MAX];
};

/** noise_make_flow - candidates for flow number @i. Return: 0 or -ENOMEM. */
int noise_make_flow(struct noise *n, size_t i);

/** noise_make_record - candidates for record number @i */
int noise_make_record(struct noise *n, size_t i);

/** noise_make_storm - the candidate for a storm of cron's */
int noise_make_storm(struct noise *n, const struct auth_storm *storm);

#endif
