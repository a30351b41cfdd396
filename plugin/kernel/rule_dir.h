/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_dir.h - the rule files on disk, as the worker hands them over
 *
 * An answer to WATCH_RULES_D is one file after the other, in no order: the length of its
 * name (a native uint32_t), the name, the length of its text, the text. A file that is
 * there and cannot be read has no text, and a negative errno for its length.
 * They are those of rules.d beside auditd.conf; where it has none, audit.rules beside
 * auditd.conf, which alone has its whole path for a name, so that it begins with a slash.
 */
#ifndef NOISE_KERNEL_RULE_DIR_H
#define NOISE_KERNEL_RULE_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/span.h"

#define RULE_DIR_FILES_MAX 256
#define RULE_DIR_TEXT_MAX  524288 /* of one file; the kernel's rules are 4 MiB at most */
#define RULE_DIR_NAME_MAX  4095

struct rule_dir_file {
	struct span name; /* not empty, without a NUL; any other bytes */
	struct span text;
	int error; /* negative errno: why it has no text; -EFBIG: it is too large */
};

/**
 * rule_dir_next - the next file of an answer
 * @list: what was read is taken off its front
 * Return: true: @file is filled; false: there is no more. What is left of @list then
 * is no file: the bytes are damaged unless it is empty.
 */
bool rule_dir_next(struct span *list, struct rule_dir_file *file);

/**
 * rule_dir_fill - read the files and write such an answer
 * @auditd_conf: absolute
 * Regular files alone, no links; opens nothing that could wait.
 * Return: bytes in @out, 0 where there is no rule file; -EFBIG: they are too many or
 * too large for @size; another negative errno: the directory cannot be read.
 */
ssize_t rule_dir_fill(const char *auditd_conf, char *out, size_t size)
	__attribute__((warn_unused_result));

#endif
