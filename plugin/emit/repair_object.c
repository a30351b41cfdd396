/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair_object.c - advice on a set of rules, as an object of the socket
 *
 * Texts of rules are those of whoever may write rules. What is to be loaded or run has
 * none but harmless characters (repair_settle()); all else is quoted.
 */
#include "emit/repair_object.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "emit/control_list.h"
#include "emit/proposal.h"
#include "emit/repair_words.h"
#include "emit/rule_phrase.h"
#include "emit/schema.h"
#include "rules/rule_text.h"

struct writing {
	const struct repair *r;
	const struct repair_scene *scene;
	const struct repair_words *words;
	char rule[RULE_TEXT_MAX];
	char shell[RULE_COMMAND_SIZE];
	char name[RULE_PHRASE_SIZE];
	char where[2][RULE_PLACE_SIZE];
};

static const char *print(struct writing *w, const struct rule *rule)
{
	rule_print(rule, w->scene->machine, w->rule, sizeof(w->rule));
	return w->rule;
}

static const char *name_rule(struct writing *w, const struct rule *rule)
{
	return rule_phrase(print(w, rule), w->name);
}

/* Where a rule stands: by file and line, or by its number in its list. */
static const char *where(struct writing *w, const struct rule *rule, unsigned int which)
{
	char *out = w->where[which];

	if (rule->file)
		rule_phrase_place(rule->file, rule->line, out);
	else
		snprintf(out, RULE_PLACE_SIZE, "number %u of list %s", rule->position,
			 rule_list_name(rule->list));
	return out;
}

/* --- what is to be loaded --- */

static json_t *texts(struct writing *w, const struct rule *const *rule, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n && rule[i]; i++)
		if (json_array_append_new(list, json_string(print(w, rule[i])))) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static const char *as_command(struct writing *w, const struct rule *rule,
			      const char *append, const char *watch)
{
	return rule_phrase_command(print(w, rule), append, watch, w->shell);
}

static int add_command(json_t *list, const char *command)
{
	return json_array_append_new(list, json_string(command));
}

static int add_deletions(struct writing *w, json_t *list)
{
	int rc = 0;

	for (size_t i = 0; i < w->r->n_remove; i++)
		rc |= add_command(list, as_command(w, w->r->remove[i], "-d", "-W"));
	return rc;
}

static bool is_watch(struct writing *w, const struct rule *rule)
{
	return print(w, rule)[1] == 'w';
}

/* Can it be done to the loaded rules? -w has no form that puts a rule first. */
static bool is_done_now(struct writing *w)
{
	const struct repair *r = w->r;

	if (r->fix == FINDING_FIX_NONE || r->now == REPAIR_NOT_NOW || w->scene->locked)
		return false;
	return r->now != REPAIR_PREPEND ||
	       (!is_watch(w, r->add[0]) && (!r->add[1] || !is_watch(w, r->add[1])));
}

