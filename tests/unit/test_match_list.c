/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_match_list.c - which rule of a list has won, and what the lists drop
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libaudit.h>
#include <stdio.h>

#include "match_help.h"

static struct facts facts;
static struct match_options options;
static struct match_inode inode_of[128]; /* by the last letter of a path */
static struct match_inode parent;
static bool kept[128];

static bool tell(void *arg, uint32_t type, struct span path, struct match_file *file)
{
	(void)arg;
	(void)type;
	*file = (struct match_file){.self = inode_of[(unsigned char)path.p[path.n - 1]],
				    .parent = parent,
				    .kept = kept[(unsigned char)path.p[path.n - 1]],
				    .armed = true};
	return true;
}

static void is_at(char letter, uint64_t inode)
{
	inode_of[(unsigned char)letter] =
		(struct match_inode){true, inode, 8, 1, 0, INT64_MAX};
}

static int defaults(void **state)
{
	(void)state;
	memset(&options, 0, sizeof(options));
	memset(inode_of, 0, sizeof(inode_of));
	memset(&parent, 0, sizeof(parent));
	memset(kept, 0, sizeof(kept));
	options.file = tell;
	return 0;
}

/* The candidates' positions, `!` behind the winner, `?` where there may be none. */
static void wins(const char *rules, const char *records, const char *expected)
{
	struct ruleset *set = help_set(rules);
	struct matcher *m = match_new(set, &options);
	struct match_result r;
	char text[256] = "";
	int n = 0;

	assert_non_null(m);
	help_facts(&facts, records);
	match_exit(m, &facts, &r);
	for (size_t i = 0; i < r.n_candidates; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%s%u", n ? " " : "",
			      r.candidates[i]->list == AUDIT_FILTER_TASK ? "t" : "",
			      r.candidates[i]->position);
	snprintf(text + n, sizeof(text) - (size_t)n, "%s",
		 r.winner ? "!"
		 : r.none ? "?"
			  : "");
	if (strcmp(text, expected) != 0)
		fail_msg("%s\n%s: %s instead of %s", rules, records, text, expected);
	match_free(m);
	ruleset_free(set);
}

#define ALWAYS "-a always,exit -F arch=b64 -S openat "
#define NEVER  "-a never,exit -F arch=b64 -S openat "

static void the_first_that_matches_wins(void **state)
{
	(void)state;
	wins("", HELP_EVENT, "?");
	wins(ALWAYS "\n", HELP_EVENT, "1!");
	wins(ALWAYS "-F uid=0\n" ALWAYS "\n" ALWAYS "-F pid=200\n", HELP_EVENT, "2!");
	wins(ALWAYS "\n-A always,exit -F arch=b64 -S openat -F uid=1001\n", HELP_EVENT,
	     "1!");
	wins(ALWAYS "-F uid=0\n", HELP_EVENT, "?");
	wins(ALWAYS "-F gid=0\n" ALWAYS "-F gid=1\n" ALWAYS "-F uid=1001\n" ALWAYS
		    "-F gid=2\n",
	     HELP_EVENT, "1 2 3");
	wins(ALWAYS "-F gid=0\n", HELP_EVENT, "1?");
	wins("-a always,exit -F arch=b32 -S openat\n", HELP_EVENT, "?");
	wins(ALWAYS "\n", HELP_CWD, "?");
}

static void a_never_before_always_wins(void **state)
{
	(void)state;
	wins(NEVER "-F uid=1001\n" ALWAYS "\n", HELP_EVENT, "1!");
	wins(ALWAYS "\n" NEVER "-F uid=1001\n", HELP_EVENT, "1!");
	wins(ALWAYS "\n-A never,exit -F arch=b64 -S openat -F uid=1001\n", HELP_EVENT,
	     "1!");
	wins(NEVER "-F gid=0\n" ALWAYS "\n", HELP_EVENT, "1 2");
	options.recorded = true;
	wins(NEVER "-F gid=0\n" ALWAYS "\n", HELP_EVENT, "2!");
	/* what has been written was not stopped: the rules were others */
	wins(NEVER "-F uid=1001\n" ALWAYS "\n", HELP_EVENT, "?");
}

