/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_trial.c - what of a stranger's advice may be loaded, and above all what not
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "advise/trial.h"
#include "base/text.h"
#include "guard_help.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

#define ACCESS64 "-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F key=access"
#define ACCESS32 "-a always,exit -F arch=b32 -S openat -F exit=-EACCES -F key=access"
#define ACCESS   ACCESS64 "\n" ACCESS32
#define NEVER    "-a never,exit -F arch=b64 -S openat "
#define SERVICE  "-F exe=/usr/sbin/d -F uid=33 -F auid=-1"

static struct trial trial;
static struct guard_options options; /* as help_guard, and what is protected */

/* @lines: parted by newlines */
static int add(const char *lines, int (*one)(struct trial *, struct span, int))
{
	struct span rest = span_of(lines), line;
	int r = 0;

	while (!r && text_line(&rest, &line)) {
		struct span exact = rule_help_exact(line);

		r = one(&trial, exact, MACH_86_64);
		free((void *)exact.p);
	}
	return r;
}

static int judge(enum trial_kind kind, const char *loaded, const char *rules,
		 const char *old)
{
	struct ruleset *set = help_set(loaded);
	int r;

	trial_fini(&trial);
	trial_init(&trial, kind);
	r = add(rules, trial_add);
	if (!r)
		r = add(old, trial_add_old);
	if (!r)
		r = trial_judge(&trial, set, MACH_86_64, &options);
	if (!r)
		assert_int_equal(trial.n_add, trial.n);
	else
		assert_true(strlen(trial.why) > 0);
	trial.about[0] = trial.about[1] = NULL;
	ruleset_free(set);
	return r;
}

static int begin(void **state)
{
	(void)state;
	options = help_guard;
	return 0;
}

static int end(void **state)
{
	(void)state;
	trial_fini(&trial);
	return 0;
}

static void trial_takes_what_advice_makes(void **state)
{
	static const struct {
		enum trial_kind kind;
		const char *rules;
	} good[] = {
		{TRIAL_SILENCE, NEVER SERVICE},
		{TRIAL_SILENCE, NEVER SERVICE " -F exit=-EACCES"},
		{TRIAL_SILENCE,
		 NEVER SERVICE "\n-a never,exit -F arch=b32 -S openat " SERVICE},
		{TRIAL_SILENCE, NEVER "-F uid=33 -F auid=-1"},
		{TRIAL_SILENCE,
		 NEVER SERVICE "\n-a never,exclude -F msgtype=TIME_ADJNTPVAL " SERVICE},
		{TRIAL_SILENCE, NEVER "-F uid=33 -F auid=-1 -F dir=/srv/d/log"},
		{TRIAL_SILENCE, NEVER "-F uid=0 -F auid=-1 -F exit=-EACCES"},
		{TRIAL_EXCLUDE,
		 "-a never,exclude -F exe=/usr/sbin/d -F uid=33 -F auid=-1 -F "
		 "msgtype=NETFILTER_CFG"},
		{TRIAL_EXCLUDE,
		 "-a never,exclude -F exe=/usr/sbin/cron -F uid=0 -F msgtype=USER_ACCT\n"
		 "-a never,exclude -F exe=/usr/sbin/cron -F uid=0 -F msgtype>=CRED_ACQ "
		 "-F "
		 "msgtype<=USER_END"},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(good); i++)
		if (judge(good[i].kind, ACCESS, good[i].rules, ""))
			fail_msg("%s: %s", good[i].rules, trial.why);
}

