/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_try.c - aunoise try against a kernel and a daemon that are not there
 *
 * All that it asks and all that it would do is put in the place of the real thing: so
 * the immutable mode can be tested, which would lock a real kernel until its next boot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/accounts.h"
#include "base/lineage.h"
#include "base/text.h"
#include "cli/advice_object.h"
#include "cli/advice_rules.h"
#include "cli/cli.h"
#include "cli/try_run.h"
#include "config.h"
#include "emit/advice.h"
#include "guard_help.h"

#define ACCESS       "-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F key=access"
#define GOOD         "-a never,exit -F arch=b64 -S openat -F exe=/usr/sbin/d -F uid=33 -F auid=-1"
#define NEVER_OF_ALL "-a never,exit -F arch=b64 -S openat -F uid=33 -F auid=-1"

/* --- the world --- */

static struct {
	uid_t uid;
	int enabled;
	enum try_left left;
	const char *journal, *loaded, *settings;
	json_t *advice; /* an array */
	unsigned int runs, journal_ends, lists;
	bool changes; /* the rules do, between two looks */
	char ran[512];
	struct try_job job;
} world;

uid_t __wrap_geteuid(void);
int __wrap_audit_is_enabled(int fd);

uid_t __wrap_geteuid(void)
{
	return world.uid;
}

int __wrap_audit_is_enabled(int fd)
{
	(void)fd;
	return world.enabled;
}

int cli_option(int argc, char **argv, const struct option *names)
{
	return getopt_long(argc, argv, ":h", names, NULL);
}

int cli_usage(const char *command)
{
	(void)command;
	return CLI_USAGE;
}

int cli_help(const char *command)
{
	(void)command;
	return CLI_HELPED;
}

const char *cli_shown(const char *name, char *buffer)
{
	(void)buffer;
	return name;
}

int cli_settings(struct config *c, const char *file, const char *hint)
{
	struct conf_error e;

	(void)file;
	(void)hint;
	return config_parse(c, "f", span_of(world.settings), &e) ? CLI_CANNOT : CLI_FINE;
}

struct cli_daemon *cli_connect(const char *path)
{
	(void)path;
	return (struct cli_daemon *)&world;
}

void cli_disconnect(struct cli_daemon *d)
{
	(void)d;
}

json_t *cli_ask_standing(struct cli_daemon *d, json_t **hello)
{
	(void)d;
	*hello = json_object();
	return json_object();
}

const json_t *cli_advice(const struct cli_daemon *d)
{
	(void)d;
	return world.advice;
}

void print_sentence(FILE *out, const json_t *value)
{
	(void)out;
	(void)value;
}

struct cli_rules *cli_rules_load(const char *name)
{
	(void)name;
	return NULL;
}

const struct ruleset *cli_rules_set(const struct cli_rules *r)
{
	(void)r;
	return NULL;
}

void cli_rules_free(struct cli_rules *r)
{
	(void)r;
}

int try_confine(enum try_stage stage)
{
	(void)stage;
	return 0;
}

