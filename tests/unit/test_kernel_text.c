/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_kernel_text.c - what the watcher hands over as text, and texts that lie
 *
 * klog, netlink_drops, process and daemon, each with what a real system wrote
 * and with what an odd or hostile one may.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "kernel/daemon.h"
#include "kernel/klog.h"
#include "kernel/netlink_drops.h"
#include "kernel/process.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

/* A copy of exactly its bytes, so that a sanitizer sees one too far. */
static struct span exact(const char *text)
{
	size_t n = strlen(text);
	char *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	memcpy(copy, text, n);
	return (struct span){copy, n};
}

/* --- klog --- */

static const struct {
	const char *record;
	int reason; /* -1: none of ours */
	uint32_t lost;
} klog_table[] = {
	{"4,812,4519013537,-;audit: backlog limit exceeded\n", KLOG_BACKLOG, 0},
	{"4,812,4519013537,-,caller=T123;audit: backlog limit exceeded", KLOG_BACKLOG, 0},
	{"4,1,1,-;audit: rate limit exceeded\n", KLOG_RATE, 0},
	{"4,1,1,-;audit: kauditd retry queue overflow\n", KLOG_RETRY, 0},
	{"4,1,1,-;audit: kauditd hold queue overflow\n", KLOG_HOLD, 0},
	{"4,1,1,-;audit: out of memory in audit_log_start\n", KLOG_MEMORY, 0},
	{"5,1,1,-;audit: type=1307 audit(1795293063.047:2454975): cwd=\"/tmp\"\n",
	 KLOG_PRINTED, 0},
	{"4,1,1,-;audit: audit_lost=4294967295 audit_rate_limit=0 "
	 "audit_backlog_limit=64\n",
	 KLOG_LOST, UINT32_MAX},
	{"4,1,1,-;audit: audit_lost=7 audit_rate_limit=0 audit_backlog_limit=64\n",
	 KLOG_LOST, 7},
	/* no reason by itself */
	{"4,1,1,-;audit: audit_backlog=65 > audit_backlog_limit=64\n", -1, 0},
	{"4,1,1,-;audit_log_lost: 874628 callbacks suppressed\n", -1, 0},
	{"4,1,1,-;audit: audit_lost=4294967296 audit_rate_limit=0\n", -1, 0},
	{"4,1,1,-;audit: audit_lost=-1 audit_rate_limit=0\n", -1, 0},
	{"4,1,1,-;audit: audit_lost=5", -1, 0},
	/* what a program wrote: the kernel gives it a facility */
	{"12,1,1,-;audit: backlog limit exceeded\n", -1, 0},
	{"30,1,1,-;audit: audit_lost=7 audit_rate_limit=0 audit_backlog_limit=64\n", -1,
	 0},
	/* a continuation line, which may be a device's name */
	{" SUBSYSTEM=4,1,1,-;audit: backlog limit exceeded\n", -1, 0},
	{"4,1,1,-;usb: audit: backlog limit exceeded\n", -1, 0},
	{"4,1,x,-;audit: backlog limit exceeded\n", -1, 0},
	{"4,1,1;audit: backlog limit exceeded\n", -1, 0},
	{";\n", -1, 0},
	{",,,;audit: backlog limit exceeded\n", -1, 0},
	{"", -1, 0},
};

static void klog_knows_the_kernels_own_lines(void **state)
{
	struct klog_line line;
	size_t i;

	for (i = 0; i < N_OF(klog_table); i++) {
		struct span text = exact(klog_table[i].record), rest = text;
		bool any = klog_next(&rest, &line);

		if (any != (klog_table[i].reason >= 0) ||
		    (any && ((int)line.reason != klog_table[i].reason ||
			     line.lost != klog_table[i].lost)))
			fail_msg("row %zu: %s", i, klog_table[i].record);
		free((void *)text.p);
	}
}

static void klog_goes_through_many_records(void **state)
{
	struct span text = exact(
			    "6,1,5,-;usb 1-1: new device\n"
			    " SUBSYSTEM=usb\n DEVICE=+usb:1-1\n"
			    "4,2,10,-;audit: audit_backlog=65 > audit_backlog_limit=64\n"
			    "4,3,11,-;audit: audit_lost=9 audit_rate_limit=0 "
			    "audit_backlog_limit=64\n"
			    "4,4,12,c;audit: backlog limit exceeded\n"),
		    rest = text;
	struct klog_line line;

	assert_true(klog_next(&rest, &line));
	assert_int_equal(line.reason, KLOG_LOST);
	assert_int_equal(line.lost, 9);
	assert_int_equal(line.time_us, 11);
	assert_true(klog_next(&rest, &line));
	assert_int_equal(line.reason, KLOG_BACKLOG);
	assert_false(klog_next(&rest, &line));
	assert_int_equal(rest.n, 0);
	free((void *)text.p);
}

