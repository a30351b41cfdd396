/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_server_request.c - what clients say, and the summaries they get for it
 */
#include "server_world.h"

#include <errno.h>
#include <sys/socket.h>

static void server_gives_a_client_its_own_pace_and_depth(void **state)
{
	struct world *w = *state;
	struct peer *own = peer_welcomed(w), *other = peer_welcomed(w);
	json_t *object;

	peer_say(own, "{\"interval\": 5, \"windows\": \"all\", \"top\": 99}\n");
	object = expect(w, own, "summary", 3); /* at once */
	assert_true(json_is_true(json_object_get(object, "all")));
	assert_int_equal(integer_of(object, "top"), 99);
	assert_int_equal(w->depth.max_bytes, WORLD_BUFFER / 2);

	send_object(w, "summary", json_object()); /* not for it */
	send_object(w, "alert", json_object());   /* for all */
	expect_only(w, own, "alert", 4);
	expect_only(w, other, "summary", 3);
	expect_only(w, other, "alert", 4);
	expect_silence(w, own);
	world_now_ms = 4999;
	expect_silence(w, own);
	world_now_ms = 5000;
	expect_only(w, own, "summary", 5);
	expect_silence(w, other);
	assert_int_equal(w->builds, 2);
	assert_int_equal(server_counters(w->server).requests_ignored, 0);
	peer_free(own);
	wait_clients(w, 1);
	peer_free(other);
}

static void server_builds_once_for_the_same_depth(void **state)
{
	struct world *w = *state;
	struct peer *a = peer_welcomed(w), *b = peer_welcomed(w), *c = peer_welcomed(w);

	peer_say(a, "{\"interval\":5,\"top\":3}\n");
	peer_say(b, "{\"interval\":7,\"top\":3}\n");
	peer_say(c, "{\"interval\":5,\"top\":4}\n");
	assert_int_equal(integer_of(expect(w, c, "summary", 3), "top"), 4);
	assert_int_equal(integer_of(expect(w, a, "summary", 3), "top"), 3);
	assert_int_equal(integer_of(expect(w, b, "summary", 3), "top"), 3);
	assert_int_equal(w->builds, 2);
	world_now_ms = 7000;
	assert_int_equal(integer_of(expect(w, a, "summary", 4), "top"), 3);
	assert_int_equal(integer_of(expect(w, b, "summary", 4), "top"), 3);
	expect_only(w, c, "summary", 4);
	assert_int_equal(w->builds, 4);
	peer_free(a);
	peer_free(b);
	peer_free(c);
}

/* A client that stands still costs a counter, not a summary at each of its intervals. */
static void server_builds_nothing_for_a_full_client(void **state)
{
	struct world *w = *state;
	struct peer *full = peer_welcomed(w), *other = peer_welcomed(w);
	uint64_t dropped;
	int seq = 3;

	peer_say(full, "{\"interval\":5,\"top\":3}\n");
	peer_say(other, "{\"interval\":5,\"top\":4}\n");
	expect_only(w, full, "summary", 3);
	expect_only(w, other, "summary", 3);
	while (!server_counters(w->server).lines_dropped) {
		send_big(w, 2000);
		expect_only(w, other, "alert", ++seq);
	}
	dropped = server_counters(w->server).lines_dropped;
	assert_int_equal(w->builds, 2);
	world_now_ms = 5000;
	expect_only(w, other, "summary", ++seq);
	assert_int_equal(w->builds, 3);
	assert_int_equal(server_counters(w->server).lines_dropped, dropped + 1);
	peer_free(full);
	peer_free(other);
}

