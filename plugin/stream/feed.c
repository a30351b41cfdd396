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
#include "stream/split.h"

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
 * Fields of SYSCALL and URINGOP of which none is asked. They stand in rows, in
 * this order (kernel/auditsc.c: audit_log_exit, audit_log_task_info), and no
 * value has a blank.
 */
static const struct span arguments[] = {
	SPLIT_WORD("a0"),    SPLIT_WORD("a1"),   SPLIT_WORD("a2"), SPLIT_WORD("a3"),
	SPLIT_WORD("items"), SPLIT_WORD("ppid"), {NULL, 0}};
static const struct span *const items = arguments + 4; /* behind a0 to a3 */
static const struct span ids[] = {
	SPLIT_WORD("gid"),  SPLIT_WORD("euid"), SPLIT_WORD("suid"),  SPLIT_WORD("fsuid"),
	SPLIT_WORD("egid"), SPLIT_WORD("sgid"), SPLIT_WORD("fsgid"), SPLIT_WORD("tty"),
	SPLIT_WORD("ses"),  {NULL, 0}};

/* Where the first of @row stands in @body with what follows it of the others; from blank
 * to blank. */
static struct span find_row(struct span body, const struct span *row)
{
	const char *stop = body.p + body.n, *at, *end;
	const char *begin = memmem(body.p, body.n, row->p, row->n);

	for (at = begin; begin && row->n; row++, at = end) {
		if ((size_t)(stop - at) < row->n || memcmp(at, row->p, row->n) != 0 ||
		    !(end = memchr(at + 1, ' ', (size_t)(stop - at - 1))))
			break;
	}
	return (struct span){begin, (size_t)(at - begin)};
}

static char *put(char *at, const char *p, size_t n)
{
	memcpy(at, p, n);
	return at + n;
}

/* @body up to and without @row; what is behind it is left in @body. */
static char *put_without(char *at, struct span *body, const struct span *row)
{
	struct span gap = find_row(*body, row);

	if (!gap.p)
		return at;
	at = put(at, body->p, (size_t)(gap.p - body->p));
	body->n -= (size_t)(gap.p + gap.n - body->p);
	body->p = gap.p + gap.n;
	return at;
}

size_t feed_line(struct span line, uint32_t type, bool with_arguments,
		 char out[FEED_LINE_MAX])
{
	struct span name = take_type(&line), body = body_of(line);
	char *end, *nul = out;

	if (type == RECORD_CWD)
		body = first_field(body);
	end = put(out, name.p, name.n);
	end = put(end, header, sizeof(header) - 1);
	if (type == RECORD_SYSCALL || type == RECORD_URINGOP) {
		end = put_without(end, &body, with_arguments ? items : arguments);
		end = put_without(end, &body, ids);
	}
	end = put(end, body.p, body.n);
	while ((nul = memchr(nul, '\0', (size_t)(end - nul))))
		*nul = '?'; /* libauparse works on C strings */
	*end++ = '\n';
	return (size_t)(end - out);
}
