/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rule_text.c - lines of rule files, read and written
 *
 * What each line makes was seen with auditctl 3.0.9.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "rule_help.h"
#include "rules/words.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

/* A line, and how the rule of it is listed. NULL: as the line. */
static const struct {
	const char *line, *text;
} rules[] = {
	{"-w /etc/passwd -p wa -k x", NULL},
	{"-w /etc/ -p wa -k x", "-w /etc -p wa -k x"},
	{"-w /etc", "-w /etc -p rwxa"},
	{"-w /nosuch/ -p r -k a -k b", "-w /nosuch -p r -k a -k b"},
	{"-w /x -p r -p wx", "-w /x -p wx"},
	{"-w/x -pwa -kfoo", "-w /x -p wa -k foo"},
	{"-w /x -pw -k a -F key=bcde -k f", "-w /x -p w -k a -k bcde -k f"},
	{"-w /x -S open", "-w /x -p rwxa"},
	{"-w /x -F auid!=unset -k y",
	 "-a always,exit -S all -F path=/x -F perm=rwxa -F auid!=-1 -F key=y"},
	{"  -w  /x   -p r  ", "-w /x -p r"},
	{"-w /x -p r --", "-w /x -p r"},
	{"-W /x -p wa -k x", "-w /x -p wa -k x"},
	{"-a always,exit -F arch=b64 -S openat,open -F auid>=1000 -F auid!=unset -k d",
	 "-a always,exit -F arch=b64 -S open,openat -F auid>=1000 -F auid!=-1 -F key=d"},
	{"-a exit,always -F arch=b32 -S stat64 -F uid=root",
	 "-a always,exit -F arch=b32 -S stat64 -F uid=0"},
	{"-A never,exit -S 5 -S open,,close", "-a never,exit -S open,close,fstat"},
	{"-S open -a always,exit", "-a always,exit -S open"},
	{"-a always,exit -F arch=x86_64 -S 0x10", "-a always,exit -F arch=b64 -S ioctl"},
	{"-a always,exit -F arch=0xC000003E -S 2000",
	 "-a always,exit -F arch=b64 -S 2000"},
	{"-a always,exit -F arch=aarch64 -S openat", NULL},
	{"-a always,exit -F arch!=b64", "-a always,exit -F arch!=b64 -S all"},
	{"-a always,exit", "-a always,exit -S all"},
	{"-a always,exit -F key=a -F key=b -S 1",
	 "-a always,exit -S write -F key=a -F key=b"},
	{"-a always,exit -F path=/x -F perm=wa", "-w /x -p wa"},
	{"-a never,exit -F path=/x -F perm=wa",
	 "-a never,exit -S all -F path=/x -F perm=wa"},
	{"-a always,exit -F dir=/x/ -F perm=wa -k y",
	 "-a always,exit -S all -F dir=/x/ -F perm=wa -F key=y"},
	{"-a always,exit -F perm=wa -F path=/x",
	 "-a always,exit -S all -F perm=wa -F path=/x"},
	{"-a always,exit -F path=/x -p wa", "-w /x -p wa"},
	{"-a always,exit -F dir=/x -F perm=x -F exe!=/bin/ls -S execve",
	 "-a always,exit -S execve -F dir=/x -F perm=x -F exe!=/bin/ls"},
	{"-a always,exit -S 2 -F exit=-ENOENT -F exit=EPERM -F exit>=-13 -F success=1",
	 "-a always,exit -S open -F exit=-ENOENT -F exit=1 -F exit>=-EACCES -F "
	 "success=1"},
	{"-a always,exit -S 2 -F exit=-600 -F exit=-11",
	 "-a always,exit -S open -F exit=-600 -F exit=-EAGAIN"},
	{"-a always,exit -S 2 -F a0&=0x40 -F a1&1 -F a2<=-1 -F a3>010",
	 "-a always,exit -S open -F a0&=0x40 -F a1&0x1 -F a2<=0xFFFFFFFF -F a3>0x8"},
	{"-a always,exit -S 2 -F uid=4294967295 -F gid=4294967295 -F obj_uid=-1",
	 "-a always,exit -S open -F uid=-1 -F gid=4294967295 -F obj_uid=-1"},
	{"-a always,exit -S 2 -F filetype=socket -F saddr_fam=10 -F sessionid=unset",
	 "-a always,exit -S open -F filetype=socket -F saddr_fam=10 -F sessionid=-1"},
	{"-a always,exit -S 2 -F devmajor=8 -F devminor!=1 -F inode=4000000000 -F ppid=5 "
	 "-F pid=7 -F pers=8",
	 "-a always,exit -S open -F devmajor=8 -F devminor!=1 -F inode=4000000000 -F "
	 "ppid=5 -F pid=7 -F pers=8"},
	{"-a always,exit -S 2 -F subj_user=u -F subj_type!=t -F obj_lev_low=s0",
	 "-a always,exit -S open -F subj_user=u -F subj_type!=t -F obj_lev_low=s0"},
	{"-a always,exit -S 2 -F loginuid=5", "-a always,exit -S open -F auid=5"},
	{"-a always,exit -C euid!=uid -C obj_gid=gid -C auid!=obj_uid",
	 "-a always,exit -S all -C uid!=euid -C gid=obj_gid -C auid!=obj_uid"},
	{"-a always,exit -F field_compare=11", "-a always,exit -S all -C uid=euid"},
	{"-a exclude,never -F msgtype=CWD", "-a never,exclude -F msgtype=CWD"},
	{"-a never,exclude -F msgtype>=1101 -F msgtype<=user_end",
	 "-a never,exclude -F msgtype>=USER_ACCT -F msgtype<=USER_END"},
	{"-a never,exclude -F msgtype=1425 -F exe=/bin/x",
	 "-a never,exclude -F msgtype=1425 -F exe=/bin/x"},
	{"-a never,exclude -F exe=/bin/x -F key=poison", NULL},
	{"-a never,user -F auid=unset", "-a never,user -F auid=-1"},
	{"-a never,task -F uid=chrony", "-a never,task -F uid=123"},
	{"-a never,filesystem -F fstype=tracefs -k x",
	 "-a never,filesystem -F fstype=tracefs -F key=x"},
	{"-a never,filesystem -F fstype=0x12345", "-a never,filesystem -F fstype=74565"},
	{"-a always,io_uring -S openat,send -F uid=0",
	 "-a always,io_uring -S openat,send -F uid=0"},
	{"-a always,exit -S open -k a=b", "-a always,exit -S open -F key=a=b"},
	{"-d always,exit -S open -k x", "-a always,exit -S open -F key=x"},
};

