/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.h - fields of one complete event, by libauparse
 *
 * libauparse is the authority for what stands where in a record. It is given
 * one complete event at a time, and of it only the lines that a field is
 * asked from. Never interprets (that would ask NSS, which may hang), never
 * normalises. One parser, one thread (libauparse before 4.1 has process-wide
 * state).
 */
#ifndef NOISE_PARSE_H
#define NOISE_PARSE_H

#include <stdbool.h>

#include "stream/assemble.h"
#include "stream/event.h"

struct parser;

/** parser_new - Return: owned, or NULL with errno ENOMEM or what auparse_init gave. */
struct parser *parser_new(void) __attribute__((warn_unused_result));
void parser_free(struct parser *p);

/** parser_wants - an assembler_ops.wants: lines that hold a field of struct event */
bool parser_wants(const struct assembly *ev, const struct record *r);

/**
 * parser_read - fill @event from a complete event
 * @event: borrows from @p and @a until the next call
 * Return: 0; -EBADMSG when libauparse found no record in the lines given: the
 *         header's figures are filled, no field is.
 */
int parser_read(struct parser *p, const struct assembler *a, const struct assembly *ev,
		struct event *event);

#endif