/* --- netlink_drops --- */

#define NETLINK_HEAD \
	"sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    " \
	"Drops    Inode\n"

static void netlink_drops_finds_the_port(void **state)
{
	struct span text = exact(
		NETLINK_HEAD
		"00000000194113b6 0   8004       00000000 1        0        0     2      "
		"  5  "
		"      4       \n"
		"00000000dd205dc8 9   8004       00000000 2304     211968   0     3      "
		"  88 "
		"      215637  \n"
		"00000000ec12b08e 9   0          00000000 0        0        0     2      "
		"  0  "
		"      6       \n"
		"00000000ec12b08f 9   77         00000000 0        0        0     2");
	struct netlink_drops d = {9, 9};

	assert_true(netlink_drops_read(text, 8004, &d));
	assert_int_equal(d.unread_bytes, 2304);
	assert_int_equal(d.drops, 88);
	assert_false(netlink_drops_read(text, 8005, &d));
	assert_int_equal(d.unread_bytes + d.drops, 0);
	assert_false(netlink_drops_read(text, 77, &d)); /* cut */
	assert_false(netlink_drops_read((struct span){"", 0}, 8004, &d));
	free((void *)text.p);
}

/* --- process --- */

#define STAT_REST " 1 2 2 0 -1 4194560 1 0 0 0 12 34 0 0 16 -4 2 0 97 1 2"

static const struct {
	const char *text;
	bool known, has_run;
	char state;
	int nice;
} process_table[] = {
	{"812 (auditd) S" STAT_REST "\n123456 7890 12\n", true, true, 'S', -4},
	{"812 (auditd) T" STAT_REST "\n", true, false, 'T', -4},
	{"812 (a) R 1\n(b\n) D" STAT_REST "\n5 6 7", true, true, 'D', -4},
	{"812 (auditd) S 1 2 2 0 -1 4194560 1 0 0 0 12 34 0 0 16 19 2 0 97\n0 0 0\n",
	 true, true, 'S', 19},
	{"812 (auditd) S 1 2 2 0 -1 4194560 1 0 0 0 12 34 0 0 16\n0 0 0\n", false, false,
	 0, 0},
	{"812 (auditd) SS" STAT_REST "\n0 0 0\n", false, false, 0, 0},
	{"812 (auditd) S 1 2 2 0 -1 4194560 1 0 0 0 12 34 0 0 16 --4 2\n0 0 0\n", false,
	 false, 0, 0},
	{"812 auditd S" STAT_REST "\n0 0 0\n", false, false, 0, 0},
	{")", false, false, 0, 0},
	{"", false, false, 0, 0},
};

static void process_reads_behind_any_name(void **state)
{
	struct process p;
	size_t i;

	for (i = 0; i < N_OF(process_table); i++) {
		struct span text = exact(process_table[i].text);

		memset(&p, 0xaa, sizeof(p));
		if (process_read(text, &p) != process_table[i].known ||
		    p.has_run != process_table[i].has_run ||
		    p.state != process_table[i].state || p.nice != process_table[i].nice)
			fail_msg("row %zu: %s", i, process_table[i].text);
		free((void *)text.p);
	}
	assert_true(process_read(span_of("1 (a) S" STAT_REST "\n123456 7890 12\n"), &p));
	assert_int_equal(p.run_ns, 123456);
	assert_int_equal(p.waited_ns, 7890);
	assert_int_equal(p.started_ticks, 97);
}

/* --- auditd.conf --- */

