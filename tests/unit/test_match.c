/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_match.c - each field of a rule against events: yes, no or maybe
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libaudit.h>
#include <linux/version.h>
#include <stdio.h>

#include "match_help.h"
#include "rules/perm.h"

#define NO    MATCH_NO
#define MAYBE MATCH_MAYBE
#define YES   MATCH_YES

static struct facts facts;
static struct match_options options;

static enum match match_text(const char *text, const char *records)
{
	struct ruleset *none = help_set("");
	struct matcher *m = match_new(none, &options);
	struct rule *rule = rule_help_rule(text);
	enum match match;

	assert_non_null(m);
	help_facts(&facts, records);
	match = match_one(m, rule, &facts);
	rule_free(rule);
	match_free(m);
	ruleset_free(none);
	return match;
}

struct row {
	const char *field; /* of a rule of the exit list for all calls */
	enum match match;
};

static void all_are(const struct row *rows, size_t n, const char *records)
{
	char text[1024];

	for (size_t i = 0; i < n; i++) {
		enum match match;

		snprintf(text, sizeof(text), "-a always,exit %s -S all", rows[i].field);
		match = match_text(text, records);
		if (match != rows[i].match)
			fail_msg("%s: %d instead of %d", rows[i].field, match,
				 rows[i].match);
	}
}

#define ALL(rows, records) all_are(rows, sizeof(rows) / sizeof((rows)[0]), records)

static int defaults(void **state)
{
	(void)state;
	memset(&options, 0, sizeof(options));
	return 0;
}

/* --- numbers --- */

static void numbers_are_compared(void **state)
{
	static const struct row rows[] = {
		{"-F pid=200", YES},
		{"-F pid=201", NO},
		{"-F pid!=201", YES},
		{"-F pid!=200", NO},
		{"-F pid>199", YES},
		{"-F pid>200", NO},
		{"-F pid>=200", YES},
		{"-F pid>=201", NO},
		{"-F pid<201", YES},
		{"-F pid<200", NO},
		{"-F pid<=200", YES},
		{"-F pid<=199", NO},
		{"-F ppid=100", YES},
		{"-F ppid=200", NO},
		{"-F auid=1000", YES},
		{"-F auid>=1001", NO},
		{"-F uid=1001", YES},
		{"-F uid=0", NO},
		{"-F euid=1003", YES},
		{"-F euid=0", NO},
		{"-F suid=1004", YES},
		{"-F suid=0", NO},
		{"-F fsuid=1005", YES},
		{"-F fsuid=0", NO},
		{"-F sgid=1007", YES},
		{"-F sgid=0", NO},
		{"-F fsgid=1008", YES},
		{"-F fsgid=0", NO},
		{"-F sessionid=5", YES},
		{"-F sessionid=6", NO},
		{"-F pers=0", YES},
		{"-F pers=8", NO},
		{"-F arch=b64", YES},
		{"-F arch=b32", NO},
		{"-F arch!=b32", YES},
		{"-F a2=0x241", YES},
		{"-F a2=0x240", NO},
		{"-F a2&0x40", YES},
		{"-F a2&0x80", NO},
		{"-F a2&=0x41", YES},
		{"-F a2&=0x81", NO},
		{"-F a0=0xffffff9c", YES},
		{"-F a1>0", YES},
		{"-F a3<0x1b6", NO},
		{"-F pid=200 -F uid=1", NO},
	};

	(void)state;
	ALL(rows, HELP_EVENT);
	assert_int_equal(match_text("-a always,exit -F pid=200 -F uid=1001 -S all -k any",
				    HELP_EVENT),
			 YES);
}

