/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * name.h - several values as the bytes of one name, and back
 *
 * The names in a topk table are byte strings. A foreign string goes in with
 * its length; one that is too long is cut and bears the keyed hash of the
 * whole, so that two different ones stay two names. Numbers are in the
 * machine's own byte order: names never leave the host.
 */
#ifndef NOISE_NAME_H
#define NOISE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include "base/span.h"

#define NAME_TEXT_MAX  256 /* bytes of a foreign string that are kept */
#define NAME_TEXT_ROOM (NAME_TEXT_MAX + 1 + 2 + 8) /* flags, length, hash */

struct name_text {
	struct span text; /* absent: null */
	bool cut;
};

struct name_writer {
	char *out;
	size_t n, size;
	bool over; /* something did not fit; @out is not to be used */
};

struct name_reader {
	const char *p;
	size_t n;
};

void name_put(struct name_writer *w, const void *data, size_t n);

/** name_put_text - @text cut at @max bytes, at a character; absent is kept apart from
 * empty */
void name_put_text(struct name_writer *w, struct span text, size_t max,
		   const struct siphash_key *key);

/** name_get - Return: false, and zeros in @data, where the name has ended. */
bool name_get(struct name_reader *r, void *data, size_t n);
struct name_text name_get_text(struct name_reader *r);

/**
 * name_check_text - pass over one text of a name that comes from outside
 * Return: false when name_put_text() never writes it.
 */
bool name_check_text(struct name_reader *r);

#endif
