/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lookout.c - all that comes of what the watcher fetches
 */
#include "lookout.h"

#include <libaudit.h>
#include <stdlib.h>
#include <unistd.h>

#include "advisor.h"
#include "base/clock.h"
#include "emit/alarm.h"
#include "emit/rule_advice.h"
#include "emit/storm_alarm.h"
#include "samples.h"

struct lookout {
	const struct config *config;
	struct monitor *monitor;
	struct rulewatch *rulewatch;
	struct rounds *rounds;
	struct controls *controls; /* of the rule sets that come with auditd */
	struct alarm alarm;
	struct advisor advisor;
	struct storm_alarm *storms;
};

static void on_news(void *arg, unsigned int news)
{
	struct lookout *l = arg;

	alarm_news(&l->alarm, news);
	if (advisor_news(&l->advisor, news))
		alarm_news(&l->alarm, LEDGER_LOST); /* it has a cause now */
}

static void on_rules(void *arg, struct ruleset *rules)
{
	struct lookout *l = arg;

	advisor_rules(&l->advisor, rules);
	rounds_rules(l->rounds, rules);
}

static bool add_monitor(struct lookout *l, const struct lookout_options *options)
{
	const struct monitor_options o = {.base = options->base,
					  .config = options->config,
					  .engine = options->engine,
					  .watch = options->watch,
					  .watch_error = options->watch_error,
					  .news = on_news,
					  .arg = l};

	l->monitor = monitor_new(&o);
	if (!l->monitor)
		return false;
	l->alarm = (struct alarm){.engine = options->engine,
				  .ledger = monitor_ledger(l->monitor),
				  .alerts = options->alerts,
				  .ticks_per_s = clock_ticks_per_s()};
	l->advisor = (struct advisor){.engine = options->engine,
				      .monitor = l->monitor,
				      .ledger = monitor_ledger(l->monitor),
				      .advice = options->advice,
				      .rules = options->rule_advice,
				      .config = options->config};
	advisor_init(&l->advisor);
	lookout_configure(l);
	return true;
}

static bool add_rulewatch(struct lookout *l, const struct lookout_options *options)
{
	const struct rulewatch_options o = {.base = options->base,
					    .engine = options->engine,
					    .monitor = l->monitor,
					    .watch = options->watch,
					    .read = on_rules,
					    .arg = l};

	l->rulewatch = rulewatch_new(&o);
	return l->rulewatch != NULL;
}

/* Accounts are not looked up: that could wait for anything. */
static bool add_controls(struct lookout *l, const struct lookout_options *options)
{
	const struct rule_world world = {.machine = audit_detect_machine()};

	l->controls = samples_read(SAMPLE_RULES, &world);
	if (options->rule_advice)
		rule_advice_set_controls(options->rule_advice, l->controls);
	return l->controls != NULL;
}

static bool add_rounds(struct lookout *l, const struct lookout_options *options)
{
	const struct rounds_options o = {.base = options->base,
					 .config = options->config,
					 .engine = options->engine,
					 .advice = options->advice,
					 .alerts = options->alerts,
					 .controls = l->controls};

	l->rounds = rounds_new(&o);
	return l->rounds != NULL;
}

struct lookout *lookout_new(const struct lookout_options *options)
{
	struct lookout *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->config = options->config;
	l->storms = storm_alarm_new(options->engine, options->alerts, true);
	if (l->storms && add_controls(l, options) && add_monitor(l, options) &&
	    add_rounds(l, options) && add_rulewatch(l, options))
		return l;
	lookout_free(l);
	return NULL;
}

void lookout_free(struct lookout *l)
{
	if (!l)
		return;
	rulewatch_free(l->rulewatch);
	rounds_free(l->rounds);
	controls_free(l->controls);
	monitor_free(l->monitor);
	storm_alarm_free(l->storms);
	free(l);
}

void lookout_configure(struct lookout *l)
{
	l->alarm.backlog_warn = l->config->backlog_warn;
	l->alarm.backlog_critical = l->config->backlog_critical;
	if (l->rounds)
		rounds_configure(l->rounds);
}

bool lookout_answer(struct lookout *l, const struct watch_answer *answer)
{
	return monitor_answer(l->monitor, answer) ||
	       rulewatch_answer(l->rulewatch, answer);
}

void lookout_hang_up(struct lookout *l, int error)
{
	monitor_hang_up(l->monitor, error);
	rulewatch_hang_up(l->rulewatch);
}

void lookout_name_host(const struct lookout *l, struct node_host *host)
{
	const struct daemon_config *config = monitor_daemon(l->monitor);

	/* a stream that comes from elsewhere may be of any host */
	if (!config || monitor_auditd(l->monitor) != getppid())
		return;
	host->alone = !config->listens;
	host->shared = config->listens;
	if (config->name_format == DAEMON_NAME_HOSTNAME)
		host->node = host->name;
	else if (config->name_format == DAEMON_NAME_USER && config->name[0])
		host->node = config->name;
}

struct monitor *lookout_monitor(struct lookout *l)
{
	return l->monitor;
}

struct rounds *lookout_rounds(struct lookout *l)
{
	return l->rounds;
}

const struct rulewatch *lookout_rulewatch(const struct lookout *l)
{
	return l->rulewatch;
}
