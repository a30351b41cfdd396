/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * client.c - one connection to the socket
 *
 * Never waits and never takes more memory than its buffer, whatever the peer
 * does or leaves undone. Each line of the stream, sent or lost, takes one seq;
 * a `gap` takes its own. Invariant: while lines are lost and not yet told of,
 * no other line goes into the buffer, so the gap stands where the loss was.
 */
#include "emit/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"

#define KERNEL_BUFFER 32768 /* SO_SNDBUF: what the kernel holds beyond our own buffer */
#define READ_MAX      4096  /* bytes taken in one go; the rest waits for the next round */
#define REQUESTS_MAX  4     /* parsed in one go; more are no use and cost time */
#define HEAD_MAX      96    /* of schema_line_head() */

struct client {
	const struct client_options *options;
	int fd;
	struct event *readable, *writable;
	uint64_t seq;
	uint64_t dropped; /* not yet told of by a gap */
	bool failed;
	char *out; /* ring */
	size_t out_at, out_n;
	char in[REQUEST_LINE_MAX];
	size_t in_n;
	bool skipping; /* the rest of a line that is too long */
};

static void ring_put(struct client *c, const char *p, size_t n)
{
	size_t size = c->options->buffer_bytes;
	size_t at = (c->out_at + c->out_n) % size;
	size_t first = n < size - at ? n : size - at;

	memcpy(c->out + at, p, first);
	memcpy(c->out, p + first, n - first);
	c->out_n += n;
}

static void ring_take(struct client *c, size_t n)
{
	c->out_n -= n;
	c->out_at = c->out_n ? (c->out_at + n) % c->options->buffer_bytes : 0;
}

/* Return: true, or false when @line does not fit whole. */
static bool put_line(struct client *c, const struct schema_line *line)
{
	char head[HEAD_MAX];
	size_t n;

	if (schema_line_size(line, c->seq + 1) > c->options->buffer_bytes - c->out_n)
		return false;
	n = schema_line_head(line, ++c->seq, head, sizeof(head));
	ring_put(c, head, n);
	ring_put(c, line->text + 1, line->n - 1);
	ring_put(c, "\n", 1);
	return true;
}

/*
 * Tell of lost lines. Not before half of the buffer is free: a reader that
 * takes a few bytes at a time would else get more gaps than lines.
 * Return: true when there is nothing left to tell.
 */
static bool put_gap(struct client *c)
{
	struct schema_line line;
	json_t *gap;

	if (!c->dropped)
		return true;
	if (c->out_n > c->options->buffer_bytes / 2)
		return false;
	gap = json_object();
	if (gap &&
	    !json_object_set_new(gap, "dropped", json_integer((json_int_t)c->dropped)) &&
	    !schema_line(&line, "gap", gap, clock_read().wall_ms, c->options->origin)) {
		if (put_line(c, &line))
			c->dropped = 0;
		schema_line_free(&line);
	}
	json_decref(gap);
	return !c->dropped; /* out of memory: told another time */
}

static void ring_send(struct client *c)
{
	size_t size = c->options->buffer_bytes;
	size_t first = c->out_n < size - c->out_at ? c->out_n : size - c->out_at;
	struct iovec iov[2] = {{c->out + c->out_at, first}, {c->out, c->out_n - first}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = c->out_n > first ? 2 : 1};
	ssize_t n;

	if (!c->out_n)
		return;
	do {
		n = sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		ring_take(c, (size_t)n);
	else if (errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM)
		c->failed = true;
}

void client_flush(struct client *c)
{
	if (c->failed)
		return;
	ring_send(c);
	if (c->dropped && put_gap(c))
		ring_send(c);
	if (c->failed || !c->out_n)
		event_del(c->writable);
	else if (event_add(c->writable, NULL))
		c->failed = true;
}

bool client_has_room(const struct client *c, size_t n)
{
	return c->options->buffer_bytes - c->out_n >= n;
}

void client_miss(struct client *c)
{
	c->seq++;
	c->dropped++;
	++*c->options->lines_dropped;
}

void client_send(struct client *c, const struct schema_line *line)
{
	if (c->failed)
		return;
	if (!put_gap(c) || !put_line(c, line))
		client_miss(c);
	client_flush(c);
}

bool client_is_over(const struct client *c)
{
	struct pollfd p = {.fd = c->fd};

	return c->failed || (poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR)));
}

static void writable_cb(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;

	client_flush(c);
	if (c->failed)
		c->options->over(c->options->arg, c);
}

/* A whole line stands in c->in; @may_parse: how many more may be parsed in this round. */
static void take_line(struct client *c, unsigned int *may_parse)
{
	struct request r;
	struct span line = {c->in, c->in_n};

	if (!c->skipping && *may_parse && line.n) {
		--*may_parse;
		if (request_parse(line, c->options->top, &r)) {
			c->options->request(c->options->arg, c, &r);
			return;
		}
	}
	++*c->options->requests_ignored;
}

static void take_bytes(struct client *c, const char *p, size_t n)
{
	unsigned int may_parse = REQUESTS_MAX;
	const char *newline;
	size_t part;

	for (; n; p += part, n -= part) {
		newline = memchr(p, '\n', n);
		part = newline ? (size_t)(newline - p) : n;
		if (part > sizeof(c->in) - c->in_n)
			c->skipping = true;
		if (!c->skipping) {
			memcpy(c->in + c->in_n, p, part);
			c->in_n += part;
		}
		if (!newline)
			continue;
		part++;
		take_line(c, &may_parse);
		c->in_n = 0;
		c->skipping = false;
	}
}

static void readable_cb(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;
	char bytes[READ_MAX];
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n > 0)
		take_bytes(c, bytes, (size_t)n);
	else if (n == 0)
		event_del(c->readable); /* it has nothing more to say; it may still listen
					 */
	else if (errno != EAGAIN && errno != EINTR)
		c->failed = true;
	if (n <= 0 && client_is_over(c))
		c->options->over(c->options->arg, c);
}

struct client *client_new(int fd, const struct client_options *options)
{
	struct client *c = calloc(1, sizeof(*c));
	int size = KERNEL_BUFFER;

	if (!c)
		return NULL;
	c->options = options;
	c->fd = -1;
	c->out = malloc(options->buffer_bytes);
	c->readable = event_new(options->base, fd, EV_READ | EV_PERSIST, readable_cb, c);
	c->writable = event_new(options->base, fd, EV_WRITE | EV_PERSIST, writable_cb, c);
	if (!c->out || !c->readable || !c->writable || event_add(c->readable, NULL)) {
		client_free(c);
		errno = ENOMEM;
		return NULL;
	}
	/* not fatal: the bound on the kernel's side is then its default */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	c->fd = fd;
	return c;
}

void client_free(struct client *c)
{
	if (!c)
		return;
	if (c->readable)
		event_free(c->readable);
	if (c->writable)
		event_free(c->writable);
	if (c->fd >= 0)
		close(c->fd);
	free(c->out);
	free(c);
}
