/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_parse.c - fields of events, from the records as the kernel and libaudit
 * write them
 *
 * Lines go the real way: header, assembler, parser. What the parser says of
 * the last event is copied out when it is complete.
 */
#include <limits.h>

#include "stream_help.h"

#include <errno.h>
#include <libaudit.h>

#include "stream/input.h"
#include "stream/parse.h"

#define X64  "c000003e"
#define I386 "40000003"

struct result {
	struct assembler *a;
	struct parser *p;
	struct nodes nodes;
	unsigned int n;
	int r;
	struct event e;
	char text[65536]; /* own copies of e's spans */
	size_t used;
};

static void own(struct result *t, struct span *s)
{
	if (!s->p)
		return;
	assert_true(t->used + s->n <= sizeof(t->text));
	memcpy(t->text + t->used, s->p, s->n);
	s->p = t->text + t->used;
	t->used += s->n;
}

static void opened(void *arg, struct assembly *ev, const struct record *r)
{
}

static void record(void *arg, struct assembly *ev, const struct record *r, bool first)
{
}

static void completed(void *arg, struct assembly *ev)
{
	struct result *t = arg;
	unsigned int i;

	memset(&t->e, 0x5a, sizeof(t->e));
	t->n++;
	t->used = 0;
	t->r = parser_read(t->p, t->a, ev, &t->e);
	for (i = 0; i < t->e.n_keys; i++)
		own(t, &t->e.keys[i]);
	own(t, &t->e.node);
	own(t, &t->e.dir);
	own(t, &t->e.exe);
	own(t, &t->e.comm);
	own(t, &t->e.subj_type);
	own(t, &t->e.acct);
	own(t, &t->e.source);
}

static const struct assembler_ops ops = {
	.wants = parser_wants, .opened = opened, .record = record, .complete = completed};

static int setup(void **state)
{
	struct result *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;
	t->p = parser_new();
	*state = t;
	return t->p ? 0 : -1;
}

/* Every event is the first of a new stream, but the parser is the same. */
static void begin_stream(struct result *t)
{
	static const struct siphash_key key = {{1, 2}};
	struct assembler_options o = {.max_events = 64,
				      .text_bytes = 131072,
				      .ops = &ops,
				      .arg = t,
				      .key = &key};

	assembler_free(t->a);
	memset(&t->nodes, 0, sizeof(t->nodes));
	t->a = assembler_new(&o);
	assert_non_null(t->a);
}

static int teardown(void **state)
{
	struct result *t = *state;

	assembler_free(t->a);
	parser_free(t->p);
	free(t);
	return 0;
}

static void add_line(struct result *t, struct span line)
{
	struct record r;

	if (!record_scan(&r, line, line.n + 1))
		fail_msg("no record: %.*s", (int)line.n, line.p);
	assembler_add(t->a, nodes_find(&t->nodes, r.node), &r);
}

/* @text: lines, each with its newline; Return: the last event of them */
static const struct event *read_event(struct result *t, struct span text)
{
	const char *end;
	unsigned int n = t->n;

	begin_stream(t);
	for (; text.n; text.n -= (size_t)(end + 1 - text.p), text.p = end + 1) {
		end = memchr(text.p, '\n', text.n);
		assert_non_null(end);
		add_line(t, (struct span){text.p, (size_t)(end - text.p)});
	}
	assembler_flush(t->a, UINT_MAX);
	assert_int_equal(t->n, n + 1);
	return &t->e;
}

/* --- whole events --- */

#define SYSCALL_TAIL \
	"\x1d" \
	"ARCH=x86_64 SYSCALL=openat AUID=\"unset\" UID=\"root\" GID=\"root\"" \
	" EUID=\"root\" SUID=\"root\" FSUID=\"root\" EGID=\"root\" SGID=\"root\" " \
	"FSGID=\"root\"\n"

#define OPENAT(tail) \
	S("type=SYSCALL msg=audit(1795301596.002:40701): arch=" X64 " syscall=257" \
	  " success=no exit=-13 a0=ffffff9c a1=55d0 a2=0 a3=0 items=1 ppid=1 pid=812" \
	  " auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33" \
	  " fsgid=33 tty=(none) ses=4294967295 comm=\"web\" exe=\"/srv/app/bin/web\"" \
	  " subj=system_u:system_r:httpd_t:s0 key=\"denied\"" tail \
	  "type=CWD msg=audit(1795301596.002:40701): cwd=\"/srv/app\"\n" \
	  "type=PATH msg=audit(1795301596.002:40701): item=0 name=\"data/secret/f\"" \
	  " inode=5 dev=fe:00 mode=0100600 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL" \
	  " cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0\x1dOUID=\"root\" OGID=\"root\"\n" \
	  "type=PROCTITLE msg=audit(1795301596.002:40701): proctitle=\"web\"\n" \
	  "type=EOE msg=audit(1795301596.002:40701): \n")

static void check_openat(struct result *t, struct span text)
{
	const struct event *e = read_event(t, text);

	assert_int_equal(t->r, 0);
	assert_absent(e->node);
	assert_true(e->stamp_ms == INT64_C(1795301596002));
	assert_int_equal(e->serial, 40701);
	assert_int_equal(e->records, 5);
	assert_true(e->bytes == text.n);
	assert_int_equal(e->n_types, 4);
	assert_int_equal(e->types[0], 1300);
	assert_int_equal(e->types[1], 1302);
	assert_int_equal(e->types[2], 1307);
	assert_int_equal(e->types[3], 1327);
	assert_int_equal(e->n_keys, 1);
	assert_span(e->keys[0], "denied");
	assert_true(e->has_syscall);
	assert_int_equal(e->arch, 0xc000003e);
	assert_int_equal(e->nr, 257);
	assert_int_equal(e->success, EVENT_SUCCESS_NO);
	assert_int_equal(e->error, EACCES);
	assert_span(e->dir, "/srv/app/data/secret");
	assert_int_equal(e->uid, 33);
	assert_int_equal(e->auid, EVENT_ID_UNSET);
	assert_int_equal(e->pid, 812);
	assert_span(e->exe, "/srv/app/bin/web");
	assert_span(e->comm, "web");
	assert_span(e->subj_type, "httpd_t");
	assert_absent(e->acct);
	assert_false(e->claimed);
}

