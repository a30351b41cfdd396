/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_file.c - the reader of `name = value` files
 *
 * Reads a file only when nobody but root and one named user can have written
 * it, and judges the descriptor, not the name, so that nothing can be put in
 * its place between the check and the reading. Knows no key: what a name or a
 * value may be is for the callback to say.
 * Every refusal names the file, the line, the reason and the remedy.
 */
#include "base/conf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

/* Copies a name that is plain to read and fits, quotes any other; "" if absent. */
static void copy_name(struct span s, char *out, size_t size)
{
	bool plain = s.n < size && (s.n || !s.p);

	for (size_t i = 0; plain && i < s.n; i++)
		plain = s.p[i] > ' ' && s.p[i] < 0x7f && s.p[i] != '"' && s.p[i] != '\\';
	if (!plain) {
		text_quote(s, out, size);
		return;
	}
	if (s.n)
		memcpy(out, s.p, s.n);
	out[s.n] = '\0';
}

int conf_error_set(struct conf_error *e, const char *file, unsigned int line,
		   struct span key, const char *format, ...)
{
	va_list ap;
	int n;

	copy_name(span_of(file), e->file, sizeof(e->file));
	e->line = line;
	copy_name(key, e->key, sizeof(e->key));
	va_start(ap, format);
	n = vsnprintf(e->text, sizeof(e->text), format, ap);
	va_end(ap);
	if (n >= (int)sizeof(e->text))
		memcpy(e->text + sizeof(e->text) - 4, "...", 4);
	return -EINVAL;
}

const char *conf_error_text(const struct conf_error *e, char *out, size_t size)
{
	char line[16] = "";

	if (e->line)
		snprintf(line, sizeof(line), ":%u", e->line);
	snprintf(out, size, "%s%s: %s%s%s", e->file, line, e->key, *e->key ? ": " : "",
		 e->text);
	return out;
}

/* Fills @e for the file as a whole; returns -@error. */
static int refuse_file(struct conf_error *e, const char *file, int error,
		       const char *text)
{
	conf_error_set(e, file, 0, (struct span){0}, "%s", text);
	return -error;
}

static int refuse_open(struct conf_error *e, const char *file, int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return refuse_file(
			e, file, ENOENT,
			"there is no such file; create it or name another one");
	case EACCES:
		return refuse_file(
			e, file, error,
			"may not be read by this user; run as root or name a file "
			"that can be read");
	case ELOOP: /* what O_NOFOLLOW answers */
		return refuse_file(
			e, file, error,
			"is a symbolic link, which is not followed; name the file "
			"that it points to");
	case ENXIO: /* a socket */
		return refuse_file(e, file, EINVAL, "is no regular file; name one");
	default:
		conf_error_set(e, file, 0, (struct span){0}, "cannot be opened: %s",
			       strerror(error));
		return -error;
	}
}

/* Whoever can write the file decides what a privileged program does. */
static int check_owner(const char *file, const struct stat *st, uid_t safe_uid,
		       struct conf_error *e)
{
	const struct span whole = {0};

	if (!S_ISREG(st->st_mode))
		return refuse_file(e, file, EINVAL, "is no regular file; name one");
	if (st->st_uid != 0 && st->st_uid != safe_uid) {
		conf_error_set(
			e, file, 0, whole,
			"belongs to uid %u, who is not trusted here; give it to root "
			"with chown root",
			(unsigned int)st->st_uid);
		return -EPERM;
	}
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		conf_error_set(
			e, file, 0, whole,
			"has mode %04o: others than its owner can write it; take that "
			"away with chmod go-w",
			(unsigned int)(st->st_mode & 07777));
		return -EPERM;
	}
	return 0;
}

static int read_checked(int fd, const char *file, char *buf, size_t *n,
			struct conf_error *e)
{
	/* one byte more than is allowed, so that a file that has grown since
	 * fstat() is noticed too */
	ssize_t got = file_read_all(fd, buf, CONF_FILE_MAX + 1);