static void a_record_without_any_rule_leaves_it_open(void **state)
{
	(void)state;
	options.recorded = true;
	wins(ALWAYS "-F gid=0\n", HELP_EVENT, "1!");
	wins(ALWAYS "-F gid=0\n", HELP_EVENT "1400 avc: denied\n", "1?");
	wins(ALWAYS "-F gid=1002\n", HELP_EVENT "1400 avc: denied\n", "1!");
}

#define FILE_EVENT(inode) \
	HELP_CALL("syscall=257 success=yes exit=3 a0=ffffff9c a1=0 a2=2 a3=0", "1") \
	HELP_CWD "1302 item=0 name=\"/q\" inode=" inode " dev=08:01 mode=0100600 " \
		 "nametype=NORMAL\n"

static void watches_and_others_have_one_order(void **state)
{
	(void)state;
	is_at('f', 12);
	wins(ALWAYS "\n-w /e/f -p wa\n", FILE_EVENT("12"), "1!");
	wins("-w /e/f -p wa\n" ALWAYS "\n", FILE_EVENT("12"), "1!");
	wins("-w /e/f -p wa\n" ALWAYS "\n", FILE_EVENT("13"), "2!");
	wins("-w /e/f -p a\n" ALWAYS "\n", FILE_EVENT("12"), "2!");
	wins("-w /e/g -p wa\n" ALWAYS "\n", FILE_EVENT("12"), "1 2");
	wins(ALWAYS "-F gid=0\n-w /e/f -p wa\n" ALWAYS "\n", FILE_EVENT("12"), "1 2");
	wins("-w /e/f -p wa\n" ALWAYS "-F gid=0\n" ALWAYS "\n", FILE_EVENT("12"), "1!");
	wins("-w /e/g -p wa\n-w /e/f -p wa\n" ALWAYS "\n", FILE_EVENT("12"), "1 2");
	wins("-w /e/f -p wa\n-w /e/g -p wa\n" ALWAYS "\n", FILE_EVENT("12"), "1 2");
	wins(ALWAYS "-F inode=12\n" ALWAYS "\n", FILE_EVENT("12"), "1!");
	wins(ALWAYS "-F inode=13\n" ALWAYS "\n", FILE_EVENT("12"), "2!");
	wins(ALWAYS "-F inode!=13\n" ALWAYS "\n", FILE_EVENT("12"), "1!");
}

#define TWO_NAMES(first, second, type) \
	HELP_CALL("syscall=82 success=yes exit=0 a0=1 a1=2 a2=0 a3=0", "2") \
	"1302 item=0 name=\"/1\" inode=" first " dev=08:01 nametype=" type "\n" \
	"1302 item=1 name=\"/2\" inode=" second " dev=08:01 nametype=" type "\n"

/* The first name that has a rule ends the search, whatever a later name would find. */
static void the_first_name_goes_before_the_first_rule(void **state)
{
	static const char both[] = "-w /e/f -p wa\n-w /e/g -p wa\n";

	(void)state;
	is_at('f', 12);
	is_at('g', 13);
	wins(both, TWO_NAMES("12", "13", "NORMAL"), "1!");
	wins(both, TWO_NAMES("13", "12", "NORMAL"), "2!");
	wins(both, TWO_NAMES("13", "14", "NORMAL"), "2!");
	wins("-w /e/f -p wa\n-a always,exit -S all -F uid=1001\n-w /e/g -p wa\n",
	     TWO_NAMES("13", "12", "NORMAL"), "1!");
	/* the record of another name is missing, and that may be the first */
	wins(both,
	     HELP_CALL("syscall=82 success=yes", "2") "1302 item=1 name=\"/1\" inode=13 "
						      "dev=08:01 nametype=NORMAL\n",
	     "1 2");
	/* of each name alone: 12 belongs to nobody here, 13 to root */
	wins("-a always,exit -S all -F path=/e/f -F obj_uid=5\n",
	     TWO_NAMES("12", "13", "NORMAL"), "?");
}

