/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_phrase.c - a printed rule within a sentence, and as a command of a shell
 */
#include "emit/rule_phrase.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/siphash.h"
#include "base/text.h"

#define HEAD_BYTES 160 /* of a longer one, before its hash */

bool rule_phrase_is_plain(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < ' ' || text.p[i] > '~' || text.p[i] == '"' ||
		    text.p[i] == '\\')
			return false;
	return true;
}

const char *rule_phrase(const char *text, char out[RULE_PHRASE_SIZE])
{
	static const struct siphash_key none = {{0, 0}};
	struct span all = span_of(text), head = all;
	size_t n;

	if (all.n > RULE_PHRASE_MAX)
		head.n = HEAD_BYTES;
	if (rule_phrase_is_plain(head))
		snprintf(out, RULE_PHRASE_SIZE, "%.*s", (int)head.n, head.p);
	else
		text_quote(head, out, RULE_PHRASE_SIZE);
	n = strlen(out);
	if (head.n < all.n)
		snprintf(out + n, RULE_PHRASE_SIZE - n, "... (%016" PRIx64 ")",
			 siphash(&none, all.p, all.n));
	return out;
}

const char *rule_phrase_command(const char *text, const char *append, const char *watch,
				char out[RULE_COMMAND_SIZE])
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
				       "XYZ0123456789/._+=,:-";
	const char *p = text;
	size_t n = 0;

	n += (size_t)sprintf(out, "auditctl %s", p[1] == 'w' ? watch : append);
	for (p += 2; *p == ' ';) {
		size_t word = strcspn(++p, " ");
		bool quoted = strspn(p, harmless) < word;

		n += (size_t)snprintf(out + n, RULE_COMMAND_SIZE - n, " %s%.*s%s",
				      quoted ? "'" : "", (int)word, p, quoted ? "'" : "");
		p += word;
	}
	return out;
}

const char *rule_phrase_place(const char *file, unsigned int line,
			      char out[RULE_PLACE_SIZE])
{
	char quoted[RULE_PLACE_SIZE - 32];
	struct span name = span_of(file);

	if (!rule_phrase_is_plain(name) || name.n >= sizeof(quoted))
		file = text_quote(name, quoted, sizeof(quoted));
	snprintf(out, RULE_PLACE_SIZE, "%s:%u", file, line);
	return out;
}
