/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_tally.c - all that is counted: where an event's figures go
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tally_help.h"

static void tally_event_counts_whole_in_every_list(void **state)
{
	struct tally *t = new_tally(16);
	struct event e = new_event(5, 500);
	struct tally_syscall call;
	struct tally_account who;
	bool claimed = true;

	e.has_syscall = true;
	e.arch = 0xc000003e;
	e.nr = 257;
	e.exe = span_of("/bin/x");
	e.uid = 0;
	e.auid = EVENT_ID_UNSET;
	count_event(t, &e);
	assert_count(total(t), 1, 5, 500);
	assert_count(entry(t, TALLY_TYPES, 0).count, 1, 5, 500);
	assert_count(key_count(t, NULL), 1, 5, 500);
	assert_count(entry(t, TALLY_EXES, 0).count, 1, 5, 500);
	assert_count(entry(t, TALLY_SYSCALLS, 0).count, 1, 5, 500);
	assert_count(entry(t, TALLY_ACCOUNTS, 0).count, 1, 5, 500);
	assert_count(entry(t, TALLY_FLOWS, 0).count, 1, 5, 500);
	assert_true(span_is(tally_exe(entry(t, TALLY_EXES, 0).name, &claimed).text,
			    "/bin/x"));
	assert_false(claimed);
	call = tally_syscall(entry(t, TALLY_SYSCALLS, 0).name);
	assert_int_equal(call.arch, 0xc000003e);
	assert_int_equal(call.nr, 257);
	who = tally_account(entry(t, TALLY_ACCOUNTS, 0).name);
	assert_int_equal(who.uid, 0);
	assert_int_equal(who.auid, EVENT_ID_UNSET);
	assert_null(who.acct.text.p);
	tally_free(t);
}

static void tally_event_without_fields_is_in_flows_and_keys_only(void **state)
{
	struct tally *t = new_tally(16);
	struct event e = new_event(2, 200);

	count_event(t, &e);
	assert_int_equal(topk_used(tally_table(t, TALLY_EXES)), 0);
	assert_int_equal(topk_used(tally_table(t, TALLY_SYSCALLS)), 0);
	assert_int_equal(topk_used(tally_table(t, TALLY_ACCOUNTS)), 0);
	assert_count(entry(t, TALLY_FLOWS, 0).count, 1, 2, 200);
	assert_count(key_count(t, NULL), 1, 2, 200);
	assert_null(tally_table(t, TALLY_RULES));
	tally_free(t);
}

static void tally_overlap_is_what_several_keys_count_twice(void **state)
{
	struct tally *t = new_tally(16);
	struct event e = new_event(5, 500);

	e.keys[0] = span_of("a");
	e.keys[1] = span_of("b");
	e.keys[2] = span_of("c");
	e.n_keys = 3;
	count_event(t, &e);
	e.n_keys = 1;
	count_event(t, &e);
	assert_count(key_count(t, "a"), 2, 10, 1000);
	assert_count(key_count(t, "b"), 1, 5, 500);
	assert_count(key_count(t, "c"), 1, 5, 500);
	assert_count(tally_overlap(t, -1, 0), 2, 10, 1000);
	assert_count(tally_overlap(t, 0, NOW / 1000), 2, 10, 1000);
	assert_count(tally_overlap(t, 0, NOW / 1000 + 60), 0, 0, 0);
	tally_free(t);
}

static void tally_key_that_stands_twice_counts_once(void **state)
{
	struct tally *t = new_tally(16);
	struct event e = new_event(5, 500);
	struct tally_receipt receipt;

	e.keys[0] = span_of("a");
	e.keys[1] = span_of("b");
	e.keys[2] = span_of("a");
	e.keys[3] = span_of("b");
	e.n_keys = 4;
	receipt = count_event(t, &e);
	assert_int_equal(receipt.n_keys, 2);
	tally_more(t, &receipt, 50);
	assert_count(key_count(t, "a"), 1, 6, 550);
	assert_count(key_count(t, "b"), 1, 6, 550);
	assert_count(tally_overlap(t, -1, 0), 1, 6, 550);
	tally_free(t);
}

static void tally_empty_key_is_not_no_key(void **state)
{
	struct tally *t = new_tally(16);
	struct event e = new_event(1, 100);

	count_event(t, &e);
	e.keys[0] = span_of("");
	e.n_keys = 1;
	count_event(t, &e);
	assert_count(key_count(t, NULL), 1, 1, 100);
	assert_count(key_count(t, ""), 1, 1, 100);
	tally_free(t);
}

