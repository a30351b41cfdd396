/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rule_book.c - which list of rules an event was made under, and by which rule
 * (count/rule_book.c, attribution.c, verdict.c, engine.c)
 *
 * Each stream goes through an engine with the flow cache and one without: what is judged
 * once for many must be what is judged for each.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "count/attribution.h"
#include "count/engine.h"
#include "count/rule_book.h"
#include "count/tally_aux.h"
#include "rule_help.h"

#define T0    1795300000000 /* ms since 1970 */
#define LISTS 6

#define ADDED   "auid=1 ses=1 subj=unconfined op=add_rule key=\"k\" list=4 res=1"
#define REMOVED "auid=1 ses=1 subj=unconfined op=remove_rule key=\"k\" list=4 res=1"

/* What happens, in the order of the stream. */
enum step_kind { END, CALL, OPEN, CLOSE, CHANGE, LIST, USER };
struct step {
	enum step_kind kind;
	uint32_t serial;
	int64_t ms;       /* after T0 */
	const char *text; /* of CALL and OPEN: the key, with its value; LIST: which */
	int pid;
	const char *node;
};

static const struct rule_list {
	const char *name, *rules[4];
} lists[LISTS] = {
	{"first",
	 {"-a always,exit -S getppid -k k", "-a always,exit -S getpid -k other"}},
	{"moved",
	 {"-a always,exit -S getpid -k other", "-a always,exit -S getppid -k k"}},
	{"elsewhere",
	 {"-a always,exit -S getppid -k k", "-a always,exit -S getpid -k other"}},
	{"second", {"-a always,exit -S getppid -F success=1 -k k"}},
	{"shared",
	 {"-a always,exit -S getppid -F pid<100 -k k",
	  "-a always,exit -S getppid -F pid>=100 -k k"}},
	{"plain",
	 {"-a always,exit -S getppid -F uid=1 -k k",
	  "-a always,exit -S getppid -F uid=990 -k k"}},
};

static struct ruleset *list_of(const char *name)
{
	struct ruleset *set = ruleset_new();
	size_t i, k;
	char text[64];

	assert_non_null(set);
	for (i = 0; i < 12 && !strncmp(name, "many", 4); i++) {
		snprintf(text, sizeof(text),
			 "-a always,exit -S getppid -F uid=%s%zu -k m", name + 4, i);
		assert_int_equal(ruleset_add(set, rule_help_rule(text), false), 0);
	}
	for (i = 0; i < LISTS; i++)
		for (k = 0; !strcmp(lists[i].name, name) && lists[i].rules[k]; k++)
			assert_int_equal(ruleset_add(set,
						     rule_help_rule(lists[i].rules[k]),
						     false),
					 0);
	for (i = 0; !strcmp(name, "elsewhere") && i < ruleset_count(set); i++) {
		ruleset_at(set, i)->file = ruleset_keep_name(set, "a.rules");
		ruleset_at(set, i)->line = 7;
	}
	return set;
}

static size_t write_step(const struct step *s, char *out, size_t size)
{
	const char *node = s->node ? s->node : "";
	char stamp[64];
	size_t n = 0;

	snprintf(stamp, sizeof(stamp), "msg=audit(%lld.%03lld:%u)",
		 (long long)((T0 + s->ms) / 1000), (long long)((T0 + s->ms) % 1000),
		 s->serial);
	if (s->kind == CALL || s->kind == OPEN)
		n = (size_t)snprintf(
			out, size,
			"%stype=SYSCALL %s: arch=c000003e syscall=110 success=yes exit=1 "
			"a0=0 a1=1 a2=2 a3=0 items=0 ppid=1 pid=%d auid=1000 uid=990 "
			"gid=990 euid=990 suid=990 fsuid=990 egid=990 sgid=990 fsgid=990 "
			"tty=(none) ses=1 comm=\"x\" exe=\"/sbin/x\" subj=unconfined "
			"key=%s\n",
			node, stamp, s->pid, s->text);
	if (s->kind == CALL || s->kind == CLOSE)
		n += (size_t)snprintf(out + n, size - n, "%stype=EOE %s: \n", node,
				      stamp);
	if (s->kind == CHANGE)
		n = (size_t)snprintf(out, size,
				     "type=CONFIG_CHANGE %s: %s\ntype=EOE %s: \n", stamp,
				     s->text, stamp);
	if (s->kind == USER)
		n = (size_t)snprintf(out, size,
				     "%stype=USER_LOGIN %s: pid=1 uid=0 auid=1 ses=1 "
				     "msg='op=login exe=\"/bin/login\" res=success'\n",
				     node, stamp);
	return n;
}

