/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_phrase.h - a printed rule within a sentence, and as a command of a shell
 *
 * Texts of rules are those of whoever may write rules, so they are quoted where they
 * are shown.
 */
#ifndef NOISE_RULE_PHRASE_H
#define NOISE_RULE_PHRASE_H

#include <stdbool.h>

#include "base/span.h"
#include "rules/rule_text.h"

#define RULE_PHRASE_MAX   512 /* bytes of a rule within a sentence; else its beginning */
#define RULE_PHRASE_SIZE  (4 * RULE_PHRASE_MAX + 32)
#define RULE_COMMAND_SIZE (2 * RULE_TEXT_MAX) /* each word may get two quotes */
#define RULE_PLACE_SIZE   256

/** rule_phrase_is_plain - printable ASCII, without a quote or backslash? */
bool rule_phrase_is_plain(struct span text);

/**
 * rule_phrase - the printed rule @text as it may stand in a sentence
 * A long one has a hash behind its beginning. Return: @out.
 */
const char *rule_phrase(const char *text, char out[RULE_PHRASE_SIZE]);

/**
 * rule_phrase_command - the printed rule @text as words of a shell, behind auditctl
 * @append: stands for its first word, @watch for that of a watch. Return: @out.
 */
const char *rule_phrase_command(const char *text, const char *append, const char *watch,
				char out[RULE_COMMAND_SIZE]);

/** rule_phrase_place - a line of a file. Return: @out. */
const char *rule_phrase_place(const char *file, unsigned int line,
			      char out[RULE_PLACE_SIZE]);

#endif
