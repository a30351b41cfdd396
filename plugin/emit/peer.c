/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer.c - who is at the other end of a unix socket, by the kernel's word
 *
 * SO_PEERCRED and SO_PEERGROUPS of unix(7): what the peer was when it called
 * connect(2). Never asks NSS, which may wait for a network. A peer of which
 * the kernel says nothing is a stranger.
 */
#include "emit/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUPS_FEW 64    /* enough for nearly everybody, without the heap */
#define GROUPS_MAX 65536 /* NGROUPS_MAX of the kernel */

static bool has_group(const gid_t *groups, socklen_t bytes, gid_t group)
{
	size_t i, n = bytes / sizeof(*groups);

	for (i = 0; i < n; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* ERANGE told how many bytes the list takes: once more, with that much. */
static bool in_many_groups(int fd, socklen_t bytes, gid_t group)
{
	gid_t *groups;
	bool found;

	if (bytes > GROUPS_MAX * sizeof(*groups))
		return false;
	groups = malloc(bytes);
	if (!groups)
		return false;
	found = !getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes) &&
		has_group(groups, bytes, group);
	free(groups);
	return found;
}

bool peer_may_read(int fd, gid_t group)
{
	struct ucred peer;
	gid_t groups[GROUPS_FEW];
	socklen_t bytes = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) ||
	    bytes != sizeof(peer))
		return false;
	if (peer.uid == 0 || peer.uid == geteuid() || peer.gid == group)
		return true;
	bytes = sizeof(groups);
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes))
		return has_group(groups, bytes, group);
	return errno == ERANGE && in_many_groups(fd, bytes, group);
}