int try_kernel_open(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

struct ruleset *try_kernel_rules(int fd)
{
	(void)fd;
	return help_set(world.lists++ && world.changes ? "" : world.loaded);
}

bool lineage_look(char *arg, struct span path, struct lineage *out)
{
	return help_see_file(arg, path, out);
}

uint32_t accounts_first_user(void)
{
	return 0;
}

enum try_left try_journal_look(char **text)
{
	*text = world.journal ? strdup(world.journal) : NULL;
	return world.left;
}

void try_journal_end(void)
{
	world.journal_ends++;
}

void try_journal_print(FILE *out, const char *text)
{
	(void)out;
	(void)text;
}

int try_run(const struct try_job *job)
{
	world.runs++;
	world.job = *job;
	rule_print(job->trial->add[0], job->machine, world.ran, sizeof(world.ran));
	return CLI_FINE;
}

/* --- --- */

static void keep(void *arg, json_t *object)
{
	json_array_append(arg, object);
}

/* By the daemon's own hand, which gives it its id. */
static void offer(const char *kind, const char *rules)
{
	json_t *lines = json_array();
	struct advice *advice = advice_new(keep, world.advice);
	struct span rest = span_of(rules), line;

	assert_non_null(advice);
	while (text_line(&rest, &line))
		json_array_append_new(lines, json_stringn(line.p, line.n));
	assert_true(advice_put(advice, "test",
			       json_pack("{s:s, s:o, s:[], s:n, s:{s:f}, s:[s]}", "kind",
					 kind, "rules", lines, "remove", "place", "saves",
					 "records_per_s", 12.5, "commands", "reboot"),
			       0));
	advice_free(advice);
}

static const char *offered_id(void)
{
	return advice_object_text(json_array_get(world.advice, 0), "id");
}

static int reset(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	world.enabled = 1;
	world.loaded = ACCESS;
	world.settings = "";
	world.advice = json_array();
	return 0;
}

static int clear(void **state)
{
	(void)state;
	json_decref(world.advice);
	return 0;
}

static int try(const char *option, const char *id)
{
	char *argv[] = {(char *)"aunoise", (char *)"--yes", (char *)option, (char *)id,
			NULL};

	optind = 0;
	return cli_try(id ? 4 : 3, argv);
}

static void try_loads_what_was_proposed(void **state)
{
	(void)state;
	offer("silence", GOOD);
	assert_int_equal(try("--for=90s", offered_id()), CLI_FINE);
	assert_int_equal(world.runs, 1);
	assert_string_equal(world.ran, GOOD);
	assert_int_equal(world.job.for_s, 90);
	assert_false(world.job.keep);
	assert_true(world.job.predicted > 12 && world.job.predicted < 13);
	assert_int_equal(try("--keep", offered_id()), CLI_FINE);
	assert_true(world.job.keep);
	assert_int_equal(world.job.for_s, 300);
}

static void try_refuses_what_cannot_be(void **state)
{
	(void)state;
	offer("silence", GOOD);
	world.enabled = 2;
	assert_int_equal(try("--keep", offered_id()), CLI_CANNOT);
	world.enabled = -1;
	assert_int_equal(try("--keep", offered_id()), CLI_CANNOT);
	world.enabled = 1;
	world.uid = 1;
	assert_int_equal(try("--keep", offered_id()), CLI_CANNOT);
	world.uid = 0;
	world.loaded = GOOD "\n" ACCESS;
	assert_int_equal(try("--keep", offered_id()), CLI_CANNOT);
	world.loaded = ACCESS;
	world.changes = true;
	world.lists = 0;
	assert_int_equal(try("--keep", offered_id()), CLI_CANNOT);
	world.changes = false;
	assert_int_equal(try("--keep", "0123456789abcdef"), CLI_CANNOT);
	json_object_set_new(json_array_get(world.advice, 0), "id",
			    json_string("0123456789abcdef"));
	assert_int_equal(try("--keep", "0123456789abcdef"), CLI_CANNOT);
	assert_int_equal(world.runs, 0);
}

static void try_heeds_the_settings(void **state)
{
	static const struct {
		const char *settings;
		int status;
	} rows[] = {
		{"max_risk = low", CLI_FINE},
		{"protect_exe = /usr/sbin/e", CLI_FINE},
		{"protect_exe = /usr/sbin/e /usr/sbin/d", CLI_CANNOT},
		{"protect_key = other", CLI_FINE},
		{"protect_key = other access", CLI_CANNOT},
		{"protect_type = 1300", CLI_CANNOT},
		{"protect_what = ever", CLI_CANNOT},
	};
	unsigned int runs = 0;

	(void)state;
	offer("silence", GOOD);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		world.settings = rows[i].settings;
		runs += rows[i].status == CLI_FINE;
		assert_int_equal(try("--settings=f", offered_id()), rows[i].status);
		assert_int_equal(world.runs, runs);
	}
	/* of no program: a medium risk */
	json_array_clear(world.advice);
	offer("silence", NEVER_OF_ALL);
	world.settings = "max_risk = low";
	assert_int_equal(try("--settings=f", offered_id()), CLI_CANNOT);
	assert_int_equal(world.runs, runs);
	world.settings = "max_risk = medium";
	assert_int_equal(try("--settings=f", offered_id()), CLI_FINE);
}

