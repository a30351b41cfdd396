/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair_guard.c - no correction may blind the audit
 *
 * Pure. A rule that does nothing now and would leave out events once it is corrected
 * is an exception that we propose, whoever has written it: it must name a program or
 * a place, and none of those that are never to be silenced.
 */
#include <libaudit.h>

#include "advise/repair_part.h"
#include "rules/cover.h"

/* Beginnings of places whose changes are always recorded, and what lies above them. */
static const char *const protected_places[] = {
	"/etc",  "/boot",          "/root",           "/usr", "/lib", "/bin",
	"/sbin", "/var/log/audit", "/var/spool/cron",
};

/* Record types that tell of attacks, of the audit itself, or hold an event together. */
static bool is_protected_type(uint32_t type)
{
	return type == AUDIT_SYSCALL || type == AUDIT_EOE ||
	       type == AUDIT_CONFIG_CHANGE || type == AUDIT_USER_AUTH ||
	       type == AUDIT_USER_LOGIN || type == AUDIT_USER_ERR ||
	       (type >= AUDIT_FIRST_DAEMON && type <= AUDIT_LAST_DAEMON) ||
	       (type >= AUDIT_FIRST_SELINUX && type <= AUDIT_LAST_KERN_ANOM_MSG) ||
	       (type >= AUDIT_INTEGRITY_FIRST_MSG && type <= AUDIT_INTEGRITY_LAST_MSG) ||
	       (type >= AUDIT_FIRST_ANOM_MSG && type <= AUDIT_LAST_ANOM_RESP);
}

static bool begins(struct span path, const char *with, size_t n)
{
	return path.n >= n && memcmp(path.p, with, n) == 0;
}

/* In it, it itself, or above it. */
static bool is_protected_place(struct span path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	if (span_is(path, "/"))
		return true;
	for (size_t i = 0; i < sizeof(protected_places) / sizeof(protected_places[0]);
	     i++) {
		const char *p = protected_places[i];
		size_t n = strlen(p);

		/* /lib stands for /lib64 and its like too */
		if (begins(path, p, n) || (begins(span_of(p), path.p, path.n) &&
					   (n == path.n || p[path.n] == '/')))
			return true;
	}
	for (size_t i = 0; i + 5 <= path.n; i++)
		if (memcmp(path.p + i, "/.ssh", 5) == 0)
			return true;
	return false;
}

/* Of the user and the exclude list: what it leaves out must be one named type. */
static const char *guard_records(const struct rule *rule)
{
	const struct rule_field *type = rule_find(rule, AUDIT_MSGTYPE);

	if (!type || type->op != AUDIT_EQUAL)
		return "it would leave out records of more than one type";
	if (is_protected_type(type->value))
		return "records of its type are never to be left out";
	if (rule->n_fields == 1)
		return "it would leave out records of its type for everybody";
	return NULL;
}

static const char *guard_calls(const struct rule *rule)
{
	const struct rule_field *object = rule_find(rule, AUDIT_DIR),
				*exe = rule_find(rule, AUDIT_EXE);

	if (!object)
		object = rule_find(rule, AUDIT_WATCH);
	if (object && is_protected_place(object->text))
		return "what happens there is never to be left out";
	if (object && object->op == AUDIT_EQUAL)
		return NULL;
	if (exe && exe->op == AUDIT_EQUAL)
		return NULL;
	return "it names no program and no directory";
}

static bool blinds_at_all(const struct rule *rule)
{
	return rule->action == AUDIT_NEVER || rule->list == AUDIT_FILTER_EXCLUDE;
}

const char *repair_guard(const struct repair *r)
{
	const struct rule *rule = r->add[0];

	/* these leave out no more than they do now */
	if (!rule || !blinds_at_all(rule) || r->fix == FINDING_FIX_MERGE ||
	    r->finding == FINDING_NO_ARCH)
		return NULL;
	if (rule->list == AUDIT_FILTER_EXCLUDE || rule->list == AUDIT_FILTER_USER)
		return guard_records(rule);
	return guard_calls(rule);
}
