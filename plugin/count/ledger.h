/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ledger.h - what was lost, held up or missing, and while what was so
 *
 * Adds up the kernel's figures over resets, wraps and boots, and keeps a list of
 * incidents: stretches of time in which records were lost, processes were held by
 * the full queue, or serials were missing. An incident is open until nothing of
 * the kind has happened for a minute; what is seen meanwhile is its evidence.
 * Why it happened is not judged here (advise/loss.h).
 * Pure: the clock is an argument.
 */
#ifndef NOISE_LEDGER_H
#define NOISE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "count/suspects.h"
#include "kernel/daemon.h"
#include "kernel/klog.h"
#include "kernel/netlink_drops.h"
#include "kernel/process.h"
#include "kernel/status.h"

#define LEDGER_ENTRIES  1000
#define LEDGER_QUIET_MS 60000
#define LEDGER_CROWDED \
	65536 /* bytes in auditd's socket, which holds 212,992: 28 records */

enum ledger_cause {
	LEDGER_UNKNOWN, /* first, so that a zeroed entry says nothing */
	LEDGER_BURST,
	LEDGER_OVERLOAD,
	LEDGER_RATE_LIMIT,
	LEDGER_AUDITD_STOPPED,
	LEDGER_AUDITD_SLOW,
	LEDGER_AUDITD_ABSENT,
	LEDGER_DISPATCHER,
	LEDGER_RETRY_QUEUE,
	LEDGER_HOLD_QUEUE,
	LEDGER_MEMORY,
	LEDGER_BOOT,
	LEDGER_LOG_SUSPENDED,
	LEDGER_PLUGIN_RESTART,
	LEDGER_CAUSES
};

enum ledger_place {
	LEDGER_PLACE_UNKNOWN,
	LEDGER_KERNEL,
	LEDGER_KAUDITD,
	LEDGER_AUDITD,
	LEDGER_DISPATCHER_QUEUE,
	LEDGER_PLUGIN,
	LEDGER_PLACES
};

/* What happened, added up: for ever, or in one incident. */
struct ledger_sums {
	uint64_t refused;         /* by the kernel's `lost` */
	uint64_t waited_ticks;    /* by its wait time counter: waits that have ended */
	uint64_t gap_events;      /* serials that never came */
	uint64_t unlogged_events; /* that came while auditd wrote no log */
	uint64_t socket_drops;    /* times that auditd's socket was found full */
};

/* What was seen in an incident, for whoever judges it. */
struct ledger_evidence {
	uint32_t reasons; /* bit n: the kernel's log gave enum klog_reason n */
	uint32_t backlog_peak, backlog_limit, rate_limit, wait_ticks; /* the largest */
	uint32_t over_polls, polls; /* the queue was over its limit; all */
	bool overloaded;     /* by loss_judge(), for good; not kept over restarts */
	uint32_t lost_polls; /* `lost` had grown; not kept over restarts */
	bool stopped;        /* auditd was stopped (SIGSTOP, a tracer) */
	bool absent;         /* none was registered */
	bool before; /* it happened before the first status that we had; closed at once */
	bool dispatcher; /* auditd's queue to its plugins was full, or dropped */
	bool suspended;  /* auditd wrote no log */
	bool at_boot;    /* and in the boot's first minutes */
	int64_t run_ms, starved_ms;      /* auditd on a processor; waiting for one */
	int64_t watched_ms;              /* over which these two are known */
	uint32_t idle_polls, disk_polls; /* it slept, or waited for a disk, while records
					  * waited in its socket */
	bool crowded;                    /* they did */
	bool filled; /* what came was enough to fill the queue; not kept over restarts */
	uint64_t events, records; /* that arrived meanwhile */
	uint64_t broken_events;   /* of these, ended by age: a part is missing */
};

struct ledger_entry {
	int64_t first_ms, last_ms; /* wall clock */
	struct ledger_sums sums;
	struct ledger_evidence evidence;
	struct suspects suspects;
	enum ledger_cause cause;
	enum ledger_place place;
};

/* What the stream has brought so far; only differences count. */
struct ledger_stream {
	uint64_t events, records, broken_events, gap_events;
	bool has_serial;
	uint32_t first_serial, newest_serial; /* of this host's kernel, in this process */
};

