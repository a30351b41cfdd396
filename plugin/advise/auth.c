/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * auth.c - storms of authentication: whose they are
 */
#include "advise/auth.h"

#include <libaudit.h>
#include <stdio.h>

#include "advise/guard.h"
#include "base/path.h"
#include "base/text.h"

#define DISTINCT   64
#define FEW_FAILED 10  /* attempts that fail are an accident */
#define MOST       0.5 /* of the attempts fail */
#define OFF        0.2 /* a session's kinds differ by what is under way, and by two */
#define PLENTY     3   /* accounts that one guesses at */
#define FAST       10  /* sessions a second: more than cron starts, unless it is shown */
#define FINE_S     10  /* buckets up to this wide show the minute */
#define BUSY       (2.0 / 3) /* of them in which cron starts something, at most */
#define MINUTES_S  120       /* after which it is seen that it wakes once a minute */

enum kind { ACCT, ACQ, DISP, START, END, LOGIN, AUTH, OTHER, KINDS };

static enum kind kind_of(uint32_t type)
{
	switch (type) {
	case AUDIT_USER_ACCT:
		return ACCT;
	case AUDIT_CRED_ACQ:
		return ACQ;
	case AUDIT_CRED_DISP:
		return DISP;
	case AUDIT_USER_START:
		return START;
	case AUDIT_USER_END:
		return END;
	case AUDIT_LOGIN:
		return LOGIN;
	case AUDIT_USER_AUTH:
	case AUDIT_USER_LOGIN:
	case AUDIT_USER_ERR:
		return AUTH;
	default:
		return OTHER;
	}
}

/* --- what one program's rows come to --- */

struct values {
	struct span value[DISTINCT];
	unsigned int n;
	bool more; /* than are told apart */
};

/* Return: its place; DISTINCT: it has none. */
static unsigned int note(struct values *v, struct span s)
{
	if (!s.p || !s.n || span_is(s, "?") || span_is(s, "(null)"))
		return DISTINCT;
	for (unsigned int i = 0; i < v->n; i++)
		if (span_equal(v->value[i], s))
			return i;
	if (v->n == DISTINCT) {
		v->more = true;
		return DISTINCT;
	}
	v->value[v->n] = s;
	return v->n++;
}

struct attempts {
	uint64_t all, failed; /* of all each has an outcome that counts */
};

struct group {
	struct values accounts, sources;
	struct attempts attempts, of_account[DISTINCT];
	uint64_t events, kind[KINDS];
	bool all_root;         /* all messages are sent by uid 0 */
	bool all_unset;        /* the failed ones by processes without a login uid */
	bool is_login_claimed; /* a LOGIN record that is no kernel's */
	uint64_t failures[WINDOW_BUCKETS], starts[WINDOW_BUCKETS];
};

static bool is_local(struct span source)
{
	return span_is(source, "127.0.0.1") || span_is(source, "::1") ||
	       span_is(source, "localhost");
}

static void add_attempts(struct attempts *a, enum kind kind, const struct auth_row *row)
{
	bool failed = row->outcome == EVENT_SUCCESS_NO;

	a->failed += failed ? row->events : 0;
	a->all += failed || kind == AUTH || kind == ACCT ? row->events : 0;
}

static void add_row(struct group *g, const struct auth_row *row)
{
	enum kind kind = kind_of(row->type);
	unsigned int account;

	g->events += row->events;
	/* cron sets a login uid while it is root; refused is whoever tries to */
	if (kind != LOGIN || (row->outcome != EVENT_SUCCESS_NO && row->uid == 0))
		g->kind[kind] += row->events;
	if (kind == LOGIN) { /* it has no account, and its sender is the job */
		g->is_login_claimed |= row->claimed;
		return;
	}
	account = note(&g->accounts, row->account);
	if (account < DISTINCT)
		add_attempts(&g->of_account[account], kind, row);
	if (!is_local(row->source))
		note(&g->sources, row->source);
	g->accounts.more |= row->joined;
	g->sources.more |= row->joined;
	g->all_root &= row->uid == 0;
	add_attempts(&g->attempts, kind, row);
	if (row->outcome == EVENT_SUCCESS_NO)
		g->all_unset &= row->auid == EVENT_ID_UNSET;
	for (unsigned int i = 0; i < WINDOW_BUCKETS; i++) {
		if (row->outcome == EVENT_SUCCESS_NO)
			g->failures[i] += row->rhythm[i];
		if (kind == ACCT || kind == START)
			g->starts[i] += row->rhythm[i];
	}
}

static bool is_of_one(const struct auth_row *a, const struct auth_row *b)
{
	return a->exe.p && b->exe.p && span_equal(a->exe, b->exe) &&
	       span_equal(a->node, b->node);
}

