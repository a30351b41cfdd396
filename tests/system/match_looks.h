/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_looks.h - what match_tool tells rules/match of files: looks taken while the work
 * goes on, as a daemon would take them
 */
#ifndef NOISE_TESTS_MATCH_LOOKS_H
#define NOISE_TESTS_MATCH_LOOKS_H

#include "rules/match.h"

/** looks_take - one round, written to stdout. Return: errno
 * Of every path in the rules and of every file below @dir. */
int looks_take(const struct ruleset *set, const char *dir);

/** looks_read - the rounds in a file; without one (NULL): a round taken now */
int looks_read(const char *file, const struct ruleset *set);

/** looks_at - from now on the answers are those of the first round not before an event.
 * Return: true: that is another one than before. */
bool looks_at(int64_t stamp_ms);

/** looks_loaded - none of the rules was loaded at that time yet */
void looks_loaded(int64_t unloaded_ms);

/** looks_exchanged - a file of that name was exchanged for another, by the log */
void looks_exchanged(struct span name);

/* struct match_options.file and .place */
bool looks_file(void *arg, uint32_t type, struct span path, struct match_file *file);
bool looks_place(void *arg, struct span path, struct match_place *place);

#endif