static void parse_reads_enriched_and_raw_alike(void **state)
{
	check_openat(*state, OPENAT(SYSCALL_TAIL));
	check_openat(*state, OPENAT("\n"));
}

/* Without a key, with a tail whose names look like fields. */
static void parse_takes_nothing_from_the_tail(void **state)
{
	const struct event *e = read_event(
		*state,
		S("type=SYSCALL msg=audit(1.000:1): arch=" X64
		  " syscall=39 success=yes exit=7 a0=0"
		  " a1=0 a2=0 a3=0 items=0 pid=7 auid=1001 uid=0 comm=\"a\" exe=\"/a\""
		  " key=(null)\x1d"
		  "ARCH=x86_64 SYSCALL=getppid AUID=\"9\" UID=\"9\" uid=9 exe=\"/b\""
		  " key=\"forged\"\n"
		  "type=EOE msg=audit(1.000:1):\n"));

	assert_int_equal(e->n_keys, 0);
	assert_span(e->exe, "/a");
	assert_int_equal(e->uid, 0);
	assert_int_equal(e->auid, 1001);
	assert_int_equal(e->success, EVENT_SUCCESS_YES);
	assert_int_equal(e->error, 0);
	assert_absent(e->dir);
	assert_absent(e->subj_type);
}

#define SYSCALL_WITH(fields) \
	S("type=SYSCALL msg=audit(1.000:1): arch=" X64 \
	  " syscall=39 success=yes exit=7 a0=0 a1=0 a2=0 a3=0 items=0 " fields "\n" \
	  "type=EOE msg=audit(1.000:1):\n")

static void parse_undoes_hexadecimal(void **state)
{
	const struct event *e = read_event(
		*state, SYSCALL_WITH("comm=612062 exe=2F746D702F61200A key=6B2079"));

	assert_span(e->comm, "a b");
	assert_span(e->exe, "/tmp/a \n");
	assert_int_equal(e->n_keys, 1);
	assert_span(e->keys[0], "k y");
}

static void parse_reads_all_keys(void **state)
{
	struct result *t = *state;
	const struct event *e;

	/* "web" 0x01 "files" 0x01 "x y", as the kernel writes several keys */
	e = read_event(t, SYSCALL_WITH("exe=\"/a\" key=7765620166696C65730178207"
				       "9"));
	assert_int_equal(e->n_keys, 3);
	assert_span(e->keys[0], "web");
	assert_span(e->keys[1], "files");
	assert_span(e->keys[2], "x y");
	e = read_event(t, SYSCALL_WITH("exe=\"/a\" key=\"\""));
	assert_int_equal(e->n_keys, 1);
	assert_span(e->keys[0], "");
	e = read_event(t, SYSCALL_WITH("exe=\"/a\" key=(null)"));
	assert_int_equal(e->n_keys, 0);
	e = read_event(t, SYSCALL_WITH("exe=\"/a\""));
	assert_int_equal(e->n_keys, 0);
	/* a key that looks hexadecimal is quoted by the kernel and is no hexadecimal */
	e = read_event(t, SYSCALL_WITH("exe=\"/a\" key=\"cafe\""));
	assert_int_equal(e->n_keys, 1);
	assert_span(e->keys[0], "cafe");
}

/* 256 bytes of key, one letter each: the most that a rule can have. */
static void parse_reads_as_many_keys_as_a_rule_can_have(void **state)
{
	char line[2048];
	int n = snprintf(line, sizeof(line),
			 "type=SYSCALL msg=audit(1.000:1): arch=" X64
			 " syscall=39 success=yes exit=7 a0=0 items=0 exe=\"/a\" key=");
	const struct event *e;
	unsigned int i;

	for (i = 0; i < 128; i++)
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%02X%s", 'a' + i % 26,
			      i < 127 ? "01" : "\n");
	e = read_event(*state, (struct span){line, (size_t)n});
	assert_int_equal(e->n_keys, 128);
	for (i = 0; i < 128; i++) {
		assert_int_equal(e->keys[i].n, 1);
		assert_int_equal(e->keys[i].p[0], 'a' + i % 26);
	}
}

static void parse_reads_ids(void **state)
{
	struct result *t = *state;
	const struct event *e;

	e = read_event(t,
		       SYSCALL_WITH("pid=1 auid=4294967295 uid=4294967294 exe=\"/a\""));
	assert_true(e->auid == EVENT_ID_UNSET);
	assert_true(e->uid == INT64_C(4294967294));
	e = read_event(t,
		       SYSCALL_WITH("pid=99999999999 auid=-1 uid=4294967296 exe=\"/a\""));
	assert_true(e->auid == EVENT_ID_UNSET);
	assert_true(e->uid == EVENT_ID_ABSENT);
	assert_true(e->pid == EVENT_ID_ABSENT);
	e = read_event(t, SYSCALL_WITH("auid=x uid= exe=\"/a\""));
	assert_true(e->auid == EVENT_ID_ABSENT);
	assert_true(e->uid == EVENT_ID_ABSENT);
}

