/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.c - fields of one complete event, by libauparse
 *
 * The lines of one event are fed and flushed; the callback copies the few
 * fields that are asked for into the parser's own text, since libauparse's
 * strings end with the callback. libauparse may call back several times for
 * one event (LOGIN before version 4) or not at all: both fill one struct
 * event, which belongs to the assembler's event and nothing else.
 */
#include "stream/parse.h"

#include <auparse.h>
#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "stream/feed.h"
#include "stream/input.h"
#include "stream/object.h"

#define PARSE_TEXT_MAX (4 * INPUT_LINE_MAX) /* more than any event's wanted fields */

struct parser {
	auparse_state_t *au;
	struct event *event; /* being filled */
	struct object object;
	struct span addr, hostname; /* of a user message */
	bool any;
	bool runs; /* there is an EXECVE record */
	size_t used;
	char text[PARSE_TEXT_MAX];
	char line[FEED_LINE_MAX];
};

/* --- which lines --- */

/* Records that say nothing of the doer and hold no field of struct event. */
static bool is_companion(uint32_t type)
{
	return record_is_detail(type) || type == AUDIT_KERNEL_OTHER ||
	       (type >= 1330 && type <= 1399 && type != 1335); /* EVENT_LISTENER */
}

static bool is_rule_record(uint32_t type)
{
	return type == RECORD_SYSCALL || type == RECORD_URINGOP;
}

static bool is_part_of_rule_event(uint32_t type)
{
	return is_rule_record(type) || type == RECORD_PATH || type == RECORD_CWD;
}

static bool ends_with(const char *end, size_t n, const char *text)
{
	size_t len = strlen(text);

	return n >= len && !memcmp(end - len, text, len);
}

/*
 * Does the text of a PATH record say that it is only the directory of another
 * one? The kernel writes a name with a blank in it as hexadecimal, so no name
 * can say so. What is kept is asked again of libauparse.
 */
static bool says_parent(struct span body)
{
	static const char parent[] = "PARENT";
	const char *stop = body.p + body.n, *at = body.p;

	while (at < stop && (at = memchr(at, parent[0], (size_t)(stop - at)))) {
		size_t before = (size_t)(at - body.p), left = (size_t)(stop - at);

		if (left >= sizeof(parent) - 1 &&
		    !memcmp(at, parent, sizeof(parent) - 1) &&
		    (ends_with(at, before, " nametype=") ||
		     ends_with(at, before, " objtype="))) /* before Linux 4.12 */
			return true;
		at++;
	}
	return false;
}

bool parser_wants(const struct assembly *ev, const struct record *r)
{
	unsigned int i, paths = 0, others = 0, rules = 0, cwds = 0;

	if (is_companion(r->type) && !is_rule_record(r->type))
		return false;
	for (i = 0; i < ev->n_lines; i++) {
		uint32_t type = ev->line[i].type;

		if (ev->line[i].extra)
			continue;
		paths += type == RECORD_PATH;
		cwds += type == RECORD_CWD;
		rules += is_rule_record(type);
		others += !is_part_of_rule_event(type);
	}
	if (is_rule_record(r->type))
		return !rules;
	if (r->type == RECORD_CWD)
		return !cwds;
	if (r->type == RECORD_PATH)
		return !paths && !says_parent(r->body);
	return !others && !rules;
}

/* --- fields --- */

/* Asked some ten times for each of thirty fields: most differ in their first letter. */
static inline bool is(const char *name, const char *wanted)
{
	return name[0] == wanted[0] && !strcmp(name, wanted);
}

/* @s in the parser's own text; absent when that is full */
static struct span field_copy(struct parser *p, struct span s)
{
	char *room = p->text + p->used;

	if (!s.p || s.n > sizeof(p->text) - p->used)
		return (struct span){NULL, 0};
	memmove(room, s.p, s.n); /* may have been decoded into that very place */
	p->used += s.n;
	return (struct span){room, s.n};
}

static struct span field_text(struct parser *p, const char *raw)
{
	struct span s = span_of(raw);

	if (s.n > sizeof(p->text) - p->used)
		return (struct span){NULL, 0};
	return field_copy(p, text_unescape(s, p->text + p->used));
}

/* arch and a0-a3: hexadecimal without 0x; what is longer than 64 bits keeps its end */
static uint64_t field_hex(const char *raw)
{
	uint64_t value = 0;
	int digit;

	for (; (digit = text_hex(*raw)) >= 0; raw++)
		value = value << 4 | (uint64_t)digit;
	return value;
}

/* uid and auid: decimal, 4294967295 is unset */
static int64_t field_id(const char *raw)
{
	uint64_t value;

	if (text_u64(span_of(raw), UINT32_MAX, &value))
		return value == UINT32_MAX ? EVENT_ID_UNSET : (int64_t)value;
	return span_is(span_of(raw), "-1") ? EVENT_ID_UNSET : EVENT_ID_ABSENT;
}

/* user:role:type:level -> type; other models have one word */
static struct span subject_type(struct span label)
{
	const char *role, *type, *end, *stop;

