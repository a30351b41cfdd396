/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whatif.h - which events would be missing if the rules were others
 *
 * Runs a change of the rules over the flows before anyone loads it, with the kernel's
 * own semantics (rules/match.h) on what a flow's identity tells. What the identity does
 * not tell is not known: a flow then is neither lost nor kept but open, and a change
 * that leaves one open is not exact.
 *
 * What a flow tells beyond single fields: of a call that succeeded, that its exit is
 * no error; of an account that was folded, the range of its class; of the directory of
 * its object, whether dir= and path= can mean it, for a call that takes one name and
 * where the caller knows the directory by that name. Pure; nothing here allocates but
 * whatif_new().
 */
#ifndef NOISE_ADVISE_WHATIF_H
#define NOISE_ADVISE_WHATIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "count/flows.h"
#include "count/window.h"
#include "rules/match.h"
#include "rules/ruleset.h"

enum whatif_winner {
	WHATIF_WON_OPEN, /* not known which rule has written it */
	WHATIF_WON_RULE, /* the one at @position of the exit list */
	WHATIF_WON_NONE, /* none: hard-wired, or a program's own message */
};

/* One more rule of the exit list that the flow's events match, or may. */
struct whatif_match {
	uint32_t position;
	enum match match;
};

/* One flow. Texts are attacker-chosen and borrowed. */
struct whatif_flow {
	struct name_text exe, dir, subj_type;
	struct name_text key; /* the first of its keys */
	unsigned int n_keys;
	uint32_t types[EVENT_TYPES_MAX];
	unsigned int n_types;
	bool has_call, claimed;
	uint32_t arch, call;
	int64_t uid, auid; /* EVENT_ID_*; meaningless where a class is given */
	enum id_class uid_class, auid_class;
	enum event_success success;
	int error;                       /* errno of a failed call */
	struct count count[WINDOWS_MAX]; /* of whole events, a window each */
	/* what is known of its rules; whatif_flow_of() knows nothing */
	enum whatif_winner won;
	uint32_t position;
	bool has_all; /* @all are all that match besides the winner, in order */
	const struct whatif_match *all; /* borrowed */
	size_t n_all;
	bool foreign;  /* of another node, or of a rule that is gone: none of the set has
			  anything to do with it */
	bool excepted; /* an exception that is loaded takes it, by all that it tells: it
			  was written before that, or it is not what it seems. No change
			  has anything to do with it, but whatif_takes() tells of it */
	bool settled;  /* whatif_settle() has looked for the rule, and found none if @won
			  is open */
};

/*
 * What the exclude list can take away: the records of one type that one program and
 * account have made, with those that go when these go.
 */
struct whatif_record {
	uint32_t type;
	struct name_text exe;
	bool claimed;
	int64_t uid, auid;
	enum id_class uid_class, auid_class;
	enum event_success success;
	struct count vanish[WINDOWS_MAX]; /* events: those of which nothing is left */
	size_t flow; /* index of the flow that it is a part of; SIZE_MAX: none */
	bool whole;  /* the flow's events go with it as a whole */
};

/* All that was counted. */
struct whatif_table {
	const struct whatif_flow *flow;
	size_t n_flows;
	const struct whatif_record *record;
	size_t n_records;
	struct count total[WINDOWS_MAX]; /* listed or not */
	struct count apart[WINDOWS_MAX]; /* of it: in no flow, and about nobody: our own
					    records, those of events not yet complete */
	unsigned int n_windows;
};

/* One line of a change. */
struct whatif_edit {
	const struct rule *add;     /* `never` of the exit list: as its first rule; of the
				       exclude list; or else in the place of @instead */
	const struct rule *instead; /* of the set, by its position; NULL: of none */
};

enum whatif_fate { WHATIF_KEPT, WHATIF_OPEN, WHATIF_LOST };

struct whatif_saves {
	struct count lost[WINDOWS_MAX]; /* surely */
	struct count open[WINDOWS_MAX]; /* perhaps */
	bool exact;                     /* nothing is open */
};

#define WHATIF_ACCOUNTS 8
#define WHATIF_BLINDS   16

/* A rule that the change is not about, and that loses events, or may. */
struct whatif_blind {
	uint32_t position;               /* in the exit list; 0: it is not known which */
	struct count count[WINDOWS_MAX]; /* that it loses at most */
	struct {
		int64_t uid, auid;
		enum id_class uid_class, auid_class;
	} account[WHATIF_ACCOUNTS];
	unsigned int n_accounts;
	bool more_accounts;
};

struct whatif_options {
	const struct ruleset *rules; /* as loaded; borrowed and not to be changed */
	int machine;                 /* audit_detect_machine() */
	enum match_labels labels;
	uint32_t kernel; /* KERNEL_VERSION(), 0: not known */
	/* is @dir that very directory of the host, with no link on the way? NULL: it is
	 * known of none */
	bool (*is_real)(void *arg, struct span dir);
	void *arg; /* of is_real */
};

