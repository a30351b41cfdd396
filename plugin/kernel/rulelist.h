/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rulelist.h - the kernel's rules, as the worker hands them over
 *
 * An answer to WATCH_RULES is one struct audit_rule_data after the other, each behind
 * its length in bytes (a native uint32_t), in the order of AUDIT_LIST_RULES: list by
 * list, each in the order in which it is tried (kernel/auditfilter.c:
 * audit_list_rules()).
 */
#ifndef NOISE_KERNEL_RULELIST_H
#define NOISE_KERNEL_RULELIST_H

#include <stdbool.h>

#include "base/span.h"

/**
 * rulelist_next - the next rule's raw bytes, which need not be aligned
 * @list: what was read is taken off its front
 * Return: true: @rule is filled; false: there is no more. What is left of @list then
 * is no rule: the bytes are damaged unless it is empty.
 */
bool rulelist_next(struct span *list, struct span *rule);

#endif