/* "1=3 any=2 ": events of each entry of the list of rules, by its place or its reason */
static bool with_empty;

static void tell(struct tally *t, char *out, size_t size)
{
	static const char *const names[ATTRIBUTION_KINDS] = {
		[ATTRIBUTION_HARD_WIRED] = "hard-wired",
		[ATTRIBUTION_USER] = "user",
		[ATTRIBUTION_UNKNOWN] = "unknown",
		[ATTRIBUTION_REMOVED] = "removed",
		[ATTRIBUTION_FOREIGN] = "foreign",
	};
	struct topk *rules = tally_table(t, TALLY_RULES);
	struct attribution_read a;
	unsigned int i;
	size_t n = 0;

	out[0] = '\0';
	for (i = 0; i < topk_used(rules); i++) {
		struct topk_view v = topk_view(rules, i, -1, 0);
		const struct tally_rule_aux *aux = v.aux;
		char name[64] = "any";

		assert_true(attribution_check(v.name));
		attribution_read(v.name, &a);
		if (!v.count.events && !with_empty)
			continue;
		if (a.kind == ATTRIBUTION_RULE)
			snprintf(name, sizeof(name), "%u%s%s", aux->position,
				 a.text.text.n > 30 && memmem(a.text.text.p,
							      a.text.text.n, "success", 7)
					 ? "'"
					 : "",
				 aux->line ? "@7" : "");
		else if (a.kind == ATTRIBUTION_ONE_OF && a.n)
			snprintf(name, sizeof(name), "one-of-%u", a.n);
		else if (a.kind != ATTRIBUTION_ONE_OF)
			snprintf(name, sizeof(name), "%s", names[a.kind]);
		n += (size_t)snprintf(out + n, size - n, "%s=%u ", name,
				      (unsigned int)v.count.events);
	}
}

static struct node_host host = {.name = "here.example.org"};

static struct engine_health run(const struct step *steps, bool every_event, char *out,
				size_t size)
{
	const struct engine_options options = {.n_windows = 1,
					       .window_sec = {60},
					       .max_values = 16,
					       .max_flows = 16,
					       .every_event = every_event,
					       .live_rules = true};
	const struct engine_own own = {{77, 78}, host};
	struct engine *e = engine_new(&options);
	struct engine_health h;
	char text[2048];

	assert_non_null(e);
	engine_set_own(e, &own);
	for (; steps->kind != END; steps++)
		if (steps->kind == LIST)
			assert_int_equal(engine_offer_rules(e, list_of(steps->text),
							    T0 + steps->ms),
					 0);
		else
			engine_feed(e, text, write_step(steps, text, sizeof(text)), NULL);
	engine_end(e, NULL);
	tell(engine_tally(e), out, size);
	h = engine_health(e);
	engine_free(e);
	return h;
}

static struct engine_health expect_at(const struct step *steps, const char *wanted,
				      int line)
{
	char got[256], cached[256];
	struct engine_health h = run(steps, true, got, sizeof(got));

	run(steps, false, cached, sizeof(cached));
	if (strcmp(got, wanted) != 0 || strcmp(cached, wanted) != 0)
		fail_msg("line %d: wanted \"%s\", got \"%s\", with the cache \"%s\"",
			 line, wanted, got, cached);
	return h;
}

#define expect(steps, wanted) expect_at(steps, wanted, __LINE__)

/* --- which list --- */

