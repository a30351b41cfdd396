/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin.c - the daemon that auditd forks
 *
 * Owns every part, sets them up by a table of steps and takes them down by
 * the same table backward. One thread reads the stream and serves the socket
 * and never waits for anything else: auditd writes to its plugins one after
 * the other, so a plugin that waits holds up the whole audit chain.
 */
#include "plugin.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "config.h"
#include "count/engine.h"
#include "history.h"
#include "intake.h"
#include "lookout.h"
#include "outlet.h"
#include "privs.h"
#include "reload.h"
#include "root.h"
#include "signals.h"

#define IDLE_TICK_MS 250
#define GRACE_MS     40 /* at the end, for all files together */
#define LARGE_BYTES  131072
#define STOP_MS      500 /* after a SIGTERM, for auditd to close the stream */

struct plugin {
	const char *settings_file;
	bool every_event;
	struct config config;
	struct root root;
	struct engine *engine;
	struct history history;
	struct event_base *base;
	struct outlet *outlet;
	struct lookout *lookout;
	struct event *input_event, *signal_event, *idle_event, *summary_event,
		*stop_event, *watch_event;
	int64_t until_ms; /* CLOCK_BOOTTIME: when the end has to be over */
	int signal_fd;
	bool stdin_closed;
	bool by_hand; /* stdin is no socket: signals from anyone count */
	char host[256];
	struct intake intake;
};

/* --- the stream --- */

static void stop(struct plugin *p)
{
	event_base_loopbreak(p->base);
}

static void on_input(evutil_socket_t fd, short what, void *arg)
{
	struct plugin *p = arg;

	if (!intake_read(&p->intake, fd))
		stop(p);
}

static void start_interval(struct plugin *p)
{
	const struct timeval every = {p->config.interval_sec, 0};

	event_add(p->summary_event, &every);
}

/* --- new settings, and the watcher that fetches them --- */

static void apply_settings(struct plugin *p)
{
	start_interval(p);
	outlet_configure(p->outlet);
	lookout_configure(p->lookout);
}

/* Which processes are ours by now, and which lines are this host's. */
static void name_own(struct plugin *p)
{
	struct engine_own own = {{getpid()}, {.name = p->host}};
	struct watch_state w = {0};

	if (p->lookout)
		lookout_name_host(p->lookout, &own.host);
	if (p->root.watch)
		w = watch_state(p->root.watch);
	own.pid[1] = w.keeper;
	own.pid[2] = w.worker;
	engine_set_own(p->engine, &own);
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct plugin *p = arg;
	struct watch_answer answer;
	int r = 0, left = 32; /* then it is the stream's turn again */

	while (left-- > 0 && (r = watch_read(p->root.watch, &answer)) > 0)
		if (!lookout_answer(p->lookout, &answer) &&
		    answer.request == WATCH_SETTINGS &&
		    reload_answer(&p->config, &answer))
			apply_settings(p);
	name_own(p);
	if (r == -EPIPE) {
		event_del(p->watch_event);
		p->root.watch_error = r;
		lookout_hang_up(p->lookout, r);
		log_msg(LOG_WARNING, "%s", watch_reason(r));
	}
}

/* --- time and signals --- */

static void on_idle_tick(evutil_socket_t fd, short what, void *arg)
{
	struct plugin *p = arg;
	struct clock_reading now = clock_read();
	int64_t idle_ms = now.boot_ms - p->intake.last.boot_ms;

	if (idle_ms >= IDLE_TICK_MS)
		engine_idle(p->engine, idle_ms, &now);
}

static void on_summary_tick(evutil_socket_t fd, short what, void *arg)
{
	struct plugin *p = arg;

	outlet_summary(p->outlet);
}

static void on_stop_tick(evutil_socket_t fd, short what, void *arg)
{
	stop(arg);
}

/*
 * auditd ends a plugin by SIGTERM and by closing the stream, and service
 * managers send SIGTERM to the whole group, before the last records are
 * through. So under auditd only the parent's word counts, and what is still
 * in the stream is read.
 */
static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval limit = {0, STOP_MS * 1000};
	struct plugin *p = arg;
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP) {
		outlet_reopen(p->outlet);
		if (reload_ask(&p->root, &p->config))
			apply_settings(p);
	} else if (p->by_hand) {
		stop(p);
	} else if (info.ssi_signo == SIGTERM && (pid_t)info.ssi_pid == getppid()) {
		event_add(p->stop_event, &limit);
	}
}

/* --- setting up --- */

