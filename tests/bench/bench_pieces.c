/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_pieces.c - how long the stream thread is held by one piece of work
 *
 * usage: bench_pieces [MAX_VALUES MAX_FLOWS REPORT_BYTES]
 * An engine whose tables are all full and whose windows are full too: an hour
 * of events, each with a program, a key, an account and a directory of its own.
 * Then each kind of work, many times; what counts is the longest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libaudit.h>

#include "count/engine.h"
#include "emit/advice.h"
#include "emit/report.h"
#include "emit/rule_advice.h"
#include "emit/state.h"
#include "count/suspects.h"
#include "emit/state_save.h"
#include "rulefiles.h"
#include "rules/rule_files.h"
#include "rules/rule_text.h"
#include "pieces.h"
#include "synthetic.h"

#define HOUR_MS  3600000
#define EVENTS   40000 /* in the hour, and in the stretch that is timed */
#define TIMES    200
#define START_MS 1795300000000

#define RULE_FILES 8
#define RULES_MOST 4096 /* on disk; of the kernel's fewer fit into an answer */

static struct engine *new_engine(const struct engine_options *o)
{
	struct engine *e = engine_new(o);

	if (!e)
		give_up("engine_new");
	return e;
}

static void feed(struct engine *e, struct stream *s, struct pieces *p)
{
	size_t at, n;

	for (at = 0; at < s->n; at += n) {
		double begin = pieces_now();

		n = s->n - at < BENCH_PORTION ? s->n - at : BENCH_PORTION;
		engine_feed(e, s->text + at, n, NULL);
		if (p)
			pieces_note(p, begin, n);
	}
	s->n = 0;
}

/* @ms: how long the events take in all. Every event has values of its own. */
static void make(struct stream *s, unsigned int events, unsigned int ms)
{
	int64_t begin = s->ms;
	unsigned int i;

	for (i = 0; i < events; i++) {
		s->ms = begin + (int64_t)((uint64_t)i * ms / events);
		stream_event(s, i % 4 ? MIX_6 : MIX_EXECVE);
	}
	s->ms = begin + ms;
}

static void report(struct engine *e, const struct report_depth *depth, struct pieces *p)
{
	static const struct schema_origin origin = {.host = "bench", .boot_id = ""};
	const struct clock_reading clock = {START_MS + HOUR_MS, HOUR_MS};
	const struct report_source source = {
		.engine = e, .clock = &clock, .origin = &origin};
	struct schema_line line;
	double begin = pieces_now();

	if (report_line(&source, depth, &line) < 0)
		give_up("report_line");
	pieces_note(p, begin, schema_line_size(&line, 1));
	schema_line_free(&line);
}

/* Whose records they were, over the whole of the shortest window. */
static void search(struct engine *e, struct pieces *p)
{
	int64_t now = timeline_now(engine_timeline(e)).bucket[0];
	struct suspects suspects;
	double begin = pieces_now();

	suspects_find(engine_tally(e), now - WINDOW_BUCKETS + 1, now, &suspects);
	pieces_note(p, begin, 0);
}

/* As many incidents as are kept, each with the longest names. */
static void fill(struct ledger *l)
{
	struct ledger_entry entry = {.cause = LEDGER_BURST, .suspects.n = SUSPECTS_MAX};
	unsigned int i;

	if (ledger_init(l) < 0)
		give_up("ledger_init");
	for (i = 0; i < SUSPECTS_MAX; i++)
		entry.suspects.of[i].key.n = entry.suspects.of[i].exe.n = SUSPECTS_TEXT;
	for (i = 0; i < LEDGER_ENTRIES; i++)
		ledger_load(l, &entry);
}

static void save(struct engine *e, const struct ledger *ledger, struct pieces *p,
		 size_t *whole)
{
	const struct clock_reading clock = {START_MS + HOUR_MS, HOUR_MS};
	const struct state_identity identity = {.boot_id = "", .first_ms = START_MS};
	struct state_save *s = state_save_new(e, &identity);

	if (!s)
		give_up("state_save_new");
	*whole = 0;
	state_save_ledger(s, ledger);
	state_save_begin(s);
	while (state_save_busy(s)) {
		double begin = pieces_now();
		struct span piece = state_save_step(s, &clock);

		pieces_note(p, begin, piece.n);
		*whole += piece.n;
	}
	state_save_free(s);
}

/* Into a file and back: what a start takes before the first byte is read. */
static void restore(struct engine *from, const struct engine_options *o,
		    struct pieces reading[3])
{
	const struct timespec pause = {0, 1000000};
	char path[] = "/tmp/bench_pieces.XXXXXX", why[640];
	struct state_start start = {.engine = from};
	int fd = mkstemp(path);
	struct state *s;
	struct engine_options options = *o;
	double begin;

