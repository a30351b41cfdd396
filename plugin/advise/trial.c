/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trial.c - may an advice that somebody else has made be loaded here?
 */
#include "advise/trial.h"

#include <errno.h>
#include <libaudit.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "advise/guard_inner.h"
#include "base/path.h"
#include "base/text.h"
#include "rules/calls.h"
#include "rules/cover.h"

#define FIELDS 24 /* of a rule of ours */

void trial_init(struct trial *t, enum trial_kind kind)
{
	memset(t, 0, sizeof(*t));
	t->kind = kind;
}

static void free_rules(struct rule **rule, size_t *n)
{
	while (*n)
		rule_free(rule[--*n]);
}

void trial_fini(struct trial *t)
{
	free_rules(t->rule, &t->n);
	free_rules(t->old, &t->n_old);
	free_rules(t->add, &t->n_add);
}

enum trial_kind trial_kind_named(struct span name)
{
	static const char *const names[TRIAL_KINDS] = {"silence", "exclude", "narrow"};

	for (unsigned int i = 0; i < TRIAL_KINDS; i++)
		if (span_is(name, names[i]))
			return (enum trial_kind)i;
	return TRIAL_KINDS;
}

static int refuse(char *why, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(char *why, int error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, TRIAL_TEXT, format, ap);
	va_end(ap);
	return error;
}

/* --- forms --- */

/* A number that is copied from the rule that is excepted; which one it is and whether
 * that rule has it is judged later. */
static bool may_stand_beside(const struct rule_field *f)
{
	switch (f->type) {
	case AUDIT_FILTERKEY:
	case AUDIT_WATCH:
	case AUDIT_INODE:
	case AUDIT_MSGTYPE:
	case AUDIT_FSTYPE:
		return false;
	default:
		return !f->text.p;
	}
}

static bool may_name(struct span exe)
{
	return path_may_stand_in_rule(exe) && guard_program(exe, true) == GUARD_ALLOWED;
}

static bool is_exception(const struct rule *rule)
{
	const struct rule_field *exe = NULL, *dir = NULL, *uid = NULL, *narrow = NULL;
	bool arch = false, unset = false;

	if (rule->action != AUDIT_NEVER || rule_has_all_calls(rule))
		return false;
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];

		if (f->type == AUDIT_EXE || f->type == AUDIT_DIR) {
			if ((f->type == AUDIT_EXE ? exe : dir) || f->op != AUDIT_EQUAL)
				return false;
			*(f->type == AUDIT_EXE ? &exe : &dir) = f;
		} else if (f->type == AUDIT_ARCH) {
			if (arch || f->op != AUDIT_EQUAL)
				return false;
			arch = true;
		} else if (!may_stand_beside(f)) {
			return false;
		}
		if (f->type == AUDIT_UID && f->op == AUDIT_EQUAL)
			uid = f;
		if (f->type == AUDIT_EXIT && f->op == AUDIT_EQUAL)
			narrow = f;
		unset |= guard_tests_auid_unset(f);
	}
	if (!arch || !unset || (exe && !may_name(exe->text)) ||
	    (dir && (!path_may_stand_in_rule(dir->text) || !guard_object(dir->text))))
		return false;
	if (!uid)
		return dir && !exe;
	return uid->value || dir || narrow; /* never on uid 0 alone */
}

static bool is_exclude(const struct rule *rule)
{
	struct guard_target t = {.form = GUARD_FORM_EXCLUDE};

	if (!guard_read_exclude(rule, &t) || !may_name(t.exe))
		return false;
	for (uint32_t type = t.type_low; type <= t.type_high; type++)
		if (!guard_type(type))
			return false;
	return true;
}

bool trial_is_form(const struct rule *rule)
{
	if (rule->state != RULE_KNOWN || rule->n_fields > FIELDS)
		return false;
	if (rule->list == AUDIT_FILTER_EXIT)
		return is_exception(rule);
	return rule->list == AUDIT_FILTER_EXCLUDE && is_exclude(rule);
}

/* --- reading --- */

