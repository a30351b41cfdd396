/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match.c - a set of rules made ready, and one rule against one event
 *
 * For each system call that a rule names there is a row of bits, one for each rule of
 * the exit list, so that rules about other calls cost nothing. A call that is named only
 * along with all others of its word of the mask, as by `-S all`, has the first row, and
 * the rules there are asked for their masks.
 */
#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "rules/match_list.h"

#define CALLS (AUDIT_BITMASK_SIZE * 32)

/* --- making ready --- */

static void ask_file(const struct matcher *m, uint32_t type, struct span path,
		     struct match_file *file)
{
	memset(file, 0, sizeof(*file));
	if (path.p && m->options.file &&
	    !m->options.file(m->options.arg, type, path, file))
		memset(file, 0, sizeof(*file));
}

static void fill_slot(const struct matcher *m, const struct rule *rule, struct slot *slot)
{
	const struct rule_field *watch = NULL, *dir = NULL, *exe = NULL;

	memset(slot, 0, sizeof(*slot));
	slot->rule = rule;
	if (rule->state == RULE_KNOWN) {
		watch = rule_find(rule, AUDIT_WATCH);
		dir = rule_find(rule, AUDIT_DIR);
		exe = rule_find(rule, AUDIT_EXE);
		slot->by_name = rule_is_of_file(rule);
		slot->keys = rule_keys(rule);
	}
	if (watch || dir)
		ask_file(m, watch ? AUDIT_WATCH : AUDIT_DIR, (watch ? watch : dir)->text,
			 &slot->file);
	if (exe)
		ask_file(m, AUDIT_EXE, exe->text, &slot->exe);
}

void match_refresh(struct matcher *m)
{
	for (unsigned int list = 0; list <= RULE_LISTS; list++)
		for (size_t i = 0; i < m->list[list].n; i++) {
			struct slot *slot = &m->list[list].slot[i];

			fill_slot(m, slot->rule, slot);
		}
}

/* The words of its mask that are not full; a broken rule may be about any call. */
static bool is_partial(const struct rule *rule, unsigned int word)
{
	return rule->state != RULE_BROKEN && rule->mask[word] != UINT32_MAX;
}

/* Each call that some rule has and another has not gets a row of its own. */
static size_t count_rows(struct matcher *m, uint32_t named[AUDIT_BITMASK_SIZE])
{
	const struct list *list = &m->list[AUDIT_FILTER_EXIT];
	size_t rows = 1;

	for (unsigned int w = 0; w < AUDIT_BITMASK_SIZE; w++) {
		named[w] = 0;
		for (size_t i = 0; i < list->n; i++)
			if (is_partial(list->slot[i].rule, w))
				named[w] |= list->slot[i].rule->mask[w];
		for (uint32_t calls = named[w]; calls; calls &= calls - 1)
			m->row_of[w * 32 + (unsigned int)__builtin_ctz(calls)] =
				(uint16_t)rows++;
	}
	return rows;
}

static void set_bit(struct matcher *m, size_t row, size_t i)
{
	m->row[row * m->words + i / 64] |= 1ULL << i % 64;
}

/* Rule @i in the rows of the calls of one word of its mask, of which some are @named. */
static void fill_word(struct matcher *m, size_t i, unsigned int w, uint32_t named)
{
	const struct rule *rule = m->list[AUDIT_FILTER_EXIT].slot[i].rule;
	bool partial = is_partial(rule, w);
	uint32_t calls = partial ? rule->mask[w] : named;

	if (!partial)
		set_bit(m, 0, i);
	for (; calls; calls &= calls - 1)
		set_bit(m, m->row_of[w * 32 + (unsigned int)__builtin_ctz(calls)], i);
}

static int fill_rows(struct matcher *m)
{
	const struct list *list = &m->list[AUDIT_FILTER_EXIT];
	uint32_t named[AUDIT_BITMASK_SIZE];
	size_t rows = count_rows(m, named);

	m->words = (list->n + 63) / 64;
	m->row = calloc(m->words ? m->words * rows : 1, sizeof(*m->row));
	if (!m->row)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		for (unsigned int w = 0; w < AUDIT_BITMASK_SIZE; w++)
			fill_word(m, i, w, named[w]);
	return 0;
}

static int allocate(struct matcher *m, size_t n)
{
	m->slots = calloc(n ? n : 1, sizeof(*m->slots));
	m->found = calloc(n ? n : 1, sizeof(*m->found));
	m->all = calloc(n ? n : 1, sizeof(*m->all));
	m->candidate = calloc(n ? n : 1, sizeof(*m->candidate));
	m->places = calloc(1, sizeof(*m->places));
	return m->slots && m->found && m->all && m->candidate && m->places ? 0 : -ENOMEM;
}

static unsigned int list_of(const struct rule *rule)
{
	return rule->list < RULE_LISTS ? rule->list : RULE_LISTS;
}

