/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise_replay.h - what to change so that less is recorded, of what was replayed
 */
#ifndef NOISE_CLI_NOISE_REPLAY_H
#define NOISE_CLI_NOISE_REPLAY_H

#include <jansson.h>
#include <stdbool.h>

#include "emit/report.h"

#define NOISE_REPLAY_COUNTERS 3

struct cli_rules;
struct config;
struct noise_replay;
struct replay_alerts;

struct noise_replay_options {
	struct engine *engine; /* at its end; borrowed by noise_replay_new() alone */
	const struct cli_rules *rules; /* borrowed, as @rules_name is */
	const char *rules_name;
	const struct config *config;  /* borrowed by noise_replay_new() alone */
	struct replay_alerts *alerts; /* likewise; gets the flood that ends the log */
	bool no_files;                /* do not look at files of this host */
	unsigned int first_rank;
};

/**
 * noise_replay_new - make the advice, and raise the flood that none of it may silence
 * Files are looked at where all that the rules are about is of this host, or may be.
 * Return: owned; NULL after saying that there is no memory.
 */
struct noise_replay *noise_replay_new(const struct noise_replay_options *options);
void noise_replay_free(struct noise_replay *n); /* NULL is legal */

/** noise_replay_at - number @i, the best first; borrowed; NULL: no more, or @n is NULL */
json_t *noise_replay_at(const struct noise_replay *n, size_t i);

/** noise_replay_print - all of it as text, on stdout, or why there is none */
void noise_replay_print(const struct noise_replay *n);

/** noise_replay_counters - for health; Return: how many */
size_t noise_replay_counters(const struct noise_replay *n,
			     struct report_counter counters[NOISE_REPLAY_COUNTERS]);

#endif
