/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load_table.h - a change of a firewall
 */
#ifndef NOISE_TESTS_LOAD_TABLE_H
#define NOISE_TESTS_LOAD_TABLE_H

#include <stdbool.h>

/**
 * load_table - make the one table of ours in nf_tables, or delete it
 * Of the network that the process is in, which should be one of its own.
 * Return: 0, or -1: the kernel has refused it.
 */
int load_table(bool make);

#endif
