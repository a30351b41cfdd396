/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_config_value.c - what each setting takes, and what it says to the rest
 *
 * Goes through config_parse(), as a file does.
 */
#include <errno.h>
#include <libaudit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "config_value.h"
#include "protect.h"

static const char *error_text(const struct conf_error *e)
{
	static char out[700];

	return conf_error_text(e, out, sizeof(out));
}

static void parse_good(struct config *c, const char *text)
{
	struct conf_error e;

	if (config_parse(c, "f", span_of(text), &e))
		fail_msg("%s", error_text(&e));
}

static const struct config_row *row_of(const char *name)
{
	for (size_t i = 0; i < config_n_rows; i++) {
		if (span_is(span_of(name), config_rows[i].name))
			return &config_rows[i];
	}
	fail_msg("no row %s", name);
	return NULL;
}

static void config_value_takes_good_ones(void **unused)
{
	/* as printed again, where that differs */
	static const struct {
		const char *key, *value, *printed;
	} cases[] = {
		{"windows", "3", NULL},
		{"windows", "60 5m 1h 24h", NULL},
		{"windows", "  6 \t 9   1h ", "6 9 1h"},
		{"windows", "1m 300 3600", "60 5m 1h"},
		{"interval", "1", NULL},
		{"interval", "0001", "1"},
		{"interval", "1000ms", "1"},
		{"interval", "60000ms", "60"},
		{"interval", "90", NULL},
		{"interval", "120", "2m"},
		{"interval", "86400", "24h"},
		{"interval", "24h", NULL},
		{"top", "1", NULL},
		{"top", "512", NULL},
		{"socket", "/s", NULL},
		{"socket", "/a b/c d", NULL},
		{"socket", "/run/..a/b..", NULL},
		{"socket", "/run/a#b", NULL},
		{"socket", "/run/\xc3\xa9", NULL},
		{"socket_mode", "600", "0600"},
		{"socket_mode", "0640", NULL},
		{"socket_mode", "00666", "0666"},
		{"socket_group", "", NULL},
		{"socket_group", "siem-readers.2_x", NULL},
		{"socket_group", "abcdefghijklmnopqrstuvwxyz012345", NULL},
		{"max_clients", "1024", NULL},
		{"client_buffer", "16384", "16K"},
		{"client_buffer", "16385", NULL},
		{"client_buffer", "16M", NULL},
		{"summary_log", "none", NULL},
		{"summary_log", "/none", NULL},
		{"summary_log_size", "64K", NULL},
		{"summary_log_size", "1048576K", "1G"},
		{"summary_log_size", "1T", NULL},
		{"summary_log_size", "1024G", "1T"},
		{"summary_log_keep", "0", NULL},
		{"summary_log_keep", "999", NULL},
		{"max_flows", "16", NULL},
		{"max_values", "65536", NULL},
		{"policy_failure", "any", NULL},
		{"policy_failure", "printk", NULL},
		{"policy_failure", "panic", NULL},
		{"advise_interval", "1", NULL},
		{"advise_interval", "24h", NULL},
		{"min_share", "1", NULL},
		{"min_share", "100", NULL},
		{"max_risk", "low", NULL},
		{"max_risk", "medium", NULL},
		{"max_risk", "high", NULL},
		{"protect_key", "", NULL},
		{"protect_key", "identity", NULL},
		{"protect_key", "  a \t b,c   \xc3\xa4 ", "a b,c \xc3\xa4"},
		{"protect_type", "", NULL},
		{"protect_type", "USER_AUTH 1300 UNKNOWN[1339]", NULL},
		{"protect_exe", "/usr/sbin/nginx /opt/x+y", NULL},
		{"protect_path", "/ /srv/db /srv/..a/b..", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *printed =
			cases[i].printed ? cases[i].printed : cases[i].value;
		char line[256], out[PATH_MAX];
		struct config c;

		snprintf(line, sizeof(line), "%s = %s\n", cases[i].key, cases[i].value);
		parse_good(&c, line);
		config_value_print(row_of(cases[i].key), &c, out, sizeof(out));
		assert_string_equal(out, printed);
	}
}

static void config_value_is_stored_in_its_unit(void **unused)
{
	struct config c;

	parse_good(&c, "windows = 9 2m 24h\ninterval = 2h\nsocket_mode = 0606\n"
		       "client_buffer = 1M\nsummary_log_size = 3G\nsummary_log = none\n");
	assert_int_equal(c.n_windows, 3);
	assert_int_equal(c.window_sec[0], 9);
	assert_int_equal(c.window_sec[1], 120);
	assert_int_equal(c.window_sec[2], 86400);
	assert_int_equal(c.window_sec[3], 0);
	assert_int_equal(c.interval_sec, 7200);
	assert_int_equal(c.socket_mode, 0606);
	assert_int_equal(c.client_buffer_bytes, 1048576);
	assert_true(c.summary_log_bytes == UINT64_C(3221225472));
	assert_string_equal(c.summary_log, "");
	assert_string_equal(c.file, "f");
}

#define NO_DURATION " is no duration; write seconds or 60, 5m, 1h"
#define NO_LISTED   " is no duration; write seconds or 60, 5m, 1h, with blanks between them"
#define NO_NUMBER   " is no number; write a whole number in decimal digits"
#define NO_SIZE     " is no size; write bytes or 64K, 8M, 1G"
#define NO_MODE     " is no octal mode; write one such as 0660"
#define NO_PATH     " is no absolute path; write one that begins with /, without quotes"
#define MODE_RANGE  " is out of range; write 0600 to 0666, of read and write bits alone"
#define NO_TYPE \
	" is no record type; write a name such as USER_AUTH, UNKNOWN[n] or a number"
#define NOT_PLAIN \
	" is no plain absolute path; write one that begins with /, without //, \".\" " \
	"and " \
	"\"..\" and without a / at its end"
#define COMMENT " has a comment behind the value; comments stand on lines of their own"

struct refusal {
	const char *line, *reason;
};

static void refuse_all(const struct refusal *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[256], expected[512];
		struct config c = {.top = 77};
		struct conf_error e;

		snprintf(text, sizeof(text), "# two\n\n%s\n", cases[i].line);
		snprintf(expected, sizeof(expected), "f:3: %s", cases[i].reason);
		assert_int_equal(config_parse(&c, "f", span_of(text), &e), -EINVAL);
		assert_string_equal(error_text(&e), expected);
		assert_int_equal(c.top, 77); /* nothing written */
	}
}

