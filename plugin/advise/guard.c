/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.c - may this change of the rules be advised at all?
 *
 * The change first, then the program that it names, then all that goes with it.
 */
#include "advise/guard.h"

#include <libaudit.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "advise/guard_inner.h"
#include "base/path.h"
#include "base/text.h"

#define FIRST_USER 1000 /* UID_MIN of login.defs(5) on every distribution in reach */
#define NOBODY     65534

bool guard_refuse(struct guard *g, enum guard_reason reason, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(g->out->text, sizeof(g->out->text), format, ap);
	va_end(ap);
	g->out->reason = reason;
	return false;
}

void guard_show(struct guard *g, enum guard_shown shown)
{
	g->out->shown |= 1u << shown;
}

static void doubt(struct guard *g, enum guard_level most)
{
	if (g->out->confidence > most)
		g->out->confidence = most;
}

static void risk(struct guard *g, enum guard_level least)
{
	if (g->out->risk < least)
		g->out->risk = least;
}

/* --- accounts --- */

static bool is_service(const struct guard *g, uint32_t uid)
{
	uint32_t first = g->options->first_user ? g->options->first_user : FIRST_USER;

	return uid && uid < first && uid != NOBODY;
}

static bool bind_exception(struct guard *g)
{
	const struct guard_target *t = &g->target;
	bool narrow = t->dir.p || t->has_exit;

	if (!t->auid_unset)
		return guard_refuse(
			g, GUARD_ACCOUNT,
			"the exception would hold for people too: it does not "
			"ask for a process without a login uid");
	if (t->has_uid && is_service(g, t->uid)) {
		risk(g, t->exe.p ? GUARD_LOW : GUARD_MEDIUM);
	} else if (t->has_uid && t->uid == 0 && narrow) {
		risk(g, t->exe.p ? GUARD_MEDIUM : GUARD_HIGH);
	} else if (!t->has_uid && t->dir.p && !t->exe.p) {
		risk(g, GUARD_HIGH);
	} else if (t->has_uid && t->uid) {
		return guard_refuse(g, GUARD_ACCOUNT,
				    "uid %u is no service's own: people can be it",
				    t->uid);
	} else {
		return guard_refuse(
			g, GUARD_ACCOUNT, "what %s is never silenced by account alone",
			t->has_uid ? "root does" : "runs without a login uid");
	}
	guard_show(g, GUARD_SHOWN_ACCOUNT);
	return true;
}

/* Of the six kinds that cron's sessions make, in rules that hold no other. */
static bool is_cron_form(const struct guard_target *t)
{
	if (t->type_low == AUDIT_CRED_ACQ && t->type_high == AUDIT_USER_END)
		return true;
	if (t->type_low != t->type_high)
		return false;
	return guard_is_session(t->type_low);
}

static bool bind_cron(struct guard *g)
{
	const struct guard_target *t = &g->target;

	for (size_t i = 0; i < g->c->n; i++) {
		struct guard_target each = {.form = GUARD_FORM_EXCLUDE};

		if (!guard_read_exclude(g->c->edit[i].add, &each) || !is_cron_form(&each))
			return guard_refuse(g, GUARD_TYPE,
					    "of cron's messages only those of its "
					    "sessions may be excluded");
	}
	if (!t->has_uid || t->uid)
		return guard_refuse(g, GUARD_ACCOUNT,
				    "cron's sessions are uid 0's, and the rule does not "
				    "say so");
	risk(g, GUARD_MEDIUM);
	if (!g->c->table)
		return true;
	if (!g->c->is_cron)
		return guard_refuse(g, GUARD_NOT_CRON,
				    "the messages bear cron's name but do not come as "
				    "its sessions do");
	guard_show(g, GUARD_SHOWN_SESSIONS);
	if (g->c->is_backed)
		guard_show(g, GUARD_SHOWN_BACKED);
	return true;
}

