/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_repair.c - what is advised of findings, and what never is
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "advise/repair.h"
#include "emit/advice.h"
#include "emit/repair_object.h"
#include "emit/rule_advice.h"
#include "rule_help.h"
#include "rules/controls.h"
#include "rules/cover.h"

#define NOW         1700000000000
#define N_OF(table) (sizeof(table) / sizeof((table)[0]))
#define B64         "-a always,exit -F arch=b64 "
#define B32         "-a always,exit -F arch=b32 "
#define N64         "-a never,exit -F arch=b64 "

static struct ruleset *read_set(const char *lines)
{
	struct ruleset *set = ruleset_new();

	assert_non_null(set);
	while (*lines) {
		char line[512];
		size_t n = strcspn(lines, "\n");

		assert_in_range(n, 1, sizeof(line) - 1);
		memcpy(line, lines, n);
		line[n] = '\0';
		assert_int_equal(ruleset_add(set, rule_help_rule(line), false), 0);
		lines += n + (lines[n] == '\n');
	}
	return set;
}

/* /bin/link is a link to /bin/ls; nothing else is known. */
static bool know(void *arg, struct span path, struct finding_path *facts)
{
	*facts = (struct finding_path){.exists = true, .is_link = true};
	facts->real = span_of("/bin/ls");
	return span_is(path, "/bin/link");
}

static struct repair_look look_of(const struct ruleset *set)
{
	return (struct repair_look){.set = set,
				    .known = {.machine = MACH_86_64,
					      .labels = FINDING_LABELS_UNKNOWN,
					      .path = know},
				    .budget = REPAIR_BUDGET};
}

static void check_loads(const struct rule *rule)
{
	char text[RULE_TEXT_MAX];

	rule_print(rule, MACH_86_64, text, sizeof(text));
	assert_null(rule_unloadable(rule, MACH_86_64, span_of(text)));
}

/* What holds of every proposal. */
static void check_promises(const struct ruleset *set, const struct repair *r)
{
	bool alone = r->fix == FINDING_FIX_TAKE_OUT;

	for (size_t i = 0; i < 2 && r->add[i]; i++) {
		check_loads(r->add[i]);
		for (size_t k = 0; k < ruleset_count(set); k++)
			assert_true(r->fix == FINDING_FIX_MOVE ||
				    !rule_equal(ruleset_at(set, k), r->add[i]));
	}
	for (size_t i = 0; i < r->n_remove; i++) {
		check_loads(r->remove[i]);
		assert_true(alone || r->add[0]);
		assert_true(!alone || rule_equal(r->other[0], r->remove[i]) ||
			    cover_rule(r->other[0], r->remove[i]));
	}
	assert_true(r->fix != FINDING_FIX_NONE || (!r->n_remove && !r->add[0]));
}

/* "fix: +added -removed (blinds) now", or "no fix" where none is left. */
static void say(const struct repair *r, char *out, size_t size)
{
	static const char *const nows[] = {"not now", "append", "prepend", "delete"};
	char text[1024];
	size_t n = 0;

	if (r->fix == FINDING_FIX_NONE) {
		snprintf(out, size, "%s", r->no_fix ? "refused" : "none");
		return;
	}
	for (size_t i = 0; i < 2 && r->add[i]; i++) {
		rule_print(r->add[i], MACH_86_64, text, sizeof(text));
		n += (size_t)snprintf(out + n, size - n, "+%s ", text);
	}
	for (size_t i = 0; i < r->n_remove; i++)
		n += (size_t)snprintf(out + n, size - n, "-%u ", r->remove[i]->position);
	for (size_t i = 0; i < r->n_blinds; i++)
		n += (size_t)snprintf(out + n, size - n, "(%u) ", r->blinds[i]->position);
	snprintf(out + n, size - n, "%s%s", nows[r->now], r->undo_now ? " undo" : "");
}

struct a_case {
	enum finding_kind kind;
	const char *rules;
	const char *said; /* of the first of the kind; "": there is none */
};

