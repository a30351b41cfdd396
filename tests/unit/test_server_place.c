/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_server_place.c - the socket as a file, and who may read from it
 */
#include "server_world.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void file_has_mode_and_group_from_the_start(void **state)
{
	static const mode_t modes[] = {0660, 0600, 0666, 0640};
	struct world *w = *state;
	struct server_options options = world_options(w);
	mode_t saved = umask(0027), after;
	struct stat st;
	char why[256];
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		options.mode = modes[i];
		options.group = geteuid() == 0 ? 4 : getegid();
		w->server = server_new(w->base, &options, why, sizeof(why));
		after = umask(0027);
		assert_non_null(w->server);
		assert_int_equal(after, 0027);
		assert_int_equal(lstat(w->path, &st), 0);
		assert_true(S_ISSOCK(st.st_mode));
		assert_int_equal(st.st_mode & 07777, modes[i]);
		assert_int_equal(st.st_gid, options.group);
		server_free(w->server);
		w->server = NULL;
		assert_int_equal(lstat(w->path, &st), -1);
	}
	umask(saved);
}

/* server_new() must refuse, with @error and @word in its reason. */
static void expect_refusal(struct world *w, const struct server_options *options,
			   int error, const char *word)
{
	char why[256] = "";

	errno = 0;
	assert_null(server_new(w->base, options, why, sizeof(why)));
	assert_int_equal(errno, error);
	print_message("%s\n", why);
	assert_non_null(strstr(why, options->path));
	assert_non_null(strstr(why, word));
	assert_null(strchr(why, '\n'));
}

