/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_findings.c - what is said of a set of rules, kind by kind, and what is not
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "rule_help.h"
#include "rules/findings.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

static const char *const fixes[FINDING_FIXES] = {
	[FINDING_FIX_NONE] = "",
	[FINDING_FIX_TAKE_OUT] = " out",
	[FINDING_FIX_REPLACE] = " replace",
	[FINDING_FIX_ADD] = " add",
	[FINDING_FIX_MOVE] = " move",
	[FINDING_FIX_MERGE] = " merge",
};

/* All findings of one kind as text: position, (others), fix, corrected rules, stop. */
struct said {
	enum finding_kind kind;
	char text[4096];
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void put(struct said *s, const char *format,
						      ...)
{
	va_list ap;

	va_start(ap, format);
	s->n += (size_t)vsnprintf(s->text + s->n, sizeof(s->text) - s->n, format, ap);
	va_end(ap);
	assert_true(s->n < sizeof(s->text));
}

static void note(void *arg, struct finding *f)
{
	struct said *s = arg;
	bool changes = f->fix != FINDING_FIX_NONE && f->fix != FINDING_FIX_TAKE_OUT;

	assert_true(f->reason && (f->rule || f->entry));
	assert_true(changes == (f->corrected[0] != NULL));
	assert_true(f->corrected[0] || !f->corrected[1]);
	/* nothing else is ever taken out */
	assert_true(f->fix != FINDING_FIX_TAKE_OUT || f->kind == FINDING_DUPLICATE ||
		    f->kind == FINDING_SHADOWED || f->kind == FINDING_RULE_TWICE);
	for (size_t i = 0; i < 2 && f->corrected[i]; i++) {
		char text[RULE_TEXT_MAX];

		rule_print(f->corrected[i], MACH_86_64, text, sizeof(text));
		assert_null(rule_unloadable(f->corrected[i], MACH_86_64, span_of(text)));
		assert_int_equal(f->corrected[i]->position, 0);
	}
	if (f->kind != s->kind)
		return;
	if (s->n)
		put(s, "; ");
	if (f->entry)
		put(s, "line %u", f->entry->line);
	else
		put(s, "%u", f->rule->position);
	for (size_t i = 0; i < f->n_other; i++)
		put(s, "%s%u", i ? "," : "(",
		    f->entry ? f->other[i]->line : f->other[i]->position);
	put(s, "%s%s", f->n_other ? ")" : "", fixes[f->fix]);
	for (size_t i = 0; i < 2 && f->corrected[i]; i++) {
		char text[1024];

		rule_print(f->corrected[i], MACH_86_64, text, sizeof(text));
		put(s, "%s%s", i ? " | " : " ", text);
	}
	put(s, "%s", f->stops ? " stops" : "");
}

/* Few files: /bin/ls and /link are there, /link to it; /etc/shadow has two names. */
static bool know(void *arg, struct span path, struct finding_path *facts)
{
	(void)arg;
	facts->exists = true;
	facts->device = 1;
	if (span_is(path, "/bin/ls") || span_is(path, "/bin")) {
		facts->inode = 10 + path.n;
	} else if (span_is(path, "/link") || span_is(path, "/lost")) {
		facts->is_link = true;
		if (span_is(path, "/link"))
			facts->real = span_of("/bin/ls");
	} else if (span_is(path, "/etc/shadow") || span_is(path, "/etc/hard")) {
		facts->inode = 5;
	} else if (span_is(path, "/unknown")) {
		return false;
	} else {
		facts->exists = span_is(path, "/etc") || span_is(path, "/");
		facts->is_dir = facts->exists;
	}
	return true;
}

static struct ruleset *read_set(const char *lines)
{
	struct ruleset *set = ruleset_new();

