/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * synthetic.h - streams made up for the benches, and what measures them
 *
 * The text is as auditd writes it in enriched format, of a few dozen programs,
 * accounts and files: what an ordinary busy machine repeats all day.
 */
#ifndef NOISE_BENCH_SYNTHETIC_H
#define NOISE_BENCH_SYNTHETIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mix {
	MIX_3,      /* SYSCALL PROCTITLE EOE */
	MIX_6,      /* SYSCALL CWD PATH PATH PROCTITLE EOE */
	MIX_EXECVE, /* SYSCALL EXECVE CWD PATH PATH PROCTITLE EOE */
	MIXES
};

struct stream {
	char *text;
	size_t n, room;
	unsigned int events, records;
	unsigned int values; /* different programs, keys, accounts and paths; 0: dozens */
	uint32_t serial;
	int64_t ms;
};

/* as the plugin runs when nothing else is set */
#define BENCH_WINDOWS    .n_windows = 3, .window_sec = {60, 300, 3600}
#define BENCH_MAX_VALUES 512
#define BENCH_MAX_FLOWS  1024
#define BENCH_PORTION    65536 /* bytes of a read */

extern const char *const mix_name[MIXES];

/** stream_event - append one event; ends the program when there is no memory */
void stream_event(struct stream *s, enum mix mix);

/**
 * stream_lone - append an event of one record
 * @ends: of a type that stands alone; else nothing says that it is whole
 */
void stream_lone(struct stream *s, bool ends);

void stream_free(struct stream *s);

/** cpu_ns - processor time of this process: other load disturbs it least */
int64_t cpu_ns(void);

/** give_up - say what went wrong, with errno, and end the program */
void give_up(const char *what) __attribute__((noreturn));

/** sort_values - ascending; Return: the median */
double sort_values(double *value, unsigned int n);

struct feeding {
	unsigned int records; /* fed in the time that there was */
	double ns;            /* processor time for them */
};

/* Feed all of a stream, or as much as fits in @limit_ns; 0: all. */
typedef struct feeding feed_fn(const struct stream *s, int64_t limit_ns);

feed_fn feed_every;   /* our engine, every event through libauparse */
feed_fn feed_kinds;   /* our engine as it runs, libauparse asked once for each kind */
feed_fn feed_auparse; /* the bare loop */

#endif
