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
#include "stream/input.h"

#define PARSE_TEXT_MAX (4 * INPUT_LINE_MAX) /* more than the wanted fields of any event */
#define PARSE_PATHS_MAX 4 /* PARENT of both names of a rename, and two more */

/* What the directory of the object is made of. */
struct path_parts {
	struct span cwd, name;
	bool has_name;	    /* of the first PATH that is not PARENT */
	uint64_t arg[4];    /* a0-a3 of the system call */
};

struct parser {
	auparse_state_t *au;
	struct event *event; /* being filled */
	struct path_parts path;
	bool any;
	size_t used;
	char text[PARSE_TEXT_MAX];
	char line[INPUT_LINE_MAX + 1];
};

/* --- which lines --- */

/* Records that say nothing of the doer and hold no field of struct event. */
static bool is_companion(uint32_t type)
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
	case AUDIT_KERNEL_OTHER:
	case AUDIT_FD_PAIR:
	case AUDIT_OBJ_PID:
	case AUDIT_EOE:
	case AUDIT_BPRM_FCAPS:
	case AUDIT_CAPSET:
	case AUDIT_MMAP:
	case AUDIT_PROCTITLE:
		return true;
	default:
		return type >= 1330 && type <= 1399 && type != 1335; /* EVENT_LISTENER */
	}
}

static bool is_rule_record(uint32_t type)
{
	return type == RECORD_SYSCALL || type == RECORD_URINGOP;
}

static bool is_part_of_rule_event(uint32_t type)
{
	return is_rule_record(type) || type == RECORD_PATH || type == RECORD_CWD;
}

