/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proposal.h - one advice, as an object of the socket
 */
#ifndef NOISE_PROPOSAL_H
#define NOISE_PROPOSAL_H

#include <jansson.h>

#define PROPOSAL_TEXT 768 /* bytes of a sentence of ours, its NUL included */

/* All text is ours and is borrowed; NULL where there is none. */
struct proposal {
	const char *kind; /* queue, auditd, repair ... */
	const char *title, *why;
	json_t *evidence;         /* taken; NULL: no memory, and the whole is given up */
	const char *rule, *rule2; /* the lines to add */
	const char *remove, *remove2; /* those to take out */
	const char *command;          /* that does the same now */
	const char *file, *place;     /* where the line stands */
	const char *gives_up, *undo;
	const char *risk, *confidence; /* low, medium, high */
};

/** proposal_object - all names but id, state and reason. Return: owned, or NULL. */
json_t *proposal_object(const struct proposal *p) __attribute__((warn_unused_result));

/** proposal_risk - of something that takes so many bytes of memory: low or medium */
const char *proposal_risk(double bytes);

/** proposal_count - a figure of the evidence: an integer, or null for 0 and less */
json_t *proposal_count(double value);

#endif