static void rule_text_reads_and_writes(void **state)
{
	char text[1024];

	for (size_t i = 0; i < N_OF(rules); i++) {
		const char *expected = rules[i].text ? rules[i].text : rules[i].line;
		struct rule *rule = rule_help_rule(rules[i].line), *again;
		size_t n = rule_print(rule, MACH_86_64, text, sizeof(text));
		const char *reason;

		if (strcmp(text, expected) != 0 || n != strlen(expected))
			fail_msg("%s: %s", rules[i].line, text);
		reason = rule_unloadable(rule, MACH_86_64, (struct span){text, n});
		if (reason)
			fail_msg("%s: %s", rules[i].line, reason);
		again = rule_help_rule(text);
		assert_true(rule_equal(rule, again));
		rule_free(again);
		rule_free(rule);
	}
}

static void rule_text_kinds(void **state)
{
	static const struct {
		const char *line;
		enum rule_line_kind kind;
	} table[] = {
		{"", RULE_LINE_EMPTY},
		{"    ", RULE_LINE_EMPTY},
		{"--", RULE_LINE_EMPTY},
		{"# c", RULE_LINE_COMMENT},
		{"   #-w /x", RULE_LINE_COMMENT},
		{"-a always,exit", RULE_LINE_APPEND},
		{"-w /x", RULE_LINE_APPEND},
		{"-A always,exit", RULE_LINE_PREPEND},
		{"-d always,exit", RULE_LINE_DELETE},
		{"-W /x", RULE_LINE_DELETE},
		{"-D", RULE_LINE_SETTINGS},
	};
	struct rule_line line;

	for (size_t i = 0; i < N_OF(table); i++) {
		assert_int_equal(
			rule_parse(span_of(table[i].line), &rule_help_world, &line), 0);
		if (line.kind != table[i].kind)
			fail_msg("%s: %d", table[i].line, (int)line.kind);
		rule_free(line.rule);
	}
}

