/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_advice.h - what is proposed about a set of rules, look after look
 *
 * A proposal keeps its id and state as long as it is found. One that is found no more
 * is applied where the rules are as it asked for, else withdrawn.
 */
#ifndef NOISE_RULE_ADVICE_H
#define NOISE_RULE_ADVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "advise/repair.h"

struct advice;
struct controls;
struct rule_advice;

struct rule_advice_health {
	uint64_t over;   /* proposals that found no place in the last look */
	uint64_t unsure; /* looks that were not finished: too many rules */
};

/**
 * rule_advice_new - @advice is borrowed for ever, and gives out what is proposed
 * Return: owned, or NULL when there is no memory.
 */
struct rule_advice *rule_advice_new(struct advice *advice)
	__attribute__((warn_unused_result));
void rule_advice_free(struct rule_advice *a); /* NULL is legal */

/**
 * rule_advice_set_controls - the published rule sets that proposals tell of
 * @controls: borrowed from now on; NULL: none are known
 */
void rule_advice_set_controls(struct rule_advice *a, const struct controls *controls);

/**
 * rule_advice_look - look through the rules as they are now
 * @look: nothing of it is needed afterwards
 * @locked: the kernel takes no rule before the next boot (-e 2)
 * Of more rules than look->most_rules nothing is said: what stands is as before.
 * Return: 0; -ENOMEM: what stands is as before, or new ones are missing.
 */
int rule_advice_look(struct rule_advice *a, const struct repair_look *look, bool locked,
		     int64_t wall_ms) __attribute__((warn_unused_result));

struct rule_advice_health rule_advice_health(const struct rule_advice *a);

#endif
