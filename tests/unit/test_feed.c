/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_feed.c - a line as libauparse is given it
 */
#include "stream_help.h"

#include "stream/feed.h"
#include "stream/record.h"

#define A64  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HEAD " msg=audit(1000000000.000:1): "

static const struct {
	struct span line, want;
	bool with_arguments;
} table[] = {
	/* the header is ours, whatever it was */
	{S("type=AVC msg=audit(1795301594.850:40524): a=b"), S("type=AVC" HEAD "a=b\n"),
	 false},
	{S("type=AVC msg=audit(5:1): a=b"), S("type=AVC" HEAD "a=b\n"), false},
	{S("type=AVC msg=audit(5:1):"), S("type=AVC" HEAD "\n"), false},
	{S("node=n)( type=AVC msg=audit(5:1):   a=b "), S("type=AVC" HEAD "a=b \n"),
	 false},
	{S("node= type=UNKNOWN[1425] msg=audit(5:1): a=b"),
	 S("type=UNKNOWN[1425]" HEAD "a=b\n"), false},
	/* interpretations are not asked */
	{S("type=AVC msg=audit(5:1): a=b\x1d"
	   "A=\"c\"\x1d"
	   "D=e"),
	 S("type=AVC" HEAD "a=b\n"), false},
	{S("type=AVC msg=audit(5:1): \x1d"), S("type=AVC" HEAD "\n"), false},
	/* C strings have no NUL */
	{S("type=AVC msg=audit(5:1): a\0=\0b\0"), S("type=AVC" HEAD "a?=?b?\n"), false},
	/* of CWD one field */
	{S("type=CWD msg=audit(5:1): cwd=\"/a\" cwd=\"/b\""),
	 S("type=CWD" HEAD "cwd=\"/a\"\n"), false},
	{S("type=CWD msg=audit(5:1):  cwd=\"/a\""), S("type=CWD" HEAD "cwd=\"/a\"\n"),
	 false},
	/* of SYSCALL the run from gid to ses */
	{S("type=SYSCALL msg=audit(5:1): arch=c000003e pid=1 auid=2 uid=3 gid=4 euid=5 "
	   "suid=6"
	   " fsuid=7 egid=8 sgid=9 fsgid=10 tty=(none) ses=11 comm=\"c\" exe=\"/e\" "
	   "key=(null)"),
	 S("type=SYSCALL" HEAD
	   "arch=c000003e pid=1 auid=2 uid=3 comm=\"c\" exe=\"/e\" key=(null)\n"),
	 false},
	{S("type=URINGOP msg=audit(5:1): uring_op=18 pid=1 uid=3 gid=4 euid=5 suid=6 "
	   "fsuid=7"
	   " egid=8 sgid=9 fsgid=10 subj=u:r:t:s0 key=\"k\""),
	 S("type=URINGOP" HEAD "uring_op=18 pid=1 uid=3 subj=u:r:t:s0 key=\"k\"\n"),
	 false},
	/* what stands elsewhere or in another order stays */
	{S("type=SYSCALL msg=audit(5:1): uid=3 gid=4 exe=\"/e\" euid=5 key=\"k\""),
	 S("type=SYSCALL" HEAD "uid=3 exe=\"/e\" euid=5 key=\"k\"\n"), false},
	{S("type=SYSCALL msg=audit(5:1): gid=4 euid=5 exe=\"/e\""),
	 S("type=SYSCALL" HEAD "gid=4 euid=5 exe=\"/e\"\n"), false},
	{S("type=SYSCALL msg=audit(5:1): uid=3 euid=5 gid=4 key=\"k\""),
	 S("type=SYSCALL" HEAD "uid=3 euid=5 key=\"k\"\n"), false},
	/* cut lines */
	{S("type=SYSCALL msg=audit(5:1): uid=3 gid=4 euid=5 su"),
	 S("type=SYSCALL" HEAD "uid=3 su\n"), false},
	{S("type=SYSCALL msg=audit(5:1): uid=3 gid="),
	 S("type=SYSCALL" HEAD "uid=3 gid=\n"), false},
	{S("type=SYSCALL msg=audit(5:1): uid=3 gid=4"),
	 S("type=SYSCALL" HEAD "uid=3 gid=4\n"), false},
	{S("type=SYSCALL msg=audit(5:1): uid=3 gid=4 "),
	 S("type=SYSCALL" HEAD "uid=3 \n"), false},
	/* and that from a0 to ppid, or from items */
	{S("type=SYSCALL msg=audit(5:1): arch=c000003e syscall=2 success=yes exit=3 a0=1 "
	   "a1=2 "
	   "a2=3 a3=4 items=1 ppid=5 pid=6 auid=7 uid=8 gid=9 euid=10 exe=\"/e\""),
	 S("type=SYSCALL" HEAD
	   "arch=c000003e syscall=2 success=yes exit=3 pid=6 auid=7 uid=8 exe=\"/e\"\n"),
	 false},
	{S("type=SYSCALL msg=audit(5:1): exit=3 a0=1 a1=2 a2=3 a3=4 items=1 ppid=5 pid=6 "
	   "uid=8 gid=9 exe=\"/e\""),
	 S("type=SYSCALL" HEAD "exit=3 a0=1 a1=2 a2=3 a3=4 pid=6 uid=8 exe=\"/e\"\n"),
	 true},
	{S("type=SYSCALL msg=audit(5:1): gid=1 a0=1 ppid=2 items=1 gid=2 pid=6"),
	 S("type=SYSCALL" HEAD "gid=1 ppid=2 items=1 pid=6\n"), false},
	{S("type=SYSCALL msg=audit(5:1): exit=1 a0=1 a1=2 ppid=3 pid=4 key=a0=1 items=2"),
	 S("type=SYSCALL" HEAD "exit=1 ppid=3 pid=4 key=a0=1 items=2\n"), false},
	/* no row: another field's end, or the beginning of the body */
	{S("type=SYSCALL msg=audit(5:1): xa0=1 egid=2 x"),
	 S("type=SYSCALL" HEAD "xa0=1 egid=2 x\n"), false},
	/* another type's are asked, or cost little */
	{S("type=AVC msg=audit(5:1): uid=3 gid=4 euid=5 pid=6"),
	 S("type=AVC" HEAD "uid=3 gid=4 euid=5 pid=6\n"), false},
};

