/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_noise.c - what is advised for the usual noise, and for an attacker's
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "advise/flood.h"
#include "noise_help.h"

static char names[MAX][64];

/* --- the usual noise --- */

static void noise_service_opens_refused_files(void **state)
{
	struct world x;

	(void)state;
	refuse(0, "/usr/sbin/d", 33, -1, "/srv/d/log");
	canary(1, 100);
	begin(&x, ACCESS, 2);
	assert_int_equal(x.r->n_set, 1);
	assert_int_equal(x.r->set[0]->kind, NOISE_SILENCE);
	assert_rule(&x, 0, 0,
		    "-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33 "
		    "-F auid=-1 -F exit=-EACCES");
	assert_rule(&x, 0, 1,
		    "-a never,exit -F arch=b32 -S openat -F exe=/usr/sbin/d -F uid=33 "
		    "-F auid=-1 -F exit=-EACCES");
	assert_int_equal(x.r->set[0]->verdict.risk, GUARD_LOW);
	assert_int_equal(x.r->saves.lost[0].events, 1000);
	assert_int_equal(x.r->saves.lost[0].records, 5000);
	assert_int_equal(x.r->fate[1], WHATIF_KEPT);
	end(&x);
}

/* Many programs of one account: none of them is named. */
static void noise_exec_storm(void **state)
{
	struct world x;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		flow[i] =
			help_flow(EXECVE, i ? "/usr/bin/dash" : "/usr/bin/grep", 33, -1);
		flow[i].types[1] = 1302;
		flow[i].dir = help_text("/usr/bin");
		flow[i].key = help_text("exec");
		flow[i].n_keys = 1;
		weigh(i, 500, 6);
	}
	canary(2, 50);
	begin(&x,
	      "-a always,exit -F arch=b64 -S execve -F key=exec\n"
	      "-a always,exit -F arch=b32 -S execve -F key=exec\n" ACCESS,
	      3);
	assert_int_equal(x.r->n_set, 1);
	assert_rule(&x, 0, 0, "-a never,exit -F arch=b64 -S execve -F uid=33 -F auid=-1");
	assert_rule(&x, 0, 1, "-a never,exit -F arch=b32 -S execve -F uid=33 -F auid=-1");
	assert_int_equal(x.r->set[0]->verdict.risk, GUARD_MEDIUM);
	assert_int_equal(x.r->saves.lost[0].records, 6000);
	end(&x);
}

static void noise_log_under_a_watch(void **state)
{
	struct world x;

	(void)state;
	flow[0] = help_file("/usr/sbin/d", 33, -1, "/srv/d/log");
	flow[0].won = WHATIF_WON_RULE;
	flow[0].position = 1;
	weigh(0, 1000, 5);
	flow[1] = help_file("/usr/sbin/d", 33, -1, "/srv/d/tmp");
	flow[1].won = WHATIF_WON_RULE;
	flow[1].position = 1;
	weigh(1, 10, 5);
	canary(2, 10);
	begin(&x, "-a always,exit -F arch=b64 -S all -F dir=/srv/d -F perm=wa -F key=w\n",
	      3);
	assert_int_equal(x.r->n_set, 1);
	/* dir=, not path=, and what the watch asks for */
	assert_rule(&x, 0, 0,
		    "-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33 "
		    "-F auid=-1 -F dir=/srv/d/log -F perm=wa");
	assert_int_equal(x.r->fate[0], WHATIF_LOST);
	assert_int_equal(x.r->fate[1], WHATIF_KEPT);
	assert_int_equal(x.r->fate[2], WHATIF_KEPT);
	end(&x);
}