static void try_refuses_bad_usage(void **state)
{
	static const char *const bad[] = {
		"--for=0",   "--for=25h",           "--for=", "--for=1x", "--for=-1",
		"--for=5ms", "--for=99999999999999"};

	(void)state;
	offer("silence", GOOD);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(try(bad[i], offered_id()), CLI_USAGE);
	assert_int_equal(try("--keep", NULL), CLI_USAGE);
	assert_int_equal(try("--keep", "zz"), CLI_USAGE);
	assert_int_equal(try("--keep", "0123456789abcdef0"), CLI_USAGE);
	assert_int_equal(world.runs, 0);
}

static void try_sees_what_was_left(void **state)
{
	(void)state;
	offer("silence", GOOD);
	world.left = TRY_LEFT_RUNNING;
	assert_int_equal(try("--keep", offered_id()), CLI_CANNOT);
	world.left = TRY_LEFT_UNKNOWN;
	assert_int_equal(try("--keep", offered_id()), CLI_CANNOT);
	world.left = TRY_LEFT_BEHIND;
	world.journal = "id 1\nrule " ACCESS "\n"; /* no rule of ours */
	assert_int_equal(try("--keep", offered_id()), CLI_CANNOT);
	assert_int_equal(world.runs + world.journal_ends, 0);
	world.journal = "id 1\nrule " GOOD "\n"; /* which is not loaded any more */
	assert_int_equal(try("--keep", offered_id()), CLI_FINE);
	assert_int_equal(world.journal_ends, 1);
}

/* --- the file of rules --- */

static char *rules_of(void)
{
	static size_t size;
	static char *text;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	advice_rules_print(out, world.advice, MACH_86_64);
	fclose(out);
	return text;
}

static void rules_has_only_rules_and_comments(void **state)
{
	json_t *one;
	char *text;

	(void)state;
	offer("silence", GOOD);
	one = json_array_get(world.advice, 0);
	json_object_set_new(one, "why", json_string("because\n-D\r\n-e 2"));
	offer("silence", GOOD); /* once */
	offer("silence", "-D");
	offer("queue", "-b 8192");
	text = rules_of();
	assert_non_null(strstr(text, "\n" GOOD "\n"));
	assert_null(strstr(strstr(text, "\n" GOOD "\n") + 2, "\n" GOOD));
	assert_null(strstr(text, "\n-D"));
	assert_null(strstr(text, "\n-e"));
	assert_null(strstr(text, "8192"));
	assert_non_null(strstr(text, "# why      because\\x0A-D\\x0D\\x0A-e 2\n"));
	assert_non_null(strstr(text, "# left out"));
	free(text);
}

/* --- before and after --- */

/* @n records of what is silenced in the last minute, @others of another flow and key */
static json_t *summary(double n, double others, double all)
{
	return json_pack(
		"{s:[{s:i, s:f, s:f, s:[{s:s, s:s, s:s, s:i, s:i, s:f}, {s:s, s:s, s:f}],"
		" s:[{s:s, s:f}, {s:s, s:f}], s:{s:{s:i}, s:{s:i}}}, {s:n, s:f}]}",
		"windows", "seconds", 60, "span_s", 60.0, "records", n + others, "flows",
		"exe", "/usr/sbin/d", "arch", "x86_64", "syscall", "openat", "uid", 33,
		"auid", -1, "records", n, "exe", "/usr/sbin/e", "syscall", "openat",
		"records", others, "keys", "key", "access", "records", n, "key", "other",
		"records", others, "other", "flows", "records", 0, "keys", "records", 0,
		"seconds", "records", all);
}

static struct measure measure;
static struct trial trial;
static struct ruleset *set;

