/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event.h - what the rest of the program knows of one event
 *
 * Filled by parse from the records of one complete event. All spans borrow
 * from the assembler or the parser until the next event is parsed. Every
 * string in here is attacker-chosen.
 */
#ifndef NOISE_EVENT_H
#define NOISE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define EVENT_KEYS_MAX \
	128 /* 256 bytes of key, parts of at least one byte and a separator */
#define EVENT_TYPES_MAX 24

#define EVENT_ID_ABSENT INT64_MIN /* uid, auid: no record says it */
#define EVENT_ID_UNSET  (-1)      /* 4294967295 in the records */

enum event_success { EVENT_SUCCESS_ABSENT, EVENT_SUCCESS_YES, EVENT_SUCCESS_NO };

/* The file that execve(2) or execveat(2) has run, by the PATH record that stands first.
 */
struct event_program {
	bool ran;   /* it is such a call, and it has succeeded */
	bool known; /* what the record says of the file can be read */
	bool named; /* and calls it as exe does: else it may be a script, or a link */
	uint32_t major, minor; /* of the superblock: st_dev is another one on btrfs */
	uint64_t inode;
};

struct event {
	struct span node;
	int64_t stamp_ms;
	uint32_t serial;
	uint32_t records;
	uint64_t bytes;
	uint32_t types[EVENT_TYPES_MAX]; /* ascending, each once, EOE left out */
	unsigned int n_types;

	/* of a SYSCALL or URINGOP record */
	struct span keys[EVENT_KEYS_MAX]; /* none: the event has no rule key */
	unsigned int n_keys;
	bool has_syscall;
	uint32_t arch; /* AUDIT_ARCH_*, 0 for URINGOP */
	uint32_t nr;   /* system call, or io_uring operation */
	enum event_success
		success; /* of the others: res= of a user message or of LOGIN */
	int error;       /* errno of a failed call, 0 otherwise */
	struct span dir; /* of the first PATH that is not PARENT; absent if not known */
	struct event_program program;

	/* of the record that names the doer */
	int64_t uid, auid; /* EVENT_ID_* */
	int64_t pid;       /* EVENT_ID_ABSENT where no record says it */
	struct span exe, comm, subj_type, acct;
	struct span source; /* of a user message: the other host, by address or name */
	bool claimed; /* exe, acct and source are what a user message says of itself */
	bool own;     /* caused by our own processes; set by who knows their numbers */
};

#endif
