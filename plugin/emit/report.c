/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c - what is known, as the objects of the socket
 *
 * Reads tables, never changes a count. A report is put together once: first
 * without any entry of its lists, then all lists grow by one entry at a time
 * until the line is full.
 */
#include "emit/report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "emit/entry.h"
#include "emit/listing.h"

#define MOST_LISTS ((WINDOWS_MAX + 1) * TALLY_LISTS)

/* A report that is being put together. */
struct draft {
	const struct report_source *source;
	const struct report_depth *depth;
	struct listing lists[MOST_LISTS];
	json_t *others[MOST_LISTS]; /* what lists[i] does not show: borrows from o */
	unsigned int n;
	json_t *o;
};

static double rounded(double value, double digits)
{
	return round(value * digits) / digits;
}

/* --- windows --- */

static unsigned int top_of(const struct report_depth *d, enum tally_list list, bool first)
{
	if (first || d->all_windows)
		return d->top;
	return list == TALLY_KEYS || list == TALLY_RULES ? d->top_others : 0;
}

/* The lists of a window, empty as yet. Return: 0 or -ENOMEM. */
static int set_lists(struct draft *draft, json_t *o, const struct listing *of_window)
{
	struct tally *tally = engine_tally(draft->source->engine);
	json_t *other = json_object();
	int i, r = 0;

	for (i = 0; i < TALLY_LISTS && !r; i++) {
		struct listing *l = &draft->lists[draft->n];
		const char *name = entry_list_name((enum tally_list)i);

		*l = *of_window;
		l->list = (enum tally_list)i;
		l->table = tally_table(tally, l->list);
		r = listing_start(l, top_of(draft->depth, l->list, l->window == 0));
		draft->others[draft->n] = json_object();
		if (json_object_set(o, name, l->array))
			r = -ENOMEM;
		if (json_object_set_new(other, name, draft->others[draft->n++]))
			r = -ENOMEM;
	}
	if (json_object_set_new(o, "other", other) ||
	    json_object_set_new(o, "overlap",
				listing_counts(json_object(), &of_window->overlap)))
		r = -ENOMEM;
	return r;
}

static json_t *rate(uint64_t n, int64_t span_ms)
{
	return span_ms > 0 ? json_real(rounded((double)n * 1000 / (double)span_ms, 1e3))
			   : json_null();
}