/* Names of users are not taken: whoever answers for them is one more to be trusted. */
static int read_rule(struct span text, int machine, struct rule **out, char *why)
{
	const struct rule_world world = {.machine = machine};
	char printed[TRIAL_LINE_MAX], quoted[GUARD_TEXT];
	struct rule_line line;
	size_t n;
	int r;

	*out = NULL;
	text_quote(text, quoted, sizeof(quoted));
	if (text.n >= sizeof(printed))
		return refuse(why, -EINVAL, "a line of %zu bytes is no rule", text.n);
	r = rule_parse(text, &world, &line);
	if (r == -ENOMEM) {
		rule_free(line.rule);
		return refuse(why, r, "there is no memory");
	}
	if (r || line.kind != RULE_LINE_APPEND || !line.rule) {
		rule_free(line.rule);
		return refuse(why, -EINVAL, "%s is no rule to be added%s%s", quoted,
			      r ? ": " : "", r ? line.error : "");
	}
	n = rule_print(line.rule, machine, printed, sizeof(printed));
	if (n >= sizeof(printed) || !span_equal(text, (struct span){printed, n})) {
		rule_free(line.rule);
		return refuse(why, -EINVAL,
			      "%s is not written as the kernel's list has it", quoted);
	}
	*out = line.rule;
	return 0;
}

int trial_read(struct span text, int machine, struct rule **out, char *why)
{
	char quoted[GUARD_TEXT];
	int r = read_rule(text, machine, out, why);

	if (r || trial_is_form(*out))
		return r;
	rule_free(*out);
	*out = NULL;
	return refuse(why, -EINVAL, "%s is of no form that advice may have",
		      text_quote(text, quoted, sizeof(quoted)));
}

int trial_add(struct trial *t, struct span text, int machine)
{
	bool narrow = t->kind == TRIAL_NARROW;
	struct rule *rule;
	int r;

	if (t->n == TRIAL_RULES)
		return refuse(t->why, -E2BIG, "it has more than %d rules", TRIAL_RULES);
	r = narrow ? read_rule(text, machine, &rule, t->why)
		   : trial_read(text, machine, &rule, t->why);
	if (r)
		return r;
	t->rule[t->n++] = rule;
	/* behind an exception there may be excludes of what comes all the same */
	if (narrow || (rule->list == AUDIT_FILTER_EXIT) == (t->kind == TRIAL_SILENCE) ||
	    (t->kind == TRIAL_SILENCE && t->n > 1))
		return 0;
	return refuse(t->why, -EINVAL, "its rules are not of its kind");
}

int trial_add_old(struct trial *t, struct span text, int machine)
{
	struct rule *rule;
	int r;

	if (t->kind != TRIAL_NARROW)
		return refuse(t->why, -EINVAL,
			      "it would take out a rule, which is never done here");
	if (t->n_old == TRIAL_RULES)
		return refuse(t->why, -E2BIG, "it replaces more than %d rules",
			      TRIAL_RULES);
	r = read_rule(text, machine, &rule, t->why);
	if (!r)
		t->old[t->n_old++] = rule;
	return r;
}

/* --- against what is loaded --- */

/* Without events: the rules, the program, the directory, the account, the settings. */
static bool ask_guard(struct trial *t, const struct guard_options *guard,
		      const struct whatif_edit *edit)
{
	const struct guard_case c = {
		.edit = edit, .n = t->n, .about = {t->about[0], t->about[1]}};

	return guard_judge(guard, &c, &t->verdict);
}

/* Are all calls of @rule, by name, such as one of the excepted rules asks for? */
static bool has_calls(const struct trial *t, const struct rule *rule, int machine)
{
	const struct rule_field *arch = rule_find(rule, AUDIT_ARCH);
	int from = calls_machine(arch ? arch->value : 0, machine);

	for (unsigned int nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++) {
		const char *name = from < 0 ? NULL : calls_name(nr, from, false);
		bool found = !rule_has_call(rule, nr);

		for (size_t i = 0; i < 2 && !found && name && t->about[i]; i++) {
			const struct rule_field *f = rule_find(t->about[i], AUDIT_ARCH);
			int to = calls_machine(f ? f->value : 0, machine), other;

			other = to < 0 ? -1 : calls_number(name, to, false);
			found = other >= 0 &&
				rule_has_call(t->about[i], (unsigned int)other);
		}
		if (!found)
			return false;
	}
	return true;
}

