/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_whatif.c - which events would be missing, case by case
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "advise_help.h"

#define MAX 64

/* A change against a few flows. @add: lines; @at: 0, or the position whose place it
 * takes. */
struct world {
	struct ruleset *set, *added;
	struct whatif *w;
	struct whatif_edit edit[4];
	size_t n;
	uint8_t fate[MAX];
	struct whatif_saves saves;
};

static void begin(struct world *x, const char *rules, const char *add, uint32_t at)
{
	memset(x, 0, sizeof(*x));
	x->set = help_set(rules);
	x->added = help_set(add);
	x->w = help_whatif(x->set);
	x->n = ruleset_count(x->added);
	for (size_t i = 0; i < x->n; i++)
		x->edit[i] = (struct whatif_edit){ruleset_at(x->added, i),
						  at ? help_at(x->set, at) : NULL};
}

static void end(struct world *x)
{
	whatif_free(x->w);
	ruleset_free(x->added);
	ruleset_free(x->set);
}

static enum whatif_fate fate_with(struct world *x, const struct whatif_flow *f)
{
	struct whatif_table t = help_table(f, 1);

	whatif_run(x->w, &t, x->edit, x->n, x->fate, &x->saves);
	if (x->fate[0] == WHATIF_LOST && x->n && !x->edit[0].instead && f->has_call)
		assert_int_equal(whatif_takes(x->w, x->edit, x->n, f), WHATIF_LOST);
	return (enum whatif_fate)x->fate[0];
}

static enum whatif_fate fate(const char *rules, const char *add, uint32_t at,
			     const struct whatif_flow *f)
{
	enum whatif_fate got;
	struct world x;

	begin(&x, rules, add, at);
	got = fate_with(&x, f);
	end(&x);
	return got;
}

#define OPENS     "-a always,exit -F arch=b64 -S openat\n"
#define OF_USERS  "-a always,exit -F arch=b64 -S openat -F auid!=-1\n"
#define ALL_OPENS "-a always,exit -F arch=b64 -S open,openat,unlink\n"

/* --- exceptions --- */

static void whatif_exception_takes_its_flow(void **state)
{
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv/d");

	(void)state;
	f.success = EVENT_SUCCESS_NO;
	f.error = 13;
	assert_int_equal(
		fate(OPENS,
		     "-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33 "
		     "-F auid=-1 -F exit=-EACCES\n",
		     0, &f),
		WHATIF_LOST);
	assert_int_equal(fate(OPENS,
			      "-a never,exit -F arch=b64 -S openat -F exit=-EPERM\n", 0,
			      &f),
			 WHATIF_KEPT);
	assert_int_equal(
		fate(OPENS, "-a never,exit -F arch=b32 -S openat -F uid=33\n", 0, &f),
		WHATIF_KEPT);
	assert_int_equal(
		fate(OPENS, "-a never,exit -F arch=b64 -S openat -F uid=34\n", 0, &f),
		WHATIF_KEPT);
	/* gid is no part of the identity */
	assert_int_equal(
		fate(OPENS, "-a never,exit -F arch=b64 -S openat -F gid=33\n", 0, &f),
		WHATIF_OPEN);
}

/* What succeeded has no error; what the result is else is not known. */
static void whatif_success_is_no_error(void **state)
{
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv/d");

	(void)state;
	assert_int_equal(fate(OPENS,
			      "-a never,exit -F arch=b64 -S openat -F exit=-EACCES\n", 0,
			      &f),
			 WHATIF_KEPT);
	assert_int_equal(
		fate(OPENS, "-a never,exit -F arch=b64 -S openat -F exit=3\n", 0, &f),
		WHATIF_OPEN);
	assert_int_equal(
		fate(OPENS, "-a never,exit -F arch=b64 -S openat -F success=1\n", 0, &f),
		WHATIF_LOST);
	f.call = 8; /* lseek: any bits */
	assert_int_equal(fate("-a always,exit -F arch=b64 -S lseek\n",
			      "-a never,exit -F arch=b64 -S lseek -F exit=-EACCES\n", 0,
			      &f),
			 WHATIF_OPEN);
}

