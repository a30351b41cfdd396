/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advisor.c - looks at what is known, and proposes
 */
#include "advisor.h"

#include <fcntl.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advise/loss.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "config.h"
#include "emit/advice.h"
#include "emit/daemon_object.h"
#include "emit/queue_object.h"
#include "emit/rule_advice.h"
#include "monitor.h"

#define REFINE_MS 3000
#define REST_MS   3000  /* an incident's last record, and those that wait for their age */
#define AGAIN_MS  60000 /* between two looks at one that does not rest */
#define DAY_MS    86400000 /* without an overload, and none is to be feared */
#define MARGIN_MS 10000    /* between two looks for a queue that was nearly full */
#define SPAN_MS   60000    /* of what came, that such a look is at */
/* before an incident: what auditd did not get through came by then */
#define WAITED_MS 30000
#define LARGER    1.25 /* than what stands, to take its place */

#define BOOT_LIMIT  64 /* kernel/audit.c: audit_backlog_limit */
#define CMDLINE_MAX 4096
#define LOCKED      2 /* enabled: no setting can be changed until the next boot */

/* Names of what is proposed, of which one each stands. */
static const char depth_topic[] = "depth", overload_topic[] = "overload",
		  wait_topic[] = "wait", boot_topic[] = "boot",
		  failure_topic[] = "failure";
static const char *const daemon_topics[DAEMON_SETTINGS] = {
	[DAEMON_Q_DEPTH] = "q_depth",
	[DAEMON_PRIORITY_BOOST] = "priority_boost",
	[DAEMON_FLUSH] = "flush",
};

/* --- the machine --- */

uint32_t advisor_boot_limit(struct span cmdline)
{
	static const char name[] = "audit_backlog_limit=";
	uint32_t limit = BOOT_LIMIT;
	char number[24], *end;
	unsigned long value;
	struct span word;

	while ((word = text_word(&cmdline)).n) {
		if (word.n < sizeof(name) ||
		    word.n - sizeof(name) + 1 >= sizeof(number) ||
		    memcmp(word.p, name, sizeof(name) - 1))
			continue;
		memcpy(number, word.p + sizeof(name) - 1, word.n - sizeof(name) + 1);
		number[word.n - sizeof(name) + 1] = '\0';
		value = strtoul(number, &end, 0); /* as kstrtouint(): 0x and 0 too */
		if (!*end && number[0] >= '0' && number[0] <= '9' && value <= UINT32_MAX)
			limit = (uint32_t)value; /* the last one holds */
	}
	return limit;
}

void advisor_init(struct advisor *a)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t bytes = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	char text[CMDLINE_MAX];
	ssize_t n = fd < 0 ? 0 : file_read_all(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	a->boot_limit = advisor_boot_limit((struct span){text, n > 0 ? (size_t)n : 0});
	a->most_depth = queue_most(bytes);
	a->most_q_depth = daemon_most(bytes);
}

/* --- proposing --- */

/* What the kernel takes no more until the next boot. Return: false: no memory. */
static bool lock(json_t *object)
{
	json_t *why =
		json_sprintf("%s; the settings are locked (-e 2), so the line holds "
			     "after the next boot",
			     json_string_value(json_object_get(object, "why")));

	return !json_object_set_new(object, "why", why) &&
	       !json_object_set_new(object, "undo", json_null()) &&
	       !json_object_set_new(object, "commands", json_array());
}

/* Takes @object, NULL too. Return: false: no memory, and nothing is proposed. */
static bool put(struct advisor *a, const char *topic, json_t *object,
		const struct clock_reading *now)
{
	const char *kind = json_string_value(json_object_get(object, "kind"));

	if (object && a->ledger->status.enabled == LOCKED && strcmp(kind, "auditd") &&
	    json_array_size(json_object_get(object, "commands")) && !lock(object)) {
		json_decref(object);
		object = NULL;
	}
	return advice_put(a->advice, topic, object, now->wall_ms);
}

static struct queue_bounds bounds_of(const struct advisor *a)
{
	return (struct queue_bounds){a->most_depth, a->ledger->status.backlog_limit};
}

