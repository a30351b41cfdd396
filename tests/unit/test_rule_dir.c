/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rule_dir.c - the rule files on disk: written by the worker, read from its bytes
 * (kernel/rule_dir.c, rule_dir_fill.c)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kernel/rule_dir.h"
#include "kernel/watch.h"

struct world {
	char dir[64], conf[128], path[512];
	char *out;
	ssize_t n;
};

static unsigned int opened; /* files of the directory */

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	assert_true(flags & O_NOFOLLOW && flags & O_NONBLOCK && flags & O_CLOEXEC);
	assert_int_equal(flags & (O_ACCMODE | O_CREAT | O_TRUNC), 0);
	opened++;
	return __real_openat(dir, path, flags);
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->out = malloc(WATCH_ANSWER_MAX);
	assert_non_null(w->out);
	snprintf(w->dir, sizeof(w->dir), "/tmp/test_rule_dir.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->conf, sizeof(w->conf), "%s/auditd.conf", w->dir);
	opened = 0;
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", w->dir);
	assert_int_equal(system(command), 0);
	free(w->out);
	free(w);
	return 0;
}

static const char *path(struct world *w, const char *name)
{
	snprintf(w->path, sizeof(w->path), "%s/%s", w->dir, name);
	return w->path;
}

static void write_bytes(struct world *w, const char *name, size_t n)
{
	FILE *file = fopen(path(w, name), "w");

	assert_non_null(file);
	while (n--)
		fputc(n % 80 ? '#' : '\n', file);
	assert_int_equal(fclose(file), 0);
}

