/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_guard.c - what may be advised, and above all what may not
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "guard_judge.h"
#include "rng.h"

#define OPENS       "-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F key=access"
#define SERVICE     " -F uid=33 -F auid=-1"
#define NEVER(more) "-a never,exit -F arch=b64 -S openat" more

static void guard_allows_a_service(void **state)
{
	struct whatif_flow f = refused("/usr/sbin/d", 33, -1, "/srv/d/log");

	(void)state;
	expect(judge(OPENS, NEVER(" -F exe=/usr/sbin/d" SERVICE " -F exit=-EACCES"), 0,
		     &f, 1),
	       GUARD_ALLOWED, "named");
	assert_int_equal(verdict.risk, GUARD_LOW);
	assert_int_equal(verdict.confidence, GUARD_HIGH);
	assert_true(verdict.shown & 1u << GUARD_SHOWN_INODE);
	assert_true(verdict.shown & 1u << GUARD_SHOWN_ACCOUNT);
	assert_true(verdict.shown & 1u << GUARD_SHOWN_UNUSED);
	/* the twin of the other arch */
	expect(judge(OPENS,
		     NEVER(" -F exe=/usr/sbin/d" SERVICE "\n"
			   "-a never,exit -F arch=b32 -S openat -F "
			   "exe=/usr/sbin/d" SERVICE),
		     0, &f, 1),
	       GUARD_ALLOWED, "twin");
	/* the program is not named: a medium risk and no high confidence */
	expect(judge(OPENS, NEVER(SERVICE), 0, &f, 1), GUARD_ALLOWED, "account");
	assert_int_equal(verdict.risk, GUARD_MEDIUM);
	assert_int_equal(verdict.confidence, GUARD_MEDIUM);
	/* uid 0 needs a directory or an exit */
	f = refused("/usr/sbin/d", 0, -1, "/srv/d/log");
	expect(judge(OPENS,
		     NEVER(" -F exe=/usr/sbin/d -F uid=0 -F auid=-1 -F exit=-EACCES"), 0,
		     &f, 1),
	       GUARD_ALLOWED, "root");
	assert_int_equal(verdict.risk, GUARD_MEDIUM);
	expect(judge(OPENS, NEVER(" -F uid=0 -F auid=-1 -F exit=-EACCES"), 0, &f, 1),
	       GUARD_ALLOWED, "root without a name");
	assert_int_equal(verdict.risk, GUARD_HIGH);
}

static void guard_says_how_sure_it_is(void **state)
{
	static const struct {
		const char *exe;
		enum guard_level confidence;
	} rows[] = {
		{"/usr/sbin/d", GUARD_HIGH},
		{"/usr/sbin/unseen", GUARD_LOW},
		{"/usr/sbin/young", GUARD_MEDIUM},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct whatif_flow f = refused(rows[i].exe, 33, -1, "/srv/d/log");
		char rule[256];

		snprintf(rule, sizeof(rule), NEVER(" -F exe=%s" SERVICE), rows[i].exe);
		expect(judge(OPENS, rule, 0, &f, 1), GUARD_ALLOWED, rows[i].exe);
		assert_int_equal(verdict.confidence, rows[i].confidence);
	}
}

/* The rule names the program. */
static void guard_refuses_programs(void **state)
{
	static const struct {
		const char *exe;
		enum guard_reason reason;
	} rows[] = {
		{"/usr/bin/dash", GUARD_SHELL},
		{"/usr/bin/python3.11", GUARD_SHELL},
		{"/usr/bin/python3.11d", GUARD_SHELL},
		{"/usr/bin/python3.11-dbg", GUARD_SHELL},
		{"/usr/bin/perl5.36-x86_64-linux-gnu", GUARD_SHELL},
		{"/usr/bin/bash-static", GUARD_SHELL},
		{"/usr/bin/busybox", GUARD_SHELL},
		{"/usr/lib64/ld-linux-x86-64.so.2", GUARD_SHELL},
		{"/usr/bin/perl5.36.0", GUARD_SHELL},
		{"/usr/bin/env", GUARD_SHELL},
		{"/usr/sbin/sshd", GUARD_LOGIN},
		{"/usr/bin/su", GUARD_LOGIN},
		{"/usr/bin/sudo", GUARD_LOGIN},
		{"/usr/sbin/auditctl", GUARD_AUDIT},
		{"/usr/sbin/audisp-syslog", GUARD_AUDIT},
		{"/sbin/audisp-noise", GUARD_AUDIT},
		{"/usr/sbin/setuid", GUARD_SETUID},
		{"/usr/sbin/setgid", GUARD_SETUID},
		{"/tmp/x", GUARD_WRITABLE},
		{"/opt/app/bin/d", GUARD_WRITABLE},
		{"/srv/d", GUARD_WRITABLE},
		{"/srv/w", GUARD_WRITABLE},
		{"/srv/link", GUARD_LINK},
		{"/bin/d", GUARD_LINK},
		{"/usr/sbin/nothing", GUARD_NOT_SEEN},
		{"/usr/sbin/bound", GUARD_INODE},
		{"/usr/sbin/used", GUARD_USED},
		{"/usr/sbin/unknown", GUARD_USED},
		{"/usr/bin/short", GUARD_SHORT},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct whatif_flow f = refused(rows[i].exe, 33, -1, "/srv/d/log");
		char rule[256];

		snprintf(rule, sizeof(rule), NEVER(" -F exe=%s" SERVICE), rows[i].exe);
		expect(judge(OPENS, rule, 0, &f, 1), rows[i].reason, rows[i].exe);
	}
	{
		struct whatif_flow f =
			refused("/sbin/audisp-noise", 33, -1, "/srv/d/log");

		options.with_self = true;
		expect(judge(OPENS, NEVER(" -F exe=/sbin/audisp-noise" SERVICE), 0, &f,
			     1),
		       GUARD_ALLOWED, "ourselves");
	}
}

