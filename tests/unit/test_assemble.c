/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_assemble.c - records become events, each exactly once
 *
 * A world is an assembler with its nodes; it keeps an entry for each event that
 * was opened, and what each was completed with. The oracle groups the lines by
 * (node, stamp, serial) and nothing else.
 */
#include "stream_help.h"

#include <limits.h>

#include "stream/assemble.h"

#define SEC INT64_C(1795300000)

struct seen {
	struct node *node;
	int64_t stamp_ms;
	uint32_t serial;
	uint32_t records, at_completion; /* all, and before it was completed */
	uint64_t bytes;
	unsigned int completed, order;
	bool first_seen;
	unsigned int n_lines, n_absent; /* kept, and no longer there at completion */
};

struct world {
	struct assembler *a;
	struct nodes nodes;
	struct seen *seen;
	unsigned int n, room, n_completed;
	bool hold_next; /* the next event opened is held */
	struct assembly *held;
	uint64_t records, bytes;
};

static struct seen *seen_of(struct world *w, struct assembly *ev)
{
	unsigned int *number = assembly_aux(ev);

	assert_in_range(*number, 1, w->n);
	return &w->seen[*number - 1];
}

static bool wants(const struct assembly *ev, const struct record *r)
{
	return r->type != RECORD_EOE;
}

static void opened(void *arg, struct assembly *ev, const struct record *r)
{
	struct world *w = arg;
	unsigned int *number = assembly_aux(ev);

	assert_int_equal(*number, 0); /* zeroed, also in a used place */
	assert_int_equal(ev->records, 0);
	if (w->n == w->room) {
		w->room = w->room ? 2 * w->room : 1024;
		w->seen = realloc(w->seen, w->room * sizeof(*w->seen));
		assert_non_null(w->seen);
	}
	*number = ++w->n;
	w->seen[w->n - 1] = (struct seen){
		.node = ev->node, .stamp_ms = r->stamp_ms, .serial = r->serial};
	if (w->hold_next) {
		w->hold_next = false;
		ev->held = true;
		ev->node->held = w->held = ev;
	}
}

static void record(void *arg, struct assembly *ev, const struct record *r, bool first)
{
	struct world *w = arg;
	struct seen *s = seen_of(w, ev);

	assert_ptr_equal(s->node, ev->node);
	assert_true(s->stamp_ms == r->stamp_ms && s->serial == r->serial);
	assert_int_equal(ev->complete, s->completed);
	s->records++;
	s->bytes += r->bytes;
	s->first_seen = first;
	w->records++;
	w->bytes += r->bytes;
	assert_int_equal(ev->records, s->records);
	assert_true(ev->bytes == s->bytes);
}

/* Every kept line must still hold the header of its own event; Return: how many are gone.
 */
static unsigned int check_text(struct world *w, struct assembly *ev)
{
	unsigned int i, absent = 0;
	struct record r;

	for (i = 0; i < ev->n_lines; i++) {
		struct span line = assembly_line(w->a, ev, i);

		absent += !line.p;
		if (!line.p)
			continue;
		assert_true(record_scan(&r, line, line.n));
		assert_int_equal(r.serial, ev->serial);
		assert_true(r.stamp_ms == ev->stamp_ms);
		assert_int_equal(r.type, ev->line[i].type);
	}
	return absent;
}

static void completed(void *arg, struct assembly *ev)
{
	struct world *w = arg;
	struct seen *s = seen_of(w, ev);

	s->completed++;
	s->order = ++w->n_completed;
	s->at_completion = s->records;
	s->n_lines = ev->n_lines;
	s->n_absent = check_text(w, ev);
	assert_int_equal(s->completed, 1);
	if (w->held == ev)
		w->held = NULL;
}

static const struct assembler_ops ops = {
	.wants = wants, .opened = opened, .record = record, .complete = completed};

static struct world *new_world(unsigned int max_events, size_t text_bytes)
{
	static const struct siphash_key key = {{1, 2}};
	struct world *w = calloc(1, sizeof(*w));
	struct assembler_options o = {.max_events = max_events,
				      .text_bytes = text_bytes,
				      .aux_size = sizeof(unsigned int),
				      .ops = &ops,
				      .arg = w,
				      .key = &key};

