/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * klog.c - what the kernel's log says of the audit system
 *
 * Pure. A record is `PRIORITY,SEQUENCE,MICROSECONDS,FLAGS[,more];message`, with
 * continuation lines that begin with a blank; bytes outside ASCII come escaped.
 */
#include "kernel/klog.h"

#include "base/text.h"

#define FACILITY_SHIFT 3 /* of the priority, as in syslog(3); the kernel's is 0 */

static bool take(struct span *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s->n < n || memcmp(s->p, prefix, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

/* The text up to @end, which is taken off as well. Return: is @end there? */
static bool split(struct span *s, char end, struct span *before)
{
	const char *at = s->n ? memchr(s->p, end, s->n) : NULL;

	if (!at)
		return false;
	before->p = s->p;
	before->n = (size_t)(at - s->p);
	s->n -= before->n + 1;
	s->p = at + 1;
	return true;
}

static bool take_number(struct span *s, char end, uint64_t *value)
{
	struct span digits;

	return split(s, end, &digits) && text_u64(digits, INT64_MAX, value);
}

static bool read_head(struct span *rest, struct klog_line *line)
{
	uint64_t priority, seq, time_us;
	struct span flags;

	if (!take_number(rest, ',', &priority) || !take_number(rest, ',', &seq) ||
	    !take_number(rest, ',', &time_us) || !split(rest, ';', &flags))
		return false;
	line->time_us = (int64_t)time_us;
	return priority >> FACILITY_SHIFT == 0;
}

static bool read_lost(struct span text, struct klog_line *line)
{
	struct span digits;
	uint64_t lost;

	if (!take(&text, "audit_lost=") || !split(&text, ' ', &digits) ||
	    !text_u64(digits, UINT32_MAX, &lost))
		return false;
	line->reason = KLOG_LOST;
	line->lost = (uint32_t)lost;
	return true;
}

static bool read_message(struct span text, struct klog_line *line)
{
	static const struct {
		const char *begin;
		enum klog_reason reason;
	} known[] = {
		{"backlog limit exceeded", KLOG_BACKLOG},
		{"rate limit exceeded", KLOG_RATE},
		{"kauditd retry queue overflow", KLOG_RETRY},
		{"kauditd hold queue overflow", KLOG_HOLD},
		{"out of memory in ", KLOG_MEMORY},
		{"type=", KLOG_PRINTED},
	};
	size_t i;

	if (!take(&text, "audit: "))
		return false;
	if (read_lost(text, line))
		return true;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (take(&text, known[i].begin)) {
			line->reason = known[i].reason;
			return true;
		}
	return false;
}

bool klog_next(struct span *text, struct klog_line *line)
{
	struct span record;

	while (text_line(text, &record)) {
		*line = (struct klog_line){.lost = 0};
		if (read_head(&record, line) && read_message(record, line))
			return true;
	}
	return false;
}