/* The rule names none, but their events would go with it. */
static void guard_refuses_what_goes_along(void **state)
{
	static const struct {
		const char *exe;
		enum guard_reason reason;
	} rows[] = {
		{"/usr/bin/dash", GUARD_ALLOWED}, /* a service's script */
		{"/usr/bin/grep", GUARD_ALLOWED},
		{"/usr/sbin/sshd", GUARD_LOGIN},
		{"/usr/sbin/auditctl", GUARD_AUDIT},
		{"/usr/sbin/setuid", GUARD_SETUID},
		{"/tmp/x", GUARD_WRITABLE},
		{"/srv/d", GUARD_WRITABLE},
		{"/usr/sbin/bound", GUARD_INODE},
		{"/usr/sbin/nothing", GUARD_NOT_SEEN},
		{"/usr/sbin/a b", GUARD_ALPHABET},
		{"/usr/sbin/a\nb", GUARD_ALPHABET},
		{"/usr/sbin/a\"b", GUARD_ALPHABET},
		{"/usr/sbin/a,b", GUARD_ALPHABET},
		{"/usr/sbin/a -F uid=0", GUARD_ALPHABET},
		{"/usr/sbin/\xc3\xa4", GUARD_ALPHABET},
		{"(null)", GUARD_ALPHABET},
		{NULL, GUARD_NO_PROGRAM},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct whatif_flow f[2] = {refused("/usr/sbin/d", 33, -1, "/srv/d/log"),
					   refused(rows[i].exe, 33, -1, "/srv/d/log")};

		expect(judge(OPENS, NEVER(SERVICE), 0, f, 2), rows[i].reason,
		       rows[i].exe ? rows[i].exe : "none");
	}
}

static void guard_refuses_people(void **state)
{
	static const struct {
		const char *rule;
		int64_t uid;
		int64_t auid;
		enum guard_reason reason;
	} rows[] = {
		{NEVER(" -F uid=0"), 0, 0, GUARD_ACCOUNT},
		{NEVER(" -F auid=-1"), 33, -1, GUARD_ACCOUNT},
		{NEVER(" -F uid=0 -F auid=-1"), 0, -1, GUARD_ACCOUNT},
		{NEVER(" -F uid=33"), 33, 1000, GUARD_ACCOUNT},
		{NEVER(" -F uid=1000 -F auid=-1"), 1000, -1, GUARD_ACCOUNT},
		{NEVER(" -F uid=65534 -F auid=-1"), 65534, -1, GUARD_ACCOUNT},
		{NEVER(" -F exe=/usr/sbin/d"), 33, -1, GUARD_ACCOUNT},
		{NEVER(" -F exe=/usr/sbin/d -F uid=0 -F auid=-1"), 0, -1, GUARD_ACCOUNT},
		{NEVER(" -F exe=/usr/sbin/d -F auid=-1"), 33, -1, GUARD_ACCOUNT},
		{NEVER(" -F exit=-EACCES"), 1000, 1000, GUARD_ACCOUNT},
		{NEVER(" -F exit=-EACCES -F auid=-1"), 33, -1, GUARD_ACCOUNT},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct whatif_flow f =
			refused("/usr/sbin/d", rows[i].uid, rows[i].auid, "/srv/d/log");

		expect(judge(OPENS, rows[i].rule, 0, &f, 1), rows[i].reason,
		       rows[i].rule);
	}
}