static void write_text(struct world *w, const char *name, const char *text)
{
	FILE *file = fopen(path(w, name), "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void make_rules_d(struct world *w)
{
	assert_int_equal(mkdir(path(w, "rules.d"), 0750), 0);
}

static void fill(struct world *w)
{
	w->n = rule_dir_fill(w->conf, w->out, WATCH_ANSWER_MAX);
}

/* The file of that name in what was filled; counts them all. */
static unsigned int find(const struct world *w, const char *name, struct rule_dir_file *f)
{
	struct span list = {w->out, (size_t)w->n};
	struct rule_dir_file each;
	unsigned int n = 0;

	assert_true(w->n >= 0);
	memset(f, 0, sizeof(*f));
	for (; rule_dir_next(&list, &each); n++)
		if (span_is(each.name, name))
			*f = each;
	assert_int_equal(list.n, 0);
	return n;
}

static void must_have(const struct world *w, const char *name, const char *text)
{
	struct rule_dir_file f;

	find(w, name, &f);
	assert_non_null(f.name.p);
	assert_int_equal(f.error, 0);
	assert_int_equal(f.text.n, strlen(text));
	assert_memory_equal(f.text.p, text, f.text.n);
}

static void must_lack(const struct world *w, const char *name, int error)
{
	struct rule_dir_file f;

	find(w, name, &f);
	assert_non_null(f.name.p);
	assert_int_equal(f.error, error);
	assert_int_equal(f.text.n, 0);
}

static void rule_files_are_handed_on(void **state)
{
	struct world *w = *state;
	struct rule_dir_file f;

	make_rules_d(w);
	write_text(w, "rules.d/20-b.rules", "-b 1\n");
	write_text(w, "rules.d/10-a.rules", "");
	write_text(w, "rules.d/.hidden.rules", "-D\n");
	write_text(w, "rules.d/30-c.rules.bak", "-D\n");
	write_text(w, "rules.d/rules", "-D\n");
	write_text(w, "audit.rules", "-D\n");
	fill(w);
	assert_int_equal(find(w, "", &f), 2);
	must_have(w, "20-b.rules", "-b 1\n");
	must_have(w, "10-a.rules", "");
}

static void without_any_it_is_audit_rules(void **state)
{
	struct world *w = *state;
	struct rule_dir_file f;

	fill(w);
	assert_int_equal(w->n, 0);
	write_text(w, "audit.rules", "-D\n");
	fill(w);
	assert_int_equal(find(w, "", &f), 1);
	must_have(w, path(w, "audit.rules"), "-D\n");
	make_rules_d(w);
	fill(w);
	must_have(w, path(w, "audit.rules"), "-D\n");
	write_text(w, "rules.d/a.rules", "-b 3\n");
	fill(w);
	assert_int_equal(find(w, "", &f), 1);
	must_have(w, "a.rules", "-b 3\n");
}

/* None of them is opened, and each is told of. */
static void what_is_no_file_is_told_of(void **state)
{
	struct world *w = *state;
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct rule_dir_file f;

	make_rules_d(w);
	assert_int_equal(mkfifo(path(w, "rules.d/fifo.rules"), 0600), 0);
	assert_int_equal(mkdir(path(w, "rules.d/dir.rules"), 0700), 0);
	assert_int_equal(symlink("/etc/passwd", path(w, "rules.d/link.rules")), 0);
	assert_int_equal(symlink("/nowhere", path(w, "rules.d/dead.rules")), 0);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s/rules.d/s.rules", w->dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	fill(w);
	close(fd);
	assert_int_equal(opened, 0);
	assert_int_equal(find(w, "", &f), 5);
	must_lack(w, "fifo.rules", -EINVAL);
	must_lack(w, "s.rules", -EINVAL);
	must_lack(w, "dir.rules", -EISDIR);
	must_lack(w, "link.rules", -ELOOP);
	must_lack(w, "dead.rules", -ELOOP);
}

static void sizes_are_bounded(void **state)
{
	struct world *w = *state;
	struct rule_dir_file f;
	char name[64];
	unsigned int i;

	make_rules_d(w);
	write_bytes(w, "rules.d/most.rules", RULE_DIR_TEXT_MAX);
	write_bytes(w, "rules.d/over.rules", RULE_DIR_TEXT_MAX + 1);
	fill(w);
	must_lack(w, "over.rules", -EFBIG);
	find(w, "most.rules", &f);
	assert_int_equal(f.text.n, RULE_DIR_TEXT_MAX);
	for (i = 0; i < WATCH_ANSWER_MAX / RULE_DIR_TEXT_MAX - 2; i++) {
		snprintf(name, sizeof(name), "rules.d/%u.rules", i);
		write_bytes(w, name, RULE_DIR_TEXT_MAX);
	}
	fill(w);
	assert_int_equal(find(w, "", &f), i + 2);
	write_bytes(w, "rules.d/last.rules", RULE_DIR_TEXT_MAX);
	fill(w);
	assert_int_equal(w->n, -EFBIG);
	assert_int_equal(rule_dir_fill(w->conf, w->out, 10), -EFBIG);
	assert_int_equal(rule_dir_fill(w->conf, w->out, 0), -EFBIG);
}

static void files_are_bounded(void **state)
{
	struct world *w = *state;
	struct rule_dir_file f;
	char name[64];
	unsigned int i;

	make_rules_d(w);
	for (i = 0; i < RULE_DIR_FILES_MAX; i++) {
		snprintf(name, sizeof(name), "rules.d/%u.rules", i);
		write_text(w, name, "");
	}
	fill(w);
	assert_int_equal(find(w, "", &f), RULE_DIR_FILES_MAX);
	write_text(w, "rules.d/one.rules", "");
	fill(w);
	assert_int_equal(w->n, -EFBIG);
}

static void a_directory_that_is_none_is_said(void **state)
{
	struct world *w = *state;

	write_text(w, "rules.d", "");
	fill(w);
	assert_int_equal(w->n, -ENOTDIR);
	assert_int_equal(unlink(path(w, "rules.d")), 0);
	assert_int_equal(symlink("/etc", path(w, "rules.d")), 0);
	fill(w);
	assert_true(w->n == -ENOTDIR || w->n == -ELOOP);
}

/* Cut anywhere: the whole files before it, and the rest stays. */
static void damaged_bytes_end_the_list(void **state)
{
	struct world *w = *state;
	struct span list, whole;
	struct rule_dir_file f;
	uint32_t word;
	size_t cut;
	char *copy;

	make_rules_d(w);
	write_text(w, "rules.d/a.rules", "-b 1\n");
	fill(w);
	whole = (struct span){w->out, (size_t)w->n};
	for (cut = 0; cut < whole.n; cut++) {
		copy = malloc(cut ? cut : 1);
		assert_non_null(copy);
		memcpy(copy, whole.p, cut);
		list = (struct span){copy, cut};
		assert_false(rule_dir_next(&list, &f));
		assert_int_equal(list.n, cut);
		free(copy);
	}
	memcpy(&word, w->out, sizeof(word));
	assert_int_equal(word, 7);
	w->out[5] = '\0'; /* in its name */
	list = whole;
	assert_false(rule_dir_next(&list, &f));
	w->out[5] = '.';
	assert_true(rule_dir_next(&list, &f));
	for (word = RULE_DIR_TEXT_MAX + 1; word; word = word << 1 | 1) {
		memcpy(w->out + 11, &word, sizeof(word));
		list = whole;
		assert_int_equal(rule_dir_next(&list, &f), word >= (uint32_t)-4095);
		if (word == UINT32_MAX)
			break;
	}
	assert_int_equal(f.error, -1);
	word = 0;
	memcpy(w->out, &word, sizeof(word)); /* no name */
	list = whole;
	assert_false(rule_dir_next(&list, &f));
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rule_files_are_handed_on),   CASE(without_any_it_is_audit_rules),
		CASE(what_is_no_file_is_told_of), CASE(sizes_are_bounded),
		CASE(files_are_bounded),          CASE(a_directory_that_is_none_is_said),
		CASE(damaged_bytes_end_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
