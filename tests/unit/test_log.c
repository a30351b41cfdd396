/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_log.c - messages on stderr and on a /dev/log of our own
 *
 * Takes log.c in as source, with another path than /dev/log in it. stderr is a
 * pipe in packet mode: what one write(2) wrote comes back from one read(2).
 */
#include <paths.h>
#include <syslog.h>
#undef _PATH_LOG
#define _PATH_LOG test_socket

static char test_socket[64];

#include "base/log.c"

#include <fcntl.h>
#include <pthread.h>
#include <regex.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#define MANY 500 /* messages of each thread */

static char folder[] = "/tmp/test-log.XXXXXX";
static int saved_stderr, server = -1, err_pipe[2];

static void listen_here(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(server >= 0);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", test_socket);
	assert_int_equal(bind(server, (struct sockaddr *)&at, sizeof(at)), 0);
}

static void listen_no_more(void)
{
	if (server >= 0)
		close(server);
	server = -1;
}

static int setup(void **unused)
{
	snprintf(test_socket, sizeof(test_socket), "%s/log", folder);
	listen_here();
	if (pipe2(err_pipe, O_DIRECT | O_NONBLOCK | O_CLOEXEC) < 0)
		return -1;
	dup2(err_pipe[1], STDERR_FILENO);
	return 0;
}

static int teardown(void **unused)
{
	log_close();
	listen_no_more();
	unlink(test_socket);
	dup2(saved_stderr, STDERR_FILENO);
	close(err_pipe[0]);
	close(err_pipe[1]);
	return 0;
}

/* One packet of stderr; "" when there is none. */
static const char *from_stderr(char out[4096])
{
	ssize_t n = read(err_pipe[0], out, 4095);

	out[n < 0 ? 0 : n] = '\0';
	return out;
}

static const char *from_syslog(char out[4096])
{
	ssize_t n = recv(server, out, 4095, 0);

	out[n < 0 ? 0 : n] = '\0';
	return out;
}

static bool matches(const char *text, const char *pattern)
{
	regex_t re;
	bool yes;

	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	yes = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return yes;
}

static void log_writes_one_line_to_stderr(void **unused)
{
	char got[4096];

	log_open("audisp-noise", false);
	log_msg(LOG_ERR, "%s:%d: no such thing", "file", 7);
	assert_string_equal(from_stderr(got), "audisp-noise: file:7: no such thing\n");
	assert_string_equal(from_stderr(got), "");
	assert_string_equal(from_syslog(got), "");
}

static void log_sends_a_syslog_datagram(void **unused)
{
	char got[4096], pattern[256];

	log_open("aunoise", true);
	log_msg(LOG_WARNING, "late by %d ms", 12);
	snprintf(pattern, sizeof(pattern),
		 "^<28>(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 123][0-9] "
		 "[0-2][0-9]:[0-5][0-9]:[0-6][0-9] aunoise\\[%d\\]: late by 12 ms$",
		 (int)getpid());
	assert_true(matches(from_syslog(got), pattern));
	assert_string_equal(from_stderr(got), "aunoise: late by 12 ms\n");
	log_msg(LOG_ERR, "x");
	assert_true(matches(from_syslog(got), "^<27>"));
	log_msg(LOG_INFO, "x");
	assert_true(matches(from_syslog(got), "^<30>"));
}

static void log_makes_control_bytes_blanks(void **unused)
{
	char got[4096];

	log_open("p", true);
	log_msg(LOG_INFO, "a\nb\rc\033[0m\td\x7f\xc3\xa9");
	assert_string_equal(from_stderr(got), "p: a b c [0m d \xc3\xa9\n");
	assert_true(matches(from_syslog(got), ": a b c .0m d "));
	assert_null(strchr(got, '\n'));
}

static void log_cuts_what_is_too_long(void **unused)
{
	static const char program[] = "a-name-of-a-program-that-is-far-too-long";
	char text[8192], got[4096];
	size_t n;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_open(program, true);
	log_msg(LOG_INFO, "%s", text);
	n = strlen(from_stderr(got));
	assert_true(n > 1900 && n <= LINE_MAX_BYTES);
	assert_true(strncmp(got, program, PROGRAM_BYTES - 1) == 0);
	assert_string_equal(got + n - 5, "x...\n");
	n = strlen(from_syslog(got));
	assert_true(n > 1900 && n <= LINE_MAX_BYTES);
	assert_string_equal(got + n - 4, "x...");
}

/* The longest text that fits, and one byte more. */
static void log_cuts_only_what_is_too_long(void **unused)
{
	char text[LINE_MAX_BYTES], got[4096];
	size_t fits = LINE_MAX_BYTES - HEAD_BYTES - 2;

	log_open("p", false);
	memset(text, 'x', sizeof(text));
	text[fits] = '\0';
	log_msg(LOG_INFO, "%s", text);
	assert_int_equal(strlen(from_stderr(got)), 3 + fits + 1);
	assert_null(strchr(got, '.'));
	text[fits] = 'x';
	text[fits + 1] = '\0';
	log_msg(LOG_INFO, "%s", text);
	assert_int_equal(strlen(from_stderr(got)), 3 + fits + 1);
	assert_non_null(strstr(got, "x...\n"));
}

