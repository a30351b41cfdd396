/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_watch.c - the real keeper and worker, with the rights that they have
 *
 * Asks the real kernel for its audit status, which changes nothing there. Needs
 * root; the user that both run as is nobody. What it waits for, it waits for
 * until it comes, 20 s at most.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel/status.h"
#include "kernel/watch.h"
#include "kernel/wire.h"
#include "privs.h"

#define WAIT_MS      20000
#define STEP_MS      10
#define EXTRA_FD     57
#define WATCHER_CAPS "0000000040000004"
#define NO_CAPS      "0000000000000000"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

struct world {
	struct watch *w;
	struct watch_answer a;
	char folder[64], file[96];
};

/* --- the world --- */

static int confine(void *arg, enum watch_who who, char *why, size_t why_size)
{
	struct privs_account account;
	int r;

	if (arg) {
		snprintf(why, why_size, "%s", (const char *)arg);
		return -EKEYREJECTED;
	}
	if (who == WATCH_WORKER)
		return privs_confine(PRIVS_WORKER, why, why_size);
	r = privs_lookup("nobody", &account, why, why_size);
	if (!r)
		r = privs_drop(&account, PRIVS_KEEP_WATCHER, why, why_size);
	return r ? r : privs_confine(PRIVS_KEEPER, why, why_size);
}

static struct watch *start(const char *file)
{
	const struct watch_options options = {.settings_file = file,
					      .auditd_conf = "/nonexistent",
					      .kmsg = -1,
					      .confine = confine};
	struct watch *w;
	char why[640] = "";

	if (watch_start(&options, &w, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	return w;
}

static int set_up(void **state)
{
	struct world *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	snprintf(x->folder, sizeof(x->folder), "/tmp/test_watch.XXXXXX");
	assert_non_null(mkdtemp(x->folder)); /* 0700: nobody may not even look */
	snprintf(x->file, sizeof(x->file), "%s/settings", x->folder);
	x->w = start(x->file);
	*state = x;
	return 0;
}

static int tear_down(void **state)
{
	struct world *x = *state;

	watch_free(x->w);
	unlink(x->file);
	rmdir(x->folder);
	free(x);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return 0;
}

static void pause_ms(long ms)
{
	const struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* Is @pid a process that runs (a zombie does not)? */
static bool runs(pid_t pid)
{
	char path[64], line[512];
	const char *behind;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n <= 0)
		return false;
	line[n] = '\0';
	behind = strrchr(line, ')');
	return behind && behind[2] != 'Z' && behind[2] != 'X';
}

static void must_end(pid_t pid)
{
	int left;

	for (left = WAIT_MS; left > 0 && runs(pid); left -= STEP_MS)
		pause_ms(STEP_MS);
	assert_false(runs(pid));
}

static int wait_read(struct world *x)
{
	struct pollfd p = {.fd = watch_descriptor(x->w), .events = POLLIN};
	int r;

	do {
		r = watch_read(x->w, &x->a);
	} while (!r && poll(&p, 1, WAIT_MS) == 1);
	return r;
}

/* Until there is a worker, and it is not @old. */
static pid_t await_worker(struct world *x, pid_t old)
{
	struct pollfd p = {.fd = watch_descriptor(x->w), .events = POLLIN};
	pid_t pid;

	for (;;) {
		pid = watch_state(x->w).worker;
		if (pid && pid != old)
			return pid;
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		assert_true(watch_read(x->w, &x->a) >= 0);
	}
}

static void ask(struct world *x, enum watch_request request)
{
	assert_int_equal(watch_request(x->w, request), 0);
	assert_int_equal(wait_read(x), 1);
	assert_int_equal(x->a.request, request);
}

static void must_know_status(struct world *x, struct kernel_status *s)
{
	ask(x, WATCH_STATUS);
	assert_int_equal(x->a.error, 0);
	assert_int_equal(status_read(x->a.data, s), 0);
}

/* The words behind "@name:" in a status file. */
static void status_words(const char *path, const char *name, char *out, size_t size)
{
	FILE *file = fopen(path, "re");
	char line[512], *word, *at = out;
	size_t n = strlen(name);

	assert_non_null(file);
	*at = '\0';
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, n) || line[n] != ':')
			continue;
		for (word = strtok(line + n + 1, " \t\n"); word;
		     word = strtok(NULL, " \t\n"))
			at += snprintf(at, size - (size_t)(at - out), "%s%s",
				       at == out ? "" : " ", word);
	}
	fclose(file);
}