static void config_value_refuses_with_reason_and_remedy(void **unused)
{
	static const struct refusal cases[] = {
		{"interval = 90x", "interval: \"90x\"" NO_DURATION},
		{"interval = -1", "interval: \"-1\"" NO_DURATION},
		{"interval = +1", "interval: \"+1\"" NO_DURATION},
		{"interval = 0x10", "interval: \"0x10\"" NO_DURATION},
		{"interval = 1.5", "interval: \"1.5\"" NO_DURATION},
		{"interval = 1e3", "interval: \"1e3\"" NO_DURATION},
		{"interval = 1 m", "interval: \"1 m\"" NO_DURATION},
		{"interval = m", "interval: \"m\"" NO_DURATION},
		{"interval = 5M", "interval: \"5M\"" NO_DURATION},
		{"interval = \"60\"", "interval: \"\\x2260\\x22\"" NO_DURATION},
		{"interval = \x1b[2J", "interval: \"\\x1b[2J\"" NO_DURATION},
		{"interval =", "interval: has no value; write seconds or 60, 5m, 1h"},
		{"interval = 0", "interval: \"0\" is out of range; write 1 to 24h"},
		{"interval = 500ms",
		 "interval: \"500ms\" is out of range; write 1 to 24h"},
		{"interval = 25h", "interval: \"25h\" is out of range; write 1 to 24h"},
		{"interval = 86401",
		 "interval: \"86401\" is out of range; write 1 to 24h"},
		{"interval = 1500ms",
		 "interval: \"1500ms\" is no whole number of seconds; write one"},
		{"interval = 18446744073709551616",
		 "interval: \"18446744073709551616\" is out of range; write 1 to 24h"},
		/* (2^64 + 60000) / 60000 minutes would be one minute, cut to 64 bits */
		{"interval = 307445734561827m",
		 "interval: \"307445734561827m\" is out of range; write 1 to 24h"},
		{"interval = 60 # a minute", "interval: \"60 # a minute\"" COMMENT},
		{"interval = 60\t#", "interval: \"60\\x09#\"" COMMENT},
		{"interval = # 60", "interval: \"# 60\"" COMMENT},
		{"interval = 60#", "interval: \"60#\"" NO_DURATION},
		{"windows =",
		 "windows: has no value; write seconds or 60, 5m, 1h, with blanks "
		 "between them"},
		{"windows = 60, 5m", "windows: \"60,\"" NO_LISTED},
		{"windows = 60 5m x", "windows: \"x\"" NO_LISTED},
		{"windows = 61",
		 "windows: \"61\" is no multiple of 3 seconds; write one"},
		{"windows = 1", "windows: \"1\" is out of range; write 3 to 24h"},
		{"windows = 60 25h", "windows: \"25h\" is out of range; write 3 to 24h"},
		{"windows = 60 1m",
		 "windows: \"1m\" is not above the one before it; write them "
		 "from short to long, each once"},
		{"windows = 1h 5m",
		 "windows: \"5m\" is not above the one before it; write them "
		 "from short to long, each once"},
		{"windows = 3 6 9 12 15",
		 "windows: \"15\" is one too many; write at most 4"},
		{"top = 0", "top: \"0\" is out of range; write 1 to 512"},
		{"top = 513", "top: \"513\" is out of range; write 1 to 512"},
		{"top = 4294967297",
		 "top: \"4294967297\" is out of range; write 1 to 512"},
		{"top = 10K", "top: \"10K\"" NO_NUMBER},
		{"top = ten", "top: \"ten\"" NO_NUMBER},
		{"client_buffer = 15K",
		 "client_buffer: \"15K\" is out of range; write 16K to 16M"},
		{"client_buffer = 64k", "client_buffer: \"64k\"" NO_SIZE},
		{"client_buffer = 64KB", "client_buffer: \"64KB\"" NO_SIZE},
		{"summary_log_size = 2T",
		 "summary_log_size: \"2T\" is out of range; write 64K to 1T"},
		{"summary_log_size = 16777217T",
		 "summary_log_size: \"16777217T\" is out of range; write 64K to 1T"},
		{"socket_mode = 0770", "socket_mode: \"0770\"" MODE_RANGE},
		{"socket_mode = 0060", "socket_mode: \"0060\"" MODE_RANGE},
		{"socket_mode = 0400", "socket_mode: \"0400\"" MODE_RANGE},
		{"socket_mode = 0611", "socket_mode: \"0611\"" MODE_RANGE},
		{"socket_mode = 4660", "socket_mode: \"4660\"" MODE_RANGE},
		{"socket_mode = 0680", "socket_mode: \"0680\"" NO_MODE},
		{"socket_mode = 1000000000000000000660",
		 "socket_mode: \"1000000000000000000660\"" NO_MODE},
		{"socket_mode = rw-rw----", "socket_mode: \"rw-rw----\"" NO_MODE},
		{"socket_mode = -660", "socket_mode: \"-660\"" NO_MODE},
		{"socket = run/socket", "socket: \"run/socket\"" NO_PATH},
		{"socket = none", "socket: \"none\"" NO_PATH},
		{"socket = \"/run/socket\"", "socket: \"\\x22/run/socket\\x22\"" NO_PATH},
		{"socket = @abstract", "socket: \"@abstract\"" NO_PATH},
		{"socket = /run/a # b", "socket: \"/run/a # b\"" COMMENT},
		{"socket = /run/",
		 "socket: \"/run/\" names a directory; write the name of a file in it"},
		{"socket = /",
		 "socket: \"/\" names a directory; write the name of a file in it"},
		{"socket = /run/../etc/x",
		 "socket: \"/run/../etc/x\" holds \"..\"; write the path without it"},
		{"socket = /..",
		 "socket: \"/..\" holds \"..\"; write the path without it"},
		{"socket = /run/a\x1b[2J",
		 "socket: \"/run/a\\x1b[2J\" holds a control character; "
		 "write a path without"},
		{"summary_log =",
		 "summary_log: has no value; write one that begins with /, "
		 "without quotes, or none"},
		{"summary_log = None", "summary_log: \"None\"" NO_PATH ", or none"},
		{"summary_log = /a/..",
		 "summary_log: \"/a/..\" holds \"..\"; write the path without it"},
		{"socket_group = -x", "socket_group: \"-x\" is no name; write letters, "
				      "digits, _, - and . alone"},
		{"socket_group = a b", "socket_group: \"a b\" is no name; write letters, "
				       "digits, _, - and . alone"},
		{"socket_group = abcdefghijklmnopqrstuvwxyz0123456",
		 "socket_group: \"abcdefghijklmnopqrstuvwxyz0123456\" is 33 bytes long; "
		 "write 0 "
		 "to 32"},
	};

	refuse_all(cases, sizeof(cases) / sizeof(cases[0]));
}

