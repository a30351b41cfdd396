/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_form.c - the closed set of forms that advice may have
 *
 * A rule of another form is refused whatever it does: so nothing comes through that
 * the rest of the guard does not know how to judge.
 */
#include <libaudit.h>

#include "advise/guard_inner.h"
#include "base/path.h"
#include "rules/calls.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

static bool is_same_field(const struct rule_field *a, const struct rule_field *b)
{
	return a->type == b->type && a->op == b->op && a->value == b->value &&
	       span_equal(a->text, b->text);
}

static bool has_field(const struct rule *rule, const struct rule_field *f)
{
	for (uint32_t i = 0; rule && i < rule->n_fields; i++)
		if (is_same_field(&rule->field[i], f))
			return true;
	return false;
}

bool guard_tests_auid_unset(const struct rule_field *f)
{
	return (f->type == AUDIT_LOGINUID && f->value == AUDIT_UID_UNSET &&
		f->op == AUDIT_EQUAL) ||
	       (f->type == AUDIT_LOGINUID_SET && f->value == 0 && f->op == AUDIT_EQUAL);
}

static bool is_auid_set(const struct rule_field *f)
{
	return f->type == AUDIT_LOGINUID && f->value == AUDIT_UID_UNSET &&
	       f->op == AUDIT_NOT_EQUAL;
}

/* Each at most once. Return: false: not a field of an identity, or a second one. */
static bool read_field(const struct rule_field *f, struct guard_target *t)
{
	if (f->op != AUDIT_EQUAL)
		return false;
	switch (f->type) {
	case AUDIT_ARCH:
		return true;
	case AUDIT_EXE:
		if (t->exe.p)
			return false;
		t->exe = f->text;
		return true;
	case AUDIT_DIR:
		if (t->dir.p)
			return false;
		t->dir = f->text;
		return true;
	case AUDIT_UID:
		if (t->has_uid)
			return false;
		t->has_uid = true;
		t->uid = f->value;
		return true;
	case AUDIT_LOGINUID:
	case AUDIT_LOGINUID_SET:
		if (t->auid_unset || !guard_tests_auid_unset(f))
			return false;
		t->auid_unset = true;
		return true;
	case AUDIT_EXIT: /* an error, no result */
		if (t->has_exit || f->value < (uint32_t)-4095)
			return false;
		t->has_exit = true;
		t->exit = f->value;
		return true;
	default:
		return false;
	}
}

/* A field of the excepted rule may stand in the exception as it is; not its name, and not
 * path=, whose order among others changes when the file is replaced. */
static bool may_be_copied(const struct rule_field *f)
{
	return f->type != AUDIT_FILTERKEY && f->type != AUDIT_WATCH &&
	       f->type != AUDIT_INODE && f->type != AUDIT_DIR && f->type != AUDIT_EXE;
}

static bool read_exception(const struct guard *g, const struct rule *rule,
			   struct guard_target *t)
{
	bool has_arch = false;

	if (rule->action != AUDIT_NEVER)
		return false;
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];

		has_arch |= f->type == AUDIT_ARCH;
		if (!read_field(f, t) &&
		    !(may_be_copied(f) &&
		      (has_field(g->c->about[0], f) || has_field(g->c->about[1], f))))
			return false;
	}
	return has_arch;
}

bool guard_read_exclude(const struct rule *rule, struct guard_target *t)
{
	uint32_t low = 0, high = 0;

	if (rule->list != AUDIT_FILTER_EXCLUDE || rule->action != AUDIT_NEVER)
		return false;
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];
		bool from = f->op == AUDIT_GREATER_THAN_OR_EQUAL;

		if (f->type != AUDIT_MSGTYPE) {
			if (f->type == AUDIT_ARCH || f->type == AUDIT_DIR ||
			    f->type == AUDIT_EXIT || !read_field(f, t))
				return false;
			continue;
		}
		if (f->op != AUDIT_EQUAL && !from && f->op != AUDIT_LESS_THAN_OR_EQUAL)
			return false;
		if ((f->op == AUDIT_EQUAL || from) && low)
			return false;
		if ((f->op == AUDIT_EQUAL || !from) && high)
			return false;
		low = f->op == AUDIT_EQUAL || from ? f->value : low;
		high = f->op == AUDIT_EQUAL || !from ? f->value : high;
	}
	t->form = GUARD_FORM_EXCLUDE;
	t->type_low = low;
	t->type_high = high;
	return low && low <= high && t->exe.p;
}

/* --- narrowing --- */

