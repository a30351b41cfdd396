/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_noise.h - what stands of the advice on noise, as lines in a state file
 *
 *   {"advice":[numbers],"said":[numbers],"before":[numbers],"proof":[numbers],
 *    "rules":["..."],"instead":["..."],"about":[[position,"..."]]}     one each
 * Rules are the text of `auditctl -l`, in hexadecimal digits.
 */
#ifndef NOISE_STATE_NOISE_H
#define NOISE_STATE_NOISE_H

#include <stdbool.h>
#include <stdint.h>

#include "advise/life.h"
#include "emit/state_piece.h"
#include "emit/state_scan.h"

#define STATE_NOISE_TEXT \
	512 /* bytes of a rule's text; with a longer one it is not kept */
#define STATE_NOISE_LINE 12288 /* bytes of a line at most */
#define STATE_NOISE_MAX  (LIFE_MAX * STATE_NOISE_LINE)

/** state_noise_put - @life as a line, if there is anything that can be kept */
void state_noise_put(struct piece *p, const struct life *life);

/**
 * state_noise_read - a line back into @life, which is empty
 * @wall_ms: no time is later
 * @life: not shown; LIFE_NONE where the line is well made, but its rules are none that
 *        advice may have, or there is no memory. NULL: only look whether it is well made
 * Return: false: it is none; sets @s bad for one that is not well made.
 */
bool state_noise_read(struct scan *s, int64_t wall_ms, struct life *life);

#endif
