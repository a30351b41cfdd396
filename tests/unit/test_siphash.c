/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_siphash.c - the keyed hash against its published values
 *
 * Key 00 01 .. 0f, input 00 01 .. of 0 to 15 bytes; the last one is the worked
 * example of the paper (appendix A), the others are the designers' own list.
 */
#include "stream_help.h"

#include <endian.h>

#include "base/siphash.h"

static struct siphash_key counting_key(void)
{
	struct siphash_key key;
	unsigned char bytes[16];
	unsigned int i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	memcpy(&key, bytes, sizeof(key));
	key.k[0] = le64toh(key.k[0]);
	key.k[1] = le64toh(key.k[1]);
	return key;
}

static void siphash_gives_the_published_values(void **state)
{
	static const uint64_t want[16] = {
		0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a,
		0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
		0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462,
		0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
		0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee,
		0xa129ca6149be45e5,
	};
	struct siphash_key key = counting_key();
	unsigned char input[16];
	unsigned int n;

	for (n = 0; n < sizeof(input); n++)
		input[n] = (unsigned char)n;
	for (n = 0; n < 16; n++)
		assert_true(siphash(&key, input, n) == want[n]);
}

static void siphash_reads_unaligned_bytes_alike(void **state)
{
	struct siphash_key key = counting_key();
	unsigned char input[64 + 8];
	uint64_t want;
	unsigned int i, off;

	for (off = 0; off < 8; off++) {
		for (i = 0; i < 64; i++)
			input[off + i] = (unsigned char)(i * 7);
		if (!off)
			want = siphash(&key, input, 64);
		assert_true(siphash(&key, input + off, 64) == want);
	}
}

static void siphash_depends_on_each_bit_of_key_and_input(void **state)
{
	struct siphash_key key = counting_key(), other;
	unsigned char input[11] = "0123456789";
	uint64_t want = siphash(&key, input, 10);
	unsigned int bit;

	for (bit = 0; bit < 128; bit++) {
		other = key;
		other.k[bit / 64] ^= 1ULL << (bit % 64);
		assert_true(siphash(&other, input, 10) != want);
	}
	for (bit = 0; bit < 80; bit++) {
		input[bit / 8] ^= (unsigned char)(1u << (bit % 8));
		assert_true(siphash(&key, input, 10) != want);
		input[bit / 8] ^= (unsigned char)(1u << (bit % 8));
	}
	/* the length counts: a NUL more is another name */
	assert_true(siphash(&key, input, 11) != want);
}

static void siphash_random_keys_differ(void **state)
{
	struct siphash_key a = {{0, 0}}, b = {{0, 0}};

	assert_int_equal(siphash_key_random(&a), 0);
	assert_int_equal(siphash_key_random(&b), 0);
	assert_memory_not_equal(&a, &b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_gives_the_published_values),
		cmocka_unit_test(siphash_reads_unaligned_bytes_alike),
		cmocka_unit_test(siphash_depends_on_each_bit_of_key_and_input),
		cmocka_unit_test(siphash_random_keys_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
