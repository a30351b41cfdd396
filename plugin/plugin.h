/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin.h - the daemon that auditd forks
 */
#ifndef NOISE_PLUGIN_H
#define NOISE_PLUGIN_H

#include <stdbool.h>

/**
 * plugin_run - read the event stream on descriptor 0 until it ends
 * @settings_file: NULL: the installed place
 * @every_event: ask libauparse about each event, not once for each kind of event
 * Return: exit status: 0 the stream ended or a stop was asked for; 1 it could
 *         not start, or the stream held no audit record.
 */
int plugin_run(const char *settings_file, bool every_event);

#endif
