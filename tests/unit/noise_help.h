/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_help.h - flows in a world of rules, and advice that is checked as it comes
 */
#ifndef TESTS_NOISE_HELP_H
#define TESTS_NOISE_HELP_H

#include <stdio.h>
#include <string.h>

#include "advise/noise.h"
#include "guard_help.h"

#define MAX 600 /* flows */

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
static const struct noise_standing *standing;

static inline int reset(void **state)
{
	(void)state;
	max_risk = GUARD_MEDIUM;
	min_share = 0.02;
	guard = help_guard;
	n_storms = 0;
	standing = NULL;
	return 0;
}

/* --- every text that is made --- */

static inline void is_loadable(const struct rule *rule)
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

static inline void is_sound(const struct world *x, const struct noise_advice *a)
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

static inline void begin(struct world *x, const char *rules, size_t n)
{
	struct noise_options o = {.guard = &guard,
				  .storm = &storm,
				  .n_storms = n_storms,
				  .machine = MACH_86_64,
				  .min_share = min_share,
				  .max_risk = max_risk,
				  .standing = standing};
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

static inline void end(struct world *x)
{
	noise_free(x->n);
	whatif_free(x->w);
	ruleset_free(x->set);
}

static inline const char *text_of(const struct noise_advice *a, size_t i)
{
	static char text[RULE_TEXT_MAX];

	rule_print(a->rule[i], MACH_86_64, text, sizeof(text));
	return text;
}

static inline void assert_rule(const struct world *x, size_t advice, size_t i,
			       const char *want)
{
	assert_true(advice < x->r->n_set);
	assert_true(i < x->r->set[advice]->n);
	assert_string_equal(text_of(x->r->set[advice], i), want);
}

static inline void weigh(size_t i, uint64_t events, uint64_t each)
{
	flow[i].count[0] = (struct count){events, events * each, events * each * 200};
}

/* A flow of others, which must stay. */
static inline void canary(size_t i, uint64_t events)
{
	flow[i] = help_file("/usr/bin/grep", 1000, 1000, "/home/u");
	flow[i].success = EVENT_SUCCESS_NO;
	flow[i].error = 13;
	weigh(i, events, 5);
}

#define ACCESS \
	"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F key=access\n" \
	"-a always,exit -F arch=b32 -S open,openat -F exit=-EACCES -F key=access\n"

static inline void refuse(size_t i, const char *exe, int64_t uid, int64_t auid,
			  const char *dir)
{
	flow[i] = help_file(exe, uid, auid, dir);
	flow[i].success = EVENT_SUCCESS_NO;
	flow[i].error = 13;
	flow[i].key = help_text("access");
	flow[i].n_keys = 1;
	weigh(i, 1000, 5);
}

static inline size_t cron(void)
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

#define test(f) cmocka_unit_test_setup(f, reset)

#endif
