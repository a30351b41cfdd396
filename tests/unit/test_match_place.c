/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_match_place.c - what the caller knows of files that events name, and what that
 * proves: also of events by who chooses his names, roots and mounts himself
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libaudit.h>
#include <stdio.h>

#include "match_help.h"
#include "rules/births.h"

#define NO    MATCH_NO
#define MAYBE MATCH_MAYBE
#define YES   MATCH_YES
#define NOW   MATCH_HELP_STAMP

#define DIR_MODE  "040755"
#define FILE_MODE "0100600"

#define PATH_OF(name, inode, mode, type) \
	"1302 item=0 name=" name " inode=" inode " dev=08:01 mode=" mode \
	" nametype=" type "\n"
#define CWD "1307 cwd=\"/home\"\n"

/* open(2) of one file, without O_CREAT */
#define OPENED(name, inode, mode) \
	HELP_CALL("syscall=2 success=yes exit=3 a0=1 a1=1 a2=0 a3=0", "1") \
	CWD PATH_OF(name, inode, mode, "NORMAL")
/* a call that makes a file */
#define MADE(call, dir, dir_inode, name, inode) \
	HELP_CALL(call, "2") \
	CWD PATH_OF(dir, dir_inode, DIR_MODE, "PARENT") \
		PATH_OF(name, inode, FILE_MODE, "CREATE")
#define MKNOD         "syscall=133 success=yes exit=0 a0=1 a1=8180 a2=0 a3=0"
#define OPEN_NEW      "syscall=2 success=yes exit=3 a0=1 a1=41 a2=180 a3=0"
#define OPEN_EXCL     "syscall=2 success=yes exit=3 a0=1 a1=c1 a2=180 a3=0"
#define OPEN_NOFOLLOW "syscall=2 success=yes exit=3 a0=1 a1=20041 a2=180 a3=0"
#define CREAT         "syscall=85 success=yes exit=3 a0=1 a1=180 a2=0 a3=0"
#define LINK          "syscall=86 success=yes exit=0 a0=1 a1=2 a2=0 a3=0"
#define FCHMOD        "syscall=91 success=yes exit=0 a0=3 a1=180 a2=0 a3=0"

static struct facts facts;
static struct match_options options;
static struct match_file known; /* of the rule's path */

/* What the caller sees, here: /w is watched, inode 10; the rest is not in it. */
static struct seen {
	const char *path, *tree;
	struct match_place place;
} seen[8];
static unsigned int n_asked;
static char asked[256];

static bool tell_file(void *arg, uint32_t type, struct span path, struct match_file *file)
{
	(void)arg;
	(void)type;
	(void)path;
	*file = known;
	return true;
}

static bool tell_place(void *arg, struct span path, struct match_place *place)
{
	(void)arg;
	n_asked++;
	snprintf(asked, sizeof(asked), "%.*s", (int)path.n, path.p);
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		if (seen[i].path && span_is(path, seen[i].path)) {
			*place = seen[i].place;
			place->tree = span_of(seen[i].tree);
			return true;
		}
	return false;
}

static struct match_inode always(uint64_t inode)
{
	return (struct match_inode){true, inode, 8, 1, 0, INT64_MAX};
}

static struct seen at(const char *path, uint64_t inode, bool sole)
{
	return (struct seen){path, path, {.self = always(inode), .sole = sole}};
}

static int defaults(void **state)
{
	(void)state;
	memset(&options, 0, sizeof(options));
	memset(seen, 0, sizeof(seen));
	options.file = tell_file;
	options.place = tell_place;
	known = (struct match_file){
		.self = always(10), .tree = span_of("/w"), .alone = true};
	seen[0] = at("/w/in", 11, false);
	seen[1] = at("/home", 20, false);
	seen[2] = at("/w/file", 12, true);
	seen[3] = at("/home/file", 21, true);
	return 0;
}

