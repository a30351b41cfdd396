/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_snapshot.c - what was counted, from events to advice
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "oom.h"
#include "advise/noise.h"
#include "advise/snapshot.h"
#include "count/rule_book.h"
#include "guard_help.h"
#include "tally_help.h"

#define RULES \
	"-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F key=access\n" \
	"-a always,exit -F arch=b32 -S openat -F exit=-EACCES -F key=access\n"

static const int64_t now[] = {NOW / 1000, NOW / 60000};

static struct event refused(const char *exe, int64_t uid)
{
	struct event e = new_event(5, 0);
	static const uint32_t types[] = {1300, 1302, 1307, 1327};

	memcpy(e.types, types, sizeof(types));
	e.n_types = 4;
	e.has_syscall = true;
	e.arch = B64;
	e.nr = OPENAT;
	e.success = EVENT_SUCCESS_NO;
	e.error = 13;
	e.exe = span_of(exe);
	e.dir = span_of("/srv/d/log");
	e.uid = uid;
	e.auid = EVENT_ID_UNSET;
	e.keys[0] = span_of("access");
	e.n_keys = 1;
	return e;
}

static struct event cron_message(void)
{
	struct event e = new_event(1, 0);

	e.types[0] = 1101;
	e.n_types = 1;
	e.exe = span_of("/usr/sbin/cron");
	e.claimed = true;
	e.uid = 0;
	e.auid = EVENT_ID_UNSET;
	return e;
}

static bool is_other(void *arg, struct span node)
{
	(void)arg;
	return span_is(node, "other");
}

static const struct snapshot_options options = {.is_foreign = is_other};

static int settle(struct snapshot *s, struct whatif *w)
{
	int rc;

	do
		rc = snapshot_settle(s, w);
	while (rc > 0);
	return rc;
}

static struct tally *counted(void)
{
	struct tally *t = new_tally(64);
	struct event e = refused("/usr/sbin/d", 33), cron = cron_message();
	struct event own = refused("/sbin/audisp-noise", 7);

	own.own = true;
	for (int i = 0; i < 100; i++)
		count_event(t, &e);
	for (int i = 0; i < 40; i++)
		count_event(t, &cron);
	e.node = span_of("other");
	count_event(t, &e);
	count_event(t, &own);
	return t;
}

static void snapshot_has_what_was_counted(void **state)
{
	struct tally *t = counted();
	struct ruleset *set = help_set(RULES);
	struct whatif *w = help_whatif(set);
	struct snapshot *s = snapshot_take(t, now, &options);
	const struct whatif_table *table;

	(void)state;
	assert_non_null(s);
	tally_free(t); /* nothing of it is borrowed */
	assert_int_equal(settle(s, w), 0);
	table = snapshot_table(s);
	assert_int_equal(table->n_flows, 3);
	assert_int_equal(table->n_windows, 2);
	assert_count(table->total[0], 142, 550, 55000);
	assert_count(table->apart[1], 1, 5, 500);
	for (size_t i = 0; i < 3; i++) {
		const struct whatif_flow *f = &table->flow[i];

		if (f->foreign) {
			assert_count(f->count[0], 1, 5, 500);
		} else if (f->has_call) {
			assert_count(f->count[1], 100, 500, 50000);
			assert_true(span_is(f->exe.text, "/usr/sbin/d"));
			assert_true(span_is(f->dir.text, "/srv/d/log"));
			assert_true(span_is(f->key.text, "access"));
			assert_int_equal(f->won, WHATIF_WON_RULE);
			assert_int_equal(f->position, 1);
		} else {
			assert_int_equal(f->won, WHATIF_WON_NONE);
			assert_true(f->claimed);
		}
	}
	/* cron's alone: a part of an event is no record of its own */
	assert_int_equal(table->n_records, 1);
	assert_int_equal(table->record[0].type, 1101);
	assert_count(table->record[0].vanish[0], 40, 40, 4000);
	snapshot_free(s);
	snapshot_free(NULL);
	whatif_free(w);
	ruleset_free(set);
}

/* Outside of the window nothing counts. */
static void snapshot_is_of_its_time(void **state)
{
	const int64_t later[] = {NOW / 1000 + 61, NOW / 60000 + 1};
	struct tally *t = counted();
	struct snapshot *s = snapshot_take(t, later, &options);
	const struct whatif_table *table = snapshot_table(s);

	(void)state;
	assert_count(table->total[0], 0, 0, 0);
	assert_count(table->flow[0].count[0], 0, 0, 0);
	assert_int_equal(table->total[1].events, 142);
	snapshot_free(s);
	tally_free(t);
}

static void know_rule(void *arg, const struct topk_view *entry, struct whatif_flow *flow)
{
	assert_true(entry->name.n > 0);
	if (flow->has_call) {
		flow->won = WHATIF_WON_RULE;
		flow->position = *(const uint32_t *)arg;
		flow->has_all = true;
	}
}

static void snapshot_hears_who_knows_the_rule(void **state)
{
	uint32_t position = 2;
	const struct snapshot_options o = {.rule = know_rule, .arg = &position};
	struct tally *t = counted();
	struct snapshot *s = snapshot_take(t, now, &o);
	struct ruleset *set = help_set(RULES);
	struct whatif *w = help_whatif(set);

	(void)state;
	assert_int_equal(settle(s, w), 0);
	for (size_t i = 0; i < snapshot_table(s)->n_flows; i++)
		if (snapshot_table(s)->flow[i].has_call)
			assert_int_equal(snapshot_table(s)->flow[i].position, 2);
	whatif_free(w);
	ruleset_free(set);
	snapshot_free(s);
	tally_free(t);
}

