/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_attribution.c - what is read by need tells the same as all that there is
 * (count/attribution.c, rules/facts.c: facts_add_call(), rules/match.c: match_asks())
 *
 * Each event is judged twice: as it came, by the facts that the rules of its key ask
 * for, and with an empty record before the call's, whereupon all is read. Events are
 * made up, recorded ones, and the inputs of a fuzz target.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <libaudit.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "count/attribution.h"
#include "match_help.h"
#include "rng.h"
#include "stream/input.h"
#include "stream/node.h"
#include "stream/parse.h"

#define EVENTS 20000

static struct rng rng = {.state = 20261128};

#define ONE_OF(list) (list)[rng_below(&rng, sizeof(list) / sizeof((list)[0]))]

#define SETS      24
#define SET_RULES 8

struct world {
	struct assembler_ops ops;
	struct assembler *assembler;
	struct attribution *attribution[SETS];
	struct nodes nodes;
	struct input input;
	unsigned int judged, kinds[ATTRIBUTION_KINDS];
};

static bool is_same(const struct verdict *a, const struct verdict *b,
		    const struct rule *const *candidate)
{
	uint32_t i;

	if (a->kind != b->kind || a->rule != b->rule || a->fixed != b->fixed ||
	    a->n_candidates != b->n_candidates)
		return false;
	for (i = 0; i < a->n_candidates; i++)
		if (b->candidate[i] != candidate[i])
			return false;
	return true;
}

/* The same with a record before the others that tells nothing. */
static struct assembly with_another_first(const struct assembly *ev)
{
	struct assembly all = *ev;

	memmove(all.line + 1, all.line, ev->n_lines * sizeof(all.line[0]));
	all.line[0].type = AUDIT_CWD;
	all.line[0].len = 0;
	all.line[0].body = 0;
	all.n_lines++;
	return all;
}

static void judge(struct world *w, struct attribution *a, const struct assembly *ev)
{
	const struct assembly all = with_another_first(ev);
	struct verdict by_need = attribution_judge(a, w->assembler, ev), eager;
	const struct rule *candidate[32];
	unsigned int i;

	assert_in_range(by_need.n_candidates, 0, 32);
	for (i = 0; i < by_need.n_candidates; i++)
		candidate[i] = by_need.candidate[i];
	eager = attribution_judge(a, w->assembler, &all);
	if (!is_same(&by_need, &eager, candidate))
		for (i = 0; i < ev->n_lines; i++) {
			struct span line = assembly_line(w->assembler, ev, i);

			print_message("%.*s\n", (int)line.n, line.p);
		}
	assert_true(is_same(&by_need, &eager, candidate));
	w->judged++;
	w->kinds[by_need.kind]++;
}

static void complete(void *arg, struct assembly *ev)
{
	struct world *w = arg;
	unsigned int i;

	for (i = 0; i < SETS && ev->n_lines < ASSEMBLE_LINES_MAX; i++)
		judge(w, w->attribution[i], ev);
}

static void opened(void *arg, struct assembly *ev, const struct record *r)
{
	(void)arg;
	(void)ev;
	(void)r;
}

static void record(void *arg, struct assembly *ev, const struct record *r, bool first)
{
	(void)arg;
	(void)ev;
	(void)r;
	(void)first;
}

static void on_line(void *arg, struct span line, uint64_t bytes, bool cut)
{
	struct world *w = arg;
	struct record r;

	(void)cut;
	if (record_scan(&r, line, bytes))
		assembler_add(w->assembler, nodes_find(&w->nodes, r.node), &r);
}

/* A rule of one or two fields of any sort. In some sets each has its own key, in some
 * one is without, in some all have a key. */
