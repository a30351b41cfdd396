/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try_keep.c - the rules of a trial into our file of rules.d
 *
 * The file is read, each rule that is not in it is put behind, and the whole takes its
 * place at once. Its name sorts before those of the rules that are excepted.
 */
#include "cli/try.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"
#include "rules/rule_files.h"
#include "rules/rule_text.h"
#include "rules/ruleset.h"

#define PLACE     "/etc/audit/rules.d"
#define NAME      "20-audisp-noise.rules"
#define TEMPORARY ".20-audisp-noise.new"
#define BYTES_MAX (1U << 20)

const char *try_keep_place(void)
{
	return PLACE "/" NAME;
}

const char *try_keep_dir(void)
{
	return PLACE;
}

/* Return: bytes, 0 where there is no file; negative errno. */
static ssize_t read_old(int dir, char *text)
{
	int fd = openat(dir, NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid ||
	    st.st_mode & (S_IWGRP | S_IWOTH))
		n = -EPERM;
	else
		n = file_read_all(fd, text, BYTES_MAX);
	close(fd);
	return n == BYTES_MAX ? -EFBIG : n;
}

static bool has_line(struct span all, const char *line)
{
	size_t n = strlen(line);

	while (all.n) {
		const char *end = memchr(all.p, '\n', all.n);
		size_t length = end ? (size_t)(end - all.p) : all.n;

		if (length == n && !memcmp(all.p, line, n))
			return true;
		all.p += length + (end != NULL);
		all.n -= length + (end != NULL);
	}
	return false;
}

static int put(int fd, struct span text)
{
	size_t done;

	return file_write_all(fd, text, &done);
}

/* The rule in whatever file of the directory; a second one would stop auditctl there,
 * and all behind it would not be loaded. */
static const struct rule *standing(const struct ruleset *disk, const struct rule *rule)
{
	for (size_t i = 0; disk && i < ruleset_count(disk); i++)
		if (rule_equal(ruleset_at(disk, i), rule))
			return ruleset_at(disk, i);
	return NULL;
}

/* Return: how many are to be written. */
static int tell_standing(const struct trial *t, const struct ruleset *disk)
{
	char shown[CLI_SHOWN_SIZE];
	int missing = 0;

	for (size_t i = 0; i < t->n_add; i++) {
		const struct rule *at = standing(disk, t->add[i]);

		missing += !at;
		if (at && at->file)
			printf("not written again: it stands in " PLACE "/%s, line %u\n",
			       cli_shown(at->file, shown), at->line);
	}
	return missing;
}

static int put_new(int fd, struct span old, const struct trial *t, const char *id,
		   int machine, const struct ruleset *disk)
{
	char line[TRIAL_LINE_MAX], head[128], day[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	int r = 0;

	if (gmtime_r(&now, &tm))
		strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	snprintf(head, sizeof(head), "# aunoise try %s --keep, %s\n", id, day);
	if (old.n && old.p[old.n - 1] != '\n')
		r = put(fd, span_of("\n"));
	if (!r && !has_line(old, "## Kept by aunoise(8)"))
		r = put(fd, span_of("## Kept by aunoise(8)\n"));
	for (size_t i = 0; i < t->n_add && !r; i++) {
		rule_print(t->add[i], machine, line, sizeof(line));
		if (standing(disk, t->add[i]) || has_line(old, line))
			continue;
		r = put(fd, span_of(head));
		if (!r)
			r = put(fd, span_of(line));
		if (!r)
			r = put(fd, span_of("\n"));
		head[0] = '\0';
	}
	return r;
}

static int replace(int dir, struct span old, const struct trial *t, const char *id,
		   int machine, const struct ruleset *disk)
{
	int fd, r;

	unlinkat(dir, TEMPORARY, 0); /* of one that was killed here */
	fd = openat(dir, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	r = put(fd, old);
	if (!r)
		r = put_new(fd, old, t, id, machine, disk);
	if (!r && (fchmod(fd, 0640) || fsync(fd)))
		r = -errno;
	close(fd);
	if (!r && renameat(dir, TEMPORARY, dir, NAME))
		r = -errno;
	if (r)
		unlinkat(dir, TEMPORARY, 0);
	else
		(void)fsync(dir);
	return r;
}

static int write_file(const struct trial *t, const char *id, int machine,
		      const struct ruleset *disk)
{
	int dir = open(PLACE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char *text = malloc(BYTES_MAX);
	ssize_t n = 0;
	int r = dir < 0 ? -errno : 0;

	if (!r && !text)
		r = -ENOMEM;
	if (!r) {
		n = read_old(dir, text);
		r = n < 0 ? (int)n : 0;
	}
	if (!r)
		r = replace(dir, (struct span){text, (size_t)n}, t, id, machine, disk);
	if (dir >= 0)
		close(dir);
	free(text);
	if (r)
		fprintf(stderr, "aunoise: %s: %s\n", try_keep_place(),
			r == -EPERM ? "is not root's alone, or no file" : strerror(-r));
	return r;
}

int try_keep(const struct trial *t, const char *id, int machine,
	     const struct ruleset *disk)
{
	int missing = tell_standing(t, disk), r;

	if (!missing)
		return 0;
	r = write_file(t, id, machine, disk);
	return r ? r : missing;
}

/* Does the file of an excepted rule stand before ours? */
static const char *stands_before(const struct trial *t, const struct ruleset *disk)
{
	const char *ours = NAME;

	for (size_t i = 0; i < ruleset_count(disk); i++) {
		const struct rule *rule = ruleset_at(disk, i);

		for (size_t k = 0; k < 2; k++)
			if (t->about[k] && rule->file && rule_equal(t->about[k], rule) &&
			    rule_files_order(&rule->file, &ours) < 0)
				return rule->file;
	}
	return NULL;
}

void try_keep_warn(const struct trial *t, const struct ruleset *disk)
{
	const char *file = disk ? stands_before(t, disk) : NULL;
	char shown[CLI_SHOWN_SIZE];

	if (file)
		printf("but %s stands before it, with the rule that is excepted, which "
		       "will win after the next boot: give it a name behind %s\n",
		       cli_shown(file, shown), NAME);
}
