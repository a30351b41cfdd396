/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storm_alarm.h - from storms of authentication to alerts
 *
 * Judged each STORM_ALARM_MS of the windows' own time, until there was no such message
 * for STORM_ALARM_AFTER_MS: so in the daemon and in replay alike, and what comes once a
 * minute stands. Of each class the heaviest storm is told. What succeeds is only an alert
 * where it weighs, what fails always.
 */
#ifndef NOISE_STORM_ALARM_H
#define NOISE_STORM_ALARM_H

#include "advise/storms.h"
#include "emit/alerts.h"

#define STORM_ALARM_MS       15000 /* four times within the time that an alert stands */
#define STORM_ALARM_AFTER_MS 60000
#define STORM_ALARM_PER_S    1.0 /* events a second, of cron's sessions and of sudo */

struct storm_alarm;

/**
 * storm_alarm_new - raise and clear them from now on
 * @engine: borrowed for ever, as @alerts; calls back by engine_on_time()
 * @live: alerts have the clock's time; else the stream's
 * Return: owned, or NULL when there is no memory.
 */
struct storm_alarm *storm_alarm_new(struct engine *engine, struct alerts *alerts,
				    bool live) __attribute__((warn_unused_result));
void storm_alarm_free(struct storm_alarm *a); /* NULL is legal */

/** storm_alarm_look - judge now, as at the end of a log */
void storm_alarm_look(struct storm_alarm *a);

#endif
