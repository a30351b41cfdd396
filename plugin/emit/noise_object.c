/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_object.c - advice on noise, as an object of the socket
 *
 * What is to be loaded or run has none but harmless characters (guard_judge()); names
 * of programs and files in all else are quoted or made fit.
 */
#include "emit/noise_object.h"

#include <inttypes.h>
#include <libaudit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "emit/advice.h"
#include "emit/control_list.h"
#include "emit/rule_phrase.h"
#include "emit/schema.h"
#include "rules/rule_text.h"
#include "rules/rule_files.h"

#define LOSERS   8 /* programs and accounts that the evidence has */
#define WHY_SIZE 1536

struct writing {
	const struct noise_advice *a;
	const struct noise_scene *scene;
	char rule[RULE_TEXT_MAX];
	char shell[RULE_COMMAND_SIZE];
	char name[RULE_PHRASE_SIZE];
	char place[RULE_PLACE_SIZE];
	char file[RULE_PLACE_SIZE + 64];
	char text[NOISE_TEXT];
};

static const char *print(struct writing *w, const struct rule *rule)
{
	rule_print(rule, w->scene->machine, w->rule, sizeof(w->rule));
	return w->rule;
}

/* With @item's list; NULL is passed on. */
static json_t *append(json_t *list, json_t *item)
{
	if (!list || !json_array_append_new(list, item))
		return list;
	json_decref(list);
	return NULL;
}

static json_t *texts(struct writing *w, const struct rule *const *rule)
{
	json_t *list = json_array();

	for (size_t i = 0; i < w->a->n && rule[i]; i++)
		list = append(list, json_string(print(w, rule[i])));
	return list;
}

/* --- what to do --- */

/* An exception comes first at run time. A rule is not replaced there: until the new one
 * stands in its place, others would win. */
static json_t *commands(struct writing *w)
{
	json_t *list = json_array();

	for (size_t i = 0; w->a->kind != NOISE_NARROW && i < w->a->n; i++)
		list = append(list,
			      json_string(rule_phrase_command(print(w, w->a->rule[i]),
							      "-A", "-w", w->shell)));
	return list;
}

static json_t *undo(struct writing *w)
{
	json_t *text = NULL, *longer;

	if (w->a->kind == NOISE_NARROW)
		return json_string("the old lines again, then augenrules --load");
	for (size_t i = 0; i < w->a->n; i++) {
		rule_phrase_command(print(w, w->a->rule[i]), "-d", "-W", w->shell);
		longer = text ? json_sprintf("%s; %s", json_string_value(text), w->shell)
			      : json_string(w->shell);
		json_decref(text);
		text = longer;
		if (!text)
			return NULL;
	}
	return text;
}

/* The first rule that the exceptions must stand before. */
static const struct rule *behind(const struct writing *w)
{
	if (w->a->about[0] && w->a->about[1] &&
	    w->a->about[1]->position < w->a->about[0]->position)
		return w->a->about[1];
	return w->a->about[0] ? w->a->about[0] : whatif_rule_at(w->scene->whatif, 1);
}

static json_t *place(struct writing *w)
{
	switch (w->a->kind) {
	case NOISE_NARROW:
		return json_string("in place of the rule");
	case NOISE_SILENCE:
		if (!w->a->about[0])
			return json_string("before all other rules of list exit");
		return json_sprintf("before: %s",
				    rule_phrase(print(w, behind(w)), w->name));
	case NOISE_EXCLUDE:
	case NOISE_KINDS:
		break;
	}
	return json_null();
}

static json_t *shown_file(struct writing *w, const char *file)
{
	if (!file)
		return json_null();
	return json_string(rule_phrase_is_plain(span_of(file))
				   ? file
				   : text_quote(span_of(file), w->file, sizeof(w->file)));
}

/* One of ours that augenrules reads before the rule's; where there can be none, the
 * rule's own. */
