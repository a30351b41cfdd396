/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * print_advice.c - one advice as text for people
 *
 * All strings in it are foreign here.
 */
#include "cli/cli.h"

/* A list of lines, or one line, behind its name. */
static void print_lines(FILE *out, const char *name, const json_t *lines)
{
	size_t i, n = json_is_array(lines) ? json_array_size(lines) : 1;

	for (i = 0; i < n; i++) {
		const json_t *one =
			json_is_array(lines) ? json_array_get(lines, i) : lines;

		if (!json_is_string(one))
			continue;
		fprintf(out, "  %-12s ", name);
		print_sentence(out, one);
		putc('\n', out);
	}
}

void print_advice(FILE *out, const json_t *advice)
{
	static const struct {
		const char *name, *shown;
	} parts[] = {
		{"why", "why"},       {"commands", "now"}, {"rules", "for good"},
		{"remove", "not"},    {"file", "in"},      {"place", "there"},
		{"gives_up", "cost"}, {"blinds", "loses"}, {"undo", "undo"},
	};
	size_t k;

	fprintf(out, "%-14s ", "ADVICE");
	print_word(out, json_object_get(advice, "state"));
	fputs(": ", out);
	print_sentence(out, json_object_get(advice, "title"));
	putc('\n', out);
	for (k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
		print_lines(out, parts[k].shown, json_object_get(advice, parts[k].name));
}
