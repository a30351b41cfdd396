/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_flood.c - one source of half of all records, against a count of every source
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "advise/flood.h"
#include "guard_help.h"
#include "rng.h"
#include "tally_help.h"

#define MAX 200

static char names[MAX][64];
static struct whatif_flow flow[MAX];

static struct flood judge(size_t n, double seconds, const uint8_t *fate)
{
	struct whatif_table t = help_table(flow, n);
	const struct flood_case c = {.table = &t, .fate = fate, .seconds = seconds};
	struct flood f = flood_judge(&c);
	char text[FLOOD_TEXT];

	flood_text(&f, text);
	assert_int_equal(f.raised, text[0] != '\0');
	for (const char *p = text; *p; p++)
		assert_true(*p >= ' ' && *p <= '~');
	return f;
}

static void weigh(size_t i, uint64_t records)
{
	flow[i].count[0] = (struct count){records, records, records};
}

static void flood_names_a_flow(void **state)
{
	uint8_t fate[2] = {WHATIF_LOST, WHATIF_KEPT};
	struct flood f;

	(void)state;
	flow[0] = help_flow(EXECVE, "/tmp/x", 1000, 1000);
	flow[1] = help_flow(EXECVE, "/usr/sbin/d", 33, -1);
	weigh(0, 5000);
	weigh(1, 4000);
	f = judge(2, 60, NULL);
	assert_true(f.raised);
	assert_int_equal(f.source.kind, FLOOD_FLOW);
	assert_int_equal(f.source.flow, 0);
	assert_int_equal(f.source.records, 5000);
	/* half, and just half */
	weigh(1, 5000);
	assert_true(judge(2, 60, NULL).raised);
	/* advice may name one, and the other is half no more */
	weigh(1, 4999);
	assert_false(judge(2, 60, fate).raised);
	/* not so fast */
	assert_false(judge(2, 101, NULL).raised);
	assert_true(judge(2, 100, NULL).raised);
	assert_false(judge(2, 0, NULL).raised);
	assert_false(judge(0, 60, NULL).raised);
}

static void flood_says_what_it_looks_like(void **state)
{
	struct whatif_table t;
	struct flood_case c = {.table = &t, .guard = &help_guard, .seconds = 60};
	char text[FLOOD_TEXT];
	struct flood f;

	(void)state;
	flow[0] = help_file("/tmp/x", 33, -1, "/srv");
	weigh(0, 6000);
	t = help_table(flow, 1);
	f = flood_judge(&c);
	assert_int_equal(f.nature, FLOOD_OF_WRITABLE);
	assert_non_null(strstr(flood_text(&f, text), "others than root can change"));
	c.guard = NULL; /* nothing is known of files */
	assert_int_equal(flood_judge(&c).nature, FLOOD_PLAIN);
	/* an exec storm of many programs, one of them others' */
	for (size_t i = 0; i < 10; i++) {
		flow[i] =
			help_flow(EXECVE, i ? "/usr/bin/grep" : "/tmp/x", 33, (int64_t)i);
		weigh(i, 600);
	}
	t = help_table(flow, 10);
	c.guard = &help_guard;
	f = flood_judge(&c);
	assert_int_equal(f.source.kind, FLOOD_DIR);
	assert_int_equal(f.nature, FLOOD_OF_EXECS);
	assert_non_null(strstr(flood_text(&f, text), "started again and again"));
	for (int i = 0; i < FLOOD_NATURES; i++)
		assert_true(flood_nature_name((enum flood_nature)i)[0]);
	for (int i = 0; i < FLOOD_KINDS; i++)
		assert_true(flood_kind_name((enum flood_kind)i)[0]);
}

