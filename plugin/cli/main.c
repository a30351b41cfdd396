/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - the command line of aunoise
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *help;
} commands[] = {
	{"status", cli_status, "[--socket PATH] [--json]", "one screen: is all well?"},
	{"report", cli_report,
	 "[--socket PATH] [--json] [--window 60|5m|1h|all] [--top N]",
	 "what makes the records"},
	{"replay", cli_replay, "[--json] [--interval SECONDS] [--top N] FILE...|-",
	 "the same from stored logs"},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *out)
{
	size_t i;

	fputs("usage: aunoise COMMAND [OPTION...]\n", out);
	for (i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-7s %s\n          %s\n", commands[i].name,
			commands[i].arguments, commands[i].help);
	fputs("  --help, --version\nSee aunoise(8).\n", out);
}

int cli_usage(const char *command)
{
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, command))
			fprintf(stderr, "usage: aunoise %s %s\n", command,
				commands[i].arguments);
	return CLI_USAGE;
}

/* Prints are checked once, at the end: a full disk or a closed pipe is no success. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		perror("aunoise: standard output");
		return CLI_CANNOT;
	}
	return status;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		print_usage(stderr);
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_usage(stdout);
		return finish(CLI_FINE);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("aunoise " PACKAGE_VERSION);
		return finish(CLI_FINE);
	}
	for (i = 0; i < N_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return finish(commands[i].run(argc - 1, argv + 1));
	fprintf(stderr, "aunoise: there is no command \"%s\"\n", argv[1]);
	print_usage(stderr);
	return CLI_USAGE;
}
