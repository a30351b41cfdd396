/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_config.c - the settings as a whole: defaults, keys, printing, the file
 *
 * Takes config.c in as source, so that the installed settings file is one of
 * the test's own; geteuid is wrapped (-Wl,--wrap), so that root and an ordinary
 * user are both tried whoever runs the test.
 */
#undef SETTINGS_FILE
#define SETTINGS_FILE installed

static char installed[128];

#include "config.c"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "advise/guard.h"

uid_t __real_geteuid(void);
uid_t __wrap_geteuid(void);

static uid_t euid; /* what the program believes to be */
static char folder[] = "/tmp/test-config.XXXXXX";

uid_t __wrap_geteuid(void)
{
	return euid;
}

static const char *error_text(const struct conf_error *e)
{
	static char out[700];

	return conf_error_text(e, out, sizeof(out));
}

static void assert_same(const struct config *a, const struct config *b)
{
	for (size_t i = 0; i < config_n_rows; i++) {
		const struct config_row *row = &config_rows[i];

		assert_memory_equal((const char *)a + row->offset,
				    (const char *)b + row->offset, row->size);
	}
}

static void parse_good(struct config *c, const char *text)
{
	struct conf_error e;

	if (config_parse(c, "f", span_of(text), &e))
		fail_msg("%s", error_text(&e));
}

