/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lookout.h - all that comes of what the watcher fetches
 *
 * Joins those that ask and judge: the monitor (the kernel's queue and auditd), the rules,
 * the alarm, the advisor, and the rounds of advice on noise.
 */
#ifndef NOISE_LOOKOUT_H
#define NOISE_LOOKOUT_H

#include <event2/event.h>
#include <stdbool.h>

#include "config.h"
#include "count/engine.h"
#include "emit/advice.h"
#include "emit/alerts.h"
#include "kernel/watch.h"
#include "monitor.h"
#include "rounds.h"
#include "rulewatch.h"

struct lookout_options {
	struct event_base *base; /* borrows for ever, as all below */
	const struct config *config;
	struct engine *engine; /* made with live_rules */
	struct watch *watch;   /* NULL: there is none */
	int watch_error;       /* why, for watch_reason() */
	struct alerts *alerts;
	struct advice *advice;
	struct rule_advice *rule_advice; /* that stands in it */
};

struct lookout;

/** lookout_new - Return: owned, or NULL when there is no memory. */
struct lookout *lookout_new(const struct lookout_options *options)
	__attribute__((warn_unused_result));
void lookout_free(struct lookout *l); /* NULL is legal */

/** lookout_configure - the settings have changed */
void lookout_configure(struct lookout *l);

/** lookout_answer - an answer of the watcher. Return: false: it is not for us. */
bool lookout_answer(struct lookout *l, const struct watch_answer *answer);

/** lookout_hang_up - the watcher has ended, for this reason */
void lookout_hang_up(struct lookout *l, int error);

/** lookout_name_host - what auditd.conf says of this host's lines; @host has its name,
 * and borrows for ever */
void lookout_name_host(const struct lookout *l, struct node_host *host);

/** lookout_monitor - lives as long as @l */
struct monitor *lookout_monitor(struct lookout *l);

/** lookout_rounds - lives as long as @l */
struct rounds *lookout_rounds(struct lookout *l);

/** lookout_rulewatch - lives as long as @l */
const struct rulewatch *lookout_rulewatch(const struct lookout *l);

#endif