	assert_non_null(w);
	w->a = assembler_new(&o);
	assert_non_null(w->a);
	return w;
}

static void free_world(struct world *w)
{
	assembler_free(w->a);
	free(w->seen);
	free(w);
}

static void add_line(struct world *w, struct span line)
{
	struct record r;

	assert_true(record_scan(&r, line, line.n + 1));
	assembler_add(w->a, nodes_find(&w->nodes, r.node), &r);
}

__attribute__((format(printf, 2, 3))) static void add(struct world *w, const char *format,
						      ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	assert_in_range(n, 1, sizeof(line) - 1);
	add_line(w, (struct span){line, (size_t)n});
}

/* One record of an event of the nameless node; @ms after SEC. */
static void rec(struct world *w, const char *type, int64_t ms, uint32_t serial)
{
	int64_t stamp = SEC * 1000 + ms;

	add(w, "type=%s msg=audit(%lld.%03lld:%u): a0=%d", type,
	    (long long)(stamp / 1000), (long long)(stamp % 1000), serial, 5);
}

static void whole_event(struct world *w, int64_t ms, uint32_t serial)
{
	rec(w, "SYSCALL", ms, serial);
	rec(w, "PROCTITLE", ms, serial);
	rec(w, "EOE", ms, serial);
}

/* --- how an event ends --- */

static void assemble_ends_at_eoe(void **state)
{
	struct world *w = new_world(64, 65536);

	rec(w, "SYSCALL", 0, 1);
	rec(w, "CWD", 0, 1);
	assert_int_equal(w->n_completed, 0);
	rec(w, "EOE", 0, 1);
	assert_int_equal(w->n_completed, 1);
	assert_int_equal(w->seen[0].at_completion, 3);
	free_world(w);
}

static void assemble_waits_for_the_eoe_behind_proctitle(void **state)
{
	struct world *w = new_world(64, 65536);

	rec(w, "SYSCALL", 0, 1);
	rec(w, "PROCTITLE", 0, 1);
	assert_int_equal(w->n_completed, 0);
	rec(w, "EOE", 0, 1);
	assert_int_equal(w->n_completed, 1);
	assert_int_equal(w->seen[0].at_completion, 3);
	rec(w, "SYSCALL", 0, 2);
	rec(w, "PROCTITLE", 0, 2);
	assembler_settle(w->a);
	assert_int_equal(w->n_completed, 2);
	assembler_settle(w->a);
	rec(w, "EOE", 0, 2);
	assert_int_equal(w->n_completed, 2);
	assert_int_equal(w->seen[1].at_completion, 2);
	assert_int_equal(w->seen[1].records, 3);
	free_world(w);
}

/* Two processors: the EOE comes behind lines of another event. */
static void assemble_finds_its_event_behind_other_lines(void **state)
{
	struct world *w = new_world(64, 65536);

	rec(w, "SYSCALL", 0, 1);
	rec(w, "PROCTITLE", 0, 1);
	rec(w, "SYSCALL", 0, 2);
	assert_int_equal(w->n_completed, 1);
	rec(w, "EOE", 0, 1);
	rec(w, "PROCTITLE", 0, 2);
	rec(w, "EOE", 0, 1); /* even a second one */
	rec(w, "EOE", 0, 2);
	assert_int_equal(w->n, 2);
	assert_int_equal(w->n_completed, 2);
	assert_int_equal(w->seen[0].at_completion, 2);
	assert_int_equal(w->seen[0].records, 4);
	assert_int_equal(w->seen[1].records, 3);
	assert_true(assembler_counters(w->a).resumed == 0);
	assert_true(assembler_counters(w->a).aged == 0);
	free_world(w);
}

static void assemble_takes_records_before_the_syscall(void **state)
{
	struct world *w = new_world(64, 65536);

	rec(w, "AVC", 0, 1);
	rec(w, "LOGIN", 0, 2);
	rec(w, "SYSCALL", 0, 1);
	rec(w, "SYSCALL", 0, 2);
	rec(w, "PROCTITLE", 0, 2);
	rec(w, "EOE", 0, 2);
	rec(w, "PROCTITLE", 0, 1);
	rec(w, "EOE", 0, 1);
	assert_int_equal(w->n, 2);
	assert_int_equal(w->n_completed, 2);
	assert_int_equal(w->seen[0].at_completion, 4);
	assert_int_equal(w->seen[1].at_completion, 4);
	free_world(w);
}

