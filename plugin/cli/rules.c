/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.c - the rules that were loaded, from a file or from a rules.d directory
 *
 * A line that is not understood is said with its place, and the rest holds: whoever
 * replays an old log wants what can be told.
 */
#include "cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libaudit.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "rules/rule_files.h"
#include "samples.h"

struct cli_rules {
	bool is_dir;
	struct rule_world world;
	struct rule_files *files;
	struct ruleset *set;    /* as they stand in the files */
	struct ruleset *loaded; /* as the kernel has them */
	struct controls *controls;
};

/* --- what rules ask of this machine --- */

static bool find_user(void *arg, const char *name, uint32_t *uid)
{
	const struct passwd *entry = getpwnam(name);

	if (entry)
		*uid = entry->pw_uid;
	return entry != NULL;
}

static bool find_group(void *arg, const char *name, uint32_t *gid)
{
	const struct group *entry = getgrnam(name);

	if (entry)
		*gid = entry->gr_gid;
	return entry != NULL;
}

/* As auditctl sees it: what is no directory now gets a path= rule. */
static bool is_dir(void *arg, const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* --- reading --- */

static int cannot(const char *name, int error)
{
	char shown[CLI_SHOWN_SIZE];

	fprintf(stderr, "aunoise: %s: %s%s\n", cli_shown(name, shown),
		error == E2BIG ? "more rules than can be held" : strerror(error),
		error == EACCES ? "; run as root or name a copy that you may read" : "");
	return CLI_CANNOT;
}

static int add_file(struct cli_rules *r, int dir, const char *file, const char *shown)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY),
	    error = 0;
	char *text = malloc(RULE_FILES_BYTES_MAX + 1);
	ssize_t n = -1;

	if (fd < 0 || !text)
		error = errno;
	else
		n = file_read_all(fd, text, RULE_FILES_BYTES_MAX + 1);
	if (!error && n < 0)
		error = (int)-n;
	if (!error)
		error = -rule_files_add(r->files, shown, (struct span){text, (size_t)n});
	if (fd >= 0)
		close(fd);
	free(text);
	return error ? cannot(shown, error) : CLI_FINE;
}

static int is_taken(const struct dirent *entry)
{
	return rule_files_is_taken(entry->d_name);
}

static int by_version(const struct dirent **a, const struct dirent **b)
{
	const char *x = (*a)->d_name, *y = (*b)->d_name;

	return rule_files_order(&x, &y);
}

static int add_directory(struct cli_rules *r, const char *name)
{
	int dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), n, i, status = CLI_FINE;
	struct dirent **entries = NULL;

	n = dir < 0 ? -1 : scandirat(dir, ".", &entries, is_taken, by_version);
	if (n < 0)
		status = cannot(name, errno);
	for (i = 0; i < n; i++) {
		if (status == CLI_FINE)
			status = add_file(r, dir, entries[i]->d_name, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (dir >= 0)
		close(dir);
	return status;
}

static void tell_bad_lines(const struct cli_rules *r)
{
	char shown[CLI_SHOWN_SIZE];
	size_t i;

	for (i = 0; i < rule_files_count(r->files); i++) {
		const struct rule_entry *e = rule_files_at(r->files, i);

		if (e->kind == RULE_LINE_BAD)
			fprintf(stderr, "aunoise: %s:%u: not understood: %s\n",
				cli_shown(e->file, shown), e->line, e->text);
	}
}

static int load(struct cli_rules *r, const char *name)
{
	bool directory = is_dir(NULL, name);
	int status;

	r->is_dir = directory;
	r->world = (struct rule_world){.machine = audit_detect_machine(),
				       .user = find_user,
				       .group = find_group,
				       .is_dir = is_dir};
	r->files = rule_files_new(&r->world, directory);
	if (!r->files)
		return cannot(name, ENOMEM);
	status = directory ? add_directory(r, name) : add_file(r, AT_FDCWD, name, name);
	if (status != CLI_FINE)
		return status;
	if (rule_files_arrange(r->files) < 0)
		return cannot(name, ENOMEM);
	tell_bad_lines(r);
	status = rule_files_rules(r->files, &r->set);
	if (!status)
		status = rule_files_rules(r->files, &r->loaded);
	if (!status)
		status = ruleset_drop_twice(r->loaded);
	if (status < 0)
		return cannot(name, -status);
	if (!ruleset_count(r->set)) {
		fprintf(stderr, "aunoise: --rules: no rule in it; name a file as "
				"auditctl -R reads "
				"it, or a directory such as /etc/audit/rules.d\n");
		return CLI_CANNOT;
	}
	r->controls = samples_read(SAMPLE_RULES, &r->world);
	return r->controls ? CLI_FINE : cannot(name, ENOMEM);
}

struct cli_rules *cli_rules_load(const char *name)
{
	struct cli_rules *r = calloc(1, sizeof(*r));

	if (!r)
		cannot(name, ENOMEM);
	if (r && load(r, name) == CLI_FINE)
		return r;
	cli_rules_free(r);
	return NULL;
}

const struct ruleset *cli_rules_set(const struct cli_rules *r)
{
	return r ? r->set : NULL;
}

const struct ruleset *cli_rules_loaded(const struct cli_rules *r)
{
	return r ? r->loaded : NULL;
}

const struct rule_files *cli_rules_files(const struct cli_rules *r)
{
	return r ? r->files : NULL;
}

const struct controls *cli_rules_controls(const struct cli_rules *r)
{
	return r->controls;
}

bool cli_rules_is_dir(const struct cli_rules *r)
{
	return r->is_dir;
}

void cli_rules_free(struct cli_rules *r)
{
	if (!r)
		return;
	controls_free(r->controls);
	ruleset_free(r->set);
	ruleset_free(r->loaded);
	rule_files_free(r->files);
	free(r);
}