static bool is_about(const struct trial *t, int machine)
{
	bool meets = false;

	for (size_t i = 0; i < t->n; i++) {
		if (t->rule[i]->list != AUDIT_FILTER_EXIT)
			continue;
		if (!has_calls(t, t->rule[i], machine))
			return false;
		meets |= !cover_apart(t->about[0], t->rule[i]);
	}
	return meets;
}

static bool is_excepted(const struct rule *rule)
{
	return rule->list == AUDIT_FILTER_EXIT && rule->state == RULE_KNOWN &&
	       rule->action == AUDIT_ALWAYS;
}

/* An exception is made for a rule that is loaded: for its calls, with its fields. */
static int judge_exceptions(struct trial *t, const struct ruleset *loaded, int machine,
			    const struct guard_options *guard)
{
	struct whatif_edit edit[TRIAL_RULES];
	bool any = false;

	for (size_t i = 0; i < t->n; i++)
		edit[i] = (struct whatif_edit){.add = t->rule[i]};
	for (size_t i = 0; i < ruleset_count(loaded); i++) {
		t->about[0] = ruleset_at(loaded, i);
		if (!is_excepted(t->about[0]))
			continue;
		t->about[1] = ruleset_twin(loaded, t->about[0]);
		if (!is_about(t, machine))
			continue;
		any = true;
		if (ask_guard(t, guard, edit))
			return 0;
	}
	t->about[0] = t->about[1] = NULL;
	if (any)
		return refuse(t->why, -EPERM, "%s", t->verdict.text);
	return refuse(t->why, -EPERM,
		      "no rule is loaded that it would be an exception of");
}

static int judge_excludes(struct trial *t, const struct guard_options *guard)
{
	struct whatif_edit edit[TRIAL_RULES];

	for (size_t i = 0; i < t->n; i++)
		edit[i] = (struct whatif_edit){.add = t->rule[i]};
	if (ask_guard(t, guard, edit))
		return 0;
	return refuse(t->why, -EPERM, "%s", t->verdict.text);
}

/* Of a rule that shall ask for people alone: what it no longer asks for. */
static int make_exception(struct trial *t, const struct rule *old)
{
	struct rule_field field[FIELDS];
	struct rule rule = *old;

	if (old->n_fields >= FIELDS)
		return refuse(t->why, -EPERM, "the rule that it narrows is too long");
	rule.action = AUDIT_NEVER;
	rule.field = field;
	rule.n_fields = 0;
	for (uint32_t i = 0; i < old->n_fields; i++)
		if (old->field[i].type != AUDIT_FILTERKEY)
			field[rule.n_fields++] = old->field[i];
	field[rule.n_fields++] = (struct rule_field){
		.type = AUDIT_LOGINUID, .op = AUDIT_EQUAL, .value = AUDIT_UID_UNSET};
	t->add[t->n_add] = rule_copy(&rule);
	if (!t->add[t->n_add])
		return refuse(t->why, -ENOMEM, "there is no memory");
	t->n_add++;
	return 0;
}

/*
 * Behind a rule in whose place a narrower one stands the event falls through to the
 * next one; an exception at the head takes it away from all. That is the same only
 * where no other rule can record any of it.
 */
