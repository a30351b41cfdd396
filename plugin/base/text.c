/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.c - foreign text made fit to be shown, and audit's encodings undone
 *
 * Nothing here trusts a byte: quoting leaves only printable ASCII, and no
 * function writes past what it was given.
 */
#include "base/text.h"

static const char hex_digits[] = "0123456789abcdef";

/* One byte as text_quote() shows it; Return: bytes used, at most 4. */
static size_t quote_byte(unsigned char c, char out[4])
{
	if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '\\';
	out[1] = 'x';
	out[2] = hex_digits[c >> 4];
	out[3] = hex_digits[c & 15];
	return 4;
}

const char *text_quote(struct span s, char *out, size_t size)
{
	static const char more[] = "...\"";
	char one[4];
	size_t i, n, used = 0, need = sizeof("\"\"");

	for (i = 0; i < s.n; i++)
		need += quote_byte((unsigned char)s.p[i], one);
	if (size < need && size < sizeof(more) + 1) {
		if (size)
			out[0] = '\0';
		return out;
	}
	out[used++] = '"';
	for (i = 0; i < s.n; i++) {
		n = quote_byte((unsigned char)s.p[i], one);
		/* room for the closing text must stay */
		if (size < need && used + n + sizeof(more) > size)
			break;
		memcpy(out + used, one, n);
		used += n;
	}
	memcpy(out + used, i < s.n ? more : "\"", i < s.n ? sizeof(more) : 2);
	return out;
}

int text_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

struct span text_unescape(struct span raw, char *out)
{
	size_t i;

	if (!raw.p || span_is(raw, "(null)"))
		return (struct span){NULL, 0};
	if (raw.n && raw.p[0] == '"') { /* a cut line may lack the closing quote */
		raw.p++;
		raw.n--;
		raw.n -= raw.n && raw.p[raw.n - 1] == '"';
		return raw;
	}
	if (!raw.n || raw.n % 2)
		return raw;
	for (i = 0; i < raw.n; i += 2) {
		int high = text_hex(raw.p[i]), low = text_hex(raw.p[i + 1]);

		if (high < 0 || low < 0)
			return raw;
		out[i / 2] = (char)(high << 4 | low);
	}
	return (struct span){out, raw.n / 2};
}

bool text_u64(struct span s, uint64_t max, uint64_t *value)
{
	uint64_t v = 0;
	size_t i;

	if (!s.n)
		return false;
	for (i = 0; i < s.n; i++) {
		unsigned int digit = (unsigned char)s.p[i] - '0';

		/* nineteen digits always fit */
		if (digit > 9 || (i >= 19 && v > (UINT64_MAX - digit) / 10))
			return false;
		v = v * 10 + digit;
	}
	if (v > max)
		return false;
	*value = v;
	return true;
}

bool text_hex_u64(struct span s, uint64_t max, uint64_t *value)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		int digit = text_hex(s.p[i]);

		if (digit < 0 || v >> 60)
			return false;
		v = v << 4 | (uint64_t)digit;
	}
	if (!s.n || v > max)
		return false;
	*value = v;
	return true;
}

bool text_device(struct span s, uint32_t *major, uint32_t *minor)
{
	const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
	uint64_t high, low;
	size_t n;

	if (!colon)
		return false;
	n = (size_t)(colon - s.p);
	if (!text_hex_u64((struct span){s.p, n}, UINT32_MAX, &high) ||
	    !text_hex_u64((struct span){colon + 1, s.n - n - 1}, UINT32_MAX, &low))
		return false;
	*major = (uint32_t)high;
	*minor = (uint32_t)low;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static void skip(struct span *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

struct span text_trim(struct span s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

struct span text_word(struct span *rest)
{
	struct span word;

	while (rest->n && is_blank(*rest->p))
		skip(rest, 1);
	word = (struct span){rest->p, 0};
	while (rest->n && !is_blank(*rest->p)) {
		skip(rest, 1);
		word.n++;
	}
	return word;
}

bool text_line(struct span *rest, struct span *line)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;

	if (!rest->n)
		return false;
	*line = (struct span){rest->p, end ? (size_t)(end - rest->p) : rest->n};
	skip(rest, line->n + (end != NULL));
	return true;
}

size_t text_utf8_prefix(struct span s, size_t max)
{
	size_t at, back;

	if (s.n <= max)
		return s.n;
	/* A character is at most 4 bytes: look back for a lead byte that reaches over. */
	for (back = 1; back <= 3 && back <= max; back++) {
		unsigned char c = (unsigned char)s.p[max - back];
		size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

		if (c >= 0x80 && c < 0xc0)
			continue;
		if (c < 0x80 || c >= 0xf8) /* alone, or no lead byte at all */
			return max;
		at = max - back;
		return need > back ? at : max;
	}
	return max;
}
