/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rulelist.c - the kernel's rules, as the worker hands them over
 */
#include "kernel/rulelist.h"

#include <stdint.h>

bool rulelist_next(struct span *list, struct span *rule)
{
	uint32_t n;

	if (list->n < sizeof(n))
		return false;
	memcpy(&n, list->p, sizeof(n));
	if (n > list->n - sizeof(n))
		return false;
	*rule = (struct span){list->p + sizeof(n), n};
	list->p += sizeof(n) + n;
	list->n -= sizeof(n) + n;
	return true;
}