static void assemble_completes_single_types_at_once(void **state)
{
	static const char *const single[] = {"USER",
					     "USER_CMD",
					     "DAEMON_START",
					     "KERNEL",
					     "ANOM_LOGIN_FAILURES",
					     "UNKNOWN[1199]",
					     "UNKNOWN[2999]"};
	static const char *const multi[] = {
		"LOGIN",   "ANOM_ABEND",    "AVC",           "CONFIG_CHANGE",
		"SECCOMP", "UNKNOWN[1999]", "UNKNOWN[3000]", "NO_TYPE"};
	struct world *w = new_world(64, 65536);
	uint32_t i;

	for (i = 0; i < N_OF(single); i++) {
		rec(w, single[i], 0, 1 + i);
		assert_int_equal(w->n_completed, 1 + i);
	}
	for (i = 0; i < N_OF(multi); i++)
		rec(w, multi[i], 0, 20 + i);
	assert_int_equal(w->n_completed, N_OF(single));
	assembler_flush(w->a, UINT_MAX);
	assert_int_equal(w->n_completed, N_OF(single) + N_OF(multi));
	assert_true(assembler_counters(w->a).aged == N_OF(multi));
	free_world(w);
}

/* 2 s and 64 serials: neither is enough alone. */
static void assemble_ages_by_time_and_serials(void **state)
{
	struct world *w = new_world(1024, 65536);
	uint32_t s;

	rec(w, "ANOM_ABEND", 0, 1);
	for (s = 2; s < 65; s++)
		whole_event(w, 5000, s);
	assert_int_equal(w->seen[0].completed, 0);
	whole_event(w, 5000, 65);
	assert_int_equal(w->seen[0].completed, 1);

	rec(w, "ANOM_ABEND", 5000, 66);
	for (s = 67; s < 400; s++)
		whole_event(w, 6999, s);
	assert_int_equal(w->seen[65].completed, 0);
	whole_event(w, 7000, s);
	assert_int_equal(w->seen[65].completed, 1);
	assert_true(assembler_counters(w->a).aged == 2);
	free_world(w);
}

/* The host's clock is set back while an event is open: it still ages, and blocks no
 * other. */
static void assemble_ages_when_the_clock_goes_back(void **state)
{
	struct world *w = new_world(1024, 65536);
	uint32_t s;

	rec(w, "ANOM_ABEND", 3600000, 1);
	rec(w, "ANOM_ABEND", 0, 2);
	for (s = 3; s < 200; s++)
		whole_event(w, s * 50, s);
	assert_int_equal(w->seen[0].completed, 1);
	assert_int_equal(w->seen[1].completed, 1);
	free_world(w);
}

static void assemble_completes_the_old_count_at_a_restart(void **state)
{
	struct world *w = new_world(1024, 65536);

	rec(w, "ANOM_ABEND", 0, 70000);
	add(w, "node=b type=ANOM_ABEND msg=audit(1.000:70000): x");
	rec(w, "KERNEL", 60000, 1);
	assert_int_equal(w->seen[0].completed, 1);
	assert_int_equal(w->seen[1].completed, 0); /* another node's */
	whole_event(w, 60001, 2);
	rec(w, "EOE", 0, 70000); /* the old one is still known */
	assert_int_equal(w->n, 4);
	assert_true(assembler_counters(w->a).resumed == 0);
	free_world(w);
}

/* Same serials again after the restart, other stamps: other events. */
static void assemble_keeps_counts_of_both_sides_of_a_restart(void **state)
{
	struct world *w = new_world(2048, 65536);
	uint32_t s;
	unsigned int i;

	for (s = 1; s <= 6000; s++)
		whole_event(w, s, s);
	for (s = 1; s <= 6000; s++)
		whole_event(w, 1000000 + s, s);
	assembler_flush(w->a, UINT_MAX);
	assert_int_equal(w->n, 12000);
	assert_int_equal(w->n_completed, 12000);
	for (i = 0; i < w->n; i++)
		assert_int_equal(w->seen[i].at_completion, 3);
	assert_true(w->nodes.node[0].gaps.restarts == 1);
	assert_true(w->nodes.node[0].gaps.missing == 0);
	free_world(w);
}