bool parser_wants(const struct assembly *ev, const struct record *r)
{
	unsigned int i, paths = 0, others = 0, rules = 0, cwds = 0;

	if (is_companion(r->type) && !is_rule_record(r->type))
		return false;
	for (i = 0; i < ev->n_lines; i++) {
		uint32_t type = ev->line[i].type;

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
		return paths < PARSE_PATHS_MAX;
	return !others && !rules;
}

/* --- fields --- */

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

static uint64_t field_hex(const char *raw)
{
	return strtoull(raw, NULL, 16);
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
	const char *role, *type, *end, *stop = label.p + label.n;

	if (!label.p || !(role = memchr(label.p, ':', label.n)) ||
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

	if (!strcmp(name, "uid")) {
		if (e->uid == EVENT_ID_ABSENT)
			e->uid = field_id(raw);
	} else if (!strcmp(name, "auid")) {
		if (e->auid == EVENT_ID_ABSENT)
			e->auid = field_id(raw);
	} else if (!strcmp(name, "pid")) {
		if (e->pid == EVENT_ID_ABSENT && text_u64(span_of(raw), INT32_MAX, &pid))
			e->pid = (int64_t)pid;
	} else if (!strcmp(name, "subj")) {
		if (!e->subj_type.p)
			e->subj_type = subject_type(field_copy(p, span_of(raw)));
	} else if (!strcmp(name, "comm")) {
		e->comm = field_text(p, raw);
	} else if (!strcmp(name, "exe")) {
		e->exe = field_text(p, raw); /* libaudit writes it last, that one stands */
	}
}

static void rule_field(struct parser *p, const char *name, const char *raw)
{
	struct event *e = p->event;
	struct span key;
	uint64_t n;

	if (!strcmp(name, "key")) {
		key = field_text(p, raw);
		if (key.p && e->n_keys < EVENT_KEYS_MAX)
			e->keys[e->n_keys++] = key;
	} else if (!strcmp(name, "arch")) {
		e->arch = (uint32_t)field_hex(raw);
	} else if (!strcmp(name, "syscall") || !strcmp(name, "uring_op")) {
		e->has_syscall = text_u64(span_of(raw), UINT32_MAX, &n);
		e->nr = e->has_syscall ? (uint32_t)n : 0;
	} else if (!strcmp(name, "success")) {
		e->success = !strcmp(raw, "yes")  ? EVENT_SUCCESS_YES
			     : !strcmp(raw, "no") ? EVENT_SUCCESS_NO
						  : EVENT_SUCCESS_ABSENT;
	} else if (!strcmp(name, "exit")) {
		e->error = raw[0] == '-' && text_u64(span_of(raw + 1), 4095, &n) ? (int)n : 0;
	} else if (name[0] == 'a' && name[1] >= '0' && name[1] <= '3' && !name[2]) {
		p->path.arg[name[1] - '0'] = field_hex(raw);
	} else {
		doer_field(p, name, raw);
	}
}

static void user_field(struct parser *p, const char *name, const char *raw)
{
	if (!strcmp(name, "acct"))
		p->event->acct = field_text(p, raw);
	else
		doer_field(p, name, raw);
}

static void cwd_field(struct parser *p, const char *name, const char *raw)
{
	if (!strcmp(name, "cwd"))
		p->path.cwd = field_text(p, raw);
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
	struct span name = {NULL, 0};
	bool parent = false;

	if (p->path.has_name || auparse_first_field(p->au) != 1)
		return;
	do {
		type = auparse_get_field_name(p->au);
		raw = auparse_get_field_str(p->au);
		if (!type || !raw)
			continue;
		if (!strcmp(type, "name"))
			name = field_text(p, raw);
		else if (!strcmp(type, "nametype"))
			parent = !strcmp(raw, "PARENT");
	} while (auparse_next_field(p->au) == 1);
	if (!parent) {
		p->path.has_name = true;
		p->path.name = name;
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

/* --- the directory of the object --- */

/*
 * System calls that take a directory's descriptor beside a relative name, with
 * the arguments that are one (man pages of the *at calls). All others resolve
 * a relative name against the working directory.
 */
static bool is_relative_to_descriptor(const struct event *e, const uint64_t arg[4])
{
	static const struct {
		const char *name;
		unsigned int args; /* bit n: argument n */
	} at[] = {
		{"renameat", 5}, {"renameat2", 5}, {"linkat", 5}, {"symlinkat", 2},
		{"openat2", 1},	 {"statx", 1},	   {"utimensat", 1}, {"execveat", 1},
		{"move_mount", 5}, {"open_tree", 1}, {"fspick", 1}, {"mount_setattr", 1},
		{"faccessat2", 1}, {"fchmodat2", 1},
	};
	int machine = audit_elf_to_machine(e->arch);
	const char *name = machine < 0 ? NULL : audit_syscall_to_name((int)e->nr, machine);
	unsigned int args = 0, i;
	size_t n;

	if (!e->has_syscall || !name)
		return true; /* not known: do not guess */
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		if (!strcmp(name, at[i].name))
			args = at[i].args;
	n = strlen(name);
	if (!args && n > 2 && !strcmp(name + n - 2, "at") && strcmp(name, "fstat") &&
	    strcmp(name, "stat") && strcmp(name, "lstat") && strcmp(name, "shmat"))
		args = 1;
	for (i = 0; i < 4; i++)
		if ((args & 1u << i) && (int32_t)arg[i] != -100) /* AT_FDCWD */
			return true;
	return false;
}

/* All of @name before its last component, without trailing slashes. */
static size_t dir_length(struct span name)
{
	size_t n = name.n;

	while (n && name.p[n - 1] == '/')
		n--;
	while (n && name.p[n - 1] != '/')
		n--;
	while (n > 1 && name.p[n - 1] == '/')
		n--;
	return n;
}

static struct span object_dir(struct parser *p)
{
	struct span name = p->path.name, cwd = p->path.cwd, dir;
	size_t n;
	char *room = p->text + p->used;

	if (!name.p || !name.n)
		return (struct span){NULL, 0};
	if (name.p[0] == '/')
		return (struct span){name.p, dir_length(name)};
	if (!cwd.p || !cwd.n || cwd.p[0] != '/' ||
	    is_relative_to_descriptor(p->event, p->path.arg))
		return (struct span){NULL, 0};
	while (name.n > 2 && !memcmp(name.p, "./", 2)) {
		name.p += 2;
		name.n -= 2;
	}
	n = dir_length(name);
	if (!n)
		return cwd;
	if (cwd.n + 1 + n > sizeof(p->text) - p->used)
		return (struct span){NULL, 0};
	dir = (struct span){room, cwd.n};
	memcpy(room, cwd.p, cwd.n);
	if (cwd.p[cwd.n - 1] != '/')
		room[dir.n++] = '/';
	memcpy(room + dir.n, name.p, n);
	dir.n += n;
	p->used += dir.n;
	return dir;
}

/* --- one event --- */

static void feed_line(struct parser *p, struct span line)
{
	size_t i;

	if (!line.p || line.n > INPUT_LINE_MAX)
		return;
	for (i = 0; i < line.n; i++) /* libauparse works on C strings */
		p->line[i] = line.p[i] ? line.p[i] : '?';
	p->line[line.n] = '\n';
	auparse_feed(p->au, p->line, line.n + 1); /* -1 is no reason to stop: auparse 4.2 */
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

int parser_read(struct parser *p, const struct assembler *a, const struct assembly *ev,
		struct event *event)
{
	bool ruled = false; /* a SYSCALL says it all; what came with it is not asked */
	unsigned int i;

	fill_header(event, ev);
	if (!ev->n_lines)
		return 0;
	p->event = event;
	p->any = false;
	p->used = 0;
	memset(&p->path, 0, sizeof(p->path));
	for (i = 0; i < ev->n_lines; i++)
		ruled |= is_rule_record(ev->line[i].type);
	for (i = 0; i < ev->n_lines; i++)
		if (!ruled || is_part_of_rule_event(ev->line[i].type))
			feed_line(p, assembly_line(a, ev, i));
	auparse_flush_feed(p->au);
	event->dir = object_dir(p);
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
