/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_value.h - one setting's value, read and printed by its type
 *
 * The part of config.c that knows how a duration, a size or a path is written.
 * Only config.c uses it.
 */
#ifndef NOISE_CONFIG_VALUE_H
#define NOISE_CONFIG_VALUE_H

#include "config.h"

/* One value on its way into the struct, and where it stands. */
struct config_setting {
	const struct config_row *row;
	struct span value; /* blanks around it are gone */
	const char *file;
	unsigned int line;
	struct conf_error *e;
};

/**
 * config_value_set - check a value against its row and store it
 * Return: 0, or -EINVAL with the setting's error filled and @c as it was.
 */
int config_value_set(const struct config_setting *s, struct config *c);

/**
 * config_value_print - a row's value in @c as it would stand in a file
 * @out: at least PATH_MAX bytes, which hold any value
 */
void config_value_print(const struct config_row *row, const struct config *c, char *out,
			size_t size);

#endif