static enum match match_text(const char *text, const char *records)
{
	struct ruleset *none = help_set("");
	struct matcher *m = match_new(none, &options);
	struct rule *rule = rule_help_rule(text);
	int64_t read_ms = facts.read_ms;
	enum match match;

	assert_non_null(m);
	help_facts(&facts, records);
	facts.read_ms = read_ms;
	n_asked = 0;
	match = match_one(m, rule, &facts);
	facts.read_ms = 0;
	rule_free(rule);
	match_free(m);
	ruleset_free(none);
	return match;
}

static enum match dir(const char *records)
{
	return match_text("-a always,exit -S all -F dir=/w", records);
}

static enum match watch(const char *records)
{
	return match_text("-a always,exit -S all -F path=/w/f", records);
}

static struct births *births_with(const char *records, int64_t stamp_ms)
{
	struct births *b = births_new(16);

	assert_non_null(b);
	help_facts(&facts, records);
	facts.stamp_ms = stamp_ms;
	births_note(b, &facts);
	return b;
}

/* --- dir= --- */

static void a_directory_has_one_place(void **state)
{
	(void)state;
	assert_int_equal(dir(MADE(MKNOD, "\"/w/in/\"", "11", "\"/w/in/x\"", "99")), YES);
	assert_int_equal(dir(MADE(MKNOD, "\"/home/\"", "20", "\"/home/x\"", "99")), NO);
	assert_int_equal(dir(MADE(MKNOD, "\"/home\"", "20", "\"x\"", "99")), NO);
	assert_int_equal(dir(OPENED("\"/w/in\"", "11", DIR_MODE)), YES);
	assert_int_equal(dir(OPENED("\"/home\"", "20", DIR_MODE)), NO);
	/* something is mounted below the watched one */
	known.alone = false;
	assert_int_equal(dir(OPENED("\"/home\"", "20", DIR_MODE)), MAYBE);
	assert_int_equal(dir(OPENED("\"/w/in\"", "11", DIR_MODE)), YES);
	known.alone = true;
	/* where the watched one is, or which it was, is not known */
	known.tree.p = NULL;
	assert_int_equal(dir(OPENED("\"/home\"", "20", DIR_MODE)), MAYBE);
	known.tree = span_of("/w");
	known.self.until_ms = NOW - 1;
	assert_int_equal(dir(OPENED("\"/home\"", "20", DIR_MODE)), MAYBE);
	assert_int_equal(dir(OPENED("\"/w/in\"", "11", DIR_MODE)), MAYBE);
}

/* The name is of a root or a mount of the doer's own: the inode is another. */
static void a_name_that_leads_elsewhere_tells_nothing(void **state)
{
	(void)state;
	assert_int_equal(dir(OPENED("\"/w/in\"", "77", DIR_MODE)), MAYBE);
	assert_int_equal(dir(OPENED("\"/home\"", "77", DIR_MODE)), MAYBE);
	assert_int_equal(dir(OPENED("\"/w/file\"", "77", FILE_MODE)), MAYBE);
	assert_int_equal(dir(OPENED("\"/home/file\"", "77", FILE_MODE)), MAYBE);
	assert_int_equal(dir(MADE(MKNOD, "\"/home/\"", "77", "\"/home/x\"", "99")),
			 MAYBE);
	/* the same number on another filesystem */
	assert_int_equal(dir(HELP_CALL("syscall=2 success=yes exit=3 a0=1 a1=1 a2=0 a3=0",
				       "1") "1302 item=0 name=\"/w/in\" inode=11 "
					    "dev=08:02 mode=040755 nametype=NORMAL\n"),
			 NO);
	/* a name that the caller does not find, no name, a descriptor's */
	assert_int_equal(dir(OPENED("\"/sub/deep\"", "12", FILE_MODE)), MAYBE);
	assert_int_equal(dir(OPENED("(null)", "21", FILE_MODE)), MAYBE);
	assert_int_equal(
		dir(HELP_CALL("syscall=257 success=yes exit=3 a0=5 a1=1 a2=0 a3=0", "1")
			    CWD PATH_OF("\"file\"", "21", FILE_MODE, "NORMAL")),
		MAYBE);
	assert_int_equal(n_asked, 0);
}

