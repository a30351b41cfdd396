/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair_settle.c - may a correction be advised, and how is it done?
 *
 * Pure. The kernel can put a rule only first or last in its list. That is said to do
 * the same as its right place only where it is proved of each rule in between.
 */
#include <errno.h>
#include <stdlib.h>

#include "advise/repair_part.h"
#include "rules/cover.h"
#include "rules/rule_text.h"

#define RULE_COST 4 /* of comparing two rules, in comparisons of fields */

struct settling {
	const struct repair_look *look;
	struct repair_list *list;
	int64_t budget;
	char *text; /* of RULE_TEXT_MAX */
};

static bool spend(struct settling *s)
{
	if (--s->budget >= 0)
		return true;
	s->list->unsure = true;
	return false;
}

void repair_drop(struct repair *r, const char *why)
{
	rule_free(r->add[0]);
	rule_free(r->add[1]);
	r->add[0] = r->add[1] = NULL;
	r->n_remove = r->n_blinds = 0;
	r->fix = FINDING_FIX_NONE;
	r->no_fix = why;
}

/* --- texts --- */

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Nothing in it means anything to a shell, a terminal or auditctl. */
static bool is_plain(struct span text, const char *also)
{
	for (size_t i = 0; i < text.n; i++)
		if (!is_letter(text.p[i]) && (!text.p[i] || !strchr(also, text.p[i])))
			return false;
	return true;
}

static bool has_plain_texts(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];
		struct span keys = f->text, key;

		if (!f->text.p)
			continue;
		if (cover_is_label(f->type) && !is_plain(f->text, "._-:,"))
			return false;
		if (!cover_is_label(f->type) && f->type != AUDIT_FILTERKEY &&
		    (!is_plain(f->text, "/._+-") || f->text.p[0] != '/'))
			return false;
		while (f->type == AUDIT_FILTERKEY && rule_next_key(&keys, &key))
			if (!is_plain(key, "/._+-") || !is_letter(key.p[0]))
				return false;
	}
	return true;
}

static const char *judge_text(struct settling *s, const struct rule *rule)
{
	size_t n = rule_print(rule, s->look->known.machine, s->text, RULE_TEXT_MAX);

	if (!has_plain_texts(rule))
		return "a path or key of it has other characters than letters, digits "
		       "and /._+-";
	if (n >= RULE_TEXT_MAX ||
	    rule_unloadable(rule, s->look->known.machine, (struct span){s->text, n}))
		return "it cannot be written so that auditctl loads it";
	return NULL;
}

static const char *judge_texts(struct settling *s, const struct repair *r)
{
	const char *why = NULL;

	for (size_t i = 0; i < 2 && r->add[i] && !why; i++)
		why = judge_text(s, r->add[i]);
	for (size_t i = 0; i < r->n_remove && !why; i++)
		why = judge_text(s, r->remove[i]);
	return why;
}

/* --- the other rules of the set --- */

static bool is_removed(const struct repair *r, const struct rule *rule)
{
	for (size_t i = 0; i < r->n_remove; i++)
		if (r->remove[i] == rule)
			return true;
	return false;
}

/* A second one would be refused, and auditctl -R stops there. */
static bool stands_already(struct settling *s, const struct repair *r,
			   const struct rule *add)
{
	const struct ruleset *set = s->look->set;

	for (size_t i = 0; i < ruleset_count(set); i++)
		if (!spend(s) || (rule_equal(ruleset_at(set, i), add) &&
				  !is_removed(r, ruleset_at(set, i))))
			return true;
	for (const struct repair *o = s->list->of; o != r; o++)
		for (size_t i = 0; i < 2 && o->add[i]; i++)
			if (rule_equal(o->add[i], add))
				return true;
	return false;
}

static const char *judge_company(struct settling *s, const struct repair *r)
{
	for (size_t i = 0; i < 2 && r->add[i]; i++)
		if (stands_already(s, r, r->add[i]))
			return "the corrected rule stands there already, or is "
			       "proposed already";
	if (r->fix != FINDING_FIX_MERGE)
		return NULL;
	for (size_t i = 0; i < r->n_remove; i++)
		if (!cover_calls(r->add[0], r->remove[i])) /* all else is equal */
			return "one rule would not take all of their events";
	return NULL;
}

/* --- order --- */

static bool has_same_outcome(const struct rule *a, const struct rule *b)
{
	return a->action == b->action &&
	       (a->action == AUDIT_NEVER || span_equal(rule_keys(a), rule_keys(b)));
}

/*
 * Does it not matter which of the two stands first? Of a rule about a file it may
 * matter even if both have the same outcome: one that goes first with its own file
 * keeps a third one, about another file of the event, from being asked.
 */
static bool is_free(const struct rule *a, const struct rule *b)
{
	if (b->state != RULE_KNOWN || cover_poison(b))
		return false;
	if (a->list == AUDIT_FILTER_EXCLUDE || a->list == AUDIT_FILTER_FS)
		return true; /* any that matches is enough */
	if (has_same_outcome(a, b) && !rule_is_of_file(a) && !rule_is_of_file(b))
		return true;
	return cover_apart(a, b);
}

