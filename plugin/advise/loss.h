/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loss.h - why records were lost or processes held, and where
 *
 * Judges the evidence of an incident. Each cause has its signature; where none
 * fits, or several do, it says unknown rather than guess.
 * Pure.
 */
#ifndef NOISE_LOSS_H
#define NOISE_LOSS_H

#include "count/ledger.h"

/** loss_judge - set cause and place of @e by its evidence, as far as it is by now */
void loss_judge(struct ledger_entry *e);

/** loss_cause_name, loss_place_name - as in the objects of the socket */
const char *loss_cause_name(enum ledger_cause cause);
const char *loss_place_name(enum ledger_place place);

/* From at least to at most. */
struct loss_range {
	uint64_t min, max;
};

/*
 * loss_events, loss_records - what is behind the figures of an incident
 * A refused record counts once in `lost`; if it was the first of its event then
 * the whole event is missing and has no serial (kernel/auditsc.c: audit_log_exit
 * gives up then), else the event arrives in part.
 */
struct loss_range loss_events(const struct ledger_entry *e);
struct loss_range loss_records(const struct ledger_entry *e);

/** loss_records_an_event - as those that arrived meanwhile had; 6 when none did */
uint64_t loss_records_an_event(const struct ledger_entry *e);

/** loss_was_starved - auditd waited for a processor for much of the time */
bool loss_was_starved(const struct ledger_entry *e);

/** loss_was_overloaded - more came than left for ten seconds and longer */
bool loss_was_overloaded(const struct ledger_entry *e);

/** loss_remedy - what to do about this cause, one sentence for people */
const char *loss_remedy(enum ledger_cause cause);

#endif
