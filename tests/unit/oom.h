/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oom.h - memory that runs out at every place in turn
 *
 * For programs linked with --wrap=malloc,calloc,realloc,strdup. Include it
 * behind cmocka.h, once in a program.
 */
#ifndef NOISE_TEST_OOM_H
#define NOISE_TEST_OOM_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

#define NEVER (-1)

static long until_failure = NEVER; /* allocations that still go well */

/* From the one that fails on they all do, as when memory is gone. */
static inline bool fails(void)
{
	if (until_failure > 0)
		until_failure--;
	if (until_failure == 0)
		errno = ENOMEM;
	return until_failure == 0;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

/* Run @attempt with ever more memory until it goes well; it must fail before. */
static inline void sweep(bool (*attempt)(void *arg), void *arg)
{
	long n;

	for (n = 1; n < 100000; n++) {
		bool good;

		until_failure = n;
		good = attempt(arg);
		until_failure = NEVER;
		if (good)
			break;
	}
	assert_in_range(n, 2, 99999);
}

#endif
