/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer.h - who is at the other end of a unix socket, by the kernel's word
 */
#ifndef NOISE_PEER_H
#define NOISE_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * peer_may_read - may the peer of the connected socket @fd read what we say?
 * @group: whose members may
 * Yes to root, to our own user, and to whoever had @group as his group or
 * among his supplementary groups when he connected. No when the kernel does
 * not say.
 */
bool peer_may_read(int fd, gid_t group);

#endif
