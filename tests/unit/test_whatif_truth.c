/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_whatif_truth.c - which events would be missing, against the matcher itself
 *
 * Random sets, events and changes: each event is asked of the matcher with all that its
 * records tell, before and after, and of the what-if by the identity of its flow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "advise_help.h"
#include "rng.h"

#define MAX 64

static const char *const dirs[] = {"/srv/a", "/srv/a/b", "/srv", "/var/x", "/etc"};
static const char *const exes[] = {"/usr/bin/a", "/usr/bin/b", "/opt/c"};
static const int64_t uids[] = {0, 33, 1000}, auids[] = {-1, 0, 1000};
static const uint32_t calls[] = {OPENAT, UNLINK, RENAME, ADJTIMEX, EXECVE};

#define PICK(r, a) ((a)[rng_below(r, sizeof(a) / sizeof((a)[0]))])

static void random_fields(struct rng *r, char *to, size_t size)
{
	static const char *const fields[] = {
		"-F uid=0",        "-F uid=33",         "-F uid>=1000",
		"-F auid=-1",      "-F auid!=-1",       "-F auid>=1000",
		"-F exit=-EACCES", "-F exit=-ENOENT",   "-F success=1",
		"-F success=0",    "-F exe=/usr/bin/a", "-F exe!=/usr/bin/b",
		"-F dir=/srv/a",   "-F dir=/srv",       "-F path=/srv/a/f",
		"-F path=/etc/g",  "-F perm=wa",        "-F perm=r",
		"-F gid=5",        "-F exit>=0",
	};
	size_t n = 0, wanted = rng_below(r, 3);
	bool has_place = false;

	to[0] = '\0';
	while (wanted--) {
		const char *f = PICK(r, fields);

		if (strstr(f, "dir=") || strstr(f, "path=")) {
			if (has_place)
				continue;
			has_place = true;
		}
		n += (size_t)snprintf(to + n, size - n, " %s", f);
	}
}

static void random_rule(struct rng *r, bool may_be_never, char *to, size_t size)
{
	static const char *const sets[] = {"openat",        "openat,unlink",
					   "unlink,rename", "adjtimex",
					   "execve",        "openat,execve,rename"};
	char fields[256];

	random_fields(r, fields, sizeof(fields));
	snprintf(to, size, "-a %s,exit -F arch=%s -S %s%s",
		 may_be_never && !rng_below(r, 4) ? "never" : "always",
		 rng_below(r, 8) ? "b64" : "b32", PICK(r, sets), fields);
}

struct happening {
	uint32_t call;
	const char *exe, *dir, *dir2;
	int64_t uid, auid;
	int error, gid, flags;
	char name[64], records[2048];
};

static void random_happening(struct rng *r, struct happening *h)
{
	static const char *const names[] = {"f", "g", "h"};
	static const int errors[] = {0, 0, 13, 2};
	bool file;
	size_t n;

	memset(h, 0, sizeof(*h));
	h->call = PICK(r, calls);
	h->exe = PICK(r, exes);
	h->dir = PICK(r, dirs);
	h->dir2 = PICK(r, dirs);
	h->uid = PICK(r, uids);
	h->auid = PICK(r, auids);
	h->error = PICK(r, errors);
	h->gid = 5 + (int)rng_below(r, 2);
	h->flags = (int)rng_below(r, 2);
	file = h->call != ADJTIMEX;
	snprintf(h->name, sizeof(h->name), "%s/%s", h->dir, PICK(r, names));
	n = (size_t)snprintf(
		h->records, sizeof(h->records),
		"1300 arch=c000003e syscall=%u success=%s exit=%d a0=ffffff9c a1=7ffc "
		"a2=%x a3=0 items=%d ppid=1 pid=2 auid=%u uid=%u gid=%d euid=%u suid=0 "
		"fsuid=0 egid=%d sgid=0 fsgid=0 tty=(none) ses=1 comm=\"x\" exe=\"%s\" "
		"key=(null)\n",
		h->call, h->error ? "no" : "yes", h->error ? -h->error : 3, h->flags,
		file ? 1 + (h->call == RENAME) : 0, (unsigned)h->auid, (unsigned)h->uid,
		h->gid, (unsigned)h->uid, h->gid, h->exe);
	if (file)
		n += (size_t)snprintf(
			h->records + n, sizeof(h->records) - n,
			"1307 cwd=\"/\"\n1302 item=0 name=\"%s\" %snametype=%s\n",
			h->name,
			h->error == 2 ? ""
				      : "inode=7 dev=08:01 mode=0100644 ouid=0 "
					"ogid=0 rdev=00:00 ",
			h->call == UNLINK ? "DELETE" : "NORMAL");
	if (h->call == RENAME)
		snprintf(h->records + n, sizeof(h->records) - n,
			 "1302 item=1 name=\"%s/f\" inode=9 dev=08:01 mode=0100644 "
			 "ouid=0 ogid=0 rdev=00:00 nametype=CREATE\n",
			 h->dir2);
}

