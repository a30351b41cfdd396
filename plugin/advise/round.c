/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * round.c - one round of advice on noise: from what was counted to what is proposed
 */
#include "advise/round.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "advise/snapshot.h"
#include "advise/storms.h"

#define HOUR_MS 3600000
#define PLACES  128 /* half of what may be known of files: the other is for programs */

/* A directory that events are about, or rules. */
struct place {
	struct span dir; /* attacker-chosen and borrowed */
	bool is_real;
};

struct round {
	struct round_options o;
	struct guard_options guard; /* with the engine's facts about the traffic */
	struct round_window window;
	struct life_window windows[WINDOWS_MAX]; /* as they were then */
	int64_t now_ms;
	struct whatif *whatif;
	struct snapshot *snapshot;
	bool settled;
	struct storms *storms; /* cron's; NULL: not judged yet */
	struct noise *noise;
	struct place place[PLACES]; /* that were asked for since round_again() */
	size_t n_places;
	/* by other tables, which go on counting: names are copied */
	struct flood_source margin[FLOOD_MARGINS];
	char margin_text[FLOOD_MARGINS][NAME_TEXT_MAX];
	size_t n_margins;
};

/* --- what is known of the traffic --- */

static bool is_login(const struct whatif_flow *flow)
{
	switch (flow->auid_class) {
	case ID_CLASS_NONE:
		return flow->auid != EVENT_ID_UNSET && flow->auid != EVENT_ID_ABSENT;
	case ID_CLASS_UNSET:
		return false;
	case ID_CLASS_ROOT:
	case ID_CLASS_SYSTEM:
	case ID_CLASS_USER:
		break;
	}
	return true;
}

/* By somebody who has logged in, as far as flows are kept; also what came before this
 * process. */
static bool has_login(const struct whatif_table *table, struct span exe)
{
	for (size_t i = 0; i < table->n_flows; i++)
		if (span_equal(table->flow[i].exe.text, exe) &&
		    is_login(&table->flow[i]) &&
		    table->flow[i].count[table->n_windows - 1].records)
			return true;
	return false;
}

static bool is_start(const struct whatif_flow *flow)
{
	for (unsigned int i = 0; i < flow->n_types; i++)
		if (flow->types[i] == AUDIT_EXECVE)
			return flow->success == EVENT_SUCCESS_YES;
	return false;
}

/* Does it do little else that is recorded but start? */
static bool mostly_starts(const struct whatif_table *table, struct span exe)
{
	uint64_t starts = 0, events = 0;

	for (size_t i = 0; i < table->n_flows; i++) {
		const struct whatif_flow *flow = &table->flow[i];
		uint64_t n = flow->count[table->n_windows - 1].events;

		if (!span_equal(flow->exe.text, exe))
			continue;
		events += n;
		starts += is_start(flow) ? n : 0;
	}
	return starts > events / 2;
}

static bool tell_file(void *arg, struct span path, struct lineage *out)
{
	const struct round *r = arg;

	return r->o.guard.file(r->o.guard.arg, path, out);
}

static bool tell_traffic(void *arg, struct span exe, struct guard_traffic *out)
{
	const struct round *r = arg;
	const struct timeline *t = engine_timeline(r->o.engine);
	const struct whatif_table *table = snapshot_table(r->snapshot);
	struct program_seen seen;
	struct lineage file;

	programs_seen(engine_programs(r->o.engine), exe, t->now_ms, &seen);
	*out = (struct guard_traffic){
		.login_seen = seen.login ? GUARD_YES : GUARD_NO,
		.hour_covered = timeline_watched(t, HOUR_MS),
		.many_short = seen.storm && mostly_starts(table, exe),
	};
	if (!out->hour_covered && has_login(table, exe))
		out->login_seen = GUARD_YES;
	if (r->guard.file && r->guard.file(arg, exe, &file))
		out->inode = guard_inode(&file, &seen);
	return true;
}

static bool look_at(struct round *r, struct span dir)
{
	struct lineage file;

	return r->guard.file && tell_file(r, dir, &file) && S_ISDIR(file.self.mode) &&
	       span_equal(file.real, dir);
}

/* Of those for which there is no place nothing is known. */
static bool is_real(void *arg, struct span dir)
{
	struct round *r = arg;

	for (size_t i = 0; i < r->n_places; i++)
		if (span_equal(r->place[i].dir, dir))
			return r->place[i].is_real;
	if (r->n_places == PLACES)
		return false;
	r->place[r->n_places] = (struct place){dir, look_at(r, dir)};
	return r->place[r->n_places++].is_real;
}

/* --- what it starts from --- */

/* The longest window that was seen as a whole, else the longest. */
static struct round_window choose_window(const struct timeline *t)
{
	struct round_window w = {.index = t->windows.n - 1};

	timeline_span_ms(t, w.index, &w.complete);
	while (w.index && !w.complete)
		timeline_span_ms(t, --w.index, &w.complete);
	if (!w.complete)
		w.index = t->windows.n - 1;
	w.span_s = (double)timeline_span_ms(t, w.index, &w.complete) / 1000;
	w.seconds = (unsigned int)(t->windows.bucket_ms[w.index] * WINDOW_BUCKETS / 1000);
	return w;
}