static void rule_text_reads_settings(void **state)
{
	static const struct {
		const char *line;
		size_t n;
		struct rule_setting first, second;
		const char *key;
	} table[] = {
		{"-D", 1, {RULE_DELETE_ALL, 0}, {0}, ""},
		{"-D -k old", 1, {RULE_DELETE_ALL, 0}, {0}, "old"},
		{"-b 8192", 1, {RULE_SET_BACKLOG, 8192}, {0}, ""},
		{"-b8192 -f 1", 2, {RULE_SET_BACKLOG, 8192}, {RULE_SET_FAILURE, 1}, ""},
		{"-r 0x10", 1, {RULE_SET_RATE, 16}, {0}, ""},
		{"-e 2", 1, {RULE_SET_ENABLED, 2}, {0}, ""},
		{"-f 0", 1, {RULE_SET_FAILURE, 0}, {0}, ""},
		{"-i", 1, {RULE_IGNORE_ERRORS, 0}, {0}, ""},
		{"-c", 1, {RULE_CONTINUE, 0}, {0}, ""},
		{"--backlog_wait_time 60000", 1, {RULE_SET_WAIT_TIME, 60000}, {0}, ""},
		{"--backlog_wait_time=60000", 1, {RULE_SET_WAIT_TIME, 60000}, {0}, ""},
		{"--backlog 7", 1, {RULE_SET_WAIT_TIME, 7}, {0}, ""},
		{"--loginuid-immutable", 1, {RULE_LOGINUID_IMMUTABLE, 0}, {0}, ""},
		{"--reset-lost", 1, {RULE_RESET_LOST, 0}, {0}, ""},
		{"--reset_", 1, {RULE_RESET_WAITED, 0}, {0}, ""},
		{"--signal cont", 1, {RULE_SIGNAL, 0}, {0}, ""},
		{"-s", 1, {RULE_STATUS, 0}, {0}, ""},
		{"-l -k x", 1, {RULE_LIST, 0}, {0}, "x"},
		{"-t", 1, {RULE_TRIM, 0}, {0}, ""},
		{"-q /a,/b", 1, {RULE_EQUIVALENT, 0}, {0}, ""},
		{"-m hello", 1, {RULE_MESSAGE, 0}, {0}, ""},
		{"-v", 1, {RULE_VERSION, 0}, {0}, ""},
	};
	struct rule_line line;

	for (size_t i = 0; i < N_OF(table); i++) {
		int rc = rule_parse(span_of(table[i].line), &rule_help_world, &line);

		if (rc || line.kind != RULE_LINE_SETTINGS ||
		    line.n_settings != table[i].n ||
		    line.setting[0].kind != table[i].first.kind ||
		    line.setting[0].number != table[i].first.number ||
		    strcmp(line.key, table[i].key) != 0)
			fail_msg("%s: %s", table[i].line, line.error);
		if (table[i].n == 2)
			assert_int_equal(line.setting[1].kind, table[i].second.kind);
	}
}

/* Lines that auditctl refuses or reads otherwise than they look, and a part of the
 * reason. */
