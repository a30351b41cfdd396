/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.h - events that are like one that libauparse has read already
 *
 * libauparse is the authority for what a field means, and is asked once for
 * each kind of event. A splitter that knows nothing but where the fields of a
 * flow's identity stand makes a print of their raw bytes; an event whose print
 * is known needs no parsing. What has not exactly the shape that the kernel
 * and libaudit write gets no print and goes to libauparse, always.
 * The table is fixed, in sets of four places; a print whose set is full takes the
 * place of another in it.
 */
#ifndef NOISE_CACHE_H
#define NOISE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include "stream/assemble.h"

struct cache;

/**
 * cache_new - a table of @places values of @value_size bytes
 * @places: a power of two, 4 at the least
 * Return: owned, or NULL with errno ENOMEM.
 */
struct cache *cache_new(unsigned int places, size_t value_size,
			const struct siphash_key *key)
	__attribute__((warn_unused_result));
void cache_free(struct cache *c);

/* As in struct event; apart from program.ran no part of the hash. */
struct print {
	uint64_t hash;
	int64_t pid;
	struct event_program program;
};

/**
 * cache_print - the print of a complete event
 * Two events with the same hash have the same struct event, apart from
 * stamp, serial, records, bytes, pid and what is known of the program's file.
 * Return: false when it has none.
 */
bool cache_print(struct cache *c, const struct assembler *a, const struct assembly *ev,
		 struct print *print);

/**
 * cache_pays - is it worth while to make a print of the next event?
 * Where nearly no event is like another, the print of each costs a fifth of
 * its parsing for nothing: then one of eight is tried, until they help again.
 */
bool cache_pays(struct cache *c);

/** cache_helped - has the print of an event saved its parsing? */
void cache_helped(struct cache *c, bool helped);

/** cache_get - the value kept for a hash, or NULL. Borrows until the next cache_put(). */
const void *cache_get(const struct cache *c, uint64_t hash);

/** cache_put - the place for the value of a hash, to be filled by the caller */
void *cache_put(struct cache *c, uint64_t hash);

#endif
