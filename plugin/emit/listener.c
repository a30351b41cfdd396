/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listener.c - a listening unix socket at a path
 *
 * Removes nothing but a socket that answers ECONNREFUSED, which only one
 * without a listener does, and in the end the very file that it made. Between
 * bind(2) and listen(2) connections are refused, so nobody gets in before the
 * group is right.
 */
#include "emit/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_TRIES    20
#define LOCK_PAUSE_US 10000

struct reason {
	int error; /* 0: any other */
	const char *text;
};

/* What to do about it; the path and the system's word for it come before. */
static const struct reason reasons[] = {
	{EADDRINUSE,
	 "another program listens there: stop it, or set another socket path"},
	{EEXIST,
	 "a file that is no socket is in the way: move it, or set another socket path"},
	{ENAMETOOLONG, "a socket path has at most 107 bytes: set a shorter one"},
	{ENOENT, "its directory does not exist: make it, or set another socket path"},
	{EPERM,
	 "the socket cannot be given to its group: become a member of it, or set another "
	 "socket group"},
	{0, "see to it that its directory can be written, or set another socket path"},
};

static int explain(const char *path, int error, char *why, size_t why_size)
{
	const struct reason *r = reasons;

	while (r->error && r->error != error)
		r++;
	snprintf(why, why_size, "socket %s: %s: %s", path, strerror(error), r->text);
	return -error;
}

/* Who listens at @at? Return: 0 nobody any more, else negative errno. */
static int probe(const struct sockaddr_un *at)
{
	int fd, error;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	error = connect(fd, (const struct sockaddr *)at, sizeof(*at)) ? errno : 0;
	close(fd);
	switch (error) {
	case ECONNREFUSED:
	case ENOENT:
		return 0;
	case 0:
	case EAGAIN:     /* its queue of connections is full */
	case EPROTOTYPE: /* a live socket of another kind */
		return -EADDRINUSE;
	default:
		return -error;
	}
}

/* Make room for our socket: what may be removed is gone, or an error says why not. */
static int clear_place(const struct sockaddr_un *at)
{
	struct stat st;
	int err;

	if (lstat(at->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	err = probe(at);
	if (err)
		return err;
	return unlink(at->sun_path) && errno != ENOENT ? -errno : 0;
}

/* The umask and not chmod(2): there is no moment at which the mode is wider. */
static int bind_with_mode(int fd, const struct sockaddr_un *at, mode_t mode)
{
	mode_t saved = umask(~mode & 0777);
	int err = bind(fd, (const struct sockaddr *)at, sizeof(*at)) ? -errno : 0;

	umask(saved);
	return err;
}

/* The file is bound: remember it, give it its group, listen. */
static int take_place(struct listener *l, const struct listener_options *options)
{
	struct stat st;

	if (lstat(l->at.sun_path, &st))
		return -errno;
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	/* in a directory with the set-group-ID bit it has the group already */
	if (st.st_gid != options->group &&
	    lchown(l->at.sun_path, (uid_t)-1, options->group))
		return -errno;
	return listen(l->fd, (int)options->backlog) ? -errno : 0;
}

/*
 * The directory's lock, so that of two that start at once one sees the other's
 * socket. It helps honest instances and no more: whoever may read the directory
 * can hold it, so after a moment, or without it, the start goes on.
 * Return: a descriptor whose closing unlocks, or -1.
 */
static int lock_directory(const char *path)
{
	char dir[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;
	int fd, tries;

	strcpy(dir, path);
	slash = strrchr(dir, '/');
	if (!slash)
		return -1;
	slash[slash == dir] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (tries = 0; fd >= 0 && tries < LOCK_TRIES; tries++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			break;
		usleep(LOCK_PAUSE_US);
	}
	return fd;
}

static int open_locked(struct listener *l, const struct listener_options *options)
{
	int err = clear_place(&l->at);

	if (err)
		return err;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return -errno;
	err = bind_with_mode(l->fd, &l->at, options->mode);
	return err ? err : take_place(l, options);
}

int listener_open(struct listener *l, const struct listener_options *options, char *why,
		  size_t why_size)
{
	int lock, err;

	memset(l, 0, sizeof(*l));
	l->fd = -1;
	l->at.sun_family = AF_UNIX;
	if (strlen(options->path) >= sizeof(l->at.sun_path))
		return explain(options->path, ENAMETOOLONG, why, why_size);
	strcpy(l->at.sun_path, options->path);
	lock = lock_directory(options->path);
	err = open_locked(l, options);
	if (err)
		listener_close(l);
	if (lock >= 0)
		close(lock);
	return err ? explain(options->path, -err, why, why_size) : 0;
}

void listener_close(struct listener *l)
{
	struct stat st;

	if (l->fd < 0)
		return;
	if (l->ino && !lstat(l->at.sun_path, &st) && st.st_dev == l->dev &&
	    st.st_ino == l->ino)
		unlink(l->at.sun_path);
	close(l->fd);
	l->fd = -1;
}