/* The kernel keeps 32 bits of an argument; exit has no sign there. */
static void only_32_bits_without_a_sign(void **state)
{
	static const char failed[] = HELP_CALL(
		"syscall=257 success=no exit=-13 a0=1ffffff9c a1=0 a2=0 a3=0", "0");
	static const struct row rows[] = {
		{"-F a0=0xffffff9c", YES}, {"-F exit=-13", YES},
		{"-F exit=-EACCES", YES},  {"-F exit=-1", NO},
		{"-F exit>0", YES},        {"-F exit<0", NO},
		{"-F exit!=0", YES},       {"-F success=0", YES},
		{"-F success=1", NO},      {"-F success!=0", NO},
		{"-F success!=1", YES},
	};
	static const struct row done[] = {
		{"-F exit=3", YES},    {"-F exit>0", YES},   {"-F exit<0", NO},
		{"-F success=1", YES}, {"-F success=0", NO}, {"-F success!=0", YES},
	};
	/* exit_group: it never returns, and has neither */
	static const struct row never[] = {
		{"-F exit=0", NO}, {"-F success=1", NO}, {"-F success!=1", NO}};

	(void)state;
	ALL(rows, failed);
	ALL(done, HELP_EVENT);
	ALL(never, HELP_CALL("syscall=231 a0=0 a1=0 a2=0 a3=0", "0"));
}

static void auid_may_be_unset(void **state)
{
	static const char unset[] = "1300 arch=c000003e syscall=257 auid=4294967295\n";
	static const struct row none[] = {
		{"-F auid=unset", YES}, {"-F auid!=unset", NO}, {"-F auid=-1", YES},
		{"-F auid>=1000", YES}, {"-F auid=0", NO},      {"-F auid!=0", YES},
	};
	static const struct row set[] = {
		{"-F auid=unset", NO}, {"-F auid!=unset", YES}, {"-F auid>=1000", YES}};

	(void)state;
	ALL(none, unset);
	ALL(set, HELP_EVENT);
	assert_int_equal(match_text("-a always,exit -S all -F auid=unset",
				    "1300 arch=c000003e syscall=257\n"),
			 MAYBE);
}

/* What a process has besides its gid is in no record. */
static void groups_are_asked_all(void **state)
{
	static const struct row rows[] = {
		{"-F gid=1002", YES},  {"-F gid=1", MAYBE},  {"-F gid!=1002", NO},
		{"-F gid!=1", MAYBE},  {"-F gid>1000", YES}, {"-F gid<5", NO},
		{"-F egid=1006", YES}, {"-F egid=0", MAYBE}, {"-F egid!=1006", NO},
	};

	(void)state;
	ALL(rows, HELP_EVENT);
}

static void what_no_record_tells_is_open(void **state)
{
	static const struct row rows[] = {
		{"-F pid=1", MAYBE},       {"-F uid!=1", MAYBE},
		{"-F a0=1", MAYBE},        {"-F sessionid=1", MAYBE},
		{"-F obj_uid=0", MAYBE},   {"-F inode=5", MAYBE},
		{"-F devmajor=8", MAYBE},  {"-F filetype=dir", MAYBE},
		{"-F exe=/x", MAYBE},      {"-C uid!=euid", MAYBE},
		{"-C uid=obj_uid", MAYBE}, {"-F path=/x", MAYBE},
		{"-F dir=/x", MAYBE},      {"-F subj_user=x", MAYBE},
		{"-F perm=r", MAYBE},
	};

	(void)state;
	ALL(rows, "1300 syscall=257\n");
	assert_int_equal(
		match_text("-a always,exit -F arch=b64 -S openat", "1300 syscall=257\n"),
		MAYBE);
	assert_int_equal(match_text("-a always,exit -S all", HELP_CWD), NO);
}

static void fields_are_compared_with_each_other(void **state)
{
	static const struct row rows[] = {
		{"-C uid!=euid", YES},     {"-C uid=euid", NO},
		{"-C auid!=uid", YES},     {"-C gid!=egid", YES},
		{"-C suid=fsuid", NO},     {"-C euid=obj_uid", YES},
		{"-C euid!=obj_uid", YES}, /* of another name: the parent */
		{"-C uid=obj_uid", NO},    {"-C egid=obj_gid", YES},
		{"-C fsgid=obj_gid", NO},
	};

	(void)state;
	ALL(rows, HELP_EVENT);
}

