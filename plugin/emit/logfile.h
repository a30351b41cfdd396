/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logfile.h - a file of lines that is rotated, and says what it lacks
 *
 * Every function may wait for the filesystem: for the writer thread only.
 */
#ifndef NOISE_LOGFILE_H
#define NOISE_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emit/writer.h"

struct logfile {
	char *path; /* owned */
	uint64_t rotate_bytes;
	unsigned int keep;
	int fd;             /* -1: not open */
	int64_t checked_ms; /* when the file at path was last compared with fd */
	uint64_t lost;      /* lines that the log does not tell of yet */
	int lost_errno;     /* why; 0: the queue was full */
	bool torn;          /* half a line could not be taken back */
	uint64_t errors;    /* times that opening, writing or renaming failed */
	int last_errno;     /* of the last, 0 when the last write went well */
};

/**
 * logfile_check - can this log be written? (at start, before the stream begins)
 * @why: on failure one line for the operator: the path, the reason, the remedy
 * Makes nothing and waits for no disk, not for a frozen one either.
 * Return: 0 or negative errno.
 */
int logfile_check(const char *path, char *why, size_t why_size);

/** logfile_init - opens nothing yet; @path is copied. Return: 0 or -ENOMEM. */
int logfile_init(struct logfile *f, const char *path, uint64_t rotate_bytes,
		 unsigned int keep) __attribute__((warn_unused_result));
void logfile_fini(struct logfile *f);

/**
 * logfile_line - append one line, the whole of it or nothing
 * Before it, where lines were lost: one that says how many and why.
 * A rotation that fails is counted, and the file grows on: nothing is lost.
 * Return: 0, or negative errno and the line is counted as lost.
 */
int logfile_line(struct logfile *f, const char *line, size_t n);

/** logfile_lost - @n more lines did not get as far as here */
void logfile_lost(struct logfile *f, uint64_t n);

/** logfile_end - no line comes any more: say what was lost last */
void logfile_end(struct logfile *f);

/** logfile_reopen - whatever stands at the path now is the log */
void logfile_reopen(struct logfile *f);

/**
 * logfile_sink - a log for a writer's thread
 * Return: 0 with a sink that owns the log, or -ENOMEM.
 */
int logfile_sink(const char *path, uint64_t rotate_bytes, unsigned int keep,
		 struct writer_sink *sink) __attribute__((warn_unused_result));

#endif
