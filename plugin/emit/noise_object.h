/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_object.h - advice on noise, as an object of the socket
 */
#ifndef NOISE_NOISE_OBJECT_H
#define NOISE_NOISE_OBJECT_H

#include <jansson.h>
#include <stdbool.h>

#include "advise/noise.h"

struct controls;

struct noise_scene {
	const struct noise *noise; /* that the advice is of; it is done */
	struct whatif *whatif;     /* and what it was made with */
	const struct whatif_table *table;
	int machine;         /* audit_detect_machine() */
	unsigned int window; /* index of the one that advice is computed over */
	unsigned int window_s;
	double span_s; /* that it covers */
	bool complete; /* all of it was seen */
	bool files_checked;
	bool can_try;                    /* `aunoise try` knows it by its id */
	const struct controls *controls; /* of published rule sets; NULL: none */
	const char *rules_d; /* that the rules are of; NULL: they are of one file */
};

/**
 * noise_object - all names of an advice of kind narrow, silence or exclude but id, state
 *                and reason
 * @rank: from 1
 * What goes into its id says nothing of numbers, files and lines.
 * Return: owned; NULL when there is no memory.
 */
json_t *noise_object(const struct noise_advice *a, unsigned int rank,
		     const struct noise_scene *scene) __attribute__((warn_unused_result));

#endif
