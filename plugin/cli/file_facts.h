/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file_facts.h - whose files of this host are, each looked at once
 */
#ifndef NOISE_CLI_FILE_FACTS_H
#define NOISE_CLI_FILE_FACTS_H

#include "advise/guard.h"

struct file_facts;

/** file_facts_new - Return: owned; NULL with errno ENOMEM. */
struct file_facts *file_facts_new(void) __attribute__((warn_unused_result));
void file_facts_free(struct file_facts *facts); /* NULL is legal */

/** file_facts_of - as struct guard_options' file has it; each path is looked at once */
bool file_facts_of(void *facts, struct span path, struct lineage *out);

#endif
