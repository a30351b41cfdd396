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

/* Sorted by name. @newer: those that joined after Linux 5.10. */
static const struct call {
	const char *name;
	uint8_t sure, newer;
} calls[] = {
	{"acct", W, 0},          {"bind", W, 0},       {"chmod", A, 0},
	{"chown", A, 0},         {"chown32", A, 0},    {"creat", W, 0},
	{"fallocate", W, 0},     {"fchmod", A, 0},     {"fchmodat", A, 0},
	{"fchmodat2", 0, A},     {"fchown", A, 0},     {"fchown32", A, 0},
	{"fchownat", A, 0},      {"fgetxattr", R, 0},  {"flistxattr", R, 0},
	{"fremovexattr", A, 0},  {"fsetxattr", A, 0},  {"ftruncate", W, 0},
	{"ftruncate64", W, 0},   {"getxattr", R, 0},   {"getxattrat", 0, R},
	{"lchown", A, 0},        {"lchown32", A, 0},   {"lgetxattr", R, 0},
	{"link", W, A},          {"linkat", W, A},     {"listxattr", R, 0},
	{"listxattrat", 0, R},   {"llistxattr", R, 0}, {"lremovexattr", A, 0},
	{"lsetxattr", A, 0},     {"mkdir", W, 0},      {"mkdirat", W, 0},
	{"mknod", W, 0},         {"mknodat", W, 0},    {"quotactl", R | W, 0},
	{"readlink", R, 0},      {"readlinkat", R, 0}, {"removexattr", A, 0},
	{"removexattrat", 0, A}, {"rename", W, 0},     {"renameat", W, 0},
	{"renameat2", W, 0},     {"rmdir", W, 0},      {"setxattr", A, 0},
	{"setxattrat", 0, A},    {"swapon", W, 0},     {"symlink", W, 0},
	{"symlinkat", W, 0},     {"truncate", W, 0},   {"truncate64", W, 0},
	{"unlink", W, 0},        {"unlinkat", W, 0},
};

static int compare_name(const void *name, const void *call)
{
	return strcmp(name, ((const struct call *)call)->name);
}

struct perm perm_class_of(const char *name)
{
	const struct call *c = bsearch(name, calls, sizeof(calls) / sizeof(calls[0]),
				       sizeof(calls[0]), compare_name);

	return c ? (struct perm){c->sure, c->newer} : (struct perm){0, 0};
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

struct perm perm_of(const struct facts *facts)
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
		return perm_class_of(name);
	if (!facts_knows(facts, FACTS_ARG0))
		return (struct perm){0, AUDIT_PERM_WRITE};
	return (struct perm){facts->number[FACTS_ARG0] == BIND_OF_SOCKETCALL ? W : 0, 0};
}
