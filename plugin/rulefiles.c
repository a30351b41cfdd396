/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rulefiles.c - where on disk each of the kernel's rules stands
 *
 * A row of stages; each begins a turn of the event loop, and those that can be long go
 * on in small steps until a millisecond is over.
 */
#include "rulefiles.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "kernel/rule_dir.h"
#include "rules/rule_files.h"

#define TURN_MS    1    /* of work, and as much for all others before the next */
#define STEP_BYTES 4096 /* of lines that are read in one step, 0.3 ms at most ... */
#define STEP_ENTRIES \
	16              /* ... or of entries loaded, each of which may move all others \
			 */
#define RULES_MAX  4096 /* on disk: more than an answer of the kernel can hold */
#define UNRESOLVED 0xfffffffd /* stands for an account whose number is not known */

struct file {
	char *name; /* first: rule_files_order() */
	struct span text;
};

struct rulefiles {
	struct rulefiles_options o;
	struct event *turn;
	struct rulefiles_counters counters;
	uint64_t said_unread;
	int said_error;
	/* the answer that was taken last */
	char *text;
	size_t n;
	int error;
	/* one comparison; @kernel NULL: none is under way */
	struct ruleset *kernel, *disk;
	unsigned int stage;
	struct rule_world world;
	struct file *file;
	size_t n_files, at; /* how many, and how far the stage has come */
	bool begun;         /* file @at is */
	struct rule_files *files;
	struct span *dir; /* sorted: what the kernel watches as directories */
	size_t n_dirs;
	const struct rule **lone; /* of the kernel's that are not on disk */
	const struct rule **open; /* on disk, with an account that is not known */
	size_t n_lone, n_open;
	bool no_memory;
	struct rulefiles_counters counting;
};

/* --- what rules ask of this machine --- */

static bool find_account(void *arg, const char *name, uint32_t *id)
{
	*id = strcmp(name, "root") ? UNRESOLVED : 0;
	return true;
}

static int compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int d = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return d ? d : (x->n > y->n) - (x->n < y->n);
}

static bool is_dir(void *arg, const char *path)
{
	const struct rulefiles *f = arg;
	const struct span wanted = span_of(path);

	return f->n_dirs &&
	       bsearch(&wanted, f->dir, f->n_dirs, sizeof(*f->dir), compare_spans);
}

static bool has_account(const struct rule_field *f)
{
	switch (f->type) {
	case AUDIT_UID ... AUDIT_FSGID:
	case AUDIT_LOGINUID:
	case AUDIT_OBJ_UID:
	case AUDIT_OBJ_GID:
		return true;
	default:
		return false;
	}
}

static bool is_unresolved(const struct rule_field *f)
{
	return f->value == UNRESOLVED && has_account(f);
}

static bool is_open(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->n_fields; i++)
		if (is_unresolved(&rule->field[i]))
			return true;
	return false;
}

/* Would @kernel be the rule, were the accounts its own? */
static bool may_be(const struct rule *open, const struct rule *kernel)
{
	if (open->list != kernel->list || open->action != kernel->action ||
	    open->n_fields != kernel->n_fields || open->state != kernel->state ||
	    memcmp(open->mask, kernel->mask, sizeof(open->mask)))
		return false;
	for (uint32_t i = 0; i < open->n_fields; i++) {
		const struct rule_field *a = &open->field[i], *b = &kernel->field[i];

		if (a->type != b->type || a->op != b->op || a->text.n != b->text.n ||
		    (a->text.n && memcmp(a->text.p, b->text.p, a->text.n)) ||
		    (a->value != b->value && !is_unresolved(a)))
			return false;
	}
	return true;
}

/* --- stages: 0 when they are over, 1 for one more step, or negative errno --- */

static const char *reason_of(int error)
{
	switch (error) {
	case -ELOOP:
		return "is a symbolic link";
	case -EISDIR:
	case -EINVAL:
		return "is no regular file";
	case -EFBIG:
		return "is too large";
	default:
		return strerror(-error);
	}
}

/* Said of the first one, and then not again before all could be read. */
static void note_unread(struct rulefiles *f, const struct rule_dir_file *file)
{
	char name[256];

	if (!f->counting.unread++ && !f->said_unread)
		log_msg(LOG_WARNING,
			"rules: the file %s is left out, so that rules in it have no "
			"place: %s",
			text_quote(file->name, name, sizeof(name)),
			reason_of(file->error));
}

