/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writer.c - the queue and the thread between the stream and a file
 *
 * Two buffers of the same size: the stream thread fills one while the thread
 * writes out the other, so the lock is held for a copy or for a swap and never
 * over a file operation. Invariant: bytes in both together stay within
 * queue_bytes; what would pass it is dropped whole, and its number travels
 * with the next line that fits, so the log says it at the right place.
 * The thread has a descriptor table of its own: files that it opens are seen by
 * no other, and what the others open outlives none of them through it.
 */
#include "emit/writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

/* Stands before each line in a buffer. */
struct entry {
	uint64_t lost; /* lines before it that found no room */
	size_t n;
};

struct batch {
	char *p;
	size_t n;
};

struct writer {
	pthread_mutex_t lock;
	pthread_cond_t wake, begun;
	pthread_t thread;
	int done; /* eventfd: the thread has written all */
	size_t queue_bytes;
	struct writer_sink sink; /* of the thread alone */

	/* under the lock */
	struct batch fill, drain;
	size_t drain_left; /* bytes of drain that are not yet written */
	uint64_t lost;     /* lines that found no room since the last that did */
	struct writer_counters counters;
	bool reopen, stop;
	int begin; /* 1: not yet; else what begin() gave */
};

/* The thread's word on what became of @lines lines. */
static void account(struct writer *w, size_t bytes, uint64_t written, uint64_t dropped)
{
	pthread_mutex_lock(&w->lock);
	w->drain_left -= bytes;
	w->counters.lines += written;
	w->counters.dropped += dropped;
	w->sink.tell(w->sink.arg, &w->counters);
	pthread_mutex_unlock(&w->lock);
}

static void write_batch(struct writer *w)
{
	const char *p = w->drain.p, *end = w->drain.p + w->drain.n;
	struct entry e;

	while (p < end) {
		bool written;

		memcpy(&e, p, sizeof(e));
		p += sizeof(e);
		if (e.lost)
			w->sink.lost(w->sink.arg, e.lost);
		written = w->sink.put(w->sink.arg, p, e.n) == 0;
		account(w, sizeof(e) + e.n, written, !written);
		p += e.n;
	}
}

/*
 * Wait for something to do and take it.
 * Return: false when there is no more to come.
 */
static bool next_batch(struct writer *w, bool *reopen)
{
	struct batch empty = w->drain;
	bool more;

	empty.n = 0;
	pthread_mutex_lock(&w->lock);
	while (!w->fill.n && !w->reopen && !w->stop)
		pthread_cond_wait(&w->wake, &w->lock);
	more = w->fill.n || !w->stop;
	*reopen = w->reopen;
	w->reopen = false;
	w->drain = w->fill;
	w->drain_left = w->drain.n;
	w->fill = empty;
	pthread_mutex_unlock(&w->lock);
	return more;
}

static uint64_t take_lost(struct writer *w)
{
	uint64_t lost;

	pthread_mutex_lock(&w->lock);
	lost = w->lost;
	w->lost = 0;
	pthread_mutex_unlock(&w->lock);
	return lost;
}

/*
 * When the process is killed while the thread hangs in the filesystem, what the
 * thread has open stays open: with the stream among it auditd would write into
 * a dead process, and with the socket's lock no other could take its place.
 */
static void stand_alone(const struct writer *w)
{
	const int keep[] = {STDERR_FILENO, log_descriptor(), w->done};
	int r = file_keep_alone(keep, sizeof(keep) / sizeof(keep[0]));

	if (r < 0)
		log_msg(LOG_NOTICE,
			"the writer has no descriptors of its own: %s; while a "
			"filesystem hangs, auditd does not see that we were killed",
			strerror(-r));
}

/* What comes before all else: what is done here, and what the options ask for. */
static int begin(struct writer *w, const struct writer_options *options)
{
	int r;

	stand_alone(w);
	r = options->begin ? options->begin(options->arg) : 0;

	pthread_mutex_lock(&w->lock);
	w->begin = r;
	pthread_cond_signal(&w->begun);
	pthread_mutex_unlock(&w->lock);
	return r;
}

struct start {
	struct writer *w;
	const struct writer_options *options; /* borrows until begin() has returned */
};

