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
#include "advise/noise.h"
#include "guard_help.h"
#include "rng.h"

#define MAX 600

static char names[MAX][64];
static struct whatif_flow flow[MAX];
static struct whatif_record record[MAX];

struct world {
	struct ruleset *set;
	struct whatif *w;
	struct whatif_table t;
	struct noise *n;
	const struct noise_result *r;
};

static enum guard_level max_risk;
static double min_share;
static struct guard_options guard;
static struct auth_storm storm;
static size_t n_storms;

static int reset(void **state)
{
	(void)state;
	max_risk = GUARD_MEDIUM;
	min_share = 0.02;
	guard = help_guard;
	n_storms = 0;
	return 0;
}

/* --- every text that is made --- */

static void is_loadable(const struct rule *rule)
{
	static char text[RULE_TEXT_MAX];
	struct rule *again;

	assert_true(rule_print(rule, MACH_86_64, text, sizeof(text)) < sizeof(text));
	assert_null(rule_unloadable(rule, MACH_86_64, span_of(text)));
	again = rule_help_rule(text);
	assert_true(rule_equal(again, rule));
	rule_free(again);
	for (const char *p = text; *p; p++)
		if (!strchr(" =!<>,_./+-", *p) && !(*p >= 'a' && *p <= 'z') &&
		    !(*p >= 'A' && *p <= 'Z') && !(*p >= '0' && *p <= '9'))
			fail_msg("%s", text);
	if (rule->list == AUDIT_FILTER_EXCLUDE) {
		assert_non_null(rule_find(rule, AUDIT_EXE));
		assert_non_null(rule_find(rule, AUDIT_MSGTYPE));
		for (uint32_t i = 0; i < rule->n_fields; i++)
			assert_true(rule_is_asked_of_record(rule->field[i].type));
		assert_memory_equal(text, "-a never,exclude ", 17);
	} else if (rule->action == AUDIT_NEVER) {
		assert_null(rule_find(rule, AUDIT_FILTERKEY));
		assert_null(rule_find(rule, AUDIT_WATCH));
		assert_non_null(rule_find(rule, AUDIT_ARCH));
		assert_non_null(rule_find(rule, AUDIT_LOGINUID));
		assert_memory_equal(text, "-a never,exit -F arch=b", 23);
	}
}

static void is_sound(const struct world *x, const struct noise_advice *a)
{
	char text[NOISE_TEXT];
	struct whatif_blind blind[WHATIF_BLINDS];

	assert_true(a->n >= 1 && a->n <= NOISE_RULES);
	for (size_t i = 0; i < a->n; i++) {
		is_loadable(a->rule[i]);
		assert_int_equal(a->instead[i] != NULL, a->kind == NOISE_NARROW);
	}
	if (a->kind == NOISE_SILENCE && a->n == 2)
		assert_true(rule_find(a->rule[0], AUDIT_ARCH)->value !=
			    rule_find(a->rule[1], AUDIT_ARCH)->value);
	assert_true(a->saves.exact);
	assert_true(a->verdict.reason == GUARD_ALLOWED);
	assert_true(a->verdict.risk <= max_risk);
	assert_true(a->saves.lost[0].records <= x->t.total[0].records);
	noise_blinds(x->n, a, blind);
	noise_title(x->n, a, text);
	assert_true(text[0]);
	noise_gives_up(x->n, a, text);
	assert_true(text[0]);
	for (const char *p = text; *p; p++)
		assert_true(*p >= ' ' && *p <= '~');
}

/* --- the world --- */