static int keep_file(struct rulefiles *f, const struct rule_dir_file *file)
{
	char *name = strndup(file->name.p, file->name.n);

	if (!name)
		return -ENOMEM;
	if (*name != '/' && !rule_files_is_taken(name)) {
		free(name);
		return 0;
	}
	f->file[f->n_files++] = (struct file){name, file->text};
	return 0;
}

static int list_files(struct rulefiles *f)
{
	struct span list = {f->text, f->n};
	struct rule_dir_file file;
	int r = f->error;

	f->file = calloc(RULE_DIR_FILES_MAX, sizeof(*f->file));
	if (!f->file)
		return -ENOMEM;
	while (!r && f->n_files < RULE_DIR_FILES_MAX && rule_dir_next(&list, &file)) {
		if (file.error)
			note_unread(f, &file);
		else
			r = keep_file(f, &file);
	}
	if (r || list.n)
		return r ? r : -EBADMSG;
	qsort(f->file, f->n_files, sizeof(*f->file), rule_files_order);
	return 0;
}

static int list_dirs(struct rulefiles *f)
{
	size_t n = ruleset_count(f->kernel);

	f->dir = calloc(n + 1, sizeof(*f->dir));
	if (!f->dir)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct rule_field *dir =
			rule_find(ruleset_at(f->kernel, i), AUDIT_DIR);

		if (dir && dir->text.n)
			f->dir[f->n_dirs++] = dir->text;
	}
	qsort(f->dir, f->n_dirs, sizeof(*f->dir), compare_spans);
	f->world = (struct rule_world){.machine = audit_detect_machine(),
				       .user = find_account,
				       .group = find_account,
				       .is_dir = is_dir,
				       .arg = f};
	f->files =
		rule_files_new(&f->world, f->n_files != 1 || f->file[0].name[0] != '/');
	return f->files ? 0 : -ENOMEM;
}

static int read_lines(struct rulefiles *f)
{
	struct file *file = &f->file[f->at];
	int r = 0;

	if (f->at == f->n_files)
		return 0;
	if (!f->begun)
		r = rule_files_begin(f->files, file->name, file->text.n);
	f->begun = true;
	if (!r)
		r = rule_files_lines(f->files, &file->text, STEP_BYTES);
	if (r < 0)
		return r;
	if (!file->text.n) {
		f->begun = false;
		f->at++;
	}
	return 1;
}

static int arrange(struct rulefiles *f)
{
	f->at = 0;
	f->disk = ruleset_new();
	return f->disk ? rule_files_arrange(f->files) : -ENOMEM;
}

static int load(struct rulefiles *f)
{
	size_t n = rule_files_count(f->files),
	       to = n - f->at < STEP_ENTRIES ? n : f->at + STEP_ENTRIES;
	int r = rule_files_load(f->files, f->at, to, f->disk);

	for (; f->at < to; f->at++) {
		const struct rule_entry *e = rule_files_at(f->files, f->at);

		f->counting.not_understood +=
			!e->left_out &&
			(e->kind == RULE_LINE_BAD || (e->rule && is_open(e->rule)));
	}
	if (!r && ruleset_count(f->disk) > RULES_MAX)
		r = -E2BIG;
	return r ? r : to < n;
}

static void note_place(struct rulefiles *f, const struct rule *disk, struct rule *kernel)
{
	kernel->file = ruleset_keep_name(f->kernel, disk->file);
	kernel->line = kernel->file ? disk->line : 0;
	f->no_memory |= !kernel->file;
}

static void on_pair(void *arg, enum rule_place place, const struct rule *disk,
		    const struct rule *kernel)
{
	struct rulefiles *f = arg;

	f->counting.moved += place == RULE_MOVED;
	if (place == RULE_ONLY_KERNEL)
		f->lone[f->n_lone++] = kernel;
	else if (place != RULE_ONLY_DISK)
		note_place(f, disk, (struct rule *)kernel); /* of our set */
	else if (is_open(disk))
		f->open[f->n_open++] = disk;
	else
		f->counting.only_disk++;
}

static int compare(struct rulefiles *f)
{
	size_t n_disk = ruleset_count(f->disk), n_kernel = ruleset_count(f->kernel);
	int r = -ENOMEM;

	f->at = 0;
	f->lone = calloc(n_kernel + 1, sizeof(*f->lone));
	f->open = calloc(n_disk + 1, sizeof(*f->open));
	if (f->lone && f->open)
		r = ruleset_compare(f->disk, f->kernel, on_pair, f);
	return r ? r : f->no_memory ? -ENOMEM : 0;
}

