/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_object.h - advice on the kernel's queue, as an object of the socket
 */
#ifndef NOISE_QUEUE_OBJECT_H
#define NOISE_QUEUE_OBJECT_H

#include <jansson.h>

#include "advise/queue.h"

/**
 * queue_object - @advice of incident @e, with a verdict
 * @ticks_per_s: of the kernel's wait time counter
 * Return: owned, or NULL when there is no memory.
 */
json_t *queue_object(const struct queue_advice *advice, const struct ledger_entry *e,
		     unsigned int ticks_per_s);

#endif