static json_t *file(struct writing *w)
{
	static const char *const ours[] = {"20-audisp-noise.rules",
					   "0-audisp-noise.rules"};
	const struct rule *first = behind(w);
	const char *theirs = first ? first->file : NULL;
	struct span dir = span_of(w->scene->rules_d);
	int n;

	if (w->a->kind == NOISE_NARROW)
		return shown_file(w, w->a->instead[0]->file);
	if (!w->scene->rules_d)
		return shown_file(w, theirs);
	while (dir.n && dir.p[dir.n - 1] == '/')
		dir.n--;
	for (size_t i = 0; i < 2; i++) {
		if (w->a->kind == NOISE_SILENCE && theirs &&
		    rule_files_order(&ours[i], &theirs) >= 0)
			continue;
		n = snprintf(w->file, sizeof(w->file), "%.*s/%s", (int)dir.n, dir.p,
			     ours[i]);
		if ((size_t)n < sizeof(w->file) && rule_phrase_is_plain(span_of(w->file)))
			return json_string(w->file);
		return json_string(ours[i]);
	}
	return shown_file(w, theirs);
}

/* --- what it is worth, and costs --- */

static json_t *per_second(uint64_t n, double seconds)
{
	return seconds > 0 ? json_real(round((double)n / seconds * 1000) / 1000)
			   : json_null();
}

static double share_of(const struct writing *w, uint64_t records)
{
	return schema_share((double)records,
			    (double)w->scene->table->total[w->scene->window].records);
}

static json_t *saves(const struct writing *w)
{
	const struct count *lost = &w->a->saves.lost[w->scene->window];
	double s = w->scene->span_s;

	return json_pack("{s:i, s:o, s:o, s:o, s:f}", "window_s", (int)w->scene->window_s,
			 "events_per_s", per_second(lost->events, s), "records_per_s",
			 per_second(lost->records, s), "bytes_per_s",
			 per_second(lost->bytes, s), "share", share_of(w, lost->records));
}

static json_t *blinds(struct writing *w)
{
	struct whatif_blind blind[WHATIF_BLINDS];
	size_t n = noise_blinds(w->scene->noise, w->a, blind);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct rule *rule =
			blind[i].position
				? whatif_rule_at(w->scene->whatif, blind[i].position)
				: NULL;

		list = append(list,
			      json_string(rule ? rule_phrase(print(w, rule), w->name)
					       : "a rule that is not known"));
	}
	return list;
}

static json_t *controls(const struct writing *w)
{
	json_t *list = json_array();

	for (size_t i = 0; i < 2; i++)
		list = control_list_add(list, w->scene->controls, w->a->about[i]);
	for (size_t i = 0; i < w->a->n; i++)
		list = control_list_add(list, w->scene->controls, w->a->instead[i]);
	return list;
}

/* --- what is said --- */

static json_t *losers(const struct writing *w, size_t *more)
{
	struct noise_loser loser[LOSERS];
	size_t n = noise_losers(w->scene->noise, w->a, loser, LOSERS, more);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct noise_loser *l = &loser[i];
		bool has_uid = l->uid_class == ID_CLASS_NONE && l->uid != EVENT_ID_ABSENT;
		json_t *o = json_pack("{s:o, s:I}", "uid",
				      has_uid ? json_integer(l->uid) : json_null(),
				      "records", (json_int_t)l->count.records);

		if (o && schema_set_text(o, "exe", l->exe, false)) {
			json_decref(o);
			o = NULL;
		}
		list = append(list, o);
	}
	return list;
}

static json_t *shown(const struct writing *w)
{
	json_t *list = json_array();

	for (int i = 0; i < GUARD_SHOWN_KINDS; i++)
		if (w->a->verdict.shown & 1u << i)
			list = append(list,
				      json_string(guard_shown_text((enum guard_shown)i)));
	return list;
}

/* Of the rule that it is about, where it is known. */
static int set_rule(struct writing *w, json_t *o)
{
	const struct rule *rule = w->a->about[0];
	int rc = 0;

	rc |= schema_set_text(o, "rule", span_of(rule ? print(w, rule) : NULL), false);
	rc |= json_object_set_new(
		o, "list", rule ? json_string(rule_list_name(rule->list)) : json_null());
	rc |= json_object_set_new(o, "position",
				  rule ? json_integer(rule->position) : json_null());
	rc |= schema_set_text(o, "file", span_of(rule ? rule->file : NULL), false);
	rc |= json_object_set_new(
		o, "line", rule && rule->line ? json_integer(rule->line) : json_null());
	return rc;
}