static void must_show(const char *path, const char *name, const char *expected)
{
	char value[256];

	status_words(path, name, value, sizeof(value));
	assert_string_equal(value, expected);
}

/* --- what it answers --- */

/* The same from the kernel by libaudit. */
static void ask_kernel(struct audit_status *status)
{
	int fd = audit_open(), i;
	struct audit_reply reply;

	assert_true(fd >= 0);
	assert_true(audit_request_status(fd) > 0);
	for (i = 0; i < 100; i++) {
		if (audit_get_reply(fd, &reply, GET_REPLY_NONBLOCKING, 0) > 0 &&
		    reply.type == AUDIT_GET) {
			*status = *reply.status;
			audit_close(fd);
			return;
		}
		pause_ms(STEP_MS);
	}
	fail_msg("no status from libaudit");
}

static void status_is_the_kernels(void **state)
{
	struct world *x = *state;
	struct audit_status a;
	struct kernel_status s;

	must_know_status(x, &s);
	ask_kernel(&a);
	assert_int_equal(s.enabled, a.enabled);
	assert_int_equal(s.failure, a.failure);
	assert_int_equal(s.pid, a.pid);
	assert_int_equal(s.rate_limit, a.rate_limit);
	assert_int_equal(s.backlog_limit, a.backlog_limit);
	if (s.has_wait_time)
		assert_int_equal(s.wait_time_ticks, a.backlog_wait_time);
}

static void status_is_answered_again_and_again(void **state)
{
	struct world *x = *state;
	struct kernel_status s;
	int i;

	for (i = 0; i < 200; i++)
		must_know_status(x, &s);
	assert_int_equal(watch_state(x->w).workers, 1);
	assert_int_equal(watch_state(x->w).bad, 0);
}

static void write_file(const char *path, mode_t mode, size_t n)
{
	FILE *file = fopen(path, "we");
	size_t i;

	assert_non_null(file);
	for (i = 0; i < n; i++)
		fputc('a' + (int)(i % 23), file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void settings_come_whole(void **state)
{
	struct world *x = *state;
	const size_t sizes[] = {0, 1, 32743, 32744, 32745, 65536};
	size_t i, j;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		write_file(x->file, 0600, sizes[i]);
		ask(x, WATCH_SETTINGS);
		assert_int_equal(x->a.error, 0);
		assert_int_equal(x->a.data.n, sizes[i]);
		for (j = 0; j < sizes[i]; j++)
			assert_int_equal(x->a.data.p[j], 'a' + (int)(j % 23));
	}
}

static void settings_are_refused_with_a_reason(void **state)
{
	struct world *x = *state;
	char text[1024];

	ask(x, WATCH_SETTINGS);
	assert_int_equal(x->a.error, -ENOENT);
	snprintf(text, sizeof(text), "%.*s", (int)x->a.data.n, x->a.data.p);
	assert_non_null(strstr(text, x->file));
	write_file(x->file, 0662, 10);
	ask(x, WATCH_SETTINGS);
	assert_int_equal(x->a.error, -EPERM);
	snprintf(text, sizeof(text), "%.*s", (int)x->a.data.n, x->a.data.p);
	assert_non_null(strstr(text, "chmod go-w"));
	write_file(x->file, 0600, 65537);
	ask(x, WATCH_SETTINGS);
	assert_int_equal(x->a.error, -EFBIG);
	assert_true(x->a.data.n < 1024);
}

static void what_is_not_built_is_said(void **state)
{
	struct world *x = *state;
	const enum watch_request not_built[] = {WATCH_PLUGINS_D};
	size_t i;

	for (i = 0; i < sizeof(not_built) / sizeof(not_built[0]); i++) {
		ask(x, not_built[i]);
		assert_int_equal(x->a.error, -ENOSYS);
	}
}

/* The worker does not trust us either. */
static void unknown_requests_are_refused(void **state)
{
	struct world *x = *state;
	const uint32_t unknown[] = {WATCH_REQUESTS, 99, UINT32_MAX};
	int fd = watch_descriptor(x->w);
	struct kernel_status s;
	struct wire_head head;
	char junk[4096] = "junk";
	size_t i;

	await_worker(x, 0);
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		const struct wire_request r = {7, unknown[i]};

		assert_int_equal(send(fd, &r, sizeof(r), 0), sizeof(r));
		assert_int_equal(recv(fd, &head, sizeof(head), 0), sizeof(head));
		assert_int_equal(head.kind, WIRE_ANSWER);
		assert_int_equal(head.id, 7);
		assert_int_equal(head.error, -EINVAL);
	}
	assert_int_equal(send(fd, junk, 1, 0), 1);
	assert_int_equal(send(fd, junk, sizeof(junk), 0), sizeof(junk));
	must_know_status(x, &s);
	assert_int_equal(watch_state(x->w).workers, 1);
}

