/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ledger.c - what was lost, held up or missing, and while what was so
 *
 * The kernel's counters have 32 bits, wrap, and `lost` can be set to 0 by anyone
 * who may change the audit system; all sums here are of differences and have 64.
 */
#include "count/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WRAP_FROM  0xc0000000u /* a counter that falls from above this ... */
#define WRAP_TO    0x40000000u /* ... to below this has wrapped, else it was reset */
#define RECENT_MS  10000       /* of auditd, that an incident takes along */
#define RESET_MS   5000   /* after a reset, in which old lines of the log may be read */
#define EARLY_MS   2000   /* between a line of the log and the status that shows it */
#define PENDING_MS 60000  /* the stream says of a reset within this, or not at all */
#define BOOT_MS    600000 /* what is lost in a boot's first minutes it may have lost */

int ledger_init(struct ledger *l)
{
	memset(l, 0, sizeof(*l));
	l->entries = calloc(LEDGER_ENTRIES, sizeof(*l->entries));
	return l->entries ? 0 : -ENOMEM;
}

void ledger_free(struct ledger *l)
{
	free(l->entries);
	l->entries = NULL;
}

/* --- entries --- */

struct ledger_entry *ledger_newest(struct ledger *l)
{
	return l->n ? &l->entries[l->newest] : NULL;
}

const struct ledger_entry *ledger_entry(const struct ledger *l, unsigned int i)
{
	return &l->entries[(l->newest + LEDGER_ENTRIES - (l->n - 1) + i) %
			   LEDGER_ENTRIES];
}

static struct ledger_entry *append(struct ledger *l)
{
	if (l->n)
		l->newest = (l->newest + 1) % LEDGER_ENTRIES;
	if (l->n == LEDGER_ENTRIES)
		l->forgotten++;
	else
		l->n++;
	memset(&l->entries[l->newest], 0, sizeof(l->entries[0]));
	return &l->entries[l->newest];
}

