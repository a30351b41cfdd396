/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * losses.c - aunoise losses: what was lost, when, where and why
 *
 * From the state file, which the plugin saves each minute and at its end: so it
 * also answers when no plugin runs. The file is a secret of the plugin's user and
 * of root, and may have been written by a process that was talked into anything:
 * it is checked whole, and its names are quoted.
 */
#include "cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "advise/loss.h"
#include "base/clock.h"
#include "base/text.h"
#include "config.h"
#include "emit/loss_object.h"
#include "emit/state_ledger.h"
#include "emit/state_read.h"
#include "emit/statefile.h"

struct losses {
	const char *state;
	bool json;
	int64_t since_ms; /* wall clock; INT64_MIN: all */
	unsigned int ticks_per_s;
	uint64_t shown, refused, gap_events, forgotten;
};

/* `90`, `15m`, `24h`, `7d` ago, or a day: `2026-11-27`. Return: false: neither. */
static bool read_since(const char *text, int64_t now_ms, int64_t *since_ms)
{
	static const struct {
		char suffix;
		int64_t ms;
	} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
	struct span digits = span_of(text);
	struct tm day = {0};
	int64_t unit = 1000;
	uint64_t n;
	size_t i;
	const char *end = strptime(text, "%Y-%m-%d", &day);

	if (end && !*end) {
		day.tm_isdst = -1;
		*since_ms = (int64_t)mktime(&day) * 1000;
		return true;
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (digits.n && digits.p[digits.n - 1] == units[i].suffix) {
			unit = units[i].ms;
			digits.n--;
			break;
		}
	if (!text_u64(digits, 100000000, &n))
		return false;
	*since_ms = now_ms - (int64_t)n * unit;
	return true;
}

static int read_options(int argc, char **argv, struct losses *o)
{
	static const struct option names[] = {
		{"state", required_argument, NULL, 's'},
		{"since", required_argument, NULL, 'f'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	char shown[CLI_SHOWN_SIZE];
	int option;

	while ((option = cli_option(argc, argv, names)) != -1) {
		if (option == 's') {
			o->state = optarg;
		} else if (option == 'j') {
			o->json = true;
		} else if (option == 'h') {
			return cli_help("losses");
		} else if (option != 'f') {
			return cli_usage("losses");
		} else if (!read_since(optarg, clock_read().wall_ms, &o->since_ms)) {
			fprintf(stderr,
				"aunoise: --since %s: write how long ago (90, 15m, 24h, "
				"7d) or a day (2026-11-27)\n",
				text_quote(span_of(optarg), shown, sizeof(shown)));
			return cli_usage("losses");
		}
	}
	if (optind < argc) {
		fprintf(stderr, "aunoise: losses takes no argument %s\n",
			text_quote(span_of(argv[optind]), shown, sizeof(shown)));
		return cli_usage("losses");
	}
	return CLI_FINE;
}

/* --- one incident --- */

static void print_range(const char *before, struct loss_range r)
{
	if (r.min == r.max)
		printf("%s%" PRIu64, before, r.min);
	else
		printf("%s%" PRIu64 " to %" PRIu64, before, r.min, r.max);
}

static void print_name(const struct suspects_text *t)
{
	char quoted[4 * SUSPECTS_TEXT + 16];

	fputs(t->absent
		      ? "(none)"
		      : text_quote((struct span){t->text, t->n}, quoted, sizeof(quoted)),
	      stdout);
}

static void print_suspect(const struct suspects *all, const struct suspect *s)
{
	printf("    %5.1f%% of the records: key ",
	       all->records ? 100.0 * (double)s->records / (double)all->records : 0);
	print_name(&s->key);
	fputs(", program ", stdout);
	print_name(&s->exe);
	putchar('\n');
}

static void print_text(const struct losses *o, const struct ledger_entry *e)
{
	char first[CLOCK_TEXT_SIZE], last[CLOCK_TEXT_SIZE];
	unsigned int i;

	clock_text(e->first_ms, first);
	clock_text(e->last_ms, last);
	printf("%s to %s  cause %s, place %s\n", first, last, loss_cause_name(e->cause),
	       loss_place_name(e->place));
	if (e->sums.refused || e->sums.gap_events) {
		print_range("    lost: events ", loss_events(e));
		print_range(", records ", loss_records(e));
		printf(" (refused %" PRIu64 ", gap %" PRIu64 ")\n", e->sums.refused,
		       e->sums.gap_events);
	}
	if (e->sums.waited_ticks && o->ticks_per_s)
		printf("    held up: %.3f s, all programs added up\n",
		       (double)e->sums.waited_ticks / o->ticks_per_s);
	if (e->evidence.polls)
		printf("    queue: at most %u of %u seen\n", e->evidence.backlog_peak,
		       e->evidence.backlog_limit);
	for (i = 0; i < e->suspects.n; i++)
		print_suspect(&e->suspects, &e->suspects.of[i]);
	if (e->evidence.before && e->cause == LEDGER_UNKNOWN)
		puts("    lost while no plugin watched, so nobody knows when and why; "
		     "what "
		     "is lost from now on is explained");
	else
		printf("    %s\n", loss_remedy(e->cause));
}

static void print_json(const struct losses *l, const struct ledger_entry *e)
{
	json_t *o = loss_object_incident(e, l->ticks_per_s);

	print_object(stdout, o);
	json_decref(o);
}

static void show(struct losses *o, const struct ledger_entry *e)
{
	if (e->last_ms < o->since_ms)
		return;
	o->shown++;
	o->refused += e->sums.refused;
	o->gap_events += e->sums.gap_events;
	if (o->json)
		print_json(o, e);
	else
		print_text(o, e);
}

/* --- all of them --- */

static void print_end(const struct losses *o, const struct state_head *head,
		      const struct state_covered *covered)
{
	char first[CLOCK_TEXT_SIZE], saved[CLOCK_TEXT_SIZE];
	int64_t span_ms = covered->wall_ms - head->identity.first_ms;

	clock_text(head->identity.first_ms, first);
	clock_text(covered->wall_ms, saved);
	printf("%s%" PRIu64 " incident%s: %" PRIu64 " records refused, %" PRIu64
	       " events with a number missing\n",
	       o->shown ? "\n" : "", o->shown, o->shown == 1 ? "" : "s", o->refused,
	       o->gap_events);
	if (o->forgotten)
		printf("%" PRIu64 " incidents before these are not kept any more\n",
		       o->forgotten);
	printf("watched from %s to %s", first, saved);
	if (span_ms > 0)
		printf(", %.1f%% of that time",
		       100 * fmin(1, (double)covered->covered_ms / (double)span_ms));
	putchar('\n');
}

static int show_all(struct losses *o, struct span text)
{
	struct state_ledger_counters counters;
	struct state_covered covered;
	struct ledger_entry entry;
	struct state_head head;
	char shown[CLI_SHOWN_SIZE];
	struct span rest;
	struct scan line;
	int r;

	r = state_read_check(text, &head);
	if (!r && !state_read_covered(&head, &covered))
		r = -EBADMSG;
	if (r < 0) {
		fprintf(stderr, "aunoise: %s: %s\n", cli_shown(o->state, shown),
			r == -EBADMSG
				? "is damaged; the plugin sets it aside at its next "
				  "start, as the same name with .bad"
			: r == -EPROTONOSUPPORT
				? "is the state of another version or machine"
				: "is no state of audisp-noise; name the file with "
				  "--state");
		return CLI_CANNOT;
	}
	rest = head.tail;
	while (scan_line(&rest, &line))
		if (state_ledger_read_kernel(&line, &counters))
			o->forgotten = counters.forgotten;
		else if (state_ledger_read(&line, &entry) && !line.bad)
			show(o, &entry);
	if (!o->json)
		print_end(o, &head, &covered);
	return o->shown ? CLI_TO_DO : CLI_FINE;
}

int cli_losses(int argc, char **argv)
{
	struct losses o = {.since_ms = INT64_MIN, .ticks_per_s = clock_ticks_per_s()};
	int status = read_options(argc, argv, &o), r;
	char shown[CLI_SHOWN_SIZE], *text;
	struct config config;
	size_t n;

	if (status)
		return status;
	if (!o.state) {
		status = cli_settings(&config, NULL, "; or name the file with --state");
		if (status)
			return status;
		o.state = config.state_file;
	}
	r = statefile_read(o.state, true, &text, &n);
	if (r < 0) {
		fprintf(stderr, "aunoise: %s: %s%s\n", cli_shown(o.state, shown),
			strerror(-r),
			r == -EACCES || r == -EPERM
				? "; the state is for root and the plugin's user alone"
			: r == -EINVAL ? "; it is no regular file"
			: r == -ENOENT ? "; the plugin makes it in its first minute, see "
					 "state_file "
					 "in audisp-noise.conf(5)"
				       : "");
		return CLI_CANNOT;
	}
	status = show_all(&o, (struct span){text, n});
	free(text);
	return status;
}
