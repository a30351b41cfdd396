/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_worker.c - the worker against a kernel that does what it likes
 *
 * The worker is a child of this program; the kernel is this program, which
 * reads what the worker sends, answers when and how it wants, and lets the
 * sender go when it writes to the gate. Needs no root and no audit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "kernel/netlink_drops.h"
#include "kernel/rulelist.h"
#include "kernel/worker.c"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define WAIT_MS  20000
#define QUIET_MS 200
#define BODY     44

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);
ssize_t __wrap_sendto(int fd, const void *p, size_t n, int flags,
		      const struct sockaddr *to, socklen_t to_n);

/* Of the child: how it reaches the kernel, or why it cannot. */
static int kernel_fd, gate_fd, socket_error, send_error;

int __wrap_socket(int domain, int type, int protocol)
{
	if (domain != AF_NETLINK)
		return __real_socket(domain, type, protocol);
	if (!socket_error)
		return kernel_fd;
	errno = socket_error;
	return -1;
}

/* As the kernel does: takes the message, and keeps its sender. */
ssize_t __wrap_sendto(int fd, const void *p, size_t n, int flags,
		      const struct sockaddr *to, socklen_t to_n)
{
	char byte;

	if (fd != kernel_fd)
		return send(fd, p, n, flags);
	if (send_error) {
		errno = send_error;
		return -1;
	}
	if (send(fd, p, n, 0) != (ssize_t)n || read(gate_fd, &byte, 1) != 1)
		_exit(9);
	return (ssize_t)n;
}

struct world {
	pid_t worker;
	int fd, kernel, gate, life, kmsg;
	struct wire_head head; /* of the last answer, and its data */
	char data[WIRE_DATAGRAM_MAX];
	size_t n;
};

static int confine_nothing(void *arg, enum watch_who who, char *why, size_t why_size)
{
	if (!arg)
		return 0;
	snprintf(why, why_size, "no luck");
	return -EPERM;
}

static void start(struct world *x, void *refuse)
{
	int pair[2], kernel[2], gate[2], life[2], kmsg[2];
	pid_t self = getpid();

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, kernel), 0);
	assert_false(pipe(gate) || pipe(life));
	/* one read, one record, as of /dev/kmsg */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, kmsg), 0);
	x->worker = fork();
	assert_true(x->worker >= 0);
	if (!x->worker) {
		const struct watch_options watch = {.settings_file = "/nonexistent",
						    .auditd_conf = "/proc/version",
						    .auditd = self,
						    .kmsg = kmsg[1],
						    .confine = confine_nothing,
						    .arg = refuse};
		const struct worker_options o = {&watch, pair[1], life[0], self};

		kernel_fd = kernel[1];
		gate_fd = gate[0];
		close(pair[0]);
		close(kernel[0]);
		close(kmsg[0]);
		close(gate[1]);
		close(life[1]);
		_exit(worker_run(&o));
	}
	close(pair[1]);
	close(kernel[1]);
	close(gate[0]);
	close(life[0]);
	close(kmsg[1]);
	x->kmsg = kmsg[0];
	x->fd = pair[0];
	x->kernel = kernel[0];
	x->gate = gate[1];
	x->life = life[1];
}

static int set_up(void **state)
{
	struct world *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	socket_error = send_error = 0;
	start(x, NULL);
	*state = x;
	return 0;
}

/* Return: how it ended. */
static int await_end(struct world *x)
{
	int status = -1;

	assert_int_equal(waitpid(x->worker, &status, 0), x->worker);
	x->worker = 0;
	return status;
}

static int tear_down(void **state)
{
	struct world *x = *state;

	close(x->fd);
	close(x->life);
	close(x->gate);
	if (x->worker)
		assert_int_equal(await_end(x), 0);
	close(x->kernel);
	close(x->kmsg);
	free(x);
	return 0;
}

static bool readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	int r;

	do {
		r = poll(&p, 1, ms);
	} while (r < 0 && errno == EINTR);
	return r == 1;
}