static int judge_narrowings(struct trial *t, const struct ruleset *loaded,
			    const struct guard_options *guard)
{
	struct whatif_edit edit[TRIAL_RULES];
	int r = 0;

	if (t->n != t->n_old || t->n > 2)
		return refuse(t->why, -EPERM, "it does not say which rule it narrows");
	for (size_t i = 0; i < t->n; i++) {
		t->about[i] = ruleset_find(loaded, t->old[i]);
		if (!t->about[i])
			return refuse(t->why, -EPERM,
				      "the rule that it narrows is not loaded");
		edit[i] = (struct whatif_edit){.add = t->rule[i], .instead = t->about[i]};
	}
	if (!ask_guard(t, guard, edit))
		return refuse(t->why, -EPERM, "%s", t->verdict.text);
	for (size_t i = 0; i < t->n; i++)
		if (memcmp(t->old[i]->mask, t->rule[i]->mask, sizeof(t->old[i]->mask)))
			return refuse(t->why, -ENOTSUP,
				      "a rule without one of its calls is not tried: no "
				      "exception comes to the same that is bound to an "
				      "account");
	for (size_t i = 0; i < t->n && !r; i++)
		r = make_exception(t, t->old[i]);
	for (size_t i = 0; i < ruleset_count(loaded) && !r; i++)
		if (trial_is_blinded(t, ruleset_at(loaded, i)))
			r = refuse(t->why, -ENOTSUP,
				   "other rules would record some of it, which cannot be "
				   "tried by adding rules alone");
	return r;
}

static int copy_rules(struct trial *t)
{
	for (; t->n_add < t->n; t->n_add++) {
		t->add[t->n_add] = rule_copy(t->rule[t->n_add]);
		if (!t->add[t->n_add])
			return refuse(t->why, -ENOMEM, "there is no memory");
	}
	return 0;
}

/* Whether what a rule names is opened or changed only events can tell. */
static bool names_object(const struct rule *rule)
{
	return rule_find(rule, AUDIT_WATCH) || rule_find(rule, AUDIT_DIR) ||
	       rule_find(rule, AUDIT_INODE);
}

/* The sender chooses which rule the exceptions are made for: another one that has a
 * protected key is not to lose by them what that one would not have taken. */
static bool is_any_protected(const struct trial *t, const struct ruleset *loaded,
			     const struct guard_options *guard)
{
	for (size_t i = 0; i < ruleset_count(loaded); i++) {
		const struct rule *rule = ruleset_at(loaded, i);

		if (guard_has_protected_key(guard, rule) && !names_object(rule) &&
		    trial_is_blinded(t, rule))
			return true;
	}
	return false;
}

int trial_judge(struct trial *t, const struct ruleset *loaded, int machine,
		const struct guard_options *guard)
{
	int r = 0;

	free_rules(t->add, &t->n_add); /* of an earlier judgement */
	t->about[0] = t->about[1] = NULL;
	if (!t->n)
		return refuse(t->why, -EPERM, "it proposes no rule");
	for (size_t i = 0; i < t->n; i++) {
		if (ruleset_find(loaded, t->rule[i]))
			return refuse(t->why, -EEXIST, "it is loaded already");
		for (size_t k = 0; k < i; k++)
			if (rule_equal(t->rule[i], t->rule[k]))
				return refuse(t->why, -EPERM, "it names a rule twice");
	}
	switch (t->kind) {
	case TRIAL_SILENCE:
		r = judge_exceptions(t, loaded, machine, guard);
		break;
	case TRIAL_EXCLUDE:
		r = judge_excludes(t, guard);
		break;
	case TRIAL_NARROW:
		r = judge_narrowings(t, loaded, guard);
		break;
	case TRIAL_KINDS:
		return refuse(t->why, -EPERM, "it is of no kind that can be tried");
	}
	if (!r && t->kind != TRIAL_NARROW)
		r = copy_rules(t);
	for (size_t i = 0; i < t->n_add && !r; i++)
		if (ruleset_find(loaded, t->add[i]))
			r = refuse(t->why, -EEXIST, "it is loaded already");
	if (!r && is_any_protected(t, loaded, guard))
		r = refuse(t->why, -EPERM,
			   "protect_key has a key of another rule that may lose events "
			   "by it");
	return r;
}

bool trial_is_blinded(const struct trial *t, const struct rule *loaded)
{
	if (loaded->list != AUDIT_FILTER_EXIT || loaded->action == AUDIT_NEVER ||
	    loaded == t->about[0] || loaded == t->about[1])
		return false;
	for (size_t i = 0; i < t->n_add; i++)
		if (t->add[i]->list == AUDIT_FILTER_EXIT &&
		    !cover_apart(loaded, t->add[i]))
			return true;
	return false;
}