/* --- names --- */

static void one_name_is_enough(void **state)
{
	static const struct row rows[] = {
		{"-F inode=12", YES},     {"-F inode=13", NO},
		{"-F inode!=12", YES},    {"-F devmajor=8", YES},
		{"-F devmajor=0", YES}, /* rdev */
		{"-F devminor=1", YES},   {"-F devminor=7", NO},
		{"-F obj_uid=0", YES},    {"-F obj_uid=1003", YES},
		{"-F obj_uid=5", NO},     {"-F obj_gid=1006", YES},
		{"-F obj_gid>1006", NO},  {"-F filetype=file", YES},
		{"-F filetype=dir", YES}, {"-F filetype=fifo", NO},
		{"-F filetype!=dir", NO}, {"-F filetype!=fifo", YES},
	};
	/* a name that was not found has no inode, and belongs to root */
	static const struct row not_found[] = {
		{"-F obj_uid=0", YES},    {"-F obj_uid=1", NO},    {"-F inode=0", NO},
		{"-F filetype=file", NO}, {"-F path=/tmp/no", NO}, {"-F dir=/tmp", NO},
	};

	(void)state;
	ALL(rows, HELP_EVENT);
	ALL(not_found,
	    HELP_CALL("syscall=257 success=no exit=-2 a0=ffffff9c a1=0 a2=0 a3=0",
		      "1") "1302 item=0 name=\"/tmp/no\" nametype=UNKNOWN\n");
	/* one record is missing */
	assert_int_equal(
		match_text("-a always,exit -S all -F obj_uid=5", HELP_OPENAT HELP_PARENT),
		MAYBE);
	assert_int_equal(
		match_text("-a always,exit -S all -F obj_uid=0", HELP_OPENAT HELP_PARENT),
		YES);
	assert_int_equal(
		match_text("-a always,exit -S all -F inode=99", HELP_OPENAT HELP_PARENT),
		MAYBE);
	assert_int_equal(match_text("-a always,exit -S all -F inode=99 -F pid=1",
				    HELP_OPENAT HELP_PARENT),
			 NO);
}

static struct match_file known;

static bool tell_known(void *arg, uint32_t type, struct span path,
		       struct match_file *file)
{
	(void)arg;
	(void)type;
	(void)path;
	*file = known;
	return true;
}

/* The same records, of a call that makes no file but a name */
#define MADE_LINK \
	HELP_CALL("syscall=265 success=yes exit=0 a0=ffffff9c a1=1 a2=ffffff9c a3=2", \
		  "2") \
	HELP_CWD HELP_PARENT HELP_CREATE

static void a_path_is_its_inode(void **state)
{
	static const char linked[] =
		HELP_CALL("syscall=257 success=yes exit=3 a0=5 a1=0 a2=0 a3=0",
			  "1") "1307 cwd=\"/\"\n1302 item=0 name=\"any\" inode=12 "
			       "dev=08:01 mode=0100600 "
			       "nametype=NORMAL\n";

	(void)state;
	assert_int_equal(match_text("-w /tmp/new -p wa", HELP_EVENT), MAYBE);
	options.file = tell_known;
	known = (struct match_file){.self = {true, 12, 8, 1, 0, INT64_MAX},
				    .armed = true};
	assert_int_equal(match_text("-w /tmp/new -p wa", HELP_EVENT), YES);
	assert_int_equal(match_text("-w /another -p r", linked), YES);
	assert_int_equal(match_text("-w /another -p w", linked), NO);
	known.self.minor = 2;
	assert_int_equal(match_text("-w /tmp/new -p wa", HELP_EVENT), NO);
	known.self.inode = 13;
	assert_int_equal(match_text("-w /tmp/new -p wa", HELP_EVENT), NO);
	/* the file has been replaced since, or the event is younger than what is known */
	known.self.since_ms = MATCH_HELP_STAMP + 1;
	assert_int_equal(match_text("-w /tmp/new -p wa", HELP_EVENT), MAYBE);
	known.self = (struct match_inode){true, 12, 8, 1, 0, MATCH_HELP_STAMP - 1};
	assert_int_equal(match_text("-w /tmp/new -p wa", HELP_EVENT), MAYBE);
	/* it was made by its name in its directory */
	known.parent = (struct match_inode){true, 11, 8, 1, 0, INT64_MAX};
	assert_int_equal(match_text("-w /var/new -p wa", HELP_EVENT), YES);
	assert_int_equal(match_text("-w /var/old -p wa", HELP_EVENT), NO);
	assert_int_equal(match_text("-w /var/old -p wa", MADE_LINK), MAYBE);
	known.parent.inode = 14;
	assert_int_equal(match_text("-w /var/new -p wa", HELP_EVENT), MAYBE);
}