/* What config_print() writes, at most @size - 1 bytes of it. */
static void print_into(const struct config *c, char *out, size_t size)
{
	int fd = memfd_create("settings", MFD_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	config_print(c, fd);
	n = pread(fd, out, size - 1, 0);
	assert_true(n > 0 && (size_t)n < size - 1);
	out[n] = '\0';
	close(fd);
}

/* ---- the table ---- */

static void config_table_is_sound(void **unused)
{
	for (size_t i = 0; i < config_n_rows; i++) {
		const struct config_row *row = &config_rows[i];
		struct config_setting s = {.row = row, .file = "f", .line = 1};
		struct config c = {0};
		struct conf_error e;

		s.e = &e;
		s.value = span_of(row->fallback);
		if (config_value_set(&s, &c))
			fail_msg("%s", error_text(&e));
		assert_true(row->min < row->max);
		assert_true(row->offset + row->size <= sizeof(c));
		assert_true(strlen(row->name) <= NAME_BYTES);
		assert_ptr_equal(find_row(span_of(row->name)), row); /* each name once */
		assert_int_equal(row->help[strlen(row->help) - 1], '.');
		if (row->size == sizeof(uint32_t))
			assert_true(row->max <= UINT32_MAX);
	}
}

static void config_has_the_documented_defaults(void **unused)
{
	static const unsigned int windows[] = {60, 300, 3600};
	struct config c;

	memset(&c, 0xff, sizeof(c));
	config_defaults(&c);
	assert_int_equal(c.n_windows, 3);
	assert_memory_equal(c.window_sec, windows, sizeof(windows));
	assert_int_equal(c.interval_sec, 60);
	assert_int_equal(c.top, 10);
	assert_string_equal(c.socket, RUNDIR "/socket");
	assert_int_equal(c.socket_mode, 0660);
	assert_string_equal(c.socket_group, "");
	assert_int_equal(c.max_clients, 16);
	assert_int_equal(c.client_buffer_bytes, 65536);
	assert_string_equal(c.summary_log, LOGDIR "/summary.log");
	assert_int_equal(c.summary_log_bytes, 8388608);
	assert_int_equal(c.summary_log_keep, 4);
	assert_int_equal(c.advise_sec, 60);
	assert_int_equal(c.min_share, 2);
	assert_int_equal(c.max_risk, GUARD_MEDIUM);
	assert_string_equal(c.protect_key, "");
	assert_string_equal(c.protect_type, "");
	assert_string_equal(c.protect_exe, "");
	assert_string_equal(c.protect_path, "");
	assert_int_equal(c.max_flows, 1024);
	assert_int_equal(c.max_values, 512);
	assert_string_equal(c.file, "");
}

static void config_moves_an_ordinary_users_places(void **unused)
{
	static const char state[] = "/.local/state/audisp-noise";
	static const struct {
		const char *xdg, *home, *socket, *log;
	} cases[] = {
		{"/run/user/7", "/home/u", "/run/user/7/audisp-noise/socket",
		 "/home/u/.local/state/audisp-noise/summary.log"},
		{NULL, "/home/u", "/home/u/.local/state/audisp-noise/socket",
		 "/home/u/.local/state/audisp-noise/summary.log"},
		{"run/user/7", "/home/u", "/home/u/.local/state/audisp-noise/socket",
		 "/home/u/.local/state/audisp-noise/summary.log"},
		{"", "/home/u", "/home/u/.local/state/audisp-noise/socket",
		 "/home/u/.local/state/audisp-noise/summary.log"},
		{"/run/../etc", "/home/u", "/home/u/.local/state/audisp-noise/socket",
		 "/home/u/.local/state/audisp-noise/summary.log"},
		{"/run/user/7", NULL, "/run/user/7/audisp-noise/socket",
		 LOGDIR "/summary.log"},
		{NULL, "home", RUNDIR "/socket", LOGDIR "/summary.log"},
		{NULL, "/home/u\n", RUNDIR "/socket", LOGDIR "/summary.log"},
		{NULL, NULL, RUNDIR "/socket", LOGDIR "/summary.log"},
	};
	struct config c;
	char home[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsetenv("XDG_RUNTIME_DIR");
		unsetenv("HOME");
		if (cases[i].xdg)
			setenv("XDG_RUNTIME_DIR", cases[i].xdg, 1);
		if (cases[i].home)
			setenv("HOME", cases[i].home, 1);
		euid = 1000;
		config_defaults(&c);
		assert_string_equal(c.socket, cases[i].socket);
		assert_string_equal(c.summary_log, cases[i].log);
		euid = 0; /* root's places stay, whatever the environment says */
		config_defaults(&c);
		assert_string_equal(c.socket, RUNDIR "/socket");
		assert_string_equal(c.summary_log, LOGDIR "/summary.log");
	}
	/* too long for a socket, not for a file */
	memset(home, 'h', sizeof(home) - 1);
	home[0] = '/';
	home[sizeof(home) - 1] = '\0';
	setenv("HOME", home, 1);
	euid = 1000;
	config_defaults(&c);
	assert_string_equal(c.socket, RUNDIR "/socket");
	assert_memory_equal(c.summary_log, home, sizeof(home) - 1);
	assert_memory_equal(c.summary_log + sizeof(home) - 1, state, sizeof(state) - 1);
}

/* ---- keys ---- */

static void config_refuses_a_key_given_twice(void **unused)
{
	struct conf_error e;
	struct config c;
	int rc = config_parse(&c, "f", span_of("top = 1\n# x\ninterval = 2\n top = 1\n"),
			      &e);

	assert_int_equal(rc, -EINVAL);
	assert_string_equal(error_text(&e),
			    "f:4: top: is given twice, first in line 1; keep one");
}

/* Each of them is good by itself. */
static void config_refuses_two_that_do_not_fit(void **unused)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"summary_log = /x/a\nstate_file = /x/a\n",
		 "f:2: state_file: would overwrite the file of summary_log; give each a "
		 "path of its own"},
		{"state_file = /x/a.12\nsummary_log = /x/a\n",
		 "f:2: summary_log: would overwrite the file of state_file; give each a "
		 "path of its own"},
		{"backlog_warn = 90\nbacklog_critical = 50\n",
		 "f:2: backlog_critical: does not fit backlog_warn: backlog_critical is "
		 "to "
		 "be the larger one"},
	};
	struct conf_error e;
	struct config c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(config_parse(&c, "f", span_of(cases[i].text), &e),
				 -EINVAL);
		assert_string_equal(error_text(&e), cases[i].error);
	}
	assert_int_equal(config_parse(&c, "f",
				      span_of("state_file = /x/a.b\nsummary_log = /x/a\n"
					      "backlog_warn = 80\n"),
				      &e),
			 0);
}

