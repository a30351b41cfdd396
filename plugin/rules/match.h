/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match.h - which rules match an event, and which one has made it
 *
 * The kernel's own semantics (kernel/auditsc.c: audit_filter_rules() and its callers,
 * kernel/auditfilter.c: audit_filter()), three-valued: what the records leave open is
 * MATCH_MAYBE. A yes or no holds whatever an attacker writes into names, as long as
 * what the caller says in struct match_options is so.
 *
 * What often leaves a rule open: path= and dir= (the kernel compares inodes, records
 * have names), exe= (the same), gid= and egid= other than the one in the record (the
 * kernel looks through all groups of the process), labels. The caller can close what
 * inodes can prove: by looks at the rules' files (match_options.file), at those that
 * events name (.place), and by births.
 *
 * First match wins, but in two steps: rules with path= or inode= are asked after the
 * others, name by name in the order of the PATH records. A rule that stands before the
 * others' winner wins over it, and the first name that has such a rule is the last
 * one: a rule that only a later name matches loses to it wherever it stands
 * (audit_filter_inodes()). Where the call removes a file the search runs more than once,
 * and any rule that one of the names has is a candidate; then one with exit= or success=
 * too is asked when the call has no outcome yet (Linux 6.18: `path=F success=1` missed
 * the unlink of F). Rules of one and the same name have no order, since a watch is put
 * before the others whenever its file has been replaced; but where that is known not to
 * have been (match_file.kept).
 *
 * The key in a record is no proof: of a winner without a key the record bears the key
 * of the rule that it has displaced, which takes a winner with path= or inode=, or a name
 * that was removed. It is looked at only by option.
 */
#ifndef NOISE_RULES_MATCH_H
#define NOISE_RULES_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/facts.h"
#include "rules/rule.h"
#include "rules/ruleset.h"

struct births;

enum match { MATCH_NO, MATCH_MAYBE, MATCH_YES };

/* Is there a security module that has rules about labels? SELinux alone is read. */
enum match_labels { MATCH_LABELS_UNKNOWN, MATCH_LABELS_NONE, MATCH_LABELS_SELINUX };

/*
 * A file without its names, and the time in which it is known to have been that one, on
 * the clock of the events' stamps, both ends included. Stamps and file times are
 * coarse: leave 20 ms behind a change. It must have been that one from an event's stamp
 * to the moment at which it was read (facts.read_ms).
 *
 * A look at a name tells of the time from the file's last change of status, which
 * renames and links are too, and from the last change of its directory, whichever is the
 * earlier, up to that look. On XFS only from the directory's: files that are exchanged
 * are not changed there (xfs_cross_rename()).
 */
struct match_inode {
	bool known;
	uint64_t inode;        /* FACTS_NO_INODE: there was none by that name */
	uint32_t major, minor; /* of the superblock, as in mountinfo: st_dev is another
				  one on btrfs and overlayfs */
	int64_t since_ms, until_ms;
};

struct match_span {
	bool known;
	int64_t since_ms, until_ms;
};

/*
 * What is known of a path that a rule names.
 *
 * A watched file that was the second of two names exchanged (renameat2(2),
 * RENAME_EXCHANGE) has lost its watch until it is replaced or the rule is loaded again,
 * also when it is exchanged back (seen with Linux 6.18: audit_update_watch() hears last
 * that it went). No look tells; hence @kept and @armed.
 *
 * @tree is a place from the root of the filesystem, in which mounts do not count: the
 * root of the mount as in mountinfo, then the rest of the path.
 */
struct match_file {
	struct match_inode self;   /* path=: of the filesystem of the directory that holds
				      it, also where something is mounted over it */
	struct match_inode parent; /* the directory that holds it: that of the time when
				      the rule was loaded, as @self of dir= is */
	bool kept;  /* path=: it has been that file since before the rule was loaded */
	bool armed; /* path=: what is at that name has its watch, if there is anything: no
		       exchange was seen of it since the rule was loaded */
	struct span tree; /* path= (known as long as @parent is), dir=; borrowed like
			     @real; absent: not known */
	bool alone;       /* dir=: nothing else, nor another part of its own filesystem,
			     was mounted below it when the rule was loaded or trimmed (-t)
			     last */
	bool whole; /* dir=: the root of a filesystem of which every file is opened by a
		       name in it, and none by a handle: proc */
	struct match_span still; /* dir=: no name has come into any directory of the tree
				    in that time: from the latest change (ctime) of one
				    of them up to the look; never of a filesystem that
				    other hosts change too */
	bool sealed; /* dir=: in that time no symbolic link in the tree led out of it */
	struct span real; /* exe=: the path without links in its directories, borrowed
			     until the matcher asks again; absent: not known */
	bool is_link;     /* the last component is a symbolic link: no program's path */
	bool is_binary; /* exe=: the kernel executes @self itself, and no interpreter that
			   it names: ELF */
};

/* What is known of an absolute name in an event, as the caller sees it. */
struct match_place {
	struct match_inode
		self;     /* that the name leads to, links followed; @tree is of it */
	struct span tree; /* as in struct match_file; borrowed until the call into the
			     matcher returns */
	int64_t born_ms;  /* when @self was made, as its filesystem says (statx(2),
			     stx_btime); 0: not known */
	bool sole; /* it is no directory, and in that time it had this name alone, and no
		      process held it by a name that it had had elsewhere: its number of
		      links does not tell that of a file that once had more */
};

