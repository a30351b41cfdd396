/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * discard.c - the least that a plugin can do: it reads, and throws it away
 *
 * As our own plugin it is not ended by SIGTERM but by the end of the stream.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

int main(void)
{
	static char block[65536];
	ssize_t n;

	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	do {
		n = read(STDIN_FILENO, block, sizeof(block));
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0;
}
