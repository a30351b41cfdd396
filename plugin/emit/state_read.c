/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_read.c - the text of state_save.h back into an engine
 *
 * The form is fixed, so a reader that expects each byte is smaller, faster and
 * stricter than a JSON parser. Here: is the text whole, and what its first line
 * says; state_restore.c takes the rest.
 */
#include "emit/state_read.h"

#include <errno.h>
#include <string.h>

#include "emit/state_scan.h"

/* --- the whole --- */

static int read_head(struct scan *s, struct state_head *h)
{
	const char *quote;
	unsigned int i;

	if (!scan_skip(s, "{\"schema\":\"" STATE_SCHEMA))
		return -ENOMSG;
	if (!scan_skip(s, "1\",\"arch\":\"") || !scan_skip(s, STATE_ARCH))
		return -EPROTONOSUPPORT;
	scan_expect(s, "\",\"key\":\"");
	if (scan_hex(s, &h->key, sizeof(h->key)) != sizeof(h->key))
		return -EBADMSG;
	scan_expect(s, "\",\"boot_id\":\"");
	quote = s->bad ? NULL : memchr(s->p, '"', (size_t)(s->end - s->p));
	if (!quote || (size_t)(quote - s->p) >= sizeof(h->identity.boot_id))
		return -EBADMSG;
	memcpy(h->identity.boot_id, s->p, (size_t)(quote - s->p));
	s->p = quote;
	scan_expect(s, "\",\"first_ms\":");
	h->identity.first_ms = scan_i64(s);
	scan_expect(s, ",\"records\":");
	h->records = scan_u64(s, STATE_COUNT_MAX);
	scan_expect(s, ",\"window_ms\":");
	h->n_windows = scan_row(s, h->window_ms, WINDOWS_MAX);
	scan_expect(s, ",\"oldest\":");
	if (scan_row(s, h->oldest, WINDOWS_MAX) != h->n_windows)
		return -EBADMSG;
	scan_expect(s, "}");
	for (i = 0; i < h->n_windows; i++)
		if (h->window_ms[i] < WINDOW_BUCKETS || h->oldest[i] < -WINDOW_BUCKETS ||
		    h->oldest[i] > INT64_MAX / 2)
			return -EBADMSG;
	return scan_at_end(s) ? 0 : -EBADMSG;
}

/* The last line: do the sum and the number of entries agree? */
static bool is_end(struct scan *s, uint64_t sum, uint64_t entries)
{
	uint64_t said;

	if (!scan_skip(s, "{\"end\":") || scan_u64(s, STATE_COUNT_MAX) != entries)
		return false;
	scan_expect(s, ",\"sum\":\"");
	if (scan_hex(s, &said, sizeof(said)) != sizeof(said) || said != sum)
		return false;
	scan_expect(s, "\"}");
	return scan_at_end(s);
}

int state_read_check(struct span text, struct state_head *head)
{
	struct span rest = text;
	uint64_t sum = 0, entries = 0;
	struct scan line;
	int r;

	memset(head, 0, sizeof(*head));
	if (!scan_line(&rest, &line)) {
		line = (struct scan){text.p, text.p + text.n, false};
		return text.n && scan_skip(&line, "{\"schema\":\"" STATE_SCHEMA)
			       ? -EBADMSG
			       : -ENOMSG;
	}
	r = read_head(&line, head);
	if (r < 0)
		return r;
	line.p = text.p;
	head->entries.p = rest.p;
	for (;;) {
		const struct siphash_key key = {{sum, 0}};

		sum = siphash(&key, line.p, (size_t)(line.end + 1 - line.p));
		if (!scan_line(&rest, &line))
			return -EBADMSG;
		if (scan_begins(&line, "{\"list\":")) {
			if (head->tail.p)
				return -EBADMSG;
			entries++;
			continue;
		}
		if (!head->tail.p)
			head->tail.p = line.p;
		if (scan_begins(&line, "{\"end\":"))
			break;
	}
	if (rest.n || !is_end(&line, sum, entries))
		return -EBADMSG;
	head->entries.n = (size_t)(head->tail.p - head->entries.p);
	head->tail.n = (size_t)(text.p + text.n - head->tail.p);
	return 0;
}

bool state_read_covered(const struct state_head *head, struct state_covered *covered)
{
	struct span rest = head->tail;
	struct scan s;

	while (scan_line(&rest, &s)) {
		if (!scan_skip(&s, "{\"time\":"))
			continue;
		(void)scan_u64(&s, 1);
		scan_expect(&s, ",\"now_ms\":");
		(void)scan_i64(&s);
		scan_expect(&s, ",\"wall_ms\":");
		covered->wall_ms = scan_i64(&s);
		scan_expect(&s, ",\"boot_ms\":");
		(void)scan_i64(&s);
		scan_expect(&s, ",\"covered_ms\":");
		covered->covered_ms = scan_i64(&s);
		return !s.bad;
	}
	return false;
}
