/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_flows.c - the identity of a flow: all of it, and nothing else
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "count/flows.h"

static const struct siphash_key key = {{1, 2}};
static const struct span no_rule = {NULL, 0};

static struct event openat_event(void)
{
	struct event e;

	memset(&e, 0, sizeof(e));
	e.node = span_of("web1");
	e.stamp_ms = 1700000000000;
	e.serial = 42;
	e.records = 5;
	e.bytes = 900;
	e.types[0] = 1300;
	e.types[1] = 1302;
	e.types[2] = 1307;
	e.n_types = 3;
	e.keys[0] = span_of("files");
	e.n_keys = 1;
	e.has_syscall = true;
	e.arch = 0xc000003e;
	e.nr = 257;
	e.success = EVENT_SUCCESS_NO;
	e.error = 13;
	e.dir = span_of("/etc");
	e.uid = 33;
	e.auid = 1000;
	e.pid = 77;
	e.exe = span_of("/usr/bin/x");
	e.comm = span_of("x");
	e.subj_type = span_of("httpd_t");
	return e;
}

static bool same_name(const struct event *a, const struct event *b)
{
	char x[FLOW_NAME_MAX], y[FLOW_NAME_MAX];
	size_t n = flow_name(a, NULL, no_rule, &key, x),
	       m = flow_name(b, NULL, no_rule, &key, y);

	assert_true(n > 0 && n <= FLOW_NAME_MAX);
	assert_true(m > 0 && m <= FLOW_NAME_MAX);
	return n == m && memcmp(x, y, n) == 0;
}

static void assert_text(struct name_text t, const char *want)
{
	assert_true(span_is(t.text, want));
	assert_false(t.cut);
}

static void flow_comes_back_from_its_name(void **state)
{
	struct event e = openat_event();
	char name[FLOW_NAME_MAX];
	struct flow f;

	e.keys[1] = span_of("web");
	e.n_keys = 2;
	flow_read((struct span){name, flow_name(&e, NULL, no_rule, &key, name)}, &f);
	assert_text(f.node, "web1");
	assert_text(f.exe, "/usr/bin/x");
	assert_text(f.subj_type, "httpd_t");
	assert_text(f.dir, "/etc");
	assert_int_equal(f.n_keys, 2);
	assert_text(f.keys[0], "files");
	assert_text(f.keys[1], "web");
	assert_int_equal(f.n_types, 3);
	assert_int_equal(f.types[0], 1300);
	assert_int_equal(f.types[2], 1307);
	assert_true(f.has_syscall);
	assert_int_equal(f.arch, 0xc000003e);
	assert_int_equal(f.nr, 257);
	assert_int_equal(f.uid, 33);
	assert_int_equal(f.auid, 1000);
	assert_int_equal(f.uid_class, ID_CLASS_NONE);
	assert_int_equal(f.auid_class, ID_CLASS_NONE);
	assert_int_equal(f.success, EVENT_SUCCESS_NO);
	assert_int_equal(f.error, 13);
	assert_false(f.claimed);
}

static void flow_of_an_event_without_fields_comes_back(void **state)
{
	struct event e;
	char name[FLOW_NAME_MAX];
	struct flow f;

	memset(&e, 0, sizeof(e));
	e.uid = e.auid = EVENT_ID_ABSENT;
	flow_read((struct span){name, flow_name(&e, NULL, no_rule, &key, name)}, &f);
	assert_null(f.node.text.p);
	assert_null(f.exe.text.p);
	assert_null(f.subj_type.text.p);
	assert_null(f.dir.text.p);
	assert_int_equal(f.n_keys, 0);
	assert_int_equal(f.n_types, 0);
	assert_false(f.has_syscall);
	assert_true(f.uid == EVENT_ID_ABSENT);
	assert_true(f.auid == EVENT_ID_ABSENT);
}

/* --- what is in the identity --- */

