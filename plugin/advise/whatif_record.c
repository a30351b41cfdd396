/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whatif_record.c - records by their type: which come with a rule, and which without
 */
#include <libaudit.h>
#include <string.h>

#include "advise/whatif_inner.h"
#include "rules/calls.h"
#include "stream/record.h"

/* As rules/facts.c has it. */
bool whatif_is_companion(uint32_t type)
{
	return record_is_detail(type) || type == AUDIT_SYSCALL || type == AUDIT_PATH ||
	       type == AUDIT_CWD || type == AUDIT_KERN_MODULE || type == AUDIT_URINGOP ||
	       type == AUDIT_OPENAT2;
}

size_t whatif_forced_types(const struct whatif_flow *flow, uint32_t *out, size_t max)
{
	size_t n = 0;

	for (unsigned int i = 0; i < flow->n_types; i++) {
		if (whatif_is_companion(flow->types[i]))
			continue;
		if (n < max)
			out[n] = flow->types[i];
		n++;
	}
	return n;
}

bool whatif_is_execution(const struct whatif_flow *flow)
{
	int machine = calls_machine(flow->arch, -1);
	const char *name = machine < 0 || !flow->has_call
				   ? NULL
				   : calls_name(flow->call, machine, false);

	return name && (!strcmp(name, "execve") || !strcmp(name, "execveat"));
}

bool whatif_is_forced(const struct whatif_flow *flow)
{
	return whatif_forced_types(flow, NULL, 0);
}

bool whatif_is_one_each(uint32_t type)
{
	return type == AUDIT_CWD || type == AUDIT_PROCTITLE || type == AUDIT_LOGIN;
}

static bool is_only_forced(const struct whatif_flow *flow, uint32_t type)
{
	for (unsigned int i = 0; i < flow->n_types; i++)
		if (flow->types[i] != type && !whatif_is_companion(flow->types[i]))
			return false;
	return true;
}

/* Do all records of the event go with this one? */
static bool takes_all(const struct whatif_flow *flow, uint32_t type)
{
	if (whatif_is_companion(type) || !is_only_forced(flow, type))
		return false;
	return flow->n_types == 1 || flow->won == WHATIF_WON_NONE;
}

struct whatif_record whatif_record_by(const struct whatif_flow *flow, uint32_t type)
{
	return (struct whatif_record){
		.type = type,
		.exe = flow->exe,
		.claimed = flow->claimed,
		.uid = flow->uid,
		.auid = flow->auid,
		.uid_class = flow->uid_class,
		.auid_class = flow->auid_class,
		.success = flow->success,
	};
}

bool whatif_record_of(const struct whatif_flow *flow, size_t at, uint32_t type,
		      struct whatif_record *out)
{
	bool has = false, all = takes_all(flow, type);

	for (unsigned int i = 0; i < flow->n_types; i++)
		has |= flow->types[i] == type;
	if (!has || flow->foreign || type == AUDIT_SYSCALL)
		return false;
	if (!all && (!whatif_is_one_each(type) ||
		     (type == AUDIT_LOGIN && flow->won == WHATIF_WON_OPEN)))
		return false;
	*out = whatif_record_by(flow, type);
	out->flow = at;
	out->whole = all;
	for (unsigned int i = 0; i < WINDOWS_MAX; i++) {
		const struct count *c = &flow->count[i];

		if (all)
			out->vanish[i] = *c;
		else if (c->records)
			out->vanish[i] = (struct count){
				0, c->events,
				(uint64_t)((double)c->bytes * (double)c->events /
					   (double)c->records)};
	}
	return true;
}