/* Where the log has another name than its own, the watch's directory is left. */
static void noise_log_by_another_name(void **state)
{
	struct world x;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		flow[i] = help_file("/usr/sbin/d", 33, -1, "/link/log");
		flow[i].won = WHATIF_WON_RULE;
		flow[i].position = 1;
		weigh(i, 500, 5);
	}
	canary(2, 10);
	begin(&x,
	      "-a always,exit -F arch=b64 -S all -F dir=/srv/d/log -F perm=wa -F key=w\n",
	      3);
	assert_rule(&x, 0, 0,
		    "-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33 "
		    "-F auid=-1 -F dir=/srv/d/log -F perm=wa");
	end(&x);
	/* of several calls too */
	flow[1].call = UNLINK;
	begin(&x,
	      "-a always,exit -F arch=b64 -S openat,unlink -F dir=/srv/d/log -F "
	      "success=1\n",
	      3);
	assert_int_equal(x.r->n_set, 1);
	assert_rule(&x, 0, 0,
		    "-a never,exit -F arch=b64 -S unlink,openat -F exe=/usr/sbin/d "
		    "-F uid=33 -F auid=-1 -F dir=/srv/d/log -F success=1");
	end(&x);
	/* what is never silenced is not named */
	begin(&x, "-a always,exit -F arch=b64 -S openat,unlink -F dir=/etc -F key=w\n",
	      3);
	for (size_t i = 0; i < x.r->n_allowed; i++)
		assert_null(rule_find(x.r->allowed[i]->rule[0], AUDIT_DIR));
	end(&x);
}

static void noise_time_adjustments(void **state)
{
	struct world x;

	(void)state;
	flow[0] = help_flow(ADJTIMEX, "/usr/sbin/chronyd", 123, -1);
	flow[0].key = help_text("time");
	flow[0].n_keys = 1;
	weigh(0, 600, 3);
	canary(1, 100);
	begin(&x,
	      "-a always,exit -F arch=b64 -S adjtimex,settimeofday -F key=time\n" ACCESS,
	      2);
	/* the call that is made, not all of the shared key's */
	assert_rule(&x, 0, 0,
		    "-a never,exit -F arch=b64 -S adjtimex -F exe=/usr/sbin/chronyd "
		    "-F uid=123 -F auid=-1");
	assert_rule(&x, 0, 1,
		    "-a never,exit -F arch=b32 -S adjtimex -F exe=/usr/sbin/chronyd "
		    "-F uid=123 -F auid=-1");
	end(&x);
}

/* What the kernel writes of each change comes whatever the exception says. */
static void noise_time_adjustments_that_change_it(void **state)
{
	char text[NOISE_TEXT];
	struct world x;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		flow[i] = help_flow(ADJTIMEX, "/usr/sbin/chronyd", 123, -1);
		flow[i].key = help_text("time");
		flow[i].n_keys = 1;
		flow[i].won = WHATIF_WON_RULE;
		flow[i].position = 1;
		weigh(i, 600, 4);
	}
	flow[1].types[2] = 1333;
	flow[1].n_types = 3;
	canary(2, 100);
	begin(&x, "-a always,exit -F arch=b64 -S adjtimex -F key=time\n" ACCESS, 3);
	assert_int_equal(x.r->n_set, 1);
	assert_int_equal(x.r->set[0]->kind, NOISE_SILENCE);
	assert_int_equal(x.r->set[0]->n, 3);
	assert_rule(&x, 0, 0,
		    "-a never,exit -F arch=b64 -S adjtimex -F exe=/usr/sbin/chronyd "
		    "-F uid=123 -F auid=-1");
	assert_rule(&x, 0, 2,
		    "-a never,exclude -F msgtype=TIME_ADJNTPVAL -F exe=/usr/sbin/chronyd "
		    "-F uid=123 -F auid=-1");
	assert_int_equal(x.r->saves.lost[0].records, 4800);
	assert_non_null(strstr(noise_gives_up(x.n, x.r->set[0], text),
			       ", with TIME_ADJNTPVAL is no longer"));
	end(&x);
	/* an alarm that comes along keeps it all */
	flow[1].types[3] = 1400;
	flow[1].n_types = 4;
	begin(&x, "-a always,exit -F arch=b64 -S adjtimex -F key=time\n" ACCESS, 3);
	assert_int_equal(x.r->n_set, 0);
	end(&x);
}

