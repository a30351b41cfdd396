/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_privs.c - rights are gone, all of them, and what is denied never kills
 *
 * Each case runs in a child of its own, for there is no way back. Filters are
 * tried as whoever runs the test; giving up root's rights needs root, and the
 * user that it becomes is nobody. Under sanitizers and
 * valgrind nothing is filtered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pwd.h>
#include "privs_filter.c"

#include <cap-ng.h>
#include <inttypes.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lineage.h"

#define WATCHER_CAPS \
	"0000000040000004" /* CAP_AUDIT_CONTROL 30, CAP_DAC_READ_SEARCH 2 \
			    */
#define NO_CAPS "0000000000000000"

/* What the wrapped functions below do instead of their work. */
static enum { HONEST, USER_STAYS, GROUPS_STAY } mode;
static bool selinux_on;
static uint64_t seen; /* denied calls that were expected */

int __real_capng_change_id(int uid, int gid, capng_flags_t flag);
int __wrap_capng_change_id(int uid, int gid, capng_flags_t flag);
struct passwd *__real_getpwnam(const char *name);
struct passwd *__wrap_getpwnam(const char *name);
int __real_setgroups(size_t n, const gid_t *list);
int __wrap_setgroups(size_t n, const gid_t *list);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int __wrap_capng_change_id(int uid, int gid, capng_flags_t flag)
{
	return mode == USER_STAYS ? 0 : __real_capng_change_id(uid, gid, flag);
}

static bool in_roots_group; /* whoever is looked up */

struct passwd *__wrap_getpwnam(const char *name)
{
	struct passwd *entry = __real_getpwnam(name);

	if (entry && in_roots_group)
		entry->pw_gid = 0;
	return entry;
}

int __wrap_setgroups(size_t n, const gid_t *list)
{
	return mode == GROUPS_STAY ? 0 : __real_setgroups(n, list);
}

int __wrap_open(const char *path, int flags, ...)
{
	int pipes[2];

	if (strcmp(path, "/sys/fs/selinux/enforce") != 0)
		return __real_open(path, flags, 0600);
	if (!selinux_on || pipe(pipes) || write(pipes[1], "1", 1) != 1)
		return -1;
	return pipes[0];
}

/* --- children --- */

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "child: not so: %s (errno %d, %" PRIu64 " calls denied)\n", what,
		errno, privs_denied(NULL));
	_exit(1);
}

static void run_child(void (*fn)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	/* a signal number here is a kill, which there must never be */
	assert_int_equal(status, 0);
}