static void config_suggests_the_nearest_key(void **unused)
{
	static const struct {
		const char *key, *nearest;
	} cases[] = {
		{"intervall", "interval"},
		{"Interval", "interval"},
		{"intrval", "interval"},
		{"window", "windows"},
		{"max-clients", "max_clients"},
		{"max clients", "max_clients"},
		{"maxclients", "max_clients"},
		{"summary_log_kept", "summary_log_keep"},
		{"summarylog", "summary_log"},
		{"socket_groups", "socket_group"},
		{"max_flow", "max_flows"},
		{"tops", "top"},
		{"usr", "user"},
		{"connect", NULL},
		{"poll", NULL},
		{"q_depth", NULL},
		{"t", NULL},
		{"a_name_of_more_than_thirty_two_bytes", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64], expected[256], key[64];
		struct conf_error e;
		struct config c;

		snprintf(text, sizeof(text), "%s = 1", cases[i].key);
		snprintf(key, sizeof(key), strchr(cases[i].key, ' ') ? "\"%s\"" : "%s",
			 cases[i].key);
		if (cases[i].nearest)
			snprintf(expected, sizeof(expected),
				 "f:1: %s: is no setting; did you mean %s?", key,
				 cases[i].nearest);
		else
			snprintf(expected, sizeof(expected),
				 "f:1: %s: is no setting; audisp-noise.conf(5) lists "
				 "them all",
				 key);
		assert_int_equal(config_parse(&c, "f", span_of(text), &e), -EINVAL);
		assert_string_equal(error_text(&e), expected);
	}
}

static void config_quotes_a_foreign_key(void **unused)
{
	struct conf_error e;
	struct config c;

	assert_int_equal(config_parse(&c, "f", span_of("\x1b]0;x\a = 1"), &e), -EINVAL);
	assert_string_equal(error_text(&e), "f:1: \"\\x1b]0;x\\x07\": is no setting; "
					    "audisp-noise.conf(5) lists them all");
}

/* ---- printing ---- */

static void assert_prints_back(const struct config *c)
{
	static char text[2 * CONFIG_ROWS_MAX * PATH_MAX];
	struct config again;

	print_into(c, text, sizeof(text));
	parse_good(&again, text);
	assert_same(c, &again);
}

static void config_prints_what_reads_back(void **unused)
{
	char path[PATH_MAX], text[PATH_MAX + 1024];
	struct config c;

	config_defaults(&c);
	assert_prints_back(&c);
	euid = 1000;
	setenv("HOME", "/home/a b\xff", 1);
	config_defaults(&c);
	assert_prints_back(&c);
	euid = 0;

	parse_good(&c,
		   "windows = 3\ninterval = 1\ntop = 1\nsocket = /s\nsocket_mode = 0600\n"
		   "socket_group =\nmax_clients = 1\nclient_buffer = 16K\n"
		   "summary_log = none\nsummary_log_size = 64K\nsummary_log_keep = 0\n"
		   "max_flows = 16\nmax_values = 16\nprotect_key = a\n"
		   "protect_type = 1\nprotect_exe = /\nprotect_path = /x  /y\n");
	assert_prints_back(&c);

	memset(path, '=', sizeof(path));
	path[0] = '/';
	path[PATH_MAX - 1] = '\0';
	snprintf(text, sizeof(text),
		 "windows = 3 7h 23h 24h\ninterval = 86399\ntop = 512\nsocket = %.107s\n"
		 "socket_mode = 0666\nsocket_group = abcdefghijklmnopqrstuvwxyz.-_345\n"
		 "max_clients = 1024\nclient_buffer = 16777215\nsummary_log = %s\n"
		 "summary_log_size = 1T\nsummary_log_keep = 999\nmax_flows = 65535\n"
		 "max_values = 65536\n",
		 path, path);
	parse_good(&c, text);
	assert_prints_back(&c);
}

