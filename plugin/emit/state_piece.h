/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_piece.h - text of a state file, printed by hand
 *
 * printf takes five times as long. A piece is what one slice of work writes; its
 * room is for the longest line behind what fills it, so nothing is ever cut.
 */
#ifndef NOISE_STATE_PIECE_H
#define NOISE_STATE_PIECE_H

#include <stddef.h>
#include <stdint.h>

#include "count/window.h"
#include "emit/state_save.h"

struct piece {
	uint64_t sum;   /* over the lines of the file so far */
	size_t bytes;   /* of the file so far */
	size_t n, line; /* bytes of the piece; where its last line begins */
	char text[STATE_PIECE_MAX];
};

void piece_bytes(struct piece *p, const char *bytes, size_t n);
void piece_text(struct piece *p, const char *text);
void piece_u64(struct piece *p, uint64_t value);
void piece_i64(struct piece *p, int64_t value);
void piece_hex(struct piece *p, const void *data, size_t n);

/** piece_member - @before and a number */
void piece_member(struct piece *p, const char *before, uint64_t value);

/** piece_bound - the same of a bound on what is missing: at most STATE_COUNT_MAX, since
 * sums of such may pass what is read back */
void piece_bound(struct piece *p, const char *before, uint64_t value);
void piece_count(struct piece *p, const struct count *c);

/** piece_add_line - what was put since the last line is one, with its newline */
void piece_add_line(struct piece *p);

/** piece_end_line - the same, of an object that is still to be closed */
void piece_end_line(struct piece *p);

#endif
