/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_odd.c - the actions of match_work that play with names: links, exchanges, names
 * that are gone, mounts and roots of their own
 */
#include "match_work.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * By a descriptor of a name that is gone: the kernel still finds the directories above
 * it. The file itself has another name, elsewhere, or none.
 */
void odd_held(void)
{
	char name[64];
	int fd;

	odd();
	close((int)syscall(SYS_open, "home/kept", O_CREAT | O_WRONLY, 0600));
	syscall(SYS_link, "home/kept", "tree/kept");
	fd = (int)syscall(SYS_open, "tree/kept", O_RDWR);
	syscall(SYS_unlink, "tree/kept");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	syscall(SYS_fchmod, fd, 0600);
	syscall(SYS_chmod, name, 0640);
	syscall(SYS_symlink, name, "home/made");
	syscall(SYS_chmod, "home/made", 0600);
	syscall(SYS_unlink, "home/made");
	syscall(SYS_open, name, O_RDWR);
	syscall(SYS_unlink, "home/kept");
	syscall(SYS_open, name, O_RDWR);
	fd = (int)syscall(SYS_open, "tree/gone", O_CREAT | O_RDWR, 0600);
	syscall(SYS_unlink, "tree/gone");
	syscall(SYS_fchmod, fd, 0640);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	syscall(SYS_open, name, O_WRONLY);
}

/* The same by every other name that they have. */
void odd_links(void)
{
	int dir = open("tree", O_RDONLY | O_DIRECTORY);

	odd();
	syscall(SYS_open, "fixed/to-watched", O_WRONLY); /* a symbolic link */
	syscall(SYS_open, "fixed/hard", O_WRONLY);
	syscall(SYS_openat, dir, "../fixed/watched", O_WRONLY);
	syscall(SYS_chmod, "fixed/to-watched", 0644);
	syscall(SYS_setxattr, "fixed/hard", "user.x", "y", 1L, 0);
	syscall(SYS_openat, dir, "sub/deep", O_WRONLY);
	syscall(SYS_open, "to-tree/sub/deep", O_WRONLY);
	syscall(SYS_open, "tree/out", O_WRONLY); /* a symbolic link that leads out */
	syscall(SYS_openat, dir, "sub/new", O_CREAT | O_WRONLY, 0600);
	syscall(SYS_unlinkat, dir, "sub/new", 0);
	syscall(SYS_renameat, dir, "sub/deep", dir, "sub/deeper");
	syscall(SYS_renameat, dir, "sub/deeper", dir, "sub/deep");
	syscall(SYS_fchdir, dir);
	syscall(SYS_open, "sub/deep", O_WRONLY);
}

/* Two names in one call, both watched, in both orders; then such that go. */
void odd_two(void)
{
	odd();
	/* names of watched files, in another directory */
	close((int)syscall(SYS_creat, "home/second", 0600));
	syscall(SYS_rename, "home/second", "third");
	syscall(SYS_rename, "third", "home/second");
	syscall(SYS_unlink, "home/second");
	syscall(SYS_link, "first", "first2");
	syscall(SYS_renameat2, AT_FDCWD, "first", AT_FDCWD, "second", RENAME_EXCHANGE);
	syscall(SYS_renameat2, AT_FDCWD, "second", AT_FDCWD, "first", RENAME_EXCHANGE);
	syscall(SYS_rename, "first", "tree"); /* EISDIR */
	syscall(SYS_renameat2, AT_FDCWD, "first", AT_FDCWD, "second", 0);
	syscall(SYS_rename, "second", "first");
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return;
	syscall(SYS_mount, "fixed/one", "fixed/two", "", MS_BIND, NULL);
	syscall(SYS_umount2, "fixed/two", 0);
	syscall(SYS_mount, "fixed/two", "fixed/one", "", MS_BIND, NULL);
}