/* Of the program that row @first is about, on its host. */
static void gather(const struct auth_row *row, size_t n, size_t first, struct group *g)
{
	*g = (struct group){.all_root = true, .all_unset = true};
	for (size_t i = first; i < n; i++)
		if (is_of_one(&row[i], &row[first]))
			add_row(g, &row[i]);
}

/* --- rhythm --- */

/* Equal numbers at equal distances; what comes in a few buckets only shows nothing. */
static bool is_regular(const uint64_t count[WINDOW_BUCKETS])
{
	uint64_t least = UINT64_MAX, most = 0;
	unsigned int shortest = WINDOW_BUCKETS, longest = 0, busy = 0;
	int last = -1;

	for (int i = 0; i < WINDOW_BUCKETS; i++) {
		if (!count[i])
			continue;
		if (last >= 0) {
			unsigned int gap = (unsigned int)(i - last);

			shortest = gap < shortest ? gap : shortest;
			longest = gap > longest ? gap : longest;
		}
		least = count[i] < least ? count[i] : least;
		most = count[i] > most ? count[i] : most;
		last = i;
		busy++;
	}
	return busy >= 5 && longest <= shortest + 1 + shortest / 2 &&
	       most <= 2 * least + 1;
}

/*
 * Does it rest between, as what wakes once a minute? @shown for what has not been seen
 * for so long; yes also where buckets are too wide to show it.
 */
static bool rests(const uint64_t count[WINDOW_BUCKETS], double bucket_s, bool shown)
{
	unsigned int first = 0, busy = 0;

	if (bucket_s > FINE_S || bucket_s * WINDOW_BUCKETS < MINUTES_S)
		return true;
	while (first < WINDOW_BUCKETS && !count[first])
		first++;
	if ((WINDOW_BUCKETS - first) * bucket_s < MINUTES_S)
		return shown;
	for (unsigned int i = first; i < WINDOW_BUCKETS; i++)
		busy += count[i] != 0;
	return busy <= BUSY * (WINDOW_BUCKETS - first);
}

/* --- classes --- */

static bool is_about(uint64_t a, uint64_t b)
{
	uint64_t more = a > b ? a : b, less = a > b ? b : a;

	return (double)(more - less) <= 2 + OFF * (double)more;
}

/* Each kind comes as often as the others; one that is excluded already may be missing,
 * but not the begin and the end. */
static bool are_sessions(const struct group *g)
{
	if (!g->kind[START] || !g->kind[END] || g->kind[OTHER] || g->kind[AUTH])
		return false;
	for (int i = ACCT; i <= END; i++)
		if (g->kind[i] && !is_about(g->kind[i], g->kind[START]))
			return false;
	return true;
}

static bool is_cron(const struct group *g, const struct auth_options *o,
		    struct auth_storm *s)
{
	double seconds = o->bucket_s * WINDOW_BUCKETS;

	if (o->incomplete || !guard_is_cron(s->exe) || !g->all_root ||
	    g->attempts.failed || !are_sessions(g))
		return false;
	s->sessions = g->kind[START];
	s->is_backed = !g->is_login_claimed && g->kind[LOGIN] &&
		       is_about(g->kind[LOGIN], g->kind[START]);
	return rests(g->starts, o->bucket_s, s->is_backed) &&
	       (s->is_backed || (double)s->sessions <= FAST * seconds);
}

static bool is_switch(struct span exe)
{
	static const char *const names[] = {"doas", "pkexec", "runuser", "su", "sudo"};
	struct span name = path_base(exe);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_is(name, names[i]))
			return true;
	return false;
}

static bool fail(const struct attempts *a)
{
	return a->failed >= FEW_FAILED && (double)a->failed >= MOST * (double)a->all;
}

/* Those for one account too: whoever guesses at another's may succeed at his own. */
static bool mostly_fail(const struct group *g)
{
	for (unsigned int i = 0; i < g->accounts.n; i++)
		if (fail(&g->of_account[i]))
			return true;
	return fail(&g->attempts);
}

static enum auth_class judge(const struct group *g, const struct auth_options *o,
			     struct auth_storm *s)
{
	if (mostly_fail(g)) {
		s->is_regular = is_regular(g->failures);
		if (g->accounts.n < PLENTY && !g->sources.n && !g->sources.more &&
		    g->all_unset && s->is_regular)
			return AUTH_SERVICE_FAILURE_LOOP;
		return AUTH_PASSWORD_GUESSING;
	}
	if (g->attempts.failed >= FEW_FAILED &&
	    (g->sources.n || g->accounts.n >= PLENTY || g->accounts.more ||
	     g->sources.more))
		return AUTH_PASSWORD_GUESSING; /* behind others that succeed */
	if (is_cron(g, o, s))
		return AUTH_CRON_SESSIONS;
	return is_switch(s->exe) ? AUTH_SUDO_AUTOMATION : AUTH_NONE;
}

