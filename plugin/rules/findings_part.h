/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings_part.h - what the parts of findings have in common
 */
#ifndef NOISE_RULES_FINDINGS_PART_H
#define NOISE_RULES_FINDINGS_PART_H

#include "rules/findings.h"

/* One rule of the set. */
struct findings_item {
	const struct rule *rule;
	size_t at; /* in the set */
	/* by type, operator and value, without keys; none of a rule that is not known */
	const struct rule_field **field;
	uint32_t n_fields;
	uint64_t types; /* a bit for each type that it has */
	uint64_t exact; /* of those, the types of fields that no other field implies */
	uint64_t hash;  /* the sum of the hashes of these fields */
	bool gone;      /* a duplicate: it is as if it were not there */
};

struct findings {
	const struct findings_options *options;
	struct findings_item *item; /* all, in the order of the set */
	size_t n;
	struct findings_item **sorted; /* room for all that are known */
	const struct rule **other;     /* room for all */
	const struct rule_field **fields;
	int64_t budget; /* what the present part may still spend */
	bool gave_up;
	int rc; /* -ENOMEM: a correction could not be made */
};

/** findings_budget - what a part may spend */
static inline int64_t findings_budget(const struct findings_options *options)
{
	return options->budget ? options->budget : FINDINGS_BUDGET;
}

/** findings_spend - Return: false: it is spent, and the search is to be given up */
static inline bool findings_spend(struct findings *fs, uint64_t cost)
{
	fs->budget -= (int64_t)cost;
	fs->gave_up |= fs->budget < 0;
	return fs->budget >= 0;
}

/** findings_pair - spend what comparing the fields of two rules costs */
static inline bool findings_pair(struct findings *fs, const struct findings_item *a,
				 const struct findings_item *b)
{
	return findings_spend(fs, 4 + (uint64_t)a->n_fields * b->n_fields);
}

/** findings_tell - call the function, then free what it has left of the corrections */
void findings_tell(struct findings *fs, struct finding *finding);

/** findings_copy - a copy to be corrected, in no place; NULL, and fs->rc is set */
struct rule *findings_copy(struct findings *fs, const struct rule *rule);

/** findings_bit - the bit of a type of field in item.types */
uint64_t findings_bit(uint32_t type);

/**
 * findings_is_exact - does @f follow from nothing but its equal, as a proof is made?
 * So it is with texts, and with = of most numbers.
 */
bool findings_is_exact(const struct rule_field *f);

/** findings_hash - of such a field */
uint64_t findings_hash(const struct rule_field *f);

typedef int findings_order_fn(const void *a, const void *b);

/**
 * findings_sort - the items that are known and not gone into fs->sorted
 * @order: of pointers to items, for qsort(3). Return: how many.
 */
size_t findings_sort(struct findings *fs, findings_order_fn *order);

/** findings_order_rest - by list, action, and fields without arch and key; 0: alike */
int findings_order_rest(const struct findings_item *a, const struct findings_item *b);

/** findings_order_all - as findings_order_rest(), with arch and key */
int findings_order_all(const struct findings_item *a, const struct findings_item *b);

/** findings_order_place - by their place in the set */
int findings_order_place(const struct findings_item *a, const struct findings_item *b);

/* The parts. */
void findings_alone(struct findings *fs);      /* what one rule shows by itself */
void findings_duplicates(struct findings *fs); /* first: it says who is gone */
void findings_shadows(struct findings *fs);    /* with late `never` rules */
void findings_keys(struct findings *fs);
void findings_twins(struct findings *fs); /* with rules that have no arch */
void findings_merges(struct findings *fs);
void findings_paths(struct findings *fs);

#endif