static void guard_knows_few_forms(void **state)
{
	static const char *const rules[] = {
		"-a always,exit -F arch=b64 -S openat" SERVICE,
		"-a never,exit -S openat" SERVICE,
		NEVER(SERVICE " -F key=x"),
		NEVER(SERVICE " -F path=/srv/f"),
		NEVER(SERVICE " -F exe!=/usr/bin/grep"),
		NEVER(" -F uid!=0 -F auid=-1"),
		NEVER(" -F uid=33 -F auid=1000"),
		NEVER(SERVICE " -F pid=7"),
		NEVER(SERVICE " -F success=0"),
		NEVER(SERVICE " -F gid=33"),
		NEVER(SERVICE " -F exit=3"),
		"-a never,task -F uid=33",
		"-a never,user -F uid=33",
		"-a never,exclude -F exe=/usr/sbin/d -F uid=33 -F auid=-1",
		"-a never,exclude -F msgtype=CWD",
		"-a never,exclude -F exe=/usr/sbin/d -F msgtype>=1300",
		"-a never,exclude -F exe=/usr/sbin/d -F msgtype=CWD -F sessionid=1",
		"-a never,exclude -F exe=/usr/sbin/d -F msgtype=CWD -F arch=b64",
		"-a always,exclude -F exe=/usr/sbin/d -F msgtype=LOGIN",
		"-a never,exclude -F exe=/usr/sbin/d -F msgtype!=LOGIN",
		"-a never,exclude -F exe=/usr/sbin/d -F msgtype=LOGIN -F "
		"msgtype=USER_ACCT",
		"-a never,exclude -F exe=/usr/sbin/d -F msgtype<=1106 -F msgtype<=1103 "
		"-F msgtype>=1103",
		"-a never,exclude -F exe=/usr/sbin/d -F msgtype>=1106 -F msgtype<=1103",
		NEVER(SERVICE " -F uid=44"),
		NEVER(SERVICE " -F auid=-1"),
		NEVER(SERVICE " -F dir=/srv/d/log -F dir=/srv/x"),
		NEVER(" -F exe=/usr/sbin/d" SERVICE "\n"
		      "-a never,exit -F arch=b32 -S openat -F exe=/usr/sbin/e" SERVICE),
	};
	struct whatif_flow f = refused("/usr/sbin/d", 33, -1, "/srv/d/log");

	(void)state;
	for (size_t i = 0; i < N_OF(rules); i++)
		expect(judge(OPENS, rules[i], 0, &f, 1), GUARD_FORM, rules[i]);
	/* but a field of the rule that is excepted */
	expect(judge("-a always,exit -F arch=b64 -S openat -F gid=33 -F success=0",
		     NEVER(SERVICE " -F gid=33 -F success=0"), 0, &f, 1),
	       GUARD_ALLOWED, "copied");
}

static void guard_takes_no_strange_names(void **state)
{
	static const char *const exes[] = {
		"/usr/sbin/a b",       "/usr/sbin/a\nb",       "/usr/sbin/a\"b",
		"/usr/sbin/a,b",       "/usr/sbin/a -F uid=0", "/usr/sbin/\xc3\xa4",
		"/usr/sbin/../sbin/d", "/usr/sbin//d",         "usr/sbin/d",
		"/usr/sbin/d/",        "/usr/sbin/a=b",        "",
	};

	(void)state;
	for (size_t i = 0; i < N_OF(exes); i++) {
		struct whatif_flow f = refused(exes[i], 33, -1, "/srv/d/log");
		struct rule *rule = rule_help_rule(NEVER(" -F exe=/x" SERVICE));
		struct whatif_table t = help_table(&f, 1);
		const struct whatif_edit edit = {rule, NULL};
		uint8_t fate = WHATIF_LOST;
		struct guard_case c = {.edit = &edit, .n = 1, .table = &t, .fate = &fate};

		for (uint32_t k = 0; k < rule->n_fields; k++)
			if (rule->field[k].type == AUDIT_EXE)
				rule->field[k].text = span_of(exes[i]);
		assert_false(guard_judge(&options, &c, &verdict));
		expect(verdict.reason, GUARD_ALPHABET, exes[i]);
		rule_free(rule);
	}
	assert_true(guard_key(span_of("access")));
	assert_true(guard_key(span_of("T1078_Valid-Accounts.x+y")));
	assert_true(guard_key(span_of("one\x01two")));
	assert_false(guard_key(span_of("one\x01-two")));
	assert_false(guard_key(span_of("a b")));
	assert_false(guard_key(span_of("a\nb")));
	assert_false(guard_key(span_of("a=b")));
	assert_false(guard_key(span_of("a,b")));
	assert_false(guard_key(span_of("\xc3\xa4")));
	assert_false(guard_key(span_of("")));
}

