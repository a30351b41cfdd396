/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls.c - machines and the numbers of their system calls
 *
 * Pure: libaudit's tables. Its functions that ask the running system for its
 * machine (audit_determine_machine) are not used.
 */
#include "rules/calls.h"

#include <ctype.h>
#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* By number, as enum io_uring_op of include/uapi/linux/io_uring.h has them. */
static const char *const operations[] = {
	"nop",
	"readv",
	"writev",
	"fsync",
	"read_fixed",
	"write_fixed",
	"poll_add",
	"poll_remove",
	"sync_file_range",
	"sendmsg",
	"recvmsg",
	"timeout",
	"timeout_remove",
	"accept",
	"async_cancel",
	"link_timeout",
	"connect",
	"fallocate",
	"openat",
	"close",
	"files_update",
	"statx",
	"read",
	"write",
	"fadvise",
	"madvise",
	"send",
	"recv",
	"openat2",
	"epoll_ctl",
	"splice",
	"provide_buffers",
	"remove_buffers",
	"tee",
	"shutdown",
	"renameat",
	"unlinkat",
	"mkdirat",
	"symlinkat",
	"linkat",
	"msg_ring",
	"fsetxattr",
	"setxattr",
	"fgetxattr",
	"getxattr",
	"socket",
	"uring_cmd",
	"send_zc",
	"sendmsg_zc",
	"read_multishot",
	"waitid",
	"futex_wait",
	"futex_wake",
	"futex_waitv",
	"fixed_fd_install",
	"ftruncate",
	"bind",
	"listen",
	"recv_zc",
	"epoll_wait",
	"readv_fixed",
	"writev_fixed",
	"pipe",
};
#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static bool is_64bit(int machine)
{
	return audit_machine_to_elf(machine) & __AUDIT_ARCH_64BIT;
}

/* The machine whose programs @machine runs besides its own; -1: none. */
static int narrow(int machine)
{
	switch (machine) {
	case MACH_86_64:
		return MACH_X86;
	case MACH_PPC64:
		return MACH_PPC;
	case MACH_S390X:
		return MACH_S390;
	case MACH_AARCH64:
		return MACH_ARM;
	default:
		return machine >= 0 && !is_64bit(machine) ? machine : -1;
	}
}

static uint32_t arch_of(int machine)
{
	return machine < 0 ? 0 : audit_machine_to_elf(machine);
}

uint32_t calls_arch(const char *word, int machine)
{
	char *end;
	unsigned long arch;

	if (strcasecmp(word, "b64") == 0)
		return machine >= 0 && is_64bit(machine) ? arch_of(machine) : 0;
	if (strcasecmp(word, "b32") == 0)
		return arch_of(narrow(machine));
	if (!isdigit((unsigned char)*word))
		return arch_of(audit_name_to_machine(word));
	arch = strtoul(word, &end, 0);
	if (*end || arch > UINT32_MAX || audit_elf_to_machine((unsigned int)arch) < 0)
		return 0;
	return (uint32_t)arch;
}

const char *calls_arch_name(uint32_t arch, int machine)
{
	int own = audit_elf_to_machine(arch);

	if (arch == calls_arch("b64", machine))
		return "b64";
	if (arch == calls_arch("b32", machine))
		return "b32";
	return own < 0 ? NULL : audit_machine_to_name(own);
}

int calls_machine(uint32_t arch, int machine)
{
	return arch ? audit_elf_to_machine(arch) : machine;
}

static int operation_number(const char *word)
{
	for (size_t i = 0; i < OPERATIONS; i++)
		if (strcmp(word, operations[i]) == 0)
			return (int)i;
	return -1;
}

int calls_number(const char *word, int machine, bool uring)
{
	unsigned long number;
	char *end;
	int nr = -1;

	if (uring)
		nr = operation_number(word);
	else if (machine >= 0)
		nr = audit_name_to_syscall(word, machine);
	if (nr >= 0)
		return nr < CALLS_MAX ? nr : -ERANGE;
	if (!isdigit((unsigned char)*word))
		return -ENOENT;
	number = strtoul(word, &end, 0);
	if (*end)
		return -ENOENT;
	return number < CALLS_MAX ? (int)number : -ERANGE;
}

const char *calls_name(unsigned int nr, int machine, bool uring)
{
	if (uring)
		return nr < OPERATIONS ? operations[nr] : NULL;
	return machine < 0 ? NULL : audit_syscall_to_name((int)nr, machine);
}
