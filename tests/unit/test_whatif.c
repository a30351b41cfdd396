/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_whatif.c - which events would be missing, against cases and against the matcher
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "advise_help.h"
#include "rng.h"

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

/* --- against the matcher, event by event --- */

static const char *const dirs[] = {"/srv/a", "/srv/a/b", "/srv", "/var/x", "/etc"};
static const char *const exes[] = {"/usr/bin/a", "/usr/bin/b", "/opt/c"};
static const int64_t uids[] = {0, 33, 1000}, auids[] = {-1, 0, 1000};
static const uint32_t calls[] = {OPENAT, UNLINK, RENAME, ADJTIMEX, EXECVE};

#define PICK(r, a) ((a)[rng_below(r, sizeof(a) / sizeof((a)[0]))])

static void random_fields(struct rng *r, char *to, size_t size)
{
	static const char *const fields[] = {
		"-F uid=0",        "-F uid=33",         "-F uid>=1000",
		"-F auid=-1",      "-F auid!=-1",       "-F auid>=1000",
		"-F exit=-EACCES", "-F exit=-ENOENT",   "-F success=1",
		"-F success=0",    "-F exe=/usr/bin/a", "-F exe!=/usr/bin/b",
		"-F dir=/srv/a",   "-F dir=/srv",       "-F path=/srv/a/f",
		"-F path=/etc/g",  "-F perm=wa",        "-F perm=r",
		"-F gid=5",        "-F exit>=0",
	};
	size_t n = 0, wanted = rng_below(r, 3);
	bool has_place = false;

	to[0] = '\0';
	while (wanted--) {
		const char *f = PICK(r, fields);

		if (strstr(f, "dir=") || strstr(f, "path=")) {
			if (has_place)
				continue;
			has_place = true;
		}
		n += (size_t)snprintf(to + n, size - n, " %s", f);
	}
}

static void random_rule(struct rng *r, bool may_be_never, char *to, size_t size)
{
	static const char *const sets[] = {"openat",        "openat,unlink",
					   "unlink,rename", "adjtimex",
					   "execve",        "openat,execve,rename"};
	char fields[256];

	random_fields(r, fields, sizeof(fields));
	snprintf(to, size, "-a %s,exit -F arch=%s -S %s%s",
		 may_be_never && !rng_below(r, 4) ? "never" : "always",
		 rng_below(r, 8) ? "b64" : "b32", PICK(r, sets), fields);
}

struct happening {
	uint32_t call;
	const char *exe, *dir, *dir2;
	int64_t uid, auid;
	int error, gid, flags;
	char name[64], records[2048];
};

static void random_happening(struct rng *r, struct happening *h)
{
	static const char *const names[] = {"f", "g", "h"};
	static const int errors[] = {0, 0, 13, 2};
	bool file;
	size_t n;

	memset(h, 0, sizeof(*h));
	h->call = PICK(r, calls);
	h->exe = PICK(r, exes);
	h->dir = PICK(r, dirs);
	h->dir2 = PICK(r, dirs);
	h->uid = PICK(r, uids);
	h->auid = PICK(r, auids);
	h->error = PICK(r, errors);
	h->gid = 5 + (int)rng_below(r, 2);
	h->flags = (int)rng_below(r, 2);
	file = h->call != ADJTIMEX;
	snprintf(h->name, sizeof(h->name), "%s/%s", h->dir, PICK(r, names));
	n = (size_t)snprintf(
		h->records, sizeof(h->records),
		"1300 arch=c000003e syscall=%u success=%s exit=%d a0=ffffff9c a1=7ffc "
		"a2=%x a3=0 items=%d ppid=1 pid=2 auid=%u uid=%u gid=%d euid=%u suid=0 "
		"fsuid=0 egid=%d sgid=0 fsgid=0 tty=(none) ses=1 comm=\"x\" exe=\"%s\" "
		"key=(null)\n",
		h->call, h->error ? "no" : "yes", h->error ? -h->error : 3, h->flags,
		file ? 1 + (h->call == RENAME) : 0, (unsigned)h->auid, (unsigned)h->uid,
		h->gid, (unsigned)h->uid, h->gid, h->exe);
	if (file)
		n += (size_t)snprintf(
			h->records + n, sizeof(h->records) - n,
			"1307 cwd=\"/\"\n1302 item=0 name=\"%s\" %snametype=%s\n",
			h->name,
			h->error == 2 ? ""
				      : "inode=7 dev=08:01 mode=0100644 ouid=0 "
					"ogid=0 rdev=00:00 ",
			h->call == UNLINK ? "DELETE" : "NORMAL");
	if (h->call == RENAME)
		snprintf(h->records + n, sizeof(h->records) - n,
			 "1302 item=1 name=\"%s/f\" inode=9 dev=08:01 mode=0100644 "
			 "ouid=0 ogid=0 rdev=00:00 nametype=CREATE\n",
			 h->dir2);
}

