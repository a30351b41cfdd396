/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rule.c - a rule and its kernel form, and blobs that lie
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "rules/rule.h"
#include "rule_help.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

/* A blob of its own, of exactly its length. */
union blob {
	struct audit_rule_data head;
	char room[sizeof(struct audit_rule_data) + 600];
};

static union blob *new_blob(const char *text)
{
	union blob *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->head.flags = AUDIT_FILTER_EXIT;
	b->head.action = AUDIT_ALWAYS;
	b->head.buflen = (uint32_t)strlen(text);
	memcpy(b->head.buf, text, strlen(text));
	return b;
}

static void add_field(union blob *b, uint32_t type, uint32_t value)
{
	uint32_t n = b->head.field_count++;

	b->head.fields[n] = type;
	b->head.fieldflags[n] = AUDIT_EQUAL;
	b->head.values[n] = value;
}

/* Reads and frees it; @n: how many bytes of it there are. */
static struct rule *read_blob(union blob *b, size_t n, int expected)
{
	struct span s = rule_help_exact((struct span){(char *)b, n});
	struct rule *rule = NULL;

	assert_int_equal(rule_from_blob(s, &rule), expected);
	assert_non_null(rule);
	free((void *)s.p);
	free(b);
	return rule;
}

static struct rule *read_whole(union blob *b, int expected)
{
	return read_blob(b, sizeof(b->head) + b->head.buflen, expected);
}

static void rule_reads_texts_in_the_order_of_fields(void **state)
{
	union blob *b = new_blob("/etc/passwda\001b/bin/x");
	struct rule *rule;

	add_field(b, AUDIT_WATCH, 11);
	add_field(b, AUDIT_PERM, 10);
	add_field(b, AUDIT_FILTERKEY, 3);
	add_field(b, AUDIT_EXE, 6);
	b->head.mask[1] = 6;
	b->head.flags |= AUDIT_FILTER_PREPEND;
	rule = read_whole(b, 0);
	assert_int_equal(rule->state, RULE_KNOWN);
	assert_null(rule->reason);
	assert_int_equal(rule->list, AUDIT_FILTER_EXIT);
	assert_int_equal(rule->n_fields, 4);
	assert_true(span_is(rule->field[0].text, "/etc/passwd"));
	assert_null(rule->field[1].text.p);
	assert_int_equal(rule->field[1].value, 10);
	assert_true(span_is(rule_find(rule, AUDIT_EXE)->text, "/bin/x"));
	assert_null(rule_find(rule, AUDIT_DIR));
	assert_true(rule_has_call(rule, 33) && rule_has_call(rule, 34));
	assert_false(rule_has_call(rule, 32) || rule_has_call(rule, 2048));
	rule_free(rule);
}

static void rule_splits_keys(void **state)
{
	static const struct {
		const char *keys;
		const char *parts[3];
	} table[] = {
		{"a", {"a"}},
		{"a\001bc", {"a", "bc"}},
		{"\001\001a\001\001b\001", {"a", "b"}},
		{"\001", {NULL}},
		{"", {NULL}},
	};

	for (size_t i = 0; i < N_OF(table); i++) {
		struct span keys = span_of(table[i].keys), key;
		size_t n = 0;

		while (rule_next_key(&keys, &key)) {
			assert_true(n < 3 && table[i].parts[n]);
			assert_true(span_is(key, table[i].parts[n++]));
		}
		assert_true(n == 3 || !table[i].parts[n]);
	}
}

static void rule_without_a_key_has_none(void **state)
{
	struct rule *rule = read_whole(new_blob(""), 0);

	assert_null(rule_keys(rule).p);
	rule_free(rule);
}

/* Each: what is done to a sound blob, and what comes of it. */
enum harm {
	SHORT_HEAD,
	NO_BYTES,
	ONE_BYTE_LESS,
	ONE_BYTE_MORE,
	HUGE_BUFLEN,
	MANY_FIELDS,
	LONG_TEXT,
	HUGE_TEXT,
	SPARE_TEXT,
	STRANGE_FIELD,
	STRANGE_OP,
	STRANGE_LIST,
	STRANGE_ACTION,
};

