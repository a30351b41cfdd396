/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signals.h - what reaches us, as a descriptor
 */
#ifndef NOISE_SIGNALS_H
#define NOISE_SIGNALS_H

/**
 * signals_open - SIGTERM, SIGINT and SIGHUP come by a signalfd(2) from now on
 * auditd starts plugins with signals ignored or blocked, according to its version:
 * all of that is undone. Signals that are meant for auditd, but sent to its whole
 * group by service managers, are ignored. Before any thread.
 * Return: the descriptor, or negative errno.
 */
int signals_open(void);

#endif
