/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.c - how auditd fares: its line of proc(5)
 *
 * Pure. The name in the line may hold any byte, so what follows it is found from
 * the end: behind the last closing parenthesis stand letters and numbers alone.
 */
#include "kernel/process.h"

#include "base/text.h"

/* words behind the state */
#define STAT_NICE  16
#define STAT_START 19

static bool read_nice(struct span word, int *nice)
{
	bool negative = word.n && word.p[0] == '-';
	uint64_t value;

	if (negative) {
		word.p++;
		word.n--;
	}
	if (!text_u64(word, 20, &value))
		return false;
	*nice = negative ? -(int)value : (int)value;
	return true;
}

/* What stands behind the name. */
static bool read_stat(struct span line, struct process *p)
{
	struct span word = text_word(&line);
	int i;

	if (word.n != 1 || (word.p[0] | 32) < 'a' || (word.p[0] | 32) > 'z')
		return false;
	p->state = word.p[0];
	for (i = 0; i < STAT_NICE; i++)
		word = text_word(&line);
	if (!read_nice(word, &p->nice))
		return false;
	for (; i < STAT_START; i++)
		word = text_word(&line);
	return text_u64(word, UINT64_MAX, &p->started_ticks);
}

bool process_read(struct span text, struct process *process)
{
	const char *name = text.n ? memrchr(text.p, ')', text.n) : NULL;
	struct process p = {0};
	struct span rest, line;

	*process = p;
	if (!name)
		return false;
	rest = (struct span){name + 1, (size_t)(text.p + text.n - name - 1)};
	if (!text_line(&rest, &line) || !read_stat(line, &p))
		return false;
	p.has_run = text_u64(text_word(&rest), UINT64_MAX, &p.run_ns) &&
		    text_u64(text_word(&rest), UINT64_MAX, &p.waited_ns);
	*process = p;
	return true;
}
