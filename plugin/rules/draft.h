/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * draft.h - a rule while the options of its line are read
 *
 * Each function takes one option in the order of the line, for the order matters to
 * auditctl. Return: 0, or -EINVAL with the draft's error filled.
 */
#ifndef NOISE_RULES_DRAFT_H
#define NOISE_RULES_DRAFT_H

#include <stdbool.h>
#include <stdint.h>

#include "rules/rule_text.h"

#define DRAFT_FIELDS_MAX (AUDIT_MAX_FIELDS - 1) /* as libaudit has it */

struct rule_draft {
	const struct rule_world *world;
	enum rule_line_kind kind; /* RULE_LINE_EMPTY: no list was named yet */
	struct rule rule;         /* its texts lie in the line's words */
	struct rule_field field[AUDIT_MAX_FIELDS];
	uint32_t arch; /* 0: none was named */
	/* what a key must have before it */
	bool has_calls, has_object, has_exe, has_fstype;
	char keys[AUDIT_MAX_KEY_LEN + 1]; /* joined by RULE_KEY_SEP */
	char *error;                      /* of RULE_ERROR_MAX bytes */
};

/** draft_refuse - fill the error; Return: -EINVAL */
int draft_refuse(struct rule_draft *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** draft_quote - foreign text for an error, as text_quote() */
#define DRAFT_QUOTE(s) text_quote(span_of(s), (char[64]){0}, 64)

/** draft_list - -a, -A, -d: @pair is `list,action` or `action,list` */
int draft_list(struct rule_draft *d, enum rule_line_kind kind, char *pair);

/** draft_watch - -w, -W */
int draft_watch(struct rule_draft *d, enum rule_line_kind kind, char *path);

/** draft_calls - -S: names and numbers parted by commas */
int draft_calls(struct rule_draft *d, char *words);

/** draft_field - -F: @pair is field, operator, value */
int draft_field(struct rule_draft *d, char *pair);

/** draft_comparison - -C */
int draft_comparison(struct rule_draft *d, char *pair);

/** draft_perm - -p */
int draft_perm(struct rule_draft *d, const char *letters);

/** draft_key - -k */
int draft_key(struct rule_draft *d, const char *key);

/** draft_finish - the line has ended: what auditctl adds by itself */
int draft_finish(struct rule_draft *d);

#endif