	if (fd < 0)
		give_up(path);
	close(fd);
	unlink(path);
	s = state_open(path, why, sizeof(why));
	if (!s || state_start(s, &start, why, sizeof(why)) < 0)
		give_up(path);
	state_begin(s);
	while (state_step(s))
		nanosleep(&pause, NULL);
	while (!state_counters(s).saved)
		nanosleep(&pause, NULL);
	state_free(s, INT64_MAX);
	begin = pieces_now();
	s = state_open(path, why, sizeof(why));
	if (!s || !state_key(s))
		give_up(path);
	pieces_note(&reading[0], begin, 0);
	options.key = state_key(s);
	begin = pieces_now();
	start.engine = new_engine(&options);
	pieces_note(&reading[1], begin, 0);
	begin = pieces_now();
	if (state_start(s, &start, why, sizeof(why)) < 0)
		give_up(path);
	pieces_note(&reading[2], begin, 0);
	state_free(s, 0);
	engine_free(start.engine);
	unlink(path);
}

/* --- the rules on disk, held against the kernel's --- */

/* Of @n rules, each as sets for privileged programs have them, the @i-th part. */
static size_t write_rules(char *text, size_t size, unsigned int n, unsigned int i)
{
	unsigned int k, first = n / RULE_FILES * i;
	size_t used = 0;

	for (k = first; k < first + n / RULE_FILES; k++)
		used += (size_t)snprintf(
			text + used, size - used,
			"-a always,exit -F arch=b64 -S all -F path=/usr/bin/program%u "
			"-F perm=x -F auid>=1000 -F auid!=unset -F key=privileged\n",
			k * 7919 % n); /* in an order that sorts badly */
	return used;
}

static struct ruleset *kernel_rules(unsigned int n)
{
	const struct rule_world world = {.machine = audit_detect_machine()};
	struct rule_files *f = rule_files_new(&world, true);
	static char text[1 << 20];
	struct ruleset *set;
	unsigned int i;

	for (i = RULE_FILES; f && i-- > 0;)
		if (rule_files_add(f, "k",
				   (struct span){text, write_rules(text, sizeof(text), n,
								   i)}) < 0)
			give_up("rule_files_add");
	if (!f || rule_files_rules(f, &set) < 0)
		give_up("rule_files_rules");
	rule_files_free(f);
	return set;
}

static void on_placed(void *arg, struct ruleset *rules, bool known)
{
	if (!known)
		give_up("rulefiles");
	ruleset_free(rules);
	*(bool *)arg = true;
}

static size_t put_file(char *at, const char *name, uint32_t n)
{
	uint32_t name_n = (uint32_t)strlen(name);

	memcpy(at, &name_n, sizeof(name_n));
	memcpy(at + 4, name, name_n);
	memcpy(at + 4 + name_n, &n, sizeof(n));
	return 8 + name_n;
}

static void place_rules(unsigned int n, struct pieces *p)
{
	struct event_base *base = event_base_new();
	static char answer[WATCH_ANSWER_MAX];
	struct watch_answer a = {WATCH_RULES_D, 0, {answer, 0}};
	bool done = false;
	const struct rulefiles_options o = {base, on_placed, &done};
	struct rulefiles *files = rulefiles_new(&o);
	unsigned int i;
	double begin;

	for (i = 0; i < RULE_FILES; i++) {
		char name[] = "0.rules", *at = answer + a.data.n;
		size_t size = sizeof(answer) - a.data.n, head = put_file(at, name, 0), m;

		name[0] = (char)('0' + i);
		m = write_rules(at + head, size - head, n, i);
		a.data.n += put_file(at, name, (uint32_t)m) + m;
	}
	begin = pieces_now();
	rulefiles_take(files, &a);
	pieces_note(p, begin, a.data.n);
	rulefiles_place(files, kernel_rules(n));
	while (!done) {
		begin = pieces_now();
		event_base_loop(base, EVLOOP_ONCE);
		pieces_note(p, begin, a.data.n);
	}
	rulefiles_free(files);
	event_base_free(base);
}

/* --- rules --- */

static void take(void *arg, json_t *object)
{
	free(schema_text(object)); /* as it is given out */
}

/* Each has a fault or two: no twin, the same types and calls, a never behind another. */
static struct ruleset *faulty_rules(void)
{
	const struct rule_world world = {.machine = MACH_86_64};
	struct ruleset *set = ruleset_new();

