/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alarm.c - from the ledger's news to alerts
 */
#include "emit/alarm.h"

#include <inttypes.h>
#include <libaudit.h>
#include <math.h>
#include <stdio.h>

#include "advise/loss.h"
#include "base/clock.h"
#include "base/text.h"
#include "emit/schema.h"

#define FRESH_MS 60000 /* a status is asked for twice in this at the least */

#define RESTART_EVENTS 20   /* that auditd's own going and coming makes, at most */
#define SEARCH_MS      1000 /* between two searches for suspects: each walks all flows */
#define WHO_MAX        1280 /* two quoted names and some words */
#define TEXT_MAX       2048

static void set_share(json_t *figures, const char *name, int64_t part, int64_t whole)
{
	json_object_set_new(figures, name,
			    json_real(schema_share((double)part, (double)whole)));
}

/* --- who --- */

/* Of the seconds of the incident; records are stamped before they are lost. */
static void find_suspects(struct alarm *a, struct ledger_entry *e,
			  const struct clock_reading *now)
{
	const struct timeline *t = engine_timeline(a->engine);
	struct when to = timeline_now(t);
	int64_t width = t->windows.bucket_ms[0], span = now->wall_ms - e->first_ms;

	if (a->searched_ms && now->boot_ms - a->searched_ms < SEARCH_MS)
		return;
	a->searched_ms = now->boot_ms;
	if (span < 0 || span > WINDOW_BUCKETS * width)
		span = WINDOW_BUCKETS * width;
	engine_settle(a->engine);
	suspects_find(engine_tally(a->engine), to.bucket[0] - span / width - 1,
		      to.bucket[0], &e->suspects);
}

static struct span text_of(const struct suspects_text *t)
{
	return t->absent ? (struct span){NULL, 0} : (struct span){t->text, t->n};
}

/* The heaviest suspect as words and figures; "" where there is none. */
static void name_suspect(const struct ledger_entry *e, json_t *figures, char *out,
			 size_t size)
{
	const struct suspect *s = &e->suspects.of[0];
	char key[4 * SUSPECTS_TEXT + 16], exe[4 * SUSPECTS_TEXT + 16];
	double share;

	*out = '\0';
	if (!e->suspects.n || !e->suspects.records)
		return;
	share = (double)s->records / (double)e->suspects.records;
	if (share > 1)
		share = 1;
	text_quote(text_of(&s->key), key, sizeof(key));
	text_quote(text_of(&s->exe), exe, sizeof(exe));
	schema_set_text(figures, "top_key", text_of(&s->key), s->key.cut);
	schema_set_text(figures, "top_exe", text_of(&s->exe), s->exe.cut);
	json_object_set_new(figures, "top_share",
			    json_real((double)(int)(share * 10000) / 10000));
	snprintf(out, size, "; %d%% of the records meanwhile: %s%s%s%s",
		 (int)(share * 100), s->key.absent ? "no key" : "key ",
		 s->key.absent ? "" : key, s->exe.absent ? "" : ", ",
		 s->exe.absent ? "" : exe);
}

/* --- what --- */

static json_t *figures_of(const struct ledger_entry *e)
{
	json_t *f = json_object();
	struct loss_range events = loss_events(e), records = loss_records(e);

	schema_set_number(f, "refused", e->sums.refused);
	schema_set_number(f, "missing_events_min", events.min);
	schema_set_number(f, "missing_events_max", events.max);
	schema_set_number(f, "missing_records_min", records.min);
	schema_set_number(f, "missing_records_max", records.max);
	schema_set_number(f, "gap_events", e->sums.gap_events);
	schema_set_number(f, "backlog_peak", e->evidence.backlog_peak);
	schema_set_number(f, "backlog_limit", e->evidence.backlog_limit);
	schema_set_number(f, "rate_limit", e->evidence.rate_limit);
	json_object_set_new(f, "place", json_string(loss_place_name(e->place)));
	if (e->evidence.watched_ms > 0) {
		set_share(f, "auditd_run_share", e->evidence.run_ms,
			  e->evidence.watched_ms);
		set_share(f, "auditd_starved_share", e->evidence.starved_ms,
			  e->evidence.watched_ms);
	}
	return f;
}