static void noise_two_programs_under_one_rule(void **state)
{
	struct world x;

	(void)state;
	refuse(0, "/usr/sbin/d", 33, -1, "/srv/d/log");
	refuse(1, "/usr/sbin/chronyd", 123, -1, "/srv/c");
	weigh(1, 400, 5);
	canary(2, 100);
	max_risk = GUARD_LOW; /* each by itself */
	begin(&x, ACCESS, 3);
	assert_int_equal(x.r->n_set, 2);
	assert_non_null(strstr(text_of(x.r->set[0], 0), "exe=/usr/sbin/d "));
	assert_non_null(strstr(text_of(x.r->set[1], 0), "exe=/usr/sbin/chronyd "));
	assert_int_equal(x.r->set[0]->adds.records, 5000);
	assert_int_equal(x.r->set[1]->adds.records, 2000);
	assert_int_equal(x.r->saves.lost[0].records, 7000);
	end(&x);
	/* or the rule that asks for what people do is narrowed, with its twin */
	max_risk = GUARD_MEDIUM;
	begin(&x, ACCESS, 3);
	assert_int_equal(x.r->n_set, 1);
	assert_int_equal(x.r->set[0]->kind, NOISE_NARROW);
	assert_rule(&x, 0, 0,
		    "-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES "
		    "-F auid!=-1 -F key=access");
	assert_rule(&x, 0, 1,
		    "-a always,exit -F arch=b32 -S open,openat -F exit=-EACCES "
		    "-F auid!=-1 -F key=access");
	assert_int_equal(x.r->set[0]->instead[1]->position, 2);
	{
		struct noise_loser loser[4];
		char text[NOISE_TEXT];
		size_t more;

		assert_int_equal(noise_losers(x.n, x.r->set[0], loser, 4, &more), 2);
		assert_int_equal(more, 0);
		assert_true(span_is(loser[0].exe, "/usr/sbin/d"));
		assert_int_equal(loser[0].count.events, 1000);
		noise_gives_up(x.n, x.r->set[0], text);
		assert_non_null(strstr(text, "\"/usr/sbin/d\" of uid 33, "
					     "\"/usr/sbin/chronyd\" of uid 123"));
		assert_int_equal(noise_losers(x.n, x.r->set[0], loser, 1, &more), 1);
		assert_int_equal(more, 1);
	}
	end(&x);
}

/* What another rule loses is no gain: of two that do the same the one that leaves it
 * alone. */
static void noise_leaves_other_rules_alone(void **state)
{
	struct whatif_blind blind[WHATIF_BLINDS];
	struct world x;

	(void)state;
	flow[0] = help_file("/usr/sbin/d", 33, -1, "/srv/d/log");
	flow[0].won = WHATIF_WON_RULE;
	flow[0].position = 3;
	weigh(0, 1000, 5);
	refuse(1, "/usr/sbin/d", 33, -1, "/srv/x");
	weigh(1, 300, 5);
	begin(&x, ACCESS "-a always,exit -F arch=b64 -S openat -F key=opens\n", 2);
	assert_int_equal(x.r->n_set, 2);
	assert_rule(&x, 0, 0,
		    "-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33 "
		    "-F auid=-1 -F dir=/srv/d/log");
	assert_int_equal(noise_blinds(x.n, x.r->set[0], blind), 0);
	assert_rule(&x, 1, 0,
		    "-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33 "
		    "-F auid=-1 -F exit=-EACCES");
	assert_int_equal(x.r->set[1]->adds.records, 1500);
	assert_int_equal(x.r->saves.lost[0].records, 6500);
	end(&x);
}

static const struct noise_advice *find_without_call(const struct world *x)
{
	for (size_t i = 0; i < x->r->n_allowed; i++) {
		const struct noise_advice *a = x->r->allowed[i];

		if (noise_loses_call(a))
			return a;
	}
	return NULL;
}

#define CHANGES \
	"-a always,exit -F arch=b64 -S openat,unlink,chmod -F key=changes\n" \
	"-a always,exit -F arch=b32 -S openat,unlink -F key=changes\n"

