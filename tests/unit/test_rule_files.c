/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rule_files.c - rule files as augenrules puts them together, and what is on
 * disk held against what the kernel has
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "rule_help.h"
#include "rules/rule_files.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

static void add_file(struct rule_files *f, const char *name, const char *text)
{
	struct span s = rule_help_exact(span_of(text));

	assert_int_equal(rule_files_add(f, name, s), 0);
	free((void *)s.p);
}

/* All entries as text, one a line: file:line, what it is. */
static const char *show(const struct rule_files *f)
{
	static char out[4096];
	size_t n = 0;

	for (size_t i = 0; i < rule_files_count(f); i++) {
		const struct rule_entry *e = rule_files_at(f, i);

		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s:%u%s ", e->file,
				      e->line, e->left_out ? " left out" : "");
		switch (e->kind) {
		case RULE_LINE_COMMENT:
			n += (size_t)snprintf(out + n, sizeof(out) - n, "comment");
			break;
		case RULE_LINE_SETTINGS:
			n += (size_t)snprintf(out + n, sizeof(out) - n,
					      "setting %d %u%s%s", (int)e->setting.kind,
					      e->setting.number, e->text ? " " : "",
					      e->text ? e->text : "");
			break;
		case RULE_LINE_BAD:
			n += (size_t)snprintf(out + n, sizeof(out) - n, "bad");
			break;
		default:
			assert_string_equal(e->rule->file, e->file);
			assert_int_equal(e->rule->line, e->line);
			n += rule_print(e->rule, MACH_86_64, out + n, sizeof(out) - n);
		}
		n += (size_t)snprintf(out + n, sizeof(out) - n, "\n");
		assert_true(n < sizeof(out));
	}
	out[n] = '\0';
	return out;
}

static void rule_files_keep_each_line(void **state)
{
	struct rule_files *f = rule_files_new(&rule_help_world, false);

	assert_non_null(f);
	add_file(f, "a",
		 "# c\n\n   \n-D\n-b 8192 -f 1\n-w /etc -p wa\n\t# x\nnonsense\n-e 2");
	assert_int_equal(rule_files_arrange(f), 0);
	assert_string_equal(show(f), "a:1 comment\n"
				     "a:4 setting 5 0\n"
				     "a:5 setting 3 8192\n"
				     "a:5 setting 1 1\n"
				     "a:6 -w /etc -p wa\n"
				     "a:7 bad\n"
				     "a:8 bad\n"
				     "a:9 setting 0 2\n");
	assert_int_equal(rule_files_stop(f)->line, 7);
	assert_non_null(strstr(rule_files_at(f, 6)->text, "\"nonsense\" is no option"));
	assert_null(rule_files_at(f, 8));
	rule_files_free(f);
	rule_files_free(NULL);
}

static void rule_files_are_put_together_as_by_augenrules(void **state)
{
	struct rule_files *f = rule_files_new(&rule_help_world, true);

	assert_non_null(f);
	add_file(f, "10", "-D\n-b 64\n-e 1\n-w /a -p r\n\t# tab\n");
	add_file(f, "20", " -f 0\n-D -k old\n--backlog_wait_time 5\n-b 8192 -f 2\n-D \n");
	add_file(f, "30", "-e 2\n-w /b -p r\n-f 1\n");
	assert_int_equal(rule_files_arrange(f), 0);
	assert_string_equal(show(f), "10:1 left out setting 5 0\n"
				     "20:5 setting 5 0\n"
				     "10:2 left out setting 3 64\n"
				     "20:4 setting 3 8192\n"
				     "20:4 setting 1 2\n"
				     "20:1 left out setting 1 0\n"
				     "30:3 setting 1 1\n"
				     "10:4 -w /a -p r\n"
				     "10:5 comment\n"
				     "20:2 setting 5 0 old\n"
				     "20:3 setting 4 5\n"
				     "30:2 -w /b -p r\n"
				     "10:3 left out setting 0 1\n"
				     "30:1 setting 0 2\n");
	assert_null(rule_files_stop(f));
	rule_files_free(f);
}

/* A last line without a newline runs into the next file, as it does for cat(1). */
static void rule_files_run_into_each_other(void **state)
{
	struct rule_files *f = rule_files_new(&rule_help_world, true);

	assert_non_null(f);
	add_file(f, "1", "-w /a -p r");
	add_file(f, "2", "");
	add_file(f, "3", "wx -k");
	add_file(f, "4", " k\n-w /b -p r\n# c");
	add_file(f, "5", "-w /lost -p r\n-w /c -p r\n");
	add_file(f, "6", "-w /d -p r\n");
	assert_string_equal(show(f), "1:1 -w /a -p rwx -k k\n"
				     "4:2 -w /b -p r\n"
				     "4:3 comment\n"
				     "5:2 -w /c -p r\n"
				     "6:1 -w /d -p r\n");
	rule_files_free(f);
}

