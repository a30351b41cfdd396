/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * life.h - what becomes of advice on noise, round after round
 *
 * An advice is proposed as long as it holds, applied while the kernel has its rules in
 * such a way that they work, verified once a window has passed in which what it was made
 * for is gone, and refuted where most of that still comes: then something else than what
 * the rules name makes it.
 *
 * Who makes noise can make advice come and go. So there are few places; what stands is
 * judged again with half of the share that a new one needs, goes before all that hardly
 * save more (noise.h), is missed for some rounds before it is withdrawn, and what was
 * refuted is not proposed again for a day. Pure: time is an argument.
 */
#ifndef NOISE_ADVISE_LIFE_H
#define NOISE_ADVISE_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advise/noise.h"

#define LIFE_MAX        NOISE_STANDING /* that stand at once */
#define LIFE_MISSES     3              /* rounds that one is not found in, and stands */
#define LIFE_RULES      4096
#define LIFE_REFUTED_MS 86400000
#define LIFE_TEXT       512 /* bytes of a reason, its NUL included */

enum life_state {
	LIFE_NONE, /* nothing is here */
	LIFE_PROPOSED,
	LIFE_APPLIED,
	LIFE_VERIFIED,
	LIFE_REFUTED, /* it does not stand, and is not proposed */
	LIFE_STATES
};

/* One window of the counters, as timeline_span_ms() tells of it. */
struct life_window {
	int64_t length_ms;
	double span_s; /* that it covers of it */
	bool complete;
};

/* One round: what noise_result() has come to, and over what. All is borrowed. */
struct life_round {
	const struct noise_result *result;
	struct whatif *whatif; /* of the rules that are loaded */
	const struct whatif_table *table;
	unsigned int window; /* index of the one that advice is computed over */
	const struct life_window *windows; /* table->n_windows */
	int64_t now_ms;  /* where the windows end: event time, in ms since 1970 */
	int64_t wall_ms; /* wall clock */
	bool unlooked;   /* not all files that were asked for were looked at */
};

/* What one window said: of the silenced events, and of all. */
struct life_figures {
	int64_t length_ms; /* 0: it is not known */
	double span_s;
	struct count lost, total;
};

/* Equal windows before and after; rates are in records. */
struct life_proof {
	int64_t length_ms; /* of each; 0: there is none yet */
	double before_per_s, after_per_s;
	double others_before_per_s, others_after_per_s;
	double predicted_share, measured_share; /* of all records before, 0 to 1 */
};

struct life {
	enum life_state state;
	int64_t since_ms;    /* wall clock when it got its state */
	int64_t applied_ms;  /* and when its rules were seen; of those that are applied */
	int64_t unloaded_ms; /* and when they were seen to be gone; 0: never */
	bool shown;          /* in this process; else another one has left it */
	unsigned int misses; /* rounds in a row */
	struct noise_standing what; /* own copies, without the names of files */
	/* as it was proposed */
	struct guard_verdict verdict;
	struct life_figures said;
	struct count adds;
	bool complete;
	/* by windows, while its rules were not loaded */
	struct life_figures before[WINDOWS_MAX];
	struct life_proof proof;
};

struct lives {
	struct life of[LIFE_MAX];
	uint64_t over; /* advice of the last round that found no place */
};

void lives_free(struct lives *l); /* all rules; what is left is empty */

/**
 * lives_standing - what a round is to judge again, for struct noise_options
 * @out: borrows until the next change; its index is that in @l->of, of those that are not
 *       proposed it is empty
 */
void lives_standing(const struct lives *l, struct noise_standing out[LIFE_MAX]);

/**
 * lives_rules - hold what stands against the rules that the kernel has now
 * A piece of work of a few milliseconds at most; of more than LIFE_RULES nothing is said.
 * Return: bit n: of[n] has another state.
 */
uint32_t lives_rules(struct lives *l, const struct ruleset *kernel, int64_t wall_ms);

enum life_news {
	LIFE_NO_NEWS,
	LIFE_PROVED,   /* it is verified, or was and has newer figures */
	LIFE_DISPROVED /* it saves less than half of what was predicted: it is refuted */
};

/**
 * life_measure - of one that is applied: what still comes of what it was made for
 * A piece of work of a millisecond or two. Of one that is not applied: no news.
 */
enum life_news life_measure(struct life *life, const struct life_round *round);

/** life_disproof - why it was refuted, one sentence; Return: @out */
const char *life_disproof(const struct life *life, char out[LIFE_TEXT]);

enum life_do {
	LIFE_STAY,
	LIFE_PUT,  /* @advice is what stands here now; another one may have stood here */
	LIFE_SHOW, /* what is remembered is shown: an earlier process has left it */
	LIFE_DROP
};

/* What a round means for one place. */
struct life_change {
	enum life_do what;
	enum life_state from; /* in another one meanwhile it is not to be made */
	const struct noise_advice *advice; /* of LIFE_PUT; of the result */
	unsigned int rank;                 /* of it, from 1 */
	/* why what stands here is withdrawn, one sentence; "": nothing is, or it is
	 * replaced by what is put */
	char reason[LIFE_TEXT];
	unsigned int by; /* it is replaced by what is put at that place; LIFE_MAX: no */
};

/**
 * lives_take - what a round means for all places, once all that is applied was measured
 * At most NOISE_SET are new. Changes nothing that stands: that is for life_put() and
 * life_drop().
 */
void lives_take(struct lives *l, const struct life_round *round,
		struct life_change out[LIFE_MAX]);

/**
 * life_put - @advice stands here from now on, or stands and has newer figures
 * Return: 0; -ENOMEM: nothing stands here.
 */
int life_put(struct life *life, const struct noise_advice *advice,
	     const struct life_round *round) __attribute__((warn_unused_result));

/** life_drop - nothing stands here any more */
void life_drop(struct life *life);

#endif