static void ask(struct world *x, uint32_t id, uint32_t request)
{
	const struct wire_request r = {id, request};

	assert_int_equal(send(x->fd, &r, sizeof(r), 0), sizeof(r));
}

static void must_answer(struct world *x, uint32_t id, int error)
{
	char datagram[WIRE_DATAGRAM_MAX];
	ssize_t n;

	assert_true(readable(x->fd, WAIT_MS));
	n = recv(x->fd, datagram, sizeof(datagram), 0);
	assert_true(n >= (ssize_t)sizeof(x->head));
	memcpy(&x->head, datagram, sizeof(x->head));
	x->n = (size_t)n - sizeof(x->head);
	memcpy(x->data, datagram + sizeof(x->head), x->n);
	assert_int_equal(x->head.kind, WIRE_ANSWER);
	assert_int_equal(x->head.id, id);
	assert_int_equal(x->head.error, error);
}

/* What the kernel gets: one message that asks, and nothing that tells. */
static uint32_t kernel_is_asked(struct world *x, uint16_t type)
{
	struct nlmsghdr h;

	assert_true(readable(x->kernel, WAIT_MS));
	assert_int_equal(recv(x->kernel, &h, sizeof(h), MSG_TRUNC), sizeof(h));
	assert_int_equal(h.nlmsg_len, sizeof(h));
	assert_int_equal(h.nlmsg_type, type);
	assert_int_equal(h.nlmsg_flags, NLM_F_REQUEST);
	return h.nlmsg_seq;
}

static uint32_t kernel_gets(struct world *x)
{
	return kernel_is_asked(x, AUDIT_GET);
}

static void kernel_says(struct world *x, struct nlmsghdr h, const void *body, size_t n)
{
	char message[ASKER_REPLY_MAX * 2];

	memcpy(message, &h, sizeof(h));
	memcpy(message + sizeof(h), body, n);
	assert_int_equal(send(x->kernel, message, sizeof(h) + n, 0), sizeof(h) + n);
}

static struct nlmsghdr reply_head(uint16_t type, uint32_t sequence, size_t n)
{
	return (struct nlmsghdr){.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + n),
				 .nlmsg_type = type,
				 .nlmsg_seq = sequence};
}

static void let_go(struct world *x)
{
	assert_int_equal(write(x->gate, "x", 1), 1);
}

static char body[BODY] = "the kernel's status, whatever it is";

static void kernel_answers(struct world *x, uint32_t sequence)
{
	kernel_says(x, reply_head(AUDIT_GET, sequence, BODY), body, BODY);
}

static void replies_are_handed_on_raw(void **state)
{
	struct world *x = *state;
	const size_t sizes[] = {BODY, 32, 36, 0, 100};
	char large[128];
	uint32_t i, sequence;

	memset(large, 'a', sizeof(large));
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ask(x, 10 + i, WATCH_STATUS);
		sequence = kernel_gets(x);
		let_go(x);
		kernel_says(x, reply_head(AUDIT_GET, sequence, sizes[i]), large,
			    sizes[i]);
		must_answer(x, 10 + i, 0);
		assert_int_equal(x->n, sizes[i]);
		assert_int_equal(x->head.total, sizes[i]);
		assert_memory_equal(x->data, large, sizes[i]);
	}
}

/* The sender sleeps, and nobody else does. */
static void a_sleeping_sender_holds_nothing_up(void **state)
{
	struct world *x = *state;
	uint32_t sequence;

	ask(x, 1, WATCH_STATUS);
	sequence = kernel_gets(x);
	kernel_answers(x, sequence);
	must_answer(x, 1, 0);
	ask(x, 2, WATCH_STATUS);
	must_answer(x, 2, -EBUSY);
	ask(x, 3, WATCH_SETTINGS);
	must_answer(x, 3, -ENOENT);
	ask(x, 4, WATCH_STATUS);
	must_answer(x, 4, -EBUSY);
	/* there is no second sender */
	assert_false(readable(x->kernel, QUIET_MS));
	let_go(x);
	ask(x, 5, WATCH_STATUS);
	sequence = kernel_gets(x);
	let_go(x);
	kernel_answers(x, sequence);
	must_answer(x, 5, 0);
}

