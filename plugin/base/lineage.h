/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lineage.h - whose a file of this host is, and all above it
 *
 * Looks, opens nothing.
 */
#ifndef NOISE_BASE_LINEAGE_H
#define NOISE_BASE_LINEAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define LINEAGE_PARENTS 64 /* directories above a file that can be told */

/* As lstat(2) has it. */
struct lineage_node {
	uint32_t uid, mode; /* st_uid; st_mode with its type */
};

/* What is known of one path on this host. */
struct lineage {
	struct lineage_node self;
	struct lineage_node
		parent[LINEAGE_PARENTS]; /* from "/" down, all that the path has */
	unsigned int n_parents;
	uint64_t inode;        /* of @self */
	uint32_t major, minor; /* st_dev */
	bool on_disk; /* of a disk, and its directory too: then records of the audit have
			 these numbers; else, on btrfs and overlayfs, others */
	struct span real; /* realpath(3); absent: not known. Borrowed until the next
			     question */
	bool pending;     /* nobody has looked yet, so nothing is known either way */
};

/**
 * lineage_look - anew each time; waits for the disk
 * @real: PATH_MAX bytes, from which @out borrows
 * @path: attacker-chosen
 * Return: false: there is no such file, its path is not plain (path_is_plain()), or not
 * all could be looked at. Of a link what
 * it leads to is told as its real path.
 */
bool lineage_look(char *real, struct span path, struct lineage *out)
	__attribute__((warn_unused_result));

#endif
