/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_text.c - what an advice gives up, for people
 */
#include <libaudit.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "advise/noise_inner.h"
#include "base/text.h"
#include "rules/calls.h"

#define NAMED 4 /* programs that a sentence has; noise_losers() has them all */

size_t noise_blinds(const struct noise *n, const struct noise_advice *a,
		    struct whatif_blind out[WHATIF_BLINDS])
{
	uint32_t about[2];
	size_t n_about = 0;

	for (size_t i = 0; i < 2; i++)
		if (a->about[i])
			about[n_about++] = a->about[i]->position;
	return whatif_blinds(n->options.whatif, n->options.table, a->fate, about, n_about,
			     n->options.window, out);
}

/* --- who --- */

static bool is_same(const struct noise_loser *l, const struct whatif_flow *f)
{
	return l->uid == f->uid && l->uid_class == f->uid_class &&
	       !l->exe.p == !f->exe.text.p && span_equal(l->exe, f->exe.text);
}

static void sort(struct noise_loser *out, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j && out[j - 1].count.records < out[j].count.records;
		     j--) {
			struct noise_loser l = out[j];

			out[j] = out[j - 1];
			out[j - 1] = l;
		}
}

size_t noise_losers(const struct noise *n, const struct noise_advice *a,
		    struct noise_loser *out, size_t max, size_t *more)
{
	const struct whatif_table *t = n->options.table;
	size_t found = 0;

	*more = 0;
	for (size_t i = 0; i < t->n_flows; i++) {
		const struct whatif_flow *f = &t->flow[i];
		const struct count *c = &f->count[n->options.window];
		size_t k = 0;

		if (a->fate[i] == WHATIF_KEPT)
			continue;
		while (k < found && !is_same(&out[k], f))
			k++;
		if (k == max) {
			++*more;
			continue;
		}
		if (k == found)
			out[found++] = (struct noise_loser){.exe = f->exe.text,
							    .uid = f->uid,
							    .uid_class = f->uid_class};
		out[k].count.events += c->events;
		out[k].count.records += c->records;
		out[k].count.bytes += c->bytes;
	}
	sort(out, found);
	return found;
}

/* --- sentences --- */

struct sentence {
	char *out;
	size_t n;
};

static void say(struct sentence *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct sentence *s, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(s->out + s->n, NOISE_TEXT - s->n, format, ap);
	va_end(ap);
	s->n = s->n + (size_t)n < NOISE_TEXT ? s->n + (size_t)n : NOISE_TEXT - 1;
}

static void say_text(struct sentence *s, struct span text)
{
	char quoted[160];

	say(s, "%s", text_quote(text, quoted, sizeof(quoted)));
}

static void say_calls(struct sentence *s, const struct rule *rule)
{
	const struct rule_field *arch = rule_find(rule, AUDIT_ARCH);
	int machine = arch ? calls_machine(arch->value, -1) : -1;
	unsigned int said = 0;

	for (unsigned int nr = 0; nr < AUDIT_BITMASK_SIZE * 32; nr++) {
		const char *name;

		if (!rule_has_call(rule, nr))
			continue;
		if (said == NAMED) {
			say(s, " and others");
			return;
		}
		name = machine < 0 ? NULL : calls_name(nr, machine, false);
		say(s, said++ ? ", " : "");
		if (name)
			say(s, "%s", name);
		else
			say(s, "call %u", nr);
	}
}

/* By whom, where and how it ends: what the rule tests. */
static void say_target(struct sentence *s, const struct rule *rule)
{
	const struct rule_field *exe = rule_find(rule, AUDIT_EXE),
				*uid = rule_find(rule, AUDIT_UID),
				*dir = rule_find(rule, AUDIT_DIR),
				*error = rule_find(rule, AUDIT_EXIT);

	say(s, " by ");
	if (exe)
		say_text(s, exe->text);
	else
		say(s, "any program");
	if (uid)
		say(s, " of uid %u", uid->value);
	if (rule_find(rule, AUDIT_LOGINUID))
		say(s, " without a login uid");
	if (dir) {
		say(s, " in ");
		say_text(s, dir->text);
	}
	if (error) {
		const char *name = audit_errno_to_name((int)-error->value);

		say(s, " that fails with %s", name ? name : "that error");
	}
}

