/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.c - the stream process's end of the watcher
 *
 * Sends requests and puts answers together. Never waits once it has started,
 * and believes nothing: a part that does not continue what came before, or
 * answers what was not asked, is counted and thrown away. Invariant: at most
 * one answer is under way and one is lent out, each within WATCH_ANSWER_MAX.
 */
#include "kernel/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "kernel/keeper.h"
#include "kernel/wire.h"

#define READS_MAX  64    /* datagrams taken in one go: 2 MiB, well below 5 ms */
#define GIVE_UP_MS 60000 /* the worker answers at once, or is gone */
#define READY_MS   10000 /* for the keeper's set-up, which asks nobody */
#define REASON_MAX 512   /* bytes of what the keeper says */

/* A request that is not answered yet. */
struct pending {
	uint32_t id; /* 0: none */
	int failed;  /* what to answer it with, without the worker's word; 0: nothing */
	int64_t at_ms;
};

/* An answer of which parts have come. */
struct assembly {
	struct wire_head head; /* of the first part; total bytes are expected */
	char *data;            /* owned */
	size_t n;
	bool begun;
};

struct watch {
	int fd;
	pid_t keeper, worker;
	bool gone;
	uint32_t last_id;
	uint64_t workers, bad;
	struct pending pending[WATCH_REQUESTS];
	struct assembly in;
	char *lent; /* owned; what the last watch_read() gave out */
	char datagram[WIRE_DATAGRAM_MAX];
};

/* --- what comes from the watcher --- */

static void forget_assembly(struct watch *w)
{
	free(w->in.data);
	memset(&w->in, 0, sizeof(w->in));
}

/* An answer that cannot be had: its asker is told why. */
static void give_up(struct watch *w, uint32_t request, int error)
{
	if (w->in.begun && w->in.head.request == request)
		forget_assembly(w);
	w->pending[request].failed = error;
}

static void on_worker(struct watch *w, uint32_t pid)
{
	uint32_t i;

	w->worker = pid <= INT32_MAX ? (pid_t)pid : 0;
	if (w->worker) {
		w->workers++;
		return;
	}
	for (i = 0; i < WATCH_REQUESTS; i++)
		if (w->pending[i].id)
			give_up(w, i, -ECONNRESET);
}

/* Return: 0, -EPROTO for what does not fit, -ENOMEM. */
static int begin_assembly(struct watch *w, const struct wire_head *head)
{
	forget_assembly(w);
	if (head->total > WATCH_ANSWER_MAX || head->error > 0 || head->error < -4095)
		return -EPROTO;
	if (head->total) {
		w->in.data = malloc(head->total);
		if (!w->in.data)
			return -ENOMEM;
	}
	w->in.head = *head;
	w->in.begun = true;
	return 0;
}

static bool continues(const struct watch *w, const struct wire_head *head)
{
	const struct wire_head *first = &w->in.head;

	return w->in.begun && head->request == first->request && head->id == first->id &&
	       head->error == first->error && head->total == first->total &&
	       head->offset == w->in.n;
}

/* Return: as begin_assembly(). */
static int add_part(struct watch *w, const struct wire_head *head, struct span data)
{
	int r = 0;

	if (!head->offset)
		r = begin_assembly(w, head);
	if (r < 0)
		return r;
	if (!continues(w, head) || data.n > head->total - w->in.n ||
	    (!data.n && head->total))
		return -EPROTO;
	if (data.n)
		memcpy(w->in.data + w->in.n, data.p, data.n);
	w->in.n += data.n;
	return 0;
}

/* Return: is the answer complete? */
static bool on_part(struct watch *w, const struct wire_head *head, struct span data)
{
	int r;

	/* nobody waits for it, any more: asked of a worker that died, or never */
	if (head->request >= WATCH_REQUESTS || !head->id ||
	    w->pending[head->request].id != head->id || w->pending[head->request].failed)
		return false;
	r = add_part(w, head, data);
	if (r < 0) {
		w->bad += r == -EPROTO;
		give_up(w, head->request, r);
		return false;
	}
	return w->in.n == w->in.head.total;
}

/* One datagram. Return: is an answer complete? */
static bool take(struct watch *w, const char *p, size_t n)
{
	struct wire_head head;

	if (n >= sizeof(head) && n <= WIRE_DATAGRAM_MAX) {
		memcpy(&head, p, sizeof(head));
		if (head.kind == WIRE_ANSWER)
			return on_part(w, &head,
				       (struct span){p + sizeof(head), n - sizeof(head)});
		if (head.kind == WIRE_WORKER) {
			on_worker(w, head.id);
			return false;
		}
	}
	w->bad++;
	return false;
}

/* The other end is closed: nothing comes any more. */
static void hang_up(struct watch *w)
{
	uint32_t i;

	if (w->keeper)
		waitpid(w->keeper, NULL, WNOHANG);
	w->gone = true;
	w->keeper = w->worker = 0;
	for (i = 0; i < WATCH_REQUESTS; i++)
		if (w->pending[i].id && !w->pending[i].failed)
			give_up(w, i, -EPIPE);
}

static void give_out(struct watch *w, struct watch_answer *answer)
{
	struct pending *p = &w->pending[w->in.head.request];

	answer->request = w->in.head.request;
	answer->error = w->in.head.error;
	w->lent = w->in.data;
	answer->data = (struct span){w->lent ? w->lent : "", w->in.n};
	memset(&w->in, 0, sizeof(w->in));
	memset(p, 0, sizeof(*p));
}

