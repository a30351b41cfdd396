/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match_field.c - one field of a rule against the facts
 *
 * In the order of kernel/auditsc.c: audit_filter_rules(). A name without an inode has
 * there the owner, mode and device 0, and so it has here.
 */
#include <libaudit.h>
#include <sys/stat.h>

#include "rules/match_inner.h"

/* Only the lower 32 bits of a number are compared. */
static enum match number(const struct view *v, enum facts_number n,
			 const struct rule_field *f)
{
	if (!facts_knows(v->facts, n))
		return MATCH_MAYBE;
	return match_bool(rule_compares((uint32_t)v->facts->number[n], f->op, f->value));
}

/* A number that a process has, and a rule asks through all its groups. */
static enum match group(const struct view *v, enum facts_number n,
			const struct rule_field *f)
{
	enum match m = number(v, n, f);

	if (f->op == AUDIT_EQUAL)
		return match_most(m, MATCH_MAYBE);
	return f->op == AUDIT_NOT_EQUAL ? match_least(m, MATCH_MAYBE) : m;
}

/* exit, success: a call that has not returned has neither, and matches nothing. */
static enum match outcome(const struct view *v, const struct rule_field *f)
{
	const struct facts *facts = v->facts;
	enum { SUCCESS = 1, FAILURE }; /* kernel/audit.h: AUDITSC_* */

	if (!facts_knows(facts, FACTS_SUCCESS))
		return facts->has_call && !facts_knows(facts, FACTS_EXIT) ? MATCH_NO
									  : MATCH_MAYBE;
	if (f->type == AUDIT_EXIT)
		return number(v, FACTS_EXIT, f);
	return match_bool(rule_compares(facts->number[FACTS_SUCCESS] ? SUCCESS : FAILURE,
					f->op, f->value ? SUCCESS : FAILURE));
}

static enum match auid_set(const struct view *v, const struct rule_field *f)
{
	uint32_t value = f->type == AUDIT_LOGINUID_SET ? f->value : 0;

	if (!facts_knows(v->facts, FACTS_AUID))
		return MATCH_MAYBE;
	return match_bool(
		rule_compares(v->facts->number[FACTS_AUID] != FACTS_UNSET, f->op, value));
}

/* --- names --- */

typedef enum match name_fn(const struct view *v, const struct rule_field *f,
			   const struct facts_path *name);

/* The view's name alone, else one of all. */
static enum match any_name(const struct view *v, const struct rule_field *f, name_fn *is)
{
	enum match m = v->has_all ? MATCH_NO : MATCH_MAYBE;

	if (v->is_unseen)
		return MATCH_MAYBE;
	if (v->name)
		return is(v, f, v->name);
	for (size_t i = 0; i < v->facts->n_paths && m != MATCH_YES; i++)
		m = match_most(m, is(v, f, &v->facts->path[i]));
	return m;
}

static enum match name_number(const struct view *v, const struct rule_field *f,
			      const struct facts_path *name)
{
	uint32_t other = 0;
	uint32_t value;

	(void)v;
	switch (f->type) {
	case AUDIT_DEVMAJOR:
		value = name->dev_major;
		other = name->rdev_major;
		break;
	case AUDIT_DEVMINOR:
		value = name->dev_minor;
		other = name->rdev_minor;
		break;
	case AUDIT_OBJ_UID:
		value = other = name->uid;
		break;
	case AUDIT_OBJ_GID:
		value = other = name->gid;
		break;
	default:
		value = other = (uint32_t)name->inode;
		break;
	}
	return match_bool(rule_compares(value, f->op, f->value) ||
			  rule_compares(other, f->op, f->value));
}

static enum match name_filetype(const struct view *v, const struct rule_field *f,
				const struct facts_path *name)
{
	(void)v;
	return match_bool(name->inode != FACTS_NO_INODE &&
			  (name->mode & S_IFMT) == f->value);
}

static enum match name_label(const struct view *v, const struct rule_field *f,
			     const struct facts_path *name)
{
	return match_label(v, f, name->obj);
}

static enum match filetype(const struct view *v, const struct rule_field *f)
{
	struct view all = *v;
	enum match m;

	all.name = NULL; /* the kernel looks at all of them here */
	m = any_name(&all, f, name_filetype);
	return f->op == AUDIT_NOT_EQUAL ? match_not(m) : m;
}

/* --- two fields of the event --- */

#define OWNER FACTS_NUMBERS /* of a name */
#define GROUP (FACTS_NUMBERS + 1)

