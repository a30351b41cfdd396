/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_tool.c - what rules/match says of a log, held against the keys in its records
 *
 *   log [OPTION...]  audit.log on stdin, made while just the kernel's present rules were
 *                    loaded, each with a key of its own. A line for each event with a
 *                    SYSCALL record: verdict, comm, key, what was found, serial.
 *                    Verdicts: right (one rule, or none, as the record says), one-of
 *                    (several are left, the record's among them), wrong.
 *                    Options: recorded, by_key, exe_by_name, paths_by_name, inodes
 *   classes          the calls of each perm class, asked of the kernel; those that
 *                    rules/perm has otherwise
 *
 * The key is not given to the matcher, but with by_key. Ends with 1 where something is
 * wrong, or differs.
 */
#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/version.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/text.h"
#include "rules/match.h"
#include "rules/perm.h"
#include "stream/record.h"
#include "kernel_rules.h"

#define SLACK_MS 20

static int status;

static void die(const char *what, int error)
{
	fprintf(stderr, "match_tool: %s: %s\n", what, strerror(error));
	exit(2);
}

/* --- the kernel's rules --- */

static uint32_t kernel(void)
{
	unsigned int major, minor;
	struct utsname u;

	if (uname(&u) < 0 || sscanf(u.release, "%u.%u", &major, &minor) != 2)
		return 0;
	return KERNEL_VERSION(major, minor, 0);
}

/* Without any security module that has rules about labels these match nothing. */
static enum match_labels labels(void)
{
	if (access("/sys/fs/selinux/enforce", F_OK) == 0)
		return MATCH_LABELS_SELINUX;
	return access("/sys/kernel/security/apparmor", F_OK) == 0 ? MATCH_LABELS_UNKNOWN
								  : MATCH_LABELS_NONE;
}

static struct ruleset *read_kernel(int fd)
{
	struct ruleset *set = kernel_rules(fd);

	if (!set)
		die("the kernel's rules", errno);
	return set;
}

/* --- the log --- */

struct line {
	struct record record;
	size_t at;
};

static struct line *lines;
static size_t n_lines;

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->record.stamp_ms != y->record.stamp_ms)
		return x->record.stamp_ms < y->record.stamp_ms ? -1 : 1;
	if (x->record.serial != y->record.serial)
		return x->record.serial < y->record.serial ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

static void read_log(void)
{
	static char *text;
	size_t size = 0, used = 0, n;
	struct span rest, line;

	do {
		if (used == size) {
			size = size ? 2 * size : 1 << 20;
			text = realloc(text, size);
			if (!text)
				die("the log", ENOMEM);
		}
		n = fread(text + used, 1, size - used, stdin);
		used += n;
	} while (n);
	lines = calloc(used / 16 + 1, sizeof(*lines)); /* a header has more bytes */
	if (!lines)
		die("the log", ENOMEM);
	rest = (struct span){text, used};
	while (text_line(&rest, &line))
		if (record_scan(&lines[n_lines].record, line, line.n)) {
			lines[n_lines].at = n_lines;
			n_lines++;
		}
	qsort(lines, n_lines, sizeof(*lines), compare_lines);
}

/* --- files --- */

static int64_t changed_ms(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000 +
	       SLACK_MS;
}

static struct match_inode inode_of(const struct stat *st)
{
	return (struct match_inode){.known = true,
				    .inode = st->st_ino,
				    .major = major(st->st_dev),
				    .minor = minor(st->st_dev),
				    .until_ms = INT64_MAX};
}

static bool is_mounted_below(const char *path)
{
	FILE *f = fopen("/proc/self/mountinfo", "r");
	char line[4096], place[4096];
	size_t n = strlen(path);
	bool found = !f;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*s %*s %*s %*s %4095s", place) == 1 &&
			!strncmp(place, path, n) &&
			(place[n] == '/' || path[n - 1] == '/');
	if (f)
		fclose(f);
	return found;
}

/*
 * Directories are taken to have been where they are for the time of the test; what is
 * in a directory, since its last change.
 */