static int set_up_signals(struct plugin *p)
{
	p->signal_fd = signals_open();
	return p->signal_fd;
}

static int set_up_stdin(struct plugin *p)
{
	return intake_check(p->stdin_closed, &p->by_hand);
}

static int set_up_settings(struct plugin *p)
{
	struct conf_error error;
	char text[640];
	int r = config_load(&p->config, p->settings_file, &error);

	if (r < 0)
		log_msg(LOG_ERR, "%s", conf_error_text(&error, text, sizeof(text)));
	return r;
}

static int set_up_account(struct plugin *p)
{
	return root_account(&p->root, &p->config);
}

static int set_up_directories(struct plugin *p)
{
	return root_directories(&p->root, &p->config);
}

static int set_up_watcher(struct plugin *p)
{
	root_watcher(&p->root, &p->config);
	return 0;
}

static int set_up_rights(struct plugin *p)
{
	return root_leave(&p->root);
}

/* As the user who will write it. */
static int set_up_log(struct plugin *p)
{
	return outlet_check(&p->config);
}

/* Before the engine: names of an earlier process bear hashes under its key. */
static int set_up_state(struct plugin *p)
{
	return history_open(&p->history, &p->config);
}

static int set_up_engine(struct plugin *p)
{
	struct engine_options o = {.n_windows = p->config.n_windows,
				   .max_values = p->config.max_values,
				   .max_flows = p->config.max_flows,
				   .every_event = p->every_event,
				   .live_rules = true};

	if (p->history.state)
		o.key = state_key(p->history.state);
	memcpy(o.window_sec, p->config.window_sec, sizeof(o.window_sec));
	p->engine = engine_new(&o);
	if (p->engine) {
		gethostname(p->host, sizeof(p->host) - 1);
		name_own(p);
		intake_init(&p->intake, p->engine);
		return 0;
	}
	log_msg(LOG_ERR,
		"no memory for the tables of max_values %u and max_flows %u: %s; "
		"lower them",
		o.max_values, o.max_flows, strerror(errno));
	return -ENOMEM;
}

/* poll(2), since epoll takes no regular file and there are few descriptors. */
static int set_up_loop(struct plugin *p)
{
	struct event_config *config = event_config_new();

	if (config) {
		event_config_avoid_method(config, "epoll");
		event_config_avoid_method(config, "select");
		event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
		p->base = event_base_new_with_config(config);
		event_config_free(config);
	}
	if (p->base)
		return 0;
	log_msg(LOG_ERR, "libevent: no event loop");
	return -ENOMEM;
}

static int set_up_outlet(struct plugin *p)
{
	struct outlet_options o = {.base = p->base,
				   .config = &p->config,
				   .group = p->root.account.group,
				   .engine = p->engine,
				   .state = p->history.state};
	char why[640];

	p->outlet = outlet_new(&o, why, sizeof(why));
	if (p->outlet)
		return 0;
	log_msg(LOG_ERR, "%s", why);
	return -EIO;
}

static int set_up_lookout(struct plugin *p)
{
	const struct lookout_options o = {.base = p->base,
					  .config = &p->config,
					  .engine = p->engine,
					  .watch = p->root.watch,
					  .watch_error = p->root.watch_error,
					  .alerts = outlet_alerts(p->outlet),
					  .advice = outlet_advice(p->outlet),
					  .rule_advice = outlet_rule_advice(p->outlet)};

	p->lookout = lookout_new(&o);
	if (!p->lookout) {
		log_msg(LOG_ERR, "no memory");
		return -ENOMEM;
	}
	outlet_set_monitor(p->outlet, lookout_monitor(p->lookout));
	outlet_set_rules(p->outlet, lookout_rulewatch(p->lookout));
	outlet_set_rounds(p->outlet, lookout_rounds(p->lookout));
	return 0;
}

static int set_up_history(struct plugin *p)
{
	return history_start(&p->history, p->base, p->engine,
			     monitor_ledger(lookout_monitor(p->lookout)),
			     rounds_lives(lookout_rounds(p->lookout)));
}

static int add_watch(struct plugin *p)
{
	if (!p->root.watch)
		return 0;
	p->watch_event = event_new(p->base, watch_descriptor(p->root.watch),
				   EV_READ | EV_PERSIST, on_watch, p);
	return p->watch_event ? event_add(p->watch_event, NULL) : -1;
}