static bool bind_exclude(struct guard *g)
{
	const struct guard_target *t = &g->target;

	if (guard_is_cron(t->exe))
		return bind_cron(g);
	if (t->type_low != t->type_high || !guard_type(t->type_low))
		return guard_refuse(g, GUARD_TYPE,
				    "records of type %u are never excluded", t->type_low);
	if (guard_is_session(t->type_low))
		return guard_refuse(g, GUARD_TYPE, "sessions are silenced of cron alone");
	if (!t->auid_unset || !t->has_uid || (t->uid && !is_service(g, t->uid)))
		return guard_refuse(g, GUARD_ACCOUNT,
				    "the exclude is not bound to an account that people "
				    "cannot be");
	guard_show(g, GUARD_SHOWN_ACCOUNT);
	risk(g, t->uid ? GUARD_LOW : GUARD_MEDIUM);
	return true;
}

static bool bind_account(struct guard *g)
{
	switch (g->target.form) {
	case GUARD_FORM_EXCEPTION:
		return bind_exception(g);
	case GUARD_FORM_EXCLUDE:
		return bind_exclude(g);
	case GUARD_FORM_NARROWING:
		risk(g, GUARD_MEDIUM);
		return true;
	case GUARD_FORM_CALL: /* whoever makes it, people too */
		risk(g, GUARD_HIGH);
		return true;
	case GUARD_FORMS:
		break;
	}
	return false;
}

/* --- files --- */

static bool is_roots(const struct lineage_node *node)
{
	return node->uid == 0 && !(node->mode & (S_IWGRP | S_IWOTH));
}

/* Can nobody but root make the path another thing? Of @path all but its last part. */
static bool parents_are_roots(const struct lineage *file, struct span path)
{
	if (file->n_parents > LINEAGE_PARENTS || file->n_parents != path_depth(path))
		return false;
	for (unsigned int i = 0; i < file->n_parents; i++)
		if (!S_ISDIR(file->parent[i].mode) || !is_roots(&file->parent[i]))
			return false;
	return true;
}

bool guard_ask_file(const struct guard *g, struct span path, struct lineage *file)
{
	memset(file, 0, sizeof(*file));
	return g->options->file && g->options->file(g->options->arg, path, file);
}

/* Is the program's file root's, and what its path says? */
static bool judge_file(struct guard *g, struct span exe)
{
	const char *name = text_quote(exe, g->quoted, sizeof(g->quoted));
	struct lineage file;

	if (!guard_ask_file(g, exe, &file) || !S_ISREG(file.self.mode) || !file.real.p) {
		if (S_ISLNK(file.self.mode))
			return guard_refuse(g, GUARD_LINK, "%s is a link", name);
		return guard_refuse(g, GUARD_NOT_SEEN,
				    "%s is not known to be a program of this host", name);
	}
	if (!span_equal(file.real, exe))
		return guard_refuse(g, GUARD_LINK,
				    "%s is not the path of the file itself", name);
	if (!is_roots(&file.self) || !parents_are_roots(&file, exe))
		return guard_refuse(g, GUARD_WRITABLE,
				    "others than root may write to %s or to a directory "
				    "above it",
				    name);
	if (file.self.mode & (S_ISUID | S_ISGID))
		return guard_refuse(g, GUARD_SETUID,
				    "%s is setuid or setgid: everybody can run it as "
				    "another",
				    name);
	return true;
}

enum guard_reason guard_executable(const struct guard_options *options, struct span exe)
{
	struct guard_verdict verdict = {.reason = GUARD_ALLOWED};
	struct guard g = {.options = options, .out = &verdict};

	return judge_file(&g, exe) ? GUARD_ALLOWED : verdict.reason;
}

/* What dir= names is what it says, and stays so: root alone can put another thing there.
 * What is in it may belong to a service. */