/* When the file goes, the rules are asked before the call has an outcome. */
static void a_removed_file_has_no_outcome(void **state)
{
	static const char unlinked[] =
		HELP_CALL("syscall=87 success=yes exit=0 a0=1 a1=0 a2=0 a3=0", "2")
			HELP_PARENT
		"1302 item=1 name=\"/tmp/old\" inode=15 dev=08:01 nametype=DELETE\n";

	(void)state;
	options.file = tell_known;
	known = (struct match_file){.self = {true, 15, 8, 1, 0, INT64_MAX}, .kept = true};
	assert_int_equal(match_text("-w /tmp/old -p wa", unlinked), YES);
	assert_int_equal(
		match_text("-a always,exit -S unlink -F path=/tmp/old -F success=1",
			   unlinked),
		MAYBE);
}

static void a_directory_is_more_than_its_inode(void **state)
{
	(void)state;
	options.file = tell_known;
	known = (struct match_file){.self = {true, 11, 8, 1, 0, INT64_MAX}};
	assert_int_equal(match_text("-w /etc -p wa", HELP_EVENT), YES);
	known.self.inode = 10; /* may be above it */
	assert_int_equal(match_text("-w /etc -p wa", HELP_EVENT), MAYBE);
	known.self.major = 9; /* another filesystem is mounted below */
	assert_int_equal(match_text("-w /etc -p wa", HELP_EVENT), MAYBE);
	known.alone = true;
	assert_int_equal(match_text("-w /etc -p wa", MADE_LINK), NO);
	/* an open that may have followed a link of the watched directory */
	assert_int_equal(match_text("-w /etc -p wa", HELP_EVENT), MAYBE);
	known.sealed = true;
	known.still = (struct match_span){true, 0, INT64_MAX};
	assert_int_equal(match_text("-w /etc -p wa", HELP_EVENT), NO);
	assert_int_equal(match_text("-w /etc -p wa", HELP_OPENAT HELP_CREATE), MAYBE);
	known.self.until_ms = 0;
	assert_int_equal(match_text("-w /etc -p wa", HELP_EVENT), MAYBE);
	/* without any name there is none below it */
	assert_int_equal(match_text("-a always,exit -S all -F dir=/",
				    HELP_CALL("syscall=39 success=yes exit=1", "0")),
			 NO);
}

#define OPENED(args, cwd, name, type) \
	HELP_CALL("syscall=257 success=yes exit=3 " args, "1") \
	"1307 cwd=" cwd "\n1302 item=0 name=" name \
	" inode=12 dev=08:01 mode=0100600 nametype=" type "\n"
#define AT_CWD "a0=ffffff9c a1=0 a2=0 a3=0"

