/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.c - asks the watcher, and tells the ledger what it says
 *
 * One timer. A status that was asked for comes back at once, also while the
 * kernel keeps its sender; the next one is refused by the worker then (EBUSY),
 * and what is left are /proc/net/netlink, auditd's own line of /proc and the
 * kernel's log, which cost nobody a wake-up.
 */
#include "monitor.h"

#include <stdlib.h>
#include <unistd.h>

#define FAST_MS 100 /* while the queue fills */
#define FILLING 4   /* it does, when it is over a fourth of its limit and grows */
#define STALE_MS \
	30000 /* a status this old is none, unless the kernel keeps the sender \
	       */

struct monitor {
	struct monitor_options o;
	struct event *timer;
	struct ledger ledger;
	unsigned int poll_ms;
	int error; /* of the last status: 0, or why there is none */
	uint32_t backlog_before;
	int64_t started_ms; /* by the clock of the kernel's log */
};

static void tell(struct monitor *m, unsigned int news)
{
	m->o.news(m->o.arg, news);
}

/* --- asking --- */

static void ask(struct monitor *m, enum watch_request request)
{
	int r = m->o.watch ? watch_request(m->o.watch, request) : -ENOTCONN;

	if (request == WATCH_STATUS && r < 0 && r != -EBUSY && r != -EAGAIN)
		m->error = r;
}

static void arm(struct monitor *m)
{
	const struct timeval next = {m->poll_ms / 1000, m->poll_ms % 1000 * 1000};

	event_add(m->timer, &next);
}

/* The next poll, by what the last one showed. */
static void pace(struct monitor *m)
{
	const struct kernel_status *s = &m->ledger.status;
	bool fills = m->ledger.has_status && s->backlog_limit &&
		     s->backlog > m->backlog_before &&
		     s->backlog > s->backlog_limit / FILLING &&
		     s->backlog <= s->backlog_limit;

	m->poll_ms = m->o.config->poll_ms;
	if (fills && m->poll_ms > FAST_MS)
		m->poll_ms = FAST_MS;
	m->backlog_before = s->backlog;
}

static void look_at_stream(struct monitor *m, const struct clock_reading *clock)
{
	struct engine_health h = engine_health(m->o.engine);
	struct count total = tally_total(engine_tally(m->o.engine), -1, 0);
	const struct ledger_stream stream = {.events = total.events,
					     .records = total.records,
					     .broken_events = h.events.aged,
					     .gap_events = h.gap_events};

	tell(m,
	     ledger_arrived(&m->ledger, &stream, clock) | ledger_tick(&m->ledger, clock));
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;
	struct clock_reading now = clock_read();

	ask(m, WATCH_STATUS);
	ask(m, WATCH_NETLINK);
	ask(m, WATCH_AUDITD_PROC);
	ask(m, WATCH_KERNEL_LOG);
	look_at_stream(m, &now);
	arm(m);
}

void monitor_poke(struct monitor *m)
{
	event_active(m->timer, EV_TIMEOUT, 0);
}

/* --- what comes back --- */

static void on_status(struct monitor *m, const struct watch_answer *a)
{
	struct clock_reading now = clock_read();
	struct kernel_status status;
	int error = a->error;

	if (!error)
		error = status_read(a->data, &status);
	if (error) {
		m->error = error;
		return;
	}
	m->error = 0;
	tell(m, ledger_status(&m->ledger, &status, &now));
	pace(m);
}

static void on_netlink(struct monitor *m, const struct watch_answer *a)
{
	struct netlink_drops drops;

	if (!a->error && m->ledger.has_status &&
	    netlink_drops_read(a->data, m->ledger.status.pid, &drops))
		ledger_drops(&m->ledger, &drops);
}

static int64_t started_ms(const struct process *process)
{
	long per_s = sysconf(_SC_CLK_TCK);

	if (per_s <= 0 || process->started_ticks > INT64_MAX / 1000)
		return 0;
	return (int64_t)process->started_ticks * 1000 / per_s;
}

static void on_process(struct monitor *m, const struct watch_answer *a)
{
	struct clock_reading now = clock_read();
	struct process process;

	if (!a->error && process_read(a->data, &process))
		tell(m, ledger_process(&m->ledger, &process, started_ms(&process), &now));
}

static void on_kernel_log(struct monitor *m, const struct watch_answer *a)
{
	struct span text = a->data;
	struct clock_reading now = clock_read();
	struct klog_line line;
	bool lost = false;

	if (a->error)
		return;
	while (klog_next(&text, &line)) {
		if (line.time_us / 1000 < m->started_ms)
			continue; /* of another time than ours */
		ledger_reason(&m->ledger, line.reason, &now);
		lost |= line.reason != KLOG_PRINTED;
	}
	/* the status will show how many */
	if (lost)
		ask(m, WATCH_STATUS);
	ask(m, WATCH_KERNEL_LOG);
}

bool monitor_answer(struct monitor *m, const struct watch_answer *answer)
{
	switch (answer->request) {
	case WATCH_STATUS:
		on_status(m, answer);
		return true;
	case WATCH_NETLINK:
		on_netlink(m, answer);
		return true;
	case WATCH_AUDITD_PROC:
		on_process(m, answer);
		return true;
	case WATCH_KERNEL_LOG:
		on_kernel_log(m, answer);
		return true;
	default:
		return false;
	}
}

void monitor_hang_up(struct monitor *m, int error)
{
	m->error = error;
	m->o.watch = NULL;
	m->o.watch_error = error;
}

/* --- what is known --- */

struct ledger *monitor_ledger(struct monitor *m)
{
	return &m->ledger;
}

struct monitor_view monitor_view(const struct monitor *m)
{
	struct monitor_view v = {.poll_ms = m->poll_ms};
	int error = m->o.watch ? m->error : m->o.watch_error;

	if (m->ledger.has_status)
		v.status_age_ms = clock_read().boot_ms - m->ledger.status_boot_ms;
	v.known = m->ledger.has_status &&
		  (error == -EBUSY || (!error && v.status_age_ms < STALE_MS));
	if (!v.known)
		v.reason =
			error ? watch_reason(error) : "the kernel has not been asked yet";
	return v;
}

struct monitor *monitor_new(const struct monitor_options *options)
{
	struct monitor *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->o = *options;
	m->started_ms = clock_uptime_ms();
	m->poll_ms = options->config->poll_ms;
	m->timer = event_new(options->base, -1, 0, on_timer, m);
	if (!m->timer || ledger_init(&m->ledger) < 0) {
		monitor_free(m);
		return NULL;
	}
	monitor_poke(m);
	return m;
}

void monitor_free(struct monitor *m)
{
	if (!m)
		return;
	if (m->timer)
		event_free(m->timer);
	ledger_free(&m->ledger);
	free(m);
}
