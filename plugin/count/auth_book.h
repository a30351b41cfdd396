/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * auth_book.h - messages about logins, by who sends them and what they say
 *
 * A bounded table beside the tally's lists, since these ask for neither the source nor
 * the outcome. Of one program's messages of a type and an outcome AUTH_BOOK_APART
 * accounts, sources and senders are told apart; all others share one row, so whoever
 * guesses names fills no more than that. Whoever varies more than these may drive rows
 * out, the least ones first, and those of failures only when there are no others: that is
 * counted, and the windows that they lay in say so.
 *
 * Which row an event goes to hangs on nothing but the events before it: one that is like
 * another may be counted with auth_book_again(). All memory is taken at auth_book_new().
 * Time is an argument, in buckets of the engine's windows. Not kept over a restart.
 */
#ifndef NOISE_AUTH_BOOK_H
#define NOISE_AUTH_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include "base/span.h"
#include "count/topk.h"
#include "count/window.h"
#include "stream/event.h"

#define AUTH_BOOK_ROWS  256
#define AUTH_BOOK_APART 16
#define AUTH_BOOK_TEXT  128 /* bytes of a text, at most */

/* Messages of one kind: their events in one window. Texts are claims, and borrowed. */
struct auth_row {
	uint32_t type;
	bool claimed; /* exe is what the message says; of LOGIN it is the kernel's */
	bool joined;  /* of more accounts and sources than are told apart: both absent */
	struct span node; /* absent: the lines have none */
	struct span exe, account;
	struct span source;         /* the other host's address; absent or "?": none */
	int64_t uid, auid;          /* of the sender, by the kernel; EVENT_ID_* */
	enum event_success outcome; /* res= */
	uint64_t events;
	/* of them in each bucket of the window, oldest first */
	uint32_t rhythm[WINDOW_BUCKETS];
};

struct auth_book;

/** auth_book_new - Return: owned, or NULL with errno ENOMEM. */
struct auth_book *auth_book_new(const struct window_set *windows,
				const struct siphash_key *key)
	__attribute__((warn_unused_result));
void auth_book_free(struct auth_book *b); /* NULL is legal */

/**
 * auth_book_event - count an event that may be a message about a login
 * @e: its node is borrowed as long as @b lives
 * @when: its buckets
 * @now: the newest ones
 * Return: where it was counted; a reference to nothing: it is no such message, or a
 * LOGIN that was refused.
 */
struct topk_ref auth_book_event(struct auth_book *b, const struct event *e,
				const struct when *when, const struct when *now);

/**
 * auth_book_has - would an event like that one be counted there still?
 * A reference to nothing: always.
 */
bool auth_book_has(const struct auth_book *b, struct topk_ref ref,
		   const struct when *now);

/** auth_book_again - one more event like it; auth_book_has() is true */
void auth_book_again(struct auth_book *b, struct topk_ref ref, const struct when *when);

/** auth_book_fade - halve all ranks; call it twice in the longest window */
void auth_book_fade(struct auth_book *b);

/**
 * auth_book_rows - what was counted in one window
 * @out: of AUTH_BOOK_ROWS; borrows from @b until the next event
 * @complete: no row of that window was driven out
 * Return: their number; those without an event are left out.
 */
size_t auth_book_rows(const struct auth_book *b, unsigned int window, int64_t now,
		      struct auth_row *out, bool *complete);

/** auth_book_evicted - rows that were driven out while they still counted */
uint64_t auth_book_evicted(const struct auth_book *b);

/** auth_book_events - that were counted so far */
uint64_t auth_book_events(const struct auth_book *b);

#endif