static void change_node(struct event *e)
{
	e->node = span_of("web2");
}
static void change_node_to_none(struct event *e)
{
	e->node = (struct span){NULL, 0};
}
static void change_node_to_empty(struct event *e)
{
	e->node = span_of("");
}
static void change_types(struct event *e)
{
	e->types[1] = 1309;
}
static void change_more_types(struct event *e)
{
	e->types[e->n_types++] = 1327;
}
static void change_fewer_types(struct event *e)
{
	e->n_types = 2;
}
static void change_key(struct event *e)
{
	e->keys[0] = span_of("file");
}
static void change_to_no_key(struct event *e)
{
	e->n_keys = 0;
}
static void change_to_empty_key(struct event *e)
{
	e->keys[0] = span_of("");
}
static void change_to_two_keys(struct event *e)
{
	e->keys[e->n_keys++] = span_of("web");
}
static void change_arch(struct event *e)
{
	e->arch = 0x40000003;
}
static void change_nr(struct event *e)
{
	e->nr = 258;
}
static void change_to_no_syscall(struct event *e)
{
	e->has_syscall = false;
}
static void change_success(struct event *e)
{
	e->success = EVENT_SUCCESS_YES;
}
static void change_success_to_absent(struct event *e)
{
	e->success = EVENT_SUCCESS_ABSENT;
}
static void change_error(struct event *e)
{
	e->error = 2;
}
static void change_dir(struct event *e)
{
	e->dir = span_of("/etc/");
}
static void change_dir_to_none(struct event *e)
{
	e->dir = (struct span){NULL, 0};
}
static void change_uid(struct event *e)
{
	e->uid = 0;
}
static void change_uid_to_none(struct event *e)
{
	e->uid = EVENT_ID_ABSENT;
}
static void change_auid(struct event *e)
{
	e->auid = EVENT_ID_UNSET;
}
static void change_exe(struct event *e)
{
	e->exe = span_of("/usr/bin/y");
}
static void change_subject(struct event *e)
{
	e->subj_type = span_of("init_t");
}
static void change_claim(struct event *e)
{
	e->claimed = true;
}
/* the same bytes, in other fields */
static void change_places(struct event *e)
{
	struct span exe = e->exe;

	e->exe = e->dir;
	e->dir = exe;
}
static void change_border(struct event *e)
{
	e->node = span_of("web1/usr");
	e->exe = span_of("/bin/x");
}

static void flow_differs_where_one_field_does(void **state)
{
	static void (*const change[])(struct event *) = {
		change_node,          change_node_to_none, change_node_to_empty,
		change_types,         change_more_types,   change_fewer_types,
		change_key,           change_to_no_key,    change_to_empty_key,
		change_to_two_keys,   change_arch,         change_nr,
		change_to_no_syscall, change_success,      change_success_to_absent,
		change_error,         change_dir,          change_dir_to_none,
		change_uid,           change_uid_to_none,  change_auid,
		change_exe,           change_subject,      change_claim,
		change_places,        change_border,
	};
	const size_t n = sizeof(change) / sizeof(change[0]);
	size_t i, k;

	for (i = 0; i < n; i++) {
		struct event a = openat_event(), b = openat_event();

		change[i](&b);
		assert_false(same_name(&a, &b));
		for (k = 0; k < i; k++) { /* and all changes differ from each other */
			a = openat_event();
			change[k](&a);
			assert_false(same_name(&a, &b));
		}
	}
}

static void flow_is_the_same_whatever_else_differs(void **state)
{
	struct event a = openat_event(), b = openat_event();

	b.stamp_ms += 99;
	b.serial++;
	b.records++;
	b.bytes += 7;
	b.pid = 1;
	b.comm = span_of("other");
	b.acct = span_of("root");
	assert_true(same_name(&a, &b));
}

static void flow_exit_counts_on_failure_only(void **state)
{
	struct event a = openat_event(), b = openat_event();

	a.success = b.success = EVENT_SUCCESS_YES;
	b.error = 0;
	assert_true(same_name(&a, &b));
}

/* --- long ones --- */

static char *text_of(size_t n, char c)
{
	char *text = malloc(n);

	memset(text, c, n);
	return text;
}