static json_t *commands(struct writing *w)
{
	const struct repair *r = w->r;
	const char *append = r->now == REPAIR_PREPEND ? "-A" : "-a";
	json_t *list = json_array();
	int rc = 0;

	if (!is_done_now(w))
		return list;
	/* the same rule cannot be there twice; else it is never missing */
	if (r->fix == FINDING_FIX_MOVE)
		rc |= add_deletions(w, list);
	for (size_t i = 0; i < 2 && r->add[i]; i++)
		rc |= add_command(list, as_command(w, r->add[i], append, "-w"));
	if (r->fix != FINDING_FIX_MOVE)
		rc |= add_deletions(w, list);
	if (!rc)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *joined(json_t *so_far, const char *command)
{
	json_t *longer =
		so_far ? json_sprintf("%s; %s", json_string_value(so_far), command)
		       : json_string(command);

	json_decref(so_far);
	return longer;
}

/* Likewise: what goes goes last, but for a rule that only moves. */
static json_t *undo(struct writing *w)
{
	const struct repair *r = w->r;
	bool moves = r->fix == FINDING_FIX_MOVE;
	json_t *text = NULL;

	if (r->fix == FINDING_FIX_NONE)
		return json_null();
	if (!is_done_now(w) || !r->undo_now)
		return json_string(
			r->entry ? "the old line again"
				 : "the old lines again, then augenrules --load");
	if (moves)
		text = joined(text, as_command(w, r->add[0], "-d", "-W"));
	for (size_t i = 0; i < r->n_remove; i++)
		text = joined(text, as_command(w, r->remove[i], "-a", "-w"));
	for (size_t i = 0; !moves && i < 2 && r->add[i]; i++)
		text = joined(text, as_command(w, r->add[i], "-d", "-W"));
	return text;
}

/* --- what is said --- */

static bool leaves_out(const struct repair *r)
{
	const struct rule *rule = r->add[0];

	return rule && r->fix != FINDING_FIX_MERGE && r->finding != FINDING_NO_ARCH &&
	       (rule->action == AUDIT_NEVER || rule->list == AUDIT_FILTER_EXCLUDE);
}

static json_t *why(struct writing *w)
{
	const struct repair *r = w->r;
	char count[64] = "", first[RULE_PLACE_SIZE + 32] = "", unread[96] = "",
	     fix[192] = "";
	char named[RULE_PLACE_SIZE] = "";

	if (r->entry)
		rule_phrase_place(r->entry->file, r->entry->line, named);
	else if (r->rule)
		snprintf(named, sizeof(named), "%s", where(w, r->rule, 0));
	if (r->n_other && r->other[0])
		snprintf(first, sizeof(first), " (%s)", where(w, r->other[0], 1));
	if (r->n_other && !r->other[0])
		snprintf(count, sizeof(count), ", and %zu more", r->n_other);
	else if (r->n_other > 1)
		snprintf(count, sizeof(count), " and %zu more", r->n_other - 1);
	if (r->stops)
		snprintf(
			unread, sizeof(unread),
			"; auditctl -R stops there, rules behind it that are not loaded: "
			"%zu",
			r->unread);
	if (r->no_fix)
		snprintf(fix, sizeof(fix), "; no correction is offered: %s", r->no_fix);
	return json_sprintf("the %s at %s %s%s%s%s%s%s%s",
			    r->entry && !r->rule ? "line" : "rule", named, r->reason,
			    first, count,
			    r->entry && r->entry->text && !r->rule ? ": " : "",
			    r->entry && r->entry->text && !r->rule ? r->entry->text : "",
			    r->stops && r->entry ? unread : "", fix);
}

/* With the kind and the rules' texts this is all that the id is made of. */
static json_t *place(struct writing *w)
{
	const struct repair *r = w->r;
	const struct repair_words *words = w->words;
	char line[RULE_PLACE_SIZE];

	if (r->fix == FINDING_FIX_MOVE)
		return json_sprintf("%s: %s", words->place, name_rule(w, r->other[0]));
	if (r->fix == FINDING_FIX_ADD && r->at_end)
		return json_string("at the end of its list, behind rules that it would "
				   "take events from");
	if (r->fix == FINDING_FIX_ADD)
		return json_sprintf("%s: %s", words->place, name_rule(w, r->rule));
	if (r->fix != FINDING_FIX_NONE)
		return json_string(words->place);
	if (r->finding == FINDING_ONLY_DISK || r->finding == FINDING_ONLY_KERNEL ||
	    r->finding == FINDING_MOVED)
		return json_sprintf("%s (%s)", words->what, words->name);
	if (r->rule)
		return json_sprintf("%s: %s", words->what, name_rule(w, r->rule));
	rule_phrase_place(r->entry->file, r->entry->line, line);
	return json_sprintf("%s %s", words->what, line);
}

static int set_rule(struct writing *w, json_t *o, const char *name,
		    const struct rule *rule)
{
	return schema_set_text(o, name, span_of(rule ? print(w, rule) : NULL), false);
}

static json_t *number(unsigned int n)
{
	return n ? json_integer(n) : json_null();
}

static json_t *evidence(struct writing *w)
{
	const struct repair *r = w->r;
	const struct rule *rule = r->rule;
	const char *file = r->entry ? r->entry->file : rule ? rule->file : NULL;
	unsigned int line = r->entry ? r->entry->line : rule ? rule->line : 0;
	json_t *o = json_object();
	int rc = 0;

	rc |= json_object_set_new(o, "finding", json_string(w->words->name));
	rc |= json_object_set_new(
		o, "list", rule ? json_string(rule_list_name(rule->list)) : json_null());
	rc |= json_object_set_new(o, "position", number(rule ? rule->position : 0));
	rc |= schema_set_text(o, "file", span_of(file), false);
	rc |= json_object_set_new(o, "line", number(line));
	rc |= set_rule(w, o, "rule", rule);
	rc |= set_rule(w, o, "other", r->n_other ? r->other[0] : NULL);
	rc |= json_object_set_new(o, "others", json_integer((json_int_t)r->n_other));
	rc |= json_object_set_new(o, "stops", json_boolean(r->stops));
	rc |= json_object_set_new(o, "files_checked",
				  json_boolean(w->scene->files_checked));
	if (!rc)
		return o;
	json_decref(o);
	return NULL;
}

static json_t *blinds(struct writing *w)
{
	json_t *list = json_array();
	size_t n = w->r->n_blinds;

	for (size_t i = 0; i < n && i < REPAIR_OTHERS_MAX; i++)
		if (json_array_append_new(list,
					  json_string(name_rule(w, w->r->blinds[i])))) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *controls(const struct writing *w)
{
	json_t *list = control_list_add(json_array(), w->scene->controls, w->r->rule);

	for (size_t i = 0; i < w->r->n_remove; i++)
		list = control_list_add(list, w->scene->controls, w->r->remove[i]);
	return list;
}

static json_t *file_of(const struct repair *r)
{
	const char *file = r->entry ? r->entry->file : r->rule ? r->rule->file : NULL;
	char quoted[RULE_PLACE_SIZE];

	if (!file)
		return json_null();
	return json_string(rule_phrase_is_plain(span_of(file))
				   ? file
				   : text_quote(span_of(file), quoted, sizeof(quoted)));
}

static const char *gives_up(const struct writing *w)
{
	const struct repair *r = w->r;

	if (r->fix == FINDING_FIX_NONE ||
	    (r->finding == FINDING_NO_ARCH && r->rule->action == AUDIT_NEVER))
		return NULL;
	if (!w->words->gives_up && leaves_out(r))
		return "what the corrected rule matches is no longer recorded";
	return w->words->gives_up;
}

static json_t *make(struct writing *w, unsigned int rank)
{
	static const char *const levels[] = {
		[REPAIR_LOW] = "low", [REPAIR_MEDIUM] = "medium", [REPAIR_HIGH] = "high"};
	const struct repair *r = w->r;
	bool order = r->finding == FINDING_LATE_NEVER || r->finding == FINDING_MOVED ||
		     r->finding == FINDING_SAME_FILE;
	enum repair_level risk = r->fix == FINDING_FIX_NONE ? REPAIR_LOW : r->risk;

	if (leaves_out(r) && risk == REPAIR_LOW)
		risk = REPAIR_MEDIUM;
	return json_pack(
		"{s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:n, s:s?, s:o, "
		"s:s, s:s, s:o, s:n, s:o, s:n}",
		"rank", (int)rank, "kind", order ? "order" : "repair", "title",
		w->words->title, "why", why(w), "evidence", evidence(w), "rules",
		texts(w, (const struct rule *const *)r->add, 2), "remove",
		texts(w, r->remove, r->n_remove), "commands", commands(w), "file",
		file_of(r), "place", place(w), "saves", "gives_up", gives_up(w), "blinds",
		blinds(w), "risk", levels[risk], "confidence", levels[r->confidence],
		"controls", controls(w), "try", "undo", undo(w), "verified");
}

json_t *repair_object(const struct repair *r, unsigned int rank,
		      const struct repair_scene *scene)
{
	struct writing *w = malloc(sizeof(*w));
	json_t *object;

	if (!w)
		return NULL;
	w->r = r;
	w->scene = scene;
	w->words = repair_words(r->finding);
	object = make(w, rank);
	free(w);
	return object;
}
