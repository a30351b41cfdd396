/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.c - aunoise replay: what the daemon would have said of stored logs
 *
 * The engine is the daemon's; time is that of the events, and the result
 * depends on nothing but the bytes. Needs no rights but to read the files.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/logs.h"
#include "cli/noise_replay.h"
#include "cli/replay_alerts.h"
#include "cli/rules_advice.h"
#include "config.h"
#include "count/engine.h"
#include "emit/report.h"
#include "stream/input.h"

#define DEFAULT_TOP 10
#define EVERYTHING  1000000u /* entries: more than any table has */
#define PROGRESS_MS 200

struct replay {
	bool json, every_event;
	const char *rules_name;      /* NULL: none are known */
	const char *settings_name;   /* NULL: the installed ones */
	struct config config;        /* as these say; only noise advice keeps to it */
	struct cli_rules *rules;     /* of that name */
	struct rules_advice *advice; /* about them; NULL: no rules are known */
	struct noise_replay *noise;  /* at the end; NULL: no rules are known */
	struct replay_alerts *alerts;
	bool no_files;
	const char *window;
	unsigned int top, interval_sec;
	struct engine *engine;
	struct schema_origin origin;
	int64_t next_ms;    /* own time of the next periodic summary */
	uint64_t gaps_told; /* by the summaries before */
	uint64_t seq;
	uint64_t bytes_done; /* of regular files, for the progress line */
	int64_t progress_ms;
	struct logs logs;
};

/* --- options --- */

static bool read_number(const char *name, uint64_t max, unsigned int *value)
{
	uint64_t n;

	if (!text_u64(span_of(optarg), max, &n) || !n) {
		fprintf(stderr, "aunoise: --%s: a number from 1 to %" PRIu64 "\n", name,
			max);
		return false;
	}
	*value = (unsigned int)n;
	return true;
}

static int read_options(int argc, char **argv, struct replay *r)
{
	static const struct option names[] = {
		{"socket", required_argument, NULL, 's'},
		{"interval", required_argument, NULL, 'i'},
		{"window", required_argument, NULL, 'w'},
		{"top", required_argument, NULL, 't'},
		{"rules", required_argument, NULL, 'r'},
		{"settings", required_argument, NULL, 'c'},
		{"no-files", no_argument, NULL, 'n'},
		{"every-event", no_argument, NULL, 'e'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = cli_option(argc, argv, names)) != -1) {
		if (option == 'j')
			r->json = true;
		else if (option == 'e')
			r->every_event = true;
		else if (option == 'n')
			r->no_files = true;
		else if (option == 'h')
			return cli_help("replay");
		else if (option == 'w' && print_is_window(optarg))
			r->window = optarg;
		else if (option == 'r')
			r->rules_name = optarg;
		else if (option == 'c')
			r->settings_name = optarg;
		else if (option == 's')
			continue; /* taken everywhere; there is no daemon here */
		else if (option == 't' && read_number("top", EVERYTHING, &r->top))
			continue;
		else if (option == 'i' &&
			 read_number("interval", 86400, &r->interval_sec))
			continue;
		else
			return cli_usage("replay");
	}
	if (optind == argc) {
		fputs("aunoise: replay: which log? Name files, or - for standard input\n",
		      stderr);
		return cli_usage("replay");
	}
	return CLI_FINE;
}

/* --- what is printed --- */

static void fill_origin(struct replay *r)
{
	struct span node = nodes_only(engine_nodes(r->engine));
	size_t n = node.n < sizeof(r->origin.host) ? node.n : sizeof(r->origin.host) - 1;

	if (node.p)
		memcpy(r->origin.host, node.p, n);
	r->origin.host[n] = '\0';
}

static void print_line(struct replay *r, const struct schema_line *line)
{
	char head[128];
	size_t n = schema_line_head(line, ++r->seq, head, sizeof(head));

	fwrite(head, 1, n, stdout);
	fwrite(line->text + 1, 1, line->n - 1, stdout);
	putchar('\n');
}

static int print_text(const struct replay *r, const struct schema_line *line)
{
	json_t *o = json_loadb(line->text, line->n, 0, NULL);
	const json_t *window;

	if (!o) {
		fprintf(stderr, "aunoise: the summary cannot be shown: no memory\n");
		return CLI_CANNOT;
	}
	window = print_find_window(o, r->window ? r->window : "all");
	if (window) {
		print_windows(stdout, o);
		print_lists(stdout, window);
		puts("\nhealth (counters that are not 0)");
		print_health(stdout, o);
	}
	json_decref(o);
	return window ? CLI_FINE : CLI_USAGE;
}