static void parse_reads_subjects_of_all_kinds(void **state)
{
	struct result *t = *state;

	assert_span(
		read_event(t, SYSCALL_WITH("subj=u:r:init_t:s0-s15:c0.c1023"))->subj_type,
		"init_t");
	assert_span(read_event(t, SYSCALL_WITH("subj=u:r:init_t"))->subj_type, "init_t");
	assert_span(read_event(t, SYSCALL_WITH("subj=unconfined"))->subj_type,
		    "unconfined");
	assert_span(read_event(t, SYSCALL_WITH("subj=u:r"))->subj_type, "u:r");
}

static void parse_reads_uringop(void **state)
{
	const struct event *e =
		read_event(*state, S("type=URINGOP msg=audit(1.000:1): uring_op=18 "
				     "success=no exit=-2 items=1 ppid=1"
				     " pid=5 uid=7 gid=7 euid=7 suid=7 fsuid=7 egid=7 "
				     "sgid=7 fsgid=7 subj=unconfined"
				     " key=\"ring\"\n"
				     "type=EOE msg=audit(1.000:1):\n"));

	assert_true(e->has_syscall);
	assert_int_equal(e->arch, 0);
	assert_int_equal(e->nr, 18);
	assert_int_equal(e->error, ENOENT);
	assert_int_equal(e->n_keys, 1);
	assert_span(e->keys[0], "ring");
	assert_absent(e->exe);
	assert_int_equal(e->uid, 7);
	assert_true(e->auid == EVENT_ID_ABSENT);
}

/* --- records without a SYSCALL, and in front of one --- */

static void parse_reads_lone_kernel_records(void **state)
{
	struct result *t = *state;
	const struct event *e;

	e = read_event(
		t,
		S("type=ANOM_ABEND msg=audit(1.000:1): auid=4294967295 uid=1004 gid=1004"
		  " ses=4294967295 pid=16081 comm=\"crash\" exe=\"/srv/crash\" sig=11"
		  " res=1\x1d"
		  "AUID=\"unset\" UID=\"unknown(1004)\"\n"));
	assert_int_equal(e->uid, 1004);
	assert_int_equal(e->auid, EVENT_ID_UNSET);
	assert_int_equal(e->pid, 16081);
	assert_span(e->exe, "/srv/crash");
	assert_span(e->comm, "crash");
	assert_false(e->has_syscall);
	assert_false(e->claimed);
	/* SECCOMP names a system call, but no rule asked for it */
	e = read_event(
		t, S("type=SECCOMP msg=audit(1.000:1): auid=5 uid=6 gid=6 ses=1 pid=7"
		     " comm=\"job\" exe=\"/job\" sig=0 arch=" X64 " syscall=110 compat=0"
		     " ip=0x7f code=0x7ffc0000\n"));
	assert_false(e->has_syscall);
	assert_span(e->exe, "/job");
	/* a CONFIG_CHANGE speaks of a rule's key, which is no key of this event */
	e = read_event(
		t, S("type=CONFIG_CHANGE msg=audit(1.000:1): auid=1001 ses=1 op=add_rule"
		     " key=\"denied\" list=4 res=1\n"));
	assert_int_equal(e->n_keys, 0);
	assert_int_equal(e->auid, 1001);
	assert_true(e->uid == EVENT_ID_ABSENT);
	assert_absent(e->exe);
}

static void parse_asks_the_syscall_alone_where_there_is_one(void **state)
{
	struct result *t = *state;
	const struct event *e;

	e = read_event(
		t, S("type=LOGIN msg=audit(1.000:1): pid=16006 uid=0 old-auid=4294967295"
		     " auid=1003 tty=(none) old-ses=4294967295 ses=191 res=1\n"
		     "type=SYSCALL msg=audit(1.000:1): arch=" X64 " syscall=1 success=yes"
		     " exit=4 a0=3 items=0 pid=16006 auid=1003 uid=0 comm=\"cron\""
		     " exe=\"/usr/sbin/cron\" key=(null)\n"
		     "type=PROCTITLE msg=audit(1.000:1): proctitle=\"cron\"\n"
		     "type=EOE msg=audit(1.000:1):\n"));
	assert_int_equal(e->records, 4);
	assert_int_equal(e->auid, 1003);
	assert_span(e->exe, "/usr/sbin/cron");
	e = read_event(
		t, S("type=LOGIN msg=audit(1.000:1): pid=16006 uid=0 old-auid=4294967295"
		     " auid=1003 tty=(none) old-ses=4294967295 ses=191 res=1\n"));
	assert_int_equal(e->auid, 1003);
	assert_int_equal(e->uid, 0);
	e = read_event(
		t,
		S("type=AVC msg=audit(1.000:1): avc:  denied  { read } for  pid=99"
		  " comm=\"evil\" name=\"shadow\" dev=\"sda1\" ino=5 scontext=u:r:a_t:s0"
		  " tcontext=u:r:b_t:s0 tclass=file permissive=0\n"
		  "type=SYSCALL msg=audit(1.000:1): arch=" X64 " syscall=2 success=no"
		  " exit=-13 a0=3 items=0 pid=5 auid=1003 uid=9 comm=\"web\" exe=\"/web\""
		  " subj=u:r:a_t:s0 key=\"k\"\n"
		  "type=EOE msg=audit(1.000:1):\n"));
	assert_span(e->comm, "web");
	assert_int_equal(e->pid, 5);
	assert_int_equal(e->n_keys, 1);
	e = read_event(t,
		       S("type=AVC msg=audit(1.000:1): avc:  denied  { read } for  pid=99"
			 " comm=\"web\" name=\"shadow\"\n"));
	assert_int_equal(e->pid, 99);
	assert_span(e->comm, "web");
}