static const struct {
	const char *line, *reason;
} bad[] = {
	{"x", "\"x\" is no option"},
	{"-", "is no option"},
	{"-w", "needs a value"},
	{"-Z", "\"-Z\" is no option"},
	{"--nosuch", "is no option"},
	{"--reset", "is no option"}, /* of two */
	{"--loginuid-immutable=1", "takes no value"},
	{"-w /x -- y", "behind \"--\""},
	{"-w /x # c", "\"#\" is no option"},
	{"\t-w /x", "is no option"},
	{"-w\t/x", "begins with /"},
	{"\t# c", "is no option"},
	{"-w \"/a b\"", "begins with /"},
	{"-R /x", "no place in a rule file"},
	{"-h", "no place in a rule file"},
	{"-i -c", "stands alone"},
	{"-ic", "stands alone"},
	{"-w /x -i", "may lose one"},
	{"-b 5 -a always,exit", "may lose one"},
	{"-a always,exit -e 1", "may lose one"},
	{"-D -b 5", "stands alone"},
	{"-b 5 -D", "stands alone"},
	{"-b 8192 -b 8192 -b 8192 -b 8192 -b 5", "more than 4"},
	{"-b x", "no number"},
	{"-b 5x", "no number"},
	{"-b -1", "no number"},
	{"-b 4294967296", "no number"},
	{"-e 3", "not 0, 1 or 2"},
	{"-e 01", "not 0, 1 or 2"},
	{"-q /a", "mount point"},
	{"--signal KILL", "no signal"},
	{"-a always", "no list and action"},
	{"-a always,exit,x", "no list and action"},
	{"-a possible,exit", "no list and action"},
	{"-a always,entry", "no list and action"},
	{"-a always,exit -a never,exit", "two rules"},
	{"-a always,exit -w /x", "another rule"},
	{"-w /x -W /y", "another rule"},
	{"-w x", "begins with /"},
	{"-S open", "names no list"},
	{"-F uid=0 -a always,exit", "list of the rule"},
	{"-F uid=0", "list of the rule"},
	{"-k x", "stands behind the rule"},
	{"-a always,exit -k x -S open", "no watch"},
	{"-a always,exit -F uid=0 -k x", "no watch"},
	{"-a never,exclude -F msgtype=CWD -F key=x", "no watch"},
	{"-a always,exit -F key!=x -S open", "no watch"},
	{"-a always,exit -S nosuch", "\"nosuch\" is no system call"},
	{"-a always,exit -S 2032", "number of no system call"},
	{"-a always,exit -S -5", "no system call"},
	{"-a always,exit -F arch=b32 -S fcntl65", "no system call"},
	{"-a always,exit -S open -F arch=b64", "arch: stands before"},
	{"-a always,exit -F arch=b16", "no machine"},
	{"-a always,exit -F arch>b64", "no operator but = and !="},
	{"-a never,task -S open", "lists of calls"},
	{"-a never,exclude -S open", "lists of calls"},
	{"-S open -a never,task", "takes no system calls"},
	{"-a always,exit -F nosuch=1", "\"nosuch\" is no field"},
	{"-a always,exit -F uid", "no operator"},
	{"-a always,exit -F uid=", "no value"},
	{"-a always,exit -F =5", "\"\" is no field"},
	{"-a always,exit -F uid=nosuch", "no user"},
	{"-a always,exit -F uid==5", "no user"},
	{"-a always,exit -F uid=12x", "no user"},
	{"-a always,exit -F gid=-1", "no group"},
	{"-a always,exit -F pid=-1", "no number"},
	{"-a always,exit -F pid=4294967296", "no number"},
	{"-a always,exit -F exit=nosuch", "name of an error"},
	{"-a always,exit -F perm=rz", "no permission"},
	{"-a always,exit -F perm=rwxar", "no permission"},
	{"-a always,exit -F perm!=r", "no operator but ="},
	{"-a always,exit -F filetype=1", "no type of a file"},
	{"-a always,exit -F saddr_fam=inet", "no address family"},
	{"-a always,exit -F saddr_fam=99", "no address family"},
	{"-a always,exit -F sessionid=abc", "no session"},
	{"-a always,exit -F msgtype=CWD", "no field of the list exit"},
	{"-a never,exclude -F msgtype=nosuch", "no type of a record"},
	{"-a always,exit -F fstype=proc", "no field of the list exit"},
	{"-a never,filesystem -F fstype=nosuch", "no file system"},
	{"-a never,user -F path=/x", "no field of the list user"},
	{"-a never,task -F ppid=1", "no field of the list task"},
	{"-a always,exit -F exe>/x", "no operator but = and !="},
	{"-a always,exit -F inode>5", "no operator but = and !="},
	{"-a always,exit -F path=a>=b", "\"path=a\" is no field"},
	{"-a always,exit -S 2 -k a>=b", "operator of two signs"},
	{"-a always,exit -C uid=gid", "no two fields"},
	{"-a always,exit -C uid>euid", "no operator but = and !="},
	{"-a always,exit -C uid=pid", "no two fields"},
	{"-a never,user -C uid=euid", "behind the list"},
	{"-a always,exit -p wa", "behind the path"},
	{"-p wa", "behind the path"},
	{"-w /x -p z", "no permission"},
	{"-a always,exit -S 1 -S 2 -S 3 -S 4 -S 5 -S 6 -S 7 -S 8 -S 9 -S 1 -S 1 -S 1 -S "
	 "1 -S 1 "
	 "-S 1 -S 1 -S 1 -S 1 -S 1 -S 1 -S 1 -S 22",
	 "short words"},
};

