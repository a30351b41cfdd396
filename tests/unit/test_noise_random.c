/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_noise_random.c - advice for whatever comes, an attacker's flows among them
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "noise_help.h"
#include "rng.h"

static const char *const rules[] = {
	"-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F key=access",
	"-a always,exit -F arch=b32 -S open,openat -F exit=-EACCES -F key=access",
	"-a always,exit -F arch=b64 -S openat -F dir=/srv -F perm=wa -F key=srv",
	"-a always,exit -F arch=b64 -S unlink,rename -F auid>=1000 -F auid!=-1",
	"-a always,exit -F arch=b64 -S unlink,rename -F key=delete",
	"-a always,exit -F arch=b64 -S execve -F key=exec",
	"-a always,exit -F arch=b64 -S adjtimex -F key=time",
	"-w /etc/passwd -p wa -k passwd",
	"-w /srv/d/log/f -p wa -k f",
	"-a never,exit -F arch=b64 -S openat -F uid=44",
	"-a always,exit -F arch=b64 -S openat -F key=two,words",
	"-a always,exit -F arch=b64 -S openat,unlink -F success=1 -F key=done",
};

/* @hostile: with what is never to be silenced */
static void random_flow(struct rng *r, size_t i, bool hostile)
{
	size_t n_exes = hostile ? 9 : 3, n_places = hostile ? 6 : 3;
	static const char *const exes[] = {
		"/usr/sbin/d",    "/usr/sbin/chronyd", "/usr/bin/dash",
		"/tmp/x",         "/usr/sbin/unseen",  "/usr/sbin/bound",
		"/usr/sbin/cron", "/usr/sbin/a\nb",    "/usr/bin/grep"};
	static const char *const places[] = {"/srv/d/log", "/var/lib/d/log",
					     "/srv/x",     "/etc",
					     "/srv/d",     "/srv/../etc"};
	static const uint32_t calls[] = {OPENAT, OPENAT,   UNLINK,
					 EXECVE, ADJTIMEX, RENAME};
	static const int64_t uids[] = {0, 33, 44, 1000, 65534},
			     auids[] = {-1, -1, -1, 0, 1000};
	static const uint32_t types[] = {1101, 1105, 1006, 1325, 1400, 1100, 1130};

	flow[i] = help_file(exes[rng_below(r, n_exes)], uids[rng_below(r, 5)],
			    auids[rng_below(r, 5)], places[rng_below(r, n_places)]);
	flow[i].call = calls[rng_below(r, 6)];
	if (rng_below(r, 2)) {
		flow[i].success = EVENT_SUCCESS_NO;
		flow[i].error = 13;
	}
	if (flow[i].call == ADJTIMEX) {
		flow[i].n_types = 1;
		flow[i].dir = help_text(NULL);
	}
	if (!rng_below(r, 6))
		flow[i] = help_message(types[rng_below(r, 7)], exes[rng_below(r, 9)],
				       uids[rng_below(r, 5)], auids[rng_below(r, 5)]);
	if (!rng_below(r, 10))
		flow[i].auid_class = (enum id_class)(1 + rng_below(r, 4));
	if (flow[i].has_call && rng_below(r, 4)) {
		static const char *const keys[] = {"access", "srv",  "delete",
						   "exec",   "time", "done"};

		flow[i].key = help_text(keys[rng_below(r, 6)]);
		flow[i].n_keys = 1;
	}
	weigh(i, rng_skewed(r, 2000), 5);
}

/* What attribution would know: a rule that can have written it. */
static void attribute(struct rng *r, const char *text, size_t n)
{
	struct ruleset *set = help_set(text);
	struct whatif *w = help_whatif(set);

	for (size_t i = 0; i < n; i++) {
		if (!flow[i].has_call || flow[i].won != WHATIF_WON_OPEN ||
		    !rng_below(r, 4))
			continue;
		for (uint32_t at = 1; whatif_rule_at(w, at); at++) {
			const struct rule *rule = whatif_rule_at(w, at);

			if (rule->action == AUDIT_NEVER ||
			    whatif_ask(w, rule, &flow[i]) == MATCH_NO)
				continue;
			flow[i].won = WHATIF_WON_RULE;
			flow[i].position = at;
			flow[i].has_all = rng_below(r, 2);
			break;
		}
	}
	whatif_free(w);
	ruleset_free(set);
}

