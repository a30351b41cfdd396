/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alerts.h - what needs attention now, and what no longer does
 *
 * One alert for each pair of kind and cause: raised at once, once, and cleared
 * after a minute in which it was not raised again. So an alert never floods.
 */
#ifndef NOISE_ALERTS_H
#define NOISE_ALERTS_H

#include <jansson.h>
#include <stdint.h>

#include "base/clock.h"

#define ALERTS_MAX      64 /* that stand at one time */
#define ALERTS_QUIET_MS 60000

enum alert_kind {
	ALERT_LOSS,
	ALERT_BACKLOG,
	ALERT_STALL,
	ALERT_RATE_LIMIT,
	ALERT_DISPATCHER_OVERFLOW,
	ALERT_AUDITD_ABSENT,
	ALERT_PANIC_RISK,
	ALERT_GAP,
	ALERT_FLOOD,
	ALERT_AUTH_STORM,
	ALERT_IMMUTABLE,
	ALERT_KINDS
};

enum alert_level { ALERT_INFO, ALERT_WARNING, ALERT_CRITICAL };

struct alert {
	enum alert_kind kind;
	enum alert_level level;
	const char *cause; /* a name that lives for ever; NULL: none */
	const char *text;  /* one sentence; foreign values in it are quoted */
	json_t *figures;   /* taken; numbers, texts, flags */
};

struct alerts;

/*
 * alerts_new - @send is called for each object that is due, raised or cleared, and
 * borrows it. Return: owned, or NULL when there is no memory.
 */
struct alerts *alerts_new(void (*send)(void *arg, json_t *object, enum alert_level level),
			  void *arg) __attribute__((warn_unused_result));
void alerts_free(struct alerts *a);

/**
 * alerts_raise - it is so now
 * One that stands already is sent again only when its level has risen, or, a second
 * later, top_key or top_exe of its figures is another; its text and
 * figures are those of the last call. What does not fit beside ALERTS_MAX others is
 * counted.
 */
void alerts_raise(struct alerts *a, const struct alert *alert,
		  const struct clock_reading *clock);

/** alerts_clear - it is so no more, by what is known now */
void alerts_clear(struct alerts *a, enum alert_kind kind, const char *cause);

/** alerts_tick - clear what was quiet for long enough */
void alerts_tick(struct alerts *a, const struct clock_reading *clock);

/**
 * alerts_standing - number @i of those that stand; NULL: there are no more
 * @raised_ms: wall clock when it was raised
 */
json_t *alerts_standing(const struct alerts *a, unsigned int i, int64_t *raised_ms);

/** alerts_over - how many were not raised for want of a place */
uint64_t alerts_over(const struct alerts *a);

#endif
