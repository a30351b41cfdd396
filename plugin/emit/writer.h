/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writer.h - the thread that writes files, so that the stream thread need not
 *
 * The stream thread hands over whole lines and never waits: what does not fit
 * into the bounded queue is dropped whole and counted. The thread alone opens,
 * writes, renames and closes; the lock is never held over any of these.
 */
#ifndef NOISE_WRITER_H
#define NOISE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct writer_counters;

/*
 * What is written to: a log, a file that is replaced. All but release are
 * called by the thread alone, and what it opens no other thread has; put with
 * what was handed over, one after the other, lost when some of it found no room
 * before the next.
 */
struct writer_sink {
	int (*put)(void *arg, const char *data, size_t n); /* 0 or negative errno */
	void (*lost)(void *arg, uint64_t n);
	void (*reopen)(void *arg);                          /* NULL: nothing to do */
	void (*end)(void *arg);                             /* no more comes: close */
	void (*tell)(void *arg, struct writer_counters *c); /* its own figures */
	void (*release)(void *arg);                         /* memory alone */
	void *arg;
};

struct writer_options {
	struct writer_sink sink; /* taken, also when writer_new() fails */
	size_t queue_bytes;      /* that wait */
	/*
	 * What the thread does first of all, or NULL: to give up rights.
	 * Return: 0 or negative errno; the thread does not run then.
	 */
	int (*begin)(void *arg);
	void *arg;
};

struct writer_counters {
	uint64_t files;   /* replaced as a whole */
	uint64_t lines;   /* written */
	uint64_t dropped; /* did not fit into the queue, or could not be written */
	uint64_t errors;  /* times that opening, writing or renaming failed */
	int last_errno;   /* of the last of these, 0 when the last write went well */
};

struct writer;

/**
 * writer_new - start the thread; waits until it has begun
 * One thread a file: a filesystem that hangs holds up no other.
 * Return: owned, or NULL with errno, that of begin() among others.
 */
struct writer *writer_new(const struct writer_options *options)
	__attribute__((warn_unused_result));

/**
 * writer_line - queue one line (copied; with its newline)
 * Return: false when it was dropped. A line that can be written after lines
 * were lost to an error is preceded by one that says how many.
 */
bool writer_line(struct writer *w, const char *line, size_t n);

/** writer_room - has the queue room for @n bytes now? Only the caller can take it. */
bool writer_room(struct writer *w, size_t n);

/** writer_reopen - the file was moved away (logrotate): open it anew */
void writer_reopen(struct writer *w);

/**
 * writer_free - end the thread
 * @grace_ms: how long it may take to write what waits; a thread that hangs in
 *            the filesystem is left behind (the process is about to end)
 */
void writer_free(struct writer *w, unsigned int grace_ms);

struct writer_counters writer_counters(struct writer *w);

#endif
