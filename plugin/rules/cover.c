/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cover.c - does one rule match all that another matches, or nothing of it?
 *
 * Pure. A field that compares a number with one of the event's is the set of the
 * numbers that it takes: an interval of 32 bits, unsigned as the kernel compares,
 * with at most one number left out.
 */
#include "rules/cover.h"

#include <string.h>

#define LAST_WORD  (AUDIT_BITMASK_SIZE - 1)
#define LAST_CALLS 0xffffu /* of the last word; the bits above name classes */

struct set {
	uint32_t low, high; /* low > high: nothing */
	bool has_hole;
	uint32_t hole;
};

/* How many numbers an event has for a type of field. */
enum count {
	COUNT_ONE,
	COUNT_MANY,   /* one for each name: some one must be right */
	COUNT_GROUPS, /* = and != look through all groups of the process */
	COUNT_NONE,   /* it is not compared as a number */
};

static enum count count_of(uint32_t type)
{
	switch (type) {
	case AUDIT_PID:
	case AUDIT_UID:
	case AUDIT_EUID:
	case AUDIT_SUID:
	case AUDIT_FSUID:
	case AUDIT_SGID:
	case AUDIT_FSGID:
	case AUDIT_LOGINUID:
	case AUDIT_LOGINUID_SET:
	case AUDIT_PERS:
	case AUDIT_ARCH:
	case AUDIT_MSGTYPE:
	case AUDIT_PPID:
	case AUDIT_SESSIONID:
	case AUDIT_EXIT:
	case AUDIT_SADDR_FAM:
	case AUDIT_ARG0 ... AUDIT_ARG3:
		return COUNT_ONE;
	case AUDIT_DEVMAJOR:
	case AUDIT_DEVMINOR:
	case AUDIT_INODE:
	case AUDIT_OBJ_UID:
	case AUDIT_OBJ_GID:
	case AUDIT_FSTYPE:
		return COUNT_MANY;
	case AUDIT_GID:
	case AUDIT_EGID:
		return COUNT_GROUPS;
	default:
		return COUNT_NONE;
	}
}

static const struct set nothing = {1, 0, false, 0};
static const struct set everything = {0, UINT32_MAX, false, 0};

/* Of a number that is compared with @value. Return: false: bits are asked for. */
static bool compared_set(uint32_t op, uint32_t value, struct set *s)
{
	*s = everything;
	switch (op) {
	case AUDIT_EQUAL:
		s->low = s->high = value;
		return true;
	case AUDIT_NOT_EQUAL:
		if (value == 0)
			s->low = 1;
		else if (value == UINT32_MAX)
			s->high = value - 1;
		else
			*s = (struct set){0, UINT32_MAX, true, value};
		return true;
	case AUDIT_LESS_THAN:
		s->high = value - 1;
		if (!value)
			*s = nothing;
		return true;
	case AUDIT_LESS_THAN_OR_EQUAL:
		s->high = value;
		return true;
	case AUDIT_GREATER_THAN:
		s->low = value + 1;
		if (value == UINT32_MAX)
			*s = nothing;
		return true;
	case AUDIT_GREATER_THAN_OR_EQUAL:
		s->low = value;
		return true;
	default:
		return false;
	}
}

/*
 * The login uids that a question after "is there one" takes: the kernel compares 1 or 0
 * for it. auid compared with unset is such a question, whatever the operator.
 */
static struct set login_set(uint32_t op, uint32_t value)
{
	bool with = rule_compares(1, op, value), without = rule_compares(0, op, value);
	struct set s = everything;

	if (!with && !without)
		return nothing;
	if (!with)
		s.low = UINT32_MAX;
	if (!without)
		s.high = UINT32_MAX - 1;
	return s;
}

static bool set_of(const struct rule_field *f, struct set *s)
{
	if (f->type == AUDIT_LOGINUID_SET) {
		*s = login_set(f->op, f->value);
		return true;
	}
	if (f->type == AUDIT_LOGINUID && f->value == AUDIT_UID_UNSET) {
		*s = login_set(f->op, 0);
		return true;
	}
	return count_of(f->type) != COUNT_NONE && compared_set(f->op, f->value, s);
}

static bool set_is_empty(const struct set *s)
{
	return s->low > s->high ||
	       (s->has_hole && s->low == s->high && s->low == s->hole);
}

static bool set_has(const struct set *s, uint32_t n)
{
	return n >= s->low && n <= s->high && !(s->has_hole && n == s->hole);
}

/* A set with a hole has all other numbers. */
static bool set_is_within(const struct set *in, const struct set *of)
{
	if (set_is_empty(in))
		return true;
	return in->low >= of->low && in->high <= of->high &&
	       !(of->has_hole && set_has(in, of->hole));
}

static bool sets_are_apart(const struct set *a, const struct set *b)
{
	if (set_is_empty(a) || set_is_empty(b) || a->low > b->high || b->low > a->high)
		return true;
	return (a->low == a->high && !set_has(b, a->low)) ||
	       (b->low == b->high && !set_has(a, b->low));
}

