/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_dir_fill.c - reads the rule files for the worker
 *
 * Understands nothing of them. Runs with the right to read any file, so it opens
 * nothing but regular files of two fixed places, and none through a link.
 */
#include "kernel/rule_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define ENTRIES_MAX 16384 /* of the directory that are looked at */
#define SUFFIX      ".rules"

struct fill {
	char *out;
	size_t size, n;
	unsigned int files;
};

static int put(struct fill *f, const void *bytes, size_t n)
{
	if (n > f->size - f->n)
		return -EFBIG;
	memcpy(f->out + f->n, bytes, n);
	f->n += n;
	return 0;
}

static int put_number(struct fill *f, uint32_t n)
{
	return put(f, &n, sizeof(n));
}

static int check_regular(const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return -ELOOP;
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	return S_ISREG(st->st_mode) ? 0 : -EINVAL;
}

/* To open a device may do something: what it is, is seen first. */
static int open_regular(int dir, const char *path)
{
	struct stat st;
	int fd, r;

	if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	r = check_regular(&st);
	if (r < 0)
		return r;
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	r = fstat(fd, &st) ? -errno : check_regular(&st);
	if (!r)
		return fd;
	close(fd);
	return r;
}

/* Reads its text to where it belongs. Return: bytes, or negative errno of the file. */
static ssize_t read_text(int fd, char *at, size_t room)
{
	size_t most = room < RULE_DIR_TEXT_MAX + 1 ? room : RULE_DIR_TEXT_MAX + 1;
	ssize_t n = file_read_all(fd, at, most);

	return n > RULE_DIR_TEXT_MAX ? -EFBIG : n;
}

/* Return: 0, also of a file that cannot be read; -EFBIG: no room. */
static int put_file(struct fill *f, int dir, const char *path)
{
	int fd = open_regular(dir, path), r;
	size_t name_n = strlen(path);
	ssize_t n = fd;

	if (fd == -ENOENT)
		return 0; /* it has gone since it was listed */
	if (f->files++ == RULE_DIR_FILES_MAX || name_n > RULE_DIR_NAME_MAX)
		r = -EFBIG;
	else
		r = put_number(f, (uint32_t)name_n);
	if (!r)
		r = put(f, path, name_n);
	if (!r)
		r = put_number(f, 0);
	if (!r && fd >= 0) {
		n = read_text(fd, f->out + f->n, f->size - f->n);
		r = n >= 0 && (size_t)n == f->size - f->n ? -EFBIG : 0;
	}
	if (!r) {
		uint32_t length = (uint32_t)n;

		memcpy(f->out + f->n - sizeof(length), &length, sizeof(length));
		f->n += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	return r;
}

/* As augenrules takes them, but that nobody here looks for blanks in the name. */
static bool is_rule_file(const char *name)
{
	size_t n = strlen(name), suffix = sizeof(SUFFIX) - 1;

	return *name != '.' && n >= suffix && !strcmp(name + n - suffix, SUFFIX);
}

static int put_entries(struct fill *f, DIR *dir)
{
	const struct dirent *entry;
	unsigned int entries = 0;
	int r = 0;

	for (errno = 0; !r && (entry = readdir(dir)); errno = 0) {
		if (entries++ == ENTRIES_MAX)
			return -EFBIG;
		if (is_rule_file(entry->d_name))
			r = put_file(f, dirfd(dir), entry->d_name);
	}
	return r ? r : -errno;
}

static int put_directory(struct fill *f, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int r = dir ? put_entries(f, dir) : -errno;

	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return r == -ENOENT ? 0 : r;
}

ssize_t rule_dir_fill(const char *auditd_conf, char *out, size_t size)
{
	const char *slash = strrchr(auditd_conf, '/');
	int n = slash ? (int)(slash - auditd_conf) : 0, r;
	struct fill f = {.out = out, .size = size};
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%.*s/rules.d", n, auditd_conf) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	r = put_directory(&f, path);
	if (r || f.files)
		return r ? r : (ssize_t)f.n;
	if ((size_t)snprintf(path, sizeof(path), "%.*s/audit.rules", n, auditd_conf) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	r = put_file(&f, AT_FDCWD, path);
	return r ? r : (ssize_t)f.n;
}
