/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - messages for the operator
 *
 * Each goes to stderr (auditd gives its plugins /dev/null there) and, once
 * log_open() was asked for it, to /dev/log over a non-blocking datagram
 * socket of our own: syslog(3) waits for ever when /dev/log is not read, and
 * nothing here may wait. What does not fit is dropped and counted.
 * Foreign text inside a message goes through text_quote() first.
 */
#ifndef NOISE_LOG_H
#define NOISE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

/**
 * log_open - name of the program in each line; @to_syslog: also to /dev/log
 * Both are called while there is one thread; a forked child that closes what
 * it inherited calls log_close() first.
 */
void log_open(const char *program, bool to_syslog);
void log_close(void);

/** log_msg - one line at @priority (LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO) */
void log_msg(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** log_descriptor - the socket of messages, or -1; it stays ours */
int log_descriptor(void);

/** log_dropped - messages that /dev/log, or an open stderr, did not take */
uint64_t log_dropped(void);

#endif
