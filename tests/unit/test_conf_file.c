/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_conf_file.c - the reader of `name = value` files
 *
 * malloc and read are wrapped (-Wl,--wrap): the one fails on demand, the other
 * gives what a signal or a slow filesystem gives.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/conf_file.h"

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size);

static int malloc_fails_at = -1; /* how many succeed before; -1: all */
static enum { READ_PLAIN, READ_SLOW, READ_BROKEN } reading;
static bool interrupted;
static char folder[] = "/tmp/test-conf.XXXXXX";

void *__wrap_malloc(size_t size)
{
	if (malloc_fails_at >= 0 && malloc_fails_at-- == 0)
		return NULL;
	return __real_malloc(size);
}

ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	if (reading == READ_BROKEN) {
		errno = EIO;
		return -1;
	}
	if (reading == READ_SLOW) {
		interrupted = !interrupted;
		if (interrupted) {
			errno = EINTR;
			return -1;
		}
		size = size > 1 ? 1 : size;
	}
	return __real_read(fd, buf, size);
}

/* What conf_file_parse() handed over, as `line:name=value;`. */
struct taken {
	char text[4096];
	unsigned int stop_at; /* line at which to refuse; 0: never */
};

static int take(void *arg, const char *file, unsigned int line, struct span name,
		struct span value, struct conf_error *e)
{
	struct taken *t = arg;
	size_t used = strlen(t->text);

	if (line == t->stop_at) {
		conf_error_set(e, file, line, name, "not this one");
		return -ECANCELED;
	}
	snprintf(t->text + used, sizeof(t->text) - used, "%u:%.*s=%.*s;", line,
		 (int)name.n, name.p, (int)value.n, value.p);
	return 0;
}

static const char *error_text(const struct conf_error *e)
{
	static char out[700];

	return conf_error_text(e, out, sizeof(out));
}

/* ---- the text ---- */

static void parse_hands_over_each_setting(void **unused)
{
	static const struct {
		const char *text, *taken;
	} cases[] = {
		{"", ""},
		{"\n\n", ""},
		{"a = b", "1:a=b;"},
		{"a = b\n", "1:a=b;"},
		{"a=b\nc=d\n", "1:a=b;2:c=d;"},
		{" \t a\t=\t b c \t\n", "1:a=b c;"},
		{"# a = b\n  # c = d\n\t#\ne = f\n", "4:e=f;"},
		{"a =\n", "1:a=;"},
		{"a = \n", "1:a=;"},
		{"a = b = c\n", "1:a=b = c;"},
		{"a == b\n", "1:a== b;"},
		{"a b = c\n", "1:a b=c;"},
		{"a = b # c\n", "1:a=b # c;"},
		{"a = \"b\"\n", "1:a=\"b\";"},
		{"a = b\\\nc = d\n", "1:a=b\\;2:c=d;"},
		{"a = b\n \t \nc = d", "1:a=b;3:c=d;"},
		{"a = b\na = b\n", "1:a=b;2:a=b;"},
	};
	struct conf_error e;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct taken t = {0};

		assert_int_equal(
			conf_file_parse("f", span_of(cases[i].text), take, &t, &e), 0);
		assert_string_equal(t.text, cases[i].taken);
	}
}

#define BYTES(text) \
	{ \
		text, sizeof(text) - 1 \
	}

