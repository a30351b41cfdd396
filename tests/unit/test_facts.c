/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_facts.c - records as facts: all that is there, and nothing that is not
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libaudit.h>

#include "match_help.h"

static struct facts facts;

static void is_number(enum facts_number n, uint64_t value)
{
	assert_true(facts_knows(&facts, n));
	assert_int_equal(facts.number[n], value);
}

static void is_text(struct span s, const char *text)
{
	if (!text) {
		assert_null(s.p);
		return;
	}
	assert_int_equal(s.n, strlen(text));
	assert_memory_equal(s.p, text, s.n);
}

static void a_system_call_has_its_numbers(void **state)
{
	(void)state;
	help_facts(&facts, HELP_EVENT);
	is_number(FACTS_ARCH, 0xc000003e);
	is_number(FACTS_CALL, 257);
	is_number(FACTS_ARG0, 0xffffff9c);
	is_number(FACTS_ARG3, 0x1b6);
	is_number(FACTS_SUCCESS, 1);
	is_number(FACTS_EXIT, 3);
	is_number(FACTS_ITEMS, 2);
	is_number(FACTS_PPID, 100);
	is_number(FACTS_PID, 200);
	is_number(FACTS_AUID, 1000);
	is_number(FACTS_UID, 1001);
	is_number(FACTS_GID, 1002);
	is_number(FACTS_FSUID, 1005);
	is_number(FACTS_FSGID, 1008);
	is_number(FACTS_SESSION, 5);
	is_number(FACTS_PERSONALITY, 0);
	is_text(facts.exe, "/usr/bin/touch");
	is_text(facts.cwd, "/home/u");
	is_text(facts.keys, NULL);
	assert_true(facts.has_keys);
	assert_true(facts_has_all_paths(&facts));
	assert_false(facts.forced);
	assert_false(facts.claimed);
	assert_int_equal(facts.n_types, 3);
}

static void names_have_their_inodes(void **state)
{
	const struct facts_path *p = facts.path;

	(void)state;
	help_facts(
		&facts,
		"1302 item=0 name=2F746D702F6120 inode=18446744073709551615 dev=fd:10a "
		"mode=020600 ouid=1 ogid=2 rdev=05:ff obj=u:r:t:s0 nametype=DELETE\n"
		"1302 item=1 name=(null) nametype=UNKNOWN\n"
		"1302 item=2 name=\"x\" inode=7 dev=00:01 mode=0100 nametype=NORMAL\n");
	assert_int_equal(facts.n_paths, 3);
	is_text(p[0].name, "/tmp/a ");
	assert_int_equal(p[0].inode, UINT64_MAX);
	assert_int_equal(p[0].dev_major, 0xfd);
	assert_int_equal(p[0].dev_minor, 0x10a);
	assert_int_equal(p[0].rdev_major, 5);
	assert_int_equal(p[0].rdev_minor, 255);
	assert_int_equal(p[0].mode, 020600);
	assert_int_equal(p[0].uid, 1);
	assert_int_equal(p[0].gid, 2);
	assert_int_equal(p[0].type, FACTS_NAME_DELETE);
	is_text(p[0].obj, "u:r:t:s0");
	is_text(p[1].name, NULL);
	assert_int_equal(p[1].inode, FACTS_NO_INODE);
	assert_int_equal(p[1].uid, 0);
	assert_int_equal(p[1].type, FACTS_NAME_UNKNOWN);
	assert_int_equal(p[2].type, FACTS_NAME_NORMAL);
	assert_false(facts_has_all_paths(&facts)); /* how many there were is not told */
}

static void small_records_have_one_fact(void **state)
{
	(void)state;
	help_facts(&facts, "1300 arch=c000003e syscall=437 per=40000 exit=-13 success=no "
			   "exe=(null) subj=a:b:c:s0-s1:c0 key=\"k\"\n"
			   "1306 saddr=020000357F0000010000000000000000\n"
			   "1337 oflag=0101 mode=0600 resolve=0x0\n"
			   "1303 ouid=0 ogid=0 mode=0600 obj=x:y:z\n");
	is_number(FACTS_FAMILY, 2);
	is_number(FACTS_OPEN_FLAGS, 0101);
	is_number(FACTS_PERSONALITY, 0x40000);
	is_number(FACTS_EXIT, (uint64_t)-13);
	is_number(FACTS_SUCCESS, 0);
	is_text(facts.ipc_obj, "x:y:z");
	is_text(facts.subj, "a:b:c:s0-s1:c0");
	is_text(facts.keys, "k");
	is_text(facts.exe, NULL);
	assert_true(facts.no_exe);
	help_facts(&facts, "1300 arch=80000016 syscall=1\n1306 saddr=0002\n"); /* s390x */
	is_number(FACTS_FAMILY, 2);
}

