/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * field.c - one field of a rule as text
 *
 * Pure. Names come from libaudit's tables; what each field takes was seen with
 * auditctl 3.0.9, field by field.
 */
#include "rules/field.h"

#include <ctype.h>
#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/text.h"
#include "rules/calls.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

/* How a value is written. */
enum value_kind {
	VALUE_NUMBER, /* not below 0 */
	VALUE_USER,
	VALUE_GROUP,
	VALUE_SESSION,
	VALUE_ARGUMENT,
	VALUE_EXIT,
	VALUE_MSGTYPE,
	VALUE_ARCH,
	VALUE_PERM,
	VALUE_FILETYPE,
	VALUE_FSTYPE,
	VALUE_FAMILY,
	VALUE_COMPARE,
	VALUE_TEXT,
	VALUE_KEY,
};

enum { /* sets of lists */
       ON_USER = 1 << AUDIT_FILTER_USER,
       ON_TASK = 1 << AUDIT_FILTER_TASK,
       ON_EXCLUDE = 1 << AUDIT_FILTER_EXCLUDE,
       ON_FILESYSTEM = 1 << AUDIT_FILTER_FS,
       /* where there is a system call; libaudit's "exit filter list" */
       ON_CALLS = 1 << AUDIT_FILTER_EXIT | 1 << AUDIT_FILTER_URING_EXIT,
       ON_ALL = 0xff,
       /* newer auditctl lets any field onto the exclude list */
       ON_OBJECTS = ON_CALLS | ON_EXCLUDE,
};

static const struct field_row {
	uint32_t type;
	enum value_kind kind;
	unsigned int lists;
	bool equality; /* takes only = and != */
} rows[] = {
	{AUDIT_PID, VALUE_NUMBER, ON_ALL, false},
	{AUDIT_UID, VALUE_USER, ON_ALL, false},
	{AUDIT_EUID, VALUE_USER, ON_ALL, false},
	{AUDIT_SUID, VALUE_USER, ON_ALL, false},
	{AUDIT_FSUID, VALUE_USER, ON_ALL, false},
	{AUDIT_GID, VALUE_GROUP, ON_ALL, false},
	{AUDIT_EGID, VALUE_GROUP, ON_ALL, false},
	{AUDIT_SGID, VALUE_GROUP, ON_ALL, false},
	{AUDIT_FSGID, VALUE_GROUP, ON_ALL, false},
	{AUDIT_LOGINUID, VALUE_USER, ON_ALL, false},
	{AUDIT_PERS, VALUE_NUMBER, ON_ALL, false},
	{AUDIT_ARCH, VALUE_ARCH, ON_ALL, true},
	{AUDIT_MSGTYPE, VALUE_MSGTYPE, ON_EXCLUDE | ON_USER, false},
	{AUDIT_SUBJ_USER, VALUE_TEXT, ON_ALL, false},
	{AUDIT_SUBJ_ROLE, VALUE_TEXT, ON_ALL, false},
	{AUDIT_SUBJ_TYPE, VALUE_TEXT, ON_ALL, false},
	{AUDIT_SUBJ_SEN, VALUE_TEXT, ON_ALL, false},
	{AUDIT_SUBJ_CLR, VALUE_TEXT, ON_ALL, false},
	{AUDIT_PPID, VALUE_NUMBER, ON_OBJECTS, false},
	{AUDIT_OBJ_USER, VALUE_TEXT, ON_OBJECTS, false},
	{AUDIT_OBJ_ROLE, VALUE_TEXT, ON_OBJECTS, false},
	{AUDIT_OBJ_TYPE, VALUE_TEXT, ON_OBJECTS, false},
	{AUDIT_OBJ_LEV_LOW, VALUE_TEXT, ON_OBJECTS, false},
	{AUDIT_OBJ_LEV_HIGH, VALUE_TEXT, ON_OBJECTS, false},
	{AUDIT_SESSIONID, VALUE_SESSION, ON_OBJECTS | ON_USER, false},
	{AUDIT_FSTYPE, VALUE_FSTYPE, ON_FILESYSTEM, true},
	{AUDIT_DEVMAJOR, VALUE_NUMBER, ON_OBJECTS, false},
	{AUDIT_DEVMINOR, VALUE_NUMBER, ON_OBJECTS, false},
	{AUDIT_INODE, VALUE_NUMBER, ON_OBJECTS, true},
	{AUDIT_EXIT, VALUE_EXIT, ON_OBJECTS, false},
	{AUDIT_SUCCESS, VALUE_NUMBER, ON_OBJECTS, false},
	{AUDIT_WATCH, VALUE_TEXT, ON_OBJECTS, false},
	{AUDIT_PERM, VALUE_PERM, ON_OBJECTS, false},
	{AUDIT_DIR, VALUE_TEXT, ON_OBJECTS, false},
	{AUDIT_FILETYPE, VALUE_FILETYPE, ON_OBJECTS, false},
	{AUDIT_OBJ_UID, VALUE_USER, ON_ALL, false},
	{AUDIT_OBJ_GID, VALUE_GROUP, ON_ALL, false},
	{AUDIT_FIELD_COMPARE, VALUE_COMPARE, ON_OBJECTS, true},
	{AUDIT_EXE, VALUE_TEXT, ON_ALL, true},
	{AUDIT_SADDR_FAM, VALUE_FAMILY, ON_ALL, false},
	{AUDIT_ARG0, VALUE_ARGUMENT, ON_ALL, false},
	{AUDIT_ARG1, VALUE_ARGUMENT, ON_ALL, false},
	{AUDIT_ARG2, VALUE_ARGUMENT, ON_ALL, false},
	{AUDIT_ARG3, VALUE_ARGUMENT, ON_ALL, false},
	{AUDIT_FILTERKEY, VALUE_KEY, ON_ALL, false},
};

