/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_inner.h - what the files of the noise advice share
 */
#ifndef NOISE_ADVISE_NOISE_INNER_H
#define NOISE_ADVISE_NOISE_INNER_H

#include "advise/noise.h"
#include "rules/rule_text.h"

enum noise_phase {
	NOISE_BEFORE,
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
	uint64_t weight[NOISE_HEAVY];         /* with all of its kind */
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

/* --- a rule of our own --- */

#define NOISE_BREADTH_NARROWING \
	256             /* of rules that ask for less, behind all exceptions */
#define NOISE_FIELDS 24 /* of a candidate; more are not copied */

struct noise_rule {
	struct rule rule;
	struct rule_field field[NOISE_FIELDS];
};

/** noise_rule_begin - `never`, without fields; on the exclude list as auditctl(8) makes
 * it */
void noise_rule_begin(struct noise_rule *m, uint32_t list);
void noise_rule_add(struct noise_rule *m, uint32_t type, uint32_t value);
void noise_rule_add_op(struct noise_rule *m, uint32_t type, uint32_t op, uint32_t value);
void noise_rule_add_text(struct noise_rule *m, uint32_t type, struct span text);

/** noise_put - @rule, copied, becomes one of @a's; -ENOMEM: @a is emptied */
int noise_put(struct noise_advice *a, const struct rule *rule, const struct rule *instead)
	__attribute__((warn_unused_result));

/**
 * noise_put_exclude - of one type of one program, run by one account that nobody has
 *                     logged in as
 */
int noise_put_exclude(struct noise_advice *a, uint32_t type, struct span exe, int64_t uid)
	__attribute__((warn_unused_result));

/** noise_offer - @a is a candidate, if its texts load and it is new; its rules are taken
 */
void noise_offer(struct noise *n, struct noise_advice *a);

/** noise_uid_of - EVENT_ID_ABSENT: it is not one uid */
int64_t noise_uid_of(int64_t uid, enum id_class id_class);

/** noise_may_name - has the program a name that the guard may allow? */
bool noise_may_name(const struct noise *n, const struct name_text *exe);

/* --- candidates --- */

/** noise_find_heavy - fill heavy and record. Return: 0 or -ENOMEM. */
int noise_find_heavy(struct noise *n) __attribute__((warn_unused_result));

/** noise_make_standing - the one of before with number @i. Return: 0 or -ENOMEM. */
int noise_make_standing(struct noise *n, unsigned int i);

/** noise_make_flow - candidates for flow number @i. Return: 0 or -ENOMEM. */
int noise_make_flow(struct noise *n, size_t i);

/** noise_make_narrowing - the rule @won, which wrote flow @f, asks for less */
int noise_make_narrowing(struct noise *n, const struct whatif_flow *f,
			 const struct rule *won);

/** noise_make_record - candidates for record number @i */
int noise_make_record(struct noise *n, size_t i);

/** noise_make_storm - the candidate for a storm of cron's */
int noise_make_storm(struct noise *n, const struct auth_storm *storm);

#endif
