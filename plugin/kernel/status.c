/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.c - the kernel's reply to AUDIT_GET, read
 *
 * Pure. Takes a word only when all of its four bytes are there, and never by
 * the system's struct, whose length is that of the headers at build time and
 * not of the running kernel's.
 */
#include "kernel/status.h"

#include <errno.h>

/* struct audit_status of linux/audit.h, in words; word 0 is a mask for setting */
enum word {
	ENABLED = 1,
	FAILURE,
	PID,
	RATE_LIMIT,
	BACKLOG_LIMIT,
	LOST,
	BACKLOG,
	FEATURES,
	WAIT_TIME,
	WAITED
};

/* Return: is there such a word? */
static bool get(struct span raw, enum word at, uint32_t *value)
{
	if (raw.n / sizeof(*value) <= at)
		return false;
	memcpy(value, raw.p + at * sizeof(*value), sizeof(*value));
	return true;
}

int status_read(struct span raw, struct kernel_status *status)
{
	struct kernel_status s = {0};

	memset(status, 0, sizeof(*status));
	if (!get(raw, BACKLOG, &s.backlog))
		return -EBADMSG;
	get(raw, ENABLED, &s.enabled);
	get(raw, FAILURE, &s.failure);
	get(raw, PID, &s.pid);
	get(raw, RATE_LIMIT, &s.rate_limit);
	get(raw, BACKLOG_LIMIT, &s.backlog_limit);
	get(raw, LOST, &s.lost);
	s.has_features = get(raw, FEATURES, &s.features);
	s.has_wait_time = get(raw, WAIT_TIME, &s.wait_time_ticks);
	s.has_waited = get(raw, WAITED, &s.waited_ticks);
	*status = s;
	return 0;
}