	assert_non_null(set);
	while (*lines) {
		char line[512];
		size_t n = strcspn(lines, "\n");

		assert_true(n < sizeof(line));
		memcpy(line, lines, n);
		line[n] = '\0';
		assert_int_equal(ruleset_add(set, rule_help_rule(line), false), 0);
		lines += n + (lines[n] == '\n');
	}
	return set;
}

struct a_case {
	enum finding_kind kind;
	const char *rules;
	const char *said;
};

static void look(const struct a_case *c, struct findings_options options)
{
	struct ruleset *set = read_set(c->rules);
	struct said s = {.kind = c->kind};
	bool gave_up;

	options.found = note;
	options.arg = &s;
	assert_int_equal(findings_rules(set, &options, &gave_up), 0);
	assert_false(gave_up);
	if (strcmp(s.text, c->said) != 0)
		fail_msg("kind %d of\n%s\nis \"%s\", not \"%s\"", (int)c->kind, c->rules,
			 s.text, c->said);
	ruleset_free(set);
}

static void look_at(const struct a_case *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		look(&c[i], (struct findings_options){
				    .machine = MACH_86_64,
				    .labels = FINDING_LABELS_SELINUX,
				    .path = know,
			    });
}

/* --- */

#define B64 "-a always,exit -F arch=b64 "
#define B32 "-a always,exit -F arch=b32 "
#define N64 "-a never,exit -F arch=b64 "

static void findings_duplicates_only_of_equal_rules(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_DUPLICATE, "-w /etc -p wa -k a\n-w /etc -p wa -k a", "2(1) out"},
		{FINDING_DUPLICATE,
		 B64 "-S open -k a\n" B64 "-S close -k b\n" B64 "-S open -F key=a\n" B64
		     "-S open -k a",
		 "3(1) out; 4(1) out"},
		{FINDING_DUPLICATE, "-w /etc -p wa -k a\n-w /etc -p wa -k b", ""},
		{FINDING_DUPLICATE, "-w /etc -p wa -k a\n-w /etc -p w -k a", ""},
		{FINDING_DUPLICATE, B64 "-S open\n" N64 "-S open", ""},
		{FINDING_DUPLICATE, B64 "-S open\n" B64 "-S open,close", ""},
		{FINDING_SHADOWED, "-w /etc -p wa -k a\n-w /etc -p wa -k a", ""},
	};

	look_at(cases, N_OF(cases));
}

