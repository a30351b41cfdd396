/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema.c - an object as one line, and foreign text in JSON
 *
 * A dumped line is printable ASCII throughout: no byte of it can end the line,
 * reach a terminal as a control, or be refused by a reader as bad UTF-8.
 * Foreign text is attacker-chosen; it is measured by bytes, never by NUL.
 */
#include "emit/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define HEAD_MAX 96 /* schema, type and a seq of 20 digits, with room */

/* 15 digits bring every decimal fraction of ours back as it was rounded (0.4321). */
#define DUMP_FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15))

static const char hex_digits[] = "0123456789abcdef";
static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

void schema_origin_read(struct schema_origin *origin)
{
	int fd;
	ssize_t n;

	memset(origin, 0, sizeof(*origin));
	if (gethostname(origin->host, sizeof(origin->host) - 1))
		origin->host[0] = '\0';
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, origin->boot_id, sizeof(origin->boot_id) - 1);
	close(fd);
	/* a container's stand-in for the file may hold anything */
	if (n != 36 || strspn(origin->boot_id, "0123456789abcdef-") != 36)
		memset(origin->boot_id, 0, sizeof(origin->boot_id));
}

struct dump {
	char *p;
	size_t n, size;
};

static int dump_reserve(struct dump *d, size_t more)
{
	size_t size = d->size ? d->size : 4096;
	char *p;

	if (more <= d->size - d->n)
		return 0;
	while (size - d->n < more) {
		if (size > SIZE_MAX / 2)
			return -1;
		size *= 2;
	}
	p = realloc(d->p, size);
	if (!p)
		return -1;
	d->p = p;
	d->size = size;
	return 0;
}

/* Takes what jansson dumps; DEL is the one control that it leaves as it is. */
static int dump_cb(const char *text, size_t n, void *arg)
{
	static const char del[] = "\\u007F";
	struct dump *d = arg;
	size_t i;

	if (n > SIZE_MAX / 8 || dump_reserve(d, n * (sizeof(del) - 1) + 1))
		return -1;
	for (i = 0; i < n; i++) {
		if (text[i] == 0x7f) {
			memcpy(d->p + d->n, del, sizeof(del) - 1);
			d->n += sizeof(del) - 1;
		} else {
			d->p[d->n++] = text[i];
		}
	}
	d->p[d->n] = '\0';
	return 0;
}

static struct span text_or_absent(const char *s)
{
	return span_of(*s ? s : NULL);
}

/* The common fields but schema, type and seq; Return: owned or NULL. */
static json_t *common_fields(int64_t wall_ms, const struct schema_origin *origin)
{
	json_t *common = json_object();
	char time[CLOCK_TEXT_SIZE] = "";

	if (wall_ms != SCHEMA_TIME_NONE)
		clock_text(wall_ms, time);
	if (!common || schema_set_text(common, "time", text_or_absent(time), false) ||
	    schema_set_text(common, "host", text_or_absent(origin->host), false) ||
	    schema_set_text(common, "boot_id", text_or_absent(origin->boot_id), false)) {
		json_decref(common);
		return NULL;
	}
	return common;
}

int schema_line(struct schema_line *line, const char *type, json_t *object,
		int64_t wall_ms, const struct schema_origin *origin)
{
	struct dump d = {NULL, 0, 0};
	json_t *whole;

	memset(line, 0, sizeof(*line));
	if (!object)
		return -ENOMEM; /* of whoever could not make it */
	whole = common_fields(wall_ms, origin);
	if (!whole || json_object_update(object, whole) ||
	    json_object_update_missing(whole, object) ||
	    json_dump_callback(whole, dump_cb, &d, DUMP_FLAGS)) {
		json_decref(whole);
		free(d.p);
		return -ENOMEM;
	}
	json_decref(whole);
	line->text = d.p;
	line->n = d.n;
	snprintf(line->type, sizeof(line->type), "%s", type);
	return 0;
}

char *schema_text(const json_t *object)
{
	struct dump d = {NULL, 0, 0};

	if (!json_dump_callback(object, dump_cb, &d, DUMP_FLAGS))
		return d.p;
	free(d.p);
	return NULL;
}

double schema_share(double part, double whole)
{
	return whole > 0 ? round(part / whole * 1e4) / 1e4 : 0;
}

