/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * synthetic.c - streams made up for the benches, and what measures them
 *
 * Both ways of reading get the same bytes in the same portions. The bare loop
 * does the least that a program on libauparse can do: it feeds, and its
 * callback counts the records and reads no field.
 */
#include "synthetic.h"

#include <auparse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "count/engine.h"

const char *const mix_name[MIXES] = {"3 records", "6 records", "execve"};

/* --- the text --- */

void give_up(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

__attribute__((format(printf, 2, 3))) static void add(struct stream *s,
						      const char *format, ...)
{
	va_list ap;
	int n;

	if (s->room - s->n < 4096) {
		s->room = s->room ? 2 * s->room : 1 << 20;
		s->text = realloc(s->text, s->room);
		if (!s->text)
			give_up("no memory for the stream");
	}
	va_start(ap, format);
	n = vsnprintf(s->text + s->n, s->room - s->n, format, ap);
	va_end(ap);
	s->n += (size_t)n;
}

static void add_record(struct stream *s, const char *type)
{
	add(s, "type=%s msg=audit(%lld.%03lld:%u): ", type, (long long)(s->ms / 1000),
	    (long long)(s->ms % 1000), s->serial);
	s->records++;
}

static void add_syscall(struct stream *s, unsigned int nr, const char *name)
{
	static const char *const key[] = {"\"access\"", "\"files\"", "(null)",
					  "\"exec\""};
	unsigned int values = s->values ? s->values : 40;
	unsigned int who = (unsigned int)(s->serial * 7ULL % values);
	unsigned int uid = 1000 + who % (s->values ? values : 10);
	char own_key[32];

	snprintf(own_key, sizeof(own_key), "\"key%u\"", who);
	add_record(s, "SYSCALL");
	add(s,
	    "arch=c000003e syscall=%u success=%s exit=%d a0=ffffff9c a1=7ffd20d8b600 "
	    "a2=80000"
	    " a3=0 items=2 ppid=%u pid=%u auid=%u uid=%u gid=%u euid=%u suid=%u fsuid=%u "
	    "egid=%u"
	    " sgid=%u fsgid=%u tty=(none) ses=%u comm=\"prog%u\" "
	    "exe=\"/usr/local/bin/prog%u\""
	    " subj=unconfined key=%s\x1d",
	    nr, who % 4 ? "yes" : "no", who % 4 ? 3 : -13, 1000 + who,
	    2000 + s->serial % 30000, uid, uid, uid, uid, uid, uid, uid, uid, uid, who,
	    who, who, s->values ? own_key : key[who % 4]);
	add(s,
	    "ARCH=x86_64 SYSCALL=%s AUID=\"user%u\" UID=\"user%u\" GID=\"user%u\" "
	    "EUID=\"user%u\""
	    " SUID=\"user%u\" FSUID=\"user%u\" EGID=\"user%u\" SGID=\"user%u\" "
	    "FSGID=\"user%u\"\n",
	    name, uid, uid, uid, uid, uid, uid, uid, uid, uid);
}

static void add_cwd(struct stream *s)
{
	add_record(s, "CWD");
	add(s, "cwd=\"/srv/app/work%u\"\n", s->serial % (s->values ? s->values : 20));
}

static void add_path(struct stream *s, unsigned int item, const char *name,
		     const char *type)
{
	add_record(s, "PATH");
	add(s,
	    "item=%u name=\"%s%u\" inode=%u dev=fe:00 mode=0100644 ouid=0 ogid=0 "
	    "rdev=00:00"
	    " nametype=%s cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\x1d"
	    "OUID=\"root\" OGID=\"root\"\n",
	    item, name, s->serial % 200, 100000 + s->serial % 200, type);
}

static void add_end(struct stream *s)
{
	add_record(s, "PROCTITLE");
	add(s, "proctitle=2F7573722F6C6F63616C2F62696E2F70726F67002D76\n");
	add_record(s, "EOE");
	s->text[s->n - 1] = '\n'; /* auditd trims the blank */
}

void stream_event(struct stream *s, enum mix mix)
{
	switch (mix) {
	case MIX_3:
		add_syscall(s, 110, "getppid");
		break;
	case MIX_6:
		add_syscall(s, 257, "openat");
		add_cwd(s);
		add_path(s, 0, "data/spool", "PARENT");
		add_path(s, 1, "data/spool/file", "CREATE");
		break;
	default:
		add_syscall(s, 59, "execve");
		add_record(s, "EXECVE");
		add(s, "argc=3 a0=\"/usr/local/bin/prog\" a1=\"--check\" a2=\"%u\"\n",
		    s->serial);
		add_cwd(s);
		add_path(s, 0, "/usr/local/bin/prog", "NORMAL");
		add_path(s, 1, "/lib64/ld-linux-x86-64.so.", "NORMAL");
	}
	add_end(s);
	s->serial++;
	s->events++;
}

void stream_lone(struct stream *s, bool ends)
{
	add_record(s, ends ? "ANOM_LOGIN_FAILURES" : "ANOM_ABEND");
	add(s,
	    "auid=4294967295 uid=1004 gid=1004 ses=4294967295 subj=unconfined pid=%u"
	    " comm=\"crash\" exe=\"/usr/local/bin/crash\" sig=11 res=1\x1d"
	    "AUID=\"unset\" UID=\"user1004\" GID=\"user1004\"\n",
	    2000 + s->serial % 30000);
	s->serial++;
	s->events++;
}

void stream_free(struct stream *s)
{
	free(s->text);
	memset(s, 0, sizeof(*s));
}

/* --- the clock --- */

int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double sort_values(double *value, unsigned int n)
{
	qsort(value, n, sizeof(*value), by_value);
	return n % 2 ? value[n / 2] : (value[n / 2 - 1] + value[n / 2]) / 2;
}

/* --- the two ways of reading --- */

static size_t portion_at(const struct stream *s, size_t at)
{
	return s->n - at < BENCH_PORTION ? s->n - at : BENCH_PORTION;
}

static unsigned int count_lines(const char *text, size_t n)
{
	const char *end = text + n, *newline;
	unsigned int lines = 0;

	while ((newline = memchr(text, '\n', (size_t)(end - text)))) {
		lines++;
		text = newline + 1;
	}
	return lines;
}

static struct feeding feed_engine(const struct stream *s, int64_t limit_ns,
				  bool every_event)
{
	const struct engine_options options = {
		BENCH_WINDOWS, .max_values = BENCH_MAX_VALUES,
		.max_flows = BENCH_MAX_FLOWS, .every_event = every_event};
	struct engine *e = engine_new(&options);
	struct feeding f = {0, 0};
	int64_t begin = cpu_ns();
	size_t at, n;

	if (!e)
		give_up("engine_new");
	for (at = 0; at < s->n && (!limit_ns || cpu_ns() - begin < limit_ns); at += n) {
		n = portion_at(s, at);
		f.records += engine_feed(e, s->text + at, n, NULL);
	}
	if (at == s->n)
		engine_end(e, NULL);
	f.ns = (double)(cpu_ns() - begin);
	engine_free(e);
	return f;
}

struct feeding feed_every(const struct stream *s, int64_t limit_ns)
{
	return feed_engine(s, limit_ns, true);
}

struct feeding feed_kinds(const struct stream *s, int64_t limit_ns)
{
	return feed_engine(s, limit_ns, false);
}

static void count_records(auparse_state_t *au, auparse_cb_event_t why, void *arg)
{
	unsigned int *records = arg;

	if (why == AUPARSE_CB_EVENT_READY)
		*records += auparse_get_num_records(au);
}

struct feeding feed_auparse(const struct stream *s, int64_t limit_ns)
{
	auparse_state_t *au = auparse_init(AUSOURCE_FEED, NULL);
	struct feeding f = {0, 0};
	unsigned int delivered = 0;
	int64_t begin = cpu_ns(), now = begin;
	size_t at, n;

	if (!au)
		give_up("auparse_init");
	auparse_add_callback(au, count_records, &delivered, NULL);
	/* small portions where time is short: one may take seconds */
	for (at = 0; at < s->n && (!limit_ns || now - begin < limit_ns); at += n) {
		n = portion_at(s, at);
		auparse_feed(au, s->text + at, n);
		now = limit_ns ? cpu_ns() : 0;
		f.records += limit_ns ? count_lines(s->text + at, n) : 0;
	}
	if (at == s->n) {
		auparse_flush_feed(au);
		f.records = s->records;
		now = cpu_ns();
	}
	f.ns = (double)(now - begin);
	auparse_destroy(au);
	return f;
}
