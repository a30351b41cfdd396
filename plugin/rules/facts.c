/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.c - what the records of one event tell that a rule can ask for
 *
 * A record of the kernel's is `name=value` parted by blanks; foreign strings in it
 * are quoted or hexadecimal (kernel/audit.c: audit_log_untrustedstring()), so none of
 * them can look like a field. Labels of some security modules hold blanks: their
 * further words are passed over. The first field of a name counts. Of the record of a
 * call fields are looked for one by one: rules ask for few of its thirty.
 */
#include "rules/facts.h"

#include <libaudit.h>

#include "base/text.h"
#include "stream/record.h"
#include "stream/split.h"

_Static_assert((int)FACTS_PARTS <= 32, "a bit for each number and part");

void facts_clear(struct facts *facts)
{
	/* the rest needs no cleaning: only what was written to it is looked at */
	memset(facts, 0, offsetof(struct facts, path));
}

bool facts_has_type(const struct facts *facts, uint32_t type)
{
	for (size_t i = 0; i < facts->n_types; i++)
		if (facts->types[i] == type)
			return true;
	return false;
}

bool facts_has_all_paths(const struct facts *facts)
{
	return facts_knows(facts, FACTS_ITEMS) && !facts->paths_lost &&
	       facts->number[FACTS_ITEMS] == facts->n_paths;
}

/* --- values --- */

static bool read_octal(struct span s, uint64_t max, uint64_t *value)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '7' || v >> 61)
			return false;
		v = v << 3 | (uint64_t)(s.p[i] - '0');
	}
	*value = v;
	return s.n && v <= max;
}

static bool read_signed(struct span s, uint64_t *value)
{
	bool negative = s.n && s.p[0] == '-';

	if (!negative)
		return text_u64(s, INT64_MAX, value);
	if (!text_u64((struct span){s.p + 1, s.n - 1}, INT64_MAX, value))
		return false;
	*value = -*value;
	return true;
}

/* uid, gid, auid, session: 4294967295, in old records also -1, is none. */
static bool read_id(struct span s, uint64_t *value)
{
	if (span_is(s, "-1")) {
		*value = FACTS_UNSET;
		return true;
	}
	return text_u64(s, UINT32_MAX, value);
}

/* The bytes of a foreign string; absent for (null) and where there is no room. */
static struct span read_text(struct facts *facts, struct span raw)
{
	char *room = facts->text + facts->used;
	struct span s;

	if (raw.n && raw.p[0] != '"' && raw.n / 2 > sizeof(facts->text) - facts->used)
		return (struct span){NULL, 0};
	s = text_unescape(raw, room);
	if (s.p == room)
		facts->used += s.n;
	return s;
}

/* --- fields --- */

enum form { HEX, DECIMAL, SIGNED, ID, YES_OR_NO };

static bool read_number(struct span s, enum form form, uint64_t *value)
{
	switch (form) {
	case HEX:
		return text_hex_u64(s, UINT64_MAX, value);
	case DECIMAL:
		return text_u64(s, INT32_MAX, value);
	case SIGNED:
		return read_signed(s, value);
	case ID:
		return read_id(s, value);
	case YES_OR_NO:
		*value = span_is(s, "yes");
		return *value || span_is(s, "no");
	}
	return false;
}

struct number_field {
	struct span word;
	enum form form;
};

