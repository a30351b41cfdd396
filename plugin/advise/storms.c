/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storms.c - the storms of authentication in what an engine has counted
 */
#include "advise/storms.h"

#define MIN_EVENTS 20     /* of one program: fewer are three jobs, or somebody's typing */
#define MINUTES_MS 120000 /* in which what comes once a minute has come twice */

unsigned int storms_window(const struct engine *engine)
{
	const struct window_set *set = &engine_timeline(engine)->windows;
	unsigned int i;

	for (i = 0; i + 1 < set->n; i++)
		if (set->bucket_ms[i] * WINDOW_BUCKETS >= MINUTES_MS)
			break;
	return i;
}

static struct span keep(char room[AUTH_BOOK_TEXT], struct span text)
{
	if (!text.p)
		return text;
	memcpy(room, text.p, text.n);
	return (struct span){room, text.n};
}

/* The rows' texts go with the next event. */
static void keep_texts(struct storms *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct auth_storm *storm = &s->storm[i];

		storm->exe = keep(s->text[i].exe, storm->exe);
		storm->account = keep(s->text[i].account, storm->account);
		storm->source = keep(s->text[i].source, storm->source);
	}
}

void storms_judge(struct storms *s, unsigned int window)
{
	const struct timeline *t = engine_timeline(s->engine);
	struct auth_options options = {
		.bucket_s = (double)t->windows.bucket_ms[window] / 1000,
		.min_events = MIN_EVENTS,
	};
	bool complete;
	size_t rows = auth_book_rows(engine_auth(s->engine), window,
				     timeline_now(t).bucket[window], s->row, &complete);

	options.incomplete = !complete;
	s->seconds = options.bucket_s * WINDOW_BUCKETS;
	s->n = auth_judge(s->row, rows, &options, s->storm, STORMS_MAX);
	keep_texts(s);
}

void storms_keep_cron(struct storms *s, bool (*is_foreign)(void *arg, struct span node),
		      void *arg)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (auth_may_silence(s->storm[i].class) && s->storm[i].is_backed &&
		    !(is_foreign && is_foreign(arg, s->storm[i].node)))
			s->storm[n++] = s->storm[i];
	s->n = n;
}
