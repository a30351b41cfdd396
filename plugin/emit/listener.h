/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listener.h - a listening unix socket at a path
 */
#ifndef NOISE_LISTENER_H
#define NOISE_LISTENER_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/un.h>

struct listener_options {
	const char *path;
	mode_t mode;
	gid_t group;
	unsigned int backlog; /* connections that wait to be accepted */
};

struct listener {
	int fd; /* non-blocking; -1: none */
	struct sockaddr_un at;
	dev_t dev; /* the file that we made: no other is ever removed */
	ino_t ino;
};

/**
 * listener_open - bind and listen
 * A socket that nobody listens on is replaced; a live one, and any file that
 * is no socket, is left alone. The file has its mode from its first moment and
 * its group before the first connection. Sets the umask for a moment.
 * @why: on failure one line for the operator: the path, the reason, the remedy
 * Return: 0; -EADDRINUSE when another listens there, -EEXIST when no socket
 *         stands there, or another negative errno.
 */
int listener_open(struct listener *l, const struct listener_options *options, char *why,
		  size_t why_size) __attribute__((warn_unused_result));

/** listener_close - stop listening and remove the file, if it is still ours */
void listener_close(struct listener *l);

#endif
