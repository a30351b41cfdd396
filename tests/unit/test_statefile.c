/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_statefile.c - two processes whose setting names the same file
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "emit/statefile.h"

static int put(struct writer_sink *sink, int piece, const char *text)
{
	char data[64];

	data[0] = (char)piece;
	memcpy(data + 1, text, strlen(text));
	return sink->put(sink->arg, data, strlen(text) + 1);
}

static void half_a_file_of_another_takes_no_place(void **state)
{
	char dir[] = "/tmp/test_statefile.XXXXXX", path[64], fresh[80], *text;
	struct writer_sink a, b;
	size_t n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/state", dir);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	assert_int_equal(statefile_sink(path, &a), 0);
	assert_int_equal(statefile_sink(path, &b), 0);
	assert_int_equal(put(&a, STATEFILE_FIRST, "one "), 0);
	assert_int_equal(put(&b, STATEFILE_FIRST, "half "), 0);
	assert_true(put(&a, STATEFILE_LAST, "whole\n") < 0);
	assert_int_equal(access(path, F_OK), -1);
	/* and the other one is not hindered */
	assert_int_equal(put(&b, STATEFILE_LAST, "and half\n"), 0);
	assert_int_equal(statefile_read(path, false, &text, &n), 0);
	assert_int_equal(n, 14);
	assert_memory_equal(text, "half and half\n", 14);
	free(text);
	a.end(a.arg);
	b.end(b.arg);
	a.release(a.arg);
	b.release(b.arg);
	assert_int_equal(access(fresh, F_OK), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_a_file_of_another_takes_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
