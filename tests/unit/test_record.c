/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_record.c - what is a record and what its header says
 */
#include "stream_help.h"

#include <libaudit.h>

#include "stream/record.h"

#define ABSENT \
	{ \
		NULL, 0 \
	}

static const struct good {
	struct span line, node, name, body;
	uint32_t type, serial;
	int64_t stamp_ms;
} good[] = {
	{S("type=SYSCALL msg=audit(1795301594.850:40524): arch=c000003e a"), ABSENT,
	 S("SYSCALL"), S("arch=c000003e a"), AUDIT_SYSCALL, 40524, 1795301594850},
	{S("node=web7.example type=USER_CMD msg=audit(1795301594.001:7): pid=1"),
	 S("web7.example"), S("USER_CMD"), S("pid=1"), AUDIT_USER_CMD, 7, 1795301594001},
	{S("node= type=CWD msg=audit(1.000:1): "), S(""), S("CWD"), S(""), AUDIT_CWD, 1,
	 1000},
	{S("node=a=b\x01\xff type=CWD msg=audit(1.000:1): x"), S("a=b\x01\xff"), S("CWD"),
	 S("x"), AUDIT_CWD, 1, 1000},
	/* an EOE has no text behind it, with or without the blank */
	{S("type=EOE msg=audit(1795301594.850:40524):"), ABSENT, S("EOE"), S(""),
	 AUDIT_EOE, 40524, 1795301594850},
	{S("type=EOE msg=audit(1795301594.850:40524): "), ABSENT, S("EOE"), S(""),
	 AUDIT_EOE, 40524, 1795301594850},
	/* milliseconds: missing, fewer digits, more */
	{S("type=PATH msg=audit(1795301594:40524): i"), ABSENT, S("PATH"), S("i"),
	 AUDIT_PATH, 40524, 1795301594000},
	{S("type=PATH msg=audit(10.5:1): i"), ABSENT, S("PATH"), S("i"), AUDIT_PATH, 1,
	 10500},
	{S("type=PATH msg=audit(10.05:1): i"), ABSENT, S("PATH"), S("i"), AUDIT_PATH, 1,
	 10050},
	{S("type=PATH msg=audit(10.123456:1): i"), ABSENT, S("PATH"), S("i"), AUDIT_PATH,
	 1, 10123},
	/* limits of the serial and of the seconds */
	{S("type=PATH msg=audit(0.000:0): i"), ABSENT, S("PATH"), S("i"), AUDIT_PATH, 0,
	 0},
	{S("type=PATH msg=audit(1.999:4294967295): i"), ABSENT, S("PATH"), S("i"),
	 AUDIT_PATH, UINT32_MAX, 1999},
	{S("type=PATH msg=audit(253402300799.999:1): i"), ABSENT, S("PATH"), S("i"),
	 AUDIT_PATH, 1, 253402300799999},
	/* types without a name */
	{S("type=UNKNOWN[1425] msg=audit(1.000:1): x"), ABSENT, S("UNKNOWN[1425]"),
	 S("x"), 1425, 1, 1000},
	{S("type=NOT_A_TYPE msg=audit(1.000:1): x"), ABSENT, S("NOT_A_TYPE"), S("x"),
	 RECORD_TYPE_UNKNOWN, 1, 1000},
	{S("type=UNKNOWN[-5] msg=audit(1.000:1): x"), ABSENT, S("UNKNOWN[-5]"), S("x"),
	 RECORD_TYPE_UNKNOWN, 1, 1000},
	{S("type=UNKNOWN[ msg=audit(1.000:1): x"), ABSENT, S("UNKNOWN["), S("x"),
	 RECORD_TYPE_UNKNOWN, 1, 1000},
	/* the body may hold anything; only the first header counts */
	{S("type=USER msg=audit(1.000:1): msg='type=EOE msg=audit(2.000:2): \0 \xff'"),
	 ABSENT, S("USER"), S("msg='type=EOE msg=audit(2.000:2): \0 \xff'"), AUDIT_USER,
	 1, 1000},
	{S("type=USER msg=audit(1.000:1):\0x"), ABSENT, S("USER"), S("\0x"), AUDIT_USER,
	 1, 1000},
};

