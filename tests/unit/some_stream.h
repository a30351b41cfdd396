/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * some_stream.h - audit streams of every kind of event, the same for the same seed
 */
#ifndef NOISE_TEST_SOME_STREAM_H
#define NOISE_TEST_SOME_STREAM_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "rng.h"

#define T0 1700000000000

/* Lines that are fed later, in whatever portions. */
struct text {
	char *p;
	size_t n, size;
};

__attribute__((format(printf, 2, 3))) static inline void put(struct text *t,
							     const char *format, ...)
{
	va_list args;

	if (t->size - t->n < 4096) {
		t->size = 2 * t->size + 65536;
		t->p = realloc(t->p, t->size);
		if (!t->p)
			abort();
	}
	va_start(args, format);
	t->n += (size_t)vsnprintf(t->p + t->n, t->size - t->n, format, args);
	va_end(args);
}

struct call {
	int64_t ms;
	unsigned int serial, nr, exit, uid, key, exe;
};

/* A system call's event, with one key, two or none. */
static inline void put_call(struct text *t, const struct call *c)
{
	char stamp[64], keys[64];

	snprintf(stamp, sizeof(stamp),
		 "msg=audit(%lld.%03d:%u):", (long long)(c->ms / 1000),
		 (int)(c->ms % 1000), c->serial);
	if (c->key % 7 == 0)
		snprintf(keys, sizeof(keys), "key=(null)");
	else if (c->key % 7 == 1) /* "a", 0x01, the number in hexadecimal digits */
		snprintf(keys, sizeof(keys), "key=6101%02X", c->key % 200);
	else
		snprintf(keys, sizeof(keys), "key=\"k%u\"", c->key);
	put(t,
	    "type=SYSCALL %s arch=c000003e syscall=%u success=%s exit=-%u a0=1 items=1 "
	    "ppid=1 "
	    "pid=2 auid=1000 uid=%u gid=0 comm=\"c%u\" exe=\"/bin/x%u\" subj=a:b:c_t:s0 "
	    "%s\n",
	    stamp, c->nr, c->exit ? "no" : "yes", c->exit, c->uid, c->uid % 2, c->exe,
	    keys);
	put(t, "type=CWD %s cwd=\"/srv\"\n", stamp);
	put(t, "type=PATH %s item=0 name=\"d%u/f\" nametype=NORMAL\n", stamp, c->exe % 5);
	if (c->serial % 16)
		put(t, "type=EOE %s\n", stamp);
}

static inline void put_user(struct text *t, int64_t ms, unsigned int serial,
			    unsigned int n)
{
	put(t,
	    "type=USER_AUTH msg=audit(%lld.%03d:%u): pid=9 uid=0 auid=4294967295 ses=1 "
	    "msg='op=PAM acct=\"u%u\" exe=\"/bin/su%u\" res=success'\n",
	    (long long)(ms / 1000), (int)(ms % 1000), serial, n, n % 3);
}

/* @n events, some of each kind, over some hours; ages, late ones and jumps among them. */
static inline struct text some_stream(uint64_t seed, unsigned int n)
{
	struct rng r = {seed};
	struct text t = {0};
	int64_t ms = T0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct call c = {.serial = 100 + i,
				 .nr = (unsigned int)rng_skewed(&r, 300),
				 .exit = rng_below(&r, 4) ? 0 : 13,
				 .uid = (unsigned int)rng_skewed(&r, 100),
				 .key = (unsigned int)rng_skewed(&r, 5000),
				 .exe = (unsigned int)rng_skewed(&r, 5000)};

		ms += (int64_t)rng_below(&r, 2000);
		if (rng_below(&r, 500) == 0)
			ms += 600000;
		c.ms = rng_below(&r, 50) ? ms : ms - 100000;
		if (rng_below(&r, 6))
			put_call(&t, &c);
		else
			put_user(&t, c.ms, c.serial, c.uid);
		if (rng_below(&r, 30) == 0)
			put(&t, "type=UNKNOWN[%u] msg=audit(%lld.000:%u): x\n",
			    (unsigned int)(3000 + rng_below(&r, 900)),
			    (long long)(ms / 1000), c.serial);
	}
	return t;
}

#endif
