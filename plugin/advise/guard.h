/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.h - may this change of the rules be advised at all?
 *
 * Default deny: what is not shown is not so, and a change is refused at the first thing
 * that is not shown. Looks at the change itself (closed set of forms, closed alphabet,
 * bound to an account that people cannot be) and at all events that would go with it,
 * for the rule that is offered may be wider than the noise it was made for.
 *
 * Who floods may be an attacker who wants the audit blind: a path is a claim, so is a
 * program's name in a message, and what he can write to or run as somebody else is
 * never named. Pure: facts about files and about the traffic are handed in.
 */
#ifndef NOISE_ADVISE_GUARD_H
#define NOISE_ADVISE_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advise/whatif.h"
#include "base/lineage.h"
#include "count/programs.h"

#define GUARD_TEXT 320 /* bytes of a sentence, its NUL included */

enum guard_answer { GUARD_UNKNOWN, GUARD_NO, GUARD_YES };
enum guard_level { GUARD_LOW, GUARD_MEDIUM, GUARD_HIGH, GUARD_LEVELS };

/* Does what records of execve(2) said of the program's inode agree with its path? */
enum guard_inode { GUARD_INODE_NOT_SEEN, GUARD_INODE_AGREES, GUARD_INODE_DIFFERS };

/* What was seen of one program. */
struct guard_traffic {
	enum guard_answer login_seen; /* with a login uid, in the last hour */
	bool hour_covered;            /* all of that hour was seen */
	bool many_short;              /* it is one of many that live shortly */
	enum guard_inode inode;
};

struct guard_list {
	const char *const *item;
	size_t n;
};

struct guard_types {
	const uint32_t *item;
	size_t n;
};

struct guard_options {
	/* the settings protect_*; paths cover what is in and above them */
	struct guard_list protect_key, protect_exe, protect_path;
	struct guard_types protect_type;
	uint32_t first_user; /* UID_MIN of login.defs(5); 0: 1000 */
	bool with_self;      /* our own programs may be named */
	/* Return: false: nothing is known. NULL function: of nothing. */
	bool (*file)(void *arg, struct span path, struct lineage *out);
	bool (*traffic)(void *arg, struct span exe, struct guard_traffic *out);
	void *arg;
};

/* A change and all that goes with it. */
struct guard_case {
	const struct whatif_edit *edit; /* one rule, or it with its twin of the other
					   arch; or the rules of one storm of cron's */
	size_t n;
	/* the rule that exceptions are made for: its fields may stand in them; NULL: none
	 */
	const struct rule *about[2];
	/* NULL: nothing is known of events and programs' use. The rules, files and
	 * settings are judged all the same, and no more than that is shown. */
	const struct whatif_table *table;
	const uint8_t *fate; /* as whatif_run() leaves it */
	unsigned int window; /* that the figures are of */
	bool is_cron;        /* auth_judge() has found cron's sessions in it */
	bool may_lack_paths; /* whatif_may_lack_paths() */
	bool is_backed; /* records that the kernel has written bear the messages out */
};

enum guard_reason {
	GUARD_ALLOWED,
	GUARD_FORM,       /* no form that advice may have */
	GUARD_ALPHABET,   /* a path or key with other bytes than [A-Za-z0-9/._+-] */
	GUARD_INEXACT,    /* what goes cannot be told exactly */
	GUARD_ACCOUNT,    /* not bound to an account that people cannot be */
	GUARD_TYPE,       /* of records that are never silenced */
	GUARD_FAILED,     /* failed logins and other signs of attack */
	GUARD_NOT_CRON,   /* messages of cron's that do not come as its sessions do */
	GUARD_PROTECTED,  /* protect_key, protect_type, protect_exe, protect_path */
	GUARD_NO_PROGRAM, /* some of the events name no program */
	GUARD_SHELL,      /* a shell or an interpreter: it runs anything */
	GUARD_LOGIN,      /* lets people in, or makes them others */
	GUARD_AUDIT,      /* a tool of the audit itself */
	GUARD_NOT_SEEN,   /* the file is not known */
	GUARD_LINK,       /* the path is not the file's own */
	GUARD_WRITABLE,   /* others than root may change the file or its place */
	GUARD_SETUID,
	GUARD_INODE,  /* the program that ran is not that file */
	GUARD_USED,   /* people use the program, or it is not known that they do not */
	GUARD_SHORT,  /* one of many short programs: its name says nothing */
	GUARD_OBJECT, /* what is opened or changed is never silenced, or not known */
	GUARD_PEOPLE, /* the rule does not ask for people's actions */
	GUARD_REASONS
};