static void rule_text_refuses_with_the_thing_and_the_reason(void **state)
{
	struct rule_line line;

	for (size_t i = 0; i < N_OF(bad); i++) {
		int rc = rule_parse(span_of(bad[i].line), &rule_help_world, &line);

		if (rc != -EINVAL || line.kind != RULE_LINE_BAD || line.rule ||
		    !strstr(line.error, bad[i].reason))
			fail_msg("%s: %s", bad[i].line, line.error);
	}
}

/* A line that goes on with @n letters. */
static int parse_long(const char *begin, size_t n, struct rule_line *line)
{
	size_t before = strlen(begin);
	char *text = malloc(before + n);
	int rc;

	assert_non_null(text);
	memcpy(text, begin, before);
	memset(text + before, 'a', n);
	rc = rule_parse((struct span){text, before + n}, &rule_help_world, line);
	rule_free(line->rule);
	free(text);
	return rc;
}

static void rule_text_has_auditctls_limits(void **state)
{
	static const struct {
		const char *begin;
		size_t most;
		const char *reason;
	} table[] = {
		{"-a always,exit -S 1 -k ", 256, "keys have more"},
		{"-a always,exit -S 1 -k b -F key=", 254, "keys have more"},
		{"-a always,exit -F path=/", 4095, "longer than 4096"},
		{"-w /", 255, "last name"},
		{"# ", 6141, "longer than the 6143"},
	};
	struct rule_line line;

	for (size_t i = 0; i < N_OF(table); i++) {
		assert_int_equal(parse_long(table[i].begin, table[i].most, &line), 0);
		assert_int_equal(parse_long(table[i].begin, table[i].most + 1, &line),
				 -EINVAL);
		if (!strstr(line.error, table[i].reason))
			fail_msg("%s: %s", table[i].begin, line.error);
	}
	assert_int_equal(
		rule_parse((struct span){"-w /a\0b", 7}, &rule_help_world, &line),
		-EINVAL);
}