/* When a file goes the names are asked more than once: an earlier rule may win in the
 * end, and one that has only one name may be asked when its file has gone. */
static void what_is_removed_has_no_order(void **state)
{
	static const char both[] = "-w /e/f -p wa\n-w /e/g -p wa\n";

	(void)state;
	is_at('f', 12);
	is_at('g', 13);
	wins(both, TWO_NAMES("13", "12", "DELETE"), "1 2");
	wins(both, TWO_NAMES("13", "14", "DELETE"), "2!");
	wins("-a always,exit -S all -F gid=0\n-w /e/g -p wa\n-a always,exit -S all\n",
	     TWO_NAMES("13", "12", "DELETE"), "1 2");
	wins("-w /e/f -p wa\n-a always,exit -S all\n-w /e/g -p wa\n",
	     TWO_NAMES("13", "12", "DELETE"), "1!");
	wins("-w /e/h -p wa\n-w /e/g -p wa\n-a always,exit -S all\n",
	     TWO_NAMES("13", "12", "DELETE"), "1 2");
	wins("-w /e/g -p wa\n-w /e/h -p wa\n-a always,exit -S all\n",
	     TWO_NAMES("13", "12", "DELETE"), "1 2");
	wins("-w /e/h -p wa\n-a always,exit -S all\n", TWO_NAMES("13", "12", "DELETE"),
	     "1 2");
}

/* Each is put before the other when its file has been replaced. */
static void two_watches_of_one_file_have_no_order(void **state)
{
	(void)state;
	is_at('f', 12);
	is_at('h', 12);
	wins("-w /e/f -p wa -k 1\n-w /e/f -p w -k 2\n" ALWAYS "\n", FILE_EVENT("12"),
	     "1 2");
	wins("-w /e/f -p wa\n-w /e/h -p w\n", FILE_EVENT("12"), "1 2");
	wins("-w /e/f -p wa\n" ALWAYS "\n-w /e/h -p w\n", FILE_EVENT("12"), "1!");
	wins("-w /e/f -p wa\n" ALWAYS "-F inode=12 -F gid=0\n", FILE_EVENT("12"), "1 2");
	wins("-w /e/f -p wa\n-w /e/h -p r\n", FILE_EVENT("12"), "1 2");
	wins("-w /e/f -p wa\n-w /e/h -p a\n", FILE_EVENT("12"), "1!");
}

/* A watch that has had its file since before it was loaded is where it was put. */
static void files_not_replaced_keep_the_order(void **state)
{
	static const char two[] = "-w /e/f -p wa\n-w /e/h -p w\n";

	(void)state;
	is_at('f', 12);
	is_at('h', 12);
	kept['f'] = kept['h'] = true;
	wins(two, FILE_EVENT("12"), "1!");
	wins("-w /e/f -p wa\n" ALWAYS "-F inode=12 -F gid=0\n", FILE_EVENT("12"), "1!");
	/* the second's has been replaced, and it put before the first */
	kept['h'] = false;
	wins(two, FILE_EVENT("12"), "1 2");
	wins(ALWAYS "-F inode=12\n-w /e/f -p wa\n", FILE_EVENT("12"), "1!");
	wins(ALWAYS "-F inode=12\n-w /e/h -p wa\n", FILE_EVENT("12"), "1 2");
	/* the first's has, which stays before the second or goes before it */
	kept['f'] = false;
	kept['h'] = true;
	wins(two, FILE_EVENT("12"), "1 2");
	/* not known of the time of the event */
	kept['f'] = true;
	inode_of['h'].until_ms = inode_of['f'].until_ms = MATCH_HELP_STAMP - 1;
	wins(two, FILE_EVENT("12"), "1 2?");
	/* rules by inode have no file that could be replaced */
	wins(ALWAYS "-F inode=12\n" ALWAYS "-F inode=12 -F success=1\n", FILE_EVENT("12"),
	     "1!");
}