static void daemon_config_is_read_over_auditds_defaults(void **state)
{
	struct daemon_config c;

	assert_int_equal(daemon_config_read(span_of(""), &c), 0);
	assert_true(c.enriched && c.write_logs);
	assert_int_equal(c.flush, DAEMON_FLUSH_NONE);
	assert_int_equal(c.q_depth, 2000);
	assert_int_equal(c.num_logs, 0);
	assert_int_equal(c.max_log_action, DAEMON_IGNORE);
	assert_int_equal(
		daemon_config_read(
			span_of("# Debian\nlog_format = RAW\nFLUSH = incremental_async\n"
				"freq = 50\nmax_log_file = 8\nnum_logs = 5\n"
				"max_log_file_action = ROTATE\nq_depth=400\n"
				"overflow_action = exec /bin/x\nwrite_logs = no\n"
				"space_left = 75\nspace_left_action = email\n"
				"disk_full_action = HALT\nlog_file = /l/audit.log\n"
				"priority_boost = many\nno_such_key = 1\n"),
			&c),
		0);
	assert_false(c.enriched || c.write_logs);
	assert_int_equal(c.flush, DAEMON_FLUSH_INCREMENTAL_ASYNC);
	assert_int_equal(c.freq, 50);
	assert_int_equal(c.max_log_mib, 8);
	assert_int_equal(c.num_logs, 5);
	assert_int_equal(c.max_log_action, DAEMON_ROTATE);
	assert_int_equal(c.q_depth, 400);
	assert_int_equal(c.overflow_action, DAEMON_EXEC);
	assert_int_equal(c.space_left_action, DAEMON_EMAIL);
	assert_int_equal(c.disk_full_action, DAEMON_HALT);
	assert_int_equal(c.priority_boost, 4); /* no number: auditd would not start */
	assert_string_equal(c.log_file, "/l/audit.log");
	assert_true(daemon_config_read(span_of("q_depth = 9\nnothing\n"), &c) < 0);
	assert_int_equal(c.q_depth, 9);
}

/* --- auditd's report --- */

static void daemon_report_takes_what_is_there(void **state)
{
	/* as auditd 3.0.9 writes it */
	static const char text[] = "audit version = 3.0.9\n"
				   "current time = 11/27/26 12:00:00\n"
				   "process priority = -4\n"
				   "writing to logs = yes\n"
				   "current log size = 1355 KB\n"
				   "max log size = 8192 KB\n"
				   "logs detected last rotate/shift = 0\n"
				   "space left on partition = yes\n"
				   "Logging partition free space 74148 MB\n"
				   "space left setting = 75 MB\n"
				   "logging suspended = no\n"
				   "file system action performed = no\n"
				   "Number of active plugins = 1\n"
				   "current plugin queue depth = 3\n"
				   "max plugin queue depth used = 1990\n"
				   "plugin queue size = 2000\n"
				   "plugin queue overflow detected = yes\n"
				   "plugin queueing suspended = no\n"
				   "listening for network connections = no\n";
	struct daemon_report r;

	assert_true(daemon_report_read(span_of(text), &r));
	assert_int_equal(r.writing, 1);
	assert_int_equal(r.suspended, 0);
	assert_int_equal(r.overflow, 1);
	assert_int_equal(r.queue_suspended, 0);
	assert_int_equal(r.queue_depth, 3);
	assert_int_equal(r.queue_peak, 1990);
	assert_int_equal(r.queue_size, 2000);
	assert_int_equal(r.log_bytes, 1355 * 1024);
	assert_true(r.free_bytes == 74148ull * 1048576);
	assert_true(daemon_report_read(span_of("Logging partition free space = 5 "
					       "MiB\nlogging suspended = yes\n"),
				       &r));
	assert_true(r.free_bytes == 5ull * 1048576);
	assert_int_equal(r.suspended, 1);
	assert_int_equal(r.writing, -1);
	assert_true(r.queue_depth == DAEMON_UNKNOWN);
}

/* Counters of auditd up to 4.0.4 go below 0. */
static void daemon_report_believes_no_depth_above_the_size(void **state)
{
	struct daemon_report r;

	assert_true(
		daemon_report_read(span_of("current plugin queue depth = 4294751926\n"
					   "max plugin queue depth used = 4294967295\n"
					   "plugin queue size = 2000\n"),
				   &r));
	assert_true(r.queue_depth == DAEMON_UNKNOWN);
	assert_true(r.queue_peak == DAEMON_UNKNOWN);
	assert_true(daemon_report_read(
		span_of("current log size = 99999999999999999999 KB\n"), &r));
	assert_true(r.log_bytes == DAEMON_UNKNOWN);
	assert_true(daemon_report_read(
		span_of("current log size = 18446744073709551614 KB"), &r));
	assert_true(r.log_bytes == DAEMON_UNKNOWN);
	assert_false(daemon_report_read(span_of("nothing of it\n\n\n"), &r));
	assert_false(daemon_report_read(span_of(""), &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(klog_knows_the_kernels_own_lines),
		cmocka_unit_test(klog_goes_through_many_records),
		cmocka_unit_test(netlink_drops_finds_the_port),
		cmocka_unit_test(process_reads_behind_any_name),
		cmocka_unit_test(daemon_config_is_read_over_auditds_defaults),
		cmocka_unit_test(daemon_report_takes_what_is_there),
		cmocka_unit_test(daemon_report_believes_no_depth_above_the_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
