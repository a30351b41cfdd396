/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_dir.c - the rule files on disk, as the worker hands them over
 *
 * Pure: reads bytes that are not trusted.
 */
#include "kernel/rule_dir.h"

#include <errno.h>
#include <stdint.h>

#define ERRNO_MAX 4095

static bool take_number(struct span *list, uint32_t *n)
{
	if (list->n < sizeof(*n))
		return false;
	memcpy(n, list->p, sizeof(*n));
	list->p += sizeof(*n);
	list->n -= sizeof(*n);
	return true;
}

static bool take_bytes(struct span *list, uint32_t n, struct span *bytes)
{
	if (n > list->n)
		return false;
	*bytes = (struct span){list->p, n};
	list->p += n;
	list->n -= n;
	return true;
}

bool rule_dir_next(struct span *list, struct rule_dir_file *file)
{
	struct rule_dir_file f = {.error = 0};
	struct span rest = *list;
	uint32_t n;

	if (!take_number(&rest, &n) || !n || n > RULE_DIR_NAME_MAX ||
	    !take_bytes(&rest, n, &f.name) || memchr(f.name.p, '\0', n) ||
	    !take_number(&rest, &n))
		return false;
	if (n >= -(uint32_t)ERRNO_MAX)
		f.error = (int32_t)n;
	else if (n > RULE_DIR_TEXT_MAX || !take_bytes(&rest, n, &f.text))
		return false;
	*list = rest;
	*file = f;
	return true;
}
