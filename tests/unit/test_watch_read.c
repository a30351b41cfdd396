/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_watch_read.c - what the stream process makes of a worker's datagrams
 *
 * The worker here is this program: it sends what a worker would, and what only
 * one in an attacker's hand would.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "kernel/watch.c"

#include <limits.h>

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
struct clock_reading __wrap_clock_read(void);

static bool no_memory;
static int64_t now_ms;

void *__wrap_malloc(size_t n)
{
	return no_memory ? NULL : __real_malloc(n);
}

struct clock_reading __wrap_clock_read(void)
{
	return (struct clock_reading){.wall_ms = 0, .boot_ms = now_ms};
}

/* A watch whose watcher is the other end, in our own hand. */
struct world {
	struct watch *w;
	int peer;
	struct watch_answer a;
};

static int set_up(void **state)
{
	struct world *x = calloc(1, sizeof(*x));
	int pair[2];

	assert_non_null(x);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	x->w = calloc(1, sizeof(*x->w));
	assert_non_null(x->w);
	x->w->fd = pair[0];
	x->peer = pair[1];
	no_memory = false;
	now_ms = 1000;
	*state = x;
	return 0;
}

static int tear_down(void **state)
{
	struct world *x = *state;

	watch_free(x->w);
	if (x->peer >= 0)
		close(x->peer);
	free(x);
	return 0;
}

static uint32_t ask(struct world *x, enum watch_request request)
{
	struct wire_request r = {0, 0};

	assert_int_equal(watch_request(x->w, request), 0);
	assert_int_equal(recv(x->peer, &r, sizeof(r), MSG_DONTWAIT), sizeof(r));
	assert_int_equal(r.request, request);
	assert_int_not_equal(r.id, 0);
	return r.id;
}

static void reply(struct world *x, struct wire_head head, const void *data, size_t n)
{
	assert_int_equal(wire_send(x->peer, &head, data, n, MSG_DONTWAIT), 0);
}

static struct wire_head part(uint32_t request, uint32_t id, uint32_t offset,
			     uint32_t total)
{
	return (struct wire_head){WIRE_ANSWER, request, id, 0, offset, total};
}

static void must_answer(struct world *x, enum watch_request request, int error)
{
	assert_int_equal(watch_read(x->w, &x->a), 1);
	assert_int_equal(x->a.request, request);
	assert_int_equal(x->a.error, error);
}

static void must_be_silent(struct world *x)
{
	assert_int_equal(watch_read(x->w, &x->a), 0);
}

static void answers_are_put_together(void **state)
{
	struct world *x = *state;
	size_t n = 100000, at, piece;
	uint32_t id = ask(x, WATCH_SETTINGS);
	char *text = malloc(n);

	assert_non_null(text);
	for (at = 0; at < n; at++)
		text[at] = (char)(at * 7);
	must_be_silent(x);
	for (at = 0; at < n; at += piece) {
		piece = n - at < WIRE_DATA_MAX ? n - at : WIRE_DATA_MAX;
		reply(x, part(WATCH_SETTINGS, id, (uint32_t)at, (uint32_t)n), text + at,
		      piece);
	}
	must_answer(x, WATCH_SETTINGS, 0);
	assert_int_equal(x->a.data.n, n);
	assert_memory_equal(x->a.data.p, text, n);
	must_be_silent(x);
	assert_int_equal(watch_state(x->w).bad, 0);
	free(text);
}

static void answers_may_be_empty_or_errors(void **state)
{
	struct world *x = *state;
	struct wire_head head = part(WATCH_STATUS, ask(x, WATCH_STATUS), 0, 0);

	reply(x, head, NULL, 0);
	must_answer(x, WATCH_STATUS, 0);
	assert_int_equal(x->a.data.n, 0);
	assert_non_null(x->a.data.p);
	head.id = ask(x, WATCH_STATUS);
	head.error = -ECONNREFUSED;
	head.total = 4;
	reply(x, head, "text", 4);
	must_answer(x, WATCH_STATUS, -ECONNREFUSED);
	assert_true(span_is(x->a.data, "text"));
}

static void requests_are_checked(void **state)
{
	struct world *x = *state;

	assert_int_equal(watch_request(x->w, WATCH_REQUESTS), -EINVAL);
	assert_int_equal(watch_request(x->w, (enum watch_request)99999), -EINVAL);
	ask(x, WATCH_STATUS);
	assert_int_equal(watch_request(x->w, WATCH_STATUS), -EBUSY);
	ask(x, WATCH_RULES);
	/* one that was never answered is given up */
	now_ms += GIVE_UP_MS - 1;
	assert_int_equal(watch_request(x->w, WATCH_STATUS), -EBUSY);
	now_ms++;
	ask(x, WATCH_STATUS);
}

