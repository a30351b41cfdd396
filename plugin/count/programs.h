/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * programs.h - what was seen of each program: which file it was, and who used it
 *
 * An exe is a path, and a path is a claim: whoever mounts his own file over it, where
 * only he sees that, runs under its name. The file that execve(2) has run tells.
 *
 * Fixed tables, and names under a keyed hash, since an attacker chooses them. What he
 * pushes out is not known afterwards, and that is told: nothing is ever taken for not
 * having been there. Two names of one hash are taken for one program, which can only
 * make more of it known than is so: more files, more users.
 * Nothing is older than an hour. Time is the time line's own, in ms. Pure.
 */
#ifndef NOISE_PROGRAMS_H
#define NOISE_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/siphash.h"
#include "stream/event.h"

#define PROGRAMS_KEPT_S 3600
#define PROGRAMS_SETS   64
#define PROGRAMS_WAYS   4
#define PROGRAMS_FILES  2 /* of one name: the right one, and another */
#define PROGRAMS_LOGINS \
	4096 /* a hundred programs that people use: 1 in 400 is mistaken */
#define PROGRAMS_USERS 32
/*
 * Programs of a storm are many and short: of the last 64 that one service has started 8
 * were different ones. Starts are counted and not seconds, so that it is the same for a
 * script that runs each minute and for one that runs all the time, and so that one
 * program that is started ten times as often as all others together is none of many.
 */
#define PROGRAMS_STORM  8
#define PROGRAMS_STARTS 64

/* All of this is programs.c's own. Times are in seconds, 0: never. */
struct program {
	uint64_t inode[PROGRAMS_FILES];
	uint32_t major[PROGRAMS_FILES], minor[PROGRAMS_FILES];
	uint32_t file_s[PROGRAMS_FILES]; /* when it was run last */
	bool named[PROGRAMS_FILES];      /* by the path that exe is */
	uint32_t name;                   /* hash; 0: the place is free */
	uint32_t seen_s, storm_s;
	uint32_t lost_s; /* up to when other files may have been forgotten */
};

struct program_user {
	uint32_t uid, starts, seen_s;
	uint32_t name[PROGRAMS_STORM]; /* hashes of the last that were different ... */
	uint32_t at[PROGRAMS_STORM];   /* ... and the number of their last start */
};

struct programs {
	struct siphash_key key;
	struct program program[PROGRAMS_SETS][PROGRAMS_WAYS];
	uint32_t lost_s[PROGRAMS_SETS]; /* when one was pushed out that was not old */
	uint32_t login_s[PROGRAMS_LOGINS];
	struct program_user user[PROGRAMS_USERS];
	unsigned int n_users;
	uint32_t user_lost_s;
};

/** programs_init - @key: copied; a secret */
void programs_init(struct programs *p, const struct siphash_key *key);

/* What all events of one kind have in common. */
struct program_ref {
	uint32_t name : 31; /* hash */
	uint32_t login : 1; /* with a login uid */
	uint32_t uid;
};

/** programs_ref - of an event; its name is 0 where there is nothing to note */
struct program_ref programs_ref(const struct programs *p, const struct event *e);

/**
 * programs_note - an event of that kind has come, and @ref has a name
 * @ran: as the event has it, where a program was run; NULL: none was, or its files and
 * accounts are another host's
 */
void programs_note(struct programs *p, const struct program_ref *ref,
		   const struct event_program *ran, int64_t now_ms);

/* Of the last hour, but no more than was noted in it. */
struct program_seen {
	unsigned int n; /* files that were run under the name */
	struct {
		uint64_t inode;
		uint32_t major, minor;
		bool named; /* by the path that exe is; else perhaps as a script */
	} file[PROGRAMS_FILES];
	bool forgotten; /* and perhaps others, or all of them */
	bool login;     /* with a login uid; perhaps where another program was */
	bool storm;     /* a service has started it among many others, or may have */
};

/** programs_seen - what is known of @exe, attacker-chosen text */
void programs_seen(const struct programs *p, struct span exe, int64_t now_ms,
		   struct program_seen *out);

#endif
