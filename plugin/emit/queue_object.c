/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_object.c - advice on the kernel's queue, as an object of the socket
 */
#include "emit/queue_object.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#define TEXT_MAX 640

struct told {
	const struct queue_advice *a;
	const struct ledger_entry *e;
	double held_s;
};

static json_t *count_or_null(double value)
{
	return value > 0 ? json_integer((json_int_t)value) : json_null();
}

static json_t *evidence(const struct told *t)
{
	const struct queue_advice *a = t->a;
	json_t *o = json_object();

	json_object_set_new(o, "basis", json_string(queue_basis_name(a->basis)));
	json_object_set_new(o, "at_least", count_or_null((double)a->at_least));
	json_object_set_new(o, "estimate", count_or_null((double)a->estimate));
	json_object_set_new(o, "depth", count_or_null(a->depth));
	json_object_set_new(o, "backlog_limit",
			    json_integer(t->e->evidence.backlog_limit));
	json_object_set_new(o, "refused", json_integer((json_int_t)t->e->sums.refused));
	json_object_set_new(o, "held_s", json_real(round(t->held_s * 1e3) / 1e3));
	json_object_set_new(o, "drain_per_s", count_or_null(a->drain_per_s));
	json_object_set_new(o, "offered_per_s", count_or_null(a->offered_per_s));
	json_object_set_new(o, "busy_ms", count_or_null((double)a->busy_ms));
	json_object_set_new(o, "memory_bytes",
			    count_or_null((double)a->depth * QUEUE_RECORD_BYTES));
	return o;
}

static void say_title(const struct told *t, char *out, size_t size)
{
	if (t->a->verdict == QUEUE_NO_DEPTH)
		snprintf(out, size, "no queue is deep enough: record less");
	else
		snprintf(out, size, "make the kernel's queue %" PRIu32 " records deep",
			 t->a->depth);
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

/* What would have waited, or did, and what is added to it. */
static void say_depth(const struct queue_advice *a, char *out, size_t size)
{
	bool held = a->basis == QUEUE_COMPLETE;

	snprintf(out, size,
		 "%s, some %" PRIu64 " records %s while %.0f a second left; %s is added, "
		 "and the queue takes up to %.1f MiB of memory when it is full",
		 held ? "in a deeper one nothing was lost"
		      : "with what was refused put back",
		 a->estimate, held ? "waited" : "would have waited", a->drain_per_s,
		 held ? "a half" : "a quarter",
		 (double)a->depth * QUEUE_RECORD_BYTES / 1048576);
}

static void say_why(const struct told *t, char *out, size_t size)
{
	const struct queue_advice *a = t->a;
	char more[TEXT_MAX / 2];

	if (a->basis == QUEUE_THROTTLED) {
		say_held(t, out, size);
		return;
	}
	if (a->depth)
		say_depth(a, more, sizeof(more));
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

/* Lines and commands: none where no depth helps. */
static int set_change(json_t *o, const struct told *t)
{
	bool deeper = t->a->verdict == QUEUE_DEEPER;
	char rule[32], now[48], undo[48];

	snprintf(rule, sizeof(rule), "-b %" PRIu32, t->a->depth);
	snprintf(now, sizeof(now), "auditctl %s", rule);
	snprintf(undo, sizeof(undo), "auditctl -b %" PRIu32,
		 t->e->evidence.backlog_limit);
	return json_object_set_new(o, "rules",
				   deeper ? json_pack("[s]", rule) : json_array()) ||
	       json_object_set_new(o, "remove", json_array()) ||
	       json_object_set_new(o, "commands",
				   deeper ? json_pack("[s]", now) : json_array()) ||
	       json_object_set_new(o, "file",
				   deeper ? json_string("/etc/audit/rules.d/audit.rules")
					  : json_null()) ||
	       json_object_set_new(o, "place",
				   deeper ? json_string("in place of the -b line that is "
							"there; then augenrules --load")
					  : json_null()) ||
	       json_object_set_new(o, "undo", deeper ? json_string(undo) : json_null());
}

static const char *confidence_of(const struct queue_advice *a)
{
	if (a->basis == QUEUE_COMPLETE)
		return "high";
	return a->basis == QUEUE_RECONSTRUCTED && a->drain_per_s > 0 ? "medium" : "low";
}

json_t *queue_object(const struct queue_advice *advice, const struct ledger_entry *e,
		     unsigned int ticks_per_s)
{
	struct told t = {advice, e, 0};
	char title[TEXT_MAX], why[TEXT_MAX];
	json_t *o;

	if (ticks_per_s)
		t.held_s = (double)e->sums.waited_ticks / ticks_per_s;
	say_title(&t, title, sizeof(title));
	say_why(&t, why, sizeof(why));
	o = json_pack(
		"{s:n, s:s, s:s, s:s, s:o, s:n, s:n, s:[], s:s, s:s, s:[], s:n, s:n}",
		"rank", "kind", "queue", "title", title, "why", why, "evidence",
		evidence(&t), "saves", "gives_up", "blinds", "risk", "low", "confidence",
		confidence_of(advice), "controls", "try", "verified");
	if (o && set_change(o, &t)) {
		json_decref(o);
		return NULL;
	}
	return o;
}
