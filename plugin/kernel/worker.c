/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.c - the process that asks the kernel and reads files
 *
 * Answers each request of a closed list with raw bytes and understands none of
 * them. Its other thread asks the kernel (asker.h), and may sleep over it; this
 * one reads replies, requests and files, and answers.
 */
#include "kernel/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf_file.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "kernel/asker.h"
#include "kernel/rule_dir.h"
#include "kernel/wire.h"

#define REPLY_MS         5000   /* it comes within one */
#define REPORT_EVERY_MS  15000  /* auditd writes a small file for each */
#define REPORT_COARSE_MS 50     /* a file's time may be this much before the clock's */
#define REPORT_MS        300    /* it takes to write that */
#define NETLINK_BYTES    524288 /* some 5,500 sockets */
#define KLOG_READS       256    /* records in one answer */
#define KLOG_RECORD_MAX  8192   /* more than any record of /dev/kmsg */

struct asked {
	uint32_t request, id; /* id 0: none */
};

struct worker {
	struct worker_options o;
	struct asker asker;
	struct asked asked; /* the request that waits for the kernel's reply */
	int64_t asked_ms;
	char *rules; /* what has come of the list of rules; NULL: nothing yet */
	size_t rules_n;
	uint32_t klog_id;      /* the request that waits for the kernel's log; 0: none */
	uint32_t report_id;    /* that waits for auditd's report; 0: none */
	int64_t report_due_ms; /* when it is there */
	int64_t report_asked_wall_ms;
	int64_t report_asked_ms; /* of auditd, the last time; 0: never */
	char *buffer;            /* WATCH_ANSWER_MAX */
};

static int confine(void *arg)
{
	const struct worker *w = arg;
	char why[512];
	int r = w->o.watch->confine(w->o.watch->arg, WATCH_WORKER, why, sizeof(why));

	if (r < 0)
		log_msg(LOG_ERR, "the watcher: its worker does not run: %s", why);
	return r;
}

/* --- answering --- */

/* Return: 0, or negative errno: the stream process is gone. */
static int answer(const struct worker *w, struct asked to, int error, struct span data)
{
	struct wire_head head = {
		.kind = WIRE_ANSWER, .request = to.request, .id = to.id, .error = error};
	size_t n;
	int r;

	if (data.n > WATCH_ANSWER_MAX) {
		head.error = -EFBIG;
		data.n = 0;
	}
	head.total = (uint32_t)data.n;
	do {
		n = data.n < WIRE_DATA_MAX ? data.n : WIRE_DATA_MAX;
		r = wire_send(w->o.fd, &head, data.p, n, 0);
		head.offset += (uint32_t)n;
		data.p += n;
		data.n -= n;
	} while (!r && data.n);
	return r;
}

static int answer_error(const struct worker *w, struct asked to, int error)
{
	return answer(w, to, error, (struct span){"", 0});
}

/* --- the kernel --- */

/* What was asked of the kernel, or why it is not to be had. */
static int answer_asked(struct worker *w, int error, struct span data)
{
	struct asked to = w->asked;
	int r;

	w->asked = (struct asked){0, 0};
	r = answer(w, to, error, data);
	free(w->rules);
	w->rules = NULL;
	w->rules_n = 0;
	return r;
}

/* The sender has come back, and says how it went. */
static int on_bell(struct worker *w)
{
	int error = asker_back(&w->asker);

	return error && w->asked.id ? answer_asked(w, error, (struct span){"", 0}) : 0;
}

static int ask_kernel(struct worker *w, struct asked to)
{
	int r;

	if (w->asked.id && w->asked.request == to.request) {
		w->asked.id = to.id; /* the first does not wait any more: it will do */
		return 0;
	}
	r = w->asked.id ? -EBUSY
			: asker_ask(&w->asker, to.request == WATCH_RULES ? ASKER_RULES
									 : ASKER_STATUS);
	if (r < 0)
		return answer_error(w, to, r);
	w->asked = to;
	w->asked_ms = clock_read().boot_ms;
	return 0;
}

/* One more behind those that came, as rulelist.h says. */
static int keep_rule(struct worker *w, struct span rule)
{
	uint32_t n = (uint32_t)rule.n;

	if (!w->rules)
		w->rules = malloc(WATCH_ANSWER_MAX);
	if (!w->rules)
		return answer_asked(w, -ENOMEM, (struct span){"", 0});
	if (sizeof(n) + n > WATCH_ANSWER_MAX - w->rules_n)
		return answer_asked(w, -EFBIG, (struct span){"", 0});
	memcpy(w->rules + w->rules_n, &n, sizeof(n));
	memcpy(w->rules + w->rules_n + sizeof(n), rule.p, n);
	w->rules_n += sizeof(n) + n;
	return 0;
}