static void findings_shadows_are_proved(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_SHADOWED, B64 "-S open,close -k a\n" B64 "-S open -F uid=0 -k b",
		 "2(1) out"},
		{FINDING_SHADOWED,
		 B64 "-S open -F uid>=500 -k a\n" B64 "-S open -F uid=1000 -k b",
		 "2(1) out"},
		{FINDING_SHADOWED,
		 B64 "-S open -F uid>=500 -k a\n" B64 "-S open -F uid=499 -k b", ""},
		{FINDING_SHADOWED,
		 B64 "-S open -F auid!=unset -k a\n" B64 "-S open -F auid=1000 -k b",
		 "2(1) out"},
		/* without a login uid auid is the largest number */
		{FINDING_SHADOWED,
		 B64 "-S open -F auid!=unset -k a\n" B64 "-S open -F auid>=1000 -k b",
		 ""},
		{FINDING_SHADOWED,
		 B64 "-S open -F auid>=1000 -k a\n" B64 "-S open -F auid=unset -k b",
		 "2(1) out"},
		{FINDING_SHADOWED, B64 "-S open -F uid=0 -k a\n" B64 "-S open -k b", ""},
		{FINDING_SHADOWED, B64 "-S open -k a\n" B64 "-S open,close -k b", ""},
		{FINDING_SHADOWED, B64 "-S open -F uid=0 -k b\n" B64 "-S open,close -k a",
		 ""},
		{FINDING_SHADOWED, B64 "-S open -k a\n" B32 "-S open -k b", ""},
		{FINDING_SHADOWED, "-a always,exit -S all -k a\n" B32 "-S open -k b",
		 "2(1) out"},
		/* a supplementary group is no gid that is compared by size */
		{FINDING_SHADOWED,
		 B64 "-S open -F gid>=5 -k a\n" B64 "-S open -F gid=6 -k b", ""},
		{FINDING_SHADOWED,
		 B64 "-S open -F gid>=5 -k a\n" B64 "-S open -F gid>5 -k b", "2(1) out"},
		{FINDING_SHADOWED,
		 B64 "-S open -F a1&3 -k a\n" B64 "-S open -F a1&=1 -k b", "2(1) out"},
		{FINDING_SHADOWED,
		 B64 "-S open -F a1&=3 -k a\n" B64 "-S open -F a1&3 -k b", ""},
		{FINDING_SHADOWED,
		 B64 "-S open -F success=1 -k a\n" B64 "-S open -F exit=0 -k b", ""},
		{FINDING_SHADOWED,
		 B64 "-S open -F exe=/bin/ls -k a\n" B64
		     "-S open -F uid=0 -F exe=/bin/ls -k b",
		 "2(1) out"},
		{FINDING_SHADOWED,
		 B64 "-S open -F exe=/bin/ls -k a\n" B64
		     "-S open -F uid=0 -F exe=/bin/lsx -k b",
		 ""},
		{FINDING_SHADOWED,
		 "-a always,exit -F dir=/etc -F perm=wa -k a\n" B64
		 "-S open -F dir=/etc -F perm=w -k b",
		 "2(1) out"},
		/* another filesystem may lie there, or the file have a second name */
		{FINDING_SHADOWED, "-w /etc -p wa -k a\n-w /etc/x/ -p wa -k b", ""},
		{FINDING_SHADOWED, "-w /etc -p wa -k a\n-w /etc/passwd -p wa -k b", ""},
		/* two rules on one file change their order */
		{FINDING_SHADOWED, "-w /etc/passwd -p wa -k a\n-w /etc/passwd -p w -k b",
		 ""},
		/* a watch is also asked for io_uring */
		{FINDING_SHADOWED,
		 "-a never,exit -S all\n-a always,exit -S all -F "
		 "path=/etc/passwd -k b",
		 ""},
		{FINDING_SHADOWED,
		 "-a always,exit -S all -k a\n" B64 "-S open -F path=/etc/passwd -k b",
		 "2(1) out"},
		{FINDING_SHADOWED,
		 B64 "-S open -F inode=5 -k a\n" B64 "-S open -F inode=5 -F uid=0 -k b",
		 "2(1) out"},
		{FINDING_SHADOWED,
		 B64 "-S open -F inode=5 -k a\n" B64 "-S open -F inode=6 -F uid=0 -k b",
		 ""},
		{FINDING_SHADOWED,
		 "-a never,user -F uid=0\n-a always,user -F uid=0 -F pid=1", "2(1) out"},
		{FINDING_SHADOWED, N64 "-S open\n" N64 "-S open -F uid=0", "2(1) out"},
		{FINDING_SHADOWED, N64 "-S open\n" B64 "-S open -F uid=0 -k a",
		 "2(1) out"},
		/* -A, lists */
		{FINDING_SHADOWED, "-a always,task -F uid=0\n" B64 "-S open -F uid=0",
		 ""},
		{FINDING_SHADOWED,
		 "-a never,exclude -F msgtype>=1103\n-a never,exclude -F "
		 "msgtype=1104 -F uid=0",
		 "2(1) out"},
		{FINDING_SHADOWED,
		 "-a never,exclude -F msgtype=1103\n-a never,exclude -F "
		 "msgtype>=1103",
		 ""},
		{FINDING_SHADOWED,
		 "-a never,exclude -F subj_type=a\n-a never,exclude -F "
		 "subj_type=a -F uid=0",
		 ""},
		{FINDING_SHADOWED,
		 "-a never,filesystem -F fstype=tracefs\n-a "
		 "never,filesystem -F fstype=tracefs -k a",
		 "2(1) out"},
		{FINDING_SHADOWED,
		 "-a never,filesystem -F fstype=tracefs\n-a "
		 "never,filesystem -F fstype=debugfs",
		 ""},
	};

	look_at(cases, N_OF(cases));
}