static size_t fill_counters(const struct replay *r, struct report_counter *counters)
{
	size_t n = rules_advice_counters(r->advice, counters);

	n += noise_replay_counters(r->noise, counters + n);
	counters[n++] =
		(struct report_counter){"alerts_over", replay_alerts_over(r->alerts)};
	return n;
}

/* A periodic one tells of the gaps since the one before, the final one of all. */
static int print_summary(struct replay *r, bool final)
{
	uint64_t gaps = engine_health(r->engine).gap_events;
	struct report_counter counters[RULES_ADVICE_COUNTERS + NOISE_REPLAY_COUNTERS + 1];
	struct report_source source = {
		.engine = r->engine,
		.gap_events = final ? gaps : gaps - r->gaps_told,
		.counters = counters,
		.n_counters = fill_counters(r, counters),
		.origin = &r->origin,
	};
	struct report_depth depth = {
		.top = r->top, .top_others = r->top, .all_windows = true};
	struct schema_line line;
	int status;

	r->gaps_told = gaps;
	fill_origin(r);
	if (report_line(&source, &depth, &line) < 0) {
		fputs("aunoise: no memory for the report\n", stderr);
		return CLI_CANNOT;
	}
	if (r->json)
		print_line(r, &line);
	status = r->json ? CLI_FINE : print_text(r, &line);
	schema_line_free(&line);
	return status;
}

static int print_object_line(struct replay *r, const char *type, json_t *object,
			     int64_t stamp_ms)
{
	struct schema_line line;

	if (schema_line(&line, type, object, stamp_ms, &r->origin)) {
		fprintf(stderr, "aunoise: no memory for the %s\n", type);
		return CLI_CANNOT;
	}
	print_line(r, &line);
	schema_line_free(&line);
	return CLI_FINE;
}

static int print_all_alerts(struct replay *r)
{
	int status = CLI_FINE;
	int64_t stamp_ms;
	json_t *alert;
	size_t i;

	if (!r->json)
		replay_alerts_print(r->alerts);
	for (i = 0;
	     r->json && !status && (alert = replay_alerts_at(r->alerts, i, &stamp_ms));
	     i++)
		status = print_object_line(r, "alert", alert, stamp_ms);
	return status;
}

static int print_all_advice(struct replay *r)
{
	const struct timeline *t = engine_timeline(r->engine);
	int64_t now_ms = t->started ? t->now_ms : SCHEMA_TIME_NONE;
	int status = CLI_FINE;
	json_t *advice;
	size_t i;

	if (!r->json) {
		rules_advice_print(r->advice);
		noise_replay_print(r->noise);
		return CLI_FINE;
	}
	for (i = 0; !status && (advice = rules_advice_at(r->advice, i)); i++)
		status = print_object_line(r, "advice", advice, now_ms);
	for (i = 0; !status && (advice = noise_replay_at(r->noise, i)); i++)
		status = print_object_line(r, "advice", advice, now_ms);
	return status;
}

static bool find_noise(struct replay *r)
{
	struct noise_replay_options o = {.engine = r->engine,
					 .rules = r->rules,
					 .rules_name = r->rules_name,
					 .config = &r->config,
					 .alerts = r->alerts,
					 .no_files = r->no_files,
					 .first_rank = 1};

	if (!r->rules)
		return true;
	while (rules_advice_at(r->advice, o.first_rank - 1))
		o.first_rank++;
	r->noise = noise_replay_new(&o);
	return r->noise != NULL;
}

/* --- feeding --- */

static void show_progress(struct replay *r)
{
	struct clock_reading now;

	if (!r->logs.bytes || !isatty(STDERR_FILENO))
		return;
	now = clock_read();
	if (now.boot_ms - r->progress_ms < PROGRESS_MS)
		return;
	r->progress_ms = now.boot_ms;
	fprintf(stderr, "\r%3" PRIu64 "%%", r->bytes_done * 100 / r->logs.bytes);
}

static void hide_progress(const struct replay *r)
{
	if (r->progress_ms)
		fputs("\r     \r", stderr);
}

/* Periodic summaries are due by event time, so the bytes go in line by line. */
static void feed_by_line(struct replay *r, const char *data, size_t n)
{
	const struct timeline *t = engine_timeline(r->engine);

	while (n) {
		const char *newline = memchr(data, '\n', n);
		size_t len = newline ? (size_t)(newline - data) + 1 : n;

		engine_feed(r->engine, data, len, NULL);
		data += len;
		n -= len;
		if (!t->started)
			continue;
		if (r->next_ms && t->now_ms >= r->next_ms)
			print_summary(r, false);
		if (!r->next_ms || t->now_ms >= r->next_ms)
			r->next_ms = t->now_ms + r->interval_sec * 1000LL;
	}
}

