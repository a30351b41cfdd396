/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_auth_book.c - messages about logins, in rows
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "count/auth_book.h"
#include "rng.h"

/* A minute and an hour. */
static const struct window_set windows = {.n = 2, .bucket_ms = {1000, 60000}};
static const struct siphash_key key = {{1, 2}};

struct world {
	struct auth_book *book;
	int64_t now_ms;
	struct auth_row row[AUTH_BOOK_ROWS];
	size_t n;
	bool complete;
};

static struct when when_of(int64_t ms)
{
	struct when when = {{0}};

	for (unsigned int i = 0; i < windows.n; i++)
		when.bucket[i] = ms / windows.bucket_ms[i];
	return when;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->book = auth_book_new(&windows, &key);
	assert_non_null(w->book);
	w->now_ms = 1700000000000;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	auth_book_free(w->book);
	free(w);
	return 0;
}

static struct event message(uint32_t type, const char *exe, const char *acct)
{
	return (struct event){.types = {type},
			      .n_types = 1,
			      .exe = span_of(exe),
			      .acct = span_of(acct),
			      .claimed = type != 1006,
			      .success = EVENT_SUCCESS_YES,
			      .auid = EVENT_ID_UNSET};
}

static struct topk_ref put(struct world *w, const struct event *e)
{
	struct when now = when_of(w->now_ms);

	return auth_book_event(w->book, e, &now, &now);
}

static bool has(struct world *w, struct topk_ref ref)
{
	struct when now = when_of(w->now_ms);

	return auth_book_has(w->book, ref, &now);
}

static void read_rows(struct world *w, unsigned int window)
{
	w->n = auth_book_rows(w->book, window, when_of(w->now_ms).bucket[window], w->row,
			      &w->complete);
}

static void book_keeps_what_is_said(void **state)
{
	struct world *w = *state;
	struct event e = message(1100, "/usr/sbin/sshd", "root");
	struct topk_ref ref;

	e.source = span_of("192.0.2.1");
	e.node = span_of("web1");
	e.success = EVENT_SUCCESS_NO;
	e.uid = 5;
	e.auid = 7;
	ref = put(w, &e);
	assert_true(ref.generation);
	w->now_ms += 2000;
	assert_int_equal(put(w, &e).index, ref.index);
	read_rows(w, 0);
	assert_int_equal(w->n, 1);
	assert_true(w->complete);
	assert_int_equal(w->row[0].type, 1100);
	assert_true(w->row[0].claimed);
	assert_false(w->row[0].joined);
	assert_true(span_is(w->row[0].exe, "/usr/sbin/sshd"));
	assert_true(span_is(w->row[0].account, "root"));
	assert_true(span_is(w->row[0].source, "192.0.2.1"));
	assert_true(span_is(w->row[0].node, "web1"));
	assert_int_equal(w->row[0].uid, 5);
	assert_int_equal(w->row[0].auid, 7);
	assert_int_equal(w->row[0].outcome, EVENT_SUCCESS_NO);
	assert_int_equal(w->row[0].events, 2);
	assert_int_equal(w->row[0].rhythm[WINDOW_BUCKETS - 1], 1);
	assert_int_equal(w->row[0].rhythm[WINDOW_BUCKETS - 3], 1);
	assert_int_equal(auth_book_events(w->book), 2);
}

static void book_tells_apart_all_that_counts(void **state)
{
	struct world *w = *state;
	struct event e[8];

	for (int i = 0; i < 8; i++)
		e[i] = message(1101, "/usr/sbin/cron", "root");
	e[1].types[0] = 1103;
	e[2].exe = span_of("/usr/sbin/crond");
	e[3].acct = span_of("daemon");
	e[4].source = span_of("host");
	e[5].uid = 1;
	e[6].auid = 0;
	e[7].node = span_of("other");
	for (int i = 0; i < 8; i++)
		put(w, &e[i]);
	read_rows(w, 0);
	assert_int_equal(w->n, 8);
	e[0].success = EVENT_SUCCESS_NO;
	put(w, &e[0]);
	e[0].claimed = false;
	put(w, &e[0]);
	read_rows(w, 0);
	assert_int_equal(w->n, 10);
}