static bool file_facts(void *arg, uint32_t type, struct span text,
		       struct match_file *file)
{
	char path[PATH_MAX], *slash;
	static char real[64][PATH_MAX];
	static size_t n;
	struct statfs fs;
	struct stat st, dir;
	bool is_there;

	(void)arg;
	if (text.n >= sizeof(path))
		return false;
	memcpy(path, text.p, text.n);
	path[text.n] = '\0';
	memset(file, 0, sizeof(*file));
	if (statfs(path, &fs) == 0 &&
	    (fs.f_type == BTRFS_SUPER_MAGIC || fs.f_type == OVERLAYFS_SUPER_MAGIC))
		return false; /* st_dev is not the superblock's */
	is_there = (type == AUDIT_DIR ? stat(path, &st) : lstat(path, &st)) == 0;
	if (is_there)
		file->self = inode_of(&st);
	if (type == AUDIT_DIR) {
		file->alone = is_there && !is_mounted_below(path);
		return is_there;
	}
	file->is_link = is_there && S_ISLNK(st.st_mode);
	slash = strrchr(path, '/');
	if (type == AUDIT_EXE) {
		if (is_there && n < 64 && realpath(path, real[n]))
			file->real = span_of(real[n++]);
		return is_there;
	}
	slash[slash == path] = '\0';
	if (stat(path, &dir) < 0)
		return false;
	file->parent = inode_of(&dir);
	file->self.since_ms = changed_ms(&dir);
	return true;
}

/* --- verdicts --- */

static bool has_key(const struct rule *rule, struct span key)
{
	return key.p ? span_equal(rule_keys(rule), key) : !rule_keys(rule).p;
}

static const char *verdict(const struct match_result *r, const struct facts *facts)
{
	bool among = !facts->keys.p && r->none;

	for (size_t i = 0; i < r->n_candidates; i++)
		among |= has_key(r->candidates[i], facts->keys);
	if (!among)
		return "wrong";
	return r->winner || !r->n_candidates ? "right" : "one-of";
}

/* comm is asked of no rule, so facts have it not. */
static struct span comm_of(struct span body)
{
	static const char name[] = " comm=";
	const char *at = memmem(body.p, body.n, name, strlen(name)), *end;

	if (!at)
		return span_of("?");
	at += strlen(name);
	end = memchr(at, ' ', (size_t)(body.p + body.n - at));
	return (struct span){at, end ? (size_t)(end - at) : 0};
}

static void tell(const struct match_result *r, const struct facts *facts,
		 const struct record *call)
{
	struct span comm = comm_of(call->body);
	const char *word = verdict(r, facts);

	if (word[0] == 'w')
		status = 1;
	printf("%s %.*s ", word, (int)comm.n, comm.p);
	if (facts->keys.p)
		printf("%.*s ", (int)facts->keys.n, facts->keys.p);
	else
		printf("- ");
	if (!r->n_candidates)
		printf("none");
	else if (!r->winner)
		printf("one-of:");
	for (size_t i = 0; i < r->n_candidates; i++) {
		struct span key = rule_keys(r->candidates[i]);

		printf("%s%u", i ? "," : "", r->candidates[i]->position);
		if (key.p)
			printf("/%.*s", (int)key.n, key.p);
	}
	printf(" %u\n", call->serial);
}

static size_t end_of_event(size_t from)
{
	size_t to = from;

	while (to < n_lines && lines[to].record.serial == lines[from].record.serial &&
	       lines[to].record.stamp_ms == lines[from].record.stamp_ms)
		to++;
	return to;
}

static void judge_events(struct matcher *m)
{
	static struct facts facts;

	for (size_t from = 0, to; from < n_lines; from = to) {
		const struct record *call = NULL;
		struct match_result r;

		to = end_of_event(from);
		facts_clear(&facts);
		facts.stamp_ms = lines[from].record.stamp_ms;
		for (size_t i = from; i < to; i++) {
			const struct record *record = &lines[i].record;

			facts_add_record(&facts, record->type, record->body);
			if (record->type == AUDIT_SYSCALL)
				call = record;
		}
		if (!call)
			continue;
		match_exit(m, &facts, &r);
		tell(&r, &facts, call);
	}
}