static void findings_nevers_behind_always(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_LATE_NEVER, B64 "-S open -k a\n" N64 "-S open -F uid=0",
		 "2(1) move " N64 "-S open -F uid=0"},
		{FINDING_SHADOWED, B64 "-S open -k a\n" N64 "-S open -F uid=0", ""},
		/* overlap, with the first of them */
		{FINDING_LATE_NEVER,
		 B64 "-S close -k x\n" B64
		     "-S open -F dir=/etc -k a\n-w /etc/passwd -p w\n" N64
		     "-S open -F exe=/bin/ls",
		 "4(2) move " N64 "-S open -F exe=/bin/ls"},
		{FINDING_LATE_NEVER, N64 "-S open -F uid=0\n" B64 "-S open -k a", ""},
		{FINDING_LATE_NEVER, B64 "-S open -k a\n" N64 "-S close -F uid=0", ""},
		{FINDING_LATE_NEVER, B32 "-S open -k a\n" N64 "-S open -F uid=0", ""},
		{FINDING_LATE_NEVER, B64 "-S open -F uid=1 -k a\n" N64 "-S open -F uid=0",
		 ""},
		{FINDING_LATE_NEVER,
		 B64 "-S open -F exe=/bin/ls -k a\n" N64 "-S open -F exe=/bin/lsx", ""},
		{FINDING_LATE_NEVER,
		 B64 "-S open -F dir=/etc -k a\n" N64 "-S open -F dir=/etcx", ""},
		{FINDING_LATE_NEVER,
		 "-a always,exclude -F msgtype=1\n-a never,exclude -F "
		 "msgtype=1 -F uid=0",
		 ""},
		{FINDING_LATE_NEVER,
		 N64 "-S open\n" B64 "-S open -k a\n" N64 "-S open -F uid=0", ""},
	};

	look_at(cases, N_OF(cases));
}

static void findings_keys_of_rules(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_NO_KEY, B64 "-S open\n-w /etc -p r\n" B64 "-S close -k a",
		 "1; 2"},
		{FINDING_NO_KEY, N64 "-S open", ""},
		{FINDING_NO_KEY, "-a always,task -F uid=0", ""},
		{FINDING_NO_KEY, "-a always,user -F uid=0", ""},
		{FINDING_SHARED_KEY,
		 "-w /etc -p r -k a\n-w /bin -p r -k b\n-w /usr -p r -k a", "1(3)"},
		{FINDING_SHARED_KEY,
		 B64 "-S open -F uid=0 -k a -k b\n" B64 "-S open -F uid=1 -k b -k b",
		 "1(2)"},
		{FINDING_SHARED_KEY, B64 "-S open -k a\n" B32 "-S open -k a", ""},
		{FINDING_SHARED_KEY, B64 "-S open -k a\n" B64 "-S close -k a", ""},
		{FINDING_SHARED_KEY, B64 "-S open -k a\n" B64 "-S open -F uid=0 -k aa",
		 ""},
		{FINDING_SHARED_KEY, N64 "-S open -k a\n" B64 "-S open -F uid=0 -k a",
		 ""},
	};

	look_at(cases, N_OF(cases));
}

static void findings_costs_of_calls(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_ALL_CALLS,
		 B64 "-S all -F uid=0 -k a\n" B64 "-S open -F uid=1 -k b", "1"},
		{FINDING_ALL_CALLS, "-w /etc -p r -k a\n-w /etc/passwd -p r -k b", "1"},
		{FINDING_ALL_CALLS,
		 "-a never,exclude -F msgtype=1\n-a never,task -F uid=0", ""},
		{FINDING_NO_ARCH, "-a always,exit -S open -F uid=0 -k a",
		 "1 replace " B64 "-S open -F uid=0 -F key=a | " B32
		 "-S open -F uid=0 -F key=a"},
		{FINDING_NO_ARCH, "-a always,exit -S newfstatat -k a",
		 "1 replace " B64 "-S newfstatat -F key=a"},
		{FINDING_NO_ARCH, B64 "-S open\n-w /etc -p r\n-a never,task", ""},
		{FINDING_NO_ARCH, "-a always,exit -F arch=b32 -S all -k a", ""},
	};

	look_at(cases, N_OF(cases));
}

