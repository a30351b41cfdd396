/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_file.h - the `name = value` files of the audit world
 *
 * Reads auditd.conf(5), auditd-plugins(5) files and our own settings alike:
 * one setting a line, blanks around name and `=` ignored, a line whose first
 * character other than a blank is `#` is a comment. As in auditd there are no
 * comments behind a value and no quotes. Knows no key by itself.
 * Every foreign byte in an error text is quoted.
 */
#ifndef NOISE_CONF_FILE_H
#define NOISE_CONF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/span.h"

#define CONF_FILE_MAX 65536 /* bytes; a larger file is refused */

/* What is wrong, where, and what would be right. */
struct conf_error {
	char file[256];
	unsigned int line; /* 0: the file as a whole */
	char key[64];      /* quoted where foreign; "" when none is concerned */
	char text[256];
};

/**
 * conf_error_set - fill @e; @line 0 and @key NULL where they do not apply
 * Return: -EINVAL, so that callers can return it.
 */
int conf_error_set(struct conf_error *e, const char *file, unsigned int line,
		   struct span key, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/** conf_error_text - `file:line: key: reason` in one line, into @out */
const char *conf_error_text(const struct conf_error *e, char *out, size_t size);

/**
 * One setting of a file.
 * @name, @value: borrow until it returns; blanks around them are gone
 * Return: 0, or negative errno with @e filled; reading stops then.
 */
typedef int conf_file_fn(void *arg, const char *file, unsigned int line, struct span name,
			 struct span value, struct conf_error *e);

/**
 * conf_file_load - read a file that decides what a privileged program does
 * @safe_uid: besides root, the one owner that is trusted
 * @out: owned by the caller (free), NUL-terminated; @n: bytes without that NUL
 * Opened with O_NOFOLLOW | O_NONBLOCK. Return: 0; -ENOENT when there is no such
 * file (@e filled as well); another negative errno with @e filled: not regular,
 * foreign owner, writable for group or others, too large, unreadable.
 */
int conf_file_load(const char *file, uid_t safe_uid, char **out, size_t *n,
		   struct conf_error *e);

/**
 * conf_file_parse - hand each setting of @text to @fn
 * @file: its name for messages
 * Refuses, with file and line: a line without `=`, an empty name, a NUL byte.
 * Return: 0 or the first negative errno, with @e filled.
 */
int conf_file_parse(const char *file, struct span text, conf_file_fn *fn, void *arg,
		    struct conf_error *e);

#endif
