/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise.c - what to change so that less is recorded, and what that saves
 */
#include "advise/noise.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "advise/noise_inner.h"

#define GAINS  16   /* that are reckoned in one step */
#define NEARLY 0.98 /* of the best: then the narrower one */
#define STANDS 1.25 /* as much more another one must save, to go before one of before */
#define ENOUGH 0.5  /* of min_share, for one of before */

/* A high risk must save twice as much as none. */
static const double worth[GUARD_LEVELS] = {1.0, 0.8, 0.5};

struct noise *noise_new(const struct noise_options *options)
{
	struct noise *n = calloc(1, sizeof(*n));
	size_t fates;

	if (!n)
		return NULL;
	n->options = *options;
	n->n_fates = options->table->n_flows + options->table->n_records;
	fates = n->n_fates ? n->n_fates : 1;
	n->candidate = calloc(NOISE_CANDIDATES, sizeof(*n->candidate));
	n->allowed = calloc(NOISE_CANDIDATES, sizeof(*n->allowed));
	n->fate = calloc(fates, 1);
	n->together = calloc(fates, 1);
	n->gain = calloc(NOISE_CANDIDATES, sizeof(*n->gain));
	if (!n->candidate || !n->allowed || !n->gain || !n->fate || !n->together ||
	    noise_find_heavy(n) < 0) {
		noise_free(n);
		errno = ENOMEM;
		return NULL;
	}
	n->result.fate = n->together;
	n->result.allowed = (const struct noise_advice *const *)n->allowed;
	return n;
}

void noise_free(struct noise *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->n_candidates; i++) {
		for (size_t k = 0; k < n->candidate[i].n; k++)
			rule_free(n->candidate[i].rule[k]);
		free((void *)n->candidate[i].fate);
	}
	free(n->candidate);
	free(n->allowed);
	free(n->gain);
	free(n->fate);
	free(n->together);
	free(n);
}

/* --- judging --- */

static size_t edits_of(const struct noise_advice *a, struct whatif_edit *edit)
{
	for (size_t i = 0; i < a->n; i++)
		edit[i] = (struct whatif_edit){a->rule[i], a->instead[i]};
	return a->n;
}

static double share_of(const struct noise *n, uint64_t records)
{
	uint64_t total = n->options.table->total[n->options.window].records;

	return total ? (double)records / (double)total : 0;
}

/* Cron's sessions, as they were found among the storms. */
static const struct auth_storm *storm_of(const struct noise *n,
					 const struct noise_advice *a)
{
	const struct rule_field *exe = rule_find(a->rule[0], AUDIT_EXE);

	for (size_t i = 0; a->kind == NOISE_EXCLUDE && exe && i < n->options.n_storms;
	     i++)
		if (n->options.storm[i].class == AUTH_CRON_SESSIONS &&
		    span_equal(n->options.storm[i].exe, exe->text))
			return &n->options.storm[i];
	return NULL;
}

static bool ask_guard(struct noise *n, struct noise_advice *a,
		      const struct whatif_edit *edit)
{
	const struct auth_storm *storm = storm_of(n, a);
	const struct guard_case c = {
		.edit = edit,
		.n = a->n,
		.about = {a->about[0], a->about[1]},
		.table = n->options.table,
		.fate = n->fate,
		.window = n->options.window,
		.is_cron = storm != NULL,
		.is_backed = storm && storm->is_backed,
		.may_lack_paths = whatif_may_lack_paths(n->options.whatif),
	};

	return guard_judge(n->options.guard, &c, &a->verdict);
}

/* Of the candidate that was run last. */
static size_t main_flow(const struct noise *n)
{
	const struct whatif_table *t = n->options.table;
	unsigned int window = n->options.window;
	size_t best = SIZE_MAX;
	uint64_t most = 0;

	for (size_t i = 0; i < t->n_flows + t->n_records; i++) {
		bool whole = i < t->n_flows;
		size_t flow = whole ? i : t->record[i - t->n_flows].flow;
		uint64_t records =
			whole ? t->flow[i].count[window].records
			      : t->record[i - t->n_flows].vanish[window].records;

		if (n->fate[i] != WHATIF_KEPT && records > most && flow < t->n_flows) {
			most = records;
			best = flow;
		}
	}
	return best;
}

