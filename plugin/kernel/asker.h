/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * asker.h - asks the kernel's audit system, by a thread that does nothing else
 *
 * The kernel puts the sender of an audit request to sleep while its queue is over the
 * limit, for up to minutes and beyond the reach of SIGKILL, yet gives the reply at
 * once (kernel/audit.c: audit_receive()). So one thread sends and the other, which
 * calls all of these, reads. At most one request is with the sender: each sleeper
 * takes wake-ups from frozen applications.
 * There are no messages here but those that ask: none that would change the audit
 * system.
 */
#ifndef NOISE_KERNEL_ASKER_H
#define NOISE_KERNEL_ASKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define ASKER_REPLY_MAX 16384 /* of the kernel, one message */

enum asker_question {
	ASKER_STATUS, /* AUDIT_GET: one reply of that type */
	ASKER_RULES,  /* AUDIT_LIST_RULES: one for each rule, then NLMSG_DONE */
	ASKER_QUESTIONS
};

struct asker {
	int netlink; /* or negative errno: there is no audit system for us */
	int bell;    /* to and from the sender: becomes readable when it comes back */
	int sender_bell;
	bool sending;      /* the sender has not come back yet */
	uint32_t sequence; /* of the last question */
	int (*confine)(void *arg);
	void *arg;
};

/**
 * asker_start - open the socket and start the sender
 * @confine: called by the sender before it does anything; below 0: the process ends
 * Return: 0 or negative errno: there is no thread. No socket is no error here.
 */
int asker_start(struct asker *a, int (*confine)(void *arg), void *arg)
	__attribute__((warn_unused_result));

/**
 * asker_ask - hand a question to the sender
 * Replies to an earlier question are passed over from now on.
 * Return: 0; the socket's negative errno; -EBUSY: the sender is held by the kernel.
 */
int asker_ask(struct asker *a, enum asker_question question)
	__attribute__((warn_unused_result));

/** asker_back - has the sender come back? Return: 0 or the negative errno of its send. */
int asker_back(struct asker *a);

struct asker_reply {
	bool done;        /* NLMSG_DONE: no more of a list */
	int error;        /* negative errno: the kernel refuses; -ENOBUFS: of a list some
			   * are missing */
	struct span data; /* the body of a message; borrows from @room */
};

/**
 * asker_read - take one message, if there is one
 * @room: of ASKER_REPLY_MAX bytes, aligned as struct nlmsghdr
 * Return: false: none, or it is no reply of the kernel's to the last question.
 */
bool asker_read(struct asker *a, void *room, struct asker_reply *reply);

#endif