/* In the order of their asking; what else the record tells stays untold. */
static void a_call_is_read_by_need(void **state)
{
	const struct span body = span_of(
		"arch=c000003e syscall=? success=yes a0=1  syscall=257 xarch=1 "
		"exe=(null) "
		"exe=2F62 exe=\"/c\" subj=a:b:c uid=- uid=7 key=\"k\" key=\"l\" \x1d"
		"auid=5");

	(void)state;
	facts_clear(&facts);
	facts_add_call(&facts, body, FACTS_BIT(FACTS_KEYS));
	assert_true(facts.has_call);
	assert_int_equal(facts.known, 0);
	assert_int_equal(facts.n_types, 0);
	is_text(facts.keys, "k");
	is_text(facts.exe, NULL);
	is_text(facts.subj, NULL);
	facts_add_call(&facts, body, FACTS_BIT(FACTS_CALL) | FACTS_BIT(FACTS_UID));
	is_number(FACTS_CALL, 257);
	is_number(FACTS_UID, 7);
	assert_false(facts_knows(&facts, FACTS_ARCH));
	assert_false(facts_knows(&facts, FACTS_PERSONALITY));
	facts_add_call(&facts, body, FACTS_ALL);
	is_number(FACTS_ARCH, 0xc000003e);
	is_number(FACTS_ARG0, 1);
	is_number(FACTS_PERSONALITY, 0);
	assert_false(facts_knows(&facts, FACTS_AUID));
	is_text(facts.exe, "/b");
	is_text(facts.subj, "a:b:c");
	is_text(facts.keys, "k");
}

static void an_operation_has_its_own_number(void **state)
{
	(void)state;
	help_facts(&facts,
		   "1336 uring_op=18 success=no exit=-2 items=0 ppid=1 pid=2 uid=3 "
		   "gid=4 euid=5 suid=6 fsuid=7 egid=8 sgid=9 fsgid=10 key=(null)\n");
	is_number(FACTS_OPERATION, 18);
	assert_false(facts_knows(&facts, FACTS_CALL));
	assert_false(facts_knows(&facts, FACTS_AUID));
	assert_false(facts_knows(&facts, FACTS_PERSONALITY));
	assert_true(facts.has_call);
}

static void a_user_message_is_half_a_claim(void **state)
{
	(void)state;
	help_facts(&facts,
		   "1101 pid=9 uid=0 auid=4294967295 ses=4294967295 subj=u:r:t msg='op=x "
		   "uid=77 exe=\"/bin/lie\" acct=\"a\" exe=\"/usr/sbin/cron\" hostname=? "
		   "res=success'\n");
	is_number(FACTS_PID, 9);
	is_number(FACTS_UID, 0);
	is_number(FACTS_AUID, FACTS_UNSET);
	is_text(facts.exe, "/usr/sbin/cron");
	assert_true(facts.claimed);
	assert_true(facts.forced);
	assert_false(facts.has_call);
	help_facts(&facts, "1101 pid=9 msg='exe=\"/a\" x'\n");
	is_text(facts.exe, NULL); /* no blank before it: not as libaudit writes it */
	help_facts(&facts, "1101 pid=9 msg=\n");
	help_facts(&facts, "1005 msg='x exe=\n");
}

static void a_crash_tells_of_its_doer(void **state)
{
	(void)state;
	help_facts(
		&facts,
		"1701 auid=1 uid=2 gid=3 ses=4 pid=5 comm=\"x\" exe=\"/bin/x\" sig=11\n");
	is_number(FACTS_UID, 2);
	is_text(facts.exe, "/bin/x");
	assert_true(facts.forced);
	assert_false(facts.claimed);
}

