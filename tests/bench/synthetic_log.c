/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * synthetic_log.c - a stream of synthetic.h on standard output
 *
 * usage: synthetic_log EVENTS VALUES MIX
 * MIX: a number of synthetic.h's enum mix, or -1 for all in turn. A second of
 * the stream holds 4,000 events.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "synthetic.h"

int main(int argc, char **argv)
{
	struct stream s = {.ms = 1795300000000, .serial = 1};
	unsigned long events, i;
	int mix;

	if (argc != 4) {
		fputs("usage: synthetic_log EVENTS VALUES MIX\n", stderr);
		return 2;
	}
	events = strtoul(argv[1], NULL, 10);
	s.values = (unsigned int)strtoul(argv[2], NULL, 10);
	mix = atoi(argv[3]);
	for (i = 0; i < events; i++) {
		stream_event(&s, mix < 0 ? (enum mix)(i % MIXES) : (enum mix)mix);
		s.ms += i % 4 == 0;
		if (s.n < 65536 && i + 1 < events)
			continue;
		if (fwrite(s.text, 1, s.n, stdout) != s.n)
			return 1;
		s.n = 0;
	}
	stream_free(&s);
	return fflush(stdout) != 0;
}
