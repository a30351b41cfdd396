/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attribution.c - which rule wrote an event
 *
 * Rules are sorted by their keys, since the record bears the key of the rule that won
 * or, where this one has none, of the rule that it has displaced (match.h). So the key is
 * read first, and of the rest what the rules ask for that it leaves.
 */
#include "count/attribution.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

/* The rules that can have written a record with these keys. */
struct key_class {
	struct span keys; /* joined; absent: the rules without a key */
	const struct rule *rule;
	uint32_t n;
	uint32_t asks;  /* facts, as match_asks() has them */
	bool plain;     /* their answers hang on nothing but what a print holds ... */
	bool with_exit; /* ... and on the exit code, which it holds of failures alone */
};

struct attribution {
	const struct ruleset *rules;
	struct matcher *matcher;
	struct attribution_options options;
	struct key_class *class; /* sorted; the one without a key comes first */
	size_t n_classes;
	bool open;      /* some rule is not understood: it may bear any key */
	bool displaces; /* a rule without a key may win over any with one ... */
	bool keyless;   /* ... or over one with a name, where that is removed */
	uint32_t asks;  /* facts, by rules that are asked whatever the key */
	struct facts facts;
	uint32_t known; /* which of them were read, of the event at hand */
	const struct rule *both[ATTRIBUTION_CANDIDATES + 1]; /* of two lists */
};

/* --- rules by their keys --- */

bool attribution_writes(const struct rule *rule)
{
	return rule->action != AUDIT_NEVER &&
	       (rule->list == AUDIT_FILTER_EXIT || rule->list == AUDIT_FILTER_TASK ||
		rule->list == AUDIT_FILTER_URING_EXIT);
}

/* Absent before all others. */
static int compare_keys(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n ? memcmp(a.p, b.p, n) : 0;

	if (!a.p != !b.p)
		return a.p ? 1 : -1;
	if (r)
		return r;
	return a.n < b.n ? -1 : a.n > b.n;
}

static int by_keys(const void *a, const void *b)
{
	const struct key_class *x = a, *y = b;

	return compare_keys(x->keys, y->keys);
}

/* What events of one print agree in, and what is no test. */
static bool is_plain(uint32_t type)
{
	switch (type) {
	case AUDIT_ARCH:
	case AUDIT_LOGINUID:
	case AUDIT_LOGINUID_SET:
	case AUDIT_UID:
	case AUDIT_SUCCESS:
	case AUDIT_EXIT:
	case AUDIT_EXE:
	case AUDIT_FILTERKEY:
		return true;
	default:
		return false;
	}
}

static struct key_class class_of(const struct matcher *m, const struct rule *rule)
{
	struct key_class c = {.keys = rule_keys(rule),
			      .rule = rule,
			      .n = 1,
			      .asks = match_asks(m, rule)};
	uint32_t i;

	/* of a process as it was forked, or of a ring, no print tells */
	c.plain = rule->list == AUDIT_FILTER_EXIT;
	for (i = 0; i < rule->n_fields; i++) {
		c.plain &= is_plain(rule->field[i].type);
		c.with_exit |= rule->field[i].type == AUDIT_EXIT;
	}
	return c;
}

/* Those with the same keys become one; what is without stands first. */
static void merge_classes(struct attribution *a)
{
	size_t i, n = 0;

	for (i = 0; i < a->n_classes; i++) {
		struct key_class *c = &a->class[i];

		if (!n || by_keys(&a->class[n - 1], c) != 0) {
			a->class[n++] = *c;
			continue;
		}
		a->class[n - 1].n++;
		a->class[n - 1].asks |= c->asks;
		a->class[n - 1].plain &= c->plain;
		a->class[n - 1].with_exit |= c->with_exit;
	}
	a->n_classes = n;
}

/* A `never` has no class; one without a key may follow whatever name is removed. */
static uint32_t asks_of_any(const struct attribution *a, const struct rule *rule)
{
	if (!attribution_writes(rule))
		return match_asks(a->matcher, rule);
	return rule_keys(rule).p ? 0
				 : match_asks(a->matcher, rule) | FACTS_BIT(FACTS_OTHERS);
}

static int sort_by_keys(struct attribution *a)
{
	size_t n = ruleset_count(a->rules), i;

	a->class = calloc(n ? n : 1, sizeof(*a->class));
	if (!a->class)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		const struct rule *rule = ruleset_at(a->rules, i);

		if (rule->state != RULE_KNOWN) {
			a->open = true;
			continue;
		}
		a->asks |= asks_of_any(a, rule);
		if (!attribution_writes(rule))
			continue;
		a->class[a->n_classes++] = class_of(a->matcher, rule);
		a->displaces |= !rule_keys(rule).p && rule_is_of_file(rule);
		a->keyless |= !rule_keys(rule).p;
	}
	qsort(a->class, a->n_classes, sizeof(*a->class), by_keys);
	merge_classes(a);
	return 0;
}

static const struct key_class *find_class(const struct attribution *a, struct span keys)
{
	const struct key_class wanted = {.keys = keys};

	return bsearch(&wanted, a->class, a->n_classes, sizeof(*a->class), by_keys);
}