/* By any name that leads to it; the tree is the filesystem's, not that of the names. */
static void a_place_is_one_of_the_filesystem(void **state)
{
	(void)state;
	seen[4] = (struct seen){"/bound", "/w/in", {.self = always(11)}};
	assert_int_equal(dir(OPENED("\"/bound\"", "11", DIR_MODE)), YES);
	seen[4] = (struct seen){"/w/over", "/var/x", {.self = always(30)}};
	assert_int_equal(dir(OPENED("\"/w/over\"", "30", DIR_MODE)), NO);
	seen[4] = (struct seen){"/wide", "/wide", {.self = always(31)}};
	assert_int_equal(dir(OPENED("\"/wide\"", "31", DIR_MODE)), NO);
	seen[4] = at("/home/../w/in", 11, false);
	seen[4].tree = "/w/in";
	assert_int_equal(dir(OPENED("\"../w/in\"", "11", DIR_MODE)), YES);
	assert_string_equal(asked, "/home/../w/in");
}

static void a_place_holds_for_a_time(void **state)
{
	const char *event = OPENED("\"/home\"", "20", DIR_MODE);

	(void)state;
	seen[1].place.self.since_ms = NOW;
	seen[1].place.self.until_ms = NOW;
	assert_int_equal(dir(event), NO);
	/* moved, and back, between */
	seen[1].place.self.since_ms = NOW + 1;
	seen[1].place.self.until_ms = INT64_MAX;
	assert_int_equal(dir(event), MAYBE);
	seen[1].place.self.since_ms = 0;
	seen[1].place.self.until_ms = NOW - 1;
	assert_int_equal(dir(event), MAYBE);
	/* the call may have waited with its name until it was read */
	seen[1].place.self.until_ms = NOW + 5;
	facts.read_ms = NOW + 5;
	assert_int_equal(dir(event), NO);
	facts.read_ms = NOW + 6;
	assert_int_equal(dir(event), MAYBE);
}

static void a_file_has_a_place_if_it_has_one_name(void **state)
{
	const char *in = OPENED("\"/w/file\"", "12", FILE_MODE);
	const char *out = OPENED("\"file\"", "21", FILE_MODE);

	(void)state;
	assert_int_equal(dir(in), YES);
	assert_int_equal(dir(out), NO);
	assert_string_equal(asked, "/home/file");
	seen[2].place.sole = seen[3].place.sole = false; /* hard links */
	assert_int_equal(dir(in), MAYBE);
	assert_int_equal(dir(out), MAYBE);
}

/* Of what a call makes or removes the kernel does not look at the directories above. */
static void what_is_made_is_not_walked_from(void **state)
{
	static const char removed[] =
		HELP_CALL("syscall=87 success=yes exit=0 a0=1 a1=0 a2=0 a3=0", "2")
			CWD PATH_OF("\"/home\"", "20", DIR_MODE, "PARENT")
				PATH_OF("\"gone\"", "98", FILE_MODE, "DELETE");
	/* a directory that the kernel adds without a name, as it does with an overlay's
	 */
	static const char unnamed[] =
		HELP_CALL(MKNOD, "3") CWD PATH_OF("\"/home/\"", "20", DIR_MODE, "PARENT")
			PATH_OF("(null)", "10", DIR_MODE, "PARENT")
				PATH_OF("(null)", "99", FILE_MODE, "CREATE");

	(void)state;
	assert_int_equal(dir(removed), NO);
	known.self.inode = 98; /* the watched one itself */
	assert_int_equal(dir(removed), YES);
	known.self.inode = 10;
	assert_int_equal(dir(unnamed), MAYBE);
}

