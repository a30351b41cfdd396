/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * siphash.h - keyed hash for tables whose names an attacker chooses
 *
 * SipHash-2-4 of J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast
 * short-input PRF" (INDOCRYPT 2012). With a secret key nobody outside can
 * make names that collide, so no input turns a table into a list.
 */
#ifndef NOISE_SIPHASH_H
#define NOISE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k[2];
};

/**
 * siphash_key_random - a key from getrandom(2)
 * Return: 0, or negative errno when the kernel gives no randomness.
 */
int siphash_key_random(struct siphash_key *key) __attribute__((warn_unused_result));

/** siphash - 64-bit hash of the @n bytes at @data under @key */
uint64_t siphash(const struct siphash_key *key, const void *data, size_t n);

#endif
