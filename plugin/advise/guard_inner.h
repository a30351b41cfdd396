/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_inner.h - what the files of the guard share
 *
 * Functions that judge return false with the verdict's reason and text filled.
 */
#ifndef NOISE_ADVISE_GUARD_INNER_H
#define NOISE_ADVISE_GUARD_INNER_H

#include "advise/guard.h"

#define GUARD_DOERS 256

enum guard_form {
	GUARD_FORM_EXCEPTION, /* `never` of the exit list */
	GUARD_FORM_EXCLUDE,
	GUARD_FORM_NARROWING, /* a rule that asks for people alone in another's place */
	GUARD_FORM_CALL,      /* a rule without one of its calls in its place */
	GUARD_FORMS
};

/* What the rules test, as far as it is the guard's business. */
struct guard_target {
	enum guard_form form;
	struct span exe, dir; /* absent: not tested */
	bool has_uid, auid_unset, has_exit;
	uint32_t uid, exit;
	uint32_t type_low, type_high; /* of an exclude */
	const char *call;             /* of GUARD_FORM_CALL: its name, constant */
};

struct guard {
	const struct guard_options *options;
	const struct guard_case *c;
	struct guard_verdict *out;
	struct guard_target target;
	char quoted[96];   /* for the name in a sentence */
	struct span place; /* directory that was judged last and found in order */
	struct span doer[GUARD_DOERS]; /* programs that were, of the events */
	unsigned int n_doers;
	bool pending; /* some file of the events was not looked at yet */
};

bool guard_refuse(struct guard *g, enum guard_reason reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void guard_show(struct guard *g, enum guard_shown shown);

/** guard_read_form - the target, of rules that are of one of the closed set of forms */
bool guard_read_form(struct guard *g);

/** guard_read_exclude - of one rule of the exclude list; false: of no form */
bool guard_read_exclude(const struct rule *rule, struct guard_target *t);

/** guard_tests_auid_unset - does the field ask for a process without a login uid? */
bool guard_tests_auid_unset(const struct rule_field *f);

/** guard_ask_file - what is known of a file; false: nothing, or not all */
bool guard_ask_file(const struct guard *g, struct span path, struct lineage *file);

/** guard_judge_doer - one program of the events that go */
bool guard_judge_doer(struct guard *g, const struct name_text *exe);

/** guard_judge_settings - what protect_* say of the rules themselves */
bool guard_judge_settings(struct guard *g);

/** guard_judge_events - all that goes with the change */
bool guard_judge_events(struct guard *g);

bool guard_is_protected_exe(const struct guard *g, struct span exe);
bool guard_is_protected_path(const struct guard *g, struct span path);

#endif
