/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load_table.c - a change of a firewall, as nft(8) makes it
 *
 * By hand, for neither nft(8) nor iptables(8) is everywhere; the kernel writes its record
 * for whoever makes the change.
 */
#include "load_table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME "loop"

/* A change stands between the two ends of a batch. */
struct part {
	struct nlmsghdr head;
	struct nfgenmsg about;
};

struct batch {
	struct part begin, change;
	struct nlattr attribute; /* of the change */
	char name[8];            /* NAME, filled up to a multiple of 4 */
	struct part end;
};

static struct part part(int type, uint16_t subsystem)
{
	return (struct part){
		.head = {.nlmsg_len = sizeof(struct part),
			 .nlmsg_type = (uint16_t)type,
			 .nlmsg_flags = NLM_F_REQUEST},
		.about = {.nfgen_family = NFPROTO_IPV4, .res_id = htons(subsystem)},
	};
}

/* Return: 0 or a negative errno, that of the answer too. */
static int ask(int fd, const struct batch *batch)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} in;
	const ssize_t least = sizeof(in.head) + sizeof(in.error.error);

	if (send(fd, batch, sizeof(*batch), 0) < 0)
		return -errno;
	if (recv(fd, &in, sizeof(in), 0) < least || in.head.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return in.error.error;
}

int load_table(bool make)
{
	const int tables = NFNL_SUBSYS_NFTABLES;
	struct batch batch = {
		.begin = part(NFNL_MSG_BATCH_BEGIN, NFNL_SUBSYS_NFTABLES),
		.change = part(tables << 8 | (make ? NFT_MSG_NEWTABLE : NFT_MSG_DELTABLE),
			       0),
		.attribute = {NLA_HDRLEN + sizeof(NAME), NFTA_TABLE_NAME},
		.name = NAME,
		.end = part(NFNL_MSG_BATCH_END, NFNL_SUBSYS_NFTABLES),
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	int rc;

	if (fd < 0)
		return -1;
	batch.change.head.nlmsg_flags |= NLM_F_ACK;
	batch.change.head.nlmsg_len += sizeof(batch.attribute) + sizeof(batch.name);
	rc = ask(fd, &batch);
	close(fd);
	return rc ? -1 : 0;
}
