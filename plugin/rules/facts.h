/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.h - what the records of one event tell that a rule can ask for
 *
 * Each fact is known or not; what is malformed or out of range is not known, never
 * guessed. Names are what the program gave to the kernel or what d_path() made of a
 * place, no proof of anything; numbers are the kernel's own (kernel/auditsc.c:
 * audit_log_exit(), audit_log_name()). What a user message says of itself is marked.
 * Spans borrow from the records' text or from the facts themselves until
 * facts_clear(). Every string is attacker-chosen.
 */
#ifndef NOISE_RULES_FACTS_H
#define NOISE_RULES_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define FACTS_PATHS_MAX 32
#define FACTS_TYPES_MAX 32
#define FACTS_TEXT_MAX  8192                   /* bytes of decoded names in one event */
#define FACTS_NO_INODE  UINT64_MAX             /* as the kernel's AUDIT_INO_UNSET */
#define FACTS_UNSET     ((uint64_t)UINT32_MAX) /* auid, session: none */

enum facts_number {
	FACTS_ARCH, /* AUDIT_ARCH_* */
	FACTS_CALL,
	FACTS_ARG0,
	FACTS_ARG1,
	FACTS_ARG2,
	FACTS_ARG3,
	FACTS_SUCCESS, /* 1 or 0 */
	FACTS_EXIT,    /* two's complement */
	FACTS_ITEMS,   /* names that the kernel has noted, each a PATH record */
	FACTS_PPID,
	FACTS_PID,
	FACTS_AUID,
	FACTS_UID,
	FACTS_GID,
	FACTS_EUID,
	FACTS_SUID,
	FACTS_FSUID,
	FACTS_EGID,
	FACTS_SGID,
	FACTS_FSGID,
	FACTS_SESSION,
	FACTS_PERSONALITY, /* 0 where a SYSCALL record does not name it */
	FACTS_OPERATION,   /* of io_uring */
	FACTS_FAMILY,      /* of a socket's address, AF_* */
	FACTS_OPEN_FLAGS,  /* of openat2(2) */
	FACTS_NUMBERS
};

/* What else can be asked for, in one word with the numbers: bit n for number n. */
enum facts_part {
	FACTS_EXE = FACTS_NUMBERS,
	FACTS_SUBJ,
	FACTS_KEYS,
	FACTS_OTHERS, /* what all records say but that of the call: names, addresses */
	FACTS_PARTS
};

#define FACTS_BIT(part) (UINT32_C(1) << (part))
#define FACTS_ALL       UINT32_MAX

enum facts_name_type {
	FACTS_NAME_UNKNOWN,
	FACTS_NAME_NORMAL,
	FACTS_NAME_PARENT,
	FACTS_NAME_CREATE,
	FACTS_NAME_DELETE
};

/* One PATH record. Without an inode all numbers are 0, as in the kernel. */
struct facts_path {
	struct span name; /* its bytes; absent: (null), or not to be had */
	struct span obj;  /* the label; absent: there is none */
	uint64_t inode;   /* FACTS_NO_INODE: the record has none */
	uint32_t dev_major, dev_minor, rdev_major, rdev_minor, mode, uid, gid;
	enum facts_name_type type;
};

struct facts {
	int64_t stamp_ms; /* of the event, since 1970; set by the caller, 0: not known */
	int64_t read_ms; /* when it had been written: its stamp is the call's begin, and a
			    name can make a call wait (a filesystem in user space); set by
			    the caller, 0: at once */
	uint64_t number[FACTS_NUMBERS];
	uint32_t known;  /* bit n: number[n] */
	struct span exe; /* the doer's program; absent: not known */
	bool no_exe;     /* the kernel says (null): the doer has no program */
	bool claimed;    /* exe is what a user message says of itself */
	struct span subj, ipc_obj, cwd;
	struct span
		keys;    /* of the rule, joined by RULE_KEY_SEP; absent: (null) or none */
	bool has_keys;   /* a record has the field, with or without a key */
	bool has_call;   /* a SYSCALL or URINGOP record */
	bool forced;     /* a record that the kernel writes without any rule: it may have
			    brought the SYSCALL record along */
	bool paths_lost; /* there were more, or one could not be read */
	size_t n_paths, n_types;
	size_t used;                             /* of text */
	struct facts_path path[FACTS_PATHS_MAX]; /* in the kernel's order */
	uint32_t types[FACTS_TYPES_MAX];         /* of the records, each once */
	char text[FACTS_TEXT_MAX];
};

/** facts_clear - nothing is known; before the first record of an event */
void facts_clear(struct facts *facts);

/**
 * facts_add_record - learn from one record
 * @type: its number
 * @body: what follows `): ` in its line; hostile. auditd's interpretations (0x1D) are
 *        left out. Borrowed until facts_clear().
 */
void facts_add_record(struct facts *facts, uint32_t type, struct span body);

/** facts_add_type - learn only that there is such a record */
void facts_add_type(struct facts *facts, uint32_t type);

/**
 * facts_add_call - learn some of what the record of the call tells
 * @body: of the event's first SYSCALL or URINGOP record, as facts_add_record() has it; it
 *        may be asked again for more. Its type is not noted.
 * @asks: bits of enum facts_number and facts_part; what else it tells is left out
 */
void facts_add_call(struct facts *facts, struct span body, uint32_t asks);

static inline bool facts_knows(const struct facts *facts, enum facts_number n)
{
	return facts->known >> n & 1;
}

static inline void facts_set(struct facts *facts, enum facts_number n, uint64_t value)
{
	facts->number[n] = value;
	facts->known |= 1u << n;
}

/** facts_has_type - is there a record of this type? */
bool facts_has_type(const struct facts *facts, uint32_t type);

/** facts_has_all_paths - is every name that the kernel noted among the PATH records? */
bool facts_has_all_paths(const struct facts *facts);

#endif
