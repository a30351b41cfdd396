/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_schema.c - objects as lines, and foreign text in JSON
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "emit/schema.h"

static const struct schema_origin origin = {
	.host = "web1",
	.boot_id = "6e0c1f0a-5b7d-4c7e-9a52-3a0f6a1c2d3e",
};

#define WALL_MS INT64_C(1795299473123) /* 2026-11-21T22:17:53.123Z */

/* The line as it would be sent, without its newline; to be freed. */
static char *whole_line(json_t *object, uint64_t seq, const struct schema_origin *who,
			int64_t wall_ms)
{
	struct schema_line line;
	char head[96], *text;
	size_t n;

	assert_int_equal(schema_line(&line, "gap", object, wall_ms, who), 0);
	n = schema_line_head(&line, seq, head, sizeof(head));
	assert_true(n < sizeof(head));
	assert_int_equal(strlen(line.text), line.n);
	assert_int_equal(schema_line_size(&line, seq), n + line.n);
	assert_true(asprintf(&text, "%s%s", head, line.text + 1) > 0);
	schema_line_free(&line);
	assert_null(line.text);
	return text;
}

static void line_bears_the_common_fields(void **state)
{
	json_t *object = json_pack("{s:i, s:f}", "dropped", 5, "share", 0.4321);
	char *text = whole_line(object, 7, &origin, WALL_MS);

	assert_string_equal(text,
			    "{\"schema\":\"audisp-noise/1\",\"type\":\"gap\",\"seq\":7,"
			    "\"time\":\"2026-11-21T22:17:53.123Z\",\"host\":\"web1\","
			    "\"boot_id\":\"6e0c1f0a-5b7d-4c7e-9a52-3a0f6a1c2d3e\","
			    "\"dropped\":5,\"share\":0.4321}");
	/* the maker of the summary log reads the time from the object */
	assert_string_equal(json_string_value(json_object_get(object, "time")),
			    "2026-11-21T22:17:53.123Z");
	free(text);
	json_decref(object);
}

static void line_of_unknown_origin_says_null(void **state)
{
	static const struct schema_origin nobody;
	json_t *object = json_object();
	char *text = whole_line(object, UINT64_MAX, &nobody, SCHEMA_TIME_NONE);

	assert_string_equal(text, "{\"schema\":\"audisp-noise/1\",\"type\":\"gap\","
				  "\"seq\":18446744073709551615,"
				  "\"time\":null,\"host\":null,\"boot_id\":null}");
	free(text);
	json_decref(object);
}

static void line_of_nothing_is_out_of_memory(void **state)
{
	struct schema_line line;

	assert_int_equal(schema_line(&line, "summary", NULL, 0, &origin), -ENOMEM);
	assert_null(line.text);
	schema_line_free(&line);
}

/* Controls, DEL, newlines, bidirectional marks: none of them stands in a line. */
static void line_is_printable_ascii(void **state)
{
	static const char hostile[] =
		"a\n\x7f\x1b[2J\0\xe2\x80\xae\xc2\x9b\\\"\xf0\x9f\x98\x80"
		"\xe2\x80\xa8z\x7f";
	json_t *object = json_object(), *again;
	struct span text = {hostile, sizeof(hostile) - 1};
	char *line;
	size_t i;

	assert_int_equal(schema_set_text(object, "exe", text, false), 0);
	line = whole_line(object, 1, &origin, WALL_MS);
	for (i = 0; line[i]; i++)
		assert_true(line[i] >= 0x20 && line[i] < 0x7f);
	assert_non_null(strstr(line, "\\u007F\\u001B[2J\\uFFFD\\u202E\\u009B\\\\\\\""));
	again = json_loads(line, 0, NULL);
	assert_non_null(again);
	assert_true(json_equal(json_object_get(again, "exe"),
			       json_object_get(object, "exe")));
	assert_int_equal(json_string_length(json_object_get(again, "exe")), text.n + 2);
	assert_non_null(json_object_get(again, "exe_hex"));
	json_decref(again);
	json_decref(object);
	free(line);
}

static void origin_is_of_this_boot(void **state)
{
	struct schema_origin o;

	memset(&o, 'x', sizeof(o));
	schema_origin_read(&o);
	assert_true(strlen(o.host) < sizeof(o.host));
	assert_true(strlen(o.boot_id) == 36 || !*o.boot_id);
}

