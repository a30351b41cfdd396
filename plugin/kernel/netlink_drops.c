/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_drops.c - auditd's socket, as /proc/net/netlink shows it
 *
 * Pure. Columns by their place: sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode.
 */
#include "kernel/netlink_drops.h"

#include <linux/netlink.h>

#include "base/text.h"

enum column { ETH = 1, PORT, GROUPS, RMEM, WMEM, DUMP, LOCKS, DROPS, COLUMNS };

static bool read_line(struct span line, uint32_t port, struct netlink_drops *drops)
{
	struct span word[COLUMNS];
	uint64_t value;
	int i;

	for (i = 0; i < COLUMNS; i++)
		word[i] = text_word(&line);
	return text_u64(word[ETH], UINT32_MAX, &value) && value == NETLINK_AUDIT &&
	       text_u64(word[PORT], UINT32_MAX, &value) && value == port &&
	       text_u64(word[RMEM], UINT64_MAX, &drops->unread_bytes) &&
	       text_u64(word[DROPS], UINT64_MAX, &drops->drops);
}

bool netlink_drops_read(struct span text, uint32_t port, struct netlink_drops *drops)
{
	struct span line;

	while (text_line(&text, &line))
		if (read_line(line, port, drops))
			return true;
	*drops = (struct netlink_drops){0, 0};
	return false;
}