static void one_list(void **state)
{
	static const struct step steps[] = {
		{CALL, 1, 0, "\"k\"", 5, NULL},  {LIST, 0, 10, "first", 0, NULL},
		{CALL, 2, 5, "\"k\"", 5, NULL},  /* was under way when it was read */
		{CALL, 3, 10, "\"k\"", 5, NULL}, /* the reading may be later in that ms */
		{CALL, 4, 11, "\"k\"", 5, NULL}, {CALL, 5, 12, "\"k\"", 5, NULL},
		{CALL, 6, 1, "\"k\"", 5, NULL}, /* began before, and slept perhaps */
		{END, 0, 0, NULL, 0, NULL},
	};
	struct engine_health h = expect(steps, "1=2 any=1 ");

	assert_int_equal(h.rule_lists, 1);
	assert_int_equal(h.rule_unseen, 0);
}

static void a_change(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL},   {CALL, 1, 1, "\"k\"", 5, NULL},
		{OPEN, 2, 2, "\"k\"", 5, NULL}, /* judged when it ends, after the change
						 */
		{CHANGE, 3, 3, REMOVED, 0, NULL}, {CLOSE, 2, 2, NULL, 0, NULL},
		{CALL, 4, 3, "\"k\"", 5, NULL},   {CHANGE, 5, 4, ADDED, 0, NULL},
		{LIST, 0, 10, "second", 0, NULL}, {CALL, 6, 9, "\"k\"", 5, NULL},
		{CALL, 7, 11, "\"k\"", 5, NULL},  {CALL, 8, 12, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};
	struct engine_health h = expect(steps, "0=2 hard-wired=2 any=2 1'=2 ");

	assert_int_equal(h.rule_lists, 2);
	assert_int_equal(h.rule_changes, 2);
	assert_int_equal(h.rule_unseen, 0);
}

static void a_change_that_was_on_its_way(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 10, "first", 0, NULL},
		{CHANGE, 1, 9, ADDED, 0, NULL}, /* before the reading, or after it */
		{CALL, 2, 11, "\"k\"", 5, NULL},
		{LIST, 0, 20, "second", 0, NULL},
		{CALL, 3, 21, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};

	expect(steps, "1'=1 ");
}

static void what_changes_and_what_does_not(void **state)
{
	static const char *const changes[] = {
		"auid=1 ses=1 op=add_rule key=\"k\" list=4 res=1",
		"auid=1 ses=1 op=remove_rule key=\"op=x\" list=4 res=1",
		"auid=1 ses=1 op=autoremove_rule path=\"/x\" key=(null) list=4 res=1",
		"auid=1 ses=1 op=trim res=1",
		"auid=1 ses=1 op=make_equiv old=\"/a\" new=\"/b\" res=1",
		"op=set audit_enabled=1 old=0 auid=1 ses=1 res=1",
		"audit_enabled=1 old=0 auid=1 ses=1 res=1",
	};
	static const char *const others[] = {
		"auid=1 ses=1 op=tty_set old-enabled=0 new-enabled=1 res=1",
		"auid=1 ses=1 op=add_rule key=\"k\" list=4 res=0\035AUID=\"res=1\"",
		"op=updated_rules path=\"/x\" key=\"k\" list=4 res=1",
		"op=set audit_backlog_limit=64 old=8192 auid=1 ses=1 res=1",
		"auid=1 ses=1 op=seccomp-logging key=\"op=add_rule\" res=1",
		"op=",
	};
	struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL}, {CALL, 1, 1, "\"k\"", 5, NULL},
		{CHANGE, 2, 2, NULL, 0, NULL},  {CALL, 3, 3, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		steps[2].text = others[i];
		expect(steps, "1=2 hard-wired=1 ");
	}
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		steps[2].text = changes[i];
		expect(steps, "1=1 hard-wired=1 any=1 ");
	}
}

static void the_same_again(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL}, {CALL, 1, 1, "\"k\"", 5, NULL},
		{LIST, 0, 2, "first", 0, NULL}, {CALL, 2, 3, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};
	struct engine_health h = expect(steps, "1=2 ");

	assert_int_equal(h.rule_lists, 1);
}