static void book_takes_messages_about_logins_alone(void **state)
{
	static const uint32_t not_of_them[] = {1005, 1107, 1114, 1130, 1131,
					       1300, 2400, 1199, 1200};
	static const uint32_t of_them[] = {1006, 1100, 1102, 1106, 1112, 1113, 1123};
	struct world *w = *state;
	struct event e;

	for (size_t i = 0; i < sizeof(not_of_them) / sizeof(not_of_them[0]); i++) {
		e = message(not_of_them[i], "/x", "root");
		assert_int_equal(put(w, &e).generation, 0);
	}
	for (size_t i = 0; i < sizeof(of_them) / sizeof(of_them[0]); i++) {
		e = message(of_them[i], "/x", "root");
		assert_int_not_equal(put(w, &e).generation, 0);
	}
	e = message(1101, NULL, "root"); /* by nobody that could be named */
	assert_int_equal(put(w, &e).generation, 0);
	/* LOGIN with its companions */
	e = message(1006, "/usr/sbin/cron", NULL);
	e.types[1] = 1300;
	e.types[2] = 1327;
	e.n_types = 3;
	put(w, &e);
	read_rows(w, 0);
	assert_int_equal(w->n, 8);
	assert_true(has(w, (struct topk_ref){0, 0}));
}

static void book_windows_move(void **state)
{
	struct world *w = *state;
	struct event e = message(1101, "/usr/sbin/cron", "root");
	struct when old, now;

	put(w, &e);
	w->now_ms += 59 * 1000;
	read_rows(w, 0);
	assert_int_equal(w->row[0].rhythm[0], 1);
	w->now_ms += 1000;
	read_rows(w, 0);
	assert_int_equal(w->n, 0);
	read_rows(w, 1);
	assert_int_equal(w->n, 1);
	/* a late one, in the oldest bucket */
	now = when_of(w->now_ms);
	old = (struct when){{now.bucket[0] - 59, now.bucket[1]}};
	auth_book_event(w->book, &e, &old, &now);
	read_rows(w, 0);
	assert_int_equal(w->row[0].rhythm[0], 1);
	assert_int_equal(w->row[0].events, 1);
	read_rows(w, 1);
	assert_int_equal(w->row[0].events, 2);
	/* far on, nothing is left in any ring */
	w->now_ms += 7200 * 1000;
	put(w, &e);
	read_rows(w, 1);
	assert_int_equal(w->n, 1);
	assert_int_equal(w->row[0].events, 1);
}

/* Who guesses names fills seventeen rows, and what he does is counted all the same. */
static void book_joins_what_varies(void **state)
{
	struct world *w = *state;
	uint64_t events = 0;
	unsigned int joined = 0;
	char acct[16], from[24];

	for (int i = 0; i < 1000; i++) {
		struct event e = message(1100, "/usr/sbin/sshd", acct);

		snprintf(acct, sizeof(acct), "a%d", i);
		snprintf(from, sizeof(from), "10.0.%d.%d", i / 250, i % 250);
		e.acct = span_of(acct);
		e.source = span_of(from);
		e.auid = i % 2;
		put(w, &e);
	}
	read_rows(w, 0);
	assert_int_equal(w->n, AUTH_BOOK_APART + 1);
	assert_true(w->complete);
	assert_int_equal(auth_book_evicted(w->book), 0);
	for (size_t i = 0; i < w->n; i++) {
		events += w->row[i].events;
		joined += w->row[i].joined;
		if (!w->row[i].joined)
			continue;
		assert_null(w->row[i].account.p);
		assert_null(w->row[i].source.p);
		assert_int_equal(w->row[i].uid, 0);
		assert_true(w->row[i].auid == EVENT_ID_ABSENT);
	}
	assert_int_equal(events, 1000);
	assert_int_equal(joined, 1);
}

