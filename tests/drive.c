/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drive.c - start a plugin as auditd does and send it a recorded stream
 *
 * usage: drive [OPTION VALUE]... PLUGIN [ARG...] < stream
 * The plugin's standard input is one end of a socketpair, its environment is
 * empty, every signal arrives ignored, its directory is / (audit-userspace
 * audisp/audispd.c: start_one_plugin). Standard output and error stay ours.
 * --chunk: bytes of a write; auditd writes a line at a time, which is the default
 * --rate: lines a second, for a stream that lasts; 0: as fast as it is read
 * --linger: how long the stream stays open behind its last byte, in ms
 * --term: send SIGTERM then, and leave the stream open this long, in ms
 * Ends with the plugin's exit status, 128 + signal, or 99 when it did not end
 * within two seconds of the stream.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define END_MS \
	2000 /* DRIVE_END_MS in the environment is another, for slow ways to run \
	      */

struct options {
	size_t chunk;
	unsigned long rate, linger_ms, term_ms;
};

static void die(const char *what)
{
	fprintf(stderr, "drive: %s: %s\n", what, strerror(errno));
	exit(98);
}

static void pause_ns(long ns)
{
	struct timespec t = {ns / 1000000000, ns % 1000000000};

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static pid_t start(int stream, int ours, char **argv)
{
	char *const empty[] = {NULL};
	pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	close(ours);
	for (i = 1; i < NSIG; i++)
		signal(i, SIG_IGN);
	if (dup2(stream, STDIN_FILENO) < 0)
		die("dup2");
	close(stream);
	if (chdir("/"))
		die("chdir");
	execve(argv[0], argv, empty);
	die(argv[0]);
	return -1;
}

/* Return: false when the plugin reads no more. */
static int send_all(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, data, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return 0;
		data += sent;
		n -= (size_t)sent;
	}
	return 1;
}

static int send_lines(int fd, const struct options *o)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int ok = 1;

	while (ok && (n = getline(&line, &size, stdin)) > 0) {
		ok = send_all(fd, line, (size_t)n);
		if (o->rate)
			pause_ns(1000000000L / (long)o->rate);
	}
	free(line);
	return ok;
}

static int send_chunks(int fd, const struct options *o)
{
	char *buffer = malloc(o->chunk);
	size_t n;
	int ok = 1;

	if (!buffer)
		die("malloc");
	while (ok && (n = fread(buffer, 1, o->chunk, stdin)) > 0)
		ok = send_all(fd, buffer, n);
	free(buffer);
	return ok;
}

/* Return: exit status of the plugin as the shell would have it, 99 when it hangs. */
static int await_end(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status;
	const char *wanted = getenv("DRIVE_END_MS");
	int end_ms = wanted ? atoi(wanted) : END_MS;
	struct pollfd p = {pidfd, POLLIN, 0};

	if (pidfd < 0)
		die("pidfd_open");
	if (poll(&p, 1, end_ms) != 1) {
		fprintf(stderr, "drive: the plugin did not end within %d ms\n", end_ms);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		return 99;
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static char **read_options(char **argv, struct options *o)
{
	for (argv++; argv[0] && !strncmp(argv[0], "--", 2) && argv[1]; argv += 2) {
		unsigned long n = strtoul(argv[1], NULL, 10);

		if (!strcmp(argv[0], "--chunk"))
			o->chunk = n;
		else if (!strcmp(argv[0], "--rate"))
			o->rate = n;
		else if (!strcmp(argv[0], "--linger"))
			o->linger_ms = n;
		else if (!strcmp(argv[0], "--term"))
			o->term_ms = n;
		else
			break;
	}
	return argv;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	int pair[2];
	pid_t pid;

	argv = read_options(argv, &o);
	if (!argv[0] || argv[0][0] == '-') {
		fprintf(stderr,
			"usage: drive [--chunk BYTES] [--rate LINES] [--linger MS] "
			"[--term MS] PLUGIN [ARG...] < stream\n");
		return 2;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		die("socketpair");
	pid = start(pair[1], pair[0], argv);
	if (pid < 0)
		die("fork");
	close(pair[1]);
	if (!(o.chunk ? send_chunks(pair[0], &o) : send_lines(pair[0], &o)))
		fprintf(stderr, "drive: the plugin stopped reading\n");
	pause_ns((long)o.linger_ms * 1000000);
	if (o.term_ms) {
		kill(pid, SIGTERM);
		pause_ns((long)o.term_ms * 1000000);
	}
	close(pair[0]);
	return await_end(pid);
}
