/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_request.c - what is a request of a client, and what is none
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "emit/request.h"

#define TOP 10 /* the default */

static const struct {
	const char *line;
	struct request r;
} good[] = {
	{"{}", {0, false, TOP}},
	{" {\"interval\":5,\"windows\":\"all\",\"top\":20}\r", {5000, true, 20}},
	{"{\"interval\":1}", {1000, false, TOP}},
	{"{\"interval\":1.0}", {1000, false, TOP}},
	{"{\"interval\":2.5}", {2500, false, TOP}},
	{"{\"interval\":86400}", {86400000, false, TOP}},
	{"{\"windows\":\"first\"}", {0, false, TOP}},
	{"{\"windows\":\"all\"}", {0, true, TOP}},
	{"{\"top\":1}", {0, false, 1}},
	{"{\"top\":512}", {0, false, 512}},
	{"{\"rules\":\"-D\",\"top\":3,\"x\":{\"top\":[null]}}", {0, false, 3}},
};

static const char *const bad[] = {
	"",
	" ",
	"GET / HTTP/1.1",
	"[]",
	"null",
	"5",
	"\"all\"",
	"{",
	"{}}",
	"{} {}",
	"{\"interval\":0}",
	"{\"interval\":0.999}",
	"{\"interval\":-1}",
	"{\"interval\":86401}",
	"{\"interval\":86400.5}",
	"{\"interval\":1e300}",
	"{\"interval\":1e999}",
	"{\"interval\":99999999999999999999}",
	"{\"interval\":NaN}",
	"{\"interval\":\"5\"}",
	"{\"interval\":null}",
	"{\"interval\":true}",
	"{\"interval\":[5]}",
	"{\"windows\":\"60\"}",
	"{\"windows\":\"all\\u0000\"}",
	"{\"windows\":\"ALL\"}",
	"{\"windows\":1}",
	"{\"windows\":null}",
	"{\"top\":0}",
	"{\"top\":-1}",
	"{\"top\":513}",
	"{\"top\":1.0}",
	"{\"top\":4294967297}",
	"{\"top\":\"1\"}",
	"{\"top\":5,\"windows\":\"none\"}",
	"{\"top\":5,\"top\":6}",
	"{\"top\":5,\"x\":\"\xff\"}",
};

static void request_takes_what_is_one(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct request r = {-1, false, 0};

		print_message("%s\n", good[i].line);
		assert_true(request_parse(span_of(good[i].line), TOP, &r));
		assert_int_equal(r.interval_ms, good[i].r.interval_ms);
		assert_int_equal(r.all_windows, good[i].r.all_windows);
		assert_int_equal(r.top, good[i].r.top);
	}
}

static void request_refuses_all_else_and_writes_nothing(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct request r = {-1, true, 77};

		print_message("%s\n", bad[i]);
		assert_false(request_parse(span_of(bad[i]), TOP, &r));
		assert_int_equal(r.interval_ms, -1);
		assert_true(r.all_windows);
		assert_int_equal(r.top, 77);
	}
}

static void request_ends_with_its_span(void **state)
{
	static const char text[] = "{\"top\":5}garbage";
	struct request r;

	assert_true(request_parse((struct span){text, 9}, TOP, &r));
	assert_false(request_parse((struct span){text, 10}, TOP, &r));
	assert_false(request_parse((struct span){text, 8}, TOP, &r));
}

static void request_has_a_greatest_length(void **state)
{
	char line[REQUEST_LINE_MAX + 2];
	struct request r;

	snprintf(line, sizeof(line), "%-*s}", REQUEST_LINE_MAX - 1, "{\"top\":5");
	assert_true(request_parse(span_of(line), TOP, &r));
	snprintf(line, sizeof(line), "%-*s}", REQUEST_LINE_MAX, "{\"top\":5");
	assert_false(request_parse(span_of(line), TOP, &r));
}

static void request_of_many_brackets_is_harmless(void **state)
{
	char line[REQUEST_LINE_MAX];
	struct request r;

	memset(line, '[', sizeof(line));
	assert_false(request_parse((struct span){line, sizeof(line)}, TOP, &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_takes_what_is_one),
		cmocka_unit_test(request_refuses_all_else_and_writes_nothing),
		cmocka_unit_test(request_ends_with_its_span),
		cmocka_unit_test(request_has_a_greatest_length),
		cmocka_unit_test(request_of_many_brackets_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
