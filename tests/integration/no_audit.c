/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * no_audit.c - run a command as on a kernel that was built without audit
 *
 * no_audit COMMAND...: socket(AF_NETLINK, ..., NETLINK_AUDIT) fails with
 * EPROTONOSUPPORT, as where CONFIG_AUDIT is not set; all else is as it was.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r = filter ? 0 : -ENOMEM;

	if (argc < 2) {
		fputs("usage: no_audit COMMAND...\n", stderr);
		return 2;
	}
	/* root keeps its rights over the exec */
	if (!r)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	if (!r)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPROTONOSUPPORT),
				     SCMP_SYS(socket), 2,
				     SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0),
				     SCMP_A2(SCMP_CMP_EQ, NETLINK_AUDIT, 0));
	if (!r)
		r = seccomp_load(filter);
	if (r < 0) {
		fprintf(stderr, "no_audit: no filter: %s\n", strerror(-r));
		return 77;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
