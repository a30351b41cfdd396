/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_server.c - the socket, with real clients in the same process
 *
 * The clock is the test's own; the server's ticks are real, so what must
 * happen is waited for, and what must not happen is given several ticks.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <jansson.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "emit/server.h"

#define BUFFER      16384
#define MAX_CLIENTS 4
#define TURNS       4000 /* of 5 ms: far more than anything here takes */

struct clock_reading __wrap_clock_read(void);

static int64_t now_ms;

struct clock_reading __wrap_clock_read(void)
{
	return (struct clock_reading){.wall_ms = 1795299473123 + now_ms,
				      .boot_ms = now_ms};
}

int __real_accept4(int fd, struct sockaddr *peer, socklen_t *n, int flags);
int __wrap_accept4(int fd, struct sockaddr *peer, socklen_t *n, int flags);

static int accepts;

int __wrap_accept4(int fd, struct sockaddr *peer, socklen_t *n, int flags)
{
	accepts++;
	return __real_accept4(fd, peer, n, flags);
}

static const struct schema_origin origin = {.host = "web1"};

/* What stands behind the socket: counts what it is asked for. */
struct world {
	char dir[64], path[96];
	struct event_base *base;
	struct server *server;
	unsigned int hellos, defaults, builds;
	struct server_depth depth; /* of the last build */
	bool mute;                 /* nothing can be made */
};

/* A client: what it has read and not yet looked at. */
struct peer {
	int fd;
	char text[1 << 17];
	size_t n;
};

static int make_line(struct schema_line *line, const char *type, json_t *object)
{
	int err = schema_line(line, type, object, now_ms, &origin);

	json_decref(object);
	return err;
}

static int hello(void *arg, struct schema_line *line)
{
	struct world *w = arg;

	w->hellos++;
	return w->mute ? -ENOMEM : make_line(line, "hello", json_object());
}

static int summary(void *arg, const struct server_depth *depth, struct schema_line *line)
{
	struct world *w = arg;

	if (w->mute)
		return -ENOMEM;
	if (!depth) {
		w->defaults++;
		return make_line(line, "summary",
				 json_pack("{s:i}", "n", (int)w->defaults));
	}
	w->builds++;
	w->depth = *depth;
	return make_line(line, "summary",
			 json_pack("{s:b, s:i}", "all", (int)depth->all_windows, "top",
				   (int)depth->top));
}

static const struct server_ops ops = {hello, summary};

static struct server_options options_of(struct world *w)
{
	return (struct server_options){
		.path = w->path,
		.mode = 0660,
		.group = getegid(),
		.max_clients = MAX_CLIENTS,
		.client_buffer = BUFFER,
		.top = 10,
		.origin = &origin,
		.ops = &ops,
		.arg = w,
	};
}

static int make_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return -1;
	strcpy(w->dir, "/tmp/test_server.XXXXXX");
	w->base = event_base_new();
	if (!mkdtemp(w->dir) || !w->base)
		return -1;
	snprintf(w->path, sizeof(w->path), "%s/socket", w->dir);
	now_ms = 0;
	*state = w;
	return 0;
}

static int make_server(void **state)
{
	struct server_options options;
	struct world *w;
	char why[256] = "";

	if (make_world(state))
		return -1;
	w = *state;
	options = options_of(w);
	w->server = server_new(w->base, &options, why, sizeof(why));
	if (!w->server)
		print_error("%s\n", why);
	return w->server ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *ftw)
{
	return remove(path);
}