static void book_counts_whom_it_drives_out(void **state)
{
	struct world *w = *state;
	struct event cron = message(1101, "/usr/sbin/cron", "root");
	struct topk_ref ref;
	char exe[24];

	for (int i = 0; i < 50; i++)
		ref = put(w, &cron);
	for (int i = 0; i < 2000; i++) {
		struct event e;

		snprintf(exe, sizeof(exe), "/tmp/%d", i);
		e = message(1101, exe, "root");
		put(w, &e);
	}
	/* the heavy one stays */
	assert_true(has(w, ref));
	assert_int_equal(auth_book_evicted(w->book), 2001 - AUTH_BOOK_ROWS);
	read_rows(w, 0);
	assert_int_equal(w->n, AUTH_BOOK_ROWS);
	assert_false(w->complete);
	w->now_ms += 60 * 1000;
	read_rows(w, 0);
	assert_true(w->complete);
	read_rows(w, 1);
	assert_false(w->complete);
	/* what is dead gives way, and nothing is lost */
	w->now_ms += 3600 * 1000;
	assert_false(has(w, ref));
	for (int i = 0; i < AUTH_BOOK_ROWS; i++) {
		struct event e;

		snprintf(exe, sizeof(exe), "/opt/%d", i);
		e = message(1101, exe, "root");
		put(w, &e);
	}
	assert_int_equal(auth_book_evicted(w->book), 2001 - AUTH_BOOK_ROWS);
	read_rows(w, 1);
	assert_true(w->complete);
}

static void book_cuts_long_texts_and_keeps_them_apart(void **state)
{
	struct world *w = *state;
	char exe[600];
	struct event e;

	memset(exe, 'x', sizeof(exe));
	exe[0] = '/';
	exe[sizeof(exe) - 1] = '\0';
	e = message(1101, exe, exe);
	put(w, &e);
	exe[500] = 'y';
	put(w, &e);
	read_rows(w, 0);
	assert_int_equal(w->n, 2);
	assert_true(w->row[0].exe.n < 256);
	assert_true(w->row[0].account.n <= w->row[0].exe.n);
}

/*
 * Whoever keeps a reference and asks auth_book_has() counts to the same rows as who
 * looks for the row each time: the flow cache changes no figure.
 */
static void book_counts_the_same_by_reference(void **state)
{
	enum { NAMES = 600 };
	static struct topk_ref kept[NAMES][2];
	struct world *w = *state, other = {.now_ms = w->now_ms};
	struct rng rng = {77};

	memset(kept, 0, sizeof(kept));
	other.book = auth_book_new(&windows, &key);
	assert_non_null(other.book);
	for (int i = 0; i < 60000; i++) {
		unsigned int name = rng_below(&rng, 1 + rng_below(&rng, NAMES));
		unsigned int print = rng_below(&rng, 2);
		struct when when, now;
		struct event e;
		char exe[24], acct[24];
		struct topk_ref *ref = &kept[name][print];

		if (!rng_below(&rng, 2000))
			w->now_ms += rng_below(&rng, 5000) * 1000;
		else
			w->now_ms += rng_below(&rng, 300);
		other.now_ms = w->now_ms;
		now = when_of(w->now_ms);
		when = when_of(w->now_ms - rng_below(&rng, 50000));
		snprintf(exe, sizeof(exe), "/bin/%u", name / 30 * 30 % 301);
		snprintf(acct, sizeof(acct), "a%u", name);
		e = message(1100 + name % 3, exe, acct);
		e.uid = name % 5;
		auth_book_event(w->book, &e, &when, &now);
		if (ref->generation && auth_book_has(other.book, *ref, &now))
			auth_book_again(other.book, *ref, &when);
		else
			*ref = auth_book_event(other.book, &e, &when, &now);
		if (i % 5000 == 0) {
			auth_book_fade(w->book);
			auth_book_fade(other.book);
		}
		if (i % 500)
			continue;
		read_rows(w, 1);
		read_rows(&other, 1);
		assert_int_equal(w->n, other.n);
		assert_int_equal(w->complete, other.complete);
		for (size_t k = 0; k < w->n; k++) {
			assert_true(span_equal(w->row[k].exe, other.row[k].exe));
			assert_true(span_equal(w->row[k].account, other.row[k].account));
			assert_int_equal(w->row[k].events, other.row[k].events);
			assert_true(w->row[k].uid == other.row[k].uid);
			assert_memory_equal(w->row[k].rhythm, other.row[k].rhythm,
					    sizeof(w->row[k].rhythm));
		}
	}
	assert_int_equal(auth_book_evicted(w->book), auth_book_evicted(other.book));
	assert_true(auth_book_evicted(w->book));
	auth_book_free(other.book);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(book_keeps_what_is_said),
		test(book_tells_apart_all_that_counts),
		test(book_takes_messages_about_logins_alone),
		test(book_windows_move),
		test(book_joins_what_varies),
		test(book_counts_whom_it_drives_out),
		test(book_cuts_long_texts_and_keeps_them_apart),
		test(book_counts_the_same_by_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
