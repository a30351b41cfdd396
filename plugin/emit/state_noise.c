/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_noise.c - what stands of the advice on noise, as lines in a state file
 *
 * Who can write the file could have us say that something stands: so a rule must be of a
 * form that advice may have, and be printed as the very text that it was read from; and
 * what is proposed is judged again before anybody hears of it.
 */
#include "emit/state_noise.h"

#include <libaudit.h>
#include <string.h>

#include "advise/trial.h"
#include "emit/state_save.h"
#include "rules/cover.h"
#include "rules/rule_text.h"

#define HEAD    13 /* numbers of each row */
#define FIGURES 8
#define PROOF   7
#define MILLI   1e3
#define SHARE   1e6

/* --- numbers --- */

/* Rounded, so that what was read is written as it was. */
static int64_t bounded(double value)
{
	return value < 0 ? 0 : value < INT32_MAX ? (int64_t)(value + 0.5) : INT32_MAX;
}

static int64_t counted(uint64_t value)
{
	return (int64_t)(value < STATE_COUNT_MAX ? value : STATE_COUNT_MAX);
}

static int64_t since_1970(int64_t ms)
{
	return ms > 0 ? ms : 0;
}

static void figures_to_row(const struct life_figures *f, int64_t row[FIGURES])
{
	const int64_t all[FIGURES] = {
		f->length_ms,
		bounded(f->span_s * MILLI),
		counted(f->lost.events),
		counted(f->lost.records),
		counted(f->lost.bytes),
		counted(f->total.events),
		counted(f->total.records),
		counted(f->total.bytes),
	};

	memcpy(row, all, sizeof(all));
}

static struct count count_of(const int64_t *row)
{
	return (struct count){(uint64_t)row[0], (uint64_t)row[1], (uint64_t)row[2]};
}

/* Return: false for what figures_to_row() never gives. */
static bool figures_of_row(const int64_t row[FIGURES], struct life_figures *f)
{
	for (unsigned int i = 0; i < FIGURES; i++)
		if (row[i] < 0 || row[i] > (int64_t)STATE_COUNT_MAX)
			return false;
	*f = (struct life_figures){row[0], (double)row[1] / MILLI, count_of(row + 2),
				   count_of(row + 5)};
	return row[1] <= INT32_MAX;
}

static void proof_to_row(const struct life_proof *p, int64_t row[PROOF])
{
	const int64_t all[PROOF] = {
		p->length_ms,
		bounded(p->before_per_s * MILLI),
		bounded(p->after_per_s * MILLI),
		bounded(p->others_before_per_s * MILLI),
		bounded(p->others_after_per_s * MILLI),
		bounded(p->predicted_share * SHARE),
		bounded(p->measured_share * SHARE),
	};

	memcpy(row, all, sizeof(all));
}

static bool proof_of_row(const int64_t row[PROOF], struct life_proof *p)
{
	for (unsigned int i = 0; i < PROOF; i++)
		if (row[i] < 0 || row[i] > (i ? INT32_MAX : (int64_t)STATE_COUNT_MAX))
			return false;
	*p = (struct life_proof){
		row[0],
		(double)row[1] / MILLI,
		(double)row[2] / MILLI,
		(double)row[3] / MILLI,
		(double)row[4] / MILLI,
		(double)row[5] / SHARE,
		(double)row[6] / SHARE,
	};
	return row[5] <= SHARE && row[6] <= SHARE;
}

static void head_to_row(const struct life *life, int64_t row[HEAD])
{
	const int64_t all[HEAD] = {
		life->state,
		life->what.kind,
		life->what.breadth,
		since_1970(life->since_ms),
		since_1970(life->applied_ms),
		since_1970(life->unloaded_ms),
		life->verdict.risk,
		life->verdict.confidence,
		life->verdict.shown,
		life->complete,
		counted(life->adds.events),
		counted(life->adds.records),
		counted(life->adds.bytes),
	};

	memcpy(row, all, sizeof(all));
}

static int64_t no_later(int64_t ms, int64_t wall_ms)
{
	return ms < wall_ms ? ms : wall_ms;
}

