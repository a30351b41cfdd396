/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair_part.h - what the parts of repair have in common
 */
#ifndef NOISE_ADVISE_REPAIR_PART_H
#define NOISE_ADVISE_REPAIR_PART_H

#include "advise/repair.h"

/**
 * repair_settle - may the correction be advised, and how is it done?
 * Takes corrections away that cannot be loaded, stand there already or might blind;
 * finds whose events are lost, and whether it can be done to loaded rules.
 * Return: 0 or -ENOMEM.
 */
int repair_settle(const struct repair_look *look, struct repair_list *list)
	__attribute__((warn_unused_result));

/** repair_drop - advise no correction; @why: constant text */
void repair_drop(struct repair *r, const char *why);

/** repair_guard - why the correction might blind the audit; NULL: it does not */
const char *repair_guard(const struct repair *r);

#endif