/* One of several calls makes most of a rule's records. */
static void noise_rule_without_a_call(void **state)
{
	const struct noise_advice *a;
	char text[NOISE_TEXT];
	struct world x;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		flow[i] = help_file("/usr/sbin/d", 33 + (int64_t)i, -1, "/srv/d/log");
		flow[i].call = i == 2 ? UNLINK : OPENAT;
		flow[i].won = WHATIF_WON_RULE;
		flow[i].position = 1;
		weigh(i, 500, 5);
	}
	weigh(2, 900, 5);
	max_risk = GUARD_HIGH;
	begin(&x, CHANGES, 3);
	a = find_without_call(&x);
	assert_non_null(a);
	assert_int_equal(a->n, 2);
	assert_string_equal(text_of(a, 0),
			    "-a always,exit -F arch=b64 -S unlink,chmod -F key=changes");
	assert_string_equal(text_of(a, 1),
			    "-a always,exit -F arch=b32 -S unlink -F key=changes");
	assert_int_equal(a->saves.lost[0].records, 5000);
	assert_int_equal(a->fate[2], WHATIF_KEPT);
	assert_int_equal(a->verdict.risk, GUARD_HIGH);
	assert_string_equal(noise_title(x.n, a, text), "no longer ask for openat");
	noise_gives_up(x.n, a, text);
	assert_non_null(strstr(text, "openat is no longer recorded by this rule"));
	assert_non_null(strstr(text, "people included: \"/usr/sbin/d\" of uid 33"));
	end(&x);
	/* where another rule behind it takes them nothing is saved */
	begin(&x, CHANGES "-a always,exit -F arch=b64 -S openat -F key=opens\n", 3);
	assert_null(find_without_call(&x));
	end(&x);
	/* not where it does not dominate, nor of a person, nor by default */
	weigh(2, 1100, 5);
	begin(&x, CHANGES, 3);
	a = find_without_call(&x);
	assert_non_null(a); /* then it is the other one */
	assert_string_equal(text_of(a, 0),
			    "-a always,exit -F arch=b64 -S chmod,openat -F key=changes");
	end(&x);
	flow[2].auid = 1000;
	begin(&x, CHANGES, 3);
	assert_null(find_without_call(&x));
	end(&x);
	weigh(2, 900, 5);
	flow[0].auid = 1000;
	begin(&x, CHANGES, 3);
	assert_null(find_without_call(&x));
	end(&x);
	flow[0].auid = -1;
	max_risk = GUARD_MEDIUM;
	begin(&x, CHANGES, 3);
	assert_null(find_without_call(&x));
	assert_true(x.r->risky > 0);
	end(&x);
}

/* A twin that would have no call left, or has no such call, stays as it is. */
static void noise_rule_without_a_call_and_its_twin(void **state)
{
	static const char *const twins[] = {"openat", "unlink,chmod"};

	(void)state;
	max_risk = GUARD_HIGH;
	for (size_t i = 0; i < 2; i++) {
		const struct noise_advice *a;
		char rules[512];
		struct world x;

		flow[0] = help_file("/usr/sbin/d", 33, -1, "/srv/d/log");
		flow[0].won = WHATIF_WON_RULE;
		flow[0].position = 1;
		weigh(0, 1000, 5);
		snprintf(rules, sizeof(rules),
			 "-a always,exit -F arch=b64 -S openat,chmod -F key=c\n"
			 "-a always,exit -F arch=b32 -S %s -F key=c\n",
			 twins[i]);
		begin(&x, rules, 1);
		a = find_without_call(&x);
		assert_non_null(a);
		assert_int_equal(a->n, 1);
		assert_string_equal(text_of(a, 0),
				    "-a always,exit -F arch=b64 -S chmod -F key=c");
		end(&x);
	}
}

