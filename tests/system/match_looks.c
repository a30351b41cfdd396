/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_looks.c - looks at files, and what may be said by them
 *
 * Of files: since the last change of their status (ctime: a rename or a link changes it,
 * and nobody can set it), or of their directory's, up to the look. That directories have
 * not been moved, and that no file has had more links than it has, is known of the test
 * alone: the work moves no directory, and holds no name that is gone but in its action
 * `held`, whose files are not there any more when a look is taken.
 *
 * Nothing is said where st_dev is not the superblock's (btrfs, overlayfs), where another
 * host may change files or an exchange does not (XFS), or of a name over which something
 * is mounted.
 */
#include "match_looks.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libaudit.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define SLACK_MS      20
#define TREE_MAX      50000 /* entries that are walked through */
#define TEXT_MAX      512
#define PLACES        64
#define MAX_EXCHANGED 256

struct look {
	int64_t at_ms; /* of the round: before any of its looks */
	uint32_t type; /* of the field; 0: of a file that events may name */
	bool has_self, has_parent, is_known_fs, is_mount;
	bool alone, whole, is_still, is_sealed, is_binary;
	int64_t still_since_ms, born_ms;
	struct stat self, parent;
	char path[TEXT_MAX], real[TEXT_MAX], tree[TEXT_MAX];
};

static struct look *looks;
static size_t n_looks, now_first, now_end;
static int64_t unloaded_ms;
static char exchanged[MAX_EXCHANGED][TEXT_MAX];
static size_t n_exchanged;

/* --- looking --- */

static int64_t changed_ms(const struct stat *st)
{
	return (int64_t)st->st_ctim.tv_sec * 1000 + st->st_ctim.tv_nsec / 1000000 +
	       SLACK_MS;
}

static bool is_local(const char *path, bool *whole)
{
	struct statfs fs;

	*whole = false;
	if (statfs(path, &fs) < 0)
		return false;
	*whole = fs.f_type == PROC_SUPER_MAGIC;
	return *whole || fs.f_type == EXT4_SUPER_MAGIC || fs.f_type == TMPFS_MAGIC;
}

static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	n -= n && dir[n - 1] == '/';
	return !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}

/*
 * Where a real path is from the root of its filesystem. Return: false: not known.
 * @on: is something mounted right there? @below: or below it?
 */
static bool find_place(const char *real, char *tree, bool *on, bool *below)
{
	FILE *f = fopen("/proc/self/mountinfo", "r");
	char line[4096], root[TEXT_MAX], point[TEXT_MAX];
	size_t longest = 0;
	bool found = false;

	*on = *below = !f;
	while (f && fgets(line, sizeof(line), f)) {
		size_t n;

		if (sscanf(line, "%*s %*s %*s %511s %511s", root, point) != 2)
			continue;
		n = strlen(point);
		if (!strcmp(point, real))
			*on = true;
		else
			*below |= is_below(point, real);
		if (!is_below(real, point) || n < longest)
			continue;
		longest = n;
		n = n == 1 ? 0 : n;
		found = snprintf(tree, TEXT_MAX, "%s%s", root[1] ? root : "", real + n) <
			TEXT_MAX;
		if (found && !tree[0])
			strcpy(tree, "/");
	}
	if (f)
		fclose(f);
	return found;
}

static int64_t newest_ms;
static size_t n_walked, n_links;

static int walk(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	if (flag == FTW_NS || flag == FTW_DNR || ++n_walked > TREE_MAX)
		return 1;
	n_links += flag == FTW_SL;
	if (flag == FTW_D && changed_ms(st) > newest_ms)
		newest_ms = changed_ms(st);
	return 0;
}

static bool is_binary(const char *path)
{
	unsigned char head[20] = {0};
	FILE *f = fopen(path, "rb");
	bool elf = f && fread(head, 1, sizeof(head), f) == sizeof(head) &&
		   !memcmp(head, "\177ELF", 4);

	if (f)
		fclose(f);
	return elf && head[18] == 62; /* EM_X86_64; binfmt_misc has no such */
}

static void look_at_dir(struct look *l)
{
	char real[PATH_MAX];
	bool on, below;

	l->has_self = stat(l->path, &l->self) == 0;
	l->is_known_fs = is_local(l->path, &l->whole);
	if (!l->has_self || !realpath(l->path, real) ||
	    !find_place(real, l->tree, &on, &below))
		return;
	l->whole &= !strcmp(l->tree, "/");
	l->alone = !below;
	newest_ms = 0;
	n_walked = n_links = 0;
	l->is_still = l->alone && !l->whole && l->is_known_fs &&
		      !nftw(real, walk, 16, FTW_PHYS | FTW_MOUNT);
	l->still_since_ms = newest_ms;
	l->is_sealed = l->is_still && !n_links;
	if (l->whole) { /* what its links lead out to has no name */
		l->is_still = l->is_sealed = true;
		l->still_since_ms = 0;
	}
}