static void look_at(const struct a_case *c)
{
	struct ruleset *set = read_set(c->rules);
	struct repair_look look = look_of(set);
	struct repair_list list;
	char text[4096] = "";

	assert_int_equal(repair_look(&look, &list), 0);
	assert_false(list.unsure);
	for (size_t i = list.n; i-- > 0;) {
		check_promises(set, &list.of[i]);
		assert_true(!i || list.of[i - 1].weight <= list.of[i].weight);
		if (list.of[i].finding == c->kind)
			say(&list.of[i], text, sizeof(text));
	}
	if (strcmp(text, c->said) != 0)
		fail_msg("kind %d of\n%s\nis \"%s\", not \"%s\"", (int)c->kind, c->rules,
			 text, c->said);
	repair_list_free(&list);
	ruleset_free(set);
}

#define LOOK_AT_ALL(cases) \
	for (size_t n_ = 0; n_ < N_OF(cases); n_++) \
	look_at(&(cases)[n_])

static void repair_takes_out_what_is_covered_by_its_like(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_DUPLICATE, B64 "-S open -k a\n" B64 "-S open -k a",
		 "-2 delete undo"},
		{FINDING_SHADOWED, B64 "-S open,close -k a\n" B64 "-S open -F uid=0 -k b",
		 "-2 delete undo"},
		/* which of the two is meant? */
		{FINDING_SHADOWED, N64 "-S open\n" B64 "-S open -F uid=0 -k a",
		 "refused"},
		{FINDING_SHADOWED, N64 "-S open\n" N64 "-S open -F uid=0",
		 "-2 delete undo"},
		/* 2 is fork(2) of 32 bits: what replaces the first does not cover it */
		{FINDING_SHADOWED,
		 "-a always,exit -S open -k a\n" B32 "-S fork -F uid=0 -k b", "refused"},
		{FINDING_SHADOWED,
		 "-a always,exit -S open -k a\n" B64 "-S open -F uid=0 -k b",
		 "-2 delete undo"},
		/* merged it still covers it */
		{FINDING_SHADOWED,
		 B64 "-S open -k a\n" B64 "-S close -k a\n" B64 "-S open -F uid=0 -k b",
		 "-3 delete undo"},
	};

	LOOK_AT_ALL(cases);
}

static void repair_moves_no_rule_that_would_blind(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_LATE_NEVER, B64 "-S open -k a\n" N64 "-S open -F exe=/srv/x",
		 "+" N64 "-S open -F exe=/srv/x -2 (1) prepend undo"},
		/* one behind it: put back at the end it would be elsewhere */
		{FINDING_LATE_NEVER,
		 B64 "-S open -k a\n" N64 "-S open -F exe=/srv/x\n" B64
		     "-S all -F uid=7 -k b",
		 "+" N64 "-S open -F exe=/srv/x -2 (1) prepend"},
		{FINDING_LATE_NEVER, B64 "-S open -k a\n" N64 "-S open -F uid=0",
		 "refused"},
		{FINDING_LATE_NEVER,
		 B64 "-S open -k a\n" N64 "-S open -F exe=/srv/x -F dir=/etc/x",
		 "refused"},
		{FINDING_LATE_NEVER, B64 "-S open -k a\n" N64 "-S open -F dir=/",
		 "refused"},
		/* the rest of a list: first those that are wanted */
		{FINDING_LATE_NEVER,
		 B64 "-S open -F uid=7 -F exe=/srv/x -k a\n" N64 "-S open -F exe=/srv/x",
		 "refused"},
		{FINDING_LATE_NEVER, "-a always,task -F uid=7\n-a never,task -F uid=7",
		 "refused"},
	};

	LOOK_AT_ALL(cases);
}

