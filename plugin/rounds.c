/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rounds.c - advice on noise, each advise_interval
 *
 * A round goes through stages: work, until the advice is there; look, while the thread
 * looks at files that were asked for, and then work again; life, until all is said of
 * what stands.
 */
#include "rounds.h"

#include <libaudit.h>
#include <stdlib.h>
#include <string.h>

#include "advise/flood.h"
#include "advise/round.h"
#include "base/accounts.h"
#include "base/clock.h"
#include "count/name.h"
#include "emit/flood_alert.h"
#include "emit/noise_life.h"
#include "looks.h"
#include "protect.h"

#define TURN_MS  1     /* of work, and as much for all others before the next */
#define LOOK_MS  50    /* between two looks whether all was looked at */
#define LOOKS_MS 10000 /* for all looks of a round; a filesystem may hang */
#define PASSES   8     /* each may ask for files that the one before did not get to */
#define SOON_MS  2000  /* the rules are being changed: the next round */
#define AGAIN_MS 20000 /* a flood stands until the next round says that it is over */
#define STALE_MS 60000 /* of no round, and nobody knows any more whether it stands */
#define GRACE_MS 5     /* for the thread, at the end */

enum stage { STAGE_WORK, STAGE_LOOK, STAGE_LIFE };

struct rounds {
	struct rounds_options o;
	struct looks *looks;
	struct noise_life *life;
	struct guard_options guard;
	struct protect protect; /* that @guard borrows from */
	int machine;
	struct ruleset *rules;         /* the kernel's; NULL: not known */
	struct event *interval, *turn; /* the next round, the next piece of this one */

	/* the round that is under way; @round NULL: none is */
	struct round *round;
	struct ruleset *held; /* its rules */
	enum stage stage;
	unsigned int passes;
	uint64_t asked;   /* of files, when this pass began */
	uint64_t over;    /* those that had no place by then */
	int64_t until_ms; /* CLOCK_BOOTTIME, when looking ends */
	struct noise_scene scene;
	struct flood flood;

	/* the flood that stands; @cause NULL: none does */
	const char *cause;
	char flood_text[FLOOD_ALERT_TEXT];
	json_t *figures;   /* owned */
	int64_t judged_ms; /* CLOCK_BOOTTIME, when a round has said so */
	struct event *again;

	uint64_t refused, risky, left_out; /* candidates of the last round */
	uint64_t given_up;                 /* rounds */
};

static void wait(struct event *event, int64_t ms)
{
	const struct timeval time = {ms / 1000, ms % 1000 * 1000};

	event_add(event, &time);
}

/* --- a flood --- */

static void raise_flood(struct rounds *r)
{
	const struct clock_reading now = clock_read();
	const struct alert alert = {.kind = ALERT_FLOOD,
				    .level = ALERT_WARNING,
				    .cause = r->cause,
				    .text = r->flood_text,
				    .figures = json_copy(r->figures)};

	alerts_raise(r->o.alerts, &alert, &now);
	wait(r->again, AGAIN_MS);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	raise_flood(arg);
}

static void clear_flood(struct rounds *r)
{
	if (r->cause)
		alerts_clear(r->o.alerts, ALERT_FLOOD, r->cause);
	r->cause = NULL;
	event_del(r->again);
	json_decref(r->figures);
	r->figures = NULL;
}

static void take_flood(struct rounds *r)
{
	struct alert alert;

	r->judged_ms = clock_read().boot_ms;
	if (!r->flood.raised) {
		clear_flood(r);
		return;
	}
	if (r->cause && r->cause != flood_kind_name(r->flood.source.kind))
		clear_flood(r);
	json_decref(r->figures);
	flood_alert(&r->flood, r->round, r->flood_text, &alert);
	r->cause = alert.cause;
	r->figures = alert.figures;
	raise_flood(r);
}

static bool is_stale(const struct rounds *r)
{
	int64_t next_ms = (int64_t)r->o.config->advise_sec * 1000;

	return r->cause && clock_read().boot_ms - r->judged_ms > next_ms + STALE_MS;
}

/* What was loaded takes less than half of what it should: somebody else makes that. */
static void on_refuted(void *arg, const struct noise_life_flood *flood)
{
	const struct rounds *r = arg;
	const struct clock_reading now = clock_read();
	json_t *figures =
		json_pack("{s:s, s:f, s:f}", "advice", flood->id, "before_per_s",
			  flood->before_per_s, "after_per_s", flood->after_per_s);
	const struct alert alert = {.kind = ALERT_FLOOD,
				    .level = ALERT_WARNING,
				    .cause = "refuted",
				    .text = flood->reason,
				    .figures = figures};

	alerts_raise(r->o.alerts, &alert, &now);
}

