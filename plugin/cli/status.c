/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.c - aunoise status: is all well? One screen, from the running daemon
 */
#include "cli/cli.h"

#include <stdlib.h>

#include "base/text.h"
#include "cli/try.h"

static int read_options(int argc, char **argv, const char **socket, bool *json)
{
	static const struct option names[] = {
		{"socket", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	char shown[CLI_SHOWN_SIZE];
	int option;

	while ((option = cli_option(argc, argv, names)) != -1) {
		if (option == 's')
			*socket = optarg;
		else if (option == 'j')
			*json = true;
		else if (option == 'h')
			return cli_help("status");
		else
			return cli_usage("status");
	}
	if (optind < argc) {
		fprintf(stderr, "aunoise: status takes no argument %s\n",
			text_quote(span_of(argv[optind]), shown, sizeof(shown)));
		return cli_usage("status");
	}
	return CLI_FINE;
}

static void line(const char *label, const json_t *value)
{
	printf("%-14s ", label);
	print_word(stdout, value);
	putchar('\n');
}

static void print_daemon(const json_t *hello)
{
	line("version", json_object_get(hello, "version"));
	line("host", json_object_get(hello, "host"));
	line("pid", json_object_get(hello, "pid"));
	line("user", json_object_get(hello, "user"));
	line("started", json_object_get(hello, "started"));
	line("settings", json_object_get(hello, "settings_file"));
}

static void print_kernel(const json_t *kernel)
{
	if (json_is_true(json_object_get(kernel, "known"))) {
		line("lost (boot)", json_object_get(kernel, "lost"));
		line("backlog", json_object_get(kernel, "backlog"));
		line("its limit", json_object_get(kernel, "backlog_limit"));
		return;
	}
	printf("%-14s unknown: ", "kernel queue");
	print_word(stdout, json_object_get(kernel, "reason"));
	puts(" (`auditctl -s` shows the kernel's own count of lost records)");
}

static void print_flow_of_records(const json_t *summary)
{
	const json_t *lag = json_object_get(summary, "lag");
	const json_t *health = json_object_get(summary, "health");

	print_kernel(json_object_get(summary, "kernel"));
	printf("%-14s median ", "lag (ms)");
	print_word(stdout, json_object_get(lag, "p50_ms"));
	printf(", 99%% ");
	print_word(stdout, json_object_get(lag, "p99_ms"));
	printf(", largest ");
	print_word(stdout, json_object_get(lag, "max_ms"));
	putchar('\n');
	line("serial gaps", json_object_get(health, "gap_events"));
	line("bad lines", json_object_get(health, "lines_bad"));
	line("clients", json_object_get(health, "clients"));
}

static void print_json(json_t *hello, json_t *summary)
{
	print_object(stdout, hello);
	print_object(stdout, summary);
}

/* Who may see it is root. */
static void print_left(void)
{
	char *text;
	enum try_left left = try_journal_look(&text);

	if (left == TRY_LEFT_RUNNING)
		printf("%-14s an advice is being tried\n", "TRIAL");
	if (left == TRY_LEFT_BEHIND && text) {
		printf("%-14s left behind, its guardian was killed. ", "TRIAL");
		try_journal_print(stdout, text);
	}
	free(text);
}

static void print_text(const json_t *hello, const json_t *summary,
		       const struct cli_daemon *d)
{
	const json_t *advice;
	size_t i;

	print_alerts(stdout, cli_alerts(d));
	json_array_foreach(cli_advice(d), i, advice) print_advice(stdout, advice);
	print_left();
	print_daemon(hello);
	print_flow_of_records(summary);
	putchar('\n');
	print_windows(stdout, summary);
	puts("\nhealth (counters that are not 0)");
	print_health(stdout, summary);
}

int cli_status(int argc, char **argv)
{
	const char *socket = NULL;
	bool json = false;
	int status = read_options(argc, argv, &socket, &json);
	struct cli_daemon *d;
	json_t *hello, *summary;

	if (status)
		return status;
	d = cli_connect(socket);
	if (!d)
		return CLI_CANNOT;
	summary = cli_ask_standing(d, &hello);
	if (summary && json)
		print_json(hello, summary);
	else if (summary)
		print_text(hello, summary, d);
	cli_disconnect(d);
	json_decref(hello);
	json_decref(summary);
	return summary ? CLI_FINE : CLI_CANNOT;
}