static void keys_narrow_only_by_option(void **state)
{
	static const char rules[] =
		ALWAYS "-F gid=0 -k a\n" ALWAYS "-F gid=1 -k b\n" ALWAYS
		       "-F gid=2\n" ALWAYS "-F gid=3 -k a -k b\n";
	static const char event[] = "1300 arch=c000003e syscall=257 gid=9 key=\"b\"\n";

	(void)state;
	wins(rules, event, "1 2 3 4?");
	options.by_key = true;
	wins(rules, event, "2?");
	wins(rules, "1300 arch=c000003e syscall=257 gid=9 key=(null)\n", "3?");
	wins(rules, "1300 arch=c000003e syscall=257 gid=9 key=610162\n", "4?");
	wins(rules, "1300 arch=c000003e syscall=257 gid=9\n", "1 2 3 4?");
}

#define WITH_KEY(type) \
	"1300 arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=0 a2=2 a3=0 " \
	"items=1 " HELP_NUMBERS "exe=\"/usr/bin/touch\" key=\"1\"\n" HELP_CWD \
	"1302 item=0 name=\"/q\" inode=12 dev=08:01 mode=0100600 nametype=" type "\n"

/* The record then bears the key of the rule that it has displaced. */
static void who_displaces_a_key(void **state)
{
	(void)state;
	options.by_key = true;
	is_at('f', 12);
	wins(ALWAYS "-F gid=0\n-w /e/f -p wa -k 1\n", WITH_KEY("NORMAL"), "2!");
	wins(ALWAYS "-F gid=0\n-w /e/f -p wa -k 1\n", WITH_KEY("DELETE"), "1 2");
	wins(ALWAYS "-F path=/e/f -F gid=0\n-w /e/f -p wa -k 1\n", WITH_KEY("NORMAL"),
	     "1 2");
}

static void a_task_rule_goes_before_all(void **state)
{
	(void)state;
	wins("-a always,task -F uid=0\n" ALWAYS "\n", HELP_EVENT, "t1 1");
	wins("-a always,task -F exe=/bin/x\n" ALWAYS "\n", HELP_EVENT, "1!");
	options.recorded = true;
	wins("-a never,task -F uid=0\n" ALWAYS "\n", HELP_EVENT, "1!");
}

static void all_that_match_are_listed(void **state)
{
	struct ruleset *set = help_set(ALWAYS "\n" ALWAYS "-F uid=0\n" ALWAYS
					      "-F gid=0\n" NEVER "-F uid=1001\n");
	struct matcher *m = match_new(set, &options);
	struct match_result r;

	(void)state;
	help_facts(&facts, HELP_EVENT);
	match_exit(m, &facts, &r);
	assert_int_equal(r.n_all, 3);
	assert_int_equal(r.all[0].rule->position, 1);
	assert_int_equal(r.all[0].match, MATCH_YES);
	assert_int_equal(r.all[1].rule->position, 3);
	assert_int_equal(r.all[1].match, MATCH_MAYBE);
	assert_int_equal(r.all[2].rule->position, 4);
	assert_int_equal(r.all[2].match, MATCH_YES);
	match_free(m);
	ruleset_free(set);
}

static void operations_have_their_own_list(void **state)
{
	struct ruleset *set =
		help_set("-a always,io_uring -S openat -F uid=3\n" ALWAYS "\n"
			 "-a always,io_uring -S read\n");
	struct matcher *m = match_new(set, &options);
	struct match_result r;

	(void)state;
	help_facts(&facts, "1336 uring_op=18 success=yes exit=5 items=0 uid=3\n");
	match_uring(m, &facts, &r);
	assert_int_equal(r.n_candidates, 1);
	assert_int_equal(r.candidates[0]->position, 1);
	assert_null(r.winner);
	assert_true(r.none);
	match_exit(m, &facts, &r);
	assert_int_equal(r.n_all, 0);
	help_facts(&facts, HELP_EVENT);
	match_uring(m, &facts, &r);
	assert_int_equal(r.n_all, 0);
	match_free(m);
	ruleset_free(set);
}

/* --- records --- */

#define MESSAGE \
	"1101 pid=9 uid=0 auid=1000 ses=1 subj=u:r:crond_t:s0 msg='op=x " \
	"exe=\"/usr/sbin/cron\" res=success'\n"

