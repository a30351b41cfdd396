/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings.h - what is wrong, dead or costly in a set of rules
 *
 * Says what the kernel does with the rules as they stand (kernel/auditsc.c,
 * auditfilter.c, audit_watch.c), not what they should be for. That a rule is dead is
 * said only with a proof (cover.h). Nothing is ever to be taken out but a rule that
 * stands there twice or that another one wholly covers.
 */
#ifndef NOISE_RULES_FINDINGS_H
#define NOISE_RULES_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "rules/rule.h"
#include "rules/rule_files.h"
#include "rules/ruleset.h"

enum finding_kind {
	FINDING_DUPLICATE,   /* equals the other, which stands before it */
	FINDING_SHADOWED,    /* the other, before it, takes all that it matches */
	FINDING_LATE_NEVER,  /* a `never` behind an `always` for the same events */
	FINDING_NO_KEY,      /* an `always` rule whose events have no name */
	FINDING_SHARED_KEY,  /* the others have its key, and are not its twins */
	FINDING_ALL_CALLS,   /* asked at every system call */
	FINDING_NO_ARCH,     /* its numbers are other calls on the other machine */
	FINDING_NO_TWIN,     /* a b64 rule that 32-bit programs get around */
	FINDING_MERGEABLE,   /* it and the others could be one rule */
	FINDING_POISONED,    /* never matches, and disables the others behind it */
	FINDING_IMPOSSIBLE,  /* never matches: its fields contradict each other */
	FINDING_DEAD_LABEL,  /* never matches: no security module knows its label */
	FINDING_WIDE_LABEL,  /* matches as if its label were not there */
	FINDING_SAME_FILE,   /* which of it and the other wins changes with the file */
	FINDING_PATH_EXE,    /* path= and exe= in one rule */
	FINDING_EXE_LINK,    /* exe= is a symbolic link */
	FINDING_EXE_MISSING, /* exe= is not there */
	FINDING_PATH_MISSING,
	FINDING_DIR_MISSING,
	/* of files, and of files held against the kernel */
	FINDING_BAD_LINE,     /* auditctl does not take the line */
	FINDING_RULE_TWICE,   /* the kernel has the rule already when the line comes */
	FINDING_NOTHING_GONE, /* the line deletes a rule that is not there */
	FINDING_ONLY_DISK,
	FINDING_ONLY_KERNEL,
	FINDING_MOVED, /* in both, in another order; the other is the kernel's */
	FINDING_KINDS
};

enum finding_fix {
	FINDING_FIX_NONE,     /* there is no safe one, or nothing to be changed */
	FINDING_FIX_TAKE_OUT, /* the rule */
	FINDING_FIX_REPLACE,  /* the rule, by all of @corrected */
	FINDING_FIX_ADD,      /* @corrected, behind the rule */
	FINDING_FIX_MOVE,     /* the rule, which is @corrected, before the other */
	FINDING_FIX_MERGE,    /* the rule by @corrected; the others go with that */
	FINDING_FIXES
};

struct finding {
	enum finding_kind kind;
	const struct rule *rule; /* borrows from the set; NULL: only an entry */
	/* in the order of the set; borrowed until the function returns */
	const struct rule *const *other;
	size_t n_other;
	const struct rule_entry *entry; /* of files, else NULL; borrows from them */
	const char *reason;             /* constant text, behind "the rule" */
	enum finding_fix fix;
	/* Owned by the findings, with no place; set to NULL what is to be kept. Whether
	 * the text can be loaded rule_unloadable() says. */
	struct rule *corrected[2]; /* the second NULL but for a pair b64 and b32 */
	bool stops; /* `auditctl -R` gives up there, with all behind it unread */
};

typedef void finding_fn(void *arg, struct finding *finding);

/* What is known of one path. */
struct finding_path {
	bool exists;
	bool is_link, is_dir;   /* of the path's last part, links not followed */
	uint64_t device, inode; /* of the file, links not followed; 0: not known */
	struct span real; /* the path without any link; absent: not known. Borrowed until
			     the next question */
};

enum finding_labels { /* is there a security module that has rules about labels? */
		      FINDING_LABELS_UNKNOWN,
		      FINDING_LABELS_NONE,
		      FINDING_LABELS_SELINUX,
};

#define FINDINGS_BUDGET 20000000

struct findings_options {
	int machine; /* audit_detect_machine(); -1: not known */
	enum finding_labels labels;
	/* what is known of @path, which has no NUL behind it; NULL function, or false:
	 * nothing */
	bool (*path)(void *path_arg, struct span path, struct finding_path *facts);
	void *path_arg;
	finding_fn *found;
	void *arg;      /* of found */
	int64_t budget; /* comparisons of fields that each part may make, a few
			   nanoseconds each; 0: FINDINGS_BUDGET */
};

/**
 * findings_rules - look through a set, as the kernel has it or as files make it
 * Rules that are not RULE_KNOWN have no findings and are nobody's proof.
 * Kind by kind, each in the order of the set. n log n, and pairs of rules as far as
 * they can concern each other.
 * @gave_up: there were more pairs than are worth the time: findings about pairs may
 * be missing, none is wrong
 * Return: 0; -ENOMEM: some findings were not told.
 */
int findings_rules(const struct ruleset *set, const struct findings_options *options,
		   bool *gave_up) __attribute__((warn_unused_result));

/**
 * findings_files - the lines at which auditctl stops, or which it passes over
 * Deletions are judged only behind a -D, for it is not known what the kernel has.
 * Return: 0; -ENOMEM: some findings were not told.
 */
int findings_files(const struct rule_files *files, const struct findings_options *options,
		   bool *gave_up) __attribute__((warn_unused_result));

/**
 * findings_compare - what ruleset_compare() finds to differ
 * Return: 0 or -ENOMEM, then nothing was told.
 */
int findings_compare(const struct ruleset *disk, const struct ruleset *kernel,
		     const struct findings_options *options)
	__attribute__((warn_unused_result));

#endif
