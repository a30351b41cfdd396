/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.c - when the state is read and saved
 *
 * Saving is done in slices with the stream in between: a timer for the minute,
 * and one for the next slice while one is under way.
 */
#include "history.h"

#include <errno.h>

#include "base/log.h"
#include "privs.h"

static const struct timeval minute = {STATE_SAVE_MS / 1000, 0};
static const struct timeval soon = {0, STATE_STEP_MS * 1000};

int history_open(struct history *h, const struct config *config)
{
	char why[640];

	if (!config->state_file[0])
		return 0;
	h->state = state_open(config->state_file, why, sizeof(why));
	if (!h->state) {
		log_msg(LOG_ERR, "state_file: no memory");
		return -ENOMEM;
	}
	if (why[0])
		log_msg(LOG_WARNING, "%s", why);
	return 0;
}

static void on_minute(evutil_socket_t fd, short what, void *arg)
{
	struct history *h = arg;

	state_begin(h->state);
	event_add(h->step_event, &soon);
}

static void on_step(evutil_socket_t fd, short what, void *arg)
{
	struct history *h = arg;

	if (state_step(h->state))
		event_add(h->step_event, &soon);
}

int history_start(struct history *h, struct event_base *base, struct engine *engine,
		  struct ledger *ledger, struct lives *lives)
{
	const struct state_start start = {.engine = engine,
					  .ledger = ledger,
					  .lives = lives,
					  .begin = privs_confine_writer,
					  .arg = "state_file"};
	char why[640];
	int r;

	if (!h->state)
		return 0;
	h->step_event = event_new(base, -1, 0, on_step, h);
	h->save_event = event_new(base, -1, EV_PERSIST, on_minute, h);
	if (!h->step_event || !h->save_event || event_add(h->save_event, &minute)) {
		log_msg(LOG_ERR, "libevent: events cannot be added");
		return -ENOMEM;
	}
	r = state_start(h->state, &start, why, sizeof(why));
	if (why[0])
		log_msg(r < 0 ? LOG_ERR : LOG_WARNING, "%s", why);
	return r;
}

void history_end(struct history *h, int64_t until_ms)
{
	if (h->step_event)
		event_free(h->step_event);
	if (h->save_event)
		event_free(h->save_event);
	if (h->state)
		state_free(h->state, until_ms);
	*h = (struct history){NULL, NULL, NULL};
}
