/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_program_files.c - which file was run, from the records to the table
 *
 * By libauparse and past it: an event is fed three times, and of the second and third
 * libauparse is not asked where there is a cache.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "count/engine.h"

#define NOW 1795000000000

static unsigned int serial;

static struct engine *new_engine(bool every_event)
{
	const struct engine_options options = {.n_windows = 1,
					       .window_sec = {60},
					       .max_values = 512,
					       .max_flows = 1024,
					       .every_event = every_event};
	struct engine *e = engine_new(&options);

	assert_non_null(e);
	serial = 0;
	return e;
}

static void feed(struct engine *e, const char *type, const char *rest)
{
	char line[1024];
	int n = snprintf(line, sizeof(line), "type=%s msg=audit(1795000000.000:%u): %s\n",
			 type, serial, rest);

	assert_in_range(n, 0, sizeof(line) - 1);
	engine_feed(e, line, (size_t)n, NULL);
}

/* An event of execve; @path: up to two PATH records. */
static void run_file(struct engine *e, const char *exe, const char *success,
		     const char *const path[2])
{
	char call[512];

	snprintf(call, sizeof(call),
		 "arch=c000003e syscall=59 success=%s exit=0 a0=0 a1=0 a2=0 a3=0 items=2 "
		 "ppid=1 pid=2 auid=4294967295 uid=33 gid=0 euid=0 suid=0 fsuid=0 egid=0 "
		 "sgid=0 fsgid=0 tty=(none) ses=1 comm=\"c\" exe=%s key=\"k\"",
		 success, exe);
	serial++;
	feed(e, "SYSCALL", call);
	feed(e, "EXECVE", "argc=1 a0=\"p\"");
	feed(e, "CWD", "cwd=\"/\"");
	for (unsigned int i = 0; i < 2 && path[i]; i++)
		feed(e, "PATH", path[i]);
	feed(e, "EOE", "");
	engine_settle(e);
}

static struct program_seen seen(struct engine *e)
{
	struct program_seen s;

	programs_seen(engine_programs(e), span_of("/bin/p"), NOW, &s);
	return s;
}

#define FILE(name, inode) \
	"item=0 name=" name " inode=" inode " dev=fd:01 mode=0100755 ouid=0 ogid=0 " \
	"rdev=00:00 nametype=NORMAL"
#define LOADER \
	"item=1 name=\"/lib64/ld.so\" inode=5 dev=fd:01 mode=0100755 ouid=0 ogid=0 " \
	"rdev=00:00 nametype=NORMAL"

static void files_are_read_of_every_form(void **state)
{
	static const struct {
		const char *exe, *success, *path[2];
		unsigned int n; /* files */
		bool named;
		bool forgotten; /* it ran, but which file that was is not told */
	} run[] = {
		{"\"/bin/p\"",
		 "yes",
		 {FILE("\"/bin/p\"", "4711"), LOADER},
		 1,
		 true,
		 false},
		/* by a link, or a script with its interpreter's exe */
		{"\"/bin/p\"", "yes", {FILE("\"p\"", "4711"), LOADER}, 1, false, false},
		{"\"/bin/p\"", "yes", {FILE("(null)", "4711"), LOADER}, 1, false, false},
		/* the same name, in hexadecimal once */
		{"\"/bin/p\"", "yes", {FILE("2F62696E2F70", "4711")}, 1, true, false},
		{"2F62696E2F70", "yes", {FILE("\"/bin/p\"", "4711")}, 1, true, false},
		{"2F62696E2F70", "yes", {FILE("2F62696E2F70", "4711")}, 1, true, false},
		/* it did not run */
		{"\"/bin/p\"",
		 "no",
		 {FILE("\"/bin/p\"", "4711"), LOADER},
		 0,
		 false,
		 false},
		/* the loader is not the program, nor is the directory */
		{"\"/bin/p\"",
		 "yes",
		 {"item=0 name=\"/bin/p\" nametype=UNKNOWN", LOADER},
		 0,
		 false,
		 true},
		{"\"/bin/p\"",
		 "yes",
		 {"item=0 name=\"/bin\" inode=2 dev=fd:01 nametype=PARENT",
		  "item=1 name=\"/bin/p\" nametype=UNKNOWN"},
		 0,
		 false,
		 true},
		{"\"/bin/p\"", "yes", {FILE("\"/bin/p\"", "-1")}, 0, false, true},
		{"\"/bin/p\"",
		 "yes",
		 {"item=0 name=\"/bin/p\" inode=1 dev=fd01 nametype=NORMAL"},
		 0,
		 false,
		 true},
		{"\"/bin/p\"", "yes", {NULL}, 0, false, true},
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(run) / sizeof(run[0]); i++) {
		struct engine *e = new_engine(i % 2);
		struct program_seen s;

		for (unsigned int times = 0; times < 3; times++)
			run_file(e, run[i / 2].exe, run[i / 2].success, run[i / 2].path);
		if (!(i % 2))
			assert_int_equal(engine_health(e).parsed, 1);
		s = seen(e);
		assert_int_equal(s.n, run[i / 2].n);
		assert_int_equal(s.forgotten, run[i / 2].forgotten);
		if (s.n) {
			assert_int_equal(s.file[0].inode, 4711);
			assert_int_equal(s.file[0].major, 0xfd);
			assert_int_equal(s.file[0].minor, 1);
			assert_int_equal(s.file[0].named, run[i / 2].named);
		}
		engine_free(e);
	}
}

/* libauparse is asked once, and another file is seen all the same. */
static void files_are_read_of_every_event(void **state)
{
	static const char *const here[] = {FILE("\"/bin/p\"", "4711"), LOADER},
				 *const bound[] = {FILE("\"/bin/p\"", "666"), LOADER};
	struct engine *e = new_engine(false);

	(void)state;
	run_file(e, "\"/bin/p\"", "yes", here);
	run_file(e, "\"/bin/p\"", "yes", here);
	assert_int_equal(seen(e).n, 1);
	run_file(e, "\"/bin/p\"", "yes", bound);
	run_file(e, "\"/bin/p\"", "yes", here);
	assert_int_equal(engine_health(e).parsed, 1);
	assert_int_equal(seen(e).n, 2);
	assert_int_equal(seen(e).file[1].inode, 666);
	assert_true(seen(e).file[1].named);
	assert_false(seen(e).forgotten);
	engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_of_every_form),
		cmocka_unit_test(files_are_read_of_every_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
