/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * births.c - a table of inodes and times, by buckets
 */
#include "rules/births.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "rules/calls.h"

#define WAYS 4

struct birth {
	uint64_t inode;
	uint32_t major, minor;
	int64_t stamp_ms; /* 0: the place is free */
};

struct births {
	size_t n; /* buckets */
	struct birth birth[][WAYS];
};

struct births *births_new(size_t n)
{
	struct births *b;

	n = n < WAYS ? 1 : n / WAYS;
	b = calloc(1, sizeof(*b) + n * sizeof(b->birth[0]));
	if (!b) {
		errno = ENOMEM;
		return NULL;
	}
	b->n = n;
	return b;
}

void births_free(struct births *b)
{
	free(b);
}

void births_clear(struct births *b)
{
	memset(b->birth, 0, b->n * sizeof(b->birth[0]));
}

/* No key in it: who finds collisions pushes out entries, his own or others'. */
static size_t bucket_of(const struct births *b, const struct facts_path *file)
{
	uint64_t h = file->inode ^ (uint64_t)file->dev_major << 52 ^
		     (uint64_t)file->dev_minor << 32;

	return (size_t)((h * 0x9e3779b97f4a7c15u >> 32) % b->n);
}

static bool is_of(const struct birth *birth, const struct facts_path *file)
{
	return birth->stamp_ms && birth->inode == file->inode &&
	       birth->major == file->dev_major && birth->minor == file->dev_minor;
}

bool births_makes(const struct facts *facts)
{
	static const char *const names[] = {"open",  "openat",  "openat2",  "creat",
					    "mkdir", "mknod",   "mkdirat",  "mknodat",
					    "bind",  "symlink", "symlinkat"};
	const char *name = NULL;
	int machine;

	if (!facts->has_call || !facts_knows(facts, FACTS_ARCH) ||
	    !facts_knows(facts, FACTS_CALL) || !facts_knows(facts, FACTS_SUCCESS) ||
	    !facts->number[FACTS_SUCCESS])
		return false;
	machine = calls_machine((uint32_t)facts->number[FACTS_ARCH], -1);
	if (machine >= 0)
		name = calls_name((unsigned int)facts->number[FACTS_CALL], machine,
				  false);
	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static void note(struct births *b, const struct facts_path *file, int64_t stamp_ms)
{
	struct birth *bucket = b->birth[bucket_of(b, file)], *at = bucket;

	for (unsigned int i = 0; i < WAYS; i++) {
		if (is_of(&bucket[i], file)) {
			at = &bucket[i];
			break;
		}
		if (bucket[i].stamp_ms < at->stamp_ms)
			at = &bucket[i];
	}
	*at = (struct birth){file->inode, file->dev_major, file->dev_minor, stamp_ms};
}

void births_note(struct births *b, const struct facts *facts)
{
	bool asked = false;

	if (facts->stamp_ms <= 0)
		return;
	for (size_t i = 0; i < facts->n_paths; i++) {
		const struct facts_path *p = &facts->path[i];

		if (p->type != FACTS_NAME_CREATE || p->inode == FACTS_NO_INODE)
			continue;
		if (!asked && !births_makes(facts))
			return;
		asked = true;
		note(b, p, facts->stamp_ms);
	}
}

int64_t births_of(const struct births *b, const struct facts_path *file)
{
	const struct birth *bucket = b->birth[bucket_of(b, file)];

	for (unsigned int i = 0; i < WAYS; i++)
		if (is_of(&bucket[i], file))
			return bucket[i].stamp_ms;
	return 0;
}
