/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advisor.h - looks at what is known, and proposes
 *
 * Once an incident rests, and each minute while it does not: the depth that would have
 * held it, what else of the kernel or of auditd was the matter; later whether a
 * proposal was taken, and whether less is enough. Without an incident: whether the
 * queue was nearly full. What stands and was not taken gives way to no lesser one, or
 * whoever makes small bursts would take the large one's advice off the list.
 */
#ifndef NOISE_ADVISOR_H
#define NOISE_ADVISOR_H

#include "advise/daemon.h"
#include "advise/queue.h"
#include "count/engine.h"
#include "count/ledger.h"

struct advice;
struct config;
struct monitor;
struct rule_advice;
struct ruleset;

struct advisor {
	struct engine *engine; /* borrows for ever, as all of these */
	const struct monitor *monitor;
	struct ledger *ledger;
	struct advice *advice;
	const struct config *config;
	struct rule_advice *rules; /* NULL: nothing is said of them */
	/* the advisor's own */
	uint32_t most_depth, most_q_depth; /* records, by the machine's memory */
	uint32_t boot_limit;    /* backlog_limit of the kernel's command line, or 64 */
	bool keeps_depth;       /* a depth that was lowered has lost: none is again */
	uint64_t refused;       /* in the ledger's total, when it was last looked at */
	int64_t status_boot_ms; /* of the status that it was known by then; 0: none */
	bool pending;           /* the newest incident has news that was not judged */
	int64_t news_ms, judged_ms;      /* CLOCK_BOOTTIME, of the last */
	struct queue_advice advised;     /* depth 0: nothing */
	struct ledger_entry entry;       /* of it */
	int64_t applied_ms, looked_ms;   /* wall clock; 0: not */
	struct ledger_sums sums_applied; /* of all, by then */
	int64_t overload_ms;             /* CLOCK_BOOTTIME, of the last; 0: none stands */
	struct daemon_advice daemon[DAEMON_SETTINGS]; /* proposed last */
	int64_t margin_ms; /* CLOCK_BOOTTIME of the last look for a queue nearly full */
	int64_t limit_ms;  /* wall clock since when the limit is as it is */
	uint32_t limit, polled; /* the most that was seen in the queue since that look */
	unsigned int failure_seen,
		policy_seen;         /* mode + 1 and policy when last compared */
	unsigned int failure_policy; /* that the standing proposal is for */
};

/**
 * advisor_init - @a has its first six members
 * Reads the kernel's command line, once; where it cannot, the kernel's own limit holds.
 */
void advisor_init(struct advisor *a);

/**
 * advisor_news - to be called at each poll
 * @news: enum ledger_news, or'ed; may be 0
 * Return: the newest incident has been judged anew, and its alert is to be said again.
 */
bool advisor_news(struct advisor *a, unsigned int news);

/**
 * advisor_rules - to be called when the kernel has another list of rules
 * @kernel: all of its rules; not needed afterwards
 * Of more than 512 rules nothing is said: it takes at most 5 ms.
 */
void advisor_rules(struct advisor *a, const struct ruleset *kernel);

/** advisor_boot_limit - of a kernel command line: audit_backlog_limit=, or 64 */
uint32_t advisor_boot_limit(struct span cmdline);

#endif