/* --- making --- */

struct attribution *attribution_new(const struct ruleset *rules,
				    const struct attribution_options *options)
{
	/* what was recorded was no winning `never`; and the key that it bears is the
	 * winner's, or the winner has none */
	const struct match_options match = {.recorded = true, .by_key = true};
	struct attribution *a = calloc(1, sizeof(*a));

	if (!a) {
		if (options->takes)
			ruleset_free((struct ruleset *)rules);
		return NULL;
	}
	a->rules = rules;
	a->options = *options;
	a->matcher = match_new(rules, &match);
	if (a->matcher && !sort_by_keys(a))
		return a;
	attribution_free(a);
	errno = ENOMEM;
	return NULL;
}

void attribution_free(struct attribution *a)
{
	if (!a)
		return;
	match_free(a->matcher);
	if (a->options.takes)
		ruleset_free((struct ruleset *)a->rules);
	free(a->class);
	free(a);
}

const struct ruleset *attribution_rules(const struct attribution *a)
{
	return a->rules;
}

bool attribution_wants(const struct assembly *ev, const struct record *r)
{
	switch (r->type) {
	case AUDIT_SYSCALL:
	case AUDIT_URINGOP:
	case AUDIT_PATH:
	case AUDIT_CWD:
	case AUDIT_SOCKADDR:
	case AUDIT_IPC:
	case AUDIT_OPENAT2:
		return true;
	default:
		return false;
	}
}

/* --- the verdict --- */

static bool has_line(const struct assembler *as, const struct assembly *ev, uint32_t type)
{
	unsigned int i;

	for (i = 0; i < ev->n_lines; i++)
		if (ev->line[i].type == type && assembly_body(as, ev, i).p)
			return true;
	return false;
}

/* The records from line @from on but those of type @without; 0: all. */
static void learn_lines(struct facts *facts, const struct assembler *as,
			const struct assembly *ev, unsigned int from, uint32_t without)
{
	unsigned int i;

	for (i = from; i < ev->n_lines; i++) {
		struct span body = assembly_body(as, ev, i);

		if (ev->line[i].type == without)
			continue;
		if (body.p)
			facts_add_record(facts, ev->line[i].type, body);
		else
			facts->paths_lost = true;
	}
	facts->paths_lost |= ev->lines_over;
	/* types of which no line was kept tell as well whether a rule was needed */
	for (i = 0; i < ev->n_types; i++)
		if (ev->type[i].type != without && !has_line(as, ev, ev->type[i].type))
			facts_add_record(facts, ev->type[i].type, (struct span){"", 0});
}

static bool is_call(uint32_t type)
{
	return type == AUDIT_SYSCALL || type == AUDIT_URINGOP;
}

static void learn_types(struct facts *facts, const struct assembly *ev)
{
	unsigned int i;

	facts_clear(facts);
	facts->stamp_ms = ev->stamp_ms;
	for (i = 0; i < ev->n_types; i++) {
		facts_add_type(facts, ev->type[i].type);
		facts->has_call |= is_call(ev->type[i].type);
	}
}

static void learn_all(struct attribution *a, const struct assembler *as,
		      const struct assembly *ev, uint32_t without)
{
	facts_clear(&a->facts);
	a->facts.stamp_ms = ev->stamp_ms;
	a->known = FACTS_ALL;
	learn_lines(&a->facts, as, ev, 0, without);
}

/* The keys and the types. The kernel writes the record of the call first; where
 * another one stands before it, all is read. */
static void learn_keys(struct attribution *a, const struct assembler *as,
		       const struct assembly *ev)
{
	struct span call = {NULL, 0};

	if (ev->n_lines && is_call(ev->line[0].type))
		call = assembly_body(as, ev, 0);
	if (!call.p) {
		learn_all(a, as, ev, 0);
		return;
	}
	learn_types(&a->facts, ev);
	a->known = FACTS_BIT(FACTS_KEYS);
	facts_add_call(&a->facts, call, a->known);
}

static void learn_more(struct attribution *a, const struct assembler *as,
		       const struct assembly *ev, uint32_t asks)
{
	asks &= ~a->known;
	if (!asks)
		return;
	a->known |= asks;
	facts_add_call(&a->facts, assembly_body(as, ev, 0), asks);
	if (asks & FACTS_BIT(FACTS_OTHERS))
		learn_lines(&a->facts, as, ev, 1, 0);
}

static bool is_user(const struct assembly *ev)
{
	uint32_t type = ev->type[0].type;

	return ev->n_types == 1 && record_is_single(type) && type != RECORD_KERNEL;
}

/* No rule that is known can have written it. */
static enum attribution_kind without(const struct attribution *a,
				     const struct key_class *class)
{
	if (a->facts.forced)
		return ATTRIBUTION_HARD_WIRED;
	return a->options.live && a->facts.keys.p && !class && !a->open
		       ? ATTRIBUTION_REMOVED
		       : ATTRIBUTION_UNKNOWN;
}