/* --- which rights it has --- */

/* @filters: how many stand on each other; older kernels do not say. */
static void must_be_bare(const char *path, const char *filters)
{
	bool unfiltered = SANITIZED || getenv("LD_PRELOAD"); /* by valgrind */
	char name[128];

	must_show(path, "Uid", "65534 65534 65534 65534");
	must_show(path, "CapEff", WATCHER_CAPS);
	must_show(path, "CapPrm", WATCHER_CAPS);
	must_show(path, "CapInh", NO_CAPS);
	must_show(path, "CapBnd", NO_CAPS);
	must_show(path, "CapAmb", NO_CAPS);
	must_show(path, "NoNewPrivs", "1");
	must_show(path, "Seccomp", unfiltered ? "0" : "2");
	status_words(path, "Seccomp_filters", name, sizeof(name));
	if (name[0])
		assert_string_equal(name, unfiltered ? "0" : filters);
	status_words(path, "Groups", name, sizeof(name));
	assert_null(strchr(name, ' '));
}

static int look_at_threads(pid_t pid, const char *filters)
{
	char path[300];
	struct dirent *e;
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.16s/status", pid,
			 e->d_name);
		must_be_bare(path, filters);
		n++;
	}
	closedir(d);
	return n;
}

static void both_are_bare(void **state)
{
	struct world *x = *state;
	struct kernel_status s;
	pid_t worker;

	must_know_status(x, &s); /* so all threads are there, and confined */
	worker = await_worker(x, 0);
	assert_int_equal(look_at_threads(watch_state(x->w).keeper, "1"), 1);
	assert_int_equal(look_at_threads(worker, "2"), 2);
}

/* Descriptors of @pid that lead to what begins with @what, without the messages' one. */
static int count_descriptors(pid_t pid, const char *what)
{
	char path[64], to[512];
	ssize_t n;
	int found = 0, fd;

	for (fd = 0; fd < 256; fd++) { /* those of valgrind stand above */
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		n = readlink(path, to, sizeof(to) - 1);
		if (n < 0 || fd == STDERR_FILENO)
			continue;
		to[n] = '\0';
		found += !strncmp(to, what, strlen(what));
	}
	return found;
}