/* --- one round --- */

static void end_round(struct rounds *r)
{
	round_free(r->round);
	r->round = NULL;
	ruleset_free(r->held);
	r->held = NULL;
	event_del(r->turn);
}

static void give_up(struct rounds *r, int64_t next_ms)
{
	r->given_up++;
	end_round(r);
	wait(r->interval, next_ms);
}

/* Are they in one file with a path of its own, or in rules.d? */
static const char *rules_dir(const struct ruleset *rules)
{
	for (size_t i = 0; i < ruleset_count(rules); i++) {
		const char *file = ruleset_at(rules, i)->file;

		if (file)
			return file[0] == '/' ? NULL : AUDIT_RULES_DIR;
	}
	return AUDIT_RULES_DIR;
}

/* Did the thread hang, or were there more than it takes? */
static bool is_unlooked(const struct rounds *r)
{
	return looks_pending(r->looks) || looks_over(r->looks) != r->over;
}

static void begin_life(struct rounds *r)
{
	const struct noise_result *result = noise_result(round_noise(r->round));
	const struct round_window window = round_window(r->round);
	struct noise_life_round round = {.scene = &r->scene,
					 .windows = round_windows(r->round),
					 .now_ms = round_now_ms(r->round),
					 .wall_ms = clock_read().wall_ms,
					 .unlooked = is_unlooked(r)};

	r->refused = result->refused;
	r->risky = result->risky;
	r->left_out = result->left_out;
	r->scene = (struct noise_scene){
		.noise = round_noise(r->round),
		.whatif = round_whatif(r->round),
		.table = round_table(r->round),
		.machine = r->machine,
		.window = window.index,
		.window_s = window.seconds,
		.span_s = window.span_s,
		.complete = window.complete,
		.files_checked = true,
		.can_try = true,
		.controls = r->o.controls,
		.rules_d = rules_dir(r->held),
	};
	r->stage = STAGE_LIFE;
	noise_life_begin(r->life, &round);
}

/* All that can be known is known, as far as it was asked for. */
static void end_pass(struct rounds *r)
{
	if (!ruleset_equal(r->held, r->rules)) {
		give_up(r, SOON_MS);
		return;
	}
	take_flood(r);
	begin_life(r);
	wait(r->turn, TURN_MS);
}

static bool is_to_look(const struct rounds *r)
{
	return looks_asked(r->looks) != r->asked && r->passes < PASSES &&
	       clock_read().boot_ms < r->until_ms;
}

/* Advice and flood are there, as far as files are known. */
static void on_worked(struct rounds *r)
{
	r->flood = round_flood(r->round);
	if (!is_to_look(r)) {
		end_pass(r);
		return;
	}
	r->stage = STAGE_LOOK;
	wait(r->turn, LOOK_MS);
}

static void look(struct rounds *r)
{
	if (looks_pending(r->looks) && clock_read().boot_ms < r->until_ms) {
		wait(r->turn, LOOK_MS);
		return;
	}
	round_again(r->round);
	r->passes++;
	r->asked = looks_asked(r->looks);
	r->over = looks_over(r->looks);
	r->stage = STAGE_WORK;
	wait(r->turn, 0);
}

static int step(struct rounds *r)
{
	return r->stage == STAGE_WORK ? round_step(r->round) : noise_life_step(r->life);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct rounds *r = arg;
	int64_t begin = clock_read().boot_ms;
	int rc;

	if (r->stage == STAGE_LOOK) {
		look(r);
		return;
	}
	do
		rc = step(r);
	while (rc > 0 && clock_read().boot_ms - begin < TURN_MS);
	if (rc > 0)
		wait(r->turn, TURN_MS);
	else if (rc < 0)
		give_up(r, (int64_t)r->o.config->advise_sec * 1000);
	else if (r->stage == STAGE_WORK)
		on_worked(r);
	else
		end_round(r);
}

/* --- when --- */

/* Is nothing known of what a round is about, is the kernel's list about to be another, or
 * would a piece of work with so many rules take too long? */
