/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * print_advice.c - alerts, and one advice, as text for people
 *
 * All strings in it are foreign here.
 */
#include "cli/cli.h"

#include <string.h>

void print_alerts(FILE *out, const json_t *alerts)
{
	size_t i;

	for (i = 0; i < json_array_size(alerts); i++) {
		const json_t *alert = json_array_get(alerts, i);

		fprintf(out, "%-14s ", "ALERT");
		print_word(out, json_object_get(alert, "alert"));
		fputs(", ", out);
		print_word(out, json_object_get(alert, "level"));
		fputs(": ", out);
		print_sentence(out, json_object_get(alert, "text"));
		fputs(" (raised ", out);
		print_word(out, json_object_get(alert, "time"));
		fputs(")\n", out);
	}
}

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

static double real(const json_t *o, const char *name)
{
	return json_number_value(json_object_get(o, name));
}

static void print_figures(FILE *out, const json_t *advice)
{
	const json_t *saves = json_object_get(advice, "saves");
	const json_t *verified = json_object_get(advice, "verified");

	if (json_is_object(saves)) {
		fprintf(out,
			"  %-12s "
			"%.1f records/s, %.1f events/s, %.0f bytes/s, %.1f%%",
			"saves", real(saves, "records_per_s"),
			real(saves, "events_per_s"), real(saves, "bytes_per_s"),
			100 * real(saves, "share"));
		fputs(" of all, over ", out);
		print_word(out, json_object_get(saves, "window_s"));
		fputs(" s\n", out);
	}
	if (json_is_object(verified))
		fprintf(out,
			"  %-12s "
			"%.1f records/s before, %.1f after; %.1f%% of all "
			"foretold, %.1f%% measured\n",
			"measured", real(verified, "before"), real(verified, "after"),
			100 * real(verified, "predicted_share"),
			100 * real(verified, "measured_share"));
	fprintf(out, "  %-12s ", "risk");
	print_word(out, json_object_get(advice, "risk"));
	fputs(", confidence ", out);
	print_word(out, json_object_get(advice, "confidence"));
	fputc('\n', out);
}

static void print_head(FILE *out, const json_t *advice)
{
	fprintf(out, "%-14s ", "ADVICE");
	print_word(out, json_object_get(advice, "state"));
	fputs(", ", out);
	print_word(out, json_object_get(advice, "kind"));
	fputs(", id ", out);
	print_word(out, json_object_get(advice, "id"));
	fputs(": ", out);
	print_sentence(out, json_object_get(advice, "title"));
	putc('\n', out);
}

static void print_parts(FILE *out, const json_t *advice, bool whole)
{
	static const struct {
		const char *name, *shown;
		bool whole;    /* there alone */
		bool is_to_do; /* not of what is done already */
	} parts[] = {
		{"why", "why", false, false},          {"commands", "now", false, true},
		{"rules", "for good", false, false},   {"remove", "not", false, false},
		{"file", "in", false, false},          {"place", "there", false, false},
		{"gives_up", "cost", false, false},    {"blinds", "loses", false, false},
		{"controls", "control", false, false}, {"try", "try", true, true},
		{"undo", "undo", false, false},
	};
	const char *state = json_string_value(json_object_get(advice, "state"));
	bool is_done = state && (!strcmp(state, "applied") || !strcmp(state, "verified"));

	for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
		if ((whole || !parts[k].whole) && !(is_done && parts[k].is_to_do))
			print_lines(out, parts[k].shown,
				    json_object_get(advice, parts[k].name));
}

void print_advice(FILE *out, const json_t *advice)
{
	print_head(out, advice);
	print_parts(out, advice, false);
}

void print_advice_whole(FILE *out, const json_t *advice)
{
	print_head(out, advice);
	print_parts(out, advice, true);
	print_figures(out, advice);
}
