/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.c - a line of a rule file in its words, and the options among them
 *
 * Pure. What auditctl 3.0.9 was seen to do with lines of a file, its faults
 * included where they decide what is loaded: those lines are refused here.
 */
#include "rules/words.h"

#include <errno.h>

static char *end_of(const char *word)
{
	return (char *)word + strlen(word);
}

/* Takes one word and its escapes off @line. Return: the end of the copy. */
static char *copy_word(struct span *line, char *out)
{
	while (line->n && line->p[0] != ' ') {
		bool escaped = line->n > 1 && line->p[0] == '\\' &&
			       (line->p[1] == ' ' || line->p[1] == '\\');

		*out++ = line->p[escaped];
		line->p += 1 + escaped;
		line->n -= 1 + escaped;
	}
	*out++ = '\0';
	return out;
}

const char *words_split(struct span line, struct words *w)
{
	size_t most = line.n / 3 + 1; /* auditctl leaves out what comes behind */
	char *out = w->text;

	*w = (struct words){.next = w->text};
	if (line.n > WORDS_LINE_MAX)
		return "is longer than the 6143 bytes that auditctl reads as one line";
	if (line.n && memchr(line.p, '\0', line.n))
		return "holds a NUL byte, at which auditctl ends its reading";
	for (;;) {
		while (line.n && line.p[0] == ' ') {
			line.p++;
			line.n--;
		}
		if (!line.n)
			break;
		out = copy_word(&line, out);
		w->left++;
	}
	if (w->left > most)
		return "has so many short words that auditctl leaves out the last ones";
	return NULL;
}

static char *take_word(struct words *w)
{
	char *word = w->next;

	if (!w->left)
		return NULL;
	w->next = end_of(word) + 1;
	w->left--;
	return word;
}

static int refuse(struct words_item *item, const char *reason)
{
	item->reason = reason;
	return -EINVAL;
}

/* @value: what stands in the same word, NULL: nothing. Return: as words_next(). */
static int take_value(struct words *w, const struct words_option *o, char *value,
		      struct words_item *item)
{
	item->value = NULL;
	if (!o->has_value)
		return value ? refuse(item, "takes no value") : 1;
	item->value = value ? value : take_word(w);
	return item->value ? 1 : refuse(item, "needs a value");
}

/* The part of @word behind a hyphen is one or more letters. */
static int read_letter(struct words *w, const struct words_option *table, size_t n,
		       struct words_item *item)
{
	char *letter = w->rest, *behind = letter[1] ? letter + 1 : NULL;

	w->rest = NULL;
	for (item->option = 0; item->option < n; item->option++) {
		const struct words_option *o = &table[item->option];

		if (!o->letter || o->letter != *letter)
			continue;
		if (o->has_value)
			return take_value(w, o, behind, item);
		w->rest = behind;
		item->value = NULL;
		return 1;
	}
	return refuse(item, "is no option of auditctl");
}

/* Index of the option that @name means; @n: none does, or more than one. */
static size_t find_name(const struct words_option *table, size_t n, struct span name)
{
	size_t found = n;

	for (size_t i = 0; i < n; i++) {
		if (!table[i].name || strncmp(table[i].name, name.p, name.n) != 0)
			continue;
		if (span_is(name, table[i].name))
			return i;
		found = found == n ? i : n + 1;
	}
	return found < n ? found : n;
}

static int read_name(struct words *w, const struct words_option *table, size_t n,
		     struct words_item *item)
{
	char *equals = strchr(item->word, '=');
	const char *name = item->word + 2;
	struct span s = {name, equals ? (size_t)(equals - name) : strlen(name)};

	item->option = find_name(table, n, s);
	if (item->option == n)
		return refuse(item, "is no option of auditctl");
	return take_value(w, &table[item->option], equals ? equals + 1 : NULL, item);
}

int words_next(struct words *w, const struct words_option *table, size_t n,
	       struct words_item *item)
{
	char *word;

	if (w->rest)
		return read_letter(w, table, n, item);
	word = take_word(w);
	if (!word)
		return 0;
	*item = (struct words_item){.word = word};
	if (word[0] != '-' || !word[1])
		return refuse(item, "is no option, and no option takes it as its value");
	if (word[1] != '-') {
		w->rest = word + 1;
		return read_letter(w, table, n, item);
	}
	if (word[2])
		return read_name(w, table, n, item);
	if (!w->left) /* `--`: what follows is no option */
		return 0;
	item->word = take_word(w);
	return refuse(item, "stands behind \"--\", where auditctl takes no more options");
}