static void names_prove_something_only_by_option(void **state)
{
	static const struct {
		const char *rule, *records;
		enum match match;
	} rows[] = {
		{"-w /e/f", OPENED(AT_CWD, "\"/\"", "\"/e/f\"", "NORMAL"), YES},
		{"-w /e/f", OPENED(AT_CWD, "\"/e\"", "\"f\"", "NORMAL"), YES},
		{"-w /e/f", OPENED(AT_CWD, "\"/e\"", "\"./f\"", "NORMAL"), YES},
		{"-w /e/f", OPENED(AT_CWD, "\"/\"", "\"e/f\"", "NORMAL"), YES},
		{"-w /e/f", OPENED(AT_CWD, "\"/e\"", "\"g\"", "NORMAL"), NO},
		{"-w /e/f", OPENED("a0=4 a1=0 a2=0 a3=0", "\"/e\"", "\"f\"", "NORMAL"),
		 MAYBE},
		{"-w /e/f", OPENED(AT_CWD, "\"/e\"", "\"d/../f\"", "NORMAL"), MAYBE},
		{"-w /e/f", OPENED(AT_CWD, "\"/e\"", "(null)", "NORMAL"), MAYBE},
		{"-w /e/f", OPENED(AT_CWD, "(null)", "\"f\"", "NORMAL"), MAYBE},
		{"-w /e/f", OPENED(AT_CWD, "\"/e\"", "\"/e/f\"", "PARENT"), MAYBE},
		{"-w /e/f", OPENED(AT_CWD, "\"/e\"", "\"f..\"", "NORMAL"), NO},
		{"-F dir=/e", OPENED(AT_CWD, "\"/\"", "\"/e/f\"", "NORMAL"), YES},
		{"-F dir=/e", OPENED(AT_CWD, "\"/\"", "\"/e\"", "NORMAL"), YES},
		{"-F dir=/e", OPENED(AT_CWD, "\"/\"", "\"/e/\"", "PARENT"), YES},
		{"-F dir=/e", OPENED(AT_CWD, "\"/\"", "\"/ef\"", "NORMAL"), NO},
		{"-F dir=/", OPENED(AT_CWD, "\"/\"", "\"/ef\"", "NORMAL"), YES},
		{"-F dir=/e", OPENED(AT_CWD, "\"/e/d\"", "\".\"", "NORMAL"), YES},
		{"-F dir=/e", OPENED("a0=4 a1=0 a2=0 a3=0", "\"/\"", "\"f\"", "NORMAL"),
		 MAYBE},
		{"-F dir=/e", OPENED(AT_CWD, "\"/\"", "\"/g/../e\"", "NORMAL"), MAYBE},
		{"-F dir=/e", OPENED(AT_CWD, "\"/\"", "(null)", "NORMAL"), MAYBE},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "%s%s",
			 rows[i].rule[1] == 'w' ? "" : "-a always,exit -S all ",
			 rows[i].rule);
		options.paths_by_name = true;
		if (match_text(text, rows[i].records) != rows[i].match)
			fail_msg("row %zu", i);
		options.paths_by_name = false;
		if (match_text(text, rows[i].records) != MAYBE)
			fail_msg("row %zu without the option", i);
	}
}

/* --- programs, labels --- */

static void a_program_is_a_claim(void **state)
{
	static const struct row open[] = {{"-F exe=/usr/bin/touch", MAYBE},
					  {"-F exe!=/usr/bin/touch", MAYBE},
					  {"-F exe=/bin/cat", MAYBE}};
	static const struct row by_name[] = {{"-F exe=/usr/bin/touch", YES},
					     {"-F exe!=/usr/bin/touch", NO},
					     {"-F exe=/bin/cat", NO},
					     {"-F exe!=/bin/cat", YES},
					     {"-F exe=/bin/touch", MAYBE}};
	static const struct row known_path[] = {{"-F exe=/bin/touch", YES},
						{"-F exe=/usr/bin/touch", YES}};
	static const struct row other[] = {{"-F exe=/usr/bin/touch", NO},
					   {"-F exe!=/usr/bin/touch", YES}};

	(void)state;
	ALL(open, HELP_EVENT);
	options.exe_by_name = true;
	ALL(by_name, HELP_EVENT);
	options.file = tell_known;
	known = (struct match_file){.real = span_of("/usr/bin/touch")};
	ALL(known_path, HELP_EVENT);
	known.real = span_of("/opt/touch");
	ALL(other, HELP_EVENT);
	known = (struct match_file){.is_link = true};
	ALL(other, HELP_EVENT);
	ALL(other, "1300 syscall=1 exe=(null)\n");
}