/* The rules' lines on disk have moved: from then on they are known there. */
static void the_same_elsewhere(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL},     {CALL, 1, 1, "\"k\"", 5, NULL},
		{LIST, 0, 2, "elsewhere", 0, NULL}, {CALL, 2, 3, "\"k\"", 5, NULL},
		{LIST, 0, 4, "elsewhere", 0, NULL}, {CALL, 3, 5, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};
	struct engine_health h = expect(steps, "1@7=3 ");

	assert_int_equal(h.rule_lists, 2);
	assert_int_equal(h.rule_unseen, 0);
}

static void nothing_told_of_it(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL},  {CALL, 1, 1, "\"k\"", 5, NULL},
		{LIST, 0, 2, "second", 0, NULL}, {CALL, 2, 3, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};
	struct engine_health h = expect(steps, "0=1 1'=1 ");

	assert_int_equal(h.rule_unseen, 1);
}

static void serials_begin_anew(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL},
		{CALL, UINT32_MAX - 1, 1, "\"k\"", 5, NULL},
		{CALL, 1, 2, "\"k\"", 5, NULL},
		{CHANGE, 2, 3, ADDED, 0, NULL},
		{CALL, 3, 4, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};

	expect(steps, "1=2 hard-wired=1 any=1 ");
}

/* A list that stands for very long: serials go round and come near its own again. */
static void serials_go_round(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL},
		{CALL, 100, 1, "\"k\"", 5, NULL},
		{CHANGE, 5000, 2, ADDED, 0, NULL},
		{LIST, 0, 10, "second", 0, NULL},
		{CALL, 6000, 11, "\"k\"", 5, NULL},
		{CALL, 0x40000000, 12, "\"k\"", 5, NULL},
		{CALL, 0x80002000, 13, "\"k\"", 5, NULL},
		{CALL, 0xc0000000, 14, "\"k\"", 5, NULL},
		{CALL, 3000, 15, "\"k\"", 5, NULL},
		{CALL, 3001, 16, "\"k\"", 5, NULL},
		{CALL, 0x40000000, 17, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};
	static const struct step ended[] = {
		{LIST, 0, 0, "first", 0, NULL},
		{CALL, 100, 1, "\"k\"", 5, NULL},
		{CHANGE, 5000, 2, ADDED, 0, NULL},
		{CALL, 0x40000000, 12, "\"k\"", 5, NULL},
		{CALL, 0x80002000, 13, "\"k\"", 5, NULL},
		{CALL, 0xc0000000, 14, "\"k\"", 5, NULL},
		{CALL, 3000, 15, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};

	expect(steps, "0=1 hard-wired=1 1'=7 ");
	expect(ended, "1=1 hard-wired=1 any=4 ");
}

static void other_hosts(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL},
		{CALL, 1, 1, "\"k\"", 5, "node=there "},
		{USER, 2, 1, NULL, 0, "node=there "},
		{CALL, 3, 1, "\"k\"", 5, "node=here "}, /* its list holds from here on */
		{CALL, 3, 1, "\"k\"", 5, "node=there.example.org "},
		{USER, 4, 1, NULL, 0, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};

	expect(steps, "1=1 foreign=1 user=1 ");
}

/* What auditd.conf says of nodes: may there be others, and which is ours? */
static void by_what_auditd_writes(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL},
		{CALL, 1, 1, "\"k\"", 5, "node=192.0.2.1 "},
		{CALL, 2, 2, "\"k\"", 5, NULL},
		{CALL, 3, 3, "\"k\"", 5, "node=here.other.org "},
		{CALL, 4, 4, "\"k\"", 5, "node=here.example.org "},
		{CALL, 5, 5, "\"k\"", 5, "node=mine "},
		{END, 0, 0, NULL, 0, NULL},
	};
	static const struct step theirs[] = {
		{LIST, 0, 0, "first", 0, NULL},
		{CALL, 5000000, 1, "\"k\"", 5, NULL},
		{CALL, 10, 2, "\"k\"", 5, "node=here.example.org "},
		{CHANGE, 5000001, 3, ADDED, 0, NULL},
		{CALL, 11, 4, "\"k\"", 5, "node=here.example.org "},
		{END, 0, 0, NULL, 0, NULL},
	};
	const struct node_host was = host;

	expect(steps, "1=2 foreign=2 ");
	host.alone = true;
	expect(steps, "1=5 ");
	host = was;
	host.shared = true;
	expect(steps, ""); /* none is surely ours: no list ever holds */
	host.node = "mine";
	expect(steps, "1=1 ");
	host.node = host.name;
	expect(theirs, "1=2 foreign=1 ");
	host = was;
}

