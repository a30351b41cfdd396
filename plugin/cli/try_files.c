/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try_files.c - what files are on this host, as root sees them
 */
#include "cli/try.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advise/path.h"
#include "base/file.h"
#include "base/text.h"

#define LOGIN_DEFS "/etc/login.defs"

static bool look(const char *path, struct guard_node *node)
{
	struct stat st;

	if (lstat(path, &st))
		return false;
	*node = (struct guard_node){st.st_uid, st.st_mode};
	return true;
}

/* Each directory above @path, from "/" down. */
static bool look_above(char *path, struct guard_file *out)
{
	char *slash = path;

	if (!look("/", &out->parent[out->n_parents++]))
		return false;
	while ((slash = strchr(slash + 1, '/'))) {
		bool seen;

		if (out->n_parents == GUARD_PARENTS)
			return false;
		*slash = '\0';
		seen = look(path, &out->parent[out->n_parents++]);
		*slash = '/';
		if (!seen)
			return false;
	}
	return true;
}

bool try_file(void *arg, struct span path, struct guard_file *out)
{
	char name[PATH_MAX];

	memset(out, 0, sizeof(*out));
	if (path.n >= sizeof(name) || !path_may_stand_in_rule(path) || path.n == 1)
		return false;
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	if (!look_above(name, out) || !look(name, &out->self))
		return false;
	if (realpath(name, arg))
		out->real = span_of(arg);
	return true;
}

uint32_t try_first_user(void)
{
	static char text[65536];
	int fd = open(LOGIN_DEFS, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : file_read_all(fd, text, sizeof(text));
	struct span rest = {text, n > 0 ? (size_t)n : 0}, line;
	uint64_t value = 0, one;

	if (fd >= 0)
		close(fd);
	while (text_line(&rest, &line)) {
		struct span name = text_word(&line), number = text_word(&line);

		if (span_is(name, "UID_MIN") && text_u64(number, UINT32_MAX, &one))
			value = one;
	}
	return (uint32_t)value;
}