	if (!label.p)
		return label;
	stop = label.p + label.n;
	if (!(role = memchr(label.p, ':', label.n)) ||
	    !(type = memchr(role + 1, ':', (size_t)(stop - role - 1))))
		return label;
	type++;
	end = memchr(type, ':', (size_t)(stop - type));
	return (struct span){type, (size_t)((end ? end : stop) - type)};
}

/*
 * What every record that names a doer says in the same way. The kernel writes
 * its own ids first; what follows them in a user message (exe apart) may be
 * the sender's text.
 */
static void doer_field(struct parser *p, const char *name, const char *raw)
{
	struct event *e = p->event;
	uint64_t pid;

	if (is(name, "uid")) {
		if (e->uid == EVENT_ID_ABSENT)
			e->uid = field_id(raw);
	} else if (is(name, "auid")) {
		if (e->auid == EVENT_ID_ABSENT)
			e->auid = field_id(raw);
	} else if (is(name, "pid")) {
		if (e->pid == EVENT_ID_ABSENT && text_u64(span_of(raw), INT32_MAX, &pid))
			e->pid = (int64_t)pid;
	} else if (is(name, "subj")) {
		if (!e->subj_type.p)
			e->subj_type = subject_type(field_copy(p, span_of(raw)));
	} else if (is(name, "comm")) {
		e->comm = field_text(p, raw);
	} else if (is(name, "exe")) {
		e->exe = field_text(p, raw); /* the last one is libaudit's own */
	}
}

static void rule_field(struct parser *p, const char *name, const char *raw)
{
	struct event *e = p->event;
	struct span key;
	uint64_t n;

	if (name[0] == 'a' && name[1] >= '0' && name[1] <= '3' && !name[2]) {
		p->object.arg[name[1] - '0'] = field_hex(raw);
	} else if (is(name, "key")) {
		key = field_text(p, raw);
		if (key.p && e->n_keys < EVENT_KEYS_MAX)
			e->keys[e->n_keys++] = key;
	} else if (is(name, "arch")) {
		e->arch = (uint32_t)field_hex(raw);
	} else if (is(name, "syscall") || is(name, "uring_op")) {
		e->has_syscall = text_u64(span_of(raw), UINT32_MAX, &n);
		e->nr = e->has_syscall ? (uint32_t)n : 0;
	} else if (is(name, "success")) {
		e->success = !strcmp(raw, "yes")  ? EVENT_SUCCESS_YES
			     : !strcmp(raw, "no") ? EVENT_SUCCESS_NO
						  : EVENT_SUCCESS_ABSENT;
	} else if (is(name, "exit")) {
		e->error = raw[0] == '-' && text_u64(span_of(raw + 1), 4095, &n) ? (int)n
										 : 0;
	} else {
		doer_field(p, name, raw);
	}
}

/* success and failed, 1 and 0 where the kernel or an old libaudit says it */
static enum event_success field_result(const char *raw)
{
	if (is(raw, "success") || is(raw, "1"))
		return EVENT_SUCCESS_YES;
	return is(raw, "failed") || is(raw, "0") ? EVENT_SUCCESS_NO
						 : EVENT_SUCCESS_ABSENT;
}

/* Of what stands twice the last is libaudit's own. Neither host is ever encoded. */
static void user_field(struct parser *p, const char *name, const char *raw)
{
	if (is(name, "acct"))
		p->event->acct = field_text(p, raw);
	else if (is(name, "addr"))
		p->addr = field_copy(p, span_of(raw));
	else if (is(name, "hostname"))
		p->hostname = field_copy(p, span_of(raw));
	else if (is(name, "res"))
		p->event->success = field_result(raw);
	else
		doer_field(p, name, raw);
}

static void login_field(struct parser *p, const char *name, const char *raw)
{
	if (is(name, "res"))
		p->event->success = field_result(raw);
	else
		doer_field(p, name, raw);
}

static void cwd_field(struct parser *p, const char *name, const char *raw)
{
	if (is(name, "cwd"))
		p->object.cwd = field_text(p, raw);
}

typedef void field_fn(struct parser *p, const char *name, const char *raw);

static void each_field(struct parser *p, field_fn *fn)
{
	const char *name, *raw;

	if (auparse_first_field(p->au) != 1)
		return;
	do {
		name = auparse_get_field_name(p->au);
		raw = auparse_get_field_str(p->au);
		if (name && raw)
			fn(p, name, raw);
	} while (auparse_next_field(p->au) == 1);
}

/* The first PATH that is not the directory of another one. */
static void read_path(struct parser *p)
{
	const char *type, *raw;
	struct span name = {NULL, 0}, inode = name, device = name;
	bool parent = false;

	if (p->object.has_name || auparse_first_field(p->au) != 1)
		return;
	do {
		type = auparse_get_field_name(p->au);
		raw = auparse_get_field_str(p->au);
		if (!type || !raw)
			continue;
		if (is(type, "name"))
			name = field_text(p, raw);
		else if (is(type, "nametype") || is(type, "objtype"))
			parent = !strcmp(raw, "PARENT");
		else if (p->runs && is(type, "inode"))
			inode = field_copy(p, span_of(raw));
		else if (p->runs && is(type, "dev"))
			device = field_copy(p, span_of(raw));
	} while (auparse_next_field(p->au) == 1);
	if (!parent) {
		p->object.has_name = true;
		p->object.name = name;
		p->object.inode = inode;
		p->object.device = device;
	}
}

