/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_tool.c - what rules/match says of a log, held against the keys in its records
 *
 *   log [OPTION...]  audit.log on stdin, made while just the kernel's present rules were
 *                    loaded, each with a key of its own. A line for each event with a
 *                    SYSCALL record: verdict, action, key, what was found, serial.
 *                    Verdicts: right (one rule, or none, as the record says), one-of
 *                    (several are left, the record's among them), wrong.
 *                    Options: recorded, by_key, exe_by_name, paths_by_name, births,
 *                    plain_programs as in rules/match.h; inodes: what a look at the
 *                    files tells now; looks=FILE: what those looks tell that were taken
 *                    meanwhile; unloaded=MS: none of the rules was loaded then
 *   look DIRECTORY   a round of looks at the files of the kernel's rules, and at those
 *                    below DIRECTORY, for such a FILE
 *   classes          the calls of each perm class, asked of the kernel; those that
 *                    rules/perm has otherwise
 *
 * The key is not given to the matcher, but with by_key. Ends with 1 where something is
 * wrong, or differs.
 */
#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <linux/version.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/text.h"
#include "rules/births.h"
#include "rules/match.h"
#include "rules/perm.h"
#include "stream/record.h"
#include "kernel_rules.h"
#include "match_looks.h"

static int status;

static void die(const char *what, int error)
{
	fprintf(stderr, "match_tool: %s: %s\n", what, strerror(error));
	exit(2);
}

/* --- the kernel's rules --- */

static uint32_t kernel(void)
{
	unsigned int major, minor;
	struct utsname u;

	if (uname(&u) < 0 || sscanf(u.release, "%u.%u", &major, &minor) != 2)
		return 0;
	return KERNEL_VERSION(major, minor, 0);
}

/* Without any security module that has rules about labels these match nothing. */
static enum match_labels labels(void)
{
	if (access("/sys/fs/selinux/enforce", F_OK) == 0)
		return MATCH_LABELS_SELINUX;
	return access("/sys/kernel/security/apparmor", F_OK) == 0 ? MATCH_LABELS_UNKNOWN
								  : MATCH_LABELS_NONE;
}

static struct ruleset *read_kernel(int fd)
{
	struct ruleset *set = kernel_rules(fd);

	if (!set)
		die("the kernel's rules", errno);
	return set;
}

/* --- the log --- */

struct line {
	struct record record;
	size_t at;
};

static struct line *lines;
static size_t n_lines;

/* The order in which the kernel wrote them: births_note() wants it. */
static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->record.serial != y->record.serial)
		return x->record.serial < y->record.serial ? -1 : 1;
	if (x->record.stamp_ms != y->record.stamp_ms)
		return x->record.stamp_ms < y->record.stamp_ms ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

static void read_log(void)
{
	static char *text;
	size_t size = 0, used = 0, n;
	struct span rest, line;

	do {
		if (used == size) {
			size = size ? 2 * size : 1 << 20;
			text = realloc(text, size);
			if (!text)
				die("the log", ENOMEM);
		}
		n = fread(text + used, 1, size - used, stdin);
		used += n;
	} while (n);
	lines = calloc(used / 16 + 1, sizeof(*lines)); /* a header has more bytes */
	if (!lines)
		die("the log", ENOMEM);
	rest = (struct span){text, used};
	while (text_line(&rest, &line))
		if (record_scan(&lines[n_lines].record, line, line.n)) {
			lines[n_lines].at = n_lines;
			n_lines++;
		}
	qsort(lines, n_lines, sizeof(*lines), compare_lines);
}

/* --- verdicts --- */

static bool has_key(const struct rule *rule, struct span key)
{
	return key.p ? span_equal(rule_keys(rule), key) : !rule_keys(rule).p;
}

static const char *verdict(const struct match_result *r, const struct facts *facts)
{
	bool among = !facts->keys.p && r->none;

	for (size_t i = 0; i < r->n_candidates; i++)
		among |= has_key(r->candidates[i], facts->keys);
	if (!among)
		return "wrong";
	return r->winner || !r->n_candidates ? "right" : "one-of";
}

/* A field that is asked of no rule, so that facts have it not. */
static struct span value_of(struct span body, const char *name)
{
	const char *at = body.n ? memmem(body.p, body.n, name, strlen(name)) : NULL, *end;