static void put_rule(char *out, size_t size, unsigned int set, unsigned int i)
{
	static const char *const fields[] = {
		"-F arch=b64",
		"-F arch=b32",
		"-F exit=-EACCES",
		"-F success=1",
		"-F success=0",
		"-F auid>=1000",
		"-F auid!=unset",
		"-F pid<100",
		"-F ppid=1",
		"-F uid=0",
		"-F euid=0",
		"-F suid!=0",
		"-F fsuid=0",
		"-F gid=0",
		"-F gid!=5",
		"-F egid=0",
		"-F egid!=5",
		"-F sgid=0",
		"-F fsgid=0",
		"-F sessionid=5",
		"-F pers=0",
		"-F pers=8",
		"-F a0=3",
		"-F a1!=7",
		"-F a2=1",
		"-F a3&1",
		"-F exe=/bin/a",
		"-F exe!=/bin/b",
		"-F perm=r",
		"-F perm=r",
		"-F perm=r",
		"-F perm=r",
		"-F perm=wa",
		"-F perm=x",
		"-F dir=/etc",
		"-F devmajor=8",
		"-F devminor!=1",
		"-F inode!=12",
		"-F obj_uid=0",
		"-F obj_gid!=0",
		"-F filetype=dir",
		"-F saddr_fam=2",
		"-F saddr_fam!=10",
		"-C uid!=obj_uid",
		"-C auid!=euid",
		"-C gid=egid",
		"-F path=/etc/passwd",
		"-F inode=12",
		"-F subj_type=a_t",
		"-F obj_type=b_t",
	};
	static const char *const calls[] = {"all", "all", "openat", "openat,getppid",
					    "execve,connect"};
	static const char *const keys[] = {"files", "exec",  "delete", "net",
					   "web",   "later", "denied", "other"};
	uint64_t form = rng_below(&rng, 12);
	bool has_key = set % 3 || rng_below(&rng, 4);
	char key[32] = "";

	if (has_key)
		snprintf(key, sizeof(key), " -k %s",
			 set % 4 ? keys[rng_below(&rng, 1 + set % 4)] : keys[i]);
	if (form == 0)
		snprintf(out, size, "-a always,io_uring -S openat%s%s", " -F uid=0", key);
	else if (form == 1 && set % 3 == 0)
		snprintf(out, size, "-a always,task -F uid=%u", i);
	else
		snprintf(out, size, "-a %s,exit -S %s %s%s%s%s",
			 form == 2 ? "never" : "always", ONE_OF(calls), ONE_OF(fields),
			 rng_below(&rng, 2) ? " " : " -F ppid!=77 ",
			 rng_below(&rng, 2) ? ONE_OF(fields) : "", key);
}

static struct ruleset *some_set(unsigned int number)
{
	const struct rule_world world = {.machine = MACH_86_64};
	struct ruleset *set = ruleset_new();

	assert_non_null(set);
	while (ruleset_count(set) < SET_RULES) {
		struct rule_line line;
		char text[256];

		put_rule(text, sizeof(text), number, (unsigned int)ruleset_count(set));
		/* some fields do not go together */
		if (rule_parse(span_of(text), &world, &line) != 0)
			rule_free(line.rule);
		else
			assert_int_equal(ruleset_add(set, line.rule, false), 0);
	}
	return set;
}

static void begin(struct world *w)
{
	const struct siphash_key key = {{1, 2}};
	const struct attribution_options options = {
		.machine = MACH_86_64, .live = true, .takes = true};
	const struct assembler_options assembler = {.max_events = 256,
						    .text_bytes = 1 << 20,
						    .ops = &w->ops,
						    .arg = w,
						    .key = &key};
	unsigned int i;

	memset(w, 0, sizeof(*w));
	w->ops = (struct assembler_ops){.wants = parser_wants,
					.extra = attribution_wants,
					.opened = opened,
					.record = record,
					.complete = complete};
	w->assembler = assembler_new(&assembler);
	assert_non_null(w->assembler);
	for (i = 0; i < SETS; i++) {
		w->attribution[i] = attribution_new(some_set(i), &options);
		assert_non_null(w->attribution[i]);
	}
	input_init(&w->input, on_line, w);
}

static void feed(struct world *w, FILE *f)
{
	char text[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(text, 1, sizeof(text), f)))
		input_feed(&w->input, text, n);
	input_end(&w->input);
	assembler_flush(w->assembler, UINT_MAX);
}

