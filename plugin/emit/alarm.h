/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alarm.h - from the ledger's news to alerts
 */
#ifndef NOISE_ALARM_H
#define NOISE_ALARM_H

#include "count/engine.h"
#include "count/ledger.h"
#include "emit/alerts.h"

struct alarm {
	struct engine *engine; /* borrowed for ever, as all here */
	struct ledger *ledger;
	struct alerts *alerts;
	unsigned int ticks_per_s;
	unsigned int backlog_warn, backlog_critical; /* percent; may change */
	enum ledger_cause loss_cause, stall_cause,
		gap_cause;   /* of the alerts that were raised */
	int64_t searched_ms; /* CLOCK_BOOTTIME: when suspects were sought */
};

/**
 * alarm_news - the ledger has news, or a figure of the kernel's has changed
 * Judges the open incident, finds who made the records meanwhile, raises alerts.
 * @news: enum ledger_news, or'ed
 */
void alarm_news(struct alarm *a, unsigned int news);

#endif
