/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_item.h - what may stand in a list of texts
 *
 * Keys, record types and paths are compared with what records hold, so they must be
 * written as they stand there.
 */
#ifndef NOISE_CONFIG_ITEM_H
#define NOISE_CONFIG_ITEM_H

#include "config.h"

/** config_item_type - a record type's number; Return: false: it names none */
bool config_item_type(struct span name, uint32_t *type);

/**
 * config_item_fault - why @item cannot stand in a list of @type
 * @item: at least one byte, without a blank in it
 * Return: NULL: it can; else the rest of a sentence, constant.
 */
const char *config_item_fault(enum config_type type, struct span item);

#endif
