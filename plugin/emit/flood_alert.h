/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood_alert.h - a flood that no advice may silence, as an alert
 */
#ifndef NOISE_FLOOD_ALERT_H
#define NOISE_FLOOD_ALERT_H

#include "advise/round.h"
#include "emit/alerts.h"

#define FLOOD_ALERT_TEXT (FLOOD_TEXT + GUARD_TEXT + 64)

/**
 * flood_alert - as it is to be raised
 * @flood: one that is raised, of @round
 * @text: FLOOD_ALERT_TEXT bytes that @out borrows; it says why none of it may be silenced
 *        where what was refused in the round is of the flood's source
 * @out: its figures are the caller's, for alerts_raise() to take
 */
void flood_alert(const struct flood *flood, const struct round *round, char *text,
		 struct alert *out);

#endif
