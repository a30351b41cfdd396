/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_names.c - programs, places and record types that are never silenced
 *
 * A program is known by the last part of its path, without a version: python3.11 is
 * python. One that bears another name is not found here; what is said of its file, its
 * account and its use must hold all the same.
 */
#include <ctype.h>
#include <libaudit.h>

#include "advise/guard.h"
#include "base/path.h"
#include "rules/rule.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

/* --- programs --- */

/* All that runs what its arguments or input say. */
static const char *const shells[] = {
	"sh",
	"ash",
	"bash",
	"csh",
	"dash",
	"elvish",
	"fish",
	"hush",
	"ksh",
	"ksh93",
	"lksh",
	"mksh",
	"nu",
	"oksh",
	"osh",
	"pdksh",
	"posh",
	"pwsh",
	"rbash",
	"rc",
	"rksh",
	"rzsh",
	"sash",
	"scponly",
	"static-sh",
	"tcsh",
	"xonsh",
	"yash",
	"zsh",
	"busybox",
	"toybox",
	"git-shell",
	"rssh",
	"screen",
	"tmux",
	/* interpreters */
	"awk",
	"bun",
	"deno",
	"dotnet",
	"emacs",
	"erl",
	"beam.smp",
	"escript",
	"expect",
	"gawk",
	"gdb",
	"gjs",
	"groovy",
	"guile",
	"ipython",
	"java",
	"jimsh",
	"js",
	"julia",
	"lua",
	"luajit",
	"m4",
	"make",
	"mawk",
	"mono",
	"mono-sgen",
	"nawk",
	"node",
	"nodejs",
	"ocaml",
	"octave",
	"perl",
	"php",
	"php-cgi",
	"php-fpm",
	"pypy",
	"python",
	"R",
	"racket",
	"raku",
	"rscript",
	"ruby",
	"sbcl",
	"sed",
	"strace",
	"ltrace",
	"tclsh",
	"vi",
	"view",
	"vim",
	"vim.basic",
	"vim.tiny",
	"nvim",
	"wish",
	"wine",
	"wine64",
	/* what starts another program, which then is its own */
	"bwrap",
	"chroot",
	"chrt",
	"dbus-run-session",
	"env",
	"find",
	"flock",
	"ionice",
	"nice",
	"nohup",
	"nsenter",
	"parallel",
	"prlimit",
	"run-parts",
	"script",
	"setarch",
	"setpriv",
	"setsid",
	"stdbuf",
	"taskset",
	"time",
	"timeout",
	"unshare",
	"watch",
	"xargs",
	"start-stop-daemon",
	"systemd-run",
};

/* The loader runs any program as itself. */
static const char *const loaders[] = {"ld-", "ld.so", "ld64.so", "qemu-", "libc.so"};

static const char *const logins[] = {
	"agetty",
	"chage",
	"chfn",
	"chpasswd",
	"chsh",
	"cockpit-session",
	"cockpit-ws",
	"doas",
	"dropbear",
	"fingerd",
	"ftpd",
	"gdm",
	"gdm-session-worker",
	"getty",
	"gpasswd",
	"gdm3",
	"groupadd",
	"groupdel",
	"groupmod",
	"in.rlogind",
	"in.rshd",
	"in.telnetd",
	"kdm",
	"ksu",
	"lightdm",
	"login",
	"lxdm",
	"machinectl",
	"mingetty",
	"newgidmap",
	"newgrp",
	"newuidmap",
	"newusers",
	"pam_timestamp_check",
	"passwd",
	"pkexec",
	"polkitd",
	"polkit-agent-helper",
	"proftpd",
	"pure-ftpd",
	"rlogin",
	"rsh",
	"runuser",
	"sddm",
	"sddm-helper",
	"seunshare",
	"sftp-server",
	"sg",
	"slim",
	"ssh",
	"ssh-agent",
	"sshd",
	"sshd-auth",
	"sshd-session",
	"su",
	"sudo",
	"sudoedit",
	"sulogin",
	"systemd-logind",
	"telnetd",
	"unix_chkpwd",
	"unix_update",
	"useradd",
	"userdel",
	"userhelper",
	"usermod",
	"vigr",
	"vipw",
	"vlock",
	"vsftpd",
	"wdm",
	"xdm",
	"xrdp-sesman",
};

