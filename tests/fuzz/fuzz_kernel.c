/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_kernel.c - any bytes as what the watcher's worker hands over
 *
 * The first byte says as what they are read. Figures stay in their ranges, and
 * reading the same again gives the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "kernel/daemon.h"
#include "kernel/klog.h"
#include "kernel/netlink_drops.h"
#include "kernel/process.h"
#include "kernel/rule_dir.h"
#include "kernel/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_status(struct span text)
{
	struct kernel_status s;

	if (status_read(text, &s) < 0 && (s.enabled || s.lost || s.backlog))
		abort();
}

/* Each line takes something off, so there are no more of them than bytes. */
static void read_klog(struct span text)
{
	struct span rest = text;
	struct klog_line line;
	size_t lines = 0;

	while (klog_next(&rest, &line))
		if (++lines > text.n || line.reason >= KLOG_REASONS || line.time_us < 0 ||
		    (line.lost && line.reason != KLOG_LOST))
			abort();
	if (rest.n)
		abort();
}

static void read_netlink(struct span text)
{
	struct netlink_drops d;

	if (!netlink_drops_read(text, 7, &d) && (d.drops || d.unread_bytes))
		abort();
}

static void read_process(struct span text)
{
	struct process p;

	if (process_read(text, &p)) {
		if (!p.state || p.nice < -20 || p.nice > 20)
			abort();
	} else if (p.state || p.run_ns || p.waited_ns) {
		abort();
	}
}

static void read_config(struct span text)
{
	struct daemon_config c;

	(void)daemon_config_read(text, &c);
	if (c.flush > DAEMON_FLUSH_SYNC || c.overflow_action > DAEMON_HALT ||
	    memchr(c.log_file, '\0', sizeof(c.log_file)) == NULL)
		abort();
}

static void read_report(struct span text)
{
	struct daemon_report r;

	(void)daemon_report_read(text, &r);
	if ((r.queue_depth != DAEMON_UNKNOWN && r.queue_depth > r.queue_size) ||
	    r.writing < -1 || r.writing > 1 || r.overflow < -1 || r.overflow > 1)
		abort();
}

/* What is left is the damaged rest; every file lies in the text, in its order. */
static void read_rule_dir(struct span text)
{
	const char *at = text.p;
	struct rule_dir_file f;
	struct span rest = text;

	while (rule_dir_next(&rest, &f)) {
		if (!f.name.n || f.name.n > RULE_DIR_NAME_MAX || f.name.p < at + 4 ||
		    memchr(f.name.p, '\0', f.name.n) || f.error > 0 || f.error < -4095 ||
		    f.text.n > RULE_DIR_TEXT_MAX || (f.error && f.text.n) ||
		    (f.text.n && f.text.p + f.text.n != rest.p))
			abort();
		at = rest.p;
	}
	if (rest.p + rest.n != text.p + text.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static void (*const readers[])(struct span text) = {
		read_status, read_klog,   read_netlink, read_process,
		read_config, read_report, read_rule_dir};
	char *copy;

	if (!n)
		return 0;
	copy = malloc(n); /* at least a byte: an empty text has a place too */
	if (!copy)
		return 0;
	memcpy(copy, data + 1, n - 1);
	readers[data[0] % (sizeof(readers) / sizeof(readers[0]))](
		(struct span){copy, n - 1});
	free(copy);
	return 0;
}
