/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_help.h - events and sets of rules for the tests of the matcher
 */
#ifndef TESTS_MATCH_HELP_H
#define TESTS_MATCH_HELP_H

#include <stdlib.h>

#include "base/text.h"
#include "rule_help.h"
#include "rules/match.h"

#define MATCH_HELP_STAMP 1700000000000

/* openat(AT_FDCWD, NAME, O_WRONLY|O_CREAT|O_TRUNC) that has made a file */
#define HELP_NUMBERS \
	"ppid=100 pid=200 auid=1000 uid=1001 gid=1002 euid=1003 suid=1004 fsuid=1005 " \
	"egid=1006 sgid=1007 fsgid=1008 tty=pts0 ses=5 comm=\"touch\" "
#define HELP_CALL(call, items) \
	"1300 arch=c000003e " call " items=" items " " HELP_NUMBERS \
	"exe=\"/usr/bin/touch\" key=(null)\n"
#define HELP_OPENAT \
	HELP_CALL("syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffc a2=241 a3=1b6", "2")
#define HELP_CWD "1307 cwd=\"/home/u\"\n"
#define HELP_PARENT \
	"1302 item=0 name=\"/tmp/\" inode=11 dev=08:01 mode=041777 ouid=0 ogid=0 " \
	"rdev=00:00 nametype=PARENT cap_fp=0\n"
#define HELP_CREATE \
	"1302 item=1 name=\"/tmp/new\" inode=12 dev=08:01 mode=0100644 ouid=1003 " \
	"ogid=1006 rdev=00:00 nametype=CREATE cap_fp=0\n"
#define HELP_EVENT HELP_OPENAT HELP_CWD HELP_PARENT HELP_CREATE

/* @records: lines of a type's number, a blank and the body */
static inline void help_facts(struct facts *facts, const char *records)
{
	struct span rest = span_of(records), line;

	facts_clear(facts);
	facts->stamp_ms = MATCH_HELP_STAMP;
	while (text_line(&rest, &line)) {
		uint64_t type;

		assert_true(text_u64(text_word(&line), UINT32_MAX, &type));
		line.p++;
		line.n--;
		facts_add_record(facts, (uint32_t)type, line);
	}
}

/* @rules: one a line */
static inline struct ruleset *help_set(const char *rules)
{
	struct ruleset *set = ruleset_new();
	struct span rest = span_of(rules), line;
	char text[1024];

	assert_non_null(set);
	while (text_line(&rest, &line)) {
		bool first = line.n > 2 && line.p[1] == 'A';

		assert_true(line.n < sizeof(text));
		memcpy(text, line.p, line.n);
		text[line.n] = '\0';
		assert_int_equal(ruleset_add(set, rule_help_rule(text), first), 0);
	}
	return set;
}

#endif