static void begin(struct world *x, const char *rules, size_t n)
{
	struct noise_options o = {.guard = &guard,
				  .storm = &storm,
				  .n_storms = n_storms,
				  .machine = MACH_86_64,
				  .min_share = min_share,
				  .max_risk = max_risk};
	uint64_t adds = 0;
	int rc;

	memset(x, 0, sizeof(*x));
	x->set = help_set(rules);
	x->w = help_whatif(x->set);
	x->t = help_table(flow, n);
	for (size_t i = 0; i < n; i++) {
		whatif_settle(x->w, &flow[i]);
		for (unsigned int k = 0; k < flow[i].n_types; k++)
			if (x->t.n_records < MAX &&
			    whatif_record_of(&flow[i], i, flow[i].types[k],
					     &record[x->t.n_records]))
				x->t.n_records++;
	}
	x->t.record = record;
	o.whatif = x->w;
	o.rules = x->set;
	o.table = &x->t;
	x->n = noise_new(&o);
	assert_non_null(x->n);
	do
		rc = noise_step(x->n);
	while (rc > 0);
	assert_int_equal(rc, 0);
	x->r = noise_result(x->n);
	for (size_t i = 0; i < x->r->n_allowed; i++)
		is_sound(x, x->r->allowed[i]);
	for (size_t i = 0; i < x->r->n_set; i++)
		adds += x->r->set[i]->adds.records;
	assert_true(adds <= x->r->saves.lost[0].records);
	assert_true(x->r->saves.exact);
}

static void end(struct world *x)
{
	noise_free(x->n);
	whatif_free(x->w);
	ruleset_free(x->set);
}

static const char *text_of(const struct noise_advice *a, size_t i)
{
	static char text[RULE_TEXT_MAX];

	rule_print(a->rule[i], MACH_86_64, text, sizeof(text));
	return text;
}

static void assert_rule(const struct world *x, size_t advice, size_t i, const char *want)
{
	assert_true(advice < x->r->n_set);
	assert_true(i < x->r->set[advice]->n);
	assert_string_equal(text_of(x->r->set[advice], i), want);
}

static void weigh(size_t i, uint64_t events, uint64_t each)
{
	flow[i].count[0] = (struct count){events, events * each, events * each * 200};
}

/* A flow of others, which must stay. */
static void canary(size_t i, uint64_t events)
{
	flow[i] = help_file("/usr/bin/grep", 1000, 1000, "/home/u");
	flow[i].success = EVENT_SUCCESS_NO;
	flow[i].error = 13;
	weigh(i, events, 5);
}

#define ACCESS \
	"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F key=access\n" \
	"-a always,exit -F arch=b32 -S open,openat -F exit=-EACCES -F key=access\n"

static void refuse(size_t i, const char *exe, int64_t uid, int64_t auid, const char *dir)
{
	flow[i] = help_file(exe, uid, auid, dir);
	flow[i].success = EVENT_SUCCESS_NO;
	flow[i].error = 13;
	flow[i].key = help_text("access");
	flow[i].n_keys = 1;
	weigh(i, 1000, 5);
}

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

