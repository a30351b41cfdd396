/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules_tool.c - rule files and the kernel's rules, as rules/ reads and prints them
 *
 *   file FILE...     each rule of the files, in the kernel's order; what is not
 *                    understood, or does not come back from its text, on stderr
 *   kernel           the kernel's rules
 *   compare FILE...  each rule that is not in both, or has moved
 *
 * Users and groups that this system has not are taken as number 65533, so that rules
 * about them can be tried. Ends with 1 where something was told on stderr, or differs.
 */
#include <errno.h>
#include <grp.h>
#include <libaudit.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "rules/rule_files.h"
#include "kernel_rules.h"

#define NOBODY_AT_ALL 65533

static int status;

static bool find_user(void *arg, const char *name, uint32_t *uid)
{
	const struct passwd *pw = getpwnam(name);

	(void)arg;
	*uid = pw ? pw->pw_uid : NOBODY_AT_ALL;
	return true;
}

static bool find_group(void *arg, const char *name, uint32_t *gid)
{
	const struct group *gr = getgrnam(name);

	(void)arg;
	*gid = gr ? gr->gr_gid : NOBODY_AT_ALL;
	return true;
}

static bool is_dir(void *arg, const char *path)
{
	struct stat st;

	(void)arg;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static struct rule_world world = {
	.user = find_user, .group = find_group, .is_dir = is_dir};

static void complain(const char *file, unsigned int line, const char *text)
{
	fprintf(stderr, "%s:%u: %s\n", file, line, text);
	status = 1;
}

static void die(const char *what, int error)
{
	fprintf(stderr, "%s: %s\n", what, strerror(error));
	exit(1);
}

/* --- files --- */

static void add_file(struct rule_files *files, const char *name)
{
	static char text[RULE_FILES_BYTES_MAX];
	FILE *f = fopen(name, "r");
	size_t n;
	int rc;

	if (!f)
		die(name, errno);
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	rc = rule_files_add(files, name, (struct span){text, n});
	if (rc)
		die(name, -rc);
}

/* Is the rule, read from its own text, the same again? */
static void check_text(const struct rule *rule)
{
	static char text[RULE_TEXT_MAX];
	size_t n = rule_print(rule, world.machine, text, sizeof(text));
	const char *reason = rule_unloadable(rule, world.machine, (struct span){text, n});
	struct rule_line line;

	if (reason) {
		complain(rule->file, rule->line, reason);
		return;
	}
	if (rule_parse((struct span){text, n}, &world, &line) < 0)
		complain(rule->file, rule->line, line.error);
	else if (!rule_equal(line.rule, rule))
		complain(rule->file, rule->line, text);
	rule_free(line.rule);
}

static struct ruleset *read_files(struct rule_files *files, char **names)
{
	struct ruleset *set;
	int rc;

	for (; *names; names++)
		add_file(files, *names);
	rc = rule_files_arrange(files);
	if (!rc)
		rc = rule_files_rules(files, &set);
	if (rc)
		die("the files", -rc);
	for (size_t i = 0; i < rule_files_count(files); i++) {
		const struct rule_entry *e = rule_files_at(files, i);

		if (e->kind == RULE_LINE_BAD)
			complain(e->file, e->line, e->text);
		else if (e->rule)
			check_text(e->rule);
	}
	return set;
}

/* --- the kernel --- */

static struct ruleset *read_kernel(void)
{
	int fd = audit_open();
	struct ruleset *set = fd < 0 ? NULL : kernel_rules(fd);

	if (!set)
		die("the kernel's rules", errno);
	audit_close(fd);
	return set;
}

/* --- */

static void print_rule(const char *before, const struct rule *rule)
{
	static char text[RULE_TEXT_MAX];

	rule_print(rule, world.machine, text, sizeof(text));
	printf("%s%s\n", before, text);
}

static void print_set(const struct ruleset *set)
{
	for (size_t i = 0; i < ruleset_count(set); i++) {
		const struct rule *rule = ruleset_at(set, i);

		print_rule("", rule);
		if (rule->state != RULE_KNOWN)
			complain("kernel", rule->position, rule->reason);
	}
}

static void tell(void *arg, enum rule_place place, const struct rule *disk,
		 const struct rule *kernel)
{
	static const char *const names[RULE_PLACES] = {
		[RULE_MOVED] = "moved: ",
		[RULE_ONLY_DISK] = "only on disk: ",
		[RULE_ONLY_KERNEL] = "only in the kernel: "};

	(void)arg;
	if (place == RULE_IN_BOTH)
		return;
	print_rule(names[place], disk ? disk : kernel);
	status = 1;
}

int main(int argc, char **argv)
{
	struct rule_files *files;
	struct ruleset *disk = NULL, *kernel = NULL;

	world.machine = audit_detect_machine();
	files = rule_files_new(&world, false);
	if (!files)
		die("the files", ENOMEM);
	if (argc >= 3 && strcmp(argv[1], "file") == 0) {
		disk = read_files(files, argv + 2);
		print_set(disk);
	} else if (argc == 2 && strcmp(argv[1], "kernel") == 0) {
		kernel = read_kernel();
		print_set(kernel);
	} else if (argc >= 3 && strcmp(argv[1], "compare") == 0) {
		disk = read_files(files, argv + 2);
		kernel = read_kernel();
		if (ruleset_compare(disk, kernel, tell, NULL) < 0)
			die("the comparison", ENOMEM);
	} else {
		fprintf(stderr,
			"usage: rules_tool file FILE... | kernel | compare FILE...\n");
		return 2;
	}
	ruleset_free(disk);
	ruleset_free(kernel);
	rule_files_free(files);
	return status;
}
