/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_files_names.c - the order of names in rules.d
 *
 * Pure. What `ls -v` does, as the manual of coreutils has it ("Version sort ordering").
 */
#include <ctype.h>

#include "rules/rule_files.h"

bool rule_files_is_taken(const char *name)
{
	size_t n = strlen(name);

	if (n < 6 || strcmp(name + n - 6, ".rules") != 0 || *name == '.')
		return false;
	for (; *name; name++)
		if (isspace((unsigned char)*name))
			return false; /* the shell takes such a name apart */
	return true;
}

/* What is compared of a name: all but extensions of letters and digits at its end. */
static size_t stem_length(const char *name)
{
	size_t n = strlen(name), end = n;

	while (end > 0) {
		size_t dot = end;

		while (dot > 0 &&
		       (isalnum((unsigned char)name[dot - 1]) || name[dot - 1] == '~'))
			dot--;
		if (dot < 2 || dot == end || name[dot - 1] != '.' ||
		    isdigit((unsigned char)name[dot]))
			break;
		end = dot - 1;
	}
	return end ? end : n;
}

/* `~` before the end, the end (and digits) before letters, letters before others. */
static int rank(struct span s)
{
	unsigned char c = s.n ? (unsigned char)s.p[0] : 0;

	if (c == '~')
		return -1;
	if (!s.n || isdigit(c))
		return 0;
	return isalpha(c) ? c : c + 256;
}

static bool at_digit(struct span s)
{
	return s.n && isdigit((unsigned char)s.p[0]);
}

static void step(struct span *s)
{
	s->p++;
	s->n--;
}

/* Compares the numbers at the front of both and takes them off. */
static int compare_digits(struct span *a, struct span *b)
{
	int d = 0;

	while (a->n && a->p[0] == '0')
		step(a);
	while (b->n && b->p[0] == '0')
		step(b);
	while (at_digit(*a) && at_digit(*b)) {
		if (!d)
			d = a->p[0] - b->p[0];
		step(a);
		step(b);
	}
	if (at_digit(*a))
		return 1;
	return at_digit(*b) ? -1 : d;
}

static int compare_versions(struct span a, struct span b)
{
	while (a.n || b.n) {
		int d;

		while ((a.n && !at_digit(a)) || (b.n && !at_digit(b))) {
			if (rank(a) != rank(b))
				return rank(a) - rank(b);
			step(&a);
			step(&b);
		}
		d = compare_digits(&a, &b);
		if (d)
			return d;
	}
	return 0;
}

int rule_files_order(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	int d = compare_versions((struct span){x, stem_length(x)},
				 (struct span){y, stem_length(y)});

	if (!d)
		d = compare_versions(span_of(x), span_of(y));
	return d ? d : strcmp(x, y);
}
