/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_object.h - advice on the kernel's queue, as an object of the socket
 */
#ifndef NOISE_QUEUE_OBJECT_H
#define NOISE_QUEUE_OBJECT_H

#include <jansson.h>

#include "advise/queue.h"

#define QUEUE_WAIT_S 1 /* short: whoever may flood can hold everybody for as long */

/**
 * queue_object - all names of an advice of kind queue but id, state and reason
 * @e: the incident that it rests on; of it limit, refused and waited are said
 * @ticks_per_s: of the kernel's wait time; 0: not known
 * @limit_now: backlog_limit, to go back to
 * Return: owned; NULL when there is no memory or nothing to say. So the others too.
 */
json_t *queue_object(const struct queue_advice *advice, const struct ledger_entry *e,
		     unsigned int ticks_per_s, uint32_t limit_now);

/**
 * queue_boot_object - words for the kernel's command line (queue_at_boot())
 * @boot_limit: what it says now, or the kernel's own
 */
json_t *queue_boot_object(const struct queue_advice *advice, const struct ledger_entry *e,
			  uint32_t boot_limit);

/**
 * queue_wait_object - a wait time, where no depth helps and there is none
 * @ticks_per_s: not 0; --backlog_wait_time counts in ticks
 */
json_t *queue_wait_object(const struct queue_advice *advice, const struct ledger_entry *e,
			  unsigned int ticks_per_s);

#endif
