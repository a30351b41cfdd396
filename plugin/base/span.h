/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * span.h - bytes that belong to somebody else
 *
 * A span points into a line, a name table or a constant; it owns nothing and
 * ends where its lender ends. Its bytes are not NUL-terminated and may hold
 * any value, NUL included: much of what goes through here is attacker-chosen.
 */
#ifndef NOISE_SPAN_H
#define NOISE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *p; /* NULL: absent; "" with n 0: present and empty */
	size_t n;
};

/** span_of - the bytes of a C string, its NUL left out */
static inline struct span span_of(const char *s)
{
	return (struct span){s, s ? strlen(s) : 0};
}

static inline bool span_is(struct span s, const char *text)
{
	size_t n = strlen(text);

	return s.p && s.n == n && memcmp(s.p, text, n) == 0;
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.n == b.n && (!a.n || memcmp(a.p, b.p, a.n) == 0);
}

#endif
