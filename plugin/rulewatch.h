/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rulewatch.h - the kernel's rules, read anew whenever they may have changed
 *
 * Where the stream comes from the auditd that is registered with the kernel.
 * At the start; when the stream tells of a change, once that has been quiet for a
 * moment, for whoever loads rules loads many; and every ten minutes, since a change may
 * not be written. While auditd's socket is crowded not sooner than after ten seconds: the
 * kernel puts to sleep whoever asks when its queue is full. Each time the rule files on
 * disk are read too, and each rule is given its place there. Nothing here waits.
 */
#ifndef NOISE_RULEWATCH_H
#define NOISE_RULEWATCH_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "count/engine.h"
#include "kernel/watch.h"
#include "monitor.h"
#include "rulefiles.h"

struct rulewatch_options {
	struct event_base *base; /* borrows for ever, as all below */
	struct engine *engine;   /* made with live_rules */
	const struct monitor *monitor;
	struct watch *watch; /* NULL: there is none */
	/* called when a list was read and has its places, for who may share it; NULL:
	 * nobody asks */
	void (*read)(void *arg, struct ruleset *rules);
	void *arg;
};

struct rulewatch;

/** rulewatch_new - Return: owned, or NULL when there is no memory. */
struct rulewatch *rulewatch_new(const struct rulewatch_options *options)
	__attribute__((warn_unused_result));
void rulewatch_free(struct rulewatch *w);

/** rulewatch_answer - an answer of the watcher. Return: false: it is not for us. */
bool rulewatch_answer(struct rulewatch *w, const struct watch_answer *answer);

/** rulewatch_files - how disk and kernel differed when they were last read */
struct rulefiles_counters rulewatch_files(const struct rulewatch *w);

/** rulewatch_hang_up - the watcher has ended */
void rulewatch_hang_up(struct rulewatch *w);

#endif
