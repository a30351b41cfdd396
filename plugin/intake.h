/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intake.h - from the stream's descriptor into the engine
 */
#ifndef NOISE_INTAKE_H
#define NOISE_INTAKE_H

#include <stdbool.h>

#include "base/clock.h"
#include "count/engine.h"

#define INTAKE_BYTES 65536 /* of one read: more than the socket of auditd holds */

struct intake {
	struct engine *engine;     /* borrowed for ever */
	struct clock_reading last; /* when bytes came last */
	int64_t pause_ns;          /* before the next read */
	uint64_t own;              /* records of our own processes so far */
	bool looked_at_format, said_strange;
	char buffer[INTAKE_BYTES];
};

/**
 * intake_check - can standard input be a stream?
 * @closed: it was, when we were started
 * @by_hand: set to true when it is no socket, so that nobody like auditd started us
 * Return: 0, or negative errno and it was said why not.
 */
int intake_check(bool closed, bool *by_hand) __attribute__((warn_unused_result));

/** intake_init - of an engine, from now on */
void intake_init(struct intake *in, struct engine *engine);

/**
 * intake_read - what there is on @fd, counted
 * Waits a moment first, where records come one by one, so that they gather.
 * Return: true; false: the stream has ended, or cannot be read, which was said.
 */
bool intake_read(struct intake *in, int fd);

/** intake_end - after the last byte. Return: 0; 1: it was no stream, which was said. */
int intake_end(const struct intake *in);

#endif
