/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_files.h - rule files line by line, in the order in which they are loaded
 *
 * Files come as bytes; what is not understood is kept with its reason. Several files
 * are put together as augenrules(8) does it (3.0.9, with gawk): names in version
 * order, then of lines that begin so the last -D, -b and -f first and the last -e at
 * the end, each earlier one of them left out; a last line without a newline runs into
 * the next file's first line.
 */
#ifndef NOISE_RULES_RULE_FILES_H
#define NOISE_RULES_RULE_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/rule_text.h"
#include "rules/ruleset.h"

#define RULE_FILES_LINES_MAX 65536     /* entries; blank lines are none */
#define RULE_FILES_BYTES_MAX (8 << 20) /* of all files together */

/* What one line says. A line with several settings has an entry for each. */
struct rule_entry {
	enum rule_line_kind kind;
	const char *file; /* as it was handed in; belongs to the files */
	unsigned int line;
	bool left_out; /* by augenrules, for a later line of the kind */
	/* by kind */
	struct rule *rule;           /* its file and line are set */
	struct rule_setting setting; /* RULE_LINE_SETTINGS */
	char *text; /* RULE_LINE_BAD: the reason; RULE_DELETE_ALL: its key; else NULL */
};

struct rule_files;

void rule_files_free(struct rule_files *files); /* NULL is legal */

/**
 * rule_files_new - for files that augenrules puts together, or one for `auditctl -R`
 * @world: borrowed as long as the files
 * Return: owned; NULL with errno ENOMEM.
 */
struct rule_files *rule_files_new(const struct rule_world *world, bool augenrules)
	__attribute__((warn_unused_result));

/** rule_files_is_taken - does augenrules read a file of that name in rules.d? */
bool rule_files_is_taken(const char *name);

/**
 * rule_files_order - compare two names as `ls -v` sorts them
 * For qsort(3) of char pointers: @a and @b point to them. Return: below, above or 0.
 */
int rule_files_order(const void *a, const void *b);

/**
 * rule_files_add - read one more file
 * @name: copied; @text: not needed any more afterwards
 * Return: 0; -E2BIG: the files are too large or have too many lines, -ENOMEM: the file
 * is in part read then. A line that is not understood is no failure.
 */
int rule_files_add(struct rule_files *files, const char *name, struct span text)
	__attribute__((warn_unused_result));

/**
 * rule_files_begin - the same in pieces, for who may not be held long
 * @bytes: of the whole file. Its lines come by rule_files_lines(), up to the last one.
 */
int rule_files_begin(struct rule_files *files, const char *name, size_t bytes)
	__attribute__((warn_unused_result));

/**
 * rule_files_lines - read whole lines until @bytes or more are read
 * @text: what the file still has; what was read is taken off its front
 * Return: as rule_files_add().
 */
int rule_files_lines(struct rule_files *files, struct span *text, size_t bytes)
	__attribute__((warn_unused_result));

/**
 * rule_files_arrange - put the entries into the order of augenrules; once, at the end
 * Does nothing with files that are not for augenrules.
 * Return: 0 or -ENOMEM.
 */
int rule_files_arrange(struct rule_files *files) __attribute__((warn_unused_result));

size_t rule_files_count(const struct rule_files *files);
const struct rule_entry *rule_files_at(const struct rule_files *files, size_t i);

/**
 * rule_files_stop - the entry at which auditctl gives up, with all behind it unread
 * Return: the first that is not understood, unless -i or -c stands before it; NULL:
 * none. What the kernel refuses is not known here.
 */
const struct rule_entry *rule_files_stop(const struct rule_files *files);

/**
 * rule_files_rules - the rules that the kernel would have, were all lines loaded
 * Appended, put first and deleted in the order of the entries; one that stands
 * twice is twice in the set, though the kernel refuses the second (EEXIST).
 * @set: owned by the caller; its rules' file borrows from @files
 * Return: 0, -E2BIG or -ENOMEM, then @set is NULL.
 */
int rule_files_rules(const struct rule_files *files, struct ruleset **set)
	__attribute__((warn_unused_result));

/**
 * rule_files_load - the same in pieces: the entries from @from to before @to
 * @set: has what those before them left. Return: 0, -E2BIG or -ENOMEM.
 */
int rule_files_load(const struct rule_files *files, size_t from, size_t to,
		    struct ruleset *set) __attribute__((warn_unused_result));

#endif
