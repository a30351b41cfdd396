/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_own.c - records that our own processes cause (count/engine.c)
 *
 * Each stream goes through an engine with the flow cache and one without.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "count/engine.h"

#define TEST(name) cmocka_unit_test(name)

struct figures {
	struct count self, total;
	unsigned int exes, keys, flows, syscalls, accounts;
};

/* One event of a rule for each of @pids, on @node ("" or "node=N "). */
static size_t stream(char *out, size_t size, const char *node, const int *pids)
{
	size_t n = 0;
	int serial;

	for (serial = 1; *pids; pids++, serial++)
		n += (size_t)snprintf(
			out + n, size - n,
			"%stype=SYSCALL msg=audit(1795300000.001:%d): arch=c000003e "
			"syscall=0 success=yes exit=1 a0=0 a1=1 a2=2 a3=0 items=0 ppid=1 "
			"pid=%d auid=4294967295 uid=990 gid=990 euid=990 suid=990 "
			"fsuid=990 egid=990 sgid=990 fsgid=990 tty=(none) ses=4294967295 "
			"comm=\"x\" exe=\"/sbin/x\" subj=unconfined key=\"k\"\n"
			"%stype=EOE msg=audit(1795300000.001:%d): \n",
			node, serial, *pids, node, serial);
	return n;
}

static struct figures count(const char *node, const int *pids, bool every_event)
{
	const struct engine_options options = {.n_windows = 1,
					       .window_sec = {60},
					       .max_values = 16,
					       .max_flows = 16,
					       .every_event = every_event};
	const struct engine_own own = {{77, 78}, {.name = "here.example.org"}};
	struct engine *e = engine_new(&options);
	struct figures f;
	struct tally *t;
	char text[8192];

	assert_non_null(e);
	engine_set_own(e, &own);
	engine_feed(e, text, stream(text, sizeof(text), node, pids), NULL);
	engine_end(e, NULL);
	t = engine_tally(e);
	f.self = tally_self(t, -1, 0);
	f.total = tally_total(t, -1, 0);
	f.exes = topk_used(tally_table(t, TALLY_EXES));
	f.keys = topk_used(tally_table(t, TALLY_KEYS));
	f.flows = topk_used(tally_table(t, TALLY_FLOWS));
	f.syscalls = topk_used(tally_table(t, TALLY_SYSCALLS));
	f.accounts = topk_used(tally_table(t, TALLY_ACCOUNTS));
	engine_free(e);
	return f;
}

static void own_records_stand_apart(void **unused)
{
	static const int ours[] = {77, 77, 78, 0};

	for (int every = 0; every < 2; every++) {
		struct figures f = count("", ours, every);

		assert_int_equal(f.total.events, 3);
		assert_int_equal(f.self.events, 3);
		assert_int_equal(f.self.records, 6);
		assert_int_equal(f.self.bytes, f.total.bytes);
		assert_int_equal(f.keys, 1);
		assert_int_equal(f.exes + f.flows + f.syscalls + f.accounts, 0);
	}
}

/* What differs in nothing but the process number is counted each in its place. */
static void own_records_and_others_alike_do_not_mix(void **unused)
{
	static const int both[] = {77, 5, 77, 5, 5, 0};

	for (int every = 0; every < 2; every++) {
		struct figures f = count("", both, every);

		assert_int_equal(f.self.events, 2);
		assert_int_equal(f.total.events, 5);
		assert_int_equal(f.exes, 1);
		assert_int_equal(f.flows, 1);
	}
}

static void own_is_only_what_comes_from_this_host(void **unused)
{
	static const struct {
		const char *node;
		unsigned int events;
	} cases[] = {
		{"node=here.example.org ", 1}, {"node=here ", 1}, {"node=there ", 0},
		{"node=here.example.com ", 0}, {"node=her ", 0},  {"node=192.0.2.1 ", 0},
	};
	static const int ours[] = {77, 0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int every = 0; every < 2; every++)
			assert_int_equal(count(cases[i].node, ours, every).self.events,
					 cases[i].events);
}

/* Another machine's clock is none to measure our lag by. */
static void lag_is_of_this_host(void **unused)
{
	const struct engine_options options = {
		.n_windows = 1, .window_sec = {60}, .max_values = 16, .max_flows = 16};
	const struct engine_own own = {{77}, {.name = "here"}};
	/* 40 s behind, and then one of another machine that is ahead */
	const struct clock_reading now = {1795300040001, 5000};
	static const int pid[] = {5, 0};
	struct engine *e = engine_new(&options);
	char text[8192];

	assert_non_null(e);
	engine_set_own(e, &own);
	engine_feed(e, text, stream(text, sizeof(text), "node=here ", pid), &now);
	assert_int_equal(lag_figures(engine_lag(e), now.wall_ms).p50_ms, 40000);
	engine_feed(e, text,
		    (size_t)snprintf(text, sizeof(text),
				     "node=there type=USER_LOGIN "
				     "msg=audit(1795300040.001:9): pid=1 uid=0\n"),
		    &now);
	assert_int_equal(lag_figures(engine_lag(e), now.wall_ms).p50_ms, 40000);
	engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(own_records_stand_apart),
		TEST(own_records_and_others_alike_do_not_mix),
		TEST(own_is_only_what_comes_from_this_host),
		TEST(lag_is_of_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
