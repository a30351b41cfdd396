/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outlet.c - where the daemon's words go: the socket and the summary log
 *
 * Runs on the stream thread: what it builds is bounded by the lists' depth,
 * what it sends never waits, and files are the writer thread's.
 */
#include "outlet.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "emit/advice.h"
#include "emit/alerts.h"
#include "emit/logfile.h"
#include "emit/report.h"
#include "emit/rule_advice.h"
#include "emit/server.h"
#include "emit/state.h"
#include "emit/sumlog.h"
#include "emit/writer.h"
#include "monitor.h"
#include "privs.h"
#include "reload.h"
#include "rounds.h"
#include "rulewatch.h"

#define LEAST_MS        2 /* for the writer, at the end of the stream */
#define LOG_LINE_BYTES  8192
#define LOG_QUEUE_BYTES 262144
#define TOP_OTHERS      3 /* rules and keys of the longer windows, unasked */
#define N_COUNTERS      (23 + ROUNDS_COUNTERS)

struct outlet {
	struct outlet_options o;
	struct schema_origin origin;
	char user[64];
	struct clock_reading started;
	struct server *server;
	struct writer *writer; /* NULL: no summary log */
	struct alerts *alerts;
	struct advice *advice;
	struct rule_advice *rule_advice;

	struct monitor *monitor;       /* borrowed; NULL: none yet */
	const struct rulewatch *rules; /* the same */
	const struct rounds *rounds;   /* the same */
	uint64_t gaps_reported;
	int64_t reported_ms; /* wall clock of the last summary to all */
};

/* What the rules on disk differ in is not known before they were compared. */
static size_t fill_rules(const struct outlet *o, struct report_counter *counters)
{
	struct rulefiles_counters c = {.known = false};
	size_t n = 0;

	if (o->rules)
		c = rulewatch_files(o->rules);
	counters[n++] = (struct report_counter){"rule_files_unread", c.unread};
	if (!c.known)
		return n;
	counters[n++] = (struct report_counter){"rules_only_disk", c.only_disk};
	counters[n++] = (struct report_counter){"rules_only_kernel", c.only_kernel};
	counters[n++] = (struct report_counter){"rules_moved", c.moved};
	counters[n++] = (struct report_counter){"rules_not_understood", c.not_understood};
	return n;
}

static size_t fill_counters(struct outlet *o, struct report_counter counters[N_COUNTERS])
{
	struct server_counters s = server_counters(o->server);
	struct writer_counters w = {0};
	struct rule_advice_health r = rule_advice_health(o->rule_advice);
	struct state_counters t;
	uint64_t forgotten = o->monitor ? monitor_ledger(o->monitor)->forgotten : 0;
	size_t n = 0;

	if (o->writer)
		w = writer_counters(o->writer);
	counters[n++] = (struct report_counter){"clients", s.clients};
	counters[n++] = (struct report_counter){"clients_refused", s.clients_refused};
	counters[n++] = (struct report_counter){"clients_over", s.clients_over};
	counters[n++] = (struct report_counter){"client_lines_dropped", s.lines_dropped};
	counters[n++] =
		(struct report_counter){"client_requests_ignored", s.requests_ignored};
	counters[n++] = (struct report_counter){"summary_log_dropped", w.dropped};
	counters[n++] = (struct report_counter){"summary_log_errors", w.errors};
	counters[n++] = (struct report_counter){"messages_dropped", log_dropped()};
	counters[n++] = (struct report_counter){"calls_denied", privs_denied(NULL)};
	counters[n++] = (struct report_counter){"settings_refused", reload_refused()};
	counters[n++] = (struct report_counter){"alerts_over", alerts_over(o->alerts)};
	counters[n++] = (struct report_counter){"incidents_forgotten", forgotten};
	n += fill_rules(o, counters + n);
	counters[n++] = (struct report_counter){"rule_advice_over", r.over};
	counters[n++] = (struct report_counter){"rule_advice_unsure", r.unsure};
	if (o->rounds)
		n += rounds_counters(o->rounds, counters + n);
	if (!o->o.state)
		return n;
	t = state_counters(o->o.state);
	counters[n++] = (struct report_counter){"states_saved", t.saved};
	counters[n++] = (struct report_counter){"state_errors", t.errors};
	counters[n++] = (struct report_counter){"states_set_aside", t.aside};
	counters[n++] = (struct report_counter){"state_entries_skipped", t.skipped};
	return n;
}

static struct report_depth depth_of(const struct outlet *o,
				    const struct server_depth *asked)
{
	struct report_depth depth = {.top = o->o.config->top,
				     .top_others = TOP_OTHERS,
				     .max_bytes = REPORT_PUSH_BYTES};

	if (asked) {
		depth.top = asked->top;
		depth.all_windows = asked->all_windows;
		depth.max_bytes = asked->max_bytes;
	}
	if (depth.top_others > depth.top)
		depth.top_others = depth.top;
	return depth;
}