/* The words behind "@name:" in this thread's status, blanks as one. */
static void read_status(const char *name, char *out, size_t size)
{
	FILE *file = fopen("/proc/thread-self/status", "re");
	char line[512], *word, *at = out;
	size_t n = strlen(name);

	must(file != NULL, "the status can be read");
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

static void must_show(const char *name, const char *expected)
{
	char value[256], what[512];

	read_status(name, value, sizeof(value));
	snprintf(what, sizeof(what), "%s is \"%s\", expected \"%s\"", name, value,
		 expected);
	must(!strcmp(value, expected), what);
}

static void confine(enum privs_role role)
{
	char why[512] = "";

	must(!privs_confine(role, why, sizeof(why)), why);
}

/* The last call failed with EPERM, and was counted. */
static void must_be_denied(long result, const char *what)
{
	must(result < 0 && errno == EPERM, what);
	must(privs_denied(NULL) == ++seen, what);
}

/* Where the C library has all signals blocked, a call is denied without being counted. */
static void must_make_no_process(void)
{
	char *argv[] = {(char *)"/bin/true", NULL};
	pthread_t thread;
	pid_t pid;

	must(fork() < 0 && errno == EPERM, "no fork");
	must(vfork() < 0 && errno == EPERM, "no vfork");
	must(pthread_create(&thread, NULL, (void *(*)(void *))abort, NULL) == EPERM,
	     "no thread");
	must(posix_spawn(&pid, argv[0], NULL, NULL, argv, argv + 1) == EPERM,
	     "no program");
	seen = privs_denied(NULL); /* glibc tries others before */
}

/* --- the user --- */

static void lookup_finds_a_user(void **s)
{
	struct privs_account account = {0, 0, 0};
	char why[512] = "";

	assert_int_equal(privs_lookup("nobody", &account, why, sizeof(why)), 0);
	assert_true(account.uid > 0);
	assert_int_equal(account.group, account.gid);
	assert_string_equal(why, "");
}

static void lookup_names_the_remedy(void **s)
{
	struct privs_account account = {7, 7, 7};
	char why[512];

	assert_int_equal(privs_lookup("no-such\nuser", &account, why, sizeof(why)),
			 -ENOENT);
	assert_non_null(strstr(why, "\"no-such\\x0auser\""));
	assert_non_null(strstr(why, "systemd-sysusers"));
	assert_non_null(strstr(why, "useradd"));
	assert_int_equal(account.uid, 7);
}

static void lookup_refuses_root(void **s)
{
	struct privs_account account;
	char why[512];

	assert_int_equal(privs_lookup("root", &account, why, sizeof(why)), -EPERM);
	assert_non_null(strstr(why, "uid 0"));
}

/* Root's group reads what root's files give to it. */
static void lookup_refuses_roots_group(void **s)
{
	struct privs_account account = {7, 7, 7};
	char why[512];

	in_roots_group = true;
	assert_int_equal(privs_lookup("nobody", &account, why, sizeof(why)), -EPERM);
	in_roots_group = false;
	assert_non_null(strstr(why, "gid 0"));
	assert_non_null(strstr(why, "usermod -g"));
	assert_int_equal(account.gid, 7);
}

/* --- filters --- */

static void stream_child(void)
{
	const char *argv[] = {"/bin/true", NULL};
	int fd, last;

	confine(PRIVS_STREAM);
	must_be_denied(open("/dev/null", O_WRONLY), "open for writing");
	must_be_denied(open("/dev/null", O_RDWR), "open for both");
	must_be_denied(open("/tmp/made", O_RDONLY | O_CREAT, 0600), "open that makes");
	must_be_denied(open("/dev/null", O_RDONLY | O_TRUNC), "open that empties");
	must_be_denied(syscall(SYS_kill, getpid(), 0), "kill");
	must(privs_denied(&last) == seen && last == SYS_kill, "the last call is named");
	must_make_no_process();
	must_be_denied(execv(argv[0], (char **)argv), "exec");
	must_be_denied(ptrace(PTRACE_TRACEME), "ptrace");
	must_be_denied(socket(AF_INET, SOCK_STREAM, 0), "an internet socket");
	must_be_denied(socket(AF_NETLINK, SOCK_RAW, 9), "a netlink socket");
	must_be_denied(rename("/nonexistent/a", "/nonexistent/b"), "rename");
	must_be_denied(prctl(PR_SET_DUMPABLE, 1), "prctl");
	must_be_denied(fcntl(0, F_SETOWN, 1), "fcntl that sends signals");
	must(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		  0) == MAP_FAILED,
	     "memory with code");
	must(privs_denied(NULL) == ++seen, "and it is counted");
	must_be_denied(socket(AF_UNIX, SOCK_STREAM, 0), "a unix socket");
	must_be_denied(connect(0, NULL, 0), "a way to somebody else");
	fd = open("/proc/self/status", O_RDONLY);
	must(fd >= 0, "open for reading");
	close(fd);
	must(unlink("/nonexistent/a") < 0 && errno == ENOENT, "unlink");
	must_show("Seccomp", "2");
	must_show("NoNewPrivs", "1");
	must(privs_denied(NULL) == seen, "nothing else is denied");
}

static void *confined_writer(void *arg)
{
	char name[] = "/tmp/test_privs.XXXXXX", other[sizeof(name) + 4];
	bool *ran = arg;
	int fd;

	confine(PRIVS_WRITER);
	fd = mkstemp(name);
	must(fd >= 0, "make a file");
	snprintf(other, sizeof(other), "%s.new", name);
	must(write(fd, "text", 4) == 4 && !ftruncate(fd, 2) && !fsync(fd) &&
		     !fchmod(fd, 0640) && !close(fd),
	     "write a file");
	must(!rename(name, other) && !unlink(other), "rename and remove a file");
	must_be_denied(socket(AF_UNIX, SOCK_STREAM, 0), "a socket");
	must_be_denied(syscall(SYS_kill, getpid(), 0), "kill");
	must_make_no_process();
	must_show("Seccomp", "2");
	*ran = true;
	return NULL;
}