static void assemble_wraps_with_the_serials(void **state)
{
	struct world *w = new_world(2048, 65536);
	uint32_t s;
	unsigned int i;

	rec(w, "ANOM_ABEND", 0, UINT32_MAX - 100);
	for (s = UINT32_MAX - 99; s != 300; s++)
		whole_event(w, 3000, s);
	assert_int_equal(w->seen[0].completed, 1);
	for (i = 0; i < w->n; i++)
		assert_int_equal(w->seen[i].completed, 1);
	assert_int_equal(w->n, 401);
	assert_true(assembler_counters(w->a).resumed == 0);
	free_world(w);
}

/* --- how long it is known --- */

static void assemble_knows_an_event_for_256_serials(void **state)
{
	struct world *w = new_world(2048, 65536);
	uint32_t s;

	whole_event(w, 0, 1000);
	for (s = 1001; s <= 1256; s++)
		whole_event(w, 0, s);
	rec(w, "EOE", 0, 1000);
	assert_int_equal(w->seen[0].records, 4);
	assert_true(assembler_counters(w->a).resumed == 0);
	whole_event(w, 0, 1257);
	rec(w, "EOE", 0, 1000);
	assert_int_equal(w->seen[0].records, 4);
	assert_true(assembler_counters(w->a).resumed == 1);
	assert_int_equal(w->seen[w->n - 1].serial, 1000);
	assert_int_equal(w->seen[w->n - 1].records, 1);
	rec(w, "PATH", 0, 1000); /* to the new one, which is known in its turn */
	assert_true(assembler_counters(w->a).resumed == 1);
	free_world(w);
}

/* Completed without its EOE: known until there is no place; then the EOE ends that as
 * usual. */
static void assemble_knows_an_event_without_its_end(void **state)
{
	struct world *w = new_world(2048, 1048576);
	uint32_t s;

	rec(w, "SYSCALL", 0, 1);
	rec(w, "PROCTITLE", 0, 1);
	rec(w, "ANOM_ABEND", 0, 2); /* will be completed by age */
	for (s = 3; s <= 1500; s++)
		whole_event(w, 3000, s);
	assert_int_equal(w->seen[0].completed, 1);
	assert_int_equal(w->seen[1].completed, 1);
	rec(w, "EOE", 0, 1);
	rec(w, "SYSCALL", 0, 2);
	assert_int_equal(w->seen[0].records, 3);
	assert_int_equal(w->seen[1].records, 2);
	assert_true(assembler_counters(w->a).resumed == 0);
	for (; s <= 1500 + 256; s++)
		whole_event(w, 3000, s);
	rec(w, "EOE", 0, 1);
	assert_int_equal(w->seen[0].records, 4);
	whole_event(w, 3000, s);
	rec(w, "EOE", 0, 1); /* 257 serials behind its end */
	assert_int_equal(w->seen[0].records, 4);
	assert_true(assembler_counters(w->a).resumed == 1);
	rec(w, "EOE", 0, 2); /* this one never had its end */
	assert_int_equal(w->seen[1].records, 3);
	free_world(w);
}

/* More of those than there are places: the oldest goes, ended ones keep their 256
 * serials. */
static void assemble_gives_up_the_oldest_without_its_end(void **state)
{
	struct world *w = new_world(2048, 1048576);
	uint32_t s;

	for (s = 1; s <= 6000; s++) {
		rec(w, "SYSCALL", s, s);
		rec(w, s % 2 ? "EOE" : "PROCTITLE", s, s);
		if (s > 251 && s % 2)
			rec(w, "PATH", s - 250, s - 250);
	}
	assert_int_equal(w->n, 6000);
	assert_true(assembler_counters(w->a).resumed == 0);
	rec(w, "EOE", 5000, 5000); /* within the places that are left */
	assert_true(assembler_counters(w->a).resumed == 0);
	rec(w, "EOE", 2, 2);
	assert_true(assembler_counters(w->a).resumed == 1);
	assert_int_equal(w->n, 6001);
	free_world(w);
}

/* An open event is known however far the serials have gone, while there is room for its
 * text. */
