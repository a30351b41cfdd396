/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.h - descriptors, directories that we make, writing to the end
 */
#ifndef NOISE_FILE_H
#define NOISE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"

struct file_owner {
	uid_t uid;
	gid_t gid;
};

/**
 * file_make_parent - see to it that the directory of @path exists
 * @owner: what is made is given to them, mode 2750, so that files made in it
 *         bear the group; NULL: it stays ours, mode 0700
 * What exists is left as it is, but has to be a directory and no symbolic
 * link. Missing directories above it are made as well, mode 0755.
 * @why: on failure one line for the operator: the path, the reason, the remedy
 * Return: 0 or negative errno.
 */
int file_make_parent(const char *path, const struct file_owner *owner, char *why,
		     size_t why_size) __attribute__((warn_unused_result));

/**
 * file_fill_standard - take those of the descriptors 0 to 2 that are closed
 * What is opened first must not become one of them: a socket of ours would
 * pass for the input, or would be printed to.
 * @how: flags of open(2) for /dev/null: O_RDWR: reads as empty, and what is
 *       printed is gone; O_PATH: reading and printing still fail (EBADF)
 * Return: whether standard input was closed.
 */
bool file_fill_standard(int how);

/**
 * file_close_range - close all descriptors from @first to @last, both included
 * Where the kernel cannot (before 5.9), those below 65536 alone.
 */
void file_close_range(unsigned int first, unsigned int last);

/**
 * file_keep_alone - the calling thread gets a descriptor table of its own
 * It holds copies of @keep and nothing else: a thread that hangs in the kernel
 * then keeps no file, lock or connection open that the process had.
 * @keep: @n of them, in any order; those that are not open (-1) count for nothing
 * Return: 0, or negative errno of unshare(2): all is as before (a container's
 * filter may forbid it). Source: unshare(2), CLONE_FILES.
 */
int file_keep_alone(const int *keep, size_t n) __attribute__((warn_unused_result));

/**
 * file_can_make - may we make, rename and remove files in the directory of @path?
 * Asks only: making one would wait where the filesystem is frozen.
 * Return: 0 or negative errno.
 */
int file_can_make(const char *path) __attribute__((warn_unused_result));

/**
 * file_read_all - up to @size bytes, however many calls it takes
 * Return: how many there were, fewer than @size at the end of the file; or
 *         negative errno.
 */
ssize_t file_read_all(int fd, char *buffer, size_t size)
	__attribute__((warn_unused_result));

/**
 * file_write_all - all of @text to @fd, however many calls it takes
 * @done: bytes that were written, also after an error
 * Return: 0 or negative errno.
 */
int file_write_all(int fd, struct span text, size_t *done)
	__attribute__((warn_unused_result));

/**
 * file_check_since - was @path written at @wall_ms (since 1970) or later?
 * Return: 0, -EAGAIN it is older, or why it cannot be seen as negative errno.
 */
int file_check_since(const char *path, int64_t wall_ms)
	__attribute__((warn_unused_result));

#endif
