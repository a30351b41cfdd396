/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gaps.h - serials that never came
 *
 * The kernel numbers its events one by one (kernel/audit.c: audit_serial).
 * Records of several CPUs overtake each other, so a missing serial is a gap
 * only when it is still missing 2 s of stream time or 4,096 serials later.
 * Pure: stamps are arguments.
 */
#ifndef NOISE_GAPS_H
#define NOISE_GAPS_H

#include <stdbool.h>
#include <stdint.h>

#define GAPS_HOLES        64 /* open at one time; the oldest is decided early beyond that */
#define GAPS_AGE_MS       2000 /* stream time after which a missing serial is a gap */
#define GAPS_AGE_SERIALS  4096
#define GAPS_NEAR_SERIALS 256 /* inversions of up to 34 were seen */
#define GAPS_AGREE        64 /* events in a row far below the newest: it was not the newest */

struct gaps_hole {
	uint32_t first, last; /* serials still missing, both inclusive */
	int64_t stamp_ms;     /* stream time at which it was passed over */
};

struct gaps {
	bool started;
	uint32_t first; /* that was seen at all */
	uint32_t newest;
	int64_t newest_ms; /* stamp of that one */
	unsigned int n_holes;
	struct gaps_hole hole[GAPS_HOLES]; /* oldest first */
	uint32_t astray;                   /* last serial far below the newest ... */
	unsigned int n_astray;             /* ... and how many such came in a row */
	uint64_t missing;                  /* events decided as missing */
	uint64_t restarts;                 /* times the serials began anew (reboot) */
};

/**
 * gaps_see - the serial of a new event
 * @restart: the record says that the kernel has just started (KERNEL 2000)
 * A serial more than GAPS_AGE_SERIALS below the newest begins a new count as
 * well when its stamp is younger; one more than GAPS_NEAR_SERIALS below when it
 * is the last of GAPS_AGREE such in a row and none of these is still missing at a stamp
 * before the newest's (auditd 3.0.9 may hand on blocks of some hundred events in
 * another order after a reload). The 32-bit wrap is no restart. So one forged
 * serial or stamp does no lasting harm; what it seemed to pass over and still comes is no
 * gap.
 */
void gaps_see(struct gaps *g, uint32_t serial, int64_t stamp_ms, bool restart);

/** gaps_behind - how far @serial lies behind the newest; negative: ahead; 0 also: none
 * yet */
int32_t gaps_behind(const struct gaps *g, uint32_t serial);

/** gaps_end - end of input: what is still missing is a gap now */
void gaps_end(struct gaps *g);

#endif