static void assemble_knows_an_open_event_for_ever(void **state)
{
	struct world *w = new_world(2048, 1048576);
	uint32_t s;

	rec(w, "SYSCALL", 0, 1);
	for (s = 2; s <= 5000; s++)
		whole_event(w, 1, s);
	rec(w, "EOE", 0, 1);
	assert_int_equal(w->seen[0].completed, 1);
	assert_int_equal(w->seen[0].at_completion, 2);
	assert_true(assembler_counters(w->a).resumed == 0);
	free_world(w);
}

/*
 * A flood of events that never end, 20,000 within 2 s, and ordinary ones among
 * them whose EOE comes up to 250 serials late. The full table may cost the
 * former their place, never the latter their count.
 */
static void assemble_keeps_its_promise_in_a_full_table(void **state)
{
	enum { UNENDED = 20000 };
	struct world *w = new_world(2048, 1048576);
	struct assembler_counters c;
	uint32_t s = 1;
	unsigned int i, events = 0;

	for (i = 0; i < UNENDED; i++) {
		rec(w, "ANOM_ABEND", i / 11, s++);
		if (i % 3 == 0) {
			rec(w, "SYSCALL", i / 11, s);
			rec(w, "PROCTITLE", i / 11, s++);
			events++;
		}
		if (s % 4 == 0 && s > 300) /* whichever it is: a late record of it */
			rec(w, "EOE", w->seen[s - 250].stamp_ms - SEC * 1000, s - 249);
	}
	assembler_flush(w->a, UINT_MAX);
	c = assembler_counters(w->a);
	assert_int_equal(w->n, UNENDED + events);
	assert_int_equal(w->n_completed, w->n);
	assert_true(c.resumed == 0);
	assert_true(c.forced > UNENDED / 2);
	for (i = 0; i < w->n; i++)
		assert_int_equal(w->seen[i].completed, 1);
	free_world(w);
}

/* The smallest tables: always one event too many, never one lost. */
static void assemble_works_in_tiny_tables(void **state)
{
	unsigned int max;
	uint32_t s;

	for (max = 1; max < 6; max++) {
		struct world *w = new_world(max, 65536);

		for (s = 1; s < 300; s++)
			rec(w, s % 3 ? "ANOM_ABEND" : "USER", s, s);
		assembler_flush(w->a, UINT_MAX);
		assert_int_equal(w->n, 299);
		assert_int_equal(w->n_completed, 299);
		free_world(w);
	}
}

/* --- text --- */

/* Long lines of open events around a small ring: no line is ever another's. */
static void assemble_never_mixes_kept_text(void **state)
{
	struct world *w = new_world(512, 65536);
	char line[9728];
	uint64_t seed = 77;
	uint32_t base = 1;
	unsigned int i;

	for (i = 0; i < 30000; i++) {
		uint32_t serial = base + random_below(&seed, 40);
		int n = snprintf(line, sizeof(line), "type=%s msg=audit(%lld.000:%u): ",
				 random_below(&seed, 30) ? "PATH" : "EOE", (long long)SEC,
				 serial);
		unsigned int max = random_below(&seed, 50) ? 600 : sizeof(line) - 64;
		unsigned int fill = random_below(&seed, max);

		memset(line + n, 'A' + (int)(serial % 26), fill);
		add_line(w, (struct span){line, (size_t)n + fill});
		base += random_below(&seed, 10) == 0;
	}
	assembler_flush(w->a, UINT_MAX);
	assert_int_equal(w->n, w->n_completed);
	assert_true(assembler_counters(w->a).forced > 0);
	free_world(w);
}

/* Who needs the room of another event's line completes that event first, while it is
 * there. */
static void assemble_completes_before_it_overwrites(void **state)
{
	struct world *w = new_world(64, 65536);
	char line[9000];
	unsigned int i;
	int n;

	for (i = 1; i <= 8; i++) { /* seven of them fit */
		n = snprintf(line, sizeof(line),
			     "type=PATH msg=audit(%lld.000:%u): ", (long long)SEC, i);
		memset(line + n, 'x', sizeof(line) - (size_t)n);
		assert_int_equal(w->n_completed, 0);
		add_line(w, (struct span){line, sizeof(line)});
	}
	assert_int_equal(w->n_completed, 1);
	assert_int_equal(w->seen[0].completed, 1);
	assembler_flush(w->a, UINT_MAX);
	for (i = 0; i < 8; i++) {
		assert_int_equal(w->seen[i].n_lines, 1);
		assert_int_equal(w->seen[i].n_absent, 0);
	}
	free_world(w);
}