static void *confined_looker(void *arg)
{
	struct lineage file;
	char real[PATH_MAX];
	bool *ran = arg;

	confine(PRIVS_LOOKER);
	must(lineage_look(real, span_of("/dev/stdin"), &file), "look at a link");
	must_be_denied(open("/dev/null", O_RDONLY), "open");
	must_be_denied(unlink("/nonexistent/a"), "unlink");
	must_be_denied(socket(AF_UNIX, SOCK_STREAM, 0), "a socket");
	must_make_no_process();
	*ran = true;
	return NULL;
}

static void looker_child(void)
{
	pthread_t thread;
	bool ran = false;

	must(!pthread_create(&thread, NULL, confined_looker, &ran), "a thread");
	must(!pthread_join(thread, NULL) && ran, "the thread ends by itself");
}

/* One thread's filter is not another's; and a confined thread may end. */
static void writer_child(void)
{
	pthread_t thread;
	bool ran = false;

	must(!pthread_create(&thread, NULL, confined_writer, &ran), "a thread");
	must(!pthread_join(thread, NULL) && ran, "the thread ends by itself");
	must_show("Seccomp", "0");
	must(socket(AF_UNIX, SOCK_STREAM, 0) >= 0, "a socket");
	confine(PRIVS_STREAM);
	must(pthread_create(&thread, NULL, confined_writer, &ran) != 0,
	     "no thread after");
}

static void *confined_worker(void *arg)
{
	int fd = *(int *)arg;
	char byte;

	confine(PRIVS_WORKER);
	must(read(fd, &byte, 1) == 1, "the thread reads");
	return NULL;
}

static void worker_child(void)
{
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 9), fd[2];
	pthread_t thread;

	must(netlink >= 0 && !pipe(fd), "a netlink socket");
	must(!pthread_create(&thread, NULL, confined_worker, fd), "a thread");
	confine(PRIVS_WORKER);
	must(privs_denied(NULL) == 0, "the keeper's list holds all of that");
	must_show("Seccomp_filters", "2");
	must_be_denied(socket(AF_NETLINK, SOCK_RAW, 9), "another socket");
	must_make_no_process();
	must_be_denied(open("/dev/null", O_WRONLY), "open for writing");
	must_be_denied(syscall(SYS_kill, getpid(), 0), "kill");
	must_be_denied(syscall(SYS_kill, getpid(), SIGSTOP), "another signal");
	must(!syscall(SYS_kill, getpid(), SIGCONT), "the signal that asks auditd");
	must(open("/dev/null", O_RDONLY) >= 0, "open for reading");
	must(send(netlink, "x", 1, 0) == 1 || errno != EPERM, "send");
	must(write(fd[1], "x", 1) == 1 && !pthread_join(thread, NULL), "the thread ends");
}

static void keeper_child(void)
{
	int status;
	pid_t pid;

	confine(PRIVS_KEEPER);
	pid = fork();
	if (!pid) {
		worker_child();
		_exit(0);
	}
	must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "fork and wait");
	must(privs_denied(NULL) == 0, "nothing is denied");
	must_be_denied(socket(AF_INET, SOCK_STREAM, 0), "an internet socket");
	must_be_denied(open("/dev/null", O_WRONLY), "open for writing");
	must_be_denied(syscall(SYS_kill, getpid(), 0), "kill");
	must_be_denied(syscall(SYS_unshare, CLONE_NEWUSER), "unshare");
	must_be_denied(
		syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL),
		"a clone apart");
}

/* A signal that is blocked cannot be caught, and the kernel kills then. */
static void blocked_child(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	confine(PRIVS_STREAM);
	must_be_denied(syscall(SYS_kill, getpid(), 0), "kill");
	must_make_no_process();
	must(sigprocmask(SIG_SETMASK, NULL, &all) == 0 && sigismember(&all, SIGTERM) == 1,
	     "other signals stay as they were");
}