static void rule_files_stop_at_the_first_bad_line(void **state)
{
	static const struct {
		const char *text;
		unsigned int line; /* 0: none */
	} table[] = {
		{"-w /a\n-w /b\n", 0},    {"-w /a\nx\n-w /b\n", 2}, {"-i\nx\n", 0},
		{"x\n-i\n", 1},           {"-c\n-w rel\n", 0},      {"# c\n", 0},
		{"-w /a\n-w /a #c\n", 2},
	};

	for (size_t i = 0; i < N_OF(table); i++) {
		struct rule_files *f = rule_files_new(&rule_help_world, false);
		const struct rule_entry *e;

		assert_non_null(f);
		add_file(f, "a", table[i].text);
		e = rule_files_stop(f);
		if ((e ? e->line : 0) != table[i].line)
			fail_msg("row %zu", i);
		rule_files_free(f);
	}
}

static void rule_files_names(void **state)
{
	/* as ls -1v of coreutils 9.1 sorts them */
	static const char *const sorted[] = {
		"1-a.rules",       "9-z.rules",         "10-base.rules",
		"10-base-x.rules", "20-a.rules",        "020-b.rules",
		"20-b.rules",      "30-ospp-v42.rules", "30-ospp-v42-1.rules",
		"30-stig.rules",   "99-finalize.rules", "audit.rules",
		"b.c.rules",       "b.rules",           "b-1.rules",
	};
	const char *names[N_OF(sorted)];

	for (size_t i = 0; i < N_OF(sorted); i++)
		names[i] = sorted[N_OF(sorted) - 1 - i];
	qsort(names, N_OF(names), sizeof(names[0]), rule_files_order);
	for (size_t i = 0; i < N_OF(sorted); i++)
		if (strcmp(names[i], sorted[i]) != 0)
			fail_msg("place %zu: %s, not %s", i, names[i], sorted[i]);
	assert_true(rule_files_is_taken("10-a.rules"));
	assert_false(rule_files_is_taken(".rules"));
	assert_false(rule_files_is_taken(".a.rules"));
	assert_false(rule_files_is_taken("a.rules~"));
	assert_false(rule_files_is_taken("a rule.rules"));
	assert_false(rule_files_is_taken("rules"));
	assert_false(rule_files_is_taken("README"));
}

/* The set that a text makes. */
static struct ruleset *rules_of(struct rule_files **f, const char *text)
{
	struct ruleset *set;

	*f = rule_files_new(&rule_help_world, false);
	assert_non_null(*f);
	add_file(*f, "f", text);
	assert_int_equal(rule_files_rules(*f, &set), 0);
	return set;
}

static void rule_files_make_the_kernels_order(void **state)
{
	static const char *const expected[] = {
		"1 -a never,user -F uid=0",
		"1 -a never,task -F uid=0",
		"1 -a never,exit -S all -F uid=2",
		"2 -a never,exit -S all -F uid=1",
		"3 -w /c -p r",
		"4 -w /e -p r -k kk",
		"1 -a never,exclude -F msgtype=CWD",
	};
	struct rule_files *f;
	struct ruleset *set = rules_of(&f, "-w /gone -p r\n"
					   "-D\n"
					   "-a never,exclude -F msgtype=CWD\n"
					   "-w /c -p r\n"
					   "-A never,exit -F uid=1\n"
					   "-w /d -p r -k key\n"
					   "-w /e -p r -k kk\n"
					   "-a never,task -F uid=0\n"
					   "-A never,exit -F uid=2\n"
					   "-W /nothing -p r\n"
					   "-w /f -p r\n"
					   "-d always,exit -F path=/f -F perm=r\n"
					   "-D -k ey\n"
					   "nonsense\n"
					   "-a never,user -F uid=0\n");
	char text[128];

	assert_int_equal(ruleset_count(set), N_OF(expected));
	for (size_t i = 0; i < N_OF(expected); i++) {
		const struct rule *rule = ruleset_at(set, i);
		int n = snprintf(text, sizeof(text), "%u ", rule->position);

		rule_print(rule, MACH_86_64, text + n, sizeof(text) - (size_t)n);
		assert_string_equal(text, expected[i]);
	}
	assert_null(ruleset_at(set, N_OF(expected)));
	ruleset_free(set);
	rule_files_free(f);
}

/* What a comparison has told: a letter a rule and its path. */
struct told {
	char text[512];
};