static bool judge_dir(struct guard *g, struct span dir)
{
	const char *name = text_quote(dir, g->quoted, sizeof(g->quoted));
	struct lineage file;

	if (!guard_object(dir))
		return guard_refuse(g, GUARD_OBJECT, "what is in %s is never silenced",
				    name);
	if (guard_is_protected_path(g, dir))
		return guard_refuse(g, GUARD_PROTECTED,
				    "protect_path has %s, or what is in or above it",
				    name);
	if (!guard_ask_file(g, dir, &file) || !file.real.p)
		return guard_refuse(g, GUARD_NOT_SEEN,
				    "%s is not known to be a directory of this host",
				    name);
	if (!S_ISDIR(file.self.mode) || !span_equal(file.real, dir))
		return guard_refuse(g, GUARD_LINK,
				    "%s is not the path of a directory itself", name);
	if (!parents_are_roots(&file, dir))
		return guard_refuse(g, GUARD_WRITABLE,
				    "others than root may put another directory in the "
				    "place of %s",
				    name);
	return true;
}

/* --- programs --- */

static bool ask_traffic(const struct guard *g, struct span exe, struct guard_traffic *t)
{
	memset(t, 0, sizeof(*t));
	return g->options->traffic && g->options->traffic(g->options->arg, exe, t);
}

static bool refuse_program(struct guard *g, enum guard_reason reason, struct span exe)
{
	static const char *const why[GUARD_REASONS] = {
		[GUARD_SHELL] = "runs what it is told, so its name says nothing",
		[GUARD_LOGIN] = "lets people in or makes them others",
		[GUARD_AUDIT] = "is a tool of the audit itself",
	};

	return guard_refuse(g, reason, "%s %s",
			    text_quote(exe, g->quoted, sizeof(g->quoted)), why[reason]);
}

enum guard_inode guard_inode(const struct lineage *file, const struct program_seen *seen)
{
	bool agrees = false, others = seen->forgotten;

	for (unsigned int i = 0; i < seen->n; i++) {
		if (seen->file[i].inode == file->inode &&
		    seen->file[i].major == file->major &&
		    seen->file[i].minor == file->minor)
			agrees = true;
		else if (seen->file[i].named && file->on_disk)
			return GUARD_INODE_DIFFERS;
		else
			others = true;
	}
	return agrees && !others ? GUARD_INODE_AGREES : GUARD_INODE_NOT_SEEN;
}

/* Who floods under another's name, by a mount of his own, has another inode. */
static bool judge_inode(struct guard *g, struct span exe, const struct guard_traffic *t)
{
	if (t->inode != GUARD_INODE_DIFFERS)
		return true;
	return guard_refuse(g, GUARD_INODE,
			    "what ran as %s was another file than the one of that name",
			    text_quote(exe, g->quoted, sizeof(g->quoted)));
}

/* Who runs it, and whether it is that file that ran. */
static bool judge_use(struct guard *g)
{
	struct span exe = g->target.exe;
	bool is_cron = g->target.form == GUARD_FORM_EXCLUDE && guard_is_cron(exe);
	struct guard_traffic traffic;

	if (!ask_traffic(g, exe, &traffic) && !is_cron)
		return guard_refuse(g, GUARD_USED, "how %s is used is not known",
				    text_quote(exe, g->quoted, sizeof(g->quoted)));
	if (!judge_inode(g, exe, &traffic))
		return false;
	if (traffic.inode == GUARD_INODE_AGREES)
		guard_show(g, GUARD_SHOWN_INODE);
	else
		doubt(g, is_cron && g->c->is_backed ? GUARD_MEDIUM : GUARD_LOW);
	if (is_cron)
		return true;
	if (traffic.many_short)
		return guard_refuse(g, GUARD_SHORT,
				    "%s is one of many programs that run shortly",
				    text_quote(exe, g->quoted, sizeof(g->quoted)));
	if (traffic.login_seen != GUARD_NO)
		return guard_refuse(g, GUARD_USED,
				    "people use %s, or it is not known that they do not",
				    text_quote(exe, g->quoted, sizeof(g->quoted)));
	if (!traffic.hour_covered)
		doubt(g, GUARD_MEDIUM);
	guard_show(g, GUARD_SHOWN_UNUSED);
	return true;
}

