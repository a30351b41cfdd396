/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pace.c - when a client gets its next summary
 *
 * However often and whatever a client asks, PACE_LEAST_MS lie between two of
 * its summaries.
 */
#include "emit/pace.h"

static int64_t later_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void pace_init(struct pace *p)
{
	*p = (struct pace){.due_ms = INT64_MAX, .last_ms = -PACE_LEAST_MS};
}

void pace_ask(struct pace *p, const struct request *r, int64_t now_ms)
{
	p->own = true;
	p->want = *r;
	p->due_ms = later_of(now_ms, p->last_ms + PACE_LEAST_MS);
}

void pace_pushed(struct pace *p, int64_t now_ms)
{
	if (p->own && !p->want.interval_ms)
		p->due_ms = later_of(now_ms, p->last_ms + PACE_LEAST_MS);
}

bool pace_is_due(const struct pace *p, int64_t now_ms)
{
	return p->own && p->due_ms <= now_ms;
}

void pace_served(struct pace *p, int64_t now_ms)
{
	int64_t interval = p->want.interval_ms;

	p->last_ms = now_ms;
	if (!interval)
		p->due_ms = INT64_MAX;
	else if (p->due_ms + interval < now_ms)
		p->due_ms = now_ms + interval;
	else
		p->due_ms = later_of(p->due_ms + interval, now_ms + PACE_LEAST_MS);
}

bool pace_same_depth(const struct pace *a, const struct pace *b)
{
	return a->want.all_windows == b->want.all_windows && a->want.top == b->want.top;
}