/* `yes`, `maybe` or `no`, the position of the first that drops, `stop` and a position */
static void drops(const char *rules, const char *records, uint32_t type,
		  const char *expected)
{
	static const char *const words[] = {"no", "maybe", "yes"};
	struct ruleset *set = help_set(rules);
	struct matcher *m = match_new(set, &options);
	struct match_drop d;
	char text[64];
	int n;

	assert_non_null(m);
	help_facts(&facts, records);
	d = strstr(rules, ",user") ? match_user(m, &facts, type)
				   : match_exclude(m, &facts, type);
	n = snprintf(text, sizeof(text), "%s", words[d.dropped]);
	if (d.by)
		n += snprintf(text + n, sizeof(text) - (size_t)n, " %u", d.by->position);
	if (d.stopped)
		snprintf(text + n, sizeof(text) - (size_t)n, " stop %u",
			 d.stopped->position);
	if (strcmp(text, expected) != 0)
		fail_msg("%s\n%s: %s instead of %s", rules, records, text, expected);
	match_free(m);
	ruleset_free(set);
}

static void exclude_drops_whatever_its_action(void **state)
{
	(void)state;
	drops("", MESSAGE, 1101, "no");
	drops("-a never,exclude -F msgtype=USER_ACCT\n", MESSAGE, 1101, "yes 1");
	drops("-a always,exclude -F msgtype=USER_ACCT\n", MESSAGE, 1101, "yes 1");
	drops("-a never,exclude -F msgtype=USER_ACCT\n", MESSAGE, 1103, "no");
	drops("-a never,exclude -F msgtype>=1103 -F msgtype<=1106\n", MESSAGE, 1105,
	      "yes 1");
	drops("-a never,exclude -F msgtype=1103 -F msgtype=1101\n", MESSAGE, 1101, "no");
	drops("-a never,exclude -F msgtype!=CWD\n", MESSAGE, 1101, "yes 1");
	drops("-a never,exclude -F uid=1\n-a never,exclude -F pid=9\n", MESSAGE, 1101,
	      "yes 2");
	drops("-a never,exclude -F auid=unset\n", MESSAGE, 1101, "no");
	drops("-a never,exclude -F auid!=unset\n", MESSAGE, 1101, "yes 1");
	drops("-a never,exclude -F gid=0\n", MESSAGE, 1101, "maybe 1");
	/* groups are not looked through here */
	drops("-a never,exclude -F gid=0\n", HELP_EVENT, 1302, "no");
	drops("-a never,exclude -F gid=1002\n", HELP_EVENT, 1302, "yes 1");
}

static void a_sender_claims_its_program(void **state)
{
	(void)state;
	options.exe_by_name = true;
	drops("-a never,exclude -F exe=/usr/sbin/cron\n", MESSAGE, 1101, "maybe 1");
	drops("-a never,exclude -F exe=/bin/other\n", MESSAGE, 1101, "maybe 1");
	drops("-a never,exclude -F exe=/usr/bin/touch\n", HELP_EVENT, 1302, "yes 1");
}

static void a_field_that_is_not_known_there_ends_the_list(void **state)
{
	static const char poison[] = "-a never,exclude -F msgtype=USER_ACCT -F euid=0\n"
				     "-a never,exclude -F msgtype>1000\n";

	(void)state;
	drops(poison, MESSAGE, 1101, "no stop 1");
	drops(poison, MESSAGE, 1103, "yes 2");
	drops("-a never,exclude -F msgtype>1000\n-a never,exclude -F sessionid=1\n",
	      MESSAGE, 1101, "yes 1");
	drops("-a never,exclude -F gid=0 -F euid=0\n-a never,exclude -F uid=0\n", MESSAGE,
	      1101, "maybe 2 stop 1");
	drops("-a never,exclude -F ppid=1 -F msgtype=1101\n-a never,exclude -F uid=0\n",
	      MESSAGE, 1103, "no stop 1");
}

