/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_replay.c - what to change so that less is recorded, of what was replayed
 *
 * Nothing is named of which not all is shown: without facts about files there is no
 * advice.
 */
#include "cli/noise_replay.h"

#include <inttypes.h>
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "advise/noise.h"
#include "advise/snapshot.h"
#include "cli/cli.h"
#include "cli/file_facts.h"
#include "count/engine.h"
#include "emit/advice.h"
#include "emit/noise_object.h"

#define MIN_SHARE 0.02
#define MAX_RISK  GUARD_MEDIUM
#define HOUR_MS   3600000

struct noise_replay {
	struct engine *engine;       /* NULL once the advice is made */
	const struct ruleset *rules; /* borrowed */
	struct utsname host;
	struct file_facts *files; /* NULL: they are not looked at */
	struct guard_options guard;
	struct whatif *whatif;
	struct snapshot *snapshot;
	struct noise *noise;
	struct noise_scene scene;
	struct advice *advice;
	json_t *all;
};

/* --- what is known of the hosts and the traffic --- */

static bool is_other(void *arg, struct span node)
{
	const struct noise_replay *n = arg;
	const struct node_host host = {.name = n->host.nodename};

	return !node_is_host(node, &host);
}

/* Where all records are of one host the rules are taken for that one's, whoever it is;
 * of several for this one's. */
static bool are_several(const struct nodes *nodes)
{
	return nodes->n > 1 || nodes->over;
}

static bool are_here(struct noise_replay *n, const struct nodes *nodes)
{
	return are_several(nodes) ||
	       (nodes->n && !is_other(n, node_name(&nodes->node[0])));
}

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

static bool are_all_unset(const struct flow_ids *ids)
{
	if (ids->n_auid > FLOW_IDS_MAX)
		return false;
	for (unsigned int i = 0; i < ids->n_auid; i++)
		if (ids->auid[i] != EVENT_ID_UNSET)
			return false;
	return true;
}

/* Of all that was replayed, flows that had no place included. */
static bool has_only_unset(struct tally *tally, struct span exe)
{
	struct topk *exes = tally_table(tally, TALLY_EXES);
	bool found = false;

	for (unsigned int i = 0; i < topk_used(exes); i++) {
		struct topk_view entry = topk_view(exes, i, -1, 0);
		bool claimed;

		if (!span_equal(tally_exe(entry.name, &claimed).text, exe))
			continue;
		if (entry.error || !are_all_unset(entry.aux))
			return false;
		found = true;
	}
	return found && !topk_evicted(exes);
}

/* What ran is not known to be that file: no record of its inode is kept. */
static bool tell_traffic(void *arg, struct span exe, struct guard_traffic *out)
{
	struct noise_replay *n = arg;
	struct tally *tally = engine_tally(n->engine);
	const struct timeline *t = engine_timeline(n->engine);
	const struct whatif_table *table = snapshot_table(n->snapshot);
	unsigned int longest = table->n_windows - 1;
	bool complete;

	*out = (struct guard_traffic){.inode = GUARD_INODE_NOT_SEEN};
	out->hour_covered = timeline_span_ms(t, longest, &complete) >= HOUR_MS;
	out->login_seen = !topk_evicted(tally_table(tally, TALLY_FLOWS)) ||
					  has_only_unset(tally, exe)
				  ? GUARD_NO
				  : GUARD_UNKNOWN;
	for (size_t i = 0; i < table->n_flows; i++)
		if (span_equal(table->flow[i].exe.text, exe) &&
		    is_login(&table->flow[i]) && table->flow[i].count[longest].records)
			out->login_seen = GUARD_YES;
	return true;
}

static bool tell_file(void *arg, struct span path, struct guard_file *out)
{
	struct noise_replay *n = arg;

	return file_facts_of(n->files, path, out);
}

/* --- making it --- */

static int settle(struct noise_replay *n)
{
	int rc;

	do
		rc = snapshot_settle(n->snapshot, n->whatif);
	while (rc > 0);
	return rc;
}

/* The longest window that was seen as a whole, else the longest. */
static void choose_window(struct noise_replay *n)
{
	const struct timeline *t = engine_timeline(n->engine);
	struct noise_scene *s = &n->scene;

	unsigned int longest = t->windows.n - 1;

	s->window = longest;
	timeline_span_ms(t, s->window, &s->complete);
	while (s->window && !s->complete)
		timeline_span_ms(t, --s->window, &s->complete);
	if (!s->complete)
		s->window = longest;
	s->span_s = (double)timeline_span_ms(t, s->window, &s->complete) / 1000;
	s->window_s =
		(unsigned int)(t->windows.bucket_ms[s->window] * WINDOW_BUCKETS / 1000);
}

/* What an exception takes out now was written before that was loaded: nothing is left to
 * be done about it. */
static void tell_rule(void *arg, const struct topk_view *entry, struct whatif_flow *flow)
{
	const struct noise_replay *n = arg;

	(void)entry;
	if (flow->won != WHATIF_WON_RULE)
		return;
	for (uint32_t i = 1; i < flow->position; i++) {
		const struct rule *rule = whatif_rule_at(n->whatif, i);

		if (rule && rule->action == AUDIT_NEVER &&
		    whatif_ask(n->whatif, rule, flow) == MATCH_YES)
			flow->foreign = true;
	}
}