static void end(struct world *w)
{
	unsigned int i;

	for (i = 0; i < SETS; i++)
		attribution_free(w->attribution[i]);
	assembler_free(w->assembler);
}

/* --- made-up events --- */

/* A field more often than not once, and now and then nearly one. */
static void put_field(FILE *f, const char *name, const char *value)
{
	static const char *const odd[] = {"  ", " x ", " =1 ", " x", " KEY=\"files\" "};
	uint64_t n = rng_below(&rng, 40);

	if (n == 0)
		return;
	if (n == 1)
		fprintf(f, "%s=?%s ", name, value);
	if (n == 2)
		fprintf(f, "%s%s=%s ", ONE_OF(odd), name, value);
	if (n == 3)
		fprintf(f, "%s= ", name);
	if (n == 4)
		fprintf(f, "%s=(null) ", name);
	fprintf(f, "%s=%s ", name, value);
}

static void put_call(FILE *f, const char *number_of_call)
{
	static const char *const arch[] = {"c000003e", "c000003e", "40000003",
					   "80000016"};
	static const char *const call[] = {"257", "110", "59", "2",
					   "42",  "437", "18", "3000"};
	static const char *const number[] = {"0",  "1",   "3",    "5",         "7",
					     "12", "100", "1000", "4294967295"};
	static const char *const numbers[] = {
		"a0",  "a1",   "a2",   "a3",    "items", "ppid", "pid",   "auid", "uid",
		"gid", "euid", "suid", "fsuid", "egid",  "sgid", "fsgid", "ses"};
	static const char *const exe[] = {"\"/bin/a\"", "\"/bin/b\"", "2F62696E2F61",
					  "(null)"};
	static const char *const key[] = {"\"files\"",  "\"files\"", "\"exec\"",
					  "\"delete\"", "\"net\"",   "\"web\"",
					  "\"later\"",  "\"gone\"",  "\"denied\"",
					  "66696C6573", "(null)"};
	size_t i;

	put_field(f, "arch", ONE_OF(arch));
	put_field(f, number_of_call, ONE_OF(call));
	if (!rng_below(&rng, 8))
		put_field(f, "per", "8");
	put_field(f, "success", rng_below(&rng, 2) ? "yes" : "no");
	put_field(f, "exit", rng_below(&rng, 2) ? "-13" : "3");
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		put_field(f, numbers[i], ONE_OF(number));
	put_field(f, "exe", ONE_OF(exe));
	if (rng_below(&rng, 2))
		put_field(f, "subj", rng_below(&rng, 2) ? "u:r:a_t:s0" : "unconfined");
	put_field(f, "key", ONE_OF(key));
}

static void put_path(FILE *f)
{
	static const char *const type[] = {"NORMAL", "PARENT", "CREATE", "DELETE"};
	static const char *const inode[] = {"11", "12", "13"};

	put_field(f, "name", rng_below(&rng, 2) ? "\"/etc/passwd\"" : "\"x\"");
	put_field(f, "inode", ONE_OF(inode));
	put_field(f, "dev", "08:01");
	put_field(f, "mode", rng_below(&rng, 2) ? "0100644" : "040755");
	put_field(f, "ouid", rng_below(&rng, 2) ? "0" : "1000");
	put_field(f, "ogid", rng_below(&rng, 2) ? "0" : "1000");
	put_field(f, "rdev", "00:00");
	put_field(f, "obj", "u:r:b_t:s0");
	put_field(f, "nametype", ONE_OF(type));
}