/* Each event another program: what they have in common names them. */
static void flood_looks_along_margins(void **state)
{
	struct flood f;

	(void)state;
	for (size_t i = 0; i < MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "/tmp/evil/x%zu", i);
		flow[i] = help_flow(EXECVE, names[i], 1000, 1000);
		weigh(i, 100);
	}
	f = judge(MAX, 60, NULL);
	assert_int_equal(f.source.kind, FLOOD_DIR);
	assert_true(span_is(f.source.text, "/tmp/evil"));
	/* and another directory each: the account */
	for (size_t i = 0; i < MAX; i++)
		snprintf(names[i], sizeof(names[i]), "/tmp/d%zu/x\n%zu", i, i);
	for (size_t i = 0; i < MAX; i++)
		flow[i].exe = help_text(names[i]);
	f = judge(MAX, 60, NULL);
	assert_int_equal(f.source.kind, FLOOD_UID);
	assert_int_equal(f.source.id, 1000);
	/* a name that is no path has no directory */
	for (size_t i = 0; i < MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "tmp/x%zu", i);
		flow[i].exe = help_text(names[i]);
	}
	assert_int_equal(judge(MAX, 60, NULL).source.kind, FLOOD_UID);
	/* another uid each: the login uid; then the rule */
	for (size_t i = 0; i < MAX; i++)
		flow[i].uid = (int64_t)i;
	f = judge(MAX, 60, NULL);
	assert_int_equal(f.source.kind, FLOOD_AUID);
	for (size_t i = 0; i < MAX; i++) {
		flow[i].auid = (int64_t)i;
		flow[i].won = WHATIF_WON_RULE;
		flow[i].position = 7;
	}
	f = judge(MAX, 60, NULL);
	assert_int_equal(f.source.kind, FLOOD_RULE);
	assert_int_equal(f.source.position, 7);
	for (size_t i = 0; i < MAX; i++)
		flow[i].position = (uint32_t)i;
	assert_false(judge(MAX, 60, NULL).raised);
}

/* Flows that have no place in the table count in other tables. */
static void flood_hears_other_tables(void **state)
{
	const struct flood_source margin[] = {
		{.kind = FLOOD_UID, .id = 33, .records = 100},
		{.kind = FLOOD_UID, .id = 1000, .records = 9000},
	};
	const struct flood_source other = {
		.kind = FLOOD_AUID, .id = 1000, .records = 9000};
	struct whatif_table t;
	struct flood_case c = {
		.table = &t, .margin = margin, .n_margins = 2, .seconds = 60};
	uint8_t fate[1] = {WHATIF_LOST};
	struct flood f;

	(void)state;
	flow[0] = help_flow(EXECVE, "/tmp/x", 1000, 1000);
	weigh(0, 2000);
	t = help_table(flow, 1);
	t.total[0].records = 10000;
	f = flood_judge(&c);
	assert_true(f.raised);
	assert_int_equal(f.source.kind, FLOOD_UID);
	assert_int_equal(f.source.id, 1000);
	assert_int_equal(f.source.records, 9000);
	c.margin = &other; /* of a login uid of that number */
	c.n_margins = 1;
	f = flood_judge(&c);
	assert_int_equal(f.source.kind, FLOOD_AUID);
	c.margin = margin;
	c.n_margins = 2;
	c.fate = fate; /* of which advice names a part */
	f = flood_judge(&c);
	assert_int_equal(f.source.records, 7000);
}

static void count(struct tally *t, const char *exe, int64_t uid, int64_t auid,
		  uint32_t records)
{
	struct event e = new_event(records, 0);

	e.exe = span_of(exe);
	e.uid = uid;
	e.auid = auid;
	count_event(t, &e);
}

static uint64_t margin_of(const struct flood_source *m, size_t n, enum flood_kind kind,
			  int64_t id, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (m[i].kind == kind && m[i].id == id &&
		    (!text || span_is(m[i].text, text)))
			return m[i].records;
	return 0;
}

