/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.h - the process that asks the kernel and reads files
 */
#ifndef NOISE_KERNEL_WORKER_H
#define NOISE_KERNEL_WORKER_H

#include <sys/types.h>

#include "kernel/watch.h"

struct worker_options {
	const struct watch_options *watch;
	int fd;       /* to the stream process */
	int life;     /* read end of a pipe whose other end is the keeper's alone */
	pid_t keeper; /* our parent */
};

/**
 * worker_run - answer requests until the stream process or the keeper is gone
 * Return: exit status, for _exit().
 */
int worker_run(const struct worker_options *options);

#endif
