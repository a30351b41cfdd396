/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_sumlog.c - a summary as one line of the log
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "emit/schema.h"
#include "emit/sumlog.h"

static const char full[] =
	"{\"time\":\"2026-11-21T22:17:53.123Z\",\"windows\":[{\"seconds\":60,\"span_s\":"
	"59.5,"
	"\"complete\":true,\"events\":1234,\"records\":5678,\"bytes\":1234567,"
	"\"events_per_s\":20.739495,\"records_per_s\":95.43,\"bytes_per_s\":20749,"
	"\"types\":[{\"type\":\"SYSCALL\",\"code\":1300,\"share\":0.4321},"
	"{\"type\":\"PATH\",\"share\":0.2}],"
	"\"keys\":[{\"key\":\"time-change\",\"share\":0.9}],"
	"\"exes\":[{\"exe\":\"/usr/sbin/chronyd\",\"claimed\":false,\"share\":1}]},"
	"{\"seconds\":300,\"events\":9}],"
	"\"kernel\":{\"known\":true,\"backlog\":12,\"backlog_limit\":8192,\"backlog_"
	"peak\":null,"
	"\"lost\":3},\"lag\":{\"p50_ms\":1,\"p99_ms\":14.2,\"max_ms\":90},"
	"\"loss\":{\"gap_events\":2},\"health\":{\"late\":0,\"lines_bad\":7,\"resumed\":"
	"1}}";

/* The line of the summary that @text says; to be freed. */
static char *line_of(const char *text)
{
	json_t *summary = json_loads(text, JSON_ALLOW_NUL, NULL);
	char *out = malloc(8192);
	size_t n;

	assert_non_null(summary);
	assert_non_null(out);
	n = sumlog_summary(summary, out, 8192);
	assert_true(n > 0 && n < 8192);
	assert_int_equal(strlen(out), n);
	assert_int_equal(out[n - 1], '\n');
	assert_ptr_equal(strchr(out, '\n'), out + n - 1);
	json_decref(summary);
	return out;
}

static void expect_line(const char *summary, const char *expected)
{
	char *line = line_of(summary);

	assert_string_equal(line, expected);
	free(line);
}

static void summary_is_one_line_of_pairs(void **state)
{
	expect_line(
		full,
		"2026-11-21T22:17:53.123Z summary window=60 span_s=59.500 complete=yes "
		"events=1234 records=5678 bytes=1234567 events_per_s=20.74 "
		"records_per_s=95.43 bytes_per_s=20749.00 "
		"top_type=SYSCALL top_type_share=0.4321 "
		"top_key=\"time-change\" top_key_share=0.9000 "
		"top_exe=\"/usr/sbin/chronyd\" top_exe_share=1.0000 "
		"kernel=known backlog=12 backlog_limit=8192 lost=3 "
		"lag_p99_ms=14 gap_events=2 health.lines_bad=7 health.resumed=1\n");
}

static void summary_of_nothing_known(void **state)
{
	expect_line(
		"{\"time\":null,\"windows\":[{\"seconds\":60,\"span_s\":0.0,"
		"\"complete\":false,\"events\":0,\"types\":[],\"keys\":null}],"
		"\"kernel\":{\"known\":false,\"backlog\":4},\"lag\":null,\"loss\":null,"
		"\"health\":{}}",
		"- summary window=60 span_s=0.000 complete=no events=0 kernel=unknown\n");
	expect_line("{}", "- summary kernel=unknown\n");
	expect_line("{\"windows\":7,\"health\":[1],\"kernel\":null}",
		    "- summary kernel=unknown\n");
}

static void summary_null_key_is_none(void **state)
{
	expect_line("{\"windows\":[{\"keys\":[{\"key\":null,\"share\":0.5}]}]}",
		    "- summary top_key=none top_key_share=0.5000 kernel=unknown\n");
	expect_line("{\"windows\":[{\"keys\":[{\"key\":\"none\"}]}]}",
		    "- summary top_key=\"none\" kernel=unknown\n");
}

