/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - what is known, as the objects of the socket
 *
 * The one place that turns counts into a summary, for the daemon, for aunoise
 * replay and for the tests. Lists are ordered by records, heaviest first; what
 * is not listed is in `other`, so that every list adds up to the total.
 */
#ifndef NOISE_REPORT_H
#define NOISE_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "count/engine.h"
#include "emit/loss_object.h"
#include "emit/retention.h"
#include "emit/schema.h"

#define REPORT_PUSH_BYTES 12288 /* a summary that nobody asked for */

/* A counter of health that the engine does not know. */
struct report_counter {
	const char *name;
	uint64_t value;
};

struct report_source {
	struct engine *engine;
	const struct clock_reading *clock; /* NULL in replay: kernel, lag are null then */
	const struct report_counter *counters;
	size_t n_counters;
	const struct loss_source *loss; /* NULL: nothing is known of the kernel */
	const struct retention_source
		*retention;  /* NULL: auditd's settings are not known */
	uint64_t gap_events; /* since the last summary of the default interval */
	const struct schema_origin *origin;
};

struct report_depth {
	unsigned int top;        /* entries of each list of the first window */
	unsigned int top_others; /* rules and keys of the other windows */
	bool all_windows;        /* the other windows are as deep as the first */
	size_t max_bytes; /* of the whole line, to which lists are cut; 0: unbounded */
};

/**
 * report_summary - the summary object, without its common fields
 * Settles the engine first. All lists are cut at the same length so that the
 * line of it has at most depth->max_bytes, if it has without any entry. Return: owned
 * reference, or NULL when memory ran out.
 */
json_t *report_summary(const struct report_source *source,
		       const struct report_depth *depth);

/**
 * report_line - the summary as a line
 * Return: 0, or -ENOMEM.
 */
int report_line(const struct report_source *source, const struct report_depth *depth,
		struct schema_line *line) __attribute__((warn_unused_result));

#endif