static void trial_refuses_all_other_forms(void **state)
{
	static const char *const bad[] = {
		"",
		"#",
		"-D",
		"-e 0",
		"-b 1",
		"-w /etc/passwd -p wa",
		"-d never,exit -F arch=b64 -S openat " SERVICE,
		"-A never,exit -F arch=b64 -S openat " SERVICE,
		"-a exit,never -F arch=b64 -S openat " SERVICE,
		"-a always,exit -F arch=b64 -S openat " SERVICE,
		"-a never,exit -F arch=b64 -S all " SERVICE,
		"-a never,exit -S openat " SERVICE,
		"-a never,task -F uid=33 -F auid=-1",
		"-a never,user -F uid=33 -F auid=-1",
		"-a never,filesystem -F fstype=tracefs",
		NEVER,
		NEVER " " SERVICE, /* not as it is printed */
		NEVER SERVICE " ",
		NEVER SERVICE " -F key=k",
		NEVER SERVICE " -F exe=/usr/sbin/d",
		NEVER SERVICE " -F path=/srv/d",
		NEVER SERVICE " -F subj_type=t",
		NEVER SERVICE " -F perm=r", /* no field of the rule */
		NEVER "-F exe=/usr/sbin/d",
		NEVER "-F exe=/usr/sbin/d -F uid=33",
		NEVER "-F exe=/usr/sbin/d -F auid=-1",
		NEVER "-F exe!=/usr/sbin/d -F uid=33 -F auid=-1",
		NEVER "-F exe=/usr/sbin/d -F uid!=33 -F auid=-1",
		NEVER "-F exe=/usr/sbin/d -F uid=33 -F auid!=-1",
		NEVER "-F exe=/usr/sbin/d -F uid=root -F auid=-1",
		NEVER "-F exe=/usr/sbin/d -F uid=33 -F auid=unset",
		NEVER "-F exe=/usr/sbin/d -F uid=1000 -F auid=-1",
		NEVER "-F exe=/usr/sbin/d -F uid=0 -F auid=-1",
		NEVER "-F uid=0 -F auid=-1",
		NEVER "-F auid=-1",
		NEVER "-F uid=33 -F auid=-1 -F dir=/etc",
		NEVER "-F uid=33 -F auid=-1 -F dir=/",
		NEVER "-F uid=33 -F auid=-1 -F dir=/srv/weak/log",
		NEVER "-F uid=33 -F auid=-1 -F dir=/srv/linked",
		NEVER "-F exe=/usr/bin/dash -F uid=33 -F auid=-1",
		NEVER "-F exe=/usr/bin/python3.11 -F uid=33 -F auid=-1",
		NEVER "-F exe=/usr/sbin/sshd -F uid=33 -F auid=-1",
		NEVER "-F exe=/usr/sbin/auditctl -F uid=33 -F auid=-1",
		NEVER "-F exe=/sbin/audisp-noise -F uid=33 -F auid=-1",
		NEVER "-F exe=/usr/sbin/setuid -F uid=33 -F auid=-1",
		NEVER "-F exe=/usr/sbin/setgid -F uid=33 -F auid=-1",
		NEVER "-F exe=/tmp/x -F uid=33 -F auid=-1",
		NEVER "-F exe=/opt/app/bin/d -F uid=33 -F auid=-1",
		NEVER "-F exe=/srv/d -F uid=33 -F auid=-1",
		NEVER "-F exe=/srv/w -F uid=33 -F auid=-1",
		NEVER "-F exe=/srv/link -F uid=33 -F auid=-1",
		NEVER "-F exe=/bin/d -F uid=33 -F auid=-1",
		NEVER "-F exe=/no/such -F uid=33 -F auid=-1",
		NEVER "-F exe=/usr/sbin/a,b -F uid=33 -F auid=-1",
		NEVER "-F exe=/usr/sbin/../sbin/d -F uid=33 -F auid=-1",
		NEVER "-F exe=/usr/sbin/a\\ -F\\ uid=0 -F uid=33 -F auid=-1",
		NEVER "-F exe=/usr/sbin/\xc3\xa4 -F uid=33 -F auid=-1",
		"-a never,exit -F arch=b64 -S uname " SERVICE, /* nobody asks for it */
		"-a never,exit -F arch=b64 -S openat,unlink " SERVICE,
		NEVER SERVICE "\n" NEVER SERVICE,
		"-a never,exclude -F msgtype=TIME_ADJNTPVAL " SERVICE "\n" NEVER SERVICE,
		NEVER SERVICE "\n-a never,exclude -F msgtype=EOE " SERVICE,
		NEVER SERVICE "\n-a never,exclude -F msgtype=TIME_ADJNTPVAL -F "
			      "exe=/usr/sbin/chronyd -F uid=33 -F auid=-1",
		NEVER SERVICE "\n" NEVER "-F exe=/usr/sbin/chronyd -F uid=33 -F auid=-1",
	};

	(void)state;
	for (size_t i = 0; i < N_OF(bad); i++)
		if (!judge(TRIAL_SILENCE, ACCESS, bad[i], ""))
			fail_msg("it was taken: %s", bad[i]);
	assert_int_equal(
		judge(TRIAL_SILENCE, ACCESS "\n" NEVER SERVICE, NEVER SERVICE, ""),
		-EEXIST);
	assert_int_equal(judge(TRIAL_SILENCE, ACCESS, NEVER SERVICE, ACCESS64), -EINVAL);
	assert_int_equal(judge(TRIAL_SILENCE, "", NEVER SERVICE, ""), -EPERM);
	assert_int_equal(judge(TRIAL_KINDS, ACCESS, "", ""), -EPERM);
}

