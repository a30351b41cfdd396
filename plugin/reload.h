/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reload.h - new settings while we run
 *
 * Where we were root only the watcher's worker may read the file, and its
 * answer comes later; who was not reads it himself. What is not good changes
 * nothing. All outcomes are said in one line.
 */
#ifndef NOISE_RELOAD_H
#define NOISE_RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "kernel/watch.h"
#include "root.h"

/**
 * reload_ask - the settings file is to be read anew
 * Return: true when @config has new values already; with a watcher they come
 *         through reload_answer().
 */
bool reload_ask(struct root *root, struct config *config);

/**
 * reload_answer - the watcher's answer to WATCH_SETTINGS
 * Return: true when @config has new values.
 */
bool reload_answer(struct config *config, const struct watch_answer *answer);

/** reload_refused - how often new settings were not taken, in this process */
uint64_t reload_refused(void);

#endif