static void note_refusal(struct noise *n, const struct noise_advice *a)
{
	unsigned int window = n->options.window;
	uint64_t records = a->saves.lost[window].records + a->saves.open[window].records;

	n->result.refused++;
	if (n->result.refused_records && records <= n->result.refused_records)
		return;
	n->result.refused_records = records;
	n->result.why = a->verdict;
	n->result.refused_flow = main_flow(n);
}

/* Of the window's records, that it has to save. */
static double least_of(const struct noise *n, const struct noise_advice *a)
{
	return n->options.min_share * (a->standing ? ENOUGH : 1);
}

static void note_outcome(struct noise *n, const struct noise_advice *a,
			 enum noise_outcome outcome)
{
	if (!a->standing)
		return;
	n->result.again[a->standing - 1].outcome = outcome;
	n->result.again[a->standing - 1].advice = a;
}

/* A piece of it. Return: 0 or -ENOMEM; with n->flow at 0 it is done. */
static int judge(struct noise *n, struct noise_advice *a)
{
	const struct whatif_table *t = n->options.table;
	struct whatif_edit edit[NOISE_RULES];
	size_t edits = edits_of(a, edit);
	uint64_t most;
	uint8_t *fate;

	n->flow = whatif_run_flows(n->options.whatif, t, edit, edits, n->fate, n->flow);
	if (n->flow < t->n_flows)
		return 0;
	n->flow = 0;
	whatif_run_end(n->options.whatif, t, edit, edits, n->fate, &a->saves);
	most = a->saves.lost[n->options.window].records +
	       a->saves.open[n->options.window].records;
	if (!most || share_of(n, most) < least_of(n, a)) {
		n->result.small++;
		note_outcome(n, a, NOISE_SMALL);
		return 0;
	}
	/* an edit that is not exact by itself has no open flow to show for it */
	if (!ask_guard(n, a, edit) || !a->saves.exact) {
		note_refusal(n, a);
		note_outcome(n, a, NOISE_REFUSED);
		return 0;
	}
	if (a->verdict.risk > n->options.max_risk) {
		n->result.risky++;
		note_outcome(n, a, NOISE_RISKY);
		return 0;
	}
	fate = malloc(n->n_fates);
	if (!fate)
		return -ENOMEM;
	memcpy(fate, n->fate, n->n_fates);
	a->fate = fate;
	n->allowed[n->result.n_allowed++] = a;
	note_outcome(n, a, NOISE_ALLOWED);
	return 0;
}

/* --- the set --- */

/* Is it of the rule that the advice is about? Of an exclude all is. */
static bool is_own(const struct noise_advice *a, const struct whatif_flow *flow)
{
	if (a->kind == NOISE_EXCLUDE)
		return true;
	if (!a->about[0])
		return flow->won == WHATIF_WON_OPEN;
	return flow->won == WHATIF_WON_RULE &&
	       (flow->position == a->about[0]->position ||
		(a->about[1] && flow->position == a->about[1]->position));
}

/* What goes in the window that counts. @own: of the rule alone that this is about; NULL:
 * all. */
static struct count lost_of(const struct noise *n, const uint8_t *fate,
			    const struct noise_advice *own)
{
	const struct whatif_table *t = n->options.table;
	struct count sum = {0, 0, 0};

	for (size_t i = 0; i < n->n_fates; i++) {
		const struct count *c;

		if (fate[i] != WHATIF_LOST)
			continue;
		if (i < t->n_flows) {
			if (own && !is_own(own, &t->flow[i]))
				continue;
			c = &t->flow[i].count[n->options.window];
		} else {
			const struct whatif_record *r = &t->record[i - t->n_flows];

			if (r->flow < t->n_flows && fate[r->flow] != WHATIF_KEPT)
				continue; /* counted with it */
			c = &r->vanish[n->options.window];
		}
		sum.events += c->events;
		sum.records += c->records;
		sum.bytes += c->bytes;
	}
	return sum;
}

static void unite(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = a[i] > b[i] ? a[i] : b[i];
}

/* Ties go to the lower risk, then to the narrower rule, then to the one with the lesser
 * text, which is the same wherever it is asked. */
static bool is_better(const struct noise_advice *a, const struct noise_advice *b)
{
	if (a->verdict.risk != b->verdict.risk)
		return a->verdict.risk < b->verdict.risk;
	if (a->breadth != b->breadth)
		return a->breadth < b->breadth;
	return rule_compare(a->rule[0], b->rule[0]) < 0;
}

/*
 * Beside those that are picked already. What other rules lose is told, but is no gain:
 * of two that do the same for the rule they are about, the one that leaves the others
 * alone is as good.
 */
