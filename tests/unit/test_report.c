/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_report.c - the summary: every list adds up, and it fits
 *
 * Streams are made line by line and go through the whole engine.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "emit/report.h"
#include "some_stream.h"

static const struct schema_origin origin = {.host = "h", .boot_id = ""};
static const char *const lists[] = {"types", "keys",     "rules",   "flows",
				    "exes",  "syscalls", "accounts"};

static struct engine *new_engine(unsigned int max_values)
{
	struct engine_options o = {.n_windows = 3,
				   .window_sec = {60, 300, 3600},
				   .max_values = max_values,
				   .max_flows = max_values};
	struct engine *e = engine_new(&o);

	assert_non_null(e);
	return e;
}

static json_t *summary(struct engine *e, unsigned int top)
{
	struct report_source s = {.engine = e, .origin = &origin};
	struct report_depth d = {
		.top = top, .top_others = top < 3 ? top : 3, .all_windows = top > 10};
	json_t *o = report_summary(&s, &d);

	assert_non_null(o);
	return o;
}

static json_int_t number(const json_t *o, const char *name)
{
	const json_t *value = json_object_get(o, name);

	assert_true(json_is_integer(value));
	assert_true(json_integer_value(value) >= 0);
	return json_integer_value(value);
}

static json_int_t sum_of(const json_t *list, const char *name)
{
	json_int_t sum = 0;
	json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry) sum += number(entry, name);
	return sum;
}

/* list + other = total, and for keys what events with several keys count too often. */
static void check_window(const json_t *w)
{
	static const char *const figures[] = {"records", "bytes"};
	const json_t *other = json_object_get(w, "other");
	size_t i, k;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const json_t *list = json_object_get(w, lists[i]);
		const json_t *rest = json_object_get(other, lists[i]);

		assert_true(json_is_array(list));
		for (k = 0; k < 2; k++) {
			json_int_t want = number(w, figures[k]);

			if (!strcmp(lists[i], "keys"))
				want += number(json_object_get(w, "overlap"), figures[k]);
			assert_int_equal(sum_of(list, figures[k]) +
						 number(rest, figures[k]),
					 want);
		}
		number(rest, "events");
	}
}

/* Heaviest first, and shares that are shares. */
static void check_order(const json_t *w)
{
	size_t i, k;
	json_t *entry;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		json_int_t before = INT64_MAX;

		json_array_foreach(json_object_get(w, lists[i]), k, entry)
		{
			double share = json_number_value(json_object_get(entry, "share"));
			double exact = (double)number(entry, "records") /
				       (double)number(w, "records");

			assert_true(number(entry, "records") <= before);
			assert_true(number(entry, "records") > 0);
			assert_true(share >= exact - 0.00005001 &&
				    share <= exact + 0.00005001);
			before = number(entry, "records");
		}
	}
}

static void check_summary(const json_t *o, unsigned int top)
{
	const json_t *windows = json_object_get(o, "windows");
	json_t *w;
	size_t i, k;

	assert_int_equal(json_array_size(windows), 4);
	json_array_foreach(windows, i, w)
	{
		check_window(w);
		check_order(w);
		for (k = 0; k < sizeof(lists) / sizeof(lists[0]); k++)
			assert_true(json_array_size(json_object_get(w, lists[k])) <= top);
	}
}

static void report_lists_add_up(void **state)
{
	static const unsigned int tops[] = {0, 1, 3, 10, 11, 100000};
	uint64_t seed;
	size_t i;

	for (seed = 1; seed <= 2; seed++) {
		struct engine *e = new_engine(seed % 2 ? 16 : 512);
		struct text t = some_stream(seed * 7907, 4000);

		engine_feed(e, t.p, t.n / 2, NULL);
		for (i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
			json_t *o = summary(e, tops[i]);

			check_summary(o, tops[i]);
			json_decref(o);
		}
		engine_feed(e, t.p + t.n / 2, t.n - t.n / 2, NULL);
		engine_end(e, NULL);
		for (i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
			json_t *o = summary(e, tops[i]);

			check_summary(o, tops[i]);
			json_decref(o);
		}
		engine_free(e);
		free(t.p);
	}
}

static char *whole_summary(const struct text *t, size_t chunk)
{
	struct engine *e = new_engine(16);
	size_t at, n;
	json_t *o;
	char *dump;

	for (at = 0; at < t->n; at += n) {
		n = t->n - at < chunk ? t->n - at : chunk;
		engine_feed(e, t->p + at, n, NULL);
	}
	engine_end(e, NULL);
	o = summary(e, 1000);
	dump = json_dumps(o, JSON_INDENT(1) | JSON_SORT_KEYS);
	json_decref(o);
	engine_free(e);
	return dump;
}

