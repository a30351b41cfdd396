/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try.c - aunoise try: load an advice for a while
 *
 * All of the socket's words but the rules are shown and nothing else: no command is
 * run, no text goes to a shell or to auditctl. What is loaded was read, judged against
 * the kernel's own list and this host's files, shown, and agreed to.
 */
#include "cli/try.h"

#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/accounts.h"
#include "base/lineage.h"
#include "base/text.h"
#include "cli/advice_object.h"
#include "cli/cli.h"
#include "cli/try_run.h"
#include "config.h"
#include "protect.h"
#include "rules/ruleset.h"

#define FOR_S     300
#define FOR_S_MAX 86400
#define LOCKED    2 /* auditctl -e 2 */

/* What the operator allows. */
struct limits {
	struct guard_options guard;
	struct protect protect;
	enum guard_level max_risk;
	char real[PATH_MAX]; /* room of the files that are asked for */
};

struct options {
	const char *id, *socket, *settings;
	unsigned int for_s;
	bool keep, yes;
	struct limits limits;
};

/* --- options --- */

static bool read_for(const char *text, unsigned int *seconds)
{
	static const struct {
		char letter;
		unsigned int s;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}};
	struct span digits = span_of(text);
	unsigned int unit = 1;
	uint64_t value;

	for (size_t i = 0; i < 3 && digits.n; i++)
		if (digits.p[digits.n - 1] == units[i].letter && unit == 1) {
			unit = units[i].s;
			digits.n--;
			break;
		}
	if (!digits.n || !text_u64(digits, FOR_S_MAX, &value) || !value ||
	    value * unit > FOR_S_MAX)
		return false;
	*seconds = (unsigned int)value * unit;
	return true;
}

static int check_options(const struct options *o, int left)
{
	if (left != 1) {
		fputs("aunoise: try takes the id of one advice, as aunoise advice shows "
		      "it\n",
		      stderr);
		return cli_usage("try");
	}
	if (!advice_object_is_id(o->id)) {
		fputs("aunoise: an id is 8 to 16 digits of 0 to 9 and a to f\n", stderr);
		return cli_usage("try");
	}
	if (!o->yes && !isatty(STDIN_FILENO)) {
		fputs("aunoise: there is no terminal to ask on; --yes agrees to what "
		      "would be asked\n",
		      stderr);
		return cli_usage("try");
	}
	return CLI_FINE;
}

static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{"socket", required_argument, NULL, 's'},
		{"settings", required_argument, NULL, 'c'},
		{"for", required_argument, NULL, 'f'},
		{"keep", no_argument, NULL, 'k'},
		{"yes", no_argument, NULL, 'y'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = cli_option(argc, argv, names)) != -1) {
		if (option == 's') {
			o->socket = optarg;
		} else if (option == 'c') {
			o->settings = optarg;
		} else if (option == 'k') {
			o->keep = true;
		} else if (option == 'y') {
			o->yes = true;
		} else if (option == 'h') {
			return cli_help("try");
		} else if (option != 'f') {
			return cli_usage("try");
		} else if (!read_for(optarg, &o->for_s)) {
			fputs("aunoise: --for takes 1s to 24h, as in 90, 90s, 5m, 1h\n",
			      stderr);
			return cli_usage("try");
		}
	}
	o->id = argv[optind];
	return check_options(o, argc - optind);
}

static bool see_file(void *real, struct span path, struct lineage *out)
{
	return lineage_look(real, path, out);
}

static int read_limits(const char *settings, struct limits *l)
{
	struct config config;
	int status = cli_settings(&config, settings, CLI_SETTINGS_HINT);

	if (status)
		return status;
	l->guard = (struct guard_options){
		.file = see_file, .arg = l->real, .first_user = accounts_first_user()};
	protect_fill(&l->protect, &config, &l->guard);
	l->max_risk = (enum guard_level)config.max_risk;
	return CLI_FINE;
}

/* --- a trial before this one --- */

static int say(const char *what)
{
	fprintf(stderr, "aunoise: %s\n", what);
	return CLI_CANNOT;
}

/* Is any of the journal's rules still loaded? What cannot be told counts as yes. */
static bool is_any_loaded(const char *text, const struct ruleset *loaded, int machine)
{
	struct span rest = span_of(text), line;
	bool any = false;

	while (try_journal_next(&rest, &line)) {
		char why[TRIAL_TEXT];
		struct rule *rule;

		if (trial_read(line, machine, &rule, why))
			return true;
		for (size_t i = 0; i < ruleset_count(loaded); i++)
			any |= rule_equal(ruleset_at(loaded, i), rule);
		rule_free(rule);
	}
	return any;
}

