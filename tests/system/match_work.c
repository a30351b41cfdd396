/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_work.c - many different system calls, each under a name of its own
 *
 *   match_work DIRECTORY AUID ACTION     AUID `-`: none is set
 *   match_work actions                    their names
 *
 * Each action runs in a process of its own whose name (comm) it is, so that the records
 * of one can be told from the others'; it is also the first argument of the programs that
 * it executes. `w:` in it stands for what any program does, `o:` for what plays with
 * names: odd(). What must not be seen by others (mounts, roots)
 * is done in namespaces. A login uid AUID is set for them. DIRECTORY has been filled by
 * 16-match.sh. Most calls are made by number, since a library may make another one of
 * them. An action that cannot be done here is no failure: its records say what came of
 * it.
 */
#include "match_work.h"

#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOBODY 65534

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static char action[16]; /* the name of the present one */

void odd(void)
{
	action[0] = 'o';
	prctl(PR_SET_NAME, action);
}

void plain(void)
{
	action[0] = 'w';
	prctl(PR_SET_NAME, action);
}

static void on_files(void)
{
	int fd;

	if (chdir("home") < 0)
		return;
	fd = (int)syscall(SYS_open, "made", O_CREAT | O_WRONLY, 0600);

	syscall(SYS_fchmod, fd, 0640);
	syscall(SYS_fchown, fd, NOBODY, NOBODY);
	syscall(SYS_ftruncate, fd, 10);
	close(fd);
	syscall(SYS_openat, AT_FDCWD, "made", O_RDONLY);
	syscall(SYS_openat, AT_FDCWD, "made", O_RDWR);
	syscall(SYS_creat, "created", 0600);
	syscall(SYS_truncate, "made", 5L);
	syscall(SYS_chmod, "made", 0600);
	syscall(SYS_fchmodat, AT_FDCWD, "made", 0644);
	syscall(SYS_fchmodat2, AT_FDCWD, "made", 0600, 0);
	syscall(SYS_chown, "made", 0, 0);
	syscall(SYS_lchown, "made", NOBODY, 0);
	syscall(SYS_fchownat, AT_FDCWD, "made", 0, 0, 0);
	syscall(SYS_setxattr, "made", "user.x", "y", 1L, 0);
	syscall(SYS_getxattr, "made", "user.x", NULL, 0L);
	syscall(SYS_listxattr, "made", NULL, 0L);
	syscall(SYS_removexattr, "made", "user.x");
	syscall(SYS_utimensat, AT_FDCWD, "made", NULL, 0);
	odd();
	syscall(SYS_link, "made", "made2");
	plain();
	syscall(SYS_rename, "made", "made3");
	syscall(SYS_renameat2, AT_FDCWD, "made3", AT_FDCWD, "made4", 0);
	odd();
	syscall(SYS_unlink, "made2");
	plain();
	syscall(SYS_unlinkat, AT_FDCWD, "made4", 0);
	syscall(SYS_mkdir, "folder", 0700);
	syscall(SYS_rmdir, "folder");
	syscall(SYS_mknod, "fifo", S_IFIFO | 0600, 0);
	syscall(SYS_unlink, "fifo");
	syscall(SYS_symlink, "nowhere", "broken");
	odd();
	syscall(SYS_open, "broken", O_RDONLY);
	plain();
	syscall(SYS_open, "missing", O_RDONLY);
	syscall(SYS_open, "missing/file", O_CREAT | O_WRONLY, 0600);
}

/* In a directory of watched files, one of which may be missing. */
static void among_watched(void)
{
	int fd = (int)syscall(SYS_open, "made", O_CREAT | O_WRONLY, 0600);

	syscall(SYS_fchmod, fd, 0640);
	close(fd);
	syscall(SYS_chmod, "made", 0600);
	syscall(SYS_unlink, "made");
}