/* Calls by numbers of another calling convention do not kill either. */
static void foreign_child(void)
{
	confine(PRIVS_STREAM);
	must_be_denied(syscall(0x7fffffff), "a call that does not exist");
#ifdef __x86_64__
	must_be_denied(syscall(0x40000000 | SYS_getpid), "a call of the x32 kind");
#endif
}

/* A signal that somebody sends is no call of ours, and does not end us either. */
static void sent_child(void)
{
	must(!catch_refused_calls(), "signals are caught");
	must(!raise(SIGSYS) && privs_denied(NULL) == 0, "not counted");
	confine(PRIVS_KEEPER);
	must_be_denied(syscall(SYS_tgkill, getpid(), gettid(), SIGSYS), "tgkill");
}

static void guest_child(void)
{
	enum privs_role role;

	for (role = 0; role < PRIVS_ROLES; role++)
		confine(role);
	must_show("Seccomp", "0");
	must(open("/dev/null", O_WRONLY) >= 0, "open for writing");
}

static void stream_is_confined(void **s)
{
	run_child(stream_child);
}

static void threads_are_confined_apart(void **s)
{
	run_child(writer_child);
	run_child(looker_child);
}

static void keeper_and_worker_are_confined(void **s)
{
	run_child(keeper_child);
}

static void blocked_signals_do_not_kill(void **s)
{
	run_child(blocked_child);
}

static void foreign_calls_do_not_kill(void **s)
{
	run_child(foreign_child);
}

static void only_denied_calls_are_counted(void **s)
{
	run_child(sent_child);
}

static void guests_are_not_confined(void **s)
{
	run_child(guest_child);
}

/* --- giving up root's rights --- */

static struct privs_account nobody(void)
{
	struct privs_account account = {0, 0, 0};
	char why[512] = "";

	must(!privs_lookup("nobody", &account, why, sizeof(why)), why);
	account.group = 4711;
	return account;
}

/* Users, groups and capabilities are exactly these; nothing leads back. */
static void must_have_dropped(const struct privs_account *a, const char *caps)
{
	char uids[64], gids[64];

	snprintf(uids, sizeof(uids), "%u %u %u %u", a->uid, a->uid, a->uid, a->uid);
	snprintf(gids, sizeof(gids), "%u %u %u %u", a->gid, a->gid, a->gid, a->gid);
	must_show("Uid", uids);
	must_show("Gid", gids);
	must_show("Groups", "4711");
	must_show("CapEff", caps);
	must_show("CapPrm", caps);
	must_show("CapInh", NO_CAPS);
	must_show("CapBnd", NO_CAPS);
	must_show("CapAmb", NO_CAPS);
	must_show("NoNewPrivs", "1");
	must(setuid(0) < 0 && setgid(0) < 0, "no way back");
	must(__real_setgroups(0, NULL) < 0, "groups are fixed");
	must(prctl(PR_GET_DUMPABLE) == 0, "no core");
	/* NOROOT, NO_SETUID_FIXUP and their locks */
	must((prctl(PR_GET_SECUREBITS) & 0xf) == 0xf, "secure bits");
}

static void drop_all_child(void)
{
	struct privs_account account = nobody();
	char why[512] = "";

	must(!privs_drop(&account, PRIVS_KEEP_NONE, why, sizeof(why)), why);
	must_have_dropped(&account, NO_CAPS);
	must(open("/etc/shadow", O_RDONLY) < 0 && errno == EACCES, "shadow is closed");
}

static void drop_but_two_child(void)
{
	struct privs_account account = nobody();
	char why[512] = "";

	must(!privs_drop(&account, PRIVS_KEEP_WATCHER, why, sizeof(why)), why);
	must_have_dropped(&account, WATCHER_CAPS);
	must(open("/etc/shadow", O_RDONLY) >= 0, "everything can be read");
	must(open("/etc/shadow", O_WRONLY) < 0 && errno == EACCES, "and not written");
	confine(PRIVS_KEEPER);
	must_show("CapEff", WATCHER_CAPS);
}

static void drop_twice_child(void)
{
	struct privs_account account = nobody();
	char why[512] = "";

	must(!privs_drop(&account, PRIVS_KEEP_NONE, why, sizeof(why)), why);
	must(privs_drop(&account, PRIVS_KEEP_NONE, why, sizeof(why)) < 0, "refused");
	must(!privs_drop(NULL, PRIVS_KEEP_NONE, why, sizeof(why)), why);
}