/* The kernel's reply: of its frame only what says which one it is. */
static int on_netlink(struct worker *w)
{
	union {
		uint32_t aligned;
		char bytes[ASKER_REPLY_MAX];
	} room;
	struct asker_reply reply;

	if (!asker_read(&w->asker, &room, &reply) || !w->asked.id)
		return 0;
	if (reply.error == -ENOBUFS && w->asked.request == WATCH_STATUS)
		return 0; /* it may have been another's */
	if (reply.error)
		return answer_asked(w, reply.error, (struct span){"", 0});
	if (w->asked.request == WATCH_STATUS)
		return answer_asked(w, 0, reply.data);
	if (!reply.done)
		return keep_rule(w, reply.data);
	return answer_asked(w, 0, (struct span){w->rules ? w->rules : "", w->rules_n});
}

static int answer_settings(struct worker *w, struct asked to)
{
	struct conf_error error;
	char *text = NULL, why[640];
	size_t n = 0;
	int r = conf_file_load(w->o.watch->settings_file, w->o.watch->settings_uid, &text,
			       &n, &error);

	if (r < 0)
		return answer(w, to, r,
			      span_of(conf_error_text(&error, why, sizeof(why))));
	r = answer(w, to, 0, (struct span){text, n});
	free(text);
	return r;
}

/* --- files, as they are --- */

/* Return: bytes in w->buffer, or negative errno. */
static ssize_t read_file(struct worker *w, const char *path, size_t at)
{
	/* O_NONBLOCK: opening a fifo must not wait for its writer */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = file_read_all(fd, w->buffer + at, WATCH_ANSWER_MAX - at);
	close(fd);
	return n;
}

static int answer_read(const struct worker *w, struct asked to, ssize_t n)
{
	if (n < 0)
		return answer_error(w, to, (int)n);
	return answer(w, to, 0, (struct span){w->buffer, (size_t)n});
}

static int answer_auditd_conf(struct worker *w, struct asked to)
{
	return answer_read(w, to, read_file(w, w->o.watch->auditd_conf, 0));
}

static int answer_rules_d(struct worker *w, struct asked to)
{
	return answer_read(
		w, to,
		rule_dir_fill(w->o.watch->auditd_conf, w->buffer, WATCH_ANSWER_MAX));
}

/* Is it auditd's line: family NETLINK_AUDIT, and its pid as the port? */
static bool is_auditds(const struct worker *w, struct span line)
{
	struct span family, port;
	uint64_t value;

	(void)text_word(&line); /* the socket's address */
	family = text_word(&line);
	port = text_word(&line);
	return text_u64(family, UINT32_MAX, &value) && value == NETLINK_AUDIT &&
	       text_u64(port, UINT32_MAX, &value) &&
	       value == (uint64_t)w->o.watch->auditd;
}

/*
 * Anyone may open as many netlink sockets as he likes, and the kernel walks all of
 * them for each page that is read. So auditd's line is sought here, in a part that is
 * read in some 10 ms; one that lies behind is not known (-E2BIG).
 */