static void repair_replaces_with_what_loads(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_NO_ARCH, "-a always,exit -S connect -F uid=7 -k a",
		 "+" B64 "-S connect -F uid=7 -F key=a +" B32
		 "-S connect -F uid=7 -F key=a -1 append undo"},
		{FINDING_NO_ARCH,
		 "-a always,exit -S connect -F uid=7 -k a\n" B64
		 "-S connect -F uid=7 -k a",
		 "refused"},
		/* a key that a shell would read */
		{FINDING_NO_ARCH, "-a always,exit -S connect -F uid=7 -k a;b", "refused"},
		{FINDING_NO_ARCH, "-a always,exit -S connect -F uid=7 -k -a", "refused"},
		{FINDING_NO_ARCH, "-a always,exit -S connect -F exe=/srv/\xc3\xa4 -k a",
		 "refused"},
		{FINDING_NO_TWIN, B64 "-S open -k a\n" B64 "-S close -F uid=1 -k b",
		 "+" B32 "-S open -F key=a append undo"},
		/* one behind would lose events to it: it goes behind that */
		{FINDING_NO_TWIN,
		 B32 "-S open -F uid=1 -k x\n" B64 "-S open -k a\n" B32
		     "-S open,close -F uid=2 -k y",
		 "+" B32 "-S open -F key=a append undo"},
		{FINDING_NO_TWIN, N64 "-S open -F exe=/srv/x", ""},
		{FINDING_MERGEABLE, B64 "-S open -k a\n" B64 "-S close -k a",
		 "+" B64 "-S open,close -F key=a -1 -2 append undo"},
		{FINDING_EXE_LINK, B64 "-S open -F exe=/bin/link -k a",
		 "+" B64 "-S open -F exe=/bin/ls -F key=a -1 append undo"},
		{FINDING_EXE_LINK,
		 B64 "-S open -F exe=/bin/ls -k a\n" B64 "-S open -F exe=/bin/link -k a",
		 "refused"},
	};

	LOOK_AT_ALL(cases);
}

static void repair_wakes_no_exclude_that_is_too_wide(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_POISONED, "-a never,exclude -F msgtype=1101 -F exe=/srv/x -k a",
		 "+-a never,exclude -F msgtype=USER_ACCT -F exe=/srv/x -1 append undo"},
		{FINDING_POISONED, "-a never,exclude -F exe=/srv/x -k a", "refused"},
		{FINDING_POISONED,
		 "-a never,exclude -F msgtype=1101 -F euid=7 -F exe=/srv/x", "none"},
		{FINDING_POISONED, "-a never,exclude -F msgtype=1400 -F exe=/srv/x -k a",
		 "refused"},
		{FINDING_POISONED, "-a never,user -F msgtype>=1101 -F exe=/srv/x -k a",
		 "refused"},
		{FINDING_POISONED, "-a always,user -F exe=/srv/x -k a",
		 "+-a always,user -F exe=/srv/x -1 append undo"},
		/* what is not to be understood has no correction, but is told */
		{FINDING_NO_KEY, B64 "-S open", "none"},
	};

	LOOK_AT_ALL(cases);
}

static void repair_keeps_the_most_serious(void **state)
{
	struct ruleset *set = ruleset_new();
	struct repair_look look = look_of(set);
	struct repair_list list;

	for (int i = 0; i < REPAIR_MAX + 8; i++) {
		char line[64];

		snprintf(line, sizeof(line), "-w /srv/%d -p wa", i);
		assert_int_equal(ruleset_add(set, rule_help_rule(line), false), 0);
	}
	assert_int_equal(ruleset_add(set,
				     rule_help_rule("-a always,user -F exe=/srv/x -k a"),
				     false),
			 0);
	assert_int_equal(repair_look(&look, &list), 0);
	assert_int_equal(list.n, REPAIR_MAX);
	assert_int_equal(list.of[0].finding, FINDING_POISONED);
	assert_int_equal(list.of[1].rule->position, 1);
	assert_int_equal(list.over, 9);
	repair_list_free(&list);
	/* nothing is wrong of what is not finished */
	look.budget = 1;
	assert_int_equal(repair_look(&look, &list), 0);
	assert_true(list.unsure);
	repair_list_free(&list);
	look.most_rules = REPAIR_MAX;
	assert_int_equal(repair_look(&look, &list), -E2BIG);
	repair_list_free(&list);
	ruleset_free(set);
}