static const char *const auditors[] = {
	"aide",       "audispd", "auditbeat",       "auditctl",   "auditd",
	"augenrules", "aulast",  "aulastlog",       "aureport",   "ausearch",
	"ausyscall",  "autrace", "auvirt",          "fagenrules", "fapolicyd",
	"go-audit",   "laurel",  "setroubleshootd", "tripwire",   "samhain",
};

static const char *const selves[] = {"audisp-noise", "aunoise"};

/* "python3.11" is "python". */
static size_t without_version(struct span name)
{
	size_t n = name.n;

	while (n > 1 && (isdigit((unsigned char)name.p[n - 1]) || name.p[n - 1] == '.' ||
			 name.p[n - 1] == '-'))
		n--;
	return n;
}

static bool begins(struct span name, const char *with)
{
	size_t n = strlen(with);

	return name.n >= n && memcmp(name.p, with, n) == 0;
}

/* So is "python3.11d", and "perl5.36-x86_64-linux-gnu" is perl; "bash-static" is bash. */
static bool is_kind_of(struct span name, const char *what)
{
	size_t n = strlen(what);

	return begins(name, what) &&
	       (name.n == n || isdigit((unsigned char)name.p[n]) ||
		begins((struct span){name.p + n, name.n - n}, "-static") ||
		begins((struct span){name.p + n, name.n - n}, "-dbg"));
}

static bool is_named(struct span name, const char *const *table, size_t n)
{
	struct span bare = {name.p, without_version(name)};

	for (size_t i = 0; i < n; i++)
		if (is_kind_of(name, table[i]) || span_is(bare, table[i]))
			return true;
	return false;
}

static bool is_loader(struct span name)
{
	for (size_t i = 0; i < N_OF(loaders); i++)
		if (begins(name, loaders[i]))
			return true;
	return false;
}

enum guard_reason guard_program(struct span exe, bool with_self)
{
	struct span name = path_base(exe);

	if (is_named(name, selves, N_OF(selves)))
		return with_self ? GUARD_ALLOWED : GUARD_AUDIT;
	if (is_named(name, auditors, N_OF(auditors)) || begins(name, "audisp"))
		return GUARD_AUDIT;
	if (is_named(name, logins, N_OF(logins)))
		return GUARD_LOGIN;
	if (is_named(name, shells, N_OF(shells)) || is_loader(name))
		return GUARD_SHELL;
	return GUARD_ALLOWED;
}

bool guard_is_cron(struct span exe)
{
	return span_is(exe, "/usr/sbin/cron") || span_is(exe, "/usr/sbin/crond") ||
	       span_is(exe, "/usr/bin/cron") || span_is(exe, "/usr/bin/crond") ||
	       span_is(exe, "/sbin/cron") || span_is(exe, "/sbin/crond");
}

/* --- places --- */

/* In them or above them. Some are links on one distribution and places on another. The
 * second part is what sample rules name and does not lie in the first. */
static const char *const places[] = {
	"/bin",
	"/boot",
	"/efi",
	"/etc",
	"/root",
	"/sbin",
	"/usr",
	"/var/log/audit",
	"/run/audit",
	"/var/run/audit",
	"/var/spool/at",
	"/var/spool/cron",
	"/var/spool/anacron",
	"/run/systemd/generator",
	"/run/systemd/system",
	"/run/systemd/transient",
	"/run/systemd/user",
	"/var/lib/systemd/linger",
	"/proc/sys",
	"/sys/fs/selinux",
	"/sys/kernel/security",
	/* sample rules */
	"/home",
	"/run/faillock",
	"/run/utmp",
	"/var/log/btmp",
	"/var/log/faillog",
	"/var/log/lastlog",
	"/var/log/tallylog",
	"/var/log/wtmp",
	"/var/run/faillock",
	"/var/run/utmp",
};

/* Another way to anything. */
static const char *const doors[] = {"cwd", "exe", "fd", "map_files", "root"};

static const char *const parts[] = {".ssh", ".gnupg", ".config", "authorized_keys"};

static struct span next_part(struct span *path)
{
	const char *slash;
	struct span part;