static void look_at_file(struct look *l)
{
	char dir[PATH_MAX], real[PATH_MAX], *slash;
	bool on, below;

	snprintf(dir, sizeof(dir), "%s", l->path);
	slash = strrchr(dir, '/');
	slash[slash == dir] = '\0';
	l->has_self = lstat(l->path, &l->self) == 0;
	l->has_parent = stat(dir, &l->parent) == 0;
	l->is_known_fs = is_local(dir, &l->whole);
	if (l->type == AUDIT_EXE) {
		if (realpath(l->path, real) && strlen(real) < sizeof(l->real))
			strcpy(l->real, real);
		l->is_binary = is_binary(l->path);
	}
	if (!realpath(dir, real))
		return;
	snprintf(dir, sizeof(dir), "%s/%s", real[1] ? real : "",
		 strrchr(l->path, '/') + 1);
	if (strlen(dir) >= TEXT_MAX || !find_place(dir, l->tree, &on, &below))
		l->tree[0] = '\0';
	else
		l->is_mount = on;
}

/* Where the name leads to. */
static void look_at_place(struct look *l)
{
	char real[PATH_MAX];
	bool on, below;
	struct statx x;

	l->has_self = stat(l->path, &l->self) == 0 && realpath(l->path, real) &&
		      is_local(real, &l->whole) && find_place(real, l->tree, &on, &below);
	if (l->has_self && statx(AT_FDCWD, real, 0, STATX_BTIME, &x) == 0 &&
	    x.stx_mask & STATX_BTIME)
		l->born_ms = x.stx_btime.tv_sec * 1000 + x.stx_btime.tv_nsec / 1000000;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME_COARSE, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

typedef void look_fn(const struct look *look);

static void look_at_all(const struct ruleset *set, int64_t at_ms, look_fn *take)
{
	static const uint32_t types[] = {AUDIT_WATCH, AUDIT_DIR, AUDIT_EXE};

	for (size_t i = 0; i < ruleset_count(set); i++)
		for (size_t k = 0; k < sizeof(types) / sizeof(types[0]); k++) {
			const struct rule_field *f =
				rule_find(ruleset_at(set, i), types[k]);
			struct look l = {.at_ms = at_ms, .type = types[k]};

			if (!f || f->text.n >= sizeof(l.path))
				continue;
			memcpy(l.path, f->text.p, f->text.n);
			if (l.type == AUDIT_DIR)
				look_at_dir(&l);
			else
				look_at_file(&l);
			take(&l);
		}
}

/* --- rounds --- */

static void print_look(const struct look *look)
{
	fwrite(look, sizeof(*look), 1, stdout);
}

static void keep_look(const struct look *look)
{
	if (n_looks % 1024 == 0)
		looks = realloc(looks, (n_looks + 1024) * sizeof(*looks));
	if (!looks)
		abort();
	looks[n_looks++] = *look;
}

static int64_t round_ms;

static int take_place(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	struct look l = {.at_ms = round_ms};

	(void)st;
	(void)flag;
	(void)ftw;
	if (snprintf(l.path, sizeof(l.path), "%s", path) < (int)sizeof(l.path)) {
		look_at_place(&l);
		print_look(&l);
	}
	return 0;
}

int looks_take(const struct ruleset *set, const char *dir)
{
	round_ms = now_ms();
	look_at_all(set, round_ms, print_look);
	nftw(dir, take_place, 16, FTW_PHYS);
	return fflush(stdout) == 0 ? 0 : errno;
}

int looks_read(const char *file, const struct ruleset *set)
{
	struct look l;
	FILE *f;

	if (!file) {
		look_at_all(set, now_ms(), keep_look);
		return 0;
	}
	f = fopen(file, "rb");
	if (!f)
		return errno;
	while (fread(&l, sizeof(l), 1, f) == 1)
		keep_look(&l);
	fclose(f);
	return n_looks ? 0 : ENODATA;
}

bool looks_at(int64_t stamp_ms)
{
	size_t first = 0, end;

	for (size_t i = 0; i < n_looks; i++) {
		if (looks[i].at_ms == looks[first].at_ms)
			continue;
		if (looks[first].at_ms >= stamp_ms)
			break;
		first = i;
	}
	for (end = first; end < n_looks && looks[end].at_ms == looks[first].at_ms; end++)
		;
	if (first == now_first && end == now_end)
		return false;
	now_first = first;
	now_end = end;
	return true;
}

/* --- answers --- */

void looks_loaded(int64_t stamp_ms)
{
	unloaded_ms = stamp_ms;
}

void looks_exchanged(struct span name)
{
	size_t from = name.n;

	while (from && name.p[from - 1] != '/')
		from--;
	name.p += from;
	name.n -= from;
	if (name.n >= TEXT_MAX || n_exchanged == MAX_EXCHANGED) {
		n_exchanged = MAX_EXCHANGED; /* too many: any may be */
		return;
	}
	memcpy(exchanged[n_exchanged], name.p, name.n);
	exchanged[n_exchanged++][name.n] = '\0';
}

/* By its last component, wherever that was. */
static bool is_exchanged(const char *path)
{
	const char *last = strrchr(path, '/') + 1;

	if (n_exchanged == MAX_EXCHANGED)
		return true;
	for (size_t i = 0; i < n_exchanged; i++)
		if (!strcmp(last, exchanged[i]))
			return true;
	return false;
}

static struct match_inode inode_of(const struct stat *st)
{
	return (struct match_inode){.known = true,
				    .inode = st->st_ino,
				    .major = major(st->st_dev),
				    .minor = minor(st->st_dev),
				    .until_ms = INT64_MAX};
}

static void tell_dir(const struct look *l, struct match_file *file)
{
	file->self = inode_of(&l->self);
	file->alone = l->alone;
	file->whole = l->whole;
	file->tree = l->tree[0] ? span_of(l->tree) : (struct span){NULL, 0};
	file->still = (struct match_span){l->is_still, l->still_since_ms, l->at_ms};
	file->sealed = l->is_sealed;
}

static void tell_file(const struct look *l, struct match_file *file)
{
	int64_t since_ms = changed_ms(&l->parent);

	if (!l->has_parent)
		return;
	if (l->has_self) {
		file->self = inode_of(&l->self);
		if (changed_ms(&l->self) < since_ms)
			since_ms = changed_ms(&l->self);
	} else {
		file->self = (struct match_inode){.known = true, .inode = FACTS_NO_INODE};
	}
	file->self.known = !l->is_mount;
	file->self.since_ms = since_ms;
	file->self.until_ms = l->at_ms;
	file->parent = inode_of(&l->parent);
	file->kept = file->self.known && l->has_self && since_ms <= unloaded_ms;
	file->armed = !is_exchanged(l->path);
	file->is_link = l->has_self && S_ISLNK(l->self.st_mode);
	if (l->tree[0])
		file->tree = span_of(l->tree);
	if (l->real[0])
		file->real = span_of(l->real);
	file->is_binary = l->is_binary;
}

bool looks_file(void *arg, uint32_t type, struct span path, struct match_file *file)
{
	(void)arg;
	memset(file, 0, sizeof(*file));
	for (size_t i = now_first; i < now_end; i++) {
		const struct look *l = &looks[i];

		if (l->type != type || !span_is(path, l->path) || !l->is_known_fs)
			continue;
		if (type != AUDIT_DIR)
			tell_file(l, file);
		else if (l->has_self)
			tell_dir(l, file);
		return true;
	}
	return false;
}

static void tell_place(const struct look *l, struct match_place *place)
{
	place->self = inode_of(&l->self);
	place->tree = span_of(l->tree);
	if (S_ISDIR(l->self.st_mode))
		return;
	place->self.since_ms = changed_ms(&l->self);
	place->self.until_ms = l->at_ms;
	place->born_ms = l->born_ms;
	place->sole = l->self.st_nlink == 1;
}

/* A file that is in no round is looked at when it is asked for. */
bool looks_place(void *arg, struct span path, struct match_place *place)
{
	static struct look asked[PLACES];
	static size_t at;
	struct look *l = &asked[at];

	(void)arg;
	memset(place, 0, sizeof(*place));
	for (size_t i = now_first; i < now_end; i++)
		if (!looks[i].type && span_is(path, looks[i].path)) {
			tell_place(&looks[i], place);
			return looks[i].has_self;
		}
	*l = (struct look){.at_ms = INT64_MAX};
	if (path.n >= sizeof(l->path))
		return false;
	memcpy(l->path, path.p, path.n);
	look_at_place(l);
	at = (at + 1) % PLACES;
	tell_place(l, place);
	return l->has_self;
}