void ledger_load(struct ledger *l, const struct ledger_entry *entry)
{
	*append(l) = *entry;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Of what is so now, for the open entry. */
static void note_status(struct ledger *l)
{
	struct ledger_evidence *e = &ledger_newest(l)->evidence;
	const struct kernel_status *s = &l->status;

	if (!l->has_status)
		return;
	e->polls++;
	e->over_polls += status_is_over(s);
	e->backlog_peak = larger(e->backlog_peak, s->backlog);
	e->backlog_limit = larger(e->backlog_limit, s->backlog_limit);
	e->rate_limit = larger(e->rate_limit, s->rate_limit);
	e->wait_ticks = larger(e->wait_ticks, s->wait_time_ticks);
	e->absent |= !s->pid;
	e->stopped |=
		l->has_process && (l->process.state == 'T' || l->process.state == 't');
}

/* How auditd fared before it began. */
static void take_recent(const struct ledger *l, struct ledger_evidence *e,
			const struct clock_reading *clock)
{
	const struct ledger_evidence *r = &l->recent;

	if (clock->boot_ms - l->recent_ms > RECENT_MS)
		return;
	e->run_ms = r->run_ms;
	e->starved_ms = r->starved_ms;
	e->watched_ms = r->watched_ms;
	e->idle_polls = r->idle_polls;
	e->disk_polls = r->disk_polls;
	e->crowded = r->crowded;
	e->stopped = r->stopped;
}

/* Something happened: to the open entry, or a new one begins. */
static unsigned int happen(struct ledger *l, const struct clock_reading *clock)
{
	struct ledger_entry *e = ledger_newest(l);
	unsigned int news = 0;

	l->quiet_since_ms = clock->boot_ms;
	if (!l->open) {
		e = append(l);
		e->first_ms = clock->wall_ms;
		l->open = true;
		if (clock->boot_ms - l->early_ms <= EARLY_MS)
			e->evidence.reasons = l->early_reasons;
		l->early_reasons = 0;
		take_recent(l, &e->evidence, clock);
		note_status(l);
		news = LEDGER_OPENED;
	}
	e->last_ms = clock->wall_ms;
	return news;
}

/* An entry of its own for what happened between @since_ms and now, unseen. */
static struct ledger_entry *begin_before(struct ledger *l, int64_t since_ms,
					 const struct clock_reading *clock)
{
	l->open = false; /* what goes on has nothing to do with it */
	(void)happen(l, clock);
	l->open = false;
	l->before = ledger_newest(l);
	l->before->evidence.before = true;
	l->before->first_ms -= clock->boot_ms - since_ms;
	return l->before;
}

static void add_refused(struct ledger *l, struct ledger_entry *e, uint64_t n)
{
	l->total.refused += n;
	e->sums.refused += n;
}

/* --- the kernel's counters --- */

void ledger_resume(struct ledger *l, uint32_t lost, uint32_t waited_ticks,
		   int64_t boot_ms, int64_t serial)
{
	l->has_saved_serial = serial >= 0;
	l->saved_serial = (uint32_t)serial;
	l->resumed_ms = boot_ms;
	l->has_base = true;
	l->status.lost = lost;
	l->status.waited_ticks = waited_ticks;
}

/* What `lost` has grown by; a reset shows only if it is below the old value by now. */
static uint32_t growth_of_lost(struct ledger *l, uint32_t was, uint32_t is,
			       const struct clock_reading *clock)
{
	if (is <= l->reset_old && is >= l->reset_polled && is > was &&
	    clock->boot_ms - l->reset_ms < RESET_MS) {
		l->status.lost = was; /* of before the reset that the stream told of */
		return 0;
	}
	if (is >= was || (was > WRAP_FROM && is < WRAP_TO))
		return is - was;
	if (l->log_ahead && is >= l->polled_lost) {
		l->status.lost = was; /* the log, which was read meanwhile, is newer */
		return 0;
	}
	l->reset_ms = clock->boot_ms;
	l->reset_pending = l->has_status; /* nobody will tell of what was before us */
	l->reset_from = was;
	return is;
}

static uint32_t growth_of_wait(uint32_t was, uint32_t is)
{
	return is >= was || (was > WRAP_FROM && is < WRAP_TO) ? is - was : is;
}

/* Nothing is known of what was before: it is one entry, if there was anything. */
static unsigned int first_status(struct ledger *l, const struct kernel_status *status,
				 const struct clock_reading *clock)
{
	struct ledger_entry *e;

	l->has_base = true;
	if (!status->lost)
		return 0;
	e = begin_before(l, 0, clock);
	e->sums.refused = status->lost; /* of no time of ours: not in the total */
	e->evidence.at_boot = clock->boot_ms < BOOT_MS;
	return LEDGER_LOST | LEDGER_OPENED | LEDGER_BEFORE;
}

static unsigned int grown(struct ledger *l, uint32_t lost, uint32_t waited,
			  const struct clock_reading *clock)
{
	bool absent = !l->has_status; /* an earlier process saw the last one */
	unsigned int news = LEDGER_OPENED | LEDGER_BEFORE;
	struct ledger_entry *e;

	if (!lost && !waited)
		return 0;
	if (absent) {
		e = begin_before(l, l->resumed_ms, clock);
		l->unexplained = true;
	} else {
		news = happen(l, clock) | (waited ? LEDGER_HELD : 0);
		e = ledger_newest(l);
	}
	add_refused(l, e, lost);
	l->total.waited_ticks += waited;
	e->sums.waited_ticks += waited;
	return news | (lost ? LEDGER_LOST : 0);
}

static bool is_holding(const struct kernel_status *s)
{
	return status_is_over(s) && s->has_wait_time && s->wait_time_ticks;
}

unsigned int ledger_status(struct ledger *l, const struct kernel_status *status,
			   const struct clock_reading *clock)
{
	struct kernel_status was = l->status;
	unsigned int news;

	l->status = *status;
	if (!l->has_base)
		news = first_status(l, status, clock);
	else
		news = grown(l, growth_of_lost(l, was.lost, status->lost, clock),
			     status->has_waited ? growth_of_wait(was.waited_ticks,
								 status->waited_ticks)
						: 0,
			     clock);
	l->polled_lost = status->lost;
	l->log_ahead = false;
	l->has_status = true;
	l->status_boot_ms = clock->boot_ms;
	l->backlog_peak = larger(l->backlog_peak, status->backlog);
	if (is_holding(status))
		news |= happen(l, clock) | LEDGER_HELD;
	if (l->open) {
		note_status(l);
		ledger_newest(l)->evidence.lost_polls += !!(news & LEDGER_LOST);
	}
	return news;
}

/* A line that is read late may be older than the status: less is no reset here. */
unsigned int ledger_lost(struct ledger *l, uint32_t lost,
			 const struct clock_reading *clock)
{
	uint32_t more = lost - l->status.lost;

	if (!l->has_status || more > INT32_MAX ||
	    (l->reset_ms && clock->boot_ms - l->reset_ms < RESET_MS))
		return 0;
	l->status.lost = lost;
	l->log_ahead = more;
	return grown(l, more, 0, clock);
}

unsigned int ledger_reset(struct ledger *l, uint32_t old,
			  const struct clock_reading *clock)
{
	bool pending = l->reset_pending && clock->boot_ms - l->reset_ms < PENDING_MS;
	uint32_t was = pending ? l->reset_from : l->status.lost;
	uint32_t polled = l->polled_lost;
	unsigned int news;

	if (!l->has_base || old < was) /* said of another count than ours */
		return 0;
	l->reset_ms = clock->boot_ms;
	l->reset_pending = false;
	l->reset_old = 0;
	if (!pending) {
		l->status.lost = 0;
		l->polled_lost = 0;
		l->reset_old = old;
		l->reset_polled = polled;
	}
	if (old == was)
		return 0;
	news = happen(l, clock) | LEDGER_LOST;
	add_refused(l, ledger_newest(l), old - was);
	return news;
}

/* --- what else is seen --- */

/* The log is often first: such a reason waits for the incident that it belongs to. */
void ledger_reason(struct ledger *l, enum klog_reason reason,
		   const struct clock_reading *clock)
{
	if (l->open) {
		ledger_newest(l)->evidence.reasons |= 1u << reason;
		return;
	}
	if (clock->boot_ms - l->early_ms > EARLY_MS)
		l->early_reasons = 0;
	l->early_reasons |= 1u << reason;
	l->early_ms = clock->boot_ms;
}

void ledger_drops(struct ledger *l, const struct netlink_drops *drops)
{
	uint64_t more;

	if (!drops) {
		l->has_drops = false;
		return;
	}
	more = l->has_drops && drops->drops >= l->drops.drops
		       ? drops->drops - l->drops.drops
		       : 0;
	l->drops = *drops;
	l->has_drops = true;
	l->total.socket_drops += more;
	if (l->open)
		ledger_newest(l)->sums.socket_drops += more;
}

/* Was the audit daemon away while nobody watched? */
static unsigned int explain_before(struct ledger *l)
{
	struct ledger_entry *e = l->before;

	if (!l->unexplained || l->auditd_started_ms <= l->resumed_ms)
		return 0;
	l->unexplained = false;
	e->evidence.absent = true;
	return (e->sums.refused ? LEDGER_LOST : 0) |
	       (e->sums.gap_events ? LEDGER_GAP : 0) | LEDGER_BEFORE;
}

static bool is_crowded(const struct ledger *l)
{
	return l->has_drops && l->drops.unread_bytes >= LEDGER_CROWDED;
}

/* What auditd has done since the last look at it. */
static void note_process(struct ledger_evidence *e, const struct ledger *l,
			 const struct process *was, int64_t span_ms)
{
	const struct process *p = &l->process;

	e->stopped |= p->state == 'T' || p->state == 't';
	if (!is_crowded(l)) /* it may rest */
		return;
	e->crowded = true;
	e->idle_polls += p->state == 'S';
	e->disk_polls += p->state == 'D';
	if (!p->has_run || span_ms <= 0 || p->run_ns < was->run_ns ||
	    p->waited_ns < was->waited_ns)
		return;
	e->watched_ms += span_ms;
	e->run_ms += (int64_t)((p->run_ns - was->run_ns) / 1000000);
	e->starved_ms += (int64_t)((p->waited_ns - was->waited_ns) / 1000000);
}

unsigned int ledger_process(struct ledger *l, const struct process *process,
			    int64_t started_ms, const struct clock_reading *clock)
{
	const struct process was = l->process;
	int64_t span_ms = l->has_process ? clock->boot_ms - l->process_boot_ms : 0;

	l->process = *process;
	l->process_boot_ms = clock->boot_ms;
	l->has_process = true;
	if (clock->boot_ms - l->recent_ms > RECENT_MS) {
		memset(&l->recent, 0, sizeof(l->recent));
		l->recent_ms = clock->boot_ms;
	}
	note_process(&l->recent, l, &was, span_ms);
	if (l->open)
		note_process(&ledger_newest(l)->evidence, l, &was, span_ms);
	l->auditd_started_ms = started_ms;
	return explain_before(l);
}

static bool is_unlogged(const struct ledger *l)
{
	return l->has_report && l->report.suspended == 1;
}

static bool is_full(const struct daemon_report *r)
{
	return r->queue_depth != DAEMON_UNKNOWN && r->queue_size != DAEMON_UNKNOWN &&
	       r->queue_size && r->queue_depth >= r->queue_size - r->queue_size / 10;
}

unsigned int ledger_report(struct ledger *l, const struct daemon_report *report,
			   const struct clock_reading *clock)
{
	/* overflow is said for ever once it was so: only its beginning is news */
	bool overflow = report->overflow == 1 && l->has_report && l->report.overflow == 0;
	unsigned int news = 0;

	l->report = *report;
	l->has_report = true;
	if (overflow || is_full(report)) {
		news |= happen(l, clock) | LEDGER_DISPATCH;
		ledger_newest(l)->evidence.dispatcher = true;
	}
	if (report->suspended == 1) {
		news |= happen(l, clock) | LEDGER_UNLOGGED;
		ledger_newest(l)->evidence.suspended = true;
	}
	return news;
}

/* Serials that no process of ours has read, though the boot is the same. */
static unsigned int look_at_absence(struct ledger *l, const struct ledger_stream *stream,
				    const struct clock_reading *clock)
{
	uint32_t missing = stream->first_serial - l->saved_serial - 1;
	unsigned int news = LEDGER_GAP | LEDGER_BEFORE | (l->before ? 0 : LEDGER_OPENED);

	if (!l->has_saved_serial || !stream->has_serial)
		return 0;
	l->has_saved_serial = false;
	if (!missing || missing > INT32_MAX)
		return 0;
	if (!l->before)
		begin_before(l, l->resumed_ms, clock);
	l->before->sums.gap_events += missing;
	l->unexplained = !l->before->evidence.absent;
	return news | explain_before(l);
}

unsigned int ledger_arrived(struct ledger *l, const struct ledger_stream *stream,
			    const struct clock_reading *clock)
{
	const struct ledger_stream was = l->stream;
	uint64_t gaps = stream->gap_events - was.gap_events;
	unsigned int news = 0;
	struct ledger_entry *e;

	l->stream = *stream;
	if (!l->has_stream) {
		l->has_stream = true;
		return 0;
	}
	news = look_at_absence(l, stream, clock);
	if (gaps)
		news |= happen(l, clock) | LEDGER_GAP;
	l->total.gap_events += gaps;
	if (is_unlogged(l) && stream->events > was.events) {
		news |= happen(l, clock) | LEDGER_UNLOGGED;
		ledger_newest(l)->evidence.suspended = true;
		ledger_newest(l)->sums.unlogged_events += stream->events - was.events;
		l->total.unlogged_events += stream->events - was.events;
	}
	if (!l->open)
		return news;
	e = ledger_newest(l);
	e->sums.gap_events += gaps;
	e->evidence.events += stream->events - was.events;
	e->evidence.records += stream->records - was.records;
	e->evidence.broken_events += stream->broken_events - was.broken_events;
	return news;
}

unsigned int ledger_tick(struct ledger *l, const struct clock_reading *clock)
{
	if (!l->open || clock->boot_ms - l->quiet_since_ms < LEDGER_QUIET_MS)
		return 0;
	l->open = false;
	return LEDGER_CLOSED;
}

/* --- between two summaries --- */

void ledger_mark(struct ledger *l)
{
	l->marked = l->total;
	l->backlog_peak = l->status.backlog;
}

struct ledger_sums ledger_since_mark(const struct ledger *l)
{
	const struct ledger_sums *t = &l->total, *m = &l->marked;

	return (struct ledger_sums){
		t->refused - m->refused, t->waited_ticks - m->waited_ticks,
		t->gap_events - m->gap_events, t->unlogged_events - m->unlogged_events,
		t->socket_drops - m->socket_drops};
}