	path->p++;
	path->n--;
	slash = path->n ? memchr(path->p, '/', path->n) : NULL;
	part = (struct span){path->p, slash ? (size_t)(slash - path->p) : path->n};
	path->p += part.n;
	path->n -= part.n;
	return part;
}

static bool has_part(struct span path, const char *const *table, size_t n)
{
	while (path.n) {
		struct span part = next_part(&path);

		for (size_t i = 0; i < n; i++)
			if (span_is(part, table[i]))
				return true;
	}
	return false;
}

bool guard_object(struct span dir)
{
	if (!path_is_plain(dir) || begins(dir, "/lib"))
		return false;
	for (size_t i = 0; i < N_OF(places); i++)
		if (path_is_below(dir, span_of(places[i])) ||
		    path_is_below(span_of(places[i]), dir))
			return false;
	if (begins(dir, "/dev/fd") || begins(dir, "/dev/std"))
		return false;
	if (begins(dir, "/proc/") && has_part(dir, doors, N_OF(doors)))
		return false;
	return !has_part(dir, parts, N_OF(parts));
}

/* --- records --- */

bool guard_type(uint32_t type)
{
	switch (type) {
	case AUDIT_USER_ACCT:
	case AUDIT_CRED_ACQ:
	case AUDIT_CRED_DISP:
	case AUDIT_USER_START:
	case AUDIT_USER_END:
	case AUDIT_LOGIN:
	case AUDIT_SERVICE_START:
	case AUDIT_SERVICE_STOP:
	case AUDIT_NETFILTER_CFG:
	case AUDIT_BPF:
	case AUDIT_TIME_INJOFFSET:
	case AUDIT_TIME_ADJNTPVAL:
	case AUDIT_CRYPTO_KEY_USER:
	case AUDIT_CRYPTO_SESSION:
		return true;
	default:
		return false;
	}
}

bool guard_is_session(uint32_t type)
{
	return type == AUDIT_LOGIN || type == AUDIT_USER_ACCT ||
	       (type >= AUDIT_CRED_ACQ && type <= AUDIT_USER_END);
}

bool guard_is_alarm(uint32_t type)
{
	switch (type) {
	case AUDIT_CONFIG_CHANGE:
	case AUDIT_USER_AUTH:
	case AUDIT_USER_MGMT:
	case AUDIT_USER_AVC:
	case AUDIT_USER_CHAUTHTOK:
	case AUDIT_USER_ERR:
	case AUDIT_USER_LOGIN:
	case AUDIT_ADD_USER ... AUDIT_DEL_GROUP:
	case AUDIT_USER_SELINUX_ERR:
	case AUDIT_FIRST_DAEMON ... AUDIT_LAST_DAEMON:
	case AUDIT_KERN_MODULE:
	case AUDIT_SECCOMP:
	case AUDIT_FIRST_SELINUX ... AUDIT_LAST_SELINUX:
	case AUDIT_FIRST_APPARMOR ... AUDIT_LAST_APPARMOR:
	case AUDIT_FIRST_KERN_ANOM_MSG ... AUDIT_LAST_KERN_ANOM_MSG:
	case AUDIT_INTEGRITY_FIRST_MSG ... AUDIT_INTEGRITY_LAST_MSG:
	case AUDIT_FIRST_ANOM_MSG ... AUDIT_LAST_ANOM_MSG:
	case AUDIT_FIRST_ANOM_RESP ... AUDIT_LAST_ANOM_RESP:
	case AUDIT_FIRST_USER_LSPP_MSG ... AUDIT_LAST_USER_LSPP_MSG:
		return true;
	default:
		return false;
	}
}

bool guard_key(struct span keys)
{
	struct span key;
	size_t n = 0;

	while (rule_next_key(&keys, &key)) {
		char room[AUDIT_MAX_KEY_LEN + 2] = "/";

		if (!isalnum((unsigned char)key.p[0]) || key.n > AUDIT_MAX_KEY_LEN)
			return false;
		for (size_t i = 0; i < key.n; i++)
			room[i + 1] = key.p[i] == '/' || key.p[i] == '.' ? '_' : key.p[i];
		if (!path_may_stand_in_rule((struct span){room, key.n + 1}))
			return false;
		n++;
	}
	return n;
}
