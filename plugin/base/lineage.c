/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lineage.c - whose a file of this host is, and all above it
 */
#include "base/lineage.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/path.h"

static bool look_at(const char *path, struct lineage_node *node, struct stat *st)
{
	if (lstat(path, st))
		return false;
	*node = (struct lineage_node){.uid = st->st_uid, .mode = st->st_mode};
	return true;
}

bool lineage_look(char *real, struct span path, struct lineage *out)
{
	char name[PATH_MAX], above[PATH_MAX];
	struct stat dir = {.st_dev = 0}, self;

	memset(out, 0, sizeof(*out));
	if (!path_is_plain(path) || path.n >= PATH_MAX || memchr(path.p, '\0', path.n))
		return false;
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	for (size_t i = 0; name[i]; i++) {
		if (name[i] != '/' || !name[1])
			continue;
		memcpy(above, name, i + !i);
		above[i + !i] = '\0';
		if (out->n_parents == LINEAGE_PARENTS ||
		    !look_at(above, &out->parent[out->n_parents++], &dir))
			return false;
	}
	if (!look_at(name, &out->self, &self) || !realpath(name, real))
		return false;
	out->inode = self.st_ino;
	out->major = major(self.st_dev);
	out->minor = minor(self.st_dev);
	out->on_disk = out->major && self.st_dev == dir.st_dev;
	out->real = span_of(real);
	return true;
}