static void rule_text_takes_63_fields(void **state)
{
	char text[2048] = "-a always,exit";
	struct rule_line line;

	for (int i = 0; i < 63; i++)
		strcat(text, " -F pid=1");
	assert_int_equal(rule_parse(span_of(text), &rule_help_world, &line), 0);
	rule_free(line.rule);
	strcat(text, " -F pid=1");
	assert_int_equal(rule_parse(span_of(text), &rule_help_world, &line), -EINVAL);
	assert_non_null(strstr(line.error, "more than 63 fields"));
}

static void rule_text_undoes_escapes(void **state)
{
	struct rule *rule = rule_help_rule("-w /a\\ b\\\\c\\d -k x\\\\");

	assert_true(span_is(rule->field[0].text, "/a b\\c\\d"));
	assert_true(span_is(rule_keys(rule), "x\\"));
	rule_free(rule);
	rule = rule_help_rule("-w /a -k x\r"); /* a line end of DOS is part of the key */
	assert_true(span_is(rule_keys(rule), "x\r"));
	rule_free(rule);
}

/* Rules of the kernel's that no line makes, and how they are shown. */
static const struct {
	struct rule_field field[3];
	uint32_t list, action, mask;
	const char *text;
} unloadable[] = {
	{{{AUDIT_WATCH, AUDIT_EQUAL, 0, {"/a b", 4}}},
	 AUDIT_FILTER_EXIT,
	 AUDIT_ALWAYS,
	 1,
	 "-a always,exit -S read -F path=/a b"},
	{{{AUDIT_WATCH, AUDIT_EQUAL, 0, {"/a\n-D", 5}}},
	 AUDIT_FILTER_EXIT,
	 AUDIT_ALWAYS,
	 1,
	 "-a always,exit -S read -F path=/a\n-D"},
	{{{AUDIT_WATCH, AUDIT_EQUAL, 0, {"/a\0b", 4}}},
	 AUDIT_FILTER_EXIT,
	 AUDIT_ALWAYS,
	 1,
	 "-a always,exit -S read -F path=/a"},
	{{{AUDIT_WATCH, AUDIT_EQUAL, 0, {"/a\"", 3}}},
	 AUDIT_FILTER_EXIT,
	 AUDIT_ALWAYS,
	 1,
	 "-a always,exit -S read -F path=/a\""},
	{{{AUDIT_FILTERKEY, AUDIT_EQUAL, 0, {"\001a\001", 3}}},
	 AUDIT_FILTER_EXIT,
	 AUDIT_ALWAYS,
	 1,
	 "-a always,exit -S read -F key=a"},
	{{{AUDIT_FILTERKEY, AUDIT_EQUAL, 0, {"a>=b", 4}}},
	 AUDIT_FILTER_EXIT,
	 AUDIT_ALWAYS,
	 1,
	 "-a always,exit -S read -F key=a>=b"},
	{{{AUDIT_UID, AUDIT_EQUAL, 0, {0}},
	  {AUDIT_ARCH, AUDIT_EQUAL, AUDIT_ARCH_X86_64, {0}}},
	 AUDIT_FILTER_EXIT,
	 AUDIT_ALWAYS,
	 1,
	 "-a always,exit -F arch=b64 -S read -F uid=0"},
	{{{AUDIT_LOGINUID_SET, AUDIT_EQUAL, 1, {0}}},
	 AUDIT_FILTER_EXIT,
	 AUDIT_ALWAYS,
	 1,
	 "-a always,exit -S read f24=1"},
	{{{0}}, AUDIT_FILTER_EXIT, AUDIT_ALWAYS, 0, "-a always,exit"},
	{{{0}}, AUDIT_FILTER_EXIT, AUDIT_POSSIBLE, 1, "-a possible,exit -S read"},
	{{{0}}, AUDIT_FILTER_ENTRY, AUDIT_ALWAYS, 1, "-a always,entry -S read"},
	{{{AUDIT_UID, AUDIT_EQUAL, 0, {0}}},
	 AUDIT_FILTER_TASK,
	 AUDIT_NEVER,
	 1,
	 "-a never,task -F uid=0"},
	{{{AUDIT_WATCH, AUDIT_EQUAL, 0, {"/x", 2}},
	  {AUDIT_PERM, AUDIT_EQUAL, 2, {0}},
	  {AUDIT_FILTERKEY, AUDIT_EQUAL, 0, {"a\001b\001c", 5}}},
	 AUDIT_FILTER_EXIT,
	 AUDIT_ALWAYS,
	 UINT32_MAX,
	 "-w /x -p w -k a -k b -k c"},
};

