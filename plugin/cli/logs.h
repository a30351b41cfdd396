/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logs.h - the logs that are replayed, in the order of their first time stamps
 */
#ifndef NOISE_CLI_LOGS_H
#define NOISE_CLI_LOGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define LOGS_CHUNK_BYTES 262144

struct log {
	const char *name;
	bool is_stdin; /* named - */
	int fd;
	struct stat id;
	off_t size;         /* -1: not a regular file */
	unsigned int order; /* on the command line */
	int64_t first_ms;   /* first stamp; INT64_MAX: none found, or not to be looked for
			     */
};

struct logs {
	struct log *log;
	unsigned int n;
	uint64_t bytes; /* of regular files */
	char *buffer;   /* of LOGS_CHUNK_BYTES */
};

/**
 * logs_open - the files of @names, sorted; one that is named twice is there once
 * Says on stderr what is wrong. Return: enum cli_exit; logs_close() in any case.
 */
int logs_open(struct logs *logs, int n, char **names);
void logs_close(struct logs *logs);

#endif
