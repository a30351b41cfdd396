/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try_confine.c - what root's process has no use for
 *
 * Little is forbidden, and that for good: with a mistake in what reads the socket still
 * nothing is run. Calls of the wrong kind fail with EPERM. A build with sanitizers
 * makes processes of its own and is left alone.
 */
#include "cli/try.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/prctl.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) || \
	__has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static const char *const calls[][24] = {
	[TRY_NO_EXEC] = {"execve",
			 "execveat",
			 "ptrace",
			 "process_vm_readv",
			 "process_vm_writev",
			 "bpf",
			 "perf_event_open",
			 "init_module",
			 "finit_module",
			 "delete_module",
			 "kexec_load",
			 "kexec_file_load",
			 "mount",
			 "umount2",
			 "pivot_root",
			 "chroot",
			 "setns",
			 "unshare",
			 "reboot",
			 "swapon",
			 "swapoff",
			 "add_key",
			 "keyctl"},
	[TRY_NO_CHILDREN] = {"fork", "vfork", "clone", "clone3"},
};

int try_confine(enum try_stage stage)
{
	scmp_filter_ctx filter;
	int r = 0;

	if (SANITIZED)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!filter)
		return -ENOMEM;
	for (size_t i = 0; i < 24 && calls[stage][i] && !r; i++) {
		int nr = seccomp_syscall_resolve_name(calls[stage][i]);

		if (nr != __NR_SCMP_ERROR)
			r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), nr, 0);
		if (r == -EDOM) /* not on this machine */
			r = 0;
	}
	if (!r)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}
