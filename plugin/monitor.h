/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.h - asks the watcher, and tells the ledger what it says
 *
 * The kernel is asked at an interval, more often while its queue fills, and hardly
 * while auditd's socket is crowded, which is when the queue may be full.
 * Nothing here waits.
 */
#ifndef NOISE_MONITOR_H
#define NOISE_MONITOR_H

#include <event2/event.h>
#include <stdbool.h>
#include <sys/types.h>

#include "config.h"
#include "count/engine.h"
#include "count/ledger.h"
#include "kernel/daemon.h"
#include "kernel/watch.h"

struct monitor_options {
	struct event_base *base;     /* borrows for ever, as all below */
	const struct config *config; /* its poll_ms may change */
	struct engine *engine;
	struct watch *watch; /* NULL: there is none */
	int watch_error;     /* why, for watch_reason() */
	/* @news: enum ledger_news, or'ed; also called with 0, when a figure changed */
	void (*news)(void *arg, unsigned int news);
	void *arg;
};

struct monitor;

/** monitor_new - Return: owned, or NULL when there is no memory. */
struct monitor *monitor_new(const struct monitor_options *options)
	__attribute__((warn_unused_result));
void monitor_free(struct monitor *m);

/** monitor_answer - an answer of the watcher. Return: false: it is not for us. */
bool monitor_answer(struct monitor *m, const struct watch_answer *answer);

/** monitor_hang_up - the watcher has ended, for this reason */
void monitor_hang_up(struct monitor *m, int error);

/** monitor_is_crowded - does auditd's socket hold so much that the queue behind it may be
 * full? Then nothing is to be asked of the kernel that can wait. */
bool monitor_is_crowded(const struct monitor *m);

/** monitor_auditd - the process that the kernel gives its records; 0: not known */
pid_t monitor_auditd(const struct monitor *m);

/** monitor_ledger - what it knows; lives as long as @m */
struct ledger *monitor_ledger(struct monitor *m);

/** monitor_daemon - auditd's settings, or NULL as long as they are not known */
const struct daemon_config *monitor_daemon(const struct monitor *m);

struct monitor_view {
	bool known;
	const char *reason;    /* why not, in plain words; NULL where it is known */
	int64_t status_age_ms; /* since the last status */
	unsigned int poll_ms;
};

struct monitor_view monitor_view(const struct monitor *m);

#endif