/* --- user messages: what the kernel writes, and what the sender does --- */

static void parse_takes_kernel_ids_of_user_messages(void **state)
{
	struct result *t = *state;
	const struct event *e;

	e = read_event(
		t,
		S("type=USER_AUTH msg=audit(1.000:1): pid=16049 uid=0 auid=4294967295"
		  " ses=4294967295 subj=u:r:sshd_t:s0 msg='op=PAM:authentication"
		  " acct=\"app1\" exe=\"/usr/sbin/sshd\" hostname=? addr=? terminal=ssh"
		  " res=failed'\x1dUID=\"root\" AUID=\"unset\"\n"));
	assert_true(e->claimed);
	assert_int_equal(e->uid, 0);
	assert_int_equal(e->auid, EVENT_ID_UNSET);
	assert_int_equal(e->pid, 16049);
	assert_int_equal(e->success, EVENT_SUCCESS_NO);
	assert_int_equal(e->error, 0);
	assert_absent(e->source);
	assert_span(e->acct, "app1");
	assert_span(e->exe, "/usr/sbin/sshd");
	assert_span(e->subj_type, "sshd_t");
	assert_int_equal(e->n_keys, 0);
	assert_false(e->has_syscall);
	/* the sender's text comes first in msg='...', libaudit's own fields after it */
	e = read_event(
		t, S("type=USER msg=audit(1.000:1): pid=5 uid=1000 auid=1001 ses=3"
		     " msg='pid=1 uid=0 auid=0 subj=forged_t key=\"forged\" syscall=59"
		     " acct=\"root\" exe=\"/usr/sbin/sshd\" comm=\"sshd\" "
		     "exe=\"/home/x/evil\""
		     " hostname=? addr=? terminal=? res=success'\n"));
	assert_int_equal(e->uid, 1000);
	assert_int_equal(e->auid, 1001);
	assert_int_equal(e->pid, 5);
	assert_span(e->exe, "/home/x/evil");
	assert_int_equal(e->n_keys, 0);
	assert_false(e->has_syscall);
	assert_true(e->claimed);
	/* hexadecimal acct, as libaudit writes a name with a blank */
	e = read_event(
		t,
		S("type=USER_LOGIN msg=audit(1.000:1): pid=5 uid=0 auid=4294967295 ses=3"
		  " msg='op=login acct=28756E6B6E6F776E207573657229 "
		  "exe=\"/usr/sbin/sshd\""
		  " hostname=? addr=192.0.2.1 terminal=ssh res=failed'\n"));
	assert_span(e->acct, "(unknown user)");
	assert_span(e->exe, "/usr/sbin/sshd");
	assert_span(e->source, "192.0.2.1");
	assert_int_equal(e->success, EVENT_SUCCESS_NO);
}

#define USER_WITH(fields) \
	S("type=USER_AUTH msg=audit(1.000:1): pid=5 uid=0 auid=4294967295 ses=3" \
	  " msg='op=PAM:authentication " fields "'\n")

static void parse_reads_outcome_and_source(void **state)
{
	struct result *t = *state;
	const struct event *e;

	/* libaudit's own fields stand behind what the sender wrote */
	e = read_event(t, USER_WITH("addr=10.0.0.9 res=success exe=\"/a\" hostname=h "
				    "addr=192.0.2.1 terminal=ssh res=failed"));
	assert_span(e->source, "192.0.2.1");
	assert_int_equal(e->success, EVENT_SUCCESS_NO);
	/* a name where there is no address, and not one that looks hexadecimal */
	e = read_event(t, USER_WITH("hostname=cafe addr=? res=success"));
	assert_span(e->source, "cafe");
	assert_int_equal(e->success, EVENT_SUCCESS_YES);
	e = read_event(t, USER_WITH("hostname=(null) addr=(null) res=1"));
	assert_absent(e->source);
	assert_int_equal(e->success, EVENT_SUCCESS_YES);
	e = read_event(t, USER_WITH("hostname=? addr=2001:db8::1 res=0"));
	assert_span(e->source, "2001:db8::1");
	assert_int_equal(e->success, EVENT_SUCCESS_NO);
	e = read_event(t, USER_WITH("res=perhaps"));
	assert_absent(e->source);
	assert_int_equal(e->success, EVENT_SUCCESS_ABSENT);
	/* alone, as old kernels write it */
	e = read_event(t, S("type=LOGIN msg=audit(1.000:1): pid=5 uid=0 "
			    "old-auid=4294967295 auid=1001 old-ses=4294967295 ses=7 "
			    "res=0\n"
			    "type=EOE msg=audit(1.000:1):\n"));
	assert_int_equal(e->success, EVENT_SUCCESS_NO);
	assert_int_equal(e->auid, 1001);
	assert_false(e->claimed);
	/* another record's result is no login's */
	e = read_event(t, S("type=CONFIG_CHANGE msg=audit(1.000:1): auid=0 ses=1 "
			    "op=add_rule key=\"k\" list=4 res=0\n"
			    "type=EOE msg=audit(1.000:1):\n"));
	assert_int_equal(e->success, EVENT_SUCCESS_ABSENT);
}

/* No exe and no acct in the sender's text: both are absent, the ids stay. */
static void parse_reads_user_messages_without_fields(void **state)
{
	const struct event *e = read_event(
		*state, S("type=USER msg=audit(1.000:1): pid=5 uid=1000 auid=1001 ses=3"
			  " msg='maintenance begins'\n"));

	assert_int_equal(e->uid, 1000);
	assert_int_equal(e->auid, 1001);
	assert_absent(e->exe);
	assert_absent(e->acct);
}

