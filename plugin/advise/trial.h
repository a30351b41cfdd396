/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trial.h - may an advice that somebody else has made be loaded here?
 *
 * The texts are hostile: whoever sends them may want the audit blind. A line is read
 * into a rule, which must be of the closed set of forms and print as the very same
 * line, and what is loaded is that rule, never the text. Then all of it is judged
 * against the rules that are loaded, the files that are on this host and the settings.
 * What only the sender can know, the traffic, is not taken from him: it is not claimed
 * either.
 * Pure: rules and facts about files are handed in.
 */
#ifndef NOISE_ADVISE_TRIAL_H
#define NOISE_ADVISE_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "advise/guard.h"
#include "rules/rule_text.h"
#include "rules/ruleset.h"

#define TRIAL_RULES    4     /* of one advice */
#define TRIAL_LINE_MAX 16384 /* bytes of a rule's text; two paths fit */
#define TRIAL_TEXT     (2 * GUARD_TEXT)

enum trial_kind {
	TRIAL_SILENCE, /* exceptions of the exit list */
	TRIAL_EXCLUDE,
	TRIAL_NARROW, /* rules that ask for less in the place of others */
	TRIAL_KINDS
};

struct trial {
	enum trial_kind kind;
	struct rule *rule[TRIAL_RULES]; /* proposed; owned */
	struct rule *old[TRIAL_RULES];  /* TRIAL_NARROW: whose places they take; owned */
	struct rule
		*add[TRIAL_RULES]; /* what is loaded; owned, filled by the judgement */
	size_t n, n_old, n_add;
	/* loaded rules that the exceptions are made for; borrow from the set */
	const struct rule *about[2];
	struct guard_verdict verdict;
	char why[TRIAL_TEXT]; /* of a refusal: one sentence, foreign text quoted */
};

/** trial_init - @t is empty; trial_fini - frees its rules */
void trial_init(struct trial *t, enum trial_kind kind);
void trial_fini(struct trial *t);

/** trial_kind_named - Return: TRIAL_KINDS: none that can be tried. */
enum trial_kind trial_kind_named(struct span name);

/**
 * trial_read - one line of a rule file as a rule that may be loaded
 * @machine: audit_detect_machine()
 * @out: owned
 * @why: of TRIAL_TEXT bytes, filled on failure
 * Return: 0; -EINVAL: it is of no form that an exception or an exclude may have, or
 * not written as it is printed; -ENOMEM.
 */
int trial_read(struct span text, int machine, struct rule **out, char *why)
	__attribute__((warn_unused_result));

/**
 * trial_add - one line of the proposal; trial_add_old - of a rule that it replaces
 * Return: 0; -EINVAL, -ENOMEM, -E2BIG with @t->why.
 */
int trial_add(struct trial *t, struct span text, int machine)
	__attribute__((warn_unused_result));
int trial_add_old(struct trial *t, struct span text, int machine)
	__attribute__((warn_unused_result));

/**
 * trial_is_form - is @rule an exception or an exclude as advice may have them?
 * Tells nothing of files, accounts and of the rules that are loaded.
 */
bool trial_is_form(const struct rule *rule);

/**
 * trial_judge - may it be loaded among @loaded?
 * @guard: its files and lists are asked; its traffic is not. Of TRIAL_NARROW @t->add
 * holds the exceptions that come to the same. Return: 0; -EPERM refused, with @t->why;
 * -EEXIST it is loaded already; -ENOTSUP the change is sound but cannot be made by adding
 * alone; -ENOMEM.
 */
int trial_judge(struct trial *t, const struct ruleset *loaded, int machine,
		const struct guard_options *guard) __attribute__((warn_unused_result));

/** trial_is_blinded - may @loaded lose events by what is added, beside those it is about?
 */
bool trial_is_blinded(const struct trial *t, const struct rule *loaded);

#endif