static void log_keeps_errno(void **unused)
{
	char got[4096];

	unlink(test_socket); /* so that sending fails as well */
	log_open("p", true);
	errno = ENOSPC;
	log_msg(LOG_ERR, "why: %m");
	assert_int_equal(errno, ENOSPC);
	assert_string_equal(from_stderr(got), "p: why: No space left on device\n");
}

static void log_finds_a_restarted_daemon(void **unused)
{
	uint64_t before = log_dropped();
	char got[4096];

	log_open("p", true);
	log_msg(LOG_INFO, "one");
	assert_true(matches(from_syslog(got), "one$"));
	listen_no_more(); /* the name is still there: ECONNREFUSED */
	log_msg(LOG_INFO, "two");
	assert_true(log_dropped() == before + 1);
	unlink(test_socket); /* ENOENT */
	log_msg(LOG_INFO, "three");
	assert_true(log_dropped() == before + 2);
	listen_here();
	log_msg(LOG_INFO, "four");
	assert_true(matches(from_syslog(got), "four$"));
	assert_true(log_dropped() == before + 2);
}

static void log_never_waits_for_an_unread_daemon(void **unused)
{
	uint64_t before = log_dropped(), sent = 0;
	char got[4096];

	log_open("p", true);
	for (int i = 0; i < 3000; i++) {
		log_msg(LOG_INFO, "message");
		from_stderr(got);
	}
	while (*from_syslog(got))
		sent++;
	assert_true(sent > 0);
	assert_true(sent < 3000);
	assert_true(log_dropped() - before == 3000 - sent);
}

static void log_never_waits_for_a_full_stderr(void **unused)
{
	uint64_t before = log_dropped(), read_back = 0;
	char got[4096];

	/* as a terminal or a pipe of a shell: writing would wait */
	assert_int_equal(fcntl(err_pipe[1], F_SETFL, O_DIRECT), 0);
	log_open("p", false);
	for (int i = 0; i < 3000; i++)
		log_msg(LOG_INFO, "message");
	while (*from_stderr(got))
		read_back++;
	assert_true(read_back > 0);
	assert_true(log_dropped() - before == 3000 - read_back);
}

/* Neither SIGPIPE nor a count: nobody is there to miss it. */
static void log_survives_a_closed_stderr(void **unused)
{
	uint64_t before = log_dropped();
	char got[4096];

	log_open("p", true);
	close(err_pipe[0]);
	log_msg(LOG_INFO, "one");
	assert_true(matches(from_syslog(got), "one$"));
	close(STDERR_FILENO);
	log_msg(LOG_INFO, "two");
	assert_true(matches(from_syslog(got), "two$"));
	assert_true(log_dropped() == before);
	err_pipe[0] = -1;
}

static void log_counts_when_there_is_no_socket(void **unused)
{
	uint64_t before = log_dropped();

	log_open("p", true);
	close(state.fd);
	state.fd = -1; /* as after EMFILE */
	log_msg(LOG_INFO, "one");
	assert_true(log_dropped() == before + 1);
}

static void *write_many(void *name)
{
	for (int i = 0; i < MANY; i++)
		log_msg(LOG_INFO, "%s %d end", (const char *)name, i);
	return NULL;
}

static void log_keeps_lines_of_threads_apart(void **unused)
{
	uint64_t before = log_dropped();
	pthread_t a, b;
	char got[4096];
	int n = 0;

	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
	log_open("p", true);
	assert_int_equal(pthread_create(&a, NULL, write_many, (void *)"first"), 0);
	assert_int_equal(pthread_create(&b, NULL, write_many, (void *)"second"), 0);
	while ((uint64_t)n + log_dropped() - before < 2 * MANY) {
		if (!*from_syslog(got))
			continue;
		assert_true(matches(
			got, "^<30>.{15} p\\[[0-9]+\\]: (first|second) [0-9]+ end$"));
		n++;
	}
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	assert_true(n > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(log_writes_one_line_to_stderr, setup,
						teardown),
		cmocka_unit_test_setup_teardown(log_sends_a_syslog_datagram, setup,
						teardown),
		cmocka_unit_test_setup_teardown(log_makes_control_bytes_blanks, setup,
						teardown),
		cmocka_unit_test_setup_teardown(log_cuts_what_is_too_long, setup,
						teardown),
		cmocka_unit_test_setup_teardown(log_cuts_only_what_is_too_long, setup,
						teardown),
		cmocka_unit_test_setup_teardown(log_keeps_errno, setup, teardown),
		cmocka_unit_test_setup_teardown(log_finds_a_restarted_daemon, setup,
						teardown),
		cmocka_unit_test_setup_teardown(log_never_waits_for_an_unread_daemon,
						setup, teardown),
		cmocka_unit_test_setup_teardown(log_never_waits_for_a_full_stderr, setup,
						teardown),
		cmocka_unit_test_setup_teardown(log_survives_a_closed_stderr, setup,
						teardown),
		cmocka_unit_test_setup_teardown(log_counts_when_there_is_no_socket, setup,
						teardown),
		cmocka_unit_test_setup_teardown(log_keeps_lines_of_threads_apart, setup,
						teardown),
	};
	int failed;

	if (!mkdtemp(folder))
		return 99;
	saved_stderr = dup(STDERR_FILENO);
	alarm(120); /* a log that waits must not make the whole run wait */
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