size_t schema_size(const json_t *object)
{
	return json_dumpb(object, NULL, 0, DUMP_FLAGS);
}

void schema_line_free(struct schema_line *line)
{
	free(line->text);
	memset(line, 0, sizeof(*line));
}

size_t schema_line_head(const struct schema_line *line, uint64_t seq, char *out,
			size_t size)
{
	int n = snprintf(out, size,
			 "{\"schema\":\"" SCHEMA_VERSION
			 "\",\"type\":\"%s\",\"seq\":%" PRIu64 ",",
			 line->type, seq);

	return n < 0 ? 0 : (size_t)n;
}

size_t schema_line_size(const struct schema_line *line, uint64_t seq)
{
	char head[HEAD_MAX];

	/* the head stands in the place of the brace, the newline comes behind */
	return schema_line_head(line, seq, head, sizeof(head)) + line->n - 1 + 1;
}

static bool is_follow(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/*
 * Length of the well-formed character at @p (RFC 3629: no overlong form, no
 * surrogate, nothing above U+10FFFF); 0 when there is none.
 */
static size_t utf8_char(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4 || n < 2 || !is_follow(p[1]))
		return 0;
	if (c < 0xe0)
		return 2;
	if (c < 0xf0) {
		if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f))
			return 0;
		return n >= 3 && is_follow(p[2]) ? 3 : 0;
	}
	if ((c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] > 0x8f))
		return 0;
	return n >= 4 && is_follow(p[2]) && is_follow(p[3]) ? 4 : 0;
}

/*
 * @text with each byte that belongs to no character replaced, and NUL, which many
 * readers of JSON refuse in a text or take for its end.
 * @out: room for 3 bytes a byte. Return: bytes in it; @bad: was there any?
 */
static size_t make_valid(struct span text, char *out, bool *bad)
{
	size_t i = 0, used = 0, n;

	*bad = false;
	while (i < text.n) {
		n = utf8_char((const unsigned char *)text.p + i, text.n - i);
		if (n && text.p[i]) {
			memcpy(out + used, text.p + i, n);
			used += n;
			i += n;
			continue;
		}
		memcpy(out + used, replacement, 3);
		used += 3;
		i++;
		*bad = true;
	}
	return used;
}

static int set_hex(json_t *object, const char *name, struct span text)
{
	char key[64], hex[2 * SCHEMA_TEXT_MAX];
	size_t i;

	for (i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		hex[2 * i] = hex_digits[c >> 4];
		hex[2 * i + 1] = hex_digits[c & 15];
	}
	snprintf(key, sizeof(key), "%s_hex", name);
	return json_object_set_new(object, key, json_stringn(hex, 2 * text.n));
}

void schema_set_number(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

int schema_set_text(json_t *object, const char *name, struct span text, bool cut)
{
	char valid[3 * SCHEMA_TEXT_MAX];
	size_t n;
	bool bad;

	if (!text.p)
		return json_object_set_new(object, name, json_null()) ? -ENOMEM : 0;
	if (text.n > SCHEMA_TEXT_MAX) {
		text.n = text_utf8_prefix(text, SCHEMA_TEXT_MAX);
		cut = true;
	}
	n = make_valid(text, valid, &bad);
	if (json_object_set_new(object, name, json_stringn(valid, n)) ||
	    (bad && set_hex(object, name, text)) ||
	    (cut && json_object_set_new(object, "cut", json_true())))
		return -ENOMEM;
	return 0;
}

struct span schema_text_bytes(const json_t *text, const json_t *hex, char *buffer)
{
	struct span s = {json_string_value(text), json_string_length(text)};
	const char *digits = json_string_value(hex);
	size_t n = json_string_length(hex), i;

	if (!n || n % 2 || n > 2 * SCHEMA_TEXT_MAX)
		return s;
	for (i = 0; i < n / 2; i++) {
		int high = text_hex(digits[2 * i]), low = text_hex(digits[2 * i + 1]);

		if (high < 0 || low < 0)
			return s;
		buffer[i] = (char)(high << 4 | low);
	}
	return (struct span){buffer, n / 2};
}

struct span schema_get_text(const json_t *object, const char *name, char *buffer)
{
	char pair[64];

	snprintf(pair, sizeof(pair), "%s_hex", name);
	return schema_text_bytes(json_object_get(object, name),
				 json_object_get(object, pair), buffer);
}