static void one_kind_does_not_hide_the_others(void **state)
{
	struct ruleset *set = ruleset_new();
	struct repair_look look = look_of(set);
	struct repair_list list;
	size_t n[FINDING_KINDS] = {0};

	for (int i = 0; i < 2 * REPAIR_MAX; i++) {
		char line[128];

		snprintf(line, sizeof(line), B64 "-S open -F exe=/srv/%d -k k%d", i, i);
		assert_int_equal(ruleset_add(set, rule_help_rule(line), false), 0);
		snprintf(line, sizeof(line), "-a always,exit -F exe=/all/%d%s", i,
			 i < 2 ? "" : " -k one");
		assert_int_equal(ruleset_add(set, rule_help_rule(line), false), 0);
	}
	assert_int_equal(repair_look(&look, &list), 0);
	assert_int_equal(list.n, REPAIR_MAX);
	for (size_t i = 0; i < list.n; i++) {
		n[list.of[i].finding]++;
		assert_true(!i || list.of[i - 1].weight <= list.of[i].weight);
		check_promises(set, &list.of[i]);
	}
	assert_int_equal(n[FINDING_NO_KEY], 2);
	assert_int_equal(n[FINDING_SHARED_KEY], 1);
	assert_in_range(n[FINDING_ALL_CALLS], 8, 24);
	assert_in_range(n[FINDING_NO_TWIN], 8, 24);
	assert_int_equal(list.over, 4 * REPAIR_MAX + 3 - REPAIR_MAX);
	repair_list_free(&list);
	ruleset_free(set);
}

/* What only the daemon can know: the other set, labels, files. */
static void what_files_alone_do_not_show(void **state)
{
	struct ruleset *kernel = read_set(B64 "-S open -F subj_type=a -k a\n" B64
					      "-S open -F exe=/bin/link -k b\n" B32
					      "-S open -k c\n" B32 "-S close -k d"),
		       *disk = read_set(B32 "-S close -k d\n" B32 "-S open -k c\n" B32
					    "-S mkdir -k e\n" B32 "-S rmdir -k f");
	struct repair_look look = look_of(kernel);
	struct repair_list list;
	size_t others[FINDING_KINDS] = {0}, n[FINDING_KINDS] = {0};

	look.known.labels = FINDING_LABELS_NONE;
	look.disk = disk;
	assert_int_equal(repair_look(&look, &list), 0);
	for (size_t i = 0; i < list.n; i++) {
		struct repair_scene scene = {MACH_86_64, false, true, NULL};
		json_t *object = repair_object(&list.of[i], 1, &scene);

		assert_non_null(object);
		json_decref(object);
		n[list.of[i].finding]++;
		others[list.of[i].finding] = list.of[i].n_other;
	}
	assert_int_equal(n[FINDING_DEAD_LABEL], 1);
	assert_int_equal(n[FINDING_EXE_LINK], 1);
	assert_int_equal(n[FINDING_MOVED], 1);
	assert_int_equal(n[FINDING_ONLY_DISK], 1);
	assert_int_equal(others[FINDING_ONLY_DISK], 1);
	assert_int_equal(n[FINDING_ONLY_KERNEL], 1);
	assert_int_equal(others[FINDING_ONLY_KERNEL], 1);
	repair_list_free(&list);
	ruleset_free(kernel);
	ruleset_free(disk);
}

/* --- over several looks --- */

struct sent {
	unsigned int n;
	char id[64][ADVICE_ID_SIZE], state[64][12], reason[64][64], why[64][200];
};

static void take(void *arg, json_t *object)
{
	struct sent *s = arg;
	const char *reason = json_string_value(json_object_get(object, "reason"));

	assert_in_range(s->n, 0, 63);
	strcpy(s->id[s->n], json_string_value(json_object_get(object, "id")));
	strcpy(s->state[s->n], json_string_value(json_object_get(object, "state")));
	snprintf(s->why[s->n], sizeof(s->why[0]), "%s",
		 json_string_value(json_object_get(object, "why")));
	snprintf(s->reason[s->n++], sizeof(s->reason[0]), "%s", reason ? reason : "");
}