static const struct {
	unsigned int left, right;
} pairs[] = {
	[AUDIT_COMPARE_UID_TO_OBJ_UID] = {FACTS_UID, OWNER},
	[AUDIT_COMPARE_GID_TO_OBJ_GID] = {FACTS_GID, GROUP},
	[AUDIT_COMPARE_EUID_TO_OBJ_UID] = {FACTS_EUID, OWNER},
	[AUDIT_COMPARE_EGID_TO_OBJ_GID] = {FACTS_EGID, GROUP},
	[AUDIT_COMPARE_AUID_TO_OBJ_UID] = {FACTS_AUID, OWNER},
	[AUDIT_COMPARE_SUID_TO_OBJ_UID] = {FACTS_SUID, OWNER},
	[AUDIT_COMPARE_SGID_TO_OBJ_GID] = {FACTS_SGID, GROUP},
	[AUDIT_COMPARE_FSUID_TO_OBJ_UID] = {FACTS_FSUID, OWNER},
	[AUDIT_COMPARE_FSGID_TO_OBJ_GID] = {FACTS_FSGID, GROUP},
	[AUDIT_COMPARE_UID_TO_AUID] = {FACTS_UID, FACTS_AUID},
	[AUDIT_COMPARE_UID_TO_EUID] = {FACTS_UID, FACTS_EUID},
	[AUDIT_COMPARE_UID_TO_SUID] = {FACTS_UID, FACTS_SUID},
	[AUDIT_COMPARE_UID_TO_FSUID] = {FACTS_UID, FACTS_FSUID},
	[AUDIT_COMPARE_AUID_TO_EUID] = {FACTS_AUID, FACTS_EUID},
	[AUDIT_COMPARE_AUID_TO_SUID] = {FACTS_AUID, FACTS_SUID},
	[AUDIT_COMPARE_AUID_TO_FSUID] = {FACTS_AUID, FACTS_FSUID},
	[AUDIT_COMPARE_EUID_TO_SUID] = {FACTS_EUID, FACTS_SUID},
	[AUDIT_COMPARE_EUID_TO_FSUID] = {FACTS_EUID, FACTS_FSUID},
	[AUDIT_COMPARE_SUID_TO_FSUID] = {FACTS_SUID, FACTS_FSUID},
	[AUDIT_COMPARE_GID_TO_EGID] = {FACTS_GID, FACTS_EGID},
	[AUDIT_COMPARE_GID_TO_SGID] = {FACTS_GID, FACTS_SGID},
	[AUDIT_COMPARE_GID_TO_FSGID] = {FACTS_GID, FACTS_FSGID},
	[AUDIT_COMPARE_EGID_TO_SGID] = {FACTS_EGID, FACTS_SGID},
	[AUDIT_COMPARE_EGID_TO_FSGID] = {FACTS_EGID, FACTS_FSGID},
	[AUDIT_COMPARE_SGID_TO_FSGID] = {FACTS_SGID, FACTS_FSGID},
};

static enum match name_owner(const struct view *v, const struct rule_field *f,
			     const struct facts_path *name)
{
	unsigned int left = pairs[f->value].left;
	uint32_t owner = pairs[f->value].right == OWNER ? name->uid : name->gid;

	return match_bool(rule_compares((uint32_t)v->facts->number[left], f->op, owner));
}

static enum match comparison(const struct view *v, const struct rule_field *f)
{
	struct view all = *v;
	unsigned int left, right;

	if (!f->value || f->value >= sizeof(pairs) / sizeof(pairs[0]))
		return MATCH_MAYBE; /* of a kernel to come */
	left = pairs[f->value].left;
	right = pairs[f->value].right;
	if (!facts_knows(v->facts, (enum facts_number)left))
		return MATCH_MAYBE;
	all.name = NULL; /* here too it looks at all of them */
	if (right >= FACTS_NUMBERS)
		return any_name(&all, f, name_owner);
	if (!facts_knows(v->facts, (enum facts_number)right))
		return MATCH_MAYBE;
	return match_bool(rule_compares((uint32_t)v->facts->number[left], f->op,
					(uint32_t)v->facts->number[right]));
}

/* --- the rest --- */

/* The call's name is looked up only where it is asked for. */
struct perm match_perm(const struct view *v)
{
	if (!v->places->knows_perm) {
		v->places->perm = perm_of(v->facts, v->options->kernel);
		v->places->knows_perm = true;
	}
	return v->places->perm;
}

static enum match perm(const struct view *v, const struct rule_field *f)
{
	struct perm call = match_perm(v);
	enum match m = call.sure & f->value    ? MATCH_YES
		       : call.maybe & f->value ? MATCH_MAYBE
					       : MATCH_NO;

	return f->op == AUDIT_NOT_EQUAL ? match_not(m) : m;
}

/* A call that takes no address has no record of one; that one is missing may also be
 * the work of a rule of the exclude list. */
static enum match family(const struct view *v, const struct rule_field *f)
{
	if (v->facts->has_call && !facts_has_type(v->facts, AUDIT_SOCKADDR) &&
	    !v->may_lack_address)
		return MATCH_NO;
	return number(v, FACTS_FAMILY, f);
}

static enum match object_label(const struct view *v, const struct rule_field *f)
{
	enum match m = any_name(v, f, name_label);

	if (facts_has_type(v->facts, AUDIT_IPC))
		m = match_most(m, match_label(v, f, v->facts->ipc_obj));
	return m;
}

