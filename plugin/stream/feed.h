/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * feed.h - a line as libauparse is given it
 *
 * What no field is asked from is left out before libauparse splits, copies and
 * frees it, and so is what libauparse 3.0.9 cannot be trusted with.
 */
#ifndef NOISE_FEED_H
#define NOISE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "stream/input.h"

#define FEED_LINE_MAX (INPUT_LINE_MAX + 64)

/**
 * feed_line - the text for auparse_feed(), its newline included
 * @line: one that record_scan() took, of type @type, at most INPUT_LINE_MAX
 * @with_arguments: of SYSCALL a0 to a3 are asked
 * @out: gets the type's name, a header that is the same for all lines, and the
 *       body: up to auditd's interpretations, each NUL byte as a question mark
 * Return: its length.
 */
size_t feed_line(struct span line, uint32_t type, bool with_arguments,
		 char out[FEED_LINE_MAX]);

#endif
