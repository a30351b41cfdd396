/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_text.c - rules as auditctl(8) writes and reads them
 *
 * Pure: what must be asked of the running system is handed in.
 */
#include "rules/rule_text.h"

#include <ctype.h>
#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/text.h"
#include "rules/draft.h"
#include "rules/words.h"

/* All that is needed while a line is read; too large for comfort, but pure. */
struct reading {
	struct words words;
	struct rule_draft draft;
	struct rule_line *line;
	struct words_item item;
};

static int note_setting(struct reading *r, enum rule_setting_kind kind, uint32_t number)
{
	struct rule_line *line = r->line;

	if (line->n_settings == RULE_SETTINGS_MAX)
		return draft_refuse(&r->draft, "the line has more than %d settings",
				    RULE_SETTINGS_MAX);
	line->setting[line->n_settings++] = (struct rule_setting){kind, number};
	return 0;
}

/* 0, 1 or 2, written so. */
static int read_level(struct reading *r, enum rule_setting_kind kind)
{
	const char *v = r->item.value;

	if (*v < '0' || *v > '2' || v[1])
		return draft_refuse(&r->draft, "%s: %s is not 0, 1 or 2",
				    DRAFT_QUOTE(r->item.word), DRAFT_QUOTE(v));
	return note_setting(r, kind, (uint32_t)(*v - '0'));
}

static int read_count(struct reading *r, enum rule_setting_kind kind)
{
	const char *v = r->item.value;
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(v, &end, 0);
	if (!isdigit((unsigned char)*v) || *end || errno || n > UINT32_MAX)
		return draft_refuse(&r->draft, "%s: %s is no number of 32 bits",
				    DRAFT_QUOTE(r->item.word), DRAFT_QUOTE(v));
	return note_setting(r, kind, (uint32_t)n);
}

static int read_signal(struct reading *r)
{
	static const char *const known[] = {"TERM",   "HUP",  "USR1",   "USR2",
					    "CONT",   "stop", "reload", "rotate",
					    "resume", "state"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcasecmp(r->item.value, known[i]) == 0)
			return note_setting(r, RULE_SIGNAL, 0);
	return draft_refuse(&r->draft, "--signal: %s is no signal of auditd's",
			    DRAFT_QUOTE(r->item.value));
}

static int read_equivalent(struct reading *r)
{
	const char *comma = strchr(r->item.value, ',');

	if (!comma || !comma[1] || strchr(comma + 1, ','))
		return draft_refuse(&r->draft, "-q: %s is no mount point,subtree",
				    DRAFT_QUOTE(r->item.value));
	return note_setting(r, RULE_EQUIVALENT, 0);
}

/* Of a rule, or of -D and -l, which take only those with that key. */
static int read_key(struct reading *r)
{
	struct rule_line *line = r->line;

	if (line->n_settings != 1 || *line->key ||
	    (line->setting[0].kind != RULE_DELETE_ALL &&
	     line->setting[0].kind != RULE_LIST))
		return draft_key(&r->draft, r->item.value);
	if (strlen(r->item.value) > AUDIT_MAX_KEY_LEN)
		return draft_refuse(&r->draft, "-k: the key has more than %d bytes",
				    AUDIT_MAX_KEY_LEN);
	memcpy(line->key, r->item.value, strlen(r->item.value) + 1);
	return 0;
}

enum option {
	OPTION_APPEND,
	OPTION_PREPEND,
	OPTION_DELETE,
	OPTION_WATCH,
	OPTION_UNWATCH,
	OPTION_CALLS,
	OPTION_FIELD,
	OPTION_COMPARISON,
	OPTION_PERM,
	OPTION_KEY,
	OPTION_FILE,
	OPTION_HELP,
	OPTION_SETTING, /* and on: one for each kind of setting */
	OPTIONS = OPTION_SETTING + RULE_SETTING_KINDS
};

static const struct words_option options[OPTIONS] = {
	[OPTION_APPEND] = {'a', true, NULL},
	[OPTION_PREPEND] = {'A', true, NULL},
	[OPTION_DELETE] = {'d', true, NULL},
	[OPTION_WATCH] = {'w', true, NULL},
	[OPTION_UNWATCH] = {'W', true, NULL},
	[OPTION_CALLS] = {'S', true, NULL},
	[OPTION_FIELD] = {'F', true, NULL},
	[OPTION_COMPARISON] = {'C', true, NULL},
	[OPTION_PERM] = {'p', true, NULL},
	[OPTION_KEY] = {'k', true, NULL},
	[OPTION_FILE] = {'R', true, NULL},
	[OPTION_HELP] = {'h', false, NULL},
	[OPTION_SETTING + RULE_SET_ENABLED] = {'e', true, NULL},
	[OPTION_SETTING + RULE_SET_FAILURE] = {'f', true, NULL},
	[OPTION_SETTING + RULE_SET_RATE] = {'r', true, NULL},
	[OPTION_SETTING + RULE_SET_BACKLOG] = {'b', true, NULL},
	[OPTION_SETTING + RULE_SET_WAIT_TIME] = {'\0', true, "backlog_wait_time"},
	[OPTION_SETTING + RULE_DELETE_ALL] = {'D', false, NULL},
	[OPTION_SETTING + RULE_IGNORE_ERRORS] = {'i', false, NULL},
	[OPTION_SETTING + RULE_CONTINUE] = {'c', false, NULL},
	[OPTION_SETTING + RULE_LOGINUID_IMMUTABLE] = {'\0', false, "loginuid-immutable"},
	[OPTION_SETTING + RULE_RESET_LOST] = {'\0', false, "reset-lost"},
	[OPTION_SETTING +
		RULE_RESET_WAITED] = {'\0', false, "reset_backlog_wait_time_actual"},
	[OPTION_SETTING + RULE_SIGNAL] = {'\0', true, "signal"},
	[OPTION_SETTING + RULE_STATUS] = {'s', false, NULL},
	[OPTION_SETTING + RULE_LIST] = {'l', false, NULL},
	[OPTION_SETTING + RULE_TRIM] = {'t', false, NULL},
	[OPTION_SETTING + RULE_EQUIVALENT] = {'q', true, NULL},
	[OPTION_SETTING + RULE_MESSAGE] = {'m', true, NULL},
	[OPTION_SETTING + RULE_VERSION] = {'v', false, NULL},
};

