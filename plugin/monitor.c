/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.c - asks the watcher, and tells the ledger what it says
 *
 * One timer. While the queue is over its limit the kernel keeps whoever asks for
 * the status among the programs that it holds up, and gives them one wake-up at a
 * time: one that goes to us may leave all others asleep until somebody writes a
 * record, or to the end of their wait (kernel/audit.c: kauditd_thread). So
 * /proc/net/netlink is looked at first, which costs nobody anything: as long as
 * auditd's socket is crowded the queue behind it may be full, and the status is
 * asked for once in a long while only. What is lost meanwhile the kernel's log says.
 */
#include "monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define FAST_MS       100   /* while the queue fills */
#define FILLING       4     /* it does, when it is over a fourth of its limit and grows */
#define STALE_MS      30000 /* a status this old is none, unless it was better not asked */
#define CROWDED_POLLS 2     /* in a row, and the status is asked for all the same ... */
#define CROWDED_MS    30000  /* ... but no sooner than this after the last time */
#define REPORT_MS     300000 /* between two reports of auditd, when all is well */
#define CONF_MS       60000  /* between two readings of auditd.conf */
#define LOG_ANSWERS   20     /* of the kernel's log in one poll; a flood of it waits */
#define RESETS_MAX    8      /* in one read; more is somebody at play */

struct monitor {
	struct monitor_options o;
	struct event *timer;
	struct ledger ledger;
	unsigned int poll_ms;
	int error; /* of the last status: 0, or why there is none */
	uint32_t backlog_before;
	int64_t started_ms;   /* by the clock of the kernel's log */
	unsigned int crowded; /* polls in a row that found auditd's socket so */
	int64_t crowded_ms;   /* CLOCK_BOOTTIME when the status was asked for all the same
			       */
	struct daemon_config daemon;
	bool has_daemon;
	int64_t conf_ms;       /* CLOCK_BOOTTIME of the next reading of auditd.conf */
	int64_t report_ms;     /* CLOCK_BOOTTIME of the next regular one */
	int64_t answered_ms;   /* CLOCK_BOOTTIME when the watcher last said anything */
	uint32_t socket;       /* the port whose drops are known */
	unsigned int log_left; /* answers of the kernel's log until the next poll */
	unsigned int n_resets; /* of `lost`, that the stream has told of */
	uint32_t reset_from[RESETS_MAX];
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
	struct ledger_stream stream = {.events = total.events,
				       .records = total.records,
				       .broken_events = h.events.aged,
				       .gap_events = h.gap_events};

	stream.has_serial =
		engine_serials(m->o.engine, &stream.first_serial, &stream.newest_serial);
	tell(m,
	     ledger_arrived(&m->ledger, &stream, clock) | ledger_tick(&m->ledger, clock));
}

static void look_at_resets(struct monitor *m, const struct clock_reading *clock)
{
	unsigned int i;

	for (i = 0; i < m->n_resets; i++)
		tell(m, ledger_reset(&m->ledger, m->reset_from[i], clock));
	m->n_resets = 0;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;
	struct clock_reading now = clock_read();

	look_at_resets(m, &now);
	if (!m->ledger.has_status || m->error) /* the socket's number is in the status */
		ask(m, WATCH_STATUS);
	ask(m, WATCH_NETLINK);
	ask(m, WATCH_AUDITD_PROC);
	m->log_left = LOG_ANSWERS;
	ask(m, WATCH_KERNEL_LOG);
	if (now.boot_ms >= m->conf_ms) {
		m->conf_ms = now.boot_ms + CONF_MS;
		ask(m, WATCH_AUDITD_CONF);
	}
	look_at_stream(m, &now);
	arm(m);
}

static void poke(struct monitor *m)
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

/* Without a wait time a full queue refuses, and who asks takes nobody's wake-up. */
static bool holds_nobody(const struct kernel_status *s)
{
	return s->has_wait_time && !s->wait_time_ticks;
}

/* Return: may the kernel's queue be full by now? Then it is better not asked. */
static bool look_at_socket(struct monitor *m, const struct watch_answer *a)
{
	int64_t now = clock_read().boot_ms;
	struct netlink_drops drops = {0, 0};
	uint32_t port = m->ledger.status.pid;

	if (m->socket != port)
		ledger_drops(&m->ledger, NULL);
	m->socket = port;
	if (!a->error && netlink_drops_read(a->data, port, &drops))
		ledger_drops(&m->ledger, &drops);
	else
		ledger_drops(&m->ledger, NULL);
	/* among very many sockets it is not found: it may be crowded */
	if ((drops.unread_bytes < LEDGER_CROWDED && a->error != -E2BIG) ||
	    holds_nobody(&m->ledger.status)) {
		m->crowded = 0;
		return false;
	}
	if (++m->crowded < CROWDED_POLLS || now - m->crowded_ms < CROWDED_MS)
		return true;
	m->crowded_ms = now;
	return false;
}