/* Could @rule, that belongs where @at stands, be at the end or the head as well? */
static bool may_stand(struct settling *s, const struct repair *r, const struct rule *rule,
		      const struct rule *at, bool at_end)
{
	const struct ruleset *set = s->look->set;

	for (size_t i = 0; i < ruleset_count(set); i++) {
		const struct rule *o = ruleset_at(set, i);
		bool between =
			at_end ? o->position > at->position : o->position < at->position;

		if (o->list != at->list || !between || is_removed(r, o))
			continue;
		if (!spend(s) || !is_free(rule, o))
			return false;
	}
	return true;
}

static bool may_all_stand(struct settling *s, const struct repair *r,
			  const struct rule *at, bool at_end)
{
	for (size_t i = 0; i < 2 && r->add[i]; i++)
		if (!may_stand(s, r, r->add[i], at, at_end))
			return false;
	return true;
}

/*
 * Rules before which a `never` goes, whose events it takes, and those about another
 * file of the event, wherever they stand. Return: does it take all of one's?
 */
static bool find_blinded(struct settling *s, struct repair *r)
{
	const struct ruleset *set = s->look->set;

	for (size_t i = 0; i < ruleset_count(set); i++) {
		const struct rule *o = ruleset_at(set, i);

		if (o->list != r->rule->list || o->position >= r->rule->position ||
		    o->action == AUDIT_NEVER ||
		    (o->position < r->other[0]->position &&
		     (!rule_is_of_file(o) || !rule_is_of_file(r->rule))))
			continue;
		if (!spend(s) || o->state != RULE_KNOWN || cover_rule(r->rule, o))
			return true;
		if (cover_apart(o, r->rule))
			continue;
		if (r->n_blinds < REPAIR_OTHERS_MAX)
			r->blinds[r->n_blinds] = o;
		r->n_blinds++;
	}
	return false;
}

/* Does one that goes directly behind its rule change who wins over those that follow? */
static bool takes_from_behind(struct settling *s, const struct repair *r)
{
	const struct ruleset *set = s->look->set;

	for (size_t i = 0; i < ruleset_count(set); i++) {
		const struct rule *o = ruleset_at(set, i);

		if (o->list != r->rule->list || o->position <= r->rule->position)
			continue;
		for (size_t k = 0; k < 2 && r->add[k]; k++)
			if (!spend(s) || !is_free(r->add[k], o))
				return true;
	}
	return false;
}

static const char *judge_fix(struct settling *s, struct repair *r)
{
	if (r->finding == FINDING_SHADOWED && r->rule->action == AUDIT_ALWAYS &&
	    r->other[0]->action == AUDIT_NEVER)
		return "whether it or the `never` before it is meant cannot be told";
	if (r->fix == FINDING_FIX_MOVE && find_blinded(s, r))
		return "moved, it would leave another rule with nothing to record";
	r->at_end = r->fix == FINDING_FIX_ADD && takes_from_behind(s, r);
	if (r->at_end &&
	    rule_is_of_file(r->add[0])) /* even there it may end the search */
		return "a new one in this place would take events from rules behind it";
	return repair_guard(r);
}

/* What covers a rule may be replaced by something that does not. */
static bool is_still_covered(const struct repair_list *list, const struct repair *r)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct repair *o = &list->of[i];

		if (o == r || !is_removed(o, r->other[0]) || !o->n_remove)
			continue;
		if (o->fix == FINDING_FIX_TAKE_OUT)
			continue; /* for one that covers both */
		for (size_t k = 0; k < 2; k++)
			if (o->add[k] && cover_rule(o->add[k], r->rule))
				return true;
		return false;
	}
	return true;
}

static void find_now(struct settling *s, struct repair *r)
{
	const struct rule *at = r->fix == FINDING_FIX_MOVE ? r->other[0] : r->rule;

	if (r->fix == FINDING_FIX_NONE || r->entry)
		return;
	if (r->fix == FINDING_FIX_TAKE_OUT) {
		r->now = REPAIR_DELETE;
		r->undo_now = true; /* at the end it is covered all the more */
		return;
	}
	if (r->at_end || (may_all_stand(s, r, at, true) && r->fix != FINDING_FIX_MOVE))
		r->now = REPAIR_APPEND;
	else if (may_all_stand(s, r, at, false))
		r->now = REPAIR_PREPEND;
	r->undo_now = r->now != REPAIR_NOT_NOW;
	for (size_t i = 0; i < r->n_remove; i++)
		r->undo_now =
			r->undo_now && may_stand(s, r, r->remove[i], r->remove[i], true);
}

int repair_settle(const struct repair_look *look, struct repair_list *list)
{
	struct settling s = {
		.look = look, .list = list, .budget = look->budget / RULE_COST};

	s.text = malloc(RULE_TEXT_MAX);
	if (!s.text)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		struct repair *r = &list->of[i];
		const char *why;

		if (r->fix == FINDING_FIX_NONE)
			continue;
		why = judge_fix(&s, r);
		if (!why)
			why = judge_texts(&s, r);
		if (!why)
			why = judge_company(&s, r);
		if (why)
			repair_drop(r, why);
	}
	for (size_t i = 0; i < list->n; i++)
		if (list->of[i].finding == FINDING_SHADOWED &&
		    list->of[i].fix != FINDING_FIX_NONE &&
		    !is_still_covered(list, &list->of[i]))
			repair_drop(&list->of[i],
				    "the rule that covers it is to be replaced first");
	for (size_t i = 0; i < list->n; i++)
		find_now(&s, &list->of[i]);
	free(s.text);
	return 0;
}