static void *writer_main(void *arg)
{
	const struct start *start = arg;
	struct writer *w = start->w;
	const uint64_t one = 1;
	bool reopen;

	if (begin(w, start->options) < 0)
		return NULL;
	while (next_batch(w, &reopen)) {
		if (reopen && w->sink.reopen) {
			w->sink.reopen(w->sink.arg);
			account(w, 0, 0, 0);
		}
		write_batch(w);
	}
	w->sink.lost(w->sink.arg, take_lost(w));
	w->sink.end(w->sink.arg);
	account(w, 0, 0, 0);
	/* cannot fail: the counter is 0 before */
	if (write(w->done, &one, sizeof(one)) < 0)
		return w;
	return NULL;
}

/* The thread has no business with signals: they are the event loop's. */
static int start_thread(struct writer *w, const struct writer_options *options)
{
	struct start start = {w, options};
	sigset_t all, saved;
	int err;

	sigfillset(&all);
	err = pthread_sigmask(SIG_SETMASK, &all, &saved);
	if (err)
		return -err;
	err = pthread_create(&w->thread, NULL, writer_main, &start);
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	if (err)
		return -err;
	pthread_mutex_lock(&w->lock);
	while (w->begin > 0)
		pthread_cond_wait(&w->begun, &w->lock);
	pthread_mutex_unlock(&w->lock);
	if (w->begin < 0)
		pthread_join(w->thread, NULL);
	return w->begin;
}

/* All but the thread. */
static void release(struct writer *w)
{
	w->sink.release(w->sink.arg);
	if (w->done >= 0)
		close(w->done);
	pthread_cond_destroy(&w->begun);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w->fill.p);
	free(w->drain.p);
	free(w);
}

struct writer *writer_new(const struct writer_options *options)
{
	struct writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w) {
		options->sink.release(options->sink.arg);
		errno = ENOMEM;
		return NULL;
	}
	w->sink = options->sink;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	pthread_cond_init(&w->begun, NULL);
	w->begin = 1;
	w->queue_bytes = options->queue_bytes;
	w->fill.p = malloc(options->queue_bytes);
	w->drain.p = malloc(options->queue_bytes);
	w->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = w->done < 0 ? -errno : 0;
	if (!w->fill.p || !w->drain.p)
		err = -ENOMEM;
	if (!err)
		err = start_thread(w, options);
	if (err) {
		release(w);
		errno = -err;
		return NULL;
	}
	return w;
}

static void put(struct batch *b, const void *p, size_t n)
{
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

/* Under the lock. */
static bool has_room(const struct writer *w, size_t n)
{
	size_t used = w->fill.n + w->drain_left;

	return n && n <= w->queue_bytes &&
	       used + sizeof(struct entry) + n <= w->queue_bytes;
}

bool writer_room(struct writer *w, size_t n)
{
	bool room;

	pthread_mutex_lock(&w->lock);
	room = has_room(w, n);
	pthread_mutex_unlock(&w->lock);
	return room;
}

bool writer_line(struct writer *w, const char *line, size_t n)
{
	struct entry e = {.n = n};
	bool fits;

	pthread_mutex_lock(&w->lock);
	fits = has_room(w, n);
	if (fits) {
		e.lost = w->lost;
		w->lost = 0;
		put(&w->fill, &e, sizeof(e));
		put(&w->fill, line, n);
		pthread_cond_signal(&w->wake);
	} else {
		w->lost++;
		w->counters.dropped++;
	}
	pthread_mutex_unlock(&w->lock);
	return fits;
}

void writer_reopen(struct writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->reopen = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

/* Return: has the thread ended within @grace_ms? */
static bool wait_done(struct writer *w, unsigned int grace_ms)
{
	struct pollfd p = {.fd = w->done, .events = POLLIN};
	int64_t now = clock_read().boot_ms, until = now + grace_ms;
	int n;

	for (;;) {
		n = poll(&p, 1, until > now ? (int)(until - now) : 0);
		if (n >= 0 || errno != EINTR)
			return n > 0;
		now = clock_read().boot_ms;
	}
}

void writer_free(struct writer *w, unsigned int grace_ms)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	if (!wait_done(w, grace_ms)) {
		/* it hangs in the filesystem and still uses what it was given */
		pthread_detach(w->thread);
		return;
	}
	pthread_join(w->thread, NULL);
	release(w);
}

struct writer_counters writer_counters(struct writer *w)
{
	struct writer_counters counters;

	pthread_mutex_lock(&w->lock);
	counters = w->counters;
	pthread_mutex_unlock(&w->lock);
	return counters;
}
