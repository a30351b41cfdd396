/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file_facts.c - whose files of this host are, each looked at once
 */
#include "cli/file_facts.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"

#define KEPT 256 /* paths; the oldest makes room */

struct fact {
	char *path; /* owned */
	char *real; /* owned; NULL: nothing is known of it */
	struct lineage file;
};

struct file_facts {
	struct fact fact[KEPT];
	size_t n, next;
};

struct file_facts *file_facts_new(void)
{
	return calloc(1, sizeof(struct file_facts));
}

void file_facts_free(struct file_facts *facts)
{
	if (!facts)
		return;
	for (size_t i = 0; i < facts->n; i++) {
		free(facts->fact[i].path);
		free(facts->fact[i].real);
	}
	free(facts);
}

static const struct fact *find(struct file_facts *facts, struct span path)
{
	char real[PATH_MAX], *copy;
	struct fact *fact;

	for (size_t i = 0; i < facts->n; i++)
		if (span_is(path, facts->fact[i].path))
			return &facts->fact[i];
	copy = strndup(path.p, path.n);
	if (!copy)
		return NULL;
	fact = &facts->fact[facts->next];
	free(fact->path);
	free(fact->real);
	*fact = (struct fact){.path = copy};
	if (lineage_look(real, path, &fact->file))
		fact->real = strdup(real);
	facts->next = (facts->next + 1) % KEPT;
	facts->n = facts->n < KEPT ? facts->n + 1 : KEPT;
	return fact;
}

bool file_facts_of(void *facts, struct span path, struct lineage *out)
{
	const struct fact *fact;

	if (!path_is_plain(path) || memchr(path.p, '\0', path.n))
		return false;
	fact = find(facts, path);
	if (!fact || !fact->real)
		return false;
	*out = fact->file;
	out->real = span_of(fact->real);
	return true;
}
