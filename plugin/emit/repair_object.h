/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair_object.h - advice on a set of rules, as an object of the socket
 */
#ifndef NOISE_REPAIR_OBJECT_H
#define NOISE_REPAIR_OBJECT_H

#include <jansson.h>
#include <stdbool.h>

#include "advise/repair.h"

struct controls;

struct repair_scene {
	int machine;        /* audit_detect_machine() */
	bool locked;        /* the kernel takes no rule before the next boot (-e 2) */
	bool files_checked; /* files that rules name were looked at */
	const struct controls *controls; /* of published rule sets; NULL: none */
};

/**
 * repair_object - all names of an advice of kind order or repair but id, state, reason
 * @rank: from 1
 * What of it goes into its id says nothing of numbers, files and lines, so that the
 * same rule has the same proposal wherever it stands; but for a line with no rule.
 * Return: owned; NULL when there is no memory.
 */
json_t *repair_object(const struct repair *r, unsigned int rank,
		      const struct repair_scene *scene)
	__attribute__((warn_unused_result));

#endif
