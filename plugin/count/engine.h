/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.h - bytes in, counts out: the same in the daemon and in replay
 *
 * Owns the way of the data: input -> record -> assemble -> parse -> tally,
 * with the serial gaps, the lag and the windows' time line beside it. Reads
 * no clock, no file, no descriptor; never fails once it is made.
 */
#ifndef NOISE_ENGINE_H
#define NOISE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/siphash.h"
#include "count/auth_book.h"
#include "count/burst.h"
#include "count/programs.h"
#include "count/own.h"
#include "count/tally.h"
#include "count/timeline.h"
#include "rules/ruleset.h"
#include "stream/lag.h"
#include "stream/node.h"
#include "stream/notice.h"

struct engine;

struct engine_options {
	unsigned int n_windows;
	unsigned int window_sec[WINDOWS_MAX]; /* ascending, multiples of 3 */
	unsigned int max_values, max_flows;
	const struct siphash_key *key; /* copied; of a restored state. NULL: a new one */
	bool every_event; /* by libauparse; else one of each kind (stream/cache.h) */
	/*
	 * That were loaded while the events were written: each is attributed to one.
	 * Borrowed as long as the engine lives; NULL: none are known.
	 */
	const struct ruleset *rules;
	bool live_rules; /* those of this host's kernel come by engine_offer_rules() */
};

struct engine_health {
	uint64_t lines;     /* all */
	uint64_t lines_bad; /* no record */
	uint64_t lines_cut; /* longer than auditd writes; counted whole */
	uint64_t parsed;    /* events that libauparse was asked about */
	uint64_t parse_failed;
	uint64_t auth_evicted; /* auth_book.h */
	uint64_t nodes_over;
	uint64_t late, ahead, steps_back;     /* timeline.h */
	uint64_t gap_events, serial_restarts; /* gaps.h, all nodes */
	uint64_t eoe_cut; /* EOE lines without a whole header: auditd 4.2 in RAW format */
	uint64_t rule_lists, rule_changes, rule_unseen; /* rule_book.h */
	struct assembler_counters events;
};

/** engine_new - Return: owned, or NULL with errno. */
struct engine *engine_new(const struct engine_options *options)
	__attribute__((warn_unused_result));
void engine_free(struct engine *e);

/**
 * engine_set_own - events of these processes are our own from now on
 * Only those without a node, or with this host as their node: a process number
 * of another machine says nothing. @own: NULL: none (replay); copied but for
 * the host's texts, which are borrowed for ever
 */
void engine_set_own(struct engine *e, const struct engine_own *own);

/**
 * engine_offer_rules - this host's kernel had these rules at some moment up to @read_ms
 * @rules: taken, also on failure
 * @read_ms: wall clock. No NOTICE_RULES may have been told since they were asked for.
 * Return: 0 or -ENOMEM.
 */
int engine_offer_rules(struct engine *e, struct ruleset *rules, int64_t read_ms)
	__attribute__((warn_unused_result));

/** engine_is_foreign - are lines with that node, absent: without one, not surely this
 * host's? Its rules say nothing of their events. */
bool engine_is_foreign(const struct engine *e, struct span node);

/** engine_rules - by which events are judged now; NULL: none are known. Borrows until
 * the engine is fed. */
const struct ruleset *engine_rules(const struct engine *e);

/**
 * engine_on_notice - @fn is called for each such record of this host's kernel, when its
 * line is read; it must not feed the engine. ENGINE_LISTENERS at the most.
 */
#define ENGINE_LISTENERS 2
void engine_on_notice(struct engine *e,
		      void (*fn)(void *arg, const struct notice *notice), void *arg);

/**
 * engine_on_time - @fn is called whenever @every_ms of the windows' own time have gone by
 * Between two lines, so that it hangs on the stream alone, and when nothing arrives; it
 * must not feed the engine. One at the most.
 */
void engine_on_time(struct engine *e, int64_t every_ms, void (*fn)(void *arg), void *arg);

/**
 * engine_feed - the next bytes of the stream
 * @clock: when they were read; NULL in replay
 * Return: number of lines in it.
 */
unsigned int engine_feed(struct engine *e, const char *data, size_t n,
			 const struct clock_reading *clock);

/**
 * engine_resume - go on where an earlier process ended; before the first byte
 * The counts follow by tally_load() and topk_restore(). See timeline_resume().
 */
void engine_resume(struct engine *e, const struct timeline_saved *saved,
		   const struct clock_reading *clock, bool same_boot);

/** engine_serials - the first and the newest of this host's kernel. Return: false: none
 */
bool engine_serials(const struct engine *e, uint32_t *first, uint32_t *newest);

/** engine_settle - before a report: count what waits only for its EOE */
void engine_settle(struct engine *e);

/** engine_idle - no input for @idle_ms: the windows move on, 2 s complete all events */
void engine_idle(struct engine *e, int64_t idle_ms, const struct clock_reading *clock);

/** engine_end - end of input: a last line without newline, all open events */
void engine_end(struct engine *e, const struct clock_reading *clock);

struct tally *engine_tally(struct engine *e);
/** engine_programs - which files were run, and who used them */
const struct programs *engine_programs(const struct engine *e);
/** engine_burst - when the records of this host came */
struct burst *engine_burst(struct engine *e);
/** engine_auth - messages about logins */
const struct auth_book *engine_auth(const struct engine *e);
const struct timeline *engine_timeline(const struct engine *e);
const struct lag *engine_lag(const struct engine *e);
const struct nodes *engine_nodes(const struct engine *e);
struct engine_health engine_health(const struct engine *e);

#endif
