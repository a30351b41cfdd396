/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.h - the datagrams between the stream process and the watcher
 *
 * Both ends are the same program in the same run, so there is no version and no
 * byte order; but either may be in an attacker's hand, so the receiver checks
 * every field.
 */
#ifndef NOISE_KERNEL_WIRE_H
#define NOISE_KERNEL_WIRE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define WIRE_DATAGRAM_MAX 32768
#define WIRE_DATA_MAX     (WIRE_DATAGRAM_MAX - sizeof(struct wire_head))

/* To the worker: the whole of a request. */
struct wire_request {
	uint32_t id, request; /* enum watch_request */
};

enum wire_kind {
	WIRE_READY = 1, /* keeper: error, and the reason as data; once, first of all */
	WIRE_WORKER,    /* keeper: id is the worker's pid, 0 when it has ended */
	WIRE_ANSWER,    /* worker: a part of an answer, in order and without gaps */
};

/* From the watcher: before the data. */
struct wire_head {
	uint32_t kind, request, id;
	int32_t error;          /* 0 or negative errno, the same in all parts */
	uint32_t offset, total; /* of this part, of the whole answer */
};

/** wire_send - one datagram. Return: 0 or negative errno. */
static inline int wire_send(int fd, const struct wire_head *head, const void *data,
			    size_t n, int flags)
{
	struct iovec iov[2] = {{(void *)head, sizeof(*head)}, {(void *)data, n}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = n ? 2 : 1};
	ssize_t sent;

	do {
		sent = sendmsg(fd, &msg, flags | MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

#endif
