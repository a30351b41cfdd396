/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_suspects.c - who made the records, however he spreads them
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "count/engine.h"
#include "count/suspects.h"

#define SECOND 1795000000

static unsigned int serial;

static struct engine *new_engine(void)
{
	const struct engine_options o = {
		.n_windows = 1, .window_sec = {60}, .max_values = 512, .max_flows = 1024};
	struct engine *e = engine_new(&o);

	assert_non_null(e);
	serial = 0;
	return e;
}

/* An event of four records in a directory. */
static void open_in(struct engine *e, const char *exe, const char *key, const char *dir)
{
	char text[2048];
	int n;

	serial++;
	n = snprintf(
		text, sizeof(text),
		"type=SYSCALL msg=audit(%d.000:%u): arch=c000003e syscall=2 success=yes "
		"exit=3 a0=1 a1=0 a2=0 a3=0 items=1 ppid=1 pid=2 auid=1 uid=0 gid=0 "
		"euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=1 "
		"comm=\"c\" exe=\"%s\" key=\"%s\"\n"
		"type=CWD msg=audit(%d.000:%u): cwd=\"/\"\n"
		"type=PATH msg=audit(%d.000:%u): item=0 name=\"%s/f\" nametype=NORMAL\n"
		"type=EOE msg=audit(%d.000:%u): \n",
		SECOND, serial, exe, key, SECOND, serial, SECOND, serial, dir, SECOND,
		serial);
	engine_feed(e, text, (size_t)n, NULL);
}

static void find(struct engine *e, struct suspects *s)
{
	int64_t now;

	engine_settle(e);
	now = timeline_now(engine_timeline(e)).bucket[0];
	suspects_find(engine_tally(e), now - 5, now, s);
}

static void is_text(const struct suspects_text *t, const char *want)
{
	assert_int_equal(t->absent, want == NULL);
	if (want) {
		assert_int_equal(t->n, strlen(want));
		assert_memory_equal(t->text, want, t->n);
	}
}

static void a_flood_over_many_flows_is_one_suspect(void **state)
{
	struct engine *e = new_engine();
	struct suspects s;
	char name[64];
	int i;

	for (i = 0; i < 64; i++) {
		snprintf(name, sizeof(name), "/bin/other%d", i % 32);
		open_in(e, name, "k", "/d");
	}
	for (i = 0; i < 900; i++) {
		snprintf(name, sizeof(name), "/tmp/d%d", i);
		open_in(e, "/tmp/flood", "k", name);
	}
	find(e, &s);
	assert_int_equal(s.n, SUSPECTS_MAX);
	assert_int_equal(s.records, 4 * 964);
	is_text(&s.of[0].exe, "/tmp/flood");
	is_text(&s.of[0].key, "k");
	assert_int_equal(s.of[0].records, 4 * 900);
	assert_int_equal(s.of[1].records, 8);
	engine_free(e);
}

static void keys_and_programs_are_told_apart(void **state)
{
	struct engine *e = new_engine();
	struct suspects s;
	int i;

	for (i = 0; i < 3; i++)
		open_in(e, "/a", "one", "/d");
	for (i = 0; i < 2; i++)
		open_in(e, "/a", "two", "/d");
	open_in(e, "/b", "one", "/d");
	find(e, &s);
	assert_int_equal(s.n, 3);
	is_text(&s.of[0].key, "one");
	is_text(&s.of[0].exe, "/a");
	is_text(&s.of[1].key, "two");
	is_text(&s.of[2].exe, "/b");
	assert_int_equal(s.of[0].records + s.of[1].records + s.of[2].records, s.records);
	engine_free(e);
}

/* Whoever may send user messages could frame a program. */
static void a_claim_names_nobody(void **state)
{
	struct engine *e = new_engine();
	struct suspects s;
	char text[512];
	int i, n;

	open_in(e, "/usr/sbin/sshd", "k", "/d");
	for (i = 0; i < 50; i++) {
		n = snprintf(text, sizeof(text),
			     "type=USER_LOGIN msg=audit(%d.000:%u): pid=1 uid=0 auid=1 "
			     "ses=1 msg='op=login exe=\"/usr/sbin/sshd\" res=success'\n",
			     SECOND, ++serial);
		engine_feed(e, text, (size_t)n, NULL);
	}
	find(e, &s);
	assert_int_equal(s.n, 2);
	is_text(&s.of[0].exe, NULL);
	is_text(&s.of[0].key, NULL);
	assert_int_equal(s.of[0].type, 1112);
	assert_int_equal(s.of[0].records, 50);
	is_text(&s.of[1].exe, "/usr/sbin/sshd");
	assert_int_equal(s.of[1].records, 4);
	engine_free(e);
}

static void nothing_is_nobody(void **state)
{
	struct engine *e = new_engine();
	struct suspects s;

	suspects_find(engine_tally(e), 0, 10, &s);
	assert_int_equal(s.n, 0);
	assert_int_equal(s.records, 0);
	engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_over_many_flows_is_one_suspect),
		cmocka_unit_test(keys_and_programs_are_told_apart),
		cmocka_unit_test(a_claim_names_nobody),
		cmocka_unit_test(nothing_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
