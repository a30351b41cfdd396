/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_rules.h - the kernel's rules, for the tools of the system tests
 *
 * By libaudit, not by the watcher: what is tested must not be its own witness.
 */
#ifndef NOISE_TESTS_KERNEL_RULES_H
#define NOISE_TESTS_KERNEL_RULES_H

#include <errno.h>
#include <libaudit.h>
#include <poll.h>

#include "rules/ruleset.h"

/* Return: the next answer's type, 0 after 4 s without one. */
static inline int next_answer(int fd, struct audit_reply *reply)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	if (poll(&p, 1, 4000) <= 0 ||
	    audit_get_reply(fd, reply, GET_REPLY_NONBLOCKING, 0) <= 0)
		return 0;
	return reply->type;
}

/* @fd: of audit_open(). Return: owned; NULL with errno. */
static inline struct ruleset *kernel_rules(int fd)
{
	struct ruleset *set = ruleset_new();
	struct audit_reply reply;
	int type, r = 0;

	if (!set || audit_request_rules_list_data(fd) <= 0) {
		ruleset_free(set);
		return NULL;
	}
	while (!r && (type = next_answer(fd, &reply)) != NLMSG_DONE) {
		struct span blob = {(const char *)reply.ruledata,
				    (size_t)reply.len - NLMSG_HDRLEN};

		if (!type)
			r = -ETIMEDOUT;
		else if (type == AUDIT_LIST_RULES)
			r = ruleset_add_blob(set, blob);
	}
	if (!r)
		return set;
	ruleset_free(set);
	errno = -r;
	return NULL;
}

#endif