static void guard_protects_objects(void **state)
{
	static const char *const bad[] = {
		"/",
		"/etc",
		"/etc/ssh",
		"/boot",
		"/root",
		"/usr",
		"/usr/lib",
		"/lib",
		"/lib64/x",
		"/libx32",
		"/var",
		"/var/log",
		"/var/log/audit",
		"/var/spool/cron",
		"/var/spool",
		"/run",
		"/run/systemd/system",
		"/home",
		"/home/u/.ssh",
		"/srv/x/.ssh",
		"/proc/self/root/etc",
		"/proc/1/cwd",
		"/proc/7/fd",
		"/srv/../etc",
		"/srv//etc",
		"srv",
		"",
		"/srv/./x",
		"/var/run/faillock",
		"/bin",
		"/sbin",
		"/dev/fd",
		"/srv/linked", /* to /etc */
	};
	static const char *const good[] = {"/srv",      "/srv/d",     "/var/lib/d",
					   "/opt/x",    "/proc/7",    "/sys/fs/cgroup",
					   "/etcetera", "/var/log/d", "/dev/shm",
					   "/tmp",      "/proc/net"};

	(void)state;
	for (size_t i = 0; i < N_OF(bad); i++) {
		struct whatif_flow f = refused("/usr/sbin/d", 33, -1, bad[i]);

		expect(judge(OPENS, NEVER(" -F exe=/usr/sbin/d" SERVICE), 0, &f, 1),
		       GUARD_OBJECT, bad[i]);
	}
	for (size_t i = 0; i < N_OF(good); i++) {
		struct whatif_flow f = refused("/usr/sbin/d", 33, -1, good[i]);

		expect(judge(OPENS, NEVER(" -F exe=/usr/sbin/d" SERVICE), 0, &f, 1),
		       GUARD_ALLOWED, good[i]);
	}
	{ /* an object that is not known; and one that no event has */
		struct whatif_flow f = refused("/usr/sbin/d", 33, -1, NULL);

		expect(judge(OPENS, NEVER(" -F exe=/usr/sbin/d" SERVICE), 0, &f, 1),
		       GUARD_OBJECT, "unknown");
		f.dir = help_text("/srv/d/log");
		f.dir.cut = true;
		expect(judge(OPENS, NEVER(" -F exe=/usr/sbin/d" SERVICE), 0, &f, 1),
		       GUARD_OBJECT, "cut");
		f.n_types = 1;
		expect(judge(OPENS, NEVER(" -F exe=/usr/sbin/d" SERVICE), 0, &f, 1),
		       GUARD_ALLOWED, "none");
		with.may_lack_paths = true;
		expect(judge(OPENS, NEVER(" -F exe=/usr/sbin/d" SERVICE), 0, &f, 1),
		       GUARD_OBJECT, "taken away");
		f = refused("/usr/sbin/d", 33, -1, "/usr/bin");
		f.call = EXECVE; /* the program is no object */
		expect(judge("-a always,exit -F arch=b64 -S execve",
			     "-a never,exit -F arch=b64 -S execve -F "
			     "exe=/usr/sbin/d" SERVICE,
			     0, &f, 1),
		       GUARD_ALLOWED, "execve");
	}
}

static void guard_judges_directories(void **state)
{
	static const struct {
		const char *dir;
		enum guard_reason reason;
	} rows[] = {
		{"/srv/d/log", GUARD_ALLOWED}, {"/srv/weak/log", GUARD_WRITABLE},
		{"/srv/linked", GUARD_LINK},   {"/srv/nothing", GUARD_NOT_SEEN},
		{"/etc/d", GUARD_OBJECT},      {"/var", GUARD_OBJECT},
		{"/usr/sbin/d", GUARD_OBJECT},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct whatif_flow f = refused("/usr/sbin/d", 0, -1, rows[i].dir);
		char rule[256];

		f.success = EVENT_SUCCESS_YES;
		snprintf(rule, sizeof(rule),
			 NEVER(" -F exe=/usr/sbin/d -F uid=0 -F auid=-1 -F dir=%s"),
			 rows[i].dir);
		expect(judge(OPENS, rule, 0, &f, 1), rows[i].reason, rows[i].dir);
	}
	{ /* of several services: a high risk */
		struct whatif_flow f = refused("/usr/sbin/d", 44, -1, "/srv/d/log");

		f.success = EVENT_SUCCESS_YES;
		expect(judge(OPENS, NEVER(" -F auid=-1 -F dir=/srv/d/log"), 0, &f, 1),
		       GUARD_ALLOWED, "dir and auid");
		assert_int_equal(verdict.risk, GUARD_HIGH);
		expect(judge(OPENS, NEVER(" -F dir=/srv/d/log"), 0, &f, 1), GUARD_ACCOUNT,
		       "dir alone");
	}
}

static void guard_heeds_the_settings(void **state)
{
	static const char *const key[] = {"other", "access"}, *exe[] = {"/usr/sbin/d"},
				 *path[] = {"/srv/d/"};
	static const uint32_t type[] = {1306, 1307}; /* CWD */
	const char *never = NEVER(" -F exe=/usr/sbin/d" SERVICE);
	struct whatif_flow f = refused("/usr/sbin/d", 33, -1, "/srv/d/log");

	(void)state;
	options.protect_key = (struct guard_list){key, 1};
	expect(judge(OPENS, never, 0, &f, 1), GUARD_ALLOWED, "another key");
	f.n_keys = 0; /* the record bears none, but the rule has one */
	options.protect_key = (struct guard_list){key, 2};
	expect(judge(OPENS, never, 0, &f, 1), GUARD_PROTECTED, "the rule's key");
	options.protect_key = (struct guard_list){key, 1};
	f.n_keys = 2; /* of which one is known */
	expect(judge(OPENS, never, 0, &f, 1), GUARD_PROTECTED, "two keys");
	f.n_keys = 1;
	options.protect_key = (struct guard_list){key, 2};
	expect(judge(OPENS, never, 0, &f, 1), GUARD_PROTECTED, "key");
	reset(NULL);
	f.n_keys = 2;
	expect(judge(OPENS, never, 0, &f, 1), GUARD_ALLOWED, "nothing is set");
	f.n_keys = 1;
	options.protect_exe = (struct guard_list){exe, 1};
	expect(judge(OPENS, never, 0, &f, 1), GUARD_PROTECTED, "exe");
	expect(judge(OPENS, NEVER(SERVICE), 0, &f, 1), GUARD_PROTECTED, "exe along");
	reset(NULL);
	options.protect_path = (struct guard_list){path, 1};
	expect(judge(OPENS, never, 0, &f, 1), GUARD_PROTECTED, "path");
	f.dir = help_text("/srv"); /* above it */
	expect(judge(OPENS, never, 0, &f, 1), GUARD_PROTECTED, "path above");
	f.dir = help_text("/srv/e");
	expect(judge(OPENS, never, 0, &f, 1), GUARD_ALLOWED, "path beside");
	reset(NULL);
	options.protect_type = (struct guard_types){type, 1};
	expect(judge(OPENS, never, 0, &f, 1), GUARD_ALLOWED, "another type");
	options.protect_type = (struct guard_types){type, 2};
	expect(judge(OPENS, never, 0, &f, 1), GUARD_PROTECTED, "type");
}

