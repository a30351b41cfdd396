/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_events.c - all that would go with a change, event by event
 */
#include <libaudit.h>
#include <stdlib.h>

#include "advise/guard_inner.h"
#include "base/path.h"
#include "base/text.h"

#define UNLISTED_MOST 0.01 /* of the records; more may be anybody's */

/* --- what the operator has set --- */

static bool is_in(const struct guard_list *list, struct span text)
{
	for (size_t i = 0; i < list->n; i++)
		if (span_is(text, list->item[i]))
			return true;
	return false;
}

bool guard_is_protected_exe(const struct guard *g, struct span exe)
{
	return is_in(&g->options->protect_exe, exe);
}

bool guard_is_protected_path(const struct guard *g, struct span path)
{
	const struct guard_list *list = &g->options->protect_path;

	for (size_t i = 0; i < list->n; i++) {
		struct span item = span_of(list->item[i]);

		while (item.n > 1 && item.p[item.n - 1] == '/')
			item.n--;
		if (path_is_below(path, item) || path_is_below(item, path))
			return true;
	}
	return false;
}

static bool is_protected_type(const struct guard *g, uint32_t type)
{
	const struct guard_types *types = &g->options->protect_type;

	for (size_t i = 0; i < types->n; i++)
		if (types->item[i] == type)
			return true;
	return false;
}

static bool judge_set_type(struct guard *g, uint32_t type)
{
	return !is_protected_type(g, type) ||
	       guard_refuse(g, GUARD_PROTECTED, "protect_type has type %u", type);
}

/* Records that go for certain, whatever the events are. */
static bool judge_own_types(struct guard *g, const struct rule *rule)
{
	struct guard_target t = {.form = GUARD_FORM_EXCLUDE};

	if (rule->list == AUDIT_FILTER_EXIT)
		return judge_set_type(g, AUDIT_SYSCALL) &&
		       judge_set_type(g, AUDIT_PROCTITLE);
	if (!guard_read_exclude(rule, &t))
		return false;
	for (uint32_t type = t.type_low; type <= t.type_high; type++)
		if (!judge_set_type(g, type))
			return false;
	return true;
}

bool guard_has_protected_key(const struct guard_options *options, const struct rule *rule)
{
	struct span keys = rule ? rule_keys(rule) : (struct span){NULL, 0}, key;

	while (rule_next_key(&keys, &key))
		if (is_in(&options->protect_key, key))
			return true;
	return false;
}

bool guard_judge_settings(struct guard *g)
{
	const struct guard_case *c = g->c;

	if (guard_has_protected_key(g->options, c->about[0]) ||
	    guard_has_protected_key(g->options, c->about[1]))
		return guard_refuse(g, GUARD_PROTECTED,
				    "protect_key has a key of the rule");
	for (size_t i = 0; i < c->n; i++)
		if (!judge_own_types(g, c->edit[i].add))
			return false;
	if (!c->table && g->options->protect_exe.n && !g->target.exe.p)
		return guard_refuse(g, GUARD_PROTECTED,
				    "it names no program, so those that protect_exe has "
				    "may lose events");
	return true;
}

/* Of several keys only the first is known here, so with these it cannot be shown. */
static bool is_key_protected(const struct guard *g, const struct whatif_flow *flow)
{
	if (!g->options->protect_key.n || !flow->n_keys)
		return false;
	return flow->n_keys > 1 || flow->key.cut ||
	       is_in(&g->options->protect_key, flow->key.text);
}

/* --- events --- */

static bool weighs(const struct guard *g, const struct count *count)
{
	for (unsigned int i = 0; i < g->c->table->n_windows; i++)
		if (count[i].records)
			return true;
	return false;
}

static bool judge_type(struct guard *g, uint32_t type)
{
	if (guard_is_alarm(type))
		return guard_refuse(g, GUARD_TYPE,
				    "records of type %u would go, which are never "
				    "silenced",
				    type);
	return judge_set_type(g, type);
}

static bool has_object(const struct guard *g, const struct whatif_flow *flow)
{
	for (unsigned int i = 0; i < flow->n_types; i++)
		if (flow->types[i] == AUDIT_PATH || flow->types[i] == AUDIT_CWD)
			return true;
	return g->c->may_lack_paths;
}