static const struct {
	const char *sign;
	uint32_t op;
} operators[] = {
	{"!=", AUDIT_NOT_EQUAL},
	{">=", AUDIT_GREATER_THAN_OR_EQUAL},
	{"<=", AUDIT_LESS_THAN_OR_EQUAL},
	{"&=", AUDIT_BIT_TEST},
	{"=", AUDIT_EQUAL},
	{">", AUDIT_GREATER_THAN},
	{"<", AUDIT_LESS_THAN},
	{"&", AUDIT_BIT_MASK},
};

static const struct field_row *find_row(uint32_t type)
{
	for (size_t i = 0; i < N_OF(rows); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

/* --- reading --- */

uint32_t field_split(char *pair, char **value)
{
	for (size_t i = 0; i < N_OF(operators); i++) {
		char *at = strstr(pair, operators[i].sign);

		if (!at)
			continue;
		*at = '\0';
		*value = at + strlen(operators[i].sign);
		return operators[i].op;
	}
	return 0;
}

int field_read_perm(const char *letters)
{
	int perm = 0;

	for (; *letters; letters++)
		switch (tolower((unsigned char)*letters)) {
		case 'r':
			perm |= AUDIT_PERM_READ;
			break;
		case 'w':
			perm |= AUDIT_PERM_WRITE;
			break;
		case 'x':
			perm |= AUDIT_PERM_EXEC;
			break;
		case 'a':
			perm |= AUDIT_PERM_ATTR;
			break;
		default:
			return -1;
		}
	return perm;
}

/* A number as strtoul(3) with base 0, that is in 32 bits. */
static bool read_number(const char *value, bool may_be_negative, uint32_t *number)
{
	bool negative = *value == '-';
	const char *digits = value + negative;
	unsigned long n;
	char *end;

	if ((negative && !may_be_negative) || !isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	n = strtoul(digits, &end, 0);
	if (*end || errno || n > (negative ? (unsigned long)INT32_MAX + 1 : UINT32_MAX))
		return false;
	*number = negative ? -(uint32_t)n : (uint32_t)n;
	return true;
}

static bool read_user(const struct rule_world *w, const char *value, uint32_t *uid)
{
	if (read_number(value, true, uid))
		return true;
	if (strcmp(value, "unset") == 0) {
		*uid = AUDIT_UID_UNSET;
		return true;
	}
	return !isdigit((unsigned char)*value) && w->user && w->user(w->arg, value, uid);
}

static bool read_group(const struct rule_world *w, const char *value, uint32_t *gid)
{
	if (read_number(value, false, gid))
		return true;
	return !isdigit((unsigned char)*value) && w->group &&
	       w->group(w->arg, value, gid);
}

static bool read_name(int code, uint32_t *number)
{
	*number = (uint32_t)code;
	return code > 0;
}

static bool read_fstype(const char *value, uint32_t *fstype)
{
	int code;

	if (read_number(value, false, fstype))
		return true;
	code = audit_name_to_fstype(value);
	*fstype = (uint32_t)code;
	return code != -1;
}

/* The values that are one number. Return: false with @expected, what would be right. */
static bool read_value(const struct rule_world *w, enum value_kind kind, const char *v,
		       uint32_t *number, const char **expected)
{
	switch (kind) {
	case VALUE_USER:
		*expected = "is no user that is known here; a number or unset is";
		return read_user(w, v, number);
	case VALUE_GROUP:
		*expected = "is no group that is known here; a number is";
		return read_group(w, v, number);
	case VALUE_SESSION:
		*expected = "is no session; a number or unset is";
		*number = AUDIT_SID_UNSET;
		return read_number(v, true, number) || strcmp(v, "unset") == 0;
	case VALUE_ARGUMENT:
		*expected = "is no number of 32 bits";
		return read_number(v, true, number);
	case VALUE_EXIT:
		*expected = "is neither a number nor the name of an error";
		return read_number(v, true, number) ||
		       (*number = (uint32_t)audit_name_to_errno(v)) != 0;
	case VALUE_MSGTYPE:
		*expected = "is no type of a record; 1300 and SYSCALL are";
		return read_number(v, false, number) ||
		       read_name(audit_name_to_msg_type(v), number);
	case VALUE_ARCH:
		*expected = "is no machine that this one can run; b64 and b32 are";
		return (*number = calls_arch(v, w->machine)) != 0;
	case VALUE_PERM:
		*expected = "is no permission; up to four letters of rwxa are";
		*number = (uint32_t)field_read_perm(v);
		return strlen(v) <= 4 && *number != UINT32_MAX;
	case VALUE_FILETYPE:
		*expected = "is no type of a file; file, dir and socket are";
		return read_name(audit_name_to_ftype(v), number);
	case VALUE_FSTYPE:
		*expected = "is no file system that is known here; its magic number is";
		return read_fstype(v, number);
	case VALUE_FAMILY:
		*expected = "is no address family; numbers are, 2 for IPv4, 10 for IPv6";
		return read_number(v, false, number) && *number < AF_MAX;
	default:
		*expected = "is no number of 32 bits";
		return read_number(v, false, number);
	}
}

static int read_text(struct rule_draft *d, const char *name, const char *value,
		     struct rule_field *f)
{
	f->text = span_of(value);
	f->value = (uint32_t)f->text.n;
	if (f->text.n > PATH_MAX)
		return draft_refuse(d, "%s: its value is longer than %d bytes", name,
				    PATH_MAX);
	return 0;
}

static int check_place(struct rule_draft *d, const char *name,
		       const struct field_row *row, uint32_t op)
{
	if (!(row->lists & 1u << d->rule.list))
		return draft_refuse(d, "%s: is no field of the list %s", name,
				    d->rule.list == AUDIT_FILTER_URING_EXIT
					    ? "io_uring"
					    : audit_flag_to_name((int)d->rule.list));
	if (row->kind == VALUE_PERM && op != AUDIT_EQUAL)
		return draft_refuse(d, "%s: takes no operator but =", name);
	if (row->equality && op != AUDIT_EQUAL && op != AUDIT_NOT_EQUAL)
		return draft_refuse(d, "%s: takes no operator but = and !=", name);
	return 0;
}

int field_read(struct rule_draft *d, const char *name, char *value, struct rule_field *f)
{
	const struct field_row *row;
	const char *expected;
	int type = audit_name_to_field(name);

	row = type < 0 ? NULL : find_row((uint32_t)type);
	if (!row)
		return draft_refuse(d, "%s is no field", DRAFT_QUOTE(name));
	f->type = row->type;
	if (check_place(d, name, row, f->op) < 0)
		return -EINVAL;
	if (row->kind == VALUE_TEXT || row->kind == VALUE_KEY)
		return read_text(d, name, value, f);
	if (!read_value(d->world, row->kind, value, &f->value, &expected))
		return draft_refuse(d, "%s: %s %s", name, DRAFT_QUOTE(value), expected);
	return 0;
}

/* --- printing --- */

static void put_bytes(struct field_out *out, const char *p, size_t n)
{
	if (out->n + n < out->size)
		memcpy(out->p + out->n, p, n);
	else if (out->n < out->size)
		memcpy(out->p + out->n, p, out->size - out->n);
	out->n += n;
}

void field_put(struct field_out *out, struct span text)
{
	const char *nul = text.n ? memchr(text.p, '\0', text.n) : NULL;

	if (text.n)
		put_bytes(out, text.p, nul ? (size_t)(nul - text.p) : text.n);
}

void field_printf(struct field_out *out, const char *format, ...)
{
	char text[64];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (n > 0)
		put_bytes(out, text,
			  (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void field_print_perm(struct field_out *out, uint32_t perm)
{
	field_printf(out, "%s%s%s%s", perm & AUDIT_PERM_READ ? "r" : "",
		     perm & AUDIT_PERM_WRITE ? "w" : "",
		     perm & AUDIT_PERM_EXEC ? "x" : "",
		     perm & AUDIT_PERM_ATTR ? "a" : "");
}

static const char *sign_of(uint32_t op)
{
	for (size_t i = 0; i < N_OF(operators); i++)
		if (operators[i].op == op)
			return operators[i].sign;
	return "?";
}

/* The two fields that each kind of comparison has, in the order of its name. */
static const uint32_t compared[][2] = {
	[AUDIT_COMPARE_UID_TO_OBJ_UID] = {AUDIT_UID, AUDIT_OBJ_UID},
	[AUDIT_COMPARE_GID_TO_OBJ_GID] = {AUDIT_GID, AUDIT_OBJ_GID},
	[AUDIT_COMPARE_EUID_TO_OBJ_UID] = {AUDIT_EUID, AUDIT_OBJ_UID},
	[AUDIT_COMPARE_EGID_TO_OBJ_GID] = {AUDIT_EGID, AUDIT_OBJ_GID},
	[AUDIT_COMPARE_AUID_TO_OBJ_UID] = {AUDIT_LOGINUID, AUDIT_OBJ_UID},
	[AUDIT_COMPARE_SUID_TO_OBJ_UID] = {AUDIT_SUID, AUDIT_OBJ_UID},
	[AUDIT_COMPARE_SGID_TO_OBJ_GID] = {AUDIT_SGID, AUDIT_OBJ_GID},
	[AUDIT_COMPARE_FSUID_TO_OBJ_UID] = {AUDIT_FSUID, AUDIT_OBJ_UID},
	[AUDIT_COMPARE_FSGID_TO_OBJ_GID] = {AUDIT_FSGID, AUDIT_OBJ_GID},
	[AUDIT_COMPARE_UID_TO_AUID] = {AUDIT_UID, AUDIT_LOGINUID},
	[AUDIT_COMPARE_UID_TO_EUID] = {AUDIT_UID, AUDIT_EUID},
	[AUDIT_COMPARE_UID_TO_FSUID] = {AUDIT_UID, AUDIT_FSUID},
	[AUDIT_COMPARE_UID_TO_SUID] = {AUDIT_UID, AUDIT_SUID},
	[AUDIT_COMPARE_AUID_TO_FSUID] = {AUDIT_LOGINUID, AUDIT_FSUID},
	[AUDIT_COMPARE_AUID_TO_SUID] = {AUDIT_LOGINUID, AUDIT_SUID},
	[AUDIT_COMPARE_AUID_TO_EUID] = {AUDIT_LOGINUID, AUDIT_EUID},
	[AUDIT_COMPARE_EUID_TO_SUID] = {AUDIT_EUID, AUDIT_SUID},
	[AUDIT_COMPARE_EUID_TO_FSUID] = {AUDIT_EUID, AUDIT_FSUID},
	[AUDIT_COMPARE_SUID_TO_FSUID] = {AUDIT_SUID, AUDIT_FSUID},
	[AUDIT_COMPARE_GID_TO_EGID] = {AUDIT_GID, AUDIT_EGID},
	[AUDIT_COMPARE_GID_TO_FSGID] = {AUDIT_GID, AUDIT_FSGID},
	[AUDIT_COMPARE_GID_TO_SGID] = {AUDIT_GID, AUDIT_SGID},
	[AUDIT_COMPARE_EGID_TO_FSGID] = {AUDIT_EGID, AUDIT_FSGID},
	[AUDIT_COMPARE_EGID_TO_SGID] = {AUDIT_EGID, AUDIT_SGID},
	[AUDIT_COMPARE_SGID_TO_FSGID] = {AUDIT_SGID, AUDIT_FSGID},
};

uint32_t field_comparison(uint32_t left, uint32_t right)
{
	for (uint32_t i = 1; i < N_OF(compared); i++)
		if ((compared[i][0] == left && compared[i][1] == right) ||
		    (compared[i][0] == right && compared[i][1] == left))
			return i;
	return 0;
}

static void print_comparison(struct field_out *out, const struct rule_field *f)
{
	if (f->value < 1 || f->value >= N_OF(compared))
		field_printf(out, " -F field_compare%s%u", sign_of(f->op), f->value);
	else
		field_printf(out, " -C %s%s%s",
			     audit_field_to_name((int)compared[f->value][0]),
			     sign_of(f->op),
			     audit_field_to_name((int)compared[f->value][1]));
}

static void print_keys(struct field_out *out, const struct rule_field *f)
{
	struct span keys = f->text, key;

	while (rule_next_key(&keys, &key)) {
		field_printf(out, " -F key%s", sign_of(f->op));
		field_put(out, key);
	}
}

/* A name where there is one, else the number. */
static void print_name(struct field_out *out, const char *name, uint32_t number)
{
	if (name)
		field_put(out, span_of(name));
	else
		field_printf(out, "%u", number);
}

static void print_exit(struct field_out *out, int32_t value)
{
	const char *name =
		value < 0 && value != INT32_MIN ? audit_errno_to_name(-value) : NULL;

	if (name)
		field_printf(out, "-%s", name);
	else
		field_printf(out, "%d", value);
}

static void print_value(struct field_out *out, enum value_kind kind,
			const struct rule_field *f)
{
	switch (kind) {
	case VALUE_USER:
	case VALUE_SESSION:
		field_printf(out, "%d", (int32_t)f->value);
		break;
	case VALUE_ARGUMENT:
		field_printf(out, "0x%X", f->value);
		break;
	case VALUE_EXIT:
		print_exit(out, (int32_t)f->value);
		break;
	case VALUE_MSGTYPE:
		print_name(out, audit_msg_type_to_name((int)f->value), f->value);
		break;
	case VALUE_FILETYPE:
		print_name(out, audit_ftype_to_name((int)f->value), f->value);
		break;
	case VALUE_FSTYPE:
		print_name(out, audit_fstype_to_name((int)f->value), f->value);
		break;
	case VALUE_PERM:
		field_print_perm(out, f->value);
		break;
	case VALUE_TEXT:
		field_put(out, f->text);
		break;
	default:
		field_printf(out, "%u", f->value);
	}
}

void field_print(struct field_out *out, const struct rule_field *f)
{
	const struct field_row *row = find_row(f->type);
	const char *name = row ? audit_field_to_name((int)f->type) : NULL;

	if (!name) { /* auditctl's form for what it does not know; no option begins so */
		field_printf(out, " f%u%s%u", f->type, sign_of(f->op), f->value);
	} else if (row->kind == VALUE_COMPARE) {
		print_comparison(out, f);
	} else if (row->kind == VALUE_KEY) {
		print_keys(out, f);
	} else {
		field_printf(out, " -F %s%s", name, sign_of(f->op));
		print_value(out, row->kind, f);
	}
}