static bool is_applied(const struct advisor *a)
{
	uint32_t limit = a->ledger->status.backlog_limit;

	if (a->advised.lowers)
		return limit && limit <= a->advised.depth;
	return limit >= a->advised.depth || !limit;
}

static void put_depth(struct advisor *a, const struct queue_advice *advice,
		      const struct ledger_entry *e, const struct clock_reading *now)
{
	put(a, depth_topic,
	    queue_object(advice, e, clock_ticks_per_s(), a->ledger->status.backlog_limit),
	    now);
	a->advised = *advice;
	a->entry = *e;
	a->applied_ms = 0;
}

/* --- an incident --- */

/* What was refused between two statuses, for the profile of arrivals. */
static void note_refused(struct advisor *a, const struct clock_reading *now)
{
	const struct ledger *l = a->ledger;
	uint64_t more = l->total.refused - a->refused;

	/* what the kernel's log tells in between is of the same stretch: told late, it
	 * says nothing of when; so all of it is put back once, by the next status */
	if (l->status_boot_ms == a->status_boot_ms)
		return;
	if (more && a->status_boot_ms) /* else it was lost before our first look */
		burst_refused(engine_burst(a->engine),
			      now->wall_ms - (now->boot_ms - a->status_boot_ms),
			      now->wall_ms,
			      more > UINT32_MAX ? UINT32_MAX : (uint32_t)more);
	a->refused = l->total.refused;
	a->status_boot_ms = l->status_boot_ms;
}

/* Return: an incident of this process that is to be looked at; NULL: none. */
static struct ledger_entry *unjudged(struct advisor *a, const struct clock_reading *now)
{
	if (!a->pending || (now->boot_ms - a->news_ms < REST_MS &&
			    now->boot_ms - a->judged_ms < AGAIN_MS))
		return NULL;
	a->pending = false;
	a->judged_ms = now->boot_ms;
	return ledger_newest(a->ledger);
}

static void take_depth(struct advisor *a, const struct queue_advice *advice,
		       const struct ledger_entry *e, const struct clock_reading *now)
{
	bool stands;

	if (advice->verdict == QUEUE_DEEPER && a->advised.lowers && is_applied(a))
		a->keeps_depth = true;
	stands = a->advised.depth && !a->advised.lowers && !is_applied(a);

	if (advice->verdict == QUEUE_DEEPER &&
	    (!stands || advice->depth > LARGER * a->advised.depth))
		put_depth(a, advice, e, now);
}

static void take_overload(struct advisor *a, const struct queue_advice *advice,
			  const struct ledger_entry *e, const struct clock_reading *now)
{
	const struct kernel_status *status = &a->ledger->status;
	unsigned int ticks = clock_ticks_per_s();

	if (advice->verdict != QUEUE_NO_DEPTH)
		return;
	a->overload_ms = now->boot_ms;
	put(a, overload_topic, queue_object(advice, e, ticks, status->backlog_limit),
	    now);
	if (e->sums.refused && loss_was_overloaded(e) && ticks && status->has_wait_time &&
	    !status->wait_time_ticks)
		put(a, wait_topic, queue_wait_object(advice, e, ticks), now);
}

static void take_daemon(struct advisor *a, const struct ledger_entry *e,
			const struct clock_reading *now)
{
	const struct daemon_config *config = monitor_daemon(a->monitor);
	struct daemon_advice advice, *was;

	if (!config)
		return;
	advice = daemon_advise(
		e, config, a->ledger->has_report ? &a->ledger->report : NULL,
		burst_waiting(engine_burst(a->engine), e->first_ms - WAITED_MS),
		a->most_q_depth);
	if (advice.setting == DAEMON_NOTHING)
		return;
	was = &a->daemon[advice.setting];
	if (was->to && !daemon_is_applied(was, config) && advice.to <= LARGER * was->to)
		return;
	if (put(a, daemon_topics[advice.setting], daemon_object(&advice, e), now))
		*was = advice;
}