/* Many more names than places, over hours: who is evicted must not hang on the reads. */
static void report_is_the_same_however_the_stream_is_cut(void **state)
{
	static const size_t chunks[] = {1, 17, 65536};
	struct text t = some_stream(4242, 3000);
	char *want = whole_summary(&t, t.n);
	size_t i;

	for (i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		char *got = whole_summary(&t, chunks[i]);

		assert_string_equal(got, want);
		free(got);
	}
	free(want);
	free(t.p);
}

/* --- size --- */

static size_t lengths_of_lists(const char *line, size_t n)
{
	json_t *o = json_loadb(line, n, 0, NULL), *w;
	size_t sum = 0, i, k;

	assert_non_null(o);
	json_array_foreach(json_object_get(o, "windows"), i, w)
	{
		check_window(w);
		for (k = 0; k < sizeof(lists) / sizeof(lists[0]); k++)
			sum += json_array_size(json_object_get(w, lists[k]));
	}
	json_decref(o);
	return sum;
}

static void report_line_fits_and_still_adds_up(void **state)
{
	struct engine *e = new_engine(512);
	struct text t = some_stream(31, 3000);
	struct report_source s = {.engine = e, .origin = &origin};
	size_t max, shown, before = 0;

	engine_feed(e, t.p, t.n, NULL);
	for (max = 64; max < 400000; max = max * 5 / 4) {
		struct report_depth d = {.top = 512, .top_others = 3, .max_bytes = max};
		struct schema_line line;

		assert_int_equal(report_line(&s, &d, &line), 0);
		shown = lengths_of_lists(line.text, line.n);
		assert_true(shown == 0 || schema_line_size(&line, UINT64_MAX) <= max);
		assert_true(shown + 20 >= before); /* more room never shows much less */
		before = shown;
		schema_line_free(&line);
	}
	assert_true(before > 100);
	engine_free(e);
	free(t.p);
}

static long allocations;

static void *counting_malloc(size_t n)
{
	allocations++;
	return malloc(n);
}

/* Return: what the JSON library took for a line of at most @max bytes, in allocations. */
static long cost_of_line(const struct report_source *s, size_t max)
{
	struct report_depth d = {.top = 512, .all_windows = true, .max_bytes = max};
	struct schema_line line;

	allocations = 0;
	json_set_alloc_funcs(counting_malloc, free);
	assert_int_equal(report_line(s, &d, &line), 0);
	schema_line_free(&line);
	json_set_alloc_funcs(malloc, free);
	return allocations;
}

/* The stream waits while a report is made: the fitting depth is not crept up to. */
static void report_line_fits_after_few_tries(void **state)
{
	struct engine *e = new_engine(512);
	struct text t = some_stream(35, 3000);
	struct report_source s = {.engine = e, .origin = &origin};
	struct report_depth all = {.top = 512, .all_windows = true};
	struct schema_line line;
	size_t whole, max;
	long once;

	engine_feed(e, t.p, t.n, NULL);
	once = cost_of_line(&s, 0);
	assert_int_equal(report_line(&s, &all, &line), 0);
	whole = line.n;
	schema_line_free(&line);
	for (max = whole / 16; max < whole; max += whole / 16)
		assert_true(cost_of_line(&s, max) < 10 * once);
	engine_free(e);
	free(t.p);
}

/* What is pushed to who never asked: 12 KiB hold the ten heaviest of an ordinary stream.
 */
static void report_pushed_line_is_small(void **state)
{
	struct engine *e = new_engine(512);
	struct text t = some_stream(32, 3000);
	struct report_source s = {.engine = e, .origin = &origin};
	struct report_depth d = {
		.top = 10, .top_others = 3, .max_bytes = REPORT_PUSH_BYTES};
	struct schema_line line;

	engine_feed(e, t.p, t.n, NULL);
	assert_int_equal(report_line(&s, &d, &line), 0);
	assert_true(schema_line_size(&line, UINT64_MAX) <= REPORT_PUSH_BYTES);
	assert_true(lengths_of_lists(line.text, line.n) >= 20);
	schema_line_free(&line);
	engine_free(e);
	free(t.p);
}

static void report_other_windows_show_keys_only(void **state)
{
	struct engine *e = new_engine(512);
	struct text t = some_stream(33, 500);
	json_t *o, *w;
	size_t i, k;

	engine_feed(e, t.p, t.n, NULL);
	o = summary(e, 10);
	json_array_foreach(json_object_get(o, "windows"), i, w)
	{
		for (k = 0; i && k < sizeof(lists) / sizeof(lists[0]); k++)
			assert_int_equal(json_array_size(json_object_get(w, lists[k])),
					 strcmp(lists[k], "keys") ? 0 : 3);
	}
	json_decref(o);
	engine_free(e);
	free(t.p);
}

/* --- nothing --- */