static struct loss_source loss_of(const struct outlet *o)
{
	struct monitor_view v = monitor_view(o->monitor);

	return (struct loss_source){.ledger = monitor_ledger(o->monitor),
				    .known = v.known,
				    .reason = v.reason,
				    .status_age_ms = v.status_age_ms,
				    .poll_ms = v.poll_ms,
				    .ticks_per_s = clock_ticks_per_s(),
				    .marked_ms = o->reported_ms};
}

static int make_summary(void *arg, const struct server_depth *asked,
			struct schema_line *line)
{
	struct outlet *o = arg;
	struct report_depth depth = depth_of(o, asked);
	struct report_counter counters[N_COUNTERS];
	struct clock_reading now = clock_read();
	struct loss_source loss = {0};
	struct retention_source retention;
	struct report_source source = {
		.engine = o->o.engine,
		.clock = &now,
		.counters = counters,
		.n_counters = fill_counters(o, counters),
		.gap_events = engine_health(o->o.engine).gap_events - o->gaps_reported,
		.origin = &o->origin,
	};

	if (o->monitor) {
		loss = loss_of(o);
		source.loss = &loss;
		retention = (struct retention_source){
			monitor_daemon(o->monitor),
			loss.ledger->has_report ? loss.ledger->report.free_bytes
						: DAEMON_UNKNOWN};
		source.retention = retention.config ? &retention : NULL;
	}
	return report_line(&source, &depth, line);
}

static json_t *hello_object(const struct outlet *o)
{
	const struct config *config = o->o.config;
	json_t *hello = json_object(), *windows = json_array();
	char started[CLOCK_TEXT_SIZE];
	unsigned int i;

	clock_text(o->started.wall_ms, started);
	for (i = 0; i < config->n_windows; i++)
		json_array_append_new(windows, json_integer(config->window_sec[i]));
	json_object_set_new(hello, "version", json_string(PACKAGE_VERSION));
	json_object_set_new(hello, "pid", json_integer(getpid()));
	json_object_set_new(hello, "started", json_string(started));
	json_object_set_new(hello, "windows", windows);
	json_object_set_new(hello, "interval", json_integer(config->interval_sec));
	schema_set_text(hello, "user", span_of(o->user), false);
	schema_set_text(hello, "settings_file",
			span_of(config->file[0] ? config->file : NULL), false);
	return hello;
}

static int make_hello(void *arg, struct schema_line *line)
{
	struct outlet *o = arg;
	json_t *hello = hello_object(o);
	int r = schema_line(line, "hello", hello, clock_read().wall_ms, &o->origin);

	json_decref(hello);
	return r;
}

static void log_summary(struct outlet *o, const struct schema_line *line)
{
	char text[LOG_LINE_BYTES];
	json_t *summary;
	size_t n;

	if (!o->writer)
		return;
	summary = json_loadb(line->text, line->n, 0, NULL);
	n = summary ? sumlog_summary(summary, text, sizeof(text)) : 0;
	json_decref(summary);
	if (n)
		writer_line(o->writer, text, n);
}

void outlet_summary(struct outlet *o)
{
	struct schema_line line;

	if (make_summary(o, NULL, &line) < 0)
		return;
	o->gaps_reported = engine_health(o->o.engine).gap_events;
	o->reported_ms = clock_read().wall_ms;
	if (o->monitor)
		ledger_mark(monitor_ledger(o->monitor));
	server_send_summary(o->server, &line);
	log_summary(o, &line);
	schema_line_free(&line);
}

/* --- alerts and advice --- */

/* Alerts that stand, and behind them advice. */
static int make_standing(void *arg, unsigned int i, struct schema_line *line)
{
	struct outlet *o = arg;
	int64_t since_ms;
	json_t *object = alerts_standing(o->alerts, i, &since_ms);
	unsigned int n = 0;

	if (object)
		return schema_line(line, "alert", object, since_ms, &o->origin);
	while (alerts_standing(o->alerts, n, &since_ms))
		n++;
	object = advice_standing(o->advice, i - n, &since_ms);
	return object ? schema_line(line, "advice", object, since_ms, &o->origin)
		      : -ENOENT;
}

typedef size_t line_fn(const json_t *object, char *out, size_t size);

/* To the clients and the summary log. Return: false when there was no memory. */
static bool publish(struct outlet *o, const char *type, json_t *object, line_fn *as_line)
{
	struct schema_line line;
	char text[LOG_LINE_BYTES];
	size_t n;

	if (schema_line(&line, type, object, clock_read().wall_ms, &o->origin) < 0)
		return false;
	server_send(o->server, &line);
	schema_line_free(&line);
	n = as_line(object, text, sizeof(text));
	if (n && o->writer)
		writer_line(o->writer, text, n);
	return true;
}

