/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.h - a line of a rule file in its words, and the options among them
 *
 * As `auditctl -R` reads it: words are parted by blanks alone (a tab is part of a
 * word), there are no quotes, `\ ` is a blank and `\\` a backslash. Options are
 * getopt_long(3)'s: a value may stand in the same word, options without a value
 * may share one, the name of a long option may be shortened.
 */
#ifndef NOISE_RULES_WORDS_H
#define NOISE_RULES_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

#define WORDS_LINE_MAX 6143 /* bytes that auditctl(8) reads as one line */

/* The words of one line. Large: have one of it. */
struct words {
	char text[WORDS_LINE_MAX + 2]; /* each word with a NUL behind it */
	char *next;                    /* the word that comes next */
	char *rest;                    /* of a word of several options; NULL: none */
	size_t left;                   /* words that have not been taken */
};

/* One option as auditctl(8) knows it. */
struct words_option {
	char letter; /* '\0': it has none */
	bool has_value;
	const char *name; /* behind `--`; NULL: it has none */
};

/* What words_next() has found; borrows from the words. */
struct words_item {
	size_t option;      /* its index in the table */
	char *value;        /* may be written to; NULL: the option takes none */
	const char *word;   /* as it stands in the line */
	const char *reason; /* constant text: why @word is no option of the table */
};

/**
 * words_split - take the line apart
 * Return: NULL; or constant text: why auditctl would not read it as it stands.
 */
const char *words_split(struct span line, struct words *w)
	__attribute__((warn_unused_result));

/**
 * words_next - the next option of the line
 * @table: of @n options
 * Return: 1: @item is filled; 0: the line has ended; -EINVAL: @item has the word and
 * the reason.
 */
int words_next(struct words *w, const struct words_option *table, size_t n,
	       struct words_item *item) __attribute__((warn_unused_result));

#endif