static size_t cron(void)
{
	static const uint32_t types[] = {1101, 1103, 1105, 1104, 1106};
	size_t n = 0;

	for (; n < 5; n++) {
		flow[n] = help_message(types[n], "/usr/sbin/cron", 0,
				       types[n] < 1104 ? -1 : 0);
		weigh(n, 60, 1);
	}
	flow[n] = help_flow(1, "/usr/sbin/cron", 0, 0);
	flow[n].types[0] = 1006;
	flow[n].types[1] = 1300;
	flow[n].types[2] = 1327;
	flow[n].n_types = 3;
	flow[n].won = WHATIF_WON_NONE;
	weigh(n++, 60, 4);
	storm = (struct auth_storm){.class = AUTH_CRON_SESSIONS,
				    .exe = span_of("/usr/sbin/cron"),
				    .is_backed = true};
	n_storms = 1;
	return n;
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
				 *path[] = {"/srv/d"}, *type[] = {"SYSCALL"};

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
	guard.protect_type = (struct guard_list){type, 1};
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

/* --- whatever comes --- */

static const char *const rules[] = {
	"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F key=access",
	"-a always,exit -F arch=b32 -S open,openat -F exit=-EACCES -F key=access",
	"-a always,exit -F arch=b64 -S openat -F dir=/srv -F perm=wa -F key=srv",
	"-a always,exit -F arch=b64 -S unlink,rename -F auid>=1000 -F auid!=-1",
	"-a always,exit -F arch=b64 -S unlink,rename -F key=delete",
	"-a always,exit -F arch=b64 -S execve -F key=exec",
	"-a always,exit -F arch=b64 -S adjtimex -F key=time",
	"-w /etc/passwd -p wa -k passwd",
	"-w /srv/d/log/f -p wa -k f",
	"-a never,exit -F arch=b64 -S openat -F uid=44",
	"-a always,exit -F arch=b64 -S openat -F key=two,words",
	"-a always,exit -F arch=b64 -S openat,unlink -F success=1 -F key=done",
};

/* @hostile: with what is never to be silenced */
static void random_flow(struct rng *r, size_t i, bool hostile)
{
	size_t n_exes = hostile ? 9 : 3, n_places = hostile ? 6 : 3;
	static const char *const exes[] = {
		"/usr/sbin/d",    "/usr/sbin/chronyd", "/usr/bin/dash",
		"/tmp/x",         "/usr/sbin/unseen",  "/usr/sbin/bound",
		"/usr/sbin/cron", "/usr/sbin/a\nb",    "/usr/bin/grep"};
	static const char *const places[] = {"/srv/d/log", "/var/lib/d/log",
					     "/srv/x",     "/etc",
					     "/srv/d",     "/srv/../etc"};
	static const uint32_t calls[] = {OPENAT, OPENAT,   UNLINK,
					 EXECVE, ADJTIMEX, RENAME};
	static const int64_t uids[] = {0, 33, 44, 1000, 65534},
			     auids[] = {-1, -1, -1, 0, 1000};
	static const uint32_t types[] = {1101, 1105, 1006, 1325, 1400, 1100, 1130};

	flow[i] = help_file(exes[rng_below(r, n_exes)], uids[rng_below(r, 5)],
			    auids[rng_below(r, 5)], places[rng_below(r, n_places)]);
	flow[i].call = calls[rng_below(r, 6)];
	if (rng_below(r, 2)) {
		flow[i].success = EVENT_SUCCESS_NO;
		flow[i].error = 13;
	}
	if (flow[i].call == ADJTIMEX) {
		flow[i].n_types = 1;
		flow[i].dir = help_text(NULL);
	}
	if (!rng_below(r, 6))
		flow[i] = help_message(types[rng_below(r, 7)], exes[rng_below(r, 9)],
				       uids[rng_below(r, 5)], auids[rng_below(r, 5)]);
	if (!rng_below(r, 10))
		flow[i].auid_class = (enum id_class)(1 + rng_below(r, 4));
	if (flow[i].has_call && rng_below(r, 4)) {
		static const char *const keys[] = {"access", "srv",  "delete",
						   "exec",   "time", "done"};

		flow[i].key = help_text(keys[rng_below(r, 6)]);
		flow[i].n_keys = 1;
	}
	weigh(i, rng_skewed(r, 2000), 5);
}

/* What attribution would know: a rule that can have written it. */
static void attribute(struct rng *r, const char *text, size_t n)
{
	struct ruleset *set = help_set(text);
	struct whatif *w = help_whatif(set);

	for (size_t i = 0; i < n; i++) {
		if (!flow[i].has_call || flow[i].won != WHATIF_WON_OPEN ||
		    !rng_below(r, 4))
			continue;
		for (uint32_t at = 1; whatif_rule_at(w, at); at++) {
			const struct rule *rule = whatif_rule_at(w, at);

			if (rule->action == AUDIT_NEVER ||
			    whatif_ask(w, rule, &flow[i]) == MATCH_NO)
				continue;
			flow[i].won = WHATIF_WON_RULE;
			flow[i].position = at;
			flow[i].has_all = rng_below(r, 2);
			break;
		}
	}
	whatif_free(w);
	ruleset_free(set);
}

/* All that holds for each flow that would go, said once more by itself. */
static void may_go(const struct whatif_flow *f)
{
	const struct help_host *h = help_find(f->exe.text);

	assert_non_null(h);
	assert_true(h->weak == 0 && h->uid == 0 && !(h->mode & 06022));
	assert_int_not_equal(h->traffic.inode, GUARD_INODE_DIFFERS);
	assert_null(memchr(f->exe.text.p, '\n', f->exe.text.n));
	for (unsigned int i = 0; i < f->n_types; i++)
		assert_false(guard_is_alarm(f->types[i]));
	if (guard_is_cron(f->exe.text) && (!f->has_call || f->types[0] == 1006))
		return; /* its sessions are the jobs' */
	assert_true(f->auid == -1 || f->auid_class == ID_CLASS_UNSET);
	if (f->dir.text.p && f->call != EXECVE)
		assert_true(f->dir.text.n > 4 && memcmp(f->dir.text.p, "/etc", 4) &&
			    !span_is(f->dir.text, "/srv/../etc"));
}

static void noise_is_sound_whatever_comes(void **state)
{
	struct rng r = {0x6e015e};
	size_t advised = 0, narrowed = 0, sets = 0;

	(void)state;
	for (int round = 0; round < 600; round++) {
		char text[2048] = "";
		size_t n = 1 + rng_below(&r, 12), used = 0;
		struct world x;

		for (size_t i = 2 + rng_below(&r, 5); i; i--)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s\n",
						 rules[rng_below(&r, 12)]);
		for (size_t i = 0; i < n; i++)
			random_flow(&r, i, round % 2);
		reset(NULL);
		max_risk = (enum guard_level)rng_below(&r, 3);
		if (!rng_below(&r, 4))
			cron();
		n = n < 6 && n_storms ? 6 : n;
		attribute(&r, text, n);
		begin(&x, text, n);
		for (size_t i = 0; i < x.r->n_allowed; i++) {
			const struct noise_advice *a = x.r->allowed[i];

			for (size_t k = 0; k < n; k++)
				if (a->fate[k] == WHATIF_LOST && flow[k].count[0].records)
					may_go(&flow[k]);
			narrowed += a->kind == NOISE_NARROW;
		}
		advised += x.r->n_allowed;
		sets += x.r->n_set;
		end(&x);
	}
	print_message("%zu allowed, %zu of them narrow a rule; %zu in sets\n", advised,
		      narrowed, sets);
	assert_true(advised > 300 && narrowed > 5 && sets > 100);
}

