/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_object.c - advice on the kernel's queue, as an object of the socket
 */
#include "emit/queue_object.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "advise/loss.h"
#include "emit/proposal.h"

struct told {
	const struct queue_advice *a;
	const struct ledger_entry *e;
	double held_s;
};

static json_t *evidence(const struct told *t)
{
	const struct queue_advice *a = t->a;
	json_t *o = json_object();

	json_object_set_new(o, "basis", json_string(queue_basis_name(a->basis)));
	json_object_set_new(o, "at_least", proposal_count((double)a->at_least));
	json_object_set_new(o, "estimate", proposal_count((double)a->estimate));
	json_object_set_new(o, "depth", proposal_count(a->depth));
	json_object_set_new(o, "backlog_limit",
			    json_integer(t->e->evidence.backlog_limit));
	json_object_set_new(o, "refused", json_integer((json_int_t)t->e->sums.refused));
	json_object_set_new(o, "held_s", json_real(round(t->held_s * 1e3) / 1e3));
	json_object_set_new(o, "drain_per_s", proposal_count(a->drain_per_s));
	json_object_set_new(o, "offered_per_s", proposal_count(a->offered_per_s));
	json_object_set_new(o, "busy_ms", proposal_count((double)a->busy_ms));
	json_object_set_new(o, "memory_bytes",
			    proposal_count((double)a->depth * QUEUE_RECORD_BYTES));
	return o;
}

static void say_title(const struct queue_advice *a, char *out, size_t size)
{
	if (a->verdict == QUEUE_NO_DEPTH)
		snprintf(out, size, "no queue is deep enough: record less");
	else
		snprintf(out, size, "make the kernel's queue %" PRIu32 " records deep",
			 a->depth);
}

static void say_held(const struct told *t, char *out, size_t size)
{
	snprintf(out, size,
		 "with a queue of %" PRIu32 " records programs were held for %.3f s in "
		 "sum, so what they would have written is not known: %s",
		 t->e->evidence.backlog_limit, t->held_s,
		 t->a->depth
			 ? "twice the depth is a first step, and the next stall tells "
			   "more"
			 : "it went on for long; narrow the rules that make most");
}

/* What is added to the estimate, and what that takes. */
static void say_price(const struct queue_advice *a, const char *margin, char *out,
		      size_t size)
{
	snprintf(out, size,
		 "%s is added, and the queue takes up to %.1f MiB of memory when it is "
		 "full",
		 margin, (double)a->depth * QUEUE_RECORD_BYTES / 1048576);
}

/* What would have waited, or did, and what is added to it. */
static void say_depth(const struct queue_advice *a, char *out, size_t size)
{
	bool held = a->basis == QUEUE_COMPLETE;
	char price[128], left[64] = "; how fast they leave is not known";

	if (a->drain_per_s > 0)
		snprintf(left, sizeof(left), " while %.0f a second left", a->drain_per_s);
	say_price(a, held ? "a half" : "a quarter", price, sizeof(price));
	snprintf(out, size, "%s, some %" PRIu64 " records %s%s; %s",
		 held ? "in a deeper one nothing was lost"
		      : "with what was refused put back",
		 a->estimate, held ? "waited" : "would have waited", left, price);
}

static void say_why(const struct told *t, char *out, size_t size)
{
	const struct queue_advice *a = t->a;
	char more[PROPOSAL_TEXT / 2];

	if (a->basis == QUEUE_THROTTLED) {
		say_held(t, out, size);
		return;
	}
	if (!t->e->sums.refused) {
		say_price(a, "a half", more, sizeof(more));
		snprintf(out, size,
			 "nothing was lost, but some %" PRIu64 " records waited in a "
			 "queue of %" PRIu32 " while %.0f a second left; %s",
			 a->estimate, t->e->evidence.backlog_limit, a->drain_per_s, more);
		return;
	}
	if (a->depth)
		say_depth(a, more, sizeof(more));
	else if (!loss_was_overloaded(t->e))
		snprintf(
			more, sizeof(more),
			"some %" PRIu64 " records would have waited, more than a "
			"sixteenth of this machine's memory holds; narrow the rules that "
			"make most",
			a->estimate);
	else
		snprintf(more, sizeof(more),
			 "%.0f records a second came and %.0f left, for %.1f s: a deeper "
			 "queue only fills later; narrow the rules that make most",
			 a->offered_per_s, a->drain_per_s, (double)a->busy_ms / 1000);
	snprintf(out, size,
		 "the kernel refused %" PRIu64 " times while its queue of %" PRIu32
		 " was full; %s",
		 t->e->sums.refused, t->e->evidence.backlog_limit, more);
}

static const char *risk_of(const struct queue_advice *a)
{
	return proposal_risk((double)a->depth * QUEUE_RECORD_BYTES);
}