/* Nothing that is an alarm goes, whoever asks for it and whatever it goes with. */
static void guard_keeps_alarms(void **state)
{
	static const uint32_t types[] = {
		1305, 1100, 1102, 1107, 1108, 1109, 1112, 1200, 1299, 1326, 1330,
		1400, 1403, 1500, 1700, 1701, 1800, 1807, 2100, 2200, 2300,
	};

	(void)state;
	for (size_t i = 0; i < N_OF(types); i++) {
		struct whatif_flow f = help_message(types[i], "/usr/sbin/d", 33, -1);
		char rule[256];

		assert_true(guard_is_alarm(types[i]));
		assert_false(guard_type(types[i]));
		snprintf(rule, sizeof(rule),
			 "-a never,exclude -F exe=/usr/sbin/d" SERVICE " -F msgtype=%u",
			 types[i]);
		expect(judge(OPENS, rule, 0, &f, 1), GUARD_TYPE, rule);
	}
	assert_false(guard_type(1300));
	assert_false(guard_type(1320));
	assert_false(guard_type(1302));
	assert_false(guard_type(1307));
	assert_false(guard_type(1327));
}

#define WITH(more) NEVER(" -F exe=/usr/sbin/d" SERVICE) "\n-a never,exclude -F " more

/* Behind an exception excludes of what would come all the same, of the same doer. */
static void guard_excludes_beside_an_exception(void **state)
{
	static const struct {
		const char *rules;
		enum guard_reason reason;
	} rows[] = {
		{WITH("exe=/usr/sbin/d" SERVICE " -F msgtype=1333"), GUARD_ALLOWED},
		{WITH("exe=/usr/sbin/e" SERVICE " -F msgtype=1333"), GUARD_FORM},
		{WITH("exe=/usr/sbin/d -F uid=34 -F auid=-1 -F msgtype=1333"),
		 GUARD_FORM},
		{WITH("exe=/usr/sbin/d -F uid=33 -F msgtype=1333"), GUARD_FORM},
		{WITH("exe=/usr/sbin/d -F auid=-1 -F msgtype=1333"), GUARD_FORM},
		{WITH("exe=/usr/sbin/d" SERVICE " -F msgtype=1400"), GUARD_TYPE},
		{WITH("exe=/usr/sbin/d" SERVICE " -F msgtype=1105"), GUARD_TYPE},
		{WITH("exe=/usr/sbin/d" SERVICE " -F msgtype=1327"), GUARD_TYPE},
		{WITH("exe=/usr/sbin/d" SERVICE " -F msgtype>=1325 -F msgtype<=1333"),
		 GUARD_TYPE},
		/* not where no program is named */
		{NEVER(SERVICE) "\n-a never,exclude -F exe=/usr/sbin/d" SERVICE
				" -F msgtype=1333",
		 GUARD_FORM},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct whatif_flow f = refused("/usr/sbin/d", 33, -1, "/srv/d/log");

		f.types[f.n_types++] = 1333;
		expect(judge(OPENS, rows[i].rules, 0, &f, 1), rows[i].reason,
		       rows[i].rules);
	}
}

static void guard_excludes_of_one_program(void **state)
{
	const char *one = "-a never,exclude -F exe=/usr/sbin/xtables-nft-multi -F uid=0 "
			  "-F auid=-1 -F msgtype=NETFILTER_CFG";
	struct whatif_flow f = help_message(1325, "/usr/sbin/xtables-nft-multi", 0, -1);

	(void)state;
	f.claimed = false;
	expect(judge(OPENS, one, 0, &f, 1), GUARD_ALLOWED, "netfilter");
	assert_int_equal(verdict.risk, GUARD_MEDIUM);
	expect(judge(OPENS,
		     "-a never,exclude -F exe=/usr/sbin/xtables-nft-multi -F uid=0 "
		     "-F msgtype=NETFILTER_CFG",
		     0, &f, 1),
	       GUARD_ACCOUNT, "people");
	expect(judge(OPENS,
		     "-a never,exclude -F exe=/usr/sbin/xtables-nft-multi -F uid=0 "
		     "-F auid=-1 -F msgtype>=1300 -F msgtype<=1325",
		     0, &f, 1),
	       GUARD_TYPE, "range");
	f.success = EVENT_SUCCESS_NO;
	expect(judge(OPENS, one, 0, &f, 1), GUARD_FAILED, "failed");
	/* sessions of others than cron */
	f = help_message(1105, "/usr/sbin/d", 33, -1);
	expect(judge(OPENS,
		     "-a never,exclude -F exe=/usr/sbin/d" SERVICE
		     " -F msgtype=USER_START",
		     0, &f, 1),
	       GUARD_TYPE, "session");
}