static struct whatif_flow flow_of(const struct happening *h)
{
	struct whatif_flow f = help_flow(h->call, h->exe, h->uid, h->auid);

	if (h->call != ADJTIMEX) {
		f = help_file(h->exe, h->uid, h->auid, h->dir);
		f.call = h->call;
	}
	f.success = h->error ? EVENT_SUCCESS_NO : EVENT_SUCCESS_YES;
	f.error = h->error;
	f.count[0] = (struct count){1, 5, 500};
	return f;
}

static const struct match_options trusting = {
	.exe_by_name = true,
	.paths_by_name = true,
	.labels = MATCH_LABELS_NONE,
};

static struct facts facts;

/* What may become of the event: bit 0: it is lost, bit 1: it is written. */
static unsigned int outcomes(const struct ruleset *set, const struct happening *h,
			     uint32_t *winner, struct whatif_match *all, size_t *n_all)
{
	struct matcher *m = match_new(set, &trusting);
	struct match_result result;
	unsigned int may = 0;

	assert_non_null(m);
	help_facts(&facts, h->records);
	match_exit(m, &facts, &result);
	for (size_t i = 0; i < result.n_candidates; i++)
		may |= result.candidates[i]->action == AUDIT_NEVER ? 1 : 2;
	if (result.none)
		may |= 1;
	*winner = result.winner ? result.winner->position : 0;
	*n_all = 0;
	for (size_t i = 0; i < result.n_all && *n_all < MAX; i++)
		if (!result.winner || result.all[i].rule != result.winner)
			all[(*n_all)++] = (struct whatif_match){
				result.all[i].rule->position, result.all[i].match};
	match_free(m);
	return may;
}

/* The set as it would be with the change. */
static struct ruleset *changed(const struct ruleset *set, const struct whatif_edit *edit,
			       size_t n)
{
	struct ruleset *out = ruleset_new();

	assert_non_null(out);
	for (size_t i = 0; i < ruleset_count(set); i++) {
		const struct rule *rule = ruleset_at(set, i);

		for (size_t k = 0; k < n; k++)
			if (edit[k].instead == rule)
				rule = edit[k].add;
		assert_int_equal(ruleset_add(out, rule_copy(rule), false), 0);
	}
	for (size_t k = 0; k < n; k++)
		if (!edit[k].instead)
			assert_int_equal(ruleset_add(out, rule_copy(edit[k].add), true),
					 0);
	return out;
}

static void random_change(struct rng *r, const struct ruleset *set,
			  const struct happening *h, struct rule *owned[2],
			  struct whatif_edit edit[2], size_t *n)
{
	char text[512], more[256];

	*n = 0;
	if (rng_below(r, 3)) {
		random_fields(r, more, sizeof(more));
		snprintf(text, sizeof(text), "-a never,exit -F arch=b64 -S %u%s%s",
			 h->call, rng_below(r, 2) ? " -F uid=33" : "", more);
		owned[*n] = rule_help_rule(text);
		edit[(*n)++] = (struct whatif_edit){owned[0], NULL};
	}
	if (!*n || !rng_below(r, 3)) {
		const struct rule *from =
			ruleset_at(set, rng_below(r, ruleset_count(set)));
		struct rule_field field[AUDIT_MAX_FIELDS];
		struct rule to = *from;

		memcpy(field, from->field, from->n_fields * sizeof(field[0]));
		field[to.n_fields++] =
			rng_below(r, 2) ? (struct rule_field){.type = AUDIT_LOGINUID,
							      .op = AUDIT_NOT_EQUAL,
							      .value = AUDIT_UID_UNSET}
					: (struct rule_field){.type = AUDIT_UID,
							      .op = AUDIT_EQUAL,
							      .value = 0};
		to.field = field;
		owned[*n] = rule_copy(&to);
		assert_non_null(owned[*n]);
		edit[*n] = (struct whatif_edit){owned[*n], from};
		(*n)++;
	}
}

