/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * klog.h - what the kernel's log says of the audit system
 *
 * Lines of /dev/kmsg (Documentation/ABI/testing/dev-kmsg). They tell which of
 * its reasons the kernel had to lose a record, which its status does not. They
 * are rate limited with the whole kernel's, so they are never counted as losses:
 * evidence only. Lines that a program wrote into the log are no evidence.
 */
#ifndef NOISE_KERNEL_KLOG_H
#define NOISE_KERNEL_KLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* kernel/audit.c: audit_log_lost() and its callers, kauditd_printk_skb() */
enum klog_reason {
	KLOG_BACKLOG, /* backlog limit exceeded */
	KLOG_RATE,    /* rate limit exceeded */
	KLOG_RETRY,   /* kauditd retry queue overflow */
	KLOG_HOLD,    /* kauditd hold queue overflow */
	KLOG_MEMORY,  /* out of memory in ... */
	KLOG_PRINTED, /* a record that auditd did not take, printed */
	KLOG_LOST,    /* audit_lost=N: some record was lost, of whatever reason */
	KLOG_REASONS
};

struct klog_line {
	enum klog_reason reason;
	int64_t time_us; /* since the boot, by the log's clock, which stops in suspend */
	uint32_t lost;   /* KLOG_LOST: the kernel's count then, else 0 */
};

/**
 * klog_next - the next line about audit
 * @text: records as read(2) of /dev/kmsg gives them, one after the other; what was
 *        read is taken off its front
 * Return: true: @line is filled; false: there is no more, and @text is empty.
 */
bool klog_next(struct span *text, struct klog_line *line);

#endif
