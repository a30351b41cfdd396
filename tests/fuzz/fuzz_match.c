/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_match.c - any records against rules about every field
 *
 * Each line is a record: the number of its type, a blank, its body. What is sure
 * without believing any name stays so when names are believed, and when more is known of
 * files; who wins is among the candidates, and these among all that match. What is read
 * by need tells the same as all that there is.
 */
#include <libaudit.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/text.h"
#include "rules/births.h"
#include "rules/match.h"
#include "rules/rule_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const lines[] = {
	"-w /etc/passwd -p wa -k a",
	"-a never,exit -F arch=b64 -S openat -F exe=/bin/x",
	"-a always,exit -F arch=b64 -S openat,openat2 -F exit=-EACCES -F auid!=unset",
	"-a always,exit -F dir=/etc -F perm=rwxa",
	"-a always,exit -F inode=12 -F devmajor=8 -F devminor!=1",
	"-a always,exit -F inode!=12 -F filetype=dir -S all",
	"-a always,exit -F obj_uid=0 -F obj_gid!=0 -F filetype!=file -S all",
	"-a always,exit -C uid!=obj_uid -C auid!=euid -S all",
	"-a always,exit -F success=0 -F a0&1 -F a1&=2 -F gid=5 -F egid!=5 -S all",
	"-a always,exit -F saddr_fam=2 -F pers=0 -F sessionid>5 -S connect",
	"-a always,exit -F subj_type=a_t -F obj_type=b_t -F subj_clr=s0 -S all",
	"-a always,exit -F path=/etc/passwd -F success=1 -F ppid!=1",
	"-a always,task -F uid=0",
	"-a never,exclude -F msgtype=CWD -F subj_user=u",
	"-a never,exclude -F auid=unset -F exe=/bin/x",
	"-a never,user -F pid>5 -F gid=0",
	"-a always,io_uring -S openat -F uid=0",
};

static struct ruleset *set;

static bool tell(void *arg, uint32_t type, struct span path, struct match_file *file)
{
	(void)arg;
	(void)type;
	(void)path;
	*file = (struct match_file){.self = {true, 12, 8, 1, 0, INT64_MAX},
				    .parent = {true, 11, 8, 1, 0, INT64_MAX}};
	return true;
}

static bool tell_more(void *arg, uint32_t type, struct span path, struct match_file *file)
{
	tell(arg, type, path, file);
	file->tree = path;
	file->kept = file->armed = file->alone = file->sealed = file->is_binary = true;
	file->still = (struct match_span){true, 0, INT64_MAX};
	return true;
}

/* Of every second name: the numbers are those that a short input may have. */
static bool tell_place(void *arg, struct span path, struct match_place *place)
{
	(void)arg;
	*place = (struct match_place){.self = {true, path.n, 8, 1, 0, INT64_MAX},
				      .tree = path,
				      .sole = path.n & 4};
	return path.n & 1;
}

/* The first believes nothing; the last knows more than the one before it. */
static struct match_options options[] = {
	{.labels = MATCH_LABELS_UNKNOWN},
	{.exe_by_name = true, .paths_by_name = true, .labels = MATCH_LABELS_SELINUX},
	{.recorded = true, .by_key = true, .file = tell},
	{.file = tell, .labels = MATCH_LABELS_NONE},
	{.file = tell_more,
	 .place = tell_place,
	 .plain_programs = true,
	 .labels = MATCH_LABELS_NONE},
};

#define MATCHERS (sizeof(options) / sizeof(options[0]))

static struct matcher *matcher[MATCHERS];
static struct births *births;

static void make_set(void)
{
	const struct rule_world world = {.machine = MACH_86_64};

	set = ruleset_new();
	for (size_t i = 0; set && i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct rule_line line;

		if (rule_parse(span_of(lines[i]), &world, &line) != 0 || !line.rule ||
		    ruleset_add(set, line.rule, false) != 0)
			abort();
	}
	births = births_new(64);
	options[MATCHERS - 1].births = births;
	for (size_t i = 0; i < MATCHERS; i++) {
		matcher[i] = set ? match_new(set, &options[i]) : NULL;
		if (!matcher[i] || !births)
			abort();
	}
}

static bool next_record(struct span *rest, uint32_t *type, struct span *body)
{
	uint64_t number = AUDIT_SYSCALL;

	if (!text_line(rest, body))
		return false;
	text_u64(text_word(body), UINT32_MAX, &number);
	*type = (uint32_t)number;
	if (body->n) {
		body->p++;
		body->n--;
	}
	return true;
}