/* The watched file, and one below a watched directory, by plain names. */
static void on_watched(void)
{
	syscall(SYS_open, "fixed/watched", O_RDONLY);
	syscall(SYS_open, "fixed/watched", O_RDWR);
	syscall(SYS_chmod, "fixed/watched", 0600);
	syscall(SYS_open, "tree/sub/deep", O_WRONLY);
	syscall(SYS_chmod, "fixed/numbered", 0600);
	syscall(SYS_chmod, "fixed/numbered", 0644);
	if (chdir("tree") < 0)
		return;
	syscall(SYS_open, "sub/deep", O_WRONLY);
	syscall(SYS_open, "../fixed/watched", O_WRONLY);
}

static void remove_one(void)
{
	syscall(SYS_unlink, "gone");
}

static void as_nobody(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return;
	syscall(SYS_open, "fixed/secret", O_RDONLY);
	syscall(SYS_openat, AT_FDCWD, "fixed/secret", O_WRONLY);
	syscall(SYS_open, "fixed/watched", O_RDONLY | O_NOATIME); /* EPERM */
	syscall(SYS_chmod, "fixed/watched", 0777);
	syscall(SYS_chown, "fixed/watched", NOBODY, 0);
	syscall(SYS_unlink, "fixed/watched");
	syscall(SYS_rename, "fixed/watched", "stolen");
	syscall(SYS_open, "fixed/of-nobody", O_RDWR);
	syscall(SYS_chmod, "fixed/of-nobody", 0600);
	syscall(SYS_open, "planted", O_CREAT | O_WRONLY, 0600);
	syscall(SYS_mount, "x", ".", "tmpfs", 0L, NULL);
	syscall(SYS_sethostname, "x", 1L);
	syscall(SYS_kill, 1, 0);
}

/* Groups that only the process has, and a uid that differs from the effective one. */
static void as_others(void)
{
	gid_t groups[] = {7, 8};

	if (setgroups(2, groups) < 0)
		return;
	syscall(SYS_open, "fixed/watched", O_RDONLY);
	syscall(SYS_setresuid, 0, NOBODY, 0);
	syscall(SYS_open, "fixed/of-nobody", O_RDONLY);
	syscall(SYS_setresuid, -1, 0, 0);
	setfsuid(NOBODY);
	syscall(SYS_open, "fixed/of-nobody", O_RDWR);
	setfsuid(0);
	syscall(SYS_setgid, 7);
	syscall(SYS_open, "fixed/watched", O_RDONLY);
	syscall(SYS_personality, ADDR_NO_RANDOMIZE);
	syscall(SYS_open, "fixed/watched", O_RDONLY);
}

