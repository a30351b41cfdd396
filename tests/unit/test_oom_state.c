/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_oom_state.c - no memory for the state or a report: an error, no loss
 *
 * Each allocation fails in turn until all goes well. A good file is never set
 * aside for it, and what was taken is given back (the build with sanitizers
 * looks for leaks).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "count/engine.h"
#include "emit/report.h"
#include "emit/state.h"
#include "emit/state_save.h"
#include "emit/statefile.h"
#include "kernel/watch.h"
#include "oom.h"
#include "some_stream.h"

static const struct schema_origin origin = {.host = "h", .boot_id = ""};

struct place {
	char dir[64], path[96];
	struct engine *engine; /* with something in it */
	off_t size;            /* of the good file */
};

static struct engine *new_engine(const struct siphash_key *key)
{
	struct engine_options o = {.n_windows = 3,
				   .window_sec = {60, 300, 3600},
				   .max_values = 64,
				   .max_flows = 64,
				   .key = key};
	struct engine *e = engine_new(&o);

	assert_non_null(e);
	return e;
}

/* The file that is there: as it was, with nothing beside it. */
static bool is_untouched(const struct place *p)
{
	char aside[128];
	struct stat st;

	snprintf(aside, sizeof(aside), "%s.bad", p->path);
	return !stat(p->path, &st) && st.st_size == p->size && access(aside, F_OK);
}

static void leave_state(struct place *p)
{
	struct state_start start = {.engine = p->engine};
	char why[640];
	struct state *s = state_open(p->path, why, sizeof(why));
	struct stat st;

	assert_non_null(s);
	assert_int_equal(state_start(s, &start, why, sizeof(why)), 0);
	assert_string_equal(why, "");
	state_free(s, INT64_MAX);
	assert_int_equal(stat(p->path, &st), 0);
	p->size = st.st_size;
	assert_true(p->size > 1000);
}

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	struct text t = some_stream(7, 500);

	strcpy(p->dir, "/tmp/test_oom_state.XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	snprintf(p->path, sizeof(p->path), "%s/state", p->dir);
	p->engine = new_engine(NULL);
	engine_feed(p->engine, t.p, t.n, NULL);
	engine_end(p->engine, NULL);
	free(t.p);
	leave_state(p);
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;
	int err = unlink(p->path);

	engine_free(p->engine);
	if (!err)
		err = rmdir(p->dir);
	free(p);
	return err;
}

static bool try_read(void *arg)
{
	struct place *p = arg;
	char *text = NULL;
	size_t n;
	int r = statefile_read(p->path, false, &text, &n);

	assert_true(r == 0 || (r == -ENOMEM && !text));
	free(text);
	return r == 0;
}

static void statefile_read_reports(void **state)
{
	sweep(try_read, *state);
}

static bool try_sink(void *arg)
{
	struct place *p = arg;
	struct writer_sink sink;
	int r = statefile_sink(p->path, &sink);

	assert_true(r == 0 || r == -ENOMEM);
	if (!r)
		sink.release(sink.arg);
	return r == 0;
}

static void statefile_sink_reports(void **state)
{
	sweep(try_sink, *state);
}

static bool try_save(void *arg)
{
	static const struct state_identity identity = {"", 1};
	struct place *p = arg;
	struct state_save *s = state_save_new(p->engine, &identity);

	if (s)
		state_save_free(s);
	return s != NULL;
}

static void state_save_new_reports(void **state)
{
	sweep(try_save, *state);
}

static bool try_open(void *arg)
{
	struct place *p = arg;
	char why[640] = "?";
	struct state *s = state_open(p->path, why, sizeof(why));

	assert_string_equal(why, "");
	assert_true(is_untouched(p));
	if (s) {
		assert_non_null(state_key(s));
		state_free(s, 0);
	}
	return s != NULL;
}

static void state_open_leaves_the_file(void **state)
{
	sweep(try_open, *state);
}

/* A process without a descriptor left knows nothing of the file, and does not touch it.
 */
static void state_that_cannot_be_read_stays(void **state)
{
	struct place *p = *state;
	struct rlimit was, none;
	struct engine *e;
	struct state_start start = {0};
	char why[640];
	struct state *s;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = was;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	s = state_open(p->path, why, sizeof(why));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_non_null(s);
	assert_non_null(strstr(why, "it stays as it is"));
	assert_null(state_key(s));
	e = new_engine(NULL);
	start.engine = e;
	assert_int_equal(state_start(s, &start, why, sizeof(why)), 0);
	state_begin(s);
	assert_false(state_step(s));
	assert_int_equal(state_counters(s).errors, 1);
	state_free(s, INT64_MAX);
	engine_free(e);
	assert_true(is_untouched(p));
}

/* Opening and the engine are not what is tried here. */
static bool try_start(void *arg)
{
	long left = until_failure;
	struct place *p = arg;
	char why[640];
	struct state_start start;
	struct state *s;
	int r;

	until_failure = NEVER;
	s = state_open(p->path, why, sizeof(why));
	assert_non_null(s);
	start = (struct state_start){.engine = new_engine(state_key(s))};
	until_failure = left;
	r = state_start(s, &start, why, sizeof(why));
	until_failure = NEVER;
	assert_true(r == 0 || r == -ENOMEM);
	assert_int_equal(r == 0, why[0] == '\0');
	assert_true(is_untouched(p));
	/* and one that did not start has nothing to save at its end */
	state_free(s, INT64_MAX);
	assert_true(r == 0 || is_untouched(p));
	engine_free(start.engine);
	return r == 0;
}

static void state_start_leaves_the_file(void **state)
{
	sweep(try_start, *state);
}

static bool try_report(void *arg)
{
	static const struct report_depth depth = {
		.top = 3, .top_others = 1, .max_bytes = REPORT_PUSH_BYTES};
	struct place *p = arg;
	const struct report_source source = {.engine = p->engine, .origin = &origin};
	struct schema_line line = {0};
	int r = report_line(&source, &depth, &line);

	assert_true(r == 0 || (r == -ENOMEM && !line.text));
	schema_line_free(&line);
	return r == 0;
}

static void report_line_reports(void **state)
{
	sweep(try_report, *state);
}

static int confine(void *arg, enum watch_who who, char *why, size_t why_size)
{
	return 0;
}

/* The keeper is a process of its own by the time that anything else is taken. */
static void watch_start_reports(void **state)
{
	const struct watch_options options = {
		.settings_file = "/nowhere", .kmsg = -1, .confine = confine};
	struct watch *w = NULL;
	char why[640] = "";
	int r;

	until_failure = 1;
	r = watch_start(&options, &w, why, sizeof(why));
	until_failure = NEVER;
	assert_int_equal(r, -ENOMEM);
	assert_null(w);
	assert_string_not_equal(why, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statefile_read_reports),
		cmocka_unit_test(statefile_sink_reports),
		cmocka_unit_test(state_save_new_reports),
		cmocka_unit_test(state_open_leaves_the_file),
		cmocka_unit_test(state_that_cannot_be_read_stays),
		cmocka_unit_test(state_start_leaves_the_file),
		cmocka_unit_test(report_line_reports),
		cmocka_unit_test(watch_start_reports),
	};

	json_set_alloc_funcs(__wrap_malloc, free);
	return cmocka_run_group_tests(tests, make_place, remove_place);
}