static int set_up_events(struct plugin *p)
{
	static const struct timeval idle_tick = {0, IDLE_TICK_MS * 1000};
	p->input_event =
		event_new(p->base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, p);
	p->signal_event =
		event_new(p->base, p->signal_fd, EV_READ | EV_PERSIST, on_signal, p);
	p->stop_event = event_new(p->base, -1, 0, on_stop_tick, p);
	p->idle_event = event_new(p->base, -1, EV_PERSIST, on_idle_tick, p);
	p->summary_event = event_new(p->base, -1, EV_PERSIST, on_summary_tick, p);
	if (!p->input_event || !p->signal_event || !p->stop_event || !p->idle_event ||
	    !p->summary_event || event_add(p->input_event, NULL) ||
	    event_add(p->idle_event, &idle_tick) || event_add(p->signal_event, NULL) ||
	    add_watch(p)) {
		log_msg(LOG_ERR, "libevent: events cannot be added");
		return -ENOMEM;
	}
	start_interval(p);
	return 0;
}

/* Last of all: what is confined can open nothing for writing and make no thread. */
static int set_up_confinement(struct plugin *p)
{
	char why[640];
	int r = privs_confine(PRIVS_STREAM, why, sizeof(why));

	if (r < 0)
		log_msg(LOG_ERR, "%s", why);
	return r;
}

/* --- taking down --- */

static void take_down_signals(struct plugin *p)
{
	if (p->signal_fd >= 0)
		close(p->signal_fd);
}

static void take_down_watcher(struct plugin *p)
{
	watch_free(p->root.watch);
}

static void take_down_history(struct plugin *p)
{
	history_end(&p->history, p->until_ms);
}

static void take_down_engine(struct plugin *p)
{
	engine_free(p->engine);
}

static void take_down_loop(struct plugin *p)
{
	if (p->base)
		event_base_free(p->base);
}

static void take_down_lookout(struct plugin *p)
{
	lookout_free(p->lookout);
}

static void take_down_outlet(struct plugin *p)
{
	outlet_free(p->outlet, p->until_ms);
}

static void take_down_events(struct plugin *p)
{
	struct event *events[] = {p->input_event, p->signal_event,  p->stop_event,
				  p->idle_event,  p->summary_event, p->watch_event};
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i])
			event_free(events[i]);
}

/*
 * In this order: signals first, since they arrive in any state; the settings
 * before all that they name; what root is needed for, up to the watcher's fork,
 * before our rights go; these before any file is opened and any thread made; the
 * socket (umask) before any thread, which outlet_new() sees to.
 */
static const struct step {
	int (*set_up)(struct plugin *p);     /* says what failed */
	void (*take_down)(struct plugin *p); /* works on what set_up left, also halfway */
} steps[] = {
	{set_up_signals, take_down_signals},
	{set_up_stdin, NULL},
	{set_up_settings, NULL},
	{set_up_account, NULL},
	{set_up_directories, NULL},
	{set_up_watcher, take_down_watcher},
	{set_up_rights, NULL},
	{set_up_log, NULL},
	{set_up_state, take_down_history},
	{set_up_engine, take_down_engine},
	{set_up_loop, take_down_loop},
	{set_up_outlet, take_down_outlet},
	{set_up_lookout, take_down_lookout},
	{set_up_history, take_down_history},
	{set_up_events, take_down_events},
	{set_up_confinement, NULL},
};

static void take_down(struct plugin *p, size_t n)
{
	p->until_ms = clock_read().boot_ms + GRACE_MS;
	while (n--)
		if (steps[n].take_down)
			steps[n].take_down(p);
}

static int end_of_stream(struct plugin *p)
{
	struct clock_reading now = clock_read();

	engine_end(p->engine, &now);
	outlet_summary(p->outlet);
	outlet_flush(p->outlet);
	return intake_end(&p->intake);
}

/* What a round of advice or a state takes for a moment goes back to the system at its
 * end: the C library would learn from it to keep as much for ever. */
static void return_memory(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
#endif
}

int plugin_run(const char *settings_file, bool every_event)
{
	struct plugin plugin = {.settings_file = settings_file,
				.every_event = every_event,
				.stdin_closed = file_fill_standard(O_RDWR),
				.signal_fd = -1};
	struct plugin *p = &plugin;
	int status = 1;
	size_t n;

	return_memory();
	log_open("audisp-noise", true);
	for (n = 0; n < sizeof(steps) / sizeof(steps[0]) && steps[n].set_up(p) >= 0; n++)
		;
	if (n < sizeof(steps) / sizeof(steps[0])) {
		n++; /* a step that failed leaves something too */
	} else {
		event_base_dispatch(p->base);
		status = end_of_stream(p);
	}
	take_down(p, n);
	log_close();
	return status;
}
