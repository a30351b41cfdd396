/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_rounds.c - how long a round of advice on noise holds the stream thread
 *
 * All tables are full, and each event had a program, a key and an account of its own;
 * bytes are those of all that a round keeps at its end.
 */
#include <libaudit.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "advise/flood.h"
#include "advise/round.h"
#include "count/engine.h"
#include "pieces.h"
#include "rules/rule_text.h"
#include "synthetic.h"

#define EVENTS   40000
#define TIMES    10
#define START_MS 1795300000000
#define SPAN_MS  3600000

/* Many that name a program, and one that asks of all. */
static struct ruleset *plain_rules(unsigned int n)
{
	const struct rule_world world = {.machine = MACH_86_64};
	struct ruleset *set = ruleset_new();

	for (unsigned int i = 0; set && i < n; i++) {
		char text[256];
		struct rule_line line;

		snprintf(text, sizeof(text),
			 "-a always,exit -F arch=b64 -S openat,execve -F "
			 "exe=/usr/local/bin/prog%u -k key%u",
			 i * 7, i * 7);
		if (i + 1 == n)
			snprintf(text, sizeof(text),
				 "-a always,exit -S all -F auid>=1000 -k files");
		if (rule_parse(span_of(text), &world, &line) < 0 ||
		    ruleset_add(set, line.rule, false) < 0)
			give_up(text);
	}
	return set;
}

static bool see_roots(void *arg, struct span path, struct lineage *out)
{
	memset(out, 0, sizeof(*out));
	out->self.mode = S_IFREG | 0755;
	out->real = path;
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/' && out->n_parents < LINEAGE_PARENTS)
			out->parent[out->n_parents++].mode = S_IFDIR | 0755;
	return true;
}

static void step_round(struct round *r, struct pieces *p)
{
	int rc;

	do {
		double begin = pieces_now();

		rc = round_step(r);
		pieces_note(p, begin, 0);
	} while (rc > 0);
	if (rc < 0)
		give_up("round");
}

static void advise(struct engine *e, const struct ruleset *rules, struct pieces *begins,
		   struct pieces *steps, struct pieces *floods)
{
	const struct round_options o = {.engine = e,
					.rules = rules,
					.machine = MACH_86_64,
					.labels = MATCH_LABELS_UNKNOWN,
					.guard = {.file = see_roots},
					.min_share = 0.0001,
					.max_risk = GUARD_HIGH};
	struct flood_source margins[FLOOD_MARGINS];
	struct flood_case c = {.margin = margins, .guard = &o.guard, .seconds = 60};
	size_t before = mallinfo2().uordblks;
	double begin = pieces_now();
	struct round *r = round_new(&o);

	if (!r)
		give_up("round");
	pieces_note(begins, begin, 0);
	step_round(r, steps);
	if (mallinfo2().uordblks - before > begins->bytes)
		begins->bytes = mallinfo2().uordblks - before;
	begin = pieces_now();
	c.table = round_table(r);
	c.fate = noise_result(round_noise(r))->fate;
	c.n_margins = flood_margins(engine_tally(e), 0,
				    timeline_now(engine_timeline(e)).bucket[0], margins);
	flood_judge(&c);
	pieces_note(floods, begin, 0);
	round_free(r);
}

static void fill(struct engine *e)
{
	struct stream s = {.values = 1u << 31, .serial = 1, .ms = START_MS};

	for (unsigned int i = 0; i < EVENTS; i++) {
		s.ms = START_MS + (int64_t)i * SPAN_MS / EVENTS;
		s.n = 0;
		stream_event(&s, i % 4 ? MIX_6 : MIX_EXECVE);
		engine_feed(e, s.text, s.n, NULL);
	}
	stream_free(&s);
}

int main(void)
{
	static const unsigned int n_rules[] = {10, 512, 1024};
	static struct pieces begins = {.what = "a round begins"},
			     flood = {.what = "is there a flood?"};
	static struct pieces steps[] = {{.what = "a step of it, 10 rules"},
					{.what = "a step of it, 512 rules"},
					{.what = "a step of it, 1024 rules"}};
	struct engine_options o = {BENCH_WINDOWS, .max_values = BENCH_MAX_VALUES,
				   .max_flows = BENCH_MAX_FLOWS};
	struct engine *e = engine_new(&o);

	mallopt(M_MMAP_THRESHOLD, 131072); /* as the plugin does */
	if (!e)
		give_up("engine_new");
	fill(e);
	for (size_t i = 0; i < sizeof(n_rules) / sizeof(n_rules[0]); i++) {
		struct ruleset *rules = plain_rules(n_rules[i]);

		for (int k = 0; k < TIMES; k++)
			advise(e, rules, &begins, &steps[i], &flood);
		ruleset_free(rules);
	}
	pieces_head();
	pieces_show(&begins);
	for (size_t i = 0; i < sizeof(n_rules) / sizeof(n_rules[0]); i++)
		pieces_show(&steps[i]);
	pieces_show(&flood);
	engine_free(e);
	return 0;
}