static bool fails(const struct auth_storm *s)
{
	return s->class == AUTH_PASSWORD_GUESSING ||
	       s->class == AUTH_SERVICE_FAILURE_LOOP;
}

static bool is_before(const struct auth_storm *a, const struct auth_storm *b)
{
	return fails(a) != fails(b) ? fails(a) : a->events > b->events;
}

/* Keeps the first ones: who makes many storms of what succeeds hides no guessing. */
static size_t keep(struct auth_storm *out, size_t n, size_t max,
		   const struct auth_storm *s)
{
	size_t at = n;

	while (at && is_before(s, &out[at - 1]))
		at--;
	if (at == max)
		return n;
	n = n < max ? n + 1 : n;
	memmove(out + at + 1, out + at, (n - at - 1) * sizeof(*out));
	out[at] = *s;
	return n;
}

static bool is_first(const struct auth_row *row, size_t i)
{
	if (!row[i].exe.p)
		return false;
	for (size_t j = 0; j < i; j++)
		if (is_of_one(&row[j], &row[i]))
			return false;
	return true;
}

size_t auth_judge(const struct auth_row *row, size_t n,
		  const struct auth_options *options, struct auth_storm *out, size_t max)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		struct auth_storm s = {.node = row[i].node, .exe = row[i].exe};
		struct group g;

		if (!is_first(row, i))
			continue;
		gather(row, n, i, &g);
		if (g.events < options->min_events || !g.events)
			continue;
		s.events = g.events;
		s.failed = g.attempts.failed;
		s.n_accounts = g.accounts.n;
		s.n_sources = g.sources.n;
		s.more = g.accounts.more || g.sources.more;
		if (g.accounts.n == 1 && !g.accounts.more)
			s.account = g.accounts.value[0];
		if (g.sources.n == 1 && !g.sources.more)
			s.source = g.sources.value[0];
		s.class = judge(&g, options, &s);
		if (s.class != AUTH_NONE)
			found = keep(out, found, max, &s);
	}
	return found;
}

const char *auth_class_name(enum auth_class class)
{
	static const char *const names[AUTH_CLASSES] = {
		[AUTH_NONE] = "",
		[AUTH_CRON_SESSIONS] = "cron_sessions",
		[AUTH_SUDO_AUTOMATION] = "sudo_automation",
		[AUTH_PASSWORD_GUESSING] = "password_guessing",
		[AUTH_SERVICE_FAILURE_LOOP] = "service_failure_loop",
	};

	return class < AUTH_CLASSES ? names[class] : "";
}

static void tell_guessing(const struct auth_storm *s, const char *exe,
			  char out[AUTH_TEXT])
{
	char whose[80] = "to more accounts or from more hosts than are told apart";

	if (!s->more)
		snprintf(whose, sizeof(whose), "to %u accounts from %u hosts",
			 s->n_accounts, s->n_sources);
	snprintf(out, AUTH_TEXT,
		 "%llu logins by %s have failed, %s: somebody guesses passwords",
		 (unsigned long long)s->failed, exe, whose);
}

const char *auth_text(const struct auth_storm *s, char out[AUTH_TEXT])
{
	char exe[80], account[48];

	text_quote(s->exe, exe, sizeof(exe));
	text_quote(s->account, account, sizeof(account));
	switch (s->class) {
	case AUTH_CRON_SESSIONS:
		snprintf(out, AUTH_TEXT, "%s has run %llu jobs, each with its records%s",
			 exe, (unsigned long long)s->sessions,
			 s->is_backed ? ""
				      : "; no login record of the kernel's shows it");
		break;
	case AUTH_SUDO_AUTOMATION:
		snprintf(out, AUTH_TEXT,
			 "a script calls %s again and again: give it the right it needs "
			 "for good, once",
			 exe);
		break;
	case AUTH_PASSWORD_GUESSING:
		tell_guessing(s, exe, out);
		break;
	case AUTH_SERVICE_FAILURE_LOOP:
		snprintf(out, AUTH_TEXT,
			 "a service fails to log in by %s%s%s at equal intervals, %llu "
			 "times: repair it",
			 exe, s->account.p ? " as " : "", s->account.p ? account : "",
			 (unsigned long long)s->failed);
		break;
	case AUTH_NONE:
	case AUTH_CLASSES:
		out[0] = '\0';
		break;
	}
	return out;
}
