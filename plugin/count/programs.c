/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * programs.c - what was seen of each program: which file it was, and who used it
 *
 * Logins are a Bloom filter of times: none is ever forgotten before its hour is over,
 * however many names come. Files and accounts are tables that forget the oldest, and
 * note when they did.
 */
#include "count/programs.h"

#include <string.h>

void programs_init(struct programs *p, const struct siphash_key *key)
{
	memset(p, 0, sizeof(*p));
	p->key = *key;
}

/* Never 0. */
static uint32_t seconds(int64_t ms)
{
	int64_t s = ms / 1000;

	return s < 1 ? 1 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

static bool is_recent(uint32_t then_s, uint32_t now_s)
{
	return then_s && now_s - then_s <= PROGRAMS_KEPT_S;
}

/* Never 0. */
static uint32_t name_of(const struct programs *p, struct span exe)
{
	uint32_t name = (uint32_t)siphash(&p->key, exe.p, exe.n) >> 1;

	return name ? name : 1;
}

struct program_ref programs_ref(const struct programs *p, const struct event *e)
{
	struct program_ref ref = {0};

	ref.login = e->auid != EVENT_ID_UNSET && e->auid != EVENT_ID_ABSENT;
	if (!e->exe.p || (!ref.login && !e->program.ran))
		return (struct program_ref){0};
	ref.name = name_of(p, e->exe) & INT32_MAX;
	ref.uid = e->uid < 0 ? UINT32_MAX : (uint32_t)e->uid;
	return ref;
}

/* --- logins --- */

/* Two places, of different bits of the hash. */
static uint32_t first_login(uint32_t name)
{
	return name % PROGRAMS_LOGINS;
}

static uint32_t second_login(uint32_t name)
{
	return name / PROGRAMS_LOGINS % PROGRAMS_LOGINS;
}

static void note_login(struct programs *p, uint32_t name, uint32_t now_s)
{
	p->login_s[first_login(name)] = now_s;
	p->login_s[second_login(name)] = now_s;
}

/* --- files --- */

static const struct program *find(const struct programs *p, uint32_t name)
{
	const struct program *set = p->program[name % PROGRAMS_SETS];

	for (unsigned int i = 0; i < PROGRAMS_WAYS; i++)
		if (set[i].name == name)
			return &set[i];
	return NULL;
}

/* The place of the program, or the one that was not seen for longest. A program that was
 * here before may have been pushed out when one of its set was the last time. */
static struct program *take_place(struct programs *p, uint32_t name, uint32_t now_s)
{
	uint32_t of_set = name % PROGRAMS_SETS, lost_s;
	struct program *set = p->program[of_set], *oldest = set;

	for (unsigned int i = 0; i < PROGRAMS_WAYS; i++) {
		if (set[i].name == name)
			return &set[i];
		if (set[i].seen_s < oldest->seen_s)
			oldest = &set[i];
	}
	lost_s = p->lost_s[of_set];
	if (is_recent(oldest->seen_s, now_s))
		p->lost_s[of_set] = now_s;
	*oldest = (struct program){.name = name, .lost_s = lost_s};
	return oldest;
}

static bool is_file(const struct program *program, unsigned int i,
		    const struct event_program *ran)
{
	return program->file_s[i] && program->inode[i] == ran->inode &&
	       program->major[i] == ran->major && program->minor[i] == ran->minor;
}

/* Return: its place, or that of the one that was run longest ago. */
static unsigned int place_of(const struct program *program,
			     const struct event_program *ran)
{
	unsigned int oldest = 0;

	for (unsigned int i = 0; i < PROGRAMS_FILES; i++) {
		if (is_file(program, i, ran))
			return i;
		if (program->file_s[i] < program->file_s[oldest])
			oldest = i;
	}
	return oldest;
}

static void note_file(struct program *program, const struct event_program *ran,
		      uint32_t now_s)
{
	unsigned int i = place_of(program, ran);

	if (!is_file(program, i, ran)) {
		if (program->file_s[i] > program->lost_s)
			program->lost_s = program->file_s[i];
		program->inode[i] = ran->inode;
		program->major[i] = ran->major;
		program->minor[i] = ran->minor;
		program->named[i] = false;
	}
	program->named[i] |= ran->named;
	program->file_s[i] = now_s;
}

/* --- storms --- */

static struct program_user *take_user(struct programs *p, uint32_t uid, uint32_t now_s)
{
	struct program_user *oldest = p->user;

	for (unsigned int i = 0; i < p->n_users; i++) {
		if (p->user[i].uid == uid)
			return &p->user[i];
		if (p->user[i].seen_s < oldest->seen_s)
			oldest = &p->user[i];
	}
	if (p->n_users < PROGRAMS_USERS)
		oldest = &p->user[p->n_users++];
	else if (is_recent(oldest->seen_s, now_s))
		p->user_lost_s = now_s;
	*oldest = (struct program_user){.uid = uid};
	return oldest;
}

/* The program, or the one that was started longest ago, is now the last. Return: do the
 * starts of all of them lie close together? */
static bool is_one_of_many(struct program_user *user, uint32_t name)
{
	uint32_t starts = ++user->starts, age, greatest = 0;
	unsigned int at = 0;

	for (unsigned int i = 0; i < PROGRAMS_STORM; i++) {
		if (user->name[i] == name) {
			at = i;
			break;
		}
		age = user->name[i] ? starts - user->at[i] : UINT32_MAX;
		if (age > greatest) {
			greatest = age;
			at = i;
		}
	}
	user->name[at] = name;
	user->at[at] = starts;
	for (unsigned int i = 0; i < PROGRAMS_STORM; i++)
		if (!user->name[i] || starts - user->at[i] >= PROGRAMS_STARTS)
			return false;
	return true;
}

/* --- all of it --- */

void programs_note(struct programs *p, const struct program_ref *ref,
		   const struct event_program *ran, int64_t now_ms)
{
	uint32_t now_s = seconds(now_ms);
	struct program_user *user;
	struct program *program;

	if (ref->login)
		note_login(p, ref->name, now_s);
	if (!ran)
		return;
	program = take_place(p, ref->name, now_s);
	program->seen_s = now_s;
	if (ran->known)
		note_file(program, ran, now_s);
	else
		program->lost_s = now_s;
	if (ref->login)
		return; /* no exception is for people */
	user = take_user(p, ref->uid, now_s);
	user->seen_s = now_s;
	if (is_one_of_many(user, ref->name))
		program->storm_s = now_s;
}

void programs_seen(const struct programs *p, struct span exe, int64_t now_ms,
		   struct program_seen *out)
{
	uint32_t now_s = seconds(now_ms), name = name_of(p, exe);
	const struct program *program = find(p, name);

	memset(out, 0, sizeof(*out));
	out->login = is_recent(p->login_s[first_login(name)], now_s) &&
		     is_recent(p->login_s[second_login(name)], now_s);
	out->storm = is_recent(p->user_lost_s, now_s);
	if (!program) { /* it may have been, before it was pushed out */
		out->forgotten = is_recent(p->lost_s[name % PROGRAMS_SETS], now_s);
		out->storm |= out->forgotten;
		return;
	}
	out->storm |= is_recent(program->storm_s, now_s);
	out->forgotten = is_recent(program->lost_s, now_s);
	for (unsigned int i = 0; i < PROGRAMS_FILES; i++) {
		if (!is_recent(program->file_s[i], now_s))
			continue;
		out->file[out->n].inode = program->inode[i];
		out->file[out->n].major = program->major[i];
		out->file[out->n].minor = program->minor[i];
		out->file[out->n++].named = program->named[i];
	}
}
