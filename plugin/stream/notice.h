/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notice.h - records that tell of the audit system itself
 *
 * Read from the line, at once: they change what the kernel's own figures mean.
 */
#ifndef NOISE_NOTICE_H
#define NOISE_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "stream/record.h"

enum notice_kind {
	NOTICE_LOST_RESET, /* `lost` was set to 0 (kernel/audit.c: audit_receive_msg()) */
	/*
	 * The lists of rules have changed, or may have while nothing was written of it
	 * (kernel/auditfilter.c: audit_log_rule_change(), audit_fsnotify.c:
	 * audit_mark_log_rule_change(), audit_tree.c: audit_tree_log_remove_rule()). Of a
	 * rule that was added or deleted the kernel writes after the change.
	 */
	NOTICE_RULES,
};

/* A CONFIG_CHANGE record. */
struct notice {
	enum notice_kind kind;
	uint32_t lost; /* NOTICE_LOST_RESET: what it was before */
};

/** notice_read - Return: is it such a record? */
bool notice_read(const struct record *r, struct notice *notice);

#endif