struct utf8_case {
	const char *in;
	const char *out; /* NULL: valid, as it is */
};

#define R "\xef\xbf\xbd"

static const struct utf8_case utf8_cases[] = {
	/* the first and the last character of each length, and around the surrogates */
	{"", NULL},
	{"\x01", NULL},
	{"\x7f", NULL},
	{"\xc2\x80", NULL},
	{"\xdf\xbf", NULL},
	{"\xe0\xa0\x80", NULL},
	{"\xed\x9f\xbf", NULL},
	{"\xee\x80\x80", NULL},
	{"\xef\xbf\xbf", NULL},
	{"\xf0\x90\x80\x80", NULL},
	{"\xf4\x8f\xbf\xbf", NULL},
	{R, NULL},
	/* a follower without a lead, leads without followers */
	{"\x80", R},
	{"\xbf", R},
	{"a\x80z", "a" R "z"},
	{"\xc2", R},
	{"\xc2z", R "z"},
	{"\xe0\xa0", R R},
	{"\xe0\xa0z", R R "z"},
	{"\xf0\x90\x80", R R R},
	{"\xf0\x90\x80z", R R R "z"},
	{"\xc2\xc2\x80", R "\xc2\x80"},
	{"\xe2\x82\xc3\xa9", R R "\xc3\xa9"},
	{"\xe9", R},
	/* overlong */
	{"\xc0\x80", R R},
	{"\xc1\xbf", R R},
	{"\xe0\x80\x80", R R R},
	{"\xe0\x9f\xbf", R R R},
	{"\xf0\x80\x80\x80", R R R R},
	{"\xf0\x8f\xbf\xbf", R R R R},
	/* surrogates */
	{"\xed\xa0\x80", R R R},
	{"\xed\xbf\xbf", R R R},
	/* above U+10FFFF, and leads that are none */
	{"\xf4\x90\x80\x80", R R R R},
	{"\xf5\x80\x80\x80", R R R R},
	{"\xf8\x88\x80\x80\x80", R R R R R},
	{"\xfe", R},
	{"\xff", R},
};

static void check_hex(const json_t *object, const char *in, bool valid)
{
	const char *hex = json_string_value(json_object_get(object, "exe_hex"));
	char expected[64] = "";
	size_t i;

	if (valid) {
		assert_null(hex);
		return;
	}
	for (i = 0; in[i]; i++)
		sprintf(expected + 2 * i, "%02x", (unsigned char)in[i]);
	assert_non_null(hex);
	assert_string_equal(hex, expected);
}

static void text_replaces_what_is_no_utf8(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(utf8_cases) / sizeof(utf8_cases[0]); i++) {
		const struct utf8_case *c = &utf8_cases[i];
		json_t *object = json_object();

		print_message("case %zu\n", i);
		assert_int_equal(schema_set_text(object, "exe", span_of(c->in), false),
				 0);
		assert_string_equal(json_string_value(json_object_get(object, "exe")),
				    c->out ? c->out : c->in);
		check_hex(object, c->in, !c->out);
		assert_null(json_object_get(object, "cut"));
		json_decref(object);
	}
}

static void text_absent_is_null_and_empty_is_not(void **state)
{
	json_t *object = json_object();

	assert_int_equal(schema_set_text(object, "a", (struct span){NULL, 0}, false), 0);
	assert_int_equal(schema_set_text(object, "e", span_of(""), false), 0);
	assert_true(json_is_null(json_object_get(object, "a")));
	assert_string_equal(json_string_value(json_object_get(object, "e")), "");
	assert_int_equal(json_object_size(object), 2);
	json_decref(object);
}

/* Many readers of JSON refuse \u0000, or take it for the end. */
static void text_has_no_nul_bytes(void **state)
{
	static const char raw[] = "a\0b\xff";
	json_t *object = json_object();
	const json_t *value;

	assert_int_equal(schema_set_text(object, "acct", (struct span){raw, 4}, false),
			 0);
	value = json_object_get(object, "acct");
	assert_int_equal(json_string_length(value), 8);
	assert_memory_equal(json_string_value(value), "a" R "b" R, 8);
	assert_string_equal(json_string_value(json_object_get(object, "acct_hex")),
			    "610062ff");
	json_decref(object);
}

