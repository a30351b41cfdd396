/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice.h - what is proposed, and what has become of it
 *
 * One proposal stands for each topic. Its id is a hash of what it would change, so
 * the same proposal keeps it for ever; another one takes its place, and the old one
 * is withdrawn in its words.
 */
#ifndef NOISE_ADVICE_H
#define NOISE_ADVICE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define ADVICE_MAX     64 /* topics: some of the queue, and those of rules and noise */
#define ADVICE_ID_SIZE 17 /* with the NUL */

enum advice_state { ADVICE_PROPOSED, ADVICE_APPLIED, ADVICE_VERIFIED };

struct advice;

/*
 * advice_new - @send is called for each object that is new or has changed its state,
 * and borrows it. Return: owned, or NULL when there is no memory.
 */
struct advice *advice_new(void (*send)(void *arg, json_t *object), void *arg)
	__attribute__((warn_unused_result));
void advice_free(struct advice *a);

/**
 * advice_put - this is what is proposed for @topic now
 * @topic: a name that lives as long as @a
 * @object: taken; all names of an advice but id, state and reason. NULL: no memory
 * The same proposal as before takes new figures and is not sent again.
 * Return: false: no memory, or no place; all is as it was.
 */
bool advice_put(struct advice *a, const char *topic, json_t *object, int64_t wall_ms);

/**
 * advice_resume - as advice_put(), of one that an earlier process has left
 * @since_ms: wall clock when it got its state
 * It is sent once, as it stands.
 */
bool advice_resume(struct advice *a, const char *topic, json_t *object,
		   enum advice_state state, int64_t since_ms);

/**
 * advice_set_verified - what was measured of the one that stands for @topic
 * @verified: taken; NULL: null. It is sent with the next state.
 */
void advice_set_verified(struct advice *a, const char *topic, json_t *verified);

/** advice_id_of - of the one that stands for @topic; "": none does. Borrows. */
const char *advice_id_of(const struct advice *a, const char *topic);

/**
 * advice_id - hash of what @object would change: kind, rules, remove and place
 * Unkeyed on purpose: the same on every machine, and in a replay. Return: 0 or -1.
 */
int advice_id(const json_t *object, char id[ADVICE_ID_SIZE])
	__attribute__((warn_unused_result));

/** advice_set_state - of the one that stands for @topic, if there is one */
void advice_set_state(struct advice *a, const char *topic, enum advice_state state,
		      int64_t wall_ms);

/**
 * advice_withdraw - what stands for @topic, if anything does, is no longer proposed
 * @reason: a sentence of ours
 */
void advice_withdraw(struct advice *a, const char *topic, const char *reason,
		     int64_t wall_ms);

/**
 * advice_standing - number @i of those that stand; NULL: there are no more
 * @since_ms: wall clock when it got its state
 */
json_t *advice_standing(const struct advice *a, unsigned int i, int64_t *since_ms);

#endif
