/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - how auditd fares: its line of proc(5)
 *
 * Tells a daemon that is stopped, that gets no processor, that waits for its
 * disk, or that has simply too much to do, from each other.
 */
#ifndef NOISE_KERNEL_PROCESS_H
#define NOISE_KERNEL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct process {
	char state;             /* R S D T t Z X, see proc(5) */
	int nice;               /* -20 to 19 */
	uint64_t started_ticks; /* after the boot, in 1/sysconf(_SC_CLK_TCK) s */
	bool has_run;           /* the kernel has schedstat (CONFIG_SCHED_INFO) */
	uint64_t run_ns;        /* on a processor, its first thread */
	uint64_t waited_ns;     /* ready to run, and for a processor waiting */
};

/**
 * process_read - /proc/PID/stat with /proc/PID/task/PID/schedstat behind it
 * Return: false: no such text, @process is zeroed.
 */
bool process_read(struct span text, struct process *process);

#endif