/* @n bytes of 'x', then @tail: what stays of it? */
static json_t *set_long(size_t n, const char *tail)
{
	char text[1024];
	json_t *object = json_object();

	memset(text, 'x', n);
	strcpy(text + n, tail);
	assert_int_equal(schema_set_text(object, "exe", span_of(text), false), 0);
	return object;
}

static void text_is_cut_at_a_character(void **state)
{
	static const struct {
		size_t n;
		const char *tail;
		size_t kept;
		bool cut;
	} cases[] = {
		{256, "", 256, false},
		{256, "y", 256, true},
		{254, "\xc3\xa9", 256, false},
		{255, "\xc3\xa9", 255, true},
		{253, "\xe2\x82\xac", 256, false},
		{254, "\xe2\x82\xac", 254, true},
		{255, "\xe2\x82\xac", 255, true},
		{253, "\xf0\x9f\x98\x80", 253, true},
		{252, "\xf0\x9f\x98\x80", 256, false},
		{900, "", 256, true},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *object = set_long(cases[i].n, cases[i].tail);

		print_message("case %zu\n", i);
		assert_int_equal(json_string_length(json_object_get(object, "exe")),
				 cases[i].kept);
		assert_true(json_is_true(json_object_get(object, "cut")) == cases[i].cut);
		assert_null(json_object_get(object, "exe_hex"));
		json_decref(object);
	}
}

/* Of text that is cut and no UTF-8 the hexadecimal form is of the part that stayed. */
static void text_cut_has_the_hex_of_what_stays(void **state)
{
	char text[600];
	json_t *object = json_object();

	memset(text, 0xff, sizeof(text));
	assert_int_equal(
		schema_set_text(object, "dir", (struct span){text, sizeof(text)}, false),
		0);
	assert_true(json_is_true(json_object_get(object, "cut")));
	assert_in_range(json_string_length(json_object_get(object, "dir_hex")), 2 * 253,
			512);
	assert_int_equal(json_string_length(json_object_get(object, "dir")) / 3,
			 json_string_length(json_object_get(object, "dir_hex")) / 2);
	json_decref(object);
}

static void text_that_came_cut_is_marked(void **state)
{
	json_t *object = json_object();

	assert_int_equal(schema_set_text(object, "exe", span_of("/usr/bi"), true), 0);
	assert_true(json_is_true(json_object_get(object, "cut")));
	json_decref(object);
}

static void text_comes_back_by_its_bytes(void **state)
{
	static const char *const no_hex[] = {"6", "6g", "zz"};
	json_t *object = json_object();
	char buffer[SCHEMA_TEXT_MAX];
	struct span s;
	size_t i;

	assert_int_equal(schema_set_text(object, "key", span_of("\xff\xfe"), false), 0);
	s = schema_get_text(object, "key", buffer);
	assert_int_equal(s.n, 2);
	assert_memory_equal(s.p, "\xff\xfe", 2);
	assert_int_equal(schema_set_text(object, "exe", span_of("/bin/a"), false), 0);
	s = schema_get_text(object, "exe", buffer);
	assert_int_equal(s.n, 6);
	assert_memory_equal(s.p, "/bin/a", 6);
	assert_null(schema_get_text(object, "acct", buffer).p);
	/* what is no hexadecimal form, or too long for one, is passed over */
	for (i = 0; i < sizeof(no_hex) / sizeof(no_hex[0]); i++) {
		json_object_set_new(object, "exe_hex", json_string(no_hex[i]));
		assert_int_equal(schema_get_text(object, "exe", buffer).n, 6);
	}
	json_object_set_new(object, "exe_hex", json_sprintf("%0*d", 2 * 257, 0));
	assert_int_equal(schema_get_text(object, "exe", buffer).n, 6);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_bears_the_common_fields),
		cmocka_unit_test(line_of_unknown_origin_says_null),
		cmocka_unit_test(line_of_nothing_is_out_of_memory),
		cmocka_unit_test(line_is_printable_ascii),
		cmocka_unit_test(origin_is_of_this_boot),
		cmocka_unit_test(text_replaces_what_is_no_utf8),
		cmocka_unit_test(text_absent_is_null_and_empty_is_not),
		cmocka_unit_test(text_has_no_nul_bytes),
		cmocka_unit_test(text_is_cut_at_a_character),
		cmocka_unit_test(text_cut_has_the_hex_of_what_stays),
		cmocka_unit_test(text_that_came_cut_is_marked),
		cmocka_unit_test(text_comes_back_by_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
