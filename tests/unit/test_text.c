/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_text.c - foreign text made fit to be shown, audit's encodings undone
 */
#include "stream_help.h"

#include "base/text.h"

/* --- text_quote --- */

static void text_quote_leaves_only_printable_ascii(void **state)
{
	char out[8192], all[256];
	unsigned int i;
	const char *p;

	for (i = 0; i < 256; i++)
		all[i] = (char)i;
	text_quote((struct span){all, 256}, out, sizeof(out));
	for (p = out; *p; p++)
		assert_in_range((unsigned char)*p, 0x20, 0x7e);
	assert_string_equal(text_quote(S("a b~!"), out, sizeof(out)), "\"a b~!\"");
	assert_string_equal(text_quote(S("\0\n\x1b\x7f\xff"), out, sizeof(out)),
			    "\"\\x00\\x0a\\x1b\\x7f\\xff\"");
	assert_string_equal(text_quote(S("\"\\"), out, sizeof(out)), "\"\\x22\\x5c\"");
	assert_string_equal(text_quote(S(""), out, sizeof(out)), "\"\"");
	assert_string_equal(text_quote((struct span){NULL, 0}, out, sizeof(out)), "\"\"");
}

static void text_quote_never_writes_past_its_room(void **state)
{
	static const struct span in[] = {S("abcdefghij"), S("\1\2\3\4\5\6"),
					 S("ab\1cd\2ef"), S("")};
	char out[64];
	size_t size, i;

	for (i = 0; i < N_OF(in); i++) {
		for (size = 0; size < 40; size++) {
			memset(out, '#', sizeof(out));
			assert_ptr_equal(text_quote(in[i], out, size), out);
			assert_int_equal(out[size], '#');
			if (size)
				assert_non_null(memchr(out, '\0', size));
		}
	}
}

/* A value that fits is whole; one that does not ends in ..." after a whole byte. */
static void text_quote_cuts_only_what_does_not_fit(void **state)
{
	static const struct span in[] = {S("abcdefghij"), S("\1\2\3\4"), S("ab\1cd\2ef"),
					 S("\"")};
	char whole[64], out[64];
	size_t i, need, size, n;

	for (i = 0; i < N_OF(in); i++) {
		text_quote(in[i], whole, sizeof(whole));
		need = strlen(whole) + 1;
		assert_string_equal(text_quote(in[i], out, need), whole);
		for (size = 6; size < need; size++) {
			text_quote(in[i], out, size);
			n = strlen(out);
			assert_true(n >= 5);
			assert_string_equal(out + n - 4, "...\"");
			assert_memory_equal(out, whole, n - 4);
			/* what stands before the dots are whole bytes */
			assert_true(n - 4 < 4 || whole[n - 4 - 1] != '\\');
			assert_true(n - 4 < 4 || whole[n - 4 - 2] != '\\');
			assert_true(n - 4 < 4 || whole[n - 4 - 3] != '\\');
		}
	}
}

/* --- text_unescape --- */

static void text_unescape_undoes_the_kernels_forms(void **state)
{
	static const struct {
		struct span raw, want;
	} row[] = {
		{S("\"/usr/bin/id\""), S("/usr/bin/id")},
		{S("\"\""), S("")},
		{S("\"cut off"), S("cut off")},
		{S("\"a\"b\""), S("a\"b")},
		{S("2F746D702F6120"), S("/tmp/a ")},
		{S("2f746d70"), S("/tmp")},
		{S("00FF"), S("\0\xff")},
		{S("7765620166696C6573"), S("web\1files")},
		{{"2F746D70", 7}, S("2F746D7")}, /* odd: no hexadecimal form */
		{S("2F746D7G"), S("2F746D7G")},  /* G is no digit */
		{S("root"), S("root")},
		{S("?"), S("?")},
		{S(""), S("")},
		{S("\""), S("")},
		{S("(null"), S("(null")},
	};
	char out[64];
	size_t i;

	for (i = 0; i < N_OF(row); i++)
		assert_span_at(text_unescape(row[i].raw, out), row[i].want, "row",
			       (int)i);
	assert_absent(text_unescape(S("(null)"), out));
	assert_absent(text_unescape((struct span){NULL, 0}, out));
}

static void text_unescape_writes_at_most_half(void **state)
{
	char out[4];

	memset(out, '#', sizeof(out));
	text_unescape(S("414243"), out);
	assert_memory_equal(out, "ABC#", 4);
}

/* --- text_u64 --- */