static const struct {
	enum harm harm;
	int rc;
	enum rule_state state;
	uint32_t list;
} harms[] = {
	{SHORT_HEAD, -EBADMSG, RULE_BROKEN, AUDIT_FILTER_EXIT},
	{NO_BYTES, -EBADMSG, RULE_BROKEN, RULE_LISTS},
	{ONE_BYTE_LESS, -EBADMSG, RULE_BROKEN, AUDIT_FILTER_EXIT},
	{ONE_BYTE_MORE, -EBADMSG, RULE_BROKEN, AUDIT_FILTER_EXIT},
	{HUGE_BUFLEN, -EBADMSG, RULE_BROKEN, AUDIT_FILTER_EXIT},
	{MANY_FIELDS, -EBADMSG, RULE_BROKEN, AUDIT_FILTER_EXIT},
	{LONG_TEXT, -EBADMSG, RULE_BROKEN, AUDIT_FILTER_EXIT},
	{HUGE_TEXT, -EBADMSG, RULE_BROKEN, AUDIT_FILTER_EXIT},
	{SPARE_TEXT, 0, RULE_STRANGE, AUDIT_FILTER_EXIT},
	{STRANGE_FIELD, 0, RULE_STRANGE, AUDIT_FILTER_EXIT},
	{STRANGE_OP, 0, RULE_STRANGE, AUDIT_FILTER_EXIT},
	{STRANGE_LIST, 0, RULE_STRANGE, RULE_LISTS},
	{STRANGE_ACTION, 0, RULE_STRANGE, AUDIT_FILTER_EXIT},
};

static size_t do_harm(union blob *b, enum harm harm)
{
	size_t whole = sizeof(b->head) + b->head.buflen;

	switch (harm) {
	case SHORT_HEAD:
		return sizeof(b->head) - 1;
	case NO_BYTES:
		return 0;
	case ONE_BYTE_LESS:
		return whole - 1;
	case ONE_BYTE_MORE:
		return whole + 1;
	case HUGE_BUFLEN:
		b->head.buflen = UINT32_MAX;
		return whole;
	case MANY_FIELDS:
		b->head.field_count = AUDIT_MAX_FIELDS + 1;
		return whole;
	case LONG_TEXT:
		b->head.values[0]++;
		return whole;
	case HUGE_TEXT:
		b->head.values[0] = UINT32_MAX;
		return whole;
	case SPARE_TEXT:
		b->head.buflen++;
		return whole + 1;
	case STRANGE_FIELD:
		b->head.fields[1] = 114;
		return whole;
	case STRANGE_OP:
		b->head.fieldflags[1] = 0;
		return whole;
	case STRANGE_LIST:
		b->head.flags = 8;
		return whole;
	case STRANGE_ACTION:
		b->head.action = 3;
		return whole;
	}
	return 0;
}

static void rule_that_is_not_understood_says_so(void **state)
{
	char out[2048];

	for (size_t i = 0; i < N_OF(harms); i++) {
		union blob *b = new_blob("/etc");
		struct rule *rule;

		add_field(b, AUDIT_DIR, 4);
		add_field(b, AUDIT_UID, 0);
		rule = read_blob(b, do_harm(b, harms[i].harm), harms[i].rc);
		if (rule->state != harms[i].state || rule->list != harms[i].list ||
		    !rule->reason)
			fail_msg("row %zu: %s", i, rule->reason ? rule->reason : "-");
		assert_int_equal(rule_to_blob(rule, out, sizeof(out)), -EINVAL);
		assert_true(harms[i].state != RULE_BROKEN || rule->n_fields == 0);
		rule_free(rule);
	}
}

static void rule_to_blob_gives_what_was_read(void **state)
{
	static const char *const lines[] = {
		"-w /etc -p wa -k a -k b",
		"-a always,exit -F arch=b64 -S open,openat -F auid>=1000 -F key=x",
		"-a never,task -F uid=0",
		"-a never,exclude -F msgtype=CWD -F exe=/bin/x",
		"-a never,filesystem -F fstype=tracefs",
		"-a always,exit -F subj_type=a -F obj_type=bc -F path=/x -F exe!=/y",
	};
	char out[2048];

	for (size_t i = 0; i < N_OF(lines); i++) {
		struct rule *rule = rule_help_rule(lines[i]), *again;
		ssize_t n = rule_to_blob(rule, out, sizeof(out));
		struct span blob;

		assert_true(n >= (ssize_t)RULE_BLOB_HEAD);
		assert_int_equal(rule_to_blob(rule, out, (size_t)n - 1), -ENOSPC);
		blob = rule_help_exact((struct span){out, (size_t)n});
		assert_int_equal(rule_from_blob(blob, &again), 0);
		free((void *)blob.p);
		assert_true(rule_equal(rule, again));
		rule_free(again);
		rule_free(rule);
	}
}

