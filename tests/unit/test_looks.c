/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_looks.c - the thread that looks whose files are, on real files
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "looks.h"

#define GRACE_MS 5000

struct place {
	char dir[PATH_MAX]; /* its own path */
	struct looks *looks;
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	char name[] = "/tmp/test_looks.XXXXXX";

	if (!p || !mkdtemp(name) || !realpath(name, p->dir))
		return -1;
	p->looks = looks_new();
	*state = p;
	return p->looks ? 0 : -1;
}

static int tear_down(void **state)
{
	struct place *p = *state;
	char command[PATH_MAX + 16];

	looks_free(p->looks, GRACE_MS);
	snprintf(command, sizeof(command), "rm -r '%s'", p->dir);
	if (system(command))
		return -1;
	free(p);
	return 0;
}

static const char *path_of(const struct place *p, const char *name)
{
	static char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	return path;
}

static void make(const struct place *p, const char *name, mode_t mode)
{
	FILE *f = fopen(path_of(p, name), "w");

	assert_non_null(f);
	fclose(f);
	assert_int_equal(chmod(path_of(p, name), mode), 0);
}

static void wait_for_all(struct looks *l)
{
	while (looks_pending(l))
		usleep(1000);
}

/* Asks twice, as the guard does: the answer is there the second time. */
static bool look(struct place *p, const char *path, struct lineage *out)
{
	memset(out, 0, sizeof(*out));
	assert_false(looks_of(p->looks, span_of(path), out));
	assert_true(out->pending);
	wait_for_all(p->looks);
	return looks_of(p->looks, span_of(path), out);
}

static void a_file_is_known_once_it_was_looked_at(void **state)
{
	struct place *p = *state;
	struct lineage file;
	unsigned int depth = 0;

	make(p, "program", 0751);
	assert_true(look(p, path_of(p, "program"), &file));
	assert_int_equal(file.self.mode, S_IFREG | 0751);
	assert_int_equal(file.self.uid, geteuid());
	assert_true(span_is(file.real, path_of(p, "program")));
	for (const char *c = path_of(p, "program"); *c; c++)
		depth += *c == '/';
	assert_int_equal(file.n_parents, depth);
	assert_true(S_ISDIR(file.parent[0].mode));
	assert_int_equal(file.parent[depth - 1].mode, S_IFDIR | 0700);
}

static void a_link_shows_what_it_leads_to(void **state)
{
	struct place *p = *state;
	struct lineage file;

	make(p, "program", 0755);
	assert_int_equal(symlink("program", path_of(p, "link")), 0);
	assert_true(look(p, path_of(p, "link"), &file));
	assert_true(S_ISLNK(file.self.mode));
	assert_true(span_is(file.real, path_of(p, "program")));
	assert_int_equal(symlink("nowhere", path_of(p, "stray")), 0);
	assert_false(look(p, path_of(p, "stray"), &file));
	assert_true(S_ISLNK(file.self.mode));
}

static void what_is_not_there_is_not_known(void **state)
{
	static const char *const never[] = {"", "relative", "/a//b", "/a/../b", "/a/"};
	struct place *p = *state;
	struct lineage file;

	assert_false(look(p, path_of(p, "missing"), &file));
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		assert_false(looks_of(p->looks, span_of(never[i]), &file));
		assert_int_equal(looks_pending(p->looks), 0);
	}
	assert_false(looks_of(p->looks, (struct span){"/etc\0/x", 7}, &file));
	assert_int_equal(looks_pending(p->looks), 0);
}

static void files_are_looked_at_anew(void **state)
{
	struct place *p = *state;
	struct lineage file;

	make(p, "program", 0755);
	assert_true(look(p, path_of(p, "program"), &file));
	assert_int_equal(chmod(path_of(p, "program"), 0777), 0);
	assert_true(looks_of(p->looks, span_of(path_of(p, "program")), &file));
	assert_int_equal(file.self.mode, S_IFREG | 0755);
	looks_renew(p->looks);
	assert_true(look(p, path_of(p, "program"), &file));
	assert_int_equal(file.self.mode, S_IFREG | 0777);
}

static void what_has_no_room_is_counted(void **state)
{
	struct place *p = *state;
	struct lineage file;
	char name[32];

	for (int i = 0; i < LOOKS_MAX + 3; i++) {
		snprintf(name, sizeof(name), "file-%d", i);
		assert_false(looks_of(p->looks, span_of(path_of(p, name)), &file));
	}
	assert_true(file.pending);
	assert_int_equal(looks_over(p->looks), 3);
	wait_for_all(p->looks);
	looks_renew(p->looks);
	make(p, "file-258", 0600);
	assert_true(look(p, path_of(p, "file-258"), &file));
	assert_int_equal(looks_over(p->looks), 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_known_once_it_was_looked_at),
		TEST(a_link_shows_what_it_leads_to),
		TEST(what_is_not_there_is_not_known),
		TEST(files_are_looked_at_anew),
		TEST(what_has_no_room_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