static int take(struct noise_replay *n)
{
	const struct nodes *nodes = engine_nodes(n->engine);
	struct when now = timeline_now(engine_timeline(n->engine));
	const struct snapshot_options snapshot = {
		.rule = tell_rule,
		.is_foreign = are_several(nodes) ? is_other : NULL,
		.arg = n,
	};
	const struct whatif_options whatif = {.rules = n->rules,
					      .machine = n->scene.machine,
					      .labels = MATCH_LABELS_UNKNOWN};

	n->whatif = whatif_new(&whatif);
	if (n->whatif)
		n->snapshot =
			snapshot_take(engine_tally(n->engine), now.bucket, &snapshot);
	return n->snapshot ? settle(n) : -1;
}

static int find(struct noise_replay *n)
{
	const struct noise_options options = {
		.whatif = n->whatif,
		.rules = n->rules,
		.table = snapshot_table(n->snapshot),
		.guard = &n->guard,
		.machine = n->scene.machine,
		.window = n->scene.window,
		.min_share = MIN_SHARE,
		.max_risk = MAX_RISK,
	};
	int rc;

	n->noise = noise_new(&options);
	if (!n->noise)
		return -1;
	do
		rc = noise_step(n->noise);
	while (rc > 0);
	return rc;
}

static void keep(void *arg, json_t *object)
{
	struct noise_replay *n = arg;

	json_array_append(n->all, object);
}

static int put_all(struct noise_replay *n, unsigned int rank)
{
	static const char *const topics[NOISE_SET] = {
		"noise 0", "noise 1", "noise 2", "noise 3",
		"noise 4", "noise 5", "noise 6", "noise 7",
	};
	const struct noise_result *r = noise_result(n->noise);

	for (size_t i = 0; i < r->n_set; i++)
		if (!advice_put(
			    n->advice, topics[i],
			    noise_object(r->set[i], rank + (unsigned int)i, &n->scene),
			    0))
			return -1;
	return 0;
}

static int make(struct noise_replay *n, const struct noise_replay_options *o)
{
	n->engine = o->engine;
	n->rules = cli_rules_set(o->rules);
	n->all = json_array();
	n->advice = advice_new(keep, n);
	if (!n->all || !n->advice)
		return -1;
	if (uname(&n->host) < 0 || !engine_timeline(n->engine)->started)
		return 0;
	n->guard = (struct guard_options){.traffic = tell_traffic, .arg = n};
	if (!o->no_files && are_here(n, engine_nodes(n->engine))) {
		n->files = file_facts_new();
		if (!n->files)
			return -1;
		n->guard.file = tell_file;
	}
	n->scene.machine = audit_detect_machine();
	choose_window(n);
	if (take(n) < 0 || find(n) < 0)
		return -1;
	n->scene.noise = n->noise;
	n->scene.whatif = n->whatif;
	n->scene.table = snapshot_table(n->snapshot);
	n->scene.files_checked = n->files != NULL;
	n->scene.rules_d = cli_rules_is_dir(o->rules) ? o->rules_name : NULL;
	return put_all(n, o->first_rank);
}

struct noise_replay *noise_replay_new(const struct noise_replay_options *options)
{
	struct noise_replay *n = calloc(1, sizeof(*n));

	if (n && !make(n, options)) {
		n->engine = NULL;
		return n;
	}
	fputs("aunoise: no memory for the advice\n", stderr);
	noise_replay_free(n);
	return NULL;
}

void noise_replay_free(struct noise_replay *n)
{
	if (!n)
		return;
	advice_free(n->advice);
	json_decref(n->all);
	noise_free(n->noise);
	snapshot_free(n->snapshot);
	whatif_free(n->whatif);
	file_facts_free(n->files);
	free(n);
}

/* --- telling it --- */

json_t *noise_replay_at(const struct noise_replay *n, size_t i)
{
	return n ? json_array_get(n->all, i) : NULL;
}

void noise_replay_print(const struct noise_replay *n)
{
	const struct noise_result *r = n && n->noise ? noise_result(n->noise) : NULL;
	const json_t *advice;
	size_t i;

	if (!r || (!r->n_set && !r->refused_records))
		return;
	printf("\nadvice on noise (files of programs were %slooked at)\n",
	       n->files ? "" : "not ");
	json_array_foreach(n->all, i, advice) print_advice(stdout, advice);
	if (!r->n_set)
		printf("nothing safe to silence: of what weighs most, %" PRIu64
		       " records, %s\n",
		       r->refused_records, r->why.text);
}

size_t noise_replay_counters(const struct noise_replay *n,
			     struct report_counter counters[NOISE_REPLAY_COUNTERS])
{
	const struct noise_result *r;

	if (!n || !n->noise)
		return 0;
	r = noise_result(n->noise);
	counters[0] = (struct report_counter){"noise_refused", r->refused};
	counters[1] = (struct report_counter){"noise_risky", r->risky};
	counters[2] = (struct report_counter){"noise_left_out", r->left_out};
	return NOISE_REPLAY_COUNTERS;
}
