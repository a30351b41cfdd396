/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assemble.h - records that share node, stamp and serial become one event
 *
 * libauparse could do this, but one unfinished event makes it hold back all
 * later ones and slows it down for good. This table is bounded in events and
 * in text, costs the same however many events never end, and loses no count:
 * an event that must leave early is completed with what is known, and its
 * later records still find it.
 *
 * An event is complete at EOE; at PROCTITLE (the EOE behind it is waited for
 * until the next line of another event); at once when its type stands alone;
 * at age, 2 s of its node's time and 64 serials; when its node's serials begin
 * anew; after 2 s without input; at the end of input; when the table is full.
 * It stays known for 256 serials after its EOE (with many nodes at once, for
 * fewer). One that was completed without its EOE stays known for as long as
 * there is a place: while the kernel's queue is full a task sleeps between two
 * records of the same event (kernel/audit.c: audit_log_start), and the rest was
 * seen to come 80,000 serials and 5 s later.
 */
#ifndef NOISE_ASSEMBLE_H
#define NOISE_ASSEMBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include "stream/event.h"
#include "stream/node.h"
#include "stream/record.h"

#define ASSEMBLE_LINES_MAX     8 /* lines of an event that are kept for the parser */
#define ASSEMBLE_AGE_MS        2000
#define ASSEMBLE_AGE_SERIALS   64
#define ASSEMBLE_KNOWN_SERIALS 256
#define ASSEMBLE_AGED_MAX      16 /* completed by age with one record: work stays bounded */

struct assembly_type {
	uint32_t type, records;
	uint64_t bytes;
};

/* One event in the table. Owned by the assembler; the caller's own bytes follow it. */
struct assembly {
	struct node *node;
	int64_t stamp_ms;
	uint32_t serial;
	uint32_t records;
	uint64_t bytes;
	bool complete; /* was handed to ops->complete */
	bool ended;    /* has seen its end; complete unless it is held */
	bool closed;   /* has seen EOE, or stands alone */
	bool held;     /* not to be completed until assembler_release() */
	uint8_t n_types, n_lines;
	bool lines_over;                            /* one more was asked for */
	struct assembly_type type[EVENT_TYPES_MAX]; /* in order of arrival */
	struct {
		uint64_t at; /* place in the text ring */
		uint32_t type;
		uint16_t len;       /* bytes */
		uint16_t body : 15; /* where its header ends */
		uint16_t extra : 1; /* not for the parser */
	} line[ASSEMBLE_LINES_MAX];
	/* the assembler's own links */
	uint32_t epoch;      /* how often the node's serials had begun anew then */
	uint32_t known_from; /* the node's newest serial when this one was opened */
	uint64_t text_from;  /* its lines lie behind this place of the text ring */
	uint32_t chain;      /* next in its bucket, index + 1 */
	uint32_t bucket;
	struct assembly *older, *younger;           /* of all that are not complete */
	struct assembly *node_older, *node_younger; /* of those of the same node */
};

struct assembler_ops {
	/* Is the text of this record asked for? @kept: lines of the event so far. */
	bool (*wants)(const struct assembly *ev, const struct record *r);
	/* As wants, for another than the parser; NULL: nobody else asks. */
	bool (*extra)(const struct assembly *ev, const struct record *r);
	/* A new event; its first record follows. May set ev->held. */
	void (*opened)(void *arg, struct assembly *ev, const struct record *r);
	/* Each record, also those after completion. @first: first of its type. */
	void (*record)(void *arg, struct assembly *ev, const struct record *r,
		       bool first);
	/* Once for each event. Its kept lines are valid until this returns. */
	void (*complete)(void *arg, struct assembly *ev);
};

struct assembler_options {
	unsigned int max_events; /* open ones, and complete ones that are still known */
	size_t text_bytes;       /* kept text of incomplete events; at least 64 KiB */
	size_t aux_size;         /* bytes of the caller's own beside each event */
	const struct assembler_ops *ops; /* borrows for ever */
	void *arg;
	const struct siphash_key *key; /* copied */
};

struct assembler_counters {
	uint64_t aged;       /* completed by age, restart, idleness or end of input */
	uint64_t forced;     /* completed because the table was full */
	uint64_t resumed;    /* new events whose serial had been left behind already */
	uint64_t types_over; /* records of a type beyond the first EVENT_TYPES_MAX */
};

struct assembler;

/** assembler_new - Return: owned, or NULL with errno ENOMEM. */
struct assembler *assembler_new(const struct assembler_options *options)
	__attribute__((warn_unused_result));
void assembler_free(struct assembler *a);

/** assembler_add - one record of @node; calls the ops */
void assembler_add(struct assembler *a, struct node *node, const struct record *r);

/** assembler_release - a held event may be completed; is, if it has ended */
void assembler_release(struct assembler *a, struct assembly *ev);

/** assembler_settle - complete what only waits for the EOE behind its PROCTITLE */
void assembler_settle(struct assembler *a);

/**
 * assembler_flush - complete the oldest @most: 2 s without input, end of input
 * Held ones are completed as well.
 */
void assembler_flush(struct assembler *a, unsigned int most);

/** assembly_aux - the caller's bytes of an event, zeroed when it was opened */
void *assembly_aux(struct assembly *ev);

/** assembly_line - kept line number @i, header included, without its newline */
struct span assembly_line(const struct assembler *a, const struct assembly *ev,
			  unsigned int i);

/** assembly_body - the same line behind its header */
struct span assembly_body(const struct assembler *a, const struct assembly *ev,
			  unsigned int i);

struct assembler_counters assembler_counters(const struct assembler *a);

#endif
