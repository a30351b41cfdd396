/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logfile.c - a file of lines that is rotated, and says what it lacks
 *
 * A line stands in the file whole or not at all: one that the disk takes only
 * in part is cut off again. No error ends anything; it is counted, the line is
 * lost, and the next one tries anew.
 */
#include "emit/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/span.h"

#define LOG_MODE   0640
#define CHECK_MS   1000 /* how often the path is looked at */
#define LOG_FLAGS  (O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
#define GAP_MAX    256
#define NUMBER_MAX 12 /* ".NNN" behind the path of an old file */

int logfile_init(struct logfile *f, const char *path, uint64_t rotate_bytes,
		 unsigned int keep)
{
	memset(f, 0, sizeof(*f));
	f->fd = -1;
	f->rotate_bytes = rotate_bytes;
	f->keep = keep;
	f->path = strdup(path);
	return f->path ? 0 : -ENOMEM;
}

void logfile_fini(struct logfile *f)
{
	if (!f->path)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	f->path = NULL;
}

/* A new file gets its mode whatever the umask that we were started with. */
static int open_or_make(const char *path)
{
	int fd = open(path, LOG_FLAGS);

	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? -errno : fd;
	fd = open(path, LOG_FLAGS | O_CREAT | O_EXCL, LOG_MODE);
	if (fd < 0)
		return -errno;
	(void)fchmod(fd, LOG_MODE);
	return fd;
}

