/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server_world.h - a server with real clients in one process, for its tests
 *
 * The clock and accept4() are the test's own (--wrap=clock_read,
 * --wrap=accept4). The server's ticks are real: what must happen is waited
 * for, and what must not happen is given two ticks. All fail the test when
 * what they ask for is not so.
 */
#ifndef SERVER_WORLD_H
#define SERVER_WORLD_H

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "emit/server.h"

#define WORLD_BUFFER      16384 /* of a client */
#define WORLD_MAX_CLIENTS 4
#define WORLD_TURNS       4000 /* of 5 ms: far more than anything here takes */

/* What stands behind the socket: counts what it is asked for. */
struct world {
	char dir[64], path[96];
	struct event_base *base;
	struct server *server;
	unsigned int hellos, defaults, builds;
	struct server_depth depth; /* of the last build */
	bool mute;                 /* nothing can be made */
};

/* A client: what it has read and not yet looked at. */
struct peer {
	int fd;
	char text[1 << 17];
	size_t n;
};

extern int64_t world_now_ms;       /* CLOCK_BOOTTIME */
extern unsigned int world_accepts; /* calls of accept4() */
extern int world_accept_error;     /* what it fails with, 0: it works */

/* For cmocka: with a server, or with a folder for one alone. */
int world_setup(void **state);
int world_setup_place(void **state);
int world_teardown(void **state);

struct server_options world_options(struct world *w);

/* Let the server work, but not wait; once or @n times. */
void turn(struct world *w);
void turns(struct world *w, int n);
void wait_clients(struct world *w, uint64_t n);

/* Send @object (taken), or an alert of about @bytes, to all clients. */
void send_object(struct world *w, const char *type, json_t *object);
void send_big(struct world *w, size_t bytes);

struct peer *peer_new(struct world *w);
struct peer *peer_welcomed(struct world *w); /* has read hello and the summary */
void peer_free(struct peer *p);
void peer_say(struct peer *p, const char *text);
bool peer_read(struct peer *p);    /* what is there; false at the end of the stream */
json_t *peer_take(struct peer *p); /* the next line if a whole one is there; owned */

/* Wait for the next line, which must be a @type with @seq; owned. */
json_t *expect(struct world *w, struct peer *p, const char *type, int seq);
void expect_only(struct world *w, struct peer *p, const char *type, int seq);
void expect_silence(struct world *w, struct peer *p);
void expect_end(struct world *w, struct peer *p);

/* The integer @name of @object, which is taken. */
int integer_of(json_t *object, const char *name);

#endif