static void note_windows(struct round *r, const struct timeline *t)
{
	r->now_ms = timeline_stamp(t);
	for (unsigned int i = 0; i < t->windows.n; i++) {
		struct life_window *w = &r->windows[i];

		w->length_ms = t->windows.bucket_ms[i] * WINDOW_BUCKETS;
		w->span_s = (double)timeline_span_ms(t, i, &w->complete) / 1000;
	}
}

static bool is_foreign(void *arg, struct span node)
{
	const struct round *r = arg;

	return r->o.is_foreign(r->o.arg, node);
}

static bool take(struct round *r)
{
	struct when now = timeline_now(engine_timeline(r->o.engine));
	const struct snapshot_options snapshot = {
		.is_foreign = r->o.is_foreign ? is_foreign : NULL,
		.arg = r,
	};
	const struct whatif_options whatif = {.rules = r->o.rules,
					      .machine = r->o.machine,
					      .labels = r->o.labels,
					      .kernel = r->o.kernel,
					      .is_real = is_real,
					      .arg = r};

	r->whatif = whatif_new(&whatif);
	if (r->whatif)
		r->snapshot =
			snapshot_take(engine_tally(r->o.engine), now.bucket, &snapshot);
	return r->snapshot;
}

static void take_margins(struct round *r)
{
	const struct when now = timeline_now(engine_timeline(r->o.engine));

	r->n_margins =
		flood_margins(engine_tally(r->o.engine), 0, now.bucket[0], r->margin);
	for (size_t i = 0; i < r->n_margins; i++) {
		struct span *text = &r->margin[i].text;

		if (!text->n)
			continue;
		text->n = text->n < NAME_TEXT_MAX ? text->n : NAME_TEXT_MAX;
		memcpy(r->margin_text[i], text->p, text->n);
		text->p = r->margin_text[i];
	}
}

struct round *round_new(const struct round_options *options)
{
	struct round *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->o = *options;
	r->guard = options->guard;
	r->guard.file = options->guard.file ? tell_file : NULL;
	r->guard.traffic = tell_traffic;
	r->guard.arg = r;
	r->window = choose_window(engine_timeline(options->engine));
	note_windows(r, engine_timeline(options->engine));
	take_margins(r);
	if (take(r))
		return r;
	round_free(r);
	errno = ENOMEM;
	return NULL;
}

void round_free(struct round *r)
{
	if (!r)
		return;
	noise_free(r->noise);
	snapshot_free(r->snapshot);
	whatif_free(r->whatif);
	free(r->storms);
	free(r);
}

/* --- the work --- */

/* Cron's sessions are told by what the lists do not know. */
static bool find_storms(struct round *r)
{
	r->storms = calloc(1, sizeof(*r->storms));
	if (!r->storms)
		return false;
	r->storms->engine = r->o.engine;
	storms_judge(r->storms, r->window.index);
	storms_keep_cron(r->storms, r->o.is_foreign, r->o.arg);
	return true;
}

static bool start_noise(struct round *r)
{
	const struct noise_options options = {
		.whatif = r->whatif,
		.rules = r->o.rules,
		.table = snapshot_table(r->snapshot),
		.guard = &r->guard,
		.storm = r->storms->storm,
		.n_storms = r->storms->n,
		.machine = r->o.machine,
		.window = r->window.index,
		.min_share = r->o.min_share,
		.max_risk = r->o.max_risk,
		.standing = r->o.standing,
	};

	r->noise = noise_new(&options);
	return r->noise;
}

int round_step(struct round *r)
{
	int rc;

	if (r->noise)
		return noise_step(r->noise);
	if (!r->storms)
		return find_storms(r) ? 1 : -ENOMEM;
	if (!r->settled) {
		rc = snapshot_settle(r->snapshot, r->whatif);
		if (rc < 0)
			return rc;
		r->settled = !rc;
		return 1;
	}
	return start_noise(r) ? 1 : -ENOMEM;
}

void round_again(struct round *r)
{
	noise_free(r->noise);
	r->noise = NULL;
	r->n_places = 0;
}

const struct noise *round_noise(const struct round *r)
{
	return r->noise;
}

const struct whatif_table *round_table(const struct round *r)
{
	return snapshot_table(r->snapshot);
}

struct whatif *round_whatif(const struct round *r)
{
	return r->whatif;
}

struct round_window round_window(const struct round *r)
{
	return r->window;
}

const struct life_window *round_windows(const struct round *r)
{
	return r->windows;
}

int64_t round_now_ms(const struct round *r)
{
	return r->now_ms;
}

struct flood round_flood(const struct round *r)
{
	const struct flood_case c = {
		.table = round_table(r),
		.fate = noise_result(r->noise)->fate,
		.margin = r->margin,
		.n_margins = r->n_margins,
		.guard = &r->guard,
		.seconds = r->windows[0].span_s,
	};

	return flood_judge(&c);
}
