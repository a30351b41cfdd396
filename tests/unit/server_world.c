/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server_world.c - a server with real clients in one process, for its tests
 */
#include "server_world.h"

#include <errno.h>
#include <ftw.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

struct clock_reading __wrap_clock_read(void);
int __real_accept4(int fd, struct sockaddr *peer, socklen_t *n, int flags);
int __wrap_accept4(int fd, struct sockaddr *peer, socklen_t *n, int flags);

int64_t world_now_ms;
unsigned int world_accepts;
int world_accept_error;

struct clock_reading __wrap_clock_read(void)
{
	return (struct clock_reading){
		.wall_ms = 1795299473123 + world_now_ms,
		.boot_ms = world_now_ms,
	};
}

int __wrap_accept4(int fd, struct sockaddr *peer, socklen_t *n, int flags)
{
	world_accepts++;
	errno = world_accept_error;
	return world_accept_error ? -1 : __real_accept4(fd, peer, n, flags);
}

static const struct schema_origin origin = {.host = "web1"};

static int make_line(struct schema_line *line, const char *type, json_t *object)
{
	int err = schema_line(line, type, object, world_now_ms, &origin);

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

static const struct server_ops ops = {.hello = hello, .summary = summary};

struct server_options world_options(struct world *w)
{
	return (struct server_options){
		.path = w->path,
		.mode = 0660,
		.group = getegid(),
		.max_clients = WORLD_MAX_CLIENTS,
		.client_buffer = WORLD_BUFFER,
		.top = 10,
		.origin = &origin,
		.ops = &ops,
		.arg = w,
	};
}

int world_setup_place(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return -1;
	strcpy(w->dir, "/tmp/test_server.XXXXXX");
	w->base = event_base_new();
	if (!mkdtemp(w->dir) || !w->base)
		return -1;
	snprintf(w->path, sizeof(w->path), "%s/socket", w->dir);
	world_now_ms = 0;
	world_accepts = 0;
	world_accept_error = 0;
	*state = w;
	return 0;
}

int world_setup(void **state)
{
	struct server_options options;
	struct world *w;
	char why[256] = "";

	if (world_setup_place(state))
		return -1;
	w = *state;
	options = world_options(w);
	w->server = server_new(w->base, &options, why, sizeof(why));
	if (!w->server)
		print_error("%s\n", why);
	return w->server ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *ftw)
{
	return remove(path);
}

int world_teardown(void **state)
{
	struct world *w = *state;
	int err;

	server_free(w->server);
	event_base_free(w->base);
	err = nftw(w->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(w);
	return err;
}

void turn(struct world *w)
{
	assert_true(event_base_loop(w->base, EVLOOP_NONBLOCK) >= 0);
	usleep(5000);
}

void turns(struct world *w, int n)
{
	while (n--)
		turn(w);
}

void wait_clients(struct world *w, uint64_t n)
{
	int i;

	for (i = 0; i < WORLD_TURNS && server_counters(w->server).clients != n; i++)
		turn(w);
	assert_int_equal(server_counters(w->server).clients, n);
}

void send_object(struct world *w, const char *type, json_t *object)
{
	struct schema_line line;

	assert_int_equal(make_line(&line, type, object), 0);
	if (strcmp(type, "summary") == 0)
		server_send_summary(w->server, &line);
	else
		server_send(w->server, &line);
	schema_line_free(&line);
}

void send_big(struct world *w, size_t bytes)
{
	char *text = calloc(1, bytes + 1);

	assert_non_null(text);
	memset(text, 'x', bytes);
	send_object(w, "alert", json_pack("{s:s}", "text", text));
	free(text);
}

struct peer *peer_new(struct world *w)
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

void peer_free(struct peer *p)
{
	close(p->fd);
	free(p);
}

void peer_say(struct peer *p, const char *text)
{
	assert_int_equal(send(p->fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

bool peer_read(struct peer *p)
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

json_t *peer_take(struct peer *p)
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

json_t *expect(struct world *w, struct peer *p, const char *type, int seq)
{
	json_t *object;
	int i;

	for (i = 0; i < WORLD_TURNS; i++) {
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

void expect_only(struct world *w, struct peer *p, const char *type, int seq)
{
	json_decref(expect(w, p, type, seq));
}

int integer_of(json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	int n;

	assert_true(json_is_integer(value));
	n = (int)json_integer_value(value);
	json_decref(object);
	return n;
}

void expect_silence(struct world *w, struct peer *p)
{
	int i;

	for (i = 0; i < 120; i++) {
		turn(w);
		assert_true(peer_read(p));
	}
	assert_int_equal(p->n, 0);
}

void expect_end(struct world *w, struct peer *p)
{
	int i;

	for (i = 0; i < WORLD_TURNS; i++) {
		if (!peer_read(p))
			return;
		turn(w);
	}
	fail_msg("the connection stays open");
}

struct peer *peer_welcomed(struct world *w)
{
	struct peer *p = peer_new(w);

	expect_only(w, p, "hello", 1);
	expect_only(w, p, "summary", 2);
	return p;
}
