/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_help.h - a host of few files, for the tests of the guard and what asks it
 */
#ifndef TESTS_GUARD_HELP_H
#define TESTS_GUARD_HELP_H

#include <sys/stat.h>

#include "advise/guard.h"
#include "base/path.h"
#include "advise_help.h"

struct help_host {
	const char *path;
	uint32_t uid, mode;
	unsigned int weak; /* its directory at this depth is others' (1: "/") */
	uint32_t weak_uid, weak_mode;
	const char *real; /* NULL: as @path */
	struct guard_traffic traffic;
};

#define HELP_PROGRAM 0, S_IFREG | 0755
#define HELP_DIR     S_IFDIR | 0755
#define HELP_UNUSED \
	.traffic = {.login_seen = GUARD_NO, \
		    .hour_covered = true, \
		    .inode = GUARD_INODE_AGREES}

static const struct help_host help_host[] = {
	{"/usr/sbin/d", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/sbin/chronyd", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/sbin/xtables-nft-multi", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/sbin/cron", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/bin/dash", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/bin/grep", HELP_PROGRAM, .traffic = {.login_seen = GUARD_YES}},
	{"/usr/bin/python3.11", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/sbin/sshd", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/bin/su", 0, S_IFREG | 04755, HELP_UNUSED},
	{"/usr/sbin/setuid", 0, S_IFREG | 04755, HELP_UNUSED},
	{"/usr/sbin/setgid", 0, S_IFREG | 02755, HELP_UNUSED},
	{"/usr/sbin/auditctl", HELP_PROGRAM, HELP_UNUSED},
	{"/sbin/audisp-noise", HELP_PROGRAM, HELP_UNUSED},
	{"/tmp/x", HELP_PROGRAM, 2, 0, S_IFDIR | 01777, HELP_UNUSED},
	{"/opt/app/bin/d", HELP_PROGRAM, 3, 33, HELP_DIR, HELP_UNUSED},
	{"/srv/d", 33, S_IFREG | 0755, HELP_UNUSED},
	{"/srv/w", 0, S_IFREG | 0775, HELP_UNUSED},
	{"/srv/link", 0, S_IFLNK | 0777, .real = "/usr/sbin/d", HELP_UNUSED},
	{"/bin/d", HELP_PROGRAM, .real = "/usr/bin/d", HELP_UNUSED},
	{"/usr/sbin/bound", HELP_PROGRAM,
	 .traffic = {.login_seen = GUARD_NO,
		     .hour_covered = true,
		     .inode = GUARD_INODE_DIFFERS}},
	{"/usr/sbin/unseen", HELP_PROGRAM,
	 .traffic = {.login_seen = GUARD_NO, .hour_covered = true}},
	{"/usr/sbin/young", HELP_PROGRAM,
	 .traffic = {.login_seen = GUARD_NO, .inode = GUARD_INODE_AGREES}},
	{"/usr/sbin/used", HELP_PROGRAM,
	 .traffic = {.login_seen = GUARD_YES, .hour_covered = true}},
	{"/usr/sbin/unknown", HELP_PROGRAM, .traffic = {.hour_covered = true}},
	{"/usr/bin/short", HELP_PROGRAM,
	 .traffic = {.login_seen = GUARD_NO, .hour_covered = true, .many_short = true}},
	/* names that are root's files, and are not taken all the same */
	{"/usr/sbin/a b", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/sbin/a\nb", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/sbin/a\"b", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/sbin/a,b", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/sbin/a -F uid=0", HELP_PROGRAM, HELP_UNUSED},
	{"/usr/sbin/\xc3\xa4", HELP_PROGRAM, HELP_UNUSED},
	/* directories */
	{"/srv", 0, HELP_DIR, .real = NULL},
	{"/srv/d/log", 33, HELP_DIR, .real = NULL},
	{"/srv/weak/log", 33, HELP_DIR, 3, 33, HELP_DIR, .real = NULL},
	{"/srv/linked", 0, HELP_DIR, .real = "/etc"},
	{"/var/lib/d", 33, HELP_DIR, .real = NULL},
	{"/var/lib/d/log", 33, HELP_DIR, .real = NULL},
};

static inline const struct help_host *help_find(struct span path)
{
	for (size_t i = 0; i < sizeof(help_host) / sizeof(help_host[0]); i++)
		if (span_is(path, help_host[i].path))
			return &help_host[i];
	return NULL;
}

static inline bool help_see_file(void *arg, struct span path, struct lineage *out)
{
	const struct help_host *h = help_find(path);

	(void)arg;
	if (!h)
		return false;
	out->self = (struct lineage_node){h->uid, h->mode};
	out->n_parents = path_depth(path);
	for (unsigned int i = 0; i < out->n_parents; i++)
		out->parent[i] = i + 1 == h->weak ? (struct lineage_node){h->weak_uid,
									  h->weak_mode}
						  : (struct lineage_node){0, HELP_DIR};
	out->real = span_of(h->real ? h->real : h->path);
	return true;
}

static inline bool help_see_traffic(void *arg, struct span exe, struct guard_traffic *out)
{
	const struct help_host *h = help_find(exe);

	(void)arg;
	if (h)
		*out = h->traffic;
	return h != NULL;
}

static const struct guard_options help_guard = {
	.file = help_see_file,
	.traffic = help_see_traffic,
};

#endif
