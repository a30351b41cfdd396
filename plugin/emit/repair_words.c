/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair_words.c - what is said of each kind of finding
 */
#include "emit/repair_words.h"

/* Names are for ever; places too, for they go into ids. */
static const struct repair_words words[FINDING_KINDS] = {
	[FINDING_DUPLICATE] = {"duplicate", "take out a rule that stands twice",
			       "the rule twice", "leave it where it stands first", NULL},
	[FINDING_SHADOWED] = {"shadowed", "take out a rule that never wins",
			      "a rule that never wins",
			      "or, where its own key is wanted, put it before the rule "
			      "that covers it",
			      NULL},
	[FINDING_LATE_NEVER] = {"late_never",
				"put an exception before the rule that it excepts from",
				"the exception and the rules before it", "before",
				"what the exception matches is no longer recorded"},
	[FINDING_NO_KEY] = {"no_key", "give the rule a key", "a key (-k NAME) for", NULL,
			    NULL},
	[FINDING_SHARED_KEY] = {"shared_key", "give the rules keys of their own",
				"other keys for", NULL, NULL},
	[FINDING_ALL_CALLS] = {"all_calls", "name the system calls that are meant",
			       "system calls (-S) for", NULL, NULL},
	[FINDING_NO_ARCH] = {"no_arch", "say for which machine the calls are meant",
			     "an arch (-F arch=b64) for", "in place of the rule",
			     "in 32-bit programs, those calls that have these numbers "
			     "there"},
	[FINDING_NO_TWIN] = {"no_twin", "record 32-bit programs too",
			     "a twin with arch=b32 for", "directly behind", NULL},
	[FINDING_MERGEABLE] =
		{"mergeable", "make one rule of several", "one rule in place of",
		 "in place of the first of the rules",
		 "nothing of the events; but who looks for a policy's lines "
		 "word for word no longer finds them"},
	[FINDING_POISONED] = {"poisoned", "take a field away that disables the list",
			      "fields of", "in place of the rule",
			      "what the rule matches, and the rules behind it, is left "
			      "out then; they had no effect so far"},
	[FINDING_IMPOSSIBLE] = {"impossible", "see to a rule that can never match",
				"fields of", NULL, NULL},
	[FINDING_DEAD_LABEL] = {"dead_label", "see to a rule whose label nobody knows",
				"labels of", NULL, NULL},
	[FINDING_WIDE_LABEL] = {"wide_label", "see to a rule that matches too much",
				"labels of", NULL, NULL},
	[FINDING_SAME_FILE] = {"same_file", "see to two rules about one file",
			       "dir= in place of path= in", NULL, NULL},
	[FINDING_PATH_EXE] = {"path_exe", "see to a rule that a new file disables",
			      "dir= in place of path= beside exe= in", NULL, NULL},
	[FINDING_EXE_LINK] = {"exe_link", "name the program by its own path", "exe= of",
			      "in place of the rule", NULL},
	[FINDING_EXE_MISSING] = {"exe_missing", "see to a rule about no program",
				 "exe= of", NULL, NULL},
	[FINDING_PATH_MISSING] = {"path_missing", "see to a rule about no file",
				  "path= of", NULL, NULL},
	[FINDING_DIR_MISSING] = {"dir_missing", "see to a rule about no directory",
				 "dir= of", NULL, NULL},
	[FINDING_BAD_LINE] = {"bad_line", "correct a line that auditctl does not take",
			      "the line", NULL, NULL},
	[FINDING_RULE_TWICE] = {"rule_twice", "take out a rule that stands twice",
				"the rule twice", "leave it where it stands first", NULL},
	[FINDING_NOTHING_GONE] = {"nothing_gone", "take out a line that deletes nothing",
				  "the line that deletes", NULL, NULL},
	[FINDING_ONLY_DISK] = {"only_disk", "load the rules that are on disk",
			       "augenrules --load", NULL, NULL},
	[FINDING_ONLY_KERNEL] = {"only_kernel", "write down the rules that are loaded",
				 "a file of rules.d", NULL, NULL},
	[FINDING_MOVED] = {"moved", "load the rules in the order of the disk",
			   "augenrules --load", NULL, NULL},
};

const struct repair_words *repair_words(enum finding_kind finding)
{
	return &words[finding];
}