/* A record that comes after completion, some windows later. */
static void tally_more_goes_to_the_same_entries_and_buckets(void **state)
{
	struct tally *t = new_tally(16);
	struct event e = new_event(3, 300);
	struct tally_receipt receipt;
	struct record eoe = {.type = RECORD_EOE, .bytes = 40};
	int list;

	e.has_syscall = true;
	e.exe = span_of("/bin/x");
	e.uid = 7;
	e.keys[0] = span_of("a");
	e.n_keys = 1;
	receipt = count_event(t, &e);
	tally_record(t, &receipt.when, &eoe, true, NOW + 30000);
	tally_more(t, &receipt, eoe.bytes);
	assert_count(total(t), 1, 4, 340);
	for (list = 0; list < TALLY_LISTS; list++) {
		struct topk *table = tally_table(t, (enum tally_list)list);

		if (!table || list == TALLY_TYPES)
			continue;
		assert_int_equal(topk_used(table), 1);
		assert_count(topk_view(table, 0, -1, 0).count, 1, 4, 340);
		assert_count(topk_bucket(table, 0, 0, NOW / 1000), 1, 4, 340);
		assert_count(topk_view(table, 0, 0, NOW / 1000 + 59).count, 1, 4, 340);
		assert_count(topk_view(table, 0, 0, NOW / 1000 + 60).count, 0, 0, 0);
	}
	assert_count(entry(t, TALLY_TYPES, 1).count, 1, 1, 40);
	tally_free(t);
}

/* Entries may have left meanwhile: then the record is in none, and said to be missed. */
static void tally_more_after_eviction_goes_to_nobody_else(void **state)
{
	struct tally *t = new_tally(1);
	struct event e = new_event(3, 300);
	struct tally_receipt first;
	bool claimed;

	e.exe = span_of("/bin/x");
	first = count_event(t, &e);
	e.exe = span_of("/bin/y");
	count_event(t, &e);
	tally_more(t, &first, 50);
	assert_true(span_is(tally_exe(entry(t, TALLY_EXES, 0).name, &claimed).text,
			    "/bin/y"));
	assert_count(entry(t, TALLY_EXES, 0).count, 1, 3, 300);
	assert_count(entry(t, TALLY_FLOWS, 0).count, 1, 3, 300);
	assert_count(key_count(t, NULL), 2, 7, 650);
	e.exe = span_of("/bin/x");
	count_event(t, &e);
	assert_count(entry(t, TALLY_EXES, 0).count, 1, 3, 300);
	assert_true(entry(t, TALLY_EXES, 0).error >= 4);
	tally_free(t);
}

/* The ring of key references is written over by others: the old record goes to no key. */
static void tally_more_after_the_ring_turned_goes_to_no_key(void **state)
{
	struct tally *t = new_tally(512);
	struct event one = new_event(1, 100), many = new_event(1, 100);
	struct tally_receipt first;
	char names[EVENT_KEYS_MAX][8];
	unsigned int i;

	one.keys[0] = span_of("one");
	one.n_keys = 1;
	first = count_event(t, &one);
	many.n_keys = EVENT_KEYS_MAX;
	for (i = 0; i < EVENT_KEYS_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "k%u", i);
		many.keys[i] = span_of(names[i]);
	}
	for (i = 0; i < 255; i++)
		count_event(t, &many);
	tally_more(t, &first, 10);
	assert_count(key_count(t, "one"), 1, 2, 110);
	count_event(t, &many);
	tally_more(t, &first, 10);
	assert_count(key_count(t, "one"), 1, 2, 110);
	assert_count(key_count(t, "k0"), 256, 256, 25600);
	assert_count(key_count(t, "k127"), 256, 256,
		     25600); /* whose reference stands there */
	tally_free(t);
}

/* --- claims, accounts --- */

static void tally_claimed_exe_is_another_entry(void **state)
{
	struct tally *t = new_tally(16);
	struct event e = new_event(1, 100);
	bool claimed;

	e.exe = span_of("/usr/bin/sudo");
	count_event(t, &e);
	e.claimed = true;
	count_event(t, &e);
	assert_int_equal(topk_used(tally_table(t, TALLY_EXES)), 2);
	tally_exe(entry(t, TALLY_EXES, 0).name, &claimed);
	assert_false(claimed);
	assert_true(span_is(tally_exe(entry(t, TALLY_EXES, 1).name, &claimed).text,
			    "/usr/bin/sudo"));
	assert_true(claimed);
	assert_int_equal(topk_used(tally_table(t, TALLY_FLOWS)), 2);
	tally_free(t);
}

