/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * root.c - the phase in which we are still root, and its end
 *
 * Everything that the plugin ever does as root can be read here: two look-ups,
 * directories (O_NOFOLLOW, and only what was made here changes its owner), one
 * descriptor, one fork, and the way out.
 */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

#define WHY_MAX 640

/* That may read the socket: the one that is set, or adm where there is one, else the
 * user's own. */
static int find_group(const struct config *config, gid_t *group)
{
	const char *name = config->socket_group;
	struct group *entry;

	if (geteuid() != 0 && !name[0]) {
		*group = getegid();
		return 0;
	}
	entry = getgrnam(name[0] ? name : "adm");
	if (!entry && name[0]) {
		log_msg(LOG_ERR,
			"%s: socket_group: there is no group \"%s\"; make it or name "
			"another",
			config->file[0] ? config->file : SETTINGS_FILE, name);
		return -EINVAL;
	}
	if (entry)
		*group = entry->gr_gid;
	return 0;
}

int root_account(struct root *r, const struct config *config)
{
	char why[WHY_MAX];
	int error;

	r->is_root = geteuid() == 0;
	r->watch_error = r->is_root ? 0 : -ENOTCONN;
	if (!r->is_root)
		return find_group(config, &r->account.group);
	error = privs_lookup(config->user, &r->account, why, sizeof(why));
	if (error < 0) {
		log_msg(LOG_ERR, "%s: %s", config->file[0] ? config->file : SETTINGS_FILE,
			why);
		return error;
	}
	return find_group(config, &r->account.group);
}

/* --- the files that we make --- */

#define N_PLACES 3

struct place {
	const char *setting, *path; /* empty: none */
};

static void find_places(const struct config *config, struct place places[N_PLACES])
{
	places[0] = (struct place){"socket", config->socket};
	places[1] = (struct place){"summary_log", config->summary_log};
	places[2] = (struct place){"state_file", config->state_file};
}

int root_directories(const struct root *r, const struct config *config)
{
	const struct file_owner owner = {r->account.uid, r->account.group};
	struct place places[N_PLACES];
	char why[WHY_MAX];
	size_t i;

	find_places(config, places);
	for (i = 0; i < N_PLACES; i++) {
		int error;

		if (!places[i].path[0])
			continue;
		error = file_make_parent(places[i].path, r->is_root ? &owner : NULL, why,
					 sizeof(why));
		if (error < 0) {
			log_msg(LOG_ERR, "%s: %s", places[i].setting, why);
			return error;
		}
	}
	return 0;
}

/* What is missing would be made at the start, by root for the account. */
int root_look(const struct config *config)
{
	struct place places[N_PLACES];
	int found = 0;
	size_t i;

	find_places(config, places);
	for (i = 0; i < N_PLACES; i++) {
		int error = places[i].path[0] ? file_can_make(places[i].path) : 0;

		if (error >= 0 || error == -ENOENT)
			continue;
		log_msg(LOG_ERR,
			"%s: the directory of %s: %s (as uid %u); give it to that user, "
			"or set another path",
			places[i].setting, places[i].path, strerror(-error), geteuid());
		found = error;
	}
	return found;
}

/* In the keeper, and in each thread of each worker. */
static int confine(void *arg, enum watch_who who, char *why, size_t why_size)
{
	int error;

	if (who == WATCH_WORKER)
		return privs_confine(PRIVS_WORKER, why, why_size);
	error = privs_drop(arg, PRIVS_KEEP_WATCHER, why, why_size);
	return error < 0 ? error : privs_confine(PRIVS_KEEPER, why, why_size);
}

/* The keeper stands in the root directory, so the name must not depend on ours. */
static int absolute(const char *file, char out[PATH_MAX])
{
	size_t n;

	if (file[0] == '/')
		return snprintf(out, PATH_MAX, "%s", file) < PATH_MAX ? 0 : -ENAMETOOLONG;
	if (!getcwd(out, PATH_MAX))
		return -errno;
	n = strlen(out);
	return snprintf(out + n, PATH_MAX - n, "/%s", file) < (int)(PATH_MAX - n)
		       ? 0
		       : -ENAMETOOLONG;
}

void root_watcher(struct root *r, const struct config *config)
{
	char why[WHY_MAX], file[PATH_MAX];
	struct watch_options options = {.settings_file = file,
					.settings_uid = 0,
					.auditd_conf = AUDITD_CONF,
					.auditd = getppid(),
					.confine = confine,
					.arg = &r->account};
	int error;

	if (!r->is_root)
		return;
	error = absolute(config->file[0] ? config->file : SETTINGS_FILE, file);
	if (error < 0) {
		snprintf(why, sizeof(why), "the settings file's place: %s",
			 strerror(-error));
	} else {
		options.kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		error = watch_start(&options, &r->watch, why, sizeof(why));
	}
	r->watch_error = error;
	if (error < 0)
		log_msg(LOG_WARNING,
			"%s; going on without it: the kernel's audit status is not read, "
			"and new settings need a restart",
			why);
}

int root_leave(const struct root *r)
{
	char why[WHY_MAX];
	int error = privs_drop(r->is_root ? &r->account : NULL, PRIVS_KEEP_NONE, why,
			       sizeof(why));

	if (error < 0)
		log_msg(LOG_ERR, "%s", why);
	return error;
}
