/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_status.c - replies of every kernel, told apart by their length alone
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>

#include "kernel/status.h"

#define WORDS    14 /* three more than any kernel has */
#define ALWAYS   32 /* bytes, up to and with backlog */
#define FEATURES 36
#define WAIT     40
#define WAITED   44

/* Word i holds 100 + i. The copy is exactly @n bytes, so that one too far shows. */
static int read_first(size_t n, struct kernel_status *s)
{
	uint32_t words[WORDS], i;
	char *copy = malloc(n ? n : 1);
	int r;

	assert_true(n <= sizeof(words));
	assert_non_null(copy);
	for (i = 0; i < WORDS; i++)
		words[i] = 100 + i;
	memcpy(copy, words, n);
	memset(s, 0xaa, sizeof(*s));
	r = status_read((struct span){copy, n}, s);
	free(copy);
	return r;
}

static void is_all_zero(const struct kernel_status *s)
{
	const struct kernel_status zero = {0};

	assert_memory_equal(s, &zero, sizeof(zero));
}

static void status_needs_eight_words(void **state)
{
	struct kernel_status s;
	size_t n;

	for (n = 0; n < ALWAYS; n++) {
		assert_int_equal(read_first(n, &s), -EBADMSG);
		is_all_zero(&s);
	}
	assert_int_equal(status_read((struct span){NULL, 0}, &s), -EBADMSG);
}

static void status_takes_what_is_there(void **state)
{
	struct kernel_status s;
	size_t n;

	for (n = ALWAYS; n <= WORDS * 4; n++) {
		assert_int_equal(read_first(n, &s), 0);
		assert_int_equal(s.enabled, 101);
		assert_int_equal(s.failure, 102);
		assert_int_equal(s.pid, 103);
		assert_int_equal(s.rate_limit, 104);
		assert_int_equal(s.backlog_limit, 105);
		assert_int_equal(s.lost, 106);
		assert_int_equal(s.backlog, 107);
		/* part of a word is none */
		assert_int_equal(s.has_features, n >= FEATURES);
		assert_int_equal(s.features, n >= FEATURES ? 108 : 0);
		assert_int_equal(s.has_wait_time, n >= WAIT);
		assert_int_equal(s.wait_time_ticks, n >= WAIT ? 109 : 0);
		assert_int_equal(s.has_waited, n >= WAITED);
		assert_int_equal(s.waited_ticks, n >= WAITED ? 110 : 0);
	}
}

/* The same as the system's own struct, where that knows the member. */
static void status_agrees_with_the_header(void **state)
{
	struct audit_status a = {.mask = 1,
				 .enabled = 2,
				 .failure = 1,
				 .pid = 4294967295U,
				 .rate_limit = 5,
				 .backlog_limit = 8192,
				 .lost = 4000000000U,
				 .backlog = 65};
	struct kernel_status s;

	assert_int_equal(status_read((struct span){(const char *)&a, sizeof(a)}, &s), 0);
	assert_true(s.enabled == a.enabled && s.failure == a.failure && s.pid == a.pid);
	assert_true(s.rate_limit == a.rate_limit && s.backlog_limit == a.backlog_limit);
	assert_true(s.lost == a.lost && s.backlog == a.backlog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_needs_eight_words),
		cmocka_unit_test(status_takes_what_is_there),
		cmocka_unit_test(status_agrees_with_the_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
