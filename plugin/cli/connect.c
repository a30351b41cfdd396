/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * connect.c - the daemon's socket, as its reader
 *
 * Bounded in everything: a line, the wait, the number of objects passed over.
 */
#include "cli/cli.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "emit/alerts.h"

#define LINE_MAX_BYTES (4u << 20)
#define CONNECT_S      10
#define WAIT_MS        10000
#define WAKERS         3

struct cli_daemon {
	int fd;
	struct sockaddr_un address;
	size_t have, size;
	char *buffer;
	json_t *alerts, *advice;        /* those that stand */
	struct pollfd wake[1 + WAKERS]; /* the socket, and what else ends a wait */
	nfds_t n_wake;
};

static void say_why(const char *path, int error)
{
	const char *hint = strerror(error);
	char shown[CLI_SHOWN_SIZE];

	if (error == ENOENT)
		hint = "there is no such socket; is audisp-noise enabled in auditd "
		       "(plugins.d/noise.conf)? If it is, the system log says why it "
		       "does "
		       "not run: check its settings with `audisp-noise --settings` and "
		       "restart auditd";
	else if (error == ECONNREFUSED)
		hint = "nobody listens there: it is no socket, or its plugin has ended; "
		       "the system log says why it did";
	else if (error == EACCES || error == EPERM)
		hint = "permission denied; run as root or as a member of socket_group";
	else if (error == EAGAIN || error == EINPROGRESS)
		hint = "no answer: its plugin is stopped or hangs, and others wait "
		       "there; "
		       "see its process and the system log";
	else if (error == ENAMETOOLONG)
		hint = "longer than a socket's path can be (107 bytes)";
	fprintf(stderr, "aunoise: %s: %s\n", cli_shown(path, shown), hint);
}

static int connect_to(struct cli_daemon *d, const char *path)
{
	if (strlen(path) >= sizeof(d->address.sun_path))
		return -ENAMETOOLONG;
	memcpy(d->address.sun_path, path, strlen(path) + 1);
	if (connect(d->fd, (const struct sockaddr *)&d->address, sizeof(d->address)))
		return -errno;
	return 0;
}

/* Not to be reached, or a home that is another's: no reason to look no further. */
static bool is_nobody_there(int r)
{
	return r == -ENOENT || r == -ECONNREFUSED || r == -EACCES;
}

/* An ordinary user's own daemon first, if there is one, then the system's. */
static int connect_default(struct cli_daemon *d)
{
	struct config defaults;
	int r;

	config_defaults(&defaults);
	r = connect_to(d, defaults.socket);
	if (is_nobody_there(r) && strcmp(defaults.socket, RUNDIR "/socket") != 0)
		r = connect_to(d, RUNDIR "/socket");
	return r;
}

struct cli_daemon *cli_connect(const char *path)
{
	/* connect(2) waits while as many wait before it as may */
	static const struct timeval limit = {CONNECT_S, 0};
	struct cli_daemon *d = calloc(1, sizeof(*d));
	int r = -ENOMEM;

	if (!d)
		return NULL;
	d->alerts = json_array();
	d->advice = json_array();
	d->address.sun_family = AF_UNIX;
	d->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (d->fd < 0 ||
	    setsockopt(d->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)))
		r = -errno;
	else
		r = path ? connect_to(d, path) : connect_default(d);
	if (r < 0) {
		say_why(path ? path : d->address.sun_path, -r);
		cli_disconnect(d);
		return NULL;
	}
	return d;
}

void cli_disconnect(struct cli_daemon *d)
{
	if (!d)
		return;
	if (d->fd >= 0)
		close(d->fd);
	free(d->buffer);
	json_decref(d->alerts);
	json_decref(d->advice);
	free(d);
}

const json_t *cli_advice(const struct cli_daemon *d)
{
	return d->advice;
}

const json_t *cli_alerts(const struct cli_daemon *d)
{
	return d->alerts;
}