static int fill(struct matcher *m, const struct ruleset *set)
{
	size_t n = ruleset_count(set), at = 0;

	for (size_t i = 0; i < n; i++)
		m->list[list_of(ruleset_at(set, i))].n++;
	if (allocate(m, n) < 0)
		return -ENOMEM;
	for (unsigned int i = 0; i <= RULE_LISTS; i++) {
		m->list[i].slot = m->slots + at;
		at += m->list[i].n;
		m->list[i].n = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct rule *rule = ruleset_at(set, i);
		struct list *list = &m->list[list_of(rule)];

		fill_slot(m, rule, &list->slot[list->n++]);
	}
	return fill_rows(m);
}

struct matcher *match_new(const struct ruleset *set, const struct match_options *options)
{
	struct matcher *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->options = *options;
	if (fill(m, set) < 0) {
		match_free(m);
		errno = ENOMEM;
		return NULL;
	}
	m->may_lack_address = match_drops_type(m, AUDIT_SOCKADDR);
	return m;
}

void match_free(struct matcher *m)
{
	if (!m)
		return;
	free(m->slots);
	free(m->found);
	free(m->all);
	free(m->candidate);
	free(m->row);
	free(m->places);
	free(m);
}

/* --- one rule --- */

struct view match_view(const struct matcher *m, const struct facts *facts)
{
	m->places->asked = 0;
	m->places->knows_perm = false;
	m->places->knows_call = false;
	return (struct view){.options = &m->options,
			     .facts = facts,
			     .places = m->places,
			     .has_all = facts_has_all_paths(facts),
			     .may_lack_address = m->may_lack_address};
}

/* All fields but, of the task list, those that need a system call. */
static enum match match_fields(const struct view *v)
{
	const struct rule *rule = v->slot->rule;
	enum match m = MATCH_YES;

	for (uint32_t i = 0; i < rule->n_fields && m != MATCH_NO; i++)
		m = match_least(m, match_field(v, &rule->field[i]));
	return m;
}

enum match match_name(struct view *v, const struct slot *slot,
		      const struct facts_path *name)
{
	enum match m;

	v->slot = slot;
	v->name = name;
	v->is_unseen = !name;
	m = match_fields(v);
	v->name = NULL;
	v->is_unseen = false;
	return m;
}

enum match match_slot(struct view *v, const struct slot *slot)
{
	enum match m = MATCH_NO;

	v->slot = slot;
	if (slot->rule->state != RULE_KNOWN)
		return MATCH_MAYBE;
	if (!slot->by_name)
		return match_fields(v);
	for (size_t i = 0; i < v->facts->n_paths && m != MATCH_YES; i++)
		m = match_most(m, match_name(v, slot, &v->facts->path[i]));
	if (!v->has_all && m == MATCH_NO)
		m = match_name(v, slot, NULL);
	return m;
}

/* What a process was when it was forked is not known; of a system call there is
 * nothing yet, and exe= is never so (audit_exe_compare(): tsk != current). */
enum match match_task(const struct rule *rule)
{
	if (rule->state != RULE_KNOWN)
		return MATCH_MAYBE;
	for (uint32_t i = 0; i < rule->n_fields; i++) {
		const struct rule_field *f = &rule->field[i];

		switch (f->type) {
		case AUDIT_PPID:
		case AUDIT_ARCH:
		case AUDIT_ARG0 ... AUDIT_ARG3:
		case AUDIT_EXIT:
		case AUDIT_SUCCESS:
		case AUDIT_SADDR_FAM:
			return MATCH_NO;
		case AUDIT_EXE:
			if (f->op == AUDIT_EQUAL)
				return MATCH_NO;
			break;
		default:
			break;
		}
	}
	return MATCH_MAYBE;
}

uint32_t match_asks(const struct matcher *m, const struct rule *rule)
{
	bool uring = rule->list == AUDIT_FILTER_URING_EXIT;
	uint32_t asks = FACTS_BIT(uring ? FACTS_OPERATION : FACTS_CALL);

	if (rule->state != RULE_KNOWN)
		return asks;
	for (uint32_t i = 0; i < rule->n_fields; i++)
		asks |= match_field_asks(&m->options, &rule->field[i]);
	return asks;
}

enum match match_one(const struct matcher *m, const struct rule *rule,
		     const struct facts *facts)
{
	struct view v = match_view(m, facts);
	bool uring = rule->list == AUDIT_FILTER_URING_EXIT;
	enum facts_number n = uring ? FACTS_OPERATION : FACTS_CALL;
	struct slot slot;

	if (rule->list == AUDIT_FILTER_TASK)
		return match_task(rule);
	if (!facts->has_call || (rule->list != AUDIT_FILTER_EXIT && !uring))
		return rule->state == RULE_BROKEN ? MATCH_MAYBE : MATCH_NO;
	if (rule->state != RULE_BROKEN && facts_knows(facts, n) &&
	    (facts->number[n] >= CALLS ||
	     !rule_has_call(rule, (unsigned int)facts->number[n])))
		return MATCH_NO;
	fill_slot(m, rule, &slot);
	return match_slot(&v, &slot);
}
