/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_oom_count.c - memory that runs out while the tables are made
 *
 * Linked with --wrap=malloc,calloc,free: the n-th allocation fails, for every
 * n until the constructor succeeds. What was taken must have been given back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "count/engine.h"
#include "count/tally.h"
#include "count/topk.h"

static long until_failure = -1; /* allocations that still succeed; -1: all do */
static long live;               /* allocations that were not given back */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *p);

static int may_allocate(void)
{
	if (until_failure < 0)
		return 1;
	if (!until_failure) {
		errno = ENOMEM;
		return 0;
	}
	until_failure--;
	return 1;
}

static void *taken(void *p)
{
	live += p != NULL;
	return p;
}

void *__wrap_malloc(size_t n)
{
	return may_allocate() ? taken(__real_malloc(n)) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return may_allocate() ? taken(__real_calloc(n, size)) : NULL;
}

void __wrap_free(void *p)
{
	live -= p != NULL;
	__real_free(p);
}

static const struct window_set windows = {3, {1000, 5000, 60000}};
static const struct siphash_key key = {{5, 6}};

static void *make_topk(void)
{
	struct topk_options o = {.capacity = 16,
				 .name_max = 32,
				 .aux_size = 8,
				 .windows = &windows,
				 .key = &key};

	return topk_new(&o);
}

static void *make_tally(void)
{
	struct tally_options o = {
		.windows = &windows, .max_values = 16, .max_flows = 16, .key = key};

	return tally_new(&o);
}

static void *make_engine(void)
{
	struct engine_options o = {.n_windows = 3,
				   .window_sec = {60, 300, 3600},
				   .max_values = 16,
				   .max_flows = 16};

	return engine_new(&o);
}

static void free_topk(void *p)
{
	topk_free(p);
}

static void free_tally(void *p)
{
	tally_free(p);
}

static void free_engine(void *p)
{
	engine_free(p);
}

/* Return: how many failures it took until @make succeeded. */
static long sweep(void *(*make)(void), void (*release)(void *))
{
	long before = live, n;
	void *p;

	for (n = 0;; n++) {
		until_failure = n;
		errno = 0;
		p = make();
		until_failure = -1;
		if (p)
			break;
		assert_int_equal(errno, ENOMEM);
		assert_int_equal(live, before);
		assert_true(n < 1000);
	}
	release(p);
	assert_int_equal(live, before);
	return n;
}

static void topk_new_survives_every_failure(void **state)
{
	assert_int_equal(sweep(make_topk, free_topk), 7);
}

static void tally_new_survives_every_failure(void **state)
{
	/* six lists; flows and exes have bytes beside their entries */
	assert_int_equal(sweep(make_tally, free_tally), 1 + 4 * 6 + 2 * 7 + 4);
}

static void engine_new_survives_every_failure(void **state)
{
	assert_true(sweep(make_engine, free_engine) > 1 + 4 * 6 + 2 * 7 + 4);
}

/* Once it is made, no input makes the engine take more. */
static void engine_takes_no_memory_of_its_own_later(void **state)
{
	static const char rubbish[] =
		"no record\ntype=EOE msg=audit(1700000000.000:1):\n";
	struct engine *e = make_engine();
	long before = live;
	int i;

	assert_non_null(e);
	until_failure = 0;
	for (i = 0; i < 1000; i++)
		engine_feed(e, rubbish, sizeof(rubbish) - 1, NULL);
	engine_end(e, NULL);
	until_failure = -1;
	assert_int_equal(live, before);
	assert_int_equal(engine_health(e).lines_bad, 1000);
	engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topk_new_survives_every_failure),
		cmocka_unit_test(tally_new_survives_every_failure),
		cmocka_unit_test(engine_new_survives_every_failure),
		cmocka_unit_test(engine_takes_no_memory_of_its_own_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
