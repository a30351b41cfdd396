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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_tries_one_of_eight_where_it_never_helps),
		cmocka_unit_test(cache_prints_all_again_when_it_helps),
		cmocka_unit_test(cache_pays_when_a_quarter_helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
