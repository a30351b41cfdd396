/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - the command line of audisp-noise
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "config.h"
#include "plugin.h"
#include "root.h"

static const char usage[] =
	"usage: audisp-noise [--settings | --every-event] [SETTINGS-FILE]\n"
	"Reads auditd's event stream on standard input, counts it and serves the "
	"counts.\n"
	"  SETTINGS-FILE     instead of " SETTINGS_FILE "\n"
	"  -s, --settings    check the settings, print them all, and end\n"
	"  -e, --every-event ask libauparse about each event, not once for each kind\n"
	"  -V, --version\n"
	"  -h, --help\n"
	"auditd starts it by plugins.d/noise.conf; see audisp-noise(8).\n";

static int print_settings(const char *file)
{
	struct conf_error error;
	struct config config;
	struct root root = {0};
	char text[640];

	if (config_load(&config, file, &error) < 0) {
		log_msg(LOG_ERR, "%s", conf_error_text(&error, text, sizeof(text)));
		return 1;
	}
	if (!config.file[0])
		log_msg(LOG_NOTICE,
			"note: %s is missing or may not be read by this user; these are "
			"the defaults",
			SETTINGS_FILE);
	if (root_account(&root, &config) < 0 || root_leave(&root) < 0 ||
	    root_look(&config) < 0)
		return 1;
	config_print(&config, STDOUT_FILENO);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"settings", no_argument, NULL, 's'},
		{"every-event", no_argument, NULL, 'e'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	bool settings = false, every_event = false;
	const char *file;
	int option;

	log_open("audisp-noise", false);
	while ((option = getopt_long(argc, argv, "seVh", options, NULL)) != -1) {
		switch (option) {
		case 's':
			settings = true;
			break;
		case 'e':
			every_event = true;
			break;
		case 'V':
			puts("audisp-noise " PACKAGE_VERSION);
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (argc - optind > 1) {
		fprintf(stderr,
			"audisp-noise: one settings file at most, not %d arguments\n%s",
			argc - optind, usage);
		return 2;
	}
	file = optind < argc ? argv[optind] : NULL;
	return settings ? print_settings(file) : plugin_run(file, every_event);
}
