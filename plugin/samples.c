/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * samples.c - the sample rule sets that are installed with auditd
 */
#include "samples.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "rules/rule_files.h"

static int is_taken(const struct dirent *entry)
{
	return rule_files_is_taken(entry->d_name);
}

static int by_version(const struct dirent **a, const struct dirent **b)
{
	const char *x = (*a)->d_name, *y = (*b)->d_name;

	return rule_files_order(&x, &y);
}

static bool is_regular(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= SAMPLES_BYTES_MAX;
}

/* Return: 0, also of a file that cannot be read; -ENOMEM. */
static int add_file(int dir, const char *name, const struct rule_world *world,
		    struct controls *controls, char *buffer)
{
	int fd = openat(dir, name,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	ssize_t n = -1;
	int rc = 0;

	if (fd < 0)
		return 0;
	if (is_regular(fd))
		n = file_read_all(fd, buffer, SAMPLES_BYTES_MAX);
	close(fd);
	if (n > 0)
		rc = controls_add(controls, name, (struct span){buffer, (size_t)n},
				  world);
	return rc == -ENOMEM ? rc : 0;
}

int samples_read_directory(int dir, const struct rule_world *world,
			   struct controls *controls)
{
	char *buffer = malloc(SAMPLES_BYTES_MAX);
	struct dirent **entries = NULL;
	int rc = buffer ? 0 : -ENOMEM, n = -1;

	if (!rc)
		n = scandirat(dir, ".", &entries, is_taken, by_version);
	if (!rc && n < 0 && errno == ENOMEM)
		rc = -ENOMEM;
	for (int i = 0; i < n; i++) {
		if (!rc && i < SAMPLES_FILES_MAX)
			rc = add_file(dir, entries[i]->d_name, world, controls, buffer);
		free(entries[i]);
	}
	free(entries);
	free(buffer);
	return rc;
}

static int read_place(const char *place, size_t n, const struct rule_world *world,
		      struct controls *controls)
{
	char path[PATH_MAX];
	int dir, rc;

	if (!n || n >= sizeof(path))
		return 0;
	memcpy(path, place, n);
	path[n] = '\0';
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return 0;
	rc = samples_read_directory(dir, world, controls);
	close(dir);
	return rc;
}

struct controls *samples_read(const char *places, const struct rule_world *world)
{
	struct controls *controls = controls_new();
	int rc = 0;

	while (controls && !rc && *places && !controls_count(controls)) {
		size_t n = strcspn(places, ":");

		rc = read_place(places, n, world, controls);
		places += n + (places[n] == ':');
	}
	if (!rc)
		return controls;
	controls_free(controls);
	errno = ENOMEM;
	return NULL;
}
