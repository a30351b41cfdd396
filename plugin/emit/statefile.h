/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * statefile.h - the file that is read once and replaced as a whole
 *
 * Knows nothing of what is in it. A new one comes in pieces, stands beside the
 * old one under PATH.new until all of it is on the disk, and takes its place by
 * rename(2): whenever the power goes, one whole file stands there.
 */
#ifndef NOISE_STATEFILE_H
#define NOISE_STATEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emit/writer.h"

#define STATEFILE_MAX 2097152 /* bytes */

/**
 * statefile_read - all of the file
 * @any_owner: for who only shows it; else it has to be ours, or root's, alone
 * Never follows a symbolic link at the end of @path, never waits for a FIFO.
 * Return: 0 with @text owned by the caller (free); -ENOENT: there is none;
 * -ELOOP: a symbolic link; -EINVAL: no regular file; -EPERM: of another user, or
 * others may write it; -EFBIG: over STATEFILE_MAX; another negative errno.
 */
int statefile_read(const char *path, bool any_owner, char **text, size_t *n)
	__attribute__((warn_unused_result));

/**
 * statefile_set_aside - give what stands at @path the first free name of
 * PATH.bad, PATH.bad.1 ... PATH.bad.9; nothing is overwritten, no link followed
 * @name: what it is called now
 * Return: 0, or negative errno: -EEXIST when all of them are taken.
 */
int statefile_set_aside(const char *path, char *name, size_t size)
	__attribute__((warn_unused_result));

/* The first byte of each piece. */
enum { STATEFILE_FIRST = 1, STATEFILE_LAST = 2 };

/**
 * statefile_sink - a writer's sink that takes pieces
 * A file that lacks a piece, or of which one could not be written, is given up:
 * the old one stays. tell() says how many took their place.
 * Return: 0 with a sink that owns all it needs, or -ENOMEM.
 */
int statefile_sink(const char *path, struct writer_sink *sink)
	__attribute__((warn_unused_result));

#endif