struct ledger {
	struct kernel_status status; /* the last one; its lost and waited_ticks also of an
				      * earlier process, see ledger_resume() */
	bool has_status, has_base;
	int64_t resumed_ms;        /* CLOCK_BOOTTIME of the counters of ledger_resume() */
	bool has_saved_serial;     /* saved_serial is to be held against the first one */
	uint32_t saved_serial;     /* the newest that an earlier process read */
	int64_t auditd_started_ms; /* CLOCK_BOOTTIME, once it is known */
	struct ledger_entry
		*before;    /* of an absence of ours, that this process found; NULL */
	bool unexplained;   /* it may still be told why */
	int64_t reset_ms;   /* CLOCK_BOOTTIME of the last reset of `lost`, by status or
			       stream */
	bool reset_pending; /* `lost` went down, and the stream has not said from where */
	uint32_t reset_from; /* it was at least this */
	uint32_t reset_old; /* what it was set to 0 from, said before it was seen; 0: none
			     */
	uint32_t
		reset_polled; /* the last status before that; one of between may follow */
	uint32_t polled_lost; /* `lost` of the last status */
	bool log_ahead;       /* the kernel's log has told more since */
	int64_t status_boot_ms;           /* CLOCK_BOOTTIME when it came */
	uint32_t backlog_peak;            /* since ledger_mark() */
	struct ledger_sums total, marked; /* marked: as of ledger_mark() */
	struct ledger_evidence
		recent;              /* of auditd, of the last seconds, for what begins */
	int64_t recent_ms;           /* CLOCK_BOOTTIME since when */
	struct daemon_report report; /* auditd's last one */
	bool has_report;
	bool has_drops, has_process, has_stream;
	struct netlink_drops drops;
	struct process process;
	int64_t process_boot_ms;
	struct ledger_stream stream;
	uint32_t early_reasons; /* of the kernel's log, before the status shows it */
	int64_t early_ms;       /* CLOCK_BOOTTIME when the last came */
	bool open;              /* the newest entry is */
	int64_t quiet_since_ms; /* CLOCK_BOOTTIME: since when nothing happened to it */
	struct ledger_entry *entries; /* a ring of LEDGER_ENTRIES, owned */
	unsigned int n, newest;
	uint64_t forgotten; /* entries that left the ring */
};

/** ledger_init - Return: 0 or -ENOMEM. */
int ledger_init(struct ledger *l) __attribute__((warn_unused_result));
void ledger_free(struct ledger *l);

/* What a call has found; the caller may want to say so at once. */
enum ledger_news {
	LEDGER_LOST = 1,      /* `lost` has grown */
	LEDGER_HELD = 2,      /* processes are, or were, held */
	LEDGER_GAP = 4,       /* serials are missing */
	LEDGER_OPENED = 8,    /* an incident begins */
	LEDGER_CLOSED = 16,   /* the newest one is over */
	LEDGER_DISPATCH = 32, /* auditd does not get records to its plugins */
	LEDGER_UNLOGGED = 64, /* auditd writes no log */
	LEDGER_BEFORE = 128,  /* what is LOST or a GAP is in the ledger's `before` */
};

/**
 * ledger_resume - the kernel's counters as an earlier process of this boot saw them
 * What they have grown by since was lost while nobody watched.
 * @boot_ms: CLOCK_BOOTTIME when it saw them
 * @serial: of the newest event that it read, -1: none
 */
void ledger_resume(struct ledger *l, uint32_t lost, uint32_t waited_ticks,
		   int64_t boot_ms, int64_t serial);

/** ledger_status - the kernel's status. Return: enum ledger_news, or'ed. */
unsigned int ledger_status(struct ledger *l, const struct kernel_status *status,
			   const struct clock_reading *clock);

/**
 * ledger_lost - the kernel's log says what `lost` was at a time after the last status
 * Return: as ledger_status(); 0 as long as no status has come.
 */
unsigned int ledger_lost(struct ledger *l, uint32_t lost,
			 const struct clock_reading *clock);

/**
 * ledger_reset - the stream says that somebody has set `lost` to 0 when it was @old
 * May come before or after the status that shows it.
 */
unsigned int ledger_reset(struct ledger *l, uint32_t old,
			  const struct clock_reading *clock);

/** ledger_reason - the kernel's log says why a record was lost */
void ledger_reason(struct ledger *l, enum klog_reason reason,
		   const struct clock_reading *clock);

/** ledger_drops - of auditd's socket; NULL: not known, or another socket from now on */
void ledger_drops(struct ledger *l, const struct netlink_drops *drops);

/**
 * ledger_process - of auditd
 * @started_ms: CLOCK_BOOTTIME of its start
 * Return: as ledger_status(); LEDGER_LOST when it explains what was lost before.
 */
unsigned int ledger_process(struct ledger *l, const struct process *process,
			    int64_t started_ms, const struct clock_reading *clock);

/** ledger_report - auditd's report of itself. Return: as ledger_status() */
unsigned int ledger_report(struct ledger *l, const struct daemon_report *report,
			   const struct clock_reading *clock);

/** ledger_arrived - what has arrived by now; Return: as ledger_status() */
unsigned int ledger_arrived(struct ledger *l, const struct ledger_stream *stream,
			    const struct clock_reading *clock);

/** ledger_tick - time goes by. Return: as ledger_status() */
unsigned int ledger_tick(struct ledger *l, const struct clock_reading *clock);

/** ledger_mark - the summary of the default interval was made */
void ledger_mark(struct ledger *l);

/** ledger_since_mark - what happened since */
struct ledger_sums ledger_since_mark(const struct ledger *l);

/** ledger_newest - the newest entry, open or not; NULL: there is none */
struct ledger_entry *ledger_newest(struct ledger *l);

/** ledger_entry - number @i, 0 being the oldest that is kept */
const struct ledger_entry *ledger_entry(const struct ledger *l, unsigned int i);

/** ledger_load - an entry of an earlier process, in order; before anything else */
void ledger_load(struct ledger *l, const struct ledger_entry *entry);

#endif