static void rule_compare_sees_every_part(void **state)
{
	static const char *const lines[] = {
		"-a always,exit -S 1 -F uid=0 -F path=/a",
		"-a never,exit -S 1 -F uid=0 -F path=/a",
		"-a always,io_uring -S 1 -F uid=0 -F path=/a",
		"-a always,exit -S 2 -F uid=0 -F path=/a",
		"-a always,exit -S 1 -F uid=1 -F path=/a",
		"-a always,exit -S 1 -F uid!=0 -F path=/a",
		"-a always,exit -S 1 -F gid=0 -F path=/a",
		"-a always,exit -S 1 -F uid=0 -F path=/b",
		"-a always,exit -S 1 -F uid=0 -F path=/aa",
		"-a always,exit -S 1 -F uid=0 -F dir=/a",
		"-a always,exit -S 1 -F path=/a -F uid=0",
		"-a always,exit -S 1 -F uid=0",
		"-a always,exit -S 1 -F uid=0 -F path=/a -k x",
	};

	for (size_t i = 0; i < N_OF(lines); i++) {
		struct rule *a = rule_help_rule(lines[i]);

		for (size_t j = 0; j < N_OF(lines); j++) {
			struct rule *b = rule_help_rule(lines[j]);
			int d = rule_compare(a, b);

			assert_int_equal(d == 0, i == j);
			assert_int_equal(d > 0, rule_compare(b, a) < 0);
			rule_free(b);
		}
		rule_free(a);
	}
}

static void rule_place_is_no_part_of_it(void **state)
{
	struct rule *a = rule_help_rule("-w /etc"), *b = rule_help_rule("-w /etc");

	a->position = 7;
	a->file = "x";
	a->line = 3;
	assert_true(rule_equal(a, b));
	rule_free(a);
	rule_free(b);
}

static void rule_copy_refuses_too_many_fields(void **state)
{
	struct rule_field field[AUDIT_MAX_FIELDS + 1] = {{0}};
	struct rule r = {.n_fields = AUDIT_MAX_FIELDS + 1, .field = field};

	assert_null(rule_copy(&r));
	assert_int_equal(errno, EINVAL);
	rule_free(NULL);
}

static void rule_knows_what_all_calls_are(void **state)
{
	struct rule *all = rule_help_rule("-a always,exit -S all");
	struct rule *none = rule_help_rule("-a always,exit");
	struct rule *one = rule_help_rule("-a always,exit -S 1");

	assert_true(rule_has_all_calls(all));
	assert_true(rule_equal(all, none));
	assert_false(rule_has_all_calls(one));
	/* the classes that the kernel makes calls of are not in what it lists */
	assert_int_equal(all->mask[AUDIT_BITMASK_SIZE - 1], 0xffff);
	rule_free(all);
	rule_free(none);
	rule_free(one);
}

static void rule_tells_the_test_for_a_login_uid(void **state)
{
	struct rule *r =
		rule_help_rule("-a always,exit -F auid!=unset -F auid=0 -F uid=-1");

	assert_true(rule_tests_auid_set(&r->field[0]));
	assert_false(rule_tests_auid_set(&r->field[1]));
	assert_false(rule_tests_auid_set(&r->field[2]));
	rule_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_reads_texts_in_the_order_of_fields),
		cmocka_unit_test(rule_splits_keys),
		cmocka_unit_test(rule_without_a_key_has_none),
		cmocka_unit_test(rule_that_is_not_understood_says_so),
		cmocka_unit_test(rule_to_blob_gives_what_was_read),
		cmocka_unit_test(rule_compare_sees_every_part),
		cmocka_unit_test(rule_place_is_no_part_of_it),
		cmocka_unit_test(rule_copy_refuses_too_many_fields),
		cmocka_unit_test(rule_knows_what_all_calls_are),
		cmocka_unit_test(rule_tells_the_test_for_a_login_uid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
