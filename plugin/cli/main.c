/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - the command line of aunoise
 *
 * argv may hold names that others chose (a shell's `*`), so what is repeated of
 * it in a message is quoted.
 */
#include "cli/cli.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *help;
} commands[] = {
	{"status", cli_status, "[--socket PATH] [--json]", "one screen: is all well?"},
	{"report", cli_report,
	 "[--socket PATH] [--json] [--window 60|5m|1h|all] [--top N]",
	 "what makes the records"},
	{"losses", cli_losses, "[--state FILE] [--since TIME] [--json]",
	 "what was lost, when, where and why"},
	{"advice", cli_advise, "[--socket PATH] [--json] [--rules] [--check]",
	 "what to change, and what it saves and gives up"},
	{"try", cli_try,
	 "[--socket PATH] [--settings FILE] [--for TIME] [--keep] [--yes] ID",
	 "load an advice for a while, as root"},
	{"replay", cli_replay,
	 "[--json] [--window 60|5m|1h|all] [--interval SECONDS] [--top N] "
	 "[--rules RULES] [--settings FILE] [--no-files] [--every-event] FILE...|-",
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

static void print_command(FILE *out, const char *command)
{
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, command))
			fprintf(out, "usage: aunoise %s %s\n", command,
				commands[i].arguments);
}

int cli_usage(const char *command)
{
	print_command(stderr, command);
	return CLI_USAGE;
}

int cli_help(const char *command)
{
	print_command(stdout, command);
	return CLI_HELPED;
}

int cli_option(int argc, char **argv, const struct option *names)
{
	int option = getopt_long(argc, argv, ":h", names, NULL);
	const char *given = argv[optind - 1], *why = "unrecognized option";
	char shown[CLI_SHOWN_SIZE];

	if (option != '?' && option != ':')
		return option;
	/* of several letters behind one dash none but the last moves optind on */
	if (optopt && optind < argc && argv[optind][0] == '-' &&
	    argv[optind][1] == (char)optopt && argv[optind][2])
		given = argv[optind];
	else if (option == ':')
		why = "there is no value behind the option";
	else if (optopt && !strncmp(given, "--", 2))
		why = "no value may follow in";
	fprintf(stderr, "aunoise: %s %s\n", why,
		text_quote(span_of(given), shown, sizeof(shown)));
	return '?';
}

const char *cli_shown(const char *name, char *buffer)
{
	const char *c = name;

	while (*c >= ' ' && *c <= '~')
		c++;
	return *c || c == name ? text_quote(span_of(name), buffer, CLI_SHOWN_SIZE) : name;
}

/* Prints are checked once, at the end: a full disk or a closed pipe is no success. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		perror("aunoise: standard output");
		return CLI_CANNOT;
	}
	return status == CLI_HELPED ? CLI_FINE : status;
}

int main(int argc, char **argv)
{
	char shown[CLI_SHOWN_SIZE];
	size_t i;

	file_fill_standard(O_PATH);
	if (argc < 2) {
		print_usage(stderr);
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		print_usage(stdout);
		return finish(CLI_FINE);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("aunoise " PACKAGE_VERSION);
		return finish(CLI_FINE);
	}
	for (i = 0; i < N_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name)) {
			argv[1] = argv[0]; /* the name that getopt_long(3) puts before
					      what it says */
			optind = 1;
			return finish(commands[i].run(argc - 1, argv + 1));
		}
	fprintf(stderr, "aunoise: there is no command %s\n",
		text_quote(span_of(argv[1]), shown, sizeof(shown)));
	print_usage(stderr);
	return CLI_USAGE;
}