/*
 * open("/home/x", O_CREAT) where /home, in the doer's own mounts, is the watched
 * directory and x a link in it to a file in ours: each record agrees with what is known,
 * the kernel has asked about the watched one all the same.
 */
static void an_open_may_have_followed_links(void **state)
{
	static const char *const made[] = {
		MADE(OPEN_NEW, "\"/home/\"", "20", "\"/home/x\"", "99"),
		MADE(CREAT, "\"/home/\"", "20", "\"/home/x\"", "99"),
		MADE("syscall=257 success=yes exit=3 a0=ffffff9c a1=1 a2=41 a3=180",
		     "\"/home/\"", "20", "\"/home/x\"", "99"),
		MADE("syscall=437 success=yes exit=3 a0=ffffff9c a1=1 a2=18 a3=0",
		     "\"/home/\"", "20", "\"/home/x\"", "99"),
		/* over to another filesystem */
		HELP_CALL(OPEN_NEW, "1") "1302 item=0 name=\"/w/\" inode=1 dev=00:1b "
					 "mode=041777 nametype=PARENT\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		known.still.known = false;
		known.sealed = true;
		if (dir(made[i]) != MAYBE)
			fail_msg("row %zu", i);
		known.still = (struct match_span){true, NOW, NOW};
		if (dir(made[i]) != NO)
			fail_msg("row %zu, sealed", i);
		known.sealed = false;
		if (dir(made[i]) != MAYBE)
			fail_msg("row %zu, with links", i);
	}
	assert_int_equal(dir(MADE(OPEN_EXCL, "\"/home/\"", "20", "\"/home/x\"", "99")),
			 NO);
	assert_int_equal(
		dir(MADE(OPEN_NOFOLLOW, "\"/home/\"", "20", "\"/home/x\"", "99")), NO);
	/* a yes needs no more */
	assert_int_equal(dir(MADE(OPEN_NEW, "\"/w/in/\"", "11", "\"/w/in/x\"", "99")),
			 YES);
}

static void of_proc_all_is_inside(void **state)
{
	(void)state;
	known.tree = span_of("/");
	known.whole = true;
	assert_int_equal(dir(OPENED("\"/proc/self/status\"", "77", FILE_MODE)), YES);
	assert_int_equal(
		dir(HELP_CALL(FCHMOD, "1") PATH_OF("(null)", "78", FILE_MODE, "NORMAL")),
		YES);
	assert_int_equal(n_asked, 0);
}

/* --- births --- */

static void who_was_born_later_is_not_inside(void **state)
{
	const char *by_fd =
		HELP_CALL(FCHMOD, "1") PATH_OF("(null)", "99", FILE_MODE, "NORMAL");
	struct births *b = births_with(
		MADE(OPEN_NEW, "\"/home\"", "20", "\"made\"", "99"), NOW - 100);

	(void)state;
	options.births = b;
	assert_int_equal(dir(by_fd), MAYBE);
	known.still = (struct match_span){true, NOW - 100, NOW};
	assert_int_equal(dir(by_fd), NO);
	/* the tree has changed since: it may have been linked there, and held open */
	known.still.since_ms = NOW - 99;
	assert_int_equal(dir(by_fd), MAYBE);
	known.still.since_ms = NOW - 100;
	known.still.until_ms = NOW - 1;
	assert_int_equal(dir(by_fd), MAYBE);
	known.still.until_ms = NOW;
	facts.read_ms = NOW + 1;
	assert_int_equal(dir(by_fd), MAYBE);
	known.alone = false;
	assert_int_equal(dir(by_fd), MAYBE);
	births_free(b);
	/* of a later birth the number was another file's before */
	b = births_with(MADE(OPEN_NEW, "\"/home\"", "20", "\"made\"", "99"), NOW + 1);
	options.births = b;
	known.alone = true;
	assert_int_equal(dir(by_fd), MAYBE);
	births_free(b);
}