/* Each program has another name, what they have in common is counted. */
static void flood_margins_are_sums(void **state)
{
	struct tally *t = new_tally(64);
	struct flood_source m[FLOOD_MARGINS];
	size_t n;

	(void)state;
	for (int i = 0; i < 20; i++) {
		char exe[32];

		snprintf(exe, sizeof(exe), "/tmp/program-%d", i);
		count(t, exe, 1000, 1000, 10);
		snprintf(exe, sizeof(exe), "/usr/d%d/program", i);
		count(t, exe, 33, -1, 4);
	}
	count(t, "/usr/sbin/one", 0, 1000, 30);
	n = flood_margins(t, 0, when_of(NOW).bucket[0], m);
	assert_true(n <= FLOOD_MARGINS);
	assert_int_equal(margin_of(m, n, FLOOD_DIR, 0, "/tmp"), 200);
	assert_int_equal(margin_of(m, n, FLOOD_UID, 1000, NULL), 200);
	assert_int_equal(margin_of(m, n, FLOOD_AUID, 1000, NULL), 230);
	/* nothing of it is in another window */
	n = flood_margins(t, 0, when_of(NOW).bucket[0] + 200, m);
	assert_int_equal(n, 0);
	tally_free(t);
}

static void flood_takes_off_excluded_records(void **state)
{
	struct whatif_record r;
	struct whatif_table t;
	uint8_t fate[2] = {WHATIF_KEPT, WHATIF_LOST};
	struct flood_case c = {.table = &t, .fate = fate, .seconds = 60};

	(void)state;
	flow[0] = help_message(1101, "/usr/sbin/cron", 0, -1);
	weigh(0, 9000);
	t = help_table(flow, 1);
	assert_true(whatif_record_of(&flow[0], 0, 1101, &r));
	t.record = &r;
	t.n_records = 1;
	assert_false(flood_judge(&c).raised);
	fate[1] = WHATIF_KEPT;
	assert_true(flood_judge(&c).raised);
}

static uint64_t sum_of(size_t n, const struct flood_source *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		bool same = false;

		switch (s->kind) {
		case FLOOD_FLOW:
			same = i == s->flow;
			break;
		case FLOOD_DIR:
			same = span_equal(path_dir(flow[i].exe.text), s->text);
			break;
		case FLOOD_UID:
			same = flow[i].uid == s->id;
			break;
		case FLOOD_AUID:
			same = flow[i].auid == s->id;
			break;
		default:
			break;
		}
		if (same)
			sum += flow[i].count[0].records;
	}
	return sum;
}

static void flood_agrees_with_a_count(void **state)
{
	struct rng r = {0xf100d};
	int raised = 0;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		size_t n = 1 + rng_below(&r, 20);
		uint64_t total = 0;
		bool any = false;
		struct flood f;

		for (size_t i = 0; i < n; i++) {
			snprintf(names[i], sizeof(names[i]), "/d%zu/%zu",
				 (size_t)rng_below(&r, 4), i);
			flow[i] = help_flow(EXECVE, names[i], (int64_t)rng_below(&r, 4),
					    (int64_t)rng_below(&r, 4));
			weigh(i, rng_skewed(&r, 100) * 100);
			total += flow[i].count[0].records;
		}
		f = judge(n, 1, NULL);
		for (size_t i = 0; i < n; i++) {
			const struct flood_source s[] = {
				{.kind = FLOOD_FLOW, .flow = i},
				{.kind = FLOOD_DIR, .text = path_dir(flow[i].exe.text)},
				{.kind = FLOOD_UID, .id = flow[i].uid},
				{.kind = FLOOD_AUID, .id = flow[i].auid},
			};

			for (size_t k = 0; k < 4; k++)
				any |= total && 2 * sum_of(n, &s[k]) >= total;
		}
		assert_int_equal(f.raised, any);
		if (f.raised)
			assert_int_equal(f.source.records, sum_of(n, &f.source));
		raised += f.raised;
	}
	assert_in_range(raised, 1000, 2990);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flood_names_a_flow),
		cmocka_unit_test(flood_says_what_it_looks_like),
		cmocka_unit_test(flood_looks_along_margins),
		cmocka_unit_test(flood_hears_other_tables),
		cmocka_unit_test(flood_margins_are_sums),
		cmocka_unit_test(flood_takes_off_excluded_records),
		cmocka_unit_test(flood_agrees_with_a_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