static bool is_not_to_be(const struct rounds *r)
{
	const struct ruleset *now = engine_rules(r->o.engine);

	return !r->rules || ruleset_count(r->rules) > ROUNDS_RULES || !now ||
	       !ruleset_equal(now, r->rules) || !engine_timeline(r->o.engine)->started;
}

static bool is_foreign(void *engine, struct span node)
{
	return engine_is_foreign(engine, node);
}

static bool start(struct rounds *r)
{
	const struct round_options options = {
		.engine = r->o.engine,
		.rules = r->rules,
		.machine = r->machine,
		.labels = MATCH_LABELS_UNKNOWN,
		.guard = r->guard,
		.is_foreign = is_foreign,
		.arg = r->o.engine,
		.min_share = (double)r->o.config->min_share / 100,
		.max_risk = (enum guard_level)r->o.config->max_risk,
		.standing = noise_life_standing(r->life),
	};

	looks_renew(r->looks);
	engine_settle(r->o.engine);
	r->round = round_new(&options);
	if (!r->round)
		return false;
	r->held = ruleset_share(r->rules);
	r->stage = STAGE_WORK;
	r->passes = 1;
	r->asked = looks_asked(r->looks);
	r->over = looks_over(r->looks);
	r->until_ms = clock_read().boot_ms + LOOKS_MS;
	wait(r->turn, 0);
	return true;
}

static void on_interval(evutil_socket_t fd, short what, void *arg)
{
	struct rounds *r = arg;
	int64_t next_ms = (int64_t)r->o.config->advise_sec * 1000;

	if (is_stale(r))
		clear_flood(r);
	if (!r->round) {
		if (is_not_to_be(r))
			next_ms = next_ms < SOON_MS ? next_ms : SOON_MS;
		else if (!start(r))
			r->given_up++;
	}
	wait(r->interval, next_ms);
}

void rounds_rules(struct rounds *r, struct ruleset *rules)
{
	ruleset_free(r->rules);
	r->rules = ruleset_share(rules);
	noise_life_rules(r->life, rules, clock_read().wall_ms);
}

void rounds_configure(struct rounds *r)
{
	if (r->round) /* it borrows what is protected */
		end_round(r);
	protect_fill(&r->protect, r->o.config, &r->guard);
	wait(r->interval, (int64_t)r->o.config->advise_sec * 1000);
}

struct lives *rounds_lives(struct rounds *r)
{
	return noise_life_lives(r->life);
}

size_t rounds_counters(const struct rounds *r, struct report_counter *counters)
{
	const struct noise_life_health life = noise_life_health(r->life);
	size_t n = 0;

	counters[n++] = (struct report_counter){"noise_refused", r->refused};
	counters[n++] = (struct report_counter){"noise_risky", r->risky};
	counters[n++] = (struct report_counter){"noise_left_out", r->left_out};
	counters[n++] = (struct report_counter){"noise_advice_over", life.over};
	counters[n++] = (struct report_counter){"noise_advice_failed", life.failed};
	counters[n++] = (struct report_counter){"noise_advice_refuted", life.refuted};
	counters[n++] = (struct report_counter){"noise_rounds_failed", r->given_up};
	counters[n++] =
		(struct report_counter){"files_not_looked_at", looks_over(r->looks)};
	return n;
}

/* --- beginning and end --- */

struct rounds *rounds_new(const struct rounds_options *options)
{
	struct rounds *r = calloc(1, sizeof(*r));
	struct noise_life_options life = {.advice = options->advice, .flood = on_refuted};

	if (!r)
		return NULL;
	r->o = *options;
	r->machine = audit_detect_machine();
	life.arg = r;
	r->life = noise_life_new(&life);
	r->looks = looks_new();
	r->interval = event_new(options->base, -1, 0, on_interval, r);
	r->turn = event_new(options->base, -1, 0, on_turn, r);
	r->again = event_new(options->base, -1, 0, on_again, r);
	if (!r->life || !r->looks || !r->interval || !r->turn || !r->again) {
		rounds_free(r);
		return NULL;
	}
	r->guard.file = looks_of;
	r->guard.arg = r->looks;
	r->guard.first_user = accounts_first_user();
	rounds_configure(r);
	return r;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

void rounds_free(struct rounds *r)
{
	if (!r)
		return;
	if (r->round)
		end_round(r);
	free_event(r->interval);
	free_event(r->turn);
	free_event(r->again);
	json_decref(r->figures);
	looks_free(r->looks, GRACE_MS);
	noise_life_free(r->life);
	ruleset_free(r->rules);
	free(r);
}
