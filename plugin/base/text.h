/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - foreign text made fit to be shown, and audit's encodings undone
 *
 * exe, comm, key, acct, paths and node names are attacker-chosen bytes.
 * text_quote() is the one way into any text output (terminal, log, message);
 * emit/ has the one way into JSON.
 */
#ifndef NOISE_TEXT_H
#define NOISE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/**
 * text_quote - @s in double quotes; each byte outside printable ASCII, and
 *              each quote and backslash, as \xNN
 * @out: at least @size bytes; always NUL-terminated. What does not fit is cut
 *       at a whole \xNN and closed with ..."
 * Return: @out.
 */
const char *text_quote(struct span s, char *out, size_t size);

/**
 * text_unescape - an audit field's value as its bytes
 * @raw: `"text"`, the kernel's hexadecimal form of untrusted strings
 *       (kernel/audit.c: audit_log_n_untrustedstring), or bare text
 * @out: room for raw.n bytes
 * Return: span of @out or of @raw. `(null)` gives an absent span (p NULL),
 *         bare text that is not hexadecimal is returned as it is.
 */
struct span text_unescape(struct span raw, char *out);

/** text_hex - value of a hexadecimal digit, -1 for any other byte */
int text_hex(char c);

/**
 * text_u64 - decimal digits only, no sign, no blank
 * Return: true when all of @s is one number that is at most @max.
 */
bool text_u64(struct span s, uint64_t max, uint64_t *value);

/** text_hex_u64 - the same in hexadecimal digits */
bool text_hex_u64(struct span s, uint64_t max, uint64_t *value);

/**
 * text_device - a device's numbers as records have them: `08:01`, both hexadecimal
 * Return: false when @s is nothing of the kind; nothing is set then.
 */
bool text_device(struct span s, uint32_t *major, uint32_t *minor);

/** text_trim - @s without the blanks and tabs at both ends */
struct span text_trim(struct span s);

/**
 * text_word - take the next word off @rest
 * Words are parted by blanks, tabs and newlines. Return: the word; empty: none is left.
 */
struct span text_word(struct span *rest);

/**
 * text_line - take the next line off @rest, without its newline
 * Return: false: @rest is empty.
 */
bool text_line(struct span *rest, struct span *line);

/**
 * text_utf8_prefix - how many bytes of @s can be kept below @max without
 *                    cutting through a character (invalid bytes are one each)
 */
size_t text_utf8_prefix(struct span s, size_t max);

#endif
