/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try.h - the parts of aunoise try
 *
 * It runs as root and adds to the kernel's rules, so it is told as little as can be:
 * nothing of the socket but an id's proposal, which is judged here. What it has added
 * is taken out by a guardian, a process that outlives it, however it ends.
 */
#ifndef NOISE_CLI_TRY_H
#define NOISE_CLI_TRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "advise/trial.h"
#include "base/text.h"

/* --- the kernel's list --- */

/** try_kernel_open - Return: a descriptor or negative errno. */
int try_kernel_open(void);

/** try_kernel_rules - as AUDIT_LIST_RULES has them; owned, NULL with errno */
struct ruleset *try_kernel_rules(int fd);

/** try_kernel_add - at the head of its list; try_kernel_delete - the rule that equals it
 * Return: 0 or negative errno. */
int try_kernel_add(int fd, const struct rule *rule);
int try_kernel_delete(int fd, const struct rule *rule);

/* --- files --- */

/**
 * try_keep - the rules of @t into our file of rules.d, but those that a file there has
 * @disk: what the files have; NULL: nothing is known of them
 * Says where one stands already, and on stderr what is wrong.
 * Return: how many were written, or negative errno.
 */
int try_keep(const struct trial *t, const char *id, int machine,
	     const struct ruleset *disk);

/** try_keep_warn - say so where it will not hold after a boot */
void try_keep_warn(const struct trial *t, const struct ruleset *disk);

/** try_keep_place, try_keep_dir - the file, and where it is */
const char *try_keep_place(void);
const char *try_keep_dir(void);

/* --- the journal of what was added --- */

enum try_left { TRY_LEFT_NOTHING, TRY_LEFT_RUNNING, TRY_LEFT_BEHIND, TRY_LEFT_UNKNOWN };

/**
 * try_journal_look - is a trial under way, or was one left behind?
 * @text: NULL, or what it has added; owned
 */
enum try_left try_journal_look(char **text);

/**
 * try_journal_begin - before anything is added
 * Return: a descriptor whose lock says that the trial is under way; -EEXIST there is
 * one; another negative errno.
 */
int try_journal_begin(const struct trial *t, const char *id, int machine);

/** try_journal_end - nothing is left of the trial */
void try_journal_end(void);

/** try_journal_next - the next rule's text in a journal; @text: what was read is taken
 * off its front. Return: false: there is no more. */
static inline bool try_journal_next(struct span *text, struct span *rule)
{
	static const char word[] = "rule ";
	const size_t n = sizeof(word) - 1;

	while (text_line(text, rule)) {
		if (rule->n < n || memcmp(rule->p, word, n) != 0)
			continue;
		rule->p += n;
		rule->n -= n;
		return true;
	}
	return false;
}

/** try_journal_print - what was left behind, and how it is taken out */
void try_journal_print(FILE *out, const char *text);

/* --- the guardian --- */

struct guardian {
	int orders, reports; /* to it and from it */
};

enum guardian_says {
	GUARDIAN_ADDED,
	GUARDIAN_FAILED, /* to add: nothing is loaded */
	GUARDIAN_BACK,   /* all that was added is out again */
	GUARDIAN_STUCK,  /* something could not be taken out */
	GUARDIAN_KEPT,
	GUARDIAN_GONE /* it says nothing any more */
};

struct guardian_report {
	enum guardian_says says;
	int error; /* negative errno of the first that failed */
	bool late; /* GUARDIAN_BACK: not asked for, its time was over */
};

/**
 * guardian_start - a process that adds the rules and takes them out again
 * At the latest after @for_ms, and when g->orders is closed by whatever end of ours.
 * @journal: taken
 * Return: 0 or negative errno.
 */
int guardian_start(struct guardian *g, const struct trial *t, int journal, int64_t for_ms)
	__attribute__((warn_unused_result));

/** guardian_hear - its next report, within @ms */
struct guardian_report guardian_hear(struct guardian *g, int ms);

/** guardian_keep, guardian_back - its end, and what it says of it */
struct guardian_report guardian_keep(struct guardian *g);
struct guardian_report guardian_back(struct guardian *g);

/* --- rights --- */

enum try_stage {
	TRY_NO_EXEC,    /* no other program is run, no other process is looked into */
	TRY_NO_CHILDREN /* and none is made */
};

/** try_confine - for good. Return: 0 or negative errno. */
int try_confine(enum try_stage stage);

/* --- what it does --- */

#define TRY_OTHERS 64

struct try_other {
	json_t *name;        /* owned; all of the entry but its figures */
	const char *list;    /* keys or flows */
	double before, last; /* records in the window, at the start and last */
	double alive_s;      /* last time it was seen to grow */
	bool active;         /* it grew while it was watched before */
};

struct try_figures {
	double silenced_before, silenced_now; /* records a second */
	double others_before, others_now;
};

struct measure {
	const struct trial *trial; /* borrowed */
	int machine;
	double predicted; /* records a second; 0: not said */
	/* its own */
	double window_s, span_s;     /* of the first window, before */
	double silenced, total, all; /* records: of both in it, and of everything */
	struct try_other other[TRY_OTHERS];
	size_t n_others;
	unsigned int bad; /* looks in a row at which too little was saved */
	struct try_figures figures;
	char why[320]; /* of an end before its time */
};

/** measure_before - another look before anything is loaded; false: no such summary */
bool measure_before(struct measure *m, const json_t *summary);

/**
 * measure_after - a look @s seconds after
 * Return: false: the trial must end, @m->why says why.
 */
bool measure_after(struct measure *m, const json_t *summary, double s);
void measure_fini(struct measure *m);

/** measure_is_silenced - would the trial's rules silence the flow? -1: it is open */
int measure_is_silenced(const struct measure *m, const json_t *flow);

/** measure_can_judge - was there enough before to tell whether it works? */
bool measure_can_judge(const struct measure *m);

#endif