#define LABELED \
	"1300 arch=c000003e syscall=257 items=1 subj=u:r:t_t:s0-s0:c0.c3\n" \
	"1302 item=0 name=\"/x\" inode=1 dev=1:1 obj=v:o:f_t:s1 nametype=NORMAL\n"

static void labels_are_read_in_parts(void **state)
{
	static const struct row selinux[] = {
		{"-F subj_user=u", YES},
		{"-F subj_user=v", NO},
		{"-F subj_role=r", YES},
		{"-F subj_type=t_t", YES},
		{"-F subj_type=t", NO},
		{"-F subj_type!=t_t", NO},
		{"-F subj_type!=gone_t", MAYBE},
		{"-F subj_sen=s0", YES},
		{"-F subj_sen=s1", MAYBE},
		{"-F subj_clr=s0:c0.c3", YES},
		{"-F subj_clr=s0:c0,c1,c2,c3", MAYBE},
		{"-F subj_sen>s0", MAYBE},
		{"-F obj_user=v", YES},
		{"-F obj_role=o", YES},
		{"-F obj_type=f_t", YES},
		{"-F obj_type=t_t", NO},
		{"-F obj_lev_low=s1", YES},
		{"-F obj_lev_high=s1", YES},
		{"-F obj_lev_high=s2", MAYBE},
	};
	static const struct row none[] = {{"-F subj_type=t_t", NO},
					  {"-F subj_type!=x", NO},
					  {"-F obj_type=f_t", NO}};
	static const struct row open[] = {{"-F subj_type=t_t", MAYBE},
					  {"-F obj_type=f_t", MAYBE}};

	(void)state;
	ALL(open, LABELED);
	options.labels = MATCH_LABELS_NONE;
	ALL(none, LABELED);
	options.labels = MATCH_LABELS_SELINUX;
	ALL(selinux, LABELED);
	ALL(open, "1300 syscall=257 items=0 subj=unconfined\n1303 obj=x\n");
	assert_int_equal(match_text("-a always,exit -S all -F obj_type=q_t",
				    "1300 syscall=257 items=0\n1303 obj=v:o:q_t:s0\n"),
			 YES);
}

/* --- addresses, access --- */

static void an_address_has_a_family(void **state)
{
	static const struct row inet[] = {{"-F saddr_fam=2", YES},
					  {"-F saddr_fam=10", NO},
					  {"-F saddr_fam!=10", YES}};
	static const struct row none[] = {{"-F saddr_fam=2", NO},
					  {"-F saddr_fam!=2", NO}};

	(void)state;
	ALL(inet, HELP_CALL("syscall=42", "0") "1306 saddr=0200003510000001\n");
	ALL(none, HELP_CALL("syscall=41", "0"));
}