/* One depth a tick: who has waited longest comes first. */
static void server_serves_the_longest_waiting_first(void **state)
{
	struct world *w = *state;
	struct peer *late = peer_welcomed(w), *early = peer_welcomed(w);
	int i;

	peer_say(early, "{\"interval\":5,\"top\":1}\n");
	expect_only(w, early, "summary", 3);
	world_now_ms = 2000;
	peer_say(late, "{\"interval\":5,\"top\":2}\n");
	expect_only(w, late, "summary", 3);
	world_now_ms = 9000;
	for (i = 0; i < WORLD_TURNS && w->builds == 2; i++)
		turn(w);
	assert_int_equal(w->builds, 3);
	assert_int_equal(w->depth.top, 1);
	expect_only(w, late, "summary", 4);
	expect_only(w, early, "summary", 4);
	peer_free(late);
	peer_free(early);
}

static void server_request_without_interval_follows_the_default(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_welcomed(w);

	peer_say(p, "{\"top\":7}\n");
	assert_int_equal(integer_of(expect(w, p, "summary", 3), "top"), 7);
	world_now_ms = 100000;
	expect_silence(w, p);
	send_object(w, "summary", json_object());
	assert_int_equal(integer_of(expect(w, p, "summary", 4), "top"), 7);
	peer_free(p);
}

static void server_counts_a_summary_that_could_not_be_made(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_welcomed(w);
	json_t *gap;
	int i;

	w->mute = true;
	peer_say(p, "{\"interval\":1}\n");
	for (i = 0; i < WORLD_TURNS && !server_counters(w->server).lines_dropped; i++)
		turn(w);
	assert_int_equal(server_counters(w->server).lines_dropped, 1);
	w->mute = false;
	world_now_ms = 1000;
	gap = expect(w, p, "gap", 4);
	assert_int_equal(json_integer_value(json_object_get(gap, "dropped")), 1);
	json_decref(gap);
	expect_only(w, p, "summary", 5);
	peer_free(p);
}

static void server_ignores_rubbish(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_welcomed(w), *other = peer_welcomed(w);
	size_t i, sent = 0;
	char block[4096];

	for (i = 0; i < sizeof(block); i++)
		block[i] = (char)(i % 251 == 10 ? 'x' : i % 251);
	block[4095] = 'x';
	while (sent < 1 << 20) {
		ssize_t n =
			send(p->fd, block, sizeof(block), MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else
			assert_int_equal(errno, EAGAIN);
		turn(w);
	}
	/* one endless line so far: a request at its end is a part of it */
	assert_int_equal(server_counters(w->server).requests_ignored, 0);
	peer_say(p, "{\"top\":7}\n\n\n[1]\n{\"top\":0}\n");
	for (i = 0; i < WORLD_TURNS && server_counters(w->server).requests_ignored < 5;
	     i++)
		turn(w);
	assert_int_equal(server_counters(w->server).requests_ignored, 5);
	assert_int_equal(w->builds, 0);
	/* it is served all the same, and its next request is heard */
	peer_say(p, "{\"inter");
	turns(w, 5);
	peer_say(p, "val\":5}\n");
	expect_only(w, p, "summary", 3);
	send_object(w, "alert", json_object());
	expect_only(w, p, "alert", 4);
	expect_only(w, other, "alert", 3);
	peer_free(p);
	peer_free(other);
}

static void server_parses_few_requests_at_a_time(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_welcomed(w);
	char text[1500] = "";
	int i;

	for (i = 0; i < 100; i++)
		strcat(text, "{\"top\":7}\n");
	peer_say(p, text);
	expect_only(w, p, "summary", 3);
	assert_in_range(server_counters(w->server).requests_ignored, 90, 99);
	assert_int_equal(w->builds, 1);
	peer_free(p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(server_gives_a_client_its_own_pace_and_depth),
		TEST(server_builds_nothing_for_a_full_client),
		TEST(server_builds_once_for_the_same_depth),
		TEST(server_serves_the_longest_waiting_first),
		TEST(server_request_without_interval_follows_the_default),
		TEST(server_counts_a_summary_that_could_not_be_made),
		TEST(server_ignores_rubbish),
		TEST(server_parses_few_requests_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