static void record_reads_good_headers(void **state)
{
	struct record r;
	size_t i;

	for (i = 0; i < N_OF(good); i++) {
		const struct good *g = &good[i];

		memset(&r, 0xa5, sizeof(r));
		if (!record_scan(&r, g->line, g->line.n + 1))
			fail_msg("row %zu is refused: %s", i, g->line.p);
		if (g->type == RECORD_TYPE_UNKNOWN)
			assert_true(record_type_is_unknown(r.type));
		else
			assert_int_equal(r.type, g->type);
		assert_int_equal(r.serial, g->serial);
		assert_true(r.stamp_ms == g->stamp_ms);
		assert_true(r.bytes == g->line.n + 1);
		assert_ptr_equal(r.line.p, g->line.p);
		assert_int_equal(r.line.n, g->line.n);
		assert_span_at(r.type_name, g->name, "type of row", (int)i);
		assert_span_at(r.body, g->body, "body of row", (int)i);
		if (g->node.p)
			assert_span_at(r.node, g->node, "node of row", (int)i);
		else
			assert_absent(r.node);
	}
}

static const struct span bad[] = {
	S(""),
	S(" "),
	S("\0"),
	S("type="),
	S("node="),
	S("node=a"),
	S("node=a "),
	S("node=a node=b type=PATH msg=audit(1.000:1): i"),
	S(" type=PATH msg=audit(1.000:1): i"),
	S("TYPE=PATH msg=audit(1.000:1): i"),
	S("msg=audit(1.000:1): i"),
	S("type= msg=audit(1.000:1): i"),
	S("type=PATH  msg=audit(1.000:1): i"),
	S("type=PATH\tmsg=audit(1.000:1): i"),
	S("type=PA/TH msg=audit(1.000:1): i"),
	S("type=PA\0TH msg=audit(1.000:1): i"),
	S("type=\0 msg=audit(1.000:1): i"),
	S("ty\0e=PATH msg=audit(1.000:1): i"),
	S("type=PATH msg=audit(1.000:1)"),
	S("type=PATH msg=audit(1.000:1) i"),
	S("type=PATH msg=audit(1.000:1"),
	S("type=PATH msg=audit(1.000:"),
	S("type=PATH msg=audit(1.000"),
	S("type=PATH msg=audit("),
	S("type=PATH msg=audit"),
	S("type=PATH msg=audit(): i"),
	S("type=PATH msg=audit(:): i"),
	S("type=PATH msg=audit(.:): i"),
	S("type=PATH msg=audit(1.000:): i"),
	S("type=PATH msg=audit(:1): i"),
	S("type=PATH msg=audit(.5:1): i"),
	S("type=PATH msg=audit(1.:1): i"),
	S("type=PATH msg=audit(-1.000:1): i"),
	S("type=PATH msg=audit(1.-00:1): i"),
	S("type=PATH msg=audit(1.00x:1): i"),
	S("type=PATH msg=audit(1.000x:1): i"),
	S("type=PATH msg=audit(1.000.0:1): i"),
	S("type=PATH msg=audit(1.000:-1): i"),
	S("type=PATH msg=audit(1.000:+1): i"),
	S("type=PATH msg=audit( 1.000:1): i"),
	S("type=PATH msg=audit(1.000: 1): i"),
	S("type=PATH msg=audit(1.000:1 ): i"),
	S("type=PATH msg=audit(1.000:0x1): i"),
	S("type=PATH msg=audit(1.000:4294967296): i"),
	S("type=PATH msg=audit(1.000:99999999999999999999): i"),
	S("type=PATH msg=audit(253402300800.000:1): i"),
	S("type=PATH msg=audit(18446744073709551616.000:1): i"),
	S("type=PATH msg=audit(1\0.000:1): i"),
	S("type=PATH msg=audit(1.000:1\0): i"),
	/* auditd 4.2 in RAW format: the last 16 bytes of an EOE are cut off */
	S("type=EOE msg=audit(1795301594.8"),
	S("type=DAEMON_START"),
	S("Nov 21 22:17:53 host kernel: audit: type=1400 audit(1.0:1): x"),
};