static bool judge_place(struct guard *g, struct span dir)
{
	const char *name = text_quote(dir, g->quoted, sizeof(g->quoted));

	if (!guard_object(dir))
		return guard_refuse(g, GUARD_OBJECT,
				    "some of the events are about %s, which is never "
				    "silenced",
				    name);
	if (guard_is_protected_path(g, dir))
		return guard_refuse(g, GUARD_PROTECTED,
				    "some of the events are about %s, which protect_path "
				    "has",
				    name);
	return true;
}

/* A link may lead to a directory by another name than its own. */
static bool judge_directory(struct guard *g, struct span dir)
{
	struct lineage file;

	if (g->place.p && span_equal(g->place, dir))
		return true;
	if (!judge_place(g, dir))
		return false;
	if (guard_ask_file(g, dir, &file) && !span_equal(file.real, dir) &&
	    !judge_place(g, file.real))
		return false;
	g->pending |= file.pending;
	g->place = dir;
	return true;
}

/* What is opened or changed. Of an execution it is the program, which is judged as one.
 */
static bool judge_object(struct guard *g, const struct whatif_flow *flow)
{
	const struct name_text *dir = &flow->dir;

	if (whatif_is_execution(flow) || !has_object(g, flow))
		return true;
	if (!dir->text.p || dir->cut || !path_is_plain(dir->text))
		return guard_refuse(g, GUARD_OBJECT,
				    "what some of the events open or change is not "
				    "known");
	return judge_directory(g, dir->text);
}

static bool judge_outcome(struct guard *g, enum event_success success)
{
	return success != EVENT_SUCCESS_NO ||
	       guard_refuse(g, GUARD_FAILED,
			    "some of the messages tell of a failure, which is never "
			    "silenced");
}

/* What was seen of people, or of who knows whom, is not noise. */
static bool judge_person(struct guard *g, const struct whatif_flow *flow)
{
	if (g->target.form != GUARD_FORM_CALL || flow->auid_class == ID_CLASS_UNSET ||
	    (flow->auid_class == ID_CLASS_NONE && flow->auid == EVENT_ID_UNSET))
		return true;
	return guard_refuse(g, GUARD_USED,
			    "people make that call too, and the rule asks for it");
}

static bool judge_flow(struct guard *g, const struct whatif_flow *flow)
{
	if (!flow->has_call && !judge_outcome(g, flow->success))
		return false;
	for (unsigned int i = 0; i < flow->n_types; i++)
		if (!judge_type(g, flow->types[i]))
			return false;
	if (is_key_protected(g, flow))
		return guard_refuse(g, GUARD_PROTECTED,
				    "some of the events have a key that protect_key has, "
				    "or may have one");
	return judge_person(g, flow) && guard_judge_doer(g, &flow->exe) &&
	       judge_object(g, flow);
}

static bool judge_record(struct guard *g, const struct whatif_record *record)
{
	return judge_outcome(g, record->success) && judge_type(g, record->type);
}

/* Events of flows that had no place in the table may be anybody's. */
static bool judge_unlisted(struct guard *g)
{
	const struct whatif_table *t = g->c->table;
	uint64_t total = t->total[g->c->window].records,
		 listed = t->apart[g->c->window].records;

	for (size_t i = 0; i < t->n_flows; i++)
		listed += t->flow[i].count[g->c->window].records;
	if (listed >= total || (double)(total - listed) <= UNLISTED_MOST * (double)total)
		return true;
	if (!g->target.exe.p)
		return guard_refuse(g, GUARD_NO_PROGRAM,
				    "there are more kinds of events than are listed, and "
				    "any of the others may go too");
	if (g->out->confidence > GUARD_MEDIUM)
		g->out->confidence = GUARD_MEDIUM;
	return true;
}

bool guard_judge_events(struct guard *g)
{
	const struct whatif_table *t = g->c->table;
	const uint8_t *fate = g->c->fate;

	for (size_t i = 0; i < t->n_flows; i++)
		if (fate[i] != WHATIF_KEPT && weighs(g, t->flow[i].count) &&
		    !judge_flow(g, &t->flow[i]))
			return false;
	for (size_t i = 0; i < t->n_records; i++)
		if (fate[t->n_flows + i] != WHATIF_KEPT &&
		    weighs(g, t->record[i].vanish) && !judge_record(g, &t->record[i]))
			return false;
	if (!judge_unlisted(g))
		return false;
	if (g->pending)
		return guard_refuse(g, GUARD_NOT_SEEN,
				    "not all programs and directories of the events have "
				    "been looked at");
	guard_show(g, GUARD_SHOWN_OBJECTS);
	guard_show(g, GUARD_SHOWN_ALL);
	return true;
}