static void trial_refuses_other_excludes(void **state)
{
#define EXCLUDE "-a never,exclude "
	static const char *const bad[] = {
		EXCLUDE "-F msgtype=EOE",
		EXCLUDE "-F exe=/usr/sbin/d",
		EXCLUDE "-F exe=/usr/sbin/d -F msgtype=NETFILTER_CFG",
		EXCLUDE
		"-F exe=/usr/sbin/d -F uid=1000 -F auid=-1 -F msgtype=NETFILTER_CFG",
		EXCLUDE "-F exe=/usr/sbin/d -F uid=33 -F auid=-1 -F msgtype=SYSCALL",
		EXCLUDE "-F exe=/usr/sbin/d -F uid=33 -F auid=-1 -F msgtype=AVC",
		EXCLUDE
		"-F exe=/usr/sbin/d -F uid=33 -F auid=-1 -F msgtype>=1 -F msgtype<=9999",
		EXCLUDE
		"-F exe=/usr/sbin/d -F uid=33 -F auid=-1 -F msgtype>=NETFILTER_CFG",
		EXCLUDE
		"-F exe=/usr/sbin/d -F uid=33 -F auid=-1 -F msgtype!=NETFILTER_CFG",
		EXCLUDE "-F exe=/usr/sbin/d -F uid=33 -F auid=-1 -F ppid=1 -F "
			"msgtype=NETFILTER_CFG",
		EXCLUDE "-F exe=/usr/sbin/cron -F uid=0 -F msgtype=USER_MGMT",
		EXCLUDE "-F exe=/usr/sbin/cron -F uid=0 -F msgtype>=USER_ACCT -F "
			"msgtype<=USER_END",
		EXCLUDE "-F exe=/usr/sbin/cron -F msgtype=USER_ACCT",
		"-a always,exclude -F exe=/usr/sbin/d -F uid=33 -F auid=-1 -F "
		"msgtype=NETFILTER_CFG",
		NEVER SERVICE,
	};

	(void)state;
	for (size_t i = 0; i < N_OF(bad); i++)
		if (!judge(TRIAL_EXCLUDE, ACCESS, bad[i], ""))
			fail_msg("it was taken: %s", bad[i]);
}

static void trial_narrows_where_it_is_the_same(void **state)
{
	static const char to[] =
		"-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F "
		"auid!=-1 -F key=access";
	static const char apart[] = ACCESS
		"\n-a always,exit -F arch=b64 -S openat -F exit=-EPERM -F key=perm";
	static const char falls[] =
		ACCESS "\n-a always,exit -F arch=b64 -S openat -F success=0 -F key=fails";
	char text[512];

	(void)state;
	assert_int_equal(judge(TRIAL_NARROW, apart, to, ACCESS64), 0);
	rule_print(trial.add[0], MACH_86_64, text, sizeof(text));
	assert_string_equal(text,
			    "-a never,exit -F arch=b64 -S openat -F exit=-EACCES -F "
			    "auid=-1");
	assert_int_equal(judge(TRIAL_NARROW, falls, to, ACCESS64), -ENOTSUP);
	assert_int_equal(judge(TRIAL_NARROW, ACCESS, to, ""), -EPERM);
	assert_int_equal(judge(TRIAL_NARROW, ACCESS32, to, ACCESS64), -EPERM);
	assert_int_equal(judge(TRIAL_NARROW, ACCESS, NEVER SERVICE, ACCESS64), -EPERM);
	/* other than by auid!=unset, and a rule that is not about people */
	assert_int_equal(
		judge(TRIAL_NARROW, ACCESS,
		      "-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F uid!=33 "
		      "-F key=access",
		      ACCESS64),
		-EPERM);
	assert_int_equal(
		judge(TRIAL_NARROW, "-a always,exit -F arch=b64 -S execve -F key=x",
		      "-a always,exit -F arch=b64 -S execve -F auid!=-1 -F key=x",
		      "-a always,exit -F arch=b64 -S execve -F key=x"),
		-EPERM);
}