static void the_filesystem_knows_births_too(void **state)
{
	const char *event = OPENED("\"/home/file\"", "21", FILE_MODE);

	(void)state;
	seen[3].place.sole = false;
	seen[3].place.self.since_ms = NOW + 3; /* this very call has changed it */
	seen[3].place.born_ms = NOW - 20;
	assert_int_equal(dir(event), MAYBE);
	known.still = (struct match_span){true, NOW - 20, INT64_MAX};
	assert_int_equal(dir(event), NO);
	known.still.since_ms = NOW - 19;
	assert_int_equal(dir(event), MAYBE);
	/* not for certain made before the event */
	known.still.since_ms = 0;
	seen[3].place.born_ms = NOW - 19;
	assert_int_equal(dir(event), MAYBE);
	/* seen before, not after; another file by now */
	seen[3].place.born_ms = NOW - 50;
	seen[3].place.self.until_ms = NOW - 1;
	assert_int_equal(dir(event), MAYBE);
	seen[3].place.self.until_ms = INT64_MAX;
	seen[3].place.self.inode = 22;
	assert_int_equal(dir(event), MAYBE);
	seen[3].place.self.inode = 21;
	seen[3].place.born_ms = 0;
	assert_int_equal(dir(event), MAYBE);
}

static struct facts_path file_of(uint64_t inode)
{
	return (struct facts_path){.inode = inode, .dev_major = 8, .dev_minor = 1};
}

static void only_calls_that_make_files_are_births(void **state)
{
	static const char *const none[] = {
		MADE(LINK, "\"/home\"", "20", "\"x\"", "99"),
		MADE("syscall=82 success=yes exit=0 a0=1 a1=2 a2=0 a3=0", "\"/home\"",
		     "20", "\"x\"", "99"),
		MADE("syscall=2 success=no exit=-13 a0=1 a1=41 a2=0 a3=0", "\"/home\"",
		     "20", "\"x\"", "99"),
		OPENED("\"/x\"", "99", FILE_MODE),
		MADE("syscall=99999 success=yes exit=3 a0=1", "\"/home\"", "20", "\"x\"",
		     "99"),
	};
	struct facts_path made = file_of(99), other = file_of(20);
	struct births *b;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		b = births_with(none[i], NOW);
		if (births_of(b, &made))
			fail_msg("row %zu", i);
		births_free(b);
	}
	b = births_with(MADE(MKNOD, "\"/home\"", "20", "\"x\"", "99"), NOW);
	assert_int_equal(births_of(b, &made), NOW);
	assert_int_equal(births_of(b, &other), 0);
	made.dev_minor = 2;
	assert_int_equal(births_of(b, &made), 0);
	made.dev_minor = 1;
	facts.stamp_ms = NOW + 7;
	births_note(b, &facts);
	assert_int_equal(births_of(b, &made), NOW + 7);
	births_clear(b);
	assert_int_equal(births_of(b, &made), 0);
	births_free(b);
}

static void a_flood_of_births_only_forgets(void **state)
{
	struct births *b =
		births_with(MADE(MKNOD, "\"/home\"", "20", "\"x\"", "99"), NOW);
	unsigned int n = 0;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		facts.path[1].inode = 1000 + i;
		facts.stamp_ms = NOW + 1 + (int64_t)i;
		births_note(b, &facts);
	}
	for (uint64_t i = 0; i < 1000; i++) {
		struct facts_path path = file_of(1000 + i);
		int64_t born = births_of(b, &path);

		assert_true(!born || born == NOW + 1 + (int64_t)i);
		n += born != 0;
	}
	assert_in_range(n, 8, 16);
	births_free(b);
}

/* --- path= --- */

static int changed(void **state)
{
	defaults(state);
	known = (struct match_file){.self = {true, 12, 8, 1, NOW + 1, INT64_MAX},
				    .parent = always(10),
				    .tree = span_of("/w/f")};
	return 0;
}