static int read_setting(struct reading *r, enum rule_setting_kind kind)
{
	switch (kind) {
	case RULE_SET_ENABLED:
	case RULE_SET_FAILURE:
		return read_level(r, kind);
	case RULE_SET_RATE:
	case RULE_SET_BACKLOG:
	case RULE_SET_WAIT_TIME:
		return read_count(r, kind);
	case RULE_SIGNAL:
		return read_signal(r);
	case RULE_EQUIVALENT:
		return read_equivalent(r);
	default:
		return note_setting(r, kind, 0);
	}
}

static int read_option(struct reading *r)
{
	struct rule_draft *d = &r->draft;
	char *value = r->item.value;

	switch (r->item.option) {
	case OPTION_APPEND:
		return draft_list(d, RULE_LINE_APPEND, value);
	case OPTION_PREPEND:
		return draft_list(d, RULE_LINE_PREPEND, value);
	case OPTION_DELETE:
		return draft_list(d, RULE_LINE_DELETE, value);
	case OPTION_WATCH:
		return draft_watch(d, RULE_LINE_APPEND, value);
	case OPTION_UNWATCH:
		return draft_watch(d, RULE_LINE_DELETE, value);
	case OPTION_CALLS:
		return draft_calls(d, value);
	case OPTION_FIELD:
		return draft_field(d, value);
	case OPTION_COMPARISON:
		return draft_comparison(d, value);
	case OPTION_PERM:
		return draft_perm(d, value);
	case OPTION_KEY:
		return read_key(r);
	case OPTION_FILE:
	case OPTION_HELP:
		return draft_refuse(d, "%s has no place in a rule file",
				    DRAFT_QUOTE(r->item.word));
	default:
		return read_setting(
			r, (enum rule_setting_kind)(r->item.option - OPTION_SETTING));
	}
}

/*
 * auditctl leaves the line at an option that stands alone, and undone what else is in
 * it; of a setting and a rule in one line it was seen to lose the rule.
 */
static int check_company(struct reading *r)
{
	const struct rule_line *line = r->line;

	if (line->n_settings && r->draft.kind != RULE_LINE_EMPTY)
		return draft_refuse(&r->draft,
				    "a rule and a setting stand in one line, of "
				    "which auditctl may lose one");
	for (size_t i = 0; line->n_settings > 1 && i < line->n_settings; i++)
		if (line->setting[i].kind > RULE_SET_WAIT_TIME)
			return draft_refuse(&r->draft,
					    "an option that stands alone on its "
					    "line has company, which auditctl "
					    "leaves undone");
	return 0;
}

static int read_options(struct reading *r)
{
	int rc;

	while ((rc = words_next(&r->words, options, OPTIONS, &r->item)) > 0) {
		rc = read_option(r);
		if (rc < 0)
			return rc;
	}
	if (rc < 0)
		return draft_refuse(&r->draft, "%s %s", DRAFT_QUOTE(r->item.word),
				    r->item.reason);
	rc = draft_finish(&r->draft);
	return rc ? rc : check_company(r);
}

/* Return: 0, -EINVAL or -ENOMEM. */
static int read_line(struct span text, struct reading *r)
{
	struct rule_line *line = r->line;
	const char *reason = words_split(text, &r->words);
	int rc;

	if (reason)
		return draft_refuse(&r->draft, "the line %s", reason);
	if (!r->words.left)
		return 0;
	rc = read_options(r);
	if (rc)
		return rc;
	if (r->draft.kind == RULE_LINE_EMPTY) {
		line->kind = line->n_settings ? RULE_LINE_SETTINGS : RULE_LINE_EMPTY;
		return 0;
	}
	line->rule = rule_copy(&r->draft.rule);
	if (!line->rule)
		return -ENOMEM;
	line->kind = r->draft.kind;
	return 0;
}

static bool is_comment(struct span text)
{
	while (text.n && text.p[0] == ' ') {
		text.p++;
		text.n--;
	}
	return text.n && text.p[0] == '#';
}

int rule_parse(struct span text, const struct rule_world *world, struct rule_line *line)
{
	struct reading r;
	int rc;

	line->kind = RULE_LINE_EMPTY;
	line->rule = NULL;
	line->n_settings = 0;
	line->key[0] = line->error[0] = '\0';
	if (is_comment(text) && text.n <= WORDS_LINE_MAX) {
		line->kind = RULE_LINE_COMMENT;
		return 0;
	}
	r.draft = (struct rule_draft){.world = world, .error = line->error};
	r.draft.rule.field = r.draft.field;
	r.line = line;
	rc = read_line(text, &r);
	if (rc) {
		line->kind = RULE_LINE_BAD;
		line->n_settings = 0;
	}
	return rc;
}
