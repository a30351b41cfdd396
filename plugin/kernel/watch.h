/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - what only root may read, fetched by another process
 *
 * A keeper, forked while we are still root, keeps one worker alive; the worker
 * answers requests of a closed list, which carry nothing but their name, with
 * raw bytes. The kernel may put whoever asks it for its audit status to sleep
 * for minutes: that must never be the thread that reads the stream.
 * Nothing here waits but watch_start(). What the worker sends is not trusted.
 */
#ifndef NOISE_KERNEL_WATCH_H
#define NOISE_KERNEL_WATCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"

#define WATCH_ANSWER_MAX 4194304 /* bytes of one answer: some 3,800 rules */

enum watch_request {
	WATCH_STATUS,       /* the body of the kernel's AUDIT_GET reply, see status.h */
	WATCH_RULES,        /* the kernel's rules, see rulelist.h */
	WATCH_SETTINGS,     /* our own settings file; on error the reason as text */
	WATCH_AUDITD_CONF,  /* auditd.conf, see daemon.h */
	WATCH_PLUGINS_D,    /* not built yet: answered with -ENOSYS */
	WATCH_RULES_D,      /* the rule files on disk, see rule_dir.h */
	WATCH_AUDITD_STATE, /* auditd's report of itself, a new one, see daemon.h; it is
			     * asked for by SIGCONT, at most once in 15 s, else -EAGAIN
			     */
	WATCH_AUDITD_PROC,  /* its stat and schedstat of proc(5), see process.h */
	WATCH_KERNEL_LOG,   /* what is new in it, once there is something, see klog.h */
	WATCH_NETLINK,      /* auditd's line of /proc/net/netlink, see netlink_drops.h */
	WATCH_REQUESTS
};

enum watch_who { WATCH_KEEPER, WATCH_WORKER };

struct watch_options {
	const char *settings_file; /* absolute */
	uid_t settings_uid;        /* besides root, who may own it */
	const char *auditd_conf;   /* absolute */
	pid_t auditd;              /* our parent; 0: it is no auditd */
	int kmsg;                  /* of /dev/kmsg, or -1; taken, also after an error */
	/*
	 * Gives up what @who does not need: called once by the keeper, with one thread,
	 * and by each thread of each worker, which has the keeper's rights already.
	 * Return: 0, or negative errno with @why filled.
	 */
	int (*confine)(void *arg, enum watch_who who, char *why, size_t why_size);
	void *arg;
};

struct watch;

/**
 * watch_start - fork the keeper and wait until it has given up its rights
 * For the root phase: before any thread, and before our own rights go.
 * @watch: owned by the caller
 * @why: on failure one line for the operator
 * Return: 0 or negative errno.
 */
int watch_start(const struct watch_options *options, struct watch **watch, char *why,
		size_t why_size) __attribute__((warn_unused_result));

/** watch_free - hang up: keeper and worker end by themselves */
void watch_free(struct watch *w);

/** watch_descriptor - becomes readable when watch_read() has something */
int watch_descriptor(const struct watch *w);

/**
 * watch_request - ask; the answer comes through watch_read()
 * Return: 0; -EBUSY: the last of this kind is not answered yet (one that is
 * older than a minute is given up); -EAGAIN: try later; -EPIPE: the watcher has
 * ended; -EINVAL: no such request.
 */
int watch_request(struct watch *w, enum watch_request request)
	__attribute__((warn_unused_result));

struct watch_answer {
	enum watch_request request;
	int error;        /* 0 or negative errno, see watch_reason() */
	struct span data; /* borrows until the next watch_read() */
};

/**
 * watch_read - take one answer
 * Every request gets one, if only that the worker died over it (-ECONNRESET).
 * Call it until it returns 0.
 * Return: 1: @answer is filled; 0: nothing now; -EPIPE: the watcher has ended,
 * and its descriptor is to be watched no more.
 */
int watch_read(struct watch *w, struct watch_answer *answer)
	__attribute__((warn_unused_result));

/**
 * watch_reason - why the kernel's status is not known, in plain words
 * @error: of an answer, or of a function above; -ENOTCONN: there is no watcher,
 *         since we were not started as root
 */
const char *watch_reason(int error);

struct watch_state {
	pid_t keeper, worker; /* 0: there is none at the moment */
	uint64_t workers;     /* that were started */
	uint64_t bad;         /* datagrams that no worker of ours would send */
};

struct watch_state watch_state(const struct watch *w);

#endif
