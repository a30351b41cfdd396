/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c - aunoise report: what makes the records, from the running daemon
 */
#include "cli/cli.h"

#include "base/text.h"

#define DEFAULT_TOP 10
#define MAX_TOP     512
#define PUSHED_MAX  3 /* summaries that may come before the answer */

struct options {
	const char *socket, *window;
	unsigned int top;
	bool json;
};

static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{"socket", required_argument, NULL, 's'},
		{"window", required_argument, NULL, 'w'},
		{"top", required_argument, NULL, 't'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	char shown[CLI_SHOWN_SIZE];
	uint64_t top;
	int option;

	while ((option = cli_option(argc, argv, names)) != -1) {
		if (option == 's') {
			o->socket = optarg;
		} else if (option == 'w' && print_is_window(optarg)) {
			o->window = optarg;
		} else if (option == 'h') {
			return cli_help("report");
		} else if (option == 'j') {
			o->json = true;
		} else if (option == 't' && text_u64(span_of(optarg), MAX_TOP, &top) &&
			   top) {
			o->top = (unsigned int)top;
		} else {
			if (option == 't')
				fprintf(stderr, "aunoise: --top: a number from 1 to %d\n",
					MAX_TOP);
			return cli_usage("report");
		}
	}
	if (optind < argc) {
		fprintf(stderr, "aunoise: report takes no argument %s\n",
			text_quote(span_of(argv[optind]), shown, sizeof(shown)));
		return cli_usage("report");
	}
	return CLI_FINE;
}

static void print_json(json_t *summary, const json_t *window)
{
	if (window) {
		json_t *only = json_array();

		json_array_append(only, (json_t *)window);
		json_object_set_new(summary, "windows", only);
	}
	print_object(stdout, summary);
}

static int print(json_t *summary, const struct options *o)
{
	const json_t *window = NULL;

	if (o->window && !(window = print_find_window(summary, o->window)))
		return CLI_USAGE;
	if (o->json) {
		print_json(summary, window);
		return CLI_FINE;
	}
	print_windows(stdout, summary);
	print_lists(stdout,
		    window ? window
			   : json_array_get(json_object_get(summary, "windows"), 0));
	return CLI_FINE;
}

/* What was pushed to all meanwhile has the lists of the first window alone. */
static bool is_answer(const json_t *summary)
{
	const json_t *windows = json_object_get(summary, "windows");
	const json_t *all = json_array_get(windows, json_array_size(windows) - 1);

	return json_array_size(json_object_get(all, "types")) ||
	       !json_integer_value(json_object_get(all, "records"));
}

static json_t *await_answer(struct cli_daemon *d)
{
	json_t *summary = cli_await(d, "summary");
	int i;

	for (i = 1; summary && !is_answer(summary) && i < PUSHED_MAX; i++) {
		json_decref(summary);
		summary = cli_await(d, "summary");
	}
	return summary;
}

int cli_report(int argc, char **argv)
{
	struct options o = {.top = DEFAULT_TOP};
	int status = read_options(argc, argv, &o);
	struct cli_daemon *d;
	json_t *summary;

	if (status)
		return status;
	d = cli_connect(o.socket);
	if (!d)
		return CLI_CANNOT;
	/* the first one is what was pushed last; the second is made for this request */
	summary = cli_await(d, "summary");
	if (summary && cli_request(d, true, o.top) == 0) {
		json_decref(summary);
		summary = await_answer(d);
	}
	cli_disconnect(d);
	if (!summary)
		return CLI_CANNOT;
	status = print(summary, &o);
	json_decref(summary);
	return status;
}
