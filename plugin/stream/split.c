/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * split.c - the fields of a record that has exactly the usual shape
 *
 * Whatever else comes, an attacker's work included, is refused. That is what
 * makes it safe to know less of records than libauparse does.
 */
#include "stream/split.h"

#include <endian.h>

static bool is_name(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* What libauparse neither trims nor splits. */
static const bool plain[256] = {
	['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['_'] = true,
	['-'] = true,         ['+'] = true,         ['.'] = true,         ['/'] = true,
	[':'] = true,         ['?'] = true,
};

static bool is_plain_value(struct span v)
{
	size_t i;

	for (i = 0; i < v.n; i++)
		if (!plain[(unsigned char)v.p[i]])
			return false;
	return v.n && v.p[v.n - 1] != ':';
}

/* Plain, in quotes, or (null): the forms of what the kernel calls untrusted strings. */
bool split_is_string(struct span v)
{
	size_t i;

	if (!v.n || v.p[0] != '"')
		return is_plain_value(v) || span_is(v, "(null)");
	if (v.n < 3 || v.p[v.n - 1] != '"')
		return false;
	for (i = 1; i < v.n - 1; i++)
		if (v.p[i] <= ' ' || v.p[i] > '~' || v.p[i] == '"' || v.p[i] == '\'')
			return false;
	return true;
}

int split_wanted(const struct wanted *wanted, size_t n, struct span name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (wanted[i].name[0] == name.p[0] && span_is(name, wanted[i].name))
			return (int)i;
	return -1;
}

static uint64_t word_at(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

_Static_assert(SHAPE_NAME == 2 * sizeof(uint64_t), "a name is compared as two words");

/*
 * Is field number @k of the record the same as in the one before? Two words
 * under a mask: there are thirty such questions a record, too short for a call.
 */
static bool is_as_before(const struct shape *shape, size_t k, struct span rest)
{
	const struct shape_field *f = &shape->field[k];

	if (k >= SHAPE_FIELDS || !f->len || f->len > rest.n)
		return false;
	if (rest.n < SHAPE_NAME)
		return !memcmp(rest.p, f->name, f->len);
	return !(((word_at(rest.p) ^ word_at(f->name)) & f->mask[0]) |
		 ((word_at(rest.p + 8) ^ word_at(f->name + 8)) & f->mask[1]));
}

/*
 * Bytes before the first blank, @n where there is none; eight at a time (the
 * lowest byte that is 0 borrows from the next: see H. S. Warren, "Hacker's
 * Delight", 6-1), for values are short.
 */
static size_t to_blank(const char *p, size_t n)
{
	const uint64_t ones = 0x0101010101010101ULL;
	size_t i = 0;

	for (; n - i >= 8; i += 8) {
		uint64_t x = le64toh(word_at(p + i)) ^ ones * ' ';
		uint64_t zero = (x - ones) & ~x & ones << 7;

		if (zero)
			return i + (size_t)__builtin_ctzll(zero) / 8;
	}
	while (i < n && p[i] != ' ')
		i++;
	return i;
}

static void note_shape(struct shape *shape, size_t k, struct span name, int wanted)
{
	if (k >= SHAPE_FIELDS || name.n >= SHAPE_NAME)
		return;
	memcpy(shape->field[k].name, name.p, name.n + 1);
	memset(shape->field[k].mask, 0, sizeof(shape->field[k].mask));
	memset(shape->field[k].mask, 0xff, name.n + 1);
	shape->field[k].len = (uint8_t)(name.n + 1);
	shape->field[k].wanted = (int8_t)wanted;
}

/*
 * Take the value of a field whose name takes @len bytes with its `=`, and the
 * blank behind it. Return: false for a blank at the end, which auditd trims.
 */
static bool take_value(struct span *rest, size_t len, struct span *value)
{
	size_t n = to_blank(rest->p + len, rest->n - len);
	size_t taken = len + n;

	*value = (struct span){rest->p + len, n};
	if (taken == rest->n) {
		rest->p += taken;
		rest->n = 0;
		return true;
	}
	rest->p += taken + 1;
	rest->n -= taken + 1;
	return rest->n != 0;
}

/* Return: true when @v is the good first value of wanted field number @i. */
static bool note_value(const struct wanted *wanted, int i, struct span v,
		       struct span *values)
{
	if (values[i].p || !(wanted[i].string ? split_is_string(v) : is_plain_value(v)))
		return false;
	values[i] = v;
	return true;
}

struct span split_without_tail(struct span body)
{
	const char *tail = memchr(body.p, '\x1d', body.n);

	return (struct span){body.p, tail ? (size_t)(tail - body.p) : body.n};
}

/* Take one `name=value` and the blank behind it off the front. */
bool split_field(struct span *rest, struct field *f)
{
	size_t i;

	for (i = 0; i < rest->n && is_name((unsigned char)rest->p[i]); i++)
		;
	if (!i || i == rest->n || rest->p[i] != '=')
		return false;
	f->name = (struct span){rest->p, i};
	return take_value(rest, i + 1, &f->value);
}

bool split_find(struct span body, struct span word, struct span *value)
{
	const char *stop = body.p + body.n, *at = body.p, *end;

	if (value->p)
		at = value->p + value->n;
	if (!value->p && body.n >= word.n - 1 && !memcmp(at, word.p + 1, word.n - 1))
		at += word.n - 1;
	else if ((at = memmem(at, (size_t)(stop - at), word.p, word.n)))
		at += word.n;
	else
		return false;
	end = memchr(at, ' ', (size_t)(stop - at));
	*value = (struct span){at, (size_t)((end ? end : stop) - at)};
	return true;
}

bool split(struct span body, const struct wanted *wanted, size_t n, struct span *values,
	   struct shape *shape)
{
	struct span rest = split_without_tail(body);
	struct field f;
	size_t k;
	int i;

	memset(values, 0, n * sizeof(*values));
	for (k = 0; rest.n; k++) {
		if (is_as_before(shape, k, rest)) {
			i = shape->field[k].wanted;
			if (!take_value(&rest, shape->field[k].len, &f.value))
				return false;
		} else {
			if (!split_field(&rest, &f) || span_is(f.name, "msg") ||
			    span_is(f.name, "type") || span_is(f.name, "node"))
				return false;
			i = split_wanted(wanted, n, f.name);
			note_shape(shape, k, f.name, i);
		}
		if (i >= 0 && !note_value(wanted, i, f.value, values))
			return false;
	}
	return true;
}
