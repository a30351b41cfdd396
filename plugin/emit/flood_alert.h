/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood_alert.h - a flood that no advice may silence, as an alert
 */
#ifndef NOISE_FLOOD_ALERT_H
#define NOISE_FLOOD_ALERT_H

#include "advise/flood.h"
#include "advise/noise.h"
#include "emit/alerts.h"

#define FLOOD_ALERT_TEXT (FLOOD_TEXT + GUARD_TEXT + 64)

/**
 * flood_why - why none of it may be silenced, as far as that is known of its own source
 * @result: of the round that it was judged by; the sentence is borrowed. Return: "":
 *          what was refused there is of another source
 */
const char *flood_why(const struct flood *flood, const struct whatif_table *table,
		      const struct noise_result *result);

/**
 * flood_alert - as it is to be raised
 * @flood: one that is raised
 * @table: of the case that it was judged by
 * @why: why none of it may be silenced, one sentence; NULL or "": not known
 * @text: FLOOD_ALERT_TEXT bytes that @out borrows
 * @out: its figures are the caller's, for alerts_raise() to take
 */
void flood_alert(const struct flood *flood, const struct whatif_table *table,
		 const char *why, char *text, struct alert *out);

#endif
