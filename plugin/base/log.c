/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.c - messages for the operator, to stderr and to /dev/log
 *
 * Never waits: stderr is written only when poll(2) says that it takes bytes,
 * the datagram socket never blocks. The socket is not connected: each message
 * names /dev/log anew, so a syslog daemon that was restarted gets the very
 * next message, and no lock and no state of a connection is needed.
 * This module alone keeps file-scope state. log_open() and log_close() run
 * while there is one thread; log_msg() and log_dropped() may run in any.
 */
#include "base/log.h"

#include <errno.h>
#include <paths.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048 /* one message with its header and newline */
#define HEAD_BYTES     96   /* room for `<PRI>Mmm dd hh:mm:ss program[pid]: ` */
#define PROGRAM_BYTES  32

/* A message under way; a header is put right in front of the text. */
struct message {
	char line[LINE_MAX_BYTES];
	size_t n; /* of the text, which begins at HEAD_BYTES */
};

static struct {
	char program[PROGRAM_BYTES];
	bool to_syslog;
	int fd;
	_Atomic uint64_t dropped;
} state = {.program = "audisp-noise", .fd = -1};

void log_open(const char *program, bool to_syslog)
{
	log_close();
	snprintf(state.program, sizeof(state.program), "%s", program);
	state.to_syslog = to_syslog;
	if (!to_syslog)
		return;
	/* localtime_r() reads the time zone file the first time: do it now */
	tzset();
	state.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

void log_close(void)
{
	if (state.fd >= 0)
		close(state.fd);
	state.fd = -1;
	state.to_syslog = false;
}

static void __attribute__((format(printf, 2, 0)))
format_text(struct message *m, const char *format, va_list ap)
{
	char *text = m->line + HEAD_BYTES;
	size_t room = sizeof(m->line) - HEAD_BYTES - 1; /* the newline stays free */
	int n = vsnprintf(text, room, format, ap);

	m->n = n < 0 ? 0 : (size_t)n;
	if (m->n >= room) {
		m->n = room - 1;
		memcpy(text + m->n - 3, "...", 3);
	}
	for (size_t i = 0; i < m->n; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' '; /* one message is one line */
	}
}

/* Puts @head before the text; returns where the line begins then. */
static char *put_head(struct message *m, const char *head, size_t n)
{
	char *start = m->line + HEAD_BYTES - n;

	memcpy(start, head, n);
	return start;
}

/* Returns true when the message went out, or nobody is there to read it. */
static bool to_stderr(struct message *m)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	char head[HEAD_BYTES], *start;
	size_t n;

	if (poll(&p, 1, 0) >= 0) {
		if (p.revents & (POLLNVAL | POLLERR))
			return true; /* closed, here or at the other end */
		if (!(p.revents & POLLOUT))
			return false;
	}
	n = (size_t)snprintf(head, sizeof(head), "%s: ", state.program);
	start = put_head(m, head, n);
	start[n + m->n] = '\n';
	return write(STDERR_FILENO, start, n + m->n + 1) >= 0;
}

static bool to_syslog(struct message *m, int priority)
{
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	time_t now = time(NULL);
	char head[HEAD_BYTES], *start;
	struct tm t = {0};
	size_t n;

	localtime_r(&now, &t);
	/* RFC 3164; strftime(3) would write the month of the locale */
	n = (size_t)snprintf(head, sizeof(head), "<%d>%s %2d %02d:%02d:%02d %s[%d]: ",
			     LOG_DAEMON | LOG_PRI(priority), months[t.tm_mon % 12],
			     t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, state.program,
			     (int)getpid());
	start = put_head(m, head, n);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", _PATH_LOG);
	return sendto(state.fd, start, n + m->n, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (const struct sockaddr *)&to, sizeof(to)) >= 0;
}

void log_msg(int priority, const char *format, ...)
{
	int saved = errno; /* callers log first and return -errno after it */
	struct message m = {.n = 0};
	bool out;
	va_list ap;

	va_start(ap, format);
	format_text(&m, format, ap);
	va_end(ap);
	out = to_stderr(&m);
	if (state.to_syslog)
		out = to_syslog(&m, priority) && out;
	if (!out)
		atomic_fetch_add_explicit(&state.dropped, 1, memory_order_relaxed);
	errno = saved;
}

int log_descriptor(void)
{
	return state.fd;
}

uint64_t log_dropped(void)
{
	return atomic_load_explicit(&state.dropped, memory_order_relaxed);
}