static void record_refuses_bad_headers(void **state)
{
	struct record r;
	size_t i;

	for (i = 0; i < N_OF(bad); i++)
		if (record_scan(&r, bad[i], bad[i].n + 1))
			fail_msg("row %zu is taken: %s", i, bad[i].p);
}

/* @n times 'A' in the place of %s */
static struct span with_name(char *room, const char *before, size_t n, const char *after)
{
	size_t at = strlen(before);

	memcpy(room, before, at);
	memset(room + at, 'A', n);
	memcpy(room + at + n, after, strlen(after));
	return (struct span){room, at + n + strlen(after)};
}

static void record_bounds_names(void **state)
{
	char room[1024];
	struct record r;

	assert_true(record_scan(
		&r, with_name(room, "type=", 64, " msg=audit(1.000:1): i"), 0));
	assert_int_equal(r.type_name.n, RECORD_TYPE_NAME_MAX);
	assert_true(record_type_is_unknown(r.type));
	assert_false(record_scan(
		&r, with_name(room, "type=", 65, " msg=audit(1.000:1): i"), 0));
	assert_true(record_scan(
		&r, with_name(room, "node=", 255, " type=CWD msg=audit(1.000:1): i"), 0));
	assert_int_equal(r.node.n, RECORD_NODE_MAX);
	assert_false(record_scan(
		&r, with_name(room, "node=", 256, " type=CWD msg=audit(1.000:1): i"), 0));
}

/* Whatever is cut off a header, no byte behind the line is read (ASan) and nothing is
 * guessed. */
static void record_refuses_each_cut_of_a_header(void **state)
{
	static const struct span whole =
		S("node=web type=SYSCALL msg=audit(1795301594.850:40524): arch");
	const size_t header = whole.n - strlen(" arch");
	struct record r;
	size_t n;

	for (n = 0; n <= whole.n; n++) {
		char *exact = malloc(n ? n : 1);

		assert_non_null(exact);
		memcpy(exact, whole.p, n);
		assert_int_equal(record_scan(&r, (struct span){exact, n}, n),
				 n >= header);
		free(exact);
	}
}

static void record_knows_types_that_stand_alone(void **state)
{
	uint32_t type;

	for (type = 0; type < 4000; type++)
		assert_int_equal(record_is_single(type),
				 type == 1005 || (type >= 1100 && type <= 1299) ||
					 type == 2000 || (type >= 2100 && type <= 2999));
	assert_false(record_is_single(RECORD_TYPE_UNKNOWN));
	for (type = 0; type < 4000; type++)
		assert_int_equal(record_is_daemon(type), type >= 1200 && type < 1300);
	assert_false(record_is_daemon(RECORD_TYPE_UNKNOWN));
}

/* The short list of common names agrees with libaudit's. */
static void record_has_libaudits_number_for_every_name(void **state)
{
	char line[128];
	struct record r;
	uint32_t type;
	const char *name;
	int n;

	for (type = 1000; type < 3000; type++) {
		name = audit_msg_type_to_name((int)type);
		if (!name)
			continue;
		n = snprintf(line, sizeof(line), "type=%s msg=audit(1.000:1): x", name);
		assert_true(record_scan(&r, (struct span){line, (size_t)n}, (uint64_t)n));
		assert_int_equal(r.type, type);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_reads_good_headers),
		cmocka_unit_test(record_refuses_bad_headers),
		cmocka_unit_test(record_bounds_names),
		cmocka_unit_test(record_refuses_each_cut_of_a_header),
		cmocka_unit_test(record_knows_types_that_stand_alone),
		cmocka_unit_test(record_has_libaudits_number_for_every_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
