/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.c - counts and windows that outlive the process
 *
 * Joins the four parts: statefile (the file), state_read and state_save (the
 * text), writer (the thread). Runs on the stream thread; waits only at the end.
 */
#include "emit/state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "emit/schema.h"
#include "emit/state_read.h"
#include "emit/state_save.h"
#include "emit/statefile.h"
#include "emit/writer.h"

#define QUEUE_BYTES 131072
#define ROOM_NS     200000 /* between two looks for room, at the end */

struct state {
	char path[PATH_MAX];
	char *text; /* NULL: none, or it has been taken */
	struct state_head head;
	bool off; /* the file cannot be replaced */
	struct state_save *save;
	struct writer *writer;
	struct state_counters counters;
};

static const char *reason_of(int error)
{
	switch (error) {
	case ELOOP:
		return "a symbolic link";
	case EINVAL:
		return "no regular file";
	case EPERM:
		return "of another user, or others may write it";
	case EFBIG:
		return "too large";
	case ENOMSG:
		return "no state of audisp-noise";
	case EPROTONOSUPPORT:
		return "of another version or machine";
	case EBADMSG:
		return "damaged";
	default:
		return strerror(error);
	}
}

/* Else it may be as good as it was: another time will show. */
static bool is_of_the_file(int error)
{
	switch (error) {
	case ELOOP:
	case EINVAL:
	case EPERM:
	case EFBIG:
	case ENOMSG:
	case EPROTONOSUPPORT:
	case EBADMSG:
		return true;
	default:
		return false;
	}
}

static void leave(struct state *s, int error, char *why, size_t why_size)
{
	s->counters.errors++;
	s->off = true;
	snprintf(why, why_size,
		 "state_file %s: cannot be read now: %s; it stays as it is, and no state "
		 "is kept until the next start",
		 s->path, strerror(error));
}

static void set_aside(struct state *s, int error, char *why, size_t why_size)
{
	char name[PATH_MAX + 16];
	int r = statefile_set_aside(s->path, name, sizeof(name));

	s->counters.aside++;
	free(s->text);
	s->text = NULL;
	if (!r) {
		snprintf(why, why_size,
			 "state_file %s: %s; set aside as %s, the counts begin anew",
			 s->path, reason_of(error), name);
		return;
	}
	s->off = true;
	snprintf(why, why_size,
		 "state_file %s: %s, and cannot be set aside: %s; no state is kept until "
		 "it is moved away or its directory given to uid %u",
		 s->path, reason_of(error), strerror(-r), geteuid());
}

/* It may become writable while we run, so each minute tries. */
static void check_place(const struct state *s, char *why, size_t why_size)
{
	int r = file_can_make(s->path);

	if (r < 0 && r != -ENOMEM)
		snprintf(why, why_size,
			 "state_file %s: its directory cannot be written: %s; give it "
			 "to uid %u, or counts end with this process",
			 s->path, strerror(-r), geteuid());
}

struct state *state_open(const char *path, char *why, size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));
	size_t n = 0;
	int r;

	*why = '\0';
	if (!s)
		return NULL;
	snprintf(s->path, sizeof(s->path), "%s", path);
	r = statefile_read(s->path, false, &s->text, &n);
	if (!r)
		r = state_read_check((struct span){s->text, n}, &s->head);
	if (r == -ENOMEM) { /* no fault of the file */
		state_free(s, 0);
		return NULL;
	}
	if (r < 0 && is_of_the_file(-r))
		set_aside(s, -r, why, why_size);
	else if (r < 0 && r != -ENOENT)
		leave(s, -r, why, why_size);
	else
		check_place(s, why, why_size);
	return s;
}

const struct siphash_key *state_key(const struct state *s)
{
	return s->text ? &s->head.key : NULL;
}

static int restore(struct state *s, const struct state_start *start, const char *boot_id)
{
	const struct clock_reading clock = clock_read();
	const struct state_now now = {start->engine, &clock, boot_id, start->ledger,
				      start->lives};

	if (!s->text)
		return 0;
	return state_read_restore(&s->head, &now, &s->counters.skipped);
}

int state_start(struct state *s, const struct state_start *start, char *why,
		size_t why_size)
{
	struct writer_options options = {
		.queue_bytes = QUEUE_BYTES, .begin = start->begin, .arg = start->arg};
	struct engine *engine = start->engine;
	struct state_identity identity = {.first_ms = clock_read().wall_ms};
	struct schema_origin origin;
	int r;

	*why = '\0';
	schema_origin_read(&origin);
	snprintf(identity.boot_id, sizeof(identity.boot_id), "%s", origin.boot_id);
	r = restore(s, start, origin.boot_id);
	if (r == -ENOMEM) {
		snprintf(why, why_size, "state_file: no memory to read it");
		return r;
	}
	if (r < 0)
		set_aside(s, -r, why, why_size);
	if (s->text)
		identity.first_ms = s->head.identity.first_ms;
	free(s->text);
	s->text = NULL;
	if (s->off)
		return 0;
	s->save = state_save_new(engine, &identity);
	if (s->save) {
		state_save_ledger(s->save, start->ledger);
		state_save_lives(s->save, start->lives);
	}
	errno = 0;
	if (s->save && !statefile_sink(s->path, &options.sink))
		s->writer = writer_new(&options);
	if (s->writer)
		return 0;
	snprintf(why, why_size, "state_file: no thread to write it: %s",
		 strerror(errno ? errno : ENOMEM));
	return -ENOMEM;
}

void state_begin(struct state *s)
{
	if (s->writer && !state_save_busy(s->save))
		state_save_begin(s->save);
}

bool state_step(struct state *s)
{
	struct clock_reading now;
	struct span piece;

	if (!s->writer || !state_save_busy(s->save))
		return false;
	if (!writer_room(s->writer, STATE_PIECE_MAX))
		return true;
	now = clock_read();
	piece = state_save_step(s->save, &now);
	if (piece.n && !writer_line(s->writer, piece.p, piece.n))
		state_save_stop(s->save);
	return state_save_busy(s->save);
}

/* The last one, from its first line: it holds all that was read. */
static void save_last(struct state *s, int64_t until_ms)
{
	const struct timespec pause = {0, ROOM_NS};

	state_save_begin(s->save);
	while (state_step(s)) {
		if (writer_room(s->writer, STATE_PIECE_MAX))
			continue;
		if (!clock_left_ms(until_ms))
			break;
		nanosleep(&pause, NULL);
	}
}

void state_free(struct state *s, int64_t until_ms)
{
	if (!s)
		return;
	if (s->writer) {
		save_last(s, until_ms);
		writer_free(s->writer, clock_left_ms(until_ms));
	}
	state_save_free(s->save);
	free(s->text);
	free(s);
}

struct state_counters state_counters(struct state *s)
{
	struct state_counters c = s->counters;
	struct writer_counters w;

	if (!s->writer)
		return c;
	w = writer_counters(s->writer);
	c.saved = w.files;
	c.errors = w.errors;
	return c;
}