static bool head_of_row(const int64_t row[HEAD], int64_t wall_ms, struct life *life)
{
	for (unsigned int i = 0; i < HEAD; i++)
		if (row[i] < 0 || row[i] > (int64_t)STATE_COUNT_MAX)
			return false;
	if (row[0] == LIFE_NONE || row[0] >= LIFE_STATES || row[1] >= NOISE_KINDS ||
	    row[2] > INT32_MAX || row[6] >= GUARD_LEVELS || row[7] >= GUARD_LEVELS ||
	    row[8] >= 1 << GUARD_SHOWN_KINDS || row[9] > 1)
		return false;
	life->state = (enum life_state)row[0];
	life->what.kind = (enum noise_kind)row[1];
	life->what.breadth = (unsigned int)row[2];
	life->since_ms = no_later(row[3], wall_ms);
	life->applied_ms = no_later(row[4], wall_ms);
	life->unloaded_ms = no_later(row[5], wall_ms);
	life->verdict.risk = (enum guard_level)row[6];
	life->verdict.confidence = (enum guard_level)row[7];
	life->verdict.shown = (uint32_t)row[8];
	life->complete = row[9];
	life->adds = count_of(row + 10);
	return true;
}

/* --- writing --- */

static void put_row(struct piece *p, const char *before, const int64_t *value,
		    unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		piece_text(p, i ? "," : before);
		piece_i64(p, value[i]);
	}
}

/* Return: bytes of its text; more than STATE_NOISE_TEXT: it has no place. */
static size_t print(const struct rule *rule, char text[STATE_NOISE_TEXT + 1])
{
	return rule_print(rule, audit_detect_machine(), text, STATE_NOISE_TEXT + 1);
}

static bool fit(struct rule *const *rule, size_t max)
{
	char text[STATE_NOISE_TEXT + 1];

	for (size_t i = 0; i < max && rule[i]; i++)
		if (print(rule[i], text) > STATE_NOISE_TEXT)
			return false;
	return true;
}

static void put_rule(struct piece *p, const struct rule *rule)
{
	char text[STATE_NOISE_TEXT + 1];

	piece_text(p, "\"");
	piece_hex(p, text, print(rule, text));
	piece_text(p, "\"");
}

static void put_rules(struct piece *p, const char *name, struct rule *const *rule,
		      size_t max)
{
	piece_text(p, name);
	for (size_t i = 0; i < max && rule[i]; i++) {
		piece_text(p, i ? "," : "");
		put_rule(p, rule[i]);
	}
	piece_text(p, "]");
}

static void put_about(struct piece *p, struct rule *const about[2])
{
	piece_text(p, ",\"about\":[");
	for (size_t i = 0; i < 2 && about[i]; i++) {
		piece_member(p, i ? ",[" : "[", about[i]->position);
		piece_text(p, ",");
		put_rule(p, about[i]);
		piece_text(p, "]");
	}
	piece_text(p, "]");
}

static void put_before(struct piece *p, const struct life *life)
{
	int64_t row[FIGURES];

	piece_text(p, "],\"before\":[");
	for (unsigned int i = 0; i < WINDOWS_MAX; i++) {
		figures_to_row(&life->before[i], row);
		put_row(p, i ? "," : "", row, FIGURES);
	}
}

void state_noise_put(struct piece *p, const struct life *life)
{
	const struct noise_standing *what = &life->what;
	int64_t head[HEAD], figures[FIGURES], proof[PROOF];

	if (life->state == LIFE_NONE || !fit(what->rule, what->n) ||
	    !fit(what->instead, what->n) || !fit(what->about, 2))
		return;
	head_to_row(life, head);
	figures_to_row(&life->said, figures);
	proof_to_row(&life->proof, proof);
	put_row(p, "{\"advice\":[", head, HEAD);
	put_row(p, "],\"said\":[", figures, FIGURES);
	put_before(p, life);
	put_row(p, "],\"proof\":[", proof, PROOF);
	put_rules(p, "],\"rules\":[", what->rule, what->n);
	put_rules(p, ",\"instead\":[", what->instead, what->n);
	put_about(p, what->about);
	piece_end_line(p);
}

/* --- reading --- */

static void read_row(struct scan *s, const char *before, int64_t *value, unsigned int n)
{
	scan_expect(s, before);
	memset(value, 0, n * sizeof(*value));
	if (scan_row(s, value, n) != n)
		s->bad = true;
}

/* @wanted: make a rule of it. Return: NULL: it is none, or there is no memory. */
static struct rule *read_rule(struct scan *s, bool wanted)
{
	const struct rule_world world = {.machine = audit_detect_machine()};
	char text[STATE_NOISE_TEXT + 1], again[STATE_NOISE_TEXT + 1];
	struct rule_line line;
	struct span span = {text, 0};