static struct noise_gain gain_of(struct noise *n, const struct noise_advice *a)
{
	struct count before = lost_of(n, n->together, NULL), after;
	uint64_t own = lost_of(n, n->together, a).records;
	struct noise_gain g = {.score = 0};

	unite(n->fate, n->together, a->fate, n->n_fates);
	after = lost_of(n, n->fate, NULL);
	own = lost_of(n, n->fate, a).records - own;
	if (after.records <= before.records)
		return g;
	g.more.events = after.events - before.events;
	g.more.records = after.records - before.records;
	g.more.bytes = after.bytes - before.bytes;
	if (share_of(n, own) >= least_of(n, a))
		g.score =
			(double)own * worth[a->verdict.risk] * (a->standing ? STANDS : 1);
	return g;
}

/* Return: false: nothing more is worth it. */
static bool pick(struct noise *n)
{
	struct noise_result *r = &n->result;
	size_t best = r->n_allowed;
	double highest = 0;

	if (r->n_set == NOISE_SET)
		return false;
	for (size_t i = 0; i < r->n_allowed; i++)
		if (n->gain[i].score > highest)
			highest = n->gain[i].score;
	for (size_t i = 0; highest > 0 && i < r->n_allowed; i++)
		if (n->gain[i].score >= NEARLY * highest &&
		    (best == r->n_allowed || is_better(n->allowed[i], n->allowed[best])))
			best = i;
	if (best == r->n_allowed)
		return false;
	n->allowed[best]->adds = n->gain[best].more;
	unite(n->together, n->together, n->allowed[best]->fate, n->n_fates);
	r->set[r->n_set++] = n->allowed[best];
	return true;
}

static int next_phase(struct noise *n)
{
	n->phase++;
	n->next = 0;
	return 1;
}

/* All of the set at once, a piece of it: what two of them free together counts too, and
 * must be as exact as each alone. Return: as noise_step(). */
static int run_set(struct noise *n)
{
	const struct whatif_table *t = n->options.table;
	struct whatif_edit edit[NOISE_SET * NOISE_RULES];
	struct noise_result *r = &n->result;
	size_t edits = 0;

	for (size_t i = 0; i < r->n_set; i++)
		edits += edits_of(r->set[i], edit + edits);
	n->flow =
		whatif_run_flows(n->options.whatif, t, edit, edits, n->together, n->flow);
	if (n->flow < t->n_flows)
		return 1;
	n->flow = 0;
	whatif_run_end(n->options.whatif, t, edit, edits, n->together, &r->saves);
	if (r->saves.exact || r->n_set <= 1)
		return next_phase(n);
	r->n_set--;
	return 1;
}

/* Some gains at a time; when all are there, one is picked. Return: as noise_step(). */
static int pick_step(struct noise *n)
{
	for (int i = 0; i < GAINS && n->next < n->result.n_allowed; i++, n->next++)
		n->gain[n->next] = gain_of(n, n->allowed[n->next]);
	if (n->next < n->result.n_allowed)
		return 1;
	n->next = 0;
	return pick(n) ? 1 : next_phase(n);
}

/* --- step by step --- */

int noise_step(struct noise *n)
{
	int rc = 0;

	switch (n->phase) {
	case NOISE_BEFORE:
		if (!n->options.standing || n->next == NOISE_STANDING)
			return next_phase(n);
		rc = noise_make_standing(n, (unsigned int)n->next++);
		break;
	case NOISE_FLOWS:
		if (n->next == n->n_heavy)
			return next_phase(n);
		rc = noise_make_flow(n, n->heavy[n->next++]);
		break;
	case NOISE_RECORDS:
		if (n->next == n->n_record)
			return next_phase(n);
		rc = noise_make_record(n, n->record[n->next++]);
		break;
	case NOISE_STORMS:
		if (n->next == n->options.n_storms)
			return next_phase(n);
		rc = noise_make_storm(n, &n->options.storm[n->next++]);
		break;
	case NOISE_JUDGE:
		if (n->next == n->n_candidates)
			return next_phase(n);
		rc = judge(n, &n->candidate[n->next]);
		n->next += !n->flow;
		break;
	case NOISE_PICK:
		return pick_step(n);
	case NOISE_RUN:
		return run_set(n);
	case NOISE_DONE:
		return 0;
	}
	return rc < 0 ? rc : 1;
}

const struct noise_result *noise_result(const struct noise *n)
{
	return &n->result;
}