/* An exception stands before all rules, so it need not be known which one it was. */
static void noise_of_an_unknown_rule(void **state)
{
	const char *open =
		"-a always,exit -F arch=b64 -S openat -F gid=1 -F key=access\n"
		"-a always,exit -F arch=b64 -S openat -F gid=2 -F key=access\n";
	struct whatif_blind blind[WHATIF_BLINDS];
	struct world x;

	(void)state;
	refuse(0, "/usr/sbin/d", 33, -1, "/srv/d/log");
	canary(1, 100);
	begin(&x, open, 2);
	assert_int_equal(flow[0].won, WHATIF_WON_OPEN);
	assert_int_equal(x.r->n_set, 1);
	assert_rule(&x, 0, 0,
		    "-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33 "
		    "-F auid=-1 -F exit=-EACCES");
	assert_int_equal(noise_blinds(x.n, x.r->set[0], blind), 1);
	assert_int_equal(blind[0].position, 0);
	assert_int_equal(blind[0].account[0].uid, 33);
	end(&x);
}

/* What the next rule takes is not saved. */
static void noise_falls_through(void **state)
{
	struct world x;

	(void)state;
	refuse(0, "/usr/bin/dash", 65534, -1, "/srv/d/log"); /* no exception for it */
	begin(&x,
	      "-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F key=access\n"
	      "-a always,exit -F arch=b64 -S openat -F key=opens\n",
	      1);
	assert_int_equal(x.r->n_allowed, 0);
	end(&x);
	flow[0].settled = false;
	begin(&x, "-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F key=access\n",
	      1);
	assert_int_equal(x.r->n_set, 1);
	assert_int_equal(x.r->set[0]->kind, NOISE_NARROW);
	end(&x);
}

static void noise_netfilter_of_one_tool(void **state)
{
	struct world x;

	(void)state;
	flow[0] = help_flow(46, "/usr/sbin/xtables-nft-multi", 0, -1);
	flow[0].types[0] = 1300;
	flow[0].types[1] = 1325;
	flow[0].types[2] = 1327;
	flow[0].n_types = 3;
	flow[0].won = WHATIF_WON_NONE;
	weigh(0, 1000, 4);
	canary(1, 10);
	begin(&x, ACCESS, 2);
	assert_int_equal(x.r->n_set, 1);
	assert_int_equal(x.r->set[0]->kind, NOISE_EXCLUDE);
	assert_rule(&x, 0, 0,
		    "-a never,exclude -F msgtype=NETFILTER_CFG "
		    "-F exe=/usr/sbin/xtables-nft-multi -F uid=0 -F auid=-1");
	/* with its companions */
	assert_int_equal(x.r->saves.lost[0].records, 4000);
	end(&x);
}

static void noise_cron(void **state)
{
	struct world x;
	size_t n = cron();

	(void)state;
	canary(n, 10);
	begin(&x, ACCESS, n + 1);
	assert_int_equal(x.r->n_set, 1);
	assert_int_equal(x.r->set[0]->n, 3);
	assert_rule(
		&x, 0, 0,
		"-a never,exclude -F msgtype=USER_ACCT -F exe=/usr/sbin/cron -F uid=0");
	assert_rule(&x, 0, 1,
		    "-a never,exclude -F msgtype>=CRED_ACQ -F msgtype<=USER_END "
		    "-F exe=/usr/sbin/cron -F uid=0");
	assert_rule(&x, 0, 2,
		    "-a never,exclude -F msgtype=LOGIN -F exe=/usr/sbin/cron -F uid=0");
	assert_int_equal(x.r->saves.lost[0].records, 60 * 9);
	assert_int_equal(x.r->saves.lost[0].events, 360);
	end(&x);
	/* what only bears its name is not silenced */
	storm.class = AUTH_PASSWORD_GUESSING;
	begin(&x, ACCESS, n + 1);
	assert_int_equal(x.r->n_allowed, 0);
	end(&x);
}