static void config_value_refuses_of_noise(void **unused)
{
	static const struct refusal cases[] = {
		{"advise_interval = 0",
		 "advise_interval: \"0\" is out of range; write 1 to 24h"},
		{"min_share = 0", "min_share: \"0\" is out of range; write 1 to 100"},
		{"min_share = 101", "min_share: \"101\" is out of range; write 1 to 100"},
		{"min_share = 2%", "min_share: \"2%\"" NO_NUMBER},
		{"max_risk = none",
		 "max_risk: \"none\" is no risk; write low, medium or high"},
		{"max_risk = Low",
		 "max_risk: \"Low\" is no risk; write low, medium or high"},
		{"max_risk =", "max_risk: has no value; write low, medium or high"},
		{"protect_type = USER_AUTH USER_NO", "protect_type: \"USER_NO\"" NO_TYPE},
		{"protect_type = 0", "protect_type: \"0\"" NO_TYPE},
		{"protect_type = 65536", "protect_type: \"65536\"" NO_TYPE},
		{"protect_type = 1300x", "protect_type: \"1300x\"" NO_TYPE},
		{"protect_type = -1", "protect_type: \"-1\"" NO_TYPE},
		{"protect_type = UNKNOWN[]", "protect_type: \"UNKNOWN[]\"" NO_TYPE},
		{"protect_type = UNKNOWN[1300", "protect_type: \"UNKNOWN[1300\"" NO_TYPE},
		{"protect_exe = nginx", "protect_exe: \"nginx\"" NOT_PLAIN},
		{"protect_path = /srv/db/", "protect_path: \"/srv/db/\"" NOT_PLAIN},
		{"protect_path = /srv //db", "protect_path: \"//db\"" NOT_PLAIN},
		{"protect_path = /srv/./db", "protect_path: \"/srv/./db\"" NOT_PLAIN},
		{"protect_path = /srv/../etc", "protect_path: \"/srv/../etc\"" NOT_PLAIN},
		{"protect_path = /srv\x1b[2J",
		 "protect_path: \"/srv\\x1b[2J\" holds a control character; write it "
		 "without"},
		{"protect_key = a \x01",
		 "protect_key: \"\\x01\" holds a control character; write it without"},
		{"protect_key = a # b", "protect_key: \"a # b\"" COMMENT},
	};

	refuse_all(cases, sizeof(cases) / sizeof(cases[0]));
}

