/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perm.c - what kind of access a system call is, as perm= of a rule asks
 *
 * The classes are those of include/asm-generic/audit_{read,write,dir_write,
 * change_attr}.h, by name, for all machines have them in common; the ways to open and
 * to execute are told apart by lib/audit.c and arch/.../audit_classify_syscall(). A
 * kernel can be asked for its classes: a rule with one of the uppermost 16 bits of its
 * mask is listed with the calls of that class.
 */
#include "rules/perm.h"

#include <fcntl.h>
#include <libaudit.h>
#include <linux/version.h>
#include <stdlib.h>
#include <string.h>

#include "rules/calls.h"

#define BIND_OF_SOCKETCALL 2 /* SYS_BIND, linux/net.h */
#define READ_OR_WRITE      (AUDIT_PERM_READ | AUDIT_PERM_WRITE)

enum {
	R = AUDIT_PERM_READ,
	W = AUDIT_PERM_WRITE,
	A = AUDIT_PERM_ATTR,
};

/* Since when a call is in a class. */
enum since {
	LONG_AGO,   /* 5.10 has it */
	SINCE_2023, /* 5.10 has it not, 6.18 has it */
	LATER,      /* 6.18 has it not; kernels to come have it, or may */
	SINCES
};

/* Sorted by name. */
static const struct call {
	const char *name;
	uint8_t perm[SINCES];
} calls[] = {
	{"acct", {W, 0, 0}},
	{"bind", {W, 0, 0}},
	{"chmod", {A, 0, 0}},
	{"chown", {A, 0, 0}},
	{"chown32", {A, 0, 0}},
	{"creat", {W, 0, 0}},
	{"fallocate", {W, 0, 0}},
	{"fchmod", {A, 0, 0}},
	{"fchmodat", {A, 0, 0}},
	{"fchmodat2", {0, A, 0}},
	{"fchown", {A, 0, 0}},
	{"fchown32", {A, 0, 0}},
	{"fchownat", {A, 0, 0}},
	{"fgetxattr", {R, 0, 0}},
	{"file_getattr", {0, 0, R}},
	{"file_setattr", {0, 0, A}},
	{"flistxattr", {R, 0, 0}},
	{"fremovexattr", {A, 0, 0}},
	{"fsetxattr", {A, 0, 0}},
	{"fstat", {0, 0, R}},
	{"ftruncate", {W, 0, 0}},
	{"ftruncate64", {W, 0, 0}},
	{"futimesat", {0, 0, A}},
	{"getxattr", {R, 0, 0}},
	{"getxattrat", {0, R, 0}},
	{"lchown", {A, 0, 0}},
	{"lchown32", {A, 0, 0}},
	{"lgetxattr", {R, 0, 0}},
	{"link", {W | A, 0, 0}},
	{"linkat", {W | A, 0, 0}},
	{"listxattr", {R, 0, 0}},
	{"listxattrat", {0, R, 0}},
	{"llistxattr", {R, 0, 0}},
	{"lremovexattr", {A, 0, 0}},
	{"lsetxattr", {A, 0, 0}},
	{"lstat", {0, 0, R}},
	{"mkdir", {W, 0, 0}},
	{"mkdirat", {W, 0, 0}},
	{"mknod", {W, 0, 0}},
	{"mknodat", {W, 0, 0}},
	{"newfstatat", {0, 0, R}},
	{"quotactl", {R | W, 0, 0}},
	{"quotactl_fd", {0, 0, R | W}},
	{"readlink", {R, 0, 0}},
	{"readlinkat", {R, 0, 0}},
	{"removexattr", {A, 0, 0}},
	{"removexattrat", {0, A, 0}},
	{"rename", {W, 0, 0}},
	{"renameat", {W, 0, 0}},
	{"renameat2", {W, 0, 0}},
	{"rmdir", {W, 0, 0}},
	{"setxattr", {A, 0, 0}},
	{"setxattrat", {0, A, 0}},
	{"stat", {0, 0, R}},
	{"statx", {0, 0, R}},
	{"swapon", {W, 0, 0}},
	{"symlink", {W, 0, 0}},
	{"symlinkat", {W, 0, 0}},
	{"truncate", {W, 0, 0}},
	{"truncate64", {W, 0, 0}},
	{"unlink", {W, 0, 0}},
	{"unlinkat", {W, 0, 0}},
	{"utime", {0, 0, A}},
	{"utimensat", {0, 0, A}},
	{"utimensat_time64", {0, 0, A}},
	{"utimes", {0, 0, A}},
};

static int compare_name(const void *name, const void *call)
{
	return strcmp(name, ((const struct call *)call)->name);
}

struct perm perm_class_of(const char *name, uint32_t kernel)
{
	const struct call *c = bsearch(name, calls, sizeof(calls) / sizeof(calls[0]),
				       sizeof(calls[0]), compare_name);
	struct perm p = {0, 0};

	if (!c)
		return p;
	p.sure = c->perm[LONG_AGO];
	if (kernel >= KERNEL_VERSION(6, 18, 0))
		p.sure |= c->perm[SINCE_2023];
	else if (!kernel || kernel > KERNEL_VERSION(5, 10, 255))
		p.maybe |= c->perm[SINCE_2023];
	if (!kernel || kernel > KERNEL_VERSION(6, 18, 255))
		p.maybe |= c->perm[LATER];
	return p;
}

/* fs.h: ACC_MODE(): the two lowest bits alone count, O_CREAT and O_TRUNC do not. */
static struct perm perm_of_flags(const struct facts *facts, enum facts_number n)
{
	static const uint8_t access[] = {AUDIT_PERM_READ, AUDIT_PERM_WRITE, READ_OR_WRITE,
					 READ_OR_WRITE};

	if (!facts_knows(facts, n))
		return (struct perm){0, READ_OR_WRITE};
	return (struct perm){access[facts->number[n] & O_ACCMODE], 0};
}

struct perm perm_of(const struct facts *facts, uint32_t kernel)
{
	const uint32_t all = AUDIT_PERM_EXEC | READ_OR_WRITE | AUDIT_PERM_ATTR;
	const char *name = NULL;
	int machine;

	if (!facts_knows(facts, FACTS_ARCH) || !facts_knows(facts, FACTS_CALL))
		return (struct perm){0, all};
	machine = calls_machine((uint32_t)facts->number[FACTS_ARCH], -1);
	if (machine >= 0)
		name = calls_name((unsigned int)facts->number[FACTS_CALL], machine,
				  false);
	if (!name)
		return (struct perm){0, all};
	if (!strcmp(name, "open"))
		return perm_of_flags(facts, FACTS_ARG1);
	if (!strcmp(name, "openat"))
		return perm_of_flags(facts, FACTS_ARG2);
	if (!strcmp(name, "openat2")) /* no record: not told, or an older kernel */
		return perm_of_flags(facts, FACTS_OPEN_FLAGS);
	if (!strcmp(name, "execve") || !strcmp(name, "execveat"))
		return (struct perm){AUDIT_PERM_EXEC, 0};
	if (strcmp(name, "socketcall") != 0)
		return perm_class_of(name, kernel);
	if (!facts_knows(facts, FACTS_ARG0))
		return (struct perm){0, AUDIT_PERM_WRITE};
	return (struct perm){facts->number[FACTS_ARG0] == BIND_OF_SOCKETCALL ? W : 0, 0};
}