static void tell(void *arg, enum rule_place place, const struct rule *disk,
		 const struct rule *kernel)
{
	static const char letters[RULE_PLACES] = {'=', 'm', 'd', 'k'};
	const struct rule *rule = disk ? disk : kernel;
	struct told *t = arg;
	size_t n = strlen(t->text);

	assert_true(!disk || !kernel || rule_equal(disk, kernel));
	assert_int_equal(place == RULE_ONLY_KERNEL, !disk);
	assert_int_equal(place == RULE_ONLY_DISK, !kernel);
	snprintf(t->text + n, sizeof(t->text) - n, "%c%.*s ", letters[place],
		 (int)rule->field[0].text.n, rule->field[0].text.p);
}

static void ruleset_compare_tells_each_rule_once(void **state)
{
	static const struct {
		const char *disk, *kernel, *told;
	} table[] = {
		{"", "", ""},
		{"-w /a\n-w /b\n-w /c\n", "-w /a\n-w /b\n-w /c\n", "=/a =/b =/c "},
		{"-w /a\n-w /b\n-w /c\n", "-w /b\n-w /c\n", "=/b =/c d/a "},
		{"-w /b\n", "-w /a\n-w /b\n-w /c\n", "k/a =/b k/c "},
		{"-w /a\n-w /b\n-w /c\n", "-w /c\n-w /a\n-w /b\n", "m/c =/a =/b "},
		{"-w /a\n-w /b\n-w /c\n-w /d\n", "-w /d\n-w /b\n-w /x\n-w /c\n-w /a\n",
		 "m/d =/b k/x =/c m/a "},
		{"-w /a\n-w /a\n-w /b\n", "-w /a\n-w /b\n", "=/a =/b d/a "},
		{"-w /a -p r\n", "-w /a -p w\n", "k/a d/a "},
		{"-w /a\n-a never,user -F exe=/u\n", "-a never,user -F exe=/u\n-w /a\n",
		 "=/u =/a "},
	};

	for (size_t i = 0; i < N_OF(table); i++) {
		struct rule_files *df, *kf;
		struct ruleset *disk = rules_of(&df, table[i].disk);
		struct ruleset *kernel = rules_of(&kf, table[i].kernel);
		struct told t = {""};

		assert_int_equal(ruleset_compare(disk, kernel, tell, &t), 0);
		if (strcmp(t.text, table[i].told) != 0)
			fail_msg("row %zu: %s", i, t.text);
		ruleset_free(disk);
		ruleset_free(kernel);
		rule_files_free(df);
		rule_files_free(kf);
	}
}

static void ruleset_keeps_the_place_of_a_broken_rule(void **state)
{
	struct ruleset *set = ruleset_new();
	struct rule *rule = rule_help_rule("-w /a");
	char blob[2048];
	ssize_t n = rule_to_blob(rule, blob, sizeof(blob));

	assert_true(set && n > 0);
	assert_int_equal(ruleset_add_blob(set, (struct span){blob, (size_t)n}), 0);
	assert_int_equal(ruleset_add_blob(set, (struct span){blob, (size_t)n - 1}),
			 -EBADMSG);
	assert_int_equal(ruleset_add_blob(set, (struct span){blob, 3}), -EBADMSG);
	assert_int_equal(ruleset_add_blob(set, (struct span){blob, (size_t)n}), 0);
	assert_int_equal(ruleset_count(set), 4);
	assert_int_equal(ruleset_at(set, 1)->state, RULE_BROKEN);
	assert_int_equal(ruleset_at(set, 1)->position, 2);
	assert_int_equal(ruleset_at(set, 2)->position, 3);
	assert_int_equal(ruleset_at(set, 3)->list, RULE_LISTS);
	assert_int_equal(ruleset_at(set, 3)->position, 1);
	rule_print(ruleset_at(set, 1), MACH_86_64, blob, sizeof(blob));
	assert_string_equal(blob, "a rule that is not as long as it says");
	rule_free(rule);
	ruleset_free(set);
}

static void ruleset_is_bounded(void **state)
{
	struct ruleset *set = ruleset_new();
	size_t n = 0;
	int rc;

	assert_non_null(set);
	while (!(rc = ruleset_add(set, rule_help_rule("-a never,task"), n % 2)))
		n++;
	assert_int_equal(rc, -E2BIG);
	assert_true(n == RULESET_RULES_MAX || n == RULESET_BYTES_MAX / RULE_BLOB_HEAD);
	ruleset_clear(set, NULL);
	assert_int_equal(ruleset_count(set), 0);
	assert_int_equal(ruleset_add(set, rule_help_rule("-a never,task"), false), 0);
	ruleset_free(set);
	ruleset_free(NULL);
}

