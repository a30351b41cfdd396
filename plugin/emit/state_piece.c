/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_piece.c - text of a state file, printed by hand
 */
#include "emit/state_piece.h"

#include <string.h>

#include "base/siphash.h"

void piece_bytes(struct piece *p, const char *bytes, size_t n)
{
	if (n > sizeof(p->text) - p->n)
		return; /* cannot be; the sum would tell */
	memcpy(p->text + p->n, bytes, n);
	p->n += n;
}

void piece_text(struct piece *p, const char *text)
{
	piece_bytes(p, text, strlen(text));
}

void piece_u64(struct piece *p, uint64_t value)
{
	char digits[20];
	size_t i = sizeof(digits);

	do
		digits[--i] = (char)('0' + value % 10);
	while (value /= 10);
	piece_bytes(p, digits + i, sizeof(digits) - i);
}

void piece_i64(struct piece *p, int64_t value)
{
	if (value < 0)
		piece_text(p, "-");
	piece_u64(p, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void piece_hex(struct piece *p, const void *data, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *byte = data;
	char two[2];
	size_t i;

	for (i = 0; i < n; i++) {
		two[0] = digit[byte[i] >> 4];
		two[1] = digit[byte[i] & 15];
		piece_bytes(p, two, 2);
	}
}

void piece_member(struct piece *p, const char *before, uint64_t value)
{
	piece_text(p, before);
	piece_u64(p, value);
}

void piece_bound(struct piece *p, const char *before, uint64_t value)
{
	piece_member(p, before, value < STATE_COUNT_MAX ? value : STATE_COUNT_MAX);
}

void piece_count(struct piece *p, const struct count *c)
{
	piece_u64(p, c->events);
	piece_member(p, ",", c->records);
	piece_member(p, ",", c->bytes);
}

void piece_add_line(struct piece *p)
{
	const struct siphash_key key = {{p->sum, 0}};

	p->sum = siphash(&key, p->text + p->line, p->n - p->line);
	p->bytes += p->n - p->line;
	p->line = p->n;
}

void piece_end_line(struct piece *p)
{
	piece_text(p, "}\n");
	piece_add_line(p);
}