static void an_access_is_a_kind_of_call(void **state)
{
	static const struct {
		const char *call, *perm;
		enum match match;
	} rows[] = {
		{"syscall=2 a1=0", "r", YES},
		{"syscall=2 a1=0", "w", NO},
		{"syscall=2 a1=1", "w", YES},
		{"syscall=2 a1=1", "r", NO},
		{"syscall=2 a1=2", "r", YES},
		{"syscall=2 a1=2", "w", YES},
		{"syscall=2 a1=40", "w", NO}, /* O_CREAT is no write */
		{"syscall=2 a1=2", "xa", NO},
		{"syscall=257 a2=241", "w", YES},
		{"syscall=257 a2=80000", "rwxa", YES},
		{"syscall=257 a2=0", "wxa", NO},
		{"syscall=257", "r", MAYBE},
		{"syscall=257", "a", NO},
		{"syscall=437", "w", MAYBE},
		{"syscall=437", "x", NO},
		{"syscall=59", "x", YES},
		{"syscall=59", "rwa", NO},
		{"syscall=322", "x", YES},
		{"syscall=85", "w", YES}, /* creat */
		{"syscall=90", "a", YES},
		{"syscall=90", "rwx", NO},
		{"syscall=89", "r", YES},
		{"syscall=82", "w", YES},
		{"syscall=87", "w", YES},
		{"syscall=87", "rxa", NO},
		{"syscall=0", "rwxa", NO}, /* read(2) is none */
		{"syscall=1", "rwxa", NO},
		{"syscall=49", "w", YES}, /* bind */
		{"syscall=188", "a", YES},
		{"syscall=191", "r", YES},
		{"syscall=2000", "r", MAYBE},
	};
	char text[64], records[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "-a always,exit -S all -F perm=%s",
			 rows[i].perm);
		snprintf(records, sizeof(records), "1300 arch=c000003e %s\n",
			 rows[i].call);
		if (match_text(text, records) != rows[i].match)
			fail_msg("%s, %s: not %d", rows[i].call, rows[i].perm,
				 rows[i].match);
	}
	assert_int_equal(match_text("-a always,exit -S all -F perm=w",
				    "1300 arch=c000003e syscall=437\n1337 oflag=02\n"),
			 YES);
	assert_int_equal(match_text("-a always,exit -S all -F perm=r",
				    "1300 arch=c000003e syscall=437\n1337 oflag=01\n"),
			 NO);
	/* by the table of the machine: 10 is unlink there, mprotect here */
	assert_int_equal(match_text("-a always,exit -S all -F perm=w",
				    "1300 arch=40000003 syscall=10\n"),
			 YES);
	assert_int_equal(match_text("-a always,exit -S all -F perm=w",
				    "1300 arch=40000003 syscall=102 a0=2\n"),
			 YES); /* socketcall(SYS_BIND) */
	assert_int_equal(match_text("-a always,exit -S all -F perm=w",
				    "1300 arch=40000003 syscall=102 a0=3\n"),
			 NO);
}

static void the_table_of_calls_is_sorted(void **state)
{
	static const char *const names[] = {
		"acct",      "bind",      "chmod",    "creat",    "fallocate",
		"fchmodat",  "fchmodat2", "getxattr", "link",     "listxattr",
		"lsetxattr", "mkdir",     "quotactl", "readlink", "rename",
		"setxattr",  "symlinkat", "truncate", "unlinkat"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct perm p = perm_class_of(names[i], 0);

		if (!p.sure && !p.maybe)
			fail_msg("%s", names[i]);
	}
	assert_int_equal(perm_class_of("read", 0).sure, 0);
}

static void classes_grow_with_the_kernel(void **state)
{
	static const struct {
		const char *call;
		uint32_t kernel, sure, maybe;
	} rows[] = {
		{"link", 0, AUDIT_PERM_WRITE | AUDIT_PERM_ATTR, 0},
		{"fchmodat2", 0, 0, AUDIT_PERM_ATTR},
		{"fchmodat2", KERNEL_VERSION(5, 10, 200), 0, 0},
		{"fchmodat2", KERNEL_VERSION(6, 1, 0), 0, AUDIT_PERM_ATTR},
		{"fchmodat2", KERNEL_VERSION(6, 18, 0), AUDIT_PERM_ATTR, 0},
		{"statx", KERNEL_VERSION(6, 18, 44), 0, 0},
		{"statx", KERNEL_VERSION(6, 19, 0), 0, AUDIT_PERM_READ},
		{"statx", 0, 0, AUDIT_PERM_READ},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct perm p = perm_class_of(rows[i].call, rows[i].kernel);

		if (p.sure != rows[i].sure || p.maybe != rows[i].maybe)
			fail_msg("row %zu", i);
	}
	assert_int_equal(match_text("-a always,exit -S all -F perm=r",
				    "1300 arch=c000003e syscall=4\n"),
			 MAYBE); /* stat */
	options.kernel = KERNEL_VERSION(6, 18, 0);
	assert_int_equal(match_text("-a always,exit -S all -F perm=r",
				    "1300 arch=c000003e syscall=4\n"),
			 NO);
}

