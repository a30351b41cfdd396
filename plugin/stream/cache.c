/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.c - events that are like one that libauparse has read already
 *
 * A name is put together of the raw values of an event's identity and hashed.
 * What split() refuses has no print.
 */
#include "stream/cache.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "stream/event.h"
#include "stream/object.h"
#include "stream/split.h"

#define NAME_MAX_BYTES 3072 /* raw identity; longer ones have no print */

/* One that helps makes up for four that do not: a print costs a fifth of a parsing. */
#define USELESS_MANY 64
#define USELESS_MAX  256
#define HELP_WEIGHT  4
#define TRY_EVERY    8

/* Few flows share a set, so that hardly ever two of them drive each other out. */
#define WAYS 4

struct cache {
	struct siphash_key key;
	uint32_t mask; /* of the sets */
	uint32_t turn; /* the way that is taken next of a full set */
	size_t value_size;
	uint64_t *prints; /* 0: an empty place */
	char *values;
	struct event event; /* arch, nr, has_syscall, as object_dir() reads them */
	struct object object;
	unsigned int useless; /* prints that did not help, less those that did */
	unsigned int not_tried;
	/* of the event at hand */
	int64_t pid;
	bool runs;       /* it has an EXECVE record ... */
	bool ran;        /* and its call has succeeded ... */
	struct span exe; /* with this as its exe */
	struct event_program program;
	struct shape of_syscall, of_cwd, of_path, of_program, of_header;
	size_t n;
	char name[NAME_MAX_BYTES];
	char room[NAME_MAX_BYTES];
};

/* --- the table --- */

struct cache *cache_new(unsigned int places, size_t value_size,
			const struct siphash_key *key)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->key = *key;
	c->mask = places / WAYS - 1;
	c->value_size = value_size;
	c->prints = calloc(places, sizeof(*c->prints));
	c->values = calloc(places, value_size);
	if (!c->prints || !c->values) {
		cache_free(c);
		errno = ENOMEM;
		return NULL;
	}
	return c;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	free(c->prints);
	free(c->values);
	free(c);
}

/* The place of a print in its set, or of @other there; -1: neither. */
static int32_t place_of(const struct cache *c, uint64_t hash, uint64_t other)
{
	uint32_t set = ((uint32_t)hash & c->mask) * WAYS;
	int32_t found = -1;
	uint32_t i;

	for (i = set; i < set + WAYS; i++) {
		if (c->prints[i] == hash)
			return (int32_t)i;
		if (c->prints[i] == other)
			found = (int32_t)i;
	}
	return found;
}

const void *cache_get(const struct cache *c, uint64_t hash)
{
	int32_t place = place_of(c, hash, hash);

	return place < 0 ? NULL : c->values + (size_t)place * c->value_size;
}

void *cache_put(struct cache *c, uint64_t hash)
{
	int32_t place = place_of(c, hash, 0);

	if (place < 0)
		place = (int32_t)(((uint32_t)hash & c->mask) * WAYS + c->turn++ % WAYS);
	c->prints[place] = hash;
	return c->values + (size_t)place * c->value_size;
}

bool cache_pays(struct cache *c)
{
	if (c->useless < USELESS_MANY)
		return true;
	c->not_tried = (c->not_tried + 1) % TRY_EVERY;
	return !c->not_tried;
}

void cache_helped(struct cache *c, bool helped)
{
	if (!helped)
		c->useless += c->useless < USELESS_MAX;
	else if (c->useless > HELP_WEIGHT)
		c->useless -= HELP_WEIGHT;
	else
		c->useless = 0;
}

/* --- the name --- */

static bool put(struct cache *c, const void *data, size_t n)
{
	if (n > sizeof(c->name) - c->n)
		return false;
	if (n)
		memcpy(c->name + c->n, data, n);
	c->n += n;
	return true;
}

/* With its length, so that no two rows of values look alike; absent is kept apart. */
static bool put_value(struct cache *c, struct span value)
{
	uint16_t n = value.p ? (uint16_t)(value.n + 1) : 0;

	return value.n < UINT16_MAX && put(c, &n, sizeof(n)) && put(c, value.p, value.n);
}

/* --- an event of a rule: SYSCALL, CWD, PATH --- */

enum {
	S_ARCH,
	S_SYSCALL,
	S_SUCCESS,
	S_EXIT,
	S_AUID,
	S_UID,
	S_COMM,
	S_EXE,
	S_SUBJ,
	S_KEY,
	S_IDENTITY, /* all before this are the identity's */
	S_A0 = S_IDENTITY,
	S_A1,
	S_A2,
	S_A3,
	S_PID,
	S_FIELDS
};

static const struct wanted of_syscall[S_FIELDS] = {
	[S_ARCH] = {"arch", false},       [S_SYSCALL] = {"syscall", false},
	[S_SUCCESS] = {"success", false}, [S_EXIT] = {"exit", false},
	[S_AUID] = {"auid", false},       [S_UID] = {"uid", false},
	[S_COMM] = {"comm", true},        [S_EXE] = {"exe", true},
	[S_SUBJ] = {"subj", false},       [S_KEY] = {"key", true},
	[S_A0] = {"a0", false},           [S_A1] = {"a1", false},
	[S_A2] = {"a2", false},           [S_A3] = {"a3", false},
	[S_PID] = {"pid", false},
};

