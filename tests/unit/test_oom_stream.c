/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_oom_stream.c - the constructors of stream/ without memory
 *
 * malloc and calloc are replaced at link time (-Wl,--wrap=malloc,
 * --wrap=calloc): the n-th call fails, for n = 0, 1, 2 ... until nothing asks
 * for an n-th. What libauparse itself allocates is not touched. Leaks on the
 * way are found by the leak sanitizer and by the balance kept here.
 */
#include <limits.h>

#include "stream_help.h"

#include <errno.h>

#include "stream/assemble.h"
#include "stream/parse.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *p);

static struct {
	bool on, failed;
	unsigned int calls, fail_at;
	int balance;
} memory;

static bool fails(void)
{
	if (!memory.on)
		return false;
	if (memory.calls++ == memory.fail_at) {
		memory.failed = true;
		errno = ENOMEM;
		return true;
	}
	memory.balance++;
	return false;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void __wrap_free(void *p)
{
	if (memory.on && p)
		memory.balance--;
	__real_free(p);
}

static bool make_assembler(void)
{
	static const struct assembler_ops ops = {.wants = NULL};
	static const struct siphash_key key = {{1, 2}};
	struct assembler_options o = {.max_events = 32,
				      .text_bytes = 65536,
				      .aux_size = 24,
				      .ops = &ops,
				      .key = &key};
	struct assembler *a = assembler_new(&o);

	if (!a)
		return false;
	assembler_flush(a, UINT_MAX);
	assembler_free(a);
	return true;
}

static bool make_parser(void)
{
	struct parser *p = parser_new();

	parser_free(p);
	return p != NULL;
}

/* Return: number of allocations that @make asks for */
static unsigned int sweep(bool (*make)(void))
{
	unsigned int n;
	bool made;

	for (n = 0;; n++) {
		memory.on = true;
		memory.failed = false;
		memory.calls = 0;
		memory.fail_at = n;
		memory.balance = 0;
		errno = 0;
		made = make();
		memory.on = false;
		assert_int_equal(memory.balance, 0);
		if (!memory.failed)
			break;
		assert_false(made);
		assert_int_equal(errno, ENOMEM);
	}
	assert_true(made);
	return n;
}

static void oom_assembler_is_refused_whole(void **state)
{
	assert_int_equal(sweep(make_assembler), 4);
}

static void oom_parser_is_refused_whole(void **state)
{
	assert_int_equal(sweep(make_parser), 1);
}

static void oom_free_takes_null(void **state)
{
	assembler_free(NULL);
	parser_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oom_assembler_is_refused_whole),
		cmocka_unit_test(oom_parser_is_refused_whole),
		cmocka_unit_test(oom_free_takes_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
