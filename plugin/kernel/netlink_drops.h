/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_drops.h - auditd's socket, as /proc/net/netlink shows it
 *
 * World readable, asks nobody and never blocks: bytes that auditd has not read
 * yet, and how often the kernel found the socket full.
 */
#ifndef NOISE_KERNEL_NETLINK_DROPS_H
#define NOISE_KERNEL_NETLINK_DROPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct netlink_drops {
	uint64_t unread_bytes; /* Rmem; about 2.3 KB a record */
	uint64_t drops;        /* since the socket was opened; 32 bits in the kernel */
};

/**
 * netlink_drops_read - the audit socket of port @port
 * @text: of /proc/net/netlink (net/netlink/af_netlink.c: netlink_native_seq_show)
 * @port: the kernel's audit pid; auditd's first socket bears its process number
 * Return: false: there is no such line.
 */
bool netlink_drops_read(struct span text, uint32_t port, struct netlink_drops *drops);

#endif