void spawn(const char *path)
{
	char *arguments[] = {action, NULL};
	pid_t pid = fork();

	if (!pid) {
		syscall(SYS_execve, path, arguments, arguments + 1);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void execute(void)
{
	char *arguments[] = {action, NULL};
	int fd = open("program", O_PATH);
	pid_t pid;

	spawn("/bin/true");
	spawn("program");
	odd();
	spawn("to-program");
	plain();
	spawn("missing");
	spawn("fixed/secret");
	pid = fork();
	if (!pid) {
		syscall(SYS_execveat, fd, "", arguments, arguments + 1, AT_EMPTY_PATH);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void on_system(void)
{
	struct timex t = {.modes = 0};

	syscall(SYS_adjtimex, &t);
	syscall(SYS_clock_adjtime, CLOCK_REALTIME, &t);
	syscall(SYS_init_module, NULL, 0L, "");
	syscall(SYS_delete_module, "no_such_module", 0);
	syscall(SYS_open, "/etc/passwd", O_RDONLY);
	syscall(SYS_open, "/etc/passwd", O_RDWR);
	syscall(SYS_open, "/etc/shadow", O_RDONLY);
	syscall(SYS_open, "/var/log/audit", O_RDONLY | O_DIRECTORY);
	syscall(SYS_open, "/proc/self/status", O_RDONLY);
	syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void on_sockets(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
				   .sin6_addr = in6addr_loopback};
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "socket"};
	int fd = (int)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
	int local = (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	int six = (int)syscall(SYS_socket, AF_INET6, SOCK_STREAM, 0);

	if (chdir("home") < 0)
		return;
	syscall(SYS_bind, fd, &in, sizeof(in));
	in.sin_port = htons(9);
	syscall(SYS_connect, fd, &in, sizeof(in));
	in6.sin6_port = htons(9);
	syscall(SYS_connect, six, &in6, sizeof(in6));
	syscall(SYS_bind, local, &un, sizeof(un));
	syscall(SYS_connect, local, &un, sizeof(un));
	syscall(SYS_listen, local, 1);
	syscall(SYS_connect, -1, &in, sizeof(in));
	syscall(SYS_sendto, fd, "x", 1L, 0, &in, sizeof(in));
}

static void trace(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	syscall(SYS_ptrace, PTRACE_ATTACH, pid, 0L, 0L);
	waitpid(pid, NULL, 0);
	syscall(SYS_ptrace, PTRACE_PEEKDATA, pid, 0L, 0L);
	syscall(SYS_ptrace, PTRACE_DETACH, pid, 0L, 0L);
	syscall(SYS_kill, pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

#ifdef __x86_64__
static long call_32(long nr, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory");
	return result;
}

/* The numbers of the 32-bit machine, made by a program of the other one. */
static void in_32_bits(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long name = (long)low;

	if (low == MAP_FAILED)
		return;
	strcpy(low, "fixed/watched");
	call_32(5, name, O_RDONLY, 0); /* open */
	call_32(5, name, O_RDWR, 0);
	call_32(295, AT_FDCWD, name, O_WRONLY); /* openat */
	call_32(15, name, 0600, 0);             /* chmod */
	call_32(212, name, 0, 0);               /* chown32 */
	strcpy(low, "home/low");
	call_32(8, name, 0600, 0); /* creat */
	call_32(10, name, 0, 0);   /* unlink */
	memset(low, 0, 4096);      /* the clock is only read */
	call_32(124, name, 0, 0);  /* adjtimex */
	call_32(359, AF_INET, SOCK_STREAM, 0);
}

/* The third way of numbering: no rule has such a number. */
static void in_x32(void)
{
	syscall(0x40000000 + SYS_open, "fixed/watched", O_RDWR);
}
#else
static void in_32_bits(void)
{
}

static void in_x32(void)
{
}
#endif

static const struct {
	const char *name;
	void (*act)(void);
} actions[] = {
	{"w:files", on_files},      {"w:among", among_watched},
	{"w:held", odd_held},       {"w:watched", on_watched},
	{"w:links", odd_links},     {"w:swap", odd_swap},
	{"w:swapped", odd_swapped}, {"w:two", odd_two},
	{"w:replace", odd_replace}, {"w:gone", remove_one},
	{"w:openat2", odd_openat2}, {"w:nobody", as_nobody},
	{"w:others", as_others},    {"w:exec", execute},
	{"w:mounts", odd_mounts},   {"w:root", odd_root},
	{"w:system", on_system},    {"w:sockets", on_sockets},
	{"w:trace", trace},         {"w:32bit", in_32_bits},
	{"w:x32", in_x32},          {"w:cold", odd_cold},
};

static void log_in(const char *auid)
{
	int fd = open("/proc/self/loginuid", O_WRONLY);

	if (fd < 0 || write(fd, auid, strlen(auid)) < 0)
		perror("/proc/self/loginuid");
	close(fd);
}

static void act(size_t i, const char *auid)
{
	pid_t pid = fork();

	if (!pid) {
		strcpy(action, actions[i].name);
		plain();
		if (strcmp(auid, "-") != 0)
			log_in(auid);
		actions[i].act();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	bool list = argc == 2 && !strcmp(argv[1], "actions");

	if (!list && (argc != 4 || chdir(argv[1]) < 0)) {
		perror("usage: match_work actions | match_work DIRECTORY AUID ACTION");
		return 2;
	}
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (list)
			puts(actions[i].name);
		else if (!strcmp(argv[3], actions[i].name))
			act(i, argv[2]);
	return 0;
}
