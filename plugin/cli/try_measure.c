/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try_measure.c - does a trial do what was foretold, and nothing else?
 *
 * From the daemon's summaries, which are a stranger's: what is made of them can end a
 * trial before its time, and do no more. The first window slides, so what is new in it
 * is what it holds beyond the part of its old content that cannot have left it yet;
 * after its length that is exact. What stood in it before and no longer grows has gone
 * quiet.
 */
#include "cli/try.h"

#include <libaudit.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "rules/calls.h"

#define SETTLE_S   5    /* records that were under way when the rules came */
#define BAD_MOST   3    /* looks in a row */
#define LEAST_RATE 1.0  /* records a second, of what can be judged */
#define QUIET_S    20   /* without any growth */
#define QUIET_MOST 30.0 /* records that would have come meanwhile, at the least */
#define SLACK      1.05

/* --- which flows --- */

static const char *text_of(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

/* Return: 1 yes, 0 no, -1 open. */
static int is_number(const json_t *flow, const char *name, uint32_t value)
{
	const json_t *n = json_object_get(flow, name);

	if (!json_is_integer(n))
		return -1;
	return (uint32_t)json_integer_value(n) == value;
}

static int is_in_dir(const json_t *flow, struct span dir)
{
	const char *path = text_of(flow, "dir");

	return path && path_is_plain(span_of(path)) ? path_is_below(span_of(path), dir)
						    : -1;
}

static int is_error(const json_t *flow, uint32_t value)
{
	const char *name = audit_errno_to_name((int)-value), *has = text_of(flow, "exit");

	if (!json_is_false(json_object_get(flow, "success")))
		return json_is_true(json_object_get(flow, "success")) ? 0 : -1;
	return name && has ? !strcmp(name, has) : -1;
}

static int holds(const struct rule_field *f, const json_t *flow, int machine)
{
	const char *exe = text_of(flow, "exe"), *arch = text_of(flow, "arch"), *name;

	if (f->op != AUDIT_EQUAL)
		return -1;
	switch (f->type) {
	case AUDIT_EXE:
		return exe ? span_equal(span_of(exe), f->text) : -1;
	case AUDIT_UID:
		return is_number(flow, "uid", f->value);
	case AUDIT_LOGINUID:
		return is_number(flow, "auid", f->value);
	case AUDIT_DIR:
		return is_in_dir(flow, f->text);
	case AUDIT_EXIT:
		return is_error(flow, f->value);
	case AUDIT_ARCH:
		name = audit_machine_to_name(calls_machine(f->value, machine));
		return arch && name ? !strcmp(arch, name) : 0;
	default:
		return -1;
	}
}

static int has_call(const struct rule *rule, const json_t *flow, int machine)
{
	const struct rule_field *arch = rule_find(rule, AUDIT_ARCH);
	const char *name = text_of(flow, "syscall");
	int nr;

	if (!name)
		return 0; /* no event of a system call */
	nr = calls_number(name, calls_machine(arch ? arch->value : 0, machine), false);
	return nr >= 0 && rule_has_call(rule, (unsigned int)nr);
}

/* All records of the flow's events? */
static int has_types(const struct rule *rule, const json_t *flow)
{
	const json_t *types = json_object_get(flow, "types");
	size_t i, n = json_array_size(types), in = 0;

	for (i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(types, i));
		int type = name ? audit_name_to_msg_type(name) : -1;
		bool all = type >= 0;

		for (uint32_t k = 0; k < rule->n_fields && all; k++)
			if (rule->field[k].type == AUDIT_MSGTYPE)
				all = rule_compares((uint32_t)type, rule->field[k].op,
						    rule->field[k].value);
		in += all;
	}
	return !in ? 0 : in == n ? 1 : -1;
}

static int matches(const struct rule *rule, const json_t *flow, int machine)
{
	bool exclude = rule->list == AUDIT_FILTER_EXCLUDE;
	int all = exclude ? has_types(rule, flow) : has_call(rule, flow, machine);

	for (uint32_t i = 0; i < rule->n_fields && all; i++) {
		int one;

		if (exclude && rule->field[i].type == AUDIT_MSGTYPE)
			continue;
		one = holds(&rule->field[i], flow, machine);
		if (one <= 0)
			all = one;
	}
	return all;
}

int measure_is_silenced(const struct measure *m, const json_t *flow)
{
	int any = 0;

	for (size_t i = 0; i < m->trial->n_add; i++) {
		int one = matches(m->trial->add[i], flow, m->machine);

		if (one > 0)
			return 1;
		if (one < 0)
			any = -1;
	}
	return any;
}

/* --- figures of a summary --- */

static const json_t *window_of(const json_t *summary, bool first)
{
	const json_t *windows = json_object_get(summary, "windows");
	size_t n = json_array_size(windows);

	if (!n)
		return NULL;
	return json_array_get(windows, first ? 0 : n - 1);
}

static double number(const json_t *o, const char *name)
{
	double value = json_number_value(json_object_get(o, name));

	return value >= 0 && value < 1e15 ? value : 0; /* nor is it a NaN */
}

static double silenced_in(const struct measure *m, const json_t *window)
{
	const json_t *flows = json_object_get(window, "flows");
	double sum = 0;
	size_t i;

	for (i = 0; i < json_array_size(flows); i++)
		if (measure_is_silenced(m, json_array_get(flows, i)) > 0)
			sum += number(json_array_get(flows, i), "records");
	return sum;
}

/* --- the others --- */

static json_t *name_of(const json_t *entry)
{
	static const char *const figures[] = {"events", "records", "bytes", "share",
					      "error"};
	json_t *name = json_is_object(entry) ? json_copy((json_t *)entry) : NULL;

	for (size_t i = 0; name && i < sizeof(figures) / sizeof(figures[0]); i++)
		json_object_del(name, figures[i]);
	return name;
}