/* What attribution has found comes along. */
static void snapshot_knows_what_attribution_found(void **state)
{
	static const enum attribution_kind kinds[] = {
		ATTRIBUTION_RULE,    ATTRIBUTION_RULE,    ATTRIBUTION_HARD_WIRED,
		ATTRIBUTION_FOREIGN, ATTRIBUTION_REMOVED, ATTRIBUTION_UNKNOWN,
	};
	struct tally *t = new_tally(64);
	struct ruleset *set = help_set(RULES);
	const struct whatif_table *table;
	struct snapshot *s;

	(void)state;
	for (uint32_t i = 0; i < 6; i++) {
		struct tally_receipt receipt = {.when = when_of(NOW)};
		struct verdict v = {.kind = kinds[i], .machine = MACH_86_64};
		struct event e = refused("/usr/sbin/d", i);
		char name[ATTRIBUTION_NAME_MAX];
		struct tally_rule rule;

		if (kinds[i] == ATTRIBUTION_RULE)
			v.rule = ruleset_at(set, i);
		rule = rule_book_entry(&v, tally_hash_key(t), name);
		if (i == 1)
			rule.position = 0; /* it is not loaded any more */
		tally_event(t, &e, &rule, &receipt, NOW);
	}
	s = snapshot_take(t, now, &options);
	table = snapshot_table(s);
	assert_int_equal(table->n_flows, 6);
	for (size_t i = 0; i < 6; i++) {
		const struct whatif_flow *f = &table->flow[i];

		switch (f->uid) {
		case 0:
			assert_int_equal(f->won, WHATIF_WON_RULE);
			assert_int_equal(f->position, 1);
			assert_false(f->foreign);
			break;
		case 2:
			assert_int_equal(f->won, WHATIF_WON_NONE);
			break;
		case 5:
			assert_int_equal(f->won, WHATIF_WON_OPEN);
			assert_false(f->foreign);
			break;
		default:
			assert_true(f->foreign);
			break;
		}
	}
	snapshot_free(s);
	ruleset_free(set);
	tally_free(t);
}

/* All the way. */
static void snapshot_leads_to_advice(void **state)
{
	struct tally *t = counted();
	struct ruleset *set = help_set(RULES);
	struct whatif *w = help_whatif(set);
	struct snapshot *s = snapshot_take(t, now, &options);
	struct noise_options o = {.whatif = w,
				  .rules = set,
				  .guard = &help_guard,
				  .machine = MACH_86_64,
				  .min_share = 0.02,
				  .max_risk = GUARD_MEDIUM};
	const struct noise_result *r;
	struct noise *n;
	char text[512];
	int rc;

	(void)state;
	assert_int_equal(settle(s, w), 0);
	o.table = snapshot_table(s);
	n = noise_new(&o);
	assert_non_null(n);
	do
		rc = noise_step(n);
	while (rc > 0);
	assert_int_equal(rc, 0);
	r = noise_result(n);
	assert_int_equal(r->n_set, 1);
	rule_print(r->set[0]->rule[0], MACH_86_64, text, sizeof(text));
	assert_string_equal(text,
			    "-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d "
			    "-F uid=33 -F auid=-1 -F exit=-EACCES");
	assert_count(r->saves.lost[0], 100, 500, 50000);
	noise_free(n);
	snapshot_free(s);
	whatif_free(w);
	ruleset_free(set);
	tally_free(t);
}

/* What an exception takes now was written before that was loaded. */
static void snapshot_knows_exceptions(void **state)
{
	static const char never[] =
		"-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33\n";
	char before[sizeof(never) + sizeof(RULES)], behind[sizeof(before)];
	const char *const rules[] = {before, behind, RULES};
	const bool is[] = {true, false, false};

	(void)state;
	snprintf(before, sizeof(before), "%s%s", never, RULES);
	snprintf(behind, sizeof(behind), "%s%s", RULES, never);
	for (size_t i = 0; i < 3; i++) {
		struct tally *t = counted();
		struct ruleset *set = help_set(rules[i]);
		struct whatif *w = help_whatif(set);
		struct snapshot *s = snapshot_take(t, now, &options);
		const struct whatif_table *table = snapshot_table(s);
		bool any = false;

		assert_int_equal(settle(s, w), 0);
		for (size_t k = 0; k < table->n_flows; k++)
			any |= table->flow[k].excepted;
		assert_int_equal(any, is[i]);
		snapshot_free(s);
		whatif_free(w);
		ruleset_free(set);
		tally_free(t);
	}
}

static bool take(void *arg)
{
	struct tally *t = arg;
	struct snapshot *s = snapshot_take(t, now, &options);
	struct ruleset *set = s ? ruleset_new() : NULL;
	const struct whatif_options o = {.rules = set};
	struct whatif *w = set ? whatif_new(&o) : NULL;
	int rc = w ? settle(s, w) : -ENOMEM;

	whatif_free(w);
	ruleset_free(set);
	snapshot_free(s);
	assert_true(rc == 0 || rc == -ENOMEM);
	return rc == 0;
}

static void snapshot_survives_lack_of_memory(void **state)
{
	struct tally *t = counted();

	(void)state;
	sweep(take, t);
	tally_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snapshot_has_what_was_counted),
		cmocka_unit_test(snapshot_is_of_its_time),
		cmocka_unit_test(snapshot_hears_who_knows_the_rule),
		cmocka_unit_test(snapshot_knows_what_attribution_found),
		cmocka_unit_test(snapshot_leads_to_advice),
		cmocka_unit_test(snapshot_knows_exceptions),
		cmocka_unit_test(snapshot_survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