	if (!at)
		return span_of("?");
	at += strlen(name);
	end = memchr(at, ' ', (size_t)(body.p + body.n - at));
	return (struct span){at,
			     end ? (size_t)(end - at) : (size_t)(body.p + body.n - at)};
}

static bool is_action(struct span name)
{
	return name.n > 3 && (name.p[1] == 'w' || name.p[1] == 'o') && name.p[2] == ':';
}

/* Of match_work: the name of its process, or the first argument of what it executed. */
static struct span action_of(const struct record *call, const struct record *title)
{
	struct span comm = value_of(call->body, " comm="), argument;

	if (is_action(comm) || !title)
		return comm;
	argument = value_of(title->body, "proctitle=");
	return is_action(argument) ? argument : comm;
}

static void tell(const struct match_result *r, const struct facts *facts,
		 struct span action, unsigned int serial)
{
	const char *word = verdict(r, facts);

	if (word[0] == 'w')
		status = 1;
	printf("%s %.*s ", word, (int)action.n, action.p);
	if (facts->keys.p)
		printf("%.*s ", (int)facts->keys.n, facts->keys.p);
	else
		printf("- ");
	if (!r->n_candidates)
		printf("none");
	else if (!r->winner)
		printf("one-of:");
	for (size_t i = 0; i < r->n_candidates; i++) {
		struct span key = rule_keys(r->candidates[i]);

		printf("%s%u", i ? "," : "", r->candidates[i]->position);
		if (key.p)
			printf("/%.*s", (int)key.n, key.p);
	}
	printf(" %u\n", serial);
}

static size_t end_of_event(size_t from)
{
	size_t to = from;

	while (to < n_lines && lines[to].record.serial == lines[from].record.serial &&
	       lines[to].record.stamp_ms == lines[from].record.stamp_ms)
		to++;
	return to;
}

/* Two files made by one call are two that were exchanged. */
static void find_exchanges(void)
{
	static struct facts facts;

	for (size_t from = 0, to; from < n_lines; from = to) {
		unsigned int n = 0;

		to = end_of_event(from);
		facts_clear(&facts);
		for (size_t i = from; i < to; i++)
			facts_add_record(&facts, lines[i].record.type,
					 lines[i].record.body);
		for (size_t i = 0; i < facts.n_paths; i++)
			n += facts.path[i].type == FACTS_NAME_CREATE &&
			     facts.path[i].inode != FACTS_NO_INODE;
		for (size_t i = 0; n > 1 && i < facts.n_paths; i++)
			if (facts.path[i].type == FACTS_NAME_CREATE &&
			    facts.path[i].name.p)
				looks_exchanged(facts.path[i].name);
	}
}

static void judge_events(struct matcher *m, struct births *births)
{
	static struct facts facts;

	for (size_t from = 0, to; from < n_lines; from = to) {
		const struct record *call = NULL, *title = NULL;
		struct match_result r;

		to = end_of_event(from);
		facts_clear(&facts);
		facts.stamp_ms = lines[from].record.stamp_ms;
		for (size_t i = from; i < to; i++) {
			const struct record *record = &lines[i].record;

			facts_add_record(&facts, record->type, record->body);
			if (record->type == AUDIT_SYSCALL)
				call = record;
			else if (record->type == AUDIT_PROCTITLE)
				title = record;
		}
		if (!call)
			continue;
		if (looks_at(facts.stamp_ms))
			match_refresh(m);
		births_note(births, &facts);
		match_exit(m, &facts, &r);
		tell(&r, &facts, action_of(call, title), call->serial);
	}
}

static void know_files(struct match_options *options, const char *looks,
		       const struct ruleset *set)
{
	int error = looks_read(looks, set);

	if (error)
		die(looks, error);
	options->file = looks_file;
	options->place = looks_place;
}