/* Eight lines of the greatest length are more than the ring: what is gone is absent. */
static void assemble_says_when_its_text_is_gone(void **state)
{
	struct world *w = new_world(8, 65536);
	char line[9728];
	unsigned int i;
	int n = snprintf(line, sizeof(line),
			 "type=PATH msg=audit(%lld.000:9): ", (long long)SEC);

	memset(line + n, 'x', sizeof(line) - (size_t)n);
	for (i = 0; i < 12; i++)
		add_line(w, (struct span){line, sizeof(line)});
	assembler_flush(w->a, UINT_MAX);
	assert_int_equal(w->n_completed, 1);
	assert_int_equal(w->seen[0].records, 12);
	assert_int_equal(w->seen[0].n_lines, ASSEMBLE_LINES_MAX);
	assert_int_equal(w->seen[0].n_absent, 2); /* six fit */
	free_world(w);
}

/* --- types --- */

static void assemble_counts_types_once(void **state)
{
	struct world *w = new_world(8, 65536);
	unsigned int i;

	rec(w, "PATH", 0, 1);
	assert_true(w->seen[0].first_seen);
	rec(w, "PATH", 0, 1);
	assert_false(w->seen[0].first_seen);
	rec(w, "CWD", 0, 1);
	assert_true(w->seen[0].first_seen);
	for (i = 0; i < 100; i++) /* more types than there is room for */
		add(w, "type=UNKNOWN[%u] msg=audit(%lld.000:1): x", 5000 + i,
		    (long long)SEC);
	assembler_flush(w->a, UINT_MAX);
	assert_int_equal(w->n, 1);
	assert_int_equal(w->seen[0].at_completion, 103);
	free_world(w);
}

/* --- held events --- */

static void assemble_keeps_a_held_event_open(void **state)
{
	struct world *w = new_world(64, 65536);
	struct assembly *held;

	w->hold_next = true;
	whole_event(w, 90000000, 5);
	held = w->held;
	assert_non_null(held);
	assert_int_equal(w->n_completed, 0);
	assembler_settle(w->a);
	assert_int_equal(w->n_completed, 0);
	assembler_release(w->a, held);
	assert_int_equal(w->n_completed, 1);
	assert_null(w->nodes.node[0].held);

	w->hold_next = true; /* released before its end */
	rec(w, "SYSCALL", 0, 6);
	assembler_release(w->a, w->held);
	assert_int_equal(w->n_completed, 1);
	rec(w, "EOE", 0, 6);
	assert_int_equal(w->n_completed, 2);

	w->hold_next = true; /* never released */
	rec(w, "SYSCALL", 0, 7);
	assembler_flush(w->a, UINT_MAX);
	assert_int_equal(w->n_completed, 3);
	assert_null(w->nodes.node[0].held);
	free_world(w);
}

static void assemble_forces_a_held_event_too(void **state)
{
	struct world *w = new_world(16, 65536);
	uint32_t s;

	w->hold_next = true;
	rec(w, "SYSCALL", 0, 1);
	for (s = 2; s < 100; s++)
		rec(w, "ANOM_ABEND", 0, s);
	assert_int_equal(w->seen[0].completed, 1);
	assert_null(w->nodes.node[0].held);
	free_world(w);
}

/* --- nodes --- */

static void assemble_keeps_nodes_apart(void **state)
{
	struct world *w = new_world(64, 65536);

	add(w, "type=SYSCALL msg=audit(1.000:1): x");
	add(w, "node=a type=SYSCALL msg=audit(1.000:1): x");
	add(w, "node= type=SYSCALL msg=audit(1.000:1): x");
	add(w, "node=a type=EOE msg=audit(1.000:1): x");
	assert_int_equal(w->n, 3);
	assert_int_equal(w->n_completed, 1);
	assert_int_equal(w->seen[1].completed, 1);
	assembler_flush(w->a, UINT_MAX);
	assert_int_equal(w->n_completed, 3);
	assert_int_equal(w->nodes.n, 3);
	assert_absent(node_name(w->seen[0].node));
	assert_span(node_name(w->seen[1].node), "a");
	assert_span(node_name(w->seen[2].node), "");
	assert_absent(nodes_only(&w->nodes));
	free_world(w);
}