/* --- which rule, and how often it is asked --- */

static void keys_of_no_rule(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL},    {CALL, 1, 1, "\"gone\"", 5, NULL},
		{CALL, 2, 1, "\"gone\"", 5, NULL}, {CALL, 3, 1, "(null)", 5, NULL},
		{CALL, 4, 1, "\"k\"", 5, NULL},    {END, 0, 0, NULL, 0, NULL},
	};

	expect(steps, "1=1 removed=2 unknown=1 ");
}

/* The print does not hold the pid, and two rules ask for it. */
static void what_no_print_holds(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "shared", 0, NULL},  {CALL, 1, 1, "\"k\"", 5, NULL},
		{CALL, 2, 1, "\"k\"", 100, NULL}, {CALL, 3, 1, "\"k\"", 7, NULL},
		{CALL, 4, 1, "\"k\"", 8, NULL},   {CALL, 5, 1, "\"k\"", 101, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};

	expect(steps, "1=3 2=2 ");
}

static void what_a_print_holds(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "plain", 0, NULL}, {CALL, 1, 1, "\"k\"", 5, NULL},
		{CALL, 2, 1, "\"k\"", 6, NULL}, {CALL, 3, 1, "\"k\"", 7, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};
	struct engine_health h;
	char got[64];

	expect(steps, "2=3 ");
	h = run(steps, false, got, sizeof(got));
	assert_int_equal(h.parsed, 1);
}

/* A rule is its text: one that is put first moves the others. */
static void a_rule_that_moves(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL}, {CALL, 1, 1, "\"k\"", 5, NULL},
		{LIST, 0, 2, "moved", 0, NULL}, {CALL, 2, 3, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};

	expect(steps, "2=2 ");
}

/* What a rule has not done is known since it was loaded. */
static void a_rule_that_writes_nothing(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "first", 0, NULL},  {CALL, 1, 1, "\"k\"", 5, NULL},
		{LIST, 0, 2, "second", 0, NULL}, {CALL, 2, 3, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};

	with_empty = true;
	expect(steps, "0=1 0=0 1'=1 ");
	with_empty = false;
}

/* Rules that are gone and have written nothing make room for those that are loaded. */
static void room_for_loaded_ones(void **state)
{
	static const struct step steps[] = {
		{LIST, 0, 0, "many", 0, NULL},  {CALL, 1, 1, "\"other\"", 5, NULL},
		{LIST, 0, 2, "many2", 0, NULL}, {CALL, 2, 3, "\"other\"", 5, NULL},
		{LIST, 0, 4, "first", 0, NULL}, {CALL, 3, 5, "\"k\"", 5, NULL},
		{CALL, 4, 6, "\"k\"", 5, NULL}, {CALL, 5, 7, "\"k\"", 5, NULL},
		{END, 0, 0, NULL, 0, NULL},
	};
	char got[256];

	with_empty = true;
	run(steps, true, got, sizeof(got));
	with_empty = false;
	assert_non_null(strstr(got, "1=3 "));
	assert_non_null(strstr(got, "2=0 "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_list),
		cmocka_unit_test(a_change),
		cmocka_unit_test(a_change_that_was_on_its_way),
		cmocka_unit_test(what_changes_and_what_does_not),
		cmocka_unit_test(the_same_again),
		cmocka_unit_test(the_same_elsewhere),
		cmocka_unit_test(nothing_told_of_it),
		cmocka_unit_test(serials_begin_anew),
		cmocka_unit_test(serials_go_round),
		cmocka_unit_test(other_hosts),
		cmocka_unit_test(by_what_auditd_writes),
		cmocka_unit_test(keys_of_no_rule),
		cmocka_unit_test(what_no_print_holds),
		cmocka_unit_test(what_a_print_holds),
		cmocka_unit_test(a_rule_that_moves),
		cmocka_unit_test(a_rule_that_writes_nothing),
		cmocka_unit_test(room_for_loaded_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
