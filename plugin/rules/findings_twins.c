/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings_twins.c - rules of two machines in one
 *
 * Pure. A machine of 64 bits runs programs of 32 whose calls have other numbers. Twins
 * are rules that differ only in arch, keys and calls; what matters is whether all those
 * with b32 have together what one with b64 has, call by name.
 */
#include <string.h>

#include "rules/calls.h"
#include "rules/findings_part.h"

/* Which call of 32 bits has the name of one of 64. */
struct pair {
	uint32_t b64, b32;     /* arch; 0: there is none */
	int16_t to[CALLS_MAX]; /* -1: it has none */
};

static void make_pair(struct pair *p, int machine)
{
	int wide, narrow;

	p->b64 = machine < 0 ? 0 : calls_arch("b64", machine);
	p->b32 = p->b64 ? calls_arch("b32", machine) : 0;
	wide = calls_machine(p->b64, machine);
	narrow = calls_machine(p->b32, machine);
	for (unsigned int nr = 0; nr < CALLS_MAX; nr++) {
		const char *name = p->b32 ? calls_name(nr, wide, false) : NULL;

		p->to[nr] = -1;
		if (name && calls_number(name, narrow, false) >= 0)
			p->to[nr] = (int16_t)calls_number(name, narrow, false);
	}
}

/* The mask of the twin; all calls are all calls there too. */
static void translate(const struct pair *p, const struct rule *rule,
		      uint32_t mask[AUDIT_BITMASK_SIZE])
{
	memset(mask, 0, AUDIT_BITMASK_SIZE * sizeof(*mask));
	if (rule_has_all_calls(rule)) {
		memcpy(mask, rule->mask, sizeof(rule->mask));
		return;
	}
	for (unsigned int nr = 0; nr < CALLS_MAX; nr++)
		if (rule_has_call(rule, nr) && p->to[nr] >= 0)
			mask[p->to[nr] / 32] |= UINT32_C(1) << p->to[nr] % 32;
}

static bool is_empty(const uint32_t mask[AUDIT_BITMASK_SIZE])
{
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE; i++)
		if (mask[i])
			return false;
	return true;
}

/* Has the rule exactly this arch? */
static bool has_arch(const struct rule *rule, uint32_t arch)
{
	const struct rule_field *f = rule_find(rule, AUDIT_ARCH);

	return f && f->op == AUDIT_EQUAL && f->value == arch;
}

/* --- a rule with b64 alone --- */

static int order_rest(const void *a, const void *b)
{
	const struct findings_item *p = *(struct findings_item *const *)a,
				   *q = *(struct findings_item *const *)b;
	int d = findings_order_rest(p, q);

	return d ? d : findings_order_place(p, q);
}

static void tell_missing(struct findings *fs, const struct pair *p,
			 const struct rule *rule, const uint32_t *missing, bool whole)
{
	struct finding f = {
		.kind = FINDING_NO_TWIN,
		.rule = rule,
		.reason = whole ? "has no twin with arch=b32: a 32-bit program's calls "
				  "pass it by"
				: "has a twin with arch=b32 that lacks calls of the same "
				  "names",
		.corrected = {findings_copy(fs, rule)},
		.fix = FINDING_FIX_ADD,
	};

	if (!f.corrected[0])
		return;
	memcpy(f.corrected[0]->mask, missing, sizeof(f.corrected[0]->mask));
	for (uint32_t i = 0; i < rule->n_fields; i++)
		if (rule->field[i].type == AUDIT_ARCH)
			f.corrected[0]->field[i].value = p->b32;
	findings_tell(fs, &f);
}

/* Rules that are alike but for arch, keys and calls. */
static void judge_twins(struct findings *fs, const struct pair *p, size_t from, size_t to)
{
	uint32_t have[AUDIT_BITMASK_SIZE] = {0}, missing[AUDIT_BITMASK_SIZE];
	bool any = false;

	for (size_t i = from; i < to; i++) {
		const struct rule *r = fs->sorted[i]->rule;

		/* without arch its numbers are those of any machine */
		if (!has_arch(r, p->b32) &&
		    (rule_find(r, AUDIT_ARCH) || !rule_has_all_calls(r)))
			continue;
		any = true;
		for (size_t k = 0; k < AUDIT_BITMASK_SIZE; k++)
			have[k] |= r->mask[k];
	}
	for (size_t i = from; i < to; i++) {
		const struct rule *r = fs->sorted[i]->rule;

		if (!has_arch(r, p->b64))
			continue;
		translate(p, r, missing);
		for (size_t k = 0; k < AUDIT_BITMASK_SIZE; k++) {
			missing[k] &= ~have[k];
			have[k] |= missing[k];
		}
		if (!is_empty(missing))
			tell_missing(fs, p, r, missing, !any);
	}
}

/* --- a rule without arch --- */

static struct rule *with_arch(struct findings *fs, const struct rule *rule, uint32_t arch)
{
	struct rule_field field[AUDIT_MAX_FIELDS];
	struct rule wider = *rule;

	field[0] = (struct rule_field){AUDIT_ARCH, AUDIT_EQUAL, arch, {NULL, 0}};
	memcpy(field + 1, rule->field, rule->n_fields * sizeof(*field));
	wider.field = field;
	wider.n_fields++;
	return findings_copy(fs, &wider);
}

static void judge_arch(struct findings *fs, const struct pair *p, const struct rule *r)
{
	struct finding f = {
		.kind = FINDING_NO_ARCH,
		.rule = r,
		.reason = "has no arch: in a 32-bit program its numbers are other calls",
	};

	if (r->list != AUDIT_FILTER_EXIT || rule_find(r, AUDIT_ARCH) ||
	    rule_has_all_calls(r) || is_empty(r->mask))
		return;
	/* libaudit takes one field less than the kernel */
	if (p->b32 && r->n_fields < AUDIT_MAX_FIELDS - 1) {
		f.corrected[0] = with_arch(fs, r, p->b64);
		f.corrected[1] = with_arch(fs, r, p->b32);
		if (!f.corrected[0] || !f.corrected[1]) {
			rule_free(f.corrected[0]);
			rule_free(f.corrected[1]);
			return;
		}
		f.fix = FINDING_FIX_REPLACE;
		translate(p, r, f.corrected[1]->mask);
		if (is_empty(f.corrected[1]->mask)) {
			rule_free(f.corrected[1]);
			f.corrected[1] = NULL;
		}
	}
	findings_tell(fs, &f);
}

void findings_twins(struct findings *fs)
{
	struct pair p;
	size_t n, from = 0;

	make_pair(&p, fs->options->machine);
	n = findings_sort(fs, NULL);
	for (size_t i = 0; i < n; i++)
		if (p.b32 || fs->options->machine < 0)
			judge_arch(fs, &p, fs->sorted[i]->rule);
	if (!p.b32)
		return;
	n = findings_sort(fs, order_rest);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && !findings_order_rest(fs->sorted[from], fs->sorted[i]))
			continue;
		if (fs->sorted[from]->rule->list == AUDIT_FILTER_EXIT)
			judge_twins(fs, &p, from, i);
		from = i;
	}
}
