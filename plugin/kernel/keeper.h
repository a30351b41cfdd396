/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keeper.h - the process that keeps one worker alive
 */
#ifndef NOISE_KERNEL_KEEPER_H
#define NOISE_KERNEL_KEEPER_H

#include <sys/types.h>

#include "kernel/watch.h"

/**
 * keeper_run - what the child of watch_start()'s fork does, to its end
 * @fd: of the pair; the other end is the stream process's, whose pid is @parent
 * Return: exit status, for _exit().
 */
int keeper_run(const struct watch_options *options, int fd, pid_t parent);

#endif
