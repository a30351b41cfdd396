/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * controls.c - which published rule sets have a rule word for word
 *
 * A comment stands for the rules below it up to the next one. Of its paragraphs the
 * first counts, or one with the number of a requirement. Published sets number these as
 * `10.2.2 Log ...` or as `(GEN002860: CAT II) ...`, and then have headings without a
 * number: the number goes on until there is another.
 */
#include "rules/controls.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"

#define NUMBER_MAX 48 /* bytes of a requirement's number, its NUL included */

struct entry {
	struct rule *rule; /* owned; its fields are sorted */
	struct control control;
};

/* A string that entries share. */
struct shared {
	struct shared *next;
	char text[];
};

struct controls {
	struct entry *entry; /* by rule_compare() */
	size_t n, room;
	struct shared *texts;
};

/* What the comments of one file have said so far. */
struct comment {
	char number[NUMBER_MAX];      /* of the requirement; "": none */
	char said[CONTROLS_TEXT_MAX]; /* for the rules that come */
	char text[CONTROLS_TEXT_MAX]; /* of the comment that is being read */
	size_t n;
	bool open;    /* its lines still come */
	bool full;    /* what follows has no room */
	bool ended;   /* its first paragraph is over */
	bool numbers; /* that is about a number in parentheses: a better one may follow */
};

struct controls *controls_new(void)
{
	return calloc(1, sizeof(struct controls));
}

void controls_free(struct controls *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		rule_free(c->entry[i].rule);
	while (c->texts) {
		struct shared *next = c->texts->next;

		free(c->texts);
		c->texts = next;
	}
	free(c->entry);
	free(c);
}

/* --- comments --- */

static bool is_blank(char c)
{
	return isspace((unsigned char)c);
}

/* `#-a always,exit ...`: one that may be switched on. */
static bool is_rule(struct span s)
{
	return s.n > 2 && s.p[0] == '-' && isalpha((unsigned char)s.p[1]) &&
	       is_blank(s.p[2]);
}

/* The number at the front of a paragraph: `(GEN002860: CAT II)` or `10.2.5.b`. */
static size_t number_length(struct span s)
{
	bool digit = false, dot = false;
	size_t n = 0;

	if (s.n && s.p[0] == '(') {
		for (; n < s.n && s.p[n] != ')'; n++)
			digit |= isdigit((unsigned char)s.p[n]) != 0;
		return n < s.n && digit ? n + 1 : 0;
	}
	for (; n < s.n && !is_blank(s.p[n]); n++) {
		if (s.p[n] != '.' && !isalnum((unsigned char)s.p[n]))
			return 0;
		dot |= n && s.p[n] == '.' && isdigit((unsigned char)s.p[n - 1]);
	}
	return dot && isdigit((unsigned char)s.p[0]) ? n : 0;
}

static void add_text(struct comment *c, struct span s)
{
	bool blank = c->n && c->text[c->n - 1] != ' ';

	for (size_t i = 0; i < s.n && !c->full; i++) {
		if (is_blank(s.p[i])) {
			blank = c->n != 0;
			continue;
		}
		if (c->n + blank + sizeof("....") > sizeof(c->text)) {
			memcpy(c->text + c->n, "...", sizeof("..."));
			c->full = true;
			return;
		}
		if (blank)
			c->text[c->n++] = ' ';
		blank = false;
		c->text[c->n++] = s.p[i];
		c->text[c->n] = '\0';
	}
}

static void begin_text(struct comment *c, struct span s)
{
	size_t number = number_length(s);

	c->n = 0;
	c->full = c->ended = c->numbers = false;
	if (number && number < sizeof(c->number)) {
		memcpy(c->number, s.p, number);
		c->number[number] = '\0';
		c->numbers = s.p[0] == '(';
	} else {
		add_text(c, span_of(c->number));
	}
	add_text(c, s);
}

/* @s: behind the signs that make it a comment */
static void read_comment(struct comment *c, struct span s)
{
	if (is_rule(s)) { /* what stands right above is about it */
		c->n = c->open ? 0 : c->n;
		c->open = false;
		return;
	}
	while (s.n && (s.p[0] == '-' || is_blank(s.p[0]))) {
		s.p++;
		s.n--;
	}
	if (!s.n)
		c->ended |= c->n != 0;
	else if (!c->open || !c->n || (c->ended && (c->numbers || number_length(s))))
		begin_text(c, s);
	else if (!c->ended)
		add_text(c, s);
	c->open = true;
}

