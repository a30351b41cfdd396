/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_make.c - the rules that would silence one flow
 *
 * A candidate tests fields of the flow's identity alone, or copies fields of the rule
 * that it excepts. Whatever could not be allowed for its form is not made.
 */
#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "advise/noise_inner.h"
#include "advise/path.h"
#include "rules/calls.h"

#define DIRS    5  /* of an object: its own and those above it */
#define FIELDS  24 /* of a candidate; more are not copied */
#define BREADTH 8  /* steps between one shape and the next, for the directories */

/* --- a rule of our own --- */

struct made {
	struct rule rule;
	struct rule_field field[FIELDS];
};

static void begin(struct made *m, uint32_t list)
{
	*m = (struct made){.rule = {.list = list, .action = AUDIT_NEVER}};
	m->rule.field = m->field;
	if (list != AUDIT_FILTER_EXCLUDE)
		return;
	/* as auditctl(8) makes it */
	memset(m->rule.mask, 0xff, sizeof(m->rule.mask));
	m->rule.mask[AUDIT_BITMASK_SIZE - 1] = UINT32_MAX >> AUDIT_SYSCALL_CLASSES;
}

static void add_op(struct made *m, uint32_t type, uint32_t op, uint32_t value)
{
	m->field[m->rule.n_fields++] =
		(struct rule_field){.type = type, .op = op, .value = value};
}

static void add(struct made *m, uint32_t type, uint32_t value)
{
	add_op(m, type, AUDIT_EQUAL, value);
}

static void add_text(struct made *m, uint32_t type, struct span text)
{
	m->field[m->rule.n_fields++] = (struct rule_field){
		.type = type, .op = AUDIT_EQUAL, .value = (uint32_t)text.n, .text = text};
}

/* --- candidates --- */

static bool is_there(const struct noise *n, const struct rule *rule)
{
	const struct ruleset *rules = n->options.rules;

	for (size_t i = 0; i < ruleset_count(rules); i++)
		if (rule_equal(ruleset_at(rules, i), rule))
			return true;
	return false;
}

static bool is_known(const struct noise *n, const struct noise_advice *a)
{
	for (size_t i = 0; i < n->n_candidates; i++) {
		const struct noise_advice *b = &n->candidate[i];

		if (a->n == b->n && rule_equal(a->rule[0], b->rule[0]) &&
		    (a->n == 1 || rule_equal(a->rule[1], b->rule[1])))
			return true;
	}
	return false;
}

static void drop(struct noise_advice *a)
{
	for (size_t i = 0; i < a->n; i++)
		rule_free(a->rule[i]);
}