/* Fields with a number of the event's own; FACTS_NUMBERS: it is no such field. */
static enum facts_number plain_number(uint32_t type)
{
	switch (type) {
	case AUDIT_PID:
		return FACTS_PID;
	case AUDIT_PPID:
		return FACTS_PPID;
	case AUDIT_UID:
		return FACTS_UID;
	case AUDIT_EUID:
		return FACTS_EUID;
	case AUDIT_SUID:
		return FACTS_SUID;
	case AUDIT_FSUID:
		return FACTS_FSUID;
	case AUDIT_SGID:
		return FACTS_SGID;
	case AUDIT_FSGID:
		return FACTS_FSGID;
	case AUDIT_LOGINUID:
		return FACTS_AUID;
	case AUDIT_SESSIONID:
		return FACTS_SESSION;
	case AUDIT_PERS:
		return FACTS_PERSONALITY;
	case AUDIT_ARCH:
		return FACTS_ARCH;
	case AUDIT_ARG0 ... AUDIT_ARG3:
		return (enum facts_number)(FACTS_ARG0 + (type - AUDIT_ARG0));
	default:
		return FACTS_NUMBERS;
	}
}

enum match match_field(const struct view *v, const struct rule_field *f)
{
	enum facts_number n = plain_number(f->type);

	if (rule_tests_auid_set(f))
		return auid_set(v, f);
	if (n != FACTS_NUMBERS)
		return number(v, n, f);
	switch (f->type) {
	case AUDIT_GID:
		return group(v, FACTS_GID, f);
	case AUDIT_EGID:
		return group(v, FACTS_EGID, f);
	case AUDIT_EXIT:
	case AUDIT_SUCCESS:
		return outcome(v, f);
	case AUDIT_EXE:
		return match_exe(v, f);
	case AUDIT_DEVMAJOR:
	case AUDIT_DEVMINOR:
	case AUDIT_INODE:
	case AUDIT_OBJ_UID:
	case AUDIT_OBJ_GID:
		return any_name(v, f, name_number);
	case AUDIT_WATCH:
		return v->is_unseen ? MATCH_MAYBE : match_watch(v, f->text);
	case AUDIT_DIR:
		return match_dir(v, f->text);
	case AUDIT_SADDR_FAM:
		return family(v, f);
	case AUDIT_SUBJ_USER ... AUDIT_SUBJ_CLR:
		return match_label(v, f, v->facts->subj);
	case AUDIT_OBJ_USER ... AUDIT_OBJ_LEV_HIGH:
		return object_label(v, f);
	case AUDIT_FILTERKEY:
		return MATCH_YES;
	case AUDIT_PERM:
		return perm(v, f);
	case AUDIT_FILETYPE:
		return filetype(v, f);
	case AUDIT_FIELD_COMPARE:
		return comparison(v, f);
	default: /* fstype, msgtype: never in such a list */
		return MATCH_NO;
	}
}

/* --- what is asked for --- */

#define ALL_NAMES (FACTS_BIT(FACTS_OTHERS) | FACTS_BIT(FACTS_ITEMS))

/* Files and names that are believed are compared with anything that an event tells. */
static bool is_told_of_files(const struct match_options *options)
{
	return options->file || options->place || options->births ||
	       options->exe_by_name || options->paths_by_name || options->plain_programs;
}

uint32_t match_field_asks(const struct match_options *options, const struct rule_field *f)
{
	enum facts_number n = plain_number(f->type);

	if (n != FACTS_NUMBERS)
		return FACTS_BIT(n);
	switch (f->type) {
	case AUDIT_LOGINUID_SET:
		return FACTS_BIT(FACTS_AUID);
	case AUDIT_GID:
		return FACTS_BIT(FACTS_GID);
	case AUDIT_EGID:
		return FACTS_BIT(FACTS_EGID);
	case AUDIT_EXIT:
	case AUDIT_SUCCESS:
		return FACTS_BIT(FACTS_SUCCESS) | FACTS_BIT(FACTS_EXIT);
	case AUDIT_EXE:
		return is_told_of_files(options) ? FACTS_ALL : FACTS_BIT(FACTS_EXE);
	case AUDIT_WATCH:
	case AUDIT_DIR:
		return is_told_of_files(options) ? FACTS_ALL : ALL_NAMES;
	case AUDIT_DEVMAJOR:
	case AUDIT_DEVMINOR:
	case AUDIT_INODE:
	case AUDIT_OBJ_UID:
	case AUDIT_OBJ_GID:
	case AUDIT_FILETYPE:
	case AUDIT_OBJ_USER ... AUDIT_OBJ_LEV_HIGH:
		return ALL_NAMES;
	case AUDIT_SUBJ_USER ... AUDIT_SUBJ_CLR:
		return FACTS_BIT(FACTS_SUBJ);
	case AUDIT_PERM: /* perm_of() */
		return FACTS_BIT(FACTS_ARCH) | FACTS_BIT(FACTS_CALL) |
		       FACTS_BIT(FACTS_ARG0) | FACTS_BIT(FACTS_ARG1) |
		       FACTS_BIT(FACTS_ARG2) | FACTS_BIT(FACTS_OTHERS);
	case AUDIT_FILTERKEY:
		return 0;
	default: /* comparisons, an address with its byte order */
		return FACTS_ALL;
	}
}
