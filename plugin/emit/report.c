/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c - what is known, as the objects of the socket
 *
 * Reads tables, never changes a count. `other` is total minus what is listed:
 * it holds the tail of the list, evicted entries, events without such a name
 * and records whose event is not complete yet.
 */
#include "emit/report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "emit/entry.h"

/* One list of one window, while it is put together. */
struct listing {
	struct topk *table; /* NULL: not built yet, empty */
	enum tally_list list;
	int window;
	int64_t now;
	int64_t from_ms; /* own time at which the window begins */
	unsigned int top;
	struct count total, listed, all;
};

static double rounded(double value, double digits)
{
	return round(value * digits) / digits;
}

static json_t *counts(json_t *o, const struct count *c)
{
	json_object_set_new(o, "events", json_integer((json_int_t)c->events));
	json_object_set_new(o, "records", json_integer((json_int_t)c->records));
	json_object_set_new(o, "bytes", json_integer((json_int_t)c->bytes));
	return o;
}

static void add(struct count *sum, const struct count *c)
{
	sum->events += c->events;
	sum->records += c->records;
	sum->bytes += c->bytes;
}

static struct count difference(const struct count *a, const struct count *b)
{
	return (struct count){a->events - b->events, a->records - b->records,
			      a->bytes - b->bytes};
}

/* --- the order of a list --- */

/* What the order goes by; the rest of an entry is asked for when it is shown. */
struct weight {
	uint64_t records, bytes;
	unsigned int index;
};

static int by_weight(const void *a, const void *b)
{
	const struct weight *x = a, *y = b;

	if (x->records != y->records)
		return x->records < y->records ? 1 : -1;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	/* equal weights: as they came; a name may hold a keyed hash, so it gives no order
	 */
	return x->index < y->index ? -1 : 1;
}

/* The @n heaviest of @weights come to its front, in no order (C. A. R. Hoare's FIND). */
static void heaviest_first(struct weight *weights, unsigned int used, unsigned int n)
{
	unsigned int low = 0, high = used;

	while (low + 1 < high && low < n && n < high) {
		/* never the last one: then both parts are smaller than the whole */
		struct weight pivot = weights[low + (high - low - 1) / 2];
		unsigned int i = low, k = high - 1;

		for (;; i++, k--) {
			struct weight swap;

			while (by_weight(&weights[i], &pivot) < 0)
				i++;
			while (by_weight(&pivot, &weights[k]) < 0)
				k--;
			if (i >= k)
				break;
			swap = weights[i];
			weights[i] = weights[k];
			weights[k] = swap;
		}
		if (n <= k)
			high = k + 1;
		else
			low = k + 1;
	}
}

/* The entries to be shown, heaviest first; all that count in this window are added up. */
static struct weight *sorted(struct listing *l, unsigned int *n)
{
	unsigned int used = l->table ? topk_used(l->table) : 0, i;
	struct weight *weights = malloc((used + 1) * sizeof(*weights));

	*n = 0;
	for (i = 0; weights && i < used; i++) {
		struct count c = topk_view(l->table, i, l->window, l->now).count;

		if (!c.records)
			continue;
		add(&l->all, &c);
		weights[(*n)++] = (struct weight){c.records, c.bytes, i};
	}
	if (!weights)
		return NULL;
	heaviest_first(weights, *n, l->top);
	if (*n > l->top)
		*n = l->top;
	qsort(weights, *n, sizeof(*weights), by_weight);
	return weights;
}

/* --- entries --- */

/* Nothing was missed in a window that began after the entry did. */
static uint64_t error_of(const struct listing *l, const struct topk_view *v)
{
	uint64_t unlisted = l->total.records - l->all.records;

	if (l->window >= 0 && v->since_ms < l->from_ms)
		return 0;
	/* keys count an event several times: their sum may pass the total */
	if (l->list != TALLY_KEYS && v->error > unlisted)
		return unlisted;
	return v->error;
}

static json_t *entry(const struct listing *l, const struct topk_view *v)
{
	json_t *o = entry_name(l->list, v);
	double share = l->total.records
			       ? (double)v->count.records / (double)l->total.records
			       : 0;

	if (!o)
		return NULL;
	counts(o, &v->count);
	json_object_set_new(o, "share", json_real(rounded(share, 1e4)));
	json_object_set_new(o, "error", json_integer((json_int_t)error_of(l, v)));
	return o;
}

static json_t *list_array(struct listing *l)
{
	json_t *array = json_array();
	struct weight *weights;
	unsigned int n, i;

	weights = sorted(l, &n);
	for (i = 0; i < n; i++) {
		struct topk_view v =
			topk_view(l->table, weights[i].index, l->window, l->now);

		add(&l->listed, &v.count);
		json_array_append_new(array, entry(l, &v));
	}
	free(weights);
	return array;
}

/* What the list does not show. An event may hold several types and bear several keys. */
static struct count other_of(const struct listing *l, const struct count *overlap)
{
	struct count all = l->total, other;

