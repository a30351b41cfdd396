/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * statefile.c - the file that is read once and replaced as a whole
 *
 * The sink's part runs on the writer's thread and may wait for the disk.
 * Invariant: PATH is only ever the target of a rename of a file that was
 * written to its end and synced.
 */
#include "emit/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define NEW_FLAGS  (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
#define READ_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
#define STATE_MODE 0600 /* the key in it is a secret */
#define ASIDE_MAX  10

/* --- reading --- */

static int check(int fd, bool any_owner, size_t *n)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (!any_owner &&
	    ((st.st_uid != geteuid() && st.st_uid != 0) || st.st_mode & 022))
		return -EPERM;
	if (st.st_size > STATEFILE_MAX)
		return -EFBIG;
	*n = (size_t)st.st_size;
	return 0;
}

int statefile_read(const char *path, bool any_owner, char **text, size_t *n)
{
	int fd = open(path, READ_FLAGS), err;
	ssize_t got;

	*text = NULL;
	if (fd < 0)
		return errno == ENXIO ? -EINVAL : -errno;
	err = check(fd, any_owner, n);
	if (!err) {
		*text = malloc(*n + 1);
		got = *text ? file_read_all(fd, *text, *n) : -ENOMEM;
		err = got < 0 ? (int)got : 0;
		*n = got < 0 ? 0 : (size_t)got;
	}
	close(fd);
	if (err) {
		free(*text);
		*text = NULL;
	}
	return err;
}

int statefile_set_aside(const char *path, char *name, size_t size)
{
	int i, len;

	for (i = 0; i < ASIDE_MAX; i++) {
		len = i ? snprintf(name, size, "%s.bad.%d", path, i)
			: snprintf(name, size, "%s.bad", path);
		if (len < 0 || (size_t)len >= size)
			return -ENAMETOOLONG;
		if (!renameat2(AT_FDCWD, path, AT_FDCWD, name, RENAME_NOREPLACE))
			return 0;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

/* --- replacing --- */

struct statefile {
	char *path, *fresh; /* fresh: PATH.new */
	int fd;             /* of the fresh one, -1: none is being written */
	uint64_t files;
	uint64_t errors;
	int last_errno;
};

/* Another process with the same setting may have put its own there meanwhile. */
static bool is_ours(const struct statefile *f)
{
	struct stat open, there;

	return !fstat(f->fd, &open) && !lstat(f->fresh, &there) &&
	       open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

static int give_up(struct statefile *f, int err)
{
	if (f->fd >= 0) {
		if (is_ours(f))
			(void)unlink(f->fresh);
		close(f->fd);
	}
	f->fd = -1;
	if (err) {
		f->errors++;
		f->last_errno = -err;
	}
	return err;
}

static int begin(struct statefile *f)
{
	(void)give_up(f, 0);
	if (unlink(f->fresh) && errno != ENOENT)
		return give_up(f, -errno);
	f->fd = open(f->fresh, NEW_FLAGS, STATE_MODE);
	return f->fd < 0 ? give_up(f, -errno) : 0;
}

static int finish(struct statefile *f)
{
	if (fsync(f->fd))
		return give_up(f, -errno);
	if (!is_ours(f))
		return give_up(f, -ESTALE);
	if (rename(f->fresh, f->path))
		return give_up(f, -errno);
	close(f->fd);
	f->fd = -1;
	f->last_errno = 0;
	f->files++;
	return 0;
}

static int sink_put(void *arg, const char *data, size_t n)
{
	struct statefile *f = arg;
	size_t done;
	int err;

	if (data[0] & STATEFILE_FIRST) {
		err = begin(f);
		if (err)
			return err;
	}
	if (f->fd < 0)
		return -EPIPE; /* the rest of one that was given up */
	err = file_write_all(f->fd, (struct span){data + 1, n - 1}, &done);
	if (err)
		return give_up(f, err);
	return data[0] & STATEFILE_LAST ? finish(f) : 0;
}

static void sink_lost(void *arg, uint64_t n)
{
	if (n)
		give_up(arg, -EPIPE);
}

static void sink_end(void *arg)
{
	(void)give_up(arg, 0);
}

static void sink_tell(void *arg, struct writer_counters *c)
{
	const struct statefile *f = arg;

	c->files = f->files;
	c->errors = f->errors;
	c->last_errno = f->last_errno;
}

static void sink_release(void *arg)
{
	struct statefile *f = arg;

	free(f->path);
	free(f->fresh);
	free(f);
}

int statefile_sink(const char *path, struct writer_sink *sink)
{
	struct statefile *f = calloc(1, sizeof(*f));
	size_t size = strlen(path) + sizeof(".new");

	if (!f)
		return -ENOMEM;
	f->fd = -1;
	f->path = strdup(path);
	f->fresh = malloc(size);
	if (!f->path || !f->fresh) {
		sink_release(f);
		return -ENOMEM;
	}
	snprintf(f->fresh, size, "%s.new", path);
	*sink = (struct writer_sink){.put = sink_put,
				     .lost = sink_lost,
				     .end = sink_end,
				     .tell = sink_tell,
				     .release = sink_release,
				     .arg = f};
	return 0;
}