static void summary_marks_claims(void **state)
{
	expect_line("{\"windows\":[{\"exes\":[{\"exe\":\"/bin/su\",\"claimed\":true}]}]}",
		    "- summary top_exe=\"/bin/su\" top_exe_claimed=yes kernel=unknown\n");
}

/* No name can end the line, forge a pair, or reach the terminal. */
static void summary_quotes_foreign_text(void **state)
{
	expect_line(
		"{\"windows\":[{"
		"\"types\":[{\"type\":\"X Y=1\\n\"}],"
		"\"keys\":[{\"key\":\"a\\\" lost=0\\n\\u001b[2J\\u0000\\u202e\"}],"
		"\"exes\":[{\"exe\":\"/tmp/\\ufffd\",\"exe_hex\":\"2f746d702fff\"}]}]}",
		"- summary top_type=\"X Y=1\\x0a\" "
		"top_key=\"a\\x22 lost=0\\x0a\\x1b[2J\\x00\\xe2\\x80\\xae\" "
		"top_exe=\"/tmp/\\xff\" kernel=unknown\n");
}

static void summary_unknown_type_is_plain(void **state)
{
	expect_line("{\"windows\":[{\"types\":[{\"type\":\"UNKNOWN[1425]\",\"share\":1.0}"
		    "]}]}",
		    "- summary top_type=UNKNOWN[1425] top_type_share=1.0000 "
		    "kernel=unknown\n");
	expect_line("{\"windows\":[{\"types\":[{\"type\":\"\"}]}]}",
		    "- summary top_type=\"\" kernel=unknown\n");
}

static void summary_health_takes_counters_alone(void **state)
{
	expect_line(
		"{\"health\":{\"a\":1,\"b\":\"x\",\"c d\":5,\"e\":2.5,\"f\":null,\"g\":0,"
		"\"h\":9223372036854775807}}",
		"- summary kernel=unknown health.a=1 health.h=9223372036854775807\n");
}

static void summary_that_does_not_fit_is_none(void **state)
{
	json_t *summary = json_loads(full, 0, NULL);
	char out[2048];
	size_t size, n = sumlog_summary(summary, out, sizeof(out));

	assert_true(n > 0);
	assert_int_equal(sumlog_summary(summary, out, n + 1), n);
	for (size = 0; size <= n; size++) {
		char *exact = malloc(size ? size : 1);

		assert_non_null(exact);
		assert_int_equal(sumlog_summary(summary, exact, size), 0);
		free(exact);
	}
	json_decref(summary);
}

/* The longest foreign values that can stand in a summary. */
static void summary_with_the_longest_names_fits(void **state)
{
	char name[SCHEMA_TEXT_MAX], hex[2 * SCHEMA_TEXT_MAX + 1], out[8192];
	json_t *entry = json_object(), *window, *summary;
	struct span raw = {name, sizeof(name)};
	size_t i;

	memset(name, 0xff, sizeof(name));
	assert_int_equal(schema_set_text(entry, "exe", raw, false), 0);
	for (i = 0; i < sizeof(name); i++)
		memcpy(hex + 2 * i, "ff", 3);
	assert_string_equal(json_string_value(json_object_get(entry, "exe_hex")), hex);
	window = json_pack("{s:[o]}", "exes", entry);
	summary = json_pack("{s:[o]}", "windows", window);
	assert_non_null(summary);
	assert_int_equal(sumlog_summary(summary, out, sizeof(out)),
			 strlen("- summary top_exe=\"\" kernel=unknown\n") +
				 4 * SCHEMA_TEXT_MAX);
	json_decref(summary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(summary_is_one_line_of_pairs),
		cmocka_unit_test(summary_of_nothing_known),
		cmocka_unit_test(summary_null_key_is_none),
		cmocka_unit_test(summary_marks_claims),
		cmocka_unit_test(summary_quotes_foreign_text),
		cmocka_unit_test(summary_unknown_type_is_plain),
		cmocka_unit_test(summary_health_takes_counters_alone),
		cmocka_unit_test(summary_that_does_not_fit_is_none),
		cmocka_unit_test(summary_with_the_longest_names_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
