/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_make.c - the rules that would silence one flow
 *
 * Exceptions; what the rule itself may ask for less is in noise_narrow.c. A candidate
 * tests fields of the flow's identity alone, or copies fields of the rule that it
 * excepts. Whatever could not be allowed for its form is not made.
 */
#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "advise/noise_inner.h"
#include "base/path.h"
#include "rules/calls.h"

#define DIRS    5 /* of an object: its own and those above it */
#define FORCED  2 /* kinds of records that need an exclude each */
#define BREADTH 8 /* steps between one shape and the next, for the directories */

/* --- exceptions --- */

/* OWN: the directory of the excepted rule, with what else of it can be copied: unlike DIR
 * it is exact whatever name the events have for it. */
enum part { EXE = 1, UID = 2, DIR = 4, EXIT = 8, WIDE = 16, COPY = 32, OWN = 64 };

/* Narrow to wide. All ask for a process without a login uid. */
static const uint8_t shapes[] = {
	EXE | UID | DIR | COPY,
	EXE | UID | EXIT | OWN,
	EXE | UID | EXIT | COPY,
	EXE | UID | DIR,
	EXE | UID | OWN,
	EXE | UID | EXIT,
	EXE | UID | COPY,
	EXE | UID,
	EXE | UID | WIDE | OWN,
	EXE | UID | WIDE | COPY,
	EXE | UID | WIDE,
	UID | DIR | COPY,
	UID | EXIT | OWN,
	UID | EXIT | COPY,
	UID | DIR,
	UID | OWN,
	UID | EXIT,
	UID | COPY,
	UID,
	UID | WIDE | OWN,
	UID | WIDE | COPY,
	UID | WIDE,
	DIR,
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

_Static_assert(SHAPES *BREADTH <= NOISE_BREADTH_NARROWING, "exceptions come first");

/* May a field of the rule stand in its exception? Those of an identity are its own. */
static bool is_copied(const struct rule_field *f)
{
	switch (f->type) {
	case AUDIT_ARCH:
	case AUDIT_UID:
	case AUDIT_LOGINUID:
	case AUDIT_LOGINUID_SET:
	case AUDIT_EXE:
	case AUDIT_DIR:
	case AUDIT_WATCH:
	case AUDIT_INODE:
	case AUDIT_EXIT:
	case AUDIT_FILTERKEY:
		return false;
	default:
		return !f->text.p;
	}
}

static bool has_copies(const struct rule *rule)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rule->n_fields; i++)
		n += is_copied(&rule->field[i]);
	return n && n < NOISE_FIELDS / 2;
}

/* Of the rule, where it may stand in its exception. */
static const struct rule_field *own_dir(const struct rule *rule)
{
	const struct rule_field *dir = rule_find(rule, AUDIT_DIR);

	return dir && dir->op == AUDIT_EQUAL && path_may_stand_in_rule(dir->text) &&
			       guard_object(dir->text)
		       ? dir
		       : NULL;
}

static bool is_unset(const struct whatif_flow *f)
{
	return f->auid_class == ID_CLASS_UNSET ||
	       (f->auid_class == ID_CLASS_NONE && f->auid == EVENT_ID_UNSET);
}

/* What of the flow can stand in a rule. @won: NULL: it is not known. */
static unsigned int parts_of(const struct noise *n, const struct whatif_flow *f,
			     const struct rule *won)
{
	unsigned int parts = 0;

	if (!f->claimed && noise_may_name(n, &f->exe))
		parts |= EXE;
	if (noise_uid_of(f->uid, f->uid_class) != EVENT_ID_ABSENT)
		parts |= UID;
	if (f->success == EVENT_SUCCESS_YES && !f->dir.cut &&
	    path_may_stand_in_rule(f->dir.text) && guard_object(f->dir.text))
		parts |= DIR;
	if (f->success == EVENT_SUCCESS_NO && f->error > 0)
		parts |= EXIT;
	if (won && !rule_has_all_calls(won))
		parts |= WIDE;
	if (won && has_copies(won))
		parts |= COPY;
	if (won && own_dir(won))
		parts |= OWN;
	return parts;
}

/* The same calls, by name, of the other architecture. */
static bool set_calls(struct noise_rule *m, const struct whatif_flow *f,
		      const struct rule *won, bool wide, uint32_t arch)
{
	int from = calls_machine(f->arch, -1), to = calls_machine(arch, -1);
	bool any = false;

	for (unsigned int nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++) {
		const char *name;
		int other;

		if (wide ? !rule_has_call(won, nr) : nr != f->call)
			continue;
		name = from < 0 ? NULL : calls_name(nr, from, false);
		other = name && to >= 0 ? calls_number(name, to, false) : -ENOENT;
		if (other < 0)
			continue;
		m->rule.mask[other / 32] |= 1u << other % 32;
		any = true;
	}
	return any;
}

