/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings.c - what is wrong, dead or costly in a set of rules
 *
 * Pure. Here are the whole, what its parts share, and what one rule shows by itself.
 * Each part sorts the rules in its own order, so that only neighbours are compared.
 */
#include "rules/findings.h"

#include <errno.h>
#include <stdlib.h>

#include "rules/cover.h"
#include "rules/findings_part.h"

void findings_tell(struct findings *fs, struct finding *f)
{
	fs->options->found(fs->options->arg, f);
	rule_free(f->corrected[0]);
	rule_free(f->corrected[1]);
}

struct rule *findings_copy(struct findings *fs, const struct rule *rule)
{
	struct rule *copy = rule_copy(rule);

	if (!copy) {
		fs->rc = -ENOMEM;
		return NULL;
	}
	copy->position = 0;
	copy->file = NULL;
	copy->line = 0;
	return copy;
}

/* --- items --- */

uint64_t findings_bit(uint32_t type)
{
	if (type == AUDIT_LOGINUID_SET)
		type = AUDIT_LOGINUID;
	if (type < 32)
		return UINT64_C(1) << type;
	if (type >= AUDIT_DEVMAJOR && type < AUDIT_DEVMAJOR + 24)
		return UINT64_C(1) << (32 + type - AUDIT_DEVMAJOR);
	return type >= AUDIT_ARG0 && type <= AUDIT_ARG3
		       ? UINT64_C(1) << (56 + type - AUDIT_ARG0)
		       : UINT64_C(1) << 60;
}

/*
 * A number may also follow from an interval of one number; that is not looked for.
 */
bool findings_is_exact(const struct rule_field *f)
{
	if (f->text.p)
		return true;
	return f->op == AUDIT_EQUAL && f->type != AUDIT_PERM &&
	       f->type != AUDIT_SUCCESS && f->type != AUDIT_LOGINUID_SET &&
	       !(f->type == AUDIT_LOGINUID && f->value == AUDIT_UID_UNSET);
}