/* Nothing that has a name, but /dev/null in the place of the stream and the output. */
static void must_hold_nothing_else(pid_t pid)
{
	char path[64], to[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, STDIN_FILENO);
	assert_true(readlink(path, to, sizeof(to) - 1) > 0);
	assert_string_equal(to, "/dev/null");
	assert_int_equal(count_descriptors(pid, "/"), 2);
}

/*
 * As auditd sees it: the stream ends for the writer once the stream process has
 * closed it, whatever the watcher does.
 */
static void the_stream_is_not_held(void **state)
{
	struct world *x = *state;
	int saved = dup(STDIN_FILENO), stream[2], extra;
	struct kernel_status s;
	pid_t worker, keeper;
	struct watch *w;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
	assert_int_equal(dup2(stream[1], STDIN_FILENO), STDIN_FILENO);
	extra = open("/etc/passwd", O_RDONLY);
	assert_int_equal(dup2(extra, EXTRA_FD), EXTRA_FD);
	close(extra);
	w = x->w;
	x->w = start(x->file);
	watch_free(w);
	close(stream[1]);
	close(EXTRA_FD);
	assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	close(saved);
	must_know_status(x, &s);
	assert_int_equal(send(stream[0], "x", 1, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPIPE);
	worker = await_worker(x, 0);
	keeper = watch_state(x->w).keeper;
	must_hold_nothing_else(keeper);
	must_hold_nothing_else(worker);
	close(stream[0]);
}

/* --- who outlives whom --- */

static void a_dead_worker_is_replaced(void **state)
{
	struct world *x = *state;
	struct kernel_status s;
	pid_t old = 0, worker;
	int i;

	for (i = 0; i < 3; i++) {
		worker = await_worker(x, old);
		assert_int_equal(kill(worker, SIGKILL), 0);
		old = worker;
	}
	worker = await_worker(x, old);
	assert_false(runs(old));
	must_know_status(x, &s);
	assert_int_equal(watch_state(x->w).workers, 4);
	assert_int_equal(watch_state(x->w).bad, 0);
}

/* One that is stopped cannot answer; when it dies, what was asked of it fails. */
static void a_request_of_a_dead_worker_fails(void **state)
{
	struct world *x = *state;
	struct kernel_status s;
	pid_t worker = await_worker(x, 0);

	assert_int_equal(kill(worker, SIGSTOP), 0);
	assert_int_equal(watch_request(x->w, WATCH_STATUS), 0);
	assert_int_equal(watch_read(x->w, &x->a), 0);
	assert_int_equal(watch_request(x->w, WATCH_STATUS), -EBUSY);
	assert_int_equal(kill(worker, SIGKILL), 0);
	assert_int_equal(wait_read(x), 1);
	assert_int_equal(x->a.error, -ECONNRESET);
	/* the new one finds the old request and answers it, to nobody */
	await_worker(x, worker);
	must_know_status(x, &s);
}

static void without_a_keeper_all_ends(void **state)
{
	struct world *x = *state;
	pid_t worker = await_worker(x, 0), keeper = watch_state(x->w).keeper;

	assert_int_equal(watch_request(x->w, WATCH_AUDITD_CONF), 0);
	assert_int_equal(wait_read(x), 1);
	assert_int_equal(kill(keeper, SIGKILL), 0);
	must_end(worker);
	assert_int_equal(wait_read(x), -EPIPE);
	assert_int_equal(watch_request(x->w, WATCH_STATUS), -EPIPE);
	assert_int_equal(watch_state(x->w).keeper, 0);
	must_end(keeper);
}

static void other_signals_end_nothing(void **state)
{
	const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGUSR1, SIGALRM};
	struct world *x = *state;
	pid_t worker = await_worker(x, 0), keeper = watch_state(x->w).keeper;
	struct kernel_status s;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		assert_int_equal(kill(worker, signals[i]), 0);
		assert_int_equal(kill(keeper, signals[i]), 0);
	}
	must_know_status(x, &s);
	assert_int_equal(watch_state(x->w).workers, 1);
	assert_true(runs(worker) && runs(keeper));
}

