/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_cache.c - when the print of an event is worth making
 *
 * That prints change no figure is tests/integration/cache.sh's to show, for
 * every stream there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "count/engine.h"
#include "stream/cache.h"

static struct cache *new_cache(void)
{
	const struct siphash_key key = {{1, 2}};
	struct cache *c = cache_new(16, sizeof(int), &key);

	assert_non_null(c);
	return c;
}

/* Of @n events, of which every @each-th is helped (0: none): how many were printed? */
static unsigned int printed(struct cache *c, unsigned int n, unsigned int each)
{
	unsigned int i, prints = 0;

	for (i = 1; i <= n; i++)
		if (cache_pays(c)) {
			prints++;
			cache_helped(c, each && prints % each == 0);
		}
	return prints;
}

static void cache_tries_one_of_eight_where_it_never_helps(void **state)
{
	struct cache *c = new_cache();

	assert_in_range(printed(c, 10000, 0), 1250, 1350);
	cache_free(c);
}

static void cache_prints_all_again_when_it_helps(void **state)
{
	struct cache *c = new_cache();

	printed(c, 10000, 0);
	/* at most 64 tries, of one event in eight */
	printed(c, 512, 1);
	assert_int_equal(printed(c, 1000, 1), 1000);
	cache_free(c);
}

static void cache_pays_when_a_quarter_helps(void **state)
{
	struct cache *c = new_cache();

	assert_int_equal(printed(c, 10000, 4), 10000);
	cache_free(c);
}

/* Two that map to one place would send each other to libauparse for ever. */
static void four_of_one_set_stay_together(void **state)
{
	struct cache *c = new_cache();
	uint64_t k;

	for (k = 1; k <= 4; k++)
		*(int *)cache_put(c, k << 32) = (int)k;
	*(int *)cache_put(c, 2ULL << 32) = 22; /* its own place again */
	for (k = 1; k <= 4; k++) {
		const int *value = cache_get(c, k << 32);

		assert_non_null(value);
		assert_int_equal(*value, k == 2 ? 22 : (int)k);
	}
	assert_null(cache_get(c, 5ULL << 32));
	*(int *)cache_put(c, 5ULL << 32) = 5;
	assert_int_equal(*(const int *)cache_get(c, 5ULL << 32), 5);
	cache_free(c);
}

static void feed_one(struct engine *e, const char *exe, int uid)
{
	static unsigned int serial;
	char text[512];
	int n;

	serial++;
	n = snprintf(
		text, sizeof(text),
		"type=SYSCALL msg=audit(1795000000.000:%u): arch=c000003e syscall=39 "
		"success=yes exit=1 a0=0 a1=0 a2=0 a3=0 items=0 ppid=1 pid=2 auid=1 "
		"uid=%d gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) "
		"ses=1 comm=\"c\" exe=\"%s\" key=\"k\"\n"
		"type=EOE msg=audit(1795000000.000:%u): \n",
		serial, uid, exe, serial);
	engine_feed(e, text, (size_t)n, NULL);
}

/* Whoever makes his program's accounts fold does that to his own program alone. */
static void one_that_folds_costs_the_others_nothing(void **state)
{
	const struct engine_options options = {
		.n_windows = 1, .window_sec = {60}, .max_values = 512, .max_flows = 1024};
	struct engine *e = engine_new(&options);
	uint64_t before;
	char exe[32];
	int i, k;

	assert_non_null(e);
	for (k = 0; k < 20; k++) {
		snprintf(exe, sizeof(exe), "/bin/p%d", k);
		feed_one(e, exe, 0);
		feed_one(e, exe, 0);
	}
	engine_settle(e);
	before = engine_health(e).parsed;
	assert_int_equal(before, 20);
	for (i = 0; i < 100; i++) {
		feed_one(e, "/tmp/folds", 1000 + i);
		for (k = 0; k < 20; k++) {
			snprintf(exe, sizeof(exe), "/bin/p%d", k);
			feed_one(e, exe, 0);
		}
	}
	engine_settle(e);
	/* its own hundred, and after the fold its flow anew */
	assert_in_range(engine_health(e).parsed - before, 100, 110);
	engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_tries_one_of_eight_where_it_never_helps),
		cmocka_unit_test(cache_prints_all_again_when_it_helps),
		cmocka_unit_test(cache_pays_when_a_quarter_helps),
		cmocka_unit_test(four_of_one_set_stay_together),
		cmocka_unit_test(one_that_folds_costs_the_others_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