static const char *end_comment(struct comment *c)
{
	if (c->n)
		memcpy(c->said, c->text, sizeof(c->said));
	c->n = 0;
	c->open = false;
	return c->said;
}

/* --- the table --- */

static int compare_fields(const void *a, const void *b)
{
	return rule_compare_fields(a, b);
}

/* @rule with its fields in an order of ours. */
static struct rule sorted(const struct rule *rule,
			  struct rule_field field[AUDIT_MAX_FIELDS])
{
	struct rule out = *rule;

	if (rule->n_fields > AUDIT_MAX_FIELDS)
		return out;
	memcpy(field, rule->field, rule->n_fields * sizeof(*field));
	qsort(field, rule->n_fields, sizeof(*field), compare_fields);
	out.field = field;
	return out;
}

/* The first entry whose rule is not below @rule. */
static size_t find(const struct controls *c, const struct rule *rule)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (rule_compare(c->entry[middle].rule, rule) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const char *share(struct controls *c, const char *text)
{
	size_t n = strlen(text) + 1;
	struct shared *s;

	for (s = c->texts; s; s = s->next)
		if (!strcmp(s->text, text))
			return s->text;
	s = malloc(sizeof(*s) + n);
	if (!s)
		return NULL;
	memcpy(s->text, text, n);
	s->next = c->texts;
	c->texts = s;
	return s->text;
}

static int make_room(struct controls *c)
{
	size_t room = c->room ? 2 * c->room : 64;
	struct entry *bigger;

	if (c->n == CONTROLS_RULES_MAX)
		return -E2BIG;
	if (c->n < c->room)
		return 0;
	bigger = realloc(c->entry, room * sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	c->entry = bigger;
	c->room = room;
	return 0;
}

static int add_rule(struct controls *c, const struct rule *rule, const char *set,
		    const char *text)
{
	struct rule_field field[AUDIT_MAX_FIELDS];
	struct rule as_sorted = sorted(rule, field);
	size_t at = find(c, &as_sorted);
	struct entry e = {.control = {.set = set}};
	int rc;

	/* behind those that are equal; in one set the first counts */
	for (; at < c->n && rule_equal(c->entry[at].rule, &as_sorted); at++)
		if (c->entry[at].control.set == set)
			return 0;
	rc = make_room(c);
	if (rc)
		return rc;
	e.control.text = share(c, text);
	e.rule = e.control.text ? rule_copy(&as_sorted) : NULL;
	if (!e.rule)
		return -ENOMEM;
	memmove(c->entry + at + 1, c->entry + at, (c->n - at) * sizeof(*c->entry));
	c->entry[at] = e;
	c->n++;
	return 0;
}

/* --- files --- */

static int read_rule(struct controls *c, const char *set, struct comment *comment,
		     struct span text, const struct rule_world *world)
{
	struct rule_line line;
	int rc = rule_parse(text, world, &line);

	if (!rc && line.rule && line.rule->state == RULE_KNOWN &&
	    (line.kind == RULE_LINE_APPEND || line.kind == RULE_LINE_PREPEND))
		rc = add_rule(c, line.rule, set, end_comment(comment));
	rule_free(line.rule);
	return rc == -EINVAL ? 0 : rc;
}

int controls_add(struct controls *c, const char *set, struct span text,
		 const struct rule_world *world)
{
	struct comment comment = {.n = 0};
	const char *name = share(c, set);
	struct span line;
	int rc = name ? 0 : -ENOMEM;

	while (!rc && text_line(&text, &line)) {
		line = text_trim(line);
		if (!line.n) {
			comment.open = false;
		} else if (line.p[0] == '#') {
			while (line.n && line.p[0] == '#') {
				line.p++;
				line.n--;
			}
			read_comment(&comment, text_trim(line));
		} else {
			rc = read_rule(c, name, &comment, line, world);
		}
	}
	return rc;
}

size_t controls_count(const struct controls *c)
{
	return c->n;
}

size_t controls_find(const struct controls *c, const struct rule *rule,
		     struct control *out, size_t max)
{
	struct rule_field field[AUDIT_MAX_FIELDS];
	struct rule as_sorted;
	size_t n = 0;

	if (!c || rule->state != RULE_KNOWN)
		return 0;
	as_sorted = sorted(rule, field);
	for (size_t i = find(c, &as_sorted);
	     n < max && i < c->n && rule_equal(c->entry[i].rule, &as_sorted); i++)
		out[n++] = c->entry[i].control;
	return n;
}