#define CRON "-a never,exclude -F exe=/usr/sbin/cron -F uid=0 -F msgtype"

static void guard_silences_cron(void **state)
{
	struct whatif_flow f[3] = {help_message(1101, "/usr/sbin/cron", 0, -1),
				   help_message(1105, "/usr/sbin/cron", 0, 1000),
				   help_message(1006, "/usr/sbin/cron", 0, 1000)};
	const char *all =
		CRON "=USER_ACCT\n" CRON ">=1103 -F msgtype<=1106\n" CRON "=LOGIN";

	(void)state;
	expect(judge(OPENS, all, 0, f, 3), GUARD_NOT_CRON, "no sessions");
	with.is_cron = true;
	expect(judge(OPENS, all, 0, f, 3), GUARD_ALLOWED, "cron");
	assert_int_equal(verdict.risk, GUARD_MEDIUM);
	assert_true(verdict.shown & 1u << GUARD_SHOWN_SESSIONS);
	assert_false(verdict.shown & 1u << GUARD_SHOWN_BACKED);
	with.is_backed = true;
	expect(judge(OPENS, all, 0, f, 3), GUARD_ALLOWED, "cron, and the kernel says so");
	assert_true(verdict.shown & 1u << GUARD_SHOWN_BACKED);
	expect(judge(OPENS, CRON "=USER_ACCT", 0, f, 1), GUARD_ALLOWED, "one of them");
	/* the range that holds USER_MGMT too */
	expect(judge(OPENS, CRON ">=1101 -F msgtype<=1106", 0, f, 2), GUARD_TYPE,
	       "USER_MGMT");
	expect(judge(OPENS, CRON "=USER_MGMT", 0, f, 1), GUARD_TYPE, "USER_MGMT alone");
	expect(judge(OPENS, CRON "=USER_AUTH", 0, f, 1), GUARD_TYPE, "USER_AUTH");
	expect(judge(OPENS, "-a never,exclude -F exe=/usr/sbin/cron -F msgtype=USER_ACCT",
		     0, f, 1),
	       GUARD_ACCOUNT, "no uid");
	f[0].success = EVENT_SUCCESS_NO;
	expect(judge(OPENS, CRON "=USER_ACCT", 0, f, 1), GUARD_FAILED, "failed");
	/* cron's name at another place is another program */
	f[0] = help_message(1101, "/tmp/cron", 0, -1);
	expect(judge(OPENS,
		     "-a never,exclude -F exe=/tmp/cron -F uid=0 -F msgtype=USER_ACCT", 0,
		     f, 1),
	       GUARD_TYPE, "not cron");
}

static void guard_wants_it_exact(void **state)
{
	struct whatif_flow f[2] = {refused("/usr/sbin/d", 33, -1, "/srv/d/log"),
				   refused("/usr/sbin/d", EVENT_ID_ABSENT, -1, "/srv/d")};

	(void)state;
	f[1].uid_class = ID_CLASS_SYSTEM;
	expect(judge(OPENS, NEVER(SERVICE), 0, f, 2), GUARD_INEXACT, "folded");
	f[1].count[0] = (struct count){0, 0, 0}; /* not in the window */
	expect(judge(OPENS, NEVER(SERVICE), 0, f, 2), GUARD_ALLOWED, "gone");
}

/* An attacker who varies his program makes more flows than there is room for. */
static void guard_does_not_trust_what_is_not_listed(void **state)
{
	struct whatif_flow f = refused("/usr/sbin/d", 33, -1, "/srv/d/log");
	struct ruleset *set = help_set(OPENS);
	struct whatif *w = help_whatif(set);
	struct whatif_table t = help_table(&f, 1);
	struct rule *unnamed = rule_help_rule(NEVER(SERVICE)),
		    *named = rule_help_rule(NEVER(" -F exe=/usr/sbin/d" SERVICE));
	struct whatif_edit edit = {unnamed, NULL};
	uint8_t fate = WHATIF_LOST;
	struct guard_case c = {.edit = &edit, .n = 1, .table = &t, .fate = &fate};

	(void)state;
	t.total[0].records = 1000; /* of which 500 are listed */
	assert_false(guard_judge(&options, &c, &verdict));
	expect(verdict.reason, GUARD_NO_PROGRAM, "not listed");
	t.apart[0].records = 495; /* but ours */
	assert_true(guard_judge(&options, &c, &verdict));
	t.apart[0].records = 0;
	edit.add = named;
	assert_true(guard_judge(&options, &c, &verdict));
	assert_int_equal(verdict.confidence, GUARD_MEDIUM);
	rule_free(named);
	rule_free(unnamed);
	whatif_free(w);
	ruleset_free(set);
}

