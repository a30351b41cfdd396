/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.c - the unix socket that a SIEM and aunoise read
 *
 * Who may read, who is served, and which summary goes to whom. All work of a
 * round is bounded: so many connections accepted, one summary built a tick
 * however many ask, and no client can make any other wait. What a client is
 * owed and what it lost is client.c's.
 */
#include "emit/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "emit/client.h"
#include "emit/listener.h"
#include "emit/pace.h"
#include "emit/peer.h"

#define TICK_US   250000 /* how exactly a client's own pace is kept */
#define RETRY_SEC 1      /* after accept(2) failed for want of descriptors */

struct seat {
	struct client *client;
	struct pace pace;
};

struct server {
	struct server_options options;
	struct client_options client_options;
	struct listener listener;
	struct event *readable, *retry, *tick;
	struct server_counters counters;
	struct schema_line
		last; /* summary of the default interval; text NULL: none yet */
	unsigned int n_seats;
	struct seat seats[];
};

static struct seat *seat_of(struct server *s, const struct client *c)
{
	unsigned int i = 0;

	while (s->seats[i].client != c)
		i++;
	return &s->seats[i];
}

/* The tick runs only while somebody needs it: an idle daemon sleeps. */
static void update_tick(struct server *s)
{
	const struct timeval period = {0, TICK_US};
	unsigned int i = 0;

	while (i < s->n_seats && !s->seats[i].pace.own)
		i++;
	if (i == s->n_seats)
		event_del(s->tick);
	else if (!event_pending(s->tick, EV_TIMEOUT, NULL))
		(void)event_add(s->tick, &period);
}

static void seat_leave(struct server *s, struct seat *seat)
{
	client_free(seat->client);
	*seat = s->seats[--s->n_seats];
	update_tick(s);
}

static void reap(struct server *s)
{
	unsigned int i = s->n_seats;

	while (i--)
		if (client_is_over(s->seats[i].client))
			seat_leave(s, &s->seats[i]);
}

static void client_over(void *arg, struct client *c)
{
	struct server *s = arg;

	seat_leave(s, seat_of(s, c));
}

static void client_request(void *arg, struct client *c, const struct request *r)
{
	struct server *s = arg;

	pace_ask(&seat_of(s, c)->pace, r, clock_read().boot_ms);
	update_tick(s);
}

/*
 * Nothing is built for a client that could not take it: one that stands still
 * must not cost the stream thread a summary every second.
 */
static void pass_over_full(struct server *s, int64_t now)
{
	struct seat *seat;

	for (seat = s->seats; seat < s->seats + s->n_seats; seat++) {
		if (!pace_is_due(&seat->pace, now) ||
		    client_has_room(seat->client, s->options.client_buffer / 2))
			continue;
		client_miss(seat->client);
		pace_served(&seat->pace, now);
	}
}

/* Of those that are due the one that has waited longest, NULL when none is. */
static const struct pace *most_due(const struct server *s, int64_t now)
{
	const struct pace *most = NULL, *p;
	unsigned int i;

	for (i = 0; i < s->n_seats; i++) {
		p = &s->seats[i].pace;
		if (pace_is_due(p, now) && (!most || p->due_ms < most->due_ms))
			most = p;
	}
	return most;
}

/* The summary @line, NULL when none could be made, to all that are due for that depth. */
static void serve_due(struct server *s, struct pace depth, const struct schema_line *line,
		      int64_t now)
{
	struct seat *seat;

	for (seat = s->seats; seat < s->seats + s->n_seats; seat++) {
		if (!pace_is_due(&seat->pace, now) ||
		    !pace_same_depth(&seat->pace, &depth))
			continue;
		if (line)
			client_send(seat->client, line);
		else
			client_miss(seat->client);
		pace_served(&seat->pace, now);
	}
}

/* One depth a tick: building for all of many depths at once would hold up the stream. */
static void tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	int64_t now = clock_read().boot_ms;
	const struct pace *most;
	struct server_depth depth;
	struct schema_line line;

	pass_over_full(s, now);
	most = most_due(s, now);
	if (!most)
		return;
	depth.all_windows = most->want.all_windows;
	depth.top = most->want.top;
	depth.max_bytes = s->options.client_buffer / 2;
	if (s->options.ops->summary(s->options.arg, &depth, &line)) {
		serve_due(s, *most, NULL, now);
	} else {
		serve_due(s, *most, &line, now);
		schema_line_free(&line);
	}
	reap(s);
}

/* A copy of @line for clients to come; without memory the old one is not kept either. */
static void keep_summary(struct server *s, const struct schema_line *line)
{
	char *text = malloc(line->n + 1);

	schema_line_free(&s->last);
	if (!text)
		return;
	memcpy(text, line->text, line->n);
	text[line->n] = '\0';
	s->last = *line;
	s->last.text = text;
}

static void send_standing(struct server *s, struct client *c)
{
	const struct server_ops *ops = s->options.ops;
	struct schema_line line;
	unsigned int i;

	if (!ops->standing)
		return;
	for (i = 0; !ops->standing(s->options.arg, i, &line); i++) {
		client_send(c, &line);
		schema_line_free(&line);
	}
}

