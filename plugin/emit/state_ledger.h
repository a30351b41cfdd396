/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_ledger.h - the ledger's lines in a state file
 *
 *   {"loss":[numbers],"by":[[type,records,"key","exe"],...]}    an incident each
 *   {"kernel":[lost,waited,boot_ms,serial]}   the kernel's counters, last of these
 * lines, and the newest serial that was read, -1: none.
 * Names are in hexadecimal digits, behind a letter: n absent, c cut, t whole.
 */
#ifndef NOISE_STATE_LEDGER_H
#define NOISE_STATE_LEDGER_H

#include <stdbool.h>

#include "count/ledger.h"
#include "emit/state_piece.h"
#include "emit/state_scan.h"

#define STATE_LEDGER_MAX 262144 /* bytes of all of them at most */

/** state_ledger_first - the oldest entry that fits with all behind it */
unsigned int state_ledger_first(const struct ledger *l);

/** state_ledger_entry - @entry as a line */
void state_ledger_entry(struct piece *p, const struct ledger_entry *entry);

/** state_ledger_kernel - the counters as a line, if there are any yet */
void state_ledger_kernel(struct piece *p, const struct ledger *l);

/**
 * state_ledger_read - a line back into an entry
 * Return: false: it is none; sets @s bad for one that is not as it should be.
 */
bool state_ledger_read(struct scan *s, struct ledger_entry *entry);

struct state_ledger_counters {
	uint32_t lost, waited_ticks;
	int64_t boot_ms, serial;
	uint64_t forgotten; /* entries before the first that is saved */
};

/** state_ledger_read_kernel - Return: as state_ledger_read(). */
bool state_ledger_read_kernel(struct scan *s, struct state_ledger_counters *c);

#endif
