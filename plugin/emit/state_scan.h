/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_scan.h - one line of a fixed form, read from left to right
 *
 * The first thing that is not as expected makes the rest bad: numbers are 0
 * from there on, so that a whole line is read and asked about once.
 */
#ifndef NOISE_STATE_SCAN_H
#define NOISE_STATE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "count/window.h"

struct scan {
	const char *p, *end;
	bool bad; /* something else stood there than was expected */
};

/** scan_line - the next line of @text without its newline. Return: false: no more. */
bool scan_line(struct span *text, struct scan *line);

/** scan_skip - go past @text if it stands here */
bool scan_skip(struct scan *s, const char *text);

/** scan_begins - does @text stand here? */
bool scan_begins(const struct scan *s, const char *text);

/** scan_expect - go past @text, which has to stand here */
void scan_expect(struct scan *s, const char *text);

uint64_t scan_u64(struct scan *s, uint64_t max);
int64_t scan_i64(struct scan *s);

/** scan_hex - digits in pairs up to what is none. Return: bytes in @out. */
size_t scan_hex(struct scan *s, void *out, size_t size);

/** scan_count - three numbers, each at most STATE_COUNT_MAX (state_save.h) */
struct count scan_count(struct scan *s);

/** scan_row - numbers in brackets, at most @max of them. Return: how many. */
unsigned int scan_row(struct scan *s, int64_t *value, unsigned int max);

/** scan_at_end - was all as expected, to the last byte? */
bool scan_at_end(const struct scan *s);

#endif