/* Return: has it another cause than before? */
static bool look_at_incident(struct advisor *a, struct ledger_entry *e,
			     const struct clock_reading *now)
{
	const struct queue_bounds bounds = bounds_of(a);
	struct queue_advice advice;
	bool filled = e->cause == LEDGER_UNKNOWN &&
		      queue_was_filled(engine_burst(a->engine), e);

	if (filled) {
		e->evidence.filled = true;
		loss_judge(e);
	}
	advice = queue_advise(engine_burst(a->engine), e, &bounds);
	take_depth(a, &advice, e, now);
	take_overload(a, &advice, e, now);
	take_daemon(a, e, now);
	return filled;
}

static void look_before(struct advisor *a, const struct clock_reading *now)
{
	const struct queue_bounds bounds = {a->most_depth, a->boot_limit};
	const struct ledger_entry *e = a->ledger->before;
	struct queue_advice advice = queue_at_boot(e, &bounds);

	if (advice.verdict == QUEUE_DEEPER)
		put(a, boot_topic, queue_boot_object(&advice, e, a->boot_limit), now);
}

/* --- what stands --- */

/* Once the depth is there, what comes may show that less is enough; but once only. */
static void look_at_applied(struct advisor *a, const struct clock_reading *now)
{
	struct ledger_sums *then = &a->sums_applied;
	const struct ledger_sums *sums = &a->ledger->total;
	struct queue_advice less;

	if (!a->applied_ms) {
		a->applied_ms = now->wall_ms;
		*then = *sums;
	}
	if (a->advised.basis != QUEUE_RECONSTRUCTED || a->keeps_depth ||
	    now->wall_ms - a->applied_ms < REFINE_MS || sums->refused != then->refused ||
	    sums->waited_ticks != then->waited_ticks)
		return;
	less = queue_refine(engine_burst(a->engine), a->applied_ms, &a->advised);
	a->looked_ms = now->wall_ms;
	if (less.verdict == QUEUE_DEEPER)
		put_depth(a, &less, &a->entry, now);
}

static void look_at_depth(struct advisor *a, const struct clock_reading *now)
{
	bool applied;

	if (!a->advised.depth)
		return;
	applied = is_applied(a);
	advice_set_state(a->advice, depth_topic,
			 applied ? ADVICE_APPLIED : ADVICE_PROPOSED, now->wall_ms);
	if (!applied)
		a->applied_ms = 0;
	else if (now->wall_ms - a->looked_ms >= REFINE_MS)
		look_at_applied(a, now);
}

/* Nothing was lost, but how near was it? */
static void look_at_margin(struct advisor *a, const struct clock_reading *now)
{
	const struct ledger *l = a->ledger;
	const struct queue_bounds bounds = bounds_of(a);
	struct ledger_entry none = {.evidence = {.backlog_limit = bounds.limit}};
	int64_t from = now->wall_ms - SPAN_MS;
	struct queue_advice advice;
	uint32_t polled;

	if (bounds.limit != a->limit) {
		a->limit = bounds.limit;
		a->limit_ms = now->wall_ms;
		a->polled = 0;
	}
	if (l->status.backlog > a->polled)
		a->polled = l->status.backlog;
	if (now->boot_ms - a->margin_ms < MARGIN_MS)
		return;
	a->margin_ms = now->boot_ms;
	polled = a->polled;
	a->polled = 0;
	if (from < a->limit_ms)
		from = a->limit_ms;
	if (l->open || (a->advised.depth && !is_applied(a)) ||
	    (l->n && ledger_newest(a->ledger)->last_ms >= from))
		return;
	advice = queue_margin(engine_burst(a->engine), from, polled, &bounds);
	if (advice.verdict == QUEUE_DEEPER)
		put_depth(a, &advice, &none, now);
}