	if (l->list == TALLY_KEYS)
		add(&all, overlap);
	other = difference(&all, &l->listed);
	if (l->list == TALLY_TYPES)
		other.events = l->all.events - l->listed.events;
	return other;
}

/* --- windows --- */

static unsigned int top_of(const struct report_depth *d, enum tally_list list, bool first)
{
	if (first || d->all_windows)
		return d->top;
	return list == TALLY_KEYS || list == TALLY_RULES ? d->top_others : 0;
}

static void set_lists(json_t *o, const struct listing *of_window,
		      const struct report_depth *d, struct tally *tally)
{
	struct count overlap = tally_overlap(tally, of_window->window, of_window->now);
	json_t *other = json_object();
	int i;

	for (i = 0; i < TALLY_LISTS; i++) {
		struct listing l = *of_window;
		struct count rest;

		l.list = (enum tally_list)i;
		l.table = tally_table(tally, l.list);
		l.top = top_of(d, l.list, l.window == 0);
		json_object_set_new(o, entry_list_name(l.list), list_array(&l));
		rest = other_of(&l, &overlap);
		json_object_set_new(other, entry_list_name(l.list),
				    counts(json_object(), &rest));
	}
	json_object_set_new(o, "other", other);
	json_object_set_new(o, "overlap", counts(json_object(), &overlap));
}

static json_t *rate(uint64_t n, int64_t span_ms)
{
	return span_ms > 0 ? json_real(rounded((double)n * 1000 / (double)span_ms, 1e3))
			   : json_null();
}

/* @window: -1 for everything since the first start that is known of */
static json_t *window_object(const struct report_source *s, const struct report_depth *d,
			     int window)
{
	const struct timeline *t = engine_timeline(s->engine);
	struct tally *tally = engine_tally(s->engine);
	struct when now = timeline_now(t);
	struct listing l = {.window = window};
	json_t *o = json_object();
	bool complete = true;
	int64_t span = timeline_covered_ms(t);

	if (window >= 0) {
		l.now = now.bucket[window];
		l.from_ms = (l.now - WINDOW_BUCKETS + 1) * t->windows.bucket_ms[window];
		span = timeline_span_ms(t, (unsigned int)window, &complete);
	}
	l.total = tally_total(tally, window, l.now);
	json_object_set_new(o, "seconds",
			    window < 0 ? json_null()
				       : json_integer(t->windows.bucket_ms[window] *
						      WINDOW_BUCKETS / 1000));
	json_object_set_new(o, "span_s", json_real((double)span / 1000));
	json_object_set_new(o, "complete", json_boolean(complete));
	counts(o, &l.total);
	json_object_set_new(o, "events_per_s", rate(l.total.events, span));
	json_object_set_new(o, "records_per_s", rate(l.total.records, span));
	json_object_set_new(o, "bytes_per_s", rate(l.total.bytes, span));
	set_lists(o, &l, d, tally);
	return o;
}

static json_t *windows_array(const struct report_source *s, const struct report_depth *d)
{
	int n = (int)tally_windows(engine_tally(s->engine))->n, i;
	json_t *array = json_array();

	for (i = 0; i < n; i++)
		json_array_append_new(array, window_object(s, d, i));
	json_array_append_new(array, window_object(s, d, -1));
	return array;
}

/* --- the rest of a summary --- */

static json_t *kernel_object(const struct report_source *s)
{
	static const char *const unread[] = {
		"status_age_ms", "poll_ms",       "enabled",   "failure",      "pid",
		"rate_limit",    "backlog_limit", "backlog",   "backlog_peak", "lost",
		"lost_delta",    "wait_time_s",   "stalled_s",
	};
	json_t *o;
	size_t i;

	if (!s->clock)
		return json_null();
	o = json_object();
	json_object_set_new(o, "known", json_false());
	json_object_set_new(
		o, "reason",
		json_string("this version does not read the kernel's audit status"));
	for (i = 0; i < sizeof(unread) / sizeof(unread[0]); i++)
		json_object_set_new(o, unread[i], json_null());
	return o;
}