static void a_missing_file_is_not_met(void **state)
{
	const char *event = OPENED("\"/w/f\"", "77", FILE_MODE);

	(void)state;
	assert_int_equal(watch(event), MAYBE);
	known.self = (struct match_inode){
		.known = true, .inode = FACTS_NO_INODE, .until_ms = INT64_MAX};
	assert_int_equal(watch(event), NO);
	known.self.since_ms = NOW + 1;
	assert_int_equal(watch(event), MAYBE);
	/* but when it is made */
	assert_int_equal(watch(MADE(MKNOD, "\"/w/\"", "10", "\"/w/f\"", "99")), YES);
}

static void another_file_is_not_the_watched_one(void **state)
{
	(void)state;
	assert_int_equal(watch(OPENED("\"/home/file\"", "21", FILE_MODE)), NO);
	assert_int_equal(watch(OPENED("\"/home/file\"", "22", FILE_MODE)), MAYBE);
	assert_int_equal(watch(OPENED("\"/home\"", "20", DIR_MODE)), NO);
	assert_int_equal(watch(OPENED("\"/w\"", "10", DIR_MODE)), NO);
	seen[3].place.sole = false;
	assert_int_equal(watch(OPENED("\"/home/file\"", "21", FILE_MODE)), MAYBE);
	/* at its place: that the watch has it is another matter (RENAME_EXCHANGE) */
	seen[4] = at("/w/f", 77, true);
	assert_int_equal(watch(OPENED("\"/w/f\"", "77", FILE_MODE)), MAYBE);
	/* on another filesystem */
	known.parent.minor = 2;
	assert_int_equal(watch(OPENED("\"/w/f\"", "77", FILE_MODE)), NO);
	known.parent = always(10);
	known.parent.until_ms = NOW - 1;
	assert_int_equal(watch(OPENED("\"/home\"", "20", DIR_MODE)), MAYBE);
}

static void a_new_file_is_what_it_is_called(void **state)
{
	(void)state;
	options.place = NULL;
	seen[1].path = NULL;
	known.parent = always(20);
	assert_int_equal(watch(MADE(OPEN_NEW, "\"/a\"", "20", "\"f\"", "99")), YES);
	assert_int_equal(watch(MADE(OPEN_NEW, "\"/a\"", "20", "\"g\"", "99")), NO);
	/* of the directory it is made in is known only that it is no watched one */
	assert_int_equal(watch(MADE(OPEN_NEW, "\"/a\"", "30", "\"f\"", "99")), MAYBE);
	assert_int_equal(match_text("-a always,exit -S all -F path=/w/f -F filetype=fifo",
				    MADE(OPEN_NEW, "\"/a\"", "20", "\"g\"", "99")),
			 NO);
	options.place = tell_place;
	seen[4] = at("/a", 30, false);
	assert_int_equal(watch(MADE(OPEN_NEW, "\"/a\"", "30", "\"f\"", "99")), NO);
	/* another file by a new name: it may be the watched one's */
	assert_int_equal(watch(MADE(LINK, "\"/a\"", "20", "\"g\"", "99")), MAYBE);
	/* a name that a link has led to is not told */
	assert_int_equal(watch(MADE(OPEN_NEW, "\"/a\"", "30", "(null)", "99")), MAYBE);
}

