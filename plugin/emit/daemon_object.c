/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon_object.c - advice on auditd's settings and on the failure mode, as objects
 */
#include "emit/daemon_object.h"

#include <inttypes.h>
#include <libaudit.h>
#include <stdio.h>

#include "emit/proposal.h"
#include "emit/schema.h"

#define RELOAD "auditctl --signal HUP"
#define UNDO   "the old line again, and " RELOAD

struct told {
	const struct daemon_advice *a;
	const struct ledger_entry *e;
	char title[128], why[PROPOSAL_TEXT], line[64], old[64];
};

static json_t *evidence_of(const struct told *t)
{
	const struct ledger_evidence *v = &t->e->evidence;
	json_t *o = json_object();

	json_object_set_new(o, "refused", json_integer((json_int_t)t->e->sums.refused));
	json_object_set_new(o, "gap_events",
			    json_integer((json_int_t)t->e->sums.gap_events));
	if (t->a->setting == DAEMON_Q_DEPTH) {
		json_object_set_new(o, "at_least",
				    proposal_count((double)t->a->at_least));
		json_object_set_new(o, "estimate",
				    proposal_count((double)t->a->estimate));
		json_object_set_new(o, "q_depth", json_integer(t->a->from));
		json_object_set_new(
			o, "memory_bytes",
			proposal_count((double)t->a->to * DAEMON_EVENT_BYTES));
		return o;
	}
	json_object_set_new(
		o, "auditd_run_share",
		json_real(schema_share((double)v->run_ms, (double)v->watched_ms)));
	json_object_set_new(
		o, "auditd_starved_share",
		json_real(schema_share((double)v->starved_ms, (double)v->watched_ms)));
	return o;
}

static struct proposal of_queue(struct told *t)
{
	const struct daemon_advice *a = t->a;
	uint64_t lost = t->e->sums.gap_events + t->e->sums.refused;

	if (!a->to) {
		snprintf(t->title, sizeof(t->title),
			 "no queue to plugins is deep enough: see which one does not "
			 "read");
		snprintf(t->why, sizeof(t->why),
			 "%" PRIu64 " events and more did not fit behind the %" PRIu32
			 " that auditd keeps for its plugins; one of them was behind for "
			 "too long",
			 lost, a->from);
		return (struct proposal){0};
	}
	snprintf(t->title, sizeof(t->title),
		 "let auditd keep %" PRIu32 " for its plugins", a->to);
	snprintf(t->why, sizeof(t->why),
		 "%" PRIu64 " events and more did not fit behind the %" PRIu32
		 " records that auditd keeps for its plugins; with them some %" PRIu64
		 " would have waited; a quarter is added, and auditd takes up to %.1f "
		 "MiB when they do",
		 lost, a->from, a->estimate,
		 (double)a->to * DAEMON_EVENT_BYTES / 1048576);
	snprintf(t->line, sizeof(t->line), "q_depth = %" PRIu32, a->to);
	snprintf(t->old, sizeof(t->old), "q_depth = %" PRIu32, a->from);
	return (struct proposal){
		.gives_up = "what waits there when auditd ends is not passed on, so more "
			    "of it may be missing from what plugins get",
		.undo = "the old line again, and restart auditd: it does not make the "
			"queue smaller while it runs"};
}

static struct proposal of_processor(struct told *t)
{
	const struct ledger_evidence *v = &t->e->evidence;

	snprintf(t->title, sizeof(t->title), "give auditd priority over other programs");
	snprintf(t->why, sizeof(t->why),
		 "auditd waited for a processor for %.0f%% of the time and ran for "
		 "%.0f%%, while records were refused or programs held; auditd adds "
		 "%" PRIu32
		 " to its priority when it takes the line up (nice(2)), so that it comes "
		 "before more of the others",
		 schema_share((double)v->starved_ms, (double)v->watched_ms) * 100,
		 schema_share((double)v->run_ms, (double)v->watched_ms) * 100, t->a->to);
	snprintf(t->line, sizeof(t->line), "priority_boost = %" PRIu32, t->a->to);
	snprintf(t->old, sizeof(t->old), "priority_boost = %" PRIu32, t->a->from);
	return (struct proposal){
		.gives_up = "other programs wait for auditd while it has much to do",
		.undo = "the old line again, and restart auditd"};
}