/* FNV-1a; not keyed, for the budget holds whatever collides. */
uint64_t findings_hash(const struct rule_field *f)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ ((uint64_t)f->type << 32 | f->op);

	h = (h ^ f->value) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < f->text.n; i++)
		h = (h ^ (unsigned char)f->text.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static int order_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int order_texts(struct span a, struct span b)
{
	int d = order_numbers(a.n, b.n);

	return d || !a.n ? d : memcmp(a.p, b.p, a.n);
}

static int order_fields(const struct rule_field *a, const struct rule_field *b)
{
	int d = order_numbers(a->type, b->type);

	if (!d)
		d = order_numbers(a->op, b->op);
	if (!d)
		d = order_numbers(a->value, b->value);
	return d ? d : order_texts(a->text, b->text);
}

static int order_field_pointers(const void *a, const void *b)
{
	return order_fields(*(const struct rule_field *const *)a,
			    *(const struct rule_field *const *)b);
}

static uint32_t next_but_arch(const struct findings_item *it, uint32_t i)
{
	while (i < it->n_fields && it->field[i]->type == AUDIT_ARCH)
		i++;
	return i;
}

int findings_order_rest(const struct findings_item *a, const struct findings_item *b)
{
	int d = order_numbers(a->rule->list, b->rule->list);
	uint32_t i = 0, j = 0;

	if (!d)
		d = order_numbers(a->rule->action, b->rule->action);
	while (!d) {
		i = next_but_arch(a, i);
		j = next_but_arch(b, j);
		if (i == a->n_fields || j == b->n_fields)
			return (i < a->n_fields) - (j < b->n_fields);
		d = order_fields(a->field[i++], b->field[j++]);
	}
	return d;
}

int findings_order_all(const struct findings_item *a, const struct findings_item *b)
{
	int d = order_numbers(a->rule->list, b->rule->list);

	if (!d)
		d = order_numbers(a->rule->action, b->rule->action);
	if (!d)
		d = order_numbers(a->n_fields, b->n_fields);
	for (uint32_t i = 0; !d && i < a->n_fields; i++)
		d = order_fields(a->field[i], b->field[i]);
	return d ? d : order_texts(rule_keys(a->rule), rule_keys(b->rule));
}

int findings_order_place(const struct findings_item *a, const struct findings_item *b)
{
	return order_numbers(a->at, b->at);
}

size_t findings_sort(struct findings *fs, findings_order_fn *order)
{
	size_t n = 0;

	for (size_t i = 0; i < fs->n; i++)
		if (fs->item[i].rule->state == RULE_KNOWN && !fs->item[i].gone)
			fs->sorted[n++] = &fs->item[i];
	if (order)
		qsort(fs->sorted, n, sizeof(*fs->sorted), order);
	return n;
}

static void make_item(struct findings_item *it, const struct rule *rule, size_t at)
{
	it->rule = rule;
	it->at = at;
	for (uint32_t i = 0; i < rule->n_fields && rule->state == RULE_KNOWN; i++) {
		const struct rule_field *f = &rule->field[i];

		if (f->type == AUDIT_FILTERKEY)
			continue;
		it->field[it->n_fields++] = f;
		it->types |= findings_bit(f->type);
		if (!findings_is_exact(f))
			continue;
		it->exact |= findings_bit(f->type);
		it->hash += findings_hash(f);
	}
	qsort(it->field, it->n_fields, sizeof(const struct rule_field *),
	      order_field_pointers);
}

static int make_items(struct findings *fs, const struct ruleset *set)
{
	size_t fields = 1; /* never nothing */

	fs->n = ruleset_count(set);
	for (size_t i = 0; i < fs->n; i++)
		fields += ruleset_at(set, i)->n_fields;
	fs->item = calloc(fs->n + 1, sizeof(*fs->item));
	fs->sorted = calloc(fs->n + 1, sizeof(struct findings_item *));
	fs->other = calloc(fs->n + 1, sizeof(const struct rule *));
	fs->fields = calloc(fields, sizeof(const struct rule_field *));
	if (!fs->item || !fs->sorted || !fs->other || !fs->fields)
		return -ENOMEM;
	fields = 0;
	for (size_t i = 0; i < fs->n; i++) {
		fs->item[i].field = fs->fields + fields;
		make_item(&fs->item[i], ruleset_at(set, i), i);
		fields += fs->item[i].n_fields;
	}
	return 0;
}

/* --- what one rule shows by itself --- */

static bool has_calls(const struct rule *rule)
{
	return rule->list == AUDIT_FILTER_EXIT || rule->list == AUDIT_FILTER_URING_EXIT;
}

static const char *judge_calls(const struct rule *rule)
{
	if (rule->list != AUDIT_FILTER_EXIT || !rule_has_all_calls(rule) ||
	    rule_is_of_file(rule))
		return NULL;
	return rule_find(rule, AUDIT_DIR)
		       ? "watches a directory without -S, as -w does: the kernel asks it "
			 "at the end of every system call"
		       : "has no -S: the kernel asks it at the end of every system call";
}

/* The rule without its keys, where that leaves something to be asked. */
static struct rule *without_keys(struct findings *fs, const struct rule *rule)
{
	struct rule_field field[AUDIT_MAX_FIELDS];
	struct rule bare = *rule;

	bare.field = field;
	bare.n_fields = 0;
	for (uint32_t i = 0; i < rule->n_fields; i++)
		if (rule->field[i].type != AUDIT_FILTERKEY)
			field[bare.n_fields++] = rule->field[i];
	if (!bare.n_fields || cover_poison(&bare))
		return NULL;
	return findings_copy(fs, &bare);
}

/* @end: where its list ends; fs->other has all rules. */
static void tell_poison(struct findings *fs, const struct findings_item *it,
			const struct rule_field *poison, size_t end)
{
	struct finding f = {.kind = FINDING_POISONED,
			    .rule = it->rule,
			    .other = fs->other + it->at + 1,
			    .n_other = end - it->at - 1};

	if (poison == it->rule->field)
		f.reason =
			"has a field first that the kernel does not know on this list: "
			"it never matches, and no rule behind it is ever asked";
	else
		f.reason = "has a field that the kernel does not know on this list: it "
			   "never matches, and no rule behind it is asked about what its "
			   "fields before that match";
	f.corrected[0] = without_keys(fs, it->rule);
	if (f.corrected[0])
		f.fix = FINDING_FIX_REPLACE;
	findings_tell(fs, &f);
}

/* Nobody asks the field: what does that make of the rule? */
static void judge_label(struct findings *fs, const struct rule *rule)
{
	bool simple =
		rule->list == AUDIT_FILTER_USER || rule->list == AUDIT_FILTER_EXCLUDE;
	struct finding f = {.rule = rule};
	uint32_t i = 0;

	while (i < rule->n_fields && !cover_is_label(rule->field[i].type))
		i++;
	if (fs->options->labels != FINDING_LABELS_NONE || i == rule->n_fields)
		return;
	if (simple && i) {
		f.kind = FINDING_WIDE_LABEL;
		f.reason =
			"asks for a label, which no security module here knows: the "
			"field takes over the answer of the one before it, and the rule "
			"matches whatever the label is";
	} else {
		f.kind = FINDING_DEAD_LABEL;
		f.reason = "asks for a label, which no security module here knows: it "
			   "never matches";
	}
	findings_tell(fs, &f);
}

static void tell_plain(struct findings *fs, enum finding_kind kind,
		       const struct rule *rule, const char *reason)
{
	findings_tell(fs,
		      &(struct finding){.kind = kind, .rule = rule, .reason = reason});
}

void findings_alone(struct findings *fs)
{
	size_t end[RULE_LISTS + 1] = {0};

	for (size_t i = 0; i < fs->n; i++) {
		fs->other[i] = fs->item[i].rule;
		end[fs->item[i].rule->list] = i + 1;
	}
	for (size_t i = 0; i < fs->n; i++) {
		const struct findings_item *it = &fs->item[i];
		const struct rule *r = it->rule;
		const struct rule_field *poison = cover_poison(r);

		if (r->state != RULE_KNOWN || it->gone)
			continue;
		if (r->action == AUDIT_ALWAYS && has_calls(r) && !rule_keys(r).n)
			tell_plain(fs, FINDING_NO_KEY, r,
				   "has no key: its events cannot be searched for");
		if (judge_calls(r))
			tell_plain(fs, FINDING_ALL_CALLS, r, judge_calls(r));
		if (cover_impossible(r))
			tell_plain(
				fs, FINDING_IMPOSSIBLE, r,
				"has fields that never hold together: it never matches");
		if (rule_find(r, AUDIT_WATCH) && rule_find(r, AUDIT_EXE))
			tell_plain(fs, FINDING_PATH_EXE, r,
				   "has path= and exe=: some kernels (6.12 and 6.18) no "
				   "longer match it once the file was replaced");
		if (poison)
			tell_poison(fs, it, poison, end[r->list]);
		else
			judge_label(fs, r);
	}
}

int findings_rules(const struct ruleset *set, const struct findings_options *options,
		   bool *gave_up)
{
	static void (*const parts[])(struct findings *) = {
		findings_duplicates, findings_alone,  findings_shadows, findings_keys,
		findings_twins,      findings_merges, findings_paths,
	};
	struct findings fs = {.options = options};

	fs.rc = make_items(&fs, set);
	for (size_t i = 0; !fs.rc && i < sizeof(parts) / sizeof(parts[0]); i++) {
		fs.budget = findings_budget(options);
		parts[i](&fs);
	}
	*gave_up = fs.gave_up;
	free(fs.item);
	free(fs.sorted);
	free(fs.other);
	free(fs.fields);
	return fs.rc;
}
