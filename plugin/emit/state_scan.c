/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_scan.c - one line of a fixed form, read from left to right
 */
#include "emit/state_scan.h"

#include "base/text.h"
#include "emit/state_save.h"

bool scan_skip(struct scan *s, const char *text)
{
	size_t n = strlen(text);

	if (s->bad || (size_t)(s->end - s->p) < n || memcmp(s->p, text, n) != 0)
		return false;
	s->p += n;
	return true;
}

bool scan_begins(const struct scan *s, const char *text)
{
	struct scan copy = *s;

	return scan_skip(&copy, text);
}

void scan_expect(struct scan *s, const char *text)
{
	if (!scan_skip(s, text))
		s->bad = true;
}

uint64_t scan_u64(struct scan *s, uint64_t max)
{
	uint64_t value = 0;
	const char *begin = s->p;

	while (!s->bad && s->p < s->end && *s->p >= '0' && *s->p <= '9') {
		uint64_t digit = (uint64_t)(*s->p++ - '0');

		if (digit > max || value > (max - digit) / 10)
			s->bad = true;
		else
			value = value * 10 + digit;
	}
	if (s->p == begin)
		s->bad = true;
	return s->bad ? 0 : value;
}

int64_t scan_i64(struct scan *s)
{
	bool negative = scan_skip(s, "-");
	uint64_t value = scan_u64(s, INT64_MAX);

	return negative ? -(int64_t)value : (int64_t)value;
}

/* Digits in pairs up to what is none. Return: bytes in @out. */
size_t scan_hex(struct scan *s, void *out, size_t size)
{
	unsigned char *byte = out;
	size_t n = 0;

	while (!s->bad && s->end - s->p >= 2 && text_hex(s->p[0]) >= 0) {
		int low = text_hex(s->p[1]);

		if (n == size || low < 0) {
			s->bad = true;
			break;
		}
		byte[n++] = (unsigned char)(text_hex(s->p[0]) * 16 + low);
		s->p += 2;
	}
	return n;
}

struct count scan_count(struct scan *s)
{
	struct count c;

	c.events = scan_u64(s, STATE_COUNT_MAX);
	scan_expect(s, ",");
	c.records = scan_u64(s, STATE_COUNT_MAX);
	scan_expect(s, ",");
	c.bytes = scan_u64(s, STATE_COUNT_MAX);
	return c;
}

bool scan_at_end(const struct scan *s)
{
	return !s->bad && s->p == s->end;
}

/* The next line of @text without its newline. */
bool scan_line(struct span *text, struct scan *line)
{
	const char *newline = text->n ? memchr(text->p, '\n', text->n) : NULL;

	if (!newline)
		return false;
	*line = (struct scan){text->p, newline, false};
	text->n -= (size_t)(newline + 1 - text->p);
	text->p = newline + 1;
	return true;
}

unsigned int scan_row(struct scan *s, int64_t *value, unsigned int max)
{
	unsigned int n = 0;

	scan_expect(s, "[");
	while (!s->bad && !scan_skip(s, "]")) {
		if (n == max) {
			s->bad = true;
			break;
		}
		if (n)
			scan_expect(s, ",");
		value[n++] = scan_i64(s);
	}
	return n;
}
