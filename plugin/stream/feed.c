/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * feed.c - a line as libauparse is given it
 *
 * Only whole fields are left out, and only where they stand as the kernel
 * writes them; any other text goes to libauparse as it is. Never changes the
 * value of a field that is handed on, a NUL byte apart.
 */
#include "stream/feed.h"

#include "stream/record.h"

/*
 * All lines of one feeding are one event, whatever their stamp. It has ten
 * digits: libauparse 3.0.9 looks for the serial ten bytes behind the beginning
 * of the stamp, also where the stamp is shorter than that.
 */
static const char header[] = " msg=audit(1000000000.000:1): ";

/* Takes "type=NAME" off the front of @rest, behind the node. */
static struct span take_type(struct span *rest)
{
	struct span type = *rest;
	const char *end;

	if (type.n && type.p[0] == 'n') { /* node= */
		end = memchr(type.p, ' ', type.n);
		type.n -= (size_t)(end + 1 - type.p);
		type.p = end + 1;
	}
	end = memchr(type.p, ' ', type.n);
	rest->n = type.n - (size_t)(end - type.p);
	rest->p = end;
	type.n = (size_t)(end - type.p);
	return type;
}

/* What stands between the header and auditd's interpretations. */
static struct span body_of(struct span rest)
{
	const char *end = memchr(rest.p, ')', rest.n);
	struct span body = {end + 2, rest.n - (size_t)(end + 2 - rest.p)};

	end = memchr(body.p, '\x1d', body.n);
	if (end)
		body.n = (size_t)(end - body.p);
	for (; body.n && body.p[0] == ' '; body.n--)
		body.p++;
	return body;
}

/* One field and no more: libauparse 3.0.9 loses memory for each further cwd=. */
static struct span first_field(struct span body)
{
	const char *end = memchr(body.p, ' ', body.n);

	if (end)
		body.n = (size_t)(end - body.p);
	return body;
}

/*
 * The fields of SYSCALL and URINGOP from gid to ses, a third of all, of which
 * none is asked. They stand in a row, in this order (kernel/auditsc.c:
 * audit_log_task_info), and no value has a blank.
 */
static struct span unasked(struct span body)
{
	static const char *const run[] = {"gid=",  "euid=",  "suid=", "fsuid=", "egid=",
					  "sgid=", "fsgid=", "tty=",  "ses="};
	const char *stop = body.p + body.n, *at, *end, *begin;
	size_t i, n;

	begin = memmem(body.p, body.n, " gid=", strlen(" gid="));
	if (!begin)
		return (struct span){NULL, 0};
	at = ++begin;
	for (i = 0; i < sizeof(run) / sizeof(run[0]); i++) {
		n = strlen(run[i]);
		if ((size_t)(stop - at) < n || memcmp(at, run[i], n) != 0 ||
		    !(end = memchr(at, ' ', (size_t)(stop - at))))
			break;
		at = end + 1;
	}
	return (struct span){begin, (size_t)(at - begin)};
}

static char *put(char *at, const char *p, size_t n)
{
	memcpy(at, p, n);
	return at + n;
}

size_t feed_line(struct span line, uint32_t type, char out[FEED_LINE_MAX])
{
	struct span name = take_type(&line), body = body_of(line), gap = {NULL, 0};
	char *end, *nul = out;

	if (type == RECORD_CWD)
		body = first_field(body);
	if (type == RECORD_SYSCALL || type == RECORD_URINGOP)
		gap = unasked(body);
	end = put(out, name.p, name.n);
	end = put(end, header, sizeof(header) - 1);
	if (gap.p) {
		end = put(end, body.p, (size_t)(gap.p - body.p));
		body.n -= (size_t)(gap.p + gap.n - body.p);
		body.p = gap.p + gap.n;
	}
	end = put(end, body.p, body.n);
	while ((nul = memchr(nul, '\0', (size_t)(end - nul))))
		*nul = '?'; /* libauparse works on C strings */
	*end++ = '\n';
	return (size_t)(end - out);
}
