/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * retention.h - how far back auditd's own log reaches at the present rate
 */
#ifndef NOISE_RETENTION_H
#define NOISE_RETENTION_H

#include <jansson.h>
#include <stdint.h>

#include "count/engine.h"
#include "kernel/daemon.h"

struct retention_source {
	const struct daemon_config *config;
	uint64_t free_bytes; /* of the log's filesystem; DAEMON_UNKNOWN */
};

/**
 * retention_object - `retention` of a summary
 * By the longest window that was watched whole, else by the longest one there is.
 * auditd writes what it sends to its plugins, the EOE records left out.
 * Return: owned; null where nothing was watched yet.
 */
json_t *retention_object(const struct retention_source *source, struct engine *engine);

#endif