/* What open(2) gave for a log. Return: @fd, or negative errno and it is closed. */
static int is_log(int fd)
{
	struct stat st;

	if (fd == -ENXIO) /* a FIFO that nobody reads */
		return -EINVAL;
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

static int failed(struct logfile *f, int err)
{
	f->errors++;
	f->last_errno = -err;
	return err;
}

static void close_file(struct logfile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static int open_file(struct logfile *f)
{
	int fd;

	if (f->fd >= 0)
		return 0;
	fd = is_log(open_or_make(f->path));
	if (fd < 0)
		return failed(f, fd);
	f->fd = fd;
	f->checked_ms = clock_read().boot_ms;
	return 0;
}

void logfile_reopen(struct logfile *f)
{
	close_file(f);
	(void)open_file(f);
}

/* Moved or removed behind our back, without a signal: let go of it. */
static void check_place(struct logfile *f)
{
	int64_t now = clock_read().boot_ms;
	struct stat open_now, at_path;

	if (f->fd < 0 || now - f->checked_ms < CHECK_MS)
		return;
	f->checked_ms = now;
	if (fstat(f->fd, &open_now) || lstat(f->path, &at_path) ||
	    open_now.st_dev != at_path.st_dev || open_now.st_ino != at_path.st_ino)
		close_file(f);
}

/* PATH.@from -> PATH.@to, 0 being PATH itself; one that is not there is no error. */
static int rename_old(const struct logfile *f, unsigned int from, unsigned int to)
{
	size_t size = strlen(f->path) + NUMBER_MAX;
	char *names = malloc(2 * size);
	int err = 0;

	if (!names)
		return -ENOMEM;
	if (from)
		snprintf(names, size, "%s.%u", f->path, from);
	else
		strcpy(names, f->path);
	snprintf(names + size, size, "%s.%u", f->path, to);
	if (rename(names, names + size) && errno != ENOENT)
		err = -errno;
	free(names);
	return err;
}

/* Failing half way is safe: a file is renamed only after its place became free. */
static int rotate(struct logfile *f)
{
	unsigned int i;
	int err = 0;

	if (!f->keep)
		return ftruncate(f->fd, 0) ? -errno : 0;
	for (i = f->keep; i && !err; i--)
		err = rename_old(f, i - 1, i);
	if (err)
		return err;
	close_file(f);
	return 0;
}

/* Append both to the open file of @size bytes: all or nothing. */
static int append(struct logfile *f, struct span gap, struct span line, off_t size)
{
	size_t of_gap, of_line = 0;
	int err = file_write_all(f->fd, gap, &of_gap);

	if (!err)
		err = file_write_all(f->fd, line, &of_line);
	if (err && of_gap + of_line && ftruncate(f->fd, size))
		f->torn = true;
	return err;
}

/* A file that is open, in its place and has room for @n bytes. */
static int prepare(struct logfile *f, size_t n, off_t *size)
{
	struct stat st;
	int err;

	check_place(f);
	err = open_file(f);
	if (err)
		return err;
	if (fstat(f->fd, &st))
		return failed(f, -errno);
	*size = st.st_size;
	if (!st.st_size || (uint64_t)st.st_size + n <= f->rotate_bytes)
		return 0;
	err = rotate(f);
	if (err) {
		failed(f, err);
		return 0;
	}
	*size = 0;
	return open_file(f);
}

/* `TIME gap dropped=N reason="..."`, on a line of its own whatever stands before. */
static struct span gap_text(const struct logfile *f, char out[GAP_MAX])
{
	const char *reason = f->lost_errno ? strerror(f->lost_errno) : "queue full";
	char time[CLOCK_TEXT_SIZE];

	if (!f->lost)
		return (struct span){"", 0};
	clock_text(clock_read().wall_ms, time);
	snprintf(out, GAP_MAX, "%s%s gap dropped=%" PRIu64 " reason=\"%s\"\n",
		 f->torn ? "\n" : "", time, f->lost, reason);
	return span_of(out);
}

/* @line behind the gap that is to be told of. A gap alone would fill a disk that is
 * nearly full with gaps: it stays with the line that ends it. */
static int put_line(struct logfile *f, struct span line)
{
	char text[GAP_MAX];
	struct span gap = gap_text(f, text);
	off_t size = 0;
	int err = prepare(f, gap.n + line.n, &size);

	if (err)
		return err;
	err = append(f, gap, line, size);
	if (err)
		return failed(f, err);
	f->lost = 0;
	f->lost_errno = 0;
	f->torn = false;
	f->last_errno = 0;
	return 0;
}

int logfile_line(struct logfile *f, const char *line, size_t n)
{
	int err = put_line(f, (struct span){line, n});

	if (err) {
		f->lost++;
		f->lost_errno = -err;
	}
	return err;
}

void logfile_lost(struct logfile *f, uint64_t n)
{
	f->lost += n;
}

void logfile_end(struct logfile *f)
{
	if (f->lost)
		(void)put_line(f, (struct span){"", 0});
	close_file(f);
}

/* --- before the first line --- */

static const char *remedy(int error)
{
	switch (error) {
	case ENOENT:
		return "its directory does not exist: make it, or set another "
		       "summary_log";
	case ELOOP:
		return "a symbolic link stands there: remove it, or set another "
		       "summary_log";
	case EISDIR:
	case EINVAL:
		return "no regular file stands there: move it away, or set another "
		       "summary_log";
	case EACCES:
	case EPERM:
		return "give it and its directory to the user that the plugin runs as, "
		       "or set another summary_log";
	default:
		return "see to that, or set another summary_log";
	}
}

int logfile_check(const char *path, char *why, size_t why_size)
{
	int fd = open(path, LOG_FLAGS), err = is_log(fd < 0 ? -errno : fd);

	if (err == -ENOENT)
		err = file_can_make(path);
	if (err >= 0) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	snprintf(why, why_size, "summary log %s: %s (as uid %u): %s", path,
		 strerror(-err), geteuid(), remedy(-err));
	return err;
}

/* --- for the writer --- */

static int sink_put(void *arg, const char *line, size_t n)
{
	return logfile_line(arg, line, n);
}

static void sink_lost(void *arg, uint64_t n)
{
	logfile_lost(arg, n);
}

static void sink_reopen(void *arg)
{
	logfile_reopen(arg);
}

static void sink_end(void *arg)
{
	logfile_end(arg);
}

static void sink_tell(void *arg, struct writer_counters *c)
{
	const struct logfile *f = arg;

	c->errors = f->errors;
	c->last_errno = f->last_errno;
}

static void sink_release(void *arg)
{
	logfile_fini(arg);
	free(arg);
}

int logfile_sink(const char *path, uint64_t rotate_bytes, unsigned int keep,
		 struct writer_sink *sink)
{
	struct logfile *f = malloc(sizeof(*f));

	if (!f)
		return -ENOMEM;
	if (logfile_init(f, path, rotate_bytes, keep) < 0) {
		free(f);
		return -ENOMEM;
	}
	*sink = (struct writer_sink){.put = sink_put,
				     .lost = sink_lost,
				     .reopen = sink_reopen,
				     .end = sink_end,
				     .tell = sink_tell,
				     .release = sink_release,
				     .arg = f};
	return 0;
}