/* Of SYSCALL and URINGOP; a user message begins with some of them. */
static const struct number_field doer_fields[FACTS_NUMBERS] = {
	[FACTS_ARCH] = {SPLIT_WORD("arch"), HEX},
	[FACTS_CALL] = {SPLIT_WORD("syscall"), DECIMAL},
	[FACTS_SUCCESS] = {SPLIT_WORD("success"), YES_OR_NO},
	[FACTS_EXIT] = {SPLIT_WORD("exit"), SIGNED},
	[FACTS_ARG0] = {SPLIT_WORD("a0"), HEX},
	[FACTS_ARG1] = {SPLIT_WORD("a1"), HEX},
	[FACTS_ARG2] = {SPLIT_WORD("a2"), HEX},
	[FACTS_ARG3] = {SPLIT_WORD("a3"), HEX},
	[FACTS_ITEMS] = {SPLIT_WORD("items"), DECIMAL},
	[FACTS_PPID] = {SPLIT_WORD("ppid"), DECIMAL},
	[FACTS_PID] = {SPLIT_WORD("pid"), DECIMAL},
	[FACTS_AUID] = {SPLIT_WORD("auid"), ID},
	[FACTS_UID] = {SPLIT_WORD("uid"), ID},
	[FACTS_GID] = {SPLIT_WORD("gid"), ID},
	[FACTS_EUID] = {SPLIT_WORD("euid"), ID},
	[FACTS_SUID] = {SPLIT_WORD("suid"), ID},
	[FACTS_FSUID] = {SPLIT_WORD("fsuid"), ID},
	[FACTS_EGID] = {SPLIT_WORD("egid"), ID},
	[FACTS_SGID] = {SPLIT_WORD("sgid"), ID},
	[FACTS_FSGID] = {SPLIT_WORD("fsgid"), ID},
	[FACTS_SESSION] = {SPLIT_WORD("ses"), ID},
	[FACTS_PERSONALITY] = {SPLIT_WORD("per"), HEX},
	[FACTS_OPERATION] = {SPLIT_WORD("uring_op"), DECIMAL},
};

/* FACTS_NUMBERS: it is none of them. */
static enum facts_number doer_number(struct span name)
{
	unsigned int i;

	for (i = 0; i < FACTS_NUMBERS; i++)
		if (name.n + 2 == doer_fields[i].word.n &&
		    !memcmp(name.p, doer_fields[i].word.p + 1, name.n))
			break;
	return (enum facts_number)i;
}

/*
 * Take the next `name=value`; words that are none are passed over.
 * Return: false: there is no more.
 */
static bool next_field(struct span *rest, struct field *f)
{
	while (rest->n) {
		const char *blank;

		if (split_field(rest, f))
			return true;
		if (!rest->n) /* a blank behind the last one */
			return f->name.p != NULL;
		f->name.p = NULL;
		blank = memchr(rest->p, ' ', rest->n);
		if (!blank)
			return false;
		rest->n -= (size_t)(blank + 1 - rest->p);
		rest->p = blank + 1;
	}
	return false;
}

/* The first one counts. */
static void add_number(struct facts *facts, enum facts_number n, uint64_t value)
{
	if (!facts_knows(facts, n))
		facts_set(facts, n, value);
}

static void add_exe(struct facts *facts, struct span raw)
{
	facts->no_exe = span_is(raw, "(null)");
	facts->exe = read_text(facts, raw);
}

/* Return: false: the field is none of the doer's numbers. */
static bool add_doer_number(struct facts *facts, const struct field *f)
{
	enum facts_number n = doer_number(f->name);
	uint64_t value;

	if (n == FACTS_NUMBERS)
		return false;
	if (read_number(f->value, doer_fields[n].form, &value))
		add_number(facts, n, value);
	return true;
}

static void find_number(struct facts *facts, struct span body, enum facts_number n)
{
	const struct number_field *f = &doer_fields[n];
	struct span v = {NULL, 0};
	uint64_t value;

	while (f->word.n && !facts_knows(facts, n) && split_find(body, f->word, &v))
		if (read_number(v, f->form, &value))
			facts_set(facts, n, value);
}