static void tally_accounts_are_told_apart_by_all_three(void **state)
{
	static const struct {
		int64_t uid, auid;
		const char *acct;
	} who[] = {
		{0, 0, NULL},
		{0, -1, NULL},
		{0, 0, ""},
		{0, 0, "root"},
		{0, EVENT_ID_ABSENT, NULL},
		{EVENT_ID_ABSENT, 0, NULL},
		{EVENT_ID_ABSENT, EVENT_ID_ABSENT, "root"},
	};
	struct tally *t = new_tally(16);
	struct event e = new_event(1, 100);
	size_t i, round;

	for (round = 0; round < 2; round++)
		for (i = 0; i < 7; i++) {
			e.uid = who[i].uid;
			e.auid = who[i].auid;
			e.acct = span_of(who[i].acct);
			count_event(t, &e);
		}
	assert_int_equal(topk_used(tally_table(t, TALLY_ACCOUNTS)), 7);
	for (i = 0; i < 7; i++) {
		struct tally_account a =
			tally_account(entry(t, TALLY_ACCOUNTS, (unsigned int)i).name);

		assert_true(a.uid == who[i].uid && a.auid == who[i].auid);
		assert_int_equal(a.acct.text.p != NULL, who[i].acct != NULL);
		assert_count(entry(t, TALLY_ACCOUNTS, (unsigned int)i).count, 2, 2, 200);
	}
	tally_free(t);
}

static void tally_comm_is_kept_while_all_agree(void **state)
{
	struct tally *t = new_tally(16);
	struct event e = new_event(1, 100);
	const struct tally_flow_aux *aux;

	e.comm = span_of("cron");
	count_event(t, &e);
	count_event(t, &e);
	aux = entry(t, TALLY_FLOWS, 0).aux;
	assert_true(aux->started && !aux->comm_differs);
	assert_int_equal(aux->comm_len, 4);
	assert_memory_equal(aux->comm, "cron", 4);
	e.comm = span_of("cro");
	count_event(t, &e);
	assert_true(((const struct tally_flow_aux *)entry(t, TALLY_FLOWS, 0).aux)
			    ->comm_differs);
	e.comm = span_of("cron");
	count_event(t, &e);
	assert_true(((const struct tally_flow_aux *)entry(t, TALLY_FLOWS, 0).aux)
			    ->comm_differs);
	tally_free(t);
}

/* --- types --- */

static void tally_unknown_type_names_are_told_apart(void **state)
{
	static const char *const names[] = {"NEW_A", "NEW_B", "NEW_A"};
	struct tally *t = new_tally(16);
	struct when when = when_of(NOW);
	size_t i;

	for (i = 0; i < 3; i++) {
		struct record r = {.type = RECORD_TYPE_UNKNOWN,
				   .type_name = span_of(names[i]),
				   .bytes = 10};

		tally_record(t, &when, &r, true, NOW);
	}
	assert_int_equal(topk_used(tally_table(t, TALLY_TYPES)), 2);
	assert_true(span_is(tally_type(entry(t, TALLY_TYPES, 0).name).name, "NEW_A"));
	assert_int_equal(tally_type(entry(t, TALLY_TYPES, 0).name).type,
			 RECORD_TYPE_UNKNOWN);
	assert_count(entry(t, TALLY_TYPES, 0).count, 2, 2, 20);
	tally_free(t);
}

/* --- moving --- */

static struct assembly open_event(uint32_t records)
{
	struct assembly ev = {.records = records, .bytes = 100 * records, .n_types = 1};

	ev.type[0] = (struct assembly_type){RECORD_SYSCALL, records, 100 * records};
	return ev;
}

static void tally_move_takes_all_to_the_other_time(void **state)
{
	struct tally *t = new_tally(16);
	struct when from = when_of(NOW), to = when_of(NOW + 30000);
	struct assembly ev = open_event(3);
	struct topk *types = tally_table(t, TALLY_TYPES);

	read_records(t, from, 1, 100); /* of another event: stays */
	read_records(t, from, 3, 100);
	tally_move(t, &ev, &from, &to, NOW + 30000);
	assert_count(total(t), 0, 4, 400);
	assert_count(topk_view(types, 0, -1, 0).count, 2, 4, 400);
	assert_count(topk_bucket(types, 0, 0, from.bucket[0]), 1, 1, 100);
	assert_count(topk_bucket(types, 0, 0, to.bucket[0]), 1, 3, 300);
	assert_count(tally_total(t, 0, to.bucket[0]), 0, 4, 400);
	assert_count(tally_total(t, 0, to.bucket[0] + 30), 0, 3, 300);
	assert_count(topk_view(types, 0, 0, to.bucket[0] + 30).count, 1, 3, 300);
	tally_free(t);
}