/* --- fields --- */

/* auid, and whether there is one, are asked of the same number. */
static uint32_t number_type(const struct rule_field *f)
{
	return f->type == AUDIT_LOGINUID_SET ? AUDIT_LOGINUID : f->type;
}

/* Success is asked as yes or no (kernel/auditsc.c: AUDIT_SUCCESS). */
static uint32_t value_of(const struct rule_field *f)
{
	return f->type == AUDIT_SUCCESS ? f->value != 0 : f->value;
}

static bool is_same(const struct rule_field *a, const struct rule_field *b)
{
	return a->type == b->type && a->op == b->op && value_of(a) == value_of(b) &&
	       span_equal(a->text, b->text);
}

static bool is_order(uint32_t op)
{
	return op != AUDIT_EQUAL && op != AUDIT_NOT_EQUAL;
}

/* Arguments alone are asked for bits. */
static bool bits_follow(const struct rule_field *from, const struct rule_field *f)
{
	if (f->op != AUDIT_BIT_MASK && f->op != AUDIT_BIT_TEST)
		return false;
	if (from->op == AUDIT_EQUAL)
		return rule_compares(from->value, f->op, f->value);
	if (from->op == AUDIT_BIT_TEST)
		return rule_compares(from->value, f->op, f->value);
	return from->op == AUDIT_BIT_MASK && f->op == AUDIT_BIT_MASK &&
	       !(from->value & ~f->value);
}

/* Does @f hold whenever @from does? */
static bool follows(const struct rule_field *from, const struct rule_field *f)
{
	struct set a, b;

	if (number_type(from) != number_type(f))
		return false;
	if (is_same(from, f))
		return true;
	if (f->type == AUDIT_PERM)
		return from->op == AUDIT_EQUAL && f->op == AUDIT_EQUAL &&
		       !(from->value & ~f->value);
	if (f->type >= AUDIT_ARG0 && f->type <= AUDIT_ARG3 && bits_follow(from, f))
		return true;
	if (count_of(f->type) == COUNT_GROUPS && !(is_order(from->op) && is_order(f->op)))
		return false;
	return set_of(from, &a) && set_of(f, &b) && set_is_within(&a, &b);
}

/* Can the two never hold together? */
static bool contradict(const struct rule_field *a, const struct rule_field *b)
{
	struct set x, y;

	if (number_type(a) != number_type(b))
		return false;
	if (a->type == AUDIT_EXE)
		return a->op != b->op && span_equal(a->text, b->text);
	if (a->type == AUDIT_SUCCESS)
		return (a->op == b->op) != (value_of(a) == value_of(b)) &&
		       !is_order(a->op) && !is_order(b->op);
	return count_of(a->type) == COUNT_ONE && set_of(a, &x) && set_of(b, &y) &&
	       sets_are_apart(&x, &y);
}

const struct rule_field *cover_impossible(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		struct set s;

		if (set_of(&rule->field[i], &s) && set_is_empty(&s))
			return &rule->field[i];
		for (uint32_t j = 0; j < i; j++)
			if (contradict(&rule->field[i], &rule->field[j]))
				return &rule->field[i];
	}
	return NULL;
}

/* --- rules --- */

static bool is_simple_list(uint32_t list)
{
	return list == AUDIT_FILTER_USER || list == AUDIT_FILTER_EXCLUDE;
}

static bool has_calls(uint32_t list)
{
	return list == AUDIT_FILTER_EXIT || list == AUDIT_FILTER_URING_EXIT;
}

const struct rule_field *cover_poison(const struct rule *rule)
{
	if (!is_simple_list(rule->list) || rule->state != RULE_KNOWN)
		return NULL;
	for (uint32_t i = 0; i < rule->n_fields; i++)
		if (!rule_is_asked_of_record(rule->field[i].type))
			return &rule->field[i];
	return NULL;
}

bool cover_calls(const struct rule *wide, const struct rule *narrow)
{
	uint32_t last = narrow->mask[LAST_WORD] & ~wide->mask[LAST_WORD];

	for (size_t i = 0; i < LAST_WORD; i++)
		if (narrow->mask[i] & ~wide->mask[i])
			return false;
	/* a class is of calls that `-S all` has */
	return !last || (!(last & LAST_CALLS) && rule_has_all_calls(wide));
}

static bool share_calls(const struct rule *a, const struct rule *b)
{
	if ((a->mask[LAST_WORD] | b->mask[LAST_WORD]) & ~LAST_CALLS)
		return true;
	for (size_t i = 0; i < AUDIT_BITMASK_SIZE; i++)
		if (a->mask[i] & b->mask[i])
			return true;
	return false;
}

