/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * print.c - a summary as text for people
 *
 * Takes only the summary object, so live reports and replay look the same.
 * All strings in it are foreign here, the daemon's own words included.
 */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "emit/schema.h"

static bool is_plain(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "0123456789_[]:.-") == strlen(s);
}

void print_word(FILE *out, const json_t *value)
{
	char quoted[1100]; /* 256 bytes, four characters each, and the quotes */

	if (json_is_integer(value))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "yes" : "no", out);
	else if (!json_is_string(value))
		fputs("-", out);
	else if (is_plain(json_string_value(value)))
		fputs(json_string_value(value), out);
	else
		fputs(text_quote((struct span){json_string_value(value),
					       json_string_length(value)},
				 quoted, sizeof(quoted)),
		      out);
}

void print_sentence(FILE *out, const json_t *value)
{
	const char *p = json_string_value(value);

	if (!p)
		fputs("-", out);
	for (; p && *p; p++)
		fprintf(out, *p >= ' ' && *p <= '~' ? "%c" : "\\x%02X",
			(unsigned char)*p);
}

void print_object(FILE *out, const json_t *object)
{
	char *text = schema_text(object);

	fprintf(out, "%s\n", text ? text : "null");
	free(text);
}

/* Foreign text: always quoted, so that no name can pass for a word of ours. */
static void print_bytes(FILE *out, const json_t *text, const json_t *hex)
{
	char quoted[1100], bytes[SCHEMA_TEXT_MAX];

	if (json_is_string(text))
		fputs(text_quote(schema_text_bytes(text, hex, bytes), quoted,
				 sizeof(quoted)),
		      out);
	else
		print_word(out, text);
}

static void print_foreign(FILE *out, const json_t *e, const char *name)
{
	char pair[32];

	snprintf(pair, sizeof(pair), "%s_hex", name);
	print_bytes(out, json_object_get(e, name), json_object_get(e, pair));
}