static void raise(struct alarm *a, enum alert_kind kind, enum alert_level level,
		  const char *cause, const char *text, json_t *figures)
{
	const struct alert alert = {kind, level, cause, text, figures};
	struct clock_reading now = clock_read();

	alerts_raise(a->alerts, &alert, &now);
}

static void raise_loss(struct alarm *a, const struct ledger_entry *e)
{
	json_t *figures = figures_of(e);
	char text[TEXT_MAX], who[WHO_MAX], since[CLOCK_TEXT_SIZE];

	if (a->loss_cause != e->cause)
		alerts_clear(a->alerts, ALERT_LOSS, loss_cause_name(a->loss_cause));
	a->loss_cause = e->cause;
	clock_text(e->first_ms, since);
	name_suspect(e, figures, who, sizeof(who));
	snprintf(text, sizeof(text),
		 "audit records are lost since %s: %" PRIu64
		 " refused by the kernel (%s)%s; %s",
		 since, e->sums.refused, loss_cause_name(e->cause), who,
		 loss_remedy(e->cause));
	raise(a, ALERT_LOSS, ALERT_CRITICAL, loss_cause_name(e->cause), text, figures);
	if (e->cause != LEDGER_RATE_LIMIT)
		return;
	snprintf(text, sizeof(text),
		 "the kernel discards audit records above %u a second (auditctl -r)",
		 e->evidence.rate_limit);
	raise(a, ALERT_RATE_LIMIT, ALERT_CRITICAL, NULL, text, figures_of(e));
}

static void raise_stall(struct alarm *a, const struct ledger_entry *e)
{
	json_t *figures = figures_of(e);
	char text[TEXT_MAX], who[WHO_MAX];

	if (a->stall_cause != e->cause)
		alerts_clear(a->alerts, ALERT_STALL, loss_cause_name(a->stall_cause));
	a->stall_cause = e->cause;
	if (a->ticks_per_s)
		json_object_set_new(
			figures, "stalled_s",
			json_real((double)e->sums.waited_ticks / a->ticks_per_s));
	name_suspect(e, figures, who, sizeof(who));
	snprintf(text, sizeof(text),
		 "programs %s held up by the full audit queue (%s)%s; %s",
		 status_is_over(&a->ledger->status) ? "are" : "were",
		 loss_cause_name(e->cause), who, loss_remedy(e->cause));
	raise(a, ALERT_STALL, ALERT_WARNING, loss_cause_name(e->cause), text, figures);
}

static void raise_gap(struct alarm *a, const struct ledger_entry *e)
{
	char text[TEXT_MAX];

	if (e->cause == LEDGER_PLUGIN_RESTART)
		return; /* nothing is lost but our figures of that time */
	if (e->evidence.before && e->sums.gap_events <= RESTART_EVENTS)
		return; /* it is in the ledger */
	if (a->gap_cause != e->cause)
		alerts_clear(a->alerts, ALERT_GAP, loss_cause_name(a->gap_cause));
	a->gap_cause = e->cause;
	snprintf(text, sizeof(text),
		 "%" PRIu64 " events that the kernel numbered did not come through (%s, "
		 "%s); %s",
		 e->sums.gap_events, loss_cause_name(e->cause), loss_place_name(e->place),
		 loss_remedy(e->cause));
	raise(a, ALERT_GAP, ALERT_WARNING, loss_cause_name(e->cause), text,
	      figures_of(e));
}

static void raise_dispatch(struct alarm *a)
{
	const struct daemon_report *r = &a->ledger->report;
	json_t *figures = json_object();
	char text[TEXT_MAX];

	if (r->queue_depth != DAEMON_UNKNOWN)
		schema_set_number(figures, "queue_depth", r->queue_depth);
	if (r->queue_size != DAEMON_UNKNOWN)
		schema_set_number(figures, "q_depth", r->queue_size);
	snprintf(text, sizeof(text), "auditd's queue to its plugins is full or drops; %s",
		 loss_remedy(LEDGER_DISPATCHER));
	raise(a, ALERT_DISPATCHER_OVERFLOW, ALERT_CRITICAL, NULL, text, figures);
}

static void raise_unlogged(struct alarm *a, const struct ledger_entry *e)
{
	json_t *figures = json_object();
	char text[TEXT_MAX];

	schema_set_number(figures, "unlogged_events", e->sums.unlogged_events);
	snprintf(text, sizeof(text),
		 "%" PRIu64 " events came while auditd wrote no log; %s",
		 e->sums.unlogged_events, loss_remedy(LEDGER_LOG_SUSPENDED));
	raise(a, ALERT_LOSS, ALERT_CRITICAL, loss_cause_name(LEDGER_LOG_SUSPENDED), text,
	      figures);
}

