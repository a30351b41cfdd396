/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tally_name.c - the names of entries, read back and checked
 *
 * tally.c writes them. Those that come from a file are checked before any
 * reader sees them: the readers take what they are given.
 */
#include "count/attribution.h"
#include "count/tally.h"

struct tally_type tally_type(struct span name)
{
	struct tally_type type = {{NULL, 0}, RECORD_TYPE_UNKNOWN};

	memcpy(&type.type, name.p, sizeof(type.type));
	if (name.n > sizeof(type.type))
		type.name = (struct span){name.p + sizeof(type.type),
					  name.n - sizeof(type.type)};
	return type;
}

struct name_text tally_key(struct span name)
{
	struct name_reader r = {name.p, name.n};

	return name_get_text(&r);
}

struct name_text tally_exe(struct span name, bool *claimed)
{
	struct name_reader r = {name.p, name.n};
	uint8_t flag;

	name_get(&r, &flag, 1);
	*claimed = flag;
	return name_get_text(&r);
}

struct tally_syscall tally_syscall(struct span name)
{
	struct name_reader r = {name.p, name.n};
	struct tally_syscall s;

	name_get(&r, &s.arch, sizeof(s.arch));
	name_get(&r, &s.nr, sizeof(s.nr));
	return s;
}

struct tally_account tally_account(struct span name)
{
	struct name_reader r = {name.p, name.n};
	struct tally_account a;

	name_get(&r, &a.auid, sizeof(a.auid));
	name_get(&r, &a.uid, sizeof(a.uid));
	a.acct = name_get_text(&r);
	return a;
}

/* --- names that come from outside --- */

static bool check_type(struct name_reader *r)
{
	uint32_t type;

	if (!name_get(r, &type, sizeof(type)))
		return false;
	if (record_type_is_unknown(type) && r->n <= RECORD_TYPE_NAME_MAX)
		r->n = 0;
	return true;
}

static bool check_exe(struct name_reader *r)
{
	uint8_t claimed;

	return name_get(r, &claimed, 1) && claimed <= 1 && name_check_text(r);
}

static bool check_syscall(struct name_reader *r)
{
	struct tally_syscall s;

	return name_get(r, &s.arch, sizeof(s.arch)) && name_get(r, &s.nr, sizeof(s.nr));
}

static bool check_account(struct name_reader *r)
{
	int64_t id[2];

	return name_get(r, id, sizeof(id)) && name_check_text(r);
}

bool tally_check_name(enum tally_list list, struct span name)
{
	static bool (*const check[TALLY_LISTS])(struct name_reader *) = {
		[TALLY_TYPES] = check_type,       [TALLY_KEYS] = name_check_text,
		[TALLY_EXES] = check_exe,         [TALLY_SYSCALLS] = check_syscall,
		[TALLY_ACCOUNTS] = check_account,
	};
	struct name_reader r = {name.p, name.n};

	if (list == TALLY_FLOWS)
		return flow_check(name);
	if (list == TALLY_RULES)
		return attribution_check(name);
	return check[list] && check[list](&r) && !r.n;
}