/* hello, a summary, and what stands; Return: 0 or negative errno. */
static int welcome(struct server *s, struct client *c)
{
	const struct server_ops *ops = s->options.ops;
	struct schema_line line;
	int err = ops->hello(s->options.arg, &line);

	if (err)
		return err;
	client_send(c, &line);
	schema_line_free(&line);
	if (!s->last.text && !ops->summary(s->options.arg, NULL, &line)) {
		keep_summary(s, &line);
		schema_line_free(&line);
	}
	if (s->last.text)
		client_send(c, &s->last);
	send_standing(s, c);
	return 0;
}

/* Serve the peer at @fd, which is taken in any case. */
static void admit(struct server *s, int fd)
{
	struct client *c;

	if (!peer_may_read(fd, s->options.group)) {
		s->counters.clients_refused++;
		close(fd);
		return;
	}
	if (s->n_seats == s->options.max_clients)
		reap(s);
	c = s->n_seats < s->options.max_clients ? client_new(fd, &s->client_options)
						: NULL;
	if (!c) {
		s->counters.clients_over++;
		close(fd);
		return;
	}
	s->seats[s->n_seats].client = c;
	pace_init(&s->seats[s->n_seats++].pace);
	if (welcome(s, c) || client_is_over(c))
		client_over(s, c);
}

/* One a round: each welcome may show all that stands, and the stream has its turn
 * before the next. */
static void accept_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval pause = {RETRY_SEC, 0};
	struct server *s = arg;
	int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (peer >= 0) {
		admit(s, peer);
	} else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
		/* no descriptors left: the connection would wake us for ever */
		event_del(s->readable);
		(void)event_add(s->retry, &pause);
	}
}

static void retry_cb(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	const struct timeval pause = {RETRY_SEC, 0};

	if (event_add(s->readable, NULL))
		(void)event_add(s->retry, &pause);
}

static int make_events(struct server *s, struct event_base *base)
{
	s->readable = event_new(base, s->listener.fd, EV_READ | EV_PERSIST, accept_cb, s);
	s->retry = event_new(base, -1, 0, retry_cb, s);
	s->tick = event_new(base, -1, EV_PERSIST, tick_cb, s);
	if (!s->readable || !s->retry || !s->tick || event_add(s->readable, NULL))
		return -ENOMEM;
	return 0;
}

static void fill_options(struct server *s, struct event_base *base,
			 const struct server_options *options)
{
	s->options = *options;
	s->options.path = s->listener.at.sun_path;
	s->client_options = (struct client_options){
		.base = base,
		.buffer_bytes = options->client_buffer,
		.top = options->top,
		.origin = options->origin,
		.lines_dropped = &s->counters.lines_dropped,
		.requests_ignored = &s->counters.requests_ignored,
		.request = client_request,
		.over = client_over,
		.arg = s,
	};
}

struct server *server_new(struct event_base *base, const struct server_options *options,
			  char *why, size_t why_size)
{
	struct listener_options at = {options->path, options->mode, options->group,
				      options->max_clients};
	struct server *s;
	int err;

	s = calloc(1, sizeof(*s) + options->max_clients * sizeof(s->seats[0]));
	if (!s) {
		snprintf(why, why_size, "socket %s: out of memory", options->path);
		errno = ENOMEM;
		return NULL;
	}
	err = listener_open(&s->listener, &at, why, why_size);
	if (!err) {
		fill_options(s, base, options);
		err = make_events(s, base);
		if (err)
			snprintf(why, why_size, "socket %s: out of memory",
				 options->path);
	}
	if (err) {
		server_free(s);
		errno = -err;
		return NULL;
	}
	return s;
}

void server_set_top(struct server *s, unsigned int top)
{
	s->client_options.top = top;
}

void server_free(struct server *s)
{
	if (!s)
		return;
	while (s->n_seats)
		client_free(s->seats[--s->n_seats].client);
	if (s->readable)
		event_free(s->readable);
	if (s->retry)
		event_free(s->retry);
	if (s->tick)
		event_free(s->tick);
	listener_close(&s->listener);
	schema_line_free(&s->last);
	free(s);
}

void server_send(struct server *s, const struct schema_line *line)
{
	unsigned int i;

	for (i = 0; i < s->n_seats; i++)
		client_send(s->seats[i].client, line);
	reap(s);
}

void server_send_summary(struct server *s, const struct schema_line *line)
{
	int64_t now = clock_read().boot_ms;
	struct seat *seat;

	keep_summary(s, line);
	for (seat = s->seats; seat < s->seats + s->n_seats; seat++) {
		if (!seat->pace.own)
			client_send(seat->client, line);
		pace_pushed(&seat->pace, now);
	}
	reap(s);
}

void server_flush(struct server *s)
{
	unsigned int i;

	for (i = 0; i < s->n_seats; i++)
		client_flush(s->seats[i].client);
	reap(s);
}

struct server_counters server_counters(const struct server *s)
{
	struct server_counters counters = s->counters;

	counters.clients = s->n_seats;
	return counters;
}