/* All that holds for each flow that would go, said once more by itself. */
static void may_go(const struct whatif_flow *f)
{
	const struct help_host *h = help_find(f->exe.text);

	assert_non_null(h);
	assert_true(h->weak == 0 && h->uid == 0 && !(h->mode & 06022));
	assert_int_not_equal(h->traffic.inode, GUARD_INODE_DIFFERS);
	assert_null(memchr(f->exe.text.p, '\n', f->exe.text.n));
	for (unsigned int i = 0; i < f->n_types; i++)
		assert_false(guard_is_alarm(f->types[i]));
	if (guard_is_cron(f->exe.text) && (!f->has_call || f->types[0] == 1006))
		return; /* its sessions are the jobs' */
	assert_true(f->auid == -1 || f->auid_class == ID_CLASS_UNSET);
	if (f->dir.text.p && f->call != EXECVE)
		assert_true(f->dir.text.n > 4 && memcmp(f->dir.text.p, "/etc", 4) &&
			    !span_is(f->dir.text, "/srv/../etc"));
}

/* What goes is that call's, nobody's who has logged in, and all of it was asked for by
 * a rule that asks for it no more. */
static void loses_it_alone(const struct noise_advice *a, size_t n)
{
	assert_int_equal(a->verdict.risk, GUARD_HIGH);
	for (size_t k = 0; k < n; k++) {
		bool asked = false;

		if (a->fate[k] != WHATIF_LOST || !flow[k].count[0].records)
			continue;
		for (size_t i = 0; i < a->n; i++)
			asked |= rule_has_call(a->instead[i], flow[k].call) &&
				 !rule_has_call(a->rule[i], flow[k].call) &&
				 rule_find(a->rule[i], AUDIT_ARCH)->value == flow[k].arch;
		assert_true(asked);
		assert_true(flow[k].auid == -1 || flow[k].auid_class == ID_CLASS_UNSET);
	}
}

static void noise_is_sound_whatever_comes(void **state)
{
	struct rng r = {0x6e015e};
	size_t advised = 0, narrowed = 0, without = 0, sets = 0;

	(void)state;
	for (int round = 0; round < 600; round++) {
		char text[2048] = "";
		size_t n = 1 + rng_below(&r, 12), used = 0;
		struct world x;

		for (size_t i = 2 + rng_below(&r, 5); i; i--)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s\n",
						 rules[rng_below(&r, 12)]);
		for (size_t i = 0; i < n; i++)
			random_flow(&r, i, round % 2);
		reset(NULL);
		max_risk = (enum guard_level)rng_below(&r, 3);
		if (!rng_below(&r, 4))
			cron();
		n = n < 6 && n_storms ? 6 : n;
		attribute(&r, text, n);
		begin(&x, text, n);
		for (size_t i = 0; i < x.r->n_allowed; i++) {
			const struct noise_advice *a = x.r->allowed[i];

			for (size_t k = 0; k < n; k++)
				if (a->fate[k] == WHATIF_LOST && flow[k].count[0].records)
					may_go(&flow[k]);
			narrowed += a->kind == NOISE_NARROW;
			if (noise_loses_call(a)) {
				without++;
				loses_it_alone(a, n);
			}
		}
		advised += x.r->n_allowed;
		sets += x.r->n_set;
		end(&x);
	}
	print_message("%zu allowed, %zu of them narrow a rule, %zu by a call; %zu in "
		      "sets\n",
		      advised, narrowed, without, sets);
	assert_true(advised > 300 && narrowed > 5 && without > 5 && sets > 100);
}

/* The order of the table does not matter. */
static void noise_is_the_same_in_any_order(void **state)
{
	struct rng r = {0x0dde};

	(void)state;
	for (int round = 0; round < 60; round++) {
		char first[4096] = "", second[4096] = "";
		struct whatif_flow keep[12];
		struct world x;

		reset(NULL);
		for (size_t i = 0; i < 12; i++)
			random_flow(&r, i, round % 2);
		memcpy(keep, flow, sizeof(keep));
		for (int turn = 0; turn < 2; turn++) {
			char *out = turn ? second : first;

			for (size_t i = 0; i < 12; i++)
				flow[i] = keep[turn ? 11 - i : i];
			begin(&x,
			      ACCESS "-a always,exit -F arch=b64 -S execve -F key=exec\n"
				     "-a always,exit -F arch=b64 -S openat -F dir=/srv "
				     "-F key=srv\n",
			      12);
			for (size_t i = 0; i < x.r->n_set; i++)
				for (size_t k = 0; k < x.r->set[i]->n; k++) {
					strcat(out, text_of(x.r->set[i], k));
					strcat(out, "\n");
				}
			end(&x);
		}
		assert_string_equal(first, second);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(noise_is_sound_whatever_comes),
		test(noise_is_the_same_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