static bool read_hex(struct span v, uint64_t *value)
{
	size_t i;

	*value = 0;
	if (!v.n || v.n > 16)
		return false;
	for (i = 0; i < v.n; i++) {
		int digit = text_hex(v.p[i]);

		if (digit < 0)
			return false;
		*value = *value << 4 | (uint64_t)digit;
	}
	return true;
}

/* As the parser reads it: absent where it is no number. */
static int64_t read_pid(struct span v)
{
	uint64_t pid;

	return v.p && text_u64(v, INT32_MAX, &pid) ? (int64_t)pid : EVENT_ID_ABSENT;
}

/* A successful call's exit is a number of no account: a descriptor, a count. */
static struct span exit_of(struct span exit, struct span success)
{
	if (exit.n && exit.p[0] != '-' && span_is(success, "yes"))
		return (struct span){"", 0};
	return exit;
}

static bool put_syscall(struct cache *c, struct span body)
{
	struct span v[S_FIELDS];
	uint64_t arch, nr;
	int i;

	if (!split(body, of_syscall, S_FIELDS, v, &c->of_syscall) ||
	    !read_hex(v[S_ARCH], &arch) || arch > UINT32_MAX ||
	    !text_u64(v[S_SYSCALL], UINT32_MAX, &nr))
		return false;
	c->event.has_syscall = true;
	c->event.arch = (uint32_t)arch;
	c->event.nr = (uint32_t)nr;
	for (i = 0; i < 4; i++)
		if (!v[S_A0 + i].p || !read_hex(v[S_A0 + i], &c->object.arg[i]))
			return false;
	c->pid = read_pid(v[S_PID]);
	c->ran = c->runs && span_is(v[S_SUCCESS], "yes");
	c->exe = v[S_EXE];
	v[S_EXIT] = exit_of(v[S_EXIT], v[S_SUCCESS]);
	for (i = 0; i < S_IDENTITY; i++)
		if (!put_value(c, v[i]))
			return false;
	return true;
}

static const struct wanted of_cwd[] = {{"cwd", true}};
/* The last two of a program's alone. */
enum { P_NAME, P_NAMETYPE, P_OBJTYPE, P_FIELDS, P_INODE = P_FIELDS, P_DEVICE, P_PROGRAM };
static const struct wanted of_path[P_PROGRAM] = {{"name", true},
						 {"nametype", false},
						 {"objtype", false},
						 {"inode", false},
						 {"dev", false}};

/* Both decoded side by side: object_dir() puts the two together behind them. */
static struct span decoded(struct cache *c, struct span raw, size_t *used)
{
	struct span s;

	if (!raw.p || raw.n > sizeof(c->room) - *used)
		return (struct span){NULL, 0};
	s = text_unescape(raw, c->room + *used);
	*used += raw.n;
	return s;
}

static bool split_path(struct cache *c, struct span path, struct span *v)
{
	bool ok = c->runs ? split(path, of_path, P_PROGRAM, v, &c->of_program)
			  : split(path, of_path, P_FIELDS, v, &c->of_path);

	return ok && v[P_NAME].p && !v[P_NAMETYPE].p != !v[P_OBJTYPE].p &&
	       !span_is(v[P_NAMETYPE], "PARENT") && !span_is(v[P_OBJTYPE], "PARENT");
}

static bool put_dir(struct cache *c, struct span cwd, struct span path)
{
	struct span v[P_PROGRAM] = {{NULL, 0}}, w = {NULL, 0};
	size_t used = 0;

	if ((cwd.p && !split(cwd, of_cwd, 1, &w, &c->of_cwd)) ||
	    (path.p && !split_path(c, path, v)))
		return false;
	if (w.n + v[P_NAME].n > sizeof(c->room) / 2)
		return false;
	c->object.cwd = decoded(c, w, &used);
	c->object.name = decoded(c, v[P_NAME], &used);
	c->object.has_name = path.p != NULL;
	c->object.inode = v[P_INODE];
	c->object.device = v[P_DEVICE];
	return put_value(c, object_dir(&c->object, &c->event, c->room + used,
				       sizeof(c->room) - used));
}

/* No part of the name: of a program that is replaced, or that many have under one path
 * in mounts of their own, all else stays the same. */
static bool read_program(struct cache *c)
{
	size_t half = sizeof(c->room) / 2; /* the name of the object is below it */

	if (c->exe.n > half)
		return false;
	c->program = object_program(&c->object, text_unescape(c->exe, c->room + half));
	return true;
}