static void parse_takes_daemon_messages_as_no_claim(void **state)
{
	const struct event *e = read_event(
		*state, S("type=DAEMON_START msg=audit(1.000:7324): op=start ver=3.0.9"
			  " format=enriched kernel=6.18 auid=4294967295 pid=15958 uid=0"
			  " ses=4294967295 res=success\x1d"
			  "AUID=\"unset\" UID=\"root\"\n"));

	assert_false(e->claimed);
	assert_int_equal(e->uid, 0);
	assert_int_equal(e->pid, 15958);
}

/* --- the directory --- */

static const struct event *path_event(struct result *t, const char *syscall,
				      const char *paths)
{
	char text[8192];
	int n = snprintf(
		text, sizeof(text),
		"type=SYSCALL msg=audit(1.000:1): %s success=yes exit=3 items=1 pid=1"
		" auid=1 uid=1 comm=\"a\" exe=\"/a\" key=(null)\n"
		"type=CWD msg=audit(1.000:1): cwd=\"/srv/app\"\n",
		syscall);

	while (*paths) {
		const char *name = paths, *type = paths + strlen(paths) + 1;

		n += snprintf(
			text + n, sizeof(text) - (size_t)n,
			"type=PATH msg=audit(1.000:1): item=0 name=%s inode=1 dev=fe:00"
			" mode=040755 ouid=0 ogid=0 rdev=00:00 nametype=%s cap_fp=0\n",
			name, type);
		paths = type + strlen(type) + 1;
	}
	n += snprintf(text + n, sizeof(text) - (size_t)n,
		      "type=EOE msg=audit(1.000:1):\n");
	return read_event(t, (struct span){text, (size_t)n});
}

#define OPEN        "arch=" X64 " syscall=2 a0=7ffe a1=0 a2=0 a3=0"
#define OPENAT_CWD  "arch=" X64 " syscall=257 a0=ffffff9c a1=55 a2=0 a3=0"
#define OPENAT_CWD8 "arch=" X64 " syscall=257 a0=ffffffffffffff9c a1=55 a2=0 a3=0"
#define OPENAT_FD   "arch=" X64 " syscall=257 a0=5 a1=55 a2=0 a3=0"

static void parse_makes_the_directory(void **state)
{
	static const struct {
		const char *syscall, *paths;
		struct span dir;
	} row[] = {
		{OPEN, "\"/etc/ssl/x\"\0NORMAL\0", S("/etc/ssl")},
		{OPEN, "\"/x\"\0NORMAL\0", S("/")},
		{OPEN, "\"/\"\0NORMAL\0", S("/")},
		{OPEN, "\"//\"\0NORMAL\0", S("/")},
		{OPEN, "\"/etc/ssl/\"\0NORMAL\0", S("/etc")},
		{OPEN, "\"/etc//ssl//x//\"\0NORMAL\0", S("/etc//ssl")},
		{OPEN, "\"x\"\0NORMAL\0", S("/srv/app")},
		{OPEN, "\"./x\"\0NORMAL\0", S("/srv/app")},
		{OPEN, "\".//x\"\0NORMAL\0", S("/srv/app")},
		{OPEN, "\"././/y/x\"\0NORMAL\0", S("/srv/app/y")},
		{OPEN, "\".\"\0NORMAL\0", S("/srv/app")},
		{OPEN, "\"./\"\0NORMAL\0", S("/srv/app")},
		{OPEN, "\"a/b/c\"\0NORMAL\0", S("/srv/app/a/b")},
		{OPEN, "2F746D702F6120622F63\0NORMAL\0", S("/tmp/a b")},
		{OPENAT_CWD, "\"a/b\"\0NORMAL\0", S("/srv/app/a")},
		{OPENAT_CWD8, "\"a/b\"\0NORMAL\0", S("/srv/app/a")},
		{OPENAT_FD, "\"/etc/x\"\0NORMAL\0", S("/etc")},
		/* the first that is not PARENT */
		{OPENAT_CWD, "\"/d/\"\0PARENT\0\"/d/new\"\0CREATE\0", S("/d")},
		{"arch=" X64 " syscall=82 a0=1 a1=2 a2=0 a3=0",
		 "\"/from/\"\0PARENT\0\"/to/\"\0PARENT\0\"/from/a\"\0DELETE\0\"/to/"
		 "a\"\0CREATE\0",
		 S("/from")},
		/* 32 bit: openat is 295, fstatat64 300 */
		{"arch=" I386 " syscall=295 a0=ffffff9c a1=55 a2=0 a3=0",
		 "\"a/b\"\0NORMAL\0", S("/srv/app/a")},
		{"arch=" I386 " syscall=5 a0=ff a1=55 a2=0 a3=0", "\"a/b\"\0NORMAL\0",
		 S("/srv/app/a")},
		/* old stat of 32 bit takes no descriptor */
		{"arch=" I386 " syscall=18 a0=ff a1=55 a2=0 a3=0", "\"a/b\"\0NORMAL\0",
		 S("/srv/app/a")},
		/* creat ends like the calls that take one */
		{"arch=" X64 " syscall=85 a0=ff a1=180 a2=0 a3=0", "\"a/b\"\0CREATE\0",
		 S("/srv/app/a")},
		/* linkat: both descriptors; symlinkat: the second argument */
		{"arch=" X64 " syscall=265 a0=ffffff9c a1=1 a2=ffffff9c a3=2",
		 "\"a/b\"\0NORMAL\0", S("/srv/app/a")},
		{"arch=" X64 " syscall=266 a0=3 a1=ffffff9c a2=2 a3=2",
		 "\"a/b\"\0CREATE\0", S("/srv/app/a")},
	};
	struct result *t = *state;
	size_t i;

	for (i = 0; i < N_OF(row); i++)
		assert_span_at(path_event(t, row[i].syscall, row[i].paths)->dir,
			       row[i].dir, row[i].paths, (int)i);
}

