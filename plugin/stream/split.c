/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * split.c - the fields of a record that has exactly the usual shape
 *
 * Whatever else comes, an attacker's work included, is refused. That is what
 * makes it safe to know less of records than libauparse does.
 */
#include "stream/split.h"

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

/* Is field number @k of the record the same as in the one before? */
static bool is_as_before(const struct shape *shape, size_t k, struct span rest)
{
	return k < SHAPE_FIELDS && shape->field[k].len && shape->field[k].len <= rest.n &&
	       !memcmp(rest.p, shape->field[k].name, shape->field[k].len);
}

static void note_shape(struct shape *shape, size_t k, struct span name, int wanted)
{
	if (k >= SHAPE_FIELDS || name.n >= SHAPE_NAME)
		return;
	memcpy(shape->field[k].name, name.p, name.n + 1);
	shape->field[k].len = (uint8_t)(name.n + 1);
	shape->field[k].wanted = (int8_t)wanted;
}

/*
 * Take the value of a field whose name takes @len bytes with its `=`, and the
 * blank behind it. Return: false for a blank at the end, which auditd trims.
 */
static bool take_value(struct span *rest, size_t len, struct span *value)
{
	const char *end = memchr(rest->p + len, ' ', rest->n - len);
	size_t n = end ? (size_t)(end - rest->p) : rest->n;

	*value = (struct span){rest->p + len, n - len};
	rest->p += n + (end != NULL);
	rest->n -= n + (end != NULL);
	return !end || rest->n;
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