static void a_full_socket_does_not_block(void **state)
{
	struct world *x = *state;
	int r = 0, i;

	for (i = 0; i < 1000000 && !r; i++) {
		r = watch_request(x->w, WATCH_STATUS);
		now_ms += GIVE_UP_MS;
	}
	assert_int_equal(r, -EAGAIN);
}

static void strangers_are_not_answers(void **state)
{
	struct world *x = *state;
	uint32_t id = ask(x, WATCH_STATUS);
	struct wire_head head = part(WATCH_STATUS, id, 0, 4);

	reply(x, part(WATCH_STATUS, id + 1, 0, 4), "evil", 4);
	reply(x, part(WATCH_SETTINGS, id, 0, 4), "evil", 4);
	reply(x, part(WATCH_REQUESTS, id, 0, 4), "evil", 4);
	reply(x, part(UINT32_MAX, id, 0, 4), "evil", 4);
	reply(x, part(WATCH_RULES, 0, 0, 4), "evil", 4);
	must_be_silent(x);
	assert_int_equal(watch_state(x->w).bad, 0);
	head.kind = 77;
	reply(x, head, "evil", 4);
	assert_int_equal(send(x->peer, "short", 5, 0), 5);
	must_be_silent(x);
	assert_int_equal(watch_state(x->w).bad, 2);
	reply(x, part(WATCH_STATUS, id, 0, 4), "good", 4);
	must_answer(x, WATCH_STATUS, 0);
	assert_true(span_is(x->a.data, "good"));
	/* and once is enough */
	reply(x, part(WATCH_STATUS, id, 0, 4), "evil", 4);
	must_be_silent(x);
}

static void broken_answers_are_thrown_away(void **state)
{
	struct world *x = *state;
	static char big[WIRE_DATAGRAM_MAX + 1];
	const struct {
		uint32_t offset, total;
		int32_t error;
		size_t n;
	} bad[] = {
		{0, 4, 0, 5},                    /* more than it says */
		{0, 4, 0, 0},                    /* nothing at all */
		{4, 8, 0, 4},                    /* not from the beginning */
		{0, WATCH_ANSWER_MAX + 1, 0, 4}, /* too much */
		{0, UINT32_MAX, 0, 4},
		{UINT32_MAX, 4, 0, 4},
		{0, 4, 5, 4},       /* no error number */
		{0, 4, INT_MIN, 4}, /* nor this */
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct wire_head head = part(WATCH_STATUS, ask(x, WATCH_STATUS),
					     bad[i].offset, bad[i].total);

		head.error = bad[i].error;
		reply(x, head, big, bad[i].n);
		must_answer(x, WATCH_STATUS, -EPROTO);
		assert_int_equal(watch_state(x->w).bad, i + 1);
		must_be_silent(x);
	}
	/* a datagram that is longer than any of ours */
	assert_int_equal(send(x->peer, big, sizeof(big), 0), sizeof(big));
	must_be_silent(x);
	assert_int_equal(watch_state(x->w).bad, i + 1);
}

static void gaps_and_changes_are_noticed(void **state)
{
	struct world *x = *state;
	struct wire_head head = part(WATCH_STATUS, ask(x, WATCH_STATUS), 0, 12);
	int change;

	for (change = 0; change < 4; change++) {
		struct wire_head next;

		reply(x, head, "0123", 4);
		next = head;
		next.offset = 4;
		if (change == 0)
			next.offset = 8;
		else if (change == 1)
			next.total = 13;
		else if (change == 2)
			next.error = -EPERM;
		else
			next.offset = 3;
		reply(x, next, "4567", 4);
		must_answer(x, WATCH_STATUS, -EPROTO);
		head.id = ask(x, WATCH_STATUS);
	}
	/* another's second half, after the first was given up */
	reply(x, head, "0123", 4);
	must_be_silent(x);
	now_ms += GIVE_UP_MS;
	head.id = ask(x, WATCH_STATUS);
	head.offset = 4;
	reply(x, head, "456789ab", 8);
	must_answer(x, WATCH_STATUS, -EPROTO);
	head.id = ask(x, WATCH_STATUS);
	head.offset = 0;
	/* from the beginning again: what was there is dropped, nothing is leaked */
	reply(x, head, "0123", 4);
	reply(x, head, "abcd", 4);
	head.offset = 4;
	reply(x, head, "efghijkl", 8);
	must_answer(x, WATCH_STATUS, 0);
	assert_true(span_is(x->a.data, "abcdefghijkl"));
}