/* --- masks and strange rules --- */

static void a_rule_is_about_its_calls(void **state)
{
	(void)state;
	assert_int_equal(match_text("-a always,exit -F arch=b64 -S openat", HELP_EVENT),
			 YES);
	assert_int_equal(match_text("-a always,exit -F arch=b64 -S open", HELP_EVENT),
			 NO);
	assert_int_equal(match_text("-a always,exit -F arch=b32 -S all", HELP_EVENT), NO);
	assert_int_equal(match_text("-a always,exit -F pid=200", HELP_EVENT), YES);
	/* the x32 numbers are in no mask */
	assert_int_equal(match_text("-a always,exit -S all",
				    "1300 arch=c000003e syscall=1073742081\n"),
			 NO);
	assert_int_equal(match_text("-a always,task -F uid=1", HELP_EVENT), MAYBE);
	assert_int_equal(match_text("-a always,exclude -F uid=1001", HELP_EVENT), NO);
}

static void a_strange_rule_is_open(void **state)
{
	struct rule_field f = {.type = 99, .op = AUDIT_EQUAL};
	struct rule rule = {
		.list = AUDIT_FILTER_EXIT, .action = AUDIT_ALWAYS, .field = &f};
	struct ruleset *none = help_set("");
	struct matcher *m = match_new(none, &options);

	(void)state;
	memset(rule.mask, 0xff, sizeof(rule.mask));
	rule.n_fields = 1;
	rule.state = RULE_STRANGE;
	help_facts(&facts, HELP_EVENT);
	assert_int_equal(match_one(m, &rule, &facts), MAYBE);
	rule.mask[257 / 32] = 0;
	assert_int_equal(match_one(m, &rule, &facts), NO);
	rule.state = RULE_BROKEN;
	assert_int_equal(match_one(m, &rule, &facts), MAYBE);
	match_free(m);
	ruleset_free(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(numbers_are_compared, defaults),
		cmocka_unit_test_setup(only_32_bits_without_a_sign, defaults),
		cmocka_unit_test_setup(auid_may_be_unset, defaults),
		cmocka_unit_test_setup(groups_are_asked_all, defaults),
		cmocka_unit_test_setup(what_no_record_tells_is_open, defaults),
		cmocka_unit_test_setup(fields_are_compared_with_each_other, defaults),
		cmocka_unit_test_setup(one_name_is_enough, defaults),
		cmocka_unit_test_setup(a_path_is_its_inode, defaults),
		cmocka_unit_test_setup(a_removed_file_has_no_outcome, defaults),
		cmocka_unit_test_setup(a_directory_is_more_than_its_inode, defaults),
		cmocka_unit_test_setup(names_prove_something_only_by_option, defaults),
		cmocka_unit_test_setup(a_program_is_a_claim, defaults),
		cmocka_unit_test_setup(labels_are_read_in_parts, defaults),
		cmocka_unit_test_setup(an_address_has_a_family, defaults),
		cmocka_unit_test_setup(an_access_is_a_kind_of_call, defaults),
		cmocka_unit_test_setup(the_table_of_calls_is_sorted, defaults),
		cmocka_unit_test_setup(classes_grow_with_the_kernel, defaults),
		cmocka_unit_test_setup(a_rule_is_about_its_calls, defaults),
		cmocka_unit_test_setup(a_strange_rule_is_open, defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