/* Without an account, users stay: here still root, but without its rights. */
static void drop_by_hand_child(void)
{
	char why[512] = "";

	must(!privs_drop(NULL, PRIVS_KEEP_NONE, why, sizeof(why)), why);
	must_show("CapEff", NO_CAPS);
	must_show("CapPrm", NO_CAPS);
	must_show("NoNewPrivs", "1");
}

static void drop_cannot_child(void)
{
	struct privs_account account = nobody();
	char why[512] = "";

	capng_get_caps_process();
	capng_update(CAPNG_DROP, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_SETPCAP);
	must(!capng_apply(CAPNG_SELECT_CAPS), "a start without CAP_SETPCAP");
	must(privs_drop(&account, PRIVS_KEEP_NONE, why, sizeof(why)) < 0, "refused");
	must(strstr(why, "secure bits") && strstr(why, "CAP_SETPCAP"), why);
	selinux_on = true;
	must(privs_drop(&account, PRIVS_KEEP_NONE, why, sizeof(why)) < 0,
	     "refused again");
	must(strstr(why, "policy module audisp_noise") != NULL, why);
}

/* What a library says is not believed. */
static void drop_lied_child(void)
{
	struct privs_account account = nobody();
	char why[512] = "";

	mode = GROUPS_STAY;
	must(privs_drop(&account, PRIVS_KEEP_NONE, why, sizeof(why)) == -EPERM, "groups");
	must(strstr(why, "another user or group") != NULL, why);
}

static void drop_lied_of_user_child(void)
{
	struct privs_account account = nobody();
	char why[512] = "";

	mode = USER_STAYS;
	must(privs_drop(&account, PRIVS_KEEP_NONE, why, sizeof(why)) == -EPERM, "user");
	must(strstr(why, "another user or group") != NULL, why);
}

static void drop_keeps_nothing(void **s)
{
	run_child(drop_all_child);
	run_child(drop_twice_child);
}

static void drop_keeps_two_capabilities(void **s)
{
	run_child(drop_but_two_child);
}

static void drop_without_account(void **s)
{
	run_child(drop_by_hand_child);
}

static void drop_refuses_with_a_reason(void **s)
{
	run_child(drop_cannot_child);
}

static void drop_reads_back(void **s)
{
	run_child(drop_lied_child);
	run_child(drop_lied_of_user_child);
}

int main(void)
{
	const struct CMUnitTest users[] = {
		cmocka_unit_test(lookup_finds_a_user),
		cmocka_unit_test(lookup_names_the_remedy),
		cmocka_unit_test(lookup_refuses_root),
		cmocka_unit_test(lookup_refuses_roots_group),
	};
	const struct CMUnitTest filters[] = {
		cmocka_unit_test(stream_is_confined),
		cmocka_unit_test(threads_are_confined_apart),
		cmocka_unit_test(keeper_and_worker_are_confined),
		cmocka_unit_test(blocked_signals_do_not_kill),
		cmocka_unit_test(foreign_calls_do_not_kill),
		cmocka_unit_test(only_denied_calls_are_counted),
	};
	const struct CMUnitTest unfiltered[] = {
		cmocka_unit_test(guests_are_not_confined),
	};
	const struct CMUnitTest rights[] = {
		cmocka_unit_test(drop_keeps_nothing),
		cmocka_unit_test(drop_keeps_two_capabilities),
		cmocka_unit_test(drop_without_account),
		cmocka_unit_test(drop_refuses_with_a_reason),
		cmocka_unit_test(drop_reads_back),
	};
	int failed = cmocka_run_group_tests(users, NULL, NULL);

	if (guest())
		failed += cmocka_run_group_tests(unfiltered, NULL, NULL);
	else
		failed += cmocka_run_group_tests(filters, NULL, NULL);
	if (!failed && geteuid() != 0) {
		puts("giving up root's rights was not tried: not run as root");
		return 77;
	}
	if (geteuid() == 0)
		failed += cmocka_run_group_tests(rights, NULL, NULL);
	return failed;
}
