/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings.c - the plugin's settings, as far as aunoise keeps to them
 */
#include "cli/cli.h"
#include "config.h"

int cli_settings(struct config *c, const char *file, const char *hint)
{
	struct conf_error error;
	char why[640];

	if (!config_load(c, file, &error))
		return CLI_FINE;
	fprintf(stderr, "aunoise: %s%s\n", conf_error_text(&error, why, sizeof(why)),
		file ? "" : hint);
	return CLI_CANNOT;
}