static const char *confidence_of(const struct queue_advice *a)
{
	return a->basis != QUEUE_THROTTLED && a->drain_per_s > 0 ? "medium" : "low";
}

static struct told told_of(const struct queue_advice *advice,
			   const struct ledger_entry *e, unsigned int ticks_per_s)
{
	struct told t = {advice, e, 0};

	if (ticks_per_s)
		t.held_s = (double)e->sums.waited_ticks / ticks_per_s;
	return t;
}

json_t *queue_object(const struct queue_advice *advice, const struct ledger_entry *e,
		     unsigned int ticks_per_s, uint32_t limit_now)
{
	struct told t = told_of(advice, e, ticks_per_s);
	char title[PROPOSAL_TEXT], why[PROPOSAL_TEXT], rule[32], now[48], undo[48];
	struct proposal p = {.kind = "queue",
			     .title = title,
			     .why = why,
			     .evidence = evidence(&t),
			     .risk = risk_of(advice),
			     .confidence = confidence_of(advice)};

	say_title(advice, title, sizeof(title));
	say_why(&t, why, sizeof(why));
	snprintf(rule, sizeof(rule), "-b %" PRIu32, advice->depth);
	snprintf(now, sizeof(now), "auditctl %s", rule);
	snprintf(undo, sizeof(undo), "auditctl -b %" PRIu32, limit_now);
	if (advice->verdict == QUEUE_DEEPER) {
		p.rule = rule;
		p.command = now;
		p.file = AUDIT_RULES_FILE;
		p.place = "in place of the -b line that is there; then augenrules --load";
		p.undo = undo;
	}
	return proposal_object(&p);
}

json_t *queue_boot_object(const struct queue_advice *advice, const struct ledger_entry *e,
			  uint32_t boot_limit)
{
	struct ledger_entry at_boot = *e;
	struct told t = told_of(advice, &at_boot, 0);
	char title[PROPOSAL_TEXT], why[PROPOSAL_TEXT], more[128], place[PROPOSAL_TEXT];
	struct proposal p = {.kind = "queue",
			     .title = title,
			     .why = why,
			     .place = place,
			     .gives_up =
				     "auditing begins with the kernel then, also of what "
				     "runs before auditd, which costs it a little",
			     .undo = "take the two words off that line again",
			     .risk = risk_of(advice),
			     .confidence = "low"};

	if (advice->verdict != QUEUE_DEEPER)
		return NULL;
	at_boot.evidence.backlog_limit = boot_limit;
	p.evidence = evidence(&t);
	snprintf(title, sizeof(title),
		 "make the kernel's queue %" PRIu32 " records deep from the boot on",
		 advice->depth);
	say_price(advice, "a quarter", more, sizeof(more));
	snprintf(why, sizeof(why),
		 "the kernel had refused %" PRIu64
		 " times when the plugin first asked it "
		 "in this boot; until a -b line is loaded its queue holds %" PRIu32
		 " records; %s",
		 e->sums.refused, boot_limit, more);
	snprintf(place, sizeof(place),
		 "audit=1 audit_backlog_limit=%" PRIu32 " on the kernel's command line "
		 "(with GRUB: GRUB_CMDLINE_LINUX in /etc/default/grub), then boot; a -b "
		 "line of the rules comes too late for it",
		 advice->depth);
	return proposal_object(&p);
}

json_t *queue_wait_object(const struct queue_advice *advice, const struct ledger_entry *e,
			  unsigned int ticks_per_s)
{
	struct told t = told_of(advice, e, ticks_per_s);
	char why[PROPOSAL_TEXT], rule[48], now[64];
	struct proposal p = {
		.kind = "queue",
		.title = "let programs wait a second rather than lose their records",
		.why = why,
		.evidence = evidence(&t),
		.rule = rule,
		.command = now,
		.file = AUDIT_RULES_FILE,
		.place = "beside the -b line; then augenrules --load",
		.gives_up =
			"while the queue is full each program that writes a record "
			"sleeps for it, up to a second a record, and no signal ends "
			"that; so whoever may flood the audit holds up all the others",
		.undo = "auditctl --backlog_wait_time 0",
		.risk = "high",
		.confidence = "medium"};

	snprintf(why, sizeof(why),
		 "the kernel refused %" PRIu64
		 " times at once, since its wait time is 0, "
		 "and no depth helps against %.0f records a second; with a wait time "
		 "whoever makes the records is slowed down to what auditd takes; better "
		 "is to narrow the rules that make most",
		 e->sums.refused, advice->offered_per_s);
	snprintf(rule, sizeof(rule), "--backlog_wait_time %u",
		 QUEUE_WAIT_S * ticks_per_s);
	snprintf(now, sizeof(now), "auditctl %s", rule);
	return proposal_object(&p);
}