static void config_value_limits_the_length_of_paths(void **unused)
{
	char path[PATH_MAX + 8], text[PATH_MAX + 64];
	struct conf_error e;
	struct config c;

	memset(path, 'p', sizeof(path));
	path[0] = '/';
	path[107] = '\0';
	snprintf(text, sizeof(text), "socket = %s", path);
	parse_good(&c, text);
	assert_string_equal(c.socket, path);
	path[107] = 'p';
	path[108] = '\0';
	snprintf(text, sizeof(text), "socket = %s", path);
	assert_int_equal(config_parse(&c, "f", span_of(text), &e), -EINVAL);
	assert_non_null(
		strstr(error_text(&e), "p...\" is 108 bytes long; write 2 to 107"));

	path[108] = 'p';
	path[PATH_MAX - 1] = '\0';
	snprintf(text, sizeof(text), "summary_log = %s", path);
	parse_good(&c, text);
	assert_string_equal(c.summary_log, path);
	path[PATH_MAX - 1] = 'p';
	path[PATH_MAX] = '\0';
	snprintf(text, sizeof(text), "summary_log = %s", path);
	assert_int_equal(config_parse(&c, "f", span_of(text), &e), -EINVAL);
	assert_non_null(
		strstr(error_text(&e), "p...\" is 4096 bytes long; write 2 to 4095"));
}

