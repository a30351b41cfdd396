/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * privs_filter.c - which system calls each of our threads may make
 *
 * Two tables: calls that a role may make, and calls that it may make with
 * certain arguments. What stands in neither is trapped: the handler makes it
 * fail with EPERM and counts it, so that a list which lacks a call on some
 * other system costs a function and not the daemon (auditd gives a plugin up
 * after ten deaths). A name that an architecture does not have is left out.
 * The count is the state of this file: a signal handler has no argument.
 */
#include "privs.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <ucontext.h>

#include "base/log.h"

#define S   (1U << PRIVS_STREAM)
#define W   (1U << PRIVS_WRITER)
#define L   (1U << PRIVS_LOOKER)
#define K   (1U << PRIVS_KEEPER) /* all that R has too, see privs.h */
#define R   (1U << PRIVS_WORKER | K)
#define ALL (S | W | L | R)

static const struct {
	const char *name;
	unsigned int roles;
} calls[] = {
	/* descriptors that are open; read first, for it is by far the most frequent */
	{"read", ALL},
	{"write", ALL},
	{"poll", ALL},
	{"close", ALL},
	{"ppoll", ALL},
	{"ppoll_time64", ALL},
	{"readv", ALL},
	{"writev", ALL},
	{"pread64", ALL},
	{"lseek", ALL},
	{"_llseek", ALL},
	/* sockets that are open; send: a message to the log, from any thread */
	{"sendto", ALL},
	{"send", ALL},
	{"sendmsg", S | R},
	{"recvfrom", S | R},
	{"recv", S | R},
	{"recvmsg", S | R},
	{"accept4", S},
	{"accept", S},
	{"shutdown", S},
	{"getsockopt", S},
	{"setsockopt", S},
	{"getsockname", S},
	{"getpeername", S},
	/* asking about files */
	{"fstat", ALL},
	{"fstat64", ALL},
	{"newfstatat", ALL},
	{"fstatat64", ALL},
	{"statx", ALL},
	{"stat", ALL},
	{"stat64", ALL},
	{"lstat", ALL},
	{"lstat64", ALL},
	{"getdents64", R}, /* the names of the rule files */
	{"readlink", L},
	{"readlinkat", L},
	{"statfs", S | W},
	{"statfs64", S | W},
	{"fstatfs", S | W},
	{"fstatfs64", S | W},
	/* changing them; the stream thread removes its socket, nothing else */
	{"unlink", S | W},
	{"unlinkat", S | W},
	{"open", W},
	{"openat", W},
	{"pwrite64", W},
	{"rename", W},
	{"renameat", W},
	{"renameat2", W},
	{"ftruncate", W},
	{"ftruncate64", W},
	{"fchmod", W},
	{"fsync", W},
	{"fdatasync", W},
	/* memory and threads */
	{"futex", ALL},
	{"futex_time64", ALL},
	{"brk", ALL},
	{"munmap", ALL},
	{"mremap", ALL},
	{"madvise", ALL},
	{"rt_sigreturn", ALL},
	{"sigreturn", ALL},
	{"rt_sigprocmask", ALL},
	{"set_robust_list", ALL},
	{"rseq", ALL},
	{"sched_yield", ALL},
	{"sched_getaffinity", ALL},
	{"restart_syscall", ALL},
	{"exit", ALL},
	{"exit_group", ALL},
	/* time, and who we are */
	{"clock_gettime", ALL},
	{"clock_gettime64", ALL},
	{"clock_getres", ALL},
	{"clock_getres_time64", ALL},
	{"gettimeofday", ALL},
	{"time", ALL},
	{"nanosleep", ALL},
	{"clock_nanosleep", ALL},
	{"clock_nanosleep_time64", ALL},
	{"getrandom", ALL},
	{"getpid", ALL},
	{"getppid", ALL},
	{"gettid", ALL},
	{"getuid", ALL},
	{"getuid32", ALL},
	{"geteuid", ALL},
	{"geteuid32", ALL},
	{"getgid", ALL},
	{"getgid32", ALL},
	{"getegid", ALL},
	{"getegid32", ALL},
	{"uname", S},
	{"sysinfo", S},
	/* children: the stream process's is the keeper */
	{"wait4", S | K},
	{"waitpid", S | K},
	{"waitid", S | K},
	/* for what the worker does before its own filter stands */
	{"rt_sigaction", K},
	{"seccomp", K},
	{"pipe2", K},
};