struct whatif;

/** whatif_new - Return: owned; NULL with errno ENOMEM. */
struct whatif *whatif_new(const struct whatif_options *options)
	__attribute__((warn_unused_result));
void whatif_free(struct whatif *w); /* NULL is legal */

/** whatif_flow_of - a flow without counts and rules; borrows @flow's texts */
void whatif_flow_of(const struct flow *flow, struct whatif_flow *out);

/**
 * whatif_record_of - what goes when records of @type are excluded in flow number @i
 * A record that the kernel writes without a rule brings its SYSCALL record along, and
 * takes it away. Bytes of a part of an event are its part by the number of records.
 * Return: false: it is not of that flow, or how much goes is not known.
 */
bool whatif_record_of(const struct whatif_flow *flow, size_t i, uint32_t type,
		      struct whatif_record *out);

/** whatif_is_execution - is its call execve(2) or execveat(2)? */
bool whatif_is_execution(const struct whatif_flow *flow);

/** whatif_is_forced - has it records that no rule has asked for, and none can stop? */
bool whatif_is_forced(const struct whatif_flow *flow);

/** whatif_forced_types - which these are. Return: how many, at most @max in @out. */
size_t whatif_forced_types(const struct whatif_flow *flow, uint32_t *out, size_t max);

/**
 * whatif_ask - do the flow's events match @rule, of the exit list?
 * A field that the winning rule has too holds.
 */
enum match whatif_ask(struct whatif *w, const struct rule *rule,
		      const struct whatif_flow *flow);

/** whatif_ask_record - would @rule, of the exclude list, drop these records? */
enum match whatif_ask_record(const struct rule *rule, const struct whatif_record *record);

/**
 * whatif_winner - the rule that has written the flow's events
 * Where the caller does not know it: the only one of the set that can have.
 * Return: NULL: none, or it is open; then @none says whether it is surely none.
 */
const struct rule *whatif_winner(struct whatif *w, const struct whatif_flow *flow,
				 bool *none);

/** whatif_settle - look for the flow's rule once, for all that is asked later */
void whatif_settle(struct whatif *w, struct whatif_flow *flow);

/**
 * whatif_run - all edits at once
 * @fate: enum whatif_fate of each flow, then of each record; n_flows + n_records bytes.
 *        A record counts with its flow where that is not kept, and a flow of which
 *        all goes with a record has that record's fate.
 * An edit in a rule's place that asks for something that the rule did not ask for makes
 * the result inexact.
 */
void whatif_run(struct whatif *w, const struct whatif_table *table,
		const struct whatif_edit *edit, size_t n, uint8_t *fate,
		struct whatif_saves *out);

/**
 * whatif_run_flows, whatif_run_end - the same in pieces of a millisecond or so
 * @from: the flow to go on with
 * Return: where to go on; at n_flows it is time for whatif_run_end().
 */
size_t whatif_run_flows(struct whatif *w, const struct whatif_table *table,
			const struct whatif_edit *edit, size_t n, uint8_t *fate,
			size_t from);
void whatif_run_end(struct whatif *w, const struct whatif_table *table,
		    const struct whatif_edit *edit, size_t n, uint8_t *fate,
		    struct whatif_saves *out);

/**
 * whatif_takes - would these exceptions and excludes take the flow's events as a whole?
 * By what it tells, whoever has written it, and whether or not they are loaded. Of
 * excludes of records alone whatif_ask_record() tells.
 */
enum whatif_fate whatif_takes(struct whatif *w, const struct whatif_edit *edit, size_t n,
			      const struct whatif_flow *flow);

/** whatif_sum - the saving of fates that whatif_run() has found, or their union */
void whatif_sum(const struct whatif_table *table, const uint8_t *fate,
		struct whatif_saves *out);

/**
 * whatif_blinds - the other rules that lose events, heaviest in window @window first
 * @about: positions of the rules that the change is about
 * @out: of WHATIF_BLINDS; what does not fit is in the last one, with position 0
 * Return: their number.
 */
size_t whatif_blinds(struct whatif *w, const struct whatif_table *table,
		     const uint8_t *fate, const uint32_t *about, size_t n_about,
		     unsigned int window, struct whatif_blind out[WHATIF_BLINDS]);

/** whatif_share - records of @part over those of @all, 0 where there are none */
double whatif_share(const struct count *part, const struct count *all);

/** whatif_rule_at - the rule at @position of the exit list, NULL: there is none */
const struct rule *whatif_rule_at(const struct whatif *w, uint32_t position);

/** whatif_may_lack_paths - may the exclude list have dropped PATH records? */
bool whatif_may_lack_paths(const struct whatif *w);

#endif
