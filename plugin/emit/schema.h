/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema.h - an object as one line, and foreign text in JSON
 *
 * The names that consumers build on are fixed; conf/audisp-noise.schema.json
 * says all of them formally. An object is built and dumped once; what differs
 * from connection to connection (seq) is put in when it is sent.
 */
#ifndef NOISE_SCHEMA_H
#define NOISE_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define SCHEMA_VERSION   "audisp-noise/1"
#define SCHEMA_TEXT_MAX  256       /* bytes of a foreign string */
#define SCHEMA_TIME_NONE INT64_MIN /* time: null (replay of nothing) */

/* Who speaks: the fields that every object bears. */
struct schema_origin {
	char host[256];   /* "" : null */
	char boot_id[37]; /* "" : null */
};

/** schema_origin_read - this host and this boot */
void schema_origin_read(struct schema_origin *origin);

/* An object ready to be sent: `{"schema":..,"type":..,"seq":` | `,` rest. */
struct schema_line {
	char *text; /* owned; the dumped object, without schema, type, seq and newline */
	size_t n;
	char type[16];
};

/**
 * schema_line - dump @object with time, host and boot_id added
 * @type: "hello", "summary", "alert", "advice", "gap"
 * @object: gets these three too; NULL, as of a maker without memory: -ENOMEM
 * @wall_ms: of the object, or SCHEMA_TIME_NONE
 * Return: 0, or -ENOMEM.
 */
int schema_line(struct schema_line *line, const char *type, json_t *object,
		int64_t wall_ms, const struct schema_origin *origin)
	__attribute__((warn_unused_result));
void schema_line_free(struct schema_line *line);

/**
 * schema_text - @object as it stands in a line: ASCII, no control byte
 * Return: owned, with a NUL behind it; NULL when memory ran out.
 */
char *schema_text(const json_t *object) __attribute__((warn_unused_result));

/** schema_share - @part of @whole, 0 where that is none, with four digits */
double schema_share(double part, double whole);

/** schema_size - bytes of @object as a part of a line, 0 when memory ran out */
size_t schema_size(const json_t *object);

/** schema_line_size - bytes of the whole line with this @seq, newline included */
size_t schema_line_size(const struct schema_line *line, uint64_t seq);

/** schema_line_head - what stands before line->text + 1; Return: its length */
size_t schema_line_head(const struct schema_line *line, uint64_t seq, char *out,
			size_t size);

/** schema_set_number - as @name; larger than 63 bits cannot come */
void schema_set_number(json_t *object, const char *name, uint64_t value);

/**
 * schema_set_text - put foreign text into @object as @name
 * Absent: null. Invalid UTF-8 becomes U+FFFD, with the exact bytes as
 * NAME_hex beside it; over SCHEMA_TEXT_MAX bytes it is cut at a character and
 * the object gets `"cut": true`, as with @cut (it was cut before).
 * Controls and bidirectional marks leave as \uNNNN when the line is dumped.
 * Return: 0 or -ENOMEM.
 */
int schema_set_text(json_t *object, const char *name, struct span text, bool cut);

/**
 * schema_get_text - the exact bytes of a text that schema_set_text() has put in
 * @buffer: SCHEMA_TEXT_MAX bytes
 * Return: span of @buffer or of @object; absent (p NULL) where there is no text.
 */
struct span schema_get_text(const json_t *object, const char *name, char *buffer);

/** schema_text_bytes - the same of a text and its NAME_hex, each NULL or any value */
struct span schema_text_bytes(const json_t *text, const json_t *hex, char *buffer);

#endif