static void errors_are_handed_on(void **state)
{
	struct world *x = *state;
	struct nlmsgerr error = {.error = -ECONNREFUSED};
	uint32_t sequence;

	ask(x, 1, WATCH_STATUS);
	sequence = kernel_gets(x);
	let_go(x);
	kernel_says(x, reply_head(NLMSG_ERROR, sequence, sizeof(error)), &error,
		    sizeof(error));
	must_answer(x, 1, -ECONNREFUSED);
	assert_int_equal(x->n, 0);
}

/* One behind the other, each behind its length. */
static void rules_are_handed_on_raw(void **state)
{
	struct world *x = *state;
	struct span list, rule;
	uint32_t sequence;
	int32_t none = 0;
	unsigned int n = 0;

	ask(x, 1, WATCH_RULES);
	sequence = kernel_is_asked(x, AUDIT_LIST_RULES);
	let_go(x);
	kernel_says(x, reply_head(AUDIT_LIST_RULES, sequence, BODY), body, BODY);
	kernel_says(x, reply_head(AUDIT_LIST_RULES, sequence - 1, 5), body, 5);
	kernel_says(x, reply_head(AUDIT_LIST_RULES, sequence, BODY - 4), body, BODY - 4);
	/* another waits for its turn, and has it afterwards */
	ask(x, 2, WATCH_STATUS);
	must_answer(x, 2, -EBUSY);
	kernel_says(x, reply_head(NLMSG_DONE, sequence, sizeof(none)), &none,
		    sizeof(none));
	must_answer(x, 1, 0);
	list = (struct span){x->data, x->n};
	for (; rulelist_next(&list, &rule); n++) {
		assert_int_equal(rule.n, n ? BODY - 4 : BODY);
		assert_memory_equal(rule.p, body, rule.n);
	}
	assert_int_equal(n, 2);
	assert_int_equal(list.n, 0);
	ask(x, 3, WATCH_RULES); /* no rules: an empty list */
	sequence = kernel_is_asked(x, AUDIT_LIST_RULES);
	let_go(x);
	kernel_says(x, reply_head(NLMSG_DONE, sequence, sizeof(none)), &none,
		    sizeof(none));
	must_answer(x, 3, 0);
	assert_int_equal(x->n, 0);
}

/* What says more than there is gives nothing. */
static void a_damaged_list_ends(void **state)
{
	const char bytes[] = {3, 0, 0, 0, 'a', 'b', 'c', 4, 0, 0, 0, 'd', 'e', 'f'};
	struct span list = {bytes, sizeof(bytes)}, rule;

	assert_true(rulelist_next(&list, &rule));
	assert_int_equal(rule.n, 3);
	assert_false(rulelist_next(&list, &rule));
	assert_int_equal(list.n, 7);
	list = (struct span){bytes, 3};
	assert_false(rulelist_next(&list, &rule));
}

static void other_messages_are_no_replies(void **state)
{
	struct world *x = *state;
	struct nlmsgerr ack = {.error = 0};
	static char large[ASKER_REPLY_MAX + 100];
	struct nlmsghdr h;
	uint32_t sequence;

	ask(x, 1, WATCH_STATUS);
	sequence = kernel_gets(x);
	let_go(x);
	kernel_answers(x, sequence - 1);
	kernel_says(x, reply_head(NLMSG_ERROR, sequence, sizeof(ack)), &ack, sizeof(ack));
	kernel_says(x, reply_head(NLMSG_ERROR, sequence, 2), &ack, 2);
	kernel_says(x, reply_head(1300, sequence, BODY), body, BODY);
	kernel_says(x, reply_head(AUDIT_GET, sequence, ASKER_REPLY_MAX + 50), large,
		    ASKER_REPLY_MAX + 50);
	h = reply_head(AUDIT_GET, sequence, BODY + 1); /* says more than it is */
	kernel_says(x, h, body, BODY);
	h.nlmsg_len = 3;
	kernel_says(x, h, body, BODY);
	assert_int_equal(send(x->kernel, body, 5, 0), 5);
	assert_false(readable(x->fd, QUIET_MS));
	kernel_answers(x, sequence);
	must_answer(x, 1, 0);
	kernel_answers(x, sequence); /* once more, unasked */
	assert_false(readable(x->fd, QUIET_MS));
}