static void read_facts(struct facts *facts, struct span rest)
{
	struct span body;
	uint32_t type;

	facts_clear(facts);
	facts->stamp_ms = 1;
	while (next_record(&rest, &type, &body))
		facts_add_record(facts, type, body);
}

static bool is_call(uint32_t type)
{
	return type == AUDIT_SYSCALL || type == AUDIT_URINGOP;
}

/* Return: false: it is no event whose call comes first, with nothing else of its doer. */
static bool read_asked(struct facts *facts, struct span rest, uint32_t asks)
{
	struct span body;
	uint32_t type;

	facts_clear(facts);
	facts->stamp_ms = 1;
	if (!next_record(&rest, &type, &body) || !is_call(type))
		return false;
	facts_add_type(facts, type);
	facts_add_call(facts, body, 0);
	facts_add_call(facts, body, asks);
	while (next_record(&rest, &type, &body)) {
		if (type != AUDIT_PATH && type != AUDIT_CWD && type != AUDIT_SOCKADDR &&
		    type != AUDIT_IPC && type != AUDIT_OPENAT2 && !is_call(type))
			return false;
		if (asks & FACTS_BIT(FACTS_OTHERS))
			facts_add_record(facts, type, body);
		else
			facts_add_type(facts, type);
	}
	return true;
}

static void check_result(const struct match_result *r)
{
	size_t at = 0;

	if (r->n_all > ruleset_count(set) || r->n_candidates > r->n_all ||
	    (!r->n_candidates && !r->none) ||
	    (r->winner &&
	     (r->n_candidates != 1 || r->none || r->winner != r->candidates[0])))
		abort();
	for (size_t i = 0; i < r->n_candidates; i++) {
		while (at < r->n_all && r->all[at].rule != r->candidates[i])
			at++;
		if (at == r->n_all)
			abort();
	}
}

/* What is asked of one rule alone is what the search over its list has found, which may
 * pass over those with another key. */
static void check_one(const struct rule *rule, enum match match, bool by_key,
		      const struct match_result *r)
{
	enum match found = MATCH_NO;

	if (by_key && rule_keys(rule).p)
		return;
	for (size_t i = 0; i < r->n_all; i++)
		if (r->all[i].rule == rule)
			found = r->all[i].match;
	if (rule->list == AUDIT_FILTER_EXIT && found != match)
		abort();
}

static void match_all(size_t k, const struct facts *facts, enum match *out)
{
	struct matcher *m = matcher[k];
	bool by_key = options[k].by_key;
	struct match_result r;

	match_uring(m, facts, &r);
	check_result(&r);
	match_exit(m, facts, &r);
	check_result(&r);
	for (size_t i = 0; i < ruleset_count(set); i++) {
		out[i] = match_one(m, ruleset_at(set, i), facts);
		if (facts_knows(facts, FACTS_CALL))
			check_one(ruleset_at(set, i), out[i], by_key, &r);
	}
	out[ruleset_count(set)] = match_exclude(m, facts, AUDIT_CWD).dropped;
	out[ruleset_count(set) + 1] = match_user(m, facts, AUDIT_USER).dropped;
}

static void check_asks(struct matcher *m, struct span event, const enum match *wanted)
{
	static struct facts facts;

	for (size_t i = 0; i < ruleset_count(set); i++) {
		const struct rule *rule = ruleset_at(set, i);

		if (read_asked(&facts, event, match_asks(m, rule)) &&
		    match_one(m, rule, &facts) != wanted[i])
			abort();
	}
}

static void check_more(const enum match *before, const enum match *after)
{
	for (size_t k = 0; k < ruleset_count(set) + 2; k++)
		if (before[k] != MATCH_MAYBE && before[k] != after[k])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct span event = {(const char *)data, n};
	static struct facts facts;
	enum match before[32], after[32];

	if (!set)
		make_set();
	read_facts(&facts, event);
	births_clear(births);
	births_note(births, &facts);
	match_all(0, &facts, before);
	check_asks(matcher[0], event, before);
	for (size_t i = 1; i < MATCHERS; i++) {
		match_all(i, &facts, after);
		check_asks(matcher[i], event, after);
		check_more(before, after);
	}
	match_all(MATCHERS - 2, &facts, before);
	check_more(before, after);
	return 0;
}