/* @window: -1 for everything since the first start that is known of */
static json_t *window_object(struct draft *draft, int window)
{
	const struct report_source *s = draft->source;
	const struct timeline *t = engine_timeline(s->engine);
	struct tally *tally = engine_tally(s->engine);
	struct when now = timeline_now(t);
	struct listing l = {.window = window, .now_ms = t->now_ms};
	json_t *o = json_object();
	bool complete = true;
	int64_t span = timeline_covered_ms(t);

	if (window >= 0) {
		l.now = now.bucket[window];
		l.from_ms = (l.now - WINDOW_BUCKETS + 1) * t->windows.bucket_ms[window];
		span = timeline_span_ms(t, (unsigned int)window, &complete);
	}
	l.total = tally_total(tally, window, l.now);
	l.overlap = tally_overlap(tally, window, l.now);
	json_object_set_new(o, "seconds",
			    window < 0 ? json_null()
				       : json_integer(t->windows.bucket_ms[window] *
						      WINDOW_BUCKETS / 1000));
	json_object_set_new(o, "span_s", json_real((double)span / 1000));
	json_object_set_new(o, "complete", json_boolean(complete));
	listing_counts(o, &l.total);
	json_object_set_new(o, "events_per_s", rate(l.total.events, span));
	json_object_set_new(o, "records_per_s", rate(l.total.records, span));
	json_object_set_new(o, "bytes_per_s", rate(l.total.bytes, span));
	if (set_lists(draft, o, &l) < 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* NULL when memory ran out. */
static json_t *windows_array(struct draft *draft)
{
	int n = (int)tally_windows(engine_tally(draft->source->engine))->n, i;
	json_t *array = json_array();

	for (i = 0; i <= n; i++)
		if (json_array_append_new(array, window_object(draft, i < n ? i : -1))) {
			json_decref(array);
			return NULL;
		}
	return array;
}

/* --- the rest of a summary --- */

static json_t *kernel_object(const struct report_source *s)
{
	static const struct loss_source nothing = {
		.reason = "the kernel's audit status is not read here"};

	if (!s->clock)
		return json_null();
	return loss_object_kernel(s->loss ? s->loss : &nothing);
}

static json_t *lag_object(const struct report_source *s)
{
	struct lag_figures f;
	json_t *o;

	if (!s->clock)
		return json_null();
	f = lag_figures(engine_lag(s->engine), s->clock->wall_ms);
	o = json_object();
	json_object_set_new(o, "p50_ms", f.known ? json_integer(f.p50_ms) : json_null());
	json_object_set_new(o, "p99_ms", f.known ? json_integer(f.p99_ms) : json_null());
	json_object_set_new(o, "max_ms", f.known ? json_integer(f.max_ms) : json_null());
	return o;
}

/* In replay nobody knows which processes were ours. */
static json_t *self_object(const struct report_source *s)
{
	struct when now = timeline_now(engine_timeline(s->engine));
	struct count c = tally_self(engine_tally(s->engine), 0, now.bucket[0]);
	json_t *o;

	if (!s->clock)
		return json_null();
	o = json_object();
	json_object_set_new(o, "events", json_integer((json_int_t)c.events));
	json_object_set_new(o, "records", json_integer((json_int_t)c.records));
	return o;
}

static json_t *health_object(const struct report_source *s)
{
	struct engine_health h = engine_health(s->engine);
	struct tally *tally = engine_tally(s->engine);
	json_t *o = json_object();
	char name[32];
	size_t i;

	schema_set_number(o, "lines", h.lines);
	schema_set_number(o, "lines_bad", h.lines_bad);
	schema_set_number(o, "lines_cut", h.lines_cut);
	schema_set_number(o, "eoe_cut", h.eoe_cut);
	schema_set_number(o, "parsed", h.parsed);
	schema_set_number(o, "parse_failed", h.parse_failed);
	schema_set_number(o, "nodes_over", h.nodes_over);
	schema_set_number(o, "auth_evicted", h.auth_evicted);
	schema_set_number(o, "late", h.late);
	schema_set_number(o, "stamps_ahead", h.ahead);
	schema_set_number(o, "steps_back", h.steps_back);
	schema_set_number(o, "gap_events", h.gap_events);
	schema_set_number(o, "serial_restarts", h.serial_restarts);
	schema_set_number(o, "events_aged", h.events.aged);
	schema_set_number(o, "events_forced", h.events.forced);
	schema_set_number(o, "resumed", h.events.resumed);
	schema_set_number(o, "types_over", h.events.types_over);
	schema_set_number(o, "rule_lists", h.rule_lists);
	schema_set_number(o, "rule_changes", h.rule_changes);
	schema_set_number(o, "rule_changes_unseen", h.rule_unseen);
	for (i = 0; i < TALLY_LISTS; i++) {
		struct topk *table = tally_table(tally, (enum tally_list)i);

		snprintf(name, sizeof(name), "evicted_%s",
			 entry_list_name((enum tally_list)i));
		if (table)
			schema_set_number(o, name, topk_evicted(table));
	}
	for (i = 0; i < s->n_counters; i++)
		schema_set_number(o, s->counters[i].name, s->counters[i].value);
	return o;
}

/* --- putting it together --- */

/* All but the entries of the lists. Return: 0 or -ENOMEM. */
static int set_frame(struct draft *draft)
{
	const struct report_source *source = draft->source;
	json_t *o = draft->o;

	if (json_object_set_new(o, "windows", windows_array(draft)) < 0)
		return -ENOMEM;
	json_object_set_new(o, "kernel", kernel_object(source));
	json_object_set_new(o, "loss",
			    loss_object_loss(source->loss, source->gap_events));
	json_object_set_new(o, "lag", lag_object(source));
	json_object_set_new(o, "retention",
			    source->retention
				    ? retention_object(source->retention, source->engine)
				    : json_null());
	json_object_set_new(o, "self", self_object(source));
	return json_object_set_new(o, "health", health_object(source)) < 0 ? -ENOMEM : 0;
}

/* Figures only fall while lists grow, so what is set last takes no more bytes. */
static void set_others(struct draft *draft)
{
	unsigned int i;

	for (i = 0; i < draft->n; i++) {
		struct count rest = listing_rest(&draft->lists[i]);

		listing_counts(draft->others[i], &rest);
	}
}

static int64_t time_of(const struct report_source *source)
{
	const struct timeline *t = engine_timeline(source->engine);

	if (source->clock)
		return source->clock->wall_ms;
	return t->started ? timeline_stamp(t) : SCHEMA_TIME_NONE;
}

static int dump(const struct report_source *source, json_t *o, struct schema_line *line)
{
	return schema_line(line, "summary", o, time_of(source), source->origin);
}

/* Bytes of the line without any entry, 0 when memory ran out. */
static size_t frame_bytes(const struct draft *draft)
{
	struct schema_line line;
	size_t size;

	if (dump(draft->source, draft->o, &line) < 0)
		return 0;
	size = schema_line_size(&line, UINT64_MAX);
	schema_line_free(&line);
	return size;
}

/*
 * Each list that is long enough shows its entry number @rank.
 * Return: bytes that they take, 0: none is that long; -ENOMEM.
 */
static ssize_t show_rank(struct draft *draft, unsigned int rank)
{
	size_t sum = 0, size;
	unsigned int i;

	for (i = 0; i < draft->n; i++) {
		if (draft->lists[i].n <= rank)
			continue;
		size = listing_show(&draft->lists[i]);
		if (!size)
			return -ENOMEM;
		sum += size;
	}
	return (ssize_t)sum;
}

static void hide_rank(struct draft *draft, unsigned int rank)
{
	unsigned int i;

	for (i = 0; i < draft->n; i++)
		if (draft->lists[i].shown > rank)
			listing_hide(&draft->lists[i]);
}

/* Return: 0 or -ENOMEM. */
static int fill(struct draft *draft)
{
	size_t room = SIZE_MAX, used = 0;
	unsigned int rank;
	ssize_t more = 0;

	set_others(draft);
	if (draft->depth->max_bytes) {
		room = draft->depth->max_bytes;
		used = frame_bytes(draft);
		if (!used)
			return -ENOMEM;
	}
	for (rank = 0; used <= room; rank++, used += (size_t)more) {
		more = show_rank(draft, rank);
		if (more <= 0)
			break;
		if (used + (size_t)more > room) {
			hide_rank(draft, rank);
			break;
		}
	}
	set_others(draft);
	return more < 0 ? (int)more : 0;
}

json_t *report_summary(const struct report_source *source,
		       const struct report_depth *depth)
{
	struct draft *draft = calloc(1, sizeof(*draft));
	json_t *o = NULL;
	unsigned int i;
	int r;

	if (!draft)
		return NULL;
	engine_settle(source->engine);
	draft->source = source;
	draft->depth = depth;
	draft->o = o = json_object();
	r = set_frame(draft);
	if (!r)
		r = fill(draft);
	for (i = 0; i < draft->n; i++)
		listing_free(&draft->lists[i]);
	free(draft);
	if (!r)
		return o;
	json_decref(o);
	return NULL;
}

int report_line(const struct report_source *source, const struct report_depth *depth,
		struct schema_line *line)
{
	json_t *o = report_summary(source, depth);
	int r;

	if (!o)
		return -ENOMEM;
	r = dump(source, o, line);
	json_decref(o);
	return r;
}
