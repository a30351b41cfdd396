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

struct writer_options {
	const char *path;      /* absolute; its directory exists; opened 0640, O_NOFOLLOW,
				  append */
	uint64_t rotate_bytes; /* before a line would pass it: PATH -> PATH.1 -> PATH.2
				  ... */
	unsigned int keep;     /* old files; 0: the file is begun anew */
	size_t queue_bytes;    /* lines that wait */
	/*
	 * What the thread does first of all, or NULL: to give up rights.
	 * Return: 0 or negative errno; the thread does not run then.
	 */
	int (*begin)(void *arg);
	void *arg;
};

struct writer_counters {
	uint64_t lines;   /* written */
	uint64_t dropped; /* did not fit into the queue, or could not be written */
	uint64_t errors;  /* times that opening, writing or renaming failed */
	int last_errno;   /* of the last of these, 0 when the last write went well */
};

struct writer;

/**
 * writer_check - can this log be written? (at start, before the stream begins)
 * @why: on failure one line for the operator: the path, the reason, the remedy
 * Return: 0 or negative errno. Makes the file if it can.
 */
int writer_check(const char *path, char *why, size_t why_size);

/**
 * writer_new - start the thread; waits until it has begun
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