static int feed_log(struct replay *r, const struct log *log)
{
	char shown[CLI_SHOWN_SIZE];
	ssize_t n;

	while ((n = read(log->fd, r->logs.buffer, LOGS_CHUNK_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			hide_progress(r);
			fprintf(stderr, "aunoise: %s: %s\n", cli_shown(log->name, shown),
				log->is_stdin && errno == EBADF
					? "standard input is closed"
					: strerror(errno));
			return CLI_CANNOT;
		}
		if (r->interval_sec)
			feed_by_line(r, r->logs.buffer, (size_t)n);
		else
			engine_feed(r->engine, r->logs.buffer, (size_t)n, NULL);
		if (log->size >= 0)
			r->bytes_done += (uint64_t)n;
		show_progress(r);
	}
	return CLI_FINE;
}

/* Return: CLI_CANNOT when there were lines and none is a record. */
static int note_quality(const struct replay *r)
{
	struct engine_health h = engine_health(r->engine);
	char shown[CLI_SHOWN_SIZE];
	unsigned int i;

	if (!h.lines) {
		fputs("aunoise: note: the input is empty\n", stderr);
		return CLI_FINE;
	}
	if (h.lines_bad < h.lines) {
		if (h.lines_bad)
			fprintf(stderr,
				"aunoise: note: %" PRIu64 " of %" PRIu64
				" lines are no audit records\n",
				h.lines_bad, h.lines);
		if (h.eoe_cut)
			fputs("aunoise: note: EOE lines without their serial: auditd 4.2 "
			      "and "
			      "4.2.1 cut records in RAW format; set log_format = "
			      "ENRICHED\n",
			      stderr);
		return CLI_FINE;
	}
	fprintf(stderr, "aunoise: no audit record in %" PRIu64 " lines of", h.lines);
	for (i = 0; i < r->logs.n; i++)
		fprintf(stderr, " %s", cli_shown(r->logs.log[i].name, shown));
	fputs("; an audit log has lines like `type=SYSCALL msg=audit(1700000000.123:45): "
	      "...`\n",
	      stderr);
	return CLI_CANNOT;
}

static int run(struct replay *r)
{
	unsigned int i;
	int status;

	for (i = 0; i < r->logs.n; i++) {
		status = feed_log(r, &r->logs.log[i]);
		if (status)
			return status;
	}
	engine_end(r->engine, NULL);
	replay_alerts_end(r->alerts);
	hide_progress(r);
	status = note_quality(r);
	if (!status && !find_noise(r))
		status = CLI_CANNOT;
	if (!status)
		status = print_summary(r, true);
	if (!status)
		status = print_all_alerts(r);
	return status ? status : print_all_advice(r);
}

static struct engine *new_engine(const struct replay *r)
{
	struct engine_options o;
	struct config c;
	struct engine *engine;

	config_defaults(&c);
	o = (struct engine_options){.n_windows = c.n_windows,
				    .max_values = c.max_values,
				    .max_flows = c.max_flows,
				    .every_event = r->every_event,
				    .rules = cli_rules_loaded(r->rules)};
	memcpy(o.window_sec, c.window_sec, sizeof(o.window_sec));
	engine = engine_new(&o);
	if (!engine)
		fprintf(stderr, "aunoise: no memory: %s\n", strerror(errno));
	return engine;
}

int cli_replay(int argc, char **argv)
{
	struct replay r = {0};
	int status = read_options(argc, argv, &r);

	if (!status && (r.rules_name || r.settings_name))
		status = cli_settings(&r.config, r.settings_name, CLI_SETTINGS_HINT);
	if (status)
		return status;
	if (!r.top)
		r.top = r.json ? EVERYTHING : DEFAULT_TOP;
	if (r.rules_name) {
		r.rules = cli_rules_load(r.rules_name);
		r.advice = r.rules ? rules_advice_new(r.rules) : NULL;
		if (!r.advice) {
			cli_rules_free(r.rules);
			return CLI_CANNOT;
		}
	}
	r.engine = new_engine(&r);
	r.alerts = r.engine ? replay_alerts_new(r.engine) : NULL;
	status = r.alerts ? logs_open(&r.logs, argc - optind, argv + optind) : CLI_CANNOT;
	if (status == CLI_FINE)
		status = run(&r);
	logs_close(&r.logs);
	noise_replay_free(r.noise);
	replay_alerts_free(r.alerts);
	engine_free(r.engine);
	rules_advice_free(r.advice);
	cli_rules_free(r.rules);
	return status;
}
