/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h - the kernel's reply to AUDIT_GET, read
 *
 * struct audit_status has grown at its end; which of it there is can be told
 * only by the reply's length (three members have no feature bit).
 */
#ifndef NOISE_KERNEL_STATUS_H
#define NOISE_KERNEL_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct kernel_status {
	/* always */
	uint32_t enabled;       /* 0 off, 1 on, 2 locked until the next boot */
	uint32_t failure;       /* 0 silent, 1 printk, 2 panic */
	uint32_t pid;           /* of auditd; 0: none */
	uint32_t rate_limit;    /* records a second; 0: none */
	uint32_t backlog_limit; /* records in each of three queues; 0: no limit */
	uint32_t lost;    /* failed records of all causes; wraps, and can be reset */
	uint32_t backlog; /* records in the main queue alone */
	/* since Linux 3.14 */
	bool has_features, has_wait_time;
	uint32_t features;        /* AUDIT_FEATURE_BITMAP_*; 3.14 has a version there */
	uint32_t wait_time_ticks; /* in jiffies */
	/* since Linux 5.9 */
	bool has_waited;
	uint32_t waited_ticks; /* in jiffies: waits that have ended, of all processes */
};

/**
 * status_read - @raw is the body of the reply, without its netlink header
 * What a newer kernel has behind it is not looked at.
 * Return: 0; -EBADMSG: too short for any kernel's, @status is zeroed.
 */
int status_read(struct span raw, struct kernel_status *status)
	__attribute__((warn_unused_result));

/** status_is_over - does the queue hold more than its limit? */
static inline bool status_is_over(const struct kernel_status *s)
{
	return s->backlog_limit && s->backlog > s->backlog_limit;
}

#endif
