/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise.h - what to change so that less is recorded, and what that saves
 *
 * For each heavy flow the rules that would silence it, from the narrowest that its
 * identity allows to the widest that may be thought of; each run over all flows
 * (whatif.h) and judged (guard.h). Of those that are exact, allowed and worth it the
 * best stands first, then those that together reach furthest, overlaps counted once.
 *
 * Correct by construction: each rule is of a closed set of forms, on the right list, for
 * both architectures, without a key where a key does harm, and its text was read back
 * to the very same rule. Pure. The work is cut into steps of a millisecond or so.
 */
#ifndef NOISE_ADVISE_NOISE_H
#define NOISE_ADVISE_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advise/auth.h"
#include "advise/guard.h"
#include "advise/whatif.h"

#define NOISE_RULES      4    /* of one advice */
#define NOISE_SET        8    /* advice that is given together */
#define NOISE_STANDING   16   /* of before, which is judged again */
#define NOISE_HEAVY      32   /* flows, and records, that candidates are made for */
#define NOISE_CANDIDATES 1024 /* that are run over the flows */
#define NOISE_TEXT       768  /* bytes of a sentence, its NUL included */

enum noise_kind {
	NOISE_SILENCE, /* an exception before the rule, with excludes of what comes anyway
			*/
	NOISE_EXCLUDE, /* of records that no rule of the exit list makes */
	NOISE_NARROW,  /* the rule asks for less */
	NOISE_KINDS
};

/*
 * An advice of an earlier round. It is judged like a new one, but half of min_share is
 * enough, and it goes before others that hardly save more.
 */
struct noise_standing {
	enum noise_kind kind;
	size_t n; /* 0: there is none */
	struct rule *rule[NOISE_RULES], *instead[NOISE_RULES], *about[2];
	unsigned int breadth;
};

/* What has come of it. */
enum noise_outcome {
	NOISE_UNJUDGED, /* it was not looked at, or there was no memory */
	NOISE_GONE,     /* the rules that it is about are not loaded */
	NOISE_SMALL,    /* it saves too little now */
	NOISE_REFUSED,  /* by the guard, which has allowed it once */
	NOISE_RISKY,    /* above max_risk */
	NOISE_ALLOWED
};

struct noise_options {
	struct whatif
		*whatif; /* borrowed, as all else here, as long as the noise lives */
	const struct ruleset *rules;
	const struct whatif_table *table; /* flows settled (whatif_settle()) */
	const struct guard_options *guard;
	const struct auth_storm *storm;
	size_t n_storms;
	int machine;         /* audit_detect_machine() */
	unsigned int window; /* index of the one that advice is computed over */
	double min_share;    /* of that window's records, 0 to 1 */
	enum guard_level max_risk;
	const struct noise_standing *standing; /* of NOISE_STANDING; NULL: none */
};

struct noise_advice {
	enum noise_kind kind;
	struct rule *rule[NOISE_RULES];          /* owned by the noise */
	const struct rule *instead[NOISE_RULES]; /* of NOISE_NARROW, of the set */
	size_t n;
	const struct rule
		*about[2];    /* the rule that it is about and its twin; NULL: none */
	unsigned int breadth; /* among those of one flow: narrow ones first */
	struct whatif_saves saves; /* alone */
	struct count adds;         /* in the window, beside those before it in the set */
	struct guard_verdict verdict;
	const uint8_t *fate;   /* as whatif_run() has it */
	unsigned int standing; /* number of the one of before, from 1; 0: it is new */
};

struct noise_result {
	const struct noise_advice *set[NOISE_SET]; /* the best first */
	size_t n_set;
	struct whatif_saves saves; /* of the set */
	const uint8_t *fate;       /* of the set, for flood_judge() */
	/* all that is allowed, of one flow narrow to wide */
	const struct noise_advice *const *allowed;
	size_t n_allowed;
	/* candidates that came to nothing */
	unsigned int small;    /* below min_share */
	unsigned int refused;  /* by the guard, @why is of the heaviest */
	unsigned int risky;    /* above max_risk */
	unsigned int left_out; /* there was no room for them */
	uint64_t refused_records;
	size_t refused_flow; /* that the heaviest takes most of; SIZE_MAX: none */
	struct guard_verdict why;
	/* of the one of before with that number, from 0; its verdict where it was judged
	 */
	struct {
		enum noise_outcome outcome;
		const struct noise_advice *advice; /* NULL: NOISE_UNJUDGED, NOISE_GONE */
	} again[NOISE_STANDING];
};

struct noise;

/** noise_new - Return: owned; NULL with errno ENOMEM. */
struct noise *noise_new(const struct noise_options *options)
	__attribute__((warn_unused_result));
void noise_free(struct noise *n); /* with all advice; NULL is legal */

/**
 * noise_step - do a piece of the work
 * Return: 1: there is more; 0: done; -ENOMEM. Where there is hardly memory a candidate
 * may be left out as well.
 */
int noise_step(struct noise *n) __attribute__((warn_unused_result));

/** noise_result - what has come of it; borrows from @n. Empty until it is done. */
const struct noise_result *noise_result(const struct noise *n);

/** noise_blinds - the rules that lose events by the advice beside those it is about */
size_t noise_blinds(const struct noise *n, const struct noise_advice *a,
		    struct whatif_blind out[WHATIF_BLINDS]);

/** noise_loses_call - does a rule no longer ask for one of its calls, of anybody? */
bool noise_loses_call(const struct noise_advice *a);

/* One program and account whose events go. */
struct noise_loser {
	struct span exe; /* absent: not known. Attacker-chosen and borrowed */
	int64_t uid;     /* EVENT_ID_*; of a folded account its class says it */
	enum id_class uid_class;
	struct count count;
};

/**
 * noise_losers - each program and account that the advice silences, heaviest first
 * @more: how many had no room. Return: their number, at most @max.
 */
size_t noise_losers(const struct noise *n, const struct noise_advice *a,
		    struct noise_loser *out, size_t max, size_t *more);

/** noise_title, noise_gives_up - one sentence each, foreign text quoted; Return: @out */
const char *noise_title(const struct noise *n, const struct noise_advice *a,
			char out[NOISE_TEXT]);
const char *noise_gives_up(const struct noise *n, const struct noise_advice *a,
			   char out[NOISE_TEXT]);

#endif
