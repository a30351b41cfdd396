/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.c - bytes in any portions become lines
 *
 * A line that lies whole in the caller's bytes is handed on from there; only
 * what is cut by the end of a portion is copied. The result is the same
 * however the stream is cut.
 */
#include "stream/input.h"

void input_init(struct input *in, input_line_fn *line, void *arg)
{
	in->line = line;
	in->arg = arg;
	in->have = 0;
	in->skipped = 0;
}

/* Keep part of an unfinished line, as much as fits. */
static void keep(struct input *in, const char *data, size_t n)
{
	size_t room = sizeof(in->buf) - in->have;
	size_t fits = n < room ? n : room;

	memcpy(in->buf + in->have, data, fits);
	in->have += fits;
	in->skipped += n - fits;
}

static void hand_on_kept(struct input *in, uint64_t newline)
{
	uint64_t bytes = in->have + in->skipped + newline;

	in->line(in->arg, (struct span){in->buf, in->have}, bytes, in->skipped != 0);
	in->have = 0;
	in->skipped = 0;
}

static void hand_on(struct input *in, const char *line, size_t n)
{
	size_t shown = n < INPUT_LINE_MAX ? n : INPUT_LINE_MAX;

	in->line(in->arg, (struct span){line, shown}, n + 1, shown != n);
}

unsigned int input_feed(struct input *in, const char *data, size_t n)
{
	const char *end = data + n, *newline;
	unsigned int lines = 0;

	while (data < end && (newline = memchr(data, '\n', (size_t)(end - data)))) {
		size_t len = (size_t)(newline - data);

		if (in->have) {
			keep(in, data, len);
			hand_on_kept(in, 1);
		} else {
			hand_on(in, data, len);
		}
		data = newline + 1;
		lines++;
	}
	if (data < end)
		keep(in, data, (size_t)(end - data));
	return lines;
}

void input_end(struct input *in)
{
	if (in->have)
		hand_on_kept(in, 0);
}
