/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loss_object.h - the kernel's queue and what was lost, as objects of the socket
 */
#ifndef NOISE_LOSS_OBJECT_H
#define NOISE_LOSS_OBJECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "count/ledger.h"

/* What is known of the kernel's queue; NULL in its place: nothing, as in replay. */
struct loss_source {
	const struct ledger *ledger;
	bool known;
	const char *reason; /* why not, where it is not known */
	int64_t status_age_ms;
	unsigned int poll_ms;
	unsigned int ticks_per_s; /* of the kernel's wait times; 0: not known */
	int64_t marked_ms;        /* wall clock of the summary before */
};

/** loss_object_kernel - `kernel` of a summary. Return: owned, or NULL. */
json_t *loss_object_kernel(const struct loss_source *source);

/** loss_object_loss - `loss`; @gap_events: since the summary before, of the stream */
json_t *loss_object_loss(const struct loss_source *source, uint64_t gap_events);

/**
 * loss_object_incident - an entry of the ledger, as aunoise losses gives it
 * @ticks_per_s: 0: not known. Return: owned, or NULL.
 */
json_t *loss_object_incident(const struct ledger_entry *e, unsigned int ticks_per_s);

/** loss_object_suspects - as an array, at most SUSPECTS_MAX */
json_t *loss_object_suspects(const struct suspects *suspects);

#endif