/* One rule alone bears the key, and nothing can have displaced it. */
static const struct rule *only_one(struct attribution *a, const struct assembler *as,
				   const struct assembly *ev,
				   const struct key_class *class)
{
	if (!class || class->n != 1 || a->open || a->displaces || !a->facts.keys.p ||
	    (a->keyless && rule_is_of_file(class->rule)))
		return NULL;
	learn_more(a, as, ev, class->asks);
	return match_one(a->matcher, class->rule, &a->facts) == MATCH_NO ? NULL
									 : class->rule;
}

/* What the rules ask for that are asked of a record with such keys. */
static uint32_t asks_of(const struct attribution *a, const struct key_class *class)
{
	if (!a->facts.has_keys)
		return FACTS_ALL;
	return a->asks | (class ? class->asks : 0) | FACTS_BIT(FACTS_CALL);
}

/* Does it match for certain, whatever other list may be asked? */
static bool is_sure(const struct attribution *a, const struct rule *rule)
{
	return match_one(a->matcher, rule, &a->facts) == MATCH_YES;
}

/* Without a class: a key of no rule. */
static bool is_fixed(const struct attribution *a, const struct key_class *class)
{
	if (a->open || a->displaces || !a->facts.has_keys)
		return false;
	if (!class)
		return true;
	return class->plain &&
	       (!class->with_exit || (facts_knows(&a->facts, FACTS_SUCCESS) &&
				      !a->facts.number[FACTS_SUCCESS]));
}

static struct verdict open_verdict(const struct attribution *a,
				   const struct key_class *class,
				   const struct rule *const *candidate, size_t n)
{
	struct verdict v = {.kind = ATTRIBUTION_ONE_OF,
			    .machine = a->options.machine,
			    .candidate = candidate,
			    .n_candidates = (uint32_t)n,
			    .fixed = is_fixed(a, class)};

	if (!n)
		v.kind = without(a, class);
	return v;
}

/* The one rule, or those that it can be. */
static struct verdict judge_call(struct attribution *a, const struct assembler *as,
				 const struct assembly *ev)
{
	const struct key_class *class = find_class(a, a->facts.keys);
	struct verdict v = {.rule = only_one(a, as, ev, class),
			    .machine = a->options.machine,
			    .fixed = true};
	bool uring = facts_has_type(&a->facts, AUDIT_URINGOP);
	struct match_result result;

	if (v.rule)
		return v;
	learn_more(a, as, ev, uring ? FACTS_ALL : asks_of(a, class));
	if (uring)
		match_uring(a->matcher, &a->facts, &result);
	else
		match_exit(a->matcher, &a->facts, &result);
	v.rule = result.winner;
	v.fixed = is_fixed(a, class);
	return v.rule ? v
		      : open_verdict(a, class, result.candidates, result.n_candidates);
}

/*
 * An operation that was done within its system call has both records, and a rule of
 * either list has asked for them: that of the call is asked first, and wins
 * (kernel/auditsc.c: __audit_uring_exit()). Each record is judged by itself.
 */
static struct verdict judge_both(struct attribution *a, const struct assembler *as,
				 const struct assembly *ev)
{
	struct verdict v, operation;
	uint32_t n = 0, i;

	learn_all(a, as, ev, AUDIT_URINGOP);
	v = judge_call(a, as, ev);
	v.fixed = false;
	if (v.kind == ATTRIBUTION_RULE && is_sure(a, v.rule))
		return v;
	if (v.kind == ATTRIBUTION_RULE)
		a->both[n++] = v.rule;
	for (i = 0; i < v.n_candidates && n < ATTRIBUTION_CANDIDATES; i++)
		a->both[n++] = v.candidate[i];
	learn_all(a, as, ev, AUDIT_SYSCALL);
	operation = judge_call(a, as, ev);
	if (operation.kind == ATTRIBUTION_RULE && n < ATTRIBUTION_CANDIDATES)
		a->both[n++] = operation.rule;
	for (i = 0; i < operation.n_candidates && n < ATTRIBUTION_CANDIDATES; i++)
		a->both[n++] = operation.candidate[i];
	v = open_verdict(a, find_class(a, a->facts.keys), a->both, n);
	v.fixed = false;
	if (n != 1)
		return v;
	v.kind = ATTRIBUTION_RULE;
	v.rule = a->both[0];
	v.n_candidates = 0;
	return v;
}

struct verdict attribution_judge(struct attribution *a, const struct assembler *as,
				 const struct assembly *ev)
{
	struct verdict v = {.kind = ATTRIBUTION_USER, .fixed = true};
	struct facts own, *facts = a ? &a->facts : &own;

	if (is_user(ev))
		return v;
	if (a)
		learn_keys(a, as, ev);
	else
		learn_types(&own, ev);
	if (a && facts_has_type(facts, AUDIT_URINGOP) &&
	    facts_has_type(facts, AUDIT_SYSCALL))
		return judge_both(a, as, ev);
	if (facts->has_call && a)
		return judge_call(a, as, ev);
	/* without a call nothing has won; a part of an event is not hard-wired */
	v.kind = facts->has_call ? ATTRIBUTION_ONE_OF
		 : facts->forced ? ATTRIBUTION_HARD_WIRED
				 : ATTRIBUTION_UNKNOWN;
	return v;
}