static struct whatif_flow flow_of(const struct happening *h)
{
	struct whatif_flow f = help_flow(h->call, h->exe, h->uid, h->auid);

	if (h->call != ADJTIMEX) {
		f = help_file(h->exe, h->uid, h->auid, h->dir);
		f.call = h->call;
	}
	f.success = h->error ? EVENT_SUCCESS_NO : EVENT_SUCCESS_YES;
	f.error = h->error;
	f.count[0] = (struct count){1, 5, 500};
	return f;
}

static const struct match_options trusting = {
	.exe_by_name = true,
	.paths_by_name = true,
	.labels = MATCH_LABELS_NONE,
};

static struct facts facts;

/* What may become of the event: bit 0: it is lost, bit 1: it is written. */
static unsigned int outcomes(const struct ruleset *set, const struct happening *h,
			     uint32_t *winner, struct whatif_match *all, size_t *n_all)
{
	struct matcher *m = match_new(set, &trusting);
	struct match_result result;
	unsigned int may = 0;

	assert_non_null(m);
	help_facts(&facts, h->records);
	match_exit(m, &facts, &result);
	for (size_t i = 0; i < result.n_candidates; i++)
		may |= result.candidates[i]->action == AUDIT_NEVER ? 1 : 2;
	if (result.none)
		may |= 1;
	*winner = result.winner ? result.winner->position : 0;
	*n_all = 0;
	for (size_t i = 0; i < result.n_all && *n_all < MAX; i++)
		if (!result.winner || result.all[i].rule != result.winner)
			all[(*n_all)++] = (struct whatif_match){
				result.all[i].rule->position, result.all[i].match};
	match_free(m);
	return may;
}

/* The set as it would be with the change. */
static struct ruleset *changed(const struct ruleset *set, const struct whatif_edit *edit,
			       size_t n)
{
	struct ruleset *out = ruleset_new();

	assert_non_null(out);
	for (size_t i = 0; i < ruleset_count(set); i++) {
		const struct rule *rule = ruleset_at(set, i);

		for (size_t k = 0; k < n; k++)
			if (edit[k].instead == rule)
				rule = edit[k].add;
		assert_int_equal(ruleset_add(out, rule_copy(rule), false), 0);
	}
	for (size_t k = 0; k < n; k++)
		if (!edit[k].instead)
			assert_int_equal(ruleset_add(out, rule_copy(edit[k].add), true),
					 0);
	return out;
}

static void random_change(struct rng *r, const struct ruleset *set,
			  const struct happening *h, struct rule *owned[2],
			  struct whatif_edit edit[2], size_t *n)
{
	char text[512], more[256];

	*n = 0;
	if (rng_below(r, 3)) {
		random_fields(r, more, sizeof(more));
		snprintf(text, sizeof(text), "-a never,exit -F arch=b64 -S %u%s%s",
			 h->call, rng_below(r, 2) ? " -F uid=33" : "", more);
		owned[*n] = rule_help_rule(text);
		edit[(*n)++] = (struct whatif_edit){owned[0], NULL};
	}
	if (!*n || !rng_below(r, 3)) {
		const struct rule *from =
			ruleset_at(set, rng_below(r, ruleset_count(set)));
		struct rule_field field[AUDIT_MAX_FIELDS];
		struct rule to = *from;

		memcpy(field, from->field, from->n_fields * sizeof(field[0]));
		field[to.n_fields++] =
			rng_below(r, 2) ? (struct rule_field){.type = AUDIT_LOGINUID,
							      .op = AUDIT_NOT_EQUAL,
							      .value = AUDIT_UID_UNSET}
					: (struct rule_field){.type = AUDIT_UID,
							      .op = AUDIT_EQUAL,
							      .value = 0};
		to.field = field;
		owned[*n] = rule_copy(&to);
		assert_non_null(owned[*n]);
		edit[*n] = (struct whatif_edit){owned[*n], from};
		(*n)++;
	}
}