static void config_value_limits_lists(void **unused)
{
	char text[2 * PATH_MAX] = "protect_key =", word[AUDIT_MAX_KEY_LEN + 2] = "";
	struct conf_error e;
	struct config c;

	for (int i = 0; i < CONFIG_ITEMS_MAX; i++)
		strcat(text, " k");
	parse_good(&c, text);
	strcat(text, " one");
	assert_int_equal(config_parse(&c, "f", span_of(text), &e), -EINVAL);
	assert_string_equal(error_text(&e),
			    "f:1: protect_key: \"one\" is too much; write "
			    "at most 32, in 4095 bytes");
	/* 15 of 257 bytes with their blank: 240 are left of 4095 */
	memset(word, 'k', AUDIT_MAX_KEY_LEN);
	strcpy(text, "protect_key =");
	for (int i = 0; i < 15; i++)
		strcat(strcat(text, " "), word);
	sprintf(text + strlen(text), " %.*s", 240, word);
	parse_good(&c, text);
	assert_int_equal(strlen(c.protect_key), PATH_MAX - 1);
	strcat(text, "k");
	assert_int_equal(config_parse(&c, "f", span_of(text), &e), -EINVAL);
	sprintf(text, "protect_key = k%s", word);
	assert_int_equal(config_parse(&c, "f", span_of(text), &e), -EINVAL);
	assert_non_null(strstr(error_text(&e), "is longer than any key of a rule"));
}

static void protect_has_each_item(void **unused)
{
	static struct protect p;
	struct guard_options o = {.first_user = 500};
	struct config c;

	parse_good(&c, "protect_key = a  b\nprotect_type = USER_AUTH UNKNOWN[1339] 7\n"
		       "protect_exe = /x /y /z\nprotect_path =\n");
	protect_fill(&p, &c, &o);
	assert_int_equal(o.first_user, 500);
	assert_int_equal(o.protect_key.n, 2);
	assert_int_equal(o.protect_type.n, 3);
	assert_int_equal(o.protect_exe.n, 3);
	assert_int_equal(o.protect_path.n, 0);
	memset(&c, 'x', sizeof(c)); /* nothing of it is borrowed */
	assert_string_equal(o.protect_key.item[0], "a");
	assert_string_equal(o.protect_key.item[1], "b");
	assert_int_equal(o.protect_type.item[0], AUDIT_USER_AUTH);
	assert_int_equal(o.protect_type.item[1], 1339);
	assert_int_equal(o.protect_type.item[2], 7);
	assert_string_equal(o.protect_exe.item[2], "/z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_value_takes_good_ones),
		cmocka_unit_test(config_value_is_stored_in_its_unit),
		cmocka_unit_test(config_value_refuses_with_reason_and_remedy),
		cmocka_unit_test(config_value_refuses_of_noise),
		cmocka_unit_test(config_value_limits_the_length_of_paths),
		cmocka_unit_test(config_value_limits_lists),
		cmocka_unit_test(protect_has_each_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