/* The order of the table does not matter. */
static void noise_is_the_same_in_any_order(void **state)
{
	struct rng r = {0x0dde};

	(void)state;
	for (int round = 0; round < 60; round++) {
		char first[4096] = "", second[4096] = "";
		struct whatif_flow keep[12];
		struct world x;

		reset(NULL);
		for (size_t i = 0; i < 12; i++)
			random_flow(&r, i, round % 2);
		memcpy(keep, flow, sizeof(keep));
		for (int turn = 0; turn < 2; turn++) {
			char *out = turn ? second : first;

			for (size_t i = 0; i < 12; i++)
				flow[i] = keep[turn ? 11 - i : i];
			begin(&x,
			      ACCESS "-a always,exit -F arch=b64 -S execve -F key=exec\n"
				     "-a always,exit -F arch=b64 -S openat -F dir=/srv "
				     "-F key=srv\n",
			      12);
			for (size_t i = 0; i < x.r->n_set; i++)
				for (size_t k = 0; k < x.r->set[i]->n; k++) {
					strcat(out, text_of(x.r->set[i], k));
					strcat(out, "\n");
				}
			end(&x);
		}
		assert_string_equal(first, second);
	}
}

#define test(f) cmocka_unit_test_setup(f, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(noise_service_opens_refused_files),
		test(noise_exec_storm),
		test(noise_log_under_a_watch),
		test(noise_time_adjustments),
		test(noise_time_adjustments_that_change_it),
		test(noise_two_programs_under_one_rule),
		test(noise_of_an_unknown_rule),
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
		test(noise_is_sound_whatever_comes),
		test(noise_is_the_same_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
