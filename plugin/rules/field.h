/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * field.h - one field of a rule as text
 *
 * The table of fields: how the value of each is written, and where it may stand.
 */
#ifndef NOISE_RULES_FIELD_H
#define NOISE_RULES_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "rules/draft.h"

/* A text that is written piece by piece; @n counts what did not fit as well. */
struct field_out {
	char *p;
	size_t size, n;
};

/** field_put - append bytes up to a NUL among them */
void field_put(struct field_out *out, struct span text);

/** field_printf - append formatted text of at most 63 bytes */
void field_printf(struct field_out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * field_split - cut `name operator value` at its operator, as libaudit finds it: the
 *               first sign of "!=", ">=", "<=", "&=", "=", ">", "<", "&" that is in it
 * @value: borrows from @pair, which ends before the operator then
 * Return: AUDIT_EQUAL or another operator; 0: there is none.
 */
uint32_t field_split(char *pair, char **value);

/**
 * field_read - the value of a field, as draft_field() has split it
 * @f: its type and operator are set; text borrows from @value
 * Return: 0, or -EINVAL with the draft's error filled.
 */
int field_read(struct rule_draft *d, const char *name, char *value, struct rule_field *f)
	__attribute__((warn_unused_result));

/**
 * field_comparison - the AUDIT_COMPARE_* of two fields, in either order
 * Return: 0: the kernel cannot compare them.
 */
uint32_t field_comparison(uint32_t left, uint32_t right);

/** field_read_perm - letters of rwxa; Return: AUDIT_PERM_*, -1: another letter */
int field_read_perm(const char *letters);

/** field_print - ` -F name=value`, ` -C name=name` or one ` -F key=` for each key */
void field_print(struct field_out *out, const struct rule_field *f);

/** field_print_perm - letters of rwxa */
void field_print_perm(struct field_out *out, uint32_t perm);

#endif
