/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intake.c - from the stream's descriptor into the engine
 *
 * Few reads, and never one that waits long: auditd writes line by line, and a
 * read for each costs more than counting it. Says once when what comes is no
 * stream of audit records.
 */
#include "intake.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

#define GATHER_NS     500000    /* records gather; 0.2-0.5 ms cost no throughput */
#define GATHER_LINES  100       /* of others: then no pause, auditd's socket holds 167 */
#define DAMPED_NS     100000000 /* the longest, when what we read is what we cause */
#define DAMPED_BYTES  8192      /* which end it: a tenth of what auditd's socket holds */
#define STRANGE_LINES 64        /* lines without one record, after which we say so */

int intake_check(bool closed, bool *by_hand)
{
	struct stat st;

	if (closed || fstat(STDIN_FILENO, &st)) {
		log_msg(LOG_ERR,
			"standard input is closed; auditd must start this program, or a "
			"stream be piped into it");
		return -EBADF;
	}
	if (isatty(STDIN_FILENO)) {
		log_msg(LOG_ERR,
			"standard input is a terminal; auditd must start this program "
			"(see audisp-noise(8)), or a stream be piped into it");
		return -ENOTTY;
	}
	*by_hand = !S_ISSOCK(st.st_mode);
	return 0;
}

void intake_init(struct intake *in, struct engine *engine)
{
	memset(in, 0, sizeof(*in));
	in->engine = engine;
	in->last = clock_read();
	in->pause_ns = GATHER_NS;
}

/* The binary header of auditd-plugins(5): version 0 or 1, then its own size, 16 */
static bool is_binary(const char *data, size_t n)
{
	uint32_t head[2];

	if (n < sizeof(head))
		return false;
	memcpy(head, data, sizeof(head));
	return head[0] <= 1 && head[1] == 16;
}

static void look_at_format(struct intake *in, size_t n)
{
	struct engine_health h = engine_health(in->engine);
	bool any = h.lines > h.lines_bad;
	char shown[128];

	if (!in->looked_at_format && is_binary(in->buffer, n)) {
		in->said_strange = true;
		log_msg(LOG_ERR,
			"standard input: auditd sends records in binary format, which "
			"is not read here; set `format = string` in the plugins.d file "
			"of audisp-noise and restart auditd");
	}
	in->looked_at_format = true;
	if (in->said_strange || any || h.lines < STRANGE_LINES)
		return;
	in->said_strange = true;
	text_quote((struct span){in->buffer, n < 40 ? n : 40}, shown, sizeof(shown));
	log_msg(LOG_ERR,
		"standard input: %d lines and none is an audit record (the last read "
		"began %s); it must be the stream that auditd sends to its plugins",
		STRANGE_LINES, shown);
}

/* Data do not end it, the end of the stream does. */
static void gather(const struct intake *in, int fd)
{
	const struct timespec pause = {0, GATHER_NS};
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};

	if (in->pause_ns == GATHER_NS)
		ppoll(&p, 1, &pause, NULL);
}

/*
 * A longer pause is the kernel's: read(2) waits for it, but no longer than until
 * a flood of others begins, which auditd's queue would not hold that long. What
 * is no socket brings no records of ours.
 */
static void set_pause(struct intake *in, int fd, int64_t pause_ns)
{
	const bool damped = pause_ns > GATHER_NS;
	const int bytes = damped ? DAMPED_BYTES : 1;
	const struct timeval limit = {0, damped ? pause_ns / 1000 : 0};

	if (damped || in->pause_ns > GATHER_NS) {
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof(bytes));
	}
	in->pause_ns = pause_ns;
}

/*
 * We are audited too: where a rule takes our own calls, each read brings the
 * records of the one before, for ever. While most of what comes is ours the
 * pause grows, so that this loop goes round a few times a second and no more.
 */
static void weigh(struct intake *in, int fd, unsigned int lines)
{
	struct tally *tally = engine_tally(in->engine);
	uint64_t before = in->own, own;
	int64_t longer = in->pause_ns < GATHER_NS ? GATHER_NS : 2 * in->pause_ns;

	in->own = tally_self(tally, -1, 0).records;
	own = in->own - before;
	if (own > lines)
		own = lines;
	if (longer > DAMPED_NS)
		longer = DAMPED_NS;
	if (own <= lines - own)
		set_pause(in, fd, lines - own > GATHER_LINES ? 0 : GATHER_NS);
	else if (longer != in->pause_ns)
		set_pause(in, fd, longer);
}

bool intake_read(struct intake *in, int fd)
{
	ssize_t n;

	gather(in, fd);
	n = read(fd, in->buffer, sizeof(in->buffer));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n < 0)
		log_msg(LOG_ERR, "standard input: %s; ending", strerror(errno));
	if (n <= 0)
		return false;
	in->last = clock_read();
	weigh(in, fd, engine_feed(in->engine, in->buffer, (size_t)n, &in->last));
	look_at_format(in, (size_t)n);
	return true;
}

int intake_end(const struct intake *in)
{
	struct engine_health h = engine_health(in->engine);

	if (!h.lines || h.lines > h.lines_bad)
		return 0;
	if (!in->said_strange)
		log_msg(LOG_ERR,
			"standard input: no audit record in %llu lines; it must be the "
			"stream that auditd sends to its plugins",
			(unsigned long long)h.lines);
	return 1;
}
