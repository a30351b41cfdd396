/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object.c - the directory of what a system call worked on
 *
 * A name is taken as it was given to the kernel: no link is followed, no ".."
 * is resolved, nothing is looked up on this host, which may be another one.
 */
#include "stream/object.h"

#include <libaudit.h>

#include "base/text.h"

#define NAME_OF_NO_FILE 16u

/*
 * Which arguments of a system call are a directory's descriptor that its
 * relative names start from: bit n for argument n (man pages of the *at calls).
 * Where there is none the names start from the working directory.
 */
static unsigned int descriptor_arguments(const char *name)
{
	static const struct {
		const char *name;
		unsigned int args;
		/* clang-format off */
	} known[] = {
		{"renameat", 5}, {"renameat2", 5}, {"linkat", 5}, {"symlinkat", 2},
		{"openat2", 1}, {"statx", 1}, {"fstatat64", 1}, {"utimensat_time64", 1},
		{"faccessat2", 1}, {"fchmodat2", 1}, {"fspick", 1}, {"mount_setattr", 1},
		{"file_getattr", 1}, {"file_setattr", 1}, {"move_mount", 5},
		{"open_tree", 1}, {"open_tree_attr", 1}, {"fanotify_mark", 8},
		{"mq_open", NAME_OF_NO_FILE}, {"mq_unlink", NAME_OF_NO_FILE},
		/* these take none, although they end like the others */
		{"creat", 0}, {"stat", 0}, {"fstat", 0}, {"lstat", 0}, {"ustat", 0}, {"shmat", 0},
		{"oldstat", 0}, {"oldfstat", 0}, {"oldlstat", 0},
	};
	/* clang-format on */
	size_t i, n = strlen(name);

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(name, known[i].name))
			return known[i].args;
	return n > 2 && !strcmp(name + n - 2, "at");
}

static bool is_relative_to_descriptor(const struct event *e, const uint64_t arg[4])
{
	int machine = audit_elf_to_machine(e->arch);
	const char *name =
		machine < 0 ? NULL : audit_syscall_to_name((int)e->nr, machine);
	unsigned int args, i;

	if (!e->has_syscall || !name)
		return true; /* not known: do not guess */
	args = descriptor_arguments(name);
	for (i = 0; i < 4; i++)
		if ((args & 1u << i) && (int32_t)arg[i] != -100) /* AT_FDCWD */
			return true;
	return args == NAME_OF_NO_FILE;
}

/* All of @name before its last component, without trailing slashes; "/" is its own. */
static size_t dir_length(struct span name)
{
	size_t n = name.n;

	while (n && name.p[n - 1] == '/')
		n--;
	while (n && name.p[n - 1] != '/')
		n--;
	while (n > 1 && name.p[n - 1] == '/')
		n--;
	return n || name.p[0] != '/' ? n : 1;
}

/* "./x", ".//x" and "x" are the same. */
static struct span without_dots(struct span name)
{
	while (name.n > 2 && name.p[0] == '.' && name.p[1] == '/') {
		name.p += 2;
		name.n -= 2;
		for (; name.n > 1 && name.p[0] == '/'; name.n--)
			name.p++;
	}
	return name;
}

struct span object_dir(const struct object *o, const struct event *e, char *room,
		       size_t size)
{
	struct span name = o->name, cwd = o->cwd, dir;
	size_t n;

	if (!name.p || !name.n)
		return (struct span){NULL, 0};
	if (name.p[0] == '/')
		return (struct span){name.p, dir_length(name)};
	if (!cwd.p || !cwd.n || cwd.p[0] != '/' || is_relative_to_descriptor(e, o->arg))
		return (struct span){NULL, 0};
	name = without_dots(name);
	n = dir_length(name);
	if (!n)
		return cwd;
	if (cwd.n + 1 + n > size)
		return (struct span){NULL, 0};
	dir = (struct span){room, cwd.n};
	memcpy(room, cwd.p, cwd.n);
	if (cwd.p[cwd.n - 1] != '/')
		room[dir.n++] = '/';
	memcpy(room + dir.n, name.p, n);
	dir.n += n;
	return dir;
}

struct event_program object_program(const struct object *o, struct span exe)
{
	struct event_program p = {.ran = true};

	p.known = text_u64(o->inode, UINT64_MAX, &p.inode) &&
		  text_device(o->device, &p.major, &p.minor);
	if (!p.known)
		return (struct event_program){.ran = true};
	p.named = o->name.p && exe.p && span_equal(o->name, exe);
	return p;
}