static int look_for_other(const struct ruleset *loaded, int machine)
{
	char *text;
	enum try_left left = try_journal_look(&text);
	int status = CLI_FINE;

	if (left == TRY_LEFT_RUNNING) {
		status = say("a trial is under way; it ends with its aunoise try");
	} else if (left == TRY_LEFT_UNKNOWN || (left == TRY_LEFT_BEHIND && !text)) {
		status = say("/run/audisp-noise-try cannot be read, or is not root's "
			     "alone");
	} else if (left == TRY_LEFT_BEHIND && is_any_loaded(text, loaded, machine)) {
		status = say("a trial was left behind, its guardian killed.");
		try_journal_print(stderr, text);
	} else if (left == TRY_LEFT_BEHIND) {
		try_journal_end();
	}
	free(text);
	return status;
}

/* --- the advice --- */

static const json_t *find_advice(const struct cli_daemon *d, const char *id)
{
	const json_t *all = cli_advice(d);
	size_t i;

	for (i = 0; i < json_array_size(all); i++) {
		const char *has = advice_object_text(json_array_get(all, i), "id");

		if (has && !strcmp(has, id))
			return json_array_get(all, i);
	}
	return NULL;
}

/* Owned; NULL after saying why. */
static json_t *fetch(const struct options *o)
{
	struct cli_daemon *d = cli_connect(o->socket);
	json_t *hello, *summary, *advice = NULL;

	if (!d)
		return NULL;
	summary = cli_ask_standing(d, &hello);
	if (summary)
		advice = json_deep_copy(find_advice(d, o->id));
	if (summary && !advice)
		say("no advice of this id stands");
	json_decref(hello);
	json_decref(summary);
	cli_disconnect(d);
	return advice;
}

/* --- what is shown --- */

static void show_rule(const char *label, const struct rule *rule, int machine)
{
	static char text[RULE_TEXT_MAX], quoted[4 * TRIAL_LINE_MAX];
	size_t n = rule_print(rule, machine, text, sizeof(text));

	printf("  %-10s %s\n", label,
	       text_quote((struct span){text, n < sizeof(text) ? n : sizeof(text) - 1},
			  quoted, sizeof(quoted)));
}

static void show_sentence(const char *label, const json_t *text)
{
	printf("  %-10s ", label);
	print_sentence(stdout, text);
	putchar('\n');
}

static void show_controls(const json_t *controls)
{
	size_t i;

	for (i = 0; i < json_array_size(controls); i++)
		show_sentence("control", json_array_get(controls, i));
}

static double predicted_of(const json_t *advice)
{
	const json_t *saves = json_object_get(advice, "saves");
	double rate = json_number_value(json_object_get(saves, "records_per_s"));

	return rate > 0 && rate < 1e9 ? rate : 0;
}

static void show_blinds(const struct trial *t, const struct ruleset *loaded, int machine)
{
	size_t n = 0;

	for (size_t i = 0; i < 2; i++)
		if (t->about[i])
			show_rule("excepts", t->about[i], machine);
	for (size_t i = 0; i < ruleset_count(loaded); i++) {
		if (!trial_is_blinded(t, ruleset_at(loaded, i)))
			continue;
		show_rule("may blind", ruleset_at(loaded, i), machine);
		n++;
	}
	if (!n)
		puts("  no other loaded rule loses anything by it");
}

static void show(const json_t *advice, const struct trial *t,
		 const struct ruleset *loaded, int machine)
{
	double rate = predicted_of(advice);

	puts("Found here, as root, on this host:");
	for (size_t i = 0; i < t->n_add; i++)
		show_rule("add", t->add[i], machine);
	show_blinds(t, loaded, machine);
	for (unsigned int i = 0; i < GUARD_SHOWN_KINDS; i++)
		if (t->verdict.shown & 1u << i)
			printf("  %-10s %s\n", "shown",
			       guard_shown_text((enum guard_shown)i));
	printf("  %-10s %s\n", "risk", guard_level_name(t->verdict.risk));
	puts("Said by the daemon:");
	show_sentence("why", json_object_get(advice, "why"));
	show_sentence("gives up", json_object_get(advice, "gives_up"));
	show_controls(json_object_get(advice, "controls"));
	if (rate > 0)
		printf("  %-10s %.1f records/s\n", "saves", rate);
}

/* What narrows a rule for good is an edit of its file. */
static void show_edit(const struct trial *t, const struct ruleset *disk, int machine)
{
	for (size_t i = 0; i < t->n && i < t->n_old; i++) {
		const struct rule *at = NULL;

		for (size_t k = 0; disk && k < ruleset_count(disk) && !at; k++)
			if (rule_equal(ruleset_at(disk, k), t->old[i]))
				at = ruleset_at(disk, k);
		if (at && at->file) {
			char shown[CLI_SHOWN_SIZE];

			printf("  in /etc/audit/rules.d/%s, line %u:\n",
			       cli_shown(at->file, shown), at->line);
		} else {
			puts("  wherever it stands (in no file of /etc/audit/rules.d "
			     "as it is loaded):");
		}
		show_rule("instead of", t->old[i], machine);
		show_rule("write", t->rule[i], machine);
	}
}