static void assemble_counts_nodes_beyond_the_table(void **state)
{
	struct world *w = new_world(512, 65536);
	unsigned int i;

	add(w, "node=n type=SYSCALL msg=audit(1.000:1): x");
	assert_span(nodes_only(&w->nodes), "n");
	for (i = 0; i < 1000; i++) {
		add(w, "node=n%u type=SYSCALL msg=audit(%u.000:%u): x", i, i, i);
		add(w, "node=n%u type=EOE msg=audit(%u.000:%u): x", i, i, i);
	}
	assembler_flush(w->a, UINT_MAX);
	assert_int_equal(w->n, 1001);
	assert_int_equal(w->n_completed, 1001);
	assert_true(w->nodes.over == 2 * (1000 - (NODES_MAX - 2)));
	assert_absent(nodes_only(&w->nodes));
	free_world(w);
}

/* --- the oracle --- */

struct group {
	unsigned int node;
	int64_t stamp_ms;
	uint32_t serial, records;
	uint64_t bytes;
};

/* An event in flight: what is still to be sent of it. */
struct flight {
	struct group *group;
	const char *const *next; /* types, NULL at the end */
};

static void send(struct world *w, struct flight *f, uint64_t *seed)
{
	static const char *const name[] = {"", "node=a ", "node=b "};
	struct group *g = f->group;
	char line[512];
	int n = snprintf(
		line, sizeof(line), "%stype=%s msg=audit(%lld.%03lld:%u): %.*s",
		name[g->node], *f->next++, (long long)(g->stamp_ms / 1000),
		(long long)(g->stamp_ms % 1000), g->serial, (int)random_below(seed, 200),
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");

	g->records++;
	g->bytes += (uint64_t)n + 1;
	add_line(w, (struct span){line, (size_t)n});
}

static const char *const *random_event(uint64_t *seed)
{
	static const char *const kind[][8] = {
		{"SYSCALL", "PROCTITLE", "EOE"},
		{"SYSCALL", "CWD", "PATH", "PATH", "PROCTITLE", "EOE"},
		{"AVC", "SYSCALL", "PROCTITLE", "EOE"},
		{"LOGIN", "SYSCALL", "PROCTITLE", "EOE"},
		{"SYSCALL", "EXECVE", "CWD", "PATH", "EOE"}, /* PROCTITLE excluded */
		{"SYSCALL", "PROCTITLE"},                    /* EOE lost */
		{"USER_CMD"},
		{"ANOM_ABEND"}, /* never ends */
		{"LOGIN"},
		{"PROCTITLE", "SYSCALL", "CWD", "EOE"}, /* upside down */
	};

	return kind[random_below(seed, N_OF(kind))];
}

static void compare(struct world *w, const struct group *group, unsigned int n)
{
	struct node *node[3] = {nodes_find(&w->nodes, (struct span){NULL, 0}),
				nodes_find(&w->nodes, S("a")),
				nodes_find(&w->nodes, S("b"))};
	unsigned int i, k, used = 0;

	/* both are in order of opening */
	assert_int_equal(w->n, n);
	assert_int_equal(w->n_completed, n);
	for (i = 0; i < n; i++) {
		for (k = used; k < n; k++)
			if (w->seen[k].serial == group[i].serial &&
			    w->seen[k].stamp_ms == group[i].stamp_ms &&
			    w->seen[k].node == node[group[i].node])
				break;
		assert_in_range(k, used, n - 1);
		assert_int_equal(w->seen[k].records, group[i].records);
		assert_true(w->seen[k].bytes == group[i].bytes);
		assert_int_equal(w->seen[k].completed, 1);
		w->records -= group[i].records;
		w->bytes -= group[i].bytes;
		if (k == used)
			used++;
	}
	assert_true(w->records == 0 && w->bytes == 0);
}

/* @flights: how many events are in flight at one time, over three nodes */
static void check_interleaved(uint64_t seed, unsigned int flights,
			      unsigned int max_events)
{
	enum { EVENTS = 3000 };
	struct world *w = new_world(max_events, 131072);
	struct group *group = calloc(EVENTS, sizeof(*group));
	struct flight flight[64];
	uint32_t serial[3] = {500, UINT32_MAX - 300, 500}; /* one wraps on the way */
	unsigned int n = 0, live = 0, i;
	int64_t ms = SEC * 1000;

	assert_non_null(group);
	while (n < EVENTS || live) {
		if (n < EVENTS && live < flights) {
			struct group *g = &group[n++];

			ms += random_below(&seed, 20);
			*g = (struct group){.node = random_below(&seed, 3),
					    .stamp_ms = ms - random_below(&seed, 5)};
			g->serial = serial[g->node]++;
			flight[live++] = (struct flight){g, random_event(&seed)};
			continue;
		}
		i = random_below(&seed, live);
		send(w, &flight[i], &seed);
		if (!*flight[i].next)
			flight[i] = flight[--live];
	}
	assembler_flush(w->a, UINT_MAX);
	compare(w, group, n);
	assert_true(assembler_counters(w->a).resumed == 0);
	free(group);
	free_world(w);
}

static void assemble_agrees_with_plain_grouping(void **state)
{
	static const unsigned int flights[] = {1, 2, 8, 34};
	uint64_t seed = 1000;
	size_t i;

	for (i = 0; i < N_OF(flights); i++) {
		check_interleaved(++seed, flights[i], 2048);
		check_interleaved(++seed, flights[i], 1600);
	}
}

/*
 * With a full queue a task sleeps between two records of one event; the rest
 * was seen 80,000 serials and 5 s later. It is still the same event.
 */
static void assemble_knows_events_without_end_for_long(void **state)
{
	struct world *w = new_world(3072, 1048576);
	uint32_t s;

	for (s = 1; s <= 64; s++)
		rec(w, "SYSCALL", 0, s);
	for (s = 65; s <= 80000; s++) {
		rec(w, "SYSCALL", s / 16, s);
		rec(w, "PROCTITLE", s / 16, s);
		rec(w, "EOE", s / 16, s);
	}
	for (s = 1; s <= 64; s++) {
		rec(w, "PROCTITLE", 0, s);
		rec(w, "EOE", 0, s);
	}
	assembler_flush(w->a, UINT_MAX);
	assert_int_equal(w->n, 80000);
	assert_int_equal(w->n_completed, 80000);
	for (s = 0; s < 64; s++)
		assert_int_equal(w->seen[s].records, 3);
	assert_int_equal(assembler_counters(w->a).resumed, 0);
	free_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assemble_ends_at_eoe),
		cmocka_unit_test(assemble_knows_events_without_end_for_long),
		cmocka_unit_test(assemble_waits_for_the_eoe_behind_proctitle),
		cmocka_unit_test(assemble_finds_its_event_behind_other_lines),
		cmocka_unit_test(assemble_takes_records_before_the_syscall),
		cmocka_unit_test(assemble_completes_single_types_at_once),
		cmocka_unit_test(assemble_ages_by_time_and_serials),
		cmocka_unit_test(assemble_ages_when_the_clock_goes_back),
		cmocka_unit_test(assemble_completes_the_old_count_at_a_restart),
		cmocka_unit_test(assemble_keeps_counts_of_both_sides_of_a_restart),
		cmocka_unit_test(assemble_wraps_with_the_serials),
		cmocka_unit_test(assemble_knows_an_event_for_256_serials),
		cmocka_unit_test(assemble_knows_an_event_without_its_end),
		cmocka_unit_test(assemble_gives_up_the_oldest_without_its_end),
		cmocka_unit_test(assemble_knows_an_open_event_for_ever),
		cmocka_unit_test(assemble_keeps_its_promise_in_a_full_table),
		cmocka_unit_test(assemble_works_in_tiny_tables),
		cmocka_unit_test(assemble_never_mixes_kept_text),
		cmocka_unit_test(assemble_completes_before_it_overwrites),
		cmocka_unit_test(assemble_says_when_its_text_is_gone),
		cmocka_unit_test(assemble_counts_types_once),
		cmocka_unit_test(assemble_keeps_a_held_event_open),
		cmocka_unit_test(assemble_forces_a_held_event_too),
		cmocka_unit_test(assemble_keeps_nodes_apart),
		cmocka_unit_test(assemble_counts_nodes_beyond_the_table),
		cmocka_unit_test(assemble_agrees_with_plain_grouping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