/* Calls that sample rules ask for of people alone (`auid>=1000`, `auid!=unset`), with
 * those that came to the same end later. */
static bool is_peoples_call(const char *name)
{
	static const char *const names[] = {
		"chmod",
		"chown",
		"creat",
		"fchmod",
		"fchmodat",
		"fchmodat2",
		"fchown",
		"fchownat",
		"fremovexattr",
		"fsetxattr",
		"ftruncate",
		"lchown",
		"lremovexattr",
		"lsetxattr",
		"mount",
		"open",
		"open_by_handle_at",
		"openat",
		"openat2",
		"removexattr",
		"rename",
		"renameat",
		"renameat2",
		"rmdir",
		"setxattr",
		"truncate",
		"unlink",
		"unlinkat",
		"umount2",
	};

	for (size_t i = 0; name && i < N_OF(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Is it a rule about what people do, that services only happen to run into? */
static bool asks_of_people(const struct rule *rule)
{
	const struct rule_field *arch = rule_find(rule, AUDIT_ARCH);
	int machine = arch ? calls_machine(arch->value, -1) : -1;

	if (machine < 0 || rule_has_all_calls(rule))
		return false;
	for (uint32_t i = 0; i < rule->n_fields; i++)
		switch (rule->field[i].type) {
		case AUDIT_ARCH:
		case AUDIT_EXIT:
		case AUDIT_SUCCESS:
		case AUDIT_FILTERKEY:
			break;
		default:
			return false;
		}
	for (unsigned int nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++)
		if (rule_has_call(rule, nr) &&
		    !is_peoples_call(calls_name(nr, machine, false)))
			return false;
	return true;
}

bool guard_is_everyday_call(const char *name)
{
	static const char *const names[] = {
		"accept",    "accept4",    "access",    "connect", "creat",
		"faccessat", "faccessat2", "ftruncate", "lstat",   "mkdir",
		"mkdirat",   "newfstatat", "open",      "openat",  "openat2",
		"readlink",  "readlinkat", "recvfrom",  "recvmsg", "rename",
		"renameat",  "renameat2",  "rmdir",     "sendmsg", "sendto",
		"stat",      "statx",      "truncate",  "unlink",  "unlinkat",
	};

	for (size_t i = 0; i < N_OF(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* The one call that @from has and @to has not. NULL: it is another change, or the call
 * has no name. */
static const char *call_between(const struct rule *from, const struct rule *to)
{
	const struct rule_field *arch = rule_find(from, AUDIT_ARCH);
	int machine = arch ? calls_machine(arch->value, -1) : -1;
	unsigned int gone = 0, at = 0, left = 0;

	for (unsigned int nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++) {
		bool had = rule_has_call(from, nr), has = rule_has_call(to, nr);

		if (has && !had)
			return NULL;
		left += has;
		gone += had && !has;
		at = had && !has ? nr : at;
	}
	if (gone != 1 || !left || machine < 0)
		return NULL;
	return calls_name(at, machine, false);
}

/* The rule, without one of several calls. */
static bool read_without_call(struct guard *g, const struct rule *from,
			      const struct rule *to)
{
	g->target.call = call_between(from, to);
	if (!g->target.call || rule_has_all_calls(from))
		return guard_refuse(g, GUARD_FORM, "the rule in its place is another");
	for (uint32_t i = 0; i < to->n_fields; i++)
		if (to->n_fields != from->n_fields ||
		    !is_same_field(&to->field[i], &from->field[i]))
			return guard_refuse(g, GUARD_FORM,
					    "a rule that loses a call keeps its fields");
	if (!guard_is_everyday_call(g->target.call))
		return guard_refuse(g, GUARD_FORM,
				    "calls of %s are never taken out of a rule",
				    g->target.call);
	g->target.form = GUARD_FORM_CALL;
	return true;
}

static bool read_narrowing(struct guard *g, const struct whatif_edit *edit)
{
	const struct rule *from = edit->instead, *to = edit->add;
	uint32_t more = 0;

	if (to->list != AUDIT_FILTER_EXIT || to->action != AUDIT_ALWAYS ||
	    from->list != to->list || from->action != to->action ||
	    from->state != RULE_KNOWN)
		return guard_refuse(g, GUARD_FORM, "the rule in its place is another");
	if (memcmp(from->mask, to->mask, sizeof(to->mask)))
		return read_without_call(g, from, to);
	for (uint32_t i = 0; i < to->n_fields; i++)
		if (!has_field(from, &to->field[i])) {
			if (!is_auid_set(&to->field[i]))
				return guard_refuse(
					g, GUARD_FORM,
					"a rule is narrowed by auid!=unset alone");
			more++;
		}
	if (more != 1 || to->n_fields != from->n_fields + 1)
		return guard_refuse(g, GUARD_FORM,
				    "a rule is narrowed by auid!=unset alone");
	if (!asks_of_people(from))
		return guard_refuse(g, GUARD_PEOPLE,
				    "it is not a rule about what people do, so what "
				    "services do may be what it is there for");
	g->target.form = GUARD_FORM_NARROWING;
	return true;
}

/* --- all rules of the case --- */

static bool judge_texts(struct guard *g, const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];
		bool good = true;

		if (f->type == AUDIT_FILTERKEY)
			good = guard_key(f->text);
		else if (f->type == AUDIT_EXE || f->type == AUDIT_DIR)
			good = path_may_stand_in_rule(f->text);
		else if (f->text.p)
			return guard_refuse(g, GUARD_FORM,
					    "the rule has a text of a kind that advice "
					    "has not");
		if (!good)
			return guard_refuse(
				g, GUARD_ALPHABET,
				"a path or key has other characters than those that "
				"enter a rule");
	}
	return true;
}

static bool is_same_target(const struct guard_target *a, const struct guard_target *b)
{
	return a->form == b->form && span_equal(a->exe, b->exe) &&
	       span_equal(a->dir, b->dir) && a->has_uid == b->has_uid &&
	       a->uid == b->uid && a->auid_unset == b->auid_unset &&
	       a->has_exit == b->has_exit && a->exit == b->exit && !a->call == !b->call &&
	       (!a->call || !strcmp(a->call, b->call));
}

static bool read_edit(struct guard *g, const struct whatif_edit *edit)
{
	struct guard_target *t = &g->target;
	bool good;

	*t = (struct guard_target){.form = GUARD_FORM_EXCEPTION};
	if (!edit->add || edit->add->state != RULE_KNOWN)
		return guard_refuse(g, GUARD_FORM, "the rule is not understood");
	if (!judge_texts(g, edit->add))
		return false;
	if (edit->instead)
		return read_narrowing(g, edit);
	if (edit->add->list == AUDIT_FILTER_EXIT)
		good = read_exception(g, edit->add, t);
	else
		good = guard_read_exclude(edit->add, t);
	return good ||
	       guard_refuse(g, GUARD_FORM, "the rule is of no form that advice may have");
}

/* Records that come whatever the exception says, of the same program and account. */
static bool judge_companion(struct guard *g, const struct guard_target *first)
{
	const struct guard_target *t = &g->target;

	if (!first->exe.p || !span_equal(first->exe, t->exe) || !t->has_uid ||
	    !first->has_uid || first->uid != t->uid || !t->auid_unset)
		return guard_refuse(g, GUARD_FORM,
				    "the exclude is not about what the exception is");
	if (t->type_low != t->type_high || !guard_type(t->type_low) ||
	    guard_is_session(t->type_low))
		return guard_refuse(g, GUARD_TYPE,
				    "records of type %u are never excluded", t->type_low);
	return true;
}

/* Return: rules of the first one's form; 0: refused. */
static size_t read_edits(struct guard *g, struct guard_target *first)
{
	size_t alike = 0;

	for (size_t i = 0; i < g->c->n; i++) {
		if (!read_edit(g, &g->c->edit[i]))
			return 0;
		if (!i)
			*first = g->target;
		if (first->form == GUARD_FORM_EXCEPTION &&
		    g->target.form == GUARD_FORM_EXCLUDE) {
			if (!judge_companion(g, first))
				return 0;
			continue;
		}
		if (!is_same_target(first, &g->target)) {
			guard_refuse(g, GUARD_FORM,
				     "the rules are not about one and the same");
			return 0;
		}
		alike++;
	}
	return alike;
}

bool guard_read_form(struct guard *g)
{
	struct guard_target first = {.form = GUARD_FORMS};
	size_t alike;

	if (!g->c->n)
		return guard_refuse(g, GUARD_FORM, "there is no rule");
	alike = read_edits(g, &first);
	if (!alike)
		return false;
	g->target = first;
	if (first.form == GUARD_FORM_EXCLUDE)
		return alike == 1 || guard_is_cron(first.exe) ||
		       guard_refuse(g, GUARD_FORM, "an exclude stands alone");
	return alike <= 2 || guard_refuse(g, GUARD_FORM, "there are too many rules");
}
