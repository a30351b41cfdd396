/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counter.h - what a complete event is counted under
 *
 * One that is like another is counted like that one; of any other libauparse is asked,
 * and the rules which of them wrote it. The engine's, which gives it complete events and
 * the time.
 */
#ifndef NOISE_COUNTER_H
#define NOISE_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "count/auth_book.h"
#include "count/own.h"
#include "count/programs.h"
#include "count/rule_book.h"
#include "count/tally.h"
#include "count/timeline.h"
#include "stream/assemble.h"
#include "stream/cache.h"
#include "stream/event.h"
#include "stream/parse.h"

struct counter {
	const struct assembler *assembler; /* borrowed for ever, as what follows */
	const struct timeline *timeline;
	const struct nodes *nodes;
	struct parser *parser;
	struct cache *cache; /* NULL: every event is parsed */
	struct tally *tally;
	struct auth_book *auth;
	struct programs programs;
	struct rule_book book;
	bool with_rules;
	struct engine_own own;
	struct event event;
	uint64_t parsed; /* events that libauparse was asked about */
	uint64_t parse_failed;
};

struct counter_options {
	struct tally_options tally;
	bool every_event;            /* by libauparse */
	const struct ruleset *rules; /* as rule_book_init() has them */
};

/**
 * counter_init - @c is zeroed but for what it borrows
 * Return: 0 or negative errno; counter_fini() is due in both cases.
 */
int counter_init(struct counter *c, const struct counter_options *options)
	__attribute__((warn_unused_result));
void counter_fini(struct counter *c);

/** counter_event - an event is complete; its receipt's when is set */
void counter_event(struct counter *c, struct assembly *ev);

/** counter_fade - call it twice in the longest window */
void counter_fade(struct counter *c);

#endif
