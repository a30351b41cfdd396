/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - bytes in any portions become lines
 *
 * Every line is handed on, whatever it holds. A line longer than
 * INPUT_LINE_MAX (auditd writes none) is handed on once with its first part;
 * what follows up to its newline adds to its bytes only.
 */
#ifndef NOISE_INPUT_H
#define NOISE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* MAX_AUDIT_MESSAGE_LENGTH is 8970 (libaudit.h); a header and node= come on top. */
#define INPUT_LINE_MAX 9728

/* @line: without newline; @bytes: as received; @cut: longer than INPUT_LINE_MAX */
typedef void input_line_fn(void *arg, struct span line, uint64_t bytes, bool cut);

struct input {
	input_line_fn *line;
	void *arg;
	size_t have;      /* bytes of an unfinished line in buf */
	uint64_t skipped; /* bytes of it that did not fit */
	char buf[INPUT_LINE_MAX];
};

void input_init(struct input *in, input_line_fn *line, void *arg);

/** input_feed - Return: number of lines handed on. */
unsigned int input_feed(struct input *in, const char *data, size_t n);

/** input_end - hand on a last line that has no newline */
void input_end(struct input *in);

#endif
