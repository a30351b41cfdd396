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

#include "advise/round.h"
#include "base/accounts.h"
#include "cli/cli.h"
#include "cli/file_facts.h"
#include "cli/replay_alerts.h"
#include "config.h"
#include "count/engine.h"
#include "emit/advice.h"
#include "emit/flood_alert.h"
#include "emit/noise_object.h"
#include "protect.h"

struct noise_replay {
	struct utsname host;
	struct file_facts *files; /* NULL: they are not looked at */
	struct protect protect;
	struct guard_options guard; /* borrows from both */
	struct round *round;        /* NULL: there is nothing to advise on */
	struct noise_scene scene;
	struct advice *advice;
	json_t *all;
};

/* --- whose records they are --- */

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

/* --- making it --- */

static int run(struct noise_replay *n)
{
	int rc;

	do
		rc = round_step(n->round);
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
	const struct noise_result *r = noise_result(round_noise(n->round));

	for (size_t i = 0; i < r->n_set; i++)
		if (!advice_put(
			    n->advice, topics[i],
			    noise_object(r->set[i], rank + (unsigned int)i, &n->scene),
			    0))
			return -1;
	return 0;
}

static bool start(struct noise_replay *n, const struct noise_replay_options *o)
{
	const struct nodes *nodes = engine_nodes(o->engine);
	struct round_options options = {
		.engine = o->engine,
		.rules = cli_rules_set(o->rules),
		.machine = audit_detect_machine(),
		.labels = MATCH_LABELS_UNKNOWN,
		.is_foreign = are_several(nodes) ? is_other : NULL,
		.arg = n,
		.min_share = o->config->min_share / 100.0,
		.max_risk = (enum guard_level)o->config->max_risk,
	};

	protect_fill(&n->protect, o->config, &n->guard);
	if (!o->no_files && are_here(n, nodes)) {
		n->files = file_facts_new();
		if (!n->files)
			return false;
		n->guard.file = file_facts_of;
		n->guard.arg = n->files;
		n->guard.first_user = accounts_first_user();
	}
	options.guard = n->guard;
	n->round = round_new(&options);
	return n->round;
}

/* As the daemon does, of the first window at the end of the log. */
static void raise_flood(const struct noise_replay *n, struct replay_alerts *alerts)
{
	const struct flood flood = round_flood(n->round);
	char text[FLOOD_ALERT_TEXT];
	struct alert alert;

	if (!flood.raised)
		return;
	flood_alert(&flood, n->round, text, &alert);
	replay_alerts_raise(alerts, &alert);
}

static int make(struct noise_replay *n, const struct noise_replay_options *o)
{
	struct round_window window;

	n->all = json_array();
	n->advice = advice_new(keep, n);
	if (!n->all || !n->advice)
		return -1;
	if (uname(&n->host) < 0 || !engine_timeline(o->engine)->started)
		return 0;
	if (!start(n, o) || run(n) < 0)
		return -1;
	raise_flood(n, o->alerts);
	window = round_window(n->round);
	n->scene = (struct noise_scene){
		.noise = round_noise(n->round),
		.whatif = round_whatif(n->round),
		.table = round_table(n->round),
		.machine = audit_detect_machine(),
		.window = window.index,
		.window_s = window.seconds,
		.span_s = window.span_s,
		.complete = window.complete,
		.files_checked = n->files != NULL,
		.controls = cli_rules_controls(o->rules),
		.rules_d = cli_rules_is_dir(o->rules) ? o->rules_name : NULL,
	};
	return put_all(n, o->first_rank);
}

struct noise_replay *noise_replay_new(const struct noise_replay_options *options)
{
	struct noise_replay *n = calloc(1, sizeof(*n));

	if (n && !make(n, options))
		return n;
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
	round_free(n->round);
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
	const struct noise_result *r =
		n && n->round ? noise_result(round_noise(n->round)) : NULL;
	const json_t *advice;
	size_t i;

	if (!r || (!r->n_set && !r->refused_records))
		return;
	printf("\nadvice on noise (files of programs were %slooked at)\n",
	       n->files ? "" : "not ");
	json_array_foreach(n->all, i, advice) print_advice_whole(stdout, advice);
	if (!r->n_set)
		printf("nothing safe to silence: of what weighs most, %" PRIu64
		       " records, %s\n",
		       r->refused_records, r->why.text);
}

size_t noise_replay_counters(const struct noise_replay *n,
			     struct report_counter counters[NOISE_REPLAY_COUNTERS])
{
	const struct noise_result *r;

	if (!n || !n->round)
		return 0;
	r = noise_result(round_noise(n->round));
	counters[0] = (struct report_counter){"noise_refused", r->refused};
	counters[1] = (struct report_counter){"noise_risky", r->risky};
	counters[2] = (struct report_counter){"noise_left_out", r->left_out};
	return NOISE_REPLAY_COUNTERS;
}