int cli_request(struct cli_daemon *d, bool all_windows, unsigned int top)
{
	char line[96];
	int n = snprintf(line, sizeof(line),
			 "{\"interval\":1,\"windows\":\"%s\",\"top\":%u}\n",
			 all_windows ? "all" : "first", top);

	return send(d->fd, line, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -EIO;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void cli_wake(struct cli_daemon *d, const int *fd, size_t n)
{
	for (size_t i = 0; i < n && d->n_wake < WAKERS; i++)
		d->wake[1 + d->n_wake++] = (struct pollfd){fd[i], POLLIN, 0};
}

static bool is_woken(const struct cli_daemon *d)
{
	for (nfds_t i = 1; i <= d->n_wake; i++)
		if (d->wake[i].revents)
			return true;
	return false;
}

/* Return: bytes that came, 0 at the end, negative errno; -EINTR: woken. */
static ssize_t read_more(struct cli_daemon *d, int64_t until_ms)
{
	int64_t left;
	ssize_t n;
	int r;

	if (d->have == d->size) {
		size_t size = d->size ? 2 * d->size : 65536;
		char *bigger = size > LINE_MAX_BYTES ? NULL : realloc(d->buffer, size);

		if (!bigger)
			return -EMSGSIZE;
		d->buffer = bigger;
		d->size = size;
	}
	d->wake[0] = (struct pollfd){d->fd, POLLIN, 0};
	do { /* a signal is no answer; left is bounded by the caller's time */
		left = until_ms - now_ms();
		r = left > 0 ? poll(d->wake, 1 + d->n_wake, (int)left) : 0;
	} while (r < 0 && errno == EINTR);
	if (r <= 0)
		return -ETIMEDOUT;
	if (is_woken(d))
		return -EINTR;
	n = read(d->fd, d->buffer + d->have, d->size - d->have);
	if (n > 0)
		d->have += (size_t)n;
	return n < 0 ? -errno : n;
}

/* The next line as an object. Return: 0, 1 no whole line yet, negative errno. */
static int take_line(struct cli_daemon *d, json_t **object)
{
	char *end = d->have ? memchr(d->buffer, '\n', d->have) : NULL;
	size_t n;

	if (!end)
		return 1;
	n = (size_t)(end - d->buffer);
	*object = json_loadb(d->buffer, n, 0, NULL);
	d->have -= n + 1;
	memmove(d->buffer, end + 1, d->have);
	return json_is_object(*object) ? 0 : -EBADMSG;
}

static bool is_type(const json_t *object, const char *type)
{
	const char *text = json_string_value(json_object_get(object, "type"));

	return text && !strcmp(text, type);
}

static bool is_same(const json_t *a, const json_t *b, const char *name)
{
	return json_equal(json_object_get(a, name), json_object_get(b, name));
}

/* An alert takes the place of the one before, or ends it. */
static void note_alert(struct cli_daemon *d, json_t *alert)
{
	const char *state = json_string_value(json_object_get(alert, "state"));
	const json_t *old;
	size_t i;

	for (i = json_array_size(d->alerts); i > 0; i--) {
		old = json_array_get(d->alerts, i - 1);
		if (is_same(old, alert, "alert") && is_same(old, alert, "cause"))
			json_array_remove(d->alerts, i - 1);
	}
	if (state && !strcmp(state, "raised") && json_array_size(d->alerts) < ALERTS_MAX)
		json_array_append(d->alerts, alert);
}

/* As note_alert(), by its id. */
static void note_advice(struct cli_daemon *d, json_t *advice)
{
	const char *state = json_string_value(json_object_get(advice, "state"));
	size_t i;

	for (i = json_array_size(d->advice); i > 0; i--)
		if (is_same(json_array_get(d->advice, i - 1), advice, "id"))
			json_array_remove(d->advice, i - 1);
	if (state && strcmp(state, "withdrawn") != 0 &&
	    json_array_size(d->advice) < ALERTS_MAX)
		json_array_append(d->advice, advice);
}

json_t *cli_await(struct cli_daemon *d, const char *type)
{
	int64_t until_ms = now_ms() + WAIT_MS;
	char shown[CLI_SHOWN_SIZE];
	json_t *object = NULL;
	ssize_t r;

	for (;;) {
		r = take_line(d, &object);
		if (r == 0 && is_type(object, type))
			return object;
		if (r == 0 && is_type(object, "alert"))
			note_alert(d, object);
		if (r == 0 && is_type(object, "advice"))
			note_advice(d, object);
		if (r <= 0) {
			json_decref(object);
			object = NULL;
		}
		if (r < 0)
			break;
		if (r > 0 && (r = read_more(d, until_ms)) <= 0)
			break;
	}
	errno = (int)-r;
	if (r == -EINTR)
		return NULL;
	fprintf(stderr, "aunoise: %s: %s\n", cli_shown(d->address.sun_path, shown),
		r == 0 ? "the daemon closed the connection; it has max_clients "
			 "clients already, or does not serve this user"
		: r == -ETIMEDOUT ? "no answer within 10 s"
		: r == -EBADMSG   ? "what answers there is not audisp-noise"
				  : strerror((int)-r));
	return NULL;
}

json_t *cli_ask_standing(struct cli_daemon *d, json_t **hello)
{
	json_t *summary;

	*hello = cli_await(d, "hello");
	summary = *hello ? cli_await(d, "summary") : NULL;
	if (summary && cli_request(d, false, 3) == 0) {
		json_decref(summary);
		summary = cli_await(d, "summary");
	}
	if (!summary) {
		json_decref(*hello);
		*hello = NULL;
	}
	return summary;
}
