/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_item.c - what may stand in a list of texts
 */
#include "config_item.h"

#include <libaudit.h>

#include "base/path.h"
#include "base/text.h"

#define TYPE_MAX   UINT16_MAX /* nlmsg_type of netlink(7) */
#define TYPE_BYTES 64         /* longer names of types there are not */

static bool read_number(struct span s, uint32_t *type)
{
	uint64_t number;

	if (!text_u64(s, TYPE_MAX, &number) || !number)
		return false;
	*type = (uint32_t)number;
	return true;
}

/* Strictly: libaudit takes UNKNOWN[] and 12abc for types as well. */
bool config_item_type(struct span name, uint32_t *type)
{
	static const char unknown[] = "UNKNOWN[";
	const size_t n = sizeof(unknown) - 1;
	char text[TYPE_BYTES] = "";
	int number;

	if (name.n > n && !memcmp(name.p, unknown, n))
		return name.p[name.n - 1] == ']' &&
		       read_number((struct span){name.p + n, name.n - n - 1}, type);
	if (*name.p >= '0' && *name.p <= '9')
		return read_number(name, type);
	if (name.n >= sizeof(text))
		return false;
	memcpy(text, name.p, name.n);
	number = audit_name_to_msg_type(text);
	if (number <= 0)
		return false;
	*type = (uint32_t)number;
	return true;
}

const char *config_item_fault(enum config_type type, struct span item)
{
	uint32_t number;

	for (size_t i = 0; i < item.n; i++)
		if ((unsigned char)item.p[i] < ' ' || item.p[i] == 0x7f)
			return "holds a control character; write it without";
	if (type == CONFIG_TYPE_LIST && !config_item_type(item, &number))
		return "is no record type; write a name such as USER_AUTH, UNKNOWN[n] or "
		       "a number";
	if (type == CONFIG_PATH_LIST && !path_is_plain(item))
		return "is no plain absolute path; write one that begins with /, without "
		       "//, \".\" and \"..\" and without a / at its end";
	if (type == CONFIG_KEY_LIST && item.n > AUDIT_MAX_KEY_LEN)
		return "is longer than any key of a rule; write at most 256 bytes";
	return NULL;
}