static void findings_twins_by_name(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_NO_TWIN, B64 "-S open,chmod -F uid=0 -k a",
		 "1 add " B32 "-S open,chmod -F uid=0 -F key=a"},
		{FINDING_NO_TWIN, N64 "-S open",
		 "1 add -a never,exit -F arch=b32 -S open"},
		{FINDING_NO_TWIN, B64 "-S open,chmod -k a\n" B32 "-S open -k b",
		 "1 add " B32 "-S chmod -F key=a"},
		{FINDING_NO_TWIN,
		 B64 "-S open -F uid=0 -k a\n" B32 "-S open -F uid=1 -k a",
		 "1 add " B32 "-S open -F uid=0 -F key=a"},
		{FINDING_NO_TWIN, B64 "-S open -k a\n-a never,exit -F arch=b32 -S open",
		 "1 add " B32 "-S open -F key=a"},
		/* all calls with b64 are missing with all of them */
		{FINDING_NO_TWIN,
		 B64 "-S all -F uid=0 -k a\n" B32 "-S open -F uid=0 -k a",
		 "1 add " B32 "-S 0,creat"},
		{FINDING_NO_TWIN,
		 B64 "-S open,chmod -k a\n" B32 "-S open -k a\n" B32 "-S chmod -k a", ""},
		{FINDING_NO_TWIN,
		 B64 "-S open -F uid=0 -F gid=0\n" B32 "-S open,close -F gid=0 -F uid=0",
		 ""},
		{FINDING_NO_TWIN, B64 "-S newfstatat -k a", ""},
		{FINDING_NO_TWIN, B32 "-S open -k a", ""},
		{FINDING_NO_TWIN, B64 "-S open -k a\n-a always,exit -S all -k b", ""},
	};

	for (size_t i = 0; i < N_OF(cases); i++)
		if (i != 5) /* its text is as long as the table of calls */
			look_at(&cases[i], 1);
}

static void findings_merges_that_change_nothing(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_MERGEABLE,
		 B64 "-S open -F uid=0 -k a\n" B64 "-S close -F uid=0 -k a\n" B64
		     "-S read -F uid=0 -k a",
		 "1(2,3) merge " B64 "-S read,open,close -F uid=0 -F key=a"},
		{FINDING_MERGEABLE,
		 B64 "-S open -k a\n" B32 "-S open -k a\n" B64 "-S close -k a",
		 "1(3) merge " B64 "-S open,close -F key=a"},
		/* what stands between would come too late */
		{FINDING_MERGEABLE,
		 B64 "-S open -k a\n" N64 "-S close -F uid=0\n" B64 "-S close -k a", ""},
		{FINDING_MERGEABLE,
		 B64 "-S open -k a\n" N64 "-S open -F uid=0\n" B64 "-S close -k a",
		 "1(3) merge " B64 "-S open,close -F key=a"},
		{FINDING_MERGEABLE,
		 B64 "-S open -k a\n" N64 "-S read,close -F uid=0\n" B64
		     "-S close -k a\n" B64 "-S read -k a",
		 "3(4) merge " B64 "-S read,close -F key=a"},
		{FINDING_MERGEABLE, B64 "-S open -k a\n" B64 "-S close -k b", ""},
		{FINDING_MERGEABLE, B64 "-S open -k a\n" N64 "-S close -k a", ""},
		{FINDING_MERGEABLE, B64 "-S open -F uid=1\n" B64 "-S close -F uid=0", ""},
		{FINDING_MERGEABLE, B64 "-S open,close -k a\n" B64 "-S close -k a", ""},
		{FINDING_MERGEABLE, "-w /etc -p r -k a\n-w /etc -p r -k a", ""},
	};

	look_at(cases, N_OF(cases));
}