/* What the what-if would have held to be open or kept, said to be lost. */
static void guard_judges_all_that_goes(void **state)
{
	struct whatif_flow f = refused("/usr/sbin/d", 33, -1, "/srv/d/log");
	struct rule *rule = rule_help_rule(NEVER(" -F exe=/usr/sbin/d" SERVICE));
	struct rule strange = *rule;
	struct whatif_record r = {.type = 1006, .vanish = {{1, 1, 1}}, .flow = SIZE_MAX};
	struct whatif_table t = help_table(&f, 1);
	struct whatif_edit edit = {rule, NULL};
	uint8_t fate[2] = {WHATIF_LOST, WHATIF_LOST};
	struct guard_case c = {.edit = &edit, .n = 1, .table = &t, .fate = fate};

	(void)state;
	t.record = &r;
	t.n_records = 1;
	expect(guard_judge(&options, &c, &verdict) ? GUARD_ALLOWED : verdict.reason,
	       GUARD_ALLOWED, "all well");
	f.types[1] = 1400;
	guard_judge(&options, &c, &verdict);
	expect(verdict.reason, GUARD_TYPE, "an alarm in an event");
	f.types[1] = 1302;
	r.success = EVENT_SUCCESS_NO;
	guard_judge(&options, &c, &verdict);
	expect(verdict.reason, GUARD_FAILED, "a record that tells of a failure");
	r.success = EVENT_SUCCESS_YES;
	r.type = 1701;
	guard_judge(&options, &c, &verdict);
	expect(verdict.reason, GUARD_TYPE, "an alarm");
	r.vanish[0] = (struct count){0, 0, 0};
	assert_true(guard_judge(&options, &c, &verdict));
	c.n = 0;
	guard_judge(&options, &c, &verdict);
	expect(verdict.reason, GUARD_FORM, "no rule");
	c.n = 1;
	edit.add = NULL;
	guard_judge(&options, &c, &verdict);
	expect(verdict.reason, GUARD_FORM, "none at all");
	strange.state = RULE_STRANGE;
	edit.add = &strange;
	guard_judge(&options, &c, &verdict);
	expect(verdict.reason, GUARD_FORM, "not understood");
	rule_free(rule);
}

static bool see_some_parents(void *arg, struct span path, struct lineage *out)
{
	bool seen = help_see_file(arg, path, out);

	out->n_parents -= seen;
	return seen;
}

static bool see_too_many(void *arg, struct span path, struct lineage *out)
{
	bool seen = help_see_file(arg, path, out);

	out->n_parents = LINEAGE_PARENTS + 1;
	return seen;
}

static bool see_people_use_it(void *arg, struct span exe, struct guard_traffic *out)
{
	bool seen = help_see_traffic(arg, exe, out);

	out->login_seen = GUARD_YES;
	return seen;
}

/* Half of a path is not shown; and that cron's jobs have login uids is no matter. */
static void guard_asks_for_all_of_it(void **state)
{
	struct whatif_flow f = refused("/usr/sbin/d", 33, -1, "/srv/d/log");
	const char *never = NEVER(" -F exe=/usr/sbin/d" SERVICE);

	(void)state;
	options.file = see_some_parents;
	expect(judge(OPENS, never, 0, &f, 1), GUARD_WRITABLE, "not all parents");
	options.file = see_too_many;
	expect(judge(OPENS, never, 0, &f, 1), GUARD_WRITABLE, "too many");
	options = help_guard;
	options.traffic = see_people_use_it;
	expect(judge(OPENS, never, 0, &f, 1), GUARD_USED, "used");
	f = help_message(1101, "/usr/sbin/cron", 0, -1);
	with.is_cron = true;
	expect(judge(OPENS, CRON "=USER_ACCT", 0, &f, 1), GUARD_ALLOWED, "cron");
}

static unsigned int asked;

/* All but the program /usr/sbin/d is still to be looked at. */
static bool see_one(void *arg, struct span path, struct lineage *out)
{
	if (span_is(path, "/usr/sbin/d"))
		return help_see_file(arg, path, out);
	out->pending = true;
	asked++;
	return false;
}

/* Where nobody has looked a link may lead anywhere; and all is asked for at once. */
static void guard_waits_until_all_is_looked_at(void **state)
{
	struct whatif_flow f[] = {refused("/usr/sbin/d", 33, -1, "/srv/linked"),
				  refused("/usr/sbin/d", 33, -1, "/srv/d/log"),
				  refused("/usr/sbin/chronyd", 33, -1, "/srv/d/log")};
	const char *never = NEVER(" -F exe=/usr/sbin/d" SERVICE);

	(void)state;
	expect(judge(OPENS, never, 0, f, 1), GUARD_OBJECT, "a link to /etc");
	options.file = see_one;
	expect(judge(OPENS, never, 0, f, 1), GUARD_NOT_SEEN, "not looked at");
	asked = 0;
	expect(judge(OPENS, NEVER(SERVICE), 0, f, 3), GUARD_NOT_SEEN, "not looked at");
	assert_int_equal(asked, 3);
}

/* Nothing known is nothing shown. */
static void guard_denies_by_default(void **state)
{
	struct whatif_flow f = refused("/usr/sbin/d", 33, -1, "/srv/d/log");

	(void)state;
	options.file = NULL;
	expect(judge(OPENS, NEVER(" -F exe=/usr/sbin/d" SERVICE), 0, &f, 1),
	       GUARD_NOT_SEEN, "no files");
	expect(judge(OPENS, NEVER(SERVICE), 0, &f, 1), GUARD_NOT_SEEN, "no files");
	options.file = help_see_file;
	options.traffic = NULL;
	expect(judge(OPENS, NEVER(" -F exe=/usr/sbin/d" SERVICE), 0, &f, 1), GUARD_USED,
	       "no traffic");
}

