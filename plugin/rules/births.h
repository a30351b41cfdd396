/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * births.h - when files were made, by what the stream tells
 *
 * A call that makes a file gives it an inode that nothing else has at that moment: no
 * other name, and no descriptor of a name that is gone. So where the directories of a
 * tree have not changed since, the file has never been in that tree, however it is
 * named later and by whom (match_file.still). Nothing else can be said by a birth: the
 * file may have been moved, linked or removed unseen.
 *
 * A table of fixed size, the oldest of a bucket goes first: who floods it makes answers
 * open, never wrong.
 */
#ifndef NOISE_RULES_BIRTHS_H
#define NOISE_RULES_BIRTHS_H

#include "rules/facts.h"

struct births;

/** births_new - room for @n files, at least 4. Return: owned; NULL with errno ENOMEM. */
struct births *births_new(size_t n) __attribute__((warn_unused_result));

void births_free(struct births *b); /* NULL is legal */

/** births_clear - forget all: the clock of the stamps was set, or events were lost */
void births_clear(struct births *b);

/** births_makes - is the event's call one that makes files, and has it succeeded? */
bool births_makes(const struct facts *facts);

/**
 * births_note - learn from one event of this node
 * In the order of serials: an event that was written before the birth may have been of
 * another file that had the number before.
 */
void births_note(struct births *b, const struct facts *facts);

/** births_of - when was the file made that has this inode? 0: not known */
int64_t births_of(const struct births *b, const struct facts_path *file);

#endif