static void a_dead_worker_fails_its_requests(void **state)
{
	struct world *x = *state;
	struct wire_head died = {.kind = WIRE_WORKER},
			 born = {.kind = WIRE_WORKER, .id = 4711};
	uint32_t id;

	reply(x, born, NULL, 0);
	must_be_silent(x);
	assert_int_equal(watch_state(x->w).worker, 4711);
	assert_int_equal(watch_state(x->w).workers, 1);
	id = ask(x, WATCH_STATUS);
	ask(x, WATCH_SETTINGS);
	reply(x, part(WATCH_STATUS, id, 0, 8), "half", 4);
	reply(x, died, NULL, 0);
	must_answer(x, WATCH_STATUS, -ECONNRESET);
	must_answer(x, WATCH_SETTINGS, -ECONNRESET);
	must_be_silent(x);
	assert_int_equal(watch_state(x->w).worker, 0);
	/* the other half is nobody's */
	reply(x, part(WATCH_STATUS, id, 4, 8), "rest", 4);
	must_be_silent(x);
	id = ask(x, WATCH_STATUS);
	reply(x, part(WATCH_STATUS, id, 0, 4), "good", 4);
	must_answer(x, WATCH_STATUS, 0);
	born.id = UINT32_MAX;
	reply(x, born, NULL, 0);
	must_be_silent(x);
	assert_int_equal(watch_state(x->w).worker, 0);
}

static void the_end_is_told(void **state)
{
	struct world *x = *state;
	uint32_t id = ask(x, WATCH_STATUS);

	ask(x, WATCH_SETTINGS);
	reply(x, part(WATCH_STATUS, id, 0, 4), "last", 4);
	close(x->peer);
	x->peer = -1;
	must_answer(x, WATCH_STATUS, 0);
	must_answer(x, WATCH_SETTINGS, -EPIPE);
	assert_int_equal(watch_read(x->w, &x->a), -EPIPE);
	assert_int_equal(watch_read(x->w, &x->a), -EPIPE);
	assert_int_equal(watch_request(x->w, WATCH_STATUS), -EPIPE);
}

static void no_memory_fails_one_answer(void **state)
{
	struct world *x = *state;
	uint32_t id = ask(x, WATCH_STATUS);

	reply(x, part(WATCH_STATUS, id, 0, 4), "lost", 4);
	no_memory = true;
	must_answer(x, WATCH_STATUS, -ENOMEM);
	no_memory = false;
	assert_int_equal(watch_state(x->w).bad, 0);
	id = ask(x, WATCH_STATUS);
	reply(x, part(WATCH_STATUS, id, 0, 4), "good", 4);
	must_answer(x, WATCH_STATUS, 0);
}

static void a_flood_is_taken_in_portions(void **state)
{
	struct world *x = *state;
	struct wire_head odd = {.kind = 77};
	unsigned int sent = 0;

	while (!wire_send(x->peer, &odd, NULL, 0, MSG_DONTWAIT))
		sent++;
	assert_true(sent > READS_MAX);
	must_be_silent(x);
	assert_int_equal(watch_state(x->w).bad, READS_MAX);
	while (watch_state(x->w).bad < sent)
		must_be_silent(x);
	must_be_silent(x);
	assert_int_equal(watch_state(x->w).bad, sent);
}

static void reasons_are_words(void **state)
{
	const int errors[] = {-ENOTCONN,   -EPERM,     -ECONNREFUSED, -EPROTONOSUPPORT,
			      -EBUSY,      -EPIPE,     -ENOSYS,       -ENOMEM,
			      -ECONNRESET, -ETIMEDOUT, -EPROTO,       0,
			      INT_MIN + 1};
	size_t i, j;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		assert_true(strlen(watch_reason(errors[i])) > 8);
		for (j = 0; j < i && i < 10; j++)
			assert_string_not_equal(watch_reason(errors[i]),
						watch_reason(errors[j]));
	}
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(answers_are_put_together),
		CASE(answers_may_be_empty_or_errors),
		CASE(requests_are_checked),
		CASE(a_full_socket_does_not_block),
		CASE(strangers_are_not_answers),
		CASE(broken_answers_are_thrown_away),
		CASE(gaps_and_changes_are_noticed),
		CASE(a_dead_worker_fails_its_requests),
		CASE(the_end_is_told),
		CASE(no_memory_fails_one_answer),
		CASE(a_flood_is_taken_in_portions),
		cmocka_unit_test(reasons_are_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