static void findings_poison_of_simple_lists(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_POISONED,
		 "-a never,exclude -F uid=1\n-a never,exclude -F msgtype=1101 -F "
		 "sessionid=1\n"
		 "-a never,exclude -F msgtype=1103\n-a never,exclude -F pid=1",
		 "2(3,4)"},
		{FINDING_POISONED, "-a never,user -F euid=0", "1"},
		{FINDING_POISONED,
		 "-a never,exclude -F uid=1 -F gid=1 -F auid!=unset -F pid=1 -F "
		 "msgtype=1101 -F exe=/bin/ls -F subj_type=a",
		 ""},
		{FINDING_POISONED, "-a never,task -F euid=0\n" B64 "-S open -F euid=0",
		 ""},
		{FINDING_SHADOWED,
		 "-a never,exclude -F sessionid=1\n-a never,exclude -F sessionid=1 -F "
		 "uid=0",
		 ""},
		{FINDING_IMPOSSIBLE, "-a never,exclude -F msgtype=1101 -F msgtype=1103",
		 "1"},
		{FINDING_IMPOSSIBLE, "-a never,exclude -F msgtype>=1101 -F msgtype<=1103",
		 ""},
		{FINDING_IMPOSSIBLE, "-a never,exclude -F msgtype=1101 -F msgtype=1101",
		 ""},
		{FINDING_IMPOSSIBLE,
		 B64 "-S open -F uid<0\n" B64 "-S open -F auid=unset -F auid=5\n" B64
		     "-S open -F success=1 -F success=0",
		 "1; 2; 3"},
		{FINDING_IMPOSSIBLE,
		 B64 "-S open -F auid=unset -F auid>=1000\n" B64
		     "-S open -F gid=1 -F gid=2\n" B64
		     "-S open -F obj_uid=1 -F obj_uid=2",
		 ""},
	};

	look_at(cases, N_OF(cases));
}

static void keep_reason(void *arg, struct finding *f)
{
	if (f->kind == FINDING_POISONED)
		*(const char **)arg = f->reason;
}

/* What the rules behind it lose depends on what is asked before the field. */
static void findings_poison_says_how_far_it_goes(void **state)
{
	static const struct {
		const char *rule, *part;
	} rows[] = {
		{"-a never,exclude -F sessionid=1 -F msgtype=1101", "is ever asked"},
		{"-a never,exclude -F msgtype=1101 -F sessionid=1", "fields before that"},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const char *reason = NULL;
		struct findings_options options = {
			.machine = -1, .found = keep_reason, .arg = &reason};
		struct ruleset *set = read_set(rows[i].rule);
		bool gave_up;

		assert_int_equal(findings_rules(set, &options, &gave_up), 0);
		assert_non_null(reason);
		assert_non_null(strstr(reason, rows[i].part));
		ruleset_free(set);
	}
}

/* auditctl of this version refuses the key; newer ones do not. */
static void findings_take_the_key_off_an_exclude_rule(void **state)
{
	struct rule_field field[] = {
		{AUDIT_MSGTYPE, AUDIT_EQUAL, 1101, {NULL, 0}},
		{AUDIT_FILTERKEY, AUDIT_EQUAL, 3, {"foo", 3}},
	};
	struct rule *plain = rule_help_rule("-a never,exclude -F msgtype=1101");
	struct rule rule = *plain;
	struct said s = {.kind = FINDING_POISONED};
	struct findings_options options = {
		.machine = MACH_86_64, .found = note, .arg = &s};
	struct ruleset *set = ruleset_new();
	bool gave_up;

	(void)state;
	assert_non_null(set);
	rule.n_fields = 2;
	rule.field = field;
	assert_int_equal(ruleset_add(set, rule_copy(&rule), false), 0);
	assert_int_equal(findings_rules(set, &options, &gave_up), 0);
	rule_free(plain);
	assert_string_equal(s.text, "1 replace -a never,exclude -F msgtype=USER_ACCT");
	ruleset_free(set);
}

static void findings_labels_without_a_module(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_DEAD_LABEL,
		 B64 "-S open -F subj_type=a\n" B64 "-S open -F uid=0 -F obj_type=a",
		 "1; 2"},
		{FINDING_DEAD_LABEL, "-a never,exclude -F subj_type=a -F msgtype=1101",
		 "1"},
		{FINDING_WIDE_LABEL, "-a never,exclude -F subj_type=a -F msgtype=1101",
		 ""},
		{FINDING_WIDE_LABEL, "-a never,exclude -F msgtype=1101 -F subj_type=a",
		 "1"},
		{FINDING_WIDE_LABEL, B64 "-S open -F uid=0 -F subj_type=a", ""},
	};

	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++)
		look(&cases[i], (struct findings_options){
					.machine = MACH_86_64,
					.labels = FINDING_LABELS_NONE,
				});
	for (size_t i = 0; i < N_OF(cases); i++) {
		struct a_case none = {cases[i].kind, cases[i].rules, ""};

		look(&none, (struct findings_options){.machine = MACH_86_64});
		look_at(&none, 1);
	}
}

