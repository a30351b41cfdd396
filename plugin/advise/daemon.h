/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon.h - what to change in auditd.conf after an incident
 *
 * Its queue to the plugins (q_depth) was full, it got too little of the processors
 * (priority_boost), or it waited for its disk (flush). auditd.conf(5) names them and
 * their bounds. Where none of the three was the matter there is nothing to say.
 * Pure.
 */
#ifndef NOISE_ADVISE_DAEMON_H
#define NOISE_ADVISE_DAEMON_H

#include "count/ledger.h"
#include "kernel/daemon.h"

#define DAEMON_EVENT_BYTES 9216 /* that auditd allocates for each event in the queue */

enum daemon_setting {
	DAEMON_NOTHING, /* to change */
	DAEMON_Q_DEPTH,
	DAEMON_PRIORITY_BOOST,
	DAEMON_FLUSH, /* to INCREMENTAL_ASYNC, and freq, which it needs */
	DAEMON_SETTINGS
};

struct daemon_advice {
	enum daemon_setting setting;
	uint32_t from, to;    /* of q_depth in records, of priority_boost in steps of
				 nice; 0: no value helps */
	uint64_t at_least;    /* of q_depth, in records: what certainly did not fit */
	uint64_t estimate;    /* of q_depth, in records: with events of the usual size */
	enum daemon_flush of; /* flush, as it is */
	bool sets_freq;       /* freq is 0, with which auditd would not start then */
};

/**
 * daemon_advise - of an incident that is over, or rests
 * @e: judged (loss_judge())
 * @config: auditd.conf, which auditd may not have read yet
 * @report: what auditd says of itself; NULL: nothing
 * @most: records of q_depth, by the machine's memory
 * @waiting: the most records that had come and were not read yet (burst_waiting())
 */
struct daemon_advice daemon_advise(const struct ledger_entry *e,
				   const struct daemon_config *config,
				   const struct daemon_report *report, uint64_t waiting,
				   uint32_t most);

/** daemon_most - records of auditd's queue in at most a sixteenth of @bytes */
uint32_t daemon_most(uint64_t bytes);

/** daemon_is_applied - does @config say what was advised? */
bool daemon_is_applied(const struct daemon_advice *advice,
		       const struct daemon_config *config);

#endif