static void flow_cut_strings_with_other_tails_stay_apart(void **state)
{
	static const size_t lengths[] = {257, 400, 4096, 9000};
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		char *x = text_of(lengths[i], 'x'), *y = text_of(lengths[i], 'x');
		struct event a = openat_event(), b = openat_event();

		y[lengths[i] - 1] = 'y';
		a.exe = a.dir = (struct span){x, lengths[i]};
		b.exe = (struct span){x, lengths[i]};
		b.dir = (struct span){y, lengths[i]};
		assert_false(same_name(&a, &b));
		b.dir = (struct span){x, lengths[i] - 1};
		assert_false(same_name(&a, &b));
		b.dir = (struct span){x, lengths[i]};
		assert_true(same_name(&a, &b));
		free(x);
		free(y);
	}
}

/* Keys of all sizes and numbers: the name holds, and the last byte of the last
 * key still counts. */
static void flow_with_many_long_keys_is_exact(void **state)
{
	static const unsigned int counts[] = {1, 2, 3, 4, 7, 20, 30, EVENT_KEYS_MAX};
	char text[EVENT_KEYS_MAX][300];
	size_t len, i;
	unsigned int k;

	memset(text, 'k', sizeof(text));
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (len = 1; len <= 300; len += 23) {
			struct event a = openat_event(), b;

			a.n_keys = counts[i];
			for (k = 0; k < counts[i]; k++)
				a.keys[k] = (struct span){text[k], len};
			b = a;
			assert_true(same_name(&a, &b));
			text[counts[i] - 1][len - 1] = 'z';
			a.keys[counts[i] - 1].p = text[(counts[i] + 3) % EVENT_KEYS_MAX];
			assert_false(same_name(&a, &b));
			text[counts[i] - 1][len - 1] = 'k';
		}
	}
}

static void flow_joined_keys_keep_their_borders(void **state)
{
	struct event a = openat_event(), b = openat_event();
	unsigned int k;

	a.n_keys = b.n_keys = EVENT_KEYS_MAX;
	for (k = 0; k < EVENT_KEYS_MAX; k++)
		a.keys[k] = b.keys[k] = span_of("abcdefgh");
	a.keys[5] = span_of("ab");
	a.keys[6] = span_of("c");
	b.keys[5] = span_of("a");
	b.keys[6] = span_of("bc");
	assert_false(same_name(&a, &b));
	b = a; /* the order is the rules' order, it counts */
	b.keys[5] = a.keys[6];
	b.keys[6] = a.keys[5];
	assert_false(same_name(&a, &b));
	b = a;
	b.n_keys--;
	assert_false(same_name(&a, &b));
}

static void flow_of_the_largest_event_comes_back(void **state)
{
	char *x = text_of(9000, 'x'), name[FLOW_NAME_MAX];
	struct event e = openat_event();
	struct flow f;
	unsigned int i;

	e.node = e.exe = e.dir = e.subj_type = (struct span){x, 9000};
	e.n_keys = EVENT_KEYS_MAX;
	for (i = 0; i < EVENT_KEYS_MAX; i++)
		e.keys[i] = (struct span){x, 9000};
	e.n_types = EVENT_TYPES_MAX;
	for (i = 0; i < EVENT_TYPES_MAX; i++)
		e.types[i] = 1300 + i;
	flow_read((struct span){name, flow_name(&e, NULL, no_rule, &key, name)}, &f);
	assert_int_equal(f.n_types, EVENT_TYPES_MAX);
	assert_int_equal(f.types[EVENT_TYPES_MAX - 1], 1300 + EVENT_TYPES_MAX - 1);
	assert_true(f.exe.cut && f.dir.cut && f.node.cut && f.subj_type.cut);
	assert_true(f.exe.text.n >= 32 && f.exe.text.p[0] == 'x');
	assert_int_equal(f.n_keys, 1);
	assert_true(f.keys[0].cut); /* a cut name never enters a rule */
	free(x);
}

/* --- folding --- */

static struct event event_of(int64_t uid, int64_t auid)
{
	struct event e = openat_event();

	e.uid = uid;
	e.auid = auid;
	return e;
}

static struct flow folded(struct flow_ids *ids, int64_t uid, int64_t auid)
{
	struct event e = event_of(uid, auid);
	static char name[FLOW_NAME_MAX];
	struct flow f;

