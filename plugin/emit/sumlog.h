/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sumlog.h - the lines of the summary log, for `tail -f` and grep
 *
 * One line a summary, `name=value` pairs; foreign values in quotes with every
 * byte outside printable ASCII as \xNN, so that no program name can forge a
 * line or reach the terminal.
 */
#ifndef NOISE_SUMLOG_H
#define NOISE_SUMLOG_H

#include <jansson.h>
#include <stddef.h>

/**
 * sumlog_summary - a summary object as one line
 * @summary: with its common fields (time)
 * Return: bytes in @out, newline included; 0 when it does not fit.
 */
size_t sumlog_summary(const json_t *summary, char *out, size_t size);

/** sumlog_alert - an alert object as one line, likewise */
size_t sumlog_alert(const json_t *alert, char *out, size_t size);

/** sumlog_advice - an advice object as one line, likewise */
size_t sumlog_advice(const json_t *advice, char *out, size_t size);

#endif
