/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_rules.c - what is proposed, as a file of rules.d
 *
 * Foreign text stands in comments alone, each byte outside printable ASCII as \xNN, and
 * folded: auditctl(8) takes what is beyond its line for another line. A rule is printed
 * from what was read, and once.
 */
#include "cli/advice_rules.h"

#include <string.h>

#include "base/text.h"
#include "cli/advice_object.h"

#define COLUMNS  96   /* of a comment */
#define LINE_MAX 6000 /* bytes of a rule's line; auditctl(8) reads 6144 */
#define RULES    256

struct printed {
	struct rule *rule[RULES]; /* owned */
	size_t n;
};

/* --- comments --- */

static void put_folded(FILE *out, const char *text)
{
	size_t column = 0;

	for (; *text; text++) {
		bool plain = *text >= ' ' && *text <= '~';

		if (column >= COLUMNS && (*text == ' ' || column >= 2 * COLUMNS)) {
			fputs("\n#          ", out);
			column = 0;
		}
		fprintf(out, plain ? "%c" : "\\x%02X", (unsigned char)*text);
		column += plain ? 1 : 4;
	}
}

static void comment(FILE *out, const char *label, const char *text)
{
	fprintf(out, "# %-8s ", label);
	put_folded(out, text);
	fputc('\n', out);
}

static void comment_all(FILE *out, const char *label, const json_t *value)
{
	size_t i;

	if (json_is_string(value))
		comment(out, label, json_string_value(value));
	for (i = 0; i < json_array_size(value); i++)
		if (json_is_string(json_array_get(value, i)))
			comment(out, label, json_string_value(json_array_get(value, i)));
}

static void comment_saves(FILE *out, const json_t *saves)
{
	if (json_is_object(saves))
		fprintf(out, "# %-8s %.1f records/s, %.1f%% of all\n", "saves",
			json_number_value(json_object_get(saves, "records_per_s")),
			100 * json_number_value(json_object_get(saves, "share")));
}

static void comments(FILE *out, const json_t *advice)
{
	fputc('\n', out);
	comment_all(out, "advice", json_object_get(advice, "id"));
	comment_all(out, "state", json_object_get(advice, "state"));
	comment_all(out, "", json_object_get(advice, "title"));
	comment_all(out, "why", json_object_get(advice, "why"));
	comment_saves(out, json_object_get(advice, "saves"));
	comment_all(out, "gives up", json_object_get(advice, "gives_up"));
	comment_all(out, "blinds", json_object_get(advice, "blinds"));
	comment_all(out, "control", json_object_get(advice, "controls"));
	comment_all(out, "undo", json_object_get(advice, "undo"));
}

/* --- rules --- */

static bool is_printed(const struct printed *p, const struct rule *rule)
{
	for (size_t i = 0; i < p->n; i++)
		if (rule_equal(p->rule[i], rule))
			return true;
	return false;
}

static void put_rules(FILE *out, struct trial *t, int machine, struct printed *p)
{
	static char line[TRIAL_LINE_MAX];

	for (size_t i = 0; i < t->n; i++) {
		size_t n = rule_print(t->rule[i], machine, line, sizeof(line));

		if (n > LINE_MAX || p->n == RULES) {
			fputs("# left out: too long for a line, or one too many\n", out);
			continue;
		}
		if (is_printed(p, t->rule[i])) {
			fputs("# its rule stands above already\n", out);
			continue;
		}
		fprintf(out, "%s\n", line);
		p->rule[p->n++] = t->rule[i];
		t->rule[i] = NULL;
	}
}

/* What is loaded belongs into the file too, or it would be gone after a boot. */
static bool is_standing(const json_t *advice)
{
	const char *state = advice_object_text(advice, "state");

	return state && strcmp(state, "withdrawn") != 0;
}

static bool is_of_queue(const json_t *advice)
{
	const char *kind = advice_object_text(advice, "kind");

	return kind && (!strcmp(kind, "queue") || !strcmp(kind, "auditd"));
}

size_t advice_rules_print(FILE *out, const json_t *all, int machine)
{
	struct printed p = {.n = 0};
	struct trial t;
	size_t i, n;

	fputs("# Exceptions and excludes that audisp-noise proposes, see aunoise(8).\n"
	      "# They must stand before the rules that they are exceptions of: a file\n"
	      "# of /etc/audit/rules.d that begins with 20- does.\n",
	      out);
	for (i = 0; i < json_array_size(all); i++) {
		const json_t *advice = json_array_get(all, i);
		int r;

		if (!is_standing(advice) || is_of_queue(advice))
			continue;
		comments(out, advice);
		r = advice_object_trial(advice, machine, &t);
		if (r)
			comment(out, "left out", t.why);
		else if (t.kind == TRIAL_NARROW)
			fputs("# left out: it is an edit of the rule itself, see aunoise "
			      "advice\n",
			      out);
		else
			put_rules(out, &t, machine, &p);
		trial_fini(&t);
	}
	n = p.n;
	while (p.n)
		rule_free(p.rule[--p.n]);
	return n;
}
