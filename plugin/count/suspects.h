/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suspects.h - what made the records of some seconds
 *
 * The heaviest pairs of rule key and executable among the flows, by the buckets
 * of the shortest window. Names are copied, for the table may evict them. What user
 * messages claim of themselves names nobody.
 */
#ifndef NOISE_SUSPECTS_H
#define NOISE_SUSPECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "count/tally.h"

#define SUSPECTS_MAX  3
#define SUSPECTS_TEXT 128

/* Text that was copied. */
struct suspects_text {
	bool absent, cut;
	uint16_t n;
	char text[SUSPECTS_TEXT];
};

struct suspect {
	struct suspects_text key, exe; /* several keys: the first */
	uint32_t type;                 /* 0: several */
	uint64_t records;
};

struct suspects {
	uint64_t records; /* all that arrived in that time */
	unsigned int n;
	struct suspect of[SUSPECTS_MAX]; /* heaviest first */
};

/**
 * suspects_find - who made the records that are stamped in these buckets
 * @from, @to: buckets of window 0, both included; at most WINDOW_BUCKETS
 */
void suspects_find(struct tally *t, int64_t from, int64_t to, struct suspects *suspects);

#endif
