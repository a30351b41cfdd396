/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.h - the unix socket that a SIEM and aunoise read
 *
 * A listening SOCK_STREAM socket, JSON Lines to every client. A slow client
 * loses whole lines and is told so by a `gap`; it never slows anything else
 * and never takes more memory than its buffer. Who may read is decided by the
 * kernel's word on the peer (SO_PEERCRED, SO_PEERGROUPS of unix(7)), without
 * asking NSS. The one thing that a client may send is its request for
 * summaries at its own pace; anything else is ignored and bounded.
 */
#ifndef NOISE_SERVER_H
#define NOISE_SERVER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "emit/schema.h"

/* What a summary is to show. */
struct server_depth {
	bool all_windows; /* all lists in every window; else in the first alone */
	unsigned int top; /* entries of a list */
	size_t max_bytes; /* of the line; 0: the default push's own bound */
};

struct server_ops {
	/* The `hello` for a new client. Return: 0 or negative errno. */
	int (*hello)(void *arg, struct schema_line *line);
	/* A summary of now. @depth NULL: the default one. Return: 0 or negative errno. */
	int (*summary)(void *arg, const struct server_depth *depth,
		       struct schema_line *line);
	/* Number @i of what stands (alerts, advice), for a new client; NULL: nothing ever
	 * does. Return: 0, or negative errno: there are no more. */
	int (*standing)(void *arg, unsigned int i, struct schema_line *line);
};

struct server_options {
	const char *path;
	mode_t mode;
	gid_t group;
	unsigned int max_clients;
	size_t client_buffer;
	unsigned int top; /* the default, for a client's request that names none */
	const struct schema_origin *origin; /* borrows for ever */
	const struct server_ops *ops;       /* borrows for ever */
	void *arg;
};

struct server_counters {
	uint64_t clients;          /* connected now */
	uint64_t clients_refused;  /* not allowed to read */
	uint64_t clients_over;     /* more than max_clients */
	uint64_t lines_dropped;    /* for slow clients */
	uint64_t requests_ignored; /* lines of clients that are no request */
};

struct server;

/**
 * server_new - bind, listen, serve from @base
 * A socket left behind by a dead instance is replaced; a live one, and any
 * file that is no socket, is left alone.
 * @why: on failure one line for the operator: the path, the reason, the remedy
 * Return: owned, or NULL with errno (EADDRINUSE: another instance answers;
 *         EEXIST: no socket stands there).
 */
struct server *server_new(struct event_base *base, const struct server_options *options,
			  char *why, size_t why_size) __attribute__((warn_unused_result));

/** server_free - close all, remove our socket */
void server_free(struct server *s);

/** server_send - @line (alert, advice) to every client (copied) */
void server_send(struct server *s, const struct schema_line *line);

/**
 * server_send_summary - the default summary, to every client that has asked
 *                       for no pace of its own; also kept for clients to come
 */
void server_send_summary(struct server *s, const struct schema_line *line);

/** server_set_top - what a client's request that names no `top` gets from now on */
void server_set_top(struct server *s, unsigned int top);

/** server_flush - write what the sockets take now, without waiting */
void server_flush(struct server *s);

struct server_counters server_counters(const struct server *s);

#endif