/* What another exception takes already does not count twice, nor what is loaded. */
static void noise_counts_overlaps_once(void **state)
{
	struct world x;

	(void)state;
	refuse(0, "/usr/sbin/d", 33, -1, "/srv/d/log");
	refuse(1, "/usr/sbin/chronyd", 33, -1, "/srv/d/log");
	begin(&x, ACCESS, 2);
	/* one for both: their account */
	assert_int_equal(x.r->n_set, 1);
	assert_int_equal(x.r->saves.lost[0].records, 10000);
	end(&x);
	flow[0].settled = flow[1].settled = false;
	begin(&x,
	      ACCESS "-a never,exit -F arch=b64 -S openat -F uid=33 -F auid=-1 "
		     "-F exit=-EACCES\n",
	      2);
	for (size_t i = 0; i < x.r->n_allowed; i++)
		for (size_t k = 0; k < x.r->allowed[i]->n; k++)
			assert_string_not_equal(
				text_of(x.r->allowed[i], k),
				"-a never,exit -F arch=b64 -S openat -F uid=33 "
				"-F auid=-1 -F exit=-EACCES");
	end(&x);
}

/* More than there is room for in a set, and than one piece of work can do. */
static void noise_works_through_much(void **state)
{
	char text[8192] = "";
	struct world x;
	size_t used;

	(void)state;
	used = (size_t)snprintf(text, sizeof(text), "%s", ACCESS);
	for (int i = 0; i < 40; i++)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used,
			"-a always,exit -F arch=b64 -S openat -F pid=%d\n", i);
	max_risk = GUARD_LOW;
	for (size_t i = 0; i < MAX; i++) {
		refuse(i, "/usr/sbin/d", 1 + (int64_t)i % 10, -1, "/srv/d/log");
		flow[i].won = WHATIF_WON_RULE;
		flow[i].position = 1;
	}
	begin(&x, text, MAX);
	assert_int_equal(x.r->n_set, NOISE_SET);
	assert_true(x.r->n_allowed >= 10);
	assert_int_equal(x.r->saves.lost[0].records, NOISE_SET * MAX / 10 * 5000);
	end(&x);
	/* the rule narrowed would free them, if it were known that no other takes them */
	max_risk = GUARD_MEDIUM;
	begin(&x, text, MAX);
	for (size_t i = 0; i < x.r->n_allowed; i++)
		assert_int_not_equal(x.r->allowed[i]->kind, NOISE_NARROW);
	end(&x);
	for (size_t i = 0; i < MAX; i++)
		flow[i].has_all = true;
	begin(&x, text, MAX);
	assert_int_equal(x.r->n_set, 1);
	assert_int_equal(x.r->set[0]->kind, NOISE_NARROW);
	assert_int_equal(x.r->saves.lost[0].records, MAX * 5000);
	end(&x);
}

/* --- never advised --- */

static struct flood flood_of(const struct world *x)
{
	const struct flood_case c = {.table = &x->t, .fate = x->r->fate, .seconds = 60};

	return flood_judge(&c);
}

/* Nothing is advised, and the flood has a name. */
static void expect_flood(const char *rules, size_t n, enum flood_kind kind,
			 const char *what)
{
	struct world x;
	struct flood f;

	for (size_t i = 0; i < n; i++)
		flow[i].settled = false;
	begin(&x, rules, n);
	if (x.r->n_set)
		fail_msg("%s: %s", what, text_of(x.r->set[0], 0));
	f = flood_of(&x);
	if (!f.raised || f.source.kind != kind)
		fail_msg("%s: %s", what,
			 f.raised ? flood_kind_name(f.source.kind) : "none");
	end(&x);
}