/* The asker has given up, or died and been replaced: its successor gets the reply. */
static void the_last_asker_gets_the_reply(void **state)
{
	struct world *x = *state;
	uint32_t sequence;

	ask(x, 1, WATCH_STATUS);
	sequence = kernel_gets(x);
	ask(x, 2, WATCH_STATUS);
	assert_false(readable(x->kernel, QUIET_MS));
	kernel_answers(x, sequence);
	must_answer(x, 2, 0);
	assert_false(readable(x->fd, QUIET_MS));
	let_go(x);
}

static void start_again(struct world *x)
{
	close(x->fd);
	assert_int_equal(await_end(x), 0);
	close(x->kernel);
	close(x->gate);
	close(x->life);
	start(x, NULL);
}

static void a_kernel_without_audit_is_said(void **state)
{
	struct world *x = *state;

	socket_error = EPROTONOSUPPORT;
	start_again(x);
	ask(x, 1, WATCH_STATUS);
	must_answer(x, 1, -EPROTONOSUPPORT);
	ask(x, 2, WATCH_SETTINGS);
	must_answer(x, 2, -ENOENT);
	socket_error = 0;
	send_error = ECONNREFUSED;
	start_again(x);
	ask(x, 3, WATCH_STATUS);
	must_answer(x, 3, -ECONNREFUSED);
	ask(x, 4, WATCH_STATUS);
	must_answer(x, 4, -ECONNREFUSED);
}

static void it_ends_with_the_keeper(void **state)
{
	struct world *x = *state;

	ask(x, 1, WATCH_PLUGINS_D);
	must_answer(x, 1, -ENOSYS);
	close(x->life);
	x->life = -1;
	assert_int_equal(await_end(x), 0);
}

static void it_ends_with_the_stream_process(void **state)
{
	struct world *x = *state;

	/* also while its sender sleeps */
	ask(x, 1, WATCH_STATUS);
	kernel_gets(x);
	close(x->fd);
	x->fd = -1;
	assert_int_equal(await_end(x), 0);
}

static void it_does_not_run_unconfined(void **state)
{
	struct world *x = *state, other = {0};

	start(&other, x);
	assert_int_equal(WEXITSTATUS(await_end(&other)), 1);
	close(other.fd);
	close(other.kernel);
	close(other.gate);
	close(other.life);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

/* --- files and the kernel's log --- */

static const char *own_name(void)
{
	static char name[17];

	assert_int_equal(prctl(PR_GET_NAME, name, 0, 0, 0), 0);
	return name;
}

static void files_are_handed_on_raw(void **state)
{
	struct world *x = *state;
	char text[4096];
	int fd = open("/proc/version", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text));

	close(fd);
	ask(x, 1, WATCH_AUDITD_CONF);
	must_answer(x, 1, 0);
	assert_int_equal(x->n, n);
	assert_memory_equal(x->data, text, x->n);
	ask(x, 3, WATCH_AUDITD_PROC);
	must_answer(x, 3, 0);
	/* valgrind's programs bear another name */
	n = snprintf(text, sizeof(text), "%d (%s) ", getpid(), own_name());
	assert_memory_equal(x->data, text, n);
	ask(x, 4, WATCH_RULES_D); /* none lie there */
	must_answer(x, 4, 0);
	assert_int_equal(x->n, 0);
}

