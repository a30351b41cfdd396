/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.c - the process that asks the kernel and reads files
 *
 * Answers each request of a closed list with raw bytes and understands none of
 * them. One thread does nothing but send: the kernel puts the sender of an
 * audit request to sleep while its queue is over the limit, for up to minutes
 * and beyond the reach of SIGKILL, yet gives the reply at once. The other
 * thread reads replies, requests and files, and answers. At most one request
 * is with the sender: each sleeper takes wake-ups from frozen applications.
 * There are no messages here but those that ask: none that would change the
 * audit system.
 */
#include "kernel/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
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
#include "kernel/wire.h"

#define REPLY_MAX        16384  /* of the kernel, one message */
#define REPLY_MS         5000   /* it comes within one */
#define SENDER_MS        20     /* to come back, when the kernel does not hold it */
#define REPORT_EVERY_MS  15000  /* auditd writes a small file for each */
#define REPORT_COARSE_MS 50     /* a file's time may be this much before the clock's */
#define REPORT_MS        300    /* it takes to write that */
#define KLOG_READS       256    /* records in one answer */
#define KLOG_RECORD_MAX  8192   /* more than any record of /dev/kmsg */
#define STACK_BYTES      262144 /* of the sender, which does next to nothing */

struct worker {
	struct worker_options o;
	int netlink; /* or negative errno */
	int bell;    /* to and from the sender: a number goes in, an errno comes out */
	int sender_bell;
	bool sending;      /* the sender has not come back yet */
	uint32_t asked_id; /* the request that waits for the kernel's reply; 0: none */
	uint32_t sequence; /* of its message */
	int64_t asked_ms;
	uint32_t klog_id;      /* the request that waits for the kernel's log; 0: none */
	uint32_t report_id;    /* that waits for auditd's report; 0: none */
	int64_t report_due_ms; /* when it is there */
	int64_t report_asked_wall_ms;
	int64_t report_asked_ms; /* of auditd, the last time; 0: never */
	char *buffer;            /* WATCH_ANSWER_MAX */
};

/* --- the sender --- */

static int confine(const struct worker *w)
{
	char why[512];
	int r = w->o.watch->confine(w->o.watch->arg, WATCH_WORKER, why, sizeof(why));

	if (r < 0)
		log_msg(LOG_ERR, "the watcher: its worker does not run: %s", why);
	return r;
}

/* Sleeps for as long as the kernel likes. Return: 0 or negative errno. */
static int32_t send_audit_get(int netlink, uint32_t sequence)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	const struct nlmsghdr message = {.nlmsg_len = NLMSG_LENGTH(0),
					 .nlmsg_type = AUDIT_GET,
					 .nlmsg_flags = NLM_F_REQUEST,
					 .nlmsg_seq = sequence};

	return sendto(netlink, &message, sizeof(message), 0,
		      (const struct sockaddr *)&kernel, sizeof(kernel)) < 0
		       ? -errno
		       : 0;
}

static void *sender_main(void *arg)
{
	const struct worker *w = arg;
	uint32_t sequence;
	int32_t error;

	if (confine(w) < 0)
		_exit(1);
	while (recv(w->sender_bell, &sequence, sizeof(sequence), 0) == sizeof(sequence)) {
		error = send_audit_get(w->netlink, sequence);
		if (send(w->sender_bell, &error, sizeof(error), MSG_NOSIGNAL) < 0)
			break;
	}
	return NULL;
}

/* --- answering --- */

struct asked {
	uint32_t request, id;
};

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

/* The status that was asked for, or why there is none. */
static int answer_status(struct worker *w, int error, struct span data)
{
	struct asked to = {WATCH_STATUS, w->asked_id};

	w->asked_id = 0;
	return answer(w, to, error, data);
}

/* The sender has come back, and says how it went. */
static int on_bell(struct worker *w)
{
	int32_t error;

	if (recv(w->bell, &error, sizeof(error), MSG_DONTWAIT) != sizeof(error))
		return 0;
	w->sending = false;
	return error && w->asked_id ? answer_status(w, error, (struct span){"", 0}) : 0;
}

/* Return: is the sender still away? One that is not held comes back by itself. */
static bool sender_is_held(struct worker *w)
{
	struct pollfd p = {.fd = w->bell, .events = POLLIN};

	if (w->sending && poll(&p, 1, SENDER_MS) > 0)
		(void)on_bell(w);
	return w->sending;
}