static void whatif_places_by_name(void **state)
{
	static const struct {
		const char *field, *dir;
		uint32_t call;
		enum event_success success;
		enum whatif_fate fate;
	} rows[] = {
		{"dir=/srv/d", "/srv/d", OPENAT, EVENT_SUCCESS_YES, WHATIF_LOST},
		{"dir=/srv/d", "/srv/d/e", OPENAT, EVENT_SUCCESS_YES, WHATIF_LOST},
		{"dir=/srv/d", "/srv/de", OPENAT, EVENT_SUCCESS_YES, WHATIF_KEPT},
		/* the object may be the directory itself */
		{"dir=/srv/d", "/srv", OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
		/* a name that was not found is in no tree */
		{"dir=/srv/d", "/srv/d", OPENAT, EVENT_SUCCESS_NO, WHATIF_OPEN},
		{"dir=/srv/d", "/var/x", OPENAT, EVENT_SUCCESS_NO, WHATIF_KEPT},
		/* there is a second name */
		{"dir=/srv/d", "/var/x", RENAME, EVENT_SUCCESS_YES, WHATIF_OPEN},
		{"dir=/srv/d", "/srv/d/x", RENAME, EVENT_SUCCESS_YES, WHATIF_LOST},
		{"dir=/srv/d", NULL, OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
		{"dir=/srv/d", "/srv/x/../d", OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
		{"dir=/srv/d", "/srv//d", OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
		{"dir=/srv/d", "srv/d", OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
		{"path=/srv/d/f", "/srv/d", OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
		{"path=/srv/d/f", "/srv/e", OPENAT, EVENT_SUCCESS_YES, WHATIF_KEPT},
		{"path=/srv/d", "/srv/d", UNLINK, EVENT_SUCCESS_YES, WHATIF_OPEN},
		/* a name that is not the place's own may be any place's */
		{"dir=/srv/d", "/link/d", OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
		{"dir=/link/d", "/srv/d", OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
		{"dir=/link/d", "/link/d", OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
		{"path=/link/f", "/srv/e", OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
		{"path=/srv/d/f", "/link/e", OPENAT, EVENT_SUCCESS_YES, WHATIF_OPEN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, rows[i].dir);
		enum whatif_fate got;
		char rule[128];

		f.call = rows[i].call;
		f.success = rows[i].success;
		f.error = f.success == EVENT_SUCCESS_NO ? 2 : 0;
		snprintf(rule, sizeof(rule),
			 "-a never,exit -F arch=b64 -S openat,unlink,rename -F %s\n",
			 rows[i].field);
		got = fate("-a always,exit -F arch=b64 -S openat,unlink,rename\n", rule,
			   0, &f);
		if (got != rows[i].fate)
			fail_msg("row %zu: %d instead of %d", i, got, rows[i].fate);
	}
}

/* A call without a PATH record has no object, but where these are excluded. */
static void whatif_knows_what_has_no_object(void **state)
{
	const char *never = "-a never,exit -F arch=b64 -S adjtimex -F dir=/srv\n";
	const char *rule = "-a always,exit -F arch=b64 -S adjtimex\n";
	struct whatif_flow f = help_flow(ADJTIMEX, "/usr/sbin/ntpd", 123, -1);

	(void)state;
	assert_int_equal(fate(rule, never, 0, &f), WHATIF_KEPT);
	assert_int_equal(fate("-a always,exit -F arch=b64 -S adjtimex\n"
			      "-a never,exclude -F msgtype=PATH\n",
			      never, 0, &f),
			 WHATIF_OPEN);
}

static void whatif_folded_accounts_are_ranges(void **state)
{
	static const struct {
		const char *field;
		enum id_class id_class;
		enum whatif_fate fate;
	} rows[] = {
		{"uid=33", ID_CLASS_SYSTEM, WHATIF_OPEN},
		{"uid=33", ID_CLASS_USER, WHATIF_KEPT},
		{"uid=0", ID_CLASS_ROOT, WHATIF_LOST},
		{"uid>=1000", ID_CLASS_USER, WHATIF_LOST},
		{"uid>=1000", ID_CLASS_SYSTEM, WHATIF_KEPT},
		{"uid!=33", ID_CLASS_USER, WHATIF_LOST},
		{"uid<500", ID_CLASS_SYSTEM, WHATIF_OPEN},
		{"auid=-1", ID_CLASS_UNSET, WHATIF_LOST},
		{"auid=-1", ID_CLASS_USER, WHATIF_KEPT},
		{"auid!=-1", ID_CLASS_USER, WHATIF_LOST},
		{"auid>=1000", ID_CLASS_UNSET, WHATIF_LOST},
		{"auid>=1000", ID_CLASS_USER, WHATIF_LOST},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct whatif_flow f =
			help_file("/usr/bin/x", EVENT_ID_ABSENT, EVENT_ID_ABSENT, "/srv");
		enum whatif_fate got;
		char rule[128];

		if (rows[i].field[0] == 'a')
			f.auid_class = rows[i].id_class;
		else
			f.uid_class = rows[i].id_class;
		snprintf(rule, sizeof(rule),
			 "-a never,exit -F arch=b64 -S openat -F %s\n", rows[i].field);
		got = fate(OPENS, rule, 0, &f);
		if (got != rows[i].fate)
			fail_msg("row %zu: %d instead of %d", i, got, rows[i].fate);
	}
}

/* The rest of what an identity tells, or does not. */
static void whatif_knows_what_it_does_not_know(void **state)
{
	const char *by_exe =
		"-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/daemon\n";
	const char *not_exe = "-a never,exit -F arch=b64 -S openat "
			      "-F exe!=/usr/sbin/daemon\n";
	const char *failed = "-a never,exit -F arch=b64 -S openat -F exit=-EACCES\n";
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv");

	(void)state;
	assert_int_equal(fate(OPENS, by_exe, 0, &f), WHATIF_KEPT);
	assert_int_equal(fate(OPENS, not_exe, 0, &f), WHATIF_LOST);
	f.exe.cut = true; /* of a longer one */
	assert_int_equal(fate(OPENS, by_exe, 0, &f), WHATIF_OPEN);
	assert_int_equal(fate(OPENS, not_exe, 0, &f), WHATIF_OPEN);
	f.exe = help_text("/usr/sbin/daemon");
	f.exe.cut = true;
	assert_int_equal(fate(OPENS, by_exe, 0, &f), WHATIF_KEPT);
	f.exe = help_text(NULL);
	assert_int_equal(fate(OPENS, by_exe, 0, &f), WHATIF_OPEN);
	f = help_file("/usr/sbin/daemon", 33, -1, "/srv");
	assert_int_equal(fate(OPENS, by_exe, 0, &f), WHATIF_LOST);
	f.claimed = true;
	assert_int_equal(fate(OPENS, by_exe, 0, &f), WHATIF_OPEN);
	f.claimed = false;
	/* a call that has not returned has no exit; one that failed somehow has one */
	f.success = EVENT_SUCCESS_ABSENT;
	assert_int_equal(fate(OPENS, failed, 0, &f), WHATIF_KEPT);
	f.success = EVENT_SUCCESS_NO;
	assert_int_equal(fate(OPENS, failed, 0, &f), WHATIF_OPEN);
	/* of io_uring: another list */
	f.types[0] = 1336;
	assert_int_equal(fate(OPENS, by_exe, 0, &f), WHATIF_KEPT);
	f.types[1] = 1300;
	assert_int_equal(fate(OPENS, by_exe, 0, &f), WHATIF_OPEN);
	f = help_file("/usr/sbin/daemon", 33, -1, "/srv");
	f.call = 5000; /* none of 2,048 */
	assert_int_equal(fate(OPENS, by_exe, 0, &f), WHATIF_KEPT);
	/* comparisons are of what is known alone */
	f = help_file("/usr/sbin/daemon", 33, 33, "/srv");
	assert_int_equal(
		fate(OPENS, "-a never,exit -F arch=b64 -S openat -C auid=uid\n", 0, &f),
		WHATIF_LOST);
	f.uid_class = ID_CLASS_SYSTEM;
	assert_int_equal(
		fate(OPENS, "-a never,exit -F arch=b64 -S openat -C auid=uid\n", 0, &f),
		WHATIF_OPEN);
	f.uid_class = ID_CLASS_NONE;
	f.auid = EVENT_ID_ABSENT;
	assert_int_equal(
		fate(OPENS, "-a never,exit -F arch=b64 -S openat -C auid=uid\n", 0, &f),
		WHATIF_OPEN);
	/* what has no PATH record has no file type */
	f.n_types = 1;
	assert_int_equal(fate(OPENS,
			      "-a never,exit -F arch=b64 -S openat -F filetype=file\n", 0,
			      &f),
			 WHATIF_KEPT);
}

/* A process that the task list has chosen is recorded whatever the exit list says. */
static void whatif_minds_the_task_list(void **state)
{
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv");
	const char *never = "-a never,exit -F arch=b64 -S openat -F uid=33\n";

	(void)state;
	assert_int_equal(fate("-a always,task -F uid=33\n" OPENS, never, 0, &f),
			 WHATIF_OPEN);
	assert_int_equal(fate("-a never,task -F uid=34\n" OPENS, never, 0, &f),
			 WHATIF_LOST);
}

static void whatif_reads_labels_of_selinux(void **state)
{
	static const struct {
		enum match_labels labels;
		const char *field, *type;
		enum match match;
	} rows[] = {
		{MATCH_LABELS_NONE, "subj_type=httpd_t", "httpd_t", MATCH_NO},
		{MATCH_LABELS_UNKNOWN, "subj_type=httpd_t", "httpd_t", MATCH_MAYBE},
		{MATCH_LABELS_SELINUX, "subj_type=httpd_t", "httpd_t", MATCH_YES},
		{MATCH_LABELS_SELINUX, "subj_type=httpd_t", "crond_t", MATCH_NO},
		{MATCH_LABELS_SELINUX, "subj_type!=httpd_t", "httpd_t", MATCH_NO},
		{MATCH_LABELS_SELINUX, "subj_type!=httpd_t", "crond_t", MATCH_MAYBE},
		{MATCH_LABELS_SELINUX, "subj_type=httpd_t", NULL, MATCH_MAYBE},
		{MATCH_LABELS_SELINUX, "subj_user=u", "httpd_t", MATCH_MAYBE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv");
		struct ruleset *set = help_set(OPENS);
		struct whatif_options o = {
			.rules = set, .machine = MACH_86_64, .labels = rows[i].labels};
		struct whatif *w = whatif_new(&o);
		struct rule *rule;
		char text[128];
		enum match got;

		assert_non_null(w);
		snprintf(text, sizeof(text), "-a never,exit -F arch=b64 -S openat -F %s",
			 rows[i].field);
		rule = rule_help_rule(text);
		f.subj_type = help_text(rows[i].type);
		got = whatif_ask(w, rule, &f);
		if (got != rows[i].match)
			fail_msg("row %zu: %d", i, got);
		rule_free(rule);
		whatif_free(w);
		ruleset_free(set);
	}
	whatif_free(NULL);
}

/* A rule that is not understood may do anything. */
static void whatif_does_not_guess_at_rules(void **state)
{
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv");
	const struct whatif_record r = {.type = 1101};
	struct ruleset *set = help_set(OPENS);
	struct whatif *w = help_whatif(set);
	struct rule *rule = rule_help_rule("-a always,exit -F arch=b64 -S openat");
	struct rule *record = rule_help_rule("-a never,exclude -F msgtype=USER_ACCT");

	(void)state;
	assert_int_equal(whatif_ask(w, rule, &f), MATCH_YES);
	rule->state = RULE_STRANGE;
	assert_int_equal(whatif_ask(w, rule, &f), MATCH_MAYBE);
	f.call = UNLINK;
	assert_int_equal(whatif_ask(w, rule, &f), MATCH_NO);
	rule->state = RULE_BROKEN;
	assert_int_equal(whatif_ask(w, rule, &f), MATCH_MAYBE);
	rule->list = AUDIT_FILTER_TASK;
	assert_int_equal(whatif_ask(w, rule, &f), MATCH_NO);
	assert_int_equal(whatif_ask_record(record, &r), MATCH_YES);
	record->state = RULE_STRANGE;
	assert_int_equal(whatif_ask_record(record, &r), MATCH_MAYBE);
	record->list = AUDIT_FILTER_USER;
	assert_int_equal(whatif_ask_record(record, &r), MATCH_NO);
	rule_free(record);
	rule_free(rule);
	whatif_free(w);
	ruleset_free(set);
}

static void whatif_settles_once(void **state)
{
	struct whatif_flow f[3] = {help_file("/usr/sbin/d", 33, -1, "/srv"),
				   help_message(1101, "/usr/sbin/cron", 0, -1),
				   help_file("/usr/sbin/d", 33, -1, "/srv")};
	struct ruleset *set = help_set(OPENS);
	struct whatif *w = help_whatif(set);

	(void)state;
	f[1].won = WHATIF_WON_OPEN;
	f[2].call = UNLINK;
	for (size_t i = 0; i < 3; i++)
		whatif_settle(w, &f[i]);
	assert_int_equal(f[0].won, WHATIF_WON_RULE);
	assert_int_equal(f[0].position, 1);
	assert_int_equal(f[1].won, WHATIF_WON_NONE);
	assert_int_equal(f[2].won, WHATIF_WON_OPEN);
	assert_true(f[2].settled);
	f[0].position = 7; /* what is known stays */
	whatif_settle(w, &f[0]);
	assert_int_equal(f[0].position, 7);
	whatif_free(w);
	ruleset_free(set);
}

static void whatif_reads_flows(void **state)
{
	static struct flow flow;
	struct whatif_flow f;

	(void)state;
	flow.exe = help_text("/usr/sbin/d");
	flow.keys[0] = help_text("one");
	flow.n_keys = 1;
	flow.types[0] = 1300;
	flow.types[1] = 1327;
	flow.n_types = 2;
	flow.has_syscall = true;
	flow.nr = OPENAT;
	flow.arch = B64;
	flow.uid = 33;
	flow.auid_class = ID_CLASS_UNSET;
	flow.success = EVENT_SUCCESS_NO;
	flow.error = 13;
	whatif_flow_of(&flow, &f);
	assert_true(span_is(f.key.text, "one"));
	assert_int_equal(f.n_types, 2);
	assert_int_equal(f.types[1], 1327);
	assert_int_equal(f.call, OPENAT);
	assert_int_equal(f.auid_class, ID_CLASS_UNSET);
	assert_int_equal(f.error, 13);
	assert_int_equal(f.won, WHATIF_WON_OPEN);
	flow.n_keys = 0;
	whatif_flow_of(&flow, &f);
	assert_null(f.key.text.p);
}

/* What the winning rule asks for holds for all that it has written. */
static void whatif_copied_fields_hold(void **state)
{
	const char *watch =
		"-a always,exit -F arch=b64 -S openat -F dir=/srv -F perm=w\n";
	const char *never = "-a never,exit -F arch=b64 -S openat -F dir=/srv -F perm=w "
			    "-F uid=33\n";
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, NULL);

	(void)state;
	f.won = WHATIF_WON_RULE;
	f.position = 1;
	assert_int_equal(fate(watch, never, 0, &f), WHATIF_LOST);
	f.won = WHATIF_WON_OPEN; /* there is no other */
	assert_int_equal(fate(watch, never, 0, &f), WHATIF_LOST);
	f.uid = 34;
	assert_int_equal(fate(watch, never, 0, &f), WHATIF_KEPT);
}

/* Records that no rule has asked for come all the same, so an exception takes a part. */
static void whatif_forced_records_stay(void **state)
{
	struct whatif_flow f = help_flow(44, "/usr/sbin/nft", 0, -1);

	(void)state;
	f.types[0] = 1300;
	f.types[1] = 1325;
	f.types[2] = 1327;
	f.n_types = 3;
	f.won = WHATIF_WON_RULE;
	f.position = 1;
	assert_int_equal(fate("-a always,exit -F arch=b64 -S sendto\n",
			      "-a never,exit -F arch=b64 -S sendto -F uid=0\n", 0, &f),
			 WHATIF_OPEN);
	f.won = WHATIF_WON_NONE;
	assert_int_equal(fate("-a always,exit -F arch=b64 -S socket\n",
			      "-a never,exit -F arch=b64 -S connect -F uid=0\n", 0, &f),
			 WHATIF_KEPT);
	f = help_message(1101, "/usr/sbin/cron", 0, -1);
	assert_int_equal(
		fate(OPENS, "-a never,exit -F arch=b64 -S all -F uid=0\n", 0, &f),
		WHATIF_KEPT);
	f = help_file("/usr/sbin/d", 33, -1, "/srv");
	f.foreign = true;
	assert_int_equal(
		fate(OPENS, "-a never,exit -F arch=b64 -S openat -F uid=33\n", 0, &f),
		WHATIF_KEPT);
}

/* An exception and an exclude together take an event that neither takes alone. */
static void whatif_forced_records_go_with_an_exclude(void **state)
{
	const char *rule = "-a always,exit -F arch=b64 -S adjtimex -F key=time\n";
	const char *never = "-a never,exit -F arch=b64 -S adjtimex -F uid=123\n";
	const char *both = "-a never,exit -F arch=b64 -S adjtimex -F uid=123\n"
			   "-a never,exclude -F msgtype=1333 -F uid=123\n";
	const char *other = "-a never,exit -F arch=b64 -S adjtimex -F uid=123\n"
			    "-a never,exclude -F msgtype=1332 -F uid=123\n";
	const char *perhaps = "-a never,exit -F arch=b64 -S adjtimex -F uid=123\n"
			      "-a never,exclude -F msgtype=1333 -F gid=123\n";
	struct whatif_flow f = help_flow(ADJTIMEX, "/usr/sbin/chronyd", 123, -1);

	(void)state;
	f.types[0] = 1300;
	f.types[1] = 1327;
	f.types[2] = 1333;
	f.n_types = 3;
	f.won = WHATIF_WON_RULE;
	f.position = 1;
	assert_int_equal(fate(rule, never, 0, &f), WHATIF_OPEN);
	assert_int_equal(fate(rule, both, 0, &f), WHATIF_LOST);
	assert_int_equal(fate(rule, other, 0, &f), WHATIF_OPEN);
	assert_int_equal(fate(rule, perhaps, 0, &f), WHATIF_OPEN);
	/* of an event that stays a part would go */
	assert_int_equal(
		fate(rule, "-a never,exclude -F msgtype=1333 -F uid=123\n", 0, &f),
		WHATIF_OPEN);
	f.n_types = 2;
	assert_int_equal(
		fate(rule, "-a never,exclude -F msgtype=1333 -F uid=123\n", 0, &f),
		WHATIF_KEPT);
	f.n_types = 3;
	f.types[1] = 1332; /* two kinds, of which one is excluded */
	assert_int_equal(fate(rule, both, 0, &f), WHATIF_OPEN);
}

/* What a loaded exception takes by its name and still comes: no change is made for it,
 * and it can be told all the same. */
static void whatif_excepted_flows_are_told(void **state)
{
	const char *never = "-a never,exit -F arch=b64 -S openat -F uid=33\n",
		   *others = "-a never,exit -F arch=b64 -S openat -F uid=34\n",
		   *perhaps = "-a never,exit -F arch=b64 -S openat -F gid=33\n";
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv/d");
	struct world x;

	(void)state;
	f.won = WHATIF_WON_RULE;
	f.position = 2;
	f.excepted = true;
	begin(&x, "-a never,exit -F arch=b64 -S openat -F uid=33\n" OPENS, never, 0);
	assert_int_equal(fate_with(&x, &f), WHATIF_KEPT);
	assert_int_equal(whatif_takes(x.w, x.edit, x.n, &f), WHATIF_LOST);
	f.foreign = true;
	assert_int_equal(whatif_takes(x.w, x.edit, x.n, &f), WHATIF_KEPT);
	f.foreign = false;
	end(&x);
	begin(&x, OPENS, others, 0);
	assert_int_equal(whatif_takes(x.w, x.edit, x.n, &f), WHATIF_KEPT);
	end(&x);
	begin(&x, OPENS, perhaps, 0);
	assert_int_equal(whatif_takes(x.w, x.edit, x.n, &f), WHATIF_OPEN);
	end(&x);
}

/* --- narrowing --- */

static void whatif_narrowing_frees_what_no_rule_takes(void **state)
{
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv/d");

	(void)state;
	assert_int_equal(fate(OPENS, OF_USERS, 1, &f), WHATIF_LOST);
	f.auid = 1000;
	assert_int_equal(fate(OPENS, OF_USERS, 1, &f), WHATIF_KEPT);
	f.auid = EVENT_ID_ABSENT;
	assert_int_equal(fate(OPENS, OF_USERS, 1, &f), WHATIF_OPEN);
}

static void whatif_narrowing_falls_through(void **state)
{
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv/d");

	(void)state;
	/* the next rule takes it: nothing is saved */
	assert_int_equal(fate(OPENS ALL_OPENS, OF_USERS, 1, &f), WHATIF_KEPT);
	assert_int_equal(fate(OPENS
			      "-a never,exit -F arch=b64 -S openat -F uid=33\n" ALL_OPENS,
			      OF_USERS, 1, &f),
			 WHATIF_LOST);
	assert_int_equal(fate(OPENS
			      "-a never,exit -F arch=b64 -S openat -F gid=33\n" ALL_OPENS,
			      OF_USERS, 1, &f),
			 WHATIF_OPEN);
	/* what may match takes it, or the sure one behind it does */
	assert_int_equal(
		fate(OPENS "-a always,exit -F arch=b64 -S openat -F gid=33\n" ALL_OPENS,
		     OF_USERS, 1, &f),
		WHATIF_KEPT);
	assert_int_equal(fate(OPENS "-a always,exit -F arch=b64 -S openat -F gid=33\n",
			      OF_USERS, 1, &f),
			 WHATIF_OPEN);
	/* a watch elsewhere does not matter, one on a file of that directory may */
	assert_int_equal(fate(OPENS "-w /var/x/f -p wa\n", OF_USERS, 1, &f), WHATIF_LOST);
	assert_int_equal(fate(OPENS "-w /srv/d/f -p wa\n", OF_USERS, 1, &f), WHATIF_OPEN);
	assert_int_equal(fate(OPENS "-w /srv/d/f -p wa\n" ALL_OPENS, OF_USERS, 1, &f),
			 WHATIF_KEPT);
}

static void whatif_uses_what_attribution_knows(void **state)
{
	static const struct whatif_match all[] = {{2, MATCH_YES}};
	static const struct whatif_match both[] = {{2, MATCH_YES}, {3, MATCH_YES}};
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv/d");

	(void)state;
	f.won = WHATIF_WON_RULE;
	f.position = 1;
	f.has_all = true;
	assert_int_equal(fate(OPENS "-w /srv/d/f -p wa\n", OF_USERS, 1, &f), WHATIF_LOST);
	f.all = all;
	f.n_all = 1;
	assert_int_equal(fate(OPENS "-w /srv/d/f -p wa\n", OF_USERS, 1, &f), WHATIF_KEPT);
	/* between one with a name and one without, no order is sure here */
	f.all = both;
	f.n_all = 2;
	assert_int_equal(fate(OPENS "-w /srv/d/f -p wa\n"
				    "-a never,exit -F arch=b64 -S openat -F uid=33\n",
			      OF_USERS, 1, &f),
			 WHATIF_OPEN);
	f.position = 2; /* of another rule: nothing changes */
	f.n_all = 0;
	assert_int_equal(fate(OPENS "-w /srv/d/f -p wa\n", OF_USERS, 1, &f), WHATIF_KEPT);
}

/* One that asks for more than the rule did is none. */
static void whatif_replacement_must_be_narrower(void **state)
{
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv/d");
	struct world x;

	(void)state;
	begin(&x, OPENS, OF_USERS, 1);
	fate_with(&x, &f);
	assert_true(x.saves.exact);
	assert_int_equal(x.saves.lost[0].records, 500);
	assert_int_equal(x.saves.lost[0].events, 100);
	assert_int_equal(x.saves.lost[0].bytes, 50000);
	end(&x);
	begin(&x, OPENS, "-a always,exit -F arch=b64 -S openat,unlink -F auid!=-1\n", 1);
	fate_with(&x, &f);
	assert_false(x.saves.exact);
	end(&x);
}

/* Two rules that both take it: only both narrowed free it. */
static void whatif_edits_work_together(void **state)
{
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv/d");
	struct world x;

	(void)state;
	begin(&x, OPENS ALL_OPENS,
	      OF_USERS "-a always,exit -F arch=b64 -S open,openat,unlink -F auid!=-1\n",
	      1);
	x.edit[1].instead = help_at(x.set, 2);
	assert_int_equal(fate_with(&x, &f), WHATIF_LOST);
	x.n = 1;
	assert_int_equal(fate_with(&x, &f), WHATIF_KEPT);
	end(&x);
}

static void whatif_winner_by_key(void **state)
{
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv/d");
	struct ruleset *set =
		help_set("-a always,exit -F arch=b64 -S openat -F gid=1 "
			 "-F key=one\n"
			 "-a always,exit -F arch=b64 -S openat -F key=opens\n"
			 "-a always,exit -F arch=b64 -S openat -F key=files\n");
	struct whatif *w = help_whatif(set);
	bool none;

	(void)state;
	assert_null(whatif_winner(w, &f, &none)); /* the first may be it */
	assert_false(none);
	f.key = help_text("opens");
	f.n_keys = 1;
	assert_ptr_equal(whatif_winner(w, &f, &none), help_at(set, 2));
	f.key = help_text("files");
	assert_ptr_equal(whatif_winner(w, &f, &none), help_at(set, 3));
	f.won = WHATIF_WON_NONE;
	assert_null(whatif_winner(w, &f, &none));
	assert_true(none);
	whatif_free(w);
	ruleset_free(set);
}

/* --- the exclude list --- */

static void whatif_exclude_has_its_own_table(void **state)
{
	struct whatif_flow f[3] = {help_message(1101, "/usr/sbin/cron", 0, -1),
				   help_message(1101, "/usr/sbin/atd", 0, -1),
				   help_flow(1, "/usr/sbin/cron", 0, 1000)};
	struct whatif_table t = help_table(f, 3);
	struct whatif_record r[3];
	struct world x;

	(void)state;
	f[2].types[0] = 1006; /* LOGIN, with SYSCALL and PROCTITLE */
	f[2].types[1] = 1300;
	f[2].types[2] = 1327;
	f[2].n_types = 3;
	f[2].won = WHATIF_WON_NONE;
	assert_true(whatif_record_of(&f[0], 0, 1101, &r[0]));
	assert_true(whatif_record_of(&f[1], 1, 1101, &r[1]));
	assert_true(whatif_record_of(&f[2], 2, 1006, &r[2]));
	assert_int_equal(r[2].vanish[0].records, 500);
	t.record = r;
	t.n_records = 3;
	begin(&x, OPENS,
	      "-a never,exclude -F exe=/usr/sbin/cron -F msgtype=USER_ACCT\n"
	      "-a never,exclude -F exe=/usr/sbin/cron -F msgtype=LOGIN\n",
	      0);
	whatif_run(x.w, &t, x.edit, x.n, x.fate, &x.saves);
	/* told of the flows, of which nothing is left */
	assert_int_equal(x.fate[0], WHATIF_LOST);
	assert_int_equal(x.fate[1], WHATIF_KEPT);
	assert_int_equal(x.fate[2], WHATIF_LOST);
	assert_int_equal(x.fate[3], WHATIF_KEPT);
	assert_int_equal(x.saves.lost[0].records, 600);
	assert_int_equal(x.saves.lost[0].events, 200);
	assert_true(x.saves.exact);
	end(&x);
	/* a field that the kernel does not know there: the rule never matches */
	r[0].flow = SIZE_MAX;
	begin(&x, OPENS, "-a never,exclude -F exe=/usr/sbin/cron -F sessionid=1\n", 0);
	whatif_run(x.w, &t, x.edit, x.n, x.fate, &x.saves);
	assert_int_equal(x.saves.lost[0].records, 0);
	end(&x);
}

static void whatif_records_of_flows(void **state)
{
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv");
	struct whatif_record r;

	(void)state;
	assert_true(whatif_record_of(&f, 7, 1307, &r));
	assert_int_equal(r.vanish[0].records, 100);
	assert_int_equal(r.vanish[0].events, 0);
	assert_int_equal(r.vanish[0].bytes, 10000);
	assert_int_equal(r.flow, 7);
	assert_false(whatif_record_of(&f, 0, 1302, &r)); /* several in an event */
	assert_false(whatif_record_of(&f, 0, 1300, &r));
	assert_false(whatif_record_of(&f, 0, 1325, &r)); /* has none */
	f.foreign = true;
	assert_false(whatif_record_of(&f, 0, 1307, &r));
	f.foreign = false;
	f.n_types = 2; /* no CWD any more */
	assert_false(whatif_record_of(&f, 0, 1307, &r));
	f.n_types = 4;
	f.types[0] = 1006;
	f.won = WHATIF_WON_RULE; /* the rule keeps the others */
	assert_true(whatif_record_of(&f, 0, 1006, &r));
	assert_int_equal(r.vanish[0].records, 100);
	f.won = WHATIF_WON_OPEN;
	assert_false(whatif_record_of(&f, 0, 1006, &r));
	f.types[0] = 1325; /* as many as there are tables */
	f.won = WHATIF_WON_RULE;
	assert_false(whatif_record_of(&f, 0, 1325, &r));
	f.won = WHATIF_WON_NONE;
	assert_true(whatif_record_of(&f, 0, 1325, &r));
	assert_int_equal(r.vanish[0].records, 500);
	assert_true(r.whole);
	f.types[1] = 1334; /* another one that keeps the event */
	assert_false(whatif_record_of(&f, 0, 1325, &r));
}

/* A record that goes with its flow is counted once; so are two that go with one. */
static void whatif_counts_nothing_twice(void **state)
{
	struct whatif_record both[2];
	struct whatif_flow f = help_file("/usr/sbin/d", 33, -1, "/srv");
	struct whatif_table t = help_table(&f, 1);
	struct whatif_record r;
	struct world x;

	(void)state;
	assert_true(whatif_record_of(&f, 0, 1307, &r));
	t.record = &r;
	t.n_records = 1;
	begin(&x, OPENS,
	      "-a never,exclude -F msgtype=CWD -F uid=33\n"
	      "-a never,exit -F arch=b64 -S openat -F uid=33\n",
	      0);
	whatif_run(x.w, &t, x.edit, x.n, x.fate, &x.saves);
	assert_int_equal(x.saves.lost[0].records, 500);
	end(&x);
	f.types[0] = 1325;
	f.types[1] = 1300;
	f.won = WHATIF_WON_NONE;
	assert_true(whatif_record_of(&f, 0, 1327, &both[0]));
	assert_true(whatif_record_of(&f, 0, 1325, &both[1]));
	t.record = both;
	t.n_records = 2;
	begin(&x, OPENS, "-a never,exclude -F msgtype>=1325 -F msgtype<=1327\n", 0);
	whatif_run(x.w, &t, x.edit, x.n, x.fate, &x.saves);
	assert_int_equal(x.saves.lost[0].records, 500);
	assert_int_equal(x.fate[0], WHATIF_LOST);
	end(&x);
}

/* --- what else goes --- */

static void whatif_tells_who_goes_blind(void **state)
{
	struct whatif_flow f[3] = {help_file("/usr/sbin/d", 33, -1, "/srv"),
				   help_file("/usr/sbin/d", 33, -1, "/srv/x"),
				   help_file("/usr/sbin/d", 33, 1000, "/srv/x")};
	struct whatif_table t = help_table(f, 3);
	const uint32_t about[] = {2};
	struct whatif_blind blind[WHATIF_BLINDS];
	struct world x;
	size_t n;

	(void)state;
	for (int i = 0; i < 3; i++) {
		f[i].won = WHATIF_WON_RULE;
		f[i].position = i ? 1 : 2;
	}
	begin(&x, "-a always,exit -F arch=b64 -S openat -F dir=/srv/x\n" OPENS,
	      "-a never,exit -F arch=b64 -S openat -F uid=33\n", 0);
	whatif_run(x.w, &t, x.edit, x.n, x.fate, &x.saves);
	n = whatif_blinds(x.w, &t, x.fate, about, 1, 0, blind);
	assert_int_equal(n, 1);
	assert_int_equal(blind[0].position, 1);
	assert_int_equal(blind[0].count[0].events, 200);
	assert_int_equal(blind[0].n_accounts, 2);
	assert_int_equal(blind[0].account[1].auid, 1000);
	end(&x);
}

static void whatif_blinds_are_bounded(void **state)
{
	static struct whatif_flow f[64];
	struct whatif_blind blind[WHATIF_BLINDS];
	char rules[8192] = "";
	size_t used = 0, n;
	uint64_t events = 0;
	struct whatif_table t;
	struct world x;

	(void)state;
	for (int i = 0; i < 32; i++)
		used += (size_t)snprintf(
			rules + used, sizeof(rules) - used,
			"-a always,exit -F arch=b64 -S openat -F gid=%d\n", i);
	for (int i = 0; i < 64; i++) {
		f[i] = help_file("/usr/sbin/d", 33, i, "/srv");
		f[i].won = WHATIF_WON_RULE;
		f[i].position = i < 32 ? 1 : 1 + (uint32_t)i % 32;
		f[i].count[0] = (struct count){1 + (uint64_t)i, 5, 5};
	}
	f[0].count[0] = (struct count){0, 0, 0};
	t = help_table(f, 64);
	begin(&x, rules, "-a never,exit -F arch=b64 -S openat -F uid=33\n", 0);
	whatif_run(x.w, &t, x.edit, x.n, x.fate, &x.saves);
	n = whatif_blinds(x.w, &t, x.fate, NULL, 0, 0, blind);
	assert_int_equal(n, WHATIF_BLINDS);
	assert_int_equal(blind[0].position, 1); /* the heaviest */
	assert_int_equal(blind[0].n_accounts, WHATIF_ACCOUNTS);
	assert_true(blind[0].more_accounts);
	assert_int_equal(blind[0].account[0].auid, 1); /* f[0] has no event */
	for (size_t i = 0; i < n; i++)
		events += blind[i].count[0].events;
	assert_int_equal(events, t.total[0].events);
	/* one account is told once, and what nothing goes of is not told */
	for (int i = 0; i < 64; i++)
		f[i].auid = 7;
	n = whatif_blinds(x.w, &t, x.fate, NULL, 0, 0, blind);
	assert_int_equal(blind[0].n_accounts, 1);
	memset(x.fate, WHATIF_KEPT, sizeof(x.fate));
	assert_int_equal(whatif_blinds(x.w, &t, x.fate, NULL, 0, 0, blind), 0);
	end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatif_exception_takes_its_flow),
		cmocka_unit_test(whatif_success_is_no_error),
		cmocka_unit_test(whatif_places_by_name),
		cmocka_unit_test(whatif_knows_what_has_no_object),
		cmocka_unit_test(whatif_folded_accounts_are_ranges),
		cmocka_unit_test(whatif_knows_what_it_does_not_know),
		cmocka_unit_test(whatif_minds_the_task_list),
		cmocka_unit_test(whatif_reads_labels_of_selinux),
		cmocka_unit_test(whatif_does_not_guess_at_rules),
		cmocka_unit_test(whatif_settles_once),
		cmocka_unit_test(whatif_reads_flows),
		cmocka_unit_test(whatif_copied_fields_hold),
		cmocka_unit_test(whatif_forced_records_stay),
		cmocka_unit_test(whatif_forced_records_go_with_an_exclude),
		cmocka_unit_test(whatif_excepted_flows_are_told),
		cmocka_unit_test(whatif_narrowing_frees_what_no_rule_takes),
		cmocka_unit_test(whatif_narrowing_falls_through),
		cmocka_unit_test(whatif_uses_what_attribution_knows),
		cmocka_unit_test(whatif_replacement_must_be_narrower),
		cmocka_unit_test(whatif_edits_work_together),
		cmocka_unit_test(whatif_winner_by_key),
		cmocka_unit_test(whatif_exclude_has_its_own_table),
		cmocka_unit_test(whatif_records_of_flows),
		cmocka_unit_test(whatif_counts_nothing_twice),
		cmocka_unit_test(whatif_tells_who_goes_blind),
		cmocka_unit_test(whatif_blinds_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