/* rename("/a/f", "/w/g"), then back: neither is the watched /w/f. */
static void a_name_is_in_one_of_two_directories(void **state)
{
#define MOVED(removed, made) \
	HELP_CALL("syscall=82 success=yes exit=0 a0=1 a1=2 a2=0 a3=0", "4") \
	CWD PATH_OF("\"/a/\"", "30", DIR_MODE, "PARENT") \
		PATH_OF("\"/w/\"", "10", DIR_MODE, "PARENT") \
			PATH_OF(removed, "77", FILE_MODE, "DELETE") \
				PATH_OF(made, "77", FILE_MODE, "CREATE")
	static const char with_unnamed[] =
		HELP_CALL(MKNOD, "3") CWD PATH_OF("\"/a\"", "30", DIR_MODE, "PARENT")
			PATH_OF("(null)", "10", DIR_MODE, "PARENT")
				PATH_OF("\"f\"", "99", FILE_MODE, "CREATE");

	(void)state;
	known.armed = true;
	assert_int_equal(watch(MOVED("\"/a/f\"", "\"/w/g\"")), MAYBE);
	assert_int_equal(watch(MOVED("\"/w/g\"", "\"/a/f\"")), MAYBE);
	assert_int_equal(watch(with_unnamed), MAYBE);
	/* where the file at the rule's path is known all is said */
	known.self.since_ms = 0;
	assert_int_equal(watch(MOVED("\"/a/f\"", "\"/w/g\"")), NO);
	/* a record is missing */
	known.self.since_ms = NOW + 1;
	assert_int_equal(watch(HELP_CALL(MKNOD, "3") CWD PATH_OF("\"/w/\"", "10",
								 DIR_MODE, "PARENT")
				       PATH_OF("\"/w/f\"", "99", FILE_MODE, "CREATE")),
			 MAYBE);
}

/* Exchanged with another name it is blind, and stays so when it is exchanged back. */
static void a_watch_may_have_lost_its_file(void **state)
{
	static const char removed[] =
		HELP_CALL("syscall=87 success=yes exit=0 a0=1 a1=0 a2=0 a3=0", "2")
			CWD PATH_OF("\"/w\"", "10", DIR_MODE, "PARENT")
				PATH_OF("\"f\"", "12", FILE_MODE, "DELETE");
	const char *opened = OPENED("\"/w/f\"", "12", FILE_MODE);

	(void)state;
	known.self.since_ms = 0;
	assert_int_equal(watch(opened), MAYBE);
	assert_int_equal(watch(removed), MAYBE);
	assert_int_equal(watch(OPENED("\"/w/f\"", "13", FILE_MODE)), NO);
	assert_int_equal(watch(MADE(MKNOD, "\"/w/\"", "10", "\"/w/f\"", "99")), YES);
	known.kept = true;
	assert_int_equal(watch(opened), YES);
	assert_int_equal(watch(removed), YES);
	/* it may have been replaced in the time of which nothing is known */
	known.self.since_ms = NOW + 1;
	assert_int_equal(watch(removed), MAYBE);
	known.armed = true;
	assert_int_equal(watch(removed), YES);
}

/* --- exe= --- */

#define EXEC(call, items, first, second) \
	HELP_CALL(call, items) \
	CWD PATH_OF("\"/a\"", first, FILE_MODE, "NORMAL") \
		PATH_OF("\"/b\"", second, FILE_MODE, "NORMAL")
#define DONE   "syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=0"
#define FAILED "syscall=59 success=no exit=-2 a0=1 a1=2 a2=3 a3=0"

static enum match program(const char *op, const char *records)
{
	char text[64];

	snprintf(text, sizeof(text), "-a always,exit -S all -F exe%s/w/f", op);
	return match_text(text, records);
}

