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
#include "config.h"
#include "count/engine.h"
#include "emit/report.h"
#include "stream/input.h"

#define CHUNK_BYTES 262144
#define DEFAULT_TOP 10
#define EVERYTHING  1000000u /* entries: more than any table has */
#define PROGRESS_MS 200

struct log {
	const char *name;
	bool is_stdin; /* named - */
	int fd;
	struct stat id;
	off_t size;         /* -1: not a regular file */
	unsigned int order; /* on the command line */
	int64_t first_ms;   /* first stamp; INT64_MAX: none found, or not to be looked for
			     */
};

struct replay {
	bool json, every_event;
	const char *rules_name;  /* NULL: none are known */
	struct cli_rules *rules; /* of that name */
	const char *window;
	unsigned int top, interval_sec;
	struct engine *engine;
	struct schema_origin origin;
	int64_t next_ms;    /* own time of the next periodic summary */
	uint64_t gaps_told; /* by the summaries before */
	uint64_t seq;
	uint64_t bytes_done, bytes_all; /* of regular files, for the progress line */
	int64_t progress_ms;
	struct log *logs;
	unsigned int n_logs;
	char *buffer;
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
		else if (option == 'h')
			return cli_help("replay");
		else if (option == 'w' && print_is_window(optarg))
			r->window = optarg;
		else if (option == 'r')
			r->rules_name = optarg;
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

/* --- the logs, in time order --- */

struct first_stamp {
	int64_t ms;
};

static void note_first(void *arg, struct span line, uint64_t bytes, bool cut)
{
	struct first_stamp *first = arg;
	struct record r;

	if (first->ms == INT64_MAX && record_scan(&r, line, bytes))
		first->ms = r.stamp_ms;
}

static int64_t first_stamp_of(const struct replay *r, int fd)
{
	struct first_stamp first = {INT64_MAX};
	ssize_t n = pread(fd, r->buffer, CHUNK_BYTES, 0);
	struct input *in = malloc(sizeof(*in));

	if (n > 0 && in) {
		input_init(in, note_first, &first);
		input_feed(in, r->buffer, (size_t)n);
		input_end(in);
	}
	free(in);
	return first.ms;
}

/* The command that unpacks a compressed log, NULL when it is none. */
static const char *unpacked_by(int fd)
{
	static const struct {
		const char *magic, *tool;
	} known[] = {
		{"\x1f\x8b", "zcat"},
		{"\xfd"
		 "7zXZ",
		 "xzcat"},
		{"BZh", "bzcat"},
		{"\x28\xb5\x2f\xfd", "zstdcat"},
	};
	char head[8] = "";
	size_t i;

	if (pread(fd, head, sizeof(head) - 1, 0) < 0)
		return NULL;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strncmp(head, known[i].magic, strlen(known[i].magic)))
			return known[i].tool;
	return NULL;
}

/* The same file under two names, or named twice, is counted once. */
static bool is_opened_already(const struct replay *r, const struct log *log)
{
	unsigned int i;

	for (i = 0; i < r->n_logs; i++)
		if (log->size >= 0 && r->logs[i].size >= 0 &&
		    r->logs[i].id.st_ino == log->id.st_ino &&
		    r->logs[i].id.st_dev == log->id.st_dev)
			return true;
	return false;
}

static int open_log(struct replay *r, struct log *log, const char *name)
{
	char shown[CLI_SHOWN_SIZE];
	const char *tool;
	struct stat st;

	*log = (struct log){.name = name, .size = -1, .first_ms = INT64_MAX};
	log->is_stdin = !strcmp(name, "-");
	log->fd = log->is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	if (log->fd < 0 || fstat(log->fd, &st)) {
		int error = errno;

		fprintf(stderr, "aunoise: %s: %s%s\n", cli_shown(name, shown),
			strerror(error),
			error == EACCES ? "; run as root or name a copy that you may read"
			: error == ENOENT ? "; auditd's own logs are in /var/log/audit"
					  : "");
		return CLI_CANNOT;
	}
	if (S_ISDIR(st.st_mode)) {
		fprintf(stderr, "aunoise: %s: is a directory; name the logs in it\n",
			cli_shown(name, shown));
		return CLI_CANNOT;
	}
	if (!S_ISREG(st.st_mode) || log->is_stdin)
		return CLI_FINE;
	log->size = st.st_size;
	r->bytes_all += (uint64_t)st.st_size;
	tool = unpacked_by(log->fd);
	if (tool) {
		fprintf(stderr,
			"aunoise: %s: is compressed; use: %s FILE | aunoise replay -\n",
			cli_shown(name, shown), tool);
		return CLI_CANNOT;
	}
	log->id = st;
	log->first_ms = first_stamp_of(r, log->fd);
	return CLI_FINE;
}

