/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon_object.h - advice on auditd's settings and on the failure mode, as objects
 */
#ifndef NOISE_DAEMON_OBJECT_H
#define NOISE_DAEMON_OBJECT_H

#include <jansson.h>

#include "advise/daemon.h"

/**
 * daemon_object - all names of an advice of kind auditd but id, state and reason
 * Return: owned; NULL when there is no memory, or nothing to change.
 */
json_t *daemon_object(const struct daemon_advice *advice, const struct ledger_entry *e);

/**
 * failure_object - what the site wants of a loss is not what the kernel does
 * @failure, @policy: as auditctl -f, 0 to 2; a policy of 0 wants nothing
 * The mode that halts the machine is never written as a line or command to be pasted.
 * Return: as daemon_object(), also NULL where they agree.
 */
json_t *failure_object(unsigned int failure, unsigned int policy);

#endif
