/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream_help.h - what the tests of stream/ share
 *
 * Spans of literals with NUL bytes in them, and a generator whose seed the
 * test gives: a failing order comes again in every run.
 */
#ifndef NOISE_STREAM_HELP_H
#define NOISE_STREAM_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/span.h"

/* A literal as a span, NUL bytes inside included. */
#define S(literal)  ((struct span){"" literal, sizeof(literal) - 1})
#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed * 2685821657736338717ULL;
}

/* 0 to below @n */
static inline unsigned int random_below(uint64_t *seed, unsigned int n)
{
	return (unsigned int)((random_next(seed) >> 33) % n);
}

#define assert_span(span, literal) assert_span_at(span, S(literal), __FILE__, __LINE__)

static inline void assert_span_at(struct span got, struct span want, const char *file,
				  int line)
{
	if (got.p && span_equal(got, want))
		return;
	print_error("%s:%d: got %s'%.*s', want '%.*s'\n", file, line,
		    got.p ? "" : "absent ", (int)got.n, got.p ? got.p : "", (int)want.n,
		    want.p);
	fail();
}

#define assert_absent(span) assert_null((span).p)

#endif