static void whatif_agrees_with_the_matcher(void **state)
{
	struct rng r = {0x5eed0006};
	size_t sure = 0, open = 0, lost = 0;

	(void)state;
	for (int round = 0; round < 6000; round++) {
		struct whatif_match all[MAX];
		struct whatif_edit edit[2];
		struct rule *owned[2];
		struct happening h;
		struct ruleset *set = ruleset_new(), *after;
		struct whatif_saves saves;
		struct whatif_table t;
		struct whatif_flow f;
		struct whatif *w;
		uint8_t got;
		size_t n, n_all;
		uint32_t winner;
		unsigned int may;

		assert_non_null(set);
		for (size_t i = 1 + rng_below(&r, 6); i; i--) {
			char text[512];

			random_rule(&r, true, text, sizeof(text));
			assert_int_equal(ruleset_add(set, rule_help_rule(text), false),
					 0);
		}
		do
			random_happening(&r, &h);
		while (!(outcomes(set, &h, &winner, all, &n_all) & 2) &&
		       rng_below(&r, 100));
		if (!(outcomes(set, &h, &winner, all, &n_all) & 2)) {
			ruleset_free(set);
			continue;
		}
		f = flow_of(&h);
		if (winner && rng_below(&r, 2)) {
			f.won = WHATIF_WON_RULE;
			f.position = winner;
			f.has_all = rng_below(&r, 2);
			f.all = all;
			f.n_all = n_all;
		}
		random_change(&r, set, &h, owned, edit, &n);
		after = changed(set, edit, n);
		w = help_whatif(set);
		t = help_table(&f, 1);
		whatif_run(w, &t, edit, n, &got, &saves);
		/* that it was written tells more than the records do */
		may = outcomes(after, &h, &winner, (struct whatif_match[MAX]){{0}},
			       &n_all);
		if ((got == WHATIF_LOST && !(may & 1)) ||
		    (got == WHATIF_KEPT && !(may & 2))) {
			static char text[4096];

			for (size_t i = 0; i < ruleset_count(set); i++) {
				rule_print(ruleset_at(set, i), MACH_86_64, text, 4096);
				print_message("%s\n", text);
			}
			for (size_t i = 0; i < n; i++) {
				rule_print(edit[i].add, MACH_86_64, text, 4096);
				print_message("edit %u: %s\n",
					      edit[i].instead ? edit[i].instead->position
							      : 0,
					      text);
			}
			fail_msg("round %d: fate %d, may %u, won %d at %u\n%s", round,
				 got, may, f.won, f.position, h.records);
		}
		sure += got != WHATIF_OPEN;
		open += got == WHATIF_OPEN;
		lost += got == WHATIF_LOST;
		for (size_t i = 0; i < n; i++)
			rule_free(owned[i]);
		whatif_free(w);
		ruleset_free(after);
		ruleset_free(set);
	}
	print_message("%zu sure, %zu of them lost; %zu open\n", sure, lost, open);
	assert_true(sure > 2 * open);
	assert_true(lost > 200);
}

/* The exclude list, against the matcher. */
static void whatif_excludes_as_the_matcher_does(void **state)
{
	static const char *const fields[] = {
		"-F uid=0",          "-F uid>=1000",       "-F auid=-1",
		"-F auid!=-1",       "-F auid>=1000",      "-F auid<500",
		"-F gid=5",          "-F gid!=5",          "-F msgtype=1101",
		"-F msgtype>=1103",  "-F msgtype<=1106",   "-F msgtype!=LOGIN",
		"-F exe=/usr/bin/a", "-F exe!=/usr/bin/b", "-F sessionid=1",
		"-F pid=2",
	};
	static const uint32_t types[] = {1006, 1101, 1103, 1106, 1325};
	struct rng r = {0xe8c1};
	size_t sure = 0;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		char text[256] = "-a never,exclude";
		struct whatif_record row = {.type = PICK(&r, types),
					    .exe = help_text(PICK(&r, exes)),
					    .uid = PICK(&r, uids),
					    .auid = PICK(&r, auids)};
		struct ruleset *set;
		struct matcher *m;
		enum match got, want;

		for (size_t i = 1 + rng_below(&r, 3); i; i--) {
			strcat(text, " ");
			strcat(text, PICK(&r, fields));
		}
		set = help_set(text);
		m = match_new(set, &trusting);
		assert_non_null(m);
		facts_clear(&facts);
		facts_set(&facts, FACTS_UID, (uint32_t)row.uid);
		facts_set(&facts, FACTS_AUID, (uint32_t)row.auid);
		facts_set(&facts, FACTS_GID, 5 + rng_below(&r, 2));
		facts_set(&facts, FACTS_PID, 2);
		facts.exe = row.exe.text;
		want = match_exclude(m, &facts, row.type).dropped;
		got = whatif_ask_record(ruleset_at(set, 0), &row);
		if (got != MATCH_MAYBE && got != want)
			fail_msg("%s: %d instead of %d", text, got, want);
		sure += got != MATCH_MAYBE;
		match_free(m);
		ruleset_free(set);
	}
	assert_true(sure > 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatif_exception_takes_its_flow),
		cmocka_unit_test(whatif_success_is_no_error),
		cmocka_unit_test(whatif_places_by_name),
		cmocka_unit_test(whatif_knows_what_has_no_object),
		cmocka_unit_test(whatif_folded_accounts_are_ranges),
		cmocka_unit_test(whatif_copied_fields_hold),
		cmocka_unit_test(whatif_forced_records_stay),
		cmocka_unit_test(whatif_forced_records_go_with_an_exclude),
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
		cmocka_unit_test(whatif_agrees_with_the_matcher),
		cmocka_unit_test(whatif_excludes_as_the_matcher_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