static void judge_log(int fd, char **words)
{
	struct match_options options = {.labels = labels(), .kernel = kernel()};
	struct ruleset *set = read_kernel(fd);
	struct births *births = births_new(4096);
	struct matcher *m;

	if (!births)
		die("births", errno);

	for (; *words; words++) {
		if (!strcmp(*words, "recorded"))
			options.recorded = true;
		else if (!strcmp(*words, "by_key"))
			options.by_key = true;
		else if (!strcmp(*words, "exe_by_name"))
			options.exe_by_name = true;
		else if (!strcmp(*words, "paths_by_name"))
			options.paths_by_name = true;
		else if (!strcmp(*words, "plain_programs"))
			options.plain_programs = true;
		else if (!strcmp(*words, "births"))
			options.births = births;
		else if (!strcmp(*words, "inodes"))
			know_files(&options, NULL, set);
		else if (!strncmp(*words, "unloaded=", 9))
			looks_loaded(atoll(*words + 9));
		else if (!strncmp(*words, "looks=", 6))
			know_files(&options, *words + 6, set);
		else
			die(*words, EINVAL);
	}
	read_log();
	find_exchanges();
	m = match_new(set, &options);
	if (!m)
		die("the rules", errno);
	judge_events(m, births);
	match_free(m);
	births_free(births);
	ruleset_free(set);
}

/* --- classes --- */

static const struct {
	int number; /* of linux/audit.h; the one behind it is that of the 32-bit machine
		     */
	uint32_t perm;
} classes[] = {{4, AUDIT_PERM_READ}, {6, AUDIT_PERM_WRITE}, {2, AUDIT_PERM_ATTR}};

static void compare_class(const struct rule *rule, int machine, uint32_t perm)
{
	for (unsigned int nr = 0; nr < AUDIT_BITMASK_SIZE * 32 - AUDIT_SYSCALL_CLASSES;
	     nr++) {
		const char *name = audit_syscall_to_name((int)nr, machine);
		struct perm ours;
		bool theirs = rule_has_call(rule, nr);

		if (!name) {
			if (theirs)
				printf("%s: class %x has number %u, without a name\n",
				       audit_machine_to_name(machine), perm, nr);
			continue;
		}
		ours = perm_class_of(name, kernel());
		if (theirs == (bool)(ours.sure & perm) || ours.maybe & perm)
			continue;
		printf("%s: class %x: %s is %s the kernel's\n",
		       audit_machine_to_name(machine), perm, name,
		       theirs ? "in" : "not in");
		status = 1;
	}
}

/* A rule that matches nothing, with the class for its only call. */
static void ask_class(int fd, int class, int machine, uint32_t perm)
{
	unsigned int bit = AUDIT_BITMASK_SIZE * 32 - 1 - (unsigned int)class;
	struct audit_rule_data *data = calloc(1, sizeof(*data));
	struct ruleset *set;

	if (!data)
		die("a class", ENOMEM);
	data->field_count = 1;
	data->fields[0] = AUDIT_PID;
	data->fieldflags[0] = AUDIT_EQUAL;
	data->values[0] = INT_MAX;
	data->mask[bit / 32] = 1u << bit % 32;
	if (audit_add_rule_data(fd, data, AUDIT_FILTER_EXIT, AUDIT_ALWAYS) <= 0)
		die("a class", errno);
	set = read_kernel(fd);
	if (ruleset_count(set) != 1)
		die("a class", EEXIST);
	compare_class(ruleset_at(set, 0), machine, perm);
	memcpy(data->mask, ruleset_at(set, 0)->mask, sizeof(data->mask));
	if (audit_delete_rule_data(fd, data, AUDIT_FILTER_EXIT, AUDIT_ALWAYS) <= 0)
		die("a class stays", errno);
	ruleset_free(set);
	free(data);
}

static void ask_classes(int fd)
{
	int machine = audit_detect_machine();

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		ask_class(fd, classes[i].number, machine, classes[i].perm);
		if (machine == MACH_86_64)
			ask_class(fd, classes[i].number + 1, MACH_X86, classes[i].perm);
	}
}

int main(int argc, char **argv)
{
	int fd = audit_open();

	if (fd < 0)
		die("audit", errno);
	if (argc >= 2 && !strcmp(argv[1], "log")) {
		judge_log(fd, argv + 2);
	} else if (argc == 3 && !strcmp(argv[1], "look")) {
		struct ruleset *set = read_kernel(fd);

		status = looks_take(set, argv[2]);
		ruleset_free(set);
	} else if (argc == 2 && !strcmp(argv[1], "classes")) {
		ask_classes(fd);
	} else {
		fprintf(stderr,
			"usage: match_tool log [OPTION...] | look DIRECTORY | classes\n");
		return 2;
	}
	audit_close(fd);
	return status;
}
