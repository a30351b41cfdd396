/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * looks.c - whose files of this host are, looked at by a thread of its own
 *
 * The thread is a writer's: what is "written" to it are paths, and its sink looks at
 * them. The table is the sink's, for a thread that hangs outlives us; the lock is held
 * for copies alone.
 */
#include "looks.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "emit/writer.h"
#include "privs.h"

#define QUEUE_BYTES 65536

enum look_state {
	LOOK_STALE, /* its place is free */
	LOOK_ASKED,
	LOOK_FOUND,
	LOOK_NOTHING /* there is no such file, or not all could be looked at */
};

struct look {
	enum look_state state;
	char *path, *real; /* owned */
	struct lineage file;
};

struct table {
	pthread_mutex_t lock;
	struct look of[LOOKS_MAX];
	uint64_t asked, over;
};

struct looks {
	struct table *table; /* the sink's */
	struct writer *thread;
};

static struct look *find(struct table *t, struct span path)
{
	for (size_t i = 0; i < LOOKS_MAX; i++)
		if (t->of[i].state != LOOK_STALE && span_is(path, t->of[i].path))
			return &t->of[i];
	return NULL;
}

/* --- the thread --- */

static int look(void *arg, const char *path, size_t n)
{
	struct table *t = arg;
	char real[PATH_MAX], *copy;
	struct lineage file;
	struct look *l;

	copy = lineage_look(real, (struct span){path, n}, &file) ? strdup(real) : NULL;
	pthread_mutex_lock(&t->lock);
	l = find(t, (struct span){path, n});
	if (l && l->state == LOOK_ASKED) { /* else it was given up meanwhile */
		free(l->real);
		l->real = copy;
		l->file = file;
		l->file.real = (struct span){NULL, 0}; /* @real is this call's */
		l->state = copy ? LOOK_FOUND : LOOK_NOTHING;
		copy = NULL;
	}
	pthread_mutex_unlock(&t->lock);
	free(copy);
	return 0;
}

static void pass_over(void *arg, uint64_t n)
{
}

static void end(void *arg)
{
}

static void tell(void *arg, struct writer_counters *counters)
{
}

static void release(void *arg)
{
	struct table *t = arg;

	for (size_t i = 0; i < LOOKS_MAX; i++) {
		free(t->of[i].path);
		free(t->of[i].real);
	}
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* --- the stream thread --- */

struct looks *looks_new(void)
{
	struct looks *l = calloc(1, sizeof(*l));
	struct writer_options options = {
		.sink = {.put = look,
			 .lost = pass_over,
			 .end = end,
			 .tell = tell,
			 .release = release},
		.queue_bytes = QUEUE_BYTES,
		.begin = privs_confine_looker,
	};

	if (!l)
		return NULL;
	l->table = calloc(1, sizeof(*l->table));
	if (!l->table) {
		free(l);
		return NULL;
	}
	pthread_mutex_init(&l->table->lock, NULL);
	options.sink.arg = l->table;
	l->thread = writer_new(&options);
	if (l->thread)
		return l;
	free(l);
	return NULL;
}

void looks_free(struct looks *l, unsigned int grace_ms)
{
	if (!l)
		return;
	writer_free(l->thread, grace_ms);
	free(l);
}

/* Under the lock. Return: NULL: there is no place, or no memory. */
static struct look *add(struct table *t, struct span path)
{
	for (size_t i = 0; i < LOOKS_MAX; i++) {
		struct look *l = &t->of[i];

		if (l->state != LOOK_STALE)
			continue;
		free(l->path);
		l->path = strndup(path.p, path.n);
		if (!l->path)
			return NULL;
		l->state = LOOK_ASKED;
		return l;
	}
	return NULL;
}

static void ask(struct looks *l, struct span path)
{
	struct look *place = add(l->table, path);

	if (place && writer_line(l->thread, path.p, path.n)) {
		l->table->asked++;
		return;
	}
	if (place)
		place->state = LOOK_STALE;
	l->table->over++;
}

bool looks_of(void *looks, struct span path, struct lineage *out)
{
	struct looks *l = looks;
	const struct look *known;
	bool found;

	if (!path_is_plain(path) || path.n >= PATH_MAX || memchr(path.p, '\0', path.n))
		return false;
	pthread_mutex_lock(&l->table->lock);
	known = find(l->table, path);
	if (!known)
		ask(l, path);
	found = known && known->state == LOOK_FOUND;
	if (known && known->state > LOOK_ASKED)
		*out = known->file; /* of a link that leads nowhere what it is */
	else
		*out = (struct lineage){.pending = true};
	if (found)
		out->real = span_of(known->real);
	pthread_mutex_unlock(&l->table->lock);
	return found;
}

unsigned int looks_pending(struct looks *l)
{
	unsigned int n = 0;

	pthread_mutex_lock(&l->table->lock);
	for (size_t i = 0; i < LOOKS_MAX; i++)
		n += l->table->of[i].state == LOOK_ASKED;
	pthread_mutex_unlock(&l->table->lock);
	return n;
}

void looks_renew(struct looks *l)
{
	pthread_mutex_lock(&l->table->lock);
	for (size_t i = 0; i < LOOKS_MAX; i++)
		if (l->table->of[i].state != LOOK_ASKED)
			l->table->of[i].state = LOOK_STALE;
	pthread_mutex_unlock(&l->table->lock);
}

uint64_t looks_asked(struct looks *l)
{
	uint64_t asked;

	pthread_mutex_lock(&l->table->lock);
	asked = l->table->asked;
	pthread_mutex_unlock(&l->table->lock);
	return asked;
}

uint64_t looks_over(struct looks *l)
{
	uint64_t over;

	pthread_mutex_lock(&l->table->lock);
	over = l->table->over;
	pthread_mutex_unlock(&l->table->lock);
	return over;
}
