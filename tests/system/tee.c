/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tee.c - an auditd plugin that only records: stdin to the end of one file
 *
 * Its file is the stream exactly as auditd hands it to a plugin, against which
 * the tests hold the plugin's own figures. auditd ends a plugin by SIGTERM and
 * then closes the stream; what is still in between must not be lost, so only
 * the end of the input ends it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int copy(int from, int to)
{
	static char block[1 << 18];

	for (;;) {
		ssize_t n = read(from, block, sizeof(block));
		int rc;

		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		rc = write_all(to, block, (size_t)n);
		if (rc < 0)
			return rc;
	}
}

int main(int argc, char **argv)
{
	int fd, rc;

	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (argc != 2) {
		fputs("usage: tee FILE, as an auditd plugin with args = FILE\n", stderr);
		return 2;
	}
	fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		fprintf(stderr, "tee: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	rc = copy(STDIN_FILENO, fd);
	if (rc < 0)
		fprintf(stderr, "tee: %s: %s\n", argv[1], strerror(-rc));
	if (close(fd) < 0)
		rc = -errno;
	return rc < 0;
}
