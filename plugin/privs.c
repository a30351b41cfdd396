/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * privs.c - giving up users, groups and capabilities
 *
 * A table of steps, each of which must succeed, and then a look at what the
 * kernel says has become of us: a right that should be gone and is not is a
 * reason not to run. Must be called while there is one thread, since libcap-ng
 * changes only the calling one.
 */
#include "privs.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/text.h"

#define CAPS_BEYOND 64 /* no kernel has more capabilities than bits */

struct drop {
	const struct privs_account *account; /* NULL: no change of users */
	enum privs_keep keep;
};

static bool is_kept(enum privs_keep keep, unsigned int cap)
{
	if (cap == CAP_AUDIT_CONTROL)
		return keep == PRIVS_KEEP_WATCHER || keep == PRIVS_KEEP_RULES;
	return cap == CAP_DAC_READ_SEARCH && keep == PRIVS_KEEP_WATCHER;
}

/* libcap-ng's errors are its own negative numbers; errno tells more where it is set. */
static int capng_error(int r)
{
	if (r >= 0)
		return 0;
	return errno ? -errno : -EPERM;
}

/* --- the steps, in this order --- */

static int set_groups(const struct drop *d)
{
	if (!d->account)
		return 0;
	return setgroups(1, &d->account->group) ? -errno : 0;
}

/* While CAP_SETPCAP is there: an exec or a change of users never gives rights back. */
static int lock_secure_bits(const struct drop *d)
{
	if (!d->account)
		return 0;
	errno = 0;
	return capng_error(capng_lock());
}

static int change_user(const struct drop *d)
{
	unsigned int cap;

	capng_clear(CAPNG_SELECT_ALL);
	for (cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (is_kept(d->keep, cap))
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, cap);
	errno = 0;
	if (!d->account)
		return capng_error(capng_apply(CAPNG_SELECT_CAPS));
	return capng_error(capng_change_id((int)d->account->uid, (int)d->account->gid,
					   CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT));
}

static int forbid_new_rights(const struct drop *d)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

/* Our memory holds what the audit system saw: neither a core nor a debugger gets it. */
static int hide_memory(const struct drop *d)
{
	if (!d->account)
		return 0;
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ? -errno : 0;
}

/* --- reading back --- */

static int verify_user(const struct drop *d)
{
	const struct privs_account *a = d->account;
	gid_t gid[3], groups[2];
	uid_t uid[3];
	int i;

	if (!a)
		return 0;
	if (getresuid(&uid[0], &uid[1], &uid[2]) || getresgid(&gid[0], &gid[1], &gid[2]))
		return -errno;
	for (i = 0; i < 3; i++)
		if (uid[i] != a->uid || gid[i] != a->gid)
			return -EPERM;
	if (getgroups(2, groups) != 1 || groups[0] != a->group)
		return -EPERM;
	/* and there is no way back */
	return setuid(0) == 0 ? -EPERM : 0;
}

static bool caps_are(enum privs_keep keep, bool bounds)
{
	bool kept;
	unsigned int cap;

	for (cap = 0; cap < CAPS_BEYOND; cap++) {
		kept = is_kept(keep, cap);
		if (capng_have_capability(CAPNG_EFFECTIVE, cap) != kept ||
		    capng_have_capability(CAPNG_PERMITTED, cap) != kept ||
		    capng_have_capability(CAPNG_INHERITABLE, cap) ||
		    capng_have_capability(CAPNG_AMBIENT, cap) ||
		    (bounds && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) > 0))
			return false;
	}
	return true;
}

static int verify_caps(const struct drop *d)
{
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_get_caps_process())
		return -EIO;
	/* only root can clear its bounding set, and no_new_privs makes it moot */
	if (!caps_are(d->keep, d->account != NULL))
		return -EPERM;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : -EPERM;
}

static const struct step {
	int (*run)(const struct drop *d);
	const char *what;
} steps[] = {
	{set_groups, "the supplementary groups cannot be set"},
	{lock_secure_bits, "the secure bits cannot be locked"},
	{change_user, "user and capabilities cannot be changed"},
	{forbid_new_rights, "no_new_privs cannot be set"},
	{hide_memory, "the memory cannot be hidden"},
	{verify_user, "the kernel shows another user or group than was asked for"},
	{verify_caps, "the kernel shows other capabilities than were asked for"},
};

static bool selinux_enforces(void)
{
	int fd = open("/sys/fs/selinux/enforce", O_RDONLY | O_CLOEXEC);
	char c = '0';

	if (fd < 0)
		return false;
	if (read(fd, &c, 1) != 1)
		c = '0';
	close(fd);
	return c == '1';
}

static const char *remedy(int err)
{
	if (selinux_enforces())
		return "SELinux is enforcing and its policy for auditd does not let a "
		       "plugin "
		       "change its user: load the policy module audisp_noise";
	if (err == -EPERM)
		return "the service that starts auditd must leave it CAP_SETUID, "
		       "CAP_SETGID "
		       "and CAP_SETPCAP (CapabilityBoundingSet= of systemd.exec(5))";
	return "this kernel or what confines us from outside does not allow it";
}

int privs_drop(const struct privs_account *account, enum privs_keep keep, char *why,
	       size_t why_size)
{
	const struct drop d = {account, keep};
	size_t i;
	int r;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		r = steps[i].run(&d);
		if (r < 0) {
			snprintf(why, why_size, "giving up rights: %s: %s; %s",
				 steps[i].what, strerror(-r), remedy(r));
			return r;
		}
	}
	return 0;
}

int privs_lookup(const char *user, struct privs_account *account, char *why,
		 size_t why_size)
{
	const struct passwd *entry;
	char quoted[80];
	int err;

	text_quote(span_of(user), quoted, sizeof(quoted));
	errno = 0;
	entry = getpwnam(user);
	err = errno;
	if (!entry && err && err != ENOENT && err != ESRCH) {
		snprintf(why, why_size,
			 "user: %s cannot be looked up: %s; see to the passwd sources of "
			 "/etc/nsswitch.conf",
			 quoted, strerror(err));
		return -err;
	}
	if (!entry) {
		snprintf(why, why_size,
			 "user: there is no user %s; make it (audisp-noise by "
			 "`systemd-sysusers`, any other by `useradd --system "
			 "--user-group --shell /usr/sbin/nologin NAME`), or name another",
			 quoted);
		return -ENOENT;
	}
	if (entry->pw_uid == 0) {
		snprintf(why, why_size,
			 "user: %s has uid 0, whose rights are what is to be given up; "
			 "name an unprivileged user",
			 quoted);
		return -EPERM;
	}
	if (entry->pw_gid == 0) {
		snprintf(why, why_size,
			 "user: the group of %s is gid 0, root's, whose files it could "
			 "read; give the user a group of its own (usermod -g), or name "
			 "another",
			 quoted);
		return -EPERM;
	}
	account->uid = entry->pw_uid;
	account->gid = entry->pw_gid;
	account->group = entry->pw_gid;
	return 0;
}
