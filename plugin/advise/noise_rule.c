/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_rule.c - a rule of our own, and the list of candidates
 */
#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "advise/noise_inner.h"
#include "base/path.h"

void noise_rule_begin(struct noise_rule *m, uint32_t list)
{
	*m = (struct noise_rule){.rule = {.list = list, .action = AUDIT_NEVER}};
	m->rule.field = m->field;
	if (list != AUDIT_FILTER_EXCLUDE)
		return;
	/* as auditctl(8) makes it */
	memset(m->rule.mask, 0xff, sizeof(m->rule.mask));
	m->rule.mask[AUDIT_BITMASK_SIZE - 1] = UINT32_MAX >> AUDIT_SYSCALL_CLASSES;
}

void noise_rule_add_op(struct noise_rule *m, uint32_t type, uint32_t op, uint32_t value)
{
	m->field[m->rule.n_fields++] =
		(struct rule_field){.type = type, .op = op, .value = value};
}

void noise_rule_add(struct noise_rule *m, uint32_t type, uint32_t value)
{
	noise_rule_add_op(m, type, AUDIT_EQUAL, value);
}

void noise_rule_add_text(struct noise_rule *m, uint32_t type, struct span text)
{
	m->field[m->rule.n_fields++] = (struct rule_field){
		.type = type, .op = AUDIT_EQUAL, .value = (uint32_t)text.n, .text = text};
}

/* --- candidates --- */

static bool is_same(const struct noise_advice *a, const struct noise_advice *b)
{
	for (size_t i = 0; a->n == b->n && i < a->n; i++)
		if (!rule_equal(a->rule[i], b->rule[i]))
			return false;
	return a->n == b->n;
}

static bool is_known(const struct noise *n, const struct noise_advice *a)
{
	for (size_t i = 0; i < n->n_candidates; i++)
		if (is_same(a, &n->candidate[i]))
			return true;
	return false;
}

static void drop(struct noise_advice *a)
{
	for (size_t i = 0; i < a->n; i++)
		rule_free(a->rule[i]);
}

void noise_offer(struct noise *n, struct noise_advice *a)
{
	for (size_t i = 0; i < a->n; i++) {
		size_t length = rule_print(a->rule[i], n->options.machine, n->text,
					   sizeof(n->text));

		if (length >= sizeof(n->text) ||
		    ruleset_find(n->options.rules, a->rule[i]) ||
		    rule_unloadable(a->rule[i], n->options.machine,
				    (struct span){n->text, length})) {
			drop(a);
			return;
		}
	}
	if (!a->n || is_known(n, a)) {
		drop(a);
	} else if (n->n_candidates == NOISE_CANDIDATES) {
		n->result.left_out++;
		drop(a);
	} else {
		n->candidate[n->n_candidates++] = *a;
	}
}

int noise_put(struct noise_advice *a, const struct rule *rule, const struct rule *instead)
{
	a->rule[a->n] = rule_copy(rule);
	if (!a->rule[a->n]) {
		drop(a);
		return -ENOMEM;
	}
	a->instead[a->n++] = instead;
	return 0;
}

int64_t noise_uid_of(int64_t uid, enum id_class id_class)
{
	if (id_class == ID_CLASS_ROOT)
		return 0;
	return id_class == ID_CLASS_NONE && uid >= 0 ? uid : EVENT_ID_ABSENT;
}

bool noise_may_name(const struct noise *n, const struct name_text *exe)
{
	return !exe->cut && path_may_stand_in_rule(exe->text) &&
	       guard_program(exe->text, n->options.guard->with_self) == GUARD_ALLOWED;
}
