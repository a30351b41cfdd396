/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_object.h - an advice from the socket, read as a stranger's
 *
 * Bounded in everything. Its id is made anew from what it proposes, so that what was
 * chosen by its id is what is done.
 */
#ifndef NOISE_CLI_ADVICE_OBJECT_H
#define NOISE_CLI_ADVICE_OBJECT_H

#include <jansson.h>
#include <stdbool.h>

#include "advise/trial.h"

/** advice_object_text - of a name; NULL: it is no text. Borrows. */
const char *advice_object_text(const json_t *advice, const char *name);

/** advice_object_is_id - is it written as ids are: 8 to 16 hexadecimal digits? */
bool advice_object_is_id(const char *id);

/**
 * advice_object_trial - the rules that it proposes
 * @t: is made here (trial_fini), on failure too
 * Return: 0; -EINVAL, -E2BIG, -ENOMEM with @t->why; -EBADMSG its id is another's.
 */
int advice_object_trial(const json_t *advice, int machine, struct trial *t)
	__attribute__((warn_unused_result));

#endif
