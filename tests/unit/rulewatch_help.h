/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rulewatch_help.h - the clock and the timer of rulewatch as the test's own
 *
 * By -Wl,--wrap of clock_read, event_new, event_add and event_del: the first event that
 * is made is the timer, and fires when the test says; all others are libevent's.
 */
#ifndef TESTS_RULEWATCH_HELP_H
#define TESTS_RULEWATCH_HELP_H

#include <event2/event.h>

#include "base/clock.h"

static struct clock_reading now;
static struct event *timer;
static event_callback_fn on_time;
static void *on_time_arg;
static int64_t timer_ms; /* what was asked for last; -1: nothing since */
static int64_t due_ms;   /* CLOCK_BOOTTIME; -1: it does not run */

struct clock_reading __wrap_clock_read(void);
struct event *__wrap_event_new(struct event_base *base, evutil_socket_t fd, short what,
			       event_callback_fn fn, void *arg);
struct event *__real_event_new(struct event_base *base, evutil_socket_t fd, short what,
			       event_callback_fn fn, void *arg);
int __wrap_event_add(struct event *e, const struct timeval *time);
int __real_event_add(struct event *e, const struct timeval *time);
int __wrap_event_del(struct event *e);
int __real_event_del(struct event *e);

struct clock_reading __wrap_clock_read(void)
{
	return now;
}

struct event *__wrap_event_new(struct event_base *base, evutil_socket_t fd, short what,
			       event_callback_fn fn, void *arg)
{
	struct event *e = __real_event_new(base, fd, what, fn, arg);

	if (timer)
		return e;
	on_time = fn;
	on_time_arg = arg;
	timer = e;
	return e;
}

int __wrap_event_add(struct event *e, const struct timeval *time)
{
	if (e != timer)
		return __real_event_add(e, time);
	timer_ms = time->tv_sec * 1000 + time->tv_usec / 1000;
	due_ms = now.boot_ms + timer_ms;
	return 0;
}

int __wrap_event_del(struct event *e)
{
	if (e == timer)
		due_ms = -1;
	return __real_event_del(e);
}

/* Before the rulewatch is made. */
static inline void help_begin(void)
{
	timer = NULL;
	timer_ms = due_ms = -1;
	now = (struct clock_reading){.wall_ms = 1795300000000, .boot_ms = 1000};
}

/* It is made, and due: the test fires it, not the loop. */
static inline void help_is_due(void)
{
	__real_event_del(timer);
	due_ms = now.boot_ms;
}

static inline void help_later(int64_t ms)
{
	now.boot_ms += ms;
	now.wall_ms += ms;
}

/* All that is to be done without the timer. */
static inline void help_work(struct event_base *base)
{
	while (event_base_loop(base, EVLOOP_NONBLOCK) == 0)
		;
}

#endif