/* Takes the rules of @a. One that has no text that loads is no candidate. */
static void offer(struct noise *n, struct noise_advice *a)
{
	for (size_t i = 0; i < a->n; i++) {
		size_t length = rule_print(a->rule[i], n->options.machine, n->text,
					   sizeof(n->text));

		if (length >= sizeof(n->text) || is_there(n, a->rule[i]) ||
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

/* @rule is copied; on failure @a is emptied. */
static int put(struct noise_advice *a, const struct rule *rule,
	       const struct rule *instead)
{
	a->rule[a->n] = rule_copy(rule);
	if (!a->rule[a->n]) {
		drop(a);
		return -ENOMEM;
	}
	a->instead[a->n++] = instead;
	return 0;
}

/* --- exceptions --- */

enum part { EXE = 1, UID = 2, DIR = 4, EXIT = 8, WIDE = 16, COPY = 32 };

/* Narrow to wide. All ask for a process without a login uid. */
static const uint8_t shapes[] = {
	EXE | UID | DIR | COPY,
	EXE | UID | EXIT | COPY,
	EXE | UID | DIR,
	EXE | UID | EXIT,
	EXE | UID | COPY,
	EXE | UID,
	EXE | UID | WIDE,
	UID | DIR | COPY,
	UID | EXIT | COPY,
	UID | DIR,
	UID | EXIT,
	UID | COPY,
	UID,
	UID | WIDE,
	DIR,
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

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
	return n && n < FIELDS / 2;
}

static bool is_unset(const struct whatif_flow *f)
{
	return f->auid_class == ID_CLASS_UNSET ||
	       (f->auid_class == ID_CLASS_NONE && f->auid == EVENT_ID_UNSET);
}

/* Return: EVENT_ID_ABSENT: not one uid. */
static int64_t uid_of(int64_t uid, enum id_class id_class)
{
	if (id_class == ID_CLASS_ROOT)
		return 0;
	return id_class == ID_CLASS_NONE && uid >= 0 ? uid : EVENT_ID_ABSENT;
}

static bool may_name(const struct noise *n, const struct name_text *exe)
{
	return !exe->cut && path_may_stand_in_rule(exe->text) &&
	       guard_program(exe->text, n->options.guard->with_self) == GUARD_ALLOWED;
}

/* What of the flow can stand in a rule. @won: NULL: it is not known. */
static unsigned int parts_of(const struct noise *n, const struct whatif_flow *f,
			     const struct rule *won)
{
	unsigned int parts = 0;

	if (!f->claimed && may_name(n, &f->exe))
		parts |= EXE;
	if (uid_of(f->uid, f->uid_class) != EVENT_ID_ABSENT)
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
	return parts;
}

/* The same calls, by name, of the other architecture. */
static bool set_calls(struct made *m, const struct whatif_flow *f, const struct rule *won,
		      bool wide, uint32_t arch)
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
	struct made m;

	begin(&m, AUDIT_FILTER_EXIT);
	if (!arch || !set_calls(&m, f, won, shape & WIDE, arch))
		return 0;
	add(&m, AUDIT_ARCH, arch);
	if (shape & EXE)
		add_text(&m, AUDIT_EXE, f->exe.text);
	if (shape & UID)
		add(&m, AUDIT_UID, (uint32_t)uid_of(f->uid, f->uid_class));
	add(&m, AUDIT_LOGINUID, AUDIT_UID_UNSET);
	if (shape & DIR)
		add_text(&m, AUDIT_DIR, dir);
	if (shape & EXIT)
		add(&m, AUDIT_EXIT, -(uint32_t)f->error);
	for (uint32_t i = 0; shape & COPY && i < won->n_fields; i++)
		if (is_copied(&won->field[i]))
			m.field[m.rule.n_fields++] = won->field[i];
	return put(a, &m.rule, NULL);
}

/* The rule and the one for the other architecture, as its file has them. */
static const struct rule *twin_of(const struct noise *n, const struct rule *rule)
{
	const struct ruleset *rules = n->options.rules;
	uint32_t k;

	for (size_t i = 0; i < ruleset_count(rules); i++) {
		const struct rule *other = ruleset_at(rules, i);

		if (other == rule || other->list != rule->list ||
		    other->state != RULE_KNOWN || other->action != rule->action ||
		    other->n_fields != rule->n_fields)
			continue;
		for (k = 0; k < rule->n_fields; k++) {
			const struct rule_field *f = &rule->field[k],
						*g = &other->field[k];

			if (f->type != g->type || f->op != g->op ||
			    !span_equal(f->text, g->text) ||
			    (f->value == g->value) == (f->type == AUDIT_ARCH))
				break;
		}
		if (k == rule->n_fields && rule_find(rule, AUDIT_ARCH))
			return other;
	}
	return NULL;
}

static int make_exception(struct noise *n, const struct whatif_flow *f,
			  const struct rule *won, size_t shape, unsigned int level)
{
	struct noise_advice a = {.kind = NOISE_SILENCE,
				 .about = {won, won ? twin_of(n, won) : NULL},
				 .breadth = (unsigned int)shape * BREADTH + level};
	struct span dir = f->dir.text;
	int machine = n->options.machine;
	uint32_t b64 = calls_arch("b64", machine), b32 = calls_arch("b32", machine);

	for (unsigned int i = 0; i < level; i++)
		dir = path_dir(dir);
	if (put_exception(&a, f, won, shapes[shape], dir, f->arch) < 0 ||
	    put_exception(&a, f, won, shapes[shape], dir, f->arch == b64 ? b32 : b64) < 0)
		return -ENOMEM;
	offer(n, &a);
	return 0;
}

static int make_exceptions(struct noise *n, const struct whatif_flow *f,
			   const struct rule *won)
{
	unsigned int parts = parts_of(n, f, won);

	for (size_t i = 0; i < SHAPES; i++) {
		struct span dir = f->dir.text;

		if (shapes[i] & ~parts)
			continue;
		/* never on uid 0 alone */
		if (shapes[i] & UID && uid_of(f->uid, f->uid_class) == 0 &&
		    !(shapes[i] & (DIR | EXIT)))
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

/* --- narrowing --- */

static bool tests_auid(const struct rule *rule)
{
	return rule_find(rule, AUDIT_LOGINUID) || rule_find(rule, AUDIT_LOGINUID_SET);
}

/* With auid!=unset, before its key. */
static int put_narrower(struct noise_advice *a, const struct rule *rule)
{
	struct rule_field field[AUDIT_MAX_FIELDS];
	const struct rule_field asked = {
		.type = AUDIT_LOGINUID, .op = AUDIT_NOT_EQUAL, .value = AUDIT_UID_UNSET};
	struct rule to = *rule;
	bool put_in = false;

	if (rule->n_fields + 1 >= AUDIT_MAX_FIELDS)
		return 0;
	to.n_fields = 0;
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		if (rule->field[i].type == AUDIT_FILTERKEY && !put_in) {
			field[to.n_fields++] = asked;
			put_in = true;
		}
		field[to.n_fields++] = rule->field[i];
	}
	if (!put_in)
		field[to.n_fields++] = asked;
	to.field = field;
	to.position = 0;
	to.file = NULL;
	to.line = 0;
	return put(a, &to, rule);
}

static int make_narrowing(struct noise *n, const struct rule *won)
{
	struct noise_advice a = {.kind = NOISE_NARROW,
				 .about = {won, twin_of(n, won)},
				 .breadth = SHAPES * BREADTH};

	if (tests_auid(won))
		return 0;
	if (put_narrower(&a, won) < 0 || (a.about[1] && put_narrower(&a, a.about[1]) < 0))
		return -ENOMEM;
	offer(n, &a);
	return 0;
}

/* An exception needs no rule to be known: it stands before all of them. */
int noise_make_flow(struct noise *n, size_t i)
{
	const struct whatif_flow *f = &n->options.table->flow[i];
	int machine = n->options.machine;
	const struct rule *won = NULL;

	if (f->won == WHATIF_WON_NONE || !f->has_call || f->foreign || !is_unset(f) ||
	    whatif_is_forced(f) ||
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
	return won ? make_narrowing(n, won) : 0;
}

/* --- excludes --- */

int noise_make_record(struct noise *n, size_t i)
{
	const struct whatif_record *r = &n->options.table->record[i];
	struct noise_advice a = {.kind = NOISE_EXCLUDE};
	int64_t uid = uid_of(r->uid, r->uid_class);
	struct made m;

	if (!guard_type(r->type) || guard_is_cron(r->exe.text) || !may_name(n, &r->exe) ||
	    uid == EVENT_ID_ABSENT)
		return 0;
	begin(&m, AUDIT_FILTER_EXCLUDE);
	add(&m, AUDIT_MSGTYPE, r->type);
	add_text(&m, AUDIT_EXE, r->exe.text);
	add(&m, AUDIT_UID, (uint32_t)uid);
	add(&m, AUDIT_LOGINUID, AUDIT_UID_UNSET);
	if (put(&a, &m.rule, NULL) < 0)
		return -ENOMEM;
	offer(n, &a);
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
	struct made m;

	if (!has_record(n, exe, low, high))
		return 0;
	begin(&m, AUDIT_FILTER_EXCLUDE);
	if (low == high) {
		add(&m, AUDIT_MSGTYPE, low);
	} else {
		add_op(&m, AUDIT_MSGTYPE, AUDIT_GREATER_THAN_OR_EQUAL, low);
		add_op(&m, AUDIT_MSGTYPE, AUDIT_LESS_THAN_OR_EQUAL, high);
	}
	add_text(&m, AUDIT_EXE, exe);
	add(&m, AUDIT_UID, 0);
	return put(a, &m.rule, NULL);
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
	offer(n, &a);
	return 0;
}