static int bind_at(const char *path, int type)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	strcpy(at.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void stale_socket_is_replaced(void **state)
{
	struct world *w = *state;
	struct server_options options = world_options(w);
	char why[256];
	struct peer *p;

	close(bind_at(w->path, SOCK_STREAM));
	w->server = server_new(w->base, &options, why, sizeof(why));
	assert_non_null(w->server);
	p = peer_welcomed(w);
	peer_free(p);
}

/* Whoever may read the directory can hold its lock; that must not stop the start. */
static void held_lock_does_not_stop_the_start(void **state)
{
	struct world *w = *state;
	struct server_options options = world_options(w);
	int dir = open(w->dir, O_RDONLY | O_DIRECTORY);
	char why[640];

	assert_int_equal(flock(dir, LOCK_EX), 0);
	w->server = server_new(w->base, &options, why, sizeof(why));
	assert_non_null(w->server);
	close(dir);
}

static void live_socket_is_left_alone(void **state)
{
	struct world *w = *state;
	struct server_options options = world_options(w);
	struct peer *p;

	expect_refusal(w, &options, EADDRINUSE, "another program listens");
	p = peer_welcomed(w);
	/* neither did the attempt take the name away */
	assert_int_equal(access(w->path, F_OK), 0);
	peer_free(p);
}

static void live_socket_that_is_busy_is_left_alone(void **state)
{
	struct world *w = *state;
	struct server_options options = world_options(w);
	int fd = bind_at(w->path, SOCK_STREAM);
	struct peer *p;

	assert_int_equal(listen(fd, 0), 0);
	p = peer_new(w); /* the queue of connections is full now */
	expect_refusal(w, &options, EADDRINUSE, "another program listens");
	peer_free(p);
	close(fd);
	assert_int_equal(unlink(w->path), 0);
	fd = bind_at(w->path, SOCK_DGRAM);
	expect_refusal(w, &options, EADDRINUSE, "another program listens");
	close(fd);
}

static void what_is_no_socket_is_left_alone(void **state)
{
	struct world *w = *state;
	struct server_options options = world_options(w);
	struct stat st;

	close(open(w->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	expect_refusal(w, &options, EEXIST, "no socket");
	assert_int_equal(lstat(w->path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(unlink(w->path), 0);

	assert_int_equal(symlink("elsewhere", w->path), 0);
	expect_refusal(w, &options, EEXIST, "no socket");
	assert_int_equal(unlink(w->path), 0);

	assert_int_equal(mkdir(w->path, 0700), 0);
	expect_refusal(w, &options, EEXIST, "no socket");
}

static void bad_places_are_explained(void **state)
{
	struct world *w = *state;
	struct server_options options = world_options(w);
	char path[200];

	snprintf(path, sizeof(path), "%s/none/socket", w->dir);
	options.path = path;
	expect_refusal(w, &options, ENOENT, "directory does not exist");
	memset(path, 'x', 150);
	path[0] = '/';
	path[150] = '\0';
	expect_refusal(w, &options, ENAMETOOLONG, "107 bytes");
}

static void socket_of_another_is_not_removed(void **state)
{
	struct world *w = *state;
	int fd;

	assert_int_equal(unlink(w->path), 0);
	fd = bind_at(w->path, SOCK_STREAM);
	server_free(w->server);
	w->server = NULL;
	assert_int_equal(access(w->path, F_OK), 0);
	close(fd);
}

/* Who a child becomes before it connects. */
struct identity {
	uid_t uid;
	gid_t gid;
	size_t n_groups;
	gid_t more; /* the last of its supplementary groups */
	bool served;
};

/* In the child: does the server greet me? Return: exit status, 0 yes, 1 no. */
static int try_as(const char *path, const struct identity *who)
{
	static gid_t groups[60000];
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char c;
	size_t i;
	int fd;

	for (i = 0; i < who->n_groups; i++)
		groups[i] = (gid_t)(100000 + i);
	if (who->n_groups)
		groups[who->n_groups - 1] = who->more;
	if (setgroups(who->n_groups, groups) || setgid(who->gid) || setuid(who->uid))
		return 2;
	strcpy(at.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)))
		return 3;
	return recv(fd, &c, 1, 0) == 1 ? 0 : 1;
}

static int status_as(struct world *w, const struct identity *who)
{
	pid_t pid = fork();
	int status, i;

	assert_true(pid >= 0);
	if (!pid)
		_exit(try_as(w->path, who));
	for (i = 0; i < WORLD_TURNS; i++) {
		turn(w);
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
	}
	return 98;
}

/* The file's mode lets all of them connect: it is the peer check that decides. */
static void peers_are_judged_by_the_kernel(void **state)
{
	static const struct identity cases[] = {
		{0, 0, 0, 0, true},
		{12345, 4321, 0, 0, true},     /* its group */
		{12345, 12345, 1, 4321, true}, /* one of its groups */
		{12345, 12345, 3, 4321, true},
		{12345, 12345, 64, 4321, true},
		{12345, 12345, 65, 4321, true},
		{12345, 12345, 60000, 4321, true},
		{12345, 12345, 0, 0, false},
		{12345, 12345, 3, 77, false},
		{12345, 12345, 65, 77, false},
		{12345, 0, 0, 0, false}, /* root's group is not root */
	};
	struct world *w = *state;
	struct server_options options = world_options(w);
	uint64_t refused = 0;
	char why[256];
	size_t i;

	if (geteuid() != 0) {
		print_message("not root: only our own user could be tried\n");
		return;
	}
	options.group = 4321;
	options.mode = 0666;
	assert_int_equal(chmod(w->dir, 0711), 0);
	w->server = server_new(w->base, &options, why, sizeof(why));
	assert_non_null(w->server);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("case %zu\n", i);
		assert_int_equal(status_as(w, &cases[i]), cases[i].served ? 0 : 1);
		refused += !cases[i].served;
		assert_int_equal(server_counters(w->server).clients_refused, refused);
		wait_clients(w, 0);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
#define TEST_PLACE(f) \
	cmocka_unit_test_setup_teardown(f, world_setup_place, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_PLACE(file_has_mode_and_group_from_the_start),
		TEST_PLACE(stale_socket_is_replaced),
		TEST_PLACE(held_lock_does_not_stop_the_start),
		TEST(live_socket_is_left_alone),
		TEST_PLACE(live_socket_that_is_busy_is_left_alone),
		TEST_PLACE(what_is_no_socket_is_left_alone),
		TEST_PLACE(bad_places_are_explained),
		TEST(socket_of_another_is_not_removed),
		TEST_PLACE(peers_are_judged_by_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
