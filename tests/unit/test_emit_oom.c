/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_emit_oom.c - no memory: an error each time, never a crash or a leak
 *
 * Each allocation of our own code, of libjansson and of libevent fails in
 * turn: the first, then the second, until all goes well.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "emit/advice.h"
#include "emit/request.h"
#include "emit/rule_advice.h"
#include "emit/schema.h"
#include "emit/server.h"
#include "emit/logfile.h"
#include "emit/writer.h"
#include "oom.h"
#include "rule_help.h"

static const struct schema_origin origin = {.host = "h\xff", .boot_id = "x"};

static bool try_line(void *arg)
{
	json_t *object = arg;
	struct schema_line line;
	int err = schema_line(&line, "hello", object, 0, &origin);

	assert_true(err == 0 || err == -ENOMEM);
	assert_true(err == 0 || !line.text);
	schema_line_free(&line);
	return err == 0;
}

static void schema_line_reports(void **state)
{
	char text[5000]; /* more than the first buffer takes */
	json_t *object;

	memset(text, 'x', sizeof(text));
	object = json_pack("{s:s#}", "text", text, (int)sizeof(text));
	sweep(try_line, object);
	json_decref(object);
}

static bool try_text(void *arg)
{
	json_t *object = json_object();
	int err;

	if (!object)
		return false;
	err = schema_set_text(object, "exe", span_of("caf\xe9"), true);
	assert_true(err == 0 || err == -ENOMEM);
	json_decref(object);
	return err == 0;
}

static void schema_set_text_reports(void **state)
{
	sweep(try_text, NULL);
}

static bool try_request(void *arg)
{
	struct request r;

	return request_parse(span_of("{\"interval\":5,\"windows\":\"all\"}"), 10, &r);
}

static void request_parse_refuses(void **state)
{
	sweep(try_request, NULL);
}

static bool try_writer(void *arg)
{
	struct writer_options options = {.queue_bytes = 4096};
	struct writer *w = NULL;

	if (logfile_sink(arg, 65536, 2, &options.sink) < 0)
		errno = ENOMEM;
	else
		w = writer_new(&options);

	assert_true(w || errno == ENOMEM);
	until_failure = NEVER; /* the thread is not what is tried here */
	writer_free(w, 10000);
	return w != NULL;
}

static void writer_new_reports(void **state)
{
	char path[] = "/nowhere/summary.log";

	sweep(try_writer, path);
}

static int hello(void *arg, struct schema_line *line)
{
	json_t *object = json_object();
	int err = schema_line(line, "hello", object, 0, &origin);

	json_decref(object);
	return err;
}

static int summary(void *arg, const struct server_depth *depth, struct schema_line *line)
{
	return hello(arg, line);
}

static const struct server_ops ops = {.hello = hello, .summary = summary};

struct place {
	char dir[64], path[96];
	struct event_base *base;
	struct server *server;
};

static struct server *new_server(struct place *p)
{
	const struct server_options options = {
		.path = p->path,
		.mode = 0600,
		.group = getegid(),
		.max_clients = 2,
		.client_buffer = 16384,
		.top = 10,
		.origin = &origin,
		.ops = &ops,
	};
	char why[256] = "";
	struct server *s;

	errno = 0;
	s = server_new(p->base, &options, why, sizeof(why));
	assert_true(s || (errno == ENOMEM && strstr(why, "out of memory")));
	return s;
}

static bool try_server(void *arg)
{
	struct place *p = arg;
	struct server *s = new_server(p);

	if (s)
		server_free(s);
	assert_int_equal(access(p->path, F_OK), -1); /* nothing stays behind */
	return s != NULL;
}

/* A client comes and asks: greeted, or closed, and the server lives. */
static bool try_client(void *arg)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	static const char request[] = "{\"interval\":5}\n";
	struct place *p = arg;
	char text[4096];
	bool greeted;
	int i, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(at.sun_path, p->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	(void)send(fd, request, strlen(request), MSG_NOSIGNAL);
	for (i = 0; i < 4; i++)
		event_base_loop(p->base, EVLOOP_NONBLOCK);
	greeted = recv(fd, text, sizeof(text), MSG_DONTWAIT) > 0;
	close(fd);
	until_failure = NEVER;
	for (i = 0; i < 4; i++)
		event_base_loop(p->base, EVLOOP_NONBLOCK);
	assert_int_equal(server_counters(p->server).clients, 0);
	return greeted;
}

static void server_reports_and_lives(void **state)
{
	struct place p;

	strcpy(p.dir, "/tmp/test_emit_oom.XXXXXX");
	assert_non_null(mkdtemp(p.dir));
	snprintf(p.path, sizeof(p.path), "%s/socket", p.dir);
	p.base = event_base_new();
	assert_non_null(p.base);
	sweep(try_server, &p);
	p.server = new_server(&p);
	sweep(try_client, &p);
	server_free(p.server);
	event_base_free(p.base);
	assert_int_equal(rmdir(p.dir), 0);
}

static void take(void *arg, json_t *object)
{
	(void)arg;
	assert_non_null(json_object_get(object, "id"));
}

/* Two looks at rules that are wrong, the second with one of them corrected. */
static bool try_rules(void *arg)
{
	const struct ruleset *const *sets = arg;
	struct advice *advice = advice_new(take, NULL);
	struct rule_advice *rules = advice ? rule_advice_new(advice) : NULL;
	int rc = rules ? 0 : -ENOMEM;

	for (int i = 0; i < 2 && !rc; i++) {
		const struct repair_look look = {
			.set = sets[i],
			.known = {.machine = MACH_86_64},
			.budget = REPAIR_BUDGET,
		};

		rc = rule_advice_look(rules, &look, false, 0);
		assert_true(!rc || rc == -ENOMEM);
	}
	rule_advice_free(rules);
	advice_free(advice);
	return rc == 0;
}

static void rule_advice_reports(void **state)
{
	static const char *const rules[] = {
		"-a always,exit -S connect -F uid=7 -k a",
		"-a always,exit -F arch=b64 -S open -k b",
		"-a never,exit -F arch=b64 -S open -F exe=/srv/x",
		"-a always,exit -F arch=b64 -S open -F uid=1 -k c",
		"-a always,exit -F arch=b64 -S close -k b",
	};
	struct ruleset *sets[2];

	for (size_t k = 0; k < 2; k++) {
		sets[k] = ruleset_new();
		for (size_t i = k; i < 5; i++)
			assert_int_equal(
				ruleset_add(sets[k], rule_help_rule(rules[i]), false), 0);
	}
	sweep(try_rules, sets);
	ruleset_free(sets[0]);
	ruleset_free(sets[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schema_line_reports),
		cmocka_unit_test(schema_set_text_reports),
		cmocka_unit_test(request_parse_refuses),
		cmocka_unit_test(writer_new_reports),
		cmocka_unit_test(server_reports_and_lives),
		cmocka_unit_test(rule_advice_reports),
	};

	json_set_alloc_funcs(__wrap_malloc, free);
	event_set_mem_functions(__wrap_malloc, __wrap_realloc, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