/* Of the rules of the exclude list. */
static void say_types(struct sentence *s, const struct noise_advice *a)
{
	bool first = true;

	for (size_t i = 0; i < a->n; i++) {
		const struct rule *rule = a->rule[i];

		for (uint32_t k = 0; k < rule->n_fields; k++) {
			const struct rule_field *f = &rule->field[k];
			const char *name;

			if (rule->list != AUDIT_FILTER_EXCLUDE ||
			    f->type != AUDIT_MSGTYPE)
				continue;
			name = audit_msg_type_to_name((int)f->value);
			say(s, "%s",
			    f->op == AUDIT_LESS_THAN_OR_EQUAL ? " to "
			    : first                           ? ""
							      : ", ");
			first = false;
			if (name)
				say(s, "%s", name);
			else
				say(s, "type %u", f->value);
		}
	}
}

static void say_losers(struct sentence *s, const struct noise *n,
		       const struct noise_advice *a)
{
	struct noise_loser loser[NAMED];
	size_t more, found = noise_losers(n, a, loser, NAMED, &more);

	for (size_t i = 0; i < found; i++) {
		say(s, i ? ", " : ": ");
		if (loser[i].exe.p)
			say_text(s, loser[i].exe);
		else
			say(s, "a program without a name");
		if (loser[i].uid_class == ID_CLASS_NONE &&
		    loser[i].uid != EVENT_ID_ABSENT)
			say(s, " of uid %lld", (long long)loser[i].uid);
	}
	if (more)
		say(s, " and others");
}

/* What it no longer asks for, or no longer of all. */
static void say_asked(struct sentence *s, const struct noise_advice *a)
{
	struct rule calls = *a->rule[0];

	for (size_t i = 0; i < AUDIT_BITMASK_SIZE && noise_loses_call(a); i++)
		calls.mask[i] ^= a->instead[0]->mask[i];
	say_calls(s, &calls);
}

const char *noise_title(const struct noise *n, const struct noise_advice *a,
			char out[NOISE_TEXT])
{
	struct sentence s = {out, 0};

	(void)n;
	out[0] = '\0';
	switch (a->kind) {
	case NOISE_SILENCE:
		say(&s, "except ");
		say_calls(&s, a->rule[0]);
		say_target(&s, a->rule[0]);
		break;
	case NOISE_EXCLUDE:
		say(&s, "exclude ");
		say_types(&s, a);
		say_target(&s, a->rule[0]);
		break;
	case NOISE_NARROW:
		say(&s, noise_loses_call(a) ? "no longer ask for " : "ask for ");
		say_asked(&s, a);
		if (!noise_loses_call(a))
			say(&s, " of people only");
		break;
	case NOISE_KINDS:
		break;
	}
	return out;
}

const char *noise_gives_up(const struct noise *n, const struct noise_advice *a,
			   char out[NOISE_TEXT])
{
	struct sentence s = {out, 0};

	out[0] = '\0';
	switch (a->kind) {
	case NOISE_SILENCE:
		say_calls(&s, a->rule[0]);
		say_target(&s, a->rule[0]);
		if (a->rule[a->n - 1]->list == AUDIT_FILTER_EXCLUDE) {
			say(&s, ", with ");
			say_types(&s, a);
		}
		say(&s, " is no longer recorded, whatever the cause");
		if (!rule_find(a->rule[0], AUDIT_EXE))
			say_losers(&s, n, a);
		break;
	case NOISE_EXCLUDE:
		say_types(&s, a);
		say_target(&s, a->rule[0]);
		say(&s, " is no longer written");
		if (!rule_find(a->rule[0], AUDIT_LOGINUID))
			say(&s, "; which job opened which session cannot be told then");
		break;
	case NOISE_NARROW:
		say_asked(&s, a);
		say(&s, noise_loses_call(a)
				? " is no longer recorded by this rule, whoever makes "
				  "the call, people included"
				: " by what nobody has logged in for is no longer "
				  "recorded by this rule, a service in foreign hands "
				  "included");
		say_losers(&s, n, a);
		break;
	case NOISE_KINDS:
		break;
	}
	return out;
}