static int start_measure(void **state)
{
	reset(state);
	set = help_set(ACCESS);
	trial_init(&trial, TRIAL_SILENCE);
	assert_int_equal(trial_add(&trial, span_of(GOOD), MACH_86_64), 0);
	assert_int_equal(trial_judge(&trial, set, MACH_86_64, &help_guard), 0);
	memset(&measure, 0, sizeof(measure));
	measure.trial = &trial;
	measure.machine = MACH_86_64;
	for (int i = 0; i < 3; i++) {
		json_t *s = summary(6000, 12000 + i, 1000000);

		assert_true(measure_before(&measure, s));
		json_decref(s);
	}
	return 0;
}

static int end_measure(void **state)
{
	measure_fini(&measure);
	trial_fini(&trial);
	ruleset_free(set);
	return clear(state);
}

static bool after(double n, double others, double s)
{
	json_t *o = summary(n, others, 1000000 + 200 * s);
	bool good = measure_after(&measure, o, s);

	json_decref(o);
	return good;
}

static void measure_lets_a_good_one_be(void **state)
{
	(void)state;
	assert_true(measure_can_judge(&measure));
	assert_true(measure.figures.silenced_before > 99 &&
		    measure.figures.silenced_before < 101);
	for (double s = 1; s < 200; s++)
		assert_true(after(s < 60 ? 6000 - 100 * s : 0, 12000 + (int)s % 3, s));
	assert_true(measure.figures.silenced_now < 0.01);
	assert_true(measure.figures.others_now > 199 && measure.figures.others_now < 201);
}

static void measure_ends_what_saves_little(void **state)
{
	double s;

	(void)state;
	for (s = 1; s < 20; s++)
		if (!after(6000 - 40 * s, 12000 + (int)s % 3, s))
			break;
	assert_true(s > 5 && s < 10);
	assert_non_null(strstr(measure.why, "less than half"));
}

static void measure_ends_when_others_go_quiet(void **state)
{
	double s;

	(void)state;
	for (s = 1; s < 60; s++)
		if (!after(6000 - 100 * s, 12000 - 200 * s, s))
			break;
	assert_true(s > 15 && s < 30);
	assert_non_null(strstr(measure.why, "went quiet"));
}

/* Whatever a summary says, nothing but an end can come of it. */
static void measure_bears_nonsense(void **state)
{
	static const char *const lines[] = {
		"{}",
		"{\"windows\":1}",
		"{\"windows\":[]}",
		"{\"windows\":[1,2]}",
		"{\"windows\":[{\"seconds\":-1,\"span_s\":1e300}]}",
		"{\"windows\":[{\"seconds\":60,\"span_s\":0},{}]}",
		"{\"windows\":[{\"seconds\":60,\"span_s\":60,\"records\":-1,\"flows\":[1,"
		"null,"
		"{\"exe\":1,\"types\":{}}],\"keys\":[[],{\"key\":[]}],\"other\":[]}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		json_t *s = json_loads(lines[i], 0, NULL);

		assert_non_null(s);
		(void)measure_before(&measure, s);
		(void)measure_after(&measure, s, 1);
		json_decref(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(try_loads_what_was_proposed, reset,
						clear),
		cmocka_unit_test_setup_teardown(try_refuses_what_cannot_be, reset, clear),
		cmocka_unit_test_setup_teardown(try_heeds_the_settings, reset, clear),
		cmocka_unit_test_setup_teardown(try_refuses_bad_usage, reset, clear),
		cmocka_unit_test_setup_teardown(try_sees_what_was_left, reset, clear),
		cmocka_unit_test_setup_teardown(rules_has_only_rules_and_comments, reset,
						clear),
		cmocka_unit_test_setup_teardown(measure_lets_a_good_one_be, start_measure,
						end_measure),
		cmocka_unit_test_setup_teardown(measure_ends_what_saves_little,
						start_measure, end_measure),
		cmocka_unit_test_setup_teardown(measure_ends_when_others_go_quiet,
						start_measure, end_measure),
		cmocka_unit_test_setup_teardown(measure_bears_nonsense, start_measure,
						end_measure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
