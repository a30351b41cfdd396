/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - the header of one line of the stream
 *
 * A record is a line `[node=N ]type=T msg=audit(SEC.MMM:SERIAL): ...` (auditd
 * src/auditd-event.c writes it; audit.log and the plugin stream share it, the
 * latter with EOE). The scan looks at nothing behind the header, so every line
 * is counted exactly, whatever its fields hold.
 */
#ifndef NOISE_RECORD_H
#define NOISE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/*
 * A name that this libaudit does not know gets a number of its own: this bit and
 * a hash of the name, so that two of them in one event are two types.
 */
#define RECORD_TYPE_UNKNOWN  0x80000000u
#define RECORD_TYPE_NAME_MAX 64
#define RECORD_NODE_MAX      255

/* Types with a meaning here, by number (linux/audit.h, libaudit.h). */
enum record_type {
	RECORD_LOGIN = 1006,
	RECORD_SYSCALL = 1300,
	RECORD_PATH = 1302,
	RECORD_CONFIG_CHANGE = 1305,
	RECORD_CWD = 1307,
	RECORD_EXECVE = 1309,
	RECORD_EOE = 1320,
	RECORD_PROCTITLE = 1327,
	RECORD_URINGOP = 1336,
	RECORD_KERNEL = 2000,
};

struct record {
	struct span line;      /* without the newline; borrows until the next read */
	uint64_t bytes;        /* as received: newline and what was cut off included */
	struct span node;      /* absent (p NULL) where the line has none */
	struct span type_name; /* as written, `UNKNOWN[1425]` included */
	uint32_t type;         /* RECORD_TYPE_UNKNOWN when the name has no number */
	int64_t stamp_ms;      /* milliseconds since 1970; missing milliseconds are 0 */
	uint32_t serial;
	struct span body; /* what follows `): ` */
};

/**
 * record_scan - read one line's header
 * @r: filled; borrows from @line
 * @line: without its newline, any bytes
 * @bytes: what the line took in the stream
 * Return: false when it is no record; @r is then undefined.
 */
bool record_scan(struct record *r, struct span line, uint64_t bytes);

static inline bool record_type_is_unknown(uint32_t type)
{
	return type & RECORD_TYPE_UNKNOWN;
}

/**
 * record_is_single - does a record of this type make an event alone?
 * 1005, 1100-1299, 2000 and 2100-2999: user-space messages, auditd's own and
 * the kernel's start line have no companions (auparse.c: au_check_events).
 */
bool record_is_single(uint32_t type);

/**
 * record_is_detail - does it come with a SYSCALL record alone, to tell more of the call?
 * PATH and CWD too, but for these there are names here.
 */
bool record_is_detail(uint32_t type);

/** record_is_daemon - DAEMON_* (1200-1299): auditd's own serial, not the kernel's */
bool record_is_daemon(uint32_t type);

#endif