static int ask_status(struct worker *w, struct asked to)
{
	if (w->netlink < 0)
		return answer_error(w, to, w->netlink);
	if (w->asked_id) { /* by one who does not wait any more: the reply will do */
		w->asked_id = to.id;
		return 0;
	}
	if (sender_is_held(w))
		return answer_error(w, to, -EBUSY);
	w->sequence++;
	if (send(w->bell, &w->sequence, sizeof(w->sequence), MSG_NOSIGNAL) < 0)
		return -errno;
	w->sending = true;
	w->asked_id = to.id;
	w->asked_ms = clock_read().boot_ms;
	return 0;
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

static int answer_netlink(struct worker *w, struct asked to)
{
	return answer_read(w, to, read_file(w, "/proc/self/net/netlink", 0));
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
	[WATCH_STATUS] = ask_status,
	[WATCH_SETTINGS] = answer_settings,
	[WATCH_AUDITD_CONF] = answer_auditd_conf,
	[WATCH_AUDITD_STATE] = ask_report,
	[WATCH_AUDITD_PROC] = answer_auditd_proc,
	[WATCH_KERNEL_LOG] = ask_kernel_log,
	[WATCH_NETLINK] = answer_netlink,
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

/* The kernel's reply: of its frame only what says which one it is. */
static int on_netlink(struct worker *w)
{
	union {
		struct nlmsghdr head;
		char bytes[REPLY_MAX];
	} reply;
	struct sockaddr_nl from = {0};
	socklen_t from_n = sizeof(from);
	ssize_t n = recvfrom(w->netlink, &reply, sizeof(reply), MSG_DONTWAIT | MSG_TRUNC,
			     (struct sockaddr *)&from, &from_n);
	const struct nlmsghdr *head = &reply.head;
	const struct nlmsgerr *error = NLMSG_DATA(head);

	if (n < (ssize_t)sizeof(*head) || n > REPLY_MAX || from.nl_pid != 0 ||
	    head->nlmsg_len < NLMSG_HDRLEN || head->nlmsg_len > (size_t)n ||
	    !w->asked_id || head->nlmsg_seq != w->sequence)
		return 0;
	if (head->nlmsg_type == AUDIT_GET)
		return answer_status(
			w, 0,
			(struct span){NLMSG_DATA(head), head->nlmsg_len - NLMSG_HDRLEN});
	if (head->nlmsg_type == NLMSG_ERROR &&
	    head->nlmsg_len >= NLMSG_LENGTH(sizeof(*error)) && error->error < 0)
		return answer_status(w, error->error, (struct span){"", 0});
	return 0;
}

static int look_at_time(struct worker *w)
{
	int64_t now = clock_read().boot_ms;
	int r = 0;

	if (w->report_id && now >= w->report_due_ms)
		r = answer_report(w);
	if (!r && w->asked_id && now - w->asked_ms >= REPLY_MS)
		r = answer_status(w, -ETIMEDOUT, (struct span){"", 0});
	return r;
}

/* Until look_at_time() has something to do, in ms; -1: for ever. */
static int time_left(const struct worker *w)
{
	int64_t now = clock_read().boot_ms, left = INT_MAX;

	if (w->asked_id)
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
			      {.fd = w->bell, .events = POLLIN},
			      {.fd = w->netlink, .events = POLLIN},
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

static int start_sender(struct worker *w)
{
	pthread_attr_t attr;
	pthread_t thread;
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	w->bell = pair[0];
	w->sender_bell = pair[1];
	r = pthread_attr_init(&attr);
	if (r)
		return -r;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	r = pthread_create(&thread, &attr, sender_main, w);
	pthread_attr_destroy(&attr);
	return -r;
}

int worker_run(const struct worker_options *options)
{
	struct worker w = {.o = *options};
	int r;

	prctl(PR_SET_NAME, "noise-worker", 0, 0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || getppid() != options->keeper)
		return 1;
	w.netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (w.netlink < 0)
		w.netlink = -errno;
	w.buffer = malloc(WATCH_ANSWER_MAX);
	r = w.buffer ? start_sender(&w) : -ENOMEM;
	if (r < 0) {
		log_msg(LOG_ERR, "the watcher: its worker does not run: no thread: %s",
			strerror(-r));
		return 1;
	}
	if (confine(&w) < 0)
		return 1;
	work(&w);
	free(w.buffer);
	return 0;
}
