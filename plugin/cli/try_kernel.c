/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try_kernel.c - the kernel's rules, read and changed by libaudit
 *
 * Adds at the head of a list, and deletes a rule that is given: nothing else. One
 * thread, for libaudit counts its requests in a variable of its own.
 */
#include "cli/try.h"

#include <errno.h>
#include <libaudit.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "rules/ruleset.h"

#define ANSWER_MS 4000

int try_kernel_open(void)
{
	int fd;

	errno = 0;
	fd = audit_open();
	if (fd >= 0)
		return fd;
	return errno ? -errno : -EPROTONOSUPPORT;
}

/* Return: the next answer's type, or negative errno. */
static int next_answer(int fd, struct audit_reply *reply)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int r;

	do
		r = poll(&p, 1, ANSWER_MS);
	while (r < 0 && errno == EINTR);
	if (r <= 0)
		return r < 0 ? -errno : -ETIMEDOUT;
	r = audit_get_reply(fd, reply, GET_REPLY_NONBLOCKING, 0);
	if (r <= 0)
		return r ? r : -EBADMSG;
	return reply->type;
}

struct ruleset *try_kernel_rules(int fd)
{
	struct ruleset *set = ruleset_new();
	struct audit_reply reply;
	int type, r = 0;

	if (!set)
		return NULL;
	type = audit_request_rules_list_data(fd);
	if (type <= 0)
		r = type ? type : -EPROTO;
	while (!r && (type = next_answer(fd, &reply)) != NLMSG_DONE) {
		if (type < 0)
			r = type;
		else if (type == NLMSG_ERROR && reply.error && reply.error->error)
			r = reply.error->error;
		else if (type == AUDIT_LIST_RULES && reply.len > NLMSG_HDRLEN)
			r = ruleset_add_blob(
				set, (struct span){(const char *)reply.ruledata,
						   (size_t)reply.len - NLMSG_HDRLEN});
		if (r == -EBADMSG)
			r = 0; /* it keeps its place, and matches whatever it may */
	}
	if (!r)
		return set;
	ruleset_free(set);
	errno = -r;
	return NULL;
}

/* As libaudit takes it. Owned; NULL with errno. */
static struct audit_rule_data *blob_of(const struct rule *rule)
{
	size_t size = RULE_BLOB_HEAD + TRIAL_LINE_MAX;
	struct audit_rule_data *blob = calloc(1, size);
	ssize_t n;

	if (!blob)
		return NULL;
	n = rule_to_blob(rule, blob, size);
	if (n >= 0)
		return blob;
	free(blob);
	errno = (int)-n;
	return NULL;
}

int try_kernel_add(int fd, const struct rule *rule)
{
	struct audit_rule_data *blob = blob_of(rule);
	int r;

	if (!blob)
		return -errno;
	r = audit_add_rule_data(fd, blob, (int)(rule->list | AUDIT_FILTER_PREPEND),
				(int)rule->action);
	free(blob);
	return r > 0 ? 0 : r ? r : -EPROTO;
}

int try_kernel_delete(int fd, const struct rule *rule)
{
	struct audit_rule_data *blob = blob_of(rule);
	int r;

	if (!blob)
		return -errno;
	r = audit_delete_rule_data(fd, blob, (int)rule->list, (int)rule->action);
	free(blob);
	return r > 0 ? 0 : r ? r : -EPROTO;
}