static void what_is_out_of_range_is_not_known(void **state)
{
	static const char *const bodies[] = {
		"syscall=-1 arch=g exit= a0=10000000000000000 a1=0x1 pid=2147483648",
		"syscall=99999999999999999999 arch= exit=9223372036854775808 pid=-1 a0= "
		"a1=",
		"syscall=+1 arch=- exit=--1 a0=-1 a1=1g pid=1.0 uid=4294967296 "
		"success=maybe",
		"exit=- uid=-2 success=YES pid=\"1\" syscall pid a0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		facts_clear(&facts);
		facts_add_record(&facts, AUDIT_SYSCALL, span_of(bodies[i]));
		assert_int_equal(facts.known, 0);
	}
}

static void the_first_of_a_name_counts(void **state)
{
	(void)state;
	help_facts(&facts, "1300 uid=1 uid=2 exe=\"/a\" exe=\"/b\" key=\"k\" key=\"l\"\n"
			   "1300 uid=3 gid=4\n");
	is_number(FACTS_UID, 1);
	is_text(facts.exe, "/a");
	is_text(facts.keys, "k");
	assert_false(facts_knows(&facts, FACTS_GID));
}

static void words_that_are_no_fields_are_passed_over(void **state)
{
	(void)state;
	help_facts(
		&facts,
		"1300 subj=/usr/bin/x (enforce)  uid=1  = =x gid=2 \x1duid=\"root\"\n");
	is_number(FACTS_UID, 1);
	is_number(FACTS_GID, 2);
	help_facts(&facts, "1300 uid=1 \n");
	is_number(FACTS_UID, 1);
	help_facts(&facts, "1300 \n");
	assert_int_equal(facts.known, 0);
}

static void a_bad_or_surplus_name_is_missed(void **state)
{
	static const char *const bad[] = {
		"inode=x",
		"inode=-1",
		"dev=0801",
		"dev=:",
		"dev=1:g",
		"rdev=",
		"mode=0100000000",
		"mode=9",
		"ouid=x",
		"ogid=4294967296",
		"inode=18446744073709551616",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		facts_clear(&facts);
		facts_set(&facts, FACTS_ITEMS, 0);
		facts_add_record(&facts, AUDIT_PATH, span_of(bad[i]));
		assert_int_equal(facts.n_paths, 0);
		assert_false(facts_has_all_paths(&facts));
	}
	facts_clear(&facts);
	facts_set(&facts, FACTS_ITEMS, FACTS_PATHS_MAX);
	for (int i = 0; i < FACTS_PATHS_MAX; i++)
		facts_add_record(&facts, AUDIT_PATH,
				 span_of("name=\"x\" inode=1 dev=1:1"));
	assert_true(facts_has_all_paths(&facts));
	facts_add_record(&facts, AUDIT_PATH, span_of("name=\"x\" inode=1 dev=1:1"));
	assert_false(facts_has_all_paths(&facts));
}

static void names_beyond_the_room_are_absent(void **state)
{
	static char body[2 * 4096 + 16];

	(void)state;
	memcpy(body, "name=", 5);
	memset(body + 5, '4', 8192);
	facts_clear(&facts);
	for (int i = 0; i < 3; i++)
		facts_add_record(&facts, AUDIT_PATH, (struct span){body, 5 + 8192});
	assert_int_equal(facts.path[1].name.n, 4096);
	assert_null(facts.path[2].name.p);
	assert_int_equal(facts.n_paths, 3);
}

static void types_are_counted_once(void **state)
{
	(void)state;
	facts_clear(&facts);
	for (uint32_t i = 0; i < 2 * FACTS_TYPES_MAX; i++)
		facts_add_record(&facts, 1400 + i / 2, span_of(""));
	assert_int_equal(facts.n_types, FACTS_TYPES_MAX);
	facts_add_record(&facts, 1300, (struct span){NULL, 0});
	assert_false(facts_has_type(&facts, 1300)); /* no room */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_system_call_has_its_numbers),
		cmocka_unit_test(names_have_their_inodes),
		cmocka_unit_test(small_records_have_one_fact),
		cmocka_unit_test(a_call_is_read_by_need),
		cmocka_unit_test(an_operation_has_its_own_number),
		cmocka_unit_test(a_user_message_is_half_a_claim),
		cmocka_unit_test(a_crash_tells_of_its_doer),
		cmocka_unit_test(what_is_out_of_range_is_not_known),
		cmocka_unit_test(the_first_of_a_name_counts),
		cmocka_unit_test(words_that_are_no_fields_are_passed_over),
		cmocka_unit_test(a_bad_or_surplus_name_is_missed),
		cmocka_unit_test(names_beyond_the_room_are_absent),
		cmocka_unit_test(types_are_counted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