static void findings_of_files(void **state)
{
	static const struct a_case cases[] = {
		{FINDING_SAME_FILE, "-w /etc/passwd -p r -k a\n-w /etc/passwd -p w -k b",
		 "2(1)"},
		{FINDING_SAME_FILE, "-w /etc/shadow -p r -k a\n-w /etc/hard -p r -k b",
		 "2(1)"},
		{FINDING_SAME_FILE, "-w /etc/passwd -p r -k a\n-w /etc/passwd -p w -k a",
		 ""},
		{FINDING_SAME_FILE,
		 "-a never,exit -F path=/etc/passwd -F uid=0 -F perm=w\n-w /etc/passwd "
		 "-p w",
		 "2(1)"},
		{FINDING_SAME_FILE, "-w /etc/shadow -p r -k a\n-w /etc/other -p r -k b",
		 ""},
		{FINDING_SAME_FILE,
		 B64 "-S open -F path=/etc/shadow\n" B32 "-S open -F path=/etc/shadow",
		 ""},
		{FINDING_SAME_FILE, "-w /etc -p r -k a\n-w /etc -p w -k b", ""},
		{FINDING_PATH_EXE, B64 "-S open -F path=/etc/shadow -F exe=/bin/ls", "1"},
		{FINDING_PATH_EXE,
		 B64 "-S open -F path=/etc/shadow\n" B64
		     "-S open -F dir=/etc -F exe=/bin/ls",
		 ""},
		{FINDING_EXE_LINK, N64 "-S open -F exe=/link -F uid=0",
		 "1 replace " N64 "-S open -F exe=/bin/ls -F uid=0"},
		{FINDING_EXE_LINK, N64 "-S open -F exe=/lost", "1"},
		{FINDING_EXE_LINK,
		 N64 "-S open -F exe=/bin/ls\n" N64 "-S open -F exe=/unknown\n" N64
		     "-S open -F exe=/bin/none",
		 ""},
		{FINDING_EXE_MISSING,
		 N64 "-S open -F exe=/bin/none\n" N64 "-S open -F exe=/no/none",
		 "1; 2 stops"},
		{FINDING_EXE_MISSING,
		 N64 "-S open -F exe=/bin/ls\n" N64 "-S open -F exe=/unknown", ""},
		{FINDING_PATH_MISSING,
		 "-w /none -p r\n-w /no/none -p r\n-w /etc/none -p r", "1; 2 stops; 3"},
		{FINDING_PATH_MISSING, "-w /etc/shadow -p r\n-w /unknown -p r", ""},
		{FINDING_DIR_MISSING, B64 "-S open -F dir=/none\n-w /etc -p r",
		 "1 stops"},
		{FINDING_PATH_MISSING, B64 "-S open -F dir=/none", ""},
	};

	look_at(cases, N_OF(cases));
}

/* --- rule files, disk and kernel --- */

static void look_at_lines(enum finding_kind kind, const char *lines, const char *said)
{
	struct rule_files *f = rule_files_new(&rule_help_world, false);
	struct said s = {.kind = kind};
	struct findings_options options = {.found = note, .arg = &s};
	bool gave_up;

	assert_non_null(f);
	assert_int_equal(rule_files_add(f, "a", span_of(lines)), 0);
	assert_int_equal(rule_files_arrange(f), 0);
	assert_int_equal(findings_files(f, &options, &gave_up), 0);
	assert_false(gave_up);
	if (strcmp(s.text, said) != 0)
		fail_msg("%s\nis \"%s\", not \"%s\"", lines, s.text, said);
	rule_files_free(f);
}

