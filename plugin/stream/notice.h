/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notice.h - records that tell of the audit system itself
 *
 * Read from the line, at once: they change what the kernel's own figures mean.
 */
#ifndef NOISE_NOTICE_H
#define NOISE_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "stream/record.h"

/* CONFIG_CHANGE (kernel/audit.c: audit_receive_msg): `lost` was set to 0. */
struct notice {
	uint32_t lost; /* what it was before */
};

/** notice_read - Return: is it such a record? */
bool notice_read(const struct record *r, struct notice *notice);

#endif