struct looks {
	struct sent sent;
	struct advice *advice;
	struct rule_advice *rules;
};

static void begin(struct looks *l)
{
	l->sent.n = 0;
	l->advice = advice_new(take, &l->sent);
	l->rules = rule_advice_new(l->advice);
	assert_non_null(l->rules);
}

static void end(struct looks *l)
{
	rule_advice_free(l->rules);
	advice_free(l->advice);
}

/* Return: how many were sent by this look; the last of them is at sent.n - 1. */
static unsigned int look_again(struct looks *l, const char *rules)
{
	struct ruleset *set = read_set(rules);
	struct repair_look look = look_of(set);
	unsigned int before = l->sent.n;

	assert_int_equal(rule_advice_look(l->rules, &look, false, NOW), 0);
	ruleset_free(set);
	return l->sent.n - before;
}

#define LAST(l, what) ((l)->sent.what[(l)->sent.n - 1])

static void an_advice_is_followed_to_its_end(void **state)
{
	static const char two[] =
		B64 "-S getppid -k a\n" B32 "-S getppid -k a\n" B64
		    "-S getppid -F uid=1 -k b\n" B32 "-S getppid -F uid=1 -k b";
	struct looks l;
	char id[ADVICE_ID_SIZE];

	begin(&l);
	assert_int_equal(look_again(&l, two), 2);
	strcpy(id, l.sent.id[0]);
	assert_string_equal(LAST(&l, state), "proposed");
	assert_int_equal(look_again(&l, two), 0);
	/* elsewhere in the list it is the same */
	assert_int_equal(look_again(&l, "-w /srv/a -p wa -k c\n" B64
					"-S getppid -k a\n" B32 "-S getppid -k a\n" B64
					"-S getppid -F uid=1 -k b\n" B32
					"-S getppid -F uid=1 -k b"),
			 0);
	/* one is done */
	assert_int_equal(look_again(&l,
				    B64 "-S getppid -k a\n" B32 "-S getppid -k a\n" B32
					"-S getppid -F uid=1 -k b"),
			 1);
	assert_string_equal(LAST(&l, state), "applied");
	assert_string_equal(LAST(&l, id), id);
	/* and comes back */
	assert_int_equal(look_again(&l, two), 1);
	assert_string_equal(LAST(&l, state), "proposed");
	assert_string_equal(LAST(&l, id), id);
	/* both are gone, with what covers them */
	assert_int_equal(look_again(&l, ""), 2);
	assert_string_equal(LAST(&l, state), "withdrawn");
	assert_string_equal(LAST(&l, reason), "no longer found");
	end(&l);
}

static void a_changed_correction_takes_its_place(void **state)
{
	struct looks l;
	char reason[64];

	begin(&l);
	assert_int_equal(look_again(&l, B64 "-S getppid -F uid=1 -k a"), 1);
	assert_int_equal(look_again(&l, B64 "-S getppid -F uid=1 -k a\n" B64
					    "-S getuid -F uid=2 -k b"),
			 1);
	/* a rule for 32 bits that has one of the calls */
	assert_int_equal(look_again(&l, B64 "-S getppid,getuid -F uid=1 -k a"), 3);
	end(&l);
	begin(&l);
	assert_int_equal(look_again(&l, B64 "-S getppid,getuid -F uid=1 -k a"), 1);
	assert_int_equal(look_again(&l, B64 "-S getppid,getuid -F uid=1 -k a\n" B32
					    "-S getuid -F uid=1 -k a"),
			 2);
	snprintf(reason, sizeof(reason), "replaced by %s", LAST(&l, id));
	assert_string_equal(l.sent.reason[1], reason);
	assert_string_equal(l.sent.state[1], "withdrawn");
	assert_string_equal(LAST(&l, state), "proposed");
	/* the whole twin is there */
	assert_int_equal(look_again(&l, B64 "-S getppid,getuid -F uid=1 -k a\n" B32
					    "-S getppid,getuid -F uid=1 -k a"),
			 1);
	assert_string_equal(LAST(&l, state), "withdrawn");
	end(&l);
}