static int answer_netlink(struct worker *w, struct asked to)
{
	int fd = open("/proc/self/net/netlink", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : file_read_all(fd, w->buffer, NETLINK_BYTES);
	struct span text = {w->buffer, n > 0 ? (size_t)n : 0}, line;

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return answer_error(w, to, (int)n);
	while (w->o.watch->auditd && text_line(&text, &line))
		if (is_auditds(w, line))
			return answer(w, to, 0, line);
	return answer_error(w, to, n == NETLINK_BYTES ? -E2BIG : -ENOENT);
}

/* Of its first thread, which reads the kernel's records and writes the log. */
static int answer_auditd_proc(struct worker *w, struct asked to)
{
	const int pid = w->o.watch->auditd;
	char path[64];
	ssize_t n, more;

	if (!pid)
		return answer_error(w, to, -ESRCH);
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	n = read_file(w, path, 0);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", pid, pid);
	more = n < 0 ? 0 : read_file(w, path, (size_t)n);
	return answer_read(w, to, n < 0 || more < 0 ? n : n + more);
}

/* --- auditd's report --- */

/* The first place that has one that answers: auditd from 4.1.2, and before. */
static int answer_report(struct worker *w)
{
	static const char *const places[] = {"/run/audit/auditd.state",
					     "/var/run/auditd.state"};
	struct asked to = {WATCH_AUDITD_STATE, w->report_id};
	int64_t since_ms = w->report_asked_wall_ms - REPORT_COARSE_MS;
	ssize_t n = -ENOENT;
	size_t i;

	w->report_id = 0;
	for (i = 0; i < sizeof(places) / sizeof(places[0]) && n < 0; i++) {
		n = file_check_since(places[i], since_ms);
		if (!n)
			n = read_file(w, places[i], 0);
	}
	return answer_read(w, to, n);
}

/*
 * SIGCONT may be sent to any process of one's session (kill(2)). To one that was
 * stopped it would do more than ask: whoever asks us has looked at its state.
 */
static int ask_report(struct worker *w, struct asked to)
{
	int64_t now = clock_read().boot_ms;

	if (!w->o.watch->auditd)
		return answer_error(w, to, -ESRCH);
	if (w->report_asked_ms && now - w->report_asked_ms < REPORT_EVERY_MS)
		return answer_error(w, to, -EAGAIN); /* an old one would mislead */
	w->report_asked_ms = now;
	w->report_asked_wall_ms = clock_read().wall_ms;
	if (kill(w->o.watch->auditd, SIGCONT))
		return answer_error(w, to, -errno);
	w->report_id = to.id;
	w->report_due_ms = now + REPORT_MS;
	return 0;
}

/* --- the kernel's log --- */

static int answer_kernel_log(struct worker *w, ssize_t n)
{
	struct asked to = {WATCH_KERNEL_LOG, w->klog_id};

	w->klog_id = 0;
	return answer_read(w, to, n);
}

/* Whole records, one a read; one that was overwritten before it was read is skipped. */
static int on_kernel_log(struct worker *w)
{
	size_t n = 0;
	ssize_t got = 0;
	unsigned int i;

	for (i = 0; i < KLOG_READS && n <= WATCH_ANSWER_MAX - KLOG_RECORD_MAX; i++) {
		got = read(w->o.watch->kmsg, w->buffer + n, KLOG_RECORD_MAX);
		if (got < 0 && errno != EPIPE && errno != EINTR)
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	if (n)
		return answer_kernel_log(w, (ssize_t)n);
	return got < 0 && errno != EAGAIN ? answer_kernel_log(w, -errno) : 0;
}

static int ask_kernel_log(struct worker *w, struct asked to)
{
	if (w->o.watch->kmsg < 0)
		return answer_error(w, to, -EACCES);
	w->klog_id = to.id;
	return 0;
}

static int (*const answers[WATCH_REQUESTS])(struct worker *w, struct asked to) = {
	[WATCH_STATUS] = ask_kernel,         [WATCH_RULES] = ask_kernel,
	[WATCH_SETTINGS] = answer_settings,  [WATCH_AUDITD_CONF] = answer_auditd_conf,
	[WATCH_AUDITD_STATE] = ask_report,   [WATCH_AUDITD_PROC] = answer_auditd_proc,
	[WATCH_KERNEL_LOG] = ask_kernel_log, [WATCH_NETLINK] = answer_netlink,
	[WATCH_RULES_D] = answer_rules_d,
};

/* Return: 0, or negative errno: the stream process is gone. */
static int on_request(struct worker *w)
{
	struct wire_request r;
	struct asked to;
	ssize_t n = recv(w->o.fd, &r, sizeof(r), MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!n)
		return -EPIPE;
	if (n != sizeof(r))
		return 0; /* nothing of ours, and nobody to answer to */
	to = (struct asked){r.request, r.id};
	if (r.request >= WATCH_REQUESTS)
		return answer_error(w, to, -EINVAL);
	if (!answers[r.request])
		return answer_error(w, to, -ENOSYS);
	return answers[r.request](w, to);
}

static int look_at_time(struct worker *w)
{
	int64_t now = clock_read().boot_ms;
	int r = 0;

	if (w->report_id && now >= w->report_due_ms)
		r = answer_report(w);
	if (!r && w->asked.id && now - w->asked_ms >= REPLY_MS)
		r = answer_asked(w, -ETIMEDOUT, (struct span){"", 0});
	return r;
}

/* Until look_at_time() has something to do, in ms; -1: for ever. */
static int time_left(const struct worker *w)
{
	int64_t now = clock_read().boot_ms, left = INT_MAX;

	if (w->asked.id)
		left = w->asked_ms + REPLY_MS - now;
	if (w->report_id && w->report_due_ms - now < left)
		left = w->report_due_ms - now;
	if (left == INT_MAX)
		return -1;
	return left > 0 ? (int)left : 0;
}

static void work(struct worker *w)
{
	struct pollfd p[5] = {{.fd = w->o.fd, .events = POLLIN},
			      {.fd = w->asker.bell, .events = POLLIN},
			      {.fd = w->asker.netlink, .events = POLLIN},
			      {.fd = w->o.life},
			      {.events = POLLIN}};
	int r = 0;

	while (!r) {
		p[4].fd = w->klog_id ? w->o.watch->kmsg : -1;
		if (poll(p, 5, time_left(w)) < 0 && errno != EINTR)
			return;
		if (p[3].revents) /* nothing is written to it: the keeper is gone */
			return;
		if (p[2].revents)
			r = on_netlink(w);
		if (!r && p[1].revents)
			r = on_bell(w);
		if (!r && p[4].revents)
			r = on_kernel_log(w);
		if (!r && p[0].revents)
			r = on_request(w);
		if (!r)
			r = look_at_time(w);
	}
}

/* --- set-up --- */

int worker_run(const struct worker_options *options)
{
	struct worker w = {.o = *options};
	int r;

	prctl(PR_SET_NAME, "noise-worker", 0, 0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || getppid() != options->keeper)
		return 1;
	w.buffer = malloc(WATCH_ANSWER_MAX);
	r = w.buffer ? asker_start(&w.asker, confine, &w) : -ENOMEM;
	if (r < 0) {
		log_msg(LOG_ERR, "the watcher: its worker does not run: no thread: %s",
			strerror(-r));
		free(w.buffer);
		return 1;
	}
	r = confine(&w);
	if (r >= 0)
		work(&w);
	free(w.buffer);
	free(w.rules);
	return r < 0;
}