struct match_options {
	bool exe_by_name; /* take an exe of a kernel's record for the file of that name */
	bool paths_by_name;  /* take absolute names without "..", and those relative to
				CWD, for the files: no links, no mounts hide others */
	bool plain_programs; /* there is no binfmt_misc (/proc/filesystems), whose
				programs take the place of others unseen; since Linux 6.7
				anybody may have his own */
	bool recorded; /* the event was written while just this set was loaded: a `never`
			  has not won, and where nothing was forced some rule has */
	bool by_key;   /* only rules whose keys the record bears, or that have none */
	enum match_labels labels;
	uint32_t kernel; /* KERNEL_VERSION() of the node, 0: not known */
	/*
	 * What is known of @path, of a field @type (AUDIT_WATCH, AUDIT_DIR, AUDIT_EXE).
	 * NULL function, or false: nothing.
	 */
	bool (*file)(void *arg, uint32_t type, struct span path, struct match_file *file);
	/*
	 * What is known of a file that an event names by @path, absolute, ".." and all;
	 * asked at most once for each name of an event, and only where inodes
	 * leave a rule open. It proves nothing of the name: what is said counts where
	 * the record has the same inode. NULL function, or false: nothing.
	 */
	bool (*place)(void *arg, struct span path, struct match_place *place);
	void *arg;
	const struct births *births; /* NULL: none; borrowed until match_free() */
};

struct match_rule {
	const struct rule *rule;
	enum match match; /* MATCH_MAYBE or MATCH_YES */
};

/* What match_exit() and match_uring() find; borrows from the matcher until they are
 * called again. Rules are in the order of their list. */
struct match_result {
	const struct rule
		*winner; /* the only one that can have won; NULL: open, or none */
	const struct rule *const *candidates; /* with the winner */
	size_t n_candidates;
	bool none; /* it may be that no rule has won; with no candidate: it is so */
	const struct match_rule *all; /* each rule that matches, or may: won or not */
	size_t n_all;
};

/* What match_exclude() and match_user() find. */
struct match_drop {
	enum match dropped;
	const struct rule *by;      /* the first that drops it, or may; NULL: none */
	const struct rule *stopped; /* the rule at which the kernel gives up, or may: none
				       behind it is asked; NULL: it does not */
};

struct matcher;

void match_free(struct matcher *m); /* NULL is legal */

/**
 * match_new - make a set ready
 * @set: borrowed, and not to be changed, until match_free()
 * @options: copied
 * Takes a bit for each rule of the exit list and each call that one names, 400 bytes for
 * each rule, and 3 KiB. Return: owned; NULL with errno ENOMEM.
 */
struct matcher *match_new(const struct ruleset *set, const struct match_options *options)
	__attribute__((warn_unused_result));

/** match_refresh - ask options.file again of every path */
void match_refresh(struct matcher *m);

/**
 * match_asks - what a rule's answer hangs on
 * Return: bits of enum facts_number and facts_part: who knows only these of an event,
 * its types and what facts_add_call() tells in any case, is answered by match_one(), and
 * for the rule by match_exit() and match_uring(), as one who knows all.
 */
uint32_t match_asks(const struct matcher *m, const struct rule *rule);

/**
 * match_one - does the event match this rule, wherever it stands?
 * @rule: of the exit, io_uring or task list, in the set or not; options.file is asked
 * Return: of a rule that is not RULE_KNOWN maybe, and of the task list never yes: the
 * kernel has asked it of the process when it was forked.
 */
enum match match_one(const struct matcher *m, const struct rule *rule,
		     const struct facts *facts);

/**
 * match_exit - the rules of the exit list for an event with a SYSCALL record
 * `always` rules of the task list come first among the candidates: a process that one
 * has matched is recorded whatever the exit list says. Without such a record: none.
 */
void match_exit(struct matcher *m, const struct facts *facts, struct match_result *out);

/** match_uring - the io_uring list, for one with a URINGOP record, and rules of files of
 * the exit list; never a sure yes */
void match_uring(struct matcher *m, const struct facts *facts, struct match_result *out);

/**
 * match_exclude - would the exclude list drop a record of this type?
 * @facts: of the doer
 * The action of its rules does not matter. A field that the kernel does not know there
 * ends the search, as a sign of trouble; where no security module has rules a label
 * takes over the answer of the field before it.
 */
struct match_drop match_exclude(const struct matcher *m, const struct facts *facts,
				uint32_t type);

/** match_user - would the user list drop a user message of this type? */
struct match_drop match_user(const struct matcher *m, const struct facts *facts,
			     uint32_t type);

/**
 * match_filesystem - are names on a filesystem kept from the other rules?
 * @magic: statfs(2) f_type; NULL: not known
 * One fstype field that fits is enough, others of the rule do not matter
 * (__audit_inode()).
 */
enum match match_filesystem(const struct matcher *m, const uint32_t *magic);

#endif