static void a_label_takes_over_the_answer_before_it(void **state)
{
	static const char behind[] =
		"-a never,exclude -F msgtype=1101 -F subj_type=crond_t\n";
	static const char before[] =
		"-a never,exclude -F subj_type=crond_t -F msgtype=1101\n";

	(void)state;
	drops(behind, MESSAGE, 1101, "maybe 1");
	options.labels = MATCH_LABELS_NONE;
	drops(behind, MESSAGE, 1101, "yes 1");
	drops(behind, MESSAGE, 1103, "no");
	drops(before, MESSAGE, 1101, "no");
	options.labels = MATCH_LABELS_SELINUX;
	drops(before, MESSAGE, 1101, "yes 1");
	drops(before, HELP_EVENT, 1101, "maybe 1");
}

static void the_first_of_the_user_list_decides(void **state)
{
	(void)state;
	drops("-a never,user -F uid=0\n", MESSAGE, 1101, "yes 1");
	drops("-a always,user -F pid=9\n-a never,user -F uid=0\n", MESSAGE, 1101, "no");
	drops("-a always,user -F pid=8\n-a never,user -F uid=0\n", MESSAGE, 1101,
	      "yes 2");
	drops("-a always,user -F gid=1\n-a never,user -F uid=0\n", MESSAGE, 1101,
	      "maybe 2");
}

static void a_filesystem_is_kept_out_by_one_field(void **state)
{
	struct ruleset *set = help_set("-a never,filesystem -F fstype=tracefs\n");
	struct matcher *m = match_new(set, &options);
	uint32_t tracefs = 0x74726163, other = 0xef53;

	(void)state;
	assert_int_equal(match_filesystem(m, &tracefs), MATCH_YES);
	assert_int_equal(match_filesystem(m, &other), MATCH_NO);
	assert_int_equal(match_filesystem(m, NULL), MATCH_MAYBE);
	match_free(m);
	ruleset_free(set);
}

static void a_missing_address_may_have_been_dropped(void **state)
{
	static const char event[] = "1300 arch=c000003e syscall=257 uid=0 items=0\n";

	(void)state;
	wins("-a always,exit -S all -F saddr_fam=2\n", event, "?");
	wins("-a never,exclude -F msgtype=SOCKADDR\n-a always,exit -S all -F "
	     "saddr_fam=2\n",
	     event, "1?");
	wins("-a never,exclude -F msgtype=CWD\n-a always,exit -S all -F saddr_fam=2\n",
	     event, "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_that_matches_wins, defaults),
		cmocka_unit_test_setup(a_never_before_always_wins, defaults),
		cmocka_unit_test_setup(a_record_without_any_rule_leaves_it_open,
				       defaults),
		cmocka_unit_test_setup(watches_and_others_have_one_order, defaults),
		cmocka_unit_test_setup(the_first_name_goes_before_the_first_rule,
				       defaults),
		cmocka_unit_test_setup(what_is_removed_has_no_order, defaults),
		cmocka_unit_test_setup(two_watches_of_one_file_have_no_order, defaults),
		cmocka_unit_test_setup(files_not_replaced_keep_the_order, defaults),
		cmocka_unit_test_setup(keys_narrow_only_by_option, defaults),
		cmocka_unit_test_setup(who_displaces_a_key, defaults),
		cmocka_unit_test_setup(a_task_rule_goes_before_all, defaults),
		cmocka_unit_test_setup(all_that_match_are_listed, defaults),
		cmocka_unit_test_setup(operations_have_their_own_list, defaults),
		cmocka_unit_test_setup(exclude_drops_whatever_its_action, defaults),
		cmocka_unit_test_setup(a_sender_claims_its_program, defaults),
		cmocka_unit_test_setup(a_field_that_is_not_known_there_ends_the_list,
				       defaults),
		cmocka_unit_test_setup(a_label_takes_over_the_answer_before_it, defaults),
		cmocka_unit_test_setup(the_first_of_the_user_list_decides, defaults),
		cmocka_unit_test_setup(a_filesystem_is_kept_out_by_one_field, defaults),
		cmocka_unit_test_setup(a_missing_address_may_have_been_dropped, defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
