/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.c - the header of one line of the stream
 *
 * Works on the bytes as they are: no copy, no library but for the number of a
 * type's name, which is asked once for each of the common types. A line is a
 * record or it is not; nothing in between is guessed.
 */
#include "stream/record.h"

#include <libaudit.h>

#include "base/text.h"

#define COMMON(name) \
	{ \
#name, sizeof(#name) - 1, AUDIT_##name \
	}

/* Numbers of the names that make nearly all of any stream; libaudit searches. */
static const struct {
	const char *name;
	size_t n;
	uint32_t type;
} common[] = {
	COMMON(SYSCALL), COMMON(PATH),   COMMON(CWD),        COMMON(PROCTITLE),
	COMMON(EOE),     COMMON(EXECVE), COMMON(BPRM_FCAPS), COMMON(SOCKADDR),
};

static bool type_name_ok(struct span name)
{
	size_t i;

	if (!name.n || name.n > RECORD_TYPE_NAME_MAX)
		return false;
	for (i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		      c == '[' || c == ']' || (c >= 'a' && c <= 'z') || c == '-'))
			return false;
	}
	return true;
}

/* FNV-1a. Names that collide on purpose only spoil the events count of their types. */
static uint32_t hash_of(struct span name)
{
	uint32_t hash = 2166136261u;
	size_t i;

	for (i = 0; i < name.n; i++)
		hash = (hash ^ (unsigned char)name.p[i]) * 16777619u;
	return hash;
}

static uint32_t type_number(struct span name)
{
	char text[RECORD_TYPE_NAME_MAX + 1];
	int number;
	size_t i;

	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (name.n == common[i].n && !memcmp(name.p, common[i].name, name.n))
			return common[i].type;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	number = audit_name_to_msg_type(text); /* reads UNKNOWN[n] as well */
	return number < 0 ? RECORD_TYPE_UNKNOWN | hash_of(name) : (uint32_t)number;
}

/* Takes @text off the front of @rest. */
static bool take(struct span *rest, const char *text)
{
	size_t n = strlen(text);

	if (rest->n < n || memcmp(rest->p, text, n) != 0)
		return false;
	rest->p += n;
	rest->n -= n;
	return true;
}

/* Takes all up to @stop off the front; @stop goes too. */
static bool take_until(struct span *rest, char stop, struct span *word)
{
	const char *end = rest->n ? memchr(rest->p, stop, rest->n) : NULL;

	if (!end)
		return false;
	word->p = rest->p;
	word->n = (size_t)(end - rest->p);
	rest->n -= word->n + 1;
	rest->p = end + 1;
	return true;
}

/* `SEC[.MMM]:SERIAL`; auditd writes three digits, fewer or more are read as a fraction.
 */
static bool take_stamp(struct span *rest, struct record *r)
{
	static const unsigned int scale[] = {0, 100, 10, 1};
	struct span sec, serial, fraction = {NULL, 0};
	const char *dot;
	uint64_t s, ms = 0, n;

	if (!take_until(rest, ':', &sec) || !take_until(rest, ')', &serial))
		return false;
	dot = memchr(sec.p, '.', sec.n);
	if (dot) {
		fraction = (struct span){dot + 1, sec.n - (size_t)(dot - sec.p) - 1};
		sec.n = (size_t)(dot - sec.p);
		if (!text_u64(fraction, UINT64_MAX, &ms))
			return false;
		if (fraction.n > 3) {
			fraction.n = 3;
			text_u64(fraction, 999, &ms);
		}
		ms *= scale[fraction.n];
	}
	/* nine thousand years of seconds: no sum below can overflow */
	if (!text_u64(sec, 253402300799ULL, &s) || !text_u64(serial, UINT32_MAX, &n))
		return false;
	r->stamp_ms = (int64_t)(s * 1000 + ms);
	r->serial = (uint32_t)n;
	return true;
}

bool record_scan(struct record *r, struct span line, uint64_t bytes)
{
	struct span rest = line;

	r->line = line;
	r->bytes = bytes;
	r->node = (struct span){NULL, 0};
	if (take(&rest, "node=") &&
	    (!take_until(&rest, ' ', &r->node) || r->node.n > RECORD_NODE_MAX))
		return false;
	if (!take(&rest, "type=") || !take_until(&rest, ' ', &r->type_name) ||
	    !type_name_ok(r->type_name) || !take(&rest, "msg=audit(") ||
	    !take_stamp(&rest, r) || !take(&rest, ":"))
		return false;
	take(&rest, " ");
	r->body = rest;
	r->type = type_number(r->type_name);
	return true;
}

bool record_is_single(uint32_t type)
{
	return type == AUDIT_USER || (type >= 1100 && type <= 1299) ||
	       type == RECORD_KERNEL || (type >= 2100 && type <= 2999);
}

bool record_is_daemon(uint32_t type)
{
	return type >= 1200 && type <= 1299;
}

bool record_is_detail(uint32_t type)
{
	switch (type) {
	case AUDIT_IPC:
	case AUDIT_SOCKETCALL:
	case AUDIT_SOCKADDR:
	case AUDIT_EXECVE:
	case AUDIT_IPC_SET_PERM:
	case AUDIT_MQ_OPEN:
	case AUDIT_MQ_SENDRECV:
	case AUDIT_MQ_NOTIFY:
	case AUDIT_MQ_GETSETATTR:
	case AUDIT_FD_PAIR:
	case AUDIT_OBJ_PID:
	case AUDIT_EOE:
	case AUDIT_BPRM_FCAPS:
	case AUDIT_CAPSET:
	case AUDIT_MMAP:
	case AUDIT_PROCTITLE:
		return true;
	default:
		return false;
	}
}