static void on_netlink(struct monitor *m, const struct watch_answer *a)
{
	if (m->ledger.has_status && !look_at_socket(m, a))
		ask(m, WATCH_STATUS);
}

static int64_t started_ms(const struct process *process)
{
	long per_s = sysconf(_SC_CLK_TCK);

	if (per_s <= 0 || process->started_ticks > INT64_MAX / 1000)
		return 0;
	return (int64_t)process->started_ticks * 1000 / per_s;
}

/*
 * auditd's report costs it a small file. It is our parent: the watcher asks no
 * other, and none that is stopped, which SIGCONT would let go on.
 */
static void look_for_report(struct monitor *m, const struct clock_reading *clock)
{
	const struct ledger *l = &m->ledger;

	if (!l->has_process || l->process.state == 'T' || l->process.state == 't' ||
	    l->status.pid != (uint32_t)getppid() ||
	    (!l->open && m->crowded < 2 && clock->boot_ms < m->report_ms))
		return;
	m->report_ms = clock->boot_ms + REPORT_MS;
	ask(m, WATCH_AUDITD_STATE);
}

static void on_process(struct monitor *m, const struct watch_answer *a)
{
	struct clock_reading now = clock_read();
	struct process process;

	/* who started us by hand is no audit daemon */
	if (!a->error && m->ledger.has_status &&
	    m->ledger.status.pid == (uint32_t)getppid() &&
	    process_read(a->data, &process))
		tell(m, ledger_process(&m->ledger, &process, started_ms(&process), &now));
	look_for_report(m, &now); /* while its state is fresh */
}

static void on_report(struct monitor *m, const struct watch_answer *a)
{
	struct clock_reading now = clock_read();
	struct daemon_report report;

	if (!a->error && daemon_report_read(a->data, &report))
		tell(m, ledger_report(&m->ledger, &report, &now));
}

static void on_kernel_log(struct monitor *m, const struct watch_answer *a)
{
	struct span text = a->data;
	struct clock_reading now = clock_read();
	struct klog_line line, last = {.lost = 0};

	if (a->error)
		return;
	while (klog_next(&text, &line)) {
		if (line.time_us / 1000 < m->started_ms)
			continue; /* of another time than ours */
		ledger_reason(&m->ledger, line.reason, &now);
		if (line.reason == KLOG_LOST)
			last = line;
	}
	/* why stands behind how many */
	if (last.lost)
		tell(m, ledger_lost(&m->ledger, last.lost, &now));
	if (m->log_left) {
		m->log_left--;
		ask(m, WATCH_KERNEL_LOG);
	}
}

/* Somebody has set the kernel's count of lost records to 0. The engine is at work now. */
static void on_notice(void *arg, const struct notice *notice)
{
	struct monitor *m = arg;

	if (notice->kind != NOTICE_LOST_RESET)
		return;
	if (m->n_resets < RESETS_MAX)
		m->reset_from[m->n_resets++] = notice->lost;
	poke(m);
}

bool monitor_answer(struct monitor *m, const struct watch_answer *answer)
{
	m->answered_ms = clock_read().boot_ms;
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
	case WATCH_AUDITD_CONF:
		m->has_daemon =
			!answer->error && !daemon_config_read(answer->data, &m->daemon);
		return true;
	case WATCH_AUDITD_STATE:
		on_report(m, answer);
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

pid_t monitor_auditd(const struct monitor *m)
{
	return m->ledger.has_status ? (pid_t)m->ledger.status.pid : 0;
}

bool monitor_is_crowded(const struct monitor *m)
{
	return m->crowded || m->error == -EBUSY;
}

struct ledger *monitor_ledger(struct monitor *m)
{
	return &m->ledger;
}

const struct daemon_config *monitor_daemon(const struct monitor *m)
{
	return m->has_daemon ? &m->daemon : NULL;
}

struct monitor_view monitor_view(const struct monitor *m)
{
	struct monitor_view v = {.poll_ms = m->poll_ms};
	int error = m->o.watch ? m->error : m->o.watch_error;
	int64_t now = clock_read().boot_ms;
	bool silent = now - m->answered_ms >= STALE_MS; /* the watcher is */

	if (m->ledger.has_status)
		v.status_age_ms = now - m->ledger.status_boot_ms;
	v.known = m->ledger.has_status && !silent &&
		  (error == -EBUSY ||
		   (!error && (m->crowded || v.status_age_ms < STALE_MS)));
	if (!v.known && (!error || (error == -EBUSY && silent)) && m->ledger.has_status)
		error = -ETIMEDOUT;
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
	engine_on_notice(options->engine, on_notice, m);
	poke(m);
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
