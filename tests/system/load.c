/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load.c - a bounded amount of work that audit rules can be scoped to
 *
 * One executable of our own, so that a rule with -F exe= touches nothing else
 * on the machine. Every verb does exactly the number of things it was asked
 * for, counts them itself and says so in one line; a test compares this count
 * with what came out at the other end. It changes no setting of the audit
 * system; -a and -u change only the process itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libaudit.h>

#include "load_table.h"

/* of one call: a typing error must not flood the machine */
#define MAX_TIMES   10000000UL
#define MAX_PROCESS 64UL

extern char **environ;

struct job {
	unsigned long times;
	const char *arg; /* the verb's own: path, port, program, account */
	const char *auid;
	int audit_fd; /* of the verbs that send messages, else -1 */
};

/* Each does one thing, the @i-th, and returns 0 when it came out as expected. */
typedef int (*step_fn)(const struct job *j, unsigned long i);

struct verb {
	const char *name;
	step_fn step;
	bool needs_arg;
	bool sends; /* audit messages of its own */
	const char *help;
};

static int step_getppid(const struct job *j, unsigned long i)
{
	return syscall(SYS_getppid) < 0 ? -1 : 0;
}

static int step_open(const struct job *j, unsigned long i)
{
	int fd = open(j->arg, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -1 : close(fd);
}

static int step_deny(const struct job *j, unsigned long i)
{
	int fd = open(j->arg, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	close(fd);
	return -1;
}

/* The call itself, which no library makes any more. */
static int step_creat(const struct job *j, unsigned long i)
{
	long fd = syscall(SYS_creat, j->arg, 0600);

	if (fd < 0)
		return 0;
	close((int)fd);
	return -1;
}

static int step_append(const struct job *j, unsigned long i)
{
	int fd = open(j->arg, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, "a line\n", 7);
	return close(fd) < 0 || n != 7 ? -1 : 0;
}

static int step_gettime(const struct job *j, unsigned long i)
{
	struct timex t = {.modes = 0};

	return syscall(SYS_adjtimex, &t) < 0 ? -1 : 0;
}

/* By 2^-16 ppm, the least there is, and the next time back again. */
static int step_settime(const struct job *j, unsigned long i)
{
	struct timex t = {.modes = 0};

	if (syscall(SYS_clock_adjtime, CLOCK_REALTIME, &t) < 0)
		return -1;
	t.modes = ADJ_FREQUENCY;
	t.freq += i % 2 ? -1 : 1;
	return syscall(SYS_clock_adjtime, CLOCK_REALTIME, &t) < 0 ? -1 : 0;
}

/* In a network of its own, which the caller gives. */
static int step_table(const struct job *j, unsigned long i)
{
	return load_table(i % 2 == 0);
}

static int step_unlink(const struct job *j, unsigned long i)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/f%lu", j->arg, i % 16);
	int fd;

	if (n < 0 || (size_t)n >= sizeof(path))
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	close(fd);
	return unlink(path);
}

/* To a port of this host on which nobody listens. */
static int step_connect(const struct job *j, unsigned long i)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)strtoul(j->arg, NULL, 10)),
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -1;
	rc = connect(fd, (struct sockaddr *)&to, sizeof(to));
	close(fd);
	return rc < 0 ? 0 : -1;
}

static int wait_for(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

static int step_exec(const struct job *j, unsigned long i)
{
	char *argv[] = {(char *)(uintptr_t)j->arg, "getppid", "1", NULL};
	posix_spawn_file_actions_t quiet;
	int status = -1, rc;
	pid_t pid;

	if (posix_spawn_file_actions_init(&quiet) != 0)
		return -1;
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	rc = posix_spawnp(&pid, j->arg, &quiet, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&quiet);
	if (rc != 0 || wait_for(pid, &status) < 0)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* Not dumpable: the kernel writes ANOM_ABEND all the same, but leaves no core. */
static int step_crash(const struct job *j, unsigned long i)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		prctl(PR_SET_DUMPABLE, 0);
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
		_exit(1);
	}
	if (wait_for(pid, &status) < 0)
		return -1;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? 0 : -1;
}