static int put_exception(struct noise_advice *a, const struct whatif_flow *f,
			 const struct rule *won, unsigned int shape, struct span dir,
			 uint32_t arch)
{
	struct noise_rule m;

	noise_rule_begin(&m, AUDIT_FILTER_EXIT);
	if (!arch || !set_calls(&m, f, won, shape & WIDE, arch))
		return 0;
	noise_rule_add(&m, AUDIT_ARCH, arch);
	if (shape & EXE)
		noise_rule_add_text(&m, AUDIT_EXE, f->exe.text);
	if (shape & UID)
		noise_rule_add(&m, AUDIT_UID,
			       (uint32_t)noise_uid_of(f->uid, f->uid_class));
	noise_rule_add(&m, AUDIT_LOGINUID, AUDIT_UID_UNSET);
	if (shape & DIR)
		noise_rule_add_text(&m, AUDIT_DIR, dir);
	if (shape & EXIT)
		noise_rule_add(&m, AUDIT_EXIT, -(uint32_t)f->error);
	if (shape & OWN)
		m.field[m.rule.n_fields++] = *own_dir(won);
	for (uint32_t i = 0; shape & (COPY | OWN) && has_copies(won) && i < won->n_fields;
	     i++)
		if (is_copied(&won->field[i]))
			m.field[m.rule.n_fields++] = won->field[i];
	return noise_put(a, &m.rule, NULL);
}

/* Of the records that come whatever the exception says. */
static int put_companions(struct noise_advice *a, const struct whatif_flow *f)
{
	uint32_t types[FORCED];
	size_t count = whatif_forced_types(f, types, FORCED);

	for (size_t i = 0; i < count && i < FORCED && a->n; i++)
		if (noise_put_exclude(a, types[i], f->exe.text,
				      noise_uid_of(f->uid, f->uid_class)) < 0)
			return -ENOMEM;
	return 0;
}

static int make_exception(struct noise *n, const struct whatif_flow *f,
			  const struct rule *won, size_t shape, unsigned int level)
{
	struct noise_advice a = {
		.kind = NOISE_SILENCE,
		.about = {won, won ? ruleset_twin(n->options.rules, won) : NULL},
		.breadth = (unsigned int)shape * BREADTH + level};
	struct span dir = f->dir.text;
	int machine = n->options.machine;
	uint32_t b64 = calls_arch("b64", machine), b32 = calls_arch("b32", machine);

	for (unsigned int i = 0; i < level; i++)
		dir = path_dir(dir);
	if (put_exception(&a, f, won, shapes[shape], dir, f->arch) < 0 ||
	    put_exception(&a, f, won, shapes[shape], dir, f->arch == b64 ? b32 : b64) <
		    0 ||
	    put_companions(&a, f) < 0)
		return -ENOMEM;
	noise_offer(n, &a);
	return 0;
}

/* A program whose name says nothing, or too much: what it runs may be anything. Of any
 * other one an exception without its name would be for all that the account may ever run.
 */
static bool is_not_to_be_named(const struct noise *n, const struct whatif_flow *f)
{
	const struct guard_options *guard = n->options.guard;
	struct guard_traffic traffic;

	return guard_program(f->exe.text, guard->with_self) != GUARD_ALLOWED ||
	       (guard->traffic && guard->traffic(guard->arg, f->exe.text, &traffic) &&
		traffic.many_short);
}

/* Programs that an account starts in one directory of its own: their names are what is
 * recorded. */
static bool is_storm_of(const struct whatif_flow *f, unsigned int shape)
{
	return whatif_is_execution(f) && shape & UID && shape & (DIR | OWN);
}

static int make_exceptions(struct noise *n, const struct whatif_flow *f,
			   const struct rule *won)
{
	unsigned int parts = parts_of(n, f, won);
	bool forced = whatif_is_forced(f), unnamed = is_not_to_be_named(n, f);

	for (size_t i = 0; i < SHAPES; i++) {
		struct span dir = f->dir.text;

		if (shapes[i] & ~parts ||
		    (forced && (shapes[i] & (EXE | UID)) != (EXE | UID)) ||
		    (!(shapes[i] & EXE) && !unnamed && !is_storm_of(f, shapes[i])))
			continue;
		/* never on uid 0 alone */
		if (shapes[i] & UID && noise_uid_of(f->uid, f->uid_class) == 0 &&
		    !(shapes[i] & (DIR | EXIT | OWN)))
			continue;
		for (unsigned int level = 0; level < DIRS; level++) {
			if (level && !(shapes[i] & DIR))
				break;
			if (shapes[i] & DIR && !guard_object(dir))
				break;
			if (make_exception(n, f, won, i, level) < 0)
				return -ENOMEM;
			dir = path_dir(dir);
		}
	}
	return 0;
}

/* --- all of them --- */

/* Can its records that no rule has asked for be excluded, so that it goes as a whole? */
static bool may_go(const struct whatif_flow *f)
{
	uint32_t types[FORCED];
	size_t count = whatif_forced_types(f, types, FORCED);

	for (size_t i = 0; i < count && i < FORCED; i++)
		if (!guard_type(types[i]) || guard_is_session(types[i]))
			return false;
	return count <= FORCED;
}

/* An exception needs no rule to be known: it stands before all of them. */
int noise_make_flow(struct noise *n, size_t i)
{
	const struct whatif_flow *f = &n->options.table->flow[i];
	int machine = n->options.machine;
	const struct rule *won = NULL;

	if (f->won == WHATIF_WON_NONE || !f->has_call || f->foreign || f->excepted ||
	    !is_unset(f) || !may_go(f) ||
	    (f->arch != calls_arch("b64", machine) &&
	     f->arch != calls_arch("b32", machine)))
		return 0;
	if (f->won == WHATIF_WON_RULE) {
		won = whatif_rule_at(n->options.whatif, f->position);
		if (!won || won->state != RULE_KNOWN || won->action != AUDIT_ALWAYS)
			return 0;
	}
	if (make_exceptions(n, f, won) < 0)
		return -ENOMEM;
	return won && !whatif_is_forced(f) ? noise_make_narrowing(n, f, won) : 0;
}
