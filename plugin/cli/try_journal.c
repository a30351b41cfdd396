/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try_journal.c - what a trial has added, for whoever comes after it
 *
 * A file in a directory of root's under /run, so that a boot, which drops the rules,
 * drops it too. It is there before the first rule is, and goes after the last. The
 * guardian holds its lock: without one the trial was left behind.
 */
#include "cli/try.h"

#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "rules/rule_text.h"

#define PLACE     "/run/audisp-noise-try"
#define NAME      "trial"
#define BYTES_MAX (TRIAL_RULES * (TRIAL_LINE_MAX + 16) + 64)

/* Return: a descriptor of the directory, root's alone; or negative errno. */
static int open_place(bool make)
{
	struct stat st;
	int fd;

	if (make && mkdir(PLACE, 0700) && errno != EEXIST)
		return -errno;
	fd = open(PLACE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && st.st_uid == 0 && (st.st_mode & 07777) == 0700)
		return fd;
	close(fd);
	return -EPERM;
}

static char *read_all(int fd)
{
	char *text = malloc(BYTES_MAX + 1);
	ssize_t n = text ? file_read_all(fd, text, BYTES_MAX) : -1;

	if (n < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

enum try_left try_journal_look(char **text)
{
	enum try_left left = TRY_LEFT_NOTHING;
	int place = open_place(false), fd;

	if (text)
		*text = NULL;
	if (place < 0)
		return place == -ENOENT ? TRY_LEFT_NOTHING : TRY_LEFT_UNKNOWN;
	fd = openat(place, NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		left = errno == ENOENT ? TRY_LEFT_NOTHING : TRY_LEFT_UNKNOWN;
	else
		left = flock(fd, LOCK_SH | LOCK_NB) ? TRY_LEFT_RUNNING : TRY_LEFT_BEHIND;
	if (fd >= 0 && text)
		*text = read_all(fd);
	if (fd >= 0)
		close(fd);
	close(place);
	return left;
}

static int put(int fd, const char *text)
{
	size_t done;

	return file_write_all(fd, span_of(text), &done);
}

static int write_all(int fd, const struct trial *t, const char *id, int machine)
{
	char line[TRIAL_LINE_MAX];
	int r = put(fd, "id ");

	if (!r)
		r = put(fd, id);
	for (size_t i = 0; i < t->n_add && !r; i++) {
		if (rule_print(t->add[i], machine, line, sizeof(line)) >= sizeof(line))
			return -E2BIG;
		r = put(fd, "\nrule ");
		if (!r)
			r = put(fd, line);
	}
	return r ? r : put(fd, "\n");
}

int try_journal_begin(const struct trial *t, const char *id, int machine)
{
	int place = open_place(true), fd, r = 0;

	if (place < 0)
		return place;
	fd = openat(place, NAME, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		r = -errno;
	else if (flock(fd, LOCK_EX | LOCK_NB))
		r = -errno;
	if (!r) {
		r = write_all(fd, t, id, machine);
		if (r)
			unlinkat(place, NAME, 0);
	}
	close(place);
	if (r && fd >= 0)
		close(fd);
	return r ? r : fd;
}

void try_journal_end(void)
{
	int place = open_place(false);

	if (place < 0)
		return;
	unlinkat(place, NAME, 0);
	close(place);
}

void try_journal_print(FILE *out, const char *text)
{
	struct span rest = span_of(text), line;
	char quoted[TRIAL_LINE_MAX];
	int machine = audit_detect_machine();

	fputs("Its rules may be loaded still, and are taken out by:\n", out);
	while (try_journal_next(&rest, &line)) {
		struct rule *rule;
		char why[TRIAL_TEXT];

		if (trial_read(line, machine, &rule, why) == 0) {
			rule_free(rule); /* of a closed alphabet, and without quotes */
			fprintf(out, "  auditctl -d %.*s\n", (int)(line.n - 3),
				line.p + 3);
		} else {
			fprintf(out, "  (a line that is no rule of ours: %s)\n",
				text_quote(line, quoted, sizeof(quoted)));
		}
	}
	fputs("and then: rm " PLACE "/" NAME "\n", out);
}
