/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_guard_inode.c - was it the host's file that ran under its name?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "advise/guard.h"

static enum guard_inode inode_of(struct program_seen seen, bool on_disk)
{
	const struct lineage file = {
		.inode = 7, .major = 8, .minor = 1, .on_disk = on_disk};

	return guard_inode(&file, &seen);
}

#define RAN(i, dev, by_name) \
	{ \
		.inode = (i), .major = 8, .minor = (dev), .named = (by_name) \
	}

static void guard_compares_inodes(void **state)
{
	const struct program_seen none = {.n = 0},
				  right = {.n = 1, .file = {RAN(7, 1, true)}},
				  link = {.n = 1, .file = {RAN(7, 1, false)}},
				  lost = {.n = 1,
					  .file = {RAN(7, 1, true)},
					  .forgotten = true};

	(void)state;
	assert_int_equal(inode_of(none, true), GUARD_INODE_NOT_SEEN);
	assert_int_equal(inode_of(right, true), GUARD_INODE_AGREES);
	assert_int_equal(inode_of(link, true), GUARD_INODE_AGREES);
	assert_int_equal(inode_of(lost, true), GUARD_INODE_NOT_SEEN);
}

/* Whoever mounts his program over another's name, where he alone sees it, has another
 * inode, or that one on another device. One such is one too many. */
static void guard_tells_a_bound_program(void **state)
{
	const struct program_seen inode = {.n = 1, .file = {RAN(8, 1, true)}},
				  device = {.n = 1, .file = {RAN(7, 2, true)}},
				  both = {.n = 2,
					  .file = {RAN(7, 1, true), RAN(8, 1, true)}},
				  script = {.n = 2,
					    .file = {RAN(7, 1, true), RAN(8, 1, false)}};

	(void)state;
	assert_int_equal(inode_of(inode, true), GUARD_INODE_DIFFERS);
	assert_int_equal(inode_of(device, true), GUARD_INODE_DIFFERS);
	assert_int_equal(inode_of(both, true), GUARD_INODE_DIFFERS);
	assert_int_equal(inode_of(script, true), GUARD_INODE_NOT_SEEN);
	/* where records have other numbers than stat(2) */
	assert_int_equal(inode_of(inode, false), GUARD_INODE_NOT_SEEN);
	assert_int_equal(inode_of(device, false), GUARD_INODE_NOT_SEEN);
	assert_int_equal(inode_of(both, false), GUARD_INODE_NOT_SEEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guard_compares_inodes),
		cmocka_unit_test(guard_tells_a_bound_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