static void text_u64_reads_digits_alone(void **state)
{
	static const struct span bad[] = {
		S(""),
		S(" 1"),
		S("1 "),
		S("+1"),
		S("-1"),
		S("0x1"),
		S("1a"),
		S("1.0"),
		S("1\0"),
		S("18446744073709551616"),
		S("99999999999999999999999"),
	};
	uint64_t value = 77;
	size_t i;

	for (i = 0; i < N_OF(bad); i++) {
		assert_false(text_u64(bad[i], UINT64_MAX, &value));
		assert_int_equal(value, 77);
	}
	assert_true(text_u64(S("0"), 0, &value) && value == 0);
	assert_true(text_u64(S("0007"), 7, &value) && value == 7);
	assert_true(text_u64(S("18446744073709551615"), UINT64_MAX, &value));
	assert_true(value == UINT64_MAX);
	assert_true(text_u64(S("4294967295"), UINT32_MAX, &value) && value == UINT32_MAX);
	assert_false(text_u64(S("4294967296"), UINT32_MAX, &value));
	assert_false(text_u64(S("1"), 0, &value));
}

static void text_hex_u64_reads_hexadecimal_digits_alone(void **state)
{
	uint64_t value = 77;

	assert_false(text_hex_u64(S(""), UINT64_MAX, &value));
	assert_false(text_hex_u64(S("0x1"), UINT64_MAX, &value));
	assert_false(text_hex_u64(S("-1"), UINT64_MAX, &value));
	assert_false(text_hex_u64(S("10000000000000000"), UINT64_MAX, &value));
	assert_false(text_hex_u64(S("100"), 0xff, &value));
	assert_int_equal(value, 77);
	assert_true(text_hex_u64(S("00fF"), 0xff, &value) && value == 0xff);
	assert_true(text_hex_u64(S("ffffffffffffffff"), UINT64_MAX, &value));
	assert_true(value == UINT64_MAX);
}

static void text_device_reads_two_numbers(void **state)
{
	static const struct span bad[] = {S(""),     S("0801"),       S("08:"),
					  S(":01"),  S("8:1:1"),      S("g:1"),
					  S("8:1 "), S("100000000:1")};
	uint32_t major = 77, minor = 78;
	size_t i;

	for (i = 0; i < N_OF(bad); i++)
		assert_false(text_device(bad[i], &major, &minor));
	assert_int_equal(major, 77);
	assert_int_equal(minor, 78);
	assert_true(text_device(S("fd:01"), &major, &minor));
	assert_int_equal(major, 0xfd);
	assert_int_equal(minor, 1);
	assert_true(text_device(S("00:12345"), &major, &minor));
	assert_int_equal(major, 0);
	assert_int_equal(minor, 0x12345);
}

/* --- text_utf8_prefix --- */

/* A string of valid characters, and all places between them. */
static void text_utf8_prefix_ends_between_characters(void **state)
{
	static const char *const character[] = {"a", "\xc3\xa9", "\xe2\x82\xac",
						"\xf0\x9f\x98\x80"};
	uint64_t seed = 20261121;
	unsigned int round, i;

	for (round = 0; round < 300; round++) {
		size_t place[13] = {0}, n = 0, max;
		char text[64];

		for (i = 0; i < 12; i++) {
			const char *c = character[random_below(&seed, 4)];

			memcpy(text + n, c, strlen(c));
			n += strlen(c);
			place[i + 1] = n;
		}
		for (max = 0; max <= n + 2; max++) {
			for (i = 12; place[i] > max; i--)
				;
			assert_int_equal(text_utf8_prefix((struct span){text, n}, max),
					 place[i]);
		}
	}
}

static void text_utf8_prefix_takes_invalid_bytes_singly(void **state)
{
	static const struct span in[] = {
		S("\x80\x80\x80\x80\x80\x80\x80\x80"),
		S("\xff\xff\xff\xff\xff\xff\xff\xff"),
		S("abcdef\xc3"),
		S("\xc3\xc3\xc3\xc3\xc3\xc3"),
		S("\xe2\x82zzzzzz"),
	};
	size_t i, max, n;

	for (i = 0; i < N_OF(in); i++) {
		for (max = 0; max <= in[i].n + 1; max++) {
			n = text_utf8_prefix(in[i], max);
			assert_true(n <= max && n <= in[i].n);
			/* never shorter than one character, so that a loop ends */
			assert_true(n + 3 >= max || n == in[i].n);
		}
	}
	assert_int_equal(text_utf8_prefix(in[0], 5), 5);
	assert_int_equal(text_utf8_prefix(in[1], 5), 5);
	assert_int_equal(text_utf8_prefix(in[4], 3), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_quote_leaves_only_printable_ascii),
		cmocka_unit_test(text_quote_never_writes_past_its_room),
		cmocka_unit_test(text_quote_cuts_only_what_does_not_fit),
		cmocka_unit_test(text_unescape_undoes_the_kernels_forms),
		cmocka_unit_test(text_unescape_writes_at_most_half),
		cmocka_unit_test(text_u64_reads_digits_alone),
		cmocka_unit_test(text_hex_u64_reads_hexadecimal_digits_alone),
		cmocka_unit_test(text_device_reads_two_numbers),
		cmocka_unit_test(text_utf8_prefix_ends_between_characters),
		cmocka_unit_test(text_utf8_prefix_takes_invalid_bytes_singly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
