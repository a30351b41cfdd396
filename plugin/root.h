/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * root.h - the phase in which we are still root, and its end
 *
 * auditd starts its plugins as root. In this phase the account is looked up,
 * directories are made, /dev/kmsg is opened for the watcher and the watcher
 * is forked; nothing else. root_leave() ends it for good. Started by anybody
 * else there is no account and no watcher, and the same steps do what is left.
 * In the order of the functions below, with one thread.
 */
#ifndef NOISE_ROOT_H
#define NOISE_ROOT_H

#include <stdbool.h>
#include <sys/types.h>

#include "config.h"
#include "kernel/watch.h"
#include "privs.h"

struct root {
	bool is_root;                 /* were we started as root? */
	struct privs_account account; /* that we become; its group is the socket's */
	struct watch *watch;          /* owned by the caller; NULL: there is none */
	int watch_error;              /* why, for watch_reason(); 0 */
};

/** root_account - whom we become, and the socket's group. Return: 0, or negative
 * errno and it was said why. */
int root_account(struct root *r, const struct config *config)
	__attribute__((warn_unused_result));

/** root_directories - of all files that we make. Return: as root_account(). */
int root_directories(const struct root *r, const struct config *config)
	__attribute__((warn_unused_result));

/**
 * root_watcher - fork the keeper of the worker that reads what only root may
 * Where it cannot be set up this is said, watch_error is set, and we go on
 * without: counting needs none of it.
 */
void root_watcher(struct root *r, const struct config *config);

/**
 * root_look - could the files that we make be made where the settings have them?
 * Changes nothing; as the user that it runs as, so after root_leave().
 * Return: 0, or the last of the errors, each of which was said.
 */
int root_look(const struct config *config) __attribute__((warn_unused_result));

/** root_leave - become the account, without capabilities. Return: as root_account(). */
int root_leave(const struct root *r) __attribute__((warn_unused_result));

#endif