	for (int i = 0; set && i < REPAIR_RULES_LIVE; i++) {
		char text[256];
		struct rule_line line;

		snprintf(text, sizeof(text),
			 "-a %s,exit -F arch=b64 -S open,openat,%d -F exit=-EACCES -F "
			 "auid>=%d -F exe=/srv/p%d -k k%d",
			 i % 3 ? "always" : "never", i % 300, i, i / 3, i % 9);
		if (rule_parse(span_of(text), &world, &line) < 0 ||
		    ruleset_add(set, line.rule, false) < 0)
			give_up(text);
	}
	return set;
}

static void look(struct pieces *p)
{
	struct ruleset *set = faulty_rules();
	const struct repair_look o = {.set = set,
				      .known = {.machine = MACH_86_64},
				      .budget = REPAIR_BUDGET_LIVE,
				      .most_rules = REPAIR_RULES_LIVE};

	for (int i = 0; i < TIMES; i++) {
		struct advice *advice = advice_new(take, NULL);
		struct rule_advice *rules = advice ? rule_advice_new(advice) : NULL;
		double begin = pieces_now();

		if (!rules || rule_advice_look(rules, &o, false, 0) < 0)
			give_up("advice");
		pieces_note(p, begin, 0);
		rule_advice_free(rules);
		advice_free(advice);
	}
	ruleset_free(set);
}

int main(int argc, char **argv)
{
	static struct pieces feeding = {.what = "a read of 64 KiB, all values new"};
	static struct pieces feeding_known = {
		.what = "a read of 64 KiB, dozens of values"};
	static struct pieces push = {.what = "a summary for everybody"};
	static struct pieces asked = {.what = "the deepest that a client gets"};
	static struct pieces searching = {.what = "who made the records"};
	static struct pieces looking = {.what = "a look at 512 faulty rules"};
	static struct pieces saving = {.what = "a slice of the state"};
	static struct pieces placing = {.what = "800 rules sought on disk"};
	static struct pieces placing_most = {.what = "the most of them, 4096"};
	static struct pieces start[3] = {{.what = "the start: the state is read"},
					 {.what = "           the tables are made"},
					 {.what = "           and filled"}};
	struct engine_options o = {BENCH_WINDOWS, .max_values = BENCH_MAX_VALUES,
				   .max_flows = BENCH_MAX_FLOWS};
	struct report_depth of_push = {
		.top = 10, .top_others = 3, .max_bytes = REPORT_PUSH_BYTES};
	struct report_depth of_asked = {
		.top = 512, .top_others = 512, .all_windows = true, .max_bytes = 32768};
	struct stream s = {.values = 1u << 31, .serial = 1, .ms = START_MS};
	struct ledger ledger;
	struct engine *e;
	unsigned int i;
	size_t whole;

	if (argc > 1)
		o.max_values = (unsigned int)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		o.max_flows = (unsigned int)strtoul(argv[2], NULL, 10);
	if (argc > 3)
		of_asked.max_bytes = strtoul(argv[3], NULL, 10);
	e = new_engine(&o);
	make(&s, EVENTS > 3 * o.max_values ? EVENTS : 3 * o.max_values, HOUR_MS);
	feed(e, &s, NULL);
	make(&s, EVENTS, 10000);
	feed(e, &s, &feeding);
	s.values = 0;
	make(&s, EVENTS, 10000);
	feed(e, &s, &feeding_known);
	for (i = 0; i < TIMES; i++) {
		make(&s, 1, 0); /* or the second would cost less than the first */
		feed(e, &s, NULL);
		report(e, &of_push, &push);
		make(&s, 1, 0);
		feed(e, &s, NULL);
		report(e, &of_asked, &asked);
		search(e, &searching);
	}
	look(&looking);
	fill(&ledger);
	for (i = 0; i < 10; i++)
		save(e, &ledger, &saving, &whole);
	for (i = 0; i < 10; i++)
		restore(e, &o, start);
	start[0].bytes = whole;
	for (i = 0; i < 10; i++) {
		place_rules(800, &placing);
		place_rules(RULES_MOST, &placing_most);
	}
	printf("max_values %u, max_flows %u; times in ms\n", o.max_values, o.max_flows);
	pieces_head();
	pieces_show(&feeding);
	pieces_show(&feeding_known);
	pieces_show(&push);
	pieces_show(&asked);
	pieces_show(&searching);
	pieces_show(&looking);
	pieces_show(&saving);
	pieces_show(&placing);
	pieces_show(&placing_most);
	for (i = 0; i < 3; i++)
		pieces_show(&start[i]);
	stream_free(&s);
	ledger_free(&ledger);
	engine_free(e);
	return 0;
}
