/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outlet.h - where the daemon's words go: the socket and the summary log
 *
 * Builds an object once and hands it to all who want it. Owns the server and
 * the writer thread; reads the engine, changes nothing in it.
 */
#ifndef NOISE_OUTLET_H
#define NOISE_OUTLET_H

#include <event2/event.h>
#include <stddef.h>
#include <sys/types.h>

#include "config.h"
#include "count/engine.h"

struct advice;
struct rule_advice;
struct alerts;
struct monitor;
struct outlet;
struct rounds;
struct rulewatch;
struct state;

struct outlet_options {
	struct event_base *base; /* borrows for ever, as all below */
	const struct config *config;
	gid_t group; /* of the socket */
	struct engine *engine;
	struct state *state; /* NULL: none is kept */
};

/**
 * outlet_check - can the files that are set be written? (as the user who will)
 * Says what cannot. A disk that is full, read-only or faulty may be so for a
 * while and is no reason not to count: the writer tries again with each line.
 * Return: 0, or negative errno: what is set cannot work.
 */
int outlet_check(const struct config *config) __attribute__((warn_unused_result));

/**
 * outlet_new - open the socket, start the writer
 * @why: on failure one line for the operator: setting, path, reason, remedy
 * Return: owned, or NULL.
 */
struct outlet *outlet_new(const struct outlet_options *options, char *why,
			  size_t why_size) __attribute__((warn_unused_result));

/**
 * outlet_free - close all
 * @until_ms: CLOCK_BOOTTIME, in ms, up to which the writer may write what waits; it
 *            gets 2 ms in any case
 */
void outlet_free(struct outlet *o, int64_t until_ms);

/** outlet_set_monitor - where `kernel` and `loss` of a summary come from; borrowed */
void outlet_set_monitor(struct outlet *o, struct monitor *monitor);

/** outlet_set_rules - where counters of the rules on disk come from; borrowed */
void outlet_set_rules(struct outlet *o, const struct rulewatch *rules);

/** outlet_set_rounds - where counters of the advice on noise come from; borrowed */
void outlet_set_rounds(struct outlet *o, const struct rounds *rounds);

/** outlet_alerts - what is raised there goes to clients, log and system log */
struct alerts *outlet_alerts(struct outlet *o);

/** outlet_advice - what is proposed there goes the same way */
struct advice *outlet_advice(struct outlet *o);

/**
 * outlet_rule_advice - and what is proposed about the rules
 * For rule_advice_look(), each time that another list of the kernel's is there.
 */
struct rule_advice *outlet_rule_advice(struct outlet *o);

/** outlet_summary - the summary of the default interval, to clients and log */
void outlet_summary(struct outlet *o);

/** outlet_configure - the live settings of its config have changed */
void outlet_configure(struct outlet *o);

/** outlet_reopen - the summary log was moved away */
void outlet_reopen(struct outlet *o);

/** outlet_flush - what the sockets take now, before the end */
void outlet_flush(struct outlet *o);

#endif
