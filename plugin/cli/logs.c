/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logs.c - the logs that are replayed, in the order of their first time stamps
 */
#include "cli/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "stream/input.h"
#include "stream/record.h"

struct first_stamp {
	int64_t ms;
};

static void note_first(void *arg, struct span line, uint64_t bytes, bool cut)
{
	struct first_stamp *first = arg;
	struct record r;

	if (first->ms == INT64_MAX && record_scan(&r, line, bytes))
		first->ms = r.stamp_ms;
}

static int64_t first_stamp_of(const struct logs *logs, int fd)
{
	struct first_stamp first = {INT64_MAX};
	ssize_t n = pread(fd, logs->buffer, LOGS_CHUNK_BYTES, 0);
	struct input *in = malloc(sizeof(*in));

	if (n > 0 && in) {
		input_init(in, note_first, &first);
		input_feed(in, logs->buffer, (size_t)n);
		input_end(in);
	}
	free(in);
	return first.ms;
}

/* The command that unpacks a compressed log, NULL when it is none. */
static const char *unpacked_by(int fd)
{
	static const struct {
		const char *magic, *tool;
	} known[] = {
		{"\x1f\x8b", "zcat"},
		{"\xfd"
		 "7zXZ",
		 "xzcat"},
		{"BZh", "bzcat"},
		{"\x28\xb5\x2f\xfd", "zstdcat"},
	};
	char head[8] = "";
	size_t i;

	if (pread(fd, head, sizeof(head) - 1, 0) < 0)
		return NULL;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strncmp(head, known[i].magic, strlen(known[i].magic)))
			return known[i].tool;
	return NULL;
}

/* The same file under two names, or named twice, is counted once. */
static bool is_opened_already(const struct logs *logs, const struct log *log)
{
	unsigned int i;

	for (i = 0; i < logs->n; i++)
		if (log->size >= 0 && logs->log[i].size >= 0 &&
		    logs->log[i].id.st_ino == log->id.st_ino &&
		    logs->log[i].id.st_dev == log->id.st_dev)
			return true;
	return false;
}

static int open_log(struct logs *logs, struct log *log, const char *name)
{
	char shown[CLI_SHOWN_SIZE];
	const char *tool;
	struct stat st;

	*log = (struct log){.name = name, .size = -1, .first_ms = INT64_MAX};
	log->is_stdin = !strcmp(name, "-");
	log->fd = log->is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	if (log->fd < 0 || fstat(log->fd, &st)) {
		int error = errno;

		fprintf(stderr, "aunoise: %s: %s%s\n", cli_shown(name, shown),
			strerror(error),
			error == EACCES ? "; run as root or name a copy that you may read"
			: error == ENOENT ? "; auditd's own logs are in /var/log/audit"
					  : "");
		return CLI_CANNOT;
	}
	if (S_ISDIR(st.st_mode)) {
		fprintf(stderr, "aunoise: %s: is a directory; name the logs in it\n",
			cli_shown(name, shown));
		return CLI_CANNOT;
	}
	if (!S_ISREG(st.st_mode) || log->is_stdin)
		return CLI_FINE;
	log->size = st.st_size;
	logs->bytes += (uint64_t)st.st_size;
	tool = unpacked_by(log->fd);
	if (tool) {
		fprintf(stderr,
			"aunoise: %s: is compressed; use: %s FILE | aunoise replay -\n",
			cli_shown(name, shown), tool);
		return CLI_CANNOT;
	}
	log->id = st;
	log->first_ms = first_stamp_of(logs, log->fd);
	return CLI_FINE;
}

static int by_first_stamp(const void *a, const void *b)
{
	const struct log *x = a, *y = b;

	if (x->first_ms != y->first_ms)
		return x->first_ms < y->first_ms ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

int logs_open(struct logs *logs, int n, char **names)
{
	char shown[CLI_SHOWN_SIZE];
	int i, status = CLI_FINE;

	logs->log = calloc((size_t)n, sizeof(*logs->log));
	logs->buffer = malloc(LOGS_CHUNK_BYTES);
	if (!logs->log || !logs->buffer) {
		fputs("aunoise: no memory\n", stderr);
		return CLI_CANNOT;
	}
	for (i = 0; i < n && status == CLI_FINE; i++) {
		struct log *log = &logs->log[logs->n];

		status = open_log(logs, log, names[i]);
		if (status == CLI_FINE && is_opened_already(logs, log)) {
			fprintf(stderr,
				"aunoise: note: %s: is named twice; counted once\n",
				cli_shown(names[i], shown));
			logs->bytes -= (uint64_t)log->size;
			close(log->fd);
			continue;
		}
		log->order = logs->n++;
	}
	if (status == CLI_FINE)
		qsort(logs->log, logs->n, sizeof(*logs->log), by_first_stamp);
	return status;
}

void logs_close(struct logs *logs)
{
	for (unsigned int i = 0; i < logs->n; i++)
		if (!logs->log[i].is_stdin)
			close(logs->log[i].fd);
	free(logs->log);
	free(logs->buffer);
}