/* --- of the status alone --- */

static void raise_backlog(struct alarm *a, const struct kernel_status *s)
{
	uint64_t percent =
		s->backlog_limit ? (uint64_t)s->backlog * 100 / s->backlog_limit : 0;
	bool critical = percent >= a->backlog_critical;
	json_t *figures;
	char text[TEXT_MAX];

	if (percent < a->backlog_warn && !critical)
		return;
	figures = json_object();
	schema_set_number(figures, "backlog", s->backlog);
	schema_set_number(figures, "backlog_limit", s->backlog_limit);
	schema_set_number(figures, "percent", percent);
	snprintf(text, sizeof(text),
		 "%u records wait in the kernel's audit queue, %" PRIu64
		 "%% of its limit of %u; see what makes them (`aunoise report`) and how "
		 "deep it must be (`aunoise status`)",
		 s->backlog, percent, s->backlog_limit);
	raise(a, ALERT_BACKLOG, critical ? ALERT_CRITICAL : ALERT_WARNING, NULL, text,
	      figures);
	if (critical && s->failure == AUDIT_FAIL_PANIC)
		raise(a, ALERT_PANIC_RISK, ALERT_CRITICAL, NULL,
		      "the kernel's failure mode is panic (auditctl -f 2): when its "
		      "queue "
		      "is full the machine halts; make the queue deeper, or take -f 1",
		      json_object());
}

/* An old status says nothing of now: what it told then ends as it began, unsaid. */
static void look_at_status(struct alarm *a, const struct clock_reading *now)
{
	const struct kernel_status *s = &a->ledger->status;

	if (!a->ledger->has_status || now->boot_ms - a->ledger->status_boot_ms > FRESH_MS)
		return;
	raise_backlog(a, s);
	if (!s->pid && s->enabled)
		raise(a, ALERT_AUDITD_ABSENT, ALERT_CRITICAL, NULL,
		      "no audit daemon is registered with the kernel; see why it ended "
		      "and start "
		      "it (`service auditd start`)",
		      json_object());
	if (s->enabled == 2)
		raise(a, ALERT_IMMUTABLE, ALERT_INFO, NULL,
		      "the audit rules are locked until the next boot (auditctl -e 2)",
		      json_object());
}

/* What a first status shows may be days old, and is in the ledger; it calls nobody. */
static bool is_old(const struct alarm *a, const struct ledger_entry *e)
{
	return e->evidence.before && !e->evidence.at_boot && !a->ledger->resumed_ms;
}

static void judge(struct alarm *a, struct ledger_entry *e,
		  const struct clock_reading *clock)
{
	if (!e->evidence.before) /* who made records then, nobody saw */
		find_suspects(a, e, clock);
	loss_judge(e);
}

/* @e: what is lost or missing; @newest: what goes on */
static void raise_all(struct alarm *a, unsigned int news, const struct ledger_entry *e,
		      const struct ledger_entry *newest)
{
	if (news & LEDGER_LOST && !is_old(a, e))
		raise_loss(a, e);
	if (news & LEDGER_HELD)
		raise_stall(a, newest);
	if (news & LEDGER_GAP)
		raise_gap(a, e);
	if (news & LEDGER_DISPATCH) {
		raise_dispatch(a);
		if (newest->sums.gap_events) /* now it is known why */
			raise_gap(a, newest);
	}
	if (news & LEDGER_UNLOGGED)
		raise_unlogged(a, newest);
}

void alarm_news(struct alarm *a, unsigned int news)
{
	struct clock_reading now = clock_read();
	struct ledger_entry *newest = ledger_newest(a->ledger);
	struct ledger_entry *e = news & LEDGER_BEFORE ? a->ledger->before : newest;

	if (news & LEDGER_OPENED)
		a->searched_ms = 0;
	if (news & ~(unsigned int)LEDGER_CLOSED) {
		judge(a, e, &now);
		if (newest != e)
			judge(a, newest, &now);
		raise_all(a, news, e, newest);
	}
	look_at_status(a, &now);
	alerts_tick(a->alerts, &now);
}
