/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file_facts.h - whose a file of this host is, and all above it
 *
 * For the guard of the advice. Looks, opens nothing.
 */
#ifndef NOISE_CLI_FILE_FACTS_H
#define NOISE_CLI_FILE_FACTS_H

#include "advise/guard.h"

/**
 * file_facts_look - as struct guard_options' file has it, anew each time
 * @real: PATH_MAX bytes, from which @out borrows
 * @path: attacker-chosen
 * Return: false: there is no such file, or not all could be looked at. Of a link what
 * it leads to is told as its real path.
 */
bool file_facts_look(void *real, struct span path, struct guard_file *out);

struct file_facts;

/** file_facts_new - Return: owned; NULL with errno ENOMEM. */
struct file_facts *file_facts_new(void) __attribute__((warn_unused_result));
void file_facts_free(struct file_facts *facts); /* NULL is legal */

/** file_facts_of - the same; each path is looked at once */
bool file_facts_of(void *facts, struct span path, struct guard_file *out);

#endif
