/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * accounts.h - what this host's files say of its accounts
 */
#ifndef NOISE_BASE_ACCOUNTS_H
#define NOISE_BASE_ACCOUNTS_H

#include <stdint.h>

/** accounts_first_user - UID_MIN of login.defs(5), 0: it says none. Reads the file. */
uint32_t accounts_first_user(void);

#endif