static bool put_rule_event(struct cache *c, const struct assembler *a,
			   const struct assembly *ev)
{
	struct span syscall = {NULL, 0}, cwd = {NULL, 0}, path = {NULL, 0};
	unsigned int i;

	for (i = 0; i < ev->n_lines; i++) {
		uint32_t type = ev->line[i].type;
		struct span body;

		if (ev->line[i].extra)
			continue;
		body = assembly_body(a, ev, i);
		if (!body.p)
			return false;
		if (type == RECORD_SYSCALL)
			syscall = body;
		else if (type == RECORD_CWD)
			cwd = body;
		else if (type == RECORD_PATH && !path.p)
			path = body;
		else if (type == RECORD_PATH)
			return false;
	}
	return syscall.p && put_syscall(c, syscall) && put_dir(c, cwd, path) &&
	       (!c->ran || read_program(c));
}

/* --- a user message --- */

enum { U_PID, U_UID, U_AUID, U_SES, U_SUBJ, U_FIELDS };
static const struct wanted of_header[U_FIELDS] = {
	{"pid", false}, {"uid", false}, {"auid", false}, {"ses", false}, {"subj", false}};
enum { M_EXE, M_ACCT, M_COMM, M_ADDR, M_HOSTNAME, M_RES, M_FIELDS };
static const struct wanted of_message[M_FIELDS] = {{"exe", true},      {"acct", true},
						   {"comm", true},     {"addr", true},
						   {"hostname", true}, {"res", true}};

/* What the sender chose: the last of each name stands, as libaudit writes it last. */
static bool split_message(struct span rest, struct span *values)
{
	struct field f;
	size_t i;

	for (i = 0; i < rest.n; i++)
		if (rest.p[i] < ' ' || rest.p[i] > '~' || rest.p[i] == '\'')
			return false;
	memset(values, 0, M_FIELDS * sizeof(*values));
	while (rest.n) {
		int wanted;

		if (!split_field(&rest, &f) || span_is(f.name, "msg") ||
		    span_is(f.name, "subj") || span_is(f.name, "type") ||
		    span_is(f.name, "node"))
			return false;
		wanted = split_wanted(of_message, M_FIELDS, f.name);
		if (wanted < 0)
			continue;
		if (!split_is_string(f.value))
			return false;
		values[wanted] = f.value;
	}
	return true;
}

static bool put_user_message(struct cache *c, struct span body)
{
	static const char begin[] = " msg='";
	struct span v[U_FIELDS], m[M_FIELDS], rest = split_without_tail(body),
					      head = rest;
	const char *at;
	uint64_t number;
	int i;

	at = memmem(rest.p, rest.n, begin, sizeof(begin) - 1);
	if (!at || rest.p[rest.n - 1] != '\'')
		return false;
	head.n = (size_t)(at - rest.p);
	rest.n -= head.n + sizeof(begin) - 1;
	rest.p = at + sizeof(begin) - 1;
	if (!rest.n)
		return false;
	rest.n--;
	if (!split(head, of_header, U_FIELDS, v, &c->of_header) ||
	    !split_message(rest, m))
		return false;
	for (i = U_PID; i <= U_AUID; i++) /* else the message's own would be taken */
		if (!v[i].p ||
		    !text_u64(v[i], i == U_PID ? INT32_MAX : UINT32_MAX, &number))
			return false;
	c->pid = read_pid(v[U_PID]);
	for (i = 0; i < M_FIELDS; i++)
		if (!put_value(c, m[i]))
			return false;
	return put_value(c, v[U_UID]) && put_value(c, v[U_AUID]) &&
	       put_value(c, v[U_SUBJ]);
}

/* --- the print --- */

static bool put_head(struct cache *c, const struct assembly *ev)
{
	uint64_t node = (uintptr_t)ev->node;
	unsigned int i, n_types = 0;

	c->n = 0;
	c->runs = false;
	for (i = 0; i < ev->n_types; i++) {
		n_types += ev->type[i].type != RECORD_EOE;
		c->runs |= ev->type[i].type == RECORD_EXECVE;
	}
	if (!put(c, &node, sizeof(node)) || !put(c, &n_types, sizeof(n_types)))
		return false;
	for (i = 0; i < ev->n_types; i++)
		if (ev->type[i].type != RECORD_EOE &&
		    !put(c, &ev->type[i].type, sizeof(ev->type[i].type)))
			return false;
	return true;
}

static bool is_user_message(const struct assembly *ev)
{
	uint32_t type = ev->line[0].type;

	return ev->n_lines == 1 && ev->n_types == 1 && type != RECORD_KERNEL &&
	       record_is_single(type) && !record_is_daemon(type);
}

bool cache_print(struct cache *c, const struct assembler *a, const struct assembly *ev,
		 struct print *print)
{
	bool ok;

	if (!ev->n_lines || ev->node->shared || !put_head(c, ev))
		return false;
	memset(&c->object, 0, sizeof(c->object));
	c->program = (struct event_program){.ran = false};
	if (is_user_message(ev)) {
		struct span body = assembly_body(a, ev, 0);

		ok = body.p && put_user_message(c, body);
	} else {
		ok = put_rule_event(c, a, ev);
	}
	print->hash = ok ? siphash(&c->key, c->name, c->n) : 0;
	print->pid = c->pid;
	print->program = c->program;
	return print->hash != 0;
}