static json_t *loss_object(const struct report_source *s)
{
	json_t *o = json_object();

	json_object_set_new(o, "refused", json_null());
	json_object_set_new(o, "missing_events", json_null());
	json_object_set_new(o, "missing_records", json_null());
	json_object_set_new(o, "gap_events", json_integer((json_int_t)s->gap_events));
	json_object_set_new(o, "unlogged_events", json_null());
	json_object_set_new(o, "causes", json_array());
	json_object_set_new(o, "suspects", json_array());
	return o;
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

static void set_counter(json_t *o, const char *name, uint64_t value)
{
	json_object_set_new(o, name, json_integer((json_int_t)value));
}

static json_t *health_object(const struct report_source *s)
{
	struct engine_health h = engine_health(s->engine);
	struct tally *tally = engine_tally(s->engine);
	json_t *o = json_object();
	char name[32];
	size_t i;

	set_counter(o, "lines", h.lines);
	set_counter(o, "lines_bad", h.lines_bad);
	set_counter(o, "lines_cut", h.lines_cut);
	set_counter(o, "eoe_cut", h.eoe_cut);
	set_counter(o, "parsed", h.parsed);
	set_counter(o, "parse_failed", h.parse_failed);
	set_counter(o, "nodes_over", h.nodes_over);
	set_counter(o, "late", h.late);
	set_counter(o, "stamps_ahead", h.ahead);
	set_counter(o, "steps_back", h.steps_back);
	set_counter(o, "gap_events", h.gap_events);
	set_counter(o, "serial_restarts", h.serial_restarts);
	set_counter(o, "events_aged", h.events.aged);
	set_counter(o, "events_forced", h.events.forced);
	set_counter(o, "resumed", h.events.resumed);
	for (i = 0; i < TALLY_LISTS; i++) {
		struct topk *table = tally_table(tally, (enum tally_list)i);

		snprintf(name, sizeof(name), "evicted_%s",
			 entry_list_name((enum tally_list)i));
		if (table)
			set_counter(o, name, topk_evicted(table));
	}
	for (i = 0; i < s->n_counters; i++)
		set_counter(o, s->counters[i].name, s->counters[i].value);
	return o;
}

json_t *report_summary(const struct report_source *source,
		       const struct report_depth *depth)
{
	json_t *o = json_object();

	engine_settle(source->engine);
	json_object_set_new(o, "windows", windows_array(source, depth));
	json_object_set_new(o, "kernel", kernel_object(source));
	json_object_set_new(o, "loss", loss_object(source));
	json_object_set_new(o, "lag", lag_object(source));
	json_object_set_new(o, "retention", json_null());
	json_object_set_new(o, "self", self_object(source));
	if (json_object_set_new(o, "health", health_object(source)) < 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

static int dump(const struct report_source *source, const struct report_depth *depth,
		struct schema_line *line)
{
	json_t *o = report_summary(source, depth);
	const struct timeline *t = engine_timeline(source->engine);
	int64_t wall_ms = t->started ? timeline_stamp(t) : SCHEMA_TIME_NONE;
	int r;

	if (!o)
		return -ENOMEM;
	if (source->clock)
		wall_ms = source->clock->wall_ms;
	r = schema_line(line, "summary", o, wall_ms, source->origin);
	json_decref(o);
	return r;
}

/* The longest list there is: no depth beyond it shows more. */
static unsigned int longest_list(struct tally *tally)
{
	unsigned int longest = 1, used;
	int i;

	for (i = 0; i < TALLY_LISTS; i++) {
		struct topk *table = tally_table(tally, (enum tally_list)i);

		used = table ? topk_used(table) : 0;
		if (used > longest)
			longest = used;
	}
	return longest;
}

/* A depth between @fits and @over that lies where the size that it gave points to. */
static unsigned int next_depth(unsigned int fits, unsigned int over, unsigned int tried,
			       double wanted)
{
	unsigned int guess = (unsigned int)(tried * wanted);
	/* not too near to either, or it would creep there one by one */
	unsigned int least = fits + 1 + fits / 8, most = over - 1 - (over - fits) / 8;

	if (guess < least)
		guess = least;
	return guess > most ? most : guess;
}

/* Cut the lists so that the line fits: each try costs a whole report, so there are few.
 */
static int fit(const struct report_source *source, struct report_depth *d,
	       unsigned int longest, struct schema_line *line)
{
	unsigned int fits = 0, over = longest + 1, top = longest < 8 ? longest : 8;
	unsigned int others = d->top_others;
	int r;

	line->text = NULL;
	while (over - fits > 1 + fits / 16) {
		struct schema_line one;
		size_t size;

		d->top = top;
		d->top_others = top < others ? top : others;
		r = dump(source, d, &one);
		if (r < 0) {
			schema_line_free(line);
			return r;
		}
		size = schema_line_size(&one, UINT64_MAX);
		if (size <= d->max_bytes || !top) {
			schema_line_free(line);
			*line = one;
			fits = top;
		} else {
			schema_line_free(&one);
			over = top;
		}
		top = next_depth(fits, over, top,
				 0.97 * (double)d->max_bytes / (double)size);
	}
	return 0;
}

int report_line(const struct report_source *source, const struct report_depth *depth,
		struct schema_line *line)
{
	unsigned int longest = longest_list(engine_tally(source->engine));
	struct report_depth d = *depth;
	int r;

	if (d.top > longest)
		d.top = longest;
	if (!d.max_bytes || !d.top)
		return dump(source, &d, line);
	r = fit(source, &d, d.top, line);
	if (r < 0 || line->text)
		return r;
	d.top = d.top_others = 0;
	return dump(source, &d, line);
}