	scan_expect(s, "\"");
	span.n = scan_hex(s, text, STATE_NOISE_TEXT);
	scan_expect(s, "\"");
	if (s->bad || !wanted || memchr(text, '\0', span.n))
		return NULL;
	if (rule_parse(span, &world, &line) < 0 || line.kind != RULE_LINE_APPEND ||
	    line.rule->state != RULE_KNOWN || print(line.rule, again) != span.n ||
	    memcmp(text, again, span.n) != 0) {
		rule_free(line.rule);
		return NULL;
	}
	return line.rule;
}

/* Return: how many stand there, of which some may be NULL. */
static size_t read_rules(struct scan *s, const char *before, struct rule **out,
			 size_t max, bool wanted)
{
	size_t n = 0;

	scan_expect(s, before);
	while (!s->bad && !scan_skip(s, "]")) {
		if (n == max) {
			s->bad = true;
			break;
		}
		if (n)
			scan_expect(s, ",");
		out[n++] = read_rule(s, wanted);
	}
	return n;
}

static size_t read_about(struct scan *s, struct rule *out[2], bool wanted)
{
	size_t n = 0;

	scan_expect(s, ",\"about\":[");
	while (!s->bad && !scan_skip(s, "]")) {
		uint32_t position;

		if (n == 2) {
			s->bad = true;
			break;
		}
		scan_expect(s, n ? ",[" : "[");
		position = (uint32_t)scan_u64(s, RULESET_RULES_MAX);
		scan_expect(s, ",");
		out[n] = read_rule(s, wanted);
		scan_expect(s, "]");
		if (out[n])
			out[n]->position = position;
		n++;
	}
	return n;
}

static bool are_all(struct rule *const *rule, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!rule[i])
			return false;
	return true;
}

/* May advice of its kind have these rules? */
static bool is_sound(const struct life *life)
{
	const struct noise_standing *what = &life->what;

	for (size_t i = 0; i < what->n; i++) {
		const struct rule *rule = what->rule[i], *old = what->instead[i];

		if (what->kind == NOISE_NARROW ? rule->list != AUDIT_FILTER_EXIT ||
							 rule->action != AUDIT_ALWAYS ||
							 old->list != rule->list ||
							 old->action != rule->action ||
							 !cover_rule(old, rule)
					       : !trial_is_form(rule))
			return false;
		if (what->kind == NOISE_EXCLUDE && rule->list != AUDIT_FILTER_EXCLUDE)
			return false;
	}
	return true;
}

static void read_figures(struct scan *s, struct life *life)
{
	int64_t figures[FIGURES], before[WINDOWS_MAX * FIGURES], proof[PROOF];

	read_row(s, ",\"said\":", figures, FIGURES);
	if (!figures_of_row(figures, &life->said))
		s->bad = true;
	read_row(s, ",\"before\":", before, WINDOWS_MAX * FIGURES);
	for (unsigned int i = 0; i < WINDOWS_MAX; i++)
		if (!figures_of_row(before + (size_t)i * FIGURES, &life->before[i]))
			s->bad = true;
	read_row(s, ",\"proof\":", proof, PROOF);
	if (!proof_of_row(proof, &life->proof) ||
	    (life->state == LIFE_VERIFIED && !life->proof.length_ms))
		s->bad = true;
}

bool state_noise_read(struct scan *s, int64_t wall_ms, struct life *life)
{
	struct life read = {.state = LIFE_NONE};
	struct noise_standing *what = &read.what;
	size_t n_instead, n_about;
	int64_t head[HEAD];

	if (!scan_begins(s, "{\"advice\":"))
		return false;
	read_row(s, "{\"advice\":", head, HEAD);
	if (!head_of_row(head, wall_ms, &read))
		s->bad = true;
	read_figures(s, &read);
	what->n = read_rules(s, ",\"rules\":[", what->rule, NOISE_RULES, life != NULL);
	n_instead =
		read_rules(s, ",\"instead\":[", what->instead, NOISE_RULES, life != NULL);
	n_about = read_about(s, what->about, life != NULL);
	if (!what->n || n_instead != (what->kind == NOISE_NARROW ? what->n : 0))
		s->bad = true;
	if (life && !s->bad && are_all(what->rule, what->n) &&
	    are_all(what->instead, n_instead) && are_all(what->about, n_about) &&
	    is_sound(&read))
		*life = read;
	else
		life_drop(&read);
	return true;
}
