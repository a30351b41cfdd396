/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rng.h - numbers for tests: the same on every machine and in every run
 *
 * xorshift64 of G. Marsaglia, "Xorshift RNGs" (Journal of Statistical
 * Software, 2003). Good enough to find faults, no good for anything else.
 */
#ifndef NOISE_TEST_RNG_H
#define NOISE_TEST_RNG_H

#include <stdint.h>

struct rng {
	uint64_t state; /* the seed; never 0 */
};

static inline uint64_t rng_next(struct rng *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return r->state;
}

/** rng_below - 0 to @n - 1 */
static inline uint64_t rng_below(struct rng *r, uint64_t n)
{
	return (rng_next(r) >> 11) % n;
}

/** rng_skewed - 0 to @n - 1, small ones far more often: the n-th about as often as 1/n */
static inline uint64_t rng_skewed(struct rng *r, uint64_t n)
{
	uint64_t limit = 1;

	while (limit < n && rng_below(r, 4))
		limit *= 2;
	return rng_below(r, limit < n ? limit : n);
}

#endif
