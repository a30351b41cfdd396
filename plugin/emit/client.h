/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * client.h - one connection to the socket
 *
 * Lines go out through a buffer that never grows. One that does not fit whole
 * is lost whole; once half of the buffer is free again a `gap` says how many
 * were, and then the stream goes on. Lines that come in are requests or are
 * thrown away.
 */
#ifndef NOISE_CLIENT_H
#define NOISE_CLIENT_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emit/request.h"
#include "emit/schema.h"

struct client;

struct client_options {
	struct event_base *base;
	size_t buffer_bytes;
	unsigned int top;                   /* for a request that names none */
	const struct schema_origin *origin; /* borrows for ever */
	uint64_t *lines_dropped;            /* counts, borrowed for ever */
	uint64_t *requests_ignored;
	/* A request came. Must not free the client. */
	void (*request)(void *arg, struct client *c, const struct request *r);
	/* The connection is over, seen while waiting. May free the client. */
	void (*over)(void *arg, struct client *c);
	void *arg;
};

/**
 * client_new - serve the connected socket @fd
 * @options: borrows for ever
 * Return: owned, takes @fd; or NULL with errno, and @fd is still the caller's.
 */
struct client *client_new(int fd, const struct client_options *options)
	__attribute__((warn_unused_result));
void client_free(struct client *c);

/** client_send - queue @line and write what the socket takes, without waiting */
void client_send(struct client *c, const struct schema_line *line);

/** client_has_room - would a line of @n bytes find room now? */
bool client_has_room(const struct client *c, size_t n);

/** client_miss - a line that was not made, since there is no room for it: dropped */
void client_miss(struct client *c);

/** client_flush - write what the socket takes, without waiting */
void client_flush(struct client *c);

/**
 * client_is_over - did the connection fail, or has the peer left?
 * Asks the kernel about a peer that only closed its sending side, of whose
 * leaving no event tells. client_send() and client_flush() never free a client.
 */
bool client_is_over(const struct client *c);

#endif