/* The second name has lost its watch, although it has its file again. */
void odd_swapped(void)
{
	odd();
	syscall(SYS_open, "first", O_WRONLY);
	syscall(SYS_open, "second", O_WRONLY);
	syscall(SYS_chmod, "second", 0640);
	syscall(SYS_unlink, "second");
	close((int)syscall(SYS_creat, "second", 0600));
	syscall(SYS_open, "second", O_WRONLY);
}

void odd_swap(void)
{
	odd();
	syscall(SYS_renameat2, AT_FDCWD, "first", AT_FDCWD, "second", RENAME_EXCHANGE);
	syscall(SYS_renameat2, AT_FDCWD, "first", AT_FDCWD, "second", RENAME_EXCHANGE);
}

void odd_replace(void)
{
	odd();
	for (int i = 0; i < 3; i++) {
		close((int)syscall(SYS_open, "fresh", O_CREAT | O_WRONLY, 0600));
		syscall(SYS_rename, "fresh", "replaced");
		syscall(SYS_open, "replaced", O_WRONLY);
	}
	syscall(SYS_unlink, "replaced");
	syscall(SYS_open, "replaced", O_CREAT | O_WRONLY, 0600);
	syscall(SYS_chmod, "replaced", 0644);
}

void odd_openat2(void)
{
	struct open_how how = {.flags = O_WRONLY, .resolve = 0};

	odd();
	syscall(SYS_openat2, AT_FDCWD, "fixed/watched", &how, sizeof(how));
	how.flags = O_RDONLY;
	syscall(SYS_openat2, AT_FDCWD, "fixed/watched", &how, sizeof(how));
	how.resolve = RESOLVE_BENEATH;
	syscall(SYS_openat2, AT_FDCWD, "../x", &how, sizeof(how));
	syscall(SYS_openat2, AT_FDCWD, "fixed/watched", NULL, sizeof(how));
}

void odd_mounts(void)
{
	odd();
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return;
	syscall(SYS_mount, "tree", "elsewhere", "", MS_BIND, NULL);
	syscall(SYS_open, "elsewhere/sub/deep", O_WRONLY);
	syscall(SYS_mount, "fixed/secret", "fixed/watched", "", MS_BIND,
		NULL); /* hides it */
	syscall(SYS_open, "fixed/watched", O_WRONLY);
	syscall(SYS_chmod, "fixed/watched", 0600);
	syscall(SYS_mount, "x", "tree", "tmpfs", 0L, NULL);
	syscall(SYS_open, "tree/file", O_CREAT | O_WRONLY, 0600);
	syscall(SYS_umount2, "tree", MNT_DETACH);
	syscall(SYS_mount, "program", "/bin/true", "", MS_BIND, NULL);
	spawn("/bin/true");
}

void odd_root(void)
{
	odd();
	if (syscall(SYS_chroot, "tree") < 0)
		return;
	syscall(SYS_open, "/sub/deep", O_WRONLY);
	syscall(SYS_chdir, "/");
	syscall(SYS_open, "sub/deep", O_WRONLY);
	syscall(SYS_open, "/etc/passwd", O_RDONLY);
}

/*
 * Links that lead out of a watched directory to files that may be made. Where the kernel
 * does not know the link yet, it asks about that directory, and the record shows another
 * one.
 */
void odd_cold(void)
{
	odd();
	syscall(SYS_openat, AT_FDCWD, "x/f", O_CREAT | O_RDWR, 0600);
	syscall(SYS_openat, AT_FDCWD, "x/f", O_CREAT | O_RDWR, 0600);
	syscall(SYS_openat, AT_FDCWD, "x/far", O_CREAT | O_RDWR, 0600);
	syscall(SYS_openat, AT_FDCWD, "x/far", O_CREAT | O_RDWR, 0600);
	plain();
	syscall(SYS_openat, AT_FDCWD, "y/new", O_CREAT | O_RDWR, 0600);
	syscall(SYS_openat, AT_FDCWD, "z/new", O_CREAT | O_RDWR, 0600);
	syscall(SYS_openat, AT_FDCWD, "z/new", O_RDONLY);
}