static const char *word_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void send_alert(void *arg, json_t *object, enum alert_level level)
{
	static const int priority[] = {LOG_NOTICE, LOG_WARNING, LOG_CRIT};

	if (publish(arg, "alert", object, sumlog_alert))
		log_msg(priority[level], "alert %s %s: %s", word_of(object, "alert"),
			word_of(object, "state"), word_of(object, "text"));
}

static void send_advice(void *arg, json_t *object)
{
	if (publish(arg, "advice", object, sumlog_advice))
		log_msg(LOG_NOTICE, "advice %s %s: %s", word_of(object, "id"),
			word_of(object, "state"), word_of(object, "title"));
}

struct advice *outlet_advice(struct outlet *o)
{
	return o->advice;
}

struct rule_advice *outlet_rule_advice(struct outlet *o)
{
	return o->rule_advice;
}

struct alerts *outlet_alerts(struct outlet *o)
{
	return o->alerts;
}

void outlet_set_monitor(struct outlet *o, struct monitor *monitor)
{
	o->monitor = monitor;
}

void outlet_set_rules(struct outlet *o, const struct rulewatch *rules)
{
	o->rules = rules;
}

void outlet_set_rounds(struct outlet *o, const struct rounds *rounds)
{
	o->rounds = rounds;
}

void outlet_configure(struct outlet *o)
{
	server_set_top(o->server, o->o.config->top);
}

void outlet_reopen(struct outlet *o)
{
	if (o->writer)
		writer_reopen(o->writer);
}

void outlet_flush(struct outlet *o)
{
	server_flush(o->server);
}

/* --- opening --- */

static bool may_pass(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EROFS || error == EIO;
}

int outlet_check(const struct config *config)
{
	char why[640];
	int r;

	if (!config->summary_log[0])
		return 0;
	r = logfile_check(config->summary_log, why, sizeof(why));
	if (r < 0 && may_pass(-r)) {
		log_msg(LOG_WARNING, "%s; going on without it", why);
		return 0;
	}
	if (r < 0)
		log_msg(LOG_ERR, "%s", why);
	return r;
}

static int open_server(struct outlet *o, char *why, size_t why_size)
{
	static const struct server_ops ops = {
		.hello = make_hello, .summary = make_summary, .standing = make_standing};
	const struct config *config = o->o.config;
	struct server_options server = {.path = config->socket,
					.mode = config->socket_mode,
					.group = o->o.group,
					.max_clients = config->max_clients,
					.client_buffer = config->client_buffer_bytes,
					.top = config->top,
					.origin = &o->origin,
					.ops = &ops,
					.arg = o};

	o->server = server_new(o->o.base, &server, why, why_size);
	return o->server ? 0 : -errno;
}

/* After the socket, whose umask is the process's: a thread would share it. */
static int open_writer(struct outlet *o, char *why, size_t why_size)
{
	const struct config *config = o->o.config;
	struct writer_options writer = {.queue_bytes = LOG_QUEUE_BYTES,
					.begin = privs_confine_writer,
					.arg = "summary_log"};

	if (!config->summary_log[0])
		return 0;
	if (logfile_sink(config->summary_log, config->summary_log_bytes,
			 config->summary_log_keep, &writer.sink) < 0)
		errno = ENOMEM;
	else
		o->writer = writer_new(&writer);
	if (o->writer)
		return 0;
	snprintf(why, why_size, "summary_log: no thread to write it: %s",
		 strerror(errno));
	return -EAGAIN;
}

static void fill_identity(struct outlet *o)
{
	struct passwd *user = getpwuid(geteuid());

	schema_origin_read(&o->origin);
	o->started = clock_read();
	if (user)
		snprintf(o->user, sizeof(o->user), "%s", user->pw_name);
	else
		snprintf(o->user, sizeof(o->user), "%u", geteuid());
}

struct outlet *outlet_new(const struct outlet_options *options, char *why,
			  size_t why_size)
{
	struct outlet *o = calloc(1, sizeof(*o));

	if (!o) {
		snprintf(why, why_size, "no memory");
		return NULL;
	}
	o->o = *options;
	fill_identity(o);
	o->alerts = alerts_new(send_alert, o);
	o->advice = advice_new(send_advice, o);
	o->rule_advice = o->advice ? rule_advice_new(o->advice) : NULL;
	if (!o->alerts || !o->rule_advice) {
		snprintf(why, why_size, "no memory");
		outlet_free(o, 0);
		return NULL;
	}
	if (open_server(o, why, why_size) < 0 || open_writer(o, why, why_size) < 0) {
		outlet_free(o, 0);
		return NULL;
	}
	return o;
}

void outlet_free(struct outlet *o, int64_t until_ms)
{
	unsigned int left = clock_left_ms(until_ms);

	if (!o)
		return;
	if (o->writer)
		writer_free(o->writer, left > LEAST_MS ? left : LEAST_MS);
	server_free(o->server);

	rule_advice_free(o->rule_advice);
	advice_free(o->advice);
	alerts_free(o->alerts);
	free(o);
}