/* The program that the rule names. */
static bool judge_program(struct guard *g)
{
	struct span exe = g->target.exe;
	enum guard_reason reason = guard_program(exe, g->options->with_self);

	if (reason != GUARD_ALLOWED)
		return refuse_program(g, reason, exe);
	if (guard_is_protected_exe(g, exe))
		return guard_refuse(g, GUARD_PROTECTED, "protect_exe has %s",
				    text_quote(exe, g->quoted, sizeof(g->quoted)));
	if (!judge_file(g, exe))
		return false;
	guard_show(g, GUARD_SHOWN_FILE);
	guard_show(g, GUARD_SHOWN_PROGRAM);
	return !g->c->table || judge_use(g);
}

static bool was_judged(const struct guard *g, const struct name_text *exe)
{
	if (exe->cut)
		return false;
	if (g->target.exe.p && span_equal(g->target.exe, exe->text))
		return true;
	for (unsigned int i = 0; i < g->n_doers; i++)
		if (span_equal(g->doer[i], exe->text))
			return true;
	return false;
}

/* What is known of a program is asked for once, not of each of its flows. */
static bool note_doer(struct guard *g, struct span exe)
{
	if (g->n_doers < GUARD_DOERS)
		g->doer[g->n_doers++] = exe;
	return true;
}

/* The others are judged all the same, so that all are asked for at once. */
static bool is_to_be_looked_at(struct guard *g, struct span path)
{
	struct lineage file;

	guard_ask_file(g, path, &file);
	g->pending |= file.pending;
	return file.pending;
}

/* One of the programs whose events go, named or not. */
bool guard_judge_doer(struct guard *g, const struct name_text *exe)
{
	struct guard_traffic traffic;
	enum guard_reason reason;

	if (!exe->text.p || !exe->text.n)
		return guard_refuse(g, GUARD_NO_PROGRAM,
				    "some of the events name no program");
	if (was_judged(g, exe))
		return true;
	if (exe->cut || !path_may_stand_in_rule(exe->text))
		return guard_refuse(g, GUARD_ALPHABET,
				    "some of the events are of %s, a name that is not "
				    "taken into a rule",
				    text_quote(exe->text, g->quoted, sizeof(g->quoted)));
	reason = guard_program(exe->text, g->options->with_self);
	if (reason == GUARD_LOGIN || reason == GUARD_AUDIT)
		return refuse_program(g, reason, exe->text);
	if (guard_is_protected_exe(g, exe->text))
		return guard_refuse(g, GUARD_PROTECTED,
				    "some of the events are of %s, which protect_exe has",
				    text_quote(exe->text, g->quoted, sizeof(g->quoted)));
	if (is_to_be_looked_at(g, exe->text))
		return true;
	if (!judge_file(g, exe->text))
		return false;
	ask_traffic(g, exe->text, &traffic);
	return judge_inode(g, exe->text, &traffic) && note_doer(g, exe->text);
}

/* --- all of it --- */

static bool judge_exact(struct guard *g)
{
	struct whatif_saves saves;

	whatif_sum(g->c->table, g->c->fate, &saves);
	return saves.exact ||
	       guard_refuse(g, GUARD_INEXACT,
			    "what would go cannot be told exactly from what the events "
			    "have in common");
}

static bool judge(struct guard *g)
{
	bool seen = g->c->table;

	if (!guard_read_form(g) || (seen && !judge_exact(g)) || !bind_account(g) ||
	    !guard_judge_settings(g) || (g->target.exe.p && !judge_program(g)) ||
	    (g->target.dir.p && !judge_dir(g, g->target.dir)) ||
	    (seen && !guard_judge_events(g)))
		return false;
	if (!seen || !g->target.exe.p)
		doubt(g, seen ? GUARD_MEDIUM : GUARD_LOW);
	return true;
}

bool guard_judge(const struct guard_options *options, const struct guard_case *c,
		 struct guard_verdict *out)
{
	struct guard g = {.options = options, .c = c, .out = out};

	*out = (struct guard_verdict){.confidence = GUARD_HIGH};
	if (judge(&g)) {
		snprintf(out->text, sizeof(out->text), "all that is asked for is shown");
		return true;
	}
	out->risk = GUARD_HIGH;
	out->confidence = GUARD_LOW;
	return false;
}