static void parse_leaves_out_a_directory_it_cannot_know(void **state)
{
	static const struct {
		const char *syscall, *paths;
	} row[] = {
		{OPENAT_FD, "\"a/b\"\0NORMAL\0"},
		{OPEN, "(null)\0NORMAL\0"},
		{OPEN, "\"\"\0NORMAL\0"},
		{OPEN, "\"/d\"\0PARENT\0"},
		{OPEN, ""},
		/* the first one has no name: the second is not taken for it */
		{OPEN, "(null)\0NORMAL\0\"/lib/ld.so\"\0NORMAL\0"},
		{"arch=" X64 " syscall=265 a0=ffffff9c a1=1 a2=7 a3=2",
		 "\"a/b\"\0NORMAL\0"},
		{"arch=" X64 " syscall=265 a0=7 a1=1 a2=ffffff9c a3=2",
		 "\"a/b\"\0NORMAL\0"},
		{"arch=" X64 " syscall=266 a0=ffffff9c a1=7 a2=2 a3=2",
		 "\"a/b\"\0CREATE\0"},
		{"arch=" I386 " syscall=295 a0=7 a1=55 a2=0 a3=0", "\"a/b\"\0NORMAL\0"},
		{"arch=" I386 " syscall=300 a0=7 a1=55 a2=0 a3=0", "\"a/b\"\0NORMAL\0"},
		{"arch=" X64 " syscall=437 a0=7 a1=55 a2=0 a3=0", "\"a/b\"\0NORMAL\0"},
		/* fanotify_mark takes its descriptor fourth */
		{"arch=" X64 " syscall=301 a0=3 a1=1 a2=2 a3=7", "\"a/b\"\0NORMAL\0"},
		/* mq_open's name is no file's */
		{"arch=" X64 " syscall=240 a0=3 a1=1 a2=2 a3=7", "\"queue\"\0NORMAL\0"},
		/* a call or a machine that libaudit does not know */
		{"arch=" X64 " syscall=99999 a0=7 a1=55 a2=0 a3=0", "\"a/b\"\0NORMAL\0"},
		{"arch=0 syscall=2 a0=7 a1=55 a2=0 a3=0", "\"a/b\"\0NORMAL\0"},
	};
	struct result *t = *state;
	size_t i;

	for (i = 0; i < N_OF(row); i++)
		if (path_event(t, row[i].syscall, row[i].paths)->dir.p)
			fail_msg("row %zu has a directory: %.*s", i, (int)t->e.dir.n,
				 t->e.dir.p);
}

static void parse_needs_a_true_working_directory(void **state)
{
	struct result *t = *state;

	assert_absent(read_event(t, S("type=SYSCALL msg=audit(1.000:1): " OPEN
				      " success=yes exit=3"
				      " exe=\"/a\"\n"
				      "type=PATH msg=audit(1.000:1): item=0 name=\"a/b\""
				      " nametype=NORMAL\n"))
			      ->dir);
	assert_absent(read_event(t, S("type=SYSCALL msg=audit(1.000:1): " OPEN
				      " success=yes exit=3"
				      " exe=\"/a\"\n"
				      "type=CWD msg=audit(1.000:1): cwd=\"srv\"\n"
				      "type=PATH msg=audit(1.000:1): item=0 name=\"a/b\""
				      " nametype=NORMAL\n"))
			      ->dir);
	assert_span(read_event(t, S("type=SYSCALL msg=audit(1.000:1): " OPEN
				    " success=yes exit=3"
				    " exe=\"/a\"\n"
				    "type=CWD msg=audit(1.000:1): cwd=\"/\"\n"
				    "type=PATH msg=audit(1.000:1): item=0 name=\"a/b\""
				    " nametype=NORMAL\n"))
			    ->dir,
		    "/a");
	assert_span(read_event(t, S("type=SYSCALL msg=audit(1.000:1): " OPEN
				    " success=yes exit=3"
				    " exe=\"/a\"\n"
				    "type=CWD msg=audit(1.000:1): cwd=\"/\"\n"
				    "type=PATH msg=audit(1.000:1): item=0 name=\"a\""
				    " nametype=NORMAL\n"))
			    ->dir,
		    "/");
	/* kernels before 4.12 say objtype */
	assert_span(read_event(t, S("type=SYSCALL msg=audit(1.000:1): " OPEN
				    " success=yes exit=3"
				    " exe=\"/a\"\n"
				    "type=PATH msg=audit(1.000:1): item=0 name=\"/p\""
				    " objtype=PARENT\n"
				    "type=PATH msg=audit(1.000:1): item=1 name=\"/p/c\""
				    " objtype=CREATE\n"))
			    ->dir,
		    "/p");
}

/* --- hostile and broken lines --- */

static void parse_takes_nul_bytes_as_text(void **state)
{
	const struct event *e = read_event(
		*state,
		S("type=SYSCALL msg=audit(1.000:1): arch=" X64 " syscall=39 success=yes"
		  " exit=7 a0=0 comm=\"a\0b\" exe=\"/x\0y\" key=\"k\"\n"
		  "type=EOE msg=audit(1.000:1):\n"));

	assert_span(e->exe, "/x?y");
	assert_span(e->comm, "a?b");
	assert_int_equal(e->n_keys, 1);
	/* a hexadecimal NUL is a byte like any other */
	e = read_event(*state, SYSCALL_WITH("comm=610062 exe=\"/a\""));
	assert_span(e->comm, "a\0b");
}

