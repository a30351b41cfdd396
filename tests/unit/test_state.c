/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_state.c - counts saved by one engine and taken up by another
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "count/engine.h"
#include "emit/report.h"
#include "emit/state_read.h"
#include "emit/state_scan.h"
#include "emit/state_save.h"
#include "rule_help.h"
#include "some_stream.h"

static const struct state_identity identity = {"boot", 1234};
static struct clock_reading now;

static struct engine *new_engine(const struct siphash_key *key)
{
	struct engine_options o = {.n_windows = 3,
				   .window_sec = {60, 300, 3600},
				   .max_values = 512,
				   .max_flows = 1024,
				   .live_rules = true,
				   .key = key};
	struct engine *e = engine_new(&o);

	assert_non_null(e);
	return e;
}

static struct text save(struct engine *e, const struct ledger *ledger)
{
	struct state_save *s = state_save_new(e, &identity);
	struct text t = {0};

	assert_non_null(s);
	state_save_ledger(s, ledger);
	state_save_begin(s);
	while (state_save_busy(s)) {
		struct span piece = state_save_step(s, &now);

		assert_true(piece.n <= STATE_PIECE_MAX);
		if (!piece.n)
			continue;
		t.p = realloc(t.p, t.n + piece.n);
		assert_non_null(t.p);
		memcpy(t.p + t.n, piece.p + 1, piece.n - 1);
		t.n += piece.n - 1;
	}
	state_save_free(s);
	return t;
}

/* Of which one has a place in a file. */
static void offer_rules(struct engine *e)
{
	static const char *const texts[] = {"-a always,exit -S openat -k k1",
					    "-a always,exit -S all -F uid>=0 -k access"};
	struct ruleset *rules = ruleset_new();
	size_t i;

	assert_non_null(rules);
	for (i = 0; i < 2; i++) {
		struct rule *rule = rule_help_rule(texts[i]);

		rule->file = i ? "10-some.rules" : NULL;
		rule->line = (unsigned int)i;
		assert_int_equal(ruleset_add(rules, rule, false), 0);
	}
	assert_int_equal(engine_offer_rules(e, rules, 0), 0);
}

static struct engine *some_engine(unsigned int events)
{
	struct text t = some_stream(7, events);
	struct engine *e = new_engine(NULL);

	offer_rules(e);
	engine_feed(e, t.p, t.n, NULL);
	engine_end(e, NULL);
	free(t.p);
	assert_true(topk_used(tally_table(engine_tally(e), TALLY_RULES)) >= 3);
	now.wall_ms = timeline_stamp(engine_timeline(e));
	now.boot_ms = 1000;
	return e;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines but the last, whose sum hangs on their order, which ties leave open. */
static size_t lines_of(struct text *t, char **line, size_t max)
{
	char *p = t->p, *newline;
	size_t n = 0;

	for (; (newline = memchr(p, '\n', (size_t)(t->p + t->n - p))); p = newline + 1) {
		assert_true(n < max);
		*newline = '\0';
		line[n++] = p;
	}
	assert_memory_equal(line[n - 1], "{\"end\":", 7);
	qsort(line, n - 1, sizeof(*line), by_text);
	return n - 1;
}

static void state_comes_back_the_same(void **state)
{
	struct engine *e = some_engine(2000), *f;
	struct text t = save(e, NULL), again;
	struct state_head head;
	struct state_now into = {.clock = &now, .boot_id = "boot"};
	static char *was[8192], *is[8192];
	uint64_t skipped;
	size_t n, i;

	assert_int_equal(state_read_check((struct span){t.p, t.n}, &head), 0);
	f = new_engine(&head.key);
	into.engine = f;
	assert_int_equal(state_read_restore(&head, &into, &skipped), 0);
	assert_int_equal(skipped, 0);
	again = save(f, NULL);
	assert_int_equal(again.n, t.n);
	assert_int_equal(tally_total(engine_tally(e), -1, 0).records,
			 tally_total(engine_tally(f), -1, 0).records);
	n = lines_of(&t, was, 8192);
	assert_true(n > 100);
	assert_int_equal(lines_of(&again, is, 8192), n);
	for (i = 0; i < n; i++)
		assert_string_equal(was[i], is[i]);
	free(t.p);
	free(again.p);
	engine_free(e);
	engine_free(f);
}

static void state_is_refused_when_damaged(void **state)
{
	struct engine *e = some_engine(200);
	struct text t = save(e, NULL);
	struct state_head head;
	size_t i;

	for (i = 0; i < t.n; i += 97)
		assert_true(state_read_check((struct span){t.p, i}, &head) < 0);
	for (i = 0; i < t.n; i += 97) {
		t.p[i] ^= 1;
		assert_true(state_read_check((struct span){t.p, t.n}, &head) < 0);
		t.p[i] ^= 1;
	}
	free(t.p);
	engine_free(e);
}

static void scan_numbers_keep_their_bounds(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool bad;
	} table[] = {
		{"0", 0, false},
		{"1", 0, true},
		{"1", 1, false},
		{"2", 1, true},
		{"9999999", 1, true},
		{"9", 9, false},
		{"10", 9, true},
		{"10", 10, false},
		{"11", 10, true},
		{"", 9, true},
		{"x", 9, true},
		{"18446744073709551615", UINT64_MAX, false},
		{"18446744073709551616", UINT64_MAX, true},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct scan s = {table[i].text, table[i].text + strlen(table[i].text),
				 false};

		(void)scan_u64(&s, table[i].max);
		if (s.bad != table[i].bad)
			fail_msg("row %zu: %s", i, table[i].text);
	}
}