static void whatif_agrees_with_the_matcher(void **state)
{
	struct rng r = {0x5eed0006};
	size_t sure = 0, open = 0, lost = 0;

	(void)state;
	for (int round = 0; round < 6000; round++) {
		struct whatif_match all[MAX];
		struct whatif_edit edit[2];
		struct rule *owned[2];
		struct happening h;
		struct ruleset *set = ruleset_new(), *after;
		struct whatif_saves saves;
		struct whatif_table t;
		struct whatif_flow f;
		struct whatif *w;
		uint8_t got;
		size_t n, n_all;
		uint32_t winner;
		unsigned int may;

		assert_non_null(set);
		for (size_t i = 1 + rng_below(&r, 6); i; i--) {
			char text[512];

			random_rule(&r, true, text, sizeof(text));
			assert_int_equal(ruleset_add(set, rule_help_rule(text), false),
					 0);
		}
		do
			random_happening(&r, &h);
		while (!(outcomes(set, &h, &winner, all, &n_all) & 2) &&
		       rng_below(&r, 100));
		if (!(outcomes(set, &h, &winner, all, &n_all) & 2)) {
			ruleset_free(set);
			continue;
		}
		f = flow_of(&h);
		if (winner && rng_below(&r, 2)) {
			f.won = WHATIF_WON_RULE;
			f.position = winner;
			f.has_all = rng_below(&r, 2);
			f.all = all;
			f.n_all = n_all;
		}
		random_change(&r, set, &h, owned, edit, &n);
		after = changed(set, edit, n);
		w = help_whatif(set);
		t = help_table(&f, 1);
		whatif_run(w, &t, edit, n, &got, &saves);
		/* that it was written tells more than the records do */
		may = outcomes(after, &h, &winner, (struct whatif_match[MAX]){{0}},
			       &n_all);
		if ((got == WHATIF_LOST && !(may & 1)) ||
		    (got == WHATIF_KEPT && !(may & 2))) {
			static char text[4096];

			for (size_t i = 0; i < ruleset_count(set); i++) {
				rule_print(ruleset_at(set, i), MACH_86_64, text, 4096);
				print_message("%s\n", text);
			}
			for (size_t i = 0; i < n; i++) {
				rule_print(edit[i].add, MACH_86_64, text, 4096);
				print_message("edit %u: %s\n",
					      edit[i].instead ? edit[i].instead->position
							      : 0,
					      text);
			}
			fail_msg("round %d: fate %d, may %u, won %d at %u\n%s", round,
				 got, may, f.won, f.position, h.records);
		}
		sure += got != WHATIF_OPEN;
		open += got == WHATIF_OPEN;
		lost += got == WHATIF_LOST;
		for (size_t i = 0; i < n; i++)
			rule_free(owned[i]);
		whatif_free(w);
		ruleset_free(after);
		ruleset_free(set);
	}
	print_message("%zu sure, %zu of them lost; %zu open\n", sure, lost, open);
	assert_true(sure > 2 * open);
	assert_true(lost > 200);
}

/* The exclude list, against the matcher. */
static void whatif_excludes_as_the_matcher_does(void **state)
{
	static const char *const fields[] = {
		"-F uid=0",          "-F uid>=1000",       "-F auid=-1",
		"-F auid!=-1",       "-F auid>=1000",      "-F auid<500",
		"-F gid=5",          "-F gid!=5",          "-F msgtype=1101",
		"-F msgtype>=1103",  "-F msgtype<=1106",   "-F msgtype!=LOGIN",
		"-F exe=/usr/bin/a", "-F exe!=/usr/bin/b", "-F sessionid=1",
		"-F pid=2",
	};
	static const uint32_t types[] = {1006, 1101, 1103, 1106, 1325};
	struct rng r = {0xe8c1};
	size_t sure = 0;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		char text[256] = "-a never,exclude";
		struct whatif_record row = {.type = PICK(&r, types),
					    .exe = help_text(PICK(&r, exes)),
					    .uid = PICK(&r, uids),
					    .auid = PICK(&r, auids)};
		struct ruleset *set;
		struct matcher *m;
		enum match got, want;

		for (size_t i = 1 + rng_below(&r, 3); i; i--) {
			strcat(text, " ");
			strcat(text, PICK(&r, fields));
		}
		set = help_set(text);
		m = match_new(set, &trusting);
		assert_non_null(m);
		facts_clear(&facts);
		facts_set(&facts, FACTS_UID, (uint32_t)row.uid);
		facts_set(&facts, FACTS_AUID, (uint32_t)row.auid);
		facts_set(&facts, FACTS_GID, 5 + rng_below(&r, 2));
		facts_set(&facts, FACTS_PID, 2);
		facts.exe = row.exe.text;
		want = match_exclude(m, &facts, row.type).dropped;
		got = whatif_ask_record(ruleset_at(set, 0), &row);
		if (got != MATCH_MAYBE && got != want)
			fail_msg("%s: %d instead of %d", text, got, want);
		sure += got != MATCH_MAYBE;
		match_free(m);
		ruleset_free(set);
	}
	assert_true(sure > 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatif_agrees_with_the_matcher),
		cmocka_unit_test(whatif_excludes_as_the_matcher_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