/* What the kernel says of the doer; of it what @asks has a bit for. */
static void add_doer(struct facts *facts, struct span body, uint32_t asks)
{
	static const struct span exe = SPLIT_WORD("exe"), subj = SPLIT_WORD("subj"),
				 key = SPLIT_WORD("key");
	uint32_t numbers = asks & (FACTS_BIT(FACTS_NUMBERS) - 1);
	struct span v = {NULL, 0};

	for (; numbers; numbers &= numbers - 1)
		find_number(facts, body, (enum facts_number)__builtin_ctz(numbers));
	if (asks & FACTS_BIT(FACTS_EXE))
		while (!facts->exe.p && split_find(body, exe, &v))
			add_exe(facts, v);
	v.p = NULL;
	if (asks & FACTS_BIT(FACTS_SUBJ) && !facts->subj.p && split_find(body, subj, &v))
		facts->subj = v;
	v.p = NULL;
	if (asks & FACTS_BIT(FACTS_KEYS) && !facts->has_keys &&
	    split_find(body, key, &v)) {
		facts->has_keys = true;
		facts->keys = read_text(facts, v);
	}
}

void facts_add_call(struct facts *facts, struct span body, uint32_t asks)
{
	facts->has_call = true;
	body = split_without_tail(body);
	if (asks & FACTS_BIT(FACTS_PERSONALITY))
		asks |= FACTS_BIT(FACTS_CALL);
	add_doer(facts, body, asks);
	if (asks & FACTS_BIT(FACTS_PERSONALITY) && facts_knows(facts, FACTS_CALL))
		add_number(facts, FACTS_PERSONALITY, 0); /* PER_LINUX is not written */
}

/*
 * What the sender writes stands in msg='...'; libaudit puts the program behind
 * whatever the sender chose, so the last one is libaudit's.
 */
static void add_claims(struct facts *facts, struct span message)
{
	static const char name[] = " exe=";
	const size_t len = sizeof(name) - 1;
	const char *end = message.p + message.n, *at = NULL, *stop;

	for (const char *p = message.p; (size_t)(end - p) >= len; p++)
		if (!memcmp(p, name, len))
			at = p + len;
	if (!at)
		return;
	stop = memchr(at, ' ', (size_t)(end - at));
	add_exe(facts, (struct span){at, (size_t)((stop ? stop : end) - at)});
	facts->no_exe = false;
	facts->claimed = facts->exe.p;
}

static void add_user_message(struct facts *facts, struct span body)
{
	struct field f = {{NULL, 0}, {NULL, 0}};

	while (next_field(&body, &f)) {
		if (span_is(f.name, "msg")) {
			add_claims(facts,
				   (struct span){f.value.p,
						 (size_t)(body.p + body.n - f.value.p)});
			return;
		}
		if (!add_doer_number(facts, &f) && span_is(f.name, "subj"))
			facts->subj = f.value;
	}
}

static enum facts_name_type name_type(struct span s)
{
	static const char *const names[] = {[FACTS_NAME_NORMAL] = "NORMAL",
					    [FACTS_NAME_PARENT] = "PARENT",
					    [FACTS_NAME_CREATE] = "CREATE",
					    [FACTS_NAME_DELETE] = "DELETE"};

	for (unsigned int i = FACTS_NAME_NORMAL; i <= FACTS_NAME_DELETE; i++)
		if (span_is(s, names[i]))
			return (enum facts_name_type)i;
	return FACTS_NAME_UNKNOWN;
}

/* Return: false: the field is there, and cannot be read. */
static bool add_path_field(struct facts *facts, struct facts_path *path,
			   const struct field *f)
{
	struct span v = f->value;
	uint64_t n;

	if (span_is(f->name, "name")) {
		path->name = read_text(facts, v);
	} else if (span_is(f->name, "obj")) {
		path->obj = v;
	} else if (span_is(f->name, "nametype") || span_is(f->name, "objtype")) {
		path->type = name_type(v);
	} else if (span_is(f->name, "inode")) {
		return text_u64(v, UINT64_MAX, &path->inode);
	} else if (span_is(f->name, "dev")) {
		return text_device(v, &path->dev_major, &path->dev_minor);
	} else if (span_is(f->name, "rdev")) {
		return text_device(v, &path->rdev_major, &path->rdev_minor);
	} else if (span_is(f->name, "mode")) {
		if (!read_octal(v, UINT16_MAX, &n))
			return false;
		path->mode = (uint32_t)n;
	} else if (span_is(f->name, "ouid") || span_is(f->name, "ogid")) {
		if (!read_id(v, &n))
			return false;
		*(f->name.p[1] == 'u' ? &path->uid : &path->gid) = (uint32_t)n;
	}
	return true;
}