static void rule_files_are_bounded(void **state)
{
	struct rule_files *f = rule_files_new(&rule_help_world, true);
	char *text = malloc(RULE_FILES_BYTES_MAX + 1);

	assert_true(f && text);
	memset(text, '\n', RULE_FILES_BYTES_MAX + 1);
	assert_int_equal(
		rule_files_add(f, "a", (struct span){text, RULE_FILES_BYTES_MAX + 1}),
		-E2BIG);
	for (size_t i = 0; i < 4 * RULE_FILES_LINES_MAX; i += 2)
		text[i] = '#';
	assert_int_equal(
		rule_files_add(f, "a", (struct span){text, 2 * RULE_FILES_LINES_MAX}), 0);
	assert_int_equal(rule_files_add(f, "b", (struct span){text, 2}), -E2BIG);
	assert_int_equal(rule_files_count(f), RULE_FILES_LINES_MAX);
	free(text);
	rule_files_free(f);
}

/* One that is read and loaded in pieces of any size is as one that is read at once. */
static void rule_files_in_pieces(void **state)
{
	static const char *const texts[] = {
		"# a\n-D\n\n-w /etc -p wa -k e\n-A never,exit -F uid=0\nbad\n-b 5\n-w /x",
		"\n-b 8 -f 1\n-w /y -p r\n-W /etc -p wa -k e", "", "-e 1\n-w /z\n"};
	static const char *const names[] = {"a", "b", "c", "d"};
	struct rule_files *whole = rule_files_new(&rule_help_world, true);
	struct ruleset *set, *part;
	char shown[4096];

	for (size_t i = 0; i < N_OF(texts); i++)
		add_file(whole, names[i], texts[i]);
	assert_int_equal(rule_files_arrange(whole), 0);
	assert_int_equal(rule_files_rules(whole, &set), 0);
	snprintf(shown, sizeof(shown), "%s", show(whole));
	for (size_t size = 1; size < 90; size++) {
		struct rule_files *f = rule_files_new(&rule_help_world, true);

		for (size_t i = 0; i < N_OF(texts); i++) {
			struct span s = rule_help_exact(span_of(texts[i])), left = s;

			assert_int_equal(rule_files_begin(f, names[i], s.n), 0);
			while (left.n)
				assert_int_equal(rule_files_lines(f, &left, size), 0);
			free((void *)s.p);
		}
		assert_int_equal(rule_files_arrange(f), 0);
		assert_string_equal(show(f), shown);
		part = ruleset_new();
		for (size_t i = 0; i < rule_files_count(f); i += size)
			assert_int_equal(rule_files_load(f, i, i + size, part), 0);
		assert_true(ruleset_equal(part, set) && ruleset_stands_alike(part, set));
		ruleset_free(part);
		rule_files_free(f);
	}
	ruleset_free(set);
	rule_files_free(whole);
}

static void ruleset_keeps_names(void **state)
{
	struct ruleset *a = ruleset_new(), *b = ruleset_new();
	const char *x = ruleset_keep_name(a, "x"), *y = ruleset_keep_name(a, "y");

	assert_string_equal(x, "x");
	assert_string_equal(y, "y");
	assert_ptr_equal(ruleset_keep_name(a, "x"), x);
	assert_ptr_equal(ruleset_keep_name(a, "y"), y);
	assert_int_equal(ruleset_add(a, rule_help_rule("-w /a -p r"), false), 0);
	assert_false(ruleset_stands_alike(a, b));
	assert_int_equal(ruleset_add(b, rule_help_rule("-w /a -p r"), false), 0);
	assert_true(ruleset_stands_alike(a, b));
	ruleset_at(a, 0)->file = x;
	assert_false(ruleset_stands_alike(a, b) || ruleset_stands_alike(b, a));
	ruleset_at(b, 0)->file = ruleset_keep_name(b, "x");
	assert_true(ruleset_stands_alike(a, b));
	ruleset_at(b, 0)->line = 2;
	assert_false(ruleset_stands_alike(a, b));
	ruleset_at(a, 0)->line = 2;
	ruleset_at(a, 0)->file = y;
	assert_false(ruleset_stands_alike(a, b));
	ruleset_free(a);
	ruleset_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_files_keep_each_line),
		cmocka_unit_test(rule_files_are_put_together_as_by_augenrules),
		cmocka_unit_test(rule_files_run_into_each_other),
		cmocka_unit_test(rule_files_stop_at_the_first_bad_line),
		cmocka_unit_test(rule_files_names),
		cmocka_unit_test(rule_files_make_the_kernels_order),
		cmocka_unit_test(ruleset_compare_tells_each_rule_once),
		cmocka_unit_test(ruleset_keeps_the_place_of_a_broken_rule),
		cmocka_unit_test(ruleset_is_bounded),
		cmocka_unit_test(rule_files_in_pieces),
		cmocka_unit_test(ruleset_keeps_names),
		cmocka_unit_test(rule_files_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