static void report_of_nothing(void **state)
{
	struct engine *e = new_engine(16);
	struct report_source s = {.engine = e, .origin = &origin};
	struct report_depth d = {.top = 10, .top_others = 3};
	struct schema_line line;
	json_t *o, *w;

	assert_int_equal(report_line(&s, &d, &line), 0);
	o = json_loadb(line.text, line.n, 0, NULL);
	assert_true(json_is_null(json_object_get(o, "time")));
	w = json_array_get(json_object_get(o, "windows"), 0);
	assert_int_equal(number(w, "records"), 0);
	assert_true(json_is_null(json_object_get(w, "records_per_s")));
	assert_true(json_number_value(json_object_get(w, "span_s")) == 0);
	check_summary(o, 10);
	json_decref(o);
	schema_line_free(&line);
	engine_free(e);
}

/* --- the bound that is shown --- */

#define NAMES_N 300

/* Names of both lists end in their number. */
static void check_names(const json_t *list, const char *name,
			const uint64_t truth[NAMES_N])
{
	json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		const char *text = json_string_value(json_object_get(entry, name));
		uint64_t n = truth[strtoul(strrchr(text, 'k') + 1, NULL, 10)];
		uint64_t shown = (uint64_t)number(entry, "records");

		assert_true(shown <= n);
		assert_true(n <= shown + (uint64_t)number(entry, "error"));
	}
}

static void check_bounds(const json_t *w, const uint64_t truth[NAMES_N])
{
	check_names(json_object_get(w, "keys"), "key", truth);
	check_names(json_object_get(w, "exes"), "exe", truth);
}

/* Both lists have the same names, with two records an event. */
static void put_named(struct text *t, int64_t ms, unsigned int serial, unsigned int name)
{
	char stamp[64];

	snprintf(stamp, sizeof(stamp), "msg=audit(%lld.%03d:%u):", (long long)(ms / 1000),
		 (int)(ms % 1000), serial);
	put(t, "type=SYSCALL %s arch=c000003e syscall=1 exe=\"/k%u\" key=\"k%u\"\n",
	    stamp, name, name);
	put(t, "type=EOE %s\n", stamp);
}

static void report_error_bounds_what_was_missed(void **state)
{
	struct engine *e = new_engine(16);
	uint64_t truth[NAMES_N] = {0}, minute[NAMES_N] = {0};
	struct text t = {0};
	struct rng r = {5};
	unsigned int i, name;
	json_t *o, *windows;

	for (i = 0; i < 5000; i++) { /* the last 100 in the last minute */
		name = (unsigned int)rng_skewed(&r, NAMES_N);
		truth[name] += 2;
		minute[name] += i < 4900 ? 0 : 2;
		put_named(&t, T0 + i * 100 - (i < 4900 ? 100000 : 0), i, name);
	}
	engine_feed(e, t.p, t.n, NULL);
	engine_end(e, NULL);
	o = summary(e, 1000);
	windows = json_object_get(o, "windows");
	check_bounds(json_array_get(windows, 3), truth);
	check_bounds(json_array_get(windows, 0), minute);
	assert_true(sum_of(json_object_get(json_array_get(windows, 3), "exes"), "error") >
		    0);
	json_decref(o);
	engine_free(e);
	free(t.p);
}

/* --- no memory --- */

static long until_failure;

static void *failing_malloc(size_t n)
{
	return until_failure && until_failure-- ? malloc(n) : NULL;
}

/* No crash and no leak, whichever allocation of the JSON library fails. */
static void report_without_memory(void **state)
{
	struct engine *e = new_engine(16);
	struct text t = some_stream(34, 60);
	struct report_source s = {.engine = e, .origin = &origin};
	struct report_depth d = {.top = 10, .top_others = 3, .max_bytes = 20000};
	struct schema_line line;
	int result;
	long n;

	engine_feed(e, t.p, t.n, NULL);
	json_set_alloc_funcs(failing_malloc, free);
	for (n = 0;; n++) {
		until_failure = n;
		result = report_line(&s, &d, &line);
		if (until_failure)
			break; /* there was enough this time */
		if (result == 0)
			schema_line_free(&line);
		else
			assert_int_equal(result, -ENOMEM);
	}
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(result, 0);
	assert_true(lengths_of_lists(line.text, line.n) > 10);
	schema_line_free(&line);
	engine_free(e);
	free(t.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_lists_add_up),
		cmocka_unit_test(report_is_the_same_however_the_stream_is_cut),
		cmocka_unit_test(report_line_fits_and_still_adds_up),
		cmocka_unit_test(report_line_fits_after_few_tries),
		cmocka_unit_test(report_pushed_line_is_small),
		cmocka_unit_test(report_other_windows_show_keys_only),
		cmocka_unit_test(report_of_nothing),
		cmocka_unit_test(report_error_bounds_what_was_missed),
		cmocka_unit_test(report_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
