/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls.h - machines and the numbers of their system calls
 *
 * A rule's mask has numbers; which call is meant depends on the machine that the
 * rule's arch field names, else on this one. On the io_uring list the numbers are
 * operations. Machines are libaudit's MACH_*: the caller asks audit_detect_machine().
 */
#ifndef NOISE_RULES_CALLS_H
#define NOISE_RULES_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#define CALLS_MAX 2032 /* the 16 numbers above name classes: AUDIT_SYSCALL_CLASSES */

/**
 * calls_arch - the AUDIT_ARCH_* that an arch field's @word means on @machine
 * @word: b64, b32, the name of a machine or an AUDIT_ARCH_* as a number
 * Return: 0: it means none that libaudit knows, or none on this machine.
 */
uint32_t calls_arch(const char *word, int machine);

/**
 * calls_arch_name - the word for @arch
 * Return: b64 or b32 where these mean @arch on @machine, else the machine's name;
 * NULL: it has none.
 */
const char *calls_arch_name(uint32_t arch, int machine);

/** calls_machine - of @arch, or @machine where @arch is 0; -1: not known */
int calls_machine(uint32_t arch, int machine);

/**
 * calls_number - of one call by its name or number
 * @uring: of the io_uring list's operations
 * Return: -ENOENT: there is no such name on @machine; -ERANGE: no call has such a
 * number: CALLS_MAX and up.
 */
int calls_number(const char *word, int machine, bool uring);

/** calls_name - Return: NULL: number @nr has no name. */
const char *calls_name(unsigned int nr, int machine, bool uring);

#endif
