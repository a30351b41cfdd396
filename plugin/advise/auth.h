/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * auth.h - storms of authentication: whose they are, and whether they are noise
 *
 * The same seven kinds of record come from cron's jobs, from scripts that call sudo,
 * from somebody who guesses passwords and from a service that fails and starts again.
 * They are told apart by program, account, source, outcome and rhythm. Only cron's
 * sessions may be silenced; what cannot be told is none of them.
 *
 * All that a message says of itself is a claim: any process with CAP_AUDIT_WRITE can
 * send cron's. So cron's sessions must come as sessions do, each kind as often as the
 * others, and LOGIN records, which the kernel writes, bear them out or do not. Pure.
 */
#ifndef NOISE_ADVISE_AUTH_H
#define NOISE_ADVISE_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "count/auth_book.h"

#define AUTH_TEXT 256 /* bytes of a sentence, its NUL included */

enum auth_class {
	AUTH_NONE, /* no storm, or one that cannot be told */
	AUTH_CRON_SESSIONS,
	AUTH_SUDO_AUTOMATION,
	AUTH_PASSWORD_GUESSING,
	AUTH_SERVICE_FAILURE_LOOP,
	AUTH_CLASSES
};

struct auth_options {
	double bucket_s;     /* width of a bucket */
	uint64_t min_events; /* fewer of one program are no storm */
	bool incomplete;     /* rows of the window were driven out: nobody is cron */
};

struct auth_storm {
	enum auth_class class;
	struct span node;    /* of its lines; absent: they have none */
	struct span exe;     /* borrows from the rows, as all texts here */
	struct span account; /* the only one; absent: several, or none is said */
	struct span source;  /* the same */
	unsigned int n_accounts, n_sources; /* at most 64 are told apart */
	bool more;                          /* and there are more than were told apart */
	uint64_t events, failed;
	uint64_t sessions; /* of cron's */
	bool is_regular;   /* it comes at equal intervals */
	bool is_backed;    /* as many LOGIN records of the kernel's as sessions */
};

/**
 * auth_judge - the storms of one window: those that fail first, then the heaviest
 * @out: of @max; those of AUTH_NONE are left out
 * Return: their number.
 */
size_t auth_judge(const struct auth_row *row, size_t n,
		  const struct auth_options *options, struct auth_storm *out, size_t max);

/** auth_may_silence - of cron's sessions alone */
static inline bool auth_may_silence(enum auth_class class)
{
	return class == AUTH_CRON_SESSIONS;
}

/** auth_class_name - as the alert has it; "" for AUTH_NONE */
const char *auth_class_name(enum auth_class class);

/** auth_text - one sentence about it, foreign text in it quoted. Return: @out. */
const char *auth_text(const struct auth_storm *storm, char out[AUTH_TEXT]);

#endif