enum guard_shown {
	GUARD_SHOWN_FILE,     /* path, parents and realpath are root's */
	GUARD_SHOWN_PROGRAM,  /* no shell, interpreter, login program, audit tool; not
				 setuid */
	GUARD_SHOWN_INODE,    /* what ran was that very file */
	GUARD_SHOWN_ACCOUNT,  /* bound to an account that people cannot be */
	GUARD_SHOWN_UNUSED,   /* not seen with a login uid in the last hour */
	GUARD_SHOWN_OBJECTS,  /* nothing protected is opened or changed */
	GUARD_SHOWN_ALL,      /* all programs of the events are root's */
	GUARD_SHOWN_SESSIONS, /* the messages come as cron's sessions do */
	GUARD_SHOWN_BACKED,   /* and records of the kernel's bear them out */
	GUARD_SHOWN_KINDS
};

struct guard_verdict {
	enum guard_reason reason;
	enum guard_level risk, confidence; /* of what is allowed */
	uint32_t shown;                    /* bit n: enum guard_shown n */
	char text[GUARD_TEXT]; /* one sentence; foreign text in it is quoted */
};

/** guard_judge - @out is filled in every case; Return: is it allowed? */
bool guard_judge(const struct guard_options *options, const struct guard_case *c,
		 struct guard_verdict *out);

/** guard_shown_text - constant: what was shown, as the end of a list */
const char *guard_shown_text(enum guard_shown shown);

/** guard_reason_name, guard_level_name - constant words */
const char *guard_reason_name(enum guard_reason reason);
const char *guard_level_name(enum guard_level level);

/**
 * guard_program - is it one that is never named?
 * Return: GUARD_SHELL, GUARD_LOGIN, GUARD_AUDIT or GUARD_ALLOWED.
 */
enum guard_reason guard_program(struct span exe, bool with_self);

/**
 * guard_executable - is the program's file root's, and what its path says?
 * Return: GUARD_ALLOWED, GUARD_NOT_SEEN, GUARD_LINK, GUARD_WRITABLE or GUARD_SETUID.
 */
enum guard_reason guard_executable(const struct guard_options *options, struct span exe);

/**
 * guard_inode - was it @file that ran under its name?
 * Any other that ran by that path is one too many. Of one that ran by another path it is
 * not known: it may have been a script, with its interpreter's exe.
 */
enum guard_inode guard_inode(const struct lineage *file, const struct program_seen *seen);

/** guard_is_cron - by its path; its file is the guard's question */
bool guard_is_cron(struct span exe);

/** guard_object - may events about things in the plain directory @dir be silenced? */
bool guard_object(struct span dir);

/**
 * guard_type - may records of this type be excluded of one program?
 * Never a part of an event that a rule has asked for: what is left would tell less of
 * something that nobody has judged to be noise.
 */
bool guard_type(uint32_t type);

/**
 * guard_is_everyday_call - may a rule that asks for others too stop asking for this?
 * Opening, reading, moving and deleting files, and talking to others: nothing by which
 * somebody becomes another, runs something, or changes who may do what.
 */
bool guard_is_everyday_call(const char *name);

/** guard_is_session - of the six kinds that cron's sessions make */
bool guard_is_session(uint32_t type);

/** guard_is_alarm - a record that is never silenced, whoever wrote it */
bool guard_is_alarm(uint32_t type);

/** guard_has_protected_key - has @rule one that protect_key has? NULL has none. */
bool guard_has_protected_key(const struct guard_options *options,
			     const struct rule *rule);

/** guard_key - has each of the joined keys a letter or digit first, and no other bytes
 * than a path may have? */
bool guard_key(struct span keys);

#endif
