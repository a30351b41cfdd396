/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.c - descriptors, directories that we make, writing to the end
 *
 * Runs as root in directories that may be others': never follows a symbolic
 * link in the last component and changes only what it made itself.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CLOSE_MAX 65536 /* where the kernel cannot close a range (before 5.9) */

static int make_above(char *dir)
{
	char *slash;

	for (slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(dir, 0755) && errno != EEXIST) {
			*slash = '/';
			return -errno;
		}
		*slash = '/';
	}
	return 0;
}

/* Owner and mode go to the directory that was opened, whatever the name is by now. */
static int give(int fd, const struct file_owner *owner)
{
	if (!owner)
		return 0;
	if (fchown(fd, owner->uid, owner->gid) || fchmod(fd, 02750))
		return -errno;
	return 0;
}

static int open_or_make(char *dir, const struct file_owner *owner)
{
	bool made = false;
	int fd, r;

	r = make_above(dir);
	if (r < 0)
		return r;
	if (!mkdir(dir, 0700))
		made = true;
	else if (errno != EEXIST)
		return -errno;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = made ? give(fd, owner) : 0;
	close(fd);
	return r;
}

static const char *reason_of(int error)
{
	if (error == ELOOP || error == ENOTDIR)
		return "it, or a part of it, is no directory (symbolic links are not "
		       "followed "
		       "here); remove it or set another path";
	if (error == EACCES || error == EPERM)
		return "permission denied; run as root or set a path of your own";
	if (error == EROFS)
		return "the filesystem is read-only; set another path";
	if (error == ENOSPC || error == EDQUOT)
		return "the filesystem is full; make room or set another path";
	return strerror(error);
}

int file_make_parent(const char *path, const struct file_owner *owner, char *why,
		     size_t why_size)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int r;

	if (!slash || slash - path >= PATH_MAX) {
		snprintf(why, why_size, "%s: not an absolute path", path);
		return -EINVAL;
	}
	if (slash == path)
		return 0; /* the root directory */
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	r = open_or_make(dir, owner);
	if (r < 0)
		snprintf(why, why_size, "directory %s: %s", dir, reason_of(-r));
	return r;
}

bool file_fill_standard(int how)
{
	bool closed = fcntl(STDIN_FILENO, F_GETFD) < 0;
	int fd;

	do {
		fd = open("/dev/null", how);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	return closed;
}

void file_close_range(unsigned int first, unsigned int last)
{
	struct rlimit limit = {CLOSE_MAX, CLOSE_MAX};
	unsigned int fd;

#ifdef SYS_close_range
	if (!syscall(SYS_close_range, first, last, 0))
		return;
#endif
	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur > CLOSE_MAX)
		limit.rlim_cur = CLOSE_MAX;
	for (fd = first; fd <= last && fd < limit.rlim_cur; fd++)
		close((int)fd);
}

/* Return: the lowest of @keep that is @from or above, or -1. */
static int next_kept(const int *keep, size_t n, int from)
{
	int next = -1;
	size_t i;

	for (i = 0; i < n; i++)
		if (keep[i] >= from && (next < 0 || keep[i] < next))
			next = keep[i];
	return next;
}

int file_keep_alone(const int *keep, size_t n)
{
	int from = 0, next;

	if (unshare(CLONE_FILES))
		return -errno;
	for (; (next = next_kept(keep, n, from)) >= 0; from = next + 1)
		if (next > from)
			file_close_range((unsigned int)from, (unsigned int)next - 1);
	file_close_range((unsigned int)from, ~0U);
	return 0;
}

int file_can_make(const char *path)
{
	char *dir = strdup(path), *slash;
	int err;

	if (!dir)
		return -ENOMEM;
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	err = faccessat(AT_FDCWD, slash ? dir : ".", W_OK | X_OK, AT_EACCESS) ? -errno
									      : 0;
	free(dir);
	return err;
}

ssize_t file_read_all(int fd, char *buffer, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n < size) {
		got = read(fd, buffer + n, size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

int file_write_all(int fd, struct span text, size_t *done)
{
	ssize_t n;

	for (*done = 0; *done < text.n; *done += (size_t)n) {
		n = write(fd, text.p + *done, text.n - *done);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return n < 0 ? -errno : -ENOSPC;
	}
	return 0;
}

int file_check_since(const char *path, int64_t wall_ms)
{
	struct stat st;
	int64_t ms;

	if (lstat(path, &st))
		return -errno;
	ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	return ms >= wall_ms ? 0 : -EAGAIN;
}
