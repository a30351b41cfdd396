/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_exclude.c - rules of the exclude list that would silence one kind of records
 */
#include <errno.h>
#include <libaudit.h>

#include "advise/noise_inner.h"

int noise_put_exclude(struct noise_advice *a, uint32_t type, struct span exe, int64_t uid)
{
	struct noise_rule m;

	noise_rule_begin(&m, AUDIT_FILTER_EXCLUDE);
	noise_rule_add(&m, AUDIT_MSGTYPE, type);
	noise_rule_add_text(&m, AUDIT_EXE, exe);
	noise_rule_add(&m, AUDIT_UID, (uint32_t)uid);
	noise_rule_add(&m, AUDIT_LOGINUID, AUDIT_UID_UNSET);
	return noise_put(a, &m.rule, NULL);
}

int noise_make_record(struct noise *n, size_t i)
{
	const struct whatif_record *r = &n->options.table->record[i];
	struct noise_advice a = {.kind = NOISE_EXCLUDE};
	int64_t uid = noise_uid_of(r->uid, r->uid_class);

	if (!guard_type(r->type) || guard_is_cron(r->exe.text) ||
	    !noise_may_name(n, &r->exe) || uid == EVENT_ID_ABSENT)
		return 0;
	if (noise_put_exclude(&a, r->type, r->exe.text, uid) < 0)
		return -ENOMEM;
	noise_offer(n, &a);
	return 0;
}

/* Has cron written records of this type? */
static bool has_record(const struct noise *n, struct span exe, uint32_t low,
		       uint32_t high)
{
	const struct whatif_table *t = n->options.table;

	for (size_t i = 0; i < t->n_records; i++)
		if (t->record[i].type >= low && t->record[i].type <= high &&
		    !t->record[i].exe.cut && span_equal(t->record[i].exe.text, exe) &&
		    t->record[i].vanish[n->options.window].records)
			return true;
	return false;
}

/* Cron's own kinds alone: the range leaves out USER_MGMT, which lies between. */
static int put_cron(struct noise *n, struct noise_advice *a, struct span exe,
		    uint32_t low, uint32_t high)
{
	struct noise_rule m;

	if (!has_record(n, exe, low, high))
		return 0;
	noise_rule_begin(&m, AUDIT_FILTER_EXCLUDE);
	if (low == high) {
		noise_rule_add(&m, AUDIT_MSGTYPE, low);
	} else {
		noise_rule_add_op(&m, AUDIT_MSGTYPE, AUDIT_GREATER_THAN_OR_EQUAL, low);
		noise_rule_add_op(&m, AUDIT_MSGTYPE, AUDIT_LESS_THAN_OR_EQUAL, high);
	}
	noise_rule_add_text(&m, AUDIT_EXE, exe);
	noise_rule_add(&m, AUDIT_UID, 0);
	return noise_put(a, &m.rule, NULL);
}

int noise_make_storm(struct noise *n, const struct auth_storm *storm)
{
	struct noise_advice a = {.kind = NOISE_EXCLUDE};

	if (!auth_may_silence(storm->class) || !guard_is_cron(storm->exe))
		return 0;
	if (put_cron(n, &a, storm->exe, AUDIT_USER_ACCT, AUDIT_USER_ACCT) < 0 ||
	    put_cron(n, &a, storm->exe, AUDIT_CRED_ACQ, AUDIT_USER_END) < 0 ||
	    put_cron(n, &a, storm->exe, AUDIT_LOGIN, AUDIT_LOGIN) < 0)
		return -ENOMEM;
	noise_offer(n, &a);
	return 0;
}
