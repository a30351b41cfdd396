/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try_run.h - the trial itself, once all is judged and agreed to
 */
#ifndef NOISE_CLI_TRY_RUN_H
#define NOISE_CLI_TRY_RUN_H

#include "cli/try.h"

struct try_job {
	const struct trial *trial;
	const char *id, *socket; /* socket: NULL: the installed place */
	int machine;
	unsigned int for_s;
	bool keep;
	double predicted; /* records a second; 0: not said */
};

/** try_run - Return: exit status, as of a command. */
int try_run(const struct try_job *job);

#endif