/* One getppid() under a filter that lets it through and logs it. */
static int seccomp_child(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		return 1;
	return syscall(SYS_getppid) < 0;
}

static int step_seccomp(const struct job *j, unsigned long i)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(seccomp_child());
	if (pid < 0 || wait_for(pid, &status) < 0)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int step_usermsg(const struct job *j, unsigned long i)
{
	char text[64];

	snprintf(text, sizeof(text), "op=app-check count=%lu", i + 1);
	return audit_log_user_message(j->audit_fd, AUDIT_TRUSTED_APP, text, NULL, NULL,
				      NULL, 1) <= 0;
}

/* What PAM sends of one attempt with a wrong password. */
static int step_badauth(const struct job *j, unsigned long i)
{
	return audit_log_acct_message(j->audit_fd, AUDIT_USER_AUTH, NULL,
				      "PAM:authentication", j->arg, (unsigned int)-1,
				      NULL, NULL, "ssh", 0) <= 0;
}

static int become(const char *auid)
{
	int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, auid, strlen(auid));
	close(fd);
	return n == (ssize_t)strlen(auid) ? 0 : -1;
}

/* The six-pack of one cron job: two messages, LOGIN by the kernel, three more. */
static int session_child(const struct job *j)
{
	static const struct {
		int type;
		const char *op;
	} steps[] = {{AUDIT_USER_ACCT, "PAM:accounting"},
		     {AUDIT_CRED_ACQ, "PAM:setcred"},
		     {AUDIT_USER_START, "PAM:session_open"},
		     {AUDIT_CRED_DISP, "PAM:setcred"},
		     {AUDIT_USER_END, "PAM:session_close"}};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].type == AUDIT_USER_START && j->auid && become(j->auid) < 0)
			return 1;
		if (audit_log_acct_message(j->audit_fd, steps[i].type, NULL, steps[i].op,
					   j->arg, (unsigned int)-1, NULL, NULL, "cron",
					   1) <= 0)
			return 1;
	}
	return 0;
}

static int step_session(const struct job *j, unsigned long i)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(session_child(j));
	if (pid < 0 || wait_for(pid, &status) < 0)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static const struct verb verbs[] = {
	{"getppid", step_getppid, false, false, "N [PROCESSES]    a cheap system call"},
	{"open", step_open, true, false, "N PATH           open for reading and close"},
	{"deny", step_deny, true, false, "N PATH           an open that must be refused"},
	{"creat", step_creat, true, false,
	 "N PATH           a creat(2) that must be refused"},
	{"append", step_append, true, false,
	 "N PATH           a line at the end of a log"},
	{"gettime", step_gettime, false, false,
	 "N                read the clock's settings"},
	{"settime", step_settime, false, false,
	 "N                change its speed by next to nothing, an even number of times"},
	{"table", step_table, false, false,
	 "N                make a table of a firewall, and delete it again"},
	{"exec", step_exec, true, false,
	 "N PROGRAM        run PROGRAM getppid 1; searched for as by execvp(3)"},
	{"unlink", step_unlink, true, false,
	 "N DIRECTORY      make a file and delete it"},
	{"connect", step_connect, true, false,
	 "N PORT           to this host, must be refused"},
	{"crash", step_crash, false, false,
	 "N                a child that dies of SIGSEGV"},
	{"seccomp", step_seccomp, false, false, "N                a logged system call"},
	{"usermsg", step_usermsg, false, true, "N                TRUSTED_APP messages"},
	{"badauth", step_badauth, true, true, "N ACCOUNT        USER_AUTH, failed"},
	{"session", step_session, true, true,
	 "N ACCOUNT        PAM messages of a cron job; -a is its login"},
};