static void both_end_when_we_hang_up(void **state)
{
	struct world *x = *state;
	pid_t worker = await_worker(x, 0), keeper = watch_state(x->w).keeper;

	watch_free(x->w);
	x->w = NULL;
	must_end(worker);
	must_end(keeper);
}

/* A stream process of its own: tells both pids, and sleeps. */
static void be_stream_process(const char *file, int fd)
{
	struct world x = {.w = start(file)};
	pid_t pids[2];

	pids[0] = await_worker(&x, 0);
	pids[1] = watch_state(x.w).keeper;
	if (write(fd, pids, sizeof(pids)) == sizeof(pids))
		pause();
	_exit(1);
}

static void both_end_when_the_stream_process_is_killed(void **state)
{
	struct world *x = *state;
	pid_t pids[2], stream;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	stream = fork();
	assert_true(stream >= 0);
	if (!stream)
		be_stream_process(x->file, fd[1]);
	close(fd[1]);
	assert_int_equal(read(fd[0], pids, sizeof(pids)), sizeof(pids));
	close(fd[0]);
	assert_true(runs(pids[0]) && runs(pids[1]));
	assert_int_equal(kill(stream, SIGKILL), 0);
	assert_int_equal(waitpid(stream, NULL, 0), stream);
	must_end(pids[0]);
	must_end(pids[1]);
}

/* --- starting --- */

static void a_refusal_is_handed_on(void **state)
{
	const struct watch_options options = {.settings_file = "/nonexistent",
					      .kmsg = open("/dev/null", O_RDONLY),
					      .confine = confine,
					      .arg = (void *)"no luck today"};
	struct watch *w = (struct watch *)1;
	char why[640];

	assert_int_equal(watch_start(&options, &w, why, sizeof(why)), -EKEYREJECTED);
	assert_null(w);
	assert_string_equal(why, "the watcher: no luck today");
	assert_int_equal(waitpid(-1, NULL, 0), -1); /* nobody is left behind */
	assert_int_equal(fcntl(options.kmsg, F_GETFD), -1);
}

static void the_kernel_log_is_handed_over(void **state)
{
	const struct watch_options options = {.settings_file = "/nonexistent",
					      .kmsg = open("/dev/null", O_RDONLY),
					      .confine = confine};
	struct world x = {0};
	char why[640];
	pid_t worker;

	assert_int_equal(watch_start(&options, &x.w, why, sizeof(why)), 0);
	assert_int_equal(fcntl(options.kmsg, F_GETFD), -1);
	worker = await_worker(&x, 0);
	assert_int_equal(count_descriptors(worker, "/dev/null"), 3);
	assert_int_equal(count_descriptors(watch_state(x.w).keeper, "/dev/null"), 3);
	watch_free(x.w);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* Why this cannot be tried here, or NULL. */
static const char *cannot(void)
{
	int fd;

	if (geteuid() != 0)
		return "not run as root";
	fd = audit_open();
	if (fd < 0 || audit_request_status(fd) <= 0)
		return "the kernel does not tell its audit status here";
	audit_close(fd);
	return NULL;
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_is_handed_on),
		cmocka_unit_test(the_kernel_log_is_handed_over),
		CASE(status_is_the_kernels),
		CASE(status_is_answered_again_and_again),
		CASE(settings_come_whole),
		CASE(settings_are_refused_with_a_reason),
		CASE(what_is_not_built_is_said),
		CASE(unknown_requests_are_refused),
		CASE(both_are_bare),
		CASE(the_stream_is_not_held),
		CASE(a_dead_worker_is_replaced),
		CASE(a_request_of_a_dead_worker_fails),
		CASE(without_a_keeper_all_ends),
		CASE(other_signals_end_nothing),
		CASE(both_end_when_we_hang_up),
		CASE(both_end_when_the_stream_process_is_killed),
	};

	if (cannot()) {
		puts(cannot());
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