/* Does the kernel do with a loss what the site wants? */
static void look_at_failure(struct advisor *a, const struct clock_reading *now)
{
	unsigned int failure = a->ledger->status.failure;
	unsigned int policy = a->config->policy_failure; /* a reload may change it */
	json_t *object;

	if (a->failure_seen == failure + 1 && a->policy_seen == policy)
		return;
	if (policy && policy != failure) {
		object = failure_object(failure, policy);
		if (!put(a, failure_topic, object, now))
			return; /* no memory: another time */
		/* the mode may have gone back to what it was */
		advice_set_state(a->advice, failure_topic, ADVICE_PROPOSED, now->wall_ms);
		a->failure_policy = policy;
	} else if (policy && a->failure_policy == policy) {
		advice_set_state(a->advice, failure_topic, ADVICE_APPLIED, now->wall_ms);
	} else {
		advice_withdraw(a->advice, failure_topic,
				"policy_failure asks for something else now",
				now->wall_ms);
	}
	a->failure_seen = failure + 1;
	a->policy_seen = policy;
}

static void look_at_daemon(struct advisor *a, const struct clock_reading *now)
{
	const struct daemon_config *config = monitor_daemon(a->monitor);
	unsigned int i;

	for (i = 0; config && i < DAEMON_SETTINGS; i++)
		if (a->daemon[i].setting != DAEMON_NOTHING)
			advice_set_state(a->advice, daemon_topics[i],
					 daemon_is_applied(&a->daemon[i], config)
						 ? ADVICE_APPLIED
						 : ADVICE_PROPOSED,
					 now->wall_ms);
}

static void look_at_overload(struct advisor *a, const struct clock_reading *now)
{
	static const char why[] = "no overload for a day";

	advice_set_state(a->advice, wait_topic,
			 a->ledger->status.wait_time_ticks ? ADVICE_APPLIED
							   : ADVICE_PROPOSED,
			 now->wall_ms);
	if (!a->overload_ms || now->boot_ms - a->overload_ms < DAY_MS)
		return;
	a->overload_ms = 0;
	advice_withdraw(a->advice, overload_topic, why, now->wall_ms);
	if (!a->ledger->status.wait_time_ticks)
		advice_withdraw(a->advice, wait_topic, why, now->wall_ms);
}

/* --- rules --- */

/* What files they name is not looked at here, nor which security module there is. */
void advisor_rules(struct advisor *a, const struct ruleset *kernel)
{
	const struct repair_look look = {.set = kernel,
					 .known = {.machine = audit_detect_machine(),
						   .labels = FINDING_LABELS_UNKNOWN},
					 .budget = REPAIR_BUDGET_LIVE,
					 .most_rules = REPAIR_RULES_LIVE};
	bool locked = a->ledger->has_status && a->ledger->status.enabled == LOCKED;

	if (a->rules &&
	    rule_advice_look(a->rules, &look, locked, clock_read().wall_ms) < 0)
		log_msg(LOG_WARNING, "no memory to look through the rules");
}

bool advisor_news(struct advisor *a, unsigned int news)
{
	const unsigned int judged =
		LEDGER_LOST | LEDGER_HELD | LEDGER_GAP | LEDGER_DISPATCH;
	struct clock_reading now = clock_read();
	struct ledger_entry *e;
	bool anew;

	if (a->applied_ms > now.wall_ms || a->looked_ms > now.wall_ms ||
	    a->limit_ms > now.wall_ms) /* the clock was set back */
		a->applied_ms = a->looked_ms = a->limit_ms = now.wall_ms;
	note_refused(a, &now);
	if (news & LEDGER_BEFORE) {
		look_before(a, &now);
	} else if (news & judged) {
		if (!a->pending && now.boot_ms - a->news_ms >= AGAIN_MS)
			a->judged_ms =
				now.boot_ms; /* the first of it: it may rest soon */
		a->pending = true;
		a->news_ms = now.boot_ms;
	}
	e = unjudged(a, &now);
	anew = e && look_at_incident(a, e, &now);
	if (!a->ledger->has_status)
		return anew;
	look_at_depth(a, &now);
	look_at_margin(a, &now);
	look_at_failure(a, &now);
	look_at_daemon(a, &now);
	look_at_overload(a, &now);
	return anew;
}