static int usage(void)
{
	fputs("usage: load [-a AUID] [-u UID] VERB N ARGUMENT\n", stderr);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(stderr, "  %-8s %s\n", verbs[i].name, verbs[i].help);
	return 2;
}

static const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int number(const char *text, unsigned long max, unsigned long *to)
{
	char *end;

	errno = 0;
	*to = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || *to > max) {
		fprintf(stderr, "load: \"%s\" is not a number from 0 to %lu\n", text,
			max);
		return -1;
	}
	return 0;
}

/* Return: how many of @j's steps came out otherwise than expected */
static unsigned long run(const struct verb *v, const struct job *j)
{
	unsigned long bad = 0;

	for (unsigned long i = 0; i < j->times; i++)
		bad += v->step(j, i) != 0;
	return bad;
}

/* The same work shared out to @n processes; theirs is only good or bad. */
static unsigned long run_in(const struct verb *v, const struct job *j, unsigned long n)
{
	pid_t pids[MAX_PROCESS];
	unsigned long bad = 0;

	for (unsigned long i = 0; i < n; i++) {
		struct job part = *j;

		part.times = j->times / n + (i < j->times % n);
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(run(v, &part) != 0);
	}
	for (unsigned long i = 0; i < n; i++) {
		int status = -1;

		if (pids[i] < 0 || wait_for(pids[i], &status) < 0 || status != 0)
			bad++;
	}
	return bad;
}

static int take_identity(const char *auid, const char *uid)
{
	unsigned long id = 0;

	if (auid && become(auid) < 0) {
		fprintf(stderr, "load: /proc/self/loginuid: cannot become %s: %s\n", auid,
			strerror(errno));
		return -1;
	}
	if (!uid)
		return 0;
	if (number(uid, UINT_MAX - 1, &id) < 0)
		return -1;
	if (setgroups(0, NULL) < 0 || setgid((gid_t)id) < 0 || setuid((uid_t)id) < 0) {
		fprintf(stderr, "load: cannot become uid %s: %s\n", uid, strerror(errno));
		return -1;
	}
	return 0;
}

static int work(const struct verb *v, struct job *j, unsigned long processes)
{
	unsigned long bad;

	if (v->sends) {
		j->audit_fd = audit_open();
		if (j->audit_fd < 0) {
			fprintf(stderr, "load: audit socket: %s\n", strerror(errno));
			return 1;
		}
	}
	bad = processes > 1 ? run_in(v, j, processes) : run(v, j);
	if (j->audit_fd >= 0)
		audit_close(j->audit_fd);
	printf("%s: %lu done in %lu process%s, %lu not as expected\n", v->name, j->times,
	       processes, processes == 1 ? "" : "es", bad);
	return bad != 0;
}

int main(int argc, char **argv)
{
	struct job j = {.audit_fd = -1};
	unsigned long processes = 1;
	const char *uid = NULL;
	const struct verb *v;
	bool session;
	int opt;

	while ((opt = getopt(argc, argv, "a:u:")) != -1) {
		if (opt == 'a')
			j.auid = optarg;
		else if (opt == 'u')
			uid = optarg;
		else
			return usage();
	}
	argc -= optind;
	argv += optind;
	v = argc >= 2 ? verb_find(argv[0]) : NULL;
	if (!v || argc > 3 || (v->needs_arg && argc != 3))
		return usage();
	j.arg = v->needs_arg ? argv[2] : NULL;
	if (number(argv[1], MAX_TIMES, &j.times) < 0)
		return 2;
	if (argc == 3 && !v->needs_arg && number(argv[2], MAX_PROCESS, &processes) < 0)
		return 2;
	/* a session's login is made in the midst of it, by step_session() */
	session = v->step == step_session;
	if (take_identity(session ? NULL : j.auid, uid) < 0)
		return 1;
	return work(v, &j, processes ? processes : 1);
}
