/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.h - the one thing that a client of the socket may say
 *
 * `{"interval": SECONDS, "windows": "all"|"first", "top": N}` on a line: it
 * wants summaries at its own pace and depth.
 */
#ifndef NOISE_REQUEST_H
#define NOISE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define REQUEST_LINE_MAX     512   /* bytes, its newline left out */
#define REQUEST_INTERVAL_MAX 86400 /* seconds; the least is 1 */
#define REQUEST_TOP_MAX      512   /* entries of a list; the least is 1 */

struct request {
	int64_t interval_ms; /* 0: not named, as often as everybody gets one */
	bool all_windows;    /* false: the first in full */
	unsigned int top;
};

/**
 * request_parse - is @line a request?
 * @top: for a request that names none
 * Each member may be left out, members of other names are passed over; a
 * known one with another type or out of its range makes it no request.
 * Return: true with @r filled.
 */
bool request_parse(struct span line, unsigned int top, struct request *r);

#endif