static void a_program_is_among_the_names_of_its_start(void **state)
{
	(void)state;
	known = (struct match_file){.self = always(12), .is_binary = true};
	assert_int_equal(program("=", EXEC(DONE, "2", "12", "5")), MAYBE);
	options.plain_programs = true;
	assert_int_equal(program("=", EXEC(DONE, "2", "12", "5")), YES);
	assert_int_equal(program("!=", EXEC(DONE, "2", "12", "5")), NO);
	assert_int_equal(program("=", EXEC(DONE, "2", "13", "5")), NO);
	assert_int_equal(program("!=", EXEC(DONE, "2", "13", "5")), YES);
	/* an interpreter, or the loader */
	assert_int_equal(program("=", EXEC(DONE, "2", "13", "12")), MAYBE);
	/* a script that names one */
	known.is_binary = false;
	assert_int_equal(program("=", EXEC(DONE, "2", "12", "5")), MAYBE);
	known.is_binary = true;
	/* a name that is not told, a failure, another call, a replaced file */
	assert_int_equal(program("=", EXEC(DONE, "3", "13", "5")), MAYBE);
	assert_int_equal(program("=", EXEC(FAILED, "2", "13", "5")), MAYBE);
	assert_int_equal(program("=", OPENED("\"/a\"", "13", FILE_MODE)), MAYBE);
	assert_int_equal(program("=", HELP_CALL(DONE, "1") "1302 item=0 name=\"/a\" "
							   "nametype=UNKNOWN\n"),
			 MAYBE);
	known.self.until_ms = NOW - 1;
	assert_int_equal(program("=", EXEC(DONE, "2", "13", "5")), MAYBE);
}

static void a_watch_may_have_taken_the_program(void **state)
{
	(void)state;
	options.plain_programs = true;
	known = (struct match_file){.self = always(12), .is_binary = true};
	assert_int_equal(match_text("-a always,exit -S all -F path=/w/f -F exe=/w/f",
				    EXEC(DONE, "2", "12", "5")),
			 MAYBE);
}

static void a_place_is_asked_for_once(void **state)
{
	const char *records = OPENED("\"/home/file\"", "21", FILE_MODE);
	struct ruleset *set = help_set("-w /w1 -p w\n-w /w2/ -p w\n-w /w3 -p w\n"
				       "-a always,exit -S all -F dir=/w4\n");
	struct matcher *m = match_new(set, &options);
	struct match_result r;

	(void)state;
	assert_non_null(m);
	help_facts(&facts, records);
	n_asked = 0;
	match_exit(m, &facts, &r);
	assert_int_equal(r.n_all, 0);
	assert_int_equal(n_asked, 1);
	match_exit(m, &facts, &r); /* another event */
	assert_int_equal(n_asked, 2);
	match_free(m);
	ruleset_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_directory_has_one_place, defaults),
		cmocka_unit_test_setup(a_name_that_leads_elsewhere_tells_nothing,
				       defaults),
		cmocka_unit_test_setup(a_place_is_one_of_the_filesystem, defaults),
		cmocka_unit_test_setup(a_place_holds_for_a_time, defaults),
		cmocka_unit_test_setup(a_file_has_a_place_if_it_has_one_name, defaults),
		cmocka_unit_test_setup(what_is_made_is_not_walked_from, defaults),
		cmocka_unit_test_setup(an_open_may_have_followed_links, defaults),
		cmocka_unit_test_setup(of_proc_all_is_inside, defaults),
		cmocka_unit_test_setup(who_was_born_later_is_not_inside, defaults),
		cmocka_unit_test_setup(the_filesystem_knows_births_too, defaults),
		cmocka_unit_test_setup(only_calls_that_make_files_are_births, defaults),
		cmocka_unit_test_setup(a_flood_of_births_only_forgets, defaults),
		cmocka_unit_test_setup(a_missing_file_is_not_met, changed),
		cmocka_unit_test_setup(another_file_is_not_the_watched_one, changed),
		cmocka_unit_test_setup(a_watch_may_have_lost_its_file, changed),
		cmocka_unit_test_setup(a_name_is_in_one_of_two_directories, changed),
		cmocka_unit_test_setup(a_new_file_is_what_it_is_called, changed),
		cmocka_unit_test_setup(a_program_is_among_the_names_of_its_start,
				       defaults),
		cmocka_unit_test_setup(a_watch_may_have_taken_the_program, defaults),
		cmocka_unit_test_setup(a_place_is_asked_for_once, defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
