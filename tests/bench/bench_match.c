/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_match.c - what an event costs, the more rules are loaded
 *
 * 10, 100 and 1,000 rules, of which five name the event's system call; the others name
 * calls of their own. Sets get the same event in turn, round after round; ratios are
 * those of one round. The last lines are the worst case: all of 1,000 rules are watches
 * without system calls, so that each is asked; nothing is known of their files, then
 * what can be known of these, and of the file that the event names.
 */
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/match.h"
#include "rules/rule_text.h"
#include "synthetic.h"

#define ROUNDS 15
#define EVENTS 20000
#define SETS   6

static const unsigned int sizes[SETS] = {10, 100, 1000, 1000, 1000, 1000};

static void add(struct ruleset *set, const char *text)
{
	const struct rule_world world = {.machine = MACH_86_64};
	struct rule_line line;

	if (rule_parse(span_of(text), &world, &line) < 0 ||
	    ruleset_add(set, line.rule, false) < 0)
		give_up(text);
}

enum { OTHERS, WATCHES, FILES, DIRS };
static const unsigned int kind[SETS] = {OTHERS, OTHERS, OTHERS, WATCHES, FILES, DIRS};
static const char *const kinds[] = {"of other calls", "watches", "known watches",
				    "known dirs"};

/* Of a watched file that has been replaced, or of a directory. */
static bool tell_file(void *arg, uint32_t type, struct span path, struct match_file *file)
{
	const struct match_inode all = {true, 7, 8, 1, 0, INT64_MAX};

	(void)arg;
	*file = (struct match_file){.parent = all, .tree = path, .alone = true};
	if (type == AUDIT_DIR)
		file->self = all;
	return true;
}

static bool tell_place(void *arg, struct span path, struct match_place *place)
{
	(void)arg;
	*place = (struct match_place){
		.self = {true, 12, 8, 1, 0, INT64_MAX}, .tree = path, .sole = true};
	return true;
}

static struct ruleset *new_set(unsigned int n, unsigned int of)
{
	struct ruleset *set = ruleset_new();
	char text[128];

	if (!set)
		give_up("ruleset_new");
	for (unsigned int i = 0; i < n; i++) {
		if (of == DIRS)
			snprintf(text, sizeof(text),
				 "-a always,exit -F dir=/etc/dir%u -F perm=wa -k k", i);
		else if (of != OTHERS)
			snprintf(text, sizeof(text), "-w /etc/file%u -p wa -k k", i);
		else if (i % (n / 5) == 1)
			snprintf(text, sizeof(text),
				 "-a always,exit -F arch=b64 -S openat -F auid=%u -k k",
				 i);
		else
			snprintf(text, sizeof(text),
				 "-a always,exit -F arch=b64 -S %u,%u -F auid=%u -k k",
				 i % 250, (i + 1) % 250, i);
		add(set, text);
	}
	return set;
}

static void fill(struct facts *facts)
{
	facts_clear(facts);
	facts->stamp_ms = 1700000000000;
	facts_add_record(
		facts, AUDIT_SYSCALL,
		span_of("arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c "
			"a1=7ffc "
			"a2=241 a3=1b6 items=1 ppid=100 pid=200 auid=4294967295 uid=0 "
			"gid=0 "
			"euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=5 "
			"comm=\"touch\" exe=\"/usr/bin/touch\" key=\"k\""));
	facts_add_record(facts, AUDIT_CWD, span_of("cwd=\"/home/u\""));
	facts_add_record(
		facts, AUDIT_PATH,
		span_of("item=0 name=\"/tmp/new\" inode=12 dev=08:01 mode=0100644 "
			"ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0"));
}

/* Return: us an event */
static double run(struct matcher *m, const struct facts *facts)
{
	struct match_result r;
	int64_t begin = cpu_ns();

	for (unsigned int i = 0; i < EVENTS; i++)
		match_exit(m, facts, &r);
	return (double)(cpu_ns() - begin) / EVENTS / 1000;
}

int main(void)
{
	struct match_options options = {.exe_by_name = true};
	double us[SETS][ROUNDS], ratio[SETS][ROUNDS], reading[ROUNDS];
	struct ruleset *set[SETS];
	struct matcher *m[SETS];
	static struct facts facts;

	for (unsigned int i = 0; i < SETS; i++) {
		set[i] = new_set(sizes[i], kind[i]);
		options.file = kind[i] >= FILES ? tell_file : NULL;
		options.place = kind[i] >= FILES ? tell_place : NULL;
		m[i] = match_new(set[i], &options);
		if (!m[i])
			give_up("match_new");
	}
	for (unsigned int round = 0; round < ROUNDS; round++) {
		int64_t begin = cpu_ns();

		for (unsigned int i = 0; i < EVENTS; i++)
			fill(&facts);
		reading[round] = (double)(cpu_ns() - begin) / EVENTS / 1000;
		for (unsigned int i = 0; i < SETS; i++) {
			us[i][round] = run(m[i], &facts);
			ratio[i][round] = us[i][round] / us[0][round];
		}
	}
	printf("reading the facts of three records: %.3f us\n",
	       sort_values(reading, ROUNDS));
	printf("%-20s %9s  %s\n", "rules", "us/event", "to 10 rules (least, greatest)");
	for (unsigned int i = 0; i < SETS; i++) {
		double median = sort_values(ratio[i], ROUNDS);

		printf("%4u %-15s %9.3f  %.2f (%.2f, %.2f)\n", sizes[i], kinds[kind[i]],
		       sort_values(us[i], ROUNDS), median, ratio[i][0],
		       ratio[i][ROUNDS - 1]);
		match_free(m[i]);
		ruleset_free(set[i]);
	}
	return 0;
}
