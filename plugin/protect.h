/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * protect.h - what the operator never wants to be silenced, as the guard takes it
 */
#ifndef NOISE_PROTECT_H
#define NOISE_PROTECT_H

#include "advise/guard.h"
#include "config.h"

enum protect_list { PROTECT_KEY, PROTECT_EXE, PROTECT_PATH, PROTECT_LISTS };

/* The room of the lists. */
struct protect {
	char text[PROTECT_LISTS][PATH_MAX];
	const char *item[PROTECT_LISTS][CONFIG_ITEMS_MAX];
	uint32_t type[CONFIG_ITEMS_MAX];
};

/**
 * protect_fill - the lists protect_* of @out
 * @out: they borrow @p, and nothing of @c: a reload changes them only when they are
 * filled anew. All else in it is left as it is.
 */
void protect_fill(struct protect *p, const struct config *c, struct guard_options *out);

#endif