static void put_record(FILE *f, unsigned int serial, const char *type)
{
	fprintf(f, "type=%s msg=audit(1795300000.%03u:%u): ", type, serial / 16 % 1000,
		serial);
	if (!strcmp(type, "SYSCALL"))
		put_call(f, "syscall");
	else if (!strcmp(type, "URINGOP"))
		put_call(f, "uring_op");
	else if (!strcmp(type, "PATH"))
		put_path(f);
	else if (!strcmp(type, "SOCKADDR"))
		fputs(rng_below(&rng, 2) ? "saddr=0200" : "saddr=000A", f);
	else if (!strcmp(type, "OPENAT2"))
		fputs("oflag=0101 mode=0 resolve=0x0", f);
	else if (!strcmp(type, "IPC"))
		fputs("ouid=0 obj=u:r:b_t:s0", f);
	else if (!strcmp(type, "SECCOMP"))
		fputs("auid=1000 uid=0 gid=5 ses=5 pid=9 exe=\"/bin/b\" sig=0 "
		      "arch=c000003e syscall=257",
		      f);
	fputs(rng_below(&rng, 4) ? "\n"
				 : "\x1d"
				   "UID=\"root\" key=\"x\"\n",
	      f);
}

/* Nearly always the call comes first, as the kernel has it. */
static void put_event(FILE *f, unsigned int serial)
{
	static const char *const others[] = {"PATH", "PATH",    "PATH", "SOCKADDR",
					     "IPC",  "OPENAT2", "CWD",  "PROCTITLE"};
	uint64_t n = rng_below(&rng, 4), form = rng_below(&rng, 24);

	if (form == 0)
		put_record(f, serial, "SECCOMP");
	if (form == 1)
		put_record(f, serial, "PATH");
	if (form < 4)
		put_record(f, serial, "URINGOP");
	if (form != 3)
		put_record(f, serial, "SYSCALL");
	while (n--)
		put_record(f, serial, ONE_OF(others));
	if (form == 4)
		put_record(f, serial, "SECCOMP");
	if (form == 5)
		put_record(f, serial, "SYSCALL");
	put_record(f, serial, "EOE");
}

static void made_up_events(void **state)
{
	FILE *f = tmpfile();
	struct world w;
	unsigned int i;

	(void)state;
	assert_non_null(f);
	for (i = 0; i < EVENTS; i++)
		put_event(f, i + 1);
	rewind(f);
	begin(&w);
	feed(&w, f);
	fclose(f);
	assert_in_range(w.judged, EVENTS, EVENTS * SETS);
	/* of every sort that a call can have there are many */
	assert_in_range(w.kinds[ATTRIBUTION_RULE], EVENTS / 10, UINT_MAX);
	assert_in_range(w.kinds[ATTRIBUTION_ONE_OF], EVENTS / 10, UINT_MAX);
	assert_in_range(w.kinds[ATTRIBUTION_UNKNOWN], EVENTS / 100, UINT_MAX);
	assert_in_range(w.kinds[ATTRIBUTION_REMOVED], EVENTS / 100, UINT_MAX);
	assert_in_range(w.kinds[ATTRIBUTION_HARD_WIRED], EVENTS / 100, UINT_MAX);
	end(&w);
}

/* --- events that are kept --- */

static const char *source_folder(void)
{
	return getenv("srcdir") ? getenv("srcdir") : ".";
}

static void recorded_events(void **state)
{
	char command[PATH_MAX];
	struct world w;
	FILE *f;

	(void)state;
	snprintf(command, sizeof(command), "gzip -dc '%s/tests/data/recorded.log.gz'",
		 source_folder());
	f = popen(command, "r");
	begin(&w);
	feed(&w, f);
	assert_int_equal(pclose(f), 0);
	assert_in_range(w.judged, 8000, UINT_MAX);
	end(&w);
}

static void inputs_of_a_fuzz_target(void **state)
{
	char folder[PATH_MAX], path[2 * PATH_MAX];
	const struct dirent *entry;
	struct world w;
	FILE *f;
	DIR *d;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/stream", source_folder());
	d = opendir(folder);
	assert_non_null(d);
	while ((entry = readdir(d))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		f = fopen(path, "r");
		begin(&w);
		feed(&w, f);
		fclose(f);
		end(&w);
	}
	closedir(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_up_events),
		cmocka_unit_test(recorded_events),
		cmocka_unit_test(inputs_of_a_fuzz_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