static void moved_and_replaced_is_applied(void **state)
{
	struct looks l;

	begin(&l);
	assert_int_equal(look_again(&l,
				    B64 "-S getppid -k a\n" B32 "-S getppid -k a\n" N64
					"-S getppid -F exe=/srv/x"),
			 1);
	assert_int_equal(look_again(&l, N64 "-S getppid -F exe=/srv/x\n" B64
					    "-S getppid -k a\n" B32 "-S getppid -k a"),
			 1);
	assert_string_equal(LAST(&l, state), "applied");
	end(&l);
	begin(&l);
	assert_int_equal(look_again(&l, "-a always,exit -S connect -F uid=7 -k a"), 1);
	assert_int_equal(look_again(&l, B64 "-S connect -F uid=7 -k a\n" B32
					    "-S connect -F uid=7 -k a"),
			 1);
	assert_string_equal(LAST(&l, state), "applied");
	end(&l);
}

static void what_was_applied_gives_way(void **state)
{
	struct looks l;
	char rules[REPAIR_MAX * 32] = "";
	size_t n = 0;

	begin(&l);
	assert_int_equal(look_again(&l, "-a always,exit -S connect -F uid=7 -k a"), 1);
	assert_int_equal(look_again(&l, B64 "-S connect -F uid=7 -k a\n" B32
					    "-S connect -F uid=7 -k a"),
			 1);
	for (int i = 0; i < REPAIR_MAX; i++)
		n += (size_t)sprintf(rules + n, "-w /srv/%d -p wa\n", i);
	rules[n - 1] = '\0';
	l.sent.n = 0;
	look_again(&l, rules);
	/* the one from before is out, and all others found their places */
	assert_int_equal(l.sent.n, REPAIR_MAX + 1);
	assert_string_equal(l.sent.state[0], "withdrawn");
	assert_int_equal(rule_advice_health(l.rules).over, 0);
	end(&l);
}

/* Ids are for ever: of what is to be loaded, and where. */
static void an_id_is_for_ever(void **state)
{
	struct looks l;

	begin(&l);
	look_again(&l, "-a always,exit -S connect -F uid=7 -k a");
	assert_string_equal(l.sent.id[0], "5837d0d927406fc7");
	look_again(&l, B64 "-S getppid\n" B32 "-S getppid");
	assert_string_equal(LAST(&l, state), "proposed");
	assert_string_equal(LAST(&l, id), "204abe2d2198e2de");
	end(&l);
}

/* --- as an object --- */

static json_t *object_of(const char *rules, enum finding_kind kind, bool locked)
{
	struct repair_scene scene = {MACH_86_64, locked, false, NULL};
	struct ruleset *set = read_set(rules);
	struct repair_look look = look_of(set);
	struct repair_list list;
	json_t *object = NULL;

	assert_int_equal(repair_look(&look, &list), 0);
	for (size_t i = 0; i < list.n && !object; i++)
		if (list.of[i].finding == kind)
			object = repair_object(&list.of[i], 1, &scene);
	assert_non_null(object);
	repair_list_free(&list);
	ruleset_free(set);
	return object;
}

static void repair_names_published_sets(void **state)
{
	static const char text[] =
		"# one\n" B64 "-S getppid -k a\n# two\n" B64 "-S getppid -F uid=1 -k a\n";
	struct controls *c = controls_new();
	struct repair_scene scene = {MACH_86_64, false, false, c};
	struct ruleset *set =
		read_set(B64 "-S getppid -k a\n" B64 "-S getppid -F uid=1 -k a");
	struct repair_look look = look_of(set);
	struct repair_list list;
	size_t named = 0;

	(void)state;
	assert_int_equal(controls_add(c, "s", span_of(text), &rule_help_world), 0);
	assert_int_equal(repair_look(&look, &list), 0);
	for (size_t i = 0; i < list.n; i++) {
		json_t *object = repair_object(&list.of[i], 1, &scene);
		const char *first = json_string_value(
			json_array_get(json_object_get(object, "controls"), 0));

		assert_non_null(object);
		if (list.of[i].finding == FINDING_SHADOWED && ++named)
			assert_string_equal(first, "s: \"two\"");
		json_decref(object);
	}
	assert_int_equal(named, 1);
	repair_list_free(&list);
	ruleset_free(set);
	controls_free(c);
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "(none)";
}

