/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_object.h - advice on the kernel's queue, as an object of the socket
 */
#ifndef NOISE_QUEUE_OBJECT_H
#define NOISE_QUEUE_OBJECT_H

#include <jansson.h>

#include "advise/queue.h"

#define QUEUE_RULES_FILE "/etc/audit/rules.d/audit.rules"
#define QUEUE_WAIT_S     60 /* the kernel's own wait time */

/**
 * queue_object - all names of an advice of kind queue but id, state and reason
 * @e: the incident that it rests on; of it limit, refused and waited are said
 * @ticks_per_s: of the kernel's wait time; 0: not known
 * Return: owned; NULL when there is no memory or nothing to say. So the others too.
 */
json_t *queue_object(const struct queue_advice *advice, const struct ledger_entry *e,
		     unsigned int ticks_per_s);

/** queue_boot_object - words for the kernel's command line (queue_at_boot()) */
json_t *queue_boot_object(const struct queue_advice *advice,
			  const struct ledger_entry *e);

/**
 * queue_wait_object - a wait time, where no depth helps and there is none
 * @ticks_per_s: not 0; --backlog_wait_time counts in ticks
 */
json_t *queue_wait_object(const struct queue_advice *advice, const struct ledger_entry *e,
			  unsigned int ticks_per_s);

#endif