/* Line and room are exactly as large as they may be, so that a sanitizer sees one byte
 * more. */
static void feed_gives_what_is_asked(void **state)
{
	char *out = malloc(FEED_LINE_MAX), *exact;
	struct record r;
	size_t i, n;

	assert_non_null(out);
	for (i = 0; i < N_OF(table); i++) {
		exact = malloc(table[i].line.n);
		assert_non_null(exact);
		memcpy(exact, table[i].line.p, table[i].line.n);
		assert_true(record_scan(&r, (struct span){exact, table[i].line.n}, 0));
		n = feed_line(r.line, r.type, table[i].with_arguments, out);
		assert_span_at((struct span){out, n}, table[i].want, "row", (int)i);
		free(exact);
	}
	free(out);
}

static void feed_fits_the_longest_lines(void **state)
{
	/* short headers grow, up to the longest name */
	static const char *const head[] = {
		"type=SYSCALL msg=audit(1:1):", "type=CWD msg=audit(1:1):",
		"type=" A64 " msg=audit(1:1):"};
	char *line = malloc(INPUT_LINE_MAX), *out = malloc(FEED_LINE_MAX);
	struct record r;
	size_t i, n;

	assert_non_null(line);
	assert_non_null(out);
	for (i = 0; i < N_OF(head); i++) {
		n = strlen(head[i]);
		memset(line, i % 2 ? '\0' : 'x', INPUT_LINE_MAX);
		memcpy(line, head[i], n);
		assert_true(record_scan(&r, (struct span){line, INPUT_LINE_MAX}, 0));
		n = feed_line(r.line, r.type, false, out);
		assert_in_range(n, INPUT_LINE_MAX, FEED_LINE_MAX);
		assert_int_equal(out[n - 1], '\n');
		assert_null(memchr(out, '\0', n));
	}
	free(line);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(feed_gives_what_is_asked),
		cmocka_unit_test(feed_fits_the_longest_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
