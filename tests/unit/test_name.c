/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_name.c - values as the bytes of a name, and back
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "count/name.h"
#include "rng.h"

static const struct siphash_key key = {{11, 22}};

/* Put one text, get it back. */
static struct name_text round_trip(struct span text, size_t max, char out[NAME_TEXT_ROOM])
{
	struct name_writer w = {.out = out, .size = NAME_TEXT_ROOM};
	struct name_reader r;
	struct name_text t;
	char rest;

	name_put_text(&w, text, max, &key);
	assert_false(w.over);
	assert_true(w.n <= NAME_TEXT_ROOM);
	r = (struct name_reader){out, w.n};
	t = name_get_text(&r);
	assert_int_equal(r.n, 0);
	assert_false(name_get(&r, &rest, 1));
	return t;
}

static void name_text_comes_back(void **state)
{
	static const struct span texts[] = {
		{"/usr/bin/x", 10}, {"", 0},         {"\0", 1},
		{"a\0b", 3},        {"\xff\xfe", 2}, {"\n\"\\", 3},
	};
	char out[NAME_TEXT_ROOM];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct name_text t = round_trip(texts[i], NAME_TEXT_MAX, out);

		assert_non_null(t.text.p);
		assert_true(span_equal(t.text, texts[i]));
		assert_false(t.cut);
	}
}

static void name_absent_is_not_empty(void **state)
{
	char a[NAME_TEXT_ROOM], b[NAME_TEXT_ROOM];
	struct name_text absent = round_trip((struct span){NULL, 0}, NAME_TEXT_MAX, a);
	struct name_text empty = round_trip((struct span){"", 0}, NAME_TEXT_MAX, b);

	assert_null(absent.text.p);
	assert_non_null(empty.text.p);
	assert_int_equal(empty.text.n, 0);
	assert_memory_not_equal(a, b, 3);
}

static void name_long_text_is_cut_at_its_limit(void **state)
{
	char text[600], out[NAME_TEXT_ROOM];
	size_t n;

	memset(text, 'x', sizeof(text));
	for (n = 250; n < 600; n++) {
		struct name_text t =
			round_trip((struct span){text, n}, NAME_TEXT_MAX, out);

		assert_int_equal(t.text.n, n < NAME_TEXT_MAX ? n : NAME_TEXT_MAX);
		assert_int_equal(t.cut, n > NAME_TEXT_MAX);
	}
}

static void name_text_is_cut_between_characters(void **state)
{
	static const char euro[] = "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac";
	static const size_t kept[] = {0, 0, 0, 3, 3, 3, 6, 6, 6, 9};
	char out[NAME_TEXT_ROOM];
	size_t max;

	for (max = 0; max < 10; max++) {
		struct name_text t = round_trip((struct span){euro, 9}, max, out);

		assert_int_equal(t.text.n, kept[max]);
		assert_int_equal(t.cut, max < 9);
	}
}

/* Only the hash of the whole tells them apart. */
static void name_different_tails_are_different_names(void **state)
{
	char text[9000], a[NAME_TEXT_ROOM], b[NAME_TEXT_ROOM];
	struct name_writer wa = {.out = a, .size = sizeof(a)},
			   wb = {.out = b, .size = sizeof(b)};

	memset(text, 'x', sizeof(text));
	name_put_text(&wa, (struct span){text, sizeof(text)}, NAME_TEXT_MAX, &key);
	text[sizeof(text) - 1] = 'y';
	name_put_text(&wb, (struct span){text, sizeof(text)}, NAME_TEXT_MAX, &key);
	assert_int_equal(wa.n, wb.n);
	assert_memory_not_equal(a, b, wa.n);
	wb.n = 0;
	text[sizeof(text) - 1] = 'x';
	name_put_text(&wb, (struct span){text, sizeof(text) - 1}, NAME_TEXT_MAX, &key);
	assert_memory_not_equal(a, b, wa.n);
	wb.n = 0;
	name_put_text(&wb, (struct span){text, sizeof(text)}, NAME_TEXT_MAX, &key);
	assert_memory_equal(a, b, wa.n);
}

/* A text of just the length is not the head of a longer one. */
static void name_cut_text_is_not_the_short_one(void **state)
{
	char text[300], a[NAME_TEXT_ROOM], b[NAME_TEXT_ROOM];

	memset(text, 'x', sizeof(text));
	round_trip((struct span){text, NAME_TEXT_MAX}, NAME_TEXT_MAX, a);
	round_trip((struct span){text, NAME_TEXT_MAX + 1}, NAME_TEXT_MAX, b);
	assert_memory_not_equal(a, b, 3);
}

static void name_that_does_not_fit_says_so(void **state)
{
	char out[32];
	size_t size;

	for (size = 0; size <= 13; size++) {
		struct name_writer w = {.out = out, .size = size};

		memset(out, '#', sizeof(out));
		name_put_text(&w, (struct span){"0123456789", 10}, NAME_TEXT_MAX, &key);
		assert_int_equal(w.over, size < 13);
		assert_true(w.n <= size);
		assert_int_equal(out[size], '#');
	}
}

/* Bytes that no name_put_text wrote: read within their bounds, whatever they say. */
static void name_reader_stays_within_any_bytes(void **state)
{
	struct rng rng = {77};
	int i;

	for (i = 0; i < 20000; i++) {
		size_t n = rng_below(&rng, 40), k;
		char *bytes = malloc(n ? n : 1);
		struct name_reader r = {bytes, n};
		uint64_t number = 1;

		for (k = 0; k < n; k++)
			bytes[k] = (char)rng_below(&rng, rng_below(&rng, 2) ? 4 : 256);
		while (r.n) {
			size_t before = r.n;
			struct name_text t = name_get_text(&r);

			assert_true(!t.text.p || (t.text.p >= bytes &&
						  t.text.p + t.text.n <= bytes + n));
			if (r.n == before)
				break;
		}
		if (!name_get(&r, &number, sizeof(number)))
			assert_int_equal(number, 0);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_text_comes_back),
		cmocka_unit_test(name_absent_is_not_empty),
		cmocka_unit_test(name_long_text_is_cut_at_its_limit),
		cmocka_unit_test(name_text_is_cut_between_characters),
		cmocka_unit_test(name_different_tails_are_different_names),
		cmocka_unit_test(name_cut_text_is_not_the_short_one),
		cmocka_unit_test(name_that_does_not_fit_says_so),
		cmocka_unit_test(name_reader_stays_within_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