static void config_prints_for_people(void **unused)
{
	static char text[2 * CONFIG_ROWS_MAX * PATH_MAX];
	struct config c;

	config_defaults(&c);
	print_into(&c, text, sizeof(text));
	assert_non_null(
		strstr(text, "# Settings of audisp-noise, all at their defaults\n"));
	assert_non_null(strstr(
		text, "\n# The sliding windows that are kept, from short to long.\n"
		      "# Default: 60 5m 1h\nwindows = 60 5m 1h\n"));
	assert_non_null(strstr(text, "\n# Default: empty\nsocket_group =\n"));
	assert_non_null(strstr(text, "\n# Default: 0660\nsocket_mode = 0660\n"));
	assert_non_null(strstr(text, "\n# Default: 64K\nclient_buffer = 64K\n"));

	parse_good(&c, "interval = 5m\nsummary_log = none");
	snprintf(c.file, sizeof(c.file), "a\nfile");
	print_into(&c, text, sizeof(text));
	assert_non_null(strstr(
		text, "# Settings of audisp-noise, as read from \"a\\x0afile\"\n"));
	assert_non_null(strstr(text, "\n# Default: 60\ninterval = 5m\n"));
	assert_non_null(strstr(text, "/summary.log\nsummary_log = none\n"));
}

/* ---- the file ---- */

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* As root, or as the ordinary user who runs the test and owns its files. */
static int load_as_owner(struct config *c, const char *file, struct conf_error *e)
{
	int rc;

	euid = __real_geteuid();
	rc = config_load(c, file, e);
	euid = 0;
	return rc;
}

static void config_reload_takes_live_settings_alone(void **unused)
{
	struct config c, before;
	struct config_changes changes;
	struct conf_error e;

	config_defaults(&c);
	before = c;
	assert_int_equal(config_reload(&c, span_of("top = 3\nmax_flows = 20\nuser = x\n"),
				       &changes, &e),
			 0);
	assert_string_equal(changes.now, "top");
	assert_string_equal(changes.restart, "user, max_flows");
	assert_int_equal(c.top, 3);
	before.top = 3;
	assert_memory_equal(&c, &before, sizeof(c));
	/* lists as well */
	assert_int_equal(config_reload(&c, span_of("top = 3\nprotect_exe = /x /y\n"),
				       &changes, &e),
			 0);
	assert_string_equal(changes.now, "protect_exe");
	assert_string_equal(c.protect_exe, "/x /y");
	assert_int_equal(config_reload(&c, span_of("top = 3\nprotect_exe = /x /z\n"),
				       &changes, &e),
			 0);
	assert_string_equal(changes.now, "protect_exe");
	assert_int_equal(config_reload(&c, span_of("top = 3\n"), &changes, &e), 0);
	assert_string_equal(c.protect_exe, "");
	/* a key that is gone from the file is at its default again */
	assert_int_equal(config_reload(&c, span_of(""), &changes, &e), 0);
	assert_string_equal(changes.now, "top");
	assert_string_equal(changes.restart, "");
	assert_int_equal(c.top, 10);
}

static void config_reload_changes_nothing_when_refused(void **unused)
{
	struct config c, before;
	struct config_changes changes;
	struct conf_error e;

	config_defaults(&c);
	before = c;
	assert_int_equal(
		config_reload(&c, span_of("top = 3\ninterval = 0\n"), &changes, &e),
		-EINVAL);
	assert_int_equal(e.line, 2);
	assert_memory_equal(&c, &before, sizeof(c));
}

/* The plugin is no root any more when it reloads: its places must not move. */
static void config_reload_keeps_roots_places(void **unused)
{
	struct config_changes changes;
	struct conf_error e;
	struct config c;

	setenv("HOME", "/home/x", 1);
	euid = 0;
	config_defaults(&c);
	euid = 1000;
	assert_int_equal(config_reload(&c, span_of("top = 3\n"), &changes, &e), 0);
	assert_string_equal(changes.now, "top");
	assert_string_equal(changes.restart, "");
	unsetenv("HOME");
}