/* Whoever opens many sockets before it does not hide auditd's. */
static void netlink_line_of_auditd_is_found(void **state)
{
	struct world *x = *state;
	struct sockaddr_nl name = {.nl_family = AF_NETLINK, .nl_pid = (uint32_t)getpid()};
	struct netlink_drops drops;
	int fd, other[500], i;

	ask(x, 1, WATCH_NETLINK);
	must_answer(x, 1, -ENOENT);
	fd = __real_socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
	if (fd < 0)
		skip(); /* no audit in this kernel */
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	for (i = 0; i < 500; i++) {
		other[i] = __real_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
		assert_true(other[i] >= 0);
		name.nl_pid = 0;
		assert_int_equal(bind(other[i], (struct sockaddr *)&name, sizeof(name)),
				 0);
	}
	ask(x, 2, WATCH_NETLINK);
	must_answer(x, 2, 0);
	assert_true(x->n < 200);
	assert_true(netlink_drops_read((struct span){x->data, x->n}, (uint32_t)getpid(),
				       &drops));
	while (i)
		close(other[--i]);
	close(fd);
}

static void kernel_log_is_answered_when_there_is_something(void **state)
{
	struct world *x = *state;
	char record[KLOG_RECORD_MAX];

	ask(x, 1, WATCH_KERNEL_LOG);
	assert_false(readable(x->fd, QUIET_MS));
	/* nobody waits for the kernel's log in the meantime */
	ask(x, 2, WATCH_SETTINGS);
	must_answer(x, 2, -ENOENT);
	assert_int_equal(send(x->kmsg, "4,1,1,-;a\n", 10, 0), 10);
	must_answer(x, 1, 0);
	assert_int_equal(x->n, 10);
	assert_memory_equal(x->data, "4,1,1,-;a\n", 10);
	/* what comes unasked waits, and comes as one; the newest request is answered */
	memset(record, 'x', sizeof(record));
	assert_int_equal(send(x->kmsg, record, sizeof(record), 0), sizeof(record));
	assert_int_equal(send(x->kmsg, "4,2,1,-;b\n", 10, 0), 10);
	assert_false(readable(x->fd, QUIET_MS));
	ask(x, 3, WATCH_KERNEL_LOG);
	must_answer(x, 3, 0);
	assert_int_equal(x->head.total, sizeof(record) + 10);
}

static volatile sig_atomic_t conts;

static void on_cont(int sig)
{
	conts++;
}

/* auditd's own may lie there from another test, and is older than the question. */
static void must_answer_report(struct world *x, uint32_t id)
{
	must_answer(x, id,
		    access("/run/audit/auditd.state", F_OK) &&
				    access("/var/run/auditd.state", F_OK)
			    ? -ENOENT
			    : -EAGAIN);
}

static void report_is_asked_for_now_and_then(void **state)
{
	const struct sigaction action = {.sa_handler = on_cont, .sa_flags = SA_RESTART};
	struct world *x = *state;

	conts = 0;
	assert_int_equal(sigaction(SIGCONT, &action, NULL), 0);
	ask(x, 1, WATCH_AUDITD_STATE);
	must_answer_report(x, 1);
	assert_int_equal(conts, 1);
	ask(x, 2, WATCH_AUDITD_STATE);
	must_answer(x, 2, -EAGAIN);
	assert_int_equal(conts, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(replies_are_handed_on_raw),
		CASE(a_sleeping_sender_holds_nothing_up),
		CASE(errors_are_handed_on),
		CASE(rules_are_handed_on_raw),
		CASE(other_messages_are_no_replies),
		cmocka_unit_test(a_damaged_list_ends),
		CASE(the_last_asker_gets_the_reply),
		CASE(a_kernel_without_audit_is_said),
		CASE(files_are_handed_on_raw),
		CASE(netlink_line_of_auditd_is_found),
		CASE(kernel_log_is_answered_when_there_is_something),
		CASE(report_is_asked_for_now_and_then),
		CASE(it_ends_with_the_keeper),
		CASE(it_ends_with_the_stream_process),
		CASE(it_does_not_run_unconfined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