/* What comes to the same would hold for people. */
static void trial_takes_no_call_out_of_a_rule(void **state)
{
	static const char rule[] = "-a always,exit -F arch=b64 -S open,openat -F key=x";

	(void)state;
	assert_int_equal(judge(TRIAL_NARROW, rule,
			       "-a always,exit -F arch=b64 -S open -F key=x", rule),
			 -ENOTSUP);
	assert_int_equal(trial.n_add, 0);
	assert_non_null(strstr(trial.why, "is not tried"));
	assert_int_equal(judge(TRIAL_NARROW,
			       "-a always,exit -F arch=b64 -S execve,openat -F key=x",
			       "-a always,exit -F arch=b64 -S openat -F key=x",
			       "-a always,exit -F arch=b64 -S execve,openat -F key=x"),
			 -EPERM);
}

static void trial_names_who_goes_blind(void **state)
{
	struct ruleset *set =
		help_set(ACCESS64 "\n-a always,exit -F arch=b64 -S openat -F "
				  "success=0 -F key=fails\n-a always,exit -F "
				  "arch=b64 -S unlink -F key=u\n-w /etc -p wa");

	(void)state;
	trial_fini(&trial);
	trial_init(&trial, TRIAL_SILENCE);
	assert_int_equal(add(NEVER SERVICE, trial_add), 0);
	assert_int_equal(trial_judge(&trial, set, MACH_86_64, &help_guard), 0);
	assert_ptr_equal(trial.about[0], ruleset_at(set, 0));
	assert_false(trial_is_blinded(&trial, ruleset_at(set, 0)));
	assert_true(trial_is_blinded(&trial, ruleset_at(set, 1)));
	assert_false(trial_is_blinded(&trial, ruleset_at(set, 2)));
	assert_true(trial_is_blinded(&trial, ruleset_at(set, 3)));
	trial_fini(&trial);
	ruleset_free(set);
}

