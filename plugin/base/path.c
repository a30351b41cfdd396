/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path.c - paths as text
 */
#include "base/path.h"

static bool is_dots(struct span part)
{
	return span_is(part, "") || span_is(part, ".") || span_is(part, "..");
}

bool path_is_plain(struct span path)
{
	size_t from = 1;

	if (!path.n || path.p[0] != '/')
		return false;
	if (path.n == 1)
		return true;
	for (size_t i = 1; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/')
			continue;
		if (is_dots((struct span){path.p + from, i - from}))
			return false;
		from = i + 1;
	}
	return true;
}

bool path_may_stand_in_rule(struct span path)
{
	if (!path_is_plain(path))
		return false;
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') &&
		    !(c == '/' || c == '.' || c == '_' || c == '+' || c == '-'))
			return false;
	}
	return true;
}

bool path_is_below(struct span path, struct span dir)
{
	if (dir.n == 1)
		return path.n && path.p[0] == '/';
	return dir.n && path.n >= dir.n && !memcmp(path.p, dir.p, dir.n) &&
	       (path.n == dir.n || path.p[dir.n] == '/');
}

struct span path_dir(struct span path)
{
	while (path.n > 1 && path.p[path.n - 1] != '/')
		path.n--;
	if (path.n > 1)
		path.n--;
	return path;
}

struct span path_base(struct span path)
{
	size_t from = path.n;

	if (!path.n)
		return path;
	while (from && path.p[from - 1] != '/')
		from--;
	return (struct span){path.p + from, path.n - from};
}

unsigned int path_depth(struct span path)
{
	unsigned int n = 0;

	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '/';
	return path.n > 1 ? n : 0;
}