static void add_path(struct facts *facts, struct span body)
{
	struct facts_path path = {.inode = FACTS_NO_INODE};
	struct field f = {{NULL, 0}, {NULL, 0}};

	while (next_field(&body, &f))
		if (!add_path_field(facts, &path, &f)) {
			facts->paths_lost = true;
			return;
		}
	if (facts->n_paths == FACTS_PATHS_MAX)
		facts->paths_lost = true;
	else
		facts->path[facts->n_paths++] = path;
}

/* struct sockaddr begins with its family, in the machine's order of bytes. */
static void add_family(struct facts *facts, struct span saddr)
{
	bool big = facts_knows(facts, FACTS_ARCH) &&
		   !(facts->number[FACTS_ARCH] & __AUDIT_ARCH_LE);
	uint64_t two;

	if (saddr.n < 4 || !text_hex_u64((struct span){saddr.p, 4}, UINT16_MAX, &two))
		return;
	add_number(facts, FACTS_FAMILY, big ? two : two >> 8 | (two & 0xff) << 8);
}

/* Of the small records one field is asked. */
static void add_other(struct facts *facts, uint32_t type, struct span body)
{
	struct field f = {{NULL, 0}, {NULL, 0}};
	uint64_t n;

	while (next_field(&body, &f)) {
		if (type == AUDIT_CWD && span_is(f.name, "cwd")) {
			facts->cwd = read_text(facts, f.value);
		} else if (type == AUDIT_SOCKADDR && span_is(f.name, "saddr")) {
			add_family(facts, f.value);
		} else if (type == AUDIT_OPENAT2 && span_is(f.name, "oflag")) {
			if (read_octal(f.value, UINT64_MAX, &n))
				add_number(facts, FACTS_OPEN_FLAGS, n);
		} else if (type == AUDIT_IPC && span_is(f.name, "obj")) {
			facts->ipc_obj = f.value;
		}
	}
}

/* Records that come with a SYSCALL record because a rule asked for that. */
static bool is_companion(uint32_t type)
{
	return record_is_detail(type) || type == AUDIT_SYSCALL || type == AUDIT_PATH ||
	       type == AUDIT_CWD || type == AUDIT_KERN_MODULE || type == AUDIT_URINGOP ||
	       type == AUDIT_OPENAT2;
}

static bool is_user_message(uint32_t type)
{
	return type == AUDIT_USER ||
	       (type >= AUDIT_FIRST_USER_MSG && type <= AUDIT_LAST_USER_MSG) ||
	       (type >= AUDIT_FIRST_USER_MSG2 && type <= AUDIT_LAST_USER_MSG2);
}

void facts_add_type(struct facts *facts, uint32_t type)
{
	if (!facts_has_type(facts, type) && facts->n_types < FACTS_TYPES_MAX)
		facts->types[facts->n_types++] = type;
	if (!is_companion(type))
		facts->forced = true;
}

void facts_add_record(struct facts *facts, uint32_t type, struct span body)
{
	body = body.p ? split_without_tail(body) : (struct span){"", 0};
	facts_add_type(facts, type);
	if (type == AUDIT_SYSCALL || type == AUDIT_URINGOP) {
		if (!facts->has_call)
			facts_add_call(facts, body, FACTS_ALL);
	} else if (type == AUDIT_PATH) {
		add_path(facts, body);
	} else if (type == AUDIT_SECCOMP || (type >= AUDIT_FIRST_KERN_ANOM_MSG &&
					     type <= AUDIT_LAST_KERN_ANOM_MSG)) {
		add_doer(facts, body, FACTS_ALL);
	} else if (is_user_message(type)) {
		add_user_message(facts, body);
	} else {
		add_other(facts, type, body);
	}
}