/* One rule with an account that is not known, and one of the kernel's that it may be:
 * about these two nothing is said. */
static int pair_open(struct rulefiles *f)
{
	size_t i;

	if (f->at == f->n_open) {
		f->counting.only_kernel = f->n_lone;
		return 0;
	}
	for (i = 0; i < f->n_lone; i++)
		if (may_be(f->open[f->at], f->lone[i])) {
			f->lone[i] = f->lone[--f->n_lone];
			break;
		}
	f->at++;
	return 1;
}

/* What is large goes in a turn of its own. */
static int clean(struct rulefiles *f)
{
	rule_files_free(f->files);
	f->files = NULL;
	return 0;
}

static int (*const stages[])(struct rulefiles *f) = {
	list_files, list_dirs, read_lines, arrange, load, compare, pair_open, clean,
};

/* --- one comparison --- */

static void drop_answer(struct rulefiles *f)
{
	free(f->text);
	f->text = NULL;
	f->n = 0;
	f->error = -ENODATA;
}

static void drop_work(struct rulefiles *f)
{
	while (f->n_files)
		free(f->file[--f->n_files].name);
	free(f->file);
	free(f->dir);
	free(f->lone);
	free(f->open);
	rule_files_free(f->files);
	ruleset_free(f->disk);
	ruleset_free(f->kernel);
	f->file = NULL;
	f->dir = NULL;
	f->lone = f->open = NULL;
	f->files = NULL;
	f->disk = f->kernel = NULL;
	f->at = f->n_dirs = f->n_lone = f->n_open = 0;
	f->begun = f->no_memory = false;
	event_del(f->turn);
}

static void wait(struct rulefiles *f)
{
	static const struct timeval next = {0, TURN_MS * 1000};

	event_add(f->turn, &next);
}

static void say_error(struct rulefiles *f, int error)
{
	if (error == f->said_error)
		return;
	f->said_error = error;
	if (error)
		log_msg(LOG_WARNING,
			"rules: what stands on disk is not known, so that loaded rules "
			"have no file and line: %s",
			error == -EFBIG || error == -E2BIG ? "the rule files are too "
							     "many or too large"
							   : strerror(-error));
}

/* A reading that failed tells nothing of single files. */
static void finish(struct rulefiles *f, int error)
{
	struct ruleset *rules = f->kernel;

	if (error)
		f->counting = (struct rulefiles_counters){.unread = 1};
	else
		f->said_unread = f->counting.unread;
	f->counting.known = !error;
	f->counters = f->counting;
	say_error(f, error);
	f->kernel = NULL;
	drop_work(f);
	drop_answer(f);
	f->o.done(f->o.arg, rules, !error);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	int64_t begin = clock_read().boot_ms;
	struct rulefiles *f = arg;
	int r;

	do {
		r = stages[f->stage](f);
	} while (r > 0 && clock_read().boot_ms - begin < TURN_MS);
	if (!r)
		f->stage++;
	if (r < 0 || f->stage == sizeof(stages) / sizeof(stages[0]))
		finish(f, r);
	else
		wait(f);
}

void rulefiles_take(struct rulefiles *f, const struct watch_answer *answer)
{
	drop_work(f);
	drop_answer(f);
	f->error = answer->error;
	if (f->error || !answer->data.n)
		return;
	f->text = malloc(answer->data.n);
	if (!f->text) {
		f->error = -ENOMEM;
		return;
	}
	memcpy(f->text, answer->data.p, answer->data.n);
	f->n = answer->data.n;
}

void rulefiles_place(struct rulefiles *f, struct ruleset *rules)
{
	drop_work(f);
	f->kernel = rules;
	f->stage = 0;
	f->counting = (struct rulefiles_counters){.known = false};
	wait(f);
}

struct rulefiles_counters rulefiles_counters(const struct rulefiles *f)
{
	return f->counters;
}

struct rulefiles *rulefiles_new(const struct rulefiles_options *options)
{
	struct rulefiles *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->o = *options;
	f->error = -ENODATA;
	f->turn = event_new(options->base, -1, 0, on_turn, f);
	if (f->turn)
		return f;
	free(f);
	return NULL;
}

void rulefiles_free(struct rulefiles *f)
{
	if (!f)
		return;
	drop_work(f);
	drop_answer(f);
	event_free(f->turn);
	free(f);
}