static json_t *evidence(struct writing *w)
{
	const struct count *total = &w->scene->table->total[w->scene->window],
			   *lost = &w->a->saves.lost[w->scene->window];
	size_t more;
	json_t *programs = losers(w, &more);
	json_t *o = json_pack(
		"{s:I, s:I, s:I, s:I, s:f, s:f, s:b, s:b, s:o, s:o, s:I}", "events",
		(json_int_t)lost->events, "records", (json_int_t)lost->records, "bytes",
		(json_int_t)lost->bytes, "of_records", (json_int_t)total->records,
		"span_s", w->scene->span_s, "adds_share", share_of(w, w->a->adds.records),
		"complete", (int)w->scene->complete, "files_checked",
		(int)w->scene->files_checked, "shown", shown(w), "programs", programs,
		"programs_more", (json_int_t)more);

	if (o && !set_rule(w, o))
		return o;
	json_decref(o);
	return NULL;
}

static json_t *why(struct writing *w)
{
	const struct rule *rule = w->a->about[0];
	uint64_t total = w->scene->table->total[w->scene->window].records,
		 lost = w->a->saves.lost[w->scene->window].records;
	char out[WHY_SIZE], by[RULE_PLACE_SIZE + 64] = "";
	const char *before = "; shown: ";
	size_t n;

	if (rule && rule->file)
		snprintf(by, sizeof(by), ", for the rule at %s",
			 rule_phrase_place(rule->file, rule->line, w->place));
	else if (rule)
		snprintf(by, sizeof(by), ", for rule number %u of list %s",
			 rule->position, rule_list_name(rule->list));
	n = (size_t)snprintf(out, sizeof(out),
			     "%" PRIu64 " of the %" PRIu64
			     " records of the last %.0f s are of this%s",
			     lost, total, w->scene->span_s, by);
	for (int i = 0; i < GUARD_SHOWN_KINDS && n < sizeof(out); i++)
		if (w->a->verdict.shown & 1u << i) {
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s", before,
					      guard_shown_text((enum guard_shown)i));
			before = ", ";
		}
	if (n < sizeof(out) && rule_find(w->a->rule[0], AUDIT_EXE) &&
	    !(w->a->verdict.shown & 1u << GUARD_SHOWN_INODE))
		snprintf(out + n, sizeof(out) - n,
			 "; not shown: that what ran was that very file");
	return json_string(out);
}

static json_t *make(struct writing *w, unsigned int rank)
{
	static const char *const kinds[NOISE_KINDS] = {[NOISE_SILENCE] = "silence",
						       [NOISE_EXCLUDE] = "exclude",
						       [NOISE_NARROW] = "narrow"};
	const struct noise_advice *a = w->a;
	const struct guard_verdict *v = &a->verdict;
	json_t *title = json_string(noise_title(w->scene->noise, a, w->text));
	json_t *price = json_string(noise_gives_up(w->scene->noise, a, w->text));

	return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:s, s:s, s:o, s:n, s:o, s:n}",
			 "rank", (int)rank, "kind", kinds[a->kind], "title", title, "why",
			 why(w), "evidence", evidence(w), "rules",
			 texts(w, (const struct rule *const *)a->rule), "remove",
			 texts(w, a->instead), "commands", commands(w), "file", file(w),
			 "place", place(w), "saves", saves(w), "gives_up", price,
			 "blinds", blinds(w), "risk", guard_level_name(v->risk),
			 "confidence", guard_level_name(v->confidence), "controls",
			 controls(w), "try", "undo", undo(w), "verified");
}

/* Its id says nothing of how it is tried. */
static int set_try(json_t *object)
{
	char id[ADVICE_ID_SIZE];

	if (advice_id(object, id) < 0)
		return -1;
	return json_object_set_new(object, "try", json_sprintf("aunoise try %s", id));
}

json_t *noise_object(const struct noise_advice *a, unsigned int rank,
		     const struct noise_scene *scene)
{
	struct writing *w = malloc(sizeof(*w));
	json_t *object;

	if (!w)
		return NULL;
	w->a = a;
	w->scene = scene;
	object = make(w, rank);
	free(w);
	if (object && scene->can_try && !noise_loses_call(a) && set_try(object) < 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}
