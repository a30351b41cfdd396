/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * asker.c - asks the kernel's audit system, by a thread that does nothing else
 */
#include "kernel/asker.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define SENDER_MS   20     /* to come back, when the kernel does not hold it */
#define STACK_BYTES 262144 /* of the sender, which does next to nothing */

static const uint16_t types[ASKER_QUESTIONS] = {
	[ASKER_STATUS] = AUDIT_GET,
	[ASKER_RULES] = AUDIT_LIST_RULES,
};

/* What goes to the sender. */
struct order {
	uint32_t sequence;
	uint16_t type;
};

/* Sleeps for as long as the kernel likes. Return: 0 or negative errno. */
static int32_t send_request(int netlink, const struct order *order)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	const struct nlmsghdr message = {.nlmsg_len = NLMSG_LENGTH(0),
					 .nlmsg_type = order->type,
					 .nlmsg_flags = NLM_F_REQUEST,
					 .nlmsg_seq = order->sequence};

	return sendto(netlink, &message, sizeof(message), 0,
		      (const struct sockaddr *)&kernel, sizeof(kernel)) < 0
		       ? -errno
		       : 0;
}

static void *sender_main(void *arg)
{
	const struct asker *a = arg;
	struct order order;
	int32_t error;

	if (a->confine(a->arg) < 0)
		_exit(1);
	while (recv(a->sender_bell, &order, sizeof(order), 0) == sizeof(order)) {
		error = send_request(a->netlink, &order);
		if (send(a->sender_bell, &error, sizeof(error), MSG_NOSIGNAL) < 0)
			break;
	}
	return NULL;
}

int asker_start(struct asker *a, int (*confine)(void *arg), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;
	int pair[2], r;

	*a = (struct asker){.confine = confine, .arg = arg};
	a->netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (a->netlink < 0)
		a->netlink = -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	a->bell = pair[0];
	a->sender_bell = pair[1];
	r = pthread_attr_init(&attr);
	if (r)
		return -r;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	r = pthread_create(&thread, &attr, sender_main, a);
	pthread_attr_destroy(&attr);
	return -r;
}

int asker_back(struct asker *a)
{
	int32_t error;

	if (recv(a->bell, &error, sizeof(error), MSG_DONTWAIT) != sizeof(error))
		return 0;
	a->sending = false;
	return error;
}

/* One that is not held comes back by itself; what it has to say is of the past. */
static bool is_held(struct asker *a)
{
	struct pollfd p = {.fd = a->bell, .events = POLLIN};

	if (a->sending && poll(&p, 1, SENDER_MS) > 0)
		(void)asker_back(a);
	return a->sending;
}

int asker_ask(struct asker *a, enum asker_question question)
{
	struct order order = {.type = types[question]};

	if (a->netlink < 0)
		return a->netlink;
	if (is_held(a))
		return -EBUSY;
	order.sequence = ++a->sequence;
	if (send(a->bell, &order, sizeof(order), MSG_NOSIGNAL) < 0)
		return -errno;
	a->sending = true;
	return 0;
}

bool asker_read(struct asker *a, void *room, struct asker_reply *reply)
{
	const struct nlmsghdr *head = room;
	const struct nlmsgerr *error = NLMSG_DATA(head);
	struct sockaddr_nl from = {0};
	socklen_t from_n = sizeof(from);
	ssize_t n = recvfrom(a->netlink, room, ASKER_REPLY_MAX, MSG_DONTWAIT | MSG_TRUNC,
			     (struct sockaddr *)&from, &from_n);

	*reply = (struct asker_reply){.data = {"", 0}};
	if (n < 0 && errno == ENOBUFS) { /* some were dropped, nobody knows which */
		reply->error = -ENOBUFS;
		return true;
	}
	if (n < (ssize_t)sizeof(*head) || n > ASKER_REPLY_MAX || from.nl_pid != 0 ||
	    head->nlmsg_len < NLMSG_HDRLEN || head->nlmsg_len > (size_t)n ||
	    head->nlmsg_seq != a->sequence)
		return false;
	switch (head->nlmsg_type) {
	case AUDIT_GET:
	case AUDIT_LIST_RULES:
		reply->data =
			(struct span){NLMSG_DATA(head), head->nlmsg_len - NLMSG_HDRLEN};
		return true;
	case NLMSG_DONE:
		reply->done = true;
		return true;
	case NLMSG_ERROR:
		if (head->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) || error->error >= 0)
			return false;
		reply->error = error->error;
		return true;
	default:
		return false;
	}
}