static void noise_never_for_an_attacker(void **state)
{
	static const struct {
		const char *exe;
		int64_t uid, auid;
		const char *dir;
	} rows[] = {
		{"/tmp/x", 33, -1, "/srv/d/log"}, /* a place that all can write to */
		{"/srv/d", 33, -1, "/srv/d/log"}, /* a service's own */
		{"/opt/app/bin/d", 33, -1, "/srv/d/log"},
		{"/usr/bin/dash", 1000, 1000, "/srv/d/log"}, /* somebody's shell */
		{"/usr/bin/python3.11", 65534, -1, "/etc"},
		{"/usr/bin/grep", 1000, 1000, "/srv"},     /* a loop of find */
		{"/usr/sbin/bound", 33, -1, "/srv/d/log"}, /* mounted over the real one */
		{"/usr/sbin/setuid", 33, -1, "/srv/d/log"},
		{"/usr/sbin/sshd", 0, -1, "/srv/d/log"},
		{"/usr/sbin/d", 33, -1, "/etc"},
		{"/usr/sbin/d", 33, -1, "/var/log/audit"},
		{"/usr/sbin/d", 33, -1, NULL}, /* it is not known what it opens */
		{"/usr/sbin/a b", 33, -1, "/srv/d/log"},
		{"/usr/sbin/a\nb", 33, -1, "/srv/d/log"},
		{"/usr/sbin/a\"b", 33, -1, "/srv/d/log"},
		{"/usr/sbin/a,b", 33, -1, "/srv/d/log"},
		{"/usr/sbin/a -F uid=0", 33, -1, "/srv/d/log"},
		{"/usr/sbin/\xc3\xa4", 33, -1, "/srv/d/log"},
		{NULL, 33, -1, "/srv/d/log"},
	};

	(void)state;
	max_risk = GUARD_HIGH;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		refuse(0, rows[i].exe, rows[i].uid, rows[i].auid, rows[i].dir);
		expect_flood(ACCESS, 1, FLOOD_FLOW, rows[i].exe ? rows[i].exe : "none");
	}
}

static void noise_never_of_protected(void **state)
{
	static const char *const key[] = {"access"}, *exe[] = {"/usr/sbin/d"},
				 *path[] = {"/srv/d"};
	static const uint32_t type[] = {1300}; /* SYSCALL */

	(void)state;
	max_risk = GUARD_HIGH;
	refuse(0, "/usr/sbin/d", 33, -1, "/srv/d/log");
	guard.protect_key = (struct guard_list){key, 1};
	expect_flood(ACCESS, 1, FLOOD_FLOW, "key");
	guard = help_guard;
	guard.protect_exe = (struct guard_list){exe, 1};
	expect_flood(ACCESS, 1, FLOOD_FLOW, "exe");
	guard = help_guard;
	guard.protect_path = (struct guard_list){path, 1};
	expect_flood(ACCESS, 1, FLOOD_FLOW, "path");
	guard = help_guard;
	guard.protect_type = (struct guard_types){type, 1};
	expect_flood(ACCESS, 1, FLOOD_FLOW, "type");
}

static void noise_never_of_alarms(void **state)
{
	static const uint32_t types[] = {1400, 1701, 1100, 1112, 1305, 1107, 1326, 2100};

	(void)state;
	max_risk = GUARD_HIGH;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		flow[0] = help_message(types[i], "/usr/sbin/d", 33, -1);
		weigh(0, 6000, 1);
		expect_flood(ACCESS, 1, FLOOD_FLOW, "type");
		/* and with a system call */
		refuse(0, "/usr/sbin/d", 33, -1, "/srv/d/log");
		flow[0].types[flow[0].n_types++] = types[i];
		expect_flood(ACCESS, 1, FLOOD_FLOW, "type in an event");
	}
}

/* Another program or another directory with each event. */
static void noise_never_for_who_varies(void **state)
{
	struct world x;

	(void)state;
	max_risk = GUARD_HIGH;
	for (size_t i = 0; i < MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "/tmp/e/x%zu", i);
		refuse(i, names[i], 33, -1, "/srv/d/log");
		weigh(i, 10, 5);
	}
	expect_flood(ACCESS, MAX, FLOOD_DIR, "programs");
	for (size_t i = 0; i < MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "/etc/x%zu", i);
		refuse(i, "/usr/sbin/d", 33, -1, names[i]);
		weigh(i, 10, 5);
	}
	expect_flood(ACCESS, MAX, FLOOD_DIR, "directories");
	/* what is not harmful by itself may be excepted for the program, not for all */
	for (size_t i = 0; i < MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "/srv/x%zu", i);
		refuse(i, "/usr/sbin/d", 33, -1, names[i]);
		weigh(i, 10, 5);
	}
	begin(&x, ACCESS, MAX);
	assert_int_equal(x.r->n_set, 1);
	assert_non_null(strstr(text_of(x.r->set[0], 0), "exe=/usr/sbin/d "));
	end(&x);
}