static void parse_refuses_with_place_and_remedy(void **unused)
{
	static const struct {
		struct span text;
		const char *reason;
	} cases[] = {
		{BYTES("a = b\nnonsense\n"), "f:2: \"nonsense\" has no \"=\"; write name "
					     "= value, and # before a comment"},
		{BYTES("\n\n\x1b[2J\n"), "f:3: \"\\x1b[2J\" has no \"=\"; write name = "
					 "value, and # before a comment"},
		{BYTES(" = b\n"), "f:1: no name stands before \"=\"; write name = value"},
		{BYTES("="), "f:1: no name stands before \"=\"; write name = value"},
		{BYTES("a = b\nc\0 = d\n"),
		 "f:2: holds a NUL byte; save the file as plain text"},
		{BYTES("# a\0\n"), "f:1: holds a NUL byte; save the file as plain text"},
		{BYTES("\xff\xfe#\0"),
		 "f:1: holds a NUL byte; save the file as plain text"},
		{BYTES("a = b\r\n"), "f:1: ends in a carriage return, the line end of "
				     "DOS; take these out of the "
				     "file, for example with sed -i 's/\\r$//'"},
		{BYTES("\n\r\n"), "f:2: ends in a carriage return, the line end of DOS; "
				  "take these out of the "
				  "file, for example with sed -i 's/\\r$//'"},
		{BYTES("\xef\xbb\xbf# a\n"), "f:1: begins with a byte-order mark; save "
					     "the file as plain text without one"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct taken t = {0};
		struct conf_error e;

		assert_int_equal(conf_file_parse("f", cases[i].text, take, &t, &e),
				 -EINVAL);
		assert_string_equal(error_text(&e), cases[i].reason);
	}
}

static void parse_stops_where_the_callback_refuses(void **unused)
{
	struct taken t = {.stop_at = 2};
	struct conf_error e;
	int rc = conf_file_parse("f", span_of("a = b\nc = d\ne = f\n"), take, &t, &e);

	assert_int_equal(rc, -ECANCELED);
	assert_string_equal(t.text, "1:a=b;");
	assert_string_equal(error_text(&e), "f:2: c: not this one");
}

static void error_quotes_what_is_foreign(void **unused)
{
	char name[600];
	struct conf_error e;

	conf_error_set(&e, "a file\n", 0, (struct span){0}, "is odd");
	assert_string_equal(error_text(&e), "\"a file\\x0a\": is odd");
	conf_error_set(&e, "", 3, span_of("x\"\xff"), "is odd");
	assert_string_equal(error_text(&e), "\"\":3: \"x\\x22\\xff\": is odd");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(conf_error_set(&e, name, 1, span_of(name), "%s", name), -EINVAL);
	assert_true(strlen(e.file) < sizeof(e.file));
	assert_string_equal(e.file + strlen(e.file) - 5, "n...\"");
	assert_string_equal(e.key + strlen(e.key) - 5, "n...\"");
	assert_string_equal(e.text + sizeof(e.text) - 5, "n...");
}

/* ---- the file ---- */

static const char *in_folder(const char *name)
{
	static char path[100];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *path, const char *text, size_t n, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int load(const char *path, struct conf_error *e)
{
	char *text = NULL;
	size_t n = 0;
	int rc = conf_file_load(path, getuid(), &text, &n, e);

	if (rc)
		assert_null(text);
	free(text);
	return rc;
}

static void load_gives_the_bytes(void **unused)
{
	const char *path = in_folder("good");
	struct conf_error e;
	char *text;
	size_t n;

	write_file(path, "a = b\0c\n", 8, 0644);
	assert_int_equal(conf_file_load(path, getuid(), &text, &n, &e), 0);
	assert_int_equal(n, 8);
	assert_memory_equal(text, "a = b\0c\n", 9);
	free(text);
	write_file(path, "", 0, 0400);
	assert_int_equal(conf_file_load(path, getuid(), &text, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_string_equal(text, "");
	free(text);
	unlink(path);
}

static void load_takes_short_and_interrupted_reads(void **unused)
{
	const char *path = in_folder("slow");
	struct conf_error e;
	char *text;
	size_t n;

	write_file(path, "a = b\n", 6, 0644);
	reading = READ_SLOW;
	assert_int_equal(conf_file_load(path, getuid(), &text, &n, &e), 0);
	assert_string_equal(text, "a = b\n");
	free(text);
	reading = READ_BROKEN;
	assert_int_equal(load(path, &e), -EIO);
	reading = READ_PLAIN;
	assert_non_null(
		strstr(error_text(&e), "/slow: cannot be read: Input/output error"));
	unlink(path);
}

static void load_has_a_limit(void **unused)
{
	char *text = malloc(CONF_FILE_MAX + 1);
	const char *path = in_folder("large");
	struct conf_error e;

	assert_non_null(text);
	memset(text, '\n', CONF_FILE_MAX + 1);
	write_file(path, text, CONF_FILE_MAX, 0644);
	assert_int_equal(load(path, &e), 0);
	write_file(path, text, CONF_FILE_MAX + 1, 0644);
	assert_int_equal(load(path, &e), -EFBIG);
	assert_non_null(strstr(error_text(&e), "/large: is larger than 65536 bytes; "));
	free(text);
	unlink(path);
	/* fstat() says 0 bytes of these */
	assert_int_equal(load("/proc/self/limits", &e), 0);
}

static void load_refuses_what_is_no_plain_file(void **unused)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const char *path = in_folder("odd");
	struct conf_error e;
	int fd;

	assert_int_equal(load(path, &e), -ENOENT);
	assert_non_null(strstr(error_text(&e), "/odd: there is no such file; create it"));
	assert_int_equal(load(in_folder("none/odd"), &e), -ENOENT);
	path = in_folder("odd");

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(load(path, &e), -EINVAL);
	assert_non_null(strstr(error_text(&e), "/odd: is no regular file; name one"));
	assert_int_equal(rmdir(path), 0);

	/* would wait for a writer without O_NONBLOCK */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(load(path, &e), -EINVAL);
	assert_int_equal(unlink(path), 0);

	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(load(path, &e), -EINVAL);
	assert_non_null(strstr(error_text(&e), "/odd: is no regular file; name one"));
	close(fd);
	assert_int_equal(unlink(path), 0);

	assert_int_equal(symlink("/proc/self/limits", path), 0);
	assert_int_equal(load(path, &e), -ELOOP);
	assert_non_null(strstr(error_text(&e),
			       "/odd: is a symbolic link, which is not followed"));
	assert_int_equal(unlink(path), 0);
}

static void load_refuses_what_others_can_write(void **unused)
{
	static const mode_t modes[] = {0660, 0602, 0666, 0620, 06622};
	const char *path = in_folder("shared");
	struct conf_error e;
	char expected[64];

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		write_file(path, "", 0, modes[i]);
		assert_int_equal(load(path, &e), -EPERM);
		snprintf(expected, sizeof(expected),
			 "/shared: has mode %04o: others than", (unsigned int)modes[i]);
		assert_non_null(strstr(error_text(&e), expected));
	}
	write_file(path, "", 0, 0755);
	assert_int_equal(load(path, &e), 0);
	unlink(path);
}

static void load_refuses_a_foreign_owner(void **unused)
{
	const char *path = in_folder("foreign");
	uid_t owner = getuid() ? getuid() : 4321;
	struct conf_error e;
	char *text, expected[64];
	size_t n;

	write_file(path, "", 0, 0644);
	if (getuid() == 0)
		assert_int_equal(chown(path, owner, 0), 0);
	assert_int_equal(conf_file_load(path, owner + 1, &text, &n, &e), -EPERM);
	snprintf(expected, sizeof(expected),
		 "/foreign: belongs to uid %u, who is not trusted", (unsigned int)owner);
	assert_non_null(strstr(error_text(&e), expected));
	assert_int_equal(conf_file_load(path, owner, &text, &n, &e), 0);
	free(text);
	unlink(path);
	/* root's files are trusted whoever asks */
	assert_int_equal(conf_file_load("/etc/passwd", 4321, &text, &n, &e), 0);
	free(text);
}

static void load_says_when_it_may_not_read(void **unused)
{
	const char *path = in_folder("secret");
	struct conf_error e;
	int rc;

	write_file(path, "", 0, 0000);
	if (geteuid() == 0) /* whom no mode keeps out */
		assert_int_equal(seteuid(65534), 0);
	rc = load(path, &e);
	assert_int_equal(seteuid(getuid()), 0);
	assert_int_equal(rc, -EACCES);
	/* the folder of mkdtemp() or the file, whichever is met first */
	assert_non_null(
		strstr(error_text(&e), "/secret: may not be read by this user; "));
	unlink(path);
}

static void load_survives_each_failed_allocation(void **unused)
{
	const char *path = in_folder("memory");
	struct conf_error e;
	int failed = 0, rc;

	write_file(path, "a = b\n", 6, 0644);
	for (;;) {
		malloc_fails_at = failed;
		rc = load(path, &e);
		if (rc == 0)
			break;
		assert_int_equal(rc, -ENOMEM);
		assert_non_null(
			strstr(error_text(&e), "/memory: cannot be read: out of memory"));
		failed++;
	}
	malloc_fails_at = -1;
	assert_true(failed > 0);
	unlink(path);
}

/* ---- files of auditd, where it is installed and may be read ---- */

struct found {
	const char *name;
	char value[64];
	unsigned int settings;
};

static int find(void *arg, const char *file, unsigned int line, struct span name,
		struct span value, struct conf_error *e)
{
	struct found *f = arg;

	f->settings++;
	if (span_is(name, f->name))
		snprintf(f->value, sizeof(f->value), "%.*s", (int)value.n, value.p);
	return 0;
}

static bool read_installed(const char *path, struct found *f)
{
	struct conf_error e;
	struct stat st;
	char *text;
	size_t n;

	if (access(path, R_OK) < 0 || lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	if (conf_file_load(path, 0, &text, &n, &e) ||
	    conf_file_parse(path, (struct span){text, n}, find, f, &e))
		fail_msg("%s", error_text(&e));
	free(text);
	return true;
}

static void parse_reads_auditd_conf(void **unused)
{
	struct found f = {.name = "log_file"};

	if (!read_installed("/etc/audit/auditd.conf", &f))
		return;
	assert_true(f.settings > 0);
	assert_true(!*f.value || *f.value == '/');
}

static void parse_reads_plugin_files(void **unused)
{
	DIR *d = opendir("/etc/audit/plugins.d");
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		struct found f = {.name = "active"};
		size_t n = strlen(entry->d_name);
		char path[512];

		if (n < 6 || strcmp(entry->d_name + n - 5, ".conf") != 0)
			continue;
		snprintf(path, sizeof(path), "/etc/audit/plugins.d/%s", entry->d_name);
		if (!read_installed(path, &f))
			continue;
		assert_true(f.settings > 0);
		assert_true(!strcasecmp(f.value, "yes") || !strcasecmp(f.value, "no"));
	}
	if (d)
		closedir(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_hands_over_each_setting),
		cmocka_unit_test(parse_refuses_with_place_and_remedy),
		cmocka_unit_test(parse_stops_where_the_callback_refuses),
		cmocka_unit_test(error_quotes_what_is_foreign),
		cmocka_unit_test(load_gives_the_bytes),
		cmocka_unit_test(load_takes_short_and_interrupted_reads),
		cmocka_unit_test(load_has_a_limit),
		cmocka_unit_test(load_refuses_what_is_no_plain_file),
		cmocka_unit_test(load_refuses_what_others_can_write),
		cmocka_unit_test(load_refuses_a_foreign_owner),
		cmocka_unit_test(load_says_when_it_may_not_read),
		cmocka_unit_test(load_survives_each_failed_allocation),
		cmocka_unit_test(parse_reads_auditd_conf),
		cmocka_unit_test(parse_reads_plugin_files),
	};
	int failed;

	if (!mkdtemp(folder))
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