#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif
#define CLONE_APART \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET | CLONE_PTRACE)
#define OPEN_CHANGES (O_ACCMODE | O_CREAT | O_TRUNC)
#define WHOLE        0xffffffffU
/* arguments are 64 bits wide and ints may come with any upper half */
#define IS(arg, value) \
	{ \
		arg, SCMP_CMP_MASKED_EQ, WHOLE, (unsigned int)(value) \
	}
#define LACKS(arg, flags) \
	{ \
		arg, SCMP_CMP_MASKED_EQ, (unsigned int)(flags), 0 \
	}

static const struct {
	const char *name;
	unsigned int roles, n;
	struct scmp_arg_cmp when[2];
} calls_with[] = {
	{"openat", S | R, 1, {LACKS(2, OPEN_CHANGES)}},
	{"open", S | R, 1, {LACKS(1, OPEN_CHANGES)}},
	{"mmap", ALL, 1, {LACKS(2, PROT_EXEC)}},
	{"mmap2", ALL, 1, {LACKS(2, PROT_EXEC)}},
	{"mprotect", ALL, 1, {LACKS(2, PROT_EXEC)}},
	{"socket", K, 1, {IS(0, AF_UNIX)}},
	{"socket", K, 1, {IS(0, AF_NETLINK)}},
	{"socketpair", K, 1, {IS(0, AF_UNIX)}},
	{"fcntl", ALL, 1, {IS(1, F_GETFL)}},
	{"fcntl", ALL, 1, {IS(1, F_SETFL)}},
	{"fcntl", ALL, 1, {IS(1, F_GETFD)}},
	{"fcntl", ALL, 1, {IS(1, F_SETFD)}},
	{"fcntl", ALL, 1, {IS(1, F_DUPFD_CLOEXEC)}},
	{"fcntl64", ALL, 1, {IS(1, F_GETFL)}},
	{"fcntl64", ALL, 1, {IS(1, F_SETFL)}},
	{"fcntl64", ALL, 1, {IS(1, F_GETFD)}},
	{"fcntl64", ALL, 1, {IS(1, F_SETFD)}},
	{"fcntl64", ALL, 1, {IS(1, F_DUPFD_CLOEXEC)}},
	{"ioctl", S, 1, {IS(1, FIONREAD)}},
	/* auditd's report of itself */
	{"kill", R, 1, {IS(1, SIGCONT)}},
	/* our own limits, read */
	{"prlimit64", ALL, 2, {IS(0, 0), {2, SCMP_CMP_EQ, 0, 0}}},
	/* the worker's process and its thread; see refuse_quietly() */
	{"clone", K, 1, {LACKS(CLONE_FLAGS, CLONE_APART)}},
	{"prctl", K, 1, {IS(0, PR_SET_NO_NEW_PRIVS)}},
	{"prctl", K, 1, {IS(0, PR_SET_PDEATHSIG)}},
	{"prctl", K, 1, {IS(0, PR_SET_NAME)}},
	{"prctl", K, 1, {IS(0, PR_SET_SECCOMP)}},
	{"prctl", K, 1, {IS(0, PR_GET_SECCOMP)}},
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* Where the kernel looks for the result of a call whose signal handler returns. */
#if defined(__x86_64__)
#define RESULT(uc) ((uc)->uc_mcontext.gregs[REG_RAX])
#elif defined(__i386__)
#define RESULT(uc) ((uc)->uc_mcontext.gregs[REG_EAX])
#elif defined(__aarch64__)
#define RESULT(uc) ((uc)->uc_mcontext.regs[0])
#elif defined(__arm__)
#define RESULT(uc) ((uc)->uc_mcontext.arm_r0)
#elif defined(__s390__)
#define RESULT(uc) ((uc)->uc_mcontext.gregs[2])
#elif defined(__riscv)
#define RESULT(uc) ((uc)->uc_mcontext.__gregs[10])
#endif

/* Elsewhere the kernel makes the call fail by itself, and nothing is counted. */
#ifdef RESULT
#define REFUSE SCMP_ACT_TRAP
#else
#define REFUSE SCMP_ACT_ERRNO(EPERM)
#endif

static struct {
	_Atomic uint64_t denied;
	_Atomic int last_call;
	atomic_flag said;
} state = {.last_call = -1, .said = ATOMIC_FLAG_INIT};

uint64_t privs_denied(int *last_call)
{
	if (last_call)
		*last_call = atomic_load(&state.last_call);
	return atomic_load(&state.denied);
}

#ifdef RESULT
#define CODE_SECCOMP 1 /* SYS_SECCOMP of linux/signal.h, which glibc's does not have */

/* Makes no call and takes no lock, whatever was interrupted. */
static void on_refused_call(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	/* one that a process sent us is no call of ours */
	if (info->si_code != CODE_SECCOMP)
		return;
	atomic_store(&state.last_call, info->si_syscall);
	atomic_fetch_add(&state.denied, 1);
	RESULT(uc) = -EPERM;
}
#endif

static int catch_refused_calls(void)
{
#ifdef RESULT
	struct sigaction action = {.sa_sigaction = on_refused_call,
				   .sa_flags = SA_SIGINFO};
	sigset_t set;

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGSYS, &action, NULL))
		return -errno;
	/* blocked, it would be deadly: the kernel does not wait with this one */
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	return -pthread_sigmask(SIG_UNBLOCK, &set, NULL);
#else
	return 0;
