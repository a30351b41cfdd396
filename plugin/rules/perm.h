/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perm.h - what kind of access a system call is, as perm= of a rule asks
 *
 * kernel/auditsc.c: audit_match_perm(). It looks at the call, not at what came of it:
 * an open for writing that failed is a write; rename, link and bind are writes,
 * execve is the only execution.
 */
#ifndef NOISE_RULES_PERM_H
#define NOISE_RULES_PERM_H

#include <stdint.h>

#include "rules/facts.h"

/* Bits AUDIT_PERM_*. */
struct perm {
	uint32_t sure;  /* of these kinds */
	uint32_t maybe; /* of these perhaps: it depends on a version that is not known, or
			   on what the records do not say */
};

/**
 * perm_of - of the event's system call; all maybe where it is not known
 * @kernel: KERNEL_VERSION() of the node, 0: not known. The classes of 6.18 were read
 *          from that kernel, those of others from their sources.
 */
struct perm perm_of(const struct facts *facts, uint32_t kernel);

/** perm_class_of - the table alone: of a call by its name, without open and exec */
struct perm perm_class_of(const char *call, uint32_t kernel);

#endif
