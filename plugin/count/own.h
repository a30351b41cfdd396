/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * own.h - our own processes, as the kernel writes them into records
 */
#ifndef NOISE_OWN_H
#define NOISE_OWN_H

#include <sys/types.h>

#include "stream/node.h"

struct engine_own {
	pid_t pid[4]; /* 0: none */
	struct node_host host;
};

#endif