#endif
}

static int allow(scmp_filter_ctx ctx, const char *name, unsigned int n,
		 const struct scmp_arg_cmp *when)
{
	int nr = seccomp_syscall_resolve_name(name);
	int r;

	if (nr == __NR_SCMP_ERROR)
		return 0; /* a name that this libseccomp has not heard of */
	r = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, n, when);
	return r == -EDOM ? 0 : r; /* not on this architecture */
}

/*
 * What the C library does with all signals blocked, where a trap would kill:
 * these fail without one, uncounted. The keeper may clone, but not by clone3:
 * its flags lie in memory, where no filter looks, and glibc takes clone then.
 */
static int refuse_quietly(scmp_filter_ctx ctx, enum privs_role role)
{
	static const char *const makers[] = {"clone3", "clone", "fork", "vfork"};
	const bool keeper = role == PRIVS_KEEPER;
	size_t i, n = keeper ? 1 : sizeof(makers) / sizeof(makers[0]);
	int nr, r = 0;

	for (i = 0; !r && i < n; i++) {
		nr = seccomp_syscall_resolve_name(makers[i]);
		if (nr == __NR_SCMP_ERROR)
			continue;
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(keeper ? ENOSYS : EPERM), nr, 0);
		if (r == -EDOM)
			r = 0;
	}
	return r;
}

static int add_calls(scmp_filter_ctx ctx, enum privs_role role)
{
	const unsigned int bit = 1U << role;
	size_t i;
	int r = 0;

	for (i = 0; !r && i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].roles & bit)
			r = allow(ctx, calls[i].name, 0, NULL);
	for (i = 0; !r && i < sizeof(calls_with) / sizeof(calls_with[0]); i++)
		if (calls_with[i].roles & bit)
			r = allow(ctx, calls_with[i].name, calls_with[i].n,
				  calls_with[i].when);
	return r ? r : refuse_quietly(ctx, role);
}

static int load_filter(enum privs_role role)
{
	scmp_filter_ctx ctx = seccomp_init(REFUSE);
	int r;

	if (!ctx)
		return -ENOMEM;
	r = seccomp_attr_set(ctx, SCMP_FLTATR_API_SYSRAWRC, 1);
	if (!r)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, REFUSE);
	/* Both for speed, and both may be unknown: a binary tree, and no mitigation
	 * that is meant for programs which run code of others. */
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_SSB, 1);
	if (!r)
		r = add_calls(ctx, role);
	if (!r)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}

/* What makes calls of its own inside this process, which no list of ours can name. */
static const char *guest(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	if (SANITIZED)
		return "built with sanitizers";
	if (preloaded && strstr(preloaded, "/vgpreload_"))
		return "running under valgrind";
	return NULL;
}

int privs_confine(enum privs_role role, char *why, size_t why_size)
{
	int r;

	if (guest()) {
		if (!atomic_flag_test_and_set(&state.said))
			log_msg(LOG_NOTICE, "%s: system calls are not filtered", guest());
		return 0;
	}
	r = catch_refused_calls();
	if (!r)
		r = load_filter(role);
	if (r)
		snprintf(why, why_size,
			 "system calls cannot be filtered: %s; the kernel must have "
			 "CONFIG_SECCOMP_FILTER, and whatever confines us from outside "
			 "allow "
			 "seccomp(2)",
			 strerror(-r));
	return r;
}

int privs_confine_writer(void *setting)
{
	char why[512];
	int r = privs_confine(PRIVS_WRITER, why, sizeof(why));

	if (r < 0)
		log_msg(LOG_ERR, "%s: %s", (const char *)setting, why);
	return r;
}

int privs_confine_looker(void *nothing)
{
	char why[512];
	int r = privs_confine(PRIVS_LOOKER, why, sizeof(why));

	(void)nothing;
	if (r < 0)
		log_msg(LOG_ERR, "%s", why);
	return r;
}