static void tally_move_from_a_bucket_that_left(void **state)
{
	struct tally *t = new_tally(16);
	struct when from = when_of(NOW), to = when_of(NOW + 3600000);
	struct assembly ev = open_event(3);
	struct topk *types = tally_table(t, TALLY_TYPES);

	read_records(t, from, 3, 100);
	read_records(t, when_of(NOW + 3590000), 2, 100);
	tally_move(t, &ev, &from, &to, NOW + 3600000);
	assert_count(total(t), 0, 5, 500);
	assert_count(tally_total(t, 0, to.bucket[0]), 0, 5, 500);
	assert_count(topk_view(types, 0, 0, to.bucket[0]).count, 2, 5, 500);
	assert_count(topk_view(types, 0, 1, to.bucket[1]).count, 2, 5, 500);
	tally_free(t);
}

/* The type left the table and came back with others' records: nothing is taken from
 * those. */
static void tally_move_after_eviction_takes_nothing_back(void **state)
{
	struct tally *t = new_tally(16);
	struct when from = when_of(NOW), to = when_of(NOW + 30000),
		    between = when_of(NOW + 9000);
	struct topk *types = tally_table(t, TALLY_TYPES);
	struct assembly ev = open_event(3);
	struct record r = {.bytes = 100};
	unsigned int i;
	int64_t b;

	read_records(t, from, 3, 100);
	for (i = 0; i < 600; i++) {
		r.type = 10000 + i;
		tally_record(t, &from, &r, true, NOW);
		tally_record(t, &from, &r, false, NOW);
		tally_record(t, &from, &r, false, NOW);
		tally_record(t, &from, &r, false, NOW);
	}
	assert_true(topk_evicted(types) > 0);
	for (i = 0; i < 4; i++)
		read_records(t, between, 1, 100);
	tally_move(t, &ev, &from, &to, NOW + 30000);
	for (i = 0; i < topk_used(types); i++) {
		assert_true(topk_view(types, i, 0, to.bucket[0]).count.records < 1000);
		for (b = from.bucket[0] - 5; b <= to.bucket[0]; b++)
			assert_true(topk_bucket(types, i, 0, b).records < 1000);
	}
	tally_free(t);
}

static void tally_fade_reaches_all_lists(void **state)
{
	struct tally *t = new_tally(1);
	struct event e = new_event(8, 800);
	bool claimed;
	int i;

	e.exe = span_of("/bin/old");
	count_event(t, &e);
	for (i = 0; i < 5; i++)
		tally_fade(t);
	e.exe = span_of("/bin/new");
	e.records = 1;
	count_event(t, &e);
	assert_true(span_is(tally_exe(entry(t, TALLY_EXES, 0).name, &claimed).text,
			    "/bin/new"));
	tally_free(t);
	tally_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tally_event_counts_whole_in_every_list),
		cmocka_unit_test(tally_event_without_fields_is_in_flows_and_keys_only),
		cmocka_unit_test(tally_overlap_is_what_several_keys_count_twice),
		cmocka_unit_test(tally_key_that_stands_twice_counts_once),
		cmocka_unit_test(tally_empty_key_is_not_no_key),
		cmocka_unit_test(tally_more_goes_to_the_same_entries_and_buckets),
		cmocka_unit_test(tally_more_after_eviction_goes_to_nobody_else),
		cmocka_unit_test(tally_more_after_the_ring_turned_goes_to_no_key),
		cmocka_unit_test(tally_claimed_exe_is_another_entry),
		cmocka_unit_test(tally_accounts_are_told_apart_by_all_three),
		cmocka_unit_test(tally_comm_is_kept_while_all_agree),
		cmocka_unit_test(tally_unknown_type_names_are_told_apart),
		cmocka_unit_test(tally_move_takes_all_to_the_other_time),
		cmocka_unit_test(tally_move_from_a_bucket_that_left),
		cmocka_unit_test(tally_move_after_eviction_takes_nothing_back),
		cmocka_unit_test(tally_fade_reaches_all_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