/* --- the ledger --- */

static void set_text(struct suspects_text *t, const char *text, bool cut)
{
	t->absent = !text;
	t->cut = cut;
	t->n = (uint16_t)(text ? strlen(text) : 0);
	if (text)
		memcpy(t->text, text, t->n);
}

/* Entry number @i: all that can be different is. */
static struct ledger_entry some_entry(unsigned int i)
{
	struct ledger_entry e = {.first_ms = -5 + i, .last_ms = INT64_MAX / 2 - i};

	e.sums = (struct ledger_sums){i, 2 * i, 3 * i, 4 * i, 5 * i};
	e.evidence = (struct ledger_evidence){.reasons = i % 128,
					      .backlog_peak = UINT32_MAX,
					      .backlog_limit = 64,
					      .rate_limit = i,
					      .wait_ticks = 15000,
					      .over_polls = i,
					      .polls = 2 * i,
					      .stopped = i % 2,
					      .absent = i % 3,
					      .before = i % 5,
					      .at_boot = i % 7,
					      .dispatcher = i % 2,
					      .suspended = i % 3,
					      .run_ms = i,
					      .starved_ms = 9,
					      .watched_ms = 10,
					      .events = i,
					      .records = 3 * i,
					      .broken_events = 1};
	e.cause = (enum ledger_cause)(i % LEDGER_CAUSES);
	e.place = (enum ledger_place)(i % LEDGER_PLACES);
	e.suspects.records = 100;
	e.suspects.n = i % (SUSPECTS_MAX + 1);
	if (e.suspects.n)
		e.suspects.of[0] = (struct suspect){.type = 1300, .records = 60};
	set_text(&e.suspects.of[0].key, e.suspects.n ? "a \"key\"\n\xff" : "", i % 2);
	set_text(&e.suspects.of[0].exe, NULL, false);
	if (!e.suspects.n)
		e.suspects.of[0].exe.absent = false;
	return e;
}

static void load_all(struct ledger *l, unsigned int n)
{
	unsigned int i;

	assert_int_equal(ledger_init(l), 0);
	for (i = 0; i < n; i++) {
		struct ledger_entry e = some_entry(i);

		ledger_load(l, &e);
	}
	l->has_status = true;
	l->status.lost = UINT32_MAX;
	l->status.waited_ticks = 77;
	l->status_boot_ms = 900;
	l->stream.has_serial = true;
	l->stream.newest_serial = UINT32_MAX;
}

static void restore(struct text t, struct ledger *into, const char *boot_id)
{
	struct state_now now_is = {.clock = &now, .boot_id = boot_id, .ledger = into};
	struct state_head head;
	uint64_t skipped;

	assert_int_equal(ledger_init(into), 0);
	assert_int_equal(state_read_check((struct span){t.p, t.n}, &head), 0);
	now_is.engine = new_engine(&head.key);
	assert_int_equal(state_read_restore(&head, &now_is, &skipped), 0);
	engine_free(now_is.engine);
}

static void state_holds_the_ledger(void **state)
{
	struct engine *e = some_engine(20);
	struct ledger l, again;
	struct text t;
	unsigned int i;

	load_all(&l, LEDGER_ENTRIES + 3);
	t = save(e, &l);
	restore(t, &again, "boot");
	/* the newest of them, as many as the file has room for */
	assert_in_range(again.n, 100, LEDGER_ENTRIES);
	for (i = 0; i < again.n; i++)
		assert_memory_equal(ledger_entry(&again, again.n - 1 - i),
				    ledger_entry(&l, l.n - 1 - i),
				    sizeof(struct ledger_entry));
	assert_int_equal(again.forgotten, 3 + LEDGER_ENTRIES - again.n);
	assert_true(again.has_base);
	assert_int_equal(again.status.lost, UINT32_MAX);
	assert_int_equal(again.resumed_ms, 900);
	assert_true(again.has_saved_serial);
	assert_int_equal(again.saved_serial, UINT32_MAX);
	ledger_free(&again);
	/* the kernel's counters are of one boot, what they said is not */
	restore(t, &again, "another");
	assert_false(again.has_base);
	assert_true(again.n > 100);
	ledger_free(&again);
	free(t.p);
	ledger_free(&l);
	engine_free(e);
}

/* A process that ends before the kernel has answered it hands on what it was told. */
static void the_kernels_counters_pass_through(void **state)
{
	struct engine *e = some_engine(20);
	struct ledger l, between, again;
	struct text t, later;

	load_all(&l, 0);
	t = save(e, &l);
	restore(t, &between, "boot");
	assert_false(between.has_status);
	later = save(e, &between);
	restore(later, &again, "boot");
	assert_true(again.has_base);
	assert_int_equal(again.status.lost, UINT32_MAX);
	assert_int_equal(again.status.waited_ticks, 77);
	assert_int_equal(again.resumed_ms, 900);
	assert_int_equal(again.saved_serial, UINT32_MAX);
	ledger_free(&again);
	ledger_free(&between);
	ledger_free(&l);
	free(later.p);
	free(t.p);
	/* and one that knew nothing says nothing */
	assert_int_equal(ledger_init(&l), 0);
	t = save(e, &l);
	restore(t, &again, "boot");
	assert_false(again.has_base);
	ledger_free(&again);
	ledger_free(&l);
	free(t.p);
	engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_comes_back_the_same),
		cmocka_unit_test(state_is_refused_when_damaged),
		cmocka_unit_test(scan_numbers_keep_their_bounds),
		cmocka_unit_test(state_holds_the_ledger),
		cmocka_unit_test(the_kernels_counters_pass_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
