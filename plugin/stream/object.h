/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object.h - the directory of what a system call worked on, and the program it ran
 *
 * Made of the PATH and CWD records and the arguments of the SYSCALL record.
 * Where a relative name may start from is a question of the system call; what
 * cannot be known is absent, never guessed. Every string is attacker-chosen.
 */
#ifndef NOISE_OBJECT_H
#define NOISE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "stream/event.h"

struct object {
	struct span cwd, name;     /* name: of the first PATH that is not PARENT */
	bool has_name;             /* such a record was there, with or without a name */
	struct span inode, device; /* of that record, as it has them; only where a program
				      was run */
	uint64_t arg[4];           /* a0-a3 of the system call */
};

/**
 * object_dir - the directory, absolute, without trailing slashes
 * @e: its arch, nr and has_syscall are read
 * @room: @size bytes for a name that must be put together
 * Return: borrows from @o or @room; absent where it is not known.
 */
struct span object_dir(const struct object *o, const struct event *e, char *room,
		       size_t size);

/** object_program - the file that was run as @exe; where a program was run */
struct event_program object_program(const struct object *o, struct span exe);

#endif