static void judge_log(int fd, char **words)
{
	struct match_options options = {.labels = labels(), .kernel = kernel()};
	struct ruleset *set = read_kernel(fd);
	struct matcher *m;

	for (; *words; words++) {
		if (!strcmp(*words, "recorded"))
			options.recorded = true;
		else if (!strcmp(*words, "by_key"))
			options.by_key = true;
		else if (!strcmp(*words, "exe_by_name"))
			options.exe_by_name = true;
		else if (!strcmp(*words, "paths_by_name"))
			options.paths_by_name = true;
		else if (!strcmp(*words, "inodes"))
			options.file = file_facts;
		else
			die(*words, EINVAL);
	}
	read_log();
	m = match_new(set, &options);
	if (!m)
		die("the rules", errno);
	judge_events(m);
	match_free(m);
	ruleset_free(set);
}

/* --- classes --- */

static const struct {
	int number; /* of linux/audit.h; the one behind it is that of the 32-bit machine
		     */
	uint32_t perm;
} classes[] = {{4, AUDIT_PERM_READ}, {6, AUDIT_PERM_WRITE}, {2, AUDIT_PERM_ATTR}};

static void compare_class(const struct rule *rule, int machine, uint32_t perm)
{
	for (unsigned int nr = 0; nr < AUDIT_BITMASK_SIZE * 32 - AUDIT_SYSCALL_CLASSES;
	     nr++) {
		const char *name = audit_syscall_to_name((int)nr, machine);
		struct perm ours;
		bool theirs = rule_has_call(rule, nr);

		if (!name) {
			if (theirs)
				printf("%s: class %x has number %u, without a name\n",
				       audit_machine_to_name(machine), perm, nr);
			continue;
		}
		ours = perm_class_of(name, kernel());
		if (theirs == (bool)(ours.sure & perm) || ours.maybe & perm)
			continue;
		printf("%s: class %x: %s is %s the kernel's\n",
		       audit_machine_to_name(machine), perm, name,
		       theirs ? "in" : "not in");
		status = 1;
	}
}

/* A rule that matches nothing, with the class for its only call. */
static void ask_class(int fd, int class, int machine, uint32_t perm)
{
	unsigned int bit = AUDIT_BITMASK_SIZE * 32 - 1 - (unsigned int)class;
	struct audit_rule_data *data = calloc(1, sizeof(*data));
	struct ruleset *set;

	if (!data)
		die("a class", ENOMEM);
	data->field_count = 1;
	data->fields[0] = AUDIT_PID;
	data->fieldflags[0] = AUDIT_EQUAL;
	data->values[0] = INT_MAX;
	data->mask[bit / 32] = 1u << bit % 32;
	if (audit_add_rule_data(fd, data, AUDIT_FILTER_EXIT, AUDIT_ALWAYS) <= 0)
		die("a class", errno);
	set = read_kernel(fd);
	if (ruleset_count(set) != 1)
		die("a class", EEXIST);
	compare_class(ruleset_at(set, 0), machine, perm);
	memcpy(data->mask, ruleset_at(set, 0)->mask, sizeof(data->mask));
	if (audit_delete_rule_data(fd, data, AUDIT_FILTER_EXIT, AUDIT_ALWAYS) <= 0)
		die("a class stays", errno);
	ruleset_free(set);
	free(data);
}

static void ask_classes(int fd)
{
	int machine = audit_detect_machine();

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		ask_class(fd, classes[i].number, machine, classes[i].perm);
		if (machine == MACH_86_64)
			ask_class(fd, classes[i].number + 1, MACH_X86, classes[i].perm);
	}
}

int main(int argc, char **argv)
{
	int fd = audit_open();

	if (fd < 0)
		die("audit", errno);
	if (argc >= 2 && !strcmp(argv[1], "log")) {
		judge_log(fd, argv + 2);
	} else if (argc == 2 && !strcmp(argv[1], "classes")) {
		ask_classes(fd);
	} else {
		fprintf(stderr, "usage: match_tool log [OPTION...] | classes\n");
		return 2;
	}
	audit_close(fd);
	return status;
}
