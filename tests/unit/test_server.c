/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_server.c - who is served, and what a slow client loses
 */
#include "server_world.h"

#include <errno.h>
#include <sys/socket.h>

static void server_greets_with_hello_and_the_last_summary(void **state)
{
	struct world *w = *state;
	struct peer *a = peer_new(w), *b, *c;

	expect_only(w, a, "hello", 1);
	assert_int_equal(integer_of(expect(w, a, "summary", 2), "n"), 1);
	b = peer_welcomed(w);
	assert_int_equal(w->defaults, 1); /* made once, kept */
	send_object(w, "summary", json_pack("{s:i}", "n", 77));
	assert_int_equal(integer_of(expect(w, a, "summary", 3), "n"), 77);
	assert_int_equal(integer_of(expect(w, b, "summary", 3), "n"), 77);
	c = peer_new(w);
	expect_only(w, c, "hello", 1);
	assert_int_equal(integer_of(expect(w, c, "summary", 2), "n"), 77);
	assert_int_equal(w->hellos, 3);
	send_object(w, "alert", json_object());
	expect_only(w, a, "alert", 4);
	expect_only(w, c, "alert", 3);
	assert_int_equal(server_counters(w->server).clients, 3);
	peer_free(a);
	peer_free(b);
	peer_free(c);
	wait_clients(w, 0);
}