static int remove_world(void **state)
{
	struct world *w = *state;
	int err;

	server_free(w->server);
	event_base_free(w->base);
	err = nftw(w->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(w);
	return err;
}

/* Let the server work, but not wait. */
static void turn(struct world *w)
{
	assert_true(event_base_loop(w->base, EVLOOP_NONBLOCK) >= 0);
	usleep(5000);
}

static void turns(struct world *w, int n)
{
	while (n--)
		turn(w);
}

static struct peer *peer_new(struct world *w)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct peer *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	strcpy(at.sun_path, w->path);
	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(p->fd >= 0);
	assert_int_equal(connect(p->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return p;
}

static void peer_free(struct peer *p)
{
	close(p->fd);
	free(p);
}

/* Read what is there. Return: false at the end of the stream. */
static bool peer_read(struct peer *p)
{
	ssize_t n;

	do {
		n = recv(p->fd, p->text + p->n, sizeof(p->text) - 1 - p->n, MSG_DONTWAIT);
		if (n > 0)
			p->n += (size_t)n;
	} while (n > 0);
	p->text[p->n] = '\0';
	return n < 0 && errno == EAGAIN;
}

/* The next line if a whole one is there, else NULL. */
static json_t *peer_take(struct peer *p)
{
	char *newline = memchr(p->text, '\n', p->n);
	json_t *object;
	size_t n;

	if (!newline)
		return NULL;
	n = (size_t)(newline - p->text) + 1;
	object = json_loadb(p->text, n, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	p->n -= n;
	memmove(p->text, p->text + n, p->n + 1);
	return object;
}

/* Wait for the next line, which must be a @type with @seq; owned. */
static json_t *expect(struct world *w, struct peer *p, const char *type, int seq)
{
	json_t *object;
	int i;

	for (i = 0; i < TURNS; i++) {
		peer_read(p);
		object = peer_take(p);
		if (!object) {
			turn(w);
			continue;
		}
		assert_string_equal(json_string_value(json_object_get(object, "type")),
				    type);
		assert_int_equal(json_integer_value(json_object_get(object, "seq")), seq);
		assert_string_equal(json_string_value(json_object_get(object, "schema")),
				    "audisp-noise/1");
		return object;
	}
	fail_msg("no %s came", type);
	return NULL;
}

static void expect_only(struct world *w, struct peer *p, const char *type, int seq)
{
	json_decref(expect(w, p, type, seq));
}

static int integer_of(json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	int n;

	assert_true(json_is_integer(value));
	n = (int)json_integer_value(value);
	json_decref(object);
	return n;
}

/* Two ticks bring nothing. */
static void expect_silence(struct world *w, struct peer *p)
{
	int i;

	for (i = 0; i < 120; i++) {
		turn(w);
		assert_true(peer_read(p));
	}
	assert_int_equal(p->n, 0);
}

static void expect_end(struct world *w, struct peer *p)
{
	int i;

	for (i = 0; i < TURNS; i++) {
		if (!peer_read(p))
			return;
		turn(w);
	}
	fail_msg("the connection stays open");
}

static struct peer *welcomed(struct world *w)
{
	struct peer *p = peer_new(w);

	expect_only(w, p, "hello", 1);
	expect_only(w, p, "summary", 2);
	return p;
}

static void say(struct peer *p, const char *text)
{
	assert_int_equal(send(p->fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void send_object(struct world *w, const char *type, json_t *object)
{
	struct schema_line line;

	assert_int_equal(make_line(&line, type, object), 0);
	if (strcmp(type, "summary") == 0)
		server_send_summary(w->server, &line);
	else
		server_send(w->server, &line);
	schema_line_free(&line);
}

/* An alert of about @bytes. */
static void send_big(struct world *w, size_t bytes)
{
	char *text = calloc(1, bytes + 1);

	assert_non_null(text);
	memset(text, 'x', bytes);
	send_object(w, "alert", json_pack("{s:s}", "text", text));
	free(text);
}

static void wait_clients(struct world *w, uint64_t n)
{
	int i;

	for (i = 0; i < TURNS && server_counters(w->server).clients != n; i++)
		turn(w);
	assert_int_equal(server_counters(w->server).clients, n);
}

static void server_greets_with_hello_and_the_last_summary(void **state)
{
	struct world *w = *state;
	struct peer *a = peer_new(w), *b, *c;

	expect_only(w, a, "hello", 1);
	assert_int_equal(integer_of(expect(w, a, "summary", 2), "n"), 1);
	b = welcomed(w);
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
	struct peer *slow = welcomed(w), *quick = welcomed(w);
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
	struct peer *p = welcomed(w);
	int i;

	for (i = 0; i < 1000; i++)
		send_big(w, 1000);
	peer_read(p); /* what the kernel held, before the server can refill it */
	assert_in_range(p->n, 1000, 2 * 32768);
	assert_true(server_counters(w->server).lines_dropped >
		    1000 - (2 * 32768 + BUFFER) / 1000);
	peer_free(p);
}

static void server_drops_a_line_larger_than_the_buffer(void **state)
{
	struct world *w = *state;
	struct peer *p = welcomed(w);

	send_big(w, BUFFER);
	/* said at once, not with the next line */
	assert_int_equal(integer_of(expect(w, p, "gap", 4), "dropped"), 1);
	send_big(w, BUFFER - 512);
	expect_only(w, p, "alert", 5);
	peer_free(p);
}

/* A reader of a few bytes now and then gets whole lines, and gaps are few. */
static void server_gives_whole_lines_to_a_trickling_reader(void **state)
{
	struct world *w = *state;
	struct peer *p = welcomed(w);
	int i, seq = 2, gaps = 0, lines = 0;
	json_t *object;

	for (i = 0; i < 2000; i++) {
		ssize_t n = recv(p->fd, p->text + p->n, 300, MSG_DONTWAIT);

		p->n += n > 0 ? (size_t)n : 0;
		send_big(w, 500);
		assert_true(event_base_loop(w->base, EVLOOP_NONBLOCK) >= 0);
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
	assert_true(lines > 500);
	assert_true(gaps > 0 && gaps < lines / 10);
	peer_free(p);
}

static void server_gives_a_client_its_own_pace_and_depth(void **state)
{
	struct world *w = *state;
	struct peer *own = welcomed(w), *other = welcomed(w);
	json_t *object;

	say(own, "{\"interval\": 5, \"windows\": \"all\", \"top\": 99}\n");
	object = expect(w, own, "summary", 3); /* at once */
	assert_true(json_is_true(json_object_get(object, "all")));
	assert_int_equal(integer_of(object, "top"), 99);
	assert_int_equal(w->depth.max_bytes, BUFFER / 2);

	send_object(w, "summary", json_object()); /* not for it */
	send_object(w, "alert", json_object());   /* for all */
	expect_only(w, own, "alert", 4);
	expect_only(w, other, "summary", 3);
	expect_only(w, other, "alert", 4);
	expect_silence(w, own);
	now_ms = 4999;
	expect_silence(w, own);
	now_ms = 5000;
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
	struct peer *a = welcomed(w), *b = welcomed(w), *c = welcomed(w);

	say(a, "{\"interval\":5,\"top\":3}\n");
	say(b, "{\"interval\":7,\"top\":3}\n");
	say(c, "{\"interval\":5,\"top\":4}\n");
	assert_int_equal(integer_of(expect(w, c, "summary", 3), "top"), 4);
	assert_int_equal(integer_of(expect(w, a, "summary", 3), "top"), 3);
	assert_int_equal(integer_of(expect(w, b, "summary", 3), "top"), 3);
	assert_int_equal(w->builds, 2);
	now_ms = 7000;
	assert_int_equal(integer_of(expect(w, a, "summary", 4), "top"), 3);
	assert_int_equal(integer_of(expect(w, b, "summary", 4), "top"), 3);
	expect_only(w, c, "summary", 4);
	assert_int_equal(w->builds, 4);
	peer_free(a);
	peer_free(b);
	peer_free(c);
}

static void server_request_without_interval_follows_the_default(void **state)
{
	struct world *w = *state;
	struct peer *p = welcomed(w);

	say(p, "{\"top\":7}\n");
	assert_int_equal(integer_of(expect(w, p, "summary", 3), "top"), 7);
	now_ms = 100000;
	expect_silence(w, p);
	send_object(w, "summary", json_object());
	assert_int_equal(integer_of(expect(w, p, "summary", 4), "top"), 7);
	peer_free(p);
}

static void server_counts_a_summary_that_could_not_be_made(void **state)
{
	struct world *w = *state;
	struct peer *p = welcomed(w);
	int i;

	w->mute = true;
	say(p, "{\"interval\":1}\n");
	for (i = 0; i < TURNS && !server_counters(w->server).lines_dropped; i++)
		turn(w);
	assert_int_equal(server_counters(w->server).lines_dropped, 1);
	w->mute = false;
	now_ms = 1000;
	expect_only(w, p, "summary", 3);
	peer_free(p);
}

static void server_ignores_rubbish(void **state)
{
	struct world *w = *state;
	struct peer *p = welcomed(w), *other = welcomed(w);
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
	say(p, "{\"top\":7}\n\n\n[1]\n{\"top\":0}\n");
	for (i = 0; i < TURNS && server_counters(w->server).requests_ignored < 5; i++)
		turn(w);
	assert_int_equal(server_counters(w->server).requests_ignored, 5);
	assert_int_equal(w->builds, 0);
	/* it is served all the same, and its next request is heard */
	say(p, "{\"inter");
	turns(w, 5);
	say(p, "val\":5}\n");
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
	struct peer *p = welcomed(w);
	char text[1500] = "";
	int i;

	for (i = 0; i < 100; i++)
		strcat(text, "{\"top\":7}\n");
	say(p, text);
	expect_only(w, p, "summary", 3);
	assert_in_range(server_counters(w->server).requests_ignored, 90, 99);
	assert_int_equal(w->builds, 1);
	peer_free(p);
}

/* `echo request | nc -U` closes its side and goes on listening. */
static void server_goes_on_for_a_client_that_only_listens(void **state)
{
	struct world *w = *state;
	struct peer *p = welcomed(w), *others[MAX_CLIENTS];
	int i;

	say(p, "{\"interval\":5}\n");
	assert_int_equal(shutdown(p->fd, SHUT_WR), 0);
	expect_only(w, p, "summary", 3);
	turns(w, 50);
	send_object(w, "alert", json_object());
	expect_only(w, p, "alert", 4);
	assert_int_equal(server_counters(w->server).clients, 1);
	/* when it leaves, its place is free for the next who needs it */
	for (i = 0; i < MAX_CLIENTS - 1; i++)
		others[i] = welcomed(w);
	peer_free(p);
	turns(w, 5);
	others[i] = welcomed(w);
	assert_int_equal(server_counters(w->server).clients_over, 0);
	for (i = 0; i < MAX_CLIENTS; i++)
		peer_free(others[i]);
	wait_clients(w, 0);
}

static void server_has_room_for_so_many(void **state)
{
	struct world *w = *state;
	struct peer *p[MAX_CLIENTS], *over;
	int i;

	for (i = 0; i < MAX_CLIENTS; i++)
		p[i] = welcomed(w);
	over = peer_new(w);
	expect_end(w, over);
	assert_int_equal(over->n, 0);
	assert_int_equal(server_counters(w->server).clients_over, 1);
	assert_int_equal(server_counters(w->server).clients, MAX_CLIENTS);
	peer_free(over);
	peer_free(p[0]);
	wait_clients(w, MAX_CLIENTS - 1);
	p[0] = welcomed(w);
	for (i = 0; i < MAX_CLIENTS; i++)
		peer_free(p[i]);
}

/* No descriptors left: it waits for a second and then takes who is waiting. */
static void server_lives_through_want_of_descriptors(void **state)
{
	struct world *w = *state;
	struct peer *p = peer_new(w);
	struct rlimit saved, none;
	int i;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	none = saved;
	none.rlim_cur = 3; /* below all that are open */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	accepts = 0;
	for (i = 0; i < 20; i++)
		turn(w);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
	assert_int_equal(accepts, 1); /* it does not try all the time */
	assert_int_equal(server_counters(w->server).clients, 0);
	expect_only(w, p, "hello", 1);
	peer_free(p);
}

static void server_flush_writes_without_the_loop(void **state)
{
	struct world *w = *state;
	struct peer *p = welcomed(w);
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
	assert_true(n > 32768 + BUFFER / 2);
	peer_free(p);
}

static void file_has_mode_and_group_from_the_start(void **state)
{
	static const mode_t modes[] = {0660, 0600, 0666, 0640};
	struct world *w = *state;
	struct server_options options = options_of(w);
	mode_t saved = umask(0027), after;
	struct stat st;
	char why[256];
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		options.mode = modes[i];
		options.group = geteuid() == 0 ? 4 : getegid();
		w->server = server_new(w->base, &options, why, sizeof(why));
		after = umask(0027);
		assert_non_null(w->server);
		assert_int_equal(after, 0027);
		assert_int_equal(lstat(w->path, &st), 0);
		assert_true(S_ISSOCK(st.st_mode));
		assert_int_equal(st.st_mode & 07777, modes[i]);
		assert_int_equal(st.st_gid, options.group);
		server_free(w->server);
		w->server = NULL;
		assert_int_equal(lstat(w->path, &st), -1);
	}
	umask(saved);
}

/* server_new() must refuse, with @error and @word in its reason. */
static void expect_refusal(struct world *w, const struct server_options *options,
			   int error, const char *word)
{
	char why[256] = "";

	errno = 0;
	assert_null(server_new(w->base, options, why, sizeof(why)));
	assert_int_equal(errno, error);
	print_message("%s\n", why);
	assert_non_null(strstr(why, options->path));
	assert_non_null(strstr(why, word));
	assert_null(strchr(why, '\n'));
}

static int bind_at(const char *path, int type)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	strcpy(at.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void stale_socket_is_replaced(void **state)
{
	struct world *w = *state;
	struct server_options options = options_of(w);
	char why[256];
	struct peer *p;

	close(bind_at(w->path, SOCK_STREAM));
	w->server = server_new(w->base, &options, why, sizeof(why));
	assert_non_null(w->server);
	p = welcomed(w);
	peer_free(p);
}

static void live_socket_is_left_alone(void **state)
{
	struct world *w = *state;
	struct server_options options = options_of(w);
	struct peer *p;

	expect_refusal(w, &options, EADDRINUSE, "another program listens");
	p = welcomed(w);
	/* neither did the attempt take the name away */
	assert_int_equal(access(w->path, F_OK), 0);
	peer_free(p);
}

static void live_socket_that_is_busy_is_left_alone(void **state)
{
	struct world *w = *state;
	struct server_options options = options_of(w);
	int fd = bind_at(w->path, SOCK_STREAM);
	struct peer *p;

	assert_int_equal(listen(fd, 0), 0);
	p = peer_new(w); /* the queue of connections is full now */
	expect_refusal(w, &options, EADDRINUSE, "another program listens");
	peer_free(p);
	close(fd);
	assert_int_equal(unlink(w->path), 0);
	fd = bind_at(w->path, SOCK_DGRAM);
	expect_refusal(w, &options, EADDRINUSE, "another program listens");
	close(fd);
}

static void what_is_no_socket_is_left_alone(void **state)
{
	struct world *w = *state;
	struct server_options options = options_of(w);
	struct stat st;

	close(open(w->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	expect_refusal(w, &options, EEXIST, "no socket");
	assert_int_equal(lstat(w->path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(unlink(w->path), 0);

	assert_int_equal(symlink("elsewhere", w->path), 0);
	expect_refusal(w, &options, EEXIST, "no socket");
	assert_int_equal(unlink(w->path), 0);

	assert_int_equal(mkdir(w->path, 0700), 0);
	expect_refusal(w, &options, EEXIST, "no socket");
}

static void bad_places_are_explained(void **state)
{
	struct world *w = *state;
	struct server_options options = options_of(w);
	char path[200];

	snprintf(path, sizeof(path), "%s/none/socket", w->dir);
	options.path = path;
	expect_refusal(w, &options, ENOENT, "directory does not exist");
	memset(path, 'x', 150);
	path[0] = '/';
	path[150] = '\0';
	expect_refusal(w, &options, ENAMETOOLONG, "107 bytes");
}

static void socket_of_another_is_not_removed(void **state)
{
	struct world *w = *state;
	int fd;

	assert_int_equal(unlink(w->path), 0);
	fd = bind_at(w->path, SOCK_STREAM);
	server_free(w->server);
	w->server = NULL;
	assert_int_equal(access(w->path, F_OK), 0);
	close(fd);
}

/* Who a child becomes before it connects. */
struct identity {
	uid_t uid;
	gid_t gid;
	size_t n_groups;
	gid_t more; /* the last of its supplementary groups */
	bool served;
};

/* In the child: does the server greet me? Return: exit status, 0 yes, 1 no. */
static int try_as(const char *path, const struct identity *who)
{
	static gid_t groups[60000];
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char c;
	size_t i;
	int fd;

	for (i = 0; i < who->n_groups; i++)
		groups[i] = (gid_t)(100000 + i);
	if (who->n_groups)
		groups[who->n_groups - 1] = who->more;
	if (setgroups(who->n_groups, groups) || setgid(who->gid) || setuid(who->uid))
		return 2;
	strcpy(at.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)))
		return 3;
	return recv(fd, &c, 1, 0) == 1 ? 0 : 1;
}

static int status_as(struct world *w, const struct identity *who)
{
	pid_t pid = fork();
	int status, i;

	assert_true(pid >= 0);
	if (!pid)
		_exit(try_as(w->path, who));
	for (i = 0; i < TURNS; i++) {
		turn(w);
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
	}
	return 98;
}

/* The file's mode lets all of them connect: it is the peer check that decides. */
static void peers_are_judged_by_the_kernel(void **state)
{
	static const struct identity cases[] = {
		{0, 0, 0, 0, true},
		{12345, 4321, 0, 0, true},     /* its group */
		{12345, 12345, 1, 4321, true}, /* one of its groups */
		{12345, 12345, 3, 4321, true},
		{12345, 12345, 64, 4321, true},
		{12345, 12345, 65, 4321, true},
		{12345, 12345, 60000, 4321, true},
		{12345, 12345, 0, 0, false},
		{12345, 12345, 3, 77, false},
		{12345, 12345, 65, 77, false},
		{12345, 0, 0, 0, false}, /* root's group is not root */
	};
	struct world *w = *state;
	struct server_options options = options_of(w);
	uint64_t refused = 0;
	char why[256];
	size_t i;

	if (geteuid() != 0) {
		print_message("not root: only our own user could be tried\n");
		return;
	}
	options.group = 4321;
	options.mode = 0666;
	assert_int_equal(chmod(w->dir, 0711), 0);
	w->server = server_new(w->base, &options, why, sizeof(why));
	assert_non_null(w->server);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("case %zu\n", i);
		assert_int_equal(status_as(w, &cases[i]), cases[i].served ? 0 : 1);
		refused += !cases[i].served;
		assert_int_equal(server_counters(w->server).clients_refused, refused);
		wait_clients(w, 0);
	}
}

#define TEST(f)       cmocka_unit_test_setup_teardown(f, make_server, remove_world)
#define TEST_PLACE(f) cmocka_unit_test_setup_teardown(f, make_world, remove_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(server_greets_with_hello_and_the_last_summary),
		TEST(server_without_memory_for_hello_lets_go),
		TEST(server_tells_a_slow_client_what_it_lost),
		TEST(server_holds_little_for_a_stalled_client),
		TEST(server_drops_a_line_larger_than_the_buffer),
		TEST(server_gives_whole_lines_to_a_trickling_reader),
		TEST(server_gives_a_client_its_own_pace_and_depth),
		TEST(server_builds_once_for_the_same_depth),
		TEST(server_request_without_interval_follows_the_default),
		TEST(server_counts_a_summary_that_could_not_be_made),
		TEST(server_ignores_rubbish),
		TEST(server_parses_few_requests_at_a_time),
		TEST(server_goes_on_for_a_client_that_only_listens),
		TEST(server_has_room_for_so_many),
		TEST(server_lives_through_want_of_descriptors),
		TEST(server_flush_writes_without_the_loop),
		TEST_PLACE(file_has_mode_and_group_from_the_start),
		TEST_PLACE(stale_socket_is_replaced),
		TEST(live_socket_is_left_alone),
		TEST_PLACE(live_socket_that_is_busy_is_left_alone),
		TEST_PLACE(what_is_no_socket_is_left_alone),
		TEST_PLACE(bad_places_are_explained),
		TEST(socket_of_another_is_not_removed),
		TEST_PLACE(peers_are_judged_by_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