static void findings_lines_that_stop_auditctl(void **state)
{
	(void)state;
	look_at_lines(FINDING_BAD_LINE, "-D\nbad\n# no\n-w /a -p r", "line 2 stops");
	look_at_lines(FINDING_BAD_LINE, "-i\nbad\n", "line 2");
	look_at_lines(FINDING_BAD_LINE, "bad\n-c\nworse\n", "line 1 stops; line 3");
	look_at_lines(FINDING_BAD_LINE, "-D\n-w /a -p r\n", "");
	look_at_lines(FINDING_RULE_TWICE, "-w /a -p r\n-w /b -p r\n-w /a -p r\n",
		      "line 3(1) out stops");
	look_at_lines(FINDING_RULE_TWICE, "-i\n-w /a -p r\n-w /a -p r\n-w /a -p r",
		      "line 3(2) out; line 4(2) out");
	look_at_lines(FINDING_RULE_TWICE, "-w /a -p r\n-D\n-w /a -p r\n", "");
	look_at_lines(FINDING_RULE_TWICE, "-w /a -p r\n-W /a -p r\n-w /a -p r\n", "");
	look_at_lines(FINDING_RULE_TWICE, "-w /a -p r -k x1\n-D -k x\n-w /a -p r -k x1\n",
		      "");
	look_at_lines(FINDING_RULE_TWICE, "-w /a -p r -k x1\n-D -k y\n-w /a -p r -k x1\n",
		      "line 3(1) out stops");
	look_at_lines(FINDING_NOTHING_GONE, "-D\n-W /a -p r\n-w /a -p r\n-W /a -p r",
		      "line 2 stops");
	look_at_lines(FINDING_NOTHING_GONE, "-W /a -p r\n", "");
}

static void findings_disk_and_kernel(void **state)
{
	static const struct {
		enum finding_kind kind;
		const char *said;
	} rows[] = {
		{FINDING_ONLY_DISK, "4"},
		{FINDING_ONLY_KERNEL, "2"},
		{FINDING_MOVED, "3(1)"},
	};
	struct ruleset *disk = read_set(B64 "-S open -k b\n" B64 "-S open -k c\n" B64
					    "-S open -k a\n" B64 "-S open -k d");
	struct ruleset *kernel = read_set(B64 "-S open -k a\n" B64 "-S open -k e\n" B64
					      "-S open -k b\n" B64 "-S open -k c");

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct said s = {.kind = rows[i].kind};
		struct findings_options options = {.found = note, .arg = &s};

		assert_int_equal(findings_compare(disk, kernel, &options), 0);
		assert_string_equal(s.text, rows[i].said);
	}
	ruleset_free(disk);
	ruleset_free(kernel);
}

static void count(void *arg, struct finding *f)
{
	(void)f;
	++*(size_t *)arg;
}

static void findings_nothing_of_rules_that_are_not_known(void **state)
{
	struct rule_field field[] = {{99, AUDIT_EQUAL, 1, {NULL, 0}}};
	struct rule rule = {.list = AUDIT_FILTER_EXIT,
			    .action = AUDIT_ALWAYS,
			    .n_fields = 1,
			    .field = field,
			    .state = RULE_STRANGE,
			    .reason = "is strange"};
	size_t n = 0;
	struct findings_options options = {
		.machine = MACH_86_64, .found = count, .arg = &n};
	struct ruleset *set = ruleset_new();
	bool gave_up;

	(void)state;
	assert_non_null(set);
	assert_int_equal(findings_rules(set, &options, &gave_up), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ruleset_add(set, rule_copy(&rule), false), 0);
	assert_int_equal(findings_rules(set, &options, &gave_up), 0);
	assert_int_equal(n, 0);
	ruleset_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_duplicates_only_of_equal_rules),
		cmocka_unit_test(findings_shadows_are_proved),
		cmocka_unit_test(findings_nevers_behind_always),
		cmocka_unit_test(findings_keys_of_rules),
		cmocka_unit_test(findings_costs_of_calls),
		cmocka_unit_test(findings_twins_by_name),
		cmocka_unit_test(findings_merges_that_change_nothing),
		cmocka_unit_test(findings_poison_of_simple_lists),
		cmocka_unit_test(findings_poison_says_how_far_it_goes),
		cmocka_unit_test(findings_take_the_key_off_an_exclude_rule),
		cmocka_unit_test(findings_labels_without_a_module),
		cmocka_unit_test(findings_of_files),
		cmocka_unit_test(findings_lines_that_stop_auditctl),
		cmocka_unit_test(findings_disk_and_kernel),
		cmocka_unit_test(findings_nothing_of_rules_that_are_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