	flow_fold(ids, &e);
	flow_read((struct span){name, flow_name(&e, ids, no_rule, &key, name)}, &f);
	return f;
}

static void flow_folds_at_the_65th_value(void **state)
{
	struct flow_ids ids = {0};
	struct flow f;
	int i, round;

	for (round = 0; round < 3; round++) /* the same ones again are no new ones */
		for (i = 0; i < 64; i++) {
			f = folded(&ids, 2000 + i, 1000);
			assert_int_equal(f.uid, 2000 + i);
			assert_int_equal(f.uid_class, ID_CLASS_NONE);
		}
	f = folded(&ids, 2064, 1000);
	assert_int_equal(f.uid_class, ID_CLASS_USER);
	f = folded(&ids, 2001, 1000); /* a known one is folded as well from now on */
	assert_int_equal(f.uid_class, ID_CLASS_USER);
	assert_int_equal(f.auid_class, ID_CLASS_NONE); /* each by itself */
	assert_int_equal(f.auid, 1000);
}

static void flow_folds_into_four_classes(void **state)
{
	struct flow_ids ids = {0};
	int i;

	for (i = 0; i < 65; i++)
		folded(&ids, 7, 5000 + i);
	assert_int_equal(folded(&ids, 7, 0).auid_class, ID_CLASS_ROOT);
	assert_int_equal(folded(&ids, 7, 1).auid_class, ID_CLASS_SYSTEM);
	assert_int_equal(folded(&ids, 7, 999).auid_class, ID_CLASS_SYSTEM);
	assert_int_equal(folded(&ids, 7, 1000).auid_class, ID_CLASS_USER);
	assert_int_equal(folded(&ids, 7, 4294967294).auid_class, ID_CLASS_USER);
	assert_int_equal(folded(&ids, 7, EVENT_ID_UNSET).auid_class, ID_CLASS_UNSET);
	assert_int_equal(folded(&ids, 7, EVENT_ID_ABSENT).auid_class, ID_CLASS_NONE);
	assert_int_equal(folded(&ids, 7, 0).uid, 7);
}

static void flow_folding_never_ends(void **state)
{
	struct flow_ids ids = {0};
	int64_t i;

	for (i = 0; i < 1000; i++)
		folded(&ids, 1000 + i, 100000 + i);
	assert_int_equal(folded(&ids, 1000, 100000).uid_class, ID_CLASS_USER);
	assert_int_equal(ids.n_uid, FLOW_IDS_MAX + 1);
}

/* Ids above 2^31 and the unset one are values like others. */
static void flow_large_ids_are_told_apart(void **state)
{
	struct event a = event_of(4294967294, EVENT_ID_UNSET);
	struct event b = event_of(4294967293, EVENT_ID_UNSET);
	struct flow_ids ids = {0};

	assert_false(same_name(&a, &b));
	flow_fold(&ids, &a);
	flow_fold(&ids, &b);
	flow_fold(&ids, &a);
	assert_int_equal(ids.n_uid, 2);
	assert_int_equal(ids.n_auid, 1);
	a.uid = a.auid = EVENT_ID_ABSENT;
	flow_fold(&ids, &a);
	assert_int_equal(ids.n_uid, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flow_comes_back_from_its_name),
		cmocka_unit_test(flow_of_an_event_without_fields_comes_back),
		cmocka_unit_test(flow_differs_where_one_field_does),
		cmocka_unit_test(flow_is_the_same_whatever_else_differs),
		cmocka_unit_test(flow_exit_counts_on_failure_only),
		cmocka_unit_test(flow_cut_strings_with_other_tails_stay_apart),
		cmocka_unit_test(flow_with_many_long_keys_is_exact),
		cmocka_unit_test(flow_joined_keys_keep_their_borders),
		cmocka_unit_test(flow_of_the_largest_event_comes_back),
		cmocka_unit_test(flow_folds_at_the_65th_value),
		cmocka_unit_test(flow_folds_into_four_classes),
		cmocka_unit_test(flow_folding_never_ends),
		cmocka_unit_test(flow_large_ids_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
