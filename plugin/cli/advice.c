/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice.c - aunoise advice: what to change, from the running daemon
 */
#include <libaudit.h>
#include <string.h>

#include "base/text.h"
#include "cli/advice_object.h"
#include "cli/advice_rules.h"
#include "cli/cli.h"

enum form { FORM_TEXT, FORM_JSON, FORM_RULES, FORM_CHECK };

static int read_options(int argc, char **argv, const char **socket, enum form *form)
{
	static const struct option names[] = {
		{"socket", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"rules", no_argument, NULL, 'r'},
		{"check", no_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	char shown[CLI_SHOWN_SIZE];
	int option, forms = 0;

	while ((option = cli_option(argc, argv, names)) != -1) {
		if (option == 's') {
			*socket = optarg;
			continue;
		}
		if (option == 'h')
			return cli_help("advice");
		if (option == '?' || option == ':')
			return cli_usage("advice");
		*form = option == 'j'   ? FORM_JSON
			: option == 'r' ? FORM_RULES
					: FORM_CHECK;
		forms++;
	}
	if (optind < argc)
		fprintf(stderr, "aunoise: advice takes no argument %s\n",
			text_quote(span_of(argv[optind]), shown, sizeof(shown)));
	else if (forms > 1)
		fputs("aunoise: only one of --json, --rules and --check can be given\n",
		      stderr);
	else
		return CLI_FINE;
	return cli_usage("advice");
}

static bool is_proposed(const json_t *advice)
{
	const char *state = advice_object_text(advice, "state");

	return state && !strcmp(state, "proposed");
}

static bool is_to_do(const json_t *all)
{
	size_t i;

	for (i = 0; i < json_array_size(all); i++)
		if (is_proposed(json_array_get(all, i)))
			return true;
	return false;
}

static void print_text(const struct cli_daemon *d)
{
	const json_t *advice;
	size_t i;

	print_alerts(stdout, cli_alerts(d));
	json_array_foreach(cli_advice(d), i, advice) print_advice_whole(stdout, advice);
	if (!json_array_size(cli_advice(d)))
		puts("No advice stands.");
}

static int print(const struct cli_daemon *d, enum form form)
{
	const json_t *all = cli_advice(d);
	size_t i;

	switch (form) {
	case FORM_TEXT:
		print_text(d);
		break;
	case FORM_JSON:
		for (i = 0; i < json_array_size(all); i++)
			print_object(stdout, json_array_get(all, i));
		break;
	case FORM_RULES:
		if (!advice_rules_print(stdout, all, audit_detect_machine()))
			puts("\n# There is none now.");
		break;
	case FORM_CHECK:
		return is_to_do(all) ? CLI_TO_DO : CLI_FINE;
	}
	return CLI_FINE;
}

int cli_advise(int argc, char **argv)
{
	const char *socket = NULL;
	enum form form = FORM_TEXT;
	int status = read_options(argc, argv, &socket, &form);
	struct cli_daemon *d;
	json_t *hello, *summary;

	if (status)
		return status;
	d = cli_connect(socket);
	if (!d)
		return CLI_CANNOT;
	summary = cli_ask_standing(d, &hello);
	status = summary ? print(d, form) : CLI_CANNOT;
	cli_disconnect(d);
	json_decref(hello);
	json_decref(summary);
	return status;
}