static const struct span whole =
	S("type=SYSCALL msg=audit(1795301596.002:40701): arch=" X64
	  " syscall=257 success=no"
	  " exit=-13 a0=ffffff9c a1=55d0 a2=0 a3=0 items=1 ppid=1 pid=812 "
	  "auid=4294967295 uid=33"
	  " comm=\"web\" exe=\"/srv/app/bin/web\" subj=u:r:t:s0 key=\"denied\"\x1d"
	  "ARCH=x86_64 SYSCALL=openat AUID=\"unset\" UID=\"www-data\"");

/* Cut anywhere, the figures of the header stand, and no field is made up. */
static void parse_survives_every_cut(void **state)
{
	struct result *t = *state;
	char line[512];
	size_t n, header = strlen("type=SYSCALL msg=audit(1795301596.002:40701):");

	for (n = header; n <= whole.n; n++) {
		const struct event *e;

		memcpy(line, whole.p, n);
		line[n] = '\n';
		e = read_event(t, (struct span){line, n + 1});
		assert_true(t->r == 0 || t->r == -EBADMSG);
		assert_int_equal(e->serial, 40701);
		assert_int_equal(e->records, 1);
		assert_true(e->bytes == n + 1);
		assert_true(e->n_keys <= 1);
		if (e->n_keys)
			assert_memory_equal(e->keys[0].p, "denied", e->keys[0].n);
		if (e->exe.p)
			assert_memory_equal(e->exe.p, "/srv/app/bin/web", e->exe.n);
		assert_true(e->uid == EVENT_ID_ABSENT || e->uid == 3 || e->uid == 33);
	}
	assert_span(t->e.exe, "/srv/app/bin/web");
}

/* Any byte in any place: nothing is read or written where it should not be (sanitizers).
 */
static void parse_survives_every_byte(void **state)
{
	static const unsigned char byte[] = {0,   1,   ' ',  '"',  '\'',
					     '=', '(', 0x1d, 0xff, ','};
	struct result *t = *state;
	char line[512];
	size_t i, k;

	for (i = strlen("type=SYSCALL msg=audit(1795301596.002:40701): "); i < whole.n;
	     i++) {
		for (k = 0; k < N_OF(byte); k++) {
			memcpy(line, whole.p, whole.n);
			line[i] = (char)byte[k];
			line[whole.n] = '\n';
			read_event(t, (struct span){line, whole.n + 1});
			assert_int_equal(t->e.serial, 40701);
			assert_true(t->e.pid == EVENT_ID_ABSENT || t->e.pid <= 812);
		}
	}
}

/* Stamps that are shorter than any real one; libauparse alone reads past the first. */
static void parse_reads_fields_behind_any_stamp(void **state)
{
	static const char *const stamp[] = {"5:77", "5.1:77", "5.123456:77",
					    "253402300799.999:77"};
	struct result *t = *state;
	char text[512];
	size_t i;
	int n;

	for (i = 0; i < N_OF(stamp); i++) {
		n = snprintf(text, sizeof(text),
			     "node=a(b) type=SYSCALL msg=audit(%s): arch=" X64
			     " syscall=2 success=yes exit=3 pid=5 exe=\"/a\" key=\"k\"\n"
			     "node=a(b) type=PATH msg=audit(%s): name=\"/d/f\" "
			     "nametype=NORMAL\n",
			     stamp[i], stamp[i]);
		read_event(t, (struct span){text, (size_t)n});
		assert_int_equal(t->r, 0);
		assert_int_equal(t->e.serial, 77);
		assert_int_equal(t->e.records, 2);
		assert_span(t->e.exe, "/a");
		assert_span(t->e.dir, "/d");
		assert_span(t->e.node, "a(b)");
		assert_int_equal(t->e.n_keys, 1);
	}
}

/* A second working directory: the first one stands; libauparse alone loses memory. */
static void parse_takes_one_working_directory(void **state)
{
	struct result *t = *state;
	unsigned int i;

	for (i = 0; i < 3; i++)
		assert_span(read_event(t, S("type=SYSCALL msg=audit(1.000:1): " OPEN
					    " exe=\"/a\"\n"
					    "type=CWD msg=audit(1.000:1):  cwd=\"/one\" "
					    "cwd=\"/two\""
					    " cwd=\"/three\"\n"
					    "type=PATH msg=audit(1.000:1): name=\"f\""
					    " nametype=NORMAL\n"))
				    ->dir,
			    "/one");
}

/* The lines are gone (a full text ring): the figures of the header stand. */
static void parse_says_when_there_is_no_record(void **state)
{
	struct result *t = *state;
	struct assembly ev = {.stamp_ms = 5000,
			      .serial = 77,
			      .records = 3,
			      .bytes = 200,
			      .n_types = 2,
			      .type = {{1300, 1, 100}, {1307, 2, 100}},
			      .n_lines = 1,
			      .line = {{.at = 1, .type = 1300, .len = 50}}};
	struct event e;

	begin_stream(t);
	ev.node = nodes_find(&t->nodes, S("n"));
	memset(&e, 0x5a, sizeof(e));
	assert_int_equal(parser_read(t->p, t->a, &ev, &e), -EBADMSG);
	assert_span(e.node, "n");
	assert_true(e.stamp_ms == 5000 && e.bytes == 200);
	assert_int_equal(e.serial, 77);
	assert_int_equal(e.records, 3);
	assert_int_equal(e.n_types, 2);
	assert_int_equal(e.types[0], 1300);
	assert_int_equal(e.types[1], 1307);
	assert_false(e.has_syscall);
	assert_false(e.claimed);
	assert_absent(e.exe);
	assert_absent(e.dir);
	assert_true(e.uid == EVENT_ID_ABSENT);
	assert_true(e.auid == EVENT_ID_ABSENT);
	assert_true(e.pid == EVENT_ID_ABSENT);
	assert_int_equal(e.n_keys, 0);
	/* and the next event is read as if nothing had been */
	check_openat(t, OPENAT("\n"));
}

