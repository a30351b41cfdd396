/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_label.c - the labels of a security module, of which SELinux' alone are read
 */
#include <libaudit.h>

#include "rules/match_inner.h"

/* Part number @i of user:role:type:level; the level is the rest, colons and all. */
static struct span label_part(struct span label, unsigned int i)
{
	for (; i; i--) {
		const char *colon = label.n ? memchr(label.p, ':', label.n) : NULL;

		if (!colon)
			return (struct span){NULL, 0};
		label.n -= (size_t)(colon + 1 - label.p);
		label.p = colon + 1;
	}
	return label;
}

static struct span until(struct span s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return (struct span){s.p, at ? (size_t)(at - s.p) : s.n};
}

/* `low-high`, or one level that is both. */
static struct span label_level(struct span label, bool high)
{
	struct span level = label_part(label, 3), low = until(level, '-');

	if (!level.p || !high || low.n == level.n)
		return low;
	return (struct span){low.p + low.n + 1, level.n - low.n - 1};
}

static struct span label_of(struct span label, uint32_t type)
{
	switch (type) {
	case AUDIT_SUBJ_USER:
	case AUDIT_OBJ_USER:
		return until(label, ':');
	case AUDIT_SUBJ_ROLE:
	case AUDIT_OBJ_ROLE:
		return until(label_part(label, 1), ':');
	case AUDIT_SUBJ_TYPE:
	case AUDIT_OBJ_TYPE:
		return until(label_part(label, 2), ':');
	case AUDIT_SUBJ_SEN:
	case AUDIT_OBJ_LEV_LOW:
		return label_level(label, false);
	default:
		return label_level(label, true);
	}
}

static bool is_level(uint32_t type)
{
	return type == AUDIT_SUBJ_SEN || type == AUDIT_SUBJ_CLR ||
	       type == AUDIT_OBJ_LEV_LOW || type == AUDIT_OBJ_LEV_HIGH;
}

/*
 * security/selinux/ss/services.c: selinux_audit_rule_match(). A word that the policy
 * does not know makes the field match nothing, `!=` too; levels have an order and
 * several spellings: what rests on these stays open.
 */
enum match match_label(const struct view *v, const struct rule_field *f,
		       struct span label)
{
	struct span part;
	bool same;

	if (v->options->labels == MATCH_LABELS_NONE)
		return MATCH_NO;
	if (v->options->labels == MATCH_LABELS_UNKNOWN || !label_part(label, 2).p)
		return MATCH_MAYBE;
	part = label_of(label, f->type);
	if (!part.p || (f->op != AUDIT_EQUAL && f->op != AUDIT_NOT_EQUAL))
		return MATCH_MAYBE;
	same = span_equal(part, f->text);
	if (f->op == AUDIT_EQUAL)
		return same ? MATCH_YES : is_level(f->type) ? MATCH_MAYBE : MATCH_NO;
	return same ? MATCH_NO : MATCH_MAYBE;
}
