/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_judge.h - a change among rules and flows of a test, before the guard
 */
#ifndef TESTS_GUARD_JUDGE_H
#define TESTS_GUARD_JUDGE_H

#include "guard_help.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

static struct guard_options options;
static struct guard_verdict verdict;
static struct guard_case with; /* what a test sets beside the change */

static inline int reset(void **state)
{
	(void)state;
	options = help_guard;
	memset(&with, 0, sizeof(with));
	return 0;
}

/* @add: lines; @at: the rule whose place they take, or 0. @rules has one that the change
 * is about, the first. */
static inline enum guard_reason judge(const char *rules, const char *add, uint32_t at,
				      const struct whatif_flow *flow, size_t n)
{
	struct ruleset *set = help_set(rules), *added = help_set(add);
	struct whatif *w = help_whatif(set);
	struct whatif_table t = help_table(flow, n);
	struct whatif_record record[8];
	struct whatif_edit edit[4];
	struct guard_case c = with;
	struct whatif_saves saves;
	uint8_t fate[64];
	bool allowed;

	for (size_t i = 0; i < n && i < N_OF(record); i++)
		if (whatif_record_of(&flow[i], i, flow[i].types[0], &record[t.n_records]))
			t.n_records++;
	t.record = record;
	c.edit = edit;
	c.n = ruleset_count(added);
	assert_true(c.n <= N_OF(edit));
	for (size_t i = 0; i < c.n; i++)
		edit[i] = (struct whatif_edit){ruleset_at(added, i),
					       at ? help_at(set, at) : NULL};
	c.about[0] = help_at(set, 1);
	whatif_run(w, &t, edit, c.n, fate, &saves);
	c.table = &t;
	c.fate = fate;
	allowed = guard_judge(&options, &c, &verdict);
	assert_int_equal(allowed, verdict.reason == GUARD_ALLOWED);
	assert_true(verdict.text[0]);
	for (const char *p = verdict.text; *p; p++)
		assert_true(*p >= ' ' && *p <= '~');
	whatif_free(w);
	ruleset_free(added);
	ruleset_free(set);
	return verdict.reason;
}

static inline struct whatif_flow refused(const char *exe, int64_t uid, int64_t auid,
					 const char *dir)
{
	struct whatif_flow f = help_file(exe, uid, auid, dir);

	f.success = EVENT_SUCCESS_NO;
	f.error = 13;
	f.won = WHATIF_WON_RULE;
	f.position = 1;
	f.key = help_text("access");
	f.n_keys = 1;
	return f;
}

static inline void expect(enum guard_reason got, enum guard_reason want, const char *what)
{
	if (got != want)
		fail_msg("%s: %s instead of %s: %s", what, guard_reason_name(got),
			 guard_reason_name(want), verdict.text);
}

#endif