static void guard_has_words_for_all(void **state)
{
	(void)state;
	for (int i = 0; i < GUARD_REASONS; i++)
		assert_true(guard_reason_name((enum guard_reason)i)[0]);
	for (int i = 0; i < GUARD_SHOWN_KINDS; i++)
		assert_true(guard_shown_text((enum guard_shown)i)[0]);
	for (int i = 0; i < GUARD_LEVELS; i++)
		assert_true(guard_level_name((enum guard_level)i)[0]);
}

/* --- whatever comes --- */

static bool has(const char *rule, const char *field)
{
	size_t n = strlen(field);

	for (const char *at = strstr(rule, field); at; at = strstr(at + 1, field))
		if (at[n] == ' ' || at[n] == '\0')
			return true;
	return false;
}

/* What must hold of a rule that is allowed, by its text alone. */
static void must_hold(const char *rule)
{
	bool account = has(rule, "uid=33") && has(rule, "auid=-1");
	bool root = has(rule, "-F uid=0") && has(rule, "auid=-1") &&
		    (has(rule, "dir=/srv/d/log") || has(rule, "exit=-EACCES"));
	bool dir = has(rule, "auid=-1") && has(rule, "dir=/srv/d/log") &&
		   !strstr(rule, "exe=") && !strstr(rule, " uid=");

	if (!account && !root && !dir)
		fail_msg("%s", rule);
	assert_null(strstr(rule, "key="));
	assert_null(strstr(rule, "path="));
	assert_null(strstr(rule, "!="));
	assert_null(strstr(rule, "pid="));
	assert_null(strstr(rule, "always"));
	assert_null(strstr(rule, "/etc"));
	assert_null(strstr(rule, "dash"));
	assert_null(strstr(rule, "/tmp"));
	assert_null(strstr(rule, "used"));
}

static void guard_allows_nothing_else(void **state)
{
	static const char *const fields[] = {
		"-F uid=0",
		"-F uid=33",
		"-F uid=1000",
		"-F uid!=33",
		"-F auid=-1",
		"-F auid=-1",
		"-F auid=1000",
		"-F auid!=-1",
		"-F exe=/usr/sbin/d",
		"-F exe=/usr/sbin/d",
		"-F exe=/usr/bin/dash",
		"-F exe=/tmp/x",
		"-F exe=/usr/sbin/used",
		"-F dir=/srv/d/log",
		"-F dir=/etc",
		"-F exit=-EACCES",
		"-F exit=-EACCES",
		"-F path=/srv/f",
		"-F key=k",
		"-F pid=7",
	};
	static const char *const exes[] = {"/usr/sbin/d", "/usr/sbin/d", "/usr/bin/dash",
					   "/tmp/x", "/usr/sbin/used"};
	struct rng r = {0x6a4d};
	size_t allowed = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char rule[512] = "-a never,exit -F arch=b64 -S openat";
		struct whatif_flow f[3];
		size_t n = 1 + rng_below(&r, 3);
		bool place = false;

		if (!rng_below(&r, 20))
			memcpy(rule + 3, "always,exit -F arch=b64 -S openat", 34);
		for (size_t i = 1 + rng_below(&r, 4); i; i--) {
			const char *add = fields[rng_below(&r, N_OF(fields))];

			if (strstr(add, "dir=") || strstr(add, "path=")) {
				if (place)
					continue;
				place = true;
			}
			strcat(rule, " ");
			strcat(rule, add);
		}
		for (size_t i = 0; i < n; i++) {
			f[i] = refused(exes[rng_below(&r, N_OF(exes))],
				       rng_below(&r, 2) ? 33 : 0,
				       rng_below(&r, 4) ? -1 : 1000,
				       rng_below(&r, 4) ? "/srv/d/log" : "/etc");
			if (rng_below(&r, 2))
				f[i].success = EVENT_SUCCESS_YES;
		}
		if (judge("-a always,exit -F arch=b64 -S openat -F key=access", rule, 0,
			  f, n) != GUARD_ALLOWED)
			continue;
		allowed++;
		must_hold(rule);
	}
	print_message("%zu allowed\n", allowed);
	assert_true(allowed > 100);
}

#define test(f) cmocka_unit_test_setup(f, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(guard_allows_a_service),
		test(guard_says_how_sure_it_is),
		test(guard_refuses_programs),
		test(guard_refuses_what_goes_along),
		test(guard_refuses_people),
		test(guard_knows_few_forms),
		test(guard_takes_no_strange_names),
		test(guard_protects_objects),
		test(guard_judges_directories),
		test(guard_heeds_the_settings),
		test(guard_keeps_alarms),
		test(guard_excludes_beside_an_exception),
		test(guard_excludes_of_one_program),
		test(guard_silences_cron),
		test(guard_wants_it_exact),
		test(guard_does_not_trust_what_is_not_listed),
		test(guard_judges_all_that_goes),
		test(guard_asks_for_all_of_it),
		test(guard_waits_until_all_is_looked_at),
		test(guard_denies_by_default),
		test(guard_has_words_for_all),
		test(guard_allows_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