/* Cron's messages by somebody who is not cron: they do not come as sessions do, and no
 * LOGIN record bears them out. */
static void noise_never_of_forged_cron(void **state)
{
	struct auth_row row = {.type = 1101,
			       .claimed = true,
			       .exe = span_of("/usr/sbin/cron"),
			       .auid = -1,
			       .outcome = EVENT_SUCCESS_YES,
			       .events = 6000};
	const struct auth_options o = {.bucket_s = 1, .min_events = 20};

	(void)state;
	max_risk = GUARD_HIGH;
	flow[0] = help_message(1101, "/usr/sbin/cron", 0, -1);
	weigh(0, 6000, 1);
	for (unsigned int i = 0; i < WINDOW_BUCKETS; i++)
		row.rhythm[i] = 100;
	n_storms = auth_judge(&row, 1, &o, &storm, 1);
	assert_int_equal(n_storms, 0);
	expect_flood(ACCESS, 1, FLOOD_FLOW, "forged");
	/* and from a place that all can write to */
	flow[0] = help_message(1101, "/tmp/cron", 0, -1);
	weigh(0, 6000, 1);
	expect_flood(ACCESS, 1, FLOOD_FLOW, "forged elsewhere");
}

static void noise_says_why_not(void **state)
{
	struct world x;

	(void)state;
	refuse(0, "/usr/sbin/d", 33, -1, "/etc");
	begin(&x, ACCESS, 1);
	assert_int_equal(x.r->n_allowed, 0);
	assert_true(x.r->refused > 0);
	assert_int_equal(x.r->why.reason, GUARD_OBJECT);
	assert_int_equal(x.r->refused_records, 5000);
	end(&x);
	/* of several the heaviest, whichever comes first */
	for (size_t i = 0; i < 2; i++) {
		refuse(i, "/usr/sbin/d", 33, -1, "/etc");
		refuse(!i, "/tmp/x", 44, -1, "/srv");
		weigh(!i, 3000, 5);
		begin(&x, ACCESS, 2);
		assert_int_equal(x.r->n_allowed, 0);
		assert_int_equal(x.r->refused_records, 20000);
		end(&x);
	}
	/* what is too little, and what is too bold */
	refuse(0, "/usr/sbin/d", 33, -1, "/srv/d/log");
	canary(1, 100000);
	begin(&x, ACCESS, 2);
	assert_int_equal(x.r->n_allowed, 0);
	assert_true(x.r->small > 0);
	end(&x);
	refuse(0, "/usr/bin/dash", 0, -1, "/srv/d/log");
	begin(&x, "-a always,exit -F arch=b64 -S openat,execve -F key=access\n", 1);
	assert_int_equal(x.r->n_allowed, 0);
	assert_true(x.r->risky > 0);
	end(&x);
	begin(&x, ACCESS, 0);
	assert_int_equal(x.r->n_set, 0);
	end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(noise_service_opens_refused_files),
		test(noise_exec_storm),
		test(noise_log_under_a_watch),
		test(noise_log_by_another_name),
		test(noise_time_adjustments),
		test(noise_time_adjustments_that_change_it),
		test(noise_two_programs_under_one_rule),
		test(noise_leaves_other_rules_alone),
		test(noise_of_an_unknown_rule),
		test(noise_rule_without_a_call),
		test(noise_rule_without_a_call_and_its_twin),
		test(noise_falls_through),
		test(noise_netfilter_of_one_tool),
		test(noise_cron),
		test(noise_counts_overlaps_once),
		test(noise_works_through_much),
		test(noise_never_for_an_attacker),
		test(noise_never_of_protected),
		test(noise_never_of_alarms),
		test(noise_never_for_who_varies),
		test(noise_never_of_forged_cron),
		test(noise_says_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