static const char *line_of(const json_t *object, const char *name, size_t i)
{
	const char *text =
		json_string_value(json_array_get(json_object_get(object, name), i));

	return text ? text : "(none)";
}

static void commands_are_fit_for_a_shell(void **state)
{
	json_t *o = object_of(B64 "-S open -F auid>=1000 -k a\n" B64
				  "-S close -F auid>=1000 -k a",
			      FINDING_MERGEABLE, false);

	assert_string_equal(line_of(o, "commands", 0),
			    "auditctl -a always,exit -F arch=b64 -S open,close -F "
			    "'auid>=1000' -F key=a");
	assert_string_equal(line_of(o, "commands", 2),
			    "auditctl -d always,exit -F arch=b64 -S close -F "
			    "'auid>=1000' -F key=a");
	assert_string_equal(line_of(o, "rules", 0),
			    B64 "-S open,close -F auid>=1000 -F key=a");
	json_decref(o);
	o = object_of("-w /srv/a -p wa -k a\n-w /srv/a -p wa -k a", FINDING_DUPLICATE,
		      false);
	assert_string_equal(line_of(o, "commands", 0), "auditctl -W /srv/a -p wa -k a");
	assert_string_equal(text_of(o, "undo"), "auditctl -w /srv/a -p wa -k a");
	assert_string_equal(text_of(o, "why"),
			    "the rule at number 2 of list exit stands there twice: the "
			    "kernel refuses the second (number 1 of list exit)");
	json_decref(o);
	o = object_of("-w /srv/a -p wa -k a\n-w /srv/a -p wa -k a", FINDING_DUPLICATE,
		      true);
	assert_string_equal(line_of(o, "commands", 0), "(none)");
	assert_string_equal(line_of(o, "remove", 0), "-w /srv/a -p wa -k a");
	json_decref(o);
}

static void a_long_or_foreign_rule_is_named(void **state)
{
	char rule[600] = B64 "-S 1", *p = rule + strlen(rule);
	json_t *o;

	for (int i = 2; i < 140; i += 2)
		p += sprintf(p, ",%d", i);
	strcpy(p, " -F uid=7");
	o = object_of(rule, FINDING_NO_KEY, false);
	assert_non_null(strstr(text_of(o, "place"), "... ("));
	assert_in_range(strlen(text_of(o, "place")), 100, 300);
	json_decref(o);
	o = object_of(B64 "-S open -F exe=/srv/\xff", FINDING_NO_KEY, false);
	assert_non_null(strstr(text_of(o, "place"), "exe=/srv/\\xff\""));
	assert_non_null(json_object_get(json_object_get(o, "evidence"), "rule_hex"));
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repair_takes_out_what_is_covered_by_its_like),
		cmocka_unit_test(repair_moves_no_rule_that_would_blind),
		cmocka_unit_test(repair_replaces_with_what_loads),
		cmocka_unit_test(repair_wakes_no_exclude_that_is_too_wide),
		cmocka_unit_test(repair_keeps_the_most_serious),
		cmocka_unit_test(one_kind_does_not_hide_the_others),
		cmocka_unit_test(what_files_alone_do_not_show),
		cmocka_unit_test(an_advice_is_followed_to_its_end),
		cmocka_unit_test(a_changed_correction_takes_its_place),
		cmocka_unit_test(moved_and_replaced_is_applied),
		cmocka_unit_test(what_was_applied_gives_way),
		cmocka_unit_test(an_id_is_for_ever),
		cmocka_unit_test(repair_names_published_sets),
		cmocka_unit_test(commands_are_fit_for_a_shell),
		cmocka_unit_test(a_long_or_foreign_rule_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