static void config_loads_a_file(void **unused)
{
	struct conf_error e;
	struct config c;
	char file[128];

	snprintf(file, sizeof(file), "%s/named", folder);
	write_file(file, "top = 20\n", 0640);
	assert_int_equal(load_as_owner(&c, file, &e), 0);
	assert_int_equal(c.top, 20);
	assert_int_equal(c.interval_sec, 60);
	assert_string_equal(c.file, file);
	write_file(file, "top = 20\n", 0660);
	assert_int_equal(load_as_owner(&c, file, &e), -EPERM);
	write_file(file, "top = x\n", 0640);
	assert_int_equal(load_as_owner(&c, file, &e), -EINVAL);
	assert_non_null(strstr(error_text(&e), "/named:1: top: \"x\" is no number; "));
	unlink(file);
	assert_int_equal(load_as_owner(&c, file, &e), -ENOENT);
	assert_non_null(strstr(error_text(&e), "/named: there is no such file; "));
}

static void config_needs_no_installed_file(void **unused)
{
	struct conf_error e;
	struct config c;

	assert_int_equal(load_as_owner(&c, NULL, &e), 0);
	assert_int_equal(c.top, 10);
	assert_string_equal(c.file, "");
	assert_string_equal(e.text, "");
	write_file(installed, "top = 30\n", 0640);
	assert_int_equal(load_as_owner(&c, NULL, &e), 0);
	assert_int_equal(c.top, 30);
	assert_string_equal(c.file, installed);
	/* one that is there must be good */
	write_file(installed, "top = 30\n", 0666);
	assert_int_equal(load_as_owner(&c, NULL, &e), -EPERM);
	write_file(installed, "tops = 30\n", 0640);
	assert_int_equal(load_as_owner(&c, NULL, &e), -EINVAL);
	unlink(installed);
}

/* auditd's folder has mode 0750: an ordinary user cannot know what is in it. */
static void config_lets_an_ordinary_user_do_without(void **unused)
{
	struct conf_error e;
	struct config c;
	int rc_installed, rc_named;

	write_file(installed, "top = 30\n", 0);
	euid = 65534;
	if (__real_geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	rc_installed = config_load(&c, NULL, &e);
	rc_named = config_load(&c, installed, &e);
	assert_int_equal(seteuid(getuid()), 0);
	euid = 0;
	unlink(installed);
	assert_int_equal(rc_installed, 0);
	assert_int_equal(c.top, 10);
	assert_int_equal(rc_named, -EACCES);
}

/* Root whom something else keeps from his file is told so. */
static void config_lets_root_not_do_without(void **unused)
{
	assert_true(is_absent(-ENOENT));
	assert_false(is_absent(-EACCES));
	assert_false(is_absent(-EPERM));
	euid = 1000;
	assert_true(is_absent(-EACCES));
	assert_false(is_absent(-EPERM));
	euid = 0;
}

static int restore(void **unused)
{
	euid = 0;
	unsetenv("HOME");
	unsetenv("XDG_RUNTIME_DIR");
	return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, restore)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(config_table_is_sound),
		TEST(config_has_the_documented_defaults),
		TEST(config_moves_an_ordinary_users_places),
		TEST(config_refuses_a_key_given_twice),
		TEST(config_refuses_two_that_do_not_fit),
		TEST(config_suggests_the_nearest_key),
		TEST(config_quotes_a_foreign_key),
		TEST(config_prints_what_reads_back),
		TEST(config_prints_for_people),
		TEST(config_reload_takes_live_settings_alone),
		TEST(config_reload_changes_nothing_when_refused),
		TEST(config_reload_keeps_roots_places),
		TEST(config_loads_a_file),
		TEST(config_needs_no_installed_file),
		TEST(config_lets_an_ordinary_user_do_without),
		TEST(config_lets_root_not_do_without),
	};
	int failed;

	if (!mkdtemp(folder))
		return 99;
	snprintf(installed, sizeof(installed), "%s/installed", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