static int by_first_stamp(const void *a, const void *b)
{
	const struct log *x = a, *y = b;

	if (x->first_ms != y->first_ms)
		return x->first_ms < y->first_ms ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int open_logs(struct replay *r, int n, char **names)
{
	char shown[CLI_SHOWN_SIZE];
	int i, status = CLI_FINE;

	r->logs = calloc((size_t)n, sizeof(*r->logs));
	r->buffer = malloc(CHUNK_BYTES);
	if (!r->logs || !r->buffer) {
		fputs("aunoise: no memory\n", stderr);
		return CLI_CANNOT;
	}
	for (i = 0; i < n && status == CLI_FINE; i++) {
		struct log *log = &r->logs[r->n_logs];

		status = open_log(r, log, names[i]);
		if (status == CLI_FINE && is_opened_already(r, log)) {
			fprintf(stderr,
				"aunoise: note: %s: is named twice; counted once\n",
				cli_shown(names[i], shown));
			r->bytes_all -= (uint64_t)log->size;
			close(log->fd);
			continue;
		}
		log->order = r->n_logs++;
	}
	if (status == CLI_FINE)
		qsort(r->logs, r->n_logs, sizeof(*r->logs), by_first_stamp);
	return status;
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

static int print_line(struct replay *r, const struct schema_line *line)
{
	char head[128];
	size_t n = schema_line_head(line, ++r->seq, head, sizeof(head));

	fwrite(head, 1, n, stdout);
	fwrite(line->text + 1, 1, line->n - 1, stdout);
	putchar('\n');
	return CLI_FINE;
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

/* A periodic one tells of the gaps since the one before, the final one of all. */
static int print_summary(struct replay *r, bool final)
{
	uint64_t gaps = engine_health(r->engine).gap_events;
	struct report_source source = {
		.engine = r->engine,
		.gap_events = final ? gaps : gaps - r->gaps_told,
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
	status = r->json ? print_line(r, &line) : print_text(r, &line);
	schema_line_free(&line);
	return status;
}

/* --- feeding --- */

static void show_progress(struct replay *r)
{
	struct clock_reading now;

	if (!r->bytes_all || !isatty(STDERR_FILENO))
		return;
	now = clock_read();
	if (now.boot_ms - r->progress_ms < PROGRESS_MS)
		return;
	r->progress_ms = now.boot_ms;
	fprintf(stderr, "\r%3" PRIu64 "%%", r->bytes_done * 100 / r->bytes_all);
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

	while ((n = read(log->fd, r->buffer, CHUNK_BYTES)) != 0) {
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
			feed_by_line(r, r->buffer, (size_t)n);
		else
			engine_feed(r->engine, r->buffer, (size_t)n, NULL);
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
	for (i = 0; i < r->n_logs; i++)
		fprintf(stderr, " %s", cli_shown(r->logs[i].name, shown));
	fputs("; an audit log has lines like `type=SYSCALL msg=audit(1700000000.123:45): "
	      "...`\n",
	      stderr);
	return CLI_CANNOT;
}

static int run(struct replay *r)
{
	unsigned int i;
	int status;

	for (i = 0; i < r->n_logs; i++) {
		status = feed_log(r, &r->logs[i]);
		if (status)
			return status;
	}
	engine_end(r->engine, NULL);
	hide_progress(r);
	status = note_quality(r);
	return status ? status : print_summary(r, true);
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
				    .rules = cli_rules_set(r->rules)};
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
	unsigned int i;

	if (status)
		return status;
	if (!r.top)
		r.top = r.json ? EVERYTHING : DEFAULT_TOP;
	if (r.rules_name) {
		r.rules = cli_rules_load(r.rules_name);
		if (!r.rules)
			return CLI_CANNOT;
	}
	r.engine = new_engine(&r);
	status = r.engine ? open_logs(&r, argc - optind, argv + optind) : CLI_CANNOT;
	if (status == CLI_FINE)
		status = run(&r);
	for (i = 0; i < r.n_logs; i++)
		if (!r.logs[i].is_stdin)
			close(r.logs[i].fd);
	free(r.logs);
	free(r.buffer);
	engine_free(r.engine);
	cli_rules_free(r.rules);
	return status;
}
