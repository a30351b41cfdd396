/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_text.h - rules as auditctl(8) writes and reads them
 *
 * One line of a rule file is read as auditctl 3.0.9 reads it, seen with it and not
 * only in its manual; of what a field may stand on which list, all that some version
 * of auditctl lets through is taken, and the kernel judges. Stricter than auditctl:
 * "12x" and 4294967296 are no numbers (it takes 12 and 0), and a word where it would
 * silently take 0 is refused. A rule is printed as `auditctl -l` does it, where that
 * can be loaded again.
 */
#ifndef NOISE_RULES_RULE_TEXT_H
#define NOISE_RULES_RULE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "rules/rule.h"

#define RULE_ERROR_MAX    192 /* bytes with the NUL; every foreign byte is quoted */
#define RULE_SETTINGS_MAX 4   /* options of one line that are no rule */
#define RULE_TEXT_MAX \
	65536 /* holds what rule_print() makes of any rule that auditctl sends */

/* What only the caller can know. A NULL function knows nothing. */
struct rule_world {
	int machine; /* audit_detect_machine(); -1: not known */
	bool (*user)(void *arg, const char *name, uint32_t *uid);
	bool (*group)(void *arg, const char *name, uint32_t *gid);
	/* of a watch: is there a directory? NULL: it is one where it ends in a slash */
	bool (*is_dir)(void *arg, const char *path);
	void *arg;
};

enum rule_line_kind {
	RULE_LINE_EMPTY,
	RULE_LINE_COMMENT,
	RULE_LINE_APPEND,   /* -a, -w */
	RULE_LINE_PREPEND,  /* -A */
	RULE_LINE_DELETE,   /* -d, -W */
	RULE_LINE_SETTINGS, /* no rule, but options of the kernel's or of auditctl's */
	RULE_LINE_BAD,      /* not understood, or refused by auditctl */
	RULE_LINE_KINDS
};

enum rule_setting_kind {
	RULE_SET_ENABLED,   /* -e */
	RULE_SET_FAILURE,   /* -f */
	RULE_SET_RATE,      /* -r, records a second */
	RULE_SET_BACKLOG,   /* -b, records */
	RULE_SET_WAIT_TIME, /* --backlog_wait_time, in jiffies */
	RULE_DELETE_ALL,    /* -D, with -k those whose keys hold that text */
	RULE_IGNORE_ERRORS, /* -i */
	RULE_CONTINUE,      /* -c */
	RULE_LOGINUID_IMMUTABLE,
	RULE_RESET_LOST,
	RULE_RESET_WAITED, /* --reset_backlog_wait_time_actual */
	RULE_SIGNAL,       /* --signal */
	RULE_STATUS,       /* -s */
	RULE_LIST,         /* -l */
	RULE_TRIM,         /* -t */
	RULE_EQUIVALENT,   /* -q */
	RULE_MESSAGE,      /* -m */
	RULE_VERSION,      /* -v */
	RULE_SETTING_KINDS
};

struct rule_setting {
	enum rule_setting_kind kind;
	uint32_t number; /* of those that have one */
};

struct rule_line {
	enum rule_line_kind kind;
	struct rule *rule; /* owned (rule_free); NULL where the kind has none */
	/* RULE_LINE_SETTINGS has at least one, the others have none */
	struct rule_setting setting[RULE_SETTINGS_MAX];
	size_t n_settings;
	char key[AUDIT_MAX_KEY_LEN + 1]; /* of -D and -l; "": none */
	char error[RULE_ERROR_MAX];      /* RULE_LINE_BAD: the thing and the reason */
};

/**
 * rule_parse - read one line of a rule file
 * @text: without its newline; hostile
 * Return: 0; -EINVAL: the line is RULE_LINE_BAD, with @line->error; -ENOMEM.
 * In every case @line is filled, and its rule belongs to the caller.
 */
int rule_parse(struct span text, const struct rule_world *world, struct rule_line *line)
	__attribute__((warn_unused_result));

/**
 * rule_print - the rule as `auditctl -l` writes it, without a newline
 * @machine: audit_detect_machine()
 * @out: of @size bytes, always ended by a NUL where @size is not 0; keys and paths in
 * it are their own bytes, not quoted (text_quote() before they are shown)
 * Differs from auditctl's text where that cannot be loaded: a watch is written as -w
 * only where -w makes it (not with a slash at its end, nor for `never`), exe!= keeps its
 * operator, file types and io_uring operations have their names, other machines' arch
 * theirs, numbers no sign that -F refuses. Return: bytes that the text has without its
 * NUL, as snprintf(3).
 */
size_t rule_print(const struct rule *rule, int machine, char *out, size_t size);

/** rule_list_name - as auditctl(8) has it, "?" where it is not known */
const char *rule_list_name(uint32_t list);

/**
 * rule_unloadable - why a rule file with the text is not loaded as this rule
 * @text: what rule_print() made of @rule
 * Return: NULL: auditctl reads @text as the same rule; else constant text. -ENOMEM
 * counts as a reason.
 */
const char *rule_unloadable(const struct rule *rule, int machine, struct span text);

#endif