	if (got < 0) {
		conf_error_set(e, file, 0, (struct span){0}, "cannot be read: %s",
			       strerror((int)-got));
		return (int)got;
	}
	if (got > CONF_FILE_MAX) {
		conf_error_set(
			e, file, 0, (struct span){0},
			"is larger than %d bytes; settings are not: name another file",
			CONF_FILE_MAX);
		return -EFBIG;
	}
	buf[got] = '\0';
	*n = (size_t)got;
	return 0;
}

int conf_file_load(const char *file, uid_t safe_uid, char **out, size_t *n,
		   struct conf_error *e)
{
	struct stat st;
	char *buf = NULL;
	int fd, rc;

	/* O_NONBLOCK: opening a fifo must not wait for its writer */
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return refuse_open(e, file, errno);
	if (fstat(fd, &st) < 0) {
		rc = refuse_open(e, file, errno);
		goto out;
	}
	rc = check_owner(file, &st, safe_uid, e);
	if (rc)
		goto out;
	buf = malloc(CONF_FILE_MAX + 1);
	if (!buf) {
		rc = refuse_file(e, file, ENOMEM, "cannot be read: out of memory");
		goto out;
	}
	rc = read_checked(fd, file, buf, n, e);
	if (rc)
		goto out;
	*out = buf;
	buf = NULL;
out:
	free(buf);
	close(fd);
	return rc;
}

/* What a file that some other system or editor wrote looks like. */
static const char *foreign_form(struct span line)
{
	if (line.n && memchr(line.p, '\0', line.n))
		return "holds a NUL byte; save the file as plain text";
	if (line.n && line.p[line.n - 1] == '\r')
		return "ends in a carriage return, the line end of DOS; take these out "
		       "of the "
		       "file, for example with sed -i 's/\\r$//'";
	return NULL;
}

/* A line that is neither empty nor a comment. */
struct line {
	const char *file;
	unsigned int number;
	struct span text;
};

static int parse_setting(const struct line *l, conf_file_fn *fn, void *arg,
			 struct conf_error *e)
{
	const char *equals = memchr(l->text.p, '=', l->text.n);
	struct span name = l->text, value;
	char quoted[64];

	if (!equals)
		return conf_error_set(
			e, l->file, l->number, (struct span){0},
			"%s has no \"=\"; write name = value, and # before a comment",
			text_quote(l->text, quoted, sizeof(quoted)));
	name.n = (size_t)(equals - l->text.p);
	value.p = equals + 1;
	value.n = l->text.n - name.n - 1;
	name = text_trim(name);
	if (!name.n)
		return conf_error_set(e, l->file, l->number, (struct span){0},
				      "no name stands before \"=\"; write name = value");
	return fn(arg, l->file, l->number, name, text_trim(value), e);
}

/* Takes the first line from @rest, without its newline. */
static struct span next_line(struct span *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct span line = *rest;

	if (end)
		line.n = (size_t)(end - rest->p);
	rest->p += line.n + (end ? 1 : 0);
	rest->n -= line.n + (end ? 1 : 0);
	return line;
}

int conf_file_parse(const char *file, struct span text, conf_file_fn *fn, void *arg,
		    struct conf_error *e)
{
	struct line l = {.file = file};

	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		return conf_error_set(
			e, file, 1, (struct span){0},
			"begins with a byte-order mark; save the file as plain text "
			"without one");
	while (text.n) {
		const char *reason;
		int rc;

		l.text = next_line(&text);
		l.number++;
		reason = foreign_form(l.text);
		if (reason)
			return conf_error_set(e, file, l.number, (struct span){0}, "%s",
					      reason);
		l.text = text_trim(l.text);
		if (!l.text.n || l.text.p[0] == '#')
			continue;
		rc = parse_setting(&l, fn, arg, e);
		if (rc)
			return rc;
	}
	return 0;
}
