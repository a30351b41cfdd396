/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * privs.h - giving up rights: user, groups, capabilities, system calls
 *
 * auditd starts its plugins as root with every capability. What reads hostile
 * bytes runs as a user of its own without any, and may call only what it needs.
 *
 * The order, which the kernel dictates since all of this belongs to a thread:
 *  1. as root, with one thread: privs_lookup(), directories, what only root may
 *     open, then the watcher's fork;
 *  2. privs_drop(), before any thread: others would keep their rights;
 *  3. each further thread is made by one that is not yet confined (filters are
 *     inherited and only ever add up), and calls privs_confine() first of all;
 *  4. the thread that made them confines itself last: it can make none after.
 * A thread that is confined must never block SIGSYS: the kernel kills instead.
 */
#ifndef NOISE_PRIVS_H
#define NOISE_PRIVS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct privs_account {
	uid_t uid;
	gid_t gid;
	gid_t group; /* the one supplementary group, that of the socket */
};

/**
 * privs_lookup - the user that the plugin runs as
 * @account: uid and gid are set; group is set to gid, for the caller to change
 * @why: on failure one line for the operator: the user, the reason, the remedy
 * Asks the name service, which may wait: only at the start, as root.
 * Return: 0; -ENOENT: no such user; -EPERM: it has uid 0; another negative errno.
 */
int privs_lookup(const char *user, struct privs_account *account, char *why,
		 size_t why_size) __attribute__((warn_unused_result));

enum privs_keep {
	PRIVS_KEEP_NONE,
	PRIVS_KEEP_WATCHER, /* CAP_AUDIT_CONTROL, CAP_DAC_READ_SEARCH */
	PRIVS_KEEP_RULES,   /* CAP_AUDIT_CONTROL */
	PRIVS_KEEPS
};

/**
 * privs_drop - become @account for good, with no capabilities but those of @keep
 * @account: NULL: not started as root: users and groups stay, capabilities go
 * Clears the bounding set, locks the secure bits, sets no_new_privs, and reads
 * all of it back. After an error some rights may be gone and others not: end.
 * @why: on failure one line for the operator: the step, the reason, the remedy
 * Return: 0 or negative errno.
 */
int privs_drop(const struct privs_account *account, enum privs_keep keep, char *why,
	       size_t why_size) __attribute__((warn_unused_result));

enum privs_role {
	PRIVS_STREAM, /* the plugin's main thread; opens for reading only */
	PRIVS_WRITER, /* its thread that writes files; makes no socket */
	PRIVS_LOOKER, /* its thread that looks whose files are; opens nothing */
	PRIVS_KEEPER, /* forks the worker, whose calls it may make too: they are inherited
		       */
	PRIVS_WORKER, /* opens for reading only; makes no socket */
	PRIVS_ROLES
};

/**
 * privs_confine - from here on this thread may call only what @role needs
 * Every other call fails with EPERM and is counted; nothing is ever killed.
 * A build with sanitizers, or a run under valgrind, is not confined, and says so.
 * Return: 0 or negative errno with @why filled as above.
 */
int privs_confine(enum privs_role role, char *why, size_t why_size)
	__attribute__((warn_unused_result));

/**
 * privs_confine_writer - privs_confine(PRIVS_WRITER) as a thread's first act
 * @setting: name of the setting whose file it writes, for the message
 * Return: 0, or negative errno and it was said why.
 */
int privs_confine_writer(void *setting);

/** privs_confine_looker - the same for PRIVS_LOOKER; @nothing is not used */
int privs_confine_looker(void *nothing);

/**
 * privs_denied - calls that confined threads of this process were refused
 * @last_call: NULL, or where the number of the last goes (-1: none yet)
 */
uint64_t privs_denied(int *last_call);

#endif