static json_int_t whole(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static double real(const json_t *o, const char *name)
{
	return json_number_value(json_object_get(o, name));
}

#define LENGTH_SIZE 24

/* A window's name as the user writes it: 60s, 5m, 1h, all. */
static const char *length_of(const json_t *window, char text[LENGTH_SIZE])
{
	json_int_t s = whole(window, "seconds");

	if (!json_is_integer(json_object_get(window, "seconds")))
		snprintf(text, LENGTH_SIZE, "all");
	else if (s && s % 3600 == 0)
		snprintf(text, LENGTH_SIZE, "%" JSON_INTEGER_FORMAT "h", s / 3600);
	else if (s > 60 && s % 60 == 0)
		snprintf(text, LENGTH_SIZE, "%" JSON_INTEGER_FORMAT "m", s / 60);
	else
		snprintf(text, LENGTH_SIZE, "%" JSON_INTEGER_FORMAT "s", s);
	return text;
}

void print_windows(FILE *out, const json_t *summary)
{
	const json_t *windows = json_object_get(summary, "windows"), *w;
	char length[LENGTH_SIZE];
	size_t i;

	fputs("host ", out);
	print_word(out, json_object_get(summary, "host"));
	fputs(", up to ", out);
	print_word(out, json_object_get(summary, "time"));
	fprintf(out, "\n%-6s %10s %12s %12s %14s %12s %12s\n", "window", "covered",
		"events", "records", "bytes", "events/s", "records/s");
	json_array_foreach(windows, i, w)
	{
		fprintf(out,
			"%-6s %8.1f s %12" JSON_INTEGER_FORMAT " %12" JSON_INTEGER_FORMAT
			" %14" JSON_INTEGER_FORMAT " %12.1f %12.1f%s\n",
			length_of(w, length), real(w, "span_s"), whole(w, "events"),
			whole(w, "records"), whole(w, "bytes"), real(w, "events_per_s"),
			real(w, "records_per_s"),
			json_is_true(json_object_get(w, "complete"))
				? ""
				: "  (not yet full)");
	}
}

/* --- lists --- */

static void print_type(FILE *out, const json_t *e)
{
	print_word(out, json_object_get(e, "type"));
	if (json_is_integer(json_object_get(e, "code")))
		fprintf(out, " (%" JSON_INTEGER_FORMAT ")", whole(e, "code"));
}

static void print_key(FILE *out, const json_t *e)
{
	const json_t *key = json_object_get(e, "key"), *one;
	const json_t *hex = json_object_get(e, "key_hex");
	size_t i;

	if (json_is_null(key))
		fputs("(none)", out);
	else if (!json_is_array(key))
		print_bytes(out, key, hex);
	json_array_foreach(key, i, one)
	{
		fputs(i ? "+" : "", out);
		print_bytes(out, one, json_array_get(hex, i));
	}
}

static void print_rule(FILE *out, const json_t *e)
{
	const json_t *candidates = json_object_get(e, "candidates"), *one,
		     *more = json_object_get(e, "candidates_more");
	size_t i;

	if (json_is_string(json_object_get(e, "rule"))) {
		print_word(out, json_object_get(e, "list"));
		if (json_is_integer(json_object_get(e, "position")))
			fprintf(out, " %" JSON_INTEGER_FORMAT ": ", whole(e, "position"));
		else
			fputs(" (not loaded now): ", out);
		print_foreign(out, e, "rule");
		if (json_is_integer(json_object_get(e, "line"))) {
			fputs(" ", out);
			print_foreign(out, e, "file");
			fprintf(out, ":%" JSON_INTEGER_FORMAT, whole(e, "line"));
		}
		return;
	}
	if (!candidates) {
		fputs("no rule: ", out);
		print_word(out, json_object_get(e, "reason"));
		return;
	}
	fputs(json_array_size(candidates) || more ? "one of"
						  : "any, while the rules changed",
	      out);
	json_array_foreach(candidates, i, one)
	{
		fputs(i ? ", " : " ", out);
		print_word(out, one);
	}
	if (more)
		fprintf(out, "%s%" JSON_INTEGER_FORMAT " more", i ? " and " : " ",
			json_integer_value(more));
}

static void print_exe(FILE *out, const json_t *e)
{
	print_foreign(out, e, "exe");
	if (json_is_true(json_object_get(e, "claimed")))
		fputs(" (claimed)", out);
}

static void print_syscall(FILE *out, const json_t *e)
{
	print_word(out, json_object_get(e, "syscall"));
	fputs(" ", out);
	print_word(out, json_object_get(e, "arch"));
}

static void print_id(FILE *out, const json_t *e, const char *name, const char *class_name)
{
	const json_t *class = json_object_get(e, class_name);

	fprintf(out, "%s=", name);
	if (json_is_string(class))
		print_word(out, class);
	else if (whole(e, name) == -1)
		fputs("unset", out);
	else
		print_word(out, json_object_get(e, name));
}

static void print_account(FILE *out, const json_t *e)
{
	print_id(out, e, "auid", "auid_class");
	fputs(" ", out);
	print_id(out, e, "uid", "uid_class");
	if (json_is_string(json_object_get(e, "acct"))) {
		fputs(" acct=", out);
		print_foreign(out, e, "acct");
	}
}

static void print_types_of(FILE *out, const json_t *types)
{
	const json_t *one;
	size_t i;

	json_array_foreach(types, i, one)
	{
		fputs(i ? "," : "", out);
		print_word(out, one);
	}
}

static void print_foreign_pair(FILE *out, const json_t *e, const char *name)
{
	if (!json_is_string(json_object_get(e, name)))
		return;
	fprintf(out, " %s=", name);
	print_foreign(out, e, name);
}

static void print_flow(FILE *out, const json_t *e)
{
	fputs("key=", out);
	print_key(out, e);
	if (json_is_string(json_object_get(e, "syscall"))) {
		fputs(" ", out);
		print_word(out, json_object_get(e, "syscall"));
	}
	if (json_is_string(json_object_get(e, "exit"))) {
		fputs(" exit=", out);
		print_word(out, json_object_get(e, "exit"));
	}
	print_foreign_pair(out, e, "exe");
	if (json_is_true(json_object_get(e, "claimed")))
		fputs(" (claimed)", out);
	fputs(" ", out);
	print_account(out, e);
	print_foreign_pair(out, e, "dir");
	print_foreign_pair(out, e, "node");
	fputs(" [", out);
	print_types_of(out, json_object_get(e, "types"));
	fputs("]", out);
}

static void print_counts(FILE *out, const json_t *o, double share)
{
	fprintf(out,
		"  %12" JSON_INTEGER_FORMAT " %6.2f%% %12" JSON_INTEGER_FORMAT
		" %14" JSON_INTEGER_FORMAT "  ",
		whole(o, "records"), share * 100, whole(o, "events"), whole(o, "bytes"));
}

static void print_list(FILE *out, const json_t *window, const char *name,
		       void (*print)(FILE *, const json_t *))
{
	const json_t *list = json_object_get(window, name), *e;
	const json_t *other = json_object_get(json_object_get(window, "other"), name);
	double total = real(window, "records");
	size_t i;

	if (!json_array_size(list))
		return;
	fprintf(out, "\n%s\n  %12s %7s %12s %14s\n", name, "records", "share", "events",
		"bytes");
	json_array_foreach(list, i, e)
	{
		print_counts(out, e, real(e, "share"));
		print(out, e);
		if (whole(e, "error"))
			fprintf(out, "  (up to %" JSON_INTEGER_FORMAT " more)",
				whole(e, "error"));
		fputs("\n", out);
	}
	if (!whole(other, "records"))
		return;
	print_counts(out, other, total > 0 ? real(other, "records") / total : 0);
	fputs("other\n", out);
}

void print_lists(FILE *out, const json_t *window)
{
	static const struct {
		const char *name;
		void (*print)(FILE *, const json_t *);
	} lists[] = {
		{"types", print_type},       {"keys", print_key},
		{"rules", print_rule},       {"exes", print_exe},
		{"syscalls", print_syscall}, {"accounts", print_account},
		{"flows", print_flow},
	};
	char length[LENGTH_SIZE];
	size_t i;

	fprintf(out, "\nin the window %s:\n", length_of(window, length));
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		print_list(out, window, lists[i].name, lists[i].print);
}

void print_health(FILE *out, const json_t *summary)
{
	const char *name;
	json_t *value;
	bool any = false;

	json_object_foreach(json_object_get(summary, "health"), name, value)
	{
		if (!json_integer_value(value) || !is_plain(name) ||
		    !strcmp(name, "lines") || !strcmp(name, "parsed") ||
		    !strcmp(name, "clients"))
			continue;
		fprintf(out, "  %-24s %" JSON_INTEGER_FORMAT "\n", name,
			json_integer_value(value));
		any = true;
	}
	if (!any)
		fputs("  none\n", out);
}

/* --- which window --- */

static json_int_t seconds_of(const char *name)
{
	uint64_t n;
	size_t len = strlen(name);
	unsigned int unit = 1;

	if (len && name[len - 1] == 'm')
		unit = 60;
	else if (len && name[len - 1] == 'h')
		unit = 3600;
	if (unit > 1 || (len && name[len - 1] == 's'))
		len--;
	return text_u64((struct span){name, len}, 1000000, &n) ? (json_int_t)(n * unit)
							       : -1;
}

bool print_is_window(const char *name)
{
	if (!strcmp(name, "all") || seconds_of(name) > 0)
		return true;
	fputs("aunoise: --window: a length like 60, 5m or 1h, or all\n", stderr);
	return false;
}

const json_t *print_find_window(const json_t *summary, const char *name)
{
	const json_t *windows = json_object_get(summary, "windows"), *w;
	bool all = !strcmp(name, "all");
	char length[LENGTH_SIZE];
	size_t i;

	json_array_foreach(windows, i, w)
	{
		const json_t *seconds = json_object_get(w, "seconds");

		if (all ? !json_is_integer(seconds)
			: json_is_integer(seconds) &&
				    json_integer_value(seconds) == seconds_of(name))
			return w;
	}
	fputs("aunoise: --window: there is no such window; there are:", stderr);
	json_array_foreach(windows, i, w) fprintf(stderr, " %s", length_of(w, length));
	fputs("\n", stderr);
	return NULL;
}