static double records_of(const json_t *window, const struct try_other *o)
{
	const json_t *list = json_object_get(window, o->list);
	double other = number(json_object_get(json_object_get(window, "other"), o->list),
			      "records");
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *entry = json_array_get(list, i);
		json_t *name = name_of(entry);
		bool same = name && json_equal(name, o->name);

		json_decref(name);
		if (same)
			return number(entry, "records");
	}
	return other > o->before / 10 ? -1 : 0; /* it may be among those left out */
}

/* The key of what is silenced goes quiet, rightly. */
static bool is_ours(const struct measure *m, const json_t *entry, const char *list)
{
	const char *key = text_of(entry, "key");

	if (!strcmp(list, "flows"))
		return measure_is_silenced(m, entry) != 0;
	for (size_t i = 0; i < 2 && key && m->trial->about[i]; i++)
		if (rule_has_key(m->trial->about[i], key))
			return true;
	return !key;
}

static void note_others(struct measure *m, const json_t *window, const char *list)
{
	const json_t *all = json_object_get(window, list);
	size_t i;

	for (i = 0; i < json_array_size(all) && m->n_others < TRY_OTHERS; i++) {
		const json_t *entry = json_array_get(all, i);
		struct try_other *o = &m->other[m->n_others];

		if (is_ours(m, entry, list))
			continue;
		*o = (struct try_other){.name = name_of(entry),
					.list = list,
					.before = number(entry, "records")};
		o->last = o->before;
		m->n_others += o->name != NULL;
	}
}

static double rate_before(const struct measure *m, double records)
{
	return m->span_s > 0 ? records / m->span_s : 0;
}

bool measure_before(struct measure *m, const json_t *summary)
{
	const json_t *first = window_of(summary, true), *all = window_of(summary, false);

	if (!first || !all || number(first, "seconds") < 1 ||
	    number(first, "span_s") <= 0)
		return false;
	m->window_s = number(first, "seconds");
	m->span_s = number(first, "span_s");
	if (!m->n_others) {
		note_others(m, first, "keys");
		note_others(m, first, "flows");
	}
	for (size_t i = 0; i < m->n_others; i++) {
		double now = records_of(first, &m->other[i]);

		m->other[i].active |= now > m->other[i].last;
		m->other[i].last = now;
		if (now >= 0)
			m->other[i].before = now;
	}
	m->silenced = silenced_in(m, first);
	m->total = number(first, "records");
	m->all = number(all, "records");
	m->figures.silenced_before = rate_before(m, m->silenced);
	m->figures.others_before = rate_before(m, m->total - m->silenced);
	return true;
}

bool measure_can_judge(const struct measure *m)
{
	return m->figures.silenced_before >= LEAST_RATE;
}

/* The part of what was in the window that is in it still, @s seconds later. */
static double part_left(const struct measure *m, double s)
{
	double left = (m->window_s - s) / m->span_s;

	return left < 0 ? 0 : left > 1 ? 1 : left;
}

static bool saves_enough(struct measure *m, double s)
{
	const struct try_figures *f = &m->figures;
	double foretold = f->silenced_before;

	if (m->predicted > 0 && m->predicted < foretold)
		foretold = m->predicted;
	if (s < SETTLE_S || !measure_can_judge(m) ||
	    f->silenced_before - f->silenced_now >= foretold / 2)
		m->bad = 0;
	else
		m->bad++;
	if (m->bad < BAD_MOST)
		return true;
	snprintf(m->why, sizeof(m->why),
		 "it saves less than half of what was foretold: %.1f records/s came of "
		 "what it silences, and %.1f do now; they are not from that file or "
		 "account",
		 f->silenced_before, f->silenced_now);
	return false;
}

static bool is_quiet(const struct measure *m, const struct try_other *o, double s)
{
	double rate = rate_before(m, o->before);

	return o->active && rate * QUIET_S >= QUIET_MOST && s - o->alive_s >= QUIET_S;
}

static bool others_live(struct measure *m, const json_t *window, double s)
{
	for (size_t i = 0; i < m->n_others; i++) {
		struct try_other *o = &m->other[i];
		double now = records_of(window, o);
		char quoted[200];
		const char *name;

		if (now < 0 || now > o->last ||
		    now > o->before * part_left(m, s) * SLACK + 1)
			o->alive_s = s;
		o->last = now;
		if (!is_quiet(m, o, s))
			continue;
		name = text_of(o->name, strcmp(o->list, "keys") ? "exe" : "key");
		snprintf(m->why, sizeof(m->why),
			 "something else went quiet: %s %s, %.1f records/s before",
			 strcmp(o->list, "keys") ? "a flow of" : "the key",
			 name ? text_quote(span_of(name), quoted, sizeof(quoted))
			      : "(not known)",
			 rate_before(m, o->before));
		return false;
	}
	return true;
}

bool measure_after(struct measure *m, const json_t *summary, double s)
{
	const json_t *first = window_of(summary, true), *all = window_of(summary, false);
	double fresh, over = s < m->window_s ? s : m->window_s, total;

	if (!first || !all || s <= 0)
		return true;
	fresh = silenced_in(m, first) - m->silenced * part_left(m, s);
	total = (number(all, "records") - m->all) / s;
	m->figures.silenced_now = fresh > 0 ? fresh / over : 0;
	m->figures.others_now = total - m->figures.silenced_now;
	if (m->figures.others_now < 0)
		m->figures.others_now = 0;
	return saves_enough(m, s) && others_live(m, first, s);
}

void measure_fini(struct measure *m)
{
	while (m->n_others)
		json_decref(m->other[--m->n_others].name);
}