static void rule_text_tells_what_cannot_be_loaded(void **state)
{
	char text[256];

	for (size_t i = 0; i < N_OF(unloadable); i++) {
		struct rule_field field[3];
		struct rule r = {.list = unloadable[i].list,
				 .action = unloadable[i].action,
				 .mask = {unloadable[i].mask},
				 .field = field};
		struct rule *rule;
		size_t n;

		memcpy(field, unloadable[i].field, sizeof(field));
		if (unloadable[i].mask == UINT32_MAX)
			memset(r.mask, 0xff, sizeof(r.mask) - 2);
		while (r.n_fields < 3 && field[r.n_fields].op)
			r.n_fields++;
		rule = rule_copy(&r);
		assert_non_null(rule);
		n = rule_print(rule, MACH_86_64, text, sizeof(text));
		if (strcmp(text, unloadable[i].text) != 0)
			fail_msg("row %zu: %s", i, text);
		if (!rule_unloadable(rule, MACH_86_64, (struct span){text, n}))
			fail_msg("row %zu: loadable: %s", i, text);
		rule_free(rule);
	}
}

static void rule_print_ends_within_its_bounds(void **state)
{
	static const char whole[] = "-a always,exit -F arch=b64 -S open -F path=/x";
	struct rule *rule = rule_help_rule(whole);

	for (size_t size = 0; size < sizeof(whole) + 2; size++) {
		char *out = malloc(size ? size : 1);

		assert_non_null(out);
		assert_int_equal(rule_print(rule, MACH_86_64, out, size),
				 sizeof(whole) - 1);
		if (size)
			assert_int_equal(strncmp(out, whole, size - 1), 0);
		if (size && size < sizeof(whole))
			assert_int_equal(strlen(out), size - 1);
		free(out);
	}
	rule_free(rule);
}

static void rule_text_needs_no_world(void **state)
{
	static const struct rule_world nothing = {.machine = -1};
	struct rule_line line;

	assert_int_equal(rule_parse(span_of("-w /a/ -p r"), &nothing, &line), 0);
	assert_int_equal(line.rule->field[0].type, AUDIT_DIR);
	rule_free(line.rule);
	assert_int_equal(rule_parse(span_of("-w /a -p r"), &nothing, &line), 0);
	assert_int_equal(line.rule->field[0].type, AUDIT_WATCH);
	rule_free(line.rule);
	assert_int_equal(
		rule_parse(span_of("-a always,exit -F arch=b64"), &nothing, &line),
		-EINVAL);
	assert_int_equal(rule_parse(span_of("-a always,exit -S open"), &nothing, &line),
			 -EINVAL);
	assert_int_equal(
		rule_parse(span_of("-a never,user -F uid=root"), &nothing, &line),
		-EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_text_reads_and_writes),
		cmocka_unit_test(rule_text_kinds),
		cmocka_unit_test(rule_text_reads_settings),
		cmocka_unit_test(rule_text_refuses_with_the_thing_and_the_reason),
		cmocka_unit_test(rule_text_has_auditctls_limits),
		cmocka_unit_test(rule_text_takes_63_fields),
		cmocka_unit_test(rule_text_undoes_escapes),
		cmocka_unit_test(rule_text_tells_what_cannot_be_loaded),
		cmocka_unit_test(rule_print_ends_within_its_bounds),
		cmocka_unit_test(rule_text_needs_no_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
