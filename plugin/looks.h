/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * looks.h - whose files of this host are, looked at by a thread of its own
 *
 * A filesystem may hang, so the stream thread asks and never waits: what has not been
 * looked at yet is not known, and is known when it asks again later. The thread looks
 * with the daemon's own rights; what these do not show is not shown.
 */
#ifndef NOISE_LOOKS_H
#define NOISE_LOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lineage.h"

#define LOOKS_MAX 256 /* paths that are known at a time */

struct looks;

/** looks_new - start the thread. Return: owned, or NULL with errno. */
struct looks *looks_new(void) __attribute__((warn_unused_result));

/** looks_free - the thread gets @grace_ms to end. NULL is legal. */
void looks_free(struct looks *l, unsigned int grace_ms);

/**
 * looks_of - as struct guard_options' file has it: what is known of @path
 * @looks: a struct looks
 * @path: attacker-chosen
 * @out: its real path borrows until looks_renew()
 * Return: false: it is not known; where it can be, the thread is asked to look, and @out
 * is pending until it has.
 */
bool looks_of(void *looks, struct span path, struct lineage *out);

/** looks_pending - paths that the thread was asked for and has not looked at yet */
unsigned int looks_pending(struct looks *l);

/** looks_asked - paths that it was ever asked for */
uint64_t looks_asked(struct looks *l);

/** looks_renew - all may have changed: each path is looked at again when it is asked
 * for, and gives way to others until then */
void looks_renew(struct looks *l);

/** looks_over - questions for which there was no room */
uint64_t looks_over(struct looks *l);

#endif