/* Lines of the greatest length in all places of one event. */
static void parse_bounds_its_text(void **state)
{
	static const char *const head[] = {"type=PATH msg=audit(1.000:1): name=",
					   "type=PATH msg=audit(1.000:1): name=",
					   "type=PATH msg=audit(1.000:1): name=",
					   "type=PATH msg=audit(1.000:1): name=",
					   "type=CWD msg=audit(1.000:1): cwd=",
					   "type=SYSCALL msg=audit(1.000:1): arch=" X64
					   " syscall=2 subj=a_t exe="};
	static const char *const tail[] = {" nametype=PARENT",
					   " nametype=PARENT",
					   " nametype=PARENT",
					   " nametype=NORMAL",
					   "",
					   " subj=u:r:t:s0 key=\"k\" comm=\"c\""};
	char *text = malloc(N_OF(head) * INPUT_LINE_MAX);
	struct result *t = *state;
	size_t i, n = 0, fill;

	assert_non_null(text);
	for (i = 0; i < N_OF(head); i++) {
		fill = INPUT_LINE_MAX - 1 - strlen(head[i]) - strlen(tail[i]);
		memcpy(text + n, head[i], strlen(head[i]));
		n += strlen(head[i]);
		memset(text + n, i % 2 ? 'z' : '/', fill);
		n += fill;
		memcpy(text + n, tail[i], strlen(tail[i]));
		n += strlen(tail[i]);
		text[n++] = '\n';
	}
	read_event(t, (struct span){text, n});
	assert_int_equal(t->e.records, N_OF(head));
	free(text);
	check_openat(t, OPENAT("\n"));
}

/* An event of companions alone has figures and no fields, and that is no failure. */
static void parse_reads_events_without_a_doer(void **state)
{
	struct result *t = *state;
	const struct event *e =
		read_event(t, S("type=PROCTITLE msg=audit(1.000:1): proctitle=\"x\"\n"
				"type=EOE msg=audit(1.000:1):\n"));

	assert_int_equal(t->r, 0);
	assert_int_equal(e->records, 2);
	assert_int_equal(e->n_types, 1);
	assert_int_equal(e->types[0], 1327);
	assert_absent(e->exe);
	assert_true(e->uid == EVENT_ID_ABSENT);
}

static void parse_sorts_types(void **state)
{
	struct result *t = *state;
	char text[8192];
	const struct event *e;
	unsigned int i;
	int n = 0;

	for (i = 0; i < EVENT_TYPES_MAX + 6; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "type=UNKNOWN[%u] msg=audit(1.000:1): x\n",
			      5000 + i * 7 % 30);
	e = read_event(t, (struct span){text, (size_t)n});
	assert_int_equal(e->n_types, EVENT_TYPES_MAX);
	for (i = 1; i < e->n_types; i++)
		assert_true(e->types[i - 1] < e->types[i]);
	assert_int_equal(e->records, EVENT_TYPES_MAX + 6);
}

static void parse_gives_the_node(void **state)
{
	const struct event *e = read_event(
		*state, S("node=web7 type=SYSCALL msg=audit(1.000:1): arch=" X64
			  " syscall=39 success=yes exit=1 a0=0 exe=\"/a\" key=\"k\"\n"
			  "node=web7 type=EOE msg=audit(1.000:1):\n"));

	assert_span(e->node, "web7");
	assert_span(e->exe, "/a");
	assert_int_equal(e->n_keys, 1);
}

#define parse_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		parse_test(parse_reads_enriched_and_raw_alike),
		parse_test(parse_takes_nothing_from_the_tail),
		parse_test(parse_undoes_hexadecimal),
		parse_test(parse_reads_all_keys),
		parse_test(parse_reads_as_many_keys_as_a_rule_can_have),
		parse_test(parse_reads_ids),
		parse_test(parse_reads_subjects_of_all_kinds),
		parse_test(parse_reads_uringop),
		parse_test(parse_reads_lone_kernel_records),
		parse_test(parse_asks_the_syscall_alone_where_there_is_one),
		parse_test(parse_takes_kernel_ids_of_user_messages),
		parse_test(parse_reads_outcome_and_source),
		parse_test(parse_reads_user_messages_without_fields),
		parse_test(parse_takes_daemon_messages_as_no_claim),
		parse_test(parse_makes_the_directory),
		parse_test(parse_leaves_out_a_directory_it_cannot_know),
		parse_test(parse_needs_a_true_working_directory),
		parse_test(parse_takes_nul_bytes_as_text),
		parse_test(parse_survives_every_cut),
		parse_test(parse_survives_every_byte),
		parse_test(parse_reads_fields_behind_any_stamp),
		parse_test(parse_takes_one_working_directory),
		parse_test(parse_says_when_there_is_no_record),
		parse_test(parse_bounds_its_text),
		parse_test(parse_reads_events_without_a_doer),
		parse_test(parse_sorts_types),
		parse_test(parse_gives_the_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