/* Return: was there a request that failed? */
static bool give_out_failure(struct watch *w, struct watch_answer *answer)
{
	uint32_t i;

	for (i = 0; i < WATCH_REQUESTS; i++) {
		if (!w->pending[i].failed)
			continue;
		answer->request = i;
		answer->error = w->pending[i].failed;
		answer->data = (struct span){"", 0};
		memset(&w->pending[i], 0, sizeof(w->pending[i]));
		return true;
	}
	return false;
}

int watch_read(struct watch *w, struct watch_answer *answer)
{
	unsigned int i;
	ssize_t n;

	free(w->lent);
	w->lent = NULL;
	for (i = 0; i < READS_MAX; i++) {
		if (give_out_failure(w, answer))
			return 1;
		if (w->gone)
			return -EPIPE;
		n = recv(w->fd, w->datagram, sizeof(w->datagram),
			 MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0) {
			hang_up(w);
		} else if (take(w, w->datagram, (size_t)n)) {
			give_out(w, answer);
			return 1;
		}
	}
	return 0;
}

/* --- asking --- */

int watch_request(struct watch *w, enum watch_request request)
{
	struct wire_request r = {.request = (uint32_t)request};
	int64_t now = clock_read().boot_ms;
	struct pending *p;

	if ((unsigned int)request >= WATCH_REQUESTS)
		return -EINVAL;
	if (w->gone)
		return -EPIPE;
	p = &w->pending[request];
	if (p->failed || (p->id && now - p->at_ms < GIVE_UP_MS))
		return -EBUSY;
	if (!++w->last_id)
		++w->last_id;
	r.id = w->last_id;
	if (send(w->fd, &r, sizeof(r), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return errno == EPIPE || errno == ECONNRESET ? -EPIPE : -EAGAIN;
	p->id = r.id;
	p->at_ms = now;
	return 0;
}

int watch_descriptor(const struct watch *w)
{
	return w->fd;
}

struct watch_state watch_state(const struct watch *w)
{
	return (struct watch_state){w->keeper, w->worker, w->workers, w->bad};
}

const char *watch_reason(int error)
{
	switch (-error) {
	case ENOTCONN:
		return "not started as root, so the kernel may not be asked";
	case EPERM:
	case EACCES:
		return "the kernel refuses: this is another pid namespace (a container), "
		       "or a "
		       "security module forbids it";
	case ECONNREFUSED:
		return "audit is switched off (audit=0), or this is a user namespace (a "
		       "container), for which there is none";
	case EPROTONOSUPPORT:
	case EAFNOSUPPORT:
		return "this kernel was built without audit";
	case EBUSY:
		return "the audit queue is over its limit, and the kernel holds back "
		       "whoever "
		       "asks";
	case ETIMEDOUT:
		return "the kernel did not answer";
	case ECONNRESET:
		return "the watcher's worker died; a new one is started";
	case EPIPE:
		return "the watcher has ended; it comes back when the plugin is "
		       "restarted";
	case ENOSYS:
		return "not built yet";
	case ENOMEM:
		return "no memory";
	default:
		return "the watcher's answer could not be used";
	}
}

/* --- starting and ending --- */

/* Return: 0 once the keeper is ready, or negative errno with @why filled. */
static int await_ready(struct watch *w, char *why, size_t why_size)
{
	struct pollfd p = {.fd = w->fd, .events = POLLIN};
	char text[REASON_MAX];
	struct wire_head head;
	ssize_t n;

	if (poll(&p, 1, READY_MS) <= 0) {
		snprintf(why, why_size, "the watcher: its set-up takes longer than %d s",
			 READY_MS / 1000);
		return -ETIMEDOUT;
	}
	n = recv(w->fd, w->datagram, sizeof(w->datagram), MSG_DONTWAIT);
	if (n < (ssize_t)sizeof(head)) {
		snprintf(why, why_size, "the watcher: it died while it was set up");
		return -EPIPE;
	}
	memcpy(&head, w->datagram, sizeof(head));
	n -= (ssize_t)sizeof(head);
	if (head.kind == WIRE_READY && !head.error)
		return 0;
	if (n >= REASON_MAX)
		n = REASON_MAX - 1;
	memcpy(text, w->datagram + sizeof(head), (size_t)n);
	text[n] = '\0';
	snprintf(why, why_size, "the watcher: %s", text);
	return head.error < 0 ? head.error : -EPROTO;
}

/* The child becomes the keeper and does not come back. */
static pid_t fork_keeper(const struct watch_options *options, const int pair[2])
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	_exit(keeper_run(options, pair[1], parent));
}

static int start(struct watch *w, const struct watch_options *options, char *why,
		 size_t why_size)
{
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		r = -errno;
		snprintf(why, why_size, "the watcher: no socket: %s", strerror(-r));
		return r;
	}
	w->keeper = fork_keeper(options, pair);
	r = w->keeper < 0 ? -errno : 0;
	close(pair[1]);
	w->fd = pair[0];
	if (r < 0) {
		w->keeper = 0;
		snprintf(why, why_size, "the watcher: no process: %s", strerror(-r));
		return r;
	}
	r = await_ready(w, why, why_size);
	if (r < 0) {
		kill(w->keeper, SIGKILL);
		waitpid(w->keeper, NULL, 0);
		w->keeper = 0;
	}
	return r;
}

int watch_start(const struct watch_options *options, struct watch **watch, char *why,
		size_t why_size)
{
	struct watch *w = calloc(1, sizeof(*w));
	int r = -ENOMEM;

	if (w) {
		w->fd = -1;
		r = start(w, options, why, why_size);
	} else {
		snprintf(why, why_size, "the watcher: no memory");
	}
	if (options->kmsg >= 0)
		close(options->kmsg);
	if (r < 0) {
		watch_free(w);
		w = NULL;
	}
	*watch = w;
	return r;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	forget_assembly(w);
	free(w->lent);
	free(w);
}
