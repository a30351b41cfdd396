/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_aux.h - what stands beside an entry's counts, as text, and back
 *
 * Of executables the accounts that they were seen with, of flows what is outside their
 * identity, of rules their file.
 */
#ifndef NOISE_STATE_AUX_H
#define NOISE_STATE_AUX_H

#include "count/tally_aux.h"
#include "emit/state_piece.h"
#include "emit/state_scan.h"

union state_aux {
	struct tally_flow_aux flow;
	struct flow_ids ids;
	struct tally_rule_aux rule;
};

/** state_aux_put - @aux: as topk_view.aux */
void state_aux_put(struct piece *out, enum tally_list list, const void *aux);

/**
 * state_aux_read - what state_aux_put() has written; @s->bad where it is something else
 * Return: has the list anything beside its entries?
 */
bool state_aux_read(struct scan *s, enum tally_list list, union state_aux *aux);

#endif