static bool follows_from_some(const struct rule *from, const struct rule_field *f)
{
	for (uint32_t i = 0; i < from->n_fields; i++)
		if (follows(&from->field[i], f))
			return true;
	return false;
}

static bool fields_follow(const struct rule *from, const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->n_fields; i++)
		if (rule->field[i].type != AUDIT_FILTERKEY &&
		    !follows_from_some(from, &rule->field[i]))
			return false;
	return true;
}

/* One file system that fits is enough, whatever else is asked (__audit_inode()). */
static bool magics_follow(const struct rule *from, const struct rule *rule)
{
	for (uint32_t i = 0; i < from->n_fields; i++) {
		bool found = false;

		if (from->field[i].type != AUDIT_FSTYPE)
			continue;
		for (uint32_t j = 0; j < rule->n_fields && !found; j++)
			found = follows(&from->field[i], &rule->field[j]);
		if (!found)
			return false;
	}
	return rule->action == AUDIT_NEVER;
}

/* Without a security module a label takes over the answer of the field before it. */
static bool simple_list_covers(const struct rule *wide, const struct rule *narrow)
{
	if (!wide->n_fields || cover_poison(wide) || cover_poison(narrow))
		return false;
	for (uint32_t i = 0; i < wide->n_fields; i++)
		if (cover_is_subject(wide->field[i].type))
			return false;
	return fields_follow(narrow, wide);
}

/*
 * Rules with path= or inode= lie in a table of their own, which the kernel also looks
 * through for operations of io_uring; it has then call 0 and no arch, and the other
 * rules of the exit list are not asked (kernel/auditsc.c: __audit_uring_exit()). No
 * permission is one of call 0.
 */
static bool is_asked_in_calls_only(const struct rule *rule)
{
	if (rule->list != AUDIT_FILTER_EXIT)
		return false;
	if (!rule_has_call(rule, 0))
		return true;
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];

		if (f->op == AUDIT_EQUAL && f->value &&
		    (f->type == AUDIT_ARCH || f->type == AUDIT_PERM))
			return true;
	}
	return false;
}

static bool is_asked_before(const struct rule *wide, const struct rule *narrow)
{
	if (rule_find(wide, AUDIT_WATCH))
		return false;
	if (rule_find(wide, AUDIT_INODE))
		return rule_is_of_file(wide); /* then both have the same inode */
	return !rule_is_of_file(narrow) || is_asked_in_calls_only(narrow);
}

bool cover_rule(const struct rule *wide, const struct rule *narrow)
{
	if (wide->list != narrow->list || wide->list >= RULE_LISTS ||
	    wide->state != RULE_KNOWN || narrow->state != RULE_KNOWN ||
	    wide->action == AUDIT_POSSIBLE)
		return false;
	if (wide->list == AUDIT_FILTER_FS)
		return magics_follow(narrow, wide);
	if (is_simple_list(wide->list))
		return simple_list_covers(wide, narrow);
	if (has_calls(wide->list) &&
	    (!cover_calls(wide, narrow) || !is_asked_before(wide, narrow)))
		return false;
	return fields_follow(narrow, wide);
}

typedef bool fields_fn(const struct rule_field *a, const struct rule_field *b);

static bool any_pair(const struct rule *a, const struct rule *b, fields_fn *fn)
{
	for (uint32_t i = 0; i < a->n_fields; i++)
		for (uint32_t j = 0; j < b->n_fields; j++)
			if (fn(&a->field[i], &b->field[j]))
				return true;
	return false;
}

bool cover_apart(const struct rule *a, const struct rule *b)
{
	if (a->list != b->list)
		return true;
	if (a->state != RULE_KNOWN || b->state != RULE_KNOWN ||
	    a->list == AUDIT_FILTER_FS)
		return false;
	return (has_calls(a->list) && !share_calls(a, b)) || any_pair(a, b, contradict);
}

static bool is_object(const struct rule_field *f)
{
	return f->type == AUDIT_WATCH || f->type == AUDIT_DIR;
}

/* Is @f about @dir itself or something below it? */
static bool is_below(const struct rule_field *f, const struct rule_field *dir)
{
	size_t n = dir->text.n;

	while (n && dir->text.p[n - 1] == '/')
		n--;
	return dir->type == AUDIT_DIR && f->text.n >= n &&
	       (!n || memcmp(f->text.p, dir->text.p, n) == 0) &&
	       (f->text.n == n || f->text.p[n] == '/');
}

static bool name_others(const struct rule_field *a, const struct rule_field *b)
{
	if (a->op != AUDIT_EQUAL || b->op != AUDIT_EQUAL || span_equal(a->text, b->text))
		return false;
	if (is_object(a) && is_object(b))
		return !is_below(a, b) && !is_below(b, a);
	return a->type == b->type && (a->type == AUDIT_EXE || cover_is_label(a->type));
}

bool cover_unrelated(const struct rule *a, const struct rule *b)
{
	return cover_apart(a, b) || any_pair(a, b, name_others);
}