static void print_edit(const struct trial *t, int machine)
{
	struct cli_rules *disk;

	if (t->kind != TRIAL_NARROW)
		return;
	puts("For good it is an edit, and augenrules --load after it:");
	disk = cli_rules_load("/etc/audit/rules.d");
	show_edit(t, cli_rules_set(disk), machine);
	cli_rules_free(disk);
}

static bool ask(const struct try_job *job, bool yes)
{
	char answer[16];

	printf("Load it for %u s, and %s? [y/N] ", job->for_s,
	       job->keep ? "keep it if it does what was foretold" : "take it out again");
	if (yes) {
		puts("y (--yes)");
		return true;
	}
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) &&
	       (!strcmp(answer, "y\n") || !strcmp(answer, "yes\n"));
}

/* --- all of it --- */

static int refuse_immutable(const struct trial *t, int machine)
{
	say("the kernel's rules are locked until the next boot (auditctl -e 2), so "
	    "nothing can be tried; put the rules into /etc/audit/rules.d and boot:");
	for (size_t i = 0; i < t->n; i++) {
		static char text[TRIAL_LINE_MAX];

		/* of a closed alphabet, as trial_read() has it */
		if (t->kind != TRIAL_NARROW &&
		    rule_print(t->rule[i], machine, text, sizeof(text)) < sizeof(text))
			fprintf(stderr, "  %s\n", text);
	}
	return CLI_CANNOT;
}

static int judge(const struct limits *limits, struct trial *t,
		 const struct ruleset *loaded, int machine)
{
	int r = trial_judge(t, loaded, machine, &limits->guard);

	if (!r && t->verdict.risk > limits->max_risk) {
		fprintf(stderr, "aunoise: refused: its risk is %s, and max_risk is %s\n",
			guard_level_name(t->verdict.risk),
			guard_level_name(limits->max_risk));
		return CLI_CANNOT;
	}
	if (!r)
		return CLI_FINE;
	fprintf(stderr, "aunoise: %s: %s\n", r == -EEXIST ? "not tried" : "refused",
		t->why);
	if (r == -ENOTSUP)
		print_edit(t, machine);
	return CLI_CANNOT;
}

/* While somebody reads and thinks, rules and files may change. */
static int judge_again(const struct limits *limits, struct trial *t, int kernel,
		       const struct ruleset *loaded, int machine)
{
	struct ruleset *now = try_kernel_rules(kernel);
	int status = CLI_CANNOT;

	if (!now || !ruleset_equal(now, loaded))
		say("the kernel's rules have changed meanwhile; nothing is loaded");
	else
		status = judge(limits, t, loaded, machine);
	ruleset_free(now);
	return status;
}

static int go_on(const struct options *o, const json_t *advice, struct trial *t,
		 int kernel, const struct ruleset *loaded)
{
	struct try_job job = {.trial = t,
			      .id = o->id,
			      .socket = o->socket,
			      .machine = audit_detect_machine(),
			      .for_s = o->for_s,
			      .keep = o->keep && t->kind != TRIAL_NARROW,
			      .predicted = predicted_of(advice)};
	int status = judge(&o->limits, t, loaded, job.machine);

	if (status)
		return status;
	show(advice, t, loaded, job.machine);
	print_edit(t, job.machine);
	if (!ask(&job, o->yes)) {
		puts("nothing is loaded");
		return CLI_FINE;
	}
	status = judge_again(&o->limits, t, kernel, loaded, job.machine);
	return status ? status : try_run(&job);
}

static int try_advice(const struct options *o, const json_t *advice, struct trial *t)
{
	int machine = audit_detect_machine(), kernel, status, enabled;
	struct ruleset *loaded = NULL;

	if (advice_object_trial(advice, machine, t)) {
		fprintf(stderr, "aunoise: refused: %s\n", t->why);
		return CLI_CANNOT;
	}
	kernel = try_kernel_open();
	enabled = kernel < 0 ? -1 : audit_is_enabled(kernel);
	if (enabled == LOCKED) {
		status = refuse_immutable(t, machine);
	} else if (enabled < 0 || !(loaded = try_kernel_rules(kernel))) {
		status = say("the kernel's audit rules cannot be read");
	} else {
		status = look_for_other(loaded, machine);
		if (status == CLI_FINE)
			status = go_on(o, advice, t, kernel, loaded);
	}
	ruleset_free(loaded);
	if (kernel >= 0)
		close(kernel);
	return status;
}

int cli_try(int argc, char **argv)
{
	struct options options = {.for_s = FOR_S};
	int status = read_options(argc, argv, &options);
	struct trial trial;
	json_t *advice;

	if (status)
		return status;
	if (geteuid() != 0)
		return say("try changes the kernel's rules: run it as root");
	if (try_confine(TRY_NO_EXEC))
		return say("rights cannot be given up, so nothing is done");
	status = read_limits(options.settings, &options.limits);
	if (status)
		return status;
	advice = fetch(&options);
	if (!advice)
		return CLI_CANNOT;
	trial_init(&trial, TRIAL_KINDS);
	status = try_advice(&options, advice, &trial);
	trial_fini(&trial);
	json_decref(advice);
	return status;
}