/* However many come at once: a welcome takes up to 2 ms, and the stream waits for it. */
static void server_welcomes_one_a_round(void **state)
{
	struct world *w = *state;
	struct peer *peers[WORLD_MAX_CLIENTS];
	unsigned int i;

	for (i = 0; i < WORLD_MAX_CLIENTS; i++)
		peers[i] = peer_new(w);
	for (i = 1; i <= WORLD_MAX_CLIENTS; i++) {
		/* turn() goes on until nothing is left */
		event_base_loop(w->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		assert_int_equal(w->hellos, i);
	}
	for (i = 0; i < WORLD_MAX_CLIENTS; i++)
		peer_free(peers[i]);
	wait_clients(w, 0);
}

static void server_without_memory_for_hello_lets_go(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_new(w);

	w->mute = true;
	expect_end(w, p);
	assert_int_equal(server_counters(w->server).clients, 0);
	peer_free(p);
}

/* Read all that came; each line's seq must follow. Return: lines told of as dropped. */
static int read_on(struct world *w, struct peer *p, int *seq, bool *saw_gap)
{
	int dropped = 0, idle = 0;
	json_t *object;

	while (idle < 20) {
		turn(w);
		assert_true(peer_read(p));
		object = peer_take(p);
		idle = object ? 0 : idle + 1;
		for (; object; object = peer_take(p)) {
			int got = (int)json_integer_value(json_object_get(object, "seq"));
			json_t *lost = json_object_get(object, "dropped");

			/* what a gap tells of has taken its numbers just before it */
			assert_int_equal(got, *seq + 1 + (int)json_integer_value(lost));
			*seq = got;
			*saw_gap |= lost != NULL;
			dropped += (int)json_integer_value(lost);
			json_decref(object);
		}
	}
	return dropped;
}

static void server_tells_a_slow_client_what_it_lost(void **state)
{
	struct world *w = *state;
	struct peer *slow = peer_welcomed(w), *quick = peer_welcomed(w);
	int i, seq = 2, quick_seq = 2;
	bool gap = false;
	const int n = 300;

	for (i = 0; i < n; i++) {
		send_big(w, 2000);
		expect_only(w, quick, "alert", ++quick_seq); /* is not held up */
	}
	assert_true(server_counters(w->server).lines_dropped > 0);
	assert_int_equal(read_on(w, slow, &seq, &gap),
			 server_counters(w->server).lines_dropped);
	assert_true(gap);
	assert_true(seq > 2 + n); /* all of them, and at least one gap */
	/* and the stream goes on */
	send_big(w, 10);
	expect_only(w, slow, "alert", seq + 1);
	peer_free(slow);
	peer_free(quick);
}

/* The kernel's part is bounded too: what a stalled client holds is little. */
static void server_holds_little_for_a_stalled_client(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_welcomed(w);
	int i;

	for (i = 0; i < 1000; i++)
		send_big(w, 1000);
	peer_read(p); /* what the kernel held, before the server can refill it */
	assert_in_range(p->n, 1000, 2 * 32768);
	assert_true(server_counters(w->server).lines_dropped >
		    1000 - (2 * 32768 + WORLD_BUFFER) / 1000);
	peer_free(p);
}

static void server_drops_a_line_larger_than_the_buffer(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_welcomed(w);

	send_big(w, WORLD_BUFFER);
	/* said at once, not with the next line */
	assert_int_equal(integer_of(expect(w, p, "gap", 4), "dropped"), 1);
	send_big(w, WORLD_BUFFER - 512);
	expect_only(w, p, "alert", 5);
	peer_free(p);
}

/*
 * A reader of a few bytes now and then: a buffer larger than the kernel's part
 * is emptied bit by bit, and no line slips in before the gap.
 */
static void server_gives_whole_lines_to_a_trickling_reader(void **state)
{
	struct world *w = *state;
	struct server_options options = world_options(w);
	int i, seq = 2, gaps = 0, lines = 0;
	json_t *object;
	struct peer *p;
	char why[256];

	options.client_buffer = 1 << 17;
	w->server = server_new(w->base, &options, why, sizeof(why));
	assert_non_null(w->server);
	p = peer_welcomed(w);
	for (i = 0; i < 5000; i++) {
		ssize_t n = recv(p->fd, p->text + p->n, 1200, MSG_DONTWAIT);

		p->n += n > 0 ? (size_t)n : 0;
		send_big(w, 2000);
		server_flush(w->server); /* as soon as there is a little room */
		for (object = peer_take(p); object; object = peer_take(p)) {
			json_t *lost = json_object_get(object, "dropped");

			seq += 1 + (int)json_integer_value(lost);
			assert_int_equal(
				json_integer_value(json_object_get(object, "seq")), seq);
			gaps += lost != NULL;
			lines++;
			json_decref(object);
		}
	}
	assert_true(lines > 1000);
	assert_true(gaps > 0 && gaps < lines / 10);
	peer_free(p);
}

/* `echo request | nc -U` closes its side and goes on listening. */
static void server_goes_on_for_a_client_that_only_listens(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_welcomed(w), *others[WORLD_MAX_CLIENTS];
	int i;

	peer_say(p, "{\"interval\":5}\n");
	assert_int_equal(shutdown(p->fd, SHUT_WR), 0);
	expect_only(w, p, "summary", 3);
	turns(w, 50);
	send_object(w, "alert", json_object());
	expect_only(w, p, "alert", 4);
	assert_int_equal(server_counters(w->server).clients, 1);
	/* when it leaves, its place is free for the next who needs it */
	for (i = 0; i < WORLD_MAX_CLIENTS - 1; i++)
		others[i] = peer_welcomed(w);
	peer_free(p);
	turns(w, 5);
	others[i] = peer_welcomed(w);
	assert_int_equal(server_counters(w->server).clients_over, 0);
	for (i = 0; i < WORLD_MAX_CLIENTS; i++)
		peer_free(others[i]);
	wait_clients(w, 0);
}

static void server_has_room_for_so_many(void **state)
{
	struct world *w = *state;
	struct peer *p[WORLD_MAX_CLIENTS], *over;
	int i;

	for (i = 0; i < WORLD_MAX_CLIENTS; i++)
		p[i] = peer_welcomed(w);
	over = peer_new(w);
	expect_end(w, over);
	assert_int_equal(over->n, 0);
	assert_int_equal(server_counters(w->server).clients_over, 1);
	assert_int_equal(server_counters(w->server).clients, WORLD_MAX_CLIENTS);
	peer_free(over);
	peer_free(p[0]);
	wait_clients(w, WORLD_MAX_CLIENTS - 1);
	p[0] = peer_welcomed(w);
	for (i = 0; i < WORLD_MAX_CLIENTS; i++)
		peer_free(p[i]);
}

/* No descriptors left: it waits for a second and then takes who is waiting. */
static void server_lives_through_want_of_descriptors(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_new(w);

	world_accept_error = EMFILE;
	turns(w, 20);
	assert_int_equal(world_accepts, 1); /* it does not try all the time */
	assert_int_equal(server_counters(w->server).clients, 0);
	world_accept_error = 0;
	expect_only(w, p, "hello", 1);
	peer_free(p);
}

static void server_flush_writes_without_the_loop(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_welcomed(w);
	size_t n = 0;
	int i;

	for (i = 0; i < 40; i++)
		send_big(w, 2000);
	for (i = 0; i < 100; i++) {
		peer_read(p);
		n += p->n;
		p->n = 0;
		server_flush(w->server);
	}
	assert_true(n > 32768 + WORLD_BUFFER / 2);
	peer_free(p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
#define TEST_PLACE(f) \
	cmocka_unit_test_setup_teardown(f, world_setup_place, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(server_greets_with_hello_and_the_last_summary),
		TEST(server_welcomes_one_a_round),
		TEST(server_without_memory_for_hello_lets_go),
		TEST(server_tells_a_slow_client_what_it_lost),
		TEST(server_holds_little_for_a_stalled_client),
		TEST(server_drops_a_line_larger_than_the_buffer),
		TEST_PLACE(server_gives_whole_lines_to_a_trickling_reader),
		TEST(server_goes_on_for_a_client_that_only_listens),
		TEST(server_has_room_for_so_many),
		TEST(server_lives_through_want_of_descriptors),
		TEST(server_flush_writes_without_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