static struct proposal of_disk(struct told *t)
{
	static const char *const flushes[] = {"none", "incremental", "incremental_async",
					      "data", "sync"};

	snprintf(t->title, sizeof(t->title),
		 "let auditd write without waiting for its disk");
	snprintf(t->why, sizeof(t->why),
		 "auditd waited for its disk each time that it was looked at, while "
		 "records were refused or programs held; it flushes in the thread that "
		 "takes them from the kernel");
	snprintf(t->line, sizeof(t->line), "flush = incremental_async");
	snprintf(t->old, sizeof(t->old), "flush = %s", flushes[t->a->of]);
	return (struct proposal){
		.rule2 = t->a->sets_freq ? "freq = 50" : NULL,
		.remove2 = t->a->sets_freq ? "freq = 0" : NULL,
		.gives_up = "up to freq records (50, as shipped) that are written may be "
			    "missing from the log after a power cut",
		.undo = UNDO};
}

json_t *daemon_object(const struct daemon_advice *advice, const struct ledger_entry *e)
{
	struct told t = {.a = advice, .e = e};
	struct proposal p;

	switch (advice->setting) {
	case DAEMON_Q_DEPTH:
		p = of_queue(&t);
		break;
	case DAEMON_PRIORITY_BOOST:
		p = of_processor(&t);
		break;
	case DAEMON_FLUSH:
		p = of_disk(&t);
		break;
	default:
		return NULL;
	}
	p.kind = "auditd";
	p.title = t.title;
	p.why = t.why;
	p.evidence = evidence_of(&t);
	p.risk = advice->setting == DAEMON_Q_DEPTH
			 ? proposal_risk((double)advice->to * DAEMON_EVENT_BYTES)
			 : "low";
	p.confidence = "medium";
	if (t.line[0]) {
		p.rule = t.line;
		p.remove = t.old;
		p.command = RELOAD;
		p.file = AUDITD_CONF;
		p.place = "in place of the line that is there; the command makes auditd "
			  "read "
			  "it";
	}
	return proposal_object(&p);
}

/* --- the failure mode --- */

static const char *const modes[] = {"silent", "printk", "panic"};

static json_t *modes_evidence(unsigned int failure, unsigned int policy)
{
	return json_pack("{s:s, s:s}", "failure", modes[failure], "policy",
			 modes[policy]);
}

json_t *failure_object(unsigned int failure, unsigned int policy)
{
	char why[PROPOSAL_TEXT];
	struct proposal p = {.kind = "repair", .why = why, .confidence = "high"};

	if (!policy || policy > AUDIT_FAIL_PANIC || failure > AUDIT_FAIL_PANIC ||
	    failure == policy)
		return NULL;
	p.evidence = modes_evidence(failure, policy);
	if (policy == AUDIT_FAIL_PRINTK) {
		p.title = "let the kernel log a loss, as the policy asks";
		snprintf(why, sizeof(why),
			 "policy_failure is printk and the kernel's failure mode is %s: "
			 "%s",
			 modes[failure],
			 failure == AUDIT_FAIL_PANIC
				 ? "the machine halts at the first record that is lost"
				 : "its log does not say why a record was lost");
		p.rule = "-f 1";
		p.command = "auditctl -f 1";
		p.file = AUDIT_RULES_FILE;
		p.place = "in place of the -f line that is there; then augenrules --load";
		p.gives_up = failure == AUDIT_FAIL_PANIC
				     ? "the machine goes on when records are lost"
				     : NULL;
		p.undo = failure == AUDIT_FAIL_PANIC ? "the old -f line again"
						     : "auditctl -f 0";
		p.risk = failure == AUDIT_FAIL_PANIC ? "medium" : "low";
		return proposal_object(&p);
	}
	p.title = "the policy asks for a machine that halts on a loss; this one goes on";
	snprintf(why, sizeof(why),
		 "policy_failure is panic and the kernel's failure mode is %s: records "
		 "may be lost while the machine runs on; with failure mode 2 the first "
		 "lost record, of a short burst too, halts it at once and what was not "
		 "yet on disk is lost with it; so first see that nothing is lost "
		 "(`aunoise "
		 "losses`), then set it by hand",
		 modes[failure]);
	p.risk = "high";
	return proposal_object(&p);
}