static bool is_user_message(uint32_t type)
{
	return record_is_single(type) && type != RECORD_KERNEL && !record_is_daemon(type);
}

static void read_record(struct parser *p)
{
	uint32_t type = (uint32_t)auparse_get_type(p->au);

	p->any = true;
	if (type == RECORD_PATH) {
		read_path(p);
	} else if (type == RECORD_CWD) {
		each_field(p, cwd_field);
	} else if (is_rule_record(type)) {
		each_field(p, rule_field);
	} else if (is_user_message(type)) {
		p->event->claimed = true;
		each_field(p, user_field);
	} else if (type == AUDIT_LOGIN) {
		each_field(p, login_field);
	} else {
		each_field(p, doer_field);
	}
}

static void on_event(auparse_state_t *au, auparse_cb_event_t why, void *arg)
{
	struct parser *p = arg;

	if (why != AUPARSE_CB_EVENT_READY || auparse_first_record(au) != 1)
		return;
	do {
		read_record(p);
	} while (auparse_next_record(au) == 1);
}

/* --- one event --- */

static bool is_host(struct span s)
{
	return s.n && !span_is(s, "?") && !span_is(s, "(null)");
}

/* The address, for a name is what its owner says. */
static struct span source_of(const struct parser *p)
{
	if (is_host(p->addr))
		return p->addr;
	return is_host(p->hostname) ? p->hostname : (struct span){NULL, 0};
}

static void give_line(struct parser *p, struct span line, uint32_t type, bool has_object)
{
	/* -1 is no reason to stop: auparse 4.2 says it of any odd line, and goes on */
	if (line.p && line.n <= INPUT_LINE_MAX)
		auparse_feed(p->au, p->line, feed_line(line, type, has_object, p->line));
}

static void fill_header(struct event *event, const struct assembly *ev)
{
	unsigned int i, k;

	memset(event, 0, offsetof(struct event, keys));
	event->node = node_name(ev->node);
	event->stamp_ms = ev->stamp_ms;
	event->serial = ev->serial;
	event->records = ev->records;
	event->bytes = ev->bytes;
	for (i = 0; i < ev->n_types; i++) {
		uint32_t type = ev->type[i].type;

		if (type == RECORD_EOE)
			continue;
		for (k = event->n_types++; k && event->types[k - 1] > type; k--)
			event->types[k] = event->types[k - 1];
		event->types[k] = type;
	}
	memset((char *)event + offsetof(struct event, n_keys), 0,
	       sizeof(*event) - offsetof(struct event, n_keys));
	event->uid = event->auid = event->pid = EVENT_ID_ABSENT;
}

static bool has_type(const struct event *e, uint32_t type)
{
	unsigned int i;

	for (i = 0; i < e->n_types; i++)
		if (e->types[i] == type)
			return true;
	return false;
}

int parser_read(struct parser *p, const struct assembler *a, const struct assembly *ev,
		struct event *event)
{
	bool ruled = false; /* a SYSCALL says it all; what came with it is not asked */
	bool has_object = false; /* and its arguments only which directory that is in */
	unsigned int i, given = 0;

	fill_header(event, ev);
	p->event = event;
	p->any = false;
	p->used = 0;
	p->runs = has_type(event, RECORD_EXECVE);
	memset(&p->object, 0, sizeof(p->object));
	p->addr = p->hostname = (struct span){NULL, 0};
	for (i = 0; i < ev->n_lines; i++) {
		if (ev->line[i].extra)
			continue;
		given++;
		ruled |= is_rule_record(ev->line[i].type);
		has_object |= ev->line[i].type == RECORD_PATH;
	}
	if (!given)
		return 0;
	for (i = 0; i < ev->n_lines; i++)
		if (!ev->line[i].extra &&
		    (!ruled || is_part_of_rule_event(ev->line[i].type)))
			give_line(p, assembly_line(a, ev, i), ev->line[i].type,
				  has_object);
	auparse_flush_feed(p->au);
	event->source = source_of(p);
	event->dir = object_dir(&p->object, event, p->text + p->used,
				sizeof(p->text) - p->used);
	if (p->runs && event->has_syscall && event->success == EVENT_SUCCESS_YES)
		event->program = object_program(&p->object, event->exe);
	return p->any ? 0 : -EBADMSG;
}

struct parser *parser_new(void)
{
	struct parser *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->au = auparse_init(AUSOURCE_FEED, NULL);
	if (!p->au) {
		free(p);
		return NULL;
	}
	auparse_set_escape_mode(p->au, AUPARSE_ESC_RAW);
	auparse_add_callback(p->au, on_event, p, NULL);
	return p;
}

void parser_free(struct parser *p)
{
	if (!p)
		return;
	auparse_destroy(p->au);
	free(p);
}