/* The rules alone say that something protected loses events. */
static void trial_heeds_the_settings(void **state)
{
#define CALL_KEY  ACCESS "\n-a always,exit -F arch=b64 -S openat -F success=0 -F key=other"
#define WATCH_KEY ACCESS "\n-w /srv/x -p wa -k other"
#define APART_KEY ACCESS "\n-a always,exit -F arch=b64 -S unlink -F key=other"
#define COMPANION NEVER SERVICE "\n-a never,exclude -F msgtype=TIME_ADJNTPVAL " SERVICE
#define CRON \
	"-a never,exclude -F exe=/usr/sbin/cron -F uid=0 -F msgtype>=CRED_ACQ -F " \
	"msgtype<=USER_END"
#define SESSIONS "-a never,exclude " SERVICE " -F msgtype=NETFILTER_CFG"
#define IN_DIR   NEVER "-F uid=33 -F auid=-1 -F dir=/srv/d/log"
	enum setting { KEY, TYPE, EXE, PATH };
	static const struct {
		enum setting setting;
		const char *item; /* of a type its number */
		const char *loaded, *rules;
		enum trial_kind kind;
		bool taken;
	} rows[] = {
		{KEY, "access", ACCESS, NEVER SERVICE, TRIAL_SILENCE, false},
		{KEY, "acces", ACCESS, NEVER SERVICE, TRIAL_SILENCE, true},
		/* another rule than the one that was chosen for them */
		{KEY, "other", CALL_KEY, NEVER SERVICE, TRIAL_SILENCE, false},
		{KEY, "other", APART_KEY, NEVER SERVICE, TRIAL_SILENCE, true},
		{KEY, "other", WATCH_KEY, NEVER SERVICE, TRIAL_SILENCE, true},
		{TYPE, "1300", ACCESS, NEVER SERVICE, TRIAL_SILENCE, false},
		{TYPE, "1327", ACCESS, NEVER SERVICE, TRIAL_SILENCE, false},
		{TYPE, "1400", ACCESS, NEVER SERVICE, TRIAL_SILENCE, true},
		{TYPE, "1333", ACCESS, COMPANION, TRIAL_SILENCE, false},
		{TYPE, "1325", ACCESS, SESSIONS, TRIAL_EXCLUDE, false},
		{TYPE, "1300", ACCESS, SESSIONS, TRIAL_EXCLUDE, true},
		{TYPE, "1105", ACCESS, CRON, TRIAL_EXCLUDE, false},
		{TYPE, "1101", ACCESS, CRON, TRIAL_EXCLUDE, true},
		{EXE, "/usr/sbin/d", ACCESS, NEVER SERVICE, TRIAL_SILENCE, false},
		{EXE, "/usr/sbin/e", ACCESS, NEVER SERVICE, TRIAL_SILENCE, true},
		{EXE, "/usr/sbin/d", ACCESS, SESSIONS, TRIAL_EXCLUDE, false},
		{EXE, "/usr/sbin/e", ACCESS, IN_DIR, TRIAL_SILENCE, false},
		{PATH, "/srv/d/log", ACCESS, IN_DIR, TRIAL_SILENCE, false},
		{PATH, "/srv/d/log/old", ACCESS, IN_DIR, TRIAL_SILENCE, false},
		{PATH, "/srv/d", ACCESS, IN_DIR, TRIAL_SILENCE, false},
		{PATH, "/", ACCESS, IN_DIR, TRIAL_SILENCE, false},
		{PATH, "/srv/d/lo", ACCESS, IN_DIR, TRIAL_SILENCE, true},
		/* of what it opens only events can tell */
		{PATH, "/srv/d", ACCESS, NEVER SERVICE, TRIAL_SILENCE, true},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct guard_list *const lists[] = {[KEY] = &options.protect_key,
						    [EXE] = &options.protect_exe,
						    [PATH] = &options.protect_path};
		uint32_t type = (uint32_t)atoi(rows[i].item);
		int r;

		options = help_guard;
		if (rows[i].setting == TYPE)
			options.protect_type = (struct guard_types){&type, 1};
		else
			*lists[rows[i].setting] = (struct guard_list){&rows[i].item, 1};
		r = judge(rows[i].kind, rows[i].loaded, rows[i].rules, "");
		if (r != (rows[i].taken ? 0 : -EPERM))
			fail_msg("%s: %s: %s", rows[i].item, rows[i].rules,
				 r ? trial.why : "it was taken");
		if (r)
			assert_non_null(strstr(trial.why, "protect_"));
	}
	options = help_guard;
}

static void trial_claims_nothing_of_events(void **state)
{
	(void)state;
	assert_int_equal(judge(TRIAL_SILENCE, ACCESS, NEVER SERVICE, ""), 0);
	assert_int_equal(trial.verdict.shown, 1u << GUARD_SHOWN_FILE |
						      1u << GUARD_SHOWN_PROGRAM |
						      1u << GUARD_SHOWN_ACCOUNT);
	assert_int_equal(trial.verdict.confidence, GUARD_LOW);
	assert_int_equal(judge(TRIAL_EXCLUDE, ACCESS, CRON, ""), 0);
	assert_int_equal(trial.verdict.shown,
			 1u << GUARD_SHOWN_FILE | 1u << GUARD_SHOWN_PROGRAM);
	assert_int_equal(trial.verdict.risk, GUARD_MEDIUM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trial_takes_what_advice_makes),
		cmocka_unit_test(trial_refuses_all_other_forms),
		cmocka_unit_test(trial_refuses_other_excludes),
		cmocka_unit_test(trial_narrows_where_it_is_the_same),
		cmocka_unit_test(trial_takes_no_call_out_of_a_rule),
		cmocka_unit_test(trial_names_who_goes_blind),
		cmocka_unit_test(trial_heeds_the_settings),
		cmocka_unit_test(trial_claims_nothing_of_events),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
