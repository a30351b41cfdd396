/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * samples.h - the sample rule sets that are installed with auditd
 *
 * Reads files, so it is for the start of a program, or for a process or thread that may
 * wait: never for the one that reads the stream.
 */
#ifndef NOISE_SAMPLES_H
#define NOISE_SAMPLES_H

#include "rules/controls.h"

#define SAMPLES_FILES_MAX 256         /* of a directory; those behind are left out */
#define SAMPLES_BYTES_MAX (256 << 10) /* of one file; a longer one is left out */

/**
 * samples_read - the rules of the first of the directories that has any
 * @places: directories, parted by colons; SAMPLE_RULES is where they are installed
 * @world: as of the rules that are asked about later
 * Regular files with a name that augenrules would take, in its order; no link is
 * followed. What cannot be read, compressed files among it, is left out.
 * Return: owned (controls_free()), empty where there are none; NULL with errno ENOMEM.
 */
struct controls *samples_read(const char *places, const struct rule_world *world)
	__attribute__((warn_unused_result));

/**
 * samples_read_directory - the same of one that is open
 * @dir: borrowed; @controls: gets what is read, and keeps what it has
 * Return: 0 or -ENOMEM.
 */
int samples_read_directory(int dir, const struct rule_world *world,
			   struct controls *controls) __attribute__((warn_unused_result));

#endif
