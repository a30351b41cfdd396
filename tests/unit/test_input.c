/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_input.c - the same lines however the stream is cut
 */
#include "stream_help.h"

#include "stream/input.h"

/* What was handed on, one after the other: bytes, cut, length, text. */
struct lines {
	char *out;
	size_t used, room;
	unsigned int n;
	uint64_t bytes;
};

static void put(struct lines *l, const void *p, size_t n)
{
	assert_true(l->used + n <= l->room);
	if (n)
		memcpy(l->out + l->used, p, n);
	l->used += n;
}

static void on_line(void *arg, struct span line, uint64_t bytes, bool cut)
{
	struct lines *l = arg;

	put(l, &bytes, sizeof(bytes));
	put(l, &cut, sizeof(cut));
	put(l, &line.n, sizeof(line.n));
	put(l, line.p, line.n);
	l->n++;
	l->bytes += bytes;
}

/* @portion 0: of random size. The portion is copied, so that reading behind it shows. */
static void feed(struct lines *l, struct span stream, size_t portion)
{
	struct input *in = malloc(sizeof(*in));
	uint64_t seed = 99;
	unsigned int lines = 0;
	size_t at, n;

	assert_non_null(in);
	*l = (struct lines){.room = 4 * stream.n + 4096};
	l->out = malloc(l->room);
	assert_non_null(l->out);
	input_init(in, on_line, l);
	for (at = 0; at < stream.n; at += n) {
		char *copy;

		n = portion ? portion : 1 + random_below(&seed, 3000);
		if (n > stream.n - at)
			n = stream.n - at;
		copy = malloc(n);
		assert_non_null(copy);
		memcpy(copy, stream.p + at, n);
		lines += input_feed(in, copy, n);
		free(copy);
	}
	assert_int_equal(lines, l->n);
	input_end(in);
	assert_true(l->n - lines <= 1);
	input_end(in); /* nothing is left */
	free(in);
}

static void check_all_cuts(struct span stream)
{
	static const size_t portion[] = {
		1, 2, 17, 4096, INPUT_LINE_MAX, INPUT_LINE_MAX + 1, 0};
	struct lines whole, cut;
	size_t i;

	feed(&whole, stream, stream.n ? stream.n : 1);
	assert_true(whole.bytes == stream.n);
	for (i = 0; i < N_OF(portion); i++) {
		feed(&cut, stream, portion[i]);
		assert_int_equal(cut.n, whole.n);
		assert_int_equal(cut.used, whole.used);
		assert_memory_equal(cut.out, whole.out, whole.used);
		free(cut.out);
	}
	free(whole.out);
}

static void input_gives_the_same_lines_however_cut(void **state)
{
	uint64_t seed = 4711;
	struct span stream;
	unsigned int round, i;
	char *text = malloc(200000);

	assert_non_null(text);
	for (round = 0; round < 6; round++) {
		stream = (struct span){text, 0};
		while (stream.n < 150000) {
			/* mostly ordinary, some empty, some around the limit, some far
			 * over it */
			static const unsigned int around[] = {300, 1, 9730, 30000};
			unsigned int n =
				random_below(&seed, around[random_below(&seed, 4)]);

			if (random_below(&seed, 8) == 0)
				n = INPUT_LINE_MAX - 2 + random_below(&seed, 5);
			for (i = 0; i < n; i++)
				text[stream.n + i] = (char)random_below(&seed, 256);
			for (i = 0; i < n; i++)
				if (text[stream.n + i] == '\n')
					text[stream.n + i] = '\0';
			stream.n += n;
			text[stream.n++] = '\n';
		}
		if (round % 2)
			stream.n -= 3; /* no newline at the end */
		check_all_cuts(stream);
	}
	free(text);
}

static void expect(struct lines *l, uint64_t bytes, bool cut, struct span text)
{
	uint64_t got_bytes;
	bool got_cut;
	size_t n;

	assert_true(l->used + sizeof(bytes) + sizeof(cut) + sizeof(n) <= l->room);
	memcpy(&got_bytes, l->out + l->used, sizeof(bytes));
	memcpy(&got_cut, l->out + l->used + sizeof(bytes), sizeof(cut));
	memcpy(&n, l->out + l->used + sizeof(bytes) + sizeof(cut), sizeof(n));
	l->used += sizeof(bytes) + sizeof(cut) + sizeof(n);
	assert_true(got_bytes == bytes);
	assert_int_equal(got_cut, cut);
	assert_int_equal(n, text.n);
	assert_memory_equal(l->out + l->used, text.p, n);
	l->used += n;
}

static void input_hands_on_every_line(void **state)
{
	struct lines l;

	feed(&l, S("one\n\n\0\n\r\nlast"), 4096);
	assert_int_equal(l.n, 5);
	l.used = 0;
	expect(&l, 4, false, S("one"));
	expect(&l, 1, false, S(""));
	expect(&l, 2, false, S("\0"));
	expect(&l, 2, false, S("\r"));
	expect(&l, 4, false, S("last"));
	free(l.out);
	feed(&l, S(""), 1);
	assert_int_equal(l.n, 0);
	free(l.out);
	check_all_cuts(S("\n"));
	check_all_cuts(S("\n\n\n"));
	check_all_cuts(S("x"));
}

/* One byte below, at and above the limit; the bytes are all counted. */
static void input_cuts_only_over_long_lines(void **state)
{
	size_t n;
	char *text = malloc(INPUT_LINE_MAX + 100001);
	struct lines l;

	assert_non_null(text);
	memset(text, 'x', INPUT_LINE_MAX + 100001);
	for (n = INPUT_LINE_MAX - 1; n <= INPUT_LINE_MAX + 1; n++) {
		text[n] = '\n';
		feed(&l, (struct span){text, n + 1}, n + 1);
		text[n] = 'x';
		l.used = 0;
		expect(&l, n + 1, n > INPUT_LINE_MAX,
		       (struct span){text, n < INPUT_LINE_MAX ? n : INPUT_LINE_MAX});
		free(l.out);
	}
	feed(&l, (struct span){text, INPUT_LINE_MAX + 100000}, 1000);
	assert_int_equal(l.n, 1);
	l.used = 0;
	expect(&l, INPUT_LINE_MAX + 100000, true, (struct span){text, INPUT_LINE_MAX});
	free(l.out);
	check_all_cuts((struct span){text, INPUT_LINE_MAX + 100000});
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_gives_the_same_lines_however_cut),
		cmocka_unit_test(input_hands_on_every_line),
		cmocka_unit_test(input_cuts_only_over_long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
