/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon.h - auditd's own settings and what it says of itself
 *
 * auditd.conf(5) and the report that auditd writes on SIGCONT (auditd(8)). Both
 * are read as far as they matter for lost records; what is not there, or not
 * understood, stays unknown.
 */
#ifndef NOISE_KERNEL_DAEMON_H
#define NOISE_KERNEL_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum daemon_flush {
	DAEMON_FLUSH_NONE,
	DAEMON_FLUSH_INCREMENTAL,
	DAEMON_FLUSH_INCREMENTAL_ASYNC,
	DAEMON_FLUSH_DATA,
	DAEMON_FLUSH_SYNC
};

/* What auditd does when a limit is reached. */
enum daemon_action {
	DAEMON_IGNORE,
	DAEMON_SYSLOG,
	DAEMON_ROTATE,
	DAEMON_KEEP_LOGS,
	DAEMON_EMAIL,
	DAEMON_EXEC,
	DAEMON_SUSPEND,
	DAEMON_SINGLE,
	DAEMON_HALT
};

enum daemon_name {
	DAEMON_NAME_NONE,
	DAEMON_NAME_HOSTNAME, /* gethostname(2) */
	DAEMON_NAME_FQD,
	DAEMON_NAME_NUMERIC,
	DAEMON_NAME_USER
};

struct daemon_config {
	bool enriched; /* log_format */
	bool write_logs;
	enum daemon_flush flush;
	uint32_t freq;           /* records between two flushes */
	uint32_t q_depth;        /* events that wait for plugins */
	uint32_t priority_boost; /* nice is the negative of it */
	uint32_t num_logs;
	uint32_t max_log_mib; /* of each log, in MiB; 0: no limit */
	enum daemon_action max_log_action, overflow_action, space_left_action,
		admin_space_left_action, disk_full_action, disk_error_action;
	char log_file[256];           /* "" when longer */
	bool listens;                 /* to other hosts' auditd */
	enum daemon_name name_format; /* what stands in a record's node= */
	char name[256];               /* of DAEMON_NAME_USER; "" when longer */
};

/**
 * daemon_config_read - auditd.conf's text over auditd's defaults
 * Unknown keys and values change nothing, since auditd itself judges them.
 * Return: 0, or -EINVAL: there is a line that is no setting, at which reading ended.
 */
int daemon_config_read(struct span text, struct daemon_config *config);

#define DAEMON_UNKNOWN UINT64_MAX

/* The report; figures DAEMON_UNKNOWN and words -1 where it does not say them. */
struct daemon_report {
	int writing;   /* to logs: 0 no, 1 yes */
	int suspended; /* logging: 0 no, 1 yes */
	int overflow;  /* of the queue to plugins, since auditd started */
	int queue_suspended;
	uint64_t queue_depth, queue_peak, queue_size; /* events */
	uint64_t log_bytes;                           /* of the log that is written now */
	uint64_t free_bytes;                          /* of the log's partition */
};

/**
 * daemon_report_read - /run/audit/auditd.state or /var/run/auditd.state
 * A depth above the queue's size is a known fault of auditd up to 4.0.4 and unknown.
 * Return: false: no line of it is known.
 */
bool daemon_report_read(struct span text, struct daemon_report *report);

#endif
